"""One table of indicators: what a result says of a variable is what the core says of what it keeps."""

from __future__ import annotations

import pytest

from sanhai import _bridge
from sanhai.errors import words
from sanhai.units import DERIVED, VARIABLES

ROWS = [row for row in _bridge.indicator_table() if row.variable]


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_every_row_of_the_core_is_a_variable_with_its_unit(row):
    found = VARIABLES[row.variable]
    assert (found.unit, found.stock, found.adds) == (row.unit, row.is_stock, row.of_sum == "added")
    assert found.split == ("sex" if row.sex else "")
    assert found.money == ""


def test_no_variable_is_defined_twice():
    kept = {row.variable for row in ROWS}
    assert not kept & set(DERIVED)
    assert set(VARIABLES) == kept | set(DERIVED) == set(words()["variable"])


def test_units_are_those_that_have_been_printed():
    """Some by hand: a ratio of ages is per person, total fertility per woman."""
    said = {"tfr": "children per woman", "e0": "years", "oadr": "per person", "tdr": "per person", "births": "births"}
    assert {name: VARIABLES[name].unit for name in said} == said
    assert VARIABLES["births"].split == ""  # births by order add up to births
