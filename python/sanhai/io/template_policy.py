"""Sheets of the workbook for places, policy, who pays, money and counts of recipients, and counties."""

from __future__ import annotations

from typing import Any

from sanhai.io.template_book import ROOM, YEARS, Book
from sanhai.places.catalogue import all_places, children_of
from sanhai.places.catalogue import place as shipped
from sanhai.policy.levers import unit_bounds
from sanhai.policy.sheet_terms import (
    BASES,
    COLUMNS,
    LEVELS_PAID,
    NATIONAL,
    ORDERS,
    PAYER_COLUMNS,
    REQUIRED,
    UNITS,
    WAYS,
    WHO,
)
from sanhai.readers.grid import address
from sanhai.readers.labels import narrow
from sanhai.readers.template import PAYERS, POLICY
from sanhai.readers.template_years import BY_COUNTY, BY_YEAR, COUNTIES, NATURES
from sanhai.readers.units import BASE

__all__ = ["counties_sheet", "payers_sheet", "policy_sheet", "years_sheet"]

N_YEARS = 6  # columns of the sheets by year, to the last year observed
OLDEST = 18  # of a child, in the sheet of policy
HEAD = 46  # height of the row of heads
CHOICES = {
    "who": (*ORDERS, *WHO), "pay_unit": tuple(UNITS), "way": tuple(WAYS), "national": tuple(NATIONAL), "basis": BASES,
}  # fmt: skip
WIDTHS = {
    "scenario": 14, "item": 24, "who": 18, "standard": 10, "pay_unit": 12, "way": 12, "national": 13, "basis": 11,
    "document": 30,
}  # fmt: skip


def _years(book: Book) -> range:
    """The last years observed, of the place or of the nation."""
    place = book.place if book.place is not None else shipped("100000")
    return range(place.observed.stop - N_YEARS, place.observed.stop)


def _notes(book: Book, sheet: Any, text: str) -> int:
    """Lines above the heads, each in one cell and running over the empty ones beside it; gives the row of the heads."""
    for row, line in enumerate(text.split("\n")):
        sheet.write_string(row, 0, line, book.format("line"))
    return text.count("\n") + 1


def _frame(book: Book, name: str, key: str, columns: int, **values: object) -> tuple[Any, int]:
    """A sheet with its notes, and the row of its heads, which stand on every page; `columns` of them stay in sight."""
    text = book.say(f"about_{key}").format(**values)
    row = text.count("\n") + 1
    sheet = book.new(name, (row + 1, columns))
    sheet.set_row(row, HEAD)
    return sheet, _notes(book, sheet, text)


def _two_lines(book: Book, key: str) -> str:
    """A label in Chinese and, in another language, its word below."""
    return "\n".join(dict.fromkeys((book.said_in(key, "zh"), book.say(key))))


def years_sheet(book: Book, name: str) -> None:
    """Quantities down, years across, then kind, source and day of the figures of a row, and what is shipped."""
    years = _years(book)
    heads = ["variable", "unit", *years, "nature", "source", "as_of", "shipped"]
    sheet, top = _frame(book, name, "years", 2, word=book.say("none_word"))
    sheet.protect("", {"format_cells": True, "format_columns": True, "format_rows": True, "select_locked_cells": True})
    for column, head in enumerate(heads):
        width = {"variable": 34, "unit": 18, "nature": 14, "source": 34, "as_of": 13, "shipped": 20}.get(str(head), 11)
        sheet.set_column(column, column, width)
        book.put(sheet, top, column, _year_head(book, head) if isinstance(head, int) else book.head(head), "head")
    for row, (variable, span) in enumerate(BY_YEAR[name].items(), top + 1):
        unit = book.choice(span.unit)
        book.put(sheet, row, 0, _two_lines(book, f"quantity_{variable}"), "label")
        book.put(sheet, row, 1, unit, "fixed", "text")
        for column, head in enumerate(heads[2:], 2):
            number = "count" if isinstance(head, int) else "day" if head == "as_of" else "text"
            known = _shipped(book, variable, span.unit) if head == "shipped" else None
            book.put(sheet, row, column, known, "fixed" if head == "shipped" else "free", number)
        first, last = 2, 1 + len(years)
        book.bound_or_none(sheet, (row, first, row, last), address(row, first), span.low, span.high)
        book.choose(sheet, (row, last + 1, row, last + 1), [f"nature_{one}" for one in NATURES])
        sheet.set_row(row, 30)


def _shipped(book: Book, variable: str, unit: str) -> str:
    """The latest shipped figure in the unit of the sheet, with its year."""
    rows = book.place.evidence.of(variable) if book.place is not None else ()
    if not rows:
        return book.say("no_shipped")
    last = max(rows, key=lambda row: row.year)
    value = last.value / BASE[variable][1][narrow(book.choice(unit))]
    return book.say("shipped_value").format(value=f"{value:,.10g}", year=last.year)


