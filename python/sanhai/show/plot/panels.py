"""The overview: population, births, cost by level of government, nursery places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator

from sanhai.places.catalogue import all_places
from sanhai.places.catalogue import place as place_of
from sanhai.policy.terms import PAYERS
from sanhai.show.format import PAYER_NAMES, Scale, checked_lang, money_scale, number, say, scenario_name
from sanhai.show.notes import band_line
from sanhai.show.plot.figure import COLOURS, DASHES, INK, Picture, finish
from sanhai.show.plot.fonts import chinese_family

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.results.results import Comparison

__all__ = ["draw"]

SIZE = (12.0, 8.6)  # inches
PAYER_COLOURS = dict(
    zip(PAYERS, ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#CC79A7", "#F0E442", "#D9A57B", "#BBBBBB"), strict=True)
)
HATCHES = {"local_unsplit": "///", "unsplit": "..."}
NEEDS = ("places_target", "places_demand", "places_want")

_WORDS: dict[str, tuple[str, str]] = {
    "population": ("年初人口", "Population on 1 January"),
    "births": ("出生人数(扣除提前生育)", "Births (net of tempo)"),
    "cost": ("基线方案支出,按承担级次(当年价)", "Cost in the baseline, by level (nominal)"),
    "places": ("托位需要量与存量(基线方案)", "Nursery places needed (baseline) and stock"),
    "fitted": ("拟合年份", "fitted years"),
    "difference": ("与基线之差;浅色为仅 eps 的 5%-95% 区间", "difference from the baseline; light: eps alone, 5-95 %"),
    "difference_draws": ("与基线之差;浅色为抽样的 80% 区间", "difference from the baseline; light: 80 % of draws"),
    "shaded": ("浅色与竖线", "Light areas and vertical lines"),
    "total_of": ("{name} 合计", "{name}, total"),
    "places_target": ("按目标", "for the target"),
    "places_demand": ("按入托率", "for those enrolled"),
    "places_want": ("按意愿", "wanted by families"),
    "stock": ("{name} 存量", "stock in {name}"),
    "assumed": ("(假设)", " (assumed)"),
    "unit_births": ("人", "births a year"),
    "unit_places": ("个", "places"),
    "foot": (
        "来源:国家统计局2020年普查与公布数、联合国WPP 2024、各政策文件;sanhai {version},运行 {run}。"
        "\n{covers}",
        "Sources: NBS census 2020 and published totals, UN WPP 2024, policy documents; sanhai {version}, run {run}."
        "\n{covers}",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class _Page:
    """What every panel needs."""

    comparison: Comparison
    lang: str

    def word(self, key: str, **values: object) -> str:
        return _WORDS[key][checked_lang(self.lang)].format(**values)

    def name(self, scenario: str) -> str:
        """A scenario in a legend; its number where no font has its characters."""
        said = scenario_name(scenario, self.lang, full=False)
        drawable = chinese_family() is not None or said.isascii()
        return said if drawable else f"scenario {self.comparison.scenarios.index(scenario) + 1}"

    def series(self, scenario: str, variable: str) -> pd.Series[float]:
        """Totals by year of the main place."""
        return cast("pd.Series[float]", self.comparison.totals(variable).loc[scenario].dropna())

    def shade(self, axes: Axes, variable: str, divisor: float = 1.0, colour: str = "", first: int = 0) -> None:
        """The interval of the baseline's draws, where there are draws, over the years that the panel shows."""
        if not self.comparison.drawn:
            return
        frame = self.comparison.frame
        mine = frame[(frame["variable"] == variable) & (frame["place"] == self.comparison.place)]
        mine = mine[(mine["scenario"] == self.comparison.baseline) & mine["order"].isna() & (mine["year"] >= first)]
        colour = colour or self.style(self.comparison.baseline)["color"]
        axes.fill_between(
            mine["year"], mine["lo"] / divisor, mine["hi"] / divisor, color=colour, alpha=0.12, linewidth=0
        )

    def style(self, scenario: str) -> dict[str, Any]:
        index = self.comparison.scenarios.index(scenario) % len(COLOURS)
        return {"color": COLOURS[index], "linestyle": DASHES[index], "linewidth": 2.2 if index == 0 else 1.8}


def _scale(largest: float, lang: str) -> Scale:
    """For an axis of persons: units that leave few digits."""
    if lang == "zh":
        return Scale(1e4, "万", 1) if largest >= 1e5 else Scale(1.0, "", 0)
    return (
        Scale(1e6, "million", 2)
        if largest >= 1e6
        else Scale(1e3, "thousand", 0)
        if largest >= 1e4
        else Scale(1.0, "", 0)
    )


def _ticks(axes: Axes, n: int) -> None:
    """Fixed ticks on both axes: no tick is made after the fonts were set. Digits follow the step."""
    low, high = axes.get_ylim()
    ticks = [tick for tick in MaxNLocator(n, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= tick <= high]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    digits = next((digits for digits in range(4) if abs(round(step, digits) - step) < 1e-9 * step), 4)
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FixedFormatter([number(tick, digits) for tick in ticks]))


