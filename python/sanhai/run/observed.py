"""What was observed of the places of a run, as plain years: what marks and notes rest on."""

from __future__ import annotations

import numpy as np

from sanhai.calibrate.fit import FITTED_YEARS, calibrated, group_of
from sanhai.places.tables import published
from sanhai.run.layout import ALL, Layout
from sanhai.run.output import PlaceFacts

__all__ = ["place_facts"]


def _years(known: object) -> tuple[int, ...]:
    return tuple(year for year, yes in zip(FITTED_YEARS, np.asarray(known), strict=True) if yes)


def place_facts(layout: Layout) -> tuple[PlaceFacts, ...]:
    """By row: years of births, deaths and year-end totals that were solved from the place's own published figures."""
    out = []
    for row in layout.rows:
        if row.code == ALL:
            out.append(PlaceFacts(FITTED_YEARS, {}, False))
            continue
        fit = calibrated(group_of(row.code))
        totals = ~np.isnan(published(row.code, "pop_yearend", FITTED_YEARS))
        known = {"births": fit.births_fitted, "deaths": fit.deaths_fitted, "totals": totals}
        out.append(PlaceFacts(FITTED_YEARS, {name: _years(yes) for name, yes in known.items()}, row.own))
    return tuple(out)
