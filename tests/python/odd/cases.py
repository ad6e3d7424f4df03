"""The form of an odd call: what is called, and whether it is refused by name or right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sanhai as sh
from odd.world import World

__all__ = ["Odd", "each", "refused", "right", "unlike"]

SHOWN = 24  # characters of a value in the name of a test, and of a text that a message must repeat


@dataclass(frozen=True)
class Odd:
    """One call. `said`: texts of its refusal; `is_right`: whether what it gave is what it should be."""

    name: str
    call: Callable[[World], Any]
    said: tuple[str, ...] = ()
    kind: type[sh.Error] = sh.Error
    is_right: Callable[[Any, World], bool] | None = None


def _repeated(value: object) -> tuple[str, ...]:
    """What a message must repeat of a user's value: text up to its first character that cannot be printed."""
    item = getattr(value, "item", None)
    plain = item() if callable(item) and getattr(value, "ndim", 1) == 0 else value
    if isinstance(plain, str):
        return (re.split(r"[^\w .,:/-]", plain.strip(), maxsplit=1)[0][:SHOWN],)
    if isinstance(plain, int) and abs(plain) >= 10**80:
        return (f"1e{len(str(plain)) - 1}",)
    if plain is None or isinstance(plain, bool | float):
        return (str(plain),)
    return (str(plain)[:SHOWN],) if isinstance(plain, int) else ()


def _named(value: object) -> str:
    return ascii(value)[: SHOWN + 8] if not callable(value) else "callable"


def each(name: str, call: Callable[[World, Any], Any], *values: Any, kind: type[sh.Error] = sh.Error) -> Iterator[Odd]:
    """The same call refused for every value, which its message repeats."""
    for value in values:
        yield Odd(f"{name}({_named(value)})", lambda world, value=value: call(world, value), _repeated(value), kind)


def unlike(name: str, call: Callable[[World, Any], Any], makers: dict[str, Callable[[World], Any]]) -> Iterator[Odd]:
    """The same call refused for values that only a run can make, by name."""
    for what, make in makers.items():
        yield Odd(f"{name}({what})", lambda world, make=make: call(world, make(world)))


def refused(name: str, call: Callable[[World], Any], *said: str, kind: type[sh.Error] = sh.Error) -> Odd:
    """A call refused with these texts in its message."""
    return Odd(name, call, said, kind)


def right(name: str, call: Callable[[World], Any], is_right: Callable[[Any, World], bool]) -> Odd:
    """An odd call that is served, and with what."""
    return Odd(name, call, is_right=is_right)
