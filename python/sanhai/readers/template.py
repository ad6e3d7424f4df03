"""The workbook that offices fill in: sheets by name, columns by their heads, never by position."""

from __future__ import annotations

import re
from typing import Any

from sanhai.places.figures import ENTERED
from sanhai.readers.census_cn import age_label
from sanhai.readers.doc import Doc
from sanhai.readers.grid import Grid
from sanhai.readers.labels import chinese, date_of, sex_of, variable_of, year_of
from sanhai.readers.rows import Asked, Report, Row, Spot
from sanhai.readers.template_checks import is_shipped, look_over
from sanhai.readers.template_words import chosen, said
from sanhai.readers.template_years import BY_YEAR, COUNTIES, counties, nature_of, years
from sanhai.readers.units import unit_of

__all__ = [
    "COVER", "FORMAT", "PAYERS", "PEOPLE", "PLACE", "POLICY", "PUBLISHED", "SOURCES", "TABLES", "parse", "recognise",
]  # fmt: skip

FORMAT = "template"
COVER, PLACE, PUBLISHED, SOURCES = "填写说明", "地点", "已公布数", "来源"
POLICY, PAYERS = "政策方案", "分担比例"  # which the policy layer reads
TABLES = {"基期人口": "pop", "死亡": "mx", "生育": "asfr", "出生性别比": "srb", "迁移": "net_migration"}
PEOPLE = (
    "sheets",
    "shipped",
)  # whose people a run takes: those of this workbook, or of the shipped place with its parts
FIELDS = {
    "地点名称": "name", "名称": "name", "行政区划代码": "code", "代码": "code", "口径": "basis", "基准时点": "date",
    "适用政策地点": "policy_place", "来源": "source", "上级": "parent", "填表单位": "office",
    "迁移假定": "migration", "人口来源": "people",
}  # fmt: skip
BASES = {"常住": "resident", "户籍": "registered", "": "resident", "resident": "resident", "registered": "registered"}
MOVES = {
    "": "",
    "按迁移表": "",
    "无迁移": "none",
    "按总人口推算": "residual",
    "as sheet": "",
    "none": "none",
    "residual": "residual",
}
ORDERS = {"合计": "all", "一孩": "1", "二孩": "2", "三孩及以上": "3+"}
CONFIDENCES = {
    "高": "high",
    "中": "medium",
    "低": "low",
    "high": "high",
    "medium": "medium",
    "low": "low",
    "": "medium",
}


