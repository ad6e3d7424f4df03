"""The bill of a run: every component in use, compiled to weights and these to lines that the core's ledger books."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.amounts import ORDERS, own, value_of
from sanhai.policy.compile import Kids, Members, Weights, missing, units, weights
from sanhai.policy.counts import Counted, count_of
from sanhai.policy.formula import Formula, formula
from sanhai.policy.levers import recipients_path
from sanhai.policy.money import PRICE_YEAR, factors
from sanhai.policy.months import months_of
from sanhai.policy.nursery import NurseryRun
from sanhai.policy.paying import PAYERS, payer_shares
from sanhai.policy.reading import PlaceLevers, Reading
from sanhai.policy.terms import Term, group_of, holds_take_up, lag, payable, take_up, terms
from sanhai.policy.vocabulary import COUNTED_BY_USERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["PRICE_YEAR", "Bill", "bill", "order_share_history", "unit_amounts"]

HISTORY_YEARS = 12  # by order, children are followed to age 9 at most; order shares before 2017 are held
OLDEST_DRAWN = 6  # draws keep children by age up to here; older ones are those of the point run
Groups = list[tuple[Members, list[int]]]  # what stacks, and the leaves at which it is just this
NEAR = 1e-9  # two weights that are one but for rounding


@dataclass(frozen=True)
class Bill:
    """Money by line (component), leaf and year; payers in the order of PAYERS."""

    years: range
    lines: tuple[str, ...]  # full component ids
    instruments: tuple[str, ...]  # of each line
    confidence: tuple[str, ...]
    beneficiaries: NDArray[np.float64]  # (line, leaf, year)
    liability: NDArray[np.float64]  # (line, leaf, year) yuan at take-up 1
    cost_nominal: NDArray[np.float64]  # (line, leaf, year, payer) yuan due
    cash: NDArray[np.float64]  # (line, leaf, year, payer) yuan paid in the year; NaN where arrears are not known
    factors: dict[str, NDArray[np.float64]]  # (year) of cost_real and pv on cost_nominal
    not_costed: tuple[str, ...]  # components in use without an amount or a count
    needs: dict[str, str]  # of each of them: the lever that it lacks, or "" for a stock of places
    drawn: tuple[_bridge.AccountLine, ...]  # the same lines, as the draws of an ensemble book them
    part_of: tuple[int, ...]  # of each drawn line: the line it is a part of
    parts: tuple[_Part, ...]  # what each drawn line is made of
    kids: Kids

    @property
    def cost_real(self) -> NDArray[np.float64]:
        """(line, leaf, year, payer) yuan of PRICE_YEAR."""
        return np.asarray(self.cost_nominal * self.factors["cost_real"][:, None])

    @property
    def pv(self) -> NDArray[np.float64]:
        """(line, leaf, year, payer) yuan, value in PRICE_YEAR."""
        return np.asarray(self.cost_nominal * self.factors["pv"][:, None])

    def formula(self, line: str, leaf: int, year: int) -> Formula:
        """What a line's money of a year is made of at a leaf; no cells where it pays nothing there."""
        row, column = self.lines.index(line), self.years.index(year)
        mine = [part for part, of in zip(self.parts, self.part_of, strict=True) if of == row]
        part = next((one for one in mine if np.any(one.yuan[leaf, column])), mine[0])
        share = np.ones(part.yuan.shape[3]) if part.table.ratio is None else part.table.ratio[leaf, column]
        given = part.table.given
        heads = self.kids if given is None else float(given.heads[leaf, column])
        return formula(
            part.table.stock, part.counts, part.yuan[leaf, column], share, part.take_up[column], heads, (leaf, column)
        )


