"""Workbooks that tests fill in: cells by the head of their column, whatever the order of columns."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sanhai.readers.labels import chinese
from sanhai.readers.template import PAYERS, PLACE, POLICY

__all__ = ["EXAMPLE", "PAYS", "fill", "filled", "row_of", "set_field"]

# A made-up county's scheme: a grant at birth in force, a monthly allowance and an operating subsidy as a scenario.
EXAMPLE: list[dict[str, Any]] = [
    {"项目": "生育一次性补助", "发放对象": "二孩", "标准": 2000, "单位": "元", "发放方式": "一次性", "起始年": 2024,
     "依据": "现行有效", "文件名称、条款": "县优化生育措施第五条"},
    {"项目": "生育一次性补助", "发放对象": "三孩及以上", "标准": 3000, "单位": "元", "发放方式": "一次性",
     "起始年": 2024, "依据": "现行有效", "文件名称、条款": "县优化生育措施第五条"},
    {"方案名称": "方案一", "项目": "县育儿补贴", "发放对象": "二孩及以上", "标准": 500, "单位": "元/月",
     "发放方式": "按月发放", "起始年": 2027, "终止年": 2035, "年龄上限（不满岁数）": 3, "发放率（%）": 90,
     "与国家育儿补贴": "只补差额", "依据": "测算假设"},
    {"方案名称": "方案一", "项目": "普惠托位运营补助", "发放对象": "普惠托位", "标准": 1000, "单位": "元/年",
     "发放方式": "按年发放", "起始年": 2027, "依据": "拟出台"},
]  # fmt: skip
PAYS: list[dict[str, Any]] = [
    {"项目": "生育一次性补助", "市级（%）": 40, "县区（%）": 60},
    {"项目": "县育儿补贴", "县区（%）": 50},
]


def _columns(sheet: Any, head: str) -> tuple[int, dict[str, int]]:
    for row in range(1, 13):
        words = {chinese(cell.value or ""): cell.column for cell in sheet[row]}
        if chinese(head) in words:
            return row, words
    raise AssertionError(f"{sheet.title} has no head {head}")


def fill(sheet: Any, rows: Sequence[Mapping[str, Any]], key: str) -> None:
    """Writes rows below the heads, from the first row on; `key` is a head that finds them."""
    top, columns = _columns(sheet, key)
    for at, row in enumerate(rows, top + 1):
        for head, value in row.items():
            sheet.cell(at, columns[chinese(head)], value)


def row_of(sheet: Any, label: str) -> int:
    """The row whose first cell is a label."""
    return next(cell.row for cell in sheet["A"] if cell.value and chinese(cell.value) == chinese(label))


def set_field(book: Any, label: str, value: Any) -> None:
    """An answer in the sheet of the place."""
    sheet = book[PLACE]
    sheet.cell(row_of(sheet, label), 2, value)


def filled(
    template: Path,
    path: Path,
    policy: Sequence[Mapping[str, Any]] = (),
    payers: Sequence[Mapping[str, Any]] = (),
    years: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
    fields: Mapping[str, Any] | None = None,
    counties: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """A copy of a template with rows of policy, payers and counties, and rows of the sheets by year.

    years: sheet -> label of the row -> head -> value. fields: answers of the sheet of the place.
    """
    import openpyxl

    shutil.copy(template, path)
    book = openpyxl.load_workbook(path)
    fill(book[POLICY], policy, "发放对象")
    fill(book[PAYERS], payers, "项目")
    for name, rows in (years or {}).items():
        _, columns = _columns(book[name], "指标")
        for label, cells in rows.items():
            for head, value in cells.items():
                book[name].cell(row_of(book[name], label), columns[chinese(head)], value)
    for label, value in (fields or {}).items():
        set_field(book, label, value)
    if counties:
        fill(book["分县区"], counties, "县区")
    book.save(path)
    return path
