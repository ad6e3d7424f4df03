# Messages stay on one line each, so that both languages can be read side by side.
# ruff: noqa: E501
"""What a reader must know to trust the numbers: vintage, assumptions, what is off, what is not costed; and the sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sanhai.places.catalogue import all_places, lineage
from sanhai.places.catalogue import place as place_of
from sanhai.policy.bill import unit_amounts
from sanhai.policy.catalogue import instrument, pack
from sanhai.policy.nursery import NATIONAL_RATE
from sanhai.show.format import checked_lang, money_scale, number, say

if TYPE_CHECKING:
    from sanhai.places.figures import Figure
    from sanhai.places.place import Place
    from sanhai.policy.scenario import Scenario
    from sanhai.results.results import Comparison

__all__ = ["band_line", "notes", "scenario_line", "source_lines", "vintage_line"]

NATION = "100000"
OUTTURN = "national/child-allowance-outturn"
ALLOWANCE = "national/child-allowance"
NEW_AREA = "620171"
RESPONSE = ("eps", "k1", "k2", "k3", "tau", "T", "H", "rho")
FITTED_FIELDS = (
    ("pop_yearend", "年末人口", "year-end population"),
    ("births", "出生", "births"),
    ("deaths", "死亡", "deaths"),
)
RATES = {"births": "cbr", "deaths": "cdr"}
PER = {
    "month": ("每月", "a month"), "year": ("每年", "a year"), "term": ("每学期", "a term"), "once": ("一次性", "once"),
    "case": ("每例", "a case"), "day": ("每天", "a day"), "place_year": ("每托位每年", "a place and year"),
    "share_of_fee": ("的费用", "of the fee"),
}  # fmt: skip


def _years_published(code: str, field: str) -> list[int]:
    place = place_of(code)
    years, published = place.observed, place.evidence.published
    known = ~np.isnan(published(field, years))
    if field in RATES:
        known |= ~np.isnan(published(RATES[field], years))
    return [year for year, yes in zip(years, known, strict=True) if yes]


def _listed(years: list[int]) -> str:
    return ", ".join(str(year) for year in years)


def _vintage(comparison: Comparison, zh: bool) -> Iterator[str]:
    observed = place_of(comparison.place).observed
    first, last = observed[0], observed[-1]
    yield (
        f"基期:2020年11月1日人口普查分年龄人口推至{first}年1月1日;分年龄率取联合国《世界人口展望2024》中国标准,按各地公布数调整。"
        if zh
        else f"Base: the census of 1 November 2020, moved to 1 January {first}; rates by age from the UN's WPP 2024 for China, scaled to each place's published figures."
    )
    own = [code for code in comparison.places if any(_years_published(code, field) for field, _, _ in FITTED_FIELDS)]
    for code in own:
        name = all_places()[code].name("zh" if zh else "en")
        found = [
            (label_zh if zh else label_en, _years_published(code, field)) for field, label_zh, label_en in FITTED_FIELDS
        ]
        said = (";" if zh else "; ").join(
            f"{label} {_listed(years) or ('无' if zh else 'none')}" for label, years in found
        )
        whole = all(years == list(observed) for _, years in found)
        rest = "" if whole else ";其余年份为估计" if zh else "; the other years are estimated"
        yield (
            f"{name}:{first}-{last}年中有公布数的年份:{said}{rest}。"
            if zh
            else f"{name}: published and fitted in {first}-{last}: {said}{rest}."
        )
    parts = [code for code in comparison.places if code not in own and all_places()[code].parent == comparison.place]
    if parts:
        yield (
            "各区县普查后无公布数:由全市数按普查结构分摊,均标 *。"
            if zh
            else "The districts and counties have no figures after the census: they follow the place they belong to by their census structure, all marked *."
        )


def _last_total(code: str) -> int | None:
    """The last year whose total, the place's own or its parent's, the residual rests on."""
    years = [_years_published(near, "pop_yearend") for near in reversed(lineage(code))]
    return next((found[-1] for found in years if found), None)


def _movement(comparison: Comparison, zh: bool) -> Iterator[str]:
    last = {code: _last_total(code) for code in (comparison.place, NATION)}
    recent = ", ".join(f"{year - 2}-{year}" for year in sorted({year for year in last.values() if year is not None}))
    yield (
        f"拟合年份的净迁移是残差(公布的人口变动减出生加死亡),含各种统计误差;此后保持{recent}年残差的平均值(zero-migration 方案除外)。"
        if zh
        else f"Net migration of the fitted years is a residual (published change of population less births plus deaths) and holds all errors of these; later years hold the mean residual of {recent} (but for zero-migration)."
    )
    cut = {name: float(run.people.migration_cut.sum()) for name, run in comparison.runs.items()}
    if any(cut.values()):
        listed = ", ".join(f"{name} {persons:,.0f}" for name, persons in cut.items() if persons)
        yield (
            f"迁出超过存量,按要求截断(人):{listed}。"
            if zh
            else f"Out-migration above the people present was cut, as asked (persons): {listed}."
        )
    if NATION in comparison.places:
        yield (
            "全国公布总人口含约200万现役军人,不在普查分地区表内;本表全国人口不含这部分。"
            if zh
            else "China's published totals include about 2 million servicemen whom the census tables leave out; China's row here is without them."
        )
    yield (
        "孩次由各地按孩次重建的妇女推出(estimated;分孩次之和等于总出生),按孩次的出生和支出均为低可信。"
        if zh
        else "Births by order come from women by parity, rebuilt place by place (estimated; the orders sum to the total): births and money by order are of low confidence."
    )


COMPONENT_WORDS = {
    "tfr": ("总和生育率", "level of fertility"),
    "place_fertility": ("各地生育差异", "places against the nation"),
    "mortality": ("死亡率", "mortality"),
    "place_mortality": ("各地死亡差异", "mortality of places"),
    "migration": ("迁移", "migration"),
    "policy": ("政策响应", "response to policy"),
    "events": ("单个出生与死亡事件", "chance of single births and deaths"),
}


def band_line(comparison: Comparison, lang: str) -> str:
    """What the brackets beside a figure cover."""
    options = comparison.options
    if options is None:
        return say("band", lang)
    zh = lang == "zh"
    listed = [COMPONENT_WORDS[name][0 if zh else 1] for name in options.components] or ["无" if zh else "nothing"]
    joined = ("、" if zh else ", ").join(listed)
    return say("band.draws", lang, draws=options.draws, seed=options.seed, components=joined)


def _draws(comparison: Comparison, zh: bool) -> Iterator[str]:
    if comparison.options is None:
        return
    yield (
        "区间含过程、参数与政策响应的不确定性,不含模型本身、事件随机性和公布数误差;同一次抽样在各方案中用同一组冲击,方案之差按次配对。"
        if zh
        else "The intervals cover process, parameters and the response to policy, not the model itself, chance of single events or errors of published figures; a draw has the same shocks in every scenario, so differences are paired."
    )
    cut = max(drawn.cut_share for drawn in comparison.drawn.values())
    bounded = max(drawn.n_bounded for drawn in comparison.drawn.values())
    yield (
        f"抽样中迁出超过存量者被截断,占净迁移量的{cut:.2%};总和生育率的随机偏离触及上下限 {bounded} 年次。"
        if zh
        else f"In draws, leavers beyond the people present were cut: {cut:.2%} of all net moves; the level of fertility met its bound in {bounded} year-draws."
    )


def _response(comparison: Comparison, zh: bool) -> Iterator[str]:
    runs = comparison.runs
    base = runs[comparison.baseline].scenario
    points = ", ".join(f"{name} {base.number(f'response.{name}', 0):g}" for name in RESPONSE)
    if all(run.response.is_null for run in runs.values()):
        return
    yield (
        f"生育对养育成本的反应为判断值(judgement):{points};可用 response.* 修改。"
        if zh
        else f"The response of births to cost rests on judgement: {points}; set response.* to change them."
    )
    on = base.value("response.ceiling", 0) == "on"
    desired = ", ".join(f"D{i} {base.number(f'response.D{i}', 0):g}" for i in (1, 2, 3))
    yield (
        (
            f"生育响应有上限:递进比不超过理想值({desired},judgement;各地按优势比换算)。"
            if on
            else "生育响应的上限已关闭。"
        )
        if zh
        else (
            f"The response has a ceiling: progression to a birth reaches the desired one and no more ({desired}, judgement; a place's by odds)."
            if on
            else "The ceiling on the response is switched off."
        )
    )
    if not any(run.response.care for run in runs.values()):
        yield (
            "托位对生育的效应未启用:需要 response.female_employment 和 response.female_employment_reference,两者没有默认值。"
            if zh
            else "Nursery places have no effect on births here: that needs response.female_employment and response.female_employment_reference, which have no default."
        )
    capped = [name for name, run in runs.items() if run.response.capped]
    if capped:
        yield (
            f"支持额达到养育成本的95%后不再增加:{', '.join(capped)}。"
            if zh
            else f"Support was cut at 95 % of the cost of a child: {', '.join(capped)}."
        )


def scenario_line(one: Scenario, lang: str) -> str:
    """What a scenario is, in one line."""
    zh = checked_lang(lang) == 0
    said = one.note_zh if zh else one.note_en
    if not said:
        parts = [
            f"{s.path} = {s.value}" + ((f"({s.year}年起)" if zh else f" from {s.year}") if s.year else "")
            for s in one.settings
        ]
        parts += [("不含 " if zh else "without ") + name for name in one.excluded]
        said = "; ".join(parts) or ("与基线相同" if zh else "the same as the baseline")
    return f"{one.name}: {said}"


def _scenarios(comparison: Comparison, zh: bool) -> Iterator[str]:
    lang = "zh" if zh else "en"
    for run in comparison.runs.values():
        yield scenario_line(run.scenario, lang)
    if "cost-reduction" in comparison.runs:
        yield (
            "cost-reduction 是本软件自定的方案,不出自任何文件,也不是预测;各项金额均可修改。"
            if zh
            else "cost-reduction is a package defined by this software: it is in no document and is no forecast; every amount can be set."
        )


def _money(comparison: Comparison, zh: bool) -> Iterator[str]:
    base = comparison.runs[comparison.baseline]
    yield (
        "支出按领取率计;领取率100%的全部应付额见 results.csv 的 full_liability。“地方(未划分)”指文件留给地方、未说明省市县如何分担的部分,用 payer.local.province / city / county 三项划分。"
        if zh
        else "Cost is at take-up; the full liability at take-up 1 is `full_liability` in results.csv. “Local, not split” is what a document leaves to localities without naming the level: set payer.local.province, .city and .county to split it."
    )
    if NEW_AREA in comparison.places and "lanzhou-2023" in base.scenario.packs:
        yield (
            "细则第四十一条未列兰州新区:市区分担60/40为判断。"
            if zh
            else "Article 41 names no shares for Lanzhou New Area: city 60, area 40 is a judgement."
        )
    yield from _outturn(comparison, zh)
    yield (
        "户籍儿童按常住儿童计(registered.ratio = 1):2010年后无公布的比例。"
        if zh
        else "Registered children are taken as resident children (registered.ratio = 1): no ratio was published after 2010."
    )
    yield from _not_costed(comparison, zh)


def _outturn(comparison: Comparison, zh: bool) -> Iterator[str]:
    base = comparison.runs[comparison.baseline]
    if 2025 not in comparison.years or NATION not in base.leaves or ALLOWANCE not in base.bill.instruments:
        return
    line, leaf = base.bill.instruments.index(ALLOWANCE), base.leaves.index(NATION)
    column = base.bill.years.index(2025)
    paid = float(base.bill.cost_nominal[line, leaf, column].sum())
    full = float(base.bill.full_liability[line, leaf, column])
    figures = {figure.variable: figure.value for figure in instrument(OUTTURN).figures}
    scale = money_scale(1e12, "zh" if zh else "en")
    known = [scale.show(value) for value in (paid, full, figures["outturn_yuan"], figures["outturn_central_yuan"])]
    yield (
        f"核对:全国2025年育儿补贴计算值 {known[0]} {scale.name}(领取率100%为 {known[1]});报道的执行数超过 {known[2]},其中中央超过 {known[3]}。"
        if zh
        else f"Check: China's child allowance of 2025 computes to {known[0]} {scale.name} ({known[1]} at take-up 1); reported outturn: over {known[2]}, of which central over {known[3]}."
    )


def _not_costed(comparison: Comparison, zh: bool) -> Iterator[str]:
    base = comparison.runs[comparison.baseline]
    left_out = base.bill.not_costed
    if not left_out:
        return
    yield (
        f"未计入支出(没有公布的人数、份额或托位数):{_grouped(left_out)}。设定 recipients.<编号> 等即可计入。"
        if zh
        else f"Not in the cost, for want of a published count, share or stock: {_grouped(left_out)}. Set recipients.<id> and the like to add them."
    )
    year = min(max(comparison.years[0], place_of(comparison.place).observed[-1]), comparison.years[-1])
    amounts = [
        row
        for row in unit_amounts(base.reading, place_of(comparison.place), year)
        if str(row["instrument"]).startswith("lanzhou-2023/art-6")
    ]
    if amounts:
        said = (";" if zh else "; ").join(_amount(row, zh) for row in amounts)
        yield (
            f"细则第六十二至六十四条只列单位标准,人数未公布:{said}。"
            if zh
            else f"Articles 62-64: amounts per unit only, since no count of recipients was published: {said}."
        )


def _grouped(components: tuple[str, ...]) -> str:
    """Component ids by instrument: national/special-assistance (bereaved, disabled)."""
    found: dict[str, list[str]] = {}
    for name in components:
        one, part = name.rsplit("/", 1)
        found.setdefault(one, []).append(part)
    return "; ".join(f"{one} ({', '.join(parts)})" if len(parts) > 1 else one for one, parts in found.items())


def _amount(row: dict[str, object], zh: bool) -> str:
    name, component_id = str(row["instrument"]), str(row["component"])
    component = instrument(name).component(component_id)
    title = (component.title_zh if zh else component.title_en) or component_id
    per = PER[str(row["per"])][0 if zh else 1]
    if row["rate"] is not None:
        return f"{title} {number(100.0 * float(str(row['rate'])))} %{'' if zh else ' '}{per}"
    yuan = number(float(str(row["yuan"])))
    return f"{title} {yuan} 元{per}" if zh else f"{title} {yuan} yuan {per}"


def _places(comparison: Comparison, zh: bool) -> Iterator[str]:
    unknown = [name for name, run in comparison.runs.items() if run.nursery.stocked is None]
    assumed = [name for name, run in comparison.runs.items() if run.nursery.assumed]
    if unknown:
        yield (
            f"{', '.join(unknown)}:现有托位数未公布,不计缺口;给出 nursery.stock_per_1000(另有 nursery.utilisation、nursery.inclusive_share),或设 nursery.assumption=national-rate。"
            if zh
            else f"{', '.join(unknown)}: nobody has published the stock of places, so no gap is shown; set nursery.stock_per_1000 (with nursery.utilisation, nursery.inclusive_share) or nursery.assumption=national-rate."
        )
    if assumed:
        rate = NATIONAL_RATE
        yield (
            f"{', '.join(assumed)}:假设期初托位为全国水平(每千人{rate['stock_per_1000']},使用率{rate['utilisation']},普惠{rate['inclusive_share']:.0%})。"
            if zh
            else f"{', '.join(assumed)}: the stock to begin with is assumed at the national rate ({rate['stock_per_1000']} per 1,000, utilisation {rate['utilisation']}, {rate['inclusive_share']:.0%} inclusive)."
        )


def notes(comparison: Comparison, lang: str = "en") -> list[str]:
    """Sentences in the chosen language, data first, then response, scenarios, money, places."""
    zh = checked_lang(lang) == 0
    parts = (_vintage, _movement, _draws, _response, _scenarios, _money, _places)
    return [line for part in parts for line in part(comparison, zh)]


FITTED_TO = {"pop_yearend", "births", "deaths", "cbr", "cdr", "birth_order_share"}


def _figure_sources(comparison: Comparison) -> list[str]:
    """Ids of the sources of what was fitted or started from, in the order of the places."""
    places = [place_of(code) for code in comparison.places]
    counts = [count for place in places for count in (place.base, place.earlier) if count is not None]
    found: dict[str, None] = dict.fromkeys(count.source for count in sorted(counts, key=lambda one: -one.year))
    for place in places:
        found.update(dict.fromkeys(row.source for row in _fitted_to(place)))
    found.update(dict.fromkeys(source.id for source in places[0].standard.sources))
    return list(found)


def _fitted_to(place: Place) -> list[Figure]:
    rows = (row for row in place.evidence if row.variable in FITTED_TO)
    return [row for row in rows if row.year in place.observed and row.sex == "both"]


def vintage_line(comparison: Comparison, lang: str = "en") -> str:
    """The dates behind the numbers, in one line: census, each place's latest fitted figure, the standard."""
    listed = set(_figure_sources(comparison))
    latest = []
    for place in map(place_of, comparison.places):
        used = [row.date for row in place.evidence if row.source in listed and row.year in place.observed]
        latest += [f"{place.name(lang)} {max(used)}"] if used else []
    standard = next(one.date for one in place_of(comparison.place).standard.sources if one.id == "un-wpp-2024")
    if checked_lang(lang) == 0:
        return f"数据:普查 2020-11-01;最近公布数 {'、'.join(latest)};分年龄率 WPP {standard}"
    return f"Data: census 2020-11-01; latest published figures {', '.join(latest)}; rates by age WPP {standard}"


def source_lines(comparison: Comparison, lang: str = "en") -> list[str]:
    """Citations with dates: figures first, then the policy documents in use and the cost of a child."""
    from sanhai.places.tables import sources

    zh = checked_lang(lang) == 0
    table = sources()
    lines = [f"{table[name].citation} ({table[name].date})" for name in _figure_sources(comparison)]
    scenario = comparison.runs[comparison.baseline].scenario
    around = lineage(comparison.place)
    for name in scenario.packs:
        one = pack(name)
        if name != "levers" and one.place in around:
            lines.append(f"{one.document if zh else one.title_en}" + (f" ({one.issued})" if one.issued else ""))
    return lines