def _years(axes: Axes, first: int, last: int) -> None:
    step = max(1, -(-(last - first) // 6))
    step = 5 if 3 <= step <= 5 else step
    ticks = [year for year in range(first, last + 1) if year % step == 0] or [first]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FixedFormatter([str(year) for year in ticks]))
    axes.set_xlim(first - 0.6, last + 0.6)


def _dress(axes: Axes, title: str, unit: str, years: tuple[int, int]) -> None:
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=20)
    axes.text(0.0, 1.015, unit, transform=axes.transAxes, fontsize=9, color=INK, va="bottom")
    _plain(axes)
    _years(axes, *years)
    _ticks(axes, 6)


def _plain(axes: Axes, size: float = 9) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    axes.tick_params(colors=INK, labelsize=size)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.7)
    axes.set_axisbelow(True)


def _observed(page: _Page) -> range:
    return place_of(page.comparison.place).observed


def _shade_fitted(axes: Axes, page: _Page, end: float) -> None:
    first = max(_observed(page)[0], page.comparison.years[0])
    axes.axvspan(first - 0.6, end, color="#EEEEEE", zorder=0, linewidth=0)
    axes.text(
        first - 0.3, 0.02, page.word("fitted"), transform=axes.get_xaxis_transform(), fontsize=8, color=INK, va="bottom"
    )


def _population(axes: Axes, page: _Page) -> None:
    series = {name: page.series(name, "pop_jan1") for name in page.comparison.scenarios}
    scale = _scale(max(float(one.max()) for one in series.values()), page.lang)
    for name, one in series.items():
        axes.plot(one.index, one / scale.divisor, **page.style(name))
    page.shade(axes, "pop_jan1", scale.divisor)
    low, high = axes.get_ylim()
    if high - low < 0.02 * high:  # hardly any change: do not blow it up
        axes.set_ylim(0.97 * low, 1.03 * high)
    unit = f"{scale.name}人" if page.lang == "zh" else f"{scale.name} persons".strip()
    years = page.comparison.years
    _shade_fitted(axes, page, _observed(page)[-1] + 1.0)
    _dress(axes, page.word("population"), unit, (years[0], years[-1] + 1))


def _births(axes: Axes, page: _Page) -> None:
    base = page.series(page.comparison.baseline, "births")
    for name in page.comparison.scenarios:
        axes.plot(base.index, page.series(name, "births"), **page.style(name))
    page.shade(axes, "births")
    frame = page.comparison.frame
    bands = frame[(frame["variable"] == "births_extra") & (frame["place"] == page.comparison.place)]
    later = base[base.index > _observed(page)[-1]]
    top = axes.get_ylim()[1]
    answers = any(not run.response.is_null for run in page.comparison.runs.values())
    inset = len(bands) > 0 and len(later) > 4 and answers
    # Room above the projected years for the inset.
    axes.set_ylim(0.0, max(top, 2.3 * float(later.max())) if inset else top)
    _shade_fitted(axes, page, _observed(page)[-1] + 0.5)
    years = page.comparison.years
    _dress(axes, page.word("births"), page.word("unit_births"), (years[0], years[-1]))
    if inset:
        _extra_births(axes, page, bands[bands["year"] > _observed(page)[-1]])


def _extra_births(axes: Axes, page: _Page, bands: pd.DataFrame) -> None:
    """Difference from the baseline, where the scale of all births would hide it."""
    small = axes.inset_axes((0.36, 0.57, 0.64, 0.36))
    small.axhline(0.0, color="#000000", linewidth=1.2)
    answering = [name for name, run in page.comparison.runs.items() if not run.response.is_null]
    for name in (name for name in dict.fromkeys(bands["scenario"]) if name in answering):
        own, style = bands[bands["scenario"] == name], page.style(name)
        small.fill_between(own["year"], own["lo"], own["hi"], color=style["color"], alpha=0.18, linewidth=0)
        small.plot(own["year"], own["value"], **style)
    small.patch.set_alpha(0.9)
    said = page.word("difference_draws" if page.comparison.drawn else "difference")
    small.text(0.0, 1.03, said, transform=small.transAxes, fontsize=8.5, color=INK, va="bottom")
    _plain(small, 8)
    _years(small, int(bands["year"].min()), int(bands["year"].max()))
    _ticks(small, 4)


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


