"""The point run behind a result, leaf by leaf: what tests of the model look into and a result does not keep."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

import sanhai as sh
from sanhai.policy.reading import Reading
from sanhai.results.compare import layout_for
from sanhai.run.compile import compiled, demography, policy_paths
from sanhai.run.engine import project
from sanhai.run.execute import point_options
from sanhai.run.money import accounts


@dataclass(frozen=True)
class Inside:
    """One scenario: arrays by leaf, in the order of `leaves` (codes)."""

    scenario: sh.Scenario
    reading: Reading
    leaves: tuple[str, ...]
    years: range
    inputs: object  # calibrate.path.Baseline
    people: SimpleNamespace  # pop_jan1 (leaf, year + 1, sex, age), births (leaf, year, order, age) and the like
    nursery: object  # policy.nursery.NurseryRun
    bill: object  # policy.bill.Bill
    multiplier: np.ndarray  # (leaf, year, order) on the hazards, at the point values
    answers: bool  # births meet another support or care than in the baseline
    care: bool  # the care term is on
    capped: bool  # support was cut at 95 % of the cost of a child somewhere


def _people(found) -> SimpleNamespace:
    core, n = found.core, len(found.pop_jan1)
    at = core.indicators.index
    names = ("pop_jan1", "births", "births_by_sex", "deaths", "net_migration", "women_exposed", "Sx")
    cells = {name: np.asarray(getattr(core, name))[:n, 0] for name in names}
    series = {
        "births_gross": core.draws[:n, at("births_gross"), :-1, 0],
        "migration_cut": core.draws[:n, at("migration_cut"), :-1, 0],
        "tfr": core.draws[:n, at("tfr"), :-1, 0],
    }
    return SimpleNamespace(**cells, **series, balance=core.balance)


@lru_cache(maxsize=8)
def inside(result: sh.Results) -> dict[str, Inside]:
    """By scenario; compiled and run again, to the same bits."""
    first = result.scenario()
    layout, still = layout_for(first.place, result._exchange), point_options(result.options)
    found = {}
    for name in result.scenarios:
        own = compiled(result.scenario(name), layout, result.years[-1], result._exchange)
        people = project(own, still)
        bills = accounts(own, people)
        paths = policy_paths(own, demography(own, still))
        multiplier = np.array([paths.multipliers(leaf, 0) for leaf in range(len(own.codes))])
        found[name] = Inside(
            own.reading.scenario, own.reading, own.codes, own.years, own.inputs, _people(people), bills.nursery,
            bills.bill, multiplier, own.answers, own.care, people.n_capped > 0,
        )  # fmt: skip
    return found
