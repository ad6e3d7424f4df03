"""A place of one's own from arrays: what goes in comes out, derivations, refusals, levers of demography."""

from __future__ import annotations

import copy
import gzip
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sanhai as sh
from sanhai import _bridge
from sanhai.testing import assert_balanced, assert_sums

AGES = np.arange(101)
MALE = 20_000.0 * np.exp(-0.0002 * AGES**2)
FEMALE = 19_500.0 * np.exp(-0.00018 * AGES**2)
WPP = Path(__file__).resolve().parents[3] / "shared" / "data" / "wpp2024"
FIRST = 2025


def people(date: str = "2025-01-01") -> object:
    return sh.by_age(male=MALE, female=FEMALE, date=date, unit="persons")


def mortality() -> sh.Mortality:
    return sh.Mortality(e0={"male": 74, "female": 79}, standard="100000")


def fertility() -> sh.Fertility:
    return sh.Fertility(tfr=sh.tfr_path({2025: 1.6, 2050: 1.8}), mac=29, sd=5.5)


def region(name: str = "Region X", **changed: object) -> sh.Place:
    given = {
        "population": people(),
        "srb": 1.06,
        "mortality": mortality(),
        "fertility": fertility(),
        "migration": "none",
    }
    return sh.Place(name, **{**given, **changed})


def test_the_made_up_region_of_eight_lines():
    x = sh.Place("Region X", population=sh.by_age(male=MALE, female=FEMALE, date="2025-01-01", unit="persons"),
                 srb=1.06, mortality=sh.Mortality(e0={"male": 74, "female": 79}, standard="100000"),
                 fertility=sh.Fertility(tfr=sh.tfr_path({2025: 1.6, 2050: 1.8}), mac=29, sd=5.5),
                 migration="none", policy_place="100000")  # fmt: skip
    found = sh.compare([sh.scenario("baseline", x)], years=(2025, 2100))
    assert found.table("tfr", at=[2025, 2030, 2050, 2099]).to_numpy()[0] == pytest.approx(
        [1.6, 1.64, 1.8, 1.8], abs=1e-12
    )
    e0 = found.table("e0", at=[2025, 2100]).to_numpy()
    assert e0 == pytest.approx(np.array([[74.0, 74.0], [79.0, 79.0]]), abs=1e-6)
    assert found.table("pop_jan1", at=[2025]).to_numpy().item() == pytest.approx(MALE.sum() + FEMALE.sum(), rel=1e-14)
    assert np.all(found.table("net_migration").to_numpy() == 0.0)
    assert found.fiscal.total is not None


def test_one_class_equal_by_content_and_picklable():
    one, same, other = region(), region(), region("Region Y")
    assert isinstance(one, sh.Place)
    assert one == same
    assert one.code == "own/Region X"
    assert one != other
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(one) is one
    assert region(srb=1.07) != one
    assert isinstance(sh.place("lanzhou"), sh.Place)


def test_a_year_by_hand():
    """One year of the accounting identity from the arrays alone."""
    place = region()
    found = sh.project(place, years=(2025, 2026))
    mx = place.own_standard.mx[0]
    Sx = _bridge.Sx_from_mx(mx)
    left = np.array([MALE, FEMALE])
    moved = np.zeros_like(left)
    moved[:, 1:] = left[:, :-1] * Sx[:, 1:]
    moved[:, -1] += left[:, -1] * Sx[:, -1]
    births = (place.own_standard.asfr[0] * (left[1] + moved[1])).sum() / 2
    boys = births * 1.06 / 2.06
    moved[:, 0] = np.array([boys, births - boys]) * Sx[:, 0]
    assert found.table("births", at=[2025]).to_numpy().item() == pytest.approx(births, rel=1e-12)
    assert found.table("pop_jan1", at=[2026]).to_numpy().item() == pytest.approx(moved.sum(), rel=1e-12)


