"""Errors as data: words in the language of the moment, every key complete in both, every core message translated."""

from __future__ import annotations

import copy
import pickle
import re
import string
from importlib.resources import files
from pathlib import Path

import pytest

import sanhai as sh
from sanhai import errors

PARTS = ("what", "allowed", "remedy")
OPTIONAL = ("where", "got", "remedy_cli")
CATALOGUE = errors.words()["error"]
SOURCES = sorted(Path(str(files("sanhai"))).rglob("*.py"))
REFUSAL = re.compile(r'\brefuse\(\s*[\w.]+,\s*"([^"]+)"')


def unknown_lever():
    return errors.refuse(sh.ConfigError, "lever.unknown", got="subsidy.child", near=("a.b", "c.d"))


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_an_error_is_printed_in_the_language_of_the_moment():
    error = unknown_lever()
    assert str(error) == (
        "lever: got 'subsidy.child'; allowed a path of the lever table; "
        "remedy: did you mean a.b, c.d? `sanhai policies --levers` lists them"
    )
    sh.set_language("zh")
    assert str(error) == (
        "没有这个参数：填写“subsidy.child”；允许参数表中的名称；"
        "改法：是否指a.b、c.d？用 `sanhai policies --levers` 查看全部参数"
    )
    assert error.remedy.startswith("是否指")


@pytest.mark.parametrize("kind", [sh.Error, sh.ConfigError, sh.DomainError, sh.ShapeError, sh.AccountingError])
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_errors_travel(kind, again):
    error = errors.refuse(kind, "lever.unknown", got=3, where="place 620100", near=["a"])
    other = again(error)
    assert type(other) is kind
    assert (other.key, other.values, str(other)) == (error.key, error.values, str(error))
    core = again(kind("Sx: year 2024: got 2; allowed [0, 1]; remedy: check"))
    assert str(core) == "Sx: year 2024: got 2; allowed [0, 1]; remedy: check"


def test_a_file_error_is_an_os_error():
    error = errors.refuse(sh.FileError, "lever.unknown", got="x")
    assert isinstance(error, OSError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_values_of_users_stay_on_one_line():
    error = errors.refuse(sh.ConfigError, "lever.unknown", got="a\nb\x1b[31m\u202e" + "x" * 5000)
    assert str(error).isprintable()
    assert len(str(error)) < 300


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "en_GB", "LANG": "zh_CN"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "C"}, "zh"),
        ({"LANG": "zh_CN.GBK"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_locale_chooses_the_language(names, expected, monkeypatch):
    sh.set_language(None)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert errors.language() == expected


def test_another_language_is_refused():
    with pytest.raises(sh.ConfigError, match="allowed zh or en"):
        sh.set_language("fr")
    assert errors.language() == "en"


# ---- the catalogue --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_message_is_whole_in_both_languages(key):
    entry = CATALOGUE[key]
    assert set(PARTS) <= set(entry) <= {*PARTS, *OPTIONAL}
    for part in entry.values():
        assert set(part) == {"zh", "en"}
        assert all(text.strip() for text in part.values())
        assert fields(part["zh"]) == fields(part["en"])


def test_every_refusal_has_its_message_and_every_message_its_refusal():
    used = {key for path in SOURCES for key in REFUSAL.findall(path.read_text(encoding="utf-8"))}
    assert used <= set(CATALOGUE)
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    assert [key for key in CATALOGUE if f'"{key}"' not in text] == []
