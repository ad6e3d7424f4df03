# Messages stay on one line each, so that both languages can be read side by side.
# ruff: noqa: E501
"""Words and number formats of everything that is printed, in Chinese and English. Pure functions, no data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sanhai.errors import ConfigError, complaint

__all__ = [
    "FITTED_MARK",
    "LANGS",
    "LEGEND",
    "MARKS",
    "PAYER_NAMES",
    "SCENARIO_NAMES",
    "Scale",
    "checked_lang",
    "difference_scale",
    "mark_of",
    "money_scale",
    "number",
    "people_scale",
    "say",
    "scenario_name",
    "weakest",
]

Lang = Literal["zh", "en"]
LANGS = ("zh", "en")
LEVELS = ("high", "medium", "low")
MARKS = {"high": "", "medium": "~", "low": "*"}
FITTED_MARK = "†"
LEGEND = {
    "zh": "† 由该地该年公布数拟合;~ 中等可信;* 低可信(由上级推算、假设或判断);无符号 高可信",
    "en": "† fitted to a published figure of that place and year; ~ medium confidence; "
    "* low (estimated from the area above, assumed or judged); no mark: high",
}

PAYER_NAMES = {
    "central": ("中央", "central"),
    "province": ("省级", "province"),
    "city": ("市级", "city"),
    "county": ("县区", "county"),
    "fund": ("医保等基金", "insurance fund"),
    "employer": ("用人单位", "employers"),
    "local_unsplit": ("地方(未划分)", "local, not split"),
    "unsplit": ("未说明", "payer not stated"),
}

SCENARIO_NAMES = {
    "baseline": "基线",
    "zero-migration": "零迁移",
    "no-allowance": "无育儿补贴",
    "cost-reduction": "降低成本",
    "custom": "自定",
}

_SAY: dict[str, tuple[str, str]] = {
    "title": ("{place} {first}-{last} 年", "{place}, {first}-{last}"),
    "section.population": ("人口(基线方案;未注明单位者为人)", "Population (baseline; persons where no unit stands)"),
    "section.parts": ("各区县(基线方案):年初人口({unit})、出生(人)、按目标需要的托位", "Districts and counties (baseline): population on 1 January ({unit}), births, places for the target"),
    "section.ranges": ("基线方案的 80% 区间", "Baseline, 80 % intervals"),
    "section.change": ("各方案与基线之差,{unit}", "Difference from the baseline, {unit}"),
    "section.cost": ("各级承担,{unit}(当年价)", "Cost by level of government, {unit} (nominal)"),
    "section.per_birth": ("每多出生一人的支出,{unit}(区间:只随出生;抽样时支出与出生都变)", "Cost per extra birth, {unit} (brackets: births alone move; with draws the cost too)"),
    "section.places": ("托位", "Nursery places"),
    "band": ("[ ] 仅生育弹性 eps 的 5%-95% 区间,其他不确定性不在内", "[ ]: band of eps alone, 5-95 %; no other uncertainty is in it"),
    "band.draws": ("[ ] {draws} 次抽样的 80% 区间(种子 {seed}),数值为中位数;随机的有:{components}", "[ ]: 80 % interval of {draws} draws (seed {seed}), figures are medians; random: {components}"),
    "no_extra": ("无增加", "none added"),
    "place": ("地区", "place"),
    "scenario": ("方案", "scenario"),
    "item": ("指标", "item"),
    "pop_jan1": ("年初人口", "population, 1 January"),
    "births": ("出生", "births"),
    "deaths": ("死亡", "deaths"),
    "net_migration": ("净迁移(2025年前为残差)", "net migration (residual to 2025)"),
    "tfr": ("总和生育率", "total fertility rate"),
    "share_65plus": ("65岁及以上占比", "share aged 65+"),
    "median_age": ("年龄中位数", "median age"),
    "pop_0_2": ("0-2岁儿童(年初)", "children 0-2, 1 January"),
    "births_gross": ("出生之差,含提前生育", "births, gross of tempo"),
    "births_net": ("出生之差,扣除提前生育", "births, net of tempo"),
    "births_diff": ("出生之差", "births"),
    "pop_diff": ("年初人口之差", "population, 1 January"),
    "total": ("合计", "total"),
    "range.places_target": ("托位,按目标", "places for the target"),
    "range.places_demand": ("托位,按入托率", "places for those enrolled"),
    "range.places_want": ("托位,按意愿", "places that families want"),
    "cost.central": ("中央承担", "cost to the central budget"),
    "cost.total": ("支出合计", "cost, all levels"),
    "per_gross": ("含提前生育", "gross of tempo"),
    "per_net": ("扣除提前生育", "net of tempo"),
    "places_target": ("按目标需要({basis})", "needed for the target ({basis})"),
    "places_demand": ("按入托率需要", "needed for those enrolled"),
    "places_want": ("按意愿需要", "wanted by families"),
    "places_stock": ("年末托位数({basis})", "stock at the year's end ({basis})"),
    "gap_target": ("缺口(负为富余):对目标", "gap to the target (-: spare)"),
    "gap_demand": ("缺口(负为富余):对入托率", "gap to those enrolled (-: spare)"),
    "gap_want": ("缺口(负为富余):对意愿", "gap to wishes (-: spare)"),
    "per_1000_target": ("目标,每千人口", "target, per 1,000 residents"),
    "per_child_target": ("目标,每名3岁以下儿童", "target, per child under 3"),
    "per_1000_stock": ("现有,每千人口", "stock, per 1,000 residents"),
    "per_child_stock": ("现有,每名3岁以下儿童", "stock, per child under 3"),
    "basis.unknown": ("未公布", "not published"),
    "col.pop_jan1": ("人口", "pop."),
    "col.births": ("出生", "births"),
    "col.places_target": ("托位", "places"),
    "basis.stated": ("用户给出", "stated by the user"),
    "basis.assumption: national rate": ("假设:全国水平", "assumed: national rate"),
    "notes": ("说明", "Notes"),
    "sources": ("数据来源", "Sources"),
    "written": ("已写入 {path}", "written: {path}"),
    "csv_bom": ("results.csv 为带 BOM 的 UTF-8,可直接用 Excel/WPS 打开", "results.csv is UTF-8 with a byte order mark, so that Excel and WPS open it as it is"),
    "no_matplotlib": ("未画图:请安装绘图组件 `pip install \"sanhai[plot]\"`", "no picture: install the drawing part with `pip install \"sanhai[plot]\"`"),
    "no_cjk_font": ("图中用英文标签:未找到中文字体,请 `pip install \"sanhai[cjk]\"`", "English labels: no Chinese font found; `pip install \"sanhai[cjk]\"` brings one"),
    "bad_input": ("输入有误", "bad input"),
    "failed": ("运行失败", "the run failed"),
    "debug_hint": ("加 --debug 可查看详细位置", "--debug shows where"),
    "set_hint": ("写成 --set path=value,例如 --set subsidy.child3.yuan_per_month=500", "write --set path=value, such as --set subsidy.child3.yuan_per_month=500"),
    "run_id": ("运行编号", "run"),
    "unit.persons": ("人", "persons"),
    "unit.wan": ("万人", "thousand"),
}  # fmt: skip


def checked_lang(lang: str) -> int:
    """0 for zh, 1 for en; ConfigError otherwise."""
    if lang not in LANGS:
        raise ConfigError(complaint("lang", got=repr(lang), allowed="zh or en", remedy="choose one of these"))
    return LANGS.index(lang)


def say(key: str, lang: str, **values: object) -> str:
    """One message in one language."""
    return _SAY[key][checked_lang(lang)].format(**values)


def scenario_name(name: str, lang: str, full: bool = True) -> str:
    """A scenario as printed: with its Chinese name where it has one; `full` keeps the name users type beside it."""
    known = SCENARIO_NAMES.get(name) if checked_lang(lang) == 0 else None
    return name if known is None else f"{known} {name}" if full else known


def weakest(*levels: str) -> str:
    """The least sure of several confidences."""
    return max(levels, key=LEVELS.index)


def mark_of(confidence: str, fitted: bool = False) -> str:
    return (FITTED_MARK if fitted else "") + MARKS[confidence]


def number(value: float, digits: int = 0, signed: bool = False) -> str:
    """Thousands by commas; a rounded zero never shows a minus sign."""
    rounded = round(value, digits) + 0.0
    return f"{rounded:{'+' if signed and rounded != 0 else ''},.{digits}f}"


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit for the edge only: what base values are divided by, its name, digits shown."""

    divisor: float
    name: str
    digits: int

    def show(self, value: float, signed: bool = False) -> str:
        return number(value / self.divisor, self.digits, signed)


def money_scale(largest: float, lang: str) -> Scale:
    """yuan to million (billion) yuan in English, to 万元 (亿元) in Chinese."""
    if checked_lang(lang) == 0:
        return Scale(1e8, "亿元", 1) if largest >= 1e10 else Scale(1e4, "万元", 0)
    return Scale(1e9, "billion yuan", 2) if largest >= 1e11 else Scale(1e6, "million yuan", 1)


def difference_scale(people: float, lang: str) -> Scale:
    """For differences of a place with so many people: persons, or 万人 and thousand for a nation."""
    if people < 1e8:
        return Scale(1.0, say("unit.persons", lang), 0)
    return Scale(1e4, "万人", 2) if checked_lang(lang) == 0 else Scale(1e3, "thousand", 1)


def people_scale(largest: float, lang: str) -> Scale:
    """Persons to 万人 in Chinese, to thousand or million in English."""
    if checked_lang(lang) == 0:
        return Scale(1e4, "万人", 2)
    return Scale(1e6, "million", 2) if largest >= 1e8 else Scale(1e3, "thousand", 1)