def recognise(doc: Doc) -> bool:
    names = {grid.sheet for grid in doc.sheets}
    return PLACE in names and (COVER in names or "基期人口" in names)


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Rows of all sheets; a sheet without figures means "not given" and is said."""
    sheets = {grid.sheet: grid for grid in doc.sheets}
    place = _place(sheets[PLACE], asked, report)
    rows: list[Row] = []
    empty = []
    for sheet, variable in TABLES.items():
        found = _table(sheets[sheet], variable, place, asked, report) if sheet in sheets else []
        rows += found
        empty += [sheet] if not found and not report.problems and place["people"] != "shipped" else []
    rows += _published(sheets[PUBLISHED], place, asked, report) if PUBLISHED in sheets else []
    if place["migration"] and (moved := next((row for row in rows if row.variable == "net_migration"), None)):
        report.add("input.UNKNOWN_FORMAT.moves_twice", moved, got=place["migration"])
    for sheet in BY_YEAR:
        rows += years(sheets[sheet], place, asked, report) if sheet in sheets else []
    parts = counties(sheets[COUNTIES], place, asked, report) if COUNTIES in sheets else []
    if parts and place["people"] != "shipped":
        report.add("input.UNKNOWN_FORMAT.counties", parts[0], got=parts[0].name, choice=said("choice_people_shipped"))
    if empty:
        report.say("empty_sheets", names=tuple(empty))
    look_over([*rows, *parts], place, report)
    return [*rows, *parts]


def _place(grid: Grid, asked: Asked, report: Report) -> dict[str, str]:
    """What sheet 地点 says, under the names of `Figures.about`."""
    found: dict[str, tuple[Any, Spot]] = {}
    for row in range(len(grid.rows)):
        field = FIELDS.get(chinese(grid.cell(row, 0) or ""))
        if field is not None:
            found[field] = grid.cell(row, 1), grid.spot(row, 1)
    text = {name: "" if value is None else str(value).strip() for name, (value, _) in found.items()}
    text = {name: value.removesuffix(".0") for name, value in text.items()}
    nowhere = Spot(grid.file, grid.sheet)
    if not text.get("name"):
        report.add("input.PLACE.missing", found.get("name", (None, nowhere))[1], known=[])
    people = chosen(text.get("people", ""), "choice_people", PEOPLE) if text.get("people") else PEOPLE[0]
    if people is None:
        known = [said(f"choice_people_{one}") for one in PEOPLE]
        report.add("input.UNKNOWN_FORMAT.people", found["people"][1], got=text["people"], known=known)
    value, spot = found.get("date", (None, nowhere))
    day = asked.date or (date_of(value) if value is not None else None)
    if day is None and people != "shipped":
        key = "input.DATE.day" if value not in (None, "") else "input.DATE.missing"
        report.add(key, spot, got=str(value or ""))
    code = text.get("code", "")
    if code and not re.fullmatch(r"\d{6}|own/.+", code):
        report.add("input.PLACE_CODE.unknown", found["code"][1], got=code)
    if text.get("basis", "") not in BASES:
        report.add("input.UNKNOWN_FORMAT.basis", found["basis"][1], got=text["basis"], known=["常住", "户籍"])
    if text.get("migration", "") not in MOVES:
        report.add("input.UNKNOWN_FORMAT.moves", found["migration"][1], got=text["migration"], known=list(MOVES)[1:4])
    made = {
        **text,
        "people": "" if people == PEOPLE[0] else people or "",
        "date": day or "",
        "basis": BASES.get(text.get("basis", ""), ""),
    }
    made["migration"] = MOVES.get(text.get("migration", ""), "")
    made["id"] = code or text.get("name", "")
    about = ("name", "code", "policy_place", "parent", "basis", "date", "migration", "people", "office")
    report.about[made["id"]] = {name: made[name] for name in about if made.get(name)}
    return made


def _head(grid: Grid, *needed: str) -> tuple[int, dict[str, int]] | None:
    """The row that has all the heads, and the columns by head."""
    for row in range(min(len(grid.rows), 12)):
        words = grid.words(row)
        if set(needed) <= set(words):
            return row, {word: column for column, word in enumerate(words) if word}
    return None


def _lead(grid: Grid, word: str) -> tuple[Any, Spot] | None:
    for row in range(min(len(grid.rows), 6)):
        if chinese(grid.cell(row, 0) or "").rstrip(":：") == word:
            return grid.cell(row, 1), grid.spot(row, 1)
    return None


def _measure(grid: Grid, default: str, report: Report) -> str | None:
    named = _lead(grid, "指标")
    if named is None or named[0] in (None, ""):
        return default
    variable = variable_of(named[0])
    if variable is None:
        report.add("input.UNKNOWN_FORMAT.variable", named[1], got=str(named[0]), known=[])
    return variable


def _table(grid: Grid, default: str, place: dict[str, str], asked: Asked, report: Report) -> list[Row]:
    """One of the sheets with columns by sex or by order; years and ages down."""
    head = (
        _head(grid, "男", "女")
        or _head(grid, "年龄", "合计")
        or _head(grid, "年份", "合计")
        or _head(grid, "年份", "数值")
    )
    if head is None:
        report.add("input.UNKNOWN_FORMAT.header", grid.spot(0, 0), got=grid.sheet)
        return []
    row, columns = head
    body = [line for line in range(row + 1, len(grid.rows)) if any(one not in (None, "") for one in grid.rows[line])]
    variable = _measure(grid, default, report)
    if not body or variable is None:
        return []
    unit_cell = _lead(grid, "单位") or ("", grid.spot(0, 1))
    unit = unit_of(variable, unit_cell[0], asked, report, unit_cell[1], points=True)
    source = (_lead(grid, SOURCES) or ("", None))[0]
    said = {"source": str(source)} if source else {}
    rows: list[Row] = []
    for line in body:
        age = age_label(grid, line, columns["年龄"], report) if "年龄" in columns else "all"
        year = _year(grid, line, columns, variable, place, report)
        if age is None or year is None or unit is None or not asked.wants(year):
            continue
        for word, column in columns.items():
            sex, order = _what(word, variable)
            if sex and (grid.cell(line, column) is not None or sex != "both"):
                key = {**_key(place, variable, year), **said, "sex": sex, "age": age, "order": order}
                rows.append(grid.row(line, column, report, unit, column_name=word, **key))
    return rows


def _what(word: str, variable: str) -> tuple[str, str]:
    """(sex, order) of a column; ("", "") for one that holds no figure."""
    if variable == "asfr":
        return ("female", ORDERS[word]) if word in ORDERS else ("", "")
    if word == "数值":
        return "both", ""
    return (sex_of(word) or "", "") if word not in ("年龄", "年份") else ("", "")


def _year(
    grid: Grid, line: int, columns: dict[str, int], variable: str, place: dict[str, str], report: Report
) -> int | None:
    if variable == "pop" or "年份" not in columns:
        return int(place["date"][:4]) if place["date"] else None
    value = grid.cell(line, columns["年份"])
    year = year_of(f"{value:g}" if isinstance(value, int | float) else value or "")
    if year is None:
        report.add("input.DATE.unreadable", grid.spot(line, columns["年份"]), got=str(value))
    return year


def _key(place: dict[str, str], variable: str, year: int) -> dict[str, Any]:
    dates = {"pop": place["date"], "pop_yearend": f"{year}-12-31"}
    return {
        "place": place["id"], "name": place.get("name", ""), "variable": variable, "year": year, "basis": "",
        "date": dates.get(variable, ""), "source": place.get("source", ""), "confidence": "medium",
    }  # fmt: skip


def _published(grid: Grid, place: dict[str, str], asked: Asked, report: Report) -> list[Row]:
    head = _head(grid, "指标", "年份", "数值", "单位")
    if head is None:
        report.add("input.UNKNOWN_FORMAT.header", grid.spot(0, 0), got=grid.sheet)
        return []
    row, columns = head
    rows = []
    for line in range(row + 1, len(grid.rows)):
        cells = {word: grid.cell(line, column) for word, column in columns.items()}
        if all(one in (None, "") for one in cells.values()):
            continue
        variable = variable_of(cells["指标"] or "")
        if variable is None:
            report.add(
                "input.UNKNOWN_FORMAT.variable", grid.spot(line, columns["指标"]), got=str(cells["指标"]), known=[]
            )
            continue
        spot = grid.spot(line, columns["单位"])
        unit = unit_of(variable, cells["单位"], asked, report, spot, points=True)
        year, sex = _year(grid, line, columns, variable, place, report), sex_of(cells.get("性别") or "合计")
        confidence = CONFIDENCES.get(str(cells.get("可信度") or ""))
        if sex is None:
            report.add("input.SEX_LABEL.label", grid.spot(line, columns["性别"]), got=str(cells["性别"]))
        if confidence is None:
            known = ["高", "中", "低"]
            report.add(
                "input.UNKNOWN_FORMAT.confidence",
                grid.spot(line, columns["可信度"]),
                got=str(cells["可信度"]),
                known=known,
            )
        if year is None or unit is None or sex is None or confidence is None or not asked.wants(year):
            continue
        nature = nature_of(grid, line, columns, report)
        published = date_of(cells.get("公布日期")) or str(cells.get("公布日期") or "")
        key = {
            **_key(place, variable, year),
            "sex": sex,
            "age": "all",
            "published": published,
            "confidence": confidence,
        }
        key["source"] = str(cells.get("来源") or key["source"])
        one = grid.row(line, columns["数值"], report, unit, column_name="数值", **key)
        if nature is not None:
            one.method = "published" if is_shipped(one) else nature[0] or ENTERED
            rows.append(one)
    return rows
