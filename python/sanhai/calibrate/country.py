"""The leaves of a country, calibrated together and carried on: a function of its root.

The root is fitted and run on its own first; its rates, people and births are what the leaves differ from. Everything
is solved at load and kept by the digest of the root: a country is some seconds of work at most, a leaf of it none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.fit import asfr_to, calibrated, census_pattern, mx_to, read_only
from sanhai.errors import ConfigError, refuse
from sanhai.places.figures import FAMILIES, FITTED_TO, Figures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.country import Country
    from sanhai.places.place import Place

__all__ = ["CountryPath", "country_fit", "groups_of", "solve_country"]

COUNTS = ("births", "deaths", "pop_yearend")
CHILDREN = 5  # years in which the children under five of a count were born


@dataclass(frozen=True)
class CountryPath:
    """All leaves of a country over the fitted years and the path after them, as factors on the nation's rates."""

    country: Country
    years: range
    fitted: range
    mx: NDArray[np.float64]  # (year, sex, age) of the nation alone
    asfr: NDArray[np.float64]  # (year, age) of the nation alone
    group_codes: tuple[str, ...]
    factors: _bridge.LeafFactors
    inputs: _bridge.CountryInputs
    fit: _bridge.CountryFit

    def __post_init__(self) -> None:
        read_only(self)

    def rates(self, codes: tuple[str, ...], last: int) -> _bridge.CountryRates:
        """Rates of some leaves from the first fitted year to `last`."""
        rows = [self.country.rows(code)[0] for code in codes]
        return _bridge.country_rates(self.inputs, self.fit, rows, last + 1 - self.years.start)

    def scales(self, code: str, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(year) factors of a place on the nation's death rates and fertility to `last`; of a sum, weighted by what the
        nation's rates would give its leaves."""
        rows, years = list(self.country.rows(code)), last + 1 - self.years.start
        rates = _bridge.country_rates(self.inputs, self.fit, rows, years)
        found = []
        for events, factor in ((self.fit.deaths, rates.mortality), (self.fit.births, rates.fertility)):
            of_rows = np.asarray(events)[rows, :years]
            found.append(of_rows.sum(axis=0) / (of_rows / np.asarray(factor)).sum(axis=0))
        return found[0], found[1]

    def schedules(self, code: str, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """mx (year, sex, age) and asfr (year, age) of a leaf or the sum of its leaves from the first year to `last`."""
        mortality, fertility = self.scales(code, last)
        n = len(mortality)
        return self.mx[:n] * mortality[:, None, None], self.asfr[:n] * fertility[:, None]

    def known(self, code: str) -> NDArray[np.bool_]:
        """(fitted year) whether the year rests on a figure of the place or of one between it and the nation."""
        row = self.country.rows(code)[0]
        out = np.zeros(len(self.fitted), dtype=bool)
        for above in (*self.country.above[row], self.country.codes[row]):
            out |= np.any(list(self.country.figures(above).known(self.fitted).values()), axis=0)
            if above == code:
                break
        return out

    def sums(self, code: str) -> dict[str, NDArray[np.float64]]:
        """pop_jan1 (year + 1), births, deaths, net_migration (year) of a leaf or of the sum of its leaves."""
        rows = list(self.country.rows(code))
        names = ("pop", "births", "deaths", "net_migration")
        pop, *flows = (np.asarray(getattr(self.fit, name))[rows].sum(axis=0) for name in names)
        return dict(zip(("pop_jan1", *names[1:]), (pop, *flows), strict=True))


def country_fit(root: Place) -> CountryPath:
    """Every leaf below a root, fitted and carried on to the last year of its standard; solved once for equal roots.

    Raises ConfigError for a root without a country or whose standard lacks what a country needs, DomainError for
    figures that cannot be met together.
    """
    if root.country is None:
        raise refuse(ConfigError, "country.none", where=f"place {root.code}")
    return _fitted(root)


@lru_cache(maxsize=4)
def _fitted(root: Place) -> CountryPath:
    return solve_country(root)


def solve_country(root: Place) -> CountryPath:
    """The same, solved anew."""
    country, standard = root.country, root.standard
    assert country is not None
    if standard.earlier_mx is None or standard.earlier_asfr is None:
        raise refuse(ConfigError, "country.standard", where=f"place {root.code}")
    alone = calibrated(root)
    last = standard.years[-1]
    years = range(alone.years[0], last + 1)
    mx, asfr = mx_to(alone, last), asfr_to(alone, alone.asfr[0], last)
    counts = _counts(root)
    factors = _bridge.leaf_factors(counts)
    first = alone.years[0]
    Sx = _bridge.Sx_from_mx(standard.at(standard.mx, first, first))[0]
    start = _bridge.country_start(counts, Sx, alone.start_factor)
    codes, parent, of_leaf = groups_of(country)
    nation = _nation(root, mx, asfr)
    groups = _bridge.CountryGroups()
    groups.codes, groups.parent, groups.of_leaf = codes, parent, of_leaf
    for name, values in zip(FITTED_TO, _published(root, codes, parent), strict=True):
        setattr(groups, "pop_end" if name == "pop_yearend" else name, values)
    inputs = _bridge.CountryInputs(nation, groups, factors, start)
    fit = _bridge.fit_country(inputs)
    return CountryPath(country, years, alone.years, mx, asfr, tuple(codes), factors, inputs, fit)


def _numbered(names: list[str]) -> list[int]:
    known = {name: row for row, name in enumerate(dict.fromkeys(names))}
    return [known[name] for name in names]


def _counts(root: Place) -> _bridge.CountryCounts:
    """What the two censuses counted, and what the nation would have had."""
    country, standard = root.country, root.standard
    assert country is not None
    assert standard.earlier_mx is not None
    out = _bridge.CountryCounts()
    out.counts, out.earlier, out.earlier_deaths = country.counts, country.earlier, country.earlier_deaths
    out.area = list(country.area_of)
    out.province = _numbered([chain[0] for chain in country.above])
    out.parent = _numbered([chain[-1] for chain in country.above])
    out.expected_mx, out.children = standard.earlier_mx, _children(standard.earlier_asfr)
    out.pattern = census_pattern(standard, int(country.date[:4]))
    return out


def _children(asfr: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """(age) living children under five per woman of that age on the day of a count late in the year.

    A child of age a was born to her at x - a or x - a - 1, half each. No child dies: only ratios between places matter.
    """
    assert asfr is not None
    out = np.zeros(asfr.shape[1])
    for age in range(CHILDREN):
        mean = (asfr[age] + np.concatenate([[0.0], asfr[age, :-1]])) / 2.0
        out[age:] += mean[: len(mean) - age]
    return out


def _nation(root: Place, mx: NDArray[np.float64], asfr: NDArray[np.float64]) -> _bridge.CountryNation:
    """The root run on its own: fitted years as calibrated, then its path without migration."""
    alone, standard = calibrated(root), root.standard
    first, last = alone.years[0], standard.years[-1]
    n_fitted = len(alone.years)
    net = np.zeros((1, len(mx), *alone.pattern.shape[1:]))
    net[0, :n_fitted] = alone.residual[0][:, None, None] * alone.pattern[0]
    orders = np.zeros((1, len(mx), 3, asfr.shape[1]))
    orders[0, :, 0] = asfr
    inputs = _bridge.ProjectionInputs(
        axes=_bridge.Axes([root.code], first, len(mx), asfr.shape[1]),
        pop_jan1=alone.pop_jan1,
        Sx=_bridge.Sx_from_mx(mx)[None],
        asfr=orders,
        srb=standard.at(standard.srb, first, last)[None],
        net_migration=net,
    )
    run = _bridge.project(inputs)
    out = _bridge.CountryNation()
    out.first_year, out.mx, out.asfr, out.srb = first, mx, asfr, standard.at(standard.srb, first, last)
    out.pop_jan1 = np.asarray(run.pop_jan1)[0]
    published = root.evidence.published
    births = np.asarray(run.births_by_sex)[0].sum(axis=1)
    for name, values in (("births", births), ("deaths", np.asarray(run.deaths)[0, :n_fitted].sum(axis=(1, 2)))):
        figures = published(name, alone.years)
        values[:n_fitted] = np.where(np.isnan(figures), values[:n_fitted], figures)
        setattr(out, name, values)
    out.pop_end = _people(root)
    return out


def _people(root: Place) -> NDArray[np.float64]:
    """(fitted year) year-end people who live in the leaves: published, or as the root was fitted."""
    alone = calibrated(root)
    figures = root.evidence.published("pop_yearend", alone.years) - root.evidence.outside(alone.years)
    return np.where(np.isnan(figures), alone.stock[0, 1:], figures)


def groups_of(country: Country) -> tuple[list[str], list[int], list[int]]:
    """Codes of the groups, parents first; each one's parent row (its own for a province); each leaf's innermost row."""
    known = {code for code, _ in country.groups} | {chain[0] for chain in country.above}
    codes: list[str] = []
    parents: list[int] = []
    depth = max(len(chain) for chain in country.above) + 1
    lines = [(*chain, code) for code, chain in zip(country.codes, country.above, strict=True)]
    for level in range(depth):
        for line in lines:
            if level < len(line) and line[level] in known and line[level] not in codes:
                above = [codes.index(code) for code in line[:level] if code in known]
                codes.append(line[level])
                parents.append(above[-1] if above else len(codes) - 1)
    rows = {code: row for row, code in enumerate(codes)}
    of_leaf = [rows[next(code for code in reversed(line) if code in known)] for line in lines]
    return codes, parents, of_leaf


def _published(root: Place, codes: list[str], parent: list[int]) -> list[NDArray[np.float64]]:
    """births, cbr, deaths, cdr, pop_yearend (group, fitted year), NaN where a count or no figure is published.

    Counts of provinces are rounded to persons: in years in which all have one they are scaled to the nation's, those of
    a user excepted, which the others make room for.
    """
    country, alone = root.country, calibrated(root)
    assert country is not None
    figures = dict(country.groups)
    given = [figures.get(code, Figures()) for code in codes]
    found = {name: np.array([one.published(name, alone.years) for one in given]) for name in FITTED_TO}
    for count, rate in (FAMILIES["births"], FAMILIES["deaths"]):
        found[rate][~np.isnan(found[count])] = np.nan
    top = np.array([row == above for row, above in enumerate(parent)])
    own = np.array([code in country.own for code in codes])
    nation = {name: root.evidence.published(name, alone.years) for name in ("births", "deaths")}
    nation["pop_yearend"] = _people(root)
    for name in COUNTS:
        values = found[name]
        for t in range(len(alone.years)):
            if np.isnan(values[top, t]).any() or np.isnan(nation[name][t]):
                continue
            rest = nation[name][t] - values[top & own, t].sum()
            values[top & ~own, t] *= rest / values[top & ~own, t].sum()
    return list(found.values())
