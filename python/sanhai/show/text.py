"""How a result looks in a terminal and in a notebook: tables of text cells, plain text and HTML without script.

Pure functions: a `Card` in, text out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from sanhai.errors import checked_language
from sanhai.policy.vocabulary import MONEY_KINDS
from sanhai.show.headline import headline
from sanhai.show.layout import Table, lay_out
from sanhai.show.notes import brackets, vintage
from sanhai.show.words import joined, say, scenario_name, unit, word

if TYPE_CHECKING:
    from sanhai.results.results import Results

__all__ = ["Card", "card", "html", "render_html", "render_text", "tables", "text", "title"]

SECTIONS = ("population", "parts", "ranges", "change", "cost", "per_birth", "places")
SHORT = ("population", "change", "cost")
MIDDLE_YEAR = 2030
TOTALS = tuple(f"cost_nominal:{kind}" for kind in MONEY_KINDS)
NUMBERS = "text-align:right;padding:1px 8px;font-variant-numeric:tabular-nums"
WORDS = "text-align:left;padding:1px 8px"


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
            body.append((scenario_name(str(group), lang, full=True) if key == "scenario" else str(group),))
        in_title = row["section"] in ("change", "cost", "per_birth")
        plain = in_title or row["unit"] in ("", unit("persons", lang))
        shown = "" if plain else f" [{row['unit']}]"
        cells = (row["values"].get(year, {}).get("text", "") for year in years)
        body.append((f"  {row['label']}{shown}", *cells))
    return Table(title, (word("text", "item", lang), *(str(year) for year in years)), tuple(body))


def _parts(rows: Sequence[dict[str, Any]], title: str, lang: str) -> Table:
    """One line a district: people and births in the first, a middle and the last year, places in the middle one."""
    years = sorted({year for row in rows for year in row["values"]})
    middle = [year for year in years if year == MIDDLE_YEAR] or years[len(years) // 2 : len(years) // 2 + 1]
    shown = list(dict.fromkeys((years[0], *middle, years[-1])))
    names = ("pop_yearend", "births", "places_target")
    picks = [(name, year) for name in names for year in (middle if name == "places_target" else shown)]
    body: dict[str, dict[str, dict[int, Any]]] = {}
    for row in rows:
        body.setdefault(row["place_name"], {})[row["variable"]] = row["values"]
    columns = (word("text", "place", lang), *(f"{word('column', name, lang)}\n{year}" for name, year in picks))
    lines = [
        (place, *(own.get(name, {}).get(year, {}).get("text", "") for name, year in picks))
        for place, own in body.items()
    ]
    return Table(title, columns, tuple(lines))


def tables(
    rows: Sequence[dict[str, Any]], lang: str | None = None, sections: Iterable[str] = SECTIONS, level: float = 0.8
) -> list[Table]:
    """The headline rows laid out, section by section; empty sections are left out."""
    said = checked_language(lang)
    found = []
    for section in sections:
        own = [row for row in rows if row["section"] == section]
        if not own:
            continue
        title = say(f"section.{section}", said, unit=own[0]["unit"], level=level)
        if section == "parts":
            found.append(_parts(own, title, said))
        else:
            key = "place_name" if section == "population" else "scenario"
            found.append(_grouped(own, title, key, said))
    return found


def title(results: Results, lang: str | None = None) -> str:
    """Place and years."""
    name = results.place_info[results.place].name(checked_language(lang))
    return say("text.title", lang, place=name, first=results.years[0], last=results.years[-1])


def card(results: Results, lang: str | None = None) -> Card:
    """The short form: the place itself, what scenarios change, money by kind."""
    rows = [
        row
        for row in headline(results, lang)
        if row["place"] == results.place and (row["section"] != "cost" or row["variable"] in TOTALS)
    ]
    names = joined([scenario_name(name, lang, full=True) for name in results.scenarios], lang)
    return Card(
        title=title(results, lang),
        lines=(say("text.scenarios", lang, scenarios=names),),
        tables=tuple(tables(rows, lang, SHORT, results.options.level)),
        footer=(
            word("text", "legend", lang),
            brackets(results, lang),
            vintage(results, lang),
            say("text.run_id", lang, id=results.id),
        ),
    )


def render_text(one: Card) -> str:
    """Plain text, columns aligned for a terminal that shows Chinese characters two columns wide."""
    blocks = [one.title + "\n" + "\n".join(one.lines)]
    blocks += ["\n".join((table.title, *lay_out(table))) for table in one.tables]
    return "\n\n".join((*blocks, "\n".join(one.footer)))


def _cell(tag: str, index: int, text: str) -> str:
    return f'<{tag} style="{NUMBERS if index else WORDS}">{escape(text.strip())}</{tag}>'


def _table_html(table: Table) -> str:
    head = "".join(_cell("th", index, cell.replace("\n", " ")) for index, cell in enumerate(table.columns))
    body = []
    for row in table.rows:
        if len(row) == 1:
            body.append(f'<tr><th colspan="{len(table.columns)}" style="{WORDS}">{escape(row[0])}</th></tr>')
        else:
            body.append(f"<tr>{''.join(_cell('td', index, cell) for index, cell in enumerate(row))}</tr>")
    title = f"<caption>{escape(table.title)}</caption>"
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def render_html(one: Card) -> str:
    """HTML without script or outside files; every text is escaped."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in one.lines)
    footer = "".join(f"<p><small>{escape(line)}</small></p>" for line in one.footer)
    shown = "".join(_table_html(table) for table in one.tables)
    return f"<div><h4>{escape(one.title)}</h4>{lines}{shown}{footer}</div>"


def text(results: Results) -> str:
    """`repr` of a result."""
    return render_text(card(results))


def html(results: Results) -> str:
    """What a notebook shows of a result."""
    return render_html(card(results))
