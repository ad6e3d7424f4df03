"""Strategies for Hypothesis: places of one's own with rates as people have them, scenarios of a place, options."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
from hypothesis import note

from sanhai.errors import ConfigError
from sanhai.places.place import Place
from sanhai.policy.lookup import lever
from sanhai.policy.scenario import Scenario, scenario
from sanhai.policy.series import Dated, from_year
from sanhai.run.options import COMPONENTS, EVENTS
from sanhai.testing.made_up import PATTERN, MadeUp

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["options", "places", "scenarios"]

# What is tried of a lever: values that occur, well inside its contract, which allows any that can be thought of.
TRIED: dict[str, tuple[float, float]] = {
    "fertility.multiplier": (0.5, 1.5),
    "demography.tfr": (0.8, 4.0),
    "demography.e0": (77.0, 88.0),  # rates of the longest lives of `places` reach down to 75
    "demography.srb": (1.02, 1.2),
    "demography.net_migration": (-0.004, 0.004),  # of the people
}
OF_POLICY: dict[str, tuple[float, float]] = {
    "nursery.enrolment_goal": (0.15, 0.5),
    "nursery.want_share": (0.1, 0.9),
    "subsidy.birth1.yuan": (0.0, 20_000.0),
    "subsidy.birth2.yuan": (0.0, 50_000.0),
    "subsidy.child2.yuan_per_month": (0.0, 2_000.0),
    "subsidy.child3.yuan_per_month": (0.0, 3_000.0),
    "subsidy.national.yuan_per_year": (0.0, 12_000.0),
    "subsidy.national.take_up": (0.2, 1.0),
}
CHOSEN = ("migration.mode",)  # levers that are a choice
IN_FORCE = 2027  # by then every document that these levers belong to has begun


def _between(low: float, high: float) -> SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def places(draw: DrawFn, *, policy: bool | None = None, orders: bool | None = None, parts: bool | None = None) -> Place:
    """Places of one's own: 500 to 5 million people, growing or shrinking, total fertility 0.6 to 5, e0 74 to 90.

    policy: whether China's national documents hold. orders: whether births are by order, which levers of policy need.
    parts: whether it is the sum of two or three places. None: either.
    """
    has_policy = draw(st.booleans()) if policy is None else policy
    has_orders = draw(st.booleans()) if orders is None else orders
    date = draw(st.sampled_from(("2015-01-01", "2020-11-01", "2024-12-31", "2025-01-01", "2025-07-01")))
    has_parts = draw(st.booleans()) if parts is None else parts
    common = MadeUp(date=date, policy_place=PATTERN if has_policy else "")
    if not has_parts:
        return draw(_made_up(replace(common, name="Place"), has_orders)).place()
    names = [f"Part {k + 1}" for k in range(draw(st.integers(2, 3)))]
    made = [draw(_made_up(replace(common, name=name), has_orders)).place() for name in names]
    return Place("Sum", parts=made, policy_place=common.policy_place or None)


@st.composite
def _made_up(draw: DrawFn, like: MadeUp, orders: bool) -> MadeUp:
    age, spread = draw(_between(24.0, 30.0)), draw(_between(3.5, 6.0))
    first, second, third = draw(_between(0.4, 0.95)), draw(_between(0.3, 0.9)), draw(_between(0.1, 1.0))
    by_order = ((first, age, spread), (first * second, age + 2.5, spread), (first * second * third, age + 5.0, spread))
    male = draw(_between(74.0, 83.0))  # the pattern of 2100 cannot be shifted to a lower one
    made = replace(
        like,
        people=float(draw(st.sampled_from((500, 8_000, 50_000, 400_000, 5_000_000)))),
        growth=draw(_between(-0.02, 0.035)),
        uneven=draw(st.integers(0, 999)),
        open_age=draw(st.sampled_from((100, 90, 85))),
        e0=(male, male + draw(_between(1.0, 7.0))),
        fertility=by_order if orders else ((draw(_between(0.6, 5.0)), age + 1.5, spread),),
        srb=draw(_between(1.02, 1.15)),
        moving=draw(st.none() | _between(-0.004, 0.004)),
    )
    note(f"{made}.place()")  # printed where a test fails: what makes the place again
    return made


@st.composite
def scenarios(draw: DrawFn, place: Place | SearchStrategy[Place] | None = None, *, years: int = 10) -> Scenario:
    """The baseline of a place, varied by up to three levers that it has, each from a year on.

    place: a place, or a strategy of places; any of `places()` unless given. years: dates lie in so many years from the
    first projected one on; a run must reach the last of them, since it refuses settings that it never reads.
    """
    chosen = place if isinstance(place, Place) else draw(places() if place is None else place)
    base = scenario("baseline", chosen)
    first = base.first_projected_year
    last = first + years - 1
    changes: dict[str, Dated] = {}
    for path in draw(st.lists(st.sampled_from(_settable(base, last)), max_size=3, unique=True)):
        begin = max(first, IN_FORCE) if path in OF_POLICY else first
        changes[path] = from_year(draw(st.integers(begin, last)), draw(_value(path, chosen)))
    return base.vary("varied", changes) if changes else replace(base, name="varied")


def _settable(base: Scenario, last: int) -> list[str]:
    """Levers that are tried and that the scenario's place has by a year."""
    found = [*TRIED, *CHOSEN]
    if not (base.place.policy_home and base.place.has_orders and last >= IN_FORCE):
        return found
    for path, (_, most) in OF_POLICY.items():
        try:
            base.vary("tried", {path: most})
        except ConfigError:  # a document that is not in use here
            continue
        found.append(path)
    return found


def _value(path: str, place: Place) -> SearchStrategy[Any]:
    if path in CHOSEN:
        return st.sampled_from(lever(path).choices)
    people = sum(leaf.base.total() for leaf in place.leaves) if path == "demography.net_migration" else 1.0
    low, high = (TRIED | OF_POLICY)[path]
    return _between(low * people, high * people)


def options(draws: int = 8) -> SearchStrategy[dict[str, Any]]:
    """How `compare` and `project` run, as keyword arguments: draws (1 to `draws`), seed, threads, components."""
    components = st.none() | st.lists(st.sampled_from((*COMPONENTS, EVENTS)), unique=True)
    return st.fixed_dictionaries(
        {
            "draws": st.integers(1, draws),
            "seed": st.integers(0, 2**64 - 1),
            "threads": st.integers(1, 4),
            "components": components,
        }
    )
