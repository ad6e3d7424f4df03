"""Legacy stocks of shipped places: the printed figures, what must hold of any stock, and draws."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import sanhai as sh
from sanhai import _bridge
from sanhai.calibrate.path import survival
from sanhai.policy import legacy
from sanhai.policy.legacy import KINDS, Count, LegacyRules, stocks
from sanhai.run.compile import compiled
from sanhai.run.layout import layout_of
from sanhai.run.legacy import legacy_draws
from sanhai.run.options import COMPONENTS, Options

PLACES = ("100000", "620000", "520000", "620100", "620702")
WIFE_49 = {"wife": (49, 100), "husband": (51, 100)}
FROM_60 = {"wife": (60, 100), "husband": (60, 100)}
# What is printed of each figure: kind or kinds, and whom it counts.
FIGURES = {
    "stock bereaved mothers 49+": (("bereaved",), {"wife": (49, 100)}),
    "stock bereaved parents, wife 49+": (("bereaved",), WIFE_49),
    "stock only-child parents 60+": (("only_child",), FROM_60),
    "stock two-daughter parents 60+": (("two_daughter",), FROM_60),
}


def jan1(found, kinds, members):
    """(year + 1) persons on 1 January."""
    return sum(found.jan1(kind, member, ages) for kind in kinds for member, ages in members.items())


def parents(found, year):
    return jan1(found, ("bereaved",), WIFE_49)[year - found.years.start]


@pytest.fixture(scope="module")
def shipped():
    return {code: stocks(sh.place(code)) for code in PLACES}


@pytest.fixture(scope="module")
def then(shared_data):
    """Stocks on the women and the deaths of 2021 with which the figures were printed, skipped where absent.

    Deaths of later years are today's x the ratio of 2021 by sex and age.
    """
    if shared_data is None or not (shared_data / "policy" / "reference_women_2021.csv").exists():
        pytest.skip("no shared data")
    rows = {}
    with (shared_data / "policy" / "reference_women_2021.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["place"], []).append(
                [float(row[name]) for name in ("women_1jan2021", "survival_men_2021", "survival_women_2021")]
            )
    return {code: _then(sh.place(code), np.array(table)) for code, table in rows.items()}


def _then(place, table):
    """women and survival (men, women) by age on 1 January 2021."""
    last = 2060
    people, Sx = survival(place.leaves, last)
    start = people.sum(axis=0)
    dead = (people[:, None] * (1.0 - np.concatenate([Sx[..., 1:], Sx[..., -1:]], axis=-1))).sum(axis=0)  # (year, ..)
    lost = dead / start
    then_lost = 1.0 - table[:, 1:].T
    changed = lost * (then_lost / lost[0])
    arrival = np.concatenate([np.zeros((len(lost), 2, 1)), changed[..., :-2], changed[..., -1:]], axis=-1)
    couples = legacy.couples_of(place, len(lost))
    found = _bridge.legacy_stocks(couples, table[:, 0], 1.0 - arrival)
    years = range(2021, last + 1)
    return legacy.Stocks(years, *(np.asarray(getattr(found, name)) for name in ("persons", "deaths", "entries")))


# ---- printed figures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "year", "printed", "half_a_digit"),
    [
        ("100000", 2021, 1.70e6, 0.005e6),
        ("100000", 2025, 2.04e6, 0.005e6),
        ("620100", 2021, 7711.0, 0.5),
        ("620702", 2021, 1028.0, 1.5),
        ("620000", 2021, 19920.0, 20.0),
        ("520000", 2021, 14647.0, 20.0),
    ],
)
def test_bereaved_parents_are_those_that_were_printed(shipped, code, year, printed, half_a_digit):
    """To the digit printed; where the figure rests on factors of a place that were solved anew, to a thousandth."""
    assert parents(shipped[code], year) == pytest.approx(printed, abs=half_a_digit)


@pytest.mark.parametrize(("year", "printed"), [(2021, 0.963e6), (2025, 1.163e6)])
def test_chinas_bereaved_mothers_are_those_that_were_printed(shipped, year, printed):
    found = jan1(shipped["100000"], ("bereaved",), {"wife": (49, 100)})[year - 2021]
    assert found == pytest.approx(printed, abs=0.0005e6)


def test_every_reference_value_of_a_stock(then, shared_data):
    with (shared_data / "policy" / "reference.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["row"] in FIGURES]
    assert len(rows) > 20
    for row in rows:
        found = then[row["place"]]
        value = jan1(found, *FIGURES[row["row"]])[int(row["year"]) - found.years.start]
        assert value == pytest.approx(float(row["value"]), rel=float(row["tolerance"])), row


@pytest.mark.parametrize(("code", "peak"), [("100000", 2044), ("620000", 2043), ("520000", 2044), ("620100", 2045)])
def test_bereaved_parents_are_most_when_they_were_said_to_be(shipped, code, peak):
    """Flat tops: by today's deaths a year may be passed."""
    assert abs(2021 + int(np.argmax(jan1(shipped[code], ("bereaved",), WIFE_49))) - peak) <= 1


