"""Nursery places of a run: need by three definitions, and who uses the places there are, where somebody knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.months import WHOLE_RUN, january
from sanhai.policy.norms import norm_of
from sanhai.policy.place_stock import PlaceStock, by_leaf
from sanhai.policy.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["NurseryRun", "care_change", "enrolled_share", "nursery_run", "nursery_settings"]

CLASSES = ("infant", "toddler")
FLOWS = {"openings": "opened", "closures": "closed"}


@dataclass(frozen=True)
class NurseryRun:
    """Arrays (place, year) by name; sums of places are made from parts by the core."""

    years: range
    account: _bridge.NurseryAccount
    stock: PlaceStock | None

    @property
    def is_assumed(self) -> bool:
        """Whether the stock of places is an assumption."""
        return self.stock is not None and self.stock.assumed

    def of(self, members: Sequence[int]) -> dict[str, NDArray[np.float64]]:
        """(year) arrays of the place made of `members`; what rests on the stock is NaN where it is not known."""
        out = {name: values[0] for name, values in self.account.sum(list(members)).items() if values.ndim == 2}
        return out | {name: self.rows(name)[list(members)].sum(axis=0) for name in FLOWS}

    def rows(self, name: str) -> NDArray[np.float64]:
        """(place, year) one array over all places; what rests on the stock is NaN where it is not known."""
        if name not in FLOWS:
            return self.account.arrays()[name]
        if self.stock is None:
            return np.full_like(self.account.arrays()["places_stock"], np.nan)
        return self.stock.pick(getattr(self.stock, FLOWS[name]), None)


def enrolled_share(reading: Reading, leaf: Place, year: int) -> float:
    """Share of children under 3 who would attend: at the present price, or what a plan brings about if it is more."""
    share = reading.number("nursery.enrolment_share", leaf, january(year)) or 0.0
    goal = reading.number("nursery.enrolment_goal", leaf, january(year)) if reading.holds_at(leaf) else None
    return share if goal is None else max(share, goal)


def nursery_settings(
    reading: Reading, leaves: tuple[Place, ...], years: range, stock: PlaceStock | None
) -> _bridge.NurserySettings:
    """What the account of places rests on, by (leaf, year)."""
    out = _bridge.NurserySettings()
    out.norm = np.array([[norm_of(reading, leaf, year)[0] / 1000.0 for year in years] for leaf in leaves])
    out.enrolment_share = np.array([[enrolled_share(reading, leaf, year) for year in years] for leaf in leaves])
    out.want_share = by_leaf(reading, "nursery.want_share", leaves, years)
    out.target_utilisation = by_leaf(reading, "nursery.target_utilisation", leaves, years)
    out.class_share = np.array([_class_share(reading, leaf) for leaf in leaves])
    if stock is not None:
        out.max_utilisation = by_leaf(reading, "nursery.max_utilisation", leaves, years)
        places = stock.of(None)
        out.places = places
        out.kindergarten = np.where(np.isnan(places), np.nan, np.nan_to_num(stock.of(("kindergarten",))))
    return out


def _class_share(reading: Reading, leaf: Place) -> tuple[float, float, float]:
    """Shares of the enrolled by month class: 6-12, 12-24 and 24-36 months."""
    infants, toddlers = (float(reading.number(f"nursery.class_{one}_share", leaf, WHOLE_RUN) or 0.0) for one in CLASSES)
    return infants, toddlers, 1.0 - infants - toddlers


def nursery_run(
    reading: Reading,
    leaves: tuple[Place, ...],
    years: range,
    pop_jan1: NDArray[np.float64],
    stock: PlaceStock | None,
) -> NurseryRun:
    """`pop_jan1` (leaf, year + 1, sex, age) persons."""
    settings = nursery_settings(reading, leaves, years, stock)
    account = _bridge.nursery_account([leaf.code for leaf in leaves], years[0], pop_jan1, settings)
    return NurseryRun(years, account, stock)


def care_change(own: NurseryRun, base: NurseryRun) -> NDArray[np.float64]:
    """(leaf, year) children enrolled above the baseline's, a child under 3; 0 where nobody knows the places.

    Both rest on the same children and the same stock of the first year.
    """
    more = own.rows("enrolment") - base.rows("enrolment")
    known = ~np.isnan(own.rows("places_stock")) & ~np.isnan(base.rows("places_stock"))
    children = base.rows("under3")
    return np.divide(more, children, out=np.zeros_like(more), where=known & (children > 0.0))
