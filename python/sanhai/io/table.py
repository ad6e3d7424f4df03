"""The tidy table as CSV that Excel and WPS open: byte order mark, full precision, no cell a spreadsheet would run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["csv_bytes", "safe_cell"]

# Also in full width, as Chinese input methods type them; blanks before them are skipped by spreadsheets.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BLANKS = " \u00a0\u3000\ufeff\u200b"


def safe_cell(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(BLANKS).startswith(FORMULA_STARTS) else value


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """CSV (RFC 4180) in UTF-8 with a byte order mark, for Chinese in Excel and WPS; numbers at full precision."""
    import pandas as pd

    safe = frame.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = safe[name].map({value: safe_cell(value) for value in safe[name].dropna().unique()})
    text: str = safe.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")
