"""Every lever in every shipped place: it moves something, from its date on and not before, or it is refused by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

import sanhai as sh
from sanhai.places.catalogue import all_places
from sanhai.policy import packs
from sanhai.policy.levers import Lever
from sanhai.policy.lookup import lever_table
from sanhai.policy.payer_levers import payer_levels, payer_path
from sanhai.policy.paying import PAYERS
from sanhai.policy.reading import Reading, require_all_read
from sanhai.policy.scenario import Scenario, with_beliefs
from sanhai.policy.terms import payable
from sanhai.run.compile import Compiled, Reference, compiled
from sanhai.run.engine import People, project
from sanhai.run.layout import layout_of
from sanhai.run.money import Accounts, accounts
from sanhai.run.options import Options

LAST = 2036
DATE = 2031
STOCKS = ("pop_15_64", "pop_65plus", "women_15_49")  # of 1 January
FLOWS = ("births", "births_gross", "deaths", "net_migration", "migration_cut", "tfr", "e0_male", "e0_female")
PLACES = (
    "places_target", "places_demand", "places_want", "places_stock", "enrolment", "classes", "staff", "openings",
    "closures", "inclusive_occupied", "paid_places", "gap_target", "stock_per_child", "utilisation",
)  # fmt: skip
MONEY = ("beneficiaries", "liability", "cost_nominal", "cost_real", "pv", "cash")
LOCAL = ("payer.local.province", "payer.local.city", "payer.local.county")
STOCK = {"nursery.stock_per_1000": 3.0, "nursery.utilisation": 0.5, "nursery.inclusive_share": 0.6}
# What acts wherever the run has rows; every other lever acts in the scenario's place alone.
EVERYWHERE = ("migration.", "nursery.enrolment_share", "nursery.want_share", "nursery.target_utilisation")
# Places by type, and who among a user's recipients is entitled, are in no account yet.
IDLE = {
    "lanzhou.nursery.new_public_places_per_year", "lanzhou.nursery.new_home_places_per_year",
    "lanzhou.nursery.new_employer_places_per_year", "guizhou.nursery.new_places_per_year",
    "national.nursery.new_employer_places_per_year", "legacy.rural_share", "legacy.in_resident_pension",
    "legacy.in_resident_medical",
}  # fmt: skip
COUNTS_NOTHING = {("620171", "lanzhou.nursery.centre_yuan")}  # the New Area is no county: it has no centre of its own
CAP = "migration.on_negative"  # moves something only where a cell would empty: see test_lever_values


@dataclass(frozen=True)
class Run:
    """A point run of a scenario, leaf by leaf."""

    own: Compiled
    people: People
    accounts: Accounts


def run_scenario(one: Scenario, base: Run | None, last: int) -> Run:
    """`base`: what a change in care is measured against."""
    reference = None if base is None else Reference(base.accounts.nursery, base.people.pop_jan1)
    own = compiled(one, layout_of(one.place), last, reference)
    people = project(own, Options())
    return Run(own, people, accounts(own, people))


def in_use(one: Scenario, lever: Lever) -> bool:
    """Whether the lever can act in the scenario at all, by its contract."""
    rows = {row.full_id for leaf in one.place.leaves for row in one.instruments_at(leaf)}
    return lever.is_computed and (not lever.owners or not rows.isdisjoint(lever.owners)) and reaches(one, lever)


def reaches(one: Scenario, lever: Lever) -> bool:
    """Whether the lever's place is one of the scenario's."""
    homes = {code for place in (one.place, *one.place.leaves) for code in place.policy_codes}
    return not lever.scope or lever.scope in homes


def typical(lever: Lever) -> float:
    """A value inside the bounds where the default is none."""
    if lever.low > 0.0:
        return float(np.sqrt(lever.low * lever.high))
    scales = {"yuan": 2_000.0, "yuan per month": 700.0, "yuan per year": 900.0, "yuan per case": 1_500.0}
    # Below what take-up, awards and days in hospital are capped at.
    scales |= {"change of a share": 0.01, "institutions a year": 2.0, "days per year": 12.0}
    return scales.get(lever.unit, 0.1 if lever.high <= 1.0 else min(40.0, 0.5 * lever.high))


@cache
def carrier(code: str) -> tuple[Scenario, dict[str, float | str]]:
    """A scenario of a place in which every lever has something to act on, and its beliefs."""
    place = sh.place(code)
    one = sh.scenario("baseline", place)
    homes = {home for leaf in place.leaves for home in leaf.policy_codes}
    for pack in packs().values():
        if pack.place in homes and pack.id not in one.packs and pack.id != "local-examples":
            one = one.use(pack.id)
    levers = [lever for lever in lever_table().values() if in_use(one, lever) and lever.owners]
    policy = {lever.path: typical(lever) for lever in levers if lever.side == "policy" and lever.default is None}
    policy |= {path: sh.from_year(2027, value) for path, value in zip(LOCAL, (0.3, 0.3, 0.4), strict=True)}
    policy |= {**STOCK, "nursery.plan": sh.from_year(2027, "norm"), "nursery.plan_to": 2033}
    policy |= {"nursery.closure_rate": 0.03}
    beliefs = {lever.path: typical(lever) for lever in levers if lever.side == "belief"}
    beliefs |= {"response.female_employment": 0.6, "response.female_employment_reference": 0.6}
    return one.vary("carrier", policy), beliefs


@cache
def base_run(code: str) -> Run:
    return run_scenario(with_beliefs(sh.scenario("baseline", code), carrier(code)[1]), None, LAST)


def run_of(one: Scenario) -> Run:
    return run_scenario(one, base_run(one.code), LAST)


@cache
def carrier_run(code: str) -> Run:
    one, beliefs = carrier(code)
    return run_of(with_beliefs(one, beliefs))


@cache
def without_stock_run(code: str) -> Run:
    return run_of(without_stock(code))


def without_stock(code: str) -> Scenario:
    """The carrier without what is known about places."""
    one, beliefs = carrier(code)
    acts = ("nursery.plan", "nursery.closure_rate", *STOCK)
    kept = {s.path: s.value for s in one.settings if not s.path.startswith(acts) and "per_new_place" not in s.path}
    bare = {path: value for path, value in kept.items() if "operating_yuan" not in path and path not in LOCAL}
    start = sh.scenario("baseline", code)
    for pack in one.packs:
        start = start if pack in start.packs else start.use(pack)
    return with_beliefs(start.vary("bare", bare), beliefs)


def columns(run: Run) -> dict[str, np.ndarray]:
    """Everything a run says, by (leaf, year, ...); pop_jan1 is moved a year, so that a column is what a year leaves."""
    row_of = {members[0]: row for row, members in enumerate(run.own.layout.members) if len(members) == 1}
    leaves = [row_of[leaf] for leaf in range(len(run.own.codes))]
    out = {name: run.people.values[name][leaves, 1:, 0] for name in STOCKS}
    out |= {name: run.people.values[name][leaves, :-1, 0] for name in FLOWS}
    out |= {"pop_jan1": run.people.pop_jan1[:, 1:], "births by order": run.people.births}
    out |= {name: run.accounts.nursery.rows(name) for name in PLACES}
    bill = run.accounts.bill
    for name in MONEY:
        table = getattr(bill, name)
        out |= {f"{name} {line}": table[row] for row, line in enumerate(bill.lines)}
    return out


def moved(before: Run, after: Run) -> np.ndarray:
    """(leaf, year) whether any figure differs in any bit; a line that only one of them books is 0 in the other."""
    one, other = columns(before), columns(after)
    found = np.zeros((len(before.own.codes), len(before.own.years)), dtype=bool)
    for name in {*one, *other}:
        shape = (one[name] if name in one else other[name]).shape
        a, b = (side.get(name, np.zeros(shape)) for side in (one, other))
        differs = (a != b) & ~(np.isnan(a) & np.isnan(b))
        found |= differs.reshape(*shape[:2], -1).any(axis=2)
    return found


def perturbed(lever: Lever, one: Scenario) -> float | str:
    """Another value than the scenario's of the date."""
    now = one.value(lever.path, DATE)
    if lever.choices:
        return next(choice for choice in lever.choices if choice != now)
    if lever.path == "nursery.plan_to":
        return 2035
    start = typical(lever) if now is None else float(now)
    higher = start * 1.2 if start else 0.4 * lever.high
    return higher if higher <= lever.high else start * 0.8


