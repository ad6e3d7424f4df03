"""Text and HTML of a result, against golden files; what the headline, the notes and `explain` say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import sanhai as sh
from sanhai.errors import ConfigError, speaking
from sanhai.show.format import FITTED_MARK, LOW_MARK, interval, mark_of
from sanhai.show.headline import headline
from sanhai.show.layout import Table, lay_out, width, wrapped
from sanhai.show.notes import notes, sources, vintage
from sanhai.show.numbers import number, outward, runs_of_years
from sanhai.show.text import Card, html, render_html, render_text, tables, text
from sanhai.show.words import Scale

GOLDEN = Path(__file__).parent / "golden"
LANGS = ("zh", "en")
CARD = Card(
    title="兰州市 2021—2050年 <script>alert(1)</script>",
    lines=("scenarios: baseline, 三孩补贴 & <more>",),
    tables=(
        Table(
            "Population",
            ("item", "2021", "2030"),
            (("兰州市",), ("  births", "34,732※", "19,800△"), ("  出生", "1", "2")),
        ),
        Table('Cost "quoted"', ("item", "2027"), (("  local, not split", "47.3"),)),
    ),
    footer=("※ calibrated", "run 0123456789ab"),
)


@pytest.fixture(scope="module")
def results() -> sh.Results:
    return sh.compare(sh.main_job("lanzhou"), (2021, 2050))


@pytest.fixture(scope="module")
def drawn() -> sh.Results:
    return sh.compare(sh.main_job("lanzhou"), (2021, 2040), draws=40, seed=3)


# ---- golden files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "render"), [("card.txt", render_text), ("card.html", render_html)])
def test_rendering_matches_the_golden_file(name, render):
    assert render(CARD) + "\n" == (GOLDEN / name).read_text(encoding="utf-8")


def masked(shown: str) -> str:
    """Every number as 0 and every blank as one: the words and their order, whatever the numbers are."""
    shown = re.sub(r"(run|运行编号) [0-9a-f]{12}", r"\1 0", shown)
    return re.sub(r" {2,}", "  ", re.sub(r"[0-9][0-9,]*(\.[0-9]+)?", "0", shown))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["point", "drawn"])
def test_a_result_shows_itself_as_in_the_golden_file(kind, lang, results, drawn):
    one = results if kind == "point" else drawn
    with speaking(lang):
        shown = masked(repr(one)) + "\n"
    assert shown == (GOLDEN / f"{kind}.{lang}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGS)
def test_the_notebook_shows_the_same_numbers(lang, results):
    with speaking(lang):
        plain, rich = text(results), html(results)
    found = re.findall(r"<td style=\"[^\"]*right[^\"]*\">([^<]*)</td>", rich)
    assert len(found) > 30
    assert all(cell.strip() in plain for cell in found)
    assert results._repr_html_() == html(results)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_balanced_escaped_and_without_script(results):
    for shown in (render_html(CARD), results._repr_html_()):
        parser = _Tags()
        parser.feed(shown)
        assert parser.open == []
        assert parser.seen <= {"div", "h4", "p", "small", "table", "caption", "thead", "tbody", "tr", "th", "td"}
        assert parser.attributes <= {"style", "colspan"}
    assert "&lt;script&gt;" in render_html(CARD)


# ---- layout ---------------------------------------------------------------------------------------------------------


def test_columns_line_up_with_wide_characters():
    lines = render_text(CARD).splitlines()
    rows = [line for line in lines if line.startswith(("  births", "  出生"))]
    assert [width(line) for line in rows] == [26, 26]
    assert width("出生a") == 5


def test_a_table_fits_the_screen_and_loses_nothing():
    table = Table(
        "t",
        ("item", "2030", "2040"),
        (
            ("  recipients.lanzhou-2023/art-62/bereaved", "-39,232 [-55,493至-23,156]", "很长的说明" * 9),
            ("  b", "1", "2"),
        ),
    )
    lines = lay_out(table, 80)
    assert max(width(line) for line in lines) <= 80
    assert "  recipients.lanzhou-2023/art-62/bereaved" in lines[1]  # a name is never folded
    assert any("[-55,493至-23,156]" in line for line in lines)  # nor is an interval
    assert any(
        "[-55,493, -23,156]" in line
        for line in lay_out(Table("t", ("", ""), (("a", "-39,232 [-55,493, -23,156]"),)), 25)
    )
    assert "".join(lines).count("很") == 9


def test_lines_break_between_chinese_characters_and_keep_their_punctuation():
    lines = wrapped("各县区普查后无公布数，由上级数按普查结构推算。", 12, "1. ", "   ")
    assert all(width(line) <= 14 for line in lines)
    assert all(line.strip()[0] not in "，。" for line in lines)
    assert (
        "".join(line.strip() for line in lines).removeprefix("1. ") == "各县区普查后无公布数，由上级数按普查结构推算。"
    )


# ---- numbers --------------------------------------------------------------------------------------------------------


def test_numbers():
    assert number(-0.4) == "0"
    assert number(1234567.89, 1) == "1,234,567.9"
    assert number(5.2, 0, signed=True) == "+5"
    assert number(0.2, 0, signed=True) == "0"
    assert number(float("inf")) == "∞"


def test_rounding_never_narrows_an_interval():
    assert outward(4.1, 5.9) == (4.0, 6.0)
    assert outward(-5.1, -4.9) == (-6.0, -4.0)
    assert outward(0.3, 0.1 + 0.2, 1) == (0.3, 0.3)  # on the digit but for its last bit
    assert outward(1.25, 1.25, 2) == (1.25, 1.25)
    assert outward(2.0, float("inf")) == (2.0, float("inf"))
    assert interval(-12_345.0, 67.0, Scale(1e4, "万人", 2), "zh", signed=True) == "[-1.24至+0.01]"
    assert interval(16_971.2, 22_955.1, Scale(1.0, "", 0), "zh") == "[16,971—22,956]"
    assert interval(16_971.2, 22_955.1, Scale(1.0, "", 0), "en") == "[16,971, 22,956]"


def test_runs_of_years():
    assert runs_of_years([2024, 2021, 2022]) == [(2021, 2022), (2024, 2024)]
    assert runs_of_years([]) == []


# ---- headline -------------------------------------------------------------------------------------------------------

STOCKS = {"pop_yearend", "median_age", "pop_0_2"}


@pytest.mark.parametrize("lang", LANGS)
def test_headline_cells_are_rows_of_the_table_with_their_marks(results, lang):
    frame = results.frame
    checked = 0
    for row in headline(results, lang):
        if row["section"] not in ("population", "parts") or row["variable"] == "share_65plus":
            continue
        late = row["variable"] in STOCKS - {"pop_yearend"}  # kept on 1 January, shown at the year's end
        for year, cell in row["values"].items():
            own = frame[
                (frame["scenario"] == "baseline")
                & (frame["place"] == row["place"])
                & (frame["variable"] == row["variable"])
                & (frame["year"] == year + late)
                & frame["order"].isna()
            ]
            assert len(own) == 1
            assert cell["value"] == own["value"].iloc[0]
            assert cell["mark"] == mark_of(own["confidence"].iloc[0], bool(own["fitted"].iloc[0]))
            assert cell["text"].endswith(cell["mark"])
            checked += 1
    assert checked > 200


def test_year_end_stocks_are_the_published_ones(results, published_figures):
    rows = {
        (row["place"], row["variable"]): row["values"]
        for row in headline(results, "en")
        if row["section"] == "population"
    }
    servicemen = {"620100": 0.0, "100000": 2e6}  # within the nation's total, in no place
    for place, outside in servicemen.items():
        published = published_figures[place, "pop_yearend", "both"]
        shown = {year: cell for year, cell in rows[place, "pop_yearend"].items() if year in published}
        assert 2021 in shown
        for year, cell in shown.items():
            assert cell["fitted"]
            assert cell["value"] == pytest.approx(published[year] - outside, rel=1e-8)


def test_headline_costs_sum_over_payers(results):
    rows = [row for row in headline(results, "en") if row["section"] == "cost" and row["scenario"] == "cost-reduction"]
    total = next(row for row in rows if row["variable"] == "cost_nominal:outlay")
    parts = [row for row in rows if row is not total]
    assert len(parts) > 1
    table = results.fiscal.total()
    for year, cell in total["values"].items():
        sums = sum(row["values"][year]["value"] for row in parts if year in row["values"])
        assert sums == pytest.approx(cell["value"], rel=1e-12)
        assert table.loc["cost-reduction", year] == pytest.approx(cell["value"], rel=1e-12)


def test_bands_hold_their_point_and_are_called_what_they_are(results):
    cells = [cell for row in headline(results, "en") for cell in row["values"].values() if cell["lo"] is not None]
    assert len(cells) > 10
    assert all(cell["lo"] <= cell["value"] <= cell["hi"] for cell in cells)
    with speaking("en"):
        assert "elasticity of births alone" in repr(results)


def test_marks_say_calibrated_or_indicative(results):
    cells = [cell for row in headline(results, "en") for cell in row["values"].values() if cell["value"] is not None]
    assert {cell["confidence"] for cell in cells} == {"high", "medium", "low"}
    for cell in cells:
        assert (FITTED_MARK in cell["text"]) == cell["fitted"]
        assert (LOW_MARK in cell["text"]) == (cell["confidence"] == "low" and not cell["fitted"])


def test_with_draws_values_are_central_and_differences_paired(drawn):
    rows = headline(drawn, "en")
    births = next(row for row in rows if row["section"] == "ranges" and row["variable"] == "births")
    quantiles = drawn.table("births", scenario="baseline").loc["baseline"]
    for year, cell in births["values"].items():
        assert cell["value"] == drawn.central.table("births").loc["baseline", year]
        assert (cell["lo"], cell["hi"]) == (quantiles["lo", year], quantiles["hi", year])
    change = next(
        row
        for row in rows
        if row["section"] == "change" and row["scenario"] == "cost-reduction" and row["variable"] == "births"
    )
    paired = (drawn.sel("births", scenario="cost-reduction") - drawn.sel("births", scenario="baseline").data).squeeze()
    for year, cell in change["values"].items():
        assert cell["value"] == np.median(paired.sel(year=year))


def test_cost_intervals_are_those_of_the_sum(drawn):
    rows = [row for row in headline(drawn, "en") if row["section"] == "ranges"]
    row = next(row for row in rows if row["variable"] == "cost_nominal:outlay")
    year, cell = next(iter(row["values"].items()))
    sums = drawn.sel("cost_nominal", scenario="baseline", at=year).sel(kind="outlay").to_numpy().ravel()
    assert (cell["lo"], cell["hi"]) == pytest.approx(tuple(np.quantile(sums, (0.1, 0.9))), rel=1e-12)


def test_a_place_without_parts_has_no_parts_table():
    rows = headline(sh.project("榆中", (2021, 2030)), "zh")
    assert {row["section"] for row in rows} == {"population", "cost", "places"}
    assert next(iter(tables(rows, "zh"))).title.startswith("人口")


# ---- notes and sources ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_notes_say_what_is_off_and_what_is_judged(results, lang):
    said = "\n".join(notes(results, lang))
    always = (
        "payer.local.province",
        "nursery.stock_per_1000",
        "registered.ratio",
        "national/tax-under-3",
        "1.07",
        "60",
    )
    for one in always:
        assert one in said
    words = {
        "zh": (
            "人口普查",
            "推算差额",
            "现役军人",
            "孩次",
            "专家判断",
            "生育响应有上限",
            "不出自任何文件",
            "执行数超过1,000.0亿元",
        ),
        "en": (
            "census",
            "balancing item",
            "military",
            "order",
            "judgement",
            "ceiling",
            "in no document",
            "over 100.00",
        ),
    }
    for one in words[lang]:
        assert one in said
    assert "{" not in said
    assert "None" not in said


@pytest.mark.parametrize("lang", LANGS)
def test_every_rule_of_the_run_has_its_sentence(results, drawn, lang):
    for one in (results, drawn):
        shown = [note for note in one.notes if not note.rule.startswith(("source.", "vintage"))]
        assert len(notes(one, lang)) == len(shown)
        assert len(sources(one, lang)) == sum(note.rule.startswith("source.") for note in one.notes)
        assert vintage(one, lang)


def test_notes_of_a_plain_projection_leave_the_response_out():
    said = "\n".join(notes(sh.project("榆中", (2021, 2030)), "en"))
    assert "elasticity" not in said
    assert "in no document" not in said


# ---- explain --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_explain_gives_formula_inputs_and_documents(results, lang):
    with speaking(lang):
        said = str(results.explain("cost_nominal", 2030, "cost-reduction"))
    assert "lanzhou-2023/art-41" in said
    assert "第四十一条" in said
    found = re.findall(r"计[\d,]+，([\d,]+)元" if lang == "zh" else r"counted, ([\d,]+) yuan", said)
    total = results.fiscal.total().loc["cost-reduction", 2030]
    assert sum(float(one.replace(",", "")) for one in found) == pytest.approx(total, abs=len(found))


def test_explain_is_data(results):
    one = results.explain("places_gap", 2030, "cost-reduction")
    assert set(one.values) == {"target", "demand", "want"}
    assert one.values["demand"] == results.table("places_gap").loc[("cost-reduction", "demand"), 2030]
    assert results.explain("births", 2030).values[""] == results.table("births").loc["baseline", 2030]
    assert results.explain("places_stock", 2030).values == {}
    assert {row["is"] for row in one.inputs} == {"norm", "settings"}
    assert next(row for row in one.inputs if row["is"] == "norm")["norm"] == 4.5


@pytest.mark.parametrize(
    ("variable", "year", "scenario", "place"),
    [
        ("nothing", 2030, None, None),
        ("births", 1990, None, None),
        ("births", 2030, "x", None),
        ("births", 2030, None, "520000"),
    ],
)
def test_explain_refuses_what_is_not_there(results, variable, year, scenario, place):
    with speaking("en"), pytest.raises(ConfigError, match="allowed"):
        results.explain(variable, year, scenario, place)
