"""Output reaches every console: encodings that lack our characters, closed streams, closed pipes, full disks."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import sanhai as sh
from sanhai.cli import run_command
from sanhai.cli.streams import steady

PROGRAM = "from sanhai.cli import main; main()"
ENCODINGS = ["utf-8", "gbk", "gb2312", "cp1252", "ascii"]
QUICK = ("run", "榆中", "--years", "2021:2026", "--no-plot", "--scenario", "cost-reduction")


def environment(**more: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LC_MESSAGES", "LANG")}
    return {**plain, "PYTHONPATH": str(Path(sh.__file__).parents[1]), "LC_ALL": "C.UTF-8", **more}


def sanhai(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, capture_output=True, cwd=cwd, env=environment(**more), check=False)


def shell(line: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """A line of a shell, in which `sanhai` is the program."""
    program = f'sanhai() {{ "{sys.executable}" -c "{PROGRAM}" "$@"; }}; {line}'
    return subprocess.run(["bash", "-c", program], capture_output=True, cwd=cwd, env=environment(), check=False)


@dataclass(frozen=True)
class Shown:
    """What a command put on the streams of this process."""

    code: int
    output: bytes
    errors: bytes


def in_console(encoding: str, *arguments: str) -> Shown:
    """A command in this process, on streams of an encoding."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        steady()
        code = run_command(arguments)
        out.flush()
        err.flush()
    return Shown(code, out.buffer.getvalue(), err.buffer.getvalue())  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def usual(tmp_path_factory) -> dict[str, str]:
    """What a run prints on a console that has every character, by language."""
    where = tmp_path_factory.mktemp("usual")
    return {lang: sanhai(*QUICK, "--lang", lang, cwd=where).stdout.decode() for lang in ("zh", "en")}


@pytest.mark.parametrize(
    ("encoding", "lang"),
    [("utf-8", "en"), ("gbk", "zh"), ("gb2312", "zh"), ("cp1252", "zh"), ("cp1252", "en"), ("ascii", "zh")],
)
def test_a_run_is_whole_on_every_console(encoding, lang, usual, tmp_path):
    found = sanhai(*QUICK, "--lang", lang, cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert found.returncode == 0, found.stderr
    assert found.stderr == b""
    screen = found.stdout.decode(encoding)
    assert len(screen.splitlines()) == len(usual[lang].splitlines())
    assert (tmp_path / "results" / "manifest.json").exists()
    if encoding in ("utf-8", "gbk"):
        assert screen == usual[lang]
    else:
        assert "※" in screen or "#" in screen  # marks are told apart on every console
        assert "results.csv" in screen.splitlines()[-1]  # to the very end


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lists_and_help_reach_every_console(encoding, lang):
    for command in (("places",), ("policies",), ("policies", "--levers"), ("--help",), ("run", "--help")):
        found = in_console(encoding, *command, "--lang", lang)
        assert (found.code, found.errors) == (0, b"")
        assert len(found.output.decode(encoding).splitlines()) > 5


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_json_is_utf_8_on_every_console(encoding, tmp_path):
    found = sanhai(*QUICK, "--json", "--lang", "zh", cwd=tmp_path, PYTHONIOENCODING=encoding)
    content = json.loads(found.stdout.decode("utf-8"))
    assert any("榆中县没有收录自己的政策文件，适用兰州市的规定" in note for note in content["notes"])
    assert {row["place_name"] for row in content["rows"]} == {"榆中县", "中国"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_refusal_reaches_every_console(encoding):
    found = in_console(encoding, "run", "蘭州", "--lang", "zh")
    assert found.code == 2
    assert b"Traceback" not in found.errors
    assert found.errors.decode(encoding).strip()


def test_a_console_without_chinese_gets_english_unless_chinese_was_asked_for(monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert b"Bundled places" in in_console("ascii", "places").output
    assert b"Bundled places" not in in_console("ascii", "places", "--lang", "zh").output
    assert "内置地区" in in_console("gbk", "places").output.decode("gbk")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams_are_no_failure(closed, tmp_path):
    found = shell(f"sanhai {' '.join(QUICK)} {closed}", tmp_path)
    assert found.returncode == 0, found.stderr
    assert b"Traceback" not in found.stderr
    assert (tmp_path / "results" / "results.csv").stat().st_size > 10_000
    assert (tmp_path / "results" / "manifest.json").exists()


def test_a_refusal_with_closed_errors_keeps_its_code(tmp_path):
    assert shell("sanhai run atlantis 2>&-", tmp_path).returncode == 2


@pytest.mark.parametrize("command", [" ".join(QUICK), "policies --levers", "policies --json"])
def test_a_reader_who_leaves_early_is_no_failure(command, tmp_path):
    found = shell(f"set -o pipefail; sanhai {command} | head -c 1 > /dev/null", tmp_path)
    assert (found.returncode, found.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_the_output_is_said(tmp_path):
    found = shell("sanhai policies > /dev/full", tmp_path)
    assert found.returncode == 1
    assert found.stderr.startswith(b"the run failed")
    assert b"Traceback" not in found.stderr
