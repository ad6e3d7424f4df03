"""Whether the levers of documents hold together: declared once, named somewhere, with bounds that can be."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from sanhai.policy.levers import Mention, bounds_of, is_unit, mentions, model_paths, units
from sanhai.policy.schema import Instrument, LeverSpec
from sanhai.policy.vocabulary import RecordError

__all__ = ["lever_faults"]

MODEL = "sanhai"  # whose a lever is that no document brings


def lever_faults(rows: Sequence[Instrument]) -> Iterator[RecordError]:
    """Every fault of the levers that instruments declare and name, in their order."""
    named = {one.path for one in mentions(rows)}
    seen = dict.fromkeys(model_paths(), MODEL)
    for row in rows:
        for index, spec in enumerate(row.levers):
            steps = ("levers", index, "path")
            if spec.path in seen:
                first = seen[spec.path]
                yield RecordError(
                    "pack.defined_twice", name=spec.path, first=first, instrument=row.full_id, steps=steps
                )
            elif spec.path not in named:
                yield RecordError("pack.lever_unnamed", path=spec.path, instrument=row.full_id, steps=steps)
            seen.setdefault(spec.path, row.full_id)
            yield from _of_spec(row, index, spec)
    unknown: dict[tuple[str, str], Mention] = {}
    for one in mentions(rows):
        if one.path not in seen:
            unknown.setdefault((one.path, one.owner), one)
    for one in unknown.values():
        near = difflib.get_close_matches(one.path, seen, n=3, cutoff=0.6)
        yield RecordError("pack.lever_unknown", path=one.path, near=near, instrument=one.owner, steps=one.steps)


def _of_spec(row: Instrument, index: int, spec: LeverSpec) -> Iterator[RecordError]:
    """A unit that there is not, bounds that are none, a default outside them."""
    if not is_unit(spec.unit):
        steps = ("levers", index, "unit")
        yield RecordError("pack.lever_unit", unit=spec.unit, known=units(), instrument=row.full_id, steps=steps)
        return
    low, high = bounds_of(spec)
    if not low <= (low if spec.default is None else spec.default) <= high:
        values = {"low": low, "high": high, "default": low if spec.default is None else spec.default}
        steps = ("levers", index, "default")
        yield RecordError("pack.lever_bounds", instrument=row.full_id, steps=steps, **values)
