"""The commands and their options, and how a command ends. The work is in run.py, show.py and check.py.

Texts of help are keys of the table of words (help.py). Numbers come as text and are read by sanhai.cli.values, so that
a refusal is in the language of the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sanhai._version import __version__
from sanhai.cli import streams
from sanhai.cli.ending import ExitError, as_refusal, ending
from sanhai.cli.help import SaidCommand, SaidGroup
from sanhai.errors import checked_language, language, speaking

__all__ = ["app", "main", "run_command"]

app = typer.Typer(
    name="sanhai",
    help="app",
    cls=SaidGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

LangOption = Annotated[str | None, typer.Option("--lang", metavar="lang", help="lang")]
JsonOption = Annotated[bool, typer.Option("--json", help="json")]
DebugOption = Annotated[bool, typer.Option("--debug", hidden=True, help="debug")]
Many = list[str] | None
Files = list[Path] | None
PackOption = Annotated[Files, typer.Option("--pack", metavar="file", help="pack")]


def _version(wanted: bool) -> None:
    if wanted:
        streams.put(f"sanhai {__version__}")
        raise typer.Exit


@app.callback(help="app", cls=SaidGroup)
def _common(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="version")] = False,
    lang: LangOption = None,
) -> None:
    pass


@app.command(help="run", cls=SaidCommand)
def run(
    place: Annotated[str, typer.Argument(metavar="place", help="run_place")],
    years: Annotated[str, typer.Option("--years", metavar="years", help="years")] = "2021:2050",
    changes: Annotated[Many, typer.Option("--set", metavar="path_value", help="set")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="month", help="from")] = None,
    announced: Annotated[str | None, typer.Option("--announced", metavar="month", help="announced")] = None,
    counterfactual: Annotated[bool, typer.Option("--counterfactual", help="counterfactual")] = False,
    beliefs: Annotated[Many, typer.Option("--belief", metavar="path_value", help="belief")] = None,
    scenarios: Annotated[Many, typer.Option("--scenario", metavar="scenario", help="scenario")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="folder", help="output")] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
    plot: Annotated[bool, typer.Option("--plot/--no-plot", help="plot")] = True,
    draws: Annotated[str, typer.Option("--draws", metavar="number", help="draws")] = "1",
    seed: Annotated[str, typer.Option("--seed", metavar="seed", help="seed")] = "0",
    level: Annotated[str, typer.Option("--level", metavar="level", help="level")] = "0.8",
    components: Annotated[Many, typer.Option("--component", metavar="component", help="component")] = None,
    events: Annotated[bool, typer.Option("--events", help="events")] = False,
    threads: Annotated[str | None, typer.Option("--threads", metavar="number", help="threads")] = None,
    cap: Annotated[bool, typer.Option("--cap-migration", help="cap")] = False,
    figures: Annotated[Path | None, typer.Option("--figures", metavar="file", help="figures")] = None,
    pack: PackOption = None,
    debug: DebugOption = False,
) -> None:
    """Runs the scenarios of a place."""
    from sanhai.cli.run import Request, run_place
    from sanhai.cli.values import assignments, own_packs, share, whole, years_between

    request = Request(
        place=place,
        years=years_between(years),
        changes=assignments("--set", changes or ()),
        since=since,
        announced=announced,
        counterfactual=counterfactual,
        beliefs=assignments("--belief", beliefs or ()),
        scenarios=tuple(scenarios or ()),
        output=output,
        as_json=as_json,
        plot=plot,
        draws=whole("--draws", draws),
        seed=whole("--seed", seed),
        level=share("--level", level),
        components=tuple(components or ()),
        events=events,
        threads=None if threads is None else whole("--threads", threads),
        cap=cap,
        figures=figures,
        packs=own_packs(pack or ()),
    )
    run_place(request)


@app.command(help="places", cls=SaidCommand)
def places(
    text: Annotated[str, typer.Argument(metavar="place", help="places_text")] = "",
    under: Annotated[str | None, typer.Option("--under", metavar="place", help="places_under")] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Finds bundled places by a part of their name, or lists those inside one."""
    from sanhai.cli.show import show_places

    show_places(text, under, as_json)


policies_app = typer.Typer(help="policies", cls=SaidGroup, invoke_without_command=True, rich_markup_mode=None)
app.add_typer(policies_app, name="policies", help="policies", cls=SaidGroup)


