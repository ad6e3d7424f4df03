"""Nursery places of a run: need by three definitions, the stock where somebody knows it, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.catalogue import NORM, Catalogue
from sanhai.policy.months import WHOLE_RUN, january, year_of
from sanhai.policy.reading import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = [
    "Norm",
    "NurseryRun",
    "care_change",
    "documented_norm",
    "inclusive_share",
    "national_rate",
    "need_settings",
    "norm_of",
    "nursery_run",
    "stock_year",
    "stocked_settings",
]

CLASSES = ("infant", "toddler")


def national_rate(known: Catalogue) -> dict[str, float]:
    """What the assumption "national-rate" takes from the nation's reported figures, each with its instrument."""
    return {
        "stock_per_1000": _reported(known, "national/nursery-2025", "places_per_1000"),
        "utilisation": _reported(known, "national/nursery-observed", "utilisation"),
        "inclusive_share": _reported(known, "national/nursery-observed", "inclusive_share"),
    }


def _reported(known: Catalogue, full_id: str, variable: str) -> float:
    return next(figure.value for figure in known.instrument(full_id).figures if figure.variable == variable)


@dataclass(frozen=True)
class NurseryRun:
    """Arrays (place, year) by name; sums of places are made from parts by the core."""

    years: range
    account: _bridge.NurseryAccount  # all years: needs
    stocked: _bridge.NurseryAccount | None  # from `stock_from`: stock, gaps, openings
    stock_from: int | None  # the year on whose 1 January the stock is stated or assumed
    assumed: bool

    def of(self, members: list[int]) -> dict[str, NDArray[np.float64]]:
        """(year) arrays of the place made of `members`; what rests on the stock is NaN before it is known."""
        out = {name: values[0] for name, values in self.account.sum(members).items() if values.ndim == 2}
        if self.stocked is not None:
            late = self.stocked.sum(members)
            skip = len(self.years) - late["residents"].shape[1]
            for name, values in late.items():
                if values.ndim == 2:
                    padded = np.concatenate([np.full(skip, np.nan), values[0]])
                    out[name] = np.where(np.isnan(padded), out[name], padded)
        return out

    def rows(self, name: str) -> NDArray[np.float64]:
        """(place, year) one array over all places; what rests on the stock is NaN before it is known."""
        needs = self.account.arrays()[name]
        if self.stocked is None:
            return needs
        late = self.stocked.arrays()[name]
        padded = np.concatenate([np.full((len(late), needs.shape[1] - late.shape[1]), np.nan), late], axis=1)
        return np.where(np.isnan(padded), needs, padded)


@dataclass(frozen=True, slots=True)
class Norm:
    """A target of places that a document gives."""

    per_1000: float
    source: str  # full id of the instrument
    by: int | None  # the year at whose end it is due
    is_past: bool  # the document says that its date has passed


def norm_of(reading: Reading, leaf: Place, year: int) -> tuple[float, str]:
    """(places per 1,000 residents, where the target stands) in a year: the place's own document, else the nearest's."""
    own = reading.number("nursery.norm_per_1000", leaf, january(year)) if reading.holds_at(leaf) else None
    if own is not None:
        return own, "set by the user"
    found = documented_norm(reading, leaf)
    return (np.nan, "") if found is None else (found.per_1000, found.source)


def documented_norm(reading: Reading, leaf: Place) -> Norm | None:
    """The target of the place's own document in use, else of the nearest area above that has one."""
    return reading.memo(("norm", leaf.code), lambda: _documented_norm(reading, leaf))


def _documented_norm(reading: Reading, leaf: Place) -> Norm | None:
    targets = {
        row.place: Norm(target.value, row.full_id, target.by, row.status == "target_date_passed")
        for row in reading.instruments_at(leaf)
        for target in row.targets
        if target.variable == NORM and target.value is not None
    }
    return next((targets[near] for near in leaf.policy_codes if near in targets), None)


def _is_assumed(reading: Reading, year: int) -> bool:
    return reading.value("nursery.assumption", None, january(year)) == "national-rate"


def stock_year(reading: Reading, years: range) -> int | None:
    """The year on whose 1 January a stock of places is stated, or assumed; None: nobody knows one in these years."""
    begun = reading.begins("nursery.stock_per_1000")
    if begun is None and _is_assumed(reading, years[-1]):
        begun = reading.begins("nursery.assumption")
    return year_of(begun) if begun is not None and year_of(begun) <= years[-1] else None


def _stock_per_1000(reading: Reading, leaf: Place, year: int) -> float:
    """Places per 1,000 residents on 1 January of the year, stated or by the marked assumption; NaN outside."""
    if not reading.holds_at(leaf):
        return np.nan
    stated = reading.number("nursery.stock_per_1000", leaf, january(year))
    return national_rate(reading.catalogue)["stock_per_1000"] if stated is None else stated


def _of_stock(reading: Reading, name: str, year: int) -> float:
    """A share that goes with the stock, stated or by the marked assumption; NaN: unknown."""
    stated = reading.number(f"nursery.{name}", None, january(year))
    if stated is not None:
        return stated
    return national_rate(reading.catalogue)[name] if _is_assumed(reading, year) else np.nan


