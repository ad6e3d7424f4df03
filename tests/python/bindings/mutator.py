"""Changes every part of a valid call of every entry of the compiled module, and calls.

    python -m bindings.mutator [--seed 1] [--share 1.0] [--only NAME] [--seconds 60]

Each call must return, or raise an error of sanhai or TypeError; never end the process, never hang, give the same result
twice over memory that was filled with different bytes, and leave its arguments as they were. A worker runs the cases
and writes the number of each before it begins, so that a case which kills it has a name; another goes on after it.
"""

from __future__ import annotations

import argparse
import ctypes
import enum
import faulthandler
import os
import random
import resource
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bindings.examples import CALLS, OBJECTS
from bindings.mutations import Foreign, mutations
from bindings.specs import Struct, arrays, build, cells, entries, lengths, parts, replaced, resized
from sanhai import _core
from sanhai.errors import Error

__all__ = ["Case", "cases", "chosen", "run_all", "run_case"]

MOST_MEMORY = 4 << 30  # bytes; a case takes a few MB
MOST_CELLS = 30_000  # of one array
SANITIZED = "asan" in os.environ.get("LD_PRELOAD", "")
HANGS_AFTER = 120.0 if SANITIZED else 20.0  # seconds; a case takes milliseconds


@dataclass(frozen=True)
class Case:
    """One call: an entry, which part of it is changed, and into what."""

    entry: str
    name: str
    spec: Any  # what the call is made from, changed already
    is_benign: bool  # the result must be that of the unchanged call


def cases() -> Iterator[Case]:
    """Every case, in an order that does not depend on anything."""
    for entry, kind in sorted(entries().items()):
        owner = entry.split(".")[0]
        if kind in ("property", "settable property"):
            yield Case(entry, "read", ("read", OBJECTS[owner]), True)
        if kind == "settable property":
            yield from _changed(entry, ("write", OBJECTS[owner], _value(entry)), 2)
        elif kind == "constructor":
            yield from _changed(entry, ("make", OBJECTS[owner].arguments), 1, owner)
        elif kind in ("function", "method"):
            yield from _changed(entry, ("call", CALLS[entry]), 1)
        elif kind == "way round the constructor":
            yield Case(entry, "memory that nobody wrote", ("new",), False)


def _value(entry: str) -> Any:
    """What a settable property is given: the example's own spec, else what the example holds."""
    owner, name = entry.split(".")
    example = OBJECTS[owner]
    if isinstance(example, Struct) and name in example.attributes:
        return example.attributes[name]
    return getattr(build(example), name)


def _changed(entry: str, spec: tuple[Any, ...], at: int, owner: str = "") -> Iterator[Case]:
    yield Case(entry, "as it is", spec, True)
    for length in sorted(lengths(spec[at])):
        for wanted in sorted({0, 1, 2, 3, length - 1, length + 1, 150} - {length}):
            if cells(spec[at], length, wanted) > MOST_CELLS:
                continue
            body = resized(spec[at], length, wanted)
            yield Case(entry, f"axes of {length} made {wanted}", (*spec[:at], body, *spec[at + 1 :]), False)
    holder = Struct(owner, spec[at]) if isinstance(spec[at], dict) else spec[at]
    for path, part in parts(holder):
        if not path and isinstance(spec[at], dict):
            continue  # the call itself
        for name, value, is_benign in mutations(part):
            changed = replaced(holder, path, value)
            body = changed.arguments if isinstance(spec[at], dict) else changed
            where = ".".join(str(step) for step in path if step not in ("arguments", "attributes"))
            yield Case(entry, f"{where}: {name}", (*spec[:at], body, *spec[at + 1 :]), is_benign)


def _made(spec: Any) -> Any:
    """build(), with values that stand for themselves."""
    if isinstance(spec, Foreign):
        return spec.value
    if isinstance(spec, Struct):
        made = getattr(_core, spec.name)(**{name: _made(value) for name, value in spec.arguments.items()})
        for name, value in spec.attributes.items():
            setattr(made, name, _made(value))
        return made
    if isinstance(spec, (list, tuple)):
        return type(spec)(_made(item) for item in spec)
    return build(spec)


def _prepared(case: Case) -> Callable[[], Any]:
    """The call of a case, its arguments made anew."""
    owner, _, member = case.entry.rpartition(".")
    if case.spec[0] == "new":
        made = getattr(_core, owner)
        return lambda: made.__new__(made)
    what, body, *rest = case.spec
    if what == "read":
        holder = _made(body)
        return lambda: getattr(holder, member)
    if what == "write":
        holder, value = _made(body), _made(rest[0])

        def write() -> Any:
            setattr(holder, member, value)
            return getattr(holder, member)

        return write
    arguments = {name: _made(value) for name, value in body.items()}
    if what == "make":
        return lambda: getattr(_core, owner)(**arguments)
    if not owner:
        return lambda: getattr(_core, member)(**arguments)
    holder = _made(OBJECTS[owner])
    return lambda: getattr(holder, member)(**arguments)


