"""A font for Chinese text, found and never shipped: installed families first, then the font file of an extra."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

__all__ = ["FALLBACK", "chinese_family", "missing_glyphs"]

FALLBACK = "DejaVu Sans"  # ships with matplotlib
FAMILIES = ("Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei")
PACKAGES = ("pylopdf_fonts_zh_cn", "mplfonts")  # looked up, never imported
SUFFIXES = (".ttf", ".otf", ".ttc")
BOLD = 700
PREFERRED = "NotoSansCJKsc"


def _listed() -> str | None:
    names = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((family for family in FAMILIES if family in names), None)


def _rescanned() -> str | None:
    """matplotlib's cache is stale after a font was installed: look at the system's files again."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in font_manager.findSystemFonts():
        if path not in known:
            try:
                font_manager.fontManager.addfont(path)
            except (OSError, RuntimeError):  # a file FreeType cannot read is no font for us
                continue
    return _listed()


def _files(package: str) -> list[Path]:
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = [path for folder in folders for path in sorted(Path(folder).rglob("*")) if path.suffix.lower() in SUFFIXES]
    plain = [path for path in found if "bold" not in path.stem.lower()]
    return sorted(plain or found, key=lambda path: PREFERRED.lower() not in path.stem.lower())


def _from_packages() -> str | None:
    for package in PACKAGES:
        for path in _files(package)[:1]:
            font_manager.fontManager.addfont(path)
            return str(font_manager.fontManager.ttflist[-1].name)
    return None


@cache
def chinese_family() -> str | None:
    """The family to use for Chinese, or None when the machine has none."""
    family = _listed() or _from_packages() or _rescanned()
    if family is not None:
        _serve_bold(family)
    return family


def _serve_bold(family: str) -> None:
    """A family of one weight serves bold titles as it is; else matplotlib warns of it at every title."""
    faces = [entry for entry in font_manager.fontManager.ttflist if entry.name == family]
    if not any(entry.weight in ("bold", BOLD) for entry in faces):
        font_manager.fontManager.ttflist.append(replace(faces[0], weight=BOLD))


@cache
def _covers(family: str, characters: frozenset[str]) -> frozenset[str]:
    """The characters of the set that a family's regular face has."""
    entry = font_manager.findfont(font_manager.FontProperties(family=family), fallback_to_default=False)
    font = FT2Font(entry)
    return frozenset(one for one in characters if font.get_char_index(ord(one)))


def missing_glyphs(texts: Iterable[Text]) -> set[str]:
    """Characters that none of the families of their text can draw."""
    missing: set[str] = set()
    for one in texts:
        wanted = frozenset(one.get_text()) - {"\n", " "}
        for family in one.get_fontfamily():
            wanted -= _covers(family, wanted)
        missing |= wanted
    return missing
