"""Units of every variable, and how each is kept. Their names in both languages stand in the table of words."""

from __future__ import annotations

from dataclasses import dataclass

from sanhai import _bridge
from sanhai.errors import words

__all__ = ["VARIABLES", "Variable", "variable_name"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of the tidy table, and what its values are kept by besides scenario, place, draw and year."""

    unit: str
    adds: bool = True  # whether a parent is the sum of its parts
    stock: bool = False  # on 1 January: one more year than flows
    split: str = ""  # a further axis whose parts never add: "sex", or "basis": what a number is measured against
    money: str = ""  # "pair": by line and payer, "side": by line and kind, "line": by line; these add, kinds do not


DERIVED: dict[str, Variable] = {  # from the core's indicators, its ledger and its account of places
    "pop_midyear": Variable("persons"),
    "pop_yearend": Variable("persons"),
    "births_extra": Variable("births"),
    "births_extra_gross": Variable("births"),
    "cbr": Variable("1/year", adds=False),
    "cdr": Variable("1/year", adds=False),
    "cnir": Variable("1/year", adds=False),
    "cost_nominal": Variable("yuan", money="pair"),
    "cost_real": Variable("yuan of 2025", money="pair"),
    "pv": Variable("yuan, value in 2025", money="pair"),
    "liability": Variable("yuan", money="side"),
    "cash": Variable("yuan", money="pair"),
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


def _indicators() -> dict[str, Variable]:
    """What the core keeps of people, by its own table: unit, stock or flow, how a parent is made."""
    return {
        row.variable: Variable(row.unit, row.of_sum == "added", row.is_stock, "sex" if row.sex else "")
        for row in _bridge.indicator_table()
        if row.variable and not row.order
    }


def _variables() -> dict[str, Variable]:
    """All of them, in the order of their words."""
    known = _indicators() | DERIVED
    return {name: known[name] for name in words()["variable"]}


VARIABLES = _variables()


def variable_name(name: str, lang: str) -> str:
    """What a variable is called in a language ("zh" or "en")."""
    return str(words()["variable"][name][lang])
