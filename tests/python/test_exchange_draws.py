"""Places that exchange migrants, in draws: internal net exactly 0 in each, and the shocks of an ordinary run.

All rates here are made up for the test; none is an estimate of anything.
"""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from sanhai.draws import PROBABILITIES
from sanhai.places.tables import N_AGES, SEXES

PLACES = ("620102", "620103", "620702")
YEARS = (2021, 2035)
FIRST = 2026  # the first year after the fitted ones
DRAWS = 21  # not a whole number of batches
SHAPE = (len(PLACES), len(PLACES), 1, len(SEXES), N_AGES)


def rates(level=0.05, seed=1):
    rate = level * np.random.default_rng(seed).uniform(size=SHAPE)
    rate[np.arange(len(PLACES)), np.arange(len(PLACES))] = 0.0
    return sh.OriginDestinationRates(PLACES, rate)


def drawn(exchange=None, draws=DRAWS, seed=7, **keywords):
    exchange = rates() if exchange is None else exchange
    return sh.project_exchanging(PLACES, exchange, years=YEARS, draws=draws, seed=seed, **keywords)


@pytest.fixture(scope="module")
def run():
    return drawn()


def same(one, other, draws=slice(None)):
    """Every drawn number of two runs, bit for bit."""
    for name, values in one.drawn.values.items():
        assert np.array_equal(values[..., draws], other.drawn.values[name][..., draws], equal_nan=True), name


def test_internal_net_is_exactly_zero_in_every_draw(run):
    values = run.drawn.values
    left, came = values["leavers"][-1, :-1], values["arrivals"][-1, :-1]
    assert left.shape == (len(run.run.years), DRAWS)
    assert left.tobytes() == came.tobytes()
    assert (left[FIRST - YEARS[0] :] > 0.0).all()
    assert not left[: FIRST - YEARS[0]].any()


def test_internal_net_is_exactly_zero_in_every_cell_of_every_draw(run):
    people = run.by_age()
    assert people["leavers"].dims == ("place", "draw", "year", "sex", "age")
    flows = people.isel(year=slice(None, -1))
    for order in (range(len(PLACES)), reversed(range(len(PLACES)))):
        net = sum(flows["arrivals"].values[place] - flows["leavers"].values[place] for place in order)
        assert not net.any()
    assert np.isnan(people["leavers"].isel(year=-1)).all()
    summed = people["pop_jan1"].sum(("sex", "age")).transpose("place", "year", "draw")
    np.testing.assert_allclose(summed, run.drawn.values["pop_jan1"][:-1], rtol=1e-12)
    moved = flows["leavers"].sum(("sex", "age")).transpose("place", "year", "draw")
    np.testing.assert_allclose(moved, run.drawn.values["leavers"][:-1, :-1], rtol=1e-12)


def test_same_seed_same_bits_whatever_the_threads(run):
    for threads in (1, 2, 7):
        same(run, drawn(threads=threads))
    assert not np.array_equal(drawn(seed=8).drawn.values["births"], run.drawn.values["births"], equal_nan=True)


@pytest.mark.parametrize("n", [2, 8, 13])
def test_first_draws_are_a_run_of_their_number(run, n):
    few = drawn(draws=n)
    for name, values in few.drawn.values.items():
        assert np.array_equal(values, run.drawn.values[name][..., :n], equal_nan=True), name


def test_with_rates_of_zero_the_draws_are_those_of_compare():
    """Survivorship is exact here and a polynomial there, which may differ by 5e-11 a year and age."""
    still = drawn(sh.OriginDestinationRates(PLACES, np.zeros(SHAPE)))
    for row, code in enumerate(PLACES):
        alone = sh.compare([sh.scenario("baseline", code)], YEARS, draws=DRAWS, seed=7).drawn["baseline"]
        for name, values in alone.values.items():
            if name == "births_gross":  # the baseline takes nothing back: gross is net, and only `compare` runs it
                continue
            np.testing.assert_allclose(still.drawn.values[name][row], values[0], rtol=1e-8, atol=1e-9, err_msg=name)


