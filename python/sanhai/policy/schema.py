"""Schema of the policy packs: one TOML file a document, validated on load.

Money is in yuan, shares are fractions of 1, ages are completed years, orders are birth orders (3 means third and
higher), places are GB/T 2260 codes as text ("100000" is the nation). What a document leaves open is None, never a
number. TOML has no null: a payer's share that is not known is written "unknown" and loads as None with its note.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sanhai.errors import ConfigError, refuse

NATION = "100000"
SHARE_TOLERANCE = 1e-12

Kind = Literal[
    "birth_grant", "child_allowance", "tax_relief", "fee_relief", "place_operating", "place_capital", "leave",
    "insurance", "housing", "service", "legacy_aid", "target", "duty", "regulation", "norm", "fact", "supply",
    "administration",
]  # fmt: skip
Status = Literal[
    "in_force", "explore", "encouraged", "ended", "target_date_passed", "repealed", "superseded", "draft", "reported",
    "to_check",
]  # fmt: skip
Carried = Literal["costed", "lever", "output", "rule", "fact", "record"]
Confidence = Literal["high", "medium", "low"]
WeightClass = Literal["cash", "fee", "tax", "leave", "housing", "insured"]
Stock = Literal[
    "birth", "child", "recipient", "place_occupied", "place_new", "kindergarten", "household", "case", "employee",
    "taxpayer", "enrolled", "buyer", "institution",
]  # fmt: skip
Timing = Literal["calendar_year", "months_lived", "annual", "monthly", "school_terms", "once"]
Per = Literal["month", "year", "term", "once", "day", "case", "place_year", "share_of_fee"]
AmountBound = Literal["exact", "min", "max", "about", "range"]
TargetBound = Literal["exact", "max", "min", "about"]
Level = Literal["central", "province", "city", "county", "fund", "employer", "local_unsplit", "unsplit"]
LEVELS: tuple[str, ...] = get_args(Level)

COUNTED_BY_RUNS: tuple[Stock, ...] = (
    "birth", "child", "enrolled", "taxpayer", "place_occupied", "place_new",
)  # fmt: skip
COUNTED_BY_USERS: tuple[Stock, ...] = ("recipient", "household", "case")

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Money = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Fraction01 = Annotated[float, Field(strict=True, ge=0, le=1)]
Year = Annotated[int, Field(strict=True, ge=1949, le=2200)]
Age = Annotated[int, Field(strict=True, ge=0, le=120)]
Order = Annotated[int, Field(strict=True, ge=1, le=3)]
Place = Annotated[str, Field(pattern=r"^\d{6}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
LeverPath = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")]
NonEmpty = Annotated[str, Field(min_length=1)]


def _begun(valid_from: dt.date | None, on: dt.date | None) -> bool:
    return valid_from is None or on is None or valid_from <= on


class PackError(ConfigError):
    """A pack does not follow the schema. The message names file, instrument, field, value and what is allowed."""


class Strict(BaseModel):
    """Frozen record that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(Strict):
    """A figure to be reached: `value` in `unit` by the end of year `by`. No value: the text gives none."""

    variable: NonEmpty
    value: Number | None = None
    unit: NonEmpty
    by: Year | None = None
    bound: TargetBound = "exact"
    what_zh: NonEmpty
    what_en: NonEmpty


class Figure(Strict):
    """A reported figure or norm (`value` in `unit`), for comparison only: it never moves a projection."""

    variable: NonEmpty
    value: Number
    unit: NonEmpty
    year: Year | None = None
    bound: TargetBound = "exact"
    what_zh: NonEmpty
    what_en: NonEmpty


class LeverSpec(Strict):
    """A lever that is not an amount of a component: a share, a count, a take-up. No `default`: the user sets it.

    `reads` names the rule that uses it; without one nothing computes it and nobody can set it. A `belief` holds for
    both sides of a comparison.
    """

    path: LeverPath
    unit: NonEmpty
    default: Number | None = None
    side: Literal["policy", "belief"] = "policy"
    reads: str = ""
    what_zh: NonEmpty
    what_en: NonEmpty


