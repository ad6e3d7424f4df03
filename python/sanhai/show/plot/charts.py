"""One chart of one variable: lines with bands, pyramid, births by order, money in stacks, places, a Lexis surface."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from sanhai.errors import ConfigError, Language, checked_language, refuse, words
from sanhai.policy.vocabulary import KIND_OF_LEVEL
from sanhai.results.select import checked_name, checked_variable, checked_years, code_of
from sanhai.show.layout import wrapped
from sanhai.show.plot.by_age import lexis, pyramid
from sanhai.show.plot.chart import AGES_ONLY, PEOPLE, Chart
from sanhai.show.plot.figure import BAND, INK, LINES, PAYERS, Picture, dress, finish, plain, ticks, years_axis
from sanhai.show.plot.fonts import chinese_family
from sanhai.show.plot.page import Page, outlay
from sanhai.show.words import in_paren, scale, word
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.results.expression import Evaluated
    from sanhai.results.results import Results

__all__ = ["KINDS", "chart", "line_of"]

SIZE = (8.0, 5.4)  # inches
KINDS = ("line", "pyramid", "order", "payer", "instrument", "needs", "parts", "lexis")
BY_AGE = {"pyramid": (PEOPLE,), "lexis": AGES_ONLY}
STACKED = ("order", "payer", "instrument")
NEEDS = ("places_target", "places_demand", "places_want")
FOOT_COLUMNS = 120
FOOT_LINE, LEGEND_ROW = 0.145, 0.21  # inches
LEGEND_COLUMNS = 2  # scenarios beside each other below the axes: seven long names stay readable
MOST_PANELS = 16
MOST_IN_STACK = 6  # the rest of a stack is one part


def _line(axes: Axes, made: Chart) -> None:
    """Scenarios as lines, with the interval of the first where there are draws."""
    where: dict[str, Any] = {"place": made.place, "at": made.years}
    drawn = made.results.table(made.variable, **where) if made.results.is_drawn else None
    table = made.results.central.table(made.variable, **where)
    if "kind" in table.index.names:  # kinds of which nobody bears anything
        table = table[(table != 0.0).any(axis=1) | (table.index.get_level_values("kind") == "outlay")]
    _lines(axes, made, table, drawn, None)


def _lines(axes: Axes, made: Chart, table: pd.DataFrame, drawn: pd.DataFrame | None, unit: str | None) -> None:
    """Rows (scenario, or scenario and part) of the central run by year, and of the draws; unit None: the variable's."""
    has_parts = table.index.nlevels > 1
    keys: list[Any] = [key for key in table.index if (key[0] if has_parts else key) in made.scenarios]
    largest = float(np.nanmax(np.abs(table.to_numpy(dtype=float)), initial=0.0))
    divisor, name = made.unit(largest) if unit is None else (1.0, unit)
    for place, key in enumerate(keys):
        scenario, part = key if has_parts else (key, "")
        style = LINES[place % len(LINES)]
        (line,) = axes.plot(made.years, table.loc[key].to_numpy(dtype=float) / divisor, **style)
        if drawn is not None and scenario == made.scenarios[0]:  # bands on bands hide each other
            low, high = (drawn.loc[key][end].to_numpy(dtype=float) / divisor for end in ("lo", "hi"))
            axes.fill_between(made.years, low, high, color=style["color"], alpha=BAND, linewidth=0)
        said = word("part", part, made.lang) if part else ""
        made.add(line, in_paren(made.page.name(scenario), said, made.lang))
    dress(axes, made.title, name, made.years)
    made.page.past(axes)
    if axes.get_ylim()[0] > 0.0:
        made.page.note_axis(axes)


