"""The people an own place starts with: from a count of any day and any groups to single ages on a 1 January."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.errors import DomainError, InputProblem, problem
from sanhai.places.base import N_AGES
from sanhai.places.figures import SEXES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.ages import ByAge
    from sanhai.places.standard import Standard
    from sanhai.rates.schedules import Said

__all__ = ["GRADUATIONS", "Day", "day_of", "pattern_on", "stock_of"]

GRADUATIONS = ("standard", "sprague", "even")
YOUNGEST_OPEN = 65


@dataclass(frozen=True)
class Day:
    """When a count holds: `first` calendar year of a run from it, which begins `d` years later."""

    year: int
    first: int
    d: float


def day_of(date: str) -> Day:
    """The first 1 January on or after a day; the last day of a month counts as the first of the next."""
    day = dt.date.fromisoformat(date)
    after = day + dt.timedelta(days=1)
    if after.day == 1:
        day = after
    if (day.month, day.day) == (1, 1):
        return Day(day.year, day.year, 0.0)
    return Day(day.year, day.year + 1, (13 - day.month) / 12 - (day.day - 1) / 365)


def pattern_on(standard: Standard, day: Day) -> NDArray[np.float64]:
    """(sex, age) the standard's pyramid on a day, survived there from its own 1 January: a pattern inside groups."""
    people = np.array(standard.pyramid.counts)
    at = standard.pyramid.first_year
    while at > day.first:
        Sx = _survival(standard, at - 1)
        earlier = np.empty_like(people)
        earlier[:, :-2] = people[:, 1:-1] / Sx[:, 1:-1]
        earlier[:, -2] = earlier[:, -3] * Sx[:, -2]  # the two oldest stand together a year later
        earlier[:, -1] = earlier[:, -2] * Sx[:, -1] / (1.0 - Sx[:, -1])
        people, at = earlier, at - 1
    while at < day.first:
        Sx = _survival(standard, at)
        later = np.empty_like(people)
        later[:, 0] = people[:, 0]  # births of the year are not known: the one before it
        later[:, 1:] = people[:, :-1] * Sx[:, 1:]
        later[:, -1] += people[:, -1] * Sx[:, -1]
        people, at = later, at + 1
    if day.d == 0.0:
        return people
    Sx = _survival(standard, day.first - 1)
    older = np.concatenate([people[:, 1:], people[:, -1:]], axis=1)
    moved = ((1.0 - day.d) * people + day.d * older) / (1.0 - (1.0 - Sx) * day.d)
    moved[:, -1] = people[:, -1] / (1.0 - (1.0 - Sx[:, -1]) * day.d)
    return np.asarray(moved)


def _survival(standard: Standard, year: int) -> NDArray[np.float64]:
    """(sex, age) survivorship of a year; outside the standard's years that of the nearest."""
    near = min(max(year, standard.years[0]), standard.years[-1])
    return np.asarray(_bridge.Sx_from_mx(standard.at(standard.mx, near, near))[0])


def stock_of(
    given: ByAge,
    graduation: str,
    standard: Standard | None,
    Sx: NDArray[np.float64],
    born: float | None,
    faults: list[InputProblem],
    said: Said,
) -> NDArray[np.float64]:
    """(sex, age 0..100+) persons on the 1 January a run starts on. Sx (sex, age): survivorship of the year before it.

    born: births of the calendar year of the count, where they are known.
    """
    at = {"variable": "pop", "year": int(given.date[:4])}
    _check(given, at, faults)
    if faults:
        return np.zeros((2, N_AGES))
    day = day_of(given.date)
    counts = np.stack([given.sex(sex)[0] for sex in SEXES])
    try:
        single = _single(counts, given, graduation, standard, day, Sx, said)
        if day.d == 0.0:
            return single
        moved = np.array(_bridge.moved_on(single, Sx, day.d))
    except DomainError as error:
        faults.append(problem("input.RANGE.schedule", at, got=str(error.args[0])[:160]))
        return np.zeros((2, N_AGES))
    said("population", "moved_to_january", f"{day.d:.3f}")
    if born is not None:
        moved[:, 0] = born * (counts[:, 0] / counts[:, 0].sum()) * Sx[:, 0]
        said("population", "infants_from_births", f"{born:,.0f}")
    return moved


