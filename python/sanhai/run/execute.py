"""Runs scenarios of one place: each a point run, then its draws where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sanhai.policy.nursery import nursery_run
from sanhai.policy.response import EPS_BAND
from sanhai.run.compile import Compiled, NurseryBase, compiled
from sanhai.run.engine import INDICATORS, People, project
from sanhai.run.money import NURSERY, Accounts, accounts, book
from sanhai.run.observed import place_facts
from sanhai.run.options import GIB, Options, require_memory
from sanhai.run.output import Facts, Output, Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.policy.scenario import Scenario
    from sanhai.run.layout import Layout

__all__ = ["execute", "point_options"]

Progress = Callable[[str, int, int], None]


def point_options(options: Options) -> Options:
    """The same with one draw in which nothing varies."""
    return replace(options, draws=1, components=())


def _cut(people: People) -> tuple[float, float]:
    """(share of all net moves, persons in the mean of the draws) of out-migration that was cut."""
    values = people.values
    cut, moved = (float(np.nansum(np.abs(values[name]))) for name in ("migration_cut", "net_migration"))
    return (cut / moved if moved else 0.0), cut / values["migration_cut"].shape[-1]


def _part(one: Compiled, found: Accounts, people: People, options: Options) -> Part:
    money, places = book(one, found, people, options)
    share, persons = _cut(people)
    return Part(people.values, places, money, share, persons, people.n_bounded, people.worst_balance)


def _band(one: Compiled, base: Compiled | None, options: Options) -> Mapping[str, NDArray[np.float64]] | None:
    """Births at both ends of the prior of eps; None when the scenario does not answer to eps, or is the first."""
    if base is None or not one.answers or one.scenario.is_set("response.eps"):
        return None
    ends = [project(one, options, eps=eps).values for eps in EPS_BAND]
    return {name: np.stack([end[name][..., 0] for end in ends], axis=-1) for name in ("births", "births_gross")}


def _facts(one: Compiled, found: Accounts, people: People) -> Facts:
    from sanhai.policy.nursery import norm_of

    places = found.nursery
    stock = "unknown" if places.stocked is None else "assumed" if places.assumed else "stated"
    codes = [one.layout.leaves[members[0]].code if code == "all" else code for code, members in zip(
        one.layout.codes, one.layout.members, strict=True)]  # fmt: skip
    return Facts(
        answers=one.answers,
        capped=people.n_capped > 0,
        care=one.care,
        stock=stock,
        norm_source=tuple(norm_of(one.scenario, code)[1] for code in codes),
        not_costed=found.bill.not_costed,
    )


def _require_room(layout: Layout, n_years: int, parts: Sequence[Part], options: Options) -> None:
    """All draws of every scenario are held at once; the point runs say how many lines and payers there are."""
    series = 0
    for part in parts:
        n_lines = len(part.money.lines)
        series += len(INDICATORS) + len(NURSERY) + len(part.money.pairs) + 2 * n_lines
    cells = series * len(layout.rows) * (n_years + 1) * options.draws
    working = len(INDICATORS) * (len(layout.leaves) + len(layout.sums)) * (n_years + 1) * options.draws
    needed = (cells + working) * np.dtype(np.float64).itemsize / GIB
    where = f"{options.draws} draws of {len(layout.rows)} places, {len(parts)} scenarios, {n_years} years"
    require_memory(needed, options.memory_gib, where, "fewer draws, scenarios or years")


def execute(
    scenarios: Sequence[Scenario],
    layout: Layout,
    last_year: int,
    options: Options,
    progress: Progress | None = None,
) -> Output:
    """Runs every scenario; the first is what the others are compared with.

    Progress is told by a scenario's name, done and all: of its point run 0 and 1, of its draws the trajectories (a draw
    of a leaf). Raises DomainError for rates no population can bear, ConfigError where draws need more than the memory.
    """
    still = point_options(options)
    base: Compiled | None = None
    reference: NurseryBase | None = None
    ready: list[Compiled] = []
    points: list[Part] = []
    compiled_bills: list[Accounts] = []
    people: list[NDArray[np.float64]] = []
    facts: list[Facts] = []
    band = []
    for one in scenarios:
        if progress is not None:
            progress(one.name, 0, 1)
        own = compiled(one, layout, last_year, reference)
        found = project(own, still)
        bills = accounts(own, found)
        points.append(_part(own, bills, found, still))
        facts.append(_facts(own, bills, found))
        band.append(_band(own, base, still))
        ready.append(own)
        compiled_bills.append(bills)
        people.append(found.pop_jan1)
        if base is None:
            base, reference = own, NurseryBase(bills.nursery, found.pop_jan1)
        if progress is not None and not options.is_drawn:
            progress(one.name, 1, 1)
    drawn: list[Part] = []
    if options.is_drawn:
        assert base is not None
        _require_room(layout, len(base.years), points, options)
        for own, bills, counted in zip(ready, compiled_bills, people, strict=True):
            tell = None if progress is None else partial(progress, own.scenario.name)
            drawn.append(_part(own, bills, project(own, options, people=counted, progress=tell), options))
    assert base is not None
    return Output(
        layout=layout,
        years=base.years,
        scenarios=tuple(scenarios),
        points=tuple(points),
        drawn=tuple(drawn),
        band=tuple(band),
        facts=tuple(facts),
        places=place_facts(layout),
    )


def nursery_base(one: Compiled, people: People) -> NurseryBase:
    """What a change in care of other scenarios is measured against."""
    places = nursery_run(one.scenario, one.inputs.leaves, one.years, people.pop_jan1)
    return NurseryBase(places, people.pop_jan1)
