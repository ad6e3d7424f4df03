"""A component of an instrument: who is counted, how much, when, and who pays. One record drives money and births."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from sanhai.policy.payers import PayerBand, is_lever
from sanhai.policy.vocabulary import (
    ALLOWED,
    INCLUSIVE,
    NEEDS,
    OLDEST_CHILD,
    READS,
    SELECTS,
    TAKES,
    TIMES,
    TIMING_NEEDS,
    Age,
    Ages,
    AmountBound,
    Fraction01,
    Legacy,
    LeverPath,
    Money,
    Month,
    NonEmpty,
    NurseryType,
    Order,
    Per,
    RecordError,
    Slug,
    Stock,
    Strict,
    Take,
    Timing,
    WeightClass,
    Year,
)

A_YEAR = {"month": 12.0, "term": 2.0}  # payments of a period in a year
MOST_AMOUNTS = 200  # of a component: each is compared with every other
PAID_YEARS = (2, 4)  # operating years whose occupied places the account follows
Year1 = Annotated[int, Field(strict=True, ge=1)]  # of operation


class Band(Strict):
    """Parents by sex and completed age, both ends included."""

    sex: Literal["male", "female", "both"]
    ages: Ages


class Count(Strict):
    """What is counted: a stock of the closed set and its own arguments.

    `ages` of children and `operating_years` (1: the year of opening) run from, to, both included. `wife_from`: couples
    count from this age of the wife. `given`: the lever that holds the number (absent: recipients.<component>).
    `units`: units a head and year (days in hospital), at most `cap_units`; of `given` at most that many a year.
    """

    stock: Stock
    ages: Ages | None = None
    orders: tuple[Order, ...] | None = None
    kinds: tuple[Legacy, ...] | None = None
    take: Take | None = None
    bands: tuple[Band, ...] | None = None
    wife_from: Age | None = None
    types: tuple[NurseryType, ...] | None = None
    operating_years: tuple[Year1, Year1] | None = None
    levels: tuple[Literal["city", "county"], ...] | None = None
    given: LeverPath | None = None
    units: Money | LeverPath | None = None
    cap_units: Money | None = None

    @model_validator(mode="after")
    def _reads_what_is_set(self) -> Self:
        given = {name for name in type(self).model_fields if name != "stock" and getattr(self, name) is not None}
        _only(given, READS[self.stock], "stock", self.stock)
        _all(given, NEEDS.get(self.stock, frozenset()), "stock", self.stock)
        if self.take is not None and self.take not in TAKES[self.stock]:
            raise RecordError("pack.takes", stock=self.stock, known=TAKES[self.stock])
        if self.stock == "children" and self.ages is not None and self.ages[1] > OLDEST_CHILD:
            raise RecordError("pack.oldest_child", oldest=OLDEST_CHILD)
        return self


def _only(given: set[str], read: frozenset[str], by: str, name: str) -> None:
    """RecordError for a field that is not read where the field `by` (stock, rule) is `name`."""
    for odd in sorted(given - read):
        raise RecordError("pack.not_read", odd=odd, by=by, name=name, known=sorted(read) or ["-"])


def _all(given: set[str], needed: frozenset[str], by: str, name: str) -> None:
    for lacking in sorted(needed - given):
        raise RecordError("pack.needs", lacking=lacking, by=by, name=name)


class Condition(Strict):
    """A share of those counted who also meet a condition; several are multiplied."""

    name: NonEmpty
    share: Fraction01 | LeverPath


class Eligible(Strict):
    """Who of those counted is entitled. A birth window is read for children alone."""

    born_from: dt.date | None = None
    born_before: dt.date | None = None
    registration: Literal["resident", "registered"] = "resident"
    conditions: tuple[Condition, ...] = ()


class Amount(Strict):
    """What one counted unit gets from `valid_from` on: `yuan`, or `rate` x `of` (days x daily wage, share x fee).

    A number may be the path of a lever. `orders`, `ages` (from, to), `types` and `kinds` narrow it; of the rows that
    fit a cell the latest begun counts. `bound`: the value used is the stated end, of a range one in `low` to `high`.
    `growth`: a lever; the amount grows by it in every January from `growth_from` on.
    """

    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    announced: dt.date | None = None
    yuan: Money | LeverPath | None = None
    rate: Money | LeverPath | None = None
    of: Money | LeverPath | None = None
    orders: tuple[Order, ...] | None = None
    ages: Ages | None = None
    types: tuple[NurseryType, ...] | None = None
    kinds: tuple[Legacy, ...] | None = None
    bound: AmountBound = "exact"
    low: Money | None = None
    high: Money | None = None
    growth: LeverPath | None = None
    growth_from: Year | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_way_to_pay(self) -> Self:
        if (self.yuan is None) == (self.rate is None):
            raise RecordError("pack.one_way_to_pay")
        if (self.rate is None) != (self.of is None):
            raise RecordError("pack.together", one="rate", other="of")
        if (self.growth is None) != (self.growth_from is None):
            raise RecordError("pack.together", one="growth", other="growth_from")
        if self.bound == "range":
            if self.low is None or self.high is None:
                raise RecordError("pack.range_ends")
            if isinstance(self.yuan, float) and not self.low <= self.yuan <= self.high:
                raise RecordError("pack.range_order", low=self.low, yuan=self.yuan, high=self.high)
        elif self.low is not None or self.high is not None:
            raise RecordError("pack.range_only")
        return self

    @property
    def factors(self) -> tuple[float | str, ...]:
        """What its yuan are the product of, before growth: yuan, or a rate and what it is of."""
        return tuple(one for one in (self.yuan, self.rate, self.of) if one is not None)

    @property
    def is_set(self) -> bool:
        """True when the document gives the figure itself."""
        return isinstance(self.yuan if self.yuan is not None else self.rate, float)

    @property
    def narrowed_by(self) -> dict[str, tuple[Any, ...]]:
        """The fields that narrow it, ages spelt out."""
        found: dict[str, tuple[Any, ...]] = {
            name: value for name in ("orders", "types", "kinds") if (value := getattr(self, name)) is not None
        }
        if self.ages is not None:
            found["ages"] = tuple(range(self.ages[0], self.ages[1] + 1))
        return found

    def meets(self, other: Amount) -> bool:
        """Whether some cell fits both."""
        mine, theirs = self.narrowed_by, other.narrowed_by
        return all(set(mine[name]) & set(theirs[name]) for name in mine if name in theirs)


class Lag(Strict):
    """What part of a year's money is paid in the year after, from `valid_from` on: a number, or the path of a lever."""

    valid_from: dt.date | None = None
    share: Fraction01 | LeverPath
    note: str = ""


