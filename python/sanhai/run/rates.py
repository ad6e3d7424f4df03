"""Rates at which places of one run exchange migrants, from tidy tables or labelled arrays. No rates are shipped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai import _bridge
from sanhai.errors import ConfigError, ShapeError, refuse, require_kind
from sanhai.places.base import N_AGES
from sanhai.places.catalogue import resolve
from sanhai.places.figures import SEXES
from sanhai.places.place import Place
from sanhai.places.values import numbers
from sanhai.run.labels import require_table
from sanhai.run.options import YEARS, whole

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["OriginDestinationRates", "PoolRates"]

OWN = "own/"  # how the code of a place of one's own begins
LISTED = 8  # labels that a message names one by one
CELLS = (len(SEXES), N_AGES)
LABELS = ("year", "sex", "age")  # columns of every table


def _code(name: object) -> str:
    """The code of a place, of a shipped one's name, or a code of one's own ("own/<name>") as it stands."""
    if isinstance(name, Place):
        return name.code
    return str(name) if str(name).startswith(OWN) else resolve(str(name)).code


def _labels(names: object, what: str) -> tuple[str, ...]:
    """Codes of places, each once."""
    if isinstance(names, str | bytes | Mapping) or not isinstance(names, Iterable) or not tuple(names):
        raise refuse(ConfigError, "argument.kind", got=names, what=what, kind="[place, ...]")
    codes = tuple(_code(name) for name in names)
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise refuse(ConfigError, "rates.place_twice", what=what, twice=twice)
    return codes


def _require_shape(name: str, array: NDArray[np.float64], expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise refuse(
            ShapeError, "rates.shape", what=name, shape=str(array.shape), right=str(expected), last_age=N_AGES - 1
        )


def _positions(column: pd.Series[Any], labels: Sequence[object], name: str, what: str) -> NDArray[np.int64]:
    """Index of every row's label on its axis."""
    at = {label: index for index, label in enumerate(labels)}
    unknown = [value for value in column.unique() if value not in at]
    if unknown:
        where = f"column {name}, row {column.index[column.isin(unknown[:1])][0]}"
        if len(labels) > LISTED:
            ends = {"first": labels[0], "last": labels[-1]}
            raise refuse(ConfigError, "rates.label_range", got=unknown[0], where=where, what=what, **ends)
        raise refuse(ConfigError, "rates.label", got=unknown[0], where=where, what=what, known=labels)
    return np.asarray(column.map(at), dtype=np.int64)


def _require_columns(table: pd.DataFrame, names: Sequence[str], what: str) -> None:
    absent = [name for name in names if name not in table.columns]
    if absent:
        raise refuse(ShapeError, "rates.columns", what=what, absent=absent, names=names)


def _is_finite(value: object) -> bool:
    """Whether it is a number, also as text, and neither missing nor infinite."""
    try:
        return not isinstance(value, bool | np.bool_) and bool(np.isfinite(float(value)))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _require_values(table: pd.DataFrame, name: str, what: str) -> None:
    """A row that is there must hold a number: `missing` speaks of rows that are not."""
    values = np.asarray(table[name].to_numpy(), dtype=object)
    for position, value in enumerate(values):
        if not _is_finite(value):
            row = table.index[position]
            raise refuse(ShapeError, "rates.value", got=value, where=f"row {row}", what=f"{what}: {name}")


def _read(
    table: pd.DataFrame, axes: Mapping[str, Sequence[object]], values: Sequence[str], what: str, missing: float | None
) -> list[NDArray[np.float64]]:
    """One array a column of `values` over `axes`; every cell must have its row unless `missing` says what it is."""
    if missing is not None and not _is_finite(missing):
        raise refuse(ConfigError, "argument.kind", got=missing, what="missing", kind="float | None")
    _require_columns(table, (*axes, *values), what)
    shape = tuple(len(labels) for labels in axes.values())
    cells = tuple(_positions(table[name], labels, name, what) for name, labels in axes.items())
    filled = np.zeros(shape, dtype=np.int64)
    np.add.at(filled, cells, 1)

    def where(cell: NDArray[np.int64]) -> str:
        pairs = zip(axes.items(), cell, strict=True)
        return ", ".join(f"{name} {labels[int(index)]}" for (name, labels), index in pairs)

    if (filled > 1).any():
        first = np.argwhere(filled > 1)[0]
        raise refuse(ShapeError, "rates.row_twice", where=where(first), what=what, rows=int(filled[tuple(first)]))
    out = []
    for name in values:
        _require_values(table, name, what)
        array = np.full(shape, np.nan)
        array[cells] = table[name].to_numpy(dtype=float)
        empty = np.isnan(array)
        if empty.any() and missing is None:
            first = np.argwhere(empty)[0]
            n_empty, n_cells = int(empty.sum()), int(empty.size)
            raise refuse(
                ShapeError,
                "rates.row_missing",
                where=where(first),
                what=f"{what}: {name}",
                empty=n_empty,
                cells=n_cells,
            )
        array[empty] = np.nan if missing is None else missing
        out.append(array)
    return out


