"""The shipped places by name: codes, Chinese names, pinyin and English, alone or after the place they lie in.

The order in which a spelling is looked for is that of TIERS; the first in which anything is found decides. A name of
several places means the one that all the others lie in, where that is a prefecture or larger; any other is refused
with what may be said instead. Nothing here needs NumPy: a name is found before anything is loaded.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from sanhai.errors import ConfigError, Language, refuse, words
from sanhai.places.files import rows
from sanhai.places.names import Named

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = [
    "PlaceName",
    "all_places",
    "census_total",
    "children_of",
    "key_of",
    "leaves_of",
    "lineage",
    "meant",
    "place",
    "resolve",
    "told_apart",
    "within",
]

TIERS = ("code", "say", "full", "alias", "short", "pinyin", "english")
UPPER = ("nation", "province", "prefecture")  # levels that a name shared with places inside them means
# Pinyin of what a Chinese name adds to its short one: "linxiashi" beside "linxia", which the county has too.
ENDINGS = {
    "市": "shi", "县": "xian", "区": "qu", "旗": "qi", "省": "sheng", "盟": "meng", "地区": "diqu", "矿区": "kuangqu",
    "新区": "xinqu", "林区": "linqu", "特区": "tequ", "自治区": "zizhiqu",
}  # fmt: skip
ENGLISH_ENDINGS = {"prefecture": "city", "province": "province"}
SKIPPED = "-_'\u2019\u00b7"  # hyphens, apostrophes, the dot between names
MOST_LISTED = 12  # candidates in a refusal
LEAST_LIKE = 0.5  # of two spellings that are near: twice the characters they share over those of both


@dataclass(frozen=True)
class PlaceName(Named):
    """A row of places.csv. `say` is a spelling that no other place has; the boundary is that of the count before."""

    code: str
    level: str  # nation, province, prefecture, county, zone (a statistical area, no county)
    parent: str
    is_leaf: bool
    name_zh: str
    short_zh: str
    pinyin: str
    name_en: str
    say: str
    aliases: tuple[str, ...]
    area: str  # the leaf's area of the count before
    boundary: str  # high, medium, low: how sure the area is; empty for sums
    boundary_kind: str
    note: str

    @cached_property
    def spellings(self) -> dict[str, tuple[str, ...]]:
        """Keys by tier."""
        ending = self.name_zh.removeprefix(self.short_zh)
        pinyin, english = self.pinyin, key_of(self.name_en)
        said = (f"{pinyin}{ENDINGS[ending]}",) if ending in ENDINGS else ()
        more = ENGLISH_ENDINGS.get(self.level, "")
        longer = (english + more,) if more and self.name_zh[-1] in "市省" and not english.endswith(more) else ()
        return {
            "say": (self.say,),
            "full": (self.name_zh,),
            "alias": tuple(map(key_of, self.aliases)),
            "short": (self.short_zh,),
            "pinyin": (pinyin, *said),
            "english": (english, *longer),
        }


def key_of(name: str) -> str:
    """A spelling without case, blanks, hyphens and apostrophes, full-width letters made plain."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in plain if one not in SKIPPED and not one.isspace())


def _row(code: str, level: str, parent: str, is_leaf: str, *rest: str) -> PlaceName:
    name_zh, short_zh, pinyin, name_en, say, aliases, *last = rest
    others = tuple(aliases.split(";")) if aliases else ()
    return PlaceName(code, level, parent, is_leaf == "true", name_zh, short_zh, pinyin, name_en, say, others, *last)


@cache
def all_places() -> dict[str, PlaceName]:
    """Every shipped place by code, ascending: parents before children."""
    return {line[0]: _row(*line) for line in rows("places.csv")[1:]}


@cache
def _tier(name: str) -> dict[str, tuple[str, ...]]:
    """Codes by key, of one way of spelling."""
    found: dict[str, list[str]] = {}
    for code, row in all_places().items():
        for key in row.spellings[name]:
            found.setdefault(key, []).append(code)
    return {key: tuple(codes) for key, codes in found.items()}


@cache
def lineage(code: str) -> tuple[str, ...]:
    """From the nation down to `code`."""
    parent = all_places()[code].parent
    return (*lineage(parent), code) if parent else (code,)


def within(code: str, above: Iterable[str]) -> bool:
    """Whether a place lies in one of those, or is a part of it; no place lies in itself."""
    chain = lineage(code)[:-1]
    return any(one in chain for one in above)


def _named(key: str, above: tuple[str, ...] | None) -> tuple[str, ...]:
    """Codes that a key spells, of the places in those above, in the first tier that has any."""
    if key in all_places():
        return (key,) if above is None or within(key, above) else ()
    for tier in TIERS[1:]:
        codes = _tier(tier).get(key, ())
        if above is not None:
            inside = tuple(code for code in codes if within(code, above))
            # "shandong/linyi" is the prefecture of Shandong: what lies straight in it goes before what lies deeper.
            codes = tuple(code for code in inside if all_places()[code].parent in above) or inside
        if codes:
            return _upper(codes)
    return ()


