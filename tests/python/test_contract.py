"""What scripts outside the repository rely on: names of columns, variables, dims, types (interface.md section 5)."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import sanhai as sh

REQUIRED = ("scenario", "place", "place_name", "year", "variable", "unit", "value")
TEXTS = (
    "scenario", "place", "place_name", "date", "variable", "unit", "sex", "order", "instrument", "component", "payer",
    "kind", "basis", "nature", "confidence",
)  # fmt: skip
OPTIONAL = {
    "date", "sex", "age", "order", "instrument", "component", "payer", "kind", "lo", "hi", "level", "basis", "nature",
    "fitted", "confidence",
}  # fmt: skip
ALWAYS = {
    "pop_jan1", "pop_midyear", "births", "deaths", "net_migration", "tfr", "e0", "pop_0_2", "pop_65plus", "tdr",
    "cost_nominal", "cost_real", "pv", "beneficiaries", "places_target", "places_demand", "places_want",
    "places_per_1000", "places_per_child", "staff",
}  # fmt: skip
STOCKS = {"pop_jan1", "pop_0_2", "pop_0_14", "pop_15_64", "pop_65plus", "women_15_49", "tdr", "oadr", "median_age"}
PLACES = 11  # Lanzhou, its nine parts, and the nation alongside: provinces are sums of their parts
WITH_A_STOCK = {"places_stock", "places_gap"}
UNITS = {"births": "births", "pop_jan1": "persons", "tfr": "children per woman", "e0": "years", "cost_nominal": "yuan"}


@pytest.fixture(scope="module")
def rows(lanzhou):
    return lanzhou.rows()


def test_every_row_has_the_required_fields_and_no_other_than_the_optional_ones(rows):
    for row in rows:
        assert tuple(key for key in row if key in REQUIRED) == REQUIRED
        assert set(row) - set(REQUIRED) <= OPTIONAL


def test_variables_by_name(rows):
    base = {row["variable"] for row in rows if row["scenario"] == "baseline"}
    assert base >= ALWAYS
    assert not base & WITH_A_STOCK
    assert {row["variable"] for row in rows if row["scenario"] == "cost-reduction"} >= WITH_A_STOCK


def test_types_of_fields(rows):
    for row in rows:
        assert type(row["year"]) is int
        assert type(row["value"]) is float
        assert np.isfinite(row["value"])
        assert type(row["fitted"]) is bool
        for key in TEXTS:
            assert type(row.get(key, "")) is str, key
        for key in ("lo", "hi", "level"):
            assert type(row.get(key, 0.0)) is float


def test_places_are_codes_as_text_with_chinese_names(rows):
    names = {row["place"]: row["place_name"] for row in rows}
    assert all(re.fullmatch(r"\d{6}", code) for code in names)
    assert names["100000"] == "中国"
    assert names["620100"] == "兰州市"
    assert names["620171"] == "兰州新区"
    assert len(names) == PLACES


def test_values_of_the_fields_with_a_fixed_set(rows):
    assert {row["confidence"] for row in rows} <= {"high", "medium", "low"}
    assert {row["nature"] for row in rows} <= {"published", "estimated", "entered", "projected", "assumed"}
    assert all((row["nature"] in ("published", "entered")) == row["fitted"] for row in rows)
    assert {row["sex"] for row in rows if "sex" in row} <= {"male", "female", "both"}
    assert {row["order"] for row in rows if "order" in row} == {"1", "2", "3+"}
    payers = {"central", "province", "city", "county", "fund", "employer", "local_unsplit", "unsplit"}
    assert {row["payer"] for row in rows if "payer" in row} <= payers
    for row in rows:
        if row["variable"] in ("cost_nominal", "cost_real", "pv"):
            assert {"instrument", "component", "payer", "kind"} <= set(row)
            assert row["kind"] == {"fund": "fund", "employer": "employer"}.get(row["payer"], "outlay")
        if row["variable"] == "places_gap":
            assert row["basis"] in ("target", "demand", "want")


def test_units_are_base_units(rows):
    units: dict[str, set[str]] = {}
    for row in rows:
        units.setdefault(row["variable"], set()).add(row["unit"])
    assert all(len(found) == 1 for found in units.values())
    for variable, unit in UNITS.items():
        assert units[variable] == {unit}


def test_no_two_rows_say_the_same_thing(lanzhou):
    keys = ["scenario", "place", "year", "variable", "sex", "order", "instrument", "component", "payer", "basis"]
    frame = lanzhou.frame[keys].astype(object).fillna("")
    assert not frame.duplicated().any()


def test_rows_are_plain_json(rows):
    text = json.dumps(rows, allow_nan=False, ensure_ascii=False)
    assert json.loads(text) == rows


def test_the_frame_has_no_missing_value(lanzhou):
    frame = lanzhou.frame
    for column in (*REQUIRED, "fitted", "confidence"):
        assert frame[column].notna().all(), column
    assert np.isfinite(frame["value"]).all()


def test_stocks_have_one_more_first_of_january(rows):
    def last(name):
        return max(row["year"] for row in rows if row["variable"] == name and row["scenario"] == "baseline")

    assert last("pop_jan1") == 2051
    assert last("pop_0_2") == last("pop_65plus") == last("tdr") == 2051
    for name in ("pop_midyear", "pop_yearend", "births", "deaths", "net_migration", "tfr", "e0", "cost_nominal",
                 "places_target"):  # fmt: skip
        assert last(name) == 2050, name
    assert all(("date" in row) == (row["variable"] in STOCKS) for row in rows)
    assert all(row["date"] == f"{row['year']}-01-01" for row in rows if "date" in row)


def test_data_has_labelled_dims_in_the_fixed_order(lanzhou):
    data = lanzhou.data
    plain = ("scenario", "place", "draw", "year")
    extra = {
        "births_order": "order", "e0": "sex", "cost_nominal": "pair", "cost_real": "pair", "pv": "pair",
        "beneficiaries": "line", "liability": "line", "places_gap": "gap", "places_per_1000": "measure",
        "places_per_child": "measure",
    }  # fmt: skip
    for name in data:
        assert data[name].dims == (*plain, *([extra[name]] if name in extra else [])), name
    assert data["pop_jan1"].shape == (4, PLACES, 1, 31)
    assert list(data["year"].values) == list(range(2021, 2052))
    assert list(data["sex"].values) == ["male", "female"]
    assert list(data["order"].values) == ["1", "2", "3+"]
    assert data["place"].values[0] == "620100"
    assert set(data["pair_payer"].values) <= {"central", "province", "city", "county", "local_unsplit", "unsplit"}
    assert set(data["pair_kind"].values) == {"outlay"}
    assert set(data["pair_line"].values) <= set(data["line"].values)


def test_data_flows_are_missing_in_the_year_of_the_last_stock(lanzhou):
    data = lanzhou.data
    assert bool(data["pop_jan1"].notnull().all())
    for name in ("births", "deaths", "net_migration", "tfr", "e0", "pop_midyear"):
        assert bool(data[name].sel(year=2051).isnull().all()), name
        assert bool(data[name].sel(year=slice(2021, 2050)).notnull().all()), name


def test_data_carries_units(lanzhou):
    for name in ("pop_jan1", "births", "deaths", "tfr", "e0", "cost_nominal"):
        assert lanzhou.data[name].attrs["units"]
        assert lanzhou.data[name].attrs["long_name"]
    assert lanzhou.data.attrs["run_id"] == lanzhou.manifest["run_id"]


def test_data_and_rows_are_the_same_numbers(lanzhou, rows):
    data = lanzhou.data
    checked = 0
    for row in rows:
        if row["variable"] in ("pop_jan1", "births", "deaths") and "order" not in row and row["year"] in (2025, 2050):
            cell = data[row["variable"]].sel(scenario=row["scenario"], place=row["place"], year=row["year"])
            assert float(cell.sum()) == row["value"]
            checked += 1
    assert checked == 4 * PLACES * 3 * 2


@pytest.mark.parametrize(
    "name",
    ["place", "scenario", "project", "compare", "from_year", "main_job", "build_info", "load", "rerun", "Results"],
)
def test_names_of_the_package(name):
    assert callable(getattr(sh, name))
    assert name in dir(sh)


def test_years_is_a_keyword_and_a_pair_of_flow_years():
    found = sh.project("china", years=(2024, 2030))
    assert found.years == range(2024, 2031)
    found = sh.compare([sh.scenario("baseline", "china")], years=(2024, 2030))
    assert list(found.data["year"].values) == list(range(2024, 2032))


def test_a_place_may_be_given_instead_of_its_name():
    assert sh.scenario("baseline", sh.place("兰州")) == sh.scenario("baseline", "620100")
    assert sh.project(sh.place("china"), (2021, 2025)).place == "100000"
