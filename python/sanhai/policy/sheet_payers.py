"""The sheet of payers in the workbook: for each item the percentages that levels bear."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sanhai.errors import nearest
from sanhai.policy.sheet_terms import LEVELS_PAID
from sanhai.readers.grid import Grid
from sanhai.readers.labels import chinese, number_of
from sanhai.readers.rows import Report, Spot
from sanhai.readers.template_words import head, said
from sanhai.readers.template_years import head_row, is_empty

__all__ = ["Split", "splits"]

NEAR = 1e-9  # percent


@dataclass(frozen=True)
class Split:
    """Who bears an item: shares by level, and where they stand. `is_whole`: nothing is left unknown."""

    shares: dict[str, float]
    is_whole: bool
    document: str
    spot: Spot

    def band(self) -> dict[str, Any]:
        """The payers of a component."""
        if self.is_whole:
            return {"shares": self.shares, **({"note": self.document} if self.document else {})}
        return {"shares": {**self.shares, "unsplit": "unknown"}, "note": self.document or said("payers_unknown", "en")}


def splits(grid: Grid, report: Report, items: Collection[str]) -> dict[str, Split]:
    """By item of the sheet of policy, who bears it; a row without a share says nothing."""
    found = head_row(grid, ("item", *(f"pays_{one}" for one in LEVELS_PAID)), report)
    if found is None:
        return {}
    top, columns = found
    item, document = (columns.get(_head(key)) for key in ("item", "document"))
    assert item is not None
    across = {level: columns[_head(f"pays_{level}")] for level in LEVELS_PAID}
    rows: dict[str, Split] = {}
    for at in range(top + 1, len(grid.rows)):
        filled = {level: column for level, column in across.items() if not is_empty(grid.cell(at, column))}
        name, spot = " ".join(str(grid.cell(at, item) or "").split()), grid.spot(at, item)
        if not filled:
            continue
        if name not in items:
            report.add("input.POLICY.item", spot, got=name, known=list(items), near=nearest(name, items))
        elif name in rows:
            report.add("input.POLICY.item_twice", spot, got=name, other=rows[name].spot.cell)
        elif (shares := _shares(grid, at, filled, report)) is not None:
            where = None if document is None else grid.cell(at, document)
            said_in = "" if is_empty(where) else " ".join(str(where).split())
            is_whole = abs(math.fsum(shares.values()) - 1.0) <= NEAR
            rows[name] = Split(shares, is_whole, said_in, grid.spot(at, across["central"]))
            if not is_whole:
                left = 100.0 * (1.0 - math.fsum(shares.values()))
                report.say("payers_left", item=name, left=f"{left:g}")
    return rows


def _head(key: str) -> str:
    return chinese(said(f"head_{key}", "zh"))


def _shares(grid: Grid, at: int, filled: dict[str, int], report: Report) -> dict[str, float] | None:
    """Shares of a row; None after a fault was noted: its sum is no more than 100, and 100 where no level is empty."""
    found: dict[str, float] = {}
    for level, column in filled.items():
        given = number_of(grid.cell(at, column))
        if given is None or math.isnan(given[0]):
            report.add("input.NUMBER.text", grid.spot(at, column), got=str(grid.cell(at, column)))
        elif not 0.0 <= given[0] <= 100.0:
            name = head(f"pays_{level}").split("\n")[-1]
            report.add("input.POLICY.bounds", grid.spot(at, column), got=given[0], head=name, low="0", high="100")
        else:
            found[level] = given[0]
    if len(found) < len(filled):
        return None
    total, spot = math.fsum(found.values()), grid.spot(at, next(iter(filled.values())))
    if 0.0 < total <= 1.0 + NEAR:
        report.add("input.POLICY.payers_share", spot, got=f"{total:g}", meant=f"{100.0 * max(found.values()):g}")
    elif total > 100.0 + NEAR or (len(found) == len(LEVELS_PAID) and total < 100.0 - NEAR):
        report.add("input.POLICY.payers_sum", spot, got=f"{total:g}")
    else:
        return {level: share / 100.0 for level, share in found.items() if share > 0.0}
    return None
