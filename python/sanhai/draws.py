"""Draws of a run: demography, response to cost, money and places drawn together, the same shocks in every scenario."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.errors import ConfigError, complaint
from sanhai.fiscal import PRICE_YEAR, order_share_history
from sanhai.indicators import members
from sanhai.nursery import need_settings, stocked_settings
from sanhai.places.calibration import FITTED_YEARS, calibrated, group_of
from sanhai.places.parity import parity_of, relative_hazards
from sanhai.places.tables import published
from sanhai.policy.response import desired_progressions, parameters_of, support_table
from sanhai.policy.scenario import Scenario, scenario
from sanhai.policy.terms import ORDERS, PAYERS
from sanhai.projection import Run, care_change, net_migration
from sanhai.rates.lee_carter import mortality_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "COMPONENTS",
    "EVENTS",
    "MAX_DRAWS",
    "PROBABILITIES",
    "DrawOptions",
    "Drawn",
    "ages_bytes",
    "checked_options",
    "draw_ages",
    "draw_exchanging",
    "draw_run",
]

COMPONENTS = ("tfr", "place_fertility", "mortality", "place_mortality", "migration", "policy")
EVENTS = "events"  # births and deaths as whole numbers by chance: asked for, since on large counts it only costs time
PROBABILITIES = (0.10, 0.50, 0.90)  # of the 80 % interval and the median
MAX_DRAWS = 20_000  # all draws of the shown places are kept in memory
NATION = "100000"
FEW_RESIDUALS_SD = 0.003  # of the net migration rate where fewer than five yearly residuals are known; judgement
K_SPAN = 3.5  # standard deviations of k the survivorship polynomial spans; beyond it the exact way is taken
FIXED_BITS = {"eps": 1, "gamma": 4, "tau": 8, "T": 16, "H": 32, "w": 64}
INDICATORS = (
    "pop_jan1",
    *(f"age_{age}" for age in range(7)),
    *("pop_0_2", "pop_0_14", "pop_15_64", "pop_65plus", "women_15_49", "median_age", "tdr", "oadr"),
    *("births", "births_gross", "births_order_1", "births_order_2", "births_order_3"),
    *("deaths", "net_migration", "migration_cut", "tfr", "e0_male", "e0_female"),
)


@dataclass(frozen=True)
class DrawOptions:
    """How many draws, which, and what varies in them."""

    draws: int
    seed: int
    threads: int
    components: tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """Draws of one scenario for the places shown (rows)."""

    options: DrawOptions
    values: dict[str, NDArray[np.float64]]  # by indicator: (row, year + 1, draw); flows are NaN in the last year
    money: dict[str, NDArray[np.float64]]  # cost (row, line, payer, year, probability) and the like
    nursery: dict[str, NDArray[np.float64]]  # by series: (row, year, probability)
    cut_share: float  # persons of out-migration cut, over all net moves of all draws
    n_bounded: int  # year-draws in which the bound on fertility's level held a path back

    def cost(self, row: int, payer: str | None = None) -> NDArray[np.float64]:
        """(year, draw) nominal yuan of one payer, or of all together."""
        table = self.money["draws_payer_cost"][row]
        return np.asarray(table.sum(axis=0) if payer is None else table[PAYERS.index(payer)])

    def band(self, name: str, row: int) -> NDArray[np.float64]:
        """(year + 1, probability) quantiles of an indicator."""
        return np.asarray(np.quantile(self.values[name][row], PROBABILITIES, axis=-1)).T


def checked_options(draws: int, seed: int, threads: int | None, components: tuple[str, ...] | None) -> DrawOptions:
    """ConfigError for a number of draws, a seed, threads or components that cannot be."""
    if type(draws) is not int or not 2 <= draws <= MAX_DRAWS:
        allowed = f"1 (a point run) or 2 to {MAX_DRAWS}"
        raise ConfigError(complaint("draws", got=repr(draws), allowed=allowed, remedy="write draws=1000"))
    if type(seed) is not int or not 0 <= seed < 2**64:
        raise ConfigError(complaint("seed", got=repr(seed), allowed="an integer from 0 to 2**64 - 1", remedy="seed=7"))
    workers = threads if threads is not None else os.cpu_count() or 1
    if type(workers) is not int or not 1 <= workers <= 1024:
        raise ConfigError(complaint("threads", got=repr(threads), allowed="1 to 1024", remedy="leave it out"))
    chosen = COMPONENTS if components is None else tuple(components)
    known = (*COMPONENTS, EVENTS)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise ConfigError(
            complaint("components", got=", ".join(map(repr, unknown)), allowed=", ".join(known), remedy="name these")
        )
    return DrawOptions(draws, seed, workers, tuple(name for name in known if name in chosen))


def _migration_sd(code: str) -> float:
    """Step of the net migration rate: that of the place's yearly residuals, if five years are published."""
    if np.isnan(published(code, "pop_yearend", FITTED_YEARS)).any():
        return FEW_RESIDUALS_SD
    fit = calibrated(group_of(code))
    rates = fit.residual.sum(axis=0) / fit.stock.sum(axis=0)[:-1]
    return float(np.std(rates, ddof=1))


