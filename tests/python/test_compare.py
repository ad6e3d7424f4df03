"""Comparisons: differences that are exact, tables that never mix what does not add, what is known and what is not."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from sanhai.show.notes import notes
from sanhai.units import VARIABLES

FROM_EXCHANGE = ("leavers", "arrivals")


def rows(result, variable, **where):
    frame = result.frame
    chosen = frame[frame["variable"] == variable]
    for key, value in where.items():
        chosen = chosen[chosen[key].isna()] if value is None else chosen[chosen[key] == value]
    return chosen


def test_the_first_scenario_is_the_baseline(lanzhou):
    assert lanzhou.scenarios == ("baseline", "zero-migration", "no-allowance", "cost-reduction")
    assert lanzhou.baseline == "baseline"
    assert lanzhou.years == range(2021, 2051)
    assert lanzhou.observed == range(2021, 2026)
    assert lanzhou.scenario() == sh.scenario("baseline", "lanzhou")
    assert lanzhou.scenario("cost-reduction").name == "cost-reduction"


def test_places_with_their_roles(lanzhou):
    info = lanzhou.place_info
    assert list(info) == list(lanzhou.places)
    assert (info["620100"].role, info["620100"].own, info["620100"].name_zh) == ("main", True, "兰州市")
    parts = [one for one in info.values() if one.role == "part"]
    assert len(parts) == 9
    assert not any(one.own for one in parts)
    assert {one.parent for one in parts} == {"620100"}
    assert [one.code for one in info.values() if one.role == "above"] == ["100000"]  # Gansu is a sum
    assert info["620100"].name("en") == "Lanzhou"


def test_a_name_within_a_result_means_the_place_that_is_here(lanzhou, complains):
    """Yuzhong and Chengguan are the names of others too; Gulou of seven places, none in Lanzhou and two in Jiangsu."""
    for name, code in (("yuzhong", "620123"), ("chengguan", "620102"), ("城关区", "620102"), ("Lanzhou", "620100")):
        assert lanzhou.table("births", place=name).equals(lanzhou.table("births", place=code))
    complains(lambda: lanzhou.table("births", place="鼓楼"), "鼓楼", "620123", kind=sh.ConfigError)
    complains(lambda: lanzhou.table("births", place="lanzou"), "did you mean", "620100", kind=sh.ConfigError)
    jiangsu = sh.project("江苏", (2021, 2025))
    for name in ("鼓楼", "鼓楼区", "gulou"):
        complains(lambda name=name: jiangsu.table("births", place=name), "2 places", "320106", "320302")
    assert not jiangsu.table("births", place="南京/鼓楼").equals(jiangsu.table("births", place="徐州/鼓楼"))


@pytest.mark.parametrize("variable", ["pop_jan1", "births", "deaths", "pop_65plus"])
def test_differences_are_rows_less_rows(lanzhou, variable):
    one = rows(lanzhou, variable, place="620100", scenario="cost-reduction", order=None).set_index("year")["value"]
    base = rows(lanzhou, variable, place="620100", scenario="baseline", order=None).set_index("year")["value"]
    got = lanzhou.diff(variable).loc["cost-reduction"]
    assert np.array_equal(got.to_numpy(), (one - base).to_numpy())


@pytest.mark.parametrize("variable", sorted(set(VARIABLES) - set(FROM_EXCHANGE)))
def test_tables_stay_inside_the_rows_they_are_made_of(lanzhou, variable):
    """A rate, or a gap by three definitions, is never a sum of the rows it comes from; money is."""
    chosen = rows(lanzhou, variable, place="620100", order=None)
    assert not chosen.empty
    table = lanzhou.table(variable)
    split = "kind" if VARIABLES[variable].money == "pair" else VARIABLES[variable].split
    keys = ["scenario", *([split] if split else []), "year"]
    expected = chosen.groupby(keys, observed=True)["value"].sum()
    counted = chosen.groupby(keys, observed=True)["value"].count()
    if not VARIABLES[variable].money:
        assert (counted == 1).all()
    for key, value in expected.items():
        assert table.loc[key[:-1] if split else key[0], key[-1]] == pytest.approx(value, rel=1e-12)


def test_what_nobody_stated_is_missing_and_not_zero(lanzhou):
    """The baseline has no stock of places: unknown, so a difference from it is unknown too."""
    table = lanzhou.table("places_stock")
    assert table.loc["cost-reduction"].notna().any()
    assert table.loc["baseline"].isna().all()
    assert lanzhou.diff("places_stock").loc["cost-reduction"].isna().all()


def test_no_money_is_zero_money(lanzhou):
    assert (lanzhou.fiscal.total().loc[:, 2026] > 0.0).all()
    by = lanzhou.table("cost_nominal", by="component", at=2030)
    lines = set(by.index.get_level_values("component"))
    assert lines == {line.id for line in lanzhou.lines}
    assert not by.xs("national/child-allowance/child", level="component").loc["no-allowance"].to_numpy().any()


def test_table_is_the_rows(lanzhou):
    table = lanzhou.table("births", at=[2030, 2040])
    assert list(table.columns) == [2030, 2040]
    for name in lanzhou.scenarios:
        expected = rows(lanzhou, "births", place="620100", scenario=name, year=2030, order=None)["value"].item()
        assert table.loc[name, 2030] == expected
    assert table.attrs == {"variable": "births", "unit": "births", "place": "620100"}


@pytest.mark.parametrize("variable", ["places_gap", "places_per_1000", "places_per_child"])
def test_a_table_keeps_definitions_apart(lanzhou, variable):
    table = lanzhou.table(variable, at=[2030])
    chosen = rows(lanzhou, variable, place="620100", year=2030, scenario="cost-reduction").set_index("basis")["value"]
    assert len(chosen) >= 2
    for basis, value in chosen.items():
        assert table.loc[("cost-reduction", basis), 2030] == value


def test_tables_of_parts(lanzhou):
    nine = [leaf.code for leaf in sh.place("lanzhou").leaves]
    whole = lanzhou.table("births").loc["baseline", 2030]
    parts = sum(lanzhou.table("births", place=code).loc["baseline", 2030] for code in nine)
    assert parts == pytest.approx(whole, rel=1e-12)


def test_real_money_is_in_prices_of_2025():
    base = sh.scenario("baseline", "lanzhou")
    found = sh.compare([base], (2021, 2030), beliefs={"money.inflation": 0.02})
    nominal, real, pv = (found.fiscal.total(name).loc["baseline"] for name in ("nominal", "real", "pv"))
    # The rate holds from the first projected year, 2026, on: prices of 2025 are those of 2025.
    for year in (2025, 2027, 2030):
        assert real[year] == pytest.approx(nominal[year] / 1.02 ** (year - 2025), rel=1e-12)
        assert pv[year] == pytest.approx(real[year] / 1.03 ** (year - 2025), rel=1e-12)


def test_need_and_gap(lanzhou):
    gap = lanzhou.nursery.gap()
    assert set(gap.index.get_level_values("basis")) == {"target", "demand", "want"}
    assert set(gap.index.get_level_values("scenario")) == {"cost-reduction"}
    # The package keeps places at the target from the end of 2030.
    assert abs(gap.loc[("cost-reduction", "target"), 2030]) < 1e-6


def test_births_answer_to_the_package_in_the_right_direction(lanzhou):
    diff = lanzhou.diff("births_gross")
    assert (diff.loc["cost-reduction"].loc[2028:] > 0.0).all()
    assert (diff.loc["no-allowance"].loc[2026:] < 0.0).all()
    assert (lanzhou.diff("births").loc["cost-reduction"].loc[:2026] == 0.0).all()
    # China around it pays nothing of Lanzhou's package and has no birth more.
    assert (lanzhou.diff("births", place="100000").loc["cost-reduction"] == 0.0).all()


def test_extra_births_have_the_band_of_eps_in_a_point_run(lanzhou):
    """Both ends of the prior, in place of the point value: the same scenario run with these as a belief."""
    ends = []
    for eps in (0.3254, 4.2353):
        chosen = [sh.scenario(name, "lanzhou") for name in ("baseline", "cost-reduction")]
        found = sh.compare(chosen, (2021, 2035), beliefs={"response.eps": eps})
        ends.append(found.diff("births", at=2035).loc["cost-reduction", 2035])
    row = rows(lanzhou, "births_extra", place="620100", scenario="cost-reduction", year=2035).iloc[0]
    assert (row["lo"], row["hi"]) == pytest.approx(sorted(ends), rel=1e-9)
    assert row["lo"] < row["value"] < row["hi"]
    assert row["value"] == lanzhou.diff("births", at=2035).loc["cost-reduction", 2035]
    assert (row["level"], row["basis"]) == (0.9, "band of eps alone, 5-95 %")
    assert rows(lanzhou, "births_extra", scenario="baseline").empty
    assert rows(lanzhou, "births_extra", scenario="zero-migration")["lo"].isna().all()


def test_progress_is_told(capsys):
    seen: list[tuple[str, int, int]] = []
    sh.compare([sh.scenario("baseline", "china")], (2021, 2026), progress=lambda *told: seen.append(told))
    assert seen == [("baseline", 0, 1), ("baseline", 1, 1)]
    assert capsys.readouterr() == ("", "")


# ---- marks -----------------------------------------------------------------------------------------------------------


def test_marks_say_what_was_published(lanzhou, published_figures):
    assert lanzhou.marks("births", "100000", 2024).basis == "fitted"
    for year in range(2021, 2026):
        known = year in published_figures[("620100", "cbr", "both")]
        mark = lanzhou.marks("births", "620100", year)
        assert (mark.fitted, mark.confidence, mark.nature) == (
            (True, "high", "published") if known else (False, "medium", "estimated")
        ), year
    later = lanzhou.marks("births", "620100", 2030)
    assert (later.basis, later.fitted, later.confidence, later.nature) == ("projected", False, "medium", "projected")
    assert lanzhou.marks("births", "620102", 2024).confidence == "low"
    assert lanzhou.marks("tfr", "620100", 2024).confidence == "medium"
    assert lanzhou.marks("net_migration", "100000", 2024).basis == "residual"
    assert lanzhou.marks("pop_jan1", "100000", 2021).fitted  # the census
    assert lanzhou.marks("places_stock", year=2030, scenario="cost-reduction").nature == "assumed"
    assert lanzhou.marks("places_stock", year=2030, scenario="cost-reduction").confidence == "low"
    assert (
        lanzhou.marks("places_target", year=2030).basis
        == rows(lanzhou, "places_target", place="620100", year=2030, scenario="baseline")["basis"].item()
    )


def test_marks_of_rows_and_of_the_method_are_one(lanzhou):
    frame = lanzhou.frame
    chosen = frame[(frame["year"].isin([2024, 2030])) & frame["order"].isna() & frame["instrument"].isna()]
    plain = chosen[~chosen["variable"].isin(["places_gap", "places_per_1000", "places_per_child"])]
    for row in plain.sample(400, random_state=1).itertuples():
        mark = lanzhou.marks(row.variable, row.place, row.year, row.scenario)
        assert (mark.fitted, mark.confidence, mark.nature) == (row.fitted, row.confidence, row.nature)
        assert mark.basis == ("" if row.basis is None or row.basis != row.basis else row.basis)


def test_an_estimate_that_fills_the_gap_of_a_figure_is_not_called_published():
    """Nobody published Gansu's births and deaths of 2023: they are its share of what the other provinces leave."""
    found = sh.project("gansu", (2021, 2030))
    births = [found.marks("births", "620000", year).nature for year in range(2021, 2026)]
    assert births == ["published", "published", "estimated", "published", "estimated"]
    assert found.marks("deaths", "620000", 2023).confidence == "medium"
    note = next(note for note in found.notes if note.rule == "published.years" and note.place == "620000")
    assert note.values == {"pop_yearend": [2021, 2022, 2023, 2024], "births": [2021, 2022, 2024],
                           "deaths": [2021, 2022, 2024]}  # fmt: skip


