"""Who pays, as a user says it: by component and level, from a month on, in a place, of a provider."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from inside import inside
from sanhai.policy import instrument, nest
from sanhai.policy.catalogue import shipped
from sanhai.policy.checks import require_complete
from sanhai.policy.months import january
from sanhai.policy.payer_levers import payer_levels, payer_path, providers_of
from sanhai.policy.paying import PAYERS, payer_shares
from sanhai.policy.reading import Reading, require_all_read
from sanhai.policy.scenario import with_beliefs
from sanhai.policy.scenario_file import check_file, read_scenario
from sanhai.policy.terms import payable
from sanhai.policy.vocabulary import FORGONE

ALLOWANCE = "national/child-allowance/child"
CARE_HOME = "lanzhou-2023/art-64/bereaved"
FEE = "legacy.care_home_fee_yuan_per_month"


@pytest.fixture(scope="module")
def base():
    return sh.scenario("baseline", "lanzhou")


def paid(component_id, date=2028, provider="", place="", **shares):
    return {
        payer_path(component_id, level, provider): sh.from_month(str(date), share, place=place)
        for level, share in shares.items()
    }


def shares_at(one, component_id, code, year):
    reading = Reading(one)
    leaf = next(leaf for leaf in one.place.leaves if leaf.code == code)
    term = payable(reading, leaf)[component_id]
    found = payer_shares(reading, term, leaf, year)
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-12)
    return {level: share for level, share in found.items() if share}


def money(run, component_id):
    return run.bill.cost_nominal[run.bill.lines.index(component_id)]


def test_levels_set_take_the_place_of_the_documents_from_their_month_on(base):
    """The document: central 0.9, localities 0.1. In a year of part the mean over its months."""
    one = base.vary("x", paid(ALLOWANCE, "2028-10", central=0.5, city=0.2, county=0.3))
    shares = [shares_at(one, ALLOWANCE, "620102", year) for year in (2027, 2028, 2029)]
    assert shares[0] == {"central": 0.9, "local_unsplit": 0.1}
    mixed = {"central": 0.75 * 0.9 + 0.25 * 0.5, "local_unsplit": 0.075, "city": 0.05, "county": 0.075}
    assert shares[1] == pytest.approx(mixed)
    assert shares[2] == {"central": 0.5, "city": 0.2, "county": 0.3}


def test_the_money_of_the_scenarios_place_alone_moves_and_never_its_total(base):
    one = base.vary("x", paid(ALLOWANCE, 2028, county=1.0))
    found = sh.compare([base, one], (2026, 2030))
    before, after = (inside(found)[name] for name in ("baseline", "x"))
    old, new = money(before, ALLOWANCE), money(after, ALLOWANCE)
    here = np.array([code.startswith("6201") for code in before.leaves])
    t = 2028 - 2021
    assert here.any()
    assert not here.all()
    assert np.array_equal(old[:, :t], new[:, :t])
    assert np.array_equal(old[~here], new[~here])
    np.testing.assert_array_equal(new[here, t:, PAYERS.index("county")], new[here, t:].sum(axis=-1))
    np.testing.assert_allclose(new[here, t:].sum(axis=-1), old[here, t:].sum(axis=-1), rtol=1e-14)
    assert (found.diff("births").loc["x"] == 0.0).all()
    assert np.array_equal(before.bill.liability, after.bill.liability)


def test_the_nearest_place_says_all_of_it(base):
    """Yuzhong pays alone from 2030; the levels set for the whole city do not reach it, nor does its own the city."""
    one = base.vary("x", paid(ALLOWANCE, 2028, central=0.4, city=0.6))
    one = one.vary("x", paid(ALLOWANCE, 2030, place="榆中县", county=1.0))
    assert shares_at(one, ALLOWANCE, "620123", 2029) == {"central": 0.4, "city": 0.6}
    assert shares_at(one, ALLOWANCE, "620123", 2030) == {"county": 1.0}
    assert shares_at(one, ALLOWANCE, "620102", 2030) == {"central": 0.4, "city": 0.6}
    require_complete(one)


def test_a_provider_has_payers_of_its_own(base):
    """Article 64: the city pays in homes it runs (0.4 of the residents, stated), counties in theirs."""
    stated = {"legacy.care_home_city_share": 0.4, FEE: 3_000.0}

    def shares(changes, year, beliefs=stated):
        return shares_at(with_beliefs(base.vary("x", changes), beliefs), CARE_HOME, "620102", year)

    city = paid(CARE_HOME, 2028, "city_run", city=0.5, province=0.5)
    assert shares(city, 2027) == {"city": 0.4, "county": 0.6}
    assert shares(city, 2028) == pytest.approx({"city": 0.2, "province": 0.2, "county": 0.6})
    whole = paid(CARE_HOME, 2028, central=1.0)  # whoever else provides
    assert shares({**city, **whole}, 2028) == pytest.approx({"city": 0.2, "province": 0.2, "central": 0.6})
    fee_alone = {FEE: 3_000.0}  # nobody knows the mix of providers
    assert shares(whole, 2027, fee_alone) == {"unsplit": 1.0}
    assert shares(whole, 2028, fee_alone) == {"central": 1.0}


def test_what_a_user_leaves_to_localities_is_split_as_a_documents_is(base):
    local = {f"payer.local.{level}": share for level, share in (("province", 0.5), ("city", 0.3), ("county", 0.2))}
    one = base.vary("x", {**local, **paid(ALLOWANCE, 2028, central=0.5, local_unsplit=0.5)})
    expected = nest({"central": 0.5, "rest": {"province": 0.5, "city": 0.3, "county": 0.2}})
    assert shares_at(one, ALLOWANCE, "620102", 2028) == pytest.approx(expected)


@pytest.mark.parametrize(
    "shares", [{"city": 0.5}, {"city": 0.5, "county": 0.6}, {"central": 0.2, "province": 0.2, "unsplit": 0.5}]
)
def test_levels_that_are_no_whole_are_refused_by_run_and_check(base, complains, tmp_path, shares):
    one = base.vary("x", paid(ALLOWANCE, 2028, **shares))
    total = f"{sum(shares.values()):.12g}"
    complains(lambda: require_complete(one), f"payers.{ALLOWANCE}", "scenario x", "2028", total, kind=sh.ConfigError)
    complains(lambda: sh.compare([base, one], (2026, 2029)), f"payers.{ALLOWANCE}", total, kind=sh.ConfigError)
    with pytest.raises(sh.ConfigError) as caught:
        require_complete(one)
    assert f"合计{total}" in caught.value.render("zh")
    path = tmp_path / "one.toml"
    lines = [
        f'"{payer_path(ALLOWANCE, level)}" = {{ from = 2028, value = {share} }}' for level, share in shares.items()
    ]
    path.write_text("\n".join(['place = "lanzhou"', 'name = "x"', "[settings]", *lines]), encoding="utf-8")
    (problem,) = check_file(path)
    assert problem.line == 4


def test_a_later_date_needs_the_levels_that_end_too(base, complains):
    one = base.vary("x", paid(ALLOWANCE, 2028, city=1.0)).vary("x", paid(ALLOWANCE, 2030, county=1.0))
    complains(lambda: require_complete(one), "2030", "a sum of 2", "to 0")
    require_complete(one.vary("x", paid(ALLOWANCE, 2030, city=0.0)))


def test_a_file_and_the_command_line_say_the_same(base, tmp_path):
    from sanhai.cli.run import _series
    from sanhai.cli.values import assignments

    changes = {**paid(ALLOWANCE, "2028-07", central=0.4, county=0.6), **paid(ALLOWANCE, 2030, place="榆中县", city=1.0)}
    one = base.vary("x", changes)
    path = tmp_path / "one.toml"
    path.write_text(
        'place = "lanzhou"\nname = "x"\n[settings]\n'
        f'"payers.{ALLOWANCE}.central" = {{ from = "2028-07", value = 0.4 }}\n'
        f'"payers.{ALLOWANCE}.county" = {{ from = "2028-07", value = 0.6 }}\n'
        f'payers."{ALLOWANCE}".city = {{ from = 2030, value = 1.0, place = "榆中县" }}\n',
        encoding="utf-8",
    )
    assert read_scenario(path).settings == one.settings
    typed = [f"payers.{ALLOWANCE}.central=0.4@2028-07", f"payers.{ALLOWANCE}.county=0.6@2028-07",
             f"payers.{ALLOWANCE}.city=1@2030@yuzhong"]  # fmt: skip
    assert base.vary("x", _series(assignments("--set", typed))).settings == one.settings


def test_an_unknown_level_and_a_component_that_is_not_in_use_are_refused(base, complains):
    near = f"payers.{ALLOWANCE}.county"
    complains(lambda: base.vary("x", {f"payers.{ALLOWANCE}.countty": 1.0}), near, kind=sh.ConfigError)
    complains(lambda: base.vary("x", {f"payers.{ALLOWANCE}.tax_central": 1.0}), kind=sh.ConfigError)
    complains(lambda: base.vary("x", {near: 1.2}), "1.2", kind=sh.ConfigError)
    elsewhere = paid("ganzhou-2017/funeral/death", county=1.0)
    complains(lambda: base.vary("x", elsewhere), "ganzhou-2017/funeral", "620702", kind=sh.ConfigError)
    out = base.without("national/child-allowance", "out")
    complains(lambda: out.vary("x", paid(ALLOWANCE, county=1.0)), "national/child-allowance", kind=sh.ConfigError)
    nobody = base.vary("x", paid(CARE_HOME, county=1.0))  # no count: no year of the run asks who pays
    complains(lambda: sh.compare([nobody], (2026, 2029)), f"payers.{CARE_HOME}.county", kind=sh.ConfigError)


def test_forgone_tax_has_levels_of_its_own():
    for one in instrument("national/tax-under-3").components:
        assert payer_levels(one) == (*FORGONE, "unsplit")
    for row in shipped().instruments():
        for one in row.components:
            assert set(payer_levels(one)).isdisjoint(FORGONE) or row.kind == "tax_relief", row.full_id


def test_every_component_has_a_lever_a_level_with_its_contract():
    known = shipped()
    owners = {
        payer_path(f"{row.full_id}/{one.id}", level, provider): row.full_id
        for row in known.instruments()
        for one in row.components
        for provider in ("", *providers_of(one))
        for level in payer_levels(one)
    }
    assert known.payers.keys() == owners.keys()
    for path, owner in owners.items():
        info = known.lever(path)
        assert (info.low, info.high, info.default, info.side, info.kind) == (0.0, 1.0, None, "policy", "series")
        assert info.instrument == owner
        assert info.zh != info.en
        assert not info.is_yearly


def test_doc_tells_a_payers_lever(complains):
    text = str(sh.doc(f"payers.{ALLOWANCE}.county"))
    assert "share borne by county" in text
    assert "national/child-allowance" in text
    complains(lambda: sh.doc(f"payers.{ALLOWANCE}.countty"), f"payers.{ALLOWANCE}.county", kind=sh.ConfigError)


def test_payers_that_begin_after_the_run_are_noted(base):
    one = base.vary("x", paid(ALLOWANCE, 2060, county=1.0))
    found = sh.compare([base, one], (2026, 2030))
    (late,) = require_all_read([run.reading for run in inside(found).values()], range(2021, 2031))
    assert late[1].month == january(2060)
    assert not found.diff("cost_nominal").loc["x"].to_numpy().any()
