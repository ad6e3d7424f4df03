"""Women by parity of a place: rebuilt, never observed. PARITY.md says how, and where it is weak."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import CACHED, calibrated, read_only
from sanhai.errors import ConfigError, refuse
from sanhai.places.base import CENSUS_LOWER
from sanhai.places.standard import PARITY_AGES as AGES
from sanhai.places.standard import GivenParity, ParityHistory

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = [
    "AGES",
    "CONFIDENCE",
    "ParityReport",
    "ParityStart",
    "fertility_of",
    "history_of",
    "misses",
    "parity_of",
    "parity_path",
    "reconstruction",
    "relative_hazards",
]

CONFIDENCE = "estimated"
FEWEST_WOMEN = 5000.0
SHAPES = ("s2_early", "s2_late", "q2", "s3_early", "s3_late", "q3")  # of the core, in the order of the history's
MEASURES = {
    "ccfr1": ("cohort_order", 1),
    "childless": ("childless", 0),
    "cohort_third_of_higher": ("cohort_third_of_higher", 0),
    "mac1": ("mac1", 0),
    "order_share1": ("order_share", 1),
    "order_share2": ("order_share", 2),
    "order_share3": ("order_share", 3),
    "ppr1": ("ppr1", 0),
    "third_of_higher": ("third_of_higher", 0),
}


def history_of(place: Place) -> ParityHistory:
    """The past from which women by parity are rebuilt. ConfigError when the standard of the place has none."""
    if isinstance(history := place.standard.parity, ParityHistory):
        return history
    raise refuse(ConfigError, "parity.no_history", where=f"place {place.code}")


@lru_cache(maxsize=8)
def reconstruction(history: ParityHistory) -> _bridge.ParityNation:
    """Women by parity of the standard's population over the years of its history."""
    parameters = _bridge.ParityParameters()
    parameters.knots, parameters.log_b2, parameters.log_b3 = list(history.knots), history.log_b2, history.log_b3
    for name, value in zip(SHAPES, history.shape, strict=True):
        setattr(parameters, name, float(value))
    return _bridge.ParityNation(history.years[0], history.asfr, history.women, parameters)


@lru_cache(maxsize=8)
def _misses(history: ParityHistory) -> pd.DataFrame:
    import pandas as pd

    found = []
    for aim in history.aims:
        measure, order = MEASURES[aim.figure]
        fitted = reconstruction(history).measure(measure, aim.year, order, 0 if aim.age == "all" else int(aim.age))
        found.append((aim.figure, aim.year, aim.age, aim.value, aim.sd, fitted, fitted - aim.value))
    frame = pd.DataFrame(found, columns=["figure", "year", "age", "published", "sd", "fitted", "miss"])
    frame["in_sd"] = frame["miss"].abs() / frame["sd"]
    return frame


def misses(place: Place) -> pd.DataFrame:
    """What the fit of the standard aimed at and what it reached, one published figure a row.

    Columns figure, year, age, published, sd (how far it may stay away), fitted, miss, in_sd (|miss| / sd).
    """
    return _misses(history_of(place)).copy()


@dataclass(frozen=True)
class ParityStart:
    """A place's women by parity on the 1 January it starts on, and the two factors on the standard's hazards."""

    code: str
    k1: float  # order 1
    k2: float  # orders 2 and 3+
    shares: NDArray[np.float64]  # (age 10..64, parity 0, 1, 2, 3+), sum 1
    births_3plus: NDArray[np.float64]  # (age 10..64) births of order 3+ so far, per woman
    target: tuple[float, float]  # census: children ever born and childless share of women 15-64, in the model's level
    fitted: tuple[float, float]  # the same of the fitted stock
    method: str
    confidence: str = CONFIDENCE

    def __post_init__(self) -> None:
        read_only(self)


def _census(place: Place) -> _bridge.CensusWomen:
    """ConfigError when the place lacks the items of the census' long form."""
    women, longform = place.base.grouped(CENSUS_LOWER)[1], place.evidence.one
    never = longform("never_married_women_longform") / longform("women_15plus_longform")
    ever_born = longform("children_ever_born_women_15_64")
    return _bridge.CensusWomen(place.code, women[4:14], float(women[4:].sum()), never, ever_born)


def _is_too_small(place: Place) -> bool:
    """Whether a leaf of a country has too few women of 15-64 for factors of its own; judgement."""
    return place.within is not None and float(place.base.grouped(CENSUS_LOWER)[1, 4:14].sum()) < FEWEST_WOMEN


