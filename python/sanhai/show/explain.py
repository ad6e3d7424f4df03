"""What stands behind one number: formula, inputs, documents, confidence; as data that prints itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import Language, checked_language, words
from sanhai.policy.months import WHOLE_RUN, january
from sanhai.policy.nursery import norm_of
from sanhai.policy.reading import Reading
from sanhai.policy.terms import cost_of_child, lag, payable
from sanhai.results.select import checked_name, checked_variable, checked_year
from sanhai.show.numbers import number
from sanhai.show.words import headed, in_paren, joined, say, scenario_name, word
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.places.place import Place
    from sanhai.results.results import Results

__all__ = ["Explanation", "explain"]

JUDGED = ("eps", "k1", "k2", "k3", "tau", "T", "H", "rho")
NURSERY = ("enrolment_share", "want_share", "target_utilisation", "stock_per_1000", "assumption", "plan")
WHOLE = 100.0  # numbers from here on are printed whole


@dataclass(frozen=True)
class Explanation:
    """One number explained. `values` by part ("" where there is one), in base units; `inputs` are rows of plain data.

    `str` and the notebook print it in the language of the moment; `lines(lang)` in a chosen one.
    """

    variable: str
    unit: str
    year: int
    scenario: str
    place: str  # code
    name_zh: str
    name_en: str
    values: dict[str, float]
    confidence: tuple[str, ...]
    basis: str
    fitted: bool
    inputs: tuple[dict[str, Any], ...]

    def lines(self, lang: str | None = None) -> list[str]:
        """Plain text, one fact a line."""
        said = checked_language(lang)
        place = self.name_zh if said == "zh" else self.name_en
        name, variable = scenario_name(self.scenario, said, full=True), word("variable", self.variable, said)
        out = [
            say("explain.head", said, variable=variable, id=self.variable, place=place, year=self.year, scenario=name)
        ]
        for part, value in self.values.items():
            plain = number(value) if abs(value) >= WHOLE else f"{value:.6g}"
            shown = f"{plain} {word('row_unit', self.unit, said)}"
            out.append(headed(word("explain", "value", said), in_paren(shown, word("part", part, said), said), said))
        if not self.values:
            out.append(headed(word("explain", "value", said), word("explain", "none", said), said))
        if self.variable in words()["formula"]:
            out.append(headed(word("explain", "formula", said), word("formula", self.variable, said), said))
        if self.confidence:
            sure = joined([word("confidence", one, said) for one in self.confidence], said)
            how = word("nature", "fitted" if self.fitted else self.basis, said)
            out.append(headed(word("explain", "confidence", said), in_paren(sure, how, said), said))
        return [*out, *(f"  {_input(row, said)}" for row in self.inputs)]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def _input(row: dict[str, Any], lang: Language) -> str:
    """An input as a line: rows name their sentence in `is`."""
    values = dict(row)
    for key in [key for key in row if key.endswith("_zh")]:
        values[key[:-3]] = row[f"{key[:-3]}_{lang}"]
    if "shares" in row:
        values["shares"] = joined(
            [f"{_bearer(who, lang)} {number(yuan)}" for who, yuan in row["shares"].items()], lang
        )
    if "confidence" in row:
        values["confidence"] = word("confidence", row["confidence"], lang)
    if "source" in row:
        values["source"] = word("basis", row["source"], lang)
    if "settings" in row:
        values["settings"] = joined([f"{path} {value}" for path, value in row["settings"].items()], lang)
    return say(f"explain.{row['is']}", lang, **values)


def _bearer(name: str, lang: Language) -> str:
    """A payer, or a kind of money."""
    return word("payer" if name in words()["payer"] else "part", name, lang)


def _money(results: Results, variable: str, scenario: str, place: str, year: int) -> Iterator[dict[str, Any]]:
    """Each line of the bill that costs something: how many, how much, who pays, which document says so."""
    shown = {"cash": "cash", "liability": "liability"}.get(variable, "cost_nominal")
    reading = Reading(results.scenario(scenario))
    frame, known = results.frame, results.scenario(scenario).catalogue
    mine = frame[(frame["scenario"] == scenario) & (frame["place"] == place) & (frame["year"] == year)]
    for line in results.lines:
        own = mine[(mine["instrument"] == line.instrument) & (mine["component"] == line.component)]
        paid = own[own["variable"] == shown]
        if not np.any(paid["value"]):
            continue
        counted = own.loc[own["variable"] == "beneficiaries", "value"]
        one = known.instrument(line.instrument)
        document = known.pack(one.pack)
        yield {
            "is": "line",
            "id": line.id,
            "counted": float(counted.sum()),
            "yuan": float(paid["value"].sum()),
            "shares": _shares(paid, "kind" if shown == "liability" else "payer"),
        }
        if shown == "cash":
            yield from _arrears(results, reading, line.id, scenario, place, year)
        yield {
            "is": "document",
            "title_zh": one.title_zh,
            "title_en": one.title_en,
            "document_zh": document.title_zh,
            "document_en": document.title_en,
            "article": f" {one.article}" if one.article else "",
            "confidence": line.confidence,
        }


def _shares(paid: pd.DataFrame, column: str) -> dict[str, float]:
    return {str(end): float(yuan) for end, yuan in zip(paid[column], paid["value"], strict=True)}


def _arrears(
    results: Results, reading: Reading, line_id: str, scenario: str, place: str, year: int
) -> Iterator[dict[str, Any]]:
    """How a line's cash follows from what is due in two years, where its lag is the same all over the place."""
    found = {
        tuple(lag(reading, leaf, payable(reading, leaf)[line_id], one) for one in (year - 1, year))
        for leaf in _place(results, scenario, place).leaves
        if line_id in payable(reading, leaf)
    }
    if len(found) != 1 or found == {(0.0, 0.0)} or year - 1 not in results.years:
        return
    ((before, now),) = found
    due = results.table("cost_nominal", place=place, scenario=scenario, by="component", at=(year - 1, year))
    last, this = (float(one) for one in due.xs(line_id, level="component").sum())
    yield {"is": "arrears", "formula": f"(1 - {now!r}) * {this!r} + {before!r} * {last!r}"}


