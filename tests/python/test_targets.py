"""Targets of the documents: value, gap and verdict from a run, the share of draws that meet them, what is observed."""

from __future__ import annotations

import csv
import math
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

import sanhai as sh
from sanhai.cli.app import run_command
from sanhai.errors import words
from sanhai.places.figures import Figure, Figures
from sanhai.policy import PackError, packs
from sanhai.policy.schema import Target
from sanhai.policy.targets import gap_of, is_met
from sanhai.policy.vocabulary import COMPUTED
from sanhai.results.infants import Counted
from sanhai.results.targets import COLUMNS, MEASURES, STATUSES, VERDICTS

OBSERVED = {
    "observed.mmr": 12.0, "observed.mch_institutions": 1.0, "observed.critical_care_share": 1.0,
    "observed.toddler_classes.public": 0.31, "observed.toddler_classes.private_inclusive": 0.4,
}  # fmt: skip


@pytest.fixture(scope="module")
def point():
    names = ("baseline", "cost-reduction")
    return sh.compare([sh.scenario(name, "lanzhou") for name in names], (2021, 2032), beliefs=OBSERVED)


def one(frame: pd.DataFrame, **where: object) -> pd.Series:
    """The only row of a table with these values."""
    found = frame
    for name, value in where.items():
        found = found[found[name] == value]
    assert len(found) == 1, (where, len(found))
    return found.iloc[0]


def target_of(result: sh.Results, scenario: str, variable: str, **more: object) -> pd.Series:
    return one(result.targets(scenario, result.place), variable=variable, **more)


# ---- the table ------------------------------------------------------------------------------------------------------


def test_every_target_of_the_documents_in_use_has_a_row_and_every_row_its_document(point):
    found = point.targets("baseline")
    assert tuple(found.columns) == COLUMNS
    used = point.scenario("baseline").packs
    asked = [target for name in used for row in packs()[name].instruments for target in row.targets]
    assert len(found) == len(asked) == 19
    assert set(found["verdict"]) <= set(VERDICTS)
    assert set(found["status"]) <= set(STATUSES)
    assert set(found["document"]) == {"national", "nhc-2021", "lanzhou-2023"}


def test_every_variable_a_run_computes_is_measured():
    assert set(MEASURES) == set(COMPUTED)


def test_no_verdict_without_a_figure_in_the_text(point):
    found = point.targets()
    silent = found[found["goal"].isna()]
    assert set(silent["verdict"]) == {"no_value"}
    assert silent["gap"].isna().all()
    assert silent["probability"].isna().all()
    path = target_of(point, "baseline", "tfr", by=2025)  # the path alone
    assert path["value"] == point.table("tfr", at=2025, scenario="baseline").iloc[0, 0]


def test_a_stock_judges_the_norm_at_the_end_of_its_year_and_without_one_nobody_knows(point):
    unknown = target_of(point, "baseline", "places_per_1000")
    assert (unknown["verdict"], unknown["needs"]) == ("unknown", "nursery.stock_per_1000")
    assert math.isnan(unknown["value"])
    met = target_of(point, "cost-reduction", "places_per_1000")  # 4.73 on 1 January 2026 is the end of 2025
    assert met["value"] == pytest.approx(4.73, abs=1e-12)
    assert met["gap"] == pytest.approx(-0.23, abs=1e-12)
    assert (met["verdict"], met["status"], met["basis"]) == ("met", "date_passed", "run")


def test_a_norm_above_the_stock_is_missed_by_what_lacks():
    scenario = sh.scenario("baseline", "guizhou").vary("few", {"nursery.stock_per_1000": 2.5})
    found = target_of(sh.compare([scenario], (2021, 2027)), "few", "places_per_1000")
    assert found["value"] == pytest.approx(2.5, abs=1e-12)
    assert found["gap"] == pytest.approx(0.5, abs=1e-12)
    assert found["verdict"] == "missed"


def test_the_figure_that_a_document_reports_of_its_date_judges_it(point):
    nation = one(point.targets("baseline"), instrument="national/nursery-2025")
    assert (nation["place"], nation["value"], nation["basis"]) == ("100000", 4.73, "reported")
    assert (nation["verdict"], nation["gap"]) == ("met", pytest.approx(-0.23))


