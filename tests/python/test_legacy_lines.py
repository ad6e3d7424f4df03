"""Lines of the bill that count legacy stocks: what they cost, a user's counts, and draws against the point run."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pytest

import sanhai as sh
from inside import inside
from sanhai.policy import legacy
from sanhai.policy.legacy import Count, Heads, rural_share, stocks
from sanhai.run.compile import compiled
from sanhai.run.layout import layout_of
from sanhai.run.legacy import stocks_of

LAST = 2032
SPECIAL, REWARD = "national/special-assistance", "national/rural-reward/parent"
BEREAVED, DISABLED = f"{SPECIAL}/bereaved", f"{SPECIAL}/disabled"
TOP_UP, OLD_AGE = "lanzhou-2023/art-62/bereaved", "lanzhou-2023/art-62/old-age"
HOUSES, CHECK = "lanzhou-2023/art-63/housekeeping", "lanzhou-2023/art-63/health-check"
ONE_OFF, HOSPITAL = "ganzhou-2017/bereaved-aid/one-off", "ganzhou-2017/bereaved-aid/hospital-day"
FUNERAL, PREMIUM = "ganzhou-2017/funeral/death", "ganzhou-2017/medical-premium/member"
COUNT = {kind: f"legacy.count.{kind}" for kind in ("bereaved", "disabled_child", "rural_reward")}
SHARE = {kind: f"legacy.rural_share_{kind}" for kind in ("only_child", "two_daughter")}
STATED = {path: sh.from_year(2021, 0.169) for path in SHARE.values()} | {
    "legacy.disabled_share": sh.from_year(2021, 0.01)
}
EARLY = {"lanzhou.legacy.early_reward_yuan_per_year": 960}


def run(place, beliefs=None, last=LAST, changes=None, **how):
    one = sh.scenario("baseline", place)
    one = one if changes is None else one.vary("x", changes, counterfactual=True)
    return sh.compare([one], (2021, last), beliefs=beliefs or {}, **how)


@cache
def usual(place, last=LAST):
    return run(place, last=last)


def bill(found):
    return next(iter(inside(found).values())).bill


def here(found):
    """Rows of the scenario's own place: all but the nation alongside."""
    one = next(iter(inside(found).values()))
    return [row for row, code in enumerate(one.leaves) if code != "100000"]


def heads(found, line):
    """(year) recipients at the place, at take-up 1."""
    one = bill(found)
    return one.beneficiaries[one.lines.index(line)][here(found)].sum(axis=0)


def yuan(found, line):
    one = bill(found)
    return one.full_liability[one.lines.index(line)][here(found)].sum(axis=0)


def at(year):
    return year - 2021


def between(found, kind, members):
    """(year) mean of two 1 Januaries."""
    people = sum(found.jan1(kind, member, ages) for member, ages in members.items())
    return (people[:-1] + people[1:]) / 2.0


WIFE_49 = {"wife": (49, 100), "husband": (51, 100)}
FROM_60 = {"wife": (60, 100), "husband": (60, 100)}


# ---- what lines count -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lanzhou():
    return stocks(sh.place("lanzhou"), LAST)


@pytest.fixture(scope="module")
def ganzhou():
    return stocks(sh.place("620702"), LAST)


