"""From a run to a result: arrays by scenario joined over scenarios, lines and payers, and cut to the years shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.results.info import LineInfo, weakest
from sanhai.results.manifest import identity_of
from sanhai.results.notes import notes_of
from sanhai.results.results import Results
from sanhai.policy.vocabulary import MONEY_KINDS
from sanhai.results.store import BY_ORDER, CASH_LAGGED, Store
from sanhai.run.execute import point_options
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.run.options import Options
    from sanhai.run.output import Money, Output, Part
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


class _Shelf:
    """Arrays over (scenario, place, part, year, draw) filled part by part; what has been taken from a run is let go."""

    def __init__(self, parts: Sequence[Part], run: range, shown: range, release: bool) -> None:
        self.parts = parts
        self.release = release  # draws are large: a run's own arrays are dropped as they are copied
        self.skip, self.n = shown[0] - run[0], len(shown)
        births = parts[0].people["births"]
        self.n_rows, self.n_draws = births.shape[0], births.shape[-1]

    def room(self, n_parts: int) -> NDArray[np.float64]:
        return np.full((len(self.parts), self.n_rows, n_parts, self.n + 1, self.n_draws), np.nan)

    def put(self, out: NDArray[np.float64], values: NDArray[np.float64], stock: bool = False) -> None:
        """The years shown of (row, year, draw) into the same axes of `out`; of a stock the next 1 January too."""
        n = self.n + stock
        out[:, :n] = values[:, self.skip : self.skip + n]

    def take(self, kept: dict[str, NDArray[np.float64]], name: str) -> NDArray[np.float64]:
        return kept.pop(name) if self.release else kept[name]


def _people(shelf: _Shelf) -> dict[str, NDArray[np.float64]]:
    """Every indicator of the core that is a variable."""
    singles = {name: (name,) for name in VARIABLES if name in shelf.parts[0].people}
    split = {"e0": ("e0_male", "e0_female"), BY_ORDER: tuple(f"births_order_{order}" for order in (1, 2, 3))}
    found = {}
    for name, sources in (singles | split).items():
        found[name] = shelf.room(len(sources))
        for scenario, part in enumerate(shelf.parts):
            for k, source in enumerate(sources):
                is_stock = name in VARIABLES and VARIABLES[name].stock
                shelf.put(found[name][scenario, :, k], shelf.take(part.people, source), is_stock)
    return found


def _nursery(shelf: _Shelf) -> dict[str, NDArray[np.float64]]:
    found = {}
    for name in (*PLAIN, *NURSERY):
        sources = NURSERY.get(name, ((name, 1.0),))
        found[name] = shelf.room(len(sources))
        for scenario, part in enumerate(shelf.parts):
            for k, (source, factor) in enumerate(sources):
                shelf.put(found[name][scenario, :, k], shelf.take(part.nursery, source))
                found[name][scenario, :, k] *= factor
    for name in WITH_STOCK:
        found[name][np.isnan(found["places_stock"])] = np.nan
    return found


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


def _pairs(parts: Sequence[Part], names: Sequence[str]) -> list[tuple[str, str]]:
    """(line, payer) of all scenarios that carry something, in the order of the lines."""
    used: dict[tuple[str, str], None] = {}
    for part in parts:
        labels = [(part.money.lines[line].id, payer) for line, payer in part.money.pairs]
        used |= {pair: None for pair, cost in zip(labels, part.money.arrays["cost"], strict=True) if np.any(cost)}
    return sorted(used, key=lambda pair: names.index(pair[0]))


def _sides(parts: Sequence[Part], names: Sequence[str]) -> list[tuple[str, str]]:
    """(line, kind) of all scenarios, in the order of the lines."""
    found = {(part.money.lines[line].id, kind): None for part in parts for line, kind in part.money.sides}
    return sorted(found, key=lambda side: (names.index(side[0]), MONEY_KINDS.index(side[1])))


def _lagged(parts: Sequence[Part], pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs that some scenario does not pay in the year in which it owes."""
    late = {_named(part.money, part.money.pairs[at]) for part in parts for at in part.money.lagged}
    return [pair for pair in pairs if pair in late]


