"""A workbook while it is made: its words, the looks of its cells, and what is checked as somebody types."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sanhai._version import __version__
from sanhai.readers.template_words import head, said
from sanhai.readers.workbook import needed

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["CHECKED", "ROOM", "YEARS", "Book"]

ROOM = 40  # empty rows below what stands in a sheet
CHECKED = 3000  # rows whose entries are checked as they are typed
YEARS = (1900, 2150)
MADE = dt.datetime(2020, 1, 1)  # day of the file's properties: the same place gives the same bytes
FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
GREY, YELLOW, BLUE, RED = "#F2F2F2", "#FFF2CC", "#DCE6F0", "#F4C7C3"
LOOKS: dict[str, dict[str, object]] = {
    "given": {"border": 1, "bg_color": GREY, "locked": 0},
    "fixed": {"border": 1, "bg_color": GREY},
    "required": {"border": 1, "bg_color": YELLOW, "locked": 0},
    "free": {"border": 1, "locked": 0},
    "head": {"border": 1, "bold": True, "bg_color": BLUE, "align": "center", "text_wrap": True},
    "label": {"border": 1, "text_wrap": True},
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#595959", "text_wrap": True, "valign": "top"},
    "line": {"font_color": "#595959"},
    "strong": {"bold": True, "valign": "top"},
    "wrong": {"bg_color": RED},
}
NUMBERS = {
    "text": "@", "day": "yyyy-mm-dd", "count": "#,##0.##", "rate": "0.0####", "year": "0", "share": "0.##",
}  # fmt: skip


class Book:
    """One workbook in a language, of a place or of none."""

    def __init__(self, lang: str, place: Place | None) -> None:
        xlsxwriter = needed("xlsxwriter")
        self.lang, self.place = lang, place
        self.buffer = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(self.buffer, options)
        self.book.set_properties({"title": self.say("title"), "comments": f"sanhai {__version__}", "created": MADE})
        self.formats: dict[tuple[str, str], Any] = {}

    def bytes(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self.buffer.getvalue()

    # ---- words and looks ------------------------------------------------------------------------------------------

    def say(self, key: str) -> str:
        return said(key, self.lang)

    def said_in(self, key: str, lang: str) -> str:
        return said(key, lang)

    def head(self, key: str) -> str:
        """What the reader finds a column by, and in another language its word below."""
        return head(key, self.lang)

    def choice(self, key: str) -> str:
        return self.say(f"choice_{key}")

    def age(self, first: int, last: int | None) -> str:
        form = "age_open" if last is None else "age_one" if first == last else "age_group"
        return self.say(form).format(first=first, last=last)

    def format(self, kind: str, number: str = "") -> Any:
        """The look of a cell, a key of LOOKS, and of what stands in it, one of NUMBERS."""
        if (kind, number) not in self.formats:
            look = {**FONT, **LOOKS[kind], **({"num_format": NUMBERS[number]} if number else {})}
            look |= {"text_wrap": True} if number == "text" else {}
            self.formats[kind, number] = self.book.add_format(look)
        return self.formats[kind, number]

    def column(self, number: str) -> Any:
        """Of cells that nobody has touched: an age typed there stays text (5-9 is no day in May)."""
        if ("column", number) not in self.formats:
            look = {**FONT, "locked": 0, **({"num_format": "@"} if number == "text" else {})}
            self.formats["column", number] = self.book.add_format(look)
        return self.formats["column", number]

    def put(self, sheet: Any, row: int, column: int, value: object, kind: str, number: str = "") -> None:
        look = self.format(kind, number)
        if value is None or value == "":
            sheet.write_blank(row, column, None, look)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, look)
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), look)
        else:
            sheet.write_number(row, column, value, look)

    # ---- what is checked as it is typed ---------------------------------------------------------------------------

    def choose(self, sheet: Any, area: tuple[int, int, int, int], choices: Iterable[str]) -> None:
        source = [self.choice(one) for one in choices]
        said = {"error_title": self.say("error_title"), "error_message": self.say("error_list")}
        sheet.data_validation(*area, {"validate": "list", "source": source, **said})

    def bound(self, sheet: Any, area: tuple[int, int, int, int], kind: str, low: Any, high: Any) -> None:
        """kind: integer, decimal, date."""
        message = self.say("error_bounds").format(low=low, high=high)
        said = {"error_title": self.say("error_title"), "error_message": message}
        check = {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
        sheet.data_validation(*area, {**check, **said})

    def bound_or_none(self, sheet: Any, area: tuple[int, int, int, int], cell: str, low: float, high: float) -> None:
        """A number, or the word for "there is no such thing", which a rule of numbers alone would refuse.

        cell: the first of the area, without $.
        """
        word = self.say("none_word")
        test = f'=OR({cell}="{word}",AND(ISNUMBER({cell}),{cell}>={low:.10g},{cell}<={high:.10g}))'
        message = self.say("error_bounds_none").format(low=f"{low:,.10g}", high=f"{high:,.10g}", word=word)
        said = {"error_title": self.say("error_title"), "error_message": message}
        sheet.data_validation(*area, {"validate": "custom", "value": test, **said})

    # ---- sheets ---------------------------------------------------------------------------------------------------

    def new(self, name: str, frozen: tuple[int, int] | None = None) -> Any:
        """An empty sheet that prints on A4, its heads on every page."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        called = self.place.name(self.lang) if self.place is not None else ""
        sheet.set_footer(f"&L{called.replace('&', '&&')}&C&A&R&P / &N")
        if frozen is not None:
            sheet.freeze_panes(*frozen)
            sheet.repeat_rows(0, frozen[0] - 1)
        return sheet
