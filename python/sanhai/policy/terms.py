"""The components in use at a place: what they pay in a month, who claims, and what a child costs."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import ConfigError, refuse
from sanhai.policy.amounts import ORDERS, in_force, own_a_year, stacked, value_of
from sanhai.policy.component import Component
from sanhai.policy.levers import recipients_path
from sanhai.policy.months import MONTHS, january, month_of, months_of, year_of
from sanhai.policy.reading import Reading
from sanhai.policy.schema import Instrument
from sanhai.policy.vocabulary import COUNTED_BY_USERS

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = [
    "ORDERS", "TAKE_UP", "Term", "UnderFloor", "cost_of_child", "counted", "group_of", "holds_take_up", "lag",
    "months_asked",    "payable", "take_up", "take_up_in", "terms", "under_floor",
]  # fmt: skip

TAKE_UP = "subsidy.national.take_up"  # what a draw's take-up stands in the place of


@dataclass(frozen=True, slots=True)
class Term:
    """One component of an instrument in use at a place."""

    instrument: Instrument
    component: Component

    @property
    def id(self) -> str:
        return f"{self.instrument.full_id}/{self.component.id}"

    @property
    def kind(self) -> str | None:
        return self.component.counts_as

    def has_amount(self, reading: Reading) -> bool:
        """Whether the document, a lever's default or the scenario gives any figure."""
        paths = [one for row in self.component.amounts for one in row.factors if isinstance(one, str)]
        if any(row.yuan is not None and not isinstance(row.yuan, str) for row in self.component.amounts):
            return True
        return all(reading.is_set(path) or reading.lever(path).default is not None for path in dict.fromkeys(paths))

    def in_force(self, year: int) -> bool:
        """Whether some month of the year is in force."""
        begun, ended = self.component.valid_from, self.component.valid_to
        return (begun is None or begun.year <= year) and (ended is None or year <= ended.year)

    def starts(self) -> float:
        """Decimal year of its own start; 0 when it has none."""
        begun = self.component.valid_from
        return 0.0 if begun is None else month_of(begun) / 12.0


def payable(reading: Reading, leaf: Place) -> dict[str, Term]:
    """The terms in use for a place that have an amount, by id: what a bill or a birth can meet at all."""
    return reading.memo(
        ("payable", leaf.code), lambda: {term.id: term for term in terms(reading, leaf) if term.has_amount(reading)}
    )


def terms(reading: Reading, leaf: Place) -> tuple[Term, ...]:
    """Every component of every instrument in use for a place."""
    return reading.memo(("terms", leaf.code), lambda: _terms(reading, leaf))


def _terms(reading: Reading, leaf: Place) -> tuple[Term, ...]:
    return tuple(Term(row, component) for row in reading.instruments_at(leaf) for component in row.components)


def group_of(reading: Reading, leaf: Place, term: Term) -> tuple[tuple[str, Component], ...]:
    """(id, component) of everything payable at a place that stacks with the term, itself included."""
    stack = term.component.stack
    if stack is None:
        return ()
    return tuple(
        (name, one.component)
        for name, one in payable(reading, leaf).items()
        if one.component.stack is not None and one.component.stack.group == stack.group
    )


@dataclass(frozen=True, slots=True)
class UnderFloor:
    """A payment that a scenario sets and that what it tops up covers whole, so that it costs nothing."""

    path: str
    value: float  # in the lever's unit
    years: tuple[int, ...]
    floor: float  # yuan a year
    floor_instrument: str


def under_floor(reading: Reading, years: range) -> tuple[UnderFloor, ...]:
    """Amounts above 0 that are not above what they only top up, with the years in which it is so."""
    found: dict[tuple[str, float, float, str], list[int]] = {}
    leaf = reading.place.leaves[0]
    for term in payable(reading, leaf).values():
        paths = [one.yuan for one in term.component.amounts if isinstance(one.yuan, str) and reading.is_set(one.yuan)]
        group = group_of(reading, leaf, term)
        if not paths or len(group) < 2:
            continue
        for year in years:
            month, levers = months_of(year)[-1], reading.at(leaf)
            mine = own_a_year(levers, term.component, month)
            paid = stacked(levers, group, month)
            if not np.any(mine) or np.any(paid[term.id]) or not reading.holds(paths[0], leaf, month):
                continue
            before = {name: yuan for name, yuan in paid.items() if name != term.id and np.any(yuan[mine > 0.0])}
            if before:
                cell = tuple(np.argwhere(mine > 0.0)[0])
                floor = sum(float(yuan[cell]) for yuan in before.values())
                key = (paths[0], levers.number(paths[0], month) or 0.0, floor, next(iter(before)).rpartition("/")[0])
                found.setdefault(key, []).append(year)
    return tuple(
        UnderFloor(path, value, tuple(when), floor, name) for (path, value, floor, name), when in found.items()
    )


