"""Leaves raked to the path of a parent that was projected on its own, so that in every draw they sum to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numpy as np

from sanhai import _bridge
from sanhai.errors import ShapeError, refuse, require_kind
from sanhai.places.names import checked_name
from sanhai.places.values import numbers
from sanhai.run.labels import aligned, in_order, is_labelled, require_counts
from sanhai.run.options import YEARS, whole

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Given = NDArray[np.float64] | xr.DataArray

__all__ = ["Raked", "RakedPath", "rake", "rake_births_and_stock"]

T = TypeVar("T")
OLDEST = 200  # of an age
ROWS = ("sex", "order")  # dims an xarray may have between year and age


@dataclass(frozen=True, eq=False)
class Raked(Generic[T]):
    """Leaves after raking, and what each cell was multiplied by."""

    leaves: T  # axes as given
    factor: T  # ([draw], year, row|1, group), the same for every leaf; 1 where neither has anybody


@dataclass(frozen=True, eq=False)
class RakedPath(Generic[T]):
    """Stocks and births raked together."""

    pop_jan1: T  # axes as given
    births: T  # axes as given
    pop_factor: T  # ([draw], year + 1, sex|1, group) on the stock; age 0 takes births_factor too
    births_factor: T  # ([draw], year) on births and on those aged 0 on the next 1 January, above pop_factor
    iterations: NDArray[np.int64]  # ([draw]) passes until both totals were met


@dataclass(frozen=True)
class _Axes:
    """How an array came, so that what follows from it goes back the same way."""

    dims: tuple[str, ...]  # of the array given, in the order of the core
    array: xr.DataArray | None  # None: plain NumPy

    @property
    def has_draws(self) -> bool:
        return "draw" in self.dims

    def back(self, values: NDArray[np.float64], full: tuple[str, ...]) -> Any:
        """`values` over `full`, without the axes that were not given, in the order they were given."""
        kept = values[tuple(slice(None) if dim in self.dims else 0 for dim in full)]
        kept.setflags(write=False)
        return (
            kept if self.array is None else self.array.transpose(*self.dims).copy(data=kept).transpose(*self.array.dims)
        )


def _labelled(given: xr.DataArray, full: tuple[str, ...], what: str) -> tuple[NDArray[np.float64], _Axes]:
    rows = [str(dim) for dim in given.dims if dim in ROWS]
    named = tuple(rows[0] if dim == "row" and rows else dim for dim in full)
    odd = [str(dim) for dim in given.dims if dim not in named]
    absent = [dim for dim in ("place", "year") if dim in full and dim not in given.dims]
    if odd or absent:
        had = [str(dim) for dim in given.dims]
        if "row" not in full:
            raise refuse(ShapeError, "rake.dims", what=what, dims=had, known=full)
        before, after = full[: full.index("row")], full[full.index("row") + 1 :]
        raise refuse(ShapeError, "rake.dims_with_rows", what=what, dims=had, before=before, after=after)
    dims = tuple(dim for dim in named if dim in given.dims)
    values = numbers(what, given.transpose(*dims).to_numpy(), dims)
    return np.expand_dims(values, [axis for axis, dim in enumerate(named) if dim not in dims]), _Axes(dims, given)


def _read(given: Given, full: tuple[str, ...], what: str) -> tuple[NDArray[np.float64], _Axes]:
    """`given` over all axes of `full`; those an xarray has not, and the draw, may be left out."""
    if is_labelled(given):
        return _labelled(cast("xr.DataArray", given), full, what)
    without = tuple(dim for dim in full if dim != "draw")
    values = numbers(what, given, without)
    if values.ndim not in (len(full), len(without)):
        raise refuse(ShapeError, "rake.axes", what=what, n=values.ndim, without=without, full=full)
    if values.ndim == len(full):
        return values, _Axes(full, None)
    return np.expand_dims(values, full.index("draw")), _Axes(without, None)


def _first_year(axes: _Axes, given: int | None) -> int | None:
    labels = None if axes.array is None else axes.array.indexes.get("year")
    if given is None and labels is None:
        return None
    return whole("first_year", labels[0] if given is None and labels is not None else given, *YEARS, 2026)


def _grouped(
    parent: NDArray[np.float64], axes: _Axes, leaves: _Axes, ages: Sequence[int] | None, n_ages: int
) -> tuple[NDArray[np.float64], list[int]]:
    """The parent's sums by group, and where each begins: single ages and totals need no `ages`."""
    n = parent.shape[-1]
    single = _ages_of(leaves, n_ages)
    named = None if axes.array is None or "age" not in axes.array.indexes else list(axes.array.indexes["age"])
    if ages is None and named is not None and n not in (1, n_ages):
        ages = named  # the first age of each group is its label
    if ages is None and n not in (1, n_ages):
        raise refuse(ShapeError, "rake.no_ages", n=n)
    lower = list(single[:1]) if n == 1 else single
    lower = lower if ages is None else _whole_ages(ages)
    if named is not None and n not in (1, n_ages) and named != lower:
        raise refuse(ShapeError, "rake.parent_ages", named=named, lower=lower)
    at = [single.index(age) if age in single else -1 for age in lower]
    if not at or at[0] != 0 or any(later <= earlier for earlier, later in pairwise(at)):
        raise refuse(ShapeError, "rake.ages", got=tuple(lower), first=single[0], last=single[-1])
    if n == n_ages and len(at) != n_ages:
        return np.add.reduceat(parent, at, axis=-1), at
    return parent, at


