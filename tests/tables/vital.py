"""published.csv and sources.csv: what offices published, and the figures of provinces that a start is fitted to.

A variable is fitted to where its name is plain (births, deaths, pop_yearend, cbr, cdr); the same as printed, where it
is not what is fitted, ends in _published: no figure is met twice. `figures_read.csv` and `sources_read.csv` hold what
was read by hand, `province_sources.csv` who published what the table of provinces was read from.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from reading import Row, plain, rows_of, table_text, times

HERE = Path(__file__).parent
COLUMNS = (
    "place", "variable", "year", "sex", "age", "value", "unit", "source", "date", "confidence", "method",
)  # fmt: skip
SOURCE_COLUMNS = ("id", "citation", "publisher", "date", "licence", "url", "note")
QUOTED = "figures quoted as facts"
# indicator of the table of provinces -> variable, unit, factor
INDICATORS = {
    "pop_resident_yearend": ("pop_yearend", "persons", "10000"),
    "births": ("births", "births", "10000"),
    "deaths": ("deaths", "deaths", "10000"),
    "birth_rate": ("cbr", "1/year", "0.001"),
    "death_rate": ("cdr", "1/year", "0.001"),
}
FITTED = (("births", "birth_rate", "births"), ("deaths", "death_rate", "deaths"))
RANK = {"high": 0, "medium": 1, "low": 2}
OWN = {
    "id": "sanhai-province-vital",
    "citation": "Vital figures of provinces scaled to those of the nation, and those of eight provinces in 2023 and of "
    "two populations that nobody published, filled from what the others leave",
    "publisher": "the authors of this package",
    "date": "2026",
    "licence": "as this package",
    "url": "",
    "note": "derived or estimated; not an official figure",
}
SHARED_OUT = "estimated: share of the nation, mean of 2022 and 2024, of what the other provinces leave"
LEFT = "estimated: what the nation and the other provinces leave"
Candidates = dict[tuple[str, str, str], list[Row]]


def _read(name: str) -> list[Row]:
    return list(csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines()))


def _candidates() -> Candidates:
    """(place, year, indicator) -> rows that were not rejected, the surest and least rounded first."""
    found: Candidates = {}
    for row in rows_of("regional/provinces.csv"):
        if "CONFLICT" not in row["note"] and row["indicator"] in INDICATORS:
            found.setdefault((row["region"], row["year"], row["indicator"]), []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (RANK[row["confidence"]], -len(row["value"].partition(".")[2])))
    return found


def _source_ids() -> dict[str, Row]:
    return {row["read_as"]: row for row in _read("province_sources.csv")}


def _date(row: Row, source: Row) -> str:
    """When it was published; the year after the figure's where no day was recorded."""
    return row["published"] or source["date"] or str(int(row["year"]) + 1)


def _figure(row: Row, suffix: str, sources: dict[str, Row]) -> Row:
    """A figure as printed."""
    variable, unit, factor = INDICATORS[row["indicator"]]
    source = sources[row["source"]]
    return {
        "place": row["region"],
        "variable": variable + suffix,
        "year": row["year"],
        "sex": "both",
        "age": "all",
        "value": times(row["value"], factor),
        "unit": unit,
        "source": source["id"],
        "date": _date(row, source),
        "confidence": row["confidence"],
        "method": "published",
    }


def _as_printed(candidates: Candidates, sources: dict[str, Row], known: set[tuple[str, str, str]]) -> list[Row]:
    """The surest figure of every province, prefecture and year that is not read by hand already."""
    out = []
    for rows in candidates.values():
        sure = [row for row in rows if row["confidence"] != "low" and row["source"] in sources]
        if not sure:
            continue
        figure = _figure(sure[0], "_published", sources)
        plain_key = (figure["place"], figure["variable"].removesuffix("_published"), figure["year"])
        if not {plain_key, (plain_key[0], figure["variable"], plain_key[2])} & known:
            out.append(figure)
    return out


def _nearest(rows: list[Row], value: Decimal, factor: Decimal) -> tuple[Row, Decimal]:
    """The row that a target was made from, and target / figure."""
    ratios = [(value / (Decimal(row["value"]) * factor), row) for row in rows]
    middle = Decimal(1)
    ratio, row = min(ratios, key=lambda pair: (abs(pair[0] - middle), RANK[pair[1]["confidence"]]))
    return row, ratio


