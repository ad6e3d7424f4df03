"""Odd calls of what runs: comparisons, their options, rates of exchange, raking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

import sanhai as sh
from odd.cases import Odd, each, refused, right
from odd.world import LAST, YEARS

__all__ = ["calls"]

NAN, INF = float("nan"), float("inf")
WHOLE = (None, True, np.bool_(False), 1.0, "5", NAN, -1, 10**20, [5], b"5", np.float64(5))


def _is(expected: object):
    return lambda found, world: found == expected


def runs() -> Iterator[Odd]:
    yield from each(
        "compare(scenarios)", lambda w, v: sh.compare(v, YEARS), None, [], "baseline", [None], [1], 5, {}, ()
    )
    yield from each("compare(scenarios)", lambda w, v: sh.compare(v, YEARS), ["baseline"], {"a": 1}, True, object)
    yield refused("compare(a scenario)", lambda w: sh.compare(w.baseline, YEARS), "baseline")
    yield refused("compare(twice)", lambda w: sh.compare([w.baseline] * 2, YEARS), "baseline")
    two = [("baseline", "china"), ("no-allowance", "lanzhou")]
    yield refused("compare(two places)", lambda w: sh.compare([sh.scenario(*one) for one in two]), "100000", "620100")
    yield right(
        "compare(generator)", lambda w: sh.compare((s for s in [w.baseline]), YEARS).scenarios, _is(("baseline",))
    )
    years = (
        5,
        "2025:2028",
        (2025,),
        (2028, 2025),
        (1900, 2028),
        (2025, 3000),
        ("2025", "2028"),
        (2025.0, 2028),
        (True, 2028),
    )
    yield from each(
        "compare(years)", lambda w, v: w.compare(years=v), *years, (), (NAN, NAN), range(0), range(2025, 2029, 2)
    )
    yield from each(
        "compare(years)", lambda w, v: w.compare(years=v), (10**30, 10**31), {2025, 2028}, (None, 2028), object
    )
    yield right("compare(NumPy years)", lambda w: w.compare(years=np.array(YEARS)).years, _is(range(2025, LAST + 1)))
    for option in ("draws", "seed"):
        yield from each(f"compare({option})", lambda w, v, o=option: w.compare(**{o: v}), *WHOLE)
    yield from each("compare(draws)", lambda w, v: w.compare(draws=v), 0, 10**6 + 1)
    yield from each("compare(threads)", lambda w, v: w.compare(threads=v), *WHOLE[1:], 0)
    yield right("compare(largest seed)", lambda w: w.compare(draws=2, seed=2**64 - 1).options.seed, _is(2**64 - 1))
    yield right("compare(NumPy draws)", lambda w: w.compare(draws=np.int64(2), seed=np.uint8(1)).draws, _is(2))
    components = (
        "tfr",
        "weather",
        5,
        True,
        ["weather"],
        [None],
        [["tfr"]],
        [5],
        b"tfr",
        ["TFR"],
        [np.array(["tfr", "e0"])],
    )
    yield from each("compare(components)", lambda w, v: w.compare(draws=2, components=v), *components)
    yield right("compare(no components)", lambda w: w.compare(draws=2, components=[]).options.components, _is(()))
    levels = (0, 1, 80, -0.5, True, "0.8", NAN, INF, [0.8], np.array([0.8, 0.9]))
    yield from each("compare(level)", lambda w, v: w.compare(level=v), *levels, None)
    yield from each("compare(memory)", lambda w, v: w.compare(memory=v), 0, -1, True, "4", NAN, INF, [4])
    yield refused("compare(little memory)", lambda w: w.compare(draws=1000, memory=1e-6), "GiB", "memory")
    yield from each(
        "compare(beliefs)", lambda w, v: w.compare(beliefs=v), [], "response.eps", 5, True, {"response.eps"}
    )
    for value in (None, True, NAN, "high", -1, 11):
        yield from each("compare(a belief)", lambda w, v: w.compare(beliefs={"response.eps": v}), value)
    for value in ([], sh.from_year(2027, 1.0), np.array([1.0, 2.0])):
        yield refused(
            f"compare(a belief)({value})", lambda w, v=value: w.compare(beliefs={"response.eps": v}), "response.eps"
        )
    yield from each(
        "compare(beliefs' path)", lambda w, v: w.compare(beliefs={v: 1.0}), None, 5, "", "response.epz", (1,)
    )
    yield refused(
        "compare(policy as belief)", lambda w: w.compare(beliefs={"migration.mode": "zero"}), "migration.mode"
    )
    yield from each("compare(exchange)", lambda w, v: w.compare(exchange=v), 5, "pool", {}, [], True)
    yield from each("compare(progress)", lambda w, v: w.compare(progress=v), 5, "bar", True, [])
    yield from each("project(place)", lambda w, v: sh.project(v, YEARS), None, True, 5, "", "lanzou", [], b"china", NAN)
    yield from each("project(years)", lambda w, v: sh.project("china", v), 5, "2025", (2025, NAN), (LAST, 2024))
    still = {"draws": 2, "components": ()}
    yield right(
        "two draws in which nothing varies", lambda w: w.compare(**still).table("births", level=None).shape, _is((1, 4))
    )
    yield right("Results == text", lambda w: w.point == w.point.id, _is(False))
    unread = {"nursery.closure_rate": 0.1}
    without = lambda w: [w.baseline, w.baseline.vary("one", unread)]  # noqa: E731
    yield refused("compare(without a stock)", lambda w: sh.compare(without(w), YEARS), "nursery.closure_rate")
    yield refused(
        "compare(a taken name)", lambda w: sh.compare([sh.Scenario("no-allowance", w.place)], YEARS), "no-allowance"
    )


def exchanges() -> Iterator[Odd]:
    make, places = sh.OriginDestinationRates, (None, 5, "lanzhou", ["nope"], [None], True, [])
    yield from each("OriginDestinationRates(places)", lambda w, v: make(v, w.rate()), *places)
    yield refused("OriginDestinationRates(a place twice)", lambda w: make(w.codes[:1] * 2, w.rate(n=2)), "620702")
    rates = (None, "rates", 5, [], [[1.0]], True, {"a": 1}, object)
    yield from each("OriginDestinationRates(rate)", lambda w, v: make(w.codes, v), *rates)
    for what, value in {"nan": NAN, "-0.1": -0.1, "1.5": 1.5, "inf": INF}.items():
        yield refused(f"rates of {what}", lambda w, v=value: w.compare(exchange=make(w.codes, w.rate(v))), what)
    yield refused("rates to itself", lambda w: w.compare(exchange=make(w.codes, np.full_like(w.rate(), 0.01))), "0.01")
    years = (5, "2025", (2025, 2025), (NAN,), (True,), ("2025",), (2025.5,), ())
    yield from each("OriginDestinationRates(years)", lambda w, v: make(w.codes, w.rate(), v), *years)
    yield refused("rates of another year", lambda w: w.compare(exchange=make(w.codes, w.rate(), (2030,))), "2030")
    yield refused(
        "rates of other places", lambda w: w.compare(exchange=make(("100000", "620100"), w.rate(n=2))), "100000"
    )
    yield from each("PoolRates(places)", lambda w, v: w.pool(places=v), *places)
    yield from each("PoolRates(pool_of)", lambda w, v: w.pool(pool_of=v), None, [], "pool", {}, {"nope": "pool"}, 5)
    yield from each("PoolRates(years)", lambda w, v: w.pool(years=v), *years)
    yield refused("PoolRates(one of two)", lambda w: w.pool(pool_out_rate=5), "pool_out_rate", "pool_in_share")
    for name in ("out_rate", "in_share"):
        yield from each(f"PoolRates({name})", lambda w, v, n=name: w.pool(**{n: v}), "rates", 5, [], [[1.0]], {"a": 1})
    for what, value in {"nan": NAN, "-0.1": -0.1, "1.5": 1.5}.items():
        full = np.full((6, 1, 2, 101), value)
        yield refused(f"PoolRates(out_rate of {what})", lambda w, v=full: w.compare(exchange=w.pool(out_rate=v)), what)
    tenth = np.full((6, 1, 2, 101), 0.1)
    yield refused("PoolRates(shares)", lambda w: w.compare(exchange=w.pool(in_share=tenth)), "0.6")
    yield from tables()


def _tidy(**changed: Any) -> pd.DataFrame:
    cells = pd.MultiIndex.from_product([["620702", "620721"], ["620702", "620721"], ["male", "female"], range(101)])
    found = cells.to_frame(index=False, name=["origin", "destination", "sex", "age"]).assign(rate=0.001)
    found.loc[found["origin"] == found["destination"], "rate"] = 0.0
    return found.assign(**changed)


def tables() -> Iterator[Odd]:
    make, pool = sh.OriginDestinationRates.from_table, sh.PoolRates.from_table
    frames = (None, 5, "rates.csv", [], {}, pd.Series([1]), pd.DataFrame(), _tidy()[["origin", "sex"]])
    yield from each("OriginDestinationRates.from_table", lambda w, v: make(v), *frames)
    labels = (
        ("sex", "man"),
        ("age", 101),
        ("age", "0"),
        ("age", NAN),
        ("origin", "nope"),
        ("year", "late"),
        ("year", NAN),
    )
    for column, value in labels:
        yield refused(f"from_table({column} {value})", lambda w, c=column, v=value: make(_tidy(**{c: v})), str(value))
    for column in ("origin", "destination", "sex", "age", "year"):
        for value in (["620702"], {"a": 1}, {2026}):
            cells = [value] * len(_tidy())
            said = (f"column {column} row 0", str(value))
            yield refused(f"from_table({column} {value})", lambda w, c=column, v=cells: make(_tidy(**{c: v})), *said)
    yield refused("from_table(a rate that is a list)", lambda w: make(_tidy(rate=[[0.1]] * 808)), "row 0", "[0.1]")
    for value in ("high", NAN, INF, None, True, "0,1"):
        yield refused(f"from_table(rate {value})", lambda w, v=value: make(_tidy(rate=v)), str(value))
    yield from each("from_table(places)", lambda w, v: make(_tidy(), v), "620702", ["nope"], 5, ["620702"], [])
    yield from each(
        "from_table(missing)", lambda w, v: make(_tidy().iloc[:-1], missing=v), "none", True, NAN, [0.0], INF
    )
    twice = pd.concat([_tidy(), _tidy()[["origin"]]], axis=1)
    yield refused("from_table(a column twice)", lambda w: make(twice), "columns", "origin twice")
    yield refused("from_table(a row twice)", lambda w: make(pd.concat([_tidy()] * 2)), "620702")
    yield refused("from_table(a row less)", lambda w: make(_tidy().drop(index=250)), "620721")
    yield right(
        "from_table(names)", lambda w: make(_tidy().replace("620702", "ganzhou district")).places[1], _is("620721")
    )
    rows = _tidy().rename(columns={"origin": "place", "rate": "out_rate"}).assign(in_share=0.5)
    rows = rows[rows["destination"] == "620702"].drop(columns="destination")
    of = {"620702": "a", "620721": "a"}
    yield from each("PoolRates.from_table(pool_of)", lambda w, v: pool(rows, v), None, [], {}, 5, "a", {"nope": "a"})
    listed = [["a"]] * len(rows)
    for column in ("place", "sex", "year"):
        pools = rows.assign(**{column: listed})
        yield refused(f"PoolRates.from_table(lists of {column})", lambda w, t=pools: pool(t, of), f"column {column}")
    for column in ("pool", "age"):
        far = rows.rename(columns={"place": "pool"}).assign(**{column: listed})
        yield refused(
            f"PoolRates.from_table(lists of {column} between pools)",
            lambda w, t=far: pool(rows, of, t),
            "pool_rates",
            f"column {column}",
        )
    yield from each("PoolRates.from_table(rates)", lambda w, v: pool(v, of), None, 5, "a.csv", pd.DataFrame(), {})
    yield from each("PoolRates.from_table(pool_rates)", lambda w, v: pool(rows, of, v), 5, "a.csv", pd.DataFrame(), {})


PARENT = np.full((1, 1, 1), 10.0)
LEAVES = np.full((2, 1, 1, 1), 1.0)


def _labelled(**changed: Any) -> xr.DataArray:
    coords = {"place": ["a", "b"], "year": [2025], "sex": ["male", "female"], "age": [0, 1]}
    return xr.DataArray(np.ones((2, 1, 2, 2)), dims=list(coords), coords=coords).assign_coords(**changed)


def rakes() -> Iterator[Odd]:
    arrays = (None, 5, "many", [], [[1.0]], {}, True, np.ones((1, 1, 1, 1, 1, 1)), [["a"]], object)
    yield from each("rake(leaves)", lambda w, v: sh.rake(v, PARENT), *arrays)
    yield from each("rake(parent)", lambda w, v: sh.rake(LEAVES, v), *arrays)
    for value in (NAN, -1.0, INF):
        yield refused(f"rake(leaves of {value})", lambda w, v=value: sh.rake(LEAVES * v, PARENT), f"{value:g}")
        yield refused(f"rake(parent of {value})", lambda w, v=value: sh.rake(LEAVES, PARENT * v), f"{10 * value:g}")
    yield refused("rake(nobody)", lambda w: sh.rake(LEAVES * 0.0, PARENT), "10")
    ages = (5, "0", (), (1,), (0, 0), (0.5,), (NAN,), (True,), ("0",), (0, 7), [None])
    yield from each("rake(ages)", lambda w, v: sh.rake(LEAVES, PARENT, ages=v), *ages)
    years = ("2025", 2025.5, NAN, True, 10**30, [])
    yield from each("rake(first_year)", lambda w, v: sh.rake(LEAVES, PARENT, first_year=v), *years)
    yield from each("rake(what)", lambda w, v: sh.rake(LEAVES, PARENT, what=v), None, 5, True, ["pop"], "a\x1b[31mb")
    lists = lambda w: sh.rake(LEAVES.tolist(), PARENT.tolist()).leaves.tolist()  # noqa: E731
    yield right("rake(lists)", lists, _is((LEAVES * 5.0).tolist()))
    parent = _labelled().sum("place")
    for dim, labels in {"sex": ["male", "men"], "year": [2026], "age": [0, 2]}.items():
        other = parent.assign_coords({dim: labels})
        yield refused(f"rake(other {dim})", lambda w, p=other: sh.rake(_labelled(), p), dim)
    yield refused("rake(a label twice)", lambda w: sh.rake(_labelled(place=["a", "a"]), parent), "place", "a")
    yield refused("rake(an odd dim)", lambda w: sh.rake(_labelled().rename(sex="colour"), parent), "colour")
    yield refused("rake(text ages)", lambda w: sh.rake(_labelled(age=["0", "x"]), parent), "x")
    late = parent.assign_coords(year=["late"])
    yield refused("rake(text years)", lambda w: sh.rake(_labelled(year=["late"]), late), "late")
    given = {
        "pop_jan1": np.ones((2, 2, 2, 2)), "births": np.ones((2, 1, 2)),
        "parent_pop": np.full((2, 1, 2), 4.0), "parent_births": np.array([4.0]),
    }  # fmt: skip
    for name in given:
        call = lambda w, v, n=name: sh.rake_births_and_stock(**{**given, n: v})  # noqa: E731
        yield from each(f"rake_births_and_stock({name})", call, None, 5, "many", [], {}, np.ones((1, 1, 1, 1, 1, 1)))
        for value in (NAN, -1.0):
            said = f"{value * given[name].flat[0]:g}"
            yield refused(
                f"rake_births_and_stock({name} of {value})", lambda w, n=name, v=value, c=call: c(w, given[n] * v), said
            )


def calls() -> Iterator[Odd]:
    for group in (runs, exchanges, rakes):
        yield from group()
