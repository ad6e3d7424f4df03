"""What every part of a place is: a frozen value, equal by content, whose arrays cannot be written."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sanhai.errors import ConfigError, ShapeError, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Value", "frozen", "numbers"]


def frozen(values: ArrayLike) -> NDArray[np.float64]:
    """A copy in C order that can never be written: its memory is a `bytes`, so the flag cannot be set back."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    return np.frombuffer(array.tobytes(), dtype=np.float64).reshape(array.shape)


def numbers(what: str, given: object, axes: Sequence[str]) -> NDArray[np.float64]:
    """A copy as an array of numbers; ShapeError for what is none, a single number too."""
    try:
        out = np.array(given, dtype=float)
    except (TypeError, ValueError):
        out = np.zeros(())
    if out.ndim == 0:
        raise refuse(ShapeError, "argument.kind", got=given, what=what, kind=f"array ({', '.join(axes)})")
    return out


class Value:
    """Base of a frozen dataclass (declared with eq=False) that compares and hashes by `digest`.

    Fields are text, numbers, ranges, tuples, arrays, values of this kind, or None. Arrays are frozen on the way in,
    also after unpickling; a deep copy is the value itself.
    """

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            given = getattr(self, field.name)
            if isinstance(given, np.ndarray):
                object.__setattr__(self, field.name, frozen(given))
            elif isinstance(given, list):
                object.__setattr__(self, field.name, tuple(given))

    @cached_property
    def digest(self) -> str:
        """sha256 (hex) of the type's name and every field, arrays bit by bit."""
        sha = hashlib.sha256()
        _put(sha.update, type(self).__name__)
        for field in fields(self):  # type: ignore[arg-type]
            _put(sha.update, field.name)
            _put(sha.update, getattr(self, field.name))
        return sha.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Value) and type(other) is type(self) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]


def _put(update: Callable[[bytes], None], value: object) -> None:
    """Feeds a field to the hash, with its kind and length, so that no two contents run together."""
    if isinstance(value, Value):
        _feed(update, "v", value.digest.encode())
    elif isinstance(value, np.ndarray):
        _feed(update, "a", repr(value.shape).encode() + np.ascontiguousarray(value, dtype="<f8").tobytes())
    elif isinstance(value, np.generic):
        _put(update, value.item())
    elif isinstance(value, tuple):
        _feed(update, "t", str(len(value)).encode())
        for item in value:
            _put(update, item)
    elif isinstance(value, float):
        _feed(update, "f", value.hex().encode())
    elif value is None or isinstance(value, bool | int | str | range):
        _feed(update, type(value).__name__, str(value).encode())
    else:
        raise refuse(ConfigError, "place.content", kind=type(value).__name__)


def _feed(update: Callable[[bytes], None], kind: str, content: bytes) -> None:
    update(f"{kind}{len(content)}:".encode())
    update(content)
