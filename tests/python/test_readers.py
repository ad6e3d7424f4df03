# ruff: noqa: E501 -- rows of tables of cases
"""Own data: every layout on files made by code, what is refused and where, the guard, the arguments, the fuzz."""

from __future__ import annotations

import io
import math
import pickle
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import reader_files as files
import sanhai as sh
from fuzzing import fuzz
from sanhai.readers.labels import age_of, date_of, number_of
from sanhai.readers.plausible import e0_of

IDS = [f"{name}-{make.__name__}" for name, make, _, _ in files.LAYOUTS]


def refused(call: Callable[[], Any], code: str, *texts: str, **at: Any) -> sh.InputError:
    """The error of a call: its first problem has this code and place, its message holds these texts."""
    with pytest.raises(sh.InputError) as caught:
        call()
    first = caught.value.problems.iloc[0]
    assert first["code"] == code, str(caught.value)
    for name, value in at.items():
        assert first[name] == value, str(caught.value)
    for text in texts:
        assert text in str(caught.value)
    return caught.value


@pytest.mark.parametrize(("name", "make", "args", "n"), files.LAYOUTS, ids=IDS)
def test_every_layout_is_recognised_and_read_whole(name, make, args, n, tmp_path):
    figures = sh.read(make(tmp_path), **args)
    assert len(figures) == n
    assert any(f"read as {name}," in note for note in figures.notes)
    assert len(figures.place_ids) == (1 if "origin" not in name and "nursery" not in name else 2)
    assert figures.frame["at"].str.len().gt(0).all()
    assert all(len(digest) == 64 for digest in figures.files.values())


@pytest.mark.parametrize(
    ("make", "args"),
    [(make, args) for _, make, args, _ in files.LAYOUTS if make in (
        files.wpp, files.eurostat, files.census, files.census_across, files.tidy, files.tidy_parquet, files.r_wpp,
        files.sdmx, files.template)],
    ids=lambda one: getattr(one, "__name__", ""),
)  # fmt: skip
def test_people_come_out_in_persons(make, args, tmp_path):
    frame = sh.read(make(tmp_path), **args).frame
    people = frame[(frame["variable"] == "pop") & (frame["sex"] == "female") & (frame["age"] == "0")]
    expected = files.people("female", 0) * (2 if make is files.census_across else 1)
    assert people["value"].iloc[0] == pytest.approx(expected, rel=1e-12)


def test_units_are_as_written_and_values_in_base_units(tmp_path):
    figures = sh.read(files.template(tmp_path))
    assert dict(zip(figures.units["column"], figures.units["unit"], strict=True)) == {
        "pop": "万人", "mx": "‰", "asfr": "‰", "srb": "女=100", "pop_yearend": "万人", "nursery_places": "places",
        "nursery_places_public": "places",
    }  # fmt: skip
    rows = figures.frame.set_index(["variable", "sex", "age", "order"])["value"]
    assert rows["srb", "both", "all", ""] == 1.06
    assert rows["pop_yearend", "both", "all", ""] == 125_000
    assert rows["nursery_places", "both", "all", ""] == 350
    assert figures.about["乙县"] == {
        "name": "乙县",
        "policy_place": "620100",
        "basis": "resident",
        "date": "2020-11-01",
    }


def test_dates_are_those_of_the_formats(tmp_path):
    r = sh.read(files.r_wpp(tmp_path), place="Utopia").frame
    assert set(r["date"]) == {"2024-01-01"}  # 31 December 2023 in the package
    assert set(r["year"]) == {2024}
    n = sh.read(files.nbs(tmp_path), place="甘肃").frame
    assert set(n["date"]) == {"2024-12-31", "2023-12-31", "2022-12-31"}
    assert n[n["year"] == 2024]["value"].item() == 24_580_000
    assert set(n["place"]) == {"620000"}
    h = sh.read(files.hmd_population(tmp_path)).frame
    assert set(h["date"]) == {"1991-01-01", "1992-01-01"}


def test_women_before_men_in_the_file_are_told_apart(tmp_path):
    frame = sh.read(files.hmd_mx(tmp_path), place="Utopia").frame
    at = frame.set_index(["sex", "age"])["value"]
    assert at["male", "60"] == files.rate("male", 60)
    assert at["female", "60"] == files.rate("female", 60)
    assert math.isnan(at["male", "109"])


def test_orders_of_hfd_and_ends(tmp_path):
    frame = sh.read(files.hfd(tmp_path), place="Utopia").frame
    assert set(frame["order"]) == {"all", "1", "2", "3", "4", "5+"}
    assert {"12", "55"} <= set(frame["age"])


