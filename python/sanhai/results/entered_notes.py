"""What a user entered of the places of a run, as notes: figures in use, and examples, which stand for no fact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sanhai.errors import LANGUAGES
from sanhai.places.figures import ENTERED, EXAMPLE, OWN
from sanhai.results.info import Note

if TYPE_CHECKING:
    from sanhai.places.place import Place
    from sanhai.run.output import Output

__all__ = ["entered_notes"]


def entered_notes(output: Output) -> Iterator[Note]:
    """Places with the same kinds of figures share a note."""
    places = [place for place in output.layout.places if place is not None]
    for values in _alike(places, [name for name in OWN if name != EXAMPLE]):
        yield Note("figures.entered", output.layout.codes[0], (), values)
    for values in _alike(places, [EXAMPLE]):
        yield Note("figures.example", output.layout.codes[0], (), values)


def _alike(places: Sequence[Place], methods: Sequence[str]) -> list[dict[str, Any]]:
    """Years by variable of the figures of some methods, their sources, and the names of the places that have them."""
    found: dict[str, tuple[dict[str, Any], list[Place]]] = {}
    for place in places:
        rows = [row for row in place.evidence if row.method in methods]
        years: dict[str, list[int]] = {}
        for row in rows:
            years[row.variable] = sorted({*years.get(row.variable, ()), row.year})
        sources = [one for one in dict.fromkeys(row.source for row in rows) if one not in ("", ENTERED)]
        if rows:
            values = {"variables": years, "sources": sources}
            found.setdefault(repr(values), (values, []))[1].append(place)
    return [
        {**values, **{f"names_{lang}": [place.name(lang) for place in same] for lang in LANGUAGES}}
        for values, same in found.values()
    ]
