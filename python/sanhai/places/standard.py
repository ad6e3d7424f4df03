"""The standard of a place: rates by year, sex and age that a root holds and everything below it inherits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.places.base import Base
from sanhai.places.figures import Source
from sanhai.places.values import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PARITY_AGES", "Aim", "GivenParity", "MortalityHistory", "MortalityIndex", "ParityHistory", "Standard"]

PARITY_AGES = range(10, 65)  # completed ages at which women by parity are known


@dataclass(frozen=True, eq=False)
class MortalityIndex(Value):
    """Mortality over time: the death rates of a draw are the median's x exp(b k) (Lee & Carter 1992).

    k is a lasting start error with `start_sd` and a random walk with `step_sd` a year.
    """

    b: NDArray[np.float64]  # (sex, age 0..100+), sums to 1 over ages, averaged over the sexes
    step_sd: float  # of k, a year
    start_sd: float = 0.0  # of k, once: how far the level itself is uncertain
    source: str = ""
    method: str = ""


@dataclass(frozen=True, eq=False)
class Aim(Value):
    """A published figure of parity that the reconstruction aimed at, and how far it may stay away."""

    figure: str
    year: int
    age: str
    value: float
    sd: float


@dataclass(frozen=True, eq=False)
class ParityHistory(Value):
    """Fertility of the past by age, and the hazards of orders 2 and 3+ against order 1 that rebuild women by parity."""

    years: range
    asfr: NDArray[np.float64]  # (year, age 10..64) births per woman
    women: NDArray[np.float64]  # (year, age 10..64) mid-year women
    knots: tuple[int, ...]  # years of the two multipliers, straight between them
    log_b2: NDArray[np.float64]  # (knot) ln of the hazard of order 2 relative to order 1
    log_b3: NDArray[np.float64]  # (knot) of order 3+
    shape: NDArray[np.float64]  # (6) age shapes: s2 of 2010 and 2017, q2, s3 of 2010 and 2017, q3
    aims: tuple[Aim, ...]
    only_child_at_50: float  # share of women of 50 with one child, were the level of fertility the unlowered one


@dataclass(frozen=True, eq=False)
class GivenParity(Value):
    """Women by parity at the start, as given, and the hazards of every order against order 1 that make given births."""

    years: range
    shares: NDArray[np.float64]  # (age 10..64, parity 0, 1, 2, 3+), sum 1
    relative: NDArray[np.float64]  # (year, order, age 10..64)
    method: str = ""


@dataclass(frozen=True, eq=False)
class MortalityHistory(Value):
    """Death rates of the past and to come, by which children and husbands of legacy stocks are rebuilt."""

    years: range
    mx: NDArray[np.float64]  # (year, sex, age 0..100+) 1/year
    srb: NDArray[np.float64]  # (year) boys per girl


@dataclass(frozen=True, eq=False)
class Standard(Value):
    """Rates of every year of `years`, from which the rates of places are fitted and carried on.

    All arrays by single ages 0 to 100+, male before female. Nothing here is fitted to a place.
    """

    years: range
    mx: NDArray[np.float64]  # (year, sex, age) 1/year
    asfr: NDArray[np.float64]  # (year, age) births per woman-year
    srb: NDArray[np.float64]  # (year) boys per girl
    net_migration: NDArray[np.float64]  # (year, sex, age) persons; 0 where none is known
    migration_share: NDArray[np.float64]  # (sex, age) of a net migrant, sum 1
    pyramid: Base  # single ages on a 1 January: the pattern inside age groups
    census_survival: NDArray[np.float64]  # (sex, 18 groups 0-4 .. 85+) ten years, to the group at the end; 0 under 10
    mortality: MortalityIndex
    parity: ParityHistory | GivenParity | None = None  # None: births by order are not known
    mortality_history: MortalityHistory | None = None  # None: no legacy stocks can be rebuilt
    earlier_mx: NDArray[np.float64] | None = None  # (sex, 18 groups 0-4 .. 85+) 1/year, of the count ten years before
    earlier_asfr: NDArray[np.float64] | None = None  # (5, age) births per woman, the year of the count and the 4 before
    sources: tuple[Source, ...] = ()
    is_path: bool = (
        False  # its rates are a place's own of every year: they hold, times the scale of the last fitted one
    )
    migration: str = "residual"  # what totals leave, its mean held after them; "given": net_migration; "rates"
    migration_rate: NDArray[np.float64] | None = None  # (year, sex, age) of survivors

    @property
    def has_migration(self) -> bool:
        """Whether anybody moves: False where it was said that nobody does."""
        return self.migration != "given" or bool(np.any(self.net_migration))

    def given_migration(self, first: int, last: int) -> NDArray[np.float64] | None:
        """(year, sex, age) net migrants of the years first..last where they are given, not solved; else None."""
        return self.at(self.net_migration, first, last) if self.migration == "given" else None

    def at(self, values: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
        """Rows of the years first..last, both included, of an array by year."""
        return values[first - self.years.start : last + 1 - self.years.start]
