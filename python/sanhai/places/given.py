"""Figures of a user's own, over the shipped ones of a place: old beside new, and a country that meets the new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast

from sanhai.errors import ConfigError, refuse
from sanhai.places.catalogue import all_places
from sanhai.places.catalogue import place as catalogued
from sanhai.places.figures import ENTERED, FAMILIES, FITTED_TO, OWN, Figure, Figures

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.places.place import Place

__all__ = ["HasFrame", "overridden", "with_figures"]

KINDS = {name: family for family, names in FAMILIES.items() for name in names}  # a count and its rate say the same


class HasFrame(Protocol):
    """Tidy rows with the columns place, variable, year, sex, age, value and, where known, unit, source and date."""

    @property
    def frame(self) -> pd.DataFrame: ...


def _key(row: Figure) -> tuple[str, int, str, str]:
    return KINDS.get(row.variable, row.variable), row.year, row.sex, row.age


def _rows(place: Place, given: Figures | HasFrame) -> tuple[Figure, ...]:
    """The rows of a place, marked as a user's."""
    if isinstance(given, Figures):
        return tuple(_as_own(row) for row in given.rows)
    frame = given.frame
    names = {place.code, place.name_zh, place.name_en, place.pinyin, *place.aliases, ""}
    chosen = frame[frame["place"].astype(str).isin(names)] if "place" in frame else frame
    return tuple(_as_own(_figure(row)) for row in chosen.to_dict("records"))


def _rows_inside(place: Place, given: Figures | HasFrame) -> dict[str, tuple[Figure, ...]]:
    """Rows by code of the place and of those below it; ConfigError where there are none.

    A table may name a part by its code alone: names repeat, and a row without a name is of the place itself.
    """
    found = {place.code: _rows(place, given)}
    if not isinstance(given, Figures) and "place" in given.frame:
        frame = given.frame
        for code in place.codes_below:
            chosen = frame[frame["place"].astype(str) == code]
            found[code] = tuple(_as_own(_figure(row)) for row in chosen.to_dict("records"))
    found = {code: rows for code, rows in found.items() if rows}
    if not found:
        named = sorted(set(given.frame["place"].astype(str))) if not isinstance(given, Figures) else []
        raise refuse(ConfigError, "given.none", where=f"{place.name_zh} ({place.code})", named=named)
    return found


def _as_own(row: Figure) -> Figure:
    """A user's figure, whatever else is said of it."""
    return replace(row, method=row.method if row.method in OWN else ENTERED, source=row.source or ENTERED)


def _figure(row: dict[object, object]) -> Figure:
    texts = {name: str(row.get(name, "") or "") for name in ("unit", "source", "date")}
    return Figure(
        variable=str(row["variable"]),
        year=int(cast(int, row["year"])),
        sex=str(row.get("sex", "both")),
        age=str(row.get("age", "all")),
        value=float(cast(float, row["value"])),
        confidence="high",
        method=str(row.get("method", "")),
        **texts,
    )


def _over(old: Figures, new: tuple[Figure, ...]) -> Figures:
    """The old rows whose key no new one has, and the new ones."""
    keys = {_key(row) for row in new}
    return Figures((*(row for row in old if _key(row) not in keys), *new), old.sources)


def with_figures(place: Place, given: Figures | HasFrame) -> Place:
    """See Place.with_figures."""
    found = _rows_inside(place, given)
    place = _with_evidence(place, found)
    if (country := place.within) is None:
        return place
    above, last = place.root, place.root.observed[-1]
    for code, rows in found.items():
        fitted = tuple(row for row in rows if row.variable in FITTED_TO and row.sex == "both" and row.age == "all")
        if late := next((row for row in fitted if row.year > last), None):
            raise refuse(ConfigError, "given.late", got=late.year, where=late.variable, last=last, root=above.code)
        if fitted:
            country = country.with_group(code, _over(country.figures(code), fitted))
    above = replace(above, country=country)
    for one in place.lineage[1:-1]:
        above = replace(one, parent=above)
    return replace(place, parent=above)


def _with_evidence(place: Place, found: Mapping[str, tuple[Figure, ...]]) -> Place:
    """The place and its parts with their own rows; the last of a key is the one in use."""
    rows, parts = found.get(place.code, ()), tuple(_with_evidence(part, found) for part in place.parts)
    evidence = Figures((*place.evidence.rows, *rows), place.evidence.sources) if rows else place.evidence
    return replace(place, evidence=evidence, parts=parts)


def overridden(place: Place) -> pd.DataFrame:
    """See Place.overridden."""
    import pandas as pd

    known = [row for row in place.evidence if row.method not in OWN]
    if place.own_standard is not None and place.derived and place.code in all_places():
        known = [*catalogued(place.code).evidence, *known]
    shipped = {(*_key(row), row.variable): row.value for row in known}
    table = [
        (row.variable, row.year, row.sex, row.age, row.value, shipped.get((*_key(row), row.variable), float("nan")))
        for row in place.evidence
        if row.method in OWN
    ]
    return pd.DataFrame(table, columns=["variable", "year", "sex", "age", "own", "shipped"])
