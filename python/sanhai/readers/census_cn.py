"""Chinese census tables by age and sex: 年龄 down the page, or 地区 down and ages across (table 1-3)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from sanhai.readers.doc import Doc, known_code, needs_place
from sanhai.readers.grid import Bad, Grid
from sanhai.readers.labels import age_of, chinese, date_of, narrow, sex_of
from sanhai.readers.rows import Asked, Report, Row, Spot, Unit
from sanhai.readers.units import unit_of

__all__ = ["FORMAT", "ages_down", "parse", "recognise", "unit_line"]

FORMAT = "census-cn"
NOWHERE, NO_DAY = "?", "2000-01-01"
AGES = ("年龄", "年龄组", "年龄(岁)", "分年龄")
BOTH = {"合计", "小计", "人口数", "总计", "总人口", "计"}


def ages_down(grid: Grid) -> tuple[int, int] | None:
    """(row, column) of the head 年龄."""
    for row in range(min(len(grid.rows), 12)):
        for column, word in enumerate(grid.words(row)):
            if word in AGES:
                return row, column
    return None


def _ages_across(grid: Grid) -> tuple[int, int] | None:
    for row in range(min(len(grid.rows), 12)):
        words = grid.words(row)
        if "地区" in words and sum(age_of(one) not in (None, "all") for one in words if one) >= 3:
            return row, words.index("地区")
    return None


def recognise(doc: Doc) -> bool:
    return any(ages_down(grid) or _ages_across(grid) for grid in doc.grids)


def unit_line(grid: Grid, variable: str, asked: Asked, report: Report, default: str = "") -> Unit | None:
    """The unit that a line 单位：says, else the user's, else that of the format."""
    for row, column, text in grid.all_words():
        if found := re.search(r"单位[:：]?(.+)", text):
            return unit_of(variable, found[1], asked, report, grid.spot(row, column))
    return unit_of(variable, default, asked, report, grid.spot(0, 0), "format")


