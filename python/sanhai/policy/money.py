"""Prices: what a yuan of each year is worth in yuan of the price year, and today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanhai.policy.reading import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PRICE_YEAR", "factors"]

PRICE_YEAR = 2025  # cost_real is in yuan of this year, pv the value in it


def _index(reading: Reading, path: str, years: range) -> NDArray[np.float64]:
    """(year) product of 1 + rate over the years after PRICE_YEAR up to each; of their inverse before it.

    A rate that begins in a year raises that year's index and the later ones, and no earlier one.
    """
    found = {PRICE_YEAR: 1.0}
    for year in range(PRICE_YEAR + 1, years[-1] + 1):
        found[year] = found[year - 1] * (1.0 + (reading.of_year(path, None, year) or 0.0))
    for year in range(PRICE_YEAR - 1, years[0] - 1, -1):
        found[year] = found[year + 1] / (1.0 + (reading.of_year(path, None, year + 1) or 0.0))
    return np.array([found[year] for year in years])


def factors(reading: Reading, years: range) -> dict[str, NDArray[np.float64]]:
    """Factors by year on nominal yuan: `cost_real` (yuan of PRICE_YEAR) and `pv` (value in PRICE_YEAR).

    cost_real = 1 / price index by `money.inflation`; pv = cost_real / index by `money.discount`, a real rate.
    """
    real = 1.0 / _index(reading, "money.inflation", years)
    return {"cost_real": real, "pv": real / _index(reading, "money.discount", years)}
