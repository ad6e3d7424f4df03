"""The one result type: scenarios side by side, as a tidy frame, an xarray dataset, tables and differences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai._version import __version__
from sanhai.errors import ConfigError, complaint
from sanhai.places.catalogue import all_places, resolve
from sanhai.policy.terms import PAYERS
from sanhai.results.intervals import DIRECT, interval_table
from sanhai.results.rows import COLUMNS, band_rows, drawn_rows, rows_of_run
from sanhai.run.draws import Drawn, DrawOptions
from sanhai.run.point import People, Run, places_of_run
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["Comparison"]

MONEY = ("cost_nominal", "cost_real", "pv", "full_liability", "beneficiaries")
AGES_BUDGET_GIB = 4.0  # of memory that all draws by sex and age may take
MIN_EXTRA_BIRTHS = 1e-9  # a cost per extra birth needs extra births
# Variables whose rows are several definitions of one thing and never add.
DEFINITIONS = {"places_gap": "basis", "places_per_1000": "basis", "places_per_child": "basis", "e0": "sex"}


def _table_hashes() -> dict[str, str]:
    """SHA-256 of every shipped table and policy pack a run rests on."""
    out = {}
    for package, folder in (("sanhai.places", "data"), ("sanhai.policy", "packs"), ("sanhai.policy", "data")):
        for entry in sorted(files(package).joinpath(folder).iterdir(), key=lambda item: item.name):
            if entry.name.endswith((".csv", ".toml")):
                out[f"{folder}/{entry.name}"] = hashlib.sha256(entry.read_bytes()).hexdigest()
    return out


@dataclass(frozen=True)
class Comparison:
    """Scenarios of one place run together. Immutable; every table is computed from the same runs."""

    place: str
    years: range  # of the flows shown; stocks have one more 1 January
    runs: dict[str, Run] = field(repr=False)
    bands: dict[str, tuple[People, People]] = field(default_factory=dict, repr=False)  # at low and high eps

    drawn: dict[str, Drawn] = field(default_factory=dict, repr=False)  # empty: one run a scenario

    @property
    def options(self) -> DrawOptions | None:
        """Draws, seed and components; None for a point run."""
        return next((drawn.options for drawn in self.drawn.values()), None)

    @property
    def scenarios(self) -> tuple[str, ...]:
        return tuple(self.runs)

    @property
    def places(self) -> tuple[str, ...]:
        """The place, its parts, then province and nation."""
        return places_of_run(self.place)

    @property
    def baseline(self) -> str:
        return self.scenarios[0]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Everything the run depends on; equal manifests give equal bits."""
        content: dict[str, Any] = {
            "sanhai": __version__,
            "build": _bridge.build_info(),
            "place": self.place,
            "years": [self.years[0], self.years[-1]],
            "seed": None if self.options is None else self.options.seed,
            "draws": 1 if self.options is None else self.options.draws,
            "components": [] if self.options is None else list(self.options.components),
            "scenarios": {
                name: {**run.scenario.as_dict(), "hash": run.scenario.hash} for name, run in self.runs.items()
            },
            "tables": _table_hashes(),
        }
        text = json.dumps({key: value for key, value in content.items() if key != "build"}, sort_keys=True)
        content["run_id"] = hashlib.sha256(text.encode()).hexdigest()[:12]
        return content

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Tidy rows: scenario, place, year, variable, unit, value, and what they apply to."""
        import pandas as pd

        rows = [
            row
            for name, run in self.runs.items()
            for row in rows_of_run(run, name, self.places, self.years, self.drawn.get(name))
        ]
        base = self.runs[self.baseline]
        for name, drawn in self.drawn.items():
            if name != self.baseline:
                rows += drawn_rows(name, self.runs[name], drawn, self.drawn[self.baseline], self.years)
        for name, ends in self.bands.items():
            rows += band_rows(name, self.runs[name], ends, base, self.years)
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def rows(self) -> list[dict[str, Any]]:
        """The frame as plain dicts without empty fields: the `rows` of `--json`."""
        keys = list(self.frame.columns)
        return [
            {key: value for key, value in zip(keys, values, strict=True) if not _is_empty(value)}
            for values in self.frame.astype(object).itertuples(index=False, name=None)
        ]

    def code_of(self, place: str | None) -> str:
        """Code of a place of this run, from any of its names; None is the main place. ConfigError for another place."""
        if place is None or place in self.places:
            return place or self.place
        code = resolve(place).code
        if code not in self.places:
            allowed = ", ".join(f"{all_places()[one].pinyin} ({one})" for one in self.places)
            remedy = "run that place, or name one of these"
            raise ConfigError(complaint("place", got=repr(place), allowed=allowed, remedy=remedy))
        return code

    def _select(self, variable: str, place: str | None, scenario: str | None = None) -> pd.DataFrame:
        if variable not in VARIABLES:
            raise ConfigError(
                complaint("variable", got=repr(variable), allowed=", ".join(VARIABLES), remedy="choose one of these")
            )
        frame = self.frame
        chosen = frame[(frame["variable"] == variable) & (frame["place"] == self.code_of(place))]
        return chosen if scenario is None else chosen[chosen["scenario"] == scenario]

    def table(
        self, variable: str, at: Sequence[int] | None = None, place: str | None = None, by: str | None = None
    ) -> pd.DataFrame:
        """One variable: a row a scenario, a column a year.

        `by` splits further: "order" (births), "sex" (e0), "instrument" or "payer" (money), "basis" (places);
        definitions that do not add (the three gaps, target and stock per head) are always split.
        """
        chosen = self._select(variable, place)
        chosen = chosen[chosen["year"].isin(list(at))] if at is not None else chosen
        if chosen["order"].notna().any():
            chosen = chosen[chosen["order"].notna() if by == "order" else chosen["order"].isna()]
        split = by or DEFINITIONS.get(variable)
        keys = ["scenario", *([split] if split else [])]
        wide = chosen.pivot_table(index=keys, columns="year", values="value", sort=False, aggfunc="sum")
        wide.attrs = {"variable": variable, "unit": VARIABLES[variable].unit, "place": self.code_of(place)}
        return wide

    def diff(self, variable: str, vs: str | None = None, place: str | None = None) -> pd.DataFrame:
        """Scenario minus `vs` (the first scenario) by year; a scenario against itself is exactly 0.

        Rows as `totals` has them. With draws, people are compared draw by draw (the median is shown), money and places
        by their medians. Money of an instrument that `vs` does not have counts as 0 there; anything else that
        one side does not know stays missing.
        """
        import pandas as pd

        reference = vs or self.baseline
        if reference not in self.runs:
            allowed = ", ".join(self.runs)
            raise ConfigError(complaint("vs", got=repr(reference), allowed=allowed, remedy="name a scenario of these"))
        if self.drawn and variable in DIRECT:
            return self._paired(variable, reference, self.code_of(place))
        wide = self.totals(variable, place)
        return pd.concat([wide.loc[[name]] - wide.loc[[reference]].to_numpy() for name in self.scenarios])

    def paired_interval(self, variable: str, scenario: str, place: str | None = None) -> pd.DataFrame:
        """(year; lo, median, hi) of a scenario less the baseline, draw by draw: 80 % of draws lie between.

        variable: people (those that `data` has by draw) or "cost_nominal". Raises ConfigError without draws.
        """
        one, base, row = self._both(scenario, place)
        if variable == "cost_nominal":
            return interval_table(one.cost(row) - base.cost(row), self.runs[scenario].years[0], self.years)
        if variable not in DIRECT:
            allowed = ", ".join([*DIRECT, "cost_nominal"])
            raise ConfigError(complaint("variable", got=repr(variable), allowed=allowed, remedy="name one of these"))
        values = one.values[DIRECT[variable]][row] - base.values[DIRECT[variable]][row]
        return interval_table(values, self.runs[scenario].years[0], self.years)

    def _both(self, scenario: str, place: str | None) -> tuple[Drawn, Drawn, int]:
        """Draws of a scenario and of the baseline, and the row of a place."""
        if not self.drawn:
            got, remedy = "a run without draws", "run it with draws=1000"
            raise ConfigError(complaint("interval", got=got, allowed="a run with draws", remedy=remedy))
        if scenario not in self.drawn:
            allowed = ", ".join(self.drawn)
            raise ConfigError(complaint("scenario", got=repr(scenario), allowed=allowed, remedy="name one of these"))
        return self.drawn[scenario], self.drawn[self.baseline], self.places.index(self.code_of(place))

    def _paired(self, variable: str, reference: str, place: str) -> pd.DataFrame:
        """Medians of differences taken draw by draw."""
        import pandas as pd

        row, name = self.places.index(place), DIRECT[variable]
        first = self.runs[self.baseline].years[0]
        base = self.drawn[reference].values[name][row]
        found = {one: np.median(drawn.values[name][row] - base, axis=-1) for one, drawn in self.drawn.items()}
        wide = pd.DataFrame.from_dict(found, orient="index", columns=range(first, first + len(base)))
        years = list(self.totals(variable, place).columns)
        return wide[years].rename_axis(index="scenario", columns="year")

    def totals(self, variable: str, place: str | None = None) -> pd.DataFrame:
        """(scenario, year) totals over payers, instruments and orders.

        e0 is by (scenario, sex), gaps and places per head by (scenario, definition): these do not add.
        """
        import pandas as pd

        chosen = self._select(variable, place)
        if chosen["order"].notna().any():
            chosen = chosen[chosen["order"].isna()]
        split = DEFINITIONS.get(variable)
        keys = ["scenario", *([split] if split else [])]
        wide = chosen.pivot_table(index=keys, columns="year", values="value", aggfunc="sum", sort=False)
        if split is None:
            index: Any = pd.Index(self.scenarios, name="scenario")
        else:
            index = pd.MultiIndex.from_product([self.scenarios, chosen[split].unique()], names=keys)
        return wide.reindex(index, fill_value=0.0 if variable in MONEY else np.nan)

    @cached_property
    def data(self) -> xr.Dataset:
        """Labelled arrays over (scenario, place, year, sex, age); flows of the last 1 January's year are missing."""
        from sanhai.results.dataset import dataset

        return dataset(self)

    def pop_by_age(
        self, place: str | None = None, scenario: str | None = None, budget_gib: float = AGES_BUDGET_GIB
    ) -> xr.DataArray:
        """(draw, year, sex, age) persons on 1 January in every draw of one place and scenario.

        Draws keep summaries only; this makes the place's draws again from their seed, to the same bits, and holds
        them at once. Raises ConfigError for a place or scenario not in the run, for a run without draws, and, naming
        both numbers, where more than `budget_gib` GiB would be held.
        """
        from sanhai.results.dataset import pop_by_age

        return pop_by_age(self, self.code_of(place), scenario or self.baseline, budget_gib)

    @property
    def fiscal(self) -> Fiscal:
        return Fiscal(self)

    @property
    def nursery(self) -> Nursery:
        return Nursery(self)

    def notes(self, lang: str = "en") -> list[str]:
        """What a reader must know to trust the numbers: vintage, assumptions, what is off, what is not costed."""
        from sanhai.show.notes import notes

        return notes(self, lang)

    def headline(self, lang: str = "en") -> list[dict[str, Any]]:
        """Rows of the headline table: label, unit, value by year and scenario, mark."""
        from sanhai.show.headline import headline

        return headline(self, lang)

    def explain(self, variable: str, year: int, scenario: str | None = None, place: str | None = None) -> str:
        """Formula, inputs, documents and confidence behind a number."""
        from sanhai.results.explain import explain

        return explain(self, variable, year, scenario or self.baseline, self.code_of(place))

    def plot(self, lang: str = "en") -> Any:
        """One figure: population, births, cost by level, places. Needs sanhai[plot]."""
        from sanhai.show.plot import overview

        return overview(self, lang)

    def save(self, folder: str | Path) -> Path:
        """Writes the tidy CSV and manifest.json into `folder`; nothing is left half-written."""
        from sanhai.io.write import write_results

        return write_results(self, Path(folder))

    def __repr__(self) -> str:
        from sanhai.show.text import text

        return text(self)

    def _repr_html_(self) -> str:
        from sanhai.show.text import html

        return html(self)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