class Times(Strict):
    """When it is paid. once: with the event. months: by months of eligibility. calendar: in the calendar years of a
    child, in full to those born from `full_born_from`, by months under the age `years` to those born before. terms: by
    school terms of those at an age on the 1st of `cutoff_month`. dates: a lump at birth and on each birthday of `ages`,
    or in `month` of every year. lag: the share of what falls due in a year that is paid in the year after, a number or
    a lever, or dated rows of these.
    """

    rule: Timing
    first_month: Literal["whole", "days"] | None = None
    years: Annotated[int, Field(strict=True, ge=1, le=18)] | None = None
    full_born_from: dt.date | None = None
    birthday_month: Literal["counts", "not"] | None = None
    cutoff_month: Month | None = None
    month: Month | LeverPath | None = None
    lag: Annotated[tuple[Lag, ...], Field(min_length=1)] | None = None

    @field_validator("lag", mode="before")
    @classmethod
    def _one_row(cls, value: Any) -> Any:
        """A share by itself holds from the beginning."""
        return [{"share": value}] if isinstance(value, float | int | str) else value

    @model_validator(mode="after")
    def _reads_what_is_set(self) -> Self:
        given = {name for name in type(self).model_fields if name != "rule" and getattr(self, name) is not None}
        _only(given, TIMES[self.rule], "rule", self.rule)
        _all(given, TIMING_NEEDS.get(self.rule, frozenset()), "rule", self.rule)
        dates = [one.valid_from for one in self.lag or ()]
        if len(set(dates)) < len(dates):
            raise RecordError("pack.lags_meet")
        return self

    @property
    def when_due(self) -> Times:
        """The same without a lag: when money falls due, not when it is paid."""
        return self.model_copy(update={"lag": None})

    def lag_at(self, on: dt.date) -> float | str:
        """The share of a day, or its lever: of the rows that have begun the latest; 0 where none has."""
        begun = [one for one in self.lag or () if one.valid_from is None or one.valid_from <= on]
        return max(begun, key=lambda one: one.valid_from or dt.date.min).share if begun else 0.0


class Stack(Strict):
    """How components of one group combine in a cell, in the order of `order`, then id. F: what those before pay.

    add: its own amount. max: what is above F. includes: the same, the document's figure holds F in it. replace: those
    before pay nothing. Order 0 nation, 1 province, 2 city, 3 county.
    """

    group: NonEmpty
    order: Annotated[int, Field(strict=True, ge=0, le=9)]
    rule: Literal["add", "max", "replace", "includes"]


