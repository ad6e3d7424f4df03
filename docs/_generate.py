"""Writes the generated parts of the documentation: `python docs/_generate.py`, and `--picture` for the picture too.

A generated part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; the rest of a page is written by hand.
tests/python/test_docs.py holds the committed pages to what is generated here.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import sanhai as sh
from sanhai.errors import words
from sanhai.places.catalogue import all_places
from sanhai.policy import as_records, packs
from sanhai.policy.levers import Lever
from sanhai.policy.lookup import lever_table
from sanhai.show.format import interval, mark_of, weakest
from sanhai.show.words import Scale, in_paren, say, scenario_name, word
from sanhai.units import VARIABLES

ROOT = Path(__file__).resolve().parents[1]
YEARS = (2025, 2030, 2040, 2050)
LANGS = ("en", "zh")
GROUPS = {
    "migration": "Migration",
    "fertility": "Fertility",
    "demography": "Demography",
    "response": "Response of births to cost",
    "nursery": "Nursery places",
    "money": "Money",
    "registered": "Registration",
    "payer": "Payers",
    "subsidy": "Subsidies",
    "tax": "Tax relief",
    "leave": "Leave",
    "births": "Births by insurance and facility",
    "education": "Kindergarten and school",
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


def _allowed(lever: Lever) -> str:
    if lever.choices:
        return ", ".join(f"`{choice}`" for choice in lever.choices)
    return say("list.bounds", "en", low=lever.low, high=lever.high)


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
                _allowed(lever),
                f"{lever.side}, {lever.form.replace('_', ' ')}" if lever.is_computed else "recorded, not computed",
                lever.basis,
                f"`{lever.instrument}`" if lever.instrument else "",
            )
            for lever in found
        )
        head = ("path", "what", "unit", "default", "allowed", "acts as", "where the default comes from", "instrument")
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
                record["carried"].replace("_", " ") if record["computed"] else "recorded, not computed",
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
        (f"`{name}`", one.unit, " ".join(word("variable", name, lang) for lang in LANGS), "yes" if one.adds else "no")
        for name, one in VARIABLES.items()
    )
    return _table(("variable", "unit", "what", "a parent is the sum of its parts"), rows)


def payers() -> str:
    return ", ".join(f"`{name}`" for name in words()["payer"])


def sources() -> str:
    from sanhai.places.tables import sources as table

    rows = ((f"`{name}`", row.citation, row.date, row.licence) for name, row in table().items())
    return _table(("id", "citation", "date", "licence"), rows)


@cache
def main_job() -> sh.Results:
    return sh.compare(sh.main_job("lanzhou"))


@cache
def drawn_job() -> sh.Results:
    return sh.compare(sh.main_job("lanzhou"), draws=1000, seed=7)


ONE, RATE = "one", "rate"
# Rows of README's table: variable, payer, scale. Stocks are those at the year's end.
HEADLINE: tuple[tuple[str, str, str], ...] = (
    ("pop_yearend", "", "people"),
    ("births", "", ONE),
    ("deaths", "", ONE),
    ("tfr", "", RATE),
    ("pop_65plus", "", "people"),
    ("cost_nominal", "central", "money"),
    ("cost_nominal", "local_unsplit", "money"),
    ("places_target", "", ONE),
    ("places_demand", "", ONE),
    ("places_want", "", ONE),
)
INTERVALS = ("pop_yearend", "births", "deaths", "tfr", "pop_65plus", "cost_nominal", "places_target", "places_demand")
JANUARY = ("pop_65plus",)  # kept on 1 January, shown at the end of the year before


def _scale(kind: str, lang: str) -> Scale:
    if kind in (ONE, RATE):
        return Scale(1.0, "", 2 if kind == RATE else 0)
    step = words()["scale"][kind][lang][0]
    return Scale(step["by"], step["unit"], 0 if lang == "en" else 1 if kind == "people" else 0)


def _label(variable: str, payer: str, kind: str, lang: str) -> str:
    said = word("variable", variable, lang)
    if variable in JANUARY:
        said = say("row.pop_65plus", lang)
    if payer:
        said = say("docs.paid_by", lang, payer=word("payer", payer, lang))
    return in_paren(said, _scale(kind, lang).name, lang)


def _cell(variable: str, payer: str, year: int, how: Scale) -> str:
    """Sum of a variable's rows in the baseline, with the weakest mark among them."""
    frame = main_job().frame
    at = year + 1 if variable in JANUARY else year
    rows = frame[(frame["scenario"] == "baseline") & (frame["place"] == main_job().place) & (frame["year"] == at)]
    rows = rows[(rows["variable"] == variable) & rows["order"].isna()]
    rows = rows[rows["payer"] == payer] if payer else rows
    if rows.empty:
        return "-"
    return how.show(rows["value"].sum()) + mark_of(weakest(*rows["confidence"]), bool(rows["fitted"].all()))


