"""China's mortality over time, ln m = a + b k (Lee & Carter 1992): one k for both sexes, drawn as a random walk.

The shipped table holds b by sex and single age, the step of k and its lasting start error. `history_b`,
`step_sd_for_band` and the two factors on its step are how it was made; the test refits it where the history is at hand.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.errors import ConfigError, refuse
from sanhai.places.base import N_AGES
from sanhai.places.standard import MortalityIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "BAND_LEVEL",
    "BAND_WIDTH",
    "BAND_YEAR",
    "HORIZON",
    "START_FACTOR",
    "STEP_FACTOR",
    "e0_band",
    "e0_both",
    "history_b",
    "step_sd_for_band",
]

BAND_YEAR = 2050  # its printed 80 % band of life expectancy, both sexes, is 6.0 years wide: 80.0-86.1
BAND_WIDTH = 6.0
BAND_LEVEL = 0.80
HORIZON = 27  # steps of k by then
STEP_FACTOR = 1.14  # the step that ships / that of the printed band: with the start error the bands of 2026-50 are met
START_FACTOR = 1.4  # start error / step of the printed band: sources disagree on the level by 1.2 steps (rms, 2015-24)


def history_b(
    mx: NDArray[np.float64], years: Sequence[float], lower: Sequence[float]
) -> tuple[NDArray[np.float64], _bridge.LeeCarter]:
    """b (sex, age 0..100+) of a history `mx` (time, sex, group) [1/year] at `years`, and the fit by group behind it.

    `lower` = first ages of the groups, the last one open. Raises ShapeError, DomainError.
    """
    fit = _bridge.fit_lee_carter(mx, np.asarray(years, dtype=float))
    return _bridge.single_age_b(fit.b, np.asarray(lower, dtype=float), N_AGES), fit


def e0_both(mx: NDArray[np.float64], srb: float) -> float:
    """Life expectancy at birth [years] of a birth cohort of both sexes, from mx (sex, age); srb = boys per girl."""
    e0 = _bridge.e0_from_mx(mx)
    return float((srb * e0[0] + e0[1]) / (1 + srb))


def e0_band(
    index: MortalityIndex, mx: NDArray[np.float64], srb: float, steps: float, level: float = BAND_LEVEL
) -> tuple[float, float, float]:
    """(low, median, high) life expectancy of both sexes after so many steps of k about the median rates mx (sex, age).

    Exact quantiles: life expectancy falls in k at every k, because no b is negative.
    """
    k = _quantile(level) * (index.start_sd**2 + index.step_sd**2 * steps) ** 0.5
    low, median, high = (e0_both(mx * _bridge.exp(index.b * at), srb) for at in (k, 0.0, -k))
    return low, median, high


def step_sd_for_band(
    b: NDArray[np.float64],
    mx: NDArray[np.float64],
    srb: float,
    width: float = BAND_WIDTH,
    steps: float = HORIZON,
    level: float = BAND_LEVEL,
) -> float:
    """The step of k with which the band of life expectancy after `steps` years is `width` years wide, by bisection.

    ConfigError: a width not above 0, or b with a negative age.
    """
    if not width > 0:
        raise refuse(ConfigError, "lee_carter.width", got=width)
    if b.min() < 0:
        raise refuse(ConfigError, "lee_carter.sensitivity", got=float(b.min()))

    def wide(step_sd: float) -> float:
        low, _, high = e0_band(MortalityIndex(b, step_sd), mx, srb, steps, level)
        return high - low

    low, high = 0.0, 1.0
    while wide(high) < width:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if wide(middle) < width else (low, middle)
    return (low + high) / 2


def _quantile(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