def _stack(by: str) -> Callable[[Axes, Chart], None]:
    """One scenario's parts on each other: births by order, money by payer or by instrument."""

    def draw(axes: Axes, made: Chart) -> None:
        scenario = made.scenarios[0]
        table = made.results.central.table(made.variable, by=by, scenario=scenario, place=made.place, at=made.years)
        parts = {str(key[-1]): row.to_numpy(dtype=float) for key, row in outlay(table).iterrows()}  # type: ignore[index]
        if by == "payer":
            parts = {name: row for name, row in parts.items() if KIND_OF_LEVEL[name] == "outlay"}
        parts = {name: np.nan_to_num(row) for name, row in parts.items() if np.any(np.nan_to_num(row) != 0.0)}
        order = [name for name in PAYERS if name in parts] if by == "payer" else list(parts)
        order += [name for name in parts if name not in order]
        if by == "instrument":
            order = sorted(parts, key=lambda name: -float(parts[name].sum()))
        whole = sum(parts.values(), start=np.zeros(len(made.years)))
        divisor, unit = made.unit(float(whole.max(initial=0.0)))
        bottom = np.zeros(len(made.years))
        for place, name in enumerate(order[:MOST_IN_STACK]):
            look = _look(by, name, place)
            bars = axes.bar(made.years, parts[name] / divisor, bottom=bottom, width=0.82, edgecolor="white",
                            linewidth=0.4, **look)  # fmt: skip
            bottom = bottom + parts[name] / divisor
            made.add(bars, _part_name(made, by, name))
        rest = sum((parts[name] for name in order[MOST_IN_STACK:]), start=np.zeros(len(made.years)))
        if len(order) > MOST_IN_STACK:
            bars = axes.bar(made.years, rest / divisor, bottom=bottom, width=0.82, color="#E6E6E6", edgecolor="white")
            made.add(bars, made.page.word("rest", n=len(order) - MOST_IN_STACK))
        if made.results.is_drawn:
            every = made.results.table(made.variable, scenario=scenario, place=made.place, at=made.years)
            found = outlay(every).loc[scenario]
            low, high = (found[end].to_numpy(dtype=float) / divisor for end in ("lo", "hi"))
            axes.vlines(made.years, low, high, color="#000000", linewidth=0.8, zorder=3)
        axes.set_ylim(bottom=0.0)
        dress(axes, in_paren(made.outlay_title, made.page.name(scenario), made.lang), unit, made.years)

    return draw


def _look(by: str, name: str, place: int) -> dict[str, Any]:
    if by == "payer" and name in PAYERS:
        return PAYERS[name]
    hatches = ("", "///", "...", "\\\\\\", "xx", "--")
    return {"color": LINES[place % len(LINES)]["color"], "hatch": hatches[place % len(hatches)]}


def _part_name(made: Chart, by: str, name: str) -> str:
    if by == "order":
        return made.page.word("order", order=name)
    if by == "payer":
        return word("payer", name, made.lang)
    row = made.results.scenario(made.scenarios[0]).catalogue.instrument(name)
    return str(getattr(row, f"title_{made.lang}"))


def _needs(axes: Axes, made: Chart) -> None:
    """Three needs of places, and the stock where one is known."""
    scenario = made.scenarios[0]
    names = [*NEEDS, "places_stock"]
    rows = {name: made.page.series(scenario, name) for name in names}
    rows = {name: row[row.index.isin(made.years)] for name, row in rows.items() if len(row)}
    how = scale("axis_places", max((float(row.max()) for row in rows.values() if len(row)), default=0.0), made.lang)
    for place, (name, row) in enumerate(rows.items()):
        look: dict[str, Any] = dict(LINES[place])
        if name == "places_stock":
            look = {"color": INK, "linewidth": 0, "marker": "o", "markersize": 4, "markerfacecolor": "none"}
        (line,) = axes.plot(row.index, row / how.divisor, **look)
        if name != "places_stock":
            made.page.shade(axes, name, how.divisor, look["color"], made.years[0], scenario)
        made.add(line, made.page.word(name))
    axes.set_ylim(bottom=0.0)
    dress(axes, in_paren(made.named("needs"), made.page.name(scenario), made.lang), how.name, made.years)


