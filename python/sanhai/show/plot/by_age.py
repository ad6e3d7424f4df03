"""Charts by age: the pyramid and the Lexis surface, from ages that are made again from the seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator

from sanhai.errors import ConfigError, refuse
from sanhai.results.quantiles import ends_of, quantiles
from sanhai.show.numbers import number
from sanhai.show.plot.chart import PEOPLE, Chart
from sanhai.show.plot.figure import BAND, INK, LINES, plain, ticks, years_axis
from sanhai.show.words import headed, in_paren, joined, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["lexis", "pyramid"]

OPEN_AGE = 100


def _ages(made: Chart, scenario: str, year: int) -> NDArray[np.float64]:
    """(draw, sex, age) residents at the end of a year."""
    found = made.results.by_age(made.place, scenario)["pop_jan1"].sel(year=year + 1)
    return np.asarray(found.to_numpy(), dtype=float)


def pyramid(axes: Axes, made: Chart) -> None:
    """Men to the left, women to the right; the first scenario and year filled, the others as outlines."""
    shown = [(name, year) for name in made.scenarios for year in made.years]
    edges = np.arange(OPEN_AGE + 2)
    tops: list[float] = []
    for place, (name, year) in enumerate(shown):
        ages = _ages(made, name, year)
        middle = _ages_of_central(made, name, year)
        divisor, unit = made.unit(float(middle.max()) * 2.0)
        colour = LINES[place % len(LINES)]["color"]
        label = joined([made.page.name(name)] * (len(made.scenarios) > 1) + [f"{year}"], made.lang)
        for sex, sign in ((0, -1.0), (1, 1.0)):
            values = sign * middle[sex] / divisor
            if place == 0:
                axes.barh(edges[:-1] + 0.5, values, height=1.0, color=colour, alpha=0.35, linewidth=0)
            axes.stairs(values, edges, orientation="horizontal", baseline=None, color=colour, linewidth=1.3,
                        linestyle=LINES[place % len(LINES)]["linestyle"])  # fmt: skip
            if ages.shape[0] > 1:
                low, high = quantiles(np.moveaxis(ages[:, sex], 0, -1), ends_of(made.page.level))
                tops.append(float(high.max()) / divisor)
                axes.fill_betweenx(edges[:-1] + 0.5, sign * low / divisor, sign * high / divisor, color=colour,
                                   alpha=BAND, linewidth=0, step="mid")  # fmt: skip
        tops.append(float(middle.max()) / divisor)
        made.add(Patch(facecolor=colour, alpha=0.6), label)
    reach = 1.08 * max(tops)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(0.0, OPEN_AGE + 1.0)
    axes.set_title(made.title, loc="left", fontsize=12, fontweight="bold", pad=20)
    plain(axes)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    where: dict[str, Any] = {"transform": axes.transAxes, "fontsize": 9, "color": INK, "va": "bottom"}
    axes.text(0.0, 1.015, headed(word("part", "male", made.lang), unit, made.lang), ha="left", **where)
    axes.text(1.0, 1.015, headed(word("part", "female", made.lang), unit, made.lang), ha="right", **where)
    ticks(axes, 6)
    _mirrored(axes)


def _ages_of_central(made: Chart, scenario: str, year: int) -> NDArray[np.float64]:
    """(sex, age) of the central run."""
    found = made.results.central.by_age(made.place, scenario)["pop_jan1"].sel(year=year + 1)
    return np.asarray(found.to_numpy()[0], dtype=float)


def _mirrored(axes: Axes) -> None:
    """The same numbers to both sides of 0."""
    low, high = axes.get_xlim()
    found = [one for one in MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= one <= high]
    step = found[1] - found[0]
    digits = next(digits for digits in range(5) if abs(round(step, digits) - step) < 1e-9 * step or digits == 4)
    axes.xaxis.set_major_locator(FixedLocator(found))
    axes.xaxis.set_major_formatter(FixedFormatter([number(abs(one), digits) for one in found]))


def lexis(axes: Axes, made: Chart) -> None:
    """A surface over calendar year and age: people, fertility or death rates of both sexes, of the central run."""
    scenario = made.scenarios[0]
    data = made.results.central.by_age(made.place, scenario)
    years = made.years
    if made.variable == PEOPLE:
        values = data["pop_jan1"].sel(year=[year + 1 for year in years]).sum("sex").to_numpy()[0]
    elif made.variable == "asfr":
        values = data["asfr"].sel(year=years).sum("order").to_numpy()[0]
    elif "mx" in data:
        values = np.log10(np.maximum(data["mx"].sel(year=years).mean("sex").to_numpy()[0], 1e-6))
    else:
        raise refuse(ConfigError, "plot.no_mx", got=made.place)
    first, last = (12, 55) if made.variable == "asfr" else (0, OPEN_AGE)
    divisor, unit = 1.0, "" if made.variable == PEOPLE else made.page.word(f"{made.variable}_unit")
    if made.variable == PEOPLE:
        divisor, unit = made.unit(float(values.max()))
    shown = values.T[first : last + 1] / divisor
    extent = (years[0] - 0.5, years[-1] + 0.5, first, last + 1.0)
    image = axes.imshow(shown, origin="lower", aspect="auto", extent=extent, cmap="cividis", interpolation="nearest")
    axes.set_title(in_paren(made.title, made.page.name(scenario), made.lang), loc="left", fontsize=12,
                   fontweight="bold", pad=20)  # fmt: skip
    plain(axes)
    axes.grid(False)
    years_axis(axes, years)
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    ticks(axes, 8)
    axes.text(0.0, 1.015, word("plot", "age", made.lang), transform=axes.transAxes, fontsize=9, color=INK, va="bottom")
    bar = axes.get_figure().colorbar(image, ax=axes, pad=0.02)  # type: ignore[union-attr]
    bar.ax.tick_params(labelsize=9, colors=INK)
    axes.text(1.0, 1.015, unit, transform=axes.transAxes, fontsize=9, color=INK, va="bottom", ha="right")
