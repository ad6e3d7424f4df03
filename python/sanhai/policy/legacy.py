"""Legacy stocks: couples with one child, or with two daughters, born before the schemes closed, to extinction.

Rebuilt, never counted: docs/legacy.md has the formulas and what they are worth. Everything is linear in the women of
the first 1 January, so a count that a user enters is one factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.fit import CACHED, read_only
from sanhai.calibrate.parity import history_of, parity_of, reconstruction
from sanhai.calibrate.path import survival
from sanhai.errors import ConfigError, refuse
from sanhai.places.standard import ParityHistory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place
    from sanhai.places.standard import MortalityHistory

__all__ = [
    "KINDS",
    "MEMBERS",
    "NOBODY",
    "OPEN",
    "RULES",
    "Count",
    "Heads",
    "LegacyRules",
    "Share",
    "Stocks",
    "count_years",
    "couples_by",
    "couples_of",
    "has_legacy",
    "hazards_of",
    "last_year_of",
    "persons",
    "rural_share",
    "stocks",
]

KINDS = ("only_child", "living_only_child", "bereaved", "two_daughter")
MEMBERS = ("husband", "wife", "household")
OPEN = 100  # the last age, open
NOBODY = (1, 0)  # ages of a sex that is not counted
HAZARDS_AT = ("prefecture", "province")  # areas whose census says how couples differ from the nation's

# Parents of 60 and over whom the reward of 2005 found, 2.0 m, over the 7.5 m that this recipe gives, 0.27; the rural
# share of residents in 2020, 0.36. Two-daughter couples were mostly rural, certificates were not kept by all: low.
RURAL_FACTOR = (0.27 / 0.36, 0.315 / 0.36, 1.0)


@dataclass(frozen=True)
class LegacyRules:
    """What a document or a user may change.

    born_before: children of earlier years alone make a couple a member (Ganzhou 2017, Lanzhou art. 61: before 2016).
    two_daughter_share: of the couples with exactly two, were the sexes independent of each other and of stopping.
    loss_factor: with it the bereaved women of 30-64 in 2010 are the 0.67 m that were published.
    husband_older: years (estimated).
    """

    born_before: int = 2016
    two_daughter_share: float = 0.23
    loss_factor: float = 0.46
    husband_older: int = 2

    def core(self) -> _bridge.LegacyRules:
        return _bridge.LegacyRules(**vars(self))


RULES = LegacyRules()


# ---- stocks ---------------------------------------------------------------------------------------------------------


def has_legacy(place: Place) -> bool:
    """Whether the past of the place is known from which its legacy stocks are rebuilt."""
    standards = [leaf.standard for leaf in place.leaves]
    return all(isinstance(one.parity, ParityHistory) and one.mortality_history is not None for one in standards)


def _mortality_history(place: Place) -> MortalityHistory:
    found = place.standard.mortality_history
    if found is None:
        raise refuse(ConfigError, "legacy.no_history", where=f"place {place.code}")
    return found


def hazards_of(leaf: Place) -> Place:
    """The place by whose factors on the nation's hazards a leaf's couples are rebuilt, whatever else is in a run.

    The prefecture it lies in, else its province, else itself. What a county's own census says of its women (those who
    came to study or work among them) makes more couples with one child, and more with three, than its prefecture has.
    """
    inside = reversed(leaf.lineage)
    return next((one for one in inside if one.level in HAZARDS_AT and one.standard is leaf.standard), leaf)


@lru_cache(maxsize=8)
def _survivors(history: MortalityHistory, first_year: int, n_years: int, rules: LegacyRules) -> _bridge.LegacySurvivors:
    past = _bridge.MortalityHistory(first_year=history.years.start, mx=history.mx, srb=history.srb)
    return _bridge.legacy_survivors(past, first_year, n_years, rules.core())


@lru_cache(maxsize=CACHED)
def couples_by(at: Place, first_year: int, n_years: int, rules: LegacyRules = RULES) -> _bridge.LegacyCouples:
    """Couples per woman, alive on 1 January of `first_year`, by the factors of a place on the nation's hazards."""
    start = parity_of(at)
    alive = _survivors(_mortality_history(at), first_year, n_years, rules)
    return _bridge.legacy_couples(reconstruction(history_of(at)), (start.k1, start.k2), alive, rules.core())


