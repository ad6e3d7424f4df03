"""The engine against a second implementation, written from the model's text as matrices: 500 random runs, every array.

tests/cpp/test_engine_independent.cpp holds it against a third, by cohorts in long double.
"""

from __future__ import annotations

import numpy as np

from projecting import project

N_RUNS = 500
MALE, FEMALE = 0, 1


def random_inputs(seed):
    """Every option on or off, every axis of another length; leavers may empty a cell only where that is capped."""
    rng = np.random.default_rng(seed)
    places, years, ages = int(rng.integers(1, 4)), int(rng.integers(1, 6)), int(rng.integers(5, 40))
    shared = 1 if rng.random() < 0.3 else places
    first, last = sorted(rng.integers(1, ages - 1, 2))
    asfr = np.zeros((shared, years, 3, ages))
    asfr[..., first : last + 1] = rng.uniform(0.0, 0.3, (shared, years, 3, last + 1 - first))
    cap = bool(rng.random() < 0.4)
    out = {
        "places": [f"p{k}" for k in range(places)],
        "first_year": 2021,
        "pop_jan1": rng.uniform(0.0 if cap else 5e3, 1e5, (places, 2, ages)),
        "Sx": rng.uniform(0.6, 1.0, (shared, years, 2, ages)),
        "asfr": asfr,
        "srb": rng.uniform(0.9, 1.3, (shared, years)),
        "migration_even": bool(rng.random() < 0.5),
        "cap_negative": cap,
    }
    if rng.random() < 0.8:
        out["net_migration"] = rng.uniform(-4e4 if cap else -200.0, 2e3, (places, years, 2, ages))
    if rng.random() < 0.5:
        out["multiplier"] = rng.choice([1.0, 0.6, 1.7], (places, years, 3))
    if rng.random() < 0.5:
        out["cohort_factor"] = rng.uniform(0.5, 1.5, (places, years, 3, ages))
    return out


def ageing_matrix(S):
    """(age, age): people on 1 January to survivors at the end, infants left out. Column = age at the start."""
    n = len(S)
    matrix = np.diag(S[1:], -1)
    matrix[n - 1, n - 1] = S[n - 1]
    return matrix


def joined(stock, movers, cap):
    """Stock with its migrants, those who did move, and what was cut."""
    moved = np.maximum(movers, -stock) if cap else movers
    return stock + moved, moved, float((moved - movers).sum())


def one_year(stock, S, asfr, srb, movers, factor, even, cap):
    n = stock.shape[1]
    movers = np.zeros_like(stock) if movers is None else movers
    moved, cut = np.zeros_like(stock), 0.0
    if even:
        stock, moved, cut = joined(stock, movers / 2.0, cap)
    matrices = [ageing_matrix(S[sex]) for sex in (MALE, FEMALE)]
    end = np.array([matrices[sex] @ stock[sex] for sex in (MALE, FEMALE)])
    mothers = end[FEMALE] + (movers[FEMALE] / 2.0 if even else 0.0)
    factor = np.ones((3, n)) if factor is None else factor
    of_older = np.concatenate([np.ones((3, 1)), factor[:, :-1]], axis=1)
    of_older[asfr[:, 0] == 0.0, 0] = 0.0  # nobody gives birth at age 0
    births = asfr * (stock[FEMALE] * factor + mothers * of_older) / 2.0
    boys = srb / (1.0 + srb)
    by_sex = births.sum() * np.array([boys, 1.0 - boys])
    end[:, 0] = by_sex * S[:, 0]
    dead = np.empty_like(stock)
    dead[:, 0] = by_sex - end[:, 0]
    dead[:, 1:-1] = stock[:, :-2] - end[:, 1:-1]
    dead[:, -1] = stock[:, -2] + stock[:, -1] - end[:, -1]
    end, late, late_cut = joined(end, movers / 2.0 if even else movers, cap)
    return end, births, by_sex, dead, moved + late, cut + late_cut


def by_matrices(inputs):
    """The arrays of `project`, place by place and year by year."""
    asfr, Sx, srb = inputs["asfr"], inputs["Sx"], inputs["srb"]
    names = ("births", "births_by_sex", "deaths", "net_migration", "migration_cut")
    out = {name: [] for name in ("pop_jan1", *names)}
    for p in range(len(inputs["places"])):
        shared = p if len(Sx) > 1 else 0
        stocks, flows = [inputs["pop_jan1"][p]], {name: [] for name in names}
        for t in range(Sx.shape[1]):
            rates = asfr[shared, t]
            if "multiplier" in inputs:
                rates = 1.0 - (1.0 - rates) ** inputs["multiplier"][p, t][:, None]
            given = [inputs[name][p, t] if name in inputs else None for name in ("net_migration", "cohort_factor")]
            end, *found = one_year(
                stocks[-1],
                Sx[shared, t],
                rates,
                srb[shared, t],
                *given,
                even=inputs["migration_even"] and given[0] is not None,
                cap=inputs["cap_negative"],
            )
            stocks.append(end)
            for name, value in zip(names, found, strict=True):
                flows[name].append(value)
        out["pop_jan1"].append(stocks)
        for name in names:
            out[name].append(flows[name])
    return {name: np.array(values) for name, values in out.items()}


def worst_difference(inputs):
    """Largest difference of any cell of any array, relative to the largest number of its place and array."""
    run, expected = project(**inputs), by_matrices(inputs)
    worst = 0.0
    for name, value in expected.items():
        found = np.asarray(getattr(run, name))
        assert found.shape == value.shape, name
        if value.size:
            worst = max(worst, float(np.abs(found - value).max() / max(1.0, np.abs(value).max())))
    return worst


def test_every_array_of_500_random_runs():
    assert max(worst_difference(random_inputs(seed)) for seed in range(N_RUNS)) <= 1e-11


def test_an_error_in_either_would_be_seen():
    """One input at a time changed on one side only: the comparison must not call the two runs equal."""
    seen = 0
    for seed in range(40):
        inputs = random_inputs(seed)
        expected = by_matrices(inputs)
        for name in ("Sx", "asfr", "srb", "multiplier", "cohort_factor", "net_migration"):
            if name not in inputs or (name in ("multiplier", "cohort_factor") and inputs["asfr"].max() == 0.0):
                continue
            changed = {**inputs, name: inputs[name] * (1.0 - 1e-7)}
            run = project(**changed)
            gap = max(
                np.abs(np.asarray(getattr(run, key)) - value).max() / max(1.0, np.abs(value).max())
                for key, value in expected.items()
            )
            assert gap > 1e-11, (seed, name)
            seen += 1
    assert seen > 100
