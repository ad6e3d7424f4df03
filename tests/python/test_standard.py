"""The national standard, projected, gives the United Nations' China again (WPP 2024)."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from projecting import project
from sanhai import _bridge
from sanhai.errors import ConfigError
from sanhai.places.catalogue import place
from sanhai.rates.lee_carter import e0_band, history_b, step_sd_for_band

YEARS = range(2024, 2101)
FIRST_YEAR, LAST_YEAR = 2021, 2100


def standard():
    return place("china").standard


def first_order(asfr):
    """(1, year, order, age): all births booked as first births, which without parity changes no total."""
    out = np.zeros((1, asfr.shape[0], 3, asfr.shape[1]))
    out[0, :, 0] = asfr
    return out


@pytest.fixture(scope="module")
def china():
    """The standard from 1 January 2024 on, projected by the engine."""
    base = standard()
    first, last = YEARS[0], YEARS[-1]
    return project(
        ["100000"],
        first,
        base.pyramid.counts[None],
        _bridge.Sx_from_mx(base.at(base.mx, first, last))[None],
        first_order(base.at(base.asfr, first, last)),
        base.at(base.srb, first, last)[None],
        base.at(base.net_migration, first, last)[None],
    )


@pytest.fixture(scope="module")
def wpp(table_rows):
    """(variable, year) -> published value, both sexes together."""
    out: dict[tuple[str, int], float] = {}
    for row in table_rows("wpp_indicators.csv"):
        year = int(row["year"])
        if year in YEARS:
            out |= {(name, year): float(row[name]) for name in ("births", "deaths", "net_migration")}
            out["pop_yearend", year] = float(row["pop_yearend_male"]) + float(row["pop_yearend_female"])
    return out


def test_published_series_are_complete_and_pinned(wpp):
    for variable in ("births", "deaths", "pop_yearend"):
        assert {year for name, year in wpp if name == variable} == set(YEARS)
    # World Population Prospects 2024, medium variant: 8.71 m births in 2025, 633 m people at the end of 2100.
    assert wpp["births", 2025] == pytest.approx(8.71e6, rel=5e-3)
    assert wpp["pop_yearend", 2100] == pytest.approx(633e6, rel=1e-2)


def test_total_every_year(china, wpp):
    total = np.asarray(china.pop_jan1).sum(axis=(0, 2, 3))[1:]
    expected = np.array([wpp["pop_yearend", year] for year in YEARS])
    assert np.max(np.abs(total / expected - 1.0)) < 5e-4


def test_births_every_year(china, wpp):
    births = np.asarray(china.births).sum(axis=(0, 2, 3))
    expected = np.array([wpp["births", year] for year in YEARS])
    assert np.max(np.abs(births / expected - 1.0)) < 4e-3


def test_deaths_every_year(china, wpp):
    deaths = np.asarray(china.deaths).sum(axis=(0, 2, 3))
    expected = np.array([wpp["deaths", year] for year in YEARS])
    assert np.max(np.abs(deaths / expected - 1.0)) < 5e-3


def test_net_migration_is_the_published_total(china, wpp):
    migrants = np.asarray(china.net_migration).sum(axis=(0, 2, 3))
    expected = np.array([wpp["net_migration", year] for year in YEARS])
    # Published in persons, by sex and age: 202 roundings of variance 1/12 each, four standard deviations of their sum.
    assert np.max(np.abs(migrants - expected)) <= 4.0 * np.sqrt(202 / 12)


def test_balance_is_exact_every_year(china):
    assert np.max(np.asarray(china.balance)) <= 1e-12


def test_five_year_groups_under_95(china, shared_data):
    if shared_data is None:
        pytest.skip("the UN's five-year groups are not beside this checkout; totals are tested above all the same")
    pop = np.asarray(china.pop_jan1)[0]
    worst = 0.0
    with (shared_data / "wpp2024" / "china_pop_age5_midyear.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            year, lower = int(row["year"]), int(row["age_group"].rstrip("+").split("-")[0])
            if year not in YEARS or lower >= 95:
                continue
            middle = (pop[year - 2024] + pop[year - 2023]) / 2.0
            got = middle[:, lower : lower + 5].sum(axis=1)
            expected = np.array([float(row["popM"]), float(row["popF"])]) * 1000.0
            worst = max(worst, float(np.max(np.abs(got / expected - 1.0))))
    assert 0.0 < worst < 5e-3


def test_rates_meet_published_e0_tfr_and_srb(table_rows):
    base = standard()
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    e0 = _bridge.e0_from_mx(base.mx)
    seen = 0
    for row in table_rows("wpp_indicators.csv"):
        year = int(row["year"])
        if year not in years:
            continue
        at = year - FIRST_YEAR
        # Before the single ages the schedule is shifted to e0 here. From 2026 on the table's rates give it to half its
        # last printed digit; those of 2024 and 2025 were fitted to people and deaths, and miss it as the table says.
        within = 1e-8 if year < 2024 else 2.4e-3 if year < 2026 else 0.5e-4
        for s, sex in enumerate(("male", "female")):
            assert e0[at, s] == pytest.approx(float(row[f"e0_{sex}"]), abs=within)
        # The implied total differs from the published one by at most 0.17 %.
        assert base.asfr[at].sum() == pytest.approx(float(row["tfr"]), rel=1e-9 if year < 2024 else 1.8e-3)
        assert base.srb[at] == float(row["srb"])
        seen += 1
    assert seen == len(years)


def test_births_before_2024_keep_the_five_year_shares(table_rows):
    base = standard()
    (shares,) = (row for row in table_rows("wpp_pasfr.csv") if row["year"] == "2022")
    for lower in range(15, 50, 5):
        got = base.asfr[2022 - FIRST_YEAR, lower : lower + 5].sum() / base.asfr[2022 - FIRST_YEAR].sum()
        assert got == pytest.approx(float(shares[f"{lower}-{lower + 4}"]), abs=5e-3)


def _growth(Sx, asfr, srb):
    """Log of the eigenvalue of one year's step, written here for women alone with NumPy."""
    n = len(Sx)
    step = np.zeros((n, n))
    for x in range(1, n):
        step[x, x - 1] = Sx[x]
    step[n - 1, n - 1] = Sx[n - 1]
    # births = sum f(x) (start + end) / 2, where end at x are the survivors of x - 1
    births = asfr / 2.0
    births[:-1] += asfr[1:] * Sx[1:] / 2.0
    step[0] = births / (1.0 + srb) * Sx[0]
    return float(np.log(np.max(np.abs(np.linalg.eigvals(step)))))


