"""Scenario files: hostile ones end in a message with a place in the file, quickly; what `check` passes can be run."""

from __future__ import annotations

import os
import pickle
import socket
import time
import tracemalloc
from pathlib import Path

import pytest

import sanhai as sh
from sanhai.policy.checks import require_complete
from sanhai.policy.scenario_file import ScenarioFileError, check_file, read_scenario

HEAD = 'place = "lanzhou"\nname = "x"\n[settings]\n'
CASH = "subsidy.child3.yuan_per_month"


def problems(folder: Path, text: str | bytes):
    path = folder / "one.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return check_file(path)


def quickly(call):
    """The result of a call that must end within a second and 32 MB."""
    tracemalloc.start()
    started = time.perf_counter()
    found = call()
    elapsed, peak = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert elapsed < 10.0  # tracing slows a call several times
    assert peak < 32e6
    return found


# ---- what is no file ------------------------------------------------------------------------------------------------


def test_devices_pipes_sockets_and_folders_are_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "socket"))
        for path in (Path("/dev/zero"), tmp_path / "pipe", tmp_path / "socket", tmp_path, tmp_path / "absent"):
            (problem,) = quickly(lambda path=path: check_file(path))
            assert problem.field == "(file)"
            assert problem.allowed
            with pytest.raises(ScenarioFileError):
                read_scenario(path)


def test_a_path_that_cannot_be(tmp_path):
    (problem,) = check_file(Path("a\x00b"))
    assert problem.field == "(file)"
    (problem,) = check_file(tmp_path / "\x1b[31m.toml")
    assert "\x1b" not in str(problem)


# ---- hostile text ---------------------------------------------------------------------------------------------------

