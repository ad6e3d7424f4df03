"""Every name a scenario can set, with its contract: unit, bounds, side, scope, kind, and the rule that reads it."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sanhai.errors import ConfigError, is_one_of, refuse, whole_number, words
from sanhai.policy.catalogue import UnknownNameError, instruments
from sanhai.policy.schema import COUNTED_BY_USERS, NATION, Component, Instrument, LeverSpec

if TYPE_CHECKING:
    from sanhai.policy.scenario import Scenario

__all__ = [
    "Dated",
    "Lever",
    "Value",
    "check_value",
    "checked_year",
    "from_year",
    "lever",
    "lever_table",
    "recipients_path",
    "require_same_beliefs",
    "series_of",
]

Value = float | str
Side = Literal["policy", "belief"]
Kind = Literal["series", "state", "fixed"]
Bounds = tuple[float, float]
FIRST_YEAR, LAST_YEAR = 1949, 2200  # of a date
MEANT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")  # the number in what was typed, such as 3600 of "3600元"


@dataclass(frozen=True, slots=True)
class Lever:
    """A lever's contract.

    path: dotted name. unit: of its value, "text" for a choice. low, high: bounds of a number. default: its value when
    nobody sets it; None where nobody has published one. choices: of a text. basis: where the default comes from.
    side: "policy" acts in its scenario alone, "belief" on both sides of a comparison. kind: "series" holds from each of
    its dates on, "state" is one value with its date, "fixed" holds for the whole run and takes no date. scope: code of
    the place it belongs to, "" for any. reads: the rule that uses it, "" where nothing computes it yet. instrument:
    full id of the pack's instrument it belongs to, or "".
    """

    path: str
    unit: str
    low: float
    high: float
    default: Value | None
    zh: str
    en: str
    basis: str
    choices: tuple[str, ...] = ()
    instrument: str = ""
    side: Side = "policy"
    scope: str = ""
    kind: Kind = "series"
    reads: str = ""

    @property
    def is_computed(self) -> bool:
        """Whether some rule reads it."""
        return self.reads != ""

    @property
    def allowed(self) -> str:
        """Its bounds or choices, as messages and tables print them."""
        return " or ".join(self.choices) if self.choices else f"{self.low:,.10g} to {self.high:,.10g} [{self.unit}]"


@dataclass(frozen=True, slots=True, order=True)
class Dated:
    """A value that holds from 1 January of a year on."""

    year: int
    value: Value


def from_year(year: int, value: Value) -> Dated:
    """A lever's value from 1 January of `year` on: `{"subsidy.child3.yuan_per_month": from_year(2027, 500)}`.

    Raises ConfigError for what is no calendar year from 1949 to 2200.
    """
    return Dated(checked_year(year), value)


def checked_year(year: object, first: int = FIRST_YEAR) -> int:
    """A calendar year as an int, NumPy's integers too; ConfigError for anything else."""
    whole = whole_number(year)
    if whole is None or not first <= whole <= LAST_YEAR:
        raise refuse(ConfigError, "lever.year", got=year, first=first, last=LAST_YEAR)
    return whole


def recipients_path(component_id: str) -> str:
    """Lever for a counted stock: `recipients.lanzhou-2023/art-62/bereaved`."""
    return f"recipients.{component_id}"


# ---- the table ------------------------------------------------------------------------------------------------------


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("sanhai.policy").joinpath("data", "levers.toml").read_text(encoding="utf-8"))


def _bounds(unit: str, where: str) -> Bounds:
    known = _data()["bounds"]
    family = "share" if unit.startswith("share of ") else unit
    if family not in known:
        raise refuse(ConfigError, "lever.unit", got=unit, owner=where, known=list(known))
    low, high = known[family]
    return float(low), float(high)


def _of_model() -> Iterator[Lever]:
    for row in _data()["lever"]:
        bounds = {"low": 0.0, "high": 0.0} if "choices" in row else {name: float(row[name]) for name in ("low", "high")}
        default = row.get("default")
        yield Lever(**{**row, **bounds, "choices": tuple(row.get("choices", ())), "default": _number(default)})


def _number(value: Value | None) -> Value | None:
    return value if value is None or isinstance(value, str) else float(value)


def _scope(row: Instrument) -> str:
    return "" if row.place == NATION else row.place


def _unit(component: Component) -> str:
    amount = component.amounts[0]
    if amount.rate is not None:
        return f"share of {amount.of}"
    if component.stock == "institution":
        return "yuan per institution"
    return {"once": "yuan", "place_year": "yuan per place and year"}.get(amount.per, f"yuan per {amount.per}")


def _of_component(row: Instrument, component: Component) -> Lever:
    assert component.lever is not None
    values = {amount.yuan if amount.yuan is not None else amount.rate for amount in component.amounts}
    default = values.pop() if len(values) == 1 else None
    low, high = _bounds(_unit(component), component.lever)
    return Lever(
        component.lever,
        _unit(component),
        low,
        high,
        default,
        component.title_zh or row.title_zh,
        component.title_en or row.title_en,
        _basis(default),
        instrument=row.full_id,
        scope=_scope(row),
        reads="policy.bill" if row.is_computed(component) else "",
    )


def _of_spec(row: Instrument, spec: LeverSpec) -> Lever:
    low, high = _bounds(spec.unit, spec.path)
    return Lever(
        spec.path,
        spec.unit,
        low,
        high,
        spec.default,
        spec.what_zh,
        spec.what_en,
        _basis(spec.default),
        instrument=row.full_id,
        side=spec.side,
        scope=_scope(row),
        reads=spec.reads,
    )


