"""Money of a result: by payer, by instrument, in all of a kind, and what an extra birth costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import ConfigError, refuse, require_kind
from sanhai.policy.vocabulary import MONEY_KINDS
from sanhai.results.select import Chosen, checked_name, choose
from sanhai.results.tables import laid_out, paired, quantile_frame
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.results.results import Results

__all__ = ["PRICES", "Fiscal"]

PRICES = {"nominal": "cost_nominal", "real": "cost_real", "pv": "pv"}
BIRTHS = {"net": "births", "gross": "births_gross"}  # gross: births that are only moved are not taken back
MIN_EXTRA_BIRTHS = 1e-9  # a cost per extra birth needs extra births
Years = int | Iterable[int] | None


def _variable(price: str) -> str:
    return PRICES[checked_name("price", price, tuple(PRICES))]


@dataclass(frozen=True)
class Fiscal:
    """Money of a result [yuan]. `price`: nominal, real (yuan of the price year) or pv (present value).

    Kinds of money are never added: `outlay` of public budgets, insurance `fund`, `employer`, revenue `forgone`.
    """

    result: Results

    def table(
        self,
        price: str = "nominal",
        *,
        by: str | None = None,
        scenario: str | None = None,
        place: object = None,
        at: Years = None,
        level: float | None = 0.8,
    ) -> pd.DataFrame:
        """Cost as `Results.table` lays it out; by: payer, instrument, component (each by kind) or None (by kind)."""
        return self.result.table(_variable(price), at=at, place=place, by=by, scenario=scenario, level=level)

    def diff(
        self,
        price: str = "nominal",
        *,
        vs: str | None = None,
        by: str | None = None,
        place: object = None,
        at: Years = None,
        level: float | None = 0.8,
    ) -> pd.DataFrame:
        """Cost less that of `vs`, paired by draw."""
        return self.result.diff(_variable(price), vs=vs, place=place, at=at, by=by, level=level)

    def quantiles(
        self, price: str = "nominal", q: float | Sequence[float] = (0.1, 0.5, 0.9), **where: Any
    ) -> pd.DataFrame:
        """Quantiles of cost over draws; place, scenario, at, by as in `Results.quantiles`."""
        return self.result.quantiles(_variable(price), q, **where)

    def _of_one(self, by: str, scenario: str | None, price: str, where: dict[str, Any]) -> pd.DataFrame:
        name = self.result.baseline if scenario is None else scenario
        found = self.table(price, by=by, scenario=name, **where)
        return found.loc[(found != 0.0).any(axis=1)].droplevel("scenario")

    def by_level(
        self, scenario: str | None = None, price: str = "nominal", *, place: object = None, **more: Any
    ) -> pd.DataFrame:
        """(payer, year) yuan of one scenario (the first); payers who carry nothing are left out.

        They add up within a kind: central to county, local_unsplit and unsplit are outlay, tax_central and tax_local
        revenue forgone.
        """
        return self._of_one("payer", scenario, price, {"place": place, **more})

    def by_instrument(
        self, scenario: str | None = None, price: str = "nominal", *, place: object = None, **more: Any
    ) -> pd.DataFrame:
        """(instrument and kind, year) yuan of one scenario (the first)."""
        return self._of_one("instrument", scenario, price, {"place": place, **more})

    def total(
        self,
        price: str = "nominal",
        *,
        kind: str = "outlay",
        payer: str | None = None,
        scenario: str | None = None,
        place: object = None,
        at: Years = None,
        level: float | None = 0.8,
    ) -> pd.DataFrame:
        """(scenario, year) yuan of one kind, or of one payer. The median of a total is not the sum of medians."""
        variable = _variable(price)
        checked_name("kind", kind, MONEY_KINDS)
        where: dict[str, Any] = {"place": place, "scenario": scenario, "at": at}
        chosen = choose(self.result, variable, by="kind" if payer is None else "payer", **where)
        name = kind if payer is None else checked_name("payer", payer, chosen.parts)
        return laid_out(_one_part(chosen, name), level, VARIABLES[variable].unit)

    def price_of_birth(
        self,
        scenario: str | None = None,
        *,
        vs: str | None = None,
        births: str = "net",
        cumulative: bool = False,
        price: str = "nominal",
        kind: str = "outlay",
        place: object = None,
        at: Years = None,
        level: float | None = 0.8,
    ) -> pd.DataFrame:
        """(scenario, year) yuan an extra birth: in every draw its own extra cost over its own extra births.

        kind: whose money, outlay of public budgets unless another is named; `attrs["kind"]` says it. births: "net" of
        births that are only moved, or "gross" of them. cumulative: cost and births from the first year
        shown, both summed before they are divided. A draw whose births do not move with the money is infinitely dear;
        quantiles are taken of the draws' prices, never a ratio of medians.
        """
        chosen = self._price(scenario, vs, births, cumulative, price, kind, place, at)
        found = laid_out(chosen, level, "yuan per birth")
        found.attrs["kind"] = kind
        return found

    def price_quantiles(
        self, q: float | Sequence[float] = (0.1, 0.5, 0.9), scenario: str | None = None, **how: Any
    ) -> pd.DataFrame:
        """Quantiles over draws of the price of an extra birth; the other arguments as in `price_of_birth`."""
        known = {"vs": None, "births": "net", "cumulative": False, "price": "nominal", "kind": "outlay",
                 "place": None, "at": None}  # fmt: skip
        odd = sorted(set(how) - set(known))
        if odd:
            raise refuse(ConfigError, "results.argument", got=odd[0], what="price_quantiles", known=list(known))
        found = quantile_frame(self._price(scenario, **{**known, **how}), q, "yuan per birth")
        found.attrs["kind"] = {**known, **how}["kind"]
        return found

    def _price(
        self,
        scenario: str | None,
        vs: str | None,
        births: str,
        cumulative: bool,
        price: str,
        kind: str,
        place: object,
        at: Years,
    ) -> Chosen:
        require_kind("cumulative", cumulative, (bool, np.bool_), "bool")
        variable = BIRTHS[checked_name("births", births, tuple(BIRTHS))]
        where: dict[str, Any] = {"place": place, "scenario": scenario}
        cost = _one_part(paired(self.result, _variable(price), vs, **where), checked_name("kind", kind, MONEY_KINDS))
        extra = paired(self.result, variable, vs, **where)
        values = _ratio(cost.values, extra.values, cumulative)
        wanted = choose(self.result, variable, at=at, **where).years
        columns = [cost.years.index(year) for year in wanted]
        return replace(cost, variable="price_of_birth", years=wanted, values=values[:, :, columns])


def _one_part(chosen: Chosen, name: str) -> Chosen:
    """One part of a split as numbers without a split."""
    part = chosen.parts.index(name)
    return replace(chosen, split="", parts=("",), values=chosen.values[:, part : part + 1])


def _ratio(cost: NDArray[np.float64], births: NDArray[np.float64], cumulative: bool) -> NDArray[np.float64]:
    """Yuan a birth over the last but one axis (years); infinite where births do not move the way the money does."""
    if cumulative:
        cost, births = np.cumsum(cost, axis=-2), np.cumsum(births, axis=-2)
    moves = (np.abs(births) > MIN_EXTRA_BIRTHS) & (births * cost > 0.0)
    return np.divide(cost, births, out=np.full_like(cost, np.inf), where=moves)
