"""Scenarios: frozen, hashable, diffable; and one that changes nothing changes no bit of the result."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import sanhai as sh
from inside import inside
from sanhai.policy.lookup import lever_table
from sanhai.policy.months import january
from sanhai.policy.scenario import NAMED, with_beliefs

YEARS = (2021, 2035)


@pytest.fixture(scope="module")
def baseline():
    return sh.scenario("baseline", "lanzhou")


def same_bits(one, other):
    """Every array of two runs, bit for bit."""
    for name in ("pop_jan1", "births", "births_by_sex", "births_gross", "deaths", "net_migration"):
        assert np.array_equal(getattr(one.people, name), getattr(other.people, name)), name
    for name in ("beneficiaries", "liability", "cost_nominal", "cost_real", "pv"):
        assert np.array_equal(getattr(one.bill, name), getattr(other.bill, name), equal_nan=True), name


def zero_everywhere(comparison, name):
    for variable in set(comparison.frame["variable"]):
        difference = comparison.diff(variable).loc[name]
        assert (difference.fillna(0.0).to_numpy() == 0.0).all(), variable


def test_named_scenarios():
    assert list(NAMED) == ["baseline", "zero-migration", "no-allowance", "cost-reduction"]
    for name in NAMED:
        one = sh.scenario(name, "兰州")
        assert (one.name, one.place) == (name, sh.place("lanzhou"))
        assert hash(one) == hash(sh.scenario(name, "620100"))


def test_a_scenario_is_frozen(baseline):
    with pytest.raises(dataclasses.FrozenInstanceError):
        baseline.name = "x"
    other = baseline.vary("x", {"fertility.multiplier": 0.5})
    assert baseline.settings == ()
    assert other.settings != ()


def test_hash_is_of_what_matters(baseline):
    assert baseline.vary("a", {}).hash == baseline.hash
    one = baseline.vary("a", {"subsidy.child3.yuan_per_month": 500, "fertility.multiplier": 0.5})
    other = baseline.vary("b", {"fertility.multiplier": 0.5}).vary("c", {"subsidy.child3.yuan_per_month": 500})
    assert one.hash == other.hash != baseline.hash
    assert one.hash != baseline.vary("a", {"subsidy.child3.yuan_per_month": 501, "fertility.multiplier": 0.5}).hash
    assert with_beliefs(baseline, {"response.eps": 0.5}).hash != baseline.hash
    assert one.hash != sh.scenario("baseline", "gansu").hash
    assert len({baseline, baseline.vary("baseline", {}), one}) in (2, 3)


def test_hash_does_not_depend_on_the_process():
    """Equal in another interpreter with another string seed."""
    import os
    import subprocess
    import sys

    code = "import sanhai as sh; print(sh.scenario('cost-reduction', 'lanzhou').hash)"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {sh.scenario("cost-reduction", "lanzhou").hash + "\n"}


def test_diff_names_what_differs(baseline):
    one = baseline.vary("one", {"subsidy.child3.yuan_per_month": sh.from_year(2027, 500)})
    assert one.diff(baseline) == {
        "packs": [],
        "excluded": [],
        "settings": {"subsidy.child3.yuan_per_month@2027": 500.0},
    }
    assert baseline.diff(baseline) == {"packs": [], "excluded": [], "settings": {}}
    assert baseline.without("national/child-allowance").diff(baseline)["excluded"] == ["national/child-allowance"]


def test_dated_values_hold_from_their_year(baseline):
    path = "subsidy.child3.yuan_per_month"
    one = baseline.vary("one", {path: [sh.from_year(2027, 500), sh.from_year(2030, 800)]})
    assert [one.number(path, year) for year in (2026, 2027, 2029, 2030, 2050)] == [None, 500.0, 500.0, 800.0, 800.0]
    assert one.months_of_change() == (january(2027), january(2030))
    again = one.vary("again", {path: sh.from_year(2027, 600)})
    assert again.number(path, 2028) == 600.0
    assert again.number(path, 2030) == 800.0
    more = one.vary("more", {path: sh.from_year(2028, 600)})
    assert [more.number(path, year) for year in (2027, 2028, 2030)] == [500.0, 600.0, 800.0]


def test_defaults_of_levers(baseline):
    assert baseline.number("subsidy.national.yuan_per_year", 2026) == 3600.0
    assert baseline.number("subsidy.child3.yuan_per_month", 2026) is None
    assert baseline.number("response.eps", 2026) == 1.07
    assert not baseline.is_set("response.eps")


def test_use_and_without(baseline):
    assert "lanzhou-2023" in baseline.packs
    assert baseline.use("lanzhou-2023").hash == baseline.hash
    bare = baseline.without("lanzhou-2023/art-41")
    assert bare.name == "baseline-lanzhou-2023/art-41"
    ids = {row.full_id for row in bare.instruments_at(sh.place("620102"))}
    assert "lanzhou-2023/art-41" not in ids
    assert "lanzhou-2023/art-62" in ids


def test_a_whole_document_is_taken_out(baseline):
    bare = baseline.without("lanzhou-2023")
    assert bare.name == "baseline-lanzhou-2023"
    ids = {row.full_id for leaf in bare.place.leaves for row in bare.instruments_at(leaf)}
    assert ids == {
        row.full_id
        for leaf in baseline.place.leaves
        for row in baseline.instruments_at(leaf)
        if row.pack != "lanzhou-2023"
    }
    one_by_one = baseline
    for full_id in bare.excluded:
        one_by_one = one_by_one.without(full_id, "one by one")
    assert bare.hash == one_by_one.hash
    with pytest.raises(sh.ConfigError, match=r"ganzhou-2017.*leave it out"):
        baseline.without("ganzhou-2017")


def test_a_document_holds_inside_its_place_only(baseline):
    assert not any(row.pack == "lanzhou-2023" for row in baseline.instruments_at(sh.place("gansu")))
    assert not any(row.pack == "lanzhou-2023" for row in baseline.instruments_at(sh.place("china")))
    assert any(row.full_id == "national/child-allowance" for row in baseline.instruments_at(sh.place("china")))
    assert "ganzhou-2017" not in baseline.packs
    assert "guizhou-2021" in sh.scenario("baseline", "guizhou").packs


def test_the_null_scenario_is_the_baseline_bit_for_bit(baseline):
    found = sh.compare([baseline, baseline.vary("null", {})], YEARS)
    same_bits(inside(found)["baseline"], inside(found)["null"])
    assert not inside(found)["null"].answers
    zero_everywhere(found, "null")
    frame = found.frame[~found.frame["variable"].str.startswith("births_extra")]  # what is above the first scenario
    columns = [column for column in frame.columns if column != "scenario"]
    parts = [frame[frame["scenario"] == name][columns].reset_index(drop=True) for name in ("baseline", "null")]
    assert parts[0].equals(parts[1])


def test_null_with_every_lever_at_its_default_is_the_baseline(baseline):
    """All at once: no default is applied differently from being left alone."""
    defaults = {path: info for path, info in lever_table().items() if info.default is not None}
    # What acts on a stock of places, a count or a plan has nothing to act on here; these are refused by name.
    idle = {"nursery.plan", "nursery.plan_to", "nursery.closure_rate", "response.gamma"}
    idle |= {path for path, info in defaults.items() if info.instrument.endswith(("art-41", "place-capital", "reward"))}
    counted = "national.legacy.special_assistance_growth"  # of amounts that a user's count is paid
    idle |= {path for path, info in defaults.items() if info.used_by or info.scope or path == counted}
    policy = {path: info.default for path, info in defaults.items() if info.side == "policy" and path not in idle}
    beliefs = {path: info.default for path, info in defaults.items() if info.side == "belief" and path not in idle}
    assert len(policy) + len(beliefs) > 22
    given = with_beliefs(baseline.vary("null", policy), beliefs)
    found = sh.compare([with_beliefs(baseline, beliefs), given], YEARS)
    same_bits(inside(sh.compare([baseline], YEARS))["baseline"], inside(found)["null"])
    same_bits(inside(found)["baseline"], inside(found)["null"])
    zero_everywhere(found, "null")


@pytest.mark.parametrize(
    "changes",
    [
        {"subsidy.child3.yuan_per_month": 0},
        {"subsidy.national.yuan_per_year": sh.from_year(2030, 3600)},
        {"fertility.multiplier": 1.0},
        {"migration.mode": "recent"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_settings_that_leave_support_alone_move_no_birth(changes):
    """Where support is what it was, the multiplier is exactly 1, whatever the response would have been."""
    base = sh.scenario("baseline", "china")
    found = sh.compare([base, base.vary("other", changes)], YEARS)
    before, after = (inside(found)[name].people for name in ("baseline", "other"))
    for name in ("pop_jan1", "births", "births_gross", "deaths"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name


@pytest.mark.parametrize(
    "beliefs",
    [
        {"response.eps": 3.0},
        {"response.tau": 1.0},
        {"response.rho": 0.1},
        {"response.T": 3.0},
        {"response.k3": 2.0},
        {"response.cost_of_child_yuan": 200_000},
        {"response.cost_growth": sh.from_year(2030, 0.05)},
        {"response.female_employment": 0.5, "response.female_employment_reference": 0.6, "response.gamma": 0.05},
    ],
    ids=lambda beliefs: next(iter(beliefs)),
)
def test_a_belief_alone_moves_no_birth(beliefs):
    """It holds for a scenario and for what its births are measured against."""
    base = sh.scenario("baseline", "china")
    before = inside(sh.compare([base], YEARS))["baseline"].people
    after = inside(sh.compare([base], YEARS, beliefs=beliefs))["baseline"].people
    for name in ("pop_jan1", "births", "births_gross", "deaths"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name


def test_named_baseline_against_itself_under_another_name(baseline):
    found = sh.compare([baseline.vary("a", {}), baseline.vary("b", {"migration.mode": "recent"})], YEARS)
    zero_everywhere(found, "b")


def test_repr_shows_what_is_set(baseline):
    text = repr(baseline.vary("x", {"subsidy.child3.yuan_per_month": sh.from_year(2027, 500)}))
    assert "'x'" in text
    assert "subsidy.child3.yuan_per_month=500.0 from 2027" in text


NAMES = [
    "a\nb",
    "a\x1b[31mb",
    "a\u202eb",
    "a\u2066b",
    "a\u200bb",
    "\ufeffa",
    " a",
    "a ",
    "",
    " ",
    "a" * 81,
    "a\x85b",
    "a\u2028b",
    7,
    None,
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_name_is_one_short_printable_line(baseline, complains, name):
    """Escapes, line ends, direction marks and pages of text never reach a terminal, a table or a picture."""
    for make in (
        lambda: baseline.vary(name, {}),
        lambda: baseline.without("lanzhou-2023/art-41", name or "\n"),
        lambda: baseline.use("national", name or "\n"),
    ):
        text = complains(make, "name", "80", kind=sh.ConfigError)
        assert text.isprintable()


@pytest.mark.parametrize("name", ["三孩补贴:每月500元(2027年起)", "a" * 80, "$x_1$ <b>", "=1+1", "Ünïcode – ok"])
def test_a_plain_name_is_a_name(baseline, name):
    assert baseline.vary(name, {}).name == name


def test_a_scenario_is_a_value(baseline):
    """Equal by content, sent between processes, copied; another place value is another scenario."""
    import copy
    import pickle

    one = baseline.vary("x", {"subsidy.child3.yuan_per_month": sh.from_year(2027, 500)})
    for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
        assert other == one
        assert (hash(other), other.hash, other.as_dict()) == (hash(one), one.hash, one.as_dict())
    moved = dataclasses.replace(one, place=dataclasses.replace(one.place, note="another"))
    assert moved != one
    assert moved.hash != one.hash
