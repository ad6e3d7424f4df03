"""Every fault of the sheets of policy, payers, places, money and counties names its cell, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sanhai as sh
from sanhai.io.template import write_template
from sanhai.policy import workbook
from sanhai.readers.template import PAYERS, PLACE, POLICY
from test_cli import invoke
from workbooks import EXAMPLE, PAYS, filled

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")
LANGS = ("zh", "en")
COUNTY, CITY = "620123", "620100"
NURSERY, MONEY, COUNTIES = "托育", "财力和扶助对象", "分县区"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Cells of the example: row 5 holds the first payment, row 7 the allowance of the scenario (D: amount, E: unit, ...).
POLICY_FAULTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"A7": ""}, [("A7", "input.POLICY.scenario")]),
    ({"A7": "降低生育养育教育成本方案"}, [("A7", "scenario.name_taken")]),
    ({"A7": "甲" * 201}, [("A7", "name.long")]),
    ({"B7": ""}, [("B7", "input.POLICY.required")]),
    ({"C7": "四孩"}, [("C7", "input.POLICY.choice")]),
    ({"D7": "约500"}, [("D7", "input.NUMBER.text")]),
    ({"D7": "500元"}, [("D7", "input.NUMBER.text")]),
    ({"D7": -1}, [("D7", "input.POLICY.bounds")]),
    ({"D7": 20001}, [("D7", "input.POLICY.bounds")]),
    ({"D7": ""}, [("D7", "input.POLICY.required")]),
    ({"E7": "元/学期"}, [("E7", "input.POLICY.unit")]),
    ({"E7": "万元"}, [("E7", "input.POLICY.choice")]),
    ({"F7": "按年发放"}, [("E7", "input.POLICY.unit")]),
    ({"F8": "一次性"}, [("F8", "input.POLICY.way"), ("E8", "input.POLICY.unit")]),
    ({"G7": 2020}, [("G7", "input.POLICY.early")]),
    ({"G7": "二〇二七"}, [("G7", "input.NUMBER.text")]),
    ({"G7": 2027.5}, [("G7", "input.POLICY.whole")]),
    ({"H7": 2026}, [("H7", "input.POLICY.years")]),
    ({"I7": 3}, [("J7", "input.POLICY.ages")]),
    ({"J7": ""}, [("J7", "input.POLICY.age_to")]),
    ({"J7": 19}, [("J7", "input.POLICY.whole")]),
    ({"J5": 3}, [("J5", "input.POLICY.not_read")]),
    ({"K8": 2027}, [("K8", "input.POLICY.not_read")]),
    ({"L5": "只补差额"}, [("L5", "input.POLICY.not_read")]),
    ({"L7": "都要"}, [("L7", "input.POLICY.choice")]),
    ({"M7": 0.9}, [("M7", "input.POLICY.percent")]),
    ({"M7": 101}, [("M7", "input.POLICY.bounds")]),
    ({"N7": "听说"}, [("N7", "input.POLICY.choice")]),
    ({"N5": "测算假设"}, [("A5", "input.POLICY.scenario")]),
    ({"C6": "二孩"}, [("B6", "input.POLICY.twice")]),
]
PAYER_FAULTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"D3": 70}, [("D3", "input.POLICY.payers_sum")]),
    ({"D3": 0.4, "E3": 0.6}, [("D3", "input.POLICY.payers_share")]),
    ({"B3": 0, "C3": 0, "F3": 0, "G3": 0, "D3": 30}, [("B3", "input.POLICY.payers_sum")]),
    ({"D3": "四成"}, [("D3", "input.NUMBER.text")]),
    ({"D3": -4}, [("D3", "input.POLICY.bounds")]),
    ({"A3": "不存在的项目"}, [("A3", "input.POLICY.item")]),
    ({"A4": "生育一次性补助"}, [("A4", "input.POLICY.item_twice")]),
]
OTHER_FAULTS: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    (NURSERY, {"H4": 1480}, [("I4", "input.UNKNOWN_FORMAT.nature")]),
    (NURSERY, {"H4": 1480, "I4": "听说"}, [("I4", "input.UNKNOWN_FORMAT.nature")]),
    (NURSERY, {"H4": "1480个", "I4": "部门统计"}, [("H4", "input.NUMBER.text")]),
    (NURSERY, {"H4": -1, "I4": "部门统计"}, [("H4", "input.RANGE.entered")]),
    (NURSERY, {"H4": 3.2, "I4": "部门统计"}, [("H4", "input.UNIT.places")]),
    (NURSERY, {"H4": 100_000, "I4": "部门统计"}, [("H4", "input.UNIT.places")]),
    (NURSERY, {"H4": 1000, "H5": 1200, "I4": "部门统计", "I5": "部门统计"}, [("H5", "input.SUM.part")]),
    (NURSERY, {"B4": "斤", "H4": 1480, "I4": "部门统计"}, [("B4", "input.UNIT.unknown")]),
    (NURSERY, {"A4": "托位多少", "H4": 1480, "I4": "部门统计"}, [("A4", "input.UNKNOWN_FORMAT.variable")]),
    (MONEY, {"H4": 1_010_000_000, "I4": "公布数"}, [("H4", "input.RANGE.unit")]),
    (MONEY, {"H4": 50_000_000, "I4": "公布数"}, [("H4", "input.UNIT.money")]),
    (MONEY, {"H6": 96.5, "H4": 1, "I4": "公布数", "I6": "公布数"}, [("H4", "input.RANGE.entered")]),
    (PLACE, {"B11": "都行"}, [("B11", "input.UNKNOWN_FORMAT.people")]),
]


Make = Callable[..., Path]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """The example of a place in a language."""
    folder = tmp_path_factory.mktemp("faults")

    def made(code: str, lang: str) -> Path:
        path = folder / f"example_{code}_{lang}.xlsx"
        if not path.exists():
            template = write_template(folder / f"template_{code}_{lang}.xlsx", sh.place(code), lang=lang)
            filled(template, path, EXAMPLE, PAYS)
        return path

    return made


def faulty(path: Path, folder: Path, sheet: str, cells: dict[str, Any]) -> Path:
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book[sheet][cell] = value
    book.save(folder / "faulty.xlsx")
    return folder / "faulty.xlsx"


def found(path: Path) -> list[tuple[str, str, str]]:
    """(sheet, cell, key) of every fault."""
    with pytest.raises(sh.InputError) as caught:
        workbook(path)
    for fault in caught.value.faults:  # each in whole sentences of either language
        zh, en = fault.render("zh", cli=True), fault.render("en", cli=True)
        assert "改法：" in zh
        assert "remedy: " in en
        assert zh != en
        assert not CHINESE.search(re.sub(r"'[^']*'|\bsheet \S+|(?<=allowed ).*?(?=; remedy)|榆中县|兰州市", "", en)), en
    return [(fault.sheet, fault.cell, fault.error.key) for fault in caught.value.faults]


def cases() -> list[Any]:
    of_policy = [(POLICY, cells, expected) for cells, expected in POLICY_FAULTS]
    of_payers = [(PAYERS, cells, expected) for cells, expected in PAYER_FAULTS]
    rows = [*of_policy, *of_payers, *OTHER_FAULTS]
    return [pytest.param(*row, id=f"{row[0]} {number}") for number, row in enumerate(rows)]


@pytest.mark.parametrize(("sheet", "cells", "expected"), cases())
def test_a_fault_names_its_cell(
    sheet: str, cells: dict[str, Any], expected: list[tuple[str, str]], base: Callable[[str, str], Path], tmp_path: Path
) -> None:
    path = faulty(base(COUNTY, "zh"), tmp_path, sheet, cells)
    assert found(path) == [(sheet, cell, key) for cell, key in expected]


@pytest.mark.parametrize("lang", LANGS)
def test_check_lists_every_fault_of_all_sheets(lang: str, base: Callable[[str, str], Path], tmp_path: Path) -> None:
    path = faulty(base(COUNTY, lang), tmp_path, POLICY, {"D7": "约500", "M7": 0.9})
    book = openpyxl.load_workbook(path)
    book[PAYERS]["D3"] = 70
    book[MONEY]["H4"], book[MONEY]["I4"] = 1_010_000_000, "公布数" if lang == "zh" else "published"
    book["基期人口"]["B5"] = -3
    book.save(path)
    done = invoke(["check", str(path), "--lang", lang])
    assert done.exit_code == 2
    for sheet, cell in ((POLICY, "D7"), (POLICY, "M7"), (PAYERS, "D3"), (MONEY, "H4"), ("基期人口", "B5")):
        assert any(sheet in line and f"{cell}" in line for line in done.stderr.splitlines()), (sheet, cell)
    assert "60%写60" in done.stderr or "60 % is 60" in done.stderr or "100" in done.stderr
    listed = json.loads(invoke(["check", str(path), "--json", "--lang", lang]).stdout)
    assert {(row["sheet"], row["cell"]) for row in listed} >= {(POLICY, "D7"), (PAYERS, "D3"), (MONEY, "H4")}
    assert invoke(["run", str(path), "--json"]).exit_code == 2


def test_hints_are_said_and_stop_nothing(base: Callable[[str, str], Path], tmp_path: Path) -> None:
    path = faulty(base(COUNTY, "zh"), tmp_path, POLICY, {"D7": 3600})
    done = invoke(["check", str(path), "--lang", "zh"])
    assert done.exit_code == 0
    assert "D7：每月3,600元，是否应为元/年？" in done.stderr
    assert "县育儿补贴：余下50%列入比例待明确" in done.stderr


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"A3": "不存在的县", "E3": 100, "H3": "部门统计"}, [("A3", "input.PLACE.inside")]),
        ({"B3": "去年", "E3": 100, "H3": "部门统计"}, [("B3", "input.DATE.unreadable")]),
        ({"E3": 100}, [("H3", "input.UNKNOWN_FORMAT.nature")]),
        ({"C3": 1_500_000, "H3": "部门统计"}, [("C3", "input.RANGE.unit")]),
    ],
)
def test_a_fault_of_a_county_names_its_cell(
    cells: dict[str, Any], expected: list[tuple[str, str]], base: Callable[[str, str], Path], tmp_path: Path
) -> None:
    path = faulty(base(CITY, "zh"), tmp_path, PLACE, {"B11": "内置（可分县区）"})
    path = faulty(path, tmp_path, COUNTIES, cells)
    assert found(path) == [(COUNTIES, cell, key) for cell, key in expected]


def test_other_workbooks_and_odd_arguments_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(sh.InputError, match="workbook"):
        workbook(tmp_path / "other.xlsx")
    with pytest.raises(sh.ConfigError):
        workbook(3)  # type: ignore[arg-type]


def test_a_place_without_policy_has_no_documents(base: Callable[[str, str], Path], tmp_path: Path) -> None:
    path = faulty(base(COUNTY, "zh"), tmp_path, PLACE, {"B3": "", "B7": "", "B4": ""})
    assert found(path) == [(POLICY, "B5", "place.no_policy")]
