"""Odd calls of what reads a result: its verbs, money, places, ages, explanations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from odd.cases import Odd, each, refused, right
from odd.world import LAST

__all__ = ["calls"]

NAN, INF = float("nan"), float("inf")
NAMES = (
    None,
    True,
    5,
    "",
    "birth",
    "BIRTHS",
    "births ",
    ["births"],
    b"births",
    "zzz\x1b[31m",
    np.array(["births", "e0"]),
)
PLACES = ("lanzhou", "", 5, True, ["zhangye"], "chin", b"china", NAN)
SCENARIOS = ("bas", "", 5, True, ["more"], "More", np.array(["more", "x"]))
ATS = (LAST + 2, 1900, "2026", True, 2026.0, NAN, [], [2060], [2026, "x"], [None], 10**30, [[2026]], b"2026")
LEVELS = (0, 1, 80, True, "0.8", NAN, [0.8], -0.2, np.array([0.8, 0.9]))
SPLITS = ("sex", "ages", "", 5, True, ["order"], np.array(["order", "sex"]))


def _is(expected: object):
    return lambda found, world: found == expected


def verbs() -> Iterator[Odd]:
    for verb in ("table", "diff", "quantiles", "sel"):
        yield from each(f"{verb}(variable)", lambda w, v, verb=verb: getattr(w.drawn, verb)(v), *NAMES)
        for argument, values in (("place", PLACES), ("scenario", SCENARIOS), ("at", ATS), ("by", SPLITS)):
            yield from each(
                f"{verb}({argument})",
                lambda w, v, verb=verb, a=argument: getattr(w.drawn, verb)("births", **{a: v}),
                *values,
            )
    for verb in ("table", "diff"):
        yield from each(f"{verb}(level)", lambda w, v, verb=verb: getattr(w.drawn, verb)("births", level=v), *LEVELS)
        yield from each(
            f"{verb}(level), point", lambda w, v, verb=verb: getattr(w.point, verb)("births", level=v), 80, "wide"
        )
    yield from each("diff(vs)", lambda w, v: w.drawn.diff("births", v), *SCENARIOS)
    q = ("0.5", True, 50, -0.1, NAN, [], [0.5, 2], [None], [[0.5]], INF, b"0.5", np.array([[0.1]]))
    yield from each("quantiles(q)", lambda w, v: w.drawn.quantiles("births", v), *q)
    yield refused("table(moves)", lambda w: w.drawn.table("arrivals"), "arrivals", "exchange=")
    yield refused("table near", lambda w: w.drawn.table("birth"), "did you mean", "births")
    yield refused("table(by payer of births)", lambda w: w.drawn.table("births", by="payer"), "payer", "order")
    yield right("table(NumPy year)", lambda w: list(w.point.table("births", np.int64(2026)).columns), _is([2026]))
    yield right("table(range)", lambda w: list(w.point.table("births", range(2026, 2028)).columns), _is([2026, 2027]))
    yield right("table(Chinese name)", lambda w: w.point.table("births", place="张掖市").attrs["place"], _is("620700"))
    yield right(
        "table(blanks round a name)", lambda w: w.point.table("births", place=" china ").attrs["place"], _is("100000")
    )
    yield right("table(a Place)", lambda w: w.point.table("births", place=w.place).attrs["place"], _is("620700"))
    yield right(
        "diff with itself", lambda w: float(abs(w.drawn.diff("births", scenario="baseline")).max().max()), _is(0.0)
    )
    yield right("quantiles(median)", lambda w: w.drawn.quantiles("births", 0.5).shape, _is((8, 1)))
    yield right("table(stock, next January)", lambda w: w.point.table("pop_jan1", LAST + 1).shape, _is((2, 1)))
    yield from each("marks(variable)", lambda w, v: w.drawn.marks(v), *NAMES)
    yield from each("marks(place)", lambda w, v: w.drawn.marks("births", v), *PLACES)
    yield from each("marks(year)", lambda w, v: w.drawn.marks("births", year=v), *ATS, [2026, 2027])
    yield from each("marks(scenario)", lambda w, v: w.drawn.marks("births", scenario=v), *SCENARIOS)
    yield from each("Results.scenario", lambda w, v: w.drawn.scenario(v), *SCENARIOS)
    for verb in ("with_level", "rows", "rows_frame"):
        yield from each(verb, lambda w, v, verb=verb: getattr(w.drawn, verb)(v), *LEVELS)
    yield from each("resolve", lambda w, v: w.drawn.resolve(v), None, "", 5, "lanzou", [])


def ages() -> Iterator[Odd]:
    yield from each("by_age(place)", lambda w, v: w.drawn.by_age(v), *PLACES)
    yield from each("by_age(scenario)", lambda w, v: w.drawn.by_age(scenario=v), *SCENARIOS)
    yield from each(
        "by_age(budget_gib)", lambda w, v: w.point.by_age(budget_gib=v), 0, -1, True, "4", NAN, None, [4], INF
    )
    yield refused("by_age(little memory)", lambda w: w.drawn.by_age(budget_gib=1e-6), "GiB", "budget_gib")


def shows() -> Iterator[Odd]:
    yield from each("explain(variable)", lambda w, v: w.point.explain(v, 2026), *NAMES)
    yield from each("explain(year)", lambda w, v: w.point.explain("births", v), None, *ATS, [2026, 2027])
    yield from each("explain(scenario)", lambda w, v: w.point.explain("births", 2026, v), *SCENARIOS)
    yield from each("explain(place)", lambda w, v: w.point.explain("births", 2026, place=v), *PLACES)
    yield from each("explain.lines", lambda w, v: w.point.explain("births", 2026).lines(v), "fr", 5, "", ["zh"])
    yield from each("headline", lambda w, v: w.point.headline(v), "fr", 5, "", True, ["zh"])
    yield from each("plot", lambda w, v: w.point.plot(lang=v), "fr", 5, "", ["zh"])
    yield from each("PlaceInfo.name", lambda w, v: w.point.place_info["620700"].name(v), "fr", 5, "")


def money() -> Iterator[Odd]:
    prices = (None, True, 5, "", "dollars", "Nominal", ["real"], np.array(["real", "pv"]))
    for verb in ("table", "diff", "quantiles", "total"):
        call = lambda w, verb=verb, **how: getattr(w.drawn.fiscal, verb)(**how)  # noqa: E731
        yield from each(f"fiscal.{verb}(price)", lambda w, v, c=call: c(w, price=v), *prices)
        yield from each(f"fiscal.{verb}(place)", lambda w, v, c=call: c(w, place=v), *PLACES[:4])
        yield from each(f"fiscal.{verb}(at)", lambda w, v, c=call: c(w, at=v), *ATS[:8])
    for verb in ("by_level", "by_instrument"):
        call = lambda w, verb=verb, **how: getattr(w.drawn.fiscal, verb)(**how)  # noqa: E731
        yield from each(f"fiscal.{verb}(scenario)", lambda w, v, c=call: c(w, scenario=v), *SCENARIOS, "zzz")
        yield from each(f"fiscal.{verb}(price)", lambda w, v, c=call: c(w, price=v), *prices)
        yield from each(f"fiscal.{verb}(level)", lambda w, v, c=call: c(w, level=v), *LEVELS)
    payers = (True, 5, "", "town", "Central", ["central"], np.array(["central", "city"]))
    yield from each("fiscal.total(payer)", lambda w, v: w.drawn.fiscal.total(payer=v), *payers)
    kinds = (None, True, 5, "", "all", "Outlay", ["fund"], np.array(["fund", "outlay"]))
    yield from each("fiscal.total(kind)", lambda w, v: w.drawn.fiscal.total(kind=v), *kinds)
    yield from each("fiscal.table(by)", lambda w, v: w.drawn.fiscal.table(by=v), *SPLITS, "payers")
    price = lambda w, **how: w.drawn.fiscal.price_of_birth("more", **how)  # noqa: E731
    yield from each("price_of_birth(scenario)", lambda w, v: w.drawn.fiscal.price_of_birth(v), *SCENARIOS)
    yield from each("price_of_birth(births)", lambda w, v: price(w, births=v), None, "all", 5, ["net"], True)
    yield from each("price_of_birth(vs)", lambda w, v: price(w, vs=v), *SCENARIOS)
    yield from each("price_of_birth(cumulative)", lambda w, v: price(w, cumulative=v), None, "no", 1, NAN, [])
    yield from each("price_of_birth(price)", lambda w, v: price(w, price=v), *prices)
    yield from each("price_of_birth(kind)", lambda w, v: price(w, kind=v), *kinds)
    yield from each("price_of_birth(level)", lambda w, v: price(w, level=v), *LEVELS)
    yield from each("price_of_birth(at)", lambda w, v: price(w, at=v), *ATS)
    yield from each("price_quantiles(q)", lambda w, v: w.drawn.fiscal.price_quantiles(v, "more"), 50, "0.5", [], NAN)
    yield refused(
        "price_quantiles(misspelt)", lambda w: w.drawn.fiscal.price_quantiles(0.5, birth="net"), "birth", "births"
    )
    itself = lambda w: bool(np.isinf(price(w, vs="more", level=None).to_numpy()).all())  # noqa: E731
    yield right("price_of_birth against itself", itself, _is(True))


def nurseries() -> Iterator[Odd]:
    for verb in ("table", "diff", "quantiles"):
        yield from each(f"nursery.{verb}", lambda w, v, verb=verb: getattr(w.drawn.nursery, verb)(v), *NAMES, "births")
    for verb in ("need", "stock", "gap"):
        call = lambda w, verb=verb, **how: getattr(w.drawn.nursery, verb)(**how)  # noqa: E731
        yield from each(f"nursery.{verb}(place)", lambda w, v, c=call: c(w, place=v), *PLACES)
        yield from each(f"nursery.{verb}(at)", lambda w, v, c=call: c(w, at=v), *ATS)
        yield from each(f"nursery.{verb}(level)", lambda w, v, c=call: c(w, level=v), *LEVELS)
    for verb in ("stock", "gap"):
        yield refused(
            f"nursery.{verb} of none", lambda w, verb=verb: getattr(w.drawn.nursery, verb)(), "stock_per_1000"
        )


def calls() -> Iterator[Odd]:
    for group in (verbs, ages, shows, money, nurseries):
        yield from group()
