"""What a component pays in a month: yuan by cell, from its dated amounts and levers, after stacking in its group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sanhai.policy.component import Amount, Component
from sanhai.policy.months import january, month_of, months_of, year_of
from sanhai.policy.vocabulary import LEGACY_KINDS, NURSERY_TYPES, OLDEST_CHILD

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "ORDERS", "Levers", "boundaries", "in_force", "of_cells", "own", "own_a_year", "share_of_months", "stacked",
    "value_of",
]  # fmt: skip

ORDERS = (1, 2, 3)
DAYS = 30  # of a month, where a part of one is paid


class Levers(Protocol):
    """Where the numbers of a component come from: the levers of one place."""

    def number(self, path: str, month: int) -> float | None:
        """The lever's value in a month; None where nobody set it and it has no default."""

    def starts(self, year: int) -> tuple[int, ...]:
        """Months inside a year, its January not among them, in which some lever's value begins."""


def in_force(month: int, first: dt.date | None, last: dt.date | None, by_days: bool = False) -> float:
    """Share of a month in force. The months of the start and of the end count whole, or by days of 30."""
    share = 1.0
    if first is not None:
        if month < month_of(first):
            return 0.0
        if month == month_of(first) and by_days:
            share = (DAYS - min(first.day, DAYS) + 1) / DAYS
    if last is not None:
        if month > month_of(last):
            return 0.0
        if month == month_of(last) and by_days:
            share = min(share, min(last.day, DAYS) / DAYS)
    return share


def share_of_months(component: Component, year: int) -> list[float]:
    """(12) share of each month of a year in force."""
    by_days = component.timing.rule == "once" or component.timing.first_month == "days"
    return [in_force(month, component.valid_from, component.valid_to, by_days) for month in months_of(year)]


def boundaries(components: Iterable[Component]) -> Iterator[int]:
    """Months in which some of them, or one of their amounts, begins, and the months after an end."""
    for component in components:
        dates = [(one.valid_from, one.valid_to) for one in component.amounts]
        for first, last in ((component.valid_from, component.valid_to), *dates):
            if first is not None:
                yield month_of(first)
            if last is not None:
                yield month_of(last) + 1


def value_of(levers: Levers, number: float | str, month: int) -> float | None:
    """A number of a component: its own, or the lever's in a month."""
    return levers.number(number, month) if isinstance(number, str) else float(number)


def of_cells(component: Component) -> tuple[int, int]:
    """(rows, columns) of its cells: order x age of children, order of births, type of places, kind of parents."""
    return {
        "births": (len(ORDERS), 1),
        "children": (len(ORDERS), OLDEST_CHILD + 1),
        "nursery": (1, len(NURSERY_TYPES)),
        "legacy": (1, len(LEGACY_KINDS)),
    }.get(component.count.stock, (1, 1))


def _where(shape: tuple[int, int], narrowed: dict[str, tuple[object, ...]]) -> NDArray[np.bool_]:
    """The cells that a narrowing leaves."""
    rows, columns = np.ones(shape[0], dtype=bool), np.ones(shape[1], dtype=bool)
    if "orders" in narrowed:
        rows = np.array([one in narrowed["orders"] for one in ORDERS])
    for name, known in (("ages", range(shape[1])), ("types", NURSERY_TYPES), ("kinds", LEGACY_KINDS)):
        if name in narrowed:
            columns = np.array([one in narrowed[name] for one in known])
    return np.asarray(rows[:, None] & columns[None, :])


def _counted(component: Component) -> dict[str, tuple[object, ...]]:
    count = component.count
    found: dict[str, tuple[object, ...]] = {
        name: value for name in ("orders", "types", "kinds") if (value := getattr(count, name)) is not None
    }
    if count.ages is not None:
        found["ages"] = tuple(range(count.ages[0], count.ages[1] + 1))
    return found


def _yuan(levers: Levers, amount: Amount, month: int) -> float:
    """Yuan of one amount in a month; NaN where it stands in a lever that nobody set."""
    values = [value_of(levers, part, month) for part in amount.factors]
    if amount.growth is not None and amount.growth_from is not None:
        years = range(amount.growth_from, year_of(month) + 1)
        grown = [levers.number(amount.growth, january(year)) for year in years]
        values += [None if rate is None else 1.0 + rate for rate in grown]
    product = 1.0
    for value in values:
        product *= np.nan if value is None else value
    return product


def own(levers: Levers, component: Component, month: int) -> NDArray[np.float64]:
    """(cells) yuan of the component's own period that a unit of each cell gets in a month, before stacking.

    0 where nothing has begun; NaN where the amount stands in a lever that nobody set.
    """
    shape = of_cells(component)
    found, begun = np.zeros(shape), np.full(shape, -2)
    if in_force(month, component.valid_from, component.valid_to) == 0.0:
        return found
    counted = _where(shape, _counted(component))
    for amount in component.amounts:
        if in_force(month, amount.valid_from, amount.valid_to) == 0.0:
            continue
        since = -1 if amount.valid_from is None else month_of(amount.valid_from)
        cells = counted & _where(shape, amount.narrowed_by) & (since > begun)
        found[cells], begun[cells] = _yuan(levers, amount, month), since
    return found


def own_a_year(levers: Levers, component: Component, month: int) -> NDArray[np.float64]:
    """(cells) yuan a year under the rules of a month, before stacking; 0 where a lever is not set."""
    return np.nan_to_num(own(levers, component, month)) * component.payments_a_year


def stacked(levers: Levers, group: Iterable[tuple[str, Component]], month: int) -> dict[str, NDArray[np.float64]]:
    """Yuan a year by cell that each member of a group pays itself, by id; F is what those before it pay.

    Members by order, then id: the order of files and scenarios never matters. A member without an amount pays nothing.
    """
    paid: dict[str, NDArray[np.float64]] = {}
    for name, one in sorted(group, key=lambda row: (0 if row[1].stack is None else row[1].stack.order, row[0])):
        assert one.stack is not None
        mine = own_a_year(levers, one, month)
        before = sum(paid.values(), np.zeros(mine.shape))
        if one.stack.rule in ("max", "includes"):
            mine = np.maximum(0.0, mine - before)
        elif one.stack.rule == "replace":
            paid = {other: np.where(mine > 0.0, 0.0, yuan) for other, yuan in paid.items()}
        paid[name] = mine
    return paid
