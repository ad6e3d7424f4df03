"""The shipped tables of places: sums, codes and sources, and that they are what the reference tables say."""

from __future__ import annotations

import csv
import gzip
import sys
from importlib.resources import files
from pathlib import Path

import pytest

BUILDER = Path(__file__).resolve().parents[1] / "tables"
CELLS = [f"{s}_{g}" for s in "mf" for g in ("0", "1-4", *(f"{a}-{a + 4}" for a in range(5, 85, 5)), "85+")]
WIDE = (
    "census_2020.csv", "census_2010.csv", "longform_2020.csv", "wpp_mx.csv", "wpp_asfr.csv", "wpp_pop_jan1.csv",
    "wpp_pasfr.csv", "wpp_indicators.csv", "wpp_mx_abridged.csv", "wpp_net_migration.csv",
)  # fmt: skip
LEVELS = {"nation": 1, "province": 31, "prefecture": 333, "county": 2851, "zone": 134}
PEOPLE_2020, PEOPLE_2010 = 1_409_778_724, 1_332_810_869
NATION = {  # published, 10,000: births, deaths; year-end people less 200 in service
    2021: (1062, 1014, 141260), 2022: (956, 1041, 141175), 2023: (902, 1110, 140967), 2024: (954, 1093, 140828),
}  # fmt: skip


@pytest.fixture(scope="module")
def places(table_rows):
    return {row["code"]: row for row in table_rows("places.csv")}


@pytest.fixture(scope="module")
def counted(table_rows, places):
    """code -> persons by cell, sums of leaves made here."""
    out = {code: [0] * len(CELLS) for code in places}
    for row in table_rows("census_2020.csv"):
        code = row["place"]
        while code:
            out[code] = [a + int(row[cell]) for a, cell in zip(out[code], CELLS, strict=True)]
            code = places[code]["parent"]
    return out


def test_places_are_the_3350_of_the_census_each_once(table_rows, places):
    rows = table_rows("places.csv")
    assert len(rows) == len(places) == 3350
    assert {level: sum(row["level"] == level for row in rows) for level in LEVELS} == LEVELS
    assert len({row["say"] for row in rows}) == 3350
    assert [row["code"] for row in rows] == sorted(places)
    assert all(row["parent"] in places for row in rows if row["level"] != "nation")


def test_leaves_are_all_counties_and_zones_and_four_cities_without_any(places):
    leaves = {code for code, row in places.items() if row["is_leaf"] == "true"}
    small = {code for code, row in places.items() if row["level"] in ("county", "zone")}
    assert leaves == small | {"441900", "442000", "460400", "620200"}
    assert len(leaves) == 2989
    assert leaves == {code for code in places if not any(row["parent"] == code for row in places.values())}


def test_leaves_sum_to_the_published_nation_and_provinces(counted):
    assert sum(counted["100000"]) == PEOPLE_2020
    # Census bulletins of the provinces.
    for code, people in (("620000", 25_019_831), ("520000", 38_562_148), ("440000", 126_012_510)):
        assert sum(counted[code]) == people


def test_areas_of_2010_sum_to_the_nation_and_every_leaf_has_one(table_rows, places):
    rows = table_rows("census_2010.csv")
    assert len(rows) == 2613
    assert sum(int(row["people"]) for row in rows) == PEOPLE_2010
    assert all(sum(int(row[cell]) for cell in CELLS) == int(row["people"]) for row in rows)
    assert {row["area"] for row in places.values() if row["is_leaf"] == "true"} == {row["area"] for row in rows}
    codes = [code for row in rows for code in row["codes_2010"].split(";")]
    assert len(set(codes)) == len(codes)
    assert all(row["boundary"] in ("high", "medium", "low") for row in places.values() if row["area"])


def test_every_column_of_a_wide_table_says_what_it_holds(table_rows):
    sources = {row["id"] for row in table_rows("sources.csv")}
    described = {(row["table"], row["column"]): row for row in table_rows("columns.csv")}
    keys = {"place", "area", "codes_2010", "year", "sex", "kind"}
    for name in WIDE:
        heads = table_rows(name)[0]
        assert {head for head in heads if (name, head) not in described} <= keys, name
    assert all(row[key] for row in described.values() for key in ("unit", "source", "date", "confidence", "method"))
    assert {row["source"] for row in described.values()} <= sources


def test_every_published_figure_has_a_known_source_a_date_and_a_place(table_rows, places):
    rows, sources = table_rows("published.csv"), {row["id"]: row for row in table_rows("sources.csv")}
    for row in rows:
        assert row["place"] in places
        assert row["source"] in sources
        assert all(row[key] for key in ("unit", "date", "method"))
        assert row["confidence"] in ("high", "medium", "low")
    assert len(sources) == len(table_rows("sources.csv"))
    for row in sources.values():
        assert row["citation"]
        assert row["publisher"]
        assert row["licence"]
        assert row["date"] or "day of publication not recorded" in row["note"]


def test_no_figure_is_fitted_twice_and_provinces_sum_to_the_nation(table_rows, places):
    fitted: dict[tuple[str, str, int], float] = {}
    for row in table_rows("published.csv"):
        if row["sex"] == "both" and row["age"] == "all" and row["confidence"] != "low" and int(row["year"]) > 2020:
            key = (row["place"], row["variable"], int(row["year"]))
            assert key not in fitted, key
            fitted[key] = float(row["value"])
    for place, _, year in fitted:
        for count, rate in (("births", "cbr"), ("deaths", "cdr")):
            assert not {(place, count, year), (place, rate, year)} <= fitted.keys()
    provinces = [code for code, row in places.items() if row["level"] == "province"]
    for year, figures in NATION.items():
        for variable, figure in zip(("births", "deaths", "pop_yearend"), figures, strict=True):
            total = sum(fitted[code, variable, year] for code in provinces)
            expected = (figure - 200 * (variable == "pop_yearend")) * 1e4
            assert total == pytest.approx(expected, abs=20), (year, variable)  # year-ends stand in whole persons
            assert fitted["100000", variable, year] == figure * 1e4


def test_every_parent_is_the_sum_of_its_leaves_as_printed(shared_data, places, counted):
    if shared_data is None:
        pytest.skip("the printed sums are not beside this checkout")
    with gzip.open(shared_data / "census" / "county_2020.csv.gz", "rt", encoding="utf-8") as file:
        printed = {row["code"]: row for row in csv.DictReader(file)}
    sums = [code for code, row in places.items() if row["is_leaf"] == "false"]
    assert len(sums) == 1 + 31 + 333 - 4
    for code in sums:
        assert [float(printed[code][cell] or 0) for cell in CELLS] == counted[code], code


def test_the_tables_are_what_the_reference_tables_say(shared_data):
    if shared_data is None:
        pytest.skip("the reference tables are not beside this checkout; sums and sources are tested above all the same")
    sys.path.insert(0, str(BUILDER))
    try:
        import build
    finally:
        sys.path.remove(str(BUILDER))
    for name, text in build.tables().items():
        shipped = files("sanhai.places").joinpath("data", name).read_text(encoding="utf-8")
        assert list(csv.reader(text.splitlines())) == list(csv.reader(shipped.splitlines())), name
