"""Values of levers by month: how they are written, what a year of part takes, places, announcements, refusals."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import sanhai as sh
from inside import inside
from sanhai.io.load import rerun
from sanhai.policy.lookup import lever, lever_table
from sanhai.policy.months import checked_month, january, month_text
from sanhai.policy.paying import payer_shares
from sanhai.policy.reading import Reading, require_all_read
from sanhai.policy.scenario import with_beliefs
from sanhai.policy.scenario_file import read_scenario
from sanhai.policy.series import Setting
from sanhai.policy.terms import payable, take_up

CASH = "subsidy.child3.yuan_per_month"
LINE = "levers/local-cash/child3"
TAKE_UP = "subsidy.national.take_up"
ALLOWANCE = "national/child-allowance"
JULY = january(2027) + 6


@pytest.fixture(scope="module")
def base():
    return sh.scenario("baseline", "lanzhou")


def run_of(one, last=2032):
    """A run in which births answer to nothing, so that lines differ by money alone."""
    return inside(sh.compare([one], (2021, last), beliefs={"response.eps": 0.0}))[one.name]


def line_of(run, name, table="liability"):
    return getattr(run.bill, table)[run.bill.lines.index(name)]


# ---- how a month is written -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["2027-07", "2027-7", "２０２７－０７", " 2027-07 ", dt.date(2027, 7, 1)], ids=repr)
def test_a_month_as_people_write_it(given):
    assert checked_month(given) == JULY
    assert month_text(JULY) == "2027-07"


@pytest.mark.parametrize("given", [2027, "2027", "2027-01", np.int64(2027), dt.date(2027, 1, 1)], ids=repr)
def test_a_year_is_its_january(given):
    assert checked_month(given) == january(2027)
    assert month_text(january(2027)) == "2027"


@pytest.mark.parametrize(
    "given",
    [
        "2027-13",
        "2027-00",
        "2027-7-1",
        "2027.07",
        2027.07,
        "07-2027",
        202707,
        True,
        None,
        "",
        dt.date(2027, 7, 2),
        1900,
    ],
    ids=repr,
)
def test_what_is_no_month_is_refused(given, complains):
    complains(lambda: sh.from_month(given, 1.0), "2027-07", kind=sh.ConfigError)
    if given is not None:
        complains(lambda: sh.from_month("2027", 1.0, announced=given), "2027-07", kind=sh.ConfigError)


def test_files_the_command_line_and_python_say_the_same(base, tmp_path):
    from sanhai.cli.run import _series
    from sanhai.cli.values import assignments

    path = tmp_path / "one.toml"
    values = """[
        { from = "2027-07", value = 500, announced = "2027-03" },
        { from = 2029, value = 800 }, { from = 2028-01-01, value = 900, place = "榆中县" }]"""
    path.write_text(f'place = "lanzhou"\nname = "x"\n[settings]\n{CASH} = {values}\n', encoding="utf-8")
    dated = [
        sh.from_month("2027-07", 500, announced="2027-03"),
        sh.from_year(2029, 800),
        sh.from_month("2028-01", 900, place=sh.place("榆中")),
    ]
    one = base.vary("x", {CASH: dated})
    assert read_scenario(path).settings == one.settings
    typed = assignments("--set", [f"{CASH}=500@2027-07", f"{CASH}=800＠2029", f"{CASH}=900@2028-01@yuzhong"])
    plain = base.vary("x", _series(typed))
    assert [(s.month, s.place, s.value) for s in plain.settings] == [(s.month, s.place, s.value) for s in one.settings]
    assert [s.announced for s in base.vary("x", _series({CASH: typed[CASH][:1]}, announced="2027-03")).settings] == [
        january(2027) + 2
    ]


def test_the_same_month_twice_is_refused_everywhere(base, tmp_path, complains):
    from sanhai.cli.values import assignments

    two = [sh.from_month("2027-07", 500), sh.from_month("2027-7", 600)]
    complains(lambda: base.vary("x", {CASH: two}), CASH, "2027-07", kind=sh.ConfigError)
    complains(
        lambda: base.vary("x", {CASH: [sh.from_year(2027, 1), sh.from_month("2027-01", 2)]}),
        CASH, "2027", kind=sh.ConfigError,
    )  # fmt: skip
    complains(lambda: assignments("--set", [f"{CASH}=1@2027-07", f"{CASH}=2@2027-07"]), CASH, kind=sh.ConfigError)
    complains(lambda: assignments("--set", [f"{CASH}=1@"]), f"{CASH}=1@", kind=sh.ConfigError)
    assert base.vary("x", {CASH: [sh.from_month("2027-07", 500), sh.from_month("2027-07", 600, place="620123")]})


def test_a_record_gives_the_setting_again(base):
    one = base.vary(
        "x",
        {
            CASH: [sh.from_month("2027-07", 500, announced="2026-11"), sh.from_year(2029, 700, place="榆中县")],
            "migration.on_negative": "cap",
        },
    )
    records = [setting.record() for setting in one.settings]
    assert tuple(Setting.from_record(record) for record in records) == one.settings
    assert records[0] == {"path": "migration.on_negative", "value": "cap"}
    assert {"path": CASH, "value": 500.0, "from": "2027-07", "announced": "2026-11"} in records
    assert {"path": CASH, "value": 700.0, "from": "2029", "place": "620123"} in records


def test_a_manifest_with_months_runs_again(base):
    found = sh.compare([base, base.vary("x", {CASH: sh.from_month("2027-07", 500)})], (2026, 2028))
    assert rerun(found.manifest).id == found.id


# ---- what a year takes ----------------------------------------------------------------------------------------------


def test_money_begins_in_its_month(base):
    """800 yuan a month from July: half of the year's person-years, each 6 x (800 - 300), and the whole year after."""
    half, whole = (
        run_of(base.vary("x", {CASH: sh.from_month(month, 800)}), last=2029) for month in ("2027-07", "2027")
    )
    paid, full = (line_of(run, LINE) for run in (half, whole))
    at = 2027 - 2021
    assert not paid[:, :at].any()
    assert np.array_equal(paid[:, at + 1 :], full[:, at + 1 :])
    here = [half.leaves.index(code) for code in half.leaves if code.startswith("6201")]
    kids = half.bill.kids.children[here, :, 2, :3].sum(axis=2)
    # A month's stock lies on the line between the two 1 Januaries; 12 x 800 a year less the national 3,600.
    months = (np.arange(6, 12) + 0.5) / 12.0
    expected = sum(kids[:, at] * (1.0 - gone) + kids[:, at + 1] * gone for gone in months) / 12.0 * 6_000.0
    np.testing.assert_allclose(paid[here, at], expected, rtol=1e-12)


