"""What the product tells of itself: find, doc and cite, in both languages, from Python and from the shell."""

import json

import pytest

import sanhai as sh
from sanhai.cli.app import run_command
from sanhai.policy.lookup import instruments, lever_table
from sanhai.units import VARIABLES


def test_find_looks_in_ids_and_in_names_of_both_languages():
    assert {row[1] for row in sh.find("抚养比").rows} == {"tdr", "oadr"}
    assert {row[1] for row in sh.find("Dependency RATIO").rows} == {"tdr", "oadr"}
    assert sh.find("births").rows[0][1] == "births"  # what is called so stands first
    kinds = [row[0] for row in sh.find("补贴").rows]
    assert {"lever", "instrument"} <= set(kinds)


def test_everything_has_a_page_in_both_languages():
    names = [*VARIABLES, *lever_table(), *(row.full_id for row in instruments())]
    for name in names:
        page = sh.doc(name)
        assert page.id == name
        for lang in ("zh", "en"):
            lines = page.lines(lang)
            assert name in lines[0]
            assert len(lines) > 1
            assert "{" not in "".join(lines)


def test_a_page_says_unit_bounds_and_basis():
    text = "\n".join(sh.doc("response.eps").lines("en"))
    assert "default 1.07" in text
    assert "0 to 10" in text
    assert lever_table()["response.eps"].basis in text
    assert sh.doc("人均预期寿命").id == "e0"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("call", "got", "key"), [
    (sh.doc, "抚养比", "find.several"),
    (sh.doc, "nothing of the kind", "find.nothing"),
    (sh.find, "nothing of the kind", "find.nothing"),
    (sh.find, "  ", "find.text"),
    (sh.find, 5, "find.text"),
    (sh.doc, None, "find.text"),
])  # fmt: skip
def test_refusals(call, got, key, language):
    sh.set_language(language)
    with pytest.raises(sh.ConfigError) as caught:
        call(got)
    assert caught.value.key == key
    assert "{" not in str(caught.value)


def test_the_shell_prints_the_same(capsys):
    assert run_command(["doc", "tfr", "--lang", "en"]) == 0
    assert capsys.readouterr().out.split("\n")[0] == sh.doc("tfr").lines("en")[0]
    assert run_command(["find", "抚养比", "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == ["tdr", "oadr"]
    assert run_command(["doc", "抚养比"]) == 2
    assert "tdr" in capsys.readouterr().err


def test_cite_names_the_version():
    assert sh.__version__ in sh.cite()
