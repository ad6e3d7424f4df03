"""Nursery places of a result: need by three definitions, stock, and gaps where somebody knows the stock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, refuse
from sanhai.results.select import checked_name

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.results.results import Results

__all__ = ["NEEDS", "Nursery"]

NEEDS = ("places_target", "places_demand", "places_want")
VARIABLES = (*NEEDS, "places_stock", "places_gap", "places_per_1000", "places_per_child", "enrolment", "classes",
             "staff", "openings", "closures", "places_by_type", "openings_by_type", "utilisation")  # fmt: skip
Years = int | Iterable[int] | None


@dataclass(frozen=True)
class Nursery:
    """Places of a result."""

    result: Results

    def table(self, variable: str = "places_target", **where: Any) -> pd.DataFrame:
        """One variable of places; at, place, scenario, level as in `Results.table`."""
        return self.result.table(checked_name("variable", variable, VARIABLES), **where)

    def diff(self, variable: str = "places_target", **where: Any) -> pd.DataFrame:
        """Places less those of `vs`, paired by draw; arguments as in `Results.diff`."""
        return self.result.diff(checked_name("variable", variable, VARIABLES), **where)

    def quantiles(self, variable: str = "places_target", *args: Any, **where: Any) -> pd.DataFrame:
        """Quantiles over draws; arguments as in `Results.quantiles`."""
        return self.result.quantiles(checked_name("variable", variable, VARIABLES), *args, **where)

    def need(
        self, place: object = None, *, scenario: str | None = None, at: Years = None, level: float | None = 0.8
    ) -> pd.DataFrame:
        """(variable and scenario, year) places needed by the three definitions."""
        import pandas as pd

        where = {"place": place, "scenario": scenario, "at": at, "level": level}
        return pd.concat({name: self.table(name, **where) for name in NEEDS}, names=["variable", "scenario"])

    def stock(
        self, place: object = None, *, scenario: str | None = None, at: Years = None, level: float | None = 0.8
    ) -> pd.DataFrame:
        """(scenario, year) places at the year's end, of scenarios in which somebody states or assumes them."""
        return self._known("places_stock", place, scenario, at, level)

    def gap(
        self, place: object = None, *, scenario: str | None = None, at: Years = None, level: float | None = 0.8
    ) -> pd.DataFrame:
        """(scenario and definition, year) places missing; ConfigError where nobody states or assumes a stock."""
        return self._known("places_gap", place, scenario, at, level)

    def _known(
        self, variable: str, place: object, scenario: str | None, at: Years, level: float | None
    ) -> pd.DataFrame:
        found = self.table(variable, place=place, scenario=scenario, at=at, level=level)
        known = found.loc[found.notna().any(axis=1)]
        if known.empty:
            names = self.result.scenarios if scenario is None else (scenario,)
            raise refuse(ConfigError, "results.no_stock", what=variable, scenarios=names)
        return known
