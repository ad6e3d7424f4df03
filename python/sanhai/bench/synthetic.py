"""Inputs of the benchmark and nothing else: smooth curves of the right size and shape, made from formulas.

The same formulas as cpp/bench/synthetic.cpp. No figure here is an observation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sanhai import _bridge

__all__ = [
    "ALL_COMPONENTS",
    "FIRST_YEAR",
    "TWO_COMPONENTS",
    "Inputs",
    "Paths",
    "drawn_paths",
    "engine_inputs",
    "given_paths",
    "make_inputs",
    "random_paths",
    "runner",
]

Array = NDArray[np.float64]

FIRST_YEAR = 2024
MALE, FEMALE = 0, 1  # the order of the engine's axis
K_STEP_SD = 0.045  # of the mortality index per year, in its own units
K_SPAN = 3.5  # standard deviations of k that the engine's polynomial spans, as in the product
N_ORDERS = 3
TWO_COMPONENTS = ("tfr", "mortality")  # the level of fertility and the index of mortality
ALL_COMPONENTS = ("tfr", "place_fertility", "mortality", "place_mortality", "migration")


@dataclass(frozen=True)
class Inputs:
    """Places on one schedule of mortality and one of fertility."""

    pop_jan1: Array  # (place, sex, age) persons
    mx: Array  # (year, sex, age) deaths per person-year
    b: Array  # (sex, age) change of ln mx for a k of 1
    asfr: Array  # (year, order, age) births per woman and year
    srb: Array  # (year) boys per girl
    net_migration: Array  # (place, 1, sex, age) persons at the end of every year
    pattern: Array  # (place, 1, sex, age) persons for a shock of 1

    @property
    def n_years(self) -> int:
        return len(self.srb)

    @property
    def codes(self) -> list[str]:
        return [str(100_001 + place) for place in range(len(self.pop_jan1))]


@dataclass(frozen=True)
class Paths:
    """Random paths of a place: arrays (year, draw)."""

    fertility: Array  # factor on births
    k: Array  # deviation of mortality's index
    shock: Array  # times the pattern of migration


def _bell(x: Array, centre: float | NDArray[np.floating], width: float) -> Array:
    return np.asarray(np.exp(-0.5 * (x - centre) ** 2 / width**2))


def _mortality(year: Array, age: Array) -> Array:
    """Gompertz-Makeham with an infant term, falling by 1.3 % a year: (year, sex, age) deaths per person-year."""
    level = np.empty(2)
    level[MALE], level[FEMALE] = 3.6e-5, 2.2e-5
    base = 0.004 * np.exp(-1.5 * age) + 0.00022 + level[:, None] * np.exp(0.0985 * age)
    return np.asarray(np.minimum(1.5, base * np.exp(-0.013 * year)[:, None, None]))


def _fertility(year: Array, age: Array) -> Array:
    """(year, order, age) births per woman and year; total fertility rises from 1.0 towards 1.35."""
    total = 1.0 + 0.35 * (1.0 - np.exp(-year / 20.0))
    share = np.array([0.55, 0.35, 0.10])
    centre = 27.0 + 2.5 * np.arange(N_ORDERS)
    rate = share[:, None] * _bell(age, centre[:, None], 5.0) / (5.0 * np.sqrt(2.0 * np.pi))
    rate[:, (age < 15) | (age > 49)] = 0.0
    return np.asarray(total[:, None, None] * rate)


def make_inputs(n_places: int, n_years: int = 77, n_ages: int = 101) -> Inputs:
    """Places of 10,000 to nearly a million people that differ in size alone."""
    age, year = np.arange(n_ages, dtype=float), np.arange(n_years, dtype=float)
    size = 1e4 * (1.0 + np.arange(n_places) % 97)
    old = np.maximum(0.0, (age - 70.0) / 9.0)
    shape = _bell(age, 36.0, 26.0) * (1.0 + 0.25 * np.sin(age / 6.0)) * np.exp(-0.5 * old**2) / 60.0
    pop = np.repeat((size[:, None] * shape)[:, None], 2, axis=1)
    movers = np.broadcast_to(_bell(age, 24.0, 7.0) / 35.0, (n_places, 1, 2, n_ages))
    return Inputs(
        pop_jan1=pop,
        mx=_mortality(year, age),
        b=np.repeat((1.3 - 0.009 * np.maximum(0.0, age - 30.0))[None], 2, axis=0),
        asfr=_fertility(year, age),
        srb=1.10 - 0.04 * np.minimum(1.0, year / 30.0),
        net_migration=-0.0005 * size[:, None, None, None] * movers,
        pattern=size[:, None, None, None] * movers,
    )


def random_paths(n_years: int, n_draws: int, seed: int = 7) -> Paths:
    """Paths for peer and engine alike: an AR(1), a random walk and an AR(1) of normal shocks."""
    shocks = np.random.default_rng(seed).standard_normal((3, n_years, n_draws))
    fertility, k, migration = np.zeros((3, n_years + 1, n_draws))
    for t in range(n_years):
        fertility[t + 1] = 0.98 * fertility[t] + 0.03 * shocks[0, t]
        k[t + 1] = k[t] + K_STEP_SD * shocks[1, t]
        migration[t + 1] = 0.9 * migration[t] + 0.0003 * shocks[2, t]
    return Paths(np.maximum(0.1, 1.0 + fertility[1:]), k[1:], migration[1:])


def given_paths(
    paths: Paths, *, with_lee_carter: bool, rates: Array | None = None, first_age: int = 1
) -> _bridge.GivenPaths:
    """The same paths for the engine; without `with_lee_carter` those of fertility alone.

    rates (year, order, age from first_age): births of every draw, in place of a schedule and the draw's factor.
    """
    k, shock = (paths.k, paths.shock) if with_lee_carter else (None, None)
    return _bridge.GivenPaths(paths.fertility, k, shock, rates, first_age)


def drawn_paths(inputs: Inputs, components: tuple[str, ...], seed: int = 7) -> _bridge.DemographicPaths:
    """The product's own random components of demography, drawn place by place inside the run."""
    bits = _bridge.component_bits()
    random = _bridge.RandomComponents()
    random.seed = seed
    random.on = sum(bits[name] for name in components)
    random.first_year = random.first_random_year = FIRST_YEAR
    random.n_years = inputs.n_years
    random.k_step_sd = K_STEP_SD
    random.kinds = {"province": (0.02, 0.02, 0.0003)}
    places = [_bridge.RandomPlace(code, [_bridge.PlaceLink(code, "province")]) for code in inputs.codes]
    return _bridge.DemographicPaths(random, places)