def test_reward_recipients_are_most_when_they_were_said_to_be(shipped):
    """China 2042 by the deaths of then, 2043 by today's, which are lower by then: a flat top."""
    people = jan1(shipped["100000"], ("only_child", "two_daughter"), FROM_60)
    assert 2021 + int(np.argmax(people)) in (2042, 2043)
    assert people.max() * 0.361 == pytest.approx(69e6, rel=0.02)  # the rural share of residents, as it was stated


# ---- what must hold -------------------------------------------------------------------------------------------------


def test_a_run_of_fewer_years_has_the_same_stocks(shipped):
    for code in ("620100", "620702"):
        early = stocks(sh.place(code), 2035)
        same = shipped[code].over(early.years)
        for name in ("persons", "deaths", "entries"):
            assert np.array_equal(getattr(early, name), getattr(same, name)), name


def test_stocks_are_extinct_by_the_end_of_the_century(shipped):
    """Under one in a thousand of the peak, all of 100 and over; of the bereaved, whom age makes, one in a hundred."""
    for code, found in shipped.items():
        people = jan1(found, KINDS, {"wife": (0, 100), "husband": (0, 100)})
        bereaved = jan1(found, ("bereaved",), WIFE_49)
        assert found.years[-1] == 2100
        assert people[-1] < 0.001 * people.max(), code
        assert bereaved[-1] < 0.01 * bereaved.max(), code
        assert found.persons[:, :2, -1, :100].sum() == 0.0


def test_deaths_and_entries_are_the_change_of_the_stock(shipped):
    for found in shipped.values():
        change = np.diff(found.persons.sum(axis=-1), axis=-1)
        flows = found.entries.sum(axis=-1) - found.deaths.sum(axis=-1)
        np.testing.assert_allclose(flows, change, rtol=0.0, atol=1e-9 * found.persons.sum(axis=-1).max())


def test_an_area_is_the_sum_of_its_leaves_in_any_order(shipped):
    lanzhou = sh.place("lanzhou")
    asked = [Count(("bereaved",), wife_from=49)]
    by_leaf = legacy.count_years(lanzhou, shipped["620100"].years, asked)[0]
    people = jan1(shipped["620100"], ("bereaved",), WIFE_49)
    np.testing.assert_allclose(by_leaf.sum(axis=0), (people[:-1] + people[1:]) / 2.0, rtol=1e-12)
    assert len(by_leaf) == len(lanzhou.leaves)
    assert np.all(by_leaf[:, 0] > 0.0)


def test_persons_by_kind_sex_age_and_year(shipped):
    years = range(2025, 2031)
    found = legacy.persons(sh.place("620702"), years)
    assert found.shape == (4, 2, 101, 6)
    wives = shipped["620702"].persons[KINDS.index("bereaved"), 1]
    at = 2025 - 2021
    np.testing.assert_array_equal(found[2, 1, :, 0], (wives[at] + wives[at + 1]) / 2.0)


def test_another_survivorship_goes_before_the_baselines():
    place = sh.place("620702")
    _, Sx = survival(place.leaves, 2024)
    usual, harder = legacy.persons(place, range(2021, 2030)), legacy.persons(place, range(2021, 2030), Sx * 0.99)
    assert np.array_equal(usual, legacy.persons(place, range(2021, 2030), Sx))
    later = slice(60, 90)
    assert np.all(harder[:2, 1, later, 1:] < usual[:2, 1, later, 1:])


def test_the_rules_act(shipped):
    place = sh.place("620702")
    usual = shipped["620702"].over(range(2021, 2023)).persons
    lost = stocks(place, 2022, rules=LegacyRules(loss_factor=0.23)).persons
    np.testing.assert_allclose(lost[2], usual[2] / 2.0, rtol=1e-12)
    assert np.array_equal(lost[0], usual[0])
    daughters = stocks(place, 2022, rules=LegacyRules(two_daughter_share=0.46)).persons
    np.testing.assert_allclose(daughters[3], usual[3] * 2.0, rtol=1e-12)
    fewer = stocks(place, 2022, rules=LegacyRules(born_before=1990)).persons
    assert fewer[0, 1].sum() < usual[0, 1].sum()
    older = stocks(place, 2022, rules=LegacyRules(husband_older=4)).persons
    assert older[0, 0].sum() < usual[0, 0].sum()


