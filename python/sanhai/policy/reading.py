"""What a run reads of a scenario, and what it has read: a setting that nothing reads must not pass in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from sanhai.errors import ConfigError, refuse
from sanhai.policy.catalogue import Catalogue
from sanhai.policy.levers import Lever, Value
from sanhai.policy.months import MONTHS, WHOLE_RUN, january, year_of
from sanhai.policy.scenario import Scenario
from sanhai.policy.schema import Instrument
from sanhai.policy.series import Setting, latest, layers_of

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["PlaceLevers", "Reading", "require_all_read"]

T = TypeVar("T")


class Reading:
    """A scenario as the compile functions see it. It remembers which settings gave a value to a year of the run.

    One reading serves one run; `memo` keeps what is derived from the scenario while the run lasts.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.catalogue: Catalogue = scenario.catalogue
        self._series: dict[str, list[Setting]] = {}
        for one in scenario.settings:
            self._series.setdefault(one.path, []).append(one)
        self._places = {one.place for one in scenario.settings if one.place}
        self._read: set[Setting] = set()
        self._memo: dict[Any, Any] = {}

    @property
    def name(self) -> str:
        return self.scenario.name

    @property
    def code(self) -> str:
        """Code of the scenario's place."""
        return self.scenario.code

    @property
    def place(self) -> Place:
        return self.scenario.place

    @property
    def packs(self) -> tuple[str, ...]:
        return self.scenario.packs

    def lever(self, path: str) -> Lever:
        """A lever of the scenario's documents or of the model."""
        return self.catalogue.lever(path)

    def value(self, path: str, place: Place | None, month: int, known: int | None = None) -> Value | None:
        """The lever's value in a place and month: the latest set that has begun, else its default. It counts as read.

        What is set for the nearest of the places around goes before what is set for the whole scenario. place: None
        asks for the latter. known: a month; what was announced later is left out. month: WHOLE_RUN of a fixed lever.
        """
        found = self.setting(path, place, month, known)
        return self.lever(path).default if found is None else found.value

    def number(self, path: str, place: Place | None, month: int, known: int | None = None) -> float | None:
        """The same as a number; None where nobody set it and it has no default."""
        value = self.value(path, place, month, known)
        return None if value is None else float(value)

    def setting(self, path: str, place: Place | None, month: int, known: int | None = None) -> Setting | None:
        """What was set that gives the value of a place and month; None where the default holds. It counts as read."""
        found = self._latest(path, place, month, known)
        if found is not None:
            self._read.add(found)
        return found

    def _latest(self, path: str, place: Place | None, month: int, known: int | None = None) -> Setting | None:
        if path not in self._series:
            return None
        layers = (latest(layer, month, known) for layer in self._layers(path, place))
        return next((one for one in layers if one is not None), None)

    def together(self, paths: Iterable[str], place: Place | None, month: int) -> dict[str, float]:
        """Numbers set in a place and month for levers that are parts of one whole, such as shares; {} without any.

        The nearest of the places around for which some of them are set says all of them. Those count as read.
        """
        begun = (self._latest(path, place, month) for path in paths)
        found = [one for one in begun if one is not None]
        around = ("", *self.place_key(place))
        nearest = max((around.index(one.place) for one in found), default=0)
        chosen = [one for one in found if one.place == around[nearest]]
        self._read.update(chosen)
        return {one.path: float(one.value) for one in chosen}

    def of_year(self, path: str, place: Place | None, year: int, unset: float | None = None) -> float | None:
        """The mean of its numbers over the months of a year: see `PlaceLevers.of_year`."""
        return self.at(place).of_year(path, year, unset)

    def at(self, place: Place | None) -> PlaceLevers:
        """The levers of one place, as what is compiled for it asks for them."""
        return self.memo(("at", self.place_key(place)), lambda: PlaceLevers(self, place))

    def place_key(self, place: Place | None) -> tuple[str, ...]:
        """Codes around a place for which something is set: places of one key have every lever in common."""
        if place is None or not self._places:
            return ()
        return tuple(one.code for one in place.lineage if one.code in self._places)

    def _layers(self, path: str, place: Place | None) -> tuple[tuple[Setting, ...], ...]:
        key = self.place_key(place)
        return self.memo(("layers", path, key), lambda: layers_of(self._series[path], key))

    def starts(self, year: int) -> tuple[int, ...]:
        """Months inside a year, its January not among them, in which something set begins."""
        every = self.memo("starts", lambda: sorted({one.month for one in self.scenario.settings if one.month % MONTHS}))
        return tuple(month for month in every if year_of(month) == year)

    def dated(self, path: str, years: range) -> tuple[Setting, ...]:
        """What is set for a lever, anywhere, up to the last of the years; it counts as read."""
        found = tuple(one for one in self._series.get(path, ()) if one.year <= years[-1])
        self._read.update(found)
        return found

    def begins(self, path: str) -> int | None:
        """The first month for which the lever is set anywhere; None: it never is. That does not count as reading it."""
        series = self._series.get(path)
        return min(one.month for one in series) if series else None

    def is_set(self, path: str) -> bool:
        """Whether the lever is set at all."""
        return path in self._series

    def holds(self, path: str, place: Place | None, month: int) -> bool:
        """Whether a value that was set, not the default, holds in a place and month."""
        return self._latest(path, place, month) is not None

    def months_of_change(self) -> tuple[int, ...]:
        return self.scenario.months_of_change()

    def instruments_at(self, leaf: Place) -> tuple[Instrument, ...]:
        """Instruments in use in a place."""
        return self.scenario.instruments_at(leaf)

    def holds_at(self, leaf: Place) -> bool:
        """Whether the scenario's own choices act in a place: its own, or one inside it."""
        return self.memo(("holds", leaf.code), lambda: self.scenario.holds_at(leaf))

    def first_open_year(self, leaf: Place) -> int:
        """The first year of a place that the scenario may change: what was observed of it stays, but if meant."""
        return leaf.base.first_year if self.scenario.counterfactual else leaf.first_projected_year

    def memo(self, key: object, make: Callable[[], T]) -> T:
        """`make()`, once a key and reading."""
        if key not in self._memo:
            self._memo[key] = make()
        found: T = self._memo[key]
        return found

    def unread(self) -> tuple[Setting, ...]:
        """Settings that gave no year its value, so far."""
        return tuple(one for one in self.scenario.settings if one not in self._read)


