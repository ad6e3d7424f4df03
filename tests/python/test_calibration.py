"""The fitted years meet every published figure; what is estimated or residual says so (model.md section 8)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import sanhai as sh
from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import census_pattern
from sanhai.calibrate.path import baseline
from sanhai.places.base import CENSUS_LOWER
from sanhai.places.catalogue import children_of
from sanhai.places.catalogue import place as place_of

SERVICEMEN = 2_000_000.0
FITTED_YEARS = range(2021, 2026)
EXACT = 1e-9
PROVINCES = ("620000", "520000")

# Pinned from the statistical bulletins, so that a slip in the shipped table shows.
PINNED = [
    ("100000", "births", 2025, 7_920_000),
    ("100000", "births", 2022, 9_560_000),
    ("100000", "deaths", 2025, 11_310_000),
    ("100000", "pop_yearend", 2025, 1_404_890_000),
    ("620000", "births_published", 2024, 196_900),
    ("620000", "pop_yearend_published", 2024, 24_583_400),
    ("620100", "pop_yearend", 2024, 4_436_500),
    ("620700", "pop_yearend_published", 2021, 1_122_500),
    ("520000", "births_published", 2024, 415_000),
    ("520000", "deaths_published", 2022, 282_000),
]
# How far the figures that provinces are fitted to may be from what they printed: scaled to the nation's.
SCALED = {"births": 1e-4, "deaths": 3e-4, "pop_yearend": 1e-4}
SCALED_DEATHS_OF_2021 = 4.6e-3


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


def _of_the_nation(published_figures, variable, year):
    """What all leaves must sum to."""
    return _fitted(published_figures, "100000", variable)[year] - SERVICEMEN * (variable == "pop_yearend")


@pytest.fixture(scope="module")
def printed(table_rows):
    """(place, variable, year) -> figure of both sexes as an office printed it."""
    rows = (row for row in table_rows("published.csv") if row["variable"].endswith("_published"))
    return {
        (row["place"], row["variable"].removesuffix("_published"), int(row["year"])): float(row["value"])
        for row in rows
        if row["sex"] == "both" and row["age"] == "all"
    }


@pytest.mark.parametrize(("variable", "n"), [("births", 103), ("deaths", 103), ("pop_yearend", 115)])
def test_provinces_are_fitted_to_what_they_printed_scaled_to_the_nations(published_figures, printed, variable, n):
    """Births and deaths are the printed rate x the mean of the printed year-ends; one factor a year, and a small one.

    A year-end may have been printed twice, once in units of 10,000: half a unit apart at most.
    """
    codes, seen = [row.code for row in children_of("100000")], 0
    assert len(codes) == 31
    for year in range(2021, 2025):
        fitted = {code: _fitted(published_figures, code, variable)[year] for code in codes}
        assert sum(fitted.values()) == pytest.approx(_of_the_nation(published_figures, variable, year), rel=1e-8)
        factors = {}
        for code in codes:
            before, after = (printed.get((code, "pop_yearend", at), np.nan) for at in (year - 1, year))
            rate = printed.get((code, {"births": "cbr", "deaths": "cdr"}.get(variable), year), np.nan)
            figure = after if variable == "pop_yearend" else rate * (before + after) / 2.0
            if not np.isnan(figure):
                factors[code] = fitted[code] / figure
        common = float(np.median(list(factors.values())))
        assert abs(common - 1.0) < (SCALED_DEATHS_OF_2021 if (variable, year) == ("deaths", 2021) else SCALED[variable])
        apart = {code: abs(factor / common - 1.0) for code, factor in factors.items()}
        assert sum(one > 1e-6 for one in apart.values()) <= 2
        assert all(one * _fitted(published_figures, code, "pop_yearend")[year] <= 5_000 for code, one in apart.items())
        seen += len(factors)
    assert seen == n


def _expected(published_figures, place, variable):
    """year -> what the run must show; whole persons of provinces are scaled once more to the nation's."""
    known = dict(_fitted(published_figures, place, variable))
    if place == "100000":
        return {year: value - SERVICEMEN * (variable == "pop_yearend") for year, value in known.items()}
    if place in PROVINCES:
        for year in known:
            total = sum(_fitted(published_figures, row.code, variable)[year] for row in children_of("100000"))
            known[year] *= _of_the_nation(published_figures, variable, year) / total
    return known


