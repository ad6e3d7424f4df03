"""A run of a place: accounts that close, restarts, the change of the standard carried on, one definition of a rate."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from inside import inside
from projecting import project
from sanhai import _bridge
from sanhai.run.layout import layout_of


@pytest.fixture(scope="module")
def runs(lanzhou):
    return inside(lanzhou)


@pytest.fixture(scope="module")
def base_run(runs):
    return runs["baseline"]


@pytest.fixture(scope="module")
def drawn():
    chosen = [sh.scenario(name, "lanzhou") for name in ("baseline", "cost-reduction")]
    return sh.compare(chosen, (2021, 2035), draws=6, seed=7)


def test_rows_of_a_run():
    lanzhou = layout_of(sh.place("lanzhou"))
    assert lanzhou.codes[0] == "620100"
    assert lanzhou.codes[-1] == "100000"
    assert len(lanzhou.codes) == 11
    assert len({leaf.code for leaf in lanzhou.leaves}) == 10
    assert lanzhou.members[0] == tuple(range(9))
    assert lanzhou.engine_rows == (10, *range(10))
    assert layout_of(sh.place("china")).codes == ("100000",)


def test_accounts_close_for_every_leaf_year_and_sex(runs):
    for name, run in runs.items():
        pop = run.people.pop_jan1.sum(axis=3)
        deaths, net = run.people.deaths.sum(axis=3), run.people.net_migration.sum(axis=3)
        gap = pop[:, 1:] - pop[:, :-1] - run.people.births_by_sex + deaths - net
        assert np.max(np.abs(gap) / pop[:, :-1]) < 1e-12, name
        assert run.people.balance <= 1e-12, name


def test_every_cohort_loses_its_deaths_and_gains_its_migrants(base_run):
    pop, deaths, net = base_run.people.pop_jan1, base_run.people.deaths, base_run.people.net_migration
    grown = pop[:, :-1, :, :-2] - deaths[:, :, :, 1:-1] + net[:, :, :, 1:-1]
    assert np.max(np.abs(pop[:, 1:, :, 1:-1] - grown) / np.maximum(grown, 1.0)) < 1e-9


def test_births_by_order_and_by_sex_are_the_same_births(base_run):
    by_order = base_run.people.births.sum(axis=(2, 3))
    by_sex = base_run.people.births_by_sex.sum(axis=2)
    assert np.max(np.abs(by_order / by_sex - 1.0)) < 1e-12
    srb = base_run.people.births_by_sex[:, :, 0] / base_run.people.births_by_sex[:, :, 1]
    assert np.max(np.abs(srb / base_run.inputs.srb - 1.0)) < 1e-12


def test_nobody_is_negative(base_run):
    assert base_run.people.pop_jan1.min() >= 0.0
    assert base_run.people.deaths.min() >= 0.0
    assert base_run.people.births.min() >= 0.0


def test_restart_from_any_year_is_the_straight_run(base_run):
    """The run, and the core's projection of the same rates from a stock of the run on."""
    inputs = base_run.inputs
    for year in (2026, 2040):
        at = year - inputs.first_year
        again = project(
            list(inputs.codes),
            year,
            base_run.people.pop_jan1[:, at],
            inputs.Sx[:, at:],
            inputs.asfr[:, at:],
            inputs.srb[:, at:],
            inputs.net_migration[:, at:],
            leaving_rate=inputs.leaving_rate[:, at:],
        )
        for name in ("pop_jan1", "births", "deaths"):
            found, expected = np.asarray(getattr(again, name)), getattr(base_run.people, name)[:, at:]
            assert np.max(np.abs(found - expected)) <= 1e-9 * np.max(expected), name


def test_migration_is_first_order(lanzhou):
    """Without migration Lanzhou has 4.8 % fewer people in 2050 when tried (3,929 against 4,126 thousand).

    That was without its own figures of 2021 and 2024, which let it gain more.
    """
    people = lanzhou.table("pop_jan1", at=2050)[2050]
    assert 0.04 < 1.0 - people["zero-migration"] / people["baseline"] < 0.06


