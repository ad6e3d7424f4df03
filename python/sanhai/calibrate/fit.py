"""From the census to a calibrated start: a function of a place.

A place holds observed figures only. Everything fitted is solved here by the engine's own functions, so that a reader
can follow a fitted number to the figures it meets, and a corrected figure changes every result that rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.errors import ConfigError, refuse
from sanhai.places.base import CENSUS_LOWER, FIVE_YEAR_LOWER, N_AGES
from sanhai.places.figures import FAMILIES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.places.place import Place
    from sanhai.places.standard import Standard

__all__ = ["CACHED", "GroupFit", "asfr_to", "calibrated", "census_pattern", "fit_frame", "mx_to", "read_only", "xtfr"]

CACHED = 512  # places whose fit is kept
RECENT = 3  # years whose mean residual is held afterwards, as statistical offices do
TRUSTED = 2  # years after the fitted ones from which the standard's changes of mortality are taken
SLOPE = 5  # years whose mean change bridges the time until then
CENSUS_APART = 10  # years between the two counts whose cohorts give the ages of migrants


@dataclass(frozen=True)
class GroupFit:
    """One place with figures of its own and the leaves it is the sum of, calibrated over `years`."""

    place: Place
    leaves: tuple[Place, ...]
    years: range
    pop_jan1: NDArray[np.float64]  # (leaf, sex, age) persons on 1 January of the first year
    mx: NDArray[np.float64]  # (year, sex, age) fitted, 1/year
    asfr: NDArray[np.float64]  # (leaf, year, age) fitted, all orders, births per woman
    asfr_whole: NDArray[np.float64]  # (year, age) births of all leaves per woman exposed
    order_share: NDArray[np.float64]  # (year, order)
    residual: NDArray[np.float64]  # (leaf, year) net migrants
    pattern: NDArray[np.float64]  # (leaf, sex, age) sum 1
    recent: NDArray[np.float64]  # (leaf) net migrants a year held after the fitted years
    stock: NDArray[np.float64]  # (leaf, year + 1) persons on 1 January
    mortality_scale: NDArray[np.float64]  # (year) on the parent's rates
    fertility_scale: NDArray[np.float64]  # (year) on the parent's level x census ratio
    births_fitted: tuple[bool, ...]
    deaths_fitted: tuple[bool, ...]
    pop_fitted: tuple[bool, ...]
    start_factor: float  # on the count of the leaves, so that the root's published people of the year-end hold

    def __post_init__(self) -> None:
        read_only(self)

    def rows(self, place: Place) -> slice:
        """Rows of the leaves that `place` is: all of them for the place fitted, its own for a leaf."""
        if place == self.place:
            return slice(None)
        row = self.leaves.index(place)
        return slice(row, row + 1)


def read_only(held: object) -> None:
    """Makes the arrays of a dataclass read-only: what is kept for the next caller must not change."""
    for value in vars(held).values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)


def calibrated(place: Place) -> GroupFit:
    """The fit of the group that `place` belongs to (`place.group`), solved once for equal places.

    Raises ConfigError for a place without a standard or with a base the standard does not reach, DomainError for
    figures that cannot be met together.
    """
    assert place.within is None, place.code  # the leaves of a country are fitted together: calibrate.country
    return _calibrated(place.group)


def xtfr(place: Place) -> float:
    """Children per woman from a census pyramid: (10.65 - 12.55 share of women 25-34) C/W (Hauer & Schmertmann 2020)."""
    counts = place.base.grouped(CENSUS_LOWER)
    children = counts[:, :2].sum()
    women = counts[1, 4:11]  # 15-19 .. 45-49
    return float((10.65 - 12.55 * women[2:4].sum() / women.sum()) * children / women.sum())


@lru_cache(maxsize=32)
def start_factor(root: Place) -> float:
    """One factor for the start of a root and all below it: its published people of that year-end over the count."""
    if root.base.is_january:
        return 1.0
    year = range(root.base.year, root.base.year + 1)
    people = float((root.evidence.published("pop_yearend", year) - root.evidence.outside(year))[0])
    return 1.0 if np.isnan(people) else people / float(_uncorrected(root).sum())


def _start(place: Place) -> NDArray[np.float64]:
    """(sex, age) persons on the 1 January a run starts on, from the place's base."""
    return _uncorrected(place) * (1.0 if place.base.is_january else start_factor(place.root))


