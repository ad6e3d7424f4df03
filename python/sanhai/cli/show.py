"""`sanhai places` and `sanhai policies`: what the package knows, as tables or JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sanhai.cli.streams import print_heading, print_json, print_line, print_table, put
from sanhai.errors import language
from sanhai.places.catalogue import all_places, resolve
from sanhai.places.catalogue import place as place_of
from sanhai.places.listing import found
from sanhai.policy.catalogue import Catalogue, with_own
from sanhai.policy.levers import Lever
from sanhai.policy.payers import leaves_of
from sanhai.policy.records import as_records
from sanhai.show.format import mark_of
from sanhai.show.layout import Table
from sanhai.show.numbers import number
from sanhai.show.words import headed, in_paren, joined, say, word

if TYPE_CHECKING:
    from sanhai.policy.pack_file import PackFile
    from sanhai.policy.schema import Amount, Component, Instrument

__all__ = ["show_instrument", "show_levers", "show_places", "show_policies"]


def _title(row: Any, name: str = "title") -> str:
    """A pair such as title_zh, title_en in the language of the moment."""
    return str(getattr(row, f"{name}_{language()}"))


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


def _handling(record: dict[str, Any]) -> str:
    """How an instrument is carried, and whether anything computes it."""
    return word("carried", record["carried"] if record["computed"] else "not_computed")


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
        cells = (row.id, _title(row), _handling(record), word("status", row.status), sure)
        groups.setdefault(row.pack, []).append(cells)
    for name, rows in groups.items():
        heads = _heads("id", "title", "as", "status", "confidence")
        print_table(Table(headed(name, _title(catalogue.pack(name))), heads, tuple(rows)), lefts=5)
    print_line(say("list.n_policies", n=len(known)))


def _default(lever: Lever) -> str:
    if lever.default is None:
        return word("list", "no_default")
    return f"{lever.default:g}" if isinstance(lever.default, float | int) else lever.default


def _allowed(lever: Lever) -> str:
    return joined(lever.choices) if lever.choices else say("list.bounds", low=lever.low, high=lever.high)


def _lever_lines(lever: Lever) -> list[str]:
    unit = "" if lever.choices else f" [{word('lever_unit', lever.unit)}]"
    sides = [word("list", f"{lever.side}_side"), word("list", lever.form)]
    sides += [] if lever.is_computed else [word("carried", "not_computed")]
    what = lever.zh if language() == "zh" else lever.en
    values = say("list.lever", default=_default(lever), allowed=_allowed(lever), unit=unit, sides=sides)
    return [lever.path, f"    {what}", f"    {values}"]


def _holds(lever: Lever, codes: tuple[str, ...] | None) -> bool:
    return codes is None or not lever.scope or lever.scope in codes


def show_levers(as_json: bool, place: str | None, own: Sequence[PackFile] = ()) -> None:
    """Every lever, those of a place or of a user's documents: its path on a line of its own, then what it is."""
    codes = None if place is None else place_of(place).policy_codes
    documents = {one.id for one in own}
    levers = [one for _, one in sorted(with_own(tuple(own)).levers.items()) if _holds(one, codes)]
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
        path, *more = _lever_lines(lever)
        put(path)
        for line in more:
            _line(line)


def _amount_text(component: Component, amount: Amount) -> str:
    if isinstance(amount.yuan, float):
        said = say("list.yuan", yuan=amount.yuan)
    elif amount.yuan is not None:
        said = headed(word("list", "parameter"), amount.yuan)
    else:
        said = " x ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in (amount.rate, amount.of))
    which = [say("list.from", value=amount.valid_from)] if amount.valid_from is not None else []
    which += [say("list.order", value=one) for one in amount.orders or ()]
    which += [say("list.age", value=amount.ages[0])] if amount.ages is not None else []
    which += [word("nursery_type", one) for one in amount.types or ()]
    which += [word("bound", amount.bound)] if amount.bound != "exact" else []
    return in_paren(say("list.per", said=said, per=word("per", component.per)), joined(which))


def _band_places(codes: tuple[str, ...] | None) -> str:
    known = all_places()
    if codes is None:
        return word("list", "everywhere")
    return joined([known[code].name(language()) if code in known else code for code in codes])


def _share_text(level: str, share: float | str) -> str:
    said = say("list.share", share=share) if isinstance(share, float) else _open_share(share)
    return f"{word('payer', level)} {said}"


def _open_share(share: str) -> str:
    """A share that is no number: what is left, unknown, or a lever."""
    return word("list", f"{share}_share") if share in ("rest", "unknown") else share


def _payer_lines(component: Component) -> list[str]:
    return [
        headed(
            _band_places(band.places),
            in_paren(
                joined([_share_text(level, share) for level, share in leaves_of(band.shares)])
                + mark_of(band.confidence),
                band.note,
            ),
        )
        for band in component.payers
    ]


def _facts(row: Instrument, record: dict[str, Any], known: Catalogue) -> list[tuple[str, Any]]:
    place = all_places().get(row.place)
    why = record["why"]
    return [
        ("document", known.pack(row.pack).document),
        ("article", row.article),
        ("place", row.place if place is None else place.name(language())),
        ("kind", word("kind", row.kind)),
        ("status", word("status", row.status)),
        ("dates", " - ".join(str(day) for day in (row.valid_from, row.valid_to) if isinstance(day, dt.date))),
        ("handling", in_paren(_handling(record), why)),
        ("confidence", in_paren(word("confidence", row.confidence), row.confidence_note)),
        ("rows", joined(row.rows)),
        ("answer", joined(record["answer"])),
        ("note", _title(row, "note")),
        ("source", " ".join(filter(None, (row.source, row.url)))),
    ]


def _components(row: Instrument) -> None:
    for component in row.components:
        title = f"{row.full_id}/{component.id} {_title(component)}".rstrip()
        how = joined([word("stock", component.count.stock), word("timing", component.timing.rule)])
        _line(f"  {headed(title, how)}")
        for amount in component.amounts:
            _line(f"    {_amount_text(component, amount)}")
        for line in _payer_lines(component):
            _line(f"    {headed(word('list', 'paid_by'), line)}")
        if component.take_up != 1.0:
            _line(f"    {headed(word('list', 'take_up'), str(component.take_up))}")


def show_instrument(full_id: str, as_json: bool, own: Sequence[PackFile] = ()) -> None:
    """One instrument; an unknown id is bad input, with near names."""
    known = with_own(tuple(own))
    row = known.instrument(full_id)
    record = next(record for record in as_records(known) if record["id"] == row.full_id)
    if as_json:
        print_json(record)
        return
    _line(f"{row.full_id}  {row.title_zh} / {row.title_en}")
    for head, value in _facts(row, record, known):
        if value:
            _line(f"  {headed(word('list', head), value)}")
    for target in row.targets:
        said = _title(target, "what") + ("" if target.value is None else f" {number(target.value, 2)} {target.unit}")
        said = in_paren(said, "" if target.bound == "exact" else word("bound", target.bound))
        said = said if target.by is None else say("list.by_year", said=said, year=target.by)
        _line(f"  {headed(word('list', 'target'), said)}")
    for figure in row.figures:
        said = f"{_title(figure, 'what')} {figure.value:,g} {figure.unit}"
        _line(f"  {headed(word('list', 'figure'), said)}")
    for one in row.levers:
        _line(f"  {headed(word('list', 'parameter'), f'{one.path} [{one.unit}] ' + _title(one, 'what'))}")
    _components(row)
