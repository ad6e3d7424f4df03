"""Text and HTML of a result, against golden files; what the headline, the notes and `explain` say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import sanhai as sh
from sanhai.errors import ConfigError
from sanhai.show.format import LANGS, mark_of, money_scale, number
from sanhai.show.text import Card, Table, render_html, render_text, tables, width, wrapped

GOLDEN = Path(__file__).parent / "golden"
CARD = Card(
    title="兰州市 2021-2050 <script>alert(1)</script>",
    lines=("scenarios: baseline, 三孩补贴 & <more>",),
    tables=(
        Table(
            "Population",
            ("item", "2021", "2030"),
            (("兰州市",), ("  births", "34,732~", "19,800*"), ("  出生", "1", "2")),
        ),
        Table('Cost "quoted"', ("item", "2027"), (("  local, not split", "47.3~"),)),
    ),
    footer=("† fitted", "run 0123456789ab"),
)


@pytest.fixture(scope="module")
def comparison() -> sh.Comparison:
    return sh.compare(sh.main_job("lanzhou"), (2021, 2050))


@pytest.mark.parametrize(("name", "render"), [("card.txt", render_text), ("card.html", render_html)])
def test_rendering_matches_the_golden_file(name: str, render: object) -> None:
    assert callable(render)
    assert render(CARD) + "\n" == (GOLDEN / name).read_text(encoding="utf-8")


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


def test_html_is_balanced_escaped_and_without_script(comparison: sh.Comparison) -> None:
    for text in (render_html(CARD), comparison._repr_html_()):
        parser = _Tags()
        parser.feed(text)
        assert parser.open == []
        assert parser.seen <= {"div", "h4", "p", "small", "table", "caption", "thead", "tbody", "tr", "th", "td"}
        assert parser.attributes <= {"style", "colspan"}
    assert "&lt;script&gt;" in render_html(CARD)


def test_columns_line_up_with_wide_characters() -> None:
    lines = render_text(CARD).splitlines()
    rows = [line for line in lines if line.startswith(("  births", "  出生"))]
    assert [width(line[:-1]) for line in rows] == [25, 25]  # marks and digits end in one column

    assert width("出生a") == 5


def test_wrapping_keeps_every_character_and_the_limit() -> None:
    text = "生育对养育成本的反应为判断值(judgement):eps 1.07, k1 0.5;可用 response.* 修改。" * 3
    lines = wrapped(text, 40, "  1. ", "     ")
    assert all(width(line) <= 40 for line in lines)
    assert "".join("".join(lines).split()) == "".join(("  1. " + text).split())
    assert not any(line.strip()[0] in ",。;)" for line in lines[1:])


def test_short_form_names_what_matters(comparison: sh.Comparison) -> None:
    text = repr(comparison)
    for word in (
        "Lanzhou, 2021-2050",
        "cost-reduction",
        "4,436.5†",
        "census 2020-11-01",
        comparison.manifest["run_id"],
    ):
        assert word in text


@pytest.mark.parametrize("lang", LANGS)
def test_headline_values_are_those_of_the_frame(comparison: sh.Comparison, lang: str) -> None:
    rows = comparison.headline(lang)
    frame = comparison.frame
    checked = 0
    for row in rows:
        if row["section"] not in ("population", "parts") or row["variable"] == "share_65plus":
            continue
        for year, cell in row["values"].items():
            own = frame[
                (frame["scenario"] == "baseline")
                & (frame["place"] == row["place"])
                & (frame["variable"] == row["variable"])
                & (frame["year"] == year)
                & frame["order"].isna()
            ]
            assert len(own) == 1
            assert cell["value"] == own["value"].iloc[0]
            assert cell["mark"] == mark_of(own["confidence"].iloc[0], bool(own["fitted"].iloc[0]))
            assert cell["text"].endswith(cell["mark"])
            checked += 1
    assert checked > 200


def test_headline_costs_sum_over_payers(comparison: sh.Comparison) -> None:
    rows = [
        row for row in comparison.headline("en") if row["section"] == "cost" and row["scenario"] == "cost-reduction"
    ]
    total = next(row for row in rows if row["variable"] == "cost_nominal")
    parts = [row for row in rows if row["variable"].startswith("cost_nominal:")]
    assert len(parts) > 1
    for year, cell in total["values"].items():
        assert sum(row["values"][year]["value"] for row in parts if year in row["values"]) == pytest.approx(
            cell["value"]
        )
        assert comparison.totals("cost_nominal").loc["cost-reduction", year] == pytest.approx(cell["value"])


def test_bands_hold_their_point_and_are_called_what_they_are(comparison: sh.Comparison) -> None:
    banded = [
        cell for row in comparison.headline("en") for cell in row["values"].values() if cell.get("lo") is not None
    ]
    assert len(banded) > 10
    assert all(cell["lo"] <= cell["value"] <= cell["hi"] for cell in banded)
    assert "eps alone" in repr(comparison)


def test_every_low_figure_is_marked(comparison: sh.Comparison) -> None:
    cells = [cell for row in comparison.headline("en") for cell in row["values"].values() if cell["value"] is not None]
    assert {cell["confidence"] for cell in cells} == {"high", "medium", "low"}
    for cell in cells:
        assert ("*" in cell["text"]) == (cell["confidence"] == "low")
        assert ("~" in cell["text"]) == (cell["confidence"] == "medium")
        assert ("†" in cell["text"]) == cell["fitted"]


def test_a_place_without_parts_has_no_parts_table() -> None:
    rows = sh.project("yuzhong", (2021, 2030)).headline("zh")
    assert {row["section"] for row in rows} == {"population", "cost", "places"}
    assert next(iter(tables(rows, "zh"))).title.startswith("人口")


@pytest.mark.parametrize("lang", LANGS)
def test_notes_say_what_is_off_and_what_is_judged(comparison: sh.Comparison, lang: str) -> None:
    said = "\n".join(comparison.notes(lang))
    always = ("eps 1.07", "payer.local.province", "nursery.stock_per_1000", "registered.ratio", "national/tax-under-3")
    for word in (*always, "1,000", "60", "cost-reduction"):
        assert word in said
    words = {
        "zh": ("普查", "残差", "现役军人", "孩次", "判断", "生育响应有上限", "不出自任何文件", "执行数超过 1,000.0"),
        "en": ("census", "residual", "servicemen", "order", "judgement", "ceiling", "in no document", "over 100.00"),
    }
    for word in words[lang]:
        assert word in said


def test_notes_of_a_plain_projection_leave_the_response_out() -> None:
    said = "\n".join(sh.project("yuzhong", (2021, 2030)).notes())
    assert "eps" not in said
    assert "in no document" not in said


def test_explain_gives_formula_inputs_and_documents(comparison: sh.Comparison) -> None:
    said = comparison.explain("cost_nominal", 2030, "cost-reduction")
    assert "formula:" in said
    assert "lanzhou-2023/art-41" in said
    assert "第四十一条" in said
    numbers = [float(found.replace(",", "")) for found in re.findall(r"counted, ([\d,]+) yuan", said)]
    total = comparison.totals("cost_nominal").loc["cost-reduction", 2030]
    assert sum(numbers) == pytest.approx(total, abs=len(numbers))
    assert "norm 4.5" in comparison.explain("places_target", 2030)
    assert "multipliers" in comparison.explain("births", 2030, "cost-reduction")
    assert "value: none" in comparison.explain("places_stock", 2030)


@pytest.mark.parametrize(
    ("variable", "year", "scenario", "place"),
    [
        ("nothing", 2030, None, None),
        ("births", 1990, None, None),
        ("births", 2030, "x", None),
        ("births", 2030, None, "520000"),
    ],
)
def test_explain_refuses_what_is_not_there(
    comparison: sh.Comparison, variable: str, year: int, scenario: str | None, place: str | None
) -> None:
    with pytest.raises(ConfigError, match="allowed"):
        comparison.explain(variable, year, scenario, place)


def test_numbers() -> None:
    assert number(-0.4) == "0"
    assert number(1234567.89, 1) == "1,234,567.9"
    assert number(5.2, 0, signed=True) == "+5"
    assert number(0.2, 0, signed=True) == "0"
    assert money_scale(2.5e8, "zh").show(2.5e8) == "25,000"
    assert money_scale(1.1397e11, "zh").show(1.1397e11) == "1,139.7"
    assert money_scale(2.5e8, "en").show(2.5e8) == "250.0"
