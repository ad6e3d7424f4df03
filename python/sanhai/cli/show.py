"""`sanhai places` and `sanhai policies`: what the package knows, as tables or JSON."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sanhai.cli.frame import console, print_json, print_table
from sanhai.places.catalogue import all_places, resolve
from sanhai.policy.catalogue import as_records, instrument, instruments, pack
from sanhai.policy.levers import lever_table
from sanhai.show.format import MARKS, PAYER_NAMES, number
from sanhai.show.text import Table, wrapped

if TYPE_CHECKING:
    from rich.console import Console

    from sanhai.policy.schema import Amount, Component, Instrument

__all__ = ["show_instrument", "show_levers", "show_places", "show_policies"]

CARRIED = {
    "costed": ("计入支出", "costed: in the bill when its count is known"),
    "lever": ("参数:文件未给数字,由用户设定", "lever: the document gives no figure, the user sets it"),
    "output": ("产出:结果与目标并列", "output: the result is printed beside it"),
    "rule": ("规则", "rule"),
    "fact": ("事实,只作对照", "fact: for comparison only"),
    "record": ("只作记录", "record only"),
}


class _Lines:
    """Prints lines that wrap under their own indent, Chinese counted two columns a character."""

    def __init__(self, out: Console) -> None:
        self.out = out

    def print(self, line: str) -> None:
        indent = line[: len(line) - len(line.lstrip())]
        for part in wrapped(line.strip(), self.out.width, indent, indent + "  "):
            self.out.print(part, soft_wrap=True)


def _pick(lang: str, zh: str, en: str) -> str:
    return zh if lang == "zh" else en


def show_places(lang: str, as_json: bool) -> None:
    places = all_places().values()
    if as_json:
        keys = ("code", "level", "parent", "name_zh", "name_en", "pinyin", "is_leaf", "note")
        print_json([{**{key: getattr(place, key) for key in keys}, "aliases": list(place.aliases)} for place in places])
        return
    depth = {"": -1}
    rows = []
    for place in places:
        depth[place.code] = depth[place.parent] + 1
        rows.append(
            (
                f"{'  ' * depth[place.code]}{place.name_zh}",
                place.name_en,
                place.pinyin,
                place.code,
                "" if place.is_leaf else _pick(lang, "各区县之和", "sum of its parts"),
            )
        )
    columns = ("名称", "英文", "拼音", "代码", "") if lang == "zh" else ("Chinese", "English", "pinyin", "code", "")
    print_table(console(), Table(_pick(lang, "内置地区", "Bundled places"), columns, tuple(rows)), lefts=5)


def show_policies(lang: str, as_json: bool, place: str | None) -> None:
    known = instruments(place=resolve(place).code if place else None)
    if as_json:
        wanted = {row.full_id for row in known}
        print_json([record for record in as_records() if record["id"] in wanted])
        return
    columns = (
        ("编号", "名称", "处理", "状态", "可信度") if lang == "zh" else ("id", "title", "as", "status", "confidence")
    )
    out = console()
    groups: dict[str, list[tuple[str, ...]]] = {}
    for row in known:
        sure = row.confidence + MARKS[row.confidence]
        cells = (row.id, _pick(lang, row.title_zh, row.title_en), row.carried, row.status, sure)
        groups.setdefault(row.pack, []).append(cells)
    for name, rows in groups.items():
        title = f"{name}: {_pick(lang, pack(name).title_zh, pack(name).title_en)}"
        print_table(out, Table(title, columns, tuple(rows)), lefts=5)
    out.print(_pick(lang, f"政策工具 {len(known)} 项", f"{len(known)} policy instruments"))


def show_levers(lang: str, as_json: bool) -> None:
    levers = sorted(lever_table().values(), key=lambda lever: lever.path)
    if as_json:
        keys = ("path", "unit", "default", "zh", "en", "basis", "instrument")
        print_json([{**{key: getattr(one, key) for key in keys}, "choices": list(one.choices)} for one in levers])
        return
    rows = [
        (
            one.path,
            _pick(lang, one.zh, one.en),
            " | ".join(one.choices) or one.unit,
            "-" if one.default is None else f"{one.default:g}" if isinstance(one.default, float | int) else one.default,
        )
        for one in levers
    ]
    columns = (
        ("参数", "含义", "单位或取值", "默认")
        if lang == "zh"
        else ("lever", "what it is", "unit or choices", "default")
    )
    print_table(console(), Table(_pick(lang, "可设参数", "Levers"), columns, tuple(rows)), lefts=4)


def _amount_text(amount: Amount, lang: str) -> str:
    if amount.yuan is not None:
        said = f"{number(amount.yuan)} {_pick(lang, '元', 'yuan')}"
    elif amount.rate is not None:
        said = f"{amount.rate:g} x {amount.of}"
    else:
        said = _pick(lang, "未给数字", "no figure given")
    which = [
        f"{key} {value}"
        for key, value in (
            ("order", amount.order),
            ("age", amount.age),
            ("", amount.variant),
            ("from", amount.valid_from),
        )
        if value is not None
    ]
    bound = "" if amount.bound == "exact" else f" ({amount.bound})"
    return f"{said}{bound} / {amount.per}" + (f" [{', '.join(part.strip() for part in which)}]" if which else "")


def _band_places(codes: tuple[str, ...] | None, lang: str) -> str:
    known = all_places()
    if codes is None:
        return _pick(lang, "各地", "everywhere")
    return ", ".join(known[code].name(lang) if code in known else code for code in codes)


def _share_text(level: str, share: float | None, lang: str) -> str:
    name = PAYER_NAMES[level][0 if lang == "zh" else 1]
    return f"{name} {_pick(lang, '未知', 'unknown') if share is None else f'{100 * share:g} %'}"


def _payer_lines(component: Component, lang: str) -> list[str]:
    lines = []
    for band in component.payers:
        shares = ", ".join(_share_text(level, share, lang) for level, share in band.shares.items())
        note = f" ({band.note})" if band.note else ""
        lines.append(f"{_band_places(band.places, lang)}: {shares}{MARKS[band.confidence]}{note}")
    return lines


def _facts(row: Instrument, lang: str) -> list[tuple[str, Any]]:
    document = pack(row.pack)
    dates = " - ".join(str(day) for day in (row.valid_from, row.valid_to) if isinstance(day, dt.date))
    confidence = row.confidence + (f" ({row.confidence_note})" if row.confidence_note else "")
    carried = CARRIED[row.carried][0 if lang == "zh" else 1] + (f". {row.carried_note}" if row.carried_note else "")
    place = all_places()[row.place].name(lang) if row.place in all_places() else row.place
    return [
        (_pick(lang, "文件", "document"), document.document),
        (_pick(lang, "条款", "article"), row.article),
        (_pick(lang, "地区", "place"), place),
        (_pick(lang, "类别与状态", "kind, status"), f"{row.kind}, {row.status}"),
        (_pick(lang, "日期", "dates"), dates),
        (_pick(lang, "本软件的处理", "what sanhai does with it"), carried),
        (_pick(lang, "可信度", "confidence"), confidence),
        (_pick(lang, "领取率", "take-up"), f"{row.take_up:g}" if row.components else ""),
        (_pick(lang, "说明", "note"), _pick(lang, row.note_zh, row.note_en)),
        (_pick(lang, "来源", "source"), " ".join(filter(None, (row.source, row.url)))),
    ]


def _components(out: _Lines, row: Instrument, lang: str) -> None:
    for component in row.components:
        title = _pick(lang, component.title_zh, component.title_en)
        out.print(f"  {row.full_id}/{component.id} {title}".rstrip() + f": {component.stock}, {component.timing}")
        for amount in component.amounts:
            out.print(f"    {_amount_text(amount, lang)}")
        for line in _payer_lines(component, lang):
            out.print(f"    {_pick(lang, '承担', 'paid by')}: {line}")
        if component.lever:
            out.print(f"    {_pick(lang, '参数', 'lever')}: {component.lever}")


def show_instrument(full_id: str, lang: str, as_json: bool) -> None:
    """One instrument; an unknown id is bad input, with near names."""
    row = instrument(full_id)
    if as_json:
        print_json(next(record for record in as_records() if record["id"] == row.full_id))
        return
    out = _Lines(console())
    out.print(f"{row.full_id}  {row.title_zh} / {row.title_en}")
    for head, value in _facts(row, lang):
        if value:
            out.print(f"  {head}: {value}")
    for target in row.targets:
        value = "" if target.value is None else f" {target.value:g} {target.unit}"
        by = "" if target.by is None else f", {_pick(lang, '至', 'by')} {target.by}"
        what = _pick(lang, target.what_zh, target.what_en)
        out.print(f"  {_pick(lang, '目标', 'target')}: {what}{value} ({target.bound}){by}")
    for figure in row.figures:
        what = _pick(lang, figure.what_zh, figure.what_en)
        out.print(f"  {_pick(lang, '数字', 'figure')}: {what} {figure.value:g} {figure.unit}")
    for one in row.levers:
        out.print(f"  {_pick(lang, '参数', 'lever')}: {one.path} [{one.unit}] {_pick(lang, one.what_zh, one.what_en)}")
    _components(out, row, lang)