def _upper(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The place that all the others lie in, where it is one of them; else all."""
    for code in codes:
        others = [other for other in codes if other != code]
        if all_places()[code].level in UPPER and all(within(other, (code,)) for other in others):
            return (code,)
    return codes


def _found(key: str, above: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Codes that a key means: as it stands, or as a place and one in it, joined (南京鼓楼, nanjinggulou)."""
    if codes := _named(key, above):
        return codes
    found: dict[str, None] = {}
    for cut in range(1, len(key)):
        if outer := _named(key[:cut], above):
            found |= dict.fromkeys(_found(key[cut:], outer))
    return _upper(tuple(found))


def meant(name: object) -> tuple[str, ...]:
    """Codes that a spelling means: one, none (what is no text means none), or those it does not tell apart."""
    if not isinstance(name, str):
        return ()
    text = unicodedata.normalize("NFKC", name)
    if codes := _tier("say").get(re.sub(r"\s", "", text)):
        return codes
    parts = [part for part in text.split("/") if part.strip()]
    if "," in text:  # as English says it: the smaller first
        parts = [part for part in text.split(",") if part.strip()][::-1]
    above: tuple[str, ...] | None = None
    for part in parts:
        above = _found(key_of(part), above)
    return above or ()


def resolve(name: str) -> PlaceName:
    """The place that a code, a Chinese name, pinyin or an English name means, alone or after the place it lies in.

    Raises ConfigError for a name of several places, with what may be said instead, and for an unknown one, with the
    nearest known.
    """
    codes = meant(str(name))
    if len(codes) == 1:
        return all_places()[codes[0]]
    if codes:
        raise refuse(ConfigError, "place.ambiguous", got=str(name), choices=_listed(codes), count=len(codes))
    raise refuse(ConfigError, "place.unknown", got=str(name), near=_listed(_near(key_of(str(name)))))


def _listed(codes: Iterable[str]) -> list[str]:
    known = all_places()
    shown = [known[code] for code in list(codes)[:MOST_LISTED]]
    return [f"{row.say} ({row.name_zh} {row.name_en}, {row.code})" for row in shown]


def _near(key: str) -> list[str]:
    """Codes of the nearest spellings, of equally near ones the place with more people first.

    Of a part of a code those that begin with it, the uppermost first.
    """
    if key.isdigit():
        return [code for code in all_places() if code.startswith(key)][:5]
    people = _people()
    known: dict[str, str] = {code: code for code in all_places()}
    for tier in TIERS[1:]:
        for spelling, codes in _tier(tier).items():
            known.setdefault(spelling, max(codes, key=people.__getitem__))
    same = difflib.SequenceMatcher(b=key)  # the side that is prepared once
    close: dict[str, float] = {}
    for spelling, code in known.items():
        if abs(len(spelling) - len(key)) > 2 or not set(spelling) & set(key):
            continue
        same.set_seq1(spelling)
        if same.quick_ratio() >= LEAST_LIKE and (like := same.ratio()) >= LEAST_LIKE:
            close[code] = max(like, close.get(code, 0.0))
    return sorted(close, key=lambda code: (-close[code], -people[code], code))[:5]


def _people() -> dict[str, int]:
    """Persons at the census by code: only a refusal asks for them here."""
    from sanhai.places.shipped import people

    return people()


@cache
def _shared(lang: Language) -> frozenset[str]:
    """Names in a language that more than one shipped place has."""
    counts = Counter(row.name(lang) for row in all_places().values())
    return frozenset(name for name, count in counts.items() if count > 1)


def told_apart(code: str, name: str, lang: Language) -> str:
    """The name of a place as a title says it: with the place it lies in where another shipped place has it too."""
    row = all_places().get(code)
    if row is None or name != row.name(lang) or name not in _shared(lang):
        return name
    above = all_places()[row.parent].name(lang)
    return str(words()["form"]["inside"][lang]).format(name=name, above=above)


@cache
def _children() -> dict[str, tuple[PlaceName, ...]]:
    found: dict[str, list[PlaceName]] = {}
    for row in all_places().values():
        found.setdefault(row.parent, []).append(row)
    return {code: tuple(children) for code, children in found.items()}


def census_total(code: str) -> float | None:
    """Persons of the latest shipped census of a code; None for a place that is not shipped."""
    if code not in all_places():
        return None
    return place(code).base.total()


def children_of(code: str) -> tuple[PlaceName, ...]:
    return _children().get(code, ())


def leaves_of(code: str) -> tuple[PlaceName, ...]:
    """The places whose sum `code` is: itself, where it is one of them."""
    row = all_places()[code]
    if row.is_leaf:
        return (row,)
    return tuple(leaf for child in children_of(code) for leaf in leaves_of(child.code))


def place(name: str) -> Place:
    """A shipped place by GB/T 2260 code, Chinese name, pinyin or English name, alone or after the one it lies in.

    Raises ConfigError for an unknown name, with the nearest known ones, and for one that several places have.
    """
    from sanhai.places.shipped import made

    return made(resolve(name).code)
