"""`sanhai policies --document X --coverage`: article by article, what of a document is computed and what serves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sanhai.cli.streams import print_json, print_line, print_table
from sanhai.errors import ConfigError, language, refuse
from sanhai.policy.catalogue import Catalogue, shipped, with_own
from sanhai.policy.pack_file import PackFile
from sanhai.policy.records import as_records
from sanhai.policy.schema import READY, Entry, Instrument
from sanhai.show.layout import Table
from sanhai.show.words import headed, in_paren, joined, say, word

__all__ = ["coverage", "show_coverage"]


def coverage(document: str, known: Catalogue | None = None) -> list[dict[str, Any]]:
    """One plain dict an instrument, in the document's order: article, what it is, whether computed, what serves it.

    known: the catalogue that holds the document; the shipped one unless given.
    """
    known = known or shipped()
    records = {record["id"]: record for record in as_records(known)}
    keys = ("id", "article", "rows", "title_zh", "title_en", "carried", "computed", "answer", "why")
    return [{key: records[row.full_id][key] for key in keys} for row in known.pack(document).instruments]


def show_coverage(document: str | None, own: Sequence[PackFile], as_json: bool) -> None:
    """The table of a document, or of each of a user's own, and how many of its instruments are computed."""
    known = with_own(tuple(own))
    documents = [one.id for one in own] if document is None else [document]
    if not documents:
        raise refuse(ConfigError, "coverage.no_document")
    tables = {name: coverage(name, known) for name in documents}
    if as_json:
        print_json([row for rows in tables.values() for row in rows])
        return
    for name, rows in tables.items():
        _show(name, rows, known)


def _show(document: str, rows: list[dict[str, Any]], known: Catalogue) -> None:
    heads = tuple(word("list", name) for name in ("article", "title", "as", "answer"))
    cells = tuple(_cells(row, known.instrument(row["id"])) for row in rows)
    title = str(getattr(known.pack(document), f"title_{language()}"))
    print_table(Table(headed(document, title), heads, cells), lefts=4)
    print_line(say("list.n_covered", n=len(rows), computed=sum(bool(row["computed"]) for row in rows)))


def _cells(row: dict[str, Any], one: Instrument) -> tuple[str, ...]:
    handled = word("coverage", one.carried if row["computed"] or one.carried in ("record", "fact", "rule") else "open")
    return (row["article"] or "-", row[f"title_{language()}"], handled, _served(row, one))


def _served(row: dict[str, Any], one: Instrument) -> str:
    """Components, outputs, settings or the reason, in the language of the moment."""
    if one.entries:
        return joined([_entry(entry) for entry in one.entries if _entry(entry)])
    if one.targets:
        variables = dict.fromkeys(target.variable for target in one.targets)
        return in_paren(word("answer", "targets"), joined(list(variables)))
    return joined([name.removeprefix(f"{one.full_id}/") for name in row["answer"]])


def _entry(entry: Entry) -> str:
    answers = [
        in_paren(word("answer", name), "" if name in READY else word("list", "not_built")) for name in entry.answered_by
    ]
    named = [*answers, *entry.carried_by, *entry.reads]
    return in_paren(joined(named), _why(entry)) if named else _why(entry)


def _why(entry: Entry) -> str:
    return str(getattr(entry, f"why_{language()}"))