def inclusive_share(reading: Reading, years: range) -> NDArray[np.float64]:
    """(year) inclusive places over all places; NaN where nobody states or assumes it."""
    return np.array([_of_stock(reading, "inclusive_share", year) for year in years])


def _by_year(reading: Reading, path: str, years: range) -> NDArray[np.float64]:
    return np.array([[reading.number(path, None, january(year)) for year in years]], dtype=float)


def need_settings(reading: Reading, leaves: tuple[Place, ...], years: range) -> _bridge.NurserySettings:
    """What the need for places rests on, by (leaf|1, year)."""
    out = _bridge.NurserySettings()
    out.norm = np.array([[norm_of(reading, leaf, year)[0] / 1000.0 for year in years] for leaf in leaves])
    out.enrolment_share = _by_year(reading, "nursery.enrolment_share", years)
    out.want_share = _by_year(reading, "nursery.want_share", years)
    out.target_utilisation = _by_year(reading, "nursery.target_utilisation", years)
    out.class_share = np.array([_class_share(reading)])
    return out


def _class_share(reading: Reading) -> tuple[float, float, float]:
    """Shares of the enrolled by month class: 6-12, 12-24 and 24-36 months."""
    infants, toddlers = (float(reading.number(f"nursery.class_{one}_share", None, WHOLE_RUN) or 0.0) for one in CLASSES)
    return infants, toddlers, 1.0 - infants - toddlers


def _plan_ramp(reading: Reading, years: range) -> NDArray[np.float64]:
    """(year) share of the way to the norm that is gone by each year's end; 0: no plan in that year.

    A plan begins in its first year; one that begins after `nursery.plan_to` meets the norm in that year.
    """
    out = np.zeros(len(years))
    begun: int | None = None
    for column, year in enumerate(years):
        if reading.value("nursery.plan", None, january(year)) != "norm":
            begun = None
            continue
        begun = year if begun is None else begun
        due = int(reading.number("nursery.plan_to", None, WHOLE_RUN) or year)
        out[column] = 1.0 if year >= due else (year - begun + 1) / (due - begun + 1)
    return out


def stocked_settings(
    reading: Reading, leaves: tuple[Place, ...], years: range
) -> tuple[_bridge.NurserySettings, int] | None:
    """Settings from the first year with a stock on, and that year's index; `opening_stock` is places per resident.

    None where nobody states or assumes a stock.
    """
    begun = stock_year(reading, years)
    if begun is None:
        return None
    skip = max(begun - years[0], 0)
    late = years[skip:]
    settings = need_settings(reading, leaves, late)
    settings.opening_stock = np.array([_stock_per_1000(reading, leaf, late[0]) for leaf in leaves]) / 1000.0
    inside = np.array([reading.holds_at(leaf) for leaf in leaves])
    for name in ("utilisation", "inclusive_share"):
        values = np.array([_of_stock(reading, name, year) for year in late])
        if not np.all(np.isnan(values)):
            setattr(settings, name, np.where(inside[:, None], values, 0.0))
    ramp = _plan_ramp(reading, late)
    if np.any(ramp):
        settings.plan = _bridge.NurseryPlan.hold_norm
        settings.plan_ramp = ramp[None]
    settings.closure_rate = _by_year(reading, "nursery.closure_rate", late)
    return settings, skip


def _stocked(
    reading: Reading, leaves: tuple[Place, ...], years: range, pop_jan1: NDArray[np.float64]
) -> _bridge.NurseryAccount | None:
    found = stocked_settings(reading, leaves, years)
    if found is None:
        return None
    settings, skip = found
    settings.opening_stock = settings.opening_stock * pop_jan1[:, skip].sum(axis=(1, 2))
    return _bridge.nursery_account([leaf.code for leaf in leaves], years[skip], pop_jan1[:, skip:], settings)


def nursery_run(reading: Reading, leaves: tuple[Place, ...], years: range, pop_jan1: NDArray[np.float64]) -> NurseryRun:
    """`pop_jan1` (leaf, year + 1, sex, age) persons."""
    account = _bridge.nursery_account(
        [leaf.code for leaf in leaves], years[0], pop_jan1, need_settings(reading, leaves, years)
    )
    stocked = _stocked(reading, leaves, years, pop_jan1)
    begun = stock_year(reading, years)
    assumed = stocked is not None and not reading.is_set("nursery.stock_per_1000")
    return NurseryRun(years, account, stocked, begun, assumed)


def care_change(own: NurseryRun, base: NurseryRun) -> NDArray[np.float64] | None:
    """(leaf, year) occupied inclusive places per child against the baseline's; None where no stock is known.

    Both must rest on the same children. Without a stock in the baseline the change is counted from the first year of
    the scenario's own stock.
    """
    if own.stocked is None or own.stock_from is None:
        return None
    after = own.rows("inclusive_per_child")
    if base.stocked is not None:
        return np.asarray(after - base.rows("inclusive_per_child"))
    first = max(own.stock_from - own.years[0], 0)
    return np.asarray(after - after[:, first : first + 1])
