"""A plan of nursery places: how many there are to be at the end of a year, shared over the places of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.policy.norms import norm_of
from sanhai.policy.reading import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["Plan", "decomposed"]


def decomposed(kept: NDArray[np.float64], wanted: NDArray[np.float64], groups: tuple[str, ...]) -> NDArray[np.float64]:
    """(leaf) places to be reached: those there are, and what the leaves of a group lack together, by what each lacks.

    A group wants the sum of what its leaves want, and never fewer than it has; a leaf with more than it wants keeps
    them. NaN: no places are known (kept), or none are wanted (wanted).
    """
    goal = kept.copy()
    lacking = np.nan_to_num(np.maximum(0.0, wanted - kept))
    for group in dict.fromkeys(groups):
        inside = np.array([one == group for one in groups]) & ~np.isnan(kept) & ~np.isnan(wanted)
        total, each = float(wanted[inside].sum() - kept[inside].sum()), float(lacking[inside].sum())
        if total > 0.0:
            goal[inside] += lacking[inside] * min(total / each, 1.0)
    return goal


@dataclass(frozen=True)
class _Path:
    """A straight line from the places of one 1 January to those of the end of the due year."""

    begun: int
    due: int
    start: NDArray[np.float64]  # (leaf)
    goal: NDArray[np.float64]
    norm: NDArray[np.float64]

    def at(self, year: int) -> NDArray[np.float64]:
        return self.start + (self.goal - self.start) * ((year - self.begun + 1) / (self.due - self.begun + 1))


class Plan:
    """What `nursery.plan` asks for, year by year, from the places there were on its first 1 January.

    norm: a straight line to the norm at the end of `nursery.plan_to`, or to what there was where that is more; then
    held. hold: held from the first year on, and so is a norm whose due year has passed. What is held is the number per
    resident, the norm's or what there was where that is more. A norm that changes on the way is made for from then on.
    """

    def __init__(
        self, reading: Reading, leaves: tuple[Place, ...], first_year: int, residents: NDArray[np.float64]
    ) -> None:
        self._reading, self._leaves, self._first, self._residents = reading, leaves, first_year, residents
        self._kind = "none"
        self._path: _Path | None = None
        self._kept: NDArray[np.float64] | None = None  # (leaf) places per resident that are held

    def goal(self, year: int, places: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """(leaf) places wanted at the year's end; None without a plan. places (leaf): on its 1 January."""
        kind = str(self._reading.value("nursery.plan", year))
        if kind != self._kind:
            self._kind, self._path, self._kept = kind, None, None
        if kind == "none":
            return None
        norms = [norm_of(self._reading, leaf, year) for leaf in self._leaves]
        norm, groups = np.array([value / 1000.0 for value, _ in norms]), tuple(source for _, source in norms)
        due = int(self._reading.fixed_number("nursery.plan_to") or year)
        if self._kept is None and kind == "norm" and year <= due:
            return self._on_the_way(year, due, places, norm, groups)
        if self._kept is None:
            self._kept = places / self._on(year)
        return decomposed(self._kept * self._on(year + 1), norm * self._on(year + 1), groups)

    def _on_the_way(
        self, year: int, due: int, places: NDArray[np.float64], norm: NDArray[np.float64], groups: tuple[str, ...]
    ) -> NDArray[np.float64]:
        if self._path is None or not np.array_equal(self._path.norm, norm, equal_nan=True):
            goal = decomposed(places, norm * self._on(due + 1), groups)
            self._path = _Path(year, due, places, goal, norm)
        if year == due:
            self._kept = self._path.goal / self._on(due + 1)
        return self._path.at(year)

    def _on(self, year: int) -> NDArray[np.float64]:
        """(leaf) residents on a 1 January, of the last one there is for later ones."""
        column = min(year - self._first, self._residents.shape[1] - 1)
        return np.asarray(self._residents[:, column])
