"""An own place that is the sum of its parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import ConfigError, InputError, problem, refuse
from sanhai.places.base import N_AGES, Base
from sanhai.places.place import Place

if TYPE_CHECKING:
    from sanhai.calibrate.own import _Making

__all__ = ["sum_of"]

WARNED, REFUSED = 0.005, 0.05  # by how much the parts may miss the whole's own count


def sum_of(name: str, code: str, home: tuple[str, ...], making: _Making) -> dict[str, Any]:
    """Fields of the place: parts with one index of mortality, its own count compared or, with `rake`, met."""
    from sanhai.calibrate.own import _named, _population, with_index

    given = making.given
    parts = _parts(given["parts"], name)
    odd = [argument for argument in ("mortality", "fertility", "migration") if given[argument] is not None]
    if odd:
        raise refuse(ConfigError, "own.sum_rates", got=odd[0])
    counts = np.sum([part.base.counts for part in parts], axis=0)
    if given["population"] is not None:
        whole = float(_population(given["population"], making).values.sum())
        ratio = whole / float(counts.sum())
        if given["rake"]:
            making.said("population", "parts_raked", f"{ratio - 1:+.2%}")
            parts = tuple(_scaled(part, ratio) for part in parts)
            counts = counts * ratio
        elif abs(ratio - 1) > REFUSED:
            found = {"parts": float(counts.sum()), "whole": whole, "share": f"{abs(ratio - 1):.1%}"}
            raise InputError([problem("input.PART_SUM.own", {"variable": "pop"}, **found)])
        elif abs(ratio - 1) > WARNED:
            making.said("population", "parts_differ", f"{ratio - 1:+.2%}")
    first = parts[0]
    assert first.own_standard is not None
    index = first.own_standard.mortality
    base = Base(counts, tuple(range(N_AGES)), first.base.date, first.base.source, first.base.confidence, "sum of parts")
    return {
        **_named(name, code, given), "base": base, "parts": tuple(with_index(part, index) for part in parts),
        "policy_codes": home, "derived": tuple(making.derived),
    }  # fmt: skip


def _parts(given: object, name: str) -> tuple[Place, ...]:
    listed = tuple(given) if isinstance(given, list | tuple) else ()
    if len(listed) < 2 or any(not isinstance(one, Place) or one.own_standard is None for one in listed):
        raise refuse(ConfigError, "own.parts", got=given if not listed else [str(one) for one in listed][:5])
    starts = sorted({part.base.first_year for part in listed})
    if len(starts) > 1:
        raise refuse(ConfigError, "place.starts", where=f"place {name}", starts=starts)
    return listed


def _scaled(part: Place, ratio: float) -> Place:
    base = part.base
    scaled = Base(base.counts * ratio, base.lower, base.date, base.source, base.confidence, base.method)
    return replace(part, base=scaled)
