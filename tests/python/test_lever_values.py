"""Single levers with the right value, dates and series, what nothing reads, beliefs: what is set is what runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sanhai as sh
from inside import inside
from sanhai.policy.reading import Reading, require_all_read
from sanhai.policy.scenario import Scenario, with_beliefs
from sanhai.policy.terms import under_floor
from sanhai.run.compile import compiled
from sanhai.run.layout import layout_of

CAP = "migration.on_negative"
LOCAL = ("payer.local.province", "payer.local.city", "payer.local.county")


# ---- single levers, with the right value ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lanzhou_base():
    return sh.scenario("baseline", "lanzhou")


def together(*scenarios: Scenario, last: int = 2036, **more: object):
    return sh.compare(list(scenarios), (2021, last), **more)


def test_migration_stops_in_the_year_it_stops(lanzhou_base):
    """Open again, whoever arrives does so as if it had never been closed, and of those there by then a rate leaves."""
    one = lanzhou_base.vary("closed", {"migration.mode": sh.from_year(2031, "zero")})
    found = together(lanzhou_base, one)
    before, after = (inside(found)[name].people.net_migration for name in ("baseline", "closed"))
    t = 2031 - 2021
    assert np.array_equal(before[:, :t], after[:, :t])
    assert np.abs(before[:, t:]).sum() > 0.0
    assert not after[:, t:].any()
    again = one.vary("open again", {"migration.mode": sh.from_year(2034, "recent")})
    reopened = inside(together(again))["open again"]
    net, path = reopened.people.net_migration, reopened.inputs
    assert not net[:, t : t + 3].any()
    there = reopened.people.pop_jan1[:, 1:] - net
    expected = path.net_migration - path.leaving_rate * there
    assert net[:, t + 3 :] == pytest.approx(expected[:, t + 3 :], rel=1e-9, abs=1e-6)
    assert (net[:, t + 3 :] - before[:, t + 3 :]).any()
    assert path.leaving_rate[:, t:].any()


@pytest.fixture(scope="module")
def observed_to_2026_and_2025():
    """A place that is the sum of two: totals are published of one for 2025 and 2026, of the other for 2025 alone."""
    men, women = (level * np.exp(-0.0002 * np.arange(101.0) ** 2) for level in (20_000.0, 19_500.0))
    people = sh.by_age(male=men, female=women, date="2025-01-01", unit="persons")
    total = men.sum() + women.sum()

    def part(name, *factors):
        rows = [("pop_yearend", year, "both", "all", total * factor, "persons")
                for year, factor in enumerate(factors, 2025)]  # fmt: skip
        observed = pd.DataFrame(rows, columns=["variable", "year", "sex", "age", "value", "unit"])
        return sh.Place(name, population=people, mortality=sh.like("china"), fertility=sh.like("china"),
                        migration="residual", observed=observed)  # fmt: skip

    return sh.Place("Both", parts=[part("Longer", 1.01, 1.03), part("Shorter", 1.02)])


def test_migration_stops_in_each_leaf_after_its_own_observed_years(observed_to_2026_and_2025):
    """None stops before what was observed of it, whichever place the setting's first year is of."""
    whole = observed_to_2026_and_2025
    layout = layout_of(whole)
    assert [leaf.first_projected_year for leaf in layout.leaves] == [2027, 2026]

    def moved(one):
        return compiled(one, layout, 2030).net_migration

    base, shorter = sh.scenario("baseline", whole), sh.scenario("baseline", whole.parts[1])
    assert moved(base).any(axis=(2, 3)).all()
    from_2026 = shorter.vary("closed", {"migration.mode": "zero"})
    assert [(one.year, one.value) for one in from_2026.settings] == [(2026, "zero")]
    closed = moved(from_2026)
    assert closed.any(axis=(2, 3)).tolist() == [[True] * 2 + [False] * 4, [True] + [False] * 5]
    assert np.array_equal(closed[0, :2], moved(base)[0, :2])
    from_2027 = moved(sh.scenario("zero-migration", whole))
    assert from_2027.any(axis=(2, 3)).tolist() == [[True] * 2 + [False] * 4] * 2
    past = base.vary("past", {"migration.mode": sh.from_year(2025, "zero")}, counterfactual=True)
    assert not moved(past).any()  # meant: the years of all are rewritten


