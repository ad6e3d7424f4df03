"""A folder of files written as one commit: a reader sees the old folder or the new one, whole, whatever stops us."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sanhai.errors import FileError, refuse

__all__ = ["MANIFEST", "Writer", "checked_path", "claim", "commit", "write_file"]

MANIFEST = "manifest.json"
OURS = {MANIFEST, "results.csv", "targets.csv", "target_gaps.csv", "inputs.json", "data.nc", "overview.png"}
Writer = bytes | Callable[[Path], None]  # the content of a file, or what writes it at a path
AT_FDCWD, EXCHANGE = -100, 2  # of renameat2(2)


def checked_path(what: str, given: object) -> Path:
    """A path of a user's, ~ replaced; FileError for what names none."""
    if isinstance(given, str | Path) and str(given) and "\0" not in str(given):
        with contextlib.suppress(RuntimeError):  # ~ of somebody this machine does not know
            return Path(given).expanduser()
    raise refuse(FileError, "argument.kind", got=given, what=what, kind="str | Path")


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    """Turns what the system says of a folder into our own error: full, read-only, too long, gone."""
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        said = error.strerror or type(error).__name__
        if error.errno == errno.ENOSPC:
            raise refuse(FileError, "folder.full", folder=str(folder), said=said) from error
        raise refuse(FileError, "folder.not_writable", folder=str(folder), said=said) from error


def _listed(folder: Path) -> set[str]:
    """Files that a folder's own manifest names."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {MANIFEST, *map(str, found.get("files", {}))} if "run_id" in found else set()
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):  # no manifest of ours
        return set()


def _require_ours(folder: Path) -> None:
    """Nothing but a result, or nothing at all, is ever replaced."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise refuse(FileError, "folder.is_file", folder=str(folder))
    held = {entry.name for entry in folder.iterdir()}
    foreign = sorted(held - OURS - _listed(folder)) if held & {MANIFEST, "results.csv"} else sorted(held)
    if foreign:
        shown = [*foreign[:5], *(["..."] if len(foreign) > 5 else [])]
        raise refuse(FileError, "folder.foreign", folder=str(folder), files=shown)


def _parent(folder: Path) -> Path:
    """The nearest folder above that is there."""
    near = folder.parent
    while not near.exists() and near != near.parent:
        near = near.parent
    return near


def claim(folder: str | Path) -> Path:
    """The folder a result will be written to, checked before anything is computed: FileError where it cannot be.

    What is there already must be a result, or nothing. Nothing is left behind.
    """
    path = checked_path("folder", folder)
    with _said(path):
        path = path.resolve()
        _require_ours(path)
        near = _parent(path)
        probe = near / f".{path.name[:100]}.{secrets.token_hex(6)}.probe"
        probe.mkdir()
        try:
            (probe / "probe").write_bytes(b"sanhai")
        finally:
            shutil.rmtree(probe, ignore_errors=True)
    return path


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _sweep(folder: Path) -> None:
    """Removes what writers of this folder left beside it when they were killed; only of this machine's dead ones."""
    for left in folder.parent.glob(f".{folder.name}.{socket.gethostname()}.*.part"):
        pid = left.name.split(".")[-3]
        if pid.isdigit() and not _is_running(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(new: Path, old: Path) -> bool:
    """Exchanges two folders in one step where the system can (Linux renameat2); False where it cannot."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    return bool(rename(AT_FDCWD, os.fsencode(new), AT_FDCWD, os.fsencode(old), EXCHANGE) == 0)


def _put_in_place(new: Path, folder: Path) -> None:
    """One rename makes `new` the folder; what was there is removed afterwards."""
    for _ in range(100):  # another writer may come between two looks
        try:
            new.rename(folder)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        _require_ours(folder)
        if _swap(new, folder):
            shutil.rmtree(new, ignore_errors=True)
            return
        aside = new.with_name(new.name.replace(".part", ".old"))
        with contextlib.suppress(FileNotFoundError):
            folder.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
    raise refuse(FileError, "folder.busy", folder=str(folder))


def commit(folder: Path, files: Mapping[str, Writer]) -> Path:
    """Writes `files` as the whole content of `folder`: into a new folder beside it, flushed, then one rename.

    Raises FileError where the disk is full, the place cannot be written, or the folder holds what is not a result; then
    nothing has changed.
    """
    path = claim(folder)
    with _said(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        token = f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(6)}"
        new = path.parent / f".{path.name}.{token}.part"
        new.mkdir()
        try:
            for name, content in files.items():
                target = new / name
                if isinstance(content, bytes):
                    target.write_bytes(content)
                else:
                    content(target)
                _flush(target)
            _flush(new)
            _put_in_place(new, path)
            _flush(path.parent)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
    return path


def write_file(path: Path, content: bytes | None, replaces: bool) -> None:
    """Writes one file beside its place, flushed, then one rename or link: it is there whole or not at all.

    content: None only checks that it may be written. Raises FileError where a file is there and `replaces` is not set,
    and where it cannot be written.
    """
    with _said(path):
        if path.is_dir():
            raise refuse(FileError, "file.is_folder", file=str(path))
        if path.exists() and not replaces:
            raise refuse(FileError, "file.exists", file=str(path))
        if content is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.parent / f".{path.name[:100]}.{os.getpid()}.{secrets.token_hex(6)}.part"
        try:
            new.write_bytes(content)
            _flush(new)
            if replaces:
                new.replace(path)
            else:
                try:
                    os.link(new, path)  # fails where somebody wrote it meanwhile
                except FileExistsError:
                    raise refuse(FileError, "file.exists", file=str(path)) from None
            _flush(path.parent)
        finally:
            new.unlink(missing_ok=True)
