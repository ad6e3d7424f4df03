"""What every result must hold, in every place, year and draw. What fails names the first cell and its numbers.

Each raises AssertionError for numbers that are wrong, and ConfigError where there is nothing it could look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, refuse, require_kind
from sanhai.results.results import Results
from sanhai.results.store import BY_ORDER, Store
from sanhai.show.words import joined, say, word
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["assert_balanced", "assert_paired", "assert_sums"]

Axes = tuple[tuple[str, Sequence[object]], ...]  # name and labels of every axis of an array
ROUNDING = 1e-12  # of the numbers added: what sums of doubles in another order differ by
POINT = "point"  # label of the one draw of a run in which nothing varies


@dataclass(frozen=True)
class _First:
    """How many cells are wrong, and where the first of them stands."""

    n: int
    at: tuple[int, ...]
    where: str


def _first(wrong: NDArray[np.bool_], axes: Axes) -> _First | None:
    """The first wrong cell in the order of the axes; None where all are right."""
    n = int(np.count_nonzero(wrong))
    if n == 0:
        return None
    at = tuple(int(one) for one in np.unravel_index(int(np.argmax(wrong)), wrong.shape))
    said = [
        say("testing.at", name=word("axis", name), label=labels[index])
        for (name, labels), index in zip(axes, at, strict=True)
        if labels[index] != ""
    ]
    return _First(n, at, joined(said))


def _runs(result: Results) -> Iterator[Results]:
    """A result and, beside draws, its point run, which files and `--json` take their values from."""
    require_kind("result", result, Results, "Results")
    yield result
    if result.is_drawn:
        yield result.central


def _draws(store: Store) -> Sequence[object]:
    return range(store.n_draws) if store.n_draws > 1 else (POINT,)


# ---- births - deaths + net migration = change ------------------------------------------------------------------------


def assert_balanced(result: Results, *, ages: bool = False, rtol: float = ROUNDING) -> None:
    """In every scenario, place, year and draw: births - deaths + net migration = change of the people.

    ages: also by sex and single age, cohort by cohort; the run is made again place by place, which takes as long as the
    run did. rtol: of the numbers that are added, for the rounding of their sum.
    """
    for run in _runs(result):
        store = run._store
        people, births, deaths, net = (
            store.values(name)[:, :, 0] for name in ("pop_jan1", "births", "deaths", "net_migration")
        )
        rows = (("scenario", store.scenarios), ("place", store.places))
        axes: Axes = (*rows, ("year", store.years[:-1]), ("draw", _draws(store)))
        flows = tuple(one[:, :, :-1] for one in (births, deaths, net))
        _require_balance((people[:, :, :-1], *flows, people[:, :, 1:]), axes, rtol)
        for scenario in run.scenarios if ages else ():
            for code in run.places:
                _require_cohorts(run, code, scenario, rtol)


def _require_balance(cells: Sequence[NDArray[np.float64]], axes: Axes, rtol: float) -> None:
    """AssertionError unless before + births - deaths + net = after; a missing number is wrong too."""
    before, births, deaths, net, after = cells
    expected = before + births - deaths + net
    size = np.abs(before) + np.abs(births) + np.abs(deaths) + np.abs(net)
    first = _first(~(np.abs(after - expected) <= rtol * size), axes)
    if first is not None:
        names = ("before", "births", "deaths", "net", "after", "expected")
        numbers = {name: repr(float(one[first.at])) for name, one in zip(names, (*cells, expected), strict=True)}
        gap = f"{float(after[first.at] - expected[first.at]):g}"
        raise AssertionError(say("testing.balance", n=first.n, where=first.where, gap=gap, **numbers))


def _require_cohorts(run: Results, code: str, scenario: str, rtol: float) -> None:
    """The balance of every sex and age: who was a year younger, or was born, less the dead, with the net migrants."""
    found = run.by_age(code, scenario)
    people, deaths, net = (found[name].values for name in ("pop_jan1", "deaths", "net_migration"))
    before = np.zeros_like(people[:, :-1])
    before[..., 1:] = people[:, :-1, :, :-1]
    before[..., -1] += people[:, :-1, :, -1]  # the open age
    births = np.zeros_like(before)
    births[..., 0] = found["births_by_sex"].values[:, :-1]
    rows: Axes = (("scenario", [scenario]), ("place", [code]), ("draw", _draws(run._store)), ("year", run.years))
    axes = (*rows, ("sex", list(found["sex"].values)), ("age", list(found["age"].values)))
    cells = (before, births, deaths[:, :-1], net[:, :-1], people[:, 1:])
    _require_balance([one[None, None] for one in cells], axes, rtol)


# ---- a place is the sum of its parts ---------------------------------------------------------------------------------


def assert_sums(result: Results, *, rtol: float = ROUNDING) -> None:
    """The main place is the sum of its parts, in every variable that adds, scenario, year and draw.

    rtol: of the numbers that are added. Raises ConfigError for a place without parts.
    """
    for run in _runs(result):
        store = run._store
        rows = [row for row, one in enumerate(run.place_info.values()) if one.role == "part"]
        if not rows:
            raise refuse(ConfigError, "testing.no_parts", got=run.place)
        for name in store.arrays:
            if not (name == BY_ORDER or (name in VARIABLES and VARIABLES[name].adds)):
                continue
            values = store.values(name)
            whole, total = values[:, 0], values[:, rows].sum(axis=1)
            size = np.abs(values[:, rows]).sum(axis=1)
            is_same = np.abs(whole - total) <= rtol * size
            first = _first(~(is_same | (np.isnan(whole) & np.isnan(total))), _axes_of(store, name, place=False))
            if first is not None:
                numbers = {"whole": repr(float(whole[first.at])), "total": repr(float(total[first.at]))}
                named = say(
                    "testing.sum",
                    n=first.n,
                    where=first.where,
                    variable=name,
                    place=run.place,
                    parts=len(rows),
                    **numbers,
                )
                raise AssertionError(named)


def _axes_of(store: Store, name: str, place: bool = True) -> Axes:
    """Axes of a kept variable in the order of the store."""
    ids = [one.id for one in store.lines]
    parts = [f"{ids[one[0]]} {one[1]}" if isinstance(one, tuple) else getattr(one, "id", one) for one in store.parts(name)]
    rows = (("place", store.places),) if place else ()
    return (("scenario", store.scenarios), *rows, ("part", parts), ("year", store.years), ("draw", _draws(store)))


# ---- the same bits ---------------------------------------------------------------------------------------------------


def assert_paired(one: Results, other: Results | None = None) -> None:
    """The same bits where the same was run.

    Of one result: scenarios that say the same under different names differ by exactly 0 in every draw. Of two: in the
    scenarios, places, years and draws that both have, every number is the same to the last bit, as it is with the same
    seed, whatever the threads and however many draws or years there are besides. Raises ConfigError for a result in
    which no two scenarios say the same, and for two that share nothing.
    """
    require_kind("one", one, Results, "Results")
    if other is not None:
        require_kind("other", other, Results, "Results")
        _require_same_run(one._store, other._store)
        if one.is_drawn and other.is_drawn:
            _require_same_run(one.central._store, other.central._store)
        return
    by_content: dict[str, list[int]] = {}
    for row, name in enumerate(one.scenarios):
        by_content.setdefault(one.scenario(name).hash, []).append(row)
    pairs = [(rows[0], row) for rows in by_content.values() for row in rows[1:]]
    if not pairs:
        raise refuse(ConfigError, "testing.no_pair", got=list(one.scenarios))
    for run in _runs(one):
        store = run._store
        for name, values in store.arrays.items():
            axes = (("scenario", [store.scenarios[row] for _, row in pairs]), *_axes_of(store, name)[1:])
            first, second = (values[[pair[side] for pair in pairs]] for side in (0, 1))
            _require_same_bits(name, first, second, axes)


def _require_same_bits(name: str, one: NDArray[np.float64], other: NDArray[np.float64], axes: Axes) -> None:
    one, other = np.ascontiguousarray(one), np.ascontiguousarray(other)
    is_same = (one.view(np.uint64) == other.view(np.uint64)) | (np.isnan(one) & np.isnan(other))
    first = _first(~is_same, axes)
    if first is not None:
        a, b = float(one[first.at]), float(other[first.at])
        numbers = {"one": repr(a), "other": repr(b), "gap": f"{b - a:g}"}
        raise AssertionError(say("testing.bits", n=first.n, where=first.where, variable=name, **numbers))


def _require_same_run(one: Store, other: Store) -> None:
    """Every kept number at the labels both have."""
    if list(one.arrays) != list(other.arrays):
        odd = sorted(set(one.arrays) ^ set(other.arrays)) or list(one.arrays)
        raise AssertionError(say("testing.variables", names=odd))
    for name, values in one.arrays.items():
        mine, theirs = _axes_of(one, name), _axes_of(other, name)
        axes = tuple(
            (axis, _shared(axis, a, b, one, other, name))
            for (axis, a), (_, b) in zip(mine, theirs, strict=True)
        )  # fmt: skip
        picked = [
            store_values[np.ix_(*([list(known).index(label) for label in labels]
                                  for (_, known), (_, labels) in zip(held, axes, strict=True)))]
            for store_values, held in ((values, mine), (other.arrays[name], theirs))
        ]  # fmt: skip
        _require_same_bits(name, picked[0], picked[1], axes)
    _require_same_prices(one, other)


def _require_same_prices(one: Store, other: Store) -> None:
    """What nominal money is multiplied by, of the scenarios and years that both have."""
    names = [name for name in one.scenarios if name in other.scenarios]
    years = [year for year in one.years[:-1] if year in other.years[:-1]]
    for kind, factors in one.factors.items():
        first, second = (
            values[np.ix_([store.scenarios.index(name) for name in names], [store.years.index(year) for year in years])]
            for store, values in ((one, factors), (other, other.factors[kind]))
        )
        _require_same_bits(kind, first, second, (("scenario", names), ("year", years)))


def _shared(axis: str, a: Sequence[object], b: Sequence[object], one: Store, other: Store, name: str) -> list[object]:
    """Labels of an axis that both runs have; of a flow without the 1 January after the last year, where it has none."""
    if axis == "draw" and POINT in (*a, *b) and list(a) != list(b):
        raise refuse(ConfigError, "testing.point_and_draws", got=[one.n_draws, other.n_draws])
    known = set(b)
    labels = [label for label in a if label in known]
    if axis == "year" and not (name in VARIABLES and VARIABLES[name].stock):
        labels = [label for label in labels if label not in (one.years[-1], other.years[-1])]
    if not labels and axis != "part":
        raise refuse(ConfigError, "testing.nothing_shared", got=[list(a)[:5], list(b)[:5]], axis=word("axis", axis))
    return labels