@lru_cache(maxsize=CACHED)
def parity_of(place: Place) -> ParityStart:
    """The start of a place, leaf or sum of leaves, from its own census against that of the root; or as it was given.

    Of a place with fewer than FEWEST_WOMEN women of 15-64 that of the place above.
    """
    if not isinstance(given := place.standard.parity, ParityHistory):
        return _start_of(place.code, given)
    if place.parent is not None and _is_too_small(place):
        above = parity_of(place.parent)
        return replace(above, code=place.code, method=f"{above.method}; of {place.parent.code}, which it lies in")
    nation = reconstruction(history_of(place))
    fit = nation.fit_place(_census(place.root), _census(place))
    k1, k2 = fit.k if place.parent is not None else (1.0, 1.0)
    stock = nation.place_stock(k1, k2, place.base.first_year)
    method = f"nation's hazards x k1 (order 1), x k2 (orders 2, 3+), from the census of {place.base.year}"
    return ParityStart(place.code, k1, k2, stock.shares, stock.births_3plus, fit.target, fit.fitted, method)


def _start_of(code: str, given: GivenParity | None) -> ParityStart:
    """As given; where births by order are not known every woman starts with none, and all orders share one hazard."""
    nothing = (float("nan"), float("nan"))
    if given is None:
        shares = np.zeros((len(AGES), 4))
        shares[:, 0] = 1.0
        return ParityStart(code, 1.0, 1.0, shares, np.zeros(len(AGES)), nothing, nothing, "births by order not known")
    shares = np.array(given.shares)
    return ParityStart(code, 1.0, 1.0, shares, shares[:, 3].copy(), nothing, nothing, given.method)


def _years_with_orders(root: Place) -> int:
    """Years from the start on whose birth orders are published; the relative hazards of the last are held after it."""
    published = root.evidence.order_shares()
    years = calibrated(root).years
    return next((t for t, year in enumerate(years) if year not in published), len(years))


def _exposed_women(root: Place, years: int) -> NDArray[np.float64]:
    """(year, age 10..64) women exposed in the first years: mean of start and end before migration."""
    fit = calibrated(root)
    Sx = _bridge.Sx_from_mx(fit.mx)[:, 1]
    women, out = fit.pop_jan1[:, 1].sum(axis=0), []
    for t in range(years):
        survivors = np.concatenate([[0.0], women[:-1] * Sx[t, 1:]])  # the ages above 64 play no part here
        out.append(((women + survivors) / 2)[AGES.start : AGES.stop])
        women = survivors + (fit.residual[:, t, None] * fit.pattern[:, 1]).sum(axis=0)
    return np.array(out)


@lru_cache(maxsize=8)
def _relative(root: Place) -> NDArray[np.float64]:
    """(year, order, age 10..64) hazards relative to order 1 in the years with published birth orders.

    The multipliers are solved again on the calibrated births and women, so that the published shares come out of the
    run that is shown: with those of the reconstruction they would miss by half a point, because its totals are the
    standard's. Without published orders the reconstruction's of the first year.
    """
    fit, start, nation = calibrated(root), parity_of(root), reconstruction(history_of(root))
    stock, found = _bridge.ParityStock(start.shares, start.births_3plus), []
    n_years = _years_with_orders(root)
    women = _exposed_women(root, n_years)
    for t in range(n_years):
        asfr, year = fit.asfr_whole[t], fit.years[t]
        log_b = nation.update_year(year, stock, asfr[AGES.start : AGES.stop], women[t], fit.order_share[t])
        found.append(nation.relative_with(year, *log_b))
        path = _bridge.parity_path(_fertility(asfr[None], stock, found[-1][None]), year)
        stock = _bridge.ParityStock(path.shares[1], path.births_3plus[1])
    if not found:
        history, year = history_of(root), fit.years[0]
        log_b2, log_b3 = (float(np.interp(year, history.knots, one)) for one in (history.log_b2, history.log_b3))
        found.append(nation.relative_with(year, log_b2, log_b3))
    out = np.array(found)
    out.setflags(write=False)
    return out


def parity_path(place: Place, asfr: NDArray[np.float64]) -> _bridge.ParityPath:
    """Splits births per woman by order: `asfr` (year from the start on, age 0..) stays the total of every cell.

    The place's hazards of an order against another are the root's times its two factors, the last known ones held.
    """
    return _bridge.parity_path(fertility_of(place, asfr), place.base.first_year)


