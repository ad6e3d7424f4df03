"""What is measured, how, and against which target. Ratios are taken within one run, because machines differ."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sanhai import _bridge
from sanhai.bench import numpy_peer
from sanhai.bench.country_peer import peer_of, solve
from sanhai.bench.numpy_peer import INDICATORS
from sanhai.bench.pipeline import Job, run_apart
from sanhai.bench.synthetic import (
    ALL_COMPONENTS,
    TWO_COMPONENTS,
    Array,
    Inputs,
    Paths,
    drawn_paths,
    engine_inputs,
    given_paths,
    make_inputs,
    random_paths,
    runner,
)
from sanhai.calibrate.country import country_fit, solve_country
from sanhai.places import shipped
from sanhai.places.catalogue import place

__all__ = ["FULL", "QUICK", "Figure", "Sizes", "machine", "measure", "peer_differences"]


@dataclass(frozen=True)
class Sizes:
    """How much is run. Targets of P6 and P7 hold for the places of `FULL`."""

    places: int = 2882
    draws: int = 1000
    years: int = 77
    repeats: int = 5
    few_places: int = 200  # P10
    hash_places: int = 3  # P13
    hash_draws: int = 100


FULL = Sizes()
QUICK = Sizes(places=100, repeats=3, few_places=40)

P6_TARGET = {"x86_64_v4": 15.0, "x86_64_v3": 27.0}  # seconds, by instruction set
COUNTRY_YEARS = 30  # 2021-50
CHILDBEARING = (15, 50)  # first age with births and the first without
SAME = 1e-9  # relative: how far peer and engine may differ
POLYNOMIAL = 1e-8  # relative, for the polynomial: 5e-11 of survivorship a year, compounded over the years
# Additions and multiplications of a trajectory-year: 5 a cell, 8 a fertile age, about 40 to close the year.
OPERATIONS = 202 * 5 + 35 * 8 + 40
THREADS, BATCHES = (1, 2, 7), (8, 56)


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    id: str
    what: str
    unit: str
    median: float
    min: float
    max: float
    target: float | None  # None: no target for this instruction set
    is_met: bool | None  # None: the target does not apply to what was run
    note: str


def _figure(
    key: str,
    what: str,
    unit: str,
    values: list[float],
    target: float | None,
    *,
    at_least: bool = False,
    applies: bool = True,
    note: str = "",
) -> Figure:
    median = float(np.median(values))
    is_met = None
    if target is not None and applies:
        is_met = median >= target if at_least else median <= target
    return Figure(key, what, unit, median, min(values), max(values), target, is_met, note)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _alternate(first: Callable[[], object], second: Callable[[], object], repeats: int) -> Array:
    """(repeat, 2) seconds of two pieces of work in turn, so that a busy moment hits both; each runs once before."""
    first(), second()
    return np.array([[_seconds(first), _seconds(second)] for _ in range(repeats)])


def machine() -> dict[str, object]:
    """Processor, cores, instruction sets and compiler of this run."""
    info = _bridge.build_info()
    cpu = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    isas = _bridge.bench_isas()
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "isa": isas[-1],
        "isas": isas,
        "compiler": f"{info['compiler']} {info['compiler_version']}",
        "flags": info["flags"],
        # Of a minute before: other work on the same cores falsifies P6 and P10 most.
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "sanhai": info["version"],
    }


def _draws(run: _bridge.EnsembleRunner, paths: _bridge.GivenPaths, n_draws: int) -> Array:
    """(indicator, year + 1, draw) of the only place, one thread, to a NumPy array."""
    options = _bridge.RunOptions(n_draws=n_draws, keep="draws", indicators=list(INDICATORS), probabilities=[])
    return np.asarray(run.run(paths, options).draws[0])


def _difference(engine: Array, peer: Array) -> float:
    """Largest relative difference; infinite where one has a number and the other none."""
    if not np.array_equal(np.isnan(engine), np.isnan(peer)):
        return float("inf")
    return float(np.nanmax(np.abs(engine / peer - 1.0)))


def _shared_Sx(inputs: Inputs) -> Array:
    """(year, sex, age), made once before the clock starts, as the engine's tables are."""
    return numpy_peer.Sx_from_mx(inputs.mx[..., None])[..., 0]


