"""What every command shares: where text goes, how errors end, exit codes (0 done, 1 the run failed, 2 bad input)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from sanhai.errors import ConfigError, DomainError, ShapeError
from sanhai.show.format import say

if TYPE_CHECKING:
    from rich.console import Console

    from sanhai.show.text import Table

__all__ = ["BAD_INPUT", "FAILED", "console", "guarded", "print_json", "print_table"]

FAILED, BAD_INPUT = 1, 2
PLAIN_WIDTH = 100  # columns when the output is not a terminal


def console() -> Console:
    from rich.console import Console

    class Quiet(Console):
        """Lets a closed pipe reach `guarded` instead of ending with exit code 1."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    return Quiet(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def print_table(out: Console, table: Table, lefts: int = 1) -> None:
    """One table of text, its first `lefts` columns left-aligned; rows of a single cell are headings inside it."""
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    for index, column in enumerate(table.columns):
        shown.add_column(Text(column), justify="left" if index < lefts else "right", overflow="fold")
    for row in table.rows:
        style = "bold" if len(row) == 1 else ""
        cells = [Text(cell.strip() if index else cell, style=style) for index, cell in enumerate(row)]
        shown.add_row(*cells, *([""] * (len(table.columns) - len(row))))
    out.print(Text(table.title, style="bold"))
    out.print(shown)
    out.print()


def print_json(content: Any) -> None:
    """One JSON value on stdout and nothing else."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


@contextmanager
def guarded(lang: str, debug: bool = False) -> Iterator[None]:
    """Turns errors into one message on stderr and an exit code; `debug` lets the traceback through."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except BrokenPipeError:
        # The reader closed early (`| head`): not a failure; what is still buffered must not be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except (ConfigError, DomainError, ShapeError) as error:
        _report(say("bad_input", lang), error, debug)
        raise typer.Exit(BAD_INPUT) from None
    except Exception as error:
        _report(say("failed", lang), error, debug)
        if not debug:
            typer.echo(say("debug_hint", lang), err=True)
        raise typer.Exit(FAILED) from None


def _report(what: str, error: Exception, debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exception(error)
    message = str(error) or type(error).__name__
    typer.echo(f"{what}: {message}", err=True)
