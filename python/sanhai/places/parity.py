"""Women by parity of a place: rebuilt, never observed. PARITY.md says how, and where it is weak."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.places.calibration import FITTED_YEARS, calibrated, group_of
from sanhai.places.parity_text import REPORT, Text
from sanhai.places.registry import all_places, leaves_of
from sanhai.places.tables import by_age, census_counts, rows, standard_rows
from sanhai.text import checked_lang

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "AGES",
    "CONFIDENCE",
    "ParityReport",
    "ParityStart",
    "fertility_of_place",
    "misses",
    "nation",
    "parity_of",
    "parity_path",
    "relative_hazards",
]

NATION = "100000"
CONFIDENCE = "estimated"
AGES = range(10, 65)  # completed ages at which women by parity are known
FIRST_YEAR, LAST_YEAR = 1950, 2025  # of the nation's reconstruction
START_YEAR = FITTED_YEARS[0]
ORDER_YEARS = 2  # 2021 and 2022 have published birth orders; the relative hazards of 2022 are held afterwards
LEVEL_YEARS = (2005, 2012)  # between them the factor on WPP's fertility rises straight to 1
SHAPES = {  # members of ParityParameters: variable and year of the table
    "s2_early": ("shape_s2", 2010),
    "s2_late": ("shape_s2", 2017),
    "q2": ("shape_q2", 2010),
    "s3_early": ("shape_s3", 2010),
    "s3_late": ("shape_s3", 2017),
    "q3": ("shape_q3", 2010),
}
MEASURES = {
    "ccfr1": ("cohort_order", 1),
    "childless": ("childless", 0),
    "cohort_third_of_higher": ("cohort_third_of_higher", 0),
    "mac1": ("mac1", 0),
    "order_share1": ("order_share", 1),
    "order_share2": ("order_share", 2),
    "order_share3": ("order_share", 3),
    "ppr1": ("ppr1", 0),
    "third_of_higher": ("third_of_higher", 0),
}


def _table(variable: str) -> pd.DataFrame:
    return rows("parity_china.csv", NATION, variable)


def _values(variable: str) -> dict[int, float]:
    """By year, for a variable without ages."""
    frame = _table(variable)
    return dict(zip(frame["year"], frame["value"], strict=True))


def _groups(frame: pd.DataFrame, first: int, n: int) -> dict[int, NDArray[np.float64]]:
    """year -> values of the n five-year groups from age `first` on, 0 where a group has no row."""
    out: dict[int, NDArray[np.float64]] = {}
    for year, age, value in zip(frame["year"], frame["age"], frame["value"], strict=True):
        group = (int(age.split("-")[0]) - first) // 5
        if 0 <= group < n:
            out.setdefault(int(year), np.zeros(n))[group] = value
    return out


def _total_rates() -> NDArray[np.float64]:
    """(year, age 10..64) births per woman of WPP, lowered before 2012 to what surveys of those cohorts report."""
    tfr, pasfr = _values("tfr"), _groups(_table("pasfr"), 10, 9)
    standard = standard_rows("tfr")
    tfr |= dict(zip(standard["year"], standard["value"], strict=True))
    pasfr |= _groups(standard_rows("pasfr"), 10, 9)
    single = standard_rows("asfr")
    shape = by_age(single, 2024, "female")[AGES.start : AGES.stop]
    level = _values("asfr_level_factor")
    out = np.empty((LAST_YEAR + 1 - FIRST_YEAR, len(AGES)))
    for t, year in enumerate(range(FIRST_YEAR, LAST_YEAR + 1)):
        if year >= 2024:
            rates = by_age(single, year, "female")[AGES.start : AGES.stop]
        else:
            rates = _bridge.asfr_from_age5(tfr[year], pasfr[year], shape if year >= 2021 else None)
        out[t] = rates * np.interp(year, LEVEL_YEARS, [level[known] for known in LEVEL_YEARS])
    return out


def _women() -> NDArray[np.float64]:
    """(year, age 10..64) mid-year women."""
    anchors = _groups(_table("women_midyear"), 10, 11)
    years = sorted(anchors)
    base = by_age(standard_rows("pop_jan1"), 2024, "female")
    n_years = LAST_YEAR + 1 - FIRST_YEAR
    return _bridge.women_from_anchors(base, 2024, years, np.array([anchors[y] for y in years]), FIRST_YEAR, n_years)


@cache
def nation() -> _bridge.ParityNation:
    """China 1950-2025 with the shipped multipliers and shapes."""
    b2, b3 = _values("log_b2"), _values("log_b3")
    knots = sorted(b2)
    parameters = _bridge.ParityParameters()
    parameters.knots = knots
    parameters.log_b2, parameters.log_b3 = (np.array([b[year] for year in knots]) for b in (b2, b3))
    for member, (name, year) in SHAPES.items():
        setattr(parameters, member, _values(name)[year])
    return _bridge.ParityNation(FIRST_YEAR, _total_rates(), _women(), parameters)


@cache
def misses() -> pd.DataFrame:
    """What the national fit aimed at and what it reached, one published figure a row."""
    import pandas as pd

    found = []
    for name, (measure, order) in MEASURES.items():
        aimed, sd = _table(f"published_{name}"), _table(f"published_{name}_sd").set_index(["year", "age"])["value"]
        for year, age, value in zip(aimed["year"], aimed["age"], aimed["value"], strict=True):
            fitted = nation().measure(measure, int(year), order, 0 if age == "all" else int(age))
            found.append((name, int(year), age, value, sd[year, age], fitted, fitted - value))
    columns = ["figure", "year", "age", "published", "sd", "fitted", "miss"]
    frame = pd.DataFrame(found, columns=columns)
    frame["in_sd"] = frame["miss"].abs() / frame["sd"]
    return frame


@dataclass(frozen=True)
class ParityStart:
    """A place's women by parity on 1 January 2021, and the two factors on the nation's hazards that made them."""

    code: str
    k1: float  # order 1
    k2: float  # orders 2 and 3+
    shares: NDArray[np.float64]  # (age 10..64, parity 0, 1, 2, 3+), sum 1
    births_3plus: NDArray[np.float64]  # (age 10..64) births of order 3+ so far, per woman
    target: tuple[float, float]  # census: children ever born and childless share of women 15-64, in the model's level
    fitted: tuple[float, float]  # the same of the fitted stock
    method: str = "nation's hazards x k1 (order 1), x k2 (orders 2, 3+), from the census of 2020"
    confidence: str = CONFIDENCE


def _longform(code: str, variable: str) -> float:
    return float(rows("census.csv", code, variable)["value"].iloc[0])


def _census(code: str) -> _bridge.CensusWomen:
    counts = census_counts(code, 2020)
    assert counts is not None  # every bundled place has a census of 2020
    women = counts[1]
    never = _longform(code, "never_married_women_longform") / _longform(code, "women_15plus_longform")
    ceb = _longform(code, "children_ever_born_women_15_64")
    return _bridge.CensusWomen(code, women[4:14], float(women[4:].sum()), never, ceb)


@cache
def parity_of(code: str) -> ParityStart:
    """The start of a bundled place, leaf or sum of leaves, from its own census."""
    fit = nation().fit_place(_census(NATION), _census(code))
    k1, k2 = (1.0, 1.0) if code == NATION else fit.k
    stock = nation().place_stock(k1, k2, START_YEAR)
    return ParityStart(code, k1, k2, stock.shares, stock.births_3plus, fit.target, fit.fitted)


def _fitted_women(years: int) -> NDArray[np.float64]:
    """(year, age 10..64) the nation's women exposed in the fitted years: mean of start and end before migration."""
    fit = calibrated(NATION)
    Sx = _bridge.Sx_from_mx(fit.mx)[:, 1]
    women, out = fit.pop_jan1[0, 1], []
    for t in range(years):
        survivors = np.concatenate([[0.0], women[:-1] * Sx[t, 1:]])  # the ages above 64 play no part here
        out.append(((women + survivors) / 2)[AGES.start : AGES.stop])
        women = survivors + fit.residual[0, t] * fit.pattern[0, 1]
    return np.array(out)


