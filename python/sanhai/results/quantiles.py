"""Quantiles over draws: one definition for every table, interval and column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ends_of", "quantiles"]


def ends_of(level: float) -> tuple[float, float]:
    """Probabilities of the lower and upper end of a central interval: 0.8 gives 0.1 and 0.9."""
    tail = round((1.0 - level) / 2.0, 12)  # 0.1, not 0.09999999999999998
    return tail, 1.0 - tail


def quantiles(values: NDArray[np.float64], probabilities: Sequence[float]) -> NDArray[np.float64]:
    """(probability, ...) quantiles along the last axis, type 7 of Hyndman & Fan (1996), interpolated as NumPy does.

    The middle of an even number of draws is the mean of the two, so that the median is that of numpy and xarray to the
    last bit. Infinite draws sort last. Where a draw is unknown (NaN) the quantile is unknown.
    """
    n = values.shape[-1]
    if n == 1:
        return np.repeat(values[None, ..., 0], len(probabilities), axis=0)
    ordered = np.sort(values, axis=-1)  # NaN last
    is_unknown = np.isnan(ordered[..., -1])
    out = np.empty((len(probabilities), *values.shape[:-1]))
    for index, probability in enumerate(probabilities):
        at = probability * (n - 1)
        low = min(int(np.floor(at)), n - 2)
        share = at - low
        below, above = ordered[..., low], ordered[..., low + 1]
        with np.errstate(invalid="ignore"):  # inf - inf, replaced below
            if share == 0.5:
                found = (below + above) / 2.0
            elif share < 0.5:
                found = below + (above - below) * share
            else:
                found = above - (above - below) * (1.0 - share)
        found = np.where(np.isinf(above), above if share > 0.0 else below, found)
        out[index] = np.where(is_unknown, np.nan, np.where(below == above, below, found))
    return out
