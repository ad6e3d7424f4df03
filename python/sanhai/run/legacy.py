"""Legacy stocks in every draw of a run: couples die by the draw's own rates, everything else about them is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.legacy import RULES, Count, LegacyRules, leaf_couples
from sanhai.run.compile import Compiled, demography
from sanhai.run.engine import mortality_of
from sanhai.run.options import GIB, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["legacy_draws"]

MORTALITY = ("mortality", "place_mortality")  # the components that the couples answer to


def legacy_draws(
    one: Compiled,
    options: Options,
    counts: Sequence[Count],
    factor: NDArray[np.float64] | None = None,
    rules: LegacyRules = RULES,
) -> NDArray[np.float64]:
    """(count, row, year, draw) of the layout's rows; a point run is one draw.

    factor (leaf, count, year|1): on what a leaf counts, such as the rural share where it differs. Single deaths of the
    component `events` are not drawn. Raises ConfigError where a leaf has no history (`has_legacy`).
    """
    leaves, years = one.inputs.leaves, one.years
    mortality, of = mortality_of(one)
    places = []
    for row, leaf in enumerate(leaves):
        couples = leaf_couples(leaf, one.reading.place, len(years), rules)
        place = _bridge.LegacyPlace(couples, one.inputs.pop_jan1[row, 1], of[row])
        if factor is not None:
            place.factor = factor[row]
        places.append(place)
    axes = _bridge.Axes(list(one.codes), years[0], len(years), one.inputs.pop_jan1.shape[-1])
    rows = [sorted(members) for members in one.layout.members]
    inputs = _bridge.LegacyInputs(axes, mortality, places, [count.core() for count in counts], rows)
    deaths = replace(options, components=tuple(name for name in options.components if name in MORTALITY))
    how = _bridge.RunOptions(n_draws=options.draws, threads=options.threads, budget_bytes=int(options.memory_gib * GIB))
    return np.asarray(_bridge.legacy_draws(inputs, demography(one, deaths), how))
