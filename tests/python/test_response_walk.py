"""Births answer from announcements on: cases of the design, the shared reference table, every timing along one life."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sanhai as sh
from responding import parameters_of, respond
from sanhai import _bridge
from sanhai.policy.component import Component
from sanhai.policy.life import Discount, Life, decimal_year
from sanhai.policy.months import january
from sanhai.policy.reading import Reading
from sanhai.policy.scenario import with_beliefs
from sanhai.policy.support import announced, support_table

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "policy" / "reference.csv"
YEARS = range(2021, 2041)
YUAN, TAKE_UP = "subsidy.national.yuan_per_year", "subsidy.national.take_up"
ENDS = {"known": "2027", "surprise": None}  # when the return to 3,600 yuan is announced; None: when it comes


def year(when: int, value: float, told: str | None = None):
    return sh.from_year(when, value, told)


@pytest.fixture(scope="module")
def allowance():
    """China with the allowance alone, under the beliefs of the design's numbers."""
    bare = sh.scenario("baseline", "china").without("national/preschool-last-year")
    return with_beliefs(bare, {"response.w": 0.678})


def pulse(until: int, end: str):
    return {YUAN: [year(2027, 7200), year(until, 3600, ENDS[end])]}


# ln M of second births against 3,600 kept, in %, as the design prints them; but for the allowance told in March 2026,
# of which the design repeats 1.69 in 2035: told earlier, it has faded longer.
SHOWN = (2026, 2027, 2028, 2030, 2031, 2032, 2035)
CASES = {
    "removed by surprise": ({YUAN: year(2027, 0)}, (0, -0.33, -1.48, -1.68, -1.69, -1.68, -1.64)),
    "removal told before": ({YUAN: year(2027, 0, "2026")}, (-0.11, -1.11, -1.48, -1.68, -1.69, -1.68, -1.64)),
    "permanent 7,200": ({YUAN: year(2027, 7200)}, (0, 0.05, 0.83, 1.61, 1.70, 1.72, 1.69)),
    "7,200 told in March 2026": ({YUAN: year(2027, 7200, "2026-03")}, (0.00, 0.68, 1.33, 1.69, 1.72, 1.72, 1.68)),
    "pulse, end known": (pulse(2028, "known"), (0, 0.016, 0, 0, 0, 0, 0)),
    "pulse, end by surprise": (pulse(2028, "surprise"), (0, 0.05, 0.55, 0, 0, 0, 0)),
    "five years, end known": (pulse(2032, "known"), (0, 0.05, 0.83, 1.10, 0.59, 0, 0)),
    "five years, end by surprise": (pulse(2032, "surprise"), (0, 0.05, 0.83, 1.61, 1.70, 1.29, 0)),
    "take-up 0": ({TAKE_UP: year(2027, 0)}, (0, -0.33, -1.48, -1.68, -1.69, -1.68, -1.64)),
}


def ln_m2(one, base):
    return dict(zip(YEARS, np.log(respond(one, base, YEARS).multiplier[:, 1]), strict=True))


def test_the_allowance_against_none(allowance):
    found = ln_m2(allowance, allowance.without("national/child-allowance"))
    expected = (0.29, 1.11, 1.48, 1.68, 1.69, 1.68, 1.64)
    assert [100 * found[when] for when in SHOWN] == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("name", CASES)
def test_cases_of_the_design(allowance, name):
    changes, expected = CASES[name]
    found = ln_m2(allowance.vary("one", changes), allowance)
    assert [100 * found[when] for when in SHOWN] == pytest.approx(expected, abs=0.01 if "March" in name else 0.005)
    for when, value in zip(SHOWN, expected, strict=True):
        assert value != 0 or "March" in name or found[when] == 0.0, (name, when)


@pytest.mark.parametrize("name", CASES)
def test_swapping_sides_turns_the_sign(allowance, name):
    """Exactly -ln M; both ways the multiplier is exp of it."""
    one = allowance.vary("one", CASES[name][0])
    there, back = (respond(*pair, YEARS).multiplier for pair in ((one, allowance), (allowance, one)))
    assert np.allclose(there * back, 1.0, rtol=3e-16, atol=0.0)
    assert (respond(one, one, YEARS).multiplier == 1.0).all()


