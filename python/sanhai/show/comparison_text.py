"""Figures beside the model's as text: a table, then the misses by variable in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanhai.calibrate.modelled import AS_PUBLISHED
from sanhai.errors import checked_language
from sanhai.places.catalogue import told_apart
from sanhai.show.layout import Table, lay_out
from sanhai.show.notes import figure_name
from sanhai.show.numbers import number
from sanhai.show.parity_text import Text
from sanhai.show.words import say

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.calibrate.compared import Comparison
    from sanhai.errors import Language

__all__ = ["render"]

COUNTS_FROM = 1000.0  # numbers from here on are shown whole


def render(comparison: Comparison, lang: str | None = None) -> Text:
    """The table, then each variable's mean and largest miss; ConfigError for another language."""
    used = checked_language(lang)
    place = comparison.place
    frame = comparison.frame.assign(variable=comparison.frame["variable"].str.removesuffix(AS_PUBLISHED))
    name = told_apart(place.code, place.name(used), used)
    heads = tuple(say(f"comparison.{head}", used) for head in ("figure", "year", "given", "model", "miss"))
    rows = tuple(
        (
            figure_name(row["variable"], row["sex"], row["age"], used),
            str(row["year"]),
            *(_shown(row[key], used) for key in ("published", "model")),
            "" if row["miss_percent"] != row["miss_percent"] else number(row["miss_percent"], 2, signed=True),
        )
        for row in frame.to_dict("records")
    )
    table = Table(say("comparison.title", used, place=name, n=len(frame)), heads, rows)
    return Text("\n".join([table.title, *lay_out(table), "", *_said(frame, used)]) + "\n")


def _shown(value: float, lang: Language) -> str:
    if value != value:
        return say("form.nothing", lang)
    return number(value) if abs(value) >= COUNTS_FROM else f"{value:.4g}"


def _said(frame: pd.DataFrame, lang: Language) -> list[str]:
    """A line a variable, and one of what could not be compared."""
    lines = []
    known = frame.dropna(subset=["miss_percent"])
    for variable, rows in known.groupby("variable", sort=False):
        worst = max(rows.to_dict("records"), key=lambda row: abs(float(row["miss_percent"])))
        values = {
            "what": figure_name(str(variable), "both", "all", lang),
            "n": len(rows),
            "mean": number(float(rows["miss_percent"].abs().mean()), 2),
            "miss": number(float(worst["miss_percent"]), 2, signed=True),
            "year": int(worst["year"]),
            "which": figure_name(str(variable), str(worst["sex"]), str(worst["age"]), lang),
        }
        lines.append(say("comparison.misses" if len(rows) > 1 else "comparison.single", lang, **values))
    if left := len(frame) - len(known):
        lines.append(say("comparison.left", lang, n=left))
    return lines
