"""Places that exchange migrants: nobody is lost on the way, in any draw, and rates that are not whole are refused.

All rates here are made up for the test; none is an estimate of anything.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import sanhai as sh
from sanhai.calibrate.path import baseline
from sanhai.places.base import N_AGES
from sanhai.places.figures import SEXES
from sanhai.testing import assert_balanced, assert_paired, assert_sums

PLACES = ("620102", "620103", "620104", "620702")  # of two cities
POOLS = {"620102": "620100", "620103": "620100", "620104": "620100", "620702": "620700"}
YEARS = (2021, 2032)
FIRST = 2026  # the first projected year
SHAPE = (len(PLACES), 1, len(SEXES), N_AGES)
DRAWS = 21  # not a whole number of batches
FORMS = ("one pool level", "two pool levels", "pairs")


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


def exchange(form):
    if form == "pairs":
        return sh.OriginDestinationRates.from_table(pair_table())
    return sh.PoolRates.from_table(pool_table(), POOLS, between_pools() if form == "two pool levels" else None)


def together(rates, scenarios=None, years=YEARS, **how):
    return sh.compare(scenarios or [sh.scenario("baseline", "gansu")], years, exchange=rates, **how)


def none_move(places=PLACES):
    return sh.OriginDestinationRates(places, np.zeros((len(places), len(places), 1, len(SEXES), N_AGES)))


@pytest.fixture(scope="module")
def runs():
    return {form: together(exchange(form)) for form in FORMS}


@pytest.fixture(scope="module")
def ages(runs):
    """Cells of every place of every run, flows without the last 1 January: [form][place][variable] (year, sex, age)."""
    return {
        form: {code: {name: array.values[0] for name, array in run.by_age(code).items()} for code in PLACES}
        for form, run in runs.items()
    }


@pytest.fixture(scope="module")
def apart():
    """The same places, each in a run of its own."""
    return {
        code: {name: array.values[0] for name, array in sh.project(code, YEARS).by_age().items()} for code in PLACES
    }


@pytest.fixture(scope="module")
def drawn():
    chosen = [sh.scenario(name, "gansu") for name in ("baseline", "no-allowance")]
    return together(exchange("pairs"), chosen, draws=DRAWS, seed=7)


# ---- what a run holds ------------------------------------------------------------------------------------------------


def test_a_run_that_exchanges_is_a_result_like_others(runs, drawn):
    run = runs["pairs"]
    assert run.places == ("all", *PLACES, "100000")
    assert [one.role for one in run.place_info.values()] == ["main", *["part"] * 4, "above"]
    assert run.place_info["all"].name_zh == "合计"
    for name in ("cost_nominal", "places_target", "births_gross", "e0", "oadr"):
        assert run.table(name, level=None).notna().any(axis=None), name
    assert {"leavers", "arrivals"} <= set(run.data)
    assert set(run.frame["variable"]) >= {"leavers", "arrivals", "cost_nominal", "places_want"}
    assert drawn.central == together(exchange("pairs"), [drawn.scenario(name) for name in drawn.scenarios])
    assert len({one.id for one in runs.values()}) == len(FORMS)
    assert [note.values["kind"] for note in run.notes if note.rule == "exchange.on"] == ["origin_destination"]
    assert run.marks("leavers", "620102").confidence == "low"


def test_parts_of_a_place_that_exchange_are_its_ordinary_rows():
    parts = tuple(leaf.code for leaf in sh.place("lanzhou").leaves)
    still = sh.compare([sh.scenario("baseline", "lanzhou")], YEARS, exchange=none_move(parts))
    plain = sh.project("lanzhou", YEARS)
    assert still.places == plain.places
    for name, values in plain._store.arrays.items():
        assert np.array_equal(values, still._store.arrays[name], equal_nan=True), name
    assert still != plain


@pytest.mark.parametrize("form", FORMS)
def test_whoever_leaves_a_place_arrives_in_another(runs, ages, form):
    at = FIRST - YEARS[0]
    left, came = (np.array([ages[form][code][name][:-1] for code in PLACES]) for name in ("leavers", "arrivals"))
    assert left[:, at:].min() > 0.0
    for order in (range(len(PLACES)), range(len(PLACES) - 1, -1, -1)):
        one, other = (sum(moves[place] for place in order) for moves in (left, came))
        assert one.tobytes() == other.tobytes()
    totals = [runs[form].sel(name).values for name in ("leavers", "arrivals")]
    assert np.array_equal(*totals)
    assert (totals[0][..., at:] > 0.0).all()
    assert not runs[form].sel("leavers", place="100000").values.any()  # the nation alongside exchanges nobody


@pytest.mark.parametrize("form", FORMS)
def test_observed_years_are_as_published(ages, apart, form):
    """Published totals hold the moves of those years already."""
    n = FIRST - YEARS[0]
    for code in PLACES:
        assert not ages[form][code]["leavers"][:n].any()
        assert np.array_equal(ages[form][code]["pop_jan1"][: n + 1], apart[code]["pop_jan1"][: n + 1])
        assert np.array_equal(ages[form][code]["deaths"][:n], apart[code]["deaths"][:n])


@pytest.mark.parametrize("draws", [1, DRAWS])
def test_with_rates_of_zero_every_place_is_on_its_own(draws):
    still = together(none_move(), draws=draws, seed=7)
    for code in PLACES:
        alone = sh.project(code, YEARS, draws=draws, seed=7)
        for name in ("pop_jan1", "births", "deaths", "net_migration", "tfr", "e0", "median_age"):
            one, other = still.sel(name, place=code).values, alone.sel(name).values
            assert np.array_equal(one, other, equal_nan=True), (code, name)


def test_first_exchanged_year_by_hand(ages, apart):
    """Movers of a pair are the rate times the survivors before migration; whoever leaves for elsewhere was there then.

    The arrivals and leaving rates of a place's own path are those of the calibration, not of the run.
    """
    table = pair_table().pivot_table(index=["origin", "destination", "sex"], columns="age", values="rate")
    n = FIRST - YEARS[0]
    survivors = {code: own["pop_jan1"][n + 1] - own["net_migration"][n] for code, own in apart.items()}
    path = baseline(tuple(sh.place(code) for code in PLACES), FIRST)
    assert (path.leaving_rate[:, n] > 0.0).any(axis=(1, 2)).all()
    for at, code in enumerate(PLACES):
        found = ages["pairs"][code]
        others = [other for other in PLACES if other != code]
        for column, sex in enumerate(SEXES):
            rate = {pair: table.loc[(*pair, sex)].to_numpy() for pair in itertools.permutations(PLACES, 2)}
            out = sum(survivors[code][column] * rate[code, other] for other in others)
            into = sum(survivors[other][column] * rate[other, code] for other in others)
            np.testing.assert_allclose(found["leavers"][n, column], out, rtol=1e-9, atol=1e-7)
            np.testing.assert_allclose(found["arrivals"][n, column], into, rtol=1e-9, atol=1e-7)
            there = survivors[code][column] - out + into
            outside = path.net_migration[at, n, column] - path.leaving_rate[at, n, column] * there
            np.testing.assert_allclose(found["net_migration"][n, column], into - out + outside, rtol=1e-9, atol=1e-6)


def test_without_migrants_from_outside_the_net_is_arrivals_less_leavers():
    closed = together(exchange("pairs"), [sh.scenario("zero-migration", "gansu")])
    nets = []
    for code in PLACES:
        found = closed.by_age(code).isel(draw=0, year=slice(FIRST - YEARS[0], -1))
        assert np.array_equal(found["net_migration"], found["arrivals"] - found["leavers"])
        nets.append(found["net_migration"].values)
    assert not sum(nets).any()


def test_the_sum_is_the_sum_of_the_places_in_every_draw(drawn):
    assert "leavers" in drawn._store.arrays
    assert_sums(drawn)
    assert_balanced(drawn)


def test_order_of_the_places_is_no_matter(runs):
    table = pair_table()
    other = sh.OriginDestinationRates.from_table(table, places=tuple(reversed(PLACES)))
    run = together(other)
    for name in ("pop_jan1", "leavers", "births", "cost_nominal"):
        for code in PLACES:
            assert np.array_equal(run.sel(name, place=code).values, runs["pairs"].sel(name, place=code).values), name


def test_years_shown_are_a_window(runs):
    assert_paired(together(exchange("pairs"), years=(2028, YEARS[1])), runs["pairs"])


def test_a_table_by_year_holds_in_its_years(runs):
    twice = pd.concat([pair_table().assign(year=year) for year in range(FIRST, YEARS[1] + 1)])
    run = together(sh.OriginDestinationRates.from_table(twice))
    assert np.array_equal(run.sel("leavers").values, runs["pairs"].sel("leavers").values)
    assert run.id != runs["pairs"].id
    twice.loc[twice["year"] >= 2030, "rate"] = 0.0
    moved = together(sh.OriginDestinationRates.from_table(twice)).table("leavers").loc["baseline"]
    assert moved[2029] > 0.0
    assert not moved.loc[2030:].any()


def test_a_policy_acts_on_births_of_places_that_exchange():
    base = sh.scenario("baseline", "gansu")
    cash = base.vary("cash", {"subsidy.child3.yuan_per_month": sh.from_year(2027, 500)})
    found = together(exchange("pairs"), [base, cash])
    for code in ("all", *PLACES):
        extra = found.diff("births", place=code).loc["cash"]
        assert (extra.loc[:2026] == 0.0).all()
        assert (extra.loc[2029:] > 0.0).all()
    assert (found.diff("cost_nominal", place="620102").loc["cash", "outlay"].loc[2028:] > 0.0).all()


def test_care_is_measured_against_the_same_places_exchanging_too():
    """More places raise births only through the care term, which the first scenario of the run stands against."""
    care = {"response.female_employment": 0.6, "response.female_employment_reference": 0.6}
    plain = sh.scenario("baseline", "gansu").vary("places", {"nursery.assumption": "national-rate"})
    more = plain.vary("more", {"nursery.plan": sh.from_year(2027, "norm")})
    for draws in (1, 4):
        found = together(exchange("pairs"), [plain, more], beliefs=care, draws=draws, seed=7)
        extra = found.diff("births", level=None).loc["more"]
        assert (extra.loc[:2026] == 0.0).all()
        assert extra[2030] > 0.0


# ---- draws -----------------------------------------------------------------------------------------------------------


def test_internal_net_is_exactly_zero_in_every_draw_and_cell(drawn):
    left, came = (drawn.sel(name).values for name in ("leavers", "arrivals"))
    assert left.tobytes() == came.tobytes()
    assert (left[:, :, FIRST - YEARS[0] :] > 0.0).all()
    assert not left[:, :, : FIRST - YEARS[0]].any()
    flows = {code: drawn.by_age(code, "no-allowance").isel(year=slice(None, -1)) for code in PLACES}
    for order in (PLACES, tuple(reversed(PLACES))):
        net = sum(flows[code]["arrivals"].values - flows[code]["leavers"].values for code in order)
        assert not net.any()
    for code in PLACES:
        for name in ("leavers", "deaths", "net_migration"):
            kept = drawn.sel(name, place=code, scenario="no-allowance").isel(scenario=0)
            summed = flows[code][name].sum(("sex", "age"))
            np.testing.assert_allclose(summed, kept, rtol=1e-11, atol=1e-6, err_msg=name)


def test_a_draw_without_shocks_is_the_point_run(runs):
    still = together(exchange("pairs"), draws=3, components=())
    for name, values in runs["pairs"]._store.arrays.items():
        for draw in range(3):
            assert np.array_equal(still._store.arrays[name][..., draw], values[..., 0], equal_nan=True), name


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_same_seed_same_bits_whatever_the_threads(drawn, threads):
    again = together(
        exchange("pairs"), [drawn.scenario(name) for name in drawn.scenarios], draws=DRAWS, seed=7, threads=threads
    )
    assert_paired(drawn, again)


@pytest.mark.parametrize("n", [2, 8, 13])
def test_first_draws_are_a_run_of_their_number(drawn, n):
    few = together(exchange("pairs"), [drawn.scenario(name) for name in drawn.scenarios], draws=n, seed=7)
    assert_paired(few, drawn)


def test_scenarios_are_paired_by_draw(drawn):
    extra = (drawn.sel("births", scenario="no-allowance").values - drawn.sel("births", scenario="baseline").values)[0]
    assert (extra[:, : 2025 - YEARS[0]] == 0.0).all()
    assert (extra[:, 2028 - YEARS[0] : 2030 - YEARS[0]] < 0.0).all()


def test_progress_is_told_and_may_stop_the_run():
    told = []
    together(exchange("pairs"), draws=DRAWS, progress=lambda *one: told.append(one))
    n = len(PLACES) + 1  # the nation alongside too
    assert told[-1] == ("baseline", n * DRAWS, n * DRAWS)

    def stop(name, done, everything):
        if everything > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        together(exchange("pairs"), draws=DRAWS, progress=stop)


def test_saved_and_run_again(drawn, tmp_path):
    folder = drawn.save(tmp_path / "out")
    again = sh.rerun(folder)
    assert again == drawn
    assert_paired(drawn, again)
    if (folder / "data.nc").exists():
        loaded = sh.load(folder)
        assert loaded == drawn
        one, other = (run.by_age("620102")["leavers"] for run in (loaded, drawn))
        assert one.identical(other)


def test_a_manifest_alone_has_no_rates(drawn, complains):
    complains(lambda: sh.rerun(drawn.manifest), "no rates of exchange", "folder", kind=sh.ConfigError)


# ---- rates that are not whole ----------------------------------------------------------------------------------------


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
    pools = pool_table().drop(index=17)
    complains(lambda: sh.PoolRates.from_table(pools, POOLS), "rates: out_rate", "620102", "age 17", kind=sh.ShapeError)


@pytest.mark.parametrize("value", [np.nan, None, np.inf, -np.inf, "many", True])
@pytest.mark.parametrize("missing", [None, 0.0])
def test_a_row_that_is_there_must_hold_a_number(value, missing, complains):
    table = pair_table().astype({"rate": object})
    table.loc[57, "rate"] = value
    complains(
        lambda: sh.OriginDestinationRates.from_table(table, missing=missing), "rate", "row 57", kind=sh.ShapeError
    )
    pools = pool_table().astype({"in_share": object})
    pools.loc[33, "in_share"] = value
    complains(lambda: sh.PoolRates.from_table(pools, POOLS, missing=missing), "in_share", "row 33", kind=sh.ShapeError)


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
    complains(lambda: sh.OriginDestinationRates(("620102", "兰州/城关"), half), "more than once")


def test_rates_nobody_can_have_are_refused_by_cell(complains):
    rate = np.zeros((len(PLACES), *SHAPE))
    rate[1, 2, 0, 1, 20] = 1.5
    where = ("620103", "620104", "year 2026", "female", "age 20", "1.5", "[0, 1]")
    complains(lambda: together(sh.OriginDestinationRates(PLACES, rate)), *where, kind=sh.DomainError)
    short = pool_table()
    short.loc[short["age"] == 40, "in_share"] *= 0.9
    pools = sh.PoolRates.from_table(short, POOLS)
    complains(lambda: together(pools), "in_share", "pool 620100", "age 40", "sum of 1", kind=sh.DomainError)


def test_places_and_rates_must_belong_together(complains):
    rates = exchange("pairs")
    complains(lambda: together(rates, [sh.scenario("baseline", "lanzhou")]), "620702", "outside 620100")
    complains(lambda: together(none_move((*PLACES, "620000"))), "620102", "inside 620000")
    complains(lambda: together(none_move(("620100", "620702"))), "620100", "sum of parts", "620102")
    complains(lambda: together(rates, years=(2021, 2300)), "years")
    by_year = sh.OriginDestinationRates.from_table(pair_table().assign(year=2026))
    complains(lambda: together(by_year), "exchange", "year 2027", "2026 to 2032")
    for odd in (0.01, "pairs", pair_table(), {"rate": 1}):
        complains(lambda odd=odd: together(odd), "exchange", "OriginDestinationRates", kind=sh.ConfigError)


def test_chance_of_events_is_refused_where_places_exchange(complains):
    complains(lambda: together(exchange("pairs"), draws=4, components=("tfr", "events")), "events", "exchange")


def _emptied(places):
    """All of the first place leave for the second in every year."""
    rate = np.zeros((2, 2, 1, len(SEXES), N_AGES))
    rate[0, 1] = 1.0
    return sh.OriginDestinationRates(places, rate)


def test_leavers_beyond_the_people_name_the_lever(complains):
    """Migrants to the outside, held as counts, cannot be those who left for another place."""
    counts = np.full(N_AGES, 1_000.0)
    one, other = (
        sh.Place(
            name,
            population=sh.by_age(male=counts, female=counts, date="2025-01-01", unit="persons"),
            mortality=sh.like("china"),
            fertility=sh.like("china"),
            migration=sh.Migration(total=-500, pattern="rogers-castro"),
        )
        for name in ("One", "Other")
    )
    whole, rates = sh.Place("Both", parts=[one, other]), _emptied((one, "own/Other"))
    assert rates.places == ("own/One", "own/Other")
    base, years = sh.scenario("baseline", whole), (2025, 2027)
    complains(lambda: together(rates, [base], years), "own/One", "year 2025", "pop_jan1", "migration.on_negative=cap")
    run = together(rates, [base.vary("cap", {"migration.on_negative": "cap"})], years)
    cut = next(note for note in run.notes if note.rule == "migration.cut")
    assert cut.values["cut"]["cap"] > 0.0
    assert np.array_equal(run.sel("leavers").values, run.sel("arrivals").values)
    assert (run.table("pop_jan1", place="own/One").loc["cap"].loc[2026:] < 1e-6).all()


def test_leavers_by_rate_are_of_those_who_stayed():
    """A place of the country that all leave for another loses nobody more to the outside."""
    places = ("620102", "620103")
    run = together(_emptied(places), years=(2021, 2028))
    n = FIRST - YEARS[0]
    path = baseline(tuple(sh.place(code) for code in places), 2028)
    ages = run.by_age("620102").isel(draw=0)
    arrived = path.net_migration[0, n]  # from elsewhere in the country
    np.testing.assert_allclose(ages["pop_jan1"].values[n + 1], arrived, rtol=1e-9, atol=1e-6)
    assert (ages["leavers"].values[n] > 0.0).any()
    assert not any(note.rule == "migration.cut" for note in run.notes)
