"""Tidy rows of a result: one line a number of the central run, with its interval over draws and its mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.policy.vocabulary import KIND_OF_LEVEL
from sanhai.results.info import CONFIDENCES, NATURES
from sanhai.results.quantiles import ends_of, quantiles
from sanhai.results.store import BY_ORDER
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.results.results import Results

__all__ = ["COLUMNS", "frame_of", "records"]

COLUMNS = (
    "scenario", "place", "place_name", "year", "date", "variable", "unit", "value", "sex", "order", "instrument",
    "component", "payer", "kind", "lo", "hi", "level", "basis", "nature", "fitted", "confidence",
)  # fmt: skip
NUMBERS = ("year", "value", "lo", "hi", "level", "fitted")


@dataclass(frozen=True)
class _Cells:
    """The numbers of one variable that are rows: positions by axis, and columns of equal length."""

    scenario: NDArray[np.intp]
    place: NDArray[np.intp]
    columns: dict[str, Any]  # by column: an array, or one value for all rows


def _where(result: Results, name: str) -> dict[str, tuple[str, ...]]:
    """Text columns that say which part of a variable a row is, by part."""
    store = result._store
    if name == BY_ORDER:
        return {"order": store.parts(name)}
    known = VARIABLES[name]
    if known.split == "sex":
        return {"sex": store.parts(name)}
    if not known.money:
        return {}
    parts = {"pair": store.pairs, "side": store.sides}.get(known.money, [(at, "") for at in range(len(store.lines))])
    lines = [store.lines[line] for line, _ in parts]
    named = {"instrument": tuple(one.instrument for one in lines), "component": tuple(one.component for one in lines)}
    if known.money == "side":
        return named | {"kind": tuple(kind for _, kind in parts)}
    if known.money == "pair":
        return named | {"payer": tuple(payer for _, payer in parts), "kind": tuple(KIND_OF_LEVEL[payer] for _, payer in parts)}
    return named


def _is_row(result: Results, name: str, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(scenario, place, part, year) numbers that stand in the table: known, and of money somebody's."""
    shown = ~np.isnan(values)
    if not VARIABLES.get(name, VARIABLES["births"]).stock:
        shown[..., -1] = False
    if name in ("births_extra", "births_extra_gross"):
        shown[0] = False  # nothing is above itself
    money = VARIABLES[name].money if name in VARIABLES else ""
    if money in ("pair", "side"):  # a payer of a line who never pays in a place has no rows there
        shown &= np.any(np.nan_to_num(values) != 0.0, axis=-1, keepdims=True)
    elif money == "line":
        has = np.array([[bool(one) for one in row] for row in result._store.line_confidence], dtype=bool)
        shown &= has.reshape(len(has), 1, -1, 1)
    return shown


def _interval(result: Results, name: str, level: float) -> NDArray[np.float64] | None:
    """(2, scenario, place, part, year) ends over draws; in a point run the band of eps on extra births alone."""
    store = result._store
    if store.n_draws > 1:
        return quantiles(store.values(name), ends_of(level))
    band = store.band.get(name)
    return None if band is None else np.moveaxis(np.sort(band, axis=-1), -1, 0)[:, :, :, None]


def _cells(result: Results, name: str, level: float) -> _Cells:
    central = result.central._store.values(name)[..., 0]
    shown = _is_row(result, name, central)
    at = np.nonzero(shown)
    scenario, place, part, year = at
    known = VARIABLES["births" if name == BY_ORDER else name]
    marked = result._marking.of(name)
    columns: dict[str, Any] = {
        "year": np.array(result._store.years)[year],
        "variable": "births" if name == BY_ORDER else name,
        "unit": known.unit,
        "value": central[at],
        "basis": np.broadcast_to(marked.basis, shown.shape)[at],
        "nature": np.array(NATURES, dtype=object)[np.broadcast_to(marked.nature, shown.shape)[at]],
        "fitted": np.broadcast_to(marked.fitted, shown.shape)[at],
        "confidence": np.array(CONFIDENCES, dtype=object)[np.broadcast_to(marked.confidence, shown.shape)[at]],
    }
    if known.stock:
        columns["date"] = np.array([f"{one}-01-01" for one in result._store.years], dtype=object)[year]
    for column, labels in _where(result, name).items():
        columns[column] = np.array(labels, dtype=object)[part]
    ends = _interval(result, name, level)
    if ends is not None:
        columns["lo"], columns["hi"] = (end[at] for end in np.broadcast_to(ends, (2, *shown.shape)))
        is_band = result._store.n_draws == 1
        columns["level"] = np.where(np.isnan(columns["lo"]), np.nan, 0.9 if is_band else level)
    return _Cells(scenario, place, columns)


def _column(name: str, blocks: Sequence[_Cells], order: NDArray[np.intp]) -> Any:
    """One column over all blocks, in the order of the rows."""
    import pandas as pd

    empty = np.nan if name in NUMBERS else None
    parts = []
    for block in blocks:
        given = block.columns.get(name, empty)
        n = len(block.scenario)
        parts.append(
            given if isinstance(given, np.ndarray) else np.full(n, given, dtype=float if name in NUMBERS else object)
        )
    joined = np.concatenate(parts)[order]
    if name in NUMBERS:
        return joined.astype({"year": np.int64, "fitted": np.bool_}.get(name, np.float64))
    joined[joined == ""] = None
    return pd.Categorical(joined)


def frame_of(result: Results, level: float) -> pd.DataFrame:
    """Rows by scenario, place, variable, part and year, in the order of the result and of the table of variables."""
    import pandas as pd

    names = [one for name in result._store.variables for one in ((name, BY_ORDER) if name == "births" else (name,))]
    blocks = [_cells(result, name, level) for name in names]
    scenario = np.concatenate([block.scenario for block in blocks])
    place = np.concatenate([block.place for block in blocks])
    order = np.lexsort((np.arange(len(place)), place, scenario))
    named = [one.name_zh for one in result.place_info.values()]
    fixed = {
        "scenario": pd.Categorical.from_codes(scenario[order].tolist(), pd.Index(result.scenarios)),
        "place": pd.Categorical.from_codes(place[order].tolist(), pd.Index(result.places)),
        "place_name": pd.Categorical(np.array(named, dtype=object)[place[order]]),
    }
    return pd.DataFrame({name: fixed[name] if name in fixed else _column(name, blocks, order) for name in COLUMNS})


def records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Rows as plain dicts without empty fields: what `--json` prints."""
    names = list(frame.columns)
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names]
    for row in zip(*columns, strict=True):
        yield {name: value for name, value in zip(names, row, strict=True) if value is not None}
