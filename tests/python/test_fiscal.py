"""Money: the published arithmetic of the allowance, Lanzhou's bands, stacking, tax relief, and payers that add up."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from inside import inside
from sanhai import _bridge
from sanhai.policy import instrument, terms
from sanhai.policy.bill import unit_amounts
from sanhai.policy.compile import weights
from sanhai.policy.money import factors
from sanhai.policy.paying import PAYERS
from sanhai.policy.reading import Reading
from sanhai.policy.scenario import with_beliefs

STOCK = {
    "nursery.stock_per_1000": 3.0,
    "nursery.utilisation": 0.5,
    "nursery.inclusive_share": 0.6,
    "nursery.plan": "norm",
    "nursery.closure_rate": 0.02,
}
TAX = {"tax.share_at_3_percent": 0.2, "tax.share_at_10_percent": 0.1, "tax.share_at_20_percent": 0.05}
CITY_SHARE = {
    **dict.fromkeys(("620102", "620103", "620104", "620105"), 0.4),
    "620111": 0.5,
    **dict.fromkeys(("620121", "620122", "620123", "620171"), 0.6),
}


def ledger(lines, births, pop_jan1, first_year):
    """One place; births (year) all of order 1; pop_jan1 (year + 1, age)."""
    births = np.asarray(births, dtype=float)
    pop = np.zeros((1, len(births) + 1, 2, 101))
    stocks = np.asarray(pop_jan1, dtype=float)
    pop[0, :, 0, : stocks.shape[1]] = stocks
    by_order = np.zeros((1, len(births), 3))
    by_order[0, :, 0] = births
    history = np.zeros((1, 12, 3))
    history[..., 0] = 1.0
    observed = _bridge.Observed(["x"], first_year, pop, by_order, history)
    return _bridge.book(observed, lines, 2)


def allowance_line(first_year, n_years, take_up):
    shares = np.zeros((1, n_years, 2))
    shares[..., 0], shares[..., 1] = 0.9, 0.1
    # Yuan a year of births and of ages 0, 1, 2; those aged 2 have the pro-rated mean until the born of 2025 are 3.
    table = np.full((1, n_years, 3, 4), 3600.0)
    years = np.arange(first_year, first_year + n_years)
    table[0, years < 2025] = 0.0
    table[0, years >= 2025, :, 3] = np.where(years[years >= 2025] < 2028, 1950.0, 0.0)[:, None]
    line = _bridge.Line("allowance", _bridge.HeadStock.births_and_jan1)
    line.yuan_per_head, line.take_up, line.payer_share = table, [take_up], shares
    return line


# Births 2022-25 as registered, 7.0 m a year after; survival 1, so those aged 0 on 1 January were born the year before.
BIRTHS = {2022: 9.56e6, 2023: 9.02e6, 2024: 9.54e6, 2025: 7.92e6, 2026: 7e6, 2027: 7e6, 2028: 7e6}


def stated_births(take_up=1.0):
    years = range(2025, 2029)
    stocks = [[BIRTHS.get(year - 1 - age, 7e6) for age in range(3)] for year in range(2025, 2030)]
    return ledger([allowance_line(2025, 4, take_up)], [BIRTHS[year] for year in years], stocks, 2025)


def test_mean_of_the_pro_rated_months():
    assert np.mean([300.0 * month for month in range(1, 13)]) == 1950.0


def test_liability_of_the_national_allowance():
    """113.97 bn yuan in 2025; 105.6, 97.5 and 75.6 bn after with 7.0 m births a year."""
    full = stated_births()["liability"][0, 0] / 1e9
    assert round(full[0], 2) == 113.97
    assert [round(value, 1) for value in full[1:]] == [105.6, 97.5, 75.6]


def test_take_up_multiplies_money_and_beneficiaries_once():
    whole, part = stated_births(1.0), stated_births(0.9)
    assert np.array_equal(part["liability"], whole["liability"])
    assert np.allclose(part["cost_nominal"], 0.9 * whole["cost_nominal"], rtol=1e-14)
    assert np.allclose(part["beneficiaries"], 0.9 * whole["beneficiaries"], rtol=1e-14)
    assert np.allclose(part["cost_nominal"].sum(axis=3), 0.9 * part["liability"], rtol=1e-14)
    # Over 33 m of 36.04 m children were reached: births of the year and those aged 0, 1, 2.
    assert round(whole["beneficiaries"][0, 0, 0] / 1e6, 2) == 36.04


def test_a_line_is_price_times_children_times_take_up():
    """Every price and count another; children on 1 January by the orders of their birth year: t - 1 - age."""
    rng = np.random.default_rng(5)
    first, n_years, n_ages = 2025, 3, 4
    pop, births = rng.uniform(1e4, 1e5, (2, n_years + 1, 2, 9)), rng.uniform(1e3, 1e4, (2, n_years, 3))
    history = rng.dirichlet(np.ones(3), (2, 10))  # of birth years 2015 to 2024
    yuan, take_up = rng.uniform(100.0, 5e3, (2, n_years, 3, n_ages)), [0.7, 0.8, 0.9]
    share = rng.dirichlet(np.ones(2), (2, n_years))
    line = _bridge.Line("x", _bridge.HeadStock.jan1)
    line.yuan_per_head, line.take_up, line.payer_share = yuan, take_up, share
    found = _bridge.book(_bridge.Observed(["a", "b"], first, pop, births, history), [line], 2)
    expected = np.zeros((2, n_years, 2))
    for place, t, age in np.ndindex(2, n_years, n_ages):
        born = first + t - 1 - age
        own = births[place, born - first] if born >= first else history[place, born - 2015]
        children = pop[place, t, :, age].sum() * own / own.sum()
        expected[place, t] += (children * yuan[place, t, :, age]).sum() * take_up[t] * share[place, t]
    np.testing.assert_allclose(found["cost_nominal"][0], expected, rtol=1e-12)


def prices(beliefs, years=range(2021, 2046)):
    return factors(Reading(with_beliefs(sh.scenario("baseline", "china"), beliefs)), years)


def test_real_and_present_values():
    """Yuan of 2025: each year's prices are those of the year before x (1 + inflation); pv discounts what is real."""
    first = sh.from_year(2021, 0.02), sh.from_year(2021, 0.05)
    found = prices({"money.inflation": first[0], "money.discount": first[1]})
    years = np.arange(2021, 2046) - 2025.0
    assert np.allclose(found["cost_real"], 1.02**-years, rtol=1e-13)
    assert np.allclose(found["pv"], 1.02**-years * 1.05**-years, rtol=1e-13)