@cache
def _relative() -> NDArray[np.float64]:
    """(year, order, age 10..64) hazards relative to order 1 in the years with published birth orders, 2021 and 2022.

    The multipliers are solved again on the calibrated births and women, so that the published shares come out of the
    run that is shown: with those of the reconstruction they would miss by half a point, because its totals are WPP's.
    """
    fit, start, found = calibrated(NATION), parity_of(NATION), []
    stock = _bridge.ParityStock(start.shares, start.births_3plus)
    women = _fitted_women(ORDER_YEARS)
    for t in range(ORDER_YEARS):
        asfr, year = fit.asfr[0, t], START_YEAR + t
        log_b = nation().update_year(year, stock, asfr[AGES.start : AGES.stop], women[t], fit.order_share[t])
        found.append(nation().relative_with(year, *log_b))
        path = _bridge.parity_path(fertility_of(asfr[None], stock, found[-1][None]), year)
        stock = _bridge.ParityStock(path.shares[1], path.births_3plus[1])
    return np.array(found)


def fertility_of(
    asfr: NDArray[np.float64],
    stock: _bridge.ParityStock,
    relative: NDArray[np.float64],
    k: tuple[float, float] = (1.0, 1.0),
) -> _bridge.ParityFertility:
    """(year, age) births per woman, where the women stand, and (year or 1, order, age 10..64) relative hazards."""
    out = _bridge.ParityFertility()
    out.asfr, out.start, out.relative = asfr, stock, relative
    out.k = np.array([k[0], k[1], k[1]])
    return out


def parity_path(code: str, asfr: NDArray[np.float64]) -> _bridge.ParityPath:
    """Splits births per woman by order: `asfr` (year from 2021 on, age 0..) stays the total of every year and age.

    The place's hazards of an order against another are the nation's times its two factors, those of 2022 held.
    """
    return _bridge.parity_path(fertility_of_place(code, asfr), START_YEAR)


