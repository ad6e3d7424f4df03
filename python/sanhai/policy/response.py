"""How births answer to what they meet: the beliefs about it, and what the core needs beside supports."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.policy.levers import weight_of
from sanhai.policy.months import WHOLE_RUN
from sanhai.policy.reading import Reading
from sanhai.policy.terms import ORDERS, TAKE_UP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = [
    "SIGMA",
    "desired_progressions",
    "eps_band",
    "fertility_factor",
    "has_ceiling",
    "parameters_of",
    "weighted_care",
]

SIGMA = tuple(weight_of(name) for name in _bridge.SupportClass.__members__)  # in the core's order


@cache
def eps_band() -> tuple[float, float]:
    """5 % and 95 % of the prior of eps, for the two runs beside the central one."""
    text = files("sanhai.policy").joinpath("data", "priors.toml").read_text(encoding="utf-8")
    low, high = tomllib.loads(text)["eps"]["band"]
    return float(low), float(high)


def parameters_of(reading: Reading, eps: float | None = None) -> _bridge.ResponseParameters:
    """The point values with the scenario's own beliefs, which hold for the whole run.

    `take_up` is that of a draw's prior at its point; what a year's take-up is stands in `take_up`.
    """
    out = _bridge.ResponseParameters()
    out.eps = float(reading.number("response.eps", None, WHOLE_RUN) or 0.0) if eps is None else eps
    out.k = [float(reading.number(f"response.k{i}", None, WHOLE_RUN) or 0.0) for i in ORDERS]
    for name in ("tau", "T", "H", "rho"):
        setattr(out, name, float(reading.number(f"response.{name}", None, WHOLE_RUN) or 0.0))
    w = reading.number("response.w", None, WHOLE_RUN)
    if w is not None:
        out.w = w
    sigma = [_weight(reading, path) for path in SIGMA]
    out.sigma = [own if given is None else given for own, given in zip(out.sigma, sigma, strict=True)]
    if _care_ratio(reading) is not None:  # without it nothing asks for gamma
        out.gamma = float(reading.number("response.gamma", None, WHOLE_RUN) or 0.0)
    out.take_up = float(reading.lever(TAKE_UP).default or 0.0)
    out.validate()
    return out


def _weight(reading: Reading, path: str) -> float | None:
    """The weight that a user sets, read where some document in use pays anything of its class; None: the prior's."""
    if not reading.is_set(path):
        return None
    owners = set(reading.lever(path).owners)
    is_used = any(row.full_id in owners for leaf in reading.place.leaves for row in reading.instruments_at(leaf))
    return reading.number(path, None, WHOLE_RUN) if is_used else None


def has_ceiling(reading: Reading) -> bool:
    """Whether the response stops at desired progressions."""
    return reading.value("response.ceiling", None, WHOLE_RUN) == "on"


def desired_progressions(
    reading: Reading, leaves: tuple[Place, ...], progressions: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(leaf, order) progressions women want: the nation's are levers, a place's follow by odds from its own.

    The root of the leaves must be among them.
    """
    codes = [leaf.code for leaf in leaves]
    roots = [progressions[codes.index(leaf.root.code)] for leaf in leaves]
    wanted = [float(reading.number(f"response.D{order}", None, WHOLE_RUN) or 0.0) for order in ORDERS]
    rows = [
        [_bridge.desired_of_place(wanted[i], own[i], root[i]) for i in range(len(ORDERS))]
        for own, root in zip(progressions, roots, strict=True)
    ]
    return np.array(rows)


def weighted_care(reading: Reading, places_change: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """(leaf, year) change in tenths of a place per child x female employment over its reference; None: care is off."""
    ratio = _care_ratio(reading)
    return None if ratio is None or places_change is None else np.nan_to_num(places_change) * 10.0 * ratio


def _care_ratio(reading: Reading) -> float | None:
    """Female employment over its reference, or None: then the care term is off."""
    names = ("response.female_employment", "response.female_employment_reference")
    if not all(reading.is_set(name) for name in names):
        return None
    own, reference = (float(reading.number(name, None, WHOLE_RUN) or 0.0) for name in names)
    return own / reference


def fertility_factor(reading: Reading, leaves: tuple[Place, ...], years: range) -> NDArray[np.float64] | None:
    """(leaf, year, 1, 1) a user's own factor on fertility, from its dates on; None when nobody set one."""
    path = "fertility.multiplier"
    if not reading.is_set(path):
        return None
    out = np.ones((len(leaves), len(years)))
    for row, leaf in enumerate(leaves):
        if reading.holds_at(leaf):
            set_here = np.array([float(reading.of_year(path, leaf, year) or 0.0) for year in years])
            out[row] = np.where(np.array(years) >= reading.first_open_year(leaf), set_here, 1.0)
    out = out[:, :, None, None]
    return None if np.all(out == 1.0) else out
