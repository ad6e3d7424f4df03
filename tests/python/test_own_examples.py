"""The five examples of own data, as they are written in docs/own-data.md, on small files in the layouts they name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sanhai as sh
from reader_files import WPP, head_across, written
from sanhai.testing import assert_balanced, assert_paired

AGES = np.arange(101)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "own-data.md"
BLOCK = re.compile(r"^### ([^\n]+)\n.*?^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def run(heading: str) -> dict[str, Any]:
    """Runs the example under a heading of the page; the names it made."""
    (block,) = [code for said, code in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if said.startswith(heading)]
    names: dict[str, Any] = {}
    exec(compile(block, f"{PAGE.name}: {heading}", "exec"), names)
    return names


def test_every_example_that_reads_files_is_one_of_these():
    text = PAGE.read_text(encoding="utf-8")
    heads = [said.split(",")[0] for said, code in BLOCK.findall(text) if "sh.read(" in code]
    assert heads == ["Sweden", "Kenya", "榆中县", "青海省"]
    assert len(re.findall(r"^```python\n(?:(?!^```).)*sh\.read\(", text, re.DOTALL | re.MULTILINE)) == len(heads)


def mx(year: int, sex: str, age: int) -> float:
    """Gompertz above 30, 1 % less a year."""
    level = {"male": 6e-5, "female": 4e-5}[sex]
    return round(min((level * 1.1 ** max(age, 25) + (0.003 if age == 0 else 0.0)) * 0.99 ** (year - 2000), 2.6), 6)


def asfr(age: int) -> float:
    return round(max(0.0, 0.13 * (1 - ((age - 30) / 13) ** 2)), 5)


def pyramid(sex: str) -> np.ndarray:
    """Single ages to 110+ of 1 January of the first year, nobody missing."""
    ages = np.arange(111)
    return np.round(50_000 * 1.002**-ages * 0.5 ** (ages / (70 if sex == "male" else 78)) ** 6, 2)


# ---- Sweden: HMD and HFD ------------------------------------------------------------


def stocks_and_flows(first: int, last: int, net: float) -> tuple[dict, dict, dict]:
    """People by sex and age on 1 January, births by sex and deaths by sex and age of a year, which balance."""
    people = {first: {sex: pyramid(sex) for sex in ("male", "female")}}
    births, deaths = {}, {}
    for year in range(first, last):
        born = sum(asfr(x) * people[year]["female"][x] for x in range(15, 50))
        births[year] = {"male": round(born * 0.515, 2), "female": round(born * 0.485, 2)}
        people[year + 1], deaths[year] = {}, {}
        for sex, now in people[year].items():
            start = np.concatenate([[births[year][sex]], now[:-1]])
            start[-1] += now[-1]
            died = np.round(start * [1 - np.exp(-mx(year, sex, min(x, 110))) for x in range(111)], 2)
            moved = np.zeros(111)
            moved[20:30] = net / 20
            people[year + 1][sex], deaths[year][sex] = np.round(start - died + moved, 2), died
    return people, births, deaths


@pytest.fixture
def sweden(tmp_path, monkeypatch):
    """SWE/ with Mx_1x1, Population, Births, Deaths_1x1, and SWEasfrRRbo.txt."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "SWE").mkdir()
    people, births, deaths = stocks_and_flows(2016, 2023, 900.0)

    def table(name: str, title: str, head: str, lines: list[str]) -> None:
        written(tmp_path / "SWE" / name, "\n".join([f"Sweden, {title}\tLast modified: x", "", head, *lines]) + "\n")

    by_age, label = "  Year Age Female Male Total", lambda x: "110+" if x == 110 else str(x)
    rates = [
        f"{year} {label(x)} . . ."  # ages that nobody reached
        if x == 109 or (x == 110 and year % 2)
        else f"{year} {label(x)} {mx(year, 'female', x):.6f} {mx(year, 'male', x):.6f} {mx(year, 'male', x):.6f}"
        for year in range(1990, 2023)
        for x in range(111)
    ]
    table("Mx_1x1.txt", "Death rates (period 1x1)", by_age, rates)
    for name, title, held in (
        ("Population", "Population size (1-year)", people),
        ("Deaths_1x1", "Deaths (period 1x1)", deaths),
    ):
        lines = [
            f"{year} {label(x)} {own['female'][x]:.2f} {own['male'][x]:.2f} {own['female'][x] + own['male'][x]:.2f}"
            for year, own in held.items() for x in range(111)
        ]  # fmt: skip
        table(f"{name}.txt", title, by_age, lines)
    lines = [f"{year} {own['female']:.2f} {own['male']:.2f} {sum(own.values()):.2f}" for year, own in births.items()]
    table("Births.txt", "Births (1-year)", "  Year Female Male Total", lines)
    lines = []
    for year in range(2014, 2023):
        for x in range(12, 56):
            parts = [round(asfr(x) * share, 5) for share in (0.5, 0.3, 0.1, 0.06, 0.04)]
            name = "12-" if x == 12 else "55+" if x == 55 else str(x)
            lines.append(f"{year} {name} {sum(parts):.5f} " + " ".join(f"{one:.5f}" for one in parts))
    head = ["Sweden. Period fertility rates by calendar year, age and birth order", "x",
            "Year Age ASFR ASFR1 ASFR2 ASFR3 ASFR4 ASFR5p"]  # fmt: skip
    written(tmp_path / "SWEasfrRRbo.txt", "\n".join([*head, *lines]) + "\n")
    return people, births, deaths


