"""Where a planted error goes: by the function it is in and the words it replaces, wherever both stand today.

A mutant names a function and what stands in it; the file, the line and the line breaks may change without it. This
rests on clang-format, which the checks enforce: a definition begins a line, and a closing brace in the same column
ends it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

WORDS = re.compile(r"[A-Za-z_]\w*|\d[\w.']*|\S")
SUFFIXES = (".cpp", ".hpp")
CONTROL = "return|throw|if|for|while|else|switch|case|do|using|namespace|template|public|private|const auto|auto"


@dataclass(frozen=True)
class Site:
    """One place where a mutant applies: characters `start` to `end` of `file`."""

    file: Path
    start: int
    end: int


def pattern_of(text: str) -> re.Pattern[str]:
    """The words of `text` with any white space between them; names and numbers only whole."""
    words = WORDS.findall(text)
    first, last = (re.match(r"\w", word) is not None for word in (words[0], words[-1][-1:]))
    body = r"\s*".join(map(re.escape, words))
    return re.compile((r"(?<!\w)" if first else "") + body + (r"(?!\w)" if last else ""))


def bodies(text: str, function: str) -> list[tuple[int, int]]:
    """Spans of the definitions of a function, head to closing brace; "" is all of the text, for constants."""
    if not function:
        return [(0, len(text))]
    head = re.compile(
        rf"^( {{0,2}})(?!(?:{CONTROL})\b)[A-Za-z_~\[][^\n=;{{]*?(?<![\w.>]){re.escape(function)}\(", re.MULTILINE
    )
    found = []
    for match in head.finditer(text):
        opening, stop = text.find("{", match.end()), text.find(";", match.end())
        if opening < 0 or 0 <= stop < opening:
            continue  # a declaration, or a call
        line_end = text.find("\n", opening)
        closing = re.compile(rf"^{match[1]}\}}", re.MULTILINE).search(text, line_end)
        is_one_line = text[opening:line_end].rstrip().endswith("}")
        found.append((match.start(), line_end if is_one_line or closing is None else closing.end()))
    return found


def sites(root: Path, room: str, function: str, old: str) -> list[Site]:
    """Every place where `old` stands in `function`, in the files under cpp/ whose path holds `room`."""
    pattern = pattern_of(old)
    found: dict[tuple[Path, int], Site] = {}
    for path in sorted((root / "cpp").rglob("*")):
        if path.suffix not in SUFFIXES or room not in path.relative_to(root).as_posix():
            continue
        text = path.read_text(encoding="utf-8")
        for start, end in bodies(text, function):
            for match in pattern.finditer(text, start, end):
                found[path, match.start()] = Site(path, match.start(), match.end())
    return list(found.values())
