"""Places by type and opening year: stock, closures, supply and plans on given people, by hand and by the references."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import sanhai as sh
from inside import inside
from sanhai.policy.nursery import nursery_run
from sanhai.policy.place_plan import decomposed
from sanhai.policy.place_stock import PlaceStock, place_stock
from sanhai.policy.reading import Reading
from sanhai.policy.scenario import Scenario, with_beliefs
from sanhai.policy.vocabulary import NURSERY_TYPES

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "policy"
YEARS = range(2021, 2031)
INCLUSIVE = ("public", "inclusive_private", "kindergarten")
STOCK = {
    "nursery.stock_per_1000": 4.0,
    "nursery.type_share.public": 0.25,
    "nursery.type_share.inclusive_private": 0.25,
    "nursery.type_share.kindergarten": 0.125,
}
COUNTIES = ("620102", "620103")


def scenario(beliefs: dict[str, object], policy: dict[str, object] | None = None, code: str = "620100") -> Scenario:
    return with_beliefs(sh.scenario("baseline", code).vary("one", policy or {}), beliefs)


def stock_of(
    beliefs: dict[str, object],
    policy: dict[str, object] | None = None,
    residents: np.ndarray | None = None,
    years: range = YEARS,
) -> PlaceStock:
    """Places of two districts of Lanzhou with given residents (leaf, 1 January): a million and half of one at least."""
    leaves = tuple(sh.place(code) for code in COUNTIES)
    people = np.array([[1e6], [5e5]]) * np.ones(2042 - years[0]) if residents is None else residents

    def of(area: object, year: int) -> float:
        return float(people[[one.code for one in leaves].index(area.code), year - years[0]]) if area in leaves else 3e6

    found = place_stock(Reading(scenario(beliefs, policy)), leaves, years, people, of)
    assert found is not None
    return found


def test_the_stock_of_a_1_january_by_type_and_what_the_shares_leave():
    found = stock_of(STOCK)
    assert found.begun == 2026
    assert np.isnan(found.places[:, :5]).all()
    by_type = dict(zip(NURSERY_TYPES, found.by_type(found.places)[0, 5], strict=True))
    assert by_type == {"public": 1000.0, "inclusive_private": 1000.0, "market": 1500.0, "kindergarten": 500.0,
                       "employer": 0.0, "home": 0.0}  # fmt: skip
    assert found.of(None)[1, 5] == 2000.0
    assert found.of(INCLUSIVE)[1, 5] == 1250.0


def test_a_stock_without_types_has_a_total_and_nothing_by_type():
    found = stock_of({"nursery.stock_per_1000": 4.0})
    assert found.of(None)[0, 5] == 4000.0
    assert np.isnan(found.of(INCLUSIVE)[:, 5:]).all()
    assert np.isnan(found.by_type(found.places)).all()


def test_the_assumption_is_half_inclusive():
    found = stock_of({"nursery.assumption": "national-rate"})
    assert found.assumed
    assert found.of(None)[0, 5] == pytest.approx(4730.0)
    assert found.of(INCLUSIVE)[0, 5] == pytest.approx(2365.0)
    own = stock_of({"nursery.assumption": "national-rate", "nursery.type_share.public": 0.3})
    assert own.of(INCLUSIVE)[0, 5] == pytest.approx(0.3 * 4730.0)


def test_every_vintage_closes_and_operating_years_count_from_the_opening():
    beliefs = {**STOCK, "nursery.closure_rate": [sh.from_year(2026, 0.1), sh.from_year(2028, 0.2)]}
    beliefs |= {"nursery.opened_2023_share": 0.125, "nursery.opened_2024_share": 0.25, "nursery.opened_2025_share": 0.5}
    found = stock_of(beliefs, {"lanzhou.nursery.new_public_places_per_year": sh.from_year(2027, 300.0)})
    # 2026: operating years 2-4 are the vintages of 2025, 2024 and 2023, of what is left of the stock.
    assert found.of(INCLUSIVE, (2, 4))[0, 5] == pytest.approx(2500.0 * 0.875 * 0.9)
    assert found.of(("public",), (2, 2))[0, 5] == pytest.approx(1000.0 * 0.5 * 0.9)
    # 2027: a third of the 300 opens here, in operating year 1; 2028 it is in its second, after a closure of 20 %.
    assert found.of(("public",), (1, 1))[0, 6] == pytest.approx(100.0)
    assert found.of(("public",), (2, 4))[0, 7] == pytest.approx(100.0 * 0.8 + 1000.0 * 0.5 * 0.9 * 0.9 * 0.8)
    assert found.of(("public",))[0, 6] == pytest.approx(1000.0 * 0.81 + 100.0)
    closed = found.pick(found.closed, None)[0]
    assert closed[5:8] == pytest.approx([400.0, 360.0, 0.2 * (3240.0 + 100.0)])
    every = sum(found.of(None, (one, one)) for one in range(1, 5))
    assert (every <= found.of(None) + 1e-9)[:, 5:].all()


def test_supply_of_a_document_is_shared_by_residents_and_has_its_type():
    with_supply = {
        "lanzhou.nursery.new_public_places_per_year": sh.from_year(2027, 300.0),
        "lanzhou.nursery.new_home_places_per_year": sh.from_year(2028, 60.0),
        "national.nursery.new_employer_places_per_year": sh.from_month("2029-07", 18.0),  # for half of the year
    }
    found = stock_of(STOCK, with_supply)
    opened = {one: found.pick(found.opened, (one,)) for one in NURSERY_TYPES}
    assert opened["public"][:, 5:8].tolist() == [[0.0, 100.0, 100.0], [0.0, 50.0, 50.0]]
    assert opened["home"][:, 6:8].tolist() == [[0.0, 20.0], [0.0, 10.0]]
    assert opened["employer"][:, 7:9].tolist() == [[0.0, 3.0], [0.0, 1.5]]
    own = stock_of(STOCK, {"lanzhou.nursery.new_home_places_per_year": sh.from_year(2028, 60.0, place="620103")})
    assert own.pick(own.opened, ("home",))[:, 7].tolist() == [0.0, 60.0]
    assert not opened["market"][:, 5:].any()


def test_a_plan_opens_what_is_missing_by_the_types_there_are():
    policy = {"nursery.plan": sh.from_year(2026, "norm"), "nursery.norm_per_1000": 5.0}
    found = stock_of({**STOCK, "nursery.closure_rate": 0.1}, policy)
    assert found.of(None)[0, 5:] == pytest.approx([4200.0, 4400.0, 4600.0, 4800.0, 5000.0])
    assert found.pick(found.opened, None)[0, 5] == pytest.approx(200.0 + 400.0)  # the net path and what has closed
    assert found.pick(found.opened, ("public",))[0, 5] == pytest.approx(150.0)
    supplied = stock_of(
        {**STOCK, "nursery.closure_rate": 0.1},
        {**policy, "lanzhou.nursery.new_public_places_per_year": 900.0},
    )
    assert supplied.of(None)[0, 5] == pytest.approx(4200.0)  # 300 of the 600 are the document's
    assert supplied.pick(supplied.opened, ("public",))[0, 5] == pytest.approx(300.0 + 0.25 * 300.0)


def test_a_plan_below_the_stock_keeps_it_and_closes_nothing():
    """Guizhou's 3 per 1,000 against 4.73: kept as they are to the due year, then the same number per resident."""
    people = np.array([[1e6], [5e5]]) * (0.99 ** np.arange(21))
    policy = {"nursery.plan": sh.from_year(2027, "norm"), "nursery.norm_per_1000": 3.0}
    found = stock_of({**STOCK, "nursery.closure_rate": 0.05}, policy, people, range(2021, 2036))
    total = found.of(None)
    kept = 0.95 * 0.004 * people[:, 5]
    assert total[:, 6:10] == pytest.approx(np.tile(kept[:, None], 4))
    assert total[:, 10:] / people[:, 11:16] == pytest.approx(np.tile((kept / people[:, 10])[:, None], 5))
    assert (found.pick(found.opened, None)[:, 6:] > 0.0).all()


