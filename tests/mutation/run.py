"""Shows that the C++ tests notice planted errors: one mutant of mutants.toml at a time, built and tested in a copy.

    python tests/mutation/run.py [--only N|text] [--jobs 2] [--work FOLDER] [--timeout 120]

Needs what the C++ tests need (CMake, Ninja, a compiler, Catch2, Boost and Eigen headers) and no network.
Exit 1 when a mutant survives, does not apply or does not compile, or when the unchanged tree fails its tests.
"""

from __future__ import annotations

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from anchors import sites

REPOSITORY = Path(__file__).resolve().parents[2]
COPIED = ("CMakeLists.txt", "CMakePresets.json", "pyproject.toml", "cpp", "tests/cpp", "python/sanhai/places/data")
PRESET = "dev"
# An error in the lanes is the same in every instruction set: the kernel is compiled for the plainest, whose vectors are
# the shortest, so that a batch takes several. The test that compiles the kernel once more is left out.
ONE_ISA = ("-DSANHAI_COMPILER_KNOWS_X86_64_v3=OFF", "-DSANHAI_COMPILER_KNOWS_X86_64_v4=OFF")
LEFT_OUT = ("test_ensemble_contraction.cpp",)
# How the names of the test files begin that know a floor best; every other test is run when these have passed.
TESTS = {
    "core": ("test_math", "test_quantiles", "test_random_streams"),
    "demography": ("test_demography", "test_engine_independent"),
    "rates": ("test_births_year", "test_parity_reconstruction", "test_parity_path"),
    "engine": ("test_engine", "test_ensemble_lanes", "test_ensemble_exchange"),
    "random": ("test_random",),
    "policy": ("test_births_year", "test_policy", "test_ensemble_policy"),
    "fiscal": ("test_fiscal", "test_mutation_gaps"),
    "nursery": ("test_nursery", "test_mutation_gaps"),
    "ensemble": ("test_ensemble",),
}


@dataclass(frozen=True)
class Mutant:
    """One planted error: `old`, which stands once in the functions of that name, becomes `new` (see anchors.py)."""

    number: int
    room: str
    function: str
    old: str
    new: str
    breaks: str

    @property
    def place(self) -> str:
        return f"{self.room}: {self.function or 'a constant'}"


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant; `detail` is the first failing test or the compiler's first error."""

    verdict: str
    detail: str = ""


def read_mutants(path: Path) -> list[Mutant]:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
    return [
        Mutant(n, one["room"], one["in"], one["old"], one["new"], one["breaks"]) for n, one in enumerate(entries, 1)
    ]


def chosen(mutants: list[Mutant], only: list[str]) -> list[Mutant]:
    def wanted(mutant: Mutant) -> bool:
        return any(str(mutant.number) == o or (not o.isdigit() and o in mutant.place) for o in only)

    return [m for m in mutants if wanted(m)] if only else mutants


