"""Ranges contradict a unit, they never choose one; what is odd but possible is said in the notes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from sanhai.places.catalogue import all_places
from sanhai.readers.ages import OLDEST, bounds
from sanhai.readers.rows import Report, Row

__all__ = ["CRUDE", "e0_of", "look_over"]

# variable -> (lowest, highest) in base units; outside it the unit, or the number, is another.
TFR = (0.3, 10.0)
E0 = (15.0, 95.0)
CRUDE = (0.0005, 0.08)  # of births and deaths
RANGES = {"srb": (0.9, 1.35), "e0": E0, "mac": (18.0, 40.0), "tfr": TFR, "cbr": CRUDE, "cdr": CRUDE}
OTHER_UNITS = (1e3, 1e4, 1e-3, 1e-4)
NEAR = 1.6
WARN, REFUSE = 1.1, 3.0  # a total against the census of the place
SHARE = (98.5, 101.5)
ENDS = 0.01  # of the highest rate: births above it lie outside the ages given
SHOWN = 5
Groups = dict[tuple[str, ...], list[Row]]


def look_over(rows: list[Row], report: Report, census: Callable[[str], float | None]) -> None:
    """Every quantity of every place and year against what it can be; `census` gives the people of a code in 2020."""
    groups: Groups = {}
    for row in rows:
        groups.setdefault(
            (row.place, row.variable, row.date, str(row.year), row.sex, row.order, row.destination), []
        ).append(row)
    for found in groups.values():
        found.sort(key=lambda row: bounds(row.age) if row.age not in ("all", "unknown") else (0, OLDEST))
        _look_at(found, report)
    _stocks(groups, report, census)
    _sexes_apart(groups, report)
    _series(rows, report)


def _base(row: Row) -> float:
    return row.value * row.unit.factor


def _look_at(rows: list[Row], report: Report) -> None:
    variable = rows[0].variable
    if variable in RANGES:
        for row in rows:
            _in_range(row, report)
    elif variable == "asfr" and len(rows) > 1:
        total = math.fsum(_base(row) * _width(row) for row in rows)
        if rows[0].order in ("", "all") and not TFR[0] <= total <= TFR[1]:
            _unit(rows[0], report, f"{total:.6g}", f"{TFR[0]}-{TFR[1]}", "tfr")
        _odd_neighbours(rows, report, 5.0)
        for end in (rows[0], rows[-1]):
            if end.value > ENDS * max(row.value for row in rows):
                report.say("rates_end_high", year=end.year, age=end.age, value=end.value, unit=end.unit.name)
    elif variable == "mx" and len(rows) > 1:
        e0 = e0_of(rows)
        if not E0[0] <= e0 <= E0[1]:
            _unit(rows[0], report, f"{e0:.4g}", f"{E0[0]:.0f}-{E0[1]:.0f}", "e0")
        _odd_neighbours(rows, report, 3.32)
    elif variable in ("qx", "lx"):
        _probabilities(rows, report)
    elif variable in ("rate", "flow") and len(rows) > 1:
        _odd_neighbours(rows, report, 3.32)
    elif variable == "pop" and len(rows) > 1:
        total = sum(row.value for row in rows)
        if rows[0].unit.factor == 1.0 and any(row.decimals for row in rows) and SHARE[0] / 2 <= total <= SHARE[1]:
            report.add("input.PERCENT.structure", rows[0], got=f"{total:.6g}")
        _odd_neighbours(rows, report, 3.0)


def _width(row: Row) -> int:
    low, high = bounds(row.age)
    return 1 if high == OLDEST else high - low + 1


def _in_range(row: Row, report: Report) -> None:
    low, high = RANGES[row.variable]
    value = _base(row)
    if math.isnan(value) or low <= value <= high:
        return
    if row.variable == "srb":
        meant = (
            f"{value / 100:.4g}"
            if low <= value / 100 <= high
            else f"{value / (1 - value):.4g}"
            if 0.4 < value < 0.6
            else ""
        )
        report.add("input.UNIT.srb", row, got=f"{row.value:.10g}", unit=row.unit.name, meant=meant)
        return
    _unit(row, report, f"{row.value:.10g}", f"{low}-{high}", row.variable)


def _unit(row: Row, report: Report, found: str, expected: str, what: str) -> None:
    at = row.unit.spot or row
    report.add(
        "input.UNIT.range", at, unit=row.unit.name, found=found, expected=expected, what=what, variable=row.variable,
        other=_other_unit(row),
    )  # fmt: skip


def _other_unit(row: Row) -> str:
    return "1/year" if row.unit.factor != 1.0 else "‰"


def e0_of(rows: Sequence[Row]) -> float:
    """Life expectancy from rates, deaths in the middle of each age: for a comparison of units, not for a result."""
    alive, years = 1.0, 0.0
    for row in rows:
        low, high = bounds(row.age)
        rate = _base(row)
        if math.isnan(rate):
            continue
        if high == OLDEST:
            return years + (alive / rate if rate > 0.0 else 0.0)
        width = high - low + 1
        dying = min(width * rate / (1.0 + 0.5 * width * rate), 1.0)
        years += width * alive * (1.0 - 0.5 * dying)
        alive *= 1.0 - dying
    return years


def _probabilities(rows: list[Row], report: Report) -> None:
    above = [row for row in rows if _base(row) > 1.0 + 1e-9]
    if rows[0].variable == "qx" and len(above) > 3:
        _unit(above[0], report, f"{above[0].value:.10g}", "0-1", "qx")
    else:
        for row in above:
            report.add("input.RANGE.value", row, got=f"{row.value:.10g}", variable=row.variable, expected="0-1")
    if rows[0].variable == "lx":
        for one, other in pairwise(rows):
            if other.value > one.value:
                report.add("input.MONOTONE.lx", other, got=f"{other.value:.10g}", before=f"{one.value:.10g}")
    else:
        _odd_neighbours(rows, report, 3.32)


def _odd_neighbours(rows: list[Row], report: Report, factor: float) -> None:
    """Ages that stand far above, or far below, both neighbours; at an end, far above the one."""
    closed = [
        row
        for row in rows
        if row.age not in ("all", "unknown") and _width(row) == _width(rows[-2 if len(rows) > 2 else 0])
    ]
    odd = []
    for index, row in enumerate(closed):
        beside = [closed[at].value for at in (index - 1, index + 1) if 0 <= at < len(closed)]
        if any(math.isnan(one) for one in (*beside, row.value)) or not beside:
            continue
        limit = factor if len(beside) == 2 else 2.0
        above = row.value > limit * max(beside) and _base(row) > 1e-9
        below = len(beside) == 2 and row.value * limit < min(beside)
        if (above and (len(beside) == 2 or row.variable == "asfr")) or below:
            odd.append(row.age)
    if odd:
        row = rows[0]
        report.say(
            "odd_neighbours", variable=row.variable, sex=row.sex, year=row.year, order=row.order,
            ages=tuple(odd[:SHOWN]), n=len(odd),
        )  # fmt: skip


def _sexes_apart(groups: Groups, report: Report) -> None:
    """Men against women of one age: 0.8 to 1.25 under 60 for people, within five times for rates."""
    for key, men in groups.items():
        variable, sex = key[1], key[4]
        if sex != "male" or variable not in ("pop", "mx", "qx"):
            continue
        women = {row.age: row for row in groups.get((*key[:4], "female", *key[5:]), [])}
        odd = [row.age for row in men if row.age in women and _apart(variable, row, women[row.age])]
        if odd:
            report.say("sexes_apart", variable=variable, year=men[0].year, ages=tuple(odd[:SHOWN]), n=len(odd))


def _apart(variable: str, man: Row, woman: Row) -> bool:
    if not man.value > 0.0 or not woman.value > 0.0 or man.age in ("all", "unknown"):
        return False
    ratio = man.value / woman.value
    if variable == "pop":
        low, high = (0.8, 1.25) if bounds(man.age)[0] < 60 else (0.1, 2.0)
        return not low <= ratio <= high
    return not 0.2 <= ratio <= 5.0


def _series(rows: list[Row], report: Report) -> None:
    """Totals and rates without age that double or halve from one year to the next."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.age == "all" and (row.variable in RANGES or row.variable in ("births", "deaths")):
            found.setdefault((row.place, row.variable, row.sex, row.order), []).append(row)
    for series in found.values():
        series.sort(key=lambda row: row.year)
        for one, other in pairwise(series):
            if one.value > 0.0 and not 0.5 <= other.value / one.value <= 2.0:
                report.say("jump", variable=other.variable, year=other.year, found=_base(other), before=_base(one))


