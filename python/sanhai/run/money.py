"""Money and nursery places of every draw of a run, by row of the layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.policy.bill import Bill, bill, order_share_history
from sanhai.policy.nursery import need_settings, nursery_run, stocked_settings
from sanhai.policy.paying import PAYERS
from sanhai.run.legacy import Kept, drawn_stocks, stocks_of
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
    made = bill(
        one.reading, one.inputs.leaves, one.years, people.pop_jan1, people.births, places, stocks_of(one.inputs)
    )
    return Accounts(places, made)


def book(
    one: Compiled, compiled: Accounts, people: People, options: Options, kept: Kept
) -> tuple[Money, dict[str, NDArray[np.float64]]]:
    """Money, and places by series (row, year, draw). kept: counts of parents in draws that scenarios share."""
    reading, leaves, years = one.reading, one.inputs.leaves, one.years
    stocked = stocked_settings(reading, leaves, years)
    inputs = _bridge.AccountInputs()
    bills = compiled.bill
    inputs.lines, inputs.n_payers = list(bills.drawn), len(PAYERS)
    inputs.order_share_history = order_share_history(leaves[0].root, years[0])
    inputs.needs = need_settings(reading, leaves, years)
    if stocked is not None:
        inputs.stocked, inputs.first_stocked_year = stocked
    inputs.rows = [list(members) for members in one.layout.members]
    inputs.take_up = np.array(people.take_up, dtype=float)
    if bills.stocks:
        inputs.stocks = drawn_stocks(one, bills.stocks, options, kept)
    booked = _bridge.book_draws(people.core, inputs, options.threads)
    at = _bridge.nursery_series().index
    pairs, arrays = _whole(bills, booked)
    money = Money(
        lines=tuple(
            _line(reading.catalogue.instrument(row), name, sure)
            for name, row, sure in zip(bills.lines, bills.instruments, bills.confidence, strict=True)
        ),
        pairs=tuple((line, PAYERS[payer]) for line, payer in pairs),
        arrays=arrays,
        factors=bills.factors,
    )
    return money, {name: booked.nursery[at(name)] for name in NURSERY}


def _whole(bills: Bill, booked: Any) -> tuple[list[tuple[int, int]], dict[str, NDArray[np.float64]]]:
    """(line, payer) that carry something, and arrays by these or by line: parts of a line are summed."""
    pairs = list(dict.fromkeys((bills.part_of[part], payer) for part, payer in booked.pairs))
    arrays = {name: getattr(booked, name) for name in ("cost", "beneficiaries", "full_liability")}
    if len(bills.part_of) == len(bills.lines):
        return pairs, arrays
    rows = {"cost": [pairs.index((bills.part_of[part], payer)) for part, payer in booked.pairs]}
    rows |= {name: list(bills.part_of) for name in ("beneficiaries", "full_liability")}
    for name, whole in arrays.items():
        arrays[name] = np.zeros((len(pairs) if name == "cost" else len(bills.lines), *whole.shape[1:]))
        for row, part in zip(rows[name], whole, strict=True):
            arrays[name][row] += part
    return pairs, arrays


def _line(row: Instrument, full_id: str, confidence: str) -> BilledLine:
    name = full_id.rsplit("/", 1)[1]
    component = row.component(name)
    titles = (component.title_zh or row.title_zh, component.title_en or row.title_en)
    return BilledLine(full_id, row.full_id, name, confidence, *titles)
