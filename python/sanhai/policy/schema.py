"""Schema of the policy packs: one TOML file a document, its instruments and what each of them is.

Money is in yuan, shares are fractions of 1, ages are completed years, orders are birth orders (3 means third and
higher), places are GB/T 2260 codes as text ("100000" is the nation). What a document leaves open is the path of a
lever, never a number. A component says what is paid (see `component`); supply, take-up, targets, duties, rules, facts
and records are what else a document holds.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from sanhai.errors import ConfigError, refuse
from sanhai.policy.component import Amount, Component, Condition, Count, Eligible, Stack, Times
from sanhai.policy.payers import PayerBand, nest
from sanhai.policy.vocabulary import (
    COMPUTED,
    COUNTED_BY_USERS,
    NATION,
    POINTS,
    READY,
    Answer,
    Carried,
    Confidence,
    Fraction01,
    Kind,
    LeverPath,
    NonEmpty,
    Number,
    NurseryType,
    PackError,
    Place,
    RecordError,
    Slug,
    Status,
    Strict,
    TargetBound,
    Year,
    ancestors,
)

__all__ = [
    "COUNTED_BY_USERS", "NATION", "READY", "Adjust", "Amount", "Component", "Condition", "Count", "Eligible", "Entry",
    "Figure", "Instrument", "LeverSpec", "Pack", "PackError", "PayerBand", "Since", "Stack", "Supply", "Target",
    "Times", "ancestors", "nest",
]  # fmt: skip


class Since(Strict):
    """What a rise in points starts from: a share, at the end of a year."""

    year: Year
    value: Fraction01


class Target(Strict):
    """A figure to be reached: `value` in `unit` by the end of year `by`. No value: the text gives none.

    What no run computes is `observed`: the lever in which a user states it. base: of a rise in points.
    """

    rows: tuple[str, ...] = ()
    variable: NonEmpty
    value: Number | None = None
    unit: NonEmpty
    by: Year | None = None
    bound: TargetBound = "exact"
    base: Since | None = None
    observed: LeverPath | None = None
    what_zh: NonEmpty
    what_en: NonEmpty

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        is_computed, is_judged = self.variable in COMPUTED, self.value is not None
        if is_judged and self.observed is None and not is_computed:
            raise RecordError("pack.target_variable", name=self.variable, known=COMPUTED)
        asked = {"observed": is_judged and not is_computed, "base": is_judged and self.variable in POINTS}
        for odd, is_read in asked.items():
            if getattr(self, odd) is not None and not is_read:
                read = ["value", *(one for one, needed in asked.items() if needed)]
                raise RecordError("pack.not_read", odd=odd, by="variable", name=self.variable, known=read)
        if self.base is None and asked["base"]:
            raise RecordError("pack.needs", lacking="base", by="variable", name=self.variable)
        return self


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
    """A lever that a document brings: an amount or a share that it leaves open, or that a user may turn.

    No `default`: nobody has published it and the user sets it. No bounds: those of its unit. A `belief` holds for both
    sides of a comparison. kind: a series holds from each of its dates on, `fixed` for the whole run.
    """

    path: LeverPath
    unit: NonEmpty
    default: Number | None = None
    low: Number | None = None
    high: Number | None = None
    side: Literal["policy", "belief"] = "policy"
    kind: Literal["series", "fixed"] = "series"
    basis: str = ""
    what_zh: NonEmpty
    what_en: NonEmpty


class Supply(Strict):
    """Nursery places of a type that open in a year, from a lever."""

    rows: tuple[str, ...] = ()
    type: NurseryType
    places_a_year: LeverPath


class Adjust(Strict):
    """Adds the lever `by` to the lever `target`, inside its bounds."""

    rows: tuple[str, ...] = ()
    target: LeverPath
    by: LeverPath


class Entry(Strict):
    """What a document holds besides money: how it is answered, what it binds, or why it is only recorded.

    duty: `answered_by` outputs. rule: `reads`, the settings it binds. money, supply, take_up: `carried_by` components
    of other instruments, which hold its figures. record: `why_zh`, `why_en`. fact: the instrument's `figures`.
    """

    rows: tuple[str, ...] = ()
    kind: Literal["money", "duty", "rule", "fact", "record"]
    answered_by: tuple[Answer, ...] = ()
    reads: tuple[NonEmpty, ...] = ()
    carried_by: tuple[NonEmpty, ...] = ()
    why_zh: str = ""
    why_en: str = ""

    @model_validator(mode="after")
    def _says_how(self) -> Self:
        needed = {"duty": "answered_by", "rule": "reads", "money": "carried_by", "record": "why_en"}.get(self.kind)
        if needed is not None and not getattr(self, needed):
            raise RecordError("pack.needs", lacking=needed, by="kind", name=self.kind)
        fields = {"duty": "answered_by", "rule": "reads", "money": "carried_by"}
        for name in fields.values():
            if getattr(self, name) and name != fields.get(self.kind):
                read = [fields[self.kind]] if self.kind in fields else ["-"]
                raise RecordError("pack.not_read", odd=name, by="kind", name=self.kind, known=read)
        if bool(self.why_zh) != bool(self.why_en):
            raise RecordError("pack.both_languages")
        return self


class Instrument(Strict):
    """One instrument of a document: what it is called, where it stands, and its records. The full id is pack/id.

    It holds no number of its own. `rows` of its records say which rows of the table of instruments it carries.
    """

    id: Slug
    pack: Slug
    place: Place
    kind: Kind
    title_zh: NonEmpty
    title_en: NonEmpty
    article: str = ""
    status: Status
    confidence: Confidence
    confidence_note: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    date_precision: Literal["day", "month", "year"] = "day"
    components: tuple[Component, ...] = ()
    supply: tuple[Supply, ...] = ()
    adjust: tuple[Adjust, ...] = ()
    targets: tuple[Target, ...] = ()
    entries: tuple[Entry, ...] = ()
    figures: tuple[Figure, ...] = ()
    levers: tuple[LeverSpec, ...] = ()
    note_zh: str = ""
    note_en: str = ""
    source: str = ""
    url: str | None = None

    @property
    def full_id(self) -> str:
        """pack/id, the name used in scenarios and reports."""
        return f"{self.pack}/{self.id}"

    @property
    def carried(self) -> Carried:
        """What it is: money, supply, take-up, target, duty, rule, fact or record."""
        if self.components:
            return "money"
        if self.supply:
            return "supply"
        if self.adjust:
            return "take_up"
        if self.targets:
            return "target"
        return self.entries[0].kind

    @property
    def is_left_open(self) -> bool:
        """Whether the document gives no figure of its money: a user sets every amount."""
        amounts = [amount for one in self.components for amount in one.amounts]
        given = {spec.path for spec in self.levers if spec.default is not None}
        paths = [{one for one in amount.factors if isinstance(one, str)} for amount in amounts]
        return bool(amounts) and not any(amount.is_set for amount in amounts) and not any(given & one for one in paths)

    def records(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """(kind, rows) of every record that carries rows of the table."""
        for component in self.components:
            yield "money", component.rows
            for band in component.payers:
                yield "money", band.rows
        for kind, several in (("supply", self.supply), ("take_up", self.adjust), ("target", self.targets)):
            for one in several:
                yield kind, one.rows
        for entry in self.entries:
            yield entry.kind, entry.rows

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the table that it carries, each once."""
        return tuple(dict.fromkeys(row for _, rows in self.records() for row in rows))

    def component(self, component_id: str) -> Component:
        """A component by id; ConfigError names those there are."""
        for component in self.components:
            if component.id == component_id:
                return component
        known = [component.id for component in self.components] or ["-"]
        raise refuse(ConfigError, "instrument.component", got=component_id, instrument=self.full_id, known=known)

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, data: Any) -> Any:
        """A component takes the instrument's dates where it gives none of its own."""
        if not isinstance(data, Mapping) or not isinstance(data.get("components"), list):
            return data
        dates = {name: data[name] for name in ("valid_from", "valid_to") if data.get(name) is not None}
        return {
            **data,
            "components": [{**dates, **one} if isinstance(one, Mapping) else one for one in data["components"]],
        }

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.confidence != "high" and not self.confidence_note:
            raise RecordError("pack.confidence_note", confidence=self.confidence, lacking="confidence_note")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise RecordError("pack.dates", first=str(self.valid_from), last=str(self.valid_to))
        _once(component.id for component in self.components)
        if not (self.components or self.supply or self.adjust or self.targets or self.entries):
            raise RecordError("pack.empty_instrument")
        if any(entry.kind == "fact" for entry in self.entries) and not self.figures:
            raise RecordError("pack.needs", lacking="figures", by="kind", name="fact")
        return self


def _once(names: Iterable[str]) -> None:
    """RecordError for names that repeat."""
    twice = sorted(name for name, n in Counter(names).items() if n > 1)
    if twice:
        raise RecordError("pack.twice_here", names=twice)


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
        _once(row.id for row in self.instruments)
        _once(name for row in self.instruments for name in row.rows)
        return self
