"""What a result says about its own parts, as plain frozen values: lines of the bill, marks of numbers, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanhai.run.layout import PlaceInfo

__all__ = ["CONFIDENCES", "NATURES", "LineInfo", "Mark", "Note", "PlaceInfo", "weakest"]

CONFIDENCES = ("high", "medium", "low")
NATURES = ("published", "estimated", "entered", "projected", "assumed", "example")


def weakest(*levels: str) -> str:
    """The least sure of some confidences: a chain is as strong as its weakest link."""
    return max(levels, key=CONFIDENCES.index)


@dataclass(frozen=True, slots=True)
class LineInfo:
    """A line of the bill: one component of one instrument."""

    id: str  # instrument/component
    instrument: str
    component: str
    confidence: str  # the weakest among the scenarios that have the line
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How a number came about and how sure it is."""

    basis: str  # fitted, residual, estimated, projected; of needs and gaps of places the document or definition; or ""
    fitted: bool  # solved from a published figure, or entered, of that place and year
    confidence: str  # one of CONFIDENCES
    nature: str  # one of NATURES


@dataclass(frozen=True)
class Note:
    """Something a reader must know to trust the numbers, as data: show/ has the sentence of each rule."""

    rule: str
    place: str = ""  # code, or "" where it is about no place
    years: tuple[int, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)  # JSON-plain; base units
