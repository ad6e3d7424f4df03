"""census_2020.csv, longform_2020.csv and census_2010.csv."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from reading import CELLS, GROUPS, SEXES, Row, places_by_code, plain, rows_of, table_text, whole

DROPPED = {"110100", "120100", "310100", "500100", "500200"}  # districts / counties of a municipality: not places
CENSUS_2020 = ("nbs-census-2020-county", "2020-11-01")
CENSUS_2010 = ("nbs-census-2010-county", "2010-11-01")
SAMPLE = "published: long form, a sample of about a tenth"
LONG_FORM = (
    # column, sex, age, unit, method
    ("children_ever_born_women_15_64", "female", "15-64", "children per woman", SAMPLE),
    ("children_surviving_women_15_64", "female", "15-64", "children per woman", SAMPLE),
    ("women_15plus_longform", "female", "15+", "persons", SAMPLE + ": use the ratio, not the counts"),
    ("never_married_women_longform", "female", "15+", "persons", SAMPLE + ": use the ratio, not the counts"),
    ("married_women_longform", "female", "15+", "persons", SAMPLE + ": use the ratio, not the counts"),
    ("urban_pop", "both", "all", "persons", "published"),
    ("rural_pop", "both", "all", "persons", "published"),
    ("family_households", "both", "all", "households", "published"),
    ("family_household_pop", "both", "all", "persons", "published"),
    ("registered_elsewhere_same_county", "both", "all", "persons", "published"),
    ("registered_elsewhere_same_province", "both", "all", "persons", "published"),
    ("registered_other_province", "both", "all", "persons", "published"),
    ("mean_years_schooling", "both", "15+", "years", "published"),
)
READ_AS = {"women_15plus_longform": "women15plus_longform", "urban_pop": "urban", "rural_pop": "rural"}
AREA_HEAD = ("area", "codes_2010", "people", "deaths", "registered_pop")
DEATHS = "derived: death rate of the 12 months to the count x people, summed over the places of the area"
MENDED = "published; two cells (211422 women 35-39, 430407 men 1-4) mended by subtraction from the prefecture"


def counted_2020() -> dict[str, Row]:
    """Rows of the census of 2020 by the codes of places.csv; those without a right code by name and people."""
    places = places_by_code()
    codes = {place["code"] for place in places}
    rows = [row for row in rows_of("census/county_2020.csv.gz") if row["code"] not in DROPPED]
    found = {row["code"]: row for row in rows if row["code"] in codes}
    left: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["code"] not in codes:
            left.setdefault((row["name"], row["pop"]), []).append(row)
    for place in places:
        if place["code"] not in found:
            (found[place["code"]],) = left[place["name_zh"], place["pop_2020"]]
    return {place["code"]: found[place["code"]] for place in places}


def census_2020_table() -> str:
    leaves = [place["code"] for place in places_by_code() if place["leaf"] == "1"]
    counted = counted_2020()
    rows = [{"place": code} | {cell: whole(counted[code][cell]) for cell in CELLS} for code in leaves]
    return table_text(("place", *CELLS), rows)


def longform_2020_table() -> str:
    names = [name for name, *_ in LONG_FORM]
    rows = [
        {"place": code} | {name: row[READ_AS.get(name, name)].removesuffix(".0") for name in names}
        for code, row in counted_2020().items()
    ]
    return table_text(("place", *names), [row for row in rows if any(row[name] for name in names)])


def _total(rows: list[Row], value: Callable[[Row], Decimal]) -> Decimal:
    return sum((value(row) for row in rows), Decimal(0))


def _deaths(row: Row) -> Decimal:
    return Decimal(row["death_rate_per_1000"] or "0") / 1000 * Decimal(row["pop"])


def census_2010_table() -> str:
    """One row an area: the smallest set of places that is the same land in both counts."""
    counted = {row["code"]: row for row in rows_of("places/county_2010.csv.gz")}
    areas: dict[str, tuple[str, ...]] = {}
    for link in rows_of("places/crosswalk.csv"):
        codes = tuple(link["codes_2010"].split(";"))
        assert areas.setdefault(link["area"], codes) == codes
    out = []
    for area, codes in sorted(areas.items()):
        rows = [counted[code] for code in codes]
        registered = _total(rows, lambda row: Decimal(row["registered_pop"] or "0"))
        row = {
            "area": area,
            "codes_2010": ";".join(codes),
            "people": whole(str(_total(rows, lambda row: Decimal(row["pop"])))),
            "deaths": plain(_total(rows, _deaths)),
            "registered_pop": plain(registered) if all(row["registered_pop"] for row in rows) else "",
        }
        out.append(row | {cell: whole(str(_total(rows, lambda r, c=cell: Decimal(r[c] or "0")))) for cell in CELLS})
    return table_text((*AREA_HEAD, *CELLS), out)


def _cells(table: str, source: tuple[str, str], method: str) -> Iterator[tuple[str, ...]]:
    for sex, letter in SEXES:
        for group in GROUPS:
            yield (table, f"{letter}_{group}", "pop_census", sex, group, "persons", *source, "high", method)


def census_columns() -> Iterator[tuple[str, ...]]:
    """Rows of columns.csv for the tables of this file."""
    yield from _cells("census_2020.csv", CENSUS_2020, "published")
    for name, sex, age, unit, method in LONG_FORM:
        yield ("longform_2020.csv", name, name, sex, age, unit, *CENSUS_2020, "high", method)
    table = "census_2010.csv"
    yield (table, "people", "pop_census", "both", "all", "persons", *CENSUS_2010, "high", "published")
    yield (table, "deaths", "deaths", "both", "all", "deaths", *CENSUS_2010, "medium", DEATHS)
    yield (table, "registered_pop", "registered_pop", "both", "all", "persons", *CENSUS_2010, "high", "published")
    yield from _cells(table, CENSUS_2010, MENDED)