def change(lever: Lever, one: Scenario) -> dict[str, object]:
    """The perturbation as `vary` takes it: from the middle of the run for what may have a date, of a year where it may
    have a month."""
    month = str(DATE) if lever.is_yearly else f"{DATE}-07"
    if lever.path in LOCAL:
        other = LOCAL[LOCAL.index(lever.path) - 1]
        shares = {lever.path: 0.1, other: -0.1}
        return {path: sh.from_month(month, float(one.number(path, DATE)) + step) for path, step in shares.items()}
    value = perturbed(lever, one)
    if lever.kind == "fixed":
        return {lever.path: value}
    return {lever.path: sh.from_month(month, value)}


def tried(lever: Lever, code: str) -> tuple[Run, Run]:
    """The carrier's run, and that with the lever moved."""
    one, beliefs = carrier(code)
    if lever.kind == "state":  # one date: nothing was known before it
        value = "national-rate" if lever.choices else 3.5
        return without_stock_run(code), run_of(
            without_stock(code).vary("moved", {lever.path: sh.from_year(DATE, value)})
        )
    if lever.side == "belief":
        held = with_beliefs(one, beliefs)
        return carrier_run(code), run_of(with_beliefs(held, change(lever, held)))
    return carrier_run(code), run_of(with_beliefs(one.vary("moved", change(lever, one)), beliefs))


