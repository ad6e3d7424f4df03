"""Values of levers from months on: who writes them how, and which holds where and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, refuse, require_kind
from sanhai.policy.levers import Lever, Value, check_value, contract_of
from sanhai.policy.months import (
    MONTHS,
    WHOLE_RUN,
    checked_month,
    checked_number,
    checked_year,
    january,
    month_text,
    year_of,
)
from sanhai.rates.paths import Path

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["Dated", "Setting", "from_month", "from_year", "latest", "layers_of", "series_of"]


@dataclass(frozen=True, slots=True, order=True)
class Dated:
    """A value that holds from the first day of a month on.

    month, announced: months since the year 0; month 0: for the whole run. announced: when people come to know of it,
    its own month where nobody says another; births may answer from then on. place: code or name of the part of the
    scenario's place in which alone it holds; "": wherever the scenario acts.
    """

    month: int
    value: Value
    announced: int
    place: str = ""


def from_month(month: object, value: Value, announced: object = None, place: str | Place = "") -> Dated:
    """A lever's value from a month on: `{"subsidy.child3.yuan_per_month": from_month("2027-07", 500)}`.

    month, announced: "2027-07", a year (its January) or the first day of a month; `announced` is `month` where none is
    given, and may lie before or after it: money is paid from the month, families know from the announcement on. place:
    a county or another part of the scenario's place in which alone it holds. Raises ConfigError for what is no month
    from 1949 to 2200.
    """
    when = checked_month(month)
    known = when if announced is None else checked_month(announced)
    if isinstance(place, str):
        return Dated(when, value, known, place)
    from sanhai.places.place import Place

    require_kind("place", place, (str, Place), "str | Place")
    return Dated(when, value, known, place.code)


def from_year(year: int, value: Value, announced: object = None, place: str | Place = "") -> Dated:
    """A lever's value from 1 January of a year on: `{"subsidy.child3.yuan_per_month": from_year(2027, 500)}`.

    The rest as in `from_month`. Raises ConfigError for what is no calendar year from 1949 to 2200.
    """
    return from_month(checked_year(year), value, announced, place)


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """What a scenario sets: a lever's value, from a month on (0: the whole run), in a place ("": wherever it acts)."""

    path: str
    place: str
    month: int
    value: Value
    announced: int

    @classmethod
    def of(cls, path: str, one: Dated) -> Setting:
        return cls(path, one.place, one.month, one.value, one.announced)

    @property
    def year(self) -> int:
        """The calendar year in which it begins; 0: for the whole run."""
        return year_of(self.month)

    @property
    def since(self) -> str:
        """When it begins as people write it: 2027, 2027-07; "" for the whole run."""
        return month_text(self.month)

    @property
    def known(self) -> int:
        """The first month in which it can change anything: that of its start, or of its announcement before."""
        return min(self.month, self.announced)

    @property
    def key(self) -> str:
        """Its lever, date and place, as an option takes them: path@2027-07."""
        return "@".join(one for one in (self.path, self.since, self.place) if one)

    def __str__(self) -> str:
        when = f" from {self.since}" if self.since else ""
        known = f", announced {month_text(self.announced)}" if self.announced != self.month else ""
        return f"{self.path}={self.value}{when}{known}" + (f", in {self.place}" if self.place else "")

    def record(self) -> dict[str, Value]:
        """Ready for JSON; what nobody gave is left out."""
        found: dict[str, Value] = {"path": self.path, "value": self.value}
        if self.month != WHOLE_RUN:
            found["from"] = self.since
        if self.announced != self.month:
            found["announced"] = month_text(self.announced)
        if self.place:
            found["place"] = self.place
        return found

    @classmethod
    def from_record(cls, record: Mapping[str, Value]) -> Setting:
        """The setting of a record."""
        month = checked_month(record["from"]) if "from" in record else WHOLE_RUN
        announced = checked_month(record["announced"]) if "announced" in record else month
        return cls(str(record["path"]), str(record.get("place", "")), month, record["value"], announced)


def latest(entries: Iterable[Setting], month: int, known: int | None = None) -> Setting | None:
    """Of settings in the order of their months the last that has begun by a month, as far as announced by `known`."""
    found = None
    for one in entries:
        if one.month <= month and (known is None or one.announced <= known):
            found = one
    return found


def layers_of(entries: Sequence[Setting], codes: Sequence[str]) -> tuple[tuple[Setting, ...], ...]:
    """Settings of one lever that reach a place, those of the nearest place first, those of no place last.

    codes: of the place and of those around it, from the uppermost down.
    """
    layers = (tuple(one for one in entries if one.place == code) for code in (*reversed(codes), ""))
    return tuple(layer for layer in layers if layer)


def series_of(info: Lever, given: object, first_year: int) -> tuple[Dated, ...]:
    """A lever's values in the order of their months, checked by its contract.

    given: a value, `from_month("2027-07", value)`, `from_year(2027, value)`, a list of these, or a path or pandas
    Series over years. A value without a date holds from January of `first_year`; that of a fixed lever is kept with
    month 0. Raises ConfigError for a value out of bounds, a date where none can be, a month where the lever's rule goes
    by the year, an announcement that nothing reads, two values of one date and place, or several dates of a
    state.
    """
    given = _by_year(info, given)
    several = list(given) if isinstance(given, list | tuple) else [given]
    undated = WHOLE_RUN if info.kind == "fixed" else january(first_year)
    out = [
        _dated(info, one) if isinstance(one, Dated) else Dated(undated, check_value(info, one), undated)
        for one in several
    ]
    twice = [key for key, n in sorted(Counter((one.month, one.place) for one in out).items()) if n > 1]
    if twice:
        raise refuse(ConfigError, "lever.date_twice", path=info.path, date=month_text(twice[0][0]))
    if not out or (info.kind == "state" and len({one.month for one in out}) > 1):
        raise refuse(ConfigError, "lever.n_values", path=info.path, n=len(out))
    return tuple(sorted(out, key=lambda one: (one.month, one.place)))


def _dated(info: Lever, one: Dated) -> Dated:
    """A dated value whose date and announcement its lever can have."""
    when, known = checked_number(one.month), checked_number(one.announced)
    if info.kind == "fixed":
        raise refuse(ConfigError, "lever.fixed", path=info.path, date=month_text(when))
    if when % MONTHS and info.is_yearly:
        year = year_of(when)
        raise refuse(ConfigError, "lever.yearly", path=info.path, date=month_text(when), year=year, next=year + 1)
    if known != when and not info.is_foreseen:
        raise refuse(ConfigError, "lever.announced", path=info.path, date=month_text(known), since=month_text(when))
    return Dated(when, check_value(info, one.value), known, one.place)


def _by_year(info: Lever, given: object) -> object:
    """A path or a Series over years as one value a year from its first to its last, straight in between."""
    is_series = hasattr(given, "items") and hasattr(given, "index") and not callable(given.index)
    if info.kind != "series" or info.choices or not (isinstance(given, Path) or is_series):
        return given
    if isinstance(given, Path):
        pairs = dict(zip(given.years, given.values, strict=True))
    else:
        pairs = {checked_year(year): float(check_value(info, value)) for year, value in given.items()}  # type: ignore[attr-defined]
    if not pairs:
        raise refuse(ConfigError, "lever.number", got=given, **contract_of(info))
    years = sorted(pairs)
    every = range(years[0], years[-1] + 1)
    values = np.interp(every, years, [pairs[one] for one in years])
    return [from_year(year, float(value)) for year, value in zip(every, values, strict=True)]