def test_prices_rise_from_the_date_of_their_inflation_on():
    """10 % from 2040: real cost of 2039 and before is what it was; 2041 is deflated by 1.21."""
    before, after = prices({}), prices({"money.inflation": sh.from_year(2040, 0.1)})
    t = 2040 - 2021
    for name in ("cost_real", "pv"):
        assert np.array_equal(after[name][:t], before[name][:t])
        assert np.allclose(after[name][t : t + 2], before[name][t : t + 2] / [1.1, 1.21], rtol=1e-14)
    assert (before["cost_real"] == 1.0).all()


def test_a_discount_rate_of_a_date_leaves_earlier_years_alone():
    before, after = prices({}), prices({"money.discount": sh.from_year(2031, 0.0)})
    t = 2031 - 2021
    assert np.array_equal(after["pv"][:t], before["pv"][:t])
    assert np.allclose(after["pv"][t:], 1.03**-5, rtol=1e-14)
    assert before["pv"][0] == pytest.approx(1.03**4)


def test_allowance_of_china_in_the_run(china_allowance):
    """The rule on the run's own stocks, by hand; 90 % central, 10 % local and unsplit; none before 2025."""
    run = inside(china_allowance)["baseline"]
    line = run.bill.instruments.index("national/child-allowance")
    ages = run.people.pop_jan1[0].sum(axis=1)
    births = run.people.births[0].sum(axis=(1, 2))
    for year in (2025, 2026, 2027, 2028, 2040):
        t = year - 2021
        expected = 3600.0 * (births[t] + ages[t, 0] + ages[t, 1]) + (1950.0 * ages[t, 2] if year < 2028 else 0.0)
        assert run.bill.liability[line, 0, t] == pytest.approx(expected, rel=1e-12)
        paid = run.bill.cost_nominal[line, 0, t]
        assert paid.sum() == pytest.approx(0.9 * expected, rel=1e-12)
        assert paid[PAYERS.index("central")] == pytest.approx(0.81 * expected, rel=1e-12)
        assert paid[PAYERS.index("local_unsplit")] == pytest.approx(0.09 * expected, rel=1e-12)
    assert (run.bill.cost_nominal[line, 0, :4] == 0.0).all()
    assert 100e9 < run.bill.liability[line, 0, 4] < 115e9  # reported: over 100 bn paid


