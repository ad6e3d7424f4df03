"""How a valid call of the compiled module is written down, so that every part of it can be changed on its own.

A spec is what a call is made from: a plain value (array, number, text, list, tuple, None, enum member), a Struct that
is built from its arguments and attributes, or a Made, the result of another call, which is taken as it is.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sanhai import _core

__all__ = ["Made", "Path", "Struct", "arrays", "build", "cells", "entries", "lengths", "parts", "replaced", "resized"]

Path = tuple[Any, ...]
# pybind11's own hook on every class, for other modules built with pybind11; nothing of ours is behind it.
FOREIGN = {"_pybind11_conduit_v1_"}


@dataclass(frozen=True)
class Struct:
    """An object made by its constructor, then given attributes."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What a call returns: a function of the module, or "Class.method" of an object."""

    name: str
    arguments: dict[str, Any]
    of: Any = None
    member: int | None = None  # of the list that it returns


def build(spec: Any) -> Any:
    """The object a spec describes, made anew; arrays are shared, since no call may change them."""
    if isinstance(spec, Struct):
        made = getattr(_core, spec.name)(**{name: build(value) for name, value in spec.arguments.items()})
        for name, value in spec.attributes.items():
            setattr(made, name, build(value))
        return made
    if isinstance(spec, Made):
        owner = _core if spec.of is None else build(spec.of)
        call = getattr(owner, spec.name.rpartition(".")[2])
        made = call(**{name: build(value) for name, value in spec.arguments.items()})
        return made if spec.member is None else made[spec.member]
    if isinstance(spec, list):
        return [build(item) for item in spec]
    if isinstance(spec, tuple):
        return tuple(build(item) for item in spec)
    return spec


def parts(spec: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every part of a spec with the way to it, the whole first; a Made is a whole."""
    yield path, spec
    if isinstance(spec, Struct):
        for kind in ("arguments", "attributes"):
            for name, value in getattr(spec, kind).items():
                yield from parts(value, (*path, kind, name))
    elif isinstance(spec, (list, tuple)):
        for index, item in enumerate(spec[:1]):  # one member stands for all
            yield from parts(item, (*path, index))


def replaced(spec: Any, path: Path, value: Any) -> Any:
    """The spec with the part at `path` replaced."""
    if not path:
        return value
    if isinstance(spec, Struct):
        kind, name, *rest = path
        members = dict(getattr(spec, kind))
        members[name] = replaced(members[name], tuple(rest), value)
        return Struct(spec.name, **{"arguments": spec.arguments, "attributes": spec.attributes, kind: members})
    index, *rest = path
    return type(spec)(replaced(item, tuple(rest), value) if at == index else item for at, item in enumerate(spec))


def resized(spec: Any, length: int, wanted: int) -> Any:
    """The spec with every axis of one length, in all its arrays, made another: shapes that agree and are still odd."""
    if isinstance(spec, np.ndarray):
        for axis in [axis for axis, n in enumerate(spec.shape) if n == length]:
            spec = np.take(spec, np.arange(wanted) % length, axis)
        return spec
    if isinstance(spec, Struct):
        members = {
            kind: {name: resized(value, length, wanted) for name, value in getattr(spec, kind).items()}
            for kind in ("arguments", "attributes")
        }
        return Struct(spec.name, **members)
    if isinstance(spec, dict):
        return {name: resized(value, length, wanted) for name, value in spec.items()}
    if isinstance(spec, (list, tuple)):
        return type(spec)(resized(item, length, wanted) for item in spec)
    return spec


def lengths(spec: Any) -> set[int]:
    """Of the axes of all its arrays."""
    return {length for array in arrays(spec) for length in array.shape if length}


def arrays(spec: Any) -> Iterator[np.ndarray[Any, Any]]:
    """Every array inside a spec that a call is given as it stands."""
    if isinstance(spec, np.ndarray):
        yield spec
        return
    if isinstance(spec, Struct):
        spec = [*spec.arguments.values(), *spec.attributes.values()]
    if isinstance(spec, Made):
        spec = [*spec.arguments.values(), spec.of]
    if isinstance(spec, dict):
        spec = list(spec.values())
    if isinstance(spec, (list, tuple)):
        for item in spec:
            yield from arrays(item)


def cells(spec: Any, length: int, wanted: int) -> int:
    """Most cells an array would have after `resized`."""
    shapes = ([wanted if n == length else n for n in array.shape] for array in arrays(spec))
    return max((math.prod(shape) for shape in shapes), default=0)


def entries() -> dict[str, str]:
    """Every entry of the module by name: function, constructor, way round it, method, property to read or to set."""
    found = {}
    for name, value in vars(_core).items():
        if name.startswith("__"):
            continue
        if not isinstance(value, type):
            found[name] = "function"
        elif not issubclass(value, enum.Enum):
            found[f"{name}.__new__"] = "way round the constructor"
            for member, inside in vars(value).items():
                if isinstance(inside, property):
                    found[f"{name}.{member}"] = "property" if inside.fset is None else "settable property"
                elif member == "__init__" and type(inside).__name__ == "instancemethod":
                    found[f"{name}.__init__"] = "constructor"
                elif not member.startswith("__") and member not in FOREIGN:
                    found[f"{name}.{member}"] = "method"
    return found


def same_array(values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """float64, not to be written by accident."""
    out = np.array(values, dtype=float)
    out.setflags(write=False)
    return out
