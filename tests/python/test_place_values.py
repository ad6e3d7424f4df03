"""A place is a value: equal by content, hashable, picklable, closed to writing, and every field is in its digest."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest

import sanhai as sh
from sanhai.calibrate.path import baseline
from sanhai.places.base import CENSUS_LOWER, N_AGES, Base
from sanhai.places.catalogue import all_places
from sanhai.places.country import Country
from sanhai.places.figures import Figure, Figures, Source
from sanhai.places.place import Derived, Place
from sanhai.places.standard import Standard
from sanhai.places.values import Value

ARRAYS = ("pop_jan1", "mx", "Sx", "asfr", "asfr_total", "srb", "net_migration", "leaving_rate", "pattern", "fitted")


def other(value):
    """Something else of the same kind."""
    if isinstance(value, np.ndarray):
        out = value.copy()
        out.flat[-1] = np.nextafter(out.flat[-1], np.inf)  # the smallest change there is
        return out
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, range):
        return range(value.start, value.stop + 1)
    if isinstance(value, tuple):
        return value[:-1]
    return None


def parts_of(value):
    """Every value a place is made of, itself first."""
    yield value
    for field in fields(value):
        held = getattr(value, field.name)
        for one in held if isinstance(held, tuple) else (held,):
            if isinstance(one, Value):
                yield from parts_of(one)


# ---- equality -------------------------------------------------------------------------------------------------------


def one_of_each_kind():
    """Codes: the first place of every combination of what a shipped place may have or lack."""
    found = {}
    for code, row in all_places().items():
        kind = (row.level, row.is_leaf, row.boundary, bool(row.note), bool(row.aliases), sh.place(code).earlier is None)
        found.setdefault(kind, code)
    return list(found.values())


@pytest.mark.parametrize("code", one_of_each_kind())
def test_a_pickled_place_is_equal_and_hashes_alike(code):
    place = sh.place(code)
    again = pickle.loads(pickle.dumps(place))
    assert again is not place
    assert again == place
    assert hash(again) == hash(place)
    assert again.digest == place.digest
    assert len(place.digest) == 64
    assert {place: 1}[again] == 1


def test_a_copy_of_a_value_is_the_value():
    place = sh.place("lanzhou")
    assert copy.deepcopy(place) is place
    assert copy.copy(place) is place


def test_places_of_different_content_differ():
    assert len({sh.place(code).digest for code in all_places()}) == len(all_places())
    assert sh.place("lanzhou") != "620100"


def test_the_digest_is_the_same_in_every_process():
    """No hash seed, no address, no order of a set enters it."""
    code = "import sanhai as sh; print(sh.place('lanzhou').digest)"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**_environment(), **extra}
        ).stdout.strip()
        for extra in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "LC_ALL": "C"})
    }
    assert seen == {sh.place("lanzhou").digest}


def _environment():
    import os

    return dict(os.environ)


# ---- digest ---------------------------------------------------------------------------------------------------------

NEW = {
    "earlier": lambda place: place.base,
    "country": lambda place: None,
    "own_standard": lambda place: replace(sh.place("china").own_standard, sources=()),
    "parent": lambda place: sh.place("guizhou"),
    "parts": lambda place: (replace(sh.place("620102"), parent=None),),
    "base": lambda place: replace(place.base, source="x"),
    "evidence": lambda place: Figures(place.evidence.rows[1:], place.evidence.sources),
    "aliases": lambda place: (*place.aliases, "x"),
    "derived": lambda place: (Derived("fertility", "hold"),),
}


@pytest.mark.parametrize("field", [field.name for field in fields(Place)])
def test_every_field_of_a_place_is_in_its_digest(field):
    place = sh.place("china" if field in ("own_standard", "country") else "620123")
    new = NEW[field](place) if field in NEW else other(getattr(place, field))
    assert replace(place, **{field: new}).digest != place.digest


# Of a country, whose fields must go together.
NEW_OF_COUNTRY = {
    "codes": lambda country: (*country.codes[:-1], country.codes[-1] + "x"),
    "above": lambda country: (*country.above[:-1], (*country.above[-1], "x")),
    "area_of": lambda country: (*country.area_of[:-1], 0),
    "earlier_deaths": lambda country: np.where(np.isnan(country.earlier_deaths), 0.0, country.earlier_deaths) + 1.0,
    "own": lambda country: ("620000",),
}


def test_every_field_of_every_part_of_a_place_is_in_the_digest_of_that_part():
    seen = set()
    for value in parts_of(sh.place("china")):
        if isinstance(value, Place | Base | Figures) or (type(value), "all") in seen:
            continue
        seen.add((type(value), "all"))
        for field in fields(value):
            own = NEW_OF_COUNTRY.get(field.name) if isinstance(value, Country) else None
            new = other(getattr(value, field.name)) if own is None else own(value)
            if new is not None:
                assert replace(value, **{field.name: new}).digest != value.digest, (type(value).__name__, field.name)
    assert {kind.__name__ for kind, _ in seen} == {
        "Country", "Standard", "MortalityHistory", "MortalityIndex", "ParityHistory", "Aim", "Source"
    }  # fmt: skip


@pytest.mark.parametrize("field", ["counts", "date", "source", "confidence", "method"])
def test_every_field_of_a_count_is_in_its_digest(field):
    base = sh.place("gansu").base
    new = "2010-11-01" if field == "date" else other(getattr(base, field))
    assert replace(base, **{field: new}).digest != base.digest


@pytest.mark.parametrize("field", [field.name for field in fields(Figure)])
def test_every_field_of_a_figure_is_in_the_digest(field):
    evidence = sh.place("gansu").evidence
    first, *rest = evidence.rows
    changed = Figures((replace(first, **{field: other(getattr(first, field))}), *rest), evidence.sources)
    assert changed.digest != evidence.digest


def test_what_a_place_inherits_is_in_its_digest():
    """A figure of China, four levels up, makes another Chengguan."""
    china, gansu, lanzhou = (sh.place(name) for name in ("china", "gansu", "lanzhou"))
    moved = replace(china, evidence=Figures(china.evidence.rows[:-1], china.evidence.sources))
    below = replace(lanzhou, parent=replace(gansu, parent=moved))
    assert below.leaves[0] != lanzhou.leaves[0]
    assert replace(lanzhou, parent=replace(gansu, parent=china)) == lanzhou


def test_contents_do_not_run_together():
    assert Source("a", "bc").digest != Source("ab", "c").digest
    one = Figures((Figure("births", 2021, "both", "all", 1.0, "births"),))
    assert one != Figures((Figure("births", 2021, "both", "all", 1, "births", "0"),))


# ---- immutability ---------------------------------------------------------------------------------------------------


def test_no_array_of_a_place_can_be_written():
    found = 0
    for place in (sh.place("lanzhou"), pickle.loads(pickle.dumps(sh.place("620171")))):
        for value in parts_of(place):
            for field in fields(value):
                held = getattr(value, field.name)
                if isinstance(held, np.ndarray):
                    found += 1
                    with pytest.raises(ValueError, match="read-only"):
                        held.flat[0] = 1.0
                    with pytest.raises(ValueError, match="WRITEABLE"):
                        held.setflags(write=True)
    assert found > 30


def test_an_array_given_to_a_value_is_copied():
    counts = np.ones((2, len(CENSUS_LOWER)))
    base = Base(counts, CENSUS_LOWER, "2020-11-01")
    digest = base.digest
    counts[:] = 7.0
    assert base.total() == 2 * len(CENSUS_LOWER)
    assert replace(base).digest == digest


def test_no_field_can_be_set():
    place = sh.place("lanzhou")
    for value in (place, place.base, place.evidence, place.evidence.rows[0], place.standard, place.standard.mortality):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, fields(value)[0].name, None)


def test_lists_and_numpy_numbers_are_taken_as_what_they_hold(complains):
    gansu = sh.place("gansu")
    again = replace(gansu, aliases=list(gansu.aliases), policy_codes=list(gansu.policy_codes))
    assert again == gansu
    assert again.aliases == gansu.aliases
    assert replace(gansu.standard.mortality, step_sd=np.float64(gansu.standard.mortality.step_sd)) == (
        gansu.standard.mortality
    )
    complains(lambda: replace(gansu, note={"a": 1}).digest, "dict", kind=sh.ConfigError)


# ---- the tree -------------------------------------------------------------------------------------------------------


def test_parts_carry_no_parent_and_leaves_do():
    lanzhou = sh.place("lanzhou")
    assert not lanzhou.is_leaf
    assert all(part.parent is None and part.is_leaf for part in lanzhou.parts)
    assert all(leaf.parent == lanzhou for leaf in lanzhou.leaves)
    assert [replace(leaf, parent=None) for leaf in lanzhou.leaves] == list(lanzhou.parts)
    assert sh.place("620102") == lanzhou.leaves[0]
    assert sh.place("620102").leaves == (sh.place("620102"),)
    assert [above.code for above in sh.place("620102").lineage] == ["100000", "620000", "620100", "620102"]
    assert sh.place("620102").root == sh.place("china")


def test_a_part_is_fitted_with_the_nearest_that_has_figures_and_on_its_own_with_its_own():
    lanzhou, chengguan, gansu = (sh.place(name) for name in ("lanzhou", "620102", "gansu"))
    assert chengguan.group == lanzhou
    assert lanzhou.group == lanzhou
    assert sh.place("620702").group == sh.place("zhangye").group == gansu
    own = chengguan.with_figures(Figures((Figure("births", 2024, "both", "all", 9e3, "births"),)))
    assert own.group == own
    assert own.parent.group == own.parent != lanzhou  # Lanzhou sees the new figure too
    seen = chengguan.with_figures(Figures((Figure("pop_yearend_age", 2024, "both", "65+", 2e5, "persons"),)))
    assert seen.group == lanzhou  # compared with, not fitted to


def test_a_figure_after_the_last_of_the_nation_is_refused(complains):
    """A place of the country is fitted with all others: its year would have nothing to stand beside."""
    late = Figures((Figure("deaths", 2026, "both", "all", 9e3, "deaths"),))
    complains(lambda: sh.place("620102").with_figures(late), "deaths", "2026", "to 2025", "100000", kind=sh.ConfigError)
    shown = sh.place("620102").with_figures(Figures((replace(late.rows[0], variable="marriages"),)))
    assert shown.overridden()["year"].tolist() == [2026]


def test_the_standard_is_the_roots():
    assert sh.place("620102").standard == sh.place("china").own_standard
    with pytest.raises(sh.ConfigError, match="own_standard"):
        _ = sh.place("lanzhou").parts[0].standard
    with pytest.raises(sh.ConfigError, match="root alone"):
        replace(sh.place("gansu"), own_standard=sh.place("china").standard)


def test_documents_hold_from_the_place_upwards():
    assert sh.place("620102").policy_codes == ("620102", "620100", "620000", "100000")
    assert sh.place("620102").policy_home == "620102"
    assert replace(sh.place("gansu"), policy_codes=()).policy_home == ""


def test_observed_years_of_the_shipped_places():
    for code in all_places():
        assert sh.place(code).observed == range(2021, 2026)
        assert sh.place(code).first_projected_year == 2026


def test_parts_must_be_bare_once_and_of_one_start(complains):
    lanzhou = sh.place("lanzhou")
    first = lanzhou.parts[0]
    complains(lambda: replace(lanzhou, parts=(lanzhou.leaves[0],)), "620102", kind=sh.ConfigError)
    complains(lambda: replace(lanzhou, parts=(first, first)), "620102", kind=sh.ConfigError)
    late = replace(first, base=replace(first.base, date="2022-11-01"))
    complains(lambda: replace(lanzhou, parts=(late,)), "2021, 2023", kind=sh.ConfigError)


# ---- the count ------------------------------------------------------------------------------------------------------


def test_a_count_refuses_what_it_cannot_be(complains):
    counts = np.ones((2, len(CENSUS_LOWER)))
    complains(lambda: Base(counts[:1], CENSUS_LOWER, "2020-11-01"), "shape (1, 19)", kind=sh.ShapeError)
    complains(lambda: Base(-counts, CENSUS_LOWER, "2020-11-01"), "negative", kind=sh.DomainError)
    complains(lambda: Base(counts * np.inf, CENSUS_LOWER, "2020-11-01"), kind=sh.DomainError)
    complains(lambda: Base(counts, CENSUS_LOWER, "2020-07-01"), "2020-07-01", kind=sh.ConfigError)
    complains(lambda: Base(counts, CENSUS_LOWER, "11-01"), "11-01", kind=sh.ConfigError)
    complains(lambda: Base(counts, CENSUS_LOWER, "2020-11-01").grouped((0, 2)), "(0, 2)", kind=sh.ConfigError)


def test_single_ages_group_to_their_sums():
    single = Base(np.arange(2.0 * N_AGES).reshape(2, N_AGES), tuple(range(N_AGES)), "2021-01-01")
    assert single.is_single
    assert single.first_year == 2021
    five = single.grouped(CENSUS_LOWER)
    assert five[0, 1] == 1 + 2 + 3 + 4
    assert five.sum() == single.total()
    assert Base(np.ones((2, 19)), CENSUS_LOWER, "2020-11-01").first_year == 2021


def test_a_count_names_its_groups():
    rows = sh.place("gansu").base.rows()
    assert [row.age for row in rows[:3]] == ["0", "1-4", "5-9"]
    assert rows[18].age == "85+"
    assert {row.date for row in rows} == {"2020-11-01"}


# ---- made by hand ---------------------------------------------------------------------------------------------------


def by_hand(name):
    """A place again from the pieces of a shipped one, through every constructor."""

    def again(value):
        if isinstance(value, np.ndarray):
            return value.copy()
        if isinstance(value, tuple):
            return tuple(again(one) for one in value)
        if isinstance(value, Value | Figure):
            return type(value)(**{field.name: again(getattr(value, field.name)) for field in fields(value)})
        return value

    return again(sh.place(name))


def same_arrays(ours, theirs):
    for name in ARRAYS:
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name


def test_a_place_made_by_hand_is_the_shipped_one_and_runs_as_it():
    made, shipped = by_hand("lanzhou"), sh.place("lanzhou")
    assert made == shipped
    assert made.base is not shipped.base
    ours, theirs = (baseline((*one.leaves, one.root), 2040) for one in (made, shipped))
    same_arrays(ours, theirs)
    assert np.array_equal(ours.progressions, theirs.progressions)


def test_a_name_of_ones_own_moves_no_number():
    """A place of the country under other names, and what lies above it under another code, has the same bits."""
    gansu = sh.place("gansu")
    mine = replace(gansu, code="own/longxi", name_zh="陇西", name_en="Longxi", aliases=(), level="region")
    ours, theirs = baseline(mine.leaves, 2035), baseline(gansu.leaves, 2035)
    assert ours.leaves != theirs.leaves
    same_arrays(ours, theirs)
    leaf = replace(sh.place("620102"), name_zh="城关", name_en="Inner", aliases=("x",), pinyin="x", level="x", note="x")
    same_arrays(baseline((leaf,), 2035), baseline((sh.place("620102"),), 2035))


def test_a_code_of_ones_own_moves_no_number():
    place = sh.Place(
        "One",
        population=sh.by_age(male=np.full(101, 100.0), female=np.full(101, 90.0), date="2025-01-01", unit="persons"),
        mortality=sh.like("lanzhou"),
        fertility=sh.like("lanzhou"),
        migration=sh.Migration(total=-20, pattern="rogers-castro"),
    )
    ours = baseline((replace(place, code="999999", name_zh="甲", name_en="Other"),), 2035)
    assert ours.codes == ("999999",)
    same_arrays(ours, baseline((place,), 2035))


def test_standard_rates_are_of_the_years_asked_for():
    base = sh.place("china").standard
    assert isinstance(base, Standard)
    assert np.array_equal(base.at(base.srb, 2030, 2031), base.srb[9:11])


def test_figures_and_sources_of_a_place_of_ones_own():
    """A source nobody described is listed by its id; a figure without a source is not."""
    gansu = sh.place("gansu")
    rows = (
        Figure("births", 2024, "both", "all", 190_000.0, "births", "mine"),
        Figure("deaths", 2024, "both", "all", 2e5, "deaths"),
    )
    own = replace(gansu, evidence=Figures(rows))
    frame = own.figures()
    assert list(frame[frame["variable"] == "births"]["value"]) == [190_000.0]
    assert "mine" in own.sources().index
    assert "" not in own.sources().index
