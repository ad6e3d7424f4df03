# Messages stay on one line each, so that both languages can be read side by side.
# ruff: noqa: E501
"""The parity report as text, Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanhai.places.standard import PARITY_AGES as AGES
from sanhai.show.format import checked_lang

if TYPE_CHECKING:
    from sanhai.calibrate.parity import ParityReport

__all__ = ["Text", "render"]


class Text(str):
    """Text that a terminal shows as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


_ZH = {
    "title": "{name}({code})按孩次的育龄妇女",
    "estimated": "估计值(estimated):由总和生育率与公布的孩次结构重建,并非普查数;方法见 PARITY.md",
    "factors": "相对全国风险的系数:一孩 k1 = {k1:.3f},二孩及以上 k2 = {k2:.3f}(按 2020 年普查求解)",
    "census": "15-64 岁妇女平均活产子女数与无子女比例:目标 {0:.3f} 和 {1:.3f},拟合 {2:.3f} 和 {3:.3f}(模型水平,只宜作地区之比)",
    "ppr": "时期孩次递进比 p0(生一孩)p1(生二孩)p2(生三孩及以上),与当地拟合的出生数一致",
    "sum": "  由各区县合计:以 2021 年妇女数加权",
    "stock": "{year} 年 1 月 1 日各年龄妇女的孩次构成:0、1、2、3 及以上",
    "level": "水平敏感:全国 50 岁妇女中只有一孩者占 {here:.1%};按世界人口展望的生育水平则为 {other:.1%}。涉及独生子女父母时应并列两者。",
    "fit": "全国拟合:{n} 个公布数,其中 {beyond} 个偏离超过其容许差(标 <)",
    "columns": "  指标                    年份@年龄    公布     拟合     偏差   容许差",
    "notes": "  队列指标(ccfr1、cohort_third_of_higher)的年份为妇女出生年。2000、2010 年一孩占比与总和生育率合看,意味着人均一孩数超过一;2010 与 2020 年普查的无子女比例互相矛盾。",
}
_EN = {
    "title": "Women by parity, {name} ({code})",
    "estimated": "estimated: rebuilt from total fertility and published birth orders, not a census table; PARITY.md says how",
    "factors": "Factors on the nation's hazards: order 1 k1 = {k1:.3f}, orders 2 and 3+ k2 = {k2:.3f} (solved on the census of 2020)",
    "census": "Children ever born and childless share, women 15-64: aimed at {0:.3f} and {1:.3f}, fitted {2:.3f} and {3:.3f} "
    "(in the model's level: only ratios between places mean anything)",
    "ppr": "Period progressions p0 (to a first birth), p1 (second), p2 (third or later), with the place's fitted births",
    "sum": "  of the parts together, weighted by their women of 2021",
    "stock": "Women by parity 0, 1, 2, 3+ on 1 January {year}, by age",
    "level": "The level matters: {here:.1%} of the nation's women aged 50 have one child here, {other:.1%} at the level of World "
    "Population Prospects. Show both where parents of an only child count.",
    "fit": "National fit: {n} published figures, {beyond} of them missed by more than their tolerance (marked <)",
    "columns": "  figure                  year@age published   fitted     miss      sd",
    "notes": "  The year of a cohort figure (ccfr1, cohort_third_of_higher) is the women's year of birth. The first-birth shares of "
    "2000 and 2010 imply, with total\n  fertility, more than one first birth a woman; the censuses of 2010 and 2020 contradict "
    "each other on childlessness.",
}
REPORT = (_ZH, _EN)


def render(report: ParityReport, lang: str) -> Text:
    """The national fit with its misses, the place's factors, progressions and parity. ConfigError for another language."""
    say = REPORT[checked_lang(lang)]
    place, start, path = report.place, report.start, report.path
    lines = [say["title"].format(name=place.name(lang), code=place.code), say["estimated"], ""]
    lines += [say["factors"].format(k1=start.k1, k2=start.k2)]
    lines += [say["census"].format(*start.target, *start.fitted), ""]
    lines += [say["ppr"]]
    lines += [f"  {year}  " + "  ".join(f"{p:.3f}" for p in path.ppr[t]) for t, year in enumerate(report.years)]
    if not place.is_leaf:
        lines += [say["sum"]]
    lines += ["", say["stock"].format(year=place.base.first_year)]
    for age in (30, 40, 50):
        lines += [f"  {age}  " + "  ".join(f"{share:.3f}" for share in start.shares[age - AGES.start])]
    here, other = report.only_child_at_50
    lines += ["", say["level"].format(here=here, other=other), "", *_miss_lines(report, say)]
    return Text("\n".join(lines) + "\n")


def _miss_lines(report: ParityReport, say: dict[str, str]) -> list[str]:
    frame = report.misses().sort_values(["figure", "year", "age"])
    lines = [say["fit"].format(n=len(frame), beyond=int((frame["in_sd"] > 1).sum())), say["columns"]]
    for row in frame.to_dict("records"):
        where = f"{row['year']}" + ("" if row["age"] == "all" else f" @{row['age']}")
        mark = " <" if row["in_sd"] > 1 else ""
        figures = f"{row['published']:>9.3f}{row['fitted']:>9.3f}{row['miss']:>+9.3f}{row['sd']:>8.3f}"
        lines.append(f"  {row['figure']:<24}{where:<10}{figures}{mark}")
    return [*lines, say["notes"]]
