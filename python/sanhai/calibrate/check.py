"""Problems of a place: what is missing, what does not add up, what the fit finds odd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanhai.calibrate.country import country_fit
from sanhai.calibrate.fit import calibrated
from sanhai.errors import Language, checked_language, words
from sanhai.places.figures import FAMILIES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sanhai.places.place import Place

__all__ = ["problems"]

Problem = tuple[str, str, str, int, dict[str, str]]  # level, sentence, variable, year, what fills the sentence
COLUMNS = (
    "level", "code", "file", "sheet", "cell", "line", "column", "variable", "year", "sex", "age", "found", "expected",
    "remedy",
)  # fmt: skip


def problems(place: Place, lang: str | None = None) -> pd.DataFrame:
    """One row a problem: level (error, warning, note, derived), then the columns of `InputError.problems`.

    derived: a rule by which something was made from what was given. The attribute `plausibility` of the frame's attrs
    holds the numbers of `calibrate.plausible` as text.
    """
    import pandas as pd

    from sanhai.calibrate.plausible import plausibility, warnings

    said = checked_language(lang)
    rows: list[dict[str, object]] = []
    rules = [_check_census, _check_published]
    if not place.is_sum_of_own:
        rules.append(_check_fit)
    texts = words()["finding"]
    for rule in rules:
        for level, code, variable, year, got in rule(place, said):
            text = {part: str(texts[code][part][said]).format(**got) for part in ("found", "remedy")}
            rows.append({"level": level, "code": code, "variable": variable, "year": year, **text})
    rows += warnings(place, said)
    sentences = words()["derived"]
    for one in place.derived:
        sentence = str(sentences[one.rule][said]).format(detail=one.detail)
        rows.append({"level": "derived", "code": one.rule, "variable": one.component, "found": sentence})
    blank: dict[str, object] = {**dict.fromkeys(COLUMNS, ""), "line": None, "year": None}
    frame = pd.DataFrame([{**blank, **row} for row in rows], columns=list(COLUMNS))
    for name in COLUMNS:
        frame[name] = frame[name].astype("Int64" if name in ("line", "year") else str)
    frame.attrs["plausibility"] = plausibility(place)
    return frame


def _check_census(place: Place, _: Language) -> list[Problem]:
    found: list[Problem] = []
    year, whole = place.base.year, place.base.total()
    total = sum(leaf.base.total() for leaf in place.leaves)
    if abs(total - whole) > 1e-9 * whole:
        got = {"got": f"{total:,.0f}", "whole": f"{whole:,.0f}"}
        found.append(("error", "parts_sum", "pop_census", year, got))
    if place.earlier is None and place.parent is not None:
        found.append(("note", "no_earlier", "pop_census", year - 10, {"got": str(year - 10)}))
    return found


def _check_published(place: Place, lang: Language) -> list[Problem]:
    found: list[Problem] = []
    if place.own_standard is not None and place.derived:  # an own place needs none
        return found
    between = str(words()["form"]["list"][lang])
    years, known = place.observed, place.evidence.known(place.observed)
    for family, (field, *_) in FAMILIES.items():
        missing = [year for year, yes in zip(years, known[family], strict=True) if not yes]
        if missing:
            found.append(("note", "unpublished", field, missing[0], {"got": between.join(map(str, missing))}))
    return found


def _residual_share(place: Place) -> tuple[range, NDArray[np.float64]]:
    """The fitted years, and (year) net migrants without their sign over the people at the start."""
    if place.within is not None:
        path = country_fit(place.root)
        sums, n = path.sums(place.code), len(path.fitted)
        return path.fitted, np.abs(sums["net_migration"][:n]) / sums["pop_jan1"][:n]
    fit = calibrated(place)
    return fit.years, np.abs(fit.residual.sum(axis=0)) / fit.stock.sum(axis=0)[:-1]


def _check_fit(place: Place, _: Language) -> list[Problem]:
    years, share = _residual_share(place)
    return [
        ("warning", "residual", "net_migration", year, {"got": f"{value:.1%}"})
        for year, value in zip(years, share, strict=True)
        if value > 0.01
    ]
