"""Money and nursery places of every draw of a run, by row of the layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.policy.bill import Bill, bill, order_share_history
from sanhai.policy.nursery import need_settings, nursery_run, stocked_settings
from sanhai.policy.paying import PAYERS
from sanhai.policy.vocabulary import KIND_OF_LEVEL, MONEY_KINDS
from sanhai.run.output import BilledLine, Money

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.policy.nursery import NurseryRun
    from sanhai.policy.schema import Instrument
    from sanhai.run.compile import Compiled
    from sanhai.run.engine import People
    from sanhai.run.options import Options

__all__ = ["Accounts", "accounts", "book"]

NURSERY = (
    "places_target", "places_demand", "places_want", "places_stock", "gap_target", "gap_demand", "gap_want",
    "enrolment", "classes", "staff", "openings", "closures", "paid_places", "stock_per_resident",
    "target_per_resident", "stock_per_child", "target_per_child",
)  # fmt: skip


@dataclass(frozen=True)
class Accounts:
    """The bill's lines and the settings of places, compiled once a scenario on the people of its point run."""

    nursery: NurseryRun
    bill: Bill


def accounts(one: Compiled, people: People) -> Accounts:
    """Lines of the bill: counts that no draw varies (a user's own) rest on the point run's people."""
    places = nursery_run(one.reading, one.inputs.leaves, one.years, people.pop_jan1)
    return Accounts(places, bill(one.reading, one.inputs.leaves, one.years, people.pop_jan1, people.births, places))


def book(
    one: Compiled, compiled: Accounts, people: People, options: Options
) -> tuple[Money, dict[str, NDArray[np.float64]]]:
    """Money, and places by series (row, year, draw)."""
    reading, leaves, years = one.reading, one.inputs.leaves, one.years
    stocked = stocked_settings(reading, leaves, years)
    inputs = _bridge.AccountInputs()
    bills = compiled.bill
    inputs.lines, inputs.kinds = list(bills.drawn), [MONEY_KINDS.index(KIND_OF_LEVEL[payer]) for payer in PAYERS]
    inputs.order_share_history = order_share_history(leaves[0].root, years[0])
    inputs.needs = need_settings(reading, leaves, years)
    if stocked is not None:
        inputs.stocked, inputs.first_stocked_year = stocked
    inputs.rows = [list(members) for members in one.layout.members]
    inputs.take_up = np.array(people.take_up, dtype=float)
    booked = _bridge.book_draws(people.core, inputs, options.threads)
    at = _bridge.nursery_series().index
    pairs, sides, lagged, arrays = _whole(bills, booked)
    money = Money(
        lines=tuple(
            _line(reading.catalogue.instrument(row), name, sure)
            for name, row, sure in zip(bills.lines, bills.instruments, bills.confidence, strict=True)
        ),
        pairs=tuple((line, PAYERS[payer]) for line, payer in pairs),
        sides=tuple((line, MONEY_KINDS[kind]) for line, kind in sides),
        lagged=tuple(lagged),
        arrays=arrays,
        factors=bills.factors,
    )
    return money, {name: booked.nursery[at(name)] for name in NURSERY}


Ends = list[tuple[int, int]]


def _whole(bills: Bill, booked: Any) -> tuple[Ends, Ends, list[int], dict[str, NDArray[np.float64]]]:
    """(line, payer) and (line, kind) that carry something, pairs with a lag, and arrays by these or by line.

    Parts of a line are summed.
    """
    of = bills.part_of
    drawn = {"pairs": [(of[part], payer) for part, payer in booked.pairs],
             "sides": [(of[part], kind) for part, kind in booked.sides]}  # fmt: skip
    pairs, sides = (list(dict.fromkeys(drawn[name])) for name in ("pairs", "sides"))
    late = [drawn["pairs"][at] for at in booked.lagged]
    lagged = [at for at, pair in enumerate(pairs) if pair in late]
    rows = {
        "cost": [pairs.index(pair) for pair in drawn["pairs"]],
        "cash": [lagged.index(pairs.index(pair)) for pair in late],
        "liability": [sides.index(side) for side in drawn["sides"]],
        "beneficiaries": list(of),
    }
    arrays = {name: getattr(booked, name) for name in rows}
    if len(of) == len(bills.lines):
        return pairs, sides, lagged, arrays
    for name, parts in arrays.items():
        arrays[name] = np.zeros((max(rows[name], default=-1) + 1, *parts.shape[1:]))
        for row, part in zip(rows[name], parts, strict=True):
            arrays[name][row] += part
    return pairs, sides, lagged, arrays


def _line(row: Instrument, full_id: str, confidence: str) -> BilledLine:
    name = full_id.rsplit("/", 1)[1]
    component = row.component(name)
    titles = (component.title_zh or row.title_zh, component.title_en or row.title_en)
    return BilledLine(full_id, row.full_id, name, confidence, *titles)
