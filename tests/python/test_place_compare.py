"""`place.compare`: figures beside the place's own run, equal to what the run prints, misses in words."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import sanhai as sh
from sanhai.places.figures import Figure, Figures
from sanhai.testing import MadeUp

WAYS = ["gansu", "620123", "china", "made up"]


def placed(name):
    return MadeUp(policy_place="").place() if name == "made up" else sh.place(name)


def figure(variable, year, value, sex="both", age="all", date=""):
    return Figure(variable, year, sex, age, value, "", date=date)


@pytest.mark.parametrize("name", WAYS)
def test_the_model_s_values_are_those_of_the_run(name):
    """Of fitted and later years, of every variable that a run prints."""
    place = placed(name)
    run = sh.project(place, years=(place.base.first_year, 2031), draws=1)
    years = (place.base.first_year, 2030)
    scalars = ("pop_jan1", "pop_yearend", "pop_midyear", "births", "deaths", "net_migration", "tfr", "cbr", "cdr")
    asked = [figure(one, year, 1.0) for one in scalars for year in years]
    found = place.compare(Figures(tuple(asked))).frame.set_index(["variable", "year"])["model"]
    for one in scalars:
        near = 2e-3 if one == "tfr" else 1e-9  # of a sum of leaves: women are weighted a little differently
        for year in years:
            expected = run.table(one, at=[year]).loc["baseline", year]
            assert found[one, year] == pytest.approx(expected, rel=near, abs=1e-6), (one, year)
    asked = [figure("e0", 2030, 1.0, sex) for sex in ("male", "female", "both")]
    male, female, both = place.compare(Figures(tuple(asked))).frame["model"]
    shown = run.table("e0", at=[2030])[2030]
    assert [male, female] == pytest.approx([shown["baseline", sex] for sex in ("male", "female")], rel=1e-3)
    assert male < both < female
    ages = run.by_age().sel(year=2031)["pop_jan1"]
    asked = [figure("pop_yearend_age", 2030, 1.0, sex, age) for sex in ("male", "both") for age in ("60+", "5-9", "0")]
    model = place.compare(Figures(tuple(asked))).frame.set_index(["sex", "age"])["model"]
    for (sex, age), got in model.items():
        people = ages.sel(sex="male") if sex == "male" else ages.sum("sex")
        first = int(age.rstrip("+").split("-")[0])
        last = 100 if age == "60+" else first + 4 if "-" in age else first
        assert got == pytest.approx(float(people.sel(age=slice(first, last)).sum()), rel=1e-9), (sex, age)


def test_a_stock_is_compared_on_its_day_and_what_the_run_has_not_stays_without_a_value():
    place = placed("made up")
    days = ("2027-01-01", "2027-07-01", "2027-12-31", "2027-03-05")
    rows = [figure("pop", 2027, 1000.0, date=day) for day in days]
    rows += [figure("pop_jan1", 1990, 1.0), figure("deaths", 2027, 1.0, age="0-4"), figure("wages", 2027, 1.0)]
    rows += [figure("pop_jan1", 2027, 1.0, age="100+"), figure("pop_jan1", 2027, 1.0, age="100-104")]
    rows += [figure("births", 2027, 0.0), figure("pop_jan1", 2400, 1.0)]
    frame = place.compare(Figures(tuple(rows))).frame
    start, middle, end = frame["model"][:3]
    assert middle == pytest.approx((start + end) / 2)
    assert start != end
    assert frame["model"].isna().tolist() == [False] * 3 + [True] * 4 + [False, True, False, True]
    assert pd.isna(frame["miss_percent"][9])  # of 0 nothing is a share
    assert len(frame) == len(rows)


def test_the_report_says_the_misses_in_both_languages():
    place = sh.place("gansu")
    rows = [row for row in place.evidence if row.variable == "pop_yearend_age"]
    compared = place.compare(Figures((*rows, figure("e0", 2024, 80.0), figure("wages", 2024, 1.0))))
    fitted = place.fit().not_fitted.set_index(["variable", "year", "age"])["miss_percent"]
    for row in compared.frame.dropna().to_dict("records"):
        if row["variable"] == "pop_yearend_age":
            assert row["miss_percent"] == fitted[row["variable"], row["year"], row["age"]]
    worst = compared.frame[compared.frame["variable"] == "pop_yearend_age"]["miss_percent"]
    most = f"{worst[worst.abs().idxmax()]:+.2f}"
    zh, en = compared.report("zh"), compared.report("en")
    assert zh.count(most) == en.count(most) == 2  # in the table and in the sentence
    assert "甘肃" in zh
    assert "人均预期寿命" in zh
    assert "Gansu" in en
    assert "life expectancy at birth: 2024" in en
    assert "1 without a model's value" in en
    sh.set_language("zh")
    assert str(compared) == zh


def test_a_file_of_figures_is_compared(tmp_path, complains):
    file = tmp_path / "figures.csv"
    file.write_text(
        "place,variable,year,sex,age,value,unit\n榆中县,births,2024,both,all,3300,births\n", encoding="utf-8"
    )
    place = sh.place("榆中县")
    frame = place.compare(sh.read(file)).frame
    assert frame["published"].tolist() == [3300.0]
    assert frame["miss_percent"][0] == pytest.approx(100 * (frame["model"][0] / 3300 - 1))
    complains(lambda: sh.place("gansu").compare(sh.read(file)), "no row of", kind=sh.ConfigError)


def test_another_evidence_is_another_fit_of_one_s_own_place_and_only_compared_in_a_country():
    births = Figures((figure("births", 2025, 900.0),))
    own = replace(placed("made up"), evidence=births)
    assert own.fit().factors["births_fitted"].tolist() == [True]
    assert own.compare(births).frame["model"][0] == pytest.approx(900.0, rel=1e-10)
    assert placed("made up").compare(births).frame["model"][0] < 500.0
    county = sh.place("620123")
    told = replace(county, evidence=Figures((*county.evidence, figure("births", 2024, 3300.0))))
    assert told.fit().factors["births"].equals(county.fit().factors["births"])
    assert told.fit().not_fitted["published"].tolist()[-1] == 3300.0
    met = county.with_figures(Figures((figure("births", 2024, 3300.0),)))
    assert met.fit().factors["births"][2024] == pytest.approx(3300.0, rel=1e-10)