class Amount(Strict):
    """What one counted unit gets from `valid_from` on: `yuan`, or `rate` times the series `of`; neither: a lever.

    `order` and `age` (completed years) narrow the amount; `variant` names alternatives that are never summed (a
    marginal tax rate, county seat or town). For a range, `yuan` is the value used and `low`, `high` are its ends.
    `cap_units` is the largest number of units paid a year or case (days of leave, days in hospital).
    """

    valid_from: dt.date | None = None
    yuan: Money | None = None
    rate: Money | None = None
    of: str | None = None
    per: Per
    order: Order | None = None
    age: Age | None = None
    variant: str | None = None
    bound: AmountBound = "exact"
    low: Money | None = None
    high: Money | None = None
    cap_units: Money | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_way_to_pay(self) -> Self:
        if self.yuan is not None and self.rate is not None:
            raise ValueError("an amount has `yuan` or `rate`, not both")
        if (self.rate is None) != (self.of is None):
            raise ValueError("`rate` needs the series `of`, and `of` needs `rate`")
        if self.bound == "range":
            if self.low is None or self.high is None or self.yuan is None:
                raise ValueError("bound = range needs `low`, `high` and the value used in `yuan`")
            if not self.low <= self.yuan <= self.high:
                raise ValueError(f"low <= yuan <= high does not hold: {self.low}, {self.yuan}, {self.high}")
        elif self.low is not None or self.high is not None:
            raise ValueError("`low` and `high` belong to bound = range")
        return self

    @property
    def is_set(self) -> bool:
        """True when the document gives a figure (an amount, or a rate of a series)."""
        return self.yuan is not None or self.rate is not None


def nest(tree: Mapping[str, Any]) -> dict[str, float]:
    """Flatten a nested split to its leaves: {"province": 0.8, "rest": {"city": 0.2, "county": 0.8}} -> 80/4/16.

    Shares are fractions of 1; `rest` is what its siblings leave, split again by the same rule (exact decimals).
    Raises ValueError when a split does not sum to 1 or a name appears twice.
    """
    leaves: dict[str, Fraction] = {}

    def walk(node: Mapping[str, Any], whole: Fraction) -> None:
        shares = {key: value for key, value in node.items() if key != "rest"}
        if not all(isinstance(value, int | float) for value in shares.values()):
            raise ValueError(f"a nested split holds numbers only, not {shares}")
        named = {key: Fraction(str(value)) for key, value in shares.items()}
        left = 1 - sum(named.values(), Fraction(0))
        if left < 0 or ("rest" not in node and left != 0):
            raise ValueError(f"the split {dict(node)} sums to {float(1 - left):g}, not 1")
        for key, value in named.items():
            if key in leaves:
                raise ValueError(f"{key} appears twice in the split")
            leaves[key] = whole * value
        if "rest" in node:
            walk(node["rest"], whole * left)

    walk(tree, Fraction(1))
    return {key: float(value) for key, value in leaves.items()}


