"""What lines of the bill count of legacy stocks: kinds of parents, what each is paid, and the counts of a user.

docs/legacy.md has the rules. A part of a line is the kinds that are paid alike; its heads are series that draws vary,
each x a factor by leaf and year. A user's count is one factor on a series, from its year to extinction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, refuse
from sanhai.policy.amounts import share_of_months
from sanhai.policy.compile import Members, conditions, unit_share, yuan_by_year
from sanhai.policy.component import Band, Component
from sanhai.policy.legacy import NOBODY, OPEN, Count, Heads, rural_share
from sanhai.policy.levers import recipients_path
from sanhai.policy.vocabulary import DISABLED_SHARE, LEGACY_COUNTS, LEGACY_KINDS, RURAL_COUNT, RURAL_SHARES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place
    from sanhai.policy.reading import Reading
    from sanhai.policy.terms import Term

__all__ = ["Level", "Paid", "Parents", "Series", "counts_of", "lacks"]

Found = Callable[[Count], "NDArray[np.float64]"]  # (leaf, year, ...) of a count
Groups = list[tuple[Members, list[int]]]  # what stacks, and the leaves at which it is just this
Rebuilt = "tuple[tuple[Series, NDArray[np.float64]], ...]"
STOCK_OF = {"disabled_child": "living_only_child"}  # kinds that are a share of another's stock
WIFE_FROM = 49  # of the special families, whose count a user gives
REWARD_FROM = 60  # of the rural reward
NEAR = 1e-9  # two weights that are one but for rounding
BEGIN, END = ({"start": (1.0,), "end": (0.0,)}, {"start": (0.0,), "end": (1.0,)})  # of a year, in place of its mean


@dataclass(frozen=True, eq=False)
class Level:
    """Counts of a user, and what is rebuilt of the same recipients; from a count on their quotient is a factor."""

    path: str  # the lever
    counts: tuple[tuple[int, float], ...]  # (index of the year, recipients: its mean)
    of: tuple[tuple[Series, NDArray[np.float64]], ...]  # weights (leaf, year) on what is rebuilt
    holds: NDArray[np.bool_]  # (leaf) where the count was taken
    first_year: int

    def begun(self) -> NDArray[np.bool_]:
        """(leaf, year) where and when the level rests on a count."""
        return self.holds[:, None] & (np.arange(self.of[0][1].shape[1]) >= self.counts[0][0])

    def own(self) -> NDArray[np.bool_]:
        """(leaf, year) where and when there is a count of the year itself."""
        return self.holds[:, None] & np.isin(np.arange(self.of[0][1].shape[1]), [column for column, _ in self.counts])

    def factor(self, found: Found) -> NDArray[np.float64]:
        """(year, ...) on what is rebuilt; 1 before the first count. ConfigError for a year in which nobody is."""
        rows = np.flatnonzero(self.holds)
        parts = [(weights, series.heads(found)) for series, weights in self.of]
        out = np.ones(parts[0][1].shape[1:])
        for column, recipients in self.counts:
            rebuilt = np.zeros(out.shape[1:])
            for weights, heads in parts:
                for row in rows:  # one by one: the same bits for one draw and for many
                    rebuilt = rebuilt + weights[row, column] * heads[row, column]
            if not np.all(rebuilt > 0.0):
                where = f"{self.path}, year {self.first_year + column}"
                raise refuse(ConfigError, "legacy.nobody", got=recipients, where=where)
            out[column:] = recipients / rebuilt
        return out


@dataclass(frozen=True)
class Series:
    """Heads by leaf and year that draws vary. levels: counts of a user that hold them: of the kind, then of the line,
    which is a factor on what the first has left.
    """

    count: Count
    levels: tuple[Level, ...] = ()

    @property
    def counts(self) -> tuple[Count, ...]:
        """All that its heads rest on."""
        return (self.count, *(count for level in self.levels for one, _ in level.of for count in one.counts))

    def heads(self, found: Found) -> NDArray[np.float64]:
        """(leaf, year, ...)"""
        values = found(self.count)
        for level in self.levels:
            factor = np.ones(values.shape)
            factor[level.holds] = level.factor(found)
            values = values * factor
        return values


@dataclass(frozen=True)
class Paid:
    """A part of a line: kinds of parents that are paid alike."""

    members: tuple[tuple[Series, NDArray[np.float64]], ...]  # factor (leaf, year) on each
    heads: NDArray[np.float64]  # (leaf, year) their sum, of the point run
    ratio: NDArray[np.float64]  # (leaf, year) on all heads: conditions, units
    yuan: NDArray[np.float64]  # (leaf, year) a head
    counted: NDArray[np.bool_]  # (leaf, year) whether the level of all of them rests on a user's count


class _Months:
    """What a kind is paid in the months of each year: weights of 1 January, of the year's end, and of their mean."""

    def __init__(self, force: NDArray[np.float64], yuan: NDArray[np.float64], is_flow: bool) -> None:
        """force (year, 12) shares of months in force; yuan (year, 12)."""
        gone = (np.arange(12) + 0.5) / 12.0
        on = force * (yuan > 0.0)
        self.mean = on.sum(axis=1) / 12.0
        self.begin, self.end = (on * (1.0 - gone)).sum(axis=1) / 12.0, (on * gone).sum(axis=1) / 12.0
        paid = on * yuan
        self.yuan = np.divide(paid.sum(axis=1) / 12.0, self.mean, out=np.zeros(len(on)), where=self.mean > 0.0)
        self.yuan_begin, self.yuan_end = ((paid * part).sum(axis=1) / 12.0 for part in (1.0 - gone, gone))
        highest = np.where(on > 0.0, yuan, -np.inf).max(axis=1)
        is_one = np.where(on > 0.0, np.abs(yuan - highest[:, None]), 0.0).max(axis=1) == 0.0
        self.yuan = np.where(is_one & (self.mean > 0.0), highest, self.yuan)
        # Years in which the stock's way from one 1 January to the next matters; a flow has the same in every month.
        self.uneven = (np.abs(self.begin - self.end) > NEAR) & (not is_flow)
        self.changes = ~is_one & (not is_flow)


