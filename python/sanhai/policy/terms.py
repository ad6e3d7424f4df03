"""The components in use at a place: what they pay in a month, who claims, who pays, and what a child costs."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import ConfigError, refuse
from sanhai.policy.amounts import ORDERS, calendar_months, in_force, month_of, own_a_year, stacked, value_of
from sanhai.policy.component import Component
from sanhai.policy.levers import lever, recipients_path
from sanhai.policy.payers import PayerBand, leaves_of, nest
from sanhai.policy.reading import Reading
from sanhai.policy.schema import Instrument
from sanhai.policy.vocabulary import COUNTED_BY_USERS, LEVELS

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = [
    "ORDERS", "PAYERS", "TAKE_UP", "Term", "UnderFloor", "cost_of_child", "counted", "group_of", "holds_take_up",
    "payable", "payer_shares", "take_up", "terms", "under_floor",
]  # fmt: skip

PAYERS = LEVELS
LOCAL = ("province", "city", "county")
LAST_MONTH = 11
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
        return all(reading.is_set(path) or lever(path).default is not None for path in dict.fromkeys(paths))

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
            month = calendar_months(year)[LAST_MONTH]
            mine = own_a_year(reading, term.component, month)
            paid = stacked(reading, group, month)
            if not np.any(mine) or np.any(paid[term.id]) or not reading.is_set(paths[0], year):
                continue
            before = {name: yuan for name, yuan in paid.items() if name != term.id and np.any(yuan[mine > 0.0])}
            if before:
                cell = tuple(np.argwhere(mine > 0.0)[0])
                floor = sum(float(yuan[cell]) for yuan in before.values())
                key = (paths[0], reading.number(paths[0], year) or 0.0, floor, next(iter(before)).rpartition("/")[0])
                found.setdefault(key, []).append(year)
    return tuple(
        UnderFloor(path, value, tuple(when), floor, name) for (path, value, floor, name), when in found.items()
    )


def counted(reading: Reading, term: Term, year: int) -> float | None:
    """A user's count for a term that needs one: the lever of a `given` stock, else recipients; None where not set."""
    count = term.component.count
    if count.stock not in COUNTED_BY_USERS:
        return None
    number = reading.number(count.given or recipients_path(term.id), year)
    if number is None or count.stock != "given":
        return number
    of_one = 1.0 if count.units is None else value_of(reading, count.units, year)
    if of_one is None:
        return None
    return number * of_one if count.cap_units is None else min(number * of_one, count.cap_units)


def take_up(reading: Reading, leaf: Place, term: Term, year: int) -> float:
    """Share of the entitled who claim in a year, with what documents in use add to it."""
    return _take_up(reading, leaf, term.component.take_up, year)


def _take_up(reading: Reading, leaf: Place, number: float | str, year: int) -> float:
    share = float(value_of(reading, number, year) or 0.0)
    if isinstance(number, float):
        return share
    info = lever(number)
    added = [reading.number(path, year) or 0.0 for path in _adjusts(reading, leaf, number)]
    return min(max(share + sum(added), info.low), info.high) if added else share


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


def holds_take_up(reading: Reading, leaf: Place, term: Term, year: int) -> bool:
    """Whether levers hold the take-up of a year, so that no draw moves it."""
    path = term.component.take_up
    if path != TAKE_UP:
        return True
    return reading.is_set(TAKE_UP, year) or any(reading.is_set(one, year) for one in _adjusts(reading, leaf, TAKE_UP))


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


def payer_shares(
    reading: Reading, term: Term, leaf: Place, year: int
) -> tuple[dict[str, float], tuple[PayerBand, ...]]:
    """Shares by level, sum 1, the mean over the months in force, and the bands of the last of them.

    `unsplit`: left open by the document, or a share in a lever that nobody set. `local_unsplit`: left to localities.
    """
    component, months = term.component, calendar_months(year)
    changes = any(band.valid_from is not None and band.valid_from.year == year for band in component.payers)
    inside = [m for m in months if in_force(m, component.valid_from, component.valid_to)] or [months[LAST_MONTH]]
    asked = inside if changes else inside[-1:]
    found = [_bands_in(reading, term, leaf, month) for month in asked]
    out: dict[str, float] = {}
    for shares, _ in found:
        for level, share in shares.items():
            for name, part in (
                _split_local(reading, leaf, share, year) if level == "local_unsplit" else ((level, share),)
            ):
                out[name] = out.get(name, 0.0) + part / len(found)
    return out, found[-1][1]


def _bands_in(reading: Reading, term: Term, leaf: Place, month: int) -> tuple[dict[str, float], tuple[PayerBand, ...]]:
    year = month // 12
    bands = term.component.bands_at(leaf.policy_codes, dt.date(year, month % 12 + 1, 28))
    if not bands:
        return {"unsplit": 1.0}, ()
    weights = [
        None if band.weight is None or band.weight == "rest" else value_of(reading, band.weight, year) for band in bands
    ]
    left = 1.0 - sum(weight for weight in weights if weight is not None)
    out: dict[str, float] = {}
    for band, weight in zip(bands, weights, strict=True):
        whole = left if weight is None and band.weight in (None, "rest") else weight
        if whole is None:  # the mix of providers is not known
            return {"unsplit": 1.0}, bands
        for level, share in _flat(reading, term, leaf, band, year).items():
            out[level] = out.get(level, 0.0) + whole * share
    return out, bands


def _flat(reading: Reading, term: Term, leaf: Place, band: PayerBand, year: int) -> dict[str, float]:
    """Shares of a band; a lever that nobody set leaves what it names, and the rest, unsplit."""
    paths = {
        share for _, share in leaves_of(band.shares) if isinstance(share, str) and share not in ("rest", "unknown")
    }
    values = {path: reading.number(path, year) for path in sorted(paths)}
    try:
        return reading.memo(("nest", id(band), *values.items()), lambda: nest(band.shares, values))
    except ValueError as error:
        where = f"scenario {reading.name}, place {leaf.code}, year {year}"
        raise refuse(ConfigError, "payer.shares", where=where, got=str(error), component=term.id) from error


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
