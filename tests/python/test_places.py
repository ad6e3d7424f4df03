"""Names resolve to one place in every spelling, and the bundled figures say where they come from."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace

import numpy as np
import pytest

import sanhai as sh
from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import calibrated, xtfr
from sanhai.places.catalogue import resolve

SPELLINGS = {
    "100000": ("china", "China", "中国", "全国", "PRC", "100000", "zhongguo"),
    "520000": ("贵州", "贵州省", "guizhou", "Guizhou", "520000"),
    "620000": ("甘肃", "甘肃省", "gansu", "GANSU", "620000"),
    "620100": ("兰州", "兰州市", "lanzhou", "Lanzhou", " lan zhou ", "LANZHOU", "lanzhou city", "620100"),
    "620102": ("兰州/城关", "兰州城关区", "lanzhou/chengguan", "Chengguan District, Lanzhou", "620102"),
    "620123": ("榆中县", "榆中", "lanzhou/yuzhong", "Yuzhong County", "620123"),
    "620171": ("兰州新区", "lanzhou-new-area", "Lanzhou New Area", "lanzhouxinqu", "620171"),
    "620700": ("张掖", "张掖市", "zhangye", "620700"),
    "620702": ("甘州区", "甘州", "zhangye/ganzhou", "Ganzhou District", "620702"),
    "620721": ("肃南裕固族自治县", "肃南", "sunan", "620721"),
}
CHINESE = re.compile("[\u4e00-\u9fff]")
NINE = ("620102", "620103", "620104", "620105", "620111", "620121", "620122", "620123", "620171")


@pytest.mark.parametrize(("code", "spelling"), [(code, name) for code, names in SPELLINGS.items() for name in names])
def test_every_spelling_finds_its_place(code, spelling):
    assert sh.place(spelling).code == code


def test_ganzhou_district_is_zhangyes_and_not_jiangxis():
    ganzhou = sh.place("甘州区")
    assert ganzhou.code == "620702"
    assert [above.code for above in ganzhou.lineage] == ["100000", "620000", "620700", "620702"]
    assert "Jiangxi" in ganzhou.note
    # Ganzhou city of Jiangxi counted 8.97 m in 2020; the district half a million.
    assert 400_000 < ganzhou.base.total() < 600_000
    assert sh.place("赣州市").code == "360700"
    with pytest.raises(sh.ConfigError, match="360700"):
        sh.place("ganzhou")


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("lanzhuo", "620100"), ("Guizou", "520000"), ("榆中区", "620123"), ("62010", "620100"), ("zhangey", "620700")],
)
def test_an_unknown_name_lists_near_ones_with_code_and_chinese_name(wrong, near):
    with pytest.raises(sh.ConfigError) as caught:
        sh.place(wrong)
    text = str(caught.value)
    assert repr(wrong) in text
    assert near in text
    assert sh.place(near).name_zh in text
    assert "sanhai places" in text


def test_places_form_a_tree_whose_leaves_are_projected():
    assert tuple(leaf.code for leaf in sh.place("lanzhou").leaves) == NINE
    assert [leaf.code for leaf in sh.place("china").leaves] == ["100000"]
    assert len(sh.place("gansu").leaves) == 88
    assert len(sh.place("zhangye").leaves) == 6
    assert [part.code for part in sh.place("lanzhou").parts] == list(NINE)


def test_a_place_is_frozen_and_compares_by_code():
    place = sh.place("lanzhou")
    with pytest.raises(dataclasses.FrozenInstanceError):
        place.code = "620702"
    assert place == sh.place("兰州")
    assert len({place, sh.place("620100")}) == 1


# Published results of the census of 1 November 2020. The nation without its 2 m servicemen: 1,411,778,724 - 2,000,000.
@pytest.mark.parametrize(("code", "people"), [("620100", 4_359_446), ("620000", 25_019_831), ("520000", 38_562_148)])
def test_census_totals_are_the_published_ones(code, people):
    assert sh.place(code).base.total() == people


def test_the_nations_census_leaves_servicemen_out():
    assert sh.place("china").base.total() == pytest.approx(1_409_778_724, abs=1)


@pytest.mark.parametrize("code", ["620100", "620700"])
def test_census_of_the_parts_sums_to_the_place(code):
    place = sh.place(code)
    assert (sum(leaf.base.counts for leaf in place.leaves) == place.base.counts).all()


def test_single_years_keep_every_census_count():
    """Raking: the people of a start differ from the census only by two months of births and deaths.

    One factor for all places makes them the published year-end of 2020 (1,412.12 million) less 2.0 million servicemen.
    """
    china = sh.place("china")
    path = country_fit(china)
    for code in ("620000", "620100", "620102", "310000", "540602", "100000"):
        place = sh.place(code)
        people = calibrated(china).pop_jan1 if code == "100000" else path.sums(code)["pop_jan1"][:1]
        assert abs(people.sum() / place.base.total() - 1.0) < 3e-3, code
    for everybody in (calibrated(china).pop_jan1, path.fit.pop[:, 0], path.inputs.pop_jan1):
        assert np.asarray(everybody).sum() == pytest.approx(1_410_120_000.0, rel=1e-12)


def test_every_figure_has_a_unit_source_date_confidence_and_method():
    for name in ("china", "gansu", "lanzhou", "zhangye", "甘州", "guizhou", "榆中", "南京/鼓楼"):
        place = sh.place(name)
        figures, sources = place.figures(), place.sources()
        assert len(figures) > 30
        assert set(figures["place"]) == {place.code}
        for column in ("unit", "source", "date", "confidence", "method"):
            assert (figures[column].str.len() > 0).all(), column
        assert set(figures["confidence"]) <= {"high", "medium", "low"}
        assert set(figures["source"]) <= set(sources.index)
        assert (sources["used_for"].str.len() > 0).all()


def test_sources_of_a_county_name_what_it_borrows():
    sources = sh.place("榆中").sources()
    assert "un-wpp-2024-extract" in sources.index
    assert "gansu-2024-bulletin" in sources.index
    new_area = sh.place("620171").sources()
    assert "area ten years before" in new_area.loc["nbs-census-2010-county", "used_for"]


def test_check_finds_no_error_in_the_bundled_packs_and_says_what_is_missing():
    for name in ("china", "gansu", "lanzhou", "zhangye", "甘州", "guizhou", *NINE):
        problems = sh.place(name).check()
        assert {"level", "code", "variable", "year", "found", "remedy"} <= set(problems.columns)
        assert not (problems["level"] == "error").any(), name
    lanzhou = sh.place("lanzhou").check()
    births = lanzhou[lanzhou["variable"] == "births"].iloc[0]["found"]
    assert all(str(year) in births for year in (2021, 2022, 2023))
    assert "2024" not in births


@pytest.mark.parametrize("name", ["lanzhou", "永登", "210421"])
def test_check_speaks_the_language_asked_for(name):
    """The same findings in both, by code, variable and year; no sentence of the one in the other."""
    place = sh.place(name)
    zh, en = place.check("zh"), place.check("en")
    same = [column for column in zh.columns if column not in ("found", "remedy")]
    assert zh[same].equals(en[same])
    assert len(zh)
    for column in ("found", "remedy"):
        assert all(CHINESE.search(text) for text in zh[column])
        assert not any(CHINESE.search(text) for text in en[column])
    sh.set_language("zh")
    assert place.check().equals(zh)


def test_plausibility_of_a_place_is_the_first_year_of_its_run():
    """Here beside the place above it; what Gansu published of 2021 is observed and met."""
    gansu, lanzhou = (sh.place(name).check().attrs["plausibility"] for name in ("gansu", "lanzhou"))
    run = sh.project("gansu", (2021, 2025))
    start = run.by_age().sel(year=2021)["pop_jan1"].sum("sex")
    whole = float(start.sum())
    assert gansu.loc["population", "here"] == pytest.approx(whole, rel=1e-9)
    assert gansu.loc["share_65plus", "here"] == pytest.approx(float(start.sel(age=slice(65, None)).sum()) / whole)
    # Births over women of all leaves, age by age, and one factor on the nation's rates, are not quite the same.
    for name, near in (("births", 1e-9), ("deaths", 1e-9), ("tfr", 2e-3)):
        assert gansu.loc[name, "here"] == pytest.approx(run.table(name).loc["baseline", 2021], rel=near), name
        assert lanzhou.loc[name, "above"] == gansu.loc[name, "here"]
    assert gansu.loc["births", "observed"] == pytest.approx(gansu.loc["births", "here"], rel=1e-9)
    net = run.table("net_migration").loc["baseline", 2021]
    assert gansu.loc["nmr", "here"] == pytest.approx(net / whole, rel=1e-6)
    assert lanzhou.loc["births", "observed"] != lanzhou.loc["births", "observed"]  # none is published: NaN


def test_check_sees_a_census_that_does_not_add_up():
    lanzhou = sh.place("lanzhou")
    first = lanzhou.parts[0]
    broken = replace(first, base=replace(first.base, counts=first.base.counts + 1.0))
    problems = replace(lanzhou, parts=(broken, *lanzhou.parts[1:])).check()
    assert ((problems["level"] == "error") & (problems["variable"] == "pop_census")).any()


def test_xtfr_by_hand(table_rows):
    """Hauer & Schmertmann 2020: (10.65 - 12.55 p25-34) x children under 5 over women 15-49."""
    women, children = dict.fromkeys(range(15, 50, 5), 0.0), 0.0
    for row in table_rows("census_2020.csv"):
        if row["place"].startswith("6201"):
            children += sum(float(row[f"{s}_{g}"]) for s in "mf" for g in ("0", "1-4"))
            for lower in women:
                women[lower] += float(row[f"f_{lower}-{lower + 4}"])
    total = sum(women.values())
    expected = (10.65 - 12.55 * (women[25] + women[30]) / total) * children / total
    assert xtfr(sh.place("lanzhou")) == pytest.approx(expected, rel=1e-12)


def test_resolve_takes_a_code_given_as_a_number():
    assert resolve(620100).code == "620100"
