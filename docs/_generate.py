"""Writes the generated parts of the documentation: `python docs/_generate.py`, and `--picture` for the picture too.

A generated part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; the rest of a page is written by hand.
tests/python/test_docs.py holds the committed pages to what is generated here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import sanhai as sh
from sanhai.places.catalogue import all_places
from sanhai.policy import as_records, packs
from sanhai.policy.levers import Lever, lever_table
from sanhai.policy.terms import PAYERS
from sanhai.show.format import LEGEND, Scale, mark_of, weakest
from sanhai.units import VARIABLES

ROOT = Path(__file__).resolve().parents[1]
YEARS = (2025, 2030, 2040, 2050)
GROUPS = {
    "migration": "Migration",
    "fertility": "Fertility",
    "response": "Response of births to cost",
    "nursery": "Nursery places",
    "money": "Money",
    "registered": "Registration",
    "payer": "Payers",
    "subsidy": "Subsidies",
    "tax": "Tax relief",
    "leave": "Leave",
    "legacy": "Legacy aid",
    "lanzhou": "Lanzhou's rules of 2023",
    "ganzhou": "Ganzhou District's opinions of 2017",
    "guizhou": "Guizhou's plan of 2021",
    "national": "National documents",
    "recipients": "Counts of recipients",
}


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    return "\n".join([_row(names), "|" + "---|" * len(names), *(_row(row) for row in rows)])


def _range(lever: Lever) -> str:
    if lever.choices:
        return ", ".join(f"`{choice}`" for choice in lever.choices)
    return f"{lever.low:,.10g} to {lever.high:,.10g}"


def _default(value: float | str | None) -> str:
    if value is None:
        return "none"
    return f"`{value}`" if isinstance(value, str) else f"{value:g}"


def levers() -> str:
    """Every lever, grouped by the first part of its path."""
    groups: dict[str, list[Lever]] = {}
    for lever in lever_table().values():
        groups.setdefault(lever.path.split(".")[0], []).append(lever)
    parts = [f"{len(lever_table())} levers."]
    for group, found in groups.items():
        rows = (
            (
                f"`{lever.path}`",
                f"{lever.en} {lever.zh}",
                lever.unit,
                _default(lever.default),
                _range(lever),
                f"{lever.side}, {lever.kind}" if lever.is_computed else "recorded, not computed",
                lever.basis,
                f"`{lever.instrument}`" if lever.instrument else "",
            )
            for lever in found
        )
        head = (
            "path",
            "what",
            "unit",
            "default",
            "allowed",
            "side, kind",
            "where the default comes from",
            "instrument",
        )
        parts.append(f"## {GROUPS[group]}\n\n{_table(head, rows)}")
    return "\n\n".join(parts)


def instruments() -> str:
    """Every instrument, by document."""
    records = as_records()
    parts = [f"{len(records)} instruments in {len(packs())} packs."]
    for one in packs().values():
        rows = (
            (
                f"`{record['id']}`",
                f"{record['title_en']} {record['title_zh']}",
                record["article"] or "",
                record["status"].replace("_", " "),
                record["carried"],
                record["confidence"],
            )
            for record in records
            if record["id"].startswith(one.id + "/")
        )
        parts.append(
            f"## `{one.id}`\n\n{one.title_en}. {one.title_zh}. Holds in {one.place} {_place(one.place)}.\n\n"
            + _table(("id", "title", "article", "status", "carried", "confidence"), rows)
        )
    return "\n\n".join(parts)


def _place(code: str) -> str:
    found = all_places().get(code)
    return "" if found is None else f"{found.name_en} {found.name_zh}"


def variables() -> str:
    rows = (
        (f"`{name}`", one.unit, f"{one.en} {one.zh}", "yes" if one.adds else "no") for name, one in VARIABLES.items()
    )
    return _table(("variable", "unit", "what", "a parent is the sum of its parts"), rows)


def payers() -> str:
    return ", ".join(f"`{name}`" for name in PAYERS)


def places() -> str:
    rows = (
        (f"`{one.code}`", one.name_zh, one.name_en, f"`{one.pinyin}`", one.level, one.note)
        for one in all_places().values()
    )
    return _table(("code", "name", "", "pinyin", "level", "note"), rows)


def sources() -> str:
    from sanhai.places.tables import sources as table

    rows = ((f"`{name}`", row.citation, row.date, row.licence) for name, row in table().items())
    return _table(("id", "citation", "date", "licence"), rows)


@cache
def main_job() -> sh.Comparison:
    return sh.compare(sh.main_job("lanzhou"))


def _escaped(text: str) -> str:
    """Marks as they are printed, not as Markdown's emphasis."""
    return text.replace("~", "\\~").replace("*", "\\*")


