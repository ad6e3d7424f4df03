"""What a reader of a place's numbers would look at first, and what looks odd in them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import calibrated
from sanhai.errors import Language, words
from sanhai.places.figures import SEXES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["plausibility", "warnings"]

SEX_RATIO = (0.8, 1.25)  # under 60
NEIGHBOURS = 3.0  # a single age against both beside it
JUMP = 3.3201169  # e^1.2: of ln m between neighbours
WHIPPLE = 1.1
BIRTHS_APART = 0.15
NET_RATE = 0.03
LEAST = 50.0  # persons of one age below which chance makes any pattern


@dataclass(frozen=True)
class _Year:
    """The first fitted year of a place: rates as fitted, what they give, and how far fertility was moved."""

    people: NDArray[np.float64]  # (sex, age) on 1 January
    mx: NDArray[np.float64]  # (sex, age)
    asfr: NDArray[np.float64]  # (age)
    births: float
    deaths: float
    net: float
    fertility_scale: float


def _start(place: Place) -> NDArray[np.float64]:
    """(sex, age) persons on the first 1 January."""
    if place.is_sum_of_own:
        return np.asarray(np.sum([part.base.counts for part in place.parts], axis=0))
    return _first_year(place).people


def _first_year(place: Place) -> _Year:
    if place.within is not None:
        path = country_fit(place.root)
        rows = list(path.country.rows(place.code))
        people = np.asarray(path.inputs.pop_jan1)[rows].sum(axis=0)
        mx, asfr = path.schedules(place.code, path.years[0])
        sums = path.sums(place.code)
        births, deaths, net = (float(sums[name][0]) for name in ("births", "deaths", "net_migration"))
        return _Year(people, mx[0], asfr[0], births, deaths, net, float(path.scales(place.code, path.years[0])[1][0]))
    fit = calibrated(place)
    people = np.asarray(fit.pop_jan1[fit.rows(place)].sum(axis=0))
    mx, asfr = fit.mx[0], fit.asfr[fit.rows(place).start or 0][0]
    given = place.standard.given_migration(fit.years[0], fit.years[0])
    net = float(fit.residual[fit.rows(place)].sum(axis=0)[0]) + (0.0 if given is None else float(given.sum()))
    births, deaths = float((asfr * people[1]).sum()), float((mx * people).sum())
    return _Year(people, mx, asfr, births, deaths, net, float(fit.fertility_scale[0]))


def plausibility(place: Place) -> pd.DataFrame:
    """Rows by measure: here, observed (its own figure of the first year), above (of the area whose documents hold)."""
    import pandas as pd

    here, above = _measures(place), None
    if place.parent is not None:
        above = _measures(place.parent)
    observed = {name: _observed(place, name) for name in here}
    rows = {name: (value, observed[name], np.nan if above is None else above[name]) for name, value in here.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["here", "observed", "above"])


def _observed(place: Place, name: str) -> float:
    published = place.evidence.published(name, range(place.base.first_year, place.base.first_year + 1))
    return float(published[0])


def _measures(place: Place) -> dict[str, float]:
    people = _start(place)
    both = people.sum(axis=0)
    total = float(both.sum())
    out = {
        "population": total, "share_0_14": float(both[:15].sum() / total),
        "share_65plus": float(both[65:].sum() / total), "sex_ratio": float(people[0].sum() / people[1].sum()),
    }  # fmt: skip
    if place.is_sum_of_own:
        return out
    year = _first_year(place)
    asfr, mx, births, deaths = year.asfr, year.mx, year.births, year.deaths
    ages = np.arange(len(asfr)) + 0.5
    e0 = _bridge.e0_from_mx(mx)
    rates = {
        "e0_male": float(e0[0]), "e0_female": float(e0[1]), "m0_male": float(mx[0, 0]), "m0_female": float(mx[1, 0]),
        "tfr": float(asfr.sum()), "mac": float((asfr * ages).sum() / max(float(asfr.sum()), 1e-12)),
        "births": births, "deaths": deaths, "cbr": births / total, "cdr": deaths / total,
        "nmr": year.net / total,
    }  # fmt: skip
    return {**out, **rates}


def warnings(place: Place, lang: Language) -> list[dict[str, object]]:
    """Rows of level `warning`; none for what is not one's own."""
    if not place.derived:
        return []
    people = _start(place)
    found = [*_of_people(people), *([] if place.is_sum_of_own else _of_rates(place))]
    said = words()["warning"]
    return [
        {
            "level": "warning", "code": rule, **{key: value for key, value in at.items() if key != "got"},
            "found": str(said[rule][lang]).format(**at), "expected": "", "remedy": str(said["remedy"][lang]),
        }
        for rule, at in found
    ]  # fmt: skip


def _of_people(people: NDArray[np.float64]) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for age in range(60):
        male, female = people[:, age]
        if min(male, female) > LEAST and not SEX_RATIO[0] <= male / female <= SEX_RATIO[1]:
            found.append(("sex_ratio", {"variable": "pop", "age": str(age), "got": f"{male / female:.2f}"}))
    for s, sex in enumerate(SEXES):
        for age in range(1, 90):
            here, near = people[s, age], (people[s, age - 1], people[s, age + 1])
            if min(near) > LEAST and (here > NEIGHBOURS * max(near) or here * NEIGHBOURS < min(near)):
                found.append(("spike", {"variable": "pop", "sex": sex, "age": str(age), "got": f"{here:,.0f}"}))
        span = people[s, 23:63]
        index = float(people[s, 25:61:5].sum() * 5.0 / span.sum()) if span.sum() > 0 else 1.0
        if index > WHIPPLE:
            found.append(("whipple", {"variable": "pop", "sex": sex, "got": f"{index:.2f}"}))
    return found


def _of_rates(place: Place) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    first, measures = _first_year(place), _measures(place)
    for s, sex in enumerate(SEXES):
        for age, (one, other) in enumerate(pairwise(first.mx[s, 5:100]), 5):
            if min(one, other) > 0 and max(one, other) > JUMP * min(one, other):
                found.append(("mx_jump", {"variable": "mx", "sex": sex, "age": str(age), "got": f"{other / one:.2f}"}))
    births = _observed(place, "births")
    prior = measures["births"] / first.fertility_scale
    if births > 0 and abs(prior / births - 1) > BIRTHS_APART:
        at = {"variable": "births", "year": place.base.first_year, "got": f"{prior:,.0f}, {births:,.0f}"}
        found.append(("births_apart", at))
    if abs(measures["nmr"]) > NET_RATE:
        at = {"variable": "net_migration", "year": place.base.first_year, "got": f"{measures['nmr']:.1%}"}
        found.append(("net_rate", at))
    return found
