"""The bill of a run: every component of every instrument in use, compiled to lines the core's ledger books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.money import PRICE_YEAR, factors
from sanhai.policy.nursery import NurseryRun, inclusive_share
from sanhai.policy.reading import Reading
from sanhai.policy.response import TAKE_UP, take_up
from sanhai.policy.terms import ORDERS, PAYERS, Term, counted, layer, payable, payer_shares, terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["PRICE_YEAR", "Bill", "bill", "order_share_history", "unit_amounts"]

HISTORY_YEARS = 12  # children are followed to age 6 at most; order shares before 2017 are held
BRACKET = "marginal_rate "  # what an amount of a tax relief calls its variant: the marginal rate it is for


@dataclass(frozen=True)
class Bill:
    """Money by line (component), leaf and year; payers in the order of PAYERS."""

    years: range
    lines: tuple[str, ...]  # full component ids
    instruments: tuple[str, ...]  # of each line
    confidence: tuple[str, ...]
    beneficiaries: NDArray[np.float64]  # (line, leaf, year)
    full_liability: NDArray[np.float64]  # (line, leaf, year) yuan at take-up 1
    cost_nominal: NDArray[np.float64]  # (line, leaf, year, payer) yuan
    factors: dict[str, NDArray[np.float64]]  # (year) of cost_real and pv on cost_nominal
    not_costed: tuple[str, ...]  # components in use without an amount or a count
    drawn: tuple[_bridge.AccountLine, ...]  # the same lines, as the draws of an ensemble book them

    @property
    def cost_real(self) -> NDArray[np.float64]:
        """(line, leaf, year, payer) yuan of PRICE_YEAR."""
        return np.asarray(self.cost_nominal * self.factors["cost_real"][:, None])

    @property
    def pv(self) -> NDArray[np.float64]:
        """(line, leaf, year, payer) yuan, value in PRICE_YEAR."""
        return np.asarray(self.cost_nominal * self.factors["pv"][:, None])


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
    observed: _bridge.Observed
    nursery: NurseryRun
    ages: NDArray[np.float64]  # (leaf, year, age) mid-year people

    def table(self, value: Callable[[Place, int], float | None]) -> NDArray[np.float64]:
        """(leaf, year) of a function of place and year; None becomes NaN."""
        return np.array([[value(leaf, year) for year in self.years] for leaf in self.leaves], dtype=float)

    def payers(self, term: Term) -> NDArray[np.float64]:
        return np.array(
            [[payer_shares(self.reading, term, leaf, year)[0] for year in self.years] for leaf in self.leaves]
        )

    def take_up(self, term: Term) -> NDArray[np.float64]:
        """(year) share of the entitled who claim: of cash the national allowance's lever."""
        if term.kind == "cash":
            return np.array([take_up(self.reading, year) for year in self.years])
        return np.full(len(self.years), term.instrument.take_up)

    def ratio(self, term: Term, n_cells: int) -> NDArray[np.float64] | None:
        """(1, year, cell) registered to resident, where the instrument asks for registration."""
        if term.instrument.registration != "registered":
            return None
        value = np.array([float(self.reading.number("registered.ratio", year) or 0.0) for year in self.years])
        return np.repeat(value[None, :, None], n_cells, axis=2)


def _heads_table(context: _Context, term: Term, n_cells: int) -> NDArray[np.float64]:
    """(leaf, year, order, cell) yuan per child-year after stacking; cells are ages."""
    ages = term.component.ages or range(n_cells)
    out = np.zeros((len(context.leaves), len(context.years), len(ORDERS), n_cells))
    for row, leaf in enumerate(context.leaves):
        if term.id not in payable(context.reading, leaf):
            continue
        for column, year in enumerate(context.years):
            for index, order in enumerate(ORDERS):
                for age in ages:
                    out[row, column, index, age] = layer(context.reading, leaf, term, year, order, age)
    return out


def _calendar(context: _Context, term: Term) -> tuple[_bridge.HeadStock, NDArray[np.float64]]:
    """The national allowance: paid by calendar year to births and to children aged 0, 1 and, pro rata, 2."""
    prorated = next(f.value for f in term.instrument.figures if f.variable == "prorated_mean_yuan")
    begun, stated = term.instrument.valid_from, term.component.amounts[0].yuan
    assert begun is not None
    assert stated is not None
    out = np.zeros((1, len(context.years), len(ORDERS), 4))
    for column, year in enumerate(context.years):
        rate = term.amount(context.reading, year)
        if rate:
            share = rate / stated  # a changed rate changes the pro-rated months alike
            out[:, column] = _bridge.calendar_allowance(year, 1, rate, begun.year, prorated * share)[:, 0]
    return _bridge.HeadStock.births_and_jan1, out


