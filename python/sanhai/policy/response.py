"""From the instruments in use to what a birth meets on both sides: policy.md section 2; the core makes multipliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.levers import lever
from sanhai.policy.reading import Reading
from sanhai.policy.terms import ORDERS, Term, cost_of_child, layer, payable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = [
    "EPS_BAND",
    "TAKE_UP",
    "SupportTable",
    "desired_progressions",
    "fertility_factor",
    "has_ceiling",
    "parameters_of",
    "support_table",
    "supports",
    "take_up",
    "weighted_care",
]

# 5 % and 95 % of the prior mixture of eps: 70 % LogNormal(ln 0.9, 0.67), 30 % LogNormal(ln 1.8, 0.8).
EPS_BAND = (0.3254, 4.2353)
TAKE_UP = "subsidy.national.take_up"
CASH_YEARS = 3
PRESCHOOL_OFFSET = 5.5  # the free year lies between the fifth and the sixth birthday on average


def parameters_of(reading: Reading, eps: float | None = None) -> _bridge.ResponseParameters:
    """The point values with the scenario's own beliefs, which hold for the whole run.

    `take_up` is that of a draw's prior at its point; what a year's take-up is stands in `take_up`.
    """
    out = _bridge.ResponseParameters()
    out.eps = float(reading.fixed_number("response.eps") or 0.0) if eps is None else eps
    out.k = [float(reading.fixed_number(f"response.k{i}") or 0.0) for i in ORDERS]
    for name in ("tau", "T", "H", "rho"):
        setattr(out, name, float(reading.fixed_number(f"response.{name}") or 0.0))
    w = reading.fixed_number("response.w")
    if w is not None:
        out.w = w
    if _care_ratio(reading) is not None:  # without it nothing asks for gamma
        out.gamma = float(reading.fixed_number("response.gamma") or 0.0)
    out.take_up = float(lever(TAKE_UP).default or 0.0)
    out.validate()
    return out


def take_up(reading: Reading, year: int) -> float:
    """Share of the entitled who claim cash in a year."""
    return float(reading.number(TAKE_UP, year) or 0.0)


def _payments(reading: Reading, leaf: Place, term: Term, year: int, order: int) -> list[tuple[float, float]]:
    """(years after birth, yuan) that a birth of the year meets under the rules of that year."""
    component = term.component
    if component.timing == "calendar_year":
        yuan = term.per_year(reading, year, order, 0) or 0.0
        return [(float(age), yuan) for age in range(CASH_YEARS)]
    if component.timing in ("months_lived", "monthly") and component.stock in ("child", "enrolled"):
        return [
            (age + 0.5, layer(reading, leaf, term, year, order, age)) for age in component.ages or range(CASH_YEARS)
        ]
    if component.timing == "once" and component.stock == "birth":
        return [(0.0, term.amount(reading, year, order) or 0.0)]
    if component.timing == "school_terms":
        return [(PRESCHOOL_OFFSET, 2.0 * (term.amount(reading, year, order) or 0.0))]
    return []


def _reach(reading: Reading, term: Term, year: int, claimed: float) -> float:
    """Eligibility x take-up; a fee relief reaches those who use the service."""
    if term.component.timing == "school_terms":
        return 1.0
    if term.component.stock == "enrolled":
        return reading.number("nursery.enrolment_share", year) or 0.0
    return claimed if term.kind == "cash" else term.instrument.take_up


def supports(
    reading: Reading, leaf: Place, date: float, order: int, rho: float, claimed: float
) -> list[tuple[_bridge.SupportClass, float, float]]:
    """(class, reach, present value [yuan]) of what a birth of this order meets under the rules of the date.

    rho: the parents' discount rate [1/year]. claimed: take-up of cash.
    """
    found, year = [], int(date)
    for term in payable(reading, leaf).values():
        if term.kind is None or term.starts() > date:
            continue
        payments = _payments(reading, leaf, term, year, order)
        if any(yuan > 0.0 for _, yuan in payments):
            value = _bridge.present_value(payments, rho)
            found.append((_bridge.SupportClass[term.kind], _reach(reading, term, year, claimed), value))
    return found


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
    claimed = np.array([take_up(reading, int(date)) for date in dates])
    for side, one in enumerate((reading, base)):
        for column, date in enumerate(dates):
            cost[side, column] = cost_of_child(one, leaf, int(date))[0]
            for index, order in enumerate(ORDERS):
                for kind, reach, yuan in supports(one, leaf, date, order, rho, claimed[column]):
                    value[side, column, index, kind.value] += reach * yuan
    drawn = np.array([_care_at(care, date, years) for date in dates])
    held = np.array([reading.is_set(TAKE_UP, int(date)) for date in dates], dtype=bool)
    if np.array_equal(value[0], value[1]) and np.array_equal(cost[0], cost[1]) and not np.any(drawn):
        return SupportTable((), value[:, :0], cost[:, :0], drawn[:0], claimed[:0])
    return SupportTable(tuple(dates), value, cost, drawn, np.where(held, np.nan, claimed))


def _dates(reading: Reading, base: Reading, leaf: Place, years: range) -> list[float]:
    """Every date at which the support of either side may change, the instruments' own starts included."""
    sides = (reading, base)
    found = {float(year) for one in sides for year in one.years_of_change()}
    found |= {term.starts() for one in sides for term in payable(one, leaf).values() if term.starts() > 0}
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
    return reading.fixed("response.ceiling") == "on"


def desired_progressions(
    reading: Reading, leaves: tuple[Place, ...], progressions: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(leaf, order) progressions women want: the nation's are levers, a place's follow by odds from its own.

    The root of the leaves must be among them.
    """
    codes = [leaf.code for leaf in leaves]
    roots = [progressions[codes.index(leaf.root.code)] for leaf in leaves]
    wanted = [float(reading.fixed_number(f"response.D{order}") or 0.0) for order in ORDERS]
    rows = [
        [_bridge.desired_of_place(wanted[i], own[i], root[i]) for i in range(len(ORDERS))]
        for own, root in zip(progressions, roots, strict=True)
    ]
    return np.array(rows)


def weighted_care(reading: Reading, places_change: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """(leaf, year) change in tenths of a place per child x female employment over its reference; None: care is off."""
    ratio = _care_ratio(reading)
    return None if ratio is None or places_change is None else np.nan_to_num(places_change) * 10.0 * ratio


def _care_ratio(reading: Reading) -> float | None:
    """Female employment over its reference, or None: then the care term is off."""
    names = ("response.female_employment", "response.female_employment_reference")
    if not all(reading.is_set(name) for name in names):
        return None
    own, reference = (float(reading.fixed_number(name) or 0.0) for name in names)
    return own / reference


def fertility_factor(reading: Reading, leaves: tuple[Place, ...], years: range) -> NDArray[np.float64] | None:
    """(leaf, year, 1, 1) a user's own factor on fertility, from its dates on; None when nobody set one."""
    path = "fertility.multiplier"
    if not reading.is_set(path):
        return None
    set_here = np.array([float(reading.number(path, year) or 0.0) for year in years])
    out = np.ones((len(leaves), len(years)))
    for row, leaf in enumerate(leaves):
        if reading.holds_at(leaf):
            out[row] = np.where(np.array(years) >= reading.first_open_year(leaf), set_here, 1.0)
    out = out[:, :, None, None]
    return None if np.all(out == 1.0) else out