def test_published_years_that_a_scenario_rewrites_are_no_longer_fitted():
    base = sh.scenario("baseline", "lanzhou")
    other = base.vary("past", {"fertility.multiplier": sh.from_year(2023, 1.1)}, counterfactual=True)
    found = sh.compare([base, other], (2021, 2030))
    assert found.marks("births", year=2024).fitted
    assert not found.marks("births", year=2024, scenario="past").fitted
    assert any(note.rule == "counterfactual" and note.years == (2023,) for note in found.notes)


def test_a_stock_on_1_january_is_marked_by_the_year_before_it():
    """What is set from 2023 on first shows on 1 January 2024: until then the stock is the published one."""
    base = sh.scenario("baseline", "gansu")
    other = base.vary("past", {"fertility.multiplier": sh.from_year(2023, 1.1)}, counterfactual=True)
    found = sh.compare([base, other], (2021, 2030))
    before, after = (found.sel("pop_jan1", place="620000", scenario=name).values.ravel() for name in found.scenarios)
    fitted = [found.marks("pop_jan1", "620000", year, "past").fitted for year in range(2021, 2026)]
    assert fitted == [True, True, True, False, False] == list(before[:5] == after[:5])
    assert [found.marks("pop_yearend", year=year, scenario="past").fitted for year in range(2021, 2025)] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_stock_after_the_last_observed_year_rests_on_it(lanzhou):
    """Lanzhou was observed to 2025: the stocks of 1 January 2026 are no more projected than the year-end of 2025."""
    for variable in ("pop_jan1", "median_age", "pop_0_14", "oadr"):
        assert [lanzhou.marks(variable, year=year).nature for year in (2026, 2027)] == ["estimated", "projected"]
    assert [lanzhou.marks("pop_yearend", year=year).nature for year in (2025, 2026)] == ["estimated", "projected"]
    assert [lanzhou.marks("births", year=year).nature for year in (2025, 2026)] == ["estimated", "projected"]
    assert [lanzhou.marks("median_age", "620102", year).nature for year in (2021, 2026)] == ["estimated"] * 2