def _births(context: _Context, term: Term) -> tuple[_bridge.HeadStock, NDArray[np.float64]]:
    out = np.zeros((len(context.leaves), len(context.years), len(ORDERS), 1))
    for row, leaf in enumerate(context.leaves):
        if term.id in payable(context.reading, leaf):
            for column, year in enumerate(context.years):
                out[row, column, :, 0] = [term.amount(context.reading, year, order) or 0.0 for order in ORDERS]
    return _bridge.HeadStock.births_and_jan1, out


def _count(context: _Context, term: Term) -> NDArray[np.float64] | None:
    """(leaf, year) of what a `given` line counts, or None when nobody knows it."""
    stock = term.component.stock
    if stock == "enrolled" and term.component.timing == "school_terms":
        begun = term.instrument.valid_from
        spring, autumn = context.observed.school_terms(begun.year if begun else PRICE_YEAR)
        return np.asarray(spring + autumn)
    if stock == "enrolled":
        enrolled = context.nursery.account.arrays()["enrolment"]
        places = context.nursery.rows("places_stock") if context.nursery.stocked is not None else np.inf
        return np.asarray(np.fmin(enrolled, places))
    if stock == "taxpayer":
        return _taxpayers(context, term)
    if stock == "place_occupied":
        found = context.nursery.rows("paid_places") if context.nursery.stocked is not None else None
        return None if found is None else np.nan_to_num(found)
    if stock == "place_new":
        if context.nursery.stocked is None:
            return None
        share = inclusive_share(context.reading, context.years)
        if np.all(np.isnan(share)):
            return None
        return np.asarray(np.nan_to_num(context.nursery.rows("openings")) * np.nan_to_num(share))
    return _recipients(context, term)


def _recipients(context: _Context, term: Term) -> NDArray[np.float64] | None:
    """A user's count for the scenario's place, shared by population over its leaves where the instrument is in use.

    None when nobody gave one.
    """
    count = np.array([counted(context.reading, term, year) for year in context.years], dtype=float)
    if np.all(np.isnan(count)):
        return None
    reading = context.reading
    inside = np.array([reading.holds_at(leaf) and term.id in payable(reading, leaf) for leaf in context.leaves])
    people = context.ages.sum(axis=2) * inside[:, None]
    return np.asarray(np.nan_to_num(count) * people / people.sum(axis=0))