def policy_sheet(book: Book) -> None:
    """One row a payment."""
    sheet, top = _frame(book, POLICY, "policy", 2)
    first, last = top + 1, top + ROOM
    for column, key in enumerate(COLUMNS):
        number = {"standard": "count", "take_up": "share"}.get(key, "year" if _is_whole(key) else "text")
        sheet.set_column(column, column, WIDTHS.get(key, 10), book.column(number))
        book.put(sheet, top, column, book.head(key), "head")
        for row in range(first, last + 1):
            book.put(sheet, row, column, None, "required" if key in REQUIRED else "free", number)
        area = (first, column, last, column)
        if key in CHOICES:
            book.choose(sheet, area, [f"{key}_{one}" for one in CHOICES[key]])
        elif key in ("year_from", "year_to", "born_from"):
            book.bound(sheet, area, "integer", *YEARS)
        elif key in ("age_from", "age_to"):
            book.bound(sheet, area, "integer", 0, OLDEST)
        elif key == "take_up":
            book.bound(sheet, area, "decimal", 0, 100)
        elif key == "standard":
            book.bound(sheet, area, "decimal", 0, max(unit_bounds(one)[1] for one in UNITS.values()))


def _is_whole(key: str) -> bool:
    return key.startswith(("year_", "age_", "born_"))


def payers_sheet(book: Book) -> None:
    """One row an item; the sum is a formula, and red where it is above 100."""
    sheet, top = _frame(book, PAYERS, "payers", 1)
    first, last = top + 1, top + ROOM
    for column, key in enumerate(PAYER_COLUMNS):
        number = "share" if key in (*LEVELS_PAID, "sum") else "text"
        sheet.set_column(column, column, {"item": 30, "document": 40}.get(key, 12), book.column(number))
        book.put(sheet, top, column, book.head(f"pays_{key}" if key in LEVELS_PAID else key), "head")
        for row in range(first, last + 1):
            if key == "sum":
                cells = f"{address(row, 1)}:{address(row, len(LEVELS_PAID))}"
                look = book.format("fixed", "share")
                sheet.write_formula(row, column, f'=IF(COUNT({cells})=0,"",SUM({cells}))', look, "")
            else:
                book.put(sheet, row, column, None, "free", number)
        if key in LEVELS_PAID:
            book.bound(sheet, (first, column, last, column), "decimal", 0, 100)
        elif key == "sum":
            above = {"type": "cell", "criteria": ">", "value": 100, "format": book.format("wrong")}
            sheet.conditional_format(first, column, last, column, above)


def counties_sheet(book: Book) -> None:
    """One row a county and year; of a place that has nothing below it there is no such sheet."""
    place = book.place
    inside = children_of(place.code) if place is not None and place.code in all_places() else ()
    if place is not None and not inside:
        return
    sheet, top = _frame(book, COUNTIES, "counties", 1)
    heads = ["county", "year", *BY_COUNTY, "nature", "source", "as_of"]
    last = top + max(len(inside), ROOM)
    for column, head in enumerate(heads):
        number = {"county": "text", "year": "year", "as_of": "day"}.get(head, "count" if head in BY_COUNTY else "text")
        width = {"county": 20, "source": 34, "nature": 14, "year": 9, "as_of": 13}.get(head, 17)
        sheet.set_column(column, column, width, book.column(number))
        book.put(sheet, top, column, _county_head(book, head), "head")
        for row in range(top + 1, last + 1):
            known = inside[row - top - 1] if row - top - 1 < len(inside) else None
            filled = {} if known is None else {"county": known.name_zh, "year": _years(book)[-1]}
            value = filled.get(head)
            book.put(sheet, row, column, value, "free" if value is None else "given", number)
        area = (top + 1, column, last, column)
        if head in BY_COUNTY:
            span = BY_COUNTY[head]
            book.bound_or_none(sheet, area, address(top + 1, column), span.low, span.high)
        elif head == "nature":
            book.choose(sheet, area, [f"nature_{one}" for one in NATURES])
        elif head == "year":
            book.bound(sheet, area, "integer", *YEARS)


def _year_head(book: Book, year: int) -> str:
    return book.say("year_head").format(year=year)


def _county_head(book: Book, head: str) -> str:
    """The head of a column; of a quantity its unit stands in it, in Chinese for the reader."""
    if head not in BY_COUNTY:
        return book.head(head)

    def named(lang: str) -> str:
        name, unit = f"quantity_{head}", f"choice_{BY_COUNTY[head].unit}"
        return book.said_in("unit_head", lang).format(name=book.said_in(name, lang), unit=book.said_in(unit, lang))

    return "\n".join(dict.fromkeys((named("zh"), named(book.lang))))