def refused(lever: Lever, code: str) -> bool:
    """Whether setting the lever is refused by name: at once, or by the run that does not read it."""
    one, beliefs = carrier(code)
    value = perturbed(lever, one)
    try:
        if lever.side == "policy":
            changed = with_beliefs(one.vary("moved", {lever.path: value}), beliefs)
        else:
            changed = with_beliefs(with_beliefs(one, beliefs), {lever.path: value})
        require_all_read(run_of(changed).own.reading, range(2021, LAST + 1))
    except sh.ConfigError as error:
        return lever.path in str(error)
    return False


# Places of every document, or one below it; 320106 has none but the nation's, 620982 its province's too.
CARRIERS = ("100000", "620100", "620102", "620123", "620171", "620702", "520102", "620982", "320106")


def test_every_document_holds_at_a_place_whose_levers_are_turned():
    homes = {home for code in CARRIERS for leaf in sh.place(code).leaves for home in leaf.policy_codes}
    assert {pack.place for pack in packs().values()} <= homes


@pytest.mark.parametrize("code", CARRIERS)
def test_every_lever_moves_something_from_its_date_on_or_is_refused(code):
    one, _ = carrier(code)
    require_all_read(carrier_run(code).own.reading, range(2021, LAST + 1))
    inside = np.array([one.holds_at(leaf) for leaf in carrier_run(code).own.inputs.leaves])
    still, early, outside, passed = [], [], [], []
    for lever in lever_table().values():
        if lever.path == CAP:
            continue
        if not in_use(one, lever):
            passed += [] if refused(lever, code) else [lever.path]
            continue
        before, after = tried(lever, code)
        found = moved(before, after)
        if (code, lever.path) in COUNTS_NOTHING:
            assert not found.any()
            continue
        begins = 2026 - 2021 if lever.path == "nursery.plan_to" else 0 if lever.kind == "fixed" else DATE - 2021
        still += [] if found[inside, begins:].any() else [lever.path]
        early += [lever.path] if found[:, :begins].any() else []
        national = lever.instrument.startswith("national/") or not lever.scope or lever.side == "belief"
        if not national and not lever.path.startswith(EVERYWHERE):
            outside += [lever.path] if found[~inside].any() else []
    assert (still, early, outside, passed) == ([], [], [], [])