def test_a_grant_at_birth_pays_the_births_since(base):
    whole, half = (
        run_of(base.vary("x", {"subsidy.birth2.yuan": sh.from_month(month, 5_000)}), last=2028)
        for month in ("2027", "2027-10")
    )
    name = next(one for one in half.bill.lines if one.endswith("/birth2"))
    at = 2027 - 2021
    np.testing.assert_allclose(line_of(half, name)[:, at], line_of(whole, name)[:, at] / 4.0, rtol=1e-12)


def test_conditions_days_and_wages_hold_by_the_month():
    """Half the wage from July: three quarters of the year's leave."""
    one = sh.scenario("baseline", "lanzhou")
    stated = {"leave.daily_wage_yuan": 200, "leave.mothers_employed_share": 0.5, "leave.fathers_employed_share": 0.5}
    lower = {**stated, "leave.daily_wage_yuan": [sh.from_year(2026, 200), sh.from_month("2027-07", 100)]}
    fewer = {
        **stated,
        "leave.mothers_employed_share": [sh.from_year(2026, 0.5), sh.from_month("2027-04", 0.1)],
        "leave.fathers_employed_share": [sh.from_year(2026, 0.5), sh.from_month("2027-04", 0.1)],
    }
    runs = [run_of(with_beliefs(one, beliefs), last=2028) for beliefs in (stated, lower, fewer)]
    at = 2027 - 2021
    name = (
        "gansu-2021/leave/mother"
        if "gansu-2021/leave/mother" in runs[0].bill.lines
        else next(line for line in runs[0].bill.lines if "leave" in line and line_of(runs[0], line)[:, at].any())
    )
    plain, low, few = (line_of(run, name)[:, at] for run in runs)
    assert plain.sum() > 0.0
    np.testing.assert_allclose(low, plain * 0.75, rtol=1e-12)
    np.testing.assert_allclose(few, plain * (0.25 + 0.75 * 0.2), rtol=1e-12)


