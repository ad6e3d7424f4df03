"""Notes on money: what it counts, what was judged, what is left out, and how it compares with what was reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.policy.bill import unit_amounts
from sanhai.policy.catalogue import Catalogue
from sanhai.policy.paying import has_set_payers
from sanhai.policy.reading import Reading
from sanhai.policy.schema import COUNTED_BY_USERS, Component
from sanhai.policy.terms import lag, payable, terms
from sanhai.results.info import Note

if TYPE_CHECKING:
    from sanhai.run.output import Money, Output

__all__ = ["money_notes"]

ALLOWANCE, OUTTURN = "national/child-allowance", "national/child-allowance-outturn"
OUTTURN_YEAR = 2025
UNSPLIT = "local_unsplit"
JUDGEMENT = "judgement"  # how the note of a share that no document names begins


def money_notes(output: Output, shown: range) -> list[Note]:
    """Notes on the bill of the first scenario."""
    money, main = output.points[0].money, output.layout.codes[0]
    reading = Reading(output.scenarios[0])
    found: list[Note] = []
    if money.lines:
        found.append(Note("money.take_up", main))
    if any(
        payer == UNSPLIT and np.any(cost) for (_, payer), cost in zip(money.pairs, money.arrays["cost"], strict=True)
    ):
        found.append(Note("money.unsplit", main, (), {"payer": UNSPLIT}))
    found += _lags(output, reading, shown)
    found += _judged(output, reading)
    found += _outturn(output, reading.catalogue, money, shown)
    billed = [reading.catalogue.instrument(line.instrument).component(line.component) for line in money.lines]
    if any(one.eligible.registration == "registered" for one in billed):
        found.append(
            Note("money.registered", main, (), {"ratio": reading.of_year("registered.ratio", None, shown[-1])})
        )
    return [*found, *_left_out(output, reading, shown)]


def _lags(output: Output, reading: Reading, shown: range) -> Iterator[Note]:
    """What part of a component's money is paid in the year after, by the years from which it holds."""
    known = {output.points[0].money.lines[output.points[0].money.pairs[at][0]].id for at in output.points[0].money.lagged}
    leaf = output.layout.leaves[0]
    for term in payable(reading, leaf).values():
        if term.id not in known:
            continue
        lags = {year: lag(reading, leaf, term, year) for year in shown if term.in_force(year)}
        begun = [[year, share] for year, share in lags.items() if share != lags.get(year - 1)]
        title = {f"title_{lang}": getattr(term.instrument, f"title_{lang}") for lang in ("zh", "en")}
        yield Note("money.lag", output.layout.codes[0], (), {"component": term.id, "lags": begun, **title})


def _judged(output: Output, reading: Reading) -> Iterator[Note]:
    """Places whose shares a document in use does not name: one note a place and document."""
    seen: set[tuple[str, str]] = set()
    for place in [one for one in output.layout.places if one is not None]:
        for term in terms(reading, place):
            one = term.instrument
            bands = term.component.bands_at(place.policy_codes, dt.date(output.years[-1], 12, 31))
            band = next((one for one in bands if place.code in (one.places or ())), None)
            if band is None or not band.note.startswith(JUDGEMENT):
                continue
            if (place.code, one.pack) in seen or has_set_payers(reading, term):
                continue
            seen.add((place.code, one.pack))
            document = reading.catalogue.pack(one.pack)
            values = {
                "instrument": one.full_id,
                "document_zh": document.title_zh,
                "document_en": document.title_en,
                "article": one.article or "",
                "shares": {level: share for level, share in band.shares.items() if isinstance(share, float)},
            }
            yield Note("money.shares_judged", place.code, (), values)


def _outturn(output: Output, known: Catalogue, money: Money, shown: range) -> Iterator[Note]:
    """The computed allowance of the nation against what was reported to have been paid."""
    roots = [row for row, one in enumerate(output.layout.rows) if not one.parent]
    if OUTTURN_YEAR not in shown or not roots or known.instrument(OUTTURN).place != output.layout.codes[roots[0]]:
        return
    row, column = roots[0], output.years.index(OUTTURN_YEAR)
    lines = [index for index, line in enumerate(money.lines) if line.instrument == ALLOWANCE]
    if not lines:
        return
    paid = sum(
        float(money.arrays["cost"][k, row, column, 0]) for k, (line, _) in enumerate(money.pairs) if line in lines
    )
    full = sum(
        float(money.arrays["liability"][k, row, column, 0]) for k, (line, _) in enumerate(money.sides) if line in lines
    )
    figures = {figure.variable: figure.value for figure in known.instrument(OUTTURN).figures}
    values = {
        "instrument": ALLOWANCE,
        "paid": paid,
        "full": full,
        "outturn": figures["outturn_yuan"],
        "outturn_central": figures["outturn_central_yuan"],
    }
    yield Note("money.outturn", output.layout.codes[row], (OUTTURN_YEAR,), values)


def _left_out(output: Output, reading: Reading, shown: range) -> Iterator[Note]:
    """Components without a count, and the amounts that the place's own documents give for them."""
    left, main, known = output.facts[0].not_costed, output.layout.codes[0], reading.catalogue
    if not left:
        return
    yield Note("money.not_costed", main, (), {"components": list(left)})
    year = min(max(shown[0], output.places[0].observed.stop - 1), shown[-1])
    place = output.layout.places[0] or output.layout.leaves[0]
    rows = [row for row in unit_amounts(reading, place, year) if _is_counted_by_users(known, row, left)]
    by_document: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        document = known.instrument(str(row["instrument"])).pack
        if known.pack(document).place == main:
            by_document.setdefault(document, []).append(row)
    for document, own in by_document.items():
        ids = list(dict.fromkeys(str(row["instrument"]) for row in own))
        values = {
            "instruments": ids,
            "document_zh": known.pack(document).title_zh,
            "document_en": known.pack(document).title_en,
            "articles": [one for one in dict.fromkeys(known.instrument(one).article for one in ids) if one],
            "amounts": [_amount(known, row) for row in own],
        }
        yield Note("money.unit_amounts", main, (year,), values)


def _is_counted_by_users(known: Catalogue, row: dict[str, Any], left: tuple[str, ...]) -> bool:
    name = f"{row['instrument']}/{row['component']}"
    return name in left and _component(known, row).count.stock in COUNTED_BY_USERS


def _component(known: Catalogue, row: dict[str, Any]) -> Component:
    return known.instrument(str(row["instrument"])).component(str(row["component"]))


def _amount(known: Catalogue, row: dict[str, Any]) -> dict[str, Any]:
    component = _component(known, row)
    titles = {"title_zh": component.title_zh, "title_en": component.title_en}
    return {key: row[key] for key in ("instrument", "component", "per", "yuan", "rate")} | titles
