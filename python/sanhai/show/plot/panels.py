"""The overview of a result: population, births with what scenarios change, cost by level of government, places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sanhai.errors import Language, checked_language
from sanhai.policy.vocabulary import KIND_OF_LEVEL
from sanhai.show.headline import answering, has_stock, is_assumed
from sanhai.show.layout import wrapped
from sanhai.show.notes import brackets
from sanhai.show.plot.figure import (
    BAND,
    INK,
    LINES,
    PAYERS,
    Picture,
    dress,
    finish,
    plain,
    ticks,
    years_axis,
)
from sanhai.show.plot.fonts import chinese_family
from sanhai.show.plot.page import Page
from sanhai.show.text import title
from sanhai.show.words import scale, unit, word

if TYPE_CHECKING:
    from sanhai.results.results import Results

__all__ = ["draw"]

SIZE = (12.0, 8.8)  # inches
NEEDS = ("places_target", "places_demand", "places_want")
LEGEND_COLUMNS, LEGEND_ROW = 4, 0.026  # scenarios in a row, and a row's share of the height
FOOT_COLUMNS = 200  # of text at the foot
HARDLY = 0.02  # of its size: a smaller change of population is not blown up


def _population(axes: Axes, page: Page) -> None:
    series = {name: page.series(name, "pop_yearend") for name in page.results.scenarios}
    how = scale("axis_people", max(float(one.max()) for one in series.values()), page.lang)
    for name, one in series.items():
        axes.plot(one.index, one / how.divisor, **page.style(name))
    page.shade(axes, "pop_yearend", how.divisor)
    low, high = axes.get_ylim()
    if high - low < HARDLY * high:
        axes.set_ylim(0.97 * low, 1.03 * high)
    low, _ = axes.get_ylim()
    if low > 0.0:
        page.note_axis(axes)
    dress(axes, page.word("population"), how.name, page.results.years)
    page.past(axes)


def _births(axes: Axes, page: Page) -> None:
    results = page.results
    base = page.series(results.baseline, "births")
    for name in results.scenarios:
        axes.plot(base.index, page.series(name, "births"), **page.style(name))
    page.shade(axes, "births")
    later = base[base.index > results.observed.stop - 1]
    shown = [name for name in answering(results) if name != results.baseline]
    top = axes.get_ylim()[1]
    inset = bool(shown) and len(later) > 4
    # Room above the projected years for the inset.
    axes.set_ylim(0.0, max(top, 2.3 * float(later.max())) if inset else top)
    dress(axes, page.word("births"), unit("births", page.lang), results.years)
    page.past(axes)
    if inset:
        _extra_births(axes, page, shown, [int(year) for year in later.index])


def _band(page: Page, name: str, years: Sequence[int]) -> list[Any]:
    """Extra births of a scenario by year: value, lo, hi; of draws, or of the elasticity alone."""
    results = page.results
    if results.is_drawn:
        found = results.diff("births", scenario=name, at=years, level=page.level).loc[name]
        return [found[stat].to_numpy(dtype=float) for stat in ("median", "lo", "hi")]
    frame = results.frame
    own = frame[(frame["variable"] == "births_extra") & (frame["place"] == results.place) & (frame["scenario"] == name)]
    own = own.set_index("year").reindex(list(years))
    return [own[column].to_numpy(dtype=float) for column in ("value", "lo", "hi")]


def _extra_births(axes: Axes, page: Page, names: Sequence[str], years: list[int]) -> None:
    """Difference from the baseline, where the scale of all births would hide it."""
    small = axes.inset_axes((0.36, 0.57, 0.64, 0.36))
    small.axhline(0.0, color=LINES[0]["color"], linewidth=1.2)
    for name in names:
        style = page.style(name)
        value, low, high = _band(page, name, years)
        small.fill_between(years, low, high, color=style["color"], alpha=BAND, linewidth=0)
        small.plot(years, value, **style)
    small.patch.set_alpha(0.9)
    said = page.word("difference_draws", level=page.level) if page.results.is_drawn else page.word("difference")
    small.text(0.0, 1.03, said, transform=small.transAxes, fontsize=8.5, color=INK, va="bottom")
    plain(small, 8)
    years_axis(small, years)
    ticks(small, 4)


def _legend(axes: Axes, handles: list[Any], labels: list[str], columns: int = 1) -> None:
    axes.legend(
        handles,
        labels,
        loc="upper right",
        fontsize=8.5,
        frameon=True,
        framealpha=0.9,
        edgecolor="none",
        ncols=columns,
        handlelength=2.6,
    )


def _cost(axes: Axes, page: Page) -> None:
    results = page.results
    levels = results.central.fiscal.by_level()
    totals = {name: page.series(name, "cost_nominal") for name in results.scenarios}
    base = totals[results.baseline]
    # Years before the first payment would only be empty space; scenarios that only save need no line.
    paid = [year for year in results.years if float(base.get(year, 0.0)) > 0.0]
    years = range(paid[0], results.years[-1] + 1) if paid else results.years
    others = [
        name for name, one in totals.items() if name != results.baseline and bool((one > base * (1.0 + 1e-9)).any())
    ]
    how = scale("money", max((float(one.max()) for one in totals.values() if len(one)), default=0.0), page.lang)
    bottom = [0.0] * len(years)
    handles: list[Any] = []
    labels: list[str] = []
    for payer in [payer for payer in PAYERS if payer in levels.index and KIND_OF_LEVEL[payer] == "outlay"]:
        values = [float(value) / how.divisor for value in levels.loc[payer, list(years)].to_numpy(dtype=float)]
        look: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.4, **PAYERS[payer]}
        handles.append(axes.bar(list(years), values, bottom=bottom, width=0.82, **look))
        labels.append(word("payer", payer, page.lang))
        bottom = [one + other for one, other in zip(bottom, values, strict=True)]
    if results.is_drawn:
        whole = results.fiscal.total(scenario=results.baseline, at=years, level=page.level).loc[results.baseline]
        low, high = (whole[end].to_numpy(dtype=float) / how.divisor for end in ("lo", "hi"))
        axes.vlines(list(years), low, high, color="#000000", linewidth=0.8, zorder=3)
    for name in others:
        style = page.style(name)
        values = [float(totals[name].get(year, 0.0)) / how.divisor for year in years]
        look = {"color": style["color"], "linewidth": 1.6, "linestyle": style["linestyle"]}
        axes.stairs(values, [years[0] - 0.5, *(year + 0.5 for year in years)], baseline=None, **look)
        handles.append(Line2D([], [], **look))
        labels.append(page.word("total_of", name=page.name(name)))
    axes.set_ylim(0.0, 1.3 * max(axes.get_ylim()[1] / 1.05, 1e-9))
    dress(axes, page.word("cost"), how.name, years)
    if handles:
        _legend(axes, handles, labels, columns=2)


def _places(axes: Axes, page: Page) -> None:
    results = page.results
    first = min(max(results.years[0], results.observed.stop - 1), results.years[-1])
    needs = {name: page.series(results.baseline, name) for name in NEEDS}
    stocks = {name: page.series(name, "places_stock") for name in results.scenarios if has_stock(results, name)}
    how = scale("axis_places", max(float(one.max()) for one in [*needs.values(), *stocks.values()]), page.lang)
    for style, (name, one) in zip(LINES, needs.items(), strict=False):
        later = one[one.index >= first]
        axes.plot(later.index, later / how.divisor, **style, label=page.word(name))
        page.shade(axes, name, how.divisor, style["color"], first)
    for name, one in stocks.items():
        key = "stock_assumed" if is_assumed(results, name) else "stock"
        colour = page.style(name)["color"]
        look: dict[str, Any] = {"color": colour, "linewidth": 0, "marker": "o", "markersize": 3.6}
        label = page.word(key, name=page.name(name))
        axes.plot(one.index, one / how.divisor, markerfacecolor="none", label=label, **look)
    axes.set_ylim(0.0, 1.28 * axes.get_ylim()[1])
    dress(axes, page.word("places"), how.name, range(first, results.years[-1] + 1))
    handles, labels = axes.get_legend_handles_labels()
    _legend(axes, handles, labels, columns=2)


def _scenario_legend(figure: Picture, page: Page) -> None:
    names = page.results.scenarios
    figure.legend(
        [Line2D([], [], **page.style(name)) for name in names],
        [page.name(name) for name in names],
        loc="upper left",
        bbox_to_anchor=(0.012, 0.948),
        ncols=min(len(names), LEGEND_COLUMNS),
        frameon=False,
        fontsize=9.5,
        handlelength=3.2,
    )


def _foot(page: Page, font_note: str) -> list[str]:
    """Sources, what the intervals cover, and what to install when a font is missing."""
    from sanhai._version import __version__

    covers = brackets(page.results, page.lang).removeprefix("[ ]").lstrip(": ")  # a picture has no brackets
    shaded = page.word("shaded" if page.results.is_drawn else "light")
    foot = [page.word("source", version=__version__, run=page.results.id), shaded + covers, font_note]
    return [line for text in foot if text for line in wrapped(text, FOOT_COLUMNS)]


def draw(results: Results, lang: str | None = None) -> Picture:
    """The 2 x 2 overview of a result. Without a Chinese font the labels are English and `font_note` says so."""
    asked, family = checked_language(lang), chinese_family()
    used: Language = "en" if family is None else asked
    page = Page(results, used)
    figure = Picture(figsize=SIZE, facecolor="white")
    figure.font_note = word("cli", "no_cjk_font", asked) if used != asked else ""
    panels = figure.subplots(2, 2)
    more_rows = (len(results.scenarios) - 1) // LEGEND_COLUMNS
    top = 0.845 - LEGEND_ROW * more_rows
    figure.subplots_adjust(left=0.065, right=0.985, top=top, bottom=0.115, wspace=0.17, hspace=0.42)
    for axes, panel in zip(panels.flat, (_population, _births, _cost, _places), strict=True):
        panel(axes, page)
    figure.text(0.02, 0.978, title(results, used), fontsize=16, fontweight="bold", va="top")
    _scenario_legend(figure, page)
    note = word("cli", "no_cjk_font", used) if figure.font_note else ""
    figure.text(0.02, 0.012, "\n".join(_foot(page, note)), fontsize=8.5, color=INK, va="bottom")
    finish(figure, family)
    return figure