def _uncorrected(place: Place) -> NDArray[np.float64]:
    """(sex, age) persons on the 1 January a run starts on, from the place's base."""
    base, standard = place.base, place.standard
    single = base.counts
    if not base.is_single:
        if base.is_january or not base.year < standard.pyramid.year - 1:
            before = standard.pyramid.year - 1
            raise refuse(
                ConfigError, "base.needs_single_ages", where=f"place {place.code}", date=base.date, before=before
            )
        single = _bridge.single_years(base.counts, list(base.lower), census_pattern(standard, base.year))
    if base.is_january:
        return single
    first = base.first_year
    return _bridge.november_to_january(single, _bridge.Sx_from_mx(standard.at(standard.mx, first, first))[0])


@lru_cache(maxsize=32)
def census_pattern(standard: Standard, year: int) -> NDArray[np.float64]:
    """(sex, age) the standard's pyramid survived backwards to 1 November of `year`."""
    Sx = _bridge.Sx_from_mx(standard.at(standard.mx, year + 1, standard.pyramid.year - 1))
    return _bridge.reverse_survived(standard.pyramid.counts, Sx)


def _migration_pattern(place: Place) -> NDArray[np.float64]:
    """(sex, age) sum 1: census cohort survival over ten years; without an older count that of the place above.

    At the root that of the standard.
    """
    earlier = place.earlier
    if earlier is None or earlier.first_year != place.base.first_year - CENSUS_APART:
        return _migration_pattern(place.parent) if place.parent is not None else place.standard.migration_share
    before, after = (count.grouped(FIVE_YEAR_LOWER) for count in (earlier, place.base))
    return _bridge.migration_pattern(before, after, place.standard.census_survival, N_AGES)


def _order_share(place: Place, years: range) -> NDArray[np.float64]:
    """(year, order) shares of births, those of the nearest place that has any; later years hold the latest.

    They book births by order inside the fit and change no total; where nobody has any, all births are booked as first.
    """
    tables = [found for above in reversed(place.lineage) if (found := above.evidence.order_shares())]
    shares = tables[0] if tables else {years[0]: (1.0, 0.0, 0.0)}
    chosen = [max((known for known in shares if known <= year), default=min(shares)) for year in years]
    table = np.array([shares[year] for year in chosen])
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _rates(place: Place, years: range) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(cbr, cdr) by year, only where the count itself is not published."""
    published = place.evidence.published
    out = [
        np.where(np.isnan(published(count, years)), published(rate, years), np.nan)
        for count, rate in (FAMILIES["births"], FAMILIES["deaths"])
    ]
    return out[0], out[1]


@dataclass(frozen=True)
class _Above:
    """The place above over the years of a place below it."""

    mx: NDArray[np.float64]  # (year, sex, age)
    asfr: NDArray[np.float64]  # (year, age)


def _above(place: Place, years: range) -> _Above | None:
    """None for a root. ConfigError when the place starts before the one above it."""
    if place.parent is None or place.own_standard is not None:
        return None
    is_inside = place.parent.within is not None
    fit = calibrated(place.root if is_inside else place.parent)
    skip = years.start - fit.years.start
    if skip < 0:
        above = place.parent
        raise refuse(
            ConfigError,
            "base.before_parent",
            got=place.base.date,
            where=f"place {place.code}",
            above=above.code,
            date=above.base.date,
        )
    if is_inside:
        return _above_in_country(place.parent, years)
    rows, last = fit.rows(place.parent), years[-1]
    asfr = fit.asfr_whole if rows == slice(None) else fit.asfr[rows.start]
    return _Above(mx_to(fit, last)[skip:], asfr_to(fit, asfr, last)[skip:])


def _above_in_country(parent: Place, years: range) -> _Above:
    """The same of a leaf of a country or a sum of them."""
    path = import_module("sanhai.calibrate.country").country_fit(parent.root)  # which rests on this file
    skip = years.start - path.years.start
    mx, asfr = path.schedules(parent.code, years[-1])
    return _Above(mx[skip:], asfr[skip:])


def _later(values: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Carries `values` of the last fitted year on by the proportional change of the standard from that year.

    `base` starts in the last fitted year. Where the standard is 0 the result is 0.
    """
    change = np.divide(base[1:], base[:1], out=np.zeros_like(base[1:]), where=base[:1] > 0)
    return np.asarray(values[-1] * change)


