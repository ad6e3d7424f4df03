"""Origin-destination tables: long (origin, destination, year, sex, age, value) or wide (destinations across)."""

from __future__ import annotations

import math

from sanhai.readers.doc import Doc, known_code
from sanhai.readers.grid import Grid
from sanhai.readers.labels import age_of, narrow, sex_of, year_of
from sanhai.readers.rows import Asked, Report, Row, Unit
from sanhai.readers.units import unit_of

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "origin-destination"
ORIGIN = ("origin", "迁出地", "orig", "from")
DESTINATION = ("destination", "迁入地", "dest", "to")
VALUES = {"value": "flow", "flow": "flow", "人数": "flow", "rate": "rate", "迁移率": "rate"}
TOTALS = {"合计", "总计", "total", "all", "小计"}


def _words(grid: Grid, row: int) -> list[str]:
    return [narrow(one or "").lower() for one in grid.rows[row]]


def _is_long(grid: Grid) -> bool:
    words = set(_words(grid, 0)) if grid.rows else set()
    return bool(words & set(ORIGIN)) and bool(words & set(DESTINATION)) and bool(words & set(VALUES))


def _corner(grid: Grid) -> int | None:
    for row in range(min(len(grid.rows), 6)):
        first = narrow(grid.cell(row, 0) or "").lower()
        if any(one in first for one in ORIGIN[:2]) and any(one in first for one in DESTINATION[:2]):
            return row
    return None


def recognise(doc: Doc) -> bool:
    return any(_is_long(grid) or _corner(grid) is not None for grid in doc.grids)


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Rows with `place` the origin and `destination`; counts are persons a year, rates shares a year."""
    rows: list[Row] = []
    for grid in doc.grids:
        if _is_long(grid):
            rows += _long(grid, asked, report)
        elif (head := _corner(grid)) is not None:
            rows += _wide(grid, head, asked, report)
    return rows


def _long(grid: Grid, asked: Asked, report: Report) -> list[Row]:
    words = _words(grid, 0)
    at = {name: words.index(one) for name, known in (("origin", ORIGIN), ("destination", DESTINATION))
          for one in known if one in words}  # fmt: skip
    value = next(one for one in VALUES if one in words)
    variable = asked.measure or VALUES[value]
    rows: list[Row] = []
    for line in range(1, len(grid.rows)):
        if not any(grid.rows[line]):
            continue
        cells = {word: grid.cell(line, column) for column, word in enumerate(words)}
        year, sex = year_of(cells.get("year") or asked.date or ""), sex_of(cells.get("sex", "both") or "?")
        age = age_of("all" if "age" not in cells else "?" if cells["age"] is None else cells["age"])
        if year is None or sex is None or age is None:
            column = "year" if year is None else "sex" if sex is None else "age"
            key = {"year": "input.DATE.unreadable", "sex": "input.SEX_LABEL.label", "age": "input.AGE_AMBIGUOUS.label"}
            spot = grid.spot(line, words.index(column) if column in words else 0, column)
            report.add(key[column], spot, got=str(cells.get(column) or ""))
            continue
        unit = unit_of(variable, cells.get("unit") or _default(variable), asked, report, grid.spot(line, 0), "file")
        if unit is not None and asked.wants(year):
            origin, destination = (str(grid.cell(line, at[name]) or "").strip() for name in ("origin", "destination"))
            rows.append(
                _row(grid, line, words.index(value), report, unit, variable, (origin, destination), (year, sex, age))
            )
    _say_absent(rows, report)
    return rows


def _say_absent(rows: list[Row], report: Report) -> None:
    """Cells that no row has: pairs of places by year, sex and age."""
    held = {(row.place, row.destination, row.year, row.sex, row.age) for row in rows}
    ends = {row.place for row in rows} | {row.destination for row in rows}
    cells = {one[2:] for one in held}
    absent = [
        (one, other)
        for one in sorted(ends)
        for other in sorted(ends)
        if one != other
        for cell in sorted(cells)
        if (one, other, *cell) not in held
    ]
    if absent:
        report.say("absent_pairs", n=len(absent), pairs=tuple(dict.fromkeys(f"{a}-{b}" for a, b in absent))[:5])


def _default(variable: str) -> str:
    return "share" if variable == "rate" else ""


def _row(
    grid: Grid, line: int, column: int, report: Report, unit: Unit, variable: str, pair: tuple[str, str],
    when: tuple[int, str, str],
) -> Row:  # fmt: skip
    origin, destination = (known_code(one) or one for one in pair)
    year, sex, age = when
    return grid.row(
        line, column, report, unit, column_name="value", place=origin, name=pair[0], destination=destination,
        variable=variable, year=year, sex=sex, age=age, confidence="medium",
    )  # fmt: skip


def _wide(grid: Grid, head: int, asked: Asked, report: Report) -> list[Row]:
    """A square: totals of rows and columns are compared and dropped."""
    year = year_of(asked.date[:4]) if asked.date else None
    if year is None:
        report.add("input.DATE.missing", grid.spot(head, 0), got=grid.file)
        return []
    variable = asked.measure or "flow"
    unit = unit_of(variable, _default(variable), asked, report, grid.spot(head, 0))
    if unit is None:
        return []
    across = {column: narrow(one) for column, one in enumerate(grid.rows[head]) if column and narrow(one or "")}
    down = {
        line: narrow(grid.cell(line, 0)) for line in range(head + 1, len(grid.rows)) if narrow(grid.cell(line, 0) or "")
    }
    rows = {
        (line, column): _row(grid, line, column, report, unit, variable, (origin, name), (year, "both", "all"))
        for line, origin in down.items() for column, name in across.items()
    }  # fmt: skip
    totals = [one for one, name in across.items() if name.lower() in TOTALS]
    ends = [one for one, name in down.items() if name.lower() in TOTALS]
    kept = {key: row for key, row in rows.items() if key[0] not in ends and key[1] not in totals}
    for key, row in rows.items():
        if key in kept or (key[0] in ends and key[1] in totals):
            continue
        parts = [one.value for at, one in kept.items() if at[0] == key[0] or at[1] == key[1]]
        if not math.isnan(row.value) and abs(math.fsum(parts) - row.value) > max(1.5, 2e-6 * abs(row.value)):
            report.add("input.SUM.ages", row, got=f"{row.value:,.10g}", sum=f"{math.fsum(parts):,.10g}")
    return [row for row in kept.values() if row.place != row.destination or not math.isnan(row.value)]
