"""`sanhai check`: every problem of a scenario file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer

from sanhai.cli.frame import BAD_INPUT, print_json

__all__ = ["check_scenario"]


def check_scenario(file: Path, lang: str, as_json: bool) -> None:
    """Prints the problems on stderr, one a line, or as JSON on stdout; exit code 2 when there are any."""
    from sanhai.policy.scenario_file import check_file

    problems = check_file(file)
    if as_json:
        print_json([asdict(problem) for problem in problems])
    elif problems:
        for problem in problems:
            typer.echo(str(problem), err=True)
        typer.echo(
            f"{len(problems)} 处问题" if lang == "zh" else f"{len(problems)} problem{'s' if len(problems) > 1 else ''}",
            err=True,
        )
    else:
        typer.echo(f"{file}: 无问题" if lang == "zh" else f"{file}: no problems")
    if problems:
        raise typer.Exit(BAD_INPUT)
