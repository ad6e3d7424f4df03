"""`sanhai places` and `sanhai policies`: what the package knows, as tables or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sanhai.cli.streams import print_heading, print_json, print_line, print_table, put
from sanhai.places.catalogue import place as place_of
from sanhai.places.catalogue import resolve
from sanhai.places.listing import found
from sanhai.policy.catalogue import with_own
from sanhai.policy.levers import Lever
from sanhai.policy.records import as_records
from sanhai.show.doc import doc, find
from sanhai.show.documents import handling, instrument_lines, lever_lines, title_of
from sanhai.show.layout import Table
from sanhai.show.numbers import number
from sanhai.show.words import headed, joined, say, word

if TYPE_CHECKING:
    from sanhai.policy.pack_file import PackFile

__all__ = ["show_doc", "show_found", "show_instrument", "show_levers", "show_places", "show_policies"]


def _line(line: str) -> None:
    indent = line[: len(line) - len(line.lstrip())]
    print_line(line.strip(), indent, indent + "  ")


def _heads(*names: str) -> tuple[str, ...]:
    return tuple(word("list", name) for name in names)


def show_places(text: str, under: str | None, as_json: bool) -> None:
    """Places found; nation and provinces where nothing is asked for."""
    rows = found(text, under)
    if not text and under is None:
        rows = [row for row in rows if row["level"] in ("nation", "province")] if not as_json else rows
    if as_json:
        print_json(rows)
        return
    if not rows:
        resolve(text)  # refuses, with the nearest names
    heads = (*_heads("name_zh", "say", "name_en", "code", "level", "people"), "")
    cells = tuple(_place_cells(row) for row in rows)
    print_table(Table(word("list", "places"), heads, cells), lefts=5)
    _line(say("list.places_more"))


def _place_cells(row: dict[str, Any]) -> tuple[str, ...]:
    marks = [] if row["is_leaf"] or row["level"] == "nation" else [word("list", "sum_of_parts")]
    marks += [word("list", "own_documents")] if row["documents"] else []
    marks += [word("list", f"boundary_{row['boundary']}")] if row["boundary"] in ("low", "medium") else []
    level = word("level", row["level"])
    return (row["name_zh"], row["say"], row["name_en"], row["code"], level, number(row["pop_2020"]), joined(marks))


def show_policies(as_json: bool, place: str | None, document: str | None = None, own: Sequence[PackFile] = ()) -> None:
    """Instruments by document: all, those of a place or of a document, or of a user's own."""
    catalogue = with_own(tuple(own))
    known = catalogue.instruments(place=resolve(place).code if place else None)
    wanted_documents = {one.id for one in own} if document is None else {catalogue.pack(document).id}
    if wanted_documents:
        known = [row for row in known if row.pack in wanted_documents]
    wanted = {row.full_id for row in known}
    records = [record for record in as_records(catalogue) if record["id"] in wanted]
    if as_json:
        print_json(records)
        return
    groups: dict[str, list[tuple[str, ...]]] = {}
    for row, record in zip(known, records, strict=True):
        sure = word("confidence", row.confidence)
        cells = (row.id, title_of(row), handling(record), word("status", row.status), sure)
        groups.setdefault(row.pack, []).append(cells)
    for name, rows in groups.items():
        heads = _heads("id", "title", "as", "status", "confidence")
        print_table(Table(headed(name, title_of(catalogue.pack(name))), heads, tuple(rows)), lefts=5)
    print_line(say("list.n_policies", n=len(known)))


def _holds(lever: Lever, codes: tuple[str, ...] | None) -> bool:
    return codes is None or not lever.scope or lever.scope in codes


def show_levers(as_json: bool, place: str | None, own: Sequence[PackFile] = ()) -> None:
    """Every lever, those of a place or of a user's documents: its path on a line of its own, then what it is."""
    codes = None if place is None else place_of(place).policy_codes
    documents = {one.id for one in own}
    known = with_own(tuple(own))
    of_payers = sorted(known.payers.items()) if as_json else []
    levers = [one for _, one in (*sorted(known.levers.items()), *of_payers) if _holds(one, codes)]
    if documents:
        levers = [one for one in levers if documents & {owner.partition("/")[0] for owner in one.owners}]
    if as_json:
        keys = ("path", "unit", "default", "low", "high", "side", "kind", "scope", "zh", "en", "basis", "instrument")
        print_json(
            [
                {
                    **{key: getattr(one, key) for key in keys},
                    "choices": list(one.choices),
                    "by_year": one.is_yearly,
                    "computed": one.is_computed,
                    "reads": one.reads,
                }
                for one in levers
            ]
        )
        return
    print_heading(say("list.levers", n=len(levers)))
    for lever in levers:
        path, *more = lever_lines(lever)
        put(path)
        for line in more:
            _line(line)
    _line(say("list.payer_levers"))


def show_instrument(full_id: str, as_json: bool, own: Sequence[PackFile] = ()) -> None:
    """One instrument; an unknown id is bad input, with near names."""
    known = with_own(tuple(own))
    row = known.instrument(full_id)
    record = next(record for record in as_records(known) if record["id"] == row.full_id)
    if as_json:
        print_json(record)
        return
    for line in instrument_lines(row, known):
        _line(line)


def show_found(text: str, as_json: bool) -> None:
    """Variables, levers and instruments that hold a text."""
    found = find(text)
    if as_json:
        print_json([row._asdict() for row in found.rows])
        return
    for line in found.lines():
        _line(line)


def show_doc(name: str) -> None:
    """One variable, lever or instrument in full."""
    for line in doc(name).lines():
        _line(line)
