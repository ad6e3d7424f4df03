"""A scenario of a place as the plain arrays that the core runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.fit import FITTED_YEARS, calibrated, group_of
from sanhai.calibrate.parity import parity_of, relative_hazards
from sanhai.calibrate.path import Baseline, baseline
from sanhai.places.tables import published
from sanhai.policy.nursery import nursery_run
from sanhai.policy.response import SupportTable, desired_progressions, parameters_of, support_table, weighted_care
from sanhai.policy.scenario import scenario
from sanhai.policy.terms import ORDERS
from sanhai.rates.lee_carter import mortality_index
from sanhai.run.layout import Layout
from sanhai.run.options import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.policy.nursery import NurseryRun
    from sanhai.policy.scenario import Scenario

__all__ = ["Compiled", "NurseryBase", "codes_of", "compiled", "inputs_of", "random_components"]

FEW_RESIDUALS_SD = 0.003  # of the net migration rate where fewer than five yearly residuals are known; judgement
K_SPAN = 3.5  # standard deviations of k the survivorship polynomial spans; beyond it the exact way is taken
FIXED_BITS = {"eps": 1, "gamma": 4, "tau": 8, "T": 16, "H": 32, "w": 64}
NATION = "100000"


def codes_of(layout: Layout) -> tuple[str, ...]:
    return tuple(leaf.code for leaf in layout.leaves)


@cache
def inputs_of(leaves: tuple[str, ...], last_year: int) -> Baseline:
    """Baseline arrays of some leaves; made once."""
    return baseline(leaves, last_year)


@dataclass(frozen=True)
class Compiled:
    """One scenario, ready to run: what the core's inputs and paths are made of."""

    scenario: Scenario
    layout: Layout
    inputs: Baseline
    migration: NDArray[np.float64]  # (leaf, year, sex, age) net migrants
    asfr_total: NDArray[np.float64]  # (leaf, year, age) before any response
    supports: tuple[_bridge.PolicySupport, ...]  # by leaf
    parameters: _bridge.ResponseParameters
    fixed: int  # bits of response parameters that a user has set
    is_closed: bool  # nobody migrates after the observed years: nobody deviates from nobody either
    is_capped: bool  # out-migration that would empty a cell is cut
    care: bool  # the care term is on
    answers: bool  # some birth meets another support than in the reference

    @property
    def years(self) -> range:
        return self.inputs.years


@dataclass(frozen=True)
class NurseryBase:
    """Places and people of the scenario that a change in care is measured against."""

    nursery: NurseryRun
    pop_jan1: NDArray[np.float64]  # (leaf, year + 1, sex, age)


def _migration(inputs: Baseline, one: Scenario) -> NDArray[np.float64]:
    """Net migrants with `migration.mode` applied to the years after the observed ones."""
    if one.value("migration.mode", inputs.years[-1]) == "recent":
        return inputs.net_migration
    out = inputs.net_migration.copy()
    out[:, len(FITTED_YEARS) :] = 0.0
    return out


def _fixed(one: Scenario) -> int:
    """Parameters a user has set: every draw has the user's value."""
    bits = sum(bit for name, bit in FIXED_BITS.items() if one.is_set(f"response.{name}"))
    bits += 2 if any(one.is_set(f"response.k{order}") for order in ORDERS) else 0
    return bits + (128 if one.is_set("subsidy.national.take_up") else 0)


def _care(one: Scenario, base: NurseryBase | None, leaves: tuple[str, ...], years: range) -> NDArray[np.float64] | None:
    """(leaf, year) what the care term sees of a scenario against the baseline, on the baseline's people; None: off."""
    if base is None or weighted_care(one, np.zeros((1, 1))) is None:
        return None
    own = nursery_run(one, leaves, years, base.pop_jan1)
    if own.stocked is None:
        return None
    after = own.rows("inclusive_per_child")
    # Without a stock in the baseline the change is counted from the first year of the scenario's own stock.
    if base.nursery.stocked is None:
        reference = after[:, len(FITTED_YEARS) : len(FITTED_YEARS) + 1]
    else:
        reference = base.nursery.rows("inclusive_per_child")
    return weighted_care(one, np.asarray(after - reference))


def _fertility(one: Scenario, inputs: Baseline) -> NDArray[np.float64]:
    """(leaf, year, age) births per woman before any response, a user's own factor applied."""
    from sanhai.policy.response import _fertility_factor

    factor = _fertility_factor(one, inputs.leaves, inputs.years)
    return inputs.asfr_total if factor is None else inputs.asfr_total * factor[:, :, 0]


def _table(one: Scenario, inputs: Baseline, row: int, care: NDArray[np.float64] | None) -> SupportTable:
    # Rates are calibrated with the policy in force: every scenario is measured against that, whatever is shown first.
    reference = scenario("baseline", one.place)
    change = None if care is None else care[row]
    return support_table(one, reference, inputs.leaves[row], inputs.years, change, parameters_of(one))