def test_a_ladder_of_benefits(allowance):
    """0 / 1,200 / 3,600 / 7,200 / 12,000 / 36,000 / 100,000 yuan from 2027, second births in 2030."""
    shown = {0: -1.68, 1200: -1.12, 3600: 0.0, 7200: 1.61, 12_000: 3.81, 36_000: 15.7, 100_000: 57.7}
    before = np.zeros(len(YEARS))
    for yuan, expected in shown.items():
        found = respond(allowance.vary("one", {YUAN: year(2027, yuan)}), allowance, YEARS).multiplier[:, 1]
        assert 100 * np.log(found[9]) == pytest.approx(expected, abs=0.005 if yuan < 36_000 else 0.05)
        assert (found >= before).all()
        before = found


def test_an_announcement_earlier_moves_births_earlier_and_money_not(allowance):
    """Nothing moves before the announcement; after both are built up the rest is the same within the fading."""
    told = [
        ln_m2(allowance.vary("one", {YUAN: year(2028, 7200, when)}), allowance) for when in ("2026-07", "2027", None)
    ]
    for first, found in zip((2027, 2027, 2028), told, strict=True):
        assert all(found[when] == 0.0 for when in range(2021, first))
        assert found[first] > 0.0
    for when in (2027, 2028, 2029):
        assert told[0][when] > told[1][when] > told[2][when]


REFERENCE = {
    "ln M2": None,
    "ln M2 one-year pulse 7,200 in 2027, end known": "pulse, end known",
    "ln M2 7,200 for 2027-2031, end known": "five years, end known",
    "ln M2 7,200 for 2027-2031, end by surprise": "five years, end by surprise",
    "ln M2 removed by surprise on 2027-01-01, against kept": "removed by surprise",
}


@pytest.fixture(scope="module")
def reference():
    if not SHARED.is_file():
        pytest.skip("the reference table is not beside the repository")
    with SHARED.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_shared_table_has_no_other_path_of_the_response(reference):
    assert {row["row"] for row in reference if row["row"].startswith("ln M")} == set(REFERENCE)


@pytest.mark.parametrize("name", REFERENCE)
def test_paths_of_the_shared_table(allowance, reference, name):
    case = REFERENCE[name]
    one = allowance if case is None else allowance.vary("one", CASES[case][0])
    found = ln_m2(one, allowance.without("national/child-allowance") if case is None else allowance)
    rows = [row for row in reference if row["row"] == name]
    assert rows
    for row in rows:
        expected, tolerance = float(row["value"]), float(row["tolerance"])
        assert found[int(row["year"])] == pytest.approx(expected, rel=tolerance, abs=1e-14), row["year"]


def test_the_support_of_the_shared_table(allowance, reference):
    (row,) = [row for row in reference if row["row"] == "support"]
    base = allowance.without("national/child-allowance")
    table = support_table(Reading(allowance), Reading(base), sh.place("china"), YEARS, 0.05)
    assert 0.9 * table.claimed[0, -1, -1, 0, 0] == pytest.approx(float(row["value"]), rel=float(row["tolerance"]))
    assert table.announced == (decimal_year(dt.date(2025, 7, 28)),)
    assert table.first_month == (0, 12 * 4 + 7), "those born from August 2025 know of it"


# ---- one life by every timing --------------------------------------------------------------------------------------

RHO = 0.05
BORN = range(january(2024), january(2034))


def worth(*paid: tuple[float, float]) -> float:
    """Yuan at birth of (years after it, yuan)."""
    return sum(yuan / (1.0 + RHO) ** years for years, yuan in paid)


def life(full_id: str, **changes: object) -> np.ndarray:
    """(month of birth, order) present values of a shipped component, some fields changed."""
    china = sh.scenario("baseline", "china")
    pack, _, name = full_id.rpartition("/")
    found = china.catalogue.instrument(pack).component(name)
    component = Component.model_validate({**found.model_dump(), "stack": None, **changes})
    return Life(Reading(china), sh.place("china"), name, ((name, component),), BORN, Discount(RHO)).present_value()


