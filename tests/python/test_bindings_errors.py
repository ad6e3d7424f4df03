"""What the compiled module says of arguments that it refuses; the mutator sees to it that it refuses them at all."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from bindings import country_examples
from bindings.examples import CALLS, GROUP, NATION, OBJECTS
from bindings.specs import Struct, build, replaced
from sanhai import _core

STOCK = np.full((2, 101), 100.0)
SX = np.full((2, 101), 0.9)
GROUPS = np.full((2, 18), 100.0)


def call(name, **changes):
    arguments = {**CALLS[name], **changes}
    return lambda: getattr(_core, name)(**{key: build(value) for key, value in arguments.items()})


@pytest.mark.parametrize(
    ("refused", "what", "kind"),
    [
        (lambda: _core.november_to_january(STOCK, SX[:, :3]), "november", sh.ShapeError),
        (lambda: _core.november_to_january(STOCK[:1], SX[:1]), "november", sh.ShapeError),
        (lambda: _core.november_to_january(np.zeros((2, 0)), np.zeros((2, 0))), "november", sh.ShapeError),
        (lambda: _core.migration_pattern(GROUPS[:, :3], GROUPS, GROUPS, 101), "census groups", sh.ShapeError),
        (lambda: _core.migration_pattern(GROUPS, GROUPS[:1], GROUPS, 101), "census groups", sh.ShapeError),
        (lambda: _core.migration_pattern(GROUPS, GROUPS, GROUPS, 10), "n_ages", sh.ShapeError),
        (lambda: _core.migration_pattern(GROUPS, GROUPS, GROUPS, 2**62), "n_ages", sh.ShapeError),
        (lambda: _core.single_years(np.ones((2, 2)), [0, 500], STOCK), "age groups", sh.ShapeError),
        (lambda: _core.single_years(np.ones((5, 2)), [0, 5], np.ones((5, 101))), "age groups", sh.ShapeError),
        (lambda: _core.reverse_survived(STOCK, np.full((3, 1, 101), 0.9)), "reverse survival", sh.ShapeError),
        (call("parity_path", first_year=-(2**31)), "first_year", sh.DomainError),
        (call("women_from_anchors", base_year=2**31 - 1), "base_year", sh.DomainError),
        (call("nursery_account", first_year=2**31 - 1), "first_year", sh.DomainError),
        (call("book", n_payers=2**40), "payer_share", sh.ShapeError),
        (call("single_age_b", n_ages=2**40), "b", sh.ShapeError),
    ],
)
def test_sizes_and_years_that_the_arithmetic_cannot_hold(complains, refused, what, kind):
    complains(refused, what, kind=kind)


@pytest.mark.parametrize("name", [name for name in GROUP.attributes if isinstance(GROUP.attributes[name], np.ndarray)])
@pytest.mark.parametrize("length", [0, 1, 4])
def test_calibration_refuses_an_axis_of_another_length(complains, name, length):
    array = GROUP.attributes[name]
    axis = array.ndim - 1
    wrong = np.resize(array, (*array.shape[:axis], length))
    if name == "net_migration" and length == 0:  # without a cell: nobody beside the residual
        runs = [replaced(GROUP, ("attributes", name), given) for given in (wrong, 0.0 * array)]
        empty, nobody = (np.asarray(call("calibrate", group=group)().residual) for group in runs)
        assert np.array_equal(empty, nobody)
        return
    complains(call("calibrate", group=replaced(GROUP, ("attributes", name), wrong)), kind=sh.ShapeError)


@pytest.mark.parametrize("member", ["asfr", "relative"])
def test_policy_paths_refuse_tables_of_other_years(complains, member):
    paths = OBJECTS["PolicyPaths"]
    place = paths.arguments["places"][0]
    table = place.arguments["fertility"].attributes[member]
    wrong = replaced(place, ("arguments", "fertility", "attributes", member), np.repeat(table, 5, axis=0))
    complains(lambda: build(replaced(paths, ("arguments", "places", 0), wrong)), kind=sh.ShapeError)


def test_policy_paths_refuse_another_number_of_places(complains):
    paths = OBJECTS["PolicyPaths"]
    complains(lambda: build(replaced(paths, ("arguments", "places"), paths.arguments["places"][:1])), "places")


@pytest.mark.parametrize(
    ("given", "got"),
    [
        (None, "None"),
        ([True, False], "bool"),
        ([1.0 + 2.0j], "complex128"),
        (["1.5"], "<U3"),
        ([object()], "object"),
        (np.array(["2021"], dtype="M8[Y]"), "datetime64"),
        ([[1.0], [1.0, 2.0]], "list"),
    ],
)
def test_what_numpy_would_turn_into_numbers_in_silence_is_refused(complains, given, got):
    complains(lambda: _core.exp(given), "x", got, "real numbers", kind=sh.DomainError)


def test_years_of_a_struct_are_refused_when_they_are_set(complains):
    nation = _core.CountryNation()
    was = nation.first_year
    complains(lambda: setattr(nation, "first_year", 2**31 - 1), "first_year", kind=sh.DomainError)
    assert nation.first_year == was


def test_a_place_of_an_account_is_counted_from_0(complains):
    account = build(OBJECTS["NurseryAccount"])
    complains(lambda: account.sum([1]), "members", kind=sh.ShapeError)


def test_a_nation_without_years_is_refused(complains):
    empty = Struct("ParityNation", {**NATION.arguments, "asfr": np.zeros((0, 55)), "women": np.zeros((0, 55))})
    complains(lambda: build(empty), "parity inputs", kind=sh.ShapeError)


def test_rates_of_a_country_from_the_fit_of_another_are_refused():
    """The same country, but a year shorter: the fit has a year of movers too many."""
    longer = country_examples.NATION.attributes
    cut = {name: longer[name][:-1] for name in ("mx", "asfr", "srb", "pop_jan1", "births")}
    nation = Struct("CountryNation", attributes={**longer, **cut})
    shorter = build(Struct("CountryInputs", {**country_examples.COUNTRY.arguments, "nation": nation}))
    assert np.shape(_core.country_rates(shorter, _core.fit_country(shorter), [0], 4).pattern) == (1, 2, 90)
    with pytest.raises(sh.ShapeError, match=r"fit\.pool.*5, 2, 90"):
        _core.country_rates(shorter, build(country_examples.FIT), [0], 4)