def _components(run: Run, options: DrawOptions) -> _bridge.RandomComponents:
    out = _bridge.RandomComponents()
    bits = _bridge.component_bits()
    out.seed = options.seed
    out.on = sum(bits[name] for name in options.components)
    out.first_year = run.years[0]
    out.first_random_year = FITTED_YEARS[-1] + 1
    out.n_years = len(run.years)
    out.k_step_sd = mortality_index().step_sd
    return out


def _inputs(
    run: Run, migration: NDArray[np.float64], leaves: list[int], sums: list[list[int]], half_width: Any = None
) -> _bridge.EnsembleInputs:
    """What every run of draws starts from; `sums`: rows beside the leaves, by position among `leaves`."""
    inputs = run.inputs
    people = run.people.pop_jan1[leaves, :-1].sum(axis=(2, 3))
    patterns = np.array([_pattern(run.leaves[leaf]) for leaf in leaves])
    is_closed = run.scenario.value("migration.mode", run.years[-1]) == "zero"  # then nobody deviates from nobody
    shocks = [None] * len(leaves) if is_closed else people[:, :, None, None] * patterns[:, None]
    b = mortality_index().b
    return _bridge.EnsembleInputs(
        _bridge.Axes([run.leaves[leaf] for leaf in leaves], run.years[0], len(run.years), inputs.pop_jan1.shape[-1]),
        [_bridge.MortalitySchedule(Sx=inputs.Sx[leaf], b=b, half_width=half_width) for leaf in leaves],
        [_bridge.FertilitySchedule(asfr=inputs.asfr[leaf], srb=inputs.srb[0]) for leaf in leaves],
        [
            _bridge.PlaceInputs(
                pop_jan1=inputs.pop_jan1[leaf],
                net_migration=migration[leaf],
                pattern=shocks[row],
                mortality=row,
                fertility=row,
            )
            for row, leaf in enumerate(leaves)
        ],
        sums=sums,
        # A random deviation may ask for more leavers than a small cell holds: it is cut there, and the cut is reported.
        cap=True,
    )


def _half_width(run: Run) -> NDArray[np.float64]:
    ahead = np.maximum(np.array([year - FITTED_YEARS[-1] for year in run.years]), 1)
    return np.asarray(K_SPAN * mortality_index().step_sd * np.sqrt(ahead))


def _pattern(code: str) -> NDArray[np.float64]:
    fit = calibrated(group_of(code))
    return np.asarray(fit.pattern[fit.leaves.index(code)])


def _fixed(one: Scenario) -> int:
    """Parameters a user has set: every draw has the user's value."""
    bits = sum(bit for name, bit in FIXED_BITS.items() if one.is_set(f"response.{name}"))
    bits += 2 if any(one.is_set(f"response.k{order}") for order in ORDERS) else 0
    return bits + (128 if one.is_set("subsidy.national.take_up") else 0)


def _supports(run: Run, base: Run, leaves: list[int]) -> list[_bridge.PolicySupport]:
    one, reference = run.scenario, scenario("baseline", run.scenario.place)
    point = parameters_of(one)
    change = care_change(one, base)
    desired = desired_progressions(one, run.leaves, run.inputs.progressions)
    free = np.full(len(ORDERS), np.nan)
    out = []
    for row in leaves:
        table = support_table(
            one, reference, run.leaves[row], run.years, None if change is None else change[row], point
        )
        p = free if one.value("response.ceiling", 9999) == "off" else run.inputs.progressions[row]
        out.append(
            _bridge.PolicySupport(
                list(table.date),
                table.present_value,
                table.cost_of_child,
                table.care,
                point.take_up,
                list(p),
                list(desired[row]),
            )
        )
    return out


def _demography(run: Run, options: DrawOptions, leaves: list[int]) -> _bridge.DemographicPaths:
    codes = [run.leaves[leaf] for leaf in leaves]
    sds = [_migration_sd(code) for code in codes]
    return _bridge.DemographicPaths(_components(run, options), codes, [code == NATION for code in codes], sds)


def _paths(run: Run, base: Run, demography: _bridge.DemographicPaths, leaves: list[int]) -> _bridge.PolicyPaths:
    starts = [parity_of(run.leaves[leaf]) for leaf in leaves]
    factor = run.response.fertility_factor
    total = run.inputs.asfr_total if factor is None else run.inputs.asfr_total * factor[:, :, 0]
    parameters, fixed = parameters_of(run.scenario), _fixed(run.scenario)
    return _bridge.PolicyPaths(
        demography,
        total[leaves],
        np.array([start.shares for start in starts]),
        np.array([start.births_3plus for start in starts]),
        relative_hazards(len(run.years)),
        np.array([[start.k1, start.k2, start.k2] for start in starts]),
        _supports(run, base, leaves),
        parameters,
        fixed,
    )