def _parts(figure: Picture, made: Chart) -> None:
    """One panel a part of the place, on one scale; △ where a part is indicative."""
    results = made.results
    codes = [code for code, info in results.place_info.items() if info.role == "part"] or [made.place]
    if len(codes) > MOST_PANELS:
        raise refuse(ConfigError, "plot.parts", got=len(codes), most=MOST_PANELS)
    across = min(4, len(codes))
    down = -(-len(codes) // across)
    figure.set_size_inches(2.9 * across + 0.6, 2.3 * down + 1.2)
    panels = np.atleast_1d(figure.subplots(down, across, sharex=True, squeeze=False)).ravel()
    tables = {code: outlay(results.central.table(made.variable, place=code, at=made.years)) for code in codes}
    divisor, unit = made.unit(max(float(np.nanmax(one.to_numpy(), initial=0.0)) for one in tables.values()))
    for place, axes in enumerate(panels):
        if place >= len(codes):
            axes.set_visible(False)
            continue
        code = codes[place]
        own = Page(results, made.lang, code)
        for index, scenario in enumerate(made.scenarios):
            style = LINES[index % len(LINES)]
            values = tables[code].loc[scenario].to_numpy(dtype=float) / divisor
            (line,) = axes.plot(made.years, values, **style)
            if results.is_drawn and index == 0:
                own.shade(axes, made.variable, divisor, style["color"], made.years[0], scenario)
            if place == 0:
                made.add(line, made.page.name(scenario))
        info = results.place_info[code]
        sure = results.marks(made.variable, code, made.years[-1]).confidence
        name = getattr(info, f"name_{made.lang}")
        axes.set_title(name + ("△" if sure == "low" else ""), loc="left", fontsize=10)
        plain(axes, 8)
        years_axis(axes, made.years)
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        ticks(axes, 4)
    figure.suptitle(in_paren(made.outlay_title, unit, made.lang), x=0.02, ha="left", fontsize=12, fontweight="bold")


def _default_kind(variable: str) -> str:
    if variable == PEOPLE:
        return "pyramid"
    if variable in ("asfr", "mx"):
        return "lexis"
    return "payer" if VARIABLES[variable].money == "pair" else "line"


DRAWN: dict[str, Callable[[Axes, Chart], None]] = {
    "line": _line,
    "pyramid": pyramid,
    "order": _stack("order"),
    "payer": _stack("payer"),
    "instrument": _stack("instrument"),
    "needs": _needs,
    "lexis": lexis,
}


def _checked_kind(variable: str, kind: str | None) -> str:
    """The kind of chart, which the variable has."""
    chosen = _default_kind(variable) if kind is None else checked_name("kind", kind, KINDS)
    fits = {
        "order": variable == "births",
        "payer": variable in VARIABLES and VARIABLES[variable].money == "pair",
        "instrument": variable in VARIABLES and VARIABLES[variable].money != "",
        "needs": variable.startswith("places_"),
        "line": variable in VARIABLES,
        "parts": variable in VARIABLES and not VARIABLES[variable].split,
    } | {name: variable in known for name, known in BY_AGE.items()}
    if not fits[chosen]:
        raise refuse(ConfigError, "plot.kind", got=chosen, variable=variable, known=[one for one in KINDS if fits[one]])
    return chosen


def chart(
    results: Results,
    variable: str,
    place: object = None,
    scenario: str | None = None,
    kind: str | None = None,
    at: object = None,
    axes: Axes | None = None,
    lang: str | None = None,
) -> Any:
    """See `Results.plot`."""
    name = variable if variable in AGES_ONLY else checked_variable(results._store, variable)
    chosen = _checked_kind(name, kind)
    code, asked = code_of(results, place), checked_language(lang)
    used: Language = "en" if chinese_family() is None else asked
    one = [checked_name("scenario", scenario, results.scenarios)] if scenario is not None else []
    years = checked_years(results, "births", at)
    if chosen == "pyramid" and at is None:
        years = (years[0], years[-1])
    some = one or (results.scenarios if chosen in ("line", "parts") else results.scenarios[:1])
    made = Chart(results, name, code, some, years, used)
    if axes is not None and chosen == "parts":
        raise refuse(ConfigError, "plot.axes", got=chosen)
    return _drawn(made, chosen, _parts if chosen == "parts" else DRAWN[chosen], axes, asked)


def line_of(found: Evaluated, axes: Axes | None = None, lang: str | None = None) -> Any:
    """See `Evaluated.plot`."""
    asked = checked_language(lang)
    used: Language = "en" if chinese_family() is None else asked
    mine = found.table()
    years = sorted(set(mine.columns.get_level_values("year")))
    made = Chart(found.result, found.text, str(mine.attrs["place"]), list(mine.index), years, used)

    def draw(on: Axes, chart: Chart) -> None:
        drawn = mine if found.result.is_drawn else None
        _lines(on, chart, found.central.table(level=None), drawn, _said_unit(found.unit, used))

    return _drawn(made, "line", draw, axes, asked)


def _said_unit(unit: str, lang: Language) -> str:
    """A unit made of units, each in the language; a plain number has none."""
    names = words()["row_unit"]
    pieces = [] if unit == "1" else re.split(r"( [*/] )", unit)
    return "".join(str(names[one][lang]) if one in names else one for one in pieces)


def _drawn(made: Chart, kind: str, draw: Callable[[Any, Chart], None], axes: Axes | None, asked: Language) -> Any:
    """A figure of its own, or the axes given with the chart in them."""
    if axes is not None:
        draw(axes, made)
        if made.handles:
            axes.legend(made.handles, made.labels, fontsize=8.5, frameon=False, loc="upper center",
                        bbox_to_anchor=(0.5, -0.12), ncols=LEGEND_COLUMNS)  # fmt: skip
        return axes
    figure = Picture(figsize=SIZE, facecolor="white")
    figure.font_note = word("cli", "no_cjk_font", asked) if made.lang != asked else ""
    draw(figure if kind == "parts" else figure.subplots(), made)
    _dressed(figure, made, kind)
    finish(figure, chinese_family())
    return figure


def _dressed(figure: Picture, made: Chart, kind: str) -> None:
    """The legend outside the axes, and what an interval covers and where the numbers are from below it."""
    from sanhai._version import __version__
    from sanhai.show.notes import brackets

    foot = [made.page.word("source", version=__version__, run=made.results.id)]
    if made.results.is_drawn and kind != "lexis":
        covers = brackets(made.results, made.lang).removeprefix("[ ]").lstrip(": ")
        foot.append(made.page.word("shaded") + covers)
    wide, high = figure.get_size_inches()
    columns = int(FOOT_COLUMNS * wide / SIZE[0])
    lines = [line for text in (*foot, figure.font_note) if text for line in wrapped(text, columns)]
    across = LEGEND_COLUMNS if kind != "pyramid" else 4
    rows = -(-len(made.handles) // across) if len(made.handles) > 1 or kind in STACKED else 0
    low = FOOT_LINE * len(lines) + 0.08
    room = low + LEGEND_ROW * rows + (0.70 if kind == "line" else 0.42)  # inches below the axes
    figure.subplots_adjust(left=0.75 / wide, right=1.0 - 0.2 / wide, top=1.0 - 0.62 / high, bottom=room / high)
    figure.text(0.1 / wide, 0.06 / high, "\n".join(lines), fontsize=7.5, color=INK, va="bottom")
    if rows:
        figure.legend(made.handles, made.labels, loc="lower left", bbox_to_anchor=(0.04 / wide, low / high),
                      fontsize=8.5, frameon=False, ncols=across)  # fmt: skip
