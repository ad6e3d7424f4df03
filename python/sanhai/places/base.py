"""A count of people by sex and age on a day: what a run starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, DomainError, ShapeError, refuse, require_kind
from sanhai.places.figures import SEXES, Figure
from sanhai.places.values import Value, numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CENSUS_LOWER", "N_AGES", "Base"]

N_AGES = 101  # single ages 0 to 100+
CENSUS_LOWER = (0, 1, *range(5, 90, 5))  # first ages of the census groups 0, 1-4, 5-9 .. 85+
FIVE_YEAR_LOWER = tuple(range(0, 90, 5))
NOVEMBER, JANUARY = "11-01", "01-01"


@dataclass(frozen=True, eq=False)
class Base(Value):
    """Persons by sex and age group on a day.

    counts (sex, group) persons, male first; lower: first age of every group, the last one open (single ages are groups
    of one year). Raises ShapeError for counts that do not fit `lower`, DomainError for a
    negative one, ConfigError for another day.
    """

    counts: NDArray[np.float64]
    lower: tuple[int, ...]
    date: str  # YYYY-MM-DD
    source: str = ""
    confidence: str = "medium"
    method: str = "published"

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", numbers("counts", self.counts, ("sex", "group")))
        super().__post_init__()
        if self.counts.shape != (len(SEXES), len(self.lower)):
            shape = (len(SEXES), len(self.lower))
            raise refuse(ShapeError, "base.shape", shape=str(self.counts.shape), right=str(shape), lower=self.lower)
        if not (np.isfinite(self.counts).all() and (self.counts >= 0.0).all()):
            odd = float(self.counts[~(np.isfinite(self.counts) & (self.counts >= 0.0))][0])
            raise refuse(DomainError, "base.count", got=odd)
        given: object = self.date
        date = given if isinstance(given, str) else ""
        if date[4:] not in (f"-{NOVEMBER}", f"-{JANUARY}") or not (date[:4].isascii() and date[:4].isdigit()):
            raise refuse(ConfigError, "base.date", got=self.date)

    @property
    def year(self) -> int:
        """Calendar year of the count."""
        return int(self.date[:4])

    @property
    def is_january(self) -> bool:
        return self.date.endswith(JANUARY)

    @property
    def first_year(self) -> int:
        """First calendar year of a run from this count: it starts on 1 January of that year."""
        return self.year if self.is_january else self.year + 1

    @property
    def is_single(self) -> bool:
        """Whether the groups are the single ages 0 to 100+."""
        return self.lower == tuple(range(N_AGES))

    def total(self) -> float:
        """Persons of both sexes."""
        return float(self.counts.sum())

    def grouped(self, lower: tuple[int, ...]) -> NDArray[np.float64]:
        """(sex, group) persons in coarser groups. ConfigError when one of them is not a union of the own groups."""
        require_kind("lower", lower, tuple, "tuple[int, ...]", int)
        if not lower or not set(lower) <= set(self.lower):
            raise refuse(ConfigError, "base.groups", own=str(self.lower), asked=str(lower))
        starts = [self.lower.index(age) for age in lower]
        return np.asarray(np.add.reduceat(self.counts, starts, axis=1))

    def rows(self) -> tuple[Figure, ...]:
        """The count as figures."""
        ends = [after - 1 for after in self.lower[1:]]
        names = [str(a) if a == b else f"{a}-{b}" for a, b in zip(self.lower, ends, strict=False)]
        names.append(f"{self.lower[-1]}+")
        return tuple(
            Figure(
                "pop_census",
                self.year,
                sex,
                age,
                float(value),
                "persons",
                self.source,
                self.date,
                self.confidence,
                self.method,
            )
            for sex, row in zip(SEXES, self.counts, strict=True)
            for age, value in zip(names, row, strict=True)
        )
