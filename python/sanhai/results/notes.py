"""Notes of a run as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sanhai.results.info import Note

if TYPE_CHECKING:
    from sanhai.run.options import Options
    from sanhai.run.output import Output, Part

__all__ = ["notes_of"]


def notes_of(
    output: Output, parts: Sequence[Part], shown: range, options: Options, exchange: object
) -> tuple[Note, ...]:
    return ()
