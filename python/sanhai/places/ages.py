"""Numbers by age that a user gives: from arrays, tidy tables, labelled arrays and figures, in one form."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import ConfigError, InputError, InputProblem, is_one_of, nearest, problem, refuse, require_kind
from sanhai.places.figures import SEXES
from sanhai.places.values import Value

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

__all__ = ["ORDER_NAMES", "UNITS", "ByAge", "age_label", "by_age", "scale_of", "taken"]

ALL = "all"
ORDER_NAMES = ("1", "2", "3+")
UNITS = {
    "persons": 1.0, "person": 1.0, "人": 1.0, "thousands": 1e3, "千人": 1e3, "万人": 1e4, "万": 1e4, "millions": 1e6,
    "births": 1.0, "deaths": 1.0, "person-years": 1.0, "1/year": 1.0, "per person": 1.0, "per woman": 1.0,
    "births per woman": 1.0, "children per woman": 1.0, "share": 1.0, "years": 1.0, "岁": 1.0, "boys per girl": 1.0,
    "ratio": 1.0, "%": 1e-2, "per 100": 1e-2, "‰": 1e-3, "per 1,000": 1e-3, "per 1000": 1e-3, "per 100,000": 1e-5,
    "places": 1.0, "institutions": 1.0, "yuan": 1.0, "元": 1.0, "万元": 1e4,
}  # fmt: skip
AGE = re.compile(r"(\d{1,3})(?:岁)?(?:-(\d{1,3})(?:岁)?|(\+|及以上|以上))?")
SEX_NAMES = {
    "male": "male", "m": "male", "男": "male", "female": "female", "f": "female", "女": "female",
    "both": "both", "total": "both", "all": "both", "合计": "both",
}  # fmt: skip
OLDEST = 150


def scale_of(unit: str, what: str) -> float:
    """What a number in a unit is multiplied by to stand in base units. ConfigError for a unit that is not known."""
    if not is_one_of(unit, UNITS):
        raise refuse(ConfigError, "own.unit", got=unit, what=what, known=list(UNITS), near=nearest(unit, UNITS))
    return UNITS[unit]


def age_label(label: object) -> tuple[int, int | None] | None:
    """(first, last) completed age of a label such as 0, "1-4", "85+"; last None: open. None for what is no age."""
    if isinstance(label, bool | np.bool_):
        return None
    if isinstance(label, int | float | np.integer | np.floating):
        whole = float(label)
        return (int(whole), int(whole)) if whole.is_integer() and 0 <= whole < OLDEST else None
    text = unicodedata.normalize("NFKC", str(label)).replace(" ", "").replace("–", "-").replace("—", "-")
    found = AGE.fullmatch(text)
    if not found:
        return None
    first = int(found[1])
    if found[3]:
        return first, None
    return first, int(found[2]) if found[2] else first


@dataclass(frozen=True, eq=False)
class ByAge(Value):
    """Numbers by order, year, sex and age group, in base units; NaN where there is none.

    values (order, year, sex, group). lower: first completed age of each group; `is_open`: whether the last has no end,
    which otherwise is one year wide. sexes: "male", "female", or "both". years: of the year axis, () where the numbers
    hold for every year. date: the day of a stock, YYYY-MM-DD. unit: as it was stated, "" where it was not. orders:
    "all", or "1", "2", "3+". Made by `sh.by_age`.
    """

    values: NDArray[np.float64]
    lower: tuple[int, ...]
    sexes: tuple[str, ...]
    years: tuple[int, ...] = ()
    date: str = ""
    unit: str = ""
    is_open: bool = True
    orders: tuple[str, ...] = (ALL,)
    variable: str = ""
    source: str = ""
    confidence: str = ""

    @property
    def is_single(self) -> bool:
        """Whether every closed group is one year of age."""
        return self.lower == tuple(range(self.lower[0], self.lower[-1] + 1))

    @property
    def end(self) -> int | None:
        """The first age past the last group; None where that is open."""
        return None if self.is_open else self.lower[-1] + 1

    def sex(self, name: str) -> NDArray[np.float64]:
        """(year, group) of one sex, orders summed."""
        values: NDArray[np.float64] = self.values[:, :, self.sexes.index(name)].sum(axis=0)
        return values

    def __repr__(self) -> str:
        ages = f"{self.lower[0]}-{self.lower[-1]}{'+' if self.is_open else ''}"
        when = self.date or (f"{self.years[0]}-{self.years[-1]}" if self.years else "every year")
        return f"ByAge({', '.join(self.sexes)}; ages {ages}; {when}{'; ' + self.unit if self.unit else ''})"


def by_age(
    *,
    male: ArrayLike | None = None,
    female: ArrayLike | None = None,
    first_age: int = 0,
    open: bool = True,
    date: str | None = None,
    year: int | Sequence[int] | None = None,
    unit: str = "",
    ages: Sequence[str] | None = None,
) -> ByAge:
    """Numbers by age from arrays, one for each sex.

    male, female: one number for each age from `first_age` on, or (year, age) where `year` is a list of years; a pandas
    Series may carry the ages as its index. open: whether the last age has no end. ages: labels of groups instead, "0",
    "1-4", .. "85+". date: the day of a stock, "2025-01-01". unit: of the numbers, such as "persons", "万人", "‰".
    Raises ConfigError for numbers without a sex or of unlike length, an age, date, year or unit that is none.
    """
    given = {sex: one for sex, one in zip(SEXES, (male, female), strict=True) if one is not None}
    if not given:
        raise refuse(ConfigError, "own.no_sex")
    require_kind("open", open, bool, "bool")
    years = _years(year)
    labels = _labels(given, first_age, open, ages)
    tables = {sex: _numbers(sex, one, len(years)) for sex, one in given.items()}
    lower, is_open = _groups(labels, "by_age")
    for sex, table in tables.items():
        if table.shape[1] != len(lower):
            raise refuse(ConfigError, "own.length", got=table.shape[1], what=sex, n=len(lower))
    values = np.stack(list(tables.values()), axis=1)[None] * (scale_of(unit, "unit") if unit else 1.0)
    return ByAge(values, lower, tuple(tables), years, _day(date), unit, is_open)


def _years(year: object) -> tuple[int, ...]:
    listed = [] if year is None else [year] if isinstance(year, int | np.integer | str | float) else year
    require_kind("year", listed, Iterable, "int | list[int]")
    out = []
    for one in listed:  # type: ignore[attr-defined]
        if isinstance(one, bool) or not isinstance(one, int | np.integer) or not 1750 <= one <= 2300:
            raise refuse(ConfigError, "own.year", got=one)
        out.append(int(one))
    if out != sorted(set(out)):
        raise refuse(ConfigError, "own.years", got=out[:10])
    return tuple(out)


def _day(date: object) -> str:
    import datetime as dt

    if date is None:
        return ""
    try:
        return dt.date.fromisoformat(str(date)).isoformat()
    except ValueError:
        raise refuse(ConfigError, "own.date", got=date) from None


def _labels(given: Mapping[str, Any], first: object, is_open: bool, ages: Sequence[str] | None) -> list[object]:
    if ages is not None:
        if isinstance(ages, str) or not isinstance(ages, Iterable):
            raise refuse(ConfigError, "argument.kind", got=ages, what="ages", kind="list[str]")
        return list(ages)
    for one in given.values():
        index = getattr(one, "index", None)
        if index is not None and not callable(index) and type(index).__name__ != "RangeIndex":
            return list(index)
    if isinstance(first, bool) or not isinstance(first, int | np.integer) or not 0 <= first < OLDEST:
        raise refuse(ConfigError, "own.age", got=first, what="first_age")
    n = max(np.shape(np.asarray(one))[-1] if np.ndim(np.asarray(one)) else 0 for one in given.values())
    last = int(first) + n - 1
    return [*range(int(first), last), f"{last}+" if is_open else last]


def _numbers(sex: str, given: object, n_years: int) -> NDArray[np.float64]:
    try:
        table = np.array(given, dtype=float)
    except (TypeError, ValueError):
        table = np.zeros(())
    if table.ndim not in (1, 2) or not table.size or (table.ndim == 2 and table.shape[0] != n_years):
        raise refuse(ConfigError, "own.array", got=given, what=sex, years=n_years or 1)
    if np.isinf(table).any():
        raise refuse(ConfigError, "own.infinite", what=sex)
    return np.atleast_2d(table)


def _groups(labels: Sequence[object], what: str) -> tuple[tuple[int, ...], bool]:
    """First ages and whether the last group is open, of labels that follow one another without a gap."""
    found = []
    for label in labels:
        parsed = age_label(label)
        if parsed is None:
            raise refuse(ConfigError, "own.age", got=label, what=what)
        found.append(parsed)
    faults = list(_age_faults(found, what))
    if faults:
        raise InputError(faults)
    return tuple(first for first, _ in found), found[-1][1] is None


def _age_faults(groups: Sequence[tuple[int, int | None]], what: str) -> Iterable[InputProblem]:
    """What is wrong with groups in the order of age: an open one before the last, a gap, an overlap."""
    for (first, last), (following, _) in itertools.pairwise(groups):
        if last is None:
            yield problem("input.AGE_OPEN.inside", {"variable": what, "age": f"{first}+"}, next=following)
        elif following > last + 1:
            at = {"variable": what, "age": str(following)}
            yield problem("input.AGE_GAP.own", at, first=last + 1, last=following - 1)
        elif following <= last:
            yield problem("input.AGE_OVERLAP.own", {"variable": what, "age": str(following)}, first=first, last=last)


def taken(given: object, what: str, variables: Sequence[str]) -> ByAge | None:
    """A component as the user gave it: by_age, tidy table, figures or labelled array; None for None.

    variables: names that its rows may have, the best first. ConfigError for an array without axes, a path, anything
    else; InputError listing cells that stand twice, ages with gaps, rows without a sex.
    """
    if given is None or isinstance(given, ByAge):
        return given
    if isinstance(given, str | Path | bytes):
        raise refuse(ConfigError, "own.path", got=str(given), what=what)
    if hasattr(given, "dims") and hasattr(given, "coords"):
        return _from_array(given, what)
    frame: Any = getattr(given, "frame", given)
    if hasattr(frame, "columns") and hasattr(frame, "to_dict"):
        return _from_frame(frame, what, variables, is_base=frame is not given)
    if isinstance(given, list | tuple | np.ndarray) or hasattr(given, "index"):
        raise refuse(ConfigError, "own.bare_array", what=what)
    raise refuse(ConfigError, "own.component", got=given, what=what)


def _from_array(given: Any, what: str) -> ByAge:
    """From an xarray.DataArray with named dims; attrs may hold `units` and `date`."""
    known = ("order", "year", "sex", "age")
    odd = [str(name) for name in given.dims if name not in known]
    bare = [str(name) for name in given.dims if name not in given.indexes]
    if odd or bare or "age" not in given.dims:
        raise refuse(ConfigError, "own.dims", got=[str(name) for name in given.dims], what=what, known=known)
    frame = given.to_series().rename("value").reset_index()
    units = str(given.attrs.get("units", ""))
    if units:
        frame["unit"] = units
    for name in ("date", "source"):
        if name in given.attrs:
            frame[name] = str(given.attrs[name])
    return _from_frame(frame, what, ())


def _from_frame(frame: pd.DataFrame, what: str, variables: Sequence[str], is_base: bool = False) -> ByAge:
    missing = [name for name in ("age", "value") if name not in frame.columns]
    if missing:
        raise refuse(ConfigError, "own.columns", got=[str(name) for name in frame.columns][:20], what=what)
    rows, variable = _one_variable(frame, what, variables)
    rows = rows[rows["age"].astype(str) != ALL]
    if not len(rows):
        raise refuse(ConfigError, "own.no_rows", what=what, variables=list(variables))
    if "place" in rows.columns and rows["place"].nunique() > 1:
        raise refuse(ConfigError, "own.places", got=[str(one) for one in rows["place"].unique()[:10]], what=what)
    parsed = {label: age_label(label) for label in rows["age"].unique()}
    faults = [
        problem("input.AGE_AMBIGUOUS.own", {"variable": what}, got=label) for label, of in parsed.items() if not of
    ]
    sexes = _sexes(rows, what, faults)
    if faults:
        raise InputError(faults)
    return _filled(rows, sexes, {label: of for label, of in parsed.items() if of}, what, variable, is_base)


def _one_variable(frame: pd.DataFrame, what: str, variables: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Rows of the best variable there is."""
    if "variable" not in frame.columns or not variables:
        return frame, variables[0] if len(variables) == 1 else ""
    held = set(frame["variable"].astype(str))
    best = next((name for name in variables if name in held), None)
    if best is None:
        raise refuse(ConfigError, "own.variable", got=sorted(held)[:10], what=what, known=list(variables))
    return frame[frame["variable"].astype(str) == best], best


