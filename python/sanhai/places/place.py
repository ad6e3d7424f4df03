"""A place as users hold it: names, figures with their sources, checks, and the calibrated start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanhai.places.catalogue import all_places, children_of, leaves_of, lineage, resolve

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.calibrate.parity import ParityReport

__all__ = ["Place", "place"]


@dataclass(frozen=True)
class Place:
    """A bundled place; `place("lanzhou")` makes one."""

    code: str

    @property
    def name_zh(self) -> str:
        return all_places()[self.code].name_zh

    @property
    def name_en(self) -> str:
        return all_places()[self.code].name_en

    @property
    def note(self) -> str:
        return all_places()[self.code].note

    @property
    def children(self) -> tuple[Place, ...]:
        return tuple(Place(child.code) for child in children_of(self.code))

    @property
    def leaves(self) -> tuple[Place, ...]:
        """What is projected for this place; it is their sum."""
        return tuple(Place(leaf.code) for leaf in leaves_of(self.code))

    def figures(self) -> pd.DataFrame:
        """Every observed figure of the place, one row each, with unit, source, date, confidence and method."""
        import pandas as pd

        from sanhai.places.tables import figures

        parts = [figures(table) for table in ("census.csv", "published.csv")]
        return pd.concat([part[part["place"] == self.code] for part in parts], ignore_index=True)

    def sources(self) -> pd.DataFrame:
        """Sources of the place's figures and of the national standard it rests on: use, citation, date, licence."""
        from sanhai.places.tables import figures, sources

        own = self.figures().groupby("source")["variable"].agg(lambda names: ", ".join(sorted(set(names))))
        used = dict(own)
        for code in lineage(self.code)[:-1]:
            frame = figures("published.csv")
            for source in set(frame[frame["place"] == code]["source"]):
                used.setdefault(source, f"figures of {all_places()[code].name_en}")
        for source in set(figures("wpp_china.csv")["source"]):
            used.setdefault(source, "national standard: rates by age")
        out = sources().loc[list(used)].copy()
        out.insert(0, "used_for", [used[source] for source in out.index])
        return out

    def check(self) -> pd.DataFrame:
        """Problems of the pack: level, field, year, what was found, what to do. Empty when there is nothing to say."""
        import pandas as pd

        found = [*_check_census(self.code), *_check_published(self.code), *_check_fit(self.code)]
        return pd.DataFrame(found, columns=["level", "field", "year", "problem", "remedy"])

    def fit(self) -> pd.DataFrame:
        """How the start was calibrated: by year, the scales on the parent's rates and the residual migration."""
        import pandas as pd

        from sanhai.calibrate.fit import FITTED_YEARS, calibrated, group_of

        fit = calibrated(group_of(self.code))
        leaf = (
            slice(None)
            if fit.code == self.code
            else slice(fit.leaves.index(self.code), fit.leaves.index(self.code) + 1)
        )
        return pd.DataFrame(
            {
                "mortality_scale": fit.mortality_scale,
                "deaths_fitted": fit.deaths_fitted,
                "fertility_scale": fit.fertility_scale,
                "births_fitted": fit.births_fitted,
                "residual": np.asarray(fit.residual[leaf]).sum(axis=0),
                "total_fitted": fit.pop_fitted,
            },
            index=pd.Index(FITTED_YEARS, name="year"),
        )

    @property
    def parity(self) -> ParityReport:
        """Women by parity, rebuilt and labelled `estimated`: `parity.report()` prints the fit and its misses."""
        from sanhai.calibrate.parity import ParityReport

        return ParityReport(self.code)

    def __repr__(self) -> str:
        leaves = len(leaves_of(self.code))
        parts = f", sum of {leaves} parts" if leaves > 1 else ""
        return f"Place({self.code} {self.name_zh} {self.name_en}{parts})"

    def _repr_html_(self) -> str:
        from html import escape

        return (
            f"<p><b>{escape(self.name_zh)}</b> {escape(self.name_en)} <code>{self.code}</code> {escape(self.note)}</p>"
        )


def place(name: str) -> Place:
    """A bundled place by GB/T 2260 code, Chinese name, pinyin, English name or alias.

    Raises ConfigError for an unknown name, with the nearest known ones.
    """
    return Place(resolve(name).code)


Problem = tuple[str, str, int | None, str, str]


def _check_census(code: str) -> list[Problem]:
    from sanhai.places.tables import census_counts

    found: list[Problem] = []
    parts = [leaf.code for leaf in leaves_of(code)]
    whole, summed = census_counts(code, 2020), [census_counts(part, 2020) for part in parts]
    if whole is None or any(part is None for part in summed):
        return [("error", "pop_census", 2020, "a census count is missing", "give the place's own population")]
    total = sum(float(part.sum()) for part in summed if part is not None)
    if total != float(whole.sum()):
        found.append(
            (
                "error",
                "pop_census",
                2020,
                f"parts sum to {total:,.0f}, the place has {whole.sum():,.0f}",
                "check the boundaries",
            )
        )
    if census_counts(code, 2010) is None and code != "100000":
        found.append(
            (
                "note",
                "pop_census",
                2010,
                "no census of 2010 for these boundaries",
                "migration ages come from the area it was carved from",
            )
        )
    return found


def _check_published(code: str) -> list[Problem]:
    from sanhai.calibrate.fit import FITTED_YEARS
    from sanhai.places.tables import published

    found: list[Problem] = []
    for field, rate in (("births", "cbr"), ("deaths", "cdr"), ("pop_yearend", None)):
        counts = published(code, field, FITTED_YEARS)
        rates = published(code, rate, FITTED_YEARS) if rate else np.full(len(FITTED_YEARS), np.nan)
        missing = [year for year, a, b in zip(FITTED_YEARS, counts, rates, strict=True) if np.isnan(a) and np.isnan(b)]
        if missing:
            years = ", ".join(str(year) for year in missing)
            found.append(
                (
                    "note",
                    field,
                    missing[0],
                    f"not published for {years}: estimated, and labelled so",
                    "enter the figure when you have it",
                )
            )
    return found


def _check_fit(code: str) -> list[Problem]:
    from sanhai.calibrate.fit import FITTED_YEARS, calibrated, group_of

    fit = calibrated(group_of(code))
    share = np.abs(fit.residual.sum(axis=0)) / fit.stock.sum(axis=0)[:-1]
    return [
        (
            "warning",
            "net_migration",
            year,
            f"the residual is {value:.1%} of the population: migration, and errors of both ends",
            "compare with the place's own migration figures",
        )
        for year, value in zip(FITTED_YEARS, share, strict=True)
        if value > 0.01
    ]