def _cell(variable: str, year: int, scale: Scale, **where: str) -> str:
    """Sum of a variable's rows in the baseline, with the weakest mark among them."""
    frame = main_job().frame
    rows = frame[
        (frame["scenario"] == "baseline")
        & (frame["place"] == main_job().place)
        & (frame["variable"] == variable)
        & (frame["year"] == year)
    ]
    if variable == "births":
        rows = rows[rows["order"].isna()]
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    if rows.empty:
        return "-"
    mark = mark_of(weakest(*rows["confidence"]), bool(rows["fitted"].all()))
    return scale.show(rows["value"].sum()) + _escaped(mark)


ONE, SHARE = Scale(1.0, "", 0), Scale(1.0, "", 2)
PEOPLE = {"en": Scale(1e3, "thousand", 0), "zh": Scale(1e4, "万人", 1)}
MONEY = {"en": Scale(1e6, "million yuan", 0), "zh": Scale(1e4, "万元", 0)}
HEADLINE: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("pop_jan1", "population on 1 January, {people}", "年初人口,{people}", "people", {}),
    ("births", "births", "出生人数", "one", {}),
    ("deaths", "deaths", "死亡人数", "one", {}),
    ("tfr", "total fertility", "总和生育率", "share", {}),
    ("pop_65plus", "aged 65 and over on 1 January, {people}", "65岁及以上(年初),{people}", "people", {}),
    ("cost_nominal", "cost to the central budget, {money}", "中央承担,{money}", "money", {"payer": "central"}),
    (
        "cost_nominal",
        "left to province, city and county, unsplit, {money}",
        "留给地方、未划分,{money}",
        "money",
        {"payer": "local_unsplit"},
    ),
    ("places_target", "nursery places for the target of 4.5 per 1,000", "托位需求(目标:每千人4.5个)", "one", {}),
    ("places_demand", "places for 12 % enrolled, 70 % used", "托位需求(入托率12%、使用率70%)", "one", {}),
    ("places_want", "places for the 35 % who want one", "托位需求(35%家庭有意愿)", "one", {}),
)


def headline(lang: str) -> str:
    scales = {"people": PEOPLE[lang], "money": MONEY[lang], "one": ONE, "share": SHARE}
    names = {"people": PEOPLE[lang].name, "money": MONEY[lang].name}
    rows = (
        ((zh if lang == "zh" else en).format(**names), *(_cell(name, year, scales[scale], **where) for year in YEARS))
        for name, en, zh, scale, where in HEADLINE
    )
    return _table(("", *(str(year) for year in YEARS)), rows) + "\n\n" + _escaped(LEGEND[lang])


SCENARIOS = {
    "zero-migration": ("no migrants after 2025", "2025年后无净迁移"),
    "no-allowance": ("without the national allowance", "没有国家育儿补贴"),
    "cost-reduction": ("local cash, fee relief and places from 2027", "2027年起地方现金、托育减免与托位"),
}


def _extra(name: str, year: int) -> str:
    """Extra births, net, with the band of eps alone where the scenario answers to it."""
    value = main_job().diff("births").loc[name, year]
    frame = main_job().frame
    band = frame[(frame["scenario"] == name) & (frame["variable"] == "births_extra") & (frame["year"] == year)]
    text = f"{value:+,.0f}"
    if not band.empty:
        text += f" ({band['lo'].iloc[0]:+,.0f} / {band['hi'].iloc[0]:+,.0f})"
    return text


def _each(value: float, lang: str) -> str:
    return "-" if value != value else MONEY[lang].show(value) if lang == "zh" else f"{value / 1e6:.2f}"


