"""The shipped standard: China in World Population Prospects 2024, every year rebuilt from its compact table.

The rules are those of data/README.md (rates) and data/PARITY.md (fertility of the past by age, women by parity).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.places.base import N_AGES, Base
from sanhai.places.figures import SEXES, Figures
from sanhai.places.standard import PARITY_AGES, Aim, MortalityIndex, ParityHistory, Standard
from sanhai.places.tables import by_age, by_year, cited, groups, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["china_standard"]

YEARS = range(2021, 2101)
SINGLE_FROM = 2024  # the table has single ages from here, and its pyramid is of 1 January of this year
CENSUS_TO_CENSUS = (2010, 2015)  # the two abridged life tables between the censuses of 2010 and 2020
PARITY_YEARS = range(1950, 2026)
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
    """The standard as the shipped tables give it, built anew: some 0.1 s."""
    wpp = _only("wpp_china.csv")
    years, share = _anchors(wpp, "net_migration_share")
    totals = by_year(wpp.of("net_migration"), "both")
    yearly = np.array([totals.get(year, 0.0) for year in YEARS])
    srb = by_year(wpp.of("srb"), "both")
    first = wpp.of("pop_jan1")[0]
    pyramid = np.array([by_age(wpp.of("pop_jan1"), SINGLE_FROM, sex) for sex in SEXES])
    return Standard(
        years=YEARS,
        mx=_mortality(wpp),
        asfr=_fertility(wpp),
        srb=np.array([srb[year] for year in YEARS]),
        net_migration=_between(years, share, YEARS) * yearly[:, None, None],
        migration_share=share[0],
        pyramid=Base(
            pyramid, tuple(range(N_AGES)), f"{SINGLE_FROM}-01-01", first.source, first.confidence, first.method
        ),
        census_survival=_census_survival(wpp),
        mortality=_index(_only("lee_carter_china.csv")),
        parity=_parity(_only("parity_china.csv"), wpp),
        sources=cited(wpp),
    )


def _anchors(wpp: Figures, variable: str) -> tuple[list[int], NDArray[np.float64]]:
    """(anchor years), (anchor, sex, age)"""
    rows = wpp.of(variable)
    years = sorted({row.year for row in rows})
    out = np.zeros((len(years), len(SEXES), N_AGES))
    for row in rows:
        out[years.index(row.year), SEXES.index(row.sex), int(row.age.rstrip("+"))] = row.value
    return years, out


def _between(years: list[int], values: NDArray[np.float64], wanted: range) -> NDArray[np.float64]:
    """Linear in time between anchors along the first axis."""
    flat = values.reshape(len(years), -1)
    columns = [np.interp(list(wanted), years, flat[:, k]) for k in range(flat.shape[1])]
    return np.stack(columns, axis=1).reshape(len(wanted), *values.shape[1:])


def _mortality(wpp: Figures) -> NDArray[np.float64]:
    """Log rates linear between anchors; before 2024 the schedule of 2024; then one shift to each year's e0."""
    years, mx = _anchors(wpp, "mx")
    schedule = _bridge.exp(_between(years, _bridge.log(mx), YEARS))  # np.interp holds 2024 before 2024
    by_sex = [by_year(wpp.of("e0"), sex) for sex in SEXES]
    e0 = np.array([[one[year] for one in by_sex] for year in YEARS])
    return _bridge.shift_mx_to_e0(schedule, e0)


def _fertility(wpp: Figures) -> NDArray[np.float64]:
    rows = wpp.of("asfr")
    years = sorted({row.year for row in rows})
    shape = np.array([by_age(rows, year, "female") for year in years])
    shape /= shape.sum(axis=1, keepdims=True)
    late = range(SINGLE_FROM, YEARS.stop)
    implied = by_year(wpp.of("tfr_implied"), "female")
    asfr = _between(years, shape, late) * np.array([implied[year] for year in late])[:, None]
    early = np.array([_early_fertility(wpp, year, asfr[0]) for year in range(YEARS.start, SINGLE_FROM)])
    return np.concatenate([early, asfr])