def _lotka(Sx, asfr, srb):
    """The r at which discounted daughters replace a woman: births fall on both ends of a year of age."""
    net = np.cumprod(Sx) * asfr / (1.0 + srb)
    age = np.arange(len(Sx))
    low, high = -0.2, 0.2
    for _ in range(80):
        r = (low + high) / 2.0
        daughters = (net * (np.exp(-r * age) + np.exp(-r * (age + 1.0))) / 2.0).sum()
        low, high = (r, high) if daughters > 1.0 else (low, r)
    return r


def test_constant_rates_converge_to_the_growth_of_the_step():
    base = standard()
    at, n = 2050 - FIRST_YEAR, 1000
    Sx = _bridge.Sx_from_mx(base.mx[at])
    run = project(
        ["x"],
        1950,
        base.pyramid.counts[None],
        np.repeat(Sx[None, None], n, axis=1),
        first_order(np.repeat(base.asfr[at][None], n, axis=0)),
        np.full((1, n), base.srb[at]),
    )
    women = np.asarray(run.pop_jan1)[0, :, 1].sum(axis=1)
    r = _growth(Sx[1], base.asfr[at].copy(), float(base.srb[at]))
    assert abs(np.log(women[-1] / women[-2]) - r) < 1e-9
    assert abs(_lotka(Sx[1], base.asfr[at], float(base.srb[at])) - r) < 1e-9  # and Lotka's r
    assert abs(r) > 1e-3


