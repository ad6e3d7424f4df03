"""The table of words: both languages whole, nothing unused, nothing printed that stands elsewhere, every console."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import sanhai as sh
from sanhai.errors import words
from sanhai.show import words as said
from sanhai.show.words import WAYS, say, scale, scenario_name, word, years_said

ROOT = Path(str(files("sanhai")))
SOURCES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py"))}
GENERATOR = Path(__file__).resolve().parents[2] / "docs" / "_generate.py"
LANGS = {"zh", "en"}
# Groups of names that belong to things of other rooms: who has them says which there must be.
NAMES = {
    "scenario", "payer", "confidence", "component", "per", "carried", "status", "bound", "kind", "stock", "timing",
    "variable", "row_unit", "lever_unit", "part", "nature", "basis", "formula",
}  # fmt: skip
APART = {"error", "core", "scale", *NAMES}  # tested by themselves
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def pairs() -> Iterator[tuple[str, dict[str, str]]]:
    """Every sentence or name with its dotted key."""
    for group, table in words().items():
        if group in ("core", "scale", "error"):
            continue
        for name, entry in table.items():
            if set(entry) <= LANGS:
                yield f"{group}.{name}", entry
            else:
                yield from ((f"{group}.{name}.{part}", inner) for part, inner in entry.items())


def fields(template: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize(("key", "entry"), list(pairs()), ids=[key for key, _ in pairs()])
def test_both_languages_say_the_same(key, entry):
    assert set(entry) == LANGS
    zh, en = entry["zh"], entry["en"]
    assert {name for name, _ in fields(zh)} == {name for name, _ in fields(en)}
    for _, spec in fields(zh) | fields(en):
        assert spec in WAYS or re.fullmatch(r"(0?\d*d|g|\.\d[fg])?", spec), spec
    assert not CHINESE.search(en)


def everything() -> Iterator[str]:
    def inside(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for one in value.values():
                yield from inside(one)
        elif isinstance(value, list):
            for one in value:
                yield from inside(one)

    yield from inside(dict(words()))


def test_every_character_is_in_gbk():
    """Offices' consoles and programs: the dagger of old, the minus sign and the en dash's kin are not there."""
    for text in everything():
        text.encode("gbk")


def test_chinese_is_punctuated_in_chinese():
    """No half-width comma, semicolon, colon or bracket beside a Chinese character, but for marks and examples."""
    odd = re.compile(r"[\u4e00-\u9fff][,;()]|[,;()][\u4e00-\u9fff]")
    code = re.compile(r"[\w.]+\((?:[^()]|\([^()]*\))*\)|\{\{.*?\}\}|pip install '[^']*'")

    def is_odd(text: str) -> bool:
        return bool(odd.search(code.sub(" ", text)))

    found = {key: entry["zh"] for key, entry in pairs() if is_odd(entry["zh"]) and not key.startswith("formula.")}
    found |= {
        key: text
        for key, entry in words()["error"].items()
        for text in (part["zh"] for part in entry.values())
        if is_odd(text)
    }
    assert found == {}


# ---- nothing unused, nothing elsewhere ------------------------------------------------------------------------------


def literals() -> tuple[set[str], list[re.Pattern[str]]]:
    """Strings of the code, and f-strings as patterns."""
    plain: set[str] = set()
    made: list[re.Pattern[str]] = []
    more = [GENERATOR.read_text(encoding="utf-8")] if GENERATOR.is_file() else []
    for text in [*SOURCES.values(), *more]:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                plain.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(one.value) if isinstance(one, ast.Constant) else r"[\w.-]+" for one in node.values]
                made.append(re.compile("".join(str(part) for part in parts)))
    return plain, [one for one in made if re.search("[a-z]", one.pattern.replace(r"[\w.-]+", ""))]


def test_no_word_is_unused():
    plain, made = literals()

    def used(group: str, name: str) -> bool:
        keys = (f"{group}.{name}", name)
        return any(key in plain or any(one.fullmatch(key) for one in made) for key in keys)

    apart = APART if GENERATOR.is_file() else {*APART, "docs"}
    table = {(group, name) for group, names in words().items() if group not in apart for name in names}
    assert {f"{group}.{name}" for group, name in table if not used(group, name)} == set()


def test_every_note_of_a_run_has_words_and_every_word_of_a_note_its_run():
    """Rules that results make are those that show has a sentence for: `say(f"note.{rule}")` alone proves nothing."""
    from sanhai.show.notes import ASIDE, SHAPED

    def rules(text: str) -> Iterator[str]:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note":
                rule = next((one.value for one in node.keywords if one.arg == "rule"), node.args[0] if node.args else 0)
                if isinstance(rule, ast.Constant):
                    yield rule.value
                else:
                    assert "**" in ast.unparse(node), ast.unparse(node)  # a stored note made again

    made = {rule for text in SOURCES.values() for rule in rules(text)}
    sentences = set(words()["note"])
    assert made - {*ASIDE, *SHAPED} <= sentences
    assert {*ASIDE, *SHAPED} <= made
    # What the shapes choose among: sentences named where notes are put into words.
    chosen, patterns = set(), []
    for node in ast.walk(ast.parse(SOURCES["show/notes.py"])):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            chosen.add(node.value.removeprefix("note."))
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            start = node.values[0].value.removeprefix("note.")
            patterns += [re.compile(re.escape(start) + r"[\w.-]+")] if start else []
    assert {
        one
        for one in sentences - (made - set(SHAPED)) - chosen
        if not any(pattern.fullmatch(one) for pattern in patterns)
    } == set()


def test_groups_of_names_are_those_of_the_rooms_that_have_them():
    from typing import get_args

    from sanhai.policy import vocabulary
    from sanhai.policy.lookup import lever_table
    from sanhai.policy.paying import PAYERS
    from sanhai.results.info import CONFIDENCES, NATURES
    from sanhai.run.options import COMPONENTS, EVENTS
    from sanhai.units import VARIABLES

    known = words()
    assert list(known["payer"]) == list(PAYERS)
    assert list(known["component"]) == [*COMPONENTS, EVENTS]
    assert list(known["confidence"]) == list(CONFIDENCES)
    assert set(known["nature"]) == {*NATURES, "fitted"}
    assert set(known["variable"]) == set(VARIABLES)
    assert set(known["formula"]) <= set(VARIABLES)
    assert set(known["row_unit"]) == {one.unit for one in VARIABLES.values()}
    for group, alias in (
        ("status", "Status"),
        ("kind", "Kind"),
        ("bound", "AmountBound"),
        ("per", "Per"),
        ("stock", "Stock"),
        ("nursery_type", "NurseryType"),
    ):
        assert set(known[group]) == set(get_args(getattr(vocabulary, alias))), group
    assert set(known["lever_unit"]) == {one.unit for one in lever_table().values()} - {"text"}
    assert set(known["timing"]) == set(get_args(vocabulary.Timing))
    assert set(get_args(vocabulary.Carried)) <= set(known["carried"])


def docstrings_and_comments_left_out(text: str) -> Iterator[str]:
    tree = ast.parse(text)
    bodies = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    documents = {
        id(node.body[0].value) for node in bodies if node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value


# Characters that code looks for in what it reads, not words that it prints.
READS_CHINESE = {
    "cli/streams.py",
    "cli/values.py",
    "io/table.py",
    "places/ages.py",  # labels of sexes and units as people write them
    "places/catalogue.py",
    *(
        f"readers/{name}.py"
        for name in ("census_cn", "county_cn", "doc", "labels", "nbs", "od", "plausible", "register", "template_years")
    ),
    "readers/census_cn.py",
    "readers/county_cn.py",
    "readers/doc.py",
    "readers/labels.py",
    "readers/nbs.py",
    "readers/od.py",
    "readers/plausible.py",
    "readers/register.py",
    "readers/template.py",
    "readers/text.py",
    "readers/units.py",
    "readers/yearbook.py",
    "policy/scenario_file.py",
    "policy/toml_file.py",
    "show/layout.py",
}


def test_no_chinese_stands_in_code():
    found = {
        (name, one)
        for name, text in SOURCES.items()
        if name not in READS_CHINESE
        for one in docstrings_and_comments_left_out(text)
        if CHINESE.search(one)
    }
    assert found == set()


def test_no_code_branches_on_the_language():
    branch = re.compile(r"""if zh\b|\bzh if\b|== ["']zh["']|_pick\(""")
    allowed = {"errors.py"}  # which chooses the language itself
    found = {
        (name, line.strip())
        for name, text in SOURCES.items()
        if name not in allowed
        for line in text.splitlines()
        if branch.search(line)
    }
    # A place, an instrument or a lever has two names as data.
    data = re.compile(r"name_zh if lang == |\.zh if language\(\) == |name_zh if said == ")
    assert {one for one in found if not data.search(one[1])} == set()


# ---- how numbers and names are said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "zh", "en"),
    [
        ([2021, 2022, 2023, 2025], "2021—2023、2025年", "2021-2023, 2025"),
        ([2024], "2024年", "2024"),
        ([], "无", "none"),
    ],
)
def test_years(years, zh, en):
    assert (years_said(years, "zh"), years_said(years, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("way", "value", "zh", "en"),
    [
        ("people", 2.0e6, "200万人", "2.0 million persons"),
        ("people", 812.0, "812人", "812 persons"),
        ("yuan", 1.02146e11, "1,021.5亿元", "102.15 billion yuan"),
        ("yuan", 3600.0, "3,600元", "3,600 yuan"),
        ("share", 0.8, "80%", "80 %"),
        ("share2", 0.0015, "0.15%", "0.15 %"),
        ("date", "2020-11-01", "2020年11月1日", "2020-11-01"),
        ("date", "2024-03", "2024年3月", "2024-03"),
        ("date", "2025", "2025年", "2025"),
        ("date", "spring 2025", "spring 2025", "spring 2025"),
        ("scenarios", ["baseline", "own"], "现行政策、own", "current policy, own"),
        ("components", [], "无", "none"),
        ("n", 1234567.4, "1,234,567", "1,234,567"),
    ],
)
def test_ways_of_showing_a_field(way, value, zh, en):
    assert (WAYS[way](value, "zh"), WAYS[way](value, "en")) == (zh, en)


def test_scales_choose_the_unit_by_size():
    assert scale("money", 2.5e8, "zh").show(2.5e8) == "25,000"
    assert scale("money", 1.1397e11, "zh").show(1.1397e11) == "1,139.7"
    assert scale("money", 2.5e8, "en").show(2.5e8) == "250.0"
    assert scale("people", 4.4e6, "zh").name == "万人"


def test_names_keep_what_users_type_beside_them():
    assert scenario_name("zero-migration", "zh", full=True) == "无净迁移 [zero-migration]"
    assert scenario_name("三孩补贴", "en", full=True) == "三孩补贴"
    assert word("payer", "nobody", "en") == "nobody"


def test_the_language_is_the_one_set_last():
    sh.set_language("zh")
    try:
        assert say("text.notes") == "说明"
        with said_in("en"):
            assert say("text.notes") == "Notes"
        assert say("text.notes") == "说明"
    finally:
        sh.set_language(None)


def said_in(lang: str):
    from sanhai.errors import speaking

    return speaking(lang)


def test_the_module_has_what_it_exports():
    assert all(hasattr(said, name) for name in said.__all__)
