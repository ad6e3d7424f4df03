"""From the stocks and flows of leaves to the indicators of a place: sums first, then rates of the sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.fit import calibrated
from sanhai.places.catalogue import leaves_of
from sanhai.places.catalogue import place as place_of
from sanhai.run.point import Run

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Flags", "flags", "indicators", "indicators_of", "members", "order_births"]


PUBLISHED = ("pop_jan1", "births", "deaths")  # what a bulletin prints; rates and ages follow from it


def members(run: Run, code: str) -> list[int]:
    """Rows of the run whose sum the place is."""
    return [run.leaves.index(leaf.code) for leaf in leaves_of(code)]


def _tfr(run: Run, rows: list[int], pop: NDArray[np.float64]) -> NDArray[np.float64]:
    """(year) births by age of mother over the women exposed, summed over ages."""
    births = run.people.births[rows].sum(axis=(0, 2))
    end = pop[1:, 1] - run.people.net_migration[rows].sum(axis=0)[:, 1]
    women = (pop[:-1, 1] + end) / 2.0
    return np.asarray(np.divide(births, women, out=np.zeros_like(births), where=births > 0).sum(axis=1))


def _e0(run: Run, rows: list[int]) -> NDArray[np.float64]:
    """(year, sex) of the death rates of the parts, weighted by their people."""
    weight = run.people.pop_jan1[rows, :-1]
    total = weight.sum(axis=0)
    mx = run.inputs.mx[rows]
    mean = np.divide((mx * weight).sum(axis=0), total, out=mx.mean(axis=0), where=total > 0)
    return _bridge.e0_from_mx(mean)


def indicators(run: Run, code: str) -> dict[str, NDArray[np.float64]]:
    """Arrays by variable for one place: (year + 1) stocks, (year) flows and rates; `e0` is (year, sex)."""
    return indicators_of(run, members(run, code))


def indicators_of(run: Run, rows: list[int]) -> dict[str, NDArray[np.float64]]:
    """The same for the sum of some rows of the run."""
    pop = run.people.pop_jan1[rows].sum(axis=0)  # (year + 1, sex, age)
    stock = pop.sum(axis=(1, 2))
    ages = pop.sum(axis=1)
    young, working, old = ages[:, :15].sum(axis=1), ages[:, 15:65].sum(axis=1), ages[:, 65:].sum(axis=1)
    return {
        "pop_jan1": stock,
        "pop_midyear": (stock[:-1] + stock[1:]) / 2.0,
        "births": run.people.births[rows].sum(axis=(0, 2, 3)),
        "births_gross": run.people.births_gross[rows].sum(axis=(0, 2)),
        "deaths": run.people.deaths[rows].sum(axis=(0, 2, 3)),
        "net_migration": run.people.net_migration[rows].sum(axis=(0, 2, 3)),
        "tfr": _tfr(run, rows, pop),
        "e0": _e0(run, rows),
        "median_age": np.array([_bridge.median_age(year) for year in ages]),
        "pop_0_2": ages[:, :3].sum(axis=1),
        "pop_0_14": young,
        "pop_15_64": working,
        "pop_65plus": old,
        "women_15_49": pop[:, 1, 15:50].sum(axis=1),
        "tdr": (young + old) / working,
        "oadr": old / working,
    }


def order_births(run: Run, code: str) -> NDArray[np.float64]:
    """(year, order)"""
    return np.asarray(run.people.births[members(run, code)].sum(axis=(0, 3)))


class Flags:
    """Which years of a place rest on its own published figures, and how sure the rest is."""

    def __init__(self, code: str) -> None:
        place = place_of(code)
        self._observed = place.observed
        fit = calibrated(place)
        self.own = fit.place == place
        totals = dict(zip(fit.years, ~np.isnan(place.evidence.published("pop_yearend", fit.years)), strict=True))
        births = dict(zip(fit.years, fit.births_fitted, strict=True))
        deaths = dict(zip(fit.years, fit.deaths_fitted, strict=True))
        self._known = {
            "births": births,
            "births_gross": births,
            "tfr": births,
            "deaths": deaths,
            "e0": deaths,
            "net_migration": totals,
            # A year-end total is the stock of the next 1 January; the first is the census.
            "pop_jan1": {fit.years[0]: True} | {year + 1: known for year, known in totals.items()},
        }

    def fitted(self, name: str, year: int) -> bool:
        """True when the value was solved from a published figure of that place and year."""
        return self.own and bool(self._known.get(name, {}).get(year, False))

    def confidence(self, name: str, year: int) -> str:
        """high: published itself; medium: follows from the place's own figures; low: estimated from its parent's."""
        if self.fitted(name, year) and name in PUBLISHED:
            return "high"
        return "medium" if self.own else "low"

    def basis(self, name: str, year: int) -> str:
        if name == "net_migration" and year in self._observed:
            return "residual"
        if self.fitted(name, year):
            return "fitted"
        return "estimated" if year in self._observed else "projected"


def flags(code: str) -> Flags:
    return Flags(code)
