"""How each number came about and how sure it is, by what was observed of its place: one rule a family of variables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sanhai.results.info import CONFIDENCES, NATURES, Mark
from sanhai.results.store import BY_ORDER
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.results.store import Store
    from sanhai.run.options import Options
    from sanhai.run.output import Facts, PlaceFacts

__all__ = ["Marked", "Marking"]

HIGH, MEDIUM, LOW = range(3)
PUBLISHED, ESTIMATED, ENTERED, PROJECTED, ASSUMED = range(5)
# Which published figure a variable is solved from; what is printed itself is sure, what follows from it less so.
FAMILY = {
    "births": "births", "births_gross": "births", "tfr": "births", "cbr": "births",
    "deaths": "deaths", "e0": "deaths", "cdr": "deaths",
    "net_migration": "totals", "pop_yearend": "totals", "pop_jan1": "jan1",
}  # fmt: skip
PRINTED = ("pop_jan1", "pop_yearend", "births", "deaths")
MOVED = ("leavers", "arrivals")
EXTRA = ("births_extra", "births_extra_gross")
STOCKED = ("places_stock", "openings", "closures", "paid_places", "places_gap")
NURSERY = (*STOCKED, "places_target", "places_demand", "places_want", "places_per_1000", "places_per_child",
           "enrolment", "classes", "staff")  # fmt: skip
BASIS_OF_STOCK = {"unknown": "", "stated": "stated", "assumed": "assumption: national rate"}


@dataclass(frozen=True)
class Marked:
    """Marks of every number of a variable, each broadcastable to (scenario, place, part, year)."""

    basis: NDArray[np.object_]
    fitted: NDArray[np.bool_]
    confidence: NDArray[np.int8]  # index into CONFIDENCES
    nature: NDArray[np.int8]  # index into NATURES

    def at(self, *where: int) -> Mark:
        """The mark of one number by (scenario, place, part, year)."""

        def one(values: NDArray[np.generic]) -> object:
            return values[tuple(index if size > 1 else 0 for index, size in zip(where, values.shape, strict=True))]

        confidence, nature = int(one(self.confidence)), int(one(self.nature))  # type: ignore[call-overload]
        return Mark(str(one(self.basis)), bool(one(self.fitted)), CONFIDENCES[confidence], NATURES[nature])


def _text(values: object, *shape: int) -> NDArray[np.object_]:
    out = np.empty(shape, dtype=object)
    out[...] = values
    return out


@dataclass(frozen=True)
class Marking:
    """Makes marks for the variables of one result."""

    store: Store
    places: tuple[PlaceFacts, ...]  # by row
    facts: tuple[Facts, ...]  # by scenario
    options: Options

    @cached_property
    def _own(self) -> NDArray[np.int8]:
        """(1, place, 1, 1) medium where the place has figures of its own, low where it follows another."""
        return np.array([MEDIUM if one.own else LOW for one in self.places], dtype=np.int8)[None, :, None, None]

    def _observed(self, stock: bool = False) -> NDArray[np.bool_]:
        """(1, place, 1, year) years that rest on something observed.

        A stock on 1 January of year t is what the years to t - 1 made of it; the first is the count itself.
        """
        years = np.array(self.store.years)
        spans = [(years >= one.observed.start) & (years < one.observed.stop + stock) for one in self.places]
        return np.array(spans)[None, :, None]

    def _counterfactual(self, stock: bool) -> NDArray[np.bool_]:
        """(scenario, 1, 1, year) years that a scenario says are not what was published, a stock on 1 January after."""
        years = np.array(self.store.years) - stock
        since = [one.counterfactual_from for one in self.facts]
        return np.array([years >= (np.inf if one is None else one) for one in since])[:, None, None]

    def _known(self, family: str) -> NDArray[np.bool_]:
        """(1, place, 1, year) years solved from a published figure of the place itself."""
        out = []
        for one in self.places:
            years = set(one.known.get(family, ())) if family != "jan1" else _januaries(one)
            out.append([one.own and year in years for year in self.store.years])
        return np.array(out)[None, :, None]

    def of(self, variable: str) -> Marked:
        """Marks of a variable of the store."""
        known = VARIABLES.get(variable)
        if known is not None and known.money:
            return self._money(variable)
        if variable in EXTRA:
            return self._plain(_text(self.coverage, 1, 1, 1, 1), np.full((1, 1, 1, 1), LOW, dtype=np.int8))
        if variable == BY_ORDER or variable in MOVED:
            basis = "estimated" if variable == BY_ORDER else f"{variable} of other places of the run"
            return self._plain(_text(basis, 1, 1, 1, 1), np.full((1, 1, 1, 1), LOW, dtype=np.int8))
        return self._nursery(variable) if variable in NURSERY else self._people(variable)

    @property
    def coverage(self) -> str:
        """What the interval of extra births covers."""
        if self.options.draws == 1:
            return "band of eps alone, 5-95 %"
        listed = ", ".join(self.options.components) or "nothing varies"
        return f"{self.options.draws} draws: {listed}"

    def _plain(self, basis: NDArray[np.object_], confidence: NDArray[np.int8]) -> Marked:
        nature = np.where(self._observed(), ESTIMATED, PROJECTED).astype(np.int8)
        return Marked(basis, np.zeros((1, 1, 1, 1), dtype=bool), confidence, nature)

    def _people(self, variable: str) -> Marked:
        family = FAMILY.get(variable, "")
        is_stock = VARIABLES[variable].stock
        observed = self._observed(is_stock)
        fitted = self._known(family) & ~self._counterfactual(is_stock)
        sure = np.where(fitted, HIGH, self._own) if variable in PRINTED else np.broadcast_to(self._own, fitted.shape)
        words = np.where(observed, "estimated", "projected").astype(object)
        basis = np.where(fitted, "fitted", words).astype(object)
        if variable == "net_migration":
            basis = np.where(observed, "residual", basis).astype(object)
        nature = np.where(fitted, PUBLISHED, np.where(observed, ESTIMATED, PROJECTED)).astype(np.int8)
        return Marked(basis, fitted, sure.astype(np.int8), nature)

    def _money(self, variable: str) -> Marked:
        """The weakest of the line and the place."""
        names, parts = self.store.line_confidence, {"pair": self.store.pairs, "side": self.store.sides}
        lines = [line for line, _ in parts.get(VARIABLES[variable].money, [(at, "") for at in range(len(names[0]))])]
        rows = [[row[line] for line in lines] for row in names]
        codes = np.array([[CONFIDENCES.index(name) if name else HIGH for name in row] for row in rows], dtype=np.int8)
        if variable == "cash":  # when money is paid is less sure than that it is due
            codes[:, list(self.store.lagged)] = LOW
        sure = np.maximum(codes.reshape(len(names), 1, -1, 1), self._own)
        return self._plain(_text("", 1, 1, 1, 1), sure)

    def _nursery(self, variable: str) -> Marked:
        own = np.broadcast_to(self._own, (len(self.facts), len(self.places), 1, 1))
        assumed = np.array([one.stock == "assumed" for one in self.facts])[:, None, None, None]
        stock = np.where(assumed, LOW, own).astype(np.int8)
        parts = self.store.parts(variable)
        marked = self._plain(_text("", 1, 1, 1, 1), own)
        if variable == "places_target":
            source = np.array([one.norm_source for one in self.facts], dtype=object)[:, :, None, None]
            return Marked(source, marked.fitted, own, marked.nature)
        named = _text(np.array(parts, dtype=object)[:, None], 1, 1, len(parts), 1)
        if variable in ("places_per_1000", "places_per_child"):
            is_stock = np.array([part == "stock" for part in parts])[None, None, :, None]
            nature = np.where(is_stock & assumed, ASSUMED, marked.nature).astype(np.int8)
            return Marked(named, marked.fitted, np.where(is_stock, stock, own).astype(np.int8), nature)
        if variable not in STOCKED:
            return marked
        nature = np.where(assumed, ASSUMED, marked.nature).astype(np.int8)
        words = np.array([BASIS_OF_STOCK[one.stock] for one in self.facts], dtype=object)[:, None, None, None]
        return Marked(named if variable == "places_gap" else words, marked.fitted, stock, nature)


def _januaries(one: PlaceFacts) -> set[int]:
    """A published year-end total is the stock of the next 1 January; the first is the census."""
    return {one.observed.start, *(year + 1 for year in one.known.get("totals", ()))}
