"""Numbers as text: thousands by commas, no minus before zero, intervals rounded outwards. Pure functions, no words."""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["number", "outward", "runs_of_years"]


def number(value: float, digits: int = 0, signed: bool = False) -> str:
    """Thousands by commas; a rounded zero never shows a sign, infinity is the sign for it."""
    if math.isinf(value):
        return "∞" if value > 0.0 else "-∞"
    rounded = round(value, digits) + 0.0
    return f"{rounded:{'+' if signed and rounded != 0 else ''},.{digits}f}"


def outward(low: float, high: float, digits: int = 0) -> tuple[float, float]:
    """The ends of an interval on the last digit shown, low down and high up: rounding must not make it narrower.

    A bound that is on the digit but for the error of its last bits stays where it is.
    """
    unit = 10.0**digits
    slack = 1e-9
    ends = []
    for end, step in ((low, math.floor), (high, math.ceil)):
        on_digit = end * unit
        nearest = round(on_digit) if math.isfinite(on_digit) else on_digit
        if math.isfinite(on_digit) and abs(on_digit - nearest) > slack * max(1.0, abs(on_digit)):
            nearest = step(on_digit)
        ends.append(nearest / unit)
    return ends[0], ends[1]


def runs_of_years(years: Iterable[int]) -> list[tuple[int, int]]:
    """Years as runs without gaps: 2021, 2022, 2024 gives (2021, 2022), (2024, 2024)."""
    runs: list[tuple[int, int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs
