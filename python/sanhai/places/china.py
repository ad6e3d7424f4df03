"""The shipped standard: China in World Population Prospects 2024, by single years and ages.

The rules are those of data/README.md (rates) and data/PARITY.md (fertility of the past by age, women by parity).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.places.base import N_AGES, Base
from sanhai.places.figures import SEXES, Figures
from sanhai.places.standard import PARITY_AGES, Aim, MortalityHistory, MortalityIndex, ParityHistory, Standard
from sanhai.places.tables import by_age, cited, columns, groups, lower_age, table, wide

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["china_standard"]

YEARS = range(2021, 2101)
SINGLE_FROM = 2024  # the tables have single ages from here, and the pyramid is of 1 January of this year
TABLES = ("wpp_pop_jan1.csv", "wpp_mx.csv", "wpp_asfr.csv", "wpp_net_migration.csv", "wpp_indicators.csv")
CENSUS_TO_CENSUS = (2010, 2015)  # the two abridged life tables between the censuses of 2010 and 2020
BEFORE_COUNT = range(2020, 2015, -1)  # the years of which children under five of the count were born
OLDEST_RATES = (0.17, 0.15)  # 85 and over, men and women, where the abridged table stops short of a mean for them
PARITY_YEARS = range(1950, 2026)
HISTORY_YEARS = range(1950, 2101)
PERIOD = 5  # years of an abridged table, whose rates stand at its middle
SHAPES = (
    ("shape_s2", 2010),
    ("shape_s2", 2017),
    ("shape_q2", 2010),
    ("shape_s3", 2010),
    ("shape_s3", 2017),
    ("shape_q3", 2010),
)
AIMS = (
    "ccfr1",
    "childless",
    "cohort_third_of_higher",
    "mac1",
    "order_share1",
    "order_share2",
    "order_share3",
    "ppr1",
    "third_of_higher",
)


def _only(name: str) -> Figures:
    """The figures of a table that is about one place."""
    (figures,) = table(name).values()
    return figures


def china_standard() -> Standard:
    """The standard as the shipped tables give it, built anew."""
    _, mx = _by_year_and_sex("wpp_mx.csv")
    _, migration = _by_year_and_sex("wpp_net_migration.csv")
    net = np.concatenate([np.zeros((SINGLE_FROM - YEARS.start, *migration.shape[1:])), migration])
    return Standard(
        years=YEARS,
        mx=_mortality(mx),
        asfr=_fertility(),
        srb=np.array([_indicator("srb")[year] for year in YEARS]),
        net_migration=net,
        migration_share=migration[0] / migration[0].sum(),
        pyramid=_pyramid(),
        census_survival=_census_survival(),
        mortality=_index(_only("lee_carter_china.csv")),
        parity=_parity(_only("parity_china.csv")),
        mortality_history=_mortality_history(),
        earlier_mx=_earlier_mortality(),
        earlier_asfr=np.array([_early_fertility(year, _single_fertility(SINGLE_FROM)) for year in BEFORE_COUNT]),
        sources=cited(column for name in TABLES for column in columns()[name]),
    )


def _by_year_and_sex(name: str) -> tuple[list[int], NDArray[np.float64]]:
    """(years), (year, sex, age) of a table with a row a year and sex; men, women."""
    read = wide(name)
    years = sorted({int(year) for year, _ in read.keys})
    out = np.empty((len(years), len(SEXES), len(read.columns)))
    for (year, sex), row in zip(read.keys, read.values, strict=True):
        if sex in SEXES:
            out[years.index(int(year)), SEXES.index(sex)] = row
    return years, out


def _by_year(name: str) -> dict[int, NDArray[np.float64]]:
    """year -> row of a table with a row a year."""
    read = wide(name)
    return {int(key[0]): row for key, row in zip(read.keys, read.values, strict=True)}


def _indicator(name: str) -> dict[int, float]:
    """A series of the prospects by year."""
    at = wide("wpp_indicators.csv").columns.index(name)
    return {year: float(row[at]) for year, row in _by_year("wpp_indicators.csv").items()}


def _pyramid() -> Base:
    _, counts = _by_year_and_sex("wpp_pop_jan1.csv")
    first = columns()["wpp_pop_jan1.csv"][0]
    ages = tuple(range(N_AGES))
    return Base(counts[0], ages, f"{SINGLE_FROM}-01-01", first.source, first.confidence, first.method)


def _mortality(mx: NDArray[np.float64]) -> NDArray[np.float64]:
    """Before the first single ages theirs, with one shift of log rates to each year's life expectancy."""
    early = range(YEARS.start, SINGLE_FROM)
    e0 = np.array([[_indicator(f"e0_{sex}")[year] for sex in SEXES] for year in early])
    shifted = _bridge.shift_mx_to_e0(np.repeat(mx[:1], len(early), axis=0), e0)
    return np.concatenate([shifted, mx])


def _single_fertility(year: int) -> NDArray[np.float64]:
    """(101) births per woman-year."""
    read = wide("wpp_asfr.csv")
    out = np.zeros(N_AGES)
    first = int(read.columns[0])
    out[first : first + len(read.columns)] = _by_year("wpp_asfr.csv")[year]
    return out


def _fertility() -> NDArray[np.float64]:
    single = [_single_fertility(year) for year in range(SINGLE_FROM, YEARS.stop)]
    early = [_early_fertility(year, single[0]) for year in range(YEARS.start, SINGLE_FROM)]
    return np.array([*early, *single])


def _early_fertility(year: int, single: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ages of 2024 inside each five-year group, the groups and level of the year."""
    tfr = _indicator("tfr")[year]
    out = np.zeros(N_AGES)
    for group, share in enumerate(_by_year("wpp_pasfr.csv")[year]):
        lower = PARITY_AGES.start + 5 * group
        inside = single[lower : lower + 5]
        if inside.sum() > 0:
            out[lower : lower + 5] = inside / inside.sum() * share * tfr
    # Groups 10-14 and 50-54 have no single ages in the standard; their births go to the others in proportion.
    return np.asarray(out * (tfr / out.sum()))


def _census_survival() -> NDArray[np.float64]:
    """(sex, 18 groups 0-4 .. 85+) survivorship from 2010 to 2020 to the group at the end; 0 under 10.

    From the abridged rates of 2010-15 and 2015-20: L(g+1)/L(g) of either period in turn; the open group pools the
    three oldest, T(85)/T(75).
    """
    years, rates = _by_year_and_sex("wpp_mx_abridged.csv")
    lower = [lower_age(age) for age in wide("wpp_mx_abridged.csv").columns]
    widths = [*(float(b - a) for a, b in pairwise(lower)), np.inf]
    out = np.zeros((2, 18))
    for s, sex in enumerate(SEXES):
        lives = []
        for year in CENSUS_TO_CENSUS:
            nLx = _bridge.life_table(rates[years.index(year), s], sex == "female", widths)["nLx"]
            lives.append(np.concatenate([[nLx[0] + nLx[1]], nLx[2:]]))
        for g in range(2, 17):
            out[s, g] = lives[0][g - 1] / lives[0][g - 2] * lives[1][g] / lives[1][g - 1]
        out[s, 17] = np.mean([one[17:].sum() / one[15:].sum() for one in lives])
    return out


def _earlier_mortality() -> NDArray[np.float64]:
    """(sex, 18 groups 0-4 .. 85+) death rates between the censuses, for people counted at the first."""
    years, rates = _by_year_and_sex("wpp_mx_abridged.csv")
    abridged = rates[years.index(CENSUS_TO_CENSUS[0])]  # 0, 1-4, 5-9 ..
    young = (abridged[:, 0] + 4.0 * abridged[:, 1]) / 5.0
    return np.concatenate([young[:, None], abridged[:, 2:18], np.array(OLDEST_RATES)[:, None]], axis=1)


def _mortality_history() -> MortalityHistory:
    """Abridged rates, straight on the log scale between the middles of their periods, one for the ages of a group."""
    years, rates = _by_year_and_sex("wpp_mx_abridged.csv")
    lower = [lower_age(age) for age in wide("wpp_mx_abridged.csv").columns]
    group = [max(g for g, first in enumerate(lower) if first <= age) for age in range(N_AGES)]
    middles, when = np.array(years) + PERIOD / 2.0, np.array(HISTORY_YEARS) + 0.5
    logs = _bridge.log(rates)
    of_year = np.array([[np.interp(when, middles, one) for one in logs[:, sex].T] for sex in range(len(SEXES))])
    mx = _bridge.exp(of_year).transpose(2, 0, 1)[:, :, group]
    srb = _indicator("srb")
    return MortalityHistory(HISTORY_YEARS, mx, np.array([srb[t] for t in HISTORY_YEARS]))


def _index(rows: Figures) -> MortalityIndex:
    b = rows.of("lc_b")
    (step,), (start,) = rows.of("lc_k_step_sd"), rows.of("lc_k_start_sd")
    by_sex = np.array([by_age(b, b[0].year, sex) for sex in SEXES])
    return MortalityIndex(by_sex, step.value, start.value, step.source, step.method)


def _parity(past: Figures) -> ParityHistory:
    b2, b3 = (_values(past, name) for name in ("log_b2", "log_b3"))
    knots = tuple(sorted(b2))
    (only,) = (row.value for row in past.of("parity_share1_wpp_level") if row.age == "50")
    return ParityHistory(
        years=PARITY_YEARS,
        asfr=_past_fertility(past),
        women=_past_women(past),
        knots=knots,
        log_b2=np.array([b2[year] for year in knots]),
        log_b3=np.array([b3[year] for year in knots]),
        shape=np.array([_values(past, name)[year] for name, year in SHAPES]),
        aims=tuple(aim for name in AIMS for aim in _aims(past, name)),
        only_child_at_50=only,
    )


def _values(rows: Figures, variable: str) -> dict[int, float]:
    """By year, for a variable without ages."""
    return {row.year: row.value for row in rows.of(variable)}


def _aims(past: Figures, name: str) -> list[Aim]:
    sd = {(row.year, row.age): row.value for row in past.of(f"published_{name}_sd")}
    return [Aim(name, row.year, row.age, row.value, sd[row.year, row.age]) for row in past.of(f"published_{name}")]


def _past_fertility(past: Figures) -> NDArray[np.float64]:
    """(year, age 10..64) births per woman of WPP, lowered to what surveys of those cohorts report.

    The factor rises straight between its years in the table and is held outside them.
    """
    tfr, pasfr = _indicator("tfr"), _by_year("wpp_pasfr.csv")
    ages = slice(PARITY_AGES.start, PARITY_AGES.stop)
    shape = _single_fertility(SINGLE_FROM)[ages]
    level = _values(past, "asfr_level_factor")
    known = sorted(level)
    out = np.empty((len(PARITY_YEARS), len(PARITY_AGES)))
    for t, year in enumerate(PARITY_YEARS):
        if year >= SINGLE_FROM:
            rates = _single_fertility(year)[ages]
        else:
            rates = _bridge.asfr_from_age5(tfr[year], pasfr[year], shape if year >= YEARS.start else None)
        out[t] = rates * np.interp(year, known, [level[one] for one in known])
    return out


def _past_women(past: Figures) -> NDArray[np.float64]:
    """(year, age 10..64) mid-year women."""
    anchors = groups(past.of("women_midyear"), 10, 11)
    years = sorted(anchors)
    base = np.array(_pyramid().counts[SEXES.index("female")])
    table5 = np.array([anchors[year] for year in years])
    return _bridge.women_from_anchors(base, SINGLE_FROM, years, table5, PARITY_YEARS.start, len(PARITY_YEARS))