def _check(given: ByAge, at: dict[str, object], faults: list[InputProblem]) -> None:
    if set(given.sexes) != set(SEXES):
        faults.append(problem("input.SEX_MISSING.own", at, got=", ".join(given.sexes)))
    if given.lower[0] != 0:
        faults.append(problem("input.AGE_GAP.own", {**at, "age": "0"}, first=0, last=given.lower[0] - 1))
    if not given.is_open:
        faults.append(problem("input.AGE_OPEN.own", {**at, "age": str(given.lower[-1])}))
    elif given.lower[-1] < YOUNGEST_OPEN:
        faults.append(problem("input.AGE_OPEN.low", {**at, "age": f"{given.lower[-1]}+"}, least=YOUNGEST_OPEN))
    if len(given.years) > 1:
        faults.append(problem("input.DATE.several", at, got=", ".join(map(str, given.years[:5]))))
    for cell in np.argwhere(~(given.values[0] >= 0))[:50]:
        value = float(given.values[0][tuple(cell)])
        spot = {**at, "sex": given.sexes[cell[1]], "age": str(given.lower[cell[2]])}
        missing = np.isnan(value)
        faults.append(
            problem(
                "input.MISSING.own" if missing else "input.NEGATIVE.own", spot, **({} if missing else {"got": value})
            )
        )


def _single(
    counts: NDArray[np.float64],
    given: ByAge,
    graduation: str,
    standard: Standard | None,
    day: Day,
    Sx: NDArray[np.float64],
    said: Said,
) -> NDArray[np.float64]:
    """(sex, 101) persons of the day."""
    lower, oldest = given.lower, given.lower[-1]
    if oldest > N_AGES - 1:
        said("population", "open_100", f"{oldest}+")
        keep = [g for g, age in enumerate(lower) if age < N_AGES - 1]
        start = lower.index(N_AGES - 1) if N_AGES - 1 in lower else len(keep)
        counts = np.concatenate([counts[:, keep], counts[:, start:].sum(axis=1, keepdims=True)], axis=1)
        lower = (*(age for age in lower if age < N_AGES - 1), N_AGES - 1)
    if lower == tuple(range(N_AGES)):
        return counts
    if standard is not None and graduation == "standard":
        said("population", "graduated_standard", "")
        return _bridge.single_years(counts, list(lower), pattern_on(standard, day))
    out = np.zeros((2, N_AGES))
    last = lower[-1]
    for s in range(2):
        closed = counts[s, :-1]
        out[s, :last] = _sprague(closed, lower) if graduation == "sprague" else _even(closed, lower)
        open_age = (
            [counts[s, -1]]
            if last == N_AGES - 1
            else _bridge.close_open_age(counts[s, -1], out[s, last - 10 : last], Sx[s], last)
        )
        out[s, last:] = open_age
    if last < N_AGES - 1:
        said("population", "open_by_life_table", f"{last}+")
    if lower[:-1] != tuple(range(last)):
        said("population", f"graduated_{graduation if graduation == 'sprague' else 'even'}", "")
    return out


def _even(counts: NDArray[np.float64], lower: tuple[int, ...]) -> NDArray[np.float64]:
    widths = np.diff(lower)
    return np.asarray(np.repeat(counts / widths, widths))


def _sprague(counts: NDArray[np.float64], lower: tuple[int, ...]) -> NDArray[np.float64]:
    """Single years of five-year groups; 0 and 1-4 keep their own counts."""
    five = np.array([counts[[g for g, age in enumerate(lower[:-1]) if first <= age < first + 5]].sum()
                     for first in range(0, lower[-1], 5)])  # fmt: skip
    out = np.array(_bridge.sprague(five))
    for g, first in enumerate(lower[:-1]):
        cells = slice(first, lower[g + 1])
        out[cells] *= counts[g] / out[cells].sum() if out[cells].sum() > 0 else 0.0
    return out
