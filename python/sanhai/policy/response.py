"""From the instruments in use to what a birth meets on both sides: policy.md section 2; the core makes multipliers."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.amounts import Levers, boundaries, own_a_year, stacked, value_of
from sanhai.policy.component import Component
from sanhai.policy.months import MONTHS, WHOLE_RUN, year_of
from sanhai.policy.nursery import enrolled_share
from sanhai.policy.reading import Reading
from sanhai.policy.terms import ORDERS, TAKE_UP, Term, cost_of_child, group_of, holds_take_up, payable, take_up_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = [
    "SupportTable",
    "desired_progressions",
    "eps_band",
    "fertility_factor",
    "has_care",
    "has_ceiling",
    "parameters_of",
    "support_table",
    "supports",
    "weighted_care",
]

NURSERY_YEARS = 3  # a child is under 3 as long
ENROLLED = "nursery.enrolment_share"  # the chance of attending, which a plan may raise


@cache
def eps_band() -> tuple[float, float]:
    """5 % and 95 % of the prior of eps, for the two runs beside the central one."""
    text = files("sanhai.policy").joinpath("data", "priors.toml").read_text(encoding="utf-8")
    low, high = tomllib.loads(text)["eps"]["band"]
    return float(low), float(high)


def parameters_of(reading: Reading, eps: float | None = None) -> _bridge.ResponseParameters:
    """The point values with the scenario's own beliefs, which hold for the whole run.

    `take_up` is that of a draw's prior at its point; what a year's take-up is stands in `take_up`.
    """
    out = _bridge.ResponseParameters()
    out.eps = float(reading.number("response.eps", None, WHOLE_RUN) or 0.0) if eps is None else eps
    out.k = [float(reading.number(f"response.k{i}", None, WHOLE_RUN) or 0.0) for i in ORDERS]
    for name in ("tau", "T", "H", "rho"):
        setattr(out, name, float(reading.number(f"response.{name}", None, WHOLE_RUN) or 0.0))
    w = reading.number("response.w", None, WHOLE_RUN)
    if w is not None:
        out.w = w
    if _care_ratio(reading) is not None:  # without it nothing asks for gamma
        out.gamma = float(reading.number("response.gamma", None, WHOLE_RUN) or 0.0)
    out.take_up = float(reading.lever(TAKE_UP).default or 0.0)
    out.validate()
    return out


def _payments(reading: Reading, leaf: Place, term: Term, month: int, order: int) -> list[tuple[float, float]]:
    """(years after birth, yuan) that a birth meets under the rules of a month: the bill's amounts along one life."""
    component, rule = term.component, term.component.timing
    group = group_of(reading, leaf, term)
    key = ("a year", term.id, month, tuple(name for name, _ in group), reading.place_key(leaf))
    yuan = reading.memo(key, lambda: _a_year(reading.at(leaf), term, group, month))
    if component.count.stock == "births":
        return [(0.0, float(yuan[order - 1, 0]))]
    if component.count.stock == "nursery" and component.count.take == "enrolled":
        return [(age + 0.5, float(yuan.max())) for age in range(NURSERY_YEARS)]
    if component.count.stock != "children":
        return []
    first, last = component.count.ages or (0, 0)
    if rule.rule == "calendar":
        return [(float(age), float(yuan[order - 1, age])) for age in range(int(rule.years or 1))]
    middle = 0.0 if rule.rule == "dates" else 0.5
    return [(age + middle, float(yuan[order - 1, age])) for age in range(first, last + 1)]


def _a_year(levers: Levers, term: Term, group: tuple[tuple[str, Component], ...], month: int) -> NDArray[np.float64]:
    """Yuan a year by cell, after stacking."""
    if term.component.stack is not None:
        return stacked(levers, group, month)[term.id]
    return own_a_year(levers, term.component, month)


def _reach(reading: Reading, leaf: Place, term: Term, month: int, claimed: float) -> float:
    """Share of births reached: conditions x take-up x use of the service. claimed: that of the allowance."""
    levers = reading.at(leaf)
    shares = [value_of(levers, one.share, month) for one in term.component.eligible.conditions]
    if term.component.reach is not None:
        is_enrolled = term.component.reach == ENROLLED
        use = enrolled_share(reading, leaf, year_of(month)) if is_enrolled else None
        shares.append(use if is_enrolled else value_of(levers, term.component.reach, month))
    reached = claimed if term.component.take_up == TAKE_UP else take_up_in(reading, leaf, term, month)
    for share in shares:
        reached *= share or 0.0
    return reached


def supports(
    reading: Reading, leaf: Place, date: float, order: int, rho: float, claimed: float
) -> list[tuple[_bridge.SupportClass, float, float]]:
    """(class, reach, present value [yuan]) of what a birth of this order meets under the rules of the date.

    rho: the parents' discount rate [1/year]. claimed: take-up of the national allowance.
    """
    found, month = [], _month(date)
    for term in payable(reading, leaf).values():
        if term.kind is None or term.starts() > date:
            continue
        payments = _payments(reading, leaf, term, month, order)
        if any(yuan > 0.0 for _, yuan in payments):
            value = _bridge.present_value(payments, rho)
            found.append((_bridge.SupportClass[term.kind], _reach(reading, leaf, term, month, claimed), value))
    return found


def _month(date: float) -> int:
    """The month of a decimal year; dates of support lie on first days of months."""
    return int(date * MONTHS + 1e-6)


def _national_take_up(reading: Reading, leaf: Place, month: int) -> tuple[float, bool]:
    """Take-up of the national allowance at a place, and whether levers hold it; its lever's where it is not in use."""
    for term in payable(reading, leaf).values():
        if term.component.take_up == TAKE_UP:
            return take_up_in(reading, leaf, term, month), holds_take_up(reading, leaf, term, month)
    return float(reading.number(TAKE_UP, leaf, month) or 0.0), reading.holds(TAKE_UP, leaf, month)