def peer_differences(inputs: Inputs, paths: Paths) -> dict[str, float]:
    """Largest relative difference between peer and engine over all draws, years and indicators.

    The peer calls exp in every cell, so its equal is the engine's exact mode; the polynomial is held against it too.
    """
    n_draws = paths.fertility.shape[1]
    drawn = numpy_peer.project_lee_carter(inputs, paths)
    given = given_paths(paths, with_lee_carter=True)
    plain = numpy_peer.project_shared(inputs, _shared_Sx(inputs), paths)
    shared = _draws(runner(inputs, with_lee_carter=False), given_paths(paths, with_lee_carter=False), n_draws)
    kernel = _kernel(inputs, paths, with_lee_carter=False)
    kernel.run()
    return {
        "shared": _difference(shared, plain),
        "shared_kernel": _difference(np.asarray(kernel.draws())[..., :n_draws], plain),
        "lee_carter": _difference(_draws(runner(inputs, is_exact=True), given, n_draws), drawn),
        "lee_carter_polynomial": _difference(_draws(runner(inputs), given, n_draws), drawn),
    }


def _check_peer(inputs: Inputs, paths: Paths) -> str:
    found = peer_differences(inputs, paths)
    polynomial = found.pop("lee_carter_polynomial")
    if max(found.values()) > SAME or polynomial > POLYNOMIAL:
        raise RuntimeError(f"peer and engine differ, so their times cannot be compared: {found}, {polynomial}")
    return f"largest relative difference {max(found.values()):.1e}, of the polynomial {polynomial:.1e}"


def _kernel(inputs: Inputs, paths: Paths, *, with_lee_carter: bool, is_rated: bool = False) -> _bridge.KernelLoop:
    first, end = CHILDBEARING
    rates = inputs.asfr[..., first:end] / 2.0 if is_rated else None
    given = given_paths(paths, with_lee_carter=with_lee_carter, rates=rates, first_age=first)
    engine = engine_inputs(inputs, with_lee_carter=with_lee_carter)
    return _bridge.KernelLoop(engine, given, paths.fertility.shape[1], list(INDICATORS))


def _peer_figures(sizes: Sizes) -> list[Figure]:
    inputs, paths = make_inputs(1, sizes.years), random_paths(sizes.years, sizes.draws)
    same = _check_peer(inputs, paths)
    Sx = _shared_Sx(inputs)
    peers: dict[str, tuple[Callable[[], Array], float]] = {
        "shared mortality": (lambda: numpy_peer.project_shared(inputs, Sx, paths), 12.0),
        "Lee-Carter": (lambda: numpy_peer.project_lee_carter(inputs, paths), 8.0),
    }
    out = []
    for name, (peer, target) in peers.items():
        is_drawn = name == "Lee-Carter"
        run, given = runner(inputs, with_lee_carter=is_drawn), given_paths(paths, with_lee_carter=is_drawn)
        kernel = _kernel(inputs, paths, with_lee_carter=is_drawn)
        engines: dict[str, Callable[[], object]] = {
            "kernel": kernel.run,
            "Python call to draws": lambda run=run, given=given: _draws(run, given, sizes.draws),  # type: ignore[misc]
        }
        for kind, engine in engines.items():
            seconds = _alternate(peer, engine, sizes.repeats)
            ns = np.median(seconds, axis=0) / (sizes.draws * sizes.years) * 1e9
            note = f"{ns[0]:.0f} / {ns[1]:.1f} ns a trajectory-year; {same}"
            ratio = [float(r) for r in seconds[:, 0] / seconds[:, 1]]
            what = f"NumPy batched over draws / engine's {kind}, {name}"
            out.append(_figure("P3", what, "times", ratio, target, at_least=True, note=note))
    return out


