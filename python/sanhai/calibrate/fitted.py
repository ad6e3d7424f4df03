"""How a start was calibrated: factors by year, and what was published but not fitted to beside the model's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import fit_frame
from sanhai.calibrate.modelled import modelled
from sanhai.places.figures import FITTED_TO

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.places.place import Place

__all__ = ["BIRTHS_UNCERTAIN", "Fit", "fit_of", "misses", "not_fitted"]

BIRTHS_UNCERTAIN = 0.08  # of a province's births in a year without a figure: rms 4.8-6.0 % when earlier years are tried


@dataclass(frozen=True)
class Fit:
    """factors: one row a fitted year. not_fitted: one row a published figure that nothing was fitted to, its model's
    value and the miss in per cent of the published."""

    factors: pd.DataFrame
    not_fitted: pd.DataFrame

    def __repr__(self) -> str:
        return f"{self.factors.to_string()}\n\n{self.not_fitted.to_string(index=False)}"


def fit_of(place: Place) -> Fit:
    """How the start of a place was calibrated."""
    return Fit(_country_frame(place) if place.within is not None else fit_frame(place), not_fitted(place))


def _country_frame(place: Place) -> pd.DataFrame:
    """By year: the place's factors on the nation's rates, its flows, the migration factor of its group, what is fitted.

    `status`: fitted where the year has figures of the place, `shared` where it has those of a place above, `estimated`
    where only the nation's.
    """
    import pandas as pd

    path = country_fit(place.root)
    country, years = path.country, path.fitted
    mortality, fertility = path.scales(place.code, years[-1])
    sums = path.sums(place.code)
    group = place.group.code
    fitted, known = country.figures(place.code).known(years), path.known(place.code)
    any_own = np.any(list(fitted.values()), axis=0)
    n = len(years)
    return pd.DataFrame(
        {
            "mortality_scale": mortality,
            "fertility_scale": fertility,
            "pop_jan1": sums["pop_jan1"][:n],
            "births": sums["births"][:n],
            "deaths": sums["deaths"][:n],
            "net_migration": sums["net_migration"][:n],
            "group": group,
            "migration_factor": np.asarray(path.fit.pull)[path.group_codes.index(group)],
            "births_fitted": fitted["births"],
            "deaths_fitted": fitted["deaths"],
            "people_fitted": fitted["totals"],
            "status": np.where(any_own, "fitted", np.where(known, "shared", "estimated")),
        },
        index=pd.Index(years, name="year"),
    )


Miss = tuple[str, int, str, str, float, float, float, str]
MISS = ("variable", "year", "sex", "age", "published", "model", "miss_percent", "source")


def misses(place: Place) -> list[Miss]:
    """MISS of figures that nothing was fitted to, in the order of the evidence."""
    fitted = _fitted_keys(place)
    found: list[Miss] = []
    for row in place.evidence:
        if row.year not in place.observed or (row.variable, row.year, row.sex, row.age) in fitted:
            continue
        value = modelled(place).value(row)
        if not np.isnan(value) and row.value > 0.0:
            miss = 100.0 * (value / row.value - 1.0)
            found.append((row.variable, row.year, row.sex, row.age, row.value, value, miss, row.source))
    return found


def not_fitted(place: Place) -> pd.DataFrame:
    """The columns MISS of figures that nothing was fitted to."""
    import pandas as pd

    return pd.DataFrame(misses(place), columns=list(MISS))


def _fitted_keys(place: Place) -> set[tuple[str, int, str, str]]:
    country = place.within
    figures = place.evidence if country is None else country.figures(place.code)
    rows = (row for row in figures if row.variable in FITTED_TO and row.confidence != "low" and row.sex == "both")
    return {(row.variable, row.year, row.sex, row.age) for row in rows}
