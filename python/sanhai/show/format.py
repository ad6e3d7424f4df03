"""Marks beside a number and intervals after it."""

from __future__ import annotations

from sanhai.show.numbers import number, outward
from sanhai.show.words import Scale, say

__all__ = ["FITTED_MARK", "LOW_MARK", "interval", "mark_of", "weakest"]

LEVELS = ("high", "medium", "low")
# Both are in GBK and GB2312, and a console without them gets letters for them (sanhai.cli.frame).
FITTED_MARK, LOW_MARK = "※", "△"


def weakest(*levels: str) -> str:
    """The least sure of several confidences."""
    return max(levels, key=LEVELS.index)


def mark_of(confidence: str, fitted: bool = False) -> str:
    """※ where a number is calibrated to a published figure, △ where it is indicative only, else nothing."""
    return FITTED_MARK if fitted else LOW_MARK if confidence == "low" else ""


def interval(low: float, high: float, scale: Scale, lang: str | None = None, signed: bool = False) -> str:
    """[low, high] in a scale, rounded outwards."""
    ends = outward(low / scale.divisor, high / scale.divisor, scale.digits)
    shown = [number(end, scale.digits, signed) for end in ends]
    return say(f"form.{'interval_signed' if signed else 'interval'}", lang, low=shown[0], high=shown[1])
