"""Infant mortality and the sex ratio at birth that the core exports: q(0) of the life tables, weighed by births."""

from __future__ import annotations

import numpy as np
import pytest

import sanhai as sh
from inside import inside


def q0(m0: np.ndarray, sex: int) -> np.ndarray:
    """m / (1 + (1 - a) m) with a(0) of Andreev & Kingkade (2015) below its first breakpoint."""
    constant, slope, breakpoint = ((0.14929, -1.99545, 0.0230), (0.14903, -2.05527, 0.01724))[sex]
    assert np.all(m0 < breakpoint)
    return m0 / (1.0 + (1.0 - constant - slope * m0) * m0)


@pytest.fixture(scope="module")
def gansu():
    return sh.compare([sh.scenario("baseline", "gansu")], (2021, 2040))


def expected(run, members: list[int], columns: slice) -> np.ndarray:
    """(year) deaths before age 1 of the year's births over births, from rates by sex of each part."""
    m0, born = run.inputs.mx[members, columns, :, 0], run.people.births_by_sex[members, columns]
    dying = sum(born[..., sex] * q0(m0[..., sex], sex) for sex in (0, 1))
    return dying.sum(axis=0) / born.sum(axis=(0, 2))


def test_infant_mortality_is_q0_of_the_life_tables_by_births(gansu):
    run = inside(gansu)["baseline"]
    shown = slice(0, len(gansu.years))
    for code in gansu.places:
        inside_it = [code] if gansu.place_info[code].role != "main" else [
            one for one, info in gansu.place_info.items() if info.role == "part"
        ]  # fmt: skip
        members = [run.leaves.index(one) for one in inside_it]
        found = gansu.table("imr", place=code).loc["baseline"].to_numpy()
        np.testing.assert_allclose(found, expected(run, members, shown), rtol=1e-12)


def test_the_sex_ratio_at_birth_of_a_sum_is_that_of_its_births(gansu):
    run = inside(gansu)["baseline"]
    parts = [run.leaves.index(code) for code, info in gansu.place_info.items() if info.role == "part"]
    born = run.people.births_by_sex[parts].sum(axis=0)[: len(gansu.years)]
    found = gansu.table("srb").loc["baseline"].to_numpy()
    np.testing.assert_allclose(found, born[:, 0] / born[:, 1], rtol=1e-12)


def test_a_parent_lies_between_its_parts_and_draws_vary_from_the_first_random_year():
    result = sh.compare([sh.scenario("baseline", "lanzhou")], (2021, 2035), draws=64, seed=3)
    whole = result.sel("imr").values[0]
    parts = np.stack([result.sel("imr", place=code).values[0] for code in result.places[1:10]])
    assert np.all(whole <= parts.max(axis=0) + 1e-15)
    assert np.all(whole >= parts.min(axis=0) - 1e-15)
    assert np.ptp(whole[:, 0]) == 0.0
    assert np.all(np.ptp(whole[:, 6:], axis=0) > 0.0)
    frame = result.frame
    row = frame[(frame["variable"] == "imr") & (frame["place"] == "620100") & (frame["year"] == 2030)].iloc[0]
    assert row["lo"] < row["value"] < row["hi"]
    assert (row["unit"], row["confidence"]) == ("deaths per birth", "low")


def test_longer_lives_lose_fewer_infants_and_another_sex_ratio_is_seen():
    base = sh.scenario("baseline", "lanzhou")
    longer = base.vary(
        "longer", {"demography.e0": sh.from_year(2030, 84.0), "demography.srb": sh.from_year(2031, 1.05)}
    )
    result = sh.compare([base, longer], (2021, 2035))
    change = result.diff("imr", scenario="longer").loc["longer"]
    assert (change.loc[:2029] == 0.0).all()
    assert (change.loc[2030:] < 0.0).all()
    ratio = result.table("srb", scenario="longer").loc["longer"]
    assert ratio.loc[2031:].to_numpy() == pytest.approx(1.05, rel=1e-12)
    assert ratio.loc[2030] != pytest.approx(1.05, rel=1e-6)