# ---- what a line counts ---------------------------------------------------------------------------------------------


def test_counts_are_sums_over_cells_of_the_stock(shipped):
    place, found = sh.place("620702"), shipped["620702"]
    years = range(2025, 2041)
    asked = [
        Count(("only_child", "two_daughter"), men=(55, 59), women=(55, 59)),
        Count(("bereaved",), take="entries", of="households", wife_from=49),
        Count(("bereaved",), take="deaths", wife_from=49),
        Count(("living_only_child",), of="households", wife_from=60),
    ]
    by_count = legacy.count_years(place, years, asked)[:, 0]
    cut = found.over(years)
    rural = jan1(cut, ("only_child", "two_daughter"), {"wife": (55, 59), "husband": (55, 59)})
    np.testing.assert_allclose(by_count[0], (rural[:-1] + rural[1:]) / 2.0, rtol=1e-12)
    homes = cut.jan1("bereaved", "household", (49, 100))
    ended = cut.deaths[2, 2, :, 49:].sum(axis=-1)
    np.testing.assert_allclose(by_count[1], homes[1:] - (homes[:-1] - ended), rtol=1e-9)
    assert np.all(by_count[1] > 0.0)
    died = cut.deaths[2, 1, :, 49:].sum(axis=-1) + cut.deaths[2, 0, :, 51:].sum(axis=-1)
    np.testing.assert_allclose(by_count[2], died, rtol=1e-9)
    living = cut.jan1("living_only_child", "household", (60, 100))
    np.testing.assert_allclose(by_count[3], (living[:-1] + living[1:]) / 2.0, rtol=1e-12)


def test_weights_are_by_kind_and_year():
    place, years = sh.place("620702"), range(2021, 2024)
    weights = tuple((0.0, 0.01 * 5520.0, 7080.0, 0.0) if year > 2021 else (0.0,) * 4 for year in years)
    asked = [Count((), weights=weights), Count(("living_only_child",)), Count(("bereaved",))]
    paid, living, bereaved = legacy.count_years(place, years, asked)[:, 0]
    np.testing.assert_allclose(paid, np.array([0.0, 1.0, 1.0]) * (55.2 * living + 7080.0 * bereaved), rtol=1e-12)


def test_a_count_is_met_in_its_year_and_kept_to_the_next_one():
    years = range(2025, 2031)
    rebuilt = np.array([100.0, 110.0, 120.0, 130.0, 140.0, 150.0])
    line = rebuilt * 3.0
    found = legacy.counted(line, years, rebuilt, {2026: 55.0, 2029: 280.0})
    np.testing.assert_allclose(found.values, [300.0, 165.0, 180.0, 195.0, 840.0, 900.0])
    np.testing.assert_allclose(found.factor[[0, 1, 4]], [1.0, 0.5, 2.0])
    assert found.is_flat.tolist() == [False, True, False, False, True, False]
    low, high = legacy.band(found.values, found.is_counted)
    assert (low[0], high[0]) == (225.0, pytest.approx(702.0))
    assert np.array_equal(low[1:], found.values[1:])
    assert np.array_equal(high[1:], found.values[1:])


def test_a_count_is_met_in_every_draw():
    years = range(2025, 2028)
    rebuilt = np.array([[100.0, 90.0], [110.0, 95.0], [120.0, 100.0]])  # (year, draw)
    found = legacy.counted(rebuilt, years, rebuilt, {2026: 1000.0})
    np.testing.assert_allclose(found.values[1], 1000.0)
    np.testing.assert_allclose(found.values[2], [120.0 * 1000.0 / 110.0, 100.0 * 1000.0 / 95.0])


def test_rural_shares_are_a_range_on_the_census():
    """Rural residents of the census: China 36 %, Lanzhou 16.9 %."""
    china, lanzhou = (legacy.rural_share(sh.place(name)) for name in ("china", "lanzhou"))
    assert (china.low, china.high) == (pytest.approx(0.27, abs=0.005), pytest.approx(0.36, abs=0.005))
    assert china.value == pytest.approx(0.315, abs=0.005)
    assert lanzhou.high == pytest.approx(0.169, abs=0.0005)


def test_no_disabled_until_somebody_states_a_share():
    living = np.array([1000.0, 1100.0])
    assert legacy.disabled(living, None) is None
    np.testing.assert_allclose(legacy.disabled(living, 0.01), [10.0, 11.0])


# ---- draws ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lanzhou():
    one = sh.scenario("baseline", "lanzhou")
    return compiled(one, layout_of(one.place), 2040)