def test_hold_keeps_the_norm_every_year_from_the_first():
    people = np.array([[1e6], [5e5]]) * (1.01 ** np.arange(21))
    policy = {"nursery.plan": sh.from_year(2027, "hold"), "nursery.norm_per_1000": 5.0}
    found = stock_of(STOCK, policy, people)
    assert found.of(None)[:, 5] == pytest.approx(0.004 * people[:, 5])
    assert found.of(None)[:, 6:] == pytest.approx(0.005 * people[:, 7:11])


def test_a_norm_that_changes_on_the_way_is_made_for_from_then_on():
    policy = {
        "nursery.plan": sh.from_year(2026, "norm"),
        "nursery.norm_per_1000": [sh.from_year(2026, 5.0), sh.from_year(2028, 8.4)],
    }
    found = stock_of(STOCK, policy)
    assert found.of(None)[0, 5:] == pytest.approx([4200.0, 4400.0, 4400.0 + 4000 / 3, 4400.0 + 8000 / 3, 8400.0])


def test_a_county_may_have_its_own_stock_closures_and_plan():
    beliefs = {
        "nursery.stock_per_1000": [sh.from_year(2026, 4.0), sh.from_year(2026, 2.0, place="620103")],
        "nursery.type_share.public": [sh.from_year(2026, 0.5), sh.from_year(2026, 1.0, place="620103")],
        "nursery.closure_rate": sh.from_year(2026, 0.1, place="620103"),
    }
    policy = {"nursery.plan": sh.from_year(2027, "hold", place="620103"), "nursery.norm_per_1000": 3.0}
    found = stock_of(beliefs, policy)
    assert found.of(None)[:, 5:7].tolist() == [[4000.0, 4000.0], [900.0, 1500.0]]
    assert found.of(("public",))[:, 5].tolist() == [2000.0, 900.0]
    assert found.pick(found.opened, None)[:, 6] == pytest.approx([0.0, 690.0])


