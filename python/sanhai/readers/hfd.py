"""Human Fertility Database: rates (asfrRR, asfrRRbo), totals (tfrRR) and births (birthsRR) by period and age."""

from __future__ import annotations

import re

from sanhai.readers.doc import Doc, needs_place
from sanhai.readers.labels import number_of, year_of
from sanhai.readers.rows import Asked, Report, Row, Unit

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "hfd"
RATE = Unit("per woman", 1.0, "1/year")
TFR = Unit("per woman", 1.0, "children per woman")
BIRTHS = Unit("births", 1.0, "persons")
FIRST, LAST = 12, 55  # open on both sides, folded into themselves


def _head(doc: Doc) -> int | None:
    for index, line in enumerate(doc.head):
        words = line.split()
        words = words[1:] if words[:1] == ["Code"] else words
        if words[:1] in (["Year"], ["Cohort"]) and any(re.fullmatch(r"ASFR|TFR|Total", one) for one in words):
            return index if words[-3:] != ["Female", "Male", "Total"] else None
        if words[:2] == ["Year", "Age"] and any(re.fullmatch(r"[mq]\dx?|b\dx|w\dx", one) for one in words):
            return index
    return None


def recognise(doc: Doc) -> bool:
    return _head(doc) is not None


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """Rows by order "all", "1" .. "4", "5+"; the sum of orders is compared by the check."""
    assert doc.text is not None
    head = _head(doc)
    assert head is not None
    columns = doc.text.lines[head].split()
    at, title = doc.text.spot(head + 1), " ".join(doc.head[:head])
    if "Cohort" in columns:
        report.add("input.COHORT.column", doc.text.spot(head + 1, "Cohort"), got="Cohort")
        return []
    known = {one: name for one in columns if (name := _order(one)) is not None}
    if not known:
        report.add("input.UNKNOWN_FORMAT.hazards", at, got=" ".join(columns))
        return []
    named = re.split(r"[.,]", title)[0].strip() or doc.stem
    lines = []
    for line, text in enumerate(doc.text.lines[head + 1 :], head + 2):
        fields = text.split()
        if fields and (len(fields) != len(columns) or doc.text.is_cut(line)):
            report.add("input.CUT_OFF.line", doc.text.spot(line), got=text.strip()[:60])
        elif fields:
            lines.append((line, dict(zip(columns, fields, strict=True))))
    codes = list(dict.fromkeys(cells["Code"] for _, cells in lines if "Code" in cells))
    place = needs_place(asked, report, at, codes or [named])
    if place is None:
        return []
    if codes and place not in codes:
        report.add("input.PLACE.unknown", at, got=place, known=codes[:20])
        return []
    rows: list[Row] = []
    for line, cells in lines:
        if not codes or cells["Code"] == place:
            rows += _values(doc, line, cells, known, place, named, asked, report)
    for year in sorted({row.year for row in rows}):
        mine = {row.age: row for row in rows if row.year == year and row.variable == "asfr"}
        if mine and {str(FIRST), str(LAST)} - set(mine):
            last = max(mine.values(), key=lambda row: row.spot.line or 0)
            report.add(
                "input.CUT_OFF.ages", last, got=sorted(mine, key=int)[:: len(mine) - 1 or 1], ages=f"{FIRST}--{LAST}+"
            )
    report.say("hfd_ends")
    return rows


def _order(column: str) -> tuple[str, str] | None:
    """(variable, order) of a column."""
    if column == "TFR":
        return "tfr", "all"
    found = re.fullmatch(r"(ASFR|TFR|B)(\d)(p?)", column)
    variable = {"ASFR": "asfr", "TFR": "tfr", "B": "births"}
    if found:
        return variable[found[1]], f"{found[2]}+" if found[3] else found[2]
    return {"ASFR": ("asfr", "all"), "Total": ("births", "all")}.get(column)


def _age(text: str) -> str | None:
    if text in (f"{FIRST}-", f"{LAST}+"):
        return text[:2]
    return text if re.fullmatch(r"[1-5]\d", text) and FIRST <= int(text) <= LAST else None


def _values(
    doc: Doc, line: int, cells: dict[str, str], known: dict[str, tuple[str, str]], place: str, named: str,
    asked: Asked, report: Report,
) -> list[Row]:  # fmt: skip
    assert doc.text is not None
    year, age = year_of(cells["Year"]), _age(cells["Age"]) if "Age" in cells else "all"
    if year is None:
        report.add("input.DATE.unreadable", doc.text.spot(line, "Year"), got=cells["Year"])
        return []
    if age is None:
        report.add("input.AGE_AMBIGUOUS.label", doc.text.spot(line, "Age"), got=cells["Age"])
        return []
    if not asked.wants(year):
        return []
    rows = []
    for column, (variable, order) in known.items():
        spot, found = doc.text.spot(line, column), number_of(cells[column])
        if found is None:
            report.add("input.NUMBER.text", spot, got=cells[column])
            continue
        unit = {"asfr": RATE, "tfr": TFR, "births": BIRTHS}[variable]
        sex = "female" if variable == "asfr" else "both"
        rows.append(
            Row(place, variable, year, sex, age, found[0], unit, spot, order=order, name=named, confidence="high",
                source="HFD", decimals=found[1])
        )  # fmt: skip
    return rows