@lru_cache(maxsize=16)
def order_share_history(root: Place, first_year: int) -> NDArray[np.float64]:
    """(1, HISTORY_YEARS, order) the root's shares of births before `first_year`, between the published years.

    Where nobody published any, all are booked as first: no line by order is costed there.
    """
    published = root.evidence.order_shares() or {first_year: (1.0, 0.0, 0.0)}
    wanted, known = range(first_year - HISTORY_YEARS, first_year), list(published)
    shares = np.array(
        [[np.interp(year, known, one) for one in zip(*published.values(), strict=True)] for year in wanted]
    )
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))[None]


@dataclass(frozen=True)
class _Context:
    """What a component is compiled against."""

    reading: Reading
    leaves: tuple[Place, ...]
    years: range
    kids: Kids
    nursery: NurseryRun
    people: NDArray[np.float64]  # (leaf, year) mid-year

    def groups(self, term: Term) -> Groups:
        """What the component stacks with, and the leaves at which it meets just these: one set of weights each."""
        found: dict[tuple[tuple[str, ...], ...], tuple[Members, list[int]]] = {}
        for row, leaf in enumerate(self.leaves):
            if term.id in payable(self.reading, leaf):
                group = group_of(self.reading, leaf, term)
                key = (tuple(name for name, _ in group), self.reading.place_key(leaf))
                found.setdefault(key, (group, []))[1].append(row)
        return list(found.values())

    def levers(self, rows: list[int]) -> PlaceLevers:
        """The levers of leaves of one group."""
        return self.reading.at(self.leaves[rows[0]])

    def payers(self, term: Term, rows: list[int]) -> NDArray[np.float64]:
        """(leaf, year, payer); a place where the component is not in use is unsplit."""
        out = np.zeros((len(self.leaves), len(self.years), len(PAYERS)))
        out[:, :, PAYERS.index("unsplit")] = 1.0
        known: dict[tuple[object, ...], NDArray[np.float64]] = {}
        named = {code for band in term.component.payers for code in band.places or ()}
        for row in rows:
            leaf = self.leaves[row]
            codes = tuple(code for code in leaf.policy_codes if code in named)
            key = (codes, self.reading.holds_at(leaf), self.reading.place_key(leaf))
            if key not in known:
                shares = [payer_shares(self.reading, term, leaf, year) for year in self.years]
                known[key] = np.array([[one.get(level, 0.0) for level in PAYERS] for one in shares])
            out[row] = known[key]
        return out

    def lags(self, term: Term, rows: list[int]) -> NDArray[np.float64] | None:
        """(leaf, 1 + year) share paid in the year after, from the year before the first on; None: all is paid when due.

        A year in which nothing was due leaves nothing.
        """
        if term.component.timing.lag is None:
            return None
        years = (self.years[0] - 1, *self.years)
        out = np.zeros((len(self.leaves), len(years)))
        known: dict[tuple[str, ...], list[float]] = {}
        for row in rows:
            leaf = self.leaves[row]
            key = self.reading.place_key(leaf)
            if key not in known:
                known[key] = [lag(self.reading, leaf, term, year) for year in years]
                if not np.any(np.nan_to_num(own(self.reading.at(leaf), term.component, months_of(years[0])[-1]))):
                    known[key][0] = 0.0
            out[row] = known[key]
        return out

    def take_ups(self, term: Term, rows: list[int]) -> dict[tuple[tuple[float, bool], ...], list[int]]:
        """Leaves by their take-up and whether levers hold it, year by year."""
        found: dict[tuple[tuple[float, bool], ...], list[int]] = {}
        for row in rows:
            leaf = self.leaves[row]
            key = tuple(
                (take_up(self.reading, leaf, term, year), holds_take_up(self.reading, leaf, term, months_of(year)[-1]))
                for year in self.years
            )
            found.setdefault(key, []).append(row)
        return found


@dataclass(frozen=True)
class _Table:
    """A component as the core counts it: yuan a head and heads by stock and cell."""

    stock: _bridge.HeadStock
    yuan: NDArray[np.float64]  # (leaf, year, order, cell)
    ratio: NDArray[np.float64] | None  # (leaf, year, cell) on the heads of the stock
    given: Counted | None = None


