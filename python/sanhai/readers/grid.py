"""A sheet, or a text file with separators, as cells by row and column that know where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sanhai.readers.labels import chinese, narrow, number_of
from sanhai.readers.rows import Report, Row, Spot, Unit
from sanhai.readers.text import Text

__all__ = ["Bad", "Grid", "address", "grid_of"]

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that holds no value: an error, a formula never computed, a number merged over several cells."""

    key: str
    text: str

    def __str__(self) -> str:
        return self.text


def address(row: int, column: int) -> str:
    """A1 of (0, 0)."""
    letters, left = "", column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{letters}{row + 1}"


@dataclass
class Grid:
    """Cells by (row, column) from 0; `text` where it is a text file and not a sheet."""

    file: str
    sheet: str
    rows: list[list[Any]]
    text: Text | None = None
    lines: list[int] = field(default_factory=list)

    def cell(self, row: int, column: int) -> Any:
        line = self.rows[row] if 0 <= row < len(self.rows) else []
        return line[column] if 0 <= column < len(line) else None

    def words(self, row: int) -> list[str]:
        """The Chinese part, or the whole, of each cell of a row, without blanks."""
        return ["" if one is None else chinese(one) for one in self.rows[row]] if 0 <= row < len(self.rows) else []

    def spot(self, row: int, column: int, name: str = "") -> Spot:
        if self.text is None:
            return Spot(self.file, self.sheet, address(row, column))
        return Spot(self.file, line=self.lines[row], column=name or str(column + 1))

    def cells(self) -> Iterator[tuple[int, int, Any]]:
        for row, line in enumerate(self.rows):
            for column, value in enumerate(line):
                if value is not None and value != "":
                    yield row, column, value

    def all_words(self, until: int = 12) -> Iterator[tuple[int, int, str]]:
        """Text cells of the first rows."""
        for row, line in enumerate(self.rows[:until]):
            for column, value in enumerate(line):
                if isinstance(value, str) and value.strip():
                    yield row, column, narrow(value)

    def number(self, row: int, column: int, report: Report, name: str = "") -> tuple[float, int, Spot]:
        """A needed value, its decimals and its spot; what is no number is noted and NaN."""
        value, spot = self.cell(row, column), self.spot(row, column, name)
        if self.text is not None and (column >= len(self.rows[row]) or self.text.is_cut(self.lines[row])):
            report.add("input.CUT_OFF.line", spot, got=",".join(map(str, self.rows[row]))[:60])
            return NAN, 0, spot
        if isinstance(value, Bad):
            report.add(value.key, spot, got=value.text)
            return NAN, 0, spot
        found = number_of(value)
        if found is None:
            report.add("input.NUMBER.text", spot, got=str(value))
            return NAN, 0, spot
        return found[0], found[1], spot

    def row(self, row: int, column: int, report: Report, unit: Unit, **key: Any) -> Row:
        """The Row of a needed cell."""
        value, decimals, spot = self.number(row, column, report, key.pop("column_name", ""))
        return Row(value=value, decimals=decimals, spot=spot, unit=unit, **key)


def grid_of(text: Text, separator: str = ",") -> Grid:
    lines, rows = [], []
    for line, fields in text.fields(separator):
        lines.append(line)
        rows.append(list(fields))
    return Grid(text.file, "", rows, text, lines)
