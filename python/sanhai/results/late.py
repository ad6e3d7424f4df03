"""Methods of a result that belong to rooms above this one, by name: they are imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["LATE", "late"]

LATE = {
    "explain": "sanhai.show.explain:explain",
    "headline": "sanhai.show.headline:headline",
    "html": "sanhai.show.text:html",
    "line_of": "sanhai.show.plot:line_of",
    "notes_text": "sanhai.show.notes:notes",
    "plot": "sanhai.show.plot:picture",
    "save": "sanhai.io.write:save",
    "text": "sanhai.show.text:text",
}


def late(name: str) -> Any:
    """The function behind a method of the result."""
    module, _, attribute = LATE[name].partition(":")
    return getattr(import_module(module), attribute)
