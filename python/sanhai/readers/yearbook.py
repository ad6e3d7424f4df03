"""A page of a Chinese yearbook, pasted: bilingual heads, 单位：, years down and indicators across, or ages down."""

from __future__ import annotations

import re

from sanhai.readers.census_cn import ages_down, down
from sanhai.readers.doc import Doc, known_code, needs_place
from sanhai.readers.grid import Grid
from sanhai.readers.labels import chinese, narrow, variable_of, year_of
from sanhai.readers.rows import Asked, Report, Row
from sanhai.readers.units import unit_of

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "yearbook-cn"
LATIN = re.compile("[A-Za-z]{3}")


def _years_down(grid: Grid) -> int | None:
    for row in range(min(len(grid.rows), 12)):
        words = grid.words(row)
        if words and words[0] in ("年份", "年") and len([one for one in words if one]) > 1:
            return row
    return None


def recognise(doc: Doc) -> bool:
    """Years down the page, or an age head that is bilingual, or a page that says it is a sample."""
    for grid in doc.grids:
        if _years_down(grid) is not None or (_sample(grid) and ages_down(grid)):
            return True
        if (found := ages_down(grid)) and LATIN.search(str(grid.cell(*found))):
            return True
    return False


def _sample(grid: Grid) -> tuple[int, int, str] | None:
    return next((one for one in grid.all_words(len(grid.rows)) if re.search("抽样比|抽样调查样本", one[2])), None)


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Rows of one place. A sample is no stock (SAMPLE); percentages are no people (PERCENT, by the check)."""
    rows: list[Row] = []
    for grid in doc.grids:
        if found := _sample(grid):
            report.add("input.SAMPLE.stock", grid.spot(found[0], found[1]), got=found[2])
        elif (head := _years_down(grid)) is not None:
            rows += _series(grid, head, asked, report)
        elif (at := ages_down(grid)) is not None:
            rows += down(grid, at, asked, report, default="")
    return rows


def _unit(grid: Grid, column_text: str) -> str:
    """In brackets of the head, else of the line 单位：."""
    if found := re.search(r"[(（]([^()（）]*)[)）]", chinese(column_text)):
        return found[1]
    line = next((one[2] for one in grid.all_words() if "单位" in one[2]), "")
    said = re.search(r"单位[:：]?([^A-Za-z(（]+)", line)
    return said[1] if said else ""


def _series(grid: Grid, head: int, asked: Asked, report: Report) -> list[Row]:
    titles = [str(one or "") for one in grid.rows[head]]
    known = {
        at: name for at, title in enumerate(titles)
        if at and (name := variable_of(re.sub(r"[(（].*", "", chinese(title)))) is not None
    }  # fmt: skip
    place = needs_place(asked, report, grid.spot(0, 0), [])
    if left := [chinese(one) for at, one in enumerate(titles) if at and one and at not in known]:
        report.say("left_indicators", names=tuple(left[:10]), n=len(left))
    if not known:
        report.add("input.UNKNOWN_FORMAT.variable", grid.spot(head, 0), got=titles[:8], known=[])
    if place is None:
        return []
    units = {
        at: unit_of(name, _unit(grid, titles[at]), asked, report, grid.spot(head, at)) for at, name in known.items()
    }
    rows: list[Row] = []
    body = [
        line for line in range(len(grid.rows)) if line > head or (line < head and year_of(grid.cell(line, 0) or ""))
    ]
    for line in body:
        label = grid.cell(line, 0)
        if re.match("[注资数单]", narrow(label or "")) or not any(narrow(one or "") for one in grid.rows[line]):
            continue
        year = year_of(label or "")
        if year is None:
            report.add("input.DATE.unreadable", grid.spot(line, 0), got=str(label))
            continue
        for at, variable in known.items():
            unit = units[at]
            if unit is not None and asked.wants(year):
                date = f"{year}-12-31" if variable == "pop_yearend" else ""
                key = {
                    "place": known_code(place) or place,
                    "name": place,
                    "variable": variable,
                    "year": year,
                    "date": date,
                }
                rows.append(
                    grid.row(line, at, report, unit, sex="both", age="all", source="yearbook", confidence="high", **key)
                )
    report.say("years_read", file=grid.file, years=tuple(sorted({row.year for row in rows})))
    return rows