class PayerBand(Strict):
    """Who pays, as shares of 1 by level, in `places` (None: everywhere the instrument applies) from `valid_from` on."""

    valid_from: dt.date | None = None
    places: tuple[Place, ...] | None = None
    shares: dict[Level, Fraction01 | None] = Field(min_length=1)
    confidence: Confidence = "high"
    note: str = ""

    @field_validator("shares", mode="before")
    @classmethod
    def _flatten(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if "rest" in value:
            return nest(value)
        return {key: None if share == "unknown" else share for key, share in value.items()}

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        numbers = [share for share in self.shares.values() if share is not None]
        total = math.fsum(numbers)
        if len(numbers) < len(self.shares):
            if not self.note:
                raise ValueError("an unknown share needs a note")
            if total > 1 + SHARE_TOLERANCE:
                raise ValueError(f"shares sum to {total:.12g}; at most 1 is allowed")
        elif abs(total - 1) > SHARE_TOLERANCE:
            raise ValueError(f'shares sum to {total:.12g}; they must sum to 1 (or write "unknown" with a note)')
        if self.confidence != "high" and not self.note:
            raise ValueError(f"confidence = {self.confidence} needs a note")
        return self


class AdultBand(Strict):
    """Recipients by sex and completed age, `from_age` to `to_age` inclusive (None: open)."""

    sex: Literal["male", "female", "both"]
    from_age: Age | None = None
    to_age: Age | None = None


class Stacking(Strict):
    """How instruments of one group combine; `floor` (full id) keeps its own payers under rule max."""

    group: NonEmpty
    rule: Literal["add", "max", "replace"]
    floor: str | None = None


class Component(Strict):
    """One payment of an instrument: who is counted, how much, when, and who pays."""

    id: Slug
    title_zh: str = ""
    title_en: str = ""
    stock: Stock
    ages: tuple[Age, ...] | None = None
    orders: tuple[Order, ...] | None = None
    adults: tuple[AdultBand, ...] | None = None
    recipient_of: tuple[str, ...] = ()
    timing: Timing
    born_from: dt.date | None = None
    amounts: tuple[Amount, ...] = Field(min_length=1)
    lever: LeverPath | None = None
    operating_years: tuple[Annotated[int, Field(strict=True, ge=1)], ...] | None = None
    payers: tuple[PayerBand, ...] = ()
    stacking: Stacking | None = None  # overrides the instrument's
    counts_as: WeightClass | None = None  # overrides the instrument's
    note: str = ""

    @model_validator(mode="after")
    def _bands_do_not_overlap(self) -> Self:
        seen: set[tuple[dt.date | None, str | None]] = set()
        for band in self.payers:
            for code in band.places if band.places is not None else (None,):
                if (band.valid_from, code) in seen:
                    raise ValueError(f"two payer bands from the same date name {code or 'all places'}")
                seen.add((band.valid_from, code))
        return self

    def payer_band(self, place: str | tuple[str, ...], on: dt.date | None = None) -> PayerBand | None:
        """The band for a place on a day: the nearest place named (county, city, province, all), then the latest date.

        place: its code, or its own and those around it, nearest first. None when no band names the place or an area
        around it: nothing is assumed.
        """
        for code in (*(ancestors(place) if isinstance(place, str) else place), None):
            bands = [
                band
                for band in self.payers
                if _begun(band.valid_from, on)
                and (band.places is None if code is None else code in (band.places or ()))
            ]
            if bands:
                return max(bands, key=lambda band: band.valid_from or dt.date.min)
        return None

    def amounts_on(self, on: dt.date, order: int | None = None, age: int | None = None) -> tuple[Amount, ...]:
        """The amounts in force on a day for a birth order and completed age, one a variant.

        Of the rows for the same order, age and variant the latest begun counts; a row without order (age) fits every
        order (age). Empty when nothing has begun or the order or age gets nothing.
        """
        latest: dict[tuple[int | None, int | None, str | None], Amount] = {}
        for amount in sorted(self.amounts, key=lambda row: row.valid_from or dt.date.min):
            fits = (amount.order is None or amount.order == order) and (amount.age is None or amount.age == age)
            if fits and _begun(amount.valid_from, on):
                latest[amount.order, amount.age, amount.variant] = amount
        return tuple(latest.values())


class Instrument(Strict):
    """One instrument, target, duty, rule or fact of a document; the full id is pack/id."""

    id: Slug
    pack: Slug
    place: Place
    references: tuple[str, ...] = ()
    kind: Kind
    title_zh: NonEmpty
    title_en: NonEmpty
    article: str = ""
    status: Status
    carried: Carried
    carried_note: str = ""
    confidence: Confidence
    confidence_note: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    date_precision: Literal["day", "month", "year"] = "day"
    counts_as: WeightClass | None = None
    take_up: Fraction01 = 1.0
    stacking: Stacking | None = None
    registration: Literal["resident", "registered"] = "resident"
    targets: tuple[Target, ...] = ()
    figures: tuple[Figure, ...] = ()
    levers: tuple[LeverSpec, ...] = ()
    components: tuple[Component, ...] = ()
    note_zh: str = ""
    note_en: str = ""
    source: str = ""
    url: str | None = None

    @property
    def full_id(self) -> str:
        """pack/id, the name used in scenarios and reports."""
        return f"{self.pack}/{self.id}"

    def is_computed(self, component: Component) -> bool:
        """Whether a run counts the component's stock and can pay its amount: in yuan, or by a lever."""
        has_amount = component.lever is not None or any(amount.yuan is not None for amount in component.amounts)
        if component.stock in COUNTED_BY_USERS:
            return has_amount and self.carried == "costed"
        return has_amount and self.carried in ("costed", "lever") and component.stock in COUNTED_BY_RUNS

    def component(self, component_id: str) -> Component:
        """A component by id; ConfigError names those there are."""
        for component in self.components:
            if component.id == component_id:
                return component
        known = [component.id for component in self.components] or ["-"]
        raise refuse(ConfigError, "instrument.component", got=component_id, instrument=self.full_id, known=known)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.confidence != "high" and not self.confidence_note:
            raise ValueError(f"confidence = {self.confidence} needs a confidence_note")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid_from {self.valid_from} is after valid_to {self.valid_to}")
        names = [component.id for component in self.components]
        if len(set(names)) < len(names):
            raise ValueError(f"component ids repeat: {names}")
        amounts = [amount for component in self.components for amount in component.amounts]
        if self.carried == "costed" and not any(amount.is_set for amount in amounts):
            raise ValueError("carried = costed needs a component with an amount")
        if self.carried == "lever":
            if any(amount.is_set for amount in amounts):
                raise ValueError("carried = lever may not hold a figure as default: the document leaves it open")
            if not self.levers and not any(component.lever for component in self.components):
                raise ValueError("carried = lever needs a lever path")
        if self.carried in ("record", "rule") and not self.carried_note:
            raise ValueError(f"carried = {self.carried} needs a carried_note (why it is not costed)")
        return self


class Pack(Strict):
    """A document, or a set of measures of one kind, with its instruments."""

    id: Slug
    title_zh: NonEmpty
    title_en: NonEmpty
    document: NonEmpty
    issued: dt.date | None = None
    place: Place
    source: NonEmpty
    url: str | None = None
    note_zh: str = ""
    note_en: str = ""
    instruments: tuple[Instrument, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, data: Any) -> Any:
        """An instrument takes its pack's id, place and source unless it names its own place or source."""
        if not isinstance(data, Mapping) or not isinstance(data.get("instruments"), list):
            return data
        inherited = {"place": data.get("place"), "source": data.get("source")}
        own = {"pack": data.get("id")}
        rows = [{**inherited, **row, **own} if isinstance(row, Mapping) else row for row in data["instruments"]]
        return {**data, "instruments": rows}

    @model_validator(mode="after")
    def _unique(self) -> Self:
        for what, names in (
            ("instrument ids", [row.id for row in self.instruments]),
            ("references", [name for row in self.instruments for name in row.references]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} appear twice: {', '.join(twice)}")
        return self


def ancestors(place: str) -> tuple[str, ...]:
    """The code itself, its city, its province and the nation (GB/T 2260: 2 digits province, 4 city, 6 county)."""
    return tuple(dict.fromkeys((place, place[:4] + "00", place[:2] + "0000", NATION)))


def _instrument_name(data: Any, location: tuple[int | str, ...]) -> str:
    if len(location) >= 2 and location[0] == "instruments" and isinstance(location[1], int):
        row = data["instruments"][location[1]]
        number = f"number {location[1] + 1}"
        return str(row.get("id", number)) if isinstance(row, Mapping) else number
    return "(pack)"


def _fields_at(location: tuple[int | str, ...]) -> list[str]:
    """Field names of the model that holds the last step of `location`."""
    models: dict[str, type[Strict]] = {
        "instruments": Instrument, "components": Component, "amounts": Amount, "payers": PayerBand, "targets": Target,
        "figures": Figure, "levers": LeverSpec, "stacking": Stacking, "adults": AdultBand,
    }  # fmt: skip
    steps = [step for step in location[:-1] if isinstance(step, str) and step in models]
    return list(models[steps[-1]].model_fields) if steps else list(Pack.model_fields)


def _allowed(error: Mapping[str, Any], location: tuple[int | str, ...]) -> str:
    context = error.get("ctx") or {}
    if error["type"] == "extra_forbidden":
        names = _fields_at(location)
        near = difflib.get_close_matches(str(location[-1]), names, n=3)
        return f"did you mean {' or '.join(near)}?" if near else f"one of {', '.join(names)}"
    if "expected" in context:
        return f"one of {context['expected']}"
    if "shares" in location and error["type"].startswith("float"):
        return 'a number from 0 to 1, or "unknown" with a note'
    return str(error["msg"]).removeprefix("Value error, ")


def to_pack_error(error: ValidationError, data: Any, file: str) -> PackError:
    """Turn pydantic's report into one line a fault: file, instrument, field, value, allowed."""
    lines = []
    for fault in error.errors():
        location = tuple(step for step in fault["loc"] if step != "[key]")
        name = _instrument_name(data, location)
        steps = location[2:] if name != "(pack)" else location
        field = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps).lstrip(".") or "(whole)"
        value = repr(fault["input"])
        value = value if len(value) <= 80 else value[:77] + "..."
        lines.append(f"{file}: instrument {name}: field {field}: got {value}; allowed: {_allowed(fault, location)}")
    return PackError("\n".join(lines))


def load_pack(text: str, file: str) -> Pack:
    """Read one pack from TOML text; `file` is only the name used in messages. Raises PackError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: not valid TOML: {error}") from error
    try:
        return Pack.model_validate(data)
    except ValidationError as error:
        raise to_pack_error(error, data, file) from error