@dataclass(frozen=True)
class Fiscal:
    """Money of a comparison."""

    comparison: Comparison

    def by_level(self, scenario: str | None = None, real: bool = False, place: str | None = None) -> pd.DataFrame:
        """(payer, year) yuan of one scenario."""
        return self._pivot("payer", scenario, real, place)

    def by_instrument(self, scenario: str | None = None, real: bool = False, place: str | None = None) -> pd.DataFrame:
        """(instrument, year) yuan of one scenario."""
        return self._pivot("instrument", scenario, real, place)

    def _pivot(self, key: str, scenario: str | None, real: bool, place: str | None) -> pd.DataFrame:
        one = scenario or self.comparison.baseline
        chosen = self.comparison._select("cost_real" if real else "cost_nominal", place, one)
        return chosen.pivot_table(index=key, columns="year", values="value", aggfunc="sum", sort=False)

    def interval(self, scenario: str | None = None, payer: str | None = None, place: str | None = None) -> pd.DataFrame:
        """(year; lo, median, hi) nominal yuan of one payer or of all together: 80 % of draws lie between.

        The median of a total is not the sum of its parts' medians. Raises ConfigError without draws.
        """
        name = scenario or self.comparison.baseline
        if payer is not None and payer not in PAYERS:
            allowed = ", ".join(PAYERS)
            raise ConfigError(complaint("payer", got=repr(payer), allowed=allowed, remedy="name one of these"))
        one, _, row = self.comparison._both(name, place)
        return interval_table(one.cost(row, payer), self.comparison.runs[name].years[0], self.comparison.years)

    def birth_price_interval(self, scenario: str, place: str | None = None, gross: bool = False) -> pd.DataFrame:
        """(year; lo, median, hi) yuan an extra birth: each draw's extra cost over its own extra births.

        Net of births that are only moved, or `gross` of them.

        A draw whose births do not move with the money counts as infinitely dear. Raises ConfigError without draws.
        """
        one, base, row = self.comparison._both(scenario, place)
        variable = "births_gross" if gross else "births"
        births = (one.values[variable] - base.values[variable])[row, :-1]
        cost = one.cost(row) - base.cost(row)
        moves = (np.abs(births) > MIN_EXTRA_BIRTHS) & (births * cost > 0.0)
        price = np.divide(cost, births, out=np.full_like(cost, np.inf), where=moves)
        return interval_table(price, self.comparison.runs[scenario].years[0], self.comparison.years)

    def per_extra_birth(self, scenario: str, place: str | None = None) -> pd.DataFrame:
        """Extra cost over extra births against the first scenario, gross and net of tempo [yuan], by year.

        Missing where the scenario adds no births in a year.
        """
        import pandas as pd

        cost = self.comparison.diff("cost_nominal", place=place).loc[scenario]
        out = {}
        for name, variable in (("gross", "births_gross"), ("net", "births")):
            births = self.comparison.diff(variable, place=place).loc[scenario].to_numpy(dtype=float)
            out[name] = cost / np.where(np.abs(births) > MIN_EXTRA_BIRTHS, births, np.nan)
        return pd.DataFrame(out).T


@dataclass(frozen=True)
class Nursery:
    """Places of a comparison."""

    comparison: Comparison

    def need(self, place: str | None = None) -> pd.DataFrame:
        """(scenario and definition, year) places needed by the three definitions."""
        import pandas as pd

        tables = {
            name: self.comparison.totals(name, place) for name in ("places_target", "places_demand", "places_want")
        }
        return pd.concat(tables, names=["variable", "scenario"])

    def gap(self, place: str | None = None) -> pd.DataFrame:
        """(scenario and definition, year) places missing; only where somebody stated or assumed a stock."""
        chosen = self.comparison._select("places_gap", place)
        return chosen.pivot_table(index=["scenario", "basis"], columns="year", values="value", sort=False)
