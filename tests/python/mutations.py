"""One edit in a text file: a line lost, twice, swapped, cut; a number times ten, with a letter, negative, emptied."""

from __future__ import annotations

import random
import re

NUMBER = re.compile(rb"(?<![\w.])\d[\d.]*")
KINDS = ("lost", "twice", "swapped", "cut", "x10", "letter", "minus", "emptied")


def mutated(data: bytes, kind: str, dice: random.Random) -> bytes:
    """The file with one edit; bytes, so that no encoding is changed on the way."""
    lines = data.splitlines(keepends=True)
    at = dice.randrange(len(lines))
    if kind == "lost":
        return b"".join(lines[:at] + lines[at + 1 :])
    if kind == "twice":
        return b"".join([*lines[: at + 1], *lines[at:]])
    if kind == "swapped":
        other = dice.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
        return b"".join(lines)
    if kind == "cut":
        return data[: dice.randrange(len(data) // 2, len(data))]
    found = list(NUMBER.finditer(data))
    one = dice.choice(found)
    number = one.group()
    if kind == "x10":
        whole, point, rest = number.partition(b".")
        # The point moves by one digit to the right; a leading zero goes.
        new = whole + b"0" if not point else (whole + rest[:1] + b"." + rest[1:]).lstrip(b"0").rstrip(b".") or b"0"
    elif kind == "letter":
        digit = dice.randrange(len(number))
        new = number[:digit] + dice.choice(b"SlOxq".decode()).encode() + number[digit + 1 :]
    elif kind == "minus":
        new = b"-" + number
    else:
        new = b""
    return data[: one.start()] + new + data[one.end() :]