@pytest.mark.parametrize("place", ["100000", *PROVINCES, "620100"])
def test_published_totals_are_met(runs, published_figures, place):
    known = _expected(published_figures, place, "pop_yearend")
    assert known
    for year, value in known.items():
        got = float(runs[place]["pop_jan1"].sel(year=year + 1))
        assert abs(got / value - 1.0) < EXACT, (place, year)


@pytest.mark.parametrize("variable", ["births", "deaths"])
@pytest.mark.parametrize("place", ["100000", *PROVINCES])
def test_published_births_and_deaths_are_met(runs, published_figures, place, variable):
    known = _expected(published_figures, place, variable)
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


def test_flags_mark_exactly_the_published_years(printed):
    """Gansu's births and deaths of 2023 were not published: what it is fitted to there is made of its neighbours."""
    frame = sh.project("gansu", (2021, 2027)).frame
    own = frame[(frame["place"] == "620000") & frame["order"].isna()]
    for variable, source, shift in (("births", "births", 0), ("deaths", "deaths", 0), ("pop_jan1", "pop_yearend", 1)):
        marked = set(own[(own["variable"] == variable) & own["fitted"]]["year"])
        known = {year for code, name, year in printed if (code, name) == ("620000", source) and year in FITTED_YEARS}
        assert marked == {year + shift for year in known} | ({2021} if variable == "pop_jan1" else set()), variable
        assert known == {2021, 2022, 2024} | ({2023} if variable == "pop_jan1" else set())
    births = own[own["variable"] == "births"].set_index("year")
    assert births.loc[2023, "basis"] == births.loc[2025, "basis"] == "estimated"
    assert births.loc[2023, "confidence"] != births.loc[2024, "confidence"] == "high"
    assert births.loc[2027, "basis"] == "projected"
    assert list(place_of("620000").fit().factors["births_fitted"]) == [True, True, False, True, False]


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


@pytest.fixture(scope="module")
def path():
    return country_fit(place_of("china"))


def test_migrants_of_a_year_without_provincial_figures_are_the_median_of_four(path, runs):
    """2025: the mean of the middle two of 2021-24, brought to the nation's in proportion to its size."""
    net = np.asarray(path.fit.net)
    middle = np.sort(net[:, :4], axis=1)[:, 1:3].mean(axis=1)
    whole = float(runs["100000"]["net_migration"].sel(year=2025))
    expected = middle + (whole - middle.sum()) * np.abs(middle) / np.abs(middle).sum()
    assert net[:, 4] == pytest.approx(expected, abs=1e-4)
    assert abs(whole) < 1.0
    assert abs(middle.sum()) > 1e4  # so that there was something to bring


@pytest.mark.parametrize(("variable", "factor"), [("births", "fertility"), ("deaths", "mortality")])
def test_rates_of_a_year_without_provincial_figures_are_the_mean_of_the_two_before(path, runs, variable, factor):
    """2025: the geometric mean of 2023 and 2024, all groups with one factor, with which the nation's figure holds."""
    found = np.asarray(getattr(path.fit, factor))
    common = found[:, 4] / np.sqrt(found[:, 2] * found[:, 3])
    assert common == pytest.approx(common[0], rel=1e-10)
    assert abs(common[0] - 1.0) > 1e-4
    whole = sum(path.sums(row.code)[variable][4] for row in children_of("100000"))
    assert whole == pytest.approx(float(runs["100000"][variable].sel(year=2025)), rel=1e-10)


def test_accounts_close_in_the_fitted_years(runs):
    for place, data in runs.items():
        pop, births, deaths, net = (data[name].values for name in ("pop_jan1", "births", "deaths", "net_migration"))
        gap = pop[1:] - pop[:-1] - births[:-1] + deaths[:-1] - net[:-1]
        assert np.max(np.abs(gap) / pop[:-1]) < 1e-12, place


def _children_per_expected(codes):
    """Children under five of the census, and those that the nation's women of the same ages would have raised.

    A child of age a was born to a woman x years old at x - a or x - a - 1, half each, at the rates of its year.
    """
    standard = place_of("china").standard
    raised = np.zeros(101)
    for age, rates in enumerate(standard.earlier_asfr):  # of 2020, 2019 .. 2016
        for older in (age, age + 1):
            raised[older:] += rates[: 101 - older] / 2.0
    pattern = census_pattern(standard, 2020)[1]
    lower = [*CENSUS_LOWER, 101]
    out = []
    for code in codes:
        counts = np.array(place_of(code).base.counts)
        women = np.concatenate(
            [counts[1, g] * pattern[a:b] / pattern[a:b].sum() for g, (a, b) in enumerate(itertools.pairwise(lower))]
        )
        out.append((counts[:, :2].sum(), float(women @ raised)))
    return np.array(out).T


