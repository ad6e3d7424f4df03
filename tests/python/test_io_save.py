"""A saved result: the same when loaded, made again from its manifest, whole whatever stops the writer."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import sanhai as sh
from sanhai.io import files
from sanhai.io.table import safe_cell
from sanhai.io.values import decoded, encoded

WRITERS = Path(__file__).with_name("writers.py")
YEARS = (2021, 2032)

needs_store = pytest.mark.skipif(find_spec("h5netcdf") is None or find_spec("h5py") is None, reason="needs [store]")


def equal(one: sh.Results, other: sh.Results) -> None:
    """Every number, label, mark and note of two results."""
    assert one == other
    assert one.id == other.id
    assert one.manifest == other.manifest
    for mine, theirs in ((one, other), (one.central, other.central)):
        assert mine.state() == theirs.state()
        assert list(mine._store.arrays) == list(theirs._store.arrays)
        for kept in ("arrays", "factors", "band"):
            values, others = getattr(mine._store, kept), getattr(theirs._store, kept)
            assert set(values) == set(others)
            for name, array in values.items():
                assert array.tobytes() == others[name].tobytes(), name
                assert array.shape == others[name].shape, name
    assert one.frame.equals(other.frame)
    assert one.notes == other.notes
    assert [one.scenario(name) for name in one.scenarios] == [other.scenario(name) for name in other.scenarios]


@pytest.fixture(scope="module")
def drawn():
    chosen = [sh.scenario(name, "lanzhou") for name in ("baseline", "no-allowance", "cost-reduction")]
    return sh.compare(chosen, YEARS, draws=16, seed=7, beliefs={"response.rho": 0.04})


@pytest.fixture(scope="module")
def point():
    return sh.compare([sh.scenario(name, "gansu") for name in ("baseline", "cost-reduction")], YEARS)


@needs_store
@pytest.mark.parametrize("which", ["drawn", "point"])
def test_a_loaded_result_is_the_saved_one(which, request, tmp_path):
    result = request.getfixturevalue(which)
    folder = result.save(tmp_path / "结果 1")
    assert folder == tmp_path / "结果 1"
    loaded = sh.load(folder)
    equal(result, loaded)
    assert loaded.is_drawn == result.is_drawn
    assert loaded.table("births").equals(result.table("births"))
    assert loaded.central.table("births").equals(result.central.table("births"))
    assert loaded.fiscal.price_of_birth().equals(result.fiscal.price_of_birth())
    assert loaded.data.identical(result.data)
    for array in loaded._store.arrays.values():
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.setflags(write=True)


def test_a_manifest_alone_makes_the_run_again(drawn, point, tmp_path):
    equal(drawn, sh.rerun(drawn.manifest))
    equal(point, sh.rerun(json.loads(json.dumps(point.manifest))))
    folder = drawn.save(tmp_path / "out")
    equal(drawn, sh.rerun(folder))
    equal(drawn, sh.rerun(folder / "manifest.json"))


def test_every_file_carries_the_run_and_its_hash(drawn, tmp_path):
    folder = drawn.save(tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run_id"] == drawn.id
    names = {entry.name for entry in folder.iterdir()} - {"manifest.json"}
    assert names >= {"results.csv", "inputs.json"}
    assert set(manifest["files"]) == names
    for name in names:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == manifest["files"][name]
    rows = (folder / "results.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == len(drawn.frame) + 1
    assert all(row.endswith("," + drawn.id) for row in rows[1:])
    assert json.loads((folder / "inputs.json").read_text(encoding="utf-8"))["run_id"] == drawn.id


def test_two_saves_give_the_same_bytes(point, tmp_path):
    one, two = point.save(tmp_path / "one"), point.save(tmp_path / "two")
    for name in ("results.csv", "inputs.json", "manifest.json"):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_saving_again_replaces_the_whole_folder(drawn, point, tmp_path):
    from sanhai.io.write import write_results

    folder = tmp_path / "out"
    written = write_results(drawn, folder, more={"overview.png": b"picture"})
    assert all(path.is_file() for path in written)
    assert (folder / "overview.png").read_bytes() == b"picture"
    point.save(folder)
    assert not (folder / "overview.png").exists()
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["run_id"] == point.id
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_another_level_is_another_result(drawn, tmp_path):
    from sanhai.io.write import write_results

    half = drawn.with_level(0.5)
    assert half.id != drawn.id
    assert drawn.with_level(0.8) is drawn
    inner, outer = half.frame, drawn.frame
    known = outer["lo"].notna()
    assert known.any()
    assert (inner.loc[known, "lo"] >= outer.loc[known, "lo"]).all()
    assert set(inner.loc[known, "level"]) == {0.5}
    assert inner["value"].equals(outer["value"])
    write_results(drawn, tmp_path / "out", level=0.5)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["run_id"] == half.id
    equal(half, sh.rerun(half.manifest))


@needs_store
@pytest.mark.parametrize("name", ["results.csv", "data.nc", "inputs.json"])
def test_a_changed_file_is_refused(point, tmp_path, complains, name):
    folder = point.save(tmp_path / "out")
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    complains(lambda: sh.load(folder), name, "changed", kind=sh.FileError)
    (folder / name).unlink()
    complains(lambda: sh.load(folder), name, "no such file", kind=sh.FileError)


def test_what_is_no_result_is_refused(tmp_path, complains):
    complains(lambda: sh.load(tmp_path / "nothing"), "no such file", kind=sh.FileError)
    for text in ("", "[]", "{}", "\x00", "[" * 100_000):
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
        complains(lambda: sh.load(tmp_path), "manifest.json", kind=sh.FileError)
    complains(lambda: sh.rerun({"run_id": "x"}), "manifest", kind=sh.ConfigError)
    complains(lambda: sh.rerun(tmp_path / "none"), kind=sh.FileError)


def test_another_version_cannot_make_the_run_again(point, complains):
    manifest = {**point.manifest, "run_id": "0" * 12, "sanhai": "0.0.1"}
    complains(lambda: sh.rerun(manifest), "sanhai", point.id, "0" * 12, kind=sh.ConfigError)


def test_a_changed_place_needs_its_folder(tmp_path, complains):
    """Own figures are in the folder, not in the manifest: births of Gansu in 2024 entered anew."""
    from dataclasses import replace

    shipped = sh.place("gansu")
    births = next(row for row in shipped.evidence if row.variable in ("births", "cbr") and row.year == 2024)
    rows = tuple(replace(row, value=row.value * 1.02) if row == births else row for row in shipped.evidence)
    own = replace(shipped, evidence=replace(shipped.evidence, rows=rows))
    result = sh.compare([replace(sh.scenario("baseline", "gansu"), place=own)], (2021, 2026))
    assert result != sh.project("gansu", (2021, 2026))
    complains(lambda: sh.rerun(result.manifest), "620000", "folder", kind=sh.ConfigError)
    folder = result.save(tmp_path / "out")
    equal(result, sh.rerun(folder))
    if find_spec("h5py") is not None:
        loaded = sh.load(folder)
        equal(result, loaded)
        assert loaded.scenario().place == own
        assert loaded.scenario().place.parent == shipped.parent
    unknown = {**result.manifest, "scenarios": [{**result.manifest["scenarios"][0], "place": "own/x"}]}
    complains(lambda: sh.rerun(unknown), "own/x", "folder", kind=sh.ConfigError)


def test_without_the_extra_loading_says_what_to_install(point, tmp_path, complains, monkeypatch):
    folder = point.save(tmp_path / "out")
    monkeypatch.setattr("sanhai.io.arrays.has_netcdf", lambda: False)
    complains(lambda: sh.load(folder), "sanhai[store]", "rerun", kind=sh.FileError)
    monkeypatch.setattr("sanhai.io.write.has_netcdf", lambda: False)
    bare = point.save(tmp_path / "bare")
    tables = {"results.csv", "targets.csv", "target_gaps.csv"}
    assert {entry.name for entry in bare.iterdir()} == {*tables, "manifest.json", "inputs.json"}
    monkeypatch.undo()
    if find_spec("h5py") is not None:
        complains(lambda: sh.load(bare), "no data.nc", "rerun", kind=sh.FileError)
    equal(point, sh.rerun(bare))


def test_values_in_files_make_only_known_types(complains):
    harmful = {"value": {"type": "Popen", "fields": {"args": {"tuple": ["true"]}}}, "shared": {}}
    complains(lambda: decoded(harmful), "Popen", kind=sh.FileError)
    for bad in (None, {}, {"value": {"array": "!", "dtype": "<f8", "shape": [1]}, "shared": {}}, []):
        with pytest.raises(sh.FileError):
            decoded(bad)
    deep: object = {"tuple": []}
    for _ in range(200):
        deep = {"tuple": [deep]}
    with pytest.raises(sh.FileError):
        decoded({"value": deep, "shared": {}})
    huge = {"value": {"array": "eJw=", "dtype": "<f8", "shape": [10**15]}, "shared": {}}
    with pytest.raises(sh.FileError):
        decoded(huge)
    with pytest.raises(TypeError):
        encoded(object())


def test_values_come_back_as_they_were():
    value = {"a": (1, 2.5, float("inf"), None, True, "文"), "b": [range(3), np.array([[1.0, np.nan]])]}
    found = decoded(json.loads(json.dumps(encoded(value))))
    assert found["a"] == value["a"]
    assert isinstance(found["a"], tuple)
    assert found["b"][0] == range(3)
    assert found["b"][1].tobytes() == value["b"][1].tobytes()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "　＝", "\u200b="])
def test_cells_a_spreadsheet_would_run_are_text(start):
    assert safe_cell(start + "1+1") == "'" + start + "1+1"


@pytest.mark.parametrize("value", ["1+1", "兰州", "", "a=b", 1.5, None])
def test_other_cells_stay_as_they_are(value):
    assert safe_cell(value) == value


def test_a_folder_with_other_files_is_never_touched(point, tmp_path, complains):
    (tmp_path / "letter.txt").write_text("mine")
    complains(lambda: point.save(tmp_path), "letter.txt", kind=sh.FileError)
    folder = point.save(tmp_path / "out")
    (folder / "notes.txt").write_text("mine too")
    complains(lambda: point.save(folder), "notes.txt", kind=sh.FileError)
    assert (folder / "notes.txt").read_text() == "mine too"
    complains(lambda: point.save(tmp_path / "letter.txt"), "letter.txt", kind=sh.FileError)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["letter.txt", "out"]


@pytest.mark.parametrize("folder", ["/proc/sanhai/out", "/dev/null/out"])
def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_computed(folder, complains):
    if not Path(folder).parent.parent.exists():
        pytest.skip("another system")
    complains(lambda: files.claim(folder), folder.rsplit("/", 1)[0], kind=sh.FileError)


def test_claiming_leaves_nothing_behind(tmp_path):
    assert files.claim(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_result(point, tmp_path, complains, monkeypatch):
    folder = point.save(tmp_path / "out")
    before = {entry.name: entry.read_bytes() for entry in folder.iterdir()}

    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_flush", full)
    complains(lambda: point.with_level(0.5).save(folder), "No space left", kind=sh.FileError)
    assert {entry.name: entry.read_bytes() for entry in folder.iterdir()} == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_limit_on_file_size_is_our_own_error(tmp_path):
    """The system itself refuses, in a process of its own: every file above 64 kB."""
    code = (
        "import resource, signal, sys, sanhai as sh\n"
        "result = sh.project('china', (2021, 2026))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "try:\n    result.save(sys.argv[1])\nexcept sh.FileError as error:\n    print('refused', error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "out")], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("refused"), done.stdout + done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("how", "n"), [("kills", 20), ("together", 8)])
def test_no_reader_finds_a_file_of_another_run(how, n, tmp_path):
    """`python tests/python/writers.py kills 200 FOLDER` is the long form."""
    done = subprocess.run(
        [sys.executable, str(WRITERS), how, str(n), str(tmp_path / "out")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert sum(1 for times in found.values() if times) > 1, found
