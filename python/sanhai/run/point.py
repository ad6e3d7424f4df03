"""Running scenarios: from a place and its instruments to stocks, flows, money and places, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.parity import parity_path
from sanhai.calibrate.path import Baseline, baseline
from sanhai.errors import DomainError
from sanhai.places.catalogue import all_places, leaves_of, lineage
from sanhai.places.catalogue import place as place_of
from sanhai.policy.bill import Bill, bill
from sanhai.policy.nursery import NurseryRun, nursery_run
from sanhai.policy.response import Response, parameters_of, respond, weighted_care
from sanhai.policy.scenario import Scenario, scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Engine",
    "People",
    "Projected",
    "Run",
    "baseline_arrays",
    "lever_named",
    "net_migration",
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
    leaves: tuple[str, ...]
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


def run_leaves(code: str) -> tuple[str, ...]:
    """What is projected for these rows: every leaf once."""
    return tuple(dict.fromkeys(leaf.code for row in places_of_run(code) for leaf in leaves_of(row)))


@cache
def baseline_arrays(leaves: tuple[str, ...], last_year: int) -> Baseline:
    return baseline(tuple(place_of(code) for code in leaves), last_year)


def net_migration(inputs: Baseline, one: Scenario) -> NDArray[np.float64]:
    """Net migrants with `migration.mode` applied to the years after the fitted ones."""
    if one.value("migration.mode", inputs.years[-1]) == "recent":
        return inputs.net_migration
    out = inputs.net_migration.copy()
    out[inputs.is_projected] = 0.0
    return out


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


def _places_change(one: Scenario, base: Run, years: range) -> NDArray[np.float64] | None:
    """(leaf, year) occupied inclusive places per child against the baseline's, on the baseline's people."""
    own = nursery_run(one, base.leaves, years, base.people.pop_jan1)
    if own.stocked is None:
        return None
    before = base.nursery.rows("inclusive_per_child") if base.nursery.stocked is not None else None
    after = own.rows("inclusive_per_child")
    # Without a stock in the baseline the change is counted from the first year of the scenario's own stock.
    at = base.inputs.first_projected_year - years[0]
    reference = after[:, at : at + 1] if before is None else before
    return np.asarray(after - reference)


def care_change(one: Scenario, base: Run) -> NDArray[np.float64] | None:
    """(leaf, year) what the care term sees of a scenario against the baseline; None: it is off."""
    return weighted_care(one, _places_change(one, base, base.years))


def _respond(one: Scenario, base: Run | None, inputs: Baseline, eps: float | None) -> Response:
    # Rates are calibrated with the policy in force: every scenario is measured against that, whatever is shown first.
    reference = scenario("baseline", one.place)
    change = _places_change(one, base, inputs.years) if base is not None else None
    return respond(one, reference, inputs.codes, inputs.years, inputs.progressions, eps, change)


def _base_paths(inputs: Baseline, response: Response) -> tuple[_bridge.ParityPath, ...]:
    """The leaves' parity paths, solved anew where a user's own factor changes their fertility."""
    if response.fertility_factor is None:
        return inputs.parity
    total = inputs.asfr_total * response.fertility_factor[:, :, 0]
    return tuple(parity_path(leaf, rates) for leaf, rates in zip(inputs.leaves, total, strict=True))


def run_people(
    one: Scenario, inputs: Baseline, response: Response, eps: float | None = None, engine: Engine = project_apart
) -> People:
    """Projects a scenario's people; without a response the gross run is the run itself, bit for bit.

    The last call of `engine` is the run that is returned.
    """
    leaves, years = inputs.codes, inputs.years
    migration = net_migration(inputs, one)
    cap = one.value("migration.on_negative", inputs.years[-1]) == "cap"
    base = _base_paths(inputs, response)
    asfr = np.array([path.asfr_order for path in base])
    unpaid = np.zeros(asfr.shape[:3])
    if response.is_null:
        gross = net = engine(inputs, asfr, migration, cap=cap)
    else:
        # Multipliers act on hazards by parity, so more births of one order leave fewer women to have the next.
        multiplied = np.array([path.gross(m).asfr_order for path, m in zip(base, response.multiplier, strict=True)])
        tempo = _bridge.tempo_ledger(list(leaves), years[0], asfr, multiplied, parameters_of(one, eps))
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
    leaves: tuple[str, ...] | None = None,
    engine: Engine = project_apart,
) -> Run:
    """Runs `one` from the first fitted year to `last_year`; `base` is the run it is compared with (None: itself).

    `leaves`: those of the scenario's place unless given; the nation's must be among them.
    """
    leaves = run_leaves(one.place) if leaves is None else leaves
    inputs = baseline_arrays(leaves, last_year)
    response = _respond(one, base, inputs, None)
    people = run_people(one, inputs, response, engine=engine)
    places = nursery_run(one, leaves, inputs.years, people.pop_jan1)
    money = bill(one, leaves, inputs.years, people.pop_jan1, people.births.sum(axis=3), places)
    return Run(one, leaves, inputs.years, inputs, response, people, places, money)


def run_band(run: Run, base: Run, eps: float) -> People:
    """The same scenario's people at another elasticity."""
    return run_people(run.scenario, run.inputs, _respond(run.scenario, base, run.inputs, eps), eps)
