"""Components against values derived by hand from the documents: the shared table where it is there, and own rows.

Births, children and stated counts are given, so that no projection moves these numbers.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import sanhai as sh
from sanhai import _bridge
from sanhai.policy import ancestors, instrument, lever, nest
from sanhai.policy.amounts import stacked, value_of
from sanhai.policy.compile import Kids, conditions, units, weights
from sanhai.policy.component import Component
from sanhai.policy.months import january
from sanhai.policy.payers import is_lever, leaves_of
from sanhai.policy.reading import Reading
from sanhai.policy.response import supports

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "policy"
YEARS = range(2021, 2031)
LANZHOU = ("620102", "620103", "620104", "620105", "620111", "620121", "620122", "620123", "620171")
STATED = {
    "leave.daily_wage_yuan": 260.0,
    "leave.mothers_employed_share": 0.45,
    "leave.fathers_employed_share": 0.70,
    "leave.parental_take_up": 0.5,
    "leave.parents_per_child_under_3": 1.0,
    "leave.fund_share": 0.5,
    "tax.share_at_3_percent": 0.20,
    "tax.share_at_10_percent": 0.10,
    "tax.share_at_20_percent": 0.02,
    "births.public_facility_share": 0.9,
    "registered.both_spouses_share": 0.7,
    "education.public_kindergarten_share": 0.6,
    "education.after_school_use": 0.5,
    "lanzhou.service.child_health_yuan_per_year": 100.0,
    "lanzhou.education.after_school_yuan_per_year": 600.0,
    "guizhou.education.after_school_yuan_per_year": 500.0,
    "lanzhou.subsidy.delivery_yuan_per_birth": 2000.0,
    "lanzhou.nursery.centre_yuan": 2e6,
    "lanzhou.nursery.city_award_yuan_per_institution": 100_000.0,
    "lanzhou.legacy.early_reward_yuan_per_year": 960.0,
    "legacy.care_home_fee_yuan_per_month": 3000.0,
    "legacy.care_home_city_share": 0.4,
    "legacy.hospital_days_per_person": 45.0,
    "legacy.in_resident_pension": 0.6,
    "legacy.rural_share": 0.169,
}


@dataclass(frozen=True)
class Levers:
    """What is stated, else a lever's default."""

    stated: Mapping[str, float]

    def number(self, path: str, month: int) -> float | None:
        default = lever(path).default
        return self.stated.get(path, None if default is None else float(default))

    def starts(self, year: int) -> tuple[int, ...]:
        return ()


def component(full_id: str) -> Component:
    owner, _, name = full_id.rpartition("/")
    return instrument(owner).component(name)


def stack_of(*ids: str) -> tuple[tuple[str, Component], ...]:
    return tuple((one, component(one)) for one in ids)


def payers(one: Component, code: str, levers: Levers, year: int, due: float) -> dict[str, float]:
    """Yuan by level of one place."""
    bands = one.bands_at(ancestors(code), dt.date(year, 7, 1))
    weights_of = [value_of(levers, band.weight, year) if is_lever(band.weight) else None for band in bands]
    left = 1.0 - sum(weight for weight in weights_of if weight is not None)
    out: dict[str, float] = {}
    for band, weight in zip(bands, weights_of, strict=True):
        paths = [str(share) for _, share in leaves_of(band.shares) if is_lever(share)]
        for level, share in nest(band.shares, {path: levers.number(path, year) for path in paths}).items():
            out[level] = out.get(level, 0.0) + due * share * (left if weight is None else weight)
    return out


def take_up(one: Component, levers: Levers, year: int) -> float:
    return float(value_of(levers, one.take_up, year) or 0.0)


@dataclass(frozen=True)
class Line:
    """Heads and yuan due of a component in a year, and who pays."""

    heads: float
    due: float
    payers: dict[str, float]


def of_children(full_id: str, kids: Kids, year: int, code: str, *group: str, **stated: float) -> Line:
    """A component that counts births or children; `group`: what it stacks with."""
    levers, one = Levers({**STATED, **stated}), component(full_id)
    members = stack_of(full_id, *group) if one.stack is not None else ()
    heads, yuan = weights(levers, full_id, one, members, YEARS).of(kids)
    claimed, at = take_up(one, levers, year), year - YEARS[0]
    due = claimed * yuan[0, at]
    return Line(claimed * heads[0, at], due, payers(one, code, levers, year, due))