def test_where_a_county_states_no_stock_the_city_has_no_total_and_the_rest_is_counted():
    base = sh.scenario("baseline", "lanzhou").vary("one", {"nursery.plan": sh.from_year(2027, "norm")})
    stated = {"nursery.stock_per_1000": sh.from_year(2026, 3.0, place="榆中县"), "nursery.type_share.public": 0.5}
    found = sh.compare([base], (2021, 2030), beliefs=stated)
    stock = found.table("places_stock", place="榆中县").loc["one"]
    assert (stock.loc[2026:] > 0.0).all()
    assert found.table("places_stock").loc["one"].isna().all()
    run = inside(found)["one"]
    paid = run.bill.beneficiaries[run.bill.lines.index("lanzhou-2023/art-41/place"), :, -1]
    assert [code for code, heads in zip(run.leaves, paid, strict=True) if heads] == ["620123"]


def test_a_run_that_ends_before_the_due_year_is_the_first_part_of_a_longer_one():
    policy = {"nursery.plan": sh.from_year(2026, "norm"), "nursery.plan_to": 2035, "nursery.norm_per_1000": 5.0}
    people = np.array([[1e6], [5e5]]) * (1.02 ** np.arange(21))
    short, long = (stock_of(STOCK, policy, people, range(2021, last + 1)) for last in (2029, 2036))
    assert np.array_equal(short.places, long.places[:, :9], equal_nan=True)
    assert long.of(None)[:, 14] == pytest.approx(0.005 * people[:, 15])


def test_what_a_group_lacks_is_shared_by_what_each_lacks_and_nobody_falls():
    """A surplus of one part of a city counts for the whole, and stays where it is."""
    kept, wanted = np.array([300.0, 100.0, 50.0, np.nan]), np.array([200.0, 200.0, 100.0, 80.0])
    goal = decomposed(kept, wanted, ("a", "a", "a", "a"))
    assert goal[:3] == pytest.approx([300.0, 100.0 + 50.0 * 2 / 3, 50.0 + 50.0 / 3])
    assert goal[:3].sum() == pytest.approx(500.0)
    assert np.isnan(goal[3])
    apart = decomposed(kept, wanted, ("a", "b", "b", "b"))
    assert apart[:3].tolist() == [300.0, 200.0, 100.0]
    enough = decomposed(np.array([300.0, 100.0]), np.array([200.0, 150.0]), ("a", "a"))
    assert enough.tolist() == [300.0, 100.0]
    no_norm = decomposed(np.array([300.0, 100.0]), np.array([np.nan, 150.0]), ("", "b"))
    assert no_norm.tolist() == [300.0, 150.0]


