"""A result is a value: nothing reaches into it, it pickles, copies and compares; its id covers all that can change."""

from __future__ import annotations

import copy
import gc
import json
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import sanhai as sh
from sanhai.results.late import LATE
from sanhai.run.options import COMPONENTS
from sanhai.testing import assert_paired

YEARS = (2021, 2034)


def bits(result: sh.Results) -> bytes:
    """Every number of a result, in order."""
    parts = [result._store.arrays[name].tobytes() for name in result._store.arrays]
    return b"".join([*parts, *(values.tobytes() for values in result._store.factors.values())])


def run(place="lanzhou", names=("baseline", "no-allowance", "cost-reduction"), years=YEARS, **how):
    return sh.compare([sh.scenario(name, place) for name in names], years, **how)


@pytest.fixture(scope="module")
def drawn():
    return run(draws=24, seed=7)


@pytest.fixture(scope="module")
def point():
    return run()


# ---- nothing reaches into it -----------------------------------------------------------------------------------------


def test_no_array_can_be_written_through_any_handle(drawn, point):
    for result in (drawn, point, pickle.loads(pickle.dumps(drawn))):
        before = bits(result)
        data = result.data
        for name in data:
            values = data[name].values
            if name not in result._store.arrays:
                continue  # computed anew: writing it reaches nobody
            with pytest.raises(ValueError, match=r"read-only|WRITEABLE"):
                values[...] = 0.0
            handle = values
            while isinstance(handle, np.ndarray):
                with pytest.raises(ValueError, match="WRITEABLE"):
                    handle.setflags(write=True)
                handle = handle.base
        assert bits(result) == before


def test_what_is_handed_out_is_a_copy(drawn):
    before, births = bits(drawn), drawn.table("births")
    frame = drawn.frame
    frame.loc[:, "value"] = 0.0
    frame["lo"].array[:] = -1.0
    manifest = drawn.manifest
    manifest["run_id"] = "0" * 12
    manifest["scenarios"].clear()
    manifest["tables"].clear()
    data = drawn.data
    data["births"] = data["births"] * 0.0
    data.attrs.clear()
    data["deaths"].attrs["units"] = "bananas"
    drawn.place_info.clear()
    table = drawn.table("births")
    table.iloc[:, :] = 0.0
    series = drawn.sel("births")
    series.values[...] = 0.0
    drawn.rows()[0]["value"] = 0.0
    assert bits(drawn) == before
    assert drawn.table("births").equals(births)
    assert drawn.frame["value"].abs().sum() > 0.0
    assert drawn.manifest["run_id"] == drawn.id
    assert len(drawn.manifest["scenarios"]) == 3
    assert drawn.data["deaths"].attrs["units"] == "deaths"
    assert drawn.place_info["620100"].name_zh == "兰州市"


@pytest.mark.parametrize("name", ["years", "options", "notes", "place", "id", "data", "manifest", "_store", "new"])
def test_attributes_cannot_be_set(drawn, name):
    with pytest.raises(AttributeError):
        setattr(drawn, name, None)


# ---- pickle, copy, compare -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickled_results_are_equal(drawn, point, protocol):
    for result in (drawn, point):
        again = pickle.loads(pickle.dumps(result, protocol))
        assert again == result
        assert hash(again) == hash(result)
        assert bits(again) == bits(result)
        assert bits(again.central) == bits(result.central)
        assert again.notes == result.notes
        assert again.frame.equals(result.frame)
        assert again.lines == result.lines
        assert again.data.identical(result.data)
        same_data = pickle.loads(pickle.dumps(result.data))
        assert same_data.identical(result.data)


def test_copies_are_the_value_itself(drawn):
    assert copy.copy(drawn) is drawn
    assert copy.deepcopy(drawn) is drawn
    assert copy.deepcopy({"result": [drawn]})["result"][0] is drawn


def test_results_compare_by_id(drawn, point):
    assert drawn == run(draws=24, seed=7)
    assert drawn != point
    assert drawn != "drawn"
    assert len({drawn, run(draws=24, seed=7), point}) == 2


def test_the_central_run_is_the_point_run(drawn, point):
    assert drawn.central == point
    assert drawn.central.id == point.id
    assert point.central is point
    assert_paired(drawn.central, point)
    assert drawn.central.notes == point.notes
    assert not point.is_drawn
    assert drawn.is_drawn
    assert (point.draws, drawn.draws) == (1, 24)


# ---- id --------------------------------------------------------------------------------------------------------------


def test_the_id_covers_everything_that_changes_a_byte():
    base = sh.scenario("baseline", "china")
    other = base.vary("other", {"migration.mode": "zero"})
    short = (2021, 2026)

    def made(scenarios=(base, other), years=short, **how):
        return sh.compare(list(scenarios), years, **how)

    runs = {
        "one": made(),
        "order": made((other, base)),
        "years": made(years=(2021, 2027)),
        "shown": made(years=(2022, 2026)),
        "draws": made(draws=2),
        "more": made(draws=3),
        "seed": made(draws=2, seed=1),
        "components": made(draws=2, components=("tfr",)),
        "level": made(level=0.5),
        "name": made((base, base.vary("another", {"migration.mode": "zero"}))),
        "value": made((base, base.vary("other", {"migration.mode": sh.from_year(2026, "zero")})), years=(2021, 2028)),
        "belief": made(beliefs={"response.rho": 0.03}),
        "fewer": made((base,)),
        "place": sh.project("gansu", short),
    }
    ids = {name: result.id for name, result in runs.items()}
    assert len(set(ids.values())) == len(ids), ids
    assert made(seed=5, threads=1, memory=2.0).id == ids["one"]  # of a point run the seed changes nothing
    assert made(draws=2, threads=2).id == ids["draws"]
    for result in runs.values():
        assert json.loads(json.dumps(result.manifest, allow_nan=False))["run_id"] == result.id
        assert len(result.manifest["tables"]["packs/national.toml"]) == 64


