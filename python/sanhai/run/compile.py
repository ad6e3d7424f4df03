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
from sanhai.policy.nursery import care_change, nursery_run
from sanhai.policy.place_stock import PlaceStock, place_stock, stock_year
from sanhai.policy.reading import Reading
from sanhai.policy.response import (
    SupportTable,
    desired_progressions,
    fertility_factor,
    has_care,
    has_ceiling,
    parameters_of,
    support_table,
    weighted_care,
)
from sanhai.policy.scenario import reference_of
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

__all__ = ["Compiled", "compiled", "demography", "policy_paths", "restricted"]

K_SPAN = 3.5  # standard deviations of k the survivorship polynomial spans; beyond it the exact way is taken
FIXED_BITS = {"eps": 1, "gamma": 4, "tau": 8, "T": 16, "H": 32, "w": 64}
K_BIT = 2


@lru_cache(maxsize=16)
def inputs_of(leaves: tuple[Place, ...], last_year: int) -> Baseline:
    """Baseline arrays of some leaves; made once while they are in use."""
    return baseline(leaves, last_year)


@lru_cache(maxsize=4)
def calibrated_people(leaves: tuple[Place, ...], last_year: int) -> NDArray[np.float64]:
    """(leaf, year + 1, sex, age) persons of the baseline as calibrated: what plans and care are measured on."""
    return np.asarray(_bridge.project(inputs_of(leaves, last_year).inputs()).pop_jan1)


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
    answers: bool  # some birth meets another support or care than in the baseline
    places: PlaceStock | None  # of nurseries, where somebody states or assumes them
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
    return bits + (K_BIT if any(reading.is_set(f"response.k{order}") for order in ORDERS) else 0)


def _places(reading: Reading, leaves: tuple[Place, ...], years: range) -> PlaceStock | None:
    """Nursery places of a scenario: they rest on the calibrated people, of years after the run's too."""
    if stock_year(reading, years) is None:
        return None
    due = max(int(reading.number("nursery.plan_to", leaf, WHOLE_RUN) or 0) for leaf in leaves)
    until = min(max(years[-1], due), leaves[0].standard.years[-1])

    def residents_of(area: Place, year: int) -> float:
        people = calibrated_people(area.leaves, max(until, *(leaf.first_projected_year for leaf in area.leaves)))
        return float(people[:, year - area.leaves[0].base.first_year].sum())

    residents = calibrated_people(leaves, until).sum(axis=(2, 3))
    return place_stock(reading, leaves, years, residents, residents_of)


def _care(reading: Reading, base: Reading, inputs: Baseline, places: PlaceStock | None) -> NDArray[np.float64] | None:
    """(leaf, year) what the care term sees of a scenario against the baseline, on the same children; None: off."""
    if places is None or not has_care(reading):
        return None
    leaves, years = inputs.leaves, inputs.years
    people = calibrated_people(leaves, years[-1])
    own = nursery_run(reading, leaves, years, people, places)
    return weighted_care(
        reading, care_change(own, nursery_run(base, leaves, years, people, _places(base, leaves, years)))
    )


def _tables(reading: Reading, base: Reading, inputs: Baseline, care: NDArray[np.float64] | None) -> list[SupportTable]:
    """What births meet on both sides, by leaf: rates are calibrated with the policy in force, whatever comes first."""
    rho = parameters_of(reading).rho
    changes = [None] * len(inputs.leaves) if care is None else list(care)
    return [
        support_table(reading, base, leaf, inputs.years, change, rho)
        for leaf, change in zip(inputs.leaves, changes, strict=True)
    ]


def _supports(reading: Reading, inputs: Baseline, tables: list[SupportTable]) -> tuple[_bridge.PolicySupport, ...]:
    desired = desired_progressions(reading, inputs.leaves, inputs.progressions)
    now = inputs.progressions if has_ceiling(reading) else np.full(desired.shape, np.nan)
    for row, leaf in enumerate(inputs.leaves):  # desired progressions are beliefs about the women of a shipped history
        if not isinstance(leaf.standard.parity, ParityHistory):
            now[row] = np.nan
    return tuple(_support(table, now[row], desired[row]) for row, table in enumerate(tables))


def _support(table: SupportTable, now: NDArray[np.float64], desired: NDArray[np.float64]) -> _bridge.PolicySupport:
    out = _bridge.PolicySupport()
    out.date = np.array(table.date, dtype=float)
    out.present_value, out.cost_of_child, out.care = table.present_value, table.cost_of_child, table.care
    out.point_take_up, out.progression, out.desired = table.take_up, now, desired
    return out


def compiled(
    one: Scenario,
    layout: Layout,
    last_year: int,
    exchange: PoolRates | OriginDestinationRates | None = None,
) -> Compiled:
    """Arrays of a scenario.

    exchange: rates between leaves, from the first projected year on: observed totals hold such moves already.
    """
    reading = Reading(one)
    inputs = demography_of(reading, inputs_of(layout.leaves, last_year))
    is_open = _open_years(reading, inputs.leaves, inputs.years)
    open_cells = is_open[:, :, None, None]
    moved, leaving = (np.where(open_cells, one, 0.0) for one in (inputs.net_migration, inputs.leaving_rate))
    moved, leaving = net_migration_of(reading, inputs, moved, leaving)
    factor = fertility_factor(reading, inputs.leaves, inputs.years)
    base, places = Reading(reference_of(one)), _places(reading, inputs.leaves, inputs.years)
    care = _care(reading, base, inputs, places)
    tables = _tables(reading, base, inputs, care)
    _require_orders(reading, inputs, tables)
    return Compiled(
        reading=reading,
        layout=layout,
        inputs=inputs,
        net_migration=moved,
        leaving_rate=leaving,
        is_open=is_open,
        asfr_total=inputs.asfr_total if factor is None else inputs.asfr_total * factor[:, :, 0],
        supports=_supports(reading, inputs, tables),
        fixed=_fixed(reading),
        cuts=reading.value("migration.on_negative", None, WHOLE_RUN) == "cap",
        care=care is not None and bool(np.any(care)),
        answers=any(table.date for table in tables),
        places=places,
        exchange=None if exchange is None else exchange.on(inputs.codes, inputs.years, inputs.first_projected_year),
        observed=observed(reading),
    )


def _require_orders(reading: Reading, inputs: Baseline, tables: list[SupportTable]) -> None:
    """ConfigError where births would answer to a change in policy and nobody knows their orders."""
    for leaf, table in zip(inputs.leaves, tables, strict=True):
        if table.date and not leaf.has_orders:
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
