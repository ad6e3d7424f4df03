"""Tables of the R package wpp2024: years down, or across (then the file's name says the quantity)."""

from __future__ import annotations

import re

from sanhai.readers.doc import Doc, needs_place
from sanhai.readers.grid import Grid, grid_of
from sanhai.readers.labels import age_of, year_of
from sanhai.readers.rows import Asked, Report, Row, Unit

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "r-wpp"
THOUSANDS = Unit("thousands", 1e3, "persons")
RATE = Unit("1/year", 1.0, "1/year")
SHARE = Unit("%", 1e-2, "share")
COLUMNS = {
    "popM": ("pop", "male", THOUSANDS),
    "popF": ("pop", "female", THOUSANDS),
    "pop": ("pop", "both", THOUSANDS),
    "mxM": ("mx", "male", RATE),
    "mxF": ("mx", "female", RATE),
    "mxB": ("mx", "both", RATE),
    "migM": ("net_migration", "male", THOUSANDS),
    "migF": ("net_migration", "female", THOUSANDS),
    "mig": ("net_migration", "both", THOUSANDS),
    "births": ("births", "both", THOUSANDS),
    "deaths": ("deaths", "both", THOUSANDS),
    "tfr": ("tfr", "both", Unit("per woman", 1.0, "children per woman")),
    "e0M": ("e0", "male", Unit("years", 1.0, "years")),
    "e0F": ("e0", "female", Unit("years", 1.0, "years")),
    "e0B": ("e0", "both", Unit("years", 1.0, "years")),
    "sexRatio": ("srb", "both", Unit("per girl", 1.0, "boys per girl")),
}
FILES = tuple(sorted(COLUMNS, key=len, reverse=True))


def _grid(doc: Doc) -> Grid | None:
    first = doc.head[0] if doc.head else ""
    separator = "\t" if "\t" in first else ","
    names = [one.strip('"') for one in first.split(separator)]
    return grid_of(doc.text, separator) if doc.text is not None and {"country_code", "name"} <= set(names) else None


def recognise(doc: Doc) -> bool:
    return _grid(doc) is not None


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Rows of one country. Stocks of these tables are dated 31 December: 2023 is 1 January 2024."""
    grid = _grid(doc)
    assert grid is not None
    head = [str(one) for one in grid.rows[0]]
    at = {name: index for index, name in enumerate(head)}
    known = [
        (index, row) for index, row in enumerate(grid.rows) if index and len(row) > max(at["country_code"], at["name"])
    ]
    names = list(dict.fromkeys(str(row[at["name"]]) for _, row in known))
    place = needs_place(asked, report, grid.spot(0, at["name"], "name"), names)
    if place is None:
        return []
    mine = [index for index, row in known if place in (row[at["country_code"]], row[at["name"]])]
    if not mine:
        report.add("input.PLACE.unknown", grid.spot(0, at["name"], "name"), got=place, known=names[:20])
        return []
    wide = [(index, name) for index, name in enumerate(head) if re.fullmatch(r"\d{4}(-\d{4})?", name)]
    if any("-" in name for _, name in wide):
        report.add("input.DATE.periods", grid.spot(0, wide[0][0], wide[0][1]), got=wide[0][1])
        return []
    rows: list[Row] = []
    for row in mine:
        rows += _values(grid, row, at, wide, doc.stem, place, asked, report)
    if any(row.variable == "pop" for row in rows):
        report.say("r_stocks")
    return rows


def _values(
    grid: Grid, row: int, at: dict[str, int], wide: list[tuple[int, str]], stem: str, place: str, asked: Asked,
    report: Report,
) -> list[Row]:  # fmt: skip
    age = age_of(grid.cell(row, at["age"])) if "age" in at else "all"
    if age is None:
        report.add("input.AGE_AMBIGUOUS.label", grid.spot(row, at["age"], "age"), got=str(grid.cell(row, at["age"])))
        return []
    age = "100+" if age == "100" else age
    if wide:
        measure = asked.measure or next((name for name in FILES if stem.startswith(name)), None)
        if measure not in COLUMNS:
            report.add("input.UNKNOWN_FORMAT.measure", grid.spot(0, 0), got=measure or stem)
            return []
        cells = [(column, measure, year_of(name)) for column, name in wide]
    else:
        cells = [(column, name, year_of(grid.cell(row, at["year"]))) for name, column in at.items() if name in COLUMNS]
    found = []
    for column, name, year in cells:
        if year is None:
            report.add("input.DATE.unreadable", grid.spot(row, at["year"], "year"), got=str(grid.cell(row, at["year"])))
            return []
        variable, sex, unit = COLUMNS[name]
        held = year + 1 if variable == "pop" else year
        if asked.wants(held):
            key = {
                "place": place,
                "name": str(grid.cell(row, at["name"])),
                "variable": variable,
                "year": held,
                "sex": sex,
            }
            date = f"{held}-01-01" if variable == "pop" else ""
            made = grid.row(row, column, report, unit, age=age, date=date, column_name=name, confidence="medium", **key)
            made.decimals = max(made.decimals, 3) if unit is THOUSANDS else made.decimals
            found.append(made)
    return found
