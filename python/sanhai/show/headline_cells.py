"""The numbers a headline needs, each a cell with its mark, by key; sums of money by kind and payer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sanhai.show.format import mark_of, weakest
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from sanhai.results.results import Results

__all__ = ["DEFINED", "JANUARY", "Cell", "Numbers", "cell_of", "word_cell"]

Key = tuple[str, str, str, int, str]  # scenario, place, variable, year, part (definition)
Cell = dict[str, Any]
JANUARY = ("pop_65plus", "median_age", "pop_0_2")  # shown at the year's end: the next 1 January
DEFINED = ("places_gap", "places_per_1000", "places_per_child")  # several numbers a year, told apart by definition


def _known(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if math.isnan(number) else number


class Numbers:
    """The rows that the headline needs, by key: the central run, with intervals where there are draws."""

    def __init__(self, results: Results, variables: Iterable[str], years: Iterable[int]) -> None:
        frame = results.frame
        shown = {later for year in years for later in (year, year + 1)}
        chosen = frame[frame["variable"].isin(list(variables)) & frame["year"].isin(shown) & frame["order"].isna()]
        self.cells: dict[Key, Cell] = {}
        self.money: dict[tuple[str, str, str, int], list[tuple[str, str, Cell]]] = {}  # with kind and payer of each
        columns = [
            "scenario",
            "place",
            "variable",
            "year",
            "kind",
            "payer",
            "basis",
            "value",
            "lo",
            "hi",
            "fitted",
            "confidence",
        ]
        for row in chosen[columns].astype(object).itertuples(index=False, name=None):
            scenario, place, variable, year, kind, payer, basis, value, low, high, fitted, confidence = row
            cell = cell_of(value, confidence, bool(fitted), _known(low), _known(high), basis)
            if VARIABLES[variable].money:
                self.money.setdefault((variable, scenario, place, int(year)), []).append((str(kind), str(payer), cell))
            else:
                part = str(basis) if variable in DEFINED else ""
                self.cells[scenario, place, variable, int(year), part] = cell

    def get(self, scenario: str, place: str, variable: str, year: int, part: str = "") -> Cell | None:
        """One number; stocks of 1 January are those at the end of the year asked for."""
        if variable == "share_65plus":
            return self._share(scenario, place, year)
        at = year + 1 if variable in JANUARY else year
        return self.cells.get((scenario, place, variable, at, part))

    def _share(self, scenario: str, place: str, year: int) -> Cell | None:
        old, all_ages = (self.get(scenario, place, name, year) for name in ("pop_65plus", "pop_yearend"))
        if old is None or all_ages is None:
            return None
        return cell_of(
            old["value"] / all_ages["value"], weakest(old["confidence"], all_ages["confidence"]), old["fitted"]
        )

    def cost(
        self,
        scenario: str,
        place: str,
        years: Iterable[int],
        kind: str,
        payer: str | None = None,
        variable: str = "cost_nominal",
    ) -> dict[int, Cell]:
        """Sums over instruments (and payers) of one kind by year, with the weakest confidence among the parts."""
        out = {}
        for year in years:
            rows = self.money.get((variable, scenario, place, year), ())
            parts = [cell for what, who, cell in rows if what == kind and payer in (None, who)]
            if parts:
                sure = weakest(*(cell["confidence"] for cell in parts))
                out[year] = cell_of(math.fsum(cell["value"] for cell in parts), sure)
        return out


def cell_of(
    value: float | None,
    confidence: str,
    fitted: bool = False,
    low: float | None = None,
    high: float | None = None,
    basis: object = None,
) -> Cell:
    """A number with its mark; the text comes with the scale."""
    return {
        "value": value,
        "lo": low,
        "hi": high,
        "fitted": fitted,
        "confidence": str(confidence),
        "basis": "" if basis is None or basis != basis else str(basis),
        "mark": mark_of(str(confidence), fitted),
    }


def word_cell(text: str) -> Cell:
    """A word where there is no number."""
    return {**cell_of(None, "low"), "mark": "", "text": text}