def of_units(full_id: str, count: float, year: int, code: str, *group: str, **stated: float) -> Line:
    """A component that counts something else, of which there are `count`."""
    levers, one = Levers({**STATED, **stated}), component(full_id)
    members = stack_of(full_id, *group) if one.stack is not None else ()
    found = units(levers, full_id, one, members, YEARS)
    at = year - YEARS[0]
    cell = int(np.argmax(found.yuan[at]))
    due = count * found.yuan[at, cell]
    return Line(count * found.heads[at, cell], due, payers(one, code, levers, year, due))


def whole(*lines: Line) -> Line:
    """Their sum."""
    shares: dict[str, float] = {}
    for line in lines:
        for level, yuan in line.payers.items():
            shares[level] = shares.get(level, 0.0) + yuan
    return Line(sum(line.heads for line in lines), sum(line.due for line in lines), shares)


def steady(births: tuple[float, float, float]) -> Kids:
    """The same births every year, nobody dies."""
    orders = np.array(births)
    ages = np.full((1, len(YEARS) + 1, 18), orders.sum())
    return Kids.split(np.tile(orders, (1, len(YEARS), 1)), ages, (orders / orders.sum())[None, None])


# ---- the shared table -----------------------------------------------------------------------------------------------


@cache
def reference() -> dict[tuple[str, str, int], dict[str, str]]:
    with (SHARED / "reference.csv").open(encoding="utf-8-sig", newline="") as file:
        return {(row["row"], row["place"], int(row["year"])): row for row in csv.DictReader(file)}


