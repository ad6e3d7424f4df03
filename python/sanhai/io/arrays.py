"""Every number of a result in one netCDF file (HDF5 through h5netcdf), under the labels of `Results.data`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import FileError, refuse
from sanhai.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import FileIO

__all__ = ["has_netcdf", "read_store", "require_netcdf", "write_stores"]

CENTRAL = "central"
FIXED, FACTOR, BAND = "fixed_", "factor_", "band_"
AXES = ("scenario", "place", "year", "draw")


def has_netcdf() -> bool:
    return all(find_spec(name) is not None for name in ("h5netcdf", "h5py"))


def require_netcdf(folder: Path) -> None:
    """FileError that says what to install where netCDF cannot be read."""
    if not has_netcdf():
        raise refuse(FileError, "saved.no_netcdf", folder=str(folder))


class _Guarded:
    """A file for HDF5, which crashes where a write fails: it never hears of it, and the error is kept for us."""

    def __init__(self, raw: FileIO) -> None:
        self.raw = raw
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        given = memoryview(content).cast("B")
        done = 0
        try:
            while done < len(given) and self.error is None:
                done += self.raw.write(given[done:]) or 0
        except OSError as error:
            self.error = error
        return len(given)

    def readinto(self, into: memoryview) -> int:
        return self.raw.readinto(into) or 0

    def read(self, size: int = -1) -> bytes:
        return self.raw.read(size) or b""

    def seek(self, position: int, whence: int = 0) -> int:
        return self.raw.seek(position, whence)

    def tell(self) -> int:
        return self.raw.tell()

    def truncate(self, size: int | None = None) -> int:
        try:
            return self.raw.truncate(size)
        except OSError as error:
            self.error = self.error or error
            return size or 0

    def flush(self) -> None:
        self.raw.flush()


def _write(group: Any, store: Store) -> None:
    import h5py

    sizes = zip(AXES, (len(store.scenarios), len(store.places), len(store.years), store.n_draws), strict=True)
    for axis, size in sizes:
        group.dimensions[axis] = size
    for axis in ("scenario", "place"):
        labels = np.array(getattr(store, f"{axis}s"), dtype=object)
        group.create_variable(axis, (axis,), dtype=h5py.string_dtype(), data=labels)
    group.create_variable("year", ("year",), data=np.array(store.years, dtype=np.int64))
    for name, values in store.arrays.items():
        part = f"part_of_{name}"
        group.dimensions[part] = max(values.shape[2], 1)
        if values.shape[2]:
            made = group.create_variable(name, ("scenario", "place", part, "year", "draw"), data=values)
            made.attrs["parts"] = [_label(one) for one in store.parts(name)]
    for name, values in store.fixed.items():
        part = f"part_of_{name}"
        group.dimensions[part] = values.shape[2]
        made = group.create_variable(FIXED + name, ("scenario", "place", part, "year"), data=values)
        made.attrs["parts"] = [_label(one) for one in store.parts(name)]
    for kind, values in store.factors.items():
        group.create_variable(FACTOR + kind, ("scenario", "year"), data=values)
    if store.band:
        group.dimensions["end"] = 2
    for name, values in store.band.items():
        group.create_variable(BAND + name, ("scenario", "place", "year", "end"), data=values)


def _label(part: Any) -> str:
    return part if isinstance(part, str) else part.id if hasattr(part, "id") else f"{part[0]} {part[1]}"


def write_stores(path: Path, run_id: str, store: Store, central: Store | None) -> None:
    """data.nc: the numbers of a result; those of its point run in the group `central`."""
    import h5netcdf

    with path.open("w+b", buffering=0) as raw:
        guarded = _Guarded(raw)
        try:
            with h5netcdf.File(guarded, "w") as file:
                file.attrs["run_id"] = run_id
                _write(file, store)
                if central is not None:
                    _write(file.create_group(CENTRAL), central)
        finally:
            if guarded.error is not None:
                raise guarded.error


def read_store(path: Path, run_id: str, central: bool, labels: Mapping[str, Any]) -> Store:
    """The numbers of data.nc; `labels`, as `Store.labels`, says what they are of."""
    import h5netcdf

    with h5netcdf.File(path, "r") as file:
        if str(file.attrs["run_id"]) != run_id:
            raise refuse(FileError, "saved.other_run", path=str(path), other=str(file.attrs["run_id"]), run=run_id)
        group = file[CENTRAL] if central else file
        names = [name for name in group.variables if name not in AXES]
        found = {name: np.asarray(group.variables[name][...], dtype=float) for name in names}
        n_draws = int(group.dimensions["draw"].size)
    empty = np.zeros((len(labels["scenarios"]), len(labels["places"]), 0, len(labels["years"]), n_draws))
    return Store(
        n_draws=n_draws,
        arrays={name: found.get(name, empty) for name in labels["names"]},
        fixed={name.removeprefix(FIXED): one for name, one in found.items() if name.startswith(FIXED)},
        factors={name.removeprefix(FACTOR): one for name, one in found.items() if name.startswith(FACTOR)},
        band={name.removeprefix(BAND): one for name, one in found.items() if name.startswith(BAND)},
        **{name: value for name, value in labels.items() if name != "names"},
    )
