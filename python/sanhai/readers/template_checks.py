"""What the figures of the workbook say of one another: parts and wholes, people and places, and what is shipped."""

from __future__ import annotations

import math

from sanhai.places.catalogue import all_places, census_total, children_of
from sanhai.places.catalogue import place as shipped
from sanhai.places.figures import FAMILIES, Figure
from sanhai.readers.rows import Report, Row

__all__ = ["is_shipped", "look_over"]

Key = tuple[str, str, int]  # place, variable, year
PARTS = ("nursery_places_inclusive", "nursery_places_public", "nursery_places_kindergarten")
USED = 1.05  # children enrolled over places, from which on it is said
NEAR = 1e-6  # a rate is shipped at full precision and shown rounded
MOVED = 0.05  # by how much a figure may leave the published one in silence
SUM_SAID, SUM_REFUSED = 0.001, 0.05  # parts against their whole
PER_1000 = 50.0  # places per 1,000 residents: above it a count is of something else
FEWEST, CROWD = 30.0, 10_000.0  # places, where this many people live: a count per 1,000
REVENUE = (300.0, 60_000.0)  # yuan a head
MONEY = ("general_budget_revenue", "general_budget_spending")


def look_over(rows: list[Row], place: dict[str, str], report: Report) -> None:
    """Notes faults, and what is odd but possible, of the yearly figures."""
    held = {(row.place, row.variable, row.year): row for row in rows if row.age == "all" and row.sex == "both"}
    held = {key: row for key, row in held.items() if not math.isnan(row.value)}
    for (code, variable, year), row in held.items():
        whole = held.get((code, "nursery_places", year))
        if variable in PARTS and whole is not None and row.value > whole.value:
            report.add("input.SUM.part", row, got=f"{row.value:,.10g}", whole=f"{whole.value:,.10g}")
        if variable == "nursery_enrolled" and whole is not None and row.value > USED * whole.value > 0.0:
            report.say("places_full", year=year, share=f"{100.0 * row.value / whole.value:.0f}")
        _by_people(row, _people(held, rows, code, year), report)
        _against_shipped(row, report)
    _sums(held, place, report)


def _base(row: Row) -> float:
    return row.value * row.unit.factor


def _people(held: dict[Key, Row], rows: list[Row], code: str, year: int) -> float | None:
    """Residents of a place: at the end of the year, else as counted, else those of the census; None: not known."""
    if (row := held.get((code, "pop_yearend", year))) is not None:
        return _base(row)
    counted = [row for row in rows if row.variable == "pop" and row.place == code and row.sex != "both"]
    total = math.fsum(_base(row) for row in counted)
    return total if total > 0.0 else census_total(code)


def _by_people(row: Row, people: float | None, report: Report) -> None:
    if not people:
        return
    if row.variable == "nursery_places" and row.value > 0.0:
        per_1000 = 1000.0 * _base(row) / people
        if per_1000 > PER_1000 or (_base(row) < FEWEST and people > CROWD):
            report.add("input.UNIT.places", row, got=f"{row.value:,.10g}", people=people, per_1000=f"{per_1000:.3g}")
    if row.variable in MONEY and not REVENUE[0] <= _base(row) / people <= REVENUE[1]:
        values = {"people": people, "head": f"{_base(row) / people:,.6g}", "low": REVENUE[0], "high": REVENUE[1]}
        report.add("input.UNIT.money", row, got=f"{row.value:,.10g}", unit=row.unit.name, **values)


def _shipped_figure(row: Row) -> Figure | None:
    """The shipped figure of the same place, quantity and year."""
    if row.place not in all_places():
        return None
    known = (one for one in shipped(row.place).evidence.of(row.variable) if one.sex == "both" and one.age == "all")
    return next((one for one in known if one.year == row.year), None)


def is_shipped(row: Row) -> bool:
    """Whether a figure is the shipped one, as the workbook was written."""
    known = _shipped_figure(row)
    return known is not None and math.isclose(known.value, _base(row), rel_tol=NEAR)


def _against_shipped(row: Row, report: Report) -> None:
    known = _shipped_figure(row)
    if known is not None and known.is_published and abs(_base(row) - known.value) > MOVED * known.value:
        share = f"{100.0 * (_base(row) / known.value - 1.0):+.1f}"
        values = {"found": _base(row), "known": known.value, "unit": known.unit}
        report.say("far_from_published", variable=row.variable, year=row.year, share=share, **values)


def _sums(held: dict[Key, Row], place: dict[str, str], report: Report) -> None:
    """What lies in the place against the place itself, where every part has the figure."""
    code = place.get("code", "")
    parts = [one.code for one in children_of(code)] if code in all_places() else []
    added = [name for names in FAMILIES.values() for name in names[:1]]
    for (where, variable, year), whole in held.items():
        if where != code or not parts or variable not in (*added, "nursery_places", *PARTS):
            continue
        found = [held.get((one, variable, year)) for one in parts]
        if any(one is None for one in found):
            continue
        total = math.fsum(_base(one) for one in found if one is not None)
        apart = abs(total / _base(whole) - 1.0) if _base(whole) else 0.0
        if apart > SUM_REFUSED:
            report.add("input.PART_SUM.parts", whole, got=_base(whole), sum=total)
        elif apart > SUM_SAID:
            report.say("parts_apart", variable=variable, year=year, sum=total, whole=_base(whole))
