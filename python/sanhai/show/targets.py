"""Targets of the main place's documents as a table for the screen: goal, value, distance, verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sanhai.errors import checked_language
from sanhai.show.format import mark_of
from sanhai.show.layout import Table
from sanhai.show.numbers import number
from sanhai.show.words import in_paren, joined, say, scenario_name, word

if TYPE_CHECKING:
    from sanhai.results.results import Results

__all__ = ["target_table"]

HEADS = ("date", "target", "verdict", "goal", "value", "gap")
SHARE, WHOLE = "share ", ("places", "persons")  # units shown in per cent, and without decimals


def target_table(results: Results, lang: str | None = None) -> Table | None:
    """Under the baseline, then what other scenarios make otherwise; None where no document has a target.

    What the text gives no figure for is shown where the run has its path, under the baseline.
    """
    said = checked_language(lang)
    base = _lines(results, results.baseline, said)
    if not base:
        return None
    rows: list[tuple[str, ...]] = []
    for name in results.scenarios:
        own = base if name == results.baseline else [row for row in _lines(results, name, said) if row not in base]
        shown = [cells for is_judged, cells in own if is_judged or name == results.baseline]
        if shown:
            rows += [(scenario_name(name, said, full=True),), *shown]
    return Table(word("section", "targets", said), tuple(word("targets", one, said) for one in HEADS), tuple(rows))


def _lines(results: Results, scenario: str, lang: str) -> list[tuple[bool, tuple[str, ...]]]:
    """(whether the text gives a figure, cells) of each target of the main place."""
    rows: list[Any] = results.targets(scenario, results.place).to_dict("records")
    return [
        (row["verdict"] != "no_value", _cells(row, lang))
        for row in rows
        if row["verdict"] != "no_value" or not math.isnan(row["value"])
    ]


def _cells(row: dict[str, Any], lang: str) -> tuple[str, ...]:
    name = in_paren(row[f"what_{lang}"], _unit(row["unit"], lang), lang)
    date = word("status_of_target", "no_date", lang) if row["status"] == "no_date" else str(row["by"])
    goal = "" if math.isnan(row["goal"]) else f"{word('bound_sign', row['bound'], lang)}{_shown(row, 'goal')}"
    value = _shown(row, "value") + (mark_of(row["confidence"]) if row["confidence"] else "")
    return f"  {date}", name, _verdict(row, lang), goal, value, _shown(row, "gap", signed=True)


def _unit(unit: str, lang: str) -> str:
    return "%" if unit.startswith(SHARE) else word("target_unit", unit, lang)


def _shown(row: dict[str, Any], column: str, signed: bool = False) -> str:
    value = row[column]
    if math.isnan(value):
        return ""
    if row["unit"].startswith(SHARE):
        return number(100.0 * value, 1, signed)
    return number(value, 0 if row["unit"] in WHOLE else 2, signed)


def _verdict(row: dict[str, Any], lang: str) -> str:
    said = word("verdict", row["verdict"], lang)
    more = [word("status_of_target", "date_passed", lang)] if row["status"] == "date_passed" else []
    if row["basis"] in ("reported", "counted", "observed"):
        more.append(word("basis_of_target", row["basis"], lang))
    if not math.isnan(row["probability"]):
        key = "targets.chance" if row["basis"] == "counted" else "targets.probability"
        more.append(say(key, lang, share=row["probability"]))
    if row["needs"]:
        more.append(say("targets.needs", lang, needs=word("needs", row["needs"], lang)))
    return in_paren(said, joined(more, lang), lang)
