"""Outlay of public budgets, insurance funds, employers and revenue forgone stand apart wherever money is shown."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from sanhai.policy.vocabulary import KIND_OF_LEVEL, LEVELS, MONEY_KINDS
from sanhai.show.headline import headline
from sanhai.show.text import card, tables

STATED = {
    "leave.daily_wage_yuan": 260.0, "leave.mothers_employed_share": 0.45, "leave.fathers_employed_share": 0.7,
    "leave.parental_take_up": 0.5, "tax.share_at_3_percent": 0.2,
    "tax.share_at_10_percent": 0.1, "tax.share_at_20_percent": 0.02,
}  # fmt: skip
LEAVE = "provincial-leave/gansu-maternity"
MONEY = ("cost_nominal", "cost_real", "pv")


@pytest.fixture(scope="module")
def every_kind():
    """Lanzhou with wages and shares stated: leave by fund and employers, tax relief, allowance."""
    base = sh.scenario("baseline", "lanzhou").vary("base", {"leave.fund_share": 0.5})
    more = base.vary("more", {"subsidy.child3.yuan_per_month": 800})
    return sh.compare([base, more], (2024, 2031), beliefs=STATED)


def test_each_level_has_one_kind():
    assert set(KIND_OF_LEVEL) == set(LEVELS)
    assert set(KIND_OF_LEVEL.values()) == set(MONEY_KINDS)
    assert [level for level in LEVELS if KIND_OF_LEVEL[level] == "outlay"] == [
        "central", "province", "city", "county", "local_unsplit", "unsplit",
    ]  # fmt: skip


@pytest.mark.parametrize("variable", MONEY)
def test_a_table_of_money_never_adds_kinds(every_kind, variable):
    """Every kind of the run is there, and each is the sum of the rows of its own payers alone."""
    table = every_kind.table(variable, at=[2027, 2030])
    frame = every_kind.frame
    rows = frame[(frame["variable"] == variable) & (frame["place"] == "620100")]
    sums = rows.groupby(["scenario", "kind", "year"], observed=True)["value"].sum()
    assert set(rows["kind"]) == set(MONEY_KINDS)
    for scenario in every_kind.scenarios:
        assert list(table.loc[scenario].index) == list(MONEY_KINDS)
        for kind in MONEY_KINDS:
            for year in (2027, 2030):
                assert table.loc[(scenario, kind), year] == pytest.approx(sums[scenario, kind, year], rel=1e-12)
                assert table.loc[(scenario, kind), year] > 0.0
    assert (rows["kind"].astype(str) == rows["payer"].astype(str).map(KIND_OF_LEVEL)).all()


@pytest.mark.parametrize("by", ["instrument", "component"])
def test_an_instrument_of_several_kinds_is_a_row_each(every_kind, by):
    name = LEAVE if by == "instrument" else f"{LEAVE}/mother"
    table = every_kind.table("cost_nominal", by=by, at=2030)
    assert table.index.names == ["scenario", by, "kind"]
    assert set(table.loc[("base", name)].index) == {"fund", "employer"}
    assert table.loc[("base", name, "fund"), 2030] == pytest.approx(table.loc[("base", name, "employer"), 2030])
    for kind in MONEY_KINDS:
        whole = every_kind.fiscal.total(kind=kind).loc["base", 2030]
        assert table.xs(kind, level="kind").loc["base"].sum().item() == pytest.approx(whole, rel=1e-12)
    found = every_kind.sel("cost_nominal", by=by, at=2030)
    assert sorted(zip(found[by].values, found["kind"].values, strict=True)) == sorted(table.loc["base"].index)
    assert every_kind.fiscal.by_instrument("base").index.names == ["instrument", "kind"]


def test_a_price_of_a_birth_is_of_one_kind_and_says_so(every_kind):
    births = every_kind.diff("births").loc["more"]
    for kind in ("outlay", "forgone"):
        found = every_kind.fiscal.price_of_birth("more", kind=kind)
        extra = every_kind.diff("cost_nominal").loc["more", kind]
        assert found.attrs["kind"] == kind
        assert found.loc["more", 2030] == pytest.approx(extra[2030] / births[2030], rel=1e-12)
    quantiles = every_kind.fiscal.price_quantiles(0.5, "more", kind="forgone", at=2030)
    assert quantiles.attrs["kind"] == "forgone"
    assert quantiles.iloc[0, 0] == found.loc["more", 2030]


def test_an_expression_names_its_kind(every_kind, complains):
    for kind in MONEY_KINDS:
        mine = every_kind.eval(f"cost.{kind}").table(level=None)
        expected = every_kind.table("cost_nominal", level=None).xs(kind, level="kind")
        np.testing.assert_allclose(mine, expected.loc[mine.index], rtol=1e-14)
    complains(lambda: every_kind.eval("cost"), "cost.outlay", "cost.employer", kind=sh.ConfigError)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_headline_has_a_total_a_kind_and_none_of_all(every_kind, lang):
    rows = [row for row in headline(every_kind, lang) if row["section"] == "cost"]
    for scenario in every_kind.scenarios:
        own = {row["variable"]: row["values"] for row in rows if row["scenario"] == scenario}
        totals = {kind: own[f"cost_nominal:{kind}"] for kind in MONEY_KINDS}
        for kind, values in totals.items():
            parts = [
                own[f"cost_nominal:{level}"]
                for level in LEVELS
                if KIND_OF_LEVEL[level] == kind and level not in MONEY_KINDS and f"cost_nominal:{level}" in own
            ]
            for year, cell in values.items():
                assert cell["value"] == pytest.approx(every_kind.fiscal.total(kind=kind).loc[scenario, year], rel=1e-12)
                if parts:
                    assert sum(one[year]["value"] for one in parts if year in one) == pytest.approx(cell["value"])
        whole = sum(values[2027]["value"] for values in totals.values())
        assert all(values[2027]["value"] < 0.999 * whole for values in own.values())
    assert len(tables(rows, lang)) == 1
    shown = {row["variable"] for row in rows}
    assert len([line for table in card(every_kind, lang).tables for line in table.rows]) > len(shown)


def test_prices_in_the_headline_name_whose_money(every_kind):
    rows = [row for row in headline(every_kind, "en") if row["section"] == "per_birth"]
    labels = {row["variable"]: row["label"] for row in rows}
    assert labels["cost_per_birth:outlay:net"] == "public outlay, net of timing"
    assert labels["cost_per_birth:forgone:net"] == "revenue forgone, net of timing"


def test_explain_tells_the_kinds_apart(every_kind):
    one = every_kind.explain("cost_nominal", 2030)
    assert set(one.values) == set(MONEY_KINDS)
    assert "public outlay" in str(one)
    plain = sh.project("lanzhou", (2024, 2027)).explain("cost_nominal", 2026)
    assert set(plain.values) == {"outlay"}
