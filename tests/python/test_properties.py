"""The kernel's properties through the bridge, on random small populations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projecting import project
from sanhai import _bridge

N_AGES, N_YEARS = 12, 4
SETTINGS = settings(max_examples=60, deadline=None, derandomize=True)


def arrays(seed, n_places=2):
    """Random valid inputs, ages 0-11, mothers 3-8."""
    rng = np.random.default_rng(seed)
    asfr = np.zeros((n_places, N_YEARS, 3, N_AGES))
    asfr[..., 3:9] = rng.uniform(0.0, 0.15, (n_places, N_YEARS, 3, 6))
    pop = rng.uniform(50.0, 1e5, (n_places, 2, N_AGES))
    # Leavers stay well below the smallest cell that can arise.
    return {
        "places": [f"p{k}" for k in range(n_places)],
        "first_year": 2021,
        "pop_jan1": pop,
        "Sx": rng.uniform(0.6, 1.0, (n_places, N_YEARS, 2, N_AGES)),
        "asfr": asfr,
        "srb": rng.uniform(0.9, 1.3, (n_places, N_YEARS)),
        "net_migration": rng.uniform(-1.0, 50.0, (n_places, N_YEARS, 2, N_AGES)),
    }


def stocks(**inputs):
    return np.asarray(project(**inputs).pop_jan1)


seeds = st.integers(0, 2**32 - 1)


@SETTINGS
@given(seeds, st.booleans())
def test_balance(seed, even):
    """P(t+1) = P(t) + births - deaths + migration, booked and counted again here."""
    run = project(**arrays(seed), migration_even=even)
    assert np.asarray(run.balance).max() <= 1e-12
    pop, births = np.asarray(run.pop_jan1), np.asarray(run.births_by_sex)
    deaths, net = np.asarray(run.deaths).sum(axis=3), np.asarray(run.net_migration).sum(axis=3)
    total = pop.sum(axis=3)
    assert np.abs((total[:, 1:] - total[:, :-1] - births + deaths - net) / total[:, :-1]).max() <= 1e-12
    assert np.asarray(run.deaths).min() >= 0.0


@SETTINGS
@given(seeds, st.floats(1e-3, 1e3))
def test_scaling(seed, factor):
    one = arrays(seed)
    two = {**one, "pop_jan1": one["pop_jan1"] * factor, "net_migration": one["net_migration"] * factor}
    assert np.allclose(stocks(**two), factor * stocks(**one), rtol=1e-12)


@SETTINGS
@given(seeds, st.floats(0.1, 0.9))
def test_split_and_merge(seed, share):
    one = arrays(seed, 1)
    two = {
        name: value if name == "first_year" else np.concatenate([value, value])
        for name, value in one.items()
        if name != "places"
    }
    for name in ("pop_jan1", "net_migration"):
        two[name] = np.concatenate([one[name] * share, one[name] * (1.0 - share)])
    assert np.allclose(stocks(places=["a", "b"], **two).sum(axis=0), stocks(**one)[0], rtol=1e-12)


@SETTINGS
@given(seeds)
def test_places_can_be_permuted_and_do_not_touch_each_other(seed):
    one = arrays(seed, 3)
    order = [2, 0, 1]
    two = {name: value[order] if isinstance(value, np.ndarray) else value for name, value in one.items()}
    assert np.array_equal(stocks(**two), stocks(**one)[order])
    alone = {name: value[:1] if name != "first_year" else value for name, value in one.items()}
    assert np.array_equal(stocks(**alone), stocks(**one)[:1])


@SETTINGS
@given(seeds, st.integers(1, N_YEARS - 1))
def test_restart(seed, at):
    one = arrays(seed)
    straight = stocks(**one)
    rest = {name: one[name][:, at:] for name in ("Sx", "asfr", "srb", "net_migration")}
    again = stocks(places=one["places"], first_year=2021 + at, pop_jan1=straight[:, at], **rest)
    assert np.array_equal(again, straight[:, at:])


@SETTINGS
@given(seeds, st.integers(-200, 200))
def test_calendar_shift(seed, by):
    one = arrays(seed)
    assert np.array_equal(stocks(**{**one, "first_year": 2021 + by}), stocks(**one))


@SETTINGS
@given(seeds)
def test_null_projection(seed):
    """Nobody dies, is born or moves: cohorts only age."""
    one = arrays(seed)
    still = {**one, "Sx": np.ones_like(one["Sx"]), "asfr": one["asfr"] * 0.0, "net_migration": None}
    pop = stocks(**still)
    assert np.allclose(pop.sum(axis=(2, 3)), pop[:, :1].sum(axis=(2, 3)), rtol=1e-14)
    assert np.array_equal(pop[:, 1:, :, 1:-1], pop[:, :-1, :, :-2])
    assert (pop[:, 1:, :, 0] == 0.0).all()


@SETTINGS
@given(seeds)
def test_without_births_and_migrants_cohorts_only_shrink(seed):
    one = arrays(seed)
    pop = stocks(**{**one, "asfr": one["asfr"] * 0.0, "net_migration": None})
    assert (pop[:, 1:, :, 1:-1] <= pop[:, :-1, :, :-2]).all()


@SETTINGS
@given(seeds)
def test_men_and_women_alike_stay_alike(seed):
    one = arrays(seed)
    for name in ("pop_jan1", "Sx", "net_migration"):
        axis = -2
        one[name] = np.repeat(one[name].take([0], axis=axis), 2, axis=axis)
    one["srb"] = np.ones_like(one["srb"])
    pop = stocks(**one)
    assert np.array_equal(pop[:, :, 0], pop[:, :, 1])


@SETTINGS
@given(seeds, st.floats(0.0, 0.4))
def test_monotone_in_survival(seed, gain):
    one = arrays(seed)
    better = {**one, "Sx": one["Sx"] + gain * (1.0 - one["Sx"])}
    assert (stocks(**better) >= stocks(**one) * (1.0 - 1e-13)).all()


@SETTINGS
@given(seeds, st.floats(1.0, 2.0))
def test_monotone_in_fertility(seed, factor):
    one = arrays(seed)
    assert (stocks(**{**one, "asfr": one["asfr"] * factor}) >= stocks(**one) * (1.0 - 1e-13)).all()


@SETTINGS
@given(seeds)
def test_births_by_sex_follow_the_ratio(seed):
    one = arrays(seed)
    run = project(**one)
    births = np.asarray(run.births_by_sex)
    assert np.allclose(births[..., 0], births[..., 1] * one["srb"], rtol=1e-13)
    assert np.allclose(births.sum(axis=2), np.asarray(run.births).sum(axis=(2, 3)), rtol=1e-13)


@SETTINGS
@given(seeds)
def test_one_year_by_hand(seed):
    """Steps 1 to 6 of the model in NumPy, migration at the end of the year."""
    one = arrays(seed)
    run = project(**one)
    pop, S = one["pop_jan1"], one["Sx"][:, 0]
    end = np.zeros_like(pop)
    end[:, :, 1:] = pop[:, :, :-1] * S[:, :, 1:]
    end[:, :, -1] = (pop[:, :, -2] + pop[:, :, -1]) * S[:, :, -1]
    births = one["asfr"][:, 0].sum(axis=1) * (pop[:, 1] + end[:, 1]) / 2.0
    total, srb = births.sum(axis=1), one["srb"][:, 0]
    end[:, 0, 0] = total * srb / (1.0 + srb) * S[:, 0, 0]
    end[:, 1, 0] = total / (1.0 + srb) * S[:, 1, 0]
    expected = end + one["net_migration"][:, 0]
    assert np.allclose(np.asarray(run.pop_jan1)[:, 1], expected, rtol=1e-12)


@SETTINGS
@given(seeds)
def test_a_multiplier_of_one_changes_no_bit(seed):
    one = arrays(seed)
    ones = np.ones((2, N_YEARS, 3))
    factor = np.ones((2, N_YEARS, 3, N_AGES))
    assert np.array_equal(stocks(**one, multiplier=ones, cohort_factor=factor), stocks(**one))


@SETTINGS
@given(seeds, st.floats(0.5, 2.0))
def test_a_multiplier_acts_on_the_hazard_of_its_order(seed, factor):
    one = arrays(seed)
    multiplier = np.ones((2, N_YEARS, 3))
    multiplier[:, :, 1] = factor
    changed = one["asfr"].copy()
    changed[:, :, 1] = 1.0 - (1.0 - changed[:, :, 1]) ** factor
    assert np.allclose(stocks(**one, multiplier=multiplier), stocks(**{**one, "asfr": changed}), rtol=1e-12)


@SETTINGS
@given(seeds, st.floats(0.0, 1.0), st.integers(1, 6))
def test_payers_sum_to_the_bill_in_every_cell(seed, take_up, n_payers):
    rng = np.random.default_rng(seed)
    pop = rng.uniform(0.0, 1e5, (2, 4, 2, 6))
    births = rng.uniform(0.0, 1e4, (2, 3, 3))
    history = np.full((1, 12, 3), 1.0 / 3.0)
    shares = rng.dirichlet(np.ones(n_payers), (2, 3))
    line = _bridge.Line("x", _bridge.HeadStock.midyear)
    line.yuan_per_head, line.take_up, line.payer_share = rng.uniform(0.0, 1e4, (2, 3, 3, 3)), [take_up], shares
    found = _bridge.book(_bridge.Observed(["a", "b"], 2025, pop, births, history), [line], n_payers)
    assert np.allclose(found["cost_nominal"].sum(axis=3), take_up * found["liability"], rtol=1e-12, atol=1e-6)


@SETTINGS
@given(seeds, st.floats(0.05, 20.0))
def test_money_and_places_scale_with_people(seed, factor):
    rng = np.random.default_rng(seed)
    pop = rng.uniform(1.0, 1e5, (1, 3, 2, 101))
    one = _bridge.NurserySettings()
    one.norm, one.enrolment_share = np.full((1, 1), 0.0045), np.full((1, 1), 0.12)
    small, large = (_bridge.nursery_account(["x"], 2025, people, one).arrays() for people in (pop, pop * factor))
    for name in ("places_target", "places_demand", "places_want", "enrolment"):
        assert np.allclose(large[name], factor * small[name], rtol=1e-12), name
    for name in ("target_per_resident", "target_per_child"):
        assert np.allclose(large[name], small[name], rtol=1e-12), name


@pytest.mark.parametrize("timing", [False, True])
def test_one_person_by_hand(timing):
    """A woman of 20 who survives surely, bears half a child a year at 20 and 21, sex ratio 1."""
    pop = np.zeros((1, 2, 30))
    pop[0, 1, 20] = 1.0
    asfr = np.zeros((1, 1, 3, 30))
    asfr[0, 0, 0, 20:22] = 0.5
    run = project(["x"], 2021, pop, np.ones((1, 1, 2, 30)), asfr, np.ones((1, 1)), migration_even=timing)
    births = np.asarray(run.births)[0, 0, 0]
    assert births[20] == births[21] == 0.25
    assert np.asarray(run.births_by_sex).tolist() == [[[0.25, 0.25]]]
    assert np.asarray(run.pop_jan1)[0, 1, 1, 21] == 1.0
    assert np.asarray(run.pop_jan1)[0, 1, :, 0].tolist() == [0.25, 0.25]
    assert np.asarray(run.deaths).sum() == 0.0
