"""Tidy rows of a run: one line a number, with what it applies to, how it came about and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.places.catalogue import all_places
from sanhai.places.catalogue import place as place_of
from sanhai.policy.nursery import norm_of
from sanhai.policy.terms import PAYERS
from sanhai.results.indicators import Flags, flags, indicators, members, order_births
from sanhai.results.intervals import Interval, Key, coverage, extra_births, intervals
from sanhai.run.draws import Drawn
from sanhai.run.point import People, Run
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COLUMNS", "band_rows", "drawn_rows", "line_names", "rows_of_run"]

COLUMNS = (
    "scenario",
    "place",
    "place_name",
    "year",
    "variable",
    "unit",
    "value",
    "sex",
    "order",
    "instrument",
    "payer",
    "lo",
    "hi",
    "basis",
    "fitted",
    "confidence",
)
STOCKS = ("pop_jan1", "pop_0_2", "pop_0_14", "pop_15_64", "pop_65plus", "women_15_49", "tdr", "oadr", "median_age")
MONEY = ("cost_nominal", "cost_real", "pv")
NEEDS = ("places_target", "places_demand", "places_want", "enrolment", "classes", "staff")
STOCKED = ("places_stock", "openings", "paid_places")
GAPS = ("target", "demand", "want")
DEFINED = ("places_gap", "places_per_1000", "places_per_child")  # `basis` names the definition
LEVELS = ("high", "medium", "low")


def weakest(*levels: str) -> str:
    return max(levels, key=LEVELS.index)


@cache
def _flags(code: str) -> Flags:
    return flags(code)


class _Writer:
    """Collects rows of one scenario and place."""

    def __init__(self, scenario: str, code: str, shown: range, drawn: dict[Key, Interval] | None = None) -> None:
        self.head = (scenario, code, all_places()[code].name_zh)
        self.shown = shown
        self.drawn = drawn or {}
        self.rows: list[tuple[Any, ...]] = []

    def put(self, name: str, year: int, value: float, confidence: str, **where: Any) -> None:
        """Adds a number; a missing one is left out. Where there are draws it is their median, with lo and hi."""
        definition = where.get("basis") if name in DEFINED else None
        key = (
            name,
            year,
            where.get("sex"),
            where.get("order"),
            where.get("instrument"),
            where.get("payer"),
            definition,
        )
        if key in self.drawn:
            lo, value, hi = self.drawn[key]
            where = {**where, "lo": lo, "hi": hi}
        if np.isnan(value):
            return
        cell = {key: where.get(key) for key in ("sex", "order", "instrument", "payer", "lo", "hi")}
        self.rows.append(
            (
                *self.head,
                year,
                name,
                VARIABLES[name].unit,
                float(value),
                *cell.values(),
                where.get("basis"),
                bool(where.get("fitted", False)),
                confidence,
            )
        )

    def series(self, name: str, years: range, values: NDArray[np.float64], confidence: str, **where: Any) -> None:
        for year, value in zip(years, values, strict=False):
            if year in self.shown:
                self.put(name, year, value, confidence, **where)


def _marked(mark: Flags, name: str, year: int, is_other: bool) -> dict[str, Any]:
    """Basis, fitted and confidence of a number; in a scenario whose policy was another then, nothing is fitted."""
    if is_other and mark.fitted(name, year):
        return {"confidence": "low", "basis": "counterfactual", "fitted": False}
    return {
        "confidence": mark.confidence(name, year),
        "basis": mark.basis(name, year),
        "fitted": mark.fitted(name, year),
    }


def _population(writer: _Writer, run: Run, code: str) -> None:
    mark = _flags(code)
    stocks = range(run.years[0], run.years[-1] + 2)
    last = range(writer.shown[0], writer.shown[-1] + 2)
    other = run.scenario.counterfactual_from
    for name, values in indicators(run, code).items():
        if name == "e0":
            continue
        for year, value in zip(stocks, values, strict=False):
            if year in (last if name in STOCKS else writer.shown):
                # A stock is of 1 January: the first that can differ is the one after the first year that does.
                is_other = other is not None and year >= other + (name in STOCKS)
                writer.put(name, year, value, **_marked(mark, name, year, is_other))
    e0 = indicators(run, code)["e0"]
    for sex, column in (("male", 0), ("female", 1)):
        for year, value in zip(run.years, e0[:, column], strict=True):
            if year in writer.shown:
                writer.put("e0", year, value, sex=sex, **_marked(mark, "e0", year, False))
    orders = order_births(run, code)
    for index, order in enumerate(("1", "2", "3+")):
        writer.series("births", run.years, orders[:, index], "low", order=order, basis="estimated")


def _money(writer: _Writer, run: Run, code: str) -> None:
    rows = members(run, code)
    bill = run.bill
    for line, name_of_line in enumerate(line_names(run)):
        confidence = weakest(bill.confidence[line], "medium" if _flags(code).own else "low")
        where = {"instrument": name_of_line}
        for name in MONEY:
            table = getattr(bill, name)[line, rows].sum(axis=0)  # (year, payer)
            for index, payer in enumerate(PAYERS):
                if np.any(table[:, index]):
                    writer.series(name, bill.years, table[:, index], confidence, payer=payer, **where)
        writer.series("beneficiaries", bill.years, bill.beneficiaries[line, rows].sum(axis=0), confidence, **where)
        writer.series("full_liability", bill.years, bill.full_liability[line, rows].sum(axis=0), confidence, **where)


def line_names(run: Run) -> list[str]:
    """The instrument of every line, in full where an instrument has several components in this run."""
    found = run.bill.instruments
    return [
        line if found.count(instrument) > 1 else instrument
        for line, instrument in zip(run.bill.lines, found, strict=True)
    ]


def _places(writer: _Writer, run: Run, code: str) -> None:
    arrays = run.nursery.of(members(run, code))
    confidence = "medium" if _flags(code).own else "low"
    assumed = "low" if run.nursery.assumed else confidence
    for name in NEEDS:
        if name != "places_target":
            writer.series(name, run.years, arrays[name], confidence)
            continue
        for column, year in enumerate(run.years):  # the norm of each year stands in a document of its own
            source = norm_of(run.reading, place_of(code), year)[1]
            writer.series(name, range(year, year + 1), arrays[name][column : column + 1], confidence, basis=source)
    writer.series("places_per_1000", run.years, arrays["target_per_resident"] * 1000.0, confidence, basis="target")
    writer.series("places_per_child", run.years, arrays["target_per_child"], confidence, basis="target")
    if run.nursery.stocked is None:
        return
    for name in STOCKED:
        writer.series(
            name,
            run.years,
            arrays[name]
            if name == "places_stock"
            else np.where(np.isnan(arrays["places_stock"]), np.nan, arrays[name]),
            assumed,
            basis="assumption: national rate" if run.nursery.assumed else "stated",
        )
    for gap in GAPS:
        writer.series("places_gap", run.years, arrays[f"gap_{gap}"], assumed, basis=gap)
    writer.series("places_per_1000", run.years, arrays["stock_per_resident"] * 1000.0, assumed, basis="stock")
    writer.series("places_per_child", run.years, arrays["stock_per_child"], assumed, basis="stock")


def rows_of_run(
    run: Run, name: str, places: tuple[str, ...], shown: range, drawn: Drawn | None = None
) -> Iterator[tuple[Any, ...]]:
    """Every number of a run, place by place, years in `shown` (stocks one 1 January more)."""
    for row, code in enumerate(places):
        found = None if drawn is None else intervals(drawn, run, row, line_names(run))
        writer = _Writer(name, code, shown, found)
        _population(writer, run, code)
        _money(writer, run, code)
        _places(writer, run, code)
        yield from writer.rows


def drawn_rows(name: str, run: Run, drawn: Drawn, base: Drawn, shown: range) -> Iterator[tuple[Any, ...]]:
    """Extra births against the baseline, draw by draw, net and gross of tempo."""
    writer = _Writer(name, run.scenario.code, shown)
    for variable, source in (("births_extra", "births"), ("births_extra_gross", "births_gross")):
        for year, (lo, middle, hi) in zip(run.years, extra_births(drawn, base, source), strict=False):
            if year in shown:
                writer.put(variable, year, middle, "low", lo=lo, hi=hi, basis=coverage(drawn))
    yield from writer.rows


def band_rows(name: str, run: Run, ends: tuple[People, People], base: Run, shown: range) -> Iterator[tuple[Any, ...]]:
    """Extra births against the baseline with the band of the elasticity alone, as `births_extra` rows.

    `ends`: the same scenario at the prior's 5 % and 95 % of eps; no other uncertainty is in this band.
    """
    code = run.scenario.code
    writer = _Writer(name, code, shown)
    rows = members(run, code)
    for variable, total in (("births_extra", _net), ("births_extra_gross", _gross)):
        before = total(base.people, rows)
        point, *band = (total(people, rows) - before for people in (run.people, *ends))
        for index, year in enumerate(run.years):
            if year in shown:
                lo, hi = sorted(float(end[index]) for end in band)
                writer.put(variable, year, point[index], "low", lo=lo, hi=hi, basis="band of eps alone, 5-95 %")
    yield from writer.rows


def _net(people: People, rows: list[int]) -> NDArray[np.float64]:
    return np.asarray(people.births[rows].sum(axis=(0, 2, 3)))


def _gross(people: People, rows: list[int]) -> NDArray[np.float64]:
    return np.asarray(people.births_gross[rows].sum(axis=(0, 2)))
