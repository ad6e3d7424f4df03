"""`Results.by_age`: draws by sex and age as a labelled dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from sanhai.places.base import N_AGES
from sanhai.places.figures import SEXES
from sanhai.results.compare import layout_for
from sanhai.results.select import code_of
from sanhai.results.store import BY_ORDER, PARTS
from sanhai.run.ages import ages, mx_from_Sx
from sanhai.run.layout import scenario_place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.results.results import Results

__all__ = ["by_age"]

BY_SEX = ("draw", "year", "sex", "age")
VARIABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "pop_jan1": (BY_SEX, "persons", "population on 1 January"),
    "deaths": (BY_SEX, "deaths", "deaths by age at the year's end"),
    "net_migration": (BY_SEX, "persons", "net migrants by age at the year's end"),
    "leavers": (BY_SEX, "persons", "left for another place of the run, by age at the year's end"),
    "arrivals": (BY_SEX, "persons", "came from another place of the run, by age at the year's end"),
    "births": (("draw", "year", "order", "age"), "births", "births by order and age of mother"),
    "births_by_sex": (("draw", "year", "sex"), "births", "births by sex"),
    "women_exposed": (("draw", "year", "age"), "woman-years", "women exposed"),
    "asfr": (("draw", "year", "order", "age"), "births per woman-year", "births of the order over women exposed"),
    "Sx": (BY_SEX, "per person", "survivorship ratio by age of arrival"),
    "mx": (BY_SEX, "1/year", "central death rate"),
}


def _rate(births: NDArray[np.float64], women: NDArray[np.float64]) -> NDArray[np.float64]:
    """Births over women-years; 0 where nobody is exposed."""
    exposed = women[:, :, None]
    return np.divide(births, exposed, out=np.zeros_like(births), where=exposed > 0.0)


def by_age(result: Results, place: str, scenario: str, budget_gib: float) -> xr.Dataset:
    """See `Results.by_age`."""
    code = code_of(result, place)
    layout = layout_for(scenario_place(result.scenario()), result._exchange)
    found, own = ages(
        result.scenario(scenario),
        layout,
        layout.codes.index(code),
        result.years[-1],
        result.options,
        exchange=result._exchange,
        budget_gib=budget_gib,
    )
    arrays: dict[str, NDArray[np.float64]] = {
        name: getattr(found, name) for name in VARIABLES if getattr(found, name, None) is not None
    }
    arrays["asfr"] = _rate(found.births, found.women_exposed)
    if len(own.codes) == 1:  # of a sum there is no rate that its survivorship was made from
        arrays["mx"] = mx_from_Sx(found.Sx, own.inputs.mx[0], own.inputs.Sx[0])
    skip, n = result.years[0] - own.years[0], len(result.years) + 1
    variables: dict[str, Any] = {}
    for name, (dims, unit, words) in VARIABLES.items():
        if name in arrays:
            values = _shown(arrays[name], skip, n)
            variables[name] = (dims, values, {"units": unit, "long_name": words})
    coords = {
        "draw": np.arange(result.draws),
        "year": list(result._store.years),
        "sex": list(SEXES),
        "age": np.arange(N_AGES),
        "order": list(PARTS[BY_ORDER]),
        "place": code,
        "scenario": scenario,
    }
    return xr.Dataset(variables, coords=coords, attrs={"run_id": result.id})


def _shown(values: NDArray[np.float64], skip: int, n: int) -> NDArray[np.float64]:
    """Years shown and the 1 January after them; flows are NaN there."""
    out = np.full((values.shape[0], n, *values.shape[2:]), np.nan)
    part = values[:, skip : skip + n]
    out[:, : part.shape[1]] = part
    out.setflags(write=False)
    return out
