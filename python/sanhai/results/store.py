"""The numbers of a result, kept once: one array a variable over (scenario, place, part, year, draw).

Everything that shows a number asks `Store.values`, which also computes what follows from others (real money from
nominal, crude rates from counts); nothing is kept twice. Memory belongs to `bytes`: no handle can make it writable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.results.info import LineInfo

__all__ = ["BY_ORDER", "CASH_LAGGED", "DERIVED", "PARTS", "Store", "frozen"]

CASH_LAGGED = "cash_lagged"  # cash of those pairs alone whose money is not all paid in the year in which it is due
BY_ORDER = "births_order"  # births by birth order: the same variable, kept apart because it adds up to another's array
PARTS: dict[str, tuple[str, ...]] = {  # labels of the axis `part` where it is the same in every result
    BY_ORDER: ("1", "2", "3+"),
    "e0": ("male", "female"),
    "places_gap": ("target", "demand", "want"),
    "places_per_1000": ("target", "stock"),
    "places_per_child": ("target", "stock"),
}


def frozen(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same numbers in memory that nobody can write: it belongs to a `bytes`."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    return np.frombuffer(array.tobytes(), dtype=np.float64).reshape(array.shape)


@dataclass(frozen=True, eq=False)
class Store:
    """Arrays by variable and the labels of their axes. `years` end with the 1 January after the last flow."""

    scenarios: tuple[str, ...]
    places: tuple[str, ...]
    years: range
    n_draws: int
    arrays: Mapping[str, NDArray[np.float64]]  # (scenario, place, part, year, draw); flows are NaN in the last year
    lines: tuple[LineInfo, ...]
    pairs: tuple[tuple[int, str], ...]  # (line, payer): the parts of money
    sides: tuple[tuple[int, str], ...]  # (line, kind of money): the parts of the liability
    lagged: tuple[int, ...]  # pairs whose money is not all paid in the year in which it is due
    line_confidence: tuple[tuple[str, ...], ...]  # by scenario and line; "" where the scenario has no such line
    factors: Mapping[str, NDArray[np.float64]]  # cost_real, pv: (scenario, year) on nominal yuan
    band: Mapping[str, NDArray[np.float64]]  # births_extra(_gross) at both ends of eps: (scenario, place, year, end)

    def __post_init__(self) -> None:
        for name in ("arrays", "factors", "band"):
            object.__setattr__(self, name, {key: frozen(values) for key, values in getattr(self, name).items()})

    def __getstate__(self) -> dict[str, Any]:
        names = self.__dataclass_fields__
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self.__post_init__()  # NumPy's pickles are writable

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Variables this result has, in the order of the table of variables."""
        return tuple(name for name in VARIABLES if self._has(name))

    def _has(self, name: str) -> bool:
        if name in self.arrays:
            return True
        rule = DERIVED.get(name)
        return rule is not None and all(one in self.arrays for one in rule.needs)

    def parts(self, name: str) -> tuple[Any, ...]:
        """Labels of the third axis: sexes, orders, definitions, pairs, sides, lines; a single "" without one."""
        if name in PARTS:
            return PARTS[name]
        if name == CASH_LAGGED:
            return tuple(self.pairs[at] for at in self.lagged)
        kept: dict[str, tuple[Any, ...]] = {"pair": self.pairs, "side": self.sides, "line": self.lines}
        return kept.get(VARIABLES[name].money if name in VARIABLES else "", ("",))

    def labels(self) -> dict[str, Any]:
        """What a file keeps beside the arrays."""
        names = ("scenarios", "places", "years", "lines", "pairs", "sides", "lagged", "line_confidence")
        return {**{name: getattr(self, name) for name in names}, "names": tuple(self.arrays)}

    def values(self, name: str, place: int | None = None) -> NDArray[np.float64]:
        """(scenario, place, part, year, draw) of a variable, of all places or of one (then that axis has length 1).

        Read-only where it is kept, new where it is computed.
        """
        rows = slice(None) if place is None else slice(place, place + 1)
        kept = self.arrays.get(name)
        if kept is None:
            return DERIVED[name].values(_View(self, rows))
        return kept[:, rows]

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of `values(name)` without computing it."""
        n_parts = len(self.parts(name))
        return len(self.scenarios), len(self.places), n_parts, len(self.years), self.n_draws


@dataclass(frozen=True, slots=True)
class _View:
    """Some places of a store, for rules that compute a variable from others."""

    store: Store
    rows: slice

    def values(self, name: str) -> NDArray[np.float64]:
        return self.store.arrays[name][:, self.rows]

    def factor(self, kind: str) -> NDArray[np.float64]:
        return self.store.factors[kind][:, None, None, :, None]


@dataclass(frozen=True, slots=True)
class _Rule:
    needs: tuple[str, ...]  # variables that are kept
    values: Callable[[_View], NDArray[np.float64]]


def _next_jan1(store: _View) -> NDArray[np.float64]:
    """Stock at the year's end: that of the next 1 January."""
    stock = store.values("pop_jan1")
    out = np.full(stock.shape, np.nan)
    out[..., :-1, :] = stock[..., 1:, :]
    return out


def _midyear(store: _View) -> NDArray[np.float64]:
    return np.asarray((store.values("pop_jan1") + _next_jan1(store)) / 2.0)


def _crude(*signed: tuple[str, float]) -> Callable[[_View], NDArray[np.float64]]:
    """Events over the mid-year population."""

    def values(store: _View) -> NDArray[np.float64]:
        events = sum((sign * store.values(name) for name, sign in signed), start=np.zeros(1))
        people = _midyear(store)
        return np.asarray(np.divide(events, people, out=np.full(people.shape, np.nan), where=people > 0.0))

    return values


def _extra(name: str) -> Callable[[_View], NDArray[np.float64]]:
    """Less the first scenario's, draw by draw: the same draw has the same shocks in every scenario."""
    return lambda store: store.values(name) - store.values(name)[:1]


def _priced(kind: str) -> Callable[[_View], NDArray[np.float64]]:
    return lambda store: store.values("cost_nominal") * store.factor(kind)


def _cash(store: _View) -> NDArray[np.float64]:
    """What is due, but for the pairs that pay some of it in the year after."""
    out = np.array(store.values("cost_nominal"))
    out[:, :, list(store.store.lagged)] = store.values(CASH_LAGGED)
    return out


DERIVED: dict[str, _Rule] = {
    "pop_midyear": _Rule(("pop_jan1",), _midyear),
    "pop_yearend": _Rule(("pop_jan1",), _next_jan1),
    "cbr": _Rule(("births", "pop_jan1"), _crude(("births", 1.0))),
    "cdr": _Rule(("deaths", "pop_jan1"), _crude(("deaths", 1.0))),
    "cnir": _Rule(("births", "deaths", "pop_jan1"), _crude(("births", 1.0), ("deaths", -1.0))),
    "births_extra": _Rule(("births",), _extra("births")),
    "births_extra_gross": _Rule(("births_gross",), _extra("births_gross")),
    "cash": _Rule(("cost_nominal", CASH_LAGGED), _cash),
    "cost_real": _Rule(("cost_nominal",), _priced("cost_real")),
    "pv": _Rule(("cost_nominal",), _priced("pv")),
}