def test_lines_of_lanzhou_are_amounts_times_the_stocks(lanzhou):
    """In 2023, Lanzhou's first year, five months in force (August whole) lie on the way between the two 1 Januaries."""
    found, people = usual("lanzhou"), between(lanzhou, "bereaved", WIFE_49)
    late = slice(at(2024), None)
    np.testing.assert_allclose(yuan(found, BEREAVED)[late], 7080.0 * people[late], rtol=1e-12)
    np.testing.assert_allclose(yuan(found, TOP_UP)[late], 4920.0 * people[late], rtol=1e-12)
    np.testing.assert_allclose(yuan(found, CHECK)[late], 300.0 * people[late], rtol=1e-12)
    old = between(lanzhou, "bereaved", {"wife": (50, 100), "husband": (60, 100)})
    np.testing.assert_allclose(yuan(found, OLD_AGE)[late], 1200.0 * old[late], rtol=1e-12)
    homes = between(lanzhou, "bereaved", {"household": (49, 100)})
    np.testing.assert_allclose(yuan(found, HOUSES)[late], 400.0 * homes[late], rtol=1e-12)
    stock = sum(lanzhou.jan1("bereaved", member, ages) for member, ages in WIFE_49.items())[at(2023) : at(2025)]
    gone = (np.arange(7, 12) + 0.5) / 12.0
    months = (1.0 - gone) * stock[0] + gone * stock[1]
    assert yuan(found, TOP_UP)[at(2023)] == pytest.approx(410.0 * months.sum(), rel=1e-12)
    days = np.array([24.0 / 30.0, 1.0, 1.0, 1.0, 1.0])  # from 7 August by days
    assert yuan(found, CHECK)[at(2023)] == pytest.approx(300.0 / 12.0 * (days * months).sum(), rel=1e-12)
    assert yuan(found, TOP_UP)[at(2022)] == 0.0
    assert yuan(found, BEREAVED)[at(2021)] == 0.0


def test_the_rate_of_the_nation_begins_in_july_2022(lanzhou):
    stock = sum(lanzhou.jan1("bereaved", member, ages) for member, ages in WIFE_49.items())[at(2022) : at(2024)]
    gone = (np.arange(6, 12) + 0.5) / 12.0
    months = (1.0 - gone) * stock[0] + gone * stock[1]
    assert yuan(usual("lanzhou"), BEREAVED)[at(2022)] == pytest.approx(590.0 * months.sum(), rel=1e-12)


def test_lines_of_ganzhou_are_amounts_times_households_days_and_deaths(ganzhou):
    beliefs = {"legacy.hospital_days_per_person": sh.from_year(2021, 45), "legacy.in_resident_medical": 0.8}
    found = run("620702", beliefs, changes={"ganzhou.legacy.medical_premium_yuan_per_year": 400})
    homes = ganzhou.jan1("bereaved", "household", (49, 100))
    ended = ganzhou.deaths[2, 2, :, 49:].sum(axis=-1)
    np.testing.assert_allclose(yuan(found, ONE_OFF), 20_000.0 * (homes[1:] - homes[:-1] + ended), rtol=1e-9)
    old = between(ganzhou, "bereaved", FROM_60)
    np.testing.assert_allclose(yuan(found, HOSPITAL), 100.0 * 30.0 * old, rtol=1e-12)  # 45 days: capped
    died = ganzhou.deaths[2, 1, :, 49:].sum(axis=-1) + ganzhou.deaths[2, 0, :, 51:].sum(axis=-1)
    np.testing.assert_allclose(yuan(found, FUNERAL), 2000.0 * died, rtol=1e-9)
    paid = yuan(found, PREMIUM)
    np.testing.assert_allclose(
        paid[at(2026) :], 400.0 * 0.8 * between(ganzhou, "bereaved", WIFE_49)[at(2026) :], rtol=1e-12
    )
    assert not np.any(paid[: at(2026)])
    shares = found.fiscal.by_level("x", at=2027).loc[["province", "city", "county"], 2027]
    assert np.all(shares > 0.0)


def test_what_nobody_states_is_not_counted():
    found = usual("lanzhou")
    assert DISABLED in bill(found).not_costed
    assert bill(found).needs[DISABLED] == "legacy.disabled_share"
    needs = bill(usual("620702")).needs
    assert needs[HOSPITAL] == "legacy.hospital_days_per_person"
    assert needs["ganzhou-2017/pension-contribution/member"] == "legacy.in_resident_pension"


