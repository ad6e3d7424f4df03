"""All leaves of China together: the numbers of an independent dry run, published sums, the balance of every leaf."""

from __future__ import annotations

import csv
import subprocess
import sys

import numpy as np
import pytest

import sanhai as sh
from sanhai import _bridge
from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import calibrated
from sanhai.calibrate.path import baseline
from sanhai.places.figures import Figure, Figures

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
    alone = calibrated(china)
    for t, row in enumerate(reference("reference_nation.csv")):
        agree(alone.mortality_scale[t], float(row["mort_scale"]), 0.0)
        agree(alone.fertility_scale[t], float(row["fert_scale"]), 0.0)
        agree(path.asfr[t].sum(), float(row["tfr"]), 0.0)


def test_groups_of_the_dry_run(path, reference):
    for row in reference("reference_groups.csv"):
        code = row["group"] if len(row["group"]) == 6 else row["group"] + "0000"
        g = path.group_codes.index(code)
        fit = path.fit
        for name, values in (("T", fit.net), ("y", fit.pull), ("mort", fit.mortality), ("fert", fit.fertility)):
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
    assert np.abs(change - flows).max() < 1e-8


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


def test_births_of_all_leaves_are_the_nations(china, path):
    """The nation alone, stepped here with NumPy from its own rates: its births are those of all leaves together."""
    people = np.asarray(path.fit.pop)[:, 5].sum()
    base = baseline((china,), 2027)
    run = _bridge.project(base.inputs())
    births = np.asarray(run.births_by_sex)[0].sum(axis=1)
    assert np.asarray(path.fit.births).sum(axis=0)[:7] == pytest.approx(births, rel=1e-11)
    assert np.asarray(run.pop_jan1)[0, 5].sum() == pytest.approx(people, rel=1e-11)


def test_deaths_of_the_nation_rise_in_2026(path):
    deaths = np.asarray(path.fit.deaths).sum(axis=0)
    assert deaths[4] == pytest.approx(11.31e6, rel=1e-12)
    assert deaths[5] == pytest.approx(11.502e6, rel=1e-4)  # the design's table


def test_moves_inside_the_nation_cancel_at_every_age(path):
    leaving = np.asarray(path.fit.net_migration).sum(axis=0)
    assert np.abs(leaving).max() < 0.01  # of some five million movers a year


def test_nobody_runs_out_of_people(path):
    assert (np.asarray(path.fit.pop) > 0).all()


@pytest.mark.parametrize("name", ["lanzhou", "460300", "659005", "540622"])
def test_the_engine_reproduces_the_path_of_leaves(path, name):
    """Rates made again for a few leaves give what the run of all leaves gave, in the engine's own year."""
    place = sh.place(name)
    base = baseline(place.leaves, 2100)
    run = _bridge.project(base.inputs())
    rows = [path.country.rows(code)[0] for code in base.codes]
    assert np.asarray(run.pop_jan1).sum(axis=(2, 3)) == pytest.approx(np.asarray(path.fit.pop)[rows], rel=1e-11)
    # Births by order are solved to parts of 1e-12 of the total.
    assert np.asarray(run.births_by_sex).sum(axis=2) == pytest.approx(np.asarray(path.fit.births)[rows], rel=1e-11)
    assert base.pattern.sum(axis=(1, 2)) == pytest.approx(1.0, rel=1e-12)
    assert (base.pattern >= 0).all()
    assert (base.leaving_rate >= 0).all()
    assert (base.leaving_rate < 1).all()
    assert not base.net_migration[..., :5].any()
    assert not base.leaving_rate[..., 75:].any()


def test_own_figures_are_met_and_the_rest_makes_room(path):
    own = (
        Figure("births", 2024, "both", "all", 3300.0, "births"),
        Figure("pop_yearend", 2024, "both", "all", 480_000.0, "persons"),
    )
    place = sh.place("620123").with_figures(Figures(own))
    fit = place.fit().factors
    assert fit.births[2024] == pytest.approx(3300.0, rel=1e-10)
    assert fit.pop_jan1[2025] == pytest.approx(480_000.0, rel=1e-10)
    assert fit.status.tolist() == ["shared", "shared", "shared", "fitted", "estimated"]
    assert np.ptp(fit.net_migration[:4]) == pytest.approx(0.0, abs=1e-4)  # even to the published total
    lanzhou = place.parent.fit().factors  # the city's rates of 2024 stand
    middle = (lanzhou.pop_jan1[2024] + lanzhou.pop_jan1[2025]) / 2
    assert lanzhou.births[2024] / middle == pytest.approx(0.00563, rel=1e-10)
    assert lanzhou.deaths[2024] / middle == pytest.approx(0.00665, rel=1e-10)
    assert lanzhou.pop_jan1[2025] == pytest.approx(4_436_500.0, rel=1e-10)
    assert place.overridden().own.tolist() == [3300.0, 480_000.0]
    assert place.code in country_fit(place.root).group_codes
    assert path.country.figures("620123") == Figures()  # the shipped place is as it was


def test_a_province_of_ones_own_leaves_the_nation_as_published():
    gansu = sh.place("gansu").with_figures(Figures((Figure("births", 2024, "both", "all", 190_000.0, "births"),)))
    whole = country_fit(gansu.root)
    assert gansu.fit().factors.births[2024] == pytest.approx(190_000.0, rel=1e-10)
    assert np.asarray(whole.fit.births)[:, 3].sum() == pytest.approx(9.54e6, rel=1e-12)
    row = gansu.overridden().iloc[0]
    assert row.own == 190_000.0
    assert row.shipped == pytest.approx(196_900.0, rel=1e-3)


def test_what_was_published_but_not_fitted_is_compared():
    found = sh.place("gansu").fit().not_fitted.set_index(["variable", "year", "age"])
    # design: 60+ 2021 +2.0, 2024 +1.1 %; 65+ 2021 -0.2 %
    for year, age, miss in ((2021, "60+", 2.0), (2024, "60+", 1.1), (2021, "65+", -0.2)):
        assert found.loc[("pop_yearend_age", year, age), "miss_percent"] == pytest.approx(miss, abs=0.05)
    china = sh.place("china").fit().not_fitted.set_index(["variable", "year", "age"])
    assert china.loc[("e0", 2024, "all"), "model"] == pytest.approx(79.5, abs=0.05)
    assert china.loc[("pop_yearend_age", 2025, "65+"), "miss_percent"] == pytest.approx(-0.9, abs=0.05)


def test_figures_that_cannot_be_met_are_refused(complains):
    impossible = Figures((Figure("births", 2024, "both", "all", 9e6, "births"),))
    place = sh.place("620123").with_figures(impossible)
    complains(place.fit, "births", "group 62", "2024", kind=sh.DomainError)


@pytest.mark.skipif(sys.platform == "win32", reason="needs the peak memory of a process")
def test_a_process_that_loads_calibrates_and_carries_on_all_leaves_stays_under_two_gigabytes():
    code = (
        "import resource, sanhai as sh; from sanhai.calibrate.country import country_fit\n"
        "assert len(country_fit(sh.place('china')).country.codes) == 2989\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(ran.stdout) * unit < 2 * 1024**3
