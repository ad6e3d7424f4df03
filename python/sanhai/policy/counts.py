"""Counts by leaf and year of stocks that are no children: nursery places, areas, residents, what a user counts.

Parents of legacy stocks are counted in `legacy_lines`; here where their past is not known and a user counts them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.nursery import NurseryRun, inclusive_share
from sanhai.policy.reading import Reading
from sanhai.policy.terms import Term, counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place
    from sanhai.policy.legacy_levels import Series

__all__ = ["Counted", "count_of"]

FIRST_ZONE = 71  # last two digits of a county-level code: from here on zones, which are no counties


@dataclass(frozen=True)
class Counted:
    """Heads (leaf, year), how a draw counts them, and what is multiplied on either."""

    heads: NDArray[np.float64]
    drawn: _bridge.DrawnCount
    by_user: bool = False
    members: tuple[tuple[Series, NDArray[np.float64]], ...] = ()  # of DrawnCount.stocks, each x a factor (leaf, year)
    ratio: NDArray[np.float64] = field(default_factory=lambda: np.ones((1, 1)))  # (leaf|1, year|1)


def count_of(
    reading: Reading,
    term: Term,
    leaves: tuple[Place, ...],
    inside: list[int],
    people: NDArray[np.float64],
    nursery: NurseryRun,
) -> Counted | None:
    """What a component counts. inside: leaves at which it is payable; people (leaf, year). None: nobody knows it."""
    stock = term.component.count.stock
    if stock == "nursery":
        return _places(reading, term, nursery)
    if stock == "areas":
        return _areas(term, leaves, inside, people.shape)
    if stock == "residents":
        return Counted(people, _bridge.DrawnCount.fixed)
    return _of_user(reading, term, leaves, inside, people, nursery.years)


def _places(reading: Reading, term: Term, nursery: NurseryRun) -> Counted | None:
    """Enrolled children, places, their openings; of inclusive types by their share of all places."""
    count = term.component.count
    share = inclusive_share(reading, nursery.years)
    if term.component.is_inclusive and count.take != "occupied" and np.all(np.isnan(share)):
        return None
    ratio = np.nan_to_num(share)[None] if term.component.is_inclusive and count.take != "occupied" else np.ones((1, 1))
    if count.take == "enrolled":
        enrolled = nursery.account.arrays()["enrolment"]
        places = nursery.rows("places_stock") if nursery.stocked is not None else np.inf
        return Counted(np.asarray(np.fmin(enrolled, places)), _bridge.DrawnCount.enrolled, ratio=ratio)
    if nursery.stocked is None:
        return None
    if count.take == "occupied":
        return Counted(np.nan_to_num(nursery.rows("paid_places")), _bridge.DrawnCount.paid_places)
    if count.take == "places":
        return Counted(np.nan_to_num(nursery.rows("places_stock")), _bridge.DrawnCount.fixed, ratio=ratio)
    opened = np.nan_to_num(nursery.rows("openings"))
    return Counted(opened, _bridge.DrawnCount.openings, ratio=ratio) if count.take == "opened" else None


def _areas(term: Term, leaves: tuple[Place, ...], inside: list[int], shape: tuple[int, ...]) -> Counted:
    """One for each county; one for the city, in equal parts among its counties."""
    levels = term.component.count.levels or ()
    counties = [row for row in inside if int(leaves[row].code[4:]) < FIRST_ZONE]
    each = float("county" in levels) + ("city" in levels) / max(len(counties), 1)
    heads = np.zeros(shape)
    heads[counties] = each
    return Counted(heads, _bridge.DrawnCount.fixed)


def _of_user(
    reading: Reading,
    term: Term,
    leaves: tuple[Place, ...],
    inside: list[int],
    people: NDArray[np.float64],
    years: range,
) -> Counted | None:
    """A user's count for the scenario's place, shared by residents over its leaves where the component is payable."""
    numbers = np.array([counted(reading, term, year) for year in years], dtype=float)
    if np.all(np.isnan(numbers)):
        return None
    own = np.array([row in inside and reading.holds_at(leaf) for row, leaf in enumerate(leaves)])
    residents = people * own[:, None]
    return Counted(
        np.asarray(np.nan_to_num(numbers) * residents / residents.sum(axis=0)),
        _bridge.DrawnCount.fixed,
        by_user=term.component.count.given is None,
    )
