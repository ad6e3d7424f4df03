"""Levers by which a user says who pays a component: `payers.<component>.<level>`, all levels together one whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sanhai.errors import words
from sanhai.policy.component import Component
from sanhai.policy.levers import OF_BILL, Lever, scope_of
from sanhai.policy.payers import leaves_of
from sanhai.policy.schema import Instrument
from sanhai.policy.vocabulary import FORGONE, LEVELS

__all__ = ["is_payer_path", "payer_levels", "payer_levers", "payer_path", "providers_of"]

START = "payers."


def payer_path(component_id: str, level: str, provider: str = "") -> str:
    """The lever of a level's share: `payers.lanzhou-2023/art-41/place.county`.

    provider: of whom the document tells apart who runs a service, `payers.lanzhou-2023/art-64/bereaved.city_run.city`.
    """
    return ".".join(one for one in (f"{START}{component_id}", provider, level) if one)


def is_payer_path(path: object) -> bool:
    """Whether a path is of this family."""
    return isinstance(path, str) and path.startswith(START)


def payer_levels(component: Component) -> tuple[str, ...]:
    """Levels that a user may name: forgone tax is borne by those whose tax it is, anything else by the others."""
    named = {level for band in component.payers for level, _ in leaves_of(band.shares)}
    is_forgone = bool(named) and named <= {*FORGONE, "unsplit"} and not named.isdisjoint(FORGONE)
    return (*FORGONE, "unsplit") if is_forgone else tuple(one for one in LEVELS if one not in FORGONE)


def providers_of(component: Component) -> tuple[str, ...]:
    """Who runs the service, where the document tells them apart."""
    return tuple(band.provider for band in component.payers if band.provider is not None)


def payer_levers(rows: Iterable[Instrument]) -> dict[str, Lever]:
    """Their contracts by path, of every component of some instruments."""
    found = (one for row in rows for component in row.components for one in _of(row, component))
    return {one.path: one for one in found}


def _of(row: Instrument, component: Component) -> Iterator[Lever]:
    component_id = f"{row.full_id}/{component.id}"
    for provider in ("", *providers_of(component)):
        for level in payer_levels(component):
            zh, en = (_title(row, component, level, provider, lang) for lang in ("zh", "en"))
            yield Lever(
                payer_path(component_id, level, provider), "share", 0.0, 1.0, None, zh, en, "the document",
                instrument=row.full_id, scope=scope_of(row), reads=OF_BILL if component.is_counted else "",
            )  # fmt: skip


def _title(row: Instrument, component: Component, level: str, provider: str, lang: str) -> str:
    title = getattr(component, f"title_{lang}") or getattr(row, f"title_{lang}")
    payer = words()["payer"][level][lang]
    form = words()["lever"]["provider_pays" if provider else "payer_pays"][lang]
    return str(form).format(title=title, provider=provider, payer=payer)
