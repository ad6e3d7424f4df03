"""The one check behind every reader: keys, signs, sums over sexes, ages, orders; totals are compared, then dropped."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sanhai.readers.ages import COUNTS, Group, bounds, tolerance
from sanhai.readers.rows import Report, Row

__all__ = ["checked"]

SIGNED = ("net_migration", "nmr")
NEEDED = ("pop", "exposure", "deaths", "births", "asfr", "net_migration", "flow", "rate")  # never missing
NEEDED_UNDER = {"mx": 90, "qx": 90, "lx": 90}
SEXED = ("pop", "exposure", "deaths", "mx", "qx", "lx")  # by age only with both sexes
ORDERS = 0.006  # by how much orders may miss the rate of all, as a share of it
ROUNDED = 3.5e-5  # and in rates of five decimals
MOST_UNKNOWN = 0.01  # of the people
Key = tuple[str, ...]


def _key(row: Row) -> Key:
    return (row.place, row.variable, str(row.year), row.date, row.order, row.basis, row.destination)


def checked(rows: list[Row], report: Report, *, is_all: bool = True) -> list[Row]:
    """The rows without totals, ordered by key; every fault is noted.

    is_all: whether the rows are all that is read; of one file of several, the other sex may stand in another.
    """
    groups: dict[Key, dict[tuple[str, str], Row]] = {}
    for row in rows:
        group = groups.setdefault(_key(row), {})
        before = group.get((row.sex, row.age))
        if before is not None:
            lines = [one.spot.line or one.spot.cell for one in (before, row)]
            report.add("input.DUPLICATE.rows", row, got=row.age, where_both=lines)
        else:
            group[row.sex, row.age] = row
    if report.problems:
        return rows
    for row in rows:
        _check_value(row, report)
    kept: list[Row] = []
    for key, cells in sorted(groups.items(), key=lambda one: one[0]):
        kept += _check_group(key[1], cells, report, is_all)
    _check_orders(groups, report)
    return kept


def _check_value(row: Row, report: Report) -> None:
    if math.isnan(row.value):
        young = row.age in ("all", "unknown") or bounds(row.age)[0] < NEEDED_UNDER.get(row.variable, 0)
        total = row.sex == "both" or row.age in ("all", "unknown")
        if (row.variable in NEEDED and not total) or (row.variable in NEEDED_UNDER and young and not total):
            report.add("input.MISSING.value", row, got="")
    elif row.value < 0.0 and row.variable not in SIGNED:
        report.add("input.NEGATIVE.value", row, got=f"{row.value:,.10g}")
    elif not 1500 <= row.year <= 2300:
        report.add("input.DATE.unreadable", row, got=row.year)


def _check_group(variable: str, cells: dict[tuple[str, str], Row], report: Report, is_all: bool) -> list[Row]:
    by_sex: dict[str, dict[str, Row]] = {}
    for (sex, age), row in cells.items():
        by_sex.setdefault(sex, {})[age] = row
    _check_sexes(variable, by_sex, report)
    for rows in by_sex.values():
        Group(variable, rows).check(report)
    by_age = {sex for sex, rows in by_sex.items() if Group(variable, rows).leaves} - {"both"}
    has_ages = any(Group(variable, rows).leaves for rows in by_sex.values())
    may_follow = not is_all and len(by_age) == 1
    if variable in SEXED and has_ages and not may_follow and by_age != {"male", "female"}:
        first = min(cells.values(), key=lambda row: (row.spot.line or 0, row.spot.cell))
        report.add("input.SEX_MISSING.both", first, got=sorted(by_age) or ["both"])
    return list(_kept(variable, by_sex, report))


def _check_sexes(variable: str, by_sex: dict[str, dict[str, Row]], report: Report) -> None:
    """Both against men and women: their sum, or between them where it is a rate."""
    for age, row in by_sex.get("both", {}).items():
        parts = [by_sex.get(sex, {}).get(age) for sex in ("male", "female")]
        male, female = parts
        if male is None or female is None or any(math.isnan(one.value) for one in (row, male, female)):
            continue
        found = male.value + female.value
        if variable in COUNTS:
            if abs(found - row.value) > tolerance([row, male, female], row.value):
                said = f"{male.value:,.10g} + {female.value:,.10g} = {found:,.10g}"
                report.add("input.SUM.sexes", row, got=f"{row.value:,.10g}", sum=said)
            continue
        low, high = sorted((male.value, female.value))
        slack = 1.5 * 10.0 ** -min(row.decimals, 12)
        if not low - slack <= row.value <= high + slack:
            report.add("input.SUM.between", row, got=f"{row.value:.10g}", low=f"{low:.10g}", high=f"{high:.10g}")


def _kept(variable: str, by_sex: dict[str, dict[str, Row]], report: Report) -> Iterable[Row]:
    """Rows that are no total of others."""
    has_sexes = {"male", "female"} <= set(by_sex)
    for sex in sorted(by_sex, key=("male", "female", "both").index):
        group = Group(variable, by_sex[sex])
        if sex == "both" and has_sexes:
            continue
        if not group.leaves:
            yield from by_sex[sex].values()
            continue
        unknown = by_sex[sex].get("unknown")
        if unknown is not None and unknown.value > 0.0:
            total = sum(by_sex[sex][age].value for age in group.leaves)
            if unknown.value > MOST_UNKNOWN * total:
                report.add("input.MISSING.unknown", unknown, got=f"{unknown.value:,.10g}", total=f"{total:,.10g}")
            report.say("unknown_age", n=unknown.value, sex=sex, year=unknown.year)
        yield from (by_sex[sex][age] for age in group.leaves)


def _check_orders(groups: dict[Key, dict[tuple[str, str], Row]], report: Report) -> None:
    """Orders against all of them; `all` is kept beside the orders."""
    whole = {key: cells for key, cells in groups.items() if key[4] == "all"}
    for key, cells in whole.items():
        orders = [other for one, other in groups.items() if one[4] not in ("", "all") and _bare(one) == _bare(key)]
        for at, row in cells.items():
            parts = [other[at] for other in orders if at in other]
            if not parts or math.isnan(row.value):
                continue
            found = sum(part.value for part in parts)
            rounding = (
                ROUNDED / row.unit.factor if row.variable == "asfr" else 0.7 * (len(parts) + 1) * 10.0**-row.decimals
            )
            if row.variable in COUNTS:
                rounding = tolerance([row, *parts], row.value)
            if not abs(found - row.value) <= max(ORDERS * row.value, rounding):
                report.add("input.ORDER_SUM.orders", row, got=f"{row.value:.10g}", sum=f"{found:.10g}")


def _bare(key: Key) -> Key:
    return key[:4] + key[5:]
