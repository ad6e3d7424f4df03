"""A user's own policy document: checked as the shipped ones are, acting where its place is, kept with the result."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import pickle
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import sanhai as sh
from sanhai.policy import PackError, PackFile, shipped
from sanhai.policy.pack_file import read_pack
from sanhai.policy.scenario_file import ScenarioFileError, check_file, read_scenario

YEARS = (2024, 2031)
COUNTY, OTHER = "620123", "620122"
GRANT = """\
id = "yuzhong-grant"
title_zh = "榆中县生育补助办法（草案）"
title_en = "birth grant of Yuzhong, draft"
document = "榆中县生育补助办法（草案）"
place = "620123"
source = "made up for a test"

[[instruments]]
id = "grant"
kind = "birth_grant"
title_zh = "一次性生育补助"
title_en = "birth grant"
status = "draft"
confidence = "high"
valid_from = 2027-01-01

[[instruments.components]]
id = "birth"
count = { stock = "births", orders = [2, 3] }
per = "once"
amounts = [
    { orders = [2], yuan = 2000 },
    { orders = [3], yuan = "yuzhong.third_yuan" },
]
timing = { rule = "once" }
payers = [{ shares = { city = 0.4, county = 0.6 } }]
take_up = 0.95
counts_as = "cash"

[[instruments.levers]]
path = "yuzhong.third_yuan"
unit = "yuan"
default = 3000
what_zh = "三孩及以上补助"
what_en = "grant of third and later births"
"""
FEE = """\
id = "yuzhong-care"
title_zh = "榆中县托育补助"
title_en = "nursery care in Yuzhong"
document = "made up"
place = "620123"
source = "made up for a test"

[[instruments]]
id = "allowance"
kind = "child_allowance"
title_zh = "育儿补贴"
title_en = "allowance"
status = "draft"
confidence = "high"
valid_from = 2028-01-01

