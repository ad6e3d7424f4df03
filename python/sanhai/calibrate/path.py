"""The baseline of a set of leaves: fitted years, then the national standard's change carried on from each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.fit import FITTED_YEARS, GroupFit, calibrated, group_of
from sanhai.calibrate.parity import parity_path
from sanhai.calibrate.standard import LAST_YEAR, Standard, standard
from sanhai.errors import ConfigError, complaint

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Baseline", "baseline"]


@dataclass(frozen=True)
class Baseline:
    """Arrays of a run that starts on 1 January of FITTED_YEARS[0]; leaves in the order asked for."""

    leaves: tuple[str, ...]
    first_year: int
    pop_jan1: NDArray[np.float64]  # (leaf, sex, age) persons
    mx: NDArray[np.float64]  # (leaf, year, sex, age) 1/year
    Sx: NDArray[np.float64]  # (leaf, year, sex, age)
    asfr: NDArray[np.float64]  # (leaf, year, order, age) births of the order per woman
    asfr_total: NDArray[np.float64]  # (leaf, year, age) what the orders sum to, as calibrated
    srb: NDArray[np.float64]  # (1, year) boys per girl
    net_migration: NDArray[np.float64]  # (leaf, year, sex, age) persons
    parity: tuple[_bridge.ParityPath, ...]  # of each leaf: how its births come to their orders
    fitted: NDArray[np.bool_]  # (leaf, year) whether the year rests on published totals, births or deaths of the place

    @property
    def progressions(self) -> NDArray[np.float64]:
        """(leaf, 3) period progressions p0, p1, p2 in the first year after the fitted ones, or the last there is."""
        first = min(len(FITTED_YEARS), len(self.years) - 1)
        return np.array([path.ppr[first] for path in self.parity])

    @property
    def years(self) -> range:
        return range(self.first_year, self.first_year + self.Sx.shape[1])


def _later(values: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Carries `values` of the last fitted year on by the proportional change of the standard from that year.

    `base` starts in the last fitted year. Where the standard is 0 the result is 0.
    """
    change = np.divide(base[1:], base[:1], out=np.zeros_like(base[1:]), where=base[:1] > 0)
    return np.asarray(values[-1] * change)


def _fertility(fit: GroupFit, leaf: int, base: Standard, last: int) -> NDArray[np.float64]:
    """(year, age): the level follows the standard's total fertility, the ages the standard's shape."""
    fitted = fit.asfr[leaf]
    asfr = base.at(base.asfr, FITTED_YEARS[-1], last)
    shape = asfr / asfr.sum(axis=1, keepdims=True)
    level = _later(fitted.sum(axis=1), asfr.sum(axis=1))
    return np.concatenate([fitted, level[:, None] * shape[1:]])


def _leaf(code: str, base: Standard, last: int) -> tuple[NDArray[np.float64], ...]:
    fit = calibrated(group_of(code))
    leaf = fit.leaves.index(code)
    later = last - FITTED_YEARS[-1]
    mx = np.concatenate([fit.mx, _later(fit.mx, base.at(base.mx, FITTED_YEARS[-1], last))])
    asfr = _fertility(fit, leaf, base, last)
    yearly = np.concatenate([fit.residual[leaf], np.full(later, fit.recent[leaf])])
    migration = yearly[:, None, None] * fit.pattern[leaf][None]
    known = np.array([fit.births_fitted, fit.deaths_fitted, fit.pop_fitted]).any(axis=0)
    fitted = np.concatenate([known, np.zeros(later, dtype=bool)])
    return fit.pop_jan1[leaf], mx, asfr, migration, fitted


def baseline(leaves: tuple[str, ...], last_year: int) -> Baseline:
    """Baseline arrays to `last_year`; ConfigError when the national standard does not reach that far."""
    if not FITTED_YEARS[-1] <= last_year <= LAST_YEAR:
        raise ConfigError(
            complaint(
                "years",
                got=last_year,
                allowed=f"a last year from {FITTED_YEARS[-1]} to {LAST_YEAR}",
                remedy="the national rates end there; give your own rates to go further",
            )
        )
    base = standard()
    pop, mx, asfr, migration, fitted = (
        np.array(part) for part in zip(*(_leaf(code, base, last_year) for code in leaves), strict=True)
    )
    parity = tuple(parity_path(code, total) for code, total in zip(leaves, asfr, strict=True))
    return Baseline(
        leaves=leaves,
        first_year=FITTED_YEARS[0],
        pop_jan1=pop,
        mx=mx,
        Sx=_bridge.Sx_from_mx(mx),
        asfr=np.array([path.asfr_order for path in parity]),
        asfr_total=asfr,
        srb=base.at(base.srb, FITTED_YEARS[0], last_year)[None],
        net_migration=migration,
        parity=parity,
        fitted=fitted,
    )
