"""Draws: the same shocks whoever is beside, accounts that close, and bands that are where they should be."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import sanhai as sh
from sanhai.run.options import COMPONENTS
from sanhai.testing import assert_balanced, assert_paired, assert_sums

DRAWS = 200
YEARS = (2021, 2050)
ENDS = (0.1, 0.5, 0.9)


def drawn(place="lanzhou", draws=DRAWS, seed=7, scenarios=("baseline",), years=YEARS, **keywords):
    chosen = [sh.scenario(name, place) for name in scenarios]
    return sh.compare(chosen, years, draws=draws, seed=seed, **keywords)


def values(result, variable, place=None, scenario=None):
    """(year, draw) of a variable, flows without the last 1 January's year."""
    found = result.sel(variable, place=place, scenario=scenario or result.baseline)
    return found.isel(scenario=0).transpose("year", "draw", ...).values


@pytest.fixture(scope="module")
def lanzhou():
    return drawn(scenarios=("baseline", "no-allowance"))


@pytest.fixture(scope="module")
def china():
    return drawn("china", draws=2000, scenarios=("baseline", "no-allowance"), years=(2021, 2100))


# ---- addresses -------------------------------------------------------------------------------------------------------


def test_another_seed_is_another_sample(lanzhou):
    assert not np.array_equal(values(drawn(seed=8), "births"), values(lanzhou, "births"))


def test_a_leaf_alone_has_the_draws_it_has_in_a_set(lanzhou):
    alone = drawn("620102")
    for name in ("pop_jan1", "births", "deaths", "tfr"):
        assert np.array_equal(values(alone, name), values(lanzhou, name, "620102")), name


def test_a_parent_is_the_sum_of_its_parts_in_every_draw(lanzhou):
    assert_sums(lanzhou)


def test_published_years_do_not_vary_and_estimated_ones_do(lanzhou):
    """Lanzhou's and Gansu's last figures are of 2024: 2025 is the nation's change."""
    for name in ("births", "deaths", "net_migration", "tfr", "births_gross"):
        assert np.ptp(values(lanzhou, name)[:4], axis=-1).max() == 0.0, name
        assert np.ptp(values(lanzhou, name)[4], axis=-1) > 0.0, name


def test_people_balance_in_every_draw(lanzhou):
    assert_balanced(lanzhou)


def test_a_scenario_against_itself_differs_by_exactly_nothing():
    base = sh.scenario("baseline", "lanzhou")
    found = sh.compare([base, base.vary("same", {})], YEARS, draws=64, seed=3)
    assert_paired(found)
    for variable in ("births", "pop_jan1", "cost_nominal", "places_target"):
        assert (found.diff(variable).loc["same"] == 0.0).all(), variable
    extra = found.frame[found.frame["variable"] == "births_extra"]
    assert (extra[["value", "lo", "hi"]] == 0.0).all().all()


def test_frame_has_values_and_intervals(lanzhou):
    frame = lanzhou.frame
    late = frame[(frame["place"] == "620100") & (frame["year"] == 2040) & (frame["scenario"] == "baseline")]
    for variable in ("pop_jan1", "births", "deaths", "tfr", "e0", "cost_nominal", "places_target", "places_want",
                     "oadr", "beneficiaries", "liability", "staff", "cbr"):  # fmt: skip
        rows = late[late["variable"] == variable]
        assert len(rows) > 0, variable
        assert (rows["lo"] <= rows["value"]).all(), variable
        assert (rows["value"] <= rows["hi"]).all(), variable
        assert (rows["hi"] > rows["lo"]).any(), variable
    row = late[(late["variable"] == "births") & late["order"].isna()].iloc[0]
    assert (row["lo"], row["hi"]) == tuple(np.quantile(values(lanzhou, "births")[2040 - 2021], (0.1, 0.9)))
    assert lanzhou.manifest["draws"] == DRAWS
    assert lanzhou.manifest["seed"] == 7


def test_extra_births_are_paired(lanzhou):
    """The interval of a difference is far narrower than the difference of intervals."""
    rows = lanzhou.frame[(lanzhou.frame["variable"] == "births_extra") & (lanzhou.frame["year"] == 2040)]
    row = rows[rows["place"] == "620100"].iloc[0]
    assert row["hi"] - row["lo"] < 0.2 * np.ptp(np.quantile(values(lanzhou, "births")[2040 - 2021], (0.1, 0.9)))
    assert row["hi"] < 0.0  # without the allowance there are fewer births in nine draws of ten


# ---- bands -----------------------------------------------------------------------------------------------------------


def published(place, variable):
    """year -> value of a series of the place's evidence, females where it is by sex."""
    rows = place.evidence.of(variable)
    return {row.year: row.value for row in rows if row.age == "all" and row.sex in ("female", "both")}


@pytest.fixture(scope="module")
def wpp_tfr(table_rows):
    found: dict[str, dict[int, float]] = {}
    for row in table_rows("wpp_indicators.csv"):
        for name in ("tfr", "tfr_80l", "tfr_80u"):
            if row[name]:
                found.setdefault(name, {})[int(row["year"])] = float(row[name])
    return found


def test_band_of_total_fertility_against_the_united_nations(china, wpp_tfr):
    """WPP 2024 prints an 80 % interval of China's TFR; as a share of its median ours is within a tenth of it."""
    low, median, high = (wpp_tfr[name] for name in ("tfr_80l", "tfr", "tfr_80u"))
    ours = values(china, "tfr")
    for year, tolerance in ((2030, 0.10), (2050, 0.10), (2100, 0.10)):
        lo, middle, hi = np.quantile(ours[year - 2021], ENDS)
        assert lo / middle == pytest.approx(low[year] / median[year], abs=tolerance), year
        assert hi / middle == pytest.approx(high[year] / median[year], abs=tolerance), year


