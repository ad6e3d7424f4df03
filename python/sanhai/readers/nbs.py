"""National Bureau of Statistics of China, easyquery exports: places by year, or indicators by year of one place."""

from __future__ import annotations

import re

from sanhai.readers.doc import Doc, known_code, needs_place
from sanhai.readers.grid import Grid
from sanhai.readers.labels import narrow, year_of
from sanhai.readers.rows import Asked, Report, Row, Spot, Unit
from sanhai.readers.units import unit_of

__all__ = ["FORMAT", "parse", "recognise", "short"]

FORMAT = "nbs"
INDICATORS = {
    "年末常住人口": ("pop_yearend", "both"), "年末总人口": ("pop_yearend", "both"), "男性人口": ("pop_yearend", "male"),
    "女性人口": ("pop_yearend", "female"), "人口出生率": ("cbr", "both"), "人口死亡率": ("cdr", "both"),
    "出生人口": ("births", "both"), "死亡人口": ("deaths", "both"), "总和生育率": ("tfr", "both"),
    "平均预期寿命": ("e0", "both"), "男性平均预期寿命": ("e0", "male"), "女性平均预期寿命": ("e0", "female"),
    "结婚登记": ("marriages", "both"),
}  # fmt: skip
SUFFIXES = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")
SAMPLE = "抽样调查"


def short(name: str) -> str:
    """青海 of 青海省: exports write either."""
    return next((name.removesuffix(one) for one in SUFFIXES if name.endswith(one) and len(name) > len(one) + 1), name)


def _head(grid: Grid) -> int | None:
    """The row of years: its first cell says 地区 or 指标."""
    for row in range(min(len(grid.rows), 10)):
        words = grid.words(row)
        if words and words[0] in ("地区", "指标") and any(year_of(one) for one in words[1:]):
            return row
    return None


def _lead(grid: Grid, word: str) -> tuple[str, Spot] | None:
    for row, _, text in grid.all_words(10):
        found = re.match(f"{word}[:：](.+)", text)
        if found:
            return found[1], grid.spot(row, 0, word)
    return None


def recognise(doc: Doc) -> bool:
    return any(_head(grid) is not None or _lead(grid, "数据库") is not None for grid in doc.grids[:1])


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Rows of one place. 年末 of year t is the stock of 31 December t, kept as pop_yearend."""
    grid = doc.grids[0]
    head = _head(grid)
    if head is None:
        report.add("input.UNKNOWN_FORMAT.header", Spot(doc.file), got=narrow(grid.rows[0][0] if grid.rows[0] else ""))
        return []
    body = [row for row in range(len(grid.rows)) if row != head and _is_body(grid, row)]
    if grid.words(head)[0] == "地区":
        named = _lead(grid, "指标")
        what = (asked.measure, grid.spot(head, 0)) if asked.measure else named
        if what is None:
            report.add("input.UNIT.header", grid.spot(head, 0, "1"), got=",".join(map(str, grid.rows[head]))[:60])
            return []
        return _by_place(grid, head, body, str(what[0]), what[1], asked, report)
    place = asked.place or (found[0] if (found := _lead(grid, "地区")) else None)
    if place is None:
        report.add("input.PLACE.missing", grid.spot(0, 0), known=[])
        return []
    rows: list[Row] = []
    left = []
    for row in body:
        text = narrow(grid.cell(row, 0))
        found_rows = _line(grid, head, row, place, text, grid.spot(row, 0, "1"), asked, report)
        rows += found_rows or []
        left += [text] if found_rows is None else []
    if left:
        report.say("left_indicators", names=tuple(left[:10]), n=len(left))
    return rows


def _is_body(grid: Grid, row: int) -> bool:
    text = narrow(grid.cell(row, 0) or "")
    return bool(text) and not re.match("(注|数据来源|数据库|指标|时间|地区|备注|来源)[:：]", text)


def _by_place(
    grid: Grid, head: int, body: list[int], indicator: str, spot: Spot, asked: Asked, report: Report
) -> list[Row]:
    names = {row: narrow(grid.cell(row, 0)) for row in body}
    place = needs_place(asked, report, grid.spot(head, 0, "1"), list(names.values()))
    if place is None:
        return []
    wanted = _spellings(place)
    mine = [row for row, name in names.items() if short(name) in wanted]
    if not mine:
        report.add("input.PLACE.unknown", grid.spot(head, 0, "1"), got=place, known=list(names.values())[:40])
        return []
    rows: list[Row] = []
    for row in mine:
        found = _line(grid, head, row, names[row], indicator, spot, asked, report)
        if found is None:
            report.add("input.UNKNOWN_FORMAT.variable", spot, got=indicator, known=list(INDICATORS))
            return []
        rows += found
    return rows


def _spellings(place: str) -> set[str]:
    from sanhai.places.catalogue import all_places

    code = known_code(place)
    return {short(narrow(place)), *({short(all_places()[code].name_zh)} if code else ())}


def _line(
    grid: Grid, head: int, row: int, place: str, indicator: str, spot: Spot, asked: Asked, report: Report
) -> list[Row] | None:
    """The figures of one line; None for an indicator that is not ours."""
    if SAMPLE in narrow(indicator):
        report.add("input.SAMPLE.stock", spot, got=indicator)
        return []
    found = re.fullmatch(r"(.+?)[(（]([^()（）]+)[)）]", narrow(indicator))
    name, written = (found[1], found[2]) if found else (narrow(indicator), "")
    if name not in INDICATORS and name not in {one for one, _ in INDICATORS.values()}:
        return None
    variable, sex = INDICATORS.get(name, (name, "both"))
    unit = unit_of(variable, written, asked, report, spot)
    if unit is None:
        return []
    code = known_code(asked.place or place)
    key = {"place": code or asked.place or place, "name": place, "variable": variable, "sex": sex, "age": "all"}
    return _years(grid, head, row, unit, key, asked, report)


def _years(grid: Grid, head: int, row: int, unit: Unit, key: dict[str, str], asked: Asked, report: Report) -> list[Row]:
    rows: list[Row] = []
    width = max(index + 1 for index, one in enumerate(grid.rows[head]) if narrow(one or ""))
    for column in range(1, width):
        title = narrow(grid.cell(head, column) or "")
        year = year_of(title)
        if SAMPLE in title:
            report.add("input.SAMPLE.stock", grid.spot(head, column), got=title)
        elif year is None:
            report.add("input.DATE.unreadable", grid.spot(head, column), got=title)
        elif asked.wants(year):
            date = f"{year}-12-31" if key["variable"] == "pop_yearend" else ""
            more = {"year": year, "date": date, "source": "NBS", "confidence": "high"}
            rows.append(grid.row(row, column, report, unit, column_name=title, **key, **more))
    return rows