def test_points_are_counted_from_the_stated_base(point):
    for name, points, verdict in (("baseline", 0.0, "missed"), ("cost-reduction", 6.0, "met")):
        found = one(point.targets(name), variable="enrolment_points")
        assert found["value"] == pytest.approx(points, abs=1e-9)  # 12 and 18 % of under-3s, base 12 %
        assert found["gap"] == pytest.approx(6.0 - points, abs=1e-9)
        assert (found["verdict"], found["by"]) == (verdict, 2030)


def test_what_no_run_computes_is_observed_by_its_lever(point):
    mmr = target_of(point, "baseline", "mmr")
    assert (mmr["value"], mmr["gap"], mmr["verdict"], mmr["basis"]) == (12.0, -2.5, "met", "observed")
    classes = point.targets("baseline").set_index("what_en")
    assert classes.loc["inclusive private kindergartens", "verdict"] == "missed"
    assert classes.loc["inclusive private kindergartens", "gap"] == pytest.approx(0.1)
    assert classes.loc["public and inclusive kindergartens with the means", "verdict"] == "met"
    waits = classes.loc["for-profit kindergartens"]
    assert (waits["verdict"], waits["needs"]) == ("observe", "observed.toddler_classes.profit")
    institutions = point.targets("baseline")
    institutions = institutions[institutions["variable"] == "mch_institutions_per_area"]
    assert list(institutions["verdict"]) == ["met", "met"]  # the nation's rule and the city's, both of the place
    assert set(institutions["status"]) == {"no_date"}
    assert institutions["by"].isna().all()


def test_an_observed_lever_moves_its_verdict_and_nothing_else(point):
    worse = {**OBSERVED, "observed.mmr": 15.0}
    names = ("baseline", "cost-reduction")
    other = sh.compare([sh.scenario(name, "lanzhou") for name in names], (2021, 2032), beliefs=worse)
    assert target_of(other, "baseline", "mmr")["verdict"] == "missed"
    assert other.frame.equals(point.frame)
    assert other.id != point.id
    before, after = (found.targets().drop(columns=["value", "gap", "verdict"]) for found in (point, other))
    assert before.equals(after)


def test_infant_mortality_is_a_path_until_the_place_gives_its_counts(point):
    """The nation's rates are 37 % above what was published in 2024: the model's level judges nobody."""
    found = target_of(point, "baseline", "imr")
    assert found["value"] == pytest.approx(1000.0 * point.table("imr", at=2025, scenario="baseline").iloc[0, 0])
    assert (found["verdict"], found["needs"], found["confidence"]) == ("unknown", "infant_deaths", "low")
    assert math.isnan(found["probability"])


def with_infant_deaths(deaths: dict[int, float]) -> sh.Results:
    rows = tuple(Figure("infant_deaths", year, "both", "all", n, "persons", "made up") for year, n in deaths.items())
    return sh.project(sh.place("lanzhou").with_figures(Figures(rows)), (2021, 2027))


