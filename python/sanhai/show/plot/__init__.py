"""Pictures of a result. The only package that imports matplotlib, and only when something is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sanhai.results.results import Results
    from sanhai.show.plot.figure import Picture

__all__ = ["overview"]


def overview(results: Results, lang: str | None = None) -> Picture:
    """Population, births, cost by level and places in one figure. Needs the extra sanhai[plot]."""
    from sanhai.show.plot.panels import draw

    return draw(results, lang)
