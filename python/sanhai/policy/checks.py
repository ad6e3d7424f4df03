"""What a finished scenario must hold together: one list of faults for a file's check and for a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sanhai.errors import ConfigError, complaint
from sanhai.policy.catalogue import instrument
from sanhai.policy.levers import lever
from sanhai.policy.reading import Reading
from sanhai.policy.scenario import NAMED, Scenario
from sanhai.policy.terms import local_shares

__all__ = ["faults_of", "require_complete"]

OF_STOCK = (
    "nursery.utilisation", "nursery.inclusive_share", "nursery.plan", "nursery.plan_to", "nursery.closure_rate",
)  # fmt: skip
STOCKS = ("nursery.stock_per_1000", "nursery.assumption")
TAX_SHARES = ("tax.share_at_3_percent", "tax.share_at_10_percent", "tax.share_at_20_percent")
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
        kept = tuple(s for s in of.settings if s.path not in TECHNICAL and lever(s.path).side == "policy")
        return replace(of, settings=kept, note_zh="", note_en="", counterfactual=False)

    if content(one) != content(NAMED[one.name](one.place)):
        yield ConfigError(
            complaint(
                "name",
                got=f"{one.name!r} for another scenario",
                allowed="a name that no shipped scenario has: not " + ", ".join(NAMED),
                remedy="give it a name of its own",
            )
        )


def _unused(one: Scenario) -> Iterator[ConfigError]:
    """Levers of instruments that were taken out after they were set."""
    for path in dict.fromkeys(setting.path for setting in one.settings):
        owner = lever(path).instrument
        if owner in one.excluded and lever(path).side == "policy":
            yield ConfigError(
                complaint(
                    path,
                    where=f"scenario {one.name}",
                    got=f"a lever of {instrument(owner).full_id}, which was taken out",
                    allowed="levers of instruments in use",
                    remedy="leave out the lever, or keep the instrument",
                )
            )


def _shares(one: Scenario) -> Iterator[ConfigError]:
    reading = Reading(one)
    for year in one.years_of_change():
        try:
            local_shares(reading, year)
        except ConfigError as error:
            yield error
            break
    for year in one.years_of_change():
        total = sum(one.number(path, year) or 0.0 for path in TAX_SHARES)
        if total > 1.0 + 1e-12:
            yield ConfigError(
                complaint(
                    "tax.share_at_*_percent",
                    where=f"scenario {one.name}, year {year}",
                    got=f"a sum of {total:g}",
                    allowed="at most 1: what is left pays no tax",
                    remedy="lower one of the shares",
                )
            )
            break


def _stock(one: Scenario) -> Iterator[ConfigError]:
    """Places: a state has one date, and what acts on a stock needs one."""
    begun = {path: [s.year for s in one.settings if s.path == path] for path in STOCKS}
    stated, assumed = begun.values()
    if stated and assumed and stated != assumed:
        yield ConfigError(
            complaint(
                STOCKS[0],
                where=f"scenario {one.name}",
                got=f"a stock stated for {stated[0]} and one assumed for {assumed[0]}",
                allowed="one date",
                remedy=f"date {STOCKS[1]} as {STOCKS[0]}: it then fills in what is not stated",
            )
        )
    has_stock = bool(stated) or any(s.path == STOCKS[1] and s.value != "none" for s in one.settings)
    acting = [s.path for s in one.settings if _needs_stock(s.path)]
    if acting and not has_stock:
        yield ConfigError(
            complaint(
                acting[0],
                where=f"scenario {one.name}",
                got="no stock of places for it to act on",
                allowed="with a stock, stated or assumed",
                remedy=f"set {STOCKS[0]}, or {STOCKS[1]}=national-rate",
            )
        )
    planned = [s.year for s in one.settings if s.path == "nursery.plan" and s.value == "norm"]
    due = [float(s.value) for s in one.settings if s.path == "nursery.plan_to"]
    if due and (not planned or due[0] < min(planned)):
        yield ConfigError(
            complaint(
                "nursery.plan_to",
                where=f"scenario {one.name}",
                got=f"{due[0]:g}, " + (f"before the plan begins in {min(planned)}" if planned else "without a plan"),
                allowed="a year from the plan's first on",
                remedy="set nursery.plan=norm from a year before",
            )
        )


def _needs_stock(path: str) -> bool:
    if path in OF_STOCK:
        return True
    owner = lever(path).instrument
    if not owner:
        return False
    return any(
        one.lever == path and one.stock in ("place_occupied", "place_new") for one in instrument(owner).components
    )
