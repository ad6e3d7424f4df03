"""A user's own policy document on the command line, and the template that it starts from."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

import sanhai as sh
from sanhai.io.policy_template import policy_template
from sanhai.policy.pack_file import is_pack
from test_cli import invoke
from test_own_packs import GRANT, written

FAST = ["--years", "2024:2030", "--json"]
SCENARIO = 'place = "620123"\nname = "x"\npacks = ["yuzhong-grant"]\n[settings]\n"yuzhong.third_yuan" = 5000\n'


def bare(text: str) -> list[str]:
    """The lines of a template without what explains them."""
    lines = [re.sub(r"\s*#.*", "", line) for line in text.splitlines()]
    return [line for line in lines if line.strip()]


def filled(lang: str) -> str:
    """The template of Yuzhong as somebody fills it in."""
    text = policy_template(sh.place("620123"), lang)
    for value in ("my-grant", "grant"):
        text = text.replace('\nid = ""', f'\nid = "{value}"', 1)
    for number in ("2000", "3000"):
        text = text.replace('yuan = ""', f"yuan = {number}", 1)
    text = text.replace('city = "", county = ""', "city = 0.4, county = 0.6")
    return text.replace('valid_from = ""', "valid_from = 2027-01-01").replace('= ""', '= "text"')


# ---- the template ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_template_that_is_filled_in_passes_and_runs(tmp_path: Path, lang: str) -> None:
    found = sh.policy.load(written(tmp_path, filled(lang)))
    assert found.pack.place == "620123"
    base = sh.scenario("baseline", "620123")
    result = sh.compare([base, base.use(found, "x")], (2024, 2028))
    assert result.frame[result.frame.instrument == "my-grant/grant"].value.max() > 0.0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_template_names_every_line_to_fill_in(tmp_path: Path, lang: str) -> None:
    text = policy_template(None, lang)
    path = written(tmp_path, text)
    done = invoke(["check", str(path), "--json", "--lang", lang])
    assert done.exit_code == 2
    lines = {number for number, line in enumerate(text.splitlines(), 1) if '""' in line.partition("#")[0]}
    empty_is_allowed = {number for number, line in enumerate(text.splitlines(), 1) if line.startswith("article")}
    assert {row["line"] for row in json.loads(done.stdout)} == lines - empty_is_allowed


def test_its_examples_pass_when_they_are_taken_in(tmp_path: Path) -> None:
    """What stands behind # as an example is good TOML too, and the same in both languages."""
    texts = {}
    for lang in ("zh", "en"):
        text = filled(lang)
        start = text.index("# [[instruments.components]]")
        texts[lang] = text[:start] + re.sub(r"(?m)^# ?", "", text[start:])
        found = sh.policy.load(written(tmp_path, texts[lang], f"{lang}.toml"))
        assert [one.id for one in found.pack.instruments[0].components] == ["birth", "month"]
        assert [one.path for one in found.pack.instruments[0].levers] == ["mycounty.month_yuan"]
    assert bare(texts["zh"]) == bare(texts["en"])


def test_the_command_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "grant.toml"
    done = invoke(["template", str(path), "--place", "榆中县", "--lang", "zh"])
    assert done.exit_code == 0, done.stderr
    assert f"sanhai check {path}" in done.stdout
    assert path.read_text(encoding="utf-8") == policy_template(sh.place("620123"), "zh")
    assert invoke(["template", str(path)]).exit_code == 2
    other = tmp_path / "grant.txt"
    assert invoke(["template", str(other), "--policy", "--lang", "en"]).exit_code == 0
    assert other.read_text(encoding="utf-8") == policy_template(None, "en")


# ---- check, lists ---------------------------------------------------------------------------------------------------


def test_check_tells_a_document_from_a_scenario(tmp_path: Path) -> None:
    good, bad = written(tmp_path, GRANT), written(tmp_path, GRANT.replace('"draft"', '"plan"'), "bad.toml")
    scenario = written(tmp_path, SCENARIO, "scenario.toml")
    assert (is_pack(good), is_pack(bad), is_pack(scenario), is_pack(tmp_path)) == (True, True, False, False)
    assert invoke(["check", str(good)]).exit_code == 0
    done = invoke(["check", str(bad), "--lang", "zh"])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"{bad}:13：政策文件：政策工具grant，status：填写“plan”；允许in_force、")
    assert invoke(["check", str(scenario)]).exit_code == 2
    assert invoke(["check", str(scenario), "--pack", str(good)]).exit_code == 0
    assert invoke(["check", str(scenario), "--pack", str(bad)]).exit_code == 2


