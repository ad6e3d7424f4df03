"""A figure that shows itself in a notebook without pyplot, and the looks all pictures share."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator

from sanhai.show.numbers import number
from sanhai.show.plot.fonts import FALLBACK

__all__ = ["BAND", "INK", "LINES", "PAYERS", "Picture", "dress", "finish", "plain", "ticks", "years_axis"]

INK = "#444444"
GRID = "#DDDDDD"
PAST = "#F2F2F2"
BAND = 0.16  # how strong an interval is beside its line
# Told apart in grey and by colour-blind readers (smallest CIE76 distance 45; 32 and more for the colour-blind); the
# dashes do without colour.
LINES: tuple[dict[str, Any], ...] = (
    {"color": "#0B3C5D", "linestyle": "-", "linewidth": 2.25},
    {"color": "#A63A1E", "linestyle": (0, (6, 2)), "linewidth": 1.8},
    {"color": "#2A8C82", "linestyle": (0, (1.2, 1.2)), "linewidth": 2.0},
    {"color": "#E0A526", "linestyle": (0, (6, 1.5, 1.2, 1.5)), "linewidth": 2.0},
    {"color": "#7A5195", "linestyle": (0, (3, 1)), "linewidth": 1.8},
    {"color": "#B9BFC6", "linestyle": (0, (8, 2)), "linewidth": 1.8},
    {"color": "#5B8C5A", "linestyle": (0, (1, 2)), "linewidth": 1.8},
)
# A look a payer, in the order in which they are stacked.
PAYERS: dict[str, dict[str, Any]] = {
    "central": {"color": "#0B3C5D"},
    "province": {"color": "#A63A1E", "hatch": "///"},
    "city": {"color": "#2A8C82", "hatch": "..."},
    "county": {"color": "#E0A526", "hatch": "\\\\\\"},
    "fund": {"color": "#7A5195"},
    "employer": {"color": "#5B8C5A", "hatch": "--"},
    "local_unsplit": {"color": "#B9BFC6", "hatch": "xx"},
    "unsplit": {"color": "#E6E6E6", "hatch": "++"},
}


class Picture(Figure):
    """A matplotlib figure; `font_note` is a line for the user when a font is missing, else empty."""

    font_note: str = ""

    def png(self, dpi: float = 150.0) -> bytes:
        """The picture as PNG bytes, the same for the same numbers."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
        return buffer.getvalue()

    def _repr_png_(self) -> bytes:
        return self.png(100.0)


def finish(figure: Picture, family: str | None) -> None:
    """Gives every text the families [Chinese, fallback]; rcParams stay as the user has them.

    The ticks exist only after a first layout, hence the dry run before and after.
    """
    families = [family, FALLBACK] if family else [FALLBACK]
    for text in figure.findobj(Text):
        text.set_fontfamily(families)
        text.set_parse_math(False)
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        text.set_fontfamily(families)
        text.set_parse_math(False)


def plain(axes: Axes, size: float = 9) -> None:
    """Two spines, light grid, ticks in the ink of the page."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    axes.tick_params(colors=INK, labelsize=size)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)


def ticks(axes: Axes, n: int) -> None:
    """Fixed ticks on the value axis: no tick is made after the fonts were set. Digits follow the step."""
    low, high = axes.get_ylim()
    found = [tick for tick in MaxNLocator(n, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= tick <= high]
    step = found[1] - found[0] if len(found) > 1 else 1.0
    digits = next((digits for digits in range(4) if abs(round(step, digits) - step) < 1e-9 * step), 4)
    axes.yaxis.set_major_locator(FixedLocator(found))
    axes.yaxis.set_major_formatter(FixedFormatter([number(tick, digits) for tick in found]))


def years_axis(axes: Axes, years: Sequence[int]) -> None:
    """Calendar years, seven or so of them labelled."""
    first, last = years[0], years[-1]
    step = max(1, -(-(last - first) // 6))
    step = 5 if 3 <= step <= 5 else step
    shown = [year for year in range(first, last + 1) if year % step == 0] or [first]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_major_formatter(FixedFormatter([str(year) for year in shown]))
    axes.set_xlim(first - 0.6, last + 0.6)


def dress(axes: Axes, title: str, unit: str, years: Sequence[int]) -> None:
    """Title and, below it at the left, the unit; then the axes."""
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=20)
    axes.text(0.0, 1.015, unit, transform=axes.transAxes, fontsize=9, color=INK, va="bottom")
    plain(axes)
    years_axis(axes, years)
    ticks(axes, 6)


def shade_past(axes: Axes, first: int, last: int, past: str, projection: str) -> None:
    """The observed years shaded, and the two words above the axes on both sides of where the projection begins."""
    end = last + 0.5
    axes.axvspan(first - 0.6, end, color=PAST, zorder=0, linewidth=0)
    axes.axvline(end, color=INK, linewidth=0.6, linestyle=(0, (2, 2)), zorder=0.5)
    low, high = axes.get_xlim()
    across = (end - low) / (high - low)
    look: dict[str, Any] = {"transform": axes.transAxes, "fontsize": 8, "color": INK, "va": "bottom"}
    axes.text(across + 0.01, 1.015, projection, ha="left", **look)
    if across > 0.12:  # room for the word between the unit and the divider
        axes.text(across - 0.01, 1.015, past, ha="right", **look)