@pytest.mark.parametrize(
    ("beliefs", "fragments"),
    [
        ({"nursery.type_share.public": 0.7, "nursery.type_share.home": 0.4}, ("type_share", "1.1")),
        ({"nursery.opened_2024_share": 0.7, "nursery.opened_2025_share": 0.4}, ("opened_", "1.1")),
        ({"nursery.stock_per_1000": sh.from_year(2025, 3.0), "nursery.opened_2025_share": 0.4},
         ("opened_2025_share", "2025")),
    ],
)  # fmt: skip
def test_shares_that_cannot_be(beliefs, fragments, complains):
    base = sh.scenario("baseline", "lanzhou")
    stated = {"nursery.stock_per_1000": 3.0, **beliefs}
    complains(lambda: sh.compare([base], (2021, 2030), beliefs=stated), *fragments, kind=sh.ConfigError)


def test_a_share_dated_after_its_stock_is_not_read(complains):
    base = sh.scenario("baseline", "lanzhou")
    stated = {"nursery.stock_per_1000": 3.0, "nursery.type_share.public": sh.from_year(2028, 0.4)}
    complains(lambda: sh.compare([base], (2021, 2030), beliefs=stated), "type_share.public", kind=sh.ConfigError)


# ---- in a run -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn():
    base = sh.scenario("baseline", "lanzhou")
    more = base.vary("more", {"nursery.plan": sh.from_year(2027, "norm"), "nursery.norm_per_1000": 6.0,
                              "nursery.enrolment_goal": sh.from_year(2028, 0.3)})  # fmt: skip
    beliefs = {**STOCK, "nursery.closure_rate": 0.05, "nursery.opened_2025_share": 0.2}
    return sh.compare([base, more], (2021, 2036), draws=16, seed=3, beliefs=beliefs)


def test_places_are_the_same_in_every_draw_and_who_uses_them_is_not(drawn):
    for name in ("places_stock", "openings", "closures", "places_by_type", "openings_by_type"):
        values = drawn.sel(name, scenario="more").values
        assert np.nanmax(np.ptp(values, axis=1)) == 0.0, name
    use = drawn.sel("utilisation", scenario="more").values[0]  # (draw, year)
    assert (np.ptp(use[:, 6:-1], axis=0) > 0.0).all()
    assert np.nanmax(use) <= 0.95 + 1e-12


def test_utilisation_is_children_over_places_in_every_draw(drawn):
    for name in drawn.scenarios:
        enrolled, places = (drawn.sel(one, scenario=name).values for one in ("enrolment", "places_stock"))
        np.testing.assert_allclose(drawn.sel("utilisation", scenario=name).values, enrolled / places, rtol=1e-12)


def test_types_sum_to_the_stock_and_parts_to_the_city(drawn):
    for whole, typed in (("places_stock", "places_by_type"), ("openings", "openings_by_type")):
        total = drawn.sel(whole, scenario="more").values
        np.testing.assert_allclose(drawn.sel(typed, scenario="more").values.sum(axis=-1), total, rtol=1e-12)
        parts = sum(drawn.sel(whole, scenario="more", place=leaf).values for leaf in sh.place("lanzhou").leaves)
        np.testing.assert_allclose(parts, total, rtol=1e-12)


def test_a_draw_in_which_nothing_varies_is_the_point_run():
    base = sh.scenario("baseline", "榆中")
    more = base.vary("more", {"nursery.plan": sh.from_year(2027, "norm"), "nursery.norm_per_1000": 6.0,
                              "nursery.enrolment_goal": sh.from_year(2028, 0.3)})  # fmt: skip
    beliefs = {**STOCK, "nursery.opened_2025_share": 0.2}
    found = sh.compare([base, more], (2021, 2036), draws=2, components=(), beliefs=beliefs)
    central = found.central
    for name in ("enrolment", "utilisation", "staff", "places_stock", "places_gap", "cost_nominal", "beneficiaries"):
        for one in range(2):
            np.testing.assert_array_equal(
                found._store.values(name)[..., one], central._store.values(name)[..., 0], name
            )
    run = inside(central)["more"]
    line = run.bill.lines.index("lanzhou-2023/art-41/place")
    booked = central.sel("beneficiaries", scenario="more", by="component").sel(component="lanzhou-2023/art-41/place")
    leaf = run.leaves.index("620123")
    np.testing.assert_allclose(booked.values[0, 0], run.bill.beneficiaries[line, leaf], rtol=1e-12)
    assert run.bill.beneficiaries[line, leaf, 6:12].min() > 0.0


