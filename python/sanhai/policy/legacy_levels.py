"""A user's counts of legacy stocks: factors on what is rebuilt, from the year of a count to the next, or for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, refuse
from sanhai.policy.legacy import Count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Found = Callable[[Count], NDArray[np.float64]]  # (leaf, year, ...) of a count

__all__ = ["Event", "Level", "Series"]


@dataclass(frozen=True)
class Event:
    """Recipients that a user counted: the mean of a year, over the leaves of an area."""

    column: int  # index of the year
    recipients: float
    area: NDArray[np.bool_]  # (leaf)
    depth: int  # of the area: what is counted of a nearer one goes first


@dataclass(frozen=True, eq=False)
class Level:
    """Counts of a user, and what is rebuilt of the same recipients; from a count on their quotient is a factor.

    A count of an area is of all of it. Leaves of a nearer area with a count of its own keep that one's; the others
    share what is left of the year's.
    """

    path: str  # the lever
    events: tuple[Event, ...]  # by year, within it the nearest area first
    of: tuple[tuple[Series, NDArray[np.float64]], ...]  # weights (leaf, year) on what is rebuilt
    years: range

    def _acts(self) -> Iterator[tuple[Event, NDArray[np.bool_]]]:
        """Each count with the leaves whose level it sets."""
        nearest = np.full(self.events[0].area.shape, -1)
        for event in self.events:
            rows = event.area & (nearest <= event.depth)
            nearest[rows] = event.depth
            yield event, rows

    def begun(self) -> NDArray[np.bool_]:
        """(leaf, year) where and when the level rests on a count."""
        out = np.zeros((len(self.events[0].area), len(self.years)), dtype=bool)
        for event, rows in self._acts():
            out[rows, event.column :] = True
        return out

    def own(self) -> NDArray[np.bool_]:
        """(leaf, year) where and when there is a count of the year itself."""
        out = np.zeros((len(self.events[0].area), len(self.years)), dtype=bool)
        for event, rows in self._acts():
            out[rows, event.column] = True
        return out

    def factor(self, found: Found) -> NDArray[np.float64]:
        """(leaf, year, ...) on what is rebuilt; 1 before the first count. ConfigError where nobody is rebuilt."""
        parts = [(weights, series.heads(found)) for series, weights in self.of]
        out = np.ones(parts[0][1].shape)
        for event, rows in self._acts():
            at = event.column

            def rebuilt(row: np.intp, at: int = at) -> NDArray[np.float64]:
                return np.asarray(sum(weights[row, at] * heads[row, at] for weights, heads in parts))

            # One by one: the same bits for one draw and for many.
            less = sum((out[row, at] * rebuilt(row) for row in np.flatnonzero(event.area & ~rows)), np.zeros(()))
            whole = sum((rebuilt(row) for row in np.flatnonzero(rows)), np.zeros(()))
            where = f"{self.path}, year {self.years[at]}"
            if not np.all(whole > 0.0):
                raise refuse(ConfigError, "legacy.nobody", got=event.recipients, where=where)
            if not np.all(less <= event.recipients):
                most = f"{float(np.max(less)):,.0f}"
                raise refuse(ConfigError, "legacy.parts", got=event.recipients, where=where, less=most)
            out[rows, at:] = (event.recipients - less) / whole
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
            values = values * level.factor(found)
        return values
