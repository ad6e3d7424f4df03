"""A place as run, year by year, to set beside figures: people by sex and age, births, deaths, rates, e0."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.path import baseline
from sanhai.places.ages import age_label
from sanhai.places.base import N_AGES
from sanhai.places.figures import SEXES, Figure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["AS_PUBLISHED", "Model", "modelled"]

AS_PUBLISHED = "_published"  # a variable's name when its figure is kept to compare, not to fit
NONE = float("nan")
SHARE = "share_age_yearend"
# Where in its year a stock stands: 0 at its start, 1 at its end, a half between.
STOCKS = {"pop_jan1": 0.0, "pop_midyear": 0.5, "pop_yearend": 1.0, "pop_yearend_age": 1.0, SHARE: 1.0}
DAYS = {"01-01": 0.0, "06-30": 0.5, "07-01": 0.5, "12-31": 1.0}  # of a stock `pop`


@dataclass(frozen=True)
class Model:
    """The years of a place as run, all leaves together."""

    years: range
    pop: NDArray[np.float64]  # (year + 1, sex, age) persons on 1 January
    births: NDArray[np.float64]  # (year, sex)
    deaths: NDArray[np.float64]  # (year, sex, age)
    net: NDArray[np.float64]  # (year, sex, age) net migrants
    asfr: NDArray[np.float64]  # (year, age) births per woman, leaves weighted by their women
    mx: NDArray[np.float64]  # (year, sex, age), leaves weighted by their people

    def value(self, row: Figure) -> float:
        """The model's value of a figure; NaN where it has none: another year, day, sex or age."""
        name = row.variable.removesuffix(AS_PUBLISHED)
        when = DAYS.get(row.date[5:]) if name == "pop" else STOCKS.get(name)
        cells = _cells(row)
        if cells is None or row.year not in (*self.years, *([self.years.stop] if when == 0.0 else [])):
            return NONE
        t = row.year - self.years.start
        if when is not None:
            stock = self.pop[t] if when == 0.0 else (1.0 - when) * self.pop[t] + when * self.pop[t + 1]
            people = float(stock[cells].sum())
            return people / float(stock[cells[0]].sum()) if name == SHARE else people
        if row.age == "all" and name in ("deaths", "net_migration"):  # the engine's ages are those on 1 January
            return float((self.deaths if name == "deaths" else self.net)[t][cells].sum())
        if row.age != "all":
            return self._of_age(t, name, row)
        return self._of_all(t, name, row.sex)

    def _of_age(self, t: int, name: str, row: Figure) -> float:
        """A rate at a single age."""
        first, last = age_label(row.age) or (0, None)
        if first != last:
            return NONE
        if name == "mx" and row.sex in SEXES:
            return float(self.mx[t, SEXES.index(row.sex), first])
        return float(self.asfr[t, first]) if name == "asfr" and row.sex != "male" else NONE

    def _of_all(self, t: int, name: str, sex: str) -> float:
        which = slice(None) if sex == "both" else slice(SEXES.index(sex), SEXES.index(sex) + 1)
        share = self.births[t, which] / self.births[t, which].sum()
        both = {
            "cbr": lambda: self.births[t].sum() / self._middle(t),
            "cdr": lambda: self.deaths[t].sum() / self._middle(t),
            "nmr": lambda: self.net[t].sum() / self._middle(t),
            "tfr": lambda: self.asfr[t].sum(),
            "srb": lambda: self.births[t, 0] / self.births[t, 1],
        }
        by_sex = {
            "births": lambda: self.births[t, which].sum(),
            "e0": lambda: share @ np.asarray(_bridge.e0_from_mx(self.mx[t]))[which],
            "imr": lambda: share @ np.array([_infant(self.mx[t, s], s) for s in range(len(SEXES))])[which],
        }
        known = by_sex | (both if sex == "both" else {})
        return float(known[name]()) if name in known else NONE

    def _middle(self, t: int) -> float:
        return float((self.pop[t].sum() + self.pop[t + 1].sum()) / 2.0)


def _infant(mx: NDArray[np.float64], sex: int) -> float:
    widths = [*([1.0] * (len(mx) - 1)), np.inf]
    return float(_bridge.life_table(mx, sex == SEXES.index("female"), widths)["qx"][0])


def _cells(row: Figure) -> tuple[slice, slice] | None:
    """Where its sex and ages stand; None for what is neither, and for what parts the ages of 100 and over."""
    if row.sex not in (*SEXES, "both"):
        return None
    sex = slice(None) if row.sex == "both" else slice(SEXES.index(row.sex), SEXES.index(row.sex) + 1)
    first, last = (0, None) if row.age == "all" else age_label(row.age) or (N_AGES, None)
    if first >= N_AGES or (last is not None and last >= N_AGES - 1):
        return None
    return sex, slice(first, None if last is None else last + 1)


@lru_cache(maxsize=64)
def modelled(place: Place, last: int | None = None) -> Model:
    """The place to `last`, its last observed year unless given. Run once for equal places: every run notes misses."""
    base = baseline(place.leaves, place.observed[-1] if last is None else last)
    run = _bridge.project(base.inputs())
    pop = np.asarray(run.pop_jan1)
    weight = np.maximum(pop[:, :-1], np.finfo(float).tiny)
    women = np.maximum((pop[:, :-1, 1] + pop[:, 1:, 1]) / 2.0, np.finfo(float).tiny)
    return Model(
        years=base.years,
        pop=pop.sum(axis=0),
        births=np.asarray(run.births_by_sex).sum(axis=0),
        deaths=np.asarray(run.deaths).sum(axis=0),
        net=np.asarray(run.net_migration).sum(axis=0),
        asfr=(base.asfr_total * women).sum(axis=0) / women.sum(axis=0),
        mx=(base.mx * weight).sum(axis=0) / weight.sum(axis=0),
    )