def mx_to(fit: GroupFit, last: int) -> NDArray[np.float64]:
    """(year, sex, age) death rates from the first fitted year to `last`: fitted, then carried on.

    The change of the standard's rates is bridged: its first steps after the fitted years are those of a recovery that
    the published level does not have. Up to TRUSTED years on, the mean step of the SLOPE years after that; then the
    standard's own changes. Where no deaths of the root are published level and changes are the standard's.
    """
    standard, ends = fit.place.standard, fit.years[-1]
    if not any(calibrated(fit.place.root).deaths_fitted):
        return np.concatenate([fit.mx, _later(fit.mx, standard.at(standard.mx, ends, last))])
    later = range(ends + 1, last + 1)
    if not len(later):
        return fit.mx
    if standard.is_path:
        return np.concatenate([fit.mx, standard.at(standard.mx, ends + 1, last) * fit.mortality_scale[-1]])
    start = min(ends + TRUSTED, standard.years[-1] - 1)
    stop = min(start + SLOPE, standard.years[-1])
    logs = _bridge.log(standard.at(standard.mx, start, standard.years[-1]))
    step = (logs[stop - start] - logs[0]) / (stop - start)
    base, out = _bridge.log(fit.mx[-1]), []
    for year in later:
        change = step * (min(year, start) - ends)
        out.append(base + (change if year <= start else change + (logs[year - start] - logs[0])))
    return np.concatenate([fit.mx, _bridge.exp(np.array(out))])


def asfr_to(fit: GroupFit, fitted: NDArray[np.float64], last: int) -> NDArray[np.float64]:
    """(year, age) births per woman to `last` from `fitted` (year, age) of the fit's years.

    The level follows the standard's total fertility, the ages the standard's shape.
    """
    standard = fit.place.standard
    asfr = standard.at(standard.asfr, fit.years[-1], last)
    if standard.is_path:
        return np.concatenate([fitted, asfr[1:] * fit.fertility_scale[-1]])
    shape = asfr / asfr.sum(axis=1, keepdims=True)
    level = _later(fitted.sum(axis=1), asfr.sum(axis=1))
    return np.concatenate([fitted, level[:, None] * shape[1:]])


@dataclass(frozen=True)
class _Problem:
    """What is given of a group before anything of it is fitted."""

    place: Place
    leaves: tuple[Place, ...]
    years: range
    pop_jan1: NDArray[np.float64]  # (leaf, sex, age)
    mx: NDArray[np.float64]  # (year, sex, age)
    asfr: NDArray[np.float64]  # (leaf, year, age)
    order_share: NDArray[np.float64]  # (year, order)
    pattern: NDArray[np.float64]  # (leaf, sex, age)
    above: _Above | None

    def solve(self, residual: NDArray[np.float64]) -> _bridge.Calibration:
        """Meets the figures of every year at once; `residual` (year) holds where no later total is published."""
        published, standard = self.place.evidence.published, self.place.standard
        cbr, cdr = _rates(self.place, self.years)
        group = _bridge.CalibrationGroup()
        group.places, group.first_year = [leaf.code for leaf in self.leaves], self.years[0]
        group.pop_jan1, group.mx, group.asfr, group.order_share = self.pop_jan1, self.mx, self.asfr, self.order_share
        group.srb = standard.at(standard.srb, self.years[0], self.years[-1])
        group.migration_pattern = self.pattern
        group.births, group.cbr = published("births", self.years), cbr
        group.deaths, group.cdr = published("deaths", self.years), cdr
        group.pop_end = published("pop_yearend", self.years) - self.place.evidence.outside(self.years)
        group.residual = residual
        if (given := standard.given_migration(self.years[0], self.years[-1])) is not None:
            group.net_migration = given[None]
        # With a place above, the prior level of fertility is that of a census, the year before the first.
        group.census_ratio = self.above is not None
        return _bridge.calibrate(group)


