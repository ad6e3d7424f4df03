"""A user's own place: what `sh.Place(name, population=.., ..)` was given, as the fields of the one value Place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import asfr_to, calibrated, mx_to
from sanhai.calibrate.given import observed_of, parity_given
from sanhai.calibrate.stock import GRADUATIONS, day_of, stock_of
from sanhai.errors import ConfigError, InputError, InputProblem, is_one_of, problem, refuse
from sanhai.places.ages import ByAge, taken
from sanhai.places.base import N_AGES, Base
from sanhai.places.catalogue import place as shipped
from sanhai.places.catalogue import resolve
from sanhai.places.figures import Figures, Source
from sanhai.places.names import checked_name
from sanhai.places.place import Derived, Place
from sanhai.places.standard import MortalityIndex, Standard
from sanhai.rates.lee_carter import history_b
from sanhai.rates.makers import Fertility, Like, Migration, Mortality, code_of
from sanhai.rates.paths import Path, path_of
from sanhai.rates.schedules import asfr_by_age, between, by_single_age, mx_by_age

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["fields_of"]

LAST_YEAR = 2100
GBT = re.compile("[0-9]{6}")
CHINA = "100000"  # the place whose rates are followed where a GB/T code or nothing else says which
FOLLOW = "follow:"
LATER = ("hold", "lee-carter", f"{FOLLOW}<place>")
COMPONENTS = ("mortality", "fertility")
OLDEST_GAP = 5  # years between the count and the first rates
LEE_CARTER_YEARS = 20
GROUPS = (0, 1, *range(5, 101, 5))  # in which a history's rates are smoothed before they are fitted
SRB = 1.05
BASES = ("resident", "registered")


@dataclass
class _Making:
    """What is known while a place is made: faults and derivations are collected on the way."""

    given: Mapping[str, Any]
    code: str
    faults: list[InputProblem] = field(default_factory=list)
    derived: list[Derived] = field(default_factory=list)

    def said(self, component: str, rule: str, detail: str = "") -> None:
        one = Derived(component, rule, detail)
        if one not in self.derived:
            self.derived.append(one)

    def stop_if_faulty(self) -> None:
        if self.faults:
            raise InputError(self.faults)


def fields_of(name: object, **given: Any) -> dict[str, Any]:
    """Fields of the Place. Raises ConfigError for arguments that are none, InputError with every fault of the data."""
    from sanhai.calibrate.sums import sum_of

    checked_name(name, "name")
    code, home = _code(str(name), given)
    making = _Making(given, code)
    if given["parts"] != ():
        return sum_of(str(name), code, home, making)
    for component in ("population", "mortality", "fertility", "migration"):
        if given[component] is None:
            raise refuse(ConfigError, "own.required", what=component)
    _require_choices(given)
    population = _population(given["population"], making)
    day = day_of(population.date)
    years = range(day.first, LAST_YEAR + 1)
    evidence = observed_of(given["observed"], years, making.faults)
    making.stop_if_faulty()
    standard = _standard_place(given, code)
    mx, index = _mortality(given["mortality"], years, standard, making)
    making.stop_if_faulty()
    fertility = _fertility_of(given["fertility"])
    asfr = _fertility(fertility, years, making)
    srb = _srb(given["srb"], years, making)
    Sx = _bridge.Sx_from_mx(mx[0])
    born = evidence.published("births", range(day.year, day.year + 1))[0] if day.d else np.nan
    graduation = given["graduation"]
    pattern_of = None if standard is None else standard.own_standard
    start = stock_of(
        population, graduation, pattern_of, Sx, None if np.isnan(born) else born, making.faults, making.said
    )
    making.stop_if_faulty()
    kind, share, counts, rate = _migration(given["migration"], years, evidence, start, making)
    parity = parity_given(given["parity"], fertility, asfr, years, making.said)
    making.stop_if_faulty()
    confidence = population.confidence or "medium"
    source = population.source or str(given["source"] or "")
    pyramid = Base(start, tuple(range(N_AGES)), f"{day.first}-01-01", source, confidence, "own data")
    sources = (Source(source, source),) if source else ()
    held = Standard(
        years=years, mx=mx, asfr=asfr.sum(axis=0), srb=srb, net_migration=counts, migration_share=share,
        pyramid=pyramid, census_survival=np.zeros((2, 18)), mortality=index, parity=parity, sources=sources,
        is_path=True, migration=kind, migration_rate=rate,
    )  # fmt: skip
    return {
        **_named(str(name), code, given), "base": pyramid, "evidence": evidence, "own_standard": held,
        "policy_codes": home, "derived": tuple(making.derived),
    }  # fmt: skip


def _named(name: str, code: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": code, "name_en": name, "name_zh": given["name_zh"] or name, "level": "own"}


def _code(name: str, given: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The code, and whose documents hold: by `policy_place`, a GB/T code, or the parent."""
    code = given["code"]
    if code is None:
        code = f"own/{name}"
    elif not isinstance(code, str) or not code.strip():
        raise refuse(ConfigError, "own.code", got=code)
    home: tuple[str, ...] = ()
    if GBT.fullmatch(code):
        home = shipped(resolve(code).code).policy_codes
    elif code.isdigit():
        raise refuse(ConfigError, "own.code", got=code)
    for argument in ("parent", "policy_place"):
        if given[argument] is not None:
            home = shipped(resolve(code_of(given[argument], argument)).code).policy_codes
    return code, home


