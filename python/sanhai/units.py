"""Units of every variable, and their names in both languages."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["VARIABLES", "Variable", "variable"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of the tidy table, and what its values are kept by besides scenario, place, draw and year."""

    unit: str
    zh: str
    en: str
    adds: bool = True  # whether a parent is the sum of its parts
    stock: bool = False  # on 1 January: one more year than flows
    split: str = ""  # a further axis whose parts never add: "sex", or "basis": what a number is measured against
    money: str = ""  # "pair": by line and payer, "line": by line; these add


VARIABLES: dict[str, Variable] = {
    "pop_jan1": Variable("persons", "年初人口", "population on 1 January", stock=True),
    "pop_midyear": Variable("persons", "年中人口", "mid-year population"),
    "pop_yearend": Variable("persons", "年末人口", "population on 31 December"),
    "births": Variable("births", "出生人数", "births"),
    "births_gross": Variable("births", "出生人数(未扣除提前)", "births, gross of tempo"),
    "births_extra": Variable("births", "比基线多出生(扣除提前)", "births above the baseline, net of tempo"),
    "births_extra_gross": Variable("births", "比基线多出生(未扣除提前)", "births above the baseline, gross of tempo"),
    "deaths": Variable("deaths", "死亡人数", "deaths"),
    "net_migration": Variable("persons", "净迁移", "net migration"),
    "cbr": Variable("1/year", "出生率", "crude birth rate", adds=False),
    "cdr": Variable("1/year", "死亡率", "crude death rate", adds=False),
    "cnir": Variable("1/year", "自然增长率", "crude rate of natural increase", adds=False),
    "leavers": Variable("persons", "迁往本次测算的其他地区", "left for another place of the run"),
    "arrivals": Variable("persons", "来自本次测算的其他地区", "came from another place of the run"),
    "tfr": Variable("children per woman", "总和生育率", "total fertility", adds=False),
    "e0": Variable("years", "出生预期寿命", "life expectancy at birth", adds=False, split="sex"),
    "median_age": Variable("years", "年龄中位数", "median age", adds=False, stock=True),
    "pop_0_2": Variable("persons", "0-2岁人口(年初)", "children aged 0-2 on 1 January", stock=True),
    "pop_0_14": Variable("persons", "0-14岁人口(年初)", "population 0-14 on 1 January", stock=True),
    "pop_15_64": Variable("persons", "15-64岁人口(年初)", "population 15-64 on 1 January", stock=True),
    "pop_65plus": Variable("persons", "65岁及以上人口(年初)", "population 65+ on 1 January", stock=True),
    "women_15_49": Variable("persons", "15-49岁女性(年初)", "women 15-49 on 1 January", stock=True),
    "tdr": Variable("per person", "总抚养比(0-14与65+比15-64)", "total dependency ratio", adds=False, stock=True),
    "oadr": Variable("per person", "老年抚养比", "old-age dependency ratio", adds=False, stock=True),
    "cost_nominal": Variable("yuan", "支出(当年价)", "cost, nominal", money="pair"),
    "cost_real": Variable("yuan of 2025", "支出(2025年价)", "cost, prices of 2025", money="pair"),
    "pv": Variable("yuan, value in 2025", "支出(2025年现值)", "present value in 2025", money="pair"),
    "full_liability": Variable("yuan", "全部应付额(领取率100%)", "full liability at take-up 1", money="line"),
    "beneficiaries": Variable("counted units", "受益人次", "beneficiaries", money="line"),
    "places_target": Variable("places", "托位需求(按目标)", "places needed for the target"),
    "places_demand": Variable("places", "托位需求(按入托率)", "places needed for enrolment"),
    "places_want": Variable("places", "托位需求(按意愿)", "places wanted"),
    "places_stock": Variable("places", "托位数(年末)", "stock of places at the year's end"),
    "places_gap": Variable("places", "托位缺口", "gap of places", split="basis"),
    "places_per_1000": Variable(
        "places per 1,000 residents", "千人口托位数", "places per 1,000 residents", adds=False, split="basis"
    ),
    "places_per_child": Variable(
        "places per child under 3", "每名3岁以下儿童托位数", "places per child under 3", adds=False, split="basis"
    ),
    "enrolment": Variable("children", "在托儿童", "children enrolled"),
    "classes": Variable("classes", "托班数", "classes"),
    "staff": Variable("carers", "保育人员", "carers"),
    "openings": Variable("places", "新增托位", "places opened"),
    "closures": Variable("places", "关闭托位", "places closed"),
    "paid_places": Variable("places", "享受运营补助的托位", "places with the operating subsidy"),
}


def variable(name: str) -> Variable:
    return VARIABLES[name]
