"""Odd calls of everything public: each is refused by name, in both languages, or right; nothing is silently wrong."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

import sanhai as sh
from odd import own, reading, running, storing, values
from odd.cases import Odd
from odd.storing import LINES
from odd.world import World
from sanhai.cli import run_command

CALLS = tuple(odd for room in (values, own, running, reading, storing) for odd in room.calls())
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\u202a-\u202e]")
CJK = re.compile("[\u4e00-\u9fff]")
SENTENCE = re.compile(r"(?<![\w.`])[a-z]+(?: [a-z]+){3,}")  # four English words in a row
EVERY = 4  # of how many calls one is made again in Chinese


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    return World(tmp_path_factory.mktemp("odd"))


def whole(error: sh.Error) -> str:
    """The message, when nothing of it is empty."""
    text = str(error)
    assert error.what
    assert error.allowed
    assert error.remedy
    assert text.replace("\n", "").isprintable(), text
    return text


@pytest.mark.parametrize("odd", CALLS, ids=lambda odd: odd.name)
def test_an_odd_call_is_refused_by_name_or_right(odd: Odd, world: World):
    if odd.is_right is not None:
        found = odd.call(world)
        assert odd.is_right(found, world), repr(found)
        return
    with pytest.raises(odd.kind) as caught:
        odd.call(world)
    text = whole(caught.value)
    plain = text.replace(",", "")
    for said in odd.said:
        assert said in text or said.replace(",", "") in plain, f"{said!r} is not in: {text}"


@pytest.mark.parametrize("odd", [odd for odd in CALLS if odd.is_right is None][::EVERY], ids=lambda odd: odd.name)
def test_a_refusal_speaks_chinese(odd: Odd, world: World):
    sh.set_language("zh")
    with pytest.raises(odd.kind) as caught:
        odd.call(world)
    text = whole(caught.value)
    assert CJK.search(text)
    assert not SENTENCE.search(f"{caught.value.what}；{caught.value.allowed}；{caught.value.remedy}"), text


@pytest.mark.parametrize(("line", "said"), LINES, ids=[ascii(line) for line, _ in LINES])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_odd_command_line_is_bad_input(line: str, said: str, lang: str, world: World, capsys, monkeypatch):
    world.file("empty.toml")
    world.file("binary.toml", bytes(range(256)))
    world.fifo()
    monkeypatch.chdir(world.empty("here"))
    monkeypatch.setenv("LC_ALL", f"{lang}.UTF-8")
    code = run_command(shlex.split(line.format(folder=world.folder)))
    shown = capsys.readouterr()
    assert (code, shown.out) == (2, "")
    assert "Traceback" not in shown.err
    assert not CONTROL.search(shown.err)
    assert said in shown.err if lang == "en" else CJK.search(shown.err)
    assert not list(Path.cwd().iterdir())


def test_there_are_enough_odd_calls_and_none_twice():
    twice = [name for name, n in Counter(odd.name for odd in CALLS).items() if n > 1]
    assert not twice
    assert len(CALLS) >= 330


def test_a_list_in_a_cell_of_rates_is_refused_in_both_languages(world: World):
    lists = [odd for odd in CALLS if odd.name == "from_table(sex ['620702'])"]
    said = {}
    for lang in ("en", "zh"):
        sh.set_language(lang)
        with pytest.raises(sh.ShapeError) as caught:
            lists[0].call(world)
        said[lang] = whole(caught.value)
    assert "one label a cell" in said["en"]
    assert "每格一个标签" in said["zh"]
    assert all("['620702']" in text for text in said.values())
