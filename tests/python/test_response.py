"""From support to births: arithmetic of policy.md section 2 written again here with NumPy, then through the engine."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

import sanhai as sh
from inside import inside
from sanhai import _bridge
from sanhai.policy import response as policy_response
from sanhai.policy.months import january
from sanhai.policy.reading import Reading
from sanhai.policy.scenario import with_beliefs
from sanhai.policy.terms import cost_of_child
from sanhai.run.compile import compiled, demography, policy_paths
from sanhai.run.layout import layout_of
from sanhai.run.options import Options

EPS, K = 1.07, (0.5, 1.0, 1.2)
ONSET, T, H = 0.75, 1.2, 15.0
COST = {"100000": 538_312.0, "620000": 383_672.0, "520000": 393_544.0}
FEE_WEIGHT = 0.7414252767150369  # median of Beta(8, 3)
PERSISTENT = 0.6794810327025238  # median of Beta(6, 3)


def phi_psi(x):
    """Build-up from 0.75 year on, and what lasts."""
    x = np.asarray(x, dtype=float)
    late = np.maximum(x, ONSET)
    return np.where(x > ONSET, 1.0 - np.exp(-(late - ONSET) / T), 0.0) * (
        PERSISTENT + (1.0 - PERSISTENT) * 2.0 ** (-late / H)
    )


def yearly_mean(x_start):
    """Mean over a calendar year by the mid-point rule."""
    steps = 200_000
    return float(np.mean(phi_psi(x_start + (np.arange(steps) + 0.5) / steps)))


def allowance(rho=0.05, yuan=3600.0):
    return sum(yuan / (1.0 + rho) ** t for t in range(3))


def parameters_of(one):
    return policy_response.parameters_of(Reading(one))


def support_of_birth(one, code, date, order, parameters):
    reading = Reading(one)
    claimed = reading.number("subsidy.national.take_up", None, january(int(date)))
    met = policy_response.supports(reading, sh.place(code), date, order, parameters.rho, claimed)
    classes = list(_bridge.SupportClass)
    return sum(parameters.sigma[classes.index(kind)] * reach * value for kind, reach, value in met)


@pytest.fixture(scope="module")
def baseline():
    return sh.scenario("baseline", "china")


def test_point_values_are_those_of_the_design(baseline):
    point = parameters_of(baseline)
    assert (point.eps, tuple(point.k), point.tau, point.T, point.H) == (EPS, K, 0.5, T, H)
    assert (point.rho, point.gamma, point.onset, point.take_up) == (0.05, 0.018, ONSET, 0.9)
    assert list(point.repayment) == [0.30, 0.27, 0.20, 0.14, 0.09]


def test_medians_of_the_priors():
    """Weights and the lasting share are medians of their Beta priors: the distribution function there is one half."""
    stats = pytest.importorskip("scipy.stats", reason="only to check two constants against their priors")
    assert stats.beta(8, 3).cdf(FEE_WEIGHT) == pytest.approx(0.5, abs=1e-9)
    assert stats.beta(6, 3).cdf(PERSISTENT) == pytest.approx(0.5, abs=1e-9)


def test_band_of_eps_is_the_priors_5_and_95_percent():
    from sanhai.policy.response import eps_band

    low, high = eps_band()

    def below(x):
        parts = ((0.7, 0.9, 0.67), (0.3, 1.8, 0.8))
        return sum(w * 0.5 * (1.0 + math.erf(math.log(x / m) / (s * math.sqrt(2.0)))) for w, m, s in parts)

    assert below(low) == pytest.approx(0.05, abs=2e-4)
    assert below(high) == pytest.approx(0.95, abs=2e-4)
    assert below(EPS) == pytest.approx(0.5, abs=5e-3)


def test_present_value_of_the_allowance():
    """10,294 yuan (policy.md section 2)."""
    assert _bridge.present_value([(0.0, 3600.0), (1.0, 3600.0), (2.0, 3600.0)], 0.05) == pytest.approx(allowance())
    assert round(allowance()) == 10_294


@pytest.mark.parametrize("order", [1, 2, 3])
def test_support_of_the_baseline_by_hand(baseline, order):
    """Allowance at take-up 0.9, weight 1; two terms of 1,667 yuan at 5.5 years, weight of a fee."""
    expected = 0.9 * allowance() + FEE_WEIGHT * 0.95 * 2.0 * 1667.0 / 1.05**5.5
    got = support_of_birth(baseline, "100000", 2026, order, parameters_of(baseline))
    assert got == pytest.approx(expected, rel=1e-12)


def test_take_up_multiplies_support_once(baseline):
    bare = baseline.without("national/preschool-last-year")
    half = bare.vary("half", {"subsidy.national.take_up": 0.45})
    one = support_of_birth(bare, "100000", 2026, 1, parameters_of(bare))
    assert one == pytest.approx(0.9 * allowance(), rel=1e-12)
    assert support_of_birth(half, "100000", 2026, 1, parameters_of(half)) == pytest.approx(one / 2.0, rel=1e-12)


def test_a_local_top_up_adds_only_what_is_above_the_floor(baseline):
    one = baseline.vary("one", {"subsidy.child3.yuan_per_month": 500})
    point = parameters_of(one)
    extra = sum(2400.0 / 1.05 ** (age + 0.5) for age in range(3))
    for order, expected in ((1, 0.0), (2, 0.0), (3, 0.9 * extra)):
        gained = support_of_birth(one, "100000", 2027, order, point) - support_of_birth(
            baseline, "100000", 2027, order, point
        )
        assert gained == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("code", "near"), [("100000", "100000"), ("620100", "620000"), ("620102", "620000"), ("520000", "520000")]
)
def test_cost_of_a_child_is_its_provinces(code, near):
    one = sh.scenario("baseline", "lanzhou")
    yuan, confidence, source = cost_of_child(Reading(one), sh.place(code), january(2030))
    assert yuan == COST[near]
    assert confidence == ("medium" if code == "100000" else "low")
    assert "YuWa" in source


CHINA_2026 = np.array([[0.707, 0.476, 0.142]])  # p0, p1, p2 of the baseline, rounded; only the ceiling reads them


def bent(one, base, years, progressions=CHINA_2026):
    """Multipliers of China against any other scenario, as a run's paths have them at the point values."""
    sides = [Reading(side) for side in (one, base)]
    own, leaf = compiled(one, layout_of(one.place), years[-1]), one.place
    table = policy_response.support_table(*sides, leaf, years, None, parameters_of(one).rho)
    met = _bridge.PolicySupport()
    met.date = np.array(table.date)
    met.present_value, met.cost_of_child, met.care = table.present_value, table.cost_of_child, table.care
    met.point_take_up, met.progression = table.take_up, progressions[0]
    met.desired = policy_response.desired_progressions(sides[0], (leaf,), CHINA_2026)[0]
    paths = policy_paths(replace(own, supports=(met,)), demography(own, Options()))
    return SimpleNamespace(multiplier=paths.multipliers(0, 0), capped=paths.n_capped(0, 0, 1) > 0)


