"""Places that exchange migrants: nobody is lost on the way, and rates that are not whole are refused.

All rates here are made up for the test; none is an estimate of anything.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import sanhai as sh
from sanhai.places.tables import N_AGES, SEXES
from sanhai.policy.scenario import with_beliefs

PLACES = ("620102", "620103", "620104", "620702")  # of two cities
POOLS = {"620102": "620100", "620103": "620100", "620104": "620100", "620702": "620700"}
YEARS = (2021, 2032)
FIRST = 2026  # the first year after the fitted ones
SHAPE = (len(PLACES), 1, len(SEXES), N_AGES)


def pool_table(seed=1, level=0.04):
    """Different rates in every cell; shares that sum to 1 over the places of a pool."""
    random = np.random.default_rng(seed)
    cells = list(itertools.product(PLACES, SEXES, range(N_AGES)))
    table = pd.DataFrame(cells, columns=["place", "sex", "age"])
    table["out_rate"] = level * random.uniform(size=len(table))
    weight = random.uniform(0.1, 1.0, size=len(table))
    keys = [table["place"].map(POOLS), table["sex"], table["age"]]
    table["in_share"] = weight / pd.Series(weight).groupby(keys).transform("sum")
    return table


def between_pools(seed=2, level=0.02):
    random = np.random.default_rng(seed)
    cells = list(itertools.product(dict.fromkeys(POOLS.values()), SEXES, range(N_AGES)))
    table = pd.DataFrame(cells, columns=["pool", "sex", "age"])
    table["out_rate"] = level * random.uniform(size=len(table))
    weight = random.uniform(0.1, 1.0, size=len(table))
    table["in_share"] = weight / pd.Series(weight).groupby([table["sex"], table["age"]]).transform("sum")
    return table


def pair_table(seed=3, level=0.02):
    random = np.random.default_rng(seed)
    cells = [(*pair, sex, age) for pair in itertools.permutations(PLACES, 2) for sex in SEXES for age in range(N_AGES)]
    table = pd.DataFrame(cells, columns=["origin", "destination", "sex", "age"])
    return table.assign(rate=level * random.uniform(size=len(table)))


def exchanges():
    return {
        "one pool level": sh.PoolRates.from_table(pool_table(), POOLS),
        "two pool levels": sh.PoolRates.from_table(pool_table(), POOLS, between_pools()),
        "pairs": sh.OriginDestinationRates.from_table(pair_table()),
    }


@pytest.fixture(scope="module")
def runs():
    return {name: sh.project_exchanging(PLACES, rates, years=YEARS) for name, rates in exchanges().items()}


@pytest.fixture(scope="module")
def apart():
    """The same places, each in a run of its own."""
    return {code: sh.project(code, YEARS) for code in PLACES}


def alone(comparison):
    run = comparison.runs["baseline"]
    row = run.leaves.index(comparison.place)
    return {name: getattr(run.people, name)[row] for name in ("pop_jan1", "births", "deaths", "net_migration")}


@pytest.mark.parametrize("name", exchanges())
def test_whoever_leaves_a_place_arrives_in_another(runs, name):
    run = runs[name]
    assert run.leavers[:, FIRST - YEARS[0] :].min() > 0.0
    for order in (range(len(PLACES)), range(len(PLACES) - 1, -1, -1)):
        left, came = (sum(moves[place] for place in order) for moves in (run.leavers, run.arrivals))
        assert left.tobytes() == came.tobytes()
    table = run.frame[run.frame["place"] == "all"].pivot_table(index="year", columns="variable", values="value")
    moved = table[["leavers", "arrivals"]].dropna()
    assert list(moved.index) == list(range(YEARS[0], YEARS[1] + 1))
    assert (moved["leavers"] == moved["arrivals"]).all()


@pytest.mark.parametrize("name", exchanges())
def test_fitted_years_are_as_published(runs, apart, name):
    """Published totals hold the moves of those years already."""
    run = runs[name]
    n = FIRST - YEARS[0]
    assert not run.leavers[:, :n].any()
    for row, code in enumerate(PLACES):
        own = alone(apart[code])
        assert np.array_equal(run.run.people.pop_jan1[row, : n + 1], own["pop_jan1"][: n + 1])
        assert np.array_equal(run.run.people.deaths[row, :n], own["deaths"][:n])


def test_with_rates_of_zero_every_place_is_on_its_own(apart):
    still = sh.OriginDestinationRates(PLACES, np.zeros((len(PLACES), *SHAPE)))
    run = sh.project_exchanging(PLACES, still, years=YEARS).run
    for row, code in enumerate(PLACES):
        for name, values in alone(apart[code]).items():
            assert np.array_equal(getattr(run.people, name)[row], values), name


def test_first_exchanged_year_by_hand(runs, apart):
    """Movers of a pair are the rate times the survivors before migration."""
    table = pair_table().pivot_table(index=["origin", "destination", "sex"], columns="age", values="rate")
    n = FIRST - YEARS[0]
    own = {code: alone(apart[code]) for code in PLACES}
    survivors = {code: flows["pop_jan1"][n + 1] - flows["net_migration"][n] for code, flows in own.items()}
    run = runs["pairs"]
    for row, code in enumerate(PLACES):
        others = [other for other in PLACES if other != code]
        for column, sex in enumerate(SEXES):
            rate = {pair: table.loc[(*pair, sex)].to_numpy() for pair in itertools.permutations(PLACES, 2)}
            out = sum(survivors[code][column] * rate[code, other] for other in others)
            into = sum(survivors[other][column] * rate[other, code] for other in others)
            np.testing.assert_allclose(run.leavers[row, n, column], out, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(run.arrivals[row, n, column], into, rtol=1e-9, atol=1e-9)
            net = out * -1.0 + into + own[code]["net_migration"][n, column]
            np.testing.assert_allclose(run.run.people.net_migration[row, n, column], net, rtol=1e-9, atol=1e-7)


def test_everybody_in_one_pool_shuffled_keeps_the_sum(apart):
    """Without moves from outside, exchange changes where people are, and their sum only through rates that differ."""
    closed = sh.scenario("zero-migration", "gansu")
    mixed = sh.project_exchanging(PLACES, exchanges()["pairs"], scenario=closed, years=YEARS)
    n = FIRST - YEARS[0]
    net = mixed.run.people.net_migration[: len(PLACES), n:]
    assert np.array_equal(net, mixed.arrivals[:, n:] - mixed.leavers[:, n:])
    assert not sum(net).any()


def test_rows_and_arrays_say_the_same(runs):
    run = runs["two pool levels"]
    data = run.data
    assert data["leavers"].dims == ("place", "year", "sex", "age")
    for name in ("pop_jan1", "deaths", "leavers", "arrivals", "net_migration"):
        wide = run.table(name)
        assert list(wide.index) == [*PLACES, "all"]
        by_place = data[name].sum(("sex", "age"), min_count=1).to_pandas().dropna(axis=1)
        np.testing.assert_allclose(wide.loc[list(PLACES)].to_numpy(), by_place.to_numpy(), rtol=1e-12)
        np.testing.assert_allclose(wide.loc["all"], wide.loc[list(PLACES)].sum(), rtol=1e-9)
    assert list(run.table("pop_jan1").columns) == list(range(YEARS[0], YEARS[1] + 2))
    assert list(run.table("leavers", at=[2030]).columns) == [2030]
    assert not data["pop_jan1"].values.flags.writeable
    late = sh.project_exchanging(PLACES, exchanges()["pairs"], years=(2028, YEARS[1]))
    assert np.array_equal(
        late.data["leavers"], runs["pairs"].data["leavers"].sel(year=slice(2028, None)), equal_nan=True
    )


def test_order_of_the_places_is_no_matter(runs):
    other = tuple(reversed(PLACES))
    run = sh.project_exchanging(other, exchanges()["two pool levels"], years=YEARS)
    assert np.array_equal(run.leavers[::-1], runs["two pool levels"].leavers)
    assert np.array_equal(run.run.people.pop_jan1[: len(PLACES)][::-1], runs["two pool levels"].run.people.pop_jan1[:4])


def test_a_table_by_year_holds_in_its_years(runs):
    twice = pd.concat([pair_table().assign(year=year) for year in range(FIRST, YEARS[1] + 1)])
    run = sh.project_exchanging(PLACES, sh.OriginDestinationRates.from_table(twice), years=YEARS)
    assert np.array_equal(run.leavers, runs["pairs"].leavers)
    twice.loc[twice["year"] >= 2030, "rate"] = 0.0
    ends = sh.project_exchanging(PLACES, sh.OriginDestinationRates.from_table(twice), years=YEARS)
    moved = ends.leavers.sum(axis=(0, 2, 3))
    assert moved[2029 - YEARS[0]] > 0.0
    assert not moved[2030 - YEARS[0] :].any()


def test_a_policy_acts_on_births_of_places_that_exchange(runs):
    cash = sh.scenario("baseline", "gansu").vary("cash", {"subsidy.child3.yuan_per_month": sh.from_year(2027, 500)})
    changed = sh.project_exchanging(PLACES, exchanges()["pairs"], scenario=cash, years=YEARS)
    base = sh.project_exchanging(PLACES, exchanges()["pairs"], scenario=sh.scenario("baseline", "gansu"), years=YEARS)
    extra = changed.table("births") - base.table("births")
    assert (extra.loc[:, :2026] == 0.0).all(axis=None)
    assert (extra.loc[:, 2029:] > 0.0).all(axis=None)


def test_care_is_measured_against_the_same_places_exchanging_too():
    """More places raise births only through the care term, which the baseline of the run stands against."""
    care = {"response.female_employment": 0.6, "response.female_employment_reference": 0.6}
    stock = {"nursery.assumption": "national-rate"}
    plain = with_beliefs(sh.scenario("baseline", "gansu").vary("places", stock), care)
    more = plain.vary("more", {"nursery.plan": sh.from_year(2027, "norm")})
    runs = [
        sh.project_exchanging(PLACES, exchanges()["pairs"], scenario=one, years=YEARS, draws=draws, seed=7)
        for one in (plain, more)
        for draws in (1, 4)
    ]
    births = [run.table("births").loc["all"] for run in runs]
    for base, changed in (births[0::2], births[1::2]):
        assert (changed.loc[:2026] == base.loc[:2026]).all()
        assert changed.loc[2030] > base.loc[2030]


def test_places_by_name_and_a_place_with_parts():
    parts = [
        leaf for leaf in sh.project("zhangye", (2021, 2025)).places if leaf.startswith("6207") and leaf != "620700"
    ]
    still = sh.OriginDestinationRates(parts, np.zeros((len(parts), len(parts), 1, len(SEXES), N_AGES)))
    run = sh.project_exchanging(["张掖"], still, years=(2021, 2027))
    assert set(run.places) == set(parts)
    assert run.scenario.code == "620700"
    two = sh.OriginDestinationRates(("榆中县", "guizhou"), np.zeros((2, 2, 1, len(SEXES), N_AGES)))
    assert sh.project_exchanging(["620123", "520000"], two, years=(2021, 2027)).scenario.code == "100000"


def test_a_missing_row_is_an_error_unless_it_is_said_to_be_zero(complains):
    table = pair_table()
    gap = (table["origin"] == PLACES[1]) & (table["sex"] == "female") & (table["age"] == 30)
    gap &= table["destination"] == PLACES[3]
    holed = table[~gap]
    where = ("rates: rate", "origin 620103", "destination 620702", "female", "age 30", "missing=0.0")
    complains(lambda: sh.OriginDestinationRates.from_table(holed), *where, kind=sh.ShapeError)
    filled = sh.OriginDestinationRates.from_table(holed, missing=0.0)
    full = sh.OriginDestinationRates.from_table(table)
    assert filled.rate[1, 3, 0, 1, 30] == 0.0
    assert (filled.rate != full.rate).sum() == 1
    unknown = table.assign(rate=table["rate"].where(~gap))
    complains(lambda: sh.OriginDestinationRates.from_table(unknown), *where, kind=sh.ShapeError)

    pools = pool_table().drop(index=17)
    complains(lambda: sh.PoolRates.from_table(pools, POOLS), "rates: out_rate", "620102", "age 17", kind=sh.ShapeError)


def test_tables_that_are_not_whole_are_refused(complains):
    table = pair_table()
    read = sh.OriginDestinationRates.from_table
    complains(lambda: read(table.drop(columns="sex")), "no column sex", kind=sh.ShapeError)
    complains(lambda: read(pd.concat([table, table.iloc[[5]]])), "age 5", "2 rows", kind=sh.ShapeError)
    complains(lambda: read(table.replace({"sex": {"male": "men"}})), "column sex, row 0", "'men'", "male, female")
    complains(lambda: read(table.assign(age=table["age"] + 1)), "column age", "101", "0 to 100")
    complains(lambda: read(table.replace({"origin": {PLACES[0]: "atlantis"}})), "place", "atlantis")
    pools = {code: pool for code, pool in POOLS.items() if code != PLACES[2]}
    complains(lambda: sh.PoolRates.from_table(pool_table(), pools), "column place", "620104")
    year = between_pools().assign(year=2026)
    complains(lambda: sh.PoolRates.from_table(pool_table(), POOLS, year), "pool_rates", "column year")
    complains(
        lambda: sh.PoolRates.from_table(pool_table(), POOLS, between_pools().drop(columns="pool")), "no column pool"
    )


def test_arrays_of_other_shapes_are_refused(complains):
    half = np.full(SHAPE, 0.5)
    complains(lambda: sh.PoolRates(PLACES, POOLS, half[:3], half), "out_rate", "(3, 1, 2, 101)", kind=sh.ShapeError)
    complains(lambda: sh.PoolRates(PLACES, POOLS, half, half, years=(2026, 2027)), "(4, 2, 2, 101)", kind=sh.ShapeError)
    complains(lambda: sh.PoolRates(PLACES, {}, half, half), "pool_of", "620102")
    complains(lambda: sh.PoolRates(PLACES, POOLS, half, half, pool_out_rate=half[:2]), "one of them")
    complains(lambda: sh.OriginDestinationRates(PLACES, half), "rate", kind=sh.ShapeError)
    complains(lambda: sh.OriginDestinationRates(("620102", "城关区"), half), "more than once")


def test_rates_nobody_can_have_are_refused_by_cell(complains):
    rate = np.zeros((len(PLACES), *SHAPE))
    rate[1, 2, 0, 1, 20] = 1.5

    def run(rates):
        return sh.project_exchanging(PLACES, rates, years=YEARS)

    where = ("620103", "620104", "year 2026", "female", "age 20", "1.5", "[0, 1]")
    complains(lambda: run(sh.OriginDestinationRates(PLACES, rate)), *where, kind=sh.DomainError)
    short = pool_table()
    short.loc[short["age"] == 40, "in_share"] *= 0.9
    pools = sh.PoolRates.from_table(short, POOLS)
    complains(lambda: run(pools), "in_share", "pool 620100", "age 40", "sum of 1", kind=sh.DomainError)


def test_places_and_rates_must_belong_together(complains):
    rates = exchanges()["pairs"]
    project = sh.project_exchanging
    complains(lambda: project(PLACES[:3], rates), "exchange", "620702", "the places run")
    complains(lambda: project([*PLACES, "620105"], rates), "exchange", "620105")
    complains(lambda: project("620102", rates), "places", "a list of places")
    complains(lambda: project([*PLACES, "gansu"], rates), "620102", "620000", "without people in common")
    complains(lambda: project([*PLACES, PLACES[0]], rates), "620102", "without people in common")
    complains(lambda: project(PLACES, rates, scenario=sh.scenario("baseline", "lanzhou")), "scenario", "620702")
    complains(lambda: project(PLACES, rates, years=(2021, 2300)), "years")
    by_year = sh.OriginDestinationRates.from_table(pair_table().assign(year=2026))
    complains(lambda: project(PLACES, by_year, years=YEARS), "exchange", "year 2027", "2026 to 2032")
    complains(lambda: project(PLACES, rates, years=YEARS).table("cost_nominal"), "variable", "leavers")


def test_leavers_beyond_the_people_name_the_lever(complains):
    """Migrants to the outside cannot be those who left for another place."""
    rate = np.zeros((2, 2, 1, len(SEXES), N_AGES))
    rate[0, 1] = 1.0
    rates = sh.OriginDestinationRates(("620000", "520000"), rate)
    places = ("620000", "520000")
    fails = "place 620000, year 2026"
    complains(lambda: sh.project_exchanging(places, rates), fails, "leavers", "migration.on_negative=cap")
    cap = sh.scenario("baseline", "china").vary("cap", {"migration.on_negative": "cap"})
    run = sh.project_exchanging(places, rates, scenario=cap, years=(2021, 2027))
    assert run.run.people.migration_cut[0, FIRST - YEARS[0] :].min() > 0.0
    assert run.leavers.sum(axis=0).tobytes() == run.arrivals.sum(axis=0).tobytes()
