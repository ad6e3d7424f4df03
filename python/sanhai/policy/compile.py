"""A component compiled to weights: yuan and heads on births, on children of two 1 Januaries, or on a count by year.

Every count is linear in births of a year and in children aged a on 1 January of it and of the next; months carry dates,
birth windows and amounts. Section by section of a year: months in force, yuan by cell after stacking, weights.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.policy.amounts import (
    ORDERS,
    Levers,
    boundaries,
    own,
    share_of_months,
    stacked,
    value_of,
)
from sanhai.policy.component import Component
from sanhai.policy.months import MONTHS, january, month_of, months_of
from sanhai.policy.vocabulary import OLDEST_CHILD

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Kids", "Units", "Weights", "conditions", "missing", "units", "weights"]

N_AGES = OLDEST_CHILD + 1
SPRING = 2  # March, counted from 0: the first month of the spring term
Members = tuple[tuple[str, Component], ...]  # (id, component) of a stack
Months = list["NDArray[np.float64]"]  # (12) yuan by cell


@dataclass(frozen=True)
class Weights:
    """By year: heads and yuan of births (order), and of children (order, age) on this 1 January and on the next."""

    births: tuple[NDArray[np.float64], NDArray[np.float64]]  # (year, order)
    first: tuple[NDArray[np.float64], NDArray[np.float64]]  # (year, order, age)
    second: tuple[NDArray[np.float64], NDArray[np.float64]]

    def of(self, kids: Kids) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(leaf, year) heads and yuan, at take-up 1."""
        found = []
        for births, first, second in zip(self.births, self.first, self.second, strict=True):
            total = np.zeros(kids.births.shape[:2])
            for order in range(len(ORDERS)):
                total += kids.births[:, :, order] * births[:, order]
                for age in range(N_AGES):
                    total += kids.children[:, :-1, order, age] * first[:, order, age]
                    total += kids.children[:, 1:, order, age] * second[:, order, age]
            found.append(total)
        return found[0], found[1]


@dataclass(frozen=True)
class Units:
    """By year and cell: heads and yuan (a year) of one counted unit."""

    heads: NDArray[np.float64]  # (year, cell)
    yuan: NDArray[np.float64]


@dataclass(frozen=True)
class Kids:
    """Births and children that lines count."""

    births: NDArray[np.float64]  # (leaf, year, order)
    children: NDArray[np.float64]  # (leaf, year + 1, order, age) on 1 January, by the orders of their birth year

    @classmethod
    def split(cls, births: NDArray[np.float64], ages: NDArray[np.float64], history: NDArray[np.float64]) -> Kids:
        """births (leaf, year, order); ages (leaf, year + 1, age) of both sexes; history (1, n, order) before the first.

        Children whose birth year had no births take the shares of the last year before with some; those born before
        the history its first.
        """
        n, n_years, _ = births.shape
        all_years = np.concatenate([np.broadcast_to(history, (n, *history.shape[1:])), births], axis=1)
        total = all_years.sum(axis=2)
        shares = np.divide(all_years, total[..., None], out=np.zeros_like(all_years), where=total[..., None] > 0.0)
        for year in range(1, shares.shape[1]):
            empty = total[:, year] <= 0.0
            shares[empty, year] = shares[empty, year - 1]
        children = np.zeros((n, n_years + 1, len(ORDERS), N_AGES))
        for age in range(min(N_AGES, ages.shape[2])):
            born = np.clip(np.arange(n_years + 1) - 1 - age + history.shape[1], 0, None)
            children[:, :, :, age] = ages[:, :, age, None] * shares[:, born]
        return cls(births, children)


def conditions(levers: Levers, component: Component, month: int) -> float:
    """Share of those counted who are entitled in a month; NaN where it stands in a lever that nobody set."""
    shares = [value_of(levers, one.share, month) for one in component.eligible.conditions]
    if component.eligible.registration == "registered" and component.count.stock in ("births", "children"):
        shares.append(levers.number("registered.ratio", month))
    product = 1.0
    for share in shares:
        product *= np.nan if share is None else share
    return product


def missing(levers: Levers, component: Component, years: range) -> str:
    """The first lever that the component needs and that has a value in no year; "" where none lacks."""
    unneeded = {"payers": (), "take_up": 1.0, "reach": None, "timing": component.timing.when_due}
    paths = component.model_copy(update=unneeded).levers
    last = january(years.stop) - 1  # what was set before still holds
    return next((path for path in paths if levers.number(path, last) is None), "")


