"""Every sentence that the C++ core may put into a message has its Chinese.

The sources are read for strings: literals joined by +, {} for what stands between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sanhai as sh
from sanhai import errors

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
THROWS = re.compile(r"(?:message|refuse|fail\w*|require\w*)\(")
WORDS = re.compile(r"[A-Za-z,;:)}] [A-Za-z0-9({\[<>=]")  # more than an identifier
WRAPPER = "std::string("


def _code(text: str) -> str:
    """Without preprocessor lines and comments."""
    out = []
    for line in re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE).split("\n"):
        quoted = False
        for at, one in enumerate(line):
            quoted ^= one == '"' and line[at - 1 : at] != "\\"
            if not quoted and line[at : at + 2] == "//":
                line = line[:at]
                break
        out.append(line)
    return "\n".join(out)


def _space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _operand(text: str, at: int) -> int:
    """Where an operand of + ends."""
    depth = 0
    while at < len(text):
        one = text[at]
        literal = LITERAL.match(text, at)
        if literal:
            at = literal.end()
            continue
        if one in "([{":
            depth += 1
        elif one in ")]}":
            if depth == 0:
                break
            depth -= 1
        elif depth == 0 and one in "+,;?:" and "::" not in (text[at : at + 2], text[at - 1 : at + 1]):
            break
        at += 1
    return at


def templates(text: str) -> Iterator[str]:
    """Every string expression of a source file."""
    text = _code(text)
    at = 0
    while first := LITERAL.search(text, at):
        before = text[: first.start()].rstrip()
        said = ("{}" if before.endswith("+") else "") + first.group(1)
        at = first.end()
        while True:
            after = _space(text, at)
            if before.endswith(WRAPPER) and text[after : after + 1] == ")":
                after = _space(text, after + 1)
            plus = text[after : after + 1] == "+"
            after = _space(text, after + 1) if plus else after
            literal = LITERAL.match(text, after)
            if literal:
                said, at = said + literal.group(1), literal.end()
            elif plus:
                said, at = said + "{}", _operand(text, after)
            else:
                break
        yield said.replace('\\"', '"')


def sentences(root: Path) -> Iterator[tuple[str, str]]:
    """(file, string) of more than one word that the core may put into a message; docstrings of bindings are not."""
    for path in sorted(root.rglob("*.[ch]pp")):
        if "bench" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if "bindings" in path.parts:
            parts = [(part, THROWS.search(part)) for part in _code(text).split(";")]
            text = ";\n".join(part[found.start() :] for part, found in parts if found)
        for one in templates(text):
            if WORDS.search(one) and one[0] not in ":;":  # those join the parts of a message
                yield path.name, one.strip()


# ---- the table ------------------------------------------------------------------------------------------------------

CORE = Path(__file__).resolve().parents[2] / "cpp"
IDENTIFIER = re.compile(r"[A-Za-z_0-9.]+|.?")
TABLE = errors.words()["core"]
UNITS = errors.words()["row_unit"]  # of the table of indicators, which no message prints
FILLED = [
    re.compile("(.*?)".join(re.escape(piece) for piece in english.split("{}")))
    for english in sorted(TABLE, key=len, reverse=True)
    if "{}" in english
]


def translated(text: str) -> bool:
    """Whether the table has a string, whole, filled, or piece by piece between commas."""
    text = text.strip()
    if text in TABLE or IDENTIFIER.fullmatch(text) or not re.search("[A-Za-z]{2}", text):
        return True
    for pattern in FILLED:
        match = pattern.fullmatch(text)
        if match and all(translated(one) for one in match.groups()):
            return True
    return ", " in text and all(translated(piece) for piece in text.split(", "))


@pytest.mark.skipif(not CORE.is_dir(), reason="the core's sources are not beside the tests")
def test_every_sentence_of_the_core_has_its_chinese():
    found = list(sentences(CORE))
    assert len(found) > 500
    said = {(file, text) for file, text in found if not (file == "indicators.hpp" and text in UNITS)}
    assert {(file, text) for file, text in said if not translated(text)} == set()


def test_the_scan_of_the_core_can_fail():
    source = 'throw core::DomainError(core::message({.allowed = "at most " + core::text(x) + " purple cows"}));'
    assert list(templates(source)) == ["at most {} purple cows"]
    assert not translated("at most {} purple cows")
    assert translated("at most {} years")


@pytest.fixture
def chinese():
    sh.set_language("zh")
    yield
    sh.set_language(None)


def test_messages_of_the_core_are_said_in_chinese(chinese):
    error = sh.DomainError(
        "Sx: place 620100, year 2024, male, age 3: got 1.2; allowed [0, 1]; "
        "remedy: survivorship is a share; check the death rates it came from"
    )
    assert str(error) == ("Sx：地区620100，2024年，男，3岁：填写1.2；允许[0, 1]；改法：存活率是比例；检查来源的死亡率")
    assert error.where == "地区620100，2024年，男，3岁"
