"""The template of a policy document: commented TOML that passes the checks once it is filled in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sanhai.errors import checked_language
from sanhai.io.files import checked_path, write_file

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["policy_template", "write_policy_template"]


def policy_template(place: Place | None = None, lang: str | None = None) -> str:
    """The text, of a place or of none yet, with its comments in a language."""
    said = checked_language(lang)
    text = files("sanhai.io").joinpath("data", f"policy_template.{said}.toml").read_text(encoding="utf-8")
    name = "" if place is None else f" ({place.name(said)})"
    return text.replace("@place@", "" if place is None else place.policy_home).replace("@place_name@", name)


def write_policy_template(
    path: str | Path, place: Place | None = None, *, lang: str | None = None, force: bool = False
) -> Path:
    """Writes the template as one file that is there whole or not at all.

    Raises FileError where the file exists and force is not set, or cannot be written.
    """
    target = checked_path("file", path)
    write_file(target, policy_template(place, lang).encode("utf-8"), force)
    return target
