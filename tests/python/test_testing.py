"""sanhai.testing: each assert passes on real runs and fails on broken ones, naming the cell; strategies; fixtures."""

from __future__ import annotations

import itertools
import subprocess
import sys
import tomllib
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

import sanhai as sh
from sanhai.testing import MadeUp, assert_balanced, assert_paired, assert_sums, strategies

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = settings(max_examples=40, deadline=None, derandomize=True)
YEARS = (2025, 2034)


@pytest.fixture(scope="module")
def sums():
    """Two unlike parts, two scenarios that say the same and one that does not, eight draws."""
    town = MadeUp("Town", people=30_000.0, growth=-0.01)
    place = sh.Place("Sum", parts=[town.place(), replace(town, name="Rest", e0=(78.0, 81.0)).place()])
    base = sh.scenario("baseline", place)
    return sh.compare([base, base.vary("same", {}), base.vary("other", {"demography.tfr": 1.9})], YEARS, draws=8)


def broken(result, variable, at, by=1.0):
    """The result with `by` added to one number; at: scenario, place, part, year and draw, as positions."""
    array = np.array(result._store.arrays[variable])
    array[at] += by
    return replace(result, _store=replace(result._store, arrays={**result._store.arrays, variable: array}))


def says(call, *fragments):
    with pytest.raises(AssertionError) as caught:
        call()
    for fragment in fragments:
        assert fragment in str(caught.value), f"{fragment!r} is not in: {caught.value}"


# ---- real runs -------------------------------------------------------------------------------------------------------


def test_they_pass_on_a_shipped_place_and_on_ones_own(sums):
    base = sh.scenario("baseline", "lanzhou")
    lanzhou = sh.compare([base, base.vary("same", {}), sh.scenario("no-allowance", "lanzhou")], (2021, 2032), draws=3)
    for result in (sums, lanzhou, lanzhou.central):
        assert_balanced(result)
        assert_sums(result)
        assert_paired(result)
    assert_balanced(sums, ages=True)
    assert_balanced(sh.project("xigu", (2021, 2030)), ages=True)


def test_the_same_bits_with_other_threads_fewer_draws_and_other_years(sums):
    chosen = [sums.scenario(name) for name in sums.scenarios]
    assert_paired(sums, sh.compare(chosen, YEARS, draws=8, threads=3))
    assert_paired(sums, sh.compare(chosen[1:], (2027, 2031), draws=5))
    assert_paired(sh.compare(chosen, (2027, 2050), draws=20), sums)
    assert_paired(sums.central, sh.compare(chosen, YEARS))
    with pytest.raises(AssertionError):
        assert_paired(sums, sh.compare(chosen, YEARS, draws=8, seed=1))


# ---- broken ones -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["births", "deaths", "net_migration"])
def test_a_flow_that_is_off_by_one_is_named(sums, variable):
    wrong = broken(sums, variable, (2, 1, 0, 4, 6))
    was = repr(float(wrong._store.arrays[variable][2, 1, 0, 4, 6]))
    says(lambda: assert_balanced(wrong), "in 1 cells", "scenario other", "place own/Town", "year 2029", "draw 6", was,
         "off by 1" if variable == "deaths" else "off by -1")  # fmt: skip


def test_a_stock_that_is_off_breaks_two_years_and_the_first_is_named(sums):
    says(lambda: assert_balanced(broken(sums, "pop_jan1", (0, 0, 0, 3, 0), 0.001)), "in 2 cells", "year 2027", "0.001")


def test_a_missing_number_and_the_point_run_are_looked_at_too(sums):
    says(lambda: assert_balanced(broken(sums, "births", (0, 0, 0, 0, 0), np.nan)), "nan births")
    says(lambda: assert_balanced(replace(sums, _central=broken(sums.central, "deaths", (0, 0, 0, 0, 0)))), "draw point")
    says(lambda: assert_sums(replace(sums, _central=broken(sums.central, "deaths", (0, 0, 0, 0, 0)))), "draw point")