def couples_of(leaf: Place, rules: LegacyRules = RULES) -> _bridge.LegacyCouples:
    """Couples per woman of a leaf, alive on its first 1 January, to the end of its standard.

    The hazards are those of women by parity: the nation's of every year since 1950 x two factors (see `hazards_of`).
    Raises ConfigError where no history is known (see `has_legacy`).
    """
    _mortality_history(leaf)
    first = leaf.base.first_year
    return couples_by(hazards_of(leaf), first, leaf.standard.years[-1] + 1 - first, rules)


def last_year_of(place: Place) -> int:
    """The last year to which a legacy stock of the place can be run: the standard's, whatever a run's end."""
    return min(leaf.standard.years[-1] for leaf in place.leaves)


@dataclass(frozen=True)
class Stocks:
    """Persons (of `household`: households) by kind (KINDS), member (MEMBERS), year and age 0..100+.

    Husbands and wives by their own age, households by the age that the wife has or would have. In every generation the
    next stock is this one less deaths plus entries.
    """

    years: range
    persons: NDArray[np.float64]  # (kind, member, year + 1, age) on 1 January
    deaths: NDArray[np.float64]  # (kind, member, year, age on 1 January); of a household: of the last of the two
    entries: NDArray[np.float64]  # (kind, member, year, age at the year's end) who live then

    def __post_init__(self) -> None:
        read_only(self)

    def over(self, years: range) -> Stocks:
        """Years of these alone. ConfigError for others."""
        _require_years(years, self.years)
        first = years.start - self.years.start
        flows = slice(first, first + len(years))
        return Stocks(
            years,
            self.persons[:, :, first : flows.stop + 1].copy(),
            self.deaths[:, :, flows].copy(),
            self.entries[:, :, flows].copy(),
        )

    def jan1(self, kind: str, member: str, ages: tuple[int, int] = (0, OPEN)) -> NDArray[np.float64]:
        """(year + 1) of an age band, both ends included; 100 is open."""
        return np.asarray(self.persons[KINDS.index(kind), MEMBERS.index(member), :, ages[0] : ages[1] + 1].sum(axis=1))


def _require_years(years: range, known: range) -> None:
    if len(years) and known.start <= years.start and years.stop <= known.stop:
        return
    got = f"{years.start}..{years.stop - 1}"
    raise refuse(ConfigError, "legacy.years", got=got, first=known.start, last=known.stop - 1)


def stocks(
    place: Place, last_year: int | None = None, Sx: NDArray[np.float64] | None = None, rules: LegacyRules = RULES
) -> Stocks:
    """Stocks of a place from its first year to `last_year`, by default to the end of its standard.

    Sx (leaf, year, sex, age of arrival): survivorship of a draw, or of a scenario; its years go before the
    baseline's. A sum is the sum of its leaves. Raises ConfigError without a history or beyond the standard.
    """
    last = last_year_of(place) if last_year is None else last_year
    years = range(place.base.first_year, last + 1)
    _require_years(years, range(place.base.first_year, last_year_of(place) + 1))
    total: list[NDArray[np.float64]] = []
    for row, leaf in enumerate(place.leaves):
        women, lived = _lives(leaf, last, None if Sx is None else Sx[row])
        found = _bridge.legacy_stocks(couples_of(leaf, rules), women, lived)
        own = [np.asarray(found.persons), np.asarray(found.deaths), np.asarray(found.entries)]
        total = own if not total else [a + b for a, b in zip(total, own, strict=True)]
    return Stocks(years, *total)