def test_payers_sum_to_the_total_in_every_cell(lanzhou):
    for run in inside(lanzhou).values():
        found = run.bill
        ratio = found.cost_nominal.sum(axis=3)
        take_up = np.divide(ratio, found.liability, out=np.zeros_like(ratio), where=found.liability > 0)
        for line in range(len(found.lines)):
            rates = take_up[line][found.liability[line] > 0]
            assert rates.size
            assert rates.max() - rates.min() < 1e-12, found.lines[line]
            assert 0.0 < rates.max() <= 1.0 + 1e-12
        assert found.cost_nominal.min() >= 0.0


def test_every_formula_evaluates_to_the_money_of_its_line(lanzhou):
    """At every place and in every year; what it is made of is what was counted."""
    run = inside(lanzhou)["cost-reduction"]
    bill, summed = run.bill, 0
    for row, line in enumerate(bill.lines):
        for leaf in range(len(run.leaves)):
            for year in (2025, 2026, 2030, 2045):
                found = bill.formula(line, leaf, year)
                paid = bill.cost_nominal[row, leaf, bill.years.index(year)].sum()
                assert eval(found.text) == pytest.approx(paid, rel=1e-12, abs=1e-9), (line, run.leaves[leaf], year)
                heads = found.take_up * sum(one.count * one.share for one in found.cells)
                counted = bill.beneficiaries[row, leaf, bill.years.index(year)]
                assert heads == pytest.approx(counted, rel=1e-12, abs=1e-9)
                summed += len(found.cells)
    assert summed > 500


@pytest.fixture(scope="module")
def begun_in_a_year():
    """Schemes that begin within a year, for children born since; amounts by order; children to 9 and to 17."""
    one = sh.scenario("baseline", "510400").use("local-examples", "with")
    stated = {"registered.both_spouses_share": 0.7, **TAX}
    beliefs = {path: sh.from_year(2021, share) for path, share in stated.items()}
    return sh.compare([one], (2021, 2030), beliefs=beliefs)


def test_the_ledger_books_what_the_weights_give(begun_in_a_year):
    """In years of part too, where this January's children and the next one's weigh differently."""
    run, checked = inside(begun_in_a_year)["with"], 0
    for row, line in enumerate(run.bill.lines):
        component = instrument(line.rpartition("/")[0]).component(line.rpartition("/")[2])
        if component.count.stock not in ("births", "children"):
            continue
        leaf = sh.place("510400").leaves[0]
        term = terms.payable(run.reading, leaf)[line]
        group = terms.group_of(run.reading, leaf, term)
        heads, yuan = weights(run.reading.at(leaf), line, component, group, run.years).of(run.bill.kids)
        here = run.leaves.index(leaf.code)
        np.testing.assert_allclose(run.bill.liability[row, here], yuan[here], rtol=1e-12, atol=1e-6, err_msg=line)
        claimed = np.array([terms.take_up(run.reading, leaf, term, year) for year in run.years])
        np.testing.assert_allclose(run.bill.beneficiaries[row, here], claimed * heads[here], rtol=1e-12, atol=1e-6)
        checked += 1
    assert "local-examples/panzhihua/child" in run.bill.lines
    assert checked > 6