def test_lists_show_what_a_document_holds(tmp_path: Path) -> None:
    path = str(written(tmp_path, GRANT))
    covered = json.loads(invoke(["policies", "--pack", path, "--coverage", "--json"]).stdout)
    assert [(row["id"], row["computed"]) for row in covered] == [("yuzhong-grant/grant", True)]
    assert covered[0]["answer"] == ["yuzhong-grant/grant/birth"]
    assert "birth grant" in invoke(["policies", "--pack", path, "--coverage", "--lang", "en"]).stdout
    assert [row["id"] for row in json.loads(invoke(["policies", "--pack", path, "--json"]).stdout)] == [
        "yuzhong-grant/grant"
    ]
    levers = json.loads(invoke(["policies", "--pack", path, "--levers", "--json"]).stdout)
    own = [row for row in levers if not row["path"].startswith("payers.")]
    assert [(row["path"], row["scope"]) for row in own] == [("yuzhong.third_yuan", "620123")]
    payers = [row["path"] for row in levers if row not in own]
    assert "payers.yuzhong-grant/grant/birth.county" in payers
    assert all(path.startswith("payers.yuzhong-grant/grant/birth.") for path in payers)
    shown = invoke(["policies", "show", "yuzhong-grant/grant", "--pack", path, "--lang", "en"]).stdout
    assert "2,000 yuan" in shown
    assert "yuzhong.third_yuan" in shown
    assert invoke(["policies", "show", "yuzhong-grant/grant"]).exit_code == 2
    shipped = json.loads(invoke(["policies", "--pack", path, "--document", "lanzhou-2023", "--json"]).stdout)
    assert {row["id"].partition("/")[0] for row in shipped} == {"lanzhou-2023"}


# ---- run ------------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> dict:
    done = invoke(["run", "620123", *FAST, *arguments])
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def names(found: dict) -> list[str]:
    return [one["name"] for one in found["manifest"]["scenarios"]]


def having(found: dict, instrument: str) -> set[str]:
    return {row["scenario"] for row in found["rows"] if row.get("instrument") == instrument}


def test_a_draft_makes_a_scenario_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, GRANT)
    found = run("--pack", str(path))
    assert names(found) == ["baseline", "zero-migration", "no-allowance", "cost-reduction", "yuzhong-grant"]
    assert having(found, "yuzhong-grant/grant") == {"yuzhong-grant"}
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found["manifest"]["scenarios"][0]["own"] == {"yuzhong-grant": sha256}
    assert any("birth grant of Yuzhong, draft" in note for note in found["notes"])


def test_what_is_in_force_is_in_every_scenario(tmp_path: Path) -> None:
    found = run("--pack", str(written(tmp_path, GRANT.replace('"draft"', '"in_force"'))))
    assert names(found) == ["baseline", "zero-migration", "no-allowance", "cost-reduction"]
    assert having(found, "yuzhong-grant/grant") == set(names(found))


def test_levers_and_scenario_files_know_it(tmp_path: Path) -> None:
    path, scenario = written(tmp_path, GRANT), written(tmp_path, SCENARIO, "scenario.toml")
    found = run("--pack", str(path), "--scenario", str(scenario))
    assert names(found) == ["baseline", "x"], "the file uses the draft"
    found = run("--pack", str(path), "--scenario", "baseline", "--set", "yuzhong.third_yuan=9000", "--from", "2028")
    assert names(found) == ["baseline", "yuzhong-grant", "custom"]

    def paid(name: str) -> dict:
        rows = [row for row in found["rows"] if row["scenario"] == name and row["variable"] == "cost_nominal"]
        mine = [row for row in rows if row.get("instrument") == "yuzhong-grant/grant" and row["payer"] == "county"]
        return {row["year"]: row["value"] for row in mine if row["place"] == "620123"}

    usual, more = paid("yuzhong-grant"), paid("custom")
    assert usual[2027] == more[2027]
    assert more[2028] > usual[2028]


def test_a_document_of_another_place_or_a_faulty_one_stops_the_run(tmp_path: Path) -> None:
    other = written(tmp_path, GRANT.replace('place = "620123"', 'place = "520000"'))
    done = invoke(["run", "620123", *FAST, "--pack", str(other)])
    assert done.exit_code == 2
    assert "520000" in done.stderr
    bad = written(tmp_path, GRANT.replace("yuan = 2000", "yuan = -1"), "bad.toml")
    done = invoke(["run", "620123", *FAST, "--pack", str(bad), "--pack", str(other), "--lang", "zh"])
    assert done.exit_code == 2
    assert f"{bad}:22：" in done.stderr
    assert done.stdout == ""
