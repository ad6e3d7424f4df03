"""Mutations of text files read right: `PYTHONPATH=tests/python python tests/fuzz/run.py [n] [seed] [folder]`.

Prints how many were refused, read to the same numbers, read to others with a note, silent, crashed; each of the last
two in a line. A folder with FILE and FILE.expected.json adds the text files that it expects to be read. Exit status 1
for any crash or more than five silent ones in 2,000.
"""

from __future__ import annotations

import json
import shutil
import sys
from functools import partial
from pathlib import Path

from fuzzing import fuzz
from reader_files import TEXTS


def given(folder: Path) -> list:
    cases = [json.loads(one.read_text(encoding="utf-8")) for one in sorted(folder.glob("*.expected.json"))]
    files = [one for one in cases if one["outcome"] == "read" and one["file"].endswith((".txt", ".csv", ".tsv"))]
    made = []
    for one in files:
        args = {name: tuple(value) if isinstance(value, list) else value for name, value in one["read"].items()}
        made.append((partial(copied, folder / one["file"]), args))
    return made


def copied(source: Path, folder: Path) -> Path:
    target = folder / source.name
    shutil.copyfile(source, target)
    target.chmod(0o644)
    return target


def main() -> int:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    files = [(make, args) for _, make, args, _ in TEXTS]
    if len(sys.argv) > 3:
        files = given(Path(sys.argv[3]))
    counts, odd = fuzz(files, n, seed)
    print(*odd, sep="\n")
    print(dict(counts))
    return int(counts["crashed"] > 0 or counts["silent"] > 5 * max(n / 2000, 1))


if __name__ == "__main__":
    sys.exit(main())