@pytest.mark.parametrize("code", CARRIERS)
def test_every_payer_that_is_set_pays_from_its_date_on_in_its_place(code):
    """Each level of every component in turn, all components together: payers answer to nothing but who pays."""
    one, beliefs = carrier(code)
    plain = carrier_run(code)
    inside = np.array([one.holds_at(leaf) for leaf in plain.own.inputs.leaves])
    at = {line: row for row, line in enumerate(plain.accounts.bill.lines)}
    terms = {term.id: term for leaf in plain.own.inputs.leaves for term in payable(plain.own.reading, leaf).values()}
    seen = set()
    for level in PAYERS:  # what is left to localities the carrier splits
        pays = [PAYERS.index(one) for one in (("province", "city", "county") if level == "local_unsplit" else (level,))]
        turned = [name for name in at if level in payer_levels(terms[name].component)]
        changed = one.vary("moved", {payer_path(name, level): sh.from_month(f"{DATE}-07", 1.0) for name in turned})
        own = replace(plain.own, reading=Reading(with_beliefs(changed, beliefs)))
        bill, n = accounts(own, plain.people).bill, DATE - 2021
        assert bill.lines == plain.accounts.bill.lines
        assert np.array_equal(bill.liability, plain.accounts.bill.liability)
        for name in turned:
            before, after = plain.accounts.bill.cost_nominal[at[name]], bill.cost_nominal[at[name]]
            assert np.array_equal(before[:, :n], after[:, :n]), name
            assert np.array_equal(before[~inside], after[~inside]), name
            assert not np.delete(after[inside, n + 1 :], pays, axis=2).any(), (name, level)
            assert after[inside, n][:, pays].sum() >= 0.5 * after[inside, n].sum() * (1.0 - 1e-12)
            seen |= {name} if after[inside, n:].any() else set()
    assert seen == {name for name in at if plain.accounts.bill.cost_nominal[at[name]][inside, DATE - 2021 :].any()}
    assert seen


def test_levers_that_nothing_computes_are_refused_everywhere_with_that_sentence(complains):
    base = sh.scenario("baseline", "lanzhou")
    idle = [lever for lever in lever_table().values() if not lever.is_computed]
    assert {lever.path for lever in idle} == IDLE
    for lever in idle:
        make = base.vary if lever.side == "policy" else lambda _, changes: with_beliefs(base, changes)
        value = lever.choices[0] if lever.choices else min(lever.high, 1.0)
        complains(lambda make=make, path=lever.path, value=value: make("x", {path: value}), lever.path,
                  "recorded, not computed", kind=sh.ConfigError)  # fmt: skip


def test_every_lever_has_a_whole_contract():
    for path, lever in lever_table().items():
        assert lever.path == path
        assert lever.low < lever.high or lever.choices, path
        assert np.isfinite([lever.low, lever.high]).all(), path
        assert lever.zh, path
        assert lever.en, path
        assert lever.side in ("policy", "belief")
        assert lever.kind in ("series", "state", "fixed")
        assert lever.scope in ("", *all_places()), path
        if lever.default is not None and not lever.choices:
            assert lever.low <= float(lever.default) <= lever.high, path


def test_a_fixed_lever_refuses_a_date_and_a_state_a_second_one(complains):
    base = sh.scenario("baseline", "lanzhou")
    for lever in lever_table().values():
        if not in_use(base, lever):
            continue
        value = lever.choices[-1] if lever.choices else lever.default if lever.default is not None else typical(lever)
        make = base.vary if lever.side == "policy" else lambda _, changes: with_beliefs(base, changes)
        if lever.kind == "fixed":
            value = 2030 if lever.path == "nursery.plan_to" else value
            complains(lambda m=make, p=lever.path, v=value: m("x", {p: sh.from_year(2030, v)}), lever.path, "2030")
        if lever.kind == "state":
            two = [sh.from_year(2027, value), sh.from_year(2030, value)]
            complains(lambda m=make, p=lever.path, two=two: m("x", {p: two}), lever.path, kind=sh.ConfigError)


