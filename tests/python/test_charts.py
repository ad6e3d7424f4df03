"""Charts of one variable: every kind in both languages, the numbers they draw, legends outside, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh

matplotlib = pytest.importorskip("matplotlib")

from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from sanhai.show.plot import fonts  # noqa: E402

YEARS = (2024, 2034)
KINDS = [
    ("births", {}),
    ("e0", {"scenario": "baseline"}),
    ("births", {"kind": "order"}),
    ("births", {"kind": "parts"}),
    ("cost_nominal", {"scenario": "cost-reduction"}),
    ("cost_nominal", {"kind": "instrument", "scenario": "cost-reduction"}),
    ("places_target", {"kind": "needs", "scenario": "cost-reduction"}),
    ("pop", {}),
    ("pop", {"kind": "lexis"}),
    ("asfr", {"place": "城关区"}),
    ("mx", {"place": "城关区"}),
]


@pytest.fixture(scope="module")
def drawn() -> sh.Results:
    pair = [sh.scenario(name, "lanzhou") for name in ("baseline", "cost-reduction")]
    return sh.compare(pair, YEARS, draws=12, seed=5)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("variable", "how"), KINDS, ids=lambda one: str(one))
def test_every_kind_draws_with_every_glyph_and_nothing_off_the_page(drawn, variable, how, lang):
    figure = drawn.plot(variable, lang=lang, **how)
    assert figure.png(40.0) == figure.png(40.0)
    shown = [one for one in figure.findobj(Text) if one.get_text().strip() and one.get_visible()]
    assert fonts.missing_glyphs(shown) == set()
    page = figure.bbox
    for one in shown:
        if one.get_clip_box() is None or not one.get_clip_on():
            box = one.get_window_extent()
            assert box.x0 >= page.x0 - 1, one.get_text()
            assert box.x1 <= page.x1 + 1, one.get_text()
            assert box.y0 >= page.y0 - 1, one.get_text()


def test_lines_are_the_numbers_of_the_table(drawn):
    axes = drawn.plot("births", lang="en").axes[0]
    table = drawn.central.table("births")
    lines = [one for one in axes.get_lines() if len(one.get_xdata()) == len(drawn.years)]
    assert len(lines) == 2
    for line, name in zip(lines, drawn.scenarios, strict=True):
        np.testing.assert_allclose(np.asarray(line.get_ydata()) * 1000.0, table.loc[name].to_numpy(), rtol=1e-12)
    (band,) = axes.collections
    low = drawn.table("births").loc["baseline"]["lo"]
    assert np.isclose(band.get_paths()[0].vertices[:, 1].min() * 1000.0, low.min())


def test_a_stack_ends_at_the_total(drawn):
    axes = drawn.plot("births", kind="order", lang="en").axes[0]
    tops: dict[float, float] = {}
    for bar in axes.patches:
        middle = round(bar.get_x() + bar.get_width() / 2.0)
        tops[middle] = max(tops.get(middle, 0.0), bar.get_y() + bar.get_height())
    births = drawn.central.table("births").loc["baseline"]
    for year in drawn.years:
        assert np.isclose(tops[year] * 1000.0, births[year])


def test_the_pyramid_has_everybody(drawn):
    axes = drawn.plot("pop", at=2030, lang="en").axes[0]
    bars = sum(abs(bar.get_width()) for bar in axes.patches if hasattr(bar, "get_width"))
    assert np.isclose(bars * 1000.0, drawn.central.table("pop_yearend", at=2030).loc["baseline", 2030])


def test_a_legend_of_seven_long_names_covers_no_axes():
    base = sh.scenario("baseline", "榆中")
    names = [f"一个名字很长的方案，用来看图例会不会盖住数据，第{n}号" for n in range(6)]
    others = [base.vary(name, {"fertility.multiplier": sh.from_year(2027, 1.1)}) for name in names]
    figure = sh.compare([base, *others], (2024, 2032)).plot("births", lang="zh")
    figure.draw_without_rendering()
    (legend,) = figure.legends
    top = legend.get_window_extent().y1
    for axes in figure.axes:
        assert axes.get_tightbbox().y0 >= top - 1


def test_axes_of_ones_own_are_drawn_into(drawn):
    axes = Figure().subplots()
    assert drawn.plot("births", axes=axes, lang="en") is axes
    assert len(axes.get_lines()) >= 2


def test_an_expression_draws_itself(drawn):
    found = drawn.eval("pop[65:] / pop[15:64]")
    axes = found.plot(lang="en").axes[0]
    line = axes.get_lines()[0]
    np.testing.assert_allclose(line.get_ydata(), found.central.table(level=None).loc["baseline"].to_numpy())
    assert "元 / 人" in {one.get_text() for one in drawn.eval("cost.central / births").plot(lang="zh").findobj(Text)}


def test_indicative_parts_carry_the_mark(drawn):
    titles = [axes.get_title(loc="left") for axes in drawn.plot("births", kind="parts", lang="zh").axes]
    sure = [drawn.marks("births", name.removesuffix("△"), YEARS[1]).confidence for name in titles if name]
    assert [name.endswith("△") for name in titles if name] == [one == "low" for one in sure]
    assert "low" in sure


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("variable", "how", "key"),
    [
        ("tfr", {"kind": "order"}, "plot.kind"),
        ("births", {"kind": "pyramid"}, "plot.kind"),
        ("pop", {"kind": "line"}, "plot.kind"),
        ("births", {"kind": "pie"}, "results.name"),
        ("brths", {}, "results.name"),
        ("mx", {}, "plot.no_mx"),
        ("births", {"at": 2099}, "results.later_year"),
        ("births", {"scenario": "other"}, "results.name"),
    ],
)
def test_what_cannot_be_drawn_is_refused(drawn, variable, how, key, language):
    sh.set_language(language)
    with pytest.raises(sh.ConfigError) as caught:
        drawn.plot(variable, **how)
    assert caught.value.key == key
    assert "{" not in str(caught.value)


def test_panels_need_a_figure_of_their_own(drawn):
    with pytest.raises(sh.ConfigError) as caught:
        drawn.plot("births", kind="parts", axes=Figure().subplots())
    assert caught.value.key == "plot.axes"