def test_ages_made_again_are_the_draws_where_places_were_observed_to_different_years(observed_to_2026_and_2025):
    """Each row's ages sum to its draws, those of the sum too."""
    whole = observed_to_2026_and_2025
    found = sh.compare([sh.scenario("baseline", whole)], (2025, 2032), draws=4, seed=3)
    assert found.places == (whole.code, *(part.code for part in whole.parts))
    for place in found.places:
        ages = found.by_age(place)["pop_jan1"].sum(("sex", "age")).values
        draws = found.sel("pop_jan1", place=place).values.reshape(ages.shape)
        np.testing.assert_allclose(ages, draws, rtol=1e-12)
        assert (np.ptp(draws, axis=0)[3:] > 0.0).all()


def test_draws_of_a_closed_place_deviate_from_nobody_only_while_it_is_closed(lanzhou_base):
    base = sh.scenario("baseline", "榆中")
    closed = base.vary("closed", {"migration.mode": [sh.from_year(2029, "zero"), sh.from_year(2032, "recent")]})
    found = sh.compare([base, closed], (2021, 2035), draws=16, seed=3)
    net = {name: found.sel("net_migration", scenario=name).values[0].T for name in found.scenarios}  # (year, draw)
    t = slice(2029 - 2021, 2032 - 2021)
    assert np.array_equal(net["baseline"][: t.start], net["closed"][: t.start])
    assert not net["closed"][t].any()
    assert net["closed"][t.stop :].std(axis=1).min() > 0.0


def test_fertility_is_multiplied_from_its_date(lanzhou_base):
    one = lanzhou_base.vary("more", {"fertility.multiplier": [sh.from_year(2030, 1.2), sh.from_year(2033, 0.9)]})
    tfr = together(lanzhou_base, one).data["tfr"].sel(place="620102").isel(draw=0)
    ratio = (tfr.sel(scenario="more") / tfr.sel(scenario="baseline")).values[:-1]
    expected = [1.0] * 9 + [1.2] * 3 + [0.9] * 4
    assert np.allclose(ratio, expected, rtol=1e-9)
    assert (ratio[:9] == 1.0).all()


def test_take_up_changes_money_from_its_date(lanzhou_base):
    one = lanzhou_base.vary("half", {"subsidy.national.take_up": sh.from_year(2029, 0.45)})
    found = together(lanzhou_base, one)
    paid = {name: run.bill.cost_nominal[run.bill.instruments.index("national/child-allowance")].sum(axis=2)
            for name, run in inside(found).items()}  # fmt: skip
    t = 2029 - 2021
    assert np.array_equal(paid["half"][:, :t], paid["baseline"][:, :t])
    assert np.allclose(paid["half"][:, t:], 0.5 * paid["baseline"][:, t:], rtol=1e-12)


def test_take_up_that_a_lever_holds_does_not_vary_between_draws():
    """Before its date draws claim as their prior says; from then on all claim the same share."""
    base = sh.scenario("baseline", "china")
    held = base.vary("held", {"subsidy.national.take_up": sh.from_year(2030, 0.5)})
    nothing = base.vary("nothing", {"subsidy.national.take_up": 0.0})
    found = sh.compare([base, held, nothing], (2021, 2033), draws=32, seed=1)
    t = 2030 - 2021

    def drawn(variable, name):
        chosen = found.sel(variable, scenario=name, by="instrument").sel(instrument="national/child-allowance")
        return chosen.values[0].T  # (year, draw)

    cost, full = drawn("cost_nominal", "held"), drawn("liability", "held")
    assert np.array_equal(cost[:t], drawn("cost_nominal", "baseline")[:t])
    assert (cost[t - 1] / full[t - 1]).std() > 0.01
    assert np.allclose(cost[t:], 0.5 * full[t:], rtol=1e-12)
    assert (drawn("liability", "nothing")[5:] > 0.0).all()
    assert not drawn("cost_nominal", "nothing")[5:].any()


def test_closures_begin_when_they_begin():
    """The package closes 5 % a year from 2027; its stock is assumed at 4.73 per 1,000 on 1 January 2026."""
    run = inside(together(sh.scenario("cost-reduction", "lanzhou")))["cost-reduction"]
    leaf = run.leaves.index("620102")
    residents = run.people.pop_jan1[leaf].sum(axis=(1, 2))
    stock, closed = (run.nursery.rows(name)[leaf] for name in ("places_stock", "closures"))
    assert stock[5] == pytest.approx(0.00473 * residents[5], rel=1e-12)
    assert closed[5] == 0.0
    assert closed[6] == pytest.approx(0.05 * stock[5], rel=1e-12)


