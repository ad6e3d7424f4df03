"""Valid calls of the entries for legacy stocks: two places, two years."""

from __future__ import annotations

from typing import Any

import numpy as np

from bindings import engine_examples
from bindings.specs import Made, Struct
from sanhai import _core

__all__ = ["couples_of", "examples"]

FIRST, N_YEARS, N_AGES = engine_examples.FIRST, engine_examples.N_YEARS, 101
AGES = np.arange(N_AGES)
MX = np.array([np.minimum(0.0003 * np.exp(0.085 * AGES) * f, 0.5) for f in (1.0, 0.8)])
SX = np.array([_core.Sx_from_mx(MX)] * N_YEARS)
WOMEN = 1e4 * np.exp(-0.02 * AGES)

RULES = Struct(
    "LegacyRules",
    attributes={"born_before": 2016, "two_daughter_share": 0.25, "loss_factor": 0.5, "husband_older": 2},
)
HISTORY = Struct("MortalityHistory", attributes={"first_year": 2019, "mx": np.array([MX] * 3), "srb": np.full(3, 1.05)})
SURVIVORS = Made("legacy_survivors", {"history": HISTORY, "first_year": FIRST, "n_years": N_YEARS, "rules": RULES})
COUNT = Struct(
    "LegacyCount",
    attributes={
        "take": _core.LegacyTake.stock,
        "is_households": False,
        "wife_from": 49,
        "husband_ages": (0, 100),
        "wife_ages": (30, 80),
        "kinds": np.array([[1.0, 0.0, 2.0, 0.0]] * N_YEARS),
        "start": np.full(N_YEARS, 0.25),
        "end": np.full(1, 0.5),
    },
)
DEATHS = Struct(
    "LegacyCount",
    attributes={"take": _core.LegacyTake.deaths, "is_households": True, "kinds": np.array([[0.0, 1.0, 0.0, 1.0]])},
)
AXES = Struct("Axes", {**engine_examples.AXES.arguments, "n_ages": N_AGES})
SCHEDULE = Struct(
    "MortalitySchedule",
    attributes={
        "mx": np.array([MX] * N_YEARS),
        "a0": np.full((N_YEARS, 2), 0.1),
        "Sx": None,
        "b": np.full((2, N_AGES), 0.01),
        "half_width": np.full(N_YEARS, 3.0),
    },
)
OPTIONS = Struct("RunOptions", attributes={**engine_examples.OPTIONS.attributes, "ages_of": []})


def couples_of(nation: Any) -> Made:
    """Those of a nation's women by parity."""
    return Made("legacy_couples", {"nation": nation, "k": (1.1, 0.9), "survivors": SURVIVORS, "rules": RULES})


def examples(nation: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """An object of every class, and arguments of every function."""
    couples = couples_of(nation)
    place = Struct(
        "LegacyPlace", {"couples": couples, "women": WOMEN, "mortality": 0}, {"factor": np.full((2, N_YEARS), 0.4)}
    )
    other = Struct("LegacyPlace", {"couples": couples, "women": WOMEN * 2.0})
    inputs = Struct(
        "LegacyInputs",
        {
            "axes": AXES,
            "mortality": [SCHEDULE],
            "places": [place, other],
            "counts": [COUNT, DEATHS],
            "rows": [[0, 1], [1]],
        },
    )
    stocks = {"couples": couples, "women": WOMEN, "Sx": SX}
    objects = {
        "LegacyCount": COUNT,
        "LegacyCouples": couples,
        "LegacyInputs": inputs,
        "LegacyPlace": place,
        "LegacyRules": RULES,
        "LegacyStocks": Made("legacy_stocks", stocks),
        "LegacySurvivors": SURVIVORS,
        "MortalityHistory": HISTORY,
    }
    calls = {
        "legacy_counts": {**stocks, "counts": [COUNT, DEATHS]},
        "legacy_couples": couples.arguments,
        "legacy_draws": {"inputs": inputs, "paths": engine_examples.DEMOGRAPHY, "options": OPTIONS},
        "legacy_stocks": stocks,
        "legacy_survivors": SURVIVORS.arguments,
    }
    return objects, calls
