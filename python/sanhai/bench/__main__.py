"""`python -m sanhai.bench`: every figure with its target, in one run."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sanhai.bench.figures import Figure

VERDICT = {True: "met", False: "MISSED", None: "-"}


def _table(figures: list[Figure]) -> str:
    rows: list[tuple[str, ...]] = [("id", "median", "min", "max", "unit", "target", "", "what")]
    for one in figures:
        numbers = tuple(f"{value:.4g}" for value in (one.median, one.min, one.max))
        target = "-" if one.target is None else f"{one.target:.4g}"
        rows.append((one.id, *numbers, one.unit, target, VERDICT[one.is_met], one.what))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row, note in zip(rows, ["", *(one.note for one in figures)], strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if note:
            lines.append(" " * 8 + note)
    return "\n".join(lines)


def main(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Within a minute: fewer places and repeats.")] = False,
) -> None:
    """Speed, memory and bits of the engine against their targets; medians of 5 (with --quick of 3)."""
    from sanhai.bench.figures import FULL, QUICK, machine, measure

    sizes, facts = QUICK if quick else FULL, machine()
    figures = measure(sizes, progress=lambda step: typer.echo(f"{step} ...", err=True))
    if as_json:
        value = {"machine": facts, "sizes": asdict(sizes), "figures": [asdict(one) for one in figures]}
        typer.echo(json.dumps(value, indent=2))
        return
    typer.echo(f"{facts['cpu']}, {facts['cores']} cores, {facts['isa']}; {facts['compiler']} {facts['flags']}")
    software = f"Python {facts['python']}, NumPy {facts['numpy']}, sanhai {facts['sanhai']}"
    typer.echo(f"{software}; load before: {facts['load_before']}")
    if quick:
        typer.echo(f"--quick: {sizes.places} places in P6 and P7 instead of {FULL.places}, medians of {sizes.repeats}.")
    typer.echo("\n" + _table(figures))


if __name__ == "__main__":
    # Peer and engine are compared on one thread each; read when NumPy loads its BLAS, hence before any import of it.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    typer.run(main)