def test_a_stock_of_a_date_is_there_from_its_date(lanzhou_base):
    one = lanzhou_base.vary("stated", {"nursery.stock_per_1000": sh.from_year(2028, 3.5)})
    run = inside(together(one))["stated"]
    stock = run.nursery.rows("places_stock")
    leaf = run.leaves.index("620103")
    residents = run.people.pop_jan1[leaf].sum(axis=(1, 2))
    assert np.isnan(stock[:, :7]).all()
    assert stock[leaf, 7] == pytest.approx(0.0035 * residents[7], rel=1e-12)
    assert np.isnan(stock[run.leaves.index("100000")]).all()
    assert run.nursery.stock_from == 2028
    assert not run.nursery.assumed


def test_a_plan_that_ends_opens_nothing_afterwards(lanzhou_base):
    plan = [sh.from_year(2027, "norm"), sh.from_year(2029, "none"), sh.from_year(2033, "norm")]
    one = lanzhou_base.vary("plan", {"nursery.stock_per_1000": 2.0, "nursery.plan": plan})
    run = inside(together(one))["plan"]
    leaf = run.leaves.index("620102")
    opened, stock = run.nursery.rows("openings")[leaf], run.nursery.rows("places_stock")[leaf]
    residents = run.people.pop_jan1[leaf].sum(axis=(1, 2))
    assert (opened[[6, 7]] > 0.0).all()
    assert (opened[[5, 8, 9, 10, 11]] == 0.0).all()
    # Two of four years of the way from 2.0 to 4.5 are gone; begun anew after its due year the norm is met at once.
    assert stock[7] / residents[8] == pytest.approx(
        0.001 * (2.0 * residents[5] / residents[6] * 0.5 + 4.5 * 0.5), rel=1e-9
    )
    assert stock[12] / residents[13] == pytest.approx(0.0045, rel=1e-12)


def test_payers_shares_hold_from_their_date(lanzhou_base):
    split = {path: sh.from_year(2029, share) for path, share in zip(LOCAL, (0.2, 0.3, 0.5), strict=True)}
    found = together(lanzhou_base, lanzhou_base.vary("split", split))
    before, after = (inside(found)[name].bill.cost_nominal for name in ("baseline", "split"))
    t = 2029 - 2021
    assert np.array_equal(before[:, :, :t], after[:, :, :t])
    here = [row for row, code in enumerate(inside(found)["split"].leaves) if code.startswith("6201")]
    outside = [row for row in range(before.shape[1]) if row not in here]
    assert np.array_equal(before[:, outside], after[:, outside])
    left = before[:, here, t:, 6]
    for column, share in ((1, 0.2), (2, 0.3), (3, 0.5)):
        gained = (after - before)[:, here, t:, column]
        assert np.allclose(gained, share * left, rtol=1e-9, atol=1e-6)


def test_counts_hold_from_their_date(lanzhou_base):
    counted = {"recipients.national/special-assistance/bereaved": [sh.from_year(2028, 100), sh.from_year(2031, 50)]}
    run = inside(together(lanzhou_base, beliefs=counted))["baseline"]
    heads = run.bill.beneficiaries[run.bill.lines.index("national/special-assistance/bereaved")].sum(axis=0)
    assert np.allclose(heads, [0.0] * 7 + [100.0] * 3 + [50.0] * 6, rtol=1e-12)


def test_the_cap_on_leavers_acts_where_a_cell_would_empty(complains):
    """Migrants of an own place, held as counts, ask for more people than a cell has once few children are born."""
    counts = np.full(101, 100.0)
    place = sh.Place(
        "Leaving",
        population=sh.by_age(male=counts, female=counts, date="2025-01-01", unit="persons"),
        mortality=sh.like("china"),
        fertility=sh.like("china"),
        migration=sh.Migration(total=-400, pattern="rogers-castro"),
    )
    base = sh.scenario("baseline", place)
    with pytest.raises(sh.DomainError, match="on_negative"):
        sh.compare([base], (2025, 2060))
    cut = sh.compare([base.vary("cut", {CAP: "cap"})], (2025, 2060))
    (told,) = (note for note in cut.notes if note.rule == "migration.cut")
    assert told.values["cut"]["cut"] > 0.0
    assert (cut.table("pop_jan1").loc["cut"] >= 0.0).all()
    complains(lambda: base.vary("cut", {CAP: sh.from_year(2050, "cap")}), CAP, "2050", kind=sh.ConfigError)


def test_places_of_the_country_never_ask_for_more_leavers_than_people():
    """Their losses are rates: nothing is cut to the end of the path, where the cap would tell."""
    base = sh.scenario("baseline", "zhangye")
    free, capped = sh.compare([base], (2021, 2100)), sh.compare([base.vary("cut", {CAP: "cap"})], (2021, 2100))
    assert not any(note.rule == "migration.cut" for note in capped.notes)
    assert (free.table("pop_jan1", place="620702").loc["baseline"] > 0.0).all()
    both = free.table("net_migration").loc["baseline"], capped.table("net_migration").loc["cut"]
    assert np.array_equal(*both, equal_nan=True)


