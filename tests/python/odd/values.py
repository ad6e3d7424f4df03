"""Odd calls of what makes places and scenarios: names, places, levers, dates, language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

import sanhai as sh
from odd.cases import Odd, each, refused, right, unlike
from sanhai.policy.series import Setting

__all__ = ["calls"]

MONEY = "subsidy.child3.yuan_per_month"
NAN, INF = float("nan"), float("inf")
ESCAPE = "a\x1b[31mb"
NO_TEXT = (None, True, 5, 2.5, b"more", ["more"], np.int64(3))
NO_PLACE = (None, True, NAN, [], ["lanzhou"], b"lanzhou", {"place": "lanzhou"}, object)


def _is(expected: object):
    return lambda found, world: found == expected


def _named(code: str):
    return lambda found, world: found.code == code


def _first(value: float, year: int = 2026):
    """The one setting of a varied scenario."""
    return lambda found, world: [(one.year, one.value) for one in found.settings] == [(year, value)]


def places() -> Iterator[Odd]:
    unknown = ("", " ", "\t", "lanzou", "6201", "620100.0", "999999", "-1", "兰洲", "Lanzhou, Jiangsu", ESCAPE, "a\0b")
    yield from each("place", lambda w, v: sh.place(v), *NO_PLACE, *unknown, "长" * 5000, kind=sh.ConfigError)
    yield refused("place near", lambda w: sh.place("lanzou"), "did you mean", "兰州市")
    for name in ("LANZHOU", " lan zhou ", "兰州", "620100", np.str_("lanzhou"), "Lan-Zhou", "Lanzhou, Gansu"):
        yield right(f"place({name!r})", lambda w, name=name: sh.place(name), _named("620100"))
    yield from each("Place.name", lambda w, v: w.place.name(v), "", "fr", "ZH", 5, ["zh"])
    yield from each("Place(code)", lambda w, v: replace(w.place, code=v), None, "", 620700, ESCAPE, "x" * 100)
    yield from each("Place(name_zh)", lambda w, v: replace(w.place, name_zh=v), None, 5, "x" * 100)
    yield from each("Place(name_en)", lambda w, v: replace(w.place, name_en=v), "a\nb", "\u202ea")
    for field in ("base", "evidence", "parts", "policy_codes", "aliases", "derived", "pinyin", "level", "boundary"):
        yield from each(f"Place({field})", lambda w, v, f=field: replace(w.place, **{f: v}), None, 5)
    for field in ("own_standard", "earlier", "country"):
        yield from each(f"Place({field})", lambda w, v, f=field: replace(w.place, **{f: v}), 5, "high")
    yield refused("Place(area)", lambda w: replace(w.place, area=5), "area", "sh.Place", kind=sh.ConfigError)
    yield from each("Place(parent)", lambda w, v: replace(w.place, parent=v), "gansu", 620000)
    yield from each("Place(parts)", lambda w, v: replace(w.place, parts=v), ("620702",), [5])
    twice = {"the same twice": lambda w: w.place.parts[:1] * 2, "with a parent": lambda w: w.place.leaves}
    yield from unlike("Place(parts)", lambda w, v: replace(w.place, parts=v), twice)
    yield from each("Place.base.counts", lambda w, v: replace(w.place.base, counts=v), None, "many", [1.0], np.ones(3))
    odd = {"negative": -1.0, "not a number": NAN, "infinite": INF}
    for what, value in odd.items():
        yield refused(
            f"Place.base.counts({what})",
            lambda w, v=value: replace(w.place.base, counts=np.full(w.place.base.counts.shape, v)),
            str(value),
            kind=sh.DomainError,
        )
    yield from each("Place.base.date", lambda w, v: replace(w.place.base, date=v), None, 2020, "2020", "2020-02-30", "")
    yield from each("Place.base.grouped", lambda w, v: w.place.base.grouped(v), (7,), (), None, ("0",))
    yield from each("Place.evidence.one", lambda w, v: w.place.evidence.one(v), "birth", None, 5)
    yield from each("Place.parity.report", lambda w, v: w.place.parity.report(v), "fr", 5)
    yield right("Place == text", lambda w: w.place == "620700", _is(False))


def scenarios() -> Iterator[Odd]:
    names = (None, True, 5, "", "Baseline", "base line", "no_allowance", ESCAPE, ["baseline"], np.array(["baseline"]))
    yield from each("scenario(name)", lambda w, v: sh.scenario(v, "china"), *names)
    yield from each("scenario(place)", lambda w, v: sh.scenario("baseline", v), *NO_PLACE, 5, "lanzou", "")
    yield from unlike("scenario(place)", lambda w, v: sh.scenario("baseline", v), {"a scenario": lambda w: w.baseline})
    yield from each("main_job", lambda w, v: sh.main_job(v), *NO_PLACE, "lanzou")
    yield from each("Scenario(name)", lambda w, v: sh.Scenario(v, w.place), *NO_TEXT, "", " ", "a\nb", "x" * 81, " a")
    yield from each("Scenario(place)", lambda w, v: sh.Scenario("one", v), None, "zhangye", 620700)
    yield from each("Scenario(packs)", lambda w, v: sh.Scenario("one", w.place, v), ("nope",), "national", None, (5,))
    yield from each("Scenario(excluded)", lambda w, v: sh.Scenario("one", w.place, excluded=v), ("nope",), "all", None)
    yield from each("Scenario(note)", lambda w, v: sh.Scenario("one", w.place, note_zh=v), 5, "x" * 501, "a\x07")
    month = 12 * 2027
    for path, place, when, value, named in (
        ("nope", "", month, 1.0, "nope"), (MONEY, "", month, -1.0, MONEY), (MONEY, "", month, NAN, MONEY),
        (MONEY, "", "2027", 5.0, "2027"), (MONEY, "", 2027, 5.0, "2027"), (None, "", month, 1.0, "None"),
        (MONEY, "100000", month, 5.0, "100000"), (MONEY, None, month, 5.0, "None"), (MONEY, 5, month, 5.0, "5"),
    ):  # fmt: skip
        yield refused(
            f"Scenario(settings)({path}, {place!r}, {when!r}, {value})",
            lambda w, s=(path, place, when, value, when): sh.Scenario("one", w.place, settings=(Setting(*s),)),
            named,
        )
    yield from each("Scenario(settings)", lambda w, v: sh.Scenario("one", w.place, settings=v), None, "none", (5,))
    unknown = (None, True, 5, "", "nope", "lanzhou", ESCAPE, ["national"], "national.toml")
    yield from each("use", lambda w, v: w.baseline.use(v), *unknown)
    yield refused("use(another place's)", lambda w: w.baseline.use("lanzhou-2023"), "lanzhou-2023", "620100", "620700")
    yield from each("use(name)", lambda w, v: w.baseline.use("nhc-2021", v), "a\nb", 5, True, "x" * 81)
    yield right("use twice", lambda w: w.baseline.use("nhc-2021").use("nhc-2021", "n").packs.count("nhc-2021"), _is(1))
    yield from each("without", lambda w, v: w.baseline.without(v), *unknown, "child-allowance", "national/")
    yield from each("without(name)", lambda w, v: w.baseline.without("national/child-allowance", v), 5, "\u200b")
    yield from each("value(path)", lambda w, v: w.more.value(v, 2027), None, "", "nope", 5, ["a"])
    for verb in ("value", "number"):
        years = (None, "2027年", 2027.5, True, NAN, 10**30, [2027])
        yield from each(f"{verb}(year)", lambda w, v, verb=verb: getattr(w.more, verb)(MONEY, v), *years)
    yield refused("number of a text", lambda w: w.more.number("migration.mode", 2027), "migration.mode", "recent")
    yield right("value before its date", lambda w: w.more.value(MONEY, 2025), _is(None))
    yield right("value of a NumPy year", lambda w: w.more.value(MONEY, np.int64(2026)), _is(500.0))
    yield from each("is_set", lambda w, v: w.more.is_set(v), None, "nope", 5)
    yield from each("Scenario.diff", lambda w, v: w.more.diff(v), None, "baseline", 5)
    yield right("Scenario.diff with itself", lambda w: w.more.diff(w.more)["settings"], _is({}))
    yield from each("holds_at", lambda w, v: w.more.holds_at(v), None, "zhangye", 620700)
    yield from each("instruments_at", lambda w, v: w.more.instruments_at(v), None, "zhangye", 620700)
    yield right("Scenario == text", lambda w: w.baseline == "baseline", _is(False))


def levers() -> Iterator[Odd]:
    yield from each(
        "vary(name)", lambda w, v: w.baseline.vary(v, {MONEY: 500}), *NO_TEXT, "", "a\nb", "\u202ea", "x" * 81
    )
    yield from each(
        "vary(changes)", lambda w, v: w.baseline.vary("one", v), None, [], MONEY, 5, [(MONEY, 500)], {MONEY}
    )
    paths = (None, True, 5, "", "subsidy.child", "subsidy.child4.yuan_per_month", ESCAPE, MONEY + " ", (MONEY,), "人")
    yield from each("vary(path)", lambda w, v: w.vary(v, 500), *paths)
    yield refused("vary near", lambda w: w.vary("subsidy.child3.yuan", 500), "did you mean", MONEY)
    numbers = (
        None,
        True,
        np.bool_(True),
        "",
        "many",
        NAN,
        INF,
        -INF,
        -1,
        20000.5,
        1e300,
        10**400,
        1j,
        "500 yuan",
        "三百",
    )
    yield from each(
        "vary(value)", lambda w, v: w.vary(MONEY, v), *numbers, b"500", "1,000", {}, {"a": 1}, object, pd.NA
    )
    yield from each("vary(value)", lambda w, v: w.vary(MONEY, v), [], [[500]], {500}, dt.date(2027, 1, 1), range(3))
    arrays = (np.array([500.0]), np.array([500.0, 600.0]), np.array([[1.0]]), pd.Series([500.0]), np.datetime64("2027"))
    yield from each("vary(array)", lambda w, v: w.vary(MONEY, v), *arrays)
    served = (500, "500", " 500 ", "5e2", "５００", np.float64(500), np.int16(500), Decimal(500), Fraction(1000, 2))
    for value in (*served, np.array(500.0), [500]):
        yield right(f"vary(value={value!r})", lambda w, v=value: w.vary(MONEY, v), _first(500.0))
    choices = (None, True, 5, 0, "", "ZERO", "none", ["zero", "recent"], np.array(["zero", "recent"]), {"zero"}, NAN)
    yield from each("vary(choice)", lambda w, v: w.vary("migration.mode", v), *choices)
    yield right("vary(choice) NumPy text", lambda w: w.vary("migration.mode", np.str_("zero")), _first("zero"))
    yield refused("vary(percent)", lambda w: w.vary("nursery.enrolment_share", 18), "18", "0.18", "nursery.enrolment")
    yield refused("vary(percent sign)", lambda w: w.vary("nursery.enrolment_share", "18%"), "18%", "0.18")
    yield refused("vary(half a year)", lambda w: w.vary("nursery.plan_to", 2030.5), "2030.5", "nursery.plan_to")
    two = [sh.from_year(2027, 1), sh.from_year(2027, 2)]
    yield refused("vary(two of a date)", lambda w: w.vary(MONEY, two), MONEY, "2027")
    yield refused("vary(two without a date)", lambda w: w.vary(MONEY, [1, 2]), MONEY, "2026")
    yield refused("vary(a date in a date)", lambda w: w.vary(MONEY, sh.from_year(2027, sh.from_year(2028, 5))), MONEY)
    yield refused("vary(a list in a date)", lambda w: w.vary(MONEY, sh.from_year(2027, [5])), MONEY, "[5]")
    yield refused("vary(past)", lambda w: w.vary(MONEY, sh.from_year(2022, 500)), MONEY, "2022", "2026")
    fixed = {"migration.on_negative": sh.from_year(2027, "cap")}
    yield refused(
        "vary(a date for a fixed lever)", lambda w: w.baseline.vary("one", fixed), "migration.on_negative", "2027"
    )
    yield refused("vary(a belief)", lambda w: w.vary("response.eps", 0.9), "response.eps", "0.9")
    local = "lanzhou.subsidy.child_yuan_per_month"
    yield refused("vary(another place's)", lambda w: w.vary(local, 500), local, "620100", "620700")
    unread = "ganzhou.legacy.medical_premium_yuan_per_year"
    yield refused("vary(not computed)", lambda w: w.vary(unread, 500), unread)
    gone = "subsidy.national.yuan_per_year"
    without = "national/child-allowance"
    yield refused("vary(taken out)", lambda w: w.baseline.without(without).vary("one", {gone: 5}), gone, without)
    flags = (None, "no", 0, 1, NAN, [])
    yield from each("vary(counterfactual)", lambda w, v: w.vary(MONEY, 500, counterfactual=v), *flags)
    yield right("vary(nothing)", lambda w: w.baseline.vary("baseline", {}), lambda found, w: found == w.baseline)
    years = (None, True, "2027", 2027.0, NAN, 1948, 2201, -1, 0, 10**30, [2027], np.float64(2027), dt.date(2027, 1, 1))
    yield from each("from_year", lambda w, v: sh.from_year(v, 500), *years, kind=sh.ConfigError)
    months = (None, True, 2027.5, NAN, 10**30, "", "2027-13", "July", [2027], ("2027-07",), np.array([2027]))
    yield from each("from_month", lambda w, v: sh.from_month(v, 500), *months, kind=sh.ConfigError)
    yield from each("announced", lambda w, v: sh.from_month("2027-07", 500, v), *months[1:], kind=sh.ConfigError)
    places = (None, True, 5, ["zhangye"], "nope", "lanzhou", ESCAPE)
    yield from each("from_month(place)", lambda w, v: w.vary(MONEY, sh.from_month("2027-07", 500, place=v)), *places,
                    kind=sh.ConfigError)  # fmt: skip
    for year in (np.int64(2027), np.uint16(2027)):
        yield right(f"from_year({year!r})", lambda w, y=year: w.vary(MONEY, sh.from_year(y, 500)), _first(500.0, 2027))


def words() -> Iterator[Odd]:
    languages = ("", "fr", "ZH", "zh-CN", True, 5, b"zh", ["zh"], np.array(["zh", "en"]))
    yield from each("set_language", lambda w, v: sh.set_language(v), *languages, kind=sh.ConfigError)
    yield from each("Error.parts", lambda w, v: sh.Error("what").parts(v), "fr", 5)
    yield from each("Error.render", lambda w, v: sh.ConfigError("what").render(v), "fr", ["en"])
    yield right("Error without words", lambda w: str(sh.Error()), _is(""))


def calls() -> Iterator[Odd]:
    for group in (places, scenarios, levers, words):
        yield from group()