def test_a_cohort_that_is_off_is_named_by_sex_and_age(sums, monkeypatch):
    """A death moved from age 40 to 41: the total still balances."""
    right = sh.Results.by_age

    def moved(self, place=None, scenario=None, budget_gib=4.0):
        found = right(self, place, scenario, budget_gib)
        deaths = found["deaths"].values.copy()
        deaths[0, 2, 1, 40:42] += (-1.0, 1.0)
        return found.assign(deaths=(found["deaths"].dims, deaths))

    monkeypatch.setattr(sh.Results, "by_age", moved)
    assert_balanced(sums)
    says(lambda: assert_balanced(sums, ages=True), "in 2 cells", "year 2027", "sex female", "age 40", "off by -1")


@pytest.mark.parametrize(("variable", "part"), [("births", ""), ("births_order", "part 2"), ("pop_65plus", "")])
def test_a_sum_that_is_off_is_named(sums, variable, part):
    """By a part in a thousand million of one part, in one draw."""
    at = (1, 2, 1 if part else 0, 3, 5)
    wrong = broken(sums, variable, at, 1e-9 * sums._store.arrays[variable][at])
    says(lambda: assert_sums(wrong), f"{variable}: ", "in 1 cells", "own/Sum", "2 parts", part, "year 2028", "draw 5")


def test_rates_are_no_sums(sums):
    assert_sums(broken(sums, "tfr", (0, 1, 0, 0, 0)))


def test_a_bit_is_enough(sums):
    for variable, axis in (("e0", 1), ("births", 0)):
        value = sums._store.arrays[variable][1, 0, axis, 2, 3]
        wrong = broken(sums, variable, (1, 0, axis, 2, 3), np.nextafter(value, np.inf) - value)
        for call in (lambda wrong=wrong: assert_paired(wrong), lambda wrong=wrong: assert_paired(sums, wrong)):
            says(call, f"{variable}: ", "in 1 cells", "scenario same", "year 2027", "draw 3", repr(float(value)))
    assert_paired(broken(sums, "births", (2, 0, 0, 2, 3)))  # a scenario that says something else
    says(lambda: assert_paired(sums, replace(sums, _central=broken(sums.central, "tfr", (0, 0, 0, 0, 0)))), "tfr: ")


def test_messages_are_in_both_languages(sums):
    sh.set_language("zh")
    says(lambda: assert_balanced(broken(sums, "births", (0, 0, 0, 0, 0))), "人口收支不平，共1处", "年份2025")


def test_what_cannot_be_looked_at_is_refused(sums, complains):
    alone = sh.project(MadeUp().place(), YEARS)
    complains(lambda: assert_sums(alone), "own/Made-up place", "parts", kind=sh.ConfigError)
    complains(lambda: assert_paired(alone), "baseline", kind=sh.ConfigError)
    complains(lambda: assert_paired(sums, sums.central), "8, 1", kind=sh.ConfigError)
    complains(lambda: assert_paired(sums, sh.project(sums.scenario().place, (2040, 2045), draws=8)), "year",
              kind=sh.ConfigError)  # fmt: skip
    complains(lambda: assert_balanced("lanzhou"), "Results", kind=sh.ConfigError)


# ---- strategies ------------------------------------------------------------------------------------------------------


@SETTINGS
@given(strategies.scenarios(), strategies.options())
def test_what_hypothesis_makes_runs_and_holds(one, how):
    first = one.first_projected_year
    base = sh.scenario("baseline", one.place)
    result = sh.compare([base, one], (first, first + 9), **how)
    assert_balanced(result)
    if one.place.parts:
        assert_sums(result)
    assert_paired(result, sh.compare([base, one], (first, first + 9), **{**how, "threads": 1}))


@SETTINGS
@given(strategies.places(policy=True, orders=True, parts=True))
def test_what_is_asked_of_a_place_is_so(place):
    assert place.policy_home == "100000"
    assert place.has_orders
    assert 2 <= len(place.parts) <= 3
    assert not (place.check()["level"] == "error").any()


