"""From a run to a result: arrays by scenario joined over scenarios, lines and payers, and cut to the years shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.results.info import LineInfo, weakest
from sanhai.results.manifest import identity_of
from sanhai.results.notes import notes_of
from sanhai.results.results import Results
from sanhai.results.store import BY_ORDER, Store
from sanhai.run.execute import point_options
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.run.options import Options
    from sanhai.run.output import Output, Part
    from sanhai.run.rates import OriginDestinationRates, PoolRates

__all__ = ["wrapped"]

NURSERY = {  # series of the core and the factor on it, by variable and part
    "places_gap": (("gap_target", 1.0), ("gap_demand", 1.0), ("gap_want", 1.0)),
    "places_per_1000": (("target_per_resident", 1000.0), ("stock_per_resident", 1000.0)),
    "places_per_child": (("target_per_child", 1.0), ("stock_per_child", 1.0)),
}
PLAIN = ("places_target", "places_demand", "places_want", "places_stock", "enrolment", "classes", "staff", "openings",
         "closures", "paid_places")  # fmt: skip
WITH_STOCK = ("openings", "closures", "paid_places")  # 0 in the core where nobody knows the stock they belong to


def wrapped(
    output: Output, shown: range, options: Options, exchange: PoolRates | OriginDestinationRates | None = None
) -> Results:
    """The result of a run, with its point run beside the draws."""

    def made(parts: Sequence[Part], how: Options, central: Results | None) -> Results:
        codes = output.layout.codes
        return Results(
            years=shown,
            options=how,
            notes=notes_of(output, parts, shown, how, exchange),
            _identity=identity_of(codes, shown, output.scenarios, how, exchange),
            _scenarios=output.scenarios,
            _places=output.layout.rows,
            _facts=output.facts,
            _observed=output.places,
            _exchange=exchange,
            _store=_store(output, parts, shown),
            _central=central,
        )

    central = made(output.points, point_options(options), None)
    return made(output.drawn, options, central) if options.is_drawn else central


def _cut(values: NDArray[np.float64], run: range, shown: range, axis: int = -2) -> NDArray[np.float64]:
    """Years shown and the 1 January after them, of values from the run's first year on; NaN where there are none."""
    moved = np.moveaxis(values, axis, 0)
    skip, n = shown[0] - run[0], len(shown) + 1
    part = moved[skip : skip + n]
    if len(part) < n:
        part = np.concatenate([part, np.full((n - len(part), *part.shape[1:]), np.nan)])
    return np.moveaxis(part, 0, axis)


def _flow(values: NDArray[np.float64], run: range, shown: range, axis: int = -2) -> NDArray[np.float64]:
    out = np.array(_cut(values, run, shown, axis))
    np.moveaxis(out, axis, 0)[-1] = np.nan
    return out


def _people(parts: Sequence[Part], run: range, shown: range) -> dict[str, NDArray[np.float64]]:
    """(scenario, place, part, year, draw) of every indicator that is a variable."""
    first = parts[0].people
    singles = {name: (name,) for name in VARIABLES if name in first}
    split = {"e0": ("e0_male", "e0_female"), BY_ORDER: tuple(f"births_order_{order}" for order in (1, 2, 3))}
    out = {}
    for name, sources in (singles | split).items():
        shape = _cut if name in VARIABLES and VARIABLES[name].stock else _flow
        rows = [np.stack([shape(part.people[one], run, shown) for one in sources], axis=1) for part in parts]
        out[name] = np.stack(rows)
    return out


def _nursery(parts: Sequence[Part], run: range, shown: range) -> dict[str, NDArray[np.float64]]:
    out = {}
    for name in (*PLAIN, *NURSERY):
        sources = NURSERY.get(name, ((name, 1.0),))
        rows = []
        for part in parts:
            found = np.stack([part.nursery[one] * factor for one, factor in sources], axis=1)
            if name in WITH_STOCK:
                found = np.where(np.isnan(part.nursery["places_stock"])[:, None], np.nan, found)
            rows.append(_flow(found, run, shown))
        out[name] = np.stack(rows)
    return out