[[instruments.components]]
id = "child"
count = { stock = "children", ages = [0, 2] }
per = "month"
amounts = [{ yuan = 400 }]
timing = { rule = "months" }
payers = [{ shares = { county = 1.0 } }]
stack = { group = "child_cash", order = 3, rule = "max" }
counts_as = "cash"
"""


def written(folder: Path, text: str, name: str = "grant.toml") -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


@pytest.fixture
def grant(tmp_path: Path) -> PackFile:
    return sh.policy.load(written(tmp_path, GRANT))


@pytest.fixture
def care(tmp_path: Path) -> PackFile:
    return sh.policy.load(written(tmp_path, FEE, "care.toml"))


def in_force(one: PackFile) -> PackFile:
    return PackFile(one.text.replace('"draft"', '"in_force"'), one.file)


def with_grant(grant: PackFile, place: str = COUNTY, **how):
    base = sh.scenario("baseline", place)
    return sh.compare([base, base.use(grant, "grant")], YEARS, **how)


def cost(result: sh.Results, scenario: str, place: str, instrument: str, variable: str = "cost_nominal") -> dict:
    """Payer -> year -> yuan of an instrument."""
    rows = result.frame
    mine = rows[(rows.scenario == scenario) & (rows.place == place) & (rows.instrument == instrument)]
    mine = mine[mine.variable == variable]
    return {payer: dict(zip(one.year, one.value, strict=True)) for payer, one in mine.groupby("payer")}


# ---- what is read ---------------------------------------------------------------------------------------------------


def test_a_file_is_its_bytes(tmp_path: Path, grant: PackFile) -> None:
    path = tmp_path / "grant.toml"
    assert grant.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert grant.pack.instruments[0].full_id == "yuzhong-grant/grant"
    marked = written(tmp_path, "\ufeff" + GRANT.replace("\n", "\r\n"), "marked.toml")
    found = sh.policy.load(marked)
    assert found.pack == grant.pack
    assert found.sha256 == hashlib.sha256(marked.read_bytes()).hexdigest()
    again = pickle.loads(pickle.dumps(grant))
    assert (again, again.pack, again.sha256) == (grant, grant.pack, grant.sha256)


PLANTED = [  # what is planted, line, field, what the English and the Chinese say
    ("yuan = 2000", 'yuan = "2000元"', 22, "components[0].amounts[0].yuan", "path of a lever", "可调参数的名称"),
    ("yuan = 2000", "yuan = -5", 22, "components[0].amounts[0].yuan", "at least 0", "不小于0"),
    ("county = 0.6", "county = 0.5", 26, "components[0].payers[0]", "a sum of 0.9", "合计0.9"),
    ('place = "620123"', 'place = "yuzhong"', 5, "place", "six digits", "六位行政区划代码"),
    ("valid_from = 2027-01-01", 'valid_from = "2027-01-01x"', 15, "valid_from", "a date", "日期"),
    ('status = "draft"', 'status = "planned"', 13, "status", "draft", "draft"),
    ('per = "once"', 'per = "once"\nway = 1', 21, "components[0].way", "id, rows", "允许id"),
    ("orders = [2, 3]", "orders = [2, 4]", 19, "components[0].count.orders[1]", "at most 3", "不大于3"),
    ("take_up = 0.95", "take_up = 95", 27, "components[0].take_up", "number", "数"),
    ('rule = "once"', 'rule = "months"', 17, "components[0]", "rule of once", "rule为once之一"),
    ('title_en = "birth grant"', "", 8, "title_en", "nothing", "空缺"),
    ('title_en = "birth grant"', 'title_en = "a\\u001b[31m"', 12, "title_en", "printable", "可打印"),
    ('confidence = "high"', 'confidence = "low"', 8, "(file)", "confidence_note", "confidence_note"),
    # what shows only beside the shipped documents
    ('id = "yuzhong-grant"', 'id = "lanzhou-2023"', 1, "id", "lanzhou-2023.toml has", "lanzhou-2023.toml中已有"),
    ('path = "yuzhong.third_yuan"', 'path = "subsidy.national.take_up"', 31, "levers[0].path", "has already", "中已有"),
    ('path = "yuzhong.third_yuan"', 'path = "yuzhong.third"', 17, "components[0]", "yuzhong.third_yuan", "已定义"),
    ('id = "birth"', 'id = "birth"\nrows = ["CN-CASH-01"]', 8, "(file)", "CN-CASH-01", "CN-CASH-01"),
    ('unit = "yuan"', 'unit = "dollars"', 32, "levers[0].unit", "yuan per month", "yuan per month"),
    ("default = 3000", "default = 5000000", 33, "levers[0].default", "0 to 1,000,000", "0至1,000,000"),
    ("take_up = 0.95", 'stack = { group = "child_cash", order = 3, rule = "max" }', 27, "components[0].stack",
     "children and births", "既有children又有births"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "field", "english", "chinese"), PLANTED)
def test_a_fault_is_named_by_file_line_and_field_in_both_languages(tmp_path, old, new, line, field, english, chinese):
    assert old in GRANT
    path = written(tmp_path, GRANT.replace(old, new, 1))
    with pytest.raises(PackError) as caught:
        sh.policy.load(path)
    found = {(one.line, one.field): one for one in caught.value.problems}
    assert (line, field) in found, [str(one) for one in caught.value.problems]
    problem = found[line, field]
    assert english in problem.render("en")
    assert chinese in problem.render("zh")
    assert problem.render("en").startswith(f"{path}:{line}: policy document: ")
    assert problem.render("zh").startswith(f"{path}:{line}：政策文件：")
    assert str(caught.value).isprintable() or "\n" in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems


def test_every_fault_is_listed_each_at_its_own_line(tmp_path: Path) -> None:
    text = GRANT.replace("yuan = 2000", "yuan = -1").replace('"yuzhong.third_yuan" }', '"3000 yuan" }')
    with pytest.raises(PackError) as caught:
        sh.policy.load(written(tmp_path, text.replace('kind = "birth_grant"', 'kind = "grant"')))
    assert {(one.line, one.field) for one in caught.value.problems} == {
        (10, "kind"), (22, "components[0].amounts[0].yuan"), (23, "components[0].amounts[1].yuan")
    }  # fmt: skip


def test_no_field_is_named_that_the_file_does_not_have(tmp_path: Path) -> None:
    """A component takes the dates of its instrument, an instrument the place of its document: said once."""
    text = GRANT.replace("valid_from = 2027-01-01", 'valid_from = ""').replace('place = "620123"', "place = 1")
    with pytest.raises(PackError) as caught:
        sh.policy.load(written(tmp_path, text))
    assert [(one.line, one.field) for one in caught.value.problems] == [(5, "place"), (15, "valid_from")]


HOSTILE = [
    ("too large", "#" * 400_001),
    ("a long line", 'id = "' + "a" * 3_000 + '"'),
    ("a long title", GRANT.replace('"birth grant"', '"""' + "a\\\n" * 1_200 + '"""')),
    ("brackets", 'id = "a"\ninstruments = [' + "[\n" * 5_000),
    ("shares in shares", GRANT.replace("county = 0.6", "rest = {\n" * 300 + "county = 1.0" + "}" * 300)),
    ("very many amounts", GRANT.replace("{ orders = [2], yuan = 2000 },\n", "{ yuan = 1 },\n" * 20_000)),
    ("very many faults", GRANT + "[[instruments]]\n" * 10_000),
    ("not UTF-8", GRANT.encode("gb18030")),
    ("full-width marks", GRANT.replace("take_up = 0.95", "take_up ＝ 0.95")),
    ("instruments that are none", 'id = "a"\ninstruments = 3\n'),
    ("instruments that are a table", 'id = "a"\n[instruments.x]\nid = "y"\n'),
]  # fmt: skip


@pytest.mark.parametrize("text", [one[1] for one in HOSTILE], ids=[one[0] for one in HOSTILE])
def test_hostile_text_ends_with_a_message(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "one.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PackError) as caught:
        sh.policy.load(path)
    assert 1 <= len(caught.value.problems) <= 50
    for one in caught.value.problems:
        assert len(str(one)) < 2_500
        assert str(one).isprintable()


def test_pipes_and_folders_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "absent", Path("/dev/zero")):
        with pytest.raises(PackError):
            sh.policy.load(path)


def test_what_is_no_path_and_no_document_is_refused(complains, grant: PackFile) -> None:
    complains(lambda: sh.policy.load(3), "path", kind=sh.ConfigError)
    complains(lambda: sh.scenario("baseline", COUNTY, packs=["grant.toml"]), "packs", kind=sh.ConfigError)
    complains(lambda: sh.scenario("baseline", COUNTY, packs=grant), "packs", kind=sh.ConfigError)


# ---- where and when it acts -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    return with_grant(sh.policy.load(written(folder, GRANT)), "lanzhou")


def test_it_acts_from_its_date_where_its_place_is(run: sh.Results) -> None:
    paid = cost(run, "grant", "620123", "yuzhong-grant/grant")
    assert set(paid) == {"city", "county"}
    cited = {note.values["id"] for note in run.notes if note.rule == "source.document"}
    assert "yuzhong-grant" in cited
    assert all(value == 0.0 for year, value in paid["county"].items() if year < 2027)
    assert all(paid["county"][year] > 0.0 for year in range(2027, 2032))
    whole = cost(run, "grant", "620100", "yuzhong-grant/grant")
    assert whole == paid
    assert cost(run, "grant", OTHER, "yuzhong-grant/grant") == {}
    assert cost(run, "baseline", "620123", "yuzhong-grant/grant") == {}
    moved = {
        code: run.diff("births_gross", scenario="grant", place=code).to_numpy() for code in ("620100", COUNTY, OTHER)
    }
    assert np.any(moved[COUNTY] > 0.0)
    np.testing.assert_allclose(moved["620100"], moved[COUNTY], rtol=1e-9, atol=1e-9)  # a sum of births is rounded
    assert not np.any(moved[OTHER])


def test_the_bill_is_births_times_amounts(grant: PackFile) -> None:
    """Second births at 2,000 and third at the lever's 3,000, 95 % of them, 0.4 to the city: by hand from the births."""
    result = with_grant(grant)
    paid = cost(result, "grant", COUNTY, "yuzhong-grant/grant")
    births = result.table("births", scenario="grant", place=COUNTY, by="order")
    for year in (2027, 2030):
        by_order = {key[-1]: value for key, value in births[year].items()}
        expected = 0.95 * (2000.0 * by_order["2"] + 3000.0 * by_order["3+"])
        assert paid["county"][year] == pytest.approx(0.6 * expected, rel=1e-12)
        assert paid["city"][year] == pytest.approx(0.4 * expected, rel=1e-12)


