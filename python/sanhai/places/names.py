"""Names that people give: of scenarios, of places of their own. One rule for all of them."""

from __future__ import annotations

import unicodedata

from sanhai.errors import ConfigError, checked_language, refuse

__all__ = ["LONGEST_NAME", "LONGEST_NOTE", "Named", "checked_name"]

LONGEST_NAME = 80  # characters
LONGEST_NOTE = 500
# Cc control, Cf format (direction marks, zero width), Cs surrogate, Co private, Cn unassigned, Zl/Zp line ends.
UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


class Named:
    """What has a name in each language."""

    __slots__ = ()
    name_zh: str
    name_en: str

    def name(self, lang: str | None = None) -> str:
        """Its name in a language, the current one where none is named."""
        return str(getattr(self, f"name_{checked_language(lang)}"))


def checked_name(name: object, what: str = "name", longest: int = LONGEST_NAME) -> str:
    """The name itself: one line of at most `longest` printable characters.

    Raises ConfigError for anything else: line ends, control and escape characters, direction marks, blanks at an end.
    """
    if not isinstance(name, str):
        raise refuse(ConfigError, "name.kind", got=name, what=what, kind=type(name).__name__, longest=longest)
    if not name.strip():
        raise refuse(ConfigError, "name.empty", what=what, longest=longest)
    if len(name) > longest:
        raise refuse(ConfigError, "name.long", got=name, what=what, length=len(name), longest=longest)
    for position, char in enumerate(name, 1):
        if unicodedata.category(char) in UNPRINTABLE:
            code = f"U+{ord(char):04X}"
            raise refuse(
                ConfigError, "name.character", got=name, what=what, code=code, position=position, longest=longest
            )
    if name != name.strip():
        raise refuse(ConfigError, "name.blanks", what=what, got=name, longest=longest)
    return name