def test_ten_year_survival_is_a_survivorship():
    ten = standard().census_survival
    assert ten.shape == (2, 18)
    assert (ten[:, :2] == 0.0).all()
    assert ((ten[:, 2:] > 0.0) & (ten[:, 2:] < 1.0)).all()
    assert (ten[1, 3:] >= ten[0, 3:]).all()  # women outlive men
    assert (np.diff(ten[:, 4:], axis=1) < 0.0).all()


def test_survivorship_from_death_rates_by_hand():
    """a(x) = 0.5 from age 1, open age L = l/m, S of the last group T(omega)/T(omega-1)."""
    base = standard()
    mx = base.mx[2050 - FIRST_YEAR, 1]
    m0 = mx[0]
    # Andreev & Kingkade 2015, women: 0.14903 - 2.05527 m0 below 0.01724
    assert m0 < 0.01724
    ax = np.concatenate([[0.14903 - 2.05527 * m0], np.full(100, 0.5)])
    qx = mx / (1.0 + (1.0 - ax) * mx)
    lx = np.concatenate([[1.0], np.cumprod(1.0 - qx[:-1])])
    Lx = lx * (1.0 - qx) + ax * qx * lx
    Lx[100] = lx[100] / mx[100]
    expected = np.concatenate([[Lx[0]], Lx[1:100] / Lx[:99], [Lx[100] / (Lx[99] + Lx[100])]])
    assert np.max(np.abs(_bridge.Sx_from_mx(base.mx[2050 - FIRST_YEAR])[1] - expected)) < 1e-12
    assert _bridge.e0_from_mx(base.mx[2050 - FIRST_YEAR])[1] == pytest.approx(Lx.sum(), abs=1e-9)


# ---- mortality over time ---------------------------------------------------------------------------------------------


def test_the_index_gives_the_printed_band_of_life_expectancy():
    """WPP 2024 prints 80.0 to 86.1 years for 2050, both sexes; a step of k gives 6.0 of them after 27 years.

    What ships is 1.14 of that step, and a start error of 1.4 of it.
    """
    base, at = standard(), 2050 - FIRST_YEAR
    bare = replace(base.mortality, step_sd=base.mortality.step_sd / 1.14, start_sd=0.0)
    low, median, high = e0_band(bare, base.mx[at], float(base.srb[at]), 27)
    assert low == pytest.approx(80.0, abs=0.1)
    assert high == pytest.approx(86.1, abs=0.1)
    assert high - low == pytest.approx(6.0, abs=1e-4)
    assert low < median < high
    wider = e0_band(base.mortality, base.mx[at], float(base.srb[at]), 25)
    assert wider[2] - wider[0] == pytest.approx(6.0 * np.sqrt((25 * 1.14**2 + 1.4**2) / 27), rel=0.01)
    assert step_sd_for_band(base.mortality.b, base.mx[at], float(base.srb[at])) == pytest.approx(6.76942, abs=1e-5)


def test_the_pattern_of_the_index_is_that_of_the_history(shared_data):
    """Refitted to the death rates of 1950-2020 in five-year periods."""
    if shared_data is None:
        pytest.skip("the UN's death rates of 1950-2020 are not beside this checkout")
    cells = {}
    with (shared_data / "wpp2024" / "china_mx_age5_period.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["period"][:4]) < 2020:
                key = (int(row["period"][:4]), int(row["age_start"].rstrip("+")))
                cells[key] = (float(row["mxM"]), float(row["mxF"]))
    years, lower = sorted({year for year, _ in cells}), sorted({age for _, age in cells})
    mx = np.array([[[cells[year, age][sex] for age in lower] for sex in (0, 1)] for year in years])
    b, fit = history_b(mx, years, lower)
    assert np.abs(b - standard().mortality.b).max() < 1e-9
    assert b.sum() == pytest.approx(2.0, rel=1e-9)
    assert fit.k[0] > fit.k[-1]


def test_a_band_without_width_or_an_age_that_gets_worse_is_refused(complains):
    base, at = standard(), 2050 - FIRST_YEAR
    b, mx, srb = base.mortality.b, base.mx[at], float(base.srb[at])
    complains(lambda: step_sd_for_band(b, mx, srb, width=0.0), "width", kind=ConfigError)
    complains(lambda: step_sd_for_band(-b, mx, srb), "b", kind=ConfigError)