def test_draws_balance_and_a_sum_is_its_parts_in_every_draw():
    a, b = region("A"), region("B", migration=sh.Migration(total=-500, pattern="rogers-castro"))
    found = sh.project(sh.Place("Sum", parts=[a, b]), years=(2025, 2035), draws=20, seed=3)
    assert_sums(found)
    assert_balanced(found, ages=True)
    assert np.all(found.sel("net_migration", place="own/A", at=range(2025, 2036)).values == 0.0)  # as it was said


def test_parts_that_miss_the_whole_are_refused_or_raked():
    a, b = region("A"), region("B")
    twice = sh.by_age(male=2 * MALE, female=2 * FEMALE, date="2025-01-01", unit="persons")
    assert sh.Place("Sum", parts=[a, b], population=twice).base.total() == pytest.approx(2 * a.base.total())
    more = sh.by_age(male=2.2 * MALE, female=2.2 * FEMALE, date="2025-01-01", unit="persons")
    with pytest.raises(sh.InputError, match="PART_SUM"):
        sh.Place("Sum", parts=[a, b], population=more)
    raked = sh.Place("Sum", parts=[a, b], population=more, rake=True)
    assert raked.base.total() == pytest.approx(2.2 * a.base.total(), rel=1e-12)
    assert raked.parts[0].base.total() == pytest.approx(1.1 * a.base.total(), rel=1e-12)


@pytest.mark.parametrize("graduation", ["standard", "sprague", "even"])
def test_groups_keep_their_counts(graduation: str):
    ages = ["0", "1-4", *[f"{x}-{x + 4}" for x in range(5, 85, 5)], "85+"]
    counts = np.array([9.0, 40, 50, 50, 52, 55, 54, 52, 50, 45, 42, 40, 36, 33, 28, 20, 12, 6, 3]) * 1000
    given = sh.by_age(male=counts, female=counts * 0.98, ages=ages, date="2021-01-01", unit="persons")
    place = region(population=given, standard="100000", graduation=graduation)
    lower = (0, 1, *range(5, 90, 5))
    grouped = place.base.grouped(lower)
    assert grouped[0] == pytest.approx(counts, rel=1e-10)
    assert grouped[1] == pytest.approx(0.98 * counts, rel=1e-10)
    spread = {"standard": "graduated_standard", "sprague": "graduated_sprague", "even": "graduated_even"}
    assert spread[graduation] in {one.rule for one in place.derived}


def test_the_census_of_a_shipped_place_gives_its_own_start():
    """Groups of 1 November 2020 through the public door: the shipped rule's 1 January, but for fitted deaths."""
    china = sh.place("china")
    ages = ["0", "1-4", *[f"{x}-{x + 4}" for x in range(5, 85, 5)], "85+"]
    male, female = china.base.counts
    given = sh.by_age(male=male, female=female, ages=ages, date="2020-11-01", unit="persons")
    rates = sh.like("100000")
    own = sh.Place("own", population=given, mortality=rates, fertility=rates, migration="none", standard="100000")
    shipped = sh.project(china, years=(2021, 2026)).table("pop_jan1", at=[2021]).to_numpy().item()
    assert own.base.total() == pytest.approx(shipped, rel=1e-4)


@pytest.mark.parametrize(("code", "near"), [("620102", 1e-9), ("620100", 5e-3), ("620000", 5e-3)])
def test_rates_like_those_of_a_shipped_place_are_the_rates_of_its_run(code: str, near: float):
    """Of a leaf exactly. Of a sum one factor on the nation's: its run weights every age by the people of its leaves."""
    own = region(mortality=sh.like(code), fertility=sh.like(code))
    mine, theirs = (sh.project(place, years=(2025, 2040)) for place in (own, sh.place(code)))
    for year in (2025, 2026, 2040):
        assert mine.table("tfr", at=year).squeeze() == pytest.approx(theirs.table("tfr", at=year).squeeze(), rel=near)
        got, expected = (run.table("e0", at=year).to_numpy() for run in (mine, theirs))
        assert got == pytest.approx(expected, rel=near)
    nation = sh.project("china", years=(2025, 2040)).table("tfr", at=2025).squeeze()
    assert abs(mine.table("tfr", at=2025).squeeze() / nation - 1.0) > 0.1  # not merely the nation's


