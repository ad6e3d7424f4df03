"""The one exception file of the Python side; the C++ core raises the same names.

An error is data: a key of the catalogue (tables `error` of show/words.toml) and values. Words are chosen when it is
printed, in the language of that moment; the core's English messages are taken apart into the same five parts.
"""

from __future__ import annotations

import difflib
import math
import operator
import os
import re
import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LANGUAGES",
    "AccountingError",
    "ConfigError",
    "DomainError",
    "Error",
    "FileError",
    "InputError",
    "InputProblem",
    "ShapeError",
    "checked_language",
    "is_one_of",
    "language",
    "nearest",
    "problem",
    "refuse",
    "require_kind",
    "set_language",
    "speaking",
    "whole_number",
    "words",
]

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
PARTS = ("what", "where", "got", "allowed", "remedy")
LETTERS = re.compile("[A-Za-z]{2}")  # what has no words, such as [0, 1], is the same in every language
LONGEST_GOT = 80  # characters of a user's value that a message repeats
MOST_WHOLE = 1e15  # numbers below are printed with all their digits
LONGEST = 2000  # characters of any other value
SHOWN = 10  # problems of own data that one message prints
Plain = str | int | float | bool | tuple[str, ...] | None

NOT_GIVEN = object()  # None is a value that users pass

_chosen: list[Language] = []


@cache
def words() -> Mapping[str, Any]:
    """The table of every word that is printed, read once as data."""
    return tomllib.loads(files("sanhai").joinpath("show", "words.toml").read_text(encoding="utf-8"))


def language() -> Language:
    """The language of what is printed: the one set, else that of the locale (zh* is Chinese, anything else English)."""
    if _chosen:
        return _chosen[-1]
    found = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if found.lower().startswith("zh") else "en"


def set_language(lang: str | None) -> None:
    """Chooses "zh" or "en" for what is printed from now on; None goes back to the locale's. Numbers never change.

    Raises ConfigError for another language.
    """
    if lang is None:
        _chosen.clear()
        return
    _chosen[:] = [checked_language(lang)]


@contextmanager
def speaking(lang: str | None) -> Iterator[Language]:
    """Prints in a language inside the block, and in the one before it afterwards."""
    _chosen.append(checked_language(lang))
    try:
        yield _chosen[-1]
    finally:
        _chosen.pop()


def checked_language(lang: str | None) -> Language:
    """The language asked for; None is the one that is set. Raises ConfigError for another."""
    if lang is None:
        return language()
    for known in LANGUAGES:
        if is_one_of(lang, (known,)):
            return known
    raise refuse(ConfigError, "lang.unknown", got=lang)


def nearest(name: object, known: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """Up to `n` of the known names that look like the one given, for the `near` of a refusal."""
    by_lower = {one.lower(): one for one in known}
    asked = str(name).strip().lower()
    found = [one for lower, one in by_lower.items() if asked and (lower.startswith(asked) or asked in lower.split("."))]
    found += [by_lower[one] for one in difflib.get_close_matches(asked, by_lower, n, 0.6)]
    return tuple(dict.fromkeys(found))[:n]


class Error(Exception):
    """Base of everything sanhai raises on purpose: `key` and `values` as data, five parts and `str` as words.

    `what`, `where`, `got`, `allowed` and `remedy` are rendered in the current language when they are read.
    `Error(text)` is for the core, which writes the five parts in English; Python code uses `refuse`.
    """

    def __init__(self, text: str = "", /, key: str = "", values: Mapping[str, object] | None = None) -> None:
        super().__init__(text or key)
        self.key = key
        self.values: dict[str, Plain] = {name: _plain(value) for name, value in (values or {}).items()}
        self._text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Error) and type(self) is type(other) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash((type(self), self.key, self._text))

    def _content(self) -> tuple[object, ...]:
        return self._text, self.key, self.values

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self._text, self.key, self.values)

    def parts(self, lang: str | None = None, cli: bool = False) -> dict[str, str]:
        """The five parts by name; `cli` chooses the remedy's form for the command line where it has one."""
        said = checked_language(lang)
        return _from_catalogue(self.key, self.values, said, cli) if self.key else _from_core(self._text, said)

    def render(self, lang: str | None = None, cli: bool = False) -> str:
        """The five parts in one line, empty ones left out."""
        said = checked_language(lang)
        form = words()["form"]["error"]
        out = ""
        for name, part in self.parts(said, cli).items():
            out += form[name][said].format(part) if part else ""
        return out

    def __str__(self) -> str:
        return self.render()

    @property
    def what(self) -> str:
        return self.parts()["what"]

    @property
    def where(self) -> str:
        return self.parts()["where"]

    @property
    def got(self) -> str:
        return self.parts()["got"]

    @property
    def allowed(self) -> str:
        return self.parts()["allowed"]

    @property
    def remedy(self) -> str:
        return self.parts()["remedy"]


class ShapeError(Error, ValueError):
    """A table has the wrong axes, or an axis the wrong length."""


class DomainError(Error, ValueError):
    """A value lies outside what its quantity can be."""