def headline(lang: str) -> str:
    rows = (
        (_label(name, payer, kind, lang), *(_cell(name, payer, year, _scale(kind, lang)) for year in YEARS))
        for name, payer, kind in HEADLINE
    )
    return _table(("", *(str(year) for year in YEARS)), rows) + "\n\n" + word("text", "legend", lang)


def _extra(name: str, year: int, lang: str) -> str:
    """Extra births, net, with the band of the elasticity alone where the scenario answers to it."""
    how = Scale(1.0, "", 0)
    value = main_job().diff("births").loc[name, year]
    frame = main_job().frame
    band = frame[(frame["scenario"] == name) & (frame["variable"] == "births_extra") & (frame["year"] == year)]
    band = band[(band["place"] == main_job().place) & band["lo"].notna()]
    text = how.show(value, signed=True)
    return text if band.empty else f"{text} {interval(band['lo'].iloc[0], band['hi'].iloc[0], how, lang, signed=True)}"


def _each(value: float, how: Scale) -> str:
    return how.show(value) if 0.0 < value < math.inf else "-"


def scenarios(lang: str) -> str:
    found = main_job()
    pop, cost = found.diff("pop_yearend"), found.diff("cost_nominal")
    people, money, price = (_scale(kind, lang) for kind in ("people", "money", "price"))
    rows = []
    for name in found.scenarios[1:]:
        each = [found.fiscal.price_of_birth(name, births=kind, at=2035).iloc[0, 0] for kind in ("gross", "net")]
        rows.append(
            (
                f"`{name}`: {scenario_name(name, lang)}",
                people.show(pop.loc[name, 2050], signed=True),
                _extra(name, 2030, lang),
                _extra(name, 2035, lang),
                money.show(cost.loc[(name, "outlay"), 2035], signed=True),
                "-" if name == "zero-migration" else " / ".join(_each(one, price) for one in each),
            )
        )
    head = [word("docs", key, lang) for key in ("against", "people", "births_2030", "births_2035", "cost", "price")]
    names = {"people": people.name, "money": money.name, "price": price.name}
    return _table([one.format(**names) for one in head], rows)


def intervals(lang: str) -> str:
    """The central run with 80 % intervals of the draws, in the scales of the headline."""
    found = drawn_job()
    kinds = {name: kind for name, _, kind in HEADLINE}
    rows = []
    for name in INTERVALS:
        how = _scale(kinds[name], lang)
        cells = []
        for year in YEARS[1:]:
            at = year + 1 if name in JANUARY else year
            row = ("baseline", "outlay") if VARIABLES[name].money else "baseline"
            central, drawn = found.central.table(name, at=at).loc[row, at], found.table(name, at=at).loc[row]
            cells.append(f"{how.show(central)} {interval(drawn['lo', at], drawn['hi', at], how, lang)}")
        said = word("part", "outlay", lang) if name == "cost_nominal" else _label(name, "", ONE, lang)
        rows.append((in_paren(said, how.name, lang), *cells))
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
    "docs/data.md": {"sources": sources},
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
