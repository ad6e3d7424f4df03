"""Text of the shipped tables. Nothing but the standard library here: a name is found before NumPy is loaded."""

from __future__ import annotations

import csv
from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["data_file", "records", "rows"]


def data_file(name: str) -> Traversable:
    """A table that ships with the package."""
    return files("sanhai.places").joinpath("data", name)


def rows(name: str) -> list[list[str]]:
    """Rows of a shipped table as text, the heads first."""
    return list(csv.reader(data_file(name).read_text(encoding="utf-8").splitlines()))


def records(name: str) -> list[dict[str, str]]:
    """Rows of a shipped table as text, by head."""
    heads, *found = rows(name)
    return [dict(zip(heads, row, strict=True)) for row in found]
