"""Targets of documents, judged by a run: value, distance, verdict and the share of draws that meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.places.figures import INFANT_DEATHS
from sanhai.policy.targets import Aim, aims, gap_of, is_met
from sanhai.policy.vocabulary import INCLUSIVE
from sanhai.results.infants import counted
from sanhai.results.select import checked_name, code_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.places.place import Place
    from sanhai.policy.schema import Target
    from sanhai.results.results import Results

__all__ = ["COLUMNS", "STATUSES", "VERDICTS", "target_records", "targets"]

VERDICTS = ("met", "missed", "not_due", "no_value", "observe", "unknown")
STATUSES = ("open", "date_passed", "no_date")
COLUMNS = (
    "scenario", "place", "place_name", "document", "article", "instrument", "variable", "what_zh", "what_en", "unit",
    "bound", "goal", "by", "year", "value", "gap", "verdict", "status", "probability", "basis", "confidence", "needs",
)  # fmt: skip
NUMBERS = ("goal", "value", "gap", "probability")
OF_ITS_OWN_PLACE = ("population", "new_inclusive_places")  # counts: a goal of an area says nothing of a part
PER_1000 = 1000.0


@dataclass(frozen=True)
class _Shown:
    """One scenario at one place of a result."""

    result: Results
    scenario: int
    row: int

    def get(self, name: str, part: str = "") -> NDArray[np.float64]:
        """(year + 1, draw) a variable, of a drawn run every draw."""
        return self._of(self.result, name, part)

    def _of(self, result: Results, name: str, part: str) -> NDArray[np.float64]:
        store = result._store
        at = store.parts(name).index(part) if part else 0
        return np.asarray(store.values(name, self.row)[self.scenario, 0, at])

    @cached_property
    def central(self) -> _Shown:
        return _Shown(self.result.central, self.scenario, self.row)


def _known(values: NDArray[np.float64]) -> int | None:
    """The first year index in which a number is known."""
    found = np.flatnonzero(~np.isnan(values[:, 0]))
    return int(found[0]) if len(found) else None


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0.0))


def _per_1000(at: _Shown) -> NDArray[np.float64]:
    """At the year's end; the stock that a run starts from is that of the end of the year before."""
    values = at.get("places_per_1000", "stock")[:-1].copy()
    first = _known(values)
    if first:
        places, opened, closed = (at.get(name)[first] for name in ("places_stock", "openings", "closures"))
        values[first - 1] = PER_1000 * (places - opened + closed) / at.get("pop_jan1")[first]
    return values


def _enrolled_share(at: _Shown) -> NDArray[np.float64]:
    """Enrolled over children under 3 at the middle of the year."""
    children = at.get("pop_0_2")
    return _ratio(at.get("enrolment")[:-1], (children[:-1] + children[1:]) / 2.0)


def _new_inclusive(at: _Shown) -> NDArray[np.float64]:
    opened = [at.get("openings_by_type", one)[:-1] for one in INCLUSIVE]
    return np.asarray(np.sum(opened, axis=0))


def _plain(name: str, factor: float = 1.0) -> Callable[[_Shown, Target], NDArray[np.float64]]:
    return lambda at, _: at.get(name)[:-1] * factor


@dataclass(frozen=True)
class _Measure:
    """How the variable of a target is read off a run, in the target's unit."""

    values: Callable[[_Shown, Target], NDArray[np.float64]]  # (year, draw)
    marked_as: str  # the variable whose confidence it has
    needs: str = ""  # the lever, or figures of the place, without which nobody knows it


