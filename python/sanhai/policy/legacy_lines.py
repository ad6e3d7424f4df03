"""What lines of the bill count of legacy stocks: kinds of parents, what each is paid, and the counts of a user.

docs/legacy.md has the rules. A part of a line is the kinds that are paid alike; its heads are series that draws vary,
each x a factor by leaf and year. A user's count is one factor on a series, from its year to extinction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, refuse
from sanhai.policy.compile import Members, shares_by_year, yuan_by_year
from sanhai.policy.component import Band, Component
from sanhai.policy.legacy import NOBODY, OPEN, Count, Heads, rural_share
from sanhai.policy.legacy_levels import Event, Level, Series
from sanhai.policy.levers import recipients_path
from sanhai.policy.months import january
from sanhai.policy.vocabulary import DISABLED_SHARE, LEGACY_COUNTS, LEGACY_KINDS, RURAL_COUNT, RURAL_SHARES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place
    from sanhai.policy.reading import PlaceLevers, Reading
    from sanhai.policy.terms import Term

    Groups = list[tuple[Members, list[int]]]  # what stacks, and the leaves at which it is just this
    Force = tuple[NDArray[np.float64], NDArray[np.float64] | None]  # (year, 12) of the entitled, of those counted
    At = tuple[list[int], "_Months", "_Months | None"]  # leaves, and both of the above
    Rebuilt = tuple[tuple[Series, NDArray[np.float64]], ...]

__all__ = ["Paid", "Parents", "counts_of"]

STOCK_OF = {"disabled_child": "living_only_child"}  # kinds that are a share of another's stock
WIFE_FROM = 49  # of the special families, whose count a user gives
REWARD_FROM = 60  # of the rural reward
NEAR = 1e-9  # two weights that are one but for rounding
ALL, NONE = (1.0,), (0.0,)  # weights of either end of a year, in place of its mean


@dataclass(frozen=True)
class Paid:
    """A part of a line: kinds of parents that are paid alike."""

    members: tuple[tuple[Series, NDArray[np.float64]], ...]  # factor (leaf, year) on each
    heads: NDArray[np.float64]  # (leaf, year) their sum, of the point run
    yuan: NDArray[np.float64]  # (leaf, year) a head
    counted: NDArray[np.bool_]  # (leaf, year) whether the level of all of them rests on a user's count


class _Months:
    """What a kind is paid in the months of each year: weights of 1 January, of the year's end, and of their mean."""

    def __init__(self, force: NDArray[np.float64], yuan: NDArray[np.float64], is_flow: bool) -> None:
        """force (year, 12) shares of months in force x the entitled x units; yuan (year, 12)."""
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
        found: NDArray[np.float64] = self.stocks.of([count])[0]
        return found

    def lacks(self, term: Term, rows: list[int]) -> str:
        """The lever without which a line at some leaves is not counted; "" where none lacks."""
        asked = [one.share for one in term.component.eligible.conditions]
        last = january(self.years.stop) - 1
        for path in (*asked, term.component.count.units):
            is_known = path in RURAL_SHARES.values() and all(rural_share(self.leaves[row]) is not None for row in rows)
            if not isinstance(path, str) or is_known:
                continue
            if all(self.reading.number(path, self.leaves[row], last) is None for row in rows):
                return path
        return DISABLED_SHARE if term.component.count.kinds == ("disabled_child",) else ""

    def knows(self, rows: Iterable[int]) -> bool:
        """Whether the stocks of some of the leaves can be rebuilt."""
        return bool(self.stocks.is_known[list(rows)].any())

    def paid(self, term: Term, groups: Groups) -> list[Paid]:
        """The parts of a line; none where a condition, or the share of a kind, is not known.

        groups: what the component stacks with, and the leaves at which it does.
        """
        component, rows = term.component, [row for _, several in groups for row in several]
        line = self._line_level(term, rows)
        force = [(at, self._force(component, at, line)) for _, at in groups]
        if not any(np.any(shares) for _, several in force for shares in several if shares is not None):
            return []
        yuan = [yuan_by_year(self._levers(at), term.id, component, group, self.years)[:, :, 0] for group, at in groups]
        found = (self._part(component, kinds, force, yuan, line) for kinds in _alike(component, yuan))
        return [one for one in found if one is not None]

    def _levers(self, rows: list[int]) -> PlaceLevers:
        """The levers of leaves that have all of them in common."""
        return self.reading.at(self.leaves[rows[0]])

    def _force(self, component: Component, at: list[int], line: Level | None) -> Force:
        """(year, 12) shares of months: with conditions, and without where the line's own recipients are counted."""
        entitled = shares_by_year(self._levers(at), component, self.years)
        if line is None or not np.any(line.begun()[at]):
            return entitled, None
        return entitled, shares_by_year(self._levers(at), component, self.years, counted=True)

    def _part(
        self,
        component: Component,
        kinds: tuple[str, ...],
        force: list[tuple[list[int], Force]],
        yuan: list[NDArray[np.float64]],
        line: Level | None,
    ) -> Paid | None:
        cell, is_flow = LEGACY_KINDS.index(kinds[0]), component.count.take in ("entries", "deaths")
        months = []
        for (at, shares), paid in zip(force, yuan, strict=True):
            entitled, counted = (None if one is None else _Months(one, paid[:, :, cell], is_flow) for one in shares)
            assert entitled is not None
            months.append((at, entitled, counted))
        members, heads, money = [], np.zeros(self._shape), np.zeros(self._shape)
        is_counted = np.ones(self._shape, dtype=bool)
        for kind in kinds:
            weight = self._weight(component, kind, line)
            if not np.any(weight):
                continue
            levels = tuple(one for one in (self._kind_level(component, kind), line) if one is not None)
            none = np.zeros(self._shape, dtype=bool)
            is_counted &= np.any([none, *(one.begun() for one in levels)], axis=0)
            flat = np.any([none, *(one.own() for one in levels)], axis=0)
            for count in counts_of(component, kind):
                series = Series(count, levels)
                factor, paid = self._months_at(months, count, flat, line)
                own = series.heads(self._found) * weight
                members.append((series, weight * factor))
                heads += own * factor
                money += own * paid
        if not np.any(heads):
            return None
        periods = component.payments_a_year if component.timing.rule == "months" else 1.0
        return Paid(tuple(members), heads, _yuan(months, heads, money) * periods, is_counted)

    def _months_at(
        self,
        months: list[At],
        stock: Count,
        flat: NDArray[np.bool_],
        line: Level | None,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(leaf, year) heads, and yuan a period, of a mean head of the year.

        In a year of part, or in which the amount changes, the months lie on the line between the two 1 Januaries: the
        point run's are held in draws. In a year with a count of its own they are flat.
        """
        out = np.zeros(self._shape), np.zeros(self._shape)
        for at, entitled, counted in months:
            found = self._on_line(entitled, stock, at, flat[at])
            if counted is not None and line is not None:
                begun, other = line.begun()[at], self._on_line(counted, stock, at, flat[at])
                found = [np.where(begun, b, a) for a, b in zip(found, other, strict=True)]
            for to, values in zip(out, found, strict=True):
                to[at] = values
        return out

    def _on_line(
        self, months: _Months, stock: Count, at: list[int], flat: NDArray[np.bool_]
    ) -> list[NDArray[np.float64]]:
        even = [np.broadcast_to(one, flat.shape) for one in (months.mean, months.mean * months.yuan)]
        odd = (months.uneven | months.changes) & ~flat
        if not np.any(odd):
            return even
        ends = replace(stock, start=ALL, end=NONE), replace(stock, start=NONE, end=ALL)
        first, last, mean = (self._found(one)[at] for one in (*ends, stock))
        there = odd & (mean > 0.0)
        pairs = ((months.begin, months.end), (months.yuan_begin, months.yuan_end))
        return [
            np.divide(first * a + last * b, mean, out=one.copy(), where=there)
            for one, (a, b) in zip(even, pairs, strict=True)
        ]

    # ---- shares and levels ------------------------------------------------------------------------------------------

    def _weight(self, component: Component, kind: str, line: Level | None) -> NDArray[np.float64]:
        """(leaf, year) share of a stock that is of the kind and meets the conditions on it; 0 where nobody says."""
        out = np.ones(self._shape)
        for one in component.eligible.conditions:
            if one.kinds is not None and kind in one.kinds:
                out = out * self._share(one.share)
        if kind not in STOCK_OF:
            return out
        share = self._share(DISABLED_SHARE)
        of_kind = self._kind_level(component, kind)  # what was counted is the kind itself: no share of others
        for level in (of_kind, line if component.count.kinds == (kind,) else None):
            share = share if level is None else np.where(level.begun(), 1.0, share)
        return out * share

    def _by_year(self, number: str | float, leaf: Place, unset: float = 0.0) -> NDArray[np.float64]:
        """(year) of a leaf; `unset` where a lever is not set."""
        if not isinstance(number, str):
            return np.full(len(self.years), number)
        found = [self.reading.of_year(number, leaf, year, unset) for year in self.years]
        return np.array([unset if one is None else one for one in found])

    def _share(self, number: str | float) -> NDArray[np.float64]:
        """(leaf, year) of a lever. Rural shares: the leaf's own where nobody set one for it."""
        is_rural = number in RURAL_SHARES.values()
        known: dict[tuple[object, ...], NDArray[np.float64]] = {}
        out = np.zeros(self._shape)
        for row, leaf in enumerate(self.leaves):
            own = rural_share(leaf) if is_rural else None
            default = 0.0 if own is None else own.value
            if is_rural and not self.reading.holds_at(leaf):
                out[row] = default
                continue
            key = (self.reading.place_key(leaf), default)
            if key not in known:
                known[key] = self._by_year(number, leaf, default)
            out[row] = known[key]
        return out

    def _level(self, path: str, rows: Iterable[int], of: Callable[[Level], Rebuilt]) -> Level | None:
        """A user's counts, taken over the leaves of `rows` that the scenario's place has."""

        def made() -> Level | None:
            here = np.zeros(len(self.leaves), dtype=bool)
            here[[row for row in rows if self.stocks.is_known[row] and self.reading.holds_at(self.leaves[row])]] = True
            events = sorted(self._events(path, here), key=lambda one: (one.column, -one.depth))
            if not events:
                return None
            nothing = ((Series(Count(())), np.zeros(self._shape)),)
            empty = Level(path, tuple(events), nothing, self.years)
            return replace(empty, of=of(empty))

        return self.reading.memo(("legacy level", path), made)

    def _events(self, path: str, here: NDArray[np.bool_]) -> Iterator[Event]:
        for one in self.reading.dated(path, self.years) if np.any(here) else ():
            if one.year < self.years[0]:
                bounds = {"first": self.years[0], "last": self.years[-1]}
                raise refuse(ConfigError, "legacy.years", got=one.year, where=path, **bounds)
            lines = [[above.code for above in leaf.lineage] for leaf in self.leaves]
            inside = [not one.place or one.place in codes for codes in lines]
            depth = max((codes.index(one.place) for codes in lines if one.place in codes), default=0)
            area = here & np.array(inside)
            if np.any(area):
                yield Event(one.year - self.years[0], float(one.value), area, depth)

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


def _yuan(months: list[At], heads: NDArray[np.float64], money: NDArray[np.float64]) -> NDArray[np.float64]:
    """(leaf, year) yuan a head and period: what all months pay, else the mean of those counted."""
    out, mixed = np.zeros(heads.shape), np.zeros(heads.shape, dtype=bool)
    for at, entitled, counted in months:
        out[at] = entitled.yuan
        mixed[at] = entitled.changes
        if counted is not None:  # both pay the same in the months that they have in common
            out[at] = np.where(counted.mean > 0.0, counted.yuan, entitled.yuan)
            mixed[at] |= counted.changes
    return np.divide(money, heads, out=out, where=mixed & (heads > 0.0))


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
