"""One number a year: total fertility, life expectancy, sex ratios, totals; straight between years, held outside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sanhai.errors import ConfigError, refuse
from sanhai.places.values import Value

__all__ = ["Path", "e0_path", "path_of", "tfr_path"]

BOUNDS = {
    "tfr": (0.0, 12.0, "children per woman"),
    "e0": (15.0, 100.0, "years"),
    "mac": (15.0, 45.0, "years"),
    "sd": (1.0, 10.0, "years"),
    "srb": (0.8, 1.5, "boys per girl"),
    "total": (-1e9, 1e9, "persons"),
}


@dataclass(frozen=True, eq=False)
class Path(Value):
    """Numbers at some years; `over` gives every year. No years: one number for all."""

    years: tuple[int, ...]
    values: tuple[float, ...]

    def over(self, years: range) -> NDArray[np.float64]:
        """(year) straight between its years, the first before them, the last after them."""
        if not self.years:
            return np.full(len(years), self.values[0])
        return np.asarray(np.interp(list(years), self.years, self.values))

    def __repr__(self) -> str:
        pairs = ", ".join(f"{year}: {value:g}" for year, value in zip(self.years, self.values, strict=False))
        return f"Path({pairs or self.values[0]})"


def path_of(given: object, what: str) -> Path:
    """A number, {year: number}, a Series over years, rows of one variable by year, or a path.

    what: "tfr", "e0", "mac", "sd", "srb", "total". ConfigError for anything else and for a number out of bounds.
    """
    if isinstance(given, Path):
        return Path(given.years, tuple(_number(value, what) for value in given.values))
    if isinstance(given, bool | str | bytes | FilePath) or given is None:
        raise refuse(ConfigError, "own.path_kind", got=given, what=what)
    pairs = _pairs(given, what)
    if pairs is None:
        return Path((), (_number(given, what),))
    years = [_year(year) for year, _ in pairs]
    if not years or len(set(years)) < len(years):
        raise refuse(ConfigError, "own.path_years", got=years[:10], what=what)
    ordered = sorted(zip(years, (_number(value, what) for _, value in pairs), strict=True))
    return Path(tuple(year for year, _ in ordered), tuple(value for _, value in ordered))


def _pairs(given: Any, what: str) -> list[tuple[object, object]] | None:
    """(year, value) of what has years; None for a single number."""
    if isinstance(given, Mapping):
        return list(given.items())
    frame = getattr(given, "frame", given)
    if hasattr(frame, "columns"):
        if not {"year", "value"} <= set(frame.columns):
            raise refuse(ConfigError, "own.path_kind", got=[str(one) for one in frame.columns][:10], what=what)
        if "variable" in frame.columns:
            frame = frame[frame["variable"].isin([what, *(["net_migration"] if what == "total" else [])])]
        if "age" in frame.columns:
            frame = frame[frame["age"].astype(str) == "all"]
        if "sex" in frame.columns and (frame["sex"] == "both").any():
            frame = frame[frame["sex"] == "both"]
        return list(zip(frame["year"], frame["value"], strict=True))
    if hasattr(given, "dims") and tuple(given.dims) == ("year",):
        return list(zip(given["year"].values, given.values, strict=True))
    if hasattr(given, "items") and hasattr(given, "index"):
        return list(given.items())
    if isinstance(given, Iterable) and np.ndim(np.asarray(given)) > 0:
        raise refuse(ConfigError, "own.path_kind", got=given, what=what)
    return None


def _year(year: Any) -> int:
    if isinstance(year, bool) or not isinstance(year, int | np.integer | float) or year != int(year):
        raise refuse(ConfigError, "own.year", got=year)
    if not 1750 <= year <= 2300:
        raise refuse(ConfigError, "own.year", got=int(year))
    return int(year)


def _number(value: Any, what: str) -> float:
    low, high, unit = BOUNDS[what]
    try:
        number = math.nan if isinstance(value, bool | str | bytes) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not low <= number <= high:
        raise refuse(ConfigError, "own.path_value", got=value, what=what, low=low, high=high, unit=unit)
    return number


def tfr_path(values: object) -> Path:
    """Total fertility [children per woman] by year: `sh.tfr_path({2025: 1.0, 2050: 1.3})`, straight in between."""
    return path_of(values, "tfr")


def e0_path(values: object) -> Path:
    """Life expectancy at birth of one sex [years] by year: `sh.e0_path({2025: 76.0, 2050: 80.0})`."""
    return path_of(values, "e0")