def test_a_stated_share_of_disabled_children_is_of_those_who_live(lanzhou):
    found = run("lanzhou", {"legacy.disabled_share": sh.from_year(2027, 0.01)})
    living = between(lanzhou, "living_only_child", WIFE_49)
    paid = yuan(found, DISABLED)
    np.testing.assert_allclose(paid[at(2027) :], 12.0 * 460.0 * 0.01 * living[at(2027) :], rtol=1e-12)
    assert not np.any(paid[: at(2027)])
    both = yuan(found, OLD_AGE) - yuan(usual("lanzhou"), OLD_AGE)
    old = between(lanzhou, "living_only_child", {"wife": (50, 100), "husband": (60, 100)})
    np.testing.assert_allclose(both[at(2027) :], 1200.0 * 0.01 * old[at(2027) :], rtol=1e-9)


def test_the_reward_counts_the_rural_of_each_kind_by_the_census_of_the_leaf_until_somebody_sets_a_share():
    found, place = usual("lanzhou"), sh.place("lanzhou")
    years = range(2021, LAST + 1)
    asked = [Count((kind,), men=(60, 100), women=(60, 100)) for kind in SHARE]
    only, two = legacy.count_years(place, years, asked)
    rural = np.array([rural_share(leaf).value for leaf in place.leaves])[:, None]
    np.testing.assert_allclose(yuan(found, REWARD), 960.0 * (rural * (only + two)).sum(axis=0), rtol=1e-12)
    assert len({round(rural_share(leaf).value, 4) for leaf in place.leaves}) == len(place.leaves)
    stated = run("lanzhou", {SHARE["two_daughter"]: sh.from_year(2028, 0.9)})
    np.testing.assert_array_equal(yuan(stated, REWARD)[: at(2028)], yuan(found, REWARD)[: at(2028)])
    expected = 960.0 * ((rural * only).sum(axis=0) + 0.9 * two.sum(axis=0))
    np.testing.assert_allclose(yuan(stated, REWARD)[at(2028) :], expected[at(2028) :], rtol=1e-12)
    nation = [bill(one).full_liability[bill(one).lines.index(REWARD), -1] for one in (found, stated)]
    assert np.array_equal(*nation)  # a share is of the scenario's place


# Of instruments.md section 5, million yuan: art. 62 top-up alone, the national layer, old age, art. 63, art. 69 (960
# yuan), reward; the rural shares and the share of the disabled are stated. They were printed with the death rates of
# their first years held; with those of today, calibrated to 2100, the stocks of 2060 are 2 % smaller.
PRINTED = {
    2025: (72.9, 102.6, 16.0, 12.5, 32.9, 66.4),
    2030: (83.1, 117.0, 19.5, 14.6, 29.4, 91.8),
    2040: (95.3, 134.4, 23.6, 17.9, 17.6, 118.6),
    2050: (87.3, 123.6, 22.4, 17.9, 3.1, 112.6),
    2060: (63.6, 90.3, 16.3, 14.0, 0.0, 72.7),
}
SUMS = (
    ("lanzhou-2023/art-62/bereaved", "lanzhou-2023/art-62/disabled"), (BEREAVED, DISABLED), (OLD_AGE,),
    (CHECK, HOUSES, "lanzhou-2023/art-63/insurance"), ("lanzhou-2023/art-69/parent",), (REWARD,),
)  # fmt: skip


def test_lanzhous_costs_to_2060_are_those_that_were_printed():
    found = run("lanzhou", STATED, 2060, {path: sh.from_year(2021, value) for path, value in EARLY.items()})
    for year, printed in PRINTED.items():
        for lines, expected in zip(SUMS, printed, strict=True):
            paid = sum(yuan(found, line)[at(year)] for line in lines) / 1e6
            assert paid == pytest.approx(expected, rel=0.005 if year <= 2030 else 0.025, abs=0.05), (year, lines)


# ---- a user's counts ------------------------------------------------------------------------------------------------