def respond(one, base, years):
    """The response without its ceiling, so that the formula stands alone; the ceiling has tests of its own."""
    return bent(one, base, years, np.full((1, 3), np.nan))


def test_the_ceiling_bends_multipliers_and_is_never_passed(baseline):
    """M_eff = 1 + (Mmax - 1)(1 - exp(-(M - 1)/(Mmax - 1))), Mmax = ln(1 - D)/ln(1 - p)."""
    one = baseline.vary("one", {"subsidy.child2.yuan_per_month": sh.from_year(2027, 3000)})
    years = range(2021, 2051)
    found = bent(one, baseline, years).multiplier[:, 1]
    ceiling = [math.log(1 - d) / math.log(1 - p) for d, p in zip((0.95, 0.75, 0.20), CHINA_2026[0], strict=True)]
    free = respond(one, baseline, years).multiplier[:, 1]
    weight = np.array([yearly_mean(year - 2027.0) for year in years])
    static = math.exp(math.log(free[-1]) / weight[-1])
    expected = 1 + (ceiling[1] - 1) * (1 - math.exp(-(static - 1) / (ceiling[1] - 1)))
    assert np.allclose(np.log(found), math.log(expected) * weight, rtol=1e-8, atol=1e-12)
    rich = baseline.vary("rich", {f"subsidy.birth{order}.yuan": 1_000_000 for order in (1, 2, 3)})
    most = bent(rich, baseline, years).multiplier.max(axis=0)
    assert (most <= ceiling).all()
    assert (most > 0.8 * np.array(ceiling)).all()