def scenarios(lang: str) -> str:
    found = main_job()
    pop, cost = found.diff("pop_jan1"), found.diff("cost_nominal")
    rows = []
    for name, (en, zh) in SCENARIOS.items():
        each = found.fiscal.per_extra_birth(name)[2035]
        per_birth = " / ".join(_each(float(each[kind]), lang) for kind in ("gross", "net"))
        rows.append(
            (
                f"`{name}`: {zh if lang == 'zh' else en}",
                PEOPLE[lang].show(pop.loc[name, 2050], signed=True),
                _extra(name, 2030),
                _extra(name, 2035),
                MONEY[lang].show(cost.loc[name, 2035], signed=True),
                "-" if name == "zero-migration" else per_birth,
            )
        )
    head = {
        "en": (
            "minus the baseline",
            "population 2050, thousand",
            "births 2030",
            "births 2035",
            "cost 2035, million yuan",
            "million yuan an extra birth 2035, gross / net",
        ),
        "zh": (
            "与基线之差",
            "2050年人口,万人",
            "2030年出生",
            "2035年出生",
            "2035年支出,万元",
            "2035年每多出生一人的支出,万元(未扣除/扣除提前)",
        ),
    }[lang]
    return _table(head, rows)


@cache
def drawn_job() -> sh.Comparison:
    return sh.compare(sh.main_job("lanzhou"), draws=1000, seed=7)


INTERVALS = ("pop_jan1", "births", "deaths", "tfr", "pop_65plus", "cost_nominal", "places_target", "places_demand")


def intervals(lang: str) -> str:
    """Medians with 80 % intervals of the baseline, in the scales of the headline."""
    scales = {"people": PEOPLE[lang], "money": MONEY[lang], "one": ONE, "share": SHARE}
    names = {"people": PEOPLE[lang].name, "money": MONEY[lang].name}
    said = {name: ((zh if lang == "zh" else en).format(**names), scale) for name, en, zh, scale, _ in HEADLINE}
    said["cost_nominal"] = (f"{'支出合计' if lang == 'zh' else 'cost, all levels'}, {names['money']}", "money")
    frame = drawn_job().frame
    frame = frame[(frame["scenario"] == "baseline") & (frame["place"] == drawn_job().place) & frame["order"].isna()]
    rows = []
    for name in INTERVALS:
        label, scale = said[name]
        cells = []
        for year in YEARS[1:]:
            if name == "cost_nominal":
                low, middle, high = drawn_job().fiscal.interval().loc[year]
            else:
                row = frame[(frame["variable"] == name) & (frame["year"] == year)].iloc[0]
                low, middle, high = row["lo"], row["value"], row["hi"]
            show = scales[scale].show
            cells.append(f"{show(middle)} [{show(low)}, {show(high)}]")
        rows.append((label, *cells))
    return _table(("", *(str(year) for year in YEARS[1:])), rows)


BLOCKS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {
        "headline": lambda: headline("en"),
        "scenarios": lambda: scenarios("en"),
        "intervals": lambda: intervals("en"),
    },
    "README.zh.md": {
        "headline": lambda: headline("zh"),
        "scenarios": lambda: scenarios("zh"),
        "intervals": lambda: intervals("zh"),
    },
    "docs/levers.md": {"levers": levers},
    "docs/instruments.md": {"instruments": instruments},
    "docs/contracts.md": {"variables": variables, "payers": payers},
    "docs/data.md": {"places": places, "sources": sources},
}


def rewritten(page: str) -> str:
    """The page with its generated parts made anew; KeyError when one of its markers is missing."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, make in BLOCKS[page].items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        pattern = re.compile(re.escape(begin) + r".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise KeyError(f"{page}: no {begin} .. {end}")
        made = f"{begin}\n{make()}\n{end}"
        text = pattern.sub(lambda _, made=made: made, text)
    return text


def write_picture() -> Path:
    path = ROOT / "docs" / "images" / "lanzhou.png"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(main_job().plot("en").png())
    return path


def main(arguments: list[str]) -> None:
    for page in BLOCKS:
        (ROOT / page).write_text(rewritten(page), encoding="utf-8", newline="\n")
    if "--picture" in arguments:
        write_picture()


if __name__ == "__main__":
    main(sys.argv[1:])
