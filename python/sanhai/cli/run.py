"""`sanhai run`: scenarios of a place, tables on the screen, files in a folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanhai.cli import streams
from sanhai.errors import ConfigError, refuse
from sanhai.show.words import say, scenario_name, word, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sanhai.cli.values import Typed
    from sanhai.places.place import Place
    from sanhai.policy.pack_file import PackFile
    from sanhai.policy.scenario import Scenario
    from sanhai.policy.workbook_file import Workbook
    from sanhai.readers.figures import Figures
    from sanhai.results.results import Results

__all__ = ["Request", "run_place"]

DEFAULT_FOLDER = Path("results")
CUSTOM = "custom"
PICTURE = "overview.png"


@dataclass(frozen=True)
class Request:
    """What the user asked for; values of levers as typed."""

    place: str
    years: tuple[int, int]
    changes: dict[str, list[Typed]]
    since: str | None
    announced: str | None
    counterfactual: bool
    beliefs: dict[str, list[Typed]]
    scenarios: tuple[str, ...]
    output: Path | None
    as_json: bool
    plot: bool
    draws: int
    seed: int
    level: float
    components: tuple[str, ...]
    events: bool
    threads: int | None
    cap: bool
    figures: Path | None = None
    packs: tuple[PackFile, ...] = ()


def _is_file(name: str) -> bool:
    return name.endswith(".toml") or "/" in name or Path(name).is_file()


def _custom(request: Request, base: Scenario) -> list[Scenario]:
    """The scenario of --set, where there is one: the base with other values."""
    if not request.changes:
        alone = {"--from": request.since, "--announced": request.announced}
        for option, got in alone.items():
            if got is not None:
                raise refuse(ConfigError, "cli.from_alone", option=option, got=got)
        if request.counterfactual:
            raise refuse(ConfigError, "cli.from_alone", option="--counterfactual")
        return []
    default = request.since or (str(base.first_projected_year) if request.announced else "")
    changes = _series(request.changes, default, request.announced)
    return [base.vary(CUSTOM, changes, counterfactual=request.counterfactual)]


def _series(typed: Mapping[str, list[Typed]], since: str = "", announced: str | None = None) -> dict[str, list[Any]]:
    """What was typed, as `vary` takes it. since: month of what has none; empty: it stays without a date."""
    from sanhai.policy.series import from_month

    return {
        path: [
            from_month(month, one.value, announced, one.place) if (month := one.month or since) else one.value
            for one in several
        ]
        for path, several in typed.items()
    }


def chosen_place(request: Request) -> tuple[Place, Workbook | None]:
    """The shipped place of a name, or that of a file of own data, with the user's figures where there are any.

    Beside it the workbook, where the file is one that was filled in.
    """
    from sanhai.cli.check import filled_in, is_data
    from sanhai.places.catalogue import place as place_of
    from sanhai.readers.door import read

    path = Path(request.place)
    is_own = path.exists() and is_data(path)
    book = filled_in(path) if is_own else None
    place = book.place if book is not None else read(path).place() if is_own else place_of(request.place)
    return place if request.figures is None else place.with_figures(_published(read(request.figures))), book


def _published(figures: Figures) -> Figures:
    """The figures that a run makes use of; what else the file holds is said. ConfigError where there are none."""
    from sanhai.places.figures import FITTED_TO, REPORTED

    known = (*FITTED_TO, *REPORTED)
    used = [name for name in figures.variables if name in known]
    left = [name for name in figures.variables if name not in known]
    if not used:
        raise refuse(ConfigError, "cli.figures_none", got=left, known=list(known))
    if left:
        streams.complain([say("cli.figures_left", names=left)])
    return figures.select(variable=used)


def chosen_scenarios(request: Request) -> list[Scenario]:
    """The baseline first, then what was asked for (nothing: the main job), a workbook's, drafts of --pack, `custom`."""
    from sanhai.policy.entered import assumes_places, with_entered
    from sanhai.policy.scenario import scenario, with_drafts
    from sanhai.policy.scenario_file import read_scenario
    from sanhai.results.compare import main_job

    place, book = chosen_place(request)
    drafts = {} if book is None else book.drafts
    packs = (*request.packs, *(() if book is None else book.documents))
    baseline = scenario("baseline", place, packs)
    chosen = [baseline] if request.scenarios else [one for one in main_job(place, packs) if not assumes_places(one)]
    for name in request.scenarios:
        if name in drafts:
            continue
        one = read_scenario(Path(name), packs) if _is_file(name) else scenario(name, place, packs)
        if one.code != place.code:
            said = {"other": one.place.pinyin or one.code, "place": place.pinyin or place.code}
            raise refuse(ConfigError, "cli.scenario_place", name=name, **said)
        one = one if one.place == place else replace(one, place=place)
        if one != baseline:
            chosen.append(one)
    chosen += [] if book is None else book.drafted(baseline)
    proposed = with_drafts(baseline, chosen)
    chosen += ([proposed] if proposed is not None else []) + _custom(request, proposed or baseline)
    chosen = list(with_entered(chosen))
    return [one.vary(one.name, {"migration.on_negative": "cap"}) for one in chosen] if request.cap else chosen


