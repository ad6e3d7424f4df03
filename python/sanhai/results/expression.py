"""Arithmetic over a result by name: `pop[65:] / pop[15:64]`, `births.order3`, `cost.county / births`.

Python's own parser reads the text, and what it makes is walked here: names, numbers, + - * /, parts, ages, and for a
probability one comparison. Nothing is ever evaluated as code. Every draw is computed; units are checked on the way.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import ConfigError, nearest, refuse, words
from sanhai.places.base import N_AGES
from sanhai.places.figures import SEXES
from sanhai.results.late import late
from sanhai.results.quantiles import quantiles
from sanhai.results.select import Chosen, checked_level, checked_name, checked_years, choose, code_of, splits_of
from sanhai.results.store import PARTS
from sanhai.results.tables import laid_out, quantile_frame
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    from sanhai.results.results import Results

__all__ = ["Evaluated", "evaluated", "probability"]

LONGEST = 500  # characters: a formula, not a program
PEOPLE = "pop"  # residents at the year's end, by age and sex
ALIASES = {PEOPLE: "pop_yearend", "cost": "cost_nominal"}
SAME = {"births": "persons", "deaths": "persons", "children": "persons"}  # all are people, so births - deaths is too
AS_ATTRIBUTES = ("order", "kind", "payer")  # splits whose parts have names that an attribute can be
SHARES = ("1/year",)  # a flow of a year over a stock is a plain number here

OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class _Unit:
    """Powers of units. None as a whole: a bare number, which takes the unit of what it meets in a sum."""

    powers: Mapping[str, int]

    @classmethod
    def of(cls, text: str) -> _Unit:
        return cls({} if text in SHARES else {SAME.get(text, text): 1})

    def times(self, other: _Unit, sign: int) -> _Unit:
        names = dict.fromkeys((*self.powers, *other.powers))
        found = {name: self.powers.get(name, 0) + sign * other.powers.get(name, 0) for name in names}
        return _Unit({name: power for name, power in found.items() if power})

    def __str__(self) -> str:
        above = [name for name, power in self.powers.items() for _ in range(power)]
        below = [name for name, power in self.powers.items() for _ in range(-power)]
        return " * ".join(above or ["1"]) + "".join(f" / {name}" for name in below)


NUMBER = _Unit({})


@dataclass(frozen=True)
class _Term:
    """Values (scenario, year, draw), or one number, and their unit (None: a number that was written)."""

    values: NDArray[np.float64]
    unit: _Unit | None


@dataclass(frozen=True, repr=False)
class Evaluated:
    """An expression over a result: the verbs of a variable. unit: of its values; `1` is a plain number."""

    text: str
    unit: str
    result: Results
    _chosen: Chosen
    _central: Evaluated | None = field(default=None)

    @property
    def central(self) -> Evaluated:
        """Of the point run; itself where there are no draws."""
        return self if self._central is None else self._central

    @property
    def data(self) -> xr.DataArray:
        """Every draw: (scenario, draw, year)."""
        import xarray as xr

        chosen = self._chosen
        values = chosen.values[:, 0].transpose(0, 2, 1)
        coords = {"scenario": list(chosen.scenarios), "draw": range(values.shape[1]), "year": list(chosen.years)}
        attrs = {"units": self.unit, "long_name": self.text}
        return xr.DataArray(values, coords | {"place": chosen.place}, ("scenario", "draw", "year"), self.text, attrs)

    def table(self, at: int | Iterable[int] | None = None, level: float | None = 0.8) -> pd.DataFrame:
        """A row a scenario, a column a year; with draws medians, lo and hi, as `Results.table`."""
        return laid_out(self._at(at), level, self.unit)

    def diff(
        self, vs: str | None = None, at: int | Iterable[int] | None = None, level: float | None = 0.8
    ) -> pd.DataFrame:
        """Scenario less `vs` (the first), draw by draw; a scenario against itself is exactly 0."""
        chosen = self._at(at)
        name = checked_name("vs", self.result.baseline if vs is None else vs, chosen.scenarios)
        row = chosen.scenarios.index(name)
        return laid_out(replace(chosen, values=chosen.values - chosen.values[row : row + 1]), level, self.unit)

    def quantiles(self, q: float | tuple[float, ...] = (0.1, 0.5, 0.9)) -> pd.DataFrame:
        """(scenario and year, probability) quantiles over draws."""
        return quantile_frame(self._chosen, q, self.unit)

    @property
    def frame(self) -> pd.DataFrame:
        """Tidy rows: `value` of the central run, lo and hi of the draws."""
        import pandas as pd

        mine, central = self._chosen, self.central._chosen
        share = checked_level(self.result.options.level) or 0.8
        low, high = quantiles(mine.values[:, 0], ((1.0 - share) / 2.0, (1.0 + share) / 2.0))
        is_drawn = mine.values.shape[-1] > 1
        rows = [
            {"scenario": name, "place": mine.place, "year": year, "variable": self.text, "unit": self.unit,
             "value": central.values[i, 0, j, 0]}
            | ({"lo": low[i, j], "hi": high[i, j], "level": share} if is_drawn else {})
            for i, name in enumerate(mine.scenarios) for j, year in enumerate(mine.years)
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def plot(self, *, axes: Any = None, lang: str | None = None) -> Any:
        """A line a scenario, with the interval of the first where there are draws. Needs sanhai[plot]."""
        return late("line_of")(self, axes=axes, lang=lang)

    def _at(self, at: int | Iterable[int] | None) -> Chosen:
        if at is None:
            return self._chosen
        given = [at] if isinstance(at, int) else list(at)
        years = self._chosen.years
        for year in given:
            if year not in years:
                raise refuse(ConfigError, "results.year", got=year, variable=self.text, first=years[0], last=years[-1])
        columns = [years.index(year) for year in given]
        return replace(self._chosen, years=tuple(given), values=self._chosen.values[:, :, columns])

    def __repr__(self) -> str:
        return f"{self.text} [{self.unit}]\n{self.table()}"

    def _repr_html_(self) -> str:
        return str(self.table().to_html())


class _Walk:
    """One text over one place and some scenarios of a result."""

    def __init__(self, result: Results, text: str, place: str, scenarios: tuple[str, ...], years: tuple[int, ...]):
        self.result, self.text, self.place = result, text, place
        self.scenarios, self.years = scenarios, years
        self.by_age: dict[str, NDArray[np.float64]] = {}

    def refuse(self, key: str, node: ast.expr, got: str = "", **values: object) -> ConfigError:
        """A refusal about a piece of the text."""
        piece = got or ast.get_source_segment(self.text, node) or self.text
        return refuse(ConfigError, f"expression.{key}", got=piece, where="", text=self.text, **values)

    def term(self, node: ast.expr) -> _Term:
        """The value of a node; what the grammar does not have is refused with the piece it stands in."""
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return self._combined(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.term(node.operand)
            return _Term(-inner.values, inner.unit)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return _Term(np.array(float(node.value)), None)
        if isinstance(node, ast.Subscript):
            return self._ages(node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if self._name(node.value.id) == PEOPLE:
                return self._people(self._sexes(node), 0, N_AGES - 1)
            return self._part(node, self._name(node.value.id), node.attr)
        if isinstance(node, ast.Name):
            name = self._name(node.id)
            return self._variable(node, ALIASES.get(name, name), None, None)
        raise self.refuse("syntax", node)

    def _combined(self, node: ast.BinOp) -> _Term:
        left, right = self.term(node.left), self.term(node.right)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = OPERATORS[type(node.op)](left.values, right.values)
        values = np.where(np.isfinite(values), values, np.nan)
        if isinstance(node.op, ast.Add | ast.Sub):
            return _Term(values, self.same_unit(node, left, right))
        if left.unit is None and right.unit is None:
            return _Term(values, None)
        sign = 1 if isinstance(node.op, ast.Mult) else -1
        return _Term(values, (left.unit or NUMBER).times(right.unit or NUMBER, sign))

    def same_unit(self, node: ast.expr, left: _Term, right: _Term) -> _Unit | None:
        """The unit of both; a bare number takes the other's."""
        if left.unit is None or right.unit is None:
            return left.unit or right.unit
        if left.unit.powers != right.unit.powers:
            raise self.refuse("units", node, left=str(left.unit), right=str(right.unit))
        return left.unit

    def _name(self, name: str) -> str:
        """A variable's name of what was written: its own, or what it is called in Chinese."""
        called: dict[str, str] = {
            str(one["zh"]): key for key, one in words()["variable"].items() if isinstance(one, Mapping)
        }
        return called.get(name, name)

    def _variable(self, node: ast.expr, name: str, by: str | None, part: str | None) -> _Term:
        known = self.result._store.variables
        if name not in known:
            near = nearest(name, (*known, *ALIASES))
            raise self.refuse("name", node, got=name, known=(*ALIASES, *known), near=near)
        chosen = choose(self.result, name, place=self.place, at=self.years, by=by)
        rows = [chosen.scenarios.index(one) for one in self.scenarios]
        if part is None:
            if chosen.split:
                said = node.id if isinstance(node, ast.Name) else name
                raise self.refuse("part", node, got=said, known=tuple(f"{said}.{_attr(one)}" for one in chosen.parts))
            values = chosen.values[rows, 0]
        else:
            values = chosen.values[rows, chosen.parts.index(part)]
        return _Term(values, _Unit.of(VARIABLES[name].unit))

    def _part(self, node: ast.Attribute, name: str, attr: str) -> _Term:
        """A birth order, a kind of money or a payer, a sex, or one of several definitions."""
        variable = ALIASES.get(name, name)
        if variable not in self.result._store.variables:
            return self._variable(node, variable, None, None)
        splits = [None] if VARIABLES[variable].split else [by for by in splits_of(variable) if by in AS_ATTRIBUTES]
        known: dict[str, tuple[str | None, str]] = {}
        for by in splits:
            for part in choose(self.result, variable, place=self.place, at=self.years, by=by).parts:
                known.setdefault(_attr(part), (by, part))
        if not known:
            raise self.refuse("no_part", node, name=name)
        if attr not in known:
            raise self.refuse("part", node, known=tuple(f"{name}.{one}" for one in known))
        return self._variable(node, variable, *known[attr])

    def _sexes(self, node: ast.Attribute) -> tuple[int, ...]:
        if node.attr not in SEXES:
            raise self.refuse("part", node, known=tuple(f"{PEOPLE}.{one}" for one in SEXES))
        return (SEXES.index(node.attr),)

    def _ages(self, node: ast.Subscript) -> _Term:
        """`pop[15:64]`, `pop[65:]`, `pop.female[15:49]`, `pop[3]`: ages at the year's end, both ends counted."""
        of, sexes = node.value, tuple(range(len(SEXES)))
        if isinstance(of, ast.Attribute):
            sexes, of = self._sexes(of), of.value
        if not (isinstance(of, ast.Name) and self._name(of.id) in (PEOPLE, ALIASES[PEOPLE])):
            raise self.refuse("ages_of", node)
        where = node.slice
        if isinstance(where, ast.Slice) and where.step is None:
            low, high = self._age(where.lower, 0), self._age(where.upper, N_AGES - 1)
        else:
            low = high = self._age(where, 0)
        if not 0 <= low <= high < N_AGES:
            raise self.refuse("ages", node, last=N_AGES - 1)
        return self._people(sexes, low, high)

    def _age(self, node: ast.expr | None, absent: int) -> int:
        if node is None:
            return absent
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return node.value
        raise self.refuse("ages", node, last=N_AGES - 1)

    def _people(self, sexes: tuple[int, ...], low: int, high: int) -> _Term:
        """Residents of some ages at the year's end, made again from the seed."""
        out = []
        for name in self.scenarios:
            if name not in self.by_age:
                found = self.result.by_age(self.place, name)["pop_jan1"]
                self.by_age[name] = found.sel(year=[year + 1 for year in self.years]).to_numpy()
            out.append(self.by_age[name][:, :, list(sexes), low : high + 1].sum(axis=(2, 3)).T)
        return _Term(np.array(out), _Unit.of("persons"))


