"""Documents as plain records: what `sanhai policies` lists, and whether a run answers an instrument."""

from __future__ import annotations

from typing import Any

from sanhai.policy.catalogue import Catalogue, shipped
from sanhai.policy.schema import READY, Instrument
from sanhai.policy.vocabulary import COMPUTED

__all__ = ["answer_of", "as_records", "is_computed", "lever_paths", "why_not_computed"]


def lever_paths(row: Instrument) -> list[str]:
    """Paths of the levers an instrument brings."""
    return [spec.path for spec in row.levers]


def is_computed(row: Instrument) -> bool:
    """Whether a run answers the instrument: a payment it can count, take-up, a target with a figure, an output."""
    if row.components:
        return True
    if any(target.value is not None or target.variable in COMPUTED for target in row.targets):
        return True
    named = [one for entry in row.entries for one in entry.carried_by]
    answers = [one for entry in row.entries for one in entry.answered_by]
    return bool(row.adjust or row.supply or named) or any(one in READY for one in answers)


def why_not_computed(row: Instrument) -> str:
    """Why an instrument is recorded and not computed, in English; "" where it is computed or it speaks for itself."""
    if is_computed(row):
        return ""
    why = [entry.why_en for entry in row.entries if entry.why_en]
    if why:
        return why[0]
    answers = [one.replace("_", " ") for entry in row.entries for one in entry.answered_by]
    if answers:
        return f"this output is not built yet: {', '.join(answers)}"
    return ""


def answer_of(row: Instrument) -> tuple[str, ...]:
    """What serves an instrument: outputs of a duty or target, components of its money, settings of a rule."""
    named = [one for entry in row.entries for one in (*entry.answered_by, *entry.carried_by, *entry.reads)]
    own = [f"{row.full_id}/{component.id}" for component in row.components]
    places = [one.places_a_year for one in row.supply]
    judged = ("targets",) if row.targets else ()
    return (*own, *places, *(one.by for one in row.adjust), *judged, *named)


def _amount_rows(row: Instrument) -> list[dict[str, Any]]:
    return [
        {"component": component.id, "per": component.per}
        | amount.model_dump(mode="json", exclude_none=True, exclude={"note"})
        for component in row.components
        for amount in component.amounts
    ]


def _payer_rows(row: Instrument) -> list[dict[str, Any]]:
    return [
        {"component": component.id, **band.model_dump(mode="json")}
        for component in row.components
        for band in component.payers
    ]


def as_records(known: Catalogue | None = None) -> list[dict[str, Any]]:
    """One plain dict an instrument, ready for JSON: the fields of `sanhai policies --json`. known: else the shipped."""
    return [
        {
            "id": row.full_id,
            "kind": row.kind,
            "title_zh": row.title_zh,
            "title_en": row.title_en,
            "document": one.document,
            "place": row.place,
            "article": row.article,
            "status": row.status,
            "carried": row.carried,
            "confidence": row.confidence,
            "confidence_note": row.confidence_note,
            "valid_from": row.valid_from.isoformat() if row.valid_from else None,
            "valid_to": row.valid_to.isoformat() if row.valid_to else None,
            "amounts": _amount_rows(row),
            "payers": _payer_rows(row),
            "levers": lever_paths(row),
            "rows": list(row.rows),
            "answer": list(answer_of(row)),
            "computed": is_computed(row),
            "why": why_not_computed(row),
        }
        for one in (known or shipped()).packs.values()
        for row in one.instruments
    ]
