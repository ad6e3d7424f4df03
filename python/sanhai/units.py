"""Units of every variable, and how each is kept. Their names in both languages stand in the table of words."""

from __future__ import annotations

from dataclasses import dataclass

from sanhai.errors import words

__all__ = ["VARIABLES", "Variable", "variable_name"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of the tidy table, and what its values are kept by besides scenario, place, draw and year."""

    unit: str
    adds: bool = True  # whether a parent is the sum of its parts
    stock: bool = False  # on 1 January: one more year than flows
    split: str = ""  # a further axis whose parts never add: "sex", or "basis": what a number is measured against
    money: str = ""  # "pair": by line and payer, "line": by line; these add


VARIABLES: dict[str, Variable] = {
    "pop_jan1": Variable("persons", stock=True),
    "pop_midyear": Variable("persons"),
    "pop_yearend": Variable("persons"),
    "births": Variable("births"),
    "births_gross": Variable("births"),
    "births_extra": Variable("births"),
    "births_extra_gross": Variable("births"),
    "deaths": Variable("deaths"),
    "net_migration": Variable("persons"),
    "cbr": Variable("1/year", adds=False),
    "cdr": Variable("1/year", adds=False),
    "cnir": Variable("1/year", adds=False),
    "leavers": Variable("persons"),
    "arrivals": Variable("persons"),
    "tfr": Variable("children per woman", adds=False),
    "e0": Variable("years", adds=False, split="sex"),
    "median_age": Variable("years", adds=False, stock=True),
    "pop_0_2": Variable("persons", stock=True),
    "pop_0_14": Variable("persons", stock=True),
    "pop_15_64": Variable("persons", stock=True),
    "pop_65plus": Variable("persons", stock=True),
    "women_15_49": Variable("persons", stock=True),
    "tdr": Variable("per person", adds=False, stock=True),
    "oadr": Variable("per person", adds=False, stock=True),
    "cost_nominal": Variable("yuan", money="pair"),
    "cost_real": Variable("yuan of 2025", money="pair"),
    "pv": Variable("yuan, value in 2025", money="pair"),
    "full_liability": Variable("yuan", money="line"),
    "beneficiaries": Variable("counted units", money="line"),
    "places_target": Variable("places"),
    "places_demand": Variable("places"),
    "places_want": Variable("places"),
    "places_stock": Variable("places"),
    "places_gap": Variable("places", split="basis"),
    "places_per_1000": Variable("places per 1,000 residents", adds=False, split="basis"),
    "places_per_child": Variable("places per child under 3", adds=False, split="basis"),
    "enrolment": Variable("children"),
    "classes": Variable("classes"),
    "staff": Variable("carers"),
    "openings": Variable("places"),
    "closures": Variable("places"),
    "paid_places": Variable("places"),
}


def variable_name(name: str, lang: str) -> str:
    """What a variable is called in a language ("zh" or "en")."""
    return str(words()["variable"][name][lang])
