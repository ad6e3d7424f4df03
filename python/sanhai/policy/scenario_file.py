"""A scenario as a TOML file: what it may hold, read with every problem reported at once, in bounded time and memory."""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sanhai.errors import ConfigError, checked_language, refuse, words
from sanhai.places.names import LONGEST_NOTE, checked_name
from sanhai.policy.catalogue import instruments_named
from sanhai.policy.checks import faults_of
from sanhai.policy.levers import from_year
from sanhai.policy.scenario import NAMED, Scenario, scenario, with_beliefs

__all__ = ["EXAMPLE", "FIELDS", "Problem", "ScenarioFileError", "check_file", "read_scenario"]

EXAMPLE = """\
place = "lanzhou"
name = "三孩补贴"
base = "baseline"                    # or another named scenario
packs = ["lanzhou-2023"]             # documents to add to those in force
without = ["national/preschool-last-year"]
counterfactual = false               # true: dates before the first projected year are meant
note_zh = "..."                      # optional, shown with the result
note_en = "..."

[settings]
"migration.mode" = "zero"
subsidy.child3.yuan_per_month = { from = 2027, value = 500 }
"nursery.enrolment_goal" = [{ from = 2027, value = 0.15 }, { from = 2030, value = 0.2 }]

[beliefs]                            # optional: they hold for every scenario it is compared with
"nursery.stock_per_1000" = 3.5
"""
FIELDS = ("place", "name", "base", "packs", "without", "counterfactual", "note_zh", "note_en", "settings", "beliefs")
LARGEST = 100_000  # bytes; a scenario is a page of text
LONGEST_LINE = 2_000  # characters
DEEPEST = 12  # tables inside tables
MOST = 200  # values of a lever, texts of a list
MOST_PROBLEMS = 50  # a file with more is no scenario
WHOLE = "(file)"  # the field of a fault that belongs to no field
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*')
PART = r"(?:[\w-]+|~)"  # of a key; a quoted one is put as ~
DEEP_KEY = re.compile(rf"{PART}(?:\s*\.\s*{PART}){{{DEEPEST},}}")
ASCII_OF = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "、": ",",
    "。": ".",
    "【": "[",
    "】": "]",
    "「": '"',
    "」": '"',
    "　": " ",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a file. `line` and `column`, from 1, are None where they cannot be told."""

    file: str
    line: int | None
    column: int | None
    field: str
    error: ConfigError

    @property
    def got(self) -> str:
        return self.error.got

    @property
    def allowed(self) -> str:
        return self.error.allowed

    @property
    def remedy(self) -> str:
        return self.error.remedy

    def render(self, lang: str | None = None, cli: bool = False) -> str:
        """File, line and column, then the fault, in a language; `cli` with what to do on the command line."""
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        colon: str = words()["form"]["colon"][checked_language(lang)]
        return colon.format(said=where, more=self.error.render(lang, cli))

    def __str__(self) -> str:
        return self.render()

    def as_dict(self) -> dict[str, Any]:
        """As `check --json` prints it."""
        names = ("file", "line", "column", "field", "got", "allowed", "remedy")
        return {name: getattr(self, name) for name in names}


class ScenarioFileError(ConfigError):
    """A scenario file with faults; `problems` holds them all."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("")
        self.problems = problems

    def render(self, lang: str | None = None, cli: bool = False) -> str:
        """Every fault, one a line."""
        return "\n".join(one.render(lang, cli) for one in self.problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


class _EnoughError(Exception):
    """Enough problems were found."""


class _Reader:
    """Collects the faults of one file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.problems: list[Problem] = []

    def line(self, path: str) -> tuple[int | None, int | None]:
        """Line and column of the first key with this path, whole or by its last parts; tomllib keeps no positions."""
        steps = path.split(".")
        names = [(f"{name}=", f"[{name}]") for name in (".".join(steps[start:]) for start in range(len(steps)))]
        for starts in (*names, (f"{path}.", f"[{path}.")):  # the last: a key of a group of levers
            for number, line in enumerate(self.lines, 1):
                bare = line.strip().replace('"', "").replace("'", "").replace(" ", "")
                if bare.startswith(starts):
                    return number, len(line) - len(line.lstrip()) + 1
        return None, None

    def add(self, field: str, error: ConfigError) -> None:
        """Notes a fault at the line of its field."""
        line, column = self.line(field)
        self.problems.append(Problem(self.file, line, column, _cut(field), error))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _EnoughError

    def text_at(self, data: Mapping[str, Any], field: str, needed: bool = False, longest: int = 80) -> str | None:
        """One line of text, or None after its fault was noted."""
        value = data.get(field)
        if value is None and not needed:
            return None
        if isinstance(value, str):
            try:
                return checked_name(value, field, longest)
            except ConfigError as error:
                self.add(field, error)
                return None
        if value is None:
            self.add(field, refuse(ConfigError, "file.field_missing", field=field))
        else:
            self.add(field, refuse(ConfigError, "file.text", got=value, field=field))
        return None

    def texts_at(self, data: Mapping[str, Any], field: str) -> list[str]:
        value = data.get(field, [])
        if isinstance(value, list) and len(value) <= MOST and all(isinstance(one, str) for one in value):
            return value
        self.add(field, refuse(ConfigError, "file.texts", got=value, field=field, most=MOST))
        return []


def _cut(text: str) -> str:
    """What a message repeats of a file: one printable line of bounded length."""
    shown = text if text.isprintable() else repr(text)
    return shown if len(shown) <= 200 else shown[:197] + "..."


def _flat(data: Mapping[str, Any], above: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Dotted paths of the settings, whether keys were quoted or not; a table with `value` is a dated value."""
    for key, value in data.items():
        path = f"{above}.{key}" if above else key
        if depth < DEEPEST and isinstance(value, dict) and "value" not in value and "from" not in value:
            yield from _flat(value, path, depth + 1)
        else:
            yield path, value


def _value(reader: _Reader, path: str, given: Any) -> Any:
    """One value of a lever as `vary` takes it, or None after its fault was noted."""
    if not isinstance(given, dict):
        return given
    if sorted(given) not in (["from", "value"], ["value"]) or isinstance(given["value"], dict | list):
        reader.add(path, refuse(ConfigError, "file.value", got=given, field=path))
        return None
    try:
        return from_year(given["from"], given["value"]) if "from" in given else given["value"]
    except ConfigError as error:
        reader.add(path, error)
        return None


def _vary(reader: _Reader, found: Scenario, data: Mapping[str, Any], counterfactual: bool) -> Scenario:
    """The scenario with the settings and beliefs of the file, each fault noted at its lever."""
    found = _set(reader, found, data, "settings", lambda one, to: one.vary(one.name, to, counterfactual=counterfactual))
    return _set(reader, found, data, "beliefs", with_beliefs)


def _set(
    reader: _Reader,
    found: Scenario,
    data: Mapping[str, Any],
    field: str,
    changed: Callable[[Scenario, Mapping[str, object]], Scenario],
) -> Scenario:
    """The scenario with the levers of one table of the file."""
    given = data.get(field, {})
    if not isinstance(given, dict):
        reader.add(field, refuse(ConfigError, "file.settings", got=given, field=field))
        return found
    seen: set[str] = set()
    for path, value in _flat(given):
        if path in seen:
            reader.add(path, refuse(ConfigError, "file.twice", field=path))
            continue
        seen.add(path)
        if isinstance(value, list) and len(value) > MOST:
            reader.add(path, refuse(ConfigError, "file.many", field=path, n=len(value), most=MOST))
            continue
        values = [_value(reader, path, one) for one in (value if isinstance(value, list) else [value])]
        if any(one is None for one in values):
            continue
        try:
            found = changed(found, {path: values})
        except ConfigError as error:
            reader.add(path, error)
    return found


def _unknown_fields(reader: _Reader, data: Mapping[str, Any]) -> None:
    for field in data:
        if field not in FIELDS:
            near = difflib.get_close_matches(field[:80], FIELDS, n=2, cutoff=0.5)
            reader.add(field, refuse(ConfigError, "file.field_unknown", field=_cut(field), known=FIELDS, near=near))


def _base(reader: _Reader, data: Mapping[str, Any]) -> Scenario:
    """The named scenario it starts from, with its documents added and instruments taken out."""
    place, base = reader.text_at(data, "place", needed=True), reader.text_at(data, "base") or "baseline"
    if base not in NAMED:
        reader.add("base", refuse(ConfigError, "file.base", got=base, known=list(NAMED)))
        base = "baseline"
    packs, without = reader.texts_at(data, "packs"), reader.texts_at(data, "without")
    try:
        found = scenario(base, place or "china")
    except ConfigError as error:
        reader.add("place", error)
        found = scenario(base, "china")
        packs = []  # whether a document holds there cannot be told
    for pack_id in packs:
        try:
            found = found.use(pack_id, found.name)
        except ConfigError as error:
            reader.add("packs", error)
    used = {row.full_id for leaf in found.place.leaves for row in found.instruments_at(leaf)}
    for taken_out in without:
        try:
            found = found.without(taken_out, found.name)
            if used.isdisjoint(row.full_id for row in instruments_named(taken_out)):
                reader.add("without", refuse(ConfigError, "file.without", got=taken_out))
        except ConfigError as error:
            reader.add("without", error)
    return found


def _built(reader: _Reader, data: Mapping[str, Any]) -> Scenario | None:
    _unknown_fields(reader, data)
    name = reader.text_at(data, "name", needed=True)
    notes = {field: reader.text_at(data, field, longest=LONGEST_NOTE) or "" for field in ("note_zh", "note_en")}
    counterfactual = data.get("counterfactual", False)
    if not isinstance(counterfactual, bool):
        reader.add("counterfactual", refuse(ConfigError, "file.counterfactual", got=counterfactual))
    found = _vary(reader, _base(reader, data), data, counterfactual is True)
    if name is None:
        return None
    found = replace(found, name=name, note_zh=notes["note_zh"], note_en=notes["note_en"])
    for fault in faults_of(found):
        reader.add(str(fault.values.get("path", fault.what)), fault)
    return None if reader.problems else found


def _read_bytes(path: Path) -> bytes | Problem:
    """The bytes of a regular file of bounded size; a device, a pipe or a folder is not opened for reading."""

    def problem(error: ConfigError) -> Problem:
        return Problem(_cut(str(path)), None, None, WHOLE, error)

    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        return problem(refuse(ConfigError, "file.unreadable", said=_cut(said)))
    try:
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return problem(refuse(ConfigError, "file.not_regular"))
            found = file.read(LARGEST + 1)
    except OSError as error:
        return problem(refuse(ConfigError, "file.unreadable", said=error.strerror or str(error)))
    if len(found) > LARGEST:
        return problem(refuse(ConfigError, "file.too_large", largest=LARGEST))
    return found


def _foreign(file: str, lines: list[str], until: int) -> Problem | None:
    """The first full-width or Chinese mark outside quotes and comments, up to the line at which reading failed."""
    for number, line in enumerate(lines[:until], 1):
        bare = QUOTED.sub(lambda found: " " * len(found[0]), line)
        for column, char in enumerate(bare, 1):
            plain = ASCII_OF.get(char) or unicodedata.normalize("NFKC", char)
            if char != plain and plain.isascii():
                values = {"mark": char, "code": f"U+{ord(char):04X}", "plain": plain}
                return Problem(file, number, column, WHOLE, refuse(ConfigError, "file.foreign_mark", **values))
    return None


def _syntax(file: str, text: str, error: Exception) -> Problem:
    """Where and why a text is no TOML."""
    lines = text.splitlines()
    found = re.search(r"line (\d+), column (\d+)", str(error))
    line, column = (int(found[1]), int(found[2])) if found else (None, None)
    if (foreign := _foreign(file, lines, line or len(lines))) is not None:
        return foreign
    if isinstance(error, RecursionError):
        return Problem(file, line, column, WHOLE, refuse(ConfigError, "file.nesting"))
    if found is not None:
        return Problem(file, line, column, WHOLE, refuse(ConfigError, "file.toml", said=_cut(str(error))))
    # The one other fault: a number of more digits than Python converts.
    for number, one in enumerate(lines, 1):
        if (digits := re.search(r"\d{100,}", one)) is not None:
            line, column = number, digits.start() + 1
            break
    return Problem(file, line, column, WHOLE, refuse(ConfigError, "file.digits"))


def _unbounded(file: str, lines: list[str]) -> Problem | None:
    """What would cost the parser much more than its length: a line without an end, a key of very many parts."""
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            error = refuse(ConfigError, "file.line_length", n=len(line), most=LONGEST_LINE)
            return Problem(file, number, None, WHOLE, error)
        if (deep := DEEP_KEY.search(QUOTED.sub("~", line))) is not None:
            error = refuse(ConfigError, "file.key_parts", most=DEEPEST)
            return Problem(file, number, deep.start() + 1, WHOLE, error)
    return None


def _read(path: Path) -> tuple[Scenario | None, list[Problem]]:
    file, found = _cut(str(path)), _read_bytes(path)
    if isinstance(found, Problem):
        return None, [found]
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        return None, [Problem(file, line, None, WHOLE, refuse(ConfigError, "file.encoding", byte=error.start))]
    if (problem := _unbounded(file, text.splitlines())) is not None:
        return None, [problem]
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError; so is a number too long
        return None, [_syntax(file, text, error)]
    reader = _Reader(file, text)
    try:
        return _built(reader, data), reader.problems
    except _EnoughError:
        return None, reader.problems


def check_file(path: Path) -> list[Problem]:
    """Every problem of a scenario file, at most 50; empty when it can be run."""
    return _read(path)[1]


def read_scenario(path: Path) -> Scenario:
    """The scenario of a file. Raises ScenarioFileError with every problem."""
    found, problems = _read(path)
    if found is None:
        raise ScenarioFileError(problems)
    return found