def fertility_of(place: Place, asfr: NDArray[np.float64]) -> _bridge.ParityFertility:
    """What the core needs to split `asfr` (year from the start on, age 0..) of a place by order."""
    start = parity_of(place)
    stock = _bridge.ParityStock(start.shares, start.births_3plus)
    return _fertility(asfr, stock, relative_hazards(place, len(asfr)), (start.k1, start.k2))


def _fertility(
    asfr: NDArray[np.float64],
    stock: _bridge.ParityStock,
    relative: NDArray[np.float64],
    k: tuple[float, float] = (1.0, 1.0),
) -> _bridge.ParityFertility:
    """Births per woman, where the women stand, relative hazards (year or 1, order, age 10..64) and their factors."""
    out = _bridge.ParityFertility()
    out.asfr, out.start, out.relative = asfr, stock, relative
    out.k = np.array([k[0], k[1], k[1]])
    return out


def relative_hazards(place: Place, n_years: int) -> NDArray[np.float64]:
    """(year from the start on, order, age 10..64) the root's hazards against order 1, the last known ones held."""
    given = place.standard.parity
    if given is None:
        return np.ones((n_years, 3, len(AGES)))
    relative = given.relative if isinstance(given, GivenParity) else _relative(place.root)
    return relative[np.minimum(np.arange(n_years), len(relative) - 1)]


def _fitted_asfr(place: Place) -> NDArray[np.float64]:
    """(year, age) births per woman of the fitted years; a sum of leaves is weighted by its women of the first year."""
    if place.within is not None:
        path = country_fit(place.root)
        return path.schedules(place.code, path.fitted[-1])[1]
    fit = calibrated(place)
    total, women = 0.0, 0.0
    for row in range(*fit.rows(place).indices(len(fit.leaves))):
        weight = np.maximum(fit.pop_jan1[row, 1], np.finfo(float).tiny)
        total, women = total + weight * fit.asfr[row], women + weight
    return np.asarray(total / women)


@dataclass(frozen=True)
class ParityReport:
    """Women by parity of a place, with the fit they rest on and its misses. Everything is `estimated`."""

    place: Place

    @property
    def start(self) -> ParityStart:
        return parity_of(self.place)

    @property
    def years(self) -> range:
        """The fitted years."""
        return calibrated(self.place.root if self.place.within is not None else self.place).years

    @property
    def path(self) -> _bridge.ParityPath:
        """The fitted years, from the start on."""
        return parity_path(self.place, _fitted_asfr(self.place))

    @property
    def only_child_at_50(self) -> tuple[float, float]:
        """Share of the standard's women aged 50 with one child at the start: here, and at the unlowered level."""
        history = history_of(self.place)
        here = reconstruction(history).shares(self.place.base.first_year)[50 - AGES.start, 1]
        return float(here), history.only_child_at_50

    def misses(self) -> pd.DataFrame:
        """Every published figure of the national fit against the fitted one."""
        return misses(self.place)

    def to_frame(self) -> pd.DataFrame:
        """Long rows: variable, year, age, value, confidence, method."""
        import pandas as pd

        start, path, years = self.start, self.path, self.years
        found: list[tuple[str, int, str, float]] = [
            ("hazard_factor_order1", self.place.base.year, "all", start.k1),
            ("hazard_factor_order2plus", self.place.base.year, "all", start.k2),
        ]
        for t, year in enumerate(years):
            found += [(f"ppr{i}", year, "all", float(path.ppr[t, i])) for i in range(3)]
        for t in (0, len(years)):
            found += [
                (f"parity_share{p}", years.start + t, str(age), float(path.shares[t][age - AGES.start, p]))
                for p in range(4)
                for age in range(15, AGES.stop)
            ]
        frame = pd.DataFrame(found, columns=["variable", "year", "age", "value"])
        return frame.assign(place=self.place.code, confidence=start.confidence, method=start.method)

    def report(self, lang: str | None = None) -> str:
        """The national fit with its misses, the place's factors, progressions and parity, as text."""
        text: str = import_module("sanhai.show.parity_text").render(self, lang)  # words belong to the room above
        return text

    def __repr__(self) -> str:
        start = self.start
        return f"ParityReport({self.place.code}, k1={start.k1:.3f}, k2={start.k2:.3f}, {CONFIDENCE})"
