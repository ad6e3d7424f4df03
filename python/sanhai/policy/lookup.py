"""The shipped documents by name, for whoever looks something up by hand. A run reads the catalogue of its scenario."""

from __future__ import annotations

from collections.abc import Mapping

from sanhai.policy.catalogue import shipped
from sanhai.policy.levers import Lever
from sanhai.policy.schema import Instrument, Pack

__all__ = ["instrument", "instruments", "lever", "lever_table", "pack", "packs"]


def packs() -> Mapping[str, Pack]:
    """All shipped documents by id, in the order of their names."""
    return shipped().packs


def pack(pack_id: str) -> Pack:
    """One shipped document; UnknownNameError suggests near names."""
    return shipped().pack(pack_id)


def instruments(kind: str | None = None, place: str | None = None, status: str | None = None) -> list[Instrument]:
    """Shipped instruments, narrowed by kind, status and place (those of it and of every area around it)."""
    return shipped().instruments(kind, place, status)


def instrument(full_id: str) -> Instrument:
    """One shipped instrument by full id ("lanzhou-2023/art-41"); UnknownNameError suggests near names."""
    return shipped().instrument(full_id)


def lever_table() -> Mapping[str, Lever]:
    """Every lever by path: the model's, those of the shipped documents, the counts a user may give."""
    return shipped().levers


def lever(path: str) -> Lever:
    """One of these by its dotted path; UnknownNameError, a ConfigError, suggests near names."""
    return shipped().lever(path)
