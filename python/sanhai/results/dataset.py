"""A comparison as an xarray dataset: dims (scenario, place, year, sex, age), units and sources in the attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sanhai.errors import ConfigError, complaint
from sanhai.places.base import N_AGES
from sanhai.places.catalogue import all_places
from sanhai.places.figures import SEXES
from sanhai.policy.terms import PAYERS
from sanhai.results.indicators import indicators, members
from sanhai.results.intervals import DIRECT
from sanhai.run.draws import ages_bytes, draw_ages
from sanhai.run.point import net_migration
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from sanhai.results.results import Comparison
    from sanhai.run.point import Run

__all__ = ["GIB", "dataset", "pop_by_age", "require_memory"]

BY_AGE = ("pop_jan1", "deaths", "net_migration")
SERIES = ("births_gross", "tfr", "median_age", "tdr", "oadr")
GIB = 2**30
NURSERY = ("places_target", "places_demand", "places_want", "places_stock", "staff", "classes")


def _padded(values: NDArray[np.float64], first: int, years: range) -> NDArray[np.float64]:
    """Values from `first` on, cut or padded with NaN to the 1 Januaries of `years` along the first axis."""
    out = np.full((len(years), *values.shape[1:]), np.nan)
    skip = years[0] - first
    part = values[skip : skip + len(years)]
    out[: len(part)] = part
    return out


def _place_arrays(run: Run, code: str, years: range) -> dict[str, NDArray[np.float64]]:
    rows = members(run, code)
    found = indicators(run, code)
    nursery = run.nursery.of(rows)
    raw: dict[str, NDArray[np.float64]] = {
        "pop_jan1": run.people.pop_jan1[rows].sum(axis=0),
        "deaths": run.people.deaths[rows].sum(axis=0),
        "net_migration": run.people.net_migration[rows].sum(axis=0),
        "births": run.people.births_by_sex[rows].sum(axis=0),
        "births_order": run.people.births[rows].sum(axis=(0, 3)),
        "e0": found["e0"],
        "cost_nominal": run.bill.cost_nominal[:, rows].sum(axis=(0, 1)),
        "pop_midyear": found["pop_midyear"],
        **{name: found[name] for name in SERIES},
        **{name: nursery[name] for name in NURSERY},
    }
    return {name: _padded(values, run.years[0], years) for name, values in raw.items()}


def _dims(name: str) -> tuple[str, ...]:
    if name in BY_AGE:
        return ("scenario", "place", "year", "sex", "age")
    extra = {"births": "sex", "e0": "sex", "births_order": "order", "cost_nominal": "payer"}.get(name)
    return ("scenario", "place", "year", *((extra,) if extra else ()))


def _drawn(comparison: Comparison, years: range) -> dict[str, Any]:
    """(scenario, place, draw, year) of what is drawn, in the place of the point run's variables by age and sex."""
    out: dict[str, Any] = {}
    first = comparison.runs[comparison.baseline].years[0]
    for name, indicator in DIRECT.items():
        rows = [
            [_padded(row, first, years).T for row in drawn.values[indicator]] for drawn in comparison.drawn.values()
        ]
        values = np.array(rows)
        values.setflags(write=False)
        attrs = {"units": VARIABLES[name].unit, "long_name": VARIABLES[name].en}
        out[name] = (("scenario", "place", "draw", "year"), values, attrs)
    return out


def dataset(comparison: Comparison) -> xr.Dataset:
    """All places of the comparison. `year` runs to the 1 January after the last flow; flows are NaN there."""
    import xarray as xr

    years = range(comparison.years[0], comparison.years[-1] + 2)
    parts = [[_place_arrays(run, code, years) for code in comparison.places] for run in comparison.runs.values()]
    variables: dict[str, Any] = {}
    for name in parts[0][0]:
        values = np.array([[place[name] for place in scenario] for scenario in parts])
        values.setflags(write=False)
        known = VARIABLES.get("births" if name == "births_order" else name)
        attrs = {"units": known.unit, "long_name": known.en} if known else {}
        variables[name] = (_dims(name), values, attrs)
    coords: dict[str, Any] = {}
    if comparison.drawn:
        variables |= _drawn(comparison, years)
        assert comparison.options is not None
        coords["draw"] = np.arange(comparison.options.draws)
    return xr.Dataset(
        variables,
        coords={
            "scenario": list(comparison.scenarios),
            "place": list(comparison.places),
            "place_name": ("place", [all_places()[code].name_zh for code in comparison.places]),
            "year": list(years),
            "sex": list(SEXES),
            "age": np.arange(N_AGES),
            "order": ["1", "2", "3+"],
            "payer": list(PAYERS),
            **coords,
        },
        attrs={
            "place": comparison.place,
            "run_id": comparison.manifest["run_id"],
            "note": "age is completed years, 100 is 100 and over; stocks are on 1 January; flows belong to the year",
        },
    )


def _among(what: str, got: str, allowed: tuple[str, ...]) -> str:
    if got not in allowed:
        raise ConfigError(
            complaint(what, got=repr(got), allowed=", ".join(allowed), remedy=f"name a {what} of the run")
        )
    return got


def require_memory(needed_gib: float, budget_gib: float, where: str, remedy: str) -> None:
    """ConfigError naming both numbers where more would be held than the budget."""
    if not needed_gib <= budget_gib:
        raise ConfigError(
            complaint(
                "memory",
                where=where,
                got=f"{needed_gib:.2f} GiB needed",
                allowed=f"{budget_gib:.2f} GiB (budget_gib)",
                remedy=f"{remedy}, or budget_gib={np.ceil(needed_gib):.0f}",
            )
        )


def pop_by_age(comparison: Comparison, code: str, scenario: str, budget_gib: float) -> xr.DataArray:
    """(draw, year, sex, age) persons on 1 January, see `Comparison.pop_by_age`."""
    import xarray as xr

    run = comparison.runs[_among("scenario", scenario, comparison.scenarios)]
    options = comparison.options
    if options is None:
        raise ConfigError(
            complaint(
                "pop_by_age", got="a run without draws", allowed="a run with draws", remedy='use .data["pop_jan1"]'
            )
        )
    where = f"place {code}, {options.draws} draws by sex and age"
    require_memory(ages_bytes(run, options) / GIB, budget_gib, where, "fewer draws or years")
    base = comparison.runs[comparison.baseline]
    drawn = draw_ages(run, base, code, net_migration(run.inputs, run.reading), options)
    years = range(comparison.years[0], comparison.years[-1] + 2)
    skip = years[0] - run.years[0]
    values = drawn[:, skip : skip + len(years)]
    values.setflags(write=False)
    return xr.DataArray(
        values,
        dims=("draw", "year", "sex", "age"),
        coords={
            "draw": np.arange(options.draws),
            "year": list(years),
            "sex": list(SEXES),
            "age": np.arange(N_AGES),
            "place": code,
            "scenario": scenario,
        },
        name="pop_jan1",
        attrs={"units": VARIABLES["pop_jan1"].unit, "run_id": comparison.manifest["run_id"]},
    )