def _whole_ages(ages: Iterable[object]) -> list[int]:
    """First ages as whole numbers; ConfigError otherwise."""
    require_kind("ages", ages, Iterable, "tuple[int, ...]")
    return [whole("ages", age, 0, OLDEST, 0) for age in ages]


def _ages_of(leaves: _Axes, n_ages: int) -> list[int]:
    """The single ages of the leaves: their labels, or 0, 1, 2 ..."""
    if leaves.array is not None and "age" in leaves.array.indexes:
        return _whole_ages(leaves.array.indexes["age"])
    return list(range(n_ages))


def _ordered(what: str, given: Given, like: Given | None = None, groups: bool = False) -> Given:
    """Labels decide: years and ages ascending, everything else in the order of `like`."""
    if not is_labelled(given):
        return given
    found = in_order(what, cast("xr.DataArray", given))
    if like is not None and is_labelled(like):
        found = aligned(what, found, cast("xr.DataArray", like), groups)
        odd = [dim for dim in found.dims if dim in ROWS and dim not in cast("xr.DataArray", like).dims]
        if odd:
            raise refuse(ShapeError, "rake.rows", what=what, dims=[str(dim) for dim in found.dims], odd=odd[0])
    return found


def _as_given(values: Any, given: Given) -> Any:
    """Raked leaves in the order in which they came."""
    if not is_labelled(given):
        return values
    array = cast("xr.DataArray", given)
    wanted = {dim: labels for dim, labels in array.indexes.items() if dim in values.dims}
    odd = {dim: labels for dim, labels in wanted.items() if not labels.equals(values.indexes[dim])}
    found = values.sel(odd) if odd else values
    found.values.setflags(write=False)
    return found


def _over_years_of(people: Given, births: Given) -> Given:
    """Births with places, draws and sexes in the order of the stock, whose years they are but for the last."""
    if not (is_labelled(people) and is_labelled(births)):
        return births
    stock = cast("xr.DataArray", people)
    if "year" in stock.dims and stock.sizes["year"] > 1:
        stock = stock.isel(year=slice(None, -1))
    return aligned("births", cast("xr.DataArray", births), stock)


def _with_draws(parent: NDArray[np.float64], has_draws: bool, n_draws: int) -> NDArray[np.float64]:
    """One path of the parent holds for every draw of the leaves."""
    return parent if has_draws else np.repeat(parent, n_draws, axis=0)


def _factor(values: NDArray[np.float64], leaves: _Axes, parent: _Axes, full: tuple[str, ...], lower: list[int]) -> Any:
    """Factors: an xarray where the leaves are one, with the first age of each group as `age`."""
    plain = values if leaves.has_draws else values[0]
    plain.setflags(write=False)
    if leaves.array is None:
        return plain
    import xarray as xr

    rows = [dim for dim in parent.dims if dim in ROWS]
    named = [rows[0] if dim == "row" and rows else dim for dim in full if dim != "draw" or leaves.has_draws]
    single = _ages_of(leaves, max(lower) + 1)
    coords: dict[str, Any] = {"age": [single[at] for at in lower]} if "age" in named else {}
    for dim in named:
        source = leaves if dim in ("draw", "year") else parent
        if dim != "age" and source.array is not None and dim in source.array.indexes:
            coords[dim] = source.array.indexes[dim]
    return xr.DataArray(plain, dims=named, coords=coords)