def test_the_point_is_the_run_of_draws_in_which_nothing_varies(begun_in_a_year):
    one = sh.scenario("baseline", "510400").use("local-examples", "with")
    stated = {"registered.both_spouses_share": 0.7, **TAX}
    beliefs = {path: sh.from_year(2021, share) for path, share in stated.items()}
    drawn = sh.compare([one], (2021, 2030), beliefs=beliefs, draws=2, components=[])
    keys = ["place", "year", "instrument", "component", "payer", "kind"]
    cost = [found.frame[found.frame["variable"] == "cost_nominal"] for found in (begun_in_a_year, drawn.central)]
    first, second = (frame.set_index(keys)["value"].sort_index() for frame in cost)
    np.testing.assert_allclose(second, first, rtol=1e-12)


def test_levels_and_instruments_are_two_cuts_of_one_bill(lanzhou):
    for name in lanzhou.scenarios:
        by_level = lanzhou.fiscal.by_level(name).fillna(0.0).sum()
        by_instrument = lanzhou.fiscal.by_instrument(name).fillna(0.0).xs("outlay", level="kind").sum()
        total = lanzhou.table("cost_nominal", level=None).loc[name, "outlay"]
        assert np.allclose(by_level, by_instrument, rtol=1e-12)
        assert np.allclose(by_level.loc[2025:], total.loc[2025:], rtol=1e-12)


@pytest.fixture(scope="module")
def bands():
    base = sh.scenario("baseline", "lanzhou")
    return sh.compare([base, base.vary("stated", STOCK)], (2021, 2034))


@pytest.mark.parametrize(("county", "city_share"), CITY_SHARE.items())
def test_lanzhous_bands(bands, county, city_share):
    """Article 41, city and county: 40/60, 50/50, 60/40; the New Area 60/40 as judgement."""
    run = inside(bands)["stated"]
    line = run.bill.instruments.index("lanzhou-2023/art-41")
    paid = run.bill.cost_nominal[line, run.leaves.index(county)]
    total = paid.sum(axis=1)
    assert (total[6:] > 0.0).all()
    assert (total[:6] == 0.0).all()
    assert np.allclose(paid[6:, PAYERS.index("city")] / total[6:], city_share, rtol=1e-12)
    assert np.allclose(paid[6:, PAYERS.index("county")] / total[6:], 1.0 - city_share, rtol=1e-12)


def test_article_41_pays_1000_yuan_an_occupied_place(bands):
    run = inside(bands)["stated"]
    line = run.bill.instruments.index("lanzhou-2023/art-41")
    paid = np.nan_to_num(run.nursery.rows("paid_places"))
    here = [row for row, code in enumerate(run.leaves) if code.startswith("6201")]
    total = run.bill.cost_nominal[line].sum(axis=2)
    assert np.allclose(total[here], 1000.0 * paid[here], rtol=1e-12)
    outside = [row for row in range(len(run.leaves)) if row not in here]
    assert not total[outside].any()


def test_a_user_can_split_what_is_left_to_localities():
    base = sh.scenario("baseline", "lanzhou")
    split = base.vary("split", {"payer.local.province": 0.2, "payer.local.city": 0.3, "payer.local.county": 0.5})
    found = sh.compare([base, split], (2021, 2028))
    frame = found.frame
    money = frame[
        (frame["variable"] == "cost_nominal") & (frame["instrument"] == "national/child-allowance")
        & (frame["place"] == "620100") & (frame["year"] == 2026)
    ].set_index(["scenario", "payer"])["value"]  # fmt: skip
    unsplit = money["baseline", "local_unsplit"]
    assert money["split", "local_unsplit"] == 0.0  # it is still there in 2025, before the split
    assert money["split", "central"] == money["baseline", "central"]
    for level, share in (("province", 0.2), ("city", 0.3), ("county", 0.5)):
        assert money["split", level] == pytest.approx(share * unsplit, rel=1e-12)


@pytest.mark.parametrize("shares", [{"city": 0.5}, {"province": 0.5, "city": 0.6}, {"city": 0.3, "county": 0.3}])
def test_local_shares_that_do_not_sum_to_one_are_refused(shares, complains):
    base = sh.scenario("baseline", "lanzhou")
    one = base.vary("split", {f"payer.local.{level}": share for level, share in shares.items()})
    complains(lambda: sh.compare([base, one], (2021, 2026)), "payer.local", kind=sh.ConfigError)


