"""The workbook for own data: what it holds is what is known of the place, and reading it gives that back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sanhai as sh
from sanhai.calibrate.path import baseline
from sanhai.io.template import write_template
from sanhai.places.figures import FITTED_TO
from sanhai.readers.template import COVER, PAYERS, PLACE, POLICY, PUBLISHED, SOURCES, TABLES
from sanhai.readers.template_years import COUNTIES, MONEY, NURSERY
from test_cli import invoke

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")
LANGS = ("zh", "en")
COLON, REMEDY = {"zh": "：", "en": ":"}, {"zh": "改法：", "en": "remedy:"}
COUNTY, PROVINCE = "620123", "620000"
ALL = [COVER, PLACE, *TABLES, PUBLISHED, NURSERY, POLICY, PAYERS, MONEY, SOURCES]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """The template of a place in a language, written once; never to be changed."""
    folder = tmp_path_factory.mktemp("templates")

    def of(code: str, lang: str) -> Path:
        path = folder / f"{code}_{lang}.xlsx"
        return path if path.exists() else write_template(path, sh.place(code), lang=lang)

    return of


def damaged(path: Path, folder: Path, sheet: str, cell: str, value: Any) -> Path:
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(folder / "damaged.xlsx")
    return folder / "damaged.xlsx"


# ---- round trip ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", [COUNTY, PROVINCE])
def test_the_count_comes_back(code, lang, written):
    place = sh.place(code)
    figures = sh.read(written(code, lang))
    pop = figures.at(place.base.date)["pop"].frame
    assert list(figures.place_ids) == [code]
    for row, sex in enumerate(("male", "female")):
        values = pop[pop["sex"] == sex]["value"].to_numpy()
        np.testing.assert_array_equal(values, place.base.counts[row])
    assert set(pop["source"]) == {place.base.source}


@pytest.mark.parametrize("lang", LANGS)
def test_the_published_figures_come_back(lang, written):
    known = {
        (row.variable, row.year): (row.value, row.source, row.confidence)
        for row in sh.place(PROVINCE).evidence
        if row.variable in FITTED_TO and row.age == "all" and row.sex == "both" and row.year >= 2020
    }
    frame = sh.read(written(PROVINCE, lang)).select(variable=["births", "deaths", "pop_yearend"]).frame
    found = {
        (row.variable, row.year): (row.value, row.source, row.confidence) for row in frame.itertuples()
    }  # fmt: skip
    assert found.keys() == known.keys()
    assert len(found) == 12
    for key, (value, *said) in known.items():
        assert found[key][0] == pytest.approx(value, rel=1e-12)
        assert list(found[key][1:]) == said


@pytest.mark.parametrize("lang", LANGS)
def test_the_rates_are_those_of_the_run(lang, written):
    place = sh.place(COUNTY)
    path = baseline((place,), 2025)
    run = sh.project(place, (2021, 2025))
    frame = sh.read(written(COUNTY, lang)).frame
    for row, sex in enumerate(("male", "female")):
        mx = frame[(frame["variable"] == "mx") & (frame["sex"] == sex) & (frame["year"] == 2023)]
        np.testing.assert_allclose(mx["value"].to_numpy(dtype=float), path.mx[0, 2, row], atol=5.1e-9, rtol=0)
    asfr = frame[(frame["variable"] == "asfr") & (frame["order"] == "all") & (frame["year"] == 2023)]
    tfr = float(run.table("tfr", at=[2023]).iloc[0, 0])
    assert asfr["value"].astype(float).sum() == pytest.approx(tfr, abs=1e-6)
    srb = frame[(frame["variable"] == "srb") & (frame["year"] == 2023)]["value"].astype(float).item()
    assert srb == pytest.approx(place.standard.srb[place.standard.years.index(2023)], abs=1e-5)
    moved = frame[(frame["variable"] == "net_migration") & (frame["year"] == 2023)]["value"].astype(float).sum()
    assert moved == pytest.approx(float(run.table("net_migration", at=[2023]).iloc[0, 0]), abs=1.0)


@pytest.mark.parametrize("lang", LANGS)
def test_a_place_of_the_template_runs_as_the_shipped_one_in_the_observed_years(lang, written):
    own = sh.read(written(PROVINCE, lang)).place()
    table = sh.project(own, (2021, 2025)).table("births", at=[2021, 2024])
    shipped = sh.project(PROVINCE, (2021, 2025)).table("births", at=[2021, 2024])
    np.testing.assert_allclose(table.to_numpy(dtype=float), shipped.to_numpy(dtype=float), rtol=1e-6)
    assert own.code == PROVINCE
    assert own.has_orders
    assert own.policy_home == PROVINCE


def test_reading_and_checking_never_change_the_file(written):
    path = written(COUNTY, "zh")
    before, stamp = path.read_bytes(), path.stat().st_mtime_ns
    sh.read(path).place()
    assert invoke(["check", str(path)]).exit_code == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, stamp)


def test_the_same_place_gives_the_same_bytes(written, tmp_path):
    again = write_template(tmp_path / "again.xlsx", sh.place(COUNTY), lang="zh")
    assert again.read_bytes() == written(COUNTY, "zh").read_bytes()


# ---- how it looks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_sheets_choices_bounds_and_no_other_formula_than_sums(lang, written):
    book = openpyxl.load_workbook(written(COUNTY, lang))
    assert book.sheetnames == ALL
    for sheet in book:
        assert sheet.sheet_state == "visible"
        formulas = {cell.column_letter for line in sheet.iter_rows() for cell in line if cell.data_type == "f"}
        assert formulas == ({"H"} if sheet.title == PAYERS else set()), "the sum of payers alone"
        assert sheet.title == COVER or sheet.freeze_panes
    for name in TABLES:
        kinds = {one.type for one in book[name].data_validations.dataValidation}
        assert {"list", "decimal"} <= kinds, name
    kinds = [one.type for one in book[PUBLISHED].data_validations.dataValidation]
    assert sorted(kinds) == ["decimal", "list", "list", "list", "list", "list", "whole"]
    assert {one.type for one in book[PLACE].data_validations.dataValidation} == {"list", "date"}


def test_counties_are_listed_where_there_are_any(written):
    book = openpyxl.load_workbook(written(PROVINCE, "zh"))
    assert book.sheetnames == [*ALL[:-1], COUNTIES, SOURCES]
    named = [book[COUNTIES].cell(row, 1).value for row in range(3, 17)]
    assert named[:2] == ["兰州市", "嘉峪关市"]
    assert len(named) == len(sh.place(PROVINCE).parts)


def test_an_age_that_is_typed_stays_text(written):
    for path, sheet in ((written(COUNTY, "zh"), "基期人口"), (written(COUNTY, "zh"), "死亡")):
        column = "A" if sheet == "基期人口" else "B"
        book = openpyxl.load_workbook(path)
        assert {book[sheet][f"{column}{row}"].number_format for row in (6, 20)} == {"@"}


def test_what_is_known_is_grey_and_what_is_needed_yellow(written, tmp_path):
    def colour(path: Path, sheet: str, cell: str) -> str:
        return str(openpyxl.load_workbook(path)[sheet][cell].fill.start_color.rgb)[2:]

    empty = write_template(tmp_path / "empty.xlsx", lang="zh")
    assert colour(written(COUNTY, "zh"), "基期人口", "B4") == "F2F2F2"
    assert colour(empty, "基期人口", "B4") == "FFF2CC"
    assert colour(empty, "基期人口", "D4") == "000000"
    assert colour(empty, PLACE, "B2") == "FFF2CC"


def test_english_stands_beside_the_heads(written):
    book = openpyxl.load_workbook(written(COUNTY, "en"))
    heads = [cell.value for cell in book["死亡"][4]][:4]
    assert [str(one).partition("\n")[2] for one in heads] == ["Year", "Age", "Male", "Female"]
    assert book["死亡"]["B2"].value == "per 1,000"
    assert book[PLACE]["B2"].value == "Yuzhong County"


def test_every_choice_of_the_lists_is_read(written, tmp_path):
    """A unit or word that the list offers and the reader refuses would be a trap."""
    for lang in LANGS:
        book = openpyxl.load_workbook(written(PROVINCE, lang))
        for name, cell in (("基期人口", "B1"), ("出生性别比", "B1"), ("迁移", "B1"), (PLACE, "B5")):
            lists = [
                one.formula1.strip('"').split(",")
                for one in book[name].data_validations.dataValidation
                if one.type == "list" and cell in one.sqref
            ]
            assert len(lists) == 1
            for choice in lists[0]:
                path = damaged(written(PROVINCE, lang), tmp_path, name, cell, choice)
                try:
                    sh.read(path)
                except sh.InputError as error:  # a unit may contradict the figures; it may not be unknown
                    codes = {fault.error.key for fault in error.faults}
                    assert not codes & {"input.UNIT.unknown", "input.UNKNOWN_FORMAT.basis"}, (choice, codes)


# ---- damage ----------------------------------------------------------------------------------------------------------

DAMAGE = [
    (PLACE, "B6", "2020年", "DATE"),
    (PLACE, "B5", "暂住", "UNKNOWN_FORMAT"),
    (PLACE, "B10", "随便", "UNKNOWN_FORMAT"),
    ("基期人口", "B5", -3, "NEGATIVE"),
    ("基期人口", "C6", "约100", "NUMBER"),
    ("基期人口", "B1", "斤", "UNIT"),
    ("死亡", "C9", "1o", "NUMBER"),
    ("死亡", "A9", "去年", "DATE"),
    ("死亡", "B1", "死亡xx", "UNKNOWN_FORMAT"),
    ("生育", "D12", "无", "NUMBER"),
    ("出生性别比", "B4", -106, "NEGATIVE"),
    ("迁移", "C8", "多", "NUMBER"),
    (PUBLISHED, "A2", "出生多少", "UNKNOWN_FORMAT"),
    (PUBLISHED, "D2", "24万", "NUMBER"),
    (PUBLISHED, "C2", "不男不女", "SEX_LABEL"),
    (PUBLISHED, "H2", "很高", "UNKNOWN_FORMAT"),
]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("sheet", "cell", "value", "code"), DAMAGE, ids=[f"{one[0]}!{one[1]}" for one in DAMAGE])
def test_one_wrong_cell_is_named(sheet, cell, value, code, lang, written, tmp_path):
    path = damaged(written(PROVINCE, lang), tmp_path, sheet, cell, value)
    shown = invoke(["check", str(path), "--lang", lang])
    assert shown.exit_code == 2
    lines = [one for one in shown.stderr.splitlines() if sheet in one and f"{cell}{COLON[lang]}" in one]
    assert len(lines) == 1, shown.stderr
    assert f"[{code}]" in lines[0]
    assert str(value) in lines[0]
    assert REMEDY[lang] in lines[0]


def test_migration_said_twice_or_not_at_all(written, tmp_path):
    path = damaged(written(COUNTY, "zh"), tmp_path, PLACE, "B10", "无迁移")
    shown = invoke(["check", str(path), "--lang", "zh"])
    assert "工作表迁移 单元格C4" in shown.stderr
    assert "“none”" in shown.stderr
    book = openpyxl.load_workbook(path)
    book["迁移"].delete_rows(4, 3000)
    book.save(path)
    moved = sh.project(sh.read(path).place(), (2021, 2025)).table("net_migration", at=[2021, 2025])
    assert (moved.to_numpy(dtype=float) == 0.0).all()


# ---- files and commands ----------------------------------------------------------------------------------------------


def test_a_file_that_is_there_stays_unless_forced(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"mine")
    refused = invoke(["template", str(path), "--lang", "en"])
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert path.read_bytes() == b"mine"
    with pytest.raises(sh.FileError):
        write_template(tmp_path)
    assert invoke(["template", str(path), "--force", "--place", "榆中县", "--lang", "zh"]).exit_code == 0
    assert [one.name for one in tmp_path.iterdir()] == ["t.xlsx"]
    assert sh.read(path).place_ids == (COUNTY,)


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    import os

    path = tmp_path / "t.xlsx"
    path.write_bytes(b"mine")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(sh.FileError):
        write_template(path, force=True)
    assert path.read_bytes() == b"mine"
    assert [one.name for one in tmp_path.iterdir()] == ["t.xlsx"]


def test_an_empty_template_says_what_it_lacks(tmp_path):
    path = write_template(tmp_path / "empty.xlsx", lang="en")
    done = invoke(["check", str(path), "--lang", "en"])
    assert done.exit_code == 2
    assert "B2" in done.stderr
    assert "B6" in done.stderr


def test_run_takes_a_template_and_figures_of_ones_own(written, tmp_path):
    import json

    command = ["--years", "2021:2025", "--json", "--scenario", "zero-migration"]
    done = invoke(["run", str(written(COUNTY, "zh")), *command])
    assert done.exit_code == 0, done.stderr
    assert {row["place"] for row in json.loads(done.stdout)["rows"]} == {COUNTY}

    mine = tmp_path / "mine.csv"
    mine.write_text(
        f"place,variable,year,sex,age,value,unit,source\n{COUNTY},births,2023,both,all,3900,persons,yearbook\n",
        encoding="utf-8",
    )
    done = invoke(["run", COUNTY, "--figures", str(mine), *command])
    assert done.exit_code == 0, done.stderr
    births = [
        row["value"]
        for row in json.loads(done.stdout)["rows"]
        if row["variable"] == "births" and row["year"] == 2023 and row["scenario"] == "baseline"
    ]
    assert births[0] == pytest.approx(3900.0, rel=1e-6)
    none = invoke(["run", COUNTY, "--figures", str(written(COUNTY, "zh")), *command, "--lang", "en"])
    assert none.exit_code == 2
    assert "births" in none.stderr