def _peak_figure(sizes: Sizes, isa: str) -> Figure:
    """The kernel's operations against what one thread of this machine can do when nothing is fused."""
    inputs, paths = make_inputs(1, sizes.years), random_paths(sizes.years, sizes.draws)
    kernel = _kernel(inputs, paths, with_lee_carter=False)
    share, reached, peaks = [], [], []
    kernel.run()
    for _ in range(sizes.repeats):
        seconds = _seconds(kernel.run)
        peaks.append(_bridge.bench_peak(isa) * 1e-9)
        reached.append(OPERATIONS * sizes.draws * sizes.years / seconds * 1e-9)
        share.append(reached[-1] / peaks[-1])
    note = f"{np.median(reached):.1f} of {np.median(peaks):.1f} GFLOP/s, {OPERATIONS} operations a year by hand"
    what = "kernel, shared mortality / measured peak of operations not fused"
    return _figure("P4", what, "", share, 0.45, at_least=True, note=note)


def _pipeline_figures(sizes: Sizes, isa: str) -> list[Figure]:
    out = []
    applies = sizes.places >= FULL.places and sizes.draws >= FULL.draws and sizes.years >= FULL.years
    size = f"{sizes.places} places x {sizes.draws} draws x {sizes.years} years, 2 threads"
    smaller = "" if applies else f"fewer than the {FULL.places} x {FULL.draws} x {FULL.years} of the target: not judged"
    kinds = (("level of fertility and mortality drawn", TWO_COMPONENTS), ("all of demography drawn", ALL_COMPONENTS))
    for name, components in kinds:
        job = Job(sizes.places, sizes.draws, sizes.years, 2, components)
        runs = [run_apart(job) for _ in range(sizes.repeats)]
        seconds, peaks = [r.seconds for r in runs], [r.peak_bytes / 1e6 for r in runs]
        per_year = float(np.median(seconds)) / (sizes.places * sizes.draws * sizes.years) * 1e9
        note = "; ".join(filter(None, [f"{per_year:.0f} ns a trajectory-year", smaller]))
        what = f"{size}, exact quantiles, {name}"
        out.append(_figure("P6", what, "s", seconds, P6_TARGET.get(isa), applies=applies, note=note))
        out.append(
            _figure("P7", "peak memory of it, Python included", "MB", peaks, 256.0, applies=applies, note=smaller)
        )
    return sorted(out, key=lambda figure: figure.id)


def _one_place_figures(sizes: Sizes) -> list[Figure]:
    out = []
    inputs = make_inputs(1, sizes.years)
    kinds = (("level of fertility and mortality drawn", TWO_COMPONENTS), ("all of demography drawn", ALL_COMPONENTS))
    for name, components in kinds:

        def whole(components: tuple[str, ...] = components) -> object:
            paths = drawn_paths(inputs, components)
            options = _bridge.RunOptions(n_draws=sizes.draws, indicators=list(INDICATORS))
            return runner(inputs, cap="migration" in components).run(paths, options).quantiles

        times = _alternate(whole, lambda: runner(inputs), sizes.repeats) * 1e3
        note = f"of it {np.median(times[:, 1]):.1f} ms for tables, the same for any number of draws"
        what = f"one place, {sizes.draws} draws, Python call to quantiles, 1 thread, {name}"
        out.append(_figure("P9", what, "ms", [float(t) for t in times[:, 0]], 20.0, note=note))
    return out


def _thread_figure(sizes: Sizes, cores: int) -> Figure:
    inputs = make_inputs(sizes.few_places, sizes.years)
    run, paths = runner(inputs), drawn_paths(inputs, TWO_COMPONENTS)

    def on(threads: int) -> object:
        return run.run(paths, _bridge.RunOptions(n_draws=sizes.draws, threads=threads, indicators=list(INDICATORS)))

    times = _alternate(lambda: on(1), lambda: on(2), sizes.repeats)
    note = f"{sizes.few_places} places" + ("" if cores > 1 else "; one core only: not judged")
    ratio = [float(r) for r in times[:, 0] / times[:, 1]]
    what = "speed-up from 1 to 2 threads"
    return _figure("P10", what, "times", ratio, 1.9, at_least=True, applies=cores > 1, note=note)