def test_what_fails_is_printed_short_and_can_be_made_again():
    made: list[sh.Place] = []

    @settings(max_examples=50, deadline=None, derandomize=True, database=None)
    @given(strategies.scenarios(strategies.places(parts=False)))
    def fails(one):
        made.append(one.place)
        assert not one.settings

    with pytest.raises(AssertionError) as caught:
        fails()
    (again,) = [line for line in caught.value.__notes__ if line.startswith("MadeUp(")]
    assert eval(again) == made[-1]
    assert sum(map(len, caught.value.__notes__)) < 2000


LOOKED_FOR = settings(max_examples=500, phases=[Phase.generate], database=None)


@pytest.mark.parametrize("kind", list(itertools.product((False, True), repeat=3)))
def test_places_are_of_every_kind(kind):
    def is_so(place):
        return (bool(place.policy_home), place.has_orders, bool(place.parts)) == kind

    assert is_so(find(strategies.places(), is_so, settings=LOOKED_FOR))


@pytest.mark.parametrize("path", [*strategies.TRIED, *strategies.OF_POLICY, *strategies.CHOSEN])
def test_every_lever_that_is_tried_is_set_by_some_scenario(path):
    place = MadeUp().place()
    found = find(strategies.scenarios(place), lambda one: one.is_set(path), settings=LOOKED_FOR)
    assert found.place == place


@pytest.mark.parametrize("draws", [1, 8])
def test_a_run_has_one_draw_or_as_many_as_are_said(draws):
    assert find(strategies.options(8), lambda how: how["draws"] == draws, settings=LOOKED_FOR)["threads"] >= 1


# ---- fixtures --------------------------------------------------------------------------------------------------------

USED = """
import sanhai as sh
from sanhai.testing import assert_balanced, assert_paired, assert_sums

def test_place(sanhai_place, sanhai_run):
    assert sanhai_place.has_orders and sanhai_place.policy_home == "100000"
    base = sh.scenario("baseline", sanhai_place)
    found = sanhai_run([base, base.vary("cash", {"subsidy.child2.yuan_per_month": sh.from_year(2027, 500)})])
    assert found.draws == 8 and found.options.seed == 7 and len(found.years) == 10
    assert_balanced(found, ages=True)
    assert_paired(found, sanhai_run([base, found.scenario("cash")], threads=2))

def test_parts(sanhai_parts, sanhai_run):
    found = sanhai_run(sanhai_parts, draws=3)
    assert found.draws == 3
    assert_sums(found)
"""


def test_the_plugin_in_a_project_of_a_users_own(tmp_path):
    (tmp_path / "test_mine.py").write_text(USED, encoding="utf-8")
    options = ["-q", "-W", "error", "-p", "no:cacheprovider", "-p", "sanhai.testing.plugin"]
    done = subprocess.run([sys.executable, "-m", "pytest", *options], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_the_plugin_costs_nothing_until_it_is_used():
    heavy = ("numpy", "pandas", "hypothesis", "sanhai._core")
    code = f"import sys, sanhai.testing.plugin; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_pytest_finds_it_where_the_package_is_installed():
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    for name, module in project["entry-points"]["pytest11"].items():
        assert name == module  # naming it once more with -p is then no second plugin
        assert import_module(module)
    assert {one.partition(">")[0] for one in project["optional-dependencies"]["testing"]} == {"hypothesis", "pytest"}


def test_without_hypothesis_the_extra_is_named(monkeypatch, complains):
    import sanhai.testing

    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.setitem(sys.modules, "hypothesis.strategies", None)
    monkeypatch.delitem(sys.modules, "sanhai.testing.strategies")
    monkeypatch.delattr(sanhai.testing, "strategies", raising=False)
    complains(lambda: sanhai.testing.strategies, "sanhai[testing]", kind=sh.ConfigError)
    with pytest.raises(AttributeError, match="nothing"):
        sanhai.testing.nothing  # noqa: B018
