"""The payments of one component along a child's life, for births of every month, by its record's amounts and timing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.amounts import ORDERS, boundaries, own_a_year, stacked, value_of
from sanhai.policy.component import Component
from sanhai.policy.months import MONTHS, january, year_of
from sanhai.policy.reading import Reading
from sanhai.policy.vocabulary import NURSERY_TYPES, OLDEST_CHILD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["Discount", "Life", "Members", "decimal_year"]

NURSERY_YEARS = 3  # a child is under 3 as long
PAID_TYPE = NURSERY_TYPES.index("inclusive_private")  # whose price a nursery's support is
Members = tuple[tuple[str, Component], ...]  # (id, component) of a stack


def decimal_year(day: dt.date) -> float:
    """2025-07-28 is 2025 + 6/12 + 27/365."""
    return day.year + (day.month - 1) / 12.0 + (day.day - 1) / 365.0


class Discount:
    """What a yuan paid some years after a birth is worth to the parents at it: (1 + rho)^-years, as the core has it."""

    def __init__(self, rho: float) -> None:
        self.rho = rho
        self._found: dict[float, float] = {}

    def __call__(self, years: float) -> float:
        if years not in self._found:
            self._found[years] = _bridge.present_value([(years, 1.0)], self.rho)
        return self._found[years]


class Life:
    """One component, what of it and of its stack is known to births of some months, by a reading as they know it."""

    def __init__(
        self, known: Reading, leaf: Place, name: str, group: Members, births: range, discount: Discount
    ) -> None:
        self.known, self.levers, self.discount = known, known.at(leaf), discount
        self.name, self.group, self.component = name, group, dict(group)[name]
        self.first = january(year_of(births.start))
        self.births = np.array(births)  # months, since the year 0
        self.dates = (self.births + 0.5) / MONTHS
        first, last = self.component.count.ages or (0, NURSERY_YEARS - 1)
        self.ages = range(first, last + 1)

    def present_value(self) -> NDArray[np.float64]:
        """(month of birth, order) yuan at birth of all payments to one who is entitled and claims."""
        stock, rule = self.component.count.stock, self.component.timing.rule
        if stock in ("births", "given"):
            return self._sum([(0, 0, 0.0)]) / self.component.payments_a_year
        if rule == "calendar":
            return self._calendar()
        if rule == "dates" and self.component.timing.month is not None:
            return self._window() * self._lumps()
        if rule == "dates":
            return self._window() * self._sum((MONTHS * age, age, age) for age in self.ages)
        middle, cell = MONTHS // 2, PAID_TYPE if stock == "nursery" else None
        paid = ((MONTHS * age + middle, age if cell is None else cell, age + 0.5) for age in self.ages)
        return self._window() * self._sum(paid)

    @cached_property
    def _yuan(self) -> NDArray[np.float64]:
        """(month from the January before the first birth, order or 1, cell) yuan a year, after stacking."""
        end = january(year_of(int(self.births[-1])) + OLDEST_CHILD + 3)
        members = [one for _, one in self.group]
        paths = {path for one in members for path in one.levers}
        starts = {*self.known.changes(paths), *boundaries(members)}
        since = [one.growth_from for member in members for one in member.amounts if one.growth_from is not None]
        if since:
            starts |= {month for month in range(self.first, end, MONTHS) if month >= january(min(since))}
        months = [self.first, *sorted(month for month in starts if self.first < month < end)]
        return np.repeat([self._in(month) for month in months], np.diff([*months, end]), axis=0)

    def _in(self, month: int) -> NDArray[np.float64]:
        if self.component.stack is None:
            return own_a_year(self.levers, self.component, month)
        return stacked(self.levers, self.group, month)[self.name]

    def _sum(self, paid: Iterable[tuple[int, int, float]]) -> NDArray[np.float64]:
        """(month of birth, order) of payments: months after that of the birth, cell, years to discount."""
        out = np.zeros((len(self.births), len(ORDERS)))
        for months, cell, years in paid:
            out += self._yuan[self.births - self.first + months, :, cell] * self.discount(years)
        return out

    def _window(self) -> NDArray[np.float64]:
        """(month of birth, 1) 1 inside the birth window, 0 outside."""
        first, last = self.component.eligible.born_from, self.component.eligible.born_before
        inside = np.ones(len(self.births))
        if first is not None:
            inside *= self.dates >= decimal_year(first)
        if last is not None:
            inside *= self.dates < decimal_year(last)
        return inside[:, None]

    def _calendar(self) -> NDArray[np.float64]:
        """Whole calendar years of a child, the one of birth first; nothing to those born before `full_born_from`."""
        rule = self.component.timing
        assert rule.full_born_from is not None
        by_year = self._yuan.reshape(-1, MONTHS, *self._yuan.shape[1:]).mean(axis=1)
        own = (self.births - self.first) // MONTHS
        out = np.zeros((len(self.births), len(ORDERS)))
        for k in range(int(rule.years or 1)):
            out += by_year[own + k, :, k] * self.discount(k)
        return np.asarray(out * (self.dates >= decimal_year(rule.full_born_from))[:, None])

    def _lumps(self) -> NDArray[np.float64]:
        """In one month of every year, to those of an age on its first day."""
        out = np.zeros((len(self.births), len(ORDERS)))
        for at, born in enumerate(self.births):
            for age in self.ages:
                birthday = int(born) + MONTHS * age  # in its middle: the next first day is a later month's
                when = value_of(self.levers, self.component.timing.month or 1, birthday)
                wait = (int(when or 1) - 2 - birthday) % MONTHS + 1
                out[at] += self._yuan[birthday + wait - self.first, :, age] * self.discount(age + (wait - 0.5) / MONTHS)
        return out