def test_a_draw_without_shocks_is_the_point_run():
    still = drawn(components=())
    table = still.table("pop_jan1")
    point = sh.project_exchanging(PLACES, rates(), years=YEARS)
    np.testing.assert_allclose(table, point.table("pop_jan1"), rtol=1e-11)
    for draw in range(DRAWS):
        assert np.array_equal(
            still.drawn.values["births"][..., draw], still.drawn.values["births"][..., 0], equal_nan=True
        )
    assert still.drawn.cut_share == 0.0


def test_rows_hold_medians_and_intervals_of_the_draws(run):
    frame = run.frame
    births = frame[(frame["variable"] == "births") & frame["order"].isna()]
    for row, code in enumerate((*PLACES, "all")):
        rows = births[births["place"] == code].set_index("year")
        values = run.drawn.values["births"][row]
        for index, year in enumerate(run.run.years):
            found = tuple(rows.loc[year, ["lo", "value", "hi"]])
            np.testing.assert_allclose(found, np.quantile(values[index], PROBABILITIES), rtol=1e-12)
    later = frame[(frame["year"] > 2030) & frame["variable"].isin(["pop_jan1", "leavers", "arrivals", "tfr", "e0"])]
    assert (later["lo"] < later["value"]).all()
    assert (later["value"] < later["hi"]).all()
    fitted = frame[(frame["year"] < FIRST) & (frame["variable"] == "births")]
    np.testing.assert_allclose(fitted["lo"], fitted["hi"], rtol=1e-12)
    whole = frame[(frame["place"] == "all") & frame["variable"].isin(["leavers", "arrivals"])]
    wide = whole.pivot_table(index="year", columns="variable", values=["lo", "value", "hi"])
    for column in ("lo", "value", "hi"):
        assert (wide[column, "leavers"] == wide[column, "arrivals"]).all()


def test_all_is_the_sum_of_the_places_in_every_draw(run):
    for name in ("pop_jan1", "births", "births_order_3", "deaths", "net_migration", "pop_65plus"):
        values = run.drawn.values[name]
        np.testing.assert_allclose(values[-1], values[:-1].sum(axis=0), rtol=1e-12)
    tfr, weight = run.drawn.values["tfr"][:, :-1], run.drawn.values["women_15_49"][:, :-1]
    mean = (tfr * weight)[:-1].sum(axis=0) / weight[:-1].sum(axis=0)
    np.testing.assert_allclose(tfr[-1], mean, rtol=0.05)  # births over women exposed, age by age, is not a mean of means
    assert (np.abs(tfr[-1] / mean - 1.0) > 1e-9).all()
    assert ((tfr[-1] > tfr[:-1].min(axis=0)) & (tfr[-1] < tfr[:-1].max(axis=0))).all()


def test_scenarios_are_paired_by_draw(run):
    cash = run.scenario.vary("cash", {"subsidy.child3.yuan_per_month": sh.from_year(2027, 500)})
    changed = drawn(scenario=cash)
    extra = (changed.drawn.values["births"] - run.drawn.values["births"])[:, :-1]
    assert (extra[:, : 2027 - YEARS[0]] == 0.0).all()
    at_once = extra[:, 2028 - YEARS[0] : 2030 - YEARS[0]]  # later years repay what was moved forward
    assert (at_once > 0.0).all()
    same(run, drawn(scenario=run.scenario))


def test_progress_is_told_and_may_stop_the_run(run):
    told = []
    drawn(progress=lambda done, everything: told.append((done, everything)))
    assert told[-1] == (len(PLACES) * DRAWS, len(PLACES) * DRAWS)

    def stop(done, everything):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drawn(progress=stop)
    same(run, drawn())


def test_what_cannot_be_drawn_is_refused(run, complains):
    complains(lambda: drawn(draws=0), "draws", kind=sh.ConfigError)
    complains(lambda: drawn(components=("weather",)), "components", "weather", kind=sh.ConfigError)
    complains(lambda: run.by_age(budget_gib=1e-3), "memory", "GiB needed", kind=sh.ConfigError)
    point = sh.project_exchanging(PLACES, rates(), years=YEARS)
    complains(point.by_age, "by_age", "without draws", kind=sh.ConfigError)


def test_chance_of_events_is_refused_where_places_exchange(complains):
    complains(lambda: drawn(components=("tfr", "events")), "events", "exchange")