def _years_of(table: pd.DataFrame) -> tuple[int, ...] | None:
    """Years of a table, or None for rates that hold every year."""
    return _checked_years(sorted(table["year"].unique())) if "year" in table.columns else None


def _checked_years(years: object) -> tuple[int, ...] | None:
    """Calendar years, each once, as ints; None: rates that hold every year."""
    if years is None:
        return None
    if isinstance(years, str) or not isinstance(years, Iterable):
        raise refuse(ConfigError, "argument.kind", got=years, what="years", kind="tuple[int, ...] | None")
    found = tuple(whole("years", year, *YEARS, 2026) for year in years)
    twice = [year for year in found if found.count(year) > 1]
    if twice:
        raise refuse(ShapeError, "labels.twice", where="axis year", what="years", label=str(twice[0]))
    return found


def _tidy(table: pd.DataFrame, places: Sequence[str]) -> pd.DataFrame:
    """A copy with codes for places."""
    named = {name: {value: _code(value) for value in table[name].unique()} for name in places if name in table.columns}
    return table.assign(**{name: table[name].map(codes) for name, codes in named.items()})


def _axes(
    heads: Mapping[str, Sequence[object]], years: tuple[int, ...] | None
) -> tuple[dict[str, Sequence[object]], int]:
    """Axes of a table by column, and where the year stands."""
    middle: dict[str, Sequence[object]] = {} if years is None else {"year": years}
    return {**heads, **middle, "sex": SEXES, "age": range(N_AGES)}, len(heads)


def _with_year(array: NDArray[np.float64], years: tuple[int, ...] | None, axis: int) -> NDArray[np.float64]:
    return np.expand_dims(array, axis) if years is None else array


def _over(
    array: NDArray[np.float64], own: tuple[int, ...] | None, years: range, begin: int, axis: int
) -> NDArray[np.float64]:
    """`array` on the years of a run; nobody moves before `begin`."""
    out = np.zeros((*array.shape[:axis], len(years), *array.shape[axis + 1 :]))
    target = np.moveaxis(out, axis, 0)
    source = np.moveaxis(array, axis, 0)
    for column, year in enumerate(years):
        if year >= begin:
            target[column] = source[0 if own is None else own.index(year)]
    return out


def _require_years(own: tuple[int, ...] | None, years: range, begin: int) -> None:
    absent = [] if own is None else [year for year in years if year >= begin and year not in own]
    if absent:
        raise refuse(
            ConfigError,
            "exchange.years",
            where=f"year {absent[0]}",
            own=own or "-",
            first=max(begin, years[0]),
            last=years[-1],
        )


def _beside(
    array: NDArray[np.float64], order: Sequence[int], n: int, axes: Sequence[int], fill: float = 0.0
) -> NDArray[np.float64]:
    """`array` on the `n` leaves of a run, of which those at `order` exchange migrants; others stay by themselves."""
    out = array
    for axis in axes:
        wide = np.full((*out.shape[:axis], n, *out.shape[axis + 1 :]), fill)
        np.moveaxis(wide, axis, 0)[list(order)] = np.moveaxis(out, axis, 0)
        out = wide
    return out


def _identity(
    kind: str,
    places: tuple[str, ...],
    years: tuple[int, ...] | None,
    arrays: Sequence[NDArray[np.float64] | None],
    pools: list[str],
) -> dict[str, Any]:
    sha = hashlib.sha256()
    for one in arrays:
        sha.update(b"-" if one is None else np.ascontiguousarray(one, dtype="<f8").tobytes())
    years_given = None if years is None else list(years)
    return {"kind": kind, "places": list(places), "pools": pools, "years": years_given, "sha256": sha.hexdigest()}


