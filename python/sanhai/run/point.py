"""Running scenarios: from a place and its instruments to stocks, flows, money and places, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.parity import parity_path
from sanhai.calibrate.path import Baseline, baseline
from sanhai.errors import DomainError
from sanhai.places.catalogue import all_places, leaves_of, lineage
from sanhai.policy.bill import Bill, bill
from sanhai.policy.nursery import NurseryRun, care_change, nursery_run
from sanhai.policy.reading import Reading
from sanhai.policy.response import Response, parameters_of, respond, weighted_care
from sanhai.policy.scenario import Scenario, reference_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = [
    "Engine",
    "People",
    "Projected",
    "Run",
    "baseline_arrays",
    "care_of",
    "lever_named",
    "net_migration",
    "open_years",
    "places_of_run",
    "project_apart",
    "run_band",
    "run_leaves",
    "run_people",
    "run_scenario",
]


@dataclass(frozen=True)
class People:
    """What a scenario does to people: stocks have one more year than flows."""

    pop_jan1: NDArray[np.float64]  # (leaf, year + 1, sex, age)
    births: NDArray[np.float64]  # (leaf, year, order, age of mother)
    births_by_sex: NDArray[np.float64]  # (leaf, year, sex)
    births_gross: NDArray[np.float64]  # (leaf, year, order): without taking moved births back
    deaths: NDArray[np.float64]  # (leaf, year, sex, age)
    net_migration: NDArray[np.float64]  # (leaf, year, sex, age)
    tempo_unpaid: NDArray[np.float64]  # (leaf, year, order) births per woman
    migration_cut: NDArray[np.float64]  # (leaf, year) persons of out-migration cut because a cell was empty
    balance: float  # worst relative residual


@dataclass(frozen=True)
class Run:
    """One scenario over all leaves: people, places, money."""

    scenario: Scenario
    reading: Reading  # of the scenario: what its years have read
    leaves: tuple[str, ...]  # codes
    years: range
    inputs: Baseline
    response: Response
    people: People
    nursery: NurseryRun
    bill: Bill


def places_of_run(code: str) -> tuple[str, ...]:
    """Rows a run of a place shows: the place, its parts, then the province and the nation alongside."""
    parts = tuple(leaf.code for leaf in leaves_of(code) if leaf.code != code)
    return (
        code,
        *parts,
        *reversed([above for above in lineage(code) if above != code and all_places()[above].is_leaf]),
    )


def run_leaves(place: Place) -> tuple[Place, ...]:
    """What is projected for these rows: every leaf once, those above the place last."""
    above = [one for one in reversed(place.lineage) if one.is_leaf and one.code != place.code]
    return (*place.leaves, *above)


@lru_cache(maxsize=64)
def baseline_arrays(leaves: tuple[Place, ...], last_year: int) -> Baseline:
    return baseline(leaves, last_year)


def open_years(reading: Reading, years: range) -> NDArray[np.bool_]:
    """(year) whether there are net migrants, by `migration.mode`."""
    return np.array([reading.value("migration.mode", year) == "recent" for year in years])


def net_migration(inputs: Baseline, reading: Reading) -> NDArray[np.float64]:
    """Net migrants with `migration.mode` applied, year by year."""
    is_open = open_years(reading, inputs.years)
    if np.all(is_open):
        return inputs.net_migration
    is_closed = np.broadcast_to(~is_open, inputs.is_projected.shape)
    if not reading.scenario.counterfactual:
        is_closed = is_closed & inputs.is_projected
    return np.where(is_closed[:, :, None, None], 0.0, inputs.net_migration)


class Projected(Protocol):
    """Stocks and flows by leaf, as the engine's Projection names them."""

    @property
    def pop_jan1(self) -> NDArray[np.float64]: ...
    @property
    def births(self) -> NDArray[np.float64]: ...
    @property
    def births_by_sex(self) -> NDArray[np.float64]: ...
    @property
    def deaths(self) -> NDArray[np.float64]: ...
    @property
    def net_migration(self) -> NDArray[np.float64]: ...
    @property
    def migration_cut(self) -> NDArray[np.float64]: ...
    @property
    def balance(self) -> NDArray[np.float64]: ...


class Engine(Protocol):
    """What turns the rates of a run's leaves into people."""

    def __call__(
        self,
        inputs: Baseline,
        asfr: NDArray[np.float64],
        migration: NDArray[np.float64],
        cohort_factor: NDArray[np.float64] | None = None,
        *,
        cap: bool = False,
    ) -> Projected: ...


@contextmanager
def lever_named() -> Iterator[None]:
    """Adds to an error about too many leavers the lever that cuts them."""
    try:
        yield
    except DomainError as error:
        if "leavers" not in str(error):
            raise
        raise DomainError(f"{error}; the lever is migration.on_negative=cap, --cap-migration for a whole run") from None


