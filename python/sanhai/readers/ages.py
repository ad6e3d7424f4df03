"""Ages of one sex, year and quantity: parts against groups and totals, gaps, the open end."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from sanhai.readers.rows import Report, Row

__all__ = ["COUNTS", "Group", "bounds", "tolerance"]

COUNTS = (
    "pop",
    "deaths",
    "infant_deaths",
    "exposure",
    "births",
    "pop_yearend",
    "pop_jan1",
    "pop_midyear",
    "net_migration",
    "marriages",
    "flow",
)
WHOLE = ("pop", "exposure", "deaths", "mx", "qx", "lx")  # from 0 to an open age
OPEN = {"pop": 65, "exposure": 65, "deaths": 65, "mx": 80}  # the youngest open age
MOTHERS = (20, 44)  # ages that rates of births reach at least
OLDEST = 130


@cache
def bounds(age: str) -> tuple[int, int]:
    """First and last age of a label; an open one ends at 130."""
    if age.endswith("+"):
        return int(age[:-1]), OLDEST
    low, _, high = age.partition("-")
    return int(low), int(high or low)


def tolerance(rows: list[Row], total: float) -> float:
    """By how much a total may differ from its parts, in the file's unit: rounding of each number, or 2e-6."""
    digits = max(row.decimals for row in rows)
    rounding = 1.5 if digits == 0 else 0.7 * (len(rows) + 1) * 10.0 ** -min(digits, 12)
    return max(rounding, 2e-6 * abs(total))


@dataclass
class Group:
    """Rows by age of one (place, variable, year, date, order, sex)."""

    variable: str
    by_age: dict[str, Row]

    def __post_init__(self) -> None:
        ages = [age for age in self.by_age if age not in ("all", "unknown")]
        self.ages = sorted(ages, key=lambda age: (bounds(age)[0], -bounds(age)[1]))
        self.leaves = [age for index, age in enumerate(self.ages) if not self._has_parts(index)]

    def _has_parts(self, index: int) -> bool:
        """Whether another age lies inside this one; those that begin inside it follow it."""
        high = bounds(self.ages[index])[1]
        for other in self.ages[index + 1 :]:
            if bounds(other)[0] > high:
                return False
            if bounds(other)[1] <= high:
                return True
        return False

    @staticmethod
    def _inside(part: str, whole: str) -> bool:
        (low, high), (first, last) = bounds(part), bounds(whole)
        return part != whole and first <= low and high <= last

    def parts(self, whole: str) -> list[Row]:
        return [self.by_age[age] for age in self.leaves if self._inside(age, whole)]

    def check(self, report: Report) -> None:
        before = len(report.problems)
        for age in self.ages:
            if age not in self.leaves:
                self._check_subtotal(age, report)
        for one, other in pairwise(self.leaves):
            if bounds(one)[1] >= bounds(other)[0]:
                report.add("input.AGE_OVERLAP.parts", self.by_age[other], got=other, parts=[one])
        if len(report.problems) == before and self.leaves:
            self._check_coverage(report)
        if len(report.problems) == before:
            self._check_total(report)

    def _check_subtotal(self, age: str, report: Report) -> None:
        row, parts = self.by_age[age], self.parts(age)
        spans = [bounds(part.age) for part in parts]
        tiled = spans[0][0] == bounds(age)[0] and spans[-1][1] == bounds(age)[1]
        tiled = tiled and all(one[1] + 1 == other[0] for one, other in pairwise(spans))
        found = sum(part.value for part in parts)
        same = math.isnan(row.value) or abs(found - row.value) <= tolerance([row, *parts], row.value)
        if not tiled or self.variable not in COUNTS or not same:
            said = [f"{part.age}: {part.value:,.10g}" for part in parts]
            report.add("input.AGE_OVERLAP.parts", row, got=f"{age}: {row.value:,.10g}", parts=said)

    def _check_coverage(self, report: Report) -> None:
        first, last = self.by_age[self.leaves[0]], self.by_age[self.leaves[-1]]
        whole = self.variable in WHOLE or (self.variable == "net_migration" and len(self.leaves) > 1)
        births = self.variable == "asfr" or (self.variable == "births" and len(self.leaves) > 5)
        if whole and bounds(first.age)[0] > 0:
            report.add("input.AGE_GAP.gap", first, missing=_span(0, bounds(first.age)[0] - 1), after="")
        if births and bounds(first.age)[0] > MOTHERS[0]:
            report.add("input.AGE_GAP.gap", first, missing=_span(MOTHERS[0], bounds(first.age)[0] - 1), after="")
        for one, other in pairwise(self.leaves):
            if bounds(one)[1] + 1 < bounds(other)[0]:
                missing = _span(bounds(one)[1] + 1, bounds(other)[0] - 1)
                report.add("input.AGE_GAP.gap", self.by_age[other], missing=missing, after=one)
        end = bounds(last.age)
        last = replace(last, spot=last.label or last.spot)
        if births and end[1] < MOTHERS[1]:
            report.add("input.AGE_GAP.gap", last, missing=_span(end[1] + 1, MOTHERS[1]), after=last.age)
        if self.variable in OPEN or (self.variable == "net_migration" and whole):
            if end[1] != OLDEST or end[0] < OPEN.get(self.variable, 65):
                report.add("input.AGE_OPEN.last", last, got=last.age, least=OPEN.get(self.variable, 65))
        elif self.variable in ("qx", "lx") and end[1] < 80:
            report.add("input.AGE_OPEN.last", last, got=last.age, least=80)

    def _check_total(self, report: Report) -> None:
        row = self.by_age.get("all")
        if row is None or not self.leaves or self.variable not in COUNTS or math.isnan(row.value):
            return
        parts = [self.by_age[age] for age in self.leaves]
        unknown = self.by_age.get("unknown")
        more = unknown.value if unknown is not None and not math.isnan(unknown.value) else 0.0
        found = sum(part.value for part in parts) + more
        if not math.isnan(found) and abs(found - row.value) > tolerance([row, *parts], row.value):
            report.add("input.SUM.ages", row, got=f"{row.value:,.10g}", sum=f"{found:,.10g}")


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"