def frozen(value: Any, depth: int = 0) -> Any:
    """A result as something that can be compared: bits of arrays and floats, properties of objects."""
    if isinstance(value, np.ndarray):
        if value.flags.writeable:
            raise ValueError("a result that can be written")
        return (value.shape, str(value.dtype), value.tobytes())
    if isinstance(value, (float, np.floating)):
        return np.float64(value).tobytes()
    if isinstance(value, dict):
        return {key: frozen(item, depth) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [frozen(item, depth) for item in value]
    if type(value).__module__ == "sanhai._core" and not isinstance(value, enum.Enum):
        if depth > 4:
            return type(value).__name__
        names = [name for name, inside in vars(type(value)).items() if isinstance(inside, property)]
        found = {name: frozen(getattr(value, name), depth + 1) for name in sorted(names)}
        if hasattr(value, "arrays"):
            found["arrays()"] = frozen(value.arrays(), depth + 1)
        return (type(value).__name__, found)
    return repr(value)


def _outcome(case: Case) -> Any:
    """("result", ...), or ("error", its type and text)."""
    try:
        return "result", frozen(_prepared(case)())
    except Error as error:
        return "error", type(error).__name__, str(error)
    except TypeError:  # pybind11's text holds addresses
        return "error", "TypeError"


def _fill_new_memory(byte: int) -> None:
    """glibc then fills what malloc gives with this byte, so that a read of memory nobody wrote shows."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(-6, byte)  # M_PERTURB


_unchanged: dict[str, Any] = {}


def run_case(case: Case) -> str:
    """What is wrong with a case; empty where nothing is."""
    before = [(array, array.tobytes()) for array in arrays(case.spec)]
    found = []
    for byte in (0x5A, 0xC3):
        _fill_new_memory(byte)
        try:
            found.append(_outcome(case))
        except Exception as error:  # anything else is a finding
            return f"raised {type(error).__name__}: {str(error)[:300]}"
        finally:
            _fill_new_memory(0)
    if any(array.tobytes() != was for array, was in before):
        return "changed an argument"
    if case.spec[0] == "new" and found[0][0] != "error":
        return "made an object without a constructor"
    if found[0] != found[1] and not case.entry.startswith(("bench_peak", "build_info")):
        return "two calls, two results"
    if case.name in ("as it is", "read"):
        if found[0][0] == "error":
            return f"a valid call was refused: {found[0]}"
        _unchanged[case.entry + case.spec[0]] = found[0]
    elif case.is_benign and case.spec[0] != "read":
        if case.entry + case.spec[0] not in _unchanged:
            run_case(Case(case.entry, "as it is", next(c.spec for c in cases_of(case) if c.name == "as it is"), True))
        if found[0] != _unchanged[case.entry + case.spec[0]] and not case.entry.startswith("bench_peak"):
            return f"the same values in another form gave another result: {str(found[0])[:200]}"
    return ""


def cases_of(case: Case) -> list[Case]:
    return [one for one in cases() if one.entry == case.entry]


def chosen(share: float, seed: int, only: str = "") -> list[Case]:
    """A part of the cases; every entry keeps its valid call."""
    draw = random.Random(seed)
    return [
        case for case in cases() if draw.random() < share or case.name in ("as it is", "read") if only in case.entry
    ]


def _stay_in_bounds() -> None:
    warnings.simplefilter("error")
    if not SANITIZED:  # the sanitizer has its own limit, since its shadow is large, and its own words for a crash
        faulthandler.enable()
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _work(todo: list[Case], first: int, log: Path) -> None:
    _stay_in_bounds()
    with log.open("a", encoding="utf-8") as out:
        for index in range(first, len(todo)):
            out.write(f"{index}\n")
            out.flush()
            faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
            wrong = run_case(todo[index])
            faulthandler.cancel_dump_traceback_later()
            if wrong:
                out.write(f"{index} {wrong!r}\n")


def run_all(share: float = 1.0, seed: int = 1, only: str = "") -> tuple[int, list[str]]:
    """How many cases were run, and the findings; in processes of their own."""
    todo = chosen(share, seed, only)
    findings = []
    with tempfile.TemporaryDirectory() as folder:
        log, first = Path(folder, "log"), 0
        log.touch()
        while first < len(todo):
            command = [sys.executable, "-m", "bindings.mutator", "--worker", str(first), "--log", str(log)]
            command += ["--share", str(share), "--seed", str(seed), "--only", only]
            done = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)
            lines = log.read_text(encoding="utf-8").splitlines()
            last = int(lines[-1].split()[0]) if lines else first
            if done.returncode == 0:
                break
            case = todo[last]
            findings.append(f"{case.entry}, {case.name}: ended the process ({done.returncode})\n{_end(done.stderr)}")
            first = last + 1
        for line in log.read_text(encoding="utf-8").splitlines():
            index, _, wrong = line.partition(" ")
            if wrong:
                findings.append(f"{todo[int(index)].entry}, {todo[int(index)].name}: {wrong}")
    return len(todo), findings


def _environment() -> dict[str, str]:
    """This process's, where the worker finds this program and the same package."""
    paths = [str(Path(__file__).resolve().parents[1]), *filter(None, sys.path)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _end(text: str) -> str:
    """The sanitizer's or the interpreter's own words, without what every report has."""
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [k for k, line in enumerate(lines) if "ERROR" in line or "runtime error" in line or "Fatal" in line]
    start = marked[0] if marked else max(0, len(lines) - 12)
    return "\n".join("    " + line[:200] for line in lines[start : start + 14])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the cases, drawn by the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="entries whose name holds this")
    parser.add_argument("--worker", type=int, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker is not None:
        _work(chosen(given.share, given.seed, given.only), given.worker, given.log)
        return 0
    n, findings = run_all(given.share, given.seed, given.only)
    print("\n".join(findings))
    print(f"{n} calls of {len(entries())} entries, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