@dataclass(frozen=True)
class PlaceLevers:
    """A scenario's levers in one place, by month."""

    reading: Reading
    place: Place | None

    def number(self, path: str, month: int) -> float | None:
        """The lever's value in a month; None where nobody set it and it has no default."""
        return self.reading.number(path, self.place, month)

    def of_year(self, path: str, year: int, unset: float | None = None) -> float | None:
        """The mean of its numbers over those months of a year that have one; a number `unset` counts for the others.

        None where no month has one.
        """
        starts = [january(year), *self.starts(year)]
        found = [self.number(path, month) for month in starts]
        if all(one is None for one in found):
            return None
        lengths = np.diff([*starts, january(year + 1)])
        pairs = [(n, unset if one is None else one) for n, one in zip(lengths, found, strict=True)]
        known = [(n, one) for n, one in pairs if one is not None]
        if all(one == known[0][1] for _, one in known):
            return known[0][1]  # to the last bit
        return float(sum(n * one for n, one in known) / sum(n for n, _ in known))

    def starts(self, year: int) -> tuple[int, ...]:
        """Months inside a year, its January not among them, in which something set begins."""
        return self.reading.starts(year)


def require_all_read(readings: Reading | Sequence[Reading], years: range) -> tuple[tuple[str, Setting], ...]:
    """ConfigError naming a setting that no year of the run read; to be called when all scenarios have run.

    A belief must have been read in one of the scenarios, a policy in its own. Returns (scenario, setting) of what does
    not begin in this run: its date is after the last year.
    """
    given = [readings] if isinstance(readings, Reading) else list(readings)
    late: list[tuple[str, Setting]] = []
    nowhere = set.intersection(*(set(one.unread()) for one in given)) if given else set()
    for reading in given:
        for one in reading.unread():
            if one.month >= january(years[-1] + 1):
                late.append((reading.name, one))
            elif reading.lever(one.path).side == "policy" or one in nowhere:
                where = f"scenario {reading.name}" + (f", place {one.place}" if one.place else "")
                if one.month != WHOLE_RUN:
                    values = {"path": one.path, "value": one.value, "date": one.since}
                    raise refuse(ConfigError, "lever.unread_from", where=where, **values)
                raise refuse(ConfigError, "lever.unread", where=where, path=one.path, value=one.value)
    return tuple(late)
