"""A result as an xarray dataset: dims (scenario, place, draw, year) and one more where a variable has parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from sanhai.policy.vocabulary import KIND_OF_LEVEL
from sanhai.results.store import BY_ORDER, PARTS, Store
from sanhai.units import VARIABLES, variable_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.results.results import Results

__all__ = ["array_of", "coordinates", "dataset", "dims_of"]

DIMS = ("scenario", "place", "draw", "year")
PART_DIM = {BY_ORDER: "order", "e0": "sex", "places_gap": "gap", "places_per_1000": "measure",
            "places_per_child": "measure"}  # fmt: skip
NOTE = "stocks are on 1 January, flows belong to the year and are missing in the last; age is completed years"


def dims_of(name: str) -> tuple[str, ...]:
    """Dims of a variable."""
    money = VARIABLES[name].money if name in VARIABLES else ""
    extra = PART_DIM.get(name) or money
    return (*DIMS, *((extra,) if extra else ()))


def _arranged(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(scenario, place, draw, year[, part]) of (scenario, place, part, year, draw)."""
    turned = values.transpose(0, 1, 4, 3, 2)
    return turned if len(dims_of(name)) > len(DIMS) else turned[..., 0]


def array_of(store: Store, name: str) -> NDArray[np.float64]:
    """One variable in the order of its dims; read-only."""
    out = _arranged(name, store.values(name))
    out.setflags(write=False)
    return out


class _Derived(BackendArray):
    """A variable that follows from others, computed when it is looked at: real and present money are not kept twice."""

    dtype = np.dtype(np.float64)

    def __init__(self, store: Store, name: str) -> None:
        scenario, place, part, year, draw = store.shape(name)
        self.store, self.name = store, name
        self.shape = (scenario, place, draw, year, part)[: len(dims_of(name))]

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        support = indexing.IndexingSupport.OUTER
        return indexing.explicit_indexing_adapter(key, self.shape, support, self._at)

    def _at(self, key: tuple[Any, ...]) -> NDArray[np.float64]:
        values = array_of(self.store, self.name)
        for axis in reversed(range(len(key))):  # from the last: an integer takes its axis away
            values = values[(*(slice(None),) * axis, key[axis])]
        return np.array(values)


def coordinates(result: Results) -> dict[str, Any]:
    """Labels of every dim of a result."""
    store = result._store
    lines = [one.id for one in store.lines]
    return {
        "scenario": list(store.scenarios),
        "place": list(store.places),
        "place_name": ("place", [one.name_zh for one in result.place_info.values()]),
        "draw": np.arange(store.n_draws),
        "year": list(store.years),
        "sex": list(PARTS["e0"]),
        "order": list(PARTS[BY_ORDER]),
        "gap": list(PARTS["places_gap"]),
        "measure": list(PARTS["places_per_1000"]),
        "line": lines,
        "pair_line": ("pair", [lines[line] for line, _ in store.pairs]),
        "pair_payer": ("pair", [payer for _, payer in store.pairs]),
        "pair_kind": ("pair", [KIND_OF_LEVEL[payer] for _, payer in store.pairs]),
        "side_line": ("side", [lines[line] for line, _ in store.sides]),
        "side_kind": ("side", [kind for _, kind in store.sides]),
    }


def dataset(result: Results) -> xr.Dataset:
    """See `Results.data`."""
    store = result._store
    names = [one for name in store.variables for one in ((name, BY_ORDER) if name == "births" else (name,))]
    variables: dict[str, Any] = {}
    for name in names:
        called = "births" if name == BY_ORDER else name
        attrs = {"units": VARIABLES[called].unit, "long_name": variable_name(called, "en")}
        is_kept = name in store.arrays
        values = array_of(store, name) if is_kept else indexing.LazilyIndexedArray(_Derived(store, name))
        variables[name] = xr.Variable(dims_of(name), values, attrs, fastpath=True)
    attrs = {"place": result.place, "run_id": result.id, "note": NOTE}
    return xr.Dataset(variables, coords=coordinates(result), attrs=attrs)
