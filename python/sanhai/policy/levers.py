"""Every name a scenario can set: the levers of the policy packs and those of the model, one registry, one check."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from functools import cache

from sanhai.errors import ConfigError, complaint
from sanhai.policy.catalogue import instruments
from sanhai.policy.catalogue import levers as pack_levers

__all__ = ["MODEL_LEVERS", "Dated", "LeverInfo", "Value", "check_value", "from_year", "lever_info", "lever_table"]

Value = float | str


@dataclass(frozen=True, slots=True)
class LeverInfo:
    """A lever: what it is called, what it may be, and what it is when nobody sets it."""

    path: str
    unit: str
    default: Value | None
    zh: str
    en: str
    low: float = 0.0
    high: float = math.inf
    choices: tuple[str, ...] = ()
    basis: str = ""  # where the default comes from, "judgement" when it is one
    instrument: str = ""  # the pack instrument it belongs to


@dataclass(frozen=True, slots=True)
class Dated:
    """A value that holds from 1 January of a year on."""

    year: int
    value: Value


def from_year(year: int, value: Value) -> Dated:
    """A lever's value from 1 January of `year` on: `{"subsidy.child3.yuan_per_month": from_year(2027, 500)}`."""
    if type(year) is not int or not 1900 <= year <= 2200:
        raise ConfigError(
            complaint("from_year", got=repr(year), allowed="a calendar year", remedy="write from_year(2027, 500)")
        )
    return Dated(year, value)


def _share(path: str, default: float | None, zh: str, en: str, basis: str) -> LeverInfo:
    return LeverInfo(path, "share", default, zh, en, 0.0, 1.0, basis=basis)


DESIRED = "judgement: 1.81 intended children (NBS 1.8); 0.93/0.65/0.20 gives 1.65 (NHC 1.64)"

