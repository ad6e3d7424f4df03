"""What is random about a place: whose factors it shares, and from which year on each of them acts.

A figure that is published does not vary; a year that is estimated does. Factors nest: province x city x county, each
keyed by its own code, so that all leaves of a province share its path in the same draw.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.fit import calibrated
from sanhai.places.figures import FAMILIES

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["first_years", "random_place"]

FEW_RESIDUALS_SD = 0.003  # of the net migration rate where too few yearly residuals are known; judgement
FEWEST_RESIDUALS = 4  # years with a total, from which their spread is taken
KINDS = {"province": "province", "prefecture": "city"}  # by level; whatever else lies below a root is a county

Years = tuple[int, int, int]


def _published_to(place: Place, names: tuple[str, ...]) -> int:
    """Last year of which one of these figures is published for the place itself; 0 where none is."""
    rows = (row for name in names for row in place.evidence.of(name))
    sure = (row.year for row in rows if row.sex == "both" and row.age == "all" and row.confidence != "low")
    return max(sure, default=0)


@lru_cache(maxsize=4096)
def first_years(place: Place) -> Years:
    """First calendar years in which fertility, mortality and migration vary: after the last figure that is published
    for the place or, below a root, for one above it; not before the first year of a run.

    What is published of the root does not count for the places below it: they are estimates beside it.
    """
    above = place.lineage[1:] or place.lineage
    lasts = [max(_published_to(one, names) for one in above) for names in FAMILIES.values()]
    births, deaths, totals = (max(last + 1, place.base.first_year) for last in lasts)
    return births, deaths, totals


@lru_cache(maxsize=4096)
def _migration_sd(place: Place) -> float:
    """Step of a root's net migration rate: that of its yearly residuals, if every fitted year has a total."""
    fit = calibrated(place)
    known = place.evidence.published("pop_yearend", fit.years)
    if np.isnan(known).any() or len(known) < FEWEST_RESIDUALS:
        return FEW_RESIDUALS_SD
    rates = fit.residual.sum(axis=0) / fit.stock.sum(axis=0)[:-1]
    return float(np.std(rates, ddof=1))


def random_place(leaf: Place) -> _bridge.RandomPlace:
    """The core's description of a leaf. A root has no factors of places: it is what the others are compared with."""
    chain = [_bridge.PlaceLink(one.code, KINDS.get(one.level, "county"), first_years(one)) for one in leaf.lineage[1:]]
    own = {} if chain else {"migration_sd": _migration_sd(leaf)}
    return _bridge.RandomPlace(leaf.code, chain, first_years(leaf.root), **own)
