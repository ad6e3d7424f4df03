"""Eurostat: bulk TSV and SDMX-CSV of demo_* and proj_*; dimensions by name, never by position."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from sanhai.readers.doc import Doc, needs_place
from sanhai.readers.labels import number_of, year_of
from sanhai.readers.rows import Asked, Report, Row, Unit

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "eurostat"
PERSONS = Unit("persons", 1.0, "persons")
RATE = Unit("1/year", 1.0, "1/year")
DATASETS = (
    ("demo_pjan", "pop"), ("proj_", "pop"), ("demo_magec", "deaths"), ("demo_fasec", "births"), ("demo_frate", "asfr"),
    ("demo_mlifetable", "mx"),
)  # fmt: skip
UNITS = {"pop": PERSONS, "deaths": PERSONS, "births": PERSONS, "asfr": RATE, "mx": RATE}
SEXES = {"M": "male", "F": "female", "T": "both"}
Record = tuple[int, dict[str, str], str, str, str]  # line, dimensions, period, value, column


def recognise(doc: Doc) -> bool:
    first = doc.head[0] if doc.head else ""
    return "\\TIME_PERIOD" in first or "TIME_PERIOD,OBS_VALUE" in first.replace('"', "")


def _records(doc: Doc, report: Report) -> Iterator[Record]:
    assert doc.text is not None
    first = doc.text.lines[0]
    if "\\TIME_PERIOD" not in first:
        columns = next(csv.reader([first]))
        for line, fields in doc.text.fields(",", 1):
            cells = dict(zip(columns, fields, strict=False))
            if len(fields) < len(columns) or doc.text.is_cut(line):
                report.add("input.CUT_OFF.line", doc.text.spot(line), got=",".join(fields)[:60])
            else:
                value = f"{cells['OBS_VALUE']} {cells.get('OBS_FLAG', '')}"
                yield line, cells, cells["TIME_PERIOD"], value, "OBS_VALUE"
        return
    heads = [one.strip() for one in first.split("\t")]
    dimensions = heads[0].replace("\\TIME_PERIOD", "").split(",")
    for line, text in enumerate(doc.text.lines[1:], 2):
        fields = text.split("\t")
        codes = fields[0].split(",")
        if len(fields) != len(heads) or len(codes) != len(dimensions) or doc.text.is_cut(line):
            report.add("input.CUT_OFF.line", doc.text.spot(line), got=text.strip()[:60])
            continue
        for period, value in zip(heads[1:], fields[1:], strict=True):
            yield line, dict(zip(dimensions, codes, strict=True)), period, value, period


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Rows of one geo and one projection; sex T, age TOTAL and UNK go along for the check."""
    assert doc.text is not None
    measure = asked.measure or next((name for words, name in DATASETS if words in doc.file.lower()), None)
    if measure not in UNITS:
        report.add("input.UNKNOWN_FORMAT.measure", doc.text.spot(1), got=measure or doc.file)
        return []
    records = list(_records(doc, report))
    geos = list(dict.fromkeys(cells.get("geo", "") for _, cells, *_ in records))
    place = needs_place(asked, report, doc.text.spot(1, "geo"), geos)
    if place is None:
        return []
    mine = [one for one in records if one[1].get("geo", "") == place]
    if not mine:
        report.add("input.PLACE.unknown", doc.text.spot(1, "geo"), got=place, known=geos[:20])
        return []
    variants = list(dict.fromkeys(one[1]["projection"] for one in mine if "projection" in one[1]))
    if asked.variant is None and len(variants) > 1:
        report.add("input.VARIANT.choose", doc.text.spot(1, "projection"), got=variants, variants=variants)
        return []
    if asked.variant is not None and variants:
        mine = [one for one in mine if one[1]["projection"] == asked.variant]
    rows = [row for one in mine if (row := _row(doc, one, measure, place, asked, report)) is not None]
    _close(rows)
    return rows


def _row(doc: Doc, record: Record, measure: str, place: str, asked: Asked, report: Report) -> Row | None:
    assert doc.text is not None
    line, cells, period, value, column = record
    spot, year = doc.text.spot(line, column), year_of(period)
    age, sex = _age(cells.get("age", "TOTAL")), SEXES.get(cells.get("sex", "T"))
    if year is None:
        report.add("input.DATE.unreadable", spot, got=period)
        return None
    if not asked.wants(year):
        return None
    if age is None:
        report.add("input.AGE_AMBIGUOUS.label", doc.text.spot(line, "age"), got=cells["age"])
        return None
    if sex is None:
        report.add("input.SEX_LABEL.label", doc.text.spot(line, "sex"), got=cells["sex"])
        return None
    if cells.get("unit", "NR") not in ("NR", "PER", "RATE"):
        report.add("input.UNIT.unknown", doc.text.spot(line, "unit"), got=cells["unit"], variable=measure, known=["NR"])
        return None
    number, _, flags = value.strip().partition(" ")
    found = number_of(number)
    if found is None or not re.fullmatch("[a-z ]*", flags.strip()):
        report.add("input.NUMBER.text", spot, got=value.strip())
        return None
    date = f"{year}-01-01" if measure == "pop" else ""
    sex = "female" if measure == "asfr" else sex
    is_projected = "projection" in cells
    return Row(
        place, measure, year, sex, age, found[0], UNITS[measure], spot, date, note=flags.strip(), source="Eurostat",
        confidence="low" if is_projected else "high", decimals=found[1],
    )  # fmt: skip


def _age(code: str) -> str | None:
    if code in ("TOTAL", "UNK", "Y_OPEN"):
        return {"TOTAL": "all", "UNK": "unknown", "Y_OPEN": "open"}[code]
    if code == "Y_LT1":
        return "0"
    if found := re.fullmatch(r"Y(\d{1,3})", code):
        return found[1] if int(found[1]) <= 130 else None
    if found := re.fullmatch(r"Y(\d{1,3})-(\d{1,3})", code):
        return f"{found[1]}-{found[2]}" if int(found[1]) < int(found[2]) else None
    if found := re.fullmatch(r"Y_(GE|LT)(\d{1,3})", code):
        return f"{found[2]}+" if found[1] == "GE" else f"0-{int(found[2]) - 1}"
    return None


def _close(rows: list[Row]) -> None:
    """The open age begins one above the oldest closed one."""
    closed = [int(row.age.split("-")[-1]) for row in rows if re.fullmatch(r"\d+(-\d+)?", row.age)]
    for row in rows:
        if row.age == "open":
            row.age = f"{max(closed, default=-1) + 1}+"
