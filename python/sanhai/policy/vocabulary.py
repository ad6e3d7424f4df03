"""Words of the policy packs and what may stand together: the one table of stocks, timings and the fields they read."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sanhai.errors import ConfigError, refuse
from sanhai.policy.toml_file import TomlFileError

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
Carried = Literal["money", "supply", "take_up", "target", "duty", "rule", "fact", "record"]
Confidence = Literal["high", "medium", "low"]
WeightClass = Literal["cash", "fee", "tax", "leave", "housing", "insured"]
Stock = Literal["births", "children", "residents", "legacy", "nursery", "areas", "given"]
Timing = Literal["once", "months", "calendar", "terms", "dates"]
Per = Literal["month", "year", "term", "once", "day", "case"]
Legacy = Literal["only_child", "living_only_child", "two_daughter", "bereaved", "disabled_child"]
Take = Literal[
    "persons", "households", "entries", "deaths", "enrolled", "places", "occupied", "opened", "institutions_opened"
]
NurseryType = Literal["public", "inclusive_private", "market", "kindergarten", "employer", "home"]
AmountBound = Literal["exact", "min", "max", "about", "range"]
TargetBound = Literal["exact", "max", "min", "about"]
Level = Literal[
    "central", "province", "city", "county", "fund", "employer", "local_unsplit", "unsplit", "tax_central", "tax_local"
]
LEVELS: tuple[str, ...] = get_args(Level)
MONEY_KINDS = ("outlay", "fund", "employer", "forgone")  # totals that are never added to one another
KIND_OF_LEVEL: dict[str, str] = {  # of public budgets, where nobody says another
    **dict.fromkeys(LEVELS, "outlay"), "fund": "fund", "employer": "employer", "tax_central": "forgone",
    "tax_local": "forgone",
}  # fmt: skip
FORGONE = tuple(level for level in LEVELS if KIND_OF_LEVEL[level] == "forgone")
LEGACY_KINDS: tuple[str, ...] = get_args(Legacy)
NURSERY_TYPES: tuple[str, ...] = get_args(NurseryType)
INCLUSIVE: tuple[str, ...] = ("public", "inclusive_private", "kindergarten")
LONGEST_TEXT = 1_000  # characters of a title, a name, a source
OLDEST_CHILD = 17  # children are counted to this age, the span of the cost of a child
# Outputs that may answer a duty; those of READY the product has.
Answer = Literal[
    "projection", "scenarios", "money", "nursery", "children", "targets", "decompose", "monitor", "reconcile",
    "yearly_report", "input_sheet", "intentions",
]  # fmt: skip
READY: tuple[str, ...] = ("projection", "scenarios", "money", "nursery", "children")

COUNTED_BY_USERS: tuple[Stock, ...] = ("legacy", "given")
# What is read of a count, by stock; of a timing, by rule; and the timings of a stock.
READS: dict[str, frozenset[str]] = {
    "births": frozenset({"orders"}),
    "children": frozenset({"ages", "orders"}),
    "residents": frozenset(),
    "legacy": frozenset({"kinds", "take", "bands", "wife_from", "units", "cap_units"}),
    "nursery": frozenset({"take", "types", "operating_years"}),
    "areas": frozenset({"levels"}),
    "given": frozenset({"given", "units", "cap_units"}),
}
NEEDS: dict[str, frozenset[str]] = {
    "children": frozenset({"ages"}),
    "legacy": frozenset({"kinds", "take"}),
    "nursery": frozenset({"take"}),
    "areas": frozenset({"levels"}),
}
TIMES: dict[str, frozenset[str]] = {
    "once": frozenset({"lag"}),
    "months": frozenset({"lag", "first_month"}),
    "calendar": frozenset({"lag", "years", "full_born_from", "birthday_month"}),
    "terms": frozenset({"lag", "cutoff_month"}),
    "dates": frozenset({"lag", "month"}),
}
TIMING_NEEDS: dict[str, frozenset[str]] = {
    "calendar": frozenset({"years", "full_born_from", "birthday_month"}),
    "terms": frozenset({"cutoff_month"}),
}
ALLOWED: dict[str, frozenset[str]] = {
    "births": frozenset({"once"}),
    "children": frozenset({"months", "calendar", "terms", "dates"}),
    "residents": frozenset({"months"}),
    "legacy": frozenset({"months", "once"}),
    "nursery": frozenset({"months", "once"}),
    "areas": frozenset({"once", "months"}),
    "given": frozenset({"once", "months"}),
}
SELECTS: dict[str, frozenset[str]] = {  # what an amount may be narrowed by
    "births": frozenset({"orders"}),
    "children": frozenset({"orders", "ages"}),
    "nursery": frozenset({"types"}),
    "legacy": frozenset({"kinds"}),
}
TAKES: dict[str, tuple[str, ...]] = {
    "legacy": ("persons", "households", "entries", "deaths"),
    "nursery": ("enrolled", "places", "occupied", "opened", "institutions_opened"),
}

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Money = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Fraction01 = Annotated[float, Field(strict=True, ge=0, le=1)]
Year = Annotated[int, Field(strict=True, ge=1949, le=2200)]
Age = Annotated[int, Field(strict=True, ge=0, le=199)]
Order = Annotated[int, Field(strict=True, ge=1, le=3)]
Month = Annotated[int, Field(strict=True, ge=1, le=12)]
Place = Annotated[str, Field(pattern=r"^\d{6}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
LeverPath = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")]
Ages = tuple[Age, Age]  # from, to, both included
NonEmpty = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class PackError(TomlFileError):
    """Packs that do not follow the schema, or do not fit together: `problems` holds every fault, with file and line."""


class UnknownNameError(ConfigError, LookupError):
    """No pack, instrument or lever has this name; the message lists the nearest ones."""


class RecordError(ValueError):
    """What a record of a pack breaks, as a key of the catalogue of messages and the values of its sentence.

    instrument: full id of the instrument; steps: where in it; both "" and () where a record itself finds the fault and
    its place is known to who reads it.
    """

    def __init__(
        self, key: str, /, *, instrument: str = "", steps: tuple[int | str, ...] = (), **values: object
    ) -> None:
        super().__init__(key)
        self.key, self.values, self.instrument, self.steps = key, values, instrument, steps

    def error(self, **more: object) -> ConfigError:
        """As an error that says it in both languages; more: the instrument, the field, what stands there."""
        return refuse(ConfigError, self.key, **{**self.values, **more})  # type: ignore[arg-type]

    def __str__(self) -> str:
        return str(self.error())


class Strict(BaseModel):
    """Frozen record that refuses unknown fields, and texts that are not one printable line: they reach terminals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="after")
    @classmethod
    def _is_printable(cls, value: Any) -> Any:
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, str) and not one.isprintable():
                raise RecordError("pack.unprintable")
        return value


def ancestors(place: str) -> tuple[str, ...]:
    """The code itself, its city, its province and the nation (GB/T 2260: 2 digits province, 4 city, 6 county)."""
    return tuple(dict.fromkeys((place, place[:4] + "00", place[:2] + "0000", NATION)))