MODEL_LEVERS: tuple[LeverInfo, ...] = (
    LeverInfo(
        "migration.mode",
        "text",
        "recent",
        "已拟合年份之后的迁移",
        "migration after the fitted years",
        choices=("recent", "zero"),
        basis="mean residual of the last three years held, as statistical offices do",
    ),
    LeverInfo(
        "migration.on_negative",
        "text",
        "error",
        "迁出超过存量时",
        "when out-migration would empty a cell below zero",
        choices=("error", "cap"),
        basis="error: nothing is cut unless asked; cap: cut, and the cut is reported",
    ),
    LeverInfo(
        "fertility.multiplier",
        "ratio",
        1.0,
        "总和生育率倍数(2026年起)",
        "factor on fertility from 2026",
        0.0,
        5.0,
        basis="1 changes nothing",
    ),
    LeverInfo(
        "response.eps",
        "elasticity",
        1.07,
        "生育对养育成本的弹性",
        "elasticity of births to the cost of a child",
        0.0,
        20.0,
        basis="judgement: median of the prior mixture",
    ),
    LeverInfo(
        "response.k1",
        "ratio",
        0.5,
        "一孩弹性倍数",
        "elasticity of first births, relative",
        0.0,
        10.0,
        basis="judgement: Quebec, Australia",
    ),
    LeverInfo(
        "response.k2",
        "ratio",
        1.0,
        "二孩弹性倍数",
        "elasticity of second births, relative",
        0.0,
        10.0,
        basis="judgement: Quebec, Australia",
    ),
    LeverInfo(
        "response.k3",
        "ratio",
        1.2,
        "三孩及以上弹性倍数",
        "elasticity of third and later births, relative",
        0.0,
        10.0,
        basis="judgement: Quebec, Australia",
    ),
    _share(
        "response.tau",
        0.5,
        "只是提前的比例",
        "share of extra births that are only moved",
        "judgement: Austria, Spain, Quebec",
    ),
    LeverInfo(
        "response.T", "years", 1.2, "起效时间", "build-up time", 0.01, 50.0, basis="judgement: median of the prior"
    ),
    LeverInfo(
        "response.H",
        "years",
        15.0,
        "效果半衰期",
        "half-life of the fading part",
        0.1,
        1000.0,
        basis="judgement: Poland, Hungary fade",
    ),
    _share("response.w", None, "持久效果的比例", "share of the effect that lasts", "judgement: median of Beta(6, 3)"),
    LeverInfo(
        "response.gamma",
        "ln M per 10 points",
        0.018,
        "托位对生育的效应",
        "effect of nursery places on births",
        -1.0,
        1.0,
        basis="judgement: Germany, Norway, Japan",
    ),
    LeverInfo("response.rho", "1/year", 0.05, "家庭贴现率", "parents' discount rate", 0.0, 1.0, basis="convention"),
    LeverInfo(
        "response.ceiling",
        "text",
        "on",
        "生育响应的上限",
        "ceiling of the response at desired progressions",
        choices=("on", "off"),
        basis="judgement: nobody has more children than desired",
    ),
    _share("response.D1", 0.95, "理想递进比:一孩", "desired progression to a first birth", DESIRED),
    _share("response.D2", 0.75, "理想递进比:二孩", "desired progression to a second birth", DESIRED),
    _share("response.D3", 0.20, "理想递进比:三孩", "desired progression to a third birth", DESIRED),
    LeverInfo(
        "response.cost_of_child_yuan",
        "yuan",
        None,
        "0-17岁养育成本",
        "cost of a child at ages 0-17",
        1.0,
        basis="YuWa 2024 for the province",
    ),
    LeverInfo(
        "response.cost_growth",
        "1/year",
        0.0,
        "养育成本年增长",
        "yearly growth of the cost of a child",
        -0.5,
        0.5,
        basis="judgement: 0, so a nominal amount keeps its weight",
    ),
    LeverInfo(
        "response.female_employment",
        "share",
        None,
        "女性就业率",
        "female employment",
        0.0,
        1.0,
        basis="no default: without it the care term is off",
    ),
    LeverInfo(
        "response.female_employment_reference",
        "share",
        None,
        "女性就业率参照值",
        "reference female employment",
        0.01,
        1.0,
        basis="no default: without it the care term is off",
    ),
    LeverInfo(
        "nursery.norm_per_1000",
        "places per 1,000 residents",
        None,
        "千人口托位目标",
        "target of places per 1,000 residents",
        0.0,
        100.0,
        basis="the document of the place",
    ),
    _share("nursery.enrolment_share", 0.12, "入托率", "enrolled share of children under 3", "national, observed 2025"),
    _share(
        "nursery.want_share",
        0.35,
        "有入托意愿的家庭比例",
        "share of families that want a place",
        "national, observed 2025",
    ),
    LeverInfo(
        "nursery.target_utilisation",
        "share",
        0.70,
        "目标使用率",
        "target utilisation of places",
        0.01,
        1.0,
        basis="proposal of an NDRC researcher, 2025",
    ),
    _share("nursery.utilisation", None, "托位使用率", "utilisation of inclusive places", "no default"),
    _share("nursery.inclusive_share", None, "普惠托位占比", "inclusive share of places", "no default"),
    LeverInfo(
        "nursery.stock_per_1000",
        "places per 1,000 residents",
        None,
        "2025年底千人口托位数",
        "places per 1,000 residents at the end of 2025",
        0.0,
        100.0,
        basis="no default",
    ),
    LeverInfo(
        "nursery.assumption",
        "text",
        "none",
        "未公布时的假设",
        "assumption where nothing is published",
        choices=("none", "national-rate"),
        basis="national-rate: 4.73 per 1,000, utilisation 0.477, half inclusive",
    ),
    LeverInfo(
        "nursery.plan",
        "text",
        "none",
        "托位建设路径",
        "path of the stock of places",
        choices=("none", "norm"),
        basis="none: nothing opens",
    ),
    LeverInfo(
        "nursery.plan_to",
        "year",
        2030.0,
        "达到目标的年份",
        "year at whose end the norm is met",
        2026.0,
        2100.0,
        basis="judgement",
    ),
    LeverInfo(
        "nursery.closure_rate",
        "1/year",
        0.0,
        "托位年关闭率",
        "share of places closed a year",
        0.0,
        1.0,
        basis="judgement",
    ),
    LeverInfo(
        "money.discount", "1/year", 0.03, "社会贴现率", "discount rate of present values", 0.0, 0.5, basis="convention"
    ),
    LeverInfo(
        "money.inflation",
        "1/year",
        0.0,
        "通货膨胀率",
        "inflation",
        -0.2,
        0.5,
        basis="0: amounts are in yuan of the price year",
    ),
    LeverInfo(
        "registered.ratio",
        "ratio",
        1.0,
        "户籍与常住儿童之比",
        "registered to resident children",
        0.0,
        5.0,
        basis="no figure after 2010; 1 is flagged",
    ),
    _share(
        "payer.local.province",
        None,
        "地方部分中省级承担",
        "provincial share of what is left to localities",
        "no default: unsplit until set",
    ),
    _share(
        "payer.local.city",
        None,
        "地方部分中市级承担",
        "city share of what is left to localities",
        "no default: unsplit until set",
    ),
    _share(
        "payer.local.county",
        None,
        "地方部分中县级承担",
        "county share of what is left to localities",
        "no default: unsplit until set",
    ),
)