def _place(results: Results, scenario: str, code: str) -> Place:
    """The place of a code, as the scenario holds it: the place itself, a part of it, or an area above."""
    main = results.scenario(scenario).place
    return next(one for one in (main, *main.leaves, *main.lineage) if one.code == code)


def _births(results: Results, scenario: str, place: str, year: int) -> Iterator[dict[str, Any]]:
    """What the births of the scenario answer to."""
    reading = Reading(results.scenario(scenario))
    own, base = (
        float(results.central.table("births_gross", place=place, at=year, scenario=name).to_numpy()[0, 0])
        for name in (scenario, results.baseline)
    )
    yield {"is": "multiplier", "ratio": own / base if base else 1.0}
    cost, confidence, source = cost_of_child(reading, _place(results, scenario, place), january(year))
    yield {"is": "cost_of_child", "yuan": cost, "source": source, "confidence": confidence}
    yield {"is": "judged", "settings": {name: reading.value(f"response.{name}", None, WHOLE_RUN) for name in JUDGED}}


def _places(results: Results, scenario: str, place: str, year: int) -> Iterator[dict[str, Any]]:
    reading = Reading(results.scenario(scenario))
    norm, source = norm_of(reading, _place(results, scenario, place), year)
    yield {"is": "norm", "norm": norm, "source": source}
    settings = {f"nursery.{name}": reading.value(f"nursery.{name}", None, january(year)) for name in NURSERY}
    yield {"is": "settings", "settings": {path: "-" if value is None else value for path, value in settings.items()}}


def _inputs(results: Results, variable: str, year: int, scenario: str, place: str) -> Iterator[dict[str, Any]]:
    if year not in results.years:
        return
    if VARIABLES[variable].money:
        yield from _money(results.central, variable, scenario, place, year)
    elif variable.startswith("births"):
        yield from _births(results, scenario, place, year)
    elif variable.startswith("places"):
        yield from _places(results, scenario, place, year)


def explain(results: Results, variable: str, year: int, scenario: str, place: str) -> Explanation:
    """The value of the central run, how it is computed, what went in, which documents, how sure it is.

    Raises ConfigError for a name or year the result does not hold.
    """
    checked_variable(results._store, variable)
    checked_name("scenario", scenario, results.scenarios)
    when = checked_year(results, variable, year)
    table = results.central.table(variable, at=when, place=place, scenario=scenario)[when].dropna()
    parts = {str(key[-1]) if isinstance(key, tuple) else "": float(value) for key, value in table.items()}
    if VARIABLES[variable].money in ("pair", "side"):  # kinds of which nobody bears anything
        parts = {kind: yuan for kind, yuan in parts.items() if yuan or kind == "outlay"}
    mark = results.marks(variable, place, when, scenario) if parts else None
    info = results.place_info[place]
    return Explanation(
        variable=variable,
        unit=str(results.central.table(variable, at=when).attrs["unit"]),
        year=when,
        scenario=scenario,
        place=place,
        name_zh=info.name_zh,
        name_en=info.name_en,
        values=parts,
        confidence=() if mark is None else (mark.confidence,),
        basis="" if mark is None else mark.nature,
        fitted=mark is not None and mark.fitted,
        inputs=tuple(_inputs(results, variable, when, scenario, place)),
    )
