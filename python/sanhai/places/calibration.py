"""From the census to a calibrated start, when a place is loaded.

The packs hold observed figures only. Everything fitted is solved here by the engine's own functions, so that a reader
can follow a fitted number to the figures it meets, and a corrected figure changes every result that rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.places.registry import all_places, leaves_of
from sanhai.places.standard import Standard, standard, ten_year_survival
from sanhai.places.tables import CENSUS_LOWER, N_AGES, by_year, census_counts, published, rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FITTED_YEARS", "SERVICEMEN", "GroupFit", "calibrated", "group_of", "xtfr"]

FITTED_YEARS = range(2021, 2026)
RECENT = 3  # years whose mean residual is held afterwards, as statistical offices do
SERVICEMEN = 2_000_000.0  # in the nation's published totals, outside the census places
NATION = "100000"
# The New Area was carved from these two after the 2010 census: one pattern for the three together.
SPLIT_SINCE_2010 = {"620171": ("620121", "620122"), "620121": ("620122", "620171"), "620122": ("620121", "620171")}


@dataclass(frozen=True)
class GroupFit:
    """One published place and the leaves it is the sum of, calibrated over FITTED_YEARS."""

    code: str
    leaves: tuple[str, ...]
    pop_jan1: NDArray[np.float64]  # (leaf, sex, age) on 1 January 2021
    mx: NDArray[np.float64]  # (year, sex, age) fitted
    asfr: NDArray[np.float64]  # (leaf, year, age) fitted, all orders
    order_share: NDArray[np.float64]  # (year, order)
    residual: NDArray[np.float64]  # (leaf, year) net migrants
    pattern: NDArray[np.float64]  # (leaf, sex, age) sum 1
    recent: NDArray[np.float64]  # (leaf) net migrants a year held after the fitted years
    stock: NDArray[np.float64]  # (leaf, year + 1) persons on 1 January
    mortality_scale: NDArray[np.float64]  # (year) on the parent's rates
    fertility_scale: NDArray[np.float64]  # (year) on the parent's level x census ratio
    births_fitted: tuple[bool, ...]
    deaths_fitted: tuple[bool, ...]
    pop_fitted: tuple[bool, ...]


def group_of(code: str) -> str:
    """The place whose published figures a leaf is calibrated to: itself, or the parent it is a part of."""
    place = all_places()[code]
    if place.parent and not all_places()[place.parent].is_leaf and place.is_leaf:
        return place.parent
    return code


def xtfr(code: str) -> float:
    """Children per woman from a census pyramid: (10.65 - 12.55 share of women 25-34) C/W (Hauer & Schmertmann 2020)."""
    counts = census_counts(code, 2020)
    if counts is None:
        raise KeyError(code)
    children = counts[:, :2].sum()
    women = counts[1, 4:11]  # 15-19 .. 45-49
    return float((10.65 - 12.55 * women[2:4].sum() / women.sum()) * children / women.sum())


@cache
def _november_pattern() -> NDArray[np.float64]:
    base = standard()
    Sx = _bridge.Sx_from_mx(base.at(base.mx, 2021, 2023))
    return _bridge.reverse_survived(base.pop_jan1_2024, Sx)


def _base(code: str, base: Standard) -> NDArray[np.float64]:
    """(sex, age) persons on 1 January 2021 from the census of 1 November 2020."""
    counts = census_counts(code, 2020)
    assert counts is not None  # every bundled place has a census of 2020
    november = _bridge.single_years(counts, list(CENSUS_LOWER), _november_pattern())
    return _bridge.november_to_january(november, _bridge.Sx_from_mx(base.at(base.mx, 2021, 2021))[0])


def _five_year(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(sex, 18 groups) with 0 and 1-4 joined."""
    return np.concatenate([counts[:, :1] + counts[:, 1:2], counts[:, 2:]], axis=1)


def _migration_pattern(code: str, base: Standard) -> NDArray[np.float64]:
    """(sex, age) sum 1: census cohort survival 2010-20; for the nation that of the standard."""
    if code == NATION:
        return base.migration_share
    members = (code, *SPLIT_SINCE_2010.get(code, ()))
    first = [counts for member in members if (counts := census_counts(member, 2010)) is not None]
    last = [counts for member in members if (counts := census_counts(member, 2020)) is not None]
    return _bridge.migration_pattern(
        _five_year(np.sum(first, axis=0)), _five_year(np.sum(last, axis=0)), ten_year_survival(), N_AGES
    )


