"""Made-up places for tests: a stable pyramid, a national pattern of mortality at its own level, gamma fertility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.places.ages import by_age
from sanhai.places.base import N_AGES
from sanhai.places.place import Place
from sanhai.rates.makers import Fertility, Migration, Mortality

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PATTERN", "MadeUp"]

PATTERN = "100000"  # the shipped nation, whose ages at death the made-up places have


@dataclass(frozen=True)
class MadeUp:
    """What a made-up place is made from. The defaults are the place of the fixtures.

    people: persons. growth: a year, of the stable population whose pyramid it has. uneven: seed of factors of 0.7 to
    1.3 on single ages, as wars, famines and booms leave them; 0: none. open_age: of the count. e0: years, male and
    female. fertility: (births per woman, mean age, spread of ages) of order 1, 2, 3+, or one of all orders. moving: net
    migrants a year as a share of the people; None: there are none. policy_place: whose documents hold; "" for none.
    """

    name: str = "Made-up place"
    date: str = "2025-01-01"
    people: float = 50_000.0
    growth: float = 0.0
    uneven: int = 0
    open_age: int = 100
    e0: tuple[float, float] = (74.0, 79.0)
    fertility: tuple[tuple[float, float, float], ...] = ((0.8, 27.0, 4.5), (0.5, 30.0, 4.5), (0.15, 33.0, 4.5))
    srb: float = 1.06
    moving: float | None = 0.002
    policy_place: str = PATTERN

    def place(self) -> Place:
        male, female = self.pyramid()
        ages = [*map(str, range(self.open_age)), f"{self.open_age}+"]
        migration: str | Migration = "none"
        if self.moving is not None:
            migration = Migration(total=self.moving * self.people, pattern="rogers-castro")
        return Place(
            self.name,
            population=by_age(male=male, female=female, date=self.date, unit="persons", ages=ages),
            mortality=Mortality(e0={"male": self.e0[0], "female": self.e0[1]}, standard=PATTERN),
            fertility=self._fertility(),
            srb=self.srb,
            migration=migration,
            policy_place=self.policy_place or None,
        )

    def pyramid(self) -> NDArray[np.float64]:
        """(sex, age to `open_age` and over) persons, `people` in all."""
        ages = np.arange(N_AGES, dtype=np.float64)
        dying = np.array(self.e0)[:, None] + 5.0  # survivors fall to 1/e five years after the mean age at death
        people = _bridge.exp(-self.growth * ages - (ages / dying) ** 8)
        if self.uneven:
            people = people * np.random.default_rng(self.uneven).uniform(0.7, 1.3, N_AGES)
        people = people * (self.people / people.sum())
        return np.concatenate([people[:, : self.open_age], people[:, self.open_age :].sum(axis=1)[:, None]], axis=1)

    def _fertility(self) -> Fertility:
        rates = {order: _bridge.asfr_gamma(*one, N_AGES) for order, one in enumerate(self.fertility, start=1)}
        if len(rates) == 1:
            return Fertility(asfr=by_age(female=rates[1]))
        return Fertility(asfr_order={order: by_age(female=one) for order, one in rates.items()})