def _support(
    one: Scenario, inputs: Baseline, row: int, table: SupportTable, desired: NDArray[np.float64]
) -> _bridge.PolicySupport:
    is_off = one.value("response.ceiling", 9999) == "off"
    progression = np.full(len(ORDERS), np.nan) if is_off else inputs.progressions[row]
    return _bridge.PolicySupport(
        list(table.date),
        table.present_value,
        table.cost_of_child,
        table.care,
        parameters_of(one).take_up,
        list(progression),
        list(desired),
    )


def compiled(one: Scenario, layout: Layout, last_year: int, base: NurseryBase | None = None) -> Compiled:
    """Arrays of a scenario; `base`: what a change in care is measured against (None: this scenario is it)."""
    leaves = codes_of(layout)
    inputs = inputs_of(leaves, last_year)
    care = _care(one, base, leaves, inputs.years)
    desired = desired_progressions(one, leaves, inputs.progressions)
    tables = [_table(one, inputs, row, care) for row in range(len(leaves))]
    supports = tuple(_support(one, inputs, row, table, desired[row]) for row, table in enumerate(tables))
    return Compiled(
        scenario=one,
        layout=layout,
        inputs=inputs,
        migration=_migration(inputs, one),
        asfr_total=_fertility(one, inputs),
        supports=supports,
        parameters=parameters_of(one),
        fixed=_fixed(one),
        is_closed=one.value("migration.mode", inputs.years[-1]) == "zero",
        is_capped=one.value("migration.on_negative", inputs.years[-1]) == "cap",
        care=care is not None and bool(np.any(care)),
        answers=any(table.date for table in tables),
    )


def _migration_sd(code: str) -> float:
    """Step of the net migration rate: that of the place's yearly residuals, if five years are published."""
    if np.isnan(published(code, "pop_yearend", FITTED_YEARS)).any():
        return FEW_RESIDUALS_SD
    fit = calibrated(group_of(code))
    rates = fit.residual.sum(axis=0) / fit.stock.sum(axis=0)[:-1]
    return float(np.std(rates, ddof=1))


def random_components(years: range, options: Options) -> _bridge.RandomComponents:
    """Parameters of what varies; a point run has every component off."""
    out, bits = _bridge.RandomComponents(), _bridge.component_bits()
    out.seed = options.seed
    out.on = sum(bits[name] for name in options.components)
    out.first_year = years[0]
    out.first_random_year = FITTED_YEARS[-1] + 1
    out.n_years = len(years)
    out.k_step_sd = mortality_index().step_sd
    return out


def demography(one: Compiled, options: Options) -> _bridge.DemographicPaths:
    codes = list(one.inputs.leaves)
    sds = [_migration_sd(code) for code in codes]
    return _bridge.DemographicPaths(random_components(one.years, options), codes, [c == NATION for c in codes], sds)


def policy_paths(
    one: Compiled, demographic: _bridge.DemographicPaths, *, eps: float | None = None, gross: bool = False
) -> _bridge.PolicyPaths:
    """Births of every draw; `eps` fixes the elasticity; `gross`: none is taken back for having only been moved."""
    starts = [parity_of(code) for code in one.inputs.leaves]
    parameters, fixed = parameters_of(one.scenario, eps), one.fixed
    fixed |= 0 if eps is None else FIXED_BITS["eps"]
    if gross:
        parameters.tau = 0.0
        fixed |= FIXED_BITS["tau"]
    return _bridge.PolicyPaths(
        demographic,
        one.asfr_total,
        np.array([start.shares for start in starts]),
        np.array([start.births_3plus for start in starts]),
        relative_hazards(len(one.years)),
        np.array([[start.k1, start.k2, start.k2] for start in starts]),
        list(one.supports),
        parameters,
        fixed,
    )


def engine_arrays(one: Compiled) -> dict[str, Any]:
    """What every run of the engine starts from, by argument."""
    inputs = one.inputs
    patterns = np.array([_pattern(code) for code in inputs.leaves])
    ahead = np.maximum(np.array([year - FITTED_YEARS[-1] for year in one.years]), 1)
    return {
        "pop_jan1": inputs.pop_jan1,
        "Sx": inputs.Sx,
        "mx": None,
        "b": mortality_index().b,
        "asfr": inputs.asfr,
        "srb": np.repeat(inputs.srb, len(inputs.leaves), axis=0),
        "net_migration": one.migration,
        "patterns": patterns,
        "half_width": K_SPAN * mortality_index().step_sd * np.sqrt(ahead),
    }


def _pattern(code: str) -> NDArray[np.float64]:
    fit = calibrated(group_of(code))
    return np.asarray(fit.pattern[fit.leaves.index(code)])
