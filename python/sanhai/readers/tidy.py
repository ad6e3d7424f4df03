"""Our own tidy table: CSV, Parquet or a sheet with columns place, variable, year or date, sex, age, value, unit."""

from __future__ import annotations

import re
from typing import Any

from sanhai.readers.doc import Doc, known_code
from sanhai.readers.grid import Grid
from sanhai.readers.labels import age_of, date_of, narrow, sex_of, variable_of, year_of
from sanhai.readers.rows import Asked, Report, Row, Spot
from sanhai.readers.units import unit_of

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "tidy"
NEEDED = ("place", "variable", "sex", "age", "value", "unit")
OPTIONAL = ("source", "confidence", "method", "basis", "name", "parent", "note")
STOCKS = ("pop",)  # a day of their own: a year is no day
ORDERS = ("", "all", "1", "2", "3", "4", "5", "3+", "4+", "5+")
CONFIDENCES = ("", "high", "medium", "low")


def _columns(grid: Grid) -> dict[str, int]:
    head = [narrow(one or "").lower() for one in grid.rows[0]] if grid.rows else []
    return {name: index for index, name in enumerate(head) if name}


def _is_tidy(grid: Grid) -> bool:
    columns = _columns(grid)
    return {"variable", "value", "unit"} <= set(columns) and "scenario" not in columns


def recognise(doc: Doc) -> bool:
    return doc.table is not None or any(_is_tidy(grid) for grid in doc.grids)


def _grids(doc: Doc) -> list[Grid]:
    if doc.table is None:
        return [grid for grid in doc.grids if _is_tidy(grid)]
    frame = doc.table.astype(object).where(doc.table.notna(), None)
    rows: list[list[Any]] = [list(map(str, frame.columns)), *frame.to_numpy().tolist()]
    return [Grid(doc.file, "Parquet", rows)]


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Every row of the places and years asked for."""
    rows: list[Row] = []
    for grid in _grids(doc):
        columns = _columns(grid)
        missing = [name for name in NEEDED if name not in columns]
        if missing or not {"year", "date"} & set(columns):
            spot = grid.spot(0, 0, missing[0] if missing else "year")
            report.add("input.UNKNOWN_FORMAT.columns", spot, got=missing or ["year", "date"])
            continue
        for index in range(1, len(grid.rows)):
            if any(one not in (None, "") for one in grid.rows[index]):
                made = _row(grid, index, columns, asked, report)
                rows += [made] if made is not None else []
    places = list(dict.fromkeys(row.place for row in rows))
    if asked.place is None and len(places) > 1:
        report.say("places", names=tuple(places[:10]), n=len(places))
    if asked.place is not None and not rows and not report.problems:
        report.add("input.PLACE.unknown", Spot(doc.file), got=asked.place, known=places)
    return rows


def _row(grid: Grid, index: int, columns: dict[str, int], asked: Asked, report: Report) -> Row | None:
    def text(name: str) -> str:
        value = grid.cell(index, columns[name]) if name in columns else None
        return "" if value is None else str(value).strip()

    def at(name: str) -> Spot:
        return grid.spot(index, columns.get(name, 0), name)

    if grid.text is not None and len(grid.rows[index]) != len(grid.rows[0]):
        report.add("input.CUT_OFF.line", at("value"), got=",".join(grid.rows[index])[:60])
        return None
    place = known_code(text("place")) or text("place")
    if asked.place is not None and asked.place not in (place, text("place"), text("name")):
        return None
    variable, sex = variable_of(text("variable")), sex_of(text("sex") or "both")
    age = age_of(text("age") or "all")
    before = len(report.problems)
    day = _day(text("date"), at, report)
    year = year_of(text("year")) if text("year") else int(day[:4]) if day else None
    if not text("place"):
        report.add("input.PLACE.missing", at("place"), known=[])
    if variable is None:
        report.add("input.UNKNOWN_FORMAT.variable", at("variable"), got=text("variable"), known=[])
    if sex is None or (variable in ("pop", "mx", "qx") and not text("sex")):
        report.add("input.SEX_LABEL.label", at("sex"), got=text("sex"))
    if age is None or (variable in ("pop", "mx", "qx", "asfr") and not text("age")):
        report.add("input.AGE_AMBIGUOUS.label", at("age"), got=text("age"))
    if year is None and day is not None:
        report.add("input.DATE.unreadable", at("year"), got=text("year") or text("date"))
    elif variable in STOCKS and not day and day is not None:
        report.add("input.DATE.day", at("date"), got=text("year"))
    elif day and text("year") and year != int(day[:4]):
        report.add("input.DATE.unreadable", at("year"), got=f"{text('year')}, {day}")
    _check_words(text, at, report)
    unit = unit_of(variable, text("unit"), asked, report, at("unit")) if variable is not None else None
    if len(report.problems) > before or variable is None or sex is None or age is None or year is None or unit is None:
        return None
    if not asked.wants(year):
        return None
    order, published = text("order"), date_of(text("published")) or text("published")
    key = {name: text(name) for name in OPTIONAL if name in columns}
    key["confidence"] = key.get("confidence") or "medium"
    return grid.row(
        index, columns["value"], report, unit, column_name="value", place=place, variable=variable, year=year, sex=sex,
        age=age, date=day or "", order=order, published=published, **key,
    )  # fmt: skip


def _day(given: str, at: Any, report: Report) -> str | None:
    """The day, "" where none is given; None after it was noted."""
    if not given:
        return ""
    if (day := date_of(given)) is None:
        key = "input.DATE.day" if year_of(given) else "input.DATE.unreadable"
        report.add(key, at("date"), got=given)
    return day


def _check_words(text: Any, at: Any, report: Report) -> None:
    if text("order") not in ORDERS:
        report.add("input.UNKNOWN_FORMAT.order", at("order"), got=text("order"), known=list(ORDERS[1:]))
    if text("confidence") not in CONFIDENCES:
        report.add(
            "input.UNKNOWN_FORMAT.confidence", at("confidence"), got=text("confidence"), known=list(CONFIDENCES[1:])
        )
    if (
        text("published")
        and date_of(text("published")) is None
        and not re.fullmatch(r"\d{4}(-\d{2})?", text("published"))
    ):
        report.add("input.DATE.unreadable", at("published"), got=text("published"))
