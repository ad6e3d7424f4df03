"""The workbook as a whole: its sheets of policy, payers, places, money and counties run, and its faults name cells."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sanhai as sh
from sanhai.io.template import write_template
from sanhai.policy import Workbook, workbook
from sanhai.policy.sheet_terms import BASES, NATIONAL, ORDERS, UNITS, WAYS, WHO
from sanhai.policy.toml_file import parsed, toml_of
from sanhai.readers.template import POLICY
from sanhai.readers.template_words import said
from test_cli import invoke
from workbooks import EXAMPLE, PAYS, filled

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")
LANGS = ("zh", "en")
COUNTY, CITY = "620123", "620100"
NURSERY, MONEY = "托育", "财力和扶助对象"
PLACES = {"2024年": 1250, "2025年": 1480, "数据性质": "部门统计"}
YEARS = {
    NURSERY: {
        "年末托位数": PLACES,
        "其中：普惠托位": {"2025年": 820, "数据性质": "部门统计"},
        "在托婴幼儿数": {"2025年": 610, "数据性质": "示例数"},
    },
    MONEY: {
        "一般公共预算收入": {"2025年": 101000, "数据性质": "公布数", "来源": "县预算报告"},
        "失独父母（领取特别扶助金）": {"2024年": 90, "2025年": 96, "数据性质": "部门统计"},
    },
}
Make = Callable[..., Path]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """A filled-in copy of the template of a place in a language."""
    folder = tmp_path_factory.mktemp("workbooks")

    def made(code: str = COUNTY, lang: str = "zh", **content: Any) -> Path:
        template = folder / f"{code}_{lang}.xlsx"
        if not template.exists():
            write_template(template, sh.place(code), lang=lang)
        number = sum(1 for _ in folder.iterdir())
        return filled(template, folder / f"filled_{number}.xlsx", **content)

    return made


@pytest.fixture(scope="module")
def whole(make: Make) -> Workbook:
    return workbook(make(policy=EXAMPLE, payers=PAYS, years=YEARS))


@pytest.fixture(scope="module")
def result(whole: Workbook) -> sh.Results:
    return sh.compare(whole.scenarios, (2024, 2030))


def cost(result: sh.Results, scenario: str, instrument: str, year: int) -> dict[str, float]:
    """Yuan by payer."""
    rows = result.frame
    rows = rows[(rows["variable"] == "cost_nominal") & (rows["scenario"] == scenario) & (rows["year"] == year)]
    found = rows[rows["instrument"] == instrument].groupby("payer", observed=True)["value"].sum()
    return {str(payer): float(value) for payer, value in found.items()}


# ---- policy and payers ----------------------------------------------------------------------------------------------


def test_rows_become_the_records_that_a_document_says(whole: Workbook, tmp_path: Path) -> None:
    """The same in TOML, by hand, pays the same to the last bit."""
    text = f"""
