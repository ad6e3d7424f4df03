"""`sanhai run`: scenarios of a place, tables on the screen, files in a folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sanhai.errors import ConfigError, complaint
from sanhai.show.format import LEGEND, say

if TYPE_CHECKING:
    from sanhai.policy.scenario import Scenario
    from sanhai.results.results import Comparison

__all__ = ["Request", "run_place"]

DEFAULT_FOLDER = Path("results")
CUSTOM = "custom"
BAR = "{desc}: {percentage:3.0f} % |{bar}| {elapsed}, {remaining} left"


@dataclass(frozen=True)
class Request:
    """What the user asked for, as typed."""

    place: str
    years: str
    changes: tuple[str, ...]
    since: int | None
    scenarios: tuple[str, ...]
    output: Path | None
    lang: str
    as_json: bool
    plot: bool
    cap: bool = False
    draws: int = 1
    seed: int = 0
    threads: int | None = None
    components: tuple[str, ...] = ()
    events: bool = False


def parse_years(text: str) -> tuple[int, int]:
    """2021:2050 as (2021, 2050)."""
    first, colon, last = text.partition(":")
    if (
        colon
        and first.strip().isascii()
        and last.strip().isascii()
        and first.strip().isdigit()
        and last.strip().isdigit()
    ):
        return int(first), int(last)
    raise ConfigError(complaint("--years", got=repr(text), allowed="FIRST:LAST", remedy="write --years 2021:2050"))


def parse_changes(changes: tuple[str, ...], since: int | None, lang: str) -> dict[str, object]:
    """path=value pairs as the changes of a scenario."""
    from sanhai.policy.levers import check_value, from_year

    if since is not None and not changes:
        raise ConfigError(complaint("--from", got=since, allowed="together with --set", remedy=say("set_hint", lang)))
    out: dict[str, object] = {}
    for change in changes:
        path, equals, value = (part.strip() for part in change.partition("="))
        if not (equals and path and value):
            raise ConfigError(complaint("--set", got=repr(change), allowed="path=value", remedy=say("set_hint", lang)))
        if path in out:
            raise ConfigError(
                complaint(
                    "--set",
                    got=f"{path} twice",
                    allowed="once a lever",
                    remedy="for several dates write a scenario file",
                )
            )
        checked = check_value(path, value)
        out[path] = checked if since is None else from_year(since, checked)
    return out


def _is_file(name: str) -> bool:
    return name.endswith(".toml") or "/" in name or Path(name).is_file()


def chosen_scenarios(request: Request) -> list[Scenario]:
    """The baseline first, then what was asked for (nothing: the main job), then `custom`."""
    from sanhai.places.catalogue import resolve
    from sanhai.policy.scenario import scenario
    from sanhai.policy.scenario_file import read_scenario
    from sanhai.run.compare import main_job

    code = resolve(request.place).code
    baseline = scenario("baseline", code)
    chosen = [baseline] if request.scenarios else main_job(code)
    for name in request.scenarios:
        one = read_scenario(Path(name)) if _is_file(name) else scenario(name, code)
        if one.code != code:
            raise ConfigError(
                complaint(
                    "--scenario", where=name, got=f"place {one.code}", allowed=code, remedy="run it for its own place"
                )
            )
        if one != baseline:
            chosen.append(one)
    changes = parse_changes(request.changes, request.since, request.lang)
    chosen = [*chosen, baseline.vary(CUSTOM, changes)] if changes else chosen
    return [one.vary(one.name, {"migration.on_negative": "cap"}) for one in chosen] if request.cap else chosen


def chosen_components(request: Request) -> tuple[str, ...] | None:
    """What is random; ConfigError where nothing can be, because there are no draws."""
    from sanhai.run.draws import COMPONENTS, EVENTS

    asked = "--component" if request.components else "--events" if request.events else ""
    if asked and request.draws == 1:
        raise ConfigError(complaint(asked, got="a run without draws", allowed="with --draws", remedy="--draws 1000"))
    chosen = request.components or COMPONENTS
    return (*chosen, EVENTS) if request.events else chosen


def compared(request: Request) -> Comparison:
    """Runs the scenarios, with a bar on stderr when that is a terminal."""
    years = parse_years(request.years)
    scenarios = chosen_scenarios(request)
    from tqdm import tqdm

    from sanhai.run.compare import compare

    with tqdm(total=100 * len(scenarios), file=sys.stderr, disable=None, leave=False, bar_format=BAR) as bar:
        order = {one.name: position for position, one in enumerate(scenarios)}

        def advance(name: str, done: int, trajectories: int) -> None:
            bar.set_description(name, refresh=False)
            bar.update(100 * order[name] + 100 * done // trajectories - bar.n)

        return compare(
            scenarios,
            years,
            draws=request.draws,
            seed=request.seed,
            threads=request.threads,
            components=chosen_components(request),
            progress=advance,
        )


def _picture(comparison: Comparison, folder: Path, lang: str) -> tuple[Path | None, str]:
    """The written picture, and a line for the user when something is missing."""
    from importlib.util import find_spec

    from sanhai.io.write import write_atomically

    if find_spec("matplotlib") is None:
        return None, say("no_matplotlib", lang)
    from sanhai.show.plot import overview

    figure = overview(comparison, lang)
    return write_atomically(folder / "overview.png", figure.png()), figure.font_note


def _write(comparison: Comparison, folder: Path, request: Request) -> list[str]:
    """Lines about what was written; the picture is drawn before the manifest closes the folder."""
    from sanhai.io.write import write_results

    picture, note = _picture(comparison, folder, request.lang) if request.plot else (None, "")
    write_results(comparison, folder)
    files = [folder / "results.csv", folder / "manifest.json", *([picture] if picture else [])]
    lines = [say("written", request.lang, path=", ".join(str(file) for file in files)), say("csv_bom", request.lang)]
    return [*lines, note] if note else lines


def _print(comparison: Comparison, lang: str) -> None:
    from rich.text import Text

    from sanhai.cli.frame import console, print_table
    from sanhai.places.catalogue import all_places
    from sanhai.show.notes import band_line, source_lines, vintage_line
    from sanhai.show.text import tables, wrapped

    out = console()

    def say_line(line: str, first: str = "", later: str = "") -> None:
        for part in wrapped(line, out.width, first, later):
            out.print(Text(part), soft_wrap=True)

    name = all_places()[comparison.place].name(lang)
    title = say("title", lang, place=name, first=comparison.years[0], last=comparison.years[-1])
    out.print(Text(title + "\n", style="bold"))
    for table in tables(comparison.headline(lang), lang):
        print_table(out, table)
    for line in (LEGEND[lang], band_line(comparison, lang), vintage_line(comparison, lang)):
        say_line(line)
    for head, lines in (("notes", comparison.notes(lang)), ("sources", source_lines(comparison, lang))):
        out.print(Text("\n" + say(head, lang), style="bold"))
        for number, line in enumerate(lines, 1):
            say_line(line, f"{number:>3}. ", "     ")
    out.print(Text(f"\n{say('run_id', lang)} {comparison.manifest['run_id']}"))


def run_place(request: Request) -> None:
    """Runs, prints, writes."""
    import typer

    from sanhai.cli.frame import print_json

    comparison = compared(request)
    if request.as_json:
        if request.output is not None:
            for line in _write(comparison, request.output, request):
                typer.echo(line, err=True)
        print_json(
            {"manifest": comparison.manifest, "rows": comparison.rows(), "notes": comparison.notes(request.lang)}
        )
        return
    # Files first: they are there even when the reader of the screen (`| head`) leaves early.
    lines = _write(comparison, request.output or DEFAULT_FOLDER, request)
    _print(comparison, request.lang)
    for line in lines:
        typer.echo(line)
