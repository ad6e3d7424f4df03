"""The report on women by parity as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sanhai.errors import checked_language
from sanhai.places.standard import PARITY_AGES as AGES
from sanhai.show.layout import Table, lay_out
from sanhai.show.words import say

if TYPE_CHECKING:
    from sanhai.calibrate.parity import ParityReport

__all__ = ["Text", "render"]

AGES_SHOWN = (30, 40, 50)


class Text(str):
    """Text that a terminal shows as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def render(report: ParityReport, lang: str | None = None) -> Text:
    """The national fit with its misses, the place's factors, progressions and parity; ConfigError for another lang."""
    used = checked_language(lang)

    def sentence(key: str, **values: object) -> str:
        return say(f"parity.{key}", used, **values)

    place, start, path = report.place, report.start, report.path
    lines = [sentence("title", name=place.name(used), code=place.code), sentence("estimated"), ""]
    lines.append(sentence("factors", k1=start.k1, k2=start.k2))
    aimed, fitted = start.target, start.fitted
    lines.append(sentence("census", ceb=aimed[0], childless=aimed[1], ceb_fitted=fitted[0], childless_fitted=fitted[1]))
    lines += ["", sentence("ppr")]
    lines += [f"  {year}  " + "  ".join(f"{p:.3f}" for p in path.ppr[t]) for t, year in enumerate(report.years)]
    if not place.is_leaf:
        lines.append(f"  {sentence('sum')}")
    lines += ["", sentence("stock", year=place.base.first_year)]
    for age in AGES_SHOWN:
        lines.append(f"  {age}  " + "  ".join(f"{share:.3f}" for share in start.shares[age - AGES.start]))
    here, other = report.only_child_at_50
    lines += ["", sentence("level", here=here, other=other), "", *_miss_lines(report, sentence)]
    return Text("\n".join(lines) + "\n")


def _miss_lines(report: ParityReport, sentence: Callable[..., str]) -> list[str]:
    frame = report.misses().sort_values(["figure", "year", "age"])
    rows = []
    for row in frame.to_dict("records"):
        where = f"{row['year']}" + ("" if row["age"] == "all" else f" @{row['age']}")
        figures = (f"{row['published']:.3f}", f"{row['fitted']:.3f}", f"{row['miss']:+.3f}", f"{row['sd']:.3f}")
        rows.append((f"  {row['figure']}", where, *figures, "<" if row["in_sd"] > 1 else ""))
    heads = tuple(sentence(name) for name in ("figure", "year_age", "published", "fitted", "miss", "sd"))
    table = Table(sentence("fit", n=len(frame), beyond=int((frame["in_sd"] > 1).sum())), (*heads, ""), tuple(rows))
    return [table.title, *lay_out(table, lefts=2), sentence("notes")]