def test_take_up_and_shares_of_a_year_are_means_over_the_months_in_force(base):
    changes = {TAKE_UP: sh.from_month("2027-07", 0.5)}
    changes |= {f"payer.local.{level}": sh.from_month("2027-10", share) for level, share in
                (("province", 0.2), ("city", 0.3), ("county", 0.5))}  # fmt: skip
    one = base.vary("x", changes)
    reading, leaf = Reading(one), sh.place("lanzhou").leaves[0]
    term = payable(reading, leaf)[f"{ALLOWANCE}/child"]
    assert [take_up(reading, leaf, term, year) for year in (2026, 2027, 2028)] == [0.9, pytest.approx(0.7), 0.5]
    shares = {year: payer_shares(reading, term, leaf, year) for year in (2026, 2027, 2028)}
    local = shares[2026]["local_unsplit"]
    assert shares[2027]["local_unsplit"] == pytest.approx(0.75 * local)
    assert shares[2027]["county"] == pytest.approx(0.25 * 0.5 * local)
    assert shares[2028]["county"] == pytest.approx(0.5 * local)
    assert sum(shares[2027].values()) == pytest.approx(1.0)


def test_a_count_of_part_of_a_year_is_its_mean(base):
    path = "recipients.national/special-assistance/bereaved"
    heads = line_of(
        run_of(with_beliefs(base, {path: [sh.from_month("2027-07", 100), sh.from_month("2028-04", 200)]})),
        "national/special-assistance/bereaved", "beneficiaries",
    ).sum(axis=0)  # fmt: skip
    np.testing.assert_allclose(heads[5:9], [0.0, 50.0, 175.0, 200.0], rtol=1e-12)


def test_prices_and_fertility_take_the_mean_of_a_year(base):
    one = base.vary("x", {"fertility.multiplier": sh.from_month("2027-07", 1.2)})
    found = sh.compare([base, one], (2026, 2029), beliefs={"money.inflation": sh.from_month("2027-10", 0.04)})
    tfr = found.data["tfr"].sel(place="620102").isel(draw=0)
    ratio = (tfr.sel(scenario="x") / tfr.sel(scenario="baseline")).values
    assert ratio[:3] == pytest.approx([1.0, 1.1, 1.2], rel=1e-9)
    real = inside(found)["x"].bill.factors["cost_real"]
    years = list(inside(found)["x"].years)
    assert real[years.index(2026)] == 1.0
    assert real[years.index(2027)] == pytest.approx(1 / 1.01, rel=1e-12)
    assert real[years.index(2028)] == pytest.approx(1 / 1.01 / 1.04, rel=1e-12)


def test_growth_of_an_amount_and_of_the_cost_of_a_child_happens_in_january():
    one = sh.scenario("baseline", "lanzhou")
    counted = {"recipients.national/special-assistance/bereaved": 100}
    growing = {"national.legacy.special_assistance_growth": sh.from_month("2028-07", 0.1)}
    runs = [run_of(with_beliefs(side, counted), last=2030) for side in (one, one.vary("x", growing))]
    plain, grown = (line_of(run, "national/special-assistance/bereaved").sum(axis=0) for run in runs)
    assert np.array_equal(plain[: 2029 - 2021], grown[: 2029 - 2021])
    np.testing.assert_allclose(grown[2029 - 2021 :], plain[2029 - 2021 :] * [1.1, 1.21], rtol=1e-12)


# ---- one accessor ---------------------------------------------------------------------------------------------------


