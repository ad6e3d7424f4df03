"""The leaves of a nation: counts of two censuses and the figures published between root and leaf, as one value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, DomainError, ShapeError, refuse, require_kind
from sanhai.places.base import CENSUS_LOWER, Base
from sanhai.places.figures import SEXES, Figures, Source
from sanhai.places.values import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Country"]


@dataclass(frozen=True, eq=False)
class Country(Value):
    """The leaves of a nation, fitted together: every parent is the sum of its leaves.

    codes: of the leaves, ascending. above: of each leaf the codes between the nation and it, province first; at least
    one. counts (leaf, sex, 19 census groups) persons on `date`, male first. area_of: of each leaf the row of `earlier`,
    (area, sex, 19) persons ten years before on the same land. earlier_deaths (area): deaths of the 12 months to
    `earlier_date`, NaN where unknown. groups: code and figures that the leaves below it are fitted to (births, deaths,
    pop_yearend, cbr, cdr): every leaf's first code above, and any code or leaf inside one. own: codes of groups whose
    figures a user gave: the others make room for them. Raises ShapeError for arrays that do not fit the leaves,
    DomainError for a negative or missing count, ConfigError for codes that are not.
    """

    codes: tuple[str, ...]
    above: tuple[tuple[str, ...], ...]
    counts: NDArray[np.float64]
    date: str
    source: str
    area_of: tuple[int, ...]
    earlier: NDArray[np.float64]
    earlier_date: str
    earlier_source: str
    earlier_deaths: NDArray[np.float64]
    groups: tuple[tuple[str, Figures], ...] = ()
    sources: tuple[Source, ...] = ()
    own: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, kind in (("codes", str), ("above", tuple), ("area_of", int), ("groups", tuple), ("own", str)):
            require_kind(field, getattr(self, field), tuple, f"tuple[{kind.__name__}, ...]", kind)
        self._require_shapes()
        self._require_codes()
        for what in ("counts", "earlier"):
            odd = getattr(self, what)[~(np.isfinite(getattr(self, what)) & (getattr(self, what) >= 0.0))]
            if odd.size:
                raise refuse(DomainError, "country.count", what=what, got=float(odd[0]))
        deaths = self.earlier_deaths
        if (bad := deaths[~np.isnan(deaths) & ~(np.isfinite(deaths) & (deaths >= 0.0))]).size:
            raise refuse(DomainError, "country.count", what="earlier_deaths", got=float(bad[0]))

    def _require_shapes(self) -> None:
        n, areas = len(self.codes), len(self.earlier_deaths)
        cells = (len(SEXES), len(CENSUS_LOWER))
        right = {"counts": (n, *cells), "earlier": (areas, *cells), "earlier_deaths": (areas,)}
        for what, shape in right.items():
            found = getattr(self, what).shape
            if found != shape:
                raise refuse(ShapeError, "country.shape", what=what, shape=str(found), right=str(shape))
        for what in ("above", "area_of"):
            if len(getattr(self, what)) != n:
                got = len(getattr(self, what))
                raise refuse(ShapeError, "country.shape", what=what, shape=str(got), right=str(n))

    def _require_codes(self) -> None:
        """One row a leaf, in order; no leaf above another; an area and a first group for every leaf."""
        if not self.codes or list(self.codes) != sorted(set(self.codes)):
            raise refuse(ConfigError, "country.codes", got=self.codes[:3])
        if not all(chain and all(isinstance(code, str) for code in chain) for chain in self.above):
            odd = next(code for code, chain in zip(self.codes, self.above, strict=True) if not chain)
            raise refuse(ConfigError, "country.above", where=f"place {odd}")
        if min(self.area_of) < 0 or max(self.area_of) >= len(self.earlier):
            raise refuse(ConfigError, "country.area", got=max(self.area_of), n=len(self.earlier))
        known = self._inside.keys() | set(self.codes)
        codes = [code for code, _ in self.groups]
        if odd_groups := [code for code in codes if code not in known or codes.count(code) > 1]:
            raise refuse(ConfigError, "country.groups", got=odd_groups)

    @cached_property
    def _inside(self) -> dict[str, tuple[int, ...]]:
        """Rows of the leaves below each code above them."""
        found: dict[str, list[int]] = {}
        for row, chain in enumerate(self.above):
            for code in chain:
                found.setdefault(code, []).append(row)
        return {code: tuple(rows) for code, rows in found.items()}

    @cached_property
    def _row(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.codes)}

    def rows(self, code: str) -> tuple[int, ...]:
        """Rows of the leaves whose sum a code is: its own for a leaf. ConfigError for a code of neither kind."""
        if code in self._row:
            return (self._row[code],)
        if code in self._inside:
            return self._inside[code]
        raise refuse(ConfigError, "country.unknown", got=code)

    def holds(self, code: str) -> bool:
        """Whether the code is a leaf or a sum of leaves of the country."""
        return code in self._row or code in self._inside

    def figures(self, code: str) -> Figures:
        """What the leaves below a code are fitted to; none where the code is no group."""
        return next((figures for known, figures in self.groups if known == code), Figures())

    def base(self, code: str) -> Base:
        """The count of a leaf or of the sum of its leaves."""
        return Base(self.counts[list(self.rows(code))].sum(axis=0), CENSUS_LOWER, self.date, self.source, "high")

    def with_group(self, code: str, figures: Figures) -> Country:
        """The same country, fitted to a user's figures of `code` as well; they replace what it had."""
        self.rows(code)
        kept = tuple(group for group in self.groups if group[0] != code)
        own = tuple(sorted({*self.own, code}))
        return replace(self, groups=tuple(sorted((*kept, (code, figures)), key=lambda group: group[0])), own=own)
