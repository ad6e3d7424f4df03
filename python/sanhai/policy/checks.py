"""What a finished scenario must hold together: one list of faults for a file's check and for a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from sanhai.errors import ConfigError, refuse
from sanhai.policy.months import WHOLE_RUN, month_text
from sanhai.policy.payer_levers import is_payer_path
from sanhai.policy.paying import local_shares, set_payers
from sanhai.policy.reading import Reading
from sanhai.policy.scenario import NAMED, Scenario

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["faults_of", "require_complete"]

OF_STOCK = (
    "nursery.utilisation", "nursery.inclusive_share", "nursery.plan", "nursery.plan_to", "nursery.closure_rate",
)  # fmt: skip
STOCKS = ("nursery.stock_per_1000", "nursery.assumption")
TAX_SHARES, CLASS_SHARES = "tax.share_at_", "nursery.class_"  # of one whole each
TECHNICAL = ("migration.on_negative",)  # may differ in a named scenario: it changes no policy


def require_complete(one: Scenario) -> None:
    """Raises ConfigError, the first of its faults, for a scenario that cannot be run."""
    for fault in faults_of(one):
        raise fault


def faults_of(one: Scenario) -> Iterator[ConfigError]:
    """Every fault that shows only when a scenario is finished: shares, levers without what they act on, its name."""
    yield from _name(one)
    yield from _unused(one)
    yield from _shares(one)
    yield from _stock(one)


def _name(one: Scenario) -> Iterator[ConfigError]:
    if one.name not in NAMED:
        return

    def content(of: Scenario) -> Scenario:
        kept = tuple(s for s in of.settings if s.path not in TECHNICAL and one.lever(s.path).side == "policy")
        return replace(of, settings=kept, note_zh="", note_en="", counterfactual=False, own=used)

    used = tuple(document for document in one.own if document.id in one.packs)
    if content(one) != content(NAMED[one.name](one.place, used)):
        yield refuse(ConfigError, "scenario.name_taken", got=one.name, known=list(NAMED))


def _unused(one: Scenario) -> Iterator[ConfigError]:
    """Levers of instruments that were taken out after they were set."""
    for path in dict.fromkeys(setting.path for setting in one.settings):
        info = one.lever(path)
        if info.instrument in one.excluded and info.side == "policy":
            where = f"scenario {one.name}"
            yield refuse(ConfigError, "lever.taken_out", where=where, path=path, instrument=info.instrument)


def _shares(one: Scenario) -> Iterator[ConfigError]:
    reading = Reading(one)
    here: list[Place | None] = [None, *(leaf for leaf in one.place.leaves if reading.place_key(leaf))]
    for place, month in product(here, one.months_of_change()):
        try:
            local_shares(reading, place, month)
        except ConfigError as error:
            yield error
            break
    yield from _payers(one, reading, here)
    for start, kind in ((TAX_SHARES, "tax.share_sum"), (CLASS_SHARES, "nursery.class_sum")):
        paths = [path for path in one.catalogue.levers if path.startswith(start)]
        for place, month in product(here, (WHOLE_RUN, *one.months_of_change())):
            total = sum(reading.number(path, place, month) or 0.0 for path in paths)
            if total > 1.0 + 1e-12:
                where = ", ".join(part for part in (f"scenario {one.name}", month_text(month)) if part)
                yield refuse(ConfigError, kind, where=where, total=total)
                break


def _payers(one: Scenario, reading: Reading, here: list[Place | None]) -> Iterator[ConfigError]:
    """Payers that a user sets for a component: its levels are one whole wherever and whenever some are set."""
    owners = dict.fromkeys(one.lever(s.path).instrument for s in one.settings if is_payer_path(s.path))
    for row in (one.catalogue.instrument(owner) for owner in owners):
        for component in row.components:
            for place, month in product(here, one.months_of_change()):
                try:
                    set_payers(reading, f"{row.full_id}/{component.id}", component, place, month)
                except ConfigError as error:
                    yield error
                    break


def _stock(one: Scenario) -> Iterator[ConfigError]:
    """Places: a state has one date, and what acts on a stock needs one."""
    begun = {path: [s.year for s in one.settings if s.path == path] for path in STOCKS}
    stated, assumed = begun.values()
    if stated and assumed and stated != assumed:
        values = {"path": STOCKS[0], "other": STOCKS[1], "stated": stated[0], "assumed": assumed[0]}
        yield refuse(ConfigError, "nursery.two_stocks", where=f"scenario {one.name}", **values)
    has_stock = bool(stated) or any(s.path == STOCKS[1] and s.value != "none" for s in one.settings)
    acting = [s.path for s in one.settings if _needs_stock(one, s.path)]
    if acting and not has_stock:
        values = {"path": acting[0], "stock": STOCKS[0], "assumption": STOCKS[1]}
        yield refuse(ConfigError, "nursery.needs_stock", where=f"scenario {one.name}", **values)
    planned = [s.year for s in one.settings if s.path == "nursery.plan" and s.value == "norm"]
    due = [float(s.value) for s in one.settings if s.path == "nursery.plan_to"]
    if due and (not planned or due[0] < min(planned)):
        where = f"scenario {one.name}"
        if planned:
            yield refuse(ConfigError, "nursery.plan_early", where=where, due=int(due[0]), begins=min(planned))
        else:
            yield refuse(ConfigError, "nursery.no_plan", where=where, due=int(due[0]))


def _needs_stock(of: Scenario, path: str) -> bool:
    if path in OF_STOCK:
        return True
    owner = of.lever(path).instrument
    if not owner:
        return False
    return any(
        path in one.levers and one.count.stock == "nursery" and one.count.take != "enrolled"
        for one in of.catalogue.instrument(owner).components
    )
