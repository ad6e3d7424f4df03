"""Sheets of the workbook with quantities down and years across, and the sheet of counties: places, money, counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sanhai.places.catalogue import all_places, children_of
from sanhai.places.figures import ENTERED, EXAMPLE, OWN_ESTIMATE
from sanhai.readers.grid import Grid
from sanhai.readers.labels import chinese, date_of, narrow, year_of
from sanhai.readers.rows import Asked, Report, Row, Unit
from sanhai.readers.template_words import chosen, head, said
from sanhai.readers.units import BASE, unit_of

__all__ = [
    "BY_COUNTY", "BY_YEAR", "COUNTIES", "MONEY", "NATURES", "NONE", "NURSERY", "Span", "counties", "head_row",
    "is_empty", "nature_of", "years",
]  # fmt: skip

NURSERY, MONEY, COUNTIES = "托育", "财力和扶助对象", "分县区"


@dataclass(frozen=True)
class Span:
    """What may stand in a cell of a quantity, in the unit that the workbook offers."""

    unit: str  # key of the words of units
    low: float
    high: float


BY_YEAR: dict[str, dict[str, Span]] = {
    NURSERY: {
        "nursery_places": Span("places", 0, 10_000_000),
        "nursery_places_inclusive": Span("places", 0, 10_000_000),
        "nursery_places_public": Span("places", 0, 10_000_000),
        "nursery_places_kindergarten": Span("places", 0, 10_000_000),
        "nursery_institutions": Span("institutions", 0, 200_000),
        "nursery_enrolled": Span("persons", 0, 10_000_000),
        "nursery_opened": Span("places", 0, 3_000_000),
        "nursery_closed": Span("places", 0, 3_000_000),
    },
    MONEY: {
        "general_budget_revenue": Span("ten_thousand_yuan", 100, 300_000_000),
        "general_budget_spending": Span("ten_thousand_yuan", 100, 500_000_000),
        "recipients_bereaved": Span("persons", 0, 3_000_000),
        "recipients_disabled_child": Span("persons", 0, 3_000_000),
        "recipients_rural_reward": Span("persons", 0, 20_000_000),
        "enrolled_preschool": Span("persons", 0, 50_000_000),
    },
}
BY_COUNTY: dict[str, Span] = {
    "pop_yearend": Span("ten_thousand", 0.01, 3_000),
    "births": Span("persons", 0, 1_000_000),
    "nursery_places": Span("places", 0, 1_000_000),
    "nursery_places_inclusive": Span("places", 0, 1_000_000),
    "general_budget_revenue": Span("ten_thousand_yuan", 100, 300_000_000),
}
# What kind of figure it is: (method, confidence).
NATURES = {
    "published": (ENTERED, "high"),
    "departmental": (ENTERED, "medium"),
    "estimate": (OWN_ESTIMATE, "low"),
    "example": (EXAMPLE, "low"),
}
OTHERS = (1e4, 1e3)  # what a number is too large by where its unit was taken for another
NONE = "none"  # the note of a row that says that there is no such thing: nothing is put in its place
YEAR_ENDS = ("pop_yearend", "nursery_places", "nursery_places_inclusive", "nursery_places_public",
             "nursery_places_kindergarten", "nursery_institutions")  # fmt: skip

# Heads that the reader looks for itself.
WHAT, UNIT, NATURE, SOURCE, AS_OF, YEAR, COUNTY = (
    chinese(said(f"head_{key}", "zh"))
    for key in ("variable", "unit", "nature", "source", "as_of", "year", "county")
)  # fmt: skip
TEXTS = {"source": SOURCE, "published": AS_OF}


def years(grid: Grid, place: dict[str, str], asked: Asked, report: Report) -> list[Row]:
    """Rows of a sheet of BY_YEAR; an empty cell gives none, 无 one without a value and with the note NONE."""
    found = head_row(grid, ("variable", "unit"), report)
    if found is None:
        return []
    line, columns = found
    spans = BY_YEAR[grid.sheet]
    known = {chinese(said(f"quantity_{name}", "zh")): name for name in spans}
    across = {column: year for word, column in columns.items() if (year := year_of(word)) is not None}
    rows: list[Row] = []
    for at in range(line + 1, len(grid.rows)):
        filled = [
            column for column, year in across.items() if not is_empty(grid.cell(at, column)) and asked.wants(year)
        ]
        label, spot = chinese(grid.cell(at, columns[WHAT]) or ""), grid.spot(at, columns[WHAT])
        if filled and label not in known:
            names = [said(f"quantity_{name}") for name in spans]
            report.add("input.UNKNOWN_FORMAT.variable", spot, got=label, known=names)
        if not filled or label not in known:
            continue
        variable, about = known[label], _about(grid, at, columns, report)
        spot = grid.spot(at, columns[UNIT])
        unit = unit_of(variable, grid.cell(at, columns[UNIT]), asked, report, spot, points=True)
        if unit is None or about is None:
            continue
        for column in filled:
            key = {**_key(place["id"], variable, across[column]), "name": place.get("name", ""), **about}
            rows.append(_cell(grid, at, column, unit, key, spans[variable], report))
    return rows


def counties(grid: Grid, place: dict[str, str], asked: Asked, report: Report) -> list[Row]:
    """Rows of what lies in a place, a year a row; units stand in the heads."""
    found = head_row(grid, ("county", "year"), report)
    if found is None:
        return []
    line, columns = found
    names = {chinese(said(f"quantity_{name}", "zh")): name for name in BY_COUNTY}
    held = {names[bare]: column for word, column in columns.items() if (bare := word.partition("(")[0]) in names}
    code = place.get("code", "")
    inside = _inside(code)
    rows: list[Row] = []
    for at in range(line + 1, len(grid.rows)):
        filled = {name: column for name, column in held.items() if not is_empty(grid.cell(at, column))}
        if not filled:
            continue
        name, spot = narrow(grid.cell(at, columns[COUNTY]) or ""), grid.spot(at, columns[COUNTY])
        if name not in inside:
            known = [all_places()[one].name_zh for one in dict.fromkeys(inside.values())]
            report.add("input.PLACE.inside", spot, got=name, place=place.get("name", ""), known=known)
            continue
        year, spot = year_of(grid.cell(at, columns[YEAR]) or ""), grid.spot(at, columns[YEAR])
        if year is None:
            report.add("input.DATE.unreadable", spot, got=str(grid.cell(at, columns[YEAR]) or ""))
        about = _about(grid, at, columns, report)
        if year is None or about is None or not asked.wants(year):
            continue
        for variable, column in filled.items():
            spot, written = grid.spot(line, column), re.search(r"\(([^()]+)\)", narrow(grid.cell(line, column)))
            unit = unit_of(variable, written[1] if written else "", asked, report, spot, points=True)
            if unit is not None:
                key = {**_key(inside[name], variable, year), "name": name, "parent": code, **about}
                rows.append(_cell(grid, at, column, unit, key, BY_COUNTY[variable], report))
    return rows


# ---- cells ----------------------------------------------------------------------------------------------------------


def is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not narrow(cell))


def head_row(grid: Grid, needed: tuple[str, ...], report: Report) -> tuple[int, dict[str, int]] | None:
    """The row with all the heads of some keys, and columns by head; UNKNOWN_FORMAT is noted where there is none."""
    wanted = {chinese(said(f"head_{key}", "zh")) for key in needed}
    for row in range(min(len(grid.rows), 12)):
        words = grid.words(row)
        if wanted <= set(words):
            return row, {word: column for column, word in enumerate(words) if word}
    report.add("input.UNKNOWN_FORMAT.header", grid.spot(0, 0), got=grid.sheet, known=[head(key) for key in needed])
    return None


def nature_of(grid: Grid, at: int, columns: dict[str, int], report: Report) -> tuple[str, str] | None:
    """(method, confidence) of the figures of a row; None after a fault was noted, ("", "") where nothing is said."""
    if NATURE not in columns or is_empty(grid.cell(at, columns[NATURE])):
        return "", ""
    value = grid.cell(at, columns[NATURE])
    nature = chosen(value, "choice_nature", tuple(NATURES))
    if nature is None:
        known = [said(f"choice_nature_{key}") for key in NATURES]
        report.add("input.UNKNOWN_FORMAT.nature", grid.spot(at, columns[NATURE]), got=str(value), known=known)
        return None
    return NATURES[nature]


def _about(grid: Grid, at: int, columns: dict[str, int], report: Report) -> dict[str, str] | None:
    """What a row says of its figures beside their values; what kind they are of must be said."""
    found = nature_of(grid, at, columns, report)
    if found == ("", ""):
        spot = grid.spot(at, columns.get(NATURE, 0))
        known = [said(f"choice_nature_{key}") for key in NATURES]
        report.add("input.UNKNOWN_FORMAT.nature", spot, got="", known=known)
        return None
    texts = {name: grid.cell(at, columns[word]) if word in columns else None for name, word in TEXTS.items()}
    published = texts.pop("published")
    about = {name: "" if is_empty(value) else str(value).strip() for name, value in texts.items()}
    about["published"] = date_of(published) or ("" if is_empty(published) else str(published).strip())
    return None if found is None else {**about, "method": found[0], "confidence": found[1]}


def _key(place: str, variable: str, year: int) -> dict[str, Any]:
    date = f"{year}-12-31" if variable in YEAR_ENDS else ""
    return {"place": place, "variable": variable, "year": year, "sex": "both", "age": "all", "date": date}


def _cell(grid: Grid, at: int, column: int, unit: Unit, key: dict[str, Any], span: Span, report: Report) -> Row:
    """The row of a cell inside its bounds, a fault noted outside them."""
    value = grid.cell(at, column)
    if isinstance(value, str) and chosen(value, "none", ("word",)):
        return Row(value=float("nan"), unit=unit, spot=grid.spot(at, column), note=NONE, **key)
    row = grid.row(at, column, report, unit, **key)
    scale = BASE[row.variable][1][narrow(said(f"choice_{span.unit}", "zh"))]
    found = row.value * unit.factor / scale
    if found == found and not span.low <= found <= span.high:
        values = {"low": span.low, "high": span.high, "unit": said(f"choice_{span.unit}")}
        meant = next((found / factor for factor in OTHERS if span.low < found / factor <= span.high), None)
        if meant is None:
            report.add("input.RANGE.entered", row, got=value, **values)
        else:
            report.add("input.RANGE.unit", row, got=value, meant=f"{meant:.10g}", **values)
    return row


def _inside(code: str) -> dict[str, str]:
    """Codes of what lies straight in a place, by code, name and short name."""
    if code not in all_places():
        return {}
    return {name: row.code for row in children_of(code) for name in (row.code, row.name_zh, row.short_zh)}