def _require_choices(given: Mapping[str, Any]) -> None:
    for name, allowed in (("graduation", GRADUATIONS), ("basis", BASES), ("timing", ("end",))):
        if not is_one_of(given[name], allowed):
            raise refuse(ConfigError, "own.choice", got=given[name], what=name, known=list(allowed))


def _population(given: object, making: _Making) -> ByAge:
    found = taken(given, "population", ("pop", "pop_jan1", "pop_census"))
    assert found is not None
    if not found.date:
        year = found.years[0] if found.years else None
        making.faults.append(
            problem("input.DATE.own", {"variable": "pop", "year": year}, example=f"{year or 2025}-01-01")
        )
    if not found.unit:
        making.faults.append(problem("input.UNIT.own", {"variable": "pop"}, total=float(np.nansum(found.values))))
    making.stop_if_faulty()
    return found


def _standard_place(given: Mapping[str, Any], code: str) -> Place | None:
    """The place whose pyramid gives the pattern inside groups: as named, else China for a GB/T code."""
    named = given["standard"]
    mortality = given["mortality"]
    if named is None and isinstance(mortality, Mortality) and mortality.standard:
        named = mortality.standard
    if named is None and (GBT.fullmatch(code) or isinstance(mortality, Like)):
        named = CHINA
    return None if named is None else shipped(resolve(code_of(named, "standard")).code).root


# ---- over the years --------------------------------------------------------------------------------------------------


def _later(making: _Making, component: str) -> str:
    """The rule of a component after its last year."""
    rule = making.given["later"]
    if isinstance(rule, Mapping):
        odd = [name for name in rule if name not in COMPONENTS]
        if odd:
            raise refuse(ConfigError, "own.later_component", got=odd[0], known=list(COMPONENTS))
        rule = rule.get(component)
    if rule is None:
        rule = f"{FOLLOW}{CHINA}" if GBT.fullmatch(making.code) else "hold"
    if not isinstance(rule, str) or not (rule in LATER[:2] or rule.startswith(FOLLOW)):
        raise refuse(ConfigError, "own.later", got=rule, known=list(LATER))
    if rule.startswith(FOLLOW):
        return FOLLOW + resolve(rule.removeprefix(FOLLOW)).code
    if rule == "lee-carter" and component != "mortality":
        raise refuse(ConfigError, "own.later", got=rule, known=[LATER[0], LATER[2]])
    return rule


def _spread(
    known: tuple[int, ...], values: NDArray[np.float64], years: range, what: str, making: _Making
) -> NDArray[np.float64]:
    """(year, ...) of a component: straight between its years, held before the first, then by the rule for later."""
    rule = _later(making, what)
    if known and known[0] - years.start > OLDEST_GAP:
        making.faults.append(problem("input.DATE.rates", {"variable": what, "year": known[0]}, first=years.start))
    elif known and known[0] > years.start:
        making.said(what, "held_back", str(known[0]))
    last = known[-1] if known else years.start
    out = between(known, values, years)
    if last >= years[-1]:
        return out
    if rule.startswith(FOLLOW):
        making.said(what, "follow", rule.removeprefix(FOLLOW))
    else:
        making.said(what, "lee_carter" if rule == "lee-carter" else "hold", str(last))
    if rule.startswith(FOLLOW):
        reference = shipped(rule.removeprefix(FOLLOW)).standard
        path = reference.mx if what == "mortality" else reference.asfr.sum(axis=1)
        begin = max(last, years.start)
        wanted = np.clip(np.arange(begin, years.stop), reference.years[0], reference.years[-1]) - reference.years.start
        change = path[wanted] / path[wanted[0]]
        shape = change if what == "mortality" else change[:, None]
        out[begin - years.start :] = out[begin - years.start] * shape
    return out


