"""Nursery places by type and opening year: the stock there is, what closes, what documents add, what a plan opens.

Places are decided, not drawn: they rest on the baseline's people as calibrated, so every draw of a scenario has the
same ones, and nothing that is announced later moves a plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai.places.catalogue import place
from sanhai.policy.amounts import calendar_months, in_force
from sanhai.policy.catalogue import instrument
from sanhai.policy.component import OPENED_SHARES
from sanhai.policy.place_plan import Plan
from sanhai.policy.reading import Reading
from sanhai.policy.vocabulary import NURSERY_TYPES, VINTAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["TYPE_SHARES", "PlaceStock", "national_rate", "place_stock", "stock_year"]

REST = "market"  # the type of what the stated shares leave
TYPE_SHARES = tuple(one for one in NURSERY_TYPES if one != REST)
UNSTATED = len(NURSERY_TYPES)  # column of the places whose type nobody states
ResidentsOf = Callable[["Place", int], float]  # persons of a place on the 1 January of a year


@cache
def national_rate() -> dict[str, float]:
    """What the assumption "national-rate" takes from the nation's reported figures, each with its instrument."""
    return {
        "stock_per_1000": _reported("national/nursery-2025", "places_per_1000"),
        "inclusive_share": _reported("national/nursery-observed", "inclusive_share"),
    }


def _reported(full_id: str, variable: str) -> float:
    return next(figure.value for figure in instrument(full_id).figures if figure.variable == variable)