def _named(money: Money, pair: tuple[int, str]) -> tuple[str, str]:
    return money.lines[pair[0]].id, pair[1]


def _money(
    shelf: _Shelf,
    names: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    sides: Sequence[tuple[str, str]],
    lagged: Sequence[tuple[str, str]],
) -> dict[str, NDArray[np.float64]]:
    """Money over lines, (line, payer) and (line, kind) of all scenarios; what a scenario does not have is 0 there."""
    wanted: dict[str, tuple[str, list[Any]]] = {
        "cost_nominal": ("cost", list(pairs)),
        CASH_LAGGED: ("cash", list(lagged)),
        "beneficiaries": ("beneficiaries", list(names)),
        "liability": ("liability", list(sides)),
    }
    found = {}
    for name, (source, labels) in wanted.items():
        found[name] = shelf.room(len(labels))
        found[name][..., :-1, :] = 0.0
        for scenario, part in enumerate(shelf.parts):
            money = part.money
            own = {
                "cost": [_named(money, pair) for pair in money.pairs],
                "cash": [_named(money, money.pairs[at]) for at in money.lagged],
                "liability": [_named(money, side) for side in money.sides],
                "beneficiaries": [line.id for line in money.lines],
            }[source]
            for label, values in zip(own, shelf.take(money.arrays, source), strict=True):
                if label in labels:
                    shelf.put(found[name][scenario, :, labels.index(label)], values)
    return found


def _band(output: Output, shown: range) -> dict[str, NDArray[np.float64]]:
    """(scenario, place, year, end) births above the first scenario's at both ends of the prior of eps."""
    if all(one is None for one in output.band):
        return {}
    found = {}
    skip, n = shown[0] - output.years[0], len(shown)
    for variable, name in (("births_extra", "births"), ("births_extra_gross", "births_gross")):
        base = output.points[0].people[name][:, skip : skip + n]
        found[variable] = np.full((len(output.band), base.shape[0], n + 1, 2), np.nan)
        for scenario, ends in enumerate(output.band):
            if ends is not None:
                found[variable][scenario, :, :n] = ends[name][:, skip : skip + n] - base
    return found


def _factors(output: Output, shown: range) -> dict[str, NDArray[np.float64]]:
    """(scenario, year) on nominal money, NaN in the last year."""
    skip, n = shown[0] - output.years[0], len(shown)
    found = {kind: np.full((len(output.points), n + 1), np.nan) for kind in ("cost_real", "pv")}
    for scenario, part in enumerate(output.points):
        for kind, values in found.items():
            values[scenario, :n] = part.money.factors[kind][skip : skip + n]
    return found


def _store(output: Output, parts: Sequence[Part], shown: range) -> Store:
    is_point = parts is output.points
    shelf = _Shelf(parts, output.years, shown, release=not is_point)
    lines, confidence = _lines(parts)
    names = [line.id for line in lines]
    pairs, sides = _pairs(parts, names), _sides(parts, names)
    lagged = _lagged(parts, pairs)
    return Store(
        scenarios=tuple(one.name for one in output.scenarios),
        places=output.layout.codes,
        years=range(shown[0], shown[-1] + 2),
        n_draws=shelf.n_draws,
        arrays={**_people(shelf), **_nursery(shelf), **_money(shelf, names, pairs, sides, lagged)},
        lines=lines,
        pairs=tuple((names.index(line), payer) for line, payer in pairs),
        sides=tuple((names.index(line), kind) for line, kind in sides),
        lagged=tuple(pairs.index(pair) for pair in lagged),
        line_confidence=confidence,
        factors=_factors(output, shown),
        band=_band(output, shown) if is_point else {},
    )
