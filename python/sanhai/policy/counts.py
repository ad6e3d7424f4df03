"""Counts by leaf and year of stocks that are no children: nursery places, areas, residents, what a user counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.component import PLACES_EACH, Count
from sanhai.policy.nursery import NurseryRun
from sanhai.policy.place_stock import PlaceStock
from sanhai.policy.reading import Reading
from sanhai.policy.terms import Term, counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["Counted", "count_of", "places_of"]

FIRST_ZONE = 71  # last two digits of a county-level code: from here on zones, which are no counties


@dataclass(frozen=True)
class Counted:
    """Heads (leaf, year), and how a draw counts them."""

    heads: NDArray[np.float64]
    drawn: _bridge.DrawnCount
    by_user: bool = False
    used: NDArray[np.float64] | None = None  # (leaf, year, 2) of DrawnCount.used: places in kindergartens, all others


def count_of(
    reading: Reading,
    term: Term,
    leaves: tuple[Place, ...],
    inside: list[int],
    people: NDArray[np.float64],
    years: range,
) -> Counted | None:
    """What a component counts, but of births, children and places. None: nobody knows it.

    inside: leaves at which it is payable; people (leaf, year).
    """
    stock = term.component.count.stock
    if stock == "areas":
        return _areas(term, leaves, inside, people.shape)
    if stock == "residents":
        return Counted(people, _bridge.DrawnCount.fixed)
    return _of_user(reading, term, leaves, inside, people, years)


def places_of(
    reading: Reading,
    count: Count,
    types: tuple[str, ...] | None,
    nursery: NurseryRun,
    leaves: tuple[Place, ...],
    inside: list[int],
) -> Counted | None:
    """Children enrolled, places or their openings, of some types (None: all) at the leaves `inside`.

    None: nobody knows them; of a leaf outside they are 0.
    """
    stock = nursery.stock
    if count.take == "enrolled" and types is None and count.operating_years is None:
        return Counted(nursery.rows("enrolment"), _bridge.DrawnCount.enrolled)
    if stock is None:
        return None
    if count.take in ("enrolled", "occupied"):
        used = _used(stock, types, count.operating_years)
        if _is_unknown(used[..., 0], inside):
            return None
        heads = used[..., 0] * nursery.rows("kindergarten_use") + used[..., 1] * nursery.rows("other_use")
        return Counted(np.nan_to_num(heads), _bridge.DrawnCount.used, used=used)
    is_stock = count.take == "places"
    found = stock.of(types, count.operating_years) if is_stock else stock.pick(stock.opened, types)
    if _is_unknown(found, inside):
        return None
    if count.take == "institutions_opened":
        each = [[reading.at(leaf).of_year(PLACES_EACH, year) for year in nursery.years] for leaf in leaves]
        found = found / np.array(each, dtype=float)
    return Counted(np.nan_to_num(found), _bridge.DrawnCount.fixed)


def _used(
    stock: PlaceStock, types: tuple[str, ...] | None, operating_years: tuple[int, int] | None
) -> NDArray[np.float64]:
    """(leaf, year, 2) places in kindergartens, and all others; those of an unstated type are used as the others are."""
    every = stock.of(types, operating_years)
    kindergarten = np.zeros_like(every)
    if types is None or "kindergarten" in types:
        kindergarten = np.nan_to_num(stock.of(("kindergarten",), operating_years))
    kindergarten = np.where(np.isnan(every), np.nan, kindergarten)
    return np.stack([kindergarten, np.maximum(every - kindergarten, 0.0)], axis=2)


def _is_unknown(found: NDArray[np.float64], inside: list[int]) -> bool:
    return bool(np.isnan(found[inside]).all())


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
