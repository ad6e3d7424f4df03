"""Places found by a part of their name: rows for tables, and the same as a frame."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sanhai.errors import require_kind
from sanhai.places.catalogue import all_places, key_of, meant, resolve, within

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.places.catalogue import PlaceName

__all__ = ["COLUMNS", "found", "frame"]

COLUMNS = (
    "code", "name_zh", "name_en", "pinyin", "level", "parent", "is_leaf", "say", "pop_2020", "documents", "boundary",
    "note",
)  # fmt: skip


def found(text: str = "", under: str | None = None) -> list[dict[str, Any]]:
    """Rows of places that a text means or that hold it in a name, ascending by code, those meant first."""
    require_kind("text", text, str, "str")
    require_kind("under", under, (str, type(None)), "str | None")
    above = None if under is None else (resolve(under).code,)
    key = key_of(text)
    first = meant(text) if key else ()
    codes = [*first, *(code for code, row in all_places().items() if code not in first and _holds(row, key))]
    people = import_module("sanhai.places.shipped").people()
    homes = import_module("sanhai.policy.catalogue").shipped().homes
    return [_row(all_places()[code], people, homes) for code in codes if above is None or within(code, above)]


def _holds(row: PlaceName, key: str) -> bool:
    """Anywhere in a Chinese name, at the start of any other spelling."""
    spellings = [row.code, *(one for tier in row.spellings.values() for one in tier)]
    return any(one.startswith(key) or (not key.isascii() and key in one) for one in spellings)


def _row(row: PlaceName, people: dict[str, int], homes: frozenset[str]) -> dict[str, Any]:
    more = {"pop_2020": people[row.code], "documents": row.code in homes}
    return {name: more[name] if name in more else getattr(row, name) for name in COLUMNS}


def frame(text: str = "", under: str | None = None) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(found(text, under), columns=list(COLUMNS))
