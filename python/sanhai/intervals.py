"""Medians and intervals of draws, keyed as the tidy rows are: a run of one draw and of a thousand read alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sanhai.draws import PROBABILITIES
from sanhai.fiscal import PRICE_YEAR
from sanhai.policy.terms import PAYERS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.draws import Drawn
    from sanhai.projection import Run

__all__ = [
    "DIRECT",
    "Interval",
    "Key",
    "coverage",
    "extra_births",
    "interval_table",
    "intervals",
    "people_intervals",
]

# (variable, year, sex, order, instrument, payer, definition) -> (low, median, high)
Key = tuple[str, int, str | None, str | None, str | None, str | None, str | None]
Interval = tuple[float, float, float]
DIRECT = {
    "pop_jan1": "pop_jan1",
    "births": "births",
    "births_gross": "births_gross",
    "deaths": "deaths",
    "net_migration": "net_migration",
    "tfr": "tfr",
    "pop_0_2": "pop_0_2",
    "pop_0_14": "pop_0_14",
    "pop_15_64": "pop_15_64",
    "pop_65plus": "pop_65plus",
    "women_15_49": "women_15_49",
    "median_age": "median_age",
    "tdr": "tdr",
    "oadr": "oadr",
}
NURSERY = {  # variable, definition -> series, factor
    ("places_target", None): ("places_target", 1.0),
    ("places_demand", None): ("places_demand", 1.0),
    ("places_want", None): ("places_want", 1.0),
    ("places_stock", None): ("places_stock", 1.0),
    ("enrolment", None): ("enrolment", 1.0),
    ("classes", None): ("classes", 1.0),
    ("staff", None): ("staff", 1.0),
    ("openings", None): ("openings", 1.0),
    ("paid_places", None): ("paid_places", 1.0),
    ("places_gap", "target"): ("gap_target", 1.0),
    ("places_gap", "demand"): ("gap_demand", 1.0),
    ("places_gap", "want"): ("gap_want", 1.0),
    ("places_per_1000", "target"): ("target_per_resident", 1000.0),
    ("places_per_1000", "stock"): ("stock_per_resident", 1000.0),
    ("places_per_child", "target"): ("target_per_child", 1.0),
    ("places_per_child", "stock"): ("stock_per_child", 1.0),
}


def coverage(drawn: Drawn) -> str:
    """What the interval covers, in the words of the rows."""
    level = round(100 * (PROBABILITIES[-1] - PROBABILITIES[0]))
    return f"{level} % of {drawn.options.draws} draws: {', '.join(drawn.options.components) or 'nothing varies'}"


def _quantiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(year, probability) of (year, draw)."""
    return np.asarray(np.quantile(values, PROBABILITIES, axis=-1)).T


def interval_table(values: NDArray[np.float64], first: int, shown: range) -> pd.DataFrame:
    """(year; lo, median, hi) of (year, draw): flows of the years shown, of a stock the next 1 January too.

    Infinite draws sort last; years in which a draw knows nothing are left out.
    """
    import pandas as pd

    with np.errstate(invalid="ignore"):  # between a number and infinity NumPy finds none
        found = _quantiles(values)
    is_known = np.asarray(~np.isnan(values).any(axis=-1))
    found = np.where(np.isnan(found) & is_known[:, None], np.inf, found)
    table = pd.DataFrame(found, index=range(first, first + len(values)), columns=["lo", "median", "hi"])
    wanted = [year for year in range(shown[0], shown[-1] + 2) if year in table.index and is_known[year - first]]
    return table.loc[wanted].rename_axis(index="year")


def _put(
    out: dict[Key, Interval],
    name: str,
    run: Run,
    table: NDArray[np.float64],
    sex: str | None = None,
    order: str | None = None,
    instrument: str | None = None,
    payer: str | None = None,
    definition: str | None = None,
) -> None:
    for year, row in zip(range(run.years[0], run.years[-1] + 2), table, strict=False):
        if not np.isnan(row).any():
            out[name, year, sex, order, instrument, payer, definition] = (float(row[0]), float(row[1]), float(row[2]))


def people_intervals(out: dict[Key, Interval], drawn: Mapping[str, NDArray[np.float64]], run: Run, row: int) -> None:
    """People of one place (row) from `drawn` by indicator: (row, year + 1, draw)."""
    values = {name: array[row] for name, array in drawn.items()}
    for name, indicator in DIRECT.items():
        _put(out, name, run, _quantiles(values[indicator]))
    stock = values["pop_jan1"]
    _put(out, "pop_midyear", run, _quantiles((stock[:-1] + stock[1:]) / 2.0))
    for sex in ("male", "female"):
        _put(out, "e0", run, _quantiles(values[f"e0_{sex}"]), sex=sex)
    for index, order in enumerate(("1", "2", "3+"), start=1):
        _put(out, "births", run, _quantiles(values[f"births_order_{index}"]), order=order)


def _factors(run: Run) -> dict[str, NDArray[np.float64]]:
    """(year) what turns nominal money into each kind; the same in every draw."""
    inflation, discount = (
        float(run.scenario.number(f"money.{name}", 9999) or 0.0) for name in ("inflation", "discount")
    )
    after = np.array([year - PRICE_YEAR for year in run.years], dtype=float)
    real = (1.0 + inflation) ** -after
    return {"cost_nominal": np.ones(len(after)), "cost_real": real, "pv": real * (1.0 + discount) ** -after}


def _money(out: dict[Key, Interval], drawn: Drawn, run: Run, row: int, names: list[str]) -> None:
    for line, name in enumerate(names):
        _put(out, "beneficiaries", run, drawn.money["beneficiaries"][row, line], instrument=name)
        for kind, factor in _factors(run).items():
            for index, payer in enumerate(PAYERS):
                table = drawn.money["cost"][row, line, index] * factor[:, None]
                _put(out, kind, run, table, instrument=name, payer=payer)


def intervals(drawn: Drawn, run: Run, row: int, names: list[str]) -> dict[Key, Interval]:
    """Everything the draws say of one place (row), `names` being the instruments of the bill's lines."""
    out: dict[Key, Interval] = {}
    people_intervals(out, drawn.values, run, row)
    _money(out, drawn, run, row, names)
    for (name, definition), (series, factor) in NURSERY.items():
        _put(out, name, run, drawn.nursery[series][row] * factor, definition=definition)
    return out


def extra_births(drawn: Drawn, base: Drawn, variable: str = "births", row: int = 0) -> NDArray[np.float64]:
    """(year, probability) births above the baseline, draw by draw: the same draw has the same shocks in both."""
    return _quantiles((drawn.values[variable] - base.values[variable])[row])
