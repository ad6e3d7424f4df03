"""A run of a place: accounts that close, restarts, the change of the standard carried on, and equal bits twice."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from sanhai import _bridge
from sanhai.run.point import baseline_arrays, places_of_run, run_leaves


@pytest.fixture(scope="module")
def base_run(lanzhou):
    return lanzhou.runs["baseline"]


def test_rows_of_a_run():
    assert places_of_run("620100")[0] == "620100"
    assert places_of_run("620100")[-2:] == ("620000", "100000")
    assert len(places_of_run("620100")) == 12
    assert places_of_run("100000") == ("100000",)
    assert len(set(run_leaves(sh.place("lanzhou")))) == 11


def test_accounts_close_for_every_leaf_year_and_sex(lanzhou):
    for name, run in lanzhou.runs.items():
        pop = run.people.pop_jan1.sum(axis=3)
        deaths, net = run.people.deaths.sum(axis=3), run.people.net_migration.sum(axis=3)
        gap = pop[:, 1:] - pop[:, :-1] - run.people.births_by_sex + deaths - net
        assert np.max(np.abs(gap) / pop[:, :-1]) < 1e-12, name
        assert run.people.balance <= 1e-12, name


def test_every_cohort_loses_its_deaths_and_gains_its_migrants(base_run):
    pop, deaths, net = base_run.people.pop_jan1, base_run.people.deaths, base_run.people.net_migration
    grown = pop[:, :-1, :, :-2] - deaths[:, :, :, 1:-1] + net[:, :, :, 1:-1]
    assert np.max(np.abs(pop[:, 1:, :, 1:-1] - grown) / np.maximum(grown, 1.0)) < 1e-9


def test_births_by_order_and_by_sex_are_the_same_births(base_run):
    by_order = base_run.people.births.sum(axis=(2, 3))
    by_sex = base_run.people.births_by_sex.sum(axis=2)
    assert np.max(np.abs(by_order / by_sex - 1.0)) < 1e-12
    srb = base_run.people.births_by_sex[:, :, 0] / base_run.people.births_by_sex[:, :, 1]
    assert np.max(np.abs(srb / base_run.inputs.srb - 1.0)) < 1e-12


def test_nobody_is_negative(base_run):
    assert base_run.people.pop_jan1.min() >= 0.0
    assert base_run.people.deaths.min() >= 0.0
    assert base_run.people.births.min() >= 0.0


def test_restart_from_any_year_is_the_straight_run(base_run):
    inputs = base_run.inputs
    for year in (2026, 2040):
        at = year - inputs.first_year
        again = _bridge.project(
            list(inputs.codes),
            year,
            base_run.people.pop_jan1[:, at],
            inputs.Sx[:, at:],
            inputs.asfr[:, at:],
            inputs.srb[:, at:],
            inputs.net_migration[:, at:],
        )
        assert np.array_equal(np.asarray(again.pop_jan1), base_run.people.pop_jan1[:, at:])
        assert np.array_equal(np.asarray(again.births), base_run.people.births[:, at:])
        assert np.array_equal(np.asarray(again.deaths), base_run.people.deaths[:, at:])


def test_migration_is_first_order(lanzhou):
    """Zero against recent migration changes Lanzhou's people at the end of 2050 by 10 to 20 % (14 % when tried)."""
    end = lanzhou.data["pop_jan1"].sel(place="620100", year=2051).sum(["sex", "age"])
    ratio = float(end.sel(scenario="zero-migration") / end.sel(scenario="baseline"))
    assert 0.10 < 1.0 - ratio < 0.20


def test_zero_migration_keeps_the_fitted_years(lanzhou):
    zero, recent = lanzhou.runs["zero-migration"], lanzhou.runs["baseline"]
    assert np.array_equal(zero.people.net_migration[:, :5], recent.people.net_migration[:, :5])
    assert not zero.people.net_migration[:, 5:].any()
    assert np.array_equal(zero.people.pop_jan1[:, :6], recent.people.pop_jan1[:, :6])