def _early_fertility(wpp: Figures, year: int, single: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ages of 2024 inside each five-year group, the groups and level of the year."""
    tfr = by_year(wpp.of("tfr"), "female")[year]
    out = np.zeros(N_AGES)
    for row in wpp.of("pasfr"):
        if row.year != year:
            continue
        lower = int(row.age.split("-")[0])
        inside = single[lower : lower + 5]
        if inside.sum() > 0:
            out[lower : lower + 5] = inside / inside.sum() * row.value * tfr
    # Groups 10-14 and 50-54 have no single ages in the standard; their births go to the others in proportion.
    return np.asarray(out * (tfr / out.sum()))


def _census_survival(wpp: Figures) -> NDArray[np.float64]:
    """(sex, 18 groups 0-4 .. 85+) survivorship from 2010 to 2020 to the group at the end; 0 under 10.

    From the abridged rates of 2010-15 and 2015-20: L(g+1)/L(g) of either period in turn; the open group pools the
    three oldest, T(85)/T(75).
    """
    out = np.zeros((2, 18))
    for s, sex in enumerate(SEXES):
        person_years = [_five_year_person_years(wpp, year, sex) for year in CENSUS_TO_CENSUS]
        for g in range(2, 17):
            out[s, g] = person_years[0][g - 1] / person_years[0][g - 2] * person_years[1][g] / person_years[1][g - 1]
        out[s, 17] = np.mean([years[17:].sum() / years[15:].sum() for years in person_years])
    return out


def _five_year_person_years(wpp: Figures, year: int, sex: str) -> NDArray[np.float64]:
    """(groups 0-4, 5-9 .. 100+) person-years of the abridged life table."""
    rates = {
        int(row.age.rstrip("+").split("-")[0]): row.value
        for row in wpp.of("mx_abridged")
        if row.year == year and row.sex == sex
    }
    lower = sorted(rates)
    widths = [float(b - a) for a, b in pairwise(lower)]
    mx = np.array([rates[age] for age in lower])
    nLx = _bridge.life_table(mx, sex == "female", [*widths, np.inf])["nLx"]
    return np.concatenate([[nLx[0] + nLx[1]], nLx[2:]])


def _index(rows: Figures) -> MortalityIndex:
    b = rows.of("lc_b")
    (step,), (start,) = rows.of("lc_k_step_sd"), rows.of("lc_k_start_sd")
    by_sex = np.array([by_age(b, b[0].year, sex) for sex in SEXES])
    return MortalityIndex(by_sex, step.value, start.value, step.source, step.method)


def _parity(past: Figures, wpp: Figures) -> ParityHistory:
    b2, b3 = (_values(past, name) for name in ("log_b2", "log_b3"))
    knots = tuple(sorted(b2))
    (only,) = (row.value for row in past.of("parity_share1_wpp_level") if row.age == "50")
    return ParityHistory(
        years=PARITY_YEARS,
        asfr=_past_fertility(past, wpp),
        women=_past_women(past, wpp),
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


def _past_fertility(past: Figures, wpp: Figures) -> NDArray[np.float64]:
    """(year, age 10..64) births per woman of WPP, lowered to what surveys of those cohorts report.

    The factor rises straight between its years in the table and is held outside them.
    """
    tfr = _values(past, "tfr") | _values(wpp, "tfr")
    pasfr = groups(past.of("pasfr"), 10, 9) | groups(wpp.of("pasfr"), 10, 9)
    single = wpp.of("asfr")
    ages = slice(PARITY_AGES.start, PARITY_AGES.stop)
    shape = by_age(single, SINGLE_FROM, "female")[ages]
    level = _values(past, "asfr_level_factor")
    known = sorted(level)
    out = np.empty((len(PARITY_YEARS), len(PARITY_AGES)))
    for t, year in enumerate(PARITY_YEARS):
        if year >= SINGLE_FROM:
            rates = by_age(single, year, "female")[ages]
        else:
            rates = _bridge.asfr_from_age5(tfr[year], pasfr[year], shape if year >= YEARS.start else None)
        out[t] = rates * np.interp(year, known, [level[one] for one in known])
    return out


def _past_women(past: Figures, wpp: Figures) -> NDArray[np.float64]:
    """(year, age 10..64) mid-year women."""
    anchors = groups(past.of("women_midyear"), 10, 11)
    years = sorted(anchors)
    base = by_age(wpp.of("pop_jan1"), SINGLE_FROM, "female")
    table5 = np.array([anchors[year] for year in years])
    return _bridge.women_from_anchors(base, SINGLE_FROM, years, table5, PARITY_YEARS.start, len(PARITY_YEARS))
