"""`project_exchanging`: bundled places projected together, whoever leaves one arriving in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.comparison import DEFAULT_YEARS, checked_years
from sanhai.dataset import GIB, require_memory
from sanhai.draws import PROBABILITIES, DrawOptions, checked_options, draw_exchanging
from sanhai.errors import ConfigError, complaint
from sanhai.exchange import OriginDestinationRates, PoolRates
from sanhai.indicators import flags, indicators_of
from sanhai.intervals import Interval, Key, people_intervals
from sanhai.places.baseline import Baseline
from sanhai.places.calibration import FITTED_YEARS
from sanhai.places.place import Place
from sanhai.places.registry import all_places, leaves_of, lineage, resolve
from sanhai.places.tables import N_AGES, SEXES
from sanhai.policy.response import weighted_care
from sanhai.policy.scenario import Scenario, scenario
from sanhai.projection import Projected, Run, lever_named, project_apart, run_scenario
from sanhai.rows import COLUMNS, weakest
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["ALL", "Exchanged", "ExchangedDraws", "project_exchanging"]

NATION = "100000"
ALL = "all"  # in the place column: the sum of the places of the run
MOVERS = ("leavers", "arrivals")
MOVED_BY_AGE = ("pop_jan1", "leavers", "arrivals")
AGES_BUDGET_GIB = 4.0  # of memory that all draws by sex and age may take
MOVED = {"leavers": "left for another place of the run", "arrivals": "came from another place of the run"}


@dataclass(frozen=True)
class _People:
    """Places together and, below them, whoever is projected apart."""

    pop_jan1: NDArray[np.float64]
    births: NDArray[np.float64]
    births_by_sex: NDArray[np.float64]
    deaths: NDArray[np.float64]
    net_migration: NDArray[np.float64]
    migration_cut: NDArray[np.float64]
    balance: NDArray[np.float64]


def _rows(inputs: Baseline, rows: slice) -> Baseline:
    """Some leaves of a baseline."""
    names = ("pop_jan1", "mx", "Sx", "asfr", "asfr_total", "net_migration", "parity", "fitted")
    return replace(inputs, leaves=inputs.leaves[rows], **{name: getattr(inputs, name)[rows] for name in names})


class _Together:
    """The engine of a run whose first leaves exchange migrants; the others (the nation alongside) are on their own."""

    def __init__(self, exchange: _bridge.Exchange, n_places: int) -> None:
        self.exchange = exchange
        self.n_places = n_places
        self.last: _bridge.ExchangedProjection | None = None

    def __call__(
        self,
        inputs: Baseline,
        asfr: NDArray[np.float64],
        migration: NDArray[np.float64],
        cohort_factor: NDArray[np.float64] | None = None,
        *,
        cap: bool = False,
    ) -> Projected:
        near, far = slice(0, self.n_places), slice(self.n_places, None)
        factor = cohort_factor
        with lever_named():
            self.last = _bridge.project_exchanging(
                self.exchange,
                inputs.pop_jan1[near],
                inputs.Sx[near],
                asfr[near],
                inputs.srb,
                migration[near],
                cohort_factor=None if factor is None else factor[near],
                cap_negative=cap,
            )
        together: Projected = self.last.projection
        if self.n_places == len(inputs.leaves):
            return together
        apart = project_apart(
            _rows(inputs, far), asfr[far], migration[far], None if factor is None else factor[far], cap=cap
        )
        parts = {
            name: np.concatenate([getattr(together, name), getattr(apart, name)]) for name in _People.__annotations__
        }
        return _People(**parts)


def _leaves(places: Sequence[str | Place]) -> tuple[str, ...]:
    """What is projected for the places, each once, nobody counted twice."""
    given: object = places
    if isinstance(given, str | Place) or not len(places):
        raise ConfigError(
            complaint("places", got=repr(given), allowed="a list of places", remedy='["620102", "620103", ...]')
        )
    codes = [resolve(one if isinstance(one, str) else one.code).code for one in places]
    leaves = tuple(leaf.code for code in codes for leaf in leaves_of(code))
    for code in leaves:
        inside = [other for other in lineage(code) if other in leaves and other != code]
        if inside or leaves.count(code) > 1:
            raise ConfigError(
                complaint(
                    "places",
                    where=f"place {code}",
                    got=f"it twice, in {inside[0] if inside else code} too",
                    allowed="places without people in common",
                    remedy="name the parts or the whole",
                )
            )
    return leaves


def _scenario(given: Scenario | None, leaves: tuple[str, ...]) -> Scenario:
    """The scenario asked for, or what is in force in the smallest area that holds all places."""
    lines = [lineage(code) for code in leaves]
    if given is None:
        shared = [level[0] for level in zip(*lines, strict=False) if len(set(level)) == 1]
        return scenario("baseline", shared[-1])
    outside = [code for code, line in zip(leaves, lines, strict=True) if given.place not in line]
    if outside:
        raise ConfigError(
            complaint(
                "scenario",
                where="place " + ", ".join(outside),
                got=f"a scenario of {given.place}",
                allowed="a scenario of an area that holds all places",
                remedy='scenario("baseline", "china") holds everywhere',
            )
        )
    return given


@dataclass(frozen=True)
class ExchangedDraws:
    """Draws of places projected together."""

    options: DrawOptions
    values: dict[str, NDArray[np.float64]]  # by indicator: (place, then all, year + 1, draw); flows end in NaN
    cut_share: float  # persons of out-migration cut, over all net moves of all draws
    n_bounded: int  # year-draws in which the bound on fertility's level held a path back


@dataclass(frozen=True)
class Exchanged:
    """Places projected together. Immutable; every table is computed from the same run."""

    places: tuple[str, ...]
    years: range  # of the flows shown; stocks have one more 1 January
    run: Run = field(repr=False)  # its first leaves are `places`
    leavers: NDArray[np.float64] = field(repr=False)  # (place, year of the run, sex, age at the end) persons
    arrivals: NDArray[np.float64] = field(repr=False)  # (place, year of the run, sex, age at the end) persons
    base: Run = field(repr=False)  # what a change in care is measured against
    rates: PoolRates | OriginDestinationRates = field(repr=False)
    drawn: ExchangedDraws | None = field(default=None, repr=False)  # None: one run

    @property
    def scenario(self) -> Scenario:
        return self.run.scenario

    def _series(self, rows: list[int]) -> Iterator[tuple[str, str | None, str | None, NDArray[np.float64]]]:
        """(variable, sex, order, values from the run's first year on) of the sum of some places, in the point run."""
        for name, values in indicators_of(self.run, rows).items():
            if name != "e0":
                yield name, None, None, values
                continue
            yield from ((name, sex, None, values[:, column]) for column, sex in enumerate(SEXES))
        births = self.run.people.births[rows].sum(axis=(0, 3))
        yield from (("births", None, order, births[:, column]) for column, order in enumerate(("1", "2", "3+")))
        for name in MOVERS:
            yield name, None, None, getattr(self, name)[rows].sum(axis=0).sum(axis=(1, 2))

    def _intervals(self, row: int) -> dict[Key, Interval]:
        """Medians and 80 % intervals of one place, or of all as the last row."""
        out: dict[Key, Interval] = {}
        if self.drawn is None:
            return out
        people_intervals(out, self.drawn.values, self.run, row)
        for name in MOVERS:
            table = np.quantile(self.drawn.values[name][row, :-1], PROBABILITIES, axis=-1).T
            for year, (low, middle, high) in zip(self.run.years, table, strict=True):
                out[name, year, None, None, None, None, None] = (float(low), float(middle), float(high))
        return out

    def _rows(self, code: str, rows: list[int]) -> Iterator[tuple[Any, ...]]:
        marks = [flags(self.places[row]) for row in rows]
        drawn = self._intervals(len(self.places) if code == ALL else rows[0])
        stocks = range(self.run.years[0], self.run.years[-1] + 2)
        head = (self.scenario.name, code, "合计" if code == ALL else all_places()[code].name_zh)
        for name, sex, order, values in self._series(rows):
            last = self.years[-1] + (len(values) > len(self.run.years))
            for year, point in zip(stocks, values, strict=False):
                if not self.years[0] <= year <= last:
                    continue
                low, value, high = drawn.get((name, year, sex, order, None, None, None), (None, float(point), None))
                moved = name in MOVED
                estimated = moved or order is not None
                basis = MOVED[name] if moved else "sum of the places" if code == ALL else marks[0].basis(name, year)
                fitted = not estimated and code != ALL and marks[0].fitted(name, year)
                sure = "low" if estimated else weakest(*(mark.confidence(name, year) for mark in marks))
                unit = "persons" if moved else VARIABLES[name].unit
                where = (sex, order, None, None, low, high)
                yield (*head, year, name, unit, value, *where, "estimated" if order else basis, fitted, sure)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Tidy rows in the columns of a comparison; `place` "all" is the sum of the places.

        `leavers` and `arrivals` are moves between the places of the run; `net_migration` holds these and migrants from
        outside. Over all places leavers are arrivals, to the last bit, in every draw. With draws `value` is the median
        and `lo`, `hi` the 80 % interval.
        """
        import pandas as pd

        parts = [(code, [row]) for row, code in enumerate(self.places)] + [(ALL, list(range(len(self.places))))]
        return pd.DataFrame([row for code, rows in parts for row in self._rows(code, rows)], columns=list(COLUMNS))

    def table(self, variable: str, at: Sequence[int] | None = None) -> pd.DataFrame:
        """One variable: a row a place, a column a year; e0 a row a place and sex."""
        frame = self.frame
        known = list(frame["variable"].unique())
        if variable not in known:
            raise ConfigError(
                complaint("variable", got=repr(variable), allowed=", ".join(known), remedy="choose one of these")
            )
        chosen = frame[frame["variable"] == variable]
        chosen = chosen if at is None else chosen[chosen["year"].isin(list(at))]
        chosen = chosen[chosen["order"].isna()]
        keys = ["place", "sex"] if chosen["sex"].notna().any() else ["place"]
        wide = chosen.pivot_table(index=keys, columns="year", values="value", sort=False)
        wide.attrs = {"variable": variable, "unit": str(chosen["unit"].iloc[0]), "place": ALL}
        return wide

    @cached_property
    def data(self) -> xr.Dataset:
        """(place, year, sex, age) persons: stocks on 1 January, flows at the age at the year's end.

        `year` runs to the 1 January after the last flow; flows are NaN there.
        """
        n, people = len(self.places), self.run.people
        names = ("pop_jan1", "deaths", "net_migration")
        arrays = {name: getattr(people, name)[:n] for name in names}
        return self._dataset({**arrays, "leavers": self.leavers, "arrivals": self.arrivals}, 1, {})

    def _dataset(self, arrays: dict[str, NDArray[np.float64]], axis: int, extra: dict[str, Any]) -> xr.Dataset:
        """Arrays on the years shown; their year axis, from the run's first year on, is `axis`."""
        import xarray as xr

        years = range(self.years[0], self.years[-1] + 2)
        skip = years[0] - self.run.years[0]
        dims = ("place", *extra, "year", "sex", "age")
        variables = {}
        for name, values in arrays.items():
            part = np.moveaxis(values, axis, 0)[skip : skip + len(years)]
            out = np.full((len(years), *part.shape[1:]), np.nan)
            out[: len(part)] = part
            out.setflags(write=False)
            known = VARIABLES.get(name)
            attrs = {"units": known.unit, "long_name": known.en} if known else {"units": "persons"}
            variables[name] = (dims, np.moveaxis(out, 0, axis), attrs)
        coords = {
            "place": list(self.places),
            "place_name": ("place", [all_places()[code].name_zh for code in self.places]),
            "year": list(years),
            "sex": list(SEXES),
            "age": np.arange(N_AGES),
        }
        return xr.Dataset(variables, coords={**coords, **extra})

    def by_age(self, budget_gib: float = AGES_BUDGET_GIB) -> xr.Dataset:
        """(place, draw, year, sex, age) persons: stock on 1 January, leavers and arrivals of every draw.

        Draws keep summaries only; this makes them again from their seed, to the same bits, and holds them at once. In
        every draw leavers summed over the places are the arrivals, cell by cell, to the last bit. Flows of the last
        1 January are NaN. Raises ConfigError for a run without draws and, naming both numbers, where more than
        `budget_gib` GiB would be held.
        """

        if self.drawn is None:
            remedy = "use .data"
            raise ConfigError(complaint("by_age", got="a run without draws", allowed="one with draws", remedy=remedy))
        options, n = self.drawn.options, len(self.places)
        cells = n * options.draws * (len(self.run.years) + 1) * len(SEXES) * N_AGES
        needed = (
            2 * len(MOVED_BY_AGE) * cells * np.dtype(np.float64).itemsize / GIB
        )  # as the core holds them, and a copy
        where = f"{n} places, {options.draws} draws by sex and age"
        require_memory(needed, budget_gib, where, "fewer draws, places or years")
        exchange = _exchange(self.rates, self.places, self.years)
        kept, _ = draw_exchanging(
            self.run, self.base, exchange, n, options, ages=True, budget_bytes=int(6 * needed * GIB) + GIB
        )
        arrays = {name: np.asarray(getattr(kept, name)) for name in MOVED_BY_AGE}
        return self._dataset(arrays, 2, {"draw": np.arange(options.draws)})


def project_exchanging(
    places: Sequence[str | Place],
    exchange: PoolRates | OriginDestinationRates,
    *,
    scenario: Scenario | None = None,
    years: tuple[int, int] = DEFAULT_YEARS,
    draws: int = 1,
    seed: int = 0,
    threads: int | None = None,
    components: tuple[str, ...] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Exchanged:
    """Projects bundled places in lockstep; survivors move between them at the rates of `exchange`.

    places: names or codes; a place with parts is projected by its parts, and the rates name those. scenario: of an area
    that holds all places; by default the baseline of the smallest one. years: first and last calendar year of the flows
    shown. Nobody is exchanged in the fitted years, whose published totals hold such moves already.
    draws, seed, threads, components: as in `compare`; a place meets the same shocks as there, the rates of exchange do
    not vary. progress: called about every 50 ms with the trajectories (a draw of a place) done and in all.

    Net migrants of the places' own calibrated baseline come on top of the exchange. They too hold moves between the
    places: where the rates are of all such moves, take the scenario `zero-migration`, lest they count twice.

    Raises ConfigError for places and rates that do not belong together, DomainError for rates no population can bear.
    """
    leaves = _leaves(places)
    shown = checked_years(years)
    options = None if draws == 1 else checked_options(draws, seed, threads, components)
    together = _Together(_exchange(exchange, leaves, shown), len(leaves))
    base, run = _runs(_scenario(scenario, leaves), leaves, shown[-1], together)
    assert together.last is not None
    moves = (np.asarray(together.last.leavers), np.asarray(together.last.arrivals))
    drawn = None
    if options is not None:
        ensemble, n_bounded = draw_exchanging(run, base, together.exchange, len(leaves), options, progress=progress)
        drawn = _drawn(ensemble, options, n_bounded)
    return Exchanged(leaves, shown, run, *moves, base, exchange, drawn)


def _exchange(rates: PoolRates | OriginDestinationRates, leaves: tuple[str, ...], shown: range) -> _bridge.Exchange:
    return rates.on(leaves, range(FITTED_YEARS[0], shown[-1] + 1), FITTED_YEARS[-1] + 1)


def _drawn(ensemble: _bridge.Ensemble, options: DrawOptions, n_bounded: int) -> ExchangedDraws:
    kept = np.asarray(ensemble.draws)
    values = {name: kept[:, column] for column, name in enumerate(ensemble.indicators)}
    cut, moved = (float(np.nansum(np.abs(values[name][:-1]))) for name in ("migration_cut", "net_migration"))
    return ExchangedDraws(options, values, cut / moved if moved else 0.0, n_bounded)


def _runs(one: Scenario, leaves: tuple[str, ...], last_year: int, engine: _Together) -> tuple[Run, Run]:
    """(base, run): a change in care is measured against the baseline with the same migrants, exchanging too."""
    # Desired progressions of a place follow from the nation's.
    rows = leaves if NATION in leaves else (*leaves, NATION)
    base = None
    if weighted_care(one, np.zeros((1, 1))) is not None:
        kept = tuple(setting for setting in one.settings if setting.path.startswith("migration."))
        base = run_scenario(replace(scenario("baseline", one.place), settings=kept), None, last_year, rows, engine)
    run = run_scenario(one, base, last_year, rows, engine)
    return base or run, run