def _sexes(rows: pd.DataFrame, what: str, faults: list[InputProblem]) -> dict[object, str]:
    """Label -> sex; "both" is left out where the two sexes stand beside it."""
    labels = rows["sex"].unique() if "sex" in rows.columns else ["both"]
    found = {label: SEX_NAMES.get(unicodedata.normalize("NFKC", str(label)).strip().lower(), "") for label in labels}
    faults += [problem("input.SEX_LABEL.own", {"variable": what}, got=label) for label, sex in found.items() if not sex]
    one_sex = set(found.values()) - {"both", ""}
    return {label: sex for label, sex in found.items() if sex and (sex != "both" or not one_sex)}


def _order(label: object) -> str:
    text = str(label).strip()
    number = text[:-2] if text.endswith(".0") else text
    return {"": ALL, "nan": ALL, "None": ALL, ALL: ALL}.get(
        text, "3+" if number in ("3", "4", "5", "4+", "5+") else number
    )


def _filled(
    rows: pd.DataFrame,
    sexes: Mapping[object, str],
    ages: Mapping[object, tuple[int, int | None]],
    what: str,
    variable: str,
    is_base: bool,
) -> ByAge:
    """The table of numbers that rows fill; orders above 3 join 3+, and orders are taken where they stand beside all."""
    groups = sorted(set(ages.values()), key=lambda one: (one[0], one[1] is None, one[1] or 0))
    faults = list(_age_faults(groups, what))
    if faults:
        raise InputError(faults)
    orders = [_order(one) for one in rows["order"]] if "order" in rows.columns else [ALL] * len(rows)
    if set(orders) - {ALL}:
        rows, orders = rows[[one != ALL for one in orders]], [one for one in orders if one != ALL]
    if odd := sorted(set(orders) - {ALL, *ORDER_NAMES}):
        raise refuse(ConfigError, "own.order", got=odd, what=what)
    names = [one for one in (ALL, *ORDER_NAMES) if one in orders]
    whole = rows["year"] if "year" in rows.columns else None
    years = sorted({int(one) for one in whole if one == one}) if whole is not None else []
    listed = [one for one in ("male", "female", "both") if one in sexes.values()]
    values = np.full((len(names), max(len(years), 1), len(listed), len(groups)), np.nan)
    labels = rows["sex"] if "sex" in rows.columns else ["both"] * len(rows)
    columns = (orders, whole if whole is not None else [0] * len(rows), labels, rows["age"], rows["value"])
    for order, year, label, age, value in zip(*columns, strict=True):
        if label not in sexes:
            continue
        cell = (
            names.index(order),
            years.index(int(year)) if years else 0,
            listed.index(sexes[label]),
            groups.index(ages[age]),
        )
        adds = order == "3+" and not np.isnan(values[cell])
        if not np.isnan(values[cell]) and not adds:
            at = {"variable": what, "year": int(year) or None, "sex": sexes[label], "age": str(age)}
            faults.append(problem("input.DUPLICATE.own", at, got=float(value)))
        values[cell] = float(value) + (values[cell] if adds else 0.0)
    if faults:
        raise InputError(faults)
    unit = _only(rows, "unit", what)
    scale = 1.0 if is_base or not unit else scale_of(unit, what)
    lower, is_open = tuple(first for first, _ in groups), groups[-1][1] is None
    said = (_only(rows, "source", what, ","), _only(rows, "confidence", what, ","))
    date = _only(rows, "date", what)
    years = [] if date and len(years) == 1 else years
    return ByAge(values * scale, lower, tuple(listed), tuple(years), _day(date or None), unit or "base" * is_base,
                 is_open, tuple(names), variable, *said)  # fmt: skip


def _only(rows: pd.DataFrame, column: str, what: str, join: str = "") -> str:
    """What a column says of all rows: one text, or those there are, joined."""
    if column not in rows.columns:
        return ""
    found = [str(one) for one in rows[column].unique() if one == one and one is not None and str(one)]
    if len(found) > 1 and not join:
        if column == "unit":
            raise refuse(ConfigError, "own.several_units", got=found[:10], what=what)
        raise refuse(ConfigError, "own.several_dates", got=found[:10], what=what)
    return join.join(found)
