"""All leaves of China together: the numbers of an independent dry run, published sums, and the balance of every leaf."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

import sanhai as sh
from sanhai.calibrate.country import country_fit

FITTED = range(2021, 2026)

# A handful of the dry run's numbers (in NumPy, apart from this code): place, what, year, value.
KNOWN = (
    ("620102", "births", 2025, 6321.3),
    ("620102", "deaths", 2025, 9658.5),
    ("620102", "net_migration", 2025, 5506.4),
    ("620102", "pop_jan1", 2026, 1_505_027.0),
    ("620102", "pop_jan1", 2050, 1_395_559.0),
    ("441900", "net_migration", 2025, 50_006.8),
    ("441900", "pop_jan1", 2050, 10_956_764.0),
    ("450311", "pop_jan1", 2050, 169_158.0),
)


@pytest.fixture(scope="module")
def china():
    return sh.place("china")


@pytest.fixture(scope="module")
def path(china):
    return country_fit(china)


@pytest.fixture(scope="module")
def reference(shared_data):
    def read(name):
        if shared_data is None:
            pytest.skip("the reference tables are not here")
        with (shared_data / "places" / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


def agree(found, wanted, at_least=1e-3):
    """1e-6 of the number or `at_least`, the larger."""
    assert abs(found - wanted) <= max(1e-6 * abs(wanted), at_least), (found, wanted)


@pytest.mark.parametrize(("code", "what", "year", "value"), KNOWN)
def test_numbers_of_the_dry_run(path, code, what, year, value):
    found = path.sums(code)[what][year - 2021]
    assert found == pytest.approx(value, abs=0.5 if value > 1e4 and what == "pop_jan1" else 0.05)


def test_places_of_the_dry_run(path, reference):
    for row in reference("reference.csv"):
        sums, rows = path.sums(row["code"]), list(path.country.rows(row["code"]))
        assert len(rows) == int(row["leaves"])
        for name, column in (("pop", "pop_jan1"), ("births", "births"), ("deaths", "deaths"), ("net", "net_migration")):
            for key in (key for key in row if key.split("_")[0] == name):
                agree(sums[column][int(key.split("_")[1][:4]) - 2021], float(row[key]))
        agree(np.asarray(path.factors.gain)[rows].sum(), float(row["base_flow_in"]))
        if len(rows) == 1:
            agree(float(path.factors.fertility[rows[0]]), float(row["fert_ratio"]), 0.0)
            agree(float(path.factors.mortality[rows[0]]), float(row["mort_ratio"]), 0.0)


def test_the_nation_of_the_dry_run(china, path, reference):
    from sanhai.calibrate.fit import calibrated

    alone = calibrated(china)
    for t, row in enumerate(reference("reference_nation.csv")):
        agree(alone.mortality_scale[t], float(row["mort_scale"]), 0.0)
        agree(alone.fertility_scale[t], float(row["fert_scale"]), 0.0)
        agree(path.asfr[t].sum(), float(row["tfr"]), 0.0)


def test_groups_of_the_dry_run(path, reference):
    for row in reference("reference_groups.csv"):
        code = row["group"] if len(row["group"]) == 6 else row["group"] + "0000"
        g = path.group_codes.index(code)
        for name, values in (("T", path.fit.net), ("y", path.fit.pull), ("mort", path.fit.mortality), ("fert", path.fit.fertility)):
            for t, year in enumerate(FITTED):
                agree(float(values[g, t]), float(row[f"{name}_{year}"]), 1e-3 if name == "T" else 0.0)


def test_births_factor_and_pool_of_the_dry_run(path, reference):
    for row in reference("reference_births_factor.csv"):
        assert path.fit.births_factor[int(row["year"]) - 2026] == pytest.approx(float(row["births_factor"]), abs=1e-6)
    wanted = np.array([float(row["lambda"]) for row in reference("reference_pool.csv")]).reshape(-1, 2, 70)
    assert np.abs(np.asarray(path.fit.pool)[: len(wanted), :, 5:75] - wanted).max() < 1e-6


def test_every_leaf_balances_in_every_year(path):
    fit = path.fit
    change = np.asarray(fit.pop)[:, 1:] - np.asarray(fit.pop)[:, :-1]
    flows = np.asarray(fit.births) - np.asarray(fit.deaths) + np.asarray(fit.net_migration)
    assert np.abs(change - flows).max() < 1e-8 * 5  # a leaf of ten million people has 1e-9 in its last digit


def test_published_figures_are_met(china, path):
    evidence = china.evidence
    for name in ("births", "deaths"):
        total = np.asarray(getattr(path.fit, name))[:, :5].sum(axis=0)
        assert total == pytest.approx(evidence.published(name, FITTED), rel=1e-12)
    people = np.asarray(path.fit.pop)[:, 1:6].sum(axis=0)
    assert people == pytest.approx(evidence.published("pop_yearend", FITTED) - evidence.outside(FITTED), rel=1e-12)
    for code, figures in path.country.groups:
        if code[2:] != "0000":
            continue
        for name in ("births", "deaths"):
            published = figures.published(name, range(2021, 2025))
            # whole persons, scaled once more to the nation's: parts of 1e-6
            found = path.sums(code)[name][:4]
            assert found[~np.isnan(published)] == pytest.approx(published[~np.isnan(published)], rel=1e-5)


def test_births_of_all_leaves_are_the_nations(path):
    total = np.asarray(path.fit.births).sum(axis=0)
    assert total == pytest.approx(np.asarray(path.inputs_births), rel=1e-12) if hasattr(path, "inputs_births") else True
    assert math.isfinite(total.sum())


def test_nobody_runs_out_of_people(path):
    assert (np.asarray(path.fit.pop) > 0).all()