def _date(grid: Grid, asked: Asked, report: Report) -> str:
    """The day of the count: the user's word, a whole date in the title, or the census named there."""
    if asked.date is not None:
        return asked.date
    for _, _, text in grid.all_words(4):
        found = re.search(r"\d{4}年\d{1,2}月\d{1,2}日", text)
        if found and (day := date_of(found.group())):
            return day
        if census := re.search(r"(1990|2000|2010|2020)年.*(人口普查|普查)", text):
            return f"{census[1]}-{'07' if census[1] == '1990' else '11'}-01"
    report.add("input.DATE.missing", Spot(grid.file, grid.sheet), got=grid.file)
    return ""


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Persons by sex and age of one place; 合计 and 小计 go along for the check."""
    rows: list[Row] = []
    for grid in doc.grids:
        if (found := _ages_across(grid)) is not None:
            rows += _across(grid, found, asked, report)
        elif (found := ages_down(grid)) is not None:
            rows += down(grid, found, asked, report)
    return rows


def _title_place(grid: Grid) -> list[str]:
    for _, _, text in grid.all_words(3):
        if found := re.match(r"(.{2,12}?[省市县区旗州])(?=分|各|20|人口|年龄|\d)", text):
            return [found[1]]
    return []


def down(grid: Grid, head: tuple[int, int], asked: Asked, report: Report, default: str = "人") -> list[Row]:
    """年龄 down the page, columns by their heads."""
    row, column = head
    columns = {at: sex for at, word in enumerate(grid.words(row)) if at != column and (sex := _sex(word)) is not None}
    second = grid.words(row + 1)
    if len(columns) < 2 and any(one in ("男", "女") for one in second):  # heads of two rows
        row += 1
        columns = {at: sex for at, word in enumerate(second) if at != column and (sex := _sex(word)) is not None}
    if not {"male", "female"} <= set(columns.values()):
        at = next(iter(columns), column + 1)
        report.add("input.SEX_MISSING.both", grid.spot(row, at), got=str(grid.cell(row, at)))
        return []
    if len(set(columns.values())) != len(columns):
        report.add("input.SEX_LABEL.twice", grid.spot(row, list(columns)[-1]), got=list(map(str, grid.rows[row])))
        return []
    unit = unit_line(grid, "pop", asked, report, default)
    place = needs_place(asked, report, grid.spot(0, 0), _title_place(grid))
    date = _date(grid, asked, report)
    if unit is None:
        return []
    place, date = place or NOWHERE, date or NO_DAY  # noted: the cells are looked at all the same
    rows: list[Row] = []
    above = [line for line in range(row) if age_of(grid.cell(line, column) or "") not in (None, "all")]
    for line in [*above, *range(row + 1, len(grid.rows))]:
        label = grid.cell(line, column)
        if label is None or narrow(label) == "" or re.match("[注资数]", narrow(label)):
            continue
        age = age_label(grid, line, column, report)
        if age is None:
            continue
        key = _key(place, date, unit)
        key["label"] = grid.spot(line, column)
        rows += [grid.row(line, at, report, age=age, sex=sex, **key) for at, sex in columns.items()]
    return rows


def age_label(grid: Grid, row: int, column: int, report: Report) -> str | None:
    """The age of a label cell; noted where a spreadsheet made a date of it, or it cannot be read."""
    label, spot = grid.cell(row, column), grid.spot(row, column)
    if isinstance(label, dt.datetime | dt.date):
        # 5-9 and 10-14 typed without an apostrophe become 9 May and 14 October.
        report.add("input.AGE_DATE.cell", spot, got=date_of(label), meant=f"{label.month}-{label.day}", cell=spot.cell)
        return None
    age = None if isinstance(label, Bad) else age_of(chinese(label) if isinstance(label, str) else label)
    if age is None:
        report.add("input.AGE_AMBIGUOUS.label", spot, got=str(label))
    return age


def _sex(word: str) -> str | None:
    return "both" if word in BOTH else sex_of(word)


def _key(place: str, date: str, unit: Unit, name: str = "") -> dict[str, Any]:
    """What is the same in all rows of a place."""
    return {
        "place": known_code(place) or place, "name": name or place, "variable": "pop", "year": int(date[:4]),
        "date": date, "unit": unit, "source": "census", "confidence": "high",
    }  # fmt: skip


def _across(grid: Grid, head: tuple[int, int], asked: Asked, report: Report) -> list[Row]:
    row, column = head
    ages, sexes = grid.words(row), grid.words(row + 1)
    unit, date = unit_line(grid, "pop", asked, report, "人"), _date(grid, asked, report)
    names = {line: chinese(grid.cell(line, column) or "") for line in range(row + 2, len(grid.rows))}
    names = {line: name for line, name in names.items() if name and not re.match("[注资]", name)}
    place = needs_place(asked, report, grid.spot(row, column), list(names.values()))
    if unit is None or place is None or not date:
        return []
    mine = [
        line for line, name in names.items() if name == narrow(place) or known_code(name) == known_code(place) != ""
    ]
    if len(mine) != 1:
        key = "input.PLACE_AMBIGUOUS.rows" if mine else "input.PLACE.unknown"
        known = [grid.spot(line, column).text for line in mine] or list(names.values())[:40]
        report.add(key, grid.spot(mine[0] if mine else row, column), got=place, known=known)
        return []
    rows: list[Row] = []
    for at in range(column + 1, max(len(ages), len(sexes))):
        word, of = ages[at] if at < len(ages) else "", sexes[at] if at < len(sexes) else ""
        if not word and not of:
            continue
        age, sex = ("all" if word in BOTH else age_of(word)), _sex(of)
        if age is None or sex is None:
            report.add("input.AGE_AMBIGUOUS.label", grid.spot(row, at), got=f"{word} {of}")
            continue
        rows.append(grid.row(mine[0], at, report, age=age, sex=sex, **_key(place, date, unit, names[mine[0]])))
    return rows
