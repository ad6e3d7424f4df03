"""What a run is asked for besides its scenarios: years, draws, seed, threads, components, memory. One checker."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sanhai import _bridge
from sanhai.errors import ConfigError, is_one_of, nearest, refuse, whole_number

__all__ = [
    "COMPONENTS",
    "EVENTS",
    "GIB",
    "MAX_DRAWS",
    "MEMORY_GIB",
    "YEARS",
    "Options",
    "checked_memory",
    "checked_options",
    "checked_years",
    "require_memory",
    "whole",
]

COMPONENTS = tuple(_bridge.default_components())  # the core's table of random components says which
EVENTS = "events"  # births and deaths as whole numbers by chance: asked for, since on large counts it only costs time
MAX_DRAWS = 1_000_000  # memory is refused long before
MAX_THREADS = 1024
YEARS = (1000, 3000)  # calendar years that labels of rates and counts may name
MEMORY_GIB = 4.0  # of draws kept at once, unless the call says more
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Options:
    """How many draws, which, and what varies in them. One draw is a point run: nothing varies, the seed is unused."""

    draws: int = 1
    seed: int = 0
    threads: int = 1
    components: tuple[str, ...] = ()
    level: float = 0.8  # share of draws between lo and hi in what is written and printed unless a call says otherwise
    memory_gib: float = MEMORY_GIB

    @property
    def is_drawn(self) -> bool:
        return self.draws > 1

    def identity(self) -> dict[str, Any]:
        """What of it can change a number or an interval: not threads, not memory, of a point run not the seed."""
        drawn = {"draws": self.draws, "level": self.level}
        seeded = {"seed": self.seed, "components": list(self.components)} if self.is_drawn else {}
        return {"seed": None, "components": [], **drawn, **seeded}


def whole(what: str, got: object, low: int, high: int, example: int) -> int:
    """`got` as an int between bounds; NumPy integers are integers, True and 3.0 are not. ConfigError otherwise."""
    value = whole_number(got)
    if value is None or not low <= value <= high:
        raise refuse(ConfigError, "option.whole", got=got, what=what, low=low, high=high, example=example)
    return value


def _components(given: object, is_drawn: bool) -> tuple[str, ...]:
    known = tuple(_bridge.component_bits())
    if given is None:
        return COMPONENTS if is_drawn else ()
    if isinstance(given, str) or not isinstance(given, Iterable):
        example = given if given in known else "tfr"
        raise refuse(ConfigError, "option.components_list", got=given, known=known, example=str(example))
    chosen = list(given)
    unknown = [name for name in chosen if not is_one_of(name, known)]
    if unknown:
        raise refuse(ConfigError, "option.component", got=unknown[0], known=known, near=nearest(unknown[0], known))
    return tuple(name for name in known if name in chosen) if is_drawn else ()


def _between(got: object, high: float) -> bool:
    """Whether it is a number above 0 and below `high`; True is none."""
    is_number = isinstance(got, int | float | np.floating | np.integer) and not isinstance(got, bool | np.bool_)
    return is_number and 0.0 < float(got) < high  # type: ignore[arg-type]


def checked_memory(what: str, got: object) -> float:
    """GiB that arrays may take: a number above 0; ConfigError otherwise."""
    if not _between(got, math.inf):
        raise refuse(ConfigError, "option.memory", got=got, what=what)
    return float(got)  # type: ignore[arg-type]


def checked_options(
    draws: object = 1,
    seed: object = 0,
    threads: object = None,
    components: object = None,
    level: object = 0.8,
    memory: object = None,
) -> Options:
    """Options of a point run and of draws alike; ConfigError names what cannot be."""
    n = whole("draws", draws, 1, MAX_DRAWS, 1000)
    chosen = whole("seed", seed, 0, 2**64 - 1, 7)
    most = os.cpu_count() or 1
    workers = most if threads is None else whole("threads", threads, 1, MAX_THREADS, most)
    if not _between(level, 1.0):
        raise refuse(ConfigError, "results.level", got=level, near_level=0.8)
    budget = MEMORY_GIB if memory is None else checked_memory("memory", memory)
    return Options(n, chosen, workers, _components(components, n > 1), float(level), budget)  # type: ignore[arg-type]


def checked_years(years: object, first_known: int, observed_last: int, last_known: int) -> range:
    """Years of the flows shown, from (first, last) or a range; ConfigError for what no run can cover."""
    pair: tuple[object, ...] = ()
    if isinstance(years, range) and years.step == 1 and len(years):
        pair = (years[0], years[-1])
    elif isinstance(years, tuple | list) or (isinstance(years, np.ndarray) and years.ndim == 1):
        pair = tuple(years)
    first, last = map(whole_number, pair) if len(pair) == 2 else (None, None)
    if first is None or last is None or not (first_known <= first <= last and observed_last <= last <= last_known):
        near = min(max(last or 2050, observed_last), last_known)
        begin = min(max(first or first_known, first_known), near)
        raise refuse(
            ConfigError,
            "option.years",
            got=years,
            first=first_known,
            observed=observed_last,
            last=last_known,
            begin=begin,
            end=near,
        )
    return range(first, last + 1)


def require_memory(needed_gib: float, budget_gib: float, where: str, fewer: str, name: str = "memory") -> None:
    """ConfigError naming both numbers where more would be held than the budget."""
    if not needed_gib <= budget_gib:
        raise refuse(
            ConfigError,
            "option.too_large",
            where=where,
            needed=f"{needed_gib:.2f}",
            budget=f"{budget_gib:.2f}",
            name=name,
            enough=math.ceil(needed_gib),
            fewer=fewer,
        )
