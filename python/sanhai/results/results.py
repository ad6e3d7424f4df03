"""The one result type: any number of scenarios, places and draws; data only, immutable, compared by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, refuse
from sanhai.results.fiscal import Fiscal
from sanhai.results.info import LineInfo, Mark, Note, PlaceInfo
from sanhai.results.late import late
from sanhai.results.manifest import id_of, identity_with, manifest_of
from sanhai.results.marks import Marking
from sanhai.results.nursery import Nursery
from sanhai.results.select import checked_level, checked_name, checked_variable, checked_year, choose, code_of
from sanhai.results.store import Store
from sanhai.results.tables import diff, quantile_table, table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sanhai.policy.scenario import Scenario
    from sanhai.results.expression import Evaluated
    from sanhai.run.options import Options
    from sanhai.run.output import Facts, PlaceFacts
    from sanhai.run.rates import OriginDestinationRates, PoolRates

__all__ = ["Results"]

Years = int | Iterable[int] | None


@dataclass(frozen=True, eq=False, repr=False)
class Results:
    """Scenarios run together. `compare` and `project` make one, `load` reads one.

    years: of the flows shown; stocks have one more 1 January. options: draws, seed, components, level. notes: what a
    reader must know, as data. The first scenario is the baseline the others are compared with; the first place is the
    main one, then come its parts and the areas above it. Two results are equal when their ids are.
    """

    years: range
    options: Options
    notes: tuple[Note, ...]
    _identity: str  # everything the numbers and their order depend on, as canonical JSON
    _scenarios: tuple[Scenario, ...]
    _places: tuple[PlaceInfo, ...]
    _facts: tuple[Facts, ...]  # by scenario
    _observed: tuple[PlaceFacts, ...]  # by place
    _exchange: PoolRates | OriginDestinationRates | None
    _store: Store
    _central: Results | None  # None: this is the point run itself

    # ---- what it is --------------------------------------------------------------------------------------------

    @property
    def place(self) -> str:
        """Code of the main place."""
        return self._places[0].code

    @property
    def places(self) -> tuple[str, ...]:
        """Codes: the place, its parts, then the areas above it."""
        return tuple(one.code for one in self._places)

    @property
    def place_info(self) -> dict[str, PlaceInfo]:
        """Names, level and role of every place by code."""
        return {one.code: one for one in self._places}

    @property
    def scenarios(self) -> tuple[str, ...]:
        return self._store.scenarios

    @property
    def baseline(self) -> str:
        """The first scenario."""
        return self.scenarios[0]

    def scenario(self, name: str | None = None) -> Scenario:
        """A scenario as it was run; the first unless named."""
        known = self.scenarios
        return self._scenarios[known.index(known[0] if name is None else checked_name("scenario", name, known))]

    @property
    def observed(self) -> range:
        """Years of the main place that rest on something observed."""
        return self._observed[0].observed

    @property
    def draws(self) -> int:
        return self.options.draws

    @property
    def is_drawn(self) -> bool:
        return self.options.is_drawn

    @property
    def central(self) -> Results:
        """The point run of the same scenarios, whose parts add up; itself when there are no draws."""
        return self if self._central is None else self._central

    @property
    def lines(self) -> tuple[LineInfo, ...]:
        """Lines of the bill: components of instruments that cost something in some scenario."""
        return self._store.lines

    @property
    def id(self) -> str:
        """Hash of everything that can change a byte of any output; not of threads or memory."""
        return id_of(self._identity)

    @property
    def manifest(self) -> dict[str, Any]:
        """What the run depends on, a fresh copy each time; `sh.rerun(manifest)` makes the result again."""
        return manifest_of(self._identity)

    @cached_property
    def _marking(self) -> Marking:
        return Marking(self._store, self._observed, self._facts, self.options)

    # ---- numbers -----------------------------------------------------------------------------------------------

    @property
    def data(self) -> xr.Dataset:
        """Every variable over (scenario, place, draw, year) and, where it has parts, sex, order, line or (line, payer).

        Draw has length 1 in a point run. `year` runs to the 1 January after the last flow; flows are NaN there. A new
        dataset each time, whose arrays cannot be written; what follows from others is computed when looked at.
        """
        from sanhai.results.dataset import dataset

        return dataset(self)

    def sel(
        self,
        variable: str,
        *,
        scenario: str | None = None,
        place: object = None,
        at: Years = None,
        by: str | None = None,
    ) -> xr.DataArray:
        """Every draw of one variable and place: (scenario, draw, year), with `by` (or a split of its own) one more dim.

        by: "order" (births); "kind", "payer", "instrument", "component" (money; the last two have a coordinate `kind`
        too). Raises ConfigError for an unknown name.
        """
        import xarray as xr

        chosen = choose(self, variable, place=place, scenario=scenario, at=at, by=by)
        values = chosen.values.transpose(0, 3, 2, 1)
        dims, coords = ["scenario", "draw", "year"], {"scenario": list(chosen.scenarios), "year": list(chosen.years)}
        if chosen.split:
            dims, coords = [*dims, chosen.split], {**coords, chosen.split: list(chosen.parts)}
        if chosen.kinds:
            coords["kind"] = (chosen.split, list(chosen.kinds))
        return xr.DataArray(
            values if chosen.split else values[..., 0],
            dims=dims,
            coords={**coords, "draw": range(self.draws), "place": chosen.place},
            name=variable,
        )

    def table(
        self,
        variable: str,
        at: Years = None,
        place: object = None,
        by: str | None = None,
        scenario: str | None = None,
        level: float | None = 0.8,
    ) -> pd.DataFrame:
        """One variable: a row a scenario, a column a year. With draws medians, and lo and hi of the interval.

        Columns of a run with draws are (median, lo, hi) by year; level=None gives the medians alone, in the shape of a
        point run. `by` splits: "order" (births), "payer", "instrument", "component" (money); what never adds (sexes of
        e0, the three gaps of places, target and stock per head, and the kinds of money: outlay of public budgets,
        insurance funds, employers, revenue forgone) is always split. Raises ConfigError for a variable, year, place,
        scenario, split or level the result does not have, with those it has.
        """
        return table(self, variable, at, place, by, scenario, level)

    def diff(
        self,
        variable: str,
        vs: str | None = None,
        place: object = None,
        at: Years = None,
        level: float | None = 0.8,
        *,
        by: str | None = None,
        scenario: str | None = None,
    ) -> pd.DataFrame:
        """Scenario less `vs` (the first), draw by draw; a scenario against itself is exactly 0.

        Laid out as `table`. Money that `vs` does not have counts as 0 there; what one side does not know stays missing.
        """
        return diff(self, variable, vs, place, at, by, scenario, level)

    def quantiles(
        self,
        variable: str,
        q: float | Sequence[float] = (0.1, 0.5, 0.9),
        place: object = None,
        scenario: str | None = None,
        at: Years = None,
        by: str | None = None,
    ) -> pd.DataFrame:
        """(scenario and year, probability) quantiles over draws; of a point run the value itself."""
        return quantile_table(self, variable, q, place, scenario, at, by)

    def eval(self, expression: str, place: object = None, scenario: str | None = None, at: Years = None) -> Evaluated:
        """A formula over variables by name, draw by draw: `pop[65:] / pop[15:64]`, `births.order3`, `cost.county`.

        `pop` is the population at the year's end, by ages with both ends counted and by sex (`pop.female[15:49]`);
        parts are attributes: birth orders, payers, sexes. + and - need one unit. The result has `.table`, `.diff`,
        `.quantiles`, `.frame` and `.data`. Raises ConfigError for what the grammar or the result does not have.
        """
        from sanhai.results.expression import evaluated

        return evaluated(self, expression, place, scenario, at)

    def probability(
        self, condition: str, by: int | None = None, at: int | None = None, place: object = None
    ) -> dict[str, float]:
        """Share of draws, by scenario, in which a comparison holds: `births < 20000` in some year up to `by`, or `at`.

        Of a point run it is 0 or 1. Raises ConfigError where the condition is not one comparison.
        """
        from sanhai.results.expression import probability

        return probability(self, condition, place, by, at)

    def marks(self, variable: str, place: object = None, year: int | None = None, scenario: str | None = None) -> Mark:
        """How a number came about and how sure it is: of a variable in parts the least sure of them.

        place: the main one; year: the last shown; scenario: the first.
        """
        checked_variable(self._store, variable)
        code = code_of(self, place)
        when = checked_year(self, variable, self.years[-1] if year is None else year)
        name = self.baseline if scenario is None else checked_name("scenario", scenario, self.scenarios)
        where = (self.scenarios.index(name), self.places.index(code))
        marked, column = self._marking.of(variable), when - self._store.years[0]
        parts = range(marked.confidence.shape[2] or 1)
        found = [marked.at(*where, part, column) for part in parts]
        return max(found, key=lambda mark: ("high", "medium", "low").index(mark.confidence))

    @cached_property
    def _frame(self) -> pd.DataFrame:
        from sanhai.results.frame import frame_of

        return frame_of(self, self.options.level)

    @property
    def frame(self) -> pd.DataFrame:
        """Tidy rows, a copy: `value` of the central run, lo and hi of the draws, and what each number applies to."""
        return self._frame.copy()

    def rows_frame(self, level: float | None = None) -> pd.DataFrame:
        """`frame` with intervals of another level."""
        share = checked_level(level)
        if share is None or share == self.options.level:
            return self.frame
        from sanhai.results.frame import frame_of

        return frame_of(self, share)

    def rows(self, level: float | None = None) -> list[dict[str, Any]]:
        """The frame as plain dicts without empty fields: the `rows` of `--json`."""
        from sanhai.results.frame import records

        return list(records(self.rows_frame(level)))

    def with_level(self, level: float) -> Results:
        """The same numbers, with intervals of another level in frame and files; its id is another."""
        share = checked_level(level)
        if share is None or share == self.options.level:
            return self
        central = None if self._central is None else self._central.with_level(share)
        said = {"level": share}
        notes = [replace(one, values={**one.values, **said}) if "level" in one.values else one for one in self.notes]
        return replace(
            self,
            options=replace(self.options, level=share),
            notes=tuple(notes),
            _identity=identity_with(self._identity, level=share),
            _central=central,
        )

    @property
    def fiscal(self) -> Fiscal:
        """Money: by_level, by_instrument, total, price_of_birth. ConfigError for a place without policy."""
        self._require_policy("fiscal")
        return Fiscal(self)

    @property
    def nursery(self) -> Nursery:
        """Nursery places: need, stock, gap. ConfigError for a place without policy."""
        self._require_policy("nursery")
        return Nursery(self)

    def _require_policy(self, what: str) -> None:
        place = self.scenario(self.baseline).place
        if not place.policy_home:
            raise refuse(ConfigError, "place.no_policy", what=what, place=place.name("en"))

    def by_age(self, place: object = None, scenario: str | None = None, budget_gib: float = 4.0) -> xr.Dataset:
        """Every draw of one place and scenario by sex and age, made again from its seed to the same bits.

        (draw, year, sex, age): pop_jan1 on 1 January, deaths and net_migration at the age at the year's end; births
        (draw, year, order, age of mother), women_exposed (draw, year, age) woman-years, asfr = births / women_exposed.
        Draws keep summaries only. Raises ConfigError, naming both numbers, where more than `budget_gib` GiB are needed.
        """
        from sanhai.results.ages import by_age

        name = self.baseline if scenario is None else checked_name("scenario", scenario, self.scenarios)
        return by_age(self, code_of(self, place), name, budget_gib)

    # ---- what rooms above do with it ---------------------------------------------------------------------------

    def explain(self, variable: str, year: int, scenario: str | None = None, place: object = None) -> Any:
        """Formula, inputs, documents and confidence behind a number."""
        return late("explain")(
            self, variable, year, self.baseline if scenario is None else scenario, code_of(self, place)
        )

    def headline(self, lang: str | None = None) -> list[dict[str, Any]]:
        """Rows of the headline table: label, unit, value by year and scenario, mark."""
        return list(late("headline")(self, *(() if lang is None else (lang,))))

    def plot(
        self,
        variable: str | None = None,
        place: object = None,
        scenario: str | None = None,
        kind: str | None = None,
        at: Years = None,
        *,
        axes: Any = None,
        lang: str | None = None,
    ) -> Any:
        """A picture of a variable; without one the overview: population, births, cost by level, places.

        kind: "line" (scenarios, with intervals where there are draws), "parts" (a small panel a part of the place),
        "order" (births), "payer" and "instrument" (money in stacks), "needs" (of places against the stock), "pyramid"
        of `pop` (several years or scenarios), "lexis" of `pop`, `asfr` or `mx`; a variable has one of its own unless
        named. at: years. axes: draws into these matplotlib axes and gives them back. Needs sanhai[plot]. Raises
        ConfigError for a kind that the variable does not have.
        """
        if variable is None:
            return late("plot")(self, lang=lang)
        how = {"place": place, "scenario": scenario, "kind": kind, "at": at, "axes": axes, "lang": lang}
        return late("plot")(self, variable, **how)

    def save(self, folder: str | Path) -> Path:
        """Writes everything into a folder, as one commit: results.csv, manifest.json and, with [store], data.nc."""
        found: Path = late("save")(self, folder)
        return found

    def __repr__(self) -> str:
        return str(late("text")(self))

    def _repr_html_(self) -> str:
        return str(late("html")(self))

    # ---- a value -----------------------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Results) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __copy__(self) -> Results:
        return self

    def __deepcopy__(self, memo: object) -> Results:
        return self

    def state(self) -> dict[str, Any]:
        """Everything but the arrays and the point run, as plain values: what `save` writes beside them."""
        return {"store": self._store.labels(), **{one.name: getattr(self, one.name) for one in fields(self)[:-2]}}

    @classmethod
    def from_state(cls, state: Mapping[str, Any], store: Store, central: Results | None) -> Results:
        """The result of a saved state and its arrays."""
        return cls(**state, _store=store, _central=central)

    def __getstate__(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def resolve(self, name: str) -> str:
        """Code of a place by any spelling the catalogue knows; of several of that name the one in this result."""
        from sanhai.places.catalogue import meant, resolve

        here = [code for code in meant(name) if code in self.places]
        return here[0] if len(here) == 1 else resolve(name).code
