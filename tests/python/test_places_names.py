"""Every place is found by code, Chinese, pinyin and English; a name of several is refused with what may be said."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import sanhai as sh
from sanhai.places.catalogue import all_places, resolve
from sanhai.places.shipped import china
from sanhai.show.text import title
from sanhai.testing import MadeUp

# Places that no pinyin tells from another in the same place: their pinyin takes an ending (linxiashi, linxiaxian).
SAME_PINYIN = {
    "130107": "jingxingkuangqu", "130121": "jingxingxian", "445303": "yunanqu", "445322": "yunanxian",
    "622901": "linxiashi", "622921": "linxiaxian", "653201": "hetianshi", "653221": "hetianxian",
    "654002": "yiningshi", "654021": "yiningxian",
}  # fmt: skip


def _upper(row):
    """The place it lies straight in; the nation itself in nothing."""
    return all_places()[row.parent] if row.parent else None


@pytest.mark.parametrize("how", ["code", "say", "joined", "slash", "pinyin", "english", "comma"])
def test_every_place_is_found(how):
    for row in all_places().values():
        above = _upper(row)
        if above is None:
            said = {"code": row.code, "pinyin": row.pinyin, "english": row.name_en}.get(how, row.name_zh)
        else:
            said = {
                "code": row.code,
                "say": row.say,
                "joined": above.name_zh + row.name_zh,
                "slash": f"{above.short_zh}/{row.name_zh}",
                "pinyin": f"{above.pinyin}/{SAME_PINYIN.get(row.code, row.pinyin)}",
                "english": f"{above.name_en}/{row.name_en}",
                "comma": f"{row.name_en}, {above.name_en}",
            }[how]
        assert resolve(said).code == row.code, said


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("吉林", "220000"),  # the province: every other Jilin lies in it
        ("jilin", "220000"),
        ("南京鼓楼", "320106"),
        ("南京 鼓楼", "320106"),
        ("nanjing/gulou", "320106"),
        ("江苏省南京市鼓楼区", "320106"),
        ("海门区", "320614"),  # the name of today
        ("海门市", "320614"),  # that of the census
        ("户县", "610118"),  # that of 2010
        ("六合", "320116"),
        ("luan", "341500"),  # 六安 is Lu'an
        ("临夏/临夏县", "622921"),
        ("北京/朝阳", "110105"),
        ("shandong/linyi", "371300"),  # not 临邑, which lies deeper
        ("Lanzhou City", "620100"),
        (620123, "620123"),
    ],
)
def test_ways_of_saying(said, code):
    assert resolve(said).code == code


@pytest.mark.parametrize(
    ("said", "choices"),
    [
        ("朝阳", ("110105", "211300", "211321", "220104")),
        ("suzhou", ("320500", "341300")),
        ("鼓楼", ("320106", "320302", "350102", "410204")),
        ("linxia/linxia", ("622901", "622921")),
        ("henan", ("410000", "632324")),
    ],
)
def test_a_name_of_several_is_refused_with_the_choices(complains, said, choices):
    for lang in ("en", "zh"):
        sh.set_language(lang)
        with pytest.raises(sh.ConfigError) as caught:
            resolve(said)
        text = str(caught.value)
        for code in choices:
            assert code in text
            assert all_places()[code].say in text
        assert str(len(choices)) in text
    sh.set_language("en")
    complains(lambda: resolve(said), repr(said), kind=sh.ConfigError)


def test_finding_a_name_loads_neither_numpy_nor_pandas():
    code = (
        "import sys; from sanhai.places.catalogue import resolve; assert resolve('南京/鼓楼').code == '320106'; "
        "assert not {'numpy', 'pandas', 'sanhai._core'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_search_finds_what_holds_the_text():
    found = sh.places.search("鼓楼")
    assert list(found["code"]) == ["320106", "320302", "350102", "410204"]
    assert list(found["say"]) == ["南京/鼓楼", "徐州/鼓楼", "福州/鼓楼", "开封/鼓楼"]
    assert found["pop_2020"].tolist() == [940_387, 425_143, 669_090, 136_167]
    inside = sh.places.search(under="兰州")
    assert len(inside) == 9
    assert inside["pop_2020"].sum() == 4_359_446
    assert inside.set_index("code").loc["620171", "level"] == "zone"
    assert sh.places.search("").shape[0] == 3350
    documents = sh.places.search("").set_index("code")["documents"]
    assert documents[["100000", "620000", "620100"]].all()
    assert not documents[["620102", "320106"]].any()
    assert sh.places.search("no such place").empty


def test_the_country_holds_every_leaf_and_its_areas():
    country = china()
    assert len(country.codes) == 2989
    assert country.counts.sum() == 1_409_778_724
    assert country.earlier.sum() == 1_332_810_869
    assert [code for code, _ in country.groups if not code.endswith("0000")] == ["620100"]
    assert len(country.groups) == 32
    yongdeng, gaolan, new_area = (country.codes.index(code) for code in ("620121", "620122", "620171"))
    assert country.area_of[yongdeng] == country.area_of[gaolan] == country.area_of[new_area]
    assert country.above[new_area] == ("620000", "620100")
    assert np.isfinite(country.earlier_deaths).all()


def test_a_place_knows_those_above_it_and_a_sum_its_leaves():
    gansu = sh.place("甘肃")
    assert len(gansu.leaves) == 87 + 1  # counties and zones, and 嘉峪关
    assert sum(leaf.base.total() for leaf in gansu.leaves) == gansu.base.total() == 25_019_831
    leaf = next(one for one in gansu.leaves if one.code == "620123")
    assert leaf == sh.place("榆中")
    assert [one.code for one in leaf.lineage] == ["100000", "620000", "620100", "620123"]
    assert leaf.policy_codes == ("620123", "620100", "620000", "100000")
    assert leaf.within is sh.place("中国").country
    assert sh.place("中国").within is None
    assert sh.place("兰州新区").level == "zone"
    assert sh.place("永登").earlier is None  # its land of 2010 reaches beyond it
    assert sh.place("兰州").earlier.total() == 3_616_163


def test_a_place_is_made_for_every_row():
    for code, row in all_places().items():
        place = sh.place(code)
        assert (place.code, place.name_zh, place.is_leaf) == (code, row.name_zh, row.is_leaf or code == "100000")
        assert place.policy_codes[0] == code
        assert place.policy_codes[-1] == "100000"


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("兰洲", "620100"), ("guloo", "320106"), ("Shenzen", "440300")],  # 兰州 before 兰山, 兰陵 .. : more people
)
def test_of_equally_near_names_the_place_with_more_people_is_said_first(wrong, nearest):
    with pytest.raises(sh.ConfigError) as caught:
        resolve(wrong)
    text = str(caught.value)
    shown = [code for code in all_places() if f", {code})" in text]
    assert len(shown) > 1
    assert text.index(nearest) == min(map(text.index, shown))


def test_a_title_says_where_a_place_lies_whose_name_others_have():
    run = sh.project(sh.place("南京/鼓楼"), years=(2021, 2026), draws=1)
    sole = sh.project(sh.place("兰州"), years=(2021, 2026), draws=1)
    for lang, first, plain in (("zh", "南京市鼓楼区", "兰州市"), ("en", "Gulou District, Nanjing", "Lanzhou")):
        assert title(run, lang).startswith(first)
        assert title(sole, lang).startswith(plain)
        assert first in run.explain("births", 2026).lines(lang)[0]
    mine = MadeUp(name="Gulou District", policy_place="").place()
    assert title(sh.project(mine, years=(2025, 2026), draws=1), "en").startswith("Gulou District,")
    assert "Nanjing" not in title(sh.project(mine, years=(2025, 2026), draws=1), "en")
