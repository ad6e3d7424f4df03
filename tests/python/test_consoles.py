"""Output reaches every console: encodings that lack our characters, closed streams, closed pipes, full disks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sanhai as sh

PROGRAM = "from sanhai.cli import main; main()"
ENCODINGS = ["utf-8", "gbk", "gb2312", "cp1252", "ascii"]
QUICK = ("run", "lanzhou", "--years", "2021:2026", "--no-plot")


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


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_run_is_whole_on_every_console(encoding, lang, tmp_path):
    found = sanhai(*QUICK, "--lang", lang, cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert found.returncode == 0, found.stderr
    assert found.stderr == b""
    screen = found.stdout.decode(encoding)
    usual = sanhai(*QUICK, "--lang", lang, cwd=tmp_path).stdout.decode()
    assert len(screen.splitlines()) == len(usual.splitlines())
    assert screen.splitlines()[-3].split()[-1] == usual.splitlines()[-3].split()[-1]  # the run's id, to the very end
    assert (tmp_path / "results" / "manifest.json").exists()
    if encoding in ("utf-8", "gbk"):
        assert screen == usual
    if encoding in ("gb2312", "cp1252", "ascii"):
        assert "※" in screen or "#" in screen  # marks are told apart on every console


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "arguments", [("places",), ("policies",), ("policies", "--levers"), ("--help",), ("run", "--help")]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lists_and_help_reach_every_console(arguments, encoding, lang, tmp_path):
    found = sanhai(*arguments, "--lang", lang, cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert (found.returncode, found.stderr) == (0, b"")
    assert len(found.stdout.decode(encoding).splitlines()) > 5


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_utf_8_on_every_console(encoding, tmp_path):
    found = sanhai(*QUICK, "--json", "--lang", "zh", cwd=tmp_path, PYTHONIOENCODING=encoding)
    content = json.loads(found.stdout.decode("utf-8"))
    assert any("兰州" in note for note in content["notes"])
    assert {row["place_name"] for row in content["rows"]} >= {"兰州市", "榆中县"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_refusal_reaches_every_console(encoding, tmp_path):
    found = sanhai("run", "蘭州", "--lang", "zh", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert found.returncode == 2
    assert b"Traceback" not in found.stderr
    assert found.stderr.decode(encoding).strip()


def test_a_console_without_chinese_gets_english_unless_chinese_was_asked_for(tmp_path):
    found = sanhai("places", cwd=tmp_path, PYTHONIOENCODING="ascii", LC_ALL="zh_CN.UTF-8")
    assert b"Bundled places" in found.stdout
    asked = sanhai("places", "--lang", "zh", cwd=tmp_path, PYTHONIOENCODING="ascii", LC_ALL="zh_CN.UTF-8")
    assert b"Bundled places" not in asked.stdout
    usual = sanhai("places", cwd=tmp_path, LC_ALL="zh_CN.UTF-8", PYTHONIOENCODING="gbk")
    assert "内置地区" in usual.stdout.decode("gbk")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams_are_no_failure(closed, tmp_path):
    found = shell(f"sanhai {' '.join(QUICK)} {closed}", tmp_path)
    assert found.returncode == 0, found.stderr
    assert b"Traceback" not in found.stderr
    assert (tmp_path / "results" / "results.csv").stat().st_size > 10_000
    assert (tmp_path / "results" / "manifest.json").exists()


def test_a_refusal_with_closed_errors_keeps_its_code(tmp_path):
    assert shell("sanhai run atlantis 2>&-", tmp_path).returncode == 2


@pytest.mark.parametrize("command", [" ".join(QUICK), "policies", "policies --levers", "policies --json"])
def test_a_reader_who_leaves_early_is_no_failure(command, tmp_path):
    found = shell(f"set -o pipefail; sanhai {command} | head -c 1 > /dev/null", tmp_path)
    assert (found.returncode, found.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_the_output_is_said(tmp_path):
    found = shell("sanhai policies > /dev/full", tmp_path)
    assert found.returncode == 1
    assert found.stderr.startswith(b"the run failed")
    assert b"Traceback" not in found.stderr