@pytest.mark.parametrize(("date", "first", "d"), [("2020-11-01", 2021, 1 / 6), ("2025-07-01", 2026, 0.5),
                                                  ("2025-06-30", 2026, 0.5), ("2024-12-31", 2025, 0.0),
                                                  ("2025-01-01", 2025, 0.0)])  # fmt: skip
def test_the_run_starts_on_the_next_first_of_january(date: str, first: int, d: float):
    from sanhai.calibrate.stock import day_of

    found = day_of(date)
    assert found.first == first
    assert found.d == pytest.approx(d, abs=1e-15)
    assert region(population=people(date)).base.first_year == first


def test_tables_labelled_arrays_and_arrays_say_the_same():
    tidy = pd.DataFrame(
        [(sex, str(age) if age < 100 else "100+", value, "persons", "2025-01-01")
         for sex, row in (("male", MALE), ("female", FEMALE)) for age, value in enumerate(row)],
        columns=["sex", "age", "value", "unit", "date"],
    ).sample(frac=1.0, random_state=1)  # fmt: skip
    ages = [*range(100), "100+"]
    array = xr.DataArray([MALE, FEMALE], dims=("sex", "age"), coords={"sex": ["male", "female"], "age": ages},
                         attrs={"units": "persons", "date": "2025-01-01"})  # fmt: skip
    assert region(population=tidy) == region() == region(population=array)


def test_rates_from_probabilities_and_survivors():
    mx = sh.place("100000").standard.mx[4]
    tables = [_bridge.life_table(row, female=bool(s)) for s, row in enumerate(mx)]
    direct = region(mortality=sh.Mortality(mx=sh.by_age(male=mx[0], female=mx[1])))
    assert np.array_equal(direct.own_standard.mx[0], mx)
    qx = sh.Mortality(qx=sh.by_age(male=tables[0]["qx"], female=tables[1]["qx"]))
    lx = sh.Mortality(lx=sh.by_age(male=tables[0]["lx"], female=tables[1]["lx"]))
    for given in (qx, lx):
        found = region(mortality=given).own_standard.mx[0]
        assert found[:, :100] == pytest.approx(mx[:, :100], rel=1e-9)
    short = sh.Mortality(mx=sh.by_age(male=mx[0][:91], female=mx[1][:91]))
    closed = region(mortality=short)
    assert _bridge.e0_from_mx(closed.own_standard.mx[:1])[0] == pytest.approx(_bridge.e0_from_mx(mx[None])[0], abs=0.05)
    assert "kannisto" in {one.rule for one in closed.derived}


def test_the_oldest_ages_of_a_table_to_110_as_databases_leave_them():
    """Above 100 rates above 1, one that nobody survives, ages without anybody: they only weigh in 100+."""
    ages = np.arange(111)
    whole = np.minimum(4e-5 * 1.105**ages, 2.6)
    mx = np.stack([whole, 0.8 * whole])
    assert (mx[:, 101:109] > 1.0).any()
    assert mx[0, 108] > 1.9
    holes = mx.copy()
    holes[:, 109] = np.nan
    holes[:, 110] = (0.0, np.nan)
    given = [region(mortality=sh.Mortality(mx=sh.by_age(male=one[0], female=one[1]))) for one in (mx, holes)]
    found = [one.own_standard.mx[0] for one in given]
    assert np.array_equal(found[0][:, :100], mx[:, :100])
    assert np.array_equal(found[1][:, :100], mx[:, :100])
    for sex in (0, 1):  # the rate of 100+ by hand: people die evenly over a year of age
        alive, lived = 1.0, 0.0
        for m in np.minimum(mx[sex, 100:110], 1.9):
            dead = alive * m / (1.0 + 0.5 * m)
            alive, lived = alive - dead, lived + alive - dead / 2.0
        assert found[0][sex, 100] == pytest.approx(1.0 / (lived + alive / mx[sex, 110]), rel=1e-12)
    assert found[1][:, 100] == pytest.approx(found[0][:, 100], rel=1e-3)
    assert {"kannisto", "highest", "open_100"} <= {one.rule for one in given[1].derived}