def test_kindergartens_take_no_more_than_the_children_aged_2():
    """Nearly all places in kindergartens, and nearly all children under 3 enrolled."""
    base = sh.scenario("baseline", "榆中").vary("full", {"nursery.enrolment_goal": sh.from_year(2027, 0.9)})
    beliefs = {"nursery.stock_per_1000": 40.0, "nursery.type_share.kindergarten": 0.9}
    run = inside(sh.compare([base], (2021, 2030), beliefs=beliefs))["full"]
    leaf, rows = run.leaves.index("620123"), run.nursery.rows
    ages = run.people.pop_jan1[leaf].sum(axis=1)
    aged_2 = (ages[:-1, 2] + ages[1:, 2]) / 2.0
    places = rows("places_stock")[leaf]
    in_kindergartens = 0.9 * places * rows("kindergarten_use")[leaf]
    assert in_kindergartens[6:] == pytest.approx(aged_2[6:])
    elsewhere = np.minimum(0.9 * rows("under3")[leaf] - aged_2, 0.95 * 0.1 * places)[6:]
    assert rows("enrolment")[leaf, 6:] == pytest.approx(aged_2[6:] + elsewhere)


def test_money_by_type_of_place_is_paid_to_the_children_of_that_type():
    """Shanxi: 500 yuan a month in nurseries, 300 in kindergarten classes; nothing while nobody states the types."""
    base = sh.scenario("baseline", "shanxi").use("local-examples", "schemes")
    stated = {"nursery.stock_per_1000": 4.0, "nursery.type_share.public": 0.3, "nursery.type_share.kindergarten": 0.2}
    run = inside(sh.compare([base], (2021, 2030), beliefs=stated))["schemes"]
    line, year = run.bill.lines.index("local-examples/shanxi-nursery/child"), 2028 - 2021
    enrolled = run.nursery.rows("enrolment")[:, year]
    here = [row for row, code in enumerate(run.leaves) if code.startswith("14")]
    paid = run.bill.cost_nominal[line].sum(axis=2)[here, year]
    assert paid == pytest.approx(12.0 * (0.3 * 500.0 + 0.2 * 300.0) * enrolled[here])
    assert run.bill.beneficiaries[line, here, year] == pytest.approx(0.5 * enrolled[here])
    formula = run.bill.formula(run.bill.lines[line], here[0], 2028)
    assert [one.yuan for one in formula.cells] == [6000.0, 3600.0]
    assert eval(formula.text) == pytest.approx(paid[0], rel=1e-12)
    without = inside(sh.compare([base], (2021, 2030), beliefs={"nursery.stock_per_1000": 4.0}))["schemes"]
    assert without.bill.needs["local-examples/shanxi-nursery/child"] == "nursery.type_share.public"


def test_institutions_opened_are_places_over_their_mean_size():
    """Linze's grant of 30,000 yuan to a new private nursery of 52.8 places, then of 26.4."""
    base = sh.scenario("baseline", "临泽").use("local-examples", "schemes")
    one = base.vary("one", {"nursery.plan": sh.from_year(2027, "norm"), "nursery.norm_per_1000": 6.0})
    beliefs = {**STOCK, "nursery.places_per_institution": [sh.from_year(2026, 52.8), sh.from_year(2029, 26.4)]}
    run = inside(sh.compare([base, one], (2021, 2030), beliefs=beliefs))["one"]
    line, leaf = run.bill.lines.index("local-examples/linze-nursery/institution"), run.leaves.index("620723")
    opened = run.nursery.stock.pick(run.nursery.stock.opened, ("inclusive_private", "market"))[leaf]
    each = np.where(np.arange(2021, 2031) < 2029, 52.8, 26.4)
    assert run.bill.beneficiaries[line, leaf, 6:] == pytest.approx((opened / each)[6:])
    assert run.bill.cost_nominal[line, leaf, 6:].sum(axis=1) == pytest.approx(30_000.0 * (opened / each)[6:])


# ---- the shared references ------------------------------------------------------------------------------------------

