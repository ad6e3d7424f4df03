"""The headline: the few numbers a reader wants first, each with its mark, as plain dicts, one a line of a table."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import Language, checked_language
from sanhai.policy.vocabulary import KIND_OF_LEVEL, MONEY_KINDS
from sanhai.show.format import interval
from sanhai.show.headline_cells import DEFINED, JANUARY, Cell, Numbers, cell_of, word_cell
from sanhai.show.words import Scale, say, scale, unit, word

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.results.results import Results

__all__ = ["answering", "has_stock", "headline", "headline_years", "is_assumed"]

Triple = tuple[float, float | None, float | None]  # value, lo, hi
PLACES = ("places_target", "places_demand", "places_want")
RANGES = ("pop_yearend", "births", "deaths", "tfr", *PLACES)
POPULATION = ("pop_yearend", "births", "deaths", "net_migration", "tfr", "share_65plus", "median_age", "pop_0_2")
PARTS = ("pop_yearend", "births", "places_target")
WANTED = (
    "pop_yearend", "births", "deaths", "net_migration", "tfr", *JANUARY, *PLACES, "places_stock", *DEFINED,
    "births_extra", "births_extra_gross", "cost_nominal", "liability", "cash",
)  # fmt: skip
ROUND_YEARS = (2030, 2040)
EFFECT_YEARS = (2027, 2030, 2040)
PRICE_YEARS = (2030, 2035, 2040)
MEMO = ("cash", "liability")
N_COST_YEARS = 6
SOME_YUAN = 0.5  # a difference in money that is more than rounding


def headline_years(results: Results) -> tuple[int, ...]:
    """The first year, the last observed one, round years and the last, as far as the run shows them."""
    years = results.years
    wanted = {years[0], results.observed.stop - 1, *ROUND_YEARS, years[-1]}
    return tuple(sorted(year for year in wanted if year in years))


def answering(results: Results) -> tuple[str, ...]:
    """Scenarios whose births answer to money or places: what differs there rests on expert judgement."""
    found = [note.values["scenarios"] for note in results.notes if note.rule == "response.judged"]
    return tuple(found[0]) if found else ()


def has_stock(results: Results, scenario: str) -> bool:
    """Whether somebody states or assumes the stock of places."""
    return bool(results.central.table("places_stock", scenario=scenario).notna().to_numpy().any())


def is_assumed(results: Results, scenario: str) -> bool:
    """Whether that stock is an assumption."""
    return any(scenario in note.values["scenarios"] for note in results.notes if note.rule == "places.assumed_stock")


def _triples(table: pd.DataFrame, row: Any) -> dict[int, Triple]:
    """One row of a table of results as value, lo and hi by year; without draws there is no interval."""
    found = table.loc[row]
    if table.columns.nlevels == 1:
        return {int(year): (float(value), None, None) for year, value in found.items()}
    return {
        int(year): (float(found["median", year]), float(found["lo", year]), float(found["hi", year]))
        for year in found["median"].index
    }


class _Rows:
    """Collects rows of one result."""

    def __init__(self, results: Results, lang: Language) -> None:
        self.results, self.lang, self.level = results, lang, results.options.level
        self.place, self.base = results.place, results.baseline
        self.last_observed = results.observed.stop - 1
        self.years = headline_years(results)
        last = list(self.years[-1:])
        self.effect_years = [year for year in EFFECT_YEARS if year in results.years] or last
        self.price_years = [year for year in PRICE_YEARS if year in results.years] or last
        cost = range(self.last_observed, self.last_observed + N_COST_YEARS)
        self.cost_years = [year for year in cost if year in results.years] or last
        asked = {*self.years, *self.effect_years, *self.price_years, *self.cost_years}
        self.numbers = Numbers(results, WANTED, asked)
        people = self.numbers.get(self.base, self.place, "pop_yearend", self.years[0])
        self.people = people["value"] if people else 0.0
        self.answers = answering(results)
        self.rows: list[dict[str, Any]] = []

    def add(
        self, section: str, variable: str, label: str, unit_name: str, values: dict[int, Cell], **where: str
    ) -> None:
        if not values:
            return
        code = where.get("place", self.place)
        self.rows.append(
            {
                "section": section,
                "place": code,
                "place_name": self.results.place_info[code].name(self.lang),
                "scenario": where.get("scenario", self.base),
                "variable": variable,
                "label": label,
                "unit": unit_name,
                "values": values,
            }
        )

    def say(self, key: str, **values: Any) -> str:
        return say(f"row.{key}", self.lang, **values)

    def said(self, name: str) -> str:
        """A row of the population; net migration is a balance only where years were observed."""
        if name == "net_migration" and not len(self.results.observed):
            return word("variable", name, self.lang)
        return self.say(name, last=self.last_observed)

    def scale_of(self, variable: str, people: float) -> Scale:
        """How a variable of the population is shown, in a place of so many people."""
        if variable == "pop_yearend":
            return scale("people", people, self.lang)
        digits, name, divisor = {
            "tfr": (2, "per_woman", 1.0),
            "share_65plus": (1, "percent", 0.01),
            "median_age": (1, "years", 1.0),
        }.get(variable, (0, "places" if variable in PLACES else "persons", 1.0))
        return Scale(divisor, unit(name, self.lang), digits)

    def shown(self, cell: Cell, how: Scale, signed: bool = False, with_range: bool = False) -> Cell:
        """The cell with its text: number, mark, and where asked for the interval."""
        text = how.show(cell["value"], signed) + cell["mark"]
        if with_range and cell["lo"] is not None and cell["hi"] is not None:
            text += " " + interval(cell["lo"], cell["hi"], how, self.lang, signed)
        return {**cell, "text": text}

    def series(
        self, scenario: str, place: str, variable: str, how: Scale, years: Iterable[int], part: str = ""
    ) -> dict[int, Cell]:
        cells = {year: self.numbers.get(scenario, place, variable, year, part) for year in years}
        signed = variable == "net_migration"
        return {year: self.shown(cell, how, signed) for year, cell in cells.items() if cell is not None}

    def population(self) -> None:
        for code in self.results.places:
            is_part = self.results.place_info[code].role == "part"
            people = self.numbers.get(self.base, code, "pop_yearend", self.years[0])
            for name in PARTS if is_part else POPULATION:
                how = self.scale_of(name, people["value"] if people else 0.0)
                values = self.series(self.base, code, name, how, self.years)
                section = "parts" if is_part else "population"
                self.add(section, name, self.said(name), how.name, values, place=code)

    def ranges(self) -> None:
        """Intervals of the main place, where there are draws: two later years fit the width of a screen."""
        if not self.results.is_drawn:
            return
        later = [year for year in self.years if year > self.last_observed]
        later = [later[0], later[-1]] if len(later) > 2 else later
        for name in RANGES:
            how = self.scale_of(name, self.people)
            cells = {year: self.numbers.get(self.base, self.place, name, year) for year in later}
            values = {year: self.shown(cell, how, with_range=True) for year, cell in cells.items() if cell is not None}
            self.add("ranges", name, self.say(name), how.name, values)
        self._cost_range("outlay", "central", self.say("cost_central"), later)
        for kind in MONEY_KINDS:
            self._cost_range(kind, None, word("part", kind, self.lang), later)

    def _cost_range(self, kind: str, payer: str | None, label: str, years: list[int]) -> None:
        """Money of one kind in all or of one payer: an interval of a sum is not the sum of intervals."""
        central = self.numbers.cost(self.base, self.place, years, kind, payer)
        if not any(cell["value"] for cell in central.values()):
            return
        how = scale("money", max(cell["value"] for cell in central.values()), self.lang)
        found = self.results.fiscal.total(kind=kind, payer=payer, scenario=self.base, at=years, level=self.level)
        drawn = _triples(found, self.base)
        values = {
            year: self.shown({**cell, "lo": drawn[year][1], "hi": drawn[year][2]}, how, with_range=True)
            for year, cell in central.items()
        }
        self.add("ranges", f"cost_nominal:{payer or kind}", label, how.name, values)

    def changes(self) -> None:
        how = scale("difference", self.people, self.lang)
        for name in self.results.scenarios[1:]:
            answers = name in self.answers
            pairs = (
                [("births_gross", "births_gross"), ("births", "births_net")] if answers else [("births", "births_diff")]
            )
            for variable, label in [*pairs, ("pop_yearend", "pop_diff")]:
                values = self._change(name, variable, how, "low" if answers else "medium")
                self.add("change", variable, self.say(label), how.name, values, scenario=name)

    def _change(self, name: str, variable: str, how: Scale, sure: str) -> dict[int, Cell]:
        """Differences from the baseline, paired by draw; in a point run births have the band of the elasticity."""
        table = self.results.diff(variable, scenario=name, at=self.effect_years, level=self.level)
        extra = {"births": "births_extra", "births_gross": "births_extra_gross"}.get(variable, "")
        out = {}
        for year, (value, low, high) in _triples(table, name).items():
            band = self.numbers.get(name, self.place, extra, year)
            if low is None and band is not None:
                low, high = band["lo"], band["hi"]
            basis = band["basis"] if band is not None else ""
            out[year] = self.shown(cell_of(value, sure, False, low, high, basis), how, signed=True, with_range=True)
        return out

    def money(self) -> None:
        """Kinds of money apart, each with who bears it and its own total."""
        shown = {name: self._kinds(name) for name in self.results.scenarios}
        every = [cell["value"] for kinds in shown.values() for cells in kinds.values() for cell in cells.values()]
        how = scale("money", max(every, default=0.0), self.lang)
        for name, kinds in shown.items():
            payers = self._payers(name) if name == self.base or self._bears_more(name) else {}
            for kind, total in kinds.items():
                own = {payer: cells for payer, cells in payers.items() if KIND_OF_LEVEL[payer] == kind}
                for payer, cells in own.items() if kind not in own else ():
                    self._cost(name, payer, word("payer", payer, self.lang), cells, how)
                self._cost(name, kind, word("part", kind, self.lang), total, how)
            for variable in MEMO if payers else ():
                self._memo(name, variable, kinds["outlay"], how)

    def _memo(self, name: str, variable: str, due: dict[int, Cell], how: Scale) -> None:
        """Beside what is due: what all entitled could claim, and what is paid within the year; where they differ."""
        cells = self.numbers.cost(name, self.place, self.cost_years, "outlay", variable=variable)
        if any(abs(cell["value"] - due[year]["value"]) > SOME_YUAN for year, cell in cells.items() if year in due):
            values = {year: self.shown(cell, how) for year, cell in cells.items()}
            self.add("cost", f"{variable}:outlay", self.say(f"memo_{variable}"), how.name, values, scenario=name)

    def _kinds(self, name: str) -> dict[str, dict[int, Cell]]:
        """Totals by kind and year; kinds of which nobody bears anything are left out, but for outlay."""
        found = {kind: self.numbers.cost(name, self.place, self.cost_years, kind) for kind in MONEY_KINDS}
        return {
            kind: cells
            for kind, cells in found.items()
            if kind == "outlay" or any(cell["value"] for cell in cells.values())
        }

    def _payers(self, name: str) -> dict[str, dict[int, Cell]]:
        return {
            payer: self.numbers.cost(name, self.place, self.cost_years, kind, payer)
            for payer, kind in KIND_OF_LEVEL.items()
        }

    def _bears_more(self, name: str) -> bool:
        """Whether some payer bears more than in the baseline; where all only save, the totals say it."""
        base = self._payers(self.base)
        return any(
            cell["value"] > (base[payer][year]["value"] if year in base[payer] else 0.0) + SOME_YUAN
            for payer, cells in self._payers(name).items()
            for year, cell in cells.items()
        )

    def _cost(self, name: str, part: str, label: str, cells: dict[int, Cell], how: Scale) -> None:
        values = {year: self.shown(cell, how) for year, cell in cells.items()}
        self.add("cost", f"cost_nominal:{part}", label, how.name, values, scenario=name)

    def per_birth(self) -> None:
        how = scale("price", 0.0, self.lang)
        for name in self.answers:
            if name == self.base:
                continue
            kinds = [kind for kind in MONEY_KINDS if kind == "outlay" or self._differs(name, kind)]
            for kind in kinds:
                for births, cumulative, key in (
                    ("gross", False, "per_gross"),
                    ("net", False, "per_net"),
                    ("net", True, "per_cumulative"),
                ):
                    values = self._prices(name, kind, births, cumulative, how)
                    variable = f"cost_per_birth:{kind}:{births}" + (":cumulative" if cumulative else "")
                    label = self.say(key, kind=word("part", kind, self.lang))
                    self.add("per_birth", variable, label, how.name, values, scenario=name)

    def _differs(self, name: str, kind: str) -> bool:
        """Whether a scenario's money of a kind differs from the baseline's in a year shown."""
        table = self.results.central.table("cost_nominal", at=self.price_years)
        own, base = (table.loc[[(one, kind)]].to_numpy(dtype=float) for one in (name, self.base))
        return bool(np.any(np.abs(own - base) > SOME_YUAN))

    def _prices(self, name: str, kind: str, births: str, cumulative: bool, how: Scale) -> dict[int, Cell]:
        """What an extra birth cost: with draws their quantiles, else the point with the same cost over the band."""
        table = self.results.fiscal.price_of_birth(
            name, births=births, cumulative=cumulative, kind=kind, at=self.price_years, level=self.level
        )
        out = {}
        for year, (price, low, high) in _triples(table, name).items():
            if not (math.isfinite(price) and price > 0.0):  # births do not move the way the money does, or not at all
                out[year] = word_cell(say("text.no_extra", self.lang))
                continue
            if low is None and not cumulative:
                low, high = self._price_band(name, births, year, price)
            out[year] = self.shown(cell_of(price, "low", False, low, high), how, with_range=True)
        return out

    def _price_band(self, name: str, births: str, year: int, price: float) -> tuple[float | None, float | None]:
        extra = "births_extra" if births == "net" else "births_extra_gross"
        band = self.numbers.get(name, self.place, extra, year)
        if band is None or not (band["lo"] and band["hi"]):
            return None, None
        low, high = sorted(price * band["value"] / end for end in (band["lo"], band["hi"]))
        return low, high

    def places(self) -> None:
        years = [year for year in self.years if year >= self.last_observed] or list(self.years)
        for name in self.results.scenarios:
            stocked = has_stock(self.results, name)
            if name != self.base and not stocked and not self._sets_nursery(name):
                continue
            self._needs(name, years, stocked)
            parts = ("target", "stock") if stocked else ("target",)
            for part in parts:
                for variable, digits in (("per_1000", 2), ("per_child", 3)):
                    values = self.series(name, self.place, f"places_{variable}", Scale(1.0, "", digits), years, part)
                    label = self.say(f"{variable}_{part}")
                    self.add("places", f"places_{variable}:{part}", label, "", values, scenario=name)

    def _sets_nursery(self, name: str) -> bool:
        notes = [note.values for note in self.results.notes if note.rule == "scenario.is"]
        return any(
            path.startswith("nursery.") for one in notes if one["scenario"] == name for path, *_ in one["settings"]
        )

    def _needs(self, name: str, years: list[int], stocked: bool) -> None:
        plain = Scale(1.0, "", 0)
        for variable in PLACES:
            values = self.series(name, self.place, variable, plain, years)
            basis = next((cell["basis"] for cell in values.values()), "")
            key = "places_target_of" if variable == "places_target" and basis else variable
            self.add(
                "places", variable, self.say(key, basis=word("basis", basis, self.lang)), "", values, scenario=name
            )
        kind = "unknown" if not stocked else "assumed" if is_assumed(self.results, name) else "stated"
        values = self.series(name, self.place, "places_stock", plain, years)
        if not stocked:
            values = {year: word_cell("-") for year in years}
        label = self.say("places_stock", basis=word("basis", kind, self.lang))
        self.add("places", "places_stock", label, "", values, scenario=name)
        for gap in ("target", "demand", "want") if stocked else ():
            values = self.series(name, self.place, "places_gap", plain, years, gap)
            self.add("places", f"places_gap:{gap}", self.say(f"gap_{gap}"), "", values, scenario=name)


def headline(results: Results, lang: str | None = None) -> list[dict[str, Any]]:
    """Rows by section: population, parts, ranges, change, cost, per_birth, places.

    A row has section, place, place_name, scenario, variable, label, unit (as shown) and `values`: by year a cell with
    value (base units: persons, yuan, per woman, shares), lo and hi (of the draws, else the band of the
    elasticity alone), fitted, confidence, mark and text. Values are those of the central run; differences from the
    baseline and prices of a birth are medians of draws where there are draws. Stocks are those at the year's end.
    """
    rows = _Rows(results, checked_language(lang))
    rows.population()
    rows.ranges()
    rows.changes()
    rows.money()
    rows.per_birth()
    rows.places()
    return rows.rows
