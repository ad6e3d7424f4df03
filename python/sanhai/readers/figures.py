"""`sh.Figures`: tidy rows of own data, with the unit of each variable, how it is known, and what a user must know."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, InputError, InputProblem, nearest, problem, refuse, words
from sanhai.errors import language as current
from sanhai.places.figures import FITTED_TO, REPORTED

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.places.place import Place

__all__ = ["COLUMNS", "KEY", "NUMBERS", "Figures", "Note", "Unit", "Years"]

Years = int | tuple[int, int] | range | Sequence[int] | None
Unit = tuple[str, str, str]  # variable, unit as it was written, how it is known: format, file, user
Note = tuple[str, tuple[tuple[str, object], ...]]  # key of the table `reading` of words.toml, and values

# A row is one figure in base units: persons, shares, per year. `at` is sheet!cell or the line it stands in.
COLUMNS = (
    "place", "variable", "year", "date", "sex", "age", "order", "value", "unit", "source", "published", "confidence",
    "method", "basis", "name", "parent", "note", "file", "at", "destination",
)  # fmt: skip
KEY = ("place", "variable", "year", "date", "sex", "age", "order", "basis", "destination")
NUMBERS = {"year": "int64", "value": "float64"}
HOW = ("column", "unit", "known")


class Figures:
    """Tidy rows of one or more places; never changed, equal by content, picklable.

    frame: one row a figure, columns COLUMNS, all text but `year` (int) and `value` (float, base units, NaN where the
    file says that it is missing). `date` is the day of a stock, "2020-11-01"; `sex` male, female, both; `age` "0",
    "1-4", "85+", "all"; `order` "", "all", "1", "2", "3", "3+". about: what is known of each place besides figures
    (name, code, policy_place, parent, basis, date). Raises ConfigError for a frame without a column of COLUMNS, and
    InputError (DUPLICATE) for a key that stands twice.
    """

    __slots__ = ("_about", "_digest", "_files", "_frame", "_notes", "_units")

    def __init__(
        self,
        frame: pd.DataFrame,
        units: Iterable[Unit] = (),
        notes: Iterable[Note] = (),
        about: Mapping[str, Mapping[str, str]] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> None:
        self._frame = _checked(frame)
        self._units = tuple(dict.fromkeys(units))
        self._notes = tuple(dict.fromkeys(notes))
        self._about = MappingProxyType({key: MappingProxyType(dict(value)) for key, value in (about or {}).items()})
        self._files = MappingProxyType(dict(files or {}))
        self._digest = ""

    @property
    def frame(self) -> pd.DataFrame:
        """The rows, as a table of the caller's own."""
        return self._frame.copy()

    @property
    def units(self) -> pd.DataFrame:
        """column (the variable), unit as it was written, known (format, file or user); values are in base units."""
        import pandas as pd

        return pd.DataFrame(list(self._units), columns=list(HOW))

    @property
    def notes(self) -> list[str]:
        """What was left out, assumed or looks odd, one sentence each, in the current language."""
        form, lang = words()["reading"], current()
        return [str(form[key][lang]).format_map({name: _said(one) for name, one in said}) for key, said in self._notes]

    @property
    def about(self) -> Mapping[str, Mapping[str, str]]:
        """Place -> what the file or the call says of it: name, code, policy_place, parent, basis, date."""
        return self._about

    @property
    def files(self) -> Mapping[str, str]:
        """File name -> sha256 (hex) of its bytes."""
        return self._files

    @property
    def digest(self) -> str:
        """sha256 (hex) of the rows: what a run's identity holds."""
        if not self._digest:
            rows = self._frame.drop(columns=["file", "at"]).to_csv(index=False, lineterminator="\n")
            self._digest = hashlib.sha256(rows.encode()).hexdigest()
        return self._digest

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._frame["variable"]))

    @property
    def place_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._frame["place"]))

    def __len__(self) -> int:
        return len(self._frame)

    def __bool__(self) -> bool:
        return len(self._frame) > 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Figures) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Any, ...]:
        about = {key: dict(value) for key, value in self._about.items()}
        return type(self), (self._frame, self._units, self._notes, about, dict(self._files))

    def _with(self, frame: pd.DataFrame) -> Figures:
        held, variables = set(frame["place"]), set(frame["variable"])
        units = [one for one in self._units if one[0] in variables]
        about = {key: value for key, value in self._about.items() if key in held}
        return Figures(frame, units, self._notes, about, self._files)

    def select(
        self,
        place: str | Sequence[str] | None = None,
        variable: str | Sequence[str] | None = None,
        years: Years = None,
    ) -> Figures:
        """The rows of some places, variables and years; (2018, 2060) is from the first to the last of the two.

        Raises ConfigError for a place or variable that the figures do not have, with those they have.
        """
        frame = self._frame
        if place is not None:
            asked = _known("figures.place", place, [*self._frame["place"], *self._frame["name"]])
            frame = frame[frame["place"].isin(asked) | frame["name"].isin(asked)]
        if variable is not None:
            frame = frame[frame["variable"].isin(_known("figures.variable", variable, self._frame["variable"]))]
        if years is not None:
            frame = frame[frame["year"].isin(years_of(years))]
        return self._with(frame)

    def at(self, date: str) -> Figures:
        """The stocks of one day, "2018-01-01". ConfigError where there are none, with the days there are."""
        days = sorted({day for day in self._frame["date"] if day})
        if date not in days:
            raise refuse(ConfigError, "figures.date", got=date, known=days[:20])
        return self._with(self._frame[self._frame["date"] == date])

    def __getitem__(self, variable: str) -> Figures:
        return self.select(variable=variable)

    def __contains__(self, variable: object) -> bool:
        return variable in self.variables

    def place(self, **missing: Any) -> Place:
        """The place these figures describe, made by `sh.Place`; `missing` says or overrides its arguments.

        Rows of its own parts (column `parent`) are left aside. Raises ConfigError when the figures are of more than one
        place, and what `sh.Place` raises.
        """
        ids = self.place_ids
        inside = set(self._frame.loc[self._frame["parent"].isin(ids), "place"])
        whole = [one for one in ids if one not in inside]
        if len(whole) != 1:
            raise refuse(ConfigError, "figures.places", got=list(ids)[:20])
        given = self._with(self._frame[self._frame["place"] == whole[0]])._given(whole[0], missing)
        made: Place = import_module("sanhai").Place(given.pop("name"), **given)
        return made

    def _given(self, place: str, missing: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments of `sh.Place`: each component by the variables that it is made of, what is known of the place."""
        found: dict[str, Any] = {"name": place}
        for argument, variables in COMPONENTS.items():
            held = [name for name in variables if name in self]
            if held:
                found[argument] = self[held[0]] if argument in ("population", "srb") else self.select(variable=held)
        if population := found.get("population"):
            found["population"] = population.at(_start(population.frame))
        known = {key: value for key, value in self._about.get(place, {}).items() if key not in UNASKED}
        return {**found, **{key: value for key, value in known.items() if value}, **missing}

    def places(self, **missing: Any) -> tuple[Place, ...]:
        """Each place of the figures, in order of first row; `missing` holds for all of them."""
        return tuple(self.select(place=one).place(**missing) for one in self.place_ids)

    def __add__(self, other: object) -> Figures:
        """Rows of both. InputError (DUPLICATE) for a key that both have."""
        import pandas as pd

        if not isinstance(other, Figures):
            return NotImplemented
        both = pd.concat([self._frame, other._frame], ignore_index=True)
        ids = {**self._about, **other._about}
        about = {key: {**self._about.get(key, {}), **other._about.get(key, {})} for key in ids}
        files = {**self._files, **other._files}
        return Figures(both, self._units + other._units, self._notes + other._notes, about, files)

    def __repr__(self) -> str:
        frame = self._frame
        years = f"{frame['year'].min()}-{frame['year'].max()}" if len(frame) else ""
        units = ", ".join(f"{name} ({unit})" for name, unit, _ in self._units)
        places = ", ".join(self.place_ids[:5]) + (", ..." if len(self.place_ids) > 5 else "")
        return f"Figures({places}; {years}; {units or ', '.join(self.variables)}; {len(frame)} rows)"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self._frame.head(10).to_html(max_cols=12)}"


UNASKED = ("date", "people", "office")  # of what is known of a place: no arguments of sh.Place
# Arguments of sh.Place, and the variables of each, the best first.
COMPONENTS = {
    "population": ("pop",),
    "mortality": ("mx", "qx", "lx", "e0"),
    "fertility": ("asfr", "tfr", "mac"),
    "srb": ("srb",),
    "migration": ("net_migration", "nmr"),
    "parity": ("parity_share",),
    "observed": (*FITTED_TO, *REPORTED),
}


def years_of(years: Years) -> list[int]:
    """The years asked for: one, a range, (first, last), or a list of more or fewer than two."""
    if years is None:
        return []
    if isinstance(years, int):
        return [years]
    if isinstance(years, tuple) and len(years) == 2:
        return list(range(int(years[0]), int(years[1]) + 1))
    if isinstance(years, list) and len(years) == 2 and years[0] <= years[1]:
        return list(range(int(years[0]), int(years[1]) + 1))
    return [int(year) for year in years]


def _start(stocks: pd.DataFrame) -> str:
    """The day a run starts from: the last that is no projection; of projections alone the first."""
    known = stocks.loc[stocks["confidence"] != "low", "date"]
    return str(max(known) if len(known) else min(stocks["date"]))


def _known(key: str, wanted: str | Sequence[str], known: Iterable[str]) -> list[str]:
    """What is asked for, as a list; ConfigError with what there is for a name that is not among the known."""
    asked = [wanted] if isinstance(wanted, str) else list(wanted)
    names = [name for name in dict.fromkeys(known) if name]
    for one in asked:
        if one not in names:
            raise refuse(ConfigError, key, got=one, known=names[:20], near=nearest(one, names))
    return asked


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return str(words()["form"]["list"][current()]).join(str(one) for one in value)
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _checked(given: pd.DataFrame) -> pd.DataFrame:
    """The frame with all columns, in the order of COLUMNS and of its kinds."""
    missing = [name for name in ("place", "variable", "year", "sex", "age", "value") if name not in given.columns]
    if missing:
        raise refuse(ConfigError, "figures.columns", got=missing, known=list(COLUMNS))
    frame = given.reindex(columns=list(COLUMNS)).reset_index(drop=True)
    text = [name for name in COLUMNS if name not in NUMBERS]
    frame[text] = frame[text].astype(object).where(frame[text].notna(), "").astype(str)
    frame = frame.astype(NUMBERS)
    twice = frame.duplicated(list(KEY), keep=False)
    if twice.any():
        groups = frame[twice].groupby(list(KEY), sort=False)
        raise InputError([_duplicate(same) for _, same in islice(groups, 100)])
    return frame


def _duplicate(same: pd.DataFrame) -> InputProblem:
    row = same.iloc[-1]
    at = {name: row[name] for name in ("file", "variable", "sex", "age")} | {"year": int(row["year"])}
    spots = zip(same["value"], same["file"], same["at"], strict=True)
    return problem("input.DUPLICATE.key", at, values=[f"{value:.10g} ({file} {spot})" for value, file, spot in spots])