def test_the_nearest_place_goes_first_then_the_latest_month(base):
    one = base.vary(
        "x",
        {CASH: [sh.from_year(2027, 500), sh.from_month("2030-03", 700), sh.from_month("2028-06", 900, place="榆中")]},
    )
    reading = Reading(one)
    county, other = (next(leaf for leaf in one.place.leaves if leaf.code == code) for code in ("620123", "620102"))
    when = [january(2026), january(2027), january(2028) + 4, january(2028) + 5, january(2031)]
    assert [reading.value(CASH, county, month) for month in when] == [None, 500.0, 500.0, 900.0, 900.0]
    assert [reading.value(CASH, other, month) for month in when] == [None, 500.0, 500.0, 500.0, 700.0]
    assert [reading.value(CASH, None, month) for month in when] == [None, 500.0, 500.0, 500.0, 700.0]
    assert one.value(CASH, "2030-02") == 500.0
    assert one.value(CASH, "2030-03") == 700.0


def test_a_value_of_one_county_moves_that_county_alone(base):
    one = base.vary("x", {CASH: [sh.from_year(2027, 500), sh.from_year(2028, 900, place="榆中县")]})
    plain, run = run_of(base.vary("x", {CASH: sh.from_year(2027, 500)})), run_of(one)
    moved = (line_of(plain, LINE) != line_of(run, LINE)).any(axis=1)
    assert [run.leaves[row] for row in np.flatnonzero(moved)] == ["620123"]
    row = run.leaves.index("620123")
    assert np.array_equal(line_of(plain, LINE)[row, :7], line_of(run, LINE)[row, :7])
    np.testing.assert_allclose(line_of(run, LINE)[row, 7:], line_of(plain, LINE)[row, 7:] * 7_200 / 2_400, rtol=1e-9)


def test_payers_and_take_up_of_one_county(base):
    split = {f"payer.local.{level}": sh.from_year(2028, share, place="榆中县") for level, share in
             (("province", 0.2), ("city", 0.3), ("county", 0.5))}  # fmt: skip
    run = run_of(base.vary("x", {**split, TAKE_UP: sh.from_year(2028, 0.5, place="榆中县")}))
    cost, full = line_of(run, f"{ALLOWANCE}/child", "cost_nominal"), line_of(run, f"{ALLOWANCE}/child")
    for code in ("620123", "620102"):
        row = run.leaves.index(code)
        is_there = code == "620123"
        assert cost[row, 8].sum() / full[row, 8] == pytest.approx(0.5 if is_there else 0.9)
        assert (cost[row, 8, 3] > 0.0) == is_there
        assert (cost[row, 8, 6] > 0.0) != is_there


def test_shares_of_one_county_must_be_whole_too(base, complains):
    one = base.vary("x", {"payer.local.city": sh.from_year(2028, 0.5, place="榆中县")})
    complains(lambda: sh.compare([base, one], (2026, 2030)), "payer.local", "620123", "0.5", kind=sh.ConfigError)


def test_a_place_outside_or_one_that_nothing_reads_is_refused(base, complains):
    complains(
        lambda: base.vary("x", {CASH: sh.from_year(2027, 500, place="gansu")}), CASH, "gansu", "620100",
        kind=sh.ConfigError,
    )  # fmt: skip
    complains(lambda: base.vary("x", {CASH: sh.from_year(2027, 500, place="nowhere at all")}), kind=sh.ConfigError)
    beliefs = {"money.inflation": sh.from_year(2027, 0.1, place="榆中县")}
    complains(
        lambda: sh.compare([base], (2026, 2030), beliefs=beliefs), "money.inflation", "620123", kind=sh.ConfigError
    )


def test_what_is_announced_later_is_not_known_before(base):
    one = base.vary(
        "x",
        {CASH: [sh.from_year(2027, 500), sh.from_year(2029, 900, announced="2027-06"),
                sh.from_year(2030, 0, announced="2030-09")]},
    )  # fmt: skip
    reading, place = Reading(one), one.place.leaves[0]
    june = january(2027) + 5

    def seen(year, known):
        return reading.value(CASH, place, january(year), known)

    assert [seen(2029, known) for known in (june - 1, june, january(2040))] == [500.0, 900.0, 900.0]
    assert [seen(2031, known) for known in (june, january(2030) + 7, january(2030) + 8)] == [900.0, 900.0, 0.0]
    assert reading.value(CASH, place, january(2030)) == 0.0  # money is paid by what holds, whenever it was said
    assert seen(2027, january(2026)) is None


