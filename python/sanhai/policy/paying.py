"""Who pays a component in a place and month: what a user says, else the document; what is left to localities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sanhai.errors import ConfigError, refuse
from sanhai.policy.amounts import value_of
from sanhai.policy.component import Component
from sanhai.policy.months import MONTHS, month_text, year_of
from sanhai.policy.payer_levers import payer_levels, payer_path, providers_of
from sanhai.policy.payers import PayerBand, leaves_of, nest
from sanhai.policy.reading import Reading
from sanhai.policy.terms import Term, months_asked
from sanhai.policy.vocabulary import LEVELS, SHARE_TOLERANCE

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["PAYERS", "has_set_payers", "local_shares", "payer_shares", "set_payers"]

PAYERS = LEVELS
LOCAL = ("province", "city", "county")
Shares = dict[str, float]


def local_shares(reading: Reading, place: Place | None, month: int) -> Shares:
    """Shares of what is left to localities, by level; empty where nobody has set them for the month.

    Raises ConfigError where they do not sum to 1.
    """
    paths = {f"payer.local.{level}": level for level in LOCAL}
    given = {paths[path]: share for path, share in reading.together(paths, place, month).items()}
    total = sum(given.values())
    if given and abs(total - 1.0) > SHARE_TOLERANCE:
        raise refuse(ConfigError, "payer.local_sum", got=total, where=_where(reading, place, month))
    return given


def _where(reading: Reading, place: Place | None, month: int) -> str:
    parts = [f"scenario {reading.name}", *([f"place {place.code}"] if place else []), month_text(month)]
    return ", ".join(one for one in parts if one)


def set_payers(
    reading: Reading, component_id: str, component: Component, place: Place | None, month: int
) -> dict[str, Shares]:
    """Shares by level that a user has set for a place and month, by provider ("": whoever provides); {} without any.

    The nearest of the places around for which any of them is set says all of it, as a document's band does. Raises
    ConfigError where the levels of one whole do not sum to 1.
    """
    paths = {
        payer_path(component_id, level, provider): (provider, level)
        for provider in ("", *providers_of(component))
        for level in payer_levels(component)
    }
    found: dict[str, Shares] = {}
    for path, share in reading.together(paths, place, month).items():
        provider, level = paths[path]
        found.setdefault(provider, {})[level] = share
    for provider, shares in found.items():
        total = sum(shares.values())
        if abs(total - 1.0) > SHARE_TOLERANCE:
            said = [f"{level} {share:g}" for level, share in shares.items()]
            names = {"whole": payer_path(component_id, "*", provider), "levels": payer_levels(component)}
            path = payer_path(component_id, next(iter(shares)), provider)
            where = _where(reading, place, month)
            raise refuse(ConfigError, "payer.sum", where=where, shares=said, total=total, path=path, **names)
    return found


def has_set_payers(reading: Reading, term: Term) -> bool:
    """Whether a user says anywhere who pays a component."""
    paths = (
        payer_path(term.id, level, provider)
        for provider in ("", *providers_of(term.component))
        for level in payer_levels(term.component)
    )
    return reading.memo(("has_set_payers", term.id), lambda: any(reading.is_set(path) for path in paths))


def payer_shares(reading: Reading, term: Term, leaf: Place, year: int) -> Shares:
    """Shares by level, sum 1, the mean over the months of a year in force.

    `unsplit`: left open by the document, or a share in a lever that nobody set. `local_unsplit`: left to localities.
    """
    asked = [_payers_in(reading, term, leaf, month) for month in months_asked(reading, term, year)]
    if all(shares == asked[0] for shares in asked):
        return asked[-1]
    out: Shares = {}
    for shares in asked:
        for level, share in shares.items():
            out[level] = out.get(level, 0.0) + share / len(asked)
    return out


def _payers_in(reading: Reading, term: Term, leaf: Place, month: int) -> Shares:
    """Shares by level in a month, with what is left to localities split where a user did."""
    found = _of_bands(reading, term, leaf, month)
    local = found.pop("local_unsplit", None)
    for level, share in () if local is None else _split_local(reading, leaf, local, month):
        found[level] = found.get(level, 0.0) + share
    return found


def _split_local(reading: Reading, leaf: Place, local: float, month: int) -> Iterator[tuple[str, float]]:
    given = local_shares(reading, leaf, month) if reading.holds_at(leaf) else {}
    if not given or local == 0.0:
        yield "local_unsplit", local
        return
    for level, share in given.items():
        yield level, local * share


def _of_bands(reading: Reading, term: Term, leaf: Place, month: int) -> Shares:
    """Shares by level of the bands of a place and month, a user's own before the document's.

    What is set acts in the scenario's place alone: a run's other places pay as the document says.
    """
    asks = has_set_payers(reading, term) and reading.holds_at(leaf)
    given = set_payers(reading, term.id, term.component, leaf, month) if asks else {}
    bands = term.component.bands_at(leaf.policy_codes, dt.date(year_of(month), month % MONTHS + 1, 28))
    if "" in given and given.keys().isdisjoint(providers_of(term.component)):
        return dict(given[""])
    if not bands:
        return {"unsplit": 1.0}
    weights = [
        None if band.weight is None or band.weight == "rest" else value_of(reading.at(leaf), band.weight, month)
        for band in bands
    ]
    left = 1.0 - sum(weight for weight in weights if weight is not None)
    out: Shares = {}
    for band, weight in zip(bands, weights, strict=True):
        whole = left if weight is None and band.weight in (None, "rest") else weight
        if whole is None:  # the mix of providers is not known
            return {"unsplit": 1.0}
        own = given.get(band.provider or "", given.get(""))
        for level, share in (_flat(reading, term, leaf, band, month) if own is None else own).items():
            out[level] = out.get(level, 0.0) + whole * share
    return out


def _flat(reading: Reading, term: Term, leaf: Place, band: PayerBand, month: int) -> Shares:
    """Shares of a band; a lever that nobody set leaves what it names, and the rest, unsplit."""
    paths = {
        share for _, share in leaves_of(band.shares) if isinstance(share, str) and share not in ("rest", "unknown")
    }
    try:
        return nest(band.shares, {path: reading.number(path, leaf, month) for path in paths})
    except ValueError as error:
        where = _where(reading, leaf, month)
        raise refuse(ConfigError, "payer.shares", where=where, got=str(error), component=term.id) from error
