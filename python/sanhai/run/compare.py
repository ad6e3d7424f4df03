"""`project` and `compare`: run one or several scenarios of a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from sanhai.errors import ConfigError, complaint
from sanhai.places.catalogue import place as place_of
from sanhai.places.catalogue import resolve
from sanhai.policy.checks import require_complete
from sanhai.policy.levers import require_same_beliefs
from sanhai.policy.reading import require_all_read
from sanhai.policy.response import EPS_BAND
from sanhai.policy.scenario import NAMED, Scenario, scenario, with_beliefs
from sanhai.results.results import Comparison
from sanhai.run.draws import Drawn, checked_options, draw_run
from sanhai.run.point import People, Run, net_migration, places_of_run, run_band, run_scenario

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["DEFAULT_YEARS", "checked_years", "compare", "main_job", "project"]

DEFAULT_YEARS = (2021, 2050)


def checked_years(years: tuple[int, int], code: str) -> range:
    """Years of the flows shown; ConfigError for what no run can cover."""
    place = place_of(code)
    start, fitted, end = place.base.first_year, place.observed[-1], place.standard.years[-1]
    given: object = years
    pair = tuple(given) if isinstance(given, tuple | list) else ()
    whole = [year for year in pair if type(year) is int]
    first, last = whole if len(pair) == len(whole) == 2 else (0, 0)
    if not (start <= first <= last and fitted <= last <= end):
        raise ConfigError(
            complaint(
                "years",
                got=repr(years),
                allowed=f"(first, last): first from {start}, last from {fitted} to {end}",
                remedy=f"write ({start}, 2050)",
            )
        )
    return range(first, last + 1)


def _checked(scenarios: Sequence[Scenario]) -> None:
    if isinstance(scenarios, Scenario | str) or not all(isinstance(one, Scenario) for one in scenarios):
        raise ConfigError(
            complaint("scenarios", got=repr(scenarios), allowed="a list of scenarios", remedy="compare([base, other])")
        )
    names = [one.name for one in scenarios]
    if not names:
        raise ConfigError(
            complaint("scenarios", got="none", allowed="at least one", remedy='start with scenario("baseline", place)')
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(
            complaint(
                "scenarios",
                got=f"{', '.join(twice)} more than once",
                allowed="names that differ",
                remedy="give .vary() another name",
            )
        )
    places = {one.place for one in scenarios}
    if len(places) > 1:
        raise ConfigError(
            complaint(
                "scenarios",
                got=f"places {', '.join(sorted(one.code for one in places))}",
                allowed="one place",
                remedy="compare places in separate calls",
            )
        )


def _band(run: Run, base: Run) -> tuple[People, People] | None:
    """The scenario's people at both ends of the prior of eps; None when it does not answer to eps."""
    if run.response.is_null or run.scenario.is_set("response.eps"):
        return None
    low, high = (run_band(run, base, eps) for eps in EPS_BAND)
    return low, high


def compare(
    scenarios: Sequence[Scenario],
    years: tuple[int, int] = DEFAULT_YEARS,
    *,
    draws: int = 1,
    seed: int = 0,
    threads: int | None = None,
    components: tuple[str, ...] | None = None,
    beliefs: Mapping[str, object] | None = None,
    band: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> Comparison:
    """Runs scenarios of one place; the first is the one the others are compared with.

    years: first and last calendar year of the flows shown. draws: 1 is one run a scenario at stated values; more are
    draws of `components`, keyed by `seed`: the same draw has the same shocks in every scenario, whatever the number of
    threads or draws. components: unless named, all of `sanhai.run.draws.COMPONENTS`; "events" beside them draws births
    and deaths as whole numbers by chance, which matters where they are few. band: in a point run, also run every
    scenario at the 5 % and 95 % of the prior of eps. beliefs: lever values that hold in every scenario, as the changes
    of `Scenario.vary`. progress: called with a scenario's name, and how many of its
    trajectories (a draw of a leaf; a point run is one) are done of how many; at least before the first and after the
    last, with draws about every 50 ms. What it raises stops the run, as Ctrl-C does.
    Raises ConfigError for scenarios that do not belong together or are not complete, and for a setting that nothing
    reads; DomainError for rates no population can bear.
    """
    _checked(scenarios)
    scenarios = [with_beliefs(one, beliefs or {}) for one in scenarios]
    require_same_beliefs(scenarios)
    for one in scenarios:
        require_complete(one)
    shown = checked_years(years, scenarios[0].code)
    options = None if draws == 1 else checked_options(draws, seed, threads, components)
    drawn: dict[str, Drawn] = {}
    runs: dict[str, Run] = {}
    bands: dict[str, tuple[People, People]] = {}
    base: Run | None = None
    for one in scenarios:
        tell = None if progress is None else partial(progress, one.name)
        if tell is not None:
            tell(0, 1)
        runs[one.name] = run_scenario(one, base, shown[-1])
        if base is None:
            base = runs[one.name]
        elif options is None and band and (found := _band(runs[one.name], base)) is not None:
            bands[one.name] = found
        if options is not None:
            run = runs[one.name]
            moves = net_migration(run.inputs, run.reading)
            drawn[one.name] = draw_run(run, base, places_of_run(one.code), moves, options, tell)
        elif tell is not None:
            tell(1, 1)
    require_all_read([run.reading for run in runs.values()], runs[scenarios[0].name].years)
    return Comparison(scenarios[0].code, shown, runs, bands, drawn)


def project(
    place: str | Place,
    years: tuple[int, int] = DEFAULT_YEARS,
    *,
    draws: int = 1,
    seed: int = 0,
    threads: int | None = None,
    components: tuple[str, ...] | None = None,
) -> Comparison:
    """The baseline of a place: what is in force, carried on. Draws as in `compare`."""
    code = resolve(place if isinstance(place, str) else place.code).code
    baseline = scenario("baseline", code)
    return compare([baseline], years, draws=draws, seed=seed, threads=threads, components=components)


def main_job(place: str | Place) -> list[Scenario]:
    """The scenarios of `sanhai run PLACE`, baseline first."""
    return [scenario(name, place) for name in NAMED]
