"""Valid calls of the entries for a country: three leaves of two provinces, three fitted years of five."""

from __future__ import annotations

from typing import Any

import numpy as np

from bindings.specs import Made, Struct
from sanhai import _core

__all__ = ["CALLS", "OBJECTS"]

FIRST, N_YEARS, N_FITTED, N_AGES = 2021, 5, 3, 90
AGES = np.arange(N_AGES)
SHARES = np.array([0.3, 0.3, 0.4])  # of the leaves
PROVINCES = np.array([[0.6], [0.4]])

MX = np.array([np.minimum(0.0003 * np.exp(0.085 * AGES) * f, 0.4) for f in (1.0, 0.8)])
SX = np.array(_core.Sx_from_mx(MX))
ASFR = np.where((AGES >= 15) & (AGES < 50), 0.04, 0.0)
PEOPLE = np.array([1e5 * np.exp(-0.015 * AGES), 0.98e5 * np.exp(-0.014 * AGES)])
ORDERS = np.zeros((1, N_YEARS, 3, N_AGES))
ORDERS[0, :, 0] = ASFR
SRB = np.full(N_YEARS, 1.05)
RUN = _core.project(
    _core.ProjectionInputs(
        axes=_core.Axes(["100000"], FIRST, N_YEARS, N_AGES),
        pop_jan1=PEOPLE[None],
        Sx=np.array([[SX] * N_YEARS]),
        asfr=ORDERS,
        srb=SRB[None],
    )
)
POP = np.array(RUN.pop_jan1)[0]
BIRTHS = np.array(RUN.births_by_sex)[0].sum(axis=1)
DEATHS = np.array(RUN.deaths)[0].sum(axis=(1, 2))[:N_FITTED]
ENDS = POP[1 : N_FITTED + 1].sum(axis=(1, 2))

GROUPS = np.array([1.0, 4.0, *[5.0] * 16, 8.0]) * 1e3
# The first leaf gained among the young and lost among the old, the second the other way round.
TILT = np.linspace(-0.2, 0.2, 19)
EARLIER = np.array([GROUPS * share * (1.0 + tilt * TILT) for share, tilt in zip(SHARES, (1.0, -1.0, 0.3), strict=True)])
COUNTS = Struct(
    "CountryCounts",
    attributes={
        "counts": np.array([[GROUPS * share, GROUPS * share * 0.97] for share in SHARES]),
        "earlier": np.stack([EARLIER, EARLIER * 0.98], axis=1),
        "earlier_deaths": np.array([900.0, 700.0, np.nan]),
        "area": [0, 1, 2],
        "province": [0, 0, 1],
        "parent": [0, 0, 1],
        "expected_mx": np.array([np.linspace(0.001, 0.15, 18), np.linspace(0.001, 0.12, 18)]),
        "children": np.where((AGES >= 16) & (AGES < 55), 0.2, 0.0),
        "pattern": PEOPLE,
    },
)
FACTORS = Made("leaf_factors", {"counts": COUNTS})
NATION = Struct(
    "CountryNation",
    attributes={
        "first_year": FIRST,
        "mx": np.array([MX] * N_YEARS),
        "asfr": np.array([ASFR] * N_YEARS),
        "srb": SRB,
        "pop_jan1": POP,
        "births": BIRTHS,
        "deaths": DEATHS,
        "pop_end": ENDS,
    },
)
KNOWN = np.array([1.0, 1.0, np.nan])  # of the last fitted year nothing is published below the nation
NOTHING = np.full((2, N_FITTED), np.nan)
MOVED = np.array([[200.0], [-200.0]])
AREAS = Struct(
    "CountryGroups",
    attributes={
        "codes": ["110000", "120000"],
        "parent": [0, 1],
        "of_leaf": [0, 0, 1],
        "births": PROVINCES * BIRTHS[:N_FITTED] * KNOWN,
        "cbr": NOTHING,
        "deaths": PROVINCES * DEATHS * KNOWN,
        "cdr": NOTHING,
        "pop_end": (PROVINCES * ENDS + MOVED) * KNOWN,
    },
)
COUNTRY = Struct(
    "CountryInputs",
    {"nation": NATION, "groups": AREAS, "factors": FACTORS, "pop_jan1": SHARES[:, None, None] * POP[0]},
)
FIT = Made("fit_country", {"country": COUNTRY})
RATES = {"country": COUNTRY, "fit": FIT, "leaves": [0, 2], "n_years": N_YEARS}

OBJECTS: dict[str, Any] = {
    "CountryCounts": COUNTS,
    "CountryFit": FIT,
    "CountryGroups": AREAS,
    "CountryInputs": COUNTRY,
    "CountryNation": NATION,
    "CountryRates": Made("country_rates", RATES),
    "LeafFactors": Struct("LeafFactors"),
}
CALLS: dict[str, dict[str, Any]] = {
    "country_rates": RATES,
    "country_start": {"counts": COUNTS, "Sx": SX, "factor": 1.001},
    "fit_country": FIT.arguments,
    "leaf_factors": FACTORS.arguments,
}
