"""Names of places: GB/T 2260 code, Chinese, English, pinyin and aliases, in one small table."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from sanhai.errors import ConfigError, complaint

__all__ = ["PlaceName", "all_places", "children_of", "data_file", "leaves_of", "lineage", "resolve"]

SUFFIXES = ("省", "市", "区", "县", "自治县", "自治州", "新区")


@dataclass(frozen=True)
class PlaceName:
    """A row of places.csv."""

    code: str
    level: str
    parent: str
    name_zh: str
    name_en: str
    pinyin: str
    aliases: tuple[str, ...]
    is_leaf: bool
    note: str

    def name(self, lang: str) -> str:
        return self.name_zh if lang == "zh" else self.name_en

    def spellings(self) -> Iterator[str]:
        yield from (self.code, self.name_zh, self.name_en, self.pinyin, *self.aliases)
        for suffix in SUFFIXES:
            short = self.name_zh.removesuffix(suffix)
            if short != self.name_zh and len(short) > 1:
                yield short


def data_file(name: str) -> Traversable:
    """A table that ships with the package."""
    return files("sanhai.places").joinpath("data", name)


@cache
def all_places() -> dict[str, PlaceName]:
    """Every bundled place by code, parents before children."""
    rows = [
        PlaceName(
            code=row["code"],
            level=row["level"],
            parent=row["parent"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            pinyin=row["pinyin"],
            aliases=tuple(alias for alias in row["aliases"].split(";") if alias),
            is_leaf=row["is_leaf"] == "true",
            note=row["note"],
        )
        for row in csv.DictReader(data_file("places.csv").read_text(encoding="utf-8").splitlines())
    ]
    return {row.code: row for row in rows}


def _key(name: str) -> str:
    return "".join(name.casefold().split()).replace("-", "").replace("_", "").replace("'", "")


@cache
def _index() -> dict[str, str]:
    index: dict[str, str] = {}
    for place in all_places().values():
        for spelling in place.spellings():
            index.setdefault(_key(spelling), place.code)
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
    listed = ", ".join(f"{all_places()[c].pinyin} ({all_places()[c].name_zh}, {c})" for c in names)
    remedy = f"did you mean {listed}? " if listed else ""
    raise ConfigError(
        complaint(
            "place",
            got=repr(str(name)),
            allowed="a bundled place by code, Chinese name, pinyin or English name",
            remedy=remedy + "`sanhai places` lists them all",
        )
    )


def children_of(code: str) -> tuple[PlaceName, ...]:
    return tuple(place for place in all_places().values() if place.parent == code)


def leaves_of(code: str) -> tuple[PlaceName, ...]:
    """The places that are projected for `code`: itself, or the children whose sum it is."""
    place = all_places()[code]
    if place.is_leaf:
        return (place,)
    return tuple(leaf for child in children_of(code) for leaf in leaves_of(child.code))


def lineage(code: str) -> tuple[str, ...]:
    """From the nation down to `code`."""
    place = all_places()[code]
    return (*lineage(place.parent), code) if place.parent else (code,)
