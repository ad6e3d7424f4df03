"""Tables of a result: one path for every verb, medians of the data, names refused with those that there are."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import sanhai as sh
from sanhai.policy.vocabulary import KIND_OF_LEVEL, MONEY_KINDS
from sanhai.results.quantiles import ends_of, quantiles
from sanhai.units import VARIABLES

YEARS = (2021, 2040)
DRAWS = 41


@pytest.fixture(scope="module")
def drawn():
    chosen = [sh.scenario(name, "lanzhou") for name in ("baseline", "no-allowance", "cost-reduction")]
    return sh.compare(chosen, YEARS, draws=DRAWS, seed=7)


@pytest.fixture(scope="module")
def point(drawn):
    return drawn.central


def whole(result, variable):
    """Every draw of a variable from `data`, its parts summed where they add: (scenario, place, draw, year[, part]).

    Kinds of money do not add.
    """
    array = result.data[variable]
    if VARIABLES[variable].money == "pair":
        kinds = [array.isel(pair=array["pair_kind"] == kind).sum("pair", skipna=False) for kind in MONEY_KINDS]
        return xr.concat(kinds, "kind").transpose(..., "kind").assign_coords(kind=list(MONEY_KINDS))
    return array.sum(array.dims[4:], skipna=False) if VARIABLES[variable].money else array


# ---- quantiles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 100, 101])
@pytest.mark.parametrize("q", [0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 1.0])
def test_quantiles_are_numpys(n, q):
    values = np.random.default_rng(n).normal(size=(3, 2, n))
    expected = np.median(values, axis=-1) if q == 0.5 else np.quantile(values, q, axis=-1)
    assert quantiles(values, (q,))[0] == pytest.approx(expected, rel=1e-15, abs=1e-15)
    if q == 0.5:
        assert np.array_equal(quantiles(values, (q,))[0], expected)


def test_unknown_draws_make_unknown_quantiles_and_infinite_ones_sort_last():
    values = np.array([[1.0, np.nan, 3.0], [1.0, np.inf, 3.0], [np.inf, np.inf, 1.0]])
    low, middle, high = quantiles(values, (0.0, 0.5, 1.0))
    assert np.isnan(low[0])
    assert np.isnan(middle[0])
    assert (low[1], middle[1], high[1]) == (1.0, 3.0, np.inf)
    assert (low[2], middle[2], high[2]) == (1.0, np.inf, np.inf)
    even = quantiles(np.array([1.0, 2.0, np.inf, np.inf]), (0.5, 0.4))
    assert even.tolist() == [np.inf, np.inf]


def test_ends_of_a_level():
    assert ends_of(0.8) == (0.1, 0.9)
    assert ends_of(0.5) == (0.25, 0.75)
    assert ends_of(0.95) == (0.025, 0.975)


# ---- table is the median of data -------------------------------------------------------------------------------------


def test_the_median_over_draws_of_data_is_the_table_for_every_variable_and_place(drawn):
    for variable in drawn._store.variables:
        median = whole(drawn, variable).median("draw", skipna=False)
        for place in drawn.places:
            table = drawn.table(variable, place=place)
            found = median.sel(place=place, year=list(table["median"].columns))
            expected = np.moveaxis(found.values, 1, -1).reshape(len(table), -1)
            if VARIABLES[variable].money:
                np.testing.assert_allclose(table["median"], expected, rtol=1e-12, err_msg=variable)
            else:
                np.testing.assert_array_equal(table["median"], expected, err_msg=f"{variable} {place}")


def test_ends_are_quantiles_of_data_at_any_level(drawn):
    births = drawn.data["births"].sel(place="620100", scenario="baseline", year=2035).values
    for level in (0.5, 0.8, 0.95, np.float64(0.9)):
        table = drawn.table("births", at=2035, level=level).loc["baseline"]
        low, high = np.quantile(births, ends_of(float(level)))
        assert (table["lo", 2035], table["hi", 2035]) == (low, high)
        assert drawn.table("births", level=level).attrs["level"] == level
    found = drawn.quantiles("births", q=(0.05, 0.95), at=[2035]).loc["baseline", 2035]
    assert found.tolist() == np.quantile(births, (0.05, 0.95)).tolist()
    assert drawn.quantiles("births", q=0.5, at=2035).loc[("baseline", 2035), 0.5] == np.median(births)


def test_no_level_gives_the_shape_of_a_point_run(drawn, point):
    for variable in ("births", "e0", "cost_nominal", "places_gap"):
        medians, plain = drawn.table(variable, level=None), point.table(variable)
        assert medians.index.equals(plain.index)
        assert medians.columns.equals(plain.columns)
        assert medians.equals(drawn.table(variable)["median"])


def test_every_variable_of_a_result_is_of_one_kind(drawn, point):
    for result, n in ((drawn, DRAWS), (point, 1)):
        data = result.data
        for name in data:
            assert data[name].dims[:4] == ("scenario", "place", "draw", "year"), name
            assert data[name].sizes["draw"] == n, name
            assert data[name].attrs["units"], name
        assert set(data) >= set(result._store.variables)
    assert set(drawn.data) == set(point.data)


def test_rows_hold_the_central_run_and_ends_from_draws(drawn, point):
    keys = ["scenario", "place", "year", "variable", "sex", "order", "component", "payer", "basis"]
    ours, theirs = drawn.frame.astype(object), point.frame.astype(object)
    same = ours["variable"].isin(set(theirs["variable"]) - {"births_extra", "births_extra_gross"})
    other = theirs["variable"].isin(set(ours.loc[same, "variable"]))
    assert (
        ours.loc[same, [*keys, "value"]]
        .reset_index(drop=True)
        .equals(theirs.loc[other, [*keys, "value"]].reset_index(drop=True))
    )
    row = ours[(ours["variable"] == "oadr") & (ours["place"] == "620100") & (ours["year"] == 2040)].iloc[0]
    draws = drawn.data["oadr"].sel(scenario="baseline", place="620100", year=2040)
    assert (row["lo"], row["hi"]) == tuple(np.quantile(draws.values, (0.1, 0.9)))
    assert row["value"] == float(point.data["oadr"].sel(scenario="baseline", place="620100", year=2040)[0])
    assert row["level"] == 0.8
    assert row["date"] == "2040-01-01"


def test_parts_of_the_central_run_add_up(drawn):
    frame = drawn.frame
    for variable in ("births", "pop_jan1", "cost_nominal", "places_target"):
        rows = frame[(frame["variable"] == variable) & (frame["year"] == 2035) & frame["order"].isna()]
        total = rows[rows["scenario"] == "cost-reduction"].groupby("place")["value"].sum()
        parts = [code for code in drawn.places if drawn.place_info[code].role == "part"]
        assert total[parts].sum() == pytest.approx(total["620100"], rel=1e-12), variable


# ---- by --------------------------------------------------------------------------------------------------------------


def test_orders_payers_and_instruments_add_up_in_every_draw(drawn):
    for variable, by in (
        ("births", "order"), ("cost_nominal", "payer"), ("cost_real", "instrument"), ("pv", "component"),
        ("beneficiaries", "instrument"), ("liability", "component"),
    ):  # fmt: skip
        parts = drawn.sel(variable, by=by)
        assert parts.dims == ("scenario", "draw", "year", by)
        total = drawn.sel(variable)
        if VARIABLES[variable].money != "pair":
            np.testing.assert_allclose(parts.sum(by), total, rtol=1e-12, err_msg=variable)
            continue
        kinds = [KIND_OF_LEVEL[one] for one in parts[by].values] if by == "payer" else list(parts["kind"].values)
        for kind in MONEY_KINDS:
            mine = parts.isel({by: [place for place, one in enumerate(kinds) if one == kind]}).sum(by)
            np.testing.assert_allclose(mine, total.sel(kind=kind), rtol=1e-12, err_msg=variable)


def test_sel_is_data(drawn):
    found = drawn.sel("births", place="620102", at=[2030, 2031], scenario="no-allowance")
    expected = drawn.data["births"].sel(place="620102", year=[2030, 2031], scenario=["no-allowance"])
    assert np.array_equal(found.values, expected.values)


# ---- differences -----------------------------------------------------------------------------------------------------


def test_a_scenario_against_itself_is_exactly_zero_for_every_variable(drawn, point):
    for result in (drawn, point):
        for variable in result._store.variables:
            for name in result.scenarios:
                found = result.diff(variable, vs=name, scenario=name).to_numpy()
                assert ((found == 0.0) | np.isnan(found)).all(), variable
    assert (drawn.diff("births").loc["baseline"] == 0.0).all()


def test_differences_are_paired_by_draw(drawn):
    births = drawn.data["births"].sel(place="620100", year=2035)
    gap = (births.sel(scenario="cost-reduction") - births.sel(scenario="no-allowance")).values
    found = drawn.diff("births", vs="no-allowance", at=2035, level=0.5).loc["cost-reduction"]
    assert found["median", 2035] == np.median(gap)
    assert (found["lo", 2035], found["hi", 2035]) == tuple(np.quantile(gap, (0.25, 0.75)))
    assert found["hi", 2035] - found["lo", 2035] < np.ptp(np.quantile(births.sel(scenario="baseline"), (0.25, 0.75)))


# ---- one price of an extra birth -------------------------------------------------------------------------------------


@pytest.mark.parametrize("births", ["net", "gross"])
@pytest.mark.parametrize("cumulative", [False, True])
@pytest.mark.parametrize("price", ["nominal", "real", "pv"])
def test_the_price_of_a_birth_is_each_draws_own_then_quantiles(drawn, births, cumulative, price):
    """By hand from `data`: extra cost over extra births in a draw; the ratio of medians is another number."""
    variable = {"net": "births", "gross": "births_gross"}[births]
    money = whole(drawn, {"nominal": "cost_nominal", "real": "cost_real", "pv": "pv"}[price]).sel(kind="outlay")
    cost, extra = (
        (array.sel(scenario="cost-reduction") - array.sel(scenario="baseline")).sel(place="620100").values[:, :-1]
        for array in (money, drawn.data[variable])
    )
    if cumulative:
        cost, extra = cost.cumsum(axis=1), extra.cumsum(axis=1)
    at = 2035 - YEARS[0]
    moves = (np.abs(extra[:, at]) > 1e-9) & (cost[:, at] * extra[:, at] > 0.0)
    each = np.where(moves, cost[:, at] / extra[:, at], np.inf)
    found = drawn.fiscal.price_of_birth(
        "cost-reduction", births=births, cumulative=cumulative, price=price, at=2035, level=0.8
    ).loc["cost-reduction"]
    assert found["median", 2035] == pytest.approx(np.median(each), rel=1e-9)
    assert found["lo", 2035] == pytest.approx(np.quantile(each, 0.1), rel=1e-9)
    ratio = np.median(cost[:, at]) / np.median(extra[:, at])
    assert abs(found["median", 2035] / ratio - 1.0) > 1e-4
    again = drawn.fiscal.price_quantiles(
        0.5, "cost-reduction", births=births, cumulative=cumulative, price=price, at=2035
    )
    assert again.loc[("cost-reduction", 2035), 0.5] == found["median", 2035]


def test_the_price_of_a_point_run_is_the_same_rule_with_one_draw(point):
    cost = point.diff("cost_nominal").loc["cost-reduction", "outlay"]
    births = point.diff("births").loc["cost-reduction"]
    found = point.fiscal.price_of_birth("cost-reduction").loc["cost-reduction"]
    for year in (2030, 2035):
        assert found[year] == pytest.approx(cost[year] / births[year], rel=1e-12)
    assert np.isinf(found[2023])  # nothing has changed yet: no price at which a birth is had
    assert np.isinf(point.fiscal.price_of_birth("baseline").loc["baseline"]).all()


def test_net_births_cost_more_than_gross(drawn):
    net, gross = (
        drawn.fiscal.price_of_birth("cost-reduction", births=births, at=2035).loc["cost-reduction", ("median", 2035)]
        for births in ("net", "gross")
    )
    assert net > gross > 100_000.0


# ---- money and places ------------------------------------------------------------------------------------------------


def test_levels_and_totals_of_one_scenario(drawn, point):
    levels = point.fiscal.by_level("cost-reduction")
    assert {"central", "local_unsplit"} <= set(levels.index)
    total = point.fiscal.total(scenario="cost-reduction").loc["cost-reduction"]
    np.testing.assert_allclose(levels.sum(), total, rtol=1e-12)
    np.testing.assert_allclose(point.fiscal.by_instrument("cost-reduction").sum(), total, rtol=1e-12)
    central = drawn.fiscal.total(payer="central", at=2035, level=0.9).loc["baseline"]
    draws = drawn.sel("cost_nominal", by="payer", at=2035, scenario="baseline").sel(payer="central").values.ravel()
    assert (central["lo", 2035], central["hi", 2035]) == pytest.approx(tuple(np.quantile(draws, (0.05, 0.95))))
    assert drawn.fiscal.diff(at=2035).loc[("no-allowance", "outlay"), ("hi", 2035)] < 0.0
    assert len(drawn.fiscal.quantiles("pv", at=2035, place="620102")) == 3 * len(MONEY_KINDS)


def test_needs_stocks_and_gaps(point):
    need = point.nursery.need(at=2035)
    assert set(need.index.get_level_values("variable")) == {"places_target", "places_demand", "places_want"}
    gap = point.nursery.gap(at=2035)
    assert set(gap.index.get_level_values("scenario")) == {"cost-reduction"}
    stock = point.nursery.stock(at=2035).loc["cost-reduction", 2035]
    target = need.loc[("places_target", "cost-reduction"), 2035]
    assert gap.loc[("cost-reduction", "target"), 2035] == pytest.approx(target - stock, abs=1e-6)
    assert point.nursery.diff("places_want", vs="no-allowance").shape == (3, 20)
    assert point.nursery.quantiles("staff", q=0.5).shape == (60, 1)


# ---- names that are not there ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r: r.table("brths"), ("variable", "brths", "did you mean births")),
        (lambda r: r.table(None), ("variable", "None")),
        (lambda r: r.table(["births"]), ("variable",)),
        (lambda r: r.table("leavers"), ("variable", "leavers", "exchange=")),
        (lambda r: r.table("births", at=[2060]), ("at", "2060", "2021 to 2040", "years=(2021, 2060)")),
        (lambda r: r.table("births", at=2041), ("at", "2041", "2021 to 2040")),
        (lambda r: r.table("births", at=[2030.0]), ("at", "2030.0")),
        (lambda r: r.table("births", at=True), ("at", "True")),
        (lambda r: r.table("births", at="2030"), ("at", "'2030'")),
        (lambda r: r.table("births", at=[]), ("at", "no year")),
        (lambda r: r.table("births", by="sex"), ("by of births", "sex", "order")),
        (lambda r: r.table("pop_jan1", by="payer"), ("by of pop_jan1", "payer")),
        (lambda r: r.table("cost_nominal", by="instrumnt"), ("instrumnt", "did you mean instrument")),
        (lambda r: r.table("births", place="甘州"), ("place", "甘州", "620123")),
        (lambda r: r.table("births", place="nowhere"), ("place", "nowhere")),
        (lambda r: r.table("births", scenario="cost-reducton"), ("scenario", "did you mean cost-reduction")),
        (lambda r: r.table("births", level=80), ("level", "80", "level=0.8")),
        (lambda r: r.table("births", level="0.8"), ("level", "0.8")),
        (lambda r: r.table("births", level=True), ("level", "True")),
        (lambda r: r.diff("births", vs="other"), ("vs", "other", "baseline")),
        (lambda r: r.quantiles("births", q=50), ("q", "50", "0.1, 0.5, 0.9")),
        (lambda r: r.quantiles("births", q=()), ("q", "none")),
        (lambda r: r.quantiles("births", q="median"), ("q", "median")),
        (lambda r: r.scenario("x"), ("scenario", "x")),
        (lambda r: r.marks("births", year=1990), ("1990",)),
        (lambda r: r.fiscal.by_level("zzz"), ("scenario", "zzz", "baseline")),
        (lambda r: r.fiscal.by_instrument("zzz"), ("scenario", "zzz")),
        (lambda r: r.fiscal.total(payer="nobody"), ("payer", "nobody", "central")),
        (lambda r: r.fiscal.total(kind="all"), ("kind", "all", "outlay", "forgone")),
        (lambda r: r.fiscal.price_of_birth(kind="funds"), ("kind", "funds", "did you mean fund")),
        (lambda r: r.fiscal.total("constant"), ("price", "constant", "real")),
        (lambda r: r.fiscal.price_of_birth(births="nett"), ("births", "nett", "did you mean net")),
        (lambda r: r.fiscal.price_quantiles(0.5, plaice="x"), ("plaice", "place")),
        (lambda r: r.nursery.gap(scenario="baseline"), ("no stock", "nursery.stock_per_1000")),
        (lambda r: r.nursery.stock(scenario="baseline"), ("no stock", "nursery.stock_per_1000")),
        (lambda r: r.nursery.table("births"), ("variable", "births", "places_target")),
    ],
)
def test_names_that_are_not_there_are_refused(drawn, point, complains, call, words):
    for result in (drawn, point):
        complains(lambda result=result: call(result), *words, kind=sh.ConfigError)


def test_numpy_integers_and_ranges_are_years(drawn):
    assert list(drawn.table("births", at=range(2030, 2033), level=None).columns) == [2030, 2031, 2032]
    assert list(drawn.table("births", at=np.arange(2030, 2033), level=None).columns) == [2030, 2031, 2032]
    assert list(drawn.table("births", at=np.int16(2030), level=None).columns) == [2030]
    assert drawn.table("pop_jan1", level=None).columns[-1] == 2041


@pytest.mark.parametrize("name", ["620123", "榆中", "榆中县", "Yuzhong County", "兰州/榆中"])
def test_places_go_by_any_name(drawn, name):
    assert drawn.table("births", place=name).equals(drawn.table("births", place="620123"))
    assert drawn.table("births", place=sh.place("榆中")).equals(drawn.table("births", place="620123"))


def test_a_name_of_several_places_is_the_one_of_the_result(lanzhou, complains):
    """Yuzhong is a county of Lanzhou and a district of Chongqing; a Gulou of the many is none of these."""
    expected = lanzhou.table("births", place="620123")
    assert lanzhou.table("births", place="yuzhong").equals(expected)
    assert lanzhou.table("births", place="榆中").equals(expected)
    complains(lambda: lanzhou.table("births", place="gulou"), "place", "gulou", kind=sh.ConfigError)
