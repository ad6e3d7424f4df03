"""Figures of a user's own, over the shipped ones of a place: old beside new, and a country that meets the new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast

from sanhai.errors import ConfigError, refuse
from sanhai.places.figures import FAMILIES, FITTED_TO, Figure, Figures

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.places.place import Place

__all__ = ["OWN", "HasFrame", "overridden", "rows_of", "with_figures"]

OWN = "own"  # the method of a user's figure
KINDS = {name: family for family, names in FAMILIES.items() for name in names}  # a count and its rate say the same


class HasFrame(Protocol):
    """Tidy rows with the columns place, variable, year, sex, age, value and, where known, unit, source and date."""

    @property
    def frame(self) -> pd.DataFrame: ...


def _key(row: Figure) -> tuple[str, int, str, str]:
    return KINDS.get(row.variable, row.variable), row.year, row.sex, row.age


def rows_of(place: Place, given: Figures | HasFrame) -> tuple[Figure, ...]:
    """The rows of a place. ConfigError when there is none."""
    if isinstance(given, Figures):
        return given.rows
    frame = given.frame
    names = {place.code, place.name_zh, place.name_en, place.pinyin, *place.aliases, ""}
    chosen = frame[frame["place"].astype(str).isin(names)] if "place" in frame else frame
    rows = tuple(_figure(row) for row in chosen.to_dict("records"))
    if not rows:
        named = sorted(set(frame["place"].astype(str))) if "place" in frame else []
        raise refuse(ConfigError, "given.none", where=f"{place.name_zh} ({place.code})", named=named)
    return rows


def _figure(row: dict[object, object]) -> Figure:
    texts = {name: str(row.get(name, "") or "") for name in ("unit", "source", "date")}
    return Figure(
        variable=str(row["variable"]),
        year=int(cast(int, row["year"])),
        sex=str(row.get("sex", "both")),
        age=str(row.get("age", "all")),
        value=float(cast(float, row["value"])),
        confidence="high",
        **texts,
    )


def _over(old: Figures, new: tuple[Figure, ...]) -> Figures:
    """The old rows whose key no new one has, and the new ones."""
    keys = {_key(row) for row in new}
    return Figures((*(row for row in old if _key(row) not in keys), *new), old.sources)


def with_figures(place: Place, given: Figures | HasFrame) -> Place:
    """See Place.with_figures."""
    rows = tuple(replace(row, method=OWN, source=row.source or OWN) for row in rows_of(place, given))
    evidence = Figures((*place.evidence.rows, *rows), place.evidence.sources)  # the last of a key is the one in use
    country = place.within
    if country is None:
        return replace(place, evidence=evidence)
    fitted = tuple(row for row in rows if row.variable in FITTED_TO and row.sex == "both" and row.age == "all")
    above, last = place.root, place.root.observed[-1]
    if late := next((row for row in fitted if row.year > last), None):
        raise refuse(ConfigError, "given.late", got=late.year, where=late.variable, last=last, root=place.root.code)
    if fitted:
        figures = _over(country.figures(place.code), fitted)
        above = replace(above, country=country.with_group(place.code, figures))
    for one in place.lineage[1:-1]:
        above = replace(one, parent=above)
    return replace(place, evidence=evidence, parent=above)


def overridden(place: Place) -> pd.DataFrame:
    """See Place.overridden."""
    import pandas as pd

    shipped = {(*_key(row), row.variable): row.value for row in place.evidence if row.method != OWN}
    table = [
        (row.variable, row.year, row.sex, row.age, row.value, shipped.get((*_key(row), row.variable), float("nan")))
        for row in place.evidence
        if row.method == OWN
    ]
    return pd.DataFrame(table, columns=["variable", "year", "sex", "age", "own", "shipped"])
