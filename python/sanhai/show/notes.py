"""What a reader must know to trust the numbers: the run's notes and sources, rules and values, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sanhai.errors import Language, checked_language
from sanhai.show.numbers import number
from sanhai.show.words import in_paren, joined, say, scale, scenario_name, word

if TYPE_CHECKING:
    from sanhai.results.info import Note
    from sanhai.results.results import Results

__all__ = ["brackets", "notes", "scenario_line", "sources", "vintage"]

ASIDE = ("vintage", "source.figure", "source.document")  # rules that are shown elsewhere than among the notes
Values = dict[str, Any]


def _setting(record: Mapping[str, Any], lang: Language) -> str:
    """A setting's record: what is set, from when, announced when, where."""
    value = record["value"]
    said = f"{record['path']} = {value:g}" if isinstance(value, float) else f"{record['path']} = {value}"
    names = [name for name in ("from", "announced", "place") if name in record]
    more = [say(f"form.setting_{name}", lang, value=record[name]) for name in names]
    return say("form.setting", lang, said=said, more=word("form", "pieces", lang).join(more)) if more else said


def _settings(rows: Iterable[Mapping[str, Any]], lang: Language) -> str:
    return joined([_setting(row, lang) for row in rows], lang, clauses=True)


def _of_language(values: Mapping[str, Any], lang: Language) -> Values:
    """document_zh and document_en as `document` in the language asked for."""
    pairs = {key[:-3]: values[f"{key[:-3]}_{lang}"] for key in values if key.endswith("_zh")}
    return {**values, **pairs}


def _own(values: Values, lang: Language) -> tuple[str, Values]:
    rules = [say(f"derived.{rule}", lang, detail=detail) for rule, detail in values["rules"]]
    return "base.own", {**values, "rules": joined(rules, lang, clauses=True)}


def _published(values: Values, lang: Language) -> tuple[str, Values]:
    """Places with a figure in every year need no word about the rest."""
    observed = list(range(values["first"], values["last"] + 1))
    is_whole = all(list(values[name]) == observed for name in ("pop_yearend", "births", "deaths"))
    return "published.years" if is_whole else "published.years.some", values


def _spans(values: Values, lang: Language) -> tuple[str, Values]:
    spans = [say("form.year_range", lang, first=first, last=last) for first, last in values["spans"]]
    return "migration.residual", {**values, "spans": say("form.years", lang, years=joined(spans, lang))}


def _missed(values: Values, lang: Language) -> tuple[str, Values]:
    said = []
    for variable, year, sex, age, miss in values["rows"]:
        of = [word("part", sex, lang)] if sex != "both" else []
        open_ended = "form.ages_open" if age.endswith("+") else "form.ages"
        of += [say(open_ended, lang, ages=age.rstrip("+"))] if age != "all" else []
        what = in_paren(word("variable", word("published", variable, lang), lang), joined(of, lang), lang)
        said.append(say("note.published.miss", lang, year=year, what=what, miss=number(miss, 1, signed=True)))
    return "published.missed", {**values, "rows": joined(said, lang)}


def _cut(values: Values, lang: Language) -> tuple[str, Values]:
    unit = scale("text_people", 0.0, lang).name
    cut = [f"{scenario_name(name, lang)} {number(persons)}{unit}" for name, persons in values["cut"].items() if persons]
    return "migration.cut", {**values, "cut": joined(cut, lang)}


def _exchange(values: Values, lang: Language) -> tuple[str, Values]:
    return f"exchange.{values['kind']}", values


def _ceiling(values: Values, lang: Language) -> tuple[str, Values]:
    return "response.ceiling" if values["on"] else "response.ceiling_off", values


def _scenario(values: Values, lang: Language) -> tuple[str, Values]:
    said = values.get("note") or ""
    if not said:
        parts = [say("note.scenario.packs", lang, ids=values["packs_added"])] if values.get("packs_added") else []
        parts += [_settings(values["settings"], lang)] if values["settings"] else []
        parts += [say("note.scenario.without", lang, ids=values["excluded"])] if values["excluded"] else []
        said = joined(parts, lang, clauses=True) or word("note", "scenario.same", lang)
    return "scenario.is", {**values, "name": scenario_name(values["scenario"], lang, full=True), "said": said}


def _beliefs(values: Values, lang: Language) -> tuple[str, Values]:
    return "belief.set", {**values, "settings": _settings(values["settings"], lang)}


def _shares(values: Values, lang: Language) -> tuple[str, Values]:
    shares = [
        f"{word('payer', payer, lang)} {say('list.share', lang, share=share)}"
        for payer, share in values["shares"].items()
    ]
    return "money.shares_judged", {**values, "shares": joined(shares, lang)}