def test_five_year_fertility_keeps_its_groups():
    groups = np.array([0.005, 0.06, 0.11, 0.09, 0.04, 0.008, 0.001])
    ages = [f"{x}-{x + 4}" for x in range(15, 50, 5)]
    place = region(fertility=sh.Fertility(asfr=sh.by_age(female=groups, ages=ages)))
    single = place.own_standard.asfr[0]
    assert [single[x : x + 5].mean() for x in range(15, 50, 5)] == pytest.approx(list(groups), rel=1e-12)


def test_observed_figures_are_met_and_the_residual_is_held():
    rows = [
        ("births", 2025, 21_000),
        ("deaths", 2025, 25_000),
        ("pop_yearend", 2025, 2.43e6),
        ("pop_yearend", 2026, 2.42e6),
    ]
    observed = pd.DataFrame(
        [(v, y, "both", "all", n) for v, y, n in rows], columns=["variable", "year", "sex", "age", "value"]
    )
    place = region(observed=observed, migration="residual")
    found = sh.project(place, years=(2025, 2030))
    for variable, year, value in rows:
        assert found.table(variable, at=[year]).to_numpy().item() == pytest.approx(value, rel=1e-9)
    net = found.table("net_migration").to_numpy()[0]
    assert net[2:] == pytest.approx(np.full(len(net) - 2, net[:2].mean()), rel=1e-9)
    assert place.observed == range(2025, 2027)


def test_migration_by_counts_total_and_rates():
    ages = {"male": np.zeros(101), "female": np.zeros(101)}
    ages["male"][25], ages["female"][30] = 100.0, -40.0
    counts = sh.project(region(migration=sh.Migration(counts=sh.by_age(**ages))), years=(2025, 2027))
    assert counts.table("net_migration").to_numpy() == pytest.approx(np.full((1, 3), 60.0))
    total = sh.project(
        region(migration=sh.Migration(total={2025: 100, 2027: 300}, pattern="rogers-castro")), years=(2025, 2028)
    )
    assert total.table("net_migration").to_numpy()[0] == pytest.approx([100, 200, 300, 300])
    rate = sh.by_age(male=np.full(101, -0.01), female=np.full(101, -0.01))
    rates = sh.project(region(migration=sh.Migration(rates=rate)), years=(2025, 2026))
    end, net = (
        rates.table(name, at=[2026 if name == "pop_jan1" else 2025]).to_numpy().item()
        for name in ("pop_jan1", "net_migration")
    )
    assert net == pytest.approx(-0.01 * (end - net), rel=1e-12)


def test_births_by_order_come_out_as_given():
    schedules = {1: (0.75, 26.0), 2: (0.45, 30.0), 3: (0.12, 33.0)}
    rates = {order: _bridge.asfr_gamma(tfr, mac, 4.5, 101) for order, (tfr, mac) in schedules.items()}
    place = region(fertility=sh.Fertility(asfr_order={one: sh.by_age(female=row) for one, row in rates.items()}))
    assert place.has_orders
    cells = sh.project(place, years=(2025, 2040)).by_age()
    found = (cells["births"] / cells["women_exposed"]).isel(draw=0)
    for year in (2025, 2030, 2039):
        for order, row in zip(found["order"].values, rates.values(), strict=True):
            assert found.sel(year=year, order=order).values[24:40] == pytest.approx(row[24:40], rel=1e-6), (year, order)


def test_without_orders_or_policy_levers_refuse_in_words():
    place = region()
    with pytest.raises(sh.ConfigError, match="no policy document holds for Region X"):
        sh.scenario("baseline", place).vary("more", {"subsidy.child3.yuan_per_month": 500})
    result = sh.project(place, years=(2025, 2026))
    for what in ("fiscal", "nursery"):
        with pytest.raises(sh.ConfigError, match="policy_place"):
            getattr(result, what)
    attached = sh.scenario("baseline", region(policy_place="100000"))
    with pytest.raises(sh.ConfigError, match="births by order"):
        attached.vary("more", {"subsidy.child3.yuan_per_month": 500})
    with pytest.raises(sh.ConfigError, match="births by order"):
        sh.compare([attached, attached.without("national/child-allowance")], (2025, 2027))