def of(when: str, found: np.ndarray) -> np.ndarray:
    """Of births in the middle of a month."""
    first, month = (int(part) for part in when.split("-"))
    return found[january(first) + month - 1 - BORN.start]


def test_once_at_birth():
    found = life("local-examples/linze-birth-grant/birth")
    assert of("2026-05", found).tolist() == [2000.0, 3000.0, 5000.0]


def test_by_calendar_years_for_those_born_from_a_date():
    found = life("national/child-allowance/child")
    assert of("2024-12", found).tolist() == [0.0, 0.0, 0.0]
    expected = worth((0, 3600), (1, 3600), (2, 3600))
    assert of("2025-01", found) == pytest.approx([expected] * 3, rel=1e-14)
    ended = life("national/child-allowance/child", valid_to=dt.date(2027, 6, 30))
    assert of("2026-12", ended) == pytest.approx([worth((0, 3600), (1, 1800))] * 3, rel=1e-14)


def test_by_months_in_a_window_of_births():
    found = life("local-examples/panzhihua/child", valid_from=dt.date(2026, 1, 1),
                 eligible={"born_from": dt.date(2026, 3, 20), "born_before": dt.date(2030, 7, 1)})  # fmt: skip
    whole = worth((0.5, 6000), (1.5, 6000), (2.5, 6000))
    assert of("2026-03", found).tolist() == [0.0, 0.0, 0.0], "the middle of March comes before the 20th"
    assert of("2026-04", found) == pytest.approx([0.0, whole, whole], rel=1e-14)
    assert of("2030-06", found) == pytest.approx([0.0, whole, whole], rel=1e-14)
    assert of("2030-07", found).tolist() == [0.0, 0.0, 0.0]
    # without the window: what falls before the start or after the end is not paid
    ended = life("local-examples/panzhihua/child", valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2029, 12, 31),
                 eligible={})  # fmt: skip
    assert of("2024-06", ended)[1] == pytest.approx(worth((2.5, 6000)), rel=1e-14)
    assert of("2024-07", ended)[1] == pytest.approx(worth((1.5, 6000), (2.5, 6000)), rel=1e-14)
    assert of("2028-06", ended)[1] == pytest.approx(worth((0.5, 6000), (1.5, 6000)), rel=1e-14)
    assert of("2028-07", ended)[1] == pytest.approx(worth((0.5, 6000)), rel=1e-14)


def test_by_school_terms():
    found = life("national/preschool-last-year/child")
    assert of("2025-01", found) == pytest.approx([worth((5.5, 2 * 1667))] * 3, rel=1e-14)
    yearly = life("local-examples/linze-kindergarten/child", per="year")
    assert of("2025-01", yearly) == pytest.approx([0.0, *(worth(*((age + 0.5, yuan) for age in (3, 4, 5)))
                                                          for yuan in (1000, 2000))], rel=1e-14)  # fmt: skip


def test_lumps_at_birth_and_on_birthdays():
    found = life("local-examples/hohhot/second")
    assert of("2025-02", found).tolist() == [0.0, 0.0, 0.0], "for those born from 1 March 2025"
    assert of("2025-03", found)[1] == pytest.approx(worth(*((age, 10_000) for age in range(5))), rel=1e-14)
    third = life("local-examples/hohhot/third")
    assert of("2025-03", third)[2] == pytest.approx(worth(*((age, 10_000) for age in range(10))), rel=1e-14)


@pytest.mark.parametrize(("born", "wait"), [("2026-04", 4.5), ("2026-08", 0.5), ("2026-09", 11.5), ("2027-01", 7.5)])
def test_lumps_in_one_month_of_every_year(born, wait):
    """In September to those of an age on its first day: those of August wait half a month, of September a year."""
    found = life("local-examples/hohhot/second", timing={"rule": "dates", "month": 9}, eligible={})
    expected = worth(*((age + wait / 12, 10_000) for age in range(5)))
    assert of(born, found)[1] == pytest.approx(expected, rel=1e-14)