def _basis(default: float | None) -> str:
    return "the document" if default is not None else "the documents give no figure"


def _count_of(title: str, lang: str) -> str:
    return str(words()["lever"]["count_of"][lang]).format(title=title)


def _of_count(row: Instrument, component: Component) -> Lever:
    low, high = _bounds("count a year", row.full_id)
    return Lever(
        recipients_path(f"{row.full_id}/{component.id}"),
        "count a year",
        low,
        high,
        None,
        _count_of(component.title_zh or row.title_zh, "zh"),
        _count_of(component.title_en or row.title_en, "en"),
        "no published count",
        instrument=row.full_id,
        side="belief",
        scope=_scope(row),
        reads="policy.bill" if row.is_computed(component) else "",
    )


@cache
def lever_table() -> dict[str, Lever]:
    """Every lever by path: the model's, those of the packs, the counts a user may give."""
    rows = instruments()
    found = list(_of_model())
    of_packs = [_of_component(row, one) for row in rows for one in row.components if one.lever is not None]
    of_packs += [_of_spec(row, spec) for row in rows for spec in row.levers]
    found += sorted(of_packs, key=lambda one: one.path)
    found += [
        _of_count(row, one)
        for row in rows
        for one in row.components
        if one.stock in COUNTED_BY_USERS and row.carried == "costed"
    ]
    return {one.path: one for one in found}


def lever(path: str) -> Lever:
    """One lever by its dotted path. Raises UnknownNameError, a ConfigError, with the nearest names."""
    table = lever_table()
    if is_one_of(path, table):
        return table[path]
    near = difflib.get_close_matches(str(path), table, n=4, cutoff=0.4)
    raise refuse(UnknownNameError, "lever.unknown", got=path, near=near)


# ---- values ---------------------------------------------------------------------------------------------------------


def _contract(info: Lever) -> dict[str, Any]:
    """What a refusal of a value says of its lever."""
    return {"path": info.path, "low": info.low, "high": info.high, "unit": info.unit}


def check_value(path: str, value: object) -> Value:
    """The value in its own type, inside its bounds; ConfigError otherwise. A number may be given as text."""
    info = lever(path)
    if info.choices:
        if not is_one_of(value, info.choices):
            raise refuse(ConfigError, "lever.choice", got=value, path=path, choices=info.choices)
        return str(value)
    try:
        is_other = (
            isinstance(value, bool | np.bool_ | bytes | np.datetime64) or getattr(value, "ndim", 0) > 0
        )  # an array is no number, of one element either
        number = math.nan if is_other else float(value)  # type: ignore[arg-type]
    except OverflowError:
        number = math.inf
    except (TypeError, ValueError):
        number = math.nan
    if math.isnan(number):
        meant = MEANT.search(unicodedata.normalize("NFKC", value).replace(",", "")) if isinstance(value, str) else None
        if meant:
            written = float(meant.group()) / (100.0 if "%" in unicodedata.normalize("NFKC", str(value)) else 1.0)
            raise refuse(ConfigError, "lever.with_unit", got=value, number=f"{written:.12g}", **_contract(info))
        raise refuse(ConfigError, "lever.number", got=value, **_contract(info))
    if not info.low <= number <= info.high:
        if info.high == 1.0 and 1.0 < number <= 100.0:
            meant_share = {"percent": f"{number:g}", "number": f"{number / 100.0:.12g}"}
            raise refuse(ConfigError, "lever.percent", got=value, **meant_share, **_contract(info))
        raise refuse(ConfigError, "lever.bounds", got=value, **_contract(info))
    if info.unit == "year" and not number.is_integer():
        raise refuse(ConfigError, "lever.whole_year", got=value, number=int(number), **_contract(info))
    return number


def series_of(path: str, given: object, first_year: int) -> tuple[Dated, ...]:
    """A lever's values in the order of their dates, checked by its contract.

    given: a value, `from_year(year, value)`, or a list of these. A value without a date holds from `first_year`; that
    of a fixed lever is kept with year 0. Raises ConfigError for a value out of bounds, a date where none can be, two
    values of one date, or several of a state.
    """
    info = lever(path)
    several = list(given) if isinstance(given, list | tuple) else [given]
    out = []
    for one in several:
        if isinstance(one, Dated):
            if info.kind == "fixed":
                raise refuse(ConfigError, "lever.fixed", path=path, year=one.year)
            out.append(Dated(from_year(one.year, 0.0).year, check_value(path, one.value)))
        else:
            out.append(Dated(0 if info.kind == "fixed" else first_year, check_value(path, one)))
    twice = [year for year, n in sorted(Counter(one.year for one in out).items()) if n > 1]
    if twice:
        raise refuse(ConfigError, "lever.date_twice", path=path, year=twice[0])
    if not out or (info.kind == "state" and len(out) > 1):
        raise refuse(ConfigError, "lever.n_values", path=path, n=len(out))
    return tuple(sorted(out))


def require_same_beliefs(scenarios: Sequence[Scenario]) -> None:
    """ConfigError when a scenario differs from the first in a belief: it would change both sides of the comparison."""
    wanted = _beliefs(scenarios[0])
    for one in scenarios[1:]:
        odd = sorted({path for path, _, _ in wanted ^ _beliefs(one)})
        if odd:
            raise refuse(
                ConfigError, "belief.differs", where=f"scenario {one.name}", path=odd[0], other=scenarios[0].name
            )


def _beliefs(one: Scenario) -> set[tuple[str, int, Value]]:
    return {(s.path, s.year, s.value) for s in one.settings if lever(s.path).side == "belief"}
