"""The fitted years meet every published figure; what is estimated or residual says so (model.md section 8)."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from sanhai.calibrate.fit import calibrated
from sanhai.places.catalogue import place as place_of

SERVICEMEN = 2_000_000.0
FITTED_YEARS = range(2021, 2026)
EXACT = 1e-9

# Pinned from the statistical bulletins, so that a slip in the shipped table shows.
PINNED = [
    ("100000", "births", 2025, 7_920_000),
    ("100000", "births", 2022, 9_560_000),
    ("100000", "deaths", 2025, 11_310_000),
    ("100000", "pop_yearend", 2025, 1_404_890_000),
    ("620000", "births", 2024, 196_900),
    ("620000", "pop_yearend", 2024, 24_583_400),
    ("620100", "pop_yearend", 2024, 4_436_500),
    ("520000", "births", 2024, 415_000),
    ("520000", "deaths", 2022, 282_000),
]


@pytest.fixture(scope="module")
def runs():
    """place -> every variable by year of the baseline to 2026."""
    codes = ("100000", "620000", "520000", "620100", "620700")
    return {code: sh.project(code, (2021, 2026)).data.sel(scenario="baseline", place=code, draw=0) for code in codes}


@pytest.mark.parametrize(("place", "variable", "year", "value"), PINNED)
def test_shipped_figures_are_the_published_ones(published_figures, place, variable, year, value):
    assert published_figures[place, variable, "both"][year] == value


def _fitted(published_figures, place, variable):
    return published_figures.get((place, variable, "both"), {})


@pytest.mark.parametrize("place", ["100000", "620000", "520000", "620100", "620700"])
def test_published_totals_are_met(runs, published_figures, place):
    known = _fitted(published_figures, place, "pop_yearend")
    assert known
    for year, value in known.items():
        expected = value - (SERVICEMEN if place == "100000" else 0.0)
        got = float(runs[place]["pop_jan1"].sel(year=year + 1))
        assert abs(got / expected - 1.0) < EXACT, (place, year)


@pytest.mark.parametrize("variable", ["births", "deaths"])
@pytest.mark.parametrize("place", ["100000", "620000", "520000"])
def test_published_births_and_deaths_are_met(runs, published_figures, place, variable):
    known = _fitted(published_figures, place, variable)
    assert len(known) >= 3
    for year, value in known.items():
        got = float(runs[place][variable].sel(year=year))
        assert abs(got / value - 1.0) < EXACT, (place, year)


@pytest.mark.parametrize(("variable", "rate"), [("births", 0.00563), ("deaths", 0.00665)])
def test_lanzhous_published_rates_of_2024_are_met(runs, published_figures, variable, rate):
    assert _fitted(published_figures, "620100", {"births": "cbr", "deaths": "cdr"}[variable]) == {2024: rate}
    count = float(runs["620100"][variable].sel(year=2024))
    middle = float(runs["620100"]["pop_midyear"].sel(year=2024))
    assert abs(count / middle / rate - 1.0) < EXACT


def test_china_by_sex_is_right_without_being_fitted_to_it():
    """End of 2024: 719.09 m men with 2 m servicemen among them, 689.19 m women; within 0.1 %."""
    pop = sh.project("china", (2021, 2026)).by_age()["pop_jan1"].sel(year=2025, draw=0).sum("age")
    assert abs((float(pop.sel(sex="male")) + SERVICEMEN) / 719.09e6 - 1.0) < 1e-3
    assert abs(float(pop.sel(sex="female")) / 689.19e6 - 1.0) < 1e-3


def test_old_people_of_china_are_near_the_published_count_they_were_not_fitted_to(runs):
    """223.65 m aged 65 and over at the end of 2025."""
    old = float(runs["100000"]["pop_65plus"].sel(year=2026))
    assert abs(old / 223.65e6 - 1.0) < 0.02


@pytest.mark.parametrize("variable", ["pop_jan1", "births", "deaths", "net_migration", "pop_midyear"])
def test_lanzhou_is_the_sum_of_its_nine(lanzhou, variable):
    data = lanzhou.data
    nine = [leaf.code for leaf in sh.place("lanzhou").leaves]
    whole = data[variable].sel(place="620100")
    parts = data[variable].sel(place=nine).sum("place", skipna=False)
    flows = whole.notnull()
    assert bool((flows == parts.notnull()).all())
    assert float(abs(whole - parts).max() / abs(whole).max()) < 1e-12


def test_every_row_that_adds_is_the_sum_of_its_parts(lanzhou):
    """Every variable of the tidy frame whose units add, in every scenario, year, payer, sex and order."""
    from sanhai.units import VARIABLES

    frame = lanzhou.frame
    nine = [leaf.code for leaf in sh.place("lanzhou").leaves]
    keys = ["scenario", "variable", "year", "sex", "order", "instrument", "component", "payer", "basis"]
    adds = frame[frame["variable"].map(lambda name: VARIABLES[name].adds).astype(bool)].astype(
        dict.fromkeys(keys, object)
    )
    adds[keys] = adds[keys].fillna("")
    # A fitted parent and its estimated part differ in basis, and only places name a definition there.
    adds.loc[~adds["variable"].str.startswith("places_gap"), "basis"] = ""
    whole = adds[adds["place"] == "620100"].set_index(keys)["value"]
    parts = adds[adds["place"].isin(nine)].groupby(keys)["value"].sum()
    assert whole.index.is_unique
    assert set(whole.index) == set(parts.index)
    parts = parts.reindex(whole.index)
    assert float(((whole - parts).abs() / whole.abs().clip(lower=1.0)).max()) < 1e-9
    covered = set(whole.index.get_level_values("variable"))
    assert {"pop_jan1", "births", "deaths", "cost_nominal", "pv", "places_target", "places_stock", "staff"} <= covered


def test_flags_mark_exactly_the_published_years(runs, published_figures):
    frame = sh.project("gansu", (2021, 2027)).frame
    own = frame[(frame["place"] == "620000") & frame["order"].isna()]
    for variable, source, shift in (("births", "births", 0), ("deaths", "deaths", 0), ("pop_jan1", "pop_yearend", 1)):
        marked = set(own[(own["variable"] == variable) & own["fitted"]]["year"])
        expected = {year + shift for year in _fitted(published_figures, "620000", source)}
        assert marked == expected | ({2021} if variable == "pop_jan1" else set()), variable
    assert set(own[(own["variable"] == "births") & (own["year"] == 2023)]["basis"]) == {"estimated"}
    assert set(own[(own["variable"] == "births") & (own["year"] == 2027)]["basis"]) == {"projected"}


def test_residual_migration_is_called_residual(lanzhou):
    frame = lanzhou.frame
    rows = frame[(frame["variable"] == "net_migration") & (frame["scenario"] == "baseline")]
    assert set(rows[rows["year"].isin(FITTED_YEARS)]["basis"]) == {"residual"}
    assert "residual" not in set(rows[~rows["year"].isin(FITTED_YEARS)]["basis"])


def test_parts_whose_figures_are_their_parents_are_marked_low(lanzhou):
    frame = lanzhou.frame
    part = frame[(frame["place"] == "620102") & (frame["variable"] == "births")]
    assert set(part["confidence"]) == {"low"}
    assert not part["fitted"].any()


def test_residual_is_spread_evenly_between_two_published_totals(runs):
    """Lanzhou's totals are published for the ends of 2021 and 2024: one residual a year between them."""
    yearly = runs["620100"]["net_migration"]
    between = [float(yearly.sel(year=year)) for year in (2022, 2023, 2024)]
    assert max(between) - min(between) < 1e-6 * abs(between[0])
    assert abs(float(yearly.sel(year=2021)) / between[0] - 1.0) > 1e-3


