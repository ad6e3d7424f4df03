"""What was observed of an own place, and what it says of births by order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.errors import ConfigError, InputProblem, problem, refuse
from sanhai.places.ages import scale_of
from sanhai.places.figures import FITTED_TO, REPORTED, Figure, Figures, Source
from sanhai.places.standard import PARITY_AGES, GivenParity
from sanhai.rates.makers import Fertility, Parity
from sanhai.readers.plausible import CRUDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.rates.schedules import Said

__all__ = ["observed_of", "parity_given"]

UNITS = {
    "births": "births", "deaths": "deaths", "cbr": "1/year", "cdr": "1/year", "pop_yearend": "persons", **REPORTED,
}  # fmt: skip
SAID = {"source": "", "published": "", "confidence": "medium", "method": "published"}  # unless the row says another
RAREST = 1e-9  # of a hazard against that of order 1: nobody is at risk there
STOCKS = ("pop", "pop_jan1")


def observed_of(given: object, years: range, faults: list[InputProblem]) -> Figures:
    """Yearly births, deaths, totals and crude rates of both sexes, summed over sexes and ages where need be.

    What is reported of places and money is kept beside them, NaN where it is said that there is none.
    """
    if given is None:
        return Figures()
    frame = getattr(given, "frame", given)
    needed = {"variable", "year", "value"}
    if not hasattr(frame, "columns") or not needed <= set(frame.columns):
        raise refuse(ConfigError, "own.observed", got=[*frame.columns][:10] if hasattr(frame, "columns") else given)
    is_base = frame is not given
    rows: list[Figure] = []
    for variable, year, group in _groups(frame):
        value, chosen = _whole(group)
        scale = 1.0 if is_base or "unit" not in group.columns else scale_of(str(chosen["unit"]), "observed")
        value *= scale
        if variable in REPORTED:
            rows.append(_figure(variable, year, scale * float(chosen["value"]), chosen))
            continue
        if not value > 0 or (UNITS[variable] == "1/year" and not CRUDE[0] <= value <= CRUDE[1]):
            key = "input.UNIT.rate" if value > 0 else "input.NEGATIVE.observed"
            faults.append(problem(key, {"variable": variable, "year": year}, got=value, low=CRUDE[0], high=CRUDE[1]))
            continue
        rows.append(_figure(variable, year, value, chosen))
    names = dict.fromkeys(row.source for row in rows if row.source)
    return Figures(tuple(rows), tuple(Source(name, name) for name in names))


def _figure(variable: str, year: int, value: float, row: Any) -> Figure:
    """A figure as a row of the table says it."""
    said = {name: str(row.get(name) or default) for name, default in SAID.items()}
    return Figure(variable, year, "both", "all", value, UNITS[variable], said["source"], said["published"],
                  said["confidence"], said["method"])  # fmt: skip


def _groups(frame: Any) -> Iterable[tuple[str, int, Any]]:
    """Rows of one fitted variable and calendar year; a stock of 1 January is the end of the year before."""
    for (variable, year), group in frame.groupby(["variable", "year"], sort=True):
        if variable in FITTED_TO or variable in REPORTED:
            yield str(variable), int(year), group
        elif variable in STOCKS and (variable == "pop_jan1" or _is_january(group)):
            yield "pop_yearend", int(year) - 1, group


def _is_january(group: Any) -> bool:
    return "date" in group.columns and all(str(day).endswith("-01-01") for day in group["date"])


def _whole(group: Any) -> tuple[float, Any]:
    """The figure of all, else the sum of its parts."""
    rows = group
    for column, whole in (("age", "all"), ("sex", "both")):
        if column in rows.columns and (rows[column].astype(str) == whole).any():
            rows = rows[rows[column].astype(str) == whole]
    return float(rows["value"].sum()), rows.iloc[0]


# ---- parity ----------------------------------------------------------------------------------------------------------


def parity_given(
    parity: object, fertility: object, asfr: NDArray[np.float64], years: range, said: Said
) -> GivenParity | None:
    """Women by parity at the start and the hazards by order that make the given births by order; None without orders.

    asfr (order, year, age 0..100) births per woman.
    """
    if parity is not None and not isinstance(parity, Parity):
        raise refuse(ConfigError, "own.parity", got=parity)
    has_orders = isinstance(fertility, Fertility) and fertility.table is not None and len(fertility.table.orders) == 3
    if not has_orders:
        if parity is not None:
            raise refuse(ConfigError, "own.parity_orders")
        said("parity", "parity_none", "")
        return None
    ages = slice(PARITY_AGES.start, PARITY_AGES.stop)
    by_order = asfr[:, :, ages]
    if parity is None:
        said("parity", "parity_stationary", "")
        shares = _stationary(by_order[:, 0])
    else:
        shares = _shares(parity)
    stock = _bridge.ParityStock(shares, shares[:, 3].copy())
    relative = []
    for t, year in enumerate(years):
        relative.append(_relative(by_order[:, t], np.array(stock.shares)))
        fertility_of = _bridge.ParityFertility()
        fertility_of.asfr, fertility_of.start = asfr[:, t].sum(axis=0)[None], stock
        fertility_of.relative, fertility_of.k = relative[-1][None], np.ones(3)
        path = _bridge.parity_path(fertility_of, year)
        stock = _bridge.ParityStock(path.shares[1], path.births_3plus[1])
    return GivenParity(years, shares, np.array(relative), "given" if parity is not None else "stationary")


def _shares(parity: Parity) -> NDArray[np.float64]:
    """(age 10..64, parity) shares; women younger have none, older ones are as the oldest given."""
    out = np.zeros((len(PARITY_AGES), 4))
    for row, age in enumerate(PARITY_AGES):
        if age < parity.ages[0]:
            out[row, 0] = 1.0
        else:
            out[row] = parity.shares[min(age, parity.ages[-1]) - parity.ages[0]]
    return out


def _stationary(by_order: NDArray[np.float64]) -> NDArray[np.float64]:
    """(age, parity) of women who lived through the first year's rates all their life."""
    reached = np.concatenate([np.zeros((3, 1)), np.cumsum(by_order, axis=1)[:, :-1]], axis=1)
    reached = np.minimum.accumulate(np.minimum(reached, 1.0), axis=0)
    whole = np.concatenate([np.ones((1, reached.shape[1])), reached])
    return np.asarray((whole - np.concatenate([reached, np.zeros((1, reached.shape[1]))])).T)


def _relative(by_order: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(order, age) hazards against those of order 1, from rates and women at risk: the mean of two cohorts."""
    before = np.concatenate([shares[:1], shares[:-1]])
    at_risk = np.stack([shares[:, 0] + before[:, 0], shares[:, 1] + before[:, 1],
                        shares[:, 2] + shares[:, 3] + before[:, 2] + before[:, 3]]) / 2.0  # fmt: skip
    chance = np.divide(by_order, at_risk, out=np.zeros_like(by_order), where=at_risk > 0)
    hazard = -_bridge.log(1.0 - np.minimum(chance, 0.9))
    ratio = np.divide(hazard, hazard[:1], out=np.ones_like(hazard), where=hazard[:1] > 0)
    return np.asarray(np.maximum(ratio, RAREST))
