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
from sanhai.run.legacy import legacy_draws, stocks_of
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
    """Stocks on the women and the deaths of 2021, and by the factors of the place itself, with which the figures were
    printed; skipped where absent. Deaths of later years are today's x the ratio of 2021 by sex and age.
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
    couples = legacy.couples_by(place, 2021, len(lost))
    found = _bridge.legacy_stocks(couples, table[:, 0], 1.0 - arrival)
    return arrays_of(found, range(2021, last + 1))


def arrays_of(found, years):
    return legacy.Stocks(years, *(np.asarray(getattr(found, name)) for name in ("persons", "deaths", "entries")))


# ---- printed figures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "year", "printed", "half_a_digit"),
    [
        ("100000", 2021, 1.70e6, 0.005e6),
        ("100000", 2025, 2.04e6, 0.005e6),
        ("620100", 2021, 7711.0, 0.5),
        ("620100", 2025, 9162.0, 2.5),
    ],
)
def test_bereaved_parents_are_those_that_were_printed(shipped, code, year, printed, half_a_digit):
    """To the digit printed; where the figure rests on today's deaths, to a few of a thousand."""
    assert parents(shipped[code], year) == pytest.approx(printed, abs=half_a_digit)


@pytest.mark.parametrize(
    ("code", "printed", "ratio"), [("620702", 1028.0, 0.80), ("620000", 19920.0, 1.17), ("520000", 14647.0, 1.18)]
)
def test_places_printed_by_factors_of_their_own_have_those_of_their_prefectures(shipped, code, printed, ratio):
    """The recipe with the factors of the place asked for gives the printed figure; its leaves take their prefecture's,
    which they have whatever is asked for."""
    place = sh.place(code)
    women, Sx = survival(place.leaves, 2021)
    own = _bridge.legacy_stocks(legacy.couples_by(place, 2021, 1), women[:, 1].sum(axis=0), Sx[0])
    own = legacy.Stocks(
        range(2021, 2022), *(np.asarray(getattr(own, name)) for name in ("persons", "deaths", "entries"))
    )
    assert parents(own, 2021) == pytest.approx(printed, rel=0.002)
    assert parents(shipped[code], 2021) / printed == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize(("year", "printed"), [(2021, 0.963e6), (2025, 1.163e6)])
def test_chinas_bereaved_mothers_are_those_that_were_printed(shipped, year, printed):
    found = jan1(shipped["100000"], ("bereaved",), {"wife": (49, 100)})[year - 2021]
    assert found == pytest.approx(printed, abs=0.0005e6)


