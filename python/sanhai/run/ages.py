"""Every draw of one place by sex and age, made again from its seed: what a run does not keep is not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanhai.run.compile import Compiled, compiled, restricted
from sanhai.run.engine import Cells, cells, infant_years, project
from sanhai.run.execute import point_options
from sanhai.run.options import GIB, Options, checked_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.policy.scenario import Scenario
    from sanhai.run.layout import Layout
    from sanhai.run.rates import OriginDestinationRates, PoolRates

__all__ = ["ages", "mx_from_Sx"]

N_SEXES, N_ORDERS = 2, 3


def needed_gib(n_draws: int, n_years: int, n_ages: int, exchanging: bool) -> float:
    """Memory of every cell of a row: as the core keeps it, and cut to the years shown."""
    by_sex = 4 + (2 if exchanging else 0)  # stock, deaths, migrants, survivorship; who left and came
    per_year = n_ages * (by_sex * N_SEXES + N_ORDERS + 1) + N_SEXES
    return 2.0 * n_draws * (n_years + 1) * per_year * np.dtype(np.float64).itemsize / GIB


def ages(
    one: Scenario,
    layout: Layout,
    row: int,
    last_year: int,
    options: Options,
    *,
    exchange: PoolRates | OriginDestinationRates | None,
    budget_gib: float,
) -> tuple[Cells, Compiled]:
    """Cells of a row of the layout in every draw of a scenario, and what it was compiled to (its leaves alone)."""
    budget = checked_memory("budget_gib", budget_gib)
    own = compiled(one, layout, last_year, exchange)
    n_ages = own.inputs.pop_jan1.shape[-1]
    where = f"place {layout.codes[row]}, {options.draws} draws by sex and age"
    needed = needed_gib(options.draws, len(own.years), n_ages, exchange is not None)
    require_memory(needed, budget, where, "fewer draws or years", "budget_gib")
    people = project(own, point_options(options)).pop_jan1 if options.is_drawn else None
    members = list(layout.members[row])
    if exchange is not None:  # whoever leaves arrives elsewhere: all places go together
        return cells(own, options, layout.engine_rows[row], people), restricted(own, row)
    alone = restricted(own, row)
    return cells(alone, options, alone.layout.engine_rows[0], None if people is None else people[members]), alone


def mx_from_Sx(
    Sx: NDArray[np.float64], base_mx: NDArray[np.float64], base_Sx: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(draw, year, sex, age) death rates [1/year] behind survivorship ratios, age by age as these were made from rates.

    S(0) = 1 / (1 + (1 - a0) m(0)), S(x) = (1 - a m(x-1)) / (1 + (1 - a) m(x)) with a = 1/2 from age 1 on, S(omega) =
    T(omega) / T(omega - 1). base_mx, base_Sx (year, sex, age): the medians, which say a0.
    """
    out = np.empty_like(Sx)
    lived = 1.0 - infant_years(base_mx, base_Sx)
    out[..., 0] = (1.0 / Sx[..., 0] - 1.0) / lived
    left = 1.0 - (1.0 - lived) * out[..., 0]
    for age in range(1, Sx.shape[-1] - 1):
        out[..., age] = 2.0 * (left / Sx[..., age] - 1.0)
        left = 1.0 - out[..., age] / 2.0
    out[..., -1] = left * (1.0 / Sx[..., -1] - 1.0)
    return out
