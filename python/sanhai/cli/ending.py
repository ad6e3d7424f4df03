"""How a command ends: one message on standard error and an exit code (0 done, 1 the run failed, 2 bad input)."""

from __future__ import annotations

import re
from typing import Any

from sanhai.cli import streams
from sanhai.errors import ConfigError, DomainError, Error, FileError, ShapeError, nearest, refuse
from sanhai.show.words import say, word

__all__ = ["BAD_INPUT", "DONE", "FAILED", "ExitError", "UsageError", "as_refusal", "ending"]

DONE, FAILED, BAD_INPUT = 0, 1, 2


class ExitError(Exception):
    """A command that has said what it had to say and ends with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class UsageError(ConfigError):
    """A command line that cannot be understood; `command` is where its help is."""

    command = "sanhai"


def _usage(error: Any) -> UsageError:
    """A parser's complaint as one of ours."""
    kind = type(error).__name__
    if kind == "NoSuchOption":
        options = [one for one in error.ctx.command.get_params(error.ctx) if not getattr(one, "hidden", False)]
        known = sorted({name for one in options for name in one.opts if name.startswith("--")})
        near = error.possibilities or nearest(error.option_name, known)
        return refuse(UsageError, "cli.option_unknown", got=error.option_name, known=known, near=near)
    if kind == "MissingParameter":
        name = error.param.metavar and word("usage", error.param.metavar)
        return refuse(UsageError, "cli.missing", name=name or error.param.name)
    if kind == "BadOptionUsage":
        return refuse(UsageError, "cli.option_use", name=error.option_name)
    message = error.format_message()
    extra = re.search(r"extra argument.*\(([^()]*)\)$", message)
    if extra:
        return refuse(UsageError, "cli.extra", extra=extra.group(1))
    return refuse(UsageError, "cli.usage", got=message)


def as_refusal(error: Exception) -> Exception:
    """The parser's own exceptions as ours, by what they carry (its classes are private); others as they are."""
    if not hasattr(error, "format_message"):
        return error
    found = _usage(error)
    context = getattr(error, "ctx", None)
    found.command = context.command_path if context is not None else "sanhai"
    return found


def ending(error: Exception, debug: bool = False) -> int:
    """Says what went wrong, and gives the exit code."""
    if isinstance(error, streams.ReaderLeftError):
        return DONE
    if type(error).__name__ == "NoArgsIsHelpError":
        return BAD_INPUT
    lines = []
    if debug:
        import traceback

        lines += traceback.format_exception(error)
    is_bad_input = isinstance(error, ConfigError | DomainError | ShapeError | FileError)
    message = error.render(cli=True) if isinstance(error, Error) else f"{type(error).__name__}: {error}"
    lines.append(say("cli.bad_input" if is_bad_input else "cli.failed", message=message))
    if isinstance(error, UsageError):
        lines.append(say("cli.usage_hint", command=error.command))
    elif not is_bad_input and not debug:
        lines.append(say("cli.debug_hint"))
    streams.complain(lines)
    return BAD_INPUT if is_bad_input else FAILED
