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

AXES = Struct("Axes", {"places": PLACES, "first_year": FIRST, "n_years": N_YEARS, "n_ages": N_AGES, "age_width": 1})
PROJECTED = Struct(
    "ProjectionInputs",
    attributes={
        "axes": AXES,
        "pop_jan1": POP,
        "Sx": SX,
        "asfr": ASFR,
        "srb": SRB,
        "net_migration": MOVERS,
        "multiplier": np.full((N_PLACES, N_YEARS, 3), 1.1),
        "cohort_factor": np.full((N_PLACES, N_YEARS, 3, N_AGES), 0.9),
        "migration_even": True,
        "cap": False,
    },
)
POOLS = Struct(
    "PoolRates",
    attributes={
        "pools": ["a", "b"],
        "pool_of": [0, 1],
        "out_rate": np.full((N_PLACES, 1, 2, N_AGES), 0.02),
        "in_share": np.ones((N_PLACES, 1, 2, N_AGES)),
        "pool_out_rate": np.full((2, 1, 2, N_AGES), 0.01),
        "pool_in_share": SHARE,
    },
)
PAIR_RATE = np.full((N_PLACES, N_PLACES, 1, 2, N_AGES), 0.01)
for _place in range(N_PLACES):
    PAIR_RATE[_place, _place] = 0.0
PAIRS = Struct("OriginDestinationRates", attributes={"rate": PAIR_RATE})
EXCHANGE = Struct("Exchange", {"axes": AXES, "rates": POOLS})

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
        "place_fertility_bound": 0.6,
        "k_step_sd": 0.5,
        "k_start_sd": 0.6,
        "place_mortality_phi": 0.9,
        "kinds": {"city": [0.02, 0.01, 0.002]},
    },
)
LINK = Struct("PlaceLink", {"code": "620000", "kind": "province", "first": [FIRST + 1, FIRST, 0]})
RANDOM_PLACE = Struct(
    "RandomPlace", {"code": PLACES[0], "chain": [LINK], "first": [FIRST + 1, 0, FIRST], "migration_sd": 0.003}
)
OTHER_RANDOM_PLACE = Struct("RandomPlace", {"code": PLACES[1]})
DEMOGRAPHY = Struct("DemographicPaths", {"components": COMPONENTS, "places": [RANDOM_PLACE, OTHER_RANDOM_PLACE]})
MORTALITY = Struct(
    "MortalitySchedule",
    attributes={
        "mx": MX[0],
        "a0": np.full((N_YEARS, 2), 0.1),
        "Sx": None,
        "b": B,
        "half_width": np.full(N_YEARS, 3.0),
    },
)
FERTILITY = Struct("FertilitySchedule", attributes={"asfr": ASFR[0], "srb": SRB[0]})
PLACE = Struct(
    "PlaceInputs",
    attributes={
        "pop_jan1": POP[0],
        "net_migration": MOVERS[0],
        "pattern": PATTERN[0],
        "leaving_rate": np.full((1, 2, N_AGES), 0.01),
        "mortality": 0,
        "fertility": 0,
    },
)
OTHER_PLACE = Struct("PlaceInputs", attributes={**PLACE.attributes, "pop_jan1": POP[1], "pattern": PATTERN[1][:1]})
ENSEMBLE_INPUTS = Struct(
    "EnsembleInputs",
    {
        "axes": AXES,
        "mortality": [MORTALITY],
        "fertility": [FERTILITY],
        "places": [PLACE, OTHER_PLACE],
        "sums": [[0, 1]],
        "cap": True,
    },
)
RUNNER = Struct("EnsembleRunner", {"inputs": ENSEMBLE_INPUTS, "mortality": "polynomial", "exchange": EXCHANGE})
OPTIONS = Struct(
    "RunOptions",
    attributes={
        "n_draws": N_DRAWS,
        "first_draw": 0,
        "threads": 2,
        "batch": 8,
        "keep": "draws",
        "indicators": [],
        "ages_of": [0, 2],
        "probabilities": [0.1, 0.5, 0.9],
        "budget_bytes": 10**9,
        "isa": "",
        "progress": None,
    },
)
RUN: dict[str, Any] = {"paths": DEMOGRAPHY, "options": OPTIONS}
ENSEMBLE = Made("EnsembleRunner.run", RUN, RUNNER)

GIVEN = Struct(
    "GivenPaths",
    {
        **{
            name: np.full((N_YEARS, N_DRAWS), value)
            for name, value in (("fertility", 1.1), ("k", 0.1), ("shock", 0.01))
        },
        "rates": np.full((N_YEARS, 3, 35), 0.01),
        "first_age": 15,
    },
)
KERNEL = Struct(
    "KernelLoop", {"inputs": ENSEMBLE_INPUTS, "paths": GIVEN, "n_draws": N_DRAWS, "indicators": ["births"], "isa": ""}
)

OBJECTS: dict[str, Any] = {
    "Axes": AXES,
    "DemographicPaths": DEMOGRAPHY,
    "Ensemble": ENSEMBLE,
    "EnsembleInputs": ENSEMBLE_INPUTS,
    "EnsembleRunner": RUNNER,
    "Exchange": EXCHANGE,
    "ExchangedProjection": Made("project_exchanging", {"inputs": PROJECTED, "exchange": EXCHANGE}),
    "FertilitySchedule": FERTILITY,
    "GivenPaths": GIVEN,
    "KernelLoop": KERNEL,
    "MortalitySchedule": MORTALITY,
    "OriginDestinationRates": PAIRS,
    "PathMaker": DEMOGRAPHY,
    "PlaceInputs": PLACE,
    "PoolRates": POOLS,
    "Projection": Made("project", {"inputs": PROJECTED}),
    "ProjectionInputs": PROJECTED,
    "RandomComponents": COMPONENTS,
    "RunOptions": OPTIONS,
}
CALLS: dict[str, dict[str, Any]] = {
    "bench_isas": {},
    "bench_peak": {"isa": ""},
    "component_bits": {},
    "default_components": {},
    "indicator_table": {},
    "project": OBJECTS["Projection"].arguments,
    "project_exchanging": OBJECTS["ExchangedProjection"].arguments,
    "DemographicPaths.fertility_factor": {"place": 0, "first_draw": 0, "n_draws": 8},
    "DemographicPaths.n_bounded": {"first_draw": 0, "n_draws": 8},
    "EnsembleRunner.run": RUN,
    "KernelLoop.draws": {},
    "KernelLoop.run": {},
}
