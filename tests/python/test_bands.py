"""The width of the bands: against the record of births since 2000, against the United Nations, and place by place.

Cover is in-sample, on overlapping origins and revised births: it tests the parameters in the code, not the future.
"""

from __future__ import annotations

import csv
import math
from statistics import NormalDist

import numpy as np
import pytest

import sanhai as sh
from sanhai import _bridge
from sanhai.places.catalogue import place
from sanhai.rates.lee_carter import START_FACTOR, STEP_FACTOR
from sanhai.run.random_places import first_years, random_place

IN_80 = NormalDist().inv_cdf(0.9)
CORE = _bridge.RandomComponents()


def walked(step, phi, h):
    """Variance after h years of an AR(1) from 0."""
    return step**2 * (1.0 - phi ** (2 * h)) / (1.0 - phi**2)


def level_sd(h):
    return math.sqrt(CORE.tfr_start_sd**2 + walked(CORE.tfr_step_sd, CORE.tfr_phi, h))


def place_sd(h, kind="province"):
    return math.sqrt(walked(CORE.kinds[kind][0], CORE.place_fertility_phi, h))


def drawn(name, years, variables, **options):
    """variable -> (year, draw, ...) of the baseline."""
    found = sh.compare([sh.scenario("baseline", name)], years, seed=7, **options)
    return {one: found.sel(one).isel(scenario=0).transpose("year", "draw", ...).values for one in variables}


@pytest.fixture(scope="module")
def china():
    return drawn("china", (2021, 2100), ("tfr", "e0"), draws=4000)


def width(values):
    return np.ptp(np.quantile(values, (0.1, 0.9)))


# ---- the nation ------------------------------------------------------------------------------------------------------


def test_spread_of_the_level_by_years_ahead():
    expected = {1: 0.0996, 2: 0.1164, 3: 0.1302, 5: 0.1522, 25: 0.2386, 75: 0.2654}
    assert {h: round(level_sd(h), 4) for h in expected} == expected


def test_total_fertility_is_as_wide_as_the_united_nations_say(china, table_rows):
    bound = {int(row["year"]): row for row in table_rows("wpp_indicators.csv")}
    for year, expected in ((2030, 0.92), (2050, 1.04), (2100, 0.98)):
        tfr, low, high = (float(bound[year][name]) for name in ("tfr", "tfr_80l", "tfr_80u"))
        theirs = (high - low) / tfr
        ours = china["tfr"][year - 2021]
        assert width(ours) / np.median(ours) / theirs == pytest.approx(expected, abs=0.04), year


def test_life_expectancy_is_as_wide_as_the_united_nations_say(china, shared_data):
    if shared_data is None:
        pytest.skip("the UN's bands by sex are not beside this checkout")
    with (shared_data / "wpp2024" / "china_indicators.csv").open(encoding="utf-8", newline="") as file:
        rows = {int(row["year"]): row for row in csv.DictReader(file) if row["e0M_80l"]}
    expected = {2026: (0.94, 1.00), 2030: (1.01, 1.14), 2050: (0.96, 1.13), 2100: (0.79, 0.91)}
    for year, ratios in expected.items():
        for sex, letter in enumerate("MF"):
            theirs = float(rows[year][f"e0{letter}_80u"]) - float(rows[year][f"e0{letter}_80l"])
            ratio = width(china["e0"][year - 2021, :, sex]) / theirs
            assert ratio == pytest.approx(ratios[sex], abs=0.04), (year, letter)


def test_the_start_error_and_the_step_of_mortality_are_those_of_the_table():
    index = place("china").standard.mortality
    assert index.step_sd == pytest.approx(STEP_FACTOR * 6.76942, abs=1e-5)
    assert index.start_sd == pytest.approx(START_FACTOR * 6.76942, abs=1e-5)


@pytest.fixture(scope="module")
def births_record(shared_data):
    """year -> (births, births at a total fertility of 1): the UN's estimates to 2010, published ones from 2011 on."""
    if shared_data is None:
        pytest.skip("the record of births is not beside this checkout")
    with (shared_data / "monitoring" / "national_births_e0.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["year"]) >= 2000]
    found = {}
    for row in rows:
        of_un = float(row["wpp_births_k"]) * 1e3
        births = of_un if int(row["year"]) <= 2010 else float(row["births_nbs_10k"]) * 1e4
        found[int(row["year"])] = births, of_un / float(row["wpp_tfr"])
    return found


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(lambda ratio: ratio - 1.0, (0.88, 0.83, 0.78, 0.82, 0.71), id="1 + z, as the core has it"),
        pytest.param(math.log, (0.84, 0.83, 0.78, 0.77, 0.71), id="log"),
    ],
)
def test_rolling_cover_of_births_since_2000(births_record, error, expected):
    """Births of 1 to 5 years ahead, fertility held at the last year's level, inside the 80 % band."""
    found = []
    for h in range(1, 6):
        inside = []
        for origin in range(2000, 2026 - h):
            (then, women), (births, women_later) = births_record[origin], births_record[origin + h]
            inside.append(abs(error(births / (women_later * then / women))) <= IN_80 * level_sd(h))
        assert len(inside) == 26 - h
        found.append(round(float(np.mean(inside)), 2))
    assert tuple(found) == expected


# ---- places ----------------------------------------------------------------------------------------------------------


