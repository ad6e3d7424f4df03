"""Odd calls of what reads and writes files: save, load, rerun; and odd command lines."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import sanhai as sh
from odd.cases import Odd, each, refused, right, unlike
from odd.world import World
from sanhai.io.arrays import has_netcdf

__all__ = ["LINES", "calls"]

NAN = float("nan")
NO_PATH = (None, True, 5, NAN, ["results"], object, b"\xff")


def _is(expected: object):
    return lambda found, world: found == expected


def _changed(name: str, file: str, content: str | bytes | None) -> Callable[[World], Path]:
    """A copy of the saved folder with one file replaced, or taken away."""

    def made(world: World) -> Path:
        folder = world.folder / name
        if not folder.exists():
            shutil.copytree(world.saved, folder)
        (folder / file).unlink(missing_ok=True)
        if content is not None:
            (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return made


def _forged(name: str, file: str, content: str) -> Callable[[World], Path]:
    """The same with the manifest's hash of the file made right."""

    def made(world: World) -> Path:
        folder = _changed(f"forged-{name}", file, content)(world)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest["files"][file] = hashlib.sha256(content.encode()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return folder

    return made


def _nested(world: World) -> Path:
    (world.empty("nested") / "manifest.json").mkdir(exist_ok=True)
    return world.folder / "nested"


def _foreign(world: World) -> Path:
    (world.empty("foreign") / "mine.txt").write_text("mine", encoding="utf-8")
    return world.folder / "foreign"


def saves() -> Iterator[Odd]:
    yield from each("save", lambda w, v: w.point.save(v), *NO_PATH, {}, "a\0b", "", "~nobody-here/x")
    places = {
        "a file": lambda w: w.file("a-file"),
        "below a file": lambda w: w.file("a-file") / "below",
        "a fifo": lambda w: w.fifo(),
        "a folder of others": _foreign,
        "a name too long": lambda w: w.folder / ("x" * 300),
        "/proc": lambda w: Path("/proc/sanhai"),
        "/dev/null": lambda w: "/dev/null",
    }
    yield from unlike("save", lambda w, v: w.point.save(v), places)
    yield right("save(two levels down)", lambda w: w.point.save(str(w.folder / "a" / "b")).name, _is("b"))
    yield right("save(twice)", lambda w: w.point.save(w.point.save(w.folder / "twice")).name, _is("twice"))
    yield right("save(odd name)", lambda w: w.point.save(w.folder / "=1+1 三孩\n").name, _is("=1+1 三孩\n"))
    yield right("save(empty folder)", lambda w: w.point.save(w.empty("empty-one")).name, _is("empty-one"))


def _same(found: sh.Results, world: World) -> bool:
    return found == world.drawn


MANIFESTS: dict[str, str | bytes | None] = {
    "no manifest": None,
    "empty": "",
    "null": "null",
    "list": "[]",
    "without an id": "{}",
    "an id alone": '{"run_id": "x"}',
    "files a list": '{"run_id": "x", "files": [1]}',
    "files null": '{"run_id": "x", "files": null}',
    "files text": '{"run_id": "x", "files": "a"}',
    "files odd": '{"run_id": "x", "files": {"": "y", "..": "z"}}',
    "hash a number": '{"run_id": "x", "files": {"data.nc": 5}}',
    "not UTF-8": b"\xff\xfe{",
    "deep": "[" * 100_000,
    "of many digits": '{"run_id": ' + "9" * 10_000 + "}",
}


def loads() -> Iterator[Odd]:
    broken = {
        "a missing folder": lambda w: w.folder / "missing",
        "an empty folder": lambda w: w.empty("empty"),
        "a file": lambda w: w.file("a-file"),
        "a fifo": lambda w: w.fifo(),
        "a manifest that is a folder": _nested,
        "a table changed": _changed("table", "results.csv", "place\n"),
        "values gone": _changed("values", "inputs.json", None),
    }
    if has_netcdf():
        broken |= {
            "arrays gone": _changed("arrays", "data.nc", None),
            "arrays cut": _changed("cut", "data.nc", b"\x89HDF"),
        }
    broken |= {
        f"manifest {what}": _changed(f"m-{what}".replace(" ", "-"), "manifest.json", text)
        for what, text in MANIFESTS.items()
    }
    for verb in (sh.load, sh.rerun):
        yield from each(
            verb.__name__, lambda w, v, verb=verb: verb(v), *NO_PATH, "a\0b", "", "~nobody-here/x", "x" * 5000
        )
        yield from unlike(verb.__name__, lambda w, v, verb=verb: verb(v), broken)
    values = {"of others": '{"run_id": "x", "content": {}}', "empty": "{}", "null": "null", "odd": '{"run_id": "x"}'}
    forged = {
        f"values {what}": _forged(f"v-{what}".replace(" ", "-"), "inputs.json", text) for what, text in values.items()
    }
    forged["arrays of others"] = _forged("nc", "data.nc", "no HDF5")
    yield from unlike("load", lambda w, v: sh.load(v), forged)
    yield from each("load", lambda w, v: sh.load(v), {})
    if not has_netcdf():
        return  # without the extra [store] nothing loads; tests of saving hold that
    yield right("load(text)", lambda w: sh.load(str(w.saved)), _same)
    yield right("load(with a slash)", lambda w: sh.load(f"{w.saved}/"), _same)


CHANGED: dict[str, dict[str, Any]] = {
    "years": {"years": [1, 2]},
    "years text": {"years": ["a", "b"]},
    "one year": {"years": [2025]},
    "years null": {"years": None},
    "no years": {"years": ...},
    "years without end": {"years": [2025, 10**30]},
    "years true": {"years": [True, 2028]},
    "half years": {"years": [2025.5, 2028]},
    "draws text": {"draws": "5"},
    "draws null": {"draws": None},
    "draws true": {"draws": True},
    "draws 0": {"draws": 0},
    "no draws": {"draws": ...},
    "seed text": {"seed": "x"},
    "seed negative": {"seed": -1},
    "another seed": {"seed": 2},
    "components": {"components": ["weather"]},
    "components text": {"components": "tfr"},
    "components 5": {"components": 5},
    "level": {"level": 80},
    "level null": {"level": None},
    "no scenarios": {"scenarios": []},
    "scenarios null": {"scenarios": None},
    "scenarios text": {"scenarios": "baseline"},
    "scenarios gone": {"scenarios": ...},
    "a scenario empty": {"scenarios": [{}]},
    "a scenario null": {"scenarios": [None]},
    "no id": {"run_id": ...},
    "another id": {"run_id": "x"},
    "id null": {"run_id": None},
    "exchange": {"exchange": {"kind": "pool"}},
    "tables": {"tables": {}},
    "version": {"sanhai": "9.9"},
    "place": {"place": "620100"},
}
RECORDS: dict[str, tuple[Any, ...]] = {
    "place": (None, "lanzou", 5, []),
    "name": (None, "", "a\nb", 5),
    "packs": (None, ["nope"], 5, "national"),
    "excluded": (5, None, ["nope"]),
    "note_zh": (5, "a\nb"),
    "counterfactual": ("no", None),
    "place_digest": ("x", None),
    "settings": (
        None,
        "x",
        [["migration.mode"]],
        [["nope", 2027, 1.0]],
        [["migration.mode", 2027, "sideways"]],
        [["migration.mode", "soon", "zero"]],
        [[None, 2027, 1]],
        5,
    ),
}


def reruns() -> Iterator[Odd]:
    for what, changed in CHANGED.items():
        yield refused(f"rerun({what})", lambda w, c=changed: sh.rerun(w.changed(**c)))
    for field, values in RECORDS.items():
        for value in values:
            yield refused(
                f"rerun(scenario's {field} {value!r})", lambda w, f=field, v=value: sh.rerun(_record(w, f, v))
            )
    yield from each("rerun(threads)", lambda w, v: sh.rerun(w.drawn.manifest, v), True, 0, "2", 1.5, NAN)
    yield refused("rerun({})", lambda w: sh.rerun({}))
    yield right("rerun(manifest)", lambda w: sh.rerun(w.drawn.manifest), _same)
    yield right("rerun(manifest.json)", lambda w: sh.rerun(w.saved / "manifest.json"), _same)
    yield right("rerun(NumPy threads)", lambda w: sh.rerun(w.drawn.manifest, np.int64(1)), _same)


def _record(world: World, field: str, value: Any) -> dict[str, Any]:
    manifest = world.drawn.manifest
    manifest["scenarios"][0][field] = value
    return manifest


SUBSIDY = "subsidy.child3.yuan_per_month"
# A command line, and what its refusal repeats; {folder} is where the files of the test lie.
LINES: tuple[tuple[str, str], ...] = (
    ("run", "sanhai run"),
    ("run lanzou", "lanzou"),
    ("run 5", "5"),
    ("run ''", "remedy"),
    ("run a\x1bb", "remedy"),
    ("run zhangye extra", "extra"),
    ("rnu zhangye", "rnu"),
    ("run zhangye --yaers 2025:2028", "--yaers"),
    ("run zhangye --years 2028", "2028"),
    ("run zhangye --years 2028:2025", "2028"),
    ("run zhangye --years a:b", "a:b"),
    ("run zhangye --years 1900:2000", "1900"),
    ("run zhangye --years 2025:9999", "9999"),
    ("run zhangye --years ''", "2021:2050"),
    ("run zhangye --years 2025:2028:2030", "2025:2028:2030"),
    ("run zhangye --draws 0", "0"),
    ("run zhangye --draws -5", "-5"),
    ("run zhangye --draws many", "many"),
    ("run zhangye --draws 1.5", "1.5"),
    ("run zhangye --draws 1e3", "1000"),
    ("run zhangye --draws 99999999999999999999999", "9999"),
    ("run zhangye --draws nan", "nan"),
    ("run zhangye --draws inf", "inf"),
    ("run zhangye --seed -1", "-1"),
    ("run zhangye --seed x", "x"),
    ("run zhangye --seed 99999999999999999999", "9999"),
    ("run zhangye --threads 0", "0"),
    ("run zhangye --threads two", "two"),
    ("run zhangye --level 80", "0.8"),
    ("run zhangye --level 0", "0"),
    ("run zhangye --level nan", "nan"),
    ("run zhangye --level -0.5", "-0.5"),
    ("run zhangye --component weather --draws 5", "weather"),
    ("run zhangye --component tfr", "--component"),
    ("run zhangye --events", "--events"),
    ("run zhangye --from 2027", "2027"),
    ("run zhangye --from x --set a=1", "x"),
    (f"run zhangye --from 1800 --set {SUBSIDY}=5", "1800"),
    ("run zhangye --counterfactual", "--counterfactual"),
    (f"run zhangye --set {SUBSIDY}", SUBSIDY),
    ("run zhangye --set =5", "=5"),
    (f"run zhangye --set {SUBSIDY}=", SUBSIDY),
    ("run zhangye --set nope=5", "nope"),
    (f"run zhangye --set {SUBSIDY}=500元", "500"),
    ("run zhangye --set migration.mode=none", "none"),
    (f"run zhangye --set {SUBSIDY}=nan", "nan"),
    (f"run zhangye --set {SUBSIDY}=-1", "-1"),
    (f"run zhangye --set {SUBSIDY}=1 --set {SUBSIDY}=2", SUBSIDY),
    ("run zhangye --set response.eps=0.9", "--belief"),
    ("run zhangye --belief migration.mode=zero", "--set"),
    ("run zhangye --belief nope=1", "nope"),
    ("run zhangye --belief response.eps=much", "much"),
    ("run zhangye --set lanzhou.subsidy.child_yuan_per_month=5", "620100"),
    ("run zhangye --scenario nope", "nope"),
    ("run zhangye --scenario {folder}/missing.toml", "missing.toml"),
    ("run zhangye --scenario {folder}", "remedy"),
    ("run zhangye --scenario {folder}/empty.toml", "empty.toml"),
    ("run zhangye --lang fr", "fr"),
    ("run zhangye --lang", "--lang"),
    ("run zhangye -o {folder}/empty.toml", "empty.toml"),
    ("run zhangye -o /proc/nope", "/proc/nope"),
    ("run zhangye -o", "-o"),
    ("run zhangye --json=yes", "--json"),
    ("places extra", "extra"),
    ("policies show nope", "nope"),
    ("policies --place lanzou", "lanzou"),
    ("policies show ''", "remedy"),
    ("check", "sanhai check"),
    ("check {folder}/missing.toml", "missing.toml"),
    ("check {folder}", "remedy"),
    ("check {folder}/binary.toml", "binary.toml"),
    ("check {folder}/empty.toml", "empty.toml"),
    ("check {folder}/fifo", "fifo"),
    ("check /dev/zero", "/dev/zero"),
    ("check /dev/null", "/dev/null"),
    ("--lang fr places", "fr"),
    ("bogus", "bogus"),
    ("--bogus", "--bogus"),
)


def calls() -> Iterator[Odd]:
    for group in (saves, loads, reruns):
        yield from group()