def test_money_follows_the_start_and_not_the_announcement(base):
    plain, told = (
        run_of(base.vary("x", {CASH: sh.from_month("2028-07", 800, announced=announced)}))
        for announced in (None, "2030-01")
    )
    people = plain.people.births.sum()
    assert told.people.births.sum() == pytest.approx(people, rel=1e-2)
    at = 2028 - 2021
    assert np.array_equal(line_of(plain, LINE)[:, at] > 0.0, line_of(told, LINE)[:, at] > 0.0)
    assert line_of(told, LINE)[:, at].any()


def test_an_announcement_before_the_first_projected_year_must_be_meant(base, complains):
    early = {CASH: sh.from_month("2027-07", 500, announced="2025-07")}
    complains(lambda: base.vary("x", early), CASH, "2025-07", "counterfactual", kind=sh.ConfigError)
    assert base.vary("x", early, counterfactual=True).counterfactual_from == 2025


# ---- every lever ----------------------------------------------------------------------------------------------------


def test_levers_of_whole_years_take_no_month_and_say_so(complains):
    """Population, places, choices and stocks go by years; money, shares, days and amounts by months."""
    base = sh.scenario("baseline", "lanzhou").vary("x", {"nursery.stock_per_1000": 3.0, "nursery.plan": "norm"})
    for path, info in lever_table().items():
        if info.kind == "fixed" or not info.is_computed or (info.scope and not info.scope.startswith("62")):
            continue
        value = info.choices[0] if info.choices else info.high if info.default is None else info.default
        change = {path: sh.from_month("2027-07", value)}
        make = (
            (lambda c=change: base.vary("y", c)) if info.side == "policy" else (lambda c=change: with_beliefs(base, c))
        )
        if info.is_yearly:
            complains(make, path, "2027-07", "2028", kind=sh.ConfigError)
        elif not info.owners or info.owners[0].startswith(("national/", "levers/", "lanzhou-2023/")):
            assert make().settings, path
    yearly = {path for path, info in lever_table().items() if info.is_yearly}
    assert {"demography.tfr", "nursery.plan", "migration.mode", "nursery.stock_per_1000"} <= yearly
    assert yearly.isdisjoint({CASH, TAKE_UP, "payer.local.city", "money.inflation", "leave.daily_wage_yuan"})


def test_only_what_births_answer_to_is_announced(base, complains):
    for path, value in (("fertility.multiplier", 1.1), ("payer.local.city", 1.0)):
        assert not lever(path).is_foreseen
        change = {path: sh.from_month("2028-01", value, announced="2027-01")}
        complains(lambda change=change: base.vary("x", change), path, "2027", kind=sh.ConfigError)
    beliefs = {"money.inflation": sh.from_month("2028-01", 0.1, announced="2027-01")}
    complains(lambda: with_beliefs(base, beliefs), "money.inflation", kind=sh.ConfigError)
    assert lever(CASH).is_foreseen
    assert lever(TAKE_UP).is_foreseen


def test_a_month_after_the_run_is_told_and_none_inside_it(base):
    late = base.vary("late", {CASH: sh.from_month("2030-12", 500)})
    inside_it, after_it = (sh.compare([base, late], (2021, last)) for last in (2030, 2029))
    rules = [[note.rule for note in found.notes] for found in (inside_it, after_it)]
    assert ["lever.not_begun" in one for one in rules] == [False, True]
    (told,) = (note for note in after_it.notes if note.rule == "lever.not_begun")
    assert told.values["since"] == "2030-12"
    run = inside(inside_it)["late"]
    require_all_read(run.reading, run.years)
    assert line_of(run, LINE)[:, -1].any()