@policies_app.callback(help="policies", cls=SaidGroup)
def policies(
    context: typer.Context,
    as_json: JsonOption = False,
    levers: Annotated[bool, typer.Option("--levers", help="policies_levers")] = False,
    place: Annotated[str | None, typer.Option("--place", metavar="place", help="policies_place")] = None,
    document: Annotated[str | None, typer.Option("--document", metavar="pack", help="policies_document")] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="policies_coverage")] = False,
    pack: Annotated[Files, typer.Option("--pack", metavar="file", help="policies_pack")] = None,
    lang: LangOption = None,
    debug: DebugOption = False,
) -> None:
    """Lists instruments or levers, or what of a document is computed."""
    if context.invoked_subcommand is not None:
        return
    from sanhai.cli.coverage import show_coverage
    from sanhai.cli.show import show_levers, show_policies
    from sanhai.cli.values import own_packs

    own = own_packs(pack or ())
    if coverage:
        show_coverage(document, own, as_json)
    elif levers:
        show_levers(as_json, place, own)
    else:
        show_policies(as_json, place, document, own)


@policies_app.command("show", help="policies_show", cls=SaidCommand)
def policies_show(
    instrument: Annotated[str, typer.Argument(metavar="id", help="policies_id")],
    pack: Annotated[Files, typer.Option("--pack", metavar="file", help="policies_pack")] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Shows one instrument."""
    from sanhai.cli.show import show_instrument
    from sanhai.cli.values import own_packs

    show_instrument(instrument, as_json, own_packs(pack or ()))


@app.command(help="find", cls=SaidCommand)
def find(
    text: Annotated[str, typer.Argument(metavar="text", help="find_text")],
    lang: LangOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Variables, levers and instruments that hold a text."""
    from sanhai.cli.show import show_found

    show_found(text, as_json)


@app.command(help="doc", cls=SaidCommand)
def doc(
    name: Annotated[str, typer.Argument(metavar="name", help="doc_name")],
    lang: LangOption = None,
    debug: DebugOption = False,
) -> None:
    """One variable, lever or instrument in full."""
    from sanhai.cli.show import show_doc

    show_doc(name)


@app.command(help="check", cls=SaidCommand)
def check(
    file: Annotated[Path, typer.Argument(metavar="file", help="check_file")],
    place: Annotated[str | None, typer.Option("--place", metavar="place", help="check_place")] = None,
    date: Annotated[str | None, typer.Option("--date", metavar="date", help="check_date")] = None,
    pack: Annotated[Files, typer.Option("--pack", metavar="file", help="check_pack")] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Checks a scenario file, a policy document or a file of own data."""
    from sanhai.cli.check import check_file
    from sanhai.cli.values import own_packs

    check_file(file, as_json, place, date, own_packs(pack or ()))


@app.command(help="template", cls=SaidCommand)
def template(
    file: Annotated[Path, typer.Argument(metavar="file", help="template_file")],
    place: Annotated[str | None, typer.Option("--place", metavar="place", help="template_place")] = None,
    policy: Annotated[bool, typer.Option("--policy", help="template_policy")] = False,
    force: Annotated[bool, typer.Option("--force", help="template_force")] = False,
    lang: LangOption = None,
    debug: DebugOption = False,
) -> None:
    """Writes the workbook that offices fill in, or a policy document to start from."""
    from sanhai.cli.check import write_template_file

    write_template_file(file, place, policy, force)


def _asked_language(arguments: Sequence[str]) -> str:
    """The language of --lang wherever it stands, so that help and refusals speak it too; else the locale's.

    A console without Chinese characters gets English where nobody asked for Chinese. ConfigError for another language.
    """
    asked = None
    for name, following in zip(arguments, [*arguments[1:], None], strict=True):
        if name == "--":
            break
        if name == "--lang" and following is not None:
            asked = following
        elif name.startswith("--lang="):
            asked = name.partition("=")[2]
    if asked is not None:
        return checked_language(asked)
    found = language()
    return found if found == "en" or streams.can_show_chinese() else "en"


def run_command(arguments: Sequence[str]) -> int:
    """Runs one command line to its end and gives its exit code: 0 done, 1 the run failed, 2 bad input."""
    debug = "--debug" in arguments
    lang: Any = language()
    try:
        lang = _asked_language(arguments)
        with speaking(lang):
            code = app(list(arguments), prog_name="sanhai", standalone_mode=False)
            streams.flush()
        return code if isinstance(code, int) else 0
    except ExitError as end:
        return end.code
    except Exception as error:
        with speaking(lang):
            return ending(as_refusal(error), debug)


def main() -> None:
    """Entry point of the `sanhai` command."""
    streams.steady()
    sys.exit(run_command(sys.argv[1:]))
