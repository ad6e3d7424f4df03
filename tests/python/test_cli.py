"""The command line: what it prints, where it prints it, how it ends, what it writes."""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import io
import json
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

import sanhai as sh
from sanhai.cli import run as run_module
from sanhai.cli import run_command
from sanhai.errors import AccountingError, ConfigError
from sanhai.policy.scenario_file import EXAMPLE, FIELDS, check_file, read_scenario

HEAVY = ("pandas", "xarray", "matplotlib", "openpyxl")
FAST = ("--years", "2021:2030", "--no-plot")
PROGRAM = "from sanhai.cli import main; main()"


@dataclass(frozen=True)
class Done:
    """How a command ended, run in this process."""

    exit_code: int
    stdout: str
    stderr: str


def invoke(arguments: list[str]) -> Done:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run_command(arguments)
    for stream in (out, err):
        stream.flush()
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]


def sanhai(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """The program in a process of its own, as a shell runs it."""
    folder = str(Path(sh.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, cwd=cwd, env=environment, check=False
    )


@pytest.fixture(scope="module")
def json_run() -> subprocess.CompletedProcess[bytes]:
    return sanhai("run", "兰州", *FAST, "--json")


def write(folder: Path, text: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


# --- light start --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["import sanhai", "import sanhai.cli"])
def test_import_loads_no_heavy_package(code: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print([name for name in {HEAVY} if name in sys.modules])"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(sh.__file__).parents[1])},
        check=True,
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["--version"], ["places"], ["policies", "--help"]]
)
def test_light_commands_load_no_heavy_package(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['sanhai', *{arguments!r}]\nfrom sanhai.cli import main\n"
        f"try:\n    main()\nexcept SystemExit as end:\n    code = end.code\n"
        f"print([name for name in {HEAVY} if name in sys.modules], code, file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(sh.__file__).parents[1])}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert found.stderr.strip() == "[] 0"


# --- run ----------------------------------------------------------------------------------------------------------


def test_json_is_one_object_and_nothing_else(json_run: subprocess.CompletedProcess[bytes], tmp_path: Path) -> None:
    assert json_run.returncode == 0
    found = json.loads(json_run.stdout)
    assert set(found) == {"manifest", "rows", "notes"}
    assert b"NaN" not in json_run.stdout
    assert json_run.stdout.count(b"\n") == 1
    assert json_run.stderr == b""  # no progress where stderr is no terminal


def test_json_rows_keep_the_contract(json_run: subprocess.CompletedProcess[bytes]) -> None:
    found = json.loads(json_run.stdout)
    always = {"scenario", "place", "place_name", "year", "variable", "unit", "value"}
    assert all(always <= set(row) for row in found["rows"])
    assert {row["scenario"] for row in found["rows"]} == {
        "baseline",
        "zero-migration",
        "no-allowance",
        "cost-reduction",
    }
    total = [row for row in found["rows"] if row["variable"] == "pop_jan1" and row["place"] == "620100"]
    assert next(row["value"] for row in total if row["year"] == 2025) == pytest.approx(4436500, abs=1)
    assert all(isinstance(note, str) and note for note in found["notes"])


def test_json_writes_files_only_when_asked(tmp_path: Path) -> None:
    assert sanhai("run", "lanzhou", *FAST, "--json", cwd=tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []
    found = sanhai("run", "lanzhou", *FAST, "--json", "-o", "out", cwd=tmp_path)
    assert json.loads(found.stdout)["manifest"]["place"] == "620100"
    assert {"results.csv", "inputs.json", "manifest.json"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_run_prints_and_writes(tmp_path: Path) -> None:
    found = sanhai(
        "run", "lanzhou", *FAST, "--set", "subsidy.child3.yuan_per_month=500", "--from", "2027", cwd=tmp_path
    )
    assert found.returncode == 0, found.stderr.decode()
    screen = found.stdout.decode()
    for word in (
        "Lanzhou",
        "Gansu",
        "China",
        "Yuzhong County",
        "custom",
        "local, split not stated",
        "※ calibrated",
        "Sources",
    ):
        assert word in screen
    assert "4,384.3※" in screen  # year-end 2021, as published
    assert "own settings [custom]" in screen
    manifest = json.loads((tmp_path / "results" / "manifest.json").read_text(encoding="utf-8"))
    assert next(one for one in manifest["scenarios"] if one["name"] == "custom")["settings"] == [
        {"path": "subsidy.child3.yuan_per_month", "value": 500.0, "from": "2027"}
    ]
    content = (tmp_path / "results" / "results.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert {row["scenario"] for row in rows} >= {"baseline", "custom"}
    assert not list((tmp_path / "results").glob(".*"))


def test_run_in_chinese_speaks_chinese(tmp_path: Path) -> None:
    found = sanhai("run", "榆中县", *FAST, "--lang", "zh", "--scenario", "baseline", cwd=tmp_path)
    screen = found.stdout.decode()
    assert found.returncode == 0
    assert "年末常住人口" in screen
    assert "数据来源" in screen
    assert "population" not in screen.split("数据来源")[0]


def test_lines_fit_one_hundred_columns(tmp_path: Path) -> None:
    from sanhai.show.layout import width

    for lang in ("en", "zh"):
        screen = sanhai("run", "lanzhou", *FAST, "--lang", lang, cwd=tmp_path).stdout.decode()
        long = [line for line in screen.splitlines() if width(line.rstrip()) > 100]
        assert long == []


def test_missing_matplotlib_is_one_line_not_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *more: None if name == "matplotlib" else real(name, *more)
    )
    found = invoke(["run", "榆中", "--years", "2021:2026", "--scenario", "baseline"])
    assert found.exit_code == 0
    assert found.stdout.count('pip install "sanhai[plot]"') == 1
    assert not (tmp_path / "results" / "overview.png").exists()


# --- exit codes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "lanzou"], "did you mean 兰州 (兰州市 Lanzhou, 620100)"),
        (["run", "lanzhou", "--years", "2021"], "2021:2050"),
        (["run", "lanzhou", "--years", "1990:2050"], "1990"),
        (["run", "lanzhou", "--set", "subsidy.child3.yuan_per_mont=5"], "subsidy.child3.yuan_per_month"),
        (["run", "lanzhou", "--set", "response.eps"], "path=value"),
        (["run", "lanzhou", "--set", "nursery.enrolment_share=12"], "0 to 1"),
        (["run", "lanzhou", "--set", "response.eps=1", "--set", "response.eps=2"], "twice"),
        (["run", "lanzhou", "--from", "2027"], "--set"),
        (["run", "lanzhou", "--scenario", "nothing"], "cost-reduction"),
        (["run", "lanzhou", "--scenario", "missing.toml"], "missing.toml"),
        (["run", "lanzhou", "--lang", "fr"], "fr"),
        (["run", "lanzhou", "--bogus"], "--bogus"),
        (["run"], "PLACE"),
        (["policies", "show", "lanzhou-2023/art-411"], "lanzhou-2023/art-41"),
        (["check", "missing.toml"], "missing.toml"),
    ],
)
def test_bad_input_ends_with_2_and_a_message_on_stderr(arguments: list[str], says: str) -> None:
    found = invoke(arguments)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert says in found.stderr
    assert "Traceback" not in found.stderr


def test_a_failed_run_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(request: object) -> None:
        raise AccountingError("persons do not add up")

    monkeypatch.setattr(run_module, "compared", fails)
    found = invoke(["run", "lanzhou", "--json"])
    assert found.exit_code == 1
    assert found.stdout == ""
    assert "persons do not add up" in found.stderr
    assert "Traceback" not in found.stderr
    assert "Traceback" in invoke(["run", "lanzhou", "--json", "--debug"]).stderr


def test_errors_are_framed_in_the_chosen_language() -> None:
    assert invoke(["run", "lanzou", "--lang", "zh"]).stderr.startswith("输入有误")
    assert invoke(["run", "lanzou"]).stderr.startswith("bad input")


def test_draws_are_offered_and_checked() -> None:
    refused = invoke(["run", "china", "--draws", "0"])
    assert refused.exit_code == 2
    assert "draws" in refused.stderr
    found = invoke(["run", "china", "--years", "2021:2030", "--draws", "20", "--seed", "3", "--json"])
    assert json.loads(found.stdout)["manifest"]["seed"] == 3


def test_what_is_drawn_can_be_chosen() -> None:
    command = ["run", "china", "--years", "2021:2030", "--scenario", "baseline", "--json"]
    some = [*command, "--draws", "9", "--threads", "2", "--component", "mortality", "--component", "tfr", "--events"]
    manifest = json.loads(invoke(some).stdout)["manifest"]
    assert manifest["components"] == ["tfr", "mortality", "events"]
    unknown = invoke([*command, "--draws", "9", "--component", "weather"])
    assert unknown.exit_code == 2
    assert "weather" in unknown.stderr
    assert "place_fertility" in unknown.stderr
    for option in (["--events"], ["--component", "tfr"]):
        alone = invoke([*command, *option])
        assert alone.exit_code == 2
        assert option[0] in alone.stderr
        assert "--draws" in alone.stderr


# --- lists --------------------------------------------------------------------------------------------------------


def test_places_lists_every_place() -> None:
    from sanhai.places.catalogue import all_places

    found = json.loads(invoke(["places", "--json"]).stdout)
    assert [row["code"] for row in found] == list(all_places())
    provinces = invoke(["places"]).stdout
    assert all(name in provinces for name in ("中国", "甘肃省", "新疆维吾尔自治区"))
    assert "榆中县" not in provinces
    for asked in (["places", "--under", "lanzhou"], ["places", "yuzhong"]):
        found = [line.split() for line in invoke(asked).stdout.splitlines() if "620123" in line]
        assert [line[0] for line in found] == ["榆中县"]


def test_policies_json_is_a_list_of_instruments() -> None:
    from sanhai.policy import as_records

    assert json.loads(invoke(["policies", "--json"]).stdout) == as_records()
    here = json.loads(invoke(["policies", "--json", "--place", "lanzhou"]).stdout)
    assert {row["place"] for row in here} == {"100000", "620000", "620100"}


def test_coverage_says_of_every_article_what_serves_it() -> None:
    done = invoke(["policies", "--document", "lanzhou-2023", "--coverage", "--json"])
    assert done.exit_code == 0, done.stderr
    rows = {row["id"]: row for row in json.loads(done.stdout)}
    assert rows["lanzhou-2023/art-41"]["answer"] == ["lanzhou-2023/art-41/place"]
    assert rows["lanzhou-2023/art-61"]["answer"] == ["national/rural-reward/parent"]
    assert rows["lanzhou-2023/art-11"]["computed"]
    assert not rows["lanzhou-2023/art-70"]["computed"], "the yearly report is not built"
    assert all(row["computed"] or row["why"] or row["carried"] == "target" for row in rows.values())
    english = invoke(["policies", "--document", "lanzhou-2023", "--coverage", "--lang", "en"])
    assert "yearly report (not built yet)" in " ".join(english.stdout.split())
    numbers = {"第四条", "第七条", "第九条", "第十二条", "第二十一条", "第四十七条", "第七十二条"}
    assert numbers <= {row["article"] for row in rows.values()}


def test_coverage_needs_a_document() -> None:
    done = invoke(["policies", "--coverage", "--lang", "en"])
    assert done.exit_code == 2
    assert "--document lanzhou-2023" in done.stderr


def test_policies_table_and_levers_hold_every_name() -> None:
    from sanhai.policy import instruments
    from sanhai.policy.catalogue import shipped

    assert str(len(instruments())) in invoke(["policies"]).stdout
    found = json.loads(invoke(["policies", "--levers", "--json"]).stdout)
    assert {row["path"] for row in found} == {*shipped().levers, *shipped().payers}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_policies_show_tells_amounts_payers_and_use(lang: str) -> None:
    screen = invoke(["policies", "show", "lanzhou-2023/art-62", "--lang", lang]).stdout
    for figure in ("1,000", "800", "100"):
        assert figure in screen
    article = invoke(["policies", "show", "lanzhou-2023/art-41", "--lang", lang]).stdout
    assert ("60%" if lang == "zh" else "60 %") in article
    assert ("兰州新区" if lang == "zh" else "Lanzhou New Area") in article
    assert "第四十一条" in article


# --- scenario files -----------------------------------------------------------------------------------------------

GOOD = """
place = "兰州"
name = "三孩补贴"
without = ["national/child-allowance"]
note_en = "third children"

[settings]
"migration.mode" = "zero"
subsidy.child3.yuan_per_month = { from = 2027, value = 500 }
"nursery.enrolment_share" = [{ from = 2027, value = 0.15 }, { from = 2030, value = 0.2 }]
lanzhou.subsidy."delivery_yuan_per_birth" = 900
"""


def test_a_good_file_is_the_scenario_it_says(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    expected = (
        sh.scenario("baseline", "lanzhou")
        .without("national/child-allowance")
        .vary(
            "三孩补贴",
            {
                "migration.mode": "zero",
                "subsidy.child3.yuan_per_month": sh.from_year(2027, 500),
                "nursery.enrolment_share": [sh.from_year(2027, 0.15), sh.from_year(2030, 0.2)],
                "lanzhou.subsidy.delivery_yuan_per_birth": 900,
            },
        )
    )
    found = read_scenario(path)
    assert (found.name, found.hash, found.note_en) == ("三孩补贴", expected.hash, "third children")
    assert check_file(path) == []
    checked = invoke(["check", str(path)])
    assert (checked.exit_code, checked.stderr) == (0, "")


def test_every_problem_is_reported_with_its_line(tmp_path: Path) -> None:
    text = (
        'place = "lanzou"\nnam = "x"\npacks = [3]\nwithout = ["national/child-allowanc"]\n[settings]\n'
        '"migration.mode" = "none"\n"subsidy.child3.yuan_per_mont" = 500\n"nursery.enrolment_share" = { from = 27 }\n'
        '"response.eps" = [{ from = 2027, value = 1 }, { from = 2027, value = 2 }]\n"money.discount" = true\n'
    )
    path = write(tmp_path, text)
    found = {(problem.field, problem.line) for problem in check_file(path)}
    assert found == {
        ("place", 1),
        ("nam", 2),
        ("name", None),
        ("packs", 3),
        ("without", 4),
        ("migration.mode", 6),
        ("subsidy.child3.yuan_per_mont", 7),
        ("nursery.enrolment_share", 8),
        ("response.eps", 9),
        ("money.discount", 10),
    }
    checked = invoke(["check", str(path)])
    assert checked.exit_code == 2
    assert checked.stdout == ""
    assert len(checked.stderr.splitlines()) == len(found) + 1
    assert "subsidy.child3.yuan_per_month" in checked.stderr  # the near name
    assert json.loads(invoke(["check", str(path), "--json"]).stdout)[0]["file"] == str(path)


@pytest.mark.parametrize("content", [b"place = ", b"\xff\xfe", b"x" * 100_001])
def test_files_that_are_no_scenario_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    assert [problem.field for problem in check_file(path)] == ["(file)"]
    with pytest.raises(ConfigError):
        read_scenario(path)


def test_a_document_of_another_place_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 'place = "lanzhou"\nname = "x"\npacks = ["guizhou-2021"]\n')
    assert [(problem.field, problem.line) for problem in check_file(path)] == [("packs", 3)]


def test_a_file_runs_beside_the_baseline(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    found = sanhai("run", "lanzhou", *FAST, "--scenario", str(path), "--json", cwd=tmp_path)
    manifest = json.loads(found.stdout)["manifest"]
    assert [one["name"] for one in manifest["scenarios"]] == ["baseline", "三孩补贴"]
    other = sanhai("run", "guizhou", "--scenario", str(path), cwd=tmp_path)
    assert other.returncode == 2


def test_the_example_of_the_file_format_is_itself_good(tmp_path: Path) -> None:
    assert set(tomllib.loads(EXAMPLE)) <= set(FIELDS)
    assert check_file(write(tmp_path, EXAMPLE)) == []
