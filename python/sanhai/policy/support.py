"""What births of a place meet on both sides of a comparison, as it is known at each announcement.

A birth knows policy announced by its date: instruments, amounts, what a scenario sets. Beliefs are not announced: it
takes them as they are. The core draws weights and take-up, and says what births make of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.amounts import ORDERS, value_of
from sanhai.policy.compile import conditions
from sanhai.policy.component import Amount, Component
from sanhai.policy.life import Discount, Life, Members, decimal_year
from sanhai.policy.months import MONTHS, january
from sanhai.policy.reading import Reading
from sanhai.policy.terms import (
    TAKE_UP,
    Term,
    adjusts,
    cost_area,
    cost_of_child,
    group_of,
    holds_take_up,
    payable,
    take_up_in,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["SupportTable", "announced", "support_table"]

ALWAYS = 0.0  # when what has no date was announced: before anybody can remember
CUT, COST = "subsidy.share_of_cost", "response.cost_of_child_yuan"
N_CLASSES = len(_bridge.SupportClass.__members__)
SHAPE = (2, len(ORDERS), N_CLASSES)  # of what a birth meets: take-up in it or a draw's, order, class


@dataclass(frozen=True)
class SupportTable:
    """What births meet before any weight is drawn: see the core's PolicySupport. Side 0: the scenario, 1: what it is
    compared with. A segment: months of birth that meet the same."""

    announced: tuple[float, ...]  # decimal years; none: both sides are alike
    first_month: tuple[int, ...]  # of a segment, from January of the run's first year
    present_value: NDArray[np.float64]  # (side, segment, announcement, order, class) yuan, take-up in it
    claimed: NDArray[np.float64]  # the same at take-up 1, where a draw's take-up holds
    cut: NDArray[np.float64]  # (side, segment, announcement) share of the cost taken off
    cost_of_child: NDArray[np.float64]  # (segment) yuan

    @classmethod
    def empty(cls) -> SupportTable:
        """No policy."""
        by_class = np.zeros((2, 0, 0, len(ORDERS), N_CLASSES))
        return cls((), (), by_class, by_class, np.zeros((2, 0, 0)), np.zeros(0))


def support_table(reading: Reading, base: Reading, leaf: Place, years: range, rho: float) -> SupportTable:
    """Both sides of a place; empty where no birth of the years can meet another support. rho: of parents [1/year]."""
    if not leaf.policy_codes:
        return SupportTable.empty()
    sides = [
        (tuple(row.full_id for row in one.instruments_at(leaf)), one.holds_at(leaf), one.place_key(leaf))
        for one in (reading, base)
    ]
    key = ("support", *sides, years, rho, cost_area(leaf))  # many places have one table
    return reading.memo(key, lambda: _table([_Side(one, leaf, years, rho) for one in (reading, base)]))


def announced(component: Component, amount: Amount) -> float:
    """Decimal year in which an amount became known: as its record says, else as its component's, else its start."""
    days = (amount.announced, component.announced, amount.valid_from, component.valid_from)
    return next((decimal_year(day) for day in days if day is not None), ALWAYS)


def _known_by(group: Members, date: float) -> Members:
    """Components with the amounts announced by a date, without those that have none."""
    known = []
    for name, one in group:
        amounts = tuple(amount for amount in one.amounts if announced(one, amount) <= date)
        if amounts:
            is_whole = len(amounts) == len(one.amounts)
            known.append((name, one if is_whole else one.model_copy(update={"amounts": amounts})))
    return tuple(known)


