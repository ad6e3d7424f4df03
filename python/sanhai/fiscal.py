"""The bill of a run: every component of every instrument in use, compiled to lines the core's ledger books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.nursery import NATIONAL_RATE, NurseryRun
from sanhai.places.tables import by_year, rows
from sanhai.policy.scenario import Scenario
from sanhai.policy.schema import ancestors
from sanhai.policy.terms import ORDERS, PAYERS, Term, counted, layer, payable, payer_shares, terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PRICE_YEAR", "Bill", "bill", "money_of", "order_share_history", "unit_amounts"]

PRICE_YEAR = 2025
HISTORY_YEARS = 12  # children are followed to age 6 at most; order shares before 2017 are held
DEDUCTION = 24000.0
TAX_BRACKETS = ((0.03, "tax.share_at_3_percent"), (0.10, "tax.share_at_10_percent"), (0.20, "tax.share_at_20_percent"))


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
    cost_real: NDArray[np.float64]  # yuan of PRICE_YEAR
    pv: NDArray[np.float64]  # yuan, value in PRICE_YEAR
    not_costed: tuple[str, ...]  # components in use without an amount or a count
    drawn: tuple[_bridge.AccountLine, ...]  # the same lines, as the draws of an ensemble book them


@cache
def order_share_history(first_year: int) -> NDArray[np.float64]:
    """(1, HISTORY_YEARS, order) national shares of births before `first_year`, between the published years."""
    frame = rows("published.csv", "100000", "birth_order_share")
    tables = [by_year(frame[frame["age"] == order], "both") for order in ("order 1", "order 2", "order 3+")]
    wanted = range(first_year - HISTORY_YEARS, first_year)
    known = sorted(tables[0])
    shares = np.array([[np.interp(year, known, [table[y] for y in known]) for table in tables] for year in wanted])
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))[None]


@dataclass(frozen=True)
class _Context:
    """What a component is compiled against."""

    scenario: Scenario
    leaves: tuple[str, ...]
    years: range
    observed: _bridge.Observed
    nursery: NurseryRun
    ages: NDArray[np.float64]  # (leaf, year, age) mid-year people

    def table(self, value: Callable[[str, int], float | None]) -> NDArray[np.float64]:
        """(leaf, year) of a function of place and year; None becomes NaN."""
        return np.array([[value(code, year) for year in self.years] for code in self.leaves], dtype=float)

    def payers(self, term: Term) -> NDArray[np.float64]:
        return np.array(
            [[payer_shares(self.scenario, term, code, year)[0] for year in self.years] for code in self.leaves]
        )

    def take_up(self, term: Term) -> float:
        national = self.scenario.number("subsidy.national.take_up", 9999)
        cash = term.kind == "cash" and national is not None
        return float(national) if cash and national is not None else term.instrument.take_up

    def ratio(self, term: Term, n_cells: int) -> NDArray[np.float64] | None:
        if term.instrument.registration != "registered":
            return None
        value = float(self.scenario.number("registered.ratio", 9999) or 0.0)
        return np.full((1, n_cells), value)


def _heads_table(context: _Context, term: Term, n_cells: int) -> NDArray[np.float64]:
    """(leaf, year, order, cell) yuan per child-year after stacking; cells are ages."""
    ages = term.component.ages or range(n_cells)
    out = np.zeros((len(context.leaves), len(context.years), len(ORDERS), n_cells))
    for leaf, code in enumerate(context.leaves):
        if term.id not in payable(context.scenario, code):
            continue
        for column, year in enumerate(context.years):
            for index, order in enumerate(ORDERS):
                for age in ages:
                    out[leaf, column, index, age] = layer(context.scenario, code, term, year, order, age)
    return out


def _calendar(context: _Context, term: Term) -> tuple[_bridge.HeadStock, NDArray[np.float64]]:
    """The national allowance: paid by calendar year to births and to children aged 0, 1 and, pro rata, 2."""
    prorated = next(f.value for f in term.instrument.figures if f.variable == "prorated_mean_yuan")
    begun = term.instrument.valid_from
    assert begun is not None
    out = np.zeros((1, len(context.years), len(ORDERS), 4))
    for column, year in enumerate(context.years):
        rate = term.amount(context.scenario, year)
        if rate:
            share = rate / 3600.0  # a changed rate changes the pro-rated months alike
            out[:, column] = _bridge.calendar_allowance(year, 1, rate, begun.year, prorated * share)[:, 0]
    return _bridge.HeadStock.births_and_jan1, out


def _births(context: _Context, term: Term) -> tuple[_bridge.HeadStock, NDArray[np.float64]]:
    out = np.zeros((len(context.leaves), len(context.years), len(ORDERS), 1))
    for leaf, code in enumerate(context.leaves):
        if term.id in payable(context.scenario, code):
            for column, year in enumerate(context.years):
                out[leaf, column, :, 0] = [term.amount(context.scenario, year, order) or 0.0 for order in ORDERS]
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
        found = context.nursery.rows("openings") if context.nursery.stocked is not None else None
        share = _inclusive_share(context)
        return None if found is None or share is None else np.nan_to_num(found) * share
    return _recipients(context, term)


def _recipients(context: _Context, term: Term) -> NDArray[np.float64] | None:
    """A user's count for the scenario's place, shared over its leaves by population; None when nobody gave one."""
    count = np.array([counted(context.scenario, term, year) for year in context.years], dtype=float)
    if np.all(np.isnan(count)):
        return None
    inside = np.array([context.scenario.place in ancestors(code) for code in context.leaves])
    people = context.ages.sum(axis=2) * inside[:, None]
    return np.asarray(np.nan_to_num(count) * people / people.sum(axis=0))


def _inclusive_share(context: _Context) -> float | None:
    stated = context.scenario.number("nursery.inclusive_share", 9999)
    return stated or (NATIONAL_RATE["inclusive_share"] if context.nursery.assumed else None)


def _relief(context: _Context) -> float:
    """Relief of a child's bracket over the deduction, mean over all children."""
    return sum(rate * (context.scenario.number(path, 9999) or 0.0) for rate, path in TAX_BRACKETS)


