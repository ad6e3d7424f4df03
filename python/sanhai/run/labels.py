"""Labelled arrays of one call brought to one order: a label decides where a number belongs, never its position."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import DomainError, ShapeError, refuse, require_kind

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["aligned", "in_order", "is_labelled", "require_counts", "require_table"]

ORDERED = ("year", "age")  # axes that are walked from the first to the last


def is_labelled(given: object) -> bool:
    return hasattr(given, "dims")


def _listed(labels: pd.Index[Any]) -> str:
    shown = ", ".join(map(str, labels[:4]))
    return f"{shown}{', ...' if len(labels) > 4 else ''} ({len(labels)})"


def in_order(what: str, given: xr.DataArray) -> xr.DataArray:
    """The same with years and ages ascending; ShapeError where a label stands twice."""
    for dim in given.dims:
        labels = given.indexes.get(dim)
        if labels is None:
            continue
        if not labels.is_unique:
            twice = labels[labels.duplicated()][0]
            raise refuse(ShapeError, "labels.twice", where=f"axis {dim}", what=what, label=str(twice))
        if dim in ORDERED and not labels.is_monotonic_increasing:
            given = given.sortby(dim)
    return given


def aligned(what: str, given: xr.DataArray, like: xr.DataArray, groups: bool = False) -> xr.DataArray:
    """`given` with its labels in the order of `like`; ShapeError where the two do not name the same.

    groups: on the axis age `given` may have one label a group, the first age of each.
    """
    for dim in given.dims:
        mine, theirs = given.indexes.get(dim), like.indexes.get(dim)
        if mine is None or theirs is None or mine.equals(theirs):
            continue
        if groups and dim == "age" and len(mine) != len(theirs):
            continue
        if len(mine) != len(theirs) or not mine.isin(theirs).all():
            mine_said, theirs_said = _listed(mine), _listed(theirs)
            raise refuse(
                ShapeError, "labels.differ", where=f"axis {dim}", what=what, mine=mine_said, theirs=theirs_said
            )
        given = given.sel({dim: theirs})
    return given


def require_counts(what: str, values: NDArray[np.float64], dims: tuple[str, ...], labels: xr.DataArray | None) -> None:
    """DomainError naming the cell of a number that is negative, infinite or missing."""
    bad = ~(np.isfinite(values) & (values >= 0.0))
    if not bad.any():
        return
    cell = np.argwhere(bad)[0]
    where = []
    for dim, index in zip(dims, cell, strict=True):
        if labels is not None and dim not in labels.dims:
            continue
        named = None if labels is None else labels.indexes.get(dim)
        where.append(f"{dim} {index if named is None else named[index]}")
    raise refuse(DomainError, "labels.count", got=float(values[tuple(cell)]), where=", ".join(where), what=what)


def require_table(table: object, what: str, labels: Sequence[str]) -> None:
    """ConfigError or ShapeError for what is no table, a column that stands twice, and a label that is none."""
    import pandas as pd

    require_kind(what, table, pd.DataFrame, "pandas.DataFrame")
    assert isinstance(table, pd.DataFrame)
    if not table.columns.is_unique:
        twice = str(table.columns[table.columns.duplicated()][0])
        raise refuse(ShapeError, "labels.twice", where="columns", what=what, label=twice)
    for name in [name for name in labels if name in table.columns]:
        if not pd.api.types.is_object_dtype(table[name]):
            continue  # a column with a type of its own holds no lists
        for row, value in table[name].items():
            if not isinstance(value, Hashable):
                raise refuse(ShapeError, "rates.cell", got=value, where=f"column {name}, row {row}", what=what)
