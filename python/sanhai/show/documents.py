"""A lever and an instrument in words, line by line: what lists, the command line and `sh.doc` print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sanhai.errors import language
from sanhai.places.catalogue import all_places
from sanhai.policy.payer_levers import payer_levels, payer_path, providers_of
from sanhai.policy.payers import leaves_of
from sanhai.policy.records import as_records
from sanhai.show.format import mark_of
from sanhai.show.numbers import number
from sanhai.show.words import headed, in_paren, joined, say, word

if TYPE_CHECKING:
    from sanhai.policy.catalogue import Catalogue
    from sanhai.policy.levers import Lever
    from sanhai.policy.schema import Amount, Component, Instrument

__all__ = ["handling", "instrument_lines", "lever_lines", "title_of"]


def title_of(row: Any, name: str = "title") -> str:
    """A pair such as title_zh, title_en in the language of the moment."""
    return str(getattr(row, f"{name}_{language()}"))


def handling(record: dict[str, Any]) -> str:
    """How an instrument is carried, and whether anything computes it."""
    return word("carried", record["carried"] if record["computed"] else "not_computed")


def _default(lever: Lever) -> str:
    if lever.default is None:
        return word("list", "no_default")
    return f"{lever.default:g}" if isinstance(lever.default, float | int) else lever.default


def _allowed(lever: Lever) -> str:
    return joined(lever.choices) if lever.choices else say("list.bounds", low=lever.low, high=lever.high)


def lever_lines(lever: Lever) -> list[str]:
    unit = "" if lever.choices else f" [{word('lever_unit', lever.unit)}]"
    sides = [word("list", f"{lever.side}_side"), word("list", lever.form)]
    sides += [] if lever.is_computed else [word("carried", "not_computed")]
    what = lever.zh if language() == "zh" else lever.en
    values = say("list.lever", default=_default(lever), allowed=_allowed(lever), unit=unit, sides=sides)
    return [lever.path, f"    {what}", f"    {values}"]


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
        ("handling", in_paren(handling(record), why)),
        ("confidence", in_paren(word("confidence", row.confidence), row.confidence_note)),
        ("rows", joined(row.rows)),
        ("answer", joined(record["answer"])),
        ("note", title_of(row, "note")),
        ("source", " ".join(filter(None, (row.source, row.url)))),
    ]


def _components(row: Instrument) -> Iterator[str]:
    for component in row.components:
        title = f"{row.full_id}/{component.id} {title_of(component)}".rstrip()
        how = joined([word("stock", component.count.stock), word("timing", component.timing.rule)])
        yield f"  {headed(title, how)}"
        for amount in component.amounts:
            yield f"    {_amount_text(component, amount)}"
        for line in _payer_lines(component):
            yield f"    {headed(word('list', 'paid_by'), line)}"
        paths = [payer_path(f"{row.full_id}/{component.id}", "*", one) for one in ("", *providers_of(component))]
        yield f"    {headed(word('list', 'set_payers'), in_paren(joined(paths), joined(payer_levels(component))))}"
        if component.take_up != 1.0:
            yield f"    {headed(word('list', 'take_up'), str(component.take_up))}"


def instrument_lines(row: Instrument, known: Catalogue) -> Iterator[str]:
    """One instrument: what it says, its components, who pays, what the product does with it."""
    record = next(record for record in as_records(known) if record["id"] == row.full_id)
    yield f"{row.full_id}  {row.title_zh} / {row.title_en}"
    for head, value in _facts(row, record, known):
        if value:
            yield f"  {headed(word('list', head), value)}"
    for target in row.targets:
        said = title_of(target, "what") + ("" if target.value is None else f" {number(target.value, 2)} {target.unit}")
        said = in_paren(said, "" if target.bound == "exact" else word("bound", target.bound))
        said = said if target.by is None else say("list.by_year", said=said, year=target.by)
        yield f"  {headed(word('list', 'target'), said)}"
    for figure in row.figures:
        said = f"{title_of(figure, 'what')} {figure.value:,g} {figure.unit}"
        yield f"  {headed(word('list', 'figure'), said)}"
    for one in row.levers:
        yield f"  {headed(word('list', 'parameter'), f'{one.path} [{one.unit}] ' + title_of(one, 'what'))}"
    yield from _components(row)
