"""The national standard: China in World Population Prospects 2024, every year rebuilt from its compact table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.places.tables import N_AGES, SEXES, by_age, by_year, standard_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Standard", "standard", "ten_year_survival"]

FIRST_YEAR, LAST_YEAR = 2021, 2100
WPP_FIRST = 2024  # single ages exist from here


@dataclass(frozen=True)
class Standard:
    """Rates of the nation in the years FIRST_YEAR..LAST_YEAR."""

    mx: NDArray[np.float64]  # (year, sex, age) 1/year
    asfr: NDArray[np.float64]  # (year, age) births per woman-year
    srb: NDArray[np.float64]  # (year) boys per girl
    net_migration: NDArray[np.float64]  # (year, sex, age) persons; before 2024 the pattern of 2024 at zero
    migration_share: NDArray[np.float64]  # (sex, age) of 2024, sum 1
    pop_jan1_2024: NDArray[np.float64]  # (sex, age) persons

    def at(self, values: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
        return values[first - FIRST_YEAR : last + 1 - FIRST_YEAR]


def _anchors(variable: str) -> tuple[list[int], NDArray[np.float64]]:
    """(anchor years), (anchor, sex, age)"""
    frame = standard_rows(variable)
    years = sorted(int(year) for year in set(frame["year"]))
    return years, np.array([[by_age(frame, year, sex) for sex in SEXES] for year in years])


def _between(years: list[int], values: NDArray[np.float64], wanted: range) -> NDArray[np.float64]:
    """Linear in time between anchors along the first axis."""
    flat = values.reshape(len(years), -1)
    columns = [np.interp(list(wanted), years, flat[:, k]) for k in range(flat.shape[1])]
    return np.stack(columns, axis=1).reshape(len(wanted), *values.shape[1:])


def _mortality() -> NDArray[np.float64]:
    """Log rates linear between anchors; before 2024 the schedule of 2024; then one shift to each year's e0."""
    years, mx = _anchors("mx")
    wanted = range(FIRST_YEAR, LAST_YEAR + 1)
    schedule = _bridge.exp(_between(years, _bridge.log(mx), wanted))  # np.interp holds 2024 before 2024
    frame = standard_rows("e0")
    e0 = np.array([[by_year(frame, sex)[year] for sex in SEXES] for year in wanted])
    return _bridge.shift_mx_to_e0(schedule, e0)


def _fertility() -> NDArray[np.float64]:
    frame = standard_rows("asfr")
    years = sorted(int(year) for year in set(frame["year"]))
    shape = np.array([by_age(frame, year, "female") for year in years])
    shape /= shape.sum(axis=1, keepdims=True)
    late = range(WPP_FIRST, LAST_YEAR + 1)
    implied = by_year(standard_rows("tfr_implied"), "female")
    asfr = _between(years, shape, late) * np.array([implied[year] for year in late])[:, None]
    early = np.array([_early_fertility(year, asfr[0]) for year in range(FIRST_YEAR, WPP_FIRST)])
    return np.concatenate([early, asfr])


def _early_fertility(year: int, asfr_2024: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ages of 2024 inside each five-year group, the groups and level of the year."""
    pasfr = standard_rows("pasfr")
    chosen = pasfr[pasfr["year"] == year]
    tfr = by_year(standard_rows("tfr"), "female")[year]
    out = np.zeros(N_AGES)
    for age, share in zip(chosen["age"], chosen["value"], strict=True):
        lower = int(age.split("-")[0])
        inside = asfr_2024[lower : lower + 5]
        if inside.sum() > 0:
            out[lower : lower + 5] = inside / inside.sum() * share * tfr
    # Groups 10-14 and 50-54 have no single ages in the standard; their births go to the others in proportion.
    return np.asarray(out * (tfr / out.sum()))


@cache
def standard() -> Standard:
    wanted = range(FIRST_YEAR, LAST_YEAR + 1)
    years, share = _anchors("net_migration_share")
    totals = by_year(standard_rows("net_migration"), "both")
    yearly = np.array([totals.get(year, 0.0) for year in wanted])
    base = standard_rows("pop_jan1")
    srb = by_year(standard_rows("srb"), "both")
    return Standard(
        mx=_mortality(),
        asfr=_fertility(),
        srb=np.array([srb[year] for year in wanted]),
        net_migration=_between(years, share, wanted) * yearly[:, None, None],
        migration_share=share[0],
        pop_jan1_2024=np.array([by_age(base, 2024, sex) for sex in SEXES]),
    )


@cache
def ten_year_survival() -> NDArray[np.float64]:
    """(sex, 18 groups 0-4 .. 85+) survivorship from 2010 to 2020 to the group at the end; 0 under 10.

    From the abridged rates of 2010-15 and 2015-20: L(g+1)/L(g) of either period in turn; the open group pools the
    three oldest, T(85)/T(75).
    """
    frame = standard_rows("mx_abridged")
    out = np.zeros((2, 18))
    for s, sex in enumerate(SEXES):
        person_years = [_five_year_person_years(frame, year, sex) for year in (2010, 2015)]
        for g in range(2, 17):
            out[s, g] = person_years[0][g - 1] / person_years[0][g - 2] * person_years[1][g] / person_years[1][g - 1]
        out[s, 17] = np.mean([years[17:].sum() / years[15:].sum() for years in person_years])
    return out


def _five_year_person_years(frame: pd.DataFrame, year: int, sex: str) -> NDArray[np.float64]:
    """(groups 0-4, 5-9 .. 100+) person-years of the abridged life table."""
    chosen = frame[(frame["year"] == year) & (frame["sex"] == sex)]
    lower = [int(age.rstrip("+").split("-")[0]) for age in chosen["age"]]
    mx = np.array([value for _, value in sorted(zip(lower, chosen["value"], strict=True))])
    lower.sort()
    widths = [float(b - a) for a, b in pairwise(lower)]
    nLx = _bridge.life_table(mx, sex == "female", [*widths, np.inf])["nLx"]
    return np.concatenate([[nLx[0] + nLx[1]], nLx[2:]])


if TYPE_CHECKING:
    import pandas as pd
