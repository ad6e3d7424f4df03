"""Comparisons: differences that are exact, totals that never mix what does not add, cost per extra birth."""

from __future__ import annotations

import json

import numpy as np
import pytest

import sanhai as sh
from sanhai.units import VARIABLES


def rows(comparison, variable, **where):
    frame = comparison.frame
    chosen = frame[frame["variable"] == variable]
    for key, value in where.items():
        chosen = chosen[chosen[key].isna()] if value is None else chosen[chosen[key] == value]
    return chosen


def test_the_first_scenario_is_the_baseline(lanzhou):
    assert lanzhou.scenarios == ("baseline", "zero-migration", "no-allowance", "cost-reduction")
    assert lanzhou.baseline == "baseline"
    assert lanzhou.years == range(2021, 2051)


@pytest.mark.parametrize("variable", ["pop_jan1", "births", "births_gross", "deaths", "tfr", "cost_nominal", "pv"])
def test_a_scenario_against_itself_is_exactly_zero(lanzhou, variable):
    for name in lanzhou.scenarios:
        assert (lanzhou.diff(variable, vs=name).loc[name].dropna() == 0.0).all()


@pytest.mark.parametrize("variable", ["pop_jan1", "births", "deaths", "pop_65plus"])
def test_differences_are_rows_less_rows(lanzhou, variable):
    one = rows(lanzhou, variable, place="620100", scenario="cost-reduction", order=None).set_index("year")["value"]
    base = rows(lanzhou, variable, place="620100", scenario="baseline", order=None).set_index("year")["value"]
    got = lanzhou.diff(variable).loc["cost-reduction"]
    assert np.array_equal(got.to_numpy(), (one - base).to_numpy())


@pytest.mark.parametrize("variable", sorted(set(VARIABLES) - {"births_extra", "births_extra_gross"}))
def test_totals_stay_inside_the_rows_they_are_made_of(lanzhou, variable):
    """A rate, or a gap by three definitions, is never a sum of the rows it comes from."""
    chosen = rows(lanzhou, variable, place="620100", order=None)
    assert not chosen.empty
    adds_up = VARIABLES[variable].adds and variable != "places_gap"
    if adds_up:
        expected = chosen.groupby(["scenario", "year"])["value"].sum()
        got = lanzhou.totals(variable).stack()
        for key, value in expected.items():
            assert got[key] == pytest.approx(value, rel=1e-12)
        return
    try:
        totals = lanzhou.totals(variable)
    except sh.ConfigError:
        return  # refusing to add what does not add is as good
    for (scenario, year), values in chosen.groupby(["scenario", "year"])["value"]:
        found = totals.xs(scenario, level="scenario") if totals.index.nlevels > 1 else totals.loc[[scenario]]
        # One row, or a mean of rows (the life expectancy of both sexes), but never their sum.
        got = found[year].dropna()
        assert got.between(values.min() - 1e-9, values.max() + 1e-9).all(), (scenario, year, got.tolist())
        if variable != "e0":
            assert set(got) <= set(values), (scenario, year)


def test_what_nobody_stated_is_missing_and_not_zero(lanzhou):
    """The baseline has no stock of places: unknown, so a difference from it is unknown too."""
    totals = lanzhou.totals("places_stock")
    assert totals.loc["cost-reduction"].notna().any()
    assert "baseline" not in totals.index or totals.loc["baseline"].isna().all()


def test_no_money_is_zero_money(lanzhou):
    assert (lanzhou.totals("cost_nominal").loc[:, 2026] > 0.0).all()


def test_table_is_the_rows(lanzhou):
    table = lanzhou.table("births", at=[2030, 2040])
    assert list(table.columns) == [2030, 2040]
    for name in lanzhou.scenarios:
        expected = rows(lanzhou, "births", place="620100", scenario=name, year=2030, order=None)["value"].item()
        assert np.isclose(np.asarray(table.loc[name, 2030]).max(), expected, rtol=1e-12)
    assert table.attrs == {"variable": "births", "unit": "births", "place": "620100"}


@pytest.mark.parametrize("variable", ["places_gap", "places_per_1000", "places_per_child"])
def test_a_table_keeps_definitions_apart(lanzhou, variable):
    table = lanzhou.table(variable, at=[2030])
    chosen = rows(lanzhou, variable, place="620100", year=2030, scenario="cost-reduction").set_index("basis")["value"]
    assert len(chosen) >= 2
    for basis, value in chosen.items():
        assert table.loc[("cost-reduction", basis), 2030] == value


def test_tables_of_parts(lanzhou):
    nine = [leaf.code for leaf in sh.place("lanzhou").leaves]
    whole = lanzhou.totals("births").loc["baseline", 2030]
    parts = sum(lanzhou.totals("births", place=code).loc["baseline", 2030] for code in nine)
    assert parts == pytest.approx(whole, rel=1e-12)


