"""The calibrated path: fitted years, then the standard's change carried on from each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import asfr_to, calibrated, mx_to, read_only
from sanhai.calibrate.parity import parity_path
from sanhai.errors import ConfigError, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.calibrate.country import CountryPath
    from sanhai.places.place import Place

__all__ = ["Baseline", "baseline", "survival"]


@dataclass(frozen=True)
class Baseline:
    """Arrays of a run that starts on 1 January of `first_year`; leaves in the order asked for."""

    leaves: tuple[Place, ...]
    first_year: int
    observed: tuple[range, ...]  # of each leaf: years that rest on something observed, its own or above it
    pop_jan1: NDArray[np.float64]  # (leaf, sex, age) persons
    mx: NDArray[np.float64]  # (leaf, year, sex, age) 1/year
    Sx: NDArray[np.float64]  # (leaf, year, sex, age)
    asfr: NDArray[np.float64]  # (leaf, year, order, age) births of the order per woman
    asfr_total: NDArray[np.float64]  # (leaf, year, age) what the orders sum to, as calibrated
    srb: NDArray[np.float64]  # (leaf, year) boys per girl
    net_migration: NDArray[np.float64]  # (leaf, year, sex, age) persons who come, less those who leave as counts
    leaving_rate: NDArray[np.float64]  # (leaf, year, sex, age) share of the survivors before migration who leave
    pattern: NDArray[np.float64]  # (leaf, sex, age) of a migrant, sum 1
    parity: tuple[_bridge.ParityPath, ...]  # of each leaf: how its births come to their orders
    fitted: NDArray[np.bool_]  # (leaf, year) whether the year rests on published totals, births or deaths of the place

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def codes(self) -> tuple[str, ...]:
        """Of the leaves, as labels and for the addresses of random numbers."""
        return tuple(leaf.code for leaf in self.leaves)

    def inputs(self) -> _bridge.ProjectionInputs:
        """What the core projects at one go."""
        return _bridge.ProjectionInputs(
            axes=_bridge.Axes(list(self.codes), self.first_year, len(self.years), self.mx.shape[-1]),
            pop_jan1=self.pop_jan1,
            Sx=self.Sx,
            asfr=self.asfr,
            srb=self.srb,
            net_migration=self.net_migration,
            leaving_rate=self.leaving_rate,
        )

    @property
    def first_projected_years(self) -> tuple[int, ...]:
        """(leaf) first calendar year that rests on nothing observed."""
        return tuple(years.stop for years in self.observed)

    @property
    def first_projected_year(self) -> int:
        """The first year that rests on nothing observed for any leaf."""
        return max(self.first_projected_years)

    @property
    def is_projected(self) -> NDArray[np.bool_]:
        """(leaf, year) whether the year comes after the leaf's observed ones."""
        return np.array([[year >= first for year in self.years] for first in self.first_projected_years])

    @property
    def progressions(self) -> NDArray[np.float64]:
        """(leaf, 3) period progressions p0, p1, p2 in the leaf's first projected year, or the last there is."""
        at = [min(first - self.first_year, len(self.years) - 1) for first in self.first_projected_years]
        return np.array([path.ppr[t] for path, t in zip(self.parity, at, strict=True)])

    @property
    def years(self) -> range:
        return range(self.first_year, self.first_year + self.Sx.shape[1])


def _leaf(place: Place, last: int) -> tuple[NDArray[np.float64], ...]:
    """pop_jan1, mx, asfr, net_migration, leaving_rate, pattern, fitted of a place with a fit of its own."""
    fit = calibrated(place)
    row = fit.rows(place).start or 0
    later = last - fit.years[-1]
    asfr = asfr_to(fit, fit.asfr[row], last)
    standard = place.standard
    recent = fit.recent[row] if standard.migration == "residual" else 0.0
    yearly = np.concatenate([fit.residual[row], np.full(later, recent)])
    migration = yearly[:, None, None] * fit.pattern[row][None]
    if (given := standard.given_migration(fit.years[0], last)) is not None:
        migration = migration + given
    leaving = np.zeros_like(migration)
    if standard.migration_rate is not None:
        mx, srb = mx_to(fit, last), standard.at(standard.srb, fit.years[0], last)
        rate = standard.at(standard.migration_rate, fit.years[0], last)
        leaving = np.maximum(-rate, 0.0)  # whoever leaves does so with the people there are; whoever comes is counted
        moved = _by_rates(fit.pop_jan1[row], _bridge.Sx_from_mx(mx), asfr, srb, rate, migration)
        migration = migration + np.maximum(moved, 0.0)
    known = np.array([fit.births_fitted, fit.deaths_fitted, fit.pop_fitted]).any(axis=0)
    fitted = np.concatenate([known, np.zeros(later, dtype=bool)])
    return fit.pop_jan1[row], mx_to(fit, last), asfr, migration, leaving, fit.pattern[row], fitted


