"""What a reader must know to trust a run, as data: rule, place, years, values. show/ has a sentence for every rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.calibrate.fit import RECENT
from sanhai.calibrate.fitted import BIRTHS_UNCERTAIN, misses
from sanhai.calibrate.modelled import AS_PUBLISHED
from sanhai.errors import LANGUAGES
from sanhai.policy.months import WHOLE_RUN, checked_month, year_of
from sanhai.policy.norms import documented_norm, norm_of
from sanhai.policy.place_stock import national_rate
from sanhai.policy.reading import Reading
from sanhai.policy.scenario import reference_of
from sanhai.results.bill_notes import money_notes
from sanhai.results.entered_notes import entered_notes
from sanhai.results.info import Note
from sanhai.results.sources import source_notes

if TYPE_CHECKING:
    from sanhai.places.place import Place
    from sanhai.policy.scenario import Scenario
    from sanhai.run.options import Options
    from sanhai.run.output import Output, Part
    from sanhai.run.rates import OriginDestinationRates, PoolRates

__all__ = ["notes_of"]

PACKAGES = ("cost-reduction",)  # scenarios of this library that no document holds
JUDGED = ("eps", "k1", "k2", "k3", "tau", "T", "H", "rho")
SUPPORT_CAP = 0.95  # of the cost of a child
MOST_MISSED = 4  # kinds of figures that nothing is fitted to, whose largest misses a note says


@dataclass(frozen=True)
class _Run:
    """What the rules look at."""

    output: Output
    parts: Sequence[Part]  # of the draws, or of the point runs
    shown: range
    options: Options
    exchange: PoolRates | OriginDestinationRates | None

    @property
    def main(self) -> str:
        return self.output.layout.codes[0]

    @property
    def places(self) -> list[Place]:
        return [place for place in self.output.layout.places if place is not None]

    @property
    def root(self) -> Place:
        return self.output.layout.leaves[0].root

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.output.scenarios)


def notes_of(
    output: Output,
    parts: Sequence[Part],
    shown: range,
    options: Options,
    exchange: PoolRates | OriginDestinationRates | None,
) -> tuple[Note, ...]:
    """Notes in the order in which they are read: data, draws, response, scenarios, money, places; then the sources."""
    run = _Run(output, parts, shown, options, exchange)
    rules = (_place, _data, _movement, _draws, _response, _scenarios, _levers)
    found = [note for rule in rules for note in rule(run)]
    found += money_notes(output, shown)
    return (*found, *_places(run), *source_notes(output))


def _place(run: _Run) -> Iterator[Note]:
    """What kind of place it is, how sure its earlier land is, and whose documents hold where it has none."""
    zones = [one for one in run.places if one.level == "zone"]
    if zones:
        names = {f"names_{lang}": [one.name(lang) for one in zones] for lang in LANGUAGES}
        yield Note("place.zone", run.main, (), names)
    main = run.places[0] if run.places else None
    if main is None or not main.policy_codes:
        return
    if main.boundary == "low":
        yield Note("place.boundary_low", main.code)
    if main.boundary == "medium":
        yield Note("place.boundary_medium", main.code)
    homes = run.output.scenarios[0].catalogue.homes
    near = next((above for above in reversed(main.lineage) if above.code in homes), None)
    if near is not None and near.code != main.code:
        yield Note("policy.above", main.code, (), {f"above_{lang}": near.name(lang) for lang in LANGUAGES})


def _data(run: _Run) -> Iterator[Note]:
    root, layout = run.root, run.output.layout
    first = layout.leaves[0].base.first_year
    day = layout.leaves[0].base.date
    if root.derived:
        rules = [[one.rule, one.detail] for one in root.derived]
        yield Note("base.own", root.code, (first,), {"date": day, "rules": rules})
    else:
        ids = [one.id for one in root.standard.sources]
        yield Note("base.census", root.code, (first,), {"census": day, "standard": ids[-1] if ids else ""})
    for row, facts in zip(layout.rows, run.output.places, strict=True):
        if row.own and any(facts.known.values()):
            years = {"pop_yearend": "totals", "births": "births", "deaths": "deaths"}
            known = {name: list(facts.known.get(kind, ())) for name, kind in years.items()}
            yield Note("published.years", row.code, tuple(facts.observed), known)
    yield from entered_notes(run.output)
    parts = [row.code for row in layout.rows if row.role == "part" and not row.own]
    if parts:
        yield Note("parts.inferred", run.main, (), {"parts": parts})
    elif layout.places[0] is not None and layout.places[0].within is not None and not layout.rows[0].own:
        yield Note("place.inferred", run.main)
    yield from _unsure(run)


def _unsure(run: _Run) -> Iterator[Note]:
    """Years whose births no area below the nation publishes; what was published of the main place and not fitted to."""
    main = run.output.layout.places[0]
    if main is None or (main.within is None and main.own_standard is None):
        return
    if main.within is not None:
        chain = [main.within.figures(one.code).known(main.observed)["births"] for one in main.lineage[1:]]
        known = dict(zip(main.observed, np.any(chain, axis=0), strict=True))
        unknown = tuple(year for year in run.shown if not known.get(year, True))
        if unknown:
            yield Note("births.shared", main.code, unknown, {"share": BIRTHS_UNCERTAIN})
    missed = [row for row in misses(main) if not row[0].endswith(AS_PUBLISHED)]
    worst: dict[str, list[object]] = {}
    for variable, year, sex, age, _, _, miss, _ in sorted(missed, key=lambda row: -abs(row[6])):
        worst.setdefault(variable, [variable, year, sex, age, miss])
    if missed:
        values = {"count": len(missed), "rows": list(worst.values())[:MOST_MISSED]}
        yield Note("published.missed", main.code, (), values)


def _span(place: Place) -> list[int] | None:
    """First and last year of the residuals whose mean is held later: they end with the last published total."""
    for near in reversed(place.lineage):
        years = [row.year for row in near.evidence.of("pop_yearend") if row.confidence != "low" and row.sex == "both"]
        known = [year for year in years if year in near.observed]
        if known:
            return [max(known) - RECENT + 1, max(known)]
    return None


def _movement(run: _Run) -> Iterator[Note]:
    layout = run.output.layout
    main = layout.places[0] or layout.leaves[0]
    if main.within is not None:
        yield Note("migration.country", run.main, tuple(main.observed))
    else:
        spans = [span for span in map(_span, dict.fromkeys((main, run.root))) if span is not None]
        if spans:
            yield Note("migration.residual", run.main, (), {"spans": sorted(spans)})
    cut = {name: part.cut for name, part in zip(run.names, run.output.points, strict=True)}
    if any(cut.values()):
        yield Note("migration.cut", run.main, (), {"cut": cut})
    for place in run.places:
        persons = float(place.evidence.outside(place.observed)[-1]) if len(place.observed) else 0.0
        if persons:
            yield Note("population.servicemen", place.code, (), {"persons": persons})
    if all(place.has_orders for place in layout.leaves):
        yield Note("births.by_order", run.main)


def _draws(run: _Run) -> Iterator[Note]:
    if run.options.is_drawn:
        chosen = run.options
        values = {"draws": chosen.draws, "seed": chosen.seed, "level": chosen.level}
        yield Note("draws.cover", run.main, (), {**values, "components": list(chosen.components)})
        bounds = {
            "cut_share": max(part.cut_share for part in run.parts),
            "n_bounded": max(part.n_bounded for part in run.parts),
        }
        yield Note("draws.bounds", run.main, (), bounds)
    if run.exchange is not None:
        kind = str(run.exchange.identity()["kind"])
        yield Note("exchange.on", "", (), {"kind": kind, "places": len(run.exchange.places)})


def _response(run: _Run) -> Iterator[Note]:
    facts = dict(zip(run.names, run.output.facts, strict=True))
    answering = [name for name, one in facts.items() if one.answers]
    if not answering:
        return
    reading = Reading(reference_of(run.output.scenarios[0]))
    judged = {name: reading.number(f"response.{name}", None, WHOLE_RUN) for name in JUDGED}
    yield Note("response.judged", run.main, (), {"scenarios": answering, **judged})
    desired = {f"D{order}": reading.number(f"response.D{order}", None, WHOLE_RUN) for order in (1, 2, 3)}
    is_on = reading.value("response.ceiling", None, WHOLE_RUN) == "on"
    yield Note("response.ceiling", run.main, (), {"on": is_on, **desired})
    if not any(one.care for one in facts.values()):
        yield Note("response.care_off", run.main)
    capped = [name for name, one in facts.items() if one.capped]
    if capped:
        yield Note("response.capped", run.main, (), {"scenarios": capped, "share": SUPPORT_CAP})


def _scenario(one: Scenario, main: str) -> Note:
    usual = reference_of(one).packs
    policy = [setting for setting in one.settings if one.lever(setting.path).side == "policy"]
    return Note(
        "scenario.is",
        main,
        (),
        {
            "scenario": one.name,
            "note_zh": one.note_zh,
            "note_en": one.note_en,
            "settings": [setting.record() for setting in policy],
            "excluded": list(one.excluded),
            "packs_added": [name for name in one.packs if name not in usual],
            "from_levers": {},
        },
    )


def _scenarios(run: _Run) -> Iterator[Note]:
    for one in run.output.scenarios:
        yield _scenario(one, run.main)
    packages = [name for name in run.names if name in PACKAGES]
    if packages:
        yield Note("scenario.package", run.main, (), {"scenarios": packages})
    first = run.output.scenarios[0]
    beliefs = [one for one in first.settings if first.lever(one.path).side == "belief"]
    if beliefs:
        yield Note("belief.set", run.main, (), {"settings": [setting.record() for setting in beliefs]})


def _levers(run: _Run) -> Iterator[Note]:
    for name, facts in zip(run.names, run.output.facts, strict=True):
        if facts.counterfactual_from is not None:
            yield Note("counterfactual", run.main, (facts.counterfactual_from,), {"scenario": name})
    for one in run.output.late:
        values = {"scenario": one.scenario, "path": one.path, "value": one.value, "since": one.since}
        yield Note("lever.not_begun", run.main, (year_of(checked_month(one.since)),), values)
    for name, facts in zip(run.names, run.output.facts, strict=True):
        for below in facts.under_floor:
            years = tuple(year for year in below.years if year in run.shown)
            if years:
                values = {"path": below.path, "value": below.value, "floor": below.floor}
                values |= {"scenario": name, "floor_instrument": below.floor_instrument}
                yield Note("lever.under_floor", run.main, years, values)


def _places(run: _Run) -> Iterator[Note]:
    facts = dict(zip(run.names, run.output.facts, strict=True))
    unknown = [name for name, one in facts.items() if one.stock == "unknown"]
    if unknown:
        yield Note("places.no_stock", run.main, (), {"scenarios": unknown})
    assumed = [name for name, one in facts.items() if one.stock == "assumed"]
    if assumed:
        begun = min(one.stock_from for one in facts.values() if one.stock == "assumed" and one.stock_from is not None)
        yield Note(
            "places.assumed_stock",
            run.main,
            (begun - 1,),
            {"scenarios": assumed, **national_rate(run.output.scenarios[0].catalogue)},
        )
    yield from _past_target(run)


def _past_target(run: _Run) -> Iterator[Note]:
    """The main place's target of places, where years shown come after its date and nobody has set another for them."""
    reading = Reading(run.output.scenarios[0])
    place = run.output.layout.places[0] or run.output.layout.leaves[0]
    norm = documented_norm(reading, place)
    if norm is None or norm.by is None or not norm.is_past:
        return
    later = [year for year in run.shown if year > norm.by]
    if any(norm_of(reading, place, year)[1] == norm.source for year in later):
        yield Note("places.target_past", run.main, (norm.by,), {"norm_per_1000": norm.per_1000})
