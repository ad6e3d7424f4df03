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
from sanhai.run.layout import scenario_place

if TYPE_CHECKING:
    from sanhai.policy.scenario import Scenario
    from sanhai.run.options import Options
    from sanhai.run.rates import OriginDestinationRates, PoolRates

__all__ = ["FORMAT", "id_of", "identity_of", "identity_with", "manifest_of", "scenario_record"]

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
    """A scenario as plain data: its place, what is in use, every setting with its date, what it is called."""
    place = scenario_place(one)
    notes = {"note_zh": one.note_zh, "note_en": one.note_en}
    return {**one.as_dict(), "place_digest": place.digest, "hash": one.hash, **notes}


def identity_of(
    places: Sequence[str],
    years: range,
    scenarios: Sequence[Scenario],
    options: Options,
    exchange: PoolRates | OriginDestinationRates | None,
) -> str:
    """Everything that the numbers and their order depend on, as canonical JSON."""
    return _canonical(
        {
            "format": FORMAT,
            "sanhai": __version__,
            "place": places[0],
            "places": list(places),
            "years": [years[0], years[-1]],
            **options.identity(),
            "scenarios": [scenario_record(one) for one in scenarios],
            "exchange": None if exchange is None else exchange.identity(),
            "tables": table_hashes(),
        }
    )


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=True, allow_nan=False)


def identity_with(identity: str, **changed: Any) -> str:
    """The same with other values of some keys."""
    return _canonical({**json.loads(identity), **changed})


def id_of(identity: str) -> str:
    """Twelve hexadecimal digits; equal ids mean equal inputs, in the same order, and so the same bits."""
    return hashlib.sha256(identity.encode()).hexdigest()[:12]


def manifest_of(identity: str) -> dict[str, Any]:
    """A fresh copy with the build and the id; nothing in it reaches the result."""
    return {**json.loads(identity), "build": _bridge.build_info(), "run_id": id_of(identity)}
