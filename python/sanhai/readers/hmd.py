"""Human Mortality Database: period tables 1x1 (rates, deaths, exposures, births, stocks, life tables by sex)."""

from __future__ import annotations

import math
import re

from sanhai.readers.doc import Doc
from sanhai.readers.labels import age_of, number_of
from sanhai.readers.rows import Asked, Report, Row, Unit

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "hmd"
SEXES = ("Female", "Male", "Total")
TITLES = (
    ("population size", "pop"), ("death rates", "mx"), ("exposure", "exposure"), ("life tables", "life"),
    ("deaths", "deaths"), ("births", "births"),
)  # fmt: skip
FILES = (("population", "pop"), ("mx", "mx"), ("exposures", "exposure"), ("deaths", "deaths"), ("births", "births"))
UNITS = {"mx": Unit("1/year", 1.0, "1/year"), "qx": Unit("share", 1.0, "share")}
PERSONS = Unit("persons", 1.0, "persons")
RADIX = Unit("radix 100000", 1e-5, "share")
LAST = 90  # ages from here on may be missing


def _head(doc: Doc) -> int | None:
    for index, line in enumerate(doc.head):
        words = line.split()
        words = words[1:] if words[:1] == ["PopName"] else words
        if words[:1] == ["Year"] and (words[-3:] == list(SEXES) or words[1:4] == ["Age", "mx", "qx"]):
            return index
    return None


def recognise(doc: Doc) -> bool:
    return _head(doc) is not None


def _measure(doc: Doc, head: int, asked: Asked) -> str | None:
    if asked.measure is not None:
        return asked.measure
    title = " ".join(doc.head[:head]).lower()
    found = next((name for words, name in TITLES if words in title), None)
    found = found or next((name for words, name in FILES if words in doc.stem.lower()), None)
    return found or ("life" if re.search("[fm]ltper", doc.stem.lower()) else None)


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Rows of the years asked for. `Total` goes along as sex "both": the check compares and drops it."""
    assert doc.text is not None
    head = _head(doc)
    assert head is not None
    columns = doc.text.lines[head].split()
    measure = _measure(doc, head, asked)
    at = doc.text.spot(head + 1)
    if measure is None or (measure not in (*UNITS, "pop", "deaths", "exposure", "births", "life")):
        report.add("input.UNKNOWN_FORMAT.measure", at, got=measure or doc.file)
        return []
    sex = _life_sex(doc, head) if measure == "life" else ""
    if sex is None:
        report.add("input.SEX_MISSING.both", at, got=doc.file)
        return []
    title = doc.text.lines[0].split(",")[0].strip() if head else ""
    named = title or ("" if "PopName" in columns else doc.stem)
    rows: list[Row] = []
    old: set[str] = set()
    for line, text in enumerate(doc.text.lines[head + 1 :], head + 2):
        fields = text.split()
        if not fields:
            continue
        if len(fields) != len(columns) or doc.text.is_cut(line):
            report.add("input.CUT_OFF.line", doc.text.spot(line), got=text.strip()[:60])
            continue
        cells = dict(zip(columns, fields, strict=True))
        pooled = cells.get("PopName")
        if pooled is not None and asked.place is not None and pooled != asked.place:
            continue
        found = re.fullmatch(r"(\d{4})([+-]?)", cells["Year"])
        age = age_of(cells["Age"]) if "Age" in cells else "all"
        if found is None or not 1500 <= int(found[1]) <= 2300:
            report.add("input.DATE.unreadable", doc.text.spot(line, "Year"), got=cells["Year"])
            continue
        if age is None:
            report.add("input.AGE_AMBIGUOUS.label", doc.text.spot(line, "Age"), got=cells["Age"])
            continue
        if found[2] == "-":
            old.add(found[1])
            continue
        if asked.wants(int(found[1])):
            key = {"place": asked.place or pooled or named, "name": pooled or named, "year": int(found[1]), "age": age}
            rows += _values(doc, line, cells, measure, sex, key, report)
    for year in sorted(old):
        report.say("old_territory", year=year, date=f"{int(year) - 1}-12-31")
    places = list(dict.fromkeys(row.place for row in rows))
    if len(places) > 1:
        report.add("input.PLACE.missing", at, known=places[:20])
        return []
    return _without_empty_years(rows, report)


def _life_sex(doc: Doc, head: int) -> str | None:
    said = " ".join(doc.head[:head]).lower() + " " + doc.stem.lower()
    if "fltper" in said or re.search(r"\bfemales?\b", said):
        return "female"
    return "male" if "mltper" in said or re.search(r"\bmales?\b", said) else None


def _values(
    doc: Doc, line: int, cells: dict[str, str], measure: str, sex: str, key: dict[str, object], report: Report
) -> list[Row]:
    assert doc.text is not None
    if measure == "life":
        wanted = [("mx", "mx", sex, UNITS["mx"]), ("qx", "qx", sex, UNITS["qx"]), ("lx", "lx", sex, RADIX)]
    else:
        unit = UNITS.get(measure, PERSONS)
        wanted = [(name, measure, "both" if name == "Total" else name.lower(), unit) for name in SEXES]
    rows = []
    for column, variable, of, unit in wanted:
        spot = doc.text.spot(line, column)
        found = number_of(cells[column])
        if found is None:
            report.add("input.NUMBER.text", spot, got=cells[column])
            continue
        date = f"{key['year']}-01-01" if measure == "pop" else ""
        rows.append(
            Row(variable=variable, sex=of, value=found[0], decimals=found[1], unit=unit, spot=spot, date=date,
                confidence="high", source="HMD", **key)  # type: ignore[arg-type]
        )  # fmt: skip
    return rows


def _without_empty_years(rows: list[Row], report: Report) -> list[Row]:
    """Years that are missing as a whole are left out and said, such as stocks of an occupied country."""
    held = {row.year for row in rows if not math.isnan(row.value)}
    if empty := sorted({row.year for row in rows} - held):
        report.say("empty_years", years=tuple(empty))
    return [row for row in rows if row.year in held]
