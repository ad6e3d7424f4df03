"""Rates by single age 0 to 100+ from what was given by age: gaps closed by named rules, everything else refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sanhai import _bridge
from sanhai.errors import DomainError, InputProblem, problem
from sanhai.places.base import N_AGES
from sanhai.places.figures import SEXES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sanhai.places.ages import ByAge

__all__ = ["Said", "asfr_by_age", "between", "by_single_age", "mx_by_age"]

Said = Callable[[str, str, str], None]  # component, rule, detail
YOUNGEST_OPEN = 80  # death rates of an open age below it say too little
HIGHEST = 1.9  # 1/year at a single age
MODELLED = 90  # from here on a missing death rate is modelled
MOTHERS = slice(10, 56)
E0_BOUNDS = (15.0, 95.0)
TFR_BOUNDS = (0.3, 10.0)


def between(known: tuple[int, ...], values: NDArray[np.float64], years: range) -> NDArray[np.float64]:
    """(year, ...) straight between the known years, held outside them; no years: one row for all."""
    if not known:
        return np.repeat(values[:1], len(years), axis=0)
    flat = values.reshape(len(known), -1)
    columns = [np.interp(list(years), known, flat[:, k]) for k in range(flat.shape[1])]
    return np.stack(columns, axis=1).reshape(len(years), *values.shape[1:])


def mx_by_age(
    given: ByAge,
    exposure: ByAge | None,
    measure: str,
    standard: NDArray[np.float64] | None,
    faults: list[InputProblem],
    said: Said,
) -> NDArray[np.float64]:
    """(year, sex, age 0..100+) death rates. standard (sex, age): the pattern inside groups, where they are wider."""
    if set(given.sexes) != set(SEXES):
        faults.append(problem("input.SEX_MISSING.own", {"variable": measure}, got=", ".join(given.sexes)))
        return np.zeros((1, 2, N_AGES))
    years = given.years or (0,)
    out = np.zeros((len(years), 2, N_AGES))
    for s, sex in enumerate(SEXES):
        table = given.sex(sex)
        people = None if exposure is None else exposure.sex(sex)
        if people is not None and people.shape != table.shape:
            faults.append(problem("input.AGE_GAP.unlike", {"variable": "exposure", "sex": sex}))
            return out
        for t, row in enumerate(table):
            at: dict[str, object] = {"variable": measure, "sex": sex, "year": given.years[t] if given.years else None}
            rates = (
                row
                if people is None
                else np.divide(row, people[t], out=np.full(row.shape, np.nan), where=people[t] > 0)
            )
            found = _one_sex(rates, given, measure, None if standard is None else standard[s], sex, at, faults, said)
            if found is not None:
                out[t, s] = found
    if not faults:
        _require_e0(out, given.years, measure, faults)
    return out


def _require_e0(mx: NDArray[np.float64], years: tuple[int, ...], measure: str, faults: list[InputProblem]) -> None:
    low, high = E0_BOUNDS
    try:
        found = _bridge.e0_from_mx(mx)
    except DomainError as error:
        faults.append(problem("input.UNIT.e0", {"variable": measure}, got=str(error.args[0])[:80], low=low, high=high))
        return
    for t, pair in enumerate(found):
        for sex, e0 in zip(SEXES, pair, strict=True):
            if not low <= e0 <= high:
                at = {"variable": measure, "sex": sex, "year": years[t] if years else None}
                faults.append(problem("input.UNIT.e0", at, got=f"e0 = {e0:.1f}", low=low, high=high))


def _one_sex(
    row: NDArray[np.float64],
    given: ByAge,
    measure: str,
    standard: NDArray[np.float64] | None,
    sex: str,
    at: dict[str, object],
    faults: list[InputProblem],
    said: Said,
) -> NDArray[np.float64] | None:
    """(101) rates of one schedule; None, with the faults listed, where it cannot be one."""
    before = len(faults)
    lower = given.lower
    if lower[0] != 0:
        faults.append(problem("input.AGE_GAP.own", {**at, "age": "0"}, first=0, last=lower[0] - 1))
    oldest = lower[-1] if given.is_open else lower[-1] + 1
    if oldest < YOUNGEST_OPEN:
        faults.append(problem("input.AGE_OPEN.low", {**at, "age": f"{oldest}+"}, least=YOUNGEST_OPEN))
    for age, value in zip(lower, row, strict=True):
        spot = {**at, "age": str(age)}
        if np.isnan(value) and age < MODELLED:
            faults.append(problem("input.MISSING.own", spot))
        elif value < 0:
            faults.append(problem("input.NEGATIVE.own", spot, got=float(value)))
        elif measure == "qx" and value > 1:
            faults.append(problem("input.RANGE.q", spot, got=float(value)))
    if measure == "lx" and (np.diff(row[~np.isnan(row)]) > 0).any():
        age = lower[int(np.argmax(np.diff(row) > 0)) + 1]
        faults.append(problem("input.MONOTONE.own", {**at, "age": str(age)}))
    if not given.is_single and standard is None:
        faults.append(problem("input.AGE_GAP.groups", at))
    if len(faults) > before:
        return None
    if not given.is_single:
        assert standard is not None
        said("mortality", "mx_groups_on_standard", "")
        return _grouped(row, lower, standard, sex, said)
    return _closed(_as_mx(row, measure, sex, said), given.is_open, at, faults, said)


def _as_mx(row: NDArray[np.float64], measure: str, sex: str, said: Said) -> NDArray[np.float64]:
    """Rates of the same ages; of the last one, where it is open, NaN unless rates were given."""
    if measure in ("mx", "deaths"):
        return row
    qx = row[:-1] if measure == "qx" else 1.0 - row[1:] / row[:-1]
    said("mortality", f"mx_from_{measure}", "")
    return np.append(_bridge.mx_from_qx(qx, sex == "female"), np.nan)


def _closed(
    mx: NDArray[np.float64], is_open: bool, at: dict[str, object], faults: list[InputProblem], said: Said
) -> NDArray[np.float64] | None:
    """The oldest ages modelled where they are missing, and everything above 100 joined to 100+.

    Rates above 100 rest on few: they may be above 1, nobody may have lived or died there, and they only weigh in 100+.
    """
    if not is_open:
        mx = np.append(mx, np.nan)
    oldest = len(mx) - 1
    if oldest > N_AGES - 1 and not mx[-1] > 0:
        mx = np.append(mx[:-1], mx[-2] if mx[-2] > 0 else np.nan)
    missing = np.flatnonzero(np.isnan(mx))
    start = int(missing[0]) if len(missing) else oldest + 1
    if oldest < N_AGES - 1:
        start = min(start, oldest)
        mx = np.append(mx, np.full(N_AGES - 1 - oldest, np.nan))
    try:
        if start < len(mx):
            model = _bridge.kannisto(mx, min(start, N_AGES - 1))
            mx = model if start < N_AGES else np.where(np.isnan(mx), model, mx)
            said("mortality", "kannisto", str(start))
        if len(mx) > N_AGES:
            old = mx[N_AGES - 1 : -1]
            if (old > HIGHEST).any():
                mx = np.concatenate([mx[: N_AGES - 1], np.minimum(old, HIGHEST), mx[-1:]])
                said("mortality", "highest", str(HIGHEST))
            table = _bridge.life_table(mx, at["sex"] == "female")
            mx = np.append(mx[: N_AGES - 1], table["lx"][N_AGES - 1] / table["Tx"][N_AGES - 1])
            said("mortality", "open_100", "")
    except DomainError as error:
        faults.append(problem("input.RANGE.schedule", at, got=str(error.args[0])[:120]))
        return None
    return mx


def _grouped(
    row: NDArray[np.float64], lower: tuple[int, ...], standard: NDArray[np.float64], sex: str, said: Said
) -> NDArray[np.float64]:
    """The standard's rates, in each group by one factor that makes the group's rate, over the standard's survivors."""
    table = _bridge.life_table(standard, sex == "female")
    out = standard.copy()
    for g, first in enumerate(lower):
        cells = slice(first, lower[g + 1] if g + 1 < len(lower) else N_AGES)
        out[cells] *= row[g] * table["nLx"][cells].sum() / table["ndx"][cells].sum()
        if out[cells].max() > HIGHEST:  # far above the standard: its slope would kill more than there are
            out[cells] = row[g]
            said("mortality", "group_flat", f"{first}+")
    return out


