"""Norms of nursery places per 1,000 residents: the target of a place's own document, of the nearest, or a user's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.policy.catalogue import NORM
from sanhai.policy.months import january
from sanhai.policy.reading import Reading

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["Norm", "documented_norm", "norm_of"]


@dataclass(frozen=True, slots=True)
class Norm:
    """A target of places that a document gives."""

    per_1000: float
    source: str  # full id of the instrument
    by: int | None  # the year at whose end it is due
    is_past: bool  # the document says that its date has passed


def norm_of(reading: Reading, leaf: Place, year: int) -> tuple[float, str]:
    """(places per 1,000 residents, where the target stands) in a year: the place's own document, else the nearest's."""
    own = reading.number("nursery.norm_per_1000", leaf, january(year)) if reading.holds_at(leaf) else None
    if own is not None:
        return own, "set by the user"
    found = documented_norm(reading, leaf)
    return (np.nan, "") if found is None else (found.per_1000, found.source)


def documented_norm(reading: Reading, leaf: Place) -> Norm | None:
    """The target of the place's own document in use, else of the nearest area above that has one."""
    return reading.memo(("norm", leaf.code), lambda: _documented_norm(reading, leaf))


def _documented_norm(reading: Reading, leaf: Place) -> Norm | None:
    targets = {
        row.place: Norm(target.value, row.full_id, target.by, row.status == "target_date_passed")
        for row in reading.instruments_at(leaf)
        for target in row.targets
        if target.variable == NORM and target.value is not None
    }
    return next((targets[near] for near in leaf.policy_codes if near in targets), None)