def test_zero_migration_keeps_the_observed_years(runs):
    zero, recent = runs["zero-migration"], runs["baseline"]
    assert np.array_equal(zero.people.net_migration[:, :5], recent.people.net_migration[:, :5])
    assert not zero.people.net_migration[:, 5:].any()
    assert np.array_equal(zero.people.pop_jan1[:, :6], recent.people.pop_jan1[:, :6])


def test_levels_of_the_nation_follow_the_change_of_the_standard(base_run):
    """After 2025 total fertility moves as the standard's does, from the nation's own level, in its shape.

    Death rates by the standard's yearly changes from 2027 on; until then by their mean of 2027-32, because the step of
    a recovery in 2025 and 2026 is not in what was published.
    """
    leaf, base = base_run.leaves.index("100000"), sh.place("china").standard
    n = len(base_run.years) - 4  # from 2025 on
    standard = base.asfr[2025 - base.years[0] :][:n]
    asfr = base_run.inputs.asfr[leaf].sum(axis=1)[4:]
    level, moved = asfr.sum(axis=1), standard.sum(axis=1)
    np.testing.assert_allclose(level / level[0], moved / moved[0], rtol=1e-12)
    np.testing.assert_allclose(asfr[1:] / level[1:, None], standard[1:] / moved[1:, None], rtol=1e-9, atol=1e-15)

    logs = np.log(base.mx[2025 - base.years[0] :][: max(n, 8)])
    slope = (logs[7] - logs[2]) / 5.0
    change = [slope * t if t <= 2 else slope * 2 + logs[t] - logs[2] for t in range(n)]
    mx = base_run.inputs.mx[leaf, 4:]
    np.testing.assert_allclose(mx / mx[0], np.exp(change), rtol=1e-12)


def test_levels_of_a_leaf_near_those_around_it(base_run):
    """After 2025 its death rates stay in one ratio to the nation's at all ages and times.

    Fertility of the leaves of one province draws together: their log ratios shrink to 0.96 of themselves every year.
    """
    inputs, nation = base_run.inputs, base_run.leaves.index("100000")
    leaves = [row for row, code in enumerate(base_run.leaves) if code != "100000"]
    ratio = inputs.mx[leaves][:, 4:] / inputs.mx[nation, 4:]
    np.testing.assert_allclose(ratio, np.broadcast_to(ratio[:, :1, :1, :1], ratio.shape), rtol=1e-12)
    assert ratio.min() < 0.9 < 1.0 < ratio.max()
    logs = np.log(inputs.asfr.sum(axis=(2, 3))[leaves][:, 4:])
    apart = logs - logs[:1]
    faded = 0.96 ** np.arange(apart.shape[1])
    np.testing.assert_allclose(apart, apart[:, :1] * faded, rtol=1e-9, atol=1e-12)
    assert np.abs(apart[:, 0]).max() > 0.3


def test_level_is_never_the_standards_own(lanzhou):
    """WPP expected 8.71 m births in 2025; 7.92 m were registered, and the following year starts from these."""
    births = lanzhou.table("births", place="china").loc["baseline"]
    assert births[2025] == pytest.approx(7.92e6, rel=1e-9)
    assert births[2026] < 8.2e6


# ---- one definition of a rate ----------------------------------------------------------------------------------------


def test_tfr_is_the_sum_of_the_rates_of_a_leaf(lanzhou, base_run):
    """For a leaf the births over women give back the rates that made them."""
    leaf = base_run.leaves.index("620102")
    expected = base_run.inputs.asfr[leaf].sum(axis=(1, 2))
    got = lanzhou.table("tfr", place="620102").loc["baseline"].to_numpy()
    assert np.max(np.abs(got / expected - 1.0)) < 1e-9


