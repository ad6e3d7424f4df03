"""Notes of a place of China: what follows what, what was published and is missed, how migration goes on."""

from __future__ import annotations

import pytest

import sanhai as sh
from sanhai.show.notes import notes, vintage


def noted(name: str) -> tuple[sh.Results, dict[str, object]]:
    found = sh.compare([sh.scenario("baseline", name)], years=(2021, 2028))
    return found, {note.rule: note for note in found.notes if note.place in ("", found.places[0])}


@pytest.fixture(scope="module")
def gansu():
    return noted("甘肃")


def test_the_largest_miss_of_each_kind_is_that_of_the_ages_run(gansu):
    found, notes = gansu
    rows = {row[0]: row[1:] for row in notes["published.missed"].values["rows"]}
    published = {(row.year, row.age): row.value for row in sh.place("甘肃").evidence.of("pop_yearend_age")}
    people = found.by_age("甘肃")["pop_jan1"].sum("sex").squeeze()
    misses = {}
    for (year, age), value in published.items():
        first, _, last = age.rstrip("+").partition("-")
        ages = slice(int(first), int(last) if last else None)
        misses[year, age] = 100.0 * (float(people.sel(year=year + 1, age=ages).sum()) / value - 1.0)
    worst = max(misses, key=lambda key: abs(misses[key]))
    year, sex, age, miss = rows["pop_yearend_age"]
    assert (year, age, sex) == (*worst, "both")
    assert miss == pytest.approx(misses[worst], abs=1e-9)
    assert notes["published.missed"].values["count"] == len(published)


def test_years_that_only_the_nation_publishes_are_said(gansu):
    known = {row.year for row in sh.place("甘肃").evidence.of("births_published")}
    assert notes_years(gansu) == tuple(year for year in range(2021, 2026) if year not in known) == (2023, 2025)
    assert "births.shared" not in noted("china")[1]


def notes_years(run) -> tuple[int, ...]:
    return run[1]["births.shared"].years


def test_a_place_without_figures_says_whom_it_follows():
    _, own = noted("榆中县")
    assert "place.inferred" in own
    assert "place.inferred" not in noted("兰州")[1]


def test_migration_is_said_as_it_is_run(gansu):
    """Fading moves below the nation, the mean of recent residuals for the nation alone."""
    assert "migration.country" in gansu[1]
    assert "migration.residual" not in gansu[1]
    own = noted("china")[1]
    assert own["migration.residual"].values["spans"] == [[2023, 2025]]
    assert "migration.country" not in own


def test_a_place_of_ones_own_is_not_said_to_rest_on_a_census_or_on_the_prospects():
    people = [1_000.0] * 101
    own = sh.Place(
        "Region X",
        population=sh.by_age(male=people, female=people, date="2025-01-01", unit="persons"),
        mortality=sh.Mortality(e0={"male": 74, "female": 79}, standard="100000"),
        fertility=sh.Fertility(tfr=1.6, mac=29, sd=5.5),
        migration="none",
    )
    found = sh.project(own, years=(2025, 2030))
    for lang, words in (("en", ("gamma density", "2025-01-01")), ("zh", ("Gamma", "2025年1月1日"))):
        said = notes(found, lang)
        assert all(word in said[0] for word in words)
        assert not any("census" in one or "普查" in one or "World Population" in one or "展望" in one for one in said)
        assert not any("by order come from" in one or "分孩次出生由" in one for one in said)
        assert "World Population" not in vintage(found, lang)
        assert "展望" not in vintage(found, lang)


def test_an_instrument_without_an_article_leaves_no_gap_where_articles_are_named():
    (note,) = (note for note in noted("china")[0].notes if note.rule == "money.unit_amounts")
    assert note.values["articles"]
    assert all(note.values["articles"])
