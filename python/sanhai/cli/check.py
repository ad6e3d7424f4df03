"""`sanhai check`: every problem of a scenario file."""

from __future__ import annotations

from pathlib import Path

from sanhai.cli import streams
from sanhai.cli.ending import BAD_INPUT, ExitError
from sanhai.show.words import say

__all__ = ["check_scenario"]


def check_scenario(file: Path, as_json: bool) -> None:
    """Prints the problems on stderr, one a line, or as JSON on stdout; exit code 2 when there are any."""
    from sanhai.policy.scenario_file import check_file

    problems = check_file(file)
    if as_json:
        streams.print_json([problem.as_dict() for problem in problems])
        streams.flush()
    elif problems:
        streams.complain([*(problem.render(cli=True) for problem in problems), say("cli.problems", n=len(problems))])
    else:
        streams.put(say("cli.no_problems", file=file))
    if problems:
        raise ExitError(BAD_INPUT)