def test_sweden(sweden):
    people, births, deaths = sweden
    names = run("Sweden, from")
    swe, found = names["swe"], names["result"]
    assert not (swe.check()["level"] == "error").any()
    start = found.central.table("pop_jan1")[2018].item()
    assert start == pytest.approx(sum(own.sum() for own in people[2018].values()), rel=1e-12)
    for year in range(2018, 2023):  # what was observed is met, the residual is what the files leave
        assert found.table("births", at=[year], level=None).iloc[0, 0] == pytest.approx(
            sum(births[year].values()), rel=1e-9
        )
        died = sum(own.sum() for own in deaths[year].values())
        assert found.table("deaths", at=[year], level=None).iloc[0, 0] == pytest.approx(died, rel=1e-9)
        assert found.table("net_migration", at=[year], level=None).iloc[0, 0] == pytest.approx(900.0, abs=0.6)
    e0 = found.central.table("e0", at=[2022, 2050]).to_numpy()
    assert (e0[:, 1] > e0[:, 0] + 1.0).all()  # mortality goes on falling
    assert (found.table("births", at=[2050]).to_numpy() > 0).all()
    assert_balanced(found)
    hmd, hfd = names["hmd"], names["hfd"]
    whole = sum(asfr(x) for x in range(12, 56))
    by_order = found.central.table("births", at=[2030], by="order").iloc[:, 0]
    assert swe.has_orders
    assert by_order.sum() == pytest.approx(found.central.table("births", at=[2030]).iloc[0, 0], rel=1e-12)
    made = (hmd["pop"] + hmd["mx"] + hfd).place(migration="none", srb=1.06)  # orders 4 and 5+ are of 3+
    assert made.has_orders
    assert sh.project(made, (2023, 2025)).table("tfr", at=[2023]).to_numpy().item() == pytest.approx(whole, rel=1e-3)


def test_sweden_of_the_shared_files(shared_data):
    """A table to 110+ in the layout of the database, with rates above 1 and an age without anybody."""
    folder = None if shared_data is None else shared_data / "readers"
    if folder is None or not (folder / "g01_hmd_Mx_1x1.txt").exists():
        pytest.skip("the shared files are not there")
    rates = sh.read(folder / "g01_hmd_Mx_1x1.txt", place="Sweden")
    births = sh.read(folder / "g03_hfd_SWEasfrRRbo.txt", place="Sweden")
    m, f = (pyramid(sex)[:101] for sex in ("male", "female"))
    said = {"population": sh.by_age(male=m, female=f, date="2023-01-01", unit="persons"), "migration": "none"}
    swe = sh.Place("Sweden", mortality=rates["mx"], fertility=births["asfr"], srb=1.06, **said)
    found = sh.project(swe, (2023, 2040))
    every = births.frame.query("order == 'all'")["value"].sum()
    assert found.table("tfr", at=[2023]).to_numpy().item() == pytest.approx(every, rel=1e-3)
    assert swe.has_orders
    assert_balanced(found, ages=True)


