"""A figure that shows itself in a notebook without pyplot, and the looks all pictures share."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text

from sanhai.show.plot.fonts import FALLBACK

__all__ = ["COLOURS", "DASHES", "INK", "Picture", "finish"]

# Okabe & Ito (2008), colour-blind-safe; dashes tell lines apart without colour.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (3, 1)),
    (0, (8, 2)),
    (0, (1, 2)),
)
INK = "#444444"


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