def test_third_children_cost_2400_above_the_floor_and_6000_without_it():
    """500 yuan a month for third children in the run, with births held (eps = 0)."""
    base = sh.scenario("baseline", "lanzhou")
    one = base.vary("topped", {"subsidy.child3.yuan_per_month": sh.from_year(2027, 500)})
    bare = one.without("national/child-allowance", "bare")
    found = sh.compare([base, one, bare], (2021, 2032), beliefs={"response.eps": 0})
    bills = {name: inside(found)[name].bill for name in ("topped", "bare")}
    lines = {name: bill.instruments.index("levers/local-cash") for name, bill in bills.items()}
    run = inside(found)["topped"]
    here = [row for row, code in enumerate(run.leaves) if code.startswith("6201")]
    topped, alone = (bills[name].liability[lines[name]][here] for name in ("topped", "bare"))
    assert (topped[:, :6] == 0.0).all()
    assert np.allclose(alone[:, 6:] / topped[:, 6:], 2.5, rtol=1e-12)
    # A child aged a on 1 January of t was born in t - 1 - a and carries the order shares of that year's births.
    births = run.people.births[here].sum(axis=3)
    third = births[:, :, 2] / births.sum(axis=2)
    stock = run.people.pop_jan1[here].sum(axis=2)
    for t in range(6, len(run.years)):
        heads = sum(
            (stock[:, t, a] * third[:, t - 1 - a] + stock[:, t + 1, a] * third[:, t - a]) / 2.0 for a in range(3)
        )
        assert np.allclose(topped[:, t], 2400.0 * heads, rtol=1e-9)
    assert np.allclose(bills["topped"].cost_nominal[lines["topped"]][here].sum(axis=2), 0.9 * topped, rtol=1e-12)
    # The floor keeps its own payers and its own size.
    floor = run.bill.instruments.index("national/child-allowance")
    before = inside(found)["baseline"].bill
    assert np.array_equal(
        run.bill.cost_nominal[floor], before.cost_nominal[before.instruments.index("national/child-allowance")]
    )
    paid = bills["topped"].cost_nominal[lines["topped"]].sum(axis=(0, 1))
    assert paid[PAYERS.index("local_unsplit")] == pytest.approx(paid.sum())


def test_local_cash_outside_the_scenarios_place_costs_nothing():
    base = sh.scenario("baseline", "lanzhou")
    one = base.vary("one", {"subsidy.child3.yuan_per_month": 500})
    frame = sh.compare([base, one], (2021, 2030)).frame
    cash = frame[(frame["scenario"] == "one") & frame["instrument"].str.startswith("levers/local-cash", na=False)]
    assert (cash[cash["place"].isin(["620000", "100000"])]["value"] == 0.0).all()
    assert (cash[(cash["place"] == "620100") & (cash["variable"] == "cost_nominal")]["value"] > 0.0).any()


PER_CHILD = 0.2 * 720.0 + 0.1 * 2400.0 + 0.05 * 4800.0


@pytest.fixture(scope="module")
def taxed():
    """Shares held since before the deduction began; a belief may be of the past."""
    beliefs = {path: sh.from_year(2021, share) for path, share in TAX.items()}
    return sh.compare([sh.scenario("baseline", "china")], (2021, 2030), beliefs=beliefs)


def _middle(run, ages):
    return (run.people.pop_jan1[:, :-1, :, ages] + run.people.pop_jan1[:, 1:, :, ages]).sum(axis=(2, 3)) / 2.0


def test_no_total_of_tax_relief_without_a_users_shares(china_allowance):
    run = inside(china_allowance)["baseline"]
    assert not any(name.startswith("national/tax") for name in run.bill.instruments)
    assert {f"national/tax-under-3/rate-{rate}" for rate in (3, 10, 20)} <= set(run.bill.not_costed)
    assert run.bill.needs["national/tax-under-3/rate-10"] == "tax.share_at_10_percent"
    found = {
        row["yuan"]
        for row in unit_amounts(run.reading, sh.place("china"), 2026)
        if row["instrument"] == "national/tax-under-3"
    }
    assert found == {720.0, 2400.0, 4800.0}