def test_fertility_of_a_part_is_that_of_its_children(path):
    """The nine: children counted over children expected, drawn to the ratio of all nine as by 25 children more."""
    codes = [leaf.code for leaf in place_of("620100").leaves]
    children, expected = _children_per_expected(codes)
    own, together, weight = children / expected, children.sum() / expected.sum(), children / (children + 25.0)
    ratio = own**weight * together ** (1.0 - weight)
    level = baseline(place_of("620100").leaves, 2026).asfr_total[:, :5].sum(axis=2)
    assert level / level[0] == pytest.approx(np.repeat(ratio[:, None] / ratio[0], 5, axis=1), rel=1e-9)
    assert np.ptp(ratio) > 0.1
    assert ratio[0] == pytest.approx(0.708019, abs=5e-7)  # the dry run's


def test_lanzhou_moves_from_the_rest_of_gansu_to_its_published_ratio(path):
    """Births: straight on the log scale from 1 in 2020 to the ratio of 2024; deaths: the ratio of 2024 throughout."""
    lanzhou, rest = (path.group_codes.index(code) for code in ("620100", "620000"))
    births, deaths = (
        np.asarray(values)[lanzhou] / np.asarray(values)[rest] for values in (path.fit.fertility, path.fit.mortality)
    )
    assert births[3] == pytest.approx(0.767, abs=5e-4)
    assert births[:4] == pytest.approx(births[3] ** (np.arange(1, 5) / 4.0), rel=1e-9)
    assert deaths[3] == pytest.approx(0.756, abs=5e-4)
    assert deaths == pytest.approx(np.full(5, deaths[3]), rel=1e-9)
    factors = place_of("620100").fit().factors
    assert list(factors["births_fitted"]) == [False, False, False, True, False]
    assert list(factors["status"]) == ["fitted", "shared", "shared", "fitted", "estimated"]


def test_groups():
    """Whose figures a place is fitted with: the nearest upwards that has any."""
    expected = {"620102": "620100", "620100": "620100", "620702": "620000", "620700": "620000", "620200": "620000",
                "620000": "620000", "100000": "100000"}  # fmt: skip
    assert {code: place_of(code).group.code for code in expected} == expected
    assert place_of("620102").group == place_of("620100")
    assert set(place_of("620102").fit().factors["group"]) == {"620100"}


def test_migration_patterns_sum_to_one():
    leaves = [leaf for code in ("520000", "620100", "620700") for leaf in place_of(code).leaves]
    pattern = baseline((*leaves, place_of("100000")), 2026).pattern
    assert len(pattern) == 88 + 9 + 6 + 1
    assert np.abs(pattern.sum(axis=(1, 2)) - 1.0).max() < 1e-12


def test_zhangyes_total_is_compared_and_moves_nothing(path, runs):
    """Published for 2021 alone and not fitted to: the run, an independent number, comes within a per cent of it."""
    zhangye = place_of("zhangye")
    assert path.country.figures("620700").rows == ()
    found = zhangye.fit()
    assert not found.factors[["births_fitted", "deaths_fitted", "people_fitted"]].any(axis=None)
    assert list(found.factors["status"]) == ["shared"] * 4 + ["estimated"]
    (row,) = found.not_fitted.itertuples()
    assert (row.variable, row.year, row.published) == ("pop_yearend_published", 2021, 1_122_500.0)
    model = float(runs["620700"]["pop_jan1"].sel(year=2022))
    assert row.model == pytest.approx(model, rel=1e-11)
    assert row.miss_percent == pytest.approx(100.0 * (model / 1_122_500.0 - 1.0), abs=1e-6)
    assert abs(row.miss_percent) < 1.0


def test_moves_of_a_place_fade_after_the_last_published_year():
    """The hazard of leaving halves in ten years, at every sex and age of every part."""
    base = baseline(place_of("620100").leaves, 2036)
    hazard = -np.log1p(-np.array(base.leaving_rate[:, 2025 - 2021 :]))
    moving = hazard[:, 0] > 0.0
    assert moving.any()
    for years in (1, 5, 10):
        assert hazard[:, years][moving] == pytest.approx(hazard[:, 0][moving] * 0.5 ** (years / 10.0), rel=1e-9)
        assert not hazard[:, years][~moving].any()