def _taxpayers(context: _Context, term: Term) -> NDArray[np.float64] | None:
    """Children of parents who pay tax, weighted by the relief of their bracket over the deduction."""
    relief = _relief(context)
    if relief == 0.0:
        return None
    return np.asarray(context.ages[:, :, list(term.component.ages or ())].sum(axis=2) * relief)


def _given_amount(context: _Context, term: Term) -> NDArray[np.float64]:
    """(leaf, year, 1, 1) yuan a year per counted unit."""
    if term.component.stock == "taxpayer":
        yearly = [DEDUCTION if term.in_force(year) else 0.0 for year in context.years]
        return np.array(yearly)[None, :, None, None]
    months = 12.0 if term.component.amounts[0].per == "month" else 1.0
    value = context.table(
        lambda code, year: term.amount(context.scenario, year) if term.id in payable(context.scenario, code) else 0.0
    )
    return np.nan_to_num(value)[:, :, None, None] * months


def _line(context: _Context, term: Term) -> _bridge.Line | None:
    """The compiled component, or None when it has no amount or no count."""
    component, given = term.component, None
    if not term.has_amount(context.scenario):
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
    factor, begun = 1.0, term.instrument.valid_from
    if term.component.timing == "school_terms":
        count = _bridge.DrawnCount.school_terms
    elif stock == "enrolled":
        count = _bridge.DrawnCount.enrolled
    elif stock == "place_occupied":
        count = _bridge.DrawnCount.paid_places
    elif stock == "place_new":
        count, factor = _bridge.DrawnCount.openings, _inclusive_share(context) or 0.0
    elif stock == "taxpayer" and term.component.ages == (0, 1, 2):
        count, factor = _bridge.DrawnCount.under3, _relief(context)
    drawn = term.kind == "cash" and not context.scenario.is_set("subsidy.national.take_up")
    out = _bridge.AccountLine(line)
    out.has_drawn_take_up, out.count, out.factor = drawn, count, factor
    out.from_year = begun.year if begun else PRICE_YEAR
    return out


def money_of(scenario: Scenario) -> _bridge.Money:
    """Prices of a scenario; real and present values are those of PRICE_YEAR."""
    out = _bridge.Money()
    out.inflation = float(scenario.number("money.inflation", 9999) or 0.0)
    out.discount = float(scenario.number("money.discount", 9999) or 0.0)
    out.price_year = out.base_year = PRICE_YEAR
    return out


def _all_terms(scenario: Scenario, leaves: tuple[str, ...]) -> list[Term]:
    found: dict[str, Term] = {}
    for code in leaves:
        for term in terms(scenario, code):
            found.setdefault(term.id, term)
    return list(found.values())


def bill(
    scenario: Scenario,
    leaves: tuple[str, ...],
    years: range,
    pop_jan1: NDArray[np.float64],
    births: NDArray[np.float64],
    nursery: NurseryRun,
) -> Bill:
    """`pop_jan1` (leaf, year + 1, sex, age) persons; `births` (leaf, year, order)."""
    observed = _bridge.Observed(list(leaves), years[0], pop_jan1, births, order_share_history(years[0]))
    ages = pop_jan1.sum(axis=2)
    context = _Context(scenario, leaves, years, observed, nursery, (ages[:, :-1] + ages[:, 1:]) / 2.0)
    compiled = [(term, _line(context, term)) for term in _all_terms(scenario, leaves)]
    booked = [(term, line) for term, line in compiled if line is not None]
    ledger = _bridge.book(observed, [line for _, line in booked], money_of(scenario), len(PAYERS))
    return Bill(
        years=years,
        lines=tuple(term.id for term, _ in booked),
        instruments=tuple(term.instrument.full_id for term, _ in booked),
        confidence=tuple(_confidence(term, leaves[0], nursery.assumed) for term, _ in booked),
        beneficiaries=ledger["beneficiaries"],
        full_liability=ledger["full_liability"],
        cost_nominal=ledger["cost_nominal"],
        cost_real=ledger["cost_real"],
        pv=ledger["pv"],
        drawn=tuple(_drawn(context, term, line) for term, line in booked),
        not_costed=tuple(term.id for term, line in compiled if line is None and term.instrument.carried == "costed"),
    )


def _confidence(term: Term, code: str, assumed: bool) -> str:
    """The weakest of the instrument, its payers, the order split and the stock of places it rests on."""
    band = term.component.payer_band(code)
    marks = [term.instrument.confidence, band.confidence if band else "low"]
    if term.component.orders is not None and min(term.component.orders) >= 2:
        marks.append("low")  # the order of a child is estimated
    if term.component.stock in ("place_occupied", "place_new") and assumed:
        marks.append("low")
    return max(marks, key=("high", "medium", "low").index)


def unit_amounts(scenario: Scenario, code: str, year: int) -> list[dict[str, object]]:
    """What each component in use pays per unit, for those without a count: nothing is summed."""
    out: list[dict[str, object]] = []
    for term in terms(scenario, code):
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