PATHS = {"demography.tfr": ("tfr", 1.1), "demography.e0": ("e0", 85.0), "demography.srb": ("pop_jan1", 1.0),
         "demography.net_migration": ("net_migration", -5000.0), "fertility.multiplier": ("births", 1.2)}  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("where", ["lanzhou", "own"])
def test_a_path_moves_its_place_from_its_date_on(path: str, where: str):
    variable, value = PATHS[path]
    base = sh.scenario("baseline", region() if where == "own" else where)
    varied = base.vary("varied", {path: sh.from_year(2030, value)})
    found = sh.compare([base, varied], (2027, 2035))
    change = found.diff(variable)
    years = change.columns if 2030 in change.columns else change.columns.get_level_values(-1)
    before = [year < 2030 + (variable == "pop_jan1") for year in years]
    moved = np.abs(change.to_numpy()).max(axis=0)
    assert np.all(moved[before] == 0.0)
    assert np.all(moved[~np.array(before)] > 0.0)
    if variable in ("tfr", "net_migration"):
        assert found.table(variable, scenario="varied", at=[2030, 2035]).to_numpy()[0] == pytest.approx(
            [value] * 2, rel=1e-3
        )
    if where == "lanzhou":
        for above in ("china",):
            assert np.abs(found.diff(variable, place=above).to_numpy()).max() == 0.0


def test_a_path_lever_takes_a_path_or_a_series():
    base = sh.scenario("baseline", region())
    path = base.vary("v", {"demography.tfr": sh.tfr_path({2030: 1.2, 2040: 1.5})})
    assert base.vary("v", {"demography.tfr": pd.Series({2030: 1.2, 2040: 1.5})}) == path
    assert path.value("demography.tfr", 2035) == pytest.approx(1.35)
    assert path.value("demography.tfr", 2060) == 1.5
    assert path.value("demography.tfr", 2029) is None


def test_lee_carter_carries_a_history_on():
    k = -0.02 * np.arange(25)
    base = sh.place("100000").standard.mx[0]
    history = base[None] * np.exp(k)[:, None, None]
    years = list(range(2000, 2025))
    given = sh.by_age(male=history[:, 0], female=history[:, 1], year=years)
    place = region(mortality=sh.Mortality(mx=given), later={"mortality": "lee-carter"})
    held = place.own_standard
    assert held.mx[10] == pytest.approx(history[-1] * np.exp(-0.02 * 11), rel=1e-6)
    assert {"lee_carter", "index_fitted"} <= {one.rule for one in place.derived}
    few = sh.Mortality(mx=sh.by_age(male=history[:5, 0], female=history[:5, 1], year=years[:5]))
    with pytest.raises(sh.ConfigError, match="20"):
        region(mortality=few, later={"mortality": "lee-carter"})


def test_check_lists_derivations_warnings_and_plausibility():
    heaped = MALE.copy()
    heaped[30:60:5] *= 4.0
    place = region(population=sh.by_age(male=heaped, female=FEMALE, date="2025-01-01", unit="persons"))
    found = place.check("en")
    with pytest.raises(sh.InputError) as caught:
        region(population=sh.by_age(male=-MALE, female=FEMALE, date="2025-01-01", unit="persons"))
    assert list(found.columns) == ["level", *caught.value.problems.columns]
    warned = found[found["level"] == "warning"]
    assert {"spike", "whipple", "sex_ratio"} <= set(warned["code"])
    assert {"30", "35"} <= set(warned[warned["code"] == "spike"]["age"])
    assert "srb_assumed" in set(region(srb=None).check()["code"])
    shown = region().check().attrs["plausibility"]["here"]
    assert shown["e0_male"] == pytest.approx(74.0, abs=1e-6)
    assert shown["tfr"] == pytest.approx(1.6, abs=1e-12)
    plain = region().check()
    assert set(plain[plain["level"] == "warning"]["variable"]) <= {
        "mx"
    }  # the standard's own children of 2025 are rough