def test_a_thousand_counted_cost_what_they_should(shared_data):
    """1,000 recipients: 7.08 m of the nation's rate, 4.92 m on top of it; never 19.08 m."""
    found = run("lanzhou", {COUNT["bereaved"]: sh.from_year(2027, 1000)})
    assert yuan(found, BEREAVED)[at(2027)] == pytest.approx(7.08e6, rel=1e-12)
    assert yuan(found, TOP_UP)[at(2027)] == pytest.approx(4.92e6, rel=1e-12)
    if shared_data is None or not (shared_data / "policy" / "reference.csv").exists():
        return
    with (shared_data / "policy" / "reference.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["row"] == "LZ23-062a counted")
    payers = dict(part.split("=") for part in row["payers"].split())
    one = bill(found)
    for level, expected in payers.items():
        column = {"central": 0, "local_unsplit": 6}[level]
        paid = sum(
            one.cost_nominal[one.lines.index(line)][here(found), at(2027), column].sum() for line in (BEREAVED, TOP_UP)
        )
        assert paid == pytest.approx(float(expected), rel=float(row["tolerance"]))


def test_a_count_scales_the_whole_stock_from_its_year_to_extinction(lanzhou):
    """instruments.md, "count replaces stock": c / mean of 2026 x mean of 2027 x 12,000."""
    found, before = (run("lanzhou", one, 2040) for one in ({COUNT["bereaved"]: sh.from_year(2026, 5000)}, {}))
    people = between(stocks(sh.place("lanzhou"), 2040), "bereaved", WIFE_49)
    total = yuan(found, BEREAVED) + yuan(found, TOP_UP)
    assert total[at(2027)] == pytest.approx(5000.0 / people[at(2026)] * people[at(2027)] * 12_000.0, rel=1e-12)
    factor = 5000.0 / people[at(2026)]
    for line in (BEREAVED, TOP_UP, OLD_AGE, HOUSES, CHECK):
        np.testing.assert_allclose(yuan(found, line)[at(2026) :], factor * yuan(before, line)[at(2026) :], rtol=1e-12)
        assert np.array_equal(yuan(found, line)[: at(2026)], yuan(before, line)[: at(2026)])
    assert np.array_equal(yuan(found, REWARD), yuan(before, REWARD))


def test_the_next_count_takes_the_place_of_the_one_before():
    given = {COUNT["bereaved"]: [sh.from_year(2026, 5000), sh.from_year(2030, 9000)]}
    found, one = run("lanzhou", given), run("lanzhou", {COUNT["bereaved"]: sh.from_year(2026, 5000)})
    assert heads(found, BEREAVED)[at(2030)] == pytest.approx(9000.0, rel=1e-12)
    assert np.array_equal(heads(found, BEREAVED)[: at(2030)], heads(one, BEREAVED)[: at(2030)])
    rebuilt = heads(usual("lanzhou"), BEREAVED)
    np.testing.assert_allclose(
        heads(found, BEREAVED)[at(2031)], 9000.0 * rebuilt[at(2031)] / rebuilt[at(2030)], rtol=1e-12
    )


def test_a_year_with_a_count_is_flat():
    """In 2023 article 62 pays five months: of a counted year they are of equal people."""
    found = run("lanzhou", {COUNT["bereaved"]: sh.from_year(2023, 6000)})
    assert yuan(found, TOP_UP)[at(2023)] == pytest.approx(410.0 * 5.0 * 6000.0, rel=1e-12)


def test_kinds_have_counts_of_their_own():
    given = {COUNT["disabled_child"]: sh.from_year(2027, 1500), COUNT["rural_reward"]: sh.from_year(2028, 50_000)}
    found, before = run("lanzhou", given, changes=EARLY), run("lanzhou", changes=EARLY)
    assert heads(found, DISABLED)[at(2027)] == pytest.approx(1500.0, rel=1e-12)  # no share is asked for
    assert not np.any(heads(found, DISABLED)[: at(2027)])
    assert heads(found, REWARD)[at(2028)] == pytest.approx(50_000.0, rel=1e-12)
    factor = 50_000.0 / heads(before, REWARD)[at(2028)]
    early = "lanzhou-2023/art-69/parent"
    np.testing.assert_allclose(heads(found, early)[at(2028) :], factor * heads(before, early)[at(2028) :], rtol=1e-12)
    assert np.array_equal(yuan(found, BEREAVED), yuan(before, BEREAVED))


def test_a_count_of_a_lines_own_recipients_goes_before_that_of_the_kind():
    """It holds those entitled, so no share is asked for; other lines keep the kind's."""
    given = {
        COUNT["bereaved"]: sh.from_year(2026, 2000),
        "recipients.ganzhou-2017/medical-premium/member": sh.from_year(2028, 700),
    }
    found = run("620702", given, changes={"ganzhou.legacy.medical_premium_yuan_per_year": 400})
    assert yuan(found, PREMIUM)[at(2028)] == pytest.approx(700.0 * 400.0, rel=1e-12)
    assert not np.any(yuan(found, PREMIUM)[: at(2028)])
    people = heads(found, BEREAVED)
    assert people[at(2026)] == pytest.approx(2000.0, rel=1e-12)
    np.testing.assert_allclose(
        heads(found, PREMIUM)[at(2029) :], 700.0 * people[at(2029) :] / people[at(2028)], rtol=1e-12
    )


def test_a_county_with_a_count_keeps_it_and_the_others_share_the_rest():
    given = {COUNT["bereaved"]: [sh.from_year(2027, 8000), sh.from_year(2027, 900, place="620123")]}
    found, before = run("lanzhou", given), usual("lanzhou")
    one, other = bill(found), bill(before)
    row = [leaf.code for leaf in sh.place("lanzhou").leaves].index("620123")
    after, rebuilt = (each.beneficiaries[each.lines.index(BEREAVED), here(found)] for each in (one, other))
    assert after[row, at(2027)] == pytest.approx(900.0, rel=1e-12)
    assert after[:, at(2027)].sum() == pytest.approx(8000.0, rel=1e-12)
    rest = [k for k in range(len(after)) if k != row]
    factor = 7100.0 / rebuilt[rest, at(2027)].sum()
    np.testing.assert_allclose(after[rest, at(2027) :], factor * rebuilt[rest, at(2027) :], rtol=1e-12)
    np.testing.assert_allclose(
        after[row, at(2027) :], 900.0 / rebuilt[row, at(2027)] * rebuilt[row, at(2027) :], rtol=1e-12
    )


def test_counts_that_cannot_be_are_refused(complains):
    more = {COUNT["bereaved"]: [sh.from_year(2027, 100), sh.from_year(2027, 900, place="620123")]}
    complains(lambda: run("lanzhou", more), COUNT["bereaved"], "900", "2027", kind=sh.ConfigError)
    early = {COUNT["bereaved"]: sh.from_year(2019, 100)}
    complains(lambda: run("lanzhou", early), COUNT["bereaved"], "2019", kind=sh.ConfigError)
    odd = {COUNT["bereaved"]: sh.from_month("2027-07", 100)}
    complains(lambda: run("lanzhou", odd), COUNT["bereaved"], "2027", kind=sh.ConfigError)


def test_a_count_is_of_the_place_asked_for_alone():
    one, other = (bill(each) for each in (run("lanzhou", {COUNT["bereaved"]: 5000}), usual("lanzhou")))
    line = one.lines.index(BEREAVED), other.lines.index(BEREAVED)
    assert np.array_equal(one.beneficiaries[line[0], -1], other.beneficiaries[line[1], -1])


def test_confidence_is_low_until_somebody_counts():
    sure = dict(zip(bill(usual("lanzhou")).lines, bill(usual("lanzhou")).confidence, strict=True))
    assert sure[BEREAVED] == "low"
    counted = bill(run("china", {COUNT["bereaved"]: 1e6}))
    assert dict(zip(counted.lines, counted.confidence, strict=True))[BEREAVED] == "medium"


# ---- what a stock depends on ----------------------------------------------------------------------------------------


def test_a_runs_last_year_changes_nothing():
    early, late = bill(usual("lanzhou", 2028)), bill(usual("lanzhou", 2060))
    for line in (BEREAVED, TOP_UP, OLD_AGE, HOUSES, REWARD):
        a, b = early.lines.index(line), late.lines.index(line)
        for name in ("beneficiaries", "full_liability", "cost_nominal"):
            assert np.array_equal(getattr(early, name)[a], getattr(late, name)[b][:, : at(2029)]), (line, name)


def test_a_district_costs_the_same_alone_and_in_its_city_and_province():
    found = {name: usual(name, 2030) for name in ("620123", "lanzhou", "gansu")}
    for line in (BEREAVED, REWARD):
        rows = []
        for one in found.values():
            leaves = next(iter(inside(one).values())).leaves
            rows.append(bill(one).full_liability[bill(one).lines.index(line), leaves.index("620123")])
        assert np.array_equal(rows[0], rows[1])
        assert np.array_equal(rows[0], rows[2])


def test_the_order_of_leaves_never_matters():
    leaves, years = sh.place("lanzhou").leaves, range(2021, 2031)
    one = compiled(sh.scenario("baseline", "lanzhou"), layout_of(sh.place("lanzhou")), 2030)
    women, Sx = one.inputs.pop_jan1[: len(leaves), 1], one.inputs.Sx[: len(leaves)]
    asked = [Count(("bereaved",), wife_from=49), Count(("two_daughter",), men=(55, 59), women=(55, 59))]
    found = Heads(leaves, years, women, Sx).of(asked)
    turned = Heads(leaves[::-1], years, women[::-1], Sx[::-1]).of(asked[::-1])
    assert np.array_equal(found, turned[::-1, ::-1])


def test_stocks_are_counted_once_for_scenarios_in_which_people_die_alike():
    place = sh.place("lanzhou")
    first, second = (
        stocks_of(compiled(sh.scenario(name, "lanzhou"), layout_of(place), 2030).inputs)
        for name in ("baseline", "cost-reduction")
    )
    assert first is second


def test_parents_live_by_the_life_expectancy_that_a_scenario_sets():
    found = run("620702", changes={"demography.e0": sh.from_year(2028, 85.0)}, last=2040)
    before = usual("620702", 2040)
    assert np.array_equal(heads(found, BEREAVED)[: at(2028)], heads(before, BEREAVED)[: at(2028)])
    assert np.all(heads(found, BEREAVED)[at(2029) :] > heads(before, BEREAVED)[at(2029) :])


def test_a_place_without_a_past_has_the_recipients_that_a_user_counts():
    people = 1000.0 * np.linspace(1.0, 0.0, 101)
    own = sh.Place("Own", population=sh.by_age(male=people, female=people, date="2021-01-01", unit="persons"),
                   mortality=sh.Mortality(e0={"male": 74, "female": 79}, standard="100000"), policy_place="lanzhou",
                   fertility=sh.Fertility(tfr=sh.tfr_path({2021: 1.6}), mac=29, sd=5.5), migration="none")  # fmt: skip
    one = [sh.scenario("baseline", own)]
    plain = bill(sh.compare(one, (2021, 2030)))
    assert plain.needs[TOP_UP] == f"recipients.{TOP_UP}"
    counted = bill(sh.compare(one, (2021, 2030), beliefs={f"recipients.{TOP_UP}": sh.from_year(2026, 300)}))
    paid = counted.beneficiaries[counted.lines.index(TOP_UP)].sum(axis=0)
    assert np.allclose(paid, [0.0] * 5 + [300.0] * 5)


# ---- a document of one's own ----------------------------------------------------------------------------------------

OWN = """\
id = "yuzhong-care"
title_zh = "榆中县特殊家庭扶助"
title_en = "aid to special families in Yuzhong"
document = "made up"
place = "620123"
source = "made up for a test"

[[instruments]]
id = "aid"
kind = "legacy_aid"
title_zh = "扶助"
title_en = "aid"
status = "draft"
confidence = "high"
valid_from = 2026-01-01

[[instruments.components]]
id = "parent"
count = { stock = "legacy", kinds = ["bereaved", "only_child"], take = "persons", bands = BANDS }
per = "month"
amounts = [
    { kinds = ["bereaved"], yuan = 300 },
    { kinds = ["only_child"], yuan = 10 },
    { kinds = ["only_child"], yuan = 20, valid_from = 2028-07-01 },
]
timing = { rule = "months" }
payers = [{ shares = { county = 1.0 } }]
"""


def with_document(tmp_path, bands):
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace("BANDS", bands), encoding="utf-8")
    return sh.scenario("baseline", "620123").use(sh.policy.load(path))


