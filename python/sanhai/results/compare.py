"""`compare` and `project`: run scenarios of a place and wrap what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, refuse
from sanhai.places.catalogue import place as place_of
from sanhai.policy.catalogue import checked_packs
from sanhai.policy.checks import require_complete
from sanhai.policy.levers import require_same_beliefs
from sanhai.policy.scenario import NAMED, Scenario, scenario, sharing_beliefs, with_beliefs
from sanhai.results.wrap import wrapped
from sanhai.run.execute import execute
from sanhai.run.layout import layout_of, layout_together, scenario_place
from sanhai.run.options import checked_options, checked_years
from sanhai.run.rates import OriginDestinationRates, PoolRates

if TYPE_CHECKING:
    from sanhai.places.place import Place
    from sanhai.policy.pack_file import PackFile
    from sanhai.results.results import Results
    from sanhai.run.layout import Layout

__all__ = ["compare", "layout_for", "main_job", "project"]

LAST_SHOWN = 2050  # unless the call says otherwise


def _checked(given: object, beliefs: Mapping[str, object] | None) -> tuple[Scenario, ...]:
    listed = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    scenarios = [one for one in listed if isinstance(one, Scenario)]
    if isinstance(given, Scenario | str) or len(scenarios) < len(listed):
        raise refuse(ConfigError, "compare.no_list", got=given)
    if beliefs is not None and not isinstance(beliefs, Mapping):
        raise refuse(ConfigError, "compare.beliefs", got=beliefs)
    names = [one.name for one in scenarios]
    if not names:
        raise refuse(ConfigError, "compare.none")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refuse(ConfigError, "compare.name_twice", twice=twice)
    places = {one.code for one in scenarios}
    if len({scenario_place(one) for one in scenarios}) > 1:
        raise refuse(ConfigError, "compare.places", places=sorted(places))
    chosen = sharing_beliefs([with_beliefs(one, beliefs or {}) for one in scenarios])
    require_same_beliefs(chosen)
    for one in chosen:
        require_complete(one)
    # Whose births answer to what is measured against what is in force: the same for all.
    own = checked_packs([document for one in chosen for document in one.own])
    return tuple(replace(one, own=own) for one in chosen)


def compare(
    scenarios: Sequence[Scenario],
    years: tuple[int, int] | range | None = None,
    *,
    draws: int = 1,
    seed: int = 0,
    threads: int | None = None,
    components: Sequence[str] | None = None,
    beliefs: Mapping[str, object] | None = None,
    exchange: PoolRates | OriginDestinationRates | None = None,
    level: float = 0.8,
    memory: float | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Results:
    """Runs scenarios of one place; the first is the one the others are compared with.

    years: first and last calendar year of the flows shown, or a range; by default all from the first the place knows to
    2050. draws: 1 is one run a scenario at stated values; more are draws of `components`, keyed by `seed`: the same
    draw has the same shocks in every scenario, whatever the number of threads or draws. components: unless named, all
    of `sanhai.run.options.COMPONENTS`; "events" beside them draws births and deaths as whole numbers by chance, which
    matters where they are few. beliefs: levers that hold for every scenario, `{path: value}` as in `Scenario.vary`; so
    do those that one of the scenarios brings.
    exchange: rates at which places of the scenarios' area send each other migrants (docs/exchange.md). level: share of
    draws between lo and hi in files and rows. memory: GiB that all draws may take (4). progress: called with a
    scenario's name, and how many of its trajectories (a draw of a leaf; a point run is one) are done of how many; what
    it raises stops the run, as Ctrl-C does.

    Raises ConfigError for scenarios that do not belong together or are not complete, for settings that cannot be or
    that nothing reads; DomainError for rates no population can bear.
    """
    chosen = _checked(scenarios, beliefs)
    place = scenario_place(chosen[0])
    first, last = place.base.first_year, place.standard.years[-1]
    shown = checked_years((first, LAST_SHOWN) if years is None else years, first, place.first_projected_year - 1, last)
    options = checked_options(draws, seed, threads, components, level, memory)
    layout = layout_for(place, exchange)
    output = execute(chosen, layout, shown[-1], options, exchange=exchange, progress=progress)
    return wrapped(output, shown, options, exchange)


def layout_for(area: Place, exchange: object) -> Layout:
    """Rows of a run, whose leaves may exchange migrants; ConfigError for places that do not belong together."""
    if exchange is None:
        return layout_of(area)
    if not isinstance(exchange, PoolRates | OriginDestinationRates):
        raise refuse(ConfigError, "exchange.kind", got=exchange)
    own = {leaf.code: leaf for leaf in area.leaves}
    if set(own) == set(exchange.places):
        return layout_of(area, exchanging=True)
    leaves = [own[code] if code in own else place_of(code) for code in exchange.places]
    codes = [leaf.code for leaf in leaves]
    for leaf in leaves:
        above = [one.code for one in leaf.lineage[:-1]]
        inside = [code for code in above if code in codes]
        if leaf.code != area.code and area.code not in above:
            raise refuse(ConfigError, "exchange.outside", place=leaf.code, area=area.code)
        if not leaf.is_leaf:
            raise refuse(ConfigError, "exchange.sum", place=leaf.code, parts=tuple(part.code for part in leaf.parts))
        if inside:
            raise refuse(ConfigError, "exchange.inside", place=leaf.code, above=inside[0])
    return layout_together(area, leaves)


def project(
    place: str | Place,
    years: tuple[int, int] | range | None = None,
    *,
    packs: Sequence[PackFile] = (),
    **how: Any,
) -> Results:
    """The baseline of a place: what is in force, carried on. packs: a user's documents (`sh.policy.load`) among it.

    Draws and other settings as in `compare`.
    """
    return compare([scenario("baseline", place, packs)], years, **how)


def main_job(place: str | Place, packs: Sequence[PackFile] = ()) -> list[Scenario]:
    """The scenarios of `sanhai run PLACE`, baseline first. packs: a user's documents, in force but for drafts."""
    return [scenario(name, place, packs) for name in NAMED]
