"""The places of a run: what is projected (leaves), what is shown (rows), and which leaves each row is the sum of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sanhai.errors import words
from sanhai.places.names import Named

if TYPE_CHECKING:
    from sanhai.places.place import Place
    from sanhai.policy.scenario import Scenario

__all__ = ["ALL", "Layout", "PlaceInfo", "layout_of", "layout_together", "scenario_place"]

ALL = "all"  # code of a row that is the sum of places which no place of the catalogue holds together


@dataclass(frozen=True, slots=True)
class PlaceInfo(Named):
    """A place of a result. `role`: main, part (the main place is the sum of its parts) or above (shown alongside)."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent: str  # code of the area above; "" at the top
    role: str
    own: bool  # is fitted to published figures of its own; otherwise it follows the place it is a part of


@dataclass(frozen=True)
class Layout:
    """Leaves in the order of the engine and rows in the order shown; `members` are positions of leaves."""

    leaves: tuple[Place, ...]
    rows: tuple[PlaceInfo, ...]
    members: tuple[tuple[int, ...], ...]  # of each row
    places: tuple[Place | None, ...]  # of each row; None: a sum that no place holds together
    exchanging: int = 0  # how many of the leaves, from the first, exchange migrants

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of the rows; the first is the main place."""
        return tuple(row.code for row in self.rows)

    @cached_property
    def sums(self) -> tuple[tuple[int, ...], ...]:
        """Members of the rows that are more than one leaf, in the order of the rows."""
        return tuple(members for members in self.members if len(members) > 1)

    @cached_property
    def engine_rows(self) -> tuple[int, ...]:
        """Where each row stands in the engine's result: leaves first, then sums."""
        found, n_sums = [], 0
        for members in self.members:
            found.append(members[0] if len(members) == 1 else len(self.leaves) + n_sums)
            n_sums += len(members) > 1
        return tuple(found)


def scenario_place(one: Scenario) -> Place:
    """The place that a scenario is of."""
    return one.place


def _info(place: Place, role: str) -> PlaceInfo:
    above = place.parent.code if place.parent is not None else ""
    return PlaceInfo(place.code, place.name_zh, place.name_en, place.level, above, role, place.group == place)


def _above(place: Place) -> list[Place]:
    """Areas above that are projected by themselves, the nearest first."""
    return [one for one in reversed(place.lineage[:-1]) if one.is_leaf]


def _laid_out(rows: Sequence[tuple[PlaceInfo, Place | None, tuple[Place, ...]]], first: Sequence[Place] = ()) -> Layout:
    at: dict[str, int] = {}
    leaves: list[Place] = []
    for leaf in (*first, *(leaf for _, _, parts in rows for leaf in parts)):
        if leaf.code not in at:
            at[leaf.code] = len(leaves)
            leaves.append(leaf)
    members = tuple(tuple(at[leaf.code] for leaf in parts) for _, _, parts in rows)
    infos, places = tuple(info for info, _, _ in rows), tuple(place for _, place, _ in rows)
    return Layout(tuple(leaves), infos, members, places, len(first))


def layout_of(place: Place, *, exchanging: bool = False) -> Layout:
    """The place, its parts, then the areas above it alongside. `exchanging`: the place's leaves exchange migrants."""
    rows: list[tuple[PlaceInfo, Place | None, tuple[Place, ...]]] = [(_info(place, "main"), place, place.leaves)]
    rows += [(_info(leaf, "part"), leaf, (leaf,)) for leaf in (() if place.is_leaf else place.leaves)]
    rows += [(_info(above, "above"), above, (above,)) for above in _above(place)]
    return _laid_out(rows, place.leaves if exchanging else ())


def layout_together(area: Place, leaves: Sequence[Place]) -> Layout:
    """Some places of an area that exchange migrants: their sum first, then they, then the area and those above it."""
    said = words()["text"]["all_places"]
    every = PlaceInfo(ALL, said["zh"], said["en"], "", area.code, "main", False)
    codes = {leaf.code for leaf in leaves}
    around = [one for one in ([area] if area.is_leaf else []) if one.code not in codes] + _above(area)
    rows: list[tuple[PlaceInfo, Place | None, tuple[Place, ...]]] = [(every, None, tuple(leaves))]
    rows += [(_info(leaf, "part"), leaf, (leaf,)) for leaf in leaves]
    rows += [(_info(one, "above"), one, (one,)) for one in around]
    return _laid_out(rows, tuple(leaves))
