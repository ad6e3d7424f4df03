"""Infant mortality of a place by its own counts: no projection says it, its level is that of the death rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.places.figures import INFANT_DEATHS, Figures

__all__ = ["POOLED_YEARS", "Counted", "counted"]

if TYPE_CHECKING:
    from collections.abc import Mapping

POOLED_YEARS = 3
PRIOR_CV = 0.3  # of a place's rate around the nation's
N_STEPS, N_SDS = 10_000, 12.0


@dataclass(frozen=True)
class Counted:
    """Deaths under age 1 and births of the same years, and the nation's published rate, around which places lie."""

    deaths: float
    births: float
    nation: float | None  # deaths per birth

    @property
    def rate(self) -> float:
        """Deaths per birth."""
        return self.deaths / self.births

    def probability_below(self, line: float) -> float:
        """That the rate behind the counts is at most `line` [deaths per birth]; NaN where the nation's is not known.

        Poisson counts with a Gamma prior of the nation's mean and a coefficient of variation of 0.3; the posterior is
        integrated by midpoints, on our own exponential, so that every machine has the same bits.
        """
        if self.nation is None:
            return float("nan")
        shape = PRIOR_CV**-2 + self.deaths
        exposure = PRIOR_CV**-2 / self.nation + self.births
        most = max((shape + N_SDS * np.sqrt(shape)) / exposure, line)
        mode = (shape - 1.0) / exposure

        def mass(low: float, high: float) -> float:
            step = (high - low) / N_STEPS
            rates = low + step * (np.arange(N_STEPS) + 0.5)
            powers = (shape - 1.0) * _bridge.log(rates / mode) - exposure * (rates - mode)
            return float(np.sum(_bridge.exp(powers))) * step

        below = mass(0.0, line)
        return below / (below + (mass(line, most) if most > line else 0.0))


def counted(figures: Figures, nation: Figures, births: Mapping[int, float], last: int) -> Counted | None:
    """Counts of the last years up to `last`, pooled; None where nobody gives deaths before age 1.

    figures, nation: observed figures of the place and of its root; births: of the place by year.
    """
    by_year = {row.year: row.value for row in figures.of(INFANT_DEATHS) if row.sex == "both"}
    years = [year for year in range(last - POOLED_YEARS + 1, last + 1) if year in by_year and births.get(year, 0.0) > 0]
    if not years:
        return None
    rates = {row.year: row.value for row in nation.of("imr") if row.year <= last and row.confidence != "low"}
    known = rates[max(rates)] if rates else None
    return Counted(sum(by_year[year] for year in years), sum(births[year] for year in years), known)
