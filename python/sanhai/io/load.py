"""Reading a saved result, and running a manifest again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, Error, FileError, refuse
from sanhai.io.arrays import read_store, require_netcdf
from sanhai.io.files import MANIFEST, checked_path
from sanhai.io.values import decoded
from sanhai.io.write import ARRAYS, VALUES
from sanhai.places.catalogue import all_places, place
from sanhai.policy.catalogue import checked_packs
from sanhai.policy.pack_file import PackFile
from sanhai.policy.scenario import Scenario
from sanhai.policy.series import Setting
from sanhai.results.compare import compare
from sanhai.results.results import Results

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["load", "rerun"]

ATTEMPTS = 5  # a folder may be replaced while it is read
LARGEST = 256 * 2**20  # bytes of a JSON file of ours


def _json(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file():
            raise refuse(FileError, "saved.absent", path=str(path))
        if path.stat().st_size > LARGEST:
            raise refuse(FileError, "saved.too_large", path=str(path), size=path.stat().st_size, largest=LARGEST)
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise refuse(FileError, "saved.unreadable", path=str(path), said=str(error)) from error
    if not isinstance(found, dict) or "run_id" not in found:
        raise refuse(FileError, "saved.no_run_id", path=str(path))
    return found


def _checked(folder: Path) -> dict[str, Any]:
    """The manifest, when every file is the one it names."""
    manifest = _json(folder / MANIFEST)
    named = manifest.get("files", {})
    if not isinstance(named, dict):
        raise refuse(FileError, "saved.unreadable", path=str(folder / MANIFEST), said=f"files: {named!r}")
    for name, expected in named.items():
        path = folder / Path(name).name
        if not path.is_file():
            raise refuse(FileError, "saved.absent", path=str(path))
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            raise refuse(FileError, "saved.changed", path=str(path), expected=expected)
    return manifest


def load(folder: str | Path) -> Results:
    """The result that `save` wrote into a folder, equal to the one saved: every draw, mark, note, scenario and place.

    Needs the extra [store]. Raises FileError where the folder is not a result, a file of it was changed, or h5netcdf
    is not installed. Nothing in a file is ever run.
    """
    path = checked_path("folder", folder)
    for _ in range(ATTEMPTS):
        seen = _json(path / MANIFEST)
        try:
            return _loaded(path)
        except FileError:
            if _json(path / MANIFEST)["run_id"] == seen["run_id"]:
                raise
    raise refuse(FileError, "saved.moving", path=str(path))


def _loaded(path: Path) -> Results:
    """`_load`, with whatever a damaged or forged file leads to as our own error."""
    try:
        return _load(path)
    except Error:
        raise
    except Exception as error:
        raise refuse(FileError, "saved.unreadable", path=str(path), said=str(error) or type(error).__name__) from error


def _load(path: Path) -> Results:
    manifest = _checked(path)
    require_netcdf(path)
    if not (path / ARRAYS).is_file():
        raise refuse(FileError, "saved.no_arrays", path=str(path))
    values = _json(path / VALUES)
    states = decoded(values["content"])
    run_id = str(manifest["run_id"])
    if values["run_id"] != run_id:
        raise refuse(FileError, "saved.other_run", path=str(path / VALUES), other=str(values["run_id"]), run=run_id)
    central = None
    for is_central, state in reversed(list(enumerate(states))):
        labels = state.pop("store")
        store = read_store(path / ARRAYS, run_id, bool(is_central), labels)
        central = Results.from_state(state, store, central)
    assert central is not None
    if central.id != run_id:
        raise refuse(FileError, "saved.other_run", path=str(path), other=central.id, run=run_id)
    return central


def _shipped(record: Mapping[str, Any]) -> Place:
    """The shipped place of a record, when it is the same as then; ConfigError otherwise: the folder holds its own."""
    code = str(record["place"])
    found = place(code) if code in all_places() else None
    if found is None or found.digest != record.get("place_digest", found.digest):
        raise refuse(ConfigError, "rerun.place", place=code)
    return found


def _own(record: Mapping[str, Any], packs: Sequence[PackFile]) -> tuple[PackFile, ...]:
    """The user's documents of a record among those given, by their hash; ConfigError for one that is not there."""
    given = {one.sha256: one for one in packs}
    for name, sha256 in record.get("own", {}).items():
        if sha256 not in given:
            raise refuse(ConfigError, "rerun.pack", pack=str(name), sha256=str(sha256))
    return tuple(given[sha256] for sha256 in record.get("own", {}).values())


def _scenario(record: Mapping[str, Any], packs: Sequence[PackFile]) -> Scenario:
    settings = tuple(Setting.from_record(one) for one in record["settings"])
    return Scenario(
        name=record["name"],
        place=_shipped(record),
        packs=tuple(record["packs"]),
        excluded=tuple(record["excluded"]),
        settings=settings,
        note_zh=record["note_zh"],
        note_en=record["note_en"],
        counterfactual=record.get("counterfactual", False),
        own=_own(record, packs),
    )


def _records(given: Mapping[str, Any] | str | Path) -> tuple[dict[str, Any], tuple[Scenario, ...] | None, Any]:
    """(manifest, the scenarios saved beside it, the rates of exchange): the last two where a folder holds them."""
    if isinstance(given, Mapping):
        return dict(given), None, None
    path = checked_path("manifest", given)
    if os.path.isfile(path):
        return _json(path), None, None
    manifest = _checked(path)
    if not (path / VALUES).is_file():
        return manifest, None, None
    state = decoded(_json(path / VALUES)["content"])[0]
    return manifest, state["_scenarios"], state["_exchange"]


def _require_same(manifest: Mapping[str, Any], again: Results) -> Results:
    """`again`, when it is the same run; ConfigError says what differs on this machine."""
    mine = again.manifest
    odd = [name for name in mine if name not in ("build", "run_id") and mine[name] != manifest.get(name)]
    if mine["run_id"] == manifest["run_id"] and not odd:
        return again
    raise refuse(ConfigError, "rerun.other_run", odd=odd, mine=mine["run_id"], run=str(manifest["run_id"]))


def rerun(given: Mapping[str, Any] | str | Path, threads: int | None = None, packs: Sequence[PackFile] = ()) -> Results:
    """The run of a manifest (a dict, or its file) or of a saved folder again: the same id and the same bits.

    Places that are not shipped need the folder. A user's documents are in the folder; beside a manifest alone they are
    given as `packs` and found by their hash. Raises ConfigError where this installation cannot give the same run:
    another version, other tables, a document that is not the one of then; FileError for what cannot be read.
    """
    own = checked_packs(list(packs))
    manifest, scenarios, exchange = _records(given)
    try:
        chosen = scenarios or tuple(_scenario(record, own) for record in manifest["scenarios"])
        years = tuple(manifest["years"])
        draws, seed, components = manifest["draws"], manifest["seed"], manifest["components"]
        level, run_id = manifest["level"], manifest["run_id"]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise refuse(ConfigError, "rerun.manifest", said=str(error)) from error
    if manifest.get("exchange") is not None and exchange is None:
        raise refuse(ConfigError, "rerun.exchange", run=str(run_id))
    again = compare(
        chosen,
        years,
        draws=draws,
        seed=0 if seed is None else seed,
        threads=threads,
        components=None if draws == 1 else components,
        level=level,
        exchange=exchange,
    )
    return _require_same(manifest, again)