# ---- notes -----------------------------------------------------------------------------------------------------------


def by_rule(result):
    found: dict[str, list[sh.Results]] = {}
    for note in result.notes:
        found.setdefault(note.rule, []).append(note)
    return found


def test_notes_are_data(lanzhou, published_figures):
    notes = by_rule(lanzhou)
    assert notes["base.census"][0].values["census"] == "2020-11-01"
    years = {note.place: note for note in notes["published.years"]}
    assert set(years) == {"620100", "100000"}
    for code, note in years.items():
        for name in ("births", "deaths", "pop_yearend"):
            published = set(published_figures.get((code, name, "both"), {}))
            rate = {"births": "cbr", "deaths": "cdr"}.get(name)
            published |= set(published_figures.get((code, rate, "both"), {})) if rate else set()
            assert set(note.values[name]) == published, (code, name)
    assert notes["parts.inferred"][0].values["parts"] == [leaf.code for leaf in sh.place("lanzhou").leaves]
    assert notes["population.servicemen"][0].values["persons"] == 2e6
    assert set(notes["response.judged"][0].values["scenarios"]) == {"no-allowance", "cost-reduction"}
    assert [note.values["scenario"] for note in notes["scenario.is"]] == list(lanzhou.scenarios)
    assert notes["places.assumed_stock"][0].values["scenarios"] == ["cost-reduction"]
    (past,) = notes["places.target_past"]
    assert (past.place, past.years, past.values) == ("620100", (2025,), {"norm_per_1000": 4.5})
    assert notes["money.shares_judged"][0].place == "620171"
    outturn = notes["money.outturn"][0].values
    paid = lanzhou.table("cost_nominal", place="china", by="instrument", at=2025)
    assert outturn["paid"] == pytest.approx(paid.loc[("baseline", "national/child-allowance", "outlay"), 2025])
    assert len(notes["vintage"]) == 1
    assert {note.values["id"] for note in notes["source.document"]} == {
        "national", "nhc-2021", "provincial-leave", "gansu-2021", "lanzhou-2023",
    }  # fmt: skip
    assert "draws.cover" not in notes
    assert list(notes)[:2] == ["place.zone", "base.census"]
    assert notes["place.zone"][0].values == {"names_zh": ["兰州新区"], "names_en": ["Lanzhou New Area"]}