# ---- what a year depends on -----------------------------------------------------------------------------------------


def dated(code: str) -> Scenario:
    """The carrier with changes announced for late years, in every kind of lever that can have a date."""
    one, beliefs = carrier(code)
    late = {
        "nursery.closure_rate": sh.from_year(2036, 0.2), "nursery.plan": sh.from_year(2035, "none"),
        "nursery.norm_per_1000": sh.from_year(2035, 6.0), "nursery.enrolment_share": sh.from_year(2036, 0.3),
        "migration.mode": sh.from_year(2036, "zero"), "fertility.multiplier": sh.from_year(2035, 1.3),
        "subsidy.child3.yuan_per_month": sh.from_year(2036, 3_000), "subsidy.national.take_up": sh.from_year(2035, 0.5),
        **dict(zip(LOCAL, (sh.from_year(2036, share) for share in (0.1, 0.1, 0.8)), strict=True)),
    }  # fmt: skip
    more = {
        "money.inflation": sh.from_year(2036, 0.1), "money.discount": sh.from_year(2035, 0.1),
        "registered.ratio": sh.from_year(2036, 0.5), "response.cost_growth": sh.from_year(2036, 0.05),
        "recipients.national/special-assistance/bereaved": [sh.from_year(2027, 100), sh.from_year(2036, 9_000)],
    }  # fmt: skip
    return with_beliefs(one.vary("late", late), {**beliefs, **more})


@pytest.mark.parametrize("code", ["620100", "620700", "520000", "100000"])
def test_a_run_is_the_first_part_of_a_longer_one(code):
    """Bit for bit, whatever begins after the shorter one's end: every figure, and which lines are booked for it."""
    one = dated(code)
    base = with_beliefs(sh.scenario("baseline", code), carrier(code)[1])
    short, long = (run_scenario(one, run_scenario(base, None, last), last) for last in (2034, 2041))
    n = len(short.own.years)
    late = columns(long)
    for name, values in columns(short).items():
        assert values.shape[1] == n, name
        assert np.array_equal(values, late[name][:, :n], equal_nan=True), name
    assert np.array_equal(short.people.pop_jan1, long.people.pop_jan1[:, : n + 1])
    for name, values in short.accounts.bill.factors.items():
        assert np.array_equal(values, long.accounts.bill.factors[name][:n]), name


def test_what_begins_after_a_run_leaves_no_trace_in_it():
    """Where nothing differs inside the shorter run, births answer to nothing; in the longer one they do, later."""
    one = sh.scenario("baseline", "gansu").vary("late", {"subsidy.child2.yuan_per_month": sh.from_year(2036, 900)})
    base = run_scenario(sh.scenario("baseline", "gansu"), None, 2034)
    short, long = (run_scenario(one, None, last) for last in (2034, 2041))
    assert (short.own.answers, long.own.answers) == (False, True)
    n = len(short.own.years)
    for name, values in columns(short).items():
        assert np.array_equal(values, columns(base)[name], equal_nan=True), name
        assert np.array_equal(values, columns(long)[name][:, :n], equal_nan=True), name


def test_draws_too_are_the_first_part_of_a_longer_run():
    one, beliefs = sh.scenario("cost-reduction", "榆中"), {"money.inflation": sh.from_year(2033, 0.1)}
    late = one.vary("late", {"nursery.closure_rate": sh.from_year(2033, 0.3),
                             "subsidy.national.take_up": sh.from_year(2033, 0.4),
                             "migration.mode": sh.from_year(2033, "zero")})  # fmt: skip
    base = sh.scenario("baseline", "榆中")
    short, long = (
        sh.compare([base, late], (2021, last), draws=24, seed=5, beliefs=beliefs).data.isel(year=slice(0, 12))
        for last in (2032, 2036)
    )
    for name, values in short.data_vars.items():
        if name in long:
            assert np.array_equal(values, long[name].reindex_like(values), equal_nan=True), name
    assert set(short) <= set(long)