id = "by-hand"
title_zh = "x"
title_en = "x"
document = "x"
place = "{COUNTY}"
source = "x"
[[instruments]]
id = "grant"
kind = "birth_grant"
title_zh = "x"
title_en = "x"
status = "in_force"
confidence = "high"
[[instruments.components]]
id = "p1"
valid_from = 2024-01-01
count = {{ stock = "births", orders = [2] }}
per = "once"
amounts = [{{ yuan = 2000 }}]
timing = {{ rule = "once" }}
payers = [{{ shares = {{ city = 0.4, county = 0.6 }} }}]
counts_as = "cash"
[[instruments.components]]
id = "p2"
valid_from = 2024-01-01
count = {{ stock = "births", orders = [3] }}
per = "once"
amounts = [{{ yuan = 3000 }}]
timing = {{ rule = "once" }}
payers = [{{ shares = {{ city = 0.4, county = 0.6 }} }}]
counts_as = "cash"
"""
    path = tmp_path / "hand.toml"
    path.write_text(text, encoding="utf-8")
    by_hand = sh.compare([sh.scenario("baseline", whole.place, [sh.policy.load(path)])], (2024, 2030))
    own = sh.compare([sh.scenario("baseline", whole.place, [whole.in_force])], (2024, 2030))
    for year in range(2024, 2031):
        assert cost(own, "baseline", "entered/birth-grant-1", year) == cost(by_hand, "baseline", "by-hand/grant", year)
    assert own.frame["value"].sum() == by_hand.frame["value"].sum()


def test_what_is_in_force_is_in_every_scenario_and_the_rest_in_its_own(result: sh.Results) -> None:
    assert result.scenarios == ("baseline", "方案一")
    for name in result.scenarios:
        assert set(cost(result, name, "entered/birth-grant-1", 2026)) == {"city", "county"}
    assert cost(result, "baseline", "entered-1/child-allowance-1", 2028) == {}
    assert result.scenario("方案一").note_zh == "县育儿补贴、普惠托位运营补助"
    zero = cost(result, "方案一", "entered-1/child-allowance-1", 2026)
    assert sum(zero.values()) == 0.0, "not before its first year"
    assert sum(cost(result, "方案一", "entered-1/child-allowance-1", 2027).values()) > 0.0


def test_amounts_take_up_and_payers_are_those_of_the_cells(make: Make) -> None:
    """500 a month tops 300 a month up by 2,400 a year, to 90 %; half is the county's, half is not known."""

    def paid(**changed: Any) -> dict[str, float]:
        rows = [{**row, **changed} if row["项目"] == "县育儿补贴" else row for row in EXAMPLE]
        found = workbook(make(policy=rows, payers=PAYS))
        result = sh.compare(found.scenarios, (2028, 2028), beliefs={"response.eps": 0.0})
        return cost(result, "方案一", "entered-1/child-allowance-1", 2028)

    usual = paid()
    assert set(usual) == {"county", "unsplit"}
    assert usual["county"] == usual["unsplit"]
    whole = sum(usual.values())
    half, more, beside = paid(**{"发放率（%）": 45}), paid(标准=600), paid(与国家育儿补贴="另行发放")
    assert sum(half.values()) == pytest.approx(whole / 2, rel=1e-12)
    assert sum(more.values()) == pytest.approx(whole * 3600 / 2400, rel=1e-12)
    assert sum(beside.values()) == pytest.approx(whole * 6000 / 2400, rel=1e-12)


def test_the_order_of_rows_and_columns_changes_nothing(make: Make, whole: Workbook, tmp_path: Path) -> None:
    path = make(policy=EXAMPLE[::-1], payers=PAYS[::-1], years=YEARS)
    book = openpyxl.load_workbook(path)
    sheet = book[POLICY]
    sheet.move_range(f"D1:D{sheet.max_row}", cols=20)  # the amounts to the far right
    book.save(tmp_path / path.name)
    other = workbook(tmp_path / path.name)
    bare = [one.text.replace(path.name, "") for one in other.documents]
    names = {path.name, whole.documents[0].file}
    assert bare == [one.text.replace(next(iter(names - {path.name})), "") for one in whole.documents]
    assert [one.settings for one in other.scenarios] == [one.settings for one in whole.scenarios]


@pytest.mark.parametrize("lang", LANGS)
def test_either_language_says_the_same(lang: str, make: Make, whole: Workbook) -> None:
    """Choices of the lists in the language of the workbook; heads have both."""
    groups = {"发放对象": "who", "单位": "pay_unit", "发放方式": "way", "依据": "basis", "与国家育儿补贴": "national"}
    keys = {"who": (*ORDERS, *WHO), "pay_unit": UNITS, "way": WAYS, "basis": BASES, "national": NATIONAL}

    def put(head: str, value: Any) -> Any:
        if head not in groups:
            return value
        group = groups[head]
        key = next(one for one in keys[group] if said(f"choice_{group}_{one}", "zh") == value)
        return said(f"choice_{group}_{key}", lang)

    rows = [{head: put(head, value) for head, value in row.items()} for row in EXAMPLE]
    other = workbook(make(lang=lang, policy=rows, payers=PAYS))

    def plain(document: Any) -> list[dict[str, Any]]:
        dropped = {"source", "id", "pack"}
        return [row.model_dump(exclude=dropped) for row in document.pack.instruments]

    assert [plain(one) for one in other.documents] == [plain(one) for one in whole.documents]


@pytest.mark.parametrize("who", [*ORDERS, *WHO])
def test_every_choice_of_who_is_paid_makes_a_good_record(who: str, make: Make) -> None:
    ways = WHO[who].ways if who in WHO else tuple(WAYS)
    rows = []
    for way in ways:
        for unit in WAYS[way]:
            row = {"方案名称": "甲", "项目": f"{way} {unit}", "发放对象": said(f"choice_who_{who}", "zh"), "标准": 100,
                   "单位": said(f"choice_pay_unit_{unit}", "zh"), "发放方式": said(f"choice_way_{way}", "zh"),
                   "起始年": 2027, "依据": "拟出台"}  # fmt: skip
            rows.append({**row, "年龄上限（不满岁数）": 6} if who in ORDERS and way != "once" else row)
    found = workbook(make(policy=rows)).drafts["甲"]
    assert len(found.pack.instruments) == len(rows)


