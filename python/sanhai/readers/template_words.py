"""Words of the workbook that offices fill in: what its writer puts there, in either language, its reader knows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sanhai.errors import LANGUAGES, checked_language, words
from sanhai.readers.labels import chinese, narrow

__all__ = ["chosen", "head", "heads", "said"]


def said(key: str, lang: str | None = None) -> str:
    """A word or sentence of the workbook in a language."""
    return str(words()["template"][key][checked_language(lang)])


def heads(keys: Iterable[str]) -> dict[str, str]:
    """Key by head as a reader meets it: the Chinese part, without blanks."""
    return {chinese(said(f"head_{key}", "zh")): key for key in keys}


def head(key: str, lang: str | None = None) -> str:
    """What a reader finds a column or row by, and in another language its word below."""
    return "\n".join(dict.fromkeys((said(f"head_{key}", "zh"), said(f"head_{key}", lang))))


@cache
def _spellings(group: str, keys: tuple[str, ...]) -> dict[str, str]:
    return {narrow(said(f"{group}_{key}", lang)).lower(): key for lang in LANGUAGES for key in keys}


def chosen(value: object, group: str, keys: tuple[str, ...]) -> str | None:
    """The key of a choice of a list as it was picked or typed in either language; None for what is none of them."""
    return _spellings(group, keys).get(narrow(value if value is not None else "").lower())
