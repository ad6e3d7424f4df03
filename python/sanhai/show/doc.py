"""`sh.find` and `sh.doc`: what the product knows by a word, and one thing it knows in full; `sh.cite`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from sanhai._version import __version__
from sanhai.errors import ConfigError, checked_language, language, nearest, refuse, speaking, words
from sanhai.policy.catalogue import Catalogue, shipped
from sanhai.show.documents import instrument_lines, lever_lines, title_of
from sanhai.show.words import headed, in_paren, say, word
from sanhai.units import VARIABLES, variable_name

if TYPE_CHECKING:
    from sanhai.policy.levers import Lever

__all__ = ["Doc", "Found", "cite", "doc", "find"]

KINDS = ("variable", "lever", "instrument")
AUTHORS = "the sanhai developers"


class Thing(NamedTuple):
    """One thing that has a page."""

    kind: str
    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Found:
    """What holds a text: rows of kind (variable, lever, instrument), id as `sh.doc` takes it, name by language."""

    text: str
    rows: tuple[Thing, ...]

    def lines(self, lang: str | None = None) -> list[str]:
        """A line a thing, under the head of its kind."""
        said = checked_language(lang)
        out: list[str] = []
        for kind in KINDS:
            own = [row for row in self.rows if row.kind == kind]
            out += [headed(word("find", kind, said), lang=said)] if own else []
            out += [f"  {row.id}  {getattr(row, said)}" for row in own]
        return out

    def __str__(self) -> str:
        return "\n".join(self.lines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


@dataclass(frozen=True)
class Doc:
    """One variable, lever or instrument in words."""

    kind: str
    id: str
    _known: Catalogue

    def lines(self, lang: str | None = None) -> list[str]:
        """Plain text in a language."""
        with speaking(lang):
            if self.kind == "variable":
                return list(_variable_lines(self.id))
            if self.kind == "lever":
                return list(_lever_lines(self._known.lever(self.id), self._known))
            return list(instrument_lines(self._known.instrument(self.id), self._known))

    def __str__(self) -> str:
        return "\n".join(self.lines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def _variable_lines(name: str) -> Iterator[str]:
    known, lang = VARIABLES[name], language()
    yield in_paren(f"{name}  {variable_name(name, lang)}", word("row_unit", known.unit))
    if name in words()["formula"]:
        yield f"  {headed(word('explain', 'formula'), word('formula', name))}"
    yield f"  {word('find', 'stock' if known.stock else 'flow')}"
    yield f"  {word('find', 'added' if known.adds else 'not_added')}"


def _lever_lines(lever: Lever, known: Catalogue) -> Iterator[str]:
    yield from lever_lines(lever)
    if lever.basis:
        yield f"    {headed(word('find', 'basis'), lever.basis)}"
    for owner in lever.owners:
        yield f"    {headed(word('find', 'instrument'), f'{owner} {title_of(known.instrument(owner))}')}"


def _things(known: Catalogue) -> Iterator[Thing]:
    for name in VARIABLES:
        yield Thing("variable", name, variable_name(name, "zh"), variable_name(name, "en"))
    for path, lever in sorted(known.levers.items()):
        yield Thing("lever", path, lever.zh, lever.en)
    for row in known.instruments():
        yield Thing("instrument", row.full_id, row.title_zh, row.title_en)


def _key(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _checked(text: object) -> str:
    if not isinstance(text, str) or not _key(text):
        raise refuse(ConfigError, "find.text", got=text)
    return _key(text)


def _holding(text: object, known: Catalogue) -> list[Thing]:
    """Things with a text in their id or a name; those that are called so first."""
    key, things = _checked(text), list(_things(known))
    held = [row for row in things if any(key in _key(name) for name in row[1:])]
    if not held:
        near = nearest(text, [name for row in things for name in row[1:] if name])
        raise refuse(ConfigError, "find.nothing", got=text, near=near)
    return sorted(held, key=lambda row: all(key != _key(name) for name in row[1:]))


def find(text: str) -> Found:
    """Variables, levers and instruments whose id, Chinese or English name holds a text; those called so come first.

    Raises ConfigError, with the nearest names, where nothing holds it.
    """
    return Found(text, tuple(_holding(text, shipped())))


def doc(name: str) -> Doc:
    """What a variable, a lever or an instrument is: unit, bounds, default with its basis, formula, payers, source.

    name: its id, or a part of its id or name that nothing else has. Raises ConfigError for another, with the choices.
    """
    known = shipped()
    held = _holding(name, known)
    named = [row for row in held if row.id == name] or [row for row in held if _key(name) in map(_key, row[1:])] or held
    if len(named) > 1:
        raise refuse(ConfigError, "find.several", got=name, known=[row.id for row in named])
    return Doc(named[0].kind, named[0].id, known)


def cite() -> str:
    """How to cite the version that runs, in one line; a run's id, beside it, names its numbers."""
    return say("find.cite", authors=AUTHORS, version=__version__)
