"""Valid calls of the engine's entries: projection, exchange of migrants, draws, and what the benchmark alone uses."""

from __future__ import annotations

from typing import Any

import numpy as np

from bindings.specs import Made, Struct

__all__ = ["CALLS", "DEMOGRAPHY", "ENSEMBLE", "N_DRAWS", "OBJECTS"]

FIRST = 2021
N_PLACES, N_YEARS, N_AGES, N_DRAWS = 2, 2, 100, 8
PLACES = ["620102", "620103"]
RANDOM = np.random.default_rng(7)
POP = RANDOM.uniform(100.0, 200.0, (N_PLACES, 2, N_AGES))
SX = RANDOM.uniform(0.9, 0.99, (N_PLACES, N_YEARS, 2, N_AGES))
MX = RANDOM.uniform(0.01, 0.05, (N_PLACES, N_YEARS, 2, N_AGES))
ASFR = np.zeros((N_PLACES, N_YEARS, 3, N_AGES))
ASFR[..., 15:50] = 0.01
SRB = np.full((N_PLACES, N_YEARS), 1.05)
MOVERS = RANDOM.uniform(-1.0, 1.0, (N_PLACES, N_YEARS, 2, N_AGES))
PATTERN = RANDOM.uniform(0.0, 100.0, (N_PLACES, N_YEARS, 2, N_AGES))
B = np.full((2, N_AGES), 0.01)
SHARE = np.full((N_PLACES, 1, 2, N_AGES), 0.5)

INPUTS: dict[str, Any] = {
    "pop_jan1": POP,
    "Sx": SX,
    "asfr": ASFR,
    "srb": SRB,
    "net_migration": MOVERS,
    "multiplier": np.full((N_PLACES, N_YEARS, 3), 1.1),
    "cohort_factor": np.full((N_PLACES, N_YEARS, 3, N_AGES), 0.9),
    "migration_even": True,
    "cap_negative": False,
}
POOLS: dict[str, Any] = {
    "places": PLACES,
    "first_year": FIRST,
    "n_years": N_YEARS,
    "pools": ["a", "b"],
    "pool_of": [0, 1],
    "out_rate": np.full((N_PLACES, 1, 2, N_AGES), 0.02),
    "in_share": np.ones((N_PLACES, 1, 2, N_AGES)),
    "pool_out_rate": np.full((2, 1, 2, N_AGES), 0.01),
    "pool_in_share": SHARE,
}
PAIR_RATE = np.full((N_PLACES, N_PLACES, 1, 2, N_AGES), 0.01)
for _place in range(N_PLACES):
    PAIR_RATE[_place, _place] = 0.0
PAIRS: dict[str, Any] = {"places": PLACES, "first_year": FIRST, "n_years": N_YEARS, "rate": PAIR_RATE}
EXCHANGE = Made("Exchange.from_pools", POOLS)

COMPONENTS = Struct(
    "RandomComponents",
    attributes={
        "seed": 7,
        "on": 63,
        "first_year": FIRST,
        "first_random_year": FIRST + 1,
        "n_years": N_YEARS,
        "migration_phi": 0.7,
        "tfr_phi": 0.9,
        "tfr_step_sd": 0.05,
        "tfr_start_sd": 0.03,
        "tfr_bound": 0.5,
        "place_fertility_phi": 0.9,
        "place_fertility_step_sd": 0.02,
        "k_step_sd": 0.5,
        "place_mortality_phi": 0.9,
        "place_mortality_step_sd": 0.01,
    },
)
DEMOGRAPHY = Struct(
    "DemographicPaths",
    {"components": COMPONENTS, "codes": PLACES, "is_nation": [False, False], "migration_sd": [0.003, 0.003]},
)
DRAWN: dict[str, Any] = {
    "pop_jan1": POP,
    "Sx": None,
    "mx": MX,
    "b": B,
    "asfr": ASFR,
    "srb": SRB,
    "net_migration": MOVERS,
    "pattern": PATTERN,
    "cap": True,
    "a0": np.full((N_PLACES, N_YEARS, 2), 0.1),
}
RUNNER = Struct(
    "EnsembleRunner",
    {
        "places": PLACES,
        "first_year": FIRST,
        **DRAWN,
        "half_width": np.full(N_YEARS, 3.0),
        "mortality": "polynomial",
    },
)
RUN: dict[str, Any] = {
    "paths": DEMOGRAPHY,
    "n_draws": N_DRAWS,
    "first_draw": 0,
    "threads": 2,
    "keep": "ages",
    "indicators": [],
    "probabilities": [0.1, 0.5, 0.9],
    "budget_bytes": 10**9,
    "progress": None,
}
ENSEMBLE = Made("EnsembleRunner.run", {**RUN, "keep": "draws", "batch": 8}, RUNNER)
EXCHANGE_RUNNER = Struct("ExchangeRunner", {"exchange": EXCHANGE, **DRAWN})

