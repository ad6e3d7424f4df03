"""A valid call of every entry of the compiled module, in figures small enough to run thousands of.

Those of the engine's entries and of a country's are in files of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bindings import country_examples, engine_examples
from bindings.specs import Made, Struct
from sanhai import _core

__all__ = ["CALLS", "OBJECTS"]

FIRST = 2021
AGES = np.arange(100)
PARITY_AGES = np.arange(10, 65)


def _array(values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(values, dtype=float)


MX = _array([[0.004 * np.exp(0.09 * AGES / 1.0 - 4.0 + s * -0.3) + 0.0005 for s in range(2)]][0]).clip(max=0.6)
BY_AGE = _array(np.exp(-0.02 * AGES))
PEOPLE = _array([1000.0 * BY_AGE, 950.0 * BY_AGE])
SX = _array(_core.Sx_from_mx(MX))
ASFR = np.where((AGES >= 15) & (AGES < 50), 0.04, 0.0)
SHARES = _array(np.array([0.4, 0.3, 0.2, 0.1]) * np.ones((55, 1)))
GROUPS = _array([np.linspace(900.0, 300.0, 18), np.linspace(880.0, 320.0, 18)])

# calibrate: one place, two years, published births and totals
GROUP = Struct(
    "CalibrationGroup",
    attributes={
        "places": ["620000"],
        "first_year": FIRST,
        "pop_jan1": PEOPLE[None],
        "mx": np.array([MX, MX]),
        "asfr": np.array([[ASFR, ASFR]]),
        "order_share": _array([[0.5, 0.3, 0.2]] * 2),
        "srb": _array([1.05, 1.06]),
        "migration_pattern": np.full((1, 2, 100), 1.0 / 200.0),
        "births": _array([800.0, np.nan]),
        "cbr": _array([np.nan, 0.01]),
        "deaths": _array([1400.0, np.nan]),
        "cdr": _array([np.nan, 0.017]),
        "pop_end": _array([83000.0, np.nan]),
        "residual": _array([0.0, 5.0]),
        "net_migration": np.full((1, 2, 2, 100), 0.25),
        "census_ratio": True,
    },
)
STOCK = Struct("ParityStock", {"shares": SHARES, "births_3plus": np.full(55, 0.15)})
FERTILITY = Struct(
    "ParityFertility",
    attributes={
        "asfr": np.array([ASFR, ASFR]),
        "start": STOCK,
        "relative": np.ones((1, 3, 55)),
        "k": _array([1.1, 0.9, 0.9]),
    },
)
PARAMETERS = Struct(
    "ParityParameters",
    attributes={
        "knots": [2000, 2020],
        "log_b2": _array([0.1, 0.2]),
        "log_b3": _array([-0.1, 0.0]),
        "s2_early": 0.1,
        "s2_late": 0.1,
        "q2": -0.1,
        "s3_early": 0.1,
        "s3_late": 0.1,
        "q3": -0.1,
    },
)
NATION_ASFR = np.tile(np.where((PARITY_AGES >= 15) & (PARITY_AGES < 50), 0.04, 0.0), (3, 1))
NATION = Struct(
    "ParityNation",
    {"first_year": 2019, "asfr": NATION_ASFR, "women": np.full((3, 55), 1e5), "parameters": PARAMETERS},
)
WOMEN = Struct(
    "CensusWomen",
    {
        "place": "100000",
        "women": np.full(10, 1e5),
        "women_15plus": 1.3e6,
        "never_married_share": 0.2,
        "ceb": 1.1,
    },
)
OTHER_WOMEN = Struct("CensusWomen", {**WOMEN.arguments, "place": "620000", "never_married_share": 0.19, "ceb": 1.15})
RESPONSE = Struct(
    "ResponseParameters",
    attributes={
        "eps": 0.9,
        "k": [1.0, 1.2, 1.3],
        "gamma": 0.018,
        "tau": 0.3,
        "T": 1.2,
        "H": 15.0,
        "w": 0.7,
        "onset": 0.75,
        "take_up": 0.9,
        "rho": 0.05,
        "sigma": [1.0, 0.9, 0.5, 0.5, 0.5, 0.5],
        "repayment": [0.5, 0.5],
    },
)
OBSERVED = Struct(
    "Observed",
    {
        "places": ["620000"],
        "first_year": 2025,
        "pop_jan1": np.full((1, 3, 2, 10), 100.0),
        "births": np.full((1, 2, 3), 40.0),
        "order_share_history": np.full((1, 8, 3), 1.0 / 3.0),
    },
)
LINE = Struct(
    "Line",
    {"id": "x", "stock": _core.HeadStock.midyear},
    {
        "yuan_per_head": np.full((1, 2, 3, 3), 3600.0),
        "take_up": _array([0.9, 0.8]),
        "payer_share": _array([[[0.4, 0.6]] * 2]),
        "ratio": np.full((1, 2, 3), 0.95),
    },
)
GIVEN_LINE = Struct(
    "Line",
    {"id": "y", "stock": _core.HeadStock.given},
    {
        "yuan_per_head": np.full((1, 2, 1, 1), 500.0),
        "payer_share": _array([[[1.0, 0.0]] * 2]),
        "given": np.full((1, 2), 30.0),
    },
)
NEEDS = Struct(
    "NurserySettings",
    attributes={
        "plan": _core.NurseryPlan.hold_norm,
        "plan_ramp": np.array([[0.5, 1.0]]),
        "closure_rate": np.full((1, 2), 0.05),
        "paid_vintages_from": 2023,
        "first_paid_year": 2,
        "last_paid_year": 4,
        "norm": np.full((1, 1), 0.0045),
        "enrolment_share": np.full((1, 2), 0.1),
        "want_share": np.full((1, 1), 0.35),
        "target_utilisation": np.full((1, 1), 0.7),
        "utilisation": np.full((1, 1), 0.5),
        "inclusive_share": np.full((1, 1), 0.5),
        "class_share": _array([[0.2, 0.4, 0.4]]),
        "opening_stock": _array([10.0]),
        "gross_openings": np.full((1, 2), 3.0),
    },
)
ACCOUNT = Made(
    "nursery_account",
    {"places": ["620000"], "first_year": 2025, "pop_jan1": np.full((1, 3, 2, 10), 100.0), "settings": NEEDS},
)
SUPPORT = Struct(
    "PolicySupport",
    attributes={
        "date": _array([2022.0, 2023.5]),
        "present_value": np.linspace(1000.0, 9000.0, 72).reshape(2, 2, 3, 6),
        "cost_of_child": np.full((2, 2), 5e5),
        "care": _array([0.0, 0.1]),
        "point_take_up": _array([0.9]),
        "progression": _array([0.7, 0.5, np.nan]),
        "desired": _array([0.95, 0.75, 0.2]),
    },
)
PLACE = Struct("PolicyPlace", {"fertility": FERTILITY, "support": SUPPORT})
DEMOGRAPHY = engine_examples.DEMOGRAPHY
PATHS = Struct("PolicyPaths", {"demography": DEMOGRAPHY, "places": [PLACE, PLACE], "point": RESPONSE, "fixed": 0})
# book_draws: two places, two years
DRAWN_LINE = Struct(
    "AccountLine",
    {"line": LINE},
    {"has_drawn_take_up": [True, False], "count": _core.DrawnCount.fixed},
)
COUNTED_LINE = Struct(
    "AccountLine",
    {"line": Struct("Line", GIVEN_LINE.arguments, {**GIVEN_LINE.attributes, "given": None})},
    {"count": _core.DrawnCount.openings},
)
DRAWN_NEEDS = Struct("NurserySettings", attributes={**NEEDS.attributes, "opening_stock": None, "gross_openings": None})
DRAWN_NEEDS.attributes.update(plan=_core.NurseryPlan.none)
STOCKED = Struct(
    "NurserySettings",
    attributes={
        **DRAWN_NEEDS.attributes,
        "enrolment_share": np.full((1, 1), 0.1),
        "opening_stock": _array([0.004, 0.005]),
        "plan": _core.NurseryPlan.hold_norm,
        "plan_ramp": np.array([[1.0]]),
        "closure_rate": np.array([[0.05]]),
    },
)
INPUTS = Struct(
    "AccountInputs",
    attributes={
        "lines": [DRAWN_LINE, COUNTED_LINE],
        "kinds": [0, 1],
        "order_share_history": np.full((1, 8, 3), 1.0 / 3.0),
        "needs": DRAWN_NEEDS,
        "stocked": STOCKED,
        "first_stocked_year": 1,
        "rows": [[0, 1], [0]],
        "take_up": np.full(engine_examples.N_DRAWS, 0.8),
    },
)
RAKE_AXES = Struct("RakeAxes", {"first_year": 2021, "lower": [0, 2], "has_draws": True})
LEAVES = np.arange(1.0, 49.0).reshape(2, 2, 3, 1, 4)

# An object of every class; its attributes are what the settable properties are given.
OBJECTS: dict[str, Any] = {
    "AccountInputs": INPUTS,
    "AccountLine": DRAWN_LINE,
    "Accounts": Made("book_draws", {"ensemble": engine_examples.ENSEMBLE, "inputs": INPUTS, "threads": 2}),
    "Calibration": Made("calibrate", {"group": GROUP}),
    "CalibrationGroup": GROUP,
    "CensusWomen": WOMEN,
    "Indicator": Made("indicator_table", {}, member=0),
    "LeeCarter": Made(
        "fit_lee_carter",
        {"mx": np.exp(-3.0 + 0.1 * np.arange(24.0).reshape(4, 2, 3) ** 0.5), "years": _array([1990, 1995, 2000, 2005])},
    ),
    "Line": Struct("Line", LINE.arguments, {**LINE.attributes, "given": np.full((1, 2), 3.0), "lag": np.full((1, 3), 0.1)}),
    "NurseryAccount": ACCOUNT,
    "NurserySettings": NEEDS,
    "Observed": OBSERVED,
    "ParityFertility": FERTILITY,
    "ParityNation": NATION,
    "ParityParameters": PARAMETERS,
    "ParityPath": Made("parity_path", {"fertility": FERTILITY, "first_year": FIRST}),
    "ParityStock": STOCK,
    "PlaceFit": Made("ParityNation.fit_place", {"nation": WOMEN, "place": OTHER_WOMEN, "year": 2020}, NATION),
    "PolicyPaths": PATHS,
    "PolicyPlace": PLACE,
    "PolicySupport": SUPPORT,
    "RakeAxes": RAKE_AXES,
    "ResponseParameters": RESPONSE,
    **country_examples.OBJECTS,
    **engine_examples.OBJECTS,
}

# Arguments of every function and method.
CALLS: dict[str, dict[str, Any]] = {
    "Sx_from_mx": {"mx": MX},
    "asfr_gamma": {"tfr": 1.5, "mac": 29.0, "sd": 5.5, "n_ages": 80},
    "asfr_from_age5": {"tfr": 1.5, "pasfr": np.full(9, 1.0 / 9.0), "shape": np.linspace(1.0, 2.0, 55)},
    "book": {"observed": OBSERVED, "lines": [LINE, GIVEN_LINE], "n_payers": 2},
    "book_draws": {"ensemble": engine_examples.ENSEMBLE, "inputs": INPUTS, "threads": 2},
    "build_info": {},
    "close_open_age": {"count": 5000.0, "before": PEOPLE[0, 75:85], "Sx": SX[0], "age": 85},
    "kannisto": {"mx": MX[0], "from_age": 80},
    "moved_on": {"stock": PEOPLE, "Sx": SX, "d": 0.25},
    "mx_from_qx": {"qx": np.minimum(MX[0], 0.5), "female": False},
    "rogers_castro": {"n_ages": 80},
    "sprague": {"counts": GROUPS[0]},
    "calibrate": {"group": GROUP},
    "desired_of_place": {"desired_nation": 0.9, "p_place": 0.6, "p_nation": 0.7},
    "e0_from_mx": {"mx": MX},
    "exp": {"x": _array([[0.0, 1.0], [-2.0, 3.0]])},
    "fit_lee_carter": OBJECTS["LeeCarter"].arguments,
    "life_table": {"mx": _array([0.01, 0.002, 0.01, 0.2]), "female": True, "widths": _array([1.0, 4.0, 60.0, np.inf])},
    "log": {"x": _array([[1.0, 2.0], [0.5, 3.0]])},
    "migration_pattern": {
        "first": GROUPS,
        "last": GROUPS * np.linspace(0.8, 1.1, 18),
        "survival": np.linspace(0.99, 0.3, 36).reshape(2, 18),
        "n_ages": 101,
    },
    "november_to_january": {"november": PEOPLE, "Sx": SX},
    "nursery_account": ACCOUNT.arguments,
    "nursery_series": {},
    "parity_path": {"fertility": FERTILITY, "first_year": FIRST},
    "present_value": {"payments": [(0.0, 3600.0), (1.0, 3600.0)], "rho": 0.05},
    "rake": {"axes": RAKE_AXES, "what": "pop_jan1", "leaves": LEAVES, "parent": np.full((2, 3, 1, 2), 70.0)},
    "rake_births_and_stock": {
        "axes": RAKE_AXES,
        "pop_jan1": np.full((2, 2, 2, 2, 4), 10.0),
        "births": np.full((2, 2, 1, 2), 10.0),
        "parent_pop": np.full((2, 2, 1, 2), 88.0),
        "parent_births": np.full((2, 1), 44.0),
    },
    "reverse_survived": {"pop_jan1": PEOPLE, "Sx": np.array([SX, SX, SX])},
    "shift_mx_to_e0": {"mx": MX, "e0": _array([75.0, 80.0])},
    "single_age_b": {"b": _array([[0.3, 0.4, 0.3]] * 2), "lower": _array([0.0, 1.0, 5.0]), "n_ages": 10},
    "single_years": {"counts": _array([[100.0, 80.0], [90.0, 85.0]]), "lower": [0, 40], "pattern": PEOPLE},
    "women_from_anchors": {
        "base_women": np.full(101, 1e5),
        "base_year": 2024,
        "anchor_years": [2015, 2024],
        "women": np.full((2, 11), 5e5),
        "first_year": 2016,
        "n_years": 4,
    },
    "NurseryAccount.arrays": {},
    "NurseryAccount.sum": {"members": [0]},
    "Observed.committed_tail": {"lines": [LINE], "born_before": 2026},
    "ParityNation.fit_place": OBJECTS["PlaceFit"].arguments,
    "ParityNation.measure": {"measure": "order_share", "year": 2020, "order": 1, "age": 30},
    "ParityNation.place_stock": {"k1": 1.1, "k2": 0.9, "year": 2020},
    "ParityNation.ppr": {"year": 2020},
    "ParityNation.relative_with": {"year": 2020, "log_b2": 0.1, "log_b3": 0.1},
    "ParityNation.shares": {"year": 2020},
    "ParityNation.update_year": {
        "year": 2020,
        "stock": STOCK,
        "asfr": NATION_ASFR[0],
        "women": np.full(55, 1e5),
        "published": _array([0.5, 0.3, 0.2]),
    },
    "ParityPath.gross": {"multiplier": np.full((2, 3), 1.1)},
    "PolicyPaths.multipliers": {"place": 0, "draw": 3},
    "PolicyPaths.n_capped": {"place": 0, "first_draw": 0, "n_draws": 8},
    "PolicyPaths.take_up": {"draw": 3},
    "ResponseParameters.validate": {},
    **country_examples.CALLS,
    **engine_examples.CALLS,
}
