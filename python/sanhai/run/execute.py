"""Runs scenarios of one place: each a point run, then its draws where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, refuse
from sanhai.policy.nursery import norm_of
from sanhai.policy.reading import require_all_read
from sanhai.policy.response import eps_band
from sanhai.policy.terms import under_floor
from sanhai.run.compile import Compiled, Reference, compiled
from sanhai.run.engine import People, indicators, project
from sanhai.run.money import NURSERY, Accounts, accounts, book
from sanhai.run.observed import place_facts
from sanhai.run.options import GIB, Options, require_memory
from sanhai.run.output import Facts, Late, Output, Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.policy.scenario import Scenario
    from sanhai.run.layout import Layout
    from sanhai.run.rates import OriginDestinationRates, PoolRates

    Rates = PoolRates | OriginDestinationRates | None

__all__ = ["execute", "point_options"]

Progress = Callable[[str, int, int], None]


def point_options(options: Options) -> Options:
    """The same with one draw in which nothing varies."""
    return replace(options, draws=1, components=())


@dataclass(frozen=True)
class _Point:
    """A scenario's point run, and what its draws need of it."""

    compiled: Compiled
    accounts: Accounts
    people: People
    part: Part
    band: Mapping[str, NDArray[np.float64]] | None


def _part(one: Compiled, found: Accounts, people: People, options: Options) -> Part:
    money, places = book(one, found, people, options)
    cut, moved = (float(np.nansum(np.abs(people.values[name]))) for name in ("migration_cut", "net_migration"))
    rows = people.values["migration_cut"][[row for row, members in enumerate(one.layout.members) if len(members) == 1]]
    return Part(
        people=people.values,
        nursery=places,
        money=money,
        cut_share=cut / moved if moved else 0.0,
        cut=float(np.nansum(rows)) / options.draws,
        n_bounded=people.n_bounded,
        worst_balance=people.core.balance,
    )


def _band(one: Compiled, is_first: bool, options: Options) -> Mapping[str, NDArray[np.float64]] | None:
    """Births at both ends of the prior of eps; None when the scenario does not answer to eps, or is the first."""
    if is_first or not one.answers or one.reading.is_set("response.eps"):
        return None
    ends = [project(one, options, eps=eps).values for eps in eps_band()]
    return {name: np.stack([end[name][..., 0] for end in ends], axis=-1) for name in ("births", "births_gross")}


def _facts(point: _Point) -> Facts:
    one, places = point.compiled, point.accounts.nursery
    last = one.years[-1]
    layout = one.layout
    shown = [place or layout.leaves[members[0]] for place, members in zip(layout.places, layout.members, strict=True)]
    return Facts(
        answers=one.answers,
        capped=point.people.n_capped > 0,
        care=one.care,
        stock="unknown" if places.stocked is None else "assumed" if places.assumed else "stated",
        stock_from=places.stock_from,
        norm_source=tuple(norm_of(one.reading, place, last)[1] for place in shown),
        not_costed=point.accounts.bill.not_costed,
        under_floor=under_floor(one.reading, one.years),
        counterfactual_from=one.reading.scenario.counterfactual_from,
    )


def _point(
    one: Scenario, layout: Layout, last_year: int, options: Options, reference: Reference | None, exchange: Rates
) -> _Point:
    own = compiled(one, layout, last_year, reference, exchange)
    people = project(own, options)
    bills = accounts(own, people)
    return _Point(own, bills, people, _part(own, bills, people, options), _band(own, reference is None, options))


def _require_room(layout: Layout, n_years: int, parts: Sequence[Part], options: Options) -> None:
    """All draws of every scenario are held at once; the point runs say how many lines and payers there are.

    Beside them stands what the scenario at work needs, and at the end the result made of them, which is as large.
    """
    per_scenario = [
        len(indicators()) + len(NURSERY) + sum(len(one) for one in part.money.arrays.values()) for part in parts
    ]
    kept = sum(per_scenario) * len(layout.rows)
    working = len(indicators()) * (len(layout.leaves) + len(layout.sums)) + max(per_scenario) * len(layout.rows)
    needed = (kept + max(working, kept)) * (n_years + 1) * options.draws * np.dtype(np.float64).itemsize / GIB
    where = f"{options.draws} draws of {len(layout.rows)} places, {len(parts)} scenarios, {n_years} years"
    require_memory(needed, options.memory_gib, where, "fewer draws, scenarios or years")


def execute(
    scenarios: Sequence[Scenario],
    layout: Layout,
    last_year: int,
    options: Options,
    *,
    exchange: Rates = None,
    progress: Progress | None = None,
) -> Output:
    """Runs every scenario; the first is what the others are compared with.

    progress is told a scenario's name, done and all: of its point run 0 and 1, of its draws the trajectories (a draw
    of a leaf). Raises DomainError for rates no population can bear, ConfigError where draws need more than the memory
    and for a lever that was set and that nothing in the run read.
    """
    if progress is not None and not callable(progress):
        raise refuse(
            ConfigError, "argument.kind", got=progress, what="progress", kind="Callable[[str, int, int], None]"
        )
    tell = progress or (lambda name, done, every: None)
    points: list[_Point] = []
    reference: Reference | None = None
    for one in scenarios:
        tell(one.name, 0, 1)
        points.append(_point(one, layout, last_year, point_options(options), reference, exchange))
        if reference is None:
            reference = Reference(points[0].accounts.nursery, points[0].people.pop_jan1)
        if not options.is_drawn:
            tell(one.name, 1, 1)
    years = points[0].compiled.years
    late = require_all_read([point.compiled.reading for point in points], years)
    drawn: list[Part] = []
    if options.is_drawn:
        _require_room(layout, len(years), [point.part for point in points], options)
        for point in points:
            own, counted = point.compiled, point.people.pop_jan1
            people = project(own, options, people=counted, progress=partial(tell, own.name))
            drawn.append(_part(own, point.accounts, people, options))
    return Output(
        layout=layout,
        years=years,
        scenarios=tuple(scenarios),
        points=tuple(point.part for point in points),
        drawn=tuple(drawn),
        band=tuple(point.band for point in points),
        facts=tuple(_facts(point) for point in points),
        places=place_facts(layout),
        late=tuple(Late(name, one.path, one.since, one.value) for name, one in late),
    )
