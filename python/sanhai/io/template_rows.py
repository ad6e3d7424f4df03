"""What is known of a place, as the rows of the sheets of the template: its count, its fitted rates, what was published.

Numbers are in the units of the sheets (persons, per 1,000, girls = 100), rounded to what a rate is known to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sanhai.places.figures import FITTED_TO, Figure, Source

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["Filled", "filled", "labels"]

PER_MILLE = {"cbr", "cdr"}  # published rates, written per 1,000
ORDERS = ("1", "2", "3+")
Cells = tuple[object, ...]


@dataclass(frozen=True)
class Filled:
    """Rows of each sheet, and the sources of what was published."""

    population: tuple[
        tuple[int, int | None, float, float], ...
    ] = ()  # first age, last age (None is open), male, female
    mx: tuple[Cells, ...] = ()  # year, age, male, female; per 1,000
    asfr: tuple[Cells, ...] = ()  # year, age, all, first, second, third and later; per 1,000
    srb: tuple[Cells, ...] = ()  # year, boys per 100 girls
    net_migration: tuple[Cells, ...] = ()  # year, age, male, female; persons
    published: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = ()


def labels(lower: tuple[int, ...]) -> tuple[tuple[int, int | None], ...]:
    """First and last age of every group; the last group is open."""
    return tuple(zip(lower, [*(age - 1 for age in lower[1:]), None], strict=True))


def filled(place: Place) -> Filled:
    """The count of the place, the rates fitted to its observed years, the figures those are fitted to.

    Rates are those of a run without any change: of a sum of places those of its people. Raises what a run raises.
    """
    from sanhai.results.compare import project

    years = place.observed or range(place.base.first_year, place.base.first_year + 1)
    run = project(place, (years[0], years[-1])).by_age().isel(draw=0).sel(year=slice(years[0], years[-1]))
    published = [row for row in place.evidence if row.variable in FITTED_TO and row.sex == "both" and row.age == "all"]
    published = [_shown(row) for row in published if row.year >= place.base.year]
    cited = {row.source for row in published} | {place.base.source}
    known = {one.id: one for one in place.standard.sources}
    known |= {one.id: one for above in place.lineage for one in above.evidence.sources}
    known |= {one.id: one for one in (place.within.sources if place.within is not None else ())}
    male, female = (map(float, row) for row in place.base.counts)
    ages = labels(place.base.lower)
    return Filled(
        population=tuple((*group, m, f) for group, m, f in zip(ages, male, female, strict=True)),
        mx=tuple(_by_sex(1e3 * _mx(place, years), years, 5)),
        asfr=tuple(_by_order(run, years, place.has_orders)),
        srb=tuple(_ratios(run, years)),
        net_migration=tuple(_by_sex(run["net_migration"].to_numpy(), years, 2)),
        published=tuple(published),
        sources=tuple(known.get(name, Source(name)) for name in sorted(cited) if name),
    )


def _shown(row: Figure) -> Figure:
    """A rate per 1,000, as it is published; a count as it is."""
    return replace(row, value=round(1e3 * row.value, 6)) if row.variable in PER_MILLE else row


def _mx(place: Place, years: range) -> NDArray[np.float64]:
    """(year, sex, age) death rates: of a sum those of its leaves, by their people at the start."""
    from sanhai.calibrate.path import baseline

    path = baseline(place.leaves, years[-1])
    rows = [year - path.first_year for year in years]
    weights = np.where(path.pop_jan1.sum(axis=0) > 0.0, path.pop_jan1, 1.0)
    return np.asarray((path.mx[:, rows] * weights[:, None]).sum(axis=0) / weights.sum(axis=0))


def _by_sex(values: NDArray[np.float64], years: range, digits: int) -> Iterator[Cells]:
    """Year, age, male, female of (year, sex, age)."""
    for t, year in enumerate(years):
        for age in range(values.shape[2]):
            yield (year, age, *(round(float(one), digits) + 0.0 for one in values[t, :, age]))


def _by_order(run: xr.Dataset, years: range, has_orders: bool) -> Iterator[Cells]:
    """Year, age, all, by order; ages 15 to 54 at least, so that it can be seen where births end."""
    values = 1e3 * run["asfr"].transpose("year", "order", "age").to_numpy()
    values = np.where(np.isnan(values), 0.0, values)
    ages = np.flatnonzero(values.sum(axis=(0, 1)) > 0.0)
    for t, year in enumerate(years):
        for age in range(min(ages[0], 15), max(ages[-1], 54) + 1):
            orders = [round(float(one), 5) for one in values[t, :, age]]
            whole = round(sum(orders), 5)
            yield (year, age, whole, *(orders if has_orders and len(orders) == len(ORDERS) else (None,) * len(ORDERS)))


def _ratios(run: xr.Dataset, years: range) -> Iterator[Cells]:
    births = run["births_by_sex"].transpose("year", "sex").to_numpy()
    for year, (male, female) in zip(years, births, strict=True):
        yield (year, round(float(100.0 * male / female), 3))