@pytest.fixture(scope="module")
def references(shared_data):
    if shared_data is None or not (shared_data / "policy" / "reference.csv").exists():
        pytest.skip("no shared data")
    with (shared_data / "policy" / "reference.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["row"] in FIGURES]


def test_every_reference_value_of_a_stock(then, references):
    assert len(references) > 20
    for row in references:
        found = then[row["place"]]
        value = jan1(found, *FIGURES[row["row"]])[int(row["year"]) - found.years.start]
        assert value == pytest.approx(float(row["value"]), rel=float(row["tolerance"])), row


def test_what_the_product_says_meets_the_references_of_whole_prefectures_and_the_nation(shipped, references):
    met = [row for row in references if row["place"] in ("100000", "620100")]
    assert len(met) > 10
    for row in met:
        value = jan1(shipped[row["place"]], *FIGURES[row["row"]])[int(row["year"]) - 2021]
        assert value == pytest.approx(float(row["value"]), rel=float(row["tolerance"])), row


@pytest.mark.parametrize(
    ("code", "peak"), [("100000", 2044), ("620000", 2043), ("520000", 2044), ("620100", 2045), ("620702", 2042)]
)
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


def test_an_area_is_the_sum_of_its_leaves_whatever_is_asked_for(shipped):
    """Bit by bit: a district has in its city, in its province and alone the stock that it has."""
    gansu, asked = sh.place("gansu"), [Count(("bereaved",), wife_from=49)]
    years = shipped["620100"].years
    by_leaf = dict(zip((leaf.code for leaf in gansu.leaves), legacy.count_years(gansu, years, asked)[0], strict=True))
    for name in ("lanzhou", "zhangye"):
        place = sh.place(name)
        inside = legacy.count_years(place, years, asked)[0]
        for leaf, found in zip(place.leaves, inside, strict=True):
            assert np.array_equal(found, by_leaf[leaf.code])
            assert np.array_equal(found, legacy.count_years(sh.place(leaf.code), years, asked)[0, 0])
    people = jan1(shipped["620100"], ("bereaved",), WIFE_49)
    inside = sum(by_leaf[leaf.code] for leaf in sh.place("lanzhou").leaves)
    np.testing.assert_allclose(inside, (people[:-1] + people[1:]) / 2.0, rtol=1e-12)


def test_hazards_are_those_of_the_prefecture_else_of_the_province():
    at = {code: legacy.hazards_of(sh.place(code)).code for code in ("620102", "620702", "110101", "100000", "441900")}
    assert at == {"620102": "620100", "620702": "620700", "110101": "110000", "100000": "100000", "441900": "441900"}


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


def test_rural_shares_are_a_range_on_the_census():
    """Rural residents of the census: China 36 %, Lanzhou 16.9 %."""
    china, lanzhou = (legacy.rural_share(sh.place(name)) for name in ("china", "lanzhou"))
    assert (china.low, china.high) == (pytest.approx(0.27, abs=0.005), pytest.approx(0.36, abs=0.005))
    assert china.value == pytest.approx(0.315, abs=0.005)
    assert lanzhou.high == pytest.approx(0.169, abs=0.0005)


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
    stocks_then = stocks_of(lanzhou.inputs)
    assert np.array_equal(point[..., 0], stocks_then.of(ASKED))
    by_leaf = legacy.count_years(lanzhou.reading.place, lanzhou.years, ASKED)
    assert point.shape == (3, len(lanzhou.codes), len(lanzhou.years), 1)
    for row, leaf in enumerate(lanzhou.reading.place.leaves):
        assert lanzhou.codes[row] == leaf.code
        assert np.array_equal(point[:, row, :, 0], by_leaf[:, row])
    assert lanzhou.codes[-1] == "100000"  # the nation alongside, by its own factors
    nation = legacy.count_years(sh.place("china"), lanzhou.years, ASKED)[:, 0]
    assert np.array_equal(point[:, -1, :, 0], nation)


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


# ---- refusals -------------------------------------------------------------------------------------------------------


def test_refusals(complains):
    place = sh.place("620702")
    complains(lambda: stocks(place, 2101), "2021 to 2100", kind=sh.ConfigError)
    complains(lambda: legacy.persons(place, range(2019, 2025)), "2019", kind=sh.ConfigError)
    complains(lambda: Count(("bereft",)).core(), "bereft", kind=sh.ConfigError)
    complains(lambda: Count(("bereaved",), take="births").core(), "births", kind=sh.ConfigError)
    complains(lambda: Count(("bereaved",), of="wives").core(), "wives", kind=sh.ConfigError)
    closed = [Count(("bereaved",), take="entries", women=(0, 60))]
    complains(lambda: legacy.count_years(place, range(2025, 2027), closed), "entries", kind=sh.ConfigError)  # fmt: skip


def test_a_place_without_a_past_has_no_stocks(complains):
    people = 1000.0 * np.linspace(1.0, 0.0, 101)
    own = sh.Place("Own", population=sh.by_age(male=people, female=people, date="2025-01-01", unit="persons"),
                   mortality=sh.Mortality(e0={"male": 74, "female": 79}, standard="100000"),
                   fertility=sh.Fertility(tfr=sh.tfr_path({2025: 1.6}), mac=29, sd=5.5), migration="none")  # fmt: skip
    assert legacy.has_legacy(sh.place("lanzhou"))
    assert not legacy.has_legacy(own)
    complains(lambda: stocks(own), kind=sh.ConfigError)