def _rated_figure(sizes: Sizes) -> Figure:
    inputs, paths = make_inputs(1, sizes.years), random_paths(sizes.years, sizes.draws)
    plain, rated = (_kernel(inputs, paths, with_lee_carter=False, is_rated=on) for on in (False, True))
    times = _alternate(rated.run, plain.run, sizes.repeats)
    ns = np.median(times, axis=0) / (sizes.draws * sizes.years) * 1e9
    note = f"{ns[0]:.1f} / {ns[1]:.1f} ns a trajectory-year, shared mortality"
    ratio = [float(r) for r in times[:, 0] / times[:, 1]]
    return _figure("P11", "kernel, births as rates of each draw / of a schedule", "times", ratio, 1.6, note=note)


def _digest(sizes: Sizes, isa: str, threads: int, batch: int) -> str:
    """Of every draw and quantile of all indicators."""
    inputs = make_inputs(sizes.hash_places, sizes.years)
    digest = hashlib.sha256()
    given = engine_inputs(inputs, cap=True)
    options = _bridge.RunOptions(n_draws=sizes.hash_draws, threads=threads, batch=batch, isa=isa, keep="draws")
    ran = _bridge.EnsembleRunner(given).run(drawn_paths(inputs, ALL_COMPONENTS), options)
    digest.update(np.asarray(ran.draws).tobytes())
    digest.update(np.asarray(ran.quantiles).tobytes())
    return digest.hexdigest()


def _country_figure(sizes: Sizes) -> Figure:
    """All leaves of China: tables read, calibrated and carried on to 2100, against NumPy doing the last two to 2050."""
    root = place("china")
    path = country_fit(root)
    peer = peer_of(path, COUNTRY_YEARS)

    def ours() -> object:
        shipped.china.cache_clear()
        return solve_country(replace(root, country=shipped.china()))

    found, wanted = np.asarray(path.fit.pop)[:, : COUNTRY_YEARS + 1], solve(peer)
    same = float(np.median(np.abs(found / wanted - 1.0)))
    seconds = _alternate(lambda: solve(peer), ours, sizes.repeats)
    ratio = [float(one) for one in seconds[:, 0] / seconds[:, 1]]
    mean = np.median(seconds, axis=0)
    note = (
        f"{mean[0]:.1f} / {mean[1]:.2f} s; the peer to 2050, without reading and inner groups; median apart {same:.0e}"
    )
    what = f"NumPy / {len(path.country.codes):,} leaves of China loaded, calibrated, carried on, 1 thread"
    return _figure("P16", what, "times", ratio, 2.0, at_least=True, note=note)


def _bits_figure(sizes: Sizes, isas: list[str]) -> Figure:
    kinds = [(isa, threads, batch) for isa in isas for threads in THREADS for batch in BATCHES]
    found = {_digest(sizes, *kind) for kind in kinds}
    note = (
        f"{', '.join(isas)} x {THREADS} threads x batches of {BATCHES}; a second compiler needs a second build; "
        f"sha256 {', '.join(sorted(h[:16] for h in found))}"
    )
    what = f"distinct results of {len(kinds)} runs"
    return _figure("P13", what, "", [float(len(found))], 1.0, note=note)


def measure(sizes: Sizes, progress: Callable[[str], None] = lambda step: None) -> list[Figure]:
    """All figures, in the order of their numbers. `progress` is told each step before it begins."""
    facts = machine()
    isas, cores = _bridge.bench_isas(), int(str(facts["cores"]))
    progress("P3 peer and engine")
    out = _peer_figures(sizes)
    progress("P4 share of the peak")
    out.append(_peak_figure(sizes, isas[-1]))
    progress("P6, P7 many places")
    out += _pipeline_figures(sizes, isas[-1])
    progress("P9 one place")
    out += _one_place_figures(sizes)
    progress("P10 threads")
    out.append(_thread_figure(sizes, cores))
    progress("P11 births as rates of each draw")
    out.append(_rated_figure(sizes))
    progress("P16 a country")
    out.append(_country_figure(sizes))
    progress("P13 bits")
    out.append(_bits_figure(sizes, isas))
    return out
