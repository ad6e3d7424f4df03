"""Leavers by rate through a run: who stays, what is switched off with migration, and whom a random deviation moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sanhai as sh
from sanhai.calibrate.path import baseline
from sanhai.results.compare import layout_for
from sanhai.run import compile as compiling
from sanhai.run.compile import compiled, restricted
from sanhai.run.engine import cells, project
from sanhai.run.execute import point_options
from sanhai.run.options import checked_options

LAST = 2035
RATE = 0.02
FIRST_LEAVING = 2026 - 2021


@pytest.fixture
def leaving(monkeypatch):
    """Shipped inputs in which from 2026 on 2 % of those aged 5 to 74 leave and only people of 10 and over arrive."""

    def inputs_of(leaves, last_year):
        found = baseline(leaves, last_year)
        rate = np.zeros(found.net_migration.shape)
        rate[:, FIRST_LEAVING:, :, 5:75] = RATE
        arrivals = np.abs(found.net_migration)
        arrivals[..., :10] = 0.0
        return replace(found, leaving_rate=rate, net_migration=arrivals)

    monkeypatch.setattr(compiling, "inputs_of", inputs_of)


def made(place="lanzhou", **levers):
    one = sh.scenario("baseline", place)
    return compiled(one.vary("other", levers) if levers else one, layout_for(one.place, None), LAST)


def point(one):
    return project(one, point_options(checked_options()))


def moved(found, one):
    """(leaf, year, sex, age) net migrants that the core kept."""
    return np.asarray(found.core.net_migration)[: len(one.codes), 0]


@pytest.mark.usefixtures("leaving")
def test_people_are_survivors_and_arrivals_less_the_share_that_leaves():
    one = made()
    found = point(one)
    people, net = found.pop_jan1, moved(found, one)
    survivors = people[:, 1:] - net
    expected = survivors * (1.0 - one.leaving_rate) + one.net_migration
    np.testing.assert_allclose(people[:, 1:], expected, rtol=1e-12)
    np.testing.assert_allclose(net, one.net_migration - one.leaving_rate * survivors, rtol=1e-9, atol=1e-6)
    shown = found.values["net_migration"][1 : len(one.codes) + 1, :-1, 0]  # row 0 is the city
    np.testing.assert_allclose(shown, net.sum(axis=(2, 3)), rtol=1e-9)
    assert found.core.balance < 1e-12


@pytest.mark.usefixtures("leaving")
def test_more_babies_mean_more_leavers_in_proportion():
    one = made("gansu")
    more = replace(
        one, asfr_total=one.asfr_total * np.where(np.arange(len(one.years)) >= FIRST_LEAVING, 1.5, 1.0)[:, None]
    )
    few, many = (moved(point(each), each)[0] for each in (one, more))
    at = 2032 - 2021  # those aged 5 at its end were born in 2027
    few_left, many_left = -few[at, :, 5], -many[at, :, 5]
    births = [np.asarray(point(each).births)[0, 2027 - 2021].sum() for each in (one, more)]
    np.testing.assert_allclose(many_left / few_left, births[1] / births[0], rtol=1e-9)
    assert births[1] / births[0] > 1.45
    np.testing.assert_array_equal(few[at, :, 20:], many[at, :, 20:])


@pytest.mark.usefixtures("leaving")
def test_migration_of_zero_stops_arrivals_and_leavers_by_year():
    one = made(**{"migration.mode": sh.from_year(2030, "zero")})
    from_2030 = 2030 - 2021
    assert not one.leaving_rate[:, from_2030:].any()
    assert not one.net_migration[:, from_2030:].any()
    assert one.leaving_rate[:, FIRST_LEAVING:from_2030].any()
    net = moved(point(one), one)
    assert not net[:, from_2030:].any()
    assert net[:, :from_2030].any()


@pytest.mark.usefixtures("leaving")
def test_draws_with_rates_are_the_same_alone_and_balance():
    one = made()
    options = checked_options(draws=24, seed=5, threads=1)
    people = point(one).pop_jan1
    drawn = project(one, options, people=people)
    assert drawn.core.balance < 1e-12
    row = one.layout.codes.index("620103")
    (leaf,) = one.layout.members[row]
    alone = restricted(one, row)
    assert alone.leaving_rate.shape == (1, *one.leaving_rate.shape[1:])
    kept = cells(alone, options, 0, people[[leaf]])
    total = kept.pop_jan1.sum(axis=(2, 3)).T
    np.testing.assert_allclose(total, drawn.values["pop_jan1"][row], rtol=1e-12)
    np.testing.assert_allclose(
        kept.net_migration.sum(axis=(2, 3)).T, drawn.values["net_migration"][row, :-1], rtol=1e-9, atol=1e-6
    )


def test_a_leaf_of_a_country_moves_by_its_own_arrivals_and_leavers():
    """As shipped: from 2010 to 2020 a cohort gained or it lost, and so it does later; at 5 to 74 only."""
    one = made("榆中")
    found = point(one)
    people, net = found.pop_jan1, moved(found, one)
    survivors = people[:, 1:] - net
    left, came = one.leaving_rate * survivors, one.net_migration
    assert (came[0] >= 0.0).all()
    assert left[0, FIRST_LEAVING].any()
    assert came[0, FIRST_LEAVING].any()
    assert not ((left[0] > 0.0) & (came[0] > 0.0)).any()
    for flow in (left[0], came[0]):
        assert not flow[..., :5].any()
        assert not flow[..., 75:].any()
    np.testing.assert_allclose(people[:, 1:], survivors - left + came, rtol=1e-12)


@pytest.mark.usefixtures("leaving")
def test_a_deviation_moves_arrivals_and_leavers_by_their_ages():
    from sanhai.run.engine import _movers

    one = made("gansu")
    found = point(one)
    people, net = found.pop_jan1[0], moved(found, one)[0]
    year = 2026 - 2021
    survivors = people[year + 1] - net[year]
    movers = one.net_migration[0, year] + one.leaving_rate[0, year] * survivors
    np.testing.assert_allclose(_movers(one, 0, people), movers / movers.sum(), rtol=1e-9)


def test_without_rates_a_deviation_has_one_sign_at_all_ages():
    """Counts of net migrants, who are gains up to age 30 and losses above; where there are none, their usual ages."""
    from sanhai.run.engine import _movers

    one = made("china")
    assert not one.leaving_rate.any()
    people = point(one).pop_jan1[0]
    signed = one.inputs.pattern[0] * np.where(np.arange(101) > 30, -1.0, 1.0)
    signed = signed / signed.sum()
    assert (signed < 0.0).any()
    expected = np.abs(signed) / np.abs(signed).sum()
    for persons in (0.0, 5e4, -5e4):
        net = np.broadcast_to(persons * signed, one.net_migration.shape).copy()
        inputs = replace(one.inputs, net_migration=net, pattern=signed[None])
        found = _movers(replace(one, inputs=inputs, net_migration=net), 0, people)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-18)
