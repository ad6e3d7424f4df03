"""Pictures of a result. The only package that imports matplotlib, and only when something is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sanhai.results.expression import Evaluated
    from sanhai.results.results import Results
    from sanhai.show.plot.figure import Picture

__all__ = ["line_of", "overview", "picture"]


def overview(results: Results, lang: str | None = None) -> Picture:
    """Population, births, cost by level and places in one figure. Needs the extra sanhai[plot]."""
    from sanhai.show.plot.panels import draw

    return draw(results, lang)


def picture(results: Results, variable: str | None = None, *, lang: str | None = None, **how: Any) -> Any:
    """The overview, or one chart of a variable: see `Results.plot`."""
    if variable is None:
        return overview(results, lang)
    from sanhai.show.plot.charts import chart

    return chart(results, variable, lang=lang, **how)


def line_of(found: Evaluated, **how: Any) -> Any:
    """A line chart of an expression: see `Evaluated.plot`."""
    from sanhai.show.plot.charts import line_of as draw

    return draw(found, **how)