def engine_inputs(inputs: Inputs, *, with_lee_carter: bool = True, cap: bool = False) -> _bridge.EnsembleInputs:
    """For the engine. Without `with_lee_carter` neither mortality nor migration varies between draws.

    `cap`: leavers a cell does not hold are cut, as the product asks where migration is drawn; else they are an error.
    """
    ahead = 1.0 + np.arange(inputs.n_years)
    mortality = _bridge.MortalitySchedule(
        mx=inputs.mx,
        b=inputs.b if with_lee_carter else None,
        half_width=K_SPAN * K_STEP_SD * np.sqrt(ahead) if with_lee_carter else None,
    )
    places = [
        _bridge.PlaceInputs(
            pop_jan1=inputs.pop_jan1[place],
            net_migration=inputs.net_migration[place],
            pattern=inputs.pattern[place] if with_lee_carter else None,
        )
        for place in range(len(inputs.codes))
    ]
    axes = _bridge.Axes(inputs.codes, FIRST_YEAR, inputs.n_years, inputs.pop_jan1.shape[-1])
    fertility = _bridge.FertilitySchedule(asfr=inputs.asfr, srb=inputs.srb)
    return _bridge.EnsembleInputs(axes, [mortality], [fertility], places, cap=cap)


def runner(
    inputs: Inputs, *, with_lee_carter: bool = True, cap: bool = False, is_exact: bool = False
) -> _bridge.EnsembleRunner:
    """The engine with its tables built.

    `is_exact`: survivorship of a drawn k with exp in every cell, instead of the polynomial the product runs on.
    """
    mode = "exact" if is_exact else "polynomial"
    return _bridge.EnsembleRunner(engine_inputs(inputs, with_lee_carter=with_lee_carter, cap=cap), mode)
