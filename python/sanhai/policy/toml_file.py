"""A TOML file of a user's, read in bounded time and memory, and what its faults look like: each with its line."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import stat
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanhai.errors import ConfigError, checked_language, refuse, words

__all__ = ["DEEPEST", "MOST_PROBLEMS", "WHOLE", "Problem", "TomlFileError", "cut", "parsed", "read_text", "toml_of"]

LONGEST_LINE = 2_000  # characters
DEEPEST = 12  # tables inside tables
MOST_PROBLEMS = 50  # of a file that a message lists
WHOLE = "(file)"  # the field of a fault that belongs to no field
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*')
PART = r"(?:[\w-]+|~)"  # of a key; a quoted one is put as ~
DEEP_KEY = re.compile(rf"{PART}(?:\s*\.\s*{PART}){{{DEEPEST},}}")
ASCII_OF = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "、": ",", "。": ".", "【": "[", "】": "]", "「": '"', "」": '"', "　": " ",
}  # fmt: skip


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


class TomlFileError(ConfigError):
    """A file with faults; `problems` holds them all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("")
        self.problems = list(problems)

    def render(self, lang: str | None = None, cli: bool = False) -> str:
        """Every fault, one a line."""
        return "\n".join(one.render(lang, cli) for one in self.problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


def cut(text: str) -> str:
    """What a message repeats of a file: one printable line of bounded length."""
    shown = text if text.isprintable() else repr(text)
    return shown if len(shown) <= 200 else shown[:197] + "..."


def read_text(path: Path, largest: int) -> str | Problem:
    """The text of a regular file of at most `largest` bytes; a device, a pipe or a folder is not opened for reading.

    A byte order mark stays: the text encodes to the file's own bytes.
    """
    found = _read_bytes(path, largest)
    if isinstance(found, Problem):
        return found
    try:
        return found.decode("utf-8")
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        return Problem(cut(str(path)), line, None, WHOLE, refuse(ConfigError, "file.encoding", byte=error.start))


def parsed(text: str, file: str) -> dict[str, Any] | Problem:
    """The data of a TOML text; `file` is the name used in messages."""
    text = text.removeprefix("\ufeff")
    if (problem := _unbounded(file, text.splitlines())) is not None:
        return problem
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError; so is a number too long
        return _syntax(file, text, error)


def toml_of(data: Mapping[str, Any], path: str = "") -> str:
    """A record as TOML text, lists of tables under heads of their own; `parsed` gives the record back.

    data: text, numbers, flags, dates, lists and tables of these. A text stands as in JSON, which is TOML too.
    """
    plain = {key: value for key, value in data.items() if not _is_tables(value)}
    lines = [f"{key} = {_inline(value)}" for key, value in plain.items()]
    for key, value in data.items():
        if _is_tables(value):
            name = f"{path}.{key}" if path else key
            lines += [f"\n[[{name}]]\n{toml_of(one, name)}".rstrip("\n") for one in value]
    return "\n".join(lines) + "\n"


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(one, Mapping) for one in value)


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


def _read_bytes(path: Path, largest: int) -> bytes | Problem:
    def problem(error: ConfigError) -> Problem:
        return Problem(cut(str(path)), None, None, WHOLE, error)

    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        return problem(refuse(ConfigError, "file.unreadable", said=cut(said)))
    try:
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return problem(refuse(ConfigError, "file.not_regular"))
            found = file.read(largest + 1)
    except OSError as error:
        return problem(refuse(ConfigError, "file.unreadable", said=error.strerror or str(error)))
    if len(found) > largest:
        return problem(refuse(ConfigError, "file.too_large", largest=largest))
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
        return Problem(file, line, column, WHOLE, refuse(ConfigError, "file.toml", said=cut(str(error))))
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