def files_under(path: Path) -> list[Path]:
    return [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc"]


class Tree:
    """A copy of the sources with its own build folder, kept from one mutant to the next."""

    def __init__(self, root: Path, timeout: float, build_jobs: int) -> None:
        self.root = root
        self.timeout = timeout
        self.build_jobs = build_jobs
        # Copies differ only in their path, so that a compiler cache can serve all of them.
        self.env = {**os.environ, "CCACHE_BASEDIR": str(root), "CCACHE_NOHASHDIR": "1"}
        if shutil.which("ccache"):
            self.env.setdefault("CMAKE_CXX_COMPILER_LAUNCHER", "ccache")

    def copy(self, source: Path) -> None:
        """Brings the copy up to `source`; a kept folder is rebuilt only where a source's text has changed."""
        every = {path.relative_to(source) for name in COPIED for path in files_under(source / name)}
        wanted = {path for path in every if path.name not in LEFT_OUT}
        for stale in {
            path.relative_to(self.root) for name in COPIED for path in files_under(self.root / name)
        } - wanted:
            (self.root / stale).unlink()
        for name in wanted:
            text = (source / name).read_bytes()
            target = self.root / name
            if target.is_file() and target.read_bytes() == text:
                continue
            # Written anew, not with the old time: an object of a mutant must never look newer than its sound source.
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text)

    def run(
        self, command: list[str], folder: str = ".", timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        # Tests that read a file find it from __FILE__, which a compiler cache makes relative to the build folder.
        here = self.root / folder
        return subprocess.run(
            command, cwd=here, env=self.env, timeout=timeout, capture_output=True, text=True, errors="replace"
        )

    def configure(self) -> None:
        done = self.run(["cmake", "--preset", PRESET, *ONE_ISA])
        if done.returncode != 0:
            raise SystemExit(done.stdout + done.stderr)

    def build(self) -> str:
        """Builds the tests; "" or the first error."""
        jobs = ["-j", str(self.build_jobs)]
        done = self.run(["cmake", "--build", "--preset", PRESET, "--target", "sanhai_tests", *jobs])
        if done.returncode == 0:
            return ""
        errors = [line for line in done.stdout.splitlines() if ": error" in line or "undefined reference" in line]
        return errors[0] if errors else done.stdout[-400:]

    def test_of_floor(self, path: Path) -> Outcome:
        """The tests that know the mutated file's floor first: most errors end there, and the rest is not run."""
        begins = TESTS.get(path.parent.name, ())
        found = {f.stem for begin in begins for f in (self.root / "tests/cpp").glob(f"{begin}*.cpp")}
        first = self.test(",".join(f"[#{name}]" for name in sorted(found))) if found else Outcome("survived")
        return self.test() if first.verdict == "survived" else first

    def test(self, tags: str = "") -> Outcome:
        """Runs the tests, or those of some files, up to the first failure. The XML report names each as it starts."""
        command = ["tests/cpp/sanhai_tests", "-#", "--abort", "--reporter", "xml", *([tags] if tags else [])]
        try:
            done = self.run(command, f"build/{PRESET}", self.timeout)
        except subprocess.TimeoutExpired:
            return Outcome("killed", f"no end within {self.timeout:.0f} s")
        if done.returncode == 0:
            return Outcome("survived")
        names = re.findall(r'<TestCase name="([^"]*)"', done.stdout)
        return Outcome("killed", names[-1] if names else f"exit {done.returncode}")

    def try_mutant(self, mutant: Mutant) -> Outcome:
        found = sites(self.root, mutant.room, mutant.function, mutant.old)
        if len(found) != 1 or mutant.old == mutant.new:
            return Outcome("did-not-apply", f"the old text occurs {len(found)} times")
        path = found[0].file
        sound = path.read_text(encoding="utf-8")
        planted = sound[: found[0].start] + mutant.new.strip() + sound[found[0].end :]
        path.write_text(planted, encoding="utf-8")
        try:
            error = self.build()
            return Outcome("did-not-compile", error) if error else self.test_of_floor(path)
        finally:
            path.write_text(sound, encoding="utf-8")


def prepare(work: Path, source: Path, timeout: float, jobs: int) -> list[Tree]:
    trees = [Tree(work / f"tree{n}", timeout, build_jobs=1) for n in range(jobs)]
    for tree in trees:
        tree.build_jobs = jobs
        tree.copy(source)
        tree.configure()
        if error := tree.build():
            raise SystemExit(f"the unchanged tree does not build: {error}")
        tree.build_jobs = 1
    before = trees[0].test()
    if before.verdict != "survived":
        raise SystemExit(f"the unchanged tree fails its tests: {before.detail}")
    return trees


def run_all(trees: list[Tree], mutants: list[Mutant]) -> dict[int, Outcome]:
    waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
    for mutant in mutants:
        waiting.put(mutant)
    outcomes: dict[int, Outcome] = {}
    printing = threading.Lock()

    def work(tree: Tree) -> None:
        while True:
            try:
                mutant = waiting.get_nowait()
            except queue.Empty:
                return
            outcome = tree.try_mutant(mutant)
            with printing:
                outcomes[mutant.number] = outcome
                print(f"{mutant.number:3} {outcome.verdict:15} {mutant.place}: {mutant.breaks}")
                print(f"    {'':15} {outcome.detail}", flush=True)

    threads = [threading.Thread(target=work, args=(tree,)) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], help="a mutant's number, or a part of 'room: function'")
    parser.add_argument("--jobs", type=int, default=2, help="copies of the tree that work side by side")
    parser.add_argument("--work", type=Path, help="folder for the copies, kept for the next run; default: a new one")
    parser.add_argument("--source", type=Path, default=REPOSITORY, help="tree to copy; default: this repository")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds a test run may take")
    arguments = parser.parse_args()

    mutants = chosen(read_mutants(Path(__file__).with_name("mutants.toml")), arguments.only)
    if not mutants:
        parser.error("--only matches no mutant")
    work = arguments.work or Path(tempfile.mkdtemp(prefix="sanhai-mutation-"))
    start = time.monotonic()
    try:
        jobs = max(1, min(arguments.jobs, len(mutants)))
        trees = prepare(work, arguments.source.resolve(), arguments.timeout, jobs)
        outcomes = run_all(trees, mutants)
    finally:
        if arguments.work is None:
            shutil.rmtree(work, ignore_errors=True)
    counts = {
        verdict: sum(o.verdict == verdict for o in outcomes.values())
        for verdict in ("killed", "survived", "did-not-apply", "did-not-compile")
    }
    print(", ".join(f"{n} {verdict}" for verdict, n in counts.items()), end="")
    print(f" of {len(mutants)} in {(time.monotonic() - start) / 60:.1f} min")
    return 0 if counts["killed"] == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