# ---- dates and series -----------------------------------------------------------------------------------------------

PATH = "subsidy.child3.yuan_per_month"


def test_a_value_without_a_date_begins_in_the_first_projected_year(lanzhou_base):
    one = lanzhou_base.vary("cash", {PATH: 800})
    assert [(s.year, s.value) for s in one.settings] == [(2026, 800.0)]
    assert one.counterfactual_from is None
    found = together(lanzhou_base, one)
    published = found.data["births"].sel(place="620100", year=slice(2021, 2025))
    assert np.array_equal(published.sel(scenario="baseline"), published.sel(scenario="cash"), equal_nan=True)
    extra = found.diff("cost_nominal").loc["cash", "outlay"]
    assert (extra.loc[:2025] == 0.0).all()
    assert extra[2026] > 0.0


def test_a_past_date_must_be_meant_and_then_nothing_is_called_fitted(lanzhou_base, complains):
    past = {PATH: sh.from_year(2022, 2_000)}
    complains(lambda: lanzhou_base.vary("past", past), PATH, "2022", "2026", "counterfactual", kind=sh.ConfigError)
    one = lanzhou_base.vary("past", past, counterfactual=True)
    assert one.counterfactual_from == 2022
    frame = together(lanzhou_base, one).frame
    births = frame[(frame["variable"] == "births") & frame["order"].isna() & (frame["place"] == "620100")]
    table = births.set_index(["scenario", "year"])
    assert table.loc[("past", 2024), "value"] > table.loc[("baseline", 2024), "value"]
    fitted = {name: table.loc[name, "fitted"].loc[:2025] for name in ("baseline", "past")}
    assert fitted["baseline"].loc[2022:].any()
    assert fitted["past"].loc[2021] == fitted["baseline"].loc[2021]
    assert not fitted["past"].loc[2022:].any()
    year = fitted["baseline"].loc[2022:].idxmax()
    assert table.loc[("baseline", year), "confidence"] == "high"
    assert table.loc[("past", year), "confidence"] != "high"
    assert table.loc[("past", year), "basis"] != table.loc[("baseline", year), "basis"]


def test_taking_out_a_benefit_of_the_past_is_counterfactual_too(lanzhou_base):
    assert sh.scenario("no-allowance", "lanzhou").counterfactual_from == 2025
    assert lanzhou_base.counterfactual_from is None
    assert lanzhou_base.without("lanzhou-2023/art-41").counterfactual_from is None  # it moves money, no birth


def test_a_new_value_without_a_date_takes_the_place_of_the_series():
    one = sh.scenario("cost-reduction", "lanzhou").vary("more", {PATH: 2_000})
    assert [one.number(PATH, year) for year in (2026, 2027, 2040)] == [2_000.0] * 3
    assert [s.year for s in one.settings if s.path == PATH] == [2026]
    listed = one.vary("listed", {PATH: [sh.from_year(2030, 5), 7]})
    assert [(s.year, s.value) for s in listed.settings if s.path == PATH] == [(2026, 7.0), (2030, 5.0)]


def test_two_values_of_one_date_are_refused(lanzhou_base, complains):
    two = {PATH: [sh.from_year(2027, 500), sh.from_year(2027, 900)]}
    complains(lambda: lanzhou_base.vary("x", two), PATH, "2027", kind=sh.ConfigError)
    complains(lambda: lanzhou_base.vary("x", {PATH: [1, 2]}), PATH, kind=sh.ConfigError)
    complains(lambda: lanzhou_base.vary("x", {PATH: []}), PATH, kind=sh.ConfigError)


# ---- what is set and not read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "fragment"),
    [
        ("guizhou.insurance.medical_yuan_per_birth", 100, "520000"),
        ("national.nursery.new_employer_places_per_year", 500, "recorded, not computed"),
        ("lanzhou.nursery.new_public_places_per_year", 500, "recorded, not computed"),
    ],
)
def test_levers_that_cannot_act_are_refused_when_set(lanzhou_base, complains, path, value, fragment):
    complains(lambda: lanzhou_base.vary("x", {path: value}), path, fragment, kind=sh.ConfigError)


def test_a_lever_of_a_document_not_in_use_is_refused(complains):
    base = sh.scenario("baseline", "zhangye")
    lever = {"ganzhou.service.maternal_yuan_per_birth": 100}
    complains(lambda: base.vary("x", lever), "ganzhou-2017", kind=sh.ConfigError)
    assert base.use("ganzhou-2017").vary("x", lever).settings


