"""Saving a result as one commit: its tables, manifest.json, inputs.json and, where h5netcdf is installed, data.nc."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanhai.io.arrays import has_netcdf, write_stores
from sanhai.io.files import MANIFEST, claim, commit
from sanhai.io.table import csv_bytes
from sanhai.io.values import encoded

if TYPE_CHECKING:
    from sanhai.results.results import Results

__all__ = ["claim", "save", "write_results"]

TABLE, VALUES, ARRAYS = "results.csv", "inputs.json", "data.nc"
TARGETS = {"targets.csv": False, "target_gaps.csv": True}  # at their dates; year by year, with the parts of the place


def _json(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _values(results: Results) -> bytes:
    """What is not an array over draws: scenarios with their place, notes, names, marks; of the point run too."""
    parts = [results.state(), *([results.central.state()] if results.is_drawn else [])]
    return _json({"run_id": results.id, "content": encoded(parts)})


def _table(results: Results) -> bytes:
    """The tidy rows, each with the id of the run it belongs to."""
    frame = results.frame
    frame["run_id"] = results.id
    return csv_bytes(frame)


def _tables(results: Results) -> dict[str, bytes]:
    """The rows and, where documents hold, their targets."""
    found = {TABLE: _table(results)}
    if results.scenario().place.policy_home:
        for name, yearly in TARGETS.items():
            found[name] = csv_bytes(results.targets(yearly=yearly).assign(run_id=results.id))
    return found


def write_results(
    results: Results, folder: str | Path, *, level: float | None = None, more: Mapping[str, bytes] | None = None
) -> list[Path]:
    """Writes a result, and `more` files beside it, as the whole content of a folder; returns the files.

    level: share of draws between lo and hi in the table; the result's own unless given (then the files carry the id of
    that result). Every file carries the run's id, the manifest the SHA-256 of every other file. The folder is replaced
    as one: whoever reads sees the old or the new. Raises FileError where it cannot be written; nothing changes then.
    """
    path = claim(folder)
    chosen = results if level is None else results.with_level(level)
    files: dict[str, bytes] = {**_tables(chosen), VALUES: _values(chosen), **(more or {})}
    manifest = chosen.manifest

    def last(target: Path) -> None:
        """The manifest, when all others are there to be hashed."""
        hashes = {}
        for one in sorted(target.parent.iterdir()):
            with one.open("rb") as file:
                hashes[one.name] = hashlib.file_digest(file, "sha256").hexdigest()
        target.write_bytes(_json({**manifest, "files": hashes}))

    content: dict[str, Any] = dict(files)
    if has_netcdf():
        central = chosen.central._store if chosen.is_drawn else None
        content[ARRAYS] = lambda target: write_stores(target, chosen.id, chosen._store, central)
    done = commit(path, {**content, MANIFEST: last})
    return [done / name for name in (*content, MANIFEST)]


def save(results: Results, folder: str | Path) -> Path:
    """Writes everything into `folder`; returns it."""
    return write_results(results, folder)[0].parent
