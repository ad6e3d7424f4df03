"""What a run reads of a scenario, and what it has read: a setting that nothing reads must not pass in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sanhai.errors import ConfigError, refuse
from sanhai.policy.levers import Value, lever
from sanhai.policy.scenario import Scenario, Setting
from sanhai.policy.schema import Instrument

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["Reading", "require_all_read"]

T = TypeVar("T")


class Reading:
    """A scenario as the compile functions see it. It remembers which settings gave a value to a year of the run.

    One reading serves one run; `memo` keeps what is derived from the scenario while the run lasts.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._series: dict[str, list[Setting]] = {}
        for one in scenario.settings:
            self._series.setdefault(one.path, []).append(one)
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

    def value(self, path: str, year: int) -> Value | None:
        """The lever's value in a year: the latest that has begun, else its default. It counts as read."""
        found: Setting | None = None
        for one in self._series.get(path, ()):
            if one.year <= year:
                found = one
        if found is None:
            return lever(path).default
        self._read.add(found)
        return found.value

    def number(self, path: str, year: int) -> float | None:
        """The same as a number; None where nobody set it and it has no default."""
        value = self.value(path, year)
        return None if value is None else float(value)

    def fixed(self, path: str) -> Value | None:
        """The value of a lever that holds for the whole run."""
        return self.value(path, 0)

    def fixed_number(self, path: str) -> float | None:
        value = self.fixed(path)
        return None if value is None else float(value)

    def dates(self, path: str, years: range) -> dict[int, float]:
        """Its values by the year of their date, up to the last of the years; they count as read."""
        found = [one for one in self._series.get(path, ()) if one.year <= years[-1]]
        self._read.update(found)
        return {one.year: float(one.value) for one in found}

    def begins(self, path: str) -> int | None:
        """The first year for which the lever is set; None: it never is. That alone does not count as reading it."""
        series = self._series.get(path)
        return series[0].year if series else None

    def is_set(self, path: str, year: int | None = None) -> bool:
        """Whether the lever is set at all, or for a year."""
        begun = self.begins(path)
        return begun is not None and (year is None or begun <= year)

    def years_of_change(self) -> tuple[int, ...]:
        return self.scenario.years_of_change()

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
            if one.year > years[-1]:
                late.append((reading.name, one))
            elif lever(one.path).side == "policy" or one in nowhere:
                where = f"scenario {reading.name}"
                if one.year:
                    values = {"path": one.path, "value": one.value, "year": one.year}
                    raise refuse(ConfigError, "lever.unread_from", where=where, **values)
                raise refuse(ConfigError, "lever.unread", where=where, path=one.path, value=one.value)
    return tuple(late)
