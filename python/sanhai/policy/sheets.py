"""The sheet of policy in the workbook: one row a payment, read cell by cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanhai.errors import ConfigError, nearest, refuse, words
from sanhai.places.names import checked_name
from sanhai.policy.levers import unit_bounds
from sanhai.policy.scenario import NAMED
from sanhai.policy.sheet_terms import BASES, COLUMNS, IN_FORCE, NATIONAL, ORDERS, REQUIRED, UNITS, WAYS, WHO
from sanhai.policy.vocabulary import OLDEST_CHILD
from sanhai.readers.grid import Grid
from sanhai.readers.labels import chinese, narrow, number_of, year_of
from sanhai.readers.rows import Report, Spot
from sanhai.readers.template_words import chosen, head, said
from sanhai.readers.template_years import head_row, is_empty

__all__ = ["Line", "Payment", "payments"]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "who": (*ORDERS, *WHO), "pay_unit": tuple(UNITS), "way": tuple(WAYS), "national": tuple(NATIONAL), "basis": BASES,
}  # fmt: skip
WHOLE = {"age_from": (0, OLDEST_CHILD), "age_to": (1, OLDEST_CHILD + 1)}
YEARS = ("year_from", "year_to", "born_from")
OF_CHILDREN = ("age_from", "age_to", "born_from", "national")  # columns that are read of children alone
CURRENT = "baseline"
LIKELY = 2000.0  # yuan a month to a family: above it the amount may be that of a year


@dataclass(frozen=True)
class Payment:
    """A row of the sheet: what the cells say, by column, and where each stands."""

    values: Mapping[str, Any]
    spots: Mapping[str, Spot]

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)

    @property
    def is_of_children(self) -> bool:
        """Whether children of some ages are paid, not births and nothing else."""
        return self["who"] in ORDERS and self["way"] != "once"

    @property
    def key(self) -> tuple[str, ...]:
        """By which rows are put in order and told apart, wherever they stand."""
        return tuple(str(self.values.get(name, "")) for name in COLUMNS)


@dataclass
class Line:
    """A row while it is read: cells by the key of their column."""

    grid: Grid
    row: int
    columns: Mapping[str, int]
    report: Report
    found: dict[str, Any] = field(default_factory=dict)

    def spot(self, key: str) -> Spot:
        return self.grid.spot(self.row, self.columns.get(key, 0))

    def cell(self, key: str) -> Any:
        return self.grid.cell(self.row, self.columns[key]) if key in self.columns else None

    def is_empty(self, key: str) -> bool:
        return is_empty(self.cell(key))

    def fault(self, code: str, key: str, **values: Any) -> None:
        """Notes a fault at a cell; what stands there is what was `got`."""
        got = self.cell(key)
        values |= {"got": "" if got is None else got, "head": _name(key)}
        self.report.add(code, self.spot(key), **values)

    def text(self, key: str) -> None:
        value = "" if self.is_empty(key) else " ".join(str(self.cell(key)).split())
        try:
            self.found[key] = checked_name(value, _name(key), 200) if value else ""
        except ConfigError as error:
            self.report.put(error, self.spot(key))

    def choice(self, key: str, keys: tuple[str, ...]) -> None:
        value = chosen(self.cell(key), f"choice_{key}", keys)
        known = [said(f"choice_{key}_{one}") for one in keys]
        if value is None:
            self.fault("input.POLICY.choice", key, known=known, near=nearest(self.cell(key), known))
        else:
            self.found[key] = value

    def number(self, key: str, low: float, high: float, *, whole: bool = False) -> None:
        value = self.cell(key)
        if key in YEARS and (year := year_of(f"{value:g}" if isinstance(value, int | float) else value)) is not None:
            value = year
        given = number_of(value)
        if given is None or math.isnan(given[0]):
            self.report.add("input.NUMBER.text", self.spot(key), got=str(value))
        elif not low <= given[0] <= high or (whole and not given[0].is_integer()):
            self.fault(
                "input.POLICY.whole" if whole else "input.POLICY.bounds", key, low=f"{low:g}", high=f"{high:,.10g}"
            )
        else:
            self.found[key] = int(given[0]) if whole else given[0]


def _name(key: str) -> str:
    """The head of a column in the current language."""
    return head(key).split("\n")[-1]


def payments(grid: Grid, report: Report, first: int | None) -> list[Payment]:
    """Rows of the sheet without a fault; the faults are noted.

    first: the first year that a scenario may change; None where the place is not known.
    """
    found = head_row(grid, REQUIRED, report)
    if found is None:
        return []
    top, words = found
    by_word = {chinese(said(f"head_{key}", "zh")): key for key in COLUMNS}
    columns = {by_word[word]: column for word, column in words.items() if word in by_word}
    rows = []
    for row in range(top + 1, len(grid.rows)):
        line = Line(grid, row, columns, report)
        if not all(line.is_empty(key) for key in columns):
            before = len(report.problems)
            _read(line, first)
            if len(report.problems) == before:
                rows.append(Payment(line.found, {key: line.spot(key) for key in columns}))
    _twice(rows, report)
    return rows


def _read(line: Line, first: int | None) -> None:
    """The cells of a row, then what they say of one another."""
    for key in ("scenario", "item", "document"):
        line.text(key)
    for key in REQUIRED:
        if line.is_empty(key):
            line.fault("input.POLICY.required", key)
    for key, keys in CHOICES.items():
        if not line.is_empty(key):
            line.choice(key, keys)
    for key, (low, high) in WHOLE.items():
        if not line.is_empty(key):
            line.number(key, low, high, whole=True)
    for key in YEARS:
        if not line.is_empty(key):
            line.number(key, 1949, 2200, whole=True)
    if not line.is_empty("take_up"):
        line.number("take_up", 0, 100)
    if "pay_unit" in line.found and not line.is_empty("standard"):
        line.number("standard", *unit_bounds(UNITS[line.found["pay_unit"]]))
    for rule in (_scenario, _pays, _ages, _dates, _shares):
        rule(line, first)


def _scenario(line: Line, first: int | None) -> None:
    """A row belongs to a scenario, or is in force and belongs to all."""
    name, basis = line.found.get("scenario", ""), line.found.get("basis")
    known = {narrow(one).lower(): key for key in NAMED for one in (key, *words()["scenario"][key].values())}
    meant = known.get(narrow(name).lower(), "")
    if meant == CURRENT:
        line.found["scenario"] = name = ""
    elif meant:
        line.report.put(refuse(ConfigError, "scenario.name_taken", got=name, known=list(NAMED)), line.spot("scenario"))
    if not name and basis is not None and basis != IN_FORCE:
        said_as = {"basis": said(f"choice_basis_{basis}"), "in_force": said(f"choice_basis_{IN_FORCE}")}
        line.fault("input.POLICY.scenario", "scenario", **said_as)


def _pays(line: Line, first: int | None) -> None:
    """The way goes with who is paid, the unit with the way, and what is read of children alone stands for children."""
    who, way, unit = (str(line.found.get(key, "")) for key in ("who", "way", "pay_unit"))
    if who in WHO and way and way not in WHO[who].ways:
        ways = [said(f"choice_way_{one}") for one in WHO[who].ways]
        line.fault("input.POLICY.way", "way", who=said(f"choice_who_{who}"), known=ways)
    if way and unit and unit not in WAYS[way]:
        units = [said(f"choice_pay_unit_{one}") for one in WAYS[way]]
        line.fault("input.POLICY.unit", "pay_unit", way=said(f"choice_way_{way}"), known=units)
    if not who or not way or (who in ORDERS and way != "once"):
        return
    for key in OF_CHILDREN:
        if not line.is_empty(key):
            line.fault("input.POLICY.not_read", key, who=said(f"choice_who_{who}"), way=said(f"choice_way_{way}"))


def _ages(line: Line, first: int | None) -> None:
    who, way = line.found.get("who"), line.found.get("way")
    if who not in ORDERS or way in (None, "once"):
        return
    if line.is_empty("age_to"):
        line.fault("input.POLICY.age_to", "age_to")
    elif "age_to" in line.found and line.found.get("age_from", 0) >= line.found["age_to"]:
        line.fault("input.POLICY.ages", "age_to", low=line.found["age_from"])


def _dates(line: Line, first: int | None) -> None:
    begins, ends = line.found.get("year_from"), line.found.get("year_to")
    if begins is not None and ends is not None and ends < begins:
        line.fault("input.POLICY.years", "year_to", first=begins)
    if line.found.get("scenario") and begins is not None and first is not None and begins < first:
        line.fault("input.POLICY.early", "year_from", first=first, in_force=said(f"choice_basis_{IN_FORCE}"))


def _shares(line: Line, first: int | None) -> None:
    """A share of 0.9 is not 0.9 %; a month's amount may be that of a year."""
    share = line.found.get("take_up")
    if share is not None and 0.0 < share <= 1.0:
        line.fault("input.POLICY.percent", "take_up", meant=f"{100.0 * share:g}")
    amount = line.found.get("standard", 0.0)
    if line.found.get("pay_unit") == "yuan_month" and line.found.get("who") in ORDERS and amount > LIKELY:
        line.report.say("monthly_amount", cell=line.spot("standard").text, amount=amount)


def _twice(rows: list[Payment], report: Report) -> None:
    """The same payment of a scenario twice in a year."""
    apart = ("standard", "year_from", "year_to", "take_up", "basis", "document", "national")
    seen: dict[tuple[str, ...], list[Payment]] = {}
    for row in rows:
        key = tuple(str(row[name]) for name in COLUMNS if name not in apart)
        for other in seen.setdefault(key, []):
            begins = max(row["year_from"], other["year_from"])
            if begins <= min(row["year_to"] or begins, other["year_to"] or begins):
                spot = row.spots["item"]
                report.add("input.POLICY.twice", spot, got=row["item"], year=begins, other=other.spots["item"].cell)
                break
        seen[key].append(row)
