"""What becomes of a mutated file: refused, read to the same numbers, read to others and said, silent, or crashed."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sanhai as sh
from mutations import KINDS, mutated
from sanhai.readers.figures import KEY


def numbers(figures: sh.Figures) -> dict[tuple[Any, ...], str]:
    frame = figures.frame
    return {tuple(row[:-1]): repr(row[-1]) for row in frame[[*KEY, "value"]].itertuples(index=False, name=None)}


def outcome(path: Path, args: dict[str, Any], right: sh.Figures) -> str:
    try:
        found = sh.read(path, **args)
    except sh.InputError as error:
        str(error), error.problems
        return "refused"
    except sh.Error as error:
        return f"crashed: {error!r}"
    except Exception as error:  # whatever comes out is what is looked for
        return f"crashed: {error!r}"
    if numbers(found) == numbers(right):
        return "same"
    return "said" if found.notes != right.notes else "silent"


def fuzz(
    files: list[tuple[Callable[[Path], Path], dict[str, Any]]], n: int, seed: int
) -> tuple[Counter[str], list[str]]:
    """n mutations shared among the files: how many of each outcome, and a line for each crash and silent change."""
    dice, counts, odd = random.Random(seed), Counter[str](), []
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for number, (make, args) in enumerate(files):
            place = Path(folder) / str(number)
            place.mkdir()
            path = make(place)
            made.append((path, path.read_bytes(), args, sh.read(path, **args)))
        for turn in range(n):
            path, data, args, right = made[turn % len(made)]
            kind = KINDS[turn // len(made) % len(KINDS)]
            changed = mutated(data, kind, dice)
            path.write_bytes(changed)
            result = outcome(path, args, right)
            counts[result.partition(":")[0]] += 1
            if result.startswith(("crashed", "silent")):
                lines = zip(data.split(b"\n"), changed.split(b"\n"), strict=False)
                at = next((pair for pair in lines if pair[0] != pair[1]), (b"", b""))
                odd.append(f"{result} {path.name} {kind}: {at[0][:80]!r} -> {at[1][:80]!r}")
    return counts, odd
