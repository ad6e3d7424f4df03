"""A scenario of a place as the plain arrays that the core runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.parity import fertility_of
from sanhai.calibrate.path import Baseline, baseline
from sanhai.errors import ConfigError, refuse
from sanhai.places.standard import ParityHistory
from sanhai.policy.months import WHOLE_RUN, january
from sanhai.policy.nursery import NurseryRun, care_change, nursery_run
from sanhai.policy.reading import Reading
from sanhai.policy.response import (
    SIGMA,
    desired_progressions,
    fertility_factor,
    has_ceiling,
    parameters_of,
    weighted_care,
)
from sanhai.policy.scenario import reference_of
from sanhai.policy.support import SupportTable, support_table
from sanhai.policy.targets import observed
from sanhai.policy.terms import ORDERS
from sanhai.run.demography import demography_of, net_migration_of
from sanhai.run.layout import Layout
from sanhai.run.options import Options
from sanhai.run.random_places import random_place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place
    from sanhai.policy.scenario import Scenario
    from sanhai.run.rates import OriginDestinationRates, PoolRates

__all__ = ["Compiled", "Reference", "as_support", "compiled", "demography", "policy_paths", "restricted"]

K_SPAN = 3.5  # standard deviations of k the survivorship polynomial spans; beyond it the exact way is taken
FIXED_BITS = {"eps": 1, "gamma": 4, "tau": 8, "T": 16, "H": 32, "w": 64}
K_BIT, SIGMA_BIT = 2, 256  # of the first class; the others follow


@lru_cache(maxsize=16)
def inputs_of(leaves: tuple[Place, ...], last_year: int) -> Baseline:
    """Baseline arrays of some leaves; made once while they are in use."""
    return baseline(leaves, last_year)


@dataclass(frozen=True)
class Reference:
    """The scenario that a change in care is measured against: its places, on its people."""

    nursery: NurseryRun
    pop_jan1: NDArray[np.float64]  # (leaf, year + 1, sex, age) persons


@dataclass(frozen=True)
class Compiled:
    """One scenario, ready to run: what the core's inputs and paths are made of."""

    reading: Reading
    layout: Layout
    inputs: Baseline
    net_migration: NDArray[np.float64]  # (leaf, year, sex, age) persons
    leaving_rate: NDArray[np.float64]  # (leaf, year, sex, age) share of the survivors before migration who leave
    is_open: NDArray[np.bool_]  # (leaf, year) whether there are net migrants, who may also be others than expected
    asfr_total: NDArray[np.float64]  # (leaf, year, age) births per woman before any response
    supports: tuple[_bridge.PolicySupport, ...]  # by leaf
    fixed: int  # bits of response parameters that a user has set
    cuts: bool  # out-migration that would empty a cell is cut
    care: bool  # the care term is on
    answers: bool  # some birth meets another support or care than in the reference
    exchange: _bridge.PoolRates | _bridge.OriginDestinationRates | None  # rates at which leaves exchange migrants
    observed: Mapping[str, float]  # what the scenario states of targets that no run computes, by lever

    @property
    def name(self) -> str:
        return self.reading.name

    @property
    def years(self) -> range:
        return self.inputs.years

    @property
    def codes(self) -> tuple[str, ...]:
        return self.inputs.codes


def _open_years(reading: Reading, leaves: tuple[Place, ...], years: range) -> NDArray[np.bool_]:
    """(leaf, year) whether there are net migrants, by `migration.mode`: those of a leaf's observed years are known."""
    recent = np.array([reading.value("migration.mode", None, january(year)) == "recent" for year in years])
    known = np.array([[year < reading.first_open_year(leaf) for year in years] for leaf in leaves])
    return np.asarray(recent | known)


def _fixed(reading: Reading) -> int:
    """Parameters a user has set: every draw has the user's value."""
    bits = sum(bit for name, bit in FIXED_BITS.items() if reading.is_set(f"response.{name}"))
    bits += sum(SIGMA_BIT << place for place, path in enumerate(SIGMA) if reading.is_set(path))
    return bits + (K_BIT if any(reading.is_set(f"response.k{order}") for order in ORDERS) else 0)


def _care(reading: Reading, reference: Reference | None, inputs: Baseline) -> NDArray[np.float64] | None:
    """(leaf, year) what the care term sees of a scenario against the reference, on its people; None: it is off."""
    if reference is None:
        return None
    own = nursery_run(reading, inputs.leaves, inputs.years, reference.pop_jan1)
    return weighted_care(reading, care_change(own, reference.nursery))


def _tables(reading: Reading, inputs: Baseline) -> list[SupportTable]:
    """What births meet on both sides, by leaf: rates are calibrated with the policy in force, whatever comes first."""
    base, rho = Reading(reference_of(reading.scenario)), parameters_of(reading).rho
    return [support_table(reading, base, leaf, inputs.years, rho) for leaf in inputs.leaves]


def _supports(
    reading: Reading, inputs: Baseline, tables: list[SupportTable], care: NDArray[np.float64] | None
) -> tuple[_bridge.PolicySupport, ...]:
    desired = desired_progressions(reading, inputs.leaves, inputs.progressions)
    now = inputs.progressions if has_ceiling(reading) else np.full(desired.shape, np.nan)
    for row, leaf in enumerate(inputs.leaves):  # desired progressions are beliefs about the women of a shipped history
        if not isinstance(leaf.standard.parity, ParityHistory):
            now[row] = np.nan
    return tuple(
        as_support(table, None if care is None else care[row], now[row], desired[row])
        for row, table in enumerate(tables)
    )


