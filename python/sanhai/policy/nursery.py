"""Nursery places of a run: need by three definitions, the stock where somebody knows it, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.scenario import Scenario
from sanhai.policy.schema import ancestors

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NATIONAL_RATE", "NurseryRun", "need_settings", "norm_of", "nursery_run", "stocked_settings"]

STOCK_YEAR = 2025  # the year at whose end a stock is stated
NATIONAL_RATE = {"stock_per_1000": 4.73, "utilisation": 0.477, "inclusive_share": 0.5}
# Children of 6-36 months by month class if all ages enrol alike: 6 of 30 months, 12 and 12. Estimated: none published.
CLASS_SHARE = (0.2, 0.4, 0.4)


@dataclass(frozen=True)
class NurseryRun:
    """Arrays (place, year) by name; sums of places are made from parts by the core."""

    years: range
    account: _bridge.NurseryAccount  # all years: needs
    stocked: _bridge.NurseryAccount | None  # from STOCK_YEAR + 1: stock, gaps, openings
    norm_source: str
    assumed: bool

    def of(self, members: list[int]) -> dict[str, NDArray[np.float64]]:
        """(year) arrays of the place made of `members`; what rests on the stock is NaN before it is known."""
        out = {name: values[0] for name, values in self.account.sum(members).items() if values.ndim == 2}
        if self.stocked is not None:
            late = self.stocked.sum(members)
            skip = len(self.years) - late["residents"].shape[1]
            for name, values in late.items():
                if values.ndim == 2:
                    padded = np.concatenate([np.full(skip, np.nan), values[0]])
                    out[name] = np.where(np.isnan(padded), out[name], padded)
        return out

    def rows(self, name: str) -> NDArray[np.float64]:
        """(place, year) one array over all places, padded like `of`."""
        if self.stocked is None:
            return self.account.arrays()[name]
        late = self.stocked.arrays()[name]
        return np.concatenate([np.full((late.shape[0], len(self.years) - late.shape[1]), np.nan), late], axis=1)


def norm_of(scenario: Scenario, code: str) -> tuple[float, str]:
    """(places per 1,000 residents, where the target stands) for a place: its own document, else the nearest above."""
    inside = scenario.place in ancestors(code)
    own = scenario.number("nursery.norm_per_1000", 9999) if inside else None
    if own is not None:
        return own, "set by the user"
    targets = {
        row.place: (target.value, row.full_id)
        for row in scenario.instruments_at(code)
        for target in row.targets
        if target.variable == "places_per_1000" and target.value is not None
    }
    for near in ancestors(code):
        if near in targets:
            return targets[near]
    raise LookupError(code)


def _known(scenario: Scenario, name: str, code: str) -> float:
    """A lever of the stock, or the marked assumption, or NaN."""
    if scenario.place not in ancestors(code):
        return np.nan
    value = scenario.number(f"nursery.{name}", STOCK_YEAR + 1)
    if value is not None:
        return value
    return NATIONAL_RATE[name] if scenario.value("nursery.assumption", STOCK_YEAR + 1) == "national-rate" else np.nan


def _by_year(scenario: Scenario, path: str, years: range) -> NDArray[np.float64]:
    return np.array([[scenario.number(path, year) for year in years]], dtype=float)


def need_settings(scenario: Scenario, leaves: tuple[str, ...], years: range) -> _bridge.NurserySettings:
    out = _bridge.NurserySettings()
    out.norm = np.array([[norm_of(scenario, code)[0] / 1000.0] for code in leaves])
    out.enrolment_share = _by_year(scenario, "nursery.enrolment_share", years)
    out.want_share = _by_year(scenario, "nursery.want_share", years)
    out.target_utilisation = _by_year(scenario, "nursery.target_utilisation", years)
    out.class_share = np.array([CLASS_SHARE])
    return out


def stocked_settings(
    scenario: Scenario, leaves: tuple[str, ...], years: range
) -> tuple[_bridge.NurserySettings, int] | None:
    """Settings from the first year with a stock on, and that year's index; `opening_stock` is places per resident.

    None where nobody states or assumes a stock.
    """
    per_1000 = np.array([_known(scenario, "stock_per_1000", code) for code in leaves])
    if np.all(np.isnan(per_1000)) or years[-1] <= STOCK_YEAR:
        return None
    skip = STOCK_YEAR + 1 - years[0]
    late = years[skip:]
    settings = need_settings(scenario, leaves, late)
    settings.opening_stock = per_1000 / 1000.0
    for name in ("utilisation", "inclusive_share"):
        values = np.array([[_known(scenario, name, code)] for code in leaves])
        if not np.all(np.isnan(values)):
            setattr(settings, name, np.nan_to_num(values, nan=0.0))
    planned = [year for year in late if scenario.value("nursery.plan", year) == "norm"]
    if planned:
        settings.plan = _bridge.NurseryPlan.hold_norm
        settings.plan_from = planned[0]
        settings.plan_to = int(scenario.number("nursery.plan_to", years[-1]) or late[-1])
    settings.closure_rate = float(scenario.number("nursery.closure_rate", years[-1]) or 0.0)
    return settings, skip


def _stocked(
    scenario: Scenario, leaves: tuple[str, ...], years: range, pop_jan1: NDArray[np.float64]
) -> _bridge.NurseryAccount | None:
    found = stocked_settings(scenario, leaves, years)
    if found is None:
        return None
    settings, skip = found
    settings.opening_stock = settings.opening_stock * pop_jan1[:, skip].sum(axis=(1, 2))
    return _bridge.nursery_account(list(leaves), years[skip], pop_jan1[:, skip:], settings)


def nursery_run(scenario: Scenario, leaves: tuple[str, ...], years: range, pop_jan1: NDArray[np.float64]) -> NurseryRun:
    """`pop_jan1` (leaf, year + 1, sex, age) persons."""
    account = _bridge.nursery_account(list(leaves), years[0], pop_jan1, need_settings(scenario, leaves, years))
    stocked = _stocked(scenario, leaves, years, pop_jan1)
    assumed = scenario.value("nursery.assumption", STOCK_YEAR + 1) == "national-rate"
    return NurseryRun(years, account, stocked, norm_of(scenario, leaves[0])[1], assumed and stocked is not None)