def _mortality(
    given: object, years: range, standard: Place | None, making: _Making
) -> tuple[NDArray[np.float64], MortalityIndex]:
    """(year, sex, age) rates and how they vary at random."""
    if isinstance(given, Like):
        making.said("mortality", "like", given.code)
        return _like(given.code, years, "mortality"), _borrowed(making)
    made = given if isinstance(given, Mortality) else _mortality_of(given)
    pattern = None if standard is None or standard.own_standard is None else standard.own_standard
    shape = None if pattern is None else between(tuple(pattern.years), pattern.mx, years)
    known: tuple[int, ...] = ()
    if made.table is None:
        assert shape is not None
        mx = shape
    else:
        first = None if shape is None else shape[0]
        known = made.table.years
        mx = mx_by_age(made.table, made.exposure, made.measure, first, making.faults, making.said)
        making.stop_if_faulty()
    rule = _later(making, "mortality")
    fitted = _fitted_index(known, mx, making) if rule == "lee-carter" else None
    out = mx if made.table is None else _spread(known, mx, years, "mortality", making)
    if fitted is not None and known[-1] < years[-1]:
        ahead = np.maximum(np.arange(years.start, years.stop) - known[-1], 0)
        out = out * _bridge.exp(ahead[:, None, None] * (fitted[1] * fitted[0].b))
    if made.e0:
        e0 = np.stack([path.over(years) for _, path in made.e0], axis=1)
        out = out if made.table is not None or pattern is None else _nearest(pattern.mx, e0)
        out = _bridge.shift_mx_to_e0(out, e0)
        making.said("mortality", "e0_on_shape", made.standard or made.measure)
    return out, _borrowed(making) if fitted is None else fitted[0]


def _nearest(mx: NDArray[np.float64], e0: NDArray[np.float64]) -> NDArray[np.float64]:
    """(year, sex, age) rates of the standard, each sex from the year in which it lived nearest as long as wanted.

    mx (year, sex, age) of the standard, e0 (year, sex) wanted. Ages differ least then, and a level of long ago or of
    another country stays within what a shift of all rates can reach.
    """
    apart = np.abs(_bridge.e0_from_mx(mx)[None] - e0[:, None])  # (year wanted, year of the standard, sex)
    at = np.argmin(apart, axis=1)
    return np.stack([mx[at[:, sex], sex] for sex in range(mx.shape[1])], axis=1)


def _mortality_of(given: object) -> Mortality:
    """A table alone says by its variable which quantity it is; without one it is mx."""
    table = taken(given, "mortality", ("mx", "qx", "lx"))
    assert table is not None
    return Mortality(**{table.variable if table.variable in ("qx", "lx") else "mx": table})


def _borrowed(making: _Making) -> MortalityIndex:
    making.said("mortality", "index_borrowed", CHINA)
    return shipped(CHINA).standard.mortality


def _fitted_index(known: tuple[int, ...], mx: NDArray[np.float64], making: _Making) -> tuple[MortalityIndex, float]:
    """Lee & Carter (1992) on groups of the history, and the yearly drift of its index."""
    if len(known) < LEE_CARTER_YEARS:
        raise refuse(ConfigError, "own.lee_carter_years", got=len(known), least=LEE_CARTER_YEARS)
    ends = (*GROUPS[1:], N_AGES)
    groups = np.stack([mx[:, :, a:b].mean(axis=2) for a, b in zip(GROUPS, ends, strict=True)], axis=2)
    b, fit = history_b(groups, known, GROUPS)
    # b sums to 1 over ages, not over groups: k is scaled so that b k stays what was fitted.
    five = [g for g in range(len(GROUPS) - 1) if g != 1]
    scale = float(fit.b[:, five].sum() / b[:, [GROUPS[g] + 2 * (g > 0) for g in five]].sum())
    making.said("mortality", "index_fitted", f"{known[0]}-{known[-1]}")
    return MortalityIndex(b, scale * fit.step_sd, method=f"Lee-Carter {known[0]}-{known[-1]}"), scale * fit.drift


def _like(code: str, years: range, what: str) -> NDArray[np.float64]:
    """Rates of a shipped place: fitted, then its path; held outside its years."""
    of = shipped(code)
    last = of.standard.years[-1]
    if of.within is not None:
        path = country_fit(of.root)
        mx, asfr = path.schedules(of.code, last)
        known = path.years
    else:
        fit = calibrated(of)
        mx, asfr, known = mx_to(fit, last), asfr_to(fit, fit.asfr[0], last), fit.years
    return between(tuple(range(known[0], last + 1)), mx if what == "mortality" else asfr, years)


def _fertility_of(given: object) -> Fertility | Like:
    """A table alone is one of asfr, by order where it has orders."""
    return given if isinstance(given, Fertility | Like) else Fertility(asfr=taken(given, "fertility", ("asfr",)))