@dataclass(frozen=True)
class PlaceStock:
    """Places of a scenario over the years of its run; NaN where nobody knows them.

    Columns of `type`: those of NURSERY_TYPES, then places whose type nobody states.
    """

    years: range
    begun: int  # the year on whose 1 January the stock is stated or assumed
    assumed: bool
    opening: NDArray[np.float64]  # (leaf, vintage, type) on that 1 January, of places opened in each of VINTAGES
    opened: NDArray[np.float64]  # (leaf, year, type) gross
    closed: NDArray[np.float64]  # (leaf, year, type)
    places: NDArray[np.float64]  # (leaf, year, type) at the year's end
    closure_rate: NDArray[np.float64]  # (year) of the places of 1 January

    def by_type(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(leaf, year, type of NURSERY_TYPES) of `places`, `opened`, `closed`; NaN where there are places without."""
        unstated = values[..., UNSTATED:] > 0.0
        return np.asarray(np.where(unstated, np.nan, values[..., :UNSTATED]))

    def of(self, types: tuple[str, ...] | None, operating_years: tuple[int, int] | None = None) -> NDArray[np.float64]:
        """(leaf, year) places of some types at the year's end, or those of them in some operating years.

        The year of opening is operating year 1. Of the stock there was only the vintages that are stated count.
        """
        if operating_years is None:
            return self.pick(self.places, types)
        first, last = operating_years
        out = np.zeros_like(self.places)
        for column, year in enumerate(self.years):
            for vintage in range(year - last + 1, year - first + 2):
                out[:, column] += self._left(vintage, year)
        out[np.isnan(self.places)] = np.nan
        return self.pick(out, types)

    def pick(self, values: NDArray[np.float64], types: tuple[str, ...] | None) -> NDArray[np.float64]:
        """(leaf, year) sum over some types, over all where none are named; NaN where their number is not known."""
        if types is None:
            return np.asarray(values.sum(axis=2))
        columns = [NURSERY_TYPES.index(one) for one in types]
        unknown = self.places[..., UNSTATED] > 0.0
        return np.where(unknown, np.nan, values[..., columns].sum(axis=2))

    def _left(self, vintage: int, year: int) -> NDArray[np.float64]:
        """(leaf, type) places opened in a year that are there at the end of another."""
        start = max(self.begun, self.years[0])
        if vintage in self.years and vintage >= start:
            opened, since = self.opened[:, vintage - self.years[0]], vintage + 1
        elif vintage in VINTAGES and vintage < self.begun:
            opened, since = self.opening[:, VINTAGES.index(vintage)], start
        else:
            return np.zeros((len(self.places), UNSTATED + 1))
        kept = 1.0 - self.closure_rate[since - self.years[0] : year + 1 - self.years[0]]
        return np.asarray(opened * np.prod(kept))


def is_assumed(reading: Reading, year: int) -> bool:
    return reading.value("nursery.assumption", year) == "national-rate"


def stock_year(reading: Reading, years: range) -> int | None:
    """The year on whose 1 January a stock of places is stated, or assumed; None: nobody knows one in these years."""
    begun = reading.begins("nursery.stock_per_1000")
    if begun is None and is_assumed(reading, years[-1]):
        begun = reading.begins("nursery.assumption")
    return begun if begun is not None and begun <= years[-1] else None


def _type_shares(reading: Reading, begun: int) -> NDArray[np.float64]:
    """(type) of the stock; where nobody states any, all are without a type, or half of them inclusive as assumed."""
    out = np.zeros(UNSTATED + 1)
    if any(reading.is_set(f"nursery.type_share.{one}") for one in TYPE_SHARES):
        for one in TYPE_SHARES:
            out[NURSERY_TYPES.index(one)] = reading.number(f"nursery.type_share.{one}", begun) or 0.0
    elif is_assumed(reading, begun):
        out[NURSERY_TYPES.index("inclusive_private")] = national_rate()["inclusive_share"]
    else:
        out[UNSTATED] = 1.0
        return out
    out[NURSERY_TYPES.index(REST)] = 1.0 - out.sum()
    return out


def _vintage_shares(reading: Reading, leaves: tuple[Place, ...], begun: int) -> NDArray[np.float64]:
    """(vintage) of the stock; 0 where nobody states them, or no document in use asks for operating years."""
    used = (row for leaf in leaves if reading.holds_at(leaf) for row in reading.instruments_at(leaf))
    if not any(one.count.operating_years is not None for row in used for one in row.components):
        return np.zeros(len(VINTAGES))
    return np.array([reading.number(path, begun) or 0.0 for path in OPENED_SHARES])


def _supply(
    reading: Reading, leaves: tuple[Place, ...], years: range, residents_of: ResidentsOf
) -> NDArray[np.float64]:
    """(leaf, year, type) places that documents add, a leaf's by its share of the residents of the document's area."""
    out = np.zeros((len(leaves), len(years), UNSTATED + 1))
    for row, leaf in enumerate(leaves):
        if not reading.holds_at(leaf):
            continue
        for one in reading.instruments_at(leaf):
            for supply in one.supply:
                begun = reading.begins(supply.places_a_year)
                if begun is None:
                    continue
                area = next((above for above in leaf.lineage if above.code == one.place), None) or place(one.place)
                at = max(begun, years[0])
                share = residents_of(leaf, at) / residents_of(area, at)
                for column, year in enumerate(years):
                    months = [in_force(month, one.valid_from, one.valid_to) for month in calendar_months(year)]
                    number = reading.number(supply.places_a_year, year) or 0.0
                    out[row, column, NURSERY_TYPES.index(supply.type)] += number * share * sum(months) / len(months)
    return out


def place_stock(
    reading: Reading,
    leaves: tuple[Place, ...],
    years: range,
    residents: NDArray[np.float64],
    residents_of: ResidentsOf,
) -> PlaceStock | None:
    """Places of a scenario; None where nobody states or assumes a stock.

    residents (leaf, 1 January): persons of the baseline from the run's first year on, to the end of a plan's due year.
    """
    begun = stock_year(reading, years)
    if begun is None:
        return None
    start = max(begun - years[0], 0)
    stated = reading.number("nursery.stock_per_1000", begun)
    per_1000 = national_rate()["stock_per_1000"] if stated is None else stated
    here = np.array([per_1000 if reading.holds_at(leaf) else np.nan for leaf in leaves])
    shares = _type_shares(reading, begun)
    stock = (here / 1000.0 * residents[:, start])[:, None] * shares
    vintages = _vintage_shares(reading, leaves, begun)
    supply = _supply(reading, leaves, years, residents_of)
    plan = Plan(reading, leaves, years[0], residents)
    shape = (len(leaves), len(years), UNSTATED + 1)
    opened, closed, places = (np.full(shape, np.nan) for _ in range(3))
    rates = np.array([reading.number("nursery.closure_rate", year) or 0.0 for year in years])
    opening = stock[:, None, :] * vintages[:, None]
    for column in range(start, len(years)):
        closed[:, column] = stock * rates[column]
        left = stock - closed[:, column]
        added = np.where(np.isnan(stock), np.nan, supply[:, column])
        goal = plan.goal(years[column], stock.sum(axis=1))
        if goal is not None:
            missing = np.maximum(0.0, goal - left.sum(axis=1) - added.sum(axis=1))
            added = added + missing[:, None] * shares
        stock = left + added
        opened[:, column], places[:, column] = added, stock
    return PlaceStock(years, begun, stated is None, opening, opened, closed, places, rates)
