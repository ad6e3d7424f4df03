"""Files of a result: a tidy CSV and its manifest, each whole or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.results.results import Comparison

__all__ = ["csv_bytes", "safe_cell", "write_atomically", "write_results"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_atomically(path: Path, content: bytes) -> Path:
    """Writes a file through a temporary one beside it, flushed to disk and renamed: readers see the old or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _umask() -> int:
    """The process's umask; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def safe_cell(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """CSV (RFC 4180) in UTF-8 with a byte order mark, for Chinese in Excel and WPS; numbers at full precision."""
    import pandas as pd

    safe = frame.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = safe[name].map({value: safe_cell(value) for value in safe[name].dropna().unique()})
    text = safe.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def write_results(comparison: Comparison, folder: Path) -> Path:
    """Writes results.csv and, last, manifest.json (with the CSV's hash) into `folder`; returns the folder."""
    folder = Path(folder)
    content = csv_bytes(comparison.frame)
    write_atomically(folder / "results.csv", content)
    manifest = {**comparison.manifest, "files": {"results.csv": hashlib.sha256(content).hexdigest()}}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
    write_atomically(folder / "manifest.json", (text + "\n").encode("utf-8"))
    return folder
