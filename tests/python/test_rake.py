"""Leaves raked to a parent: in every draw they sum to it, and inside a group each keeps its share."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import sanhai as sh

LEAVES, DRAWS, YEARS, SEXES, AGES = 3, 5, 4, 2, 11
GROUPS = (0, 1, 5)
WIDE = (0, 5)
FIRST = 2030


def random(*shape, seed=1, low=10.0, high=100.0):
    return np.random.default_rng(seed).uniform(low, high, size=shape)


def by_group(values, groups=GROUPS):
    """Sums over ages, by hand."""
    ends = [*groups[1:], values.shape[-1]]
    return np.stack([values[..., a:b].sum(axis=-1) for a, b in zip(groups, ends, strict=True)], axis=-1)


def labelled(values, *dims):
    coords = {"year": FIRST, "draw": 0, "age": 0}
    found = {
        dim: np.arange(coords[dim], coords[dim] + n) for dim, n in zip(dims, values.shape, strict=True) if dim in coords
    }
    names = {"place": ["620102", "620103", "620104"], "sex": ["male", "female"]}
    found |= {dim: names[dim] for dim in dims if dim in names}
    return xr.DataArray(values, dims=dims, coords=found)


@pytest.fixture
def leaves():
    return random(LEAVES, DRAWS, YEARS, SEXES, AGES)


@pytest.fixture
def parent():
    return random(DRAWS, YEARS, SEXES, len(GROUPS), seed=2, low=1e3, high=1e4)


def test_leaves_sum_to_the_parent_in_every_draw_and_keep_their_shares(leaves, parent):
    found = sh.rake(leaves, parent, ages=GROUPS)
    np.testing.assert_allclose(by_group(found.leaves.sum(axis=0)), parent, rtol=1e-13)
    factor = parent / by_group(leaves.sum(axis=0))
    np.testing.assert_allclose(found.factor, factor, rtol=1e-13)
    group = np.searchsorted(GROUPS, range(AGES), side="right") - 1
    np.testing.assert_allclose(found.leaves, leaves * factor[..., group], rtol=1e-13)
    assert not found.leaves.flags.writeable
    assert not found.factor.flags.writeable


def test_a_draw_is_raked_as_if_alone(leaves, parent):
    found = sh.rake(leaves, parent, ages=GROUPS)
    for draw in range(DRAWS):
        alone = sh.rake(leaves[:, draw], parent[draw], ages=GROUPS)
        assert alone.leaves.tobytes() == found.leaves[:, draw].tobytes()
        assert alone.factor.tobytes() == found.factor[draw].tobytes()
    few = sh.rake(leaves[:, :2], parent[:2], ages=GROUPS)
    assert few.leaves.tobytes() == found.leaves[:, :2].tobytes()


def test_single_ages_totals_and_one_row_need_no_groups(leaves):
    ages = random(DRAWS, YEARS, SEXES, AGES, seed=3)
    np.testing.assert_allclose(sh.rake(leaves, ages).leaves.sum(axis=0), ages, rtol=1e-13)
    grouped = sh.rake(leaves, ages, ages=GROUPS)
    assert grouped.factor.shape[-1] == len(GROUPS)
    np.testing.assert_allclose(by_group(grouped.leaves.sum(axis=0)), by_group(ages), rtol=1e-13)
    total = ages.sum(axis=(2, 3), keepdims=True)
    whole = sh.rake(leaves, total)
    assert whole.factor.shape == (DRAWS, YEARS, 1, 1)
    np.testing.assert_allclose(whole.leaves.sum(axis=(0, 3, 4)), total[..., 0, 0], rtol=1e-13)


def test_a_parent_without_draws_holds_for_all(leaves, parent):
    found = sh.rake(leaves, parent[0], ages=GROUPS)
    for draw in range(DRAWS):
        np.testing.assert_allclose(by_group(found.leaves[:, draw].sum(axis=0)), parent[0], rtol=1e-13)


def test_raking_to_their_own_sum_changes_nothing(leaves):
    found = sh.rake(leaves, leaves.sum(axis=0))
    np.testing.assert_allclose(found.leaves, leaves, rtol=1e-14)
    np.testing.assert_allclose(found.factor, 1.0, rtol=1e-14)


def test_nobody_anywhere_stays_nobody(leaves):
    leaves[:, :, 2, 1] = 0.0
    parent = leaves.sum(axis=0)
    found = sh.rake(leaves, parent)
    assert not found.leaves[:, :, 2, 1].any()
    assert (found.factor[:, 2, 1] == 1.0).all()


def test_xarray_keeps_dims_labels_and_names(leaves, parent):
    plain = sh.rake(leaves, parent, ages=GROUPS)
    array = labelled(leaves, "place", "draw", "year", "sex", "age").transpose("year", "age", "place", "draw", "sex")
    sums = labelled(parent, "draw", "year", "sex", "group").rename(group="age").assign_coords(age=list(GROUPS))
    found = sh.rake(array, sums.transpose("age", "draw", "sex", "year"), ages=GROUPS)
    assert found.leaves.dims == array.dims
    assert found.leaves.coords.equals(array.coords)
    ordered = found.leaves.transpose("place", "draw", "year", "sex", "age")
    assert np.array_equal(ordered, plain.leaves)
    assert found.factor.dims == ("draw", "year", "sex", "age")
    assert list(found.factor["age"]) == list(GROUPS)
    assert list(found.factor["year"]) == list(range(FIRST, FIRST + YEARS))
    assert np.array_equal(found.factor, plain.factor)


def test_xarray_without_sex_age_or_draw():
    births = labelled(random(LEAVES, DRAWS, YEARS), "place", "draw", "year")
    total = labelled(random(DRAWS, YEARS, seed=2), "draw", "year")
    found = sh.rake(births, total, what="births")
    assert found.leaves.dims == births.dims
    np.testing.assert_allclose(found.leaves.sum("place"), total, rtol=1e-13)
    point = sh.rake(births.isel(draw=0, drop=True), total.isel(draw=0, drop=True), what="births")
    assert point.leaves.dims == ("place", "year")
    assert np.array_equal(point.leaves, found.leaves.isel(draw=0))


def test_parts_of_a_place_raked_to_its_own_draws():
    """Districts drawn one by one, raked to another path of their city."""
    run = sh.compare([sh.scenario("baseline", "lanzhou")], (2025, 2030), draws=9, seed=7)
    births = run.data["births"].sel(scenario="baseline", drop=True).isel(year=slice(None, -1))
    parts = births.sel(place=[code for code in run.places if code.startswith("6201") and code != "620100"])
    target = births.sel(place="620100", drop=True) * np.linspace(1.0, 1.3, births.sizes["draw"])[:, None]
    found = sh.rake(parts.drop_vars("place_name"), target, what="births")
    np.testing.assert_allclose(found.leaves.sum("place"), target, rtol=1e-12)
    np.testing.assert_allclose(found.factor.squeeze(), target / parts.sum("place"), rtol=1e-9)


def stock_and_births(seed=5):
    stock = random(LEAVES, DRAWS, YEARS + 1, SEXES, AGES, seed=seed)
    births = stock[:, :, 1:, :, 0] / random(LEAVES, DRAWS, YEARS, SEXES, seed=seed + 1, low=0.9, high=1.0)
    return stock, births


def parent_of(stock, births, seed=6):
    """A parent somewhat larger or smaller than the sums; infants share a group with others, so that both can be met."""
    sums = stock.sum(axis=0) * random(DRAWS, YEARS + 1, SEXES, AGES, seed=seed, low=0.9, high=1.1)
    return sums, births.sum(axis=(0, 3)) * random(DRAWS, YEARS, seed=seed + 1, low=0.9, high=1.1)


def test_births_and_stock_meet_both_and_keep_infant_survival():
    stock, births = stock_and_births()
    sums, born = parent_of(stock, births)
    found = sh.rake_births_and_stock(stock, births, by_group(sums, WIDE), born, ages=WIDE)
    np.testing.assert_allclose(by_group(found.pop_jan1.sum(axis=0), WIDE), by_group(sums, WIDE), rtol=1e-11)
    np.testing.assert_allclose(found.births.sum(axis=(0, 3)), born, rtol=1e-11)
    survival = stock[:, :, 1:, :, 0] / births
    np.testing.assert_allclose(found.pop_jan1[:, :, 1:, :, 0] / found.births, survival, rtol=1e-11)
    assert found.pop_factor.shape == (DRAWS, YEARS + 1, SEXES, len(WIDE))
    assert found.births_factor.shape == (DRAWS, YEARS)
    older = found.pop_jan1[..., 1:5] / stock[..., 1:5]
    np.testing.assert_allclose(older, np.broadcast_to(found.pop_factor[None, ..., :1], older.shape), rtol=1e-12)
    assert found.iterations.shape == (DRAWS,)
    for draw in range(DRAWS):
        alone = sh.rake_births_and_stock(
            stock[:, draw], births[:, draw], by_group(sums, WIDE)[draw], born[draw], ages=WIDE
        )
        assert alone.pop_jan1.tobytes() == found.pop_jan1[:, draw].tobytes()
        assert alone.births.tobytes() == found.births[:, draw].tobytes()
        assert alone.iterations == found.iterations[draw]


def test_births_and_stock_of_xarrays():
    stock, births = stock_and_births()
    sums, born = parent_of(stock, births)
    plain = sh.rake_births_and_stock(stock, births, sums, born, ages=WIDE)
    found = sh.rake_births_and_stock(
        labelled(stock, "place", "draw", "year", "sex", "age").transpose("draw", "place", "sex", "age", "year"),
        labelled(births, "place", "draw", "year", "sex"),
        labelled(sums, "draw", "year", "sex", "age"),
        labelled(born, "draw", "year"),
        ages=WIDE,
    )
    assert found.pop_jan1.dims == ("draw", "place", "sex", "age", "year")
    assert np.array_equal(found.pop_jan1.transpose("place", "draw", "year", "sex", "age"), plain.pop_jan1)
    assert np.array_equal(found.births, plain.births)
    assert found.births_factor.dims == ("draw", "year")
    assert np.array_equal(found.pop_factor, plain.pop_factor)


# ---- labels decide, never positions ----------------------------------------------------------------------------------


def test_sexes_of_the_parent_in_another_order():
    """Two leaves with 1 and 3 men, 1 woman each; the parent has 8 men and 2 women and names women first."""
    leaves = xr.DataArray(
        [[[1.0, 1.0]], [[3.0, 1.0]]],
        dims=("place", "year", "sex"),
        coords={"place": ["a", "b"], "year": [2030], "sex": ["male", "female"]},
    )
    parent = xr.DataArray([[2.0, 8.0]], dims=("year", "sex"), coords={"year": [2030], "sex": ["female", "male"]})
    found = sh.rake(leaves, parent)
    assert found.leaves.sel(sex="male").sum("place").item() == 8.0
    assert found.leaves.sel(sex="female").sum("place").item() == 2.0
    assert found.leaves.sel(place="b", sex="male").item() == 6.0
    assert list(found.leaves["sex"].values) == ["male", "female"]
    assert found.factor.sel(sex="male").item() == 2.0


@pytest.mark.parametrize("dim", ["draw", "year", "sex", "age"])
@pytest.mark.parametrize("which", ["leaves", "parent", "both"])
def test_labels_in_any_order_give_the_same(leaves, dim, which):
    dims = ("place", "draw", "year", "sex", "age")
    array = labelled(leaves, *dims)
    sums = labelled(random(DRAWS, YEARS, SEXES, AGES, seed=2), *dims[1:])
    expected = sh.rake(array, sums, ages=GROUPS)
    turned = slice(None, None, -1)
    given = array.isel({dim: turned}) if which != "parent" else array
    target = sums.isel({dim: turned}) if which != "leaves" else sums
    found = sh.rake(given, target, ages=GROUPS)
    assert found.leaves.coords.equals(given.coords)
    assert found.leaves.sel({dim: array[dim]}).equals(expected.leaves)
    assert found.factor.sel({dim: expected.factor[dim]}).equals(expected.factor)
    assert not found.leaves.values.flags.writeable


def test_orders_by_label():
    leaves = xr.DataArray(
        random(LEAVES, YEARS, 3),
        dims=("place", "year", "order"),
        coords={"place": list("abc"), "year": range(FIRST, FIRST + YEARS), "order": ["1", "2", "3+"]},
    )
    target = leaves.sum("place") * xr.DataArray([1.0, 2.0, 3.0], dims="order", coords={"order": ["1", "2", "3+"]})
    found = sh.rake(leaves, target.sel(order=["3+", "1", "2"]), what="births")
    np.testing.assert_allclose(found.leaves.sum("place"), target.transpose("year", "order"), rtol=1e-13)


def test_groups_by_the_first_age_that_names_them(leaves, parent):
    array = labelled(leaves, "place", "draw", "year", "sex", "age")
    sums = labelled(parent, "draw", "year", "sex", "group").rename(group="age").assign_coords(age=list(GROUPS))
    plain = sh.rake(leaves, parent, ages=GROUPS)
    named = sh.rake(array, sums.isel(age=[2, 0, 1]))  # the labels say which group is which, and where each begins
    assert np.array_equal(named.leaves, plain.leaves)
    assert list(named.factor["age"].values) == list(GROUPS)


def test_labels_that_differ_are_refused(leaves, parent, complains):
    array = labelled(leaves, "place", "draw", "year", "sex", "age")
    single = labelled(random(DRAWS, YEARS, SEXES, AGES, seed=2), "draw", "year", "sex", "age")

    def refused(target, *parts, given=array, **how):
        complains(lambda: sh.rake(given, target, **how), *parts, kind=sh.ShapeError)

    refused(single.assign_coords(sex=["men", "women"]), "axis sex", "men", "male")
    refused(single.assign_coords(age=range(1, AGES + 1)), "axis age")
    refused(single.assign_coords(draw=range(1, DRAWS + 1)), "axis draw")
    refused(single.isel(year=slice(0, 2)), "axis year")
    refused(single.rename(sex="order").assign_coords(order=["1", "2"]), "order")
    twice = array.assign_coords(year=[2030, 2030, 2031, 2032])
    refused(single, "2030 twice", given=twice)
    groups = labelled(parent, "draw", "year", "sex", "group").rename(group="age").assign_coords(age=[0, 2, 5])
    refused(groups, "0, 2, 5", ages=GROUPS)
    refused(groups.assign_coords(age=[1, 2, 5]), "age groups")


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf, -np.inf])
def test_leaves_that_are_no_counts_are_refused_by_cell(leaves, value, complains):
    leaves[1, 2, 3, 1, 4] = value
    sums = random(DRAWS, YEARS, SEXES, AGES)
    complains(lambda: sh.rake(leaves, sums), "place 1", "draw 2", "year 3", "age 4", kind=sh.DomainError)
    array = labelled(leaves, "place", "draw", "year", "sex", "age")
    cell = ("place 620103", "draw 2", "year 2033", "sex female", "age 4")
    complains(lambda: sh.rake(array, sums), *cell, kind=sh.DomainError)
    stock, births = stock_and_births()
    births[0, 1, 2, 0] = value
    whole = parent_of(stock, np.nan_to_num(births, posinf=1.0, neginf=1.0))
    complains(
        lambda: sh.rake_births_and_stock(stock, births, *whole),
        "births", "place 0", kind=sh.DomainError,
    )  # fmt: skip


def test_births_and_stock_by_label():
    stock, births = stock_and_births()
    sums, born = parent_of(stock, births)
    arrays = (
        labelled(stock, "place", "draw", "year", "sex", "age"),
        labelled(births, "place", "draw", "year", "sex"),
        labelled(sums, "draw", "year", "sex", "age"),
        labelled(born, "draw", "year"),
    )
    expected = sh.rake_births_and_stock(*arrays, ages=WIDE)
    back = slice(None, None, -1)
    found = sh.rake_births_and_stock(
        arrays[0].isel(year=back, age=back),
        arrays[1].isel(place=back, sex=back),
        arrays[2].isel(sex=back, draw=back),
        arrays[3].isel(year=back),
        ages=WIDE,
    )
    assert found.pop_jan1.isel(year=back, age=back).equals(expected.pop_jan1)
    assert found.births.isel(place=back, sex=back).equals(expected.births)
    assert found.births_factor.equals(expected.births_factor)


# ---- what is refused -------------------------------------------------------------------------------------------------


def test_errors_name_year_ages_and_draw(leaves, parent, complains):
    bad = parent.copy()
    bad[3, 2, 1, 1] = -5.0
    where = ("births", "year 2032", "row 1", "ages 1-4", "draw 3", "-5")
    complains(lambda: sh.rake(leaves, bad, ages=GROUPS, what="births", first_year=FIRST), *where, kind=sh.DomainError)
    one = complains(lambda: sh.rake(leaves[:, 3], bad[3], ages=GROUPS), "year 2,", kind=sh.DomainError)
    assert "draw" not in one
    leaves[:, 4, 0, 0, 5:] = 0.0
    complains(lambda: sh.rake(leaves, parent, ages=GROUPS), "no leaf with anybody", "draw 4", kind=sh.DomainError)
    named = labelled(leaves, "place", "draw", "year", "sex", "age")
    complains(lambda: sh.rake(named, parent, ages=GROUPS), f"year {FIRST}", "draw 4", kind=sh.DomainError)


def test_axes_that_do_not_fit_are_refused(leaves, parent, complains):
    def refused(call, *parts):
        complains(call, *parts, kind=sh.ShapeError)

    refused(lambda: sh.rake(leaves, parent), "ages", "first age")
    refused(lambda: sh.rake(leaves, parent, ages=(0, 5, 1)), "age groups")
    refused(lambda: sh.rake(leaves[0, 0], parent, ages=GROUPS), "3 axes", "place")
    refused(lambda: sh.rake(leaves, parent[:3], ages=GROUPS), "axis draw", "3")
    refused(lambda: sh.rake(leaves, parent[:, :2], ages=GROUPS), "pop_jan1", "(leaf, year, row, age)")
    named = labelled(leaves, "place", "draw", "year", "sex", "age")
    later = labelled(parent, "draw", "year", "sex", "age").assign_coords(year=range(2031, 2031 + YEARS))
    refused(lambda: sh.rake(named, later, ages=GROUPS), "2031", "2030")
    refused(lambda: sh.rake(named.rename(sex="gender"), parent, ages=GROUPS), "gender", "sex or order")
    refused(lambda: sh.rake(named.isel(year=0), parent, ages=GROUPS), "dims")
    stock, births = stock_and_births()
    sums, born = parent_of(stock, births)
    refused(lambda: sh.rake_births_and_stock(stock, births[:, 0], sums, born), "births", "draws")
    refused(lambda: sh.rake_births_and_stock(stock, births[:, :, 1:], sums, born), "births")


def test_totals_that_no_factor_meets_are_refused(complains):
    stock, births = stock_and_births()
    sums, born = parent_of(stock, births)
    call = lambda: sh.rake_births_and_stock(stock, births, sums, born * 50.0, ages=WIDE)  # noqa: E731
    complains(call, "births", "all leaves", "draw 0", kind=sh.DomainError)