@dataclass(frozen=True, eq=False)
class PoolRates:
    """Pool form (Rogers 1995, Multiregional Demography, ch. 4, the migrant-pool model).

    Each place sends people to its pool (its province's, say) and takes a share of those the pool hands out; pools do
    the same among themselves where `pool_out_rate` is given. Rates are shares, in one year, of a place's survivors
    before migration, by sex and age at the end of the year, infants included.

    places: codes or names. pool_of: the pool of every place. out_rate (place, year|1, sex, age): share that leaves for
    the pool. in_share (same axes): share of the pool's arrivals; sums to 1 over a pool's places. pool_out_rate,
    pool_in_share (pool, year|1, sex, age): the same between pools, in the order of `pools`; both or neither.
    years: of the year axis; None: one year that holds for all. Male before female, ages 0 to 100.
    Raises ConfigError and ShapeError here; DomainError, naming the cell, when a run checks the rates.
    """

    places: tuple[str, ...]
    pool_of: Mapping[str, str]
    out_rate: NDArray[np.float64]
    in_share: NDArray[np.float64]
    years: tuple[int, ...] | None = None
    pool_out_rate: NDArray[np.float64] | None = None
    pool_in_share: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", _labels(self.places, "places"))
        object.__setattr__(self, "years", _checked_years(self.years))
        require_kind("pool_of", self.pool_of, Mapping, "{place: pool}")
        object.__setattr__(self, "pool_of", {_code(name): str(pool) for name, pool in self.pool_of.items()})
        lost = [code for code in self.places if code not in self.pool_of]
        if lost:
            raise refuse(ConfigError, "exchange.pool_of", lost=lost)
        if (self.pool_out_rate is None) != (self.pool_in_share is None):
            raise refuse(ConfigError, "exchange.between_pools")
        n_years = 1 if self.years is None else len(self.years)
        for name in ("out_rate", "in_share", "pool_out_rate", "pool_in_share"):
            if (given := getattr(self, name)) is None:
                continue
            array = numbers(name, given, ("place", "year", "sex", "age"))
            rows = len(self.pools if name.startswith("pool") else self.places)
            _require_shape(name, array, (rows, n_years, *CELLS))
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def pools(self) -> tuple[str, ...]:
        """Pools in the order of their first place."""
        return tuple(dict.fromkeys(self.pool_of[code] for code in self.places))

    @classmethod
    def from_table(
        cls,
        rates: pd.DataFrame,
        pool_of: Mapping[str, str],
        pool_rates: pd.DataFrame | None = None,
        *,
        missing: float | None = None,
    ) -> PoolRates:
        """Rates of a tidy table: columns place, [year], sex, age, out_rate, in_share.

        pool_of: pool by place; its keys are the places. pool_rates: columns pool, [year], sex, age, out_rate, in_share
        between pools. A cell without a row is an error, unless `missing` says what it holds (0.0: nobody moves).
        """
        require_table(rates, "rates", ("place", *LABELS))
        require_kind("pool_of", pool_of, Mapping, "{place: pool}")
        places = _labels(list(pool_of), "pool_of")
        pools = tuple(dict.fromkeys(str(pool) for pool in pool_of.values()))
        years = _years_of(rates)
        axes, axis = _axes({"place": places}, years)
        columns = ("out_rate", "in_share")
        near = [
            _with_year(part, years, axis) for part in _read(_tidy(rates, ["place"]), axes, columns, "rates", missing)
        ]
        far: list[NDArray[np.float64] | None] = [None, None]
        if pool_rates is not None:
            require_table(pool_rates, "pool_rates", ("pool", *LABELS))
            own = _years_of(pool_rates)
            if own != years:
                raise refuse(ConfigError, "exchange.pool_years", own=own or "-", years=years or "-")
            axes, axis = _axes({"pool": pools}, own)
            table = pool_rates.assign(pool=pool_rates["pool"].astype(str)) if "pool" in pool_rates else pool_rates
            far = [_with_year(part, own, axis) for part in _read(table, axes, columns, "pool_rates", missing)]
        return cls(places, pool_of, near[0], near[1], years, far[0], far[1])

    def identity(self) -> dict[str, Any]:
        """What tells these rates from others, for a run's id."""
        arrays = (self.out_rate, self.in_share, self.pool_out_rate, self.pool_in_share)
        return _identity("pool", self.places, self.years, arrays, [self.pool_of[code] for code in self.places])

    def on(self, leaves: tuple[str, ...], years: range, begin: int) -> _bridge.PoolRates:
        """The core's rates for the leaves and years of a run; nobody moves before `begin`, nor leaves beside these."""
        _require_years(self.years, years, begin)
        order, n = [leaves.index(code) for code in self.places], len(leaves)
        alone = [code for code in leaves if code not in self.places]
        pools = [*self.pools, *alone]

        def over(array: NDArray[np.float64]) -> NDArray[np.float64]:
            return _over(array, self.years, years, begin, 1)

        found: dict[str, Any] = {
            "pools": pools,
            "pool_of": [pools.index(self.pool_of.get(code, code)) for code in leaves],
            "out_rate": _beside(over(self.out_rate), order, n, (0,)),
            "in_share": _beside(over(self.in_share), order, n, (0,)),
        }
        if self.pool_out_rate is not None and self.pool_in_share is not None:
            own = range(len(self.pools))
            found["pool_out_rate"] = _beside(over(self.pool_out_rate), own, len(pools), (0,))
            found["pool_in_share"] = _beside(over(self.pool_in_share), own, len(pools), (0,))
        return _bridge.PoolRates(**found)


