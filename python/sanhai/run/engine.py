"""The one place that runs the core: compiled scenarios in, arrays by row of the layout, year and draw out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.errors import DomainError
from sanhai.run.compile import K_SPAN, Compiled, demography, policy_paths
from sanhai.run.random_places import first_years

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.run.options import Options

__all__ = ["Cells", "People", "cells", "indicators", "infant_years", "project"]

Progress = Callable[[int, int], None]
NO_LIMIT = 2**62  # bytes: the memory of a run is weighed before it begins, where both numbers can be told
MOVES = ("leavers", "arrivals")


@cache
def indicators() -> tuple[str, ...]:
    """Names of the core's table of indicators."""
    return tuple(row.name for row in _bridge.indicator_table())


@dataclass(frozen=True)
class People:
    """Indicators of every row and draw, and the core's own result for what reads its draws."""

    values: dict[str, NDArray[np.float64]]  # (row, year + 1, draw): rows of the layout; flows NaN in the last year
    core: _bridge.Ensemble
    take_up: tuple[float, ...]  # by draw
    n_bounded: int  # year-draws in which the bound on fertility's level held a path back
    n_capped: int  # draws in which support was cut at 95 % of the cost of a child, over leaves
    pop_jan1: NDArray[np.float64]  # (leaf, year + 1, sex, age) of a point run
    births: NDArray[np.float64]  # (leaf, year, order) of a point run


@dataclass(frozen=True)
class Cells:
    """Every cell of one row in every draw; flows at the age at the year's end, births at the mother's."""

    pop_jan1: NDArray[np.float64]  # (draw, year + 1, sex, age) persons
    deaths: NDArray[np.float64]  # (draw, year, sex, age)
    net_migration: NDArray[np.float64]  # (draw, year, sex, age) persons
    births: NDArray[np.float64]  # (draw, year, order, age)
    births_by_sex: NDArray[np.float64]  # (draw, year, sex)
    women_exposed: NDArray[np.float64]  # (draw, year, age) woman-years
    Sx: NDArray[np.float64]  # (draw, year, sex, age of arrival)
    leavers: NDArray[np.float64] | None = None  # (draw, year, sex, age): None where nobody exchanges migrants
    arrivals: NDArray[np.float64] | None = None


@contextmanager
def _lever_named() -> Iterator[None]:
    """Adds to an error about more leavers than there are people the lever that cuts them."""
    try:
        yield
    except DomainError as error:
        if "on_negative" not in str(error.args[0]):
            raise
        lever = "the lever is migration.on_negative=cap, --cap-migration for a whole run"
        raise DomainError(f"{error.args[0]}; {lever}") from None


