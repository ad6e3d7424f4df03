"""The shipped tables: long rows of place, variable, year, sex, age, value, with source, date, confidence and method."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

import numpy as np

from sanhai.places.base import CENSUS_LOWER, N_AGES, Base
from sanhai.places.figures import COLUMNS, SEXES, Figure, Figures, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["by_age", "by_year", "cited", "counts", "data_file", "groups", "records", "sources", "table"]


def data_file(name: str) -> Traversable:
    """A table that ships with the package."""
    return files("sanhai.places").joinpath("data", name)


def records(name: str) -> list[dict[str, str]]:
    """Rows of a shipped table as text."""
    return list(csv.DictReader(data_file(name).read_text(encoding="utf-8").splitlines()))


@cache
def table(name: str) -> dict[str, Figures]:
    """Figures of a shipped table by the place they are of, in the order of the table, without sources."""
    head, *rows = csv.reader(data_file(name).read_text(encoding="utf-8").splitlines())
    assert tuple(head) == ("place", *COLUMNS)
    found: dict[str, list[Figure]] = {}
    for code, variable, year, sex, age, value, *rest in rows:
        found.setdefault(code, []).append(Figure(variable, int(year), sex, age, float(value), *rest))
    return {code: Figures(tuple(figures)) for code, figures in found.items()}


@cache
def sources() -> dict[str, Source]:
    """Every source of the shipped figures by its id."""
    return {row["id"]: Source(**row) for row in records("sources.csv")}


def cited(rows: Iterable[Figure]) -> tuple[Source, ...]:
    """The shipped sources that figures name, each once, in the order of first use."""
    return tuple(sources()[name] for name in dict.fromkeys(row.source for row in rows))


def counts(rows: Iterable[Figure]) -> dict[int, Base]:
    """year -> census count by sex and the 19 census groups, from `pop_census` rows."""
    found: dict[int, list[Figure]] = {}
    for row in rows:
        found.setdefault(row.year, []).append(row)
    return {year: _count(chosen) for year, chosen in found.items()}


def _count(rows: list[Figure]) -> Base:
    out = np.zeros((len(SEXES), len(CENSUS_LOWER)))
    for row in rows:
        out[SEXES.index(row.sex), CENSUS_LOWER.index(_lower(row.age))] = row.value
    first = rows[0]
    return Base(out, CENSUS_LOWER, first.date, first.source, first.confidence, first.method)


def by_year(rows: Iterable[Figure], sex: str) -> dict[int, float]:
    """Values of one sex by year."""
    return {row.year: row.value for row in rows if row.sex == sex}


def by_age(rows: Iterable[Figure], year: int, sex: str) -> NDArray[np.float64]:
    """(101) values by single age from 0; absent ages are 0, "100+" is the last."""
    out = np.zeros(N_AGES)
    for row in rows:
        if row.year == year and row.sex == sex:
            out[int(row.age.rstrip("+"))] = row.value
    return out


def groups(rows: Iterable[Figure], first: int, n: int) -> dict[int, NDArray[np.float64]]:
    """year -> values of the n five-year groups from age `first` on, 0 where a group has no row."""
    out: dict[int, NDArray[np.float64]] = {}
    for row in rows:
        group = (_lower(row.age) - first) // 5
        if 0 <= group < n:
            out.setdefault(row.year, np.zeros(n))[group] = row.value
    return out


def _lower(age: str) -> int:
    return int(age.rstrip("+").split("-")[0])