@cache
def people(code: str) -> Kids:
    """Births by order and children by age of a place (Lanzhou: its parts); orders before 2021 are 2021's."""
    codes = LANZHOU if code == "620100" else (code,)
    births, ages = np.zeros((len(codes), len(YEARS), 3)), np.zeros((len(codes), len(YEARS) + 1, 18))
    with (SHARED / "reference_inputs.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["place"] not in codes:
                continue
            place, year, item = codes.index(row["place"]), int(row["year"]) - YEARS[0], row["item"]
            if item.startswith("births_order") and year < len(YEARS):
                births[place, year, int(item[-1]) - 1] = float(row["value"])
            elif item.startswith("pop_jan1_age"):
                ages[place, year, int(item.removeprefix("pop_jan1_age"))] = float(row["value"])
    parts = [
        Kids.split(births[[place]], ages[[place]], (births[place, 0] / births[place, 0].sum())[None, None])
        for place in range(len(codes))
    ]
    return Kids(sum(one.births for one in parts), sum(one.children for one in parts))


def inputs(row: dict[str, str]) -> dict[str, float]:
    return {name: float(value) for name, _, value in (part.partition("=") for part in row["inputs"].split())}


def only(kids: Kids, year: int, ages: tuple[int, ...], births: bool) -> Kids:
    """Some ages on 1 January of a year, and its births or none."""
    children = np.zeros_like(kids.children)
    children[:, year - YEARS[0], :, list(ages)] = kids.children[:, year - YEARS[0], :, list(ages)]
    return Kids(kids.births if births else np.zeros_like(kids.births), children)


ALLOWANCE, CHILD3, ART50 = "national/child-allowance/child", "levers/local-cash/child3", "lanzhou-2023/art-50/child"
SPECIAL = {"bereaved": "national/special-assistance/bereaved", "disabled": "national/special-assistance/disabled"}
ART62 = {"bereaved": "lanzhou-2023/art-62/bereaved", "disabled": "lanzhou-2023/art-62/disabled"}
LEAVES = [
    "provincial-leave/gansu-maternity/mother", "provincial-leave/gansu-paternity/father",
    "provincial-leave/gansu-parental/mother", "provincial-leave/gansu-parental/father",
]  # fmt: skip


def simple(full_id: str):
    def line(row: dict[str, str]) -> Line:
        return of_children(full_id, people(row["place"]), int(row["year"]), row["place"])

    return line


def several(*ids: str, **stated: float):
    def line(row: dict[str, str]) -> Line:
        place, year = row["place"], int(row["year"])
        return whole(*(of_children(one, people(place), year, place, **stated) for one in ids))

    return line


def full_cells(row: dict[str, str]) -> Line:
    year = int(row["year"])
    return of_children(ALLOWANCE, only(people(row["place"]), year, (0, 1), births=True), year, row["place"])


def pro_rata(row: dict[str, str]) -> Line:
    year = int(row["year"])
    return of_children(ALLOWANCE, only(people(row["place"]), year, (2,), births=False), year, row["place"])


def two_locals(row: dict[str, str]) -> Line:
    """Article 50 and a place's own cash for third children, both 500 a month: one maximum over the group."""
    year, place = int(row["year"]), row["place"]
    stated = {"lanzhou.subsidy.child_yuan_per_month": 500.0, "subsidy.child3.yuan_per_month": 500.0}
    city, own_cash = (
        of_children(one, people(place), year, place, *({ALLOWANCE, CHILD3, ART50} - {one}), **stated)
        for one in (ART50, CHILD3)
    )
    assert own_cash.due == 0.0
    return city


def government_share(row: dict[str, str]) -> Line:
    """A fifth of the four leaves of Gansu in Lanzhou; article 48 names no level, so it is unsplit."""
    found = several(*LEAVES, **{"lanzhou.leave.government_share": 0.2})(row)
    return Line(found.heads, found.payers["unsplit"], {})


def linze_by_months(row: dict[str, str]) -> Line:
    one = component("local-examples/linze-allowance/child")
    by_months = one.model_copy(update={"timing": one.timing.model_copy(update={"rule": "months"})})
    levers, year = Levers(STATED), int(row["year"])
    heads, yuan = weights(levers, "x", by_months, (("x", by_months),), YEARS).of(people("620723"))
    due = float(yuan[0, year - YEARS[0]])
    return Line(float(heads[0, year - YEARS[0]]), due, payers(one, "620723", levers, year, due))


def subei(row: dict[str, str]) -> Line:
    given = inputs(row)
    kids, year = steady((given["b1"], given["b2"], given["b3"])), int(row["year"])
    first = of_children("local-examples/subei/first", kids, year, row["place"])
    return whole(first, of_children("local-examples/subei/monthly", kids, year, row["place"], ALLOWANCE))


def panzhihua(row: dict[str, str]) -> Line:
    given = inputs(row)
    kids = steady((0.0, given["b2"], given["b3"]))
    return of_children("local-examples/panzhihua/child", kids, int(row["year"]), row["place"], ALLOWANCE)


def sichuan(row: dict[str, str]) -> Line:
    given = inputs(row)
    enrolled = given["u3"] * given["share"] * given["inc"]
    return of_units("local-examples/sichuan-nursery/child", enrolled, int(row["year"]), row["place"])


def occupied(row: dict[str, str]) -> Line:
    given, places = inputs(row), row["place"].split("+")
    counts = [given[f"v{i}"] * given[f"u{i}"] for i in range(len(places))]
    return whole(
        *(of_units("lanzhou-2023/art-41/place", n, int(row["year"]), at) for n, at in zip(counts, places, strict=True))
    )


def mean_of(*names: str, full_id: str, times: str = "", group: tuple[str, ...] = ()):
    """A stock between two 1 Januaries x an input (a share of it)."""

    def line(row: dict[str, str]) -> Line:
        given = inputs(row)
        stock = sum(given[name] for name in names) / 2.0 * (given[times] if times else 1.0)
        return of_units(full_id, stock, int(row["year"]), row["place"], *group)

    return line


def special(row: dict[str, str], growth: float = 0.0) -> Line:
    stated = {"national.legacy.special_assistance_growth": growth}
    given, year, place = inputs(row), int(row["year"]), row["place"]
    counts = {"bereaved": (given["n0"] + given["n1"]) / 2.0, "disabled": given["d"] * (given["m0"] + given["m1"]) / 2.0}
    return whole(*(of_units(SPECIAL[kind], n, year, place, **stated) for kind, n in counts.items()))


def uprated(row: dict[str, str]) -> Line:
    more, less = special(row, inputs(row)["g"]), special(row)
    return Line(0.0, more.due - less.due, {level: more.payers[level] - less.payers[level] for level in more.payers})


def with_floor(kind: str):
    """The national layer and Lanzhou's top-up over it, for the same people."""

    def line(row: dict[str, str]) -> Line:
        given, year, place = inputs(row), int(row["year"]), row["place"]
        count = given["n"] if "n" in given else given["d"] * (given["n0"] + given["n1"]) / 2.0
        return whole(
            of_units(SPECIAL[kind], count, year, place, ART62[kind]),
            of_units(ART62[kind], count, year, place, SPECIAL[kind]),
        )

    return line


def old_age(row: dict[str, str]) -> Line:
    given = inputs(row)
    count = (given["n0"] + given["n1"]) / 2.0 + given["d"] * (given["m0"] + given["m1"]) / 2.0
    return of_units("lanzhou-2023/art-62/old-age", count, int(row["year"]), row["place"])


def centres(row: dict[str, str]) -> Line:
    given = inputs(row)
    return of_units("lanzhou-2023/art-23/centre", given["city"] + given["counties"], int(row["year"]), row["place"])


def award(row: dict[str, str]) -> Line:
    one = component("lanzhou-2023/art-41-city-award/institution")
    assert one.count.cap_units == 5
    count = min(inputs(row)["n"], one.count.cap_units)
    return of_units("lanzhou-2023/art-41-city-award/institution", count, int(row["year"]), row["place"])


def care_home(row: dict[str, str]) -> Line:
    return of_units("lanzhou-2023/art-64/bereaved", inputs(row)["n"], int(row["year"]), row["place"])


def early_reward(row: dict[str, str]) -> Line:
    given = inputs(row)
    count = (given["o0"] + given["o1"] + given["t0"] + given["t1"]) / 2.0
    return of_units("lanzhou-2023/art-69/parent", count, int(row["year"]), row["place"])


def more_take_up(row: dict[str, str]) -> Line:
    """0.93 of the entitled claim, against 0.90."""
    more, less = (
        of_children(ALLOWANCE, people("620100"), 2027, "620100", **{"subsidy.national.take_up": share})
        for share in (0.93, 0.90)
    )
    return Line(0.0, more.due - less.due, {level: more.payers[level] - less.payers[level] for level in more.payers})


def support(row: dict[str, str]) -> Line:
    found = supports(Reading(sh.scenario("baseline", "china")), sh.place("china"), 2027.0, 1, 0.05, 0.9)
    return Line(0.0, sum(reach * value for kind, reach, value in found if kind is _bridge.SupportClass.cash), {})


TAX = [f"rate-{rate}" for rate in (3, 10, 20)]
LINES = {
    "CN-CASH-01": full_cells,
    "CN-CASH-02": pro_rata,
    "CN-EDU-01": simple("national/preschool-last-year/child"),
    "CN-TAX-03": several(*(f"national/tax-under-3/{one}" for one in TAX)),
    "CN-TAX-04": several(*(f"national/tax-education/{one}" for one in TAX)),
    "LZ23-015": simple("lanzhou-2023/art-15/child"),
    "LZ23-054": simple("lanzhou-2023/art-54/after-school"),
    "GZ21-13": simple("guizhou-2021/education-service/after-school"),
    "LZ23-050 delivery": simple("lanzhou-2023/art-50/delivery"),
    "stack two locals": two_locals,
    "GS-LEAVE-01": simple(LEAVES[0]),
    "GS-LEAVE-03": several(*LEAVES[2:]),
    "GZ21-11a": several("guizhou-2021/parental-leave/mother", "guizhou-2021/parental-leave/father"),
    "LZ23-048": government_share,
    "LINZE-01": simple("local-examples/linze-birth-grant/birth"),
    "LINZE-02": linze_by_months,
    "LINZE-03": simple("local-examples/linze-kindergarten/child"),
    "SUBEI-01": subei,
    "PZH-01": panzhihua,
    "SC-NUR-01": sichuan,
    "LZ23-041a": occupied,
    "LZ23-041b": occupied,
    "LZ23-041c": occupied,
    "LZ23-023": centres,
    "LZ23-041d": award,
    "LZ23-062b": with_floor("disabled"),
    "LZ23-062c": old_age,
    "LZ23-063c": mean_of("n0", "n1", full_id="lanzhou-2023/art-63/insurance"),
    "LZ23-064a": care_home,
    "LZ23-069": early_reward,
    "GD17-04b cap": mean_of("n0", "n1", full_id="ganzhou-2017/bereaved-aid/hospital-day"),
    "GD17-04c": mean_of("n0", "n1", full_id="ganzhou-2017/pension-contribution/member"),
    "CN-LEG-01": special,
    "NHC21-10": uprated,
    "LZ23-008": more_take_up,
    "LZ23-062a counted": with_floor("bereaved"),
    "LZ23-062a part year": with_floor("bereaved"),
    "support": support,
}
# Paths of the response, legacy stocks, supply by vintage, budgets and cash apart from liability are no components.
ELSEWHERE = ("ln M", "stock ", "LZ23-028", "b_max", "cash", "count replaces stock")


@pytest.fixture(scope="module")
def table() -> dict[tuple[str, str, int], dict[str, str]]:
    if not (SHARED / "reference.csv").is_file():
        pytest.skip("the reference table is not beside the repository")
    return reference()


def test_every_row_of_money_is_evaluated(table):
    known = {row for row, _, _ in table if not row.startswith(ELSEWHERE[:2]) and row not in ELSEWHERE}
    assert known == set(LINES)


@pytest.mark.parametrize("name", LINES)
def test_the_reference_table(table, name):
    rows = [row for (of, _, _), row in table.items() if of == name]
    assert rows
    for row in rows:
        found, expected, tolerance = LINES[name](row), float(row["value"]), float(row["tolerance"])
        assert found.due == pytest.approx(expected, rel=tolerance), (name, row["place"], row["year"])
        for level, _, yuan in (part.partition("=") for part in row["payers"].split()):
            assert found.payers[level] == pytest.approx(float(yuan), rel=max(tolerance, 1e-9)), (name, level)
        if row["payers"]:
            assert sum(found.payers.values()) == pytest.approx(expected, rel=tolerance)


# ---- own rows: small people, values by hand ------------------------------------------------------------------------

SMALL = (600.0, 300.0, 100.0)  # births a year by order; nobody dies, so 1,000 children of every age


def due(full_id: str, year: int, code: str, *group: str, births=SMALL, **stated: float) -> float:
    return of_children(full_id, steady(births), year, code, *group, **stated).due


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        # births and those aged 0, 1 in full, aged 2 by a mean of 6.5 months of 300 yuan; from 2028 three full years
        (2024, 0.0),
        (2025, 0.9 * (3600.0 * 3000 + 1950.0 * 1000)),
        (2027, 0.9 * (3600.0 * 3000 + 1950.0 * 1000)),
        (2028, 0.9 * 3600.0 * 3000),
    ],
)
def test_allowance_by_calendar_year(year, expected):
    assert due(ALLOWANCE, year, "620102") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("year", "terms"),
    [(2024, 0.0), (2025, 1.0), (2026, 2.0)],  # from 1 September 2025: the autumn alone, then both
)
def test_preschool_is_paid_by_terms(year, terms):
    assert due("national/preschool-last-year/child", year, "620102") == pytest.approx(0.95 * 1667.0 * 1000 * terms)


