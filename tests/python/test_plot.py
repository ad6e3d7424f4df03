"""The overview picture: shows itself, has every glyph, no overlaps, leaves the user's settings alone."""

from __future__ import annotations

import struct
import warnings

import pytest

import sanhai as sh

matplotlib = pytest.importorskip("matplotlib")

from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from sanhai.show.plot import fonts, page, panels  # noqa: E402

YEARS = (2021, 2050)
NAMES = "兰州市甘肃省贵州省张掖市榆中县皋兰县红古区岷县宕昌县三孩补贴※△"


@pytest.fixture(scope="module")
def results() -> sh.Results:
    return sh.compare(sh.main_job("lanzhou"), YEARS)


@pytest.fixture(params=["en", "zh"])
def figure(request: pytest.FixtureRequest, results: sh.Results) -> panels.Picture:
    return results.plot(lang=request.param)


def texts(figure: panels.Picture) -> list[Text]:
    return [one for one in figure.findobj(Text) if one.get_text().strip() and one.get_visible()]


def test_it_is_a_png_that_a_notebook_shows(figure: panels.Picture) -> None:
    content = figure._repr_png_()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert (width, height) == (1200, 880)
    assert figure.png() == figure.png()


def test_every_character_has_a_glyph(figure: panels.Picture) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # "Glyph missing" is a warning
        figure.png(50.0)
    assert fonts.missing_glyphs(texts(figure)) == set()


def test_the_glyph_check_can_fail(results: sh.Results) -> None:
    figure = results.plot(lang="en")
    lost = figure.text(0.5, 0.5, "\U000f0000", fontfamily=[fonts.FALLBACK])
    assert fonts.missing_glyphs([lost]) == {"\U000f0000"}


def test_county_names_can_be_drawn(results: sh.Results) -> None:
    family = fonts.chinese_family()
    if family is None:
        pytest.skip("no Chinese font on this machine")
    one = Text(text=NAMES, fontfamily=[family, fonts.FALLBACK])
    assert fonts.missing_glyphs([one]) == set()


def test_bold_titles_find_a_face_of_the_family(caplog):
    """matplotlib logs a family without the weight asked for at every title; on the screen that looks like a fault."""
    family = fonts.chinese_family()
    if family is None:
        pytest.skip("no Chinese font on this machine")
    with caplog.at_level("WARNING", logger="matplotlib.font_manager"):
        fonts.font_manager.fontManager._findfont_cached.cache_clear()
        fonts.font_manager.findfont(fonts.font_manager.FontProperties(family=family, weight="bold"))
    assert caplog.text == ""


def test_without_a_chinese_font_labels_are_english_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (panels, page):
        monkeypatch.setattr(room, "chinese_family", lambda: None)
    base = sh.scenario("baseline", "榆中")
    figure = sh.compare([base, base.vary("三孩补贴", {"migration.mode": "zero"})], (2021, 2030)).plot(lang="zh")
    assert "sanhai[cjk]" in figure.font_note
    assert "scenario 2" in {one.get_text() for one in texts(figure)}
    assert fonts.missing_glyphs(texts(figure)) == set()
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert "Births (net of timing)" in titles
    assert "Yuzhong County, 2021-2030" in {one.get_text() for one in texts(figure)}


def test_titles_units_source_and_band_are_there(figure: panels.Picture) -> None:
    said = "\n".join(one.get_text() for one in texts(figure))
    assert sum(bool(axes.get_title(loc="left")) for axes in figure.axes) == 4
    assert ("World Population Prospects 2024" in said) or ("世界人口展望》2024" in said) or ("世界人口展望2024" in said)
    assert ("elasticity" in said) or ("弹性" in said)
    assert ("万元" in said) or ("million yuan" in said)


def test_texts_do_not_overlap_and_stay_inside(figure: panels.Picture) -> None:
    figure.draw_without_rendering()
    renderer = FigureCanvasAgg(figure).get_renderer()
    shown = [one for one in texts(figure) if one.get_window_extent(renderer).width > 0]
    boxes = [(one, one.get_window_extent(renderer)) for one in shown]
    for index, (one, box) in enumerate(boxes):
        assert box.x0 >= 0, one.get_text()
        assert box.x1 <= figure.bbox.x1, one.get_text()
        for other, beside in boxes[index + 1 :]:
            assert not box.overlaps(beside), (one.get_text(), other.get_text())


def test_user_text_is_not_read_as_mathematics() -> None:
    base = sh.scenario("baseline", "榆中")
    odd = base.vary("$x_{1$ <b>", {"migration.mode": "zero"})
    figure = sh.compare([base, odd], (2021, 2030)).plot()
    assert figure.png(50.0)


def test_rcparams_stay_as_they_were(results: sh.Results) -> None:
    before = dict(matplotlib.rcParams)
    results.plot(lang="zh").png(50.0)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("years", [(2021, 2025), (2025, 2026), (2030, 2030), (2021, 2080)])
def test_any_span_of_years_is_drawn(years: tuple[int, int]) -> None:
    last = max(years[1], 2025)
    found = sh.compare([sh.scenario(name, "lanzhou") for name in ("baseline", "cost-reduction")], (years[0], last))
    assert found.plot().png(40.0)


def test_lines_are_the_numbers_of_the_result(results: sh.Results) -> None:
    axes = results.plot(lang="en").axes[1]
    expected = results.table("births").loc["baseline"].to_numpy()
    assert list(axes.lines[0].get_ydata()) == list(expected)


def test_intervals_are_those_of_the_draws() -> None:
    found = sh.project("榆中", (2021, 2030), draws=30, seed=3)
    shade = next(one for one in found.plot(lang="en").axes[1].collections)
    low, high = (found.table("births").loc["baseline"][end].to_numpy() for end in ("lo", "hi"))
    drawn = shade.get_paths()[0].vertices[:, 1]
    assert set(low) <= set(drawn)
    assert set(high) <= set(drawn)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_drawn_picture_says_what_its_light_areas_are(lang: str) -> None:
    found = sh.project("榆中", (2021, 2030), draws=30, seed=3, level=0.9)
    said = "\n".join(one.get_text() for one in texts(found.plot(lang=lang)))
    assert ("90 %" if lang == "en" else "90%") in said
    assert "[ ]" not in said


def test_many_scenarios_leave_their_legend_room() -> None:
    base = sh.scenario("baseline", "榆中")
    more = [base.vary(f"scenario number {n} of nine", {"fertility.multiplier": 1.0 + n / 50}) for n in range(1, 9)]
    figure = sh.compare([base, *more], (2021, 2030)).plot(lang="en")
    figure.draw_without_rendering()
    renderer = FigureCanvasAgg(figure).get_renderer()
    legend = figure.legends[0].get_window_extent(renderer)
    assert all(not legend.overlaps(axes.get_tightbbox(renderer)) for axes in figure.axes)
