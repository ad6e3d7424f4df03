"""A chart being drawn: what was asked for, its title and unit in the language, the entries of its legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sanhai.errors import Language
from sanhai.show.plot.page import Page
from sanhai.show.words import in_paren, scale, word
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from sanhai.results.results import Results

__all__ = ["AGES_ONLY", "PEOPLE", "Chart"]

PEOPLE = "pop"  # by age, which the tidy variables do not have
AGES_ONLY = (PEOPLE, "asfr", "mx")
SCALES = dict.fromkeys(("persons", "births", "deaths", "children"), "axis_people") | {"places": "axis_places"}
SCALES |= dict.fromkeys(("yuan", "yuan of 2025", "yuan, value in 2025"), "money")


class Chart:
    """One chart being drawn: the result, the language, and what was asked for."""

    def __init__(
        self,
        results: Results,
        variable: str,
        place: str,
        scenarios: Sequence[str],
        years: Sequence[int],
        lang: Language,
    ):
        self.results, self.variable, self.place = results, variable, place
        self.scenarios, self.years = list(scenarios), list(years)
        self.page = Page(results, lang, place)
        self.lang = lang
        self.handles: list[Any] = []
        self.labels: list[str] = []

    @property
    def title(self) -> str:
        """Variable and place."""
        if self.variable not in (*AGES_ONLY, *VARIABLES):  # an expression
            return self.page.word("one", place=self.place_name, variable=self.variable)
        return self.named(self.variable, "plot" if self.variable in AGES_ONLY else "variable")

    @property
    def outlay_title(self) -> str:
        """The same where of money the outlay of public budgets alone is drawn."""
        is_money = self.variable in VARIABLES and VARIABLES[self.variable].money == "pair"
        return in_paren(self.title, word("part", "outlay", self.lang) if is_money else "", self.lang)

    def named(self, what: str, group: str = "plot") -> str:
        """A word and the place."""
        return self.page.word("one", place=self.place_name, variable=word(group, what, self.lang))

    @property
    def place_name(self) -> str:
        return str(getattr(self.results.place_info[self.place], f"name_{self.lang}"))

    def add(self, handle: Any, label: str) -> None:
        self.handles.append(handle)
        self.labels.append(label)

    def unit(self, largest: float) -> tuple[float, str]:
        """What values are divided by, and the unit beside the axis."""
        unit = "persons" if self.variable == PEOPLE else VARIABLES[self.variable].unit
        if unit in SCALES:
            how = scale(SCALES[unit], largest, self.lang)
            return how.divisor, how.name
        return 1.0, word("row_unit", unit, self.lang)
