"""Legacy stocks of a run: couples live by its own death rates, in draws by each draw's; all else is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.legacy import Count, Heads, couples_of
from sanhai.run.compile import Compiled, demography, inputs_of
from sanhai.run.engine import mortality_of
from sanhai.run.options import GIB, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.calibrate.path import Baseline
    from sanhai.places.place import Place
    from sanhai.policy.legacy_levels import Series

__all__ = ["Kept", "drawn_stocks", "legacy_draws", "stocks_of"]

MORTALITY = ("mortality", "place_mortality")  # the components that the couples answer to


class Kept:
    """Counts of parents in draws that scenarios of a run share: those in which people die alike."""

    def __init__(self) -> None:
        self.counts: dict[tuple[int, Count], NDArray[np.float64]] = {}  # (leaf, year, draw) by survivorship
        self.stocks: dict[tuple[int, tuple[Series, ...]], NDArray[np.float64]] = {}  # (draw, series, leaf, year)


def stocks_of(inputs: Baseline) -> Heads:
    """Counts of the point run, the same for every scenario in which people die alike."""
    usual = inputs_of(inputs.leaves, inputs.years[-1])
    return _usual(inputs.leaves, inputs.years[-1]) if inputs.Sx is usual.Sx else _heads(inputs)


@lru_cache(maxsize=16)
def _usual(leaves: tuple[Place, ...], last_year: int) -> Heads:
    return _heads(inputs_of(leaves, last_year))


def _heads(inputs: Baseline) -> Heads:
    return Heads(inputs.leaves, inputs.years, inputs.pop_jan1[:, 1], inputs.Sx)


def legacy_draws(one: Compiled, options: Options, counts: Sequence[Count]) -> NDArray[np.float64]:
    """(count, leaf, year, draw) heads; a point run is one draw. A leaf without a history has none.

    Single deaths of the component `events` are not drawn.
    """
    years, known = one.years, [int(row) for row in np.flatnonzero(stocks_of(one.inputs).is_known)]
    mortality, of = mortality_of(one)
    places = [
        _bridge.LegacyPlace(couples_of(one.inputs.leaves[row]), one.inputs.pop_jan1[row, 1], of[row]) for row in known
    ]
    codes, n = [one.codes[row] for row in known], len(known)
    axes = _bridge.Axes(codes, years[0], len(years), one.inputs.pop_jan1.shape[-1])
    inputs = _bridge.LegacyInputs(axes, mortality, places, [one.core() for one in counts], [[row] for row in range(n)])
    deaths = replace(options, components=tuple(name for name in options.components if name in MORTALITY))
    how = _bridge.RunOptions(n_draws=options.draws, threads=options.threads, budget_bytes=int(options.memory_gib * GIB))
    found = np.asarray(_bridge.legacy_draws(inputs, demography(one, deaths, known), how))
    if n == len(one.codes):
        return found
    out = np.zeros((len(counts), len(one.codes), *found.shape[2:]))
    out[:, known] = found
    return out


def drawn_stocks(one: Compiled, series: tuple[Series, ...], options: Options, kept: Kept) -> NDArray[np.float64]:
    """(draw, series, leaf, year) heads. kept: what scenarios in which people die alike have counted already."""
    if not options.is_drawn:
        stocks = stocks_of(one.inputs)
        return np.array([each.heads(lambda count: stocks.of([count])[0][..., None])[..., 0] for each in series])[None]
    died = id(one.inputs.Sx)
    if (died, series) not in kept.stocks:
        asked = dict.fromkeys(count for each in series for count in each.counts)
        missing = [count for count in asked if (died, count) not in kept.counts]
        made = legacy_draws(one, options, missing) if missing else ()
        kept.counts |= {(died, count): values for count, values in zip(missing, made, strict=True)}
        shape = (options.draws, len(series), len(one.codes), len(one.years))
        out = kept.stocks[died, series] = np.empty(shape)
        for number, each in enumerate(series):
            out[:, number] = np.moveaxis(each.heads(lambda count: kept.counts[died, count]), -1, 0)
    return kept.stocks[died, series]
