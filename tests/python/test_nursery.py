"""Nursery places: need by three definitions, the documents' figures, and the stock where a user states one."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from inside import inside
from sanhai import _bridge

TYPES = {"nursery.type_share.public": 0.1, "nursery.type_share.inclusive_private": 0.3}
STATED = {"nursery.stock_per_1000": 3.0, **TYPES, "nursery.type_share.kindergarten": 0.2}
PLAN = {"nursery.plan": "norm"}


def account(residents, under3, **settings):
    """One place, one year, children of 0-2 in equal numbers, the same at both ends."""
    pop = np.zeros((1, 2, 2, 101))
    pop[:, :, 0, :3] = under3 / 3.0
    pop[:, :, 1, 40] = residents - under3
    one = _bridge.NurserySettings()
    for name, value in settings.items():
        setattr(one, name, np.full((1, 1), value) if isinstance(value, float) else value)
    return {name: values[0, 0] for name, values in _bridge.nursery_account(["x"], 2025, pop, one).arrays().items()}


@pytest.fixture(scope="module")
def stated():
    base = sh.scenario("baseline", "lanzhou")
    return sh.compare([base, base.vary("stated", PLAN)], (2021, 2036), beliefs=STATED)


def test_places_for_the_target_of_lanzhou():
    """4.5 per 1,000 of 4.4365 m residents: 19,964 places."""
    assert account(4_436_500.0, 100_000.0, norm=0.0045)["places_target"] == pytest.approx(19_964.25)


def test_lanzhous_target_in_the_result_is_4_5_per_1000_of_the_published_people(lanzhou):
    """End of 2024: published 4.4365 m people, which the run meets."""
    need = lanzhou.data["places_target"].sel(scenario="baseline", place="620100", year=2024)
    assert need.item() == pytest.approx(19_964.25, rel=1e-9)


def test_national_places_per_1000_and_utilisation():
    """6.657 m places over 1,404.89 m people: 4.74 per 1,000; 0.12 x 26.48 m children over 6.66 m places: 0.477."""
    found = account(1_404.89e6, 26.48e6, enrolment_share=0.12, places=6.657e6)
    assert round(found["stock_per_resident"] * 1000.0, 2) == 4.74
    found = account(1_404.89e6, 26.48e6, enrolment_share=0.12, places=6.66e6)
    assert round(found["utilisation"], 3) == 0.477


def test_three_definitions_by_hand():
    found = account(1_000_000.0, 30_000.0, norm=0.0045, enrolment_share=0.12, want_share=0.35, target_utilisation=0.7)
    assert found["places_target"] == pytest.approx(4_500.0)
    assert found["places_demand"] == pytest.approx(0.12 * 30_000.0 / 0.7)
    assert found["places_want"] == pytest.approx(0.35 * 25_000.0 / 0.7)
    assert found["target_per_child"] == pytest.approx(4_500.0 / 30_000.0)
    assert np.isnan(found["places_stock"])


def test_three_definitions_in_a_run(lanzhou):
    run = inside(lanzhou)["baseline"]
    rows = [row for row, code in enumerate(run.leaves) if code.startswith("6201")]
    pop = run.people.pop_jan1.sum(axis=2)[rows]  # (leaf, year, age)
    middle = (pop[:, :-1] + pop[:, 1:]) / 2.0
    under3 = middle[:, :, :3].sum(axis=2)
    wanting = middle[:, :, 0] / 2.0 + middle[:, :, 1] + middle[:, :, 2]
    names = ("places_target", "places_demand", "places_want")
    codes = [run.leaves[row] for row in rows]
    data = lanzhou.data.sel(scenario="baseline", place=codes).isel(draw=0)
    got = {name: data[name].values[:, :-1] for name in names}
    assert np.allclose(got["places_target"], 0.0045 * pop[:, 1:].sum(axis=2), rtol=1e-12)
    assert np.allclose(got["places_demand"], 0.12 * under3 / 0.7, rtol=1e-12)
    assert np.allclose(got["places_want"], 0.35 * wanting / 0.7, rtol=1e-12)


def test_each_place_has_the_target_of_its_own_document(lanzhou):
    """Lanzhou's and the nation's 4.5; Guizhou's 3 per 1,000."""
    data = sh.project("guizhou", (2021, 2030)).data.sel(scenario="baseline", place="520000").isel(draw=0)
    people = data["pop_jan1"].values[1:]
    assert np.allclose(data["places_target"].values[:-1], 0.003 * people, rtol=1e-12)
    frame = lanzhou.frame
    own = frame[(frame["variable"] == "places_target") & (frame["place"] == "620100")]
    assert set(own["basis"]) == {"lanzhou-2023/art-3"}


def test_fewer_children_mean_more_places_a_child_under_a_fixed_norm(lanzhou):
    table = lanzhou.frame
    chosen = table[
        (table["variable"] == "places_per_child")
        & (table["basis"] == "target")
        & (table["place"] == "620100")
        & (table["scenario"] == "baseline")
    ].set_index("year")["value"]
    assert chosen[2030] > 1.2 * chosen[2024]