STOCK = "nursery.stock_per_1000"
MEASURES = {
    "places_per_1000": _Measure(lambda at, _: _per_1000(at), "places_per_1000", STOCK),
    "enrolment_share": _Measure(lambda at, _: _enrolled_share(at), "enrolment", STOCK),
    "enrolment_points": _Measure(
        lambda at, one: 100.0 * (_enrolled_share(at) - (one.base.value if one.base else np.nan)), "enrolment", STOCK
    ),
    "utilisation": _Measure(_plain("utilisation"), "utilisation", STOCK),
    "new_inclusive_places": _Measure(lambda at, _: _new_inclusive(at), "openings_by_type", STOCK),
    "population": _Measure(_plain("pop_yearend"), "pop_yearend"),
    "tfr": _Measure(_plain("tfr"), "tfr"),
    "srb": _Measure(_plain("srb"), "srb"),
    "imr": _Measure(_plain("imr", PER_1000), "imr", INFANT_DEATHS),
}  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """A value of a target, and how it is known."""

    value: float = np.nan
    probability: float = np.nan
    basis: str = ""  # run, reported, observed, counted
    confidence: str = ""
    needs: str = ""
    is_path: bool = False  # printed, and not judged by


class _Judge:
    """One target of one scenario at one place."""

    def __init__(self, result: Results, scenario: str, code: str, aim: Aim) -> None:
        self.result, self.scenario, self.code, self.aim = result, scenario, code, aim
        self.target = aim.target
        self.at = _Shown(result, result.scenarios.index(scenario), result.places.index(code))

    @property
    def status(self) -> str:
        if self.target.by is None:
            return "no_date"
        first = self.result.scenario(self.scenario).first_projected_year
        return "date_passed" if self.target.by < first else "open"

    @property
    def last(self) -> int:
        """The year at whose end it is judged: its date; without one the last shown."""
        return self.result.years[-1] if self.target.by is None else self.target.by

    def summary(self) -> dict[str, Any]:
        return self._row(self.last, self._found(self.last))

    def yearly(self) -> Iterator[dict[str, Any]]:
        """Year by year to its date, as the run has it; what nobody knows is left out."""
        begun = 0 if self.target.base is None else self.target.base.year + 1
        for year in self.result.years:
            if begun <= year <= self.last and not np.isnan((found := self._of_run(year)).value):
                yield self._row(year, found)

    def _found(self, year: int) -> _Found:
        if self.target.observed is not None:
            stated = self.result._facts[self.at.scenario].observed.get(self.target.observed)
            return _Found(needs=self.target.observed) if stated is None else _Found(stated, basis="observed")
        return self._reported() or self._counted(year) or self._of_run(year)

    def _reported(self) -> _Found | None:
        """The figure that the document itself reports of its date."""
        row, target = self.aim.instrument, self.target
        for one in row.figures if self.code == row.place and target.by is not None else ():
            if (one.variable, one.year) == (target.variable, target.by):
                return _Found(one.value, basis="reported", confidence=row.confidence)
        return None

    def _counted(self, last: int) -> _Found | None:
        """Infant mortality by the place's own counts."""
        place = _place(self.result.scenario(self.scenario).place, self.code)
        if self.target.variable != "imr" or self.target.value is None or place is None:
            return None
        births = dict(zip(self.result.years, self.at.central.get("births")[:-1, 0].tolist(), strict=True))
        counts = counted(place.evidence, place.root.evidence, births, last)
        if counts is None:
            return None
        return _Found(PER_1000 * counts.rate, counts.probability_below(self.target.value / PER_1000), "counted", "high")

    @cached_property
    def _measure(self) -> _Measure | None:
        return MEASURES.get(self.target.variable)

    @cached_property
    def _central(self) -> NDArray[np.float64]:
        """(year) of the point run."""
        assert self._measure is not None
        return self._measure.values(self.at.central, self.target)[:, 0]

    @cached_property
    def _share_that_meets(self) -> NDArray[np.float64]:
        """(year) share of draws; NaN without draws, or a figure in the text."""
        if self._measure is None or self.target.value is None or not self.result.is_drawn:
            return np.full(len(self.result.years), np.nan)
        drawn = self._measure.values(self.at, self.target)
        return np.asarray(np.mean(is_met(self.target.bound, self.target.value, drawn), axis=1))

    def _of_run(self, year: int) -> _Found:
        measure = self._measure
        if measure is None:
            return _Found()
        if year not in self.result.years or np.isnan(self._central[year - self.result.years[0]]):
            return _Found(needs=measure.needs)
        column = year - self.result.years[0]
        value = float(self._central[column])
        sure = self.result.marks(measure.marked_as, self.code, year, self.scenario).confidence
        if measure.needs == INFANT_DEATHS:  # no model of a place says its infants: a path, and no verdict
            return _Found(value, np.nan, "run", sure, measure.needs, is_path=True)
        return _Found(value, float(self._share_that_meets[column]), "run", sure)

    def _verdict(self, year: int, found: _Found) -> str:
        if self.target.value is None:
            return "no_value"
        if np.isnan(found.value) or found.is_path:
            return "observe" if self.target.observed is not None else "unknown"
        if year < self.last and self.target.by is not None:
            return "not_due"
        return "met" if bool(is_met(self.target.bound, self.target.value, np.array(found.value))) else "missed"

    def _row(self, year: int, found: _Found) -> dict[str, Any]:
        row, target = self.aim.instrument, self.target
        goal = np.nan if target.value is None else target.value
        return {
            "scenario": self.scenario,
            "place": self.code,
            "place_name": self.result.place_info[self.code].name_zh,
            "document": row.pack,
            "article": row.article,
            "instrument": row.full_id,
            "variable": target.variable,
            "what_zh": target.what_zh,
            "what_en": target.what_en,
            "unit": target.unit,
            "bound": target.bound,
            "goal": goal,
            "by": target.by,
            "year": year,
            "value": found.value,
            "gap": float(gap_of(target.bound, goal, np.array(found.value))),
            "verdict": self._verdict(year, found),
            "status": self.status,
            "probability": found.probability,
            "basis": found.basis,
            "confidence": found.confidence,
            "needs": found.needs,
        }