GIVEN = Struct(
    "GivenPaths",
    {name: np.full((N_YEARS, N_DRAWS), value) for name, value in (("fertility", 1.1), ("k", 0.1), ("shock", 0.01))},
)
BENCH = Struct(
    "BenchInputs",
    {
        "places": PLACES,
        "first_year": FIRST,
        "pop_jan1": POP,
        "parity": None,
        "mx": MX[0],
        "b": B,
        "half_width": np.full(N_YEARS, 3.0),
        "asfr": ASFR[0],
        "srb": SRB[0],
        "net_migration": MOVERS[:, :1],
        "pattern": PATTERN[:, :1],
        "cap": True,
    },
)
KERNEL = Struct(
    "KernelLoop", {"inputs": BENCH, "paths": GIVEN, "n_draws": N_DRAWS, "indicators": ["births"], "isa": ""}
)

OBJECTS: dict[str, Any] = {
    "BenchInputs": BENCH,
    "DemographicPaths": DEMOGRAPHY,
    "Ensemble": ENSEMBLE,
    "EnsembleRunner": RUNNER,
    "Exchange": EXCHANGE,
    "ExchangeRunner": EXCHANGE_RUNNER,
    "ExchangedEnsemble": Made("ExchangeRunner.run", RUN, EXCHANGE_RUNNER),
    "ExchangedProjection": Made("project_exchanging", {"exchange": EXCHANGE, **INPUTS}),
    "GivenPaths": GIVEN,
    "KernelLoop": KERNEL,
    "PathMaker": DEMOGRAPHY,
    "Projection": Made("project", {"places": PLACES, "first_year": FIRST, **INPUTS, "age_width": 1}),
    "RandomComponents": COMPONENTS,
}
CALLS: dict[str, dict[str, Any]] = {
    "bench_isas": {},
    "bench_peak": {"isa": ""},
    "bench_run": {
        "runner": RUNNER,
        "paths": GIVEN,
        "n_draws": N_DRAWS,
        "threads": 1,
        "batch": 8,
        "isa": "",
        "keep_draws": True,
        "indicators": ["births"],
        "probabilities": [0.5],
    },
    "bench_runner": {"inputs": BENCH, "is_exact": False},
    "component_bits": {},
    "ensemble_indicators": {},
    "project": OBJECTS["Projection"].arguments,
    "project_exchanging": OBJECTS["ExchangedProjection"].arguments,
    "DemographicPaths.fertility_factor": {"place": 0, "first_draw": 0, "n_draws": 8},
    "DemographicPaths.n_bounded": {"first_draw": 0, "n_draws": 8},
    "Ensemble.arrays": {},
    "EnsembleRunner.run": {**RUN, "batch": 8},
    "Exchange.from_pairs": PAIRS,
    "Exchange.from_pools": POOLS,
    "ExchangeRunner.run": RUN,
    "KernelLoop.draws": {},
    "KernelLoop.run": {},
}