def test_desired_progressions_of_a_place_stay_above_its_own(baseline):
    p = np.array([CHINA_2026[0], [0.92, 0.74, 0.30], [0.5, 0.2, 0.04]])
    leaves = tuple(sh.place(name) for name in ("china", "guizhou", "620102"))
    found = policy_response.desired_progressions(Reading(baseline), leaves, p)
    assert (found > p).all()
    odds = 0.75 / 0.25 * (0.74 / 0.26) / (0.476 / 0.524)
    assert found[1, 1] == pytest.approx(odds / (1 + odds), rel=1e-12)


def test_support_above_the_cost_is_capped_and_said():
    base = sh.scenario("baseline", "china")
    rich = base.vary("rich", {"subsidy.birth1.yuan": 1_000_000})
    assert respond(rich, base, range(2021, 2031)).capped
    assert not respond(base, base, range(2021, 2031)).capped


def test_multipliers_of_the_allowance_by_hand(baseline):
    """China with against without, by order and year, from the allowance's own start on 1 January 2025."""
    base = sh.scenario("no-allowance", "china")
    years = range(2021, 2051)
    got = respond(baseline, base, years).multiplier
    preschool = FEE_WEIGHT * 0.95 * 2.0 * 1667.0 / 1.05**5.5
    # Both have the free preschool year when the allowance starts.
    s, s_base = (0.9 * allowance() + preschool) / COST["100000"], preschool / COST["100000"]
    weight = np.array([yearly_mean(year - 2025.0) for year in years])
    for index, k in enumerate(K):
        # The preschool year starts on 1 September 2025 in both; it moves the multiplier by less than 1e-4 of ln M.
        expected = -EPS * k * math.log((1.0 - s) / (1.0 - s_base)) * weight
        assert np.max(np.abs(np.log(got[:, index]) - expected)) < 1e-4
    assert (got[:4] == 1.0).all()


def test_an_instrument_counts_from_its_own_start():
    """The free preschool year starts on 1 September 2025: births answer 0.75 year later, in 2026."""
    base = sh.scenario("baseline", "china").without("national/preschool-last-year", "without")
    one = sh.scenario("baseline", "china")
    got = respond(one, base, range(2021, 2031)).multiplier
    assert (got[:5] == 1.0).all(), "an effect before the instrument's own start and build-up"
    assert (got[5:] > 1.0).all()
    s_base = 0.9 * allowance() / COST["100000"]
    s = s_base + FEE_WEIGHT * 0.95 * 2.0 * 1667.0 / 1.05**5.5 / COST["100000"]
    start = 2025.0 + 8.0 / 12.0
    for year in (2026, 2027, 2030):
        expected = -EPS * math.log((1.0 - s) / (1.0 - s_base)) * yearly_mean(year - start)
        assert math.log(got[year - 2021, 1]) == pytest.approx(expected, rel=1e-6)


def test_a_dated_change_acts_from_its_year(baseline):
    one = baseline.vary("one", {"subsidy.child2.yuan_per_month": sh.from_year(2030, 800)})
    got = respond(one, baseline, range(2021, 2041)).multiplier
    assert (got[:, 0] == 1.0).all()
    assert (got[:, 2] == 1.0).all()
    assert (got[:9, 1] == 1.0).all()
    assert (got[9:, 1] > 1.0).all()
    ratio = math.log(got[12, 1]) / math.log(got[14, 1])
    assert ratio == pytest.approx(yearly_mean(3.0) / yearly_mean(5.0), rel=1e-8)


def test_a_withdrawn_benefit_is_a_change_of_its_own(baseline):
    path = "subsidy.child2.yuan_per_month"
    pulse = baseline.vary("pulse", {path: [sh.from_year(2027, 1000), sh.from_year(2030, 0)]})
    kept = baseline.vary("kept", {path: sh.from_year(2027, 1000)})
    years = range(2021, 2046)
    a, b = (respond(one, baseline, years).multiplier[:, 1] for one in (pulse, kept))
    assert np.array_equal(a[:9], b[:9])
    assert (a[10:] < b[10:]).all()
    full = math.log(b[8]) / yearly_mean(2029 - 2027.0)
    assert math.log(a[15]) == pytest.approx(full * (yearly_mean(9.0) - yearly_mean(6.0)), rel=1e-6)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_higher_benefit_never_lowers_a_multiplier(baseline, order):
    before = np.ones((25, 3))
    for yuan in (0, 100, 300, 301, 500, 1000, 3000, 20_000):
        one = baseline.vary("one", {f"subsidy.child{order}.yuan_per_month": sh.from_year(2027, yuan)})
        got = respond(one, baseline, range(2021, 2046)).multiplier
        assert (got >= before).all(), yuan
        before = got
    assert before[-1, order - 1] > 1.0
    assert (np.delete(before, order - 1, axis=1) == 1.0).all()