def test_after_the_last_total_the_mean_of_three_years_is_held(runs):
    yearly = runs["620100"]["net_migration"]
    mean = np.mean([float(yearly.sel(year=year)) for year in (2022, 2023, 2024)])
    assert float(yearly.sel(year=2026)) == pytest.approx(mean, rel=1e-9)


def test_accounts_close_in_the_fitted_years(runs):
    for place, data in runs.items():
        pop, births, deaths, net = (data[name].values for name in ("pop_jan1", "births", "deaths", "net_migration"))
        gap = pop[1:] - pop[:-1] - births[:-1] + deaths[:-1] - net[:-1]
        assert np.max(np.abs(gap) / pop[:-1]) < 1e-12, place


def test_children_of_a_place_are_scaled_to_its_births(runs):
    """The nine carry the same ratio to xTFR: one scale a year for all (their own births are not published)."""
    from sanhai.calibrate.fit import xtfr

    fit = calibrated(place_of("620100"))
    level = fit.asfr.sum(axis=2) / np.array([xtfr(leaf) for leaf in fit.leaves])[:, None]
    assert np.max(np.abs(level / level[0] - 1.0)) < 1e-12


def test_lanzhou_to_gansu_moves_from_the_census_ratio_to_the_published_one():
    """0.713 in 2020 and 0.561 in 2024 (model.md section 8), between them on the way."""
    lanzhou, gansu = calibrated(place_of("620100")), calibrated(place_of("620000"))
    from sanhai.calibrate.fit import xtfr

    census = xtfr(place_of("620100")) / xtfr(place_of("620000"))
    assert census == pytest.approx(0.713, abs=1.5e-3)
    data = sh.project("lanzhou", (2021, 2025)).data.sel(scenario="baseline", draw=0)["tfr"]
    ratio = (data.sel(place="620100") / data.sel(place="620000")).values[:4]
    # The design's figure came from one row for Lanzhou; nine rows with their own migrants give a few per cent less.
    assert ratio[3] == pytest.approx(0.561, abs=0.02)
    assert (np.diff(ratio) < 0.0).all()
    assert ratio[0] < 0.713
    assert lanzhou.births_fitted == (False, False, False, True, False)
    assert gansu.births_fitted == (True, True, False, True, False)


def test_groups():
    assert place_of("620102").group == place_of("620100")
    assert place_of("620702").group == place_of("620700")
    assert place_of("620000").group == place_of("620000")
    assert place_of("100000").group == place_of("100000")


def test_migration_patterns_sum_to_one():
    for code in ("100000", "620000", "520000", "620100", "620700"):
        assert np.abs(calibrated(place_of(code)).pattern.sum(axis=(1, 2)) - 1.0).max() < 1e-12


def test_zhangye_takes_part_of_gansus_residual_after_its_last_total(runs):
    """Its last total is the end of 2021; from 2022 to 2024 its province's residual is shared by population."""
    frame = sh.place("zhangye").fit()
    assert list(frame["total_fitted"]) == [True, False, False, False, False]
    own, gansu = calibrated(place_of("620700")), calibrated(place_of("620000"))
    for year in (2022, 2023, 2024):
        t = year - FITTED_YEARS[0]
        share = own.stock.sum(axis=0)[t] / gansu.stock.sum(axis=0)[t]
        assert own.residual[:, t].sum() == pytest.approx(gansu.residual[:, t].sum() * share, rel=1e-6)