def test_places_in_nurseries_and_what_is_counted_by_users():
    fee = life("levers/fee-relief/enrolled", amounts=[{"yuan": 300.0}])
    assert of("2026-05", fee) == pytest.approx([worth((0.5, 3600), (1.5, 3600), (2.5, 3600))] * 3, rel=1e-14)
    house = life("local-examples/linze-housing/county-seat")
    assert of("2026-05", house).tolist() == [40_000.0] * 3


def test_an_amount_that_grows_is_that_of_the_month_of_payment():
    grown = {"yuan": 1000.0, "growth": "national.legacy.special_assistance_growth", "growth_from": 2026}
    china = sh.scenario("baseline", "china")
    name, record = "child", china.catalogue.instrument("local-examples/panzhihua").component("child")
    component = record.model_copy(update={"stack": None, "amounts": (type(record.amounts[0]).model_validate(grown),)})
    reading = Reading(with_beliefs(china, {}).vary("one", {grown["growth"]: sh.from_year(2026, 0.10)}))
    found = Life(reading, sh.place("china"), name, ((name, component),), BORN, Discount(RHO)).present_value()
    paid = ((0.5, 12_000 * 1.1), (1.5, 12_000 * 1.21), (2.5, 12_000 * 1.331))
    assert of("2026-01", found)[1] == pytest.approx(worth(*paid), rel=1e-13)


def test_what_an_amount_was_announced_by():
    day = dt.date
    record = sh.scenario("baseline", "china").catalogue.instrument("national/child-allowance").component("child")
    amount = record.amounts[0]
    plain = record.model_copy(update={"announced": None, "valid_from": day(2024, 7, 1)})
    bare = amount.model_copy(update={"valid_from": None})
    assert announced(record, amount) == 2025 + 6 / 12 + 27 / 365
    assert announced(record, amount.model_copy(update={"announced": day(2024, 1, 1)})) == 2024.0
    assert announced(plain, amount) == 2025.0
    assert announced(plain, bare) == 2024.5
    assert announced(plain.model_copy(update={"valid_from": None}), bare) == 0.0


# ---- beliefs, draws, order -----------------------------------------------------------------------------------------


def test_draws_without_components_are_the_point_run():
    pair = [sh.scenario(name, "榆中") for name in ("baseline", "cost-reduction")]
    point = sh.compare(pair, (2021, 2035))
    drawn = sh.compare(pair, (2021, 2035), draws=3, components=())
    births = drawn.data["births_gross"].values
    assert np.array_equal(births[:, :, 0], point.data["births_gross"].values[:, :, 0], equal_nan=True)
    assert np.array_equal(births[:, :, 1], births[:, :, 2], equal_nan=True)


def test_draws_have_the_same_bits_over_threads():
    pair = [sh.scenario(name, "榆中") for name in ("baseline", "cost-reduction")]
    one, two = (sh.compare(pair, (2021, 2030), draws=24, seed=3, threads=threads).data for threads in (1, 2))
    for name in ("births", "births_gross", "pop_jan1"):
        assert np.array_equal(one[name].values, two[name].values, equal_nan=True), name


def test_a_draws_take_up_moves_the_side_whose_take_up_nobody_holds():
    china = sh.scenario("baseline", "china")
    held = china.vary("held", {TAKE_UP: sh.from_year(2027, 0.8)})
    table = support_table(Reading(held), Reading(china), sh.place("china"), YEARS, RHO)
    late = table.first_month.index(12 * 6)
    cash = _bridge.SupportClass.cash.value
    whole = worth((0, 3600), (1, 3600), (2, 3600))
    assert table.claimed[0, late - 1, -2, 1, cash] == pytest.approx(whole)
    assert table.claimed[0, late, -1, 1, cash] == 0.0
    assert table.present_value[0, late, -1, 1, cash] == pytest.approx(0.8 * whole)
    assert table.claimed[1, late, -1, 1, cash] == pytest.approx(whole)


