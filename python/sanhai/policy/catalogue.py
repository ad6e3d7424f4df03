"""The catalogue of instruments: every pack shipped with the package, read once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sanhai.errors import ConfigError, is_one_of, refuse
from sanhai.policy.pack_file import load_pack
from sanhai.policy.schema import READY, Instrument, Pack, PackError, ancestors

NORM = "places_per_1000"  # the target that the need for nursery places is measured against


class UnknownNameError(ConfigError, LookupError):
    """No pack, instrument or lever has this name; the message lists the nearest ones."""


def _unknown(what: str, given: object, known: Iterable[str]) -> UnknownNameError:
    names, name = list(known), given if isinstance(given, str) else ""
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if not near:  # an article number alone, or a pack's name, is worth a match too
        near = [full for full in names if name and (full.endswith("/" + name) or full.startswith(name))][:3]
    if what == "pack":
        return refuse(UnknownNameError, "pack.unknown", got=given, known=names, near=near)
    return refuse(UnknownNameError, "instrument.unknown", got=given, n=len(names), near=near)


def _check_across(loaded: dict[str, Pack]) -> None:
    """Faults that no single pack can show: a row or lever carried twice, a component named that does not exist."""
    rows = [row for pack in loaded.values() for row in pack.instruments]
    known = {f"{row.full_id}/{component.id}" for row in rows for component in row.components}
    seen: dict[str, str] = {}
    stocks: dict[str, str] = {}
    for row in rows:
        where = f"{row.pack}.toml: instrument {row.id}"
        for name in [*row.rows, *(spec.path for spec in row.levers)]:
            if name in seen:
                raise PackError(f"{where}: {name} is already in {seen[name]}; allowed: once")
            seen[name] = row.full_id
        for one in row.components:
            group = None if one.stack is None else one.stack.group
            if group is not None and stocks.setdefault(group, one.count.stock) != one.count.stock:
                what = f"group {group} counts {stocks[group]}, component {one.id} {one.count.stock}"
                raise PackError(f"{where}: {what}; allowed: one stock a group")
        for link in (one for entry in row.entries for one in entry.carried_by):
            if link not in known:
                raise PackError(f"{where}: {link!r} names no component; allowed: the full id of one")


@lru_cache(maxsize=1)
def packs() -> dict[str, Pack]:
    """All packs by id, in the order of their names. Raises PackError for a pack that does not follow the schema."""
    folder = files("sanhai.policy") / "packs"
    loaded: dict[str, Pack] = {}
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            one = load_pack(entry.read_text(encoding="utf-8"), entry.name)
            if f"{one.id}.toml" != entry.name:
                raise PackError(f"{entry.name}: field id: got {one.id!r}; allowed: the file's name without .toml")
            loaded[one.id] = one
    _check_across(loaded)
    return loaded


ASIDE = ("levers", "local-examples")  # packs that no place has in use by itself


@lru_cache(maxsize=1)
def homes() -> frozenset[str]:
    """Codes of the places that have documents of their own here."""
    return frozenset(row.place for one in packs().values() if one.id not in ASIDE for row in one.instruments)


def pack(pack_id: str) -> Pack:
    """One pack; UnknownNameError suggests near names."""
    if not is_one_of(pack_id, packs()):
        raise _unknown("pack", pack_id, packs())
    return packs()[pack_id]


def instruments(kind: str | None = None, place: str | None = None, status: str | None = None) -> list[Instrument]:
    """Instruments, narrowed by kind, status and place (GB/T 2260: those of the place and of every area around it)."""
    around = ancestors(place) if place is not None else None
    return [
        row
        for one in packs().values()
        for row in one.instruments
        if (kind is None or row.kind == kind)
        and (status is None or row.status == status)
        and (around is None or row.place in around)
    ]


def instrument(full_id: str) -> Instrument:
    """One instrument by full id ("lanzhou-2023/art-41"); UnknownNameError suggests near names."""
    rows = {row.full_id: row for row in instruments()}
    if not is_one_of(full_id, rows):
        raise _unknown("instrument", full_id, rows)
    return rows[full_id]


def instruments_named(name: str) -> tuple[Instrument, ...]:
    """All of a document ("lanzhou-2023"), or the one of a full id; UnknownNameError suggests near names."""
    return packs()[name].instruments if is_one_of(name, packs()) else (instrument(name),)


def lever_paths(row: Instrument) -> list[str]:
    """Paths of the levers an instrument brings."""
    return [spec.path for spec in row.levers]


def is_computed(row: Instrument) -> bool:
    """Whether a run answers the instrument: a payment it can count, take-up, a norm of places, an output it has."""
    if row.components:
        return True
    if any(target.variable == NORM and target.value is not None for target in row.targets):
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
    """What serves an instrument: outputs of a duty, components of its money, settings of a rule."""
    named = [one for entry in row.entries for one in (*entry.answered_by, *entry.carried_by, *entry.reads)]
    own = [f"{row.full_id}/{component.id}" for component in row.components]
    places = [one.places_a_year for one in row.supply]
    return (*own, *places, *(one.by for one in row.adjust), *(one.variable for one in row.targets), *named)


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


def as_records() -> list[dict[str, Any]]:
    """One plain dict an instrument, ready for JSON: the fields of `sanhai policies --json`."""
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
        for one in packs().values()
        for row in one.instruments
    ]