def fertility_of_place(code: str, asfr: NDArray[np.float64]) -> _bridge.ParityFertility:
    """`asfr` (year from 2021 on, age 0..) births per woman with the place's women and relative hazards."""
    start = parity_of(code)
    stock = _bridge.ParityStock(start.shares, start.births_3plus)
    return fertility_of(asfr, stock, relative_hazards(len(asfr)), (start.k1, start.k2))


def relative_hazards(n_years: int) -> NDArray[np.float64]:
    """(year from 2021 on, order, age 10..64) the nation's hazards against order 1, those of 2022 held."""
    return _relative()[np.minimum(np.arange(n_years), ORDER_YEARS - 1)]


def _fitted_asfr(code: str) -> NDArray[np.float64]:
    """(year, age) births per woman of the fitted years; a sum of leaves is weighted by its women of 2021."""
    parts = [leaf.code for leaf in leaves_of(code)]
    total, women = 0.0, 0.0
    for part in parts:
        fit = calibrated(group_of(part))
        leaf = fit.leaves.index(part)
        weight = np.maximum(fit.pop_jan1[leaf, 1], np.finfo(float).tiny)
        total, women = total + weight * fit.asfr[leaf], women + weight
    return np.asarray(total / women)


@dataclass(frozen=True)
class ParityReport:
    """Women by parity of a place, with the fit they rest on and its misses. Everything is `estimated`."""

    code: str

    @property
    def start(self) -> ParityStart:
        return parity_of(self.code)

    @property
    def path(self) -> _bridge.ParityPath:
        """The fitted years 2021-25."""
        return parity_path(self.code, _fitted_asfr(self.code))

    def misses(self) -> pd.DataFrame:
        """Every published figure of the national fit against the fitted one."""
        return misses().copy()

    def to_frame(self) -> pd.DataFrame:
        """Long rows: variable, year, age, value, confidence, method."""
        import pandas as pd

        start, path = self.start, self.path
        found: list[tuple[str, int, str, float]] = [
            ("hazard_factor_order1", 2020, "all", start.k1),
            ("hazard_factor_order2plus", 2020, "all", start.k2),
        ]
        for t, year in enumerate(FITTED_YEARS):
            found += [(f"ppr{i}", year, "all", float(path.ppr[t, i])) for i in range(3)]
        for year in (START_YEAR, FITTED_YEARS[-1] + 1):
            shares = path.shares[year - START_YEAR]
            found += [
                (f"parity_share{p}", year, str(age), float(shares[age - AGES.start, p]))
                for p in range(4)
                for age in range(15, AGES.stop)
            ]
        frame = pd.DataFrame(found, columns=["variable", "year", "age", "value"])
        return frame.assign(place=self.code, confidence=start.confidence, method=start.method)

    def report(self, lang: str = "en") -> Text:
        """The national fit with its misses, the place's factors, progressions and parity, as text."""
        say = REPORT[checked_lang(lang)]
        place = all_places()[self.code]
        start, path = self.start, self.path
        lines = [say["title"].format(name=place.name(lang), code=self.code), say["estimated"], ""]
        lines += [say["factors"].format(k1=start.k1, k2=start.k2)]
        lines += [say["census"].format(*start.target, *start.fitted), ""]
        lines += [say["ppr"]]
        lines += [f"  {year}  " + "  ".join(f"{p:.3f}" for p in path.ppr[t]) for t, year in enumerate(FITTED_YEARS)]
        if len(leaves_of(self.code)) > 1:
            lines += [say["sum"]]
        lines += ["", say["stock"].format(year=START_YEAR)]
        for age in (30, 40, 50):
            lines += [f"  {age}  " + "  ".join(f"{share:.3f}" for share in start.shares[age - AGES.start])]
        lines += ["", *_level_note(say), "", *_miss_lines(say)]
        return Text("\n".join(lines) + "\n")

    def __repr__(self) -> str:
        return f"ParityReport({self.code}, k1={self.start.k1:.3f}, k2={self.start.k2:.3f}, {CONFIDENCE})"


def _level_note(say: dict[str, str]) -> list[str]:
    other = _table("parity_share1_wpp_level").set_index("age")["value"]
    here = nation().shares(START_YEAR)[50 - AGES.start, 1]
    return [say["level"].format(here=here, other=other["50"])]


def _miss_lines(say: dict[str, str]) -> list[str]:
    frame = misses().sort_values(["figure", "year", "age"])
    lines = [say["fit"].format(n=len(frame), beyond=int((frame["in_sd"] > 1).sum())), say["columns"]]
    for row in frame.to_dict("records"):
        where = f"{row['year']}" + ("" if row["age"] == "all" else f" @{row['age']}")
        mark = " <" if row["in_sd"] > 1 else ""
        figures = f"{row['published']:>9.3f}{row['fitted']:>9.3f}{row['miss']:>+9.3f}{row['sd']:>8.3f}"
        lines.append(f"  {row['figure']:<24}{where:<10}{figures}{mark}")
    return [*lines, say["notes"]]