def asfr_by_age(given: ByAge, women: ByAge | None, faults: list[InputProblem], said: Said) -> NDArray[np.float64]:
    """(order, year, age 0..100) births per woman; ages of mothers below 10 and above 55 must be 0."""
    sex = "female" if "female" in given.sexes else given.sexes[0]
    at = {"variable": "asfr"}
    values = given.values[:, :, given.sexes.index(sex)]
    if sex == "male":
        faults.append(problem("input.SEX_MISSING.own", at, got=sex))
    if women is not None:
        if women.lower != given.lower:
            faults.append(problem("input.AGE_GAP.unlike", {"variable": "women"}))
            return np.zeros((1, 1, N_AGES))
        values = np.divide(values, women.sex(women.sexes[-1])[None], out=np.zeros_like(values), where=values > 0)
        said("fertility", "asfr_from_births", "")
    for cell in np.argwhere(~(values >= 0))[:50]:
        year = given.years[cell[1]] if given.years else None
        key = "input.MISSING.own" if np.isnan(values[tuple(cell)]) else "input.NEGATIVE.own"
        got = {} if np.isnan(values[tuple(cell)]) else {"got": float(values[tuple(cell)])}
        faults.append(problem(key, {**at, "year": year, "age": str(given.lower[cell[2]])}, **got))
    if faults:
        return np.zeros((1, 1, N_AGES))
    out = _single_mothers(values, given, faults, said)
    low, high = TFR_BOUNDS
    for t, tfr in enumerate(out.sum(axis=(0, 2))):
        if not low <= tfr <= high:
            spot = {**at, "year": given.years[t] if given.years else None}
            faults.append(problem("input.UNIT.tfr", spot, got=f"tfr = {tfr:.4g}", low=low, high=high))
    return out