def test_tax_relief_under_3_with_a_users_shares(taxed):
    run = inside(taxed)["baseline"]
    lines = [row for row, name in enumerate(run.bill.instruments) if name == "national/tax-under-3"]
    expected = PER_CHILD * _middle(run, slice(0, 3))
    payers = 0.35 * _middle(run, slice(0, 3))  # children whose parent pays some tax
    assert np.allclose(run.bill.beneficiaries[lines].sum(axis=0)[:, 2:], payers[:, 2:], rtol=1e-12)
    cost = run.bill.cost_nominal[lines].sum(axis=0)
    assert np.allclose(cost.sum(axis=2)[:, 2:], expected[:, 2:], rtol=1e-12)
    assert cost[0, 5, PAYERS.index("tax_central")] == pytest.approx(0.6 * expected[0, 5], rel=1e-12)
    assert cost[0, 5, PAYERS.index("tax_local")] == pytest.approx(0.4 * expected[0, 5], rel=1e-12)
    assert cost[0, 5, PAYERS.index("central")] == 0.0  # a tax forgone is no outlay


def test_tax_relief_is_not_paid_before_it_is_in_force(taxed):
    """The pack's amounts hold from 1 January 2023."""
    run = inside(taxed)["baseline"]
    for name in ("national/tax-under-3", "national/tax-education"):
        lines = [row for row, one in enumerate(run.bill.instruments) if one == name]
        assert len(lines) == 3
        assert (run.bill.cost_nominal[lines, :, :2] == 0.0).all(), name


def test_tax_relief_for_education_counts_children_of_3_to_17(taxed):
    run = inside(taxed)["baseline"]
    lines = [row for row, name in enumerate(run.bill.instruments) if name == "national/tax-education"]
    expected = PER_CHILD * _middle(run, slice(3, 18))
    assert np.allclose(run.bill.cost_nominal[lines].sum(axis=(0, 3))[:, 2:], expected[:, 2:], rtol=1e-12)


def test_free_preschool_year_by_terms(lanzhou):
    """Spring: 2/3 of age 5 and 1/3 of age 6 on 1 January; autumn: 2/3 of age 4 and 1/3 of age 5; 95 % are enrolled."""
    run = inside(lanzhou)["baseline"]
    line = run.bill.instruments.index("national/preschool-last-year")
    leaf = run.leaves.index("620102")
    ages = run.people.pop_jan1[leaf].sum(axis=1)
    for year in (2025, 2026, 2040):
        t = year - 2021
        spring = (2.0 * ages[t, 5] + ages[t, 6]) / 3.0 if year > 2025 else 0.0
        autumn = (2.0 * ages[t, 4] + ages[t, 5]) / 3.0
        paid = run.bill.cost_nominal[line, leaf, t]
        assert paid.sum() == pytest.approx(0.95 * 1667.0 * (spring + autumn), rel=1e-9), year
        assert paid[PAYERS.index("central")] == pytest.approx(0.8 * paid.sum(), rel=1e-12)
    assert (run.bill.cost_nominal[line, :, :4] == 0.0).all()


def test_shares_nobody_published_are_unsplit(china_allowance):
    run = inside(china_allowance)["baseline"]
    line = run.bill.instruments.index("national/preschool-last-year")
    paid = run.bill.cost_nominal[line, 0, 6]
    assert paid[PAYERS.index("unsplit")] == pytest.approx(paid.sum())


def test_registered_ratio_scales_what_follows_registration():
    """From its date on, and nothing else."""
    base, cost = [sh.scenario("baseline", "china")], {}
    for name, beliefs in (("base", {}), ("half", {"registered.ratio": sh.from_year(2027, 0.5)})):
        frame = sh.compare(base, (2021, 2030), beliefs=beliefs).frame
        cost[name] = frame[frame["variable"] == "cost_nominal"].groupby(["instrument", "year"])["value"].sum()
    allowance, preschool = "national/child-allowance", "national/preschool-last-year"
    assert cost["half"][allowance, 2026] == cost["base"][allowance, 2026] > 0.0
    assert cost["half"][allowance, 2027] == pytest.approx(0.5 * cost["base"][allowance, 2027], rel=1e-12)
    assert cost["half"][preschool, 2027] == cost["base"][preschool, 2027]


