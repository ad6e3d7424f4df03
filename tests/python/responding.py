"""Multipliers of one scenario against any other, as a run's paths have them: for tests of the response."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from sanhai.policy import response as policy_response
from sanhai.policy.reading import Reading
from sanhai.policy.support import support_table
from sanhai.run.compile import as_support, compiled, demography, policy_paths
from sanhai.run.layout import layout_of
from sanhai.run.options import Options


def parameters_of(one):
    return policy_response.parameters_of(Reading(one))


CHINA_2026 = np.array([[0.707, 0.476, 0.142]])  # p0, p1, p2 of the baseline, rounded; only the ceiling reads them


def bent(one, base, years, progressions=CHINA_2026):
    """Multipliers of China against any other scenario, as a run's paths have them at the point values."""
    own, leaf = compiled(one, layout_of(one.place), years[-1]), one.place
    table = support_table(Reading(one), Reading(base), leaf, years, parameters_of(one).rho)
    desired = policy_response.desired_progressions(Reading(one), (leaf,), CHINA_2026)[0]
    met = as_support(table, None, progressions[0], desired)
    paths = policy_paths(replace(own, supports=(met,)), demography(own, Options()))
    return SimpleNamespace(multiplier=paths.multipliers(0, 0), capped=paths.n_capped(0, 0, 1) > 0)


def respond(one, base, years):
    """The response without its ceiling, so that the formula stands alone; the ceiling has tests of its own."""
    return bent(one, base, years, np.full((1, 3), np.nan))
