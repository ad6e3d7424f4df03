"""Every planted error of tests/mutation still has its place: the list must not rot between its long runs."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "mutation"
MUTANTS = tomllib.loads((FOLDER / "mutants.toml").read_text(encoding="utf-8"))["mutant"]


@pytest.fixture(scope="module", autouse=True)
def anchors():
    sys.path.insert(0, str(FOLDER))
    yield __import__("anchors")
    sys.path.remove(str(FOLDER))


def test_every_planted_error_applies_once(anchors) -> None:
    lost = [
        (number, one["room"], one["in"], one["breaks"], len(found))
        for number, one in enumerate(MUTANTS, 1)
        if len(found := anchors.sites(ROOT, one["room"], one["in"], one["old"])) != 1
    ]
    assert lost == []


def test_an_error_is_found_whatever_the_line_breaks(anchors) -> None:
    text = "namespace {\n\nint twice(int x) {\n  return x\n         * 2;\n}\n\nint thrice(int x) { return x * 3; }\n}\n"
    ((start, end),) = anchors.bodies(text, "twice")
    assert anchors.pattern_of("x*2").search(text, start, end)
    assert not anchors.pattern_of("x * 3").search(text, start, end)
    assert [text[a:b] for a, b in anchors.bodies(text, "thrice")] == ["int thrice(int x) { return x * 3; }"]
    assert anchors.pattern_of("e0").search("me0") is None
