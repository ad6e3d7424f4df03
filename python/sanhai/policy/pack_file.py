"""A pack read from TOML text; every fault is named with its file, line, instrument and field, in two languages."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sanhai.errors import ConfigError, refuse
from sanhai.policy.component import Amount, Band, Component, Condition, Count, Eligible, Lag, Stack, Times
from sanhai.policy.payers import PayerBand
from sanhai.policy.schema import Adjust, Entry, Figure, Instrument, LeverSpec, Pack, Supply, Target
from sanhai.policy.toml_file import MOST_PROBLEMS, WHOLE, Problem, cut, parsed, read_text
from sanhai.policy.vocabulary import PackError, RecordError, Strict

__all__ = ["PackFile", "is_pack", "line_of", "load_pack", "read_pack"]

LARGEST = 400_000  # bytes; the longest shipped document has 50,000
MOST_FAULTS = 1_000  # of pydantic's that are looked at
MODELS: dict[str, type[Strict]] = {
    "instruments": Instrument, "components": Component, "amounts": Amount, "payers": PayerBand, "targets": Target,
    "figures": Figure, "levers": LeverSpec, "stack": Stack, "bands": Band, "count": Count, "eligible": Eligible,
    "conditions": Condition, "timing": Times, "lag": Lag, "entries": Entry, "supply": Supply, "adjust": Adjust,
}  # fmt: skip
# Which sentence says what pydantic found; of the bounds, the value that its context holds fills it.
SENTENCES = {
    "missing": "pack.missing",
    "literal_error": "pack.choice",
    "string_type": "pack.text",
    "string_too_short": "pack.empty_text",
    "string_too_long": "pack.long_text",
    "float_type": "pack.number",
    "finite_number": "pack.number",
    "int_type": "pack.whole",
    "int_from_float": "pack.whole",
    "bool_type": "pack.flag",
    "date_type": "pack.date",
    "date_parsing": "pack.date",
    "date_from_datetime_parsing": "pack.date",
    "date_from_datetime_inexact": "pack.date",
    "tuple_type": "pack.list",
    "dict_type": "pack.table",
    "model_type": "pack.table",
    "greater_than_equal": "pack.at_least",
    "less_than_equal": "pack.at_most",
    "too_short": "pack.too_few",
    "too_long": "pack.too_many",
}
PATTERNS = {  # by the start of the pattern: a place, a name, the path of a lever
    r"^\d{6}": "pack.place",
    "^[a-z0-9]+(": "pack.slug",
    "^[a-z][a-z0-9_]*(": "pack.lever_path",
}
MEANT = re.compile(r"(?m)^\s*(\[\[\s*instruments\s*\]\]|(document|instruments)\s*=)")
Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack as it was read: its text, the name of the file, what it holds, and the hash of the file's bytes.

    Equal texts are equal. Raises PackError with every fault of the text.
    """

    text: str
    file: str = field(compare=False)
    pack: Pack = field(init=False, compare=False, repr=False)
    sha256: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pack", load_pack(self.text, self.file))
        object.__setattr__(self, "sha256", hashlib.sha256(self.text.encode("utf-8")).hexdigest())

    @property
    def id(self) -> str:
        return self.pack.id

    @property
    def digest(self) -> str:
        """By which a saved result holds it once, however many scenarios have it."""
        return self.sha256

    def problem(self, fault: RecordError) -> Problem:
        """A fault that shows only beside other packs, at its line here."""
        name = fault.instrument.rpartition("/")[2]
        index = next((index for index, row in enumerate(self.pack.instruments) if row.id == name), None)
        location: Location = fault.steps if index is None else ("instruments", index, *fault.steps)
        said = _field(fault.steps)
        error = fault.error(where=_where(name, said), field=said)
        return Problem(self.file, line_of(self.text, location), None, said or WHOLE, error)


def load_pack(text: str, file: str) -> Pack:
    """Read one pack from TOML text; `file` is only the name used in messages. Raises PackError."""
    data = parsed(text, file)
    if isinstance(data, Problem):
        raise PackError([data])
    try:
        return Pack.model_validate(data)
    except ValidationError as error:
        raise PackError([_problem(one, data, file, text) for one in _first(error, data)]) from error
    except RecursionError as error:
        raise PackError([Problem(file, None, None, WHOLE, refuse(ConfigError, "file.nesting"))]) from error


def read_pack(path: Path) -> PackFile:
    """The pack of a user's file. Raises PackError: also for what is no readable text of at most 400 kB."""
    text = read_text(path, LARGEST)
    if isinstance(text, Problem):
        raise PackError([text])
    return PackFile(text, cut(str(path)))


def is_pack(path: Path) -> bool:
    """Whether a TOML file is meant as a policy document: it has, or begins, what no scenario has."""
    text = read_text(path, LARGEST)
    return isinstance(text, str) and MEANT.search(text) is not None


def _first(error: ValidationError, data: Any) -> list[list[Mapping[str, Any]]]:
    """Faults by place, at most 50: those of a union together, none of what a record inherits from the one around it,
    and none of a list that is short only for its entries.
    """
    found: dict[Location, list[Mapping[str, Any]]] = {}
    for fault in error.errors()[:MOST_FAULTS]:
        steps = _steps(fault["loc"])
        if fault["type"] == "missing" or _stands(data, steps):
            found.setdefault(steps, []).append(fault)
    above = {location[:length] for location in found for length in range(len(location))}
    return [faults for location, faults in found.items() if not location or location not in above][:MOST_PROBLEMS]