def test_counts_come_in_with_a_file_of_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [f"620100,infant_deaths,{year},both,all,130,persons" for year in (2024, 2025)]
    lines = ["place,variable,year,sex,age,value,unit", *rows]
    (tmp_path / "deaths.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    asked = ["run", "lanzhou", "--no-plot", "--years", "2021:2027", "--scenario", "baseline", "--lang", "en"]
    assert run_command([*asked, "--figures", "deaths.csv"]) == 0
    assert "missed (date passed" in capsys.readouterr().out
    with (tmp_path / "results" / "targets.csv").open(encoding="utf-8-sig", newline="") as file:
        found = next(row for row in csv.DictReader(file) if row["variable"] == "imr")
    assert (found["verdict"], found["basis"]) == ("missed", "counted")


def test_counts_of_three_years_judge_infant_mortality():
    result = with_infant_deaths({2022: 500.0, 2023: 80.0, 2024: 90.0, 2025: 85.0})  # 2022 is no longer one of three
    found = target_of(result, "baseline", "imr")
    births = result.table("births", at=[2023, 2024, 2025]).to_numpy().sum()
    assert found["value"] == pytest.approx(1000.0 * 255.0 / births)
    assert (found["verdict"], found["basis"], found["needs"]) == ("met", "counted", "")
    assert 0.9 < found["probability"] < 1.0
    many = target_of(with_infant_deaths({2025: 130.0}), "baseline", "imr")
    assert (many["verdict"], many["gap"] > 0.0) == ("missed", True)
    assert many["probability"] < 0.5


@pytest.mark.parametrize(("deaths", "above"), [(84, 0.01), (95, 0.12), (105, 0.41), (115, 0.75)])
def test_the_chance_that_infant_mortality_is_above_its_line(deaths, above):
    """20,900 births, line 5 per 1,000, nation 4.0: values of the design, to the digits printed there."""
    assert 1.0 - Counted(deaths, 20_900.0, 0.004).probability_below(0.005) == pytest.approx(above, abs=0.006)


def test_the_chance_agrees_with_draws_of_the_posterior():
    found = Counted(95.0, 20_900.0, 0.004).probability_below(0.005)
    shape = 1.0 / 0.09
    rates = np.random.default_rng(1).gamma(shape + 95.0, 1.0 / (shape / 0.004 + 20_900.0), 1_000_000)
    assert found == pytest.approx(np.mean(rates <= 0.005), abs=4.0 * math.sqrt(found * (1.0 - found) / 1e6))
    assert math.isnan(Counted(95.0, 20_900.0, None).probability_below(0.005))


# ---- draws ----------------------------------------------------------------------------------------------------------


def test_the_probability_is_the_share_of_draws_that_meet():
    china = sh.scenario("baseline", "china")
    few = china.vary("few", {"nursery.stock_per_1000": 4.5, "nursery.enrolment_share": sh.from_year(2028, 0.19)})
    result = sh.compare([china, few], (2021, 2031), draws=200, seed=7)
    places, enrolled = (result.sel(name, scenario="few") for name in ("places_stock", "enrolment"))
    used = one(result.targets("few"), variable="utilisation")
    share = (enrolled.sel(year=2030) / places.sel(year=2030)).values
    expected = float(np.mean(np.abs(share - 0.7) <= 0.007))
    assert used["probability"] == expected
    assert 0.0 < expected < 1.0
    central = result.central
    value = central.table("enrolment", scenario="few").loc["few", 2030] / central.table("places_stock").loc["few", 2030]
    assert used["value"] == pytest.approx(value, rel=1e-12)  # the point run's, whose parts add up


def test_a_point_run_has_no_probability(point):
    assert point.targets().query("basis == 'run'")["probability"].isna().all()


# ---- by year and county ---------------------------------------------------------------------------------------------


def test_gaps_stand_by_county_and_year_up_to_the_date_and_not_beyond():
    scenario = sh.scenario("baseline", "lanzhou").vary("some", {"nursery.stock_per_1000": 4.0})
    result = sh.compare([scenario], (2021, 2030))
    found = result.targets("some", yearly=True)
    places = found[found["variable"] == "places_per_1000"]
    assert set(places["place"]) == {code for code, info in result.place_info.items() if info.role != "above"}
    assert set(places["year"]) == {2025}
    assert np.allclose(places["gap"], 0.5, atol=1e-12)
    rise = found[found["variable"] == "enrolment_points"]
    assert list(rise["year"]) == [2026, 2027, 2028, 2029, 2030]  # after the base, to the date
    assert list(rise["verdict"]) == ["not_due"] * 4 + ["missed"]
    counties = places[places["place"] != "620100"]
    city = places.set_index("place").loc["620100"]
    people = {code: result.table("pop_yearend", place=code, at=2025).iloc[0, 0] for code in counties["place"]}
    missing = sum(people[row.place] * row.gap for row in counties.itertuples())
    assert missing == pytest.approx(city["gap"] * sum(people.values()), rel=1e-12)


def test_a_county_is_judged_by_the_city_s_rates_and_not_by_the_nation_s_count():
    found = sh.project("620123", (2021, 2027)).targets()
    assert set(found[found["document"] == "lanzhou-2023"]["place"]) == {"620123"}
    assert set(found[found["variable"] == "new_inclusive_places"]["place"]) == {"100000"}


# ---- bounds ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bound", "goal", "value", "gap", "met"),
    [
        ("min", 4.5, 4.5, 0.0, True), ("min", 4.5, 4.4, 0.1, False), ("max", 5.0, 5.0, 0.0, True),
        ("max", 5.0, 5.1, 0.1, False), ("max", 5.0, 4.0, -1.0, True), ("about", 0.7, 0.7069, -0.0069, True),
        ("about", 0.7, 0.692, 0.008, False), ("exact", 1.0, 1.0, 0.0, True), ("exact", 1.0, 0.999, 0.001, False),
    ],
)  # fmt: skip
def test_bounds_and_the_sign_of_a_gap(bound, goal, value, gap, met):
    assert float(gap_of(bound, goal, np.array(value))) == pytest.approx(gap, abs=1e-12)
    assert bool(is_met(bound, goal, np.array(value))) is met


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"variable": "mmr", "value": 14.5}, "which no run computes, without observed"),
        ({"variable": "tfr", "value": 1.5, "observed": "observed.tfr"}, "observed, which is not read"),
        ({"variable": "mmr", "observed": "observed.mmr"}, "observed, which is not read"),
        ({"variable": "enrolment_points", "value": 6.0}, "no base"),
        ({"variable": "tfr", "value": 1.5, "base": {"year": 2025, "value": 0.1}}, "base, which is not read"),
    ],
)
def test_a_target_that_nothing_can_judge_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        Target(unit="share", what_zh="目标", what_en="target", **given)


