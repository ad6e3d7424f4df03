"""Tables for people: a row a scenario, a column a year, with an interval wherever there are draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import ConfigError, refuse
from sanhai.policy.vocabulary import MONEY_KINDS
from sanhai.results.quantiles import ends_of, quantiles
from sanhai.results.select import Chosen, checked_level, checked_name, choose
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.results.results import Results

__all__ = ["diff", "laid_out", "quantile_table", "table"]

STATS = ("median", "lo", "hi")


def _index(chosen: Chosen) -> pd.Index[Any]:
    import pandas as pd

    if not chosen.split:
        return pd.Index(list(chosen.scenarios), name="scenario")
    return _in_order(
        [(scenario, *label) for scenario in chosen.scenarios for label in chosen.labels],
        ["scenario", *chosen.label_names],
    )


def _in_order(rows: list[tuple[Any, ...]], names: list[str]) -> pd.MultiIndex:
    """Rows as an index whose levels keep the order of the rows: a part of a key finds its rows without a search."""
    import pandas as pd

    levels = [list(dict.fromkeys(column)) for column in zip(*rows, strict=True)] if rows else [[] for _ in names]
    if "kind" in names:
        at = names.index("kind")
        levels[at] = [kind for kind in MONEY_KINDS if kind in levels[at]]
    places = [{label: place for place, label in enumerate(level)} for level in levels]
    codes = [[place[label] for label in column] for place, column in zip(places, zip(*rows, strict=True), strict=True)]
    return pd.MultiIndex(levels=levels, codes=codes or [[] for _ in names], names=names)


def laid_out(chosen: Chosen, level: float | None, unit: str) -> pd.DataFrame:
    """Rows by scenario (and part), columns by year; with draws the columns are (median, lo, hi) by year.

    level: share of draws between lo and hi; None gives the medians alone, in the shape of a run without draws.
    """
    import pandas as pd

    share = checked_level(level)
    n_draws = chosen.values.shape[-1]
    rows = (len(chosen.scenarios) * len(chosen.parts), len(chosen.years))
    years = pd.Index(list(chosen.years), name="year")
    if n_draws == 1 or share is None:
        middle = quantiles(chosen.values, (0.5,))[0].reshape(rows)
        frame = pd.DataFrame(middle, index=_index(chosen), columns=years)
    else:
        low, high = ends_of(share)
        found = quantiles(chosen.values, (0.5, low, high))
        columns = pd.MultiIndex.from_product([STATS, chosen.years], names=["", "year"])
        wide = np.concatenate([one.reshape(rows) for one in found], axis=1)
        frame = pd.DataFrame(wide, index=_index(chosen), columns=columns)
    frame.attrs = {"variable": chosen.variable, "unit": unit, "place": chosen.place}
    if n_draws > 1 and share is not None:
        frame.attrs["level"] = share
    return frame


def table(
    result: Results,
    variable: str,
    at: int | Iterable[int] | None = None,
    place: object = None,
    by: str | None = None,
    scenario: str | None = None,
    level: float | None = 0.8,
) -> pd.DataFrame:
    """See `Results.table`."""
    chosen = choose(result, variable, place=place, scenario=scenario, at=at, by=by)
    return laid_out(chosen, level, VARIABLES[variable].unit)


def diff(
    result: Results,
    variable: str,
    vs: str | None = None,
    place: object = None,
    at: int | Iterable[int] | None = None,
    by: str | None = None,
    scenario: str | None = None,
    level: float | None = 0.8,
) -> pd.DataFrame:
    """See `Results.diff`."""
    return laid_out(
        paired(result, variable, vs, place=place, at=at, by=by, scenario=scenario), level, VARIABLES[variable].unit
    )


def paired(result: Results, variable: str, vs: str | None, **where: Any) -> Chosen:
    """Scenario less reference in every draw: x - x is exactly 0."""
    reference = checked_name("vs", result.baseline if vs is None else vs, result.scenarios)
    chosen = choose(result, variable, **where)
    base = choose(result, variable, **{**where, "scenario": reference})
    return replace(chosen, values=chosen.values - base.values)


def quantile_table(
    result: Results,
    variable: str,
    q: float | Sequence[float] = (0.1, 0.5, 0.9),
    place: object = None,
    scenario: str | None = None,
    at: int | Iterable[int] | None = None,
    by: str | None = None,
) -> pd.DataFrame:
    """See `Results.quantiles`."""
    chosen = choose(result, variable, place=place, scenario=scenario, at=at, by=by)
    return quantile_frame(chosen, q, VARIABLES[variable].unit)


def quantile_frame(chosen: Chosen, q: float | Sequence[float], unit: str) -> pd.DataFrame:
    """Rows by scenario (part) and year, a column a probability."""
    import pandas as pd

    wanted = checked_probabilities(q)
    found: NDArray[np.float64] = quantiles(chosen.values, wanted)
    names = ["scenario", *chosen.label_names, "year"]
    rows = [(one, *label, year) for one in chosen.scenarios for label in chosen.labels for year in chosen.years]
    index = _in_order(rows, names)
    frame = pd.DataFrame(found.reshape(len(wanted), -1).T, index=index, columns=pd.Index(wanted, name="q"))
    frame.attrs = {"variable": chosen.variable, "unit": unit, "place": chosen.place}
    return frame


def checked_probabilities(q: object) -> tuple[float, ...]:
    """Probabilities from 0 to 1; ConfigError otherwise (50 is not the median, 0.5 is)."""
    given = list(q) if isinstance(q, Iterable) and not isinstance(q, str) else [q]
    for one in given:
        is_number = isinstance(one, int | float | np.floating) and not isinstance(one, bool)
        if not (is_number and 0.0 <= float(one) <= 1.0):  # type: ignore[arg-type]
            raise refuse(ConfigError, "results.probability", got=one)
    if not given:
        raise refuse(ConfigError, "results.no_probability")
    return tuple(float(one) for one in given)  # type: ignore[arg-type]