def test_a_scheme_begun_in_a_month_pays_for_its_months():
    """Panzhihua from 12 June 2021, for births from then on: born_j of those under 1 is the time since over a year."""
    since = [(2021 + (j + 0.5) / 12.0) - (2021 + (5 + 11 / 30) / 12.0) for j in range(12)]
    share = sum(max(0.0, one) for one in since[5:]) / 12.0  # June counts whole, its children only from the 12th
    expected = 0.7 * 500.0 * 12.0 * 400 * share
    found = due("local-examples/panzhihua/child", 2021, "510400")
    assert found == pytest.approx(expected, rel=1e-12)


def test_delivery_subsidy_of_a_year_of_part_is_by_days():
    """Lanzhou from 7 August 2023: 24 of 30 days of August and four months."""
    expected = 2000.0 * 1000 * (24.0 / 30.0 + 4.0) / 12.0
    assert due("lanzhou-2023/art-50/delivery", 2023, "620102") == pytest.approx(expected, rel=1e-12)


def test_a_lump_on_dates_falls_in_the_year_of_the_birthday():
    """Hohhot, second children born from 1 March 2025: 10,000 at birth and on each birthday to the fourth."""
    found = {year: due("local-examples/hohhot/second", year, "150100") for year in (2025, 2026, 2029, 2030)}
    born_2025 = 300.0 * 10.0 / 12.0
    assert found[2025] == pytest.approx(10_000.0 * born_2025 * 10.0 / 12.0)  # ten months of the scheme's own year
    assert found[2026] == pytest.approx(10_000.0 * (300.0 + born_2025))
    assert found[2029] == pytest.approx(10_000.0 * (4 * 300.0 + born_2025))
    assert found[2030] == pytest.approx(10_000.0 * 5 * 300.0)


