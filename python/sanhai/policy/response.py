"""From the instruments in use to multipliers on births: policy.md section 2, steps 1 to 6, at the point values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.places.catalogue import place as place_of
from sanhai.policy.scenario import Scenario
from sanhai.policy.schema import ancestors
from sanhai.policy.terms import ORDERS, Term, cost_of_child, layer, payable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EPS_BAND", "Response", "parameters_of", "respond", "support_of_birth"]

# 5 % and 95 % of the prior mixture of eps: 70 % LogNormal(ln 0.9, 0.67), 30 % LogNormal(ln 1.8, 0.8).
EPS_BAND = (0.3254, 4.2353)
NATION = "100000"
CASH_YEARS = 3
PRESCHOOL_OFFSET = 5.5  # the free year lies between the fifth and the sixth birthday on average


@dataclass(frozen=True)
class Response:
    """Multipliers of a scenario against its baseline."""

    multiplier: NDArray[np.float64]  # (leaf, year, order)
    ceiling: NDArray[np.float64]  # (leaf, order) largest multiplier; infinite where there is no ceiling
    capped: bool  # support was cut at 95 % of the cost somewhere
    care: bool  # whether the care term was on
    fertility_factor: NDArray[np.float64] | None = None  # (leaf, year, 1, 1) a user's own factor, outside the response

    @property
    def is_null(self) -> bool:
        return bool(np.all(self.multiplier == 1.0))


def parameters_of(scenario: Scenario, eps: float | None = None) -> _bridge.ResponseParameters:
    """The point values with the scenario's own levers; levers of the response hold for the whole run."""
    out = _bridge.ResponseParameters()
    out.eps = float(scenario.number("response.eps", 9999) or 0.0) if eps is None else eps
    out.k = [float(scenario.number(f"response.k{i}", 9999) or 0.0) for i in ORDERS]
    for name in ("tau", "T", "H", "gamma", "rho"):
        setattr(out, name, float(scenario.number(f"response.{name}", 9999) or 0.0))
    w = scenario.number("response.w", 9999)
    if w is not None:
        out.w = w
    take_up = scenario.number("subsidy.national.take_up", 9999)
    if take_up is not None:
        out.take_up = take_up
    out.validate()
    return out


def _payments(scenario: Scenario, code: str, term: Term, year: int, order: int) -> list[tuple[float, float]]:
    """(years after birth, yuan) that a birth of the year meets under the rules of that year."""
    component = term.component
    if component.timing == "calendar_year":
        yuan = term.per_year(scenario, year, order, 0) or 0.0
        return [(float(age), yuan) for age in range(CASH_YEARS)]
    if component.timing in ("months_lived", "monthly") and component.stock in ("child", "enrolled"):
        return [
            (age + 0.5, layer(scenario, code, term, year, order, age)) for age in component.ages or range(CASH_YEARS)
        ]
    if component.timing == "once" and component.stock == "birth":
        return [(0.0, term.amount(scenario, year, order) or 0.0)]
    if component.timing == "school_terms":
        return [(PRESCHOOL_OFFSET, 2.0 * (term.amount(scenario, year, order) or 0.0))]
    return []


def _reach(scenario: Scenario, term: Term, year: int, parameters: _bridge.ResponseParameters) -> float:
    """Eligibility x take-up; a fee relief reaches those who use the service."""
    if term.component.timing == "school_terms":
        return 1.0
    if term.component.stock == "enrolled":
        return scenario.number("nursery.enrolment_share", year) or 0.0
    return parameters.take_up if term.kind == "cash" else term.instrument.take_up


def supports(
    scenario: Scenario, code: str, date: float, order: int, parameters: _bridge.ResponseParameters
) -> list[tuple[_bridge.SupportClass, float, float]]:
    """(class, reach, present value [yuan]) of what a birth of this order meets under the rules of the date."""
    found, year = [], int(date)
    for term in payable(scenario, code).values():
        if term.kind is None or term.starts() > date:
            continue
        payments = _payments(scenario, code, term, year, order)
        if any(yuan > 0.0 for _, yuan in payments):
            value = _bridge.present_value(payments, parameters.rho)
            found.append((_bridge.SupportClass[term.kind], _reach(scenario, term, year, parameters), value))
    return found


def support_of_birth(
    scenario: Scenario, code: str, date: float, order: int, parameters: _bridge.ResponseParameters
) -> float:
    """Weighted present value [yuan] of what a birth of this order gets under the rules of a date (decimal year)."""
    return _bridge.support_of_birth(supports(scenario, code, date, order, parameters), parameters)