def _money(
    run: Run, places: tuple[str, ...], ensemble: _bridge.Ensemble, paths: _bridge.PolicyPaths, options: DrawOptions
) -> dict[str, NDArray[np.float64]]:
    one = run.scenario
    stocked = stocked_settings(one, run.leaves, run.years)
    take_up = [paths.take_up(draw) for draw in range(options.draws)] if "policy" in options.components else []
    return _bridge.book_draws(
        ensemble,
        list(run.bill.drawn),
        order_share_history(run.years[0]),
        float(one.number("money.inflation", 9999) or 0.0),
        PRICE_YEAR,
        float(one.number("money.discount", 9999) or 0.0),
        PRICE_YEAR,
        len(PAYERS),
        need_settings(one, run.leaves, run.years),
        None if stocked is None else stocked[0],
        0 if stocked is None else stocked[1],
        [members(run, code) for code in places],
        take_up,
        options.threads,
        list(PROBABILITIES),
        True,
    )


def draw_run(
    run: Run,
    base: Run,
    places: tuple[str, ...],
    migration: NDArray[np.float64],
    options: DrawOptions,
    progress: Callable[[int, int], None] | None = None,
) -> Drawn:
    """Draws of one scenario. `migration` (leaf, year, sex, age): the point run's net migrants."""
    leaves = list(range(len(run.leaves)))
    demography = _demography(run, options, leaves)
    paths = _paths(run, base, demography, leaves)
    rows = [members(run, code) for code in places]
    sums = [row for row in rows if len(row) > 1]
    ensemble = _bridge.EnsembleRunner(_inputs(run, migration, leaves, sums, _half_width(run))).run(
        paths,
        _bridge.RunOptions(
            n_draws=options.draws,
            threads=options.threads,
            keep="draws",
            indicators=list(INDICATORS),
            probabilities=[],
            progress=progress,
        ),
    )
    positions = [row[0] if len(row) == 1 else len(leaves) + sums.index(row) for row in rows]
    values = {name: np.asarray(ensemble.draws[positions, column]) for column, name in enumerate(ensemble.indicators)}
    money = _money(run, places, ensemble, paths, options)
    series = np.asarray(money.pop("nursery"))
    cut, moved = (float(np.nansum(np.abs(values[name]))) for name in ("migration_cut", "net_migration"))
    return Drawn(
        options=options,
        values=values,
        money=money,
        nursery={name: series[:, k] for k, name in enumerate(_bridge.nursery_series())},
        cut_share=cut / moved if moved else 0.0,
        n_bounded=int(demography.n_bounded(0, options.draws)),
    )


def ages_bytes(run: Run, options: DrawOptions) -> int:
    """Peak memory of `draw_ages`: the sum, one leaf as the engine holds it, and the copy of that leaf."""
    n_sexes, n_ages = run.inputs.pop_jan1.shape[1:]
    return int(3 * options.draws * (len(run.years) + 1) * n_sexes * n_ages * np.dtype(np.float64).itemsize)


def draw_ages(
    run: Run, base: Run, code: str, migration: NDArray[np.float64], options: DrawOptions
) -> NDArray[np.float64]:
    """(draw, year + 1, sex, age) persons of a place, drawn again from the same seed.

    A draw depends on its address alone, so what was not kept is made anew to the last bit.
    """
    leaves = members(run, code)
    row = 0 if len(leaves) == 1 else len(leaves)
    inputs = _inputs(run, migration, leaves, [] if row == 0 else [list(range(len(leaves)))], _half_width(run))
    ensemble = _bridge.EnsembleRunner(inputs).run(
        _paths(run, base, _demography(run, options, leaves), leaves),
        _bridge.RunOptions(
            n_draws=options.draws,
            threads=options.threads,
            keep="draws",
            indicators=["pop_jan1"],
            probabilities=[],
            ages_of=[row],
            budget_bytes=8 * ages_bytes(run, options) + 2**30,  # the caller has checked its own budget
        ),
    )
    return np.asarray(ensemble.pop_jan1[0])


def draw_exchanging(
    run: Run,
    base: Run,
    exchange: _bridge.Exchange,
    n_places: int,
    options: DrawOptions,
    *,
    ages: bool = False,
    budget_bytes: int = 4 * 2**30,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[_bridge.Ensemble, int]:
    """Draws of the first `n_places` leaves, which exchange migrants, and how often fertility's bound held a path back.

    The shocks of a place and draw are those of `draw_run`. ages: every draw by sex and age is kept too.
    """
    leaves = list(range(n_places))
    demography = _demography(run, options, leaves)
    inputs = _inputs(run, net_migration(run.inputs, run.scenario), leaves, [leaves])
    ensemble = _bridge.EnsembleRunner(inputs, "exact", exchange).run(
        _paths(run, base, demography, leaves),
        _bridge.RunOptions(
            n_draws=options.draws,
            threads=options.threads,
            keep="draws",
            indicators=[*INDICATORS, "leavers", "arrivals"],
            probabilities=[],
            ages_of=leaves if ages else [],
            budget_bytes=budget_bytes,
            progress=progress,
        ),
    )
    return ensemble, int(demography.n_bounded(0, options.draws))