def recipients_path(component_id: str) -> str:
    """Lever for a counted stock: `recipients.lanzhou-2023/art-62/bereaved`."""
    return f"recipients.{component_id}"


def _recipient_levers() -> list[LeverInfo]:
    found = []
    for row in instruments():
        for component in row.components:
            if component.stock in ("recipient", "household", "case") and row.carried == "costed":
                name = f"{row.full_id}/{component.id}"
                found.append(
                    LeverInfo(
                        recipients_path(name),
                        "count a year",
                        None,
                        f"{component.title_zh or row.title_zh}:人数或件数",
                        f"{component.title_en or row.title_en}: how many",
                        basis="no published count",
                        instrument=row.full_id,
                    )
                )
    return found


@cache
def lever_table() -> dict[str, LeverInfo]:
    """Every lever by path."""
    table = {lever.path: lever for lever in MODEL_LEVERS}
    for lever in pack_levers():
        high = 1.0 if lever.unit.startswith("share") else math.inf
        table[lever.path] = LeverInfo(
            lever.path,
            lever.unit,
            lever.default,
            lever.description_zh,
            lever.description_en,
            0.0,
            high,
            basis="the document" if lever.default is not None else "the documents give no figure",
            instrument=lever.instrument,
        )
    table.update({lever.path: lever for lever in _recipient_levers()})
    return table


def lever_info(path: str) -> LeverInfo:
    """One lever; ConfigError lists the nearest names."""
    table = lever_table()
    if path in table:
        return table[path]
    near = difflib.get_close_matches(path, table, n=4, cutoff=0.4)
    raise ConfigError(
        complaint(
            "lever",
            got=repr(path),
            allowed="a path of the lever table",
            remedy=(f"did you mean {', '.join(near)}? " if near else "") + "`sanhai policies --levers` lists them",
        )
    )


def check_value(path: str, value: object) -> Value:
    """The value in its own type, inside its bounds; ConfigError otherwise."""
    info = lever_info(path)
    if info.choices:
        if value not in info.choices:
            raise ConfigError(
                complaint(path, got=repr(value), allowed=" or ".join(info.choices), remedy="choose one of these")
            )
        return str(value)
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ConfigError(
            complaint(path, got=repr(value), allowed=f"a number [{info.unit}]", remedy=f"write {path}=500")
        ) from None
    if not (math.isfinite(number) and info.low <= number <= info.high):
        high = "" if info.high == math.inf else f" to {info.high:g}"
        allowed = f"{info.low:g}{high or ' or more'} [{info.unit}]"
        raise ConfigError(
            complaint(path, got=f"{number:g}", allowed=allowed, remedy="check the unit: values are in base units")
        )
    return number
