"""Chinese counties one a line, sex and age in the heads: 男_1到4岁, 0岁（男）, with a column of codes or names."""

from __future__ import annotations

import re

from sanhai.readers.census_cn import unit_line
from sanhai.readers.doc import Doc, known_code, needs_place
from sanhai.readers.grid import Grid
from sanhai.readers.labels import age_of, narrow
from sanhai.readers.rows import Asked, Report, Row

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "county-cn"
LEAST = 36  # columns of sex by age
CODES = ("代码", "区划代码", "行政区划代码", "code", "县代码", "地区代码")
NAMES = ("名称", "县区", "县", "区县", "地区", "name", "县名", "区县名称", "县级名称")


def _cell(text: object) -> tuple[str, str] | None:
    """(sex, age) of a head; brackets need not match, 口 is a misprint of 男 or 女 left out: no head of ours."""
    plain = re.sub(r"[()（）\[\]_]", "", narrow(text or ""))
    found = re.fullmatch("(男|女)(.+)", plain) or re.fullmatch("(.+)(男|女)", plain)
    if not found:
        return None
    sex, label = (found[1], found[2]) if found[1] in "男女" else (found[2], found[1])
    age = age_of(label)
    return ({"男": "male", "女": "female"}[sex], age) if age not in (None, "unknown") and age is not None else None


def _head(grid: Grid) -> int | None:
    for row in range(min(len(grid.rows), 6)):
        if sum(_cell(one) is not None for one in grid.rows[row]) >= LEAST:
            return row
    return None


def recognise(doc: Doc) -> bool:
    return any(_head(grid) is not None for grid in doc.grids)


def _code(value: object) -> str:
    """620123 of 620123.0 and of text."""
    return narrow(value or "").removesuffix(".0")


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Persons by sex and age of the county asked for, by name or code; a name twice is refused with the rows."""
    grid = next(one for one in doc.grids if _head(one) is not None)
    head = _head(grid)
    assert head is not None
    words = [narrow(one or "") for one in grid.rows[head]]
    codes = next((words.index(one) for one in CODES if one in words), None)
    names = next((words.index(one) for one in NAMES if one in words), None)
    at = grid.spot(head, 0)
    if names is None and codes is None:
        report.add("input.UNKNOWN_FORMAT.header", at, got=",".join(words[:5]))
        return []
    unit = unit_line(grid, "pop", asked, report, "人")
    column = codes if names is None else names
    lines = {
        line: narrow(grid.cell(line, column or 0) or "")
        for line in range(head + 1, len(grid.rows))
        if any(one not in (None, "") for one in grid.rows[line])
    }
    place = needs_place(asked, report, at, list(dict.fromkeys(lines.values())))
    if asked.date is None:
        report.add("input.DATE.missing", at, got=doc.file)
    if place is None or unit is None or asked.date is None:
        return []
    mine = [line for line, name in lines.items() if name == narrow(place)]
    if codes is not None and place.isdigit():
        mine = [line for line in lines if _code(grid.cell(line, codes)) == place]
    if len(mine) != 1:
        spots = [grid.spot(line, column or 0).text for line in mine]
        key = "input.PLACE_AMBIGUOUS.rows" if mine else "input.PLACE.unknown"
        report.add(
            key, grid.spot(mine[0], column or 0) if mine else at, got=place, known=spots or list(lines.values())[:20]
        )
        return []
    line = mine[0]
    if codes is not None and not re.fullmatch(r"\d{6}", _code(grid.cell(line, codes))):
        report.add("input.PLACE_CODE.unknown", grid.spot(line, codes, words[codes]), got=str(grid.cell(line, codes)))
    code = _code(grid.cell(line, codes)) if codes is not None else known_code(place)
    return [
        grid.row(
            line,
            at,
            report,
            unit,
            column_name=words[at],
            place=code or place,
            name=lines[line],
            variable="pop",
            year=int(asked.date[:4]),
            date=asked.date,
            sex=cell[0],
            age=cell[1],
            source="census",
            confidence="high",
        )
        for at, word in enumerate(grid.rows[head])
        if (cell := _cell(word)) is not None
    ]