def project_apart(
    inputs: Baseline,
    asfr: NDArray[np.float64],
    migration: NDArray[np.float64],
    cohort_factor: NDArray[np.float64] | None = None,
    *,
    cap: bool = False,
) -> Projected:
    """Every leaf on its own."""
    with lever_named():
        return _bridge.project(
            list(inputs.codes),
            inputs.first_year,
            inputs.pop_jan1,
            inputs.Sx,
            asfr,
            inputs.srb,
            migration,
            cohort_factor=cohort_factor,
            cap_negative=cap,
        )


def care_of(reading: Reading, base: Run) -> NDArray[np.float64] | None:
    """(leaf, year) what the care term sees of a scenario against the baseline; None: it is off."""
    return weighted_care(reading, _places_change(reading, base))


def _places_change(reading: Reading, base: Run) -> NDArray[np.float64] | None:
    """(leaf, year) occupied inclusive places per child against the baseline's, on the baseline's people."""
    own = nursery_run(reading, base.inputs.leaves, base.years, base.people.pop_jan1)
    return care_change(own, base.nursery)


def _respond(reading: Reading, base: Run | None, inputs: Baseline, eps: float | None) -> Response:
    reference = Reading(reference_of(reading.scenario))
    change = _places_change(reading, base) if base is not None else None
    return respond(reading, reference, inputs.leaves, inputs.years, inputs.progressions, eps, change)


def _base_paths(inputs: Baseline, response: Response) -> tuple[_bridge.ParityPath, ...]:
    """The leaves' parity paths, solved anew where a user's own factor changes their fertility."""
    if response.fertility_factor is None:
        return inputs.parity
    total = inputs.asfr_total * response.fertility_factor[:, :, 0]
    return tuple(parity_path(leaf, rates) for leaf, rates in zip(inputs.leaves, total, strict=True))


def run_people(
    reading: Reading, inputs: Baseline, response: Response, eps: float | None = None, engine: Engine = project_apart
) -> People:
    """Projects a scenario's people; without a response the gross run is the run itself, bit for bit.

    The last call of `engine` is the run that is returned.
    """
    leaves, years = inputs.codes, inputs.years
    migration = net_migration(inputs, reading)
    cap = reading.fixed("migration.on_negative") == "cap"
    base = _base_paths(inputs, response)
    asfr = np.array([path.asfr_order for path in base])
    unpaid = np.zeros(asfr.shape[:3])
    if response.is_null:
        gross = net = engine(inputs, asfr, migration, cap=cap)
    else:
        # Multipliers act on hazards by parity, so more births of one order leave fewer women to have the next.
        multiplied = np.array([path.gross(m).asfr_order for path, m in zip(base, response.multiplier, strict=True)])
        tempo = _bridge.tempo_ledger(list(leaves), years[0], asfr, multiplied, parameters_of(reading, eps))
        gross = engine(inputs, multiplied, migration, cap=cap)
        net = engine(inputs, multiplied, migration, tempo["cohort_factor"], cap=cap)
        unpaid = tempo["unpaid"]
    return People(
        pop_jan1=np.asarray(net.pop_jan1),
        births=np.asarray(net.births),
        births_by_sex=np.asarray(net.births_by_sex),
        births_gross=np.asarray(gross.births).sum(axis=3),
        deaths=np.asarray(net.deaths),
        net_migration=np.asarray(net.net_migration),
        tempo_unpaid=unpaid,
        migration_cut=np.asarray(net.migration_cut),
        balance=float(np.max(net.balance)),
    )


def run_scenario(
    one: Scenario,
    base: Run | None,
    last_year: int,
    leaves: tuple[Place, ...] | None = None,
    engine: Engine = project_apart,
) -> Run:
    """Runs `one` from the first fitted year to `last_year`; `base` is the run it is compared with (None: itself).

    `leaves`: those of the scenario's place unless given; the nation's must be among them.
    """
    leaves = run_leaves(one.place) if leaves is None else leaves
    inputs = baseline_arrays(leaves, last_year)
    reading = Reading(one)
    response = _respond(reading, base, inputs, None)
    people = run_people(reading, inputs, response, engine=engine)
    places = nursery_run(reading, leaves, inputs.years, people.pop_jan1)
    money = bill(reading, leaves, inputs.years, people.pop_jan1, people.births.sum(axis=3), places)
    return Run(one, reading, inputs.codes, inputs.years, inputs, response, people, places, money)


def run_band(run: Run, base: Run, eps: float) -> People:
    """The same scenario's people at another elasticity."""
    return run_people(run.reading, run.inputs, _respond(run.reading, base, run.inputs, eps), eps)