def test_kinds_paid_differently_and_an_amount_that_changes_in_july(tmp_path):
    one = with_document(tmp_path, '[{ sex = "female", ages = [60, 69] }, { sex = "female", ages = [80, 199] }]')
    found = sh.compare([one], (2021, LAST))
    people = stocks(sh.place("620123"), LAST)
    women = {
        kind: people.jan1(kind, "wife", (60, 69)) + people.jan1(kind, "wife", (80, 100))
        for kind in ("bereaved", "only_child")
    }
    paid = yuan(found, "yuzhong-care/aid/parent")
    gone = (np.arange(12) + 0.5) / 12.0
    for year in (2026, 2028, 2030):
        t = at(year)
        by_month = {kind: (1.0 - gone) * one[t] + gone * one[t + 1] for kind, one in women.items()}
        rate = np.full(12, 10.0 if year < 2028 else 20.0)
        rate[:6] = 10.0 if year < 2029 else 20.0
        expected = (300.0 * by_month["bereaved"]).sum() + (rate * by_month["only_child"]).sum()
        assert paid[t] == pytest.approx(expected, rel=1e-12), year
    assert not np.any(paid[: at(2026)])


def test_bands_that_nothing_reads_are_refused(tmp_path, complains):
    complains(lambda: with_document(tmp_path, '[{ sex = "female", ages = [69, 60] }]'), "69", "60")
    text = OWN.replace("BANDS", '[{ sex = "both", ages = [60, 69] }]').replace('"persons"', '"households"')
    path = tmp_path / "odd.toml"
    path.write_text(text, encoding="utf-8")
    complains(lambda: sh.policy.load(path), "bands")