# ---- refusals -------------------------------------------------------------------------------------------------------

ARGS = {"place": "乙县", "date": "2020-11-01"}


def put(cell: str, value: object) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet[cell] = value

    return change


def hide(sheet: Any) -> None:
    sheet.row_dimensions[7].hidden = True


def merge(sheet: Any) -> None:
    sheet.merge_cells("C8:C9")


DAMAGED = [
    ("negative", put("C9", -5), "NEGATIVE", "C9"),
    ("letter", put("C9", "17S3"), "NUMBER", "C9"),
    ("about", put("C9", "约120"), "NUMBER", "C9"),
    ("error", put("C9", "#N/A"), "CELL_ERROR", "C9"),
    ("formula", put("C9", "=1+1"), "NO_CACHED_VALUE", "C9"),
    ("merged", merge, "MERGED", "C8"),
    ("hidden", hide, "HIDDEN", "7"),
    ("empty", put("C9", None), "MISSING", "C9"),
    ("no age", put("A9", "老人"), "AGE_AMBIGUOUS", "A9"),
    ("age twice", put("A9", "5-9岁"), "DUPLICATE", "B9"),
    ("overlap", put("A9", "13-19岁"), "AGE_OVERLAP", "B9"),
    ("no women", put("D3", "备注"), "SEX_MISSING", "B3"),
    ("unit", put("A2", "单位：户"), "UNIT", "A2"),
]


@pytest.mark.parametrize(("change", "code", "cell"), [one[1:] for one in DAMAGED], ids=[one[0] for one in DAMAGED])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_damaged_sheets_are_refused_at_the_cell(change, code, cell, lang, tmp_path):
    path = files.census(tmp_path, change)
    error = refused(lambda: sh.read(path, **ARGS), code, sheet="Sheet", cell=cell)
    sh.set_language(lang)
    assert code in str(error)
    assert ("单元格" in str(error)) == (lang == "zh")


def test_sums_name_both_sides(tmp_path):
    path = files.census(tmp_path, put("C9", 99_999))
    error = refused(lambda: sh.read(path, **ARGS), "SUM", "99,999")
    assert len(error.problems) == 2  # men and women against both, and men of all ages


def test_all_problems_are_listed_and_ten_are_said(tmp_path):
    def change(sheet: Any) -> None:
        for row in range(5, 24):
            sheet.cell(row, 3).value = "x"

    error = refused(lambda: sh.read(files.census(tmp_path, change), **ARGS), "NUMBER", "and 9 more")
    assert len(error.problems) == 19
    again = pickle.loads(pickle.dumps(error))
    assert (again, str(again)) == (error, str(error))
    assert isinstance(error, sh.ConfigError)


def test_hidden_rows_are_read_or_skipped_when_it_is_said(tmp_path):
    path = files.census(tmp_path, hide)
    assert len(sh.read(path, **ARGS, hidden="read")) == 38
    refused(lambda: sh.read(path, **ARGS, hidden="skip"), "AGE_GAP")


def test_two_variants_and_two_names(tmp_path):
    path = files.wpp(tmp_path, ("Medium", "High"))
    refused(lambda: sh.read(path, place="UTO"), "VARIANT", "Medium", "High", column="Variant")
    assert len(sh.read(path, place="UTO", variant="High")) == 202
    path = files.county(tmp_path)
    refused(lambda: sh.read(path, place="甲区", date="2020-11-01"), "PLACE_AMBIGUOUS")
    figures = sh.read(path, place="990201", date="2020-11-01")
    assert figures.frame["value"].sum() == 3 * sum(
        files.group_people(s, g) for s in ("male", "female") for g in files.GROUPS
    )


TEXT = [
    ("unit lost", files.nbs, {"place": "甘肃"}, "指标：年末常住人口(万人)", "", "UNIT"),
    ("sample", files.nbs, {"place": "甘肃"}, "2023年", "2023年(人口抽样调查)", "SAMPLE"),
    ("ten times", files.nbs, {"place": "甘肃"}, "2465", "24650", "RANGE"),
    ("cohort", files.hfd, {}, "Year Age", "Cohort Age", "COHORT"),
    ("gap", files.hmd_mx, {}, "  2020     37", "# 2020     37", "CUT_OFF"),
    ("orders", files.hfd, {}, "2020 28 0.12000", "2020 28 0.22000", "ORDER_SUM"),
    ("no place", files.wpp, {"place": "XXX"}, "Utopia", "Utopia", "PLACE"),
    ("ratio", files.tidy, {}, "1.05,boys", "105,boys", "UNIT"),
    ("date", files.tidy, {}, "2025-01-01,male,0,", "2025,male,0,", "DATE"),
    ("sex", files.tidy, {}, "2025-01-01,male,0,", "2025-01-01,mal,0,", "SEX_LABEL"),
    ("variable", files.tidy, {}, "X1,srb", "X1,srbb", "UNKNOWN_FORMAT"),
]