class AccountingError(Error, ValueError):
    """Persons or money do not add up."""


class ConfigError(Error, ValueError):
    """Settings that cannot hold together: an unknown name, a lever out of range, shares that do not sum to one."""


class FileError(Error, OSError):
    """A file or folder that cannot be read or written as asked."""


Kind = TypeVar("Kind", bound=Error)


def refuse(kind: type[Kind], key: str, /, *, got: object = NOT_GIVEN, where: str = "", **values: object) -> Kind:
    """The error to raise: `raise refuse(ConfigError, "lever.unknown", got=path, near=nearest(path, known))`.

    `key` names a table of the catalogue; `got` is the user's own value, as given; `where` names place, year, sex, age,
    file, line as far as they apply; other values fill the templates' fields. A non-empty `near` adds "did you mean".
    """
    given = {"where": where, "got": None if got is NOT_GIVEN else _quoted(got), **values}
    empty = {name for name, value in given.items() if value is None or (isinstance(value, str) and not value)}
    return kind("", key, {name: value for name, value in given.items() if name not in empty})


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One fault of own data: what is wrong as data (`error`), and where it stands; lines count from 1."""

    error: ConfigError
    file: str = ""
    sheet: str = ""
    cell: str = ""
    line: int | None = None
    column: str = ""
    variable: str = ""
    year: int | None = None
    sex: str = ""
    age: str = ""

    @property
    def code(self) -> str:
        """Its stable name in every language: UNIT of the key "input.UNIT.population", PACK of "pack.level"."""
        group, *more = self.error.key.split(".")
        return more[0] if group == "input" else group.upper()

    def where(self, lang: str | None = None) -> str:
        """File, sheet and cell or line and column, then which number it is, as far as known."""
        said = checked_language(lang)
        form = words()["form"]["input"]
        given = {name: getattr(self, name) for name in ("file", "sheet", "cell", "line", "column")}
        spot = " ".join(form[name][said].format(value) for name, value in given.items() if value)
        number = " ".join(str(value) for value in (self.variable, self.year, self.sex, self.age) if value)
        return _headed([spot, number], said)

    def render(self, lang: str | None = None, cli: bool = False) -> str:
        """One line: where, code, what, got, allowed, remedy."""
        said = checked_language(lang)
        return _headed([self.where(said), f"[{self.code}] {self.error.render(said, cli)}"], said)

    def row(self) -> dict[str, object]:
        """As `InputError.problems` lists it."""
        parts = self.error.parts()
        names = ("file", "sheet", "cell", "line", "column", "variable", "year", "sex", "age")
        said = {"found": parts["got"], "expected": parts["allowed"], "remedy": parts["remedy"]}
        return {"code": self.code, **{name: getattr(self, name) for name in names}, **said}


def _headed(parts: Iterable[str], lang: Language) -> str:
    """Parts behind one another, each but the last followed by a colon; empty ones are left out."""
    found = ""
    for part in parts:
        found = words()["form"]["colon"][lang].format(said=found, more=part) if found and part else found or part
    return found


def problem(key: str, /, at: Mapping[str, Any] | None = None, **values: Any) -> InputProblem:
    """A fault of own data: `key` is "input.CODE" or "input.CODE.detail", `at` the fields of InputProblem.

    `got` among the values is the user's own value, as in `refuse`.
    """
    return InputProblem(refuse(ConfigError, key, **values), **(at or {}))


class InputError(ConfigError):
    """Own data that cannot be taken: `problems` lists every fault, str() says the first ten.

    `faults` holds the same as data. The key and the five parts are those of the first.
    """

    def __init__(self, faults: Iterable[InputProblem]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0].error
        super().__init__("", first.key, first.values)

    @property
    def problems(self) -> pd.DataFrame:
        """One row a fault: code, file, sheet, cell, line, column, variable, year, sex, age, found, expected, remedy."""
        import pandas as pd

        frame = pd.DataFrame([fault.row() for fault in self.faults])
        return frame.astype({"line": "Int64", "year": "Int64"})

    def render(self, lang: str | None = None, cli: bool = False) -> str:
        """The first ten faults, one a line, and how many more there are."""
        said = checked_language(lang)
        lines = [fault.render(said, cli) for fault in self.faults[:SHOWN]]
        more = len(self.faults) - SHOWN
        return "\n".join([*lines, *([words()["form"]["input"]["more"][said].format(more)] if more > 0 else [])])

    def _content(self) -> tuple[object, ...]:
        return (self.faults,)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)


def is_one_of(got: object, known: Container[str]) -> bool:
    """Whether it is one of these texts; what is no text (a list, an array) is none, and nothing is raised."""
    return isinstance(got, str) and got in known


def whole_number(got: object) -> int | None:
    """`got` as an int; NumPy's integers are integers, True, 3.0 and "3" are none."""
    try:
        return None if isinstance(got, bool) else operator.index(got)  # type: ignore[arg-type]
    except TypeError:  # of NumPy's booleans too
        return None


