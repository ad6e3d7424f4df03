"""The headline: the few numbers a reader wants first, each with its mark, as plain dicts, one a line of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sanhai.places.catalogue import all_places
from sanhai.places.catalogue import place as place_of
from sanhai.policy.scenario import NAMED
from sanhai.policy.terms import PAYERS
from sanhai.show.format import (
    PAYER_NAMES,
    Scale,
    checked_lang,
    difference_scale,
    mark_of,
    money_scale,
    number,
    people_scale,
    say,
    weakest,
)

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.results.results import Comparison

__all__ = ["headline", "headline_years"]

Key = tuple[str, str, str, int, str]  # scenario, place, variable, year, basis
Cell = dict[str, Any]
Show = Callable[[float], str]
PLACES = ("places_target", "places_demand", "places_want")
RANGES = ("pop_jan1", "births", "deaths", "tfr", *PLACES)
POPULATION = ("pop_jan1", "births", "deaths", "net_migration", "tfr", "share_65plus", "median_age", "pop_0_2")
WANTED = (
    "pop_jan1", "births", "deaths", "net_migration", "tfr", "pop_65plus", "median_age", "pop_0_2", "places_target",
    "places_demand", "places_want", "places_stock", "places_gap", "places_per_1000", "places_per_child",
    "births_extra", "births_extra_gross",
)  # fmt: skip
EXTRA = {"births": "births_extra", "births_gross": "births_extra_gross"}
NO_NEW_MONEY = ("zero-migration", "no-allowance")  # of the main job: shown by their total only


def headline_years(comparison: Comparison) -> tuple[int, ...]:
    """The first year, the last fitted one, 2030, 2040 and the last, as far as the comparison shows them."""
    years = comparison.years
    wanted = {years[0], place_of(comparison.place).observed[-1], 2030, 2040, years[-1]}
    return tuple(sorted(year for year in wanted if year in years))


class _Table:
    """The numbers the headline needs, by key; parts of a number (payers, instruments, sexes) are left out."""

    def __init__(self, comparison: Comparison, years: Iterable[int]) -> None:
        frame = comparison.frame
        chosen = frame[frame["variable"].isin(WANTED) & frame["year"].isin(list(years)) & frame["order"].isna()]
        self.cells: dict[Key, Cell] = {}
        columns = ("scenario", "place", "variable", "year", "basis", "value", "lo", "hi", "fitted", "confidence")
        for row in chosen[list(columns)].itertuples(index=False, name=None):
            scenario, place, variable, year, basis, value, lo, hi, fitted, confidence = row
            # Only these have several rows for one year, told apart by what they are measured against.
            which = str(basis) if variable in ("places_gap", "places_per_1000", "places_per_child") else ""
            self.cells[scenario, place, variable, int(year), which] = {
                "value": float(value),
                "lo": None if lo is None or lo != lo else float(lo),
                "hi": None if hi is None or hi != hi else float(hi),
                "fitted": bool(fitted),
                "confidence": str(confidence),
                "basis": str(basis),
            }

    def get(self, scenario: str, place: str, variable: str, year: int, which: str = "") -> Cell | None:
        if variable == "share_65plus":
            return self._share(scenario, place, year)
        return self.cells.get((scenario, place, variable, year, which))

    def _share(self, scenario: str, place: str, year: int) -> Cell | None:
        old, all_ages = (self.get(scenario, place, name, year) for name in ("pop_65plus", "pop_jan1"))
        if old is None or all_ages is None:
            return None
        sure = weakest(old["confidence"], all_ages["confidence"])
        return {**old, "value": old["value"] / all_ages["value"], "confidence": sure}


def _formats(lang: str, largest: float) -> dict[str, tuple[Show, str]]:
    """How each variable of the population table is shown: function and unit."""
    people = people_scale(largest, lang)
    zh = checked_lang(lang) == 0
    persons = say("unit.persons", lang)
    return {
        "pop_jan1": (people.show, people.name),
        "births": (number, persons),
        "deaths": (number, persons),
        "net_migration": (lambda value: number(value, 0, signed=True), persons),
        "tfr": (lambda value: number(value, 2), "每名妇女" if zh else "per woman"),
        "share_65plus": (lambda value: number(100.0 * value, 1), "%"),
        "median_age": (lambda value: number(value, 1), "岁" if zh else "years"),
        "pop_0_2": (number, persons),
    }


def _shown(cell: Cell, show: Show) -> Cell:
    mark = mark_of(cell["confidence"], cell["fitted"])
    return {**cell, "mark": mark, "text": show(cell["value"]) + mark}


class _Rows:
    """Collects rows of one comparison."""

    def __init__(self, comparison: Comparison, lang: str) -> None:
        self.comparison = comparison
        self.lang = lang
        self.place = comparison.place
        self.base = comparison.baseline
        self.years = headline_years(comparison)
        self.effect_years = [year for year in (2027, 2030, 2040) if year in comparison.years] or list(self.years[-1:])
        self.price_years = [year for year in (2030, 2035, 2040) if year in comparison.years] or list(self.years[-1:])
        self.cost_years = [year for year in range(2025, 2031) if year in comparison.years] or list(self.years[-1:])
        self.table = _Table(comparison, {*self.years, *self.effect_years, *self.price_years})
        self.rows: list[dict[str, Any]] = []

    def add(self, section: str, variable: str, label: str, unit: str, values: dict[int, Cell], **where: str) -> None:
        if not values:
            return
        code = where.get("place", self.place)
        self.rows.append(
            {
                "section": section,
                "place": code,
                "place_name": all_places()[code].name(self.lang),
                "scenario": where.get("scenario", self.base),
                "variable": variable,
                "label": label,
                "unit": unit,
                "values": values,
            }
        )

    def series(
        self, scenario: str, place: str, variable: str, show: Show, years: Iterable[int], which: str = ""
    ) -> dict[int, Cell]:
        cells = {year: self.table.get(scenario, place, variable, year, which) for year in years}
        return {year: _shown(cell, show) for year, cell in cells.items() if cell is not None}

    def population(self) -> None:
        parts = [code for code in self.comparison.places if self.comparison.place == all_places()[code].parent]
        for code in self.comparison.places:
            names = ("pop_jan1", "births", "places_target") if code in parts else POPULATION
            people = self.table.get(self.base, code, "pop_jan1", self.years[0])
            formats = _formats(self.lang, people["value"] if people else 0.0)
            for name in names:
                show, unit = formats.get(name, (number, ""))
                label = say(name, self.lang, basis="") if name != "places_target" else ""
                values = self.series(self.base, code, name, show, self.years)
                self.add("parts" if code in parts else "population", name, label, unit, values, place=code)

    def ranges(self) -> None:
        """Intervals of the main place, where there are draws; the years after the fitted ones."""
        if not self.comparison.drawn:
            return
        people = self.table.get(self.base, self.place, "pop_jan1", self.years[0])
        formats = _formats(self.lang, people["value"] if people else 0.0)
        later = [year for year in self.years if year >= place_of(self.place).first_projected_year]
        later = [later[0], later[-1]] if len(later) > 2 else later  # two fit the width of a screen
        for name in RANGES:
            show, unit = formats.get(name, (number, ""))
            values: dict[int, Cell] = {}
            for year in later:
                row = self.table.get(self.base, self.place, name, year)
                if row is None or row["lo"] is None:
                    continue
                cell = _cell(row["value"], show, row["confidence"])
                values[year] = _ranged(cell, row["lo"], row["hi"], show)
            label = f"range.{name}" if name in PLACES else name
            self.add("ranges", name, say(label, self.lang, basis=""), unit, values, scenario=self.base)
        self._cost_ranges(later)

    def _cost_ranges(self, years: list[int]) -> None:
        """The whole bill and the central budget's share; a total's median is not the sum of its parts' medians."""
        frame = self.comparison.frame
        mine = frame[(frame["variable"] == "cost_nominal") & (frame["place"] == self.place)]
        mine = mine[(mine["scenario"] == self.base) & mine["year"].isin(years)]
        scale = money_scale(float(mine.groupby("year")["value"].sum().max()) if len(mine) else 0.0, self.lang)
        for payer, key in (("central", "cost.central"), (None, "cost.total")):
            rows = mine if payer is None else mine[mine["payer"] == payer]
            table = self.comparison.fiscal.interval(payer=payer)
            values: dict[int, Cell] = {}
            for year in sorted(set(rows["year"]) & set(table.index)):
                low, middle, high = _three(table, year)
                cell = _cell(middle, scale.show, weakest(*rows.loc[rows["year"] == year, "confidence"]))
                values[int(year)] = _ranged(cell, low, high, scale.show)
            name = "cost_nominal" if payer is None else f"cost_nominal:{payer}"
            self.add("ranges", name, say(key, self.lang), scale.name, values, scenario=self.base)

    def changes(self) -> None:
        people = self.table.get(self.base, self.place, "pop_jan1", self.years[0])
        scale = difference_scale(people["value"] if people else 0.0, self.lang)
        for name in self.comparison.scenarios[1:]:
            run = self.comparison.runs[name]
            sure = "medium" if run.response.is_null else "low"
            pairs = (("births_gross", "births_gross"), ("births", "births_net"))
            for variable, label in pairs[1:] if run.response.is_null else pairs:
                said = say("births_diff" if run.response.is_null else label, self.lang)
                values = self._change(name, variable, scale, sure)
                self.add("change", variable, said, scale.name, values, scenario=name)
            values = self._change(name, "pop_jan1", scale, sure)
            self.add("change", "pop_jan1", say("pop_diff", self.lang), scale.name, values, scenario=name)

    def _change(self, name: str, variable: str, scale: Scale, sure: str) -> dict[int, Cell]:
        def show(value: float) -> str:
            return scale.show(value, signed=True)

        change = self.comparison.diff(variable)
        has_pairs = bool(self.comparison.drawn) and variable == "pop_jan1"  # births have rows of their own
        paired = self.comparison.paired_interval(variable, name) if has_pairs else None
        out = {}
        for year in self.effect_years:
            cell = _cell(_at(change, name, year), show, sure)
            if paired is not None:
                low, _, high = _three(paired, year)
                cell = _ranged(cell, low, high, show)
            banded = self.table.get(name, self.place, EXTRA.get(variable, ""), year)
            if banded is not None and banded["lo"] is not None:
                cell = {**_ranged(cell, banded["lo"], banded["hi"], show), "basis": banded["basis"]}
            out[year] = cell
        return out

    def money(self) -> None:
        frame = self.comparison.frame
        mine = frame[(frame["variable"] == "cost_nominal") & (frame["place"] == self.place)]
        mine = mine[mine["year"].isin(self.cost_years)]
        totals = mine.groupby(["scenario", "year"])["value"].sum()
        scale = money_scale(float(totals.max()) if len(totals) else 0.0, self.lang)
        for name in self.comparison.scenarios:
            own = mine[mine["scenario"] == name]
            levels = [] if name in NO_NEW_MONEY else [payer for payer in PAYERS if (own["payer"] == payer).any()]
            for payer in levels:
                label = PAYER_NAMES[payer][checked_lang(self.lang)]
                self.add(
                    "cost",
                    f"cost_nominal:{payer}",
                    label,
                    scale.name,
                    _sums(own[own["payer"] == payer], scale),
                    scenario=name,
                )
            self.add("cost", "cost_nominal", say("total", self.lang), scale.name, _sums(own, scale), scenario=name)

    def per_birth(self) -> None:
        zh = checked_lang(self.lang) == 0
        scale = Scale(1e4, "万元", 1) if zh else Scale(1e3, "thousand yuan", 0)
        for name in self.comparison.scenarios[1:]:
            if self.comparison.runs[name].response.is_null:
                continue
            prices = self.comparison.fiscal.per_extra_birth(name)
            for kind, variable in (("gross", "births_gross"), ("net", "births")):
                if self.comparison.drawn:
                    values = self._drawn_prices(name, kind == "gross", scale)
                else:
                    values = {
                        year: self._price(name, variable, year, _at(prices, kind, year), scale)
                        for year in self.price_years
                    }
                self.add(
                    "per_birth",
                    f"cost_per_{variable}",
                    say(f"per_{kind}", self.lang),
                    scale.name,
                    values,
                    scenario=name,
                )

    def _drawn_prices(self, name: str, gross: bool, scale: Scale) -> dict[int, Cell]:
        """Median and interval of what an extra birth cost in each draw."""
        out = {}
        table = self.comparison.fiscal.birth_price_interval(name, gross=gross)
        for year in self.price_years:
            low, middle, high = _three(table, year)
            if not np.isfinite(middle):
                out[year] = _empty(say("no_extra", self.lang))
                continue
            out[year] = _ranged(_cell(middle, scale.show, "low"), low, high, scale.show)
        return out

    def _price(self, name: str, variable: str, year: int, price: float, scale: Scale) -> Cell:
        """The point price, and the same cost over the births at both ends of the band."""
        if not price > 0.0:  # births do not move the way the money does, or not at all
            return _empty(say("no_extra", self.lang))
        cell = _cell(price, scale.show, "low")
        births = _at(self.comparison.diff(variable), name, year)
        banded = self.table.get(name, self.place, EXTRA[variable], year)
        if banded is not None and banded["lo"] and banded["hi"]:
            low, high = sorted(price * births / end for end in (banded["lo"], banded["hi"]))
            cell = _ranged(cell, low, high, scale.show)
        return cell

    def places(self) -> None:
        digits: dict[str, Show] = {
            "per_1000": lambda value: number(value, 2),
            "per_child": lambda value: number(value, 3),
        }
        years = [year for year in self.years if year >= place_of(self.place).observed[-1]] or list(self.years)
        for name in self.comparison.scenarios:
            run = self.comparison.runs[name]
            stocked = run.nursery.stocked is not None
            if name != self.base and not stocked and name in NAMED:
                continue
            for variable in (*PLACES, *(("places_stock",) if stocked else ())):
                values = self.series(name, self.place, variable, number, years)
                basis = next((cell["basis"] for cell in values.values()), "")
                key = f"basis.{basis}"
                known = say(key, self.lang) if variable == "places_stock" else basis
                self.add("places", variable, say(variable, self.lang, basis=known), "", values, scenario=name)
            if not stocked:
                unknown = {year: _empty("-") for year in years}
                label = say("places_stock", self.lang, basis=say("basis.unknown", self.lang))
                self.add("places", "places_stock", label, "", unknown, scenario=name)
            for gap in ("target", "demand", "want") if stocked else ():
                values = self.series(name, self.place, "places_gap", number, years, gap)
                self.add("places", f"places_gap:{gap}", say(f"gap_{gap}", self.lang), "", values, scenario=name)
            for which in ("target", "stock") if stocked else ("target",):
                for key, show in digits.items():
                    values = self.series(name, self.place, f"places_{key}", show, years, which)
                    self.add(
                        "places", f"places_{key}:{which}", say(f"{key}_{which}", self.lang), "", values, scenario=name
                    )


