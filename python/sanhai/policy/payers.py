"""Who pays: splits by level, nested, with levers, what is left and what is unknown."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from sanhai.policy.vocabulary import (
    LEVELS,
    SHARE_TOLERANCE,
    Confidence,
    Fraction01,
    LeverPath,
    Place,
    RecordError,
    Strict,
)

__all__ = ["PayerBand", "is_lever", "leaves_of", "nest"]


def leaves_of(tree: Mapping[str, Any]) -> Iterator[tuple[str, float | str]]:
    """(level, share) of a nested split; `rest` is what its siblings leave, split again."""
    for level, share in tree.items():
        if level == "rest":
            yield from leaves_of(share)
        else:
            yield level, share


def _check_tree(tree: Mapping[str, Any], note: str) -> None:
    """RecordError for a split that is not whole: numbers, levers, "rest" once, "unknown" with a note, nested rest."""
    found = [share for level, share in tree.items() if level != "rest"]
    numbers = [share for share in found if isinstance(share, float | int)]
    texts = [share for share in found if isinstance(share, str)]
    open_ended = [one for one in texts if one in ("rest", "unknown")]
    total = math.fsum(numbers)
    if any(not 0.0 <= number <= 1.0 for number in numbers) or total > 1.0 + SHARE_TOLERANCE:
        raise RecordError("pack.shares_over", total=f"{total:.12g}")
    if "unknown" in texts and not note:
        raise RecordError("pack.unknown_note")
    if texts.count("rest") + ("rest" in tree) > 1:
        raise RecordError("pack.rest_once")
    if not open_ended and "rest" not in tree and (len(texts) > 0 or abs(total - 1.0) > SHARE_TOLERANCE):
        raise RecordError("pack.shares_sum", total=f"{total:.12g}")
    if "rest" in tree:
        if abs(total - 1.0) <= SHARE_TOLERANCE and not texts:
            raise RecordError("pack.rest_nothing")
        _check_tree(tree["rest"], note)


def nest(tree: Mapping[str, Any], value: Mapping[str, float | None] | None = None) -> dict[str, float]:
    """Shares by level of a nested split, sum 1: {"province": 0.8, "rest": {"city": 0.2, "county": 0.8}} is 80/4/16.

    value: numbers of the levers it names. What is "unknown", or stands in a lever that nobody set, is `unsplit`. Raises
    ValueError where the shares pass 1, or leave something that nobody pays.
    """
    out: dict[str, Fraction] = {}

    def put(level: str, share: Fraction) -> None:
        out[level] = out.get(level, Fraction(0)) + share

    def walk(node: Mapping[str, Any], whole: Fraction) -> None:
        shares = {level: share for level, share in node.items() if level != "rest"}
        found = {
            level: (value or {}).get(share) if isinstance(share, str) else share
            for level, share in shares.items()
            if share not in ("rest", "unknown")
        }
        known = {level: Fraction(str(share)) for level, share in found.items() if share is not None}
        left = 1 - sum(known.values(), Fraction(0))
        if left < -SHARE_TOLERANCE:
            raise ValueError(f"the split {dict(node)} sums to {float(1 - left):g}, more than 1")
        for level, share in known.items():
            put(level, whole * share)
        left = max(left, Fraction(0))
        takes_rest = [level for level, share in shares.items() if share == "rest"]
        if "unknown" in shares.values() or len(known) < len(found):
            takes_rest = ["unsplit"]
        if takes_rest:
            put(takes_rest[0], whole * left)
        elif "rest" in node:
            walk(node["rest"], whole * left)
        elif left > SHARE_TOLERANCE:
            raise ValueError(f"the split {dict(node)} leaves {float(left):g} that nobody pays")

    walk(tree, Fraction(1))
    return {level: float(share) for level, share in out.items()}


class PayerBand(Strict):
    """Who pays, by level, in `places` (None: everywhere the instrument holds) from `valid_from` on.

    `shares` is a tree of numbers, levers, "rest" (what is left), a nested rest, "unknown" (then unsplit). With
    `provider` (who runs the service) a band holds for `weight` of the money, a share or "rest".
    """

    rows: tuple[str, ...] = ()
    valid_from: dt.date | None = None
    places: tuple[Place, ...] | None = None
    provider: str | None = None
    weight: Fraction01 | Literal["rest"] | LeverPath | None = None
    shares: dict[str, Any] = Field(min_length=1)
    confidence: Confidence = "high"
    note: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for level, share in leaves_of(self.shares):
            if level not in LEVELS:
                raise RecordError("pack.level", level=level, known=LEVELS)
            if isinstance(share, bool) or not (isinstance(share, float | int) or _is_share_text(share)):
                raise RecordError("pack.share", level=level, share=repr(share))
        _check_tree(self.shares, self.note)
        if (self.provider is None) != (self.weight is None):
            raise RecordError("pack.together", one="provider", other="weight")
        if self.confidence != "high" and not self.note:
            raise RecordError("pack.confidence_note", confidence=self.confidence, lacking="note")
        return self


def _is_share_text(share: object) -> bool:
    return isinstance(share, str) and (share in ("rest", "unknown") or is_lever(share))


def is_lever(value: object) -> bool:
    """Whether a number of a pack stands in a lever."""
    return isinstance(value, str) and "." in value and value[:1].isalpha()
