"""What a user says of one component: `sh.Mortality`, `sh.Fertility`, `sh.Migration`, `sh.Parity`, `sh.like`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sanhai.errors import ConfigError, refuse
from sanhai.places.ages import ByAge, taken
from sanhai.places.figures import SEXES
from sanhai.places.values import Value, frozen
from sanhai.rates.paths import Path, path_of

__all__ = ["Fertility", "Like", "Migration", "Mortality", "Parity", "like"]

PATTERNS = ("rogers-castro",)


def _set(held: object, **fields: object) -> None:
    for name, value in fields.items():
        object.__setattr__(held, name, value)


class _Made(Value):
    """A value with a constructor of its own: it is restored from its fields."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), dict(self.__dict__))


def _restored(kind: type, fields: dict[str, Any]) -> Any:
    made: Any = object.__new__(kind)
    fields.pop("digest", None)
    _set(made, **fields)
    return made


def _one_of(kind: str, given: Mapping[str, object], allowed: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The quantities that were given, when together they say one thing."""
    names = tuple(name for name, value in given.items() if value is not None)
    if names not in allowed:
        said = ["+".join(one) for one in allowed]
        raise refuse(ConfigError, "own.quantities", got=list(names), what=kind, known=said)
    return names


def code_of(given: object, what: str) -> str:
    """A place by its code or name, as text. ConfigError for what is none."""
    code = given.code if hasattr(given, "code") else given
    if not isinstance(code, str) or not code.strip():
        raise refuse(ConfigError, "own.place_code", got=given, what=what)
    return code


@dataclass(frozen=True, eq=False, repr=False)
class Like(Value):
    """Rates of another place, to be scaled to what was observed."""

    code: str

    def __repr__(self) -> str:
        return f"like({self.code!r})"


def like(place: object) -> Like:
    """The rates of a shipped place, by code or name, as the prior of one's own: they are scaled to `observed`."""
    from sanhai.places.catalogue import resolve

    return Like(resolve(code_of(place, "like")).code)


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Mortality(_Made):
    """Death rates by age and sex, by one of: mx; qx; lx; deaths with exposure; e0 with the pattern of a standard.

    mx [1/year], qx and lx [shares], deaths [persons], exposure [person-years]: by sex and age, as `sh.by_age`, a tidy
    table, figures or a labelled array. e0: {"male": .., "female": ..} of numbers or paths [years]; with mx it gives the
    level and mx the pattern. standard: place whose rates give a pattern where one is needed. Raises ConfigError for
    quantities that do not go together.
    """

    measure: str
    table: ByAge | None
    exposure: ByAge | None
    e0: tuple[tuple[str, Path], ...]
    standard: str

    def __init__(
        self,
        *,
        mx: object = None,
        qx: object = None,
        lx: object = None,
        deaths: object = None,
        exposure: object = None,
        e0: object = None,
        standard: object = None,
    ) -> None:
        given = {"mx": mx, "qx": qx, "lx": lx, "deaths": deaths, "exposure": exposure, "e0": e0}
        allowed = (("mx",), ("qx",), ("lx",), ("deaths", "exposure"), ("e0",), ("mx", "e0"), ("qx", "e0"), ("lx", "e0"))
        names = _one_of("Mortality", given, allowed)
        if names == ("e0",) and standard is None:
            raise refuse(ConfigError, "own.e0_standard")
        measure = names[0] if names[0] != "e0" else ""
        table = taken(given[measure], measure, (measure,)) if measure else None
        _set(
            self,
            measure=measure,
            table=table,
            exposure=taken(exposure, "exposure", ("exposure",)),
            e0=() if e0 is None else _by_sex(e0),
            standard="" if standard is None else like(standard).code,
        )

    def __repr__(self) -> str:
        return f"Mortality({self.measure or 'e0'}{'+e0' if self.measure and self.e0 else ''})"


def _by_sex(e0: object) -> tuple[tuple[str, Path], ...]:
    """Paths of both sexes, from a mapping or from rows with a column sex."""
    frame: Any = getattr(e0, "frame", e0)
    if hasattr(frame, "columns") and "sex" in frame.columns:
        e0 = {sex: frame[frame["sex"] == sex] for sex in SEXES if (frame["sex"] == sex).any()}
    if not isinstance(e0, Mapping) or set(e0) != set(SEXES):
        raise refuse(ConfigError, "own.e0_sexes", got=e0 if not hasattr(e0, "columns") else "-")
    return tuple((sex, path_of(e0[sex], "e0")) for sex in SEXES)


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Fertility(_Made):
    """Births per woman by age, by one of: asfr; asfr_order; births with women; tfr with a shape, or with mac and sd.

    asfr [per woman] by age of mother, single years or five-year groups; asfr_order: the same with orders 1, 2, 3+, a
    table with a column `order` or {1: .., 2: .., 3: ..}. births [births] and women [person-years] by age of mother.
    tfr: number or path; with asfr or `shape` it gives the level. shape: asfr, or `sh.like(..)`. mac, sd [years]: mean
    and spread of ages at childbearing, numbers or paths, for a gamma schedule. Raises ConfigError for quantities that
    do not go together.
    """

    table: ByAge | None
    women: ByAge | None
    tfr: Path | None
    shape: str
    mac: Path | None
    sd: Path | None

    def __init__(
        self,
        *,
        asfr: object = None,
        asfr_order: object = None,
        births: object = None,
        women: object = None,
        tfr: object = None,
        shape: object = None,
        mac: object = None,
        sd: object = None,
    ) -> None:
        given = {"asfr": asfr, "asfr_order": asfr_order, "births": births, "women": women, "tfr": tfr, "shape": shape}
        given |= {"mac": mac, "sd": sd}
        allowed = (
            ("asfr",), ("asfr_order",), ("births", "women"), ("asfr", "tfr"), ("tfr", "shape"), ("tfr", "mac", "sd"),
        )  # fmt: skip
        names = _one_of("Fertility", given, allowed)
        source = next((name for name in ("asfr", "asfr_order", "births") if name in names), "")
        pattern = shape.code if isinstance(shape, Like) else like(shape).code if isinstance(shape, str) else ""
        table = _ordered(asfr_order) if source == "asfr_order" else taken(given.get(source), source, ("asfr", source))
        if shape is not None and not pattern:
            table = taken(shape, "shape", ("asfr",))
        _set(
            self,
            table=table,
            women=taken(women, "women", ("women", "exposure")),
            tfr=None if tfr is None else path_of(tfr, "tfr"),
            shape=pattern,
            mac=None if mac is None else path_of(mac, "mac"),
            sd=None if sd is None else path_of(sd, "sd"),
        )

    def __repr__(self) -> str:
        names = ("table", "women", "tfr", "shape", "mac")
        return f"Fertility({', '.join(name for name in names if getattr(self, name))})"


def _ordered(given: object) -> ByAge:
    """Rates by order: a table with its orders, or one table an order."""
    import numpy as np

    if not isinstance(given, Mapping):
        found = taken(given, "asfr_order", ("asfr",))
        assert found is not None
        if len(found.orders) < 3:
            raise refuse(ConfigError, "own.orders", got=list(found.orders))
        return found
    if sorted(str(name) for name in given) not in (["1", "2", "3"], ["1", "2", "3+"]):
        raise refuse(ConfigError, "own.orders", got=[str(name) for name in given])
    tables = [taken(given[name], "asfr_order", ("asfr",)) for name in sorted(given, key=str)]
    first = tables[0]
    assert first is not None
    if any(one is None or one.lower != first.lower or one.years != first.years for one in tables):
        raise refuse(ConfigError, "own.orders_unlike")
    values = np.concatenate([one.values for one in tables if one is not None])
    return ByAge(values, first.lower, first.sexes, first.years, first.date, first.unit, first.is_open, ("1", "2", "3+"))


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Migration(_Made):
    """Net migrants, in is positive, by one of: counts; rates; total with a pattern.

    counts [persons a year] or rates [a year, of survivors] by sex and age. total: number or path [persons a year].
    pattern: ages of a net migrant, "rogers-castro", shares by sex and age, or `sh.like(..)`. Raises ConfigError for
    quantities that do not go together.
    """

    measure: str
    table: ByAge | None
    total: Path | None
    pattern: str

    def __init__(
        self, *, counts: object = None, rates: object = None, total: object = None, pattern: object = None
    ) -> None:
        given = {"counts": counts, "rates": rates, "total": total, "pattern": pattern}
        (measure, *rest) = _one_of("Migration", given, (("counts",), ("rates",), ("total", "pattern")))
        name = pattern.code if isinstance(pattern, Like) else pattern if isinstance(pattern, str) else ""
        if rest and isinstance(pattern, str) and pattern not in PATTERNS:
            raise refuse(ConfigError, "own.pattern", got=pattern, known=list(PATTERNS))
        source = {"counts": counts, "rates": rates, "total": None if name else pattern}[measure]
        variables = ("net_migration",) if measure == "counts" else ("nmr", "net_migration_rate")
        _set(
            self,
            measure=measure,
            table=taken(source, measure, variables if measure != "total" else ("pattern", "net_migration")),
            total=None if total is None else path_of(total, "total"),
            pattern=name,
        )

    def __repr__(self) -> str:
        return f"Migration({self.measure})"


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Parity(_Made):
    """Women by children ever born at the start.

    shares: shares of women 0, 1, 2, 3+ by single age from 15 to 49 or wider, a table with columns age, parity, value.
    Raises ConfigError for a table without them.
    """

    ages: tuple[int, ...]
    shares: Any  # (age, parity 0, 1, 2, 3+), sum 1

    def __init__(self, *, shares: object) -> None:
        import numpy as np

        frame: Any = getattr(shares, "frame", shares)
        parity = next((name for name in ("parity", "order") if name in getattr(frame, "columns", ())), "")
        if not parity or not {"age", "value"} <= set(frame.columns):
            raise refuse(ConfigError, "own.parity", got=[*frame.columns][:10] if hasattr(frame, "columns") else shares)
        rows = frame.assign(age=[int(str(one).rstrip("+")) for one in frame["age"]])
        rows = rows.assign(parity=[min(int(str(one).rstrip("+")), 3) for one in rows[parity]])
        wide = rows.pivot_table(index="age", columns="parity", values="value", aggfunc="sum")
        values = wide.to_numpy(dtype=float)
        if list(wide.columns) != [0, 1, 2, 3] or not (np.isfinite(values).all() and (values >= 0).all()):
            raise refuse(ConfigError, "own.parity", got=[str(one) for one in wide.columns])
        if not np.allclose(values.sum(axis=1), 1.0, rtol=0.0, atol=0.01):
            raise refuse(ConfigError, "own.parity_sum", got=float(values.sum(axis=1)[0]))
        ages = tuple(int(age) for age in wide.index)
        if ages != tuple(range(ages[0], ages[-1] + 1)) or ages[0] > 15 or ages[-1] < 49:
            raise refuse(ConfigError, "own.parity_ages", got=[ages[0], ages[-1]])
        _set(self, ages=ages, shares=frozen(values / values.sum(axis=1, keepdims=True)))

    def __repr__(self) -> str:
        return f"Parity(ages {self.ages[0]}-{self.ages[-1]})"
