"""What a scenario's instruments pay in a year: yuan per head by birth order and age, with levers applied."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sanhai import _bridge
from sanhai.errors import ConfigError, refuse
from sanhai.policy.levers import lever_table, recipients_path
from sanhai.policy.reading import Reading
from sanhai.policy.schema import Component, Instrument, PayerBand

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = [
    "ORDERS",
    "PAYERS",
    "Term",
    "UnderFloor",
    "cost_of_child",
    "counted",
    "layer",
    "payable",
    "payer_shares",
    "terms",
    "under_floor",
]

ORDERS = (1, 2, 3)
PAYERS = ("central", "province", "city", "county", "fund", "employer", "local_unsplit", "unsplit")
LOCAL = ("province", "city", "county")
MONTHS = 12.0


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
        return self.component.counts_as or self.instrument.counts_as

    def has_amount(self, reading: Reading) -> bool:
        """Whether the document or the scenario gives any figure."""
        lever = self.component.lever
        return any(row.is_set for row in self.component.amounts) or (lever is not None and reading.is_set(lever))

    def in_force(self, year: int) -> bool:
        begun, ended = self.instrument.valid_from, self.instrument.valid_to
        return (begun is None or begun.year <= year) and (ended is None or year <= ended.year)

    def starts(self) -> float:
        """Decimal year of the instrument's own start; 0 when it has none."""
        begun = self.instrument.valid_from
        return 0.0 if begun is None else begun.year + (begun.month - 1) / 12.0

    def amount(self, reading: Reading, year: int, order: int | None = None, age: int | None = None) -> float | None:
        """Yuan in the component's own unit (a month, a year, a term, once), or None when nobody has set it."""
        if not self.in_force(year):
            return None
        component = self.component
        if order is not None and component.orders is not None and order not in component.orders:
            return 0.0
        if component.lever is not None and reading.is_set(component.lever, year):
            return reading.number(component.lever, year)
        rows = [row for row in component.amounts_on(dt.date(year, 12, 31), order, age) if row.variant is None]
        return rows[0].yuan if len(rows) == 1 else None

    def per_year(self, reading: Reading, year: int, order: int, age: int) -> float | None:
        """Yuan per child-year for components that pay by the month or the year."""
        amount = self.amount(reading, year, order, age)
        if amount is None:
            return None
        return amount * (MONTHS if self.component.amounts[0].per == "month" else 1.0)


def payable(reading: Reading, leaf: Place) -> dict[str, Term]:
    """The terms in use for a place that have an amount, by id: what a bill or a birth can meet at all."""
    return reading.memo(
        ("payable", leaf.code), lambda: {term.id: term for term in terms(reading, leaf) if term.has_amount(reading)}
    )


def terms(reading: Reading, leaf: Place) -> tuple[Term, ...]:
    """Every component of every instrument in use for a place."""
    return reading.memo(("terms", leaf.code), lambda: _terms(reading, leaf))


def _terms(reading: Reading, leaf: Place) -> tuple[Term, ...]:
    return tuple(
        Term(row, component)
        for row in reading.instruments_at(leaf)
        if row.carried in ("costed", "lever")
        for component in row.components
    )


def floor_term(reading: Reading, leaf: Place, term: Term) -> Term | None:
    """The term whose amount this one only tops up, when it is in use too."""
    stacking = term.component.stacking or term.instrument.stacking
    if stacking is None or stacking.floor is None:
        return None
    for other in payable(reading, leaf).values():
        if other.instrument.full_id == stacking.floor:
            return other
    return None


def layer(reading: Reading, leaf: Place, term: Term, year: int, order: int, age: int) -> float:
    """Yuan per child-year this term itself pays after stacking on its floor."""
    own = term.per_year(reading, year, order, age) or 0.0
    floor = floor_term(reading, leaf, term)
    stacking = term.component.stacking or term.instrument.stacking
    if own == 0.0 or floor is None or stacking is None:
        return own
    below = floor.per_year(reading, year, order, age) or 0.0
    return _bridge.top_up(own, below, stacking.rule)


