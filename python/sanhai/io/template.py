"""The workbook that offices fill in, with what is known of a place in grey. `readers.template` reads it.

Sheets keep their Chinese names in both languages; an English one has English words beside the heads and English
choices. Drop-downs hold every unit and quantity, validation the bounds; the only formulas are the sums of payers, and
no sheet is hidden.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanhai.errors import checked_language
from sanhai.io.files import checked_path, write_file
from sanhai.io.template_book import CHECKED, ROOM, YEARS, Book
from sanhai.io.template_policy import counties_sheet, payers_sheet, policy_sheet, years_sheet
from sanhai.io.template_rows import Filled, filled, labels
from sanhai.places.base import CENSUS_LOWER
from sanhai.readers.labels import date_of
from sanhai.readers.template import COVER, PEOPLE, PLACE, PUBLISHED, SOURCES, TABLES
from sanhai.readers.template_years import MONEY, NATURES, NURSERY

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["workbook", "write_template"]

HOW = (
    "colours", "units", "ages", "years", "empty", "rates", "own", "published", "nature", "people", "policy", "payers",
    "check", "save",
)  # fmt: skip
FIELDS = ("name", "code", "parent", "basis", "date", "policy_place", "office", "source", "migration", "people")
REQUIRED = ("name", "basis", "date", "migration")
CHOICES = {
    "basis": ("resident", "registered"),
    "migration": ("as_sheet", "none", "residual"),
    "people": tuple(f"people_{one}" for one in PEOPLE),
    "nature": tuple(f"nature_{one}" for one in NATURES),
    "pop": ("persons", "thousands", "ten_thousand"),
    "mx_measure": ("mx", "qx", "lx", "e0", "deaths"),
    "mx": ("per_mille", "per_year", "share", "per_100000", "radix", "years", "persons"),
    "asfr_measure": ("asfr", "tfr"),
    "asfr": ("per_mille", "per_year"),
    "srb": ("girls_100", "ratio"),
    "net_migration": ("persons", "ten_thousand"),
    "variable": ("births", "deaths", "pop_yearend", "cbr", "cdr"),
    "unit": ("persons", "ten_thousand", "per_mille"),
    "sex": ("both", "male", "female"),
    "confidence": ("high", "medium", "low"),
}  # fmt: skip
HEADS = {
    "pop": ("age", "male", "female", "total"),
    "mx": ("year", "age", "male", "female"),
    "asfr": ("year", "age", "total", "order_1", "order_2", "order_3"),
    "srb": ("year", "value"),
    "net_migration": ("year", "age", "male", "female"),
    "published": ("variable", "year", "sex", "value", "unit", "source", "published", "confidence", "nature"),
    "sources": ("id", "citation", "publisher", "date", "licence", "url"),
}
WIDTHS = {"age": 14, "year": 9, "source": 34, "variable": 18, "citation": 60, "publisher": 30, "url": 50, "id": 30,
          "licence": 24, "published": 14}  # fmt: skip
BOUNDS = {"mx": (0, 1e5), "asfr": (0, 1e4), "srb": (0, 200), "net_migration": (-1e8, 1e8), "pop": (0, 2e9)}
WIDEST = 105  # half-width characters on a line of the cover; two bytes of GBK are a full-width one


def write_template(
    path: str | Path, place: Place | None = None, *, lang: str | None = None, force: bool = False
) -> Path:
    """Writes the template, of a place or empty, as one file that is there whole or not at all.

    Raises FileError where the file exists and force is not set, or cannot be written; ConfigError without XlsxWriter.
    """
    target = checked_path("file", path)
    write_file(target, None, force)
    write_file(target, workbook(place, lang), force)
    return target


def workbook(place: Place | None = None, lang: str | None = None) -> bytes:
    """The bytes of the template (xlsx), with what is known of the place; the same place gives the same bytes."""
    book = _Template(checked_language(lang), place, filled(place) if place is not None else Filled())
    return book.made()


@dataclass(frozen=True)
class _Sheet:
    """A sheet of a table: the lead cells above it, and its rows."""

    name: str
    variable: str
    lead: tuple[tuple[str, str, str], ...]  # label, list of choices ("" for text), what stands there
    rows: Sequence[Sequence[Any]]


class _Template(Book):
    """The workbook of a place, or an empty one."""

    def __init__(self, lang: str, place: Place | None, rows: Filled) -> None:
        super().__init__(lang, place)
        self.rows = rows

    # ---- sheets ---------------------------------------------------------------------------------------------------

    def made(self) -> bytes:
        self.cover()
        self.about()
        for sheet in self.tables():
            self.table(sheet)
        self.published()
        years_sheet(self, NURSERY)
        policy_sheet(self)
        payers_sheet(self)
        years_sheet(self, MONEY)
        counties_sheet(self)
        self.sources()
        return self.bytes()

    def cover(self) -> None:
        sheet = self.new(COVER)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 100)
        self.put(sheet, 0, 0, self.say("title"), "title")
        name = self.place.name(self.lang) if self.place is not None else self.say("no_place")
        self.put(sheet, 1, 0, name, "strong")
        for row, key in enumerate(HOW, 3):
            self.put(sheet, row, 0, self.say(f"how_{key}"), "strong")
            said = self.say(f"how_{key}_more")
            self.put(sheet, row, 1, said, "note")
            sheet.set_row(row, 18 * (1 + len(said.encode("gbk")) // WIDEST))

    def about(self) -> None:
        """Name, code, what it lies in, day of the count, whose documents hold."""
        sheet = self.new(PLACE, (1, 1))
        for column, width in enumerate((22, 30, 72)):
            sheet.set_column(column, column, width)
        for column, key in enumerate(("field", "answer", "meaning")):
            self.put(sheet, 0, column, self.head(key), "head")
        known = self.known()
        for row, key in enumerate(FIELDS, 1):
            value = known.get(key, "")
            kind = "given" if value else "required" if key in REQUIRED else "free"
            self.put(sheet, row, 0, " ".join(self.head(f"place_{key}").split("\n")), "head")
            self.put(sheet, row, 1, value, kind, "day" if key == "date" else "text")
            self.put(sheet, row, 2, self.say(f"place_{key}_more"), "note")
            sheet.set_row(row, 32)
            if key in CHOICES:
                self.choose(sheet, (row, 1, row, 1), CHOICES[key])
            elif key == "date":
                self.bound(sheet, (row, 1, row, 1), "date", dt.date(YEARS[0], 1, 1), dt.date(YEARS[1], 12, 31))

    def known(self) -> dict[str, object]:
        place = self.place
        if place is None:
            return {
                "basis": self.choice("resident"), "migration": self.choice("as_sheet"),
                "people": self.choice(f"people_{PEOPLE[0]}"),
            }  # fmt: skip
        parent = place.parent.code if place.parent is not None else ""
        return {
            "name": place.name(self.lang), "code": place.code, "parent": parent, "basis": self.choice("resident"),
            "date": dt.date.fromisoformat(place.base.date), "policy_place": place.policy_home,
            "source": place.base.source, "migration": self.choice("as_sheet"),
            "people": self.choice(f"people_{PEOPLE[0]}"),
        }  # fmt: skip

    def tables(self) -> Iterable[_Sheet]:
        has, rows = self.place is not None, self.rows
        fitted = self.say("fitted") if has else ""
        counted = self.place.base.source if self.place is not None else ""
        people: list[tuple[Any, ...]] = [(self.age(row[0], row[1]), *row[2:], None) for row in rows.population]
        if not has:
            people = [(self.age(*ages), None, None, None) for ages in labels(CENSUS_LOWER)]
        content: dict[str, Sequence[Sequence[Any]]] = {
            "pop": people, "mx": self.aged(rows.mx), "asfr": self.aged(rows.asfr), "srb": rows.srb,
            "net_migration": self.aged(rows.net_migration),
        }  # fmt: skip
        for name, variable in TABLES.items():
            lead = [("unit", variable, CHOICES[variable][0])]
            if f"{variable}_measure" in CHOICES:
                lead.insert(0, ("variable", f"{variable}_measure", variable))
            lead.append(("source", "", counted if variable == "pop" else fitted))
            yield _Sheet(name, variable, tuple(lead), content[variable])

    def aged(self, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Year and age in words, then the numbers."""
        oldest = max((row[1] for row in rows), default=0)
        is_open = oldest >= 100
        return [(row[0], self.age(row[1], None if is_open and row[1] == oldest else row[1]), *row[2:]) for row in rows]

    def table(self, one: _Sheet) -> None:
        heads = HEADS[one.variable]
        first = len(one.lead) + 1
        sheet = self.new(one.name, (first, 2 if "age" in heads[1:] else 1))
        for row, (label, choices, value) in enumerate(one.lead):
            self.put(sheet, row, 0, " ".join(self.head(label).split("\n")), "head")
            shown = self.choice(value) if choices else value
            self.put(sheet, row, 1, shown, "given" if self.place is not None or choices else "free", "text")
            if choices:
                self.choose(sheet, (row, 1, row, 1), CHOICES[choices])
        for column, head in enumerate(heads):
            number = {"age": "text", "year": "year"}.get(head, "count" if one.variable in _COUNTS else "rate")
            width = max(WIDTHS.get(head, 14), 18 if column == 0 else 30 if column == 1 else 0)
            sheet.set_column(column, column, width, self.column(number))
            self.put(sheet, first - 1, column, self.head(head), "head")
            self.fill(sheet, one, column, first, number)
        sheet.set_column(len(heads) + 1, len(heads) + 1, 52)
        self.put(sheet, first - 1, len(heads) + 1, self.say(f"about_{one.variable}"), "note")
        sheet.set_row(first - 1, 62)

    def fill(self, sheet: Any, one: _Sheet, column: int, first: int, number: str) -> None:
        """A column of the table, its empty rows, and what may be typed there."""
        head = HEADS[one.variable][column]
        empty = "required" if one.variable == "pop" and head in ("male", "female") else "free"
        for row, line in enumerate(one.rows, first):
            value = line[column]
            self.put(sheet, row, column, value, empty if value is None else "given", number)
        for row in range(first + len(one.rows), first + len(one.rows) + ROOM):
            self.put(sheet, row, column, None, "free", number)
        area = (first, column, first + CHECKED, column)
        if head == "year":
            self.bound(sheet, area, "integer", *YEARS)
        elif head != "age":
            self.bound(sheet, area, "decimal", *BOUNDS[one.variable])

    def published(self) -> None:
        heads = HEADS["published"]
        sheet = self.new(PUBLISHED, (1, 2))
        rows = [
            (
                self.choice(row.variable), row.year, self.choice(row.sex), row.value,
                self.choice("per_mille" if row.variable in ("cbr", "cdr") else "persons"), row.source,
                dt.date.fromisoformat(row.date) if date_of(row.date) == row.date else row.date,
                self.choice(row.confidence), self.choice("nature_published" if row.is_published else "nature_estimate"),
            )
            for row in self.rows.published
        ]  # fmt: skip
        for column, head in enumerate(heads):
            number = {"year": "year", "value": "count", "published": "day"}.get(head, "text")
            sheet.set_column(column, column, WIDTHS.get(head, 13))
            self.put(sheet, 0, column, self.head(head), "head")
            for row in range(1, 1 + len(rows) + ROOM):
                value = rows[row - 1][column] if row <= len(rows) else None
                self.put(sheet, row, column, value, "free" if value in (None, "") else "given", number)
            area = (1, column, CHECKED, column)
            if head in CHOICES:
                self.choose(sheet, area, CHOICES[head])
            elif head == "year":
                self.bound(sheet, area, "integer", *YEARS)
            elif head == "value":
                self.bound(sheet, area, "decimal", 0, BOUNDS["pop"][1])
        sheet.set_row(0, 32)

    def sources(self) -> None:
        """Citations of the names that stand under "source" in the other sheets."""
        sheet = self.new(SOURCES, (1, 1))
        for column, head in enumerate(HEADS["sources"]):
            sheet.set_column(column, column, WIDTHS.get(head, 14))
            self.put(sheet, 0, column, self.head(head), "head")
            for row, one in enumerate(self.rows.sources, 1):
                value = getattr(one, head)
                self.put(sheet, row, column, value, "given" if value else "free", "text")
        sheet.set_row(0, 32)


_COUNTS = ("pop", "net_migration")
