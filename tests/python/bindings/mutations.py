"""What is done to one part of a valid call. A benign mutation says the same in another way, so the result must be the
same to the last bit; after any other the call may refuse."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import numpy as np

from bindings.specs import Made, Struct, build
from sanhai import _core

__all__ = ["Foreign", "mutations"]

INTEGERS = (
    -1,
    0,
    1,
    7,
    10**4,
    10**5,
    10**9,
    2**31 - 1,
    -(2**31),
    2**31,
    2**32,
    2**63 - 1,
    2**64 - 1,
    2**64,
    -(2**63),
)
REALS = (np.nan, np.inf, -np.inf, -0.0, 0.0, -1.0, 0.5, 1.0, 1e308, -1e308, 5e-324, 1e15)
TEXTS = ("", "x", "中文", "a\x00b", "\udc80", "x" * 100_000)


class Foreign:
    """A value that stands for itself: built already, neither a spec nor anything the module knows."""

    def __init__(self, value: Any) -> None:
        self.value = value


def mutations(spec: Any) -> Iterator[tuple[str, Any, bool]]:
    """(name, what stands in the part's place, whether it is benign)."""
    yield "none", Foreign(None), False
    if isinstance(spec, np.ndarray):
        yield from _arrays(spec)
    elif isinstance(spec, (bool, np.bool_)):
        yield from ((f"bool {value!r}", Foreign(value), False) for value in (not spec, 2, 0.5, "yes", []))
    elif isinstance(spec, enum.Enum):
        yield from ((f"member {other.name}", other, other is spec) for other in type(spec))
        yield from ((f"enum {value!r}", Foreign(value), False) for value in (0, 99, "cash", _core.HeadStock.jan1))
    elif isinstance(spec, int):
        yield "numpy integer", np.int64(spec), True
        yield from ((f"integer {value}", value, False) for value in INTEGERS)
        yield from ((f"integer {value!r}", Foreign(value), False) for value in (True, 1.5, np.nan, "1", [1], 1j))
    elif isinstance(spec, float):
        yield "numpy float", np.float64(spec), True
        yield from ((f"real {value!r}", value, False) for value in REALS)
        yield from ((f"real {value!r}", Foreign(value), False) for value in (True, 3, 10**400, "1.0", [1.0], 1j))
    elif isinstance(spec, str):
        yield from ((f"text {value[:9]!r}", value, False) for value in TEXTS)
        yield from ((f"text {value!r}", Foreign(value), False) for value in (b"bytes", 3, ["x"]))
    elif isinstance(spec, (list, tuple)):
        yield from _sequences(spec)
    elif isinstance(spec, (Struct, Made)):
        yield from _objects(spec)


def _sequences(spec: Any) -> Iterator[tuple[str, Any, bool]]:
    kind = type(spec)
    yield "empty", kind(), False
    yield "twice", spec + spec, False
    yield "one less", spec[:-1], False
    yield "one more", spec + kind(spec[-1:]), False
    yield "a thousand", kind(list(spec[:1]) * 1000), False
    yield "backwards", kind(list(spec)[::-1]), False
    yield from ((f"sequence {value!r}", Foreign(value), False) for value in ("abc", 3, {1: 2}, [None], [[]], object()))


def _objects(spec: Any) -> Iterator[tuple[str, Any, bool]]:
    made = build(spec)
    yield from ((f"object {value!r}", Foreign(value), False) for value in (3, "x", [], np.zeros(3), object, type(made)))
    other = _core.RunOptions() if not isinstance(made, _core.RunOptions) else _core.ParityParameters()
    yield "another struct", Foreign(other), False


def _arrays(a: np.ndarray[Any, Any]) -> Iterator[tuple[str, Any, bool]]:
    yield from _same_values(a)
    yield from _shapes(a)
    for axis in range(a.ndim):
        yield f"axis {axis} backwards", np.flip(a, axis), False
    for dtype in ("float32", "float16", "int64", "int8", "uint64"):
        with np.errstate(all="ignore"):
            yield (
                dtype,
                a.astype(dtype) if not np.isnan(a).any() or dtype.startswith("f") else np.zeros(a.shape, dtype),
                False,
            )
    for dtype in ("complex128", "bool", "object", "U8", "S8", "M8[s]"):
        yield dtype, Foreign(np.zeros(a.shape, dtype)), False
    yield "structured", Foreign(np.zeros(a.shape, [("x", float)])), False
    for value in REALS:
        one = np.array(a)
        if one.size:
            one.flat[one.size // 2] = value
        yield f"one cell {value!r}", one, False
        yield f"all cells {value!r}", np.full(a.shape, value), False
    yield from (
        (f"array {value!r}", Foreign(value), False) for value in ("x", {}, [[1.0], [1.0, 2.0]], object(), [None])
    )


def _same_values(a: np.ndarray[Any, Any]) -> Iterator[tuple[str, Any, bool]]:
    yield "read-only", _locked(np.array(a)), True
    yield "writeable", np.array(a), True
    yield "nested lists", Foreign(a.tolist()), True
    yield "Fortran order", np.asfortranarray(a), True
    yield "big-endian", a.astype(">f8"), True
    yield "long double", a.astype(np.longdouble), True
    if a.ndim:
        wide = np.full((*a.shape[:-1], 2 * a.shape[-1]), np.nan)
        wide[..., ::2] = a
        yield "every second", wide[..., ::2], True
        yield "negative strides", np.ascontiguousarray(a[::-1])[::-1], True
        unaligned = np.frombuffer(b"x" + a.tobytes(), dtype=np.uint8)[1:].view(a.dtype).reshape(a.shape)
        yield "unaligned", unaligned, True


def _shapes(a: np.ndarray[Any, Any]) -> Iterator[tuple[str, Any, bool]]:
    for axis in range(a.ndim):
        n = a.shape[axis]
        for length in sorted({0, 1, n - 1, n + 1, 2 * n, n + 300} - {n, -1}):
            index = np.arange(length) % max(n, 1)
            yield f"axis {axis} of {length}", np.take(a, index, axis) if n else np.zeros(_with(a, axis, length)), False
        if a.ndim > 1:
            yield f"axis {axis} huge, others empty", np.empty([2**40 if i == axis else 0 for i in range(a.ndim)]), False
    yield "one axis more", a[None], False
    yield "one axis more at the end", a[..., None], False
    yield "flat", np.array(a).ravel(), a.ndim == 1
    yield "a single number", np.float64(a.flat[0] if a.size else 0.0), False
    yield "no axes", np.array(0.5), False
    yield "empty list", Foreign([]), False
    if a.ndim:
        yield "one axis less", a[0] if a.shape[0] else np.zeros(a.shape[1:]), False
        yield "nothing at all", np.empty([0] * a.ndim), False
    if a.ndim > 1:
        yield "transposed", np.array(a.T), False
    yield "32 axes", np.zeros([1] * 32), False


def _with(a: np.ndarray[Any, Any], axis: int, length: int) -> list[int]:
    return [length if i == axis else n for i, n in enumerate(a.shape)]


def _locked(a: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    a.setflags(write=False)
    return a
