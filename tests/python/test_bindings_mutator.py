"""The compiled module under calls that are wrong in one part: `python -m bindings.mutator` runs all of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bindings import mutator
from bindings.examples import CALLS, OBJECTS
from bindings.specs import Struct, entries
from sanhai import _core

SHARE = 0.2  # of some 32,000 calls; `bash tests/sanitize/run` makes all of them under the sanitizers


def test_every_entry_of_the_module_has_a_valid_call():
    found = entries()
    calls = {entry for entry, kind in found.items() if kind in ("function", "method")}
    classes = {entry.split(".")[0] for entry in found if "." in entry}
    assert calls == set(CALLS)
    assert classes == set(OBJECTS)


def test_settable_properties_are_all_in_their_example():
    settable = {entry for entry, kind in entries().items() if kind == "settable property"}
    assert len(settable) > 80
    missing = [entry for entry in settable if entry.split(".")[1] not in OBJECTS[entry.split(".")[0]].attributes]
    assert not missing


def test_no_call_takes_more_than_six_arguments():
    constructors = {name: made.arguments for name, made in OBJECTS.items() if isinstance(made, Struct)}
    assert not {name for name, given in {**CALLS, **constructors}.items() if len(given) > 6}


def test_a_part_of_the_calls_neither_crashes_nor_hangs_nor_changes_its_arguments():
    n, findings = mutator.run_all(SHARE, seed=1)
    assert n > 5_000
    assert findings == []


def _raises(x):
    raise ValueError("not ours")


_counter = itertools.count()


@pytest.mark.parametrize(
    ("planted", "finding"),
    [
        (lambda x: np.broadcast_to(float(next(_counter)), 3), "two calls"),
        (lambda x: np.zeros(3), "can be written"),
        (lambda x: x.__setitem__(0, 7.0), "changed an argument"),
        (_raises, "raised ValueError"),
        (lambda x: np.asarray(x).strides, "another form"),
    ],
)
def test_the_mutator_notices(monkeypatch, planted, finding):
    monkeypatch.setattr(_core, "exp", planted)
    monkeypatch.setitem(CALLS, "exp", {"x": np.array([1.0, 2.0])})
    wrong = [mutator.run_case(case) for case in mutator.cases() if case.entry == "exp" and case.name in PROBES]
    assert any(finding in text for text in wrong)


PROBES = ("as it is", "x: every second")