@pytest.mark.parametrize(
    ("place", "component", "yuan_low", "yuan_high"),
    [
        # 1,000 yuan a month, of which 590 are the national floor when that is counted too.
        ("lanzhou", "lanzhou-2023/art-62/bereaved", 410.0 * 12, 1000.0 * 12),
        ("gansu", "national/special-assistance/bereaved", 590.0 * 12, 590.0 * 12),
    ],
)
def test_a_users_count_of_recipients_is_billed(place, component, yuan_low, yuan_high):
    """A count is of the place the user asked about, whether or not that place is the sum of others."""
    base = [sh.scenario("baseline", place)]
    beliefs = {f"recipients.{component}": 100}
    before, after = (
        sh.compare(base, (2021, 2028), beliefs=given).fiscal.total().loc["baseline"] for given in ({}, beliefs)
    )
    assert yuan_low * 100 * (1 - 1e-9) <= (after - before)[2026] <= yuan_high * 100 * (1 + 1e-9)
    assert (after - before)[2025] == 0.0


def test_a_count_of_a_part_is_not_spread_over_its_neighbours():
    """Ganzhou District's document holds there alone: its recipients do not live in the other counties of Zhangye."""
    base = sh.scenario("baseline", "zhangye").use("ganzhou-2017", "甘州")
    counted = {"recipients.ganzhou-2017/bereaved-aid/one-off": 40}
    run = inside(sh.compare([base], (2021, 2028), beliefs=counted))["甘州"]
    paid = run.bill.cost_nominal[run.bill.lines.index("ganzhou-2017/bereaved-aid/one-off")].sum(axis=2)[:, 5]
    assert paid[run.leaves.index("620702")] == pytest.approx(40 * 20_000.0, rel=1e-12)
    assert paid.sum() == pytest.approx(40 * 20_000.0, rel=1e-12)


def test_unit_amounts_of_lanzhous_aid():
    """Article 62: 1,000 and 800 yuan a month and 100 more in old age; nothing is summed without a count."""
    rows = unit_amounts(Reading(sh.scenario("baseline", "lanzhou")), sh.place("620102"), 2026)
    found = {row["component"]: row["yuan"] for row in rows if row["instrument"] == "lanzhou-2023/art-62"}
    assert found == {"bereaved": 1000.0, "disabled": 800.0, "old-age": 100.0}


def test_no_allowance_saves_exactly_the_allowance_where_births_are_held():
    names = ("baseline", "no-allowance")
    pair = [sh.scenario(name, "china") for name in names]
    found = sh.compare(pair, (2021, 2030), beliefs={"response.eps": 0})
    saved = -found.diff("cost_nominal").loc["no-allowance", "outlay"]
    allowance = found.fiscal.by_instrument("baseline").loc["national/child-allowance", "outlay"]
    assert np.allclose(saved.loc[2025:], allowance.loc[2025:], rtol=1e-9)


def test_committed_tail_falls_to_nothing():
    """Children born before 2026 are owed two years more and then nothing."""
    stocks = [[BIRTHS.get(year - 1 - age, 7e6) for age in range(3)] for year in range(2025, 2030)]
    pop = np.zeros((1, 5, 2, 101))
    pop[0, :, 0, :3] = stocks
    births = np.zeros((1, 4, 3))
    births[0, :, 0] = [BIRTHS[year] for year in range(2025, 2029)]
    history = np.zeros((1, 12, 3))
    history[..., 0] = 1.0
    observed = _bridge.Observed(["x"], 2025, pop, births, history)
    tail = observed.committed_tail([allowance_line(2025, 4, 1.0)], 2026)[0, 0]
    assert tail[0] == pytest.approx(113.97e9, rel=1e-4)
    assert tail[1] == pytest.approx(3600.0 * (7.92e6 + 9.54e6) + 1950.0 * 9.02e6)
    assert tail[2] == pytest.approx(3600.0 * 7.92e6 + 1950.0 * 9.54e6)
    assert tail[3] == 0.0
