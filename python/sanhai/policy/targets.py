"""Targets of the documents in use, and what a user states of those that no run computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.policy.months import WHOLE_RUN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.policy.reading import Reading
    from sanhai.policy.scenario import Scenario
    from sanhai.policy.schema import Instrument, Target

__all__ = ["TOLERANCE", "Aim", "aims", "gap_of", "is_met", "observed"]

TOLERANCE = {"about": 0.01}  # share of the goal that "about" leaves; other bounds: rounding alone
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Aim:
    """A target of an instrument in use."""

    instrument: Instrument
    target: Target


def aims(scenario: Scenario) -> tuple[Aim, ...]:
    """Every target of every document in use, in the order of the documents."""
    return tuple(
        Aim(row, target)
        for pack_id in scenario.packs
        for row in scenario.catalogue.pack(pack_id).instruments
        if row.full_id not in scenario.excluded
        for target in row.targets
    )


def observed(reading: Reading) -> Mapping[str, float]:
    """What the scenario states of targets that are observed, by lever."""
    paths = dict.fromkeys(one.target.observed for one in aims(reading.scenario) if one.target.observed is not None)
    stated = {path: reading.number(path, None, WHOLE_RUN) for path in paths}
    return {path: value for path, value in stated.items() if value is not None}


def gap_of(bound: str, goal: float, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is missing to the goal, in its unit; negative: more than it asks."""
    return values - goal if bound == "max" else goal - values


def is_met(bound: str, goal: float, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether values keep the bound; "about" within 1 % of the goal."""
    gap = gap_of(bound, goal, values)
    if bound in ("min", "max"):
        return np.asarray(gap <= ROUNDING * abs(goal))
    return np.asarray(np.abs(gap) <= TOLERANCE.get(bound, ROUNDING) * abs(goal))
