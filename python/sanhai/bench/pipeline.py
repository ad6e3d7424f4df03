"""One large run in a process of its own, so that its peak memory is its own: `python -m sanhai.bench.pipeline JSON`."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Job", "Outcome", "run_apart"]


@dataclass(frozen=True)
class Job:
    """Synthetic places x draws x years to exact quantiles of five indicators."""

    places: int
    draws: int
    years: int
    threads: int
    components: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    seconds: float  # from the Python call, tables included, to quantiles in NumPy arrays
    peak_bytes: int  # of the whole process, interpreter and libraries included


def _peak_bytes() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage here: on Linux a child's ru_maxrss begins with the memory of the parent it was forked from.
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _run(job: Job) -> Outcome:
    from sanhai import _bridge
    from sanhai.bench.numpy_peer import INDICATORS
    from sanhai.bench.synthetic import drawn_paths, make_inputs, runner

    inputs = make_inputs(job.places, job.years)
    start = time.perf_counter()
    paths = drawn_paths(inputs, job.components)
    options = _bridge.RunOptions(n_draws=job.draws, threads=job.threads, indicators=list(INDICATORS))
    quantiles = runner(inputs, cap="migration" in job.components).run(paths, options).quantiles
    seconds = time.perf_counter() - start
    assert quantiles.shape[:3] == (job.places, len(INDICATORS), job.years + 1)
    return Outcome(seconds, _peak_bytes())


def run_apart(job: Job) -> Outcome:
    """The job in a child process."""
    command = [sys.executable, "-m", "sanhai.bench.pipeline", json.dumps(asdict(job))]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Outcome(**json.loads(printed))


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    sys.stdout.write(json.dumps(asdict(_run(Job(**{**given, "components": tuple(given["components"])})))))
