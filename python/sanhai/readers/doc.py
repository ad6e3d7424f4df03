"""One file as a format sees it: text, sheets, or a table of Parquet."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sanhai.errors import ConfigError
from sanhai.places.catalogue import resolve
from sanhai.readers.grid import Grid, grid_of
from sanhai.readers.rows import Asked, Report, Spot
from sanhai.readers.text import Text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Doc", "known_code", "needs_place"]


@dataclass
class Doc:
    """What stands in a file; `text` or `sheets` or `table` is there."""

    file: str
    text: Text | None = None
    sheets: list[Grid] = field(default_factory=list)
    table: pd.DataFrame | None = None

    @cached_property
    def grids(self) -> list[Grid]:
        """Sheets, or a text with commas as one of them."""
        return [grid_of(self.text)] if self.text is not None else self.sheets

    @property
    def stem(self) -> str:
        return self.file.split(".")[0]

    @property
    def head(self) -> tuple[str, ...]:
        """The first lines of a text."""
        return self.text.lines[:4] if self.text is not None else ()


def known_code(name: str) -> str:
    """The GB/T 2260 code of a Chinese place, by code or Chinese name; "" where it is none or not known."""
    if not (name.isdigit() and len(name) == 6) and not any("\u4e00" <= one <= "\u9fff" for one in name):
        return ""
    try:
        return resolve(name).code
    except ConfigError:
        return ""


def needs_place(asked: Asked, report: Report, spot: Spot, found: list[str]) -> str | None:
    """The one place of a file that may hold several: the one asked for, the only one; else PLACE is noted."""
    if asked.place is not None:
        return asked.place
    if len(found) == 1:
        return found[0]
    report.add("input.PLACE.missing", spot, known=found[:20])
    return None