def _place(place: Place, code: str) -> Place | None:
    """The place of a row: the main one, a part of it, or an area above."""
    return next((one for one in (place, *place.leaves, *place.lineage) if one.code == code), None)


def _judged_at(result: Results, scenario: str, aim: Aim) -> str | None:
    """Where a target is judged: in its own place where the run shows it, else in the main place, which lies in it.

    What a user observes is of the main place. None: the run says nothing of it.
    """
    own, main = aim.instrument.place, result.scenario(scenario).place
    if own in result.places and (aim.target.observed is None or own == result.place):
        return own
    around = own in main.policy_codes
    return result.place if around and aim.target.variable not in OF_ITS_OWN_PLACE else None


def _codes(result: Results, scenario: str, aim: Aim, yearly: bool) -> tuple[str, ...]:
    """The place that a target is judged in; year by year the parts of the main place too."""
    judged = _judged_at(result, scenario, aim)
    if judged is None:
        return ()
    if not yearly or judged != result.place or aim.target.variable in OF_ITS_OWN_PLACE or aim.target.value is None:
        return (judged,)
    return (judged, *(code for code, one in result.place_info.items() if one.role == "part"))


def targets(result: Results, scenario: str | None, place: object, yearly: bool) -> pd.DataFrame:
    """See `Results.targets`."""
    import pandas as pd

    names = result.scenarios if scenario is None else (checked_name("scenario", scenario, result.scenarios),)
    only = None if place is None else code_of(result, place)
    rows: list[dict[str, Any]] = []
    for name in names:
        for aim in aims(result.scenario(name)):
            for code in _codes(result, name, aim, yearly):
                if only in (None, code):
                    judge = _Judge(result, name, code, aim)
                    rows.extend(judge.yearly() if yearly else [judge.summary()])
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    types = {**dict.fromkeys(NUMBERS, "float64"), "by": "Int64", "year": "int64"}
    return frame.astype(types)


def target_records(result: Results) -> list[dict[str, Any]]:
    """Targets with a value as rows of `--json`: `variable` is "target", and `target` what it is about."""
    import pandas as pd

    rows = targets(result, None, None, yearly=False).dropna(subset="value").to_dict("records")
    found = []
    for row in rows:
        met = {"met": True, "missed": False}.get(str(row["verdict"]))
        row |= {"target": row["variable"], "variable": "target", "met": met}
        found.append({str(name): one for name, one in row.items() if one != "" and not pd.isna(one)})
    return found
