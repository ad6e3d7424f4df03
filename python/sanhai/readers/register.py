"""Registers of nursery institutions: places summed by county. Names of institutions are never kept."""

from __future__ import annotations

import re

from sanhai.readers.doc import Doc, known_code
from sanhai.readers.grid import Grid
from sanhai.readers.labels import date_of, narrow
from sanhai.readers.rows import Asked, Report, Row, Unit

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "nursery-register"
PLACES = Unit("places", 1.0, "places")
COUNTY = re.compile(r"^(所属|所在)?(县[(（]?[市区]?[)）]?|区县|县区|县市区|地区|区)(名称)?$")
TOTALS = ("小计", "合计", "总计")


def _head(grid: Grid) -> tuple[int, list[int], int] | None:
    """(row, columns of places, column of the county)."""
    for row in range(min(len(grid.rows), 10)):
        words = [narrow(one or "") for one in grid.rows[row]]
        places = [at for at, one in enumerate(words) if "托位" in one and len(one) < 20]
        county = [at for at, one in enumerate(words) if COUNTY.match(one)]
        if places and county:
            return row, places, county[0]
    return None


def recognise(doc: Doc) -> bool:
    return any(_head(grid) is not None for grid in doc.grids)


def _day(grid: Grid, asked: Asked) -> str | None:
    if asked.date is not None:
        return asked.date
    for _, _, text in grid.all_words(6):
        if found := re.search(r"\d{4}年\d{1,2}月\d{1,2}日", text):
            return date_of(found.group())
        if found := re.search(r"(\d{4})年(底|末)", text):
            return f"{found[1]}-12-31"
    return None


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """One row a county: the sum of its institutions; 小计 and 合计 are compared with it."""
    rows: list[Row] = []
    for grid in doc.grids:
        if (head := _head(grid)) is not None:
            rows += _sums(grid, *head, asked, report)
    return rows


def _sums(grid: Grid, head: int, places: list[int], county: int, asked: Asked, report: Report) -> list[Row]:
    words = [narrow(one or "") for one in grid.rows[head]]
    if len(places) > 1:
        report.add("input.UNKNOWN_FORMAT.choose", grid.spot(head, places[1]), got=[words[at] for at in places])
        return []
    column = places[0]
    if "千人" in words[column]:
        report.add(
            "input.UNIT.unknown", grid.spot(head, column), got=words[column], variable="nursery_places", known=["个"]
        )
        return []
    day = _day(grid, asked)
    if day is None:
        report.add("input.DATE.missing", grid.spot(0, 0), got=str(grid.cell(0, 0) or ""))
        return []
    found: dict[str, Row] = {}
    block, whole = 0.0, 0.0  # since the last 小计; of all
    for line in range(head + 1, len(grid.rows)):
        cells = grid.rows[line]
        label = next((word for one in cells if (word := narrow(one or "")) in TOTALS), None)
        name = narrow(grid.cell(line, county) or "")
        if label is None and (not name or re.match("[注备说]", narrow(cells[0] or ""))):
            continue
        value, _, spot = grid.number(line, column, report)
        if label is not None:
            expected = block if label == "小计" else whole
            if abs(value - expected) > 0.5:
                report.add("input.SUM.ages", spot, got=f"{value:,.10g}", sum=f"{expected:,.10g}")
            block = 0.0 if label == "小计" else block
            continue
        if value < 0.0 or value != value:
            report.add("input.NEGATIVE.value" if value < 0.0 else "input.MISSING.value", spot, got=f"{value:g}")
            continue
        block, whole = block + value, whole + value
        place = known_code(name) or name
        row = found.setdefault(
            name,
            Row(place, "nursery_places", int(day[:4]), "both", "all", 0.0, PLACES, spot, day, name=name,
                source="register", confidence="medium", method="derived: sum of institutions"),
        )  # fmt: skip
        row.value += value
    report.say("institutions")
    rows = list(found.values())
    return [row for row in rows if asked.place is None or asked.place in (row.place, row.name)]
