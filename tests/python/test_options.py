"""One checker of what a run is asked for, in point runs and with draws alike."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from sanhai.run.options import COMPONENTS, checked_options, checked_years, require_memory

SHORT = (2021, 2026)


@pytest.mark.parametrize("kind", [int, np.int8, np.int32, np.int64, np.uint16])
def test_any_integer_is_an_integer(kind):
    found = checked_options(kind(3), kind(7), kind(2))
    assert (found.draws, found.seed, found.threads) == (3, 7, 2)
    assert type(found.draws) is type(found.seed) is type(found.threads) is int
    assert checked_years((kind(100) - kind(0), 2030), 100, 2025, 2100) == range(100, 2031)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"draws": 0}, ("draws", "0")),
        ({"draws": 1.0}, ("draws", "1.0")),
        ({"draws": True}, ("draws", "True")),
        ({"draws": np.bool_(True)}, ("draws",)),
        ({"draws": "10"}, ("draws", "'10'")),
        ({"draws": None}, ("draws", "None")),
        ({"draws": 10**9}, ("draws", "1000000")),
        ({"seed": -1}, ("seed", "-1")),
        ({"seed": 2**64}, ("seed",)),
        ({"seed": 0.5}, ("seed", "0.5")),
        ({"seed": True}, ("seed", "True")),
        ({"seed": float("nan")}, ("seed", "nan")),
        ({"threads": 0}, ("threads", "0")),
        ({"threads": 2.0}, ("threads", "2.0")),
        ({"threads": False}, ("threads", "False")),
        ({"threads": 10**6}, ("threads",)),
        ({"components": ("weather",)}, ("components", "weather", "mortality")),
        ({"components": ("mortalty",)}, ("mortalty", "did you mean mortality")),
        ({"components": "tfr"}, ("components", "tfr")),
        ({"components": 3}, ("components", "3")),
        ({"level": 80}, ("level", "80")),
        ({"level": 0.0}, ("level",)),
        ({"level": 1.0}, ("level",)),
        ({"level": True}, ("level", "True")),
        ({"level": float("nan")}, ("level", "nan")),
        ({"memory": 0}, ("memory", "0")),
        ({"memory": float("nan")}, ("memory", "nan")),
        ({"memory": "4"}, ("memory", "4")),
    ],
)
@pytest.mark.parametrize("draws", [1, 10])
def test_what_cannot_be_is_refused_in_both_kinds_of_run(draws, settings, words, complains):
    given = {"draws": draws, **settings}
    complains(lambda: checked_options(**given), *words, kind=sh.ConfigError)
    complains(lambda: sh.project("china", SHORT, **given), *words, kind=sh.ConfigError)


def test_components_in_any_order_and_twice_are_the_same():
    one = checked_options(10, components=["mortality", "tfr", "tfr"])
    assert one.components == ("tfr", "mortality")
    assert checked_options(10, components=np.array(["tfr", "mortality"])) == one
    assert checked_options(10).components == COMPONENTS
    assert checked_options(1).components == ()


@pytest.mark.parametrize("years", [(2021, 2030), [2021, 2030], range(2021, 2031), (np.int64(2021), np.int32(2030))])
def test_years_as_a_pair_or_a_range(years):
    assert checked_years(years, 2021, 2025, 2100) == range(2021, 2031)
    assert sh.project("china", years=years).years == range(2021, 2031)


@pytest.mark.parametrize(
    "years",
    [
        (2020, 2030), (2021, 2024), (2030, 2029), (2021, 2101), (2021,), (2021, 2030, 2040), "2021:2030", 2030, None,
        (), (2021.0, 2030), (True, 2030), ("2021", "2030"), range(2021, 2031, 2), range(0), (2021, float("nan")),
        (2021, 10**20), (-(10**20), 2030), {2021, 2030},
    ],
)  # fmt: skip
def test_years_that_no_run_can_cover(years, complains):
    complains(lambda: checked_years(years, 2021, 2025, 2100), "2021", "2025", "2100", kind=sh.ConfigError)


def test_the_remedy_for_years_can_be_taken(complains):
    text = complains(lambda: checked_years((2015, 2200), 2021, 2025, 2100), "(2015, 2200)")
    assert "write (2021, 2100)" in text


def test_memory_is_refused_with_both_numbers_before_draws_begin(complains):
    seen = []
    text = complains(
        lambda: sh.project(
            "lanzhou", (2021, 2050), draws=100_000, memory=0.5, progress=lambda *told: seen.append(told)
        ),
        "GiB needed",
        "0.50 GiB",
        "100000 draws",
        "11 places",
        kind=sh.ConfigError,
    )
    assert "memory=" in text
    assert seen == [("baseline", 0, 1)]
    with pytest.raises(sh.ConfigError, match=r"2\.00 GiB needed; allowed 1\.00 GiB"):
        require_memory(2.0, 1.0, "here", "fewer")
    require_memory(1.0, 1.0, "here", "fewer")
    complains(lambda: require_memory(2.0, float("nan"), "here", "fewer"), "nan GiB")


@pytest.mark.parametrize("n_scenarios", [1, 4])
def test_the_estimate_covers_what_is_held(n_scenarios):
    """At the end the draws of all scenarios and the result made of them are held at once: twice the result and more.

    Not much more: what is asked for stays under four times the result, so that nobody is turned away for nothing.
    """
    base = sh.scenario("baseline", "gansu")
    chosen = [base, *(base.vary(f"more {i}", {"fertility.multiplier": 1.0 + i / 10}) for i in range(1, n_scenarios))]
    run = sh.compare(chosen, (2021, 2030), draws=200)
    kept = sum(array.nbytes for array in run._store.arrays.values())
    assert kept > 200 * n_scenarios * 90 * 11 * 8 * 30  # draws, scenarios, places, years, bytes, variables
    with pytest.raises(sh.ConfigError) as caught:
        sh.compare(chosen, (2021, 2030), draws=200, memory=1e-6)
    needed = float(str(caught.value).split(" GiB needed")[0].rsplit(" ", 1)[1]) * 2**30
    assert 2 * kept <= needed <= 4 * kept