def rake(
    leaves: Given,
    parent: Given,
    *,
    ages: Sequence[int] | None = None,
    what: str = "pop_jan1",
    first_year: int | None = None,
) -> Raked[Any]:
    """One-way proportional raking: groups of cells of all leaves are multiplied by parent / sum of leaves.

    leaves: array (leaf, [draw], year, row, age) with sexes or birth orders as rows, or an xarray with the dims place,
    [draw], year, [sex or order], [age] in any order. parent: ([draw], year, row or 1, group or age), or an xarray with
    the like dims; without a draw it holds for every draw, with one row it is the sum of all rows. ages: first age of
    each group, ascending from 0, the last one open; (0,) rakes to totals. It may be left out where the parent has
    single ages or totals; a parent by single age is summed to the groups. what, first_year: for messages.

    Labels of xarrays decide where a number belongs (place, draw, year, sex, order, age, first age of a group), whatever
    their order; those both name must be the same. Plain arrays go by position.

    Every draw is raked apart. Returns the leaves, which now sum to the parent, with the axes given, and the factors.
    Raises ShapeError; DomainError, naming the cell, for leaves or a parent that are negative, infinite or missing, and
    where the parent has somebody and no leaf has.
    """
    full = ("place", "draw", "year", "row", "age")
    checked_name(what, "what")
    ordered = _ordered(what, leaves)
    values, axes = _read(ordered, full, what)
    require_counts(what, values, tuple(dim if dim != "row" else _row_of(axes) for dim in full), axes.array)
    sums, parent_axes = _read(_ordered(f"parent's {what}", parent, ordered, True), full[1:], f"parent's {what}")
    sums, lower = _grouped(sums, parent_axes, axes, ages, values.shape[-1])
    sums = _with_draws(sums, parent_axes.has_draws, values.shape[1])
    out = _bridge.rake(_bridge.RakeAxes(_first_year(axes, first_year), lower, axes.has_draws), what, values, sums)
    named = tuple(dim if dim != "row" else _row_of(axes) for dim in full)
    back = _as_given(axes.back(out["leaves"], named), leaves)
    return Raked(back, _factor(out["factor"], axes, parent_axes, full[1:], lower))


def _row_of(axes: _Axes) -> str:
    return next((dim for dim in axes.dims if dim in (*ROWS, "row")), "row")


def rake_births_and_stock(
    pop_jan1: Given,
    births: Given,
    parent_pop: Given,
    parent_births: Given,
    *,
    ages: Sequence[int] | None = None,
    first_year: int | None = None,
) -> RakedPath[Any]:
    """Rakes stocks and births together until both meet the parent's to 1e-12 (Deming & Stephan 1940).

    The children of a year are the same people in both tables: births of a leaf and sex and its stock aged 0 on the next
    1 January keep their ratio, that leaf's survival of infants.

    pop_jan1 (leaf, [draw], year + 1, sex, age), births (leaf, [draw], year, sex); parent_pop ([draw], year + 1, sex or
    1, group or age), parent_births ([draw], year); arrays, or xarrays with the dims place, draw, year, sex, age. Single
    years of age. ages, first_year: as in `rake`; a parent without a draw holds for every draw.

    Raises ShapeError; DomainError as `rake`, and when no factors meet both.
    """
    full = ("place", "draw", "year", "sex", "age")
    people, children = _ordered("pop_jan1", pop_jan1), _ordered("births", births)
    children = _over_years_of(people, children)
    stock, axes = _read(people, full, "pop_jan1")
    born, born_axes = _read(children, full[:-1], "births")
    require_counts("pop_jan1", stock, full, axes.array)
    require_counts("births", born, full[:-1], born_axes.array)
    sums, pop_axes = _read(_ordered("parent's pop_jan1", parent_pop, people, True), full[1:], "parent's pop_jan1")
    born_sums, sum_axes = _read(_ordered("parent's births", parent_births, children), full[1:3], "parent's births")
    if born_axes.has_draws != axes.has_draws:
        raise refuse(ShapeError, "rake.draws")
    sums, lower = _grouped(sums, pop_axes, axes, ages, stock.shape[-1])
    n_draws = stock.shape[1]
    out = _bridge.rake_births_and_stock(
        _bridge.RakeAxes(_first_year(axes, first_year), lower, axes.has_draws),
        stock,
        born,
        _with_draws(sums, pop_axes.has_draws, n_draws),
        _with_draws(born_sums, sum_axes.has_draws, n_draws),
    )
    iterations = out["iterations"].astype(np.int64)
    return RakedPath(
        _as_given(axes.back(out["pop_jan1"], full), pop_jan1),
        _as_given(born_axes.back(out["births"], full[:-1]), births),
        _factor(out["pop_factor"], axes, pop_axes, full[1:], lower),
        _factor(out["births_factor"], born_axes, sum_axes, full[1:3], lower),
        iterations if axes.has_draws else iterations[0],
    )