@pytest.mark.parametrize("place", ["620100", "620102", "100000"])
@pytest.mark.parametrize("scenario", ["baseline", "cost-reduction"])
def test_tfr_of_any_row_is_births_over_women_exposed_in_every_draw(drawn, place, scenario):
    """Of a sum too, with draws and without: sum over ages of its births by age of mother over its woman-years.

    An age that a draw's migration has left without women keeps the rate they would have had: those years are left out.
    """
    for result in (drawn, drawn.central):
        ages = result.by_age(place, scenario).isel(year=slice(None, -1))
        rate = (ages["births"].sum("order") / ages["women_exposed"].where(ages["women_exposed"] > 0.0)).sum("age")
        found = result.sel("tfr", place=place, scenario=scenario).isel(scenario=0)
        is_peopled = (ages["women_exposed"].sel(age=slice(15, 49)) > 0.0).all("age")
        assert float(is_peopled.mean()) > 0.9
        np.testing.assert_allclose(found.where(is_peopled), rate.where(is_peopled), rtol=1e-12)
        np.testing.assert_allclose(ages["asfr"].sum(("order", "age")), rate, rtol=1e-12)


def test_lanzhous_fertility_of_2021(drawn, base_run):
    """By births over women of the sum, age by age; the women-weighted mean of its parts would be another number.

    Its births are those that the country was solved for once by other means (NumPy): 34,192.95.
    """
    people, parts = base_run.people, slice(0, 9)
    births = people.births[parts, 0].sum(axis=1)  # (leaf, age)
    assert births.sum() == pytest.approx(34_192.9481, rel=1e-6)
    women = people.women_exposed[parts, 0].sum(axis=0)
    expected = np.divide(births.sum(axis=0), women, out=np.zeros_like(women), where=women > 0.0).sum()
    for result in (drawn, drawn.central):
        found = result.table("tfr", at=2021, level=None).loc["baseline", 2021]
        assert found == pytest.approx(expected, rel=1e-9)
        codes = [code for code, one in result.place_info.items() if one.role == "part"]
        rates, women = (
            np.array([result.table(name, at=2021, place=code, level=None).loc["baseline", 2021] for code in codes])
            for name in ("tfr", "women_15_49")
        )
        assert abs((rates * women).sum() / women.sum() / expected - 1.0) > 0.005


def test_e0_is_the_life_table_of_the_fitted_rates(lanzhou, base_run):
    leaf = base_run.leaves.index("100000")
    expected = _bridge.e0_from_mx(base_run.inputs.mx[leaf])
    got = lanzhou.sel("e0", place="100000").isel(scenario=0, draw=0).values
    assert np.max(np.abs(got - expected)) < 1e-9
    assert (got[:, 1] > got[:, 0]).all()


# ---- by age ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["620100", "620102", "100000"])
@pytest.mark.parametrize("scenario", ["baseline", "cost-reduction"])
def test_ages_of_every_draw_are_those_the_run_summed_up(drawn, place, scenario):
    for result in (drawn, drawn.central):
        ages = result.by_age(place, scenario)
        assert ages["pop_jan1"].dims == ("draw", "year", "sex", "age")
        assert ages.sizes == {"draw": result.draws, "year": 16, "sex": 2, "age": 101, "order": 3}
        kept = {name: result.data[name].sel(place=place, scenario=scenario) for name in result.data}
        both = ages["pop_jan1"].sum("sex")
        np.testing.assert_allclose(both.sum("age"), kept["pop_jan1"], rtol=1e-13)
        np.testing.assert_allclose(both.sel(age=slice(0, 2)).sum("age"), kept["pop_0_2"], rtol=1e-13)
        np.testing.assert_allclose(both.sel(age=slice(65, None)).sum("age"), kept["pop_65plus"], rtol=1e-13)
        young, old = both.sel(age=slice(0, 14)).sum("age"), both.sel(age=slice(65, None)).sum("age")
        working = both.sel(age=slice(15, 64)).sum("age")
        np.testing.assert_allclose(kept["tdr"], (young + old) / working, rtol=1e-12)
        np.testing.assert_allclose(kept["oadr"], old / working, rtol=1e-12)
        flows = ages.isel(year=slice(None, -1))
        for name in ("deaths", "net_migration"):
            summed = flows[name].sum(("sex", "age"))
            np.testing.assert_allclose(summed, kept[name].isel(year=slice(None, -1)), rtol=1e-10, atol=1e-6)
        births = flows["births"].sum("age").transpose("draw", "year", "order")
        np.testing.assert_allclose(births, kept["births_order"].isel(year=slice(None, -1)), rtol=1e-12)
        np.testing.assert_allclose(flows["births_by_sex"].sum("sex"), births.sum("order"), rtol=1e-12)
        assert bool(ages["deaths"].isel(year=-1).isnull().all())