# ---- draws ----------------------------------------------------------------------------------------------------------

LINES = (BEREAVED, TOP_UP, OLD_AGE, HOUSES, CHECK, REWARD)


def drawn(found, line, variable="cost_nominal"):
    """(draw, year) of the first scenario."""
    by = found.sel(variable, by="component")
    return by.sel(component=line).isel(scenario=0).to_numpy()


@pytest.mark.parametrize(
    "beliefs", [{}, {COUNT["bereaved"]: [sh.from_year(2027, 5000), sh.from_year(2027, 300, place="620123")]}]
)
def test_draws_in_which_nobody_varies_are_the_point_run_bit_for_bit(beliefs):
    found = run("lanzhou", beliefs, draws=9, seed=3, components=())
    for line in LINES:
        values = drawn(found, line)
        point = drawn(found.central, line)
        assert values.shape[0] == 9
        assert np.array_equal(values, np.repeat(point, 9, axis=0)), line


def test_draws_vary_about_the_point_run_and_meet_a_count_in_each():
    found = run("lanzhou", {COUNT["bereaved"]: sh.from_year(2030, 5000)}, 2040, draws=200, seed=3)
    values, point = drawn(found, BEREAVED), drawn(found.central, BEREAVED)[0]
    late = values[:, at(2036)]
    assert np.ptp(late) > 0.0
    assert np.median(late) == pytest.approx(point[at(2036)], rel=0.005)
    np.testing.assert_allclose(values[:, at(2030)], 5000.0 * 7080.0, rtol=1e-12)
    reward = drawn(found, REWARD)
    assert np.ptp(reward[:, at(2036)]) > 0.0


def test_scenarios_share_the_draws_of_their_parents():
    one, other = (sh.scenario(name, "620702") for name in ("baseline", "zero-migration"))
    found = sh.compare([one, other], (2021, 2030), draws=16, seed=3)
    costs = found.sel("cost_nominal", by="component").sel(component=BEREAVED).to_numpy()
    assert np.array_equal(costs[0], costs[1])
    assert not np.any(found.diff("cost_nominal", by="component", level=None).loc[("zero-migration", BEREAVED)])
