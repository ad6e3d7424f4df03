"""Words from the one table, words.toml: `say` fills a sentence in a language, `word` names a thing.

Fields of a sentence may say how they are shown: {persons:people}, {paid:yuan}, {share:share}, {years:years},
{day:date}, {names:scenarios}, {parts:components}, {value:n} (thousands), {value:g}. Lists without a way are joined.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sanhai.errors import Language, checked_language, words
from sanhai.show.numbers import number, runs_of_years

__all__ = [
    "Scale",
    "headed",
    "in_paren",
    "joined",
    "say",
    "scale",
    "scenario_name",
    "unit",
    "word",
    "words_of",
    "years_said",
]


def _entry(key: str) -> Mapping[str, str]:
    """A table of both languages by its dotted key; keys with dots of their own stand in the last table."""
    group, _, name = key.partition(".")
    return cast("Mapping[str, str]", words()[group][name])


def word(group: str, name: str, lang: str | None = None) -> str:
    """The name of a thing, such as word("payer", "central"); a name that the table lacks is given back as it is."""
    found = words()[group].get(name)
    return name if found is None else str(found[checked_language(lang)])


def words_of(group: str) -> tuple[str, ...]:
    """The names of a group of things, in the table's order."""
    return tuple(words()[group])


def unit(name: str, lang: str | None = None) -> str:
    return word("unit", name, lang)


def say(key: str, lang: str | None = None, **values: Any) -> str:
    """One sentence in one language (the current one where none is named)."""
    said = checked_language(lang)
    return _Sentence(said).vformat(_entry(key)[said], (), values)


def joined(parts: Sequence[str], lang: str | None = None, clauses: bool = False) -> str:
    return word("form", "clauses" if clauses else "list", lang).join(parts)


def in_paren(said: str, more: str, lang: str | None = None) -> str:
    return say("form.paren", lang, said=said, more=more) if more else said


def headed(said: str, more: str = "", lang: str | None = None) -> str:
    """A head and what belongs to it."""
    return say("form.colon", lang, said=said, more=more).rstrip()


def scenario_name(name: str, lang: str | None = None, full: bool = False) -> str:
    """A scenario as printed: in words where it is one of ours; `full` keeps the name that users type beside it."""
    said = word("scenario", name, lang)
    return say("form.with_id", lang, said=said, id=name) if full and said != name else said


def years_said(years: Sequence[int], lang: str | None = None) -> str:
    """Years as runs: 2021—2023、2025年 or 2021-2023, 2025; none where there is none."""
    if not years:
        return word("form", "nothing", lang)
    runs = [
        str(first) if first == last else say("form.year_range", lang, first=first, last=last)
        for first, last in runs_of_years(years)
    ]
    return say("form.years", lang, years=joined(runs, lang))


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit for the edge only: what base values are divided by, its name, digits shown."""

    divisor: float
    name: str
    digits: int

    def show(self, value: float, signed: bool = False) -> str:
        return number(value / self.divisor, self.digits, signed)


def scale(name: str, largest: float, lang: str | None = None) -> Scale:
    """The scale of a kind of number (money, people, difference, ...) for values up to `largest`, in base units."""
    steps = words()["scale"][name][checked_language(lang)]
    step = [one for one in steps if one["from"] <= abs(largest)][-1]
    return Scale(step["by"], step["unit"], step["digits"])


def _scaled(name: str) -> Callable[[float, Language], str]:
    def said(value: float, lang: Language) -> str:
        chosen = scale(name, value, lang)
        return chosen.show(value) + chosen.name

    return said


def _share(digits: int) -> Callable[[float, Language], str]:
    def said(value: float, lang: Language) -> str:
        return say("form.percent", lang, value=number(100.0 * value, digits))

    return said


def _date(day: str, lang: Language) -> str:
    """A date of a source, YYYY-MM-DD, YYYY-MM or YYYY; what is none of these stays as it is."""
    parts = day.split("-")
    if len(parts) > len(DATE_PARTS) or not all(part.isdigit() for part in parts):
        return day
    form = ("form.date_year", "form.date_month", "form.date")[len(parts) - 1]
    return say(form, lang, **dict(zip(DATE_PARTS, map(int, parts), strict=False)))


DATE_PARTS = ("year", "month", "day")
WAYS: dict[str, Callable[[Any, Language], str]] = {
    "people": _scaled("text_people"),
    "yuan": _scaled("text_yuan"),
    "share": _share(0),
    "share1": _share(1),
    "share2": _share(2),
    "years": lambda years, lang: years_said(years, lang),
    "date": _date,
    "scenarios": lambda names, lang: joined([scenario_name(name, lang) for name in names], lang),
    "components": lambda names, lang: (
        joined([word("component", name, lang) for name in names], lang) or word("form", "nothing", lang)
    ),
    "n": lambda value, lang: number(value),
    "plain": lambda value, lang: number(value) if float(value).is_integer() else f"{value:g}",
}


class _Sentence(string.Formatter):
    """Fills fields in a language."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in WAYS:
            return WAYS[format_spec](value, self.lang)
        if not format_spec and isinstance(value, list | tuple):
            return joined([str(one) for one in value], self.lang)
        return str(super().format_field(value, format_spec))