def _totals(groups: Groups) -> Iterator[tuple[Row, float, list[float]]]:
    """(first row, people of both sexes in base units, by year of a series before it) of every stock."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for key, rows in groups.items():
        if key[1] in ("pop", "pop_yearend", "pop_jan1", "pop_midyear"):
            found.setdefault(key[:4], []).extend(rows)
    series: dict[tuple[str, str], list[float]] = {}
    for stock, rows in sorted(found.items(), key=lambda one: (one[0][0], one[0][1], one[0][3])):
        if any(row.sex == "both" for row in rows) or {row.sex for row in rows} == {"male", "female"}:
            total = math.fsum(_base(row) for row in rows)
            before = series.setdefault((stock[0], stock[1]), [])
            yield rows[0], total, list(before)
            before.append(total)


def _stocks(groups: Groups, report: Report, census: Callable[[str], float | None]) -> None:
    for row, total, before in _totals(groups):
        if math.isnan(total):
            report.say("missing", variable=row.variable, year=row.year)
            continue
        counted = census(row.place)
        name = all_places()[row.place].name_zh if row.place in all_places() else row.name or row.place
        if counted and total > 0.0:
            ratio = total / counted
            written = f"{total / row.unit.factor:,.10g}"
            if any(factor / NEAR <= ratio <= factor * NEAR for factor in OTHER_UNITS):
                report.add(
                    "input.UNIT.population", row.unit.spot or row, unit=row.unit.name, found=written, place=name,
                    census=f"{counted:,.0f}", other=_meant(row, ratio), variable=row.variable,
                )  # fmt: skip
            elif not 1.0 / REFUSE <= ratio <= REFUSE:
                report.add(
                    "input.RANGE.census", row, got=written, unit=row.unit.name, census=f"{counted:,.0f}", place=name
                )
            elif not 1.0 / WARN <= ratio <= WARN:
                report.say(
                    "census_apart", variable=row.variable, year=row.year, found=total, census=counted, place=name
                )
        if before and total > 0.0 and before[-1] > 0.0:
            change = total / before[-1]
            if not 1.0 / REFUSE <= change <= REFUSE:
                report.add("input.RANGE.jump", row, got=f"{total:,.10g}", before=f"{before[-1]:,.10g}")
            elif not 1.0 / WARN <= change <= WARN:
                report.say("jump", variable=row.variable, year=row.year, found=total, before=before[-1])


def _meant(row: Row, ratio: float) -> str:
    """The unit under which the total would agree with the census, in the language of the file's own unit."""
    factor = min((1e3, 1e4, 1e-3, 1e-4), key=lambda one: abs(ratio / one - 1.0))
    meant = row.unit.factor / factor
    return {1.0: "人", 1e3: "千人", 1e4: "万人"}.get(round(meant, 6), f"x {1 / factor:g}")