def chosen_components(request: Request) -> tuple[str, ...] | None:
    """What is random; None is everything but single events. ConfigError where nothing can be: there are no draws."""
    asked = "--component" if request.components else "--events" if request.events else ""
    if asked and request.draws == 1:
        raise refuse(ConfigError, "cli.draws_needed", option=asked)
    if not asked:
        return None
    known = tuple(words_of("component"))
    chosen = request.components or tuple(name for name in known if name != "events")
    return (*chosen, "events") if request.events else chosen


def compared(request: Request) -> Results:
    """Runs the scenarios, with a bar on stderr when that is a terminal."""
    from tqdm import tqdm

    from sanhai.results.compare import compare

    scenarios = chosen_scenarios(request)
    form = say(
        "cli.left", name="{desc}", percent="{percentage:3.0f}%", bar="{bar}", elapsed="{elapsed}", left="{remaining}"
    )
    with tqdm(total=100 * len(scenarios), file=sys.stderr, disable=None, leave=False, bar_format=form) as bar:
        order = {one.name: position for position, one in enumerate(scenarios)}

        def advance(name: str, done: int, trajectories: int) -> None:
            bar.set_description_str(scenario_name(name), refresh=False)
            bar.update(100 * order[name] + 100 * done // trajectories - bar.n)

        return compare(
            scenarios,
            request.years,
            draws=request.draws,
            seed=request.seed,
            threads=request.threads,
            components=chosen_components(request),
            level=request.level,
            beliefs=_series(request.beliefs) or None,
            progress=advance,
        )


def _picture(results: Results) -> tuple[dict[str, bytes], str]:
    """The picture by its file's name, and a line for the user when something is missing."""
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        return {}, word("cli", "no_matplotlib")
    from sanhai.show.plot import overview

    figure = overview(results)
    return {PICTURE: figure.png()}, figure.font_note


def _write(results: Results, folder: Path, request: Request) -> list[str]:
    """Commits the folder as one, and gives lines about what was written."""
    from sanhai.io.write import write_results

    pictures, note = _picture(results) if request.plot else ({}, "")
    written = write_results(results, folder, more=pictures)
    here = Path.cwd()
    files = [str(path.relative_to(here) if path.is_relative_to(here) else path) for path in written]
    lines = [say("cli.written", files=files), word("cli", "csv_bom")]
    return [*lines, note] if note else lines


def _print(results: Results) -> None:
    from sanhai.show.headline import headline
    from sanhai.show.notes import brackets, notes, sources, vintage
    from sanhai.show.targets import target_table
    from sanhai.show.text import tables, title

    streams.print_heading(title(results))
    streams.put()
    for table in tables(headline(results), level=results.options.level):
        streams.print_table(table)
    aims = target_table(results) if results.scenario().place.policy_home else None
    if aims is not None:
        streams.print_table(aims, lefts=3)
    for line in (word("text", "legend"), brackets(results), vintage(results)):
        streams.print_line(line)
    for head, lines in (("notes", notes(results)), ("sources", sources(results))):
        streams.put()
        streams.print_heading(word("text", head))
        for number, line in enumerate(lines, 1):
            streams.print_line(line, f"{number:>3}. ", "     ")
    streams.put()
    streams.put(say("text.run_id", id=results.id))


def run_place(request: Request) -> None:
    """Checks where files will go, runs, writes, prints."""
    from sanhai.io.write import claim

    folder = request.output or (None if request.as_json else DEFAULT_FOLDER)
    if folder is not None:
        claim(folder)
    results = compared(request)
    # Files first: they are there even when the reader of the screen (`| head`) leaves early.
    lines = _write(results, folder, request) if folder is not None else []
    if request.as_json:
        from sanhai.show.notes import notes

        streams.complain(lines)
        rows = [*results.rows(), *results.target_rows()]
        streams.print_json({"manifest": results.manifest, "rows": rows, "notes": notes(results)})
        return
    _print(results)
    for line in lines:
        streams.print_line(line)