def as_support(
    table: SupportTable,
    care: NDArray[np.float64] | None,
    now: NDArray[np.float64],
    desired: NDArray[np.float64],
) -> _bridge.PolicySupport:
    """A place's table as the core takes it. care (year); now, desired (order): progressions, NaN: no ceiling."""
    out = _bridge.PolicySupport()
    if table.announced:
        out.announced, out.first_month = (np.array(one, dtype=float) for one in (table.announced, table.first_month))
        out.present_value, out.cost_of_child = table.present_value, table.cost_of_child
        out.claimed, out.cut = (one if np.any(one) else None for one in (table.claimed, table.cut))
    out.care = care if care is not None and np.any(care) else None
    out.progression, out.desired = now, desired
    return out


def compiled(
    one: Scenario,
    layout: Layout,
    last_year: int,
    reference: Reference | None = None,
    exchange: PoolRates | OriginDestinationRates | None = None,
) -> Compiled:
    """Arrays of a scenario; without a `reference` it is the reference itself.

    exchange: rates between leaves, from the first projected year on: observed totals hold such moves already.
    """
    reading = Reading(one)
    inputs = demography_of(reading, inputs_of(layout.leaves, last_year))
    is_open = _open_years(reading, inputs.leaves, inputs.years)
    open_cells = is_open[:, :, None, None]
    moved, leaving = (np.where(open_cells, one, 0.0) for one in (inputs.net_migration, inputs.leaving_rate))
    moved, leaving = net_migration_of(reading, inputs, moved, leaving)
    factor = fertility_factor(reading, inputs.leaves, inputs.years)
    care = _care(reading, reference, inputs)
    tables = _tables(reading, inputs)
    supports = _supports(reading, inputs, tables, care)
    answering = [
        bool(table.announced) or (care is not None and bool(np.any(care[row]))) for row, table in enumerate(tables)
    ]
    _require_orders(reading, inputs, answering)
    return Compiled(
        reading=reading,
        layout=layout,
        inputs=inputs,
        net_migration=moved,
        leaving_rate=leaving,
        is_open=is_open,
        asfr_total=inputs.asfr_total if factor is None else inputs.asfr_total * factor[:, :, 0],
        supports=supports,
        fixed=_fixed(reading),
        cuts=reading.value("migration.on_negative", None, WHOLE_RUN) == "cap",
        care=care is not None and bool(np.any(care)),
        answers=any(answering),
        exchange=None if exchange is None else exchange.on(inputs.codes, inputs.years, inputs.first_projected_year),
        observed=observed(reading),
    )


def _require_orders(reading: Reading, inputs: Baseline, answering: list[bool]) -> None:
    """ConfigError where births would answer to a change in policy and nobody knows their orders."""
    for leaf, answers in zip(inputs.leaves, answering, strict=True):
        if answers and not leaf.has_orders:
            raise refuse(ConfigError, "lever.needs_orders", path=reading.name, place=leaf.name("en"))


def restricted(one: Compiled, row: int) -> Compiled:
    """The leaves of one row alone, with the draws they have in the whole run. Not where leaves exchange."""
    members = list(one.layout.members[row])
    inputs = one.inputs
    names = ("pop_jan1", "mx", "Sx", "asfr", "asfr_total", "srb", "net_migration", "leaving_rate", "pattern", "fitted")
    own = {name: getattr(inputs, name)[members] for name in names}
    for name in ("leaves", "observed", "parity"):
        own[name] = tuple(getattr(inputs, name)[member] for member in members)
    layout = Layout(own["leaves"], (one.layout.rows[row],), (tuple(range(len(members))),), (one.layout.places[row],))
    return replace(
        one,
        layout=layout,
        inputs=replace(inputs, **own),
        net_migration=one.net_migration[members],
        leaving_rate=one.leaving_rate[members],
        is_open=one.is_open[members],
        asfr_total=one.asfr_total[members],
        supports=tuple(one.supports[member] for member in members),
    )


# ---- the core's random paths ----------------------------------------------------------------------------------------


def demography(one: Compiled, options: Options) -> _bridge.DemographicPaths:
    """Random paths of demography, keyed by code; in a point run every component is off."""
    random, bits = _bridge.RandomComponents(), _bridge.component_bits()
    random.seed = options.seed
    random.on = sum(bits[name] for name in options.components)
    random.first_year = one.years[0]
    random.first_random_year = one.inputs.first_projected_year
    random.n_years = len(one.years)
    index = one.inputs.leaves[0].standard.mortality
    random.k_step_sd, random.k_start_sd = index.step_sd, index.start_sd
    return _bridge.DemographicPaths(random, [random_place(leaf) for leaf in one.inputs.leaves])


def policy_paths(
    one: Compiled, demographic: _bridge.DemographicPaths, *, eps: float | None = None, gross: bool = False
) -> _bridge.PolicyPaths:
    """Births of every draw; `eps` fixes the elasticity; `gross`: none is taken back for having only been moved."""
    parameters, fixed = parameters_of(one.reading, eps), one.fixed | (0 if eps is None else FIXED_BITS["eps"])
    if gross:
        parameters.tau = 0.0
        fixed |= FIXED_BITS["tau"]
    places = [
        _bridge.PolicyPlace(fertility_of(leaf, asfr), support)
        for leaf, asfr, support in zip(one.inputs.leaves, one.asfr_total, one.supports, strict=True)
    ]
    return _bridge.PolicyPaths(demographic, places, parameters, fixed)