# ---- the same bits ---------------------------------------------------------------------------------------------------


def test_the_point_run_is_the_draws_in_which_nothing_varies(point):
    still = run(draws=3, components=())
    for name, values in point._store.arrays.items():
        for draw in range(3):
            assert np.array_equal(still._store.arrays[name][..., draw], values[..., 0], equal_nan=True), name


def test_threads_change_no_bit(drawn):
    for threads in (1, 2, 3):
        assert_paired(run(draws=24, seed=7, threads=threads), drawn)


@pytest.mark.parametrize("n", [2, 7, 9])
def test_the_first_draws_of_many_are_those_of_few(drawn, n):
    assert_paired(run(draws=n, seed=7), drawn)


def test_a_run_to_a_year_is_the_first_part_of_a_longer_one(drawn):
    assert_paired(drawn, run(years=(2021, 2047), draws=24, seed=7))
    assert_paired(drawn.central, run())


def test_years_shown_are_a_window(drawn):
    assert_paired(run(years=(2028, 2034), draws=24, seed=7), drawn)


def test_the_order_of_scenarios_changes_no_number(drawn):
    turned = run(names=("cost-reduction", "baseline", "no-allowance"), draws=24, seed=7)
    for name in drawn.scenarios:
        mine, theirs = drawn.scenarios.index(name), turned.scenarios.index(name)
        for variable in ("births", "pop_jan1", "tfr", "births_order", "e0", "places_target", "places_stock"):
            one, other = drawn._store.values(variable)[mine], turned._store.values(variable)[theirs]
            assert np.array_equal(one, other, equal_nan=True), variable
        for by in ("payer", "component"):
            one, other = (
                drawn.sel("cost_nominal", by=by, scenario=name),
                turned.sel("cost_nominal", by=by, scenario=name),
            )
            assert np.array_equal(one.values, other.sel({by: one[by]}).values, equal_nan=True), by


def test_a_place_is_the_same_alone_and_among_others(drawn):
    alone = run("china", draws=24, seed=7, names=("baseline",))
    row = drawn.places.index("100000")
    for name in ("pop_jan1", "births", "births_gross", "deaths", "tfr", "e0", "net_migration", "places_target"):
        assert np.array_equal(alone._store.arrays[name][0, 0], drawn._store.arrays[name][0, row], equal_nan=True), name


@pytest.mark.parametrize(
    "settings",
    [
        {"PYTHONHASHSEED": "0"},
        {"PYTHONHASHSEED": "4711"},
        {"LC_ALL": "de_DE.UTF-8", "LANG": "zh_CN.GBK", "TZ": "Asia/Tokyo"},
    ],
)
def test_hash_seed_and_locale_change_no_bit(settings, tmp_path):
    code = (
        "import hashlib, sys, sanhai as sh\n"
        "both = [sh.scenario(name, 'gansu') for name in ('baseline', 'no-allowance')]\n"
        "r = sh.compare(both, (2021, 2030), draws=5, seed=3)\n"
        "sha = hashlib.sha256(b''.join(v.tobytes() for v in r._store.arrays.values()))\n"
        "r.save(sys.argv[1]); print(r.id, sha.hexdigest())\n"
    )
    outputs, tables = set(), set()
    for turn, env in enumerate(({}, settings)):
        folder = tmp_path / str(turn)
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=True,
        )
        outputs.add(done.stdout)
        tables.add(tuple((folder / name).read_bytes() for name in ("results.csv", "inputs.json", "manifest.json")))
    assert len(outputs) == 1
    assert len(tables) == 1


# ---- rooms above -----------------------------------------------------------------------------------------------------


def test_rooms_above_are_named_and_nothing_of_them_is_loaded():
    code = (
        "import sys, sanhai as sh\n"
        "r = sh.project('china', (2021, 2026)); r.table('births'); r.frame; r.notes; r.data\n"
        "print([name for name in sys.modules if name.startswith(('sanhai.show', 'sanhai.io', 'sanhai.cli'))])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert set(LATE) >= {"explain", "headline", "html", "plot", "save", "text"}


def test_draws_are_freed_with_their_result():
    gc.collect()
    one = run("china", draws=50, names=("baseline",))
    kept = one._store.arrays["births"]
    refs = sys.getrefcount(kept)
    del one
    gc.collect()
    assert sys.getrefcount(kept) < refs


def test_components_that_are_off_leave_the_others_bits(drawn):
    without = run(draws=24, seed=7, components=tuple(name for name in COMPONENTS if name != "migration"))
    row = drawn.places.index("100000")
    assert np.array_equal(without._store.arrays["e0"][:, row], drawn._store.arrays["e0"][:, row], equal_nan=True)
    nothing = run(draws=24, seed=7, components=())
    assert np.nanmax(np.ptp(nothing._store.arrays["births"], axis=-1)) == 0.0