def _lag(values: Values, lang: Language) -> tuple[str, Values]:
    said = [say("note.money.lag_from", lang, year=year, share=share) for year, share in values["lags"]]
    return "money.lag", {**values, "lags": joined(said, lang)}


def _not_costed(values: Values, lang: Language) -> tuple[str, Values]:
    """Component ids by instrument: national/special-assistance (bereaved, disabled)."""
    found: dict[str, list[str]] = {}
    for name in values["components"]:
        instrument, _, part = name.rpartition("/")
        found.setdefault(instrument, []).append(part)
    said = [in_paren(one, joined(parts, lang) if len(parts) > 1 else "", lang) for one, parts in found.items()]
    return "money.not_costed", {**values, "components": joined(said, lang)}


def _amounts(values: Values, lang: Language) -> tuple[str, Values]:
    said = []
    for row in values["amounts"]:
        key = "note.money.amount" if row["rate"] is None else "note.money.rate"
        title = row[f"title_{lang}"] or row["component"]
        said.append(say(key, lang, title=title, per=word("per", row["per"], lang), yuan=row["yuan"], rate=row["rate"]))
    return "money.unit_amounts", {**values, "amounts": joined(said, lang, clauses=True)}


# Rules whose values need more than the fields of their sentence.
SHAPED: dict[str, Callable[[Values, Language], tuple[str, Values]]] = {
    "base.own": _own,
    "published.years": _published,
    "migration.residual": _spans,
    "migration.cut": _cut,
    "published.missed": _missed,
    "exchange.on": _exchange,
    "response.ceiling": _ceiling,
    "scenario.is": _scenario,
    "belief.set": _beliefs,
    "money.lag": _lag,
    "money.shares_judged": _shares,
    "money.not_costed": _not_costed,
    "money.unit_amounts": _amounts,
}


def sentence(note: Note, place: str, lang: Language) -> str:
    """One note as a sentence; `place` is the name of the place that it is about."""
    years = {"first": note.years[0], "last": note.years[-1], "years": note.years} if note.years else {}
    values = {**_of_language(note.values, lang), **years, "place": place}
    if "scenario" in values:
        values["name"] = scenario_name(values["scenario"], lang)
    rule, filled = SHAPED[note.rule](values, lang) if note.rule in SHAPED else (note.rule, values)
    return say(f"note.{rule}", lang, **filled)


def _name(results: Results, code: str, lang: Language) -> str:
    return results.place_info[code].name(lang) if code in results.place_info else code


def notes(results: Results, lang: str | None = None) -> list[str]:
    """Sentences in a language, in the order of the run's notes: data, response, scenarios, money, places."""
    said = checked_language(lang)
    return [sentence(note, _name(results, note.place, said), said) for note in results.notes if note.rule not in ASIDE]


def _of_rule(results: Results, rule: str) -> list[Note]:
    return [note for note in results.notes if note.rule == rule]


def scenario_line(results: Results, name: str, lang: str | None = None) -> str:
    """What a scenario is, in one line."""
    said = checked_language(lang)
    return next(
        (sentence(note, "", said) for note in _of_rule(results, "scenario.is") if note.values["scenario"] == name),
        scenario_name(name, said),
    )


def brackets(results: Results, lang: str | None = None) -> str:
    """What the brackets beside a figure cover."""
    options = results.options
    if not results.is_drawn:
        return say("text.brackets_eps", lang)
    return say(
        "text.brackets",
        lang,
        draws=options.draws,
        level=options.level,
        seed=options.seed,
        components=options.components,
    )


def vintage(results: Results, lang: str | None = None) -> str:
    """The dates behind the numbers, in one line: the count, each place's latest published figure, the standard."""
    said = checked_language(lang)
    for note in _of_rule(results, "vintage"):
        values = _of_language(note.values, said)
        dated = zip(values["names"], values["latest"].values(), strict=True)
        latest = [f"{name} {say('text.day', said, day=day)}" for name, day in dated]
        parts = [say("text.vintage_count", said, day=values["census"])]
        parts += [say("text.vintage_latest", said, latest=joined(latest, said))] if latest else []
        day = values["standard"]
        parts += [say("text.vintage_standard", said, day=day)] if day else []
        return say("text.vintage", said, parts=joined(parts, said, clauses=True))
    return ""


def sources(results: Results, lang: str | None = None) -> list[str]:
    """Citations with dates: figures first, then the policy documents in use."""
    said = checked_language(lang)
    lines = [
        in_paren(note.values["citation"], note.values["date"], said) for note in _of_rule(results, "source.figure")
    ]
    for note in _of_rule(results, "source.document"):
        values = _of_language(note.values, said)
        lines.append(in_paren(values["document"], values["issued"], said))
    return lines