def _order_share() -> NDArray[np.float64]:
    frame = rows("published.csv", NATION, "birth_order_share")
    shares = {order: by_year(frame[frame["age"] == order], "both") for order in ("order 1", "order 2", "order 3+")}
    table = np.array([[shares[order][min(year, 2022)] for order in shares] for year in FITTED_YEARS])
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _rates(code: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(cbr, cdr) by year, only where the count itself is not published."""
    out = []
    for count, rate in (("births", "cbr"), ("deaths", "cdr")):
        known = published(code, count, FITTED_YEARS)
        out.append(np.where(np.isnan(known), published(code, rate, FITTED_YEARS), np.nan))
    return out[0], out[1]


def _prior(code: str, leaves: tuple[str, ...], base: Standard) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(year, sex, age) death rates and (leaf, year, age) births per woman before anything of the place is fitted."""
    first, last = FITTED_YEARS[0], FITTED_YEARS[-1]
    if code == NATION:
        return base.at(base.mx, first, last), base.at(base.asfr, first, last)[None]
    parent = calibrated(group_of(all_places()[code].parent))
    ratio = np.array([xtfr(leaf) for leaf in leaves]) / xtfr(parent.code)
    return parent.mx, ratio[:, None, None] * parent.asfr[0][None]


def _residual_prior(code: str, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """(year) net migrants from the parent's residual and the place's share of the parent's people."""
    if code == NATION:
        return np.full(len(FITTED_YEARS), np.nan)
    parent = calibrated(group_of(all_places()[code].parent))
    return np.asarray(parent.residual.sum(axis=0) * share)


def _solve(
    code: str, leaves: tuple[str, ...], pop: NDArray[np.float64], residual: NDArray[np.float64], base: Standard
) -> tuple[_bridge.Calibration, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    mx, asfr = _prior(code, leaves, base)
    pattern = np.array([_migration_pattern(leaf, base) for leaf in leaves])
    cbr, cdr = _rates(code)
    total = published(code, "pop_yearend", FITTED_YEARS) - (SERVICEMEN if code == NATION else 0.0)
    group = _bridge.CalibrationGroup()
    group.places, group.first_year = list(leaves), FITTED_YEARS[0]
    group.pop_jan1, group.mx, group.asfr, group.order_share = pop, mx, asfr, _order_share()
    group.srb = base.at(base.srb, FITTED_YEARS[0], FITTED_YEARS[-1])
    group.migration_pattern = pattern
    group.births, group.cbr = published(code, "births", FITTED_YEARS), cbr
    group.deaths, group.cdr = published(code, "deaths", FITTED_YEARS), cdr
    group.pop_end, group.residual, group.census_ratio = total, residual, code != NATION
    fit = _bridge.calibrate(group)
    return fit, mx * fit.mortality_scale[:, None, None], asfr * fit.fertility_scale[None, :, None], pattern


def _recent(residual: NDArray[np.float64], fitted: list[bool]) -> NDArray[np.float64]:
    """(leaf) mean residual of the last three years that rest on a published total, the place's or its parent's."""
    last = max((t for t, yes in enumerate(fitted) if yes), default=len(fitted) - 1)
    return np.asarray(residual[:, last + 1 - RECENT : last + 1].mean(axis=1))


@cache
def calibrated(code: str) -> GroupFit:
    """Solves the group of `code`; parents first, because a place without a figure follows its parent.

    Two passes: the residual of years after the last published total is the mean of the three before it, and the share
    of a parent's residual follows the place's share of its people; both are known after the first pass.
    """
    base = standard()
    leaves = tuple(leaf.code for leaf in leaves_of(code)) if not all_places()[code].is_leaf else (code,)
    pop = np.array([_base(leaf, base) for leaf in leaves])
    own_totals = ~np.isnan(published(code, "pop_yearend", FITTED_YEARS))
    residual = np.zeros(len(FITTED_YEARS))
    for _ in range(6):  # the feedback of a residual on itself is of second order: three passes reach rounding
        fit, mx, asfr, pattern = _solve(code, leaves, pop, residual, base)
        stock = np.asarray(fit.projection.pop_jan1).sum(axis=(2, 3))
        residual, known = _later_residual(code, fit, own_totals, stock)
    return GroupFit(
        code=code,
        leaves=leaves,
        pop_jan1=pop,
        mx=mx,
        asfr=asfr,
        order_share=_order_share(),
        residual=np.array(fit.residual),
        pattern=pattern,
        recent=_recent(np.array(fit.residual), known),
        stock=stock,
        mortality_scale=np.array(fit.mortality_scale),
        fertility_scale=np.array(fit.fertility_scale),
        births_fitted=tuple(fit.births_fitted),
        deaths_fitted=tuple(fit.deaths_fitted),
        pop_fitted=tuple(fit.pop_fitted),
    )


def _later_residual(
    code: str, fit: _bridge.Calibration, own_totals: NDArray[np.bool_], stock: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[bool]]:
    """(year) residuals where the place has no later total, and which years rest on a published one."""
    known = list(fit.pop_fitted)
    residual = np.where(known, 0.0, np.nan)
    if code != NATION:
        parent = calibrated(group_of(all_places()[code].parent))
        share = stock.sum(axis=0)[:-1] / parent.stock.sum(axis=0)[:-1]
        from_parent = [not own and parent.pop_fitted[t] for t, own in enumerate(known)]
        # A prefecture without later totals shares its province's residual; a province never shares the nation's.
        if all_places()[code].level != "province":
            residual = np.where(from_parent, _residual_prior(code, share), residual)
            known = [own or shared for own, shared in zip(known, from_parent, strict=True)]
    totals = np.where(
        known,
        np.where(np.isnan(residual) | (np.array(fit.pop_fitted)), np.asarray(fit.residual).sum(axis=0), residual),
        np.nan,
    )
    last = max(t for t, yes in enumerate(known) if yes)
    totals[last + 1 :] = totals[last + 1 - RECENT : last + 1].mean()
    return totals, known
