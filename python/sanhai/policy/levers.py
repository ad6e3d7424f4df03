"""Every name a scenario can set, with its contract: unit, bounds, side, scope, kind, and the rule that reads it."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sanhai.errors import ConfigError, is_one_of, refuse, words
from sanhai.policy.schema import COUNTED_BY_USERS, NATION, Component, Instrument, LeverSpec
from sanhai.policy.vocabulary import UnknownNameError

if TYPE_CHECKING:
    from sanhai.policy.scenario import Scenario
    from sanhai.policy.series import Setting

__all__ = [
    "Lever",
    "Mention",
    "Value",
    "bounds_of",
    "check_value",
    "contract_of",
    "is_unit",
    "levers_of",
    "mentions",
    "model_paths",
    "recipients_path",
    "require_same_beliefs",
    "scope_of",
    "the_lever",
    "unit_bounds",
    "units",
]

Value = float | str
Side = Literal["policy", "belief"]
Kind = Literal["series", "state", "fixed"]
Bounds = tuple[float, float]
OF_BILL = "policy.bill"  # the rule that reads the levers of documents
OF_PARENTS = "policy.parents"  # the rule that reads a user's counts of legacy stocks
BY_YEAR = ("run.demography", "run.migration", "policy.nursery", OF_PARENTS)  # rules that go by whole years
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
    own is read by nothing. is_foreseen: whether births may answer to it before it begins, from its announcement on.
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
    is_foreseen: bool = False

    @property
    def owners(self) -> tuple[str, ...]:
        """Instruments of which one must be in use for it to act; none: it acts in any scenario."""
        return (self.instrument,) if self.instrument else self.used_by

    @property
    def is_computed(self) -> bool:
        """Whether some rule reads it."""
        return self.reads != ""

    @property
    def is_yearly(self) -> bool:
        """Whether it takes no date but a January, because its rule, or what it is, goes by calendar years."""
        return self.kind == "state" or bool(self.choices) or self.unit == "year" or self.reads in BY_YEAR

    @property
    def form(self) -> str:
        """Its kind, of a series whether its dates are months: state, fixed, series_by_month, series_by_year."""
        return f"series_by_{'year' if self.is_yearly else 'month'}" if self.kind == "series" else self.kind

    @property
    def allowed(self) -> str:
        """Its bounds or choices, as messages and tables print them."""
        return " or ".join(self.choices) if self.choices else f"{self.low:,.10g} to {self.high:,.10g} [{self.unit}]"


def recipients_path(component_id: str) -> str:
    """Lever for a counted stock: `recipients.lanzhou-2023/art-62/bereaved`."""
    return f"recipients.{component_id}"


# ---- the table ------------------------------------------------------------------------------------------------------


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("sanhai.policy").joinpath("data", "levers.toml").read_text(encoding="utf-8"))


def _family(unit: str) -> str:
    return "share" if unit.startswith("share of ") else unit


def units() -> tuple[str, ...]:
    """Units that a lever may have; a share may be "share of ..."."""
    return tuple(_data()["bounds"])


def is_unit(unit: str) -> bool:
    return _family(unit) in _data()["bounds"]


def model_paths() -> frozenset[str]:
    """Levers that belong to no document."""
    return frozenset(str(row["path"]) for row in _data()["lever"])


def unit_bounds(unit: str) -> Bounds:
    """Lowest and highest value of a lever of a unit that has no bounds of its own."""
    low, high = _data()["bounds"][_family(unit)]
    return float(low), float(high)


def _of_model() -> Iterator[Lever]:
    for row in _data()["lever"]:
        bounds = {"low": 0.0, "high": 0.0} if "choices" in row else {name: float(row[name]) for name in ("low", "high")}
        default = row.get("default")
        yield Lever(**{**row, **bounds, "choices": tuple(row.get("choices", ())), "default": _number(default)})


def _number(value: Value | None) -> Value | None:
    return value if value is None or isinstance(value, str) else float(value)


def scope_of(row: Instrument) -> str:
    """Code of the place that an instrument's levers belong to, "" for any."""
    return "" if row.place == NATION else row.place


@dataclass(frozen=True, slots=True)
class Mention:
    """A record that names a lever: its instrument, where in it, whether a run reads the lever there, and births too."""

    path: str
    owner: str
    steps: tuple[int | str, ...]
    is_read: bool
    is_met: bool = False


def mentions(rows: Iterable[Instrument]) -> Iterator[Mention]:
    for row in rows:
        for index, component in enumerate(row.components):
            is_read, is_met = set(component.levers_read), set(component.levers_met)
            for path in dict.fromkeys((*component.levers, *component.levers_of_stock)):
                yield Mention(path, row.full_id, ("components", index), path in is_read, path in is_met)
        for index, supply in enumerate(row.supply):
            yield Mention(supply.places_a_year, row.full_id, ("supply", index, "places_a_year"), False)
        for index, adjust in enumerate(row.adjust):
            yield Mention(adjust.target, row.full_id, ("adjust", index, "target"), True)
            yield Mention(adjust.by, row.full_id, ("adjust", index, "by"), True)


