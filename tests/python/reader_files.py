# ruff: noqa: E501 -- lines of files are as long as they are
"""Small files of every layout that `sh.read` knows, made here with numbers of our own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

AGES = range(101)
GROUPS = ["0", "1-4", *(f"{low}-{low + 4}" for low in range(5, 85, 5)), "85+"]


def people(sex: str, age: int) -> int:
    """A pyramid without jumps."""
    return 2000 - 15 * age + (100 if sex == "male" and age < 50 else 0)


def rate(sex: str, age: int) -> float:
    """Death rates that double in a little under eight years."""
    level = 0.0004 if sex == "male" else 0.0003
    return round(min(level * 1.095 ** max(age - 10, 0) * (6 if age == 0 else 1), 0.9), 6)


def fertility(age: int) -> float:
    """Triangle from 15 to 49 with its top at 28."""
    return round(max(0.0, 0.12 - 0.009 * abs(age - 28) if age < 28 else 0.12 - 0.0055 * (age - 28)), 5)


def group_people(sex: str, group: str) -> int:
    low, _, high = group.rstrip("+").partition("-")
    last = 100 if group.endswith("+") else int(high or low)
    return sum(people(sex, age) for age in range(int(low), last + 1))


def hmd_mx(folder: Path) -> Path:
    lines = ["Utopia, Death rates (period 1x1), \tLast modified: 01 Jan 2025", "", "  Year  Age  Female  Male  Total"]
    for age in range(111):
        label = f"{age}+" if age == 110 else str(age)
        f, m = rate("female", min(age, 95)), rate("male", min(age, 95))
        shown = [".", ".", "."] if age == 109 else [f"{f:.6f}", f"{m:.6f}", f"{(f + m) / 2:.6f}"]
        lines.append(f"  2020  {label:>5} {shown[0]:>12} {shown[1]:>12} {shown[2]:>12}")
    return written(folder / "Mx_1x1.txt", "\n".join(lines) + "\n")


def hmd_population(folder: Path) -> Path:
    lines = ["Utopia, Population size (1-year)", "", "Year Age Female Male Total"]
    for year, factor in (("1991-", 0.9), ("1991+", 1.0), ("1992", 1.01)):
        for age in range(111):
            f, m = (round(people(sex, age if age < 100 else 100) * factor, 2) for sex in ("female", "male"))
            lines.append(f"{year} {age}{'+' if age == 110 else ''} {f:.2f} {m:.2f} {f + m:.2f}")
    return written(folder / "Population.txt", "\n".join(lines) + "\n")


def hmd_births(folder: Path) -> Path:
    lines = ["Utopia, Births (1-year)", "", "Year Female Male Total"]
    lines += [f"{year} {1000 + year}.00 {1060 + year}.00 {2060 + 2 * year}.00" for year in (2019, 2020)]
    return written(folder / "Births.txt", "\n".join(lines) + "\n")


def hfd(folder: Path) -> Path:
    head = ["Utopia. Period fertility rates by age and birth order", "Last modified: 12/12/2024"]
    lines = [*head, "Year Age ASFR ASFR1 ASFR2 ASFR3 ASFR4 ASFR5p"]
    shares = (0.5, 0.3, 0.1, 0.06, 0.04)
    for age in range(12, 56):
        label = "12-" if age == 12 else "55+" if age == 55 else str(age)
        parts = [round(fertility(age) * share, 5) for share in shares]
        lines.append(" ".join([f"2020 {label} {fertility(age):.5f}", *(f"{one:.5f}" for one in parts)]))
    return written(folder / "UTOasfrRRbo.txt", "\n".join(lines) + "\n")


WPP = "SortOrder,LocID,Notes,ISO3_code,ISO2_code,SDMX_code,LocTypeID,LocTypeName,ParentID,Location,VarID,Variant,Time,MidPeriod"


def wpp(folder: Path, variants: tuple[str, ...] = ("Medium",)) -> Path:
    lines = [f"{WPP},AgeGrp,AgeGrpStart,AgeGrpSpan,PopMale,PopFemale,PopTotal"]
    for name, kind, code in (("East", "Subregion", ""), ("Utopia", "Country/Area", "UTO")):
        for variant in variants:
            for age in AGES:
                m, f = people("male", age) / 1000 + 0.001, people("female", age) / 1000
                label, span = ("100+", -1) if age == 100 else (str(age), 1)
                where = f"1,{404 if code else 910},,{code},,,4,{kind},9,{name},2,{variant},2024,2024"
                lines.append(f"{where},{label},{age},{span},{m:.3f},{f:.3f},{m + f:.3f}")
    return written(folder / "WPP2024_Population1January.csv", "\ufeff" + "\n".join(lines) + "\n")


def wpp_totals(folder: Path) -> Path:
    head = f"{WPP},Births,Deaths,NetMigrations,TFR,SRB,LEx,TPopulation1Jan"
    rows = [
        f"1,404,,UTO,,,4,Country/Area,9,Utopia,2,Medium,{y},{y}.5,{y - 2000},12.5,-3.25,2.1,105.2,71.5,1000"
        for y in (2024, 2025)
    ]
    return written(folder / "WPP2024_Demographic_Indicators.csv", "\n".join([head, *rows]) + "\n")


def r_wpp(folder: Path) -> Path:
    lines = ["country_code,name,year,age,popM,popF,pop"]
    for age in AGES:
        m, f = people("male", age) / 1000, people("female", age) / 1000
        lines.append(f"404,Utopia,2023,{age},{m},{f},{m + f:.3f}")
    return written(folder / "popAge1dt.csv", "\n".join(lines) + "\n")


def r_wpp_wide(folder: Path) -> Path:
    rows = [f"404,Utopia,{age},{rate('male', age)},{rate('male', age)}" for age in AGES]
    women = [f"404,Utopia,{age},{rate('female', age)},{rate('female', age)}" for age in AGES]
    written(folder / "mxF1.csv", "\n".join(["country_code,name,age,2022,2023", *women]) + "\n")
    return written(folder / "mxM1.csv", "\n".join(["country_code,name,age,2022,2023", *rows]) + "\n")


def eurostat(folder: Path) -> Path:
    lines = ["freq,unit,age,sex,geo\\TIME_PERIOD\t2023 \t2024 "]
    for sex, code in (("male", "M"), ("female", "F"), ("both", "T")):
        total = [0, 0]
        for age in AGES:
            n = sum(people(one, age) for one in (("male", "female") if sex == "both" else (sex,)))
            label = "Y_LT1" if age == 0 else "Y_OPEN" if age == 100 else f"Y{age}"
            lines.append(f"A,NR,{label},{code},UT\t{n} {'b' if age == 7 else ''}\t{n + 1} {'ep' if age == 9 else ''}")
            total = [total[0] + n, total[1] + n + (2 if sex == "both" else 1)]
            if sex == "both":
                lines[-1] = f"A,NR,{label},{code},UT\t{n} \t{n + 2} "
        lines.append(f"A,NR,TOTAL,{code},UT\t{total[0]} \t{total[1]} ")
        lines.append(f"A,NR,UNK,{code},UT\t: \t: ")
    lines.append("A,NR,TOTAL,F,AD\t: \t81000 ")
    return written(folder / "demo_pjan.tsv", "\n".join(lines) + "\n")


def sdmx(folder: Path) -> Path:
    lines = ["DATAFLOW,LAST UPDATE,freq,unit,age,sex,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG"]
    for sex, code in (("male", "M"), ("female", "F")):
        for age in AGES:
            label = "Y_LT1" if age == 0 else "Y_GE100" if age == 100 else f"Y{age}"
            lines.append(f"ESTAT:DEMO_PJAN(1.0),x,A,NR,{label},{code},UT,2024,{people(sex, age)},")
    return written(folder / "demo_pjan_linear.csv", "\n".join(lines) + "\n")


def nbs(folder: Path) -> Path:
    lines = ["数据库：分省年度数据", "指标：年末常住人口(万人)", "时间：最近3年", "地区,2024年,2023年,2022年",
             "甘肃省,2458,2465,2492", "贵州省,3860,3865,3856", "注：略。", "数据来源：国家统计局"]  # fmt: skip
    return written(folder / "年末常住人口.csv", "\n".join(lines) + "\n", "gb18030")


def nbs_one_place(folder: Path) -> Path:
    lines = ["数据库：分省年度数据", "地区：甘肃省", "时间：最近2年", "指标,2024年,2023年", "年末常住人口(万人),2458,2465",
             "人口出生率(‰),8.5,8.3", "城镇人口(万人),1400,1380"]  # fmt: skip
    return written(folder / "甘肃.csv", "\n".join(lines) + "\n", "gb18030")


def census_rows(unit: str = "单位：人") -> list[list[Any]]:
    rows: list[list[Any]] = [["乙县分年龄、性别的人口"], [unit], ["年龄", "合计", "男", "女"]]
    men, women = ([group_people(sex, group) for group in GROUPS] for sex in ("male", "female"))
    rows.append(["总\u3000计", sum(men) + sum(women), sum(men), sum(women)])
    for group, m, f in zip(GROUPS, men, women, strict=True):
        rows.append([group.replace("+", "岁及以上") if "+" in group else f"{group}岁", m + f, m, f])
    return rows


def census(folder: Path, change: Callable[[Any], None] | None = None) -> Path:
    """An .xlsx with ages down the page; `change` damages the sheet before it is saved."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in census_rows():
        sheet.append(row)
    if change is not None:
        change(sheet)
    book.save(folder / "census.xlsx")
    return folder / "census.xlsx"


