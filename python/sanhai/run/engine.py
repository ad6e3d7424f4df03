"""The one place that runs the core: compiled scenarios in, arrays by row of the layout, year and draw out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.run.compile import K_SPAN, Compiled, demography, policy_paths
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
    pop_jan1: NDArray[np.float64]  # (leaf, year + 1, sex, age) of a point run
    births: NDArray[np.float64]  # (leaf, year, order) of a point run


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
    inputs = one.inputs
    open_years = one.is_open & inputs.is_projected.any(axis=0)
    pattern = None
    if people is not None and np.any(open_years):  # elsewhere nobody deviates from nobody
        share = (people.sum(axis=(2, 3))[:, :-1] * one.is_open)[:, :, None, None]
        pattern = share * inputs.pattern[:, None]
    ahead = np.maximum(np.array([year - inputs.first_projected_year + 1 for year in one.years]), 1)
    index = inputs.leaves[0].standard.mortality
    runner = _bridge.EnsembleRunner(
        list(one.codes),
        one.years[0],
        inputs.pop_jan1,
        inputs.Sx,
        None,
        index.b,
        inputs.asfr,
        np.repeat(inputs.srb, len(one.codes), axis=0),
        one.net_migration,
        pattern=pattern,
        # A random deviation may ask for more leavers than a small cell holds: it is cut there, and the cut reported.
        cap=one.cuts or options.is_drawn,
        half_width=K_SPAN * index.step_sd * np.sqrt(ahead),
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
    values |= _structure(values, None if options.is_drawn else arrays["population"][:, 0], one)
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
        np.stack([arrays["draws"][:, CORE.index(f"births_order_{i}"), :-1, 0] for i in (1, 2, 3)], axis=2),
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


def _structure(
    values: dict[str, NDArray[np.float64]], ages: NDArray[np.float64] | None, one: Compiled
) -> dict[str, NDArray[np.float64]]:
    young, working, old = (values[name] for name in ("pop_0_14", "pop_15_64", "pop_65plus"))
    out = {
        "pop_0_2": values["age_0"] + values["age_1"] + values["age_2"],
        "tdr": (young + old) / working,
        "oadr": old / working,
        "median_age": np.full(young.shape, np.nan),
    }
    if ages is not None:
        rows = [ages[list(members)].sum(axis=(0, 2)) for members in one.layout.members]
        out["median_age"][..., 0] = [[_bridge.median_age(year) for year in row] for row in rows]
    return out


def _worst_balance(values: dict[str, NDArray[np.float64]]) -> float:
    stock = values["pop_jan1"]
    change = (values["births"] - values["deaths"] + values["net_migration"])[:, :-1]
    gap = stock[:, 1:] - stock[:, :-1] - change
    return float(np.max(np.abs(gap) / np.maximum(stock[:, 1:], 1.0)))
