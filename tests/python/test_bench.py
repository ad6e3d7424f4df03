"""The benchmark compares equal things and leaves no figure out. Nothing here depends on how fast the machine is."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from typer.testing import CliRunner

from sanhai import _bridge
from sanhai.bench import __main__ as command
from sanhai.bench import figures, numpy_peer
from sanhai.bench.synthetic import ALL_COMPONENTS, Paths, drawn_paths, make_inputs, random_paths, runner

TINY = figures.Sizes(places=2, draws=16, years=5, repeats=1, few_places=2, hash_places=1, hash_draws=9)
IDS = {"P3", "P4", "P6", "P7", "P9", "P10", "P11", "P13", "P16"}


def test_the_peer_is_the_engine_in_numbers():
    found = figures.peer_differences(make_inputs(1), random_paths(77, 50))
    assert found.pop("lee_carter_polynomial") < figures.POLYNOMIAL
    assert set(found) == {"shared", "shared_kernel", "lee_carter"}
    assert max(found.values()) < figures.SAME


@pytest.mark.parametrize("part", ["fertility", "k", "shock"])
def test_a_path_changed_on_one_side_would_be_seen(part):
    inputs, paths = make_inputs(1, 10), random_paths(10, 8)
    arrays = asdict(paths)
    arrays[part] = arrays[part] + 1e-6
    same, other = (numpy_peer.project_lee_carter(inputs, given) for given in (paths, Paths(**arrays)))
    assert np.nanmax(np.abs(other / same - 1.0)) > figures.SAME


def test_survivorship_of_a_table_worked_by_hand():
    # m = 0.1, 0.2, 0.4: S(0) = 1/1.05, S(1) = 0.95/1.1, S(2) = T(2)/T(1) with T(2) = l(2)/m(2).
    S = numpy_peer.Sx_from_mx(np.array([[0.1], [0.2], [0.4]]))[:, 0]
    l1 = 0.95 / 1.05
    l2 = l1 * 0.9 / 1.1
    L0, L1, T2 = (1.0 + l1) / 2.0, (l1 + l2) / 2.0, l2 / 0.4
    np.testing.assert_allclose(S, [L0, L1 / L0, T2 / (L1 + T2)], rtol=1e-14)


def test_synthetic_places_are_whole():
    inputs = make_inputs(3, 4)
    options = _bridge.RunOptions(n_draws=20, keep="draws")
    ran = runner(inputs, cap=True).run(drawn_paths(inputs, ALL_COMPONENTS), options)
    values = dict(zip(ran.indicators, ran.draws.swapaxes(0, 1), strict=True))
    # Nothing is cut, which the peer could not follow, and every draw is one of its own.
    assert np.nanmax(values["migration_cut"]) == 0.0
    assert len(np.unique(values["pop_jan1"][:, -1])) == 3 * 20
    assert (values["pop_jan1"] > 0.0).all()


def test_an_instruction_set_that_is_not_there_is_refused(complains):
    inputs = make_inputs(1, 2)
    run, paths = runner(inputs), drawn_paths(inputs, ALL_COMPONENTS)
    complains(lambda: run.run(paths, _bridge.RunOptions(n_draws=2, isa="mmx")), "mmx", "baseline")


def test_every_figure_is_there_and_nothing_is_judged_on_another_size():
    found = figures.measure(TINY)
    assert {one.id for one in found} == IDS
    for one in found:
        assert one.min <= one.median <= one.max
        assert one.min > 0.0
        assert one.is_met is None or one.id not in {"P6", "P7"}
    bits = next(one for one in found if one.id == "P13")
    assert (bits.median, bits.is_met) == (1.0, True)


@pytest.mark.parametrize("form", ["--json", "table"])
def test_command(monkeypatch, form):
    # What is measured is tested above; here only how it is said.
    met = figures.Figure("P11", "parity / no parity", "times", 1.5, 1.4, 1.6, 2.2, True, "note")
    missed = figures.Figure("P9", "one place", "ms", 30.0, 29.0, 31.0, 20.0, False, "")
    asked = []
    monkeypatch.setattr(figures, "measure", lambda sizes, progress: asked.append(sizes) or [met, missed])
    app = command.typer.Typer()
    app.command()(command.main)
    result = CliRunner().invoke(app, ["--quick", *(["--json"] if form == "--json" else [])])
    assert result.exit_code == 0, result.output
    assert asked == [figures.QUICK]
    if form == "--json":
        value = json.loads(result.stdout)
        assert [one["is_met"] for one in value["figures"]] == [True, False]
        assert value["sizes"]["places"] == figures.QUICK.places
        assert value["machine"]["isa"] == _bridge.bench_isas()[-1]
    else:
        assert f"{figures.QUICK.places} places" in result.stdout
        assert [word in result.stdout for word in ("met", "MISSED", "note")] == [True] * 3