# ---- Kenya: WPP 2024 ------------------------------------------------------------


@pytest.fixture
def kenya(tmp_path, monkeypatch):
    """wpp2024/ with the four files, of all years to 2100 as they are published, an aggregate beside the country."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "wpp2024"
    folder.mkdir()

    def where(year: int, middle: str) -> list[str]:
        rows = (("910", "", "Subregion", "Eastern Africa"), ("404", "KEN", "Country/Area", "Kenya"))
        return [f"1,{loc},,{iso},,,4,{kind},9,{name},2,Medium,{year},{middle}" for loc, iso, kind, name in rows]

    def table(name: str, columns: str, lines: list[str]) -> None:
        written(folder / f"WPP2024_{name}_2024-2100.csv", "\ufeff" + "\n".join([f"{WPP},{columns}", *lines]) + "\n")

    label = {x: f"{x},{x},1" if x < 100 else "100+,100,-1" for x in range(101)}
    lines = [
        f"{at},{label[x]},{m:.3f},{f:.3f},{m + f:.3f}"
        for year in range(2024, 2101)
        for at in where(year, str(year))
        for x in range(101)
        for m, f in [(round(700 * 1.02 ** -(1.5 * x) + (year - 2024), 3), round(690 * 1.02 ** -(1.4 * x), 3))]
    ]
    table("Population1JanuaryBySingleAgeSex_Medium", "AgeGrp,AgeGrpStart,AgeGrpSpan,PopMale,PopFemale,PopTotal", lines)
    for sex in ("Male", "Female"):
        lines = [
            f"{at},{sex},{label[x]},{mx(year, sex.lower(), x):.6f}"
            for year in range(2024, 2101) for at in where(year, f"{year}.5") for x in range(101)
        ]  # fmt: skip
        table(f"Life_Table_Complete_Medium_{sex}", "Sex,AgeGrp,AgeGrpStart,AgeGrpSpan,mx", lines)
    lines = [
        f"{at},{label[x]},{1000 * asfr(x):.3f}"
        for year in range(2024, 2101) for at in where(year, f"{year}.5") for x in range(15, 50)
    ]  # fmt: skip
    table("Fertility_by_Age1", "AgeGrp,AgeGrpStart,AgeGrpSpan,ASFR", lines)
    lines = [
        f"{at},1500,500,{-20 + 0.25 * (year - 2024)},103.5"
        for year in range(2024, 2101)
        for at in where(year, f"{year}.5")
    ]
    table("Demographic_Indicators_Medium", "Births,Deaths,NetMigrations,SRB", lines)


def test_kenya(kenya):
    names = run("Kenya, from")
    ken, found = names["ken"], names["result"]
    assert list(found.table("births", at=[2030, 2050]).columns) == [2030, 2050]
    assert ken.base.first_year == 2024
    started = sum(round(700 * 1.02 ** -(1.5 * x), 3) + round(690 * 1.02 ** -(1.4 * x), 3) for x in range(101))
    assert found.table("pop_jan1", at=[2024]).to_numpy().item() == pytest.approx(1000 * started, rel=1e-9)
    for year in (2024, 2050, 2100):
        net = 1000 * (-20 + 0.25 * (year - 2024))
        assert found.table("net_migration", at=[year]).to_numpy().item() == pytest.approx(net, rel=1e-9)
        tfr = sum(asfr(x) for x in range(15, 50))
        assert found.table("tfr", at=[year]).to_numpy().item() == pytest.approx(tfr, rel=1e-4)
    assert_balanced(found, ages=True)


# ---- 榆中县: the template ------------------------------------------------------------


def test_yuzhong(tmp_path, monkeypatch):
    from sanhai.io.template import write_template

    monkeypatch.chdir(tmp_path)
    write_template("榆中县.xlsx", sh.place("榆中县"), lang="zh")
    names = run("榆中县, from")
    yz, found = names["yz"], names["result"]
    assert (yz.code, yz.policy_home) == ("620123", "620123")
    assert not (yz.check(lang="zh")["level"] == "error").any()
    assert found.scenarios == ("baseline", "baseline-lanzhou-2023")
    held = [{row.pack for row in found.scenario(name).instruments_at(yz)} for name in found.scenarios]
    assert held[0] - held[1] == {"lanzhou-2023"}
    shipped = sh.project("榆中县", (2021, 2025))
    for variable in ("pop_jan1", "births", "deaths"):  # what is shipped filled the template
        mine, theirs = (run.table(variable, at=range(2021, 2025)).iloc[0] for run in (found.central, shipped))
        assert mine.to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-3), variable
    assert_balanced(found)


# ---- 青海省: tables of the statistical bureau ------------------------------------------------------------


@pytest.fixture
def qinghai(tmp_path, monkeypatch):
    """Census table 1-3 as .xls and three exports of the yearly data, in GB18030."""
    import xlwt

    monkeypatch.chdir(tmp_path)
    groups = ["0", "1-4", *(f"{low}-{low + 4}" for low in range(5, 85, 5)), "85+"]
    men = [34_000, 150_000, 214_000, 208_000, 190_000, 190_000, 222_000, 268_000, 240_000, 228_000, 266_000, 250_000,
           196_000, 122_000, 116_000, 72_000, 44_000, 26_000, 12_000]  # fmt: skip
    book = xlwt.Workbook()
    sheet = book.add_sheet("1-3")
    head_across(sheet, groups)
    sheet.write(1, 0, "单位：人")
    for line, (name, factor) in enumerate((("甘　肃", 4), ("青　海", 1)), 4):
        sheet.write(line, 0, name)
        for number, count in enumerate([sum(men), *men]):
            for at, value in enumerate((2 * count, count, count)):
                sheet.write(line, 1 + 3 * number + at, factor * value)
    book.save("A0103.xls")
    for name, unit, values in (
        ("年末常住人口", "万人", "593,594,595,594"),
        ("人口出生率", "‰", "9.80,9.57,10.60,11.22"),
        ("人口死亡率", "‰", "6.90,8.15,7.23,6.91"),
    ):
        lines = ["数据库：分省年度数据", f"指标：{name}({unit})", "时间：最近4年", "地区,2024年,2023年,2022年,2021年",
                 "甘肃省,1,1,1,1", f"青海省,{values}", "数据来源：国家统计局"]  # fmt: skip
        written(tmp_path / f"{name}.csv", "\n".join(lines) + "\n", "gb18030")
    return men


def test_qinghai(qinghai):
    found = run("青海省, from")["result"]
    assert (found.table("births") > 0).all(axis=None)
    assert found.place == "630000"
    totals = dict(zip((2024, 2023, 2022, 2021), (5_930_000, 5_940_000, 5_950_000, 5_940_000), strict=True))
    cbr = {2022: 0.01060, 2023: 0.00957, 2024: 0.00980}
    for year, people in totals.items():
        assert found.table("pop_yearend", at=[year]).to_numpy().item() == pytest.approx(people, rel=1e-9)
        if year in cbr:
            middle = (people + totals[year - 1]) / 2
            assert found.table("births", at=[year]).to_numpy().item() == pytest.approx(cbr[year] * middle, rel=1e-9)
    assert_balanced(found)


# ---- Region X: arrays ------------------------------------------------------------


def test_region_x():
    m, f = 20_000 * np.exp(-0.0002 * AGES**2), 19_500 * np.exp(-0.00018 * AGES**2)
    x = sh.Place("Region X", population=sh.by_age(male=m, female=f, date="2025-01-01", unit="persons"), srb=1.06,
                 mortality=sh.Mortality(e0={"male": 74, "female": 79}, standard="100000"),
                 fertility=sh.Fertility(tfr=sh.tfr_path({2025: 1.6, 2050: 1.8}), mac=29, sd=5.5),
                 migration="none", policy_place="100000")  # fmt: skip
    base = sh.scenario("baseline", x)
    found = sh.compare([base, base.vary("same", {})], years=(2025, 2100))
    assert_balanced(found, ages=True)
    assert_paired(found)
