"""The shipped places as values: the leaves of China fitted together, and every place with the ones above it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np

from sanhai.places.base import CENSUS_LOWER, Base
from sanhai.places.catalogue import all_places, children_of, leaves_of, lineage
from sanhai.places.china import china_standard
from sanhai.places.country import Country
from sanhai.places.figures import FITTED_TO, SEXES, Figure, Figures
from sanhai.places.place import Place
from sanhai.places.tables import Column, Wide, cited, columns, table, wide

__all__ = ["china", "made", "people"]

NATION = "100000"
COUNTED, EARLIER, LONG_FORM = "census_2020.csv", "census_2010.csv", "longform_2020.csv"
PUBLISHED = "published.csv"
LEVELS_OF_GROUPS = ("province", "prefecture")
SHAPE = (len(SEXES), len(CENSUS_LOWER))


def _cells(name: str) -> tuple[Wide, tuple[Column, ...], np.ndarray]:
    """A table of counts: all of it, the columns of its cells, and (row, sex, group) persons."""
    read = wide(name)
    cells = tuple(one for one in columns()[name] if one.variable == "pop_census" and one.age != "all")
    return read, cells, read.of(*(one.column for one in cells)).reshape(-1, *SHAPE)


@cache
def china() -> Country:
    """The leaves of China: both counts, the areas that are the same land in both, and what provinces published."""
    read, cells, counts = _cells(COUNTED)
    before, earlier_cells, earlier = _cells(EARLIER)
    codes = tuple(key[0] for key in read.keys)
    area_row = {key[0]: row for row, key in enumerate(before.keys)}
    groups = {code: _fitted(code) for code, row in all_places().items() if row.level in LEVELS_OF_GROUPS}
    groups = {code: figures for code, figures in groups.items() if figures}
    figures: list[Figure | Column] = [*cells, *earlier_cells]
    figures += [figure for one in groups.values() for figure in one]
    return Country(
        codes=codes,
        above=tuple(lineage(code)[1:-1] for code in codes),
        counts=counts,
        date=cells[0].date,
        source=cells[0].source,
        area_of=tuple(area_row[all_places()[code].area] for code in codes),
        earlier=earlier,
        earlier_date=earlier_cells[0].date,
        earlier_source=earlier_cells[0].source,
        earlier_deaths=before.of("deaths")[:, 0],
        groups=tuple((code, Figures(one, cited(one))) for code, one in groups.items()),
        sources=cited(figures),
    )


@cache
def people() -> dict[str, int]:
    """Persons at the census by code, of every place."""
    country = china()
    found: dict[str, int] = {}
    for code, count in zip(country.codes, country.counts.sum(axis=(1, 2)), strict=True):
        for one in lineage(code):
            found[one] = found.get(one, 0) + int(count)
    return found


def _fitted(code: str) -> tuple[Figure, ...]:
    """Published figures that a start is fitted to: of years after the count, both sexes, all ages."""
    first = int(columns()[COUNTED][0].date[:4]) + 1
    return tuple(
        row
        for row in table(PUBLISHED).get(code, Figures())
        if row.variable in FITTED_TO and row.sex == "both" and row.confidence != "low" and row.year >= first
    )


@lru_cache(maxsize=512)
def made(code: str) -> Place:
    """A shipped place with those above it; a place that is a sum with its parts."""
    parent = all_places()[code].parent
    return replace(_alone(code), parent=made(parent) if parent else None)


@lru_cache(maxsize=4096)
def _alone(code: str) -> Place:
    """The place without the one above it; the root with its standard and the country below it, without parts."""
    row = all_places()[code]
    is_root = not row.parent
    evidence = (*_long_form(code), *table(PUBLISHED).get(code, Figures()))
    return Place(
        code=code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        base=_counted(code),
        evidence=Figures(evidence, cited(evidence)),
        parts=() if is_root else tuple(_alone(child.code) for child in children_of(code)),
        own_standard=china_standard() if is_root else None,
        earlier=_counted_before(code),
        policy_codes=tuple(reversed(lineage(code))),
        pinyin=row.pinyin,
        aliases=row.aliases,
        level=row.level,
        note=row.note,
        boundary=row.boundary,
        country=china() if is_root else None,
    )


def _long_form(code: str) -> tuple[Figure, ...]:
    read = wide(LONG_FORM)
    year = int(columns()[LONG_FORM][0].date[:4])
    values = read.values[_rows(LONG_FORM)[code]]
    pairs = zip(columns()[LONG_FORM], values, strict=True)
    return tuple(one.figure(year, float(value)) for one, value in pairs if not np.isnan(value))


@cache
def _rows(name: str) -> dict[str, int]:
    return {key[0]: row for row, key in enumerate(wide(name).keys)}


def _base(name: str, rows: Iterable[int], counts: np.ndarray) -> Base:
    first = columns()[name][-1]
    return Base(counts[list(rows)].sum(axis=0), CENSUS_LOWER, first.date, first.source, first.confidence, first.method)


def _counted(code: str) -> Base:
    _, _, counts = _cells(COUNTED)
    return _base(COUNTED, (_rows(COUNTED)[leaf.code] for leaf in leaves_of(code)), counts)


@cache
def _leaves_of_area() -> dict[str, int]:
    """How many leaves an area has."""
    found: dict[str, int] = {}
    for row in all_places().values():
        if row.is_leaf:
            found[row.area] = found.get(row.area, 0) + 1
    return found


def _counted_before(code: str) -> Base | None:
    """The count of 2010 on the same land; None where an area of it reaches beyond the place."""
    inside: dict[str, int] = {}
    for leaf in leaves_of(code):
        inside[leaf.area] = inside.get(leaf.area, 0) + 1
    if any(_leaves_of_area()[area] != count for area, count in inside.items()):
        return None
    _, _, counts = _cells(EARLIER)
    return _base(EARLIER, (_rows(EARLIER)[area] for area in sorted(inside)), counts)