def _cost(axes: Axes, page: _Page) -> None:
    comparison = page.comparison
    levels = comparison.fiscal.by_level()
    # Years before the first payment would only be empty space.
    paid = [year for year in comparison.years if year in levels.columns and bool(levels[year].gt(0.0).any())]
    years = range(paid[0], comparison.years[-1] + 1) if paid else comparison.years
    totals = {name: comparison.fiscal.by_level(name).sum() for name in comparison.scenarios}
    others = [name for name in comparison.scenarios[1:] if name not in ("zero-migration", "no-allowance")]
    largest = max((float(cast("float", one.max())) for one in totals.values() if len(one)), default=0.0)
    scale = money_scale(largest, page.lang)
    bottom = [0.0] * len(years)
    handles: list[Any] = []
    labels: list[str] = []
    for payer in [payer for payer in PAYERS if payer in levels.index]:
        paid_by = levels.loc[payer].to_dict()
        values = [float(paid_by.get(year, 0.0)) / scale.divisor for year in years]
        look: dict[str, Any] = {
            "color": PAYER_COLOURS[payer],
            "hatch": HATCHES.get(payer),
            "edgecolor": "white",
            "linewidth": 0.4,
        }
        handles.append(axes.bar(list(years), values, bottom=bottom, width=0.82, **look))
        labels.append(PAYER_NAMES[payer][checked_lang(page.lang)])
        bottom = [one + other for one, other in zip(bottom, values, strict=True)]
    if comparison.drawn:
        whole = comparison.fiscal.interval().reindex(list(years)) / scale.divisor
        whisker: dict[str, Any] = {"color": "#000000", "linewidth": 0.8, "zorder": 3}
        axes.vlines(list(years), whole["lo"], whole["hi"], **whisker)
    for name in others:
        values = [float(totals[name].get(year, 0.0)) / scale.divisor for year in years]
        style = page.style(name)
        edges = [years[0] - 0.5, *(year + 0.5 for year in years)]
        axes.stairs(values, edges, baseline=None, color=style["color"], linewidth=1.6, linestyle=style["linestyle"])
        handles.append(Line2D([], [], color=style["color"], linewidth=1.6, linestyle=style["linestyle"]))
        labels.append(page.word("total_of", name=page.name(name)))
    axes.set_ylim(0.0, 1.3 * max(axes.get_ylim()[1] / 1.05, 1e-9))
    _dress(axes, page.word("cost"), scale.name, (years[0], years[-1]))
    if handles:
        _legend(axes, handles, labels, columns=2)


def _places(axes: Axes, page: _Page) -> None:
    comparison = page.comparison
    first = max(comparison.years[0], _observed(page)[-1])
    years = range(min(first, comparison.years[-1]), comparison.years[-1] + 1)
    looks = zip(NEEDS, ("#000000", "#8C510A", "#E69F00"), ("-", (0, (5, 1.5)), (0, (1.2, 1.2))), strict=True)
    for name, colour, dashes in looks:
        one = page.series(comparison.baseline, name)
        axes.plot(
            list(years), one.loc[list(years)], color=colour, linestyle=dashes, linewidth=2.0, label=page.word(name)
        )
        page.shade(axes, name, colour=colour, first=years[0])
    for name, run in comparison.runs.items():
        if run.nursery.stocked is not None:
            one = page.series(name, "places_stock")
            label = page.word("stock", name=page.name(name)) + (page.word("assumed") if run.nursery.assumed else "")
            style = page.style(name)
            axes.plot(
                one.index,
                one,
                color=style["color"],
                linewidth=0,
                marker="o",
                markersize=3.6,
                markerfacecolor="none",
                label=label,
            )
    axes.set_ylim(0.0, 1.28 * axes.get_ylim()[1])
    _dress(axes, page.word("places"), page.word("unit_places"), (years[0], years[-1]))
    handles, labels = axes.get_legend_handles_labels()
    _legend(axes, handles, labels, columns=2)


def _scenario_legend(figure: Picture, page: _Page) -> None:
    names = page.comparison.scenarios
    handles = [Line2D([], [], **page.style(name)) for name in names]
    figure.legend(
        handles,
        [page.name(name) for name in names],
        loc="upper right",
        bbox_to_anchor=(0.985, 0.985),
        ncols=min(len(names), 5),
        frameon=False,
        fontsize=10,
        handlelength=3.2,
    )


def draw(comparison: Comparison, lang: str = "en") -> Picture:
    """The 2 x 2 overview of a comparison. Without a Chinese font the labels are English and `font_note` says so."""
    from sanhai._version import __version__

    family = chinese_family()
    used = "en" if checked_lang(lang) == 0 and family is None else lang
    page = _Page(comparison, used)
    figure = Picture(figsize=SIZE, facecolor="white")
    figure.font_note = say("no_cjk_font", lang) if used != lang else ""
    panels = figure.subplots(2, 2)
    figure.subplots_adjust(left=0.065, right=0.985, top=0.86, bottom=0.085, wspace=0.17, hspace=0.36)
    for axes, panel in zip(panels.flat, (_population, _births, _cost, _places), strict=True):
        panel(axes, page)
    name = all_places()[comparison.place].name(used)
    title = say("title", used, place=name, first=comparison.years[0], last=comparison.years[-1])
    figure.text(0.02, 0.972, title, fontsize=16, fontweight="bold", va="top")
    _scenario_legend(figure, page)
    covers = band_line(comparison, used)
    if comparison.drawn:  # a picture has no brackets
        covers = covers.replace("[ ]", page.word("shaded"))
    foot = page.word("foot", version=__version__, run=comparison.manifest["run_id"], covers=covers)
    lines = [foot, say("no_cjk_font", used)] if figure.font_note else [foot]
    figure.text(0.02, 0.015, "\n".join(lines), fontsize=8.5, color=INK, va="bottom")
    finish(figure, family)
    return figure
