"""What leaves a run: arrays by row of the layout, year and draw, and a few plain facts about how they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sanhai.policy.scenario import Scenario
    from sanhai.policy.terms import UnderFloor
    from sanhai.run.layout import Layout

__all__ = ["BilledLine", "Facts", "Late", "Money", "Output", "Part", "PlaceFacts"]


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A component that the bill of a scenario holds."""

    id: str
    instrument: str
    component: str
    confidence: str
    title_zh: str
    title_en: str


@dataclass(frozen=True)
class Money:
    """The bill, by line; nominal yuan. Real and present values are factors by year."""

    lines: tuple[BilledLine, ...]
    pairs: tuple[tuple[int, str], ...]  # (line, payer) that carry something anywhere
    sides: tuple[tuple[int, str], ...]  # (line, kind) of money
    lagged: tuple[int, ...]  # pairs whose money is not all paid in the year in which it is due
    arrays: dict[str, NDArray[np.float64]]  # cost (pair, row, year, draw); cash (lagged, ...); beneficiaries (line, ...);
    # liability (side, ...)
    factors: Mapping[str, NDArray[np.float64]]  # cost_real, pv: (year) on nominal yuan


@dataclass(frozen=True)
class Part:
    """One scenario: stocks have one year more than flows, whose last is NaN."""

    people: dict[str, NDArray[np.float64]]  # by indicator of the core: (row, year + 1, draw)
    nursery: dict[str, NDArray[np.float64]]  # by series: (row, year, draw); NaN where nobody knows
    money: Money
    cut_share: float  # persons of out-migration cut, over all net moves of all draws
    cut: float  # persons of out-migration cut, in the mean of the draws
    n_bounded: int  # year-draws in which the bound on fertility's level held a path back
    worst_balance: float  # relative residual of the accounting identity


@dataclass(frozen=True)
class Facts:
    """What a scenario's run did, as plain data, for marks and notes."""

    answers: bool  # births answer to money or places: the response is not null
    capped: bool  # support was cut at 95 % of the cost of a child somewhere
    care: bool  # the care term was on
    stock: str  # of nursery places: "unknown", "stated" or "assumed"
    stock_from: int | None  # the year on whose 1 January it is stated or assumed
    norm_source: tuple[str, ...]  # by row: where the target of places stands
    not_costed: tuple[str, ...]  # components in use without an amount or a count
    under_floor: tuple[UnderFloor, ...] = ()  # payments that add nothing to what they top up
    counterfactual_from: int | None = None  # published years from here on are no longer what was published


@dataclass(frozen=True)
class PlaceFacts:
    """What was observed of a row: years in which a figure of its own was fitted, by kind."""

    observed: range
    known: Mapping[str, tuple[int, ...]]  # births, deaths, totals: years solved from published figures
    own: bool


@dataclass(frozen=True, slots=True)
class Late:
    """A setting that does not begin in this run."""

    scenario: str
    path: str
    since: str  # 2027, or 2027-07
    value: float | int | str | None


@dataclass(frozen=True)
class Output:
    """A run of scenarios, in the order given."""

    layout: Layout
    years: range  # of the flows, from the first the engine knows
    scenarios: tuple[Scenario, ...]
    points: tuple[Part, ...]  # one draw, nothing varies
    drawn: tuple[Part, ...]  # empty: no draws were asked for
    band: tuple[
        Mapping[str, NDArray[np.float64]] | None, ...
    ]  # births, births_gross at both ends of eps: (row, year, end)
    facts: tuple[Facts, ...]  # by scenario
    places: tuple[PlaceFacts, ...]  # by row
    late: tuple[Late, ...]  # settings that do not begin in this run