class _Targets:
    """Rows of the table of targets with what each was made from."""

    def __init__(self, candidates: Candidates, sources: dict[str, Row]) -> None:
        self.candidates, self.sources = candidates, sources
        self.rows = {(row["code"], row["year"]): row for row in rows_of("places/province_targets.csv")}
        self.scales: dict[tuple[str, str], set[Decimal]] = {}

    def figures(self) -> list[Row]:
        out = []
        for (code, year), row in self.rows.items():
            if year == "2020":
                continue  # the base rests on the census: the year-end of 2020 is not met by provinces
            out.append(self._people(code, year, row))
            out += [self._vital(code, year, row, *names) for names in FITTED]
        return out

    def _made(self, code: str, year: str, variable: str, value: str, origin: Row | None, method: str) -> Row:
        unit = {"pop_yearend": "persons"}.get(variable, variable)
        head = {"place": code, "variable": variable, "year": year, "sex": "both", "age": "all", "unit": unit}
        head["value"] = plain(Decimal(value))
        if origin is None:
            return head | {"source": OWN["id"], "date": OWN["date"], "confidence": "medium", "method": method}
        source = self.sources.get(origin["source"]) or self._by_hand(origin)
        sure = "high" if origin["confidence"] == "high" else "medium"
        return head | {
            "source": source["id"],
            "date": _date(origin, source),
            "confidence": sure,
            "method": method,
        }

    def _by_hand(self, origin: Row) -> Row:
        """The source of a figure that was read by hand before."""
        variable = INDICATORS[origin["indicator"]][0] + "_published"
        key = (origin["region"], variable, origin["year"], "both")
        for row in _read("figures_read.csv"):
            if (row["place"], row["variable"], row["year"], row["sex"]) == key:
                return {"id": row["source"], "date": row["date"]}
        raise AssertionError(key)

    def _people(self, code: str, year: str, row: Row) -> Row:
        rows = self.candidates.get((code, year, "pop_resident_yearend"), [])
        if not rows:
            return self._made(code, year, "pop_yearend", row["pop_yearend"], None, LEFT)
        origin, ratio = _nearest(rows, Decimal(row["pop_yearend"]), Decimal(10000))
        assert abs(ratio - 1) < Decimal("1.2e-4"), (code, year, ratio)
        method = f"derived: {origin['value']} (10,000 persons) scaled to the nation without servicemen"
        return self._made(code, year, "pop_yearend", row["pop_yearend"], origin, method)

    def _vital(self, code: str, year: str, row: Row, variable: str, rate: str, count: str) -> Row:
        value, how = row[variable], row[f"{variable}_from"]
        if how == "filled":
            return self._made(code, year, variable, value, None, SHARED_OUT)
        before = self.rows[code, str(int(year) - 1)]
        middle = (Decimal(before["pop_yearend"]) + Decimal(row["pop_yearend"])) / 2
        factor = middle / 1000 if how == "rate" else Decimal(10000)
        origin, ratio = _nearest(self.candidates[code, year, rate if how == "rate" else count], Decimal(value), factor)
        assert abs(ratio - 1) < Decimal("6e-3"), (code, year, variable, ratio)
        self.scales.setdefault((variable, year), set()).add(round(ratio, 5))
        factors = {"rate": "per 1,000 x mean of two year-ends", "count": "x 10,000"}
        said = f"{origin['value']} {factors[how]}"
        return self._made(code, year, variable, value, origin, f"derived: {said}, scaled to the nation")


def _figures() -> list[Row]:
    by_hand, sources, candidates = _read("figures_read.csv"), _source_ids(), _candidates()
    known = {(row["place"], row["variable"], row["year"]) for row in by_hand}
    targets = _Targets(candidates, sources)
    out = [*by_hand, *targets.figures(), *_as_printed(candidates, sources, known)]
    # One factor a year and kind: every province's target is its figure x that of the nation.
    assert all(max(scales) - min(scales) <= Decimal("2e-5") for scales in targets.scales.values()), targets.scales
    order = {"both": 0, "male": 1, "female": 2}
    out.sort(key=lambda row: (row["place"], row["variable"], int(row["year"]), order[row["sex"]], row["age"]))
    return out


def published_table() -> str:
    return table_text(COLUMNS, _figures())


def sources_table() -> str:
    """Sources read by hand, then those of provinces that a shipped figure names."""
    used = {row["source"] for row in _figures()}
    new = [
        {**{key: row[key] for key in SOURCE_COLUMNS if key != "licence"}, "licence": QUOTED}
        for row in _read("province_sources.csv")
        if row["id"] in used
    ]
    by_hand = {row["id"]: row for row in _read("sources_read.csv")}
    found = by_hand | {row["id"]: row for row in new if row["id"] not in by_hand}
    return table_text(SOURCE_COLUMNS, [*found.values(), OWN])