def _segments(levers: Levers, components: Iterable[Component], year: int) -> list[range]:
    """The months of a year in stretches in which nothing begins or ends."""
    months = months_of(year)
    dates = {*boundaries(components), *levers.starts(year)}
    inside = sorted(month for month in dates if months.start < month < months.stop)
    starts = [months.start, *inside]
    return [range(a, b) for a, b in zip(starts, [*inside, months.stop], strict=True)]


def yuan_by_month(
    levers: Levers, name: str, component: Component, group: Members, year: int
) -> list[NDArray[np.float64]]:
    """(12) yuan of the component's own period by cell, after stacking; 0 where a lever is not set."""
    found: list[NDArray[np.float64]] = []
    for stretch in _segments(levers, [component, *(one for _, one in group)], year):
        if component.stack is None:
            paid = np.nan_to_num(own(levers, component, stretch.start))
        else:
            paid = stacked(levers, group, stretch.start)[name] / component.payments_a_year
        found += [paid] * len(stretch)
    return found


def _born(component: Component, month: int) -> NDArray[np.float64]:
    """(age) share of those aged a in the middle of a month who were born inside the window."""
    middle = (month + 0.5) / 12.0 - np.arange(N_AGES)  # birth times of an age: the year that ends here
    share = np.ones(N_AGES)
    if component.eligible.born_from is not None:
        share = np.minimum(share, np.clip(middle - _time(component.eligible.born_from), 0.0, 1.0))
    if component.eligible.born_before is not None:
        share = np.minimum(share, np.clip(_time(component.eligible.born_before) - (middle - 1.0), 0.0, 1.0))
    return share


def _time(day: dt.date) -> float:
    return (month_of(day) + (day.day - 1) / 30.0) / 12.0


def _born_in(component: Component, year: int) -> float:
    """Share of the births of a year inside the window."""
    first = (
        0.0 if component.eligible.born_from is None else min(max(_time(component.eligible.born_from) - year, 0.0), 1.0)
    )
    last = (
        1.0
        if component.eligible.born_before is None
        else min(max(_time(component.eligible.born_before) - year, 0.0), 1.0)
    )
    return max(0.0, last - first)


@dataclass
class _Book:
    """Weights of one year as they are put down."""

    births: NDArray[np.float64]  # (2, order): heads, yuan
    first: NDArray[np.float64]  # (2, order, age)
    second: NDArray[np.float64]

    @classmethod
    def empty(cls) -> _Book:
        n = len(ORDERS)
        return cls(np.zeros((2, n)), np.zeros((2, n, N_AGES)), np.zeros((2, n, N_AGES)))

    def put_age(self, age: int, heads: float, yuan: NDArray[np.float64]) -> None:
        """Children aged `age` on this 1 January (-1: births of the year); heads only where something is paid."""
        to = self.births if age < 0 else self.first[:, :, age]
        to[0] += heads * (yuan > 0.0)
        to[1] += heads * yuan


def _births(book: _Book, component: Component, year: int, yuan: Months, shares: list[float]) -> None:
    for share, paid in zip(shares, yuan, strict=True):
        book.put_age(-1, share / 12.0, paid[:, 0])


def _months(book: _Book, component: Component, year: int, yuan: Months, shares: list[float]) -> None:
    """A month's stock lies on the line between the two 1 Januaries; heads in person-years."""
    periods = component.payments_a_year
    for j, (share, paid) in enumerate(zip(shares, yuan, strict=True)):
        if share == 0.0:
            continue
        gone = (j + 0.5) / 12.0
        weight = share / 12.0 * _born(component, january(year) + j)
        for to, part in ((book.first, 1.0 - gone), (book.second, gone)):
            to[0] += weight * part * (paid > 0.0)
            to[1] += weight * part * paid * periods


def _calendar(book: _Book, component: Component, year: int, yuan: Months, shares: list[float]) -> None:
    """In full in the calendar years 0 to years - 1 of a child; born before the date by months under the age `years`."""
    rule, months = component.timing, sum(shares)
    mean = np.sum([share * paid for share, paid in zip(shares, yuan, strict=True)], axis=0) / months
    last, full = int(rule.years or 1), rule.full_born_from
    assert full is not None
    of_last_year = 6.5 if rule.birthday_month == "counts" else 5.5
    for k in range(last + 1):
        is_full = year - k >= full.year
        paid_months = (12.0 if k < last else 0.0) if is_full else (12.0 if k < last else of_last_year)
        if paid_months:
            book.put_age(k - 1, months / 12.0, mean[:, min(k, last - 1)] * paid_months / 12.0)


