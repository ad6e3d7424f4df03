"""Where the figures and rules of a run come from, as notes: citations, documents, and how recent they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sanhai.errors import LANGUAGES
from sanhai.places.figures import FITTED_TO
from sanhai.results.info import Note

if TYPE_CHECKING:
    from sanhai.places.figures import Source
    from sanhai.places.place import Place
    from sanhai.run.layout import Layout
    from sanhai.run.output import Output

__all__ = ["source_notes"]

USED = (*FITTED_TO, "birth_order_share")
SHIPPED_LEVERS = "levers"  # the pack of levers that nobody has pulled yet is no document


def _fitted_to(place: Place) -> list[str]:
    """Sources of the figures of a place that its observed years were fitted to."""
    rows = [row for name in USED for row in place.evidence.of(name) if row.sex == "both" and row.year in place.observed]
    return list(dict.fromkeys(row.source for row in rows))


def _behind(layout: Layout) -> list[Place]:
    """The places shown and those above them, the nearest first: a part of a country is fitted to figures of all."""
    shown = [(row, place) for row, place in zip(layout.rows, layout.places, strict=True) if place is not None]
    below = [place for row, place in shown if row.role != "above"]
    found = {place.code: place for place in below}
    for place in (*(above for one in below for above in reversed(one.lineage)), *(place for _, place in shown)):
        found.setdefault(place.code, place)
    return list(found.values())


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
    places = _behind(layout)
    main, standard = layout.codes[0], places[0].standard.sources
    latest: dict[str, str] = {}
    names: dict[str, list[str]] = {f"names_{lang}": [] for lang in LANGUAGES}
    for place in places:
        used = set(_fitted_to(place))
        rows = [row for row in place.evidence if row.source in used and row.year in place.observed]
        dates = [row.date for row in rows if row.is_published]
        if dates:
            latest[place.code] = max(dates)
            for lang in LANGUAGES:
                names[f"names_{lang}"].append(place.name(lang))
    census, rates = layout.leaves[0].base.date, standard[-1].date if standard else ""
    yield Note("vintage", main, (), {"census": census, "latest": latest, **names, "standard": rates})
    for code, one in _cited(places):
        yield Note("source.figure", code, (), {"citation": one.citation, "date": one.date, "id": one.id})
    around = {above.code for above in (layout.places[0] or layout.leaves[0]).lineage}
    own = {one.id for one in output.scenarios[0].own}
    added = [name for one in output.scenarios[1:] for name in one.packs if name in own]
    for name in dict.fromkeys([*output.scenarios[0].packs, *added]):
        document = output.scenarios[0].catalogue.pack(name)
        if name == SHIPPED_LEVERS or (document.place not in around and name not in own):
            continue
        issued = "" if document.issued is None else str(document.issued)
        titles = {"document_zh": document.document, "document_en": document.title_en}
        yield Note("source.document", document.place, (), {"id": name, **titles, "issued": issued})
