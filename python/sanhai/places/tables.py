"""The shipped tables as figures: long rows, or wide with the facts of every column in columns.csv."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai.places.base import N_AGES
from sanhai.places.figures import COLUMNS, Figure, Figures, Source
from sanhai.places.files import records, rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Column", "Wide", "by_age", "cited", "columns", "groups", "sources", "table", "wide"]


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a wide table holds; sex is that of the row where it is empty."""

    table: str
    column: str
    variable: str
    sex: str
    age: str
    unit: str
    source: str
    date: str
    confidence: str
    method: str

    def figure(self, year: int, value: float, sex: str = "") -> Figure:
        place = (self.unit, self.source, self.date, self.confidence, self.method)
        return Figure(self.variable, year, self.sex or sex, self.age, value, *place)


@dataclass(frozen=True, slots=True)
class Wide:
    """A wide table: keys of its rows, and numbers by row and column, NaN where a cell is empty."""

    keys: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    values: NDArray[np.float64]

    def of(self, *names: str) -> NDArray[np.float64]:
        """(row, name) the columns asked for."""
        return self.values[:, [self.columns.index(name) for name in names]]


@cache
def columns() -> dict[str, tuple[Column, ...]]:
    """What the columns of the wide tables hold, by table, in their order."""
    found: dict[str, list[Column]] = {}
    for row in rows("columns.csv")[1:]:
        found.setdefault(row[0], []).append(Column(*row))
    return {name: tuple(one) for name, one in found.items()}


@cache
def wide(name: str) -> Wide:
    """A wide table, read once; the columns that columns.csv does not name are the keys of a row, the first ones."""
    heads, *found = rows(name)
    n_keys = len(heads) - len(columns()[name])
    assert heads[n_keys:] == [one.column for one in columns()[name]]
    cells = [float(cell) if cell else np.nan for row in found for cell in row[n_keys:]]
    values = np.array(cells).reshape(len(found), len(heads) - n_keys)
    values.setflags(write=False)
    return Wide(tuple(tuple(row[:n_keys]) for row in found), tuple(heads[n_keys:]), values)


@cache
def table(name: str) -> dict[str, Figures]:
    """Figures of a shipped table by the place they are of, in the order of the table, without sources."""
    head, *lines = rows(name)
    assert tuple(head) == ("place", *COLUMNS)
    found: dict[str, list[Figure]] = {}
    for code, variable, year, sex, age, value, *rest in lines:
        found.setdefault(code, []).append(Figure(variable, int(year), sex, age, float(value), *rest))
    return {code: Figures(tuple(figures)) for code, figures in found.items()}


@cache
def sources() -> dict[str, Source]:
    """Every source of the shipped figures by its id."""
    return {row["id"]: Source(**row) for row in records("sources.csv")}


def cited(figures: Iterable[Figure | Column]) -> tuple[Source, ...]:
    """The shipped sources that figures name, each once, in the order of first use."""
    return tuple(sources()[name] for name in dict.fromkeys(one.source for one in figures))


def by_age(figures: Iterable[Figure], year: int, sex: str) -> NDArray[np.float64]:
    """(101) values by single age from 0; absent ages are 0, "100+" is the last."""
    out = np.zeros(N_AGES)
    for row in figures:
        if row.year == year and row.sex == sex:
            out[int(row.age.rstrip("+"))] = row.value
    return out


def groups(figures: Iterable[Figure], first: int, n: int) -> dict[int, NDArray[np.float64]]:
    """year -> values of the n five-year groups from age `first` on, 0 where a group has no row."""
    out: dict[int, NDArray[np.float64]] = {}
    for row in figures:
        group = (lower_age(row.age) - first) // 5
        if 0 <= group < n:
            out.setdefault(row.year, np.zeros(n))[group] = row.value
    return out


def lower_age(age: str) -> int:
    return int(age.rstrip("+").split("-")[0])
