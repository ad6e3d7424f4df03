"""What readers hand on: rows in the file's own units with the spot each stands at, and what was found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanhai.errors import ConfigError, InputError, InputProblem, problem
from sanhai.readers.figures import Note, Years, years_of

__all__ = ["Asked", "Report", "Row", "Spot", "Unit"]

MOST = 500  # problems kept; a file with more is another file


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands."""

    file: str = ""
    sheet: str = ""
    cell: str = ""
    line: int | None = None
    column: str = ""

    def where(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("file", "sheet", "cell", "line", "column")}

    @property
    def text(self) -> str:
        return f"{self.sheet}!{self.cell}" if self.cell else f"line {self.line}" if self.line else ""


@dataclass(frozen=True, slots=True)
class Unit:
    """How values are written: `base` = value x factor; `known` by the format, the file or the user."""

    name: str
    factor: float = 1.0
    base: str = ""
    known: str = "format"
    spot: Spot | None = None


@dataclass(slots=True)
class Row:
    """One figure of a file, in the file's unit; NaN is missing. Totals are sex "both" and age "all"."""

    place: str
    variable: str
    year: int
    sex: str
    age: str
    value: float
    unit: Unit
    spot: Spot
    date: str = ""
    order: str = ""
    name: str = ""
    note: str = ""
    source: str = ""
    published: str = ""
    confidence: str = ""
    method: str = ""
    basis: str = ""
    parent: str = ""
    destination: str = ""
    label: Spot | None = None  # where its age stands
    decimals: int = 0  # as written, for the tolerance of sums

    def at(self) -> dict[str, Any]:
        """Fields of an InputProblem about this row."""
        number = {"variable": self.variable, "year": self.year, "sex": self.sex, "age": self.age}
        return {**self.spot.where(), **number}


@dataclass(frozen=True)
class Asked:
    """The arguments of `sh.read`."""

    place: str | None = None
    years: Years = None
    date: str | None = None
    variant: str | None = None
    unit: Mapping[str, str] = field(default_factory=dict)
    measure: str | None = None
    hidden: str | None = None

    def wants(self, year: int) -> bool:
        return self.years is None or year in years_of(self.years)


class Report:
    """Problems and notes of one call, in the order in which they were found."""

    def __init__(self) -> None:
        self.problems: list[InputProblem] = []
        self.notes: list[Note] = []
        self.about: dict[str, dict[str, str]] = {}
        self._said: set[tuple[object, ...]] = set()

    def add(self, key: str, at: Row | Spot | None = None, **values: Any) -> None:
        """Notes a fault; `key` is "input.CODE.detail"."""
        spot = at.spot if isinstance(at, Row) else at
        said = (key, spot, str(values))
        if len(self.problems) < MOST and said not in self._said:
            self._said.add(said)
            where = at.at() if isinstance(at, Row) else at.where() if at is not None else None
            self.problems.append(problem(key, where, **values))

    def put(self, error: ConfigError, at: Spot) -> None:
        """Notes a fault that somebody else found."""
        if len(self.problems) < MOST:
            self.problems.append(InputProblem(error, **at.where()))

    def say(self, key: str, **values: object) -> None:
        """Notes what the user must know."""
        self.notes.append((key, tuple(values.items())))

    def stop(self, key: str, at: Row | Spot | None = None, **values: Any) -> InputError:
        """The error to raise at once, with all that was found before."""
        self.add(key, at, **values)
        return InputError(self.problems)

    def finish(self) -> None:
        if self.problems:
            raise InputError(self.problems)