def test_its_levers_are_levers(grant: PackFile) -> None:
    base = sh.scenario("baseline", COUNTY)
    used = base.use(grant, "grant")
    more = used.vary("more", {"yuzhong.third_yuan": sh.from_year(2029, 9000)})
    result = sh.compare([base, used, more], YEARS)
    usual, higher = (cost(result, name, COUNTY, "yuzhong-grant/grant")["county"] for name in ("grant", "more"))
    assert [usual[year] for year in range(2024, 2029)] == [higher[year] for year in range(2024, 2029)]
    assert higher[2029] > usual[2029] * 1.2
    with pytest.raises(sh.ConfigError, match=r"0 to 1,000,000"):
        used.vary("x", {"yuzhong.third_yuan": 2e6})
    with pytest.raises(sh.ConfigError, match=r"yuzhong\.third_yuan"):
        base.vary("x", {"yuzhong.third_yuan": 1})
    with pytest.raises(sh.ConfigError, match="which is not in use"):
        sh.scenario("baseline", COUNTY, packs=[grant]).vary("x", {"yuzhong.third_yuan": 1})


def test_what_is_in_force_belongs_to_the_baseline(grant: PackFile) -> None:
    """Rates are calibrated with the policy in force: it costs, and births are those of the run without it."""
    own = in_force(grant)
    base = sh.scenario("baseline", COUNTY, packs=[own])
    plain = sh.project(COUNTY, YEARS)
    result = sh.compare([base, base.without("yuzhong-grant", "without")], YEARS)
    for name in ("births", "deaths", "pop_jan1"):
        mine, usual = (one.table(name, scenario="baseline", place=COUNTY) for one in (result, plain))
        assert np.array_equal(mine.to_numpy(), usual.to_numpy())
    assert cost(result, "baseline", COUNTY, "yuzhong-grant/grant")["county"][2030] > 0.0
    assert cost(result, "without", COUNTY, "yuzhong-grant/grant") == {}
    fewer = result.diff("births_gross", scenario="without", place=COUNTY)
    assert fewer[2030].to_numpy()[0] < 0.0
    assert sh.project(COUNTY, YEARS, packs=[own]).table("births").equals(result.table("births", scenario="baseline"))