def test_cost_per_extra_birth(lanzhou):
    """Extra cost over extra births; far above the amount itself, since most births would have happened anyway."""
    found = lanzhou.fiscal.per_extra_birth("cost-reduction")
    cost = lanzhou.diff("cost_nominal").loc["cost-reduction"]
    births = lanzhou.diff("births").loc["cost-reduction"]
    gross = lanzhou.diff("births_gross").loc["cost-reduction"]
    for year in (2029, 2035):
        assert found.loc["net", year] == pytest.approx(cost[year] / births[year])
        assert found.loc["gross", year] == pytest.approx(cost[year] / gross[year])
        assert found.loc["net", year] > found.loc["gross", year] > 100_000.0
    assert found.loc["net", :2024].isna().all()


def test_real_money_is_in_prices_of_2025():
    found = sh.compare([sh.scenario("baseline", "lanzhou")], (2021, 2030), beliefs={"money.inflation": 0.02})
    nominal, real = found.totals("cost_nominal").loc["baseline"], found.totals("cost_real").loc["baseline"]
    pv = found.totals("pv").loc["baseline"]
    for year in (2025, 2027, 2030):
        assert real[year] == pytest.approx(nominal[year] / 1.02 ** (year - 2025), rel=1e-12)
        assert pv[year] == pytest.approx(real[year] / 1.03 ** (year - 2025), rel=1e-12)


def test_need_and_gap(lanzhou):
    need = lanzhou.nursery.need()
    assert set(need.index.get_level_values("variable")) == {"places_target", "places_demand", "places_want"}
    gap = lanzhou.nursery.gap()
    assert set(gap.index.get_level_values("basis")) == {"target", "demand", "want"}
    assert set(gap.index.get_level_values("scenario")) == {"cost-reduction"}
    # The package keeps places at the target from the end of 2030.
    assert abs(gap.loc[("cost-reduction", "target"), 2030]) < 1e-6


def test_births_answer_to_the_package_in_the_right_direction(lanzhou):
    diff = lanzhou.diff("births_gross")
    assert (diff.loc["cost-reduction"].loc[2028:] > 0.0).all()
    assert (diff.loc["no-allowance"].loc[2026:] < 0.0).all()
    assert (lanzhou.diff("births").loc["cost-reduction"].loc[:2026] == 0.0).all()
    # Gansu and China around it pay nothing of Lanzhou's package and have no birth more.
    for code in ("620000", "100000"):
        assert (lanzhou.diff("births", place=code).loc["cost-reduction"] == 0.0).all()


def test_manifest_tells_runs_apart(lanzhou):
    base = sh.scenario("baseline", "lanzhou")
    one = sh.compare([base], (2021, 2030)).manifest
    assert sh.compare([base], (2021, 2030)).manifest == one
    others = [
        sh.compare([base], (2021, 2030), beliefs={"response.eps": 1.0}).manifest,
        sh.compare([base], (2021, 2031)).manifest,
        sh.project("gansu", (2021, 2030)).manifest,
    ]
    assert len({one["run_id"], *(other["run_id"] for other in others)}) == 4
    assert json.loads(json.dumps(one, allow_nan=False))["run_id"] == one["run_id"]
    assert {"sanhai", "build", "place", "years", "seed", "scenarios", "tables", "run_id"} <= set(one)
    for name in ("data/published.csv", "data/census.csv", "data/wpp_china.csv", "packs/national.toml"):
        assert len(one["tables"][name]) == 64


def test_progress_is_told(capsys):
    seen: list[tuple[str, int, int]] = []
    sh.compare([sh.scenario("baseline", "china")], (2021, 2026), progress=lambda *told: seen.append(told))
    assert seen == [("baseline", 0, 1), ("baseline", 1, 1)]
    assert capsys.readouterr() == ("", "")


def test_a_result_is_frozen(lanzhou):
    with pytest.raises(AttributeError):
        lanzhou.years = range(3)
    before = lanzhou.totals("births").copy()
    mine = lanzhou.totals("births")
    mine.loc["baseline", 2030] = 0.0
    assert lanzhou.totals("births").equals(before)


def test_places_of_a_run_go_by_any_name(complains):
    found = sh.compare([sh.scenario("baseline", "lanzhou")], (2021, 2030), band=False)
    by_code = found.table("births", place="620123")
    for name in ("yuzhong", "榆中县"):
        assert found.table("births", place=name).equals(by_code)
    assert found.fiscal.by_level(place="yuzhong").equals(found.fiscal.by_level(place="620123"))
    # Another bundled place is not in this run: an empty table would look like an answer.
    complains(lambda: found.table("births", place="ganzhou"), "ganzhou", "620123")
    complains(lambda: found.nursery.need("guizhou"), "guizhou", "620123")