def test_the_order_of_documents_and_settings_never_matters():
    packs = ("national", "levers", "gansu-2021", "lanzhou-2023", "provincial-leave", "local-examples")
    one = sh.scenario("baseline", "lanzhou").use("local-examples")
    one = one.vary("one", {"subsidy.child3.yuan_per_month": sh.from_year(2027, 800),
                           "lanzhou.subsidy.child_yuan_per_month": sh.from_year(2028, 500)})  # fmt: skip
    base, leaf = Reading(sh.scenario("baseline", "lanzhou")), sh.place("lanzhou").leaves[0]
    tables = []
    for order in itertools.islice(itertools.permutations(packs), 0, 720, 143):
        kept = tuple(name for name in order if name in one.packs)
        other = replace(one, packs=kept, settings=one.settings)
        tables.append(support_table(Reading(other), base, leaf, YEARS, RHO))
    for table in tables[1:]:
        assert table.announced == tables[0].announced
        assert np.array_equal(table.present_value, tables[0].present_value)
        assert np.array_equal(table.claimed, tables[0].claimed)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("response.eps", 0.5), ("response.k2", 0.7), ("response.sigma_cash", 0.5), ("response.sigma_fee", 0.3),
        ("response.rho", 0.2), ("response.w", 0.2), ("response.T", 4.0), ("response.H", 5.0),
        ("response.cost_of_child_yuan", year(2021, 300_000)), ("response.cost_growth", year(2023, 0.05)),
    ],
)  # fmt: skip
def test_every_belief_of_the_response_moves_it(path, value):
    def found(beliefs):
        pair = [with_beliefs(sh.scenario(name, "china"), beliefs) for name in ("cost-reduction", "no-allowance")]
        return respond(*pair, YEARS).multiplier

    assert np.max(np.abs(found({path: value}) - found({}))) > 1e-4


def test_a_belief_is_taken_as_it_is_at_the_birth():
    """A wage that is to rise is no news to births before: they reckon with today's, those after with the new one."""
    lanzhou = sh.scenario("baseline", "lanzhou")
    stated = {"leave.daily_wage_yuan": year(2021, 260), "leave.mothers_employed_share": year(2021, 0.45),
              "leave.parental_take_up": year(2021, 0.5)}  # fmt: skip
    rising = {**stated, "leave.daily_wage_yuan": [year(2021, 260), year(2030, 520)]}
    leaf, leave = sh.place("lanzhou").leaves[0], _bridge.SupportClass.leave.value
    tables = []
    for beliefs in (stated, rising):
        one = with_beliefs(lanzhou, beliefs)
        tables.append(support_table(Reading(one), Reading(one.without("provincial-leave")), leaf, YEARS, RHO))
    flat, risen = tables
    assert flat.announced == risen.announced
    segment = risen.first_month.index(12 * 9)
    before, after = (risen.present_value[0, one, -1, :, leave] for one in (segment - 1, segment))
    assert np.array_equal(before, flat.present_value[0, -1, -1, :, leave])
    assert np.allclose(after, 2.0 * before, rtol=1e-14)


def test_a_lever_dated_within_a_year_moves_births_from_that_month(allowance):
    monthly = ln_m2(allowance.vary("one", {YUAN: sh.from_month("2027-07", 7200)}), allowance)
    yearly = ln_m2(allowance.vary("one", {YUAN: year(2027, 7200)}), allowance)
    assert monthly[2027] == 0.0
    assert 0.0 < monthly[2028] < yearly[2028]


def test_parameters_hold_the_weights_a_user_sets():
    one = with_beliefs(sh.scenario("baseline", "china"), {"response.sigma_leave": 0.9})
    weights = dict(zip(_bridge.SupportClass.__members__, parameters_of(one).sigma, strict=True))
    assert weights == {"cash": 1.0, "fee": 0.7414252767150369, "tax": 0.6, "leave": 0.9, "housing": 0.5, "insured": 0.8}
