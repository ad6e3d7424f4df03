"""A scenario as a TOML file: what it may hold, read with every problem reported at once, in bounded time and memory."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, refuse
from sanhai.places.names import LONGEST_NOTE, checked_name
from sanhai.policy.checks import faults_of
from sanhai.policy.scenario import NAMED, Scenario, scenario, with_beliefs
from sanhai.policy.series import from_month
from sanhai.policy.toml_file import DEEPEST, MOST_PROBLEMS, Problem, TomlFileError, cut, parsed, read_text

if TYPE_CHECKING:
    from sanhai.policy.pack_file import PackFile

__all__ = ["EXAMPLE", "FIELDS", "ScenarioFileError", "check_file", "read_scenario"]

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
subsidy.child3.yuan_per_month = { from = "2027-07", value = 500, announced = "2027-03" }
"nursery.enrolment_goal" = [{ from = 2027, value = 0.15 }, { from = 2030, value = 0.2 }]

[beliefs]                            # optional: they hold for every scenario it is compared with
"nursery.stock_per_1000" = 3.5
"""
FIELDS = ("place", "name", "base", "packs", "without", "counterfactual", "note_zh", "note_en", "settings", "beliefs")
DATED = ("from", "value", "announced", "place")  # of a value of a lever
LARGEST = 100_000  # bytes; a scenario is a page of text
MOST = 200  # values of a lever, texts of a list


class ScenarioFileError(TomlFileError):
    """A scenario file with faults; `problems` holds them all."""


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
        self.problems.append(Problem(self.file, line, column, cut(field), error))
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
    allowed = DATED if "from" in given else ("value",)
    if "value" not in given or not set(given) <= set(allowed) or isinstance(given["value"], dict | list):
        reader.add(path, refuse(ConfigError, "file.value", got=given, field=path))
        return None
    place = given.get("place", "")
    try:
        if "from" not in given:
            return given["value"]
        return from_month(given["from"], given["value"], given.get("announced"), str(place))
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
            reader.add(field, refuse(ConfigError, "file.field_unknown", field=cut(field), known=FIELDS, near=near))


def _base(reader: _Reader, data: Mapping[str, Any], own: Sequence[PackFile]) -> Scenario:
    """The named scenario it starts from, with its documents added and instruments taken out."""
    place, base = reader.text_at(data, "place", needed=True), reader.text_at(data, "base") or "baseline"
    if base not in NAMED:
        reader.add("base", refuse(ConfigError, "file.base", got=base, known=list(NAMED)))
        base = "baseline"
    packs, without = reader.texts_at(data, "packs"), reader.texts_at(data, "without")
    try:
        found = scenario(base, place or "china", own)
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
            if used.isdisjoint(row.full_id for row in found.catalogue.named(taken_out)):
                reader.add("without", refuse(ConfigError, "file.without", got=taken_out))
        except ConfigError as error:
            reader.add("without", error)
    return found


def _built(reader: _Reader, data: Mapping[str, Any], own: Sequence[PackFile]) -> Scenario | None:
    _unknown_fields(reader, data)
    name = reader.text_at(data, "name", needed=True)
    notes = {field: reader.text_at(data, field, longest=LONGEST_NOTE) or "" for field in ("note_zh", "note_en")}
    counterfactual = data.get("counterfactual", False)
    if not isinstance(counterfactual, bool):
        reader.add("counterfactual", refuse(ConfigError, "file.counterfactual", got=counterfactual))
    found = _vary(reader, _base(reader, data, own), data, counterfactual is True)
    if name is None:
        return None
    found = replace(found, name=name, note_zh=notes["note_zh"], note_en=notes["note_en"])
    for fault in faults_of(found):
        reader.add(str(fault.values.get("path", fault.what)), fault)
    return None if reader.problems else found


def _read(path: Path, packs: Sequence[PackFile]) -> tuple[Scenario | None, list[Problem]]:
    text = read_text(path, LARGEST)
    if isinstance(text, Problem):
        return None, [text]
    data = parsed(text, cut(str(path)))
    if isinstance(data, Problem):
        return None, [data]
    reader = _Reader(cut(str(path)), text)
    try:
        return _built(reader, data, packs), reader.problems
    except _EnoughError:
        return None, reader.problems


def check_file(path: Path, packs: Sequence[PackFile] = ()) -> list[Problem]:
    """Every problem of a scenario file, at most 50; empty when it can be run. packs: a user's own that it may name."""
    return _read(path, packs)[1]


def read_scenario(path: Path, packs: Sequence[PackFile] = ()) -> Scenario:
    """The scenario of a file. packs: a user's own that it may name. Raises ScenarioFileError with every problem."""
    found, problems = _read(path, packs)
    if found is None:
        raise ScenarioFileError(problems)
    return found