def test_every_fault_is_listed_at_once():
    bad = FEMALE.copy()
    bad[3], bad[7] = -1.0, np.nan
    with pytest.raises(sh.InputError) as caught:
        region(population=sh.by_age(male=MALE, female=bad, date="2025-01-01", unit="persons"))
    problems = caught.value.problems
    assert list(problems["code"]) == ["NEGATIVE", "MISSING"]
    assert list(problems["age"]) == ["3", "7"]
    assert set(problems["sex"]) == {"female"}


@pytest.mark.skipif(not WPP.is_dir(), reason="the UN's tables are not here")
def test_china_from_arrays_in_the_layout_of_the_prospects():
    """Total within 5e-4, births 4e-3, deaths 5e-3 of the published numbers in every year to 2100."""

    def read(name: str) -> pd.DataFrame:
        path = WPP / name
        return pd.read_csv(gzip.open(path) if name.endswith(".gz") else path)

    names = ("base_pop_2024.csv", "mx_age1.csv.gz", "asfr_age1.csv.gz", "mig_age1.csv.gz")
    base, mx, asfr, moved = (read(f"china_{name}") for name in names)
    known = read("china_indicators.csv").set_index("year")
    years = list(range(2024, 2101))

    def wide(frame: pd.DataFrame, column: str) -> np.ndarray:
        table = frame.pivot(index="year", columns="age", values=column).loc[years]
        return table.to_numpy(dtype=float)

    men, women = ("popM", "popF") if "popM" in base.columns else ("male", "female")
    base = base.sort_values("age")
    srb = known.loc[years, "srb"]
    place = sh.Place(
        "China of the prospects",
        population=sh.by_age(
            male=base[men], female=base[women], date="2024-01-01", unit="thousands", ages=[*range(100), "100+"]
        ),
        mortality=sh.Mortality(mx=sh.by_age(male=wide(mx, "mxM"), female=wide(mx, "mxF"), year=years)),
        fertility=sh.Fertility(
            asfr=sh.by_age(female=wide(asfr, "asfr"), year=years, first_age=int(asfr["age"].min()), open=False)
        ),
        srb=srb if srb.max() < 2 else srb / 100,
        migration=sh.Migration(
            counts=sh.by_age(male=wide(moved, "migM"), female=wide(moved, "migF"), year=years, unit="thousands")
        ),
    )
    found = sh.project(place, years=(2024, 2100))
    total = found.table("pop_jan1").to_numpy()[0]
    change = known.loc[years, "pop_change"].to_numpy() * 1000
    published = total[0] + np.concatenate([[0.0], np.cumsum(change)])
    assert np.abs(total / published[: len(total)] - 1).max() < 5e-4
    for name, tolerance in (("births", 4e-3), ("deaths", 5e-3)):
        values = found.table(name).to_numpy()[0]
        assert np.abs(values / (known.loc[years, name].to_numpy() * 1000) - 1).max() < tolerance, name


def test_life_expectancy_on_a_standard_takes_the_ages_of_its_nearest_year():
    """A level of long ago is met, as one of the far future is; ages are those of the nearest year."""
    standard = sh.place("100000").standard
    e0 = np.asarray(_bridge.e0_from_mx(standard.mx))
    for men, women in ((66.0, 70.0), (88.0, 92.0)):
        x = sh.Place(
            "Region X",
            population=sh.by_age(male=MALE, female=FEMALE, date="2025-01-01", unit="persons"),
            mortality=sh.Mortality(e0={"male": men, "female": women}, standard="100000"),
            fertility=sh.Fertility(tfr=1.6, mac=29, sd=5.5),
            migration="none",
        )
        mx = x.own_standard.mx
        assert np.asarray(_bridge.e0_from_mx(mx))[:, 0] == pytest.approx(men, abs=1e-7)
        assert np.asarray(_bridge.e0_from_mx(mx))[:, 1] == pytest.approx(women, abs=1e-7)
        for sex, wanted in enumerate((men, women)):
            nearest = standard.mx[np.abs(e0[:, sex] - wanted).argmin(), sex]
            ratio = mx[0, sex, 1:] / nearest[1:]
            assert ratio == pytest.approx(ratio[0], rel=1e-9)