@dataclass(frozen=True, eq=False)
class OriginDestinationRates:
    """Origin-destination form: a rate for every ordered pair of places.

    places: codes or names. rate (origin, destination, year|1, sex, age): share, in one year, of the origin's survivors
    before migration who move, by sex and age at the end of the year, infants included; the diagonal is 0.
    years: of the year axis; None: one year that holds for all. Male before female, ages 0 to 100.
    Raises ConfigError and ShapeError here; DomainError, naming the cell, when a run checks the rates.
    """

    places: tuple[str, ...]
    rate: NDArray[np.float64]
    years: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", _labels(self.places, "places"))
        object.__setattr__(self, "years", _checked_years(self.years))
        array = numbers("rate", self.rate, ("origin", "destination", "year", "sex", "age"))
        n_years = 1 if self.years is None else len(self.years)
        _require_shape("rate", array, (len(self.places), len(self.places), n_years, *CELLS))
        array.setflags(write=False)
        object.__setattr__(self, "rate", array)

    @classmethod
    def from_table(
        cls, rates: pd.DataFrame, places: Sequence[str] | None = None, *, missing: float | None = None
    ) -> OriginDestinationRates:
        """Rates of a tidy table: columns origin, destination, [year], sex, age, rate.

        places: which and in which order; by default those of the table. Rows from a place to itself may be left out.
        Any other cell without a row is an error, unless `missing` says what it holds (0.0: nobody moves).
        """
        require_table(rates, "rates", ("origin", "destination", *LABELS))
        _require_columns(rates, ("origin", "destination", "sex", "age", "rate"), "rates")
        tidy = _tidy(rates, ["origin", "destination"])
        found = dict.fromkeys([*tidy["origin"], *tidy["destination"]])
        codes = _labels(list(found) if places is None else places, "places")
        years = _years_of(tidy)
        axes, axis = _axes({"origin": codes, "destination": codes}, years)
        tidy = _with_diagonal(tidy, codes, years)
        (rate,) = _read(tidy, axes, ("rate",), "rates", missing)
        return cls(codes, _with_year(rate, years, axis), years)

    def identity(self) -> dict[str, Any]:
        """What tells these rates from others, for a run's id."""
        return _identity("origin_destination", self.places, self.years, (self.rate,), [])

    def on(self, leaves: tuple[str, ...], years: range, begin: int) -> _bridge.OriginDestinationRates:
        """The core's rates for the leaves and years of a run; nobody moves before `begin`, nor leaves beside these."""
        _require_years(self.years, years, begin)
        order = [leaves.index(code) for code in self.places]
        rate = _over(self.rate, self.years, years, begin, 2)
        return _bridge.OriginDestinationRates(rate=_beside(rate, order, len(leaves), (0, 1)))


def _with_diagonal(table: pd.DataFrame, codes: tuple[str, ...], years: tuple[int, ...] | None) -> pd.DataFrame:
    """Adds the zeros of those who stay, for places that have no such row: nobody migrates from a place to itself."""
    import pandas as pd

    given = set(table.loc[table["origin"] == table["destination"], "origin"])
    absent = [code for code in codes if code not in given]
    if not absent:
        return table
    axes, _ = _axes({"origin": absent}, years)
    cells = pd.MultiIndex.from_product(list(axes.values()), names=list(axes)).to_frame(index=False)
    return pd.concat([table, cells.assign(destination=cells["origin"], rate=0.0)], ignore_index=True)