def test_nothing_rests_on_a_stock_nobody_stated(lanzhou):
    frame = sh.project("lanzhou", (2021, 2030)).frame
    of_stock = {"places_stock", "places_gap", "openings", "places_by_type", "utilisation"}
    assert not set(frame["variable"]) & of_stock
    frame = lanzhou.frame
    assert of_stock <= set(frame["variable"])
    assumed = frame[frame["variable"] == "places_stock"]
    assert set(assumed["basis"]) == {"assumption: national rate"}
    assert set(assumed["confidence"]) == {"low"}
    assert assumed["year"].min() == 2026


def test_a_stated_stock_goes_straight_to_the_norm(stated):
    run = inside(stated)["stated"]
    leaf = run.leaves.index("620102")
    stock, residents = run.nursery.rows("places_stock")[leaf], run.people.pop_jan1[leaf].sum(axis=(1, 2))
    opening, due = 0.003 * residents[5], 0.0045 * residents[10]  # 1 January 2026; the end of 2030
    assert stock[5:10] == pytest.approx(np.linspace(opening, due, 6)[1:], rel=1e-12)
    assert (stock[10:] / residents[11:] >= 0.0045 - 1e-12).all()  # nothing closes where people leave
    opened = run.nursery.rows("openings")[leaf]
    assert opened[5] == pytest.approx(stock[5] - opening, rel=1e-9)
    assert np.nanmin(opened) >= 0.0


def test_gaps_name_their_definition_and_are_need_less_stock(stated):
    frame = stated.frame
    own = frame[(frame["scenario"] == "stated") & (frame["place"] == "620100") & (frame["year"] == 2028)]
    stock = float(own[own["variable"] == "places_stock"]["value"].iloc[0])
    gaps = own[own["variable"] == "places_gap"].set_index("basis")["value"]
    assert set(gaps.index) == {"target", "demand", "want"}
    for basis in gaps.index:
        need = float(own[own["variable"] == f"places_{basis}"]["value"].iloc[0])
        assert gaps[basis] == pytest.approx(need - stock, rel=1e-9, abs=1e-6)


def test_operating_subsidy_is_paid_in_operating_years_2_to_4(stated):
    """Article 41: places opened in v, inclusive and occupied, are paid in v + 1 to v + 3; the old stock never."""
    run = inside(stated)["stated"]
    leaf = run.leaves.index("620123")
    opened = np.nan_to_num(run.nursery.rows("openings")[leaf])
    used = np.nan_to_num(run.nursery.rows("utilisation")[leaf])
    expected = [0.6 * used[t] * opened[max(0, t - 3) : t].sum() for t in range(len(opened))]
    line = run.bill.lines.index("lanzhou-2023/art-41/place")
    assert np.allclose(run.bill.beneficiaries[line, leaf], expected, rtol=1e-9)
    assert expected[5] == 0.0
    assert expected[6] > 0.0


def test_staff_and_classes_by_month_class():
    """Ratios 1:3, 1:5, 1:7 and classes of 10, 15 and 20 on the stated split of enrolment."""
    share = np.array([[0.2, 0.4, 0.4]])
    found = account(1_000_000.0, 30_000.0, enrolment_share=0.12, class_share=share)
    enrolled = 0.12 * 30_000.0
    assert found["enrolment"] == pytest.approx(enrolled)
    assert found["staff"] == pytest.approx(enrolled * (0.2 / 3.0 + 0.4 / 5.0 + 0.4 / 7.0))
    assert found["classes"] == pytest.approx(enrolled * (0.2 / 10.0 + 0.4 / 15.0 + 0.4 / 20.0))


def test_china_in_2030():
    """4.5 per 1,000 needs 6.26 m places (policy.md section 5); 18 % enrolled are 4.08 m children."""
    base = sh.scenario("baseline", "china")
    one = base.vary("one", {"nursery.enrolment_goal": sh.from_year(2030, 0.18), "nursery.norm_per_1000": 4.5})
    frame = sh.compare([base, one], (2021, 2030)).frame
    own = frame[(frame["scenario"] == "one") & (frame["year"] == 2030)].set_index("variable")["value"]
    assert own["places_target"] == pytest.approx(6.26e6, rel=0.01)
    # Born 2028-30: the design's births of these years are not this run's to the digit.
    assert own["enrolment"] == pytest.approx(4.08e6, rel=0.05)


def test_whole_places_sum_and_rates_are_made_anew(stated):
    run = inside(stated)["stated"]
    nine = [row for row, code in enumerate(run.leaves) if code.startswith("6201")]
    whole, rows = run.nursery.of(nine), run.nursery.rows
    for name in ("places_stock", "openings", "enrolment"):
        assert np.allclose(np.nan_to_num(whole[name]), np.nan_to_num(rows(name)[nine].sum(axis=0)), rtol=1e-12), name
    assert np.allclose(whole["stock_per_child"][5:], whole["places_stock"][5:] / whole["under3"][5:], rtol=1e-12)