def test_band_of_life_expectancy_against_the_united_nations(china):
    """Both sexes, 80 %: WPP 2024 prints 80.0-86.1 in 2050 (6.1 years wide)."""
    both = values(china, "e0")[2050 - 2021].mean(axis=-1)
    width = np.ptp(np.quantile(both, (0.1, 0.9)))
    # A step alone is 6.0 wide after 27 years; by 2050 there are 25 steps of 1.14 and the start error of 1.4.
    assert width == pytest.approx(6.0 * np.sqrt((25 * 1.14**2 + 1.4**2) / 27), rel=0.05)


def test_prior_predictive_of_the_national_allowance(china):
    """policy.md section 2, through the engine: 2027 +1.0 % gross, +0.9 % net; 2035 +0.46 % net (0.10-2.1), medians
    within 10 %, ends of the 90 % band within a third."""
    with_it, without = (values(china, "births", scenario=name) for name in ("baseline", "no-allowance"))
    effect = with_it / without - 1.0
    assert np.median(effect[2027 - 2021]) == pytest.approx(0.009, rel=0.10)
    low, middle, high = np.quantile(effect[2035 - 2021], (0.05, 0.5, 0.95))
    assert middle == pytest.approx(0.0046, rel=0.10)
    assert low == pytest.approx(0.0010, rel=0.34)
    assert high == pytest.approx(0.021, rel=0.34)


# ---- progress --------------------------------------------------------------------------------------------------------


def test_progress_counts_trajectories_and_can_stop_a_run():
    seen = []
    drawn("china", draws=64, years=(2021, 2030), progress=lambda *told: seen.append(told))
    assert seen[0] == ("baseline", 0, 1)
    assert seen[-1] == ("baseline", 64, 64)

    def stop(name, done, trajectories):
        if trajectories > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drawn(draws=2000, progress=stop)
    assert_paired(drawn(draws=8), drawn(draws=8))  # the session goes on


def test_the_command_line_prints_intervals_as_one_object():
    command = [sys.executable, "-c", "from sanhai.cli import main; main()", "run", "china", "--years", "2021:2030"]
    done = subprocess.run([*command, "--draws", "50", "--seed", "7", "--json"], capture_output=True, check=True)
    found = json.loads(done.stdout)
    assert found["manifest"]["draws"] == 50
    births = [
        row for row in found["rows"] if row["variable"] == "births" and row["year"] == 2030 and "order" not in row
    ]
    assert births
    assert all(row["lo"] < row["hi"] for row in births)


# ---- events ----------------------------------------------------------------------------------------------------------


def with_events(**options):
    return drawn(components=(*COMPONENTS, "events"), **options)


def test_events_are_whole_births_that_balance_and_leave_the_rates(lanzhou):
    found = with_events()
    births = values(found, "births")
    later = slice(2025 - 2021, None)
    assert (births[later] == np.floor(births[later])).all()
    assert_balanced(found)
    for name in ("tfr", "e0"):  # of a leaf: a parent's rates are weighted by people, whom chance does move
        mine, rates = values(found, name, "620102"), values(lanzhou, name, "620102")
        assert np.allclose(mine, rates, rtol=1e-13), name
    assert np.array_equal(births[: 2025 - 2021], values(lanzhou, "births")[: 2025 - 2021])
    assert not np.array_equal(births[later], values(lanzhou, "births")[later])


def test_a_small_place_varies_by_chance_as_its_counts_say():
    alone = values(drawn("china", draws=2, components=("events",)), "births")[2030 - 2021]
    assert abs(alone[0] / alone[1] - 1.0) < 0.005  # seven million births: nothing to be seen
    found = drawn(draws=400, components=("events",))
    for code in found.places:
        row = values(found, "births", code)[2030 - 2021]
        # Poisson, and a little more from the mothers' own survival.
        assert row.std(ddof=1) / np.sqrt(row.mean()) == pytest.approx(1.0, abs=4.5 * np.sqrt(0.5 / 400)), code


def test_events_are_shared_by_scenarios_and_independent_of_threads_and_draws():
    base = sh.scenario("baseline", "lanzhou")
    found = sh.compare([base, base.vary("same", {})], (2021, 2035), draws=40, components=("events", "tfr"))
    assert_paired(found)
    assert found.options.components == ("tfr", "events")
    few = sh.compare([base], (2021, 2035), draws=9, threads=3, components=("tfr", "events", "tfr"))
    assert_paired(few, found)


# ---- gross of tempo --------------------------------------------------------------------------------------------------


def test_births_gross_of_tempo_are_drawn_too(lanzhou):
    assert np.array_equal(values(lanzhou, "births_gross"), values(lanzhou, "births"))  # nothing moves in the baseline
    gross, net = (
        np.median(values(lanzhou, name, scenario="no-allowance") - values(lanzhou, name), axis=-1)
        for name in ("births_gross", "births")
    )
    # Losing a benefit also loses the births it had brought forward, and later ones are not missed: gross is larger.
    assert (gross[2027 - 2021 : 2040 - 2021] < net[2027 - 2021 : 2040 - 2021]).all()
    rows = lanzhou.frame
    rows = rows[(rows["variable"] == "births_extra_gross") & (rows["year"] == 2030) & (rows["place"] == "620100")]
    assert (rows["lo"] < rows["value"]).all()
    net_price, gross_price = (
        lanzhou.fiscal.price_of_birth("no-allowance", births=births, at=2035).loc["no-allowance", ("median", 2035)]
        for births in ("net", "gross")
    )
    assert gross_price < net_price
