"""Nursery places by type and opening year: the stock there is, what closes, what documents add, what a plan opens.

Places are decided, not drawn: they rest on the baseline's people as calibrated, so every draw of a scenario has the
same ones, and nothing that is announced later moves a plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.places.catalogue import place
from sanhai.policy.amounts import in_force
from sanhai.policy.catalogue import Catalogue
from sanhai.policy.component import OPENED_SHARES
from sanhai.policy.months import january, months_of, year_of
from sanhai.policy.place_plan import Plan
from sanhai.policy.reading import Reading
from sanhai.policy.vocabulary import NURSERY_TYPES, VINTAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place
    from sanhai.policy.series import Setting

__all__ = ["TYPE_SHARES", "PlaceStock", "by_leaf", "national_rate", "place_stock", "stock_year"]

REST = "market"  # the type of what the stated shares leave
TYPE_SHARES = tuple(one for one in NURSERY_TYPES if one != REST)
UNSTATED = len(NURSERY_TYPES)  # column of the places whose type nobody states
ResidentsOf = Callable[["Place", int], float]  # persons of a place on the 1 January of a year


def national_rate(known: Catalogue) -> dict[str, float]:
    """What the assumption "national-rate" takes from the nation's reported figures, each with its instrument."""
    return {
        "stock_per_1000": _reported(known, "national/nursery-2025", "places_per_1000"),
        "inclusive_share": _reported(known, "national/nursery-observed", "inclusive_share"),
    }


def _reported(known: Catalogue, full_id: str, variable: str) -> float:
    return next(figure.value for figure in known.instrument(full_id).figures if figure.variable == variable)


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
    closure_rate: NDArray[np.float64]  # (leaf, year) of the places of 1 January

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
        kept = 1.0 - self.closure_rate[:, since - self.years[0] : year + 1 - self.years[0]]
        return np.asarray(opened * np.prod(kept, axis=1)[:, None])


def _is_assumed(reading: Reading, year: int) -> bool:
    return reading.value("nursery.assumption", None, january(year)) == "national-rate"


def stock_year(reading: Reading, years: range) -> int | None:
    """The year on whose 1 January a stock of places is stated, or assumed; None: nobody knows one in these years."""
    begun = reading.begins("nursery.stock_per_1000")
    if begun is None and _is_assumed(reading, years[-1]):
        begun = reading.begins("nursery.assumption")
    return year_of(begun) if begun is not None and year_of(begun) <= years[-1] else None


def _per_1000(reading: Reading, leaf: Place, begun: int) -> tuple[float, bool]:
    """(places per 1,000 residents, whether they are the assumption's): NaN outside, and where nobody knows them."""
    if not reading.holds_at(leaf):
        return np.nan, False
    stated = reading.number("nursery.stock_per_1000", leaf, january(begun))
    if stated is None and _is_assumed(reading, begun):
        return national_rate(reading.catalogue)["stock_per_1000"], True
    return (np.nan if stated is None else stated), False


def _type_shares(reading: Reading, leaf: Place, begun: int) -> NDArray[np.float64]:
    """(type) of the stock; where nobody states any, all are without a type, or half of them inclusive as assumed."""
    out = np.zeros(UNSTATED + 1)
    stated = {one: reading.number(f"nursery.type_share.{one}", leaf, january(begun)) for one in TYPE_SHARES}
    if any(share is not None for share in stated.values()):
        for one, share in stated.items():
            out[NURSERY_TYPES.index(one)] = share or 0.0
    elif _is_assumed(reading, begun):
        out[NURSERY_TYPES.index("inclusive_private")] = national_rate(reading.catalogue)["inclusive_share"]
    else:
        out[UNSTATED] = 1.0
        return out
    out[NURSERY_TYPES.index(REST)] = 1.0 - out.sum()
    return out


def _vintage_shares(reading: Reading, leaf: Place, begun: int) -> NDArray[np.float64]:
    """(vintage) of the stock; 0 where nobody states them, or no document in use asks for operating years."""
    components = (one for row in reading.instruments_at(leaf) for one in row.components)
    if not reading.holds_at(leaf) or all(one.count.operating_years is None for one in components):
        return np.zeros(len(VINTAGES))
    return np.array([reading.number(path, leaf, january(begun)) or 0.0 for path in OPENED_SHARES])


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
                for column, year in enumerate(years):
                    months = [in_force(month, one.valid_from, one.valid_to) for month in months_of(year)]
                    number = reading.at(leaf).of_year(supply.places_a_year, year, unset=0.0)
                    if not number:
                        continue
                    dated = reading.setting(supply.places_a_year, leaf, months_of(year)[-1])
                    share = 1.0 if dated is None else _share(leaf, dated, one.place, years[0], residents_of)
                    out[row, column, NURSERY_TYPES.index(supply.type)] += number * share * sum(months) / len(months)
    return out


def _share(leaf: Place, dated: Setting, home: str, first_year: int, residents_of: ResidentsOf) -> float:
    """A leaf's share of the residents of the area that a number is for: its setting's place, else its document's."""
    code, year = dated.place or home, max(dated.year, first_year)
    area = next((above for above in leaf.lineage if above.code == code), None) or place(code)
    return residents_of(leaf, year) / residents_of(area, year)


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
    known = [_per_1000(reading, leaf, begun) for leaf in leaves]
    shares = np.array([_type_shares(reading, leaf, begun) for leaf in leaves])
    stock = (np.array([here for here, _ in known]) / 1000.0 * residents[:, start])[:, None] * shares
    vintages = np.array([_vintage_shares(reading, leaf, begun) for leaf in leaves])
    supply, plan = _supply(reading, leaves, years, residents_of), Plan(reading, leaves, years[0], residents)
    shape = (len(leaves), len(years), UNSTATED + 1)
    opened, closed, places = (np.full(shape, np.nan) for _ in range(3))
    rates = by_leaf(reading, "nursery.closure_rate", leaves, years)
    opening = stock[:, None, :] * vintages[:, :, None]
    for column in range(start, len(years)):
        closed[:, column] = stock * rates[:, column, None]
        left = stock - closed[:, column]
        added = np.where(np.isnan(stock), np.nan, supply[:, column])
        goal = plan.goal(years[column], stock.sum(axis=1))
        missing = np.maximum(0.0, goal - left.sum(axis=1) - added.sum(axis=1))
        added = added + np.nan_to_num(missing)[:, None] * shares
        stock = left + added
        opened[:, column], places[:, column] = added, stock
    return PlaceStock(years, begun, any(assumed for _, assumed in known), opening, opened, closed, places, rates)


def by_leaf(reading: Reading, path: str, leaves: tuple[Place, ...], years: range) -> NDArray[np.float64]:
    """(leaf, year) a lever that goes by the year; NaN where it has no value."""
    rows: dict[tuple[str, ...], list[float | None]] = {}
    keys = [reading.place_key(leaf) for leaf in leaves]
    for key, leaf in zip(keys, leaves, strict=True):
        if key not in rows:
            rows[key] = [reading.number(path, leaf, january(year)) for year in years]
    return np.array([rows[key] for key in keys], dtype=float)