def _attr(part: str) -> str:
    """A part as an attribute: births.order3, places_gap.target."""
    return f"order{part.rstrip('+')}" if part in PARTS["births_order"] else part


def _parsed(text: object) -> ast.expr:
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise refuse(ConfigError, "expression.text", got=text, longest=LONGEST)
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise refuse(ConfigError, "expression.syntax", got=text, text=text) from None


def _walk(result: Results, text: str, place: object, scenario: str | None, at: object) -> _Walk:
    years = checked_years(result, "births", at)
    names = result.scenarios if scenario is None else (checked_name("scenario", scenario, result.scenarios),)
    return _Walk(result, text.strip(), code_of(result, place), names, years)


def _spread(walk: _Walk, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.broadcast_to(values, (len(walk.scenarios), len(walk.years), walk.result.draws))


def evaluated(
    result: Results, text: str, place: object = None, scenario: str | None = None, at: object = None
) -> Evaluated:
    """See `Results.eval`."""
    tree = _parsed(text)
    walk = _walk(result, text, place, scenario, at)
    found = walk.term(tree)
    values = _spread(walk, found.values)[:, None]
    chosen = Chosen(walk.text, walk.place, walk.scenarios, "", ("",), walk.years, values)
    central = None if result.central is result else evaluated(result.central, text, place, scenario, at)
    unit = str(found.unit or NUMBER)
    return Evaluated(walk.text, unit, result, chosen, central)


def probability(
    result: Results, text: str, place: object = None, by: int | None = None, at: int | None = None
) -> dict[str, float]:
    """See `Results.probability`."""
    tree = _parsed(text)
    if by is not None and at is not None:
        raise refuse(ConfigError, "expression.when")
    walk = _walk(result, text, place, None, at)
    if by is not None:
        last = checked_years(result, "births", [by])[0]
        walk.years = tuple(year for year in walk.years if year <= last)
    if not (isinstance(tree, ast.Compare) and len(tree.ops) == 1 and type(tree.ops[0]) in COMPARISONS):
        raise refuse(ConfigError, "expression.comparison", got=text, text=text)
    left, right = walk.term(tree.left), walk.term(tree.comparators[0])
    walk.same_unit(tree, left, right)
    known = ~(np.isnan(_spread(walk, left.values)) | np.isnan(_spread(walk, right.values)))
    if not np.all(np.any(known, axis=1)):
        raise refuse(ConfigError, "expression.unknown", got=text)
    holds = np.asarray(COMPARISONS[type(tree.ops[0])](left.values, right.values)) & known
    return {name: float(np.mean(np.any(row, axis=0))) for name, row in zip(walk.scenarios, holds, strict=True)}
