"""Help pages in the language of the moment: commands and options carry keys of the table of words, not sentences.

`help="draws"` is the sentence help.draws, `metavar="number"` the word usage.number; a command's page is help.<name>
and help.<name>_more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.core import TyperCommand, TyperGroup

from sanhai.cli.streams import columns, put
from sanhai.errors import ConfigError, nearest, refuse, words
from sanhai.show.layout import width, wrapped
from sanhai.show.words import headed, say, word

__all__ = ["SaidCommand", "SaidGroup"]

INDENT = "  "
MEANING = 30  # column where the meaning of an option begins


def _names(parameter: Any) -> str:
    """An option as it is typed: --plot / --no-plot, -o, --output DIR; an argument by its word."""
    metavar = word("usage", parameter.metavar) if parameter.metavar else ""
    if parameter.param_type_name == "argument":
        return metavar
    names = ", ".join(parameter.opts)
    if parameter.secondary_opts:
        names += " / " + ", ".join(parameter.secondary_opts)
    return f"{names} {metavar}".rstrip()


def _said(parameter: Any) -> str:
    if parameter.name == "help":
        return word("usage", "help")
    said = say(f"help.{parameter.help}", names=[name for name in words()["component"] if name != "events"])
    shown = parameter.param_type_name == "option" and isinstance(parameter.default, str)
    if shown:
        said += f" [{word('usage', 'default')} {parameter.default}]"
    return said


def _listing(heading: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    """A heading, then name and meaning beside each other; a long name has a line of its own."""
    if rows:
        yield ""
        yield headed(word("usage", heading))
        for name, said in rows:
            lead = f"{INDENT}{name}"
            if width(lead) >= MEANING:
                yield lead
                lead = ""
            yield from wrapped(said, columns(), lead + " " * (MEANING - width(lead)), " " * MEANING)


class _Said:
    """What commands and groups share."""

    def get_help(self, ctx: Any) -> str:
        """Prints the page and leaves nothing to print: the parser's own printing goes round the console's encoding."""
        for line in self.page(ctx):
            put(line)
        return ""

    def page(self, ctx: Any) -> Iterator[str]:
        parameters: list[Any] = [one for one in self.get_params(ctx) if not getattr(one, "hidden", False)]  # type: ignore[attr-defined]
        arguments = [one for one in parameters if one.param_type_name == "argument"]
        options = [one for one in parameters if one.param_type_name == "option"]
        commands: dict[str, Any] = getattr(self, "commands", {})
        usage = [ctx.command_path, f"[{word('usage', 'options')}]", *(_names(one) for one in arguments)]
        usage += [word("usage", "command")] if commands else []
        yield headed(word("usage", "usage"), " ".join(usage))
        yield ""
        key = self.help  # type: ignore[attr-defined]
        for name in (key, f"{key}_more"):
            if name in words()["help"]:
                yield from wrapped(say(f"help.{name}"), columns(), "", "")
        yield from _listing("arguments", [(_names(one), _said(one)) for one in arguments])
        yield from _listing("options", [(_names(one), _said(one)) for one in options])
        yield from _listing("commands", [(name, say(f"help.{one.help}")) for name, one in commands.items()])


class SaidCommand(_Said, TyperCommand):
    """A command whose help is words of the table."""


class SaidGroup(_Said, TyperGroup):
    """A group of commands; an unknown one is refused with names that look like it."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if not name.startswith("-") and name not in self.commands:
            raise refuse(
                ConfigError, "cli.command", got=name, known=list(self.commands), near=nearest(name, self.commands)
            )
        return super().resolve_command(ctx, args)
