"""Bad input is refused with what, got, allowed and a remedy; nothing is repaired in silence."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from projecting import project
from sanhai import _bridge
from sanhai.policy.vocabulary import UnknownNameError

BASE = sh.scenario("baseline", "lanzhou")
CHINA = sh.scenario("baseline", "china")
PATH = "subsidy.child3.yuan_per_month"


# ---- names ----------------------------------------------------------------------------------------------------------

NAMES = [
    ("place", lambda: sh.place("atlantis"), ("place", "'atlantis'", "sanhai places")),
    ("near place", lambda: sh.place("lanzho"), ("兰州 (兰州市 Lanzhou, 620100)",)),
    ("empty place", lambda: sh.place(""), ("place", "''")),
    ("place of a project", lambda: sh.project("atlantis"), ("'atlantis'",)),
    ("place of a scenario", lambda: sh.scenario("baseline", "atlantis"), ("'atlantis'",)),
    ("scenario", lambda: sh.scenario("low", "lanzhou"), ("'low'", "zero-migration")),
    ("lever", lambda: BASE.vary("x", {"subsidy.child3": 500}), ("'subsidy.child3'", PATH)),
    ("lever without likeness", lambda: BASE.vary("x", {"zzz": 1}), ("'zzz'",)),
    ("lever read", lambda: BASE.number("response.epsilon", 2026), ("response.eps",)),
    ("variable of a table", lambda: sh.project("china", (2021, 2025)).table("birth"), ("'birth'", "births")),
    ("scenario of a difference", lambda: sh.project("china", (2021, 2025)).diff("births", vs="x"), ("'x'", "baseline")),
    ("pack of another place", lambda: BASE.use("guizhou-2021"), ("guizhou-2021", "520000", "620100")),
]


@pytest.mark.parametrize(("call", "fragments"), [case[1:] for case in NAMES], ids=[case[0] for case in NAMES])
def test_unknown_names(call, fragments, complains):
    complains(call, *fragments, kind=sh.ConfigError)


@pytest.mark.parametrize(
    ("call", "near"),
    [
        (lambda: BASE.use("lanzhou2023"), "lanzhou-2023"),
        (lambda: BASE.without("national/child-alowance"), "national/child-allowance"),
    ],
    ids=["pack", "instrument"],
)
def test_unknown_documents_suggest_near_ones(call, near):
    with pytest.raises(UnknownNameError, match="did you mean") as caught:
        call()
    assert near in str(caught.value)
    assert isinstance(caught.value, sh.ConfigError)


# ---- values of levers -----------------------------------------------------------------------------------------------

VALUES = [
    ("negative amount", PATH, -1, "yuan per month"),
    ("not a number", PATH, float("nan"), "yuan per month"),
    ("infinite", PATH, float("inf"), "yuan per month"),
    ("text where a number belongs", PATH, "five hundred", "yuan per month"),
    ("nothing where a number belongs", PATH, None, "yuan per month"),
    ("a mapping where a number belongs", PATH, {2027: 500}, "yuan per month"),
    ("per cent where a share belongs", "nursery.enrolment_share", 12, "share"),
    ("take-up above one", "subsidy.national.take_up", 90, "share"),
    ("places per million where per 1,000 belongs", "nursery.norm_per_1000", 4500, "places per 1,000"),
    ("stock of places in places", "nursery.stock_per_1000", 19_964, "places per 1,000"),
    ("eps out of bounds", "response.eps", 25, "elasticity"),
    ("negative eps", "response.eps", -0.1, "elasticity"),
    ("tau above one", "response.tau", 1.5, "share"),
    ("discount in per cent", "money.discount", 3, "1/year"),
    ("inflation in per cent", "money.inflation", 2, "1/year"),
    ("fertility in per cent", "fertility.multiplier", 110, "ratio"),
    ("year before the stock", "nursery.plan_to", 2020, "year"),
    ("fifty million yuan a birth", "subsidy.birth1.yuan", 50_000_000, "yuan"),
    ("a month's pay for a year", PATH, 1e300, "yuan per month"),
    ("more recipients than people", "recipients.national/rural-reward/parent", 2e9, "count a year"),
    ("a child for nothing", "response.cost_of_child_yuan", 538, "yuan"),
    ("a truth where a number belongs", PATH, True, "yuan per month"),
    ("more digits than a number has", PATH, 10**400, "yuan per month"),
    ("desired progression below the present one", "response.D1", 0.1, "share"),
]


@pytest.mark.parametrize(("path", "value", "unit"), [case[1:] for case in VALUES], ids=[case[0] for case in VALUES])
def test_values_out_of_bounds(path, value, unit, complains):
    text = complains(lambda: BASE.vary("x", {path: value}), path, unit, kind=sh.ConfigError)
    if type(value) in (int, float) and abs(value) <= 1e300:
        assert repr(value) in text
    assert len(text) < 500
    complains(lambda: BASE.vary("x", {path: sh.from_year(2030, value)}), path, kind=sh.ConfigError)


@pytest.mark.parametrize(
    ("path", "value"), [("migration.mode", "none"), ("nursery.assumption", 1), ("nursery.plan", "4.5")]
)
def test_choices(path, value, complains):
    complains(lambda: BASE.vary("x", {path: value}), path, repr(value), "one of ", kind=sh.ConfigError)


@pytest.mark.parametrize("year", [27, 2027.5, "2027", 20270, True, None])
def test_dates_of_levers(year, complains):
    complains(lambda: sh.from_year(year, 500), "from_year", str(year), kind=sh.ConfigError, got=year is not None)


# ---- comparisons ----------------------------------------------------------------------------------------------------

YEARS = [
    ("before the first", (2019, 2050)),
    ("past the last", (2021, 2150)),
    ("backwards", (2040, 2030)),
    ("inside the fitted years", (2021, 2023)),
    ("text", ("2021", "2050")),
    ("fractions", (2021.5, 2050)),
    ("not a number", (2021, float("nan"))),
    ("one year", 2050),
    ("three years", (2021, 2030, 2050)),
]


@pytest.mark.parametrize("years", [case[1] for case in YEARS], ids=[case[0] for case in YEARS])
def test_years(years, complains):
    complains(lambda: sh.compare([CHINA], years), "years", "2021", "2100", kind=sh.ConfigError)
    complains(lambda: sh.project("china", years), "years", kind=sh.ConfigError)


def test_no_scenario(complains):
    complains(lambda: sh.compare([]), "scenarios", "at least one", kind=sh.ConfigError)


def test_two_scenarios_of_one_name(complains):
    complains(
        lambda: sh.compare([CHINA, CHINA.vary("baseline", {"fertility.multiplier": 1.1})]),
        "baseline",
        kind=sh.ConfigError,
    )


def test_scenarios_of_two_places(complains):
    complains(lambda: sh.compare([CHINA, BASE.vary("x", {})]), "100000", "620100", kind=sh.ConfigError)


def test_one_scenario_that_is_not_in_a_list(complains):
    complains(lambda: sh.compare(CHINA), "scenarios", kind=sh.ConfigError)


def test_a_name_where_a_scenario_belongs(complains):
    complains(lambda: sh.compare(["baseline"]), "scenario", "baseline", kind=sh.ConfigError)


# ---- arrays through the bridge --------------------------------------------------------------------------------------

N_AGES, N_YEARS = 60, 3


def inputs(**changes):
    """A small valid projection, and what to change in it."""
    Sx = np.full((1, N_YEARS, 2, N_AGES), 0.99)
    asfr = np.zeros((1, N_YEARS, 3, N_AGES))
    asfr[:, :, :, 20:40] = 0.02
    found = {
        "places": ["x"],
        "first_year": 2021,
        "pop_jan1": np.full((1, 2, N_AGES), 1000.0),
        "Sx": Sx,
        "asfr": asfr,
        "srb": np.full((1, N_YEARS), 1.06),
        "net_migration": np.zeros((1, N_YEARS, 2, N_AGES)),
    }
    for name, (index, value) in changes.items():
        found[name] = found[name].copy()
        found[name][index] = value
    return found


def test_the_small_projection_is_valid():
    assert np.asarray(project(**inputs()).pop_jan1).min() > 0.0


CELLS = [
    ("nan population", "pop_jan1", (0, 1, 30), float("nan"), ("pop_jan1", "female", "30")),
    ("negative population", "pop_jan1", (0, 0, 30), -5.0, ("pop_jan1", "male", "30", "-5")),
    ("infinite population", "pop_jan1", (0, 0, 30), float("inf"), ("pop_jan1",)),
    ("nan survivorship", "Sx", (0, 1, 0, 7), float("nan"), ("Sx", "2022", "7")),
    ("survivorship above one", "Sx", (0, 2, 1, 7), 1.01, ("Sx", "2023", "1.01")),
    ("negative survivorship", "Sx", (0, 0, 1, 7), -0.1, ("Sx", "2021", "-0.1")),
    ("nan fertility", "asfr", (0, 1, 2, 25), float("nan"), ("asfr", "2022", "25")),
    ("negative fertility", "asfr", (0, 1, 0, 25), -0.01, ("asfr", "-0.01")),
    ("fertility above one", "asfr", (0, 1, 0, 25), 80.0, ("asfr", "80")),
    ("fertility in the open group", "asfr", (0, 1, 0, N_AGES - 1), 0.01, ("asfr",)),
    ("sex ratio in per cent", "srb", (0, 1), 106.0, ("srb", "2022", "106")),
    ("sex ratio as a share", "srb", (0, 1), 0.515, ("srb", "0.515")),
    ("nan sex ratio", "srb", (0, 1), float("nan"), ("srb",)),
    ("nan migrants", "net_migration", (0, 1, 0, 5), float("nan"), ("net_migration", "2022")),
    ("leavers above the stock", "net_migration", (0, 1, 1, 30), -50_000.0, ("2022", "female", "30")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "index", "value", "fragments"), [case[1:] for case in CELLS], ids=[case[0] for case in CELLS]
)
def test_cells_of_a_projection(name, index, value, fragments, complains):
    complains(lambda: project(**inputs(**{name: (index, value)})), *fragments, "x", kind=sh.DomainError)


SHAPES = [
    ("survivorship of other ages", "Sx", (1, N_YEARS, 2, N_AGES + 1)),
    ("fertility of other years", "asfr", (1, N_YEARS + 1, 3, N_AGES)),
    ("fertility of one order", "asfr", (1, N_YEARS, 1, N_AGES)),
    ("one sex", "pop_jan1", (1, 1, N_AGES)),
    ("places that are not there", "pop_jan1", (2, 2, N_AGES)),
    ("sex ratios of other years", "srb", (1, N_YEARS - 1)),
    ("migrants of other years", "net_migration", (1, N_YEARS - 1, 2, N_AGES)),
    ("too few axes", "pop_jan1", (2, N_AGES)),
]


@pytest.mark.parametrize(("name", "shape"), [case[1:] for case in SHAPES], ids=[case[0] for case in SHAPES])
def test_shapes_of_a_projection(name, shape, complains):
    found = inputs()
    found[name] = np.full(shape, 0.5)
    complains(lambda: project(**found), name, kind=sh.ShapeError)


def test_leavers_above_the_stock_are_capped_only_when_asked():
    found = inputs(net_migration=((0, 1, 1, 30), -50_000.0))
    capped = project(**found, cap_negative=True)
    assert np.asarray(capped.pop_jan1)[0, 2, 1, 30] == 0.0
    assert np.asarray(capped.migration_cut)[0, 1] > 49_000.0
    assert np.asarray(capped.balance).max() <= 1e-12


# ---- money and places through the bridge ----------------------------------------------------------------------------


def book(share=(0.9, 0.1), take_up=1.0, yuan=100.0):
    observed = _bridge.Observed(["x"], 2025, np.ones((1, 2, 2, 5)), np.ones((1, 1, 3)), np.full((1, 3, 3), 1.0 / 3.0))
    line = _bridge.Line("levers/x", _bridge.HeadStock.midyear)
    line.yuan_per_head, line.take_up = np.full((1, 1, 3, 3), yuan), [take_up]
    line.payer_share = np.array(share).reshape(1, 1, -1)
    return _bridge.book(observed, [line], len(share))


def test_the_small_bill_is_valid():
    assert book()["cost_nominal"].sum() == pytest.approx(2.0 * 3.0 * 100.0)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"share": (0.9, 0.2)}, sh.AccountingError),
        ({"share": (1.2, -0.2)}, (sh.DomainError, sh.AccountingError)),
        ({"take_up": 1.2}, sh.DomainError),
        ({"take_up": float("nan")}, sh.DomainError),
        ({"yuan": float("nan")}, sh.DomainError),
        ({"yuan": -1.0}, sh.DomainError),
    ],
    ids=["payers above one", "negative payer", "take-up above one", "nan take-up", "nan amount", "negative amount"],
)
def test_bills(changes, kind, complains):
    complains(lambda: book(**changes), "levers/x", kind=kind)


@pytest.mark.parametrize(
    ("name", "value"),
    [("enrolment_share", 12.0), ("want_share", -0.1), ("norm", -0.0045), ("target_utilisation", 0.0)],
)
def test_nursery_levers_out_of_bounds(name, value, complains):
    settings = _bridge.NurserySettings()
    settings.norm = settings.enrolment_share = np.full((1, 1), 0.1)
    setattr(settings, name, np.full((1, 1), value))
    complains(
        lambda: _bridge.nursery_account(["x"], 2025, np.ones((1, 2, 2, 101)), settings), name, kind=sh.DomainError
    )


def test_class_shares_that_do_not_sum_to_one(complains):
    settings = _bridge.NurserySettings()
    settings.norm = settings.enrolment_share = np.full((1, 1), 0.1)
    settings.class_share = np.array([[0.5, 0.5, 0.5]])
    complains(lambda: _bridge.nursery_account(["x"], 2025, np.ones((1, 2, 2, 101)), settings), kind=sh.AccountingError)


def test_response_parameters_out_of_bounds(complains):
    point = _bridge.ResponseParameters()
    point.tau = 1.5
    complains(point.validate, "tau", "1.5", kind=sh.DomainError)
    point = _bridge.ResponseParameters()
    point.eps = float("nan")
    complains(point.validate, "eps", kind=sh.DomainError)


def test_every_kind_of_error_is_a_value_error_too():
    with pytest.raises(ValueError, match="allowed"):
        sh.place("atlantis")