def test_a_draft_is_known_to_the_baseline_and_does_nothing_there(grant: PackFile) -> None:
    base = sh.scenario("baseline", COUNTY, packs=[grant])
    assert base.packs == sh.scenario("baseline", COUNTY).packs
    assert not any(row.pack == grant.id for row in base.instruments_at(base.place))
    result, plain = sh.compare([base], YEARS), sh.project(COUNTY, YEARS)
    assert np.array_equal(result.table("births").to_numpy(), plain.table("births").to_numpy())


def test_a_document_with_both_is_in_force_without_its_draft(tmp_path: Path) -> None:
    second = GRANT[GRANT.index("[[instruments]]") : GRANT.index("[[instruments.levers]]")]
    second = second.replace('id = "grant"', 'id = "law"').replace('"draft"', '"in_force"').replace('"yuzhong.', '"yz.')
    second = second.replace('"yz.third_yuan"', "100")
    both = sh.policy.load(written(tmp_path, GRANT + "\n" + second))
    base = sh.scenario("baseline", COUNTY, packs=[both])
    assert {row.id for row in base.instruments_at(base.place) if row.pack == both.id} == {"law"}
    used = base.use(both, "both")
    assert {row.id for row in used.instruments_at(used.place) if row.pack == both.id} == {"law", "grant"}
    sh.compare([base, used], (2024, 2028))


def test_the_first_named_baseline_may_not_know_it(grant: PackFile) -> None:
    """In force in one scenario, it is what is in force for all: the others are measured against it."""
    own = in_force(grant)
    base = sh.scenario("baseline", COUNTY)
    result = sh.compare([base, base.use(own, "with")], YEARS)
    plain = sh.project(COUNTY, YEARS)
    assert np.array_equal(
        result.table("births", scenario="with", place=COUNTY).to_numpy(), plain.table("births", place=COUNTY).to_numpy()
    )
    assert result.diff("births_gross", scenario="with", place=COUNTY)[2030].to_numpy()[0] > 0.0