def test_yearly_grants_of_a_month_meet_those_of_an_age_on_its_first_day():
    one = component("local-examples/linze-allowance/child")
    in_april = one.model_copy(update={"timing": one.timing.model_copy(update={"month": 4})})
    _, yuan = weights(Levers({}), "x", in_april, (("x", in_april),), YEARS).of(steady(SMALL))
    # aged 0 to 2 on 1 April: a quarter of each age is of the year below on 1 January, births of this year among them
    assert yuan[0, 2023 - 2021] == pytest.approx(3.0 * (5000.0 * 300 + 10_000.0 * 100))


@pytest.mark.parametrize(
    ("monthly", "own_yuan"),
    [(200.0, 0.0), (300.0, 0.0), (500.0, 2400.0), (800.0, 6000.0)],
)
def test_local_cash_tops_up_the_floor(monthly, own_yuan):
    stated = {"subsidy.child3.yuan_per_month": monthly}
    expected = 0.9 * own_yuan * 3 * 100
    assert due(CHILD3, 2027, "620102", ALLOWANCE, **stated) == pytest.approx(expected, rel=1e-12, abs=1e-6)


def test_stacking_follows_order_and_never_the_order_of_files():
    """Yuan a year, third child aged 1: nation 3,600, article 50 6,000 -> 2,400, own cash 9,600 -> 3,600."""
    levers = Levers({"lanzhou.subsidy.child_yuan_per_month": 500.0, "subsidy.child3.yuan_per_month": 800.0})
    ids = (ALLOWANCE, ART50, CHILD3)
    for order in (ids, ids[::-1], (CHILD3, ALLOWANCE, ART50)):
        paid = stacked(levers, stack_of(*order), 2027 * 12)
        assert [paid[name][2, 1] for name in ids] == [3600.0, 2400.0, 3600.0]