LANZHOU = ("620102", "620103", "620104", "620105", "620111", "620121", "620122", "620123", "620171")
HELD = {
    "nursery.stock_per_1000": 4.73, "nursery.type_share.public": 0.1, "nursery.type_share.inclusive_private": 0.3,
    "nursery.type_share.kindergarten": 0.1, "nursery.closure_rate": 0.05,
    "nursery.enrolment_share": [sh.from_year(2026 + k, share) for k, share in enumerate((.132, .144, .156, .168, .18))],
}  # fmt: skip
VINTAGES = {"nursery.opened_2023_share": 0.186, "nursery.opened_2024_share": 0.148, "nursery.opened_2025_share": 0.137}


@cache
def people() -> np.ndarray:
    """(leaf, 1 January 2021-31, sex, age) of Lanzhou's parts: children by age, all others at 50."""
    if not (SHARED / "reference_inputs.csv").is_file():
        pytest.skip("the reference table is not beside the repository")
    pop = np.zeros((len(LANZHOU), 11, 2, 101))
    with (SHARED / "reference_inputs.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["place"] in LANZHOU:
                at, value = (LANZHOU.index(row["place"]), int(row["year"]) - 2021), float(row["value"])
                if row["item"].startswith("pop_jan1_age"):
                    age = int(row["item"].removeprefix("pop_jan1_age"))
                    pop[(*at, 0, age)] = value
                    pop[(*at, 0, 50)] -= value
                elif row["item"] == "residents_jan1":
                    pop[(*at, 0, 50)] += value
    return pop


@cache
def held(with_vintages: bool) -> tuple[PlaceStock, object]:
    leaves = tuple(sh.place(code) for code in LANZHOU)
    policy = {"nursery.plan": sh.from_year(2026, "hold"), "nursery.norm_per_1000": 4.73}
    reading = Reading(scenario({**HELD, **(VINTAGES if with_vintages else {})}, policy))
    residents = people().sum(axis=(2, 3))
    stock = place_stock(reading, leaves, YEARS, residents, lambda area, year: 1.0)
    assert stock is not None
    return stock, nursery_run(reading, leaves, YEARS, people(), stock)


@pytest.mark.parametrize(
    ("with_vintages", "expected"),
    [(False, [0.0, 0.23, 0.47, 0.74, 0.78]), (True, [2.05, 1.43, 1.04, 0.74, 0.78])],
)
def test_article_41_of_lanzhou_in_million_yuan(with_vintages, expected):
    """4.73 per 1,000 held, half inclusive, closures of 5 %, enrolment to 18 %: 2026-30."""
    stock, account = held(with_vintages)
    paid = stock.of(INCLUSIVE, (2, 4)) * account.rows("utilisation")
    assert np.round(1000.0 * paid[:, 5:].sum(axis=0) / 1e6, 2).tolist() == expected


@pytest.mark.parametrize("year", [2027, 2030])
@pytest.mark.parametrize("row", ["LZ23-041a", "LZ23-041b", "LZ23-041c"])
def test_places_and_utilisation_of_the_reference_rows(row, year):
    stock, account = held(True)
    paid, use = stock.of(INCLUSIVE, (2, 4)), account.rows("utilisation")
    with (SHARED / "reference.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [one for one in csv.DictReader(file) if one["row"] == row and int(one["year"]) == year]
    for one in rows:
        given = {name: float(value) for name, _, value in (part.partition("=") for part in one["inputs"].split())}
        for index, code in enumerate(one["place"].split("+")):
            leaf = LANZHOU.index(code)
            assert paid[leaf, year - 2021] == pytest.approx(given[f"v{index}"], rel=1e-9)
            assert use[leaf, year - 2021] == pytest.approx(given[f"u{index}"], rel=1e-9)


def test_500_public_places_a_year_are_2262_more_after_five_years():
    """LZ23-028: openings of 2026-30 after closures of 5 %, whatever the counties' shares."""
    leaves = tuple(sh.place(code) for code in LANZHOU)
    residents = people().sum(axis=(2, 3))

    def of(area: object, year: int) -> float:
        rows = [LANZHOU.index(leaf.code) for leaf in area.leaves]
        return float(residents[rows, year - 2021].sum())

    more = {"lanzhou.nursery.new_public_places_per_year": 500.0}
    stocks = [place_stock(Reading(scenario(HELD, policy)), leaves, YEARS, residents, of) for policy in ({}, more)]
    added = (stocks[1].of(None) - stocks[0].of(None))[:, -1].sum()
    assert added == pytest.approx(2262.190625, rel=1e-9)
