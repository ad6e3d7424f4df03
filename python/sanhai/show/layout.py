"""Text on a screen: tables and paragraphs where a Chinese character takes two columns. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Table", "lay_out", "width", "wrapped"]

GAP = "  "
PIECES = re.compile(r"\[[^\]]*\]|\S+")  # words and intervals
NARROWEST = 12  # columns below which a cell is not folded any further
WHOLE = 26  # a piece between blanks up to so wide, such as an interval, stays whole


@dataclass(frozen=True)
class Table:
    """A titled table of text: column heads, then rows; a row of one cell is a heading inside the table."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def width(cell: str) -> int:
    """Columns a terminal needs: wide East Asian characters take two."""
    return sum(
        2 if unicodedata.east_asian_width(one) in "WF" else 0 if unicodedata.combining(one) else 1 for one in cell
    )


TOKENS = re.compile(r"[^\s\u2e80-\uffef]+|[\u2e80-\uffef]|\s+")
CLOSING = "，。；：、）”》】！？,.;:)"  # never first in a line
OPENING = "（“《【("  # never last in a line


def _tokens(text: str) -> list[str]:
    """Pieces a line may break between: words, and Chinese characters with the punctuation that sticks to them."""
    out: list[str] = []
    for token in TOKENS.findall(text):
        if out and (token[0] in CLOSING or out[-1][-1] in OPENING):
            out[-1] += token
        else:
            out.append(token)
    return out


def wrapped(text: str, columns: int, first: str = "", later: str = "") -> list[str]:
    """`text` in lines of at most `columns` terminal columns, words whole; `first` and `later` lead the lines."""
    lines, line = [], first
    empty = True
    for token in _tokens(text):
        if not empty and width(line) + width(token.rstrip()) > columns:
            lines.append(line.rstrip())
            line, empty = later, True
        if not (empty and token.isspace()):
            line += token
            empty = False
    return [*lines, line.rstrip()] if not empty else lines


def _padded(cell: str, columns: int, right: bool) -> str:
    space = " " * (columns - width(cell))
    return space + cell if right else cell + space


def _narrowest(cells: Sequence[str]) -> int:
    """How far a column can be folded: to its widest piece between blanks, but for running text."""
    pieces = [width(piece) for cell in cells for piece in PIECES.findall(cell)]
    return max([NARROWEST, *(one for one in pieces if one <= WHOLE)])


def _fitted(widths: list[int], least: Sequence[int], columns: int) -> list[int]:
    """Widths that fit the screen: the widest columns but the first are folded, none below what reads well."""
    fitted = list(widths)
    while sum(fitted) + len(GAP) * (len(fitted) - 1) > columns:
        foldable = [index for index in range(1, len(fitted)) if fitted[index] > least[index]]
        if not foldable:
            break
        fitted[max(foldable, key=lambda index: fitted[index])] -= 1
    return fitted


def _folded(cell: str, columns: int) -> list[str]:
    """A cell in lines: broken at blanks where its pieces fit, so that an interval stays whole, else anywhere."""
    lead = cell[: len(cell) - len(cell.lstrip())]
    pieces = PIECES.findall(cell)
    if width(cell) <= columns:
        return [cell]
    if any(width(lead + piece) > columns for piece in pieces):
        return wrapped(cell.strip(), columns, lead, lead)
    lines = [lead + pieces[0]]
    for piece in pieces[1:]:
        longer = f"{lines[-1]} {piece}"
        if width(longer) <= columns:
            lines[-1] = longer
        else:
            lines.append(lead + piece)
    return lines


def _row(cells: Sequence[str], widths: Sequence[int], lefts: int) -> list[str]:
    """The lines of a row: cells that do not fit go on below."""
    folded = [_folded(cell, columns) for cell, columns in zip(cells, widths, strict=True)]
    lines = []
    for at in range(max(len(cell) for cell in folded)):
        parts = [cell[at] if at < len(cell) else "" for cell in folded]
        padded = (
            _padded(part, columns, right=index >= lefts)
            for index, (part, columns) in enumerate(zip(parts, widths, strict=True))
        )
        lines.append(GAP.join(padded).rstrip())
    return lines


def lay_out(table: Table, columns: int | None = None, lefts: int = 1) -> list[str]:
    """The table's heads and rows as lines, its first `lefts` columns left-aligned; nothing is ever cut.

    columns: of the screen; None lets lines be as long as they are. A first column is never folded: names stay whole.
    """
    full = [table.columns, *(row for row in table.rows if len(row) > 1)]
    widths = [max(width(line) for row in full for line in row[at].split("\n")) for at in range(len(table.columns))]
    if columns is not None:
        widths = _fitted(widths, [_narrowest([row[at] for row in full]) for at in range(len(widths))], columns)
    heads = [head.split("\n") for head in table.columns]
    tallest = max(len(head) for head in heads)
    lines = []
    for at in range(tallest):
        parts = [head[at] if at < len(head) else "" for head in heads]
        lines += _row(parts, widths, lefts)
    for row in table.rows:
        lines += [row[0].rstrip()] if len(row) == 1 else _row(row, widths, lefts)
    return lines