def test_up_to_the_floor_a_local_benefit_changes_nothing(baseline):
    """300 yuan a month are the national 3,600 a year: with `max` the place adds nothing."""
    one = baseline.vary("one", {"subsidy.child1.yuan_per_month": sh.from_year(2027, 300)})
    assert (respond(one, baseline, range(2021, 2031)).multiplier == 1.0).all()


def effect(comparison, variable):
    """(year) share by which the allowance raises the births there would be without it."""
    totals = comparison.table(variable, level=None)
    return totals.loc["baseline"] / totals.loc["no-allowance"] - 1.0


def test_effect_of_the_national_allowance_on_china(china_allowance):
    """policy.md prints the medians of the engine with parity: 2027 +1.0 % gross, +0.9 % net; 2035 +1.0 % gross, +0.46 %
    net, 2.1 m yuan per net extra birth. The point run is held within 10 % of them."""
    gross, net = effect(china_allowance, "births_gross"), effect(china_allowance, "births")
    assert gross[2027] == pytest.approx(0.010, rel=0.10)
    assert net[2027] == pytest.approx(0.009, rel=0.10)
    assert gross[2035] == pytest.approx(0.010, rel=0.10)
    assert net[2035] == pytest.approx(0.0046, rel=0.10)
    cost = -china_allowance.diff("cost_nominal").loc[("no-allowance", "outlay"), 2035]
    assert cost / -china_allowance.diff("births").loc["no-allowance", 2035] == pytest.approx(2.1e6, rel=0.10)
    for year in range(2026, 2036):
        assert gross[year] >= net[year] > 0.0, year
    assert (net.loc[:2024] == 0.0).all()


def test_effect_does_not_depend_on_which_scenario_comes_first(china_allowance):
    """Fitted rates hold what is in force, whichever scenario the others are compared with."""
    other = sh.compare([sh.scenario(name, "china") for name in ("no-allowance", "baseline")], (2021, 2035))
    for name in ("baseline", "no-allowance"):
        one, two = inside(china_allowance)[name].people.births[:, :15], inside(other)[name].people.births
        assert np.max(np.abs(one.sum(axis=(0, 2, 3)) / two.sum(axis=(0, 2, 3)) - 1.0)) < 1e-12, name


def test_eps_zero_is_exactly_no_effect():
    pair = [sh.scenario(name, "china") for name in ("baseline", "no-allowance")]
    found = sh.compare(pair, (2021, 2040), beliefs={"response.eps": 0})
    one, other = inside(found)["baseline"], inside(found)["no-allowance"]
    assert np.array_equal(one.people.births, other.people.births)
    assert np.array_equal(one.people.pop_jan1, other.people.pop_jan1)
    assert (found.diff("births_gross").loc["no-allowance"] == 0.0).all()
    extra = found.diff("cost_nominal").loc["no-allowance", "outlay"]
    assert (extra.loc[2025:] < 0.0).all()  # the money is paid all the same


def test_band_of_eps_holds_the_point(lanzhou):
    frame = lanzhou.frame
    bands = frame[frame["variable"].isin(["births_extra", "births_extra_gross"]) & frame["lo"].notna()]
    assert set(bands["scenario"]) == {"no-allowance", "cost-reduction"}
    assert (bands["lo"] <= bands["value"]).all()
    assert (bands["value"] <= bands["hi"]).all()
    assert bands["basis"].str.contains("eps alone").all()
    bands = bands[bands["place"] == lanzhou.place]  # elsewhere around it nothing is paid
    late = bands[(bands["year"] == 2035) & (bands["variable"] == "births_extra_gross")]
    assert (late["hi"] > late["lo"]).all()


def cash_for_all(tau, last_year):
    """A benefit for every child from 2027, at a stated share of moved births, beside the baseline."""
    base = sh.scenario("baseline", "china")
    cash = {f"subsidy.birth{order}.yuan": sh.from_year(2027, 30_000) for order in (1, 2, 3)}
    return sh.compare([base, base.vary("one", cash)], (2021, last_year), beliefs={"response.tau": tau})