@pytest.mark.parametrize(
    ("make", "args", "old", "new", "code"), [one[1:] for one in TEXT], ids=[one[0] for one in TEXT]
)
def test_damaged_texts_are_refused(make, args, old, new, code, tmp_path):
    path = make(tmp_path)
    encoding = "gb18030" if make is files.nbs else "utf-8"
    path.write_bytes(path.read_bytes().decode(encoding).replace(old, new).encode(encoding))
    refused(lambda: sh.read(path, **args), code)


def test_a_line_in_another_encoding_is_named(tmp_path):
    path = files.written(tmp_path / "a.csv", "place,variable,value,unit\n" + "兰州,甲,1,人\n" * 20)
    data = path.read_bytes().split(b"\n")
    data[7] = "兰州,甲,1,人".encode("gbk")
    path.write_bytes(b"\n".join(data))
    refused(lambda: sh.read(path), "ENCODING", line=8)


def test_a_file_without_its_last_line_end_is_cut_off(tmp_path):
    path = files.tidy(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    refused(lambda: sh.read(path), "CUT_OFF")


def test_own_rates_per_thousand_as_per_year_are_refused_at_the_unit(tmp_path):
    def change(book: Any) -> None:
        book["死亡"]["B2"] = "1/年"

    refused(lambda: sh.read(files.template(tmp_path, change)), "UNIT", "‰", sheet="死亡", cell="B2")


def test_template_date_without_a_day(tmp_path):
    def change(book: Any) -> None:
        book["地点"]["B3"] = "2020年"

    refused(lambda: sh.read(files.template(tmp_path, change)), "DATE", "2020年", sheet="地点", cell="B3")


# ---- the guard ------------------------------------------------------------------------------------------------------


def package(path: Path, members: dict[str, bytes]) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    path.write_bytes(out.getvalue())
    return path


GUARDED = [
    ("bomb", {"xl/workbook.xml": b"", "xl/a.xml": bytes(20 << 20)}, "TOO_LARGE"),
    ("members", {f"xl/{n}": b"" for n in range(600)}, "TOO_LARGE"),
    ("document type", {"xl/workbook.xml": b"<!DOCTYPE x>"}, "NOT_EXCEL"),
    ("path upwards", {"../xl/workbook.xml": b""}, "NOT_EXCEL"),
    ("no workbook", {"word/document.xml": b""}, "NOT_EXCEL"),
    ("broken workbook", {"xl/workbook.xml": b"<a/>"}, "NOT_EXCEL"),
]


@pytest.mark.parametrize(("members", "code"), [one[1:] for one in GUARDED], ids=[one[0] for one in GUARDED])
def test_packages_are_looked_at_before_any_parser(members, code, tmp_path):
    refused(lambda: sh.read(package(tmp_path / "a.xlsx", members)), code)


def test_what_is_no_workbook(tmp_path):
    refused(lambda: sh.read(files.written(tmp_path / "a.xls", "<html><table>")), "NOT_EXCEL", "HTML")
    refused(lambda: sh.read(files.written(tmp_path / "b.xlsx", "年龄,男,女\n")), "NOT_EXCEL", "CSV")
    protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "c.xlsx").write_bytes(protected)
    refused(lambda: sh.read(tmp_path / "c.xlsx"), "ENCRYPTED")
    (tmp_path / "d.csv.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    refused(lambda: sh.read(tmp_path / "d.csv.gz"), "CUT_OFF")
    refused(lambda: sh.read(files.written(tmp_path / "e.csv", "a,b\n1,2\n")), "UNKNOWN_FORMAT", "a,b")


# ---- arguments, folders, figures ------------------------------------------------------------------------------------


def test_folders_patterns_and_lists_are_one_table(tmp_path):
    files.hmd_mx(tmp_path), files.hmd_population(tmp_path), files.hmd_births(tmp_path)
    whole = sh.read(tmp_path, place="Utopia")
    assert set(whole.variables) == {"mx", "pop", "births"}
    assert whole == sh.read(str(tmp_path / "*.txt"), place="Utopia")
    assert whole["births"] == sh.read([tmp_path / "Births.txt"], place="Utopia")
    assert set(whole.select(variable="pop", years=(1991, 1991)).frame["year"]) == {1991}
    assert len(whole["pop"].at("1992-01-01")) == 222
    both = sh.read(tmp_path / "Births.txt") + sh.read(tmp_path / "Population.txt")
    assert set(both.variables) == {"births", "pop"}
    with pytest.raises(sh.InputError, match="DUPLICATE"):
        both + both


def test_each_sex_may_stand_in_a_file_of_its_own(tmp_path):
    """As in the life tables of HMD and WPP, and the tables of the R package; alone it is refused."""
    files.r_wpp_wide(tmp_path)
    both = sh.read(tmp_path, place="Utopia")["mx"]
    assert len(both) == 2 * 2 * 101
    assert set(both.frame["sex"]) == {"male", "female"}
    for name in ("mxF1.csv", "mxM1.csv"):
        with pytest.raises(sh.InputError, match="SEX_MISSING"):
            sh.read(tmp_path / name, place="Utopia")
    (tmp_path / "mxM1.csv").rename(tmp_path.parent / "mxM1.csv")
    files.hmd_births(tmp_path)
    with pytest.raises(sh.InputError, match="SEX_MISSING"):
        sh.read(tmp_path, place="Utopia")


def test_a_place_starts_from_the_last_stock_that_is_no_projection(tmp_path):
    path = files.wpp(tmp_path)
    text = path.read_text(encoding="utf-8-sig")
    later = [line.replace(",2024,2024,", ",2030,2030,") for line in text.splitlines()[1:]]
    path.write_text(text + "\n".join(later) + "\n", encoding="utf-8")
    stocks = sh.read(path, place="UTO")
    assert dict(zip(stocks.frame["date"], stocks.frame["confidence"], strict=True)) == {
        "2024-01-01": "medium", "2030-01-01": "low"}  # fmt: skip
    said = {"mortality": sh.like("china"), "fertility": sh.like("china"), "migration": "none"}
    assert stocks.place(**said).base.first_year == 2024
    assert sh.read(path, place="UTO", years=2030).place(**said).base.first_year == 2030


def test_estimates_stand_before_every_projection(tmp_path):
    """Files of WPP hold estimates and projections together or apart; years to 2023 are no projection, whatever they are called."""
    path = files.wpp_totals(tmp_path)
    head, first, second = path.read_text(encoding="utf-8").splitlines()
    before = first.replace(",2024,2024.5,", ",2023,2023.5,")
    path.write_text("\n".join([head, before.replace("Medium", "Estimates"), first, second, ""]), encoding="utf-8")
    for variant in ("Medium", None):
        births = sh.read(path, place="UTO", variant=variant)["births"].frame
        assert dict(zip(births["year"], births["confidence"], strict=True)) == {
            2023: "medium",
            2024: "low",
            2025: "low",
        }
    path.write_text("\n".join([head, before, first, ""]), encoding="utf-8")
    births = sh.read(path, place="UTO")["births"].frame
    assert births["confidence"].tolist() == ["medium", "low"]
    path.write_text("\n".join([head, first, second.replace("Medium", "High"), ""]), encoding="utf-8")
    with pytest.raises(sh.InputError, match="VARIANT"):
        sh.read(path, place="UTO")


def test_years_are_those_asked_for(tmp_path):
    path = files.nbs(tmp_path)
    assert sh.read(path, place="甘肃省", years=2023).frame["year"].tolist() == [2023]
    assert sorted(sh.read(path, place="甘肃省", years=(2022, 2023)).frame["year"]) == [2022, 2023]


@pytest.mark.parametrize(
    "args",
    [{"format": "docx"}, {"hidden": "yes"}, {"date": "2020"}, {"unit": {"people": "人"}}, {"years": "x"}, {"place": 3}],
    ids=str,
)
def test_arguments_are_checked(args, tmp_path, complains):
    path = files.tidy(tmp_path)
    complains(lambda: sh.read(path, **args), kind=sh.ConfigError)


def test_no_file_is_said(tmp_path, complains):
    complains(lambda: sh.read(tmp_path / "none.csv"), "none.csv", kind=sh.ConfigError)


def test_figures_are_values(tmp_path):
    figures = sh.read(files.tidy(tmp_path))
    assert pickle.loads(pickle.dumps(figures)) == figures
    own = figures.frame
    own.loc[0, "value"] = -1.0
    assert (figures.frame["value"] >= 0).all()
    assert (
        repr(figures)
        == "Figures(X1; 2025-2025; asfr (1/year), mx (1/year), pop (persons), srb (boys per girl); 440 rows)"
    )
    with pytest.raises(sh.ConfigError, match="srb"):
        figures.select(variable="srbb")
    assert "pop" in figures
    assert "births" not in figures


def test_rows_and_columns_in_any_order_are_the_same_figures(tmp_path):
    head, *rows = files.tidy_rows()
    order = list(reversed(range(len(head))))
    shuffled = [[row[at] for at in order] for row in [head, *reversed(rows)]]
    path = files.written(tmp_path / "b.csv", "\n".join(",".join(map(str, row)) for row in shuffled) + "\n")
    one, other = (sh.read(each).frame.drop(columns=["file", "at"]) for each in (files.tidy(tmp_path), path))
    keys = [name for name in one.columns if name not in ("value", "year")]
    pd.testing.assert_frame_equal(
        one.sort_values(keys).reset_index(drop=True), other.sort_values(keys).reset_index(drop=True)
    )


# ---- labels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "age"),
    [("0岁", "0"), ("1-4岁", "1-4"), ("５－９", "5-9"), ("10至14岁", "10-14"), ("15～19", "15-19"), ("85岁及以上", "85+"),
     ("100+", "100+"), ("总　计", "all"), ("不详", "unknown"), ("18岁以下", None), ("3.5", None), ("-5", None), (7.0, "7")],
)  # fmt: skip
def test_ages(label, age):
    assert age_of(label) == age


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1234.0),
        ("１２", 12.0),
        (" 3.50 ", 3.5),
        ("1.234.567", None),
        ("1,23", None),
        ("约120", None),
        ("1e-3", 0.001),
    ],
)
def test_numbers(text, value):
    found = number_of(text)
    assert (None if found is None else found[0]) == value