def _single_mothers(
    values: NDArray[np.float64], given: ByAge, faults: list[InputProblem], said: Said
) -> NDArray[np.float64]:
    out = np.zeros((*values.shape[:2], N_AGES))
    lower = given.lower
    if given.is_single:
        for g, age in enumerate(lower):
            out[:, :, min(max(age, MOTHERS.start), MOTHERS.stop - 1)] += values[:, :, g]
        if lower[0] < MOTHERS.start or lower[-1] >= MOTHERS.stop:
            folded = values[:, :, [age < MOTHERS.start or age >= MOTHERS.stop for age in lower]]
            if (folded > 0).any():
                said("fertility", "mothers_folded", "")
        return out
    if any(age % 5 or not 10 <= age <= 50 for age in lower) or any(b - a != 5 for a, b in itertools.pairwise(lower)):
        faults.append(problem("input.AGE_GAP.mothers", {"variable": "asfr"}, got=f"{lower[0]}, {lower[1]}, ..."))
        return out
    said("fertility", "asfr_from_groups", "")
    for order in range(values.shape[0]):
        for t in range(values.shape[1]):
            groups = np.zeros(9)
            groups[[(age - 10) // 5 for age in lower]] = values[order, t] * 5.0
            if groups.sum() > 0:
                out[order, t, 10:65] = _bridge.asfr_from_age5(groups.sum(), groups / groups.sum())
    return out


def by_single_age(given: ByAge, what: str, faults: list[InputProblem], said: Said) -> NDArray[np.float64]:
    """(year, sex, age 0..100+) counts or shares: groups spread evenly, ages above 100 joined to 100+."""
    if set(given.sexes) != set(SEXES):
        faults.append(problem("input.SEX_MISSING.own", {"variable": what}, got=", ".join(given.sexes)))
        return np.zeros((1, 2, N_AGES))
    tables = np.stack([given.sex(sex) for sex in SEXES], axis=1)
    if np.isnan(tables).any():
        faults.append(problem("input.MISSING.own", {"variable": what}))
    out = np.zeros((*tables.shape[:2], N_AGES))
    for g, first in enumerate(given.lower):
        end = given.lower[g + 1] if g + 1 < len(given.lower) else first + 1
        for age in range(first, end):
            out[:, :, min(age, N_AGES - 1)] += tables[:, :, g] / (end - first)
    if not given.is_single:
        said(what, "groups_even", "")
    return out
