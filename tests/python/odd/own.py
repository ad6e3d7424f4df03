"""Odd calls of what makes a place of one's own: every maker, every argument."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr

import sanhai as sh
from odd.cases import Odd, each, refused, right

__all__ = ["calls"]

NAN, INF = float("nan"), float("inf")
AGES = np.arange(101)
PEOPLE = 1000.0 * np.exp(-0.0003 * AGES**2)


def _population(**changed: object):
    given = {"male": PEOPLE, "female": PEOPLE, "date": "2025-01-01", "unit": "persons"}
    return sh.by_age(**{**given, **changed})


def place(name: object = "Region", **changed: object) -> sh.Place:
    """A small place with some of its arguments changed."""
    given = {
        "population": _population(),
        "mortality": sh.Mortality(e0={"male": 74, "female": 79}, standard="100000"),
        "fertility": sh.Fertility(tfr=1.6, mac=29, sd=5.5),
        "migration": "none",
    }
    return sh.Place(name, **{**given, **changed})


def by_age() -> Iterator[Odd]:
    yield refused("by_age()", lambda w: sh.by_age(), "male", "female")
    yield from each("by_age(male)", lambda w, v: sh.by_age(male=v), "many", {}, 5.0, [], [[1.0]], object, [INF, 1.0])
    yield refused("by_age(unlike)", lambda w: sh.by_age(male=[1, 2], female=[1, 2, 3]), "2", "3")
    yield from each("by_age(first_age)", lambda w, v: _population(first_age=v), None, -1, 200, 1.5, "0", True)
    yield from each("by_age(open)", lambda w, v: _population(open=v), None, "yes", 1)
    yield from each("by_age(date)", lambda w, v: _population(date=v), "2025", "2025-02-30", "", 2025, "January 2025")
    yield from each(
        "by_age(year)", lambda w, v: _population(year=v), 2025.5, "2025", True, [2025, 2025], [2026, 2025], 99
    )
    yield from each("by_age(unit)", lambda w, v: _population(unit=v), "people", "Persons", 5)
    yield from each("by_age(ages)", lambda w, v: _population(ages=v), "0-4", 5, ["x"] * 101)
    yield refused("by_age(gap)", lambda w: sh.by_age(male=[1, 2], ages=["0-4", "10+"]), "AGE_GAP", "5", "9")
    yield refused("by_age(overlap)", lambda w: sh.by_age(male=[1, 2], ages=["0-4", "3+"]), "AGE_OVERLAP")
    yield refused("by_age(open inside)", lambda w: sh.by_age(male=[1, 2], ages=["0+", "85+"]), "AGE_OPEN", "85")


def makers() -> Iterator[Odd]:
    yield from each("Mortality(mx)", lambda w, v: sh.Mortality(mx=v), "mx.csv", [0.1], np.ones((2, 101)), 5, True)
    yield refused("Mortality()", lambda w: sh.Mortality(), "mx")
    yield refused("Mortality(mx, qx)", lambda w: sh.Mortality(mx=_population(), qx=_population()), "mx", "qx")
    yield refused("Mortality(e0) alone", lambda w: sh.Mortality(e0={"male": 74, "female": 79}), "standard")
    yield from each(
        "Mortality(e0)", lambda w, v: sh.Mortality(e0=v, standard="100000"), 74, "74", {"male": 74}, [74, 79]
    )
    for value in (NAN, 7.4, 740, "74", None, True):
        yield refused(
            f"e0 of {value!r}", lambda w, v=value: sh.Mortality(e0={"male": v, "female": 79}, standard="100000")
        )
    yield from each(
        "Mortality(standard)", lambda w, v: sh.Mortality(mx=_population(), standard=v), "nowhere", 5, "", []
    )
    yield refused("Fertility()", lambda w: sh.Fertility(), "asfr")
    yield refused("Fertility(tfr) alone", lambda w: sh.Fertility(tfr=1.6), "tfr", "mac")
    yield from each(
        "Fertility(tfr)", lambda w, v: sh.Fertility(tfr=v, mac=29, sd=5), -1, 160, NAN, "1.6", True, {}, [1.6]
    )
    yield from each("Fertility(mac)", lambda w, v: sh.Fertility(tfr=1.6, mac=v, sd=5), 2.9, 290, NAN, "29")
    yield from each("Fertility(sd)", lambda w, v: sh.Fertility(tfr=1.6, mac=29, sd=v), 0, 55, NAN)
    yield from each("Fertility(asfr_order)", lambda w, v: sh.Fertility(asfr_order=v), {1: _population()}, "a.csv", [1])
    yield refused("Migration()", lambda w: sh.Migration(), "counts")
    yield refused("Migration(total) alone", lambda w: sh.Migration(total=5), "total", "pattern")
    yield from each("Migration(pattern)", lambda w, v: sh.Migration(total=5, pattern=v), "castro", "", 5, [1.0])
    yield from each(
        "Migration(total)", lambda w, v: sh.Migration(total=v, pattern="rogers-castro"), "many", NAN, INF, True
    )
    yield from each("Parity", lambda w, v: sh.Parity(shares=v), None, 5, "p.csv", pd.DataFrame({"age": [1]}))
    yield from each("like", lambda w, v: sh.like(v), None, 5, "", "nowhere", [])
    for maker in (sh.tfr_path, sh.e0_path):
        yield from each(
            maker.__name__, lambda w, v, m=maker: m(v), None, {}, "1.6", {"2025": 1.6}, {2025: "1.6"}, {99: 1.6}, [1]
        )


def places() -> Iterator[Odd]:
    yield from each("Place(name) own", lambda w, v: place(v), None, 5, "", " ", "a\nb", "x" * 81)
    for argument in ("population", "mortality", "fertility", "migration"):
        yield refused(f"Place without {argument}", lambda w, a=argument: place(**{a: None}), argument)
    bare = np.array([PEOPLE, PEOPLE])
    for argument in ("population", "mortality", "fertility"):
        yield refused(
            f"Place({argument}=array)", lambda w, a=argument: place(**{a: bare}), "sh.by_age", "which axis is age"
        )
        yield refused(f"Place({argument}=path)", lambda w, a=argument: place(**{a: "data.csv"}), "sh.read", "data.csv")
        yield refused(f"Place({argument}=5)", lambda w, a=argument: place(**{a: 5}), argument)
    yield refused("Place without a day", lambda w: place(population=_population(date=None)), "DATE")
    yield refused(
        "Place with a year", lambda w: place(population=_population(date=None, year=2025)), "DATE", "2025-01-01"
    )
    yield refused("Place without a unit", lambda w: place(population=_population(unit="")), "UNIT", "persons")
    one_sex = sh.by_age(male=PEOPLE, date="2025-01-01", unit="persons")
    yield refused("Place of men", lambda w: place(population=one_sex), "SEX_MISSING")
    closed = _population(open=False)
    yield refused("Place without an open age", lambda w: place(population=closed), "AGE_OPEN", "100")
    unlabelled = xr.DataArray(bare, dims=("a", "b"))
    yield refused("Place(population=dims)", lambda w: place(population=unlabelled), "age")
    yield from each("Place(srb)", lambda w, v: place(srb=v), 105, 0.51, NAN, "1.05", True)
    yield from each("Place(migration)", lambda w, v: place(migration=v), "zero", "", 5, [1.0])
    yield refused("Place(migration=residual)", lambda w: place(migration="residual"), "pop_yearend")
    yield from each("Place(later)", lambda w, v: place(later=v), "linear", "follow", 5, ["hold"], "lee-carter")
    yield from each("Place(later dict)", lambda w, v: place(later={v: "hold"}), "migration", "")
    yield from each("Place(code) own", lambda w, v: place(code=v), "123456", "62", 620100, "", " ")
    yield from each("Place(policy_place)", lambda w, v: place(policy_place=v), "nowhere", 5, "")
    yield from each("Place(graduation)", lambda w, v: place(graduation=v), "pchip", None, 5)
    yield from each("Place(basis)", lambda w, v: place(basis=v), "de facto", None)
    yield from each("Place(observed)", lambda w, v: place(observed=v), 5, "data.csv", pd.DataFrame({"a": [1]}))
    yield from each("Place(parts) own", lambda w, v: sh.Place("Sum", parts=v), None, 5, [], ["a", "b"])
    yield refused("Place(unknown)", lambda w: place(fertillity=5), "fertillity", "fertility")
    yield refused(
        "rates in per mille",
        lambda w: place(fertility=sh.Fertility(asfr=sh.by_age(female=np.full(35, 40.0), first_age=15, open=False))),
        "UNIT",
        "tfr",
    )
    yield refused("qx as mx", lambda w: place(mortality=sh.Mortality(mx=sh.by_age(male=PEOPLE, female=PEOPLE))), "UNIT")
    rows = pd.DataFrame(
        {"sex": ["male", "female"] * 2, "age": ["0", "0", "0", "1+"], "value": 1.0, "date": "2025-01-01"}
    )
    yield refused("Place(rows twice)", lambda w: place(population=rows), "DUPLICATE")
    yield refused("Place(sex)", lambda w: place(population=rows.assign(sex="men")), "SEX_LABEL", "men")
    yield right("Place as said", lambda w: place(), lambda found, w: found.code == "own/Region")


def calls() -> Iterator[Odd]:
    for group in (by_age, makers, places):
        yield from group()