def _problem(place: Place) -> _Problem:
    leaves = place.leaves
    first = place.base.first_year
    years = place.observed or range(first, first + 1)  # with nothing observed the first year is the prior itself
    above, standard = _above(place, years), place.standard
    if above is None:
        mx = standard.at(standard.mx, years[0], years[-1])
        asfr = standard.at(standard.asfr, years[0], years[-1])[None]
    else:
        assert place.parent is not None
        ratio = np.array([xtfr(leaf) for leaf in leaves]) / xtfr(place.parent)
        mx, asfr = above.mx, ratio[:, None, None] * above.asfr[None]
    return _Problem(
        place=place,
        leaves=leaves,
        years=years,
        pop_jan1=np.array([_start(leaf) for leaf in leaves]),
        mx=mx,
        asfr=np.repeat(asfr, len(leaves), axis=0) if len(asfr) < len(leaves) else asfr,
        order_share=_order_share(place, years),
        pattern=np.array([_migration_pattern(leaf) for leaf in leaves]),
        above=above,
    )


@lru_cache(maxsize=CACHED)
def _calibrated(place: Place) -> GroupFit:
    """Solves a group; the place above first, because a place without a figure follows it.

    Two passes: the residual of years after the last published total is the mean of the three before it, which is known
    after the first.
    """
    problem = _problem(place)
    residual = np.zeros(len(problem.years))
    for _ in range(6):  # the feedback of a residual on itself is of second order: three passes reach rounding
        fit = problem.solve(residual)
        residual = _later_residual(fit)
    asfr = problem.asfr * fit.fertility_scale[None, :, None]
    return GroupFit(
        place=place,
        leaves=problem.leaves,
        years=problem.years,
        pop_jan1=problem.pop_jan1,
        mx=problem.mx * fit.mortality_scale[:, None, None],
        asfr=asfr,
        asfr_whole=_whole(asfr, fit.projection),
        order_share=problem.order_share,
        residual=np.array(fit.residual),
        pattern=problem.pattern,
        recent=_recent(np.array(fit.residual), list(fit.pop_fitted)),
        stock=np.asarray(fit.projection.pop_jan1).sum(axis=(2, 3)),
        mortality_scale=np.array(fit.mortality_scale),
        fertility_scale=np.array(fit.fertility_scale),
        births_fitted=tuple(fit.births_fitted),
        deaths_fitted=tuple(fit.deaths_fitted),
        pop_fitted=tuple(fit.pop_fitted),
        start_factor=start_factor(place.root),
    )


def _whole(asfr: NDArray[np.float64], run: _bridge.Projection) -> NDArray[np.float64]:
    """(year, age) births of all leaves over their women exposed: the mean of start and end before migration."""
    if len(asfr) == 1:
        return np.asarray(asfr[0])
    pop, net = np.asarray(run.pop_jan1)[:, :, 1], np.asarray(run.net_migration)[:, :, 1]
    women = ((pop[:, :-1] + pop[:, 1:] - net) / 2.0).sum(axis=0)
    births = np.asarray(run.births).sum(axis=(0, 2))
    return np.asarray(np.divide(births, women, out=np.zeros_like(births), where=births > 0))


def _recent(residual: NDArray[np.float64], known: list[bool]) -> NDArray[np.float64]:
    """(leaf) mean residual of the last three years that rest on a published total."""
    last = max((t for t, yes in enumerate(known) if yes), default=len(known) - 1)
    return np.asarray(residual[:, max(last + 1 - RECENT, 0) : last + 1].mean(axis=1))


def _later_residual(fit: _bridge.Calibration) -> NDArray[np.float64]:
    """(year) residuals where the place has no later total: the mean of the last three years with one, 0 without any."""
    known = list(fit.pop_fitted)
    totals = np.where(known, np.asarray(fit.residual).sum(axis=0), 0.0)
    if any(known):
        last = max(t for t, yes in enumerate(known) if yes)
        totals[last + 1 :] = totals[max(last + 1 - RECENT, 0) : last + 1].mean()
    return totals


def fit_frame(place: Place) -> pd.DataFrame:
    """How the start of a place was calibrated: by year, the scales on the parent's rates and the residual migration."""
    import pandas as pd

    fit = calibrated(place)
    return pd.DataFrame(
        {
            "mortality_scale": fit.mortality_scale,
            "deaths_fitted": fit.deaths_fitted,
            "fertility_scale": fit.fertility_scale,
            "births_fitted": fit.births_fitted,
            "residual": np.asarray(fit.residual[fit.rows(place)]).sum(axis=0),
            "total_fitted": fit.pop_fitted,
        },
        index=pd.Index(fit.years, name="year"),
    )