def _lives(
    leaf: Place, last_year: int, drawn: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Women by age on the first 1 January, and (year, sex, age) survivorship."""
    people, Sx = survival((leaf,), last_year)
    lived = Sx[0]
    if drawn is not None:
        n = min(len(drawn), len(lived))
        lived = np.concatenate([drawn[:n], lived[n:]])
    return people[0, 1], lived


def persons(
    place: Place, years: range, draw: NDArray[np.float64] | None = None, rules: LegacyRules = RULES
) -> NDArray[np.float64]:
    """(kind, sex, age, year) mean persons of the years: half of either 1 January; kinds in the order of KINDS.

    draw (leaf, year, sex, age of arrival): survivorship of a draw from the place's first year on; None: the baseline's.
    """
    found = stocks(place, years[-1] if len(years) else None, draw, rules).over(years).persons[:, :2]
    return np.asarray((found[:, :, :-1] + found[:, :, 1:]).transpose(0, 1, 3, 2) / 2.0)


# ---- what a line counts ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """What a line counts of the stocks.

    kinds: of KINDS, with weights of their own where `weights` (year|1, kind) says so. take: "stock", "entries" or
    "deaths". of: "persons" or "households" (what is paid by family). wife_from: a couple counts from this age of the
    wife on, a husband so from `husband_older` more. ages: own ages of men and women, 100 open. start, end: weights of
    a stock on 1 January and at the year's end, one or by year.
    """

    kinds: tuple[str, ...]
    take: str = "stock"
    of: str = "persons"
    wife_from: int = 0
    men: tuple[int, int] = (0, OPEN)
    women: tuple[int, int] = (0, OPEN)
    start: tuple[float, ...] = (0.5,)
    end: tuple[float, ...] = (0.5,)
    weights: tuple[tuple[float, ...], ...] = ()

    def core(self) -> _bridge.LegacyCount:
        """ConfigError for a kind, take or unit that is none."""
        for what, got, allowed in (("take", self.take, ("stock", "entries", "deaths")),
                                   ("of", self.of, ("persons", "households")),
                                   *(("kinds", kind, KINDS) for kind in self.kinds)):  # fmt: skip
            if got not in allowed:
                raise refuse(ConfigError, "legacy.count", got=got, what=what, allowed=allowed)
        counted_kinds = [float(kind in self.kinds) for kind in KINDS]
        return _bridge.LegacyCount(
            take=_bridge.LegacyTake[self.take],
            is_households=self.of == "households",
            wife_from=self.wife_from,
            husband_ages=self.men,
            wife_ages=self.women,
            kinds=np.array(self.weights or [counted_kinds]),
            start=np.array(self.start),
            end=np.array(self.end),
        )


def count_years(
    place: Place,
    years: range,
    counts: Sequence[Count],
    Sx: NDArray[np.float64] | None = None,
    rules: LegacyRules = RULES,
) -> NDArray[np.float64]:
    """(count, leaf, year) of the years, which begin with the place's first one.

    Sx (leaf, year, sex, age of arrival): survivorship, by default the baseline's.
    """
    _require_years(years, range(place.base.first_year, last_year_of(place) + 1))
    if years.start != place.base.first_year:
        all_years = range(place.base.first_year, years.stop)
        return count_years(place, all_years, counts, Sx, rules)[:, :, years.start - all_years.start :]
    asked = [count.core() for count in counts]
    found = []
    for row, leaf in enumerate(place.leaves):
        women, lived = _lives(leaf, years[-1], None if Sx is None else Sx[row])
        found.append(_bridge.legacy_counts(couples_of(leaf, rules), women, lived, asked))
    return np.array(found).transpose(1, 0, 2)


class Heads:
    """Counts of the leaves of a run; each is made when a line first asks for it.

    women (leaf, age) on the first 1 January, Sx (leaf, year, sex, age of arrival) survivorship of the run. A leaf whose
    past is not known has none (`is_known`).
    """

    def __init__(
        self, leaves: Sequence[Place], years: range, women: NDArray[np.float64], Sx: NDArray[np.float64]
    ) -> None:
        self.years = years
        self.is_known = np.array([has_legacy(leaf) for leaf in leaves])
        self._leaves, self._women, self._Sx = leaves, women, Sx
        self._found: dict[Count, NDArray[np.float64]] = {}

    def of(self, counts: Sequence[Count]) -> NDArray[np.float64]:
        """(count, leaf, year)"""
        missing = [one for one in dict.fromkeys(counts) if one not in self._found]
        if missing:
            asked = [one.core() for one in missing]
            made = np.zeros((len(self._leaves), len(missing), len(self.years)))
            for row, leaf in enumerate(self._leaves):
                if not self.is_known[row]:
                    continue
                couples = couples_of(leaf)
                made[row] = _bridge.legacy_counts(couples, self._women[row], self._Sx[row], asked)
            self._found |= zip(missing, made.transpose(1, 0, 2), strict=True)
        return np.array([self._found[one] for one in counts]).reshape(len(counts), len(self._leaves), len(self.years))


# ---- how sure it is -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    low: float
    value: float
    high: float


@lru_cache(maxsize=CACHED)
def rural_share(place: Place) -> Share | None:
    """Rural, registered and certified among only-child or two-daughter couples: low confidence, a range.

    The place's rural share of residents in the census x RURAL_FACTOR, one rule for both kinds until somebody sets one
    for each (two-daughter couples were mostly rural). None where the census of the place is not known.
    """
    known = place.evidence
    if not (known.of("rural_pop") and known.of("urban_pop")):
        return None
    rural = known.one("rural_pop") / (known.one("rural_pop") + known.one("urban_pop"))
    return Share(*(factor * rural for factor in RURAL_FACTOR))
