"""What stands behind one number: formula, inputs, documents, confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanhai.errors import ConfigError, complaint
from sanhai.places.catalogue import all_places, leaves_of
from sanhai.places.catalogue import place as place_of
from sanhai.policy.catalogue import instrument, pack
from sanhai.policy.nursery import norm_of
from sanhai.policy.terms import PAYERS, cost_of_child
from sanhai.results.indicators import members
from sanhai.show.format import number
from sanhai.units import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sanhai.results.results import Comparison
    from sanhai.run.point import Run

__all__ = ["FORMULAS", "explain"]

FORMULAS = {
    "pop_jan1": "P(t+1) = P(t) + births - deaths + net migration, by sex and age; from the census of 2020",
    "births": "sum over ages and orders of rate x multiplier x women-years; moved births taken back (tempo)",
    "births_gross": "sum over ages and orders of rate x multiplier x women-years, before moved births are taken back",
    "deaths": "stock less survivors, by sex and age, births' first months included",
    "net_migration": "fitted years: residual of published totals; later: mean of the last three; ages as in 2010-20",
    "tfr": "sum over ages of births by age of mother / women-years",
    "e0": "life table of the place's death rates",
    "cost_nominal": "sum over instruments and payers of beneficiaries x amount x take-up x the payer's share",
    "cost_real": "cost_nominal / (1 + money.inflation)^(year - 2025)",
    "pv": "cost_nominal / (1 + money.discount)^(year - 2025)",
    "full_liability": "the bill at take-up 1",
    "places_target": "norm x residents at the year's end / 1,000",
    "places_demand": "enrolled share x children under 3 / target utilisation",
    "places_want": "share of families that want a place x children of 6-36 months / target utilisation",
    "places_stock": "stock of the year before + openings - closures",
    "places_gap": "places needed by the definition named in `basis` less the stock",
}


def _where(comparison: Comparison, variable: str, year: int, scenario: str, place: str) -> None:
    for what, got, known in (
        ("variable", variable, tuple(VARIABLES)),
        ("scenario", scenario, comparison.scenarios),
        ("place", place, comparison.places),
    ):
        if got not in known:
            raise ConfigError(complaint(what, got=repr(got), allowed=", ".join(known), remedy="choose one of these"))
    years = (comparison.years[0], comparison.years[-1] + 1)
    if not years[0] <= year <= years[1]:
        raise ConfigError(complaint("year", got=year, allowed=f"{years[0]} to {years[1]}", remedy="run more years"))


def _money(run: Run, place: str, year: int) -> Iterator[str]:
    rows, column = members(run, place), run.bill.years.index(year)
    for line, name in enumerate(run.bill.lines):
        paid = run.bill.cost_nominal[line][rows, column].sum(axis=0)
        if not np.any(paid):
            continue
        one = instrument(run.bill.instruments[line])
        counted = float(run.bill.beneficiaries[line][rows, column].sum())
        shares = ", ".join(f"{payer} {number(float(yuan))}" for payer, yuan in zip(PAYERS, paid, strict=True) if yuan)
        yield f"  {name}: {number(counted)} counted, {number(float(paid.sum()))} yuan ({shares})"
        document = f"{pack(one.pack).title_en} {one.article}".strip()
        yield f"    {one.title_en} ({one.title_zh}); {document}; confidence {run.bill.confidence[line]}"


def _births(run: Run, place: str, year: int) -> Iterator[str]:
    column = run.years.index(year)
    for leaf in leaves_of(place):
        row = run.leaves.index(leaf.code)
        ratio = ", ".join(f"{m:.4f}" for m in run.response.multiplier[row, column])
        yield f"  {leaf.name_en}: multipliers of orders 1, 2, 3+ against the baseline {ratio}"
    cost, confidence, source = cost_of_child(run.reading, place_of(place), year)
    yield f"  cost of a child {number(cost)} yuan ({source}; confidence {confidence})"
    points = ("eps", "k1", "k2", "k3", "tau", "T", "H", "rho")
    yield "  judged: " + ", ".join(f"{name} {run.scenario.number(f'response.{name}', year):g}" for name in points)


def _places(run: Run, place: str, year: int) -> Iterator[str]:
    norm, source = norm_of(run.reading, place_of(place), year)
    yield f"  norm {norm:g} per 1,000 residents ({source})"
    for path in ("enrolment_share", "want_share", "target_utilisation", "stock_per_1000", "assumption", "plan"):
        yield f"  nursery.{path} = {run.scenario.value(f'nursery.{path}', year)}"


def explain(comparison: Comparison, variable: str, year: int, scenario: str, place: str) -> str:
    """Lines of plain text: the value, how it is computed, what went in, which documents, how sure it is.

    Raises ConfigError for a name or year the comparison does not hold.
    """
    _where(comparison, variable, year, scenario, place)
    run = comparison.runs[scenario]
    frame = comparison.frame
    own = frame[
        (frame["scenario"] == scenario)
        & (frame["place"] == place)
        & (frame["variable"] == variable)
        & (frame["year"] == year)
    ]
    known = VARIABLES[variable]
    total = own[own["order"].isna()]
    head = f"{known.en} ({known.zh}), {all_places()[place].name_en}, {year}, {scenario}"
    value = float(total["value"].sum()) if known.adds and variable != "places_gap" else None
    lines = [head]
    if value is not None and len(total):
        lines.append(
            f"value: {value:,.6g} {known.unit}" if abs(value) < 100 else f"value: {number(value)} {known.unit}"
        )
    else:
        lines += [
            f"value: {row.value:,.6g} {known.unit} {row.sex if isinstance(row.sex, str) else ''} {row.basis}"
            for row in total.itertuples()
        ]
    if not len(total):
        lines.append("value: none in this scenario, place and year")
    if variable in FORMULAS:
        lines.append(f"formula: {FORMULAS[variable]}")
    if len(total):
        marks = sorted(set(total["confidence"]))
        fitted = bool(total["fitted"].any())
        lines.append(
            f"confidence: {', '.join(marks)}"
            + ("; fitted to published figures" if fitted else "; estimated" if year in place_of(place).observed else "")
        )
    if year in run.years:
        if known.unit.startswith("yuan"):
            lines += _money(run, place, year)
        elif variable.startswith("births"):
            lines += _births(run, place, year)
        elif variable.startswith("places"):
            lines += _places(run, place, year)
    return "\n".join(lines)
