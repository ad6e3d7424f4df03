"""Figures of one's own beside the place as run: what the model makes of each, and the miss."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from sanhai.calibrate.fitted import MISS
from sanhai.calibrate.modelled import modelled
from sanhai.places.given import HasFrame, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.places.figures import Figures
    from sanhai.places.place import Place

__all__ = ["Comparison", "compared"]


@dataclass(frozen=True)
class Comparison:
    """frame: one row a figure, in its order: variable, year, sex, age, published, model (NaN where the model has none),
    miss_percent of the published, source. `report(lang)` says it in words; `str` in the language of the moment."""

    place: Place
    frame: pd.DataFrame

    def report(self, lang: str | None = None) -> str:
        """The table, then the mean and the largest miss of each variable. ConfigError for another language."""
        text: str = import_module("sanhai.show.comparison_text").render(self, lang)  # words belong to the room above
        return text

    def __str__(self) -> str:
        return self.report()

    __repr__ = __str__


def compared(place: Place, given: Figures | HasFrame) -> Comparison:
    """See Place.compare."""
    import pandas as pd

    rows = rows_of(place, given)
    first, end = place.base.first_year, place.leaves[0].standard.years[-1]
    wanted = [row.year for row in rows if first <= row.year <= end]
    model = modelled(place, max([first, place.observed.stop - 1, *wanted]))
    table = []
    for row in rows:
        value = model.value(row)
        miss = 100.0 * (value / row.value - 1.0) if row.value else np.nan
        table.append((row.variable, row.year, row.sex, row.age, row.value, value, miss, row.source))
    return Comparison(place, pd.DataFrame(table, columns=list(MISS)))