def head_across(sheet: Any, groups: Sequence[str]) -> None:
    """Title and two merged rows of heads of table 1-3: the total, then every group, by sex."""
    sheet.write(0, 0, "1-3　各地区分年龄、性别的人口")
    sheet.write(2, 0, "地　区")
    for number, group in enumerate(["合计", *groups]):
        label = group if number == 0 else group.replace("+", "岁及以上") if "+" in group else f"{group}岁"
        sheet.write_merge(2, 2, 1 + 3 * number, 3 + 3 * number, label)
        for at, word in enumerate(("小计", "男", "女")):
            sheet.write(3, 1 + 3 * number + at, word)


def census_across(folder: Path) -> Path:
    """Table 1-3 as .xls: two merged rows of heads, counties down."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("1-3")
    head_across(sheet, GROUPS)
    for line, factor in ((4, 1), (5, 2)):
        sheet.write(line, 0, "　甲县" if factor == 1 else "　乙县")
        for number, group in enumerate(["合计", *GROUPS]):
            parts = GROUPS if number == 0 else [group]
            m, f = (factor * sum(group_people(sex, one) for one in parts) for sex in ("male", "female"))
            for at, value in enumerate((m + f, m, f)):
                sheet.write(line, 1 + 3 * number + at, value)
    book.save(str(folder / "A0103.xls"))
    return folder / "A0103.xls"


def county(folder: Path) -> Path:
    heads = [
        f"{sex}_{group.replace('-', '到')}岁" if "+" not in group else f"85岁及以上（{sex})"
        for group in GROUPS
        for sex in "男女"
    ]
    men_women = [group_people(sex, group) for group in GROUPS for sex in ("male", "female")]
    lines = [",".join(["区划代码", "名称", *heads])]
    for code, name, factor in (("990101.0", "甲区", 1), ("990102.0", "乙区", 2), ("990201.0", "甲区", 3)):
        lines.append(",".join([code, name, *(str(factor * one) for one in men_women)]))
    return written(folder / "county2020.csv", "\n".join(lines) + "\n")


def yearbook(folder: Path) -> Path:
    lines = ["人口数及构成,,", "单位：万人,,", "年份 Year,年末总人口 Total Population (year-end),出生率(‰) Birth Rate",
             "2021,100.8,7.4", "2022,100.5,7.1", "2023,100.1,6.9"]  # fmt: skip
    return written(folder / "yearbook.csv", "\n".join(lines) + "\n")


def tidy_rows() -> list[list[Any]]:
    rows: list[list[Any]] = [["place", "variable", "year", "date", "sex", "age", "order", "value", "unit", "source"]]
    for age in AGES:
        for sex in ("male", "female"):
            label = f"{age}+" if age == 100 else str(age)
            rows.append(["X1", "pop", "", "2025-01-01", sex, label, "", people(sex, age), "persons", "own"])
            rows.append(["X1", "mx", 2025, "", sex, label, "", rate(sex, age), "1/year", "own"])
    rows += [["X1", "asfr", 2025, "", "female", age, "", fertility(age), "1/year", "own"] for age in range(15, 50)]
    rows.append(["X1", "srb", 2025, "", "both", "all", "", 1.05, "boys per girl", "own"])
    return rows


def tidy(folder: Path) -> Path:
    text = "\n".join(",".join(map(str, row)) for row in tidy_rows())
    return written(folder / "tidy.csv", "\ufeff" + text + "\n")


def tidy_parquet(folder: Path) -> Path:
    import pandas as pd

    head, *rows = tidy_rows()
    frame = pd.DataFrame(rows, columns=head)
    frame[["year", "age"]] = frame[["year", "age"]].astype(str)
    frame.to_parquet(folder / "tidy.parquet")
    return folder / "tidy.parquet"


def template(folder: Path, change: Callable[[Any], None] | None = None) -> Path:
    """A filled-in template of a made-up place; `change` damages the workbook."""
    import datetime as dt

    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "填写说明"
    sheets: dict[str, list[list[Any]]] = {
        "地点": [["项目", "填写"], ["地点名称", "乙县"], ["基准时点", dt.datetime(2020, 11, 1)], ["口径", "常住"], ["适用政策地点", "620100"]],
        "基期人口": [["单位", "万人"], [], ["年龄", "男", "女", "合计"]],
        "死亡": [["指标", "死亡率 mx"], ["单位", "‰"], ["年份", "年龄", "男", "女"]],
        "生育": [["指标", "年龄别生育率"], ["单位", "‰"], ["年份", "年龄", "合计", "一孩", "二孩", "三孩及以上"]],
        "出生性别比": [["单位", "女=100"], ["年份", "合计"], [2020, 106]],
        "迁移": [["单位", "人"], ["年份", "年龄", "男", "女"]],
        "已公布数": [["指标", "年份", "性别", "数值", "单位", "来源", "公布日期", "可信度"],
                 ["年末常住人口", 2023, "合计", 12.5, "万人", "年鉴", dt.datetime(2024, 12, 1), "高"]],
        "托育": [["指标", "单位", "2023年", "2024年", "数据性质", "来源"], ["年末托位数", "个", None, 350, "部门统计", "县卫健局"],
               ["其中：公办托位", "个", None, "无", "部门统计", "县卫健局"]],
    }  # fmt: skip
    for group in GROUPS:
        label = group.replace("+", "岁及以上") if "+" in group else f"{group}岁"
        m, f = group_people("male", group) / 10000, group_people("female", group) / 10000
        sheets["基期人口"].append([label, m, f, round(m + f, 4)])
        low = int(group.rstrip("+").split("-")[0])
        sheets["死亡"].append([2020, label, 1000 * rate("male", low + 2), 1000 * rate("female", low + 2)])
    for low in range(15, 50, 5):
        parts = [round(1000 * fertility(low + 2) * share, 2) for share in (0.5, 0.4, 0.1)]
        sheets["生育"].append([2020, f"{low}-{low + 4}岁", round(sum(parts), 2), *parts])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(book)
    book.save(folder / "乙县.xlsx")
    return folder / "乙县.xlsx"


def register(folder: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in (
        ["备案托育机构名单（截至2024年12月31日）"], ["序号", "县（区）", "机构名称", "托位数（个）"], [1, "甲区", "一号园", 90],
        [2, None, "二号园", 60], ["小计", None, None, 150], [3, "乙县", "三号园", 80], ["小计", None, None, 80],
        ["合计", None, None, 230],
    ):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("B3:B4")
    book.save(folder / "register.xlsx")
    return folder / "register.xlsx"


def od_long(folder: Path) -> Path:
    lines = ["origin,destination,year,sex,age,rate"]
    lines += [
        f"{a},{b},2020,{sex},{age},0.0{age + 1}"
        for a, b in (("A", "B"), ("B", "A"))
        for sex in ("male", "female")
        for age in range(4)
    ]
    return written(folder / "od.csv", "\n".join(lines) + "\n")


def od_wide(folder: Path) -> Path:
    lines = ["迁出地\\迁入地,A,B,合计", "A,0,20,20", "B,30,0,30", "合计,30,20,50"]
    return written(folder / "od_wide.csv", "\n".join(lines) + "\n")


def saved(folder: Path) -> Path:
    run = folder / "run"
    run.mkdir()
    head = "scenario,place,place_name,year,date,variable,unit,value,sex,order,instrument,component,payer,lo,hi,level,basis,nature,fitted,confidence,run_id"
    rows = [
        f"baseline,X1,X,{year},,births,births,{1000 + year},,,,,,,,,,projected,False,medium,abc"
        for year in (2024, 2025)
    ]
    written(run / "results.csv", "\ufeff" + "\r\n".join([head, *rows]) + "\r\n")
    written(run / "manifest.json", json.dumps({"run_id": "abc", "files": {}}))
    return run


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


# format, maker, arguments of sh.read, rows
LAYOUTS: list[tuple[str, Callable[[Path], Path], dict[str, Any], int]] = [
    ("hmd", hmd_mx, {"place": "Utopia"}, 222),
    ("hmd", hmd_population, {}, 444),
    ("hmd", hmd_births, {}, 4),
    ("hfd", hfd, {"place": "Utopia"}, 264),
    ("wpp", wpp, {"place": "UTO"}, 202),
    ("wpp", wpp_totals, {"place": "UTO"}, 14),
    ("r-wpp", r_wpp, {"place": "Utopia"}, 202),
    ("eurostat", eurostat, {"place": "UT"}, 404),
    ("eurostat", sdmx, {"place": "UT"}, 202),
    ("nbs", nbs, {"place": "甘肃省"}, 3),
    ("nbs", nbs_one_place, {}, 4),
    ("census-cn", census, {"place": "乙县", "date": "2020-11-01"}, 38),
    ("census-cn", census_across, {"place": "乙县", "date": "2020-11-01"}, 38),
    ("county-cn", county, {"place": "乙区", "date": "2020-11-01"}, 38),
    ("yearbook-cn", yearbook, {"place": "乙市"}, 6),
    ("tidy", tidy, {}, 440),
    ("tidy", tidy_parquet, {}, 440),
    ("template", template, {}, 108),
    ("nursery-register", register, {"measure": "nursery_places"}, 2),
    ("origin-destination", od_long, {}, 16),
    ("origin-destination", od_wide, {"date": "2020-01-01", "unit": {"flow": "人"}}, 4),
    ("sanhai", saved, {}, 2),
]
TEXTS = [
    one
    for one in LAYOUTS
    if one[1] in (hmd_mx, hmd_population, hfd, wpp, eurostat, nbs, tidy, od_long, county, yearbook)
]