def test_a_top_up_includes_the_national_rate():
    """Bereaved: the nation 590 a month, Lanzhou's 1,000 holds it: 4,920 yuan a year on top, 12,000 in all."""
    top_up = of_units(ART62["bereaved"], 1.0, 2027, "620100", SPECIAL["bereaved"])
    floor = of_units(SPECIAL["bereaved"], 1.0, 2027, "620100", ART62["bereaved"])
    assert (floor.due, top_up.due) == (pytest.approx(7080.0), pytest.approx(4920.0))
    assert floor.payers == pytest.approx({"central": 0.8 * 7080.0, "local_unsplit": 0.2 * 7080.0})


@pytest.mark.parametrize(("days", "paid"), [(12.0, 12.0), (30.0, 30.0), (45.0, 30.0)])
def test_hospital_days_are_capped(days, paid):
    found = of_units(
        "ganzhou-2017/bereaved-aid/hospital-day", 2.0, 2027, "620702", **{"legacy.hospital_days_per_person": days}
    )
    assert found.due == pytest.approx(2.0 * 100.0 * paid)
    assert found.payers == pytest.approx(
        {"province": 0.8 * found.due, "city": 0.04 * found.due, "county": 0.16 * found.due}
    )


def test_leave_without_a_stated_split_is_unsplit():
    levers, one = Levers({**STATED}), component(LEAVES[0])
    known = Levers({path: value for path, value in STATED.items() if path != "leave.fund_share"})
    assert payers(one, "620723", levers, 2027, 100.0) == {"fund": 50.0, "employer": 50.0}
    assert payers(one, "620723", known, 2027, 100.0) == {"unsplit": 100.0}
    assert payers(one, "620102", Levers({**STATED, "lanzhou.leave.government_share": 0.2}), 2027, 100.0) == {
        "fund": 50.0, "unsplit": 20.0, "employer": pytest.approx(30.0),
    }  # fmt: skip


def test_conditions_multiply_and_one_that_nobody_states_leaves_the_line_out():
    one = component("local-examples/linze-kindergarten/child")
    assert conditions(Levers(STATED), one, january(2027)) == pytest.approx(0.92 * 0.6)
    assert np.isnan(conditions(Levers({}), one, january(2027)))


def test_doubling_an_amount_doubles_its_cost():
    once, twice = (
        due("lanzhou-2023/art-15/child", 2027, "620102", **{"lanzhou.service.child_health_yuan_per_year": yuan})
        for yuan in (100.0, 200.0)
    )
    assert once == pytest.approx(100.0 * 7000)
    assert twice == pytest.approx(2.0 * once, rel=1e-14)