def test_a_document_of_a_workbook_is_kept_with_a_saved_run(result: sh.Results, tmp_path: Path) -> None:
    result.save(tmp_path / "out")
    again = sh.load(tmp_path / "out")
    assert again == result
    assert sh.rerun(tmp_path / "out") == result


def test_a_record_as_toml_comes_back() -> None:
    import datetime as dt

    data = {"a": 'x "y"\n\\', "b": [1, 2.5, True], "c": {"d": dt.date(2027, 1, 1), "e": {"f": []}}, "甲": "乙"}
    data = {
        "a": data["a"],
        "b": data["b"],
        "c": data["c"],
        "rows": [{"x": 1, "inner": [{"y": "z"}, {"y": ""}]}, {"x": 2}],
    }
    assert parsed(toml_of(data), "x") == data


# ---- places, money, counts ------------------------------------------------------------------------------------------


def test_places_entered_are_the_places_of_the_run(whole: Workbook, result: sh.Results) -> None:
    stock = result.table("places_stock", at=[2025, 2026, 2030]).to_numpy(dtype=float)
    assert np.isnan(stock[:, 0]).all()
    np.testing.assert_allclose(stock[:, 1:], 1480.0, rtol=1e-12)
    base = whole.scenarios[0]
    assert base.number("nursery.inclusive_share", 2026) == pytest.approx(820 / 1480, rel=1e-12)
    yuan = cost(result, "方案一", "entered-1/place-operating-1", 2027)
    assert sum(yuan.values()) == pytest.approx(820 * 1000.0, rel=1e-9)
    children = result.table("pop_0_2", at=[2026]).to_numpy(dtype=float)[0, 0]
    assert base.number("nursery.enrolment_share", 2026) == pytest.approx(610 / children, rel=1e-9)


def test_recipients_are_dated_and_reach_every_component_that_counts_them(whole: Workbook, result: sh.Results) -> None:
    base = whole.scenarios[0]
    paths = {one.path for one in base.settings if one.path.startswith("recipients.")}
    assert paths == {
        "recipients.national/special-assistance/bereaved", "recipients.lanzhou-2023/art-62/bereaved",
        "recipients.lanzhou-2023/art-63/health-check", "recipients.lanzhou-2023/art-63/insurance",
    }  # fmt: skip
    path = "recipients.national/special-assistance/bereaved"
    assert [base.number(path, year) for year in (2023, 2024, 2025, 2030)] == [None, 90.0, 96.0, 96.0]
    rows = result.frame
    heads = rows[
        (rows["variable"] == "beneficiaries") & (rows["component"] == "bereaved") & (rows["scenario"] == "baseline")
    ]
    heads = heads[heads["instrument"] == "national/special-assistance"].set_index("year")["value"]
    np.testing.assert_allclose(heads[[2024, 2025, 2028]], [90.0, 96.0, 96.0], rtol=1e-12)


def test_money_stays_with_the_place_and_what_is_shipped_beside_it(whole: Workbook, make: Make) -> None:
    revenue = whole.place.evidence.of("general_budget_revenue")
    assert [(row.year, row.value, row.nature, row.source) for row in revenue] == [
        (2025, 1.01e9, "entered", "县预算报告")
    ]
    gansu = workbook(make("620000")).place.evidence.of("general_budget_revenue")
    assert [row.value for row in gansu] == [
        row.value for row in sh.place("620000").evidence.of("general_budget_revenue")
    ], "an empty cell keeps what is shipped"
    none = workbook(make("620000", years={MONEY: {"一般公共预算收入": {"2025年": "无", "数据性质": "公布数"}}}))
    found = none.place.evidence.of("general_budget_revenue")
    assert len(found) == 1
    assert math.isnan(found[0].value), "there is none, and nothing is put in its place"


def test_empty_none_and_zero_are_three_things(make: Make) -> None:
    def stock(value: object) -> sh.Scenario:
        cells = {} if value is None else {"2025年": value, "数据性质": "部门统计"}
        return workbook(make(years={NURSERY: {"年末托位数": cells}})).scenarios[0]

    assert not stock(None).is_set("nursery.stock_per_1000")
    assert not stock("无").is_set("nursery.stock_per_1000")
    assert stock(0).number("nursery.stock_per_1000", 2026) == 0.0