@dataclass(frozen=True)
class Parents:
    """The legacy stocks of a run, as its lines count them."""

    reading: Reading
    leaves: tuple[Place, ...]
    years: range
    stocks: Heads

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.leaves), len(self.years)

    def _found(self, count: Count) -> NDArray[np.float64]:
        return self.stocks.of([count])[0]

    def knows(self, rows: Iterable[int]) -> bool:
        """Whether the stocks of some of the leaves can be rebuilt."""
        return bool(self.stocks.is_known[list(rows)].any())

    def paid(self, term: Term, groups: Groups) -> list[Paid]:
        """The parts of a line; none where a condition, or the share of a kind, is not known.

        groups: what the component stacks with, and the leaves at which it does.
        """
        component, rows = term.component, [row for _, several in groups for row in several]
        line = self._line_level(term, rows)
        ratio = self._ratio(component, line)
        if not np.any(ratio[rows]):
            return []
        force = np.array([share_of_months(component, year) for year in self.years])
        yuan = [(at, yuan_by_year(self.reading, term.id, component, group, self.years)[:, :, 0]) for group, at in groups]
        parts = [
            self._part(component, kinds, force, yuan, line) for kinds in _alike(component, [paid for _, paid in yuan])
        ]
        return [replace(one, ratio=ratio) for one in parts if one is not None]

    def _ratio(self, component: Component, line: Level | None) -> NDArray[np.float64]:
        """(leaf, year) conditions on all kinds x units; a count of the line's own recipients holds the entitled."""
        shares = np.nan_to_num([conditions(self.reading, component, year) for year in self.years])
        shares = np.broadcast_to(shares, self._shape)
        if line is not None:
            shares = np.where(line.begun(), 1.0, shares)
        return np.asarray(shares * [unit_share(self.reading, component, year) for year in self.years])

    def _part(
        self,
        component: Component,
        kinds: tuple[str, ...],
        force: NDArray[np.float64],
        yuan: list[tuple[list[int], NDArray[np.float64]]],
        line: Level | None,
    ) -> Paid | None:
        periods = component.payments_a_year if component.timing.rule == "months" else 1.0
        is_flow = component.count.take in ("entries", "deaths")
        months = [(at, _Months(force, paid[:, :, LEGACY_KINDS.index(kinds[0])], is_flow)) for at, paid in yuan]
        members, heads, money = [], np.zeros(self._shape), np.zeros(self._shape)
        counted = np.ones(self._shape, dtype=bool)
        for kind in kinds:
            weight = self._weight(component, kind, line)
            if not np.any(weight):
                continue
            levels = tuple(one for one in (self._kind_level(component, kind), line) if one is not None)
            counted &= np.any([one.begun() for one in levels], axis=0) if levels else False
            flat = np.any([one.own() for one in levels], axis=0) if levels else np.zeros(self._shape, dtype=bool)
            for count in counts_of(component, kind):
                series = Series(count, levels)
                factor, paid = self._months_at(months, count, flat, periods)
                own = series.heads(self._found) * weight
                members.append((series, weight * factor))
                heads += own * factor
                money += own * paid
        if not members:
            return None
        each = np.zeros(self._shape)
        for at, one in months:
            each[at] = one.yuan * periods
            mixed = np.zeros(self._shape, dtype=bool)
            mixed[np.ix_(at, one.changes)] = True
            np.divide(money, heads, out=each, where=mixed & (heads > 0.0))
        return Paid(tuple(members), heads, np.ones(self._shape), each, counted)

    def _months_at(
        self, months: list[tuple[list[int], _Months]], stock: Count, flat: NDArray[np.bool_], periods: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(leaf, year) heads, and yuan, of a mean head of the year.

        In a year of part, or in which the amount changes, the months lie on the line between the two 1 Januaries: the
        point run's are held in draws.
        """
        factor, paid = np.zeros(self._shape), np.zeros(self._shape)
        for at, one in months:
            factor[at], paid[at] = one.mean, one.mean * one.yuan * periods
            odd = one.uneven | one.changes
            if not np.any(odd):
                continue
            first, last, mean = (
                self._found(count)[at]
                for count in (replace(stock, **BEGIN), replace(stock, **END), stock)
            )
            there = mean > 0.0
            on_line = odd & there & ~flat[at]
            shares = [
                np.divide(first * a + last * b, mean, out=np.zeros(mean.shape), where=there)
                for a, b in ((one.begin, one.end), (one.yuan_begin * periods, one.yuan_end * periods))
            ]
            factor[at], paid[at] = np.where(on_line, shares[0], factor[at]), np.where(on_line, shares[1], paid[at])
        return factor, paid

    # ---- shares and levels ------------------------------------------------------------------------------------------

    def _weight(self, component: Component, kind: str, line: Level | None) -> NDArray[np.float64]:
        """(leaf, year) share of a stock that is of the kind and meets the conditions on it; 0 where nobody says."""
        out = np.ones(self._shape)
        for one in component.eligible.conditions:
            if one.kinds is not None and kind in one.kinds:
                out = out * self._share(one.share)
        if kind not in STOCK_OF:
            return out
        share = np.broadcast_to(self._by_year(DISABLED_SHARE), self._shape)
        of_kind = self._kind_level(component, kind)  # what was counted is the kind itself: no share of others
        for level in (of_kind, line if component.count.kinds == (kind,) else None):
            share = share if level is None else np.where(level.begun(), 1.0, share)
        return out * share

    def _by_year(self, number: str | float) -> NDArray[np.float64]:
        """(year); 0 where a lever is not set."""
        if not isinstance(number, str):
            return np.full(len(self.years), number)
        return np.nan_to_num(np.array([self.reading.number(number, year) for year in self.years], dtype=float))

    def _share(self, number: str | float) -> NDArray[np.float64]:
        """(leaf, year) of a condition. Rural shares: the leaf's own where nobody set one for it."""
        if number not in RURAL_SHARES.values():
            return np.broadcast_to(self._by_year(number), self._shape)
        assert isinstance(number, str)
        out = np.zeros(self._shape)
        for row, leaf in enumerate(self.leaves):
            own = rural_share(leaf)
            out[row] = 0.0 if own is None else own.value
            if self.reading.is_set(number) and self.reading.holds_at(leaf):
                begun = [self.reading.is_set(number, year) for year in self.years]
                out[row] = np.where(begun, self._by_year(number), out[row])
        return out

    def _level(self, path: str, rows: Iterable[int], of: Callable[[Level], Rebuilt]) -> Level | None:
        """A user's counts, taken over the leaves of `rows` that the scenario's place has."""

        def made() -> Level | None:
            counts = self.reading.dates(path, self.years)
            holds = np.zeros(len(self.leaves), dtype=bool)
            holds[[row for row in rows if self.stocks.is_known[row] and self.reading.holds_at(self.leaves[row])]] = True
            if not counts or not np.any(holds):
                return None
            taken = tuple((year - self.years[0], number) for year, number in sorted(counts.items()))
            if taken[0][0] < 0:
                bounds = {"first": self.years[0], "last": self.years[-1]}
                raise refuse(ConfigError, "legacy.years", got=min(counts), where=path, **bounds)
            nothing = ((Series(Count(())), np.zeros(self._shape)),)
            empty = Level(path, taken, nothing, holds, self.years[0])
            return replace(empty, of=of(empty))

        return self.reading.memo(("legacy level", path), made)

    def _line_level(self, term: Term, rows: list[int]) -> Level | None:
        """Recipients of the line itself: what is rebuilt of them is their kinds, whatever else is asked of all."""

        def of(line: Level) -> Rebuilt:
            found = []
            for kind in term.component.count.kinds or ():
                level = self._kind_level(term.component, kind)
                weight = self._weight(term.component, kind, line)
                levels = () if level is None else (level,)
                found += [(Series(one, levels), weight) for one in counts_of(term.component, kind)]
            return tuple(found)

        return self._level(recipients_path(term.id), rows, of)

    def _kind_level(self, component: Component, kind: str) -> Level | None:
        """A count of the kind: of special families, or of the rural reward where the component asks for the rural."""
        everywhere = range(len(self.leaves))
        if kind in LEGACY_COUNTS:
            whole = Series(Count((STOCK_OF.get(kind, kind),), wife_from=WIFE_FROM))
            return self._level(LEGACY_COUNTS[kind], everywhere, lambda _: ((whole, np.ones(self._shape)),))
        if RURAL_SHARES.get(kind) not in [one.share for one in component.eligible.conditions]:
            return None
        old = (REWARD_FROM, OPEN)
        rural = {Series(Count((one,), men=old, women=old)): path for one, path in RURAL_SHARES.items()}
        return self._level(
            RURAL_COUNT, everywhere, lambda _: tuple((one, self._share(path)) for one, path in rural.items())
        )


def _alike(component: Component, yuan: list[NDArray[np.float64]]) -> list[tuple[str, ...]]:
    """The kinds counted, those together that are paid the same in every month at every leaf; none that are not paid."""
    found: dict[tuple[bytes, ...], tuple[str, ...]] = {}
    for kind in component.count.kinds or ():
        cell = LEGACY_KINDS.index(kind)
        if any(np.any(paid[:, :, cell]) for paid in yuan):
            key = tuple(paid[:, :, cell].tobytes() for paid in yuan)
            found[key] = (*found.get(key, ()), kind)
    return list(found.values())


def _ages(bands: tuple[Band, ...] | None, sex: str) -> list[tuple[int, int]]:
    if bands is None:
        return [(0, OPEN)]
    return [(min(one.ages[0], OPEN), min(one.ages[1], OPEN)) for one in bands if one.sex in (sex, "both")]


def counts_of(component: Component, kind: str) -> list[Count]:
    """What a component counts of a kind's stock, whose sum its recipients are: several where it names several bands."""
    count = component.count
    kinds, wife_from = (STOCK_OF.get(kind, kind),), count.wife_from or 0
    if count.take in ("households", "entries"):
        take = "entries" if count.take == "entries" else "stock"
        return [Count(kinds, take, "households", wife_from)]
    take = "deaths" if count.take == "deaths" else "stock"
    pairs = zip_longest(_ages(count.bands, "male"), _ages(count.bands, "female"), fillvalue=NOBODY)
    return [Count(kinds, take, "persons", wife_from, men, women) for men, women in pairs]


def lacks(reading: Reading, term: Term, leaves: Iterable[Place], years: range) -> str:
    """The lever without which a line of a stock that can be rebuilt is not counted; "" where none lacks."""
    conditions_of = [one.share for one in term.component.eligible.conditions]
    units = term.component.count.units
    for path in (*conditions_of, units):
        known = path in RURAL_SHARES.values() and all(rural_share(leaf) is not None for leaf in leaves)
        if isinstance(path, str) and not known and all(reading.number(path, year) is None for year in years):
            return path
    return DISABLED_SHARE if term.component.count.kinds == ("disabled_child",) else ""