class _Side:
    """One scenario at one place: what births of each month meet, by what is known at a date."""

    def __init__(self, reading: Reading, leaf: Place, years: range, rho: float) -> None:
        self.reading, self.leaf, self.discount = reading, leaf, Discount(rho)
        self.births = range(january(years.start), january(years.stop))  # months
        met = [one for one in payable(reading, leaf).values() if one.component.is_met]
        self.terms = sorted(met, key=lambda one: one.id)
        self.groups = {one.id: group_of(reading, leaf, one) or ((one.id, one.component),) for one in self.terms}

    def announcements(self) -> set[float]:
        """Decimal years at which something that a birth may meet is announced."""
        own = {announced(one, amount) for group in self.groups.values() for _, one in group for amount in one.amounts}
        return own | self.reading.announcements()

    def met(self, date: float) -> NDArray[np.float64]:
        """(month of birth, cell) what births meet by all that is announced by a date: yuan by SHAPE, then the cut."""
        yuan, cut = np.zeros((len(self.births), *SHAPE)), np.zeros(len(self.births))
        for term in self.terms:
            group = _known_by(self.groups[term.id], date)
            if term.id in dict(group):
                self._add(yuan, term, group, date)
        for known, births, rows in self._as_known({CUT}, date):
            if known.holds_at(self.leaf):
                cut[rows] = known.number(CUT, self.leaf, births.start)
        return np.concatenate([yuan.reshape(len(cut), -1), cut[:, None]], axis=1)

    def _add(self, yuan: NDArray[np.float64], term: Term, group: Members, date: float) -> None:
        """What one component pays, of the share of births that it reaches."""
        kind = _bridge.SupportClass[str(term.kind)].value
        paths = {path for _, one in group for path in one.levers}
        paths |= {"registered.ratio", *adjusts(self.reading, self.leaf, TAKE_UP)}
        for known, births, rows in self._as_known(paths, date):
            value = Life(known, self.leaf, term.id, group, births, self.discount).present_value()
            if np.any(value):
                reached, is_drawn = self._reach(known, term, births.start)
                yuan[rows, int(is_drawn), :, kind] += reached * value

    def _as_known(self, paths: set[str], date: float) -> Iterator[tuple[Reading, range, slice]]:
        """Months of birth in which none of these levers changes, and the scenario as births of them know it."""
        first, last = self.births.start, self.births.stop
        starts = [first, *sorted(month for month in self.reading.changes(paths) if first < month < last)]
        for start, stop in zip(starts, [*starts[1:], last], strict=True):
            yield self.reading.known(date, start), range(start, stop), slice(start - first, stop - first)

    def _reach(self, known: Reading, term: Term, month: int) -> tuple[float, bool]:
        """Share of births reached, and whether a draw's take-up is still to come into it.

        A place may pay for more registered children than it has; but no birth is reached twice.
        """
        levers, component = known.at(self.leaf), term.component
        share = min(1.0, float(np.nan_to_num(conditions(levers, component, month))))
        if component.reach is not None:
            share *= value_of(levers, component.reach, month) or 0.0
        if component.take_up == TAKE_UP and not holds_take_up(known, self.leaf, term, month):
            return share, True
        return share * take_up_in(known, self.leaf, term, month), False

    def cost(self) -> NDArray[np.float64]:
        """(month of birth) yuan of a child."""
        starts = {*self.births[::MONTHS], *self.reading.changes({COST})}
        months = sorted(month for month in starts if month in self.births)
        yuan = [cost_of_child(self.reading, self.leaf, month)[0] for month in months]
        return np.repeat(yuan, np.diff([*months, self.births.stop]))


def _table(sides: list[_Side]) -> SupportTable:
    births = (np.array(sides[0].births) + 0.5) / MONTHS
    told: list[float] = []
    rows: list[NDArray[np.float64]] = []  # of an announcement: (side, month of birth, cell); 0 where it comes too late
    for date in sorted({date for one in sides for date in one.announcements() if date < births[-1]}):
        late = births >= date
        known = np.where(late[:, None], [one.met(date) for one in sides], 0.0)
        if np.any(known[:, late] != (rows[-1][:, late] if rows else 0.0)):
            told.append(date)
            rows.append(known)
    if all(np.array_equal(one[0], one[1]) for one in rows):
        return SupportTable.empty()
    cost = sides[0].cost()
    table = np.array(rows).transpose(1, 2, 0, 3)  # (side, month of birth, announcement, cell)
    changes = np.any(table[:, 1:] != table[:, :-1], axis=(0, 2, 3)) | (np.diff(cost) != 0.0)
    first = np.concatenate([[0], np.flatnonzero(changes) + 1])
    table = table[:, first]
    yuan = table[..., :-1].reshape(*table.shape[:-1], *SHAPE)
    months = tuple(int(one) for one in first)
    inside, drawn = yuan[..., 0, :, :], yuan[..., 1, :, :]
    return SupportTable(tuple(told), months, inside, drawn, table[..., -1], cost[first])
