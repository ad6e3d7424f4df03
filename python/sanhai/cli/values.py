"""What is typed on the command line, as values: numbers in any width of digits, years, path=value pairs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sanhai.errors import ConfigError, refuse

if TYPE_CHECKING:
    from sanhai.policy.pack_file import PackFile

__all__ = ["Typed", "assignments", "own_packs", "share", "whole", "years_between"]

WHOLE = re.compile(r"[+-]?[0-9]{1,20}")
LARGEST = 1e12  # of a number that a remedy writes out


def _narrow(text: str) -> str:
    """Full-width digits and signs as the plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def whole(option: str, text: str) -> int:
    """A whole number. ConfigError otherwise, with the number that was probably meant."""
    plain = _narrow(text).replace(",", "").replace("_", "")
    if WHOLE.fullmatch(plain):
        return int(plain)
    raise refuse(ConfigError, "cli.whole", option=option, got=text, number=_meant(plain) or "1000")


def _meant(plain: str) -> str:
    """The whole number that was probably meant, such as 1000 of 1e3; empty where there is none."""
    try:
        value = float(plain)
    except ValueError:
        return _first_number(plain).partition(".")[0]
    return f"{value:.0f}" if value.is_integer() and abs(value) < LARGEST else _first_number(plain).partition(".")[0]


def share(option: str, text: str) -> float:
    """A share above 0 and below 1; 80 % may be typed as 0.8, not as 80."""
    plain = _narrow(text)
    try:
        value = float(plain)
    except ValueError:
        value = float("nan")
    if 0.0 < value < 1.0:
        return value
    meant = _first_number(text)
    percent = float(meant) / 100.0 if meant else 0.8
    raise refuse(ConfigError, "cli.share", option=option, got=text, number=percent if 0.0 < percent < 1.0 else 0.8)


def _first_number(text: str) -> str:
    """The first number in what was typed, such as 3600 of "3600元"; empty where there is none."""
    found = re.search(r"[0-9]+(\.[0-9]+)?", _narrow(text).replace(",", ""))
    return found.group() if found else ""


def years_between(text: str) -> tuple[int, int]:
    """2021:2050 as (2021, 2050); a Chinese colon and a dash do as well."""
    found = re.fullmatch(r"([0-9]{1,4})\s*(?::|-|—|–)\s*([0-9]{1,4})", _narrow(text))
    if found:
        return int(found.group(1)), int(found.group(2))
    year = _first_number(text)
    meant = f"{year}:2050" if len(year) == 4 and year < "2050" else "2021:2050"
    raise refuse(ConfigError, "cli.years", got=text, meant=meant)


@dataclass(frozen=True, slots=True)
class Typed:
    """A value of a lever as typed, with the month and the place behind it; empty where none is."""

    value: str
    month: str = ""
    place: str = ""


def assignments(option: str, typed: Sequence[str]) -> dict[str, list[Typed]]:
    """path=value, path=value@month, path=value@month@place by path, as typed.

    ConfigError for another form and for a path given twice with one date and place.
    """
    out: dict[str, list[Typed]] = {}
    for one in typed:
        plain = one.replace("＝", "=").replace("＠", "@")
        path, equals, value = (part.strip() for part in plain.partition("="))
        parts = [part.strip() for part in value.split("@")]
        if not (equals and path and all(parts)) or len(parts) > 3:
            raise refuse(
                ConfigError, "cli.assignment", option=option, got=one, path=path or "subsidy.child3.yuan_per_month"
            )
        new, known = Typed(*parts), out.setdefault(path, [])
        if any((new.month, new.place) == (other.month, other.place) for other in known):
            raise refuse(ConfigError, "cli.twice", option=option, path=path)
        known.append(new)
    return out


def own_packs(files: Sequence[Path]) -> tuple[PackFile, ...]:
    """The policy documents of --pack, checked together; PackError with every fault."""
    from sanhai.policy.catalogue import checked_packs
    from sanhai.policy.pack_file import read_pack

    return checked_packs([read_pack(one) for one in files]) if files else ()