def _lines(parts: Sequence[Part]) -> tuple[tuple[LineInfo, ...], tuple[tuple[str, ...], ...]]:
    """Lines of all scenarios, and the confidence of each by scenario ("" where it has no such line)."""
    by_id: dict[str, list[Any]] = {}
    for part in parts:
        for line in part.money.lines:
            by_id.setdefault(line.id, []).append(line)
    lines = tuple(
        LineInfo(name, one[0].instrument, one[0].component, weakest(*(line.confidence for line in one)),
                 one[0].title_zh, one[0].title_en)
        for name, one in by_id.items()
    )  # fmt: skip
    confidence = [{line.id: line.confidence for line in part.money.lines} for part in parts]
    return lines, tuple(tuple(own.get(name, "") for name in by_id) for own in confidence)


def _money(
    parts: Sequence[Part], names: Sequence[str], run: range, shown: range
) -> tuple[dict[str, NDArray[np.float64]], tuple[tuple[int, str], ...]]:
    """Money over the lines and (line, payer) pairs of all scenarios; what a scenario does not have is 0 there."""
    own = [[(part.money.lines[line].id, payer) for line, payer in part.money.pairs] for part in parts]
    known = dict.fromkeys(pair for pairs in own for pair in pairs)
    both = [zip(pairs, part.money.cost, strict=True) for pairs, part in zip(own, parts, strict=True)]
    used = {pair for one in both for pair, cost in one if np.any(cost)}
    pairs = sorted((pair for pair in known if pair in used), key=lambda pair: names.index(pair[0]))

    def filled(part: Part, labels: Sequence[Any], wanted: Sequence[Any], values: NDArray[np.float64]) -> Any:
        at = {label: index for index, label in enumerate(labels)}
        none = np.zeros_like(part.people["births"][:, :-1])
        rows = [values[at[label]] if label in at else none for label in wanted]
        return _flow(np.stack(rows, axis=1) if rows else np.zeros((none.shape[0], 0, *none.shape[1:])), run, shown)

    lines = [[line.id for line in part.money.lines] for part in parts]
    out = {
        "cost_nominal": [filled(part, labels, pairs, part.money.cost) for part, labels in zip(parts, own, strict=True)],
        "beneficiaries": [filled(p, ids, names, p.money.beneficiaries) for p, ids in zip(parts, lines, strict=True)],
        "full_liability": [filled(p, ids, names, p.money.full_liability) for p, ids in zip(parts, lines, strict=True)],
    }
    index = {name: at for at, name in enumerate(names)}
    return {name: np.stack(rows) for name, rows in out.items()}, tuple((index[name], payer) for name, payer in pairs)


def _band(output: Output, parts: Sequence[Part], shown: range) -> dict[str, NDArray[np.float64]]:
    """(scenario, place, year, end) births above the first scenario's at both ends of the prior of eps."""
    if parts is not output.points or all(one is None for one in output.band):
        return {}
    out = {}
    for variable, name in (("births_extra", "births"), ("births_extra_gross", "births_gross")):
        base = parts[0].people[name]
        rows = [np.full((*base.shape[:2], 2), np.nan) if one is None else one[name] - base for one in output.band]
        out[variable] = np.stack([_flow(row, output.years, shown, axis=1) for row in rows])
    return out


def _store(output: Output, parts: Sequence[Part], shown: range) -> Store:
    lines, confidence = _lines(parts)
    money, pairs = _money(parts, [line.id for line in lines], output.years, shown)
    factors = {
        kind: np.stack([_flow(part.money.factors[kind][:, None], output.years, shown, axis=0)[:, 0] for part in parts])
        for kind in ("cost_real", "pv")
    }
    return Store(
        scenarios=tuple(one.name for one in output.scenarios),
        places=output.layout.codes,
        years=range(shown[0], shown[-1] + 2),
        n_draws=parts[0].people["births"].shape[-1],
        arrays={**_people(parts, output.years, shown), **_nursery(parts, output.years, shown), **money},
        lines=lines,
        pairs=pairs,
        line_confidence=confidence,
        factors=factors,
        band=_band(output, parts, shown),
    )