def _fertility(made: Fertility | Like, years: range, making: _Making) -> NDArray[np.float64]:
    """(order, year, age 0..100) births per woman."""
    if isinstance(made, Like):
        making.said("fertility", "like", made.code)
        return _like(made.code, years, "fertility")[None]
    if made.mac is not None and made.sd is not None:
        assert made.tfr is not None
        making.said("fertility", "gamma", "")
        level, mac, sd = (path.over(years) for path in (made.tfr, made.mac, made.sd))
        return np.array([[_bridge.asfr_gamma(*one, N_AGES) for one in zip(level, mac, sd, strict=True)]])
    if made.shape:
        out = _like(made.shape, years, "fertility")[None]
        making.said("fertility", "shape_like", made.shape)
    else:
        assert made.table is not None
        found = asfr_by_age(made.table, made.women, making.faults, making.said)
        making.stop_if_faulty()
        out = np.array([_spread(made.table.years, one, years, "fertility", making) for one in found])
    if made.tfr is not None:
        level = made.tfr.over(years) / out.sum(axis=(0, 2))
        out = out * level[None, :, None]
        making.said("fertility", "tfr_on_shape", "")
    return out


def _srb(given: Any, years: range, making: _Making) -> NDArray[np.float64]:
    """(year) boys per girl: a number, a path, rows of srb or of births by sex; else the national path or 1.05."""
    if given is None:
        if GBT.fullmatch(making.code):
            making.said("srb", "srb_national", CHINA)
            standard = shipped(CHINA).standard
            return Path(tuple(standard.years), tuple(map(float, standard.srb))).over(years)
        making.said("srb", "srb_assumed", str(SRB))
        return np.full(len(years), SRB)
    frame = getattr(given, "frame", given)
    if (
        hasattr(frame, "columns")
        and {"sex", "year", "value"} <= set(frame.columns)
        and {"male", "female"} <= set(frame["sex"])
    ):
        by_sex = {sex: frame[frame["sex"] == sex].groupby("year")["value"].sum() for sex in ("male", "female")}
        making.said("srb", "srb_from_births", "")
        given = by_sex["male"] / by_sex["female"]
    return path_of(given, "srb").over(years)


def _migration(
    given: object, years: range, evidence: Figures, start: NDArray[np.float64], making: _Making
) -> tuple[str, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None]:
    """(kind, pattern (sex, age), counts (year, sex, age), rates (year, sex, age) or none)."""
    none, no_rate = np.zeros((len(years), 2, N_AGES)), None
    castro = start * _bridge.rogers_castro(N_AGES)  # their rates on the people there are: few move where few live
    castro = castro / castro.sum()
    if isinstance(given, str):
        if given not in ("none", "residual"):
            raise refuse(ConfigError, "own.migration", got=given)
        if given == "residual" and not evidence.of("pop_yearend"):
            raise refuse(ConfigError, "own.residual")
        making.said("migration", f"migration_{given}", "")
        if given == "residual":
            making.said("migration", "pattern_rogers_castro", "")
        return ("given" if given == "none" else "residual"), castro, none, no_rate
    if not isinstance(given, Migration):
        given = Migration(counts=taken(given, "migration", ("net_migration",)))
    if given.measure == "total":
        assert given.total is not None
        pattern = _pattern(given, castro, making)
        return "given", pattern, given.total.over(years)[:, None, None] * pattern, no_rate
    assert given.table is not None
    rows = by_single_age(given.table, "migration", making.faults, making.said)
    over = between(given.table.years, rows, years)
    if given.table.years and given.table.years[-1] < years[-1]:
        making.said("migration", "hold", str(given.table.years[-1]))
    if given.measure == "rates":
        making.said("migration", "rates_as_counts", "")
        return "rates", castro, none, over
    net, gross = float(over[0].sum()), float(np.abs(over[0]).sum())
    # Where gains and losses nearly cancel the ages of a random migrant are those of all movers.
    share = over[0] / net if abs(net) >= 0.5 * gross > 0 else np.abs(over[0]) / gross if gross > 0 else castro
    return "given", share, over, no_rate


def _pattern(given: Migration, castro: NDArray[np.float64], making: _Making) -> NDArray[np.float64]:
    if given.pattern == "rogers-castro":
        making.said("migration", "pattern_rogers_castro", "")
        return castro
    if given.pattern:
        making.said("migration", "pattern_like", given.pattern)
        return np.array(shipped(given.pattern).standard.migration_share)
    assert given.table is not None
    share = by_single_age(given.table, "pattern", making.faults, making.said)[0]
    making.stop_if_faulty()
    if not abs(share.sum()) > 0:
        raise refuse(ConfigError, "own.pattern_sum", got=float(share.sum()))
    return np.asarray(share / share.sum())


def with_index(place: Place, index: MortalityIndex) -> Place:
    """The same place whose death rates vary by another index."""
    assert place.own_standard is not None
    return replace(place, own_standard=replace(place.own_standard, mortality=index))