def test_missing_marks_are_no_zero():
    assert all(math.isnan(number_of(text)[0]) for text in ("", ".", ":", "-", "…", "NA", "***", None))
    assert number_of("0") == (0.0, 0)


def test_dates():
    assert date_of("2020年11月1日") == "2020-11-01"
    assert date_of("2020-02-30") is None
    assert date_of("2020年") is None


def test_e0_of_a_constant_rate_is_its_reciprocal(tmp_path):
    """With one open age the life table is exponential: e0 = 1 / m."""
    from sanhai.readers.rows import Row, Spot, Unit

    row = Row("x", "mx", 2020, "male", "0+", 12.5, Unit("‰", 1e-3, "1/year"), Spot())
    assert e0_of([row]) == pytest.approx(80.0)


# ---- codes ----------------------------------------------------------------------------------------------------------


def test_the_documented_codes_are_those_of_the_refusals():
    from sanhai.errors import words

    page = Path(__file__).resolve().parents[2] / "docs" / "readers.md"
    documented = re.findall(r"^\| `([A-Z_]+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    codes = {key.split(".")[1] for key in words()["error"] if key.startswith("input.")}
    assert set(documented) == codes
    assert len(documented) == len(codes)


def test_the_documented_formats_are_those_of_the_door():
    from sanhai.readers.door import FORMATS

    page = Path(__file__).resolve().parents[2] / "docs" / "readers.md"
    documented = re.findall(r"^\| `([a-z-]+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(documented) == FORMATS


# ---- command line, fuzz ---------------------------------------------------------------------------------------------


def test_check_of_the_command_line(tmp_path, capsys):
    from sanhai.cli.app import run_command

    path = files.census(tmp_path, put("C9", -5))
    arguments = ["check", str(path), "--place", "乙县", "--date", "2020-11-01"]
    assert run_command([*arguments, "--lang", "zh"]) == 2
    said = capsys.readouterr().err
    assert "NEGATIVE" in said
    assert "单元格C9" in said
    assert run_command([*arguments, "--json"]) == 2
    assert '"cell": "C9"' in capsys.readouterr().out
    good = files.tidy(tmp_path)
    assert run_command(["check", str(good), "--lang", "en"]) == 0
    assert "no problems" in capsys.readouterr().out


def test_mutations_never_crash_and_seldom_pass_in_silence():
    """The quick part of tests/fuzz/run.py: 200 of its 2,000."""
    counts, odd = fuzz([(make, args) for _, make, args, _ in files.TEXTS], 200, seed=3)
    assert counts["crashed"] == 0, odd
    assert counts["silent"] <= 1, odd
    assert counts["refused"] > 100