def test_a_setting_that_nothing_reads_stops_the_run_by_name(lanzhou_base, complains):
    """A rate of aid without anybody counted; a belief that no scenario asks for."""
    one = lanzhou_base.vary("x", {"legacy.rural_reward.yuan_per_year": 1_200})
    complains(
        lambda: together(one), "legacy.rural_reward.yuan_per_year", "nothing in this run reads", kind=sh.ConfigError
    )
    counted = {"recipients.national/rural-reward/parent": 1_000}
    assert together(one, beliefs=counted).fiscal.total().loc["x", 2030] > 0.0
    complains(lambda: together(lanzhou_base, beliefs={"response.gamma": 0.03}), "response.gamma", kind=sh.ConfigError)
    complains(lambda: together(lanzhou_base, beliefs={"response.female_employment": 0.6}), "response.female_employment",
              kind=sh.ConfigError)  # fmt: skip


def test_what_begins_after_the_run_is_data_and_no_error(lanzhou_base):
    one = lanzhou_base.vary("late", {PATH: sh.from_year(2060, 500)})
    found = together(lanzhou_base, one)
    (late,) = require_all_read([run.reading for run in inside(found).values()], range(2021, 2037))
    assert late[0] == "late"
    assert (late[1].path, late[1].year) == (PATH, 2060)
    assert not found.diff("cost_nominal").loc["late"].to_numpy().any()


def test_a_payment_under_the_national_floor_is_told(lanzhou_base):
    """300 yuan a month are the national 3,600 a year: from 2027 to 2029 the place adds nothing; 800 after."""
    one = lanzhou_base.vary("low", {PATH: [sh.from_year(2027, 300), sh.from_year(2030, 800)]})
    (found,) = under_floor(Reading(one), range(2021, 2041))
    assert (found.path, found.value, found.years) == (PATH, 300.0, (2027, 2028, 2029))
    assert (found.floor, found.floor_instrument) == (3_600.0, "national/child-allowance")
    assert under_floor(Reading(lanzhou_base), range(2021, 2041)) == ()
    bare = one.without("national/child-allowance", "bare")
    assert under_floor(Reading(bare), range(2021, 2041)) == ()


# ---- beliefs --------------------------------------------------------------------------------------------------------


def test_a_belief_is_refused_in_one_scenario_and_holds_for_all(lanzhou_base, complains):
    beliefs = {"response.eps": 2.0, "response.cost_growth": sh.from_year(2030, 0.02)}
    for path, value in beliefs.items():
        complains(lambda p=path, v=value: lanzhou_base.vary("x", {p: v}), path, "beliefs=", kind=sh.ConfigError)
        with pytest.raises(sh.ConfigError) as caught:
            lanzhou_base.vary("x", {path: value})
        assert f"--belief {path}=" in caught.value.render("en", cli=True)
    cash = lanzhou_base.vary("cash", {PATH: sh.from_year(2027, 800)})
    plain, believed = together(lanzhou_base, cash), together(lanzhou_base, cash, beliefs=beliefs)
    births = [found.table("births", level=None) for found in (plain, believed)]
    assert births[0].loc["baseline"].equals(births[1].loc["baseline"])
    assert (births[1].loc["cash"].loc[2029:2032] > births[0].loc["cash"].loc[2029:2032]).all()


def test_scenarios_of_different_beliefs_are_not_compared(lanzhou_base, complains):
    other = with_beliefs(lanzhou_base.vary("other", {}), {"response.eps": 2.0})
    complains(lambda: together(lanzhou_base, other), "response.eps", "other", "beliefs=", kind=sh.ConfigError)
    both = [with_beliefs(one, {"response.eps": 2.0}) for one in (lanzhou_base, other)]
    assert together(*both).scenarios == ("baseline", "other")
    complains(lambda: together(lanzhou_base, beliefs={PATH: 500}), PATH, ".vary(", kind=sh.ConfigError)


def test_a_belief_may_be_of_the_past(lanzhou_base):
    """A ratio of registered children known since 2021 changes what 2025 cost, and no published figure."""
    plain = together(lanzhou_base)
    found = together(lanzhou_base, beliefs={"registered.ratio": sh.from_year(2021, 0.5)})
    line = inside(found)["baseline"].bill.instruments.index("national/child-allowance")
    cost = [inside(one)["baseline"].bill.cost_nominal[line, :, 4].sum() for one in (plain, found)]
    assert cost[1] == pytest.approx(0.5 * cost[0], rel=1e-12)
    assert inside(found)["baseline"].scenario.counterfactual_from is None
