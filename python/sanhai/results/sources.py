"""Where the figures and rules of a run come from, as notes: citations, documents, and how recent they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sanhai.places.figures import FITTED_TO
from sanhai.policy.catalogue import pack
from sanhai.results.info import Note

if TYPE_CHECKING:
    from sanhai.places.figures import Source
    from sanhai.places.place import Place
    from sanhai.run.output import Output

__all__ = ["source_notes"]

USED = (*FITTED_TO, "birth_order_share")
SHIPPED_LEVERS = "levers"  # the pack of levers that nobody has pulled yet is no document


def _fitted_to(place: Place) -> list[str]:
    """Sources of the figures of a place that its observed years were fitted to."""
    rows = [row for name in USED for row in place.evidence.of(name) if row.sex == "both" and row.year in place.observed]
    return list(dict.fromkeys(row.source for row in rows))


def _cited(places: list[Place]) -> list[tuple[str, Source]]:
    """(place, source) of every source once: censuses, figures by place, the standard."""
    known = {one.id: one for place in places for above in place.lineage for one in above.evidence.sources}
    standard = places[0].standard.sources
    known |= {one.id: one for one in standard}
    named = [(place.code, place.base.source) for place in places]
    named += [(place.code, source) for place in places for source in _fitted_to(place)]
    named += [(places[0].root.code, one.id) for one in standard]
    first: dict[str, str] = {}
    for code, source in named:
        first.setdefault(source, code)
    return [(code, known[source]) for source, code in first.items() if source in known]


def source_notes(output: Output) -> Iterator[Note]:
    """`vintage`, then every source of figures, then every document in use around the place."""
    layout = output.layout
    places = [place for place in layout.places if place is not None]
    main, standard = layout.codes[0], places[0].standard.sources
    latest = {}
    for place in places:
        used = set(_fitted_to(place))
        dates = [row.date for row in place.evidence if row.source in used and row.year in place.observed]
        if dates:
            latest[place.code] = max(dates)
    census, rates = layout.leaves[0].base.date, standard[-1].date if standard else ""
    yield Note("vintage", main, (), {"census": census, "latest": latest, "standard": rates})
    for code, one in _cited(places):
        yield Note("source.figure", code, (), {"citation": one.citation, "date": one.date, "id": one.id})
    around = {above.code for above in (layout.places[0] or layout.leaves[0]).lineage}
    for name in output.scenarios[0].packs:
        document = pack(name)
        if name == SHIPPED_LEVERS or document.place not in around:
            continue
        issued = "" if document.issued is None else str(document.issued)
        titles = {"document_zh": document.document, "document_en": document.title_en}
        yield Note("source.document", document.place, (), {"id": name, **titles, "issued": issued})
