"""What panels and charts share: a place's series in the language of the picture, its intervals, its observed years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sanhai.errors import Language
from sanhai.show.plot.figure import BAND, INK, LINES, shade_past
from sanhai.show.plot.fonts import chinese_family
from sanhai.show.words import say, scenario_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sanhai.results.results import Results

__all__ = ["Page", "outlay"]


def outlay(table: pd.DataFrame) -> pd.DataFrame:
    """Of money the outlay of public budgets alone: kinds of money never stand on each other. Else the table itself."""
    return cast("pd.DataFrame", table.xs("outlay", level="kind")) if "kind" in table.index.names else table


@dataclass(frozen=True)
class Page:
    """What every panel of a place needs: of the main one unless `place` is a code."""

    results: Results
    lang: Language
    place: str | None = None

    @property
    def level(self) -> float:
        return self.results.options.level

    def word(self, key: str, **values: object) -> str:
        return say(f"plot.{key}", self.lang, **values)

    def name(self, scenario: str) -> str:
        """A scenario in a legend; its number where no font has its characters."""
        said = scenario_name(scenario, self.lang)
        drawable = chinese_family() is not None or said.isascii()
        return said if drawable else self.word("scenario", n=self.results.scenarios.index(scenario) + 1)

    def series(self, scenario: str, variable: str) -> pd.Series[float]:
        """The central run of the main place by year, without years that it does not know."""
        table = self.results.central.table(variable, scenario=scenario, place=self.place)
        return cast("pd.Series[float]", outlay(table).loc[scenario].dropna())

    def shade(
        self, axes: Axes, variable: str, divisor: float = 1.0, colour: str = "", first: int = 0, scenario: str = ""
    ) -> None:
        """The interval of a scenario's draws (the baseline's), where there are draws, over the years of the panel."""
        if not self.results.is_drawn:
            return
        name = scenario or self.results.baseline
        found = outlay(self.results.table(variable, scenario=name, level=self.level, place=self.place)).loc[name]
        low, high = (found[end].dropna() / divisor for end in ("lo", "hi"))
        low, high = low[low.index >= first], high[high.index >= first]
        axes.fill_between(low.index, low, high, color=colour or LINES[0]["color"], alpha=BAND, linewidth=0)

    def style(self, scenario: str) -> dict[str, Any]:
        return LINES[self.results.scenarios.index(scenario) % len(LINES)]

    def past(self, axes: Axes) -> None:
        first, last = max(self.results.observed.start, self.results.years[0]), self.results.observed.stop - 1
        if first <= last:
            shade_past(axes, first, last, self.word("history"), self.word("projection"))

    def note_axis(self, axes: Axes) -> None:
        """Says below the axes that they do not begin at 0."""
        axes.text(0.0, -0.13, self.word("axis_note"), transform=axes.transAxes, fontsize=8, color=INK, va="top")
