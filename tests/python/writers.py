"""Writers that are killed, and writers that meet: nobody may find a file of one run beside that of another.

    python tests/python/writers.py kills 200 FOLDER     two results saved in turn, the writer killed 200 times
    python tests/python/writers.py together 8 FOLDER    eight processes save into one folder while a reader looks

Prints what was found; ends with 1 where a folder was not whole. A shorter form of both runs in test_io_save.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import sanhai as sh


def is_whole(folder: Path) -> str:
    """The id of the run whose files stand in the folder, every one; raises where that is not so."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    names = {entry.name for entry in folder.iterdir()}
    assert names == {"manifest.json", *manifest["files"]}, names
    for name, expected in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected, name
    table = (folder / "results.csv").read_text(encoding="utf-8-sig").splitlines()
    assert {line.rsplit(",", 1)[1] for line in table[1:]} == {manifest["run_id"]}
    return str(manifest["run_id"])


def seen(folder: Path) -> str:
    """The same for a reader who comes while others write: a folder may be replaced between two looks."""
    for _ in range(1000):
        try:
            before = (folder / "manifest.json").read_bytes()
            found = is_whole(folder)
        except (AssertionError, FileNotFoundError):
            now = (folder / "manifest.json").read_bytes() if (folder / "manifest.json").exists() else b""
            assert now != before, "a folder that stood still was not whole"
            continue
        return found
    raise AssertionError("never whole")


def saved_in_turn(results: list[sh.Results], folder: Path) -> None:
    while True:
        for one in results:
            one.save(folder)


def kills(n: int, folder: Path) -> dict[str, int]:
    """How often each run was found after the writer was killed."""
    base = sh.project("china", (2021, 2026))
    results = [base, base.with_level(0.5)]
    for one in results[::-1]:
        one.save(folder)  # what a first save computes is there before the writers begin
    began = time.monotonic()
    base.save(folder)
    took = time.monotonic() - began
    found = dict.fromkeys((one.id for one in results), 0)
    chance = random.Random(n)
    for turn in range(n):
        pid = os.fork()
        if pid == 0:
            saved_in_turn(results if turn % 2 else results[::-1], folder)
        time.sleep(chance.uniform(0.0, 3.0 * took))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        found[is_whole(folder)] += 1
    results[0].save(folder)
    left = [entry.name for entry in folder.parent.iterdir() if entry.name != folder.name]
    assert not left, f"left behind: {left}"
    return found


def together(n: int, folder: Path, times: int = 5) -> dict[str, int]:
    """How often each run was seen while `n` processes wrote."""
    base = sh.project("china", (2021, 2026))
    results = [base.with_level(0.5 + 0.4 * one / n) for one in range(n)]
    base.save(folder)
    found = dict.fromkeys((one.id for one in (base, *results)), 0)
    writers = []
    for one in results:
        pid = os.fork()
        if pid == 0:
            for _ in range(times):
                one.save(folder)
            os._exit(0)
        writers.append(pid)
    while writers:
        found[seen(folder)] += 1
        for pid in list(writers):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                assert status == 0, f"a writer ended with {status}"
                writers.remove(pid)
    found[is_whole(folder)] += 1
    left = [entry.name for entry in folder.parent.iterdir() if entry.name != folder.name]
    assert not left, f"left behind: {left}"
    return found


if __name__ == "__main__":
    how, count, where = sys.argv[1:]
    print(json.dumps({"kills": kills, "together": together}[how](int(count), Path(where))))
