"""A scenario as a TOML file: what it may hold, read with every problem reported at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sanhai.errors import ConfigError
from sanhai.places.catalogue import resolve
from sanhai.policy.levers import Dated, check_value, from_year
from sanhai.policy.scenario import NAMED, Scenario, scenario

__all__ = ["EXAMPLE", "FIELDS", "Problem", "ScenarioFileError", "check_file", "read_scenario"]

EXAMPLE = """\
place = "lanzhou"
name = "三孩补贴"
base = "baseline"                    # or another named scenario
packs = ["lanzhou-2023"]             # documents to add to those in force
without = ["national/child-allowance"]
note_zh = "..."                      # optional, shown with the result
note_en = "..."

[settings]
"migration.mode" = "zero"
subsidy.child3.yuan_per_month = { from = 2027, value = 500 }
"nursery.enrolment_share" = [{ from = 2027, value = 0.15 }, { from = 2030, value = 0.2 }]
"""
FIELDS = ("place", "name", "base", "packs", "without", "note_zh", "note_en", "settings")
LARGEST = 1_000_000  # bytes; a scenario is a page of text
PARTS = re.compile(
    r"^(?P<what>.*?)(?:: got (?P<got>.*?))?(?:; allowed (?P<allowed>.*?))?(?:; remedy: (?P<remedy>.*))?$", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a file. `line` is None where it cannot be told."""

    file: str
    line: int | None
    field: str
    got: str
    allowed: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line is not None else self.file
        parts = [f"{where}: {self.field}" + (f": got {self.got}" if self.got else "")]
        parts += [f"allowed {self.allowed}"] if self.allowed else []
        parts += [f"remedy: {self.remedy}"] if self.remedy else []
        return "; ".join(parts)