@dataclass(frozen=True, slots=True)
class UnderFloor:
    """A payment that a scenario sets and that its floor covers whole, so that it costs nothing."""

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
        floor, path = floor_term(reading, leaf, term), term.component.lever
        if floor is None or path is None:
            continue
        order, age = (
            cells[0] if cells else default for cells, default in ((term.component.orders, 1), (term.component.ages, 0))
        )
        for year in years:
            own, below = (one.per_year(reading, year, order, age) or 0.0 for one in (term, floor))
            if own > 0.0 and reading.is_set(path, year) and layer(reading, leaf, term, year, order, age) == 0.0:
                key = (path, reading.number(path, year) or 0.0, below, floor.instrument.full_id)
                found.setdefault(key, []).append(year)
    return tuple(
        UnderFloor(path, value, tuple(when), floor, name) for (path, value, floor, name), when in found.items()
    )


def counted(reading: Reading, term: Term, year: int) -> float | None:
    """A user's count of recipients for a term that needs one; None where there is no such lever or nobody set it."""
    path = recipients_path(term.id)
    return reading.number(path, year) if path in lever_table() else None


def local_shares(reading: Reading, year: int) -> dict[str, float]:
    """Shares of what is left to localities, by level; empty where nobody has set them for the year.

    Raises ConfigError where they do not sum to 1.
    """
    shares = {level: reading.number(f"payer.local.{level}", year) for level in LOCAL}
    given = {level: share for level, share in shares.items() if share is not None}
    total = sum(given.values())
    if given and abs(total - 1.0) > 1e-12:
        raise refuse(ConfigError, "payer.local_sum", got=total, where=f"scenario {reading.name}, year {year}")
    return given


def _split_local(reading: Reading, leaf: Place, local: float, year: int) -> Iterator[tuple[str, float]]:
    given = local_shares(reading, year) if reading.holds_at(leaf) else {}
    if not given or local == 0.0:
        yield "local_unsplit", local
        return
    for level, share in given.items():
        yield level, local * share


def payer_shares(reading: Reading, term: Term, leaf: Place, year: int) -> tuple[list[float], PayerBand | None]:
    """Shares over PAYERS, sum 1. `unsplit`: left open by the document; `local_unsplit`: left to localities."""
    out = dict.fromkeys(PAYERS, 0.0)
    band = term.component.payer_band(leaf.policy_codes, dt.date(year, 12, 31))
    if band is None:
        out["unsplit"] = 1.0
        return list(out.values()), None
    known = {level: share for level, share in band.shares.items() if share is not None}
    for level, share in known.items():
        if level == "local_unsplit":
            for name, part in _split_local(reading, leaf, share, year):
                out[name] += part
        else:
            out[level] += share
    out["unsplit"] += max(0.0, 1.0 - sum(known.values())) if len(known) < len(band.shares) else 0.0
    return list(out.values()), band


@cache
def _costs() -> dict[str, dict[str, Any]]:
    text = files("sanhai.policy").joinpath("data", "cost_of_child.toml").read_text(encoding="utf-8")
    costs: dict[str, dict[str, Any]] = tomllib.loads(text)["cost"]
    return costs


def cost_of_child(reading: Reading, leaf: Place, year: int) -> tuple[float, str, str]:
    """(yuan, confidence, source) of raising a child from 0 to 17: the lever's, or the nearest area's.

    The lever's is the cost in the year it is dated; a table's that of its own year. Both grow by `response.cost_growth`
    of every year after.
    """
    own = reading.number("response.cost_of_child_yuan", year) if reading.holds_at(leaf) else None
    if own is not None:
        dated = reading.scenario.setting("response.cost_of_child_yuan", year)
        assert dated is not None
        return own * growth(reading, dated.year, year), "low", "set by the user"
    near = next((one for one in leaf.policy_codes if one in _costs()), None)
    if near is None:
        raise refuse(ConfigError, "cost_of_child.unknown", where=f"place {leaf.code}")
    row = _costs()[near]
    confidence = str(row["confidence"]) if near == leaf.code else "low"
    return float(row["yuan"]) * growth(reading, int(row["year"]), year), confidence, str(row["source"])


def growth(reading: Reading, since: int, year: int) -> float:
    """Product of 1 + `response.cost_growth` over the years after `since` up to `year`."""
    product = 1.0
    for one in range(since + 1, year + 1):
        product *= 1.0 + (reading.number("response.cost_growth", one) or 0.0)
    return product
