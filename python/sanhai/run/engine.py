"""The one place that runs the core: compiled scenarios in, arrays by row of the layout, year and draw out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.run.compile import Compiled, demography, engine_arrays, policy_paths
from sanhai.run.options import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["INDICATORS", "People", "project"]

Progress = Callable[[int, int], None]
CORE = (
    "pop_jan1", *(f"age_{age}" for age in range(7)), "age_0_14", "age_15_64", "age_65_plus", "women_15_49",
    "births", "births_order_1", "births_order_2", "births_order_3", "deaths", "net_migration", "migration_cut", "tfr",
    "e0_male", "e0_female",
)  # fmt: skip
INDICATORS = (*CORE, "births_gross")
RENAMED = {"age_0_14": "pop_0_14", "age_15_64": "pop_15_64", "age_65_plus": "pop_65plus"}
WEIGHTS = {"tfr": "women_15_49", "e0_male": "pop_jan1", "e0_female": "pop_jan1"}  # a parent's rate: weighted mean


@dataclass(frozen=True)
class People:
    """Indicators of every row and draw, and the core's own result for what reads its draws."""

    values: dict[str, NDArray[np.float64]]  # (row, year + 1, draw): rows of the layout; flows NaN in the last year
    core: _bridge.Ensemble
    take_up: tuple[float, ...]  # by draw
    n_bounded: int  # year-draws in which the bound on fertility's level held a path back
    n_capped: int  # draws in which support was cut at 95 % of the cost of a child, over leaves
    worst_balance: float  # relative residual of the accounting identity
    pop_jan1: NDArray[np.float64]  # (leaf, year + 1, sex, age) of the first draw where ages were asked for


def project(
    one: Compiled,
    options: Options,
    *,
    people: NDArray[np.float64] | None = None,
    eps: float | None = None,
    progress: Progress | None = None,
) -> People:
    """Runs every draw of a scenario; a point run is one draw in which nothing varies.

    people (leaf, year, sex, age): what a random deviation of migration is a share of; None in a point run.
    """
    given = engine_arrays(one)
    patterns = given.pop("patterns")
    is_still = people is None or one.is_closed
    pattern = None if is_still else people.sum(axis=(2, 3))[:, :-1, None, None] * patterns[:, None]
    runner = _bridge.EnsembleRunner(
        list(one.inputs.leaves), one.years[0], pattern=pattern, cap=one.is_capped or options.is_drawn, **given
    )
    random = demography(one, options)
    paths = policy_paths(one, random, eps=eps)
    found = runner.run(
        paths,
        n_draws=options.draws,
        threads=options.threads,
        keep="draws" if options.is_drawn else "ages",
        indicators=list(CORE),
        probabilities=[],
        progress=progress,
    )
    arrays = found.arrays()
    values = _rows(one, {name: arrays["draws"][:, k] for k, name in enumerate(CORE)})
    gross = runner.run(
        policy_paths(one, random, eps=eps, gross=True),
        n_draws=options.draws,
        threads=options.threads,
        keep="draws",
        indicators=["births"],
        probabilities=[],
    )
    values |= _rows(one, {"births_gross": gross.arrays()["draws"][:, 0]})
    n = range(len(one.inputs.leaves))
    return People(
        values,
        found,
        tuple(paths.take_up(draw) for draw in range(options.draws)) if "policy" in options.components else (),
        int(random.n_bounded(0, options.draws)),
        sum(int(paths.n_capped(leaf, 0, options.draws)) for leaf in n),
        _worst_balance(values),
        np.empty(0) if options.is_drawn else arrays["population"][:, 0],
    )


def _rows(one: Compiled, drawn: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Sums of leaves for every row, in every draw; rates as means of the parts."""
    out: dict[str, NDArray[np.float64]] = {}
    for name, values in drawn.items():
        weight = drawn.get(WEIGHTS.get(name, ""))
        rows = [_sum(values, members, weight) for members in one.layout.members]
        out[RENAMED.get(name, name)] = np.array(rows)
    return out


def _sum(
    values: NDArray[np.float64], members: Sequence[int], weight: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    rows = list(members)
    if weight is None or len(rows) == 1:
        return np.asarray(values[rows].sum(axis=0))
    return np.asarray((values[rows] * weight[rows]).sum(axis=0) / weight[rows].sum(axis=0))


def _worst_balance(values: dict[str, NDArray[np.float64]]) -> float:
    stock = values["pop_jan1"]
    change = (values["births"] - values["deaths"] + values["net_migration"])[:, :-1]
    gap = stock[:, 1:] - stock[:, :-1] - change
    return float(np.max(np.abs(gap) / np.maximum(stock[:, 1:], 1.0)))
