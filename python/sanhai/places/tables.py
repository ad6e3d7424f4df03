"""Figure tables: long rows of (place, variable, year, sex, age, value) with source, date, confidence and method."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np

from sanhai.errors import ConfigError, complaint
from sanhai.places.catalogue import data_file

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "CENSUS_LOWER",
    "N_AGES",
    "SEXES",
    "by_age",
    "by_year",
    "census_counts",
    "figures",
    "published",
    "rows",
    "sources",
    "standard_rows",
]

SEXES = ("male", "female")
N_AGES = 101
CENSUS_LOWER = (0, 1, *range(5, 90, 5))  # first ages of the census groups 0, 1-4, 5-9 .. 85+


@cache
def figures(table: str) -> pd.DataFrame:
    """One shipped table; all columns but `year` and `value` are text."""
    import pandas as pd

    with data_file(table).open("rb") as file:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")
    frame["year"] = frame["year"].astype(int)
    frame["value"] = frame["value"].astype(float)
    return frame


@cache
def sources() -> pd.DataFrame:
    """Citation, publisher, date, licence of every source id."""
    import pandas as pd

    with data_file("sources.csv").open("rb") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8", index_col="id")


@cache
def _groups(table: str) -> dict[tuple[str, str], pd.DataFrame]:
    grouped = figures(table).groupby(["place", "variable"], sort=False)
    return {cast("tuple[str, str]", key): frame for key, frame in grouped}


def rows(table: str, place: str, variable: str) -> pd.DataFrame:
    """Rows of one variable of one place; ConfigError when the pack does not have it."""
    found = _groups(table).get((place, variable))
    if found is None:
        raise ConfigError(
            complaint(
                "figure",
                where=f"place {place}, table {table}",
                got=repr(variable),
                allowed="a variable the pack holds",
                remedy="give the figure in your own table, or leave the instrument that needs it out",
            )
        )
    return found


def published(place: str, variable: str, years: range, sex: str = "both") -> NDArray[np.float64]:
    """(year) published figures, NaN where a year has none; a figure of low confidence is never fitted to."""
    found = _groups("published.csv").get((place, variable))
    out = np.full(len(years), np.nan)
    if found is None:
        return out
    for year, value, row_sex, age, confidence in zip(
        found["year"], found["value"], found["sex"], found["age"], found["confidence"], strict=True
    ):
        if row_sex == sex and age == "all" and year in years and confidence != "low":
            out[years.index(year)] = value
    return out


def standard_rows(variable: str) -> pd.DataFrame:
    """Rows of the national standard."""
    return rows("wpp_china.csv", "100000", variable)


def by_year(frame: pd.DataFrame, sex: str) -> dict[int, float]:
    chosen = frame[frame["sex"] == sex]
    return dict(zip(chosen["year"], chosen["value"], strict=True))


def by_age(frame: pd.DataFrame, year: int, sex: str) -> NDArray[np.float64]:
    """(101) values by single age from 0; absent ages are 0, "100+" is the last."""
    out = np.zeros(N_AGES)
    chosen = frame[(frame["year"] == year) & (frame["sex"] == sex)]
    for age, value in zip(chosen["age"], chosen["value"], strict=True):
        out[int(age.rstrip("+"))] = value
    return out


def census_counts(place: str, year: int) -> NDArray[np.float64] | None:
    """(sex, 19 groups 0, 1-4, 5-9 .. 85+) persons on 1 November, or None when the place has no such census."""
    found = _groups("census.csv").get((place, "pop_census"))
    if found is None or year not in set(found["year"]):
        return None
    out = np.zeros((2, len(CENSUS_LOWER)))
    chosen = found[found["year"] == year]
    for sex, age, value in zip(chosen["sex"], chosen["age"], chosen["value"], strict=True):
        lower = int(age.rstrip("+").split("-")[0])
        out[SEXES.index(sex), CENSUS_LOWER.index(lower)] = value
    return out