def test_stacking_is_with_what_is_shipped(care: PackFile) -> None:
    """400 yuan a month are 4,800 a year, of which 3,600 are the nation's: the county pays 1,200."""
    text = care.text.replace('stack = { group = "child_cash", order = 3, rule = "max" }\n', "")
    alone = PackFile(
        text.replace('"yuzhong-care"', '"yuzhong-beside"').replace("counts_as", "# counts_as"), "beside.toml"
    )
    text = care.text.replace("counts_as", "# counts_as")  # no response: both pay the same children
    base = sh.scenario("baseline", COUNTY)
    result = sh.compare([base, base.use(PackFile(text, care.file), "above"), base.use(alone, "beside")], YEARS)
    above = cost(result, "above", COUNTY, "yuzhong-care/allowance")["county"]
    beside = cost(result, "beside", COUNTY, "yuzhong-beside/allowance")["county"]
    assert above[2030] == pytest.approx(beside[2030] * 1200.0 / 4800.0, rel=1e-12)


def test_a_document_of_another_place_is_refused(complains, grant: PackFile) -> None:
    for call in (
        lambda: sh.scenario("baseline", "guizhou").use(grant),
        lambda: sh.scenario("baseline", "guizhou", packs=[in_force(grant)]),
    ):
        complains(call, "yuzhong-grant", "620123", kind=sh.ConfigError)


def test_a_start_before_the_first_projected_year_is_counterfactual(grant: PackFile) -> None:
    early = PackFile(grant.text.replace("2027-01-01", "2023-01-01"), grant.file)
    base = sh.scenario("baseline", COUNTY)
    assert base.use(early, "early").counterfactual_from == 2023
    assert base.use(grant, "grant").counterfactual_from is None
    assert sh.scenario("baseline", COUNTY, packs=[in_force(early)]).counterfactual_from is None


def test_draws_and_explanations_know_it(grant: PackFile) -> None:
    result = with_grant(grant, draws=8, seed=3)
    told = str(result.explain("cost_nominal", 2030, scenario="grant", place=COUNTY))
    assert "birth grant of Yuzhong, draft" in told
    assert "yuzhong-grant/grant/birth" in told
    rows = result.frame
    mine = rows[(rows.instrument == "yuzhong-grant/grant") & (rows.variable == "cost_nominal") & (rows.year == 2030)]
    assert (mine.hi > mine.lo).all()
    assert (mine.lo > 0.0).all()


# ---- several, and their order ---------------------------------------------------------------------------------------


def test_the_order_of_files_never_matters(grant: PackFile, care: PackFile) -> None:
    base = sh.scenario("baseline", COUNTY)
    one, other = base.use(grant, "both").use(care, "both"), base.use(care, "both").use(grant, "both")
    assert one == other
    assert (one.hash, one.packs) == (other.hash, other.packs)
    first, second = (
        sh.compare([sh.scenario("baseline", COUNTY, packs=order), one], YEARS)
        for order in ([grant, care], [care, grant])
    )
    assert first.id == second.id
    assert first.frame.equals(second.frame)


def test_a_name_may_not_be_defined_twice(grant: PackFile, care: PackFile) -> None:
    clash = PackFile(care.text + GRANT[GRANT.index("[[instruments.levers]]") :], "care.toml")
    with pytest.raises(PackError, match=r"yuzhong\.third_yuan"):
        sh.scenario("baseline", COUNTY, packs=[grant, clash])
    changed = PackFile(grant.text.replace("2000", "2500"), "other.toml")
    with pytest.raises(PackError, match="yuzhong-grant"):
        sh.scenario("baseline", COUNTY, packs=[grant, changed])
    base = sh.scenario("baseline", COUNTY)
    with pytest.raises(PackError, match="yuzhong-grant"):
        sh.compare([base.use(grant, "a"), base.use(changed, "b")], YEARS)
    assert sh.scenario("baseline", COUNTY, packs=[grant, grant]).own == (grant,)


