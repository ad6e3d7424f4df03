"""Numbers, ages, sexes, dates and names of quantities as files write them, in Chinese and English."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from sanhai.places.figures import REPORTED

__all__ = [
    "SEXES",
    "VARIABLES",
    "age_of",
    "chinese",
    "date_of",
    "narrow",
    "number_of",
    "sex_of",
    "variable_of",
    "year_of",
]

MISSING = {"", ".", ":", "-", "…", "...", "……", "--", "NA", "N/A", "***", "—", "–", "nan", "NaN", "null"}
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
SEXES = {
    "male": ("male", "m", "男", "男性", "males", "男人口"),
    "female": ("female", "f", "女", "女性", "females", "女人口"),
    "both": ("both", "t", "total", "合计", "小计", "总计", "both sexes", "计", "人口数", "全部", "all"),
}
BY_SEX = {spelling: sex for sex, spellings in SEXES.items() for spelling in spellings}
TOTALS = {"all", "total", "合计", "总计", "小计", "总数", "全部", "总人口"}
VARIABLES: dict[str, tuple[str, ...]] = {
    "pop": ("population", "常住人口", "人口数", "人口"),
    "deaths": ("死亡人数", "死亡人口"),
    "exposure": ("平均人口",),
    "births": ("出生人口", "出生人数", "出生数"),
    "mx": ("死亡率mx", "死亡率 mx", "分年龄死亡率", "年龄别死亡率"),
    "qx": ("死亡概率qx", "死亡概率 qx", "死亡概率"),
    "lx": ("尚存人数lx", "尚存人数 lx", "尚存人数"),
    "e0": ("平均预期寿命", "人均预期寿命", "预期寿命e0", "预期寿命"),
    "tfr": ("总和生育率",),
    "mac": ("平均生育年龄",),
    "asfr": ("年龄别生育率", "分年龄生育率", "生育率"),
    "cbr": ("人口出生率", "出生率", "粗出生率"),
    "cdr": ("人口死亡率", "死亡率", "粗死亡率"),
    "srb": ("出生性别比",),
    "net_migration": ("净迁入人口", "净迁入", "净迁移人数"),
    "nmr": ("净迁移率",),
    "pop_yearend": ("年末常住人口", "年末总人口", "年末人口", "常住人口年末数"),
    "pop_jan1": (),
    "pop_midyear": (),
    "parity_share": (),
    **dict.fromkeys(REPORTED, ()),
    "nursery_places": ("托位数", "托位"),
    "marriages": ("结婚登记", "结婚登记对数"),
    "flow": (),  # of an origin-destination table: people who move
    "rate": (),  # of an origin-destination table: share that moves
    "birth_order_share": (),
}
BY_VARIABLE = {one: name for name, more in VARIABLES.items() for one in (name, *more)}


def narrow(text: object) -> str:
    """Half-width characters, one kind of dash, no blanks."""
    plain = unicodedata.normalize("NFKC", str(text))
    return "".join(plain.split()).replace("\ufeff", "").replace("\u200b", "")


def chinese(text: object) -> str:
    """The Chinese part of a bilingual cell, without blanks; the whole where there is none."""
    plain = narrow(text)
    found = re.match(r"[^A-Za-z]*[\u4e00-\u9fff][^A-Za-z]*", plain)
    return found.group() if found else plain


def number_of(value: object) -> tuple[float, int] | None:
    """(value, digits after the point); NaN where the cell says missing; None for what is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        # A cell holds a binary number: the digits that matter are those of its shortest form.
        shown = f"{value:.10g}"
        return float(value) + 0.0, len(shown.partition(".")[2]) if "e" not in shown else 10
    if value is None:
        return float("nan"), 0
    text = narrow(value)
    if text in MISSING:
        return float("nan"), 0
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not PLAIN.fullmatch(text) or len(text) > 40:
        return None
    found = float(text)
    if found in (float("inf"), float("-inf")):
        return None
    return found + 0.0, len(text.partition(".")[2]) if "e" not in text.lower() else 10


def age_of(value: object) -> str | None:
    """ "0", "1-4", "85+", "all", "unknown"; None for what is no age."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if float(value).is_integer() and 0 <= value <= 130 else None
    text = re.sub("[岁歳세周]|years?", "", narrow(value).lower())
    text = re.sub("[至到~～－–—−]", "-", text)
    if text in TOTALS:
        return "all"
    if text in {"不详", "未知", "unknown", "unk", "不詳"}:
        return "unknown"
    if found := re.fullmatch(r"(\d{1,3})(\+|及以上|以上|andover|plus)", text):
        return f"{int(found[1])}+" if int(found[1]) <= 130 else None
    if found := re.fullmatch(r"(\d{1,3})-(\d{1,3})", text):
        low, high = int(found[1]), int(found[2])
        return f"{low}-{high}" if low < high <= 130 else str(low) if low == high <= 130 else None
    if found := re.fullmatch(r"(\d{1,3})(\.0)?", text):
        return str(int(found[1])) if int(found[1]) <= 130 else None
    return None


def sex_of(value: object) -> str | None:
    text = narrow(value).lower()
    return BY_SEX.get(text, BY_SEX.get(chinese(text)))


def variable_of(value: object) -> str | None:
    text = str(value).strip()
    return BY_VARIABLE.get(text, BY_VARIABLE.get(narrow(text)))


def year_of(value: object) -> int | None:
    """A calendar year between 1500 and 2300; 2024年 and 2024.0 are 2024."""
    text = narrow(value).removesuffix("年")
    found = re.fullmatch(r"(\d{4})(\.0)?", text)
    return int(found[1]) if found and 1500 <= int(found[1]) <= 2300 else None


def date_of(value: object) -> str | None:
    """The day as 2020-11-01, of a date cell or of text with year, month and day; None otherwise."""
    if isinstance(value, dt.datetime | dt.date):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(日|T?00:00:00)?", narrow(value))
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else None
    except ValueError:
        return None
