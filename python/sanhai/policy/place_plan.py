"""Plans of nursery places: how many there are to be at the end of a year, shared over the places of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanhai.policy.months import WHOLE_RUN, january
from sanhai.policy.norms import norm_of
from sanhai.policy.reading import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["Plan", "decomposed"]


def decomposed(kept: NDArray[np.float64], wanted: NDArray[np.float64], groups: tuple[str, ...]) -> NDArray[np.float64]:
    """(leaf) places to be reached: those there are, and what the leaves of a group lack together, by what each lacks.

    A group wants the sum of what its leaves want, and never fewer than it has; a leaf with more than it wants keeps
    them. NaN: no places are known, or the leaf has no part in it (kept); none are wanted (wanted).
    """
    goal = kept.copy()
    lacking = np.nan_to_num(np.maximum(0.0, wanted - kept))
    for group in dict.fromkeys(groups):
        inside = np.array([one == group for one in groups]) & ~np.isnan(kept) & ~np.isnan(wanted)
        total, each = float(wanted[inside].sum() - kept[inside].sum()), float(lacking[inside].sum())
        if total > 0.0:
            goal[inside] += lacking[inside] * min(total / each, 1.0)
    return goal


class Plan:
    """What `nursery.plan` asks for, leaf by leaf and year by year, from the places of the 1 January it begins.

    norm: a straight line to the norm at the end of `nursery.plan_to`, or to what there was where that is more; then
    held. hold: held from the first year on, and so is a norm whose due year has passed. What is held is the number per
    resident, the norm's or what there was where that is more. A norm that changes on the way is made for from then on.
    """

    def __init__(
        self, reading: Reading, leaves: tuple[Place, ...], first_year: int, residents: NDArray[np.float64]
    ) -> None:
        """residents (leaf, 1 January from the first year on): to the end of the due years."""
        self._reading, self._leaves, self._first, self._residents = reading, leaves, first_year, residents
        n = len(leaves)
        self._due = np.array([reading.number("nursery.plan_to", leaf, WHOLE_RUN) or 0.0 for leaf in leaves]).astype(int)
        self._kind = np.full(n, "none", dtype=object)
        self._begun = np.zeros(n, dtype=int)  # of a line to the norm; 0: none is being followed
        self._start, self._target, self._norm = (np.full(n, np.nan) for _ in range(3))
        self._kept = np.full(n, np.nan)  # places per resident that are held; NaN: not yet

    def goal(self, year: int, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(leaf) places wanted at the year's end; NaN without a plan. places (leaf): on its 1 January."""
        asked = [self._reading.value("nursery.plan", leaf, january(year)) for leaf in self._leaves]
        kind = np.array(asked, dtype=object)
        changed = kind != self._kind
        self._kind, self._begun[changed], self._kept[changed] = kind, 0, np.nan
        out = np.full(len(kind), np.nan)
        if np.all(kind == "none"):
            return out
        norms = [norm_of(self._reading, leaf, year) for leaf in self._leaves]
        norm, groups = np.array([value / 1000.0 for value, _ in norms]), tuple(source for _, source in norms)
        on_the_way = (kind == "norm") & np.isnan(self._kept) & (year <= self._due)
        self._set_out(year, places, norm, groups, on_the_way)
        gone = (year - self._begun + 1) / np.maximum(self._due - self._begun + 1, 1)
        out[on_the_way] = (self._start + (self._target - self._start) * gone)[on_the_way]
        arrived = on_the_way & (year == self._due)
        self._kept[arrived] = (self._target / self._on(year + 1))[arrived]
        held = (kind != "none") & ~on_the_way
        first = held & np.isnan(self._kept)
        self._kept[first] = (places / self._on(year))[first]
        now = self._on(year + 1)
        return np.where(held, decomposed(np.where(held, self._kept * now, np.nan), norm * now, groups), out)

    def _set_out(
        self,
        year: int,
        places: NDArray[np.float64],
        norm: NDArray[np.float64],
        groups: tuple[str, ...],
        on_the_way: NDArray[np.bool_],
    ) -> None:
        """Begins the lines of this year, those to another norm than before among them."""
        same = (norm == self._norm) | (np.isnan(norm) & np.isnan(self._norm))
        new = on_the_way & ((self._begun == 0) | ~same)
        due = np.array([self._on(int(one) + 1)[row] for row, one in enumerate(self._due)])
        target = decomposed(np.where(new, places, np.nan), norm * due, groups)
        self._begun[new], self._start[new], self._target[new] = year, places[new], target[new]
        self._norm[new] = norm[new]

    def _on(self, year: int) -> NDArray[np.float64]:
        """(leaf) residents on a 1 January, of the last one there is for later ones."""
        column = min(max(year - self._first, 0), self._residents.shape[1] - 1)
        return np.asarray(self._residents[:, column])