@dataclass(frozen=True)
class SupportTable:
    """What births meet on both sides, date by date, before any weight is drawn. Side 0: scenario, 1: baseline."""

    date: tuple[float, ...]
    present_value: NDArray[np.float64]  # (side, date, order, class) yuan, reach applied
    cost_of_child: NDArray[np.float64]  # (side, date) yuan
    care: NDArray[np.float64]  # (date) tenths of a place per child x employment ratio; all 0: off


def support_table(
    scenario: Scenario,
    base: Scenario,
    code: str,
    years: range,
    care: NDArray[np.float64] | None,
    parameters: _bridge.ResponseParameters,
) -> SupportTable:
    """The same dates and payments as the point response, for draws of its parameters. Empty where nothing differs."""
    dates = _dates_of(scenario, base, _Leaf(code, np.full(len(ORDERS), np.inf), care), years)
    value = np.zeros((2, len(dates), len(ORDERS), len(_bridge.SupportClass.__members__)))
    cost = np.ones((2, len(dates)))
    for side, one in enumerate((scenario, base)):
        for column, date in enumerate(dates):
            cost[side, column] = cost_of_child(one, code, int(date))[0]
            for index, order in enumerate(ORDERS):
                for kind, reach, yuan in supports(one, code, date, order, parameters):
                    value[side, column, index, kind.value] += reach * yuan
    drawn = np.array([_care_at(care, date, years) for date in dates])
    if np.array_equal(value[0], value[1]) and np.array_equal(cost[0], cost[1]) and not np.any(drawn):
        return SupportTable((), value[:, :0], cost[:, :0], drawn[:0])
    return SupportTable(tuple(dates), value, cost, drawn)


@dataclass(frozen=True)
class _Leaf:
    """What one leaf's response rests on beside the instruments."""

    code: str
    ceiling: NDArray[np.float64]  # (order)
    care: NDArray[np.float64] | None  # (year) change in tenths of a place per child x employment ratio


def _ln_multiplier(
    scenario: Scenario, base: Scenario, leaf: _Leaf, date: float, care: float, parameters: _bridge.ResponseParameters
) -> tuple[list[float], bool]:
    """ln M by order under the rules of a date: support, care, ceiling; exactly 0 where nothing differs."""
    year = int(date)
    cost, _, _ = cost_of_child(scenario, leaf.code, year)
    base_cost, _, _ = cost_of_child(base, leaf.code, year)
    out, capped = [], False
    for index, order in enumerate(ORDERS):
        s, cut = _bridge.support_share(support_of_birth(scenario, leaf.code, date, order, parameters), cost)
        s_base, _ = _bridge.support_share(support_of_birth(base, leaf.code, date, order, parameters), base_cost)
        ln = _bridge.ln_order_multiplier(s, s_base, parameters.eps * parameters.k[index]) + parameters.gamma * care
        if ln > 0.0:
            bent = _bridge.effective_multiplier(float(_bridge.exp(ln)), float(leaf.ceiling[index]))
            ln = float(_bridge.log(bent))
        out.append(ln)
        capped = capped or cut
    return out, capped


def _dates(scenario: Scenario, base: Scenario, code: str, years: range) -> list[float]:
    """Every date at which the support of either scenario may change, the instruments' own starts included."""
    found = {float(year) for one in (scenario, base) for year in one.years_of_change()}
    found |= {float(years[0])} if any(s.year == 0 for one in (scenario, base) for s in one.settings) else set()
    found |= {term.starts() for one in (scenario, base) for term in payable(one, code).values() if term.starts() > 0}
    if any(one.number("response.cost_growth", 9999) for one in (scenario, base)):
        found |= {float(year) for year in years}
    return sorted(date for date in found if date < years[-1] + 1)


def _dates_of(scenario: Scenario, base: Scenario, leaf: _Leaf, years: range) -> list[float]:
    """Dates of support and of care."""
    dates = set(_dates(scenario, base, leaf.code, years))
    if leaf.care is not None:
        dates |= {float(year) for year, change in zip(years, leaf.care, strict=True) if change}
    return sorted(dates)


def _care_at(care: NDArray[np.float64] | None, date: float, years: range) -> float:
    inside = years[0] <= date < years[-1] + 1
    return float(care[int(date) - years[0]]) if inside and care is not None else 0.0