def test_ages_are_made_again_to_the_same_bits(drawn):
    one, two = drawn.by_age("620100", "cost-reduction"), drawn.by_age("620100", "cost-reduction")
    assert one.identical(two)
    late = sh.compare([drawn.scenario(name) for name in drawn.scenarios], (2030, 2035), draws=6, seed=7)
    assert late.by_age("620102")["pop_jan1"].equals(drawn.by_age("620102")["pop_jan1"].sel(year=slice(2030, None)))
    with pytest.raises(ValueError, match="read-only"):
        one["pop_jan1"].values[0] = 0.0


def test_ages_with_events_are_made_again_from_the_seed():
    components = ("tfr", "mortality", "migration", "events")
    found = sh.project("lanzhou", (2021, 2030), draws=5, seed=3, components=components)
    ages = found.by_age("620102")
    kept = found.sel("pop_jan1", place="620102").isel(scenario=0)
    np.testing.assert_allclose(ages["pop_jan1"].sum(("sex", "age")), kept, rtol=1e-13)
    later = ages["births"].sel(year=slice(2026, 2030)).sum(("order", "age")).values
    np.testing.assert_allclose(later, np.round(later), rtol=1e-13)


def test_death_rates_behind_the_survivorship_of_a_leaf(drawn, base_run):
    """Of the point run those that were fitted; of draws e0 is that of their life table."""
    for code in ("620102", "100000"):
        leaf = base_run.leaves.index(code)
        point = drawn.central.by_age(code)["mx"].isel(draw=0, year=slice(None, -1))
        np.testing.assert_allclose(point, base_run.inputs.mx[leaf, : point.sizes["year"]], rtol=1e-7)
        draws = drawn.by_age(code)
        e0 = _bridge.e0_from_mx(draws["mx"].isel(year=slice(None, -1)).values)
        kept = drawn.sel("e0", place=code).isel(scenario=0).values
        np.testing.assert_allclose(e0, kept, rtol=1e-6)
        assert np.ptp(draws["mx"].sel(year=2035, age=70).values, axis=0).min() > 0.0
    assert "mx" not in drawn.by_age("620100")  # of a sum there is no rate its survivorship was made from


def test_ages_that_would_not_fit_are_refused_with_both_numbers(drawn, complains):
    complains(lambda: drawn.by_age(budget_gib=1e-4), "GiB needed", "0.00 GiB (budget_gib)", kind=sh.ConfigError)
    complains(
        lambda: drawn.by_age(budget_gib=float("nan")), "budget_gib: got nan", "a number above 0", kind=sh.ConfigError
    )
    complains(lambda: drawn.by_age("甘州"), "place", "620102", kind=sh.ConfigError)
    complains(lambda: drawn.by_age(scenario="other"), "scenario", "cost-reduction", kind=sh.ConfigError)


def median_age(people):
    """The age that halves (age) persons, spread evenly over each year of age."""
    below = np.concatenate([[0.0], np.cumsum(people)])
    return float(np.interp(below[-1] / 2.0, below, np.arange(len(below))))


def test_median_age_of_a_row(drawn):
    ages = drawn.by_age("620100")["pop_jan1"].sum("sex").sel(year=2030).values
    found = drawn.sel("median_age", at=2030, scenario="baseline").values.ravel()
    np.testing.assert_allclose(found, [median_age(one) for one in ages], rtol=1e-12)


def test_a_place_does_not_depend_on_the_others_of_the_run(lanzhou):
    alone = sh.project("china", (2021, 2050))
    for name in ("pop_jan1", "births", "tfr", "e0", "cost_nominal"):
        one, other = alone.sel(name), lanzhou.sel(name, place="china", scenario="baseline")
        assert np.array_equal(one.values, other.values), name