HOSTILE = [
    ("too large", "#" * 100_001, None),
    ("a long line", HEAD + "a = " + "[" * 90_000, 4),
    ("brackets", HEAD + "a = " + "[" * 1_900, None),
    ("brackets over lines", HEAD + "a = " + "[\n" * 45_000, None),
    ("tables in tables", HEAD + "a = " + "{ b = " * 300, None),
    ("deep keys", HEAD + "\n".join(f"a{i}." + ".".join(["a"] * 900) + " = 1" for i in range(45)), 4),
    ("deep keys with blanks and quotes", HEAD + " . ".join(["'a'"] * 300) + " = 1", 4),
    ("deep headers", "[" + ".".join(["a"] * 900) + "]\n", 1),
    ("deep tables", HEAD + "".join(f"[settings.{'.'.join('a' * n)}]\n" for n in range(1, 12)) + "b = 1\n", None),
    ("quotes that do not close", HEAD + ("a = " + '"' + '\\"' * 900 + "\n") * 40, None),
    ("digits", HEAD + f'"{CASH}" = ' + "9" * 1_900, 4),
    ("hexadecimal digits", HEAD + f'"{CASH}" = 0x' + "f" * 1_900, 4),
    ("an exponent", HEAD + f'"{CASH}" = 1e999999', 4),
    ("many levers", HEAD + "\n".join(f"a{i} = 1" for i in range(9_000)), 4),
    ("many fields", "\n".join(f"a{i} = 1" for i in range(9_000)), 1),
    ("many dates", HEAD + f'"{CASH}" = [' + "{from=2030,value=1},\n" * 4_300 + "]", 4),
    ("many texts", 'place = "lanzhou"\nname = "x"\nwithout = [' + '"a",\n' * 18_000 + "]", 3),
    ("a long name", 'place = "lanzhou"\nname = "' + "a" * 1_900 + '"', 2),
    ("not closed", HEAD + 'a = """' + "x\n" * 45_000, None),
    ("nul", "place = \"lanzhou\"\nname = \"a\\u0000b\"", 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_hostile_text_ends_quickly_with_a_message(tmp_path, text, line):
    found = quickly(lambda: problems(tmp_path, text))
    assert 1 <= len(found) <= 50
    assert all(len(str(problem)) < 2_000 and str(problem).isprintable() for problem in found)
    if line is not None:
        assert line in {problem.line for problem in found}


@pytest.mark.parametrize(
    ("text", "line", "column", "mark"),
    [
        ('place = “lanzhou”\nname = "x"\n', 1, 9, "“"),
        ('place = "lanzhou"\nname ＝ "x"\n', 2, 6, "＝"),
        ('place = "lanzhou"\nname = "x"\npacks = ["lanzhou-2023"，"nhc-2021"]\n', 3, 24, "，"),
        (HEAD + f'"{CASH}" = {{ from ＝ 2027, value = 500 }}\n', 4, 42, "＝"),
        (HEAD + f'"{CASH}" = ５００\n', 4, 35, "５"),
        ('place = "兰州，甘肃"\nname = 【x】\n', 2, 8, "【"),
        ('# 注：说明\nplace = "lanzhou"\nname = "x"、\n', 3, 11, "、"),
    ],
)
def test_chinese_and_full_width_marks_are_named_by_line_and_column(tmp_path, text, line, column, mark):
    (problem,) = problems(tmp_path, text)
    assert (problem.line, problem.column) == (line, column)
    assert problem.got.startswith(mark)
    assert str(problem).startswith(f"{tmp_path / 'one.toml'}:{line}:{column}: ")


def test_marks_inside_texts_are_nobodys_business(tmp_path):
    text = 'place = "兰州" # ，。：\nname = "补贴“五百”，２０２７"\n[settings]\n' + f'"{CASH}" = 500\n'
    assert problems(tmp_path, text) == []


def test_a_lever_given_twice_is_refused(tmp_path):
    (problem,) = problems(tmp_path, HEAD + f'"{CASH}" = 500\n{CASH} = 600\n')
    assert (problem.field, problem.line) == (CASH, 4)
    assert "twice" in problem.got
    (problem,) = problems(tmp_path, 'name = "a"\nname = "b"\nplace = "lanzhou"\n')
    assert problem.line == 2
    (problem,) = problems(tmp_path, HEAD + f'"{CASH}" = [{{ from = 2027, value = 1 }}, {{ from = 2027, value = 2 }}]')
    assert (problem.field, problem.line) == (CASH, 4)
    assert "2027" in problem.got


@pytest.mark.parametrize("name", ["a\\nb", "a\\u001b[31mb", "a\\u202eb", "a\\u200bb", " a", "", "a" * 81, "\\ufeffa"])
def test_names_are_one_short_printable_line(tmp_path, name):
    for field in ("name", "note_zh"):
        given = name if field == "name" or len(name) <= 80 else "a" * 501
        fields = {"name": "x", field: given}
        text = 'place = "lanzhou"\n' + "".join(f'{key} = "{value}"\n' for key, value in fields.items())
        (problem,) = problems(tmp_path, text)
        assert (problem.field, problem.line) == (field, 2 if field == "name" else 3)
        assert str(problem).isprintable()


# ---- check and run agree --------------------------------------------------------------------------------------------

REFUSED = [
    ("shares of 0.5", f'{HEAD}payer.local.city = 0.5\n', "payer.local", 4),
    ("shares of different dates",
     f'{HEAD}payer.local.city = 0.5\npayer.local.county = {{ from = 2030, value = 0.5 }}\n', "payer.local", 4),
    ("a belief", f'{HEAD}"response.D1" = 0.1\n', "response.D1", 4),
    ("a count", f'{HEAD}recipients."lanzhou-2023/art-62/bereaved" = 900\n', None, 4),
    ("a shipped name", 'place = "lanzhou"\nname = "baseline"\n[settings]\n"migration.mode" = "zero"\n', "name", 2),
    ("a shipped name in another place", 'name = "cost-reduction"\nplace = "gansu"\n', "name", 1),
    ("what nothing computes", f'{HEAD}leave.daily_wage_yuan = 260\n', None, 4),
    ("another place's lever", f'{HEAD}guizhou.insurance.medical_yuan_per_birth = 1\n', None, 4),
    ("a document not in use", 'place="zhangye"\nname="x"\n[settings]\nganzhou.service.maternal_yuan_per_birth = 1\n',
     None, 4),
    ("a lever of what is out", 'place = "lanzhou"\nname = "x"\nwithout = ["national/child-allowance"]\n[settings]\n'
     "subsidy.national.take_up = 0.5\n", None, 5),
    ("closures of no stock", f'{HEAD}[beliefs]\nnursery.closure_rate = 0.05\n', "nursery.closure_rate", 5),
    ("a belief among the settings", f'{HEAD}nursery.stock_per_1000 = 3\n', "nursery.stock_per_1000", 4),
    ("beliefs that are no table", f'beliefs = 3\n{HEAD}"migration.mode" = "zero"\n', "beliefs", 1),
    ("a due year without a plan", f'{HEAD}nursery.plan_to = 2030\n[beliefs]\nnursery.stock_per_1000 = 3\n',
     "nursery.plan_to", 4),
    ("a past date", f'{HEAD}"{CASH}" = {{ from = 2022, value = 500 }}\n', CASH, 4),
    ("a date of a fixed lever", f'{HEAD}"migration.on_negative" = {{ from = 2030, value = "cap" }}\n', None, 4),
    ("two states", f'{HEAD}[beliefs]\nnursery.stock_per_1000 = [{{ from = 2027, value = 3 }}, '
     "{ from = 2030, value = 4 }]\n", None, 5),
    ("a flag that is none", 'place = "lanzhou"\nname = "x"\ncounterfactual = 1\n', "counterfactual", 3),
]  # fmt: skip


@pytest.mark.parametrize(("text", "field", "line"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_run_is_refused_by_the_check(tmp_path, text, field, line):
    (problem,) = problems(tmp_path, text)
    assert problem.line == line
    assert field in (None, problem.field)
    assert problem.allowed
    assert problem.remedy


def test_a_past_date_may_be_meant(tmp_path):
    text = (
        f'place = "lanzhou"\nname = "x"\ncounterfactual = true\n[settings]\n"{CASH}" = {{ from = 2022, value = 500 }}\n'
    )
    assert problems(tmp_path, text) == []
    assert read_scenario(tmp_path / "one.toml").counterfactual_from == 2022


def test_python_refuses_what_the_check_refuses(complains):
    """The same faults when a scenario is made without a file: `vary` finds some, a finished one the rest."""
    base = sh.scenario("baseline", "lanzhou")
    unfinished = base.vary("x", {"payer.local.city": 0.5})
    complains(lambda: require_complete(unfinished), "payer.local", "0.5", kind=sh.ConfigError)
    complains(lambda: sh.compare([base, unfinished], (2021, 2026)), "payer.local", kind=sh.ConfigError)
    other = base.vary("baseline", {"migration.mode": "zero"})
    complains(lambda: sh.compare([other], (2021, 2026)), "'baseline'", kind=sh.ConfigError)
    require_complete(base.vary("baseline", {"migration.on_negative": "cap"}))
    for name in ("baseline", "zero-migration", "no-allowance", "cost-reduction"):
        require_complete(sh.scenario(name, "lanzhou"))


def test_errors_of_files_can_be_sent_between_processes(tmp_path):
    path = tmp_path / "one.toml"
    path.write_text("nam = 1\n", encoding="utf-8")
    with pytest.raises(ScenarioFileError) as caught:
        read_scenario(path)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