def test_one_document_may_name_the_levers_of_another(tmp_path: Path, grant: PackFile) -> None:
    text = FEE.replace("yuan = 400", 'yuan = "yuzhong.third_yuan"')
    path = written(tmp_path, text, "care.toml")
    with pytest.raises(PackError, match=r"yuzhong\.third_yuan"):
        sh.policy.load(path)
    found = sh.policy.load(path, beside=[grant])
    sh.scenario("baseline", COUNTY, packs=[found, grant])


def test_nothing_is_remembered_between_runs(grant: PackFile) -> None:
    before = set(shipped().levers), set(shipped().packs)
    with_grant(grant)
    assert (set(shipped().levers), set(shipped().packs)) == before
    with pytest.raises(sh.ConfigError, match=r"yuzhong\.third_yuan"):
        sh.scenario("baseline", COUNTY).vary("x", {"yuzhong.third_yuan": 1})


def test_no_room_of_a_run_looks_documents_up() -> None:
    """What a scenario may use is its own value: only lists for people read the shipped documents by name."""
    root = Path(str(files("sanhai")))
    odd = []
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if name.startswith(("cli/", "testing/", "bench/")) or name in ("policy/__init__.py", "policy/lookup.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "sanhai.policy.lookup":
                odd.append(name)
            wanted = node.module == "sanhai.policy" if isinstance(node, ast.ImportFrom) else False
            if wanted and {one.name for one in node.names} & {"instrument", "lever", "pack", "packs", "lever_table"}:
                odd.append(name)
    assert odd == []


# ---- kept with the result -------------------------------------------------------------------------------------------


def test_the_manifest_holds_the_hash_and_the_id_depends_on_the_text(tmp_path: Path, grant: PackFile) -> None:
    result = with_grant(grant)
    sha256 = hashlib.sha256((tmp_path / "grant.toml").read_bytes()).hexdigest()
    assert all(one["own"] == {"yuzhong-grant": sha256} for one in result.manifest["scenarios"])
    other = with_grant(PackFile(grant.text + "# a remark\n", grant.file))
    assert other.id != result.id
    assert other.frame.equals(result.frame)
    renamed = with_grant(PackFile(grant.text, "elsewhere/other-name.toml"))
    assert renamed.id == result.id


@pytest.mark.skipif(find_spec("h5netcdf") is None or find_spec("h5py") is None, reason="needs [store]")
def test_a_saved_run_holds_its_documents(tmp_path: Path, grant: PackFile) -> None:
    result = with_grant(grant)
    folder = result.save(tmp_path / "saved")
    (tmp_path / "grant.toml").unlink()
    loaded = sh.load(folder)
    assert loaded == result
    assert loaded.scenario("grant").own == (grant,)
    assert "birth grant of Yuzhong" in str(loaded.explain("cost_nominal", 2030, scenario="grant", place=COUNTY))
    again = sh.rerun(folder)
    assert again.id == result.id
    assert again.frame.equals(result.frame)


def test_a_manifest_finds_the_document_by_its_hash_or_refuses(complains, grant: PackFile) -> None:
    result = with_grant(grant)
    manifest = json.loads(json.dumps(result.manifest))
    complains(lambda: sh.rerun(manifest), "yuzhong-grant", grant.sha256, kind=sh.ConfigError)
    changed = PackFile(grant.text.replace("2000", "2001"), grant.file)
    complains(lambda: sh.rerun(manifest, packs=[changed]), grant.sha256, kind=sh.ConfigError)
    again = sh.rerun(manifest, packs=[grant])
    assert again.id == result.id
    assert again.frame.equals(result.frame)


# ---- scenario files -------------------------------------------------------------------------------------------------


def test_a_scenario_file_names_a_document_that_is_given(tmp_path: Path, grant: PackFile) -> None:
    text = 'place = "620123"\nname = "x"\npacks = ["yuzhong-grant"]\n[settings]\n"yuzhong.third_yuan" = 5000\n'
    path = written(tmp_path, text, "scenario.toml")
    found = read_scenario(path, [grant])
    assert found.own == (grant,)
    assert found.value("yuzhong.third_yuan", 2030) == 5000
    assert check_file(path, [grant]) == []
    assert [(one.field, one.line) for one in check_file(path)] == [("packs", 3), ("yuzhong.third_yuan", 5)]
    with pytest.raises(ScenarioFileError):
        read_scenario(path)


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, GRANT)
    assert read_pack(path) == read_pack(path)
