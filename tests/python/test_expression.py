"""Expressions over a result: the numbers of tables and ages, units on the way, and a grammar that runs no code."""

import numpy as np
import pytest

import sanhai as sh

YEARS = (2025, 2032)


@pytest.fixture(scope="module")
def drawn():
    """Two scenarios of Lanzhou with a few draws."""
    pair = [sh.scenario(name, "lanzhou") for name in ("baseline", "cost-reduction")]
    return sh.compare(pair, YEARS, draws=16, seed=3)


def test_ages_count_both_ends_at_the_years_end(drawn):
    ages = drawn.by_age(scenario="cost-reduction")["pop_jan1"].sum("sex")
    mine = drawn.eval("pop[65:] / pop[15:64]").data.sel(scenario="cost-reduction", year=2030)
    end = ages.sel(year=2031)
    expected = end.sel(age=slice(65, None)).sum("age") / end.sel(age=slice(15, 64)).sum("age")
    np.testing.assert_allclose(mine.to_numpy(), expected.to_numpy(), rtol=1e-13)


@pytest.mark.parametrize(
    ("text", "unit", "same"),
    [
        ("births - deaths", "persons", lambda r: r.sel("births") - r.sel("deaths")),
        ("cost.central / births", "yuan / persons", lambda r: _paid(r, "central") / r.sel("births")),
        ("cost.outlay", "yuan", lambda r: r.sel("cost_nominal").sel(kind="outlay", drop=True)),
        ("births.order3", "persons", lambda r: r.sel("births", by="order").sel(order="3+", drop=True)),
        ("-2 * tfr + tfr", "children per woman", lambda r: -r.sel("tfr")),
        ("出生人口 / 1000", "persons", lambda r: r.sel("births") / 1000),
        ("e0.female - e0.male", "years", lambda r: r.sel("e0").sel(sex="female") - r.sel("e0").sel(sex="male")),
    ],
)
def test_names_parts_and_arithmetic(drawn, text, unit, same):
    found = drawn.eval(text)
    assert found.unit == unit
    mine = found.data.transpose("scenario", "draw", "year").to_numpy()
    expected = same(drawn).sel(year=list(drawn.years)).transpose("scenario", "draw", "year").to_numpy()
    np.testing.assert_allclose(mine, expected, rtol=1e-14)


def _paid(result, payer):
    return result.sel("cost_nominal", by="payer").sel(payer=payer, drop=True)


def test_everybody_is_some_age_and_sex(drawn):
    rest = drawn.eval("pop - pop.male[:59] - pop.male[60:] - pop.female").data
    assert float(np.abs(rest).max()) < 1e-5


def test_verbs_are_those_of_a_variable(drawn):
    found = drawn.eval("births")
    assert found.table(at=[2030]).equals(drawn.table("births", at=[2030]))
    assert found.diff(at=[2030]).equals(drawn.diff("births", at=[2030]))
    assert found.quantiles(0.5).equals(drawn.quantiles("births", 0.5))
    assert (found.diff(level=None).loc["baseline"] == 0.0).all()
    mine = found.frame.set_index(["scenario", "year"])["value"]
    rows = drawn.frame.query("variable == 'births' and place == '620100' and order.isnull()")
    assert mine.to_dict() == rows.set_index(["scenario", "year"])["value"].to_dict()
    assert "[persons]" in repr(found)


def test_the_central_run_is_the_point_run(drawn):
    ratio = drawn.eval("pop_0_14 / pop_65plus").central.table(level=None)
    assert ratio.equals(drawn.central.eval("pop_0_14 / pop_65plus").table(level=None))


def test_nothing_over_nothing_is_unknown(drawn):
    assert np.isnan(drawn.eval("births / (births - births)").data).all()


def test_probability_is_the_share_of_draws(drawn):
    births = drawn.sel("births", at=range(2025, 2031)).sel(scenario="baseline")
    limit = float(births.min("year").median())
    passes = drawn.probability(f"births < {limit}", by=2030)
    assert passes["baseline"] == float((births < limit).any("year").mean()) == 0.5
    at = drawn.probability(f"births < {limit}", at=2030)
    assert at["baseline"] == float((births.sel(year=2030) < limit).mean())
    assert drawn.probability("births >= 0") == {"baseline": 1.0, "cost-reduction": 1.0}
    assert drawn.central.probability(f"births < {limit}", by=2030)["baseline"] in (0.0, 1.0)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("births + cost.outlay", "expression.units"),
        ("cost", "expression.part"),
        ("births + births / deaths", "expression.units"),
        ("brths", "expression.name"),
        ("births.order9", "expression.part"),
        ("cost.mayor", "expression.part"),
        ("e0", "expression.part"),
        ("tfr.male", "expression.no_part"),
        ("births[3]", "expression.ages_of"),
        ("pop[5:3]", "expression.ages"),
        ("pop[::2]", "expression.ages"),
        ("pop[1.5:]", "expression.ages"),
        ("pop[200:]", "expression.ages"),
        ("pop['a':]", "expression.ages"),
        ("__import__('os').system('true')", "expression.syntax"),
        ("births.__class__.__base__", "expression.syntax"),
        ("births if births else deaths", "expression.syntax"),
        ("[births for births in pop]", "expression.syntax"),
        ("births ** 2", "expression.syntax"),
        ("births < 3", "expression.syntax"),
        ("True", "expression.syntax"),
        ("births <", "expression.syntax"),
        ("(" * 400 + "1" + ")" * 50, "expression.syntax"),
        ("1" + "+1" * 400, "expression.text"),
        ("", "expression.text"),
        (5, "expression.text"),
        (None, "expression.text"),
    ],
)
def test_what_the_grammar_does_not_have_is_refused(drawn, text, key, language):
    sh.set_language(language)
    with pytest.raises(sh.ConfigError) as caught:
        drawn.eval(text)
    assert caught.value.key == key
    assert caught.value.remedy
    assert "{" not in str(caught.value)


@pytest.mark.parametrize(
    ("condition", "how", "key"),
    [
        ("births", {}, "expression.comparison"),
        ("1 < births < 3", {}, "expression.comparison"),
        ("births == 3", {}, "expression.comparison"),
        ("births < cost.outlay", {}, "expression.units"),
        ("births < 3", {"by": 2030, "at": 2030}, "expression.when"),
        ("births < 3", {"by": 2060}, "results.later_year"),
        ("places_stock < 3", {"at": 2025}, "expression.unknown"),
    ],
)
def test_conditions_of_a_probability(drawn, condition, how, key):
    with pytest.raises(sh.ConfigError) as caught:
        drawn.probability(condition, **how)
    assert caught.value.key == key


def test_years_places_and_scenarios_are_those_of_the_result(drawn):
    assert list(drawn.eval("births", at=[2030, 2031]).table(level=None).columns) == [2030, 2031]
    assert list(drawn.eval("births", scenario="baseline").table(level=None).index) == ["baseline"]
    county = drawn.eval("pop[0:2]", place="城关区", at=2026).table(level=None)
    assert county.loc["baseline", 2026] < drawn.eval("pop[0:2]").table(level=None).loc["baseline", 2026]
    with pytest.raises(sh.ConfigError):
        drawn.eval("births").table(at=2099)