def test_levels_follow_the_proportional_change_of_the_standard(base_run):
    """After 2025: total fertility and death rates of a place move as the nation's do, from the place's own level."""
    base = sh.place("china").standard
    last = 2025 - base.years[0]
    change = base.asfr[last:].sum(axis=1) / base.asfr[last].sum()
    own = base_run.inputs.asfr.sum(axis=(2, 3))[:, 4:]
    assert np.max(np.abs(own / own[:, :1] / change[: own.shape[1]] - 1.0)) < 1e-12
    rates = base.mx[last:]
    mx = base_run.inputs.mx[:, 4:]
    assert np.max(np.abs(mx / mx[:, :1] / (rates / rates[0])[: mx.shape[1]] - 1.0)) < 1e-12


def test_level_is_never_the_standards_own(lanzhou):
    """WPP expected 8.71 m births in 2025; 7.92 m were registered, and the following year starts from these."""
    births = lanzhou.data["births"].sel(scenario="baseline", place="100000").sum("sex")
    assert float(births.sel(year=2025)) == pytest.approx(7.92e6, rel=1e-9)
    assert float(births.sel(year=2026)) < 8.2e6


def test_tfr_is_the_sum_of_the_rates_of_a_leaf(lanzhou, base_run):
    """For a leaf the births over women give back the rates that made them."""
    leaf = base_run.leaves.index("620102")
    expected = base_run.inputs.asfr[leaf].sum(axis=(1, 2))
    got = lanzhou.data["tfr"].sel(scenario="baseline", place="620102").values[:-1]
    assert np.max(np.abs(got / expected - 1.0)) < 1e-9


def test_e0_is_the_life_table_of_the_fitted_rates(lanzhou, base_run):
    leaf = base_run.leaves.index("100000")
    expected = _bridge.e0_from_mx(base_run.inputs.mx[leaf])
    got = lanzhou.data["e0"].sel(scenario="baseline", place="100000").values[:-1]
    assert np.max(np.abs(got - expected)) < 1e-9
    assert (got[:, 1] > got[:, 0]).all()


def test_ratios_are_made_from_the_stocks_of_the_sum(lanzhou):
    data = lanzhou.data.sel(scenario="baseline", place="620100")
    ages = data["pop_jan1"].sum("sex")
    young, old = ages.sel(age=slice(0, 14)).sum("age"), ages.sel(age=slice(65, 100)).sum("age")
    working = ages.sel(age=slice(15, 64)).sum("age")
    assert np.allclose(data["tdr"], (young + old) / working, rtol=1e-12)
    assert np.allclose(data["oadr"], old / working, rtol=1e-12)
    total = ages.sum("age").values
    assert np.allclose(data["pop_midyear"].values[:-1], (total[1:] + total[:-1]) / 2.0, rtol=1e-12)


def test_median_age_by_hand():
    assert _bridge.median_age(np.array([1.0, 1.0, 1.0, 1.0])) == pytest.approx(2.0)
    assert _bridge.median_age(np.array([0.0, 4.0, 0.0, 0.0])) == pytest.approx(1.5)


def test_years_shown_do_not_change_the_numbers(lanzhou):
    short = sh.compare([sh.scenario("baseline", "lanzhou")], (2030, 2035)).data
    long = lanzhou.data.sel(scenario=["baseline"], year=list(range(2030, 2037)))
    for name in ("pop_jan1", "tfr", "births"):
        a, b = short[name].values, long[name].values
        if name != "pop_jan1":
            a, b = a[:, :, :-1], b[:, :, :-1]
        assert np.array_equal(a, b), name


def test_a_place_does_not_depend_on_the_others_of_the_run(lanzhou):
    alone = sh.project("china", (2021, 2050)).data.sel(place="100000", scenario="baseline")
    beside = lanzhou.data.sel(place="100000", scenario="baseline")
    assert np.array_equal(alone["pop_jan1"].values, beside["pop_jan1"].values)


def test_two_runs_give_equal_bits(lanzhou):
    baseline_arrays.cache_clear()
    again = sh.compare(sh.main_job("lanzhou"), (2021, 2050))
    assert again.manifest == lanzhou.manifest
    assert again.frame.equals(lanzhou.frame)
    assert again.data.identical(lanzhou.data)


def test_arrays_of_a_result_cannot_be_written(lanzhou):
    with pytest.raises(ValueError, match="read-only"):
        lanzhou.data["pop_jan1"].values[0] = 0.0
    with pytest.raises(AttributeError):
        lanzhou.place = "620000"