def _at(table: pd.DataFrame, row: str, year: int) -> float:
    return float(cast("float", table.at[row, year]))


def _three(table: pd.DataFrame, year: int) -> tuple[float, float, float]:
    """lo, median, hi of a year."""
    low, middle, high = table.loc[year].to_numpy(dtype=float)
    return float(low), float(middle), float(high)


def _cell(value: float, show: Show, sure: str) -> Cell:
    """A computed number; what rests on the response to cost, whose point values are a judgement, is `low`."""
    return _shown({"value": value, "lo": None, "hi": None, "fitted": False, "confidence": sure}, show)


def _ranged(cell: Cell, low: float, high: float, show: Show) -> Cell:
    """The cell with an interval beside its number."""
    top = show(high) if np.isfinite(high) else "∞"
    return {**cell, "lo": low, "hi": high, "text": f"{cell['text']} [{show(low)}, {top}]"}


def _empty(text: str) -> Cell:
    return {"value": None, "lo": None, "hi": None, "fitted": False, "confidence": "low", "mark": "", "text": text}


def _sums(rows: Any, scale: Scale) -> dict[int, Cell]:
    """Sums over instruments by year, with the weakest confidence among the parts."""
    out = {}
    for year, part in rows.groupby("year"):
        sure = weakest(*set(part["confidence"]))
        value = float(part["value"].sum())
        out[int(year)] = _shown(
            {"value": value, "lo": None, "hi": None, "fitted": False, "confidence": sure}, scale.show
        )
    return out


def headline(comparison: Comparison, lang: str = "en") -> list[dict[str, Any]]:
    """Rows by section: population, parts, change, cost, per_birth, places.

    A row has section, place, place_name, scenario, variable, label, unit (as shown) and `values`: by year a cell with
    value (base units: persons, yuan, per woman, shares), lo, hi (band of eps alone), fitted, confidence, mark and text.
    """
    rows = _Rows(comparison, lang)
    rows.population()
    rows.ranges()
    rows.changes()
    rows.money()
    rows.per_birth()
    rows.places()
    return rows.rows