def _multiplier(
    scenario: Scenario, base: Scenario, leaf: _Leaf, years: range, parameters: _bridge.ResponseParameters
) -> tuple[NDArray[np.float64], bool]:
    """(year, order) of one leaf: every dated step of ln M builds up and fades on its own clock."""
    dates = _dates_of(scenario, base, leaf, years)
    before, steps, capped = [0.0] * len(ORDERS), [], False
    for date in dates:
        care = _care_at(leaf.care, date, years)
        now, cut = _ln_multiplier(scenario, base, leaf, date, care, parameters)
        steps.append([a - b for a, b in zip(now, before, strict=True)])
        before, capped = now, capped or cut
    if not dates or not np.any(steps):
        return np.ones((len(years), len(ORDERS))), capped
    return _bridge.multipliers(years[0], len(years), dates, np.array(steps), parameters), capped


def ceilings(scenario: Scenario, leaves: tuple[str, ...], progressions: NDArray[np.float64]) -> NDArray[np.float64]:
    """(leaf, order) largest multiplier of a hazard: progression reaches the desired one and no more.

    `progressions` (leaf, order) of the baseline in the first projected year. The nation's desired progressions are
    levers; a place's follow by odds from its own progressions. Infinite where the ceiling is switched off.
    """
    if scenario.value("response.ceiling", 9999) == "off":
        return np.full(progressions.shape, np.inf)
    desired = desired_progressions(scenario, leaves, progressions)
    limits = [
        [_bridge.max_multiplier(wanted, own) for wanted, own in zip(one, p, strict=True)]
        for one, p in zip(desired, progressions, strict=True)
    ]
    return np.array(limits)


def desired_progressions(
    scenario: Scenario, leaves: tuple[str, ...], progressions: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(leaf, order) progressions women want: the nation's are levers, a place's follow by odds from its own."""
    nation = progressions[leaves.index(NATION)]
    wanted = [float(scenario.number(f"response.D{order}", 9999) or 0.0) for order in ORDERS]
    rows = [[_bridge.desired_of_place(wanted[i], p[i], nation[i]) for i in range(len(ORDERS))] for p in progressions]
    return np.array(rows)


def weighted_care(scenario: Scenario, places_change: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """(leaf, year) change in tenths of a place per child x female employment over its reference; None: care is off."""
    ratio = _care_ratio(scenario)
    return None if ratio is None or places_change is None else np.nan_to_num(places_change) * 10.0 * ratio


def _care_ratio(scenario: Scenario) -> float | None:
    """Female employment over its reference, or None: then the care term is off."""
    own = scenario.number("response.female_employment", 9999)
    reference = scenario.number("response.female_employment_reference", 9999)
    return None if own is None or reference is None else own / reference


def respond(
    scenario: Scenario,
    base: Scenario,
    leaves: tuple[str, ...],
    years: range,
    progressions: NDArray[np.float64],
    eps: float | None = None,
    places_change: NDArray[np.float64] | None = None,
) -> Response:
    """Multipliers of `scenario` against `base`.

    `progressions` (leaf, order): of the baseline in the first projected year. `places_change` (leaf, year): change in
    occupied inclusive places per child under 3 against the baseline of the same year; used only when female employment
    and its reference are set.
    """
    parameters = parameters_of(scenario, eps)
    ceiling = ceilings(scenario, leaves, progressions)
    multiplier = np.ones((len(leaves), len(years), len(ORDERS)))
    change = weighted_care(scenario, places_change)
    care = change is not None and bool(np.any(change))
    capped = False
    for row, code in enumerate(leaves):
        leaf = _Leaf(code, ceiling[row], change[row] if care and change is not None else None)
        multiplier[row], cut = _multiplier(scenario, base, leaf, years, parameters)
        capped = capped or cut
    return Response(multiplier, ceiling, capped, care, _fertility_factor(scenario, leaves, years))


def _fertility_factor(scenario: Scenario, leaves: tuple[str, ...], years: range) -> NDArray[np.float64] | None:
    """(leaf, year, 1, 1) a user's own factor on fertility after the fitted years; None when nobody set one."""
    path = "fertility.multiplier"
    if not scenario.is_set(path):
        return None
    out = np.ones((len(leaves), len(years), 1, 1))
    for row, code in enumerate(leaves):
        if scenario.place in ancestors(code):
            for column, year in enumerate(years):
                if year >= place_of(code).first_projected_year:
                    out[row, column] = float(scenario.number(path, year) or 0.0)
    return None if np.all(out == 1.0) else out
