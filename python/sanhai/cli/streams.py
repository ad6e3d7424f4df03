"""Where text goes: any console's encoding, closed streams, closed pipes. Whole output or a stated failure."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from sanhai.show.layout import Table, lay_out, wrapped

__all__ = [
    "ReaderLeftError",
    "can_show_chinese",
    "columns",
    "complain",
    "flush",
    "print_heading",
    "print_json",
    "print_line",
    "print_table",
    "put",
    "steady",
]

PLAIN_WIDTH = 100  # columns when the output is not a terminal
LIKENESSES = {  # what a console without a character gets for it, the first it has
    "※": "#", "△": "*", "—": "―-", "–": "-", "−": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": ".", "∞": "^",
    "·": ".", "×": "x", "，": ",", "；": ";", "：": ":", "（": "(", "）": ")", "、": ",", "。": ".", "？": "?",
}  # fmt: skip


def _likeness(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: characters that an encoding lacks become similar ones, else question marks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    out = ""
    for one in error.object[error.start : error.end]:
        out += next((like for like in LIKENESSES.get(one, "") if _has(error.encoding, like)), "?")
    return out, error.end


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


class ReaderLeftError(Exception):
    """Whoever read the output closed it early (`| head`): no failure, and nothing more to print."""


@contextmanager
def _reaching() -> Iterator[None]:
    """Inside, a closed pipe is a reader who left; the parser of the command line would make it a failure."""
    try:
        yield
    except BrokenPipeError:
        _swallow(sys.stdout)
        raise ReaderLeftError from None


codecs.register_error("sanhai.likeness", _likeness)


def steady() -> None:
    """Makes standard output and error take every character; a stream that is closed swallows what is written to it."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None or stream.closed:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  (the process's own stream)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="sanhai.likeness")


def can_show_chinese() -> bool:
    """Whether standard output has Chinese characters at all."""
    return _has(getattr(sys.stdout, "encoding", None) or "utf-8", "三孩")


def columns() -> int:
    """Width of the screen; a fixed one where the output goes elsewhere."""
    import shutil

    return shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if sys.stdout.isatty() else PLAIN_WIDTH


def _bold(text: str) -> str:
    shows = sys.stdout.isatty() and os.name == "posix" and not os.environ.get("NO_COLOR")
    return f"\x1b[1m{text}\x1b[0m" if shows else text


def put(line: str = "") -> None:
    """One line on standard output, as it is."""
    with _reaching():
        print(line)


def print_line(line: str = "", first: str = "", later: str = "") -> None:
    """A paragraph, wrapped at the screen's width; `first` and `later` lead its lines."""
    for part in wrapped(line, columns(), first, later) or [""]:
        put(part)


def print_heading(line: str) -> None:
    for part in wrapped(line, columns()) or [""]:
        put(_bold(part))


def print_table(table: Table, lefts: int = 1) -> None:
    """A titled table with a blank line after it."""
    print_heading(table.title)
    for line in lay_out(table, columns(), lefts):
        put(line)
    put()


def print_json(content: Any) -> None:
    """One JSON value on standard output and nothing else: UTF-8 and one line feed, whatever the console's encoding."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"
    binary = getattr(sys.stdout, "buffer", None)
    with _reaching():
        if binary is None:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            binary.write(text.encode("utf-8", errors="backslashreplace"))  # file names may hold lone surrogates


def complain(lines: Iterable[str]) -> None:
    """Lines on standard error; whoever closed it does not want to know."""
    try:
        for line in lines:
            print(line, file=sys.stderr)
        sys.stderr.flush()
    except (OSError, ValueError):
        _swallow(sys.stderr)


def flush() -> None:
    """Sends what is still buffered, while an error can still be reported."""
    with _reaching():
        sys.stdout.flush()


def _swallow(stream: TextIO) -> None:
    """What is buffered for a closed stream must not fail again when the interpreter ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError, AttributeError):
        return