def counted(reading: Reading, term: Term, year: int) -> float | None:
    """A user's count for a term that needs one, its mean over the months of a year: the lever of a `given` stock, else
    recipients. None where not set; 0 in the months before it is."""
    count = term.component.count
    if count.stock not in COUNTED_BY_USERS:
        return None
    number = reading.of_year(count.given or recipients_path(term.id), None, year, unset=0.0)
    if number is None or count.stock != "given":
        return number
    of_one = reading.of_year(count.units, None, year) if isinstance(count.units, str) else count.units or 1.0
    if of_one is None:
        return None
    return number * of_one if count.cap_units is None else min(number * of_one, count.cap_units)


def months_asked(reading: Reading, term: Term, year: int) -> list[int]:
    """The months of a year in force; one of them where nothing else changes in the year, December where none is."""
    component, months = term.component, months_of(year)
    inside = [m for m in months if in_force(m, component.valid_from, component.valid_to)] or [months[-1]]
    dates = [one.valid_from for one in (*component.payers, *(component.timing.lag or ()))]
    changes = any(date is not None and date.year == year for date in dates)
    return inside if changes or reading.starts(year) else inside[-1:]


def take_up(reading: Reading, leaf: Place, term: Term, year: int) -> float:
    """Share of the entitled who claim, the mean over the months of a year in force."""
    found = [take_up_in(reading, leaf, term, month) for month in months_asked(reading, term, year)]
    return found[0] if all(one == found[0] for one in found) else sum(found) / len(found)


def take_up_in(reading: Reading, leaf: Place, term: Term, month: int) -> float:
    """Share of the entitled who claim in a month, with what documents in use add to it."""
    number = term.component.take_up
    share = float(value_of(reading.at(leaf), number, month) or 0.0)
    if isinstance(number, float):
        return share
    info = reading.lever(number)
    added = [reading.number(path, leaf, month) or 0.0 for path in _adjusts(reading, leaf, number)]
    return min(max(share + sum(added), info.low), info.high) if added else share


def lag(reading: Reading, leaf: Place, term: Term, year: int) -> float:
    """Share of what is due in a year that is paid in the year after, the mean over its months in force.

    NaN where it stands in a lever that nobody set.
    """
    found = []
    for month in months_asked(reading, term, year):
        number = term.component.timing.lag_at(dt.date(year_of(month), month % MONTHS + 1, 28))
        share = value_of(reading.at(leaf), number, month)
        found.append(float("nan") if share is None else share)
    return found[0] if all(one == found[0] for one in found) else sum(found) / len(found)


def _adjusts(reading: Reading, leaf: Place, path: str) -> tuple[str, ...]:
    return reading.memo(
        ("adjusts", leaf.code, path),
        lambda: tuple(
            one.by
            for row in reading.instruments_at(leaf)
            for one in row.adjust
            if one.target == path and reading.is_set(one.by)
        ),
    )


def holds_take_up(reading: Reading, leaf: Place, term: Term, month: int) -> bool:
    """Whether levers hold the take-up of a month, so that no draw moves it."""
    if term.component.take_up != TAKE_UP:
        return True
    return any(reading.holds(one, leaf, month) for one in (TAKE_UP, *_adjusts(reading, leaf, TAKE_UP)))


@cache
def _costs() -> dict[str, dict[str, Any]]:
    text = files("sanhai.policy").joinpath("data", "cost_of_child.toml").read_text(encoding="utf-8")
    costs: dict[str, dict[str, Any]] = tomllib.loads(text)["cost"]
    return costs


def cost_of_child(reading: Reading, leaf: Place, month: int) -> tuple[float, str, str]:
    """(yuan, confidence, source) of raising a child from 0 to 17: the lever's, or the nearest area's.

    The lever's is the cost in the year it is dated; a table's that of its own year. Both grow in January of every year
    after, by that month's `response.cost_growth`.
    """
    year = year_of(month)
    dated = reading.setting("response.cost_of_child_yuan", leaf, month) if reading.holds_at(leaf) else None
    if dated is not None:
        return float(dated.value) * growth(reading, leaf, dated.year, year), "low", "set by the user"
    near = next((one for one in leaf.policy_codes if one in _costs()), None)
    if near is None:
        raise refuse(ConfigError, "cost_of_child.unknown", where=f"place {leaf.code}")
    row = _costs()[near]
    confidence = str(row["confidence"]) if near == leaf.code else "low"
    return float(row["yuan"]) * growth(reading, leaf, int(row["year"]), year), confidence, str(row["source"])


def growth(reading: Reading, leaf: Place, since: int, year: int) -> float:
    """Product of 1 + `response.cost_growth` over the years after `since` up to `year`."""
    product = 1.0
    for one in range(since + 1, year + 1):
        product *= 1.0 + (reading.number("response.cost_growth", leaf, january(one)) or 0.0)
    return product
