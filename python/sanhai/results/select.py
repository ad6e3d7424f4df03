"""What a user names of a result: variable, scenario, place, years, split, level; each refused by name when unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import ConfigError, nearest, refuse, whole_number
from sanhai.policy.vocabulary import KIND_OF_LEVEL, MONEY_KINDS
from sanhai.results.store import BY_ORDER, PARTS, Store
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.results.results import Results

__all__ = [
    "Chosen",
    "checked_level",
    "checked_name",
    "checked_variable",
    "checked_year",
    "checked_years",
    "choose",
    "code_of",
    "grouped",
    "splits_of",
    "years_of",
]


@dataclass(frozen=True)
class Chosen:
    """Numbers of one variable and place: (scenario, part, year, draw), with the labels of each axis.

    kinds: of each part, where a part is money of one kind of a named instrument or component.
    """

    variable: str
    place: str
    scenarios: tuple[str, ...]
    split: str  # name of the axis `part`: "" where there is one part that needs no name
    parts: tuple[str, ...]
    years: tuple[int, ...]
    values: NDArray[np.float64]
    kinds: tuple[str, ...] = ()

    @property
    def labels(self) -> list[tuple[str, ...]]:
        """Of each part: its name, and the kind of its money where that tells parts of one name apart; () of the one."""
        if not self.split:
            return [()]
        return list(zip(self.parts, self.kinds, strict=True)) if self.kinds else [(part,) for part in self.parts]

    @property
    def label_names(self) -> list[str]:
        """What the labels are."""
        return [] if not self.split else [self.split, "kind"] if self.kinds else [self.split]


def checked_name(what: str, got: object, known: Sequence[str]) -> str:
    """`got` when it is one of the known names; ConfigError with the allowed and the nearest ones otherwise."""
    if isinstance(got, str) and got in known:
        return got
    names = list(known)
    raise refuse(ConfigError, "results.name", got=got, what=what, known=names or "-", near=nearest(got, names))


def checked_variable(store: Store, variable: object) -> str:
    """A variable this result has; ConfigError tells an unknown one from one that needs another run."""
    if isinstance(variable, str) and variable in VARIABLES and variable not in store.variables:
        if variable in ("leavers", "arrivals"):
            raise refuse(ConfigError, "results.needs_exchange", got=variable, known=store.variables)
        raise refuse(ConfigError, "results.not_held", got=variable, known=store.variables)
    return checked_name("variable", variable, store.variables)


def checked_level(level: float | None) -> float | None:
    """Share of draws an interval covers, between 0 and 1; None: no interval."""
    if level is None:
        return None
    if isinstance(level, bool | np.bool_) or not isinstance(level, int | float | np.floating | np.integer):
        raise refuse(ConfigError, "results.level", got=level, near_level=0.8)
    if not 0.0 < level < 1.0:
        near = float(level) / 100.0 if 1.0 < level < 100.0 else 0.8
        raise refuse(ConfigError, "results.level", got=level, near_level=near)
    return float(level)


def years_of(result: Results, variable: str) -> range:
    """Years a variable has: those shown, of a stock the next 1 January too."""
    known = VARIABLES.get(variable)
    return range(result.years[0], result.years[-1] + 1 + (known is not None and known.stock))


def checked_years(result: Results, variable: str, at: object) -> tuple[int, ...]:
    """The years asked for, each one the result has; ConfigError otherwise."""
    known = years_of(result, variable)
    if at is None:
        return tuple(known)
    given = list(at) if isinstance(at, Iterable) and not isinstance(at, str) else [at]
    out = []
    for year in given:
        whole = whole_number(year)
        if whole is None or whole not in known:
            first, last = known[0], known[-1]
            if whole and whole > last:
                raise refuse(ConfigError, "results.later_year", got=year, variable=variable, first=first, last=last)
            raise refuse(ConfigError, "results.year", got=year, variable=variable, first=first, last=last)
        out.append(whole)
    if not out:
        raise refuse(ConfigError, "results.no_year", variable=variable)
    return tuple(out)


def checked_year(result: Results, variable: str, year: object) -> int:
    """One year the result has."""
    return checked_years(result, variable, [year])[0]


def code_of(result: Results, place: object) -> str:
    """Code of a place of this result, from any of its names; None is the main place.

    A name of several places of the catalogue means the one that is here. ConfigError for another place, and for a name
    of several here.
    """
    from sanhai.places.catalogue import meant

    if place is None:
        return result.place
    asked = str(getattr(place, "code", place))
    if asked in result.places:
        return asked
    found = [one.code for one in result.place_info.values() if asked in (one.name_zh, one.name_en)]
    everywhere = () if found else meant(asked)
    found = found or [code for code in everywhere if code in result.places]
    if len(found) == 1:
        return found[0]
    known = [f"{one.name_en} ({one.name_zh}, {one.code})" for one in result.place_info.values() if one.code in found]
    if known:
        raise refuse(ConfigError, "place.ambiguous", got=asked, choices=known, count=len(known))
    if not everywhere:
        result.resolve(asked)  # raises, with the nearest names
    known = [f"{one.name_en} ({one.name_zh}, {one.code})" for one in result.place_info.values()]
    raise refuse(ConfigError, "results.place", got=asked, known=known)


def splits_of(variable: str) -> tuple[str, ...]:
    """What `by` may name for a variable."""
    known = VARIABLES[variable]
    if variable == "births":
        return ("order",)
    if known.money:
        kinds = {"pair": ("kind", "payer"), "side": ("kind",)}.get(known.money, ())
        return (*kinds, "instrument", "component")
    return (known.split,) if known.split else ()


def _labels(store: Store, variable: str, by: str) -> list[str]:
    """Label of every part under a split of money."""
    keys: dict[str, Callable[[Any], str]] = {
        "kind": lambda part: KIND_OF_LEVEL[part[1]] if VARIABLES[variable].money == "pair" else str(part[1]),
        "payer": lambda part: str(part[1]),
        "instrument": lambda part: store.lines[part[0]].instrument,
        "component": lambda part: store.lines[part[0]].id,
    }
    parts = store.parts(variable)
    if VARIABLES[variable].money == "line":
        parts = tuple((index, "") for index in range(len(parts)))
    return [keys[by](part) for part in parts]


def _sum(values: NDArray[np.float64], parts: Sequence[int], like: tuple[int, ...]) -> NDArray[np.float64]:
    """Sum over some parts, one after the other in a fixed order; without any, exactly 0."""
    total = np.zeros(like)
    total[..., -1, :] = np.nan  # money is a flow
    for part in parts:
        total = total + values[:, :, part]
    return total


def grouped(
    store: Store, variable: str, by: str | None, place: int | None = None
) -> tuple[NDArray[np.float64], str, tuple[str, ...], tuple[str, ...]]:
    """((scenario, place, part, year, draw), name of the split, labels, kinds): parts summed to what `by` asks for.

    What does not add (sexes of e0, the three gaps, target and stock per head, kinds of money) always stays apart.
    """
    allowed = splits_of(variable)
    if by is not None:
        checked_name(f"by of {variable}", by, allowed)
    if variable == "births" and by == "order":
        return store.values(BY_ORDER, place), by, PARTS[BY_ORDER], ()
    values, known = store.values(variable, place), VARIABLES[variable]
    if not known.money:
        return values, known.split, tuple(store.parts(variable)) if known.split else ("",), ()
    like = (*values.shape[:2], *values.shape[3:])
    of_kinds = known.money in ("pair", "side")
    if by is None and not of_kinds:
        return _sum(values, range(values.shape[2]), like)[:, :, None], "", ("",), ()
    by = by or "kind"
    names: list[tuple[str, ...]] = [(name,) for name in _labels(store, variable, by)]
    if of_kinds and by in ("instrument", "component"):
        names = [(*name, kind) for name, kind in zip(names, _labels(store, variable, "kind"), strict=True)]
    first = {name[0]: place for place, name in reversed(list(enumerate(names)))}
    labels = sorted(dict.fromkeys(names), key=lambda label: (first[label[0]], *map(MONEY_KINDS.index, label[1:])))
    if by == "kind":
        labels = [(kind,) for kind in MONEY_KINDS]
    sums = [_sum(values, [part for part, name in enumerate(names) if name == label], like) for label in labels]
    found = np.stack(sums, axis=2) if sums else np.zeros((*like[:2], 0, *like[2:]))
    return found, by, tuple(label[0] for label in labels), tuple(label[1] for label in labels if len(label) > 1)


def choose(
    result: Results,
    variable: str,
    *,
    place: object = None,
    scenario: str | None = None,
    at: int | Iterable[int] | None = None,
    by: str | None = None,
) -> Chosen:
    """Numbers of one variable and place, every draw: what table, diff and quantiles are made from."""
    store = result._store
    checked_variable(store, variable)
    code = code_of(result, place)
    years = checked_years(result, variable, at)
    names = store.scenarios if scenario is None else (checked_name("scenario", scenario, store.scenarios),)
    values, split, labels, kinds = grouped(store, variable, by, store.places.index(code))
    rows = [store.scenarios.index(name) for name in names]
    columns = [year - store.years[0] for year in years]
    chosen = values[rows][:, 0][:, :, columns]
    return Chosen(variable, code, tuple(names), split, labels, years, chosen, kinds)
