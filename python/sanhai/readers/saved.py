"""Folders that `Results.save` wrote: projected figures of one scenario as figures of low confidence."""

from __future__ import annotations

import json
from pathlib import Path

from sanhai.readers.doc import Doc
from sanhai.readers.labels import number_of, year_of
from sanhai.readers.rows import Asked, Report, Row
from sanhai.readers.units import BASE, unit_of

__all__ = ["FORMAT", "parse", "recognise"]

FORMAT = "sanhai"
SPLIT = ("instrument", "component", "payer", "basis")  # parts of money and places: none of ours


def recognise(doc: Doc) -> bool:
    fields = doc.head[0].split(",") if doc.head else []
    return {"scenario", "place", "variable", "value", "unit", "nature"} <= set(fields)


def is_saved(folder: Path) -> bool:
    """Whether a folder is a saved run."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and "run_id" in found and (folder / "results.csv").is_file()


def parse(doc: Doc, asked: Asked, report: Report) -> list[Row]:
    """The central run of one scenario; money and nursery rows are left out and said."""
    grid = doc.grids[0]
    at = {name: column for column, name in enumerate(grid.rows[0])}
    lines = [line for line in range(1, len(grid.rows)) if any(grid.rows[line])]
    scenarios = list(dict.fromkeys(str(grid.cell(line, at["scenario"])) for line in lines))
    scenario = asked.variant or (scenarios[0] if len(scenarios) == 1 else None)
    if scenario not in scenarios:
        report.add("input.VARIANT.choose", grid.spot(0, at["scenario"], "scenario"), got=scenarios, variants=scenarios)
        return []
    rows: list[Row] = []
    left: set[str] = set()
    for line in lines:
        text = {name: str(grid.cell(line, column) or "") for name, column in at.items()}
        if text["scenario"] != scenario or (asked.place and asked.place not in (text["place"], text["place_name"])):
            continue
        if text["variable"] not in BASE or any(text.get(name) for name in SPLIT):
            left.add(text["variable"])
            continue
        year = year_of(text["year"])
        spot = grid.spot(line, at["value"], "value")
        unit = unit_of(text["variable"], text["unit"], asked, report, grid.spot(line, at["unit"], "unit"))
        if len(grid.rows[line]) != len(at) or year is None or number_of(text["value"]) is None:
            report.add("input.CUT_OFF.line", spot, got=",".join(map(str, grid.rows[line]))[:60])
        elif unit is not None and asked.wants(year):
            key = {"variable": text["variable"], "year": year, "sex": text["sex"] or "both", "age": "all"}
            key |= {"date": text["date"], "order": text["order"], "place": text["place"], "name": text["place_name"]}
            rows.append(
                grid.row(line, at["value"], report, unit, column_name="value", confidence="low", source="sanhai", **key)
            )
    if left:
        report.say("left_indicators", names=tuple(sorted(left)[:10]), n=len(left))
    return rows