@dataclass(frozen=True)
class _Part:
    """A line as the core books it once, and as draws book it."""

    line: _bridge.Line
    drawn: _bridge.AccountLine
    table: _Table
    yuan: NDArray[np.float64]  # (leaf, year, order, cell) where this part pays
    take_up: NDArray[np.float64]  # (year)
    counts: str


def _quotient(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.zeros(np.broadcast_shapes(above.shape, below.shape)), where=below > 0.0)


def _children(context: _Context, term: Term, groups: Groups) -> _Table:
    """Births and children: the same on the point run's people in every bit that counts, and on a draw's own."""
    n = len(context.leaves)
    found = [
        (rows, weights(context.levers(rows), term.id, term.component, group, context.years)) for group, rows in groups
    ]
    oldest = max((_oldest(one) for _, one in found), default=0)
    if oldest > OLDEST_DRAWN:
        return _of_point(context, found)
    if any(np.any(one.second[1]) for _, one in found):
        shape, stock = (n, len(context.years), len(ORDERS), OLDEST_DRAWN + 1), _bridge.HeadStock.midyear
    else:
        shape, stock = (n, len(context.years), len(ORDERS), OLDEST_DRAWN + 2), _bridge.HeadStock.births_and_jan1
    yuan, ratio = np.zeros(shape), np.zeros((n, shape[1], shape[3]))
    for at, one in found:
        if stock is _bridge.HeadStock.midyear:
            yuan[at], ratio[at] = _midyear(context, at, one)
        else:
            heads, money = (
                np.concatenate([births[:, :, None], first[:, :, : OLDEST_DRAWN + 1]], axis=2)
                for births, first in zip(one.births, one.first, strict=True)
            )
            yuan[at], ratio[at] = _quotient(money, heads), heads.max(axis=1)
    return _Table(stock, yuan, ratio)


def _oldest(one: Weights) -> int:
    paid = np.any(one.first[1] > 0.0, axis=(0, 1)) | np.any(one.second[1] > 0.0, axis=(0, 1))
    return int(np.max(np.nonzero(paid)[0], initial=0))


