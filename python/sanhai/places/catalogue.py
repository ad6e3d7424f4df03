"""The shipped places: an index of names in both languages, and the values made from the shipped tables."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from sanhai.errors import ConfigError, refuse
from sanhai.places.names import Named
from sanhai.places.tables import records

if TYPE_CHECKING:
    from sanhai.places.base import Base
    from sanhai.places.figures import Figure
    from sanhai.places.place import Place

__all__ = ["PlaceName", "all_places", "children_of", "leaves_of", "lineage", "place", "resolve"]

SUFFIXES = ("省", "市", "区", "县", "自治县", "自治州", "新区")


@dataclass(frozen=True)
class PlaceName(Named):
    """A row of places.csv."""

    code: str
    level: str
    parent: str
    name_zh: str
    name_en: str
    pinyin: str
    aliases: tuple[str, ...]
    is_leaf: bool
    area: tuple[str, ...]  # codes with which it was one area at the earlier census
    shares_residual: bool  # whether it takes its share of its parent's residual in years without a total of its own
    note: str

    def spellings(self) -> Iterator[str]:
        yield from (self.code, self.name_zh, self.name_en, self.pinyin, *self.aliases)
        for suffix in SUFFIXES:
            short = self.name_zh.removesuffix(suffix)
            if short != self.name_zh and len(short) > 1:
                yield short


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


@cache
def all_places() -> dict[str, PlaceName]:
    """Every shipped place by code, parents before children."""
    rows = [
        PlaceName(
            code=row["code"],
            level=row["level"],
            parent=row["parent"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            pinyin=row["pinyin"],
            aliases=_split(row["aliases"]),
            is_leaf=row["is_leaf"] == "true",
            area=_split(row["area"]),
            shares_residual=row["shares_residual"] == "true",
            note=row["note"],
        )
        for row in records("places.csv")
    ]
    return {row.code: row for row in rows}


def _key(name: str) -> str:
    return "".join(name.casefold().split()).replace("-", "").replace("_", "").replace("'", "")


@cache
def _index() -> dict[str, str]:
    index: dict[str, str] = {}
    for row in all_places().values():
        for spelling in row.spellings():
            index.setdefault(_key(spelling), row.code)
    return index


def resolve(name: str) -> PlaceName:
    """The place a user means by a code, a Chinese name, pinyin, an English name or an alias.

    Raises ConfigError for an unknown name, with the nearest known ones.
    """
    code = _index().get(_key(str(name)))
    if code is not None:
        return all_places()[code]
    near = difflib.get_close_matches(_key(str(name)), _index(), n=5, cutoff=0.5)
    names = list(dict.fromkeys(_index()[spelling] for spelling in near))
    listed = [f"{all_places()[c].pinyin} ({all_places()[c].name_zh}, {c})" for c in names]
    raise refuse(ConfigError, "place.unknown", got=str(name), near=listed)


def children_of(code: str) -> tuple[PlaceName, ...]:
    return tuple(row for row in all_places().values() if row.parent == code)


def leaves_of(code: str) -> tuple[PlaceName, ...]:
    """The places that are projected for `code`: itself, or the children whose sum it is."""
    row = all_places()[code]
    if row.is_leaf:
        return (row,)
    return tuple(leaf for child in children_of(code) for leaf in leaves_of(child.code))


def lineage(code: str) -> tuple[str, ...]:
    """From the nation down to `code`."""
    row = all_places()[code]
    return (*lineage(row.parent), code) if row.parent else (code,)


def place(name: str) -> Place:
    """A shipped place by GB/T 2260 code, Chinese name, pinyin, English name or alias.

    Raises ConfigError for an unknown name, with the nearest known ones.
    """
    return _made(resolve(name).code)


@lru_cache(maxsize=512)
def _made(code: str) -> Place:
    row = all_places()[code]
    parent = _made(row.parent) if row.parent else None
    if parent is not None and parent.parts:
        return next(leaf for leaf in parent.leaves if leaf.code == code)
    parts = () if row.is_leaf else tuple(_bare(child.code) for child in children_of(code))
    return replace(_bare(code), parent=parent, parts=parts)


@lru_cache(maxsize=512)
def _bare(code: str) -> Place:
    """The place without the one above it and without parts; a root with its standard."""
    from sanhai.places.china import china_standard
    from sanhai.places.figures import Figures
    from sanhai.places.place import Place
    from sanhai.places.tables import cited, table

    row = all_places()[code]
    counted = _counts(code)
    census, published = (table(name).get(code, Figures()) for name in ("census.csv", "published.csv"))
    other = tuple(figure for figure in (*census, *published) if figure.variable != "pop_census")
    years = sorted(counted)
    return Place(
        code=code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        base=counted[years[-1]],
        evidence=Figures(other, cited((*census, *published))),
        own_standard=None if row.parent else china_standard(),
        earlier=counted[years[0]] if len(years) > 1 else None,
        area=tuple(count for other_code in row.area for count in _counts(other_code).values()),
        shares_residual=row.shares_residual,
        policy_codes=tuple(reversed(lineage(code))),
        pinyin=row.pinyin,
        aliases=row.aliases,
        level=row.level,
        note=row.note,
    )


def _counts(code: str) -> dict[int, Base]:
    from sanhai.places.tables import counts, table

    figures: tuple[Figure, ...] = table("census.csv")[code].of("pop_census")
    return counts(figures)