def require_kind(what: str, got: object, kinds: type | tuple[type, ...], said: str, each: type | None = None) -> None:
    """ConfigError where `got` is none of `kinds`, or holds what is not `each`; `said` names the type as code does."""
    is_kind = isinstance(got, kinds)
    if is_kind and each is not None:
        is_kind = all(isinstance(one, each) for one in got)  # type: ignore[attr-defined]
    if not is_kind:
        raise refuse(ConfigError, "argument.kind", got=got, what=what, kind=said)


def _again(kind: type[Error], text: str, key: str, values: Mapping[str, object]) -> Error:
    return kind(text, key, values)


def _printable(text: str, longest: int) -> str:
    """One line without control or direction characters, cut where it is too long."""
    clean = "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def _plain(value: object) -> Plain:
    """What a message can hold: it must be printed and pickled wherever the error goes."""
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, str):
        return _printable(value, LONGEST)
    if isinstance(value, list | tuple | set | frozenset | range):
        return tuple(_printable(str(one), LONGEST) for one in value)
    return _printable(str(value), LONGEST)


def _quoted(got: object) -> str:
    """The user's value as typed: text in quotes, NumPy scalars as their Python value, no endless number."""
    if getattr(got, "ndim", None) == 0 and hasattr(got, "dtype"):
        got = got.item()  # type: ignore[attr-defined]
    if isinstance(got, int) and abs(got) >= 10**LONGEST_GOT:
        return f"{'-' * (got < 0)}1e{math.floor(math.log10(abs(got)))}"
    try:
        said = repr(got)
    except Exception:  # whatever a foreign object does: a refusal must come out
        said = type(got).__name__
    return _printable(said, LONGEST_GOT)


def _said(value: Plain, lang: Language) -> str:
    if isinstance(value, tuple):
        return str(words()["form"]["list"][lang]).join(value)
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < MOST_WHOLE else f"{value:.10g}"
    return str(value)


class _Fields(dict[str, str]):
    """A field that was not given is empty: a message must come out whatever was passed."""

    def __missing__(self, name: str) -> str:
        return ""


def _from_catalogue(key: str, values: Mapping[str, Plain], lang: Language, cli: bool) -> dict[str, str]:
    entry = words()["error"].get(key, {})
    said = {name: _said(value, lang) for name, value in values.items()}
    said["where"] = _in_words(said.get("where", ""), lang)
    for name in ("fewer", "said"):  # what the system or another room says in English
        if name in said:
            said[name] = _in_words(said[name], lang)
    if "unit" in said:
        said["unit"] = str(words()["lever_unit"].get(said["unit"], {}).get(lang, said["unit"]))
    got = said.get("got", "")
    if lang == "zh" and len(got) > 1 and got[0] == got[-1] and got[0] in "'\"":
        said["got"] = f"“{got[1:-1]}”"

    def part(name: str) -> str:
        template = entry.get(f"{name}_cli", entry.get(name)) if cli else entry.get(name)
        return said.get(name, "") if template is None else str(template[lang]).format_map(_Fields(said))

    found = {name: part(name) for name in PARTS}
    if not entry:  # never reached by a key that a test has seen; a message must not hide the refusal
        found["what"] = key
    if said.get("near"):
        found["remedy"] = words()["form"]["near"][lang].format(**said) + found["remedy"]
    return found


# ---- the core's messages --------------------------------------------------------------------------------------------


def _split(text: str) -> dict[str, str]:
    """The core's "what: where: got x; allowed y; remedy: z" by part."""
    rest, _, remedy = text.partition("; remedy: ")
    rest, _, allowed = rest.partition("; allowed ")
    head, _, got = rest.partition(": got ")
    what, _, where = head.partition(": ")
    return dict(zip(PARTS, (what, where, got, allowed, remedy), strict=True))


def _from_core(text: str, lang: Language) -> dict[str, str]:
    found = _split(text)
    if lang == "en":
        return found
    return {name: _in_words(part, lang) for name, part in found.items()}


@cache
def _core_words() -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Chinese of whole parts of the core's messages, and of those with {} for what it fills in, the longest first."""
    table: dict[str, str] = words()["core"]
    filled = sorted((english for english in table if "{}" in english), key=len, reverse=True)
    pattern = {english: "(.*?)".join(re.escape(piece) for piece in english.split("{}")) for english in filled}
    return table, tuple((re.compile(pattern[english]), table[english]) for english in filled)


def _in_words(text: str, lang: Language) -> str:
    """A part that was composed in English, in the language asked for: whole, filled, or piece by piece."""
    if lang == "en" or not LETTERS.search(text):
        return text
    table, patterns = _core_words()
    if text in table:
        return table[text]
    found = [(said, match.groups()) for pattern, said in patterns if (match := pattern.fullmatch(text))]
    pieces = text.split(", ")
    # What fills a sentence seldom holds a comma: "place 620100, year 2024" is two pieces, not a place with a long name.
    for said, filling in found:
        if len(pieces) == 1 or not any(", " in one for one in filling):
            return said.format(*(_in_words(one, lang) for one in filling))
    if len(pieces) > 1:
        return str(words()["form"]["pieces"][lang]).join(_in_words(piece, lang) for piece in pieces)
    return text