ASKED = [
    Count(("bereaved",), wife_from=49),
    Count(("bereaved",), take="deaths", wife_from=49),
    Count(("two_daughter", "only_child"), men=(60, 100), women=(60, 100)),
]


def drawn(one, draws, threads=1, seed=7):
    return legacy_draws(one, Options(draws=draws, seed=seed, threads=threads, components=COMPONENTS), ASKED)


def test_a_point_run_is_the_baselines_count(lanzhou):
    point = legacy_draws(lanzhou, Options(), ASKED)
    place = lanzhou.reading.place
    by_leaf = legacy.count_years(place, lanzhou.years, ASKED)
    assert point.shape == (3, len(lanzhou.layout.rows), len(lanzhou.years), 1)
    np.testing.assert_allclose(point[:, 0, :, 0], by_leaf.sum(axis=1), rtol=1e-12)
    for row, leaf in enumerate(place.leaves, start=1):
        assert lanzhou.layout.rows[row].code == leaf.code
        assert np.array_equal(point[:, row, :, 0], by_leaf[:, row - 1])
    assert lanzhou.layout.rows[-1].code == "100000"  # the nation alongside, by its own factors
    nation = legacy.count_years(sh.place("china"), lanzhou.years, ASKED)[:, 0]
    np.testing.assert_allclose(point[:, -1, :, 0], nation, rtol=1e-12)


def test_draws_are_the_same_by_threads_and_in_a_longer_run(lanzhou):
    some, more = drawn(lanzhou, 20), drawn(lanzhou, 33, threads=2)
    assert np.array_equal(some, more[..., :20])
    assert not np.array_equal(some, drawn(lanzhou, 20, seed=8))
    longer = compiled(lanzhou.reading.scenario, lanzhou.layout, 2060)
    np.testing.assert_allclose(drawn(longer, 20)[:, :, : len(lanzhou.years)], some, rtol=1e-9)


def test_published_years_do_not_vary_and_the_median_is_the_point(lanzhou):
    found, point = drawn(lanzhou, 400), legacy_draws(lanzhou, Options(), ASKED)[..., 0]
    nation = found[:, -1]
    assert np.ptp(nation[0, :4], axis=-1).max() < 1e-6 * nation.max()
    assert np.all(np.ptp(nation[0, 10:], axis=-1) > 0.0)
    np.testing.assert_allclose(np.median(found, axis=-1)[0], point[0], rtol=0.01)


def test_a_factor_by_leaf_scales_what_it_counts(lanzhou):
    factor = np.ones((len(lanzhou.inputs.leaves), len(ASKED), 1))
    factor[:, 2] = 0.169
    plain, scaled = (legacy_draws(lanzhou, Options(), ASKED, given) for given in (None, factor))
    assert np.array_equal(scaled[:2], plain[:2])
    np.testing.assert_allclose(scaled[2], 0.169 * plain[2], rtol=1e-12)


# ---- refusals -------------------------------------------------------------------------------------------------------


def test_refusals(complains):
    place = sh.place("620702")
    complains(lambda: stocks(place, 2101), "2021 to 2100", kind=sh.ConfigError)
    complains(lambda: legacy.persons(place, range(2019, 2025)), "2019", kind=sh.ConfigError)
    complains(lambda: Count(("bereft",)).core(), "bereft", kind=sh.ConfigError)
    complains(lambda: Count(("bereaved",), take="births").core(), "births", kind=sh.ConfigError)
    complains(lambda: Count(("bereaved",), of="wives").core(), "wives", kind=sh.ConfigError)
    years, none = range(2025, 2027), np.zeros(2)
    complains(lambda: legacy.counted(none, years, none, {2026: 5.0}), "2026", kind=sh.ConfigError)
    complains(lambda: legacy.counted(none + 1, years, none + 1, {2031: 5.0}), "2031", kind=sh.ConfigError)
    complains(lambda: legacy.count_years(place, years, [Count(("bereaved",), take="entries", women=(0, 60))]),
              "entries", kind=sh.ConfigError)  # fmt: skip


def test_a_place_without_a_past_has_no_stocks(complains):
    people = 1000.0 * np.linspace(1.0, 0.0, 101)
    own = sh.Place("Own", population=sh.by_age(male=people, female=people, date="2025-01-01", unit="persons"),
                   mortality=sh.Mortality(e0={"male": 74, "female": 79}, standard="100000"),
                   fertility=sh.Fertility(tfr=sh.tfr_path({2025: 1.6}), mac=29, sd=5.5), migration="none")  # fmt: skip
    assert legacy.has_legacy(sh.place("lanzhou"))
    assert not legacy.has_legacy(own)
    complains(lambda: stocks(own), kind=sh.ConfigError)
