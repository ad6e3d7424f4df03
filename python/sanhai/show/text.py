"""How a result looks in a terminal and in a notebook: tables of text cells, plain text and HTML without script.

Pure functions: a `Card` in, text out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from sanhai.show.format import LEGEND, say, scenario_name

if TYPE_CHECKING:
    from sanhai.results.results import Comparison

__all__ = ["Card", "Table", "card", "html", "render_html", "render_text", "tables", "text", "width", "wrapped"]

SECTIONS = ("population", "parts", "ranges", "change", "cost", "per_birth", "places")
SHORT = ("population", "change", "cost")
NUMBERS = "text-align:right;padding:1px 8px;font-variant-numeric:tabular-nums"
WORDS = "text-align:left;padding:1px 8px"


@dataclass(frozen=True)
class Table:
    """A titled table of text: column heads, then rows; a row of one cell is a heading inside the table."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Card:
    """What a short representation shows."""

    title: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]
    footer: tuple[str, ...]


def _grouped(rows: Sequence[dict[str, Any]], title: str, key: str, lang: str) -> Table:
    years = sorted({year for row in rows for year in row["values"]})
    body: list[tuple[str, ...]] = []
    group = None
    for row in rows:
        if row[key] != group:
            group = row[key]
            body.append((scenario_name(str(group), lang) if key == "scenario" else str(group),))
        plain = row["unit"] in ("", say("unit.persons", lang)) or row["section"] in ("change", "cost", "per_birth")
        unit = "" if plain else f" [{row['unit']}]"
        cells = (row["values"].get(year, {}).get("text", "") for year in years)
        body.append((f"  {row['label']}{unit}", *cells))
    return Table(title, (say("item", lang), *(str(year) for year in years)), tuple(body))


def _parts(rows: Sequence[dict[str, Any]], title: str, lang: str) -> Table:
    """One line a district: people and births in the first, a middle and the last year, places in the middle one."""
    years = sorted({year for row in rows for year in row["values"]})
    middle = [year for year in years if year == 2030] or years[len(years) // 2 : len(years) // 2 + 1]
    shown = list(dict.fromkeys((years[0], *middle, years[-1])))
    names = ("pop_jan1", "births", "places_target")
    picks = [(name, year) for name in names for year in (middle if name == "places_target" else shown)]
    body: dict[str, dict[str, dict[int, Any]]] = {}
    for row in rows:
        body.setdefault(row["place_name"], {})[row["variable"]] = row["values"]
    columns = (say("place", lang), *(f"{say(f'col.{name}', lang)}\n{year}" for name, year in picks))
    lines = [
        (place, *(own.get(name, {}).get(year, {}).get("text", "") for name, year in picks))
        for place, own in body.items()
    ]
    return Table(title, columns, tuple(lines))


def tables(rows: Sequence[dict[str, Any]], lang: str, sections: Iterable[str] = SECTIONS) -> list[Table]:
    """The headline rows laid out, section by section; empty sections are left out."""
    found = []
    for section in sections:
        own = [row for row in rows if row["section"] == section]
        if not own:
            continue
        title = say(f"section.{section}", lang, unit=own[0]["unit"])
        if section == "parts":
            found.append(_parts(own, title, lang))
        else:
            key = "place_name" if section == "population" else "scenario"
            found.append(_grouped(own, title, key, lang))
    return found


def card(comparison: Comparison, lang: str = "en") -> Card:
    """The short form: the place itself, what scenarios change, total cost."""
    rows = [
        row
        for row in comparison.headline(lang)
        if row["place"] == comparison.place and (row["section"] != "cost" or row["variable"] == "cost_nominal")
    ]
    from sanhai.places.catalogue import all_places
    from sanhai.show.notes import band_line, vintage_line

    name = all_places()[comparison.place].name(lang)
    years = comparison.years
    return Card(
        title=say("title", lang, place=name, first=years[0], last=years[-1]),
        lines=(f"{say('scenario', lang)}: {', '.join(comparison.scenarios)}",),
        tables=tuple(tables(rows, lang, SHORT)),
        footer=(
            LEGEND[lang],
            band_line(comparison, lang),
            vintage_line(comparison, lang),
            f"{say('run_id', lang)} {comparison.manifest['run_id']}",
        ),
    )


def width(cell: str) -> int:
    """Columns a terminal needs: wide East Asian characters take two."""
    return sum(
        2 if unicodedata.east_asian_width(one) in "WF" else 0 if unicodedata.combining(one) else 1 for one in cell
    )


TOKENS = re.compile(r"[^\s\u2e80-\uffef]+|[\u2e80-\uffef]|\s+")
CLOSING = ",。;:、)”》】!?,.;:)"  # never first in a line
OPENING = "(“《【("  # never last in a line


def _tokens(text: str) -> list[str]:
    """Pieces a line may break between: words, and Chinese characters with the punctuation that sticks to them."""
    out: list[str] = []
    for token in TOKENS.findall(text):
        if out and (token[0] in CLOSING or out[-1][-1] in OPENING):
            out[-1] += token
        else:
            out.append(token)
    return out


def wrapped(text: str, columns: int, first: str = "", later: str = "") -> list[str]:
    """`text` in lines of at most `columns` terminal columns; `first` and `later` lead the lines."""
    lines, line = [], first
    empty = True
    for token in _tokens(text):
        if not empty and width(line) + width(token.rstrip()) > columns:
            lines.append(line.rstrip())
            line, empty = later, True
        if not (empty and token.isspace()):
            line += token
            empty = False
    return [*lines, line.rstrip()] if not empty else lines


def _padded(cell: str, columns: int, right: bool) -> str:
    space = " " * (columns - width(cell))
    return space + cell if right else cell + space


def _table_text(table: Table) -> str:
    heads = tuple(head.replace("\n", " ") for head in table.columns)
    full = [heads, *(row for row in table.rows if len(row) > 1)]
    widths = [max(width(row[index]) for row in full) for index in range(len(table.columns))]
    lines = [table.title]
    for row in (heads, *table.rows):
        cells = [_padded(cell, widths[index], right=index > 0) for index, cell in enumerate(row)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def render_text(one: Card) -> str:
    """Plain text, columns aligned for a terminal that shows Chinese characters two columns wide."""
    return "\n\n".join(
        (one.title + "\n" + "\n".join(one.lines), *(_table_text(table) for table in one.tables), "\n".join(one.footer))
    )


def _table_html(table: Table) -> str:
    n = len(table.columns)
    head = "".join(
        f'<th style="{NUMBERS if index else WORDS}">{escape(cell)}</th>' for index, cell in enumerate(table.columns)
    )
    body = []
    for row in table.rows:
        if len(row) == 1:
            body.append(f'<tr><th colspan="{n}" style="{WORDS}">{escape(row[0])}</th></tr>')
            continue
        cells = "".join(
            f'<td style="{NUMBERS if index else WORDS}">{escape(cell.strip())}</td>' for index, cell in enumerate(row)
        )
        body.append(f"<tr>{cells}</tr>")
    title = f"<caption>{escape(table.title)}</caption>"
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def render_html(one: Card) -> str:
    """HTML without script or outside files; every text is escaped."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in one.lines)
    footer = "".join(f"<p><small>{escape(line)}</small></p>" for line in one.footer)
    return (
        f"<div><h4>{escape(one.title)}</h4>{lines}{''.join(_table_html(table) for table in one.tables)}{footer}</div>"
    )


def text(comparison: Comparison) -> str:
    return render_text(card(comparison))


def html(comparison: Comparison) -> str:
    return render_html(card(comparison))
