"""What was observed of the places of a run, as plain years: what marks and notes rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanhai.calibrate.fit import calibrated
from sanhai.places.figures import FAMILIES
from sanhai.run.layout import Layout
from sanhai.run.output import PlaceFacts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["place_facts"]


def _fitted(place: Place) -> tuple[range, dict[str, Sequence[bool] | NDArray[np.bool_]]]:
    """The fitted years, and by kind whether each was solved from the place's own published figure."""
    country = place.within
    if country is not None:
        return place.observed, dict(country.figures(place.code).known(place.observed))
    fit = calibrated(place)
    totals = ~np.isnan(place.evidence.published("pop_yearend", fit.years))
    return fit.years, {"births": fit.births_fitted, "deaths": fit.deaths_fitted, "totals": totals}


def _facts(place: Place, own: bool) -> PlaceFacts:
    fitted_years, known = _fitted(place)
    years = {
        name: tuple(year for year, yes in zip(fitted_years, found, strict=True) if yes) for name, found in known.items()
    }
    return PlaceFacts(place.observed, years, own, _given(place, years))


def _given(place: Place, known: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, ...]]:
    """Years by kind whose figure in use, the last of its count or rate, a user gave: as a figure, or as an example."""
    found: dict[str, list[int]] = {}
    for family, years in known.items():
        rows = {row.year: row for name in FAMILIES[family] for row in place.evidence.of(name) if row.year in years}
        for row in rows.values():
            if row.nature != "published":
                found.setdefault(f"{row.nature} {family}", []).append(row.year)
    return {name: tuple(sorted(years)) for name, years in found.items()}


def place_facts(layout: Layout) -> tuple[PlaceFacts, ...]:
    """By row: years of births, deaths and year-end totals that were solved from the place's own published figures."""
    out = []
    for row, members, place in zip(layout.rows, layout.members, layout.places, strict=True):
        if place is None or place.is_sum_of_own:  # a sum without figures that it was fitted to
            observed = [layout.leaves[member].observed for member in members]
            out.append(PlaceFacts(max(observed, key=len), {}, False))
        else:
            out.append(_facts(place, row.own))
    return tuple(out)