@dataclass(frozen=True)
class SupportTable:
    """What births meet on both sides, date by date, before any weight is drawn. Side 0: scenario, 1: baseline."""

    date: tuple[float, ...]
    present_value: NDArray[np.float64]  # (side, date, order, class) yuan, reach applied
    cost_of_child: NDArray[np.float64]  # (side, date) yuan
    care: NDArray[np.float64]  # (date) tenths of a place per child x employment ratio; all 0: off
    take_up: NDArray[np.float64]  # (date) inside the cash support; NaN where a lever holds it, so that no draw moves it


def support_table(
    reading: Reading,
    base: Reading,
    leaf: Place,
    years: range,
    care: NDArray[np.float64] | None,
    rho: float,
) -> SupportTable:
    """The same dates and payments as the point response, for draws of its parameters. Empty where nothing differs."""
    dates = _dates_of(reading, base, leaf, care, years) if leaf.policy_codes else []
    value = np.zeros((2, len(dates), len(ORDERS), len(_bridge.SupportClass.__members__)))
    cost = np.ones((2, len(dates)))
    own_claim = [_national_take_up(reading, leaf, _month(date)) for date in dates]
    claimed = np.array([share for share, _ in own_claim])
    for side, one in enumerate((reading, base)):
        for column, date in enumerate(dates):
            cost[side, column] = cost_of_child(one, leaf, _month(date))[0]
            for index, order in enumerate(ORDERS):
                for kind, reach, yuan in supports(one, leaf, date, order, rho, claimed[column]):
                    value[side, column, index, kind.value] += reach * yuan
    drawn = np.array([_care_at(care, date, years) for date in dates])
    held = np.array([is_held for _, is_held in own_claim], dtype=bool)
    if np.array_equal(value[0], value[1]) and np.array_equal(cost[0], cost[1]) and not np.any(drawn):
        return SupportTable((), value[:, :0], cost[:, :0], drawn[:0], claimed[:0])
    return SupportTable(tuple(dates), value, cost, drawn, np.where(held, np.nan, claimed))


def _dates(reading: Reading, base: Reading, leaf: Place, years: range) -> list[float]:
    """Every date at which the support of either side may change, the instruments' own starts included."""
    sides = (reading, base)
    found = {month / MONTHS for one in sides for month in one.months_of_change()}
    for one in sides:
        for term in payable(one, leaf).values():
            found |= {month / MONTHS for month in boundaries([term.component])}
    if any(one.is_set("response.cost_growth") for one in sides):
        found |= {float(year) for year in years}
    return sorted(date for date in found if date < years[-1] + 1)


def _dates_of(
    reading: Reading, base: Reading, leaf: Place, care: NDArray[np.float64] | None, years: range
) -> list[float]:
    """Dates of support and of care, which a year later may be another."""
    dates = set(_dates(reading, base, leaf, years))
    for year, change in zip(years, () if care is None else care, strict=care is not None):
        dates |= {float(one) for one in (year, year + 1) if change and one in years}
    return sorted(dates)


def _care_at(care: NDArray[np.float64] | None, date: float, years: range) -> float:
    inside = years[0] <= date < years[-1] + 1
    return float(care[int(date) - years[0]]) if inside and care is not None else 0.0


def has_ceiling(reading: Reading) -> bool:
    """Whether the response stops at desired progressions."""
    return reading.value("response.ceiling", None, WHOLE_RUN) == "on"


def desired_progressions(
    reading: Reading, leaves: tuple[Place, ...], progressions: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(leaf, order) progressions women want: the nation's are levers, a place's follow by odds from its own.

    The root of the leaves must be among them.
    """
    codes = [leaf.code for leaf in leaves]
    roots = [progressions[codes.index(leaf.root.code)] for leaf in leaves]
    wanted = [float(reading.number(f"response.D{order}", None, WHOLE_RUN) or 0.0) for order in ORDERS]
    rows = [
        [_bridge.desired_of_place(wanted[i], own[i], root[i]) for i in range(len(ORDERS))]
        for own, root in zip(progressions, roots, strict=True)
    ]
    return np.array(rows)


def has_care(reading: Reading) -> bool:
    """Whether births answer to the children enrolled."""
    return _care_ratio(reading) is not None


def weighted_care(reading: Reading, change: NDArray[np.float64]) -> NDArray[np.float64]:
    """(leaf, year) change in tenths of a child enrolled per child under 3 x female employment over its reference."""
    return np.asarray(change * 10.0 * (_care_ratio(reading) or 0.0))


def _care_ratio(reading: Reading) -> float | None:
    """Female employment over its reference, or None: then the care term is off."""
    names = ("response.female_employment", "response.female_employment_reference")
    if not all(reading.is_set(name) for name in names):
        return None
    own, reference = (float(reading.number(name, None, WHOLE_RUN) or 0.0) for name in names)
    return own / reference


def fertility_factor(reading: Reading, leaves: tuple[Place, ...], years: range) -> NDArray[np.float64] | None:
    """(leaf, year, 1, 1) a user's own factor on fertility, from its dates on; None when nobody set one."""
    path = "fertility.multiplier"
    if not reading.is_set(path):
        return None
    out = np.ones((len(leaves), len(years)))
    for row, leaf in enumerate(leaves):
        if reading.holds_at(leaf):
            set_here = np.array([float(reading.of_year(path, leaf, year) or 0.0) for year in years])
            out[row] = np.where(np.array(years) >= reading.first_open_year(leaf), set_here, 1.0)
    out = out[:, :, None, None]
    return None if np.all(out == 1.0) else out