@dataclass(slots=True)
class _Named:
    """The instruments whose records name a lever, whether a run reads it there, and whether births answer to it."""

    owners: list[str] = field(default_factory=list)
    is_read: bool = False
    is_met: bool = False


def _named(rows: Sequence[Instrument]) -> dict[str, _Named]:
    """What the records say of each lever that they name."""
    found: dict[str, _Named] = {}
    for one in mentions(rows):
        said = found.setdefault(one.path, _Named())
        said.owners += [] if one.owner in said.owners else [one.owner]
        said.is_read, said.is_met = said.is_read or one.is_read, said.is_met or one.is_met
    return found


def bounds_of(spec: LeverSpec) -> Bounds:
    """Its own bounds, else those of its unit."""
    low, high = unit_bounds(spec.unit)
    return low if spec.low is None else spec.low, high if spec.high is None else spec.high


def _of_spec(row: Instrument, spec: LeverSpec) -> Lever:
    return Lever(
        spec.path,
        spec.unit,
        *bounds_of(spec),
        spec.default,
        spec.what_zh,
        spec.what_en,
        spec.basis or _basis(spec.default),
        instrument=row.full_id,
        side=spec.side,
        scope=scope_of(row),
    )


def _basis(default: float | None) -> str:
    return "the document" if default is not None else "the documents give no figure"


def _count_of(title: str, lang: str) -> str:
    return str(words()["lever"]["count_of"][lang]).format(title=title)


def _of_count(row: Instrument, component: Component) -> Lever:
    low, high = unit_bounds("count a year")
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
        scope=scope_of(row),
        reads=OF_PARENTS if component.count.stock == "legacy" else OF_BILL,
    )


def _counted_by_users(component: Component) -> bool:
    """Whether a user gives the number of those it pays by a lever of the component's own."""
    return component.count.stock in COUNTED_BY_USERS and component.count.given is None


def _as_named(one: Lever, said: _Named) -> Lever:
    """A lever of the bill as the records use it."""
    rule = one.reads or OF_BILL
    return replace(one, reads=rule if said.is_read else "", is_foreseen=said.is_met and one.side == "policy")


def levers_of(rows: Sequence[Instrument]) -> dict[str, Lever]:
    """Every lever by path: the model's, those of the instruments, the counts a user may give.

    rows: instruments without `lever_faults`.
    """
    model = list(_of_model())
    of_packs = [_of_spec(row, spec) for row in rows for spec in row.levers]
    named = _named(rows)
    found = [
        replace(_as_named(one, named[one.path]), used_by=tuple(named[one.path].owners))
        if one.reads in (OF_BILL, OF_PARENTS) and one.path in named
        else one
        for one in model
    ]
    found += sorted((_as_named(one, named[one.path]) for one in of_packs), key=lambda one: one.path)
    found += [_of_count(row, one) for row in rows for one in row.components if _counted_by_users(one)]
    return {one.path: one for one in found}


def the_lever(path: str, table: Mapping[str, Lever]) -> Lever:
    """One lever of a table by its dotted path. Raises UnknownNameError, a ConfigError, with the nearest names."""
    if is_one_of(path, table):
        return table[path]
    near = difflib.get_close_matches(str(path), table, n=4, cutoff=0.4)
    raise refuse(UnknownNameError, "lever.unknown", got=path, near=near)


# ---- values ---------------------------------------------------------------------------------------------------------


def contract_of(info: Lever) -> dict[str, Any]:
    """What a refusal of a value says of its lever."""
    return {"path": info.path, "low": info.low, "high": info.high, "unit": info.unit}


def check_value(info: Lever, value: object) -> Value:
    """The value in its own type, inside its bounds; ConfigError otherwise. A number may be given as text."""
    if info.choices:
        if not is_one_of(value, info.choices):
            raise refuse(ConfigError, "lever.choice", got=value, path=info.path, choices=info.choices)
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
            raise refuse(ConfigError, "lever.with_unit", got=value, number=f"{written:.12g}", **contract_of(info))
        raise refuse(ConfigError, "lever.number", got=value, **contract_of(info))
    if not info.low <= number <= info.high:
        if info.high == 1.0 and 1.0 < number <= 100.0:
            meant_share = {"percent": f"{number:g}", "number": f"{number / 100.0:.12g}"}
            raise refuse(ConfigError, "lever.percent", got=value, **meant_share, **contract_of(info))
        raise refuse(ConfigError, "lever.bounds", got=value, **contract_of(info))
    if info.unit == "year" and not number.is_integer():
        raise refuse(ConfigError, "lever.whole_year", got=value, number=int(number), **contract_of(info))
    return number


def require_same_beliefs(scenarios: Sequence[Scenario]) -> None:
    """ConfigError when a scenario differs from the first in a belief: it would change both sides of the comparison."""
    wanted = _beliefs(scenarios[0])
    for one in scenarios[1:]:
        odd = sorted({setting.path for setting in wanted ^ _beliefs(one)})
        if odd:
            raise refuse(
                ConfigError, "belief.differs", where=f"scenario {one.name}", path=odd[0], other=scenarios[0].name
            )


def _beliefs(one: Scenario) -> set[Setting]:
    return {setting for setting in one.settings if one.lever(setting.path).side == "belief"}
