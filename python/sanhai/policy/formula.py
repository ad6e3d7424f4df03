"""What a line of the bill is made of: take-up x the sum over cells of heads x yuan, as text that evaluates to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.amounts import ORDERS
from sanhai.policy.compile import Kids

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Cell", "Formula", "formula"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One summand: a count of `what` (births, aged N, a stock), the share of it that is entitled, yuan a head."""

    what: str
    order: int | None
    count: float
    share: float
    yuan: float


@dataclass(frozen=True, slots=True)
class Formula:
    """Yuan of a year: `take_up` x sum over cells of count x share x yuan."""

    take_up: float
    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """The arithmetic, in full digits: `0.9 * (7738890.36 * 1.0 * 3600.0 + ...)`."""
        cells = " + ".join(f"{one.count!r} * {one.share!r} * {one.yuan!r}" for one in self.cells)
        return f"{self.take_up!r} * ({cells})" if cells else "0.0"


def formula(
    stock: _bridge.HeadStock,
    name: str,
    yuan: NDArray[np.float64],
    share: NDArray[np.float64],
    take_up: float,
    heads: Kids | float,
    at: tuple[int, int],
) -> Formula:
    """The cells of one line at one place and year.

    name: of what is counted, where it is no child. yuan (order, cell), share (cell). heads: births and children, or the
    count. at: indices of leaf and year.
    """
    cells = []
    for order, cell in zip(*np.nonzero(yuan), strict=True):
        if isinstance(heads, Kids):
            what, count = _child(stock, heads, at, int(order), int(cell))
            cells.append(Cell(what, ORDERS[order], count, float(share[cell]), float(yuan[order, cell])))
        else:
            cells.append(Cell(name, None, float(heads), float(share[cell]), float(yuan[order, cell])))
    return Formula(float(take_up), tuple(cells))


def _child(stock: _bridge.HeadStock, kids: Kids, at: tuple[int, int], order: int, cell: int) -> tuple[str, float]:
    leaf, year = at
    if stock is _bridge.HeadStock.midyear:
        pair = kids.children[leaf, year : year + 2, order, cell]
        return f"age {cell}, mean of two 1 Januaries", float(0.5 * (pair[0] + pair[1]))
    if cell == 0:
        return "births", float(kids.births[leaf, year, order])
    return f"age {cell - 1} on 1 January", float(kids.children[leaf, year, order, cell - 1])
