"""A pack read from TOML text; every fault is named with its file, line, instrument and field."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sanhai.policy.component import Amount, Band, Component, Condition, Count, Eligible, Stack, Times
from sanhai.policy.payers import PayerBand
from sanhai.policy.schema import Adjust, Entry, Figure, Instrument, LeverSpec, Pack, Supply, Target
from sanhai.policy.vocabulary import PackError, Strict

__all__ = ["line_of", "load_pack"]

LONGEST = 80  # characters of a value that a message repeats
MODELS: dict[str, type[Strict]] = {
    "instruments": Instrument, "components": Component, "amounts": Amount, "payers": PayerBand, "targets": Target,
    "figures": Figure, "levers": LeverSpec, "stack": Stack, "bands": Band, "count": Count, "eligible": Eligible,
    "conditions": Condition, "timing": Times, "entries": Entry, "supply": Supply, "adjust": Adjust,
}  # fmt: skip
Location = tuple[int | str, ...]


def load_pack(text: str, file: str) -> Pack:
    """Read one pack from TOML text; `file` is only the name used in messages. Raises PackError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: not valid TOML: {error}") from error
    try:
        return Pack.model_validate(data)
    except ValidationError as error:
        raise PackError("\n".join(_line(fault, data, file, text) for fault in _first(error))) from error


def _first(error: ValidationError) -> list[Any]:
    """One fault a place: the first of a union's, and none of a list that is short only for its faulty entries."""
    found: dict[Location, Any] = {}
    for fault in error.errors():
        found.setdefault(_steps(fault["loc"]), fault)
    inner = [location for location in found if location]
    return [
        fault
        for location, fault in found.items()
        if not any(one != location and one[: len(location)] == location for one in inner)
    ]


def _line(fault: Mapping[str, Any], data: Any, file: str, text: str) -> str:
    """One line a fault: file, line, instrument, field, value, allowed."""
    location = _steps(fault["loc"])
    name = _instrument_name(data, location)
    steps = location[2:] if name != "(pack)" else location
    field = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps).lstrip(".") or "(whole)"
    value = repr(fault["input"])
    value = value if len(value) <= LONGEST else value[: LONGEST - 3] + "..."
    at = line_of(text, location)
    where = file if at is None else f"{file}:{at}"
    return f"{where}: instrument {name}: field {field}: got {value}; allowed: {_allowed(fault, location)}"


def _steps(location: Location) -> Location:
    """The location without what pydantic adds of its own: the key's mark, the members of a union."""
    known = {name for model in MODELS.values() for name in model.model_fields} | set(Pack.model_fields)
    steps: list[int | str] = []
    for index, step in enumerate(location):
        is_name = isinstance(step, int) or step in known or index + 1 == len(location) or "shares" in location[:index]
        if is_name and step != "[key]" and not _is_union_member(step):
            steps.append(step)
    return tuple(steps)


def _is_union_member(step: int | str) -> bool:
    return isinstance(step, str) and (step in ("float", "int", "str") or step.startswith(("constrained-", "literal[")))


def _instrument_name(data: Any, location: Location) -> str:
    if len(location) >= 2 and location[0] == "instruments" and isinstance(location[1], int):
        row = data["instruments"][location[1]]
        number = f"number {location[1] + 1}"
        return str(row.get("id", number)) if isinstance(row, Mapping) else number
    return "(pack)"


def _fields_at(location: Location) -> list[str]:
    """Field names of the model that holds the last step of `location`."""
    steps = [step for step in location[:-1] if isinstance(step, str) and step in MODELS]
    return list(MODELS[steps[-1]].model_fields) if steps else list(Pack.model_fields)


def _allowed(fault: Mapping[str, Any], location: Location) -> str:
    context = fault.get("ctx") or {}
    if fault["type"] == "extra_forbidden":
        names = _fields_at(location)
        near = difflib.get_close_matches(str(location[-1]), names, n=3)
        return f"did you mean {' or '.join(near)}?" if near else f"one of {', '.join(names)}"
    if "expected" in context:
        return f"one of {context['expected']}"
    return str(fault["msg"]).removeprefix("Value error, ")


def line_of(text: str, location: Location) -> int | None:
    """The line, from 1, of a field or of the table that holds it; tomllib keeps no positions. None: not found.

    Counts the headers [[...]] of the tables on the way, then looks for the field's own key, else the nearest around it.
    """
    lines = text.splitlines()
    first, last, path = 0, len(lines), ""
    found: int | None = None
    steps = list(location)
    while len(steps) >= 2 and isinstance(steps[0], str) and isinstance(steps[1], int):
        path = f"{path}.{steps[0]}" if path else steps[0]
        heads = [row for row in range(first, last) if lines[row].strip() == f"[[{path}]]"]
        if steps[1] >= len(heads):
            break
        found = heads[steps[1]]
        last = heads[steps[1] + 1] if steps[1] + 1 < len(heads) else last
        first, steps = found, steps[2:]
    for depth in range(len(steps), 0, -1):
        key = steps[depth - 1]
        if isinstance(key, int):
            continue
        rows = [row for row in range(first, last) if re.search(rf"(^|[\s{{,\[.]){re.escape(key)}\s*[=\]]", lines[row])]
        if rows:
            nth = steps[depth] if depth < len(steps) else 0
            inside = _entry(lines, rows[0], last, nth) if isinstance(nth, int) and depth < len(steps) else rows[0]
            return inside + 1
    return None if found is None else found + 1


def _entry(lines: list[str], row: int, last: int, nth: int) -> int:
    """The line of the nth inline table of an array that begins in `row`, one a line; else that row."""
    inner = [at for at in range(row + 1, last) if lines[at].lstrip().startswith("{")]
    return inner[nth] if lines[row].rstrip().endswith("[") and nth < len(inner) else row
