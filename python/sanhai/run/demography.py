"""Paths of demography that a scenario sets: fertility, life expectancy, sex ratio at birth, net migration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.errors import DomainError, refuse
from sanhai.policy.months import january

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.calibrate.path import Baseline
    from sanhai.places.place import Place
    from sanhai.policy.reading import Reading

__all__ = ["demography_of", "net_migration_of"]

TFR, E0, SRB, NET = (f"demography.{name}" for name in ("tfr", "e0", "srb", "net_migration"))
LOWEST = -3.0  # of a shift of ln m
HIGHEST_RATE = 1.9  # 1/year: a single year of age bears no higher one


def _set_in(reading: Reading, path: str, leaf: Place, years: range) -> dict[int, float]:
    """column -> value in the years from which a lever holds in a place."""
    if not reading.is_set(path) or not reading.holds_at(leaf):
        return {}
    first = years[0] if reading.scenario.counterfactual else leaf.first_projected_year
    return {
        column: float(reading.number(path, leaf, january(year)) or 0.0)
        for column, year in enumerate(years)
        if year >= first and reading.holds(path, leaf, january(year))
    }


def demography_of(reading: Reading, inputs: Baseline) -> Baseline:
    """The baseline arrays with the levels that the scenario sets, from their dates on; ages keep their pattern.

    DomainError for a life expectancy that no shift of the place's rates reaches.
    """
    changed: dict[str, Any] = {}
    for path, rule in ((TFR, _fertility), (E0, _mortality), (SRB, _sex_ratio)):
        if reading.is_set(path):
            changed |= rule(reading, inputs)
    return replace(inputs, **changed) if changed else inputs


def _fertility(reading: Reading, inputs: Baseline) -> dict[str, NDArray[np.float64]]:
    asfr, total = inputs.asfr.copy(), inputs.asfr_total.copy()
    for row, leaf in enumerate(inputs.leaves):
        for column, tfr in _set_in(reading, TFR, leaf, inputs.years).items():
            factor = tfr / total[row, column].sum()
            total[row, column] *= factor
            asfr[row, column] *= factor
    return {"asfr": asfr, "asfr_total": total}


def _mortality(reading: Reading, inputs: Baseline) -> dict[str, NDArray[np.float64]]:
    mx = inputs.mx.copy()
    for row, leaf in enumerate(inputs.leaves):
        wanted = _set_in(reading, E0, leaf, inputs.years)
        if wanted:
            columns = list(wanted)
            mx[row, columns] = _shifted(
                mx[row, columns], np.array(list(wanted.values())), leaf, inputs.srb[row, columns]
            )
    return {"mx": mx, "Sx": _bridge.Sx_from_mx(mx)}


def _shifted(
    mx: NDArray[np.float64], e0: NDArray[np.float64], leaf: Place, srb: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(year, sex, age) rates times one factor a year, so that both sexes born at `srb` live e0 (year) years on average.

    By bisection on the logarithm of the factor: life expectancy falls as it rises.
    """
    low = np.full(len(e0), LOWEST)
    high = _bridge.log(HIGHEST_RATE / mx[:, :, :-1].reshape(len(e0), -1).max(axis=1))

    def lived(k: NDArray[np.float64]) -> NDArray[np.float64]:
        both = _bridge.e0_from_mx(mx * _bridge.exp(k)[:, None, None])
        return np.asarray((srb * both[:, 0] + both[:, 1]) / (1.0 + srb))

    ends = lived(low), lived(high)
    for longest, shortest, target in zip(*ends, e0, strict=True):
        if not shortest <= target <= longest:
            where, reach = f"place {leaf.code}", {"low": f"{shortest:.1f}", "high": f"{longest:.1f}"}
            raise refuse(DomainError, "demography.e0", got=float(target), where=where, **reach)
    for _ in range(60):
        middle = (low + high) / 2.0
        is_long = lived(middle) > e0
        low, high = np.where(is_long, middle, low), np.where(is_long, high, middle)
    return np.asarray(mx * _bridge.exp((low + high) / 2.0)[:, None, None])


def _sex_ratio(reading: Reading, inputs: Baseline) -> dict[str, NDArray[np.float64]]:
    srb = inputs.srb.copy()
    for row, leaf in enumerate(inputs.leaves):
        for column, value in _set_in(reading, SRB, leaf, inputs.years).items():
            srb[row, column] = value
    return {"srb": srb}


def net_migration_of(
    reading: Reading, inputs: Baseline, moved: NDArray[np.float64], leaving: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Migrants and rates of leaving (leaf, year, sex, age) with the totals a scenario sets, shared by people.

    Where a total is set it is the net of all who move: nobody leaves by rate beside it.
    """
    if not reading.is_set(NET):
        return moved, leaving
    out, rates = moved.copy(), leaving.copy()
    people = inputs.pop_jan1.sum(axis=(1, 2))
    inside = [row for row, leaf in enumerate(inputs.leaves) if reading.holds_at(leaf)]
    for row in inside:
        share = people[row] / people[inside].sum()
        for column, total in _set_in(reading, NET, inputs.leaves[row], inputs.years).items():
            out[row, column] = total * share * inputs.pattern[row]
            rates[row, column] = 0.0
    return out, rates