def test_tau_one_only_moves_births():
    """Births move: more in the first years, fewer later. Cohorts end with what they would have had (tests/cpp)."""
    diff = cash_for_all(1.0, 2100).diff("births").loc["one"]
    assert diff.loc[2028:2030].min() > 0.0
    assert diff.loc[2040:2060].min() < diff.loc[2028:2030].min()


def test_tau_zero_takes_nothing_back():
    run = inside(cash_for_all(0.0, 2040))["one"]
    assert run.answers
    assert np.max(np.abs(run.people.births.sum(axis=(2, 3)) / run.people.births_gross - 1.0)) < 1e-12


def test_net_births_fall_with_tau():
    births = [cash_for_all(tau, 2040).table("births", level=None).loc["one"] for tau in (0.0, 0.25, 0.5, 1.0)]
    for low, high in pairwise(births):
        assert (high.loc[2028:] < low.loc[2028:]).all()


def test_a_users_fertility_factor_is_not_taken_back_as_tempo(baseline):
    """`fertility.multiplier` says how many births there are; it is not a benefit that moves some of them."""
    one = baseline.vary("one", {"fertility.multiplier": 1.1})
    found = sh.compare([baseline, one], (2021, 2045))
    tfr = found.data["tfr"].sel(place="100000").isel(draw=0)
    ratio = (tfr.sel(scenario="one") / tfr.sel(scenario="baseline")).values[:-1]
    assert (ratio[:5] == 1.0).all()
    assert np.allclose(ratio[5:], 1.1, rtol=1e-9)


def test_growing_costs_erode_a_nominal_amount():
    growing = {"response.cost_growth": 0.05}
    base, one = (with_beliefs(sh.scenario(name, "china"), growing) for name in ("no-allowance", "baseline"))
    years = range(2021, 2051)
    grown = respond(one, base, years).multiplier
    flat = respond(sh.scenario("baseline", "china"), sh.scenario("no-allowance", "china"), years).multiplier
    assert (grown[10:] < flat[10:]).all()
    assert (grown[10:] > 1.0).all()


def test_costs_grow_from_the_date_of_their_growth():
    """5 % from 2030: x 1.05 in 2030, x 1.05^2 in 2031, and nothing before."""
    one = sh.scenario("baseline", "china")
    growing = Reading(with_beliefs(one, {"response.cost_growth": sh.from_year(2030, 0.05)}))
    for year, factor in ((2026, 1.0), (2029, 1.0), (2030, 1.05), (2031, 1.05**2), (2040, 1.05**11)):
        assert cost_of_child(growing, sh.place("china"), january(year))[0] == pytest.approx(
            538_312.0 * factor, rel=1e-12
        )
    stated = {"response.cost_of_child_yuan": sh.from_year(2028, 400_000), "response.cost_growth": 0.05}
    own = Reading(with_beliefs(one, stated))
    assert cost_of_child(own, sh.place("china"), january(2027))[0] == pytest.approx(538_312.0 * 1.05**2)
    assert cost_of_child(own, sh.place("china"), january(2028))[0] == 400_000.0
    assert cost_of_child(own, sh.place("china"), january(2030))[0] == pytest.approx(400_000.0 * 1.05**2)


def test_care_term_is_off_without_female_employment():
    base = sh.scenario("baseline", "lanzhou")
    stock = {
        "nursery.stock_per_1000": 3.0,
        "nursery.utilisation": 0.5,
        "nursery.inclusive_share": 0.5,
        "nursery.plan": "norm",
    }
    known = base.vary("known", {**stock, "nursery.plan": "none"})
    more = base.vary("more", stock)
    run = inside(sh.compare([known, more], (2021, 2035)))["more"]
    assert not run.care
    assert not run.answers
    employed = {"response.female_employment": 0.6, "response.female_employment_reference": 0.6}
    found = sh.compare([known, more], (2021, 2035), beliefs=employed)
    run = inside(found)["more"]
    assert run.care
    leaf = run.leaves.index("620102")
    change = run.nursery.rows("inclusive_per_child") - inside(found)["known"].nursery.rows("inclusive_per_child")
    steps = np.diff(np.nan_to_num(change[leaf]), prepend=0.0) / 0.1
    ln = np.log(run.multiplier[leaf, -1])
    # ln M = 0.018 x tenths of a place per child, each year's step on its own clock and under the ceiling.
    expected = sum(0.018 * step * yearly_mean(2035.0 - year) for step, year in zip(steps, run.years, strict=True))
    assert np.allclose(ln, expected, rtol=0.03)
    assert (ln > 0.0).all()