class ScenarioFileError(ConfigError):
    """A scenario file with faults; `problems` holds them all."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(one) for one in problems))
        self.problems = problems


class _Reader:
    """Collects the faults of one file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []

    def line(self, path: str) -> int | None:
        """The first line that begins with the key, whole or by its last parts; tomllib keeps no positions."""
        steps = path.split(".")
        names = [".".join(steps[start:]) for start in range(len(steps))]
        lines = self.text.splitlines()
        for name in names:
            for number, line in enumerate(lines, 1):
                bare = line.strip().replace('"', "").replace("'", "").replace(" ", "")
                if bare.startswith((f"{name}=", f"[{name}]")):
                    return number
        return None

    def add(self, field: str, got: str, allowed: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, self.line(field), field, got, allowed, remedy))

    def add_error(self, field: str, error: ConfigError) -> None:
        found = PARTS.match(str(error))
        parts = found.groupdict() if found else {}
        got, allowed, remedy = (parts.get(key) or "" for key in ("got", "allowed", "remedy"))
        self.add(field, got, allowed, remedy) if got else self.add(field, str(error), "", "")

    def text_at(self, data: Mapping[str, Any], field: str, needed: bool = False) -> str | None:
        value = data.get(field)
        if isinstance(value, str) and value.strip():
            return value
        if value is not None or needed:
            self.add(field, "nothing" if value is None else repr(value), "a text", f'write {field} = "..."')
        return None

    def texts_at(self, data: Mapping[str, Any], field: str) -> list[str]:
        value = data.get(field, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        self.add(field, repr(value), "a list of texts", f'write {field} = ["..."]')
        return []


def _flat(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted paths of the settings, whether keys were quoted or not; a table with `value` is a dated value."""
    for key, value in data.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, dict) and "value" not in value and "from" not in value:
            yield from _flat(value, path)
        else:
            yield path, value


def _dated(reader: _Reader, path: str, given: Any) -> Dated | None:
    """One value of a lever, checked, or None after its fault was noted."""
    table = given if isinstance(given, dict) else {"value": given}
    unknown = sorted(set(table) - {"from", "value"})
    if unknown or "value" not in table:
        reader.add(
            path,
            repr(given),
            "value, or { from = year, value = value }",
            f"write {path} = {{ from = 2027, value = 500 }}",
        )
        return None
    if isinstance(table["value"], bool):
        reader.add(path, repr(table["value"]), "a number or a text", "write the number itself")
        return None
    try:
        value = check_value(path, table["value"])
        return from_year(table["from"], value) if "from" in table else Dated(0, value)
    except ConfigError as error:
        reader.add_error(path, error)
        return None


def _settings(reader: _Reader, data: Mapping[str, Any]) -> dict[str, object]:
    given = data.get("settings", {})
    if not isinstance(given, dict):
        reader.add("settings", repr(given), "a table", "begin it with [settings]")
        return {}
    out: dict[str, object] = {}
    for path, value in _flat(given):
        dated = [_dated(reader, path, one) for one in (value if isinstance(value, list) else [value])]
        good = [one for one in dated if one is not None]
        years = [one.year for one in good]
        for year in sorted({year for year in years if years.count(year) > 1}):
            reader.add(path, f"two values from {year or 'the start'}", "one value a date", "keep one of them")
        out[path] = good
    return out


def _unknown_fields(reader: _Reader, data: Mapping[str, Any]) -> None:
    for field in data:
        if field not in FIELDS:
            near = difflib.get_close_matches(field, FIELDS, n=2, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            reader.add(field, "an unknown field", ", ".join(FIELDS), hint + "levers belong under [settings]")


def _built(reader: _Reader, data: Mapping[str, Any]) -> Scenario | None:
    _unknown_fields(reader, data)
    place, name = reader.text_at(data, "place", needed=True), reader.text_at(data, "name", needed=True)
    notes = {field: reader.text_at(data, field) or "" for field in ("note_zh", "note_en")}
    base = reader.text_at(data, "base") or "baseline"
    if base not in NAMED:
        reader.add("base", repr(base), ", ".join(NAMED), "start from one of these")
        base = "baseline"
    settings = _settings(reader, data)
    packs, without = reader.texts_at(data, "packs"), reader.texts_at(data, "without")
    try:
        found = scenario(base, resolve(place or "china").code)
    except ConfigError as error:
        reader.add_error("place", error)
        found = scenario(base, "100000")
        packs = []  # whether a document holds there cannot be told
    for pack_id in packs:
        try:
            found = found.use(pack_id)
        except ConfigError as error:
            reader.add_error("packs", error)
    used = {row.full_id for row in found.instruments_at(found.place)}
    for full_id in without:
        try:
            known = full_id in used
            found = found.without(full_id)
            if not known:
                reader.add(
                    "without",
                    repr(full_id),
                    "an instrument in use in this scenario",
                    "leave it out: it changes nothing",
                )
        except ConfigError as error:
            reader.add_error("without", error)
    if reader.problems:
        return None
    return replace(found.vary(name or "", settings), note_zh=notes["note_zh"], note_en=notes["note_en"])


def _read(path: Path) -> tuple[Scenario | None, list[Problem]]:
    file = str(path)
    try:
        size = path.stat().st_size
        if size > LARGEST:
            return None, [
                Problem(file, None, "(file)", f"{size} bytes", f"up to {LARGEST}", "give a scenario as TOML text")
            ]
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        return None, [
            Problem(file, None, "(file)", error.strerror or str(error), "a file that can be read", "check the path")
        ]
    except UnicodeDecodeError as error:
        return None, [
            Problem(file, None, "(file)", f"byte {error.start} is not UTF-8", "UTF-8", "save the file as UTF-8")
        ]
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        return None, [
            Problem(
                file,
                int(line[1]) if line else None,
                "(file)",
                str(error),
                "TOML",
                "see the example in `sanhai check --help`",
            )
        ]
    reader = _Reader(file, text)
    return _built(reader, data), reader.problems


def check_file(path: Path) -> list[Problem]:
    """Every problem of a scenario file; empty when it can be run."""
    return _read(path)[1]


def read_scenario(path: Path) -> Scenario:
    """The scenario of a file. Raises ScenarioFileError with every problem."""
    found, problems = _read(path)
    if found is None:
        raise ScenarioFileError(problems)
    return found
