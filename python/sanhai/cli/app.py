"""The commands and their options. The work is in run.py, show.py and check.py."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sanhai._version import __version__
from sanhai.cli.frame import guarded

__all__ = ["app", "main"]

app = typer.Typer(
    name="sanhai",
    help="Population, the cost of children, public money and nursery places. / 人口、生育成本、财政支出与托位测算。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Lang(StrEnum):
    """Languages of what is printed."""

    zh = "zh"
    en = "en"


LangOption = Annotated[Lang, typer.Option("--lang", help="Language of the output. / 输出语言。")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value on stdout, nothing else. / 只输出 JSON。")]
DebugOption = Annotated[bool, typer.Option("--debug", hidden=True, help="Show tracebacks.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sanhai {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version. / 版本号。")
    ] = False,
) -> None:
    pass


@app.command()
def run(
    place: Annotated[
        str,
        typer.Argument(
            metavar="PLACE", help="Chinese name, pinyin, English name or GB/T 2260 code. / 地名或行政区划代码。"
        ),
    ],
    years: Annotated[
        str, typer.Option("--years", metavar="FIRST:LAST", help="Calendar years to show. / 起止年份。")
    ] = "2021:2050",
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=VALUE",
            help="A lever's value; adds the scenario `custom`. Repeatable. / 设定参数,另成方案 custom。",
        ),
    ] = None,
    since: Annotated[
        int | None,
        typer.Option("--from", metavar="YEAR", help="1 January from which every --set holds. / --set 的生效年份。"),
    ] = None,
    scenarios: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            metavar="NAME|FILE.toml",
            help="A named scenario or a file, beside the baseline. Repeatable. / 方案名或方案文件。",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Folder of the files [default: results]. / 输出文件夹。"),
    ] = None,
    lang: LangOption = Lang.en,
    as_json: JsonOption = False,
    plot: Annotated[bool, typer.Option("--plot/--no-plot", help="Write overview.png. / 是否画图。")] = True,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", help="Draws for 80 % intervals; 1: none. / 抽样次数,给出80%区间。")
    ] = 1,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Seed of the draws. / 随机种子。")] = 0,
    components: Annotated[
        list[str] | None,
        typer.Option(
            "--component",
            metavar="NAME",
            help="What is drawn: tfr, place_fertility, mortality, place_mortality, migration, policy [default: all]. "
            "Repeatable. / 只抽取所列随机成分。",
        ),
    ] = None,
    events: Annotated[
        bool,
        typer.Option(
            "--events", help="Draw single births and deaths too: small places. / 另抽单个出生与死亡事件(小地区)。"
        ),
    ] = False,
    threads: Annotated[
        int | None,
        typer.Option("--threads", metavar="N", help="Threads of the draws [default: all cores]. / 线程数。"),
    ] = None,
    cap: Annotated[
        bool,
        typer.Option(
            "--cap-migration",
            help="Cut out-migration that would empty a cell, and report the cut. / 迁出超过存量时截断并报告。",
        ),
    ] = False,
    debug: DebugOption = False,
) -> None:
    """Run the scenarios of a place. / 测算一地各方案。

    Prints population, births, cost by level of government and nursery places with notes and sources.
    Without --scenario: baseline, zero-migration, no-allowance, cost-reduction. Writes results.csv, manifest.json and
    overview.png; with --json only when -o is given.
    """
    with guarded(lang.value, debug):
        from sanhai.cli.run import Request, run_place

        chosen = tuple(scenarios or ())
        request = Request(
            place,
            years,
            tuple(changes or ()),
            since,
            chosen,
            output,
            lang.value,
            as_json,
            plot,
            cap,
            draws,
            seed,
            threads,
            tuple(components or ()),
            events,
        )
        run_place(request)


@app.command()
def places(lang: LangOption = Lang.en, as_json: JsonOption = False, debug: DebugOption = False) -> None:
    """List the places that ship with the package. / 列出内置地区。"""
    with guarded(lang.value, debug):
        from sanhai.cli.show import show_places

        show_places(lang.value, as_json)


policies_app = typer.Typer(
    help="List policy instruments, or show one. / 列出政策工具,或显示其中一项。",
    invoke_without_command=True,
    rich_markup_mode=None,
)
app.add_typer(policies_app, name="policies")


@policies_app.callback()
def policies(
    context: typer.Context,
    as_json: JsonOption = False,
    levers: Annotated[
        bool, typer.Option("--levers", help="List every lever a scenario can set. / 列出全部可设参数。")
    ] = False,
    place: Annotated[
        str | None, typer.Option("--place", help="Only those that hold in a place. / 只列适用于某地的。")
    ] = None,
    lang: LangOption = Lang.en,
    debug: DebugOption = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    with guarded(lang.value, debug):
        from sanhai.cli.show import show_levers, show_policies

        if levers:
            show_levers(lang.value, as_json)
        else:
            show_policies(lang.value, as_json, place)


@policies_app.command("show")
def policies_show(
    instrument: Annotated[str, typer.Argument(metavar="ID", help="Such as lanzhou-2023/art-41. / 编号。")],
    lang: LangOption = Lang.en,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """One instrument: amounts, payers by place, confidence, what the product does with it. / 显示一项政策工具。"""
    with guarded(lang.value, debug):
        from sanhai.cli.show import show_instrument

        show_instrument(instrument, lang.value, as_json)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario file (TOML). / 方案文件。")],
    lang: LangOption = Lang.en,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Check a scenario file. / 检查方案文件。

    Reports every problem; exit code 2 when there are any.
    A file: place = "lanzhou", name = "...", packs = [...], without = [...], and under [settings] lines such as
    "subsidy.child3.yuan_per_month" = { from = 2027, value = 500 }.
    """
    with guarded(lang.value, debug):
        from sanhai.cli.check import check_scenario

        check_scenario(file, lang.value, as_json)


def main() -> None:
    """Entry point of the `sanhai` command."""
    app(prog_name="sanhai")
