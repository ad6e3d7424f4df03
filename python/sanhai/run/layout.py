"""The places of a run: what is projected (leaves), what is shown (rows), and which leaves each row is the sum of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["ALL", "Layout", "PlaceInfo", "layout_of", "layout_together"]

ALL = "all"  # code of a row that is the sum of places which no place of the catalogue holds together


@dataclass(frozen=True, slots=True)
class PlaceInfo:
    """A place of a result. `role`: main, part (the main place is the sum of its parts) or above (shown alongside)."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent: str  # code of the area above; "" at the top
    role: str
    own: bool  # has published figures of its own; otherwise it follows the place it is a part of

    def name(self, lang: str) -> str:
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True)
class Layout:
    """Leaves in the order of the engine and rows in the order shown; `members` are positions of leaves."""

    leaves: tuple[Place, ...]
    rows: tuple[PlaceInfo, ...]
    members: tuple[tuple[int, ...], ...]  # of each row
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


def _has_own(place: Place) -> bool:
    from sanhai.calibrate.fit import group_of

    return group_of(place.code) == place.code


def _info(place: Place, role: str) -> PlaceInfo:
    from sanhai.places.catalogue import all_places

    named = all_places()[place.code]
    return PlaceInfo(place.code, place.name_zh, place.name_en, named.level, named.parent, role, _has_own(place))


def _above(place: Place) -> list[Place]:
    """Areas above that are projected by themselves, the nearest first."""
    from sanhai.places.catalogue import all_places, lineage
    from sanhai.places.place import Place as Made

    return [Made(code) for code in reversed(lineage(place.code)[:-1]) if all_places()[code].is_leaf]


def _laid_out(rows: Sequence[tuple[PlaceInfo, tuple[Place, ...]]], first: Sequence[Place] = ()) -> Layout:
    at: dict[str, int] = {}
    leaves: list[Place] = []
    for leaf in (*first, *(leaf for _, parts in rows for leaf in parts)):
        if leaf.code not in at:
            at[leaf.code] = len(leaves)
            leaves.append(leaf)
    members = tuple(tuple(at[leaf.code] for leaf in parts) for _, parts in rows)
    return Layout(tuple(leaves), tuple(info for info, _ in rows), members, len(first))


def layout_of(place: Place, *, exchanging: bool = False) -> Layout:
    """The place, its parts, then the areas above it alongside. `exchanging`: the place's leaves exchange migrants."""
    parts = () if len(place.leaves) == 1 else place.leaves
    rows = [(_info(place, "main"), place.leaves), *((_info(leaf, "part"), (leaf,)) for leaf in parts)]
    rows += [(_info(above, "above"), (above,)) for above in _above(place)]
    return _laid_out(rows, place.leaves if exchanging else ())


def layout_together(area: Place, leaves: Sequence[Place]) -> Layout:
    """Some places of an area that exchange migrants: their sum first, then they, then the area and those above it."""
    every = PlaceInfo(ALL, "合计", "all places together", "", area.code, "main", False)
    around = [one for one in ([area] if len(area.leaves) == 1 else []) if one.code not in {leaf.code for leaf in leaves}]
    around += _above(area)
    rows = [(every, tuple(leaves)), *((_info(leaf, "part"), (leaf,)) for leaf in leaves)]
    rows += [(_info(one, "above"), (one,)) for one in around]
    return _laid_out(rows, tuple(leaves))