def test_a_document_of_ones_own_says_where_such_a_target_stands(tmp_path):
    source = files("sanhai.policy").joinpath("packs", "lanzhou-2023.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(
        source.replace(', observed = "observed.mmr"', "", 1).replace("lanzhou-2023", "mine"), encoding="utf-8"
    )
    with pytest.raises(PackError, match=r"mine\.toml:21: .*art-3, field targets\[0\]: got a target of mmr"):
        sh.policy.load(path)


# ---- what is written ------------------------------------------------------------------------------------------------


def test_saved_and_loaded_a_result_has_the_same_targets_and_their_tables(point, tmp_path):
    folder = point.save(tmp_path / "out")
    pd.testing.assert_frame_equal(sh.load(folder).targets(), point.targets())
    for name, yearly in (("targets.csv", False), ("target_gaps.csv", True)):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(point.targets(yearly=yearly))
        assert {row["run_id"] for row in rows} == {point.id}


def test_rows_for_programs_hold_the_targets_whose_value_is_known(point):
    rows = point.target_rows()
    assert {row["variable"] for row in rows} == {"target"}
    assert len(rows) == int(point.targets()["value"].notna().sum())
    mmr = next(row for row in rows if row["target"] == "mmr" and row["scenario"] == "baseline")
    assert (mmr["met"], mmr["gap"], mmr["by"], mmr["value"]) == (True, -2.5, 2025, 12.0)
    assert "met" not in next(row for row in rows if row["target"] == "tfr")


def test_a_place_without_policy_has_no_targets(complains):
    ages = [*map(str, range(100)), "100+"]
    people = pd.DataFrame([{"sex": sex, "age": age, "value": 1000.0} for sex in ("male", "female") for age in ages])
    own = sh.Place("nowhere", population=people.assign(date="2020-01-01", unit="persons"), mortality=sh.like("china"),
                   fertility=sh.like("china"), migration="none")  # fmt: skip
    result = sh.project(own, (2020, 2022))
    assert result.target_rows() == []
    complains(result.targets, "targets", kind=sh.ConfigError, got=False)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_prints_the_targets_in_short(lang, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    asked = ["run", "lanzhou", "--no-plot", "--years", "2021:2030", "--belief", "observed.mmr=12", "--lang", lang]
    assert run_command([*asked, "--scenario", "baseline", "--scenario", "cost-reduction"]) == 0
    shown = capsys.readouterr().out
    said = words()
    assert said["section"]["targets"][lang] in shown
    for verdict in ("met", "observe", "unknown", "no_value"):
        assert said["verdict"][verdict][lang] in shown
    assert "≤14.50" in shown
    assert (tmp_path / "results" / "targets.csv").is_file()


def test_every_code_of_the_table_has_words():
    said = words()
    assert set(said["verdict"]) == set(VERDICTS)
    assert set(said["status_of_target"]) == set(STATUSES)
    units = {target.unit for pack in packs().values() for row in pack.instruments for target in row.targets}
    assert set(said["target_unit"]) == {unit for unit in units if not unit.startswith("share ")}
    bounds = {target.bound for pack in packs().values() for row in pack.instruments for target in row.targets}
    assert bounds <= set(said["bound_sign"])


def test_coverage_names_the_list_of_targets_for_every_target():
    rows = [row for row in sh.policy.as_records() if row["carried"] == "target"]
    assert rows
    assert all(row["answer"] == ["targets"] and row["computed"] for row in rows)