def _terms(book: _Book, component: Component, year: int, yuan: Months, shares: list[float]) -> None:
    """Those at an age on the cut-off before the term: autumn of this year, spring of the year before."""
    cutoff = int(component.timing.cutoff_month or 1)
    lower, autumn = (cutoff - 1) / 12.0, cutoff - 1
    first, last = component.count.ages or (0, 0)
    for j, back in ((SPRING, 0), (autumn, 1)):
        if shares[j] == 0.0 or (component.per == "year" and back == 0):
            continue
        for age in range(first, last + 1):
            paid = yuan[j][:, age]
            book.put_age(age - back, shares[j] * lower, paid)
            book.put_age(age - back + 1, shares[j] * (1.0 - lower), paid)


def _dates(levers: Levers) -> Callable[..., None]:
    """A lump at birth and on birthdays, or in one month to those of an age on its first day."""

    def put(book: _Book, component: Component, year: int, yuan: Months, shares: list[float]) -> None:
        first, last = component.count.ages or (0, 0)
        when = component.timing.month
        for age in range(first, last + 1):
            this, before = (_born_in(component, one) for one in (year - age, year - 1 - age))
            for j, (share, paid) in enumerate(zip(shares, yuan, strict=True)):
                if when is None:
                    book.put_age(age - 1, this * share / 12.0, paid[:, age])
                elif value_of(levers, when, january(year) + j) == j + 1:
                    book.put_age(age - 1, this * share * j / 12.0, paid[:, age])
                    book.put_age(age, before * share * (1.0 - j / 12.0), paid[:, age])

    return put


def _entitled(levers: Levers, component: Component, month: int) -> float:
    """Share of those counted who are entitled; 0 where a lever of it is not set."""
    return float(np.nan_to_num(conditions(levers, component, month)))


def _shares(levers: Levers, component: Component, year: int, counts: Callable[[int], float]) -> list[float]:
    """(12) share of each month in force x what one counted counts for in it."""
    found = share_of_months(component, year)
    for stretch in _segments(levers, (), year):
        share = counts(stretch.start)
        for month in stretch:
            found[month % MONTHS] *= share
    return found


def weights(levers: Levers, name: str, component: Component, group: Members, years: range) -> Weights:
    """Weights of a component that counts births or children. group: (id, component) of its stack, itself included."""
    timing = {"once": _births, "months": _months, "calendar": _calendar, "terms": _terms, "dates": _dates(levers)}
    books = []
    for year in years:
        book = _Book.empty()
        shares = _shares(levers, component, year, lambda month: _entitled(levers, component, month))
        if any(shares):
            paid = yuan_by_month(levers, name, component, group, year)
            timing[component.timing.rule](book, component, year, paid, shares)
        books.append(book)

    def table(part: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        both = np.array([getattr(book, part) for book in books])
        return both[:, 0], both[:, 1]

    return Weights(table("births"), table("first"), table("second"))


def units(
    levers: Levers, name: str, component: Component, group: Members, years: range, counted: bool = False
) -> Units:
    """Heads and yuan of one counted unit of a stock counted by year. counted: a user's count holds those entitled."""
    heads, yuan = [], []
    periods = component.payments_a_year if component.timing.rule == "months" else 1.0
    number, most = component.count.units, component.count.cap_units

    def of_one(month: int) -> float:
        share = 1.0 if counted else _entitled(levers, component, month)
        if number is None or component.count.stock != "legacy":
            return share
        n = value_of(levers, number, month)
        return share * (0.0 if n is None else n if most is None else min(n, most))

    for year in years:
        paid = yuan_by_month(levers, name, component, group, year)
        force = [share / 12.0 for share in _shares(levers, component, year, of_one)]
        heads.append(sum(part * (one[0] > 0.0) for part, one in zip(force, paid, strict=True)))
        yuan.append(sum(part * one[0] * periods for part, one in zip(force, paid, strict=True)))
    return Units(np.array(heads, dtype=float), np.array(yuan, dtype=float))
