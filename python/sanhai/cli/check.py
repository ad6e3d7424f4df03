"""`sanhai template` and `sanhai check`: what one fills in, and every problem of data, a scenario or a document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sanhai.cli import streams
from sanhai.cli.ending import BAD_INPUT, ExitError
from sanhai.errors import InputError
from sanhai.show.words import say

if TYPE_CHECKING:
    from sanhai.policy.pack_file import PackFile
    from sanhai.policy.toml_file import Problem
    from sanhai.policy.workbook_file import Workbook

__all__ = ["check_file", "filled_in", "is_data", "write_template_file"]

DATA_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet", ".gz")
OTHER_DATA = "input.UNKNOWN_FORMAT.workbook"  # the fault of a file that is no workbook to be filled in
BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"\x1f\x8b")  # packages, old workbooks, Parquet, gzip


def is_data(file: Path) -> bool:
    """Whether it is own data: by its first bytes, or by a name that no scenario file has. A folder is data."""
    if file.is_dir():
        return True
    head = b""
    try:
        if file.is_file():  # a pipe is never opened: nobody may write to it
            with file.open("rb") as opened:
                head = opened.read(8)
    except (OSError, ValueError):
        pass
    return head.startswith(BINARY) or file.suffix.lower() in DATA_SUFFIXES


def write_template_file(file: Path, place: str | None, policy: bool, force: bool) -> None:
    """Writes the template of own data or of a policy document, with what is known of a place; says what comes next."""
    from sanhai.io.policy_template import write_policy_template
    from sanhai.io.template import write_template
    from sanhai.places.catalogue import place as place_of

    of = None if place is None else place_of(place)
    is_policy = policy or file.suffix.lower() == ".toml"
    written = write_policy_template(file, of, force=force) if is_policy else write_template(file, of, force=force)
    streams.put(say("cli.written", files=[str(written)]))
    streams.put(say("cli.policy_template_next" if is_policy else "cli.template_next", file=written))


def check_file(file: Path, as_json: bool, place: str | None, date: str | None, packs: Sequence[PackFile] = ()) -> None:
    """Prints the problems on stderr, one a line, or as JSON on stdout; exit code 2 when there are any.

    packs: a user's documents that the file may name.
    """
    rows, lines = _of_data(file, place, date) if is_data(file) else _of_toml(file, packs)
    if as_json:
        streams.print_json(rows)
        streams.flush()
    elif lines:
        streams.complain([*lines, say("cli.problems", n=len(lines))])
    else:
        streams.put(say("cli.no_problems", file=file))
    if lines:
        raise ExitError(BAD_INPUT)


def _of_toml(file: Path, packs: Sequence[PackFile]) -> tuple[list[dict[str, object]], list[str]]:
    from sanhai.policy.pack_file import is_pack
    from sanhai.policy.scenario_file import check_file as check_scenario

    problems = _of_pack(file, packs) if is_pack(file) else check_scenario(file, packs)
    return [problem.as_dict() for problem in problems], [problem.render(cli=True) for problem in problems]


def _of_pack(file: Path, packs: Sequence[PackFile]) -> list[Problem]:
    from sanhai.policy.catalogue import checked_packs
    from sanhai.policy.pack_file import read_pack
    from sanhai.policy.vocabulary import PackError

    try:
        checked_packs([*packs, read_pack(file)])
    except PackError as error:
        return error.problems
    return []


def filled_in(file: Path) -> Workbook | None:
    """The workbook that offices fill in; None where the file is other data. Raises InputError with its faults."""
    from sanhai.policy.workbook_file import workbook

    if file.is_dir():
        return None
    try:
        return workbook(file)
    except InputError as error:
        if error.faults[0].error.key == OTHER_DATA:
            return None
        raise


def _of_data(file: Path, place: str | None, date: str | None) -> tuple[list[dict[str, object]], list[str]]:
    """Faults as records and as lines; what is odd but possible of a workbook is said on stderr."""
    from sanhai.readers.door import read

    try:
        book = filled_in(file) if place is None and date is None else None
        if book is None:
            read(file, place=place, date=date)
        else:
            streams.complain([say("cli.hint", said=one) for one in book.notes])
    except InputError as error:
        return [fault.row() for fault in error.faults], [fault.render(cli=True) for fault in error.faults]
    return [], []
