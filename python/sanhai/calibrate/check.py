"""Problems of a place: what is missing, what does not add up, what the fit finds odd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import calibrated

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["problems"]

Problem = tuple[str, str, int | None, str, str]


def problems(place: Place) -> pd.DataFrame:
    """Level, field, year, what was found, what to do: one row a problem."""
    import pandas as pd

    found = [*_check_census(place), *_check_published(place), *_check_fit(place)]
    return pd.DataFrame(found, columns=["level", "field", "year", "problem", "remedy"])


def _check_census(place: Place) -> list[Problem]:
    found: list[Problem] = []
    year, whole = place.base.year, place.base.total()
    total = sum(leaf.base.total() for leaf in place.leaves)
    if total != whole:
        said = f"parts sum to {total:,.0f}, the place has {whole:,.0f}"
        found.append(("error", "pop_census", year, said, "check the boundaries"))
    if place.earlier is None and place.parent is not None:
        remedy = "migration ages come from the area it was carved from"
        found.append(("note", "pop_census", year - 10, f"no census of {year - 10} for these boundaries", remedy))
    return found


def _check_published(place: Place) -> list[Problem]:
    found: list[Problem] = []
    years, published = place.observed, place.evidence.published
    for field, rate in (("births", "cbr"), ("deaths", "cdr"), ("pop_yearend", None)):
        counts = published(field, years)
        rates = published(rate, years) if rate else np.full(len(years), np.nan)
        missing = [year for year, a, b in zip(years, counts, rates, strict=True) if np.isnan(a) and np.isnan(b)]
        if missing:
            said = f"not published for {', '.join(map(str, missing))}: estimated, and labelled so"
            found.append(("note", field, missing[0], said, "enter the figure when you have it"))
    return found


def _residual_share(place: Place) -> tuple[range, NDArray[np.float64]]:
    """The fitted years, and (year) net migrants without their sign over the people at the start."""
    if place.within is not None:
        path = country_fit(place.root)
        sums, n = path.sums(place.code), len(path.fitted)
        return path.fitted, np.abs(sums["net_migration"][:n]) / sums["pop_jan1"][:n]
    fit = calibrated(place)
    return fit.years, np.abs(fit.residual.sum(axis=0)) / fit.stock.sum(axis=0)[:-1]


def _check_fit(place: Place) -> list[Problem]:
    years, share = _residual_share(place)
    return [
        (
            "warning",
            "net_migration",
            year,
            f"the residual is {value:.1%} of the population: migration, and errors of both ends",
            "compare with the place's own migration figures",
        )
        for year, value in zip(years, share, strict=True)
        if value > 0.01
    ]
