"""The core's projection of plain arrays, for tests that hold it against the model's text."""

from __future__ import annotations

import numpy as np

from sanhai import _core


def project(
    places, first_year, pop_jan1, Sx, asfr, srb, net_migration=None, *, cap_negative=False, age_width=1, **more
):
    """Every cell of a run of (place, ...) arrays; see sanhai::engine::InputArrays for shapes and units."""
    n_ages = np.shape(pop_jan1)[-1] if np.ndim(pop_jan1) else 0
    n_years = np.shape(Sx)[1] if np.ndim(Sx) > 1 else 0
    axes = _core.Axes(places, first_year, n_years, n_ages, age_width)
    given = {"asfr": asfr, "srb": srb, "net_migration": net_migration, "cap": cap_negative, **more}
    return _core.project(_core.ProjectionInputs(axes=axes, pop_jan1=pop_jan1, Sx=Sx, **given))
