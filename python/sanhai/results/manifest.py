"""What a result depends on, and its id: a hash of everything that can change a byte of any output."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sanhai import _bridge
from sanhai._version import __version__

if TYPE_CHECKING:
    from sanhai.policy.scenario import Scenario
    from sanhai.run.options import Options

__all__ = ["FORMAT", "content_of", "id_of", "manifest_of", "scenario_record"]

FORMAT = 2  # of saved results and manifests
TABLES = (("sanhai.places", "data"), ("sanhai.policy", "packs"), ("sanhai.policy", "data"))


@cache
def table_hashes() -> dict[str, str]:
    """SHA-256 of every shipped table and policy document that a run may rest on."""
    out = {}
    for package, folder in TABLES:
        for entry in sorted(files(package).joinpath(folder).iterdir(), key=lambda item: item.name):
            if entry.name.endswith((".csv", ".toml")):
                out[f"{folder}/{entry.name}"] = hashlib.sha256(entry.read_bytes()).hexdigest()
    return out


def scenario_record(one: Scenario) -> dict[str, Any]:
    """A scenario as plain data: what is in use, every setting with its date, what it is called."""
    return {**one.as_dict(), "hash": one.hash, "note_zh": one.note_zh, "note_en": one.note_en}


def content_of(
    place: str,
    places: Sequence[str],
    years: range,
    scenarios: Sequence[Scenario],
    options: Options,
    exchange: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Everything that the numbers and their order depend on, as plain data."""
    return {
        "format": FORMAT,
        "sanhai": __version__,
        "place": place,
        "places": list(places),
        "years": [years[0], years[-1]],
        **options.identity(),
        "scenarios": [scenario_record(one) for one in scenarios],
        "exchange": None if exchange is None else dict(exchange),
        "tables": table_hashes(),
    }


def id_of(content: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits; equal ids mean equal inputs, in the same order, and so the same bits."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def manifest_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """A fresh copy of the content with the build and the id; nothing in it reaches the result."""
    copied: dict[str, Any] = json.loads(json.dumps(content))
    return {**copied, "build": _bridge.build_info(), "run_id": id_of(content)}