def _brackets(context: _Context, term: Term) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(year) share of children whose parent pays tax, and their mean relief [yuan a year]."""
    shares, relief = np.zeros(len(context.years)), np.zeros(len(context.years))
    for column, year in enumerate(context.years):
        for amount in term.component.amounts_on(dt.date(year, 12, 31)) if term.in_force(year) else ():
            rate = float((amount.variant or "").removeprefix(BRACKET))
            share = context.reading.number(f"tax.share_at_{100.0 * rate:.0f}_percent", year) or 0.0
            shares[column] += share
            relief[column] += share * (amount.yuan or 0.0)
    return shares, np.divide(relief, shares, out=np.zeros_like(relief), where=shares > 0.0)


def _taxpayers(context: _Context, term: Term) -> NDArray[np.float64] | None:
    """Children of parents who pay tax; None where no share of them is known."""
    shares, _ = _brackets(context, term)
    if not np.any(shares):
        return None
    return np.asarray(context.ages[:, :, list(term.component.ages or ())].sum(axis=2) * shares)


def _given_amount(context: _Context, term: Term) -> NDArray[np.float64]:
    """(leaf, year, 1, 1) yuan a year per counted unit."""
    if term.component.stock == "taxpayer":
        return _brackets(context, term)[1][None, :, None, None]
    months = 12.0 if term.component.amounts[0].per == "month" else 1.0
    value = context.table(
        lambda leaf, year: term.amount(context.reading, year) if term.id in payable(context.reading, leaf) else 0.0
    )
    return np.nan_to_num(value)[:, :, None, None] * months


def _line(context: _Context, term: Term) -> _bridge.Line | None:
    """The compiled component, or None when it has no amount or no count."""
    component, given = term.component, None
    if not term.has_amount(context.reading):
        return None
    if component.timing == "calendar_year":
        stock, table = _calendar(context, term)
    elif component.stock == "child":
        stock, table = _bridge.HeadStock.midyear, _heads_table(context, term, max(component.ages or (2,)) + 1)
    elif component.stock == "birth":
        stock, table = _births(context, term)
    else:
        counts = _count(context, term)
        if counts is None:
            return None
        stock, table, given = _bridge.HeadStock.given, _given_amount(context, term), counts
    if not np.any(table):
        return None
    ratio = None if stock is _bridge.HeadStock.given else context.ratio(term, table.shape[3])
    line = _bridge.Line(term.id, stock)
    line.yuan_per_head, line.take_up, line.payer_share = table, context.take_up(term), context.payers(term)
    line.ratio, line.given = ratio, given
    return line


def _drawn(context: _Context, term: Term, line: _bridge.Line) -> _bridge.AccountLine:
    """How a draw counts for a line: by its own children and places, except for a user's count."""
    count, stock = _bridge.DrawnCount.fixed, term.component.stock
    factor, begun = np.ones(1), term.instrument.valid_from
    if term.component.timing == "school_terms":
        count = _bridge.DrawnCount.school_terms
    elif stock == "enrolled":
        count = _bridge.DrawnCount.enrolled
    elif stock == "place_occupied":
        count = _bridge.DrawnCount.paid_places
    elif stock == "place_new":
        count = _bridge.DrawnCount.openings
        factor = np.nan_to_num(inclusive_share(context.reading, context.years))
    elif stock == "taxpayer" and term.component.ages == (0, 1, 2):
        count, factor = _bridge.DrawnCount.under3, _brackets(context, term)[0]
    # A lever that holds the take-up of a year holds it in every draw.
    drawn = [term.kind == "cash" and not context.reading.is_set(TAKE_UP, year) for year in context.years]
    out = _bridge.AccountLine(line)
    out.has_drawn_take_up, out.count = drawn, count
    out.factor = np.broadcast_to(np.asarray(factor, dtype=float), len(context.years))
    out.from_year = begun.year if begun else PRICE_YEAR
    return out


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
    observed = _bridge.Observed(
        [leaf.code for leaf in leaves], years[0], pop_jan1, births, order_share_history(leaves[0].root, years[0])
    )
    ages = pop_jan1.sum(axis=2)
    context = _Context(reading, leaves, years, observed, nursery, (ages[:, :-1] + ages[:, 1:]) / 2.0)
    known = all(leaf.has_orders for leaf in leaves)
    compiled = [
        (term, _line(context, term) if known or term.component.orders is None else None)
        for term in _all_terms(reading, leaves)
    ]
    booked = [(term, line) for term, line in compiled if line is not None]
    ledger = _bridge.book(observed, [line for _, line in booked], len(PAYERS))
    return Bill(
        years=years,
        lines=tuple(term.id for term, _ in booked),
        instruments=tuple(term.instrument.full_id for term, _ in booked),
        confidence=tuple(_confidence(term, leaves[0], nursery.assumed) for term, _ in booked),
        beneficiaries=ledger["beneficiaries"],
        full_liability=ledger["full_liability"],
        cost_nominal=ledger["cost_nominal"],
        factors=factors(reading, years),
        drawn=tuple(_drawn(context, term, line) for term, line in booked),
        not_costed=tuple(term.id for term, line in compiled if line is None and term.instrument.carried == "costed"),
    )


def _confidence(term: Term, leaf: Place, assumed: bool) -> str:
    """The weakest of the instrument, its payers, the order split and the stock of places it rests on."""
    band = term.component.payer_band(leaf.policy_codes)
    marks = [term.instrument.confidence, band.confidence if band else "low"]
    if term.component.orders is not None and min(term.component.orders) >= 2:
        marks.append("low")  # the order of a child is estimated
    if term.component.stock in ("place_occupied", "place_new") and assumed:
        marks.append("low")
    return max(marks, key=("high", "medium", "low").index)


def unit_amounts(reading: Reading, leaf: Place, year: int) -> list[dict[str, object]]:
    """What each component in use pays per unit, for those without a count: nothing is summed."""
    out: list[dict[str, object]] = []
    for term in terms(reading, leaf):
        out += [
            {
                "instrument": term.instrument.full_id,
                "component": term.component.id,
                "yuan": amount.yuan,
                "rate": amount.rate,
                "per": amount.per,
                "variant": amount.variant or "",
                "confidence": term.instrument.confidence,
            }
            for amount in term.component.amounts
            if amount.is_set and term.in_force(year)
        ]
    return out