def _pattern(one: Compiled, people: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """(leaf, year, sex, age) persons that a random deviation of migration of 1 adds; None where nobody deviates."""
    if people is None or not np.any(one.is_open):
        return None
    share = (people.sum(axis=(2, 3))[:, :-1] * one.is_open)[:, :, None, None]
    ages = [_movers(one, leaf, people[leaf]) for leaf in range(len(one.codes))]
    return np.asarray(share * np.array(ages)[:, None])


def _movers(one: Compiled, leaf: int, people: NDArray[np.float64]) -> NDArray[np.float64]:
    """(sex, age) sum 1: ages of those whom a deviation moves; 0 where it was said that nobody moves.

    They are those of all movers, arrivals and leavers, in the first projected year. By ages of a net migrant, who are
    gains at some ages and losses at others, a deviation would add to both, and empty the latter.

    people (year + 1, sex, age): of the point run, from which the survivors before migration are taken back.
    """
    inputs = one.inputs
    if not inputs.leaves[leaf].standard.has_migration:
        return np.zeros_like(inputs.pattern[leaf])
    year = min(inputs.first_projected_years[leaf] - inputs.first_year, len(inputs.years) - 1)
    survivors = (people[year + 1] - one.net_migration[leaf, year]) / (1.0 - one.leaving_rate[leaf, year])
    movers = np.abs(inputs.net_migration[leaf, year]) + inputs.leaving_rate[leaf, year] * survivors
    if not movers.any():
        movers = np.abs(inputs.pattern[leaf])
    return np.asarray(movers / movers.sum())


def infant_years(mx: NDArray[np.float64], Sx: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., year, sex) a0 [years] behind rates and survivorship by (..., age): S(0) = 1 / (1 + (1 - a0) m(0)).

    1/2 where no infant dies.
    """
    rate = mx[..., 0]
    lived = np.divide(1.0 / Sx[..., 0] - 1.0, rate, out=np.full(rate.shape, 0.5), where=rate > 0.0)
    return np.asarray(1.0 - lived)


def _mortality(one: Compiled) -> tuple[list[_bridge.MortalitySchedule], list[int]]:
    """Schedules, each once, and which of them every leaf has: parts of a place die by the place's rates."""
    inputs, index = one.inputs, one.inputs.leaves[0].standard.mortality
    lived = infant_years(inputs.mx, inputs.Sx)
    at: dict[tuple[bytes, int], int] = {}
    schedules: list[_bridge.MortalitySchedule] = []
    of: list[int] = []
    for leaf, Sx, a0 in zip(inputs.leaves, inputs.Sx, lived, strict=True):
        _, first, _ = first_years(leaf.root)  # whose k all below it share
        key = (Sx.tobytes(), first)
        if key not in at:
            at[key] = len(schedules)
            ahead = np.maximum(np.array([year - first + 1 for year in one.years]), 1)
            half_width = K_SPAN * np.sqrt(index.start_sd**2 + index.step_sd**2 * ahead)
            schedules.append(_bridge.MortalitySchedule(Sx=Sx, a0=a0, b=index.b, half_width=half_width))
        of.append(at[key])
    return schedules, of


def _runner(one: Compiled, is_drawn: bool, people: NDArray[np.float64] | None) -> _bridge.EnsembleRunner:
    inputs, pattern = one.inputs, _pattern(one, people)
    mortality, of = _mortality(one)
    places = [
        _bridge.PlaceInputs(
            pop_jan1=inputs.pop_jan1[leaf],
            net_migration=one.net_migration[leaf],
            mortality=of[leaf],
            fertility=leaf,
            **({} if pattern is None else {"pattern": pattern[leaf]}),
            **({"leaving_rate": one.leaving_rate[leaf]} if one.leaving_rate[leaf].any() else {}),
        )
        for leaf in range(len(one.codes))
    ]
    fertility = [
        _bridge.FertilitySchedule(asfr=asfr, srb=srb) for asfr, srb in zip(inputs.asfr, inputs.srb, strict=True)
    ]
    axes = _bridge.Axes(list(one.codes), one.years[0], len(one.years), inputs.pop_jan1.shape[-1])
    # A random deviation may ask for more leavers than a small cell holds: it is cut there, and the cut is reported.
    cap = one.cuts or is_drawn
    sums = [list(members) for members in one.layout.sums]
    given = _bridge.EnsembleInputs(axes, mortality, fertility, places, sums, cap)
    exchange = None if one.exchange is None else _bridge.Exchange(axes, one.exchange)
    return _bridge.EnsembleRunner(given, exchange=exchange)


def _run(
    one: Compiled,
    options: Options,
    people: NDArray[np.float64] | None,
    eps: float | None,
    **asked: Any,
) -> tuple[_bridge.Ensemble, _bridge.PolicyPaths, _bridge.DemographicPaths]:
    random = demography(one, options)
    paths = policy_paths(one, random, eps=eps)
    how = _bridge.RunOptions(
        n_draws=options.draws,
        threads=options.threads,
        keep="draws",
        probabilities=[],
        budget_bytes=NO_LIMIT,
        **asked,
    )
    with _lever_named():
        return _runner(one, options.is_drawn, people).run(paths, how), paths, random


def project(
    one: Compiled,
    options: Options,
    *,
    people: NDArray[np.float64] | None = None,
    eps: float | None = None,
    progress: Progress | None = None,
) -> People:
    """Runs every draw of a scenario; a point run is one draw in which nothing varies.

    people (leaf, year + 1, sex, age): what a random deviation of migration is a share of; None in a point run.
    """
    names = [name for name in indicators() if one.exchange is not None or name not in MOVES]
    leaves = range(len(one.codes))
    asked: dict[str, Any] = {"indicators": names, "ages_of": [] if options.is_drawn else list(leaves)}
    if progress is not None:
        asked["progress"] = progress
    found, paths, random = _run(one, options, people, eps, **asked)
    rows = list(one.layout.engine_rows)
    values = {name: found.draws[rows, k] for k, name in enumerate(names)}
    orders = [names.index(f"births_order_{order}") for order in (1, 2, 3)]
    return People(
        values=values,
        core=found,
        take_up=tuple(paths.take_up(draw) for draw in range(options.draws)) if "policy" in options.components else (),
        n_bounded=int(random.n_bounded(0, options.draws)),
        n_capped=sum(int(paths.n_capped(leaf, 0, options.draws)) for leaf in leaves),
        pop_jan1=np.empty(0) if options.is_drawn else found.pop_jan1[:, 0],
        births=np.stack([found.draws[: len(one.codes), k, :-1, 0] for k in orders], axis=2),
    )


def cells(one: Compiled, options: Options, row: int, people: NDArray[np.float64] | None) -> Cells:
    """Every cell of a row (of the engine: leaves, then sums) in every draw, the same bits as `project` summed up."""
    found, _, _ = _run(one, options, people, None, indicators=["pop_jan1"], ages_of=[row])
    moves = () if one.exchange is None else MOVES
    names = [name for name in Cells.__dataclass_fields__ if name not in MOVES or name in moves]
    return Cells(**{name: getattr(found, name)[0] for name in names})