def _midyear(context: _Context, rows: list[int], one: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(leaf, year, order, cell) yuan and (leaf, year, cell) heads for each child of the middle of the year.

    In a year of part this January's children and the next one's weigh differently: the point run's mix is held.
    """
    n_ages = OLDEST_DRAWN + 1
    kids = context.kids.children[rows, :, :, :n_ages]
    heads, money = (
        (first[:, :, :n_ages], second[:, :, :n_ages]) for first, second in zip(one.first, one.second, strict=True)
    )
    whole = np.broadcast_to(heads[0] + heads[1], (len(rows), *heads[0].shape))
    ratio = whole.max(axis=2)
    yuan = np.broadcast_to(_quotient(money[0] + money[1], heads[0] + heads[1]), whole.shape).copy()
    even = [np.abs(pair[0] - pair[1]).max(axis=(1, 2)) <= NEAR * max(pair[0].max(), 1.0) for pair in (heads, money)]
    uneven = ~(even[0] & even[1])
    if np.any(uneven):
        middle = 0.5 * (kids[:, :-1] + kids[:, 1:])
        counted, paid = (kids[:, :-1] * pair[0] + kids[:, 1:] * pair[1] for pair in (heads, money))
        is_paid = money[0] + money[1] > 0.0
        own_ratio = _quotient(counted.sum(axis=2), (middle * is_paid).sum(axis=2))
        ratio = np.where(uneven[None, :, None], own_ratio, ratio)
        own_yuan = _quotient(paid, middle * own_ratio[:, :, None, :])
        yuan = np.where(uneven[None, :, None, None], own_yuan, yuan)
    return yuan, ratio


def _of_point(context: _Context, found: list[tuple[list[int], Weights]]) -> _Table:
    """A line whose children no draw keeps by age: counted on the point run's people."""
    shape = (len(context.leaves), len(context.years))
    heads, money = np.zeros(shape), np.zeros(shape)
    for at, one in found:
        heads[at], money[at] = one.of(Kids(context.kids.births[at], context.kids.children[at]))
    return _Table(
        _bridge.HeadStock.given,
        _quotient(money, heads)[:, :, None, None],
        None,
        Counted(heads, _bridge.DrawnCount.fixed),
    )


def _units(context: _Context, term: Term, groups: Groups) -> _Table | None:
    """Stocks counted by year: places, areas, residents, what a user counts. None where nobody knows the count."""
    inside = [row for _, rows in groups for row in rows]
    counted = count_of(context.reading, term, context.leaves, inside, context.people, context.nursery)
    if counted is None:
        return None
    shape = (len(context.leaves), len(context.years))
    yuan, ratio = np.zeros(shape), np.zeros(shape)
    for group, rows in groups:
        one = units(context.levers(rows), term.id, term.component, group, context.years, counted.by_user)
        cell = int(np.argmax(np.any(one.yuan > 0.0, axis=0)))
        yuan[rows] = _quotient(one.yuan[:, cell], one.heads[:, cell])
        ratio[rows] = one.heads[:, cell]
    return _Table(
        _bridge.HeadStock.given, yuan[:, :, None, None], ratio[:, :, None] * counted.ratio[..., None], counted
    )


def _lines(context: _Context, term: Term) -> list[_Part]:
    """The compiled component, one line a take-up; none when it has no amount or no count."""
    if not term.has_amount(context.reading) or not term.component.is_counted:
        return []
    is_child = term.component.count.stock in ("births", "children")
    groups = context.groups(term)
    table = (_children if is_child else _units)(context, term, groups)
    if table is None or not np.any(table.yuan):
        return []
    rows = [row for _, several in groups for row in several]
    payers, lags = context.payers(term, rows), context.lags(term, rows)
    return [_line(context, term, table, payers, lags, key, at) for key, at in context.take_ups(term, rows).items()]


def _line(
    context: _Context,
    term: Term,
    table: _Table,
    payers: NDArray[np.float64],
    lags: NDArray[np.float64] | None,
    take_ups: tuple[tuple[float, bool], ...],
    rows: list[int],
) -> _Part:
    here = np.zeros(len(context.leaves), dtype=bool)
    here[rows] = True
    line = _bridge.Line(term.id, table.stock)
    yuan, claimed = np.where(here[:, None, None, None], table.yuan, 0.0), np.array([share for share, _ in take_ups])
    line.yuan_per_head, line.take_up, line.payer_share = yuan, claimed, payers
    if lags is not None:
        line.lag = lags
    line.ratio, count = table.ratio, _bridge.DrawnCount.fixed
    if table.given is not None:
        line.given, count = table.given.heads, table.given.drawn
    out = _bridge.AccountLine(line)
    out.has_drawn_take_up, out.count = [not held for _, held in take_ups], count
    return _Part(line, out, table, yuan, claimed, term.component.count.stock)


def _all_terms(reading: Reading, leaves: tuple[Place, ...]) -> list[Term]:
    found: dict[str, Term] = {}
    for leaf in leaves:
        for term in terms(reading, leaf):
            found.setdefault(term.id, term)
    return list(found.values())


def bill(
    reading: Reading,
    leaves: tuple[Place, ...],
    years: range,
    pop_jan1: NDArray[np.float64],
    births: NDArray[np.float64],
    nursery: NurseryRun,
) -> Bill:
    """`pop_jan1` (leaf, year + 1, sex, age) persons; `births` (leaf, year, order)."""
    history, ages = order_share_history(leaves[0].root, years[0]), pop_jan1.sum(axis=2)
    people = ages.sum(axis=2)
    kids = Kids.split(births, ages, history)
    context = _Context(reading, leaves, years, kids, nursery, (people[:, :-1] + people[:, 1:]) / 2.0)
    known = all(leaf.has_orders for leaf in leaves)
    compiled = [
        (term, _lines(context, term) if known or not _by_order(term) else []) for term in _all_terms(reading, leaves)
    ]
    booked = [(term, several) for term, several in compiled if several]
    part_of = tuple(index for index, (_, several) in enumerate(booked) for _ in several)
    parts = [one for _, several in booked for one in several]
    observed = _bridge.Observed([leaf.code for leaf in leaves], years[0], pop_jan1, births, history)
    ledger = _bridge.book(observed, [one.line for one in parts], len(PAYERS))
    left = [term for term, several in compiled if not several and not term.instrument.is_left_open]
    return Bill(
        years=years,
        lines=tuple(term.id for term, _ in booked),
        instruments=tuple(term.instrument.full_id for term, _ in booked),
        confidence=tuple(_confidence(term, leaves[0], nursery.assumed) for term, _ in booked),
        **{name: _merged(ledger[name], part_of, len(booked)) for name in LEDGER},
        factors=factors(reading, years),
        not_costed=tuple(term.id for term in left),
        needs={term.id: _lacks(reading, term, years) for term in left},
        drawn=tuple(one.drawn for one in parts),
        part_of=part_of,
        parts=tuple(parts),
        kids=kids,
    )


def _lacks(reading: Reading, term: Term, years: range) -> str:
    """The lever that a component lacks to be counted; "" where it is the stock of places."""
    path = missing(reading.at(None), term.component, years)
    if path or term.component.count.stock not in COUNTED_BY_USERS:
        return path
    return term.component.count.given or recipients_path(term.id)


LEDGER = ("beneficiaries", "liability", "cost_nominal", "cash")


def _merged(parts: NDArray[np.float64], part_of: tuple[int, ...], n: int) -> NDArray[np.float64]:
    """Sums of the parts of each line."""
    out = np.zeros((n, *parts.shape[1:]))
    for row, part in zip(part_of, parts, strict=True):
        out[row] += part
    return out


def _by_order(term: Term) -> bool:
    return term.component.count.orders is not None or any(one.orders is not None for one in term.component.amounts)


def _confidence(term: Term, leaf: Place, assumed: bool) -> str:
    """The weakest of the instrument, its payers, the order split and the stock of places it rests on."""
    bands = term.component.bands_at(leaf.policy_codes, dt.date(PRICE_YEAR, 12, 31))
    marks = [term.instrument.confidence, *([band.confidence for band in bands] or ["low"])]
    if term.component.count.orders is not None and min(term.component.count.orders) >= 2:
        marks.append("low")  # the order of a child is estimated
    if term.component.count.stock == "nursery" and term.component.count.take != "enrolled" and assumed:
        marks.append("low")
    return max(marks, key=("high", "medium", "low").index)


def unit_amounts(reading: Reading, leaf: Place, year: int) -> list[dict[str, object]]:
    """What each component in use pays per unit, for those without a count: nothing is summed."""
    out: list[dict[str, object]] = []
    levers, month = reading.at(leaf), months_of(year)[-1]
    for term in terms(reading, leaf):
        if not np.any(np.nan_to_num(own(levers, term.component, month), nan=1.0)):
            continue
        for amount in term.component.amounts:
            values = [value_of(levers, part, month) for part in amount.factors]
            known = [value for value in values if value is not None]
            if not known or (len(values) == 1 and isinstance(amount.yuan, str) and not term.has_amount(reading)):
                continue
            out.append(
                {
                    "instrument": term.instrument.full_id,
                    "component": term.component.id,
                    "yuan": float(np.prod(known)) if len(known) == len(values) else None,
                    "rate": None if len(known) == len(values) else known[0],
                    "per": term.component.per,
                    "confidence": term.instrument.confidence,
                }
            )
    return out