def test_a_county_cites_the_figures_of_the_places_it_is_fitted_in():
    """Anding has none of its own: Gansu's bulletin of 21 February 2025 is the latest that its start rests on."""
    found = by_rule(sh.project("安定", (2021, 2026)))
    (vintage,) = found["vintage"]
    assert vintage.values["latest"] == {"620000": "2025-02-21", "100000": "2026-01-19"}
    assert vintage.values["names_zh"] == ["甘肃省", "中国"]
    cited = {note.values["id"]: note.place for note in found["source.figure"]}
    assert cited["gansu-2024-bulletin"] == "620000"


def test_notes_of_draws_beliefs_and_dates():
    base = sh.scenario("baseline", "china")
    late = base.vary("late", {"fertility.multiplier": [sh.from_year(2027, 1.1), sh.from_year(2040, 1.2)]})
    found = by_rule(sh.compare([base, late], (2021, 2030), draws=4, seed=3, beliefs={"response.rho": 0.03}))
    cover = found["draws.cover"][0].values
    assert (cover["draws"], cover["seed"], cover["level"]) == (4, 3, 0.8)
    assert found["belief.set"][0].values["settings"] == [{"path": "response.rho", "value": 0.03}]
    begun = found["lever.not_begun"][0]
    assert (begun.years, begun.values) == (
        (2040,), {"scenario": "late", "path": "fertility.multiplier", "value": 1.2, "since": "2040"},
    )  # fmt: skip


