"""World Population Prospects 2024: the CSV files of the download page."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from sanhai.readers.doc import Doc
from sanhai.readers.labels import number_of, year_of
from sanhai.readers.rows import Asked, Report, Row, Unit

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "wpp"
ESTIMATES = "Estimates"  # the years before every projection, whichever is asked for
PROJECTED = 2024  # from this year on; its 1 January is the last estimate, and stands in the files of projections
THOUSANDS = Unit("thousands", 1e3, "persons")
PER_1000 = Unit("per 1,000", 1e-3, "1/year")
RATE = Unit("1/year", 1.0, "1/year")
YEARS = Unit("years", 1.0, "years")
SHARE = Unit("share", 1.0, "share")
# column -> (variable, sex, unit); those that are not named are left out.
BY_AGE = {
    "PopMale": ("pop", "male", THOUSANDS),
    "PopFemale": ("pop", "female", THOUSANDS),
    "PopTotal": ("pop", "both", THOUSANDS),
    "DeathMale": ("deaths", "male", THOUSANDS),
    "DeathFemale": ("deaths", "female", THOUSANDS),
    "DeathTotal": ("deaths", "both", THOUSANDS),
    "ASFR": ("asfr", "female", PER_1000),
    "mx": ("mx", "", RATE),
    "qx": ("qx", "", SHARE),
}
TOTALS = {
    "Births": ("births", "both", THOUSANDS),
    "Deaths": ("deaths", "both", THOUSANDS),
    "DeathsMale": ("deaths", "male", THOUSANDS),
    "DeathsFemale": ("deaths", "female", THOUSANDS),
    "NetMigrations": ("net_migration", "both", THOUSANDS),
    "CBR": ("cbr", "both", PER_1000),
    "CDR": ("cdr", "both", PER_1000),
    "TFR": ("tfr", "both", Unit("per woman", 1.0, "children per woman")),
    "MAC": ("mac", "both", YEARS),
    "SRB": ("srb", "both", Unit("per 100 girls", 1e-2, "boys per girl")),
    "LEx": ("e0", "both", YEARS),
    "LExMale": ("e0", "male", YEARS),
    "LExFemale": ("e0", "female", YEARS),
    "TPopulation1Jan": ("pop_jan1", "both", THOUSANDS),
    "TPopulation1July": ("pop_midyear", "both", THOUSANDS),
}


def recognise(doc: Doc) -> bool:
    fields = doc.head[0].split(",") if doc.head else []
    return {"LocID", "Location", "Time"} <= set(fields)


def _records(doc: Doc, report: Report) -> Iterator[tuple[int, dict[str, str], list[str]]]:
    assert doc.text is not None
    columns = next(csv.reader([doc.text.lines[0]]))
    for line, fields in doc.text.fields(",", 1):
        if fields and len(fields) != len(columns):
            report.add("input.CUT_OFF.line", doc.text.spot(line), got=",".join(fields)[:60])
        elif fields:
            yield line, dict(zip(columns, fields, strict=True)), columns


def _is_place(cells: dict[str, str], place: str) -> bool:
    return place in (cells.get("ISO3_code"), cells.get("ISO2_code"), cells["LocID"], cells["Location"])


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Rows of one country and variant; aggregates only by LocID."""
    assert doc.text is not None
    records = list(_records(doc, report))
    columns = records[0][2] if records else []
    kinds = "LocTypeName" in columns
    aggregates = {cells["Location"] for _, cells, _ in records if kinds and cells["LocTypeName"] != "Country/Area"}
    names = list(dict.fromkeys(cells["Location"] for _, cells, _ in records if cells["Location"] not in aggregates))
    if asked.place is None and len(names) != 1:
        report.add("input.PLACE.missing", doc.text.spot(1, "Location"), known=names[:20])
        return []
    place = asked.place or names[0]
    mine = [
        (line, cells)
        for line, cells, _ in records
        if _is_place(cells, place) and (cells["Location"] not in aggregates or cells["LocID"] == place)
    ]
    if not mine:
        report.add("input.PLACE.unknown", doc.text.spot(1, "Location"), got=place, known=names[:20])
        return []
    if left := aggregates - {cells["Location"] for _, cells in mine}:
        report.say("aggregates", places=tuple(sorted(left)[:5]), n=len(left))
    variants = list(dict.fromkeys(cells["Variant"] for _, cells in mine if "Variant" in cells))
    if asked.variant is not None:
        mine = [one for one in mine if one[1].get("Variant", asked.variant) in (asked.variant, ESTIMATES)]
    if (asked.variant is None and len({*variants} - {ESTIMATES}) > 1) or not mine:
        report.add("input.VARIANT.choose", doc.text.spot(1, "Variant"), got=variants, variants=variants)
        return []
    rows: list[Row] = []
    for line, cells in mine:
        rows += _values(doc, line, cells, place, report, asked)
    return rows


def _values(doc: Doc, line: int, cells: dict[str, str], place: str, report: Report, asked: Asked) -> list[Row]:
    assert doc.text is not None
    if doc.text.is_cut(line):
        report.add("input.CUT_OFF.line", doc.text.spot(line), got=doc.text.lines[line - 1][-60:])
        return []
    year, middle = year_of(cells["Time"]), cells.get("MidPeriod", "")
    if year is None or middle not in ("", str(year), f"{year}.0", f"{year}.5"):
        report.add("input.DATE.unreadable", doc.text.spot(line, "Time"), got=f"{cells['Time']}, {middle}")
        return []
    if not asked.wants(year):
        return []
    day = f"{year}-07-01" if middle.endswith(".5") else f"{year}-01-01"
    if not asked.wants(year):
        return []
    age = _age(cells) if "AgeGrpStart" in cells else "all"
    if age is None:
        report.add("input.AGE_AMBIGUOUS.label", doc.text.spot(line, "AgeGrp"), got=cells.get("AgeGrp", ""))
        return []
    rows = []
    for column, (variable, sex, unit) in (TOTALS if age == "all" else BY_AGE).items():
        if column not in cells:
            continue
        spot, found = doc.text.spot(line, column), number_of(cells[column])
        of = sex or {"Male": "male", "Female": "female", "Total": "both"}.get(cells.get("Sex", ""), "")
        if found is None:
            report.add("input.NUMBER.text", spot, got=cells[column])
        elif not of:
            report.add("input.SEX_LABEL.label", doc.text.spot(line, "Sex"), got=cells.get("Sex", ""))
        else:
            date = day if variable == "pop" else ""
            estimate = cells.get("Variant") == ESTIMATES or year < PROJECTED or date == f"{PROJECTED}-01-01"
            rows.append(
                Row(
                    place,
                    variable,
                    year,
                    of,
                    age,
                    found[0],
                    unit,
                    spot,
                    date,
                    name=cells["Location"],
                    source="WPP 2024",
                    confidence="medium" if estimate else "low",
                    decimals=max(found[1], 3) if unit is THOUSANDS else found[1],
                )
            )
    return rows


def _age(cells: dict[str, str]) -> str | None:
    start, span = cells["AgeGrpStart"], cells["AgeGrpSpan"]
    if not re.fullmatch(r"\d{1,3}", start) or not re.fullmatch(r"-1|\d{1,2}", span) or int(start) > 130:
        return None
    first, width = int(start), int(span)
    expected = f"{first}+" if width == -1 else str(first) if width == 1 else f"{first}-{first + width - 1}"
    return expected if cells.get("AgeGrp", expected) in (expected, start) and width != 0 else None