@pytest.mark.parametrize("value", [None, "无"])
def test_nothing_is_assumed_where_it_is_said_that_there_is_none(value: object, make: Make, tmp_path: Path) -> None:
    cells = {} if value is None else {"2025年": value, "数据性质": "部门统计"}
    path = make(years={NURSERY: {"年末托位数": cells}})
    done = invoke(["run", str(path), "--years", "2026:2028", "--json"])
    assert done.exit_code == 0, done.stderr
    names = [one["name"] for one in json.loads(done.stdout)["manifest"]["scenarios"]]
    assert ("cost-reduction" in names) == (value is None)


# ---- what kind of figure --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("nature", "expected"), [("公布数", "entered"), ("示例数", "example"), (None, "entered")])
def test_rows_say_whose_figure_they_rest_on(nature: str | None, expected: str, make: Make) -> None:
    path = make("620000")
    book = openpyxl.load_workbook(path)
    sheet = book["已公布数"]
    line = next(
        row for row in range(2, 60) if sheet.cell(row, 1).value == "年末常住人口" and sheet.cell(row, 2).value == 2024
    )
    sheet.cell(line, 4, sheet.cell(line, 4).value + 10_000)
    sheet.cell(line, 9, nature)
    book.save(path)
    place = workbook(path).place
    result = sh.project(place, (2023, 2026))
    rows = result.frame[(result.frame["variable"] == "pop_yearend") & (result.frame["place"] == "620000")]
    natures = dict(zip(rows["year"], rows["nature"], strict=True))
    assert natures == {2023: "published", 2024: expected, 2025: "projected", 2026: "projected"} | {2025: natures[2025]}
    assert bool(rows.set_index("year")["fitted"][2024])
    jan1 = result.frame[(result.frame["variable"] == "pop_jan1") & (result.frame["place"] == "620000")]
    assert dict(zip(jan1["year"], jan1["nature"], strict=True))[2025] == expected
    rules = {note.rule for note in result.notes}
    assert ("figures.example" in rules, "figures.entered" in rules) == (expected == "example", expected == "entered")
    old = place.overridden()
    assert len(old) == 1
    assert old["own"][0] - old["shipped"][0] == pytest.approx(10_000, rel=1e-9)


# ---- counties -------------------------------------------------------------------------------------------------------


def test_figures_of_counties_are_met_and_their_places_are_theirs(make: Make) -> None:
    parts = sh.place(CITY).parts
    counties: list[dict[str, Any]] = [
        {"年末托位数（个）": 500 + 100 * at, "数据性质": "部门统计"} for at in range(len(parts))
    ]
    counties[0]["出生人口（人）"] = 5000
    path = make(CITY, counties=counties, fields={"人口来源": "内置（可分县区）"})
    found = workbook(path)
    assert [part.code for part in found.place.parts] == [part.code for part in parts]
    result = sh.compare(found.scenarios, (2025, 2027))
    for at, part in enumerate(parts):
        stock = result.table("places_stock", at=[2026], place=part.code).to_numpy(dtype=float)
        assert stock == pytest.approx(500 + 100 * at, rel=1e-12)
    births = result.table("births", at=[2025], place=parts[0].code).to_numpy(dtype=float)
    assert births == pytest.approx(5000, rel=1e-9)
    rows = result.frame
    rows = rows[(rows["variable"] == "births") & (rows["year"] == 2025) & rows["order"].isna()].set_index("place")
    assert (rows["nature"][parts[0].code], rows["nature"][parts[1].code]) == ("entered", "estimated")


def test_counties_need_the_shipped_place(make: Make) -> None:
    counties = [{"年末托位数（个）": 500, "数据性质": "部门统计"}]
    with pytest.raises(sh.InputError) as caught:
        workbook(make(CITY, counties=counties))
    assert {(one.sheet, one.error.key) for one in caught.value.faults} == {("分县区", "input.UNKNOWN_FORMAT.counties")}


def test_counties_add_up_to_the_place(make: Make) -> None:
    parts = sh.place(CITY).parts
    counties = [{"年末托位数（个）": 1000, "数据性质": "部门统计"} for _ in parts]
    city = {NURSERY: {"年末托位数": {"2025年": 1000 * len(parts) * 2, "数据性质": "部门统计"}}}
    with pytest.raises(sh.InputError) as caught:
        workbook(make(CITY, counties=counties, years=city, fields={"人口来源": "内置（可分县区）"}))
    assert [one.error.key for one in caught.value.faults] == ["input.PART_SUM.parts"]
