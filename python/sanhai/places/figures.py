"""Observed figures of a place, each with unit, source, date, confidence and method, and the sources they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, nearest, refuse
from sanhai.places.values import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "COLUMNS", "ENTERED", "ESTIMATED", "EXAMPLE", "FAMILIES", "FITTED_TO", "ORDERS", "OWN", "OWN_ESTIMATE", "REPORTED",
    "SEXES", "Figure", "Figures", "Source",
]  # fmt: skip

SEXES = ("male", "female")
ORDERS = ("order 1", "order 2", "order 3+")
COLUMNS = ("variable", "year", "sex", "age", "value", "unit", "source", "date", "confidence", "method")
FAMILIES = {"births": ("births", "cbr"), "deaths": ("deaths", "cdr"), "totals": ("pop_yearend",)}  # count, its rate
FITTED_TO = tuple(name for names in FAMILIES.values() for name in names)  # met in a calibrated year, where published
# Kept beside what is fitted to, never fitted to themselves: variable and base unit.
REPORTED = {
    "nursery_places": "places",
    "nursery_places_inclusive": "places",
    "nursery_places_public": "places",
    "nursery_places_kindergarten": "places",
    "nursery_institutions": "institutions",
    "nursery_enrolled": "persons",
    "nursery_opened": "places",
    "nursery_closed": "places",
    "general_budget_revenue": "yuan",
    "general_budget_spending": "yuan",
    "recipients_bereaved": "persons",
    "recipients_disabled_child": "persons",
    "recipients_rural_reward": "persons",
    "enrolled_preschool": "persons",
}
OUTSIDE = "pop_outside_places"
ESTIMATED = "estimated:"  # how the method of an estimate begins
# Methods of a user's figures: one that somebody knows, one that stands for no fact, the user's own estimate.
ENTERED, EXAMPLE, OWN_ESTIMATE = OWN = ("own", "example", f"{ESTIMATED} own")


@dataclass(frozen=True, eq=False)
class Source(Value):
    """Where figures come from."""

    id: str
    citation: str = ""
    publisher: str = ""
    date: str = ""
    licence: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: persons, births, deaths, years, 1/year, shares or yuan, as `unit` says; never thousands."""

    variable: str
    year: int
    sex: str
    age: str
    value: float
    unit: str
    source: str = ""
    date: str = ""  # of publication
    confidence: str = "medium"  # high: official; medium: second-hand or derived; low: contradicted, never fitted to
    method: str = "published"  # or how it was made: "derived: ..." from what was published, "estimated: ..." without it

    @property
    def is_published(self) -> bool:
        """Whether it is, or follows from, a figure of that place and year; an estimate fills the gap of one."""
        return not self.method.startswith(ESTIMATED)

    @property
    def nature(self) -> str:
        """Whose figure it is: published, entered by a user, or an example of a user's that stands for no fact."""
        return {ENTERED: "entered", EXAMPLE: "example"}.get(self.method, "published")


@dataclass(frozen=True, eq=False)
class Figures(Value):
    """The figures of one place, in order, and the sources that they name."""

    rows: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = field(default=(), repr=False)

    @cached_property
    def digest(self) -> str:
        """sha256 of all figures and sources."""
        return _Plain(tuple(astuple(row) for row in self.rows), self.sources).digest

    @cached_property
    def _by_variable(self) -> dict[str, tuple[Figure, ...]]:
        found: dict[str, list[Figure]] = {}
        for row in self.rows:
            found.setdefault(row.variable, []).append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, variable: str) -> tuple[Figure, ...]:
        """Rows of one variable; none when the place has none."""
        return self._by_variable.get(variable, ())

    def one(self, variable: str) -> float:
        """The first figure of a variable. ConfigError when the place does not have it."""
        found = self.of(variable)
        if not found:
            known = list(self._by_variable)
            raise refuse(ConfigError, "figure.unknown", got=variable, known=known, near=nearest(variable, known))
        return found[0].value

    def published(self, variable: str, years: range, sex: str = "both") -> NDArray[np.float64]:
        """(year) published figures, NaN where a year has none; a figure of low confidence is never fitted to."""
        out = np.full(len(years), np.nan)
        for row in self.of(variable):
            if row.sex == sex and row.age == "all" and row.year in years and row.confidence != "low":
                out[years.index(row.year)] = row.value
        return out

    def is_published(self, variable: str, years: range) -> NDArray[np.bool_]:
        """(year) whether `published` of both sexes is what an office published, not an estimate that fills its gap."""
        found = {row.year for row in self.of(variable) if row.is_published and row.sex == "both" and row.age == "all"}
        named = np.array([year in found for year in years], dtype=bool)
        return np.asarray(named & ~np.isnan(self.published(variable, years)))

    def known(self, years: range) -> dict[str, NDArray[np.bool_]]:
        """By family (year) whether an office published its count or its rate."""
        return {
            family: np.any([self.is_published(name, years) for name in names], axis=0)
            for family, names in FAMILIES.items()
        }

    def outside(self, years: range) -> NDArray[np.float64]:
        """(year) persons within the published totals who live in none of the places (servicemen): the latest count."""
        known = {row.year: row.value for row in self.of(OUTSIDE)}
        if not known:
            return np.zeros(len(years))
        first = min(known)
        return np.array([known[max((y for y in known if y <= year), default=first)] for year in years])

    def order_shares(self) -> dict[int, tuple[float, ...]]:
        """year -> shares of births of order 1, 2 and 3+ as published, where all three are.

        Taken whatever their confidence: the three were published together and one without the others is no use.
        """
        found: dict[int, dict[str, float]] = {}
        for row in self.of("birth_order_share"):
            found.setdefault(row.year, {})[row.age] = row.value
        return {year: tuple(by[order] for order in ORDERS) for year, by in sorted(found.items()) if len(by) == 3}

    def last_fitted_to(self) -> int | None:
        """Last year with a figure that a calibration meets, or None."""
        years = [
            row.year
            for name in FITTED_TO
            for row in self.of(name)
            if row.sex == "both" and row.age == "all" and row.confidence != "low"
        ]
        return max(years, default=None)


@dataclass(frozen=True, eq=False)
class _Plain(Value):
    """Rows as tuples, for the digest."""

    rows: tuple[tuple[object, ...], ...]
    sources: tuple[Source, ...]
