"""Women by parity: rebuilt, labelled, and never moving the totals they split."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from sanhai import _bridge
from sanhai.calibrate.parity import AGES, history_of, misses, parity_of, reconstruction
from sanhai.calibrate.path import baseline
from sanhai.places.catalogue import all_places
from sanhai.places.catalogue import place as place_of

# PARITY.md, from a reconstruction made apart from this code: p0, p1, p2 of the period; k1, k2 of places.
PROGRESSIONS = {
    2015: (0.939, 0.662, 0.199),
    2017: (0.913, 0.750, 0.169),
    2021: (0.760, 0.558, 0.166),
    2025: (0.717, 0.501, 0.154),
}
STOCK_2021 = {30: (0.264, 0.294, 0.408, 0.034), 40: (0.069, 0.319, 0.499, 0.113), 50: (0.022, 0.345, 0.477, 0.155)}
CHINA = place_of("china")
NATION = reconstruction(history_of(CHINA))
FACTORS = {"620000": (1.284, 1.266), "520000": (1.354, 1.713), "620100": (0.969, 0.669), "620702": (1.271, 0.678)}


@pytest.fixture(scope="module")
def inputs():
    return baseline((*place_of("lanzhou").leaves, place_of("620702"), place_of("china")), 2035)


@pytest.mark.parametrize("year", PROGRESSIONS)
def test_progressions_of_the_nation(year):
    assert np.abs(np.asarray(NATION.ppr(year)) - PROGRESSIONS[year]).max() < 0.005


@pytest.mark.parametrize("age", STOCK_2021)
def test_women_by_parity_of_the_nation_in_2021(age):
    shares = np.asarray(NATION.shares(2021))[age - AGES.start]
    assert np.abs(shares - STOCK_2021[age]).max() < 0.005


@pytest.mark.parametrize("code", FACTORS)
def test_factors_of_places(code):
    start = parity_of(place_of(code))
    assert (start.k1, start.k2) == pytest.approx(FACTORS[code], rel=0.01)
    assert start.confidence == "estimated"


def test_every_bundled_place_has_a_start():
    for code in all_places():
        start = parity_of(place_of(code))
        assert np.abs(start.shares.sum(axis=1) - 1.0).max() < 1e-12
        assert start.shares.min() >= 0.0
        assert start.fitted == pytest.approx(start.target, abs=1e-6)


def test_orders_sum_to_the_calibrated_total(inputs):
    assert np.abs(inputs.asfr.sum(axis=2) - inputs.asfr_total).max() < 1e-15


def test_births_of_an_order_are_the_moves_into_it(inputs):
    """Per woman, over all ages: who leaves parity 0, or 0 and 1, has had a first, or a second, birth of the year.

    Births at an age are counted at both exposures, so a single age shares them with its neighbour; the year does not.
    """
    for path in inputs.parity[:3]:
        births = np.asarray(path.asfr_order).sum(axis=2)
        shares = np.asarray(path.shares)
        for t in range(len(births)):
            left = shares[t, :-1] - shares[t + 1, 1:]
            assert left[:, 0].sum() == pytest.approx(births[t, 0], abs=1e-12)
            assert left[:, :2].sum() == pytest.approx(births[t, 1], abs=1e-12)
            assert -left[:, 3].sum() <= births[t, 2] + 1e-12
        assert np.abs(shares.sum(axis=2) - 1.0).max() < 1e-12


def test_published_birth_orders_come_out_of_the_run_shown():
    """Published shares of orders, per cent: 2021 44.1/41.4/14.5, 2022 46.1/38.9/15.0, within a tenth of a point."""
    births = sh.project("china", (2021, 2030)).sel("births", by="order").isel(scenario=0, draw=0).values
    shares = 100.0 * births / births.sum(axis=1, keepdims=True)
    assert np.abs(shares[0] - (44.1, 41.4, 14.5)).max() < 0.1
    assert np.abs(shares[1] - (46.1, 38.9, 15.0)).max() < 0.1


def test_the_same_hazards_for_every_order_are_the_run_without_parity():
    """Parity-blind rates: each order's births are the rate times the women at its parity."""
    asfr = np.zeros((5, 101))
    asfr[:, 20:40] = 0.06
    start = parity_of(place_of("100000"))
    fertility = _bridge.ParityFertility()
    fertility.asfr, fertility.relative = asfr, np.ones((1, 3, len(AGES)))
    fertility.start = _bridge.ParityStock(start.shares, start.births_3plus)
    path = _bridge.parity_path(fertility, 2021)
    assert np.abs(np.asarray(path.asfr_order).sum(axis=1) - asfr).max() < 1e-15
    women = np.asarray(path.shares)[0]
    at_25 = (women[25 - AGES.start] + women[24 - AGES.start]) / 2.0
    assert np.asarray(path.asfr_order)[0, 0, 25] == pytest.approx(0.06 * at_25[0], rel=1e-12)
    assert np.asarray(path.asfr_order)[0, 2, 25] == pytest.approx(0.06 * (at_25[2] + at_25[3]), rel=1e-12)


def test_report_prints_the_fit_and_its_misses():
    report = str(sh.place("lanzhou").parity.report())
    assert "estimated" in report
    assert f"{parity_of(place_of('620100')).k1:.3f}" in report
    worst = misses(CHINA).iloc[misses(CHINA)["in_sd"].abs().argmax()]
    assert f"{worst['published']:.3f}" in report
    assert f"{worst['fitted']:.3f}" in report
    assert "重建" in str(sh.place("lanzhou").parity.report("zh")) or "估计" in str(
        sh.place("lanzhou").parity.report("zh")
    )
    assert set(sh.place("lanzhou").parity.to_frame()["confidence"]) == {"estimated"}
