"""Every name a scenario can set, with its contract: unit, bounds, side, scope, kind, and the rule that reads it."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sanhai.errors import ConfigError, is_one_of, refuse, whole_number, words
from sanhai.policy.catalogue import UnknownNameError, instruments
from sanhai.policy.schema import COUNTED_BY_USERS, NATION, Component, Instrument, LeverSpec, PackError
from sanhai.rates.paths import Path

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
OF_BILL = "policy.bill"  # the rule that reads the levers of documents
MEANT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")  # the number in what was typed, such as 3600 of "3600元"


@dataclass(frozen=True, slots=True)
class Lever:
    """A lever's contract.

    path: dotted name. unit: of its value, "text" for a choice. low, high: bounds of a number. default: its value when
    nobody sets it; None where nobody has published one. choices: of a text. basis: where the default comes from.
    side: "policy" acts in its scenario alone, "belief" on both sides of a comparison. kind: "series" holds from each of
    its dates on, "state" is one value with its date, "fixed" holds for the whole run and takes no date. scope: code of
    the place it belongs to, "" for any. reads: the rule that uses it, "" where nothing computes it yet. instrument:
    full id of the pack's instrument it belongs to, or "". used_by: instruments without which a lever of no document's
    own is read by nothing.
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
    used_by: tuple[str, ...] = ()

    @property
    def owners(self) -> tuple[str, ...]:
        """Instruments of which one must be in use for it to act; none: it acts in any scenario."""
        return (self.instrument,) if self.instrument else self.used_by

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


def _named(paths: Sequence[str]) -> dict[str, tuple[list[str], bool]]:
    """By lever: the instruments whose records name it, and whether a run reads it there."""
    found: dict[str, tuple[list[str], bool]] = {path: ([], False) for path in paths}

    def note(path: str, owner: str, is_read: bool) -> None:
        if path not in found:
            raise PackError(f"{owner.replace('/', '.toml: instrument ')}: lever {path} is named and does not exist")
        ids, was_read = found[path]
        found[path] = ([*ids, *([] if owner in ids else [owner])], was_read or is_read)

    for row in instruments():
        for component in row.components:
            is_read = set(component.levers_read)
            for path in component.levers:
                note(path, row.full_id, path in is_read)
        for supply in row.supply:
            note(supply.places_a_year, row.full_id, True)
        for adjust in row.adjust:
            note(adjust.target, row.full_id, True)
            note(adjust.by, row.full_id, True)
    return found


def _of_spec(row: Instrument, spec: LeverSpec) -> Lever:
    low, high = _bounds(spec.unit, spec.path)
    return Lever(
        spec.path,
        spec.unit,
        low if spec.low is None else spec.low,
        high if spec.high is None else spec.high,
        spec.default,
        spec.what_zh,
        spec.what_en,
        spec.basis or _basis(spec.default),
        instrument=row.full_id,
        side=spec.side,
        scope=_scope(row),
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
        reads=OF_BILL,
    )


def _counted_by_users(component: Component) -> bool:
    """Whether a user gives the number of those it pays by a lever of the component's own."""
    return component.count.stock in COUNTED_BY_USERS and component.count.given is None


@cache
def lever_table() -> dict[str, Lever]:
    """Every lever by path: the model's, those of the packs, the counts a user may give.

    Raises PackError for a lever that a record names and nobody declares, or that a pack declares and no record names.
    """
    rows = instruments()
    model = list(_of_model())
    of_packs = [_of_spec(row, spec) for row in rows for spec in row.levers]
    named = _named([one.path for one in (*model, *of_packs)])
    for one in of_packs:
        if not named[one.path][0]:
            raise PackError(
                f"{one.instrument.replace('/', '.toml: instrument ')}: no record names the lever {one.path}"
            )
    found = [
        replace(one, used_by=tuple(named[one.path][0]), reads=OF_BILL if named[one.path][1] else "")
        if one.reads == OF_BILL and named[one.path][0]
        else one
        for one in model
    ]
    found += sorted(
        (replace(one, reads=OF_BILL if named[one.path][1] else "") for one in of_packs), key=lambda one: one.path
    )
    found += [_of_count(row, one) for row in rows for one in row.components if _counted_by_users(one)]
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

    given: a value, `from_year(year, value)`, a list of these, or a path or pandas Series over years. A value without a
    date holds from `first_year`; that of a fixed lever is kept with year 0. Raises ConfigError for a value out of
    bounds, a date where none can be, two values of one date, or several of a state.
    """
    info = lever(path)
    given = _by_year(info, given)
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


def _by_year(info: Lever, given: object) -> object:
    """A path or a Series over years as one value a year from its first to its last, straight in between."""
    is_series = hasattr(given, "items") and hasattr(given, "index") and not callable(given.index)
    if info.kind != "series" or info.choices or not (isinstance(given, Path) or is_series):
        return given
    if isinstance(given, Path):
        pairs = dict(zip(given.years, given.values, strict=True))
    else:
        pairs = {checked_year(year): float(check_value(info.path, value)) for year, value in given.items()}  # type: ignore[attr-defined]
    if not pairs:
        raise refuse(ConfigError, "lever.number", got=given, **_contract(info))
    years = sorted(pairs)
    every = range(years[0], years[-1] + 1)
    values = np.interp(every, years, [pairs[one] for one in years])
    return [Dated(year, float(value)) for year, value in zip(every, values, strict=True)]


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