def _rates_of_provinces(folder):
    """(code, year) -> births per 1,000 people; the surest row, the first of equals."""
    found: dict[tuple[str, int], tuple[int, float]] = {}
    with (folder / "regional" / "provinces.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["indicator"] != "birth_rate" or row["sex"] != "both" or row["region"] == "100000":
                continue
            if row["confidence"] == "low" and "CONFLICT: rejected" in row["note"]:
                continue
            key, rank = (row["region"], int(row["year"])), ("high", "medium", "low").index(row["confidence"])
            if key not in found or rank < found[key][0]:
                found[key] = rank, float(row["value"])
    return {key: value for key, (_, value) in found.items()}


def test_cover_of_provinces_against_the_nation(shared_data, table_rows):
    """Change of the birth rate against the nation's after 1, 2 and 4 years, 2020-24: all overlapping pairs."""
    if shared_data is None:
        pytest.skip("the birth rates of provinces are not beside this checkout")
    nation = {2020: 8.52, 2021: 7.52, 2022: 6.77, 2023: 6.39, 2024: 6.77}  # published rates
    shown = {int(row["year"]): float(row["value"]) for row in table_rows("published.csv")
             if row["place"] == "100000" and row["variable"] == "cbr_published"}  # fmt: skip
    assert {year: round(1000 * rate, 2) for year, rate in shown.items() if year in nation} == {
        year: rate
        for year, rate in nation.items()
        if year != 2021  # its count is published and people follow
    }
    rates = _rates_of_provinces(shared_data)
    for step, expected in ((CORE.kinds["province"][0], (0.83, 0.83, 0.71)), (0.02086, (0.37, 0.48, 0.29))):
        found, n = [], []
        for h in (1, 2, 4):
            changes = [
                math.log(rates[code, year + h] / nation[year + h]) - math.log(rate / nation[year])
                for (code, year), rate in rates.items()
                if (code, year + h) in rates and year in nation and year + h in nation
            ]
            limit = IN_80 * math.sqrt(walked(step, CORE.place_fertility_phi, h))
            found.append(round(float(np.mean([abs(change) <= limit for change in changes])), 2))
            n.append(len(changes))
        assert n == [106, 84, 31]
        assert tuple(found) == expected


def _of_the_sum(leaves, births, h):
    """Spread of a sum after h years: what leaves share adds up, what is their own cancels by the squares of shares.

    births (leaf) of one year, in which the shares hardly vary; leaves: codes from the nation down to each.
    """
    share, variance = births / births.sum(), 0.0
    for depth, kind in enumerate(("province", "city", "county"), 1):
        together: dict[str, float] = {}
        for line, part in zip(leaves, share, strict=True):
            if depth < len(line):  # a city without counties has no county's factor
                together[line[depth]] = together.get(line[depth], 0.0) + float(part)
        variance += place_sd(h, kind) ** 2 * sum(part**2 for part in together.values())
    return math.sqrt(variance)


@pytest.mark.parametrize(("name", "designed"), [("lanzhou", (0.083, 0.139)), ("gansu", (0.067, 0.113))])
def test_spread_of_births_against_the_nation(name, designed):
    """From the first year without a published figure, 2025; 2,000 draws know a standard deviation to 1.6 %."""
    found = sh.compare([sh.scenario("baseline", name)], (2021, 2030), seed=7, draws=2000,
                       components=("place_fertility",))  # fmt: skip
    births = found.sel("births").isel(scenario=0).transpose("year", "draw").values
    spread = births.std(axis=1) / births.mean(axis=1)
    assert (np.ptp(births[:4], axis=1) == 0.0).all()  # published
    assert np.ptp(births[2025 - 2021]) > 0.0  # estimated
    lines = [[one.code for one in leaf.lineage] for leaf in place(name).leaves]
    for year, of_design in zip((2026, 2030), designed, strict=True):
        shares = np.array([float(found.sel("births", place=line[-1]).sel(year=year).mean()) for line in lines])
        expected = _of_the_sum(lines, shares, year - 2024)
        assert spread[year - 2021] == pytest.approx(expected, rel=0.05), year
        assert expected == pytest.approx(of_design, rel=0.05), year


def test_counties_of_a_city_move_together():
    """Their common part is province x city: correlation 1 - own variance / all, 0.67 at these steps."""
    found = sh.compare([sh.scenario("baseline", "lanzhou")], (2021, 2035), seed=7, draws=2000,
                       components=("place_fertility",))  # fmt: skip
    pair = [
        found.sel("tfr", place=code).isel(scenario=0).sel(year=2030).values.ravel() for code in ("620102", "620123")
    ]
    steps = {kind: row[0] ** 2 for kind, row in CORE.kinds.items()}
    expected = (steps["province"] + steps["city"]) / sum(steps.values())
    assert np.corrcoef(pair)[0, 1] == pytest.approx(expected, abs=0.04)


def test_first_years_are_those_after_the_last_published_figure():
    china, gansu, lanzhou = (place(name) for name in ("china", "gansu", "lanzhou"))
    assert first_years(china) == (2026, 2026, 2026)
    assert first_years(gansu) == (2025, 2025, 2025)
    assert first_years(lanzhou) == (2025, 2025, 2025)
    assert all(first_years(leaf) == (2025, 2025, 2025) for leaf in lanzhou.leaves)
    # Zhangye's one figure, of 2021, does not make its later years vary: they follow the province's published ones.
    assert first_years(place("zhangye")) == (2025, 2025, 2025)
    assert isinstance(random_place(china), _bridge.RandomPlace)


def test_a_published_year_has_no_width_and_an_estimated_one_has():
    found = sh.compare([sh.scenario("baseline", "gansu")], (2021, 2030), draws=64, seed=3)
    rows = found.frame[found.frame["place"] == "620000"]
    for variable in ("births", "deaths", "pop_jan1", "pop_yearend", "net_migration"):
        own = rows[rows["variable"] == variable]
        own = own[own["order"].isna()]
        is_wide = own["hi"] > own["lo"]
        assert not (own["fitted"] & is_wide).any(), variable
        assert is_wide[own["year"] >= (2026 if variable == "pop_jan1" else 2025)].all(), variable
