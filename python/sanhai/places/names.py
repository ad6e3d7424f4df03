"""Names that people give: of scenarios, of places of their own. One rule for all of them."""

from __future__ import annotations

import unicodedata

from sanhai.errors import ConfigError, complaint

__all__ = ["LONGEST_NAME", "LONGEST_NOTE", "checked_name"]

LONGEST_NAME = 80  # characters
LONGEST_NOTE = 500


def _fault(name: str, longest: int) -> str:
    """What is wrong with a name; "" when nothing is."""
    if not name.strip():
        return "nothing"
    if len(name) > longest:
        return f"{len(name)} characters"
    for position, char in enumerate(name, 1):
        # Cc control, Cf format (direction marks, zero width), Cs surrogate, Co private, Cn unassigned, Zl/Zp line ends.
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            return f"U+{ord(char):04X} as character {position}"
    return "blanks at an end" if name != name.strip() else ""


def checked_name(name: object, what: str = "name", longest: int = LONGEST_NAME) -> str:
    """The name itself: one line of at most `longest` printable characters.

    Raises ConfigError for anything else: line ends, control and escape characters, direction marks, blanks at an end.
    """
    fault = _fault(name, longest) if isinstance(name, str) else f"a {type(name).__name__}"
    if fault:
        allowed = f"one line of printable characters, at most {longest}"
        raise ConfigError(complaint(what, got=fault, allowed=allowed, remedy="write it short and plain"))
    assert isinstance(name, str)
    return name