def _leaves_of(path: CountryPath, codes: tuple[str, ...], last: int) -> list[tuple[NDArray[np.float64], ...]]:
    """The same of leaves of a country."""
    rates = path.rates(codes, last)
    years = last + 1 - path.years.start
    out: list[tuple[NDArray[np.float64], ...]] = []
    for row, code in enumerate(codes):
        known = path.known(code)[:years]
        out.append(
            (
                np.asarray(path.inputs.pop_jan1)[path.country.rows(code)[0]],
                path.mx[:years] * np.asarray(rates.mortality)[row, :, None, None],
                path.asfr[:years] * np.asarray(rates.fertility)[row, :, None],
                np.asarray(rates.arrivals)[row],
                np.asarray(rates.leaving_rate)[row],
                np.asarray(rates.pattern)[row],
                np.concatenate([known, np.zeros(years - len(known), dtype=bool)]),
            )
        )
    return out


def _rows(leaves: tuple[Place, ...], last: int) -> list[tuple[NDArray[np.float64], ...]]:
    inside = {place: place.root for place in leaves if place.within is not None}
    found = {place: _leaf(place, last) for place in leaves if place not in inside}
    for root in dict.fromkeys(inside.values()):
        below = [place for place, above in inside.items() if above == root]
        rows = _leaves_of(country_fit(root), tuple(place.code for place in below), last)
        found |= dict(zip(below, rows, strict=True))
    return [found[place] for place in leaves]


def _by_rates(
    people: NDArray[np.float64],
    Sx: NDArray[np.float64],
    asfr: NDArray[np.float64],
    srb: NDArray[np.float64],
    rate: NDArray[np.float64],
    others: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(year, sex, age) net migrants at rates of a year's survivors, on the people of the median path.

    people (sex, age) on the first 1 January; Sx, rate, others (year, sex, age), asfr (year, age), srb (year); others:
    migrants beside them.
    """
    found = np.empty_like(rate)
    for t, moving in enumerate(rate):
        left = np.zeros_like(people)
        left[:, 1:] = people[:, :-1] * Sx[t, :, 1:]
        left[:, -1] += people[:, -1] * Sx[t, :, -1]
        births = float((asfr[t] * (people[1] + left[1])).sum()) / 2.0
        boys = births * srb[t] / (1.0 + srb[t])
        left[:, 0] = np.array([boys, births - boys]) * Sx[t, :, 0]
        found[t] = moving * left
        people = left + found[t] + others[t]
    return found


def _check(leaves: tuple[Place, ...], last_year: int) -> None:
    """ConfigError for leaves that cannot run together, or for years their standard does not reach."""
    parts = [leaf.code for leaf in leaves if not leaf.is_leaf]
    if parts or not leaves:
        raise refuse(ConfigError, "baseline.leaves", parts=parts or "-")
    starts = sorted({leaf.base.first_year for leaf in leaves})
    codes = [leaf.code for leaf in leaves]
    if len(starts) > 1:
        raise refuse(ConfigError, "baseline.one_start", places=codes, starts=starts)
    is_own = all(leaf.own_standard is not None for leaf in leaves)  # each rests on its own, with one index of mortality
    if not is_own and len({leaf.standard.digest for leaf in leaves}) > 1:
        raise refuse(ConfigError, "baseline.one_standard", places=codes)
    first = max(leaf.first_projected_year for leaf in leaves) - 1
    last = leaves[0].standard.years[-1]
    if not max(first, starts[0]) <= last_year <= last:
        raise refuse(ConfigError, "baseline.last_year", got=last_year, first=max(first, starts[0]), last=last)


def baseline(leaves: tuple[Place, ...], last_year: int) -> Baseline:
    """Baseline arrays to `last_year`.

    Leaves may have been observed to different years. Raises ConfigError for leaves that start in different years, rest
    on different standards or are sums of parts, and for a last year that the standard does not reach.
    """
    _check(leaves, last_year)
    first_year = leaves[0].base.first_year
    pop, mx, asfr, migration, leaving, pattern, fitted = (
        np.array(part) for part in zip(*_rows(leaves, last_year), strict=True)
    )
    parity = tuple(parity_path(leaf, total) for leaf, total in zip(leaves, asfr, strict=True))
    return Baseline(
        leaves=leaves,
        first_year=first_year,
        observed=tuple(leaf.observed for leaf in leaves),
        pop_jan1=pop,
        mx=mx,
        Sx=_bridge.Sx_from_mx(mx),
        asfr=np.array([path.asfr_order for path in parity]),
        asfr_total=asfr,
        srb=np.array([leaf.standard.at(leaf.standard.srb, first_year, last_year) for leaf in leaves]),
        net_migration=migration,
        leaving_rate=leaving,
        pattern=pattern,
        parity=parity,
        fitted=fitted,
    )


def survival(leaves: tuple[Place, ...], last_year: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of the baseline: (leaf, sex, age) persons on the first 1 January, (leaf, year, sex, age of arrival) survivorship.

    Years before the last are what they would be in a longer run. Raises what `baseline` raises, but for a last year
    among the observed ones.
    """
    last = max(last_year, *(leaf.first_projected_year - 1 for leaf in leaves))
    _check(leaves, last)
    rows = _rows(leaves, last)
    n_years = last_year + 1 - leaves[0].base.first_year
    return np.array([row[0] for row in rows]), _bridge.Sx_from_mx(np.array([row[1] for row in rows]))[:, :n_years]