class Component(Strict):
    """One payment of an instrument. Dates that it does not give itself are the instrument's.

    rows: rows of the table of instruments that it carries. take_up: share of the entitled who claim. counts_as: class
    of its weight in the response of births; reach: share of births it reaches beyond that (use of a service).
    """

    id: Slug
    rows: tuple[str, ...] = ()
    title_zh: str = ""
    title_en: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    announced: dt.date | None = None
    count: Count
    eligible: Eligible = Eligible()
    per: Per
    amounts: tuple[Amount, ...] = Field(min_length=1, max_length=MOST_AMOUNTS)
    timing: Times
    payers: tuple[PayerBand, ...] = ()
    stack: Stack | None = None
    take_up: Fraction01 | LeverPath = 1.0
    counts_as: WeightClass | None = None
    reach: Fraction01 | LeverPath | None = None
    note: str = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        stock, rule = self.count.stock, self.timing.rule
        if rule not in ALLOWED[stock]:
            raise RecordError("pack.timing", rule=rule, stock=stock, known=sorted(ALLOWED[stock]))
        if stock != "children" and (self.eligible.born_from or self.eligible.born_before):
            raise RecordError("pack.birth_window", stock=stock)
        if self.reach is not None and self.counts_as is None:
            raise RecordError("pack.reach")
        for amount in self.amounts:
            _only(set(amount.narrowed_by), SELECTS.get(stock, frozenset()), "stock", stock)
        self._dates_differ()
        self._bands_do_not_overlap()
        return self

    def _dates_differ(self) -> None:
        for index, amount in enumerate(self.amounts):
            for other in self.amounts[:index]:
                if amount.valid_from == other.valid_from and amount.meets(other):
                    raise RecordError("pack.amounts_meet", date=str(amount.valid_from or "-"))

    def _bands_do_not_overlap(self) -> None:
        seen: set[tuple[dt.date | None, str | None, str | None]] = set()
        for band in self.payers:
            for code in band.places if band.places is not None else (None,):
                if (band.valid_from, code, band.provider) in seen:
                    raise RecordError("pack.bands_meet", date=str(band.valid_from or "-"), code=code or "-")
                seen.add((band.valid_from, code, band.provider))
        weights = [band.weight for band in self.payers if band.provider is not None]
        if weights and (weights.count("rest") != 1 or len(weights) != len(self.payers)):
            raise RecordError("pack.providers")

    @property
    def is_inclusive(self) -> bool:
        """Whether it counts inclusive nursery places alone."""
        return self.count.types is not None and set(self.count.types) == set(INCLUSIVE)

    @property
    def is_counted(self) -> bool:
        """Whether a run, or a user, counts its stock: of nursery places by type only whether they are inclusive."""
        if self.count.stock != "nursery":
            return True
        by_type = any(amount.types is not None for amount in self.amounts)
        if by_type or self.count.take == "institutions_opened" or not (self.count.types is None or self.is_inclusive):
            return False
        if self.count.take == "occupied":
            return self.is_inclusive and self.count.operating_years == PAID_YEARS
        return self.count.operating_years is None

    @property
    def payments_a_year(self) -> float:
        """Of a payment by month or term; of any other period one."""
        return A_YEAR.get(self.per, 1.0)

    @property
    def levers(self) -> tuple[str, ...]:
        """Paths of the levers it names, in the order of its fields."""
        return tuple(dict.fromkeys(_paths(self.model_dump(exclude={"id", "rows", "title_zh", "title_en", "note"}))))

    @property
    def levers_read(self) -> tuple[str, ...]:
        """Of these, those that a run reads: a user's count of recipients holds the entitled, so nothing asks who is."""
        if not self.is_counted:
            return ()
        return self.model_copy(update={"eligible": Eligible()}).levers if self.count.stock == "legacy" else self.levers

    @property
    def levers_met(self) -> tuple[str, ...]:
        """Of these, those of what a birth meets: amounts, conditions, take-up, reach; none where births answer not."""
        if self.counts_as is None:
            return ()
        return self.model_copy(update={"payers": (), "timing": self.timing.when_due}).levers_read

    def bands_at(self, codes: tuple[str, ...], on: dt.date) -> tuple[PayerBand, ...]:
        """The bands for a place on a day: one, or one a provider; none where no band names it or an area around it.

        codes: the place's own and those around it, nearest first; of the bands of the nearest, the latest begun.
        """
        if self.payers and self.payers[0].provider is not None:
            return self.payers
        for code in (*codes, None):
            begun = [
                band
                for band in self.payers
                if (band.valid_from is None or band.valid_from <= on)
                and (band.places is None if code is None else code in (band.places or ()))
            ]
            if begun:
                return (max(begun, key=lambda band: band.valid_from or dt.date.min),)
        return ()


def _paths(value: object) -> Iterator[str]:
    """Lever paths in a dumped record."""
    if isinstance(value, str):
        if is_lever(value):
            yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if name not in ("name", "note", "rows", "provider"):
                yield from _paths(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _paths(one)