def test_a_payment_under_the_national_floor_is_told():
    """300 yuan a month are the national 3,600 a year: from 2027 to 2029 the place adds nothing; 800 after."""
    base = sh.scenario("baseline", "lanzhou")
    path = "subsidy.child3.yuan_per_month"
    low = base.vary("low", {path: [sh.from_year(2027, 300), sh.from_year(2030, 800)]})
    found = sh.compare([base, low, base.vary("more", {path: 800})], (2021, 2032))
    (note,) = by_rule(found)["lever.under_floor"]
    assert (note.place, note.years) == ("620100", (2027, 2028, 2029))
    floor = {"floor": 3_600.0, "floor_instrument": "national/child-allowance"}
    assert note.values == {"scenario": "low", "path": path, "value": 300.0, **floor}
    assert not found.diff("cost_nominal", at=range(2027, 2030)).loc["low"].to_numpy().any()
    assert "lever.under_floor" not in by_rule(sh.compare([base, low], (2030, 2032)))  # years shown
    for lang, said in (("zh", "在2027—2029年不高于国家标准（每年3,600元"), ("en", "floor of 3,600 yuan a year")):
        assert sum(said in one for one in notes(found, lang)) == 1


def test_a_target_whose_date_has_passed_is_told():
    base = sh.scenario("baseline", "lanzhou")
    own = base.vary("own", {"nursery.norm_per_1000": 5.0})
    assert "places.target_past" not in by_rule(sh.compare([own], (2026, 2030)))  # a target of one's own
    later = base.vary("later", {"nursery.norm_per_1000": sh.from_year(2029, 5.0)})
    assert "places.target_past" in by_rule(sh.compare([later], (2021, 2030)))
    assert "places.target_past" not in by_rule(sh.compare([base], (2021, 2025)))  # not past in the years shown
    (note,) = by_rule(sh.compare([sh.scenario("baseline", "zhangye")], (2021, 2030)))["places.target_past"]
    assert (note.place, note.years, note.values) == ("620700", (2025,), {"norm_per_1000": 4.5})  # the nation's


# ---- what does not belong together -----------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [None, 5, "baseline", [], [None], {"a": 1}, [sh.place("china")]])
def test_what_is_no_list_of_scenarios(given, complains):
    complains(lambda: sh.compare(given), "scenarios", kind=sh.ConfigError)


def test_scenarios_that_do_not_belong_together(complains):
    base = sh.scenario("baseline", "china")
    complains(lambda: sh.compare(base), "scenarios", "compare([base, other])")
    complains(lambda: sh.compare([base, base]), "baseline more than once")
    complains(lambda: sh.compare([base, sh.scenario("no-allowance", "gansu")]), "100000", "620000")
    complains(lambda: sh.compare([base], beliefs=0.5), "beliefs", "0.5")


def test_what_nothing_reads_is_refused(complains):
    base = sh.scenario("baseline", "lanzhou")
    odd = base.vary("odd", {"nursery.closure_rate": 0.05})
    complains(lambda: sh.compare([base, odd], (2021, 2030)), "nursery.closure_rate", kind=sh.ConfigError)