def _stands(data: Any, steps: Location) -> bool:
    """Whether the file itself has something at a place."""
    for step in steps:
        held = isinstance(data, Mapping) or (isinstance(data, list) and isinstance(step, int) and step < len(data))
        if not held or (isinstance(data, Mapping) and step not in data):
            return False
        data = data[step]
    return True


def _problem(faults: Sequence[Mapping[str, Any]], data: Any, file: str, text: str) -> Problem:
    """File, line, instrument, field, value, allowed of the faults of one place."""
    location = _steps(faults[0]["loc"])
    name = _instrument_name(data, location)
    said = _field(location[2:] if name else location)
    given = faults[0]
    key, values = _sentence(faults, location)
    if given["type"] != "missing":
        values["got"] = given["input"]
    error = refuse(ConfigError, key, where=_where(name, said), field=said, **values)
    return Problem(file, line_of(text, location), None, said or WHOLE, error)


def _where(instrument: str, field: str) -> str:
    """Which instrument and which field of it, as far as there are."""
    parts = [f"instrument {instrument}" if instrument else "", f"field {field}" if field else ""]
    return ", ".join(part for part in parts if part)


def _sentence(faults: Sequence[Mapping[str, Any]], location: Location) -> tuple[str, dict[str, Any]]:
    """The key and values of the sentence for what is wrong at one place."""
    fault = faults[0]
    context = fault.get("ctx") or {}
    if isinstance(context.get("error"), RecordError):
        return context["error"].key, dict(context["error"].values)
    if fault["type"] == "extra_forbidden":
        names = _fields_at(location)
        return "pack.unknown_field", {
            "known": names, "near": difflib.get_close_matches(str(location[-1])[:80], names, n=3)
        }  # fmt: skip
    kinds = [one["type"] for one in faults]
    if "float_type" in kinds and "string_pattern_mismatch" in kinds:
        return "pack.number_or_lever", {}
    pattern = str(context.get("pattern", ""))
    of_pattern = next((key for start, key in PATTERNS.items() if pattern.startswith(start)), "pack.other")
    key = of_pattern if pattern else SENTENCES.get(fault["type"], "pack.other")
    bounds = ("ge", "le", "min_length", "max_length", "actual_length")
    values = {name: context[name] for name in bounds if name in context}
    if key == "pack.choice":
        values["known"] = [one.strip("'") for one in re.split(", | or ", str(context["expected"]))]
        values["near"] = difflib.get_close_matches(str(fault["input"])[:80], values["known"], n=2)
    return key, {**values, "said": str(fault["msg"])}


def _field(steps: Iterable[int | str]) -> str:
    """Steps as a reader of the file writes them: components[0].payers[1].shares."""
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in steps).lstrip(".")


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
    """Id of the instrument that holds a place of the file, its number where it has none, "" outside one."""
    if len(location) >= 2 and location[0] == "instruments" and isinstance(location[1], int):
        row = data["instruments"][location[1]]
        given = row.get("id") if isinstance(row, Mapping) else None
        return cut(str(given)) if given else f"#{location[1] + 1}"
    return ""


def _fields_at(location: Location) -> list[str]:
    """Field names of the model that holds the last step of `location`."""
    steps = [step for step in location[:-1] if isinstance(step, str) and step in MODELS]
    return list(MODELS[steps[-1]].model_fields) if steps else list(Pack.model_fields)


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
        heads = [row for row in range(first, last) if _is_head(lines[row], path)]
        if steps[1] >= len(heads):
            break
        found = heads[steps[1]]
        last = heads[steps[1] + 1] if steps[1] + 1 < len(heads) else last
        first, steps = found, steps[2:]
    own = next((row for row in range(first + (found is not None), last) if lines[row].lstrip().startswith("[")), last)
    for at, key in enumerate(steps):
        if isinstance(key, int):
            continue
        name = re.escape(key)
        rows = [row for row in range(first, own) if re.search(rf"(^|[\s{{,\[.]){name}\s*=", lines[row])]
        heads = [row for row in range(own, last) if re.match(rf"\s*\[[\w.]*\.{name}\s*\]", lines[row])]
        if not rows and not heads:
            break
        found = rows[0] if rows else heads[0]
        nth = steps[at + 1] if at + 1 < len(steps) else None
        if rows and isinstance(nth, int):
            found, own = _entry(lines, found, own, nth)
        first, own = found, own if rows else last
    return None if found is None else found + 1


def _is_head(line: str, path: str) -> bool:
    """Whether a line begins the next table of an array of tables."""
    return re.match(rf"\s*\[\[\s*{re.escape(path)}\s*\]\]", line) is not None


def _entry(lines: list[str], row: int, last: int, nth: int) -> tuple[int, int]:
    """The lines of the nth inline table of an array that begins in `row`, where each begins one; else those given."""
    inner = [at for at in range(row + 1, last) if lines[at].lstrip().startswith("{")]
    if not lines[row].partition("#")[0].rstrip().endswith("[") or nth >= len(inner):
        return row, last
    return inner[nth], inner[nth + 1] if nth + 1 < len(inner) else last
