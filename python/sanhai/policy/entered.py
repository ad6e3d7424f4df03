"""What a user entered of nursery places and recipients, as the levers that a run reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.path import baseline
from sanhai.places.figures import OWN
from sanhai.policy.component import Component, Count
from sanhai.policy.levers import recipients_path
from sanhai.policy.months import year_of
from sanhai.policy.scenario import Scenario, with_beliefs
from sanhai.policy.series import Dated, from_year
from sanhai.policy.sheet_terms import COUNTED, DOCUMENT, WHO

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["assumes_places", "with_entered"]

PLACES = "nursery_places"
ENROLLED = "nursery_enrolled"
INCLUSIVE = "nursery_places_inclusive"
INSIDE = {  # shares of the places, of the year of the stock; inclusive ones of an unknown type count as private
    "nursery.type_share.inclusive_private": INCLUSIVE,
}
STOCK, ENROLMENT, ASSUMPTION = "nursery.stock_per_1000", "nursery.enrolment_share", "nursery.assumption"
TOO_YOUNG = 3  # children under this age may be enrolled


def with_entered(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Scenarios of one place with what its user entered of places and recipients, alike on every side.

    Places stand on the 1 January after the last year-end entered, recipients in the years they are of and, until
    another count follows, after. What a scenario sets from a later date on stays.
    """
    levers = {**_of_places(scenarios[0].place), **_of_recipients(scenarios)}
    return tuple(_into(one, levers) for one in scenarios)


def assumes_places(one: Scenario) -> bool:
    """Whether it assumes nursery places, or inclusive ones, where its user says that there are none."""
    known = [_known(one.place, name) for name in (PLACES, INCLUSIVE)]
    return one.is_set(ASSUMPTION) and any(years and math.isnan(years[max(years)]) for years in known)


def _known(place: Place, variable: str) -> dict[int, float]:
    """Value by year of what a user entered, NaN where it is said that there is none."""
    return {row.year: row.value for row in place.evidence.of(variable) if row.method in OWN}


@lru_cache(maxsize=8)
def _people(place: Place, year: int) -> tuple[float, float]:
    """Residents, and children too young for kindergarten, on 1 January of a year in the baseline."""
    run = _bridge.project(baseline(place.leaves, year - 1).inputs())
    people = np.asarray(run.pop_jan1)[:, -1]
    return float(people.sum()), float(people[..., :TOO_YOUNG].sum())


def _stated(place: Place, variable: str) -> dict[int, float]:
    """The same without what there is none of."""
    return {year: value for year, value in _known(place, variable).items() if not math.isnan(value)}


def _of_places(place: Place) -> dict[str, list[Dated]]:
    """The stock, of each part where all of them have one, and shares of it."""
    parts = {part.code: _stated(part, PLACES) for part in place.parts}
    by_part = set.intersection(*map(set, parts.values())) if parts else set()
    own = _stated(place, PLACES)
    found: dict[str, list[Dated]] = {}
    if year := max([*by_part, *own], default=None):
        stocks = {code: known[year] for code, known in parts.items()} if year in by_part else {"": own[year]}
        inside = {part.code: replace(part, parent=place) for part in place.parts}
        for code, places in stocks.items():
            per_1000 = 1000.0 * places / _people(inside.get(code, place), year + 1)[0]
            found.setdefault(STOCK, []).append(from_year(year + 1, per_1000, place=code))
        whole = math.fsum(stocks.values())
        for path, variable in INSIDE.items():
            if year in (known := _stated(place, variable)) and whole > 0.0:
                found[path] = [from_year(year + 1, known[year] / whole)]
    if enrolled := _stated(place, ENROLLED):
        last = max(enrolled)
        found[ENROLMENT] = [from_year(last + 1, enrolled[last] / _people(place, last + 1)[1])]
    return found


def _of_recipients(scenarios: Sequence[Scenario]) -> dict[str, list[Dated]]:
    """Counts of the components in use in some scenario that pay exactly those who were counted."""
    place = scenarios[0].place
    known = {who: _stated(place, variable) for who, variable in COUNTED.items()}
    used = {row.full_id: row for one in scenarios for leaf in place.leaves for row in one.instruments_at(leaf)}
    found = {}
    for row in used.values():
        for component in row.components:
            counted = next((known[who] for who in COUNTED if _pays(component, row.pack, who)), {})
            begins = max(place.base.first_year, component.valid_from.year if component.valid_from else 0)
            # Of the counts before it is paid the latest holds when it begins: the others would be read by no year.
            dated = {max(year, begins): value for year, value in sorted(counted.items())}
            if dated:
                path = recipients_path(f"{row.full_id}/{component.id}")
                found[path] = [from_year(year, value) for year, value in dated.items()]
    return found


def _pays(component: Component, pack_id: str, who: str) -> bool:
    """Whether a component counts exactly the people of a row of the sheet of money and recipients."""
    if WHO[who].count["stock"] == "given":
        return pack_id.startswith(DOCUMENT) and component.count == Count(**WHO[who].count)
    return component.count == Count(**WHO[who].count)


def _into(one: Scenario, levers: Mapping[str, list[Dated]]) -> Scenario:
    policy: dict[str, object] = {}
    beliefs: dict[str, object] = {}
    assumed = [setting for setting in one.settings if setting.path == ASSUMPTION]
    if STOCK in levers and assumed:  # it fills in what was not entered of the stock, at the same date
        one = replace(one, settings=tuple(setting for setting in one.settings if setting not in assumed))
        if not set(INSIDE) <= set(levers):
            levers = {**levers, ASSUMPTION: [replace(levers[STOCK][0], value=assumed[0].value, place="")]}
    for path, given in levers.items():
        if path not in one.catalogue.levers:
            continue
        info, last = one.lever(path), max(dated.month for dated in given)
        later = [
            Dated(setting.month, setting.value, setting.announced, setting.place)
            for setting in one.settings
            if setting.path == path and setting.month > last and info.kind == "series"
        ]
        if info.side == "belief":
            beliefs[path] = [*given, *later]
        elif info.kind == "series":
            policy[path] = [*(_open(one, dated) for dated in given), *later]
        elif all(year_of(dated.month) >= one.first_projected_year for dated in given):
            policy[path] = given
    varied = one.vary(one.name, policy) if policy else one
    return with_beliefs(varied, beliefs) if beliefs else varied


def _open(one: Scenario, dated: Dated) -> Dated:
    """From the first year on that policy may change: what was observed before is not read again."""
    return from_year(max(year_of(dated.month), one.first_projected_year), dated.value, place=dated.place)
