"""Values of a run (places, scenarios, options, notes) as JSON and back, bit for bit; only types named here are made."""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from sanhai.errors import FileError, refuse

__all__ = ["decoded", "encoded"]

# Where each type that a file may hold is defined: a file names types, never modules.
KNOWN = {
    "Aim": "sanhai.places.standard",
    "Base": "sanhai.places.base",
    "Country": "sanhai.places.country",
    "Derived": "sanhai.places.place",
    "Facts": "sanhai.run.output",
    "Figure": "sanhai.places.figures",
    "Figures": "sanhai.places.figures",
    "GivenParity": "sanhai.places.standard",
    "LineInfo": "sanhai.results.info",
    "MortalityIndex": "sanhai.places.standard",
    "Note": "sanhai.results.info",
    "Options": "sanhai.run.options",
    "OriginDestinationRates": "sanhai.run.rates",
    "PackFile": "sanhai.policy.pack_file",
    "ParityHistory": "sanhai.places.standard",
    "Place": "sanhai.places.place",
    "PlaceFacts": "sanhai.run.output",
    "PlaceInfo": "sanhai.run.layout",
    "PoolRates": "sanhai.run.rates",
    "Scenario": "sanhai.policy.scenario",
    "Setting": "sanhai.policy.series",
    "Source": "sanhai.places.figures",
    "Standard": "sanhai.places.standard",
}
DEEPEST = 60


@cache
def _type(name: str) -> type:
    if name not in KNOWN:
        raise refuse(FileError, "saved.type", got=name, known=list(KNOWN))
    found: type = getattr(import_module(KNOWN[name]), name)
    return found


def encoded(value: object) -> Any:
    """`value` as JSON-plain data. Values that carry a digest stand once, in `shared`, however often they occur."""
    shared: dict[str, Any] = {}
    return {"value": _encode(value, shared), "shared": shared}


def _encode(value: object, shared: dict[str, Any]) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, range):
        return {"range": [value.start, value.stop, value.step]}
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_encode(one, shared) for one in value]}
    if isinstance(value, Mapping):
        return {"map": [[str(key), _encode(one, shared)] for key, one in value.items()]}
    return _encode_dataclass(value, shared)


def _encode_array(value: np.ndarray[Any, Any]) -> dict[str, Any]:
    plain = np.ascontiguousarray(value)
    plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    packed = base64.b64encode(zlib.compress(plain.tobytes(), 6)).decode("ascii")
    return {"array": packed, "dtype": plain.dtype.str, "shape": list(plain.shape)}


def _encode_dataclass(value: object, shared: dict[str, Any]) -> dict[str, Any]:
    name = type(value).__name__
    if not is_dataclass(value) or _type(name) is not type(value):
        raise TypeError(f"a result cannot hold a {type(value).__name__}")

    def content() -> dict[str, Any]:
        return {
            "type": name,
            "fields": {one.name: _encode(getattr(value, one.name), shared) for one in fields(value) if one.init},
        }

    digest = getattr(value, "digest", None)
    if not isinstance(digest, str):
        return content()
    key = f"{name} {digest}"
    if key not in shared:
        shared[key] = None  # the value itself never holds itself: a part's parent is the whole without its parts
        shared[key] = content()
    return {"shared": key}


def decoded(given: object) -> Any:
    """The value behind `encoded`. FileError for anything that is not of its making."""
    try:
        assert isinstance(given, dict)
        return _decode(given["value"], given["shared"], {}, 0)
    except FileError:
        raise
    except Exception as error:
        raise refuse(FileError, "saved.values", said=str(error) or type(error).__name__) from error


def _decode(given: Any, shared: Mapping[str, Any], made: dict[str, Any], depth: int) -> Any:
    if depth > DEEPEST:
        raise ValueError("values inside values without end")
    if not isinstance(given, dict):
        return given

    def inner(one: Any) -> Any:
        return _decode(one, shared, made, depth + 1)

    if "shared" in given:
        key = str(given["shared"])
        if key not in made:
            made[key] = inner(shared[key])
        return made[key]
    if "type" in given:
        kind = _type(str(given["type"]))
        return kind(**{str(name): inner(one) for name, one in given["fields"].items()})
    if "tuple" in given:
        return tuple(inner(one) for one in given["tuple"])
    if "list" in given:
        return [inner(one) for one in given["list"]]
    if "map" in given:
        return {str(key): inner(one) for key, one in given["map"]}
    if "float" in given:
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[given["float"]]
    if "range" in given:
        return range(*(int(one) for one in given["range"]))
    return _decode_array(given)


def _decode_array(given: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    dtype = np.dtype(str(given["dtype"]))
    if dtype.kind not in "fiub":
        raise ValueError(f"an array of {dtype}")
    shape = tuple(int(one) for one in given["shape"])
    size = math.prod(shape) * dtype.itemsize
    unpacked = zlib.decompressobj().decompress(base64.b64decode(given["array"], validate=True), size + 1)
    if len(unpacked) != size:
        raise ValueError("an array of another size than its shape")
    return np.frombuffer(unpacked, dtype=dtype).reshape(shape)
