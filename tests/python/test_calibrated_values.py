"""A calibrated start is a function of the place: another figure, another start; what was observed decides the years."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sanhai as sh
from projecting import project
from sanhai import _bridge
from sanhai.calibrate.fit import GroupFit, calibrated
from sanhai.calibrate.parity import ParityStart, history_of, misses, parity_of, relative_hazards
from sanhai.calibrate.path import Baseline, baseline
from sanhai.places.base import N_AGES, Base
from sanhai.places.figures import Figure, Figures
from sanhai.places.place import Place

FIRST = 2021


def alone(name: str) -> Place:
    """A shipped place whose root holds no country: it is fitted on its own, as a place of one's own is.

    The prefectures of a province, and the counties of a prefecture, are its parts no more: it is a leaf.
    """
    above = None
    for place in sh.place(name).lineage:
        above = replace(place, parent=above, country=None, parts=())
    return above


def city() -> Place:
    """Lanzhou, fitted on its own as the sum of its nine parts."""
    lanzhou = sh.place("lanzhou")
    return replace(lanzhou, parent=alone("gansu"), country=None)


def with_rows(place: Place, *rows: Figure) -> Place:
    """The place with figures more, or other ones of the same key."""
    keys = {(row.variable, row.year, row.sex, row.age) for row in rows}
    kept = tuple(row for row in place.evidence if (row.variable, row.year, row.sex, row.age) not in keys)
    return replace(place, evidence=Figures((*kept, *rows), place.evidence.sources))


def until(place: Place, last: int) -> Place:
    """The place as it was known when `last` was its latest year."""
    return replace(
        place,
        evidence=Figures(tuple(row for row in place.evidence if row.year <= last), place.evidence.sources),
    )


def figure(variable: str, year: int, value: float) -> Figure:
    return Figure(variable, year, "both", "all", value, "births" if variable == "births" else "persons", "test")


def births(inputs: Baseline) -> np.ndarray:
    """(leaf, year) of the baseline's people."""
    run = project(
        list(inputs.codes),
        inputs.first_year,
        inputs.pop_jan1,
        inputs.Sx,
        inputs.asfr,
        inputs.srb,
        inputs.net_migration,
    )
    return np.asarray(run.births).sum(axis=(2, 3))


# ---- another figure -------------------------------------------------------------------------------------------------


def test_another_figure_of_births_moves_the_births_of_its_year():
    lanzhou = city()
    before = births(baseline(lanzhou.leaves, 2026)).sum(axis=0)
    changed = with_rows(lanzhou, figure("births", 2023, 30_000.0))
    after = births(baseline(changed.leaves, 2026)).sum(axis=0)
    assert after[2] == pytest.approx(30_000.0, rel=1e-9)
    assert abs(before[2] / 30_000.0 - 1.0) > 0.05
    # 2024 is published as a rate of mid-year people, who are as many as before but for a year's births; totals hold.
    assert after[3] == pytest.approx(before[3], rel=1e-3)
    again = births(baseline(lanzhou.leaves, 2026)).sum(axis=0)
    assert np.array_equal(again, before)  # nothing of the changed place is kept under the old one's name


def test_a_changed_rate_moves_the_births_in_proportion():
    """Births over mid-year people, the mean of two 1 Januaries."""
    for rate in (0.00563, 0.0100):
        place = with_rows(city(), figure("cbr", 2024, rate))
        stock = calibrated(place).stock.sum(axis=0)
        counted = births(baseline(place.leaves, 2025)).sum(axis=0)[3]
        assert counted / ((stock[3] + stock[4]) / 2.0) == pytest.approx(rate, rel=1e-9)


def test_a_figure_of_low_confidence_is_not_fitted_to():
    lanzhou = city()
    doubted = with_rows(lanzhou, replace(figure("births", 2023, 30_000.0), confidence="low"))
    ours, theirs = (baseline(place.leaves, 2026) for place in (doubted, lanzhou))
    assert np.array_equal(ours.asfr_total, theirs.asfr_total)
    assert not np.array_equal(doubted.digest, lanzhou.digest)


def test_a_figure_of_the_nation_reaches_the_county():
    """Lanzhou's births of 2025 follow Gansu's, which follow China's."""
    lanzhou = city()
    more = with_rows(alone("china"), figure("births", 2025, 1.10 * 7_920_000))
    below = replace(lanzhou, parent=replace(alone("gansu"), parent=more))
    before, after = (births(baseline(place.leaves, 2025))[0] for place in (lanzhou, below))
    assert after[4] / before[4] == pytest.approx(1.10, rel=0.01)
    assert after[:4] == pytest.approx(before[:4], rel=1e-9)


def test_people_outside_the_places_are_a_figure_of_the_nation():
    """Without it China's totals would hold 2 m servicemen; with another count, another total."""
    china = sh.place("china")
    (row,) = china.evidence.of("pop_outside_places")
    assert row.value == 2_000_000.0
    assert row.unit == "persons"
    assert row.source in china.sources().index
    for outside in (0.0, 3_000_000.0):
        changed = with_rows(china, replace(row, value=outside))
        got = calibrated(changed).stock.sum(axis=0)[-1]
        assert got == pytest.approx(1_404_890_000.0 - outside, rel=1e-9)


def test_another_census_starts_another_run():
    gansu = alone("gansu")
    more = replace(gansu, base=replace(gansu.base, counts=1.01 * gansu.base.counts))
    assert baseline((more,), 2025).pop_jan1.sum() == pytest.approx(1.01 * baseline((gansu,), 2025).pop_jan1.sum())


# ---- which years ----------------------------------------------------------------------------------------------------


def test_a_place_whose_figures_end_before_its_parents():
    """Gansu to 2023 under a China to 2024: both are observed to 2024, Gansu's own fit ends with its figures."""
    china = until(alone("china"), 2024)
    gansu = until(replace(alone("gansu"), parent=china), 2023)
    assert china.observed == gansu.observed == range(FIRST, 2025)
    assert gansu.first_projected_year == 2025
    fit = calibrated(gansu)
    assert fit.births_fitted == (True, True, True, False)
    assert fit.pop_fitted == (True, True, True, False)
    full = calibrated(alone("gansu"))
    assert fit.stock[:, :4] == pytest.approx(full.stock[:, :4], rel=1e-9)  # totals of 2021-23 are met alike
    # 2024 has no figure of its own: the scale of 2023 is held, so births move as the nation's rates do.
    assert fit.fertility_scale[3] == pytest.approx(fit.fertility_scale[2], rel=1e-12)
    assert fit.mx[3] == pytest.approx(calibrated(china).mx[3] * fit.mortality_scale[2], rel=1e-12)
    assert fit.residual[0, 3] == pytest.approx(fit.residual[0, :3].mean(), rel=1e-9)
    inputs = baseline((gansu, china), 2030)
    assert inputs.first_projected_years == (2025, 2025)
    assert list(inputs.fitted[0]) == [True, True, True, False, *[False] * 6]
    assert list(inputs.fitted[1]) == [True, True, True, True, *[False] * 6]


def test_leaves_observed_to_different_years_run_together():
    """China to 2023, Gansu with a figure of 2024: from 2024 the nation's rates follow the standard, also below."""
    china = until(alone("china"), 2023)
    gansu = until(replace(alone("gansu"), parent=china), 2024)
    assert china.observed == range(FIRST, 2024)
    assert gansu.observed == range(FIRST, 2025)
    inputs = baseline((gansu, china), 2030)
    assert inputs.observed == (range(FIRST, 2025), range(FIRST, 2024))
    assert inputs.first_projected_years == (2025, 2024)
    assert inputs.first_projected_year == 2025
    assert [list(row).index(True) for row in inputs.is_projected] == [4, 3]
    # The parent's rates of 2024 under which Gansu is fitted are those that China's own path has.
    fit = calibrated(gansu)
    assert fit.mx[3] == pytest.approx(inputs.mx[1, 3] * fit.mortality_scale[3], rel=1e-12)
    # The standard's own first two steps are bridged by its mean step of the five years after them, 2025 to 2030.
    standard = china.standard
    step = (standard.mx[9] / standard.mx[4]) ** (1 / 5)
    assert inputs.mx[1, 3] == pytest.approx(inputs.mx[1, 2] * step, rel=1e-12)
    assert inputs.mx[1, 4] == pytest.approx(inputs.mx[1, 2] * step**2, rel=1e-12)
    assert inputs.mx[1, 6] == pytest.approx(inputs.mx[1, 4] * standard.mx[6] / standard.mx[4], rel=1e-12)
    assert births(inputs)[0, 3] == pytest.approx(gansu.evidence.published("births", range(2024, 2025))[0], rel=1e-9)
    # Each leaf's progressions are those of its own first projected year.
    assert np.array_equal(inputs.progressions[0], inputs.parity[0].ppr[4])
    assert np.array_equal(inputs.progressions[1], inputs.parity[1].ppr[3])


def test_a_figure_of_a_new_year_lengthens_what_was_observed():
    guizhou = alone("guizhou")
    newer = with_rows(guizhou, figure("births", 2026, 380_000.0))
    assert newer.observed == range(FIRST, 2027)
    assert guizhou.observed == range(FIRST, 2026)
    inputs = baseline((newer,), 2028)
    assert births(inputs)[0, 5] == pytest.approx(380_000.0, rel=1e-9)
    assert list(inputs.fitted[0]) == [True] * 4 + [False, True, False, False]


def test_where_nothing_was_observed_the_first_year_is_the_standards():
    china = until(alone("china"), 2020)
    assert len(china.observed) == 0
    assert china.first_projected_year == FIRST
    inputs = baseline((china,), 2030)
    assert inputs.mx[0] == pytest.approx(china.standard.at(china.standard.mx, FIRST, 2030), rel=1e-12)
    assert not inputs.fitted.any()
    assert not inputs.net_migration.any()
    assert inputs.is_projected.all()


def test_shipped_places_give_their_range():
    inputs = baseline((sh.place("620102"), sh.place("china")), 2030)
    assert inputs.observed == (range(FIRST, 2026),) * 2
    assert list(inputs.is_projected[0]) == [year > 2025 for year in inputs.years]


# ---- where migrants come from ---------------------------------------------------------------------------------------


def test_without_an_older_count_the_ages_of_migrants_are_those_above():
    china, gansu = alone("china"), alone("gansu")
    bare = replace(gansu, earlier=None, parent=replace(china, earlier=None))
    # Without totals nobody moves: the nation's ages of migrants would empty cells of Gansu.
    still = Figures(tuple(row for row in gansu.evidence if row.variable != "pop_yearend"), gansu.evidence.sources)
    assert np.array_equal(calibrated(replace(bare, evidence=still)).pattern[0], china.standard.migration_share)
    assert np.array_equal(calibrated(gansu).pattern[0], _by_hand(gansu))
    zhangye = replace(alone("zhangye"), earlier=None)
    assert np.array_equal(calibrated(zhangye).pattern[0], _by_hand(gansu))


def _by_hand(place):
    lower = tuple(range(0, 90, 5))
    counts = (place.earlier.grouped(lower), place.base.grouped(lower))
    return _bridge.migration_pattern(*counts, place.standard.census_survival, N_AGES)


# ---- a tree of one's own --------------------------------------------------------------------------------------------


def test_a_part_with_figures_of_its_own_is_fitted_below_its_whole():
    """Chengguan with its own births: they are met, under the rates of Lanzhou's Chengguan, and Lanzhou is not moved."""
    lanzhou = city()
    own = with_rows(lanzhou.leaves[0], figure("births", 2024, 9_000.0))
    inputs = baseline((own, *lanzhou.leaves[1:]), 2025)
    assert births(inputs)[0, 3] == pytest.approx(9_000.0, rel=1e-9)
    whole = baseline(lanzhou.leaves, 2025)
    assert np.array_equal(inputs.asfr[1:], whole.asfr[1:])
    assert not calibrated(own).residual.any()  # no total of its own


def test_a_place_below_a_leaf_takes_that_leafs_rates():
    """A street of Chengguan, a tenth of it: it has the district's fertility, not the city's."""
    chengguan = sh.place("620102")
    street = replace(
        chengguan,
        code="own/street",
        base=replace(chengguan.base, counts=0.1 * chengguan.base.counts),
        earlier=replace(chengguan.earlier, counts=0.1 * chengguan.earlier.counts),
        parent=chengguan,
    )
    assert street.group == street
    assert [above.code for above in street.lineage][-2:] == ["620102", "own/street"]
    ours, theirs = baseline((street,), 2030), baseline((chengguan,), 2030)
    observed = slice(0, 5)  # afterwards the district closes in on its city and province; the street keeps to the nation
    assert ours.asfr_total[:, observed] == pytest.approx(theirs.asfr_total[:, observed], rel=1e-9)
    assert ours.mx == pytest.approx(theirs.mx, rel=1e-9)
    assert ours.pop_jan1 == pytest.approx(0.1 * theirs.pop_jan1, rel=1e-12)
    assert not ours.net_migration.any()  # no total of its own


def test_single_ages_of_1_january_are_the_start_as_given():
    """A base of one's own needs no census pattern, and starts in its year."""
    gansu = alone("gansu")
    ages = calibrated(gansu).pop_jan1[0]
    given = replace(gansu, base=Base(ages, tuple(range(N_AGES)), "2021-01-01"))
    assert np.array_equal(baseline((given,), 2025).pop_jan1[0], ages)
    earlier = replace(gansu.earlier, date="2013-01-01")
    late = replace(gansu, base=Base(ages, tuple(range(N_AGES)), "2023-01-01"), earlier=earlier)
    inputs = baseline((late,), 2030)
    assert inputs.first_year == 2023
    assert late.observed == range(2023, 2026)
    assert births(inputs)[0, 1] == pytest.approx(gansu.evidence.published("births", range(2024, 2025))[0], rel=1e-9)


def test_parity_factors_follow_the_long_form_of_the_place():
    gansu = sh.place("gansu")
    start = parity_of(gansu)
    (row,) = gansu.evidence.of("children_ever_born_women_15_64")
    more = parity_of(with_rows(gansu, replace(row, value=1.1 * row.value)))
    assert more.target[0] == pytest.approx(1.1 * start.target[0], rel=1e-9)
    assert more.k2 > start.k2
    assert parity_of(sh.place("china")).k1 == 1.0


def test_orders_published_for_another_year_are_used_in_it():
    """Shares of 2023 lengthen the years whose relative hazards are solved from two to three."""
    china = sh.place("china")
    shares = {"order 1": 0.50, "order 2": 0.36, "order 3+": 0.14}
    rows = [Figure("birth_order_share", 2023, "both", order, share, "share") for order, share in shares.items()]
    newer = with_rows(china, *rows)
    assert np.array_equal(relative_hazards(newer, 2), relative_hazards(china, 2))
    assert not np.array_equal(relative_hazards(newer, 3)[2], relative_hazards(china, 3)[2])
    inputs = baseline((newer,), 2025)
    run = project(list(inputs.codes), FIRST, inputs.pop_jan1, inputs.Sx, inputs.asfr, inputs.srb, inputs.net_migration)
    of_order = np.asarray(run.births)[0, 2].sum(axis=1)
    assert of_order / of_order.sum() == pytest.approx(list(shares.values()), abs=1e-3)


# ---- refusals -------------------------------------------------------------------------------------------------------


def test_leaves_that_cannot_run_together_are_refused(complains):
    gansu, china, lanzhou = alone("gansu"), alone("china"), city()
    complains(lambda: baseline((lanzhou,), 2030), "620100", kind=sh.ConfigError)
    complains(lambda: baseline((), 2030), kind=sh.ConfigError)
    ages = calibrated(gansu).pop_jan1[0]
    late = replace(gansu, base=Base(ages, tuple(range(N_AGES)), "2023-01-01"))
    complains(lambda: baseline((late, china), 2030), "2021, 2023", kind=sh.ConfigError)
    other = replace(china, own_standard=replace(china.standard, srb=china.standard.srb + 0.01))
    complains(lambda: baseline((gansu, other), 2030), "several standards", kind=sh.ConfigError)
    complains(lambda: baseline((gansu,), 2101), "2025 to 2100", kind=sh.ConfigError)
    complains(lambda: baseline((gansu,), 2024), "2025 to 2100", kind=sh.ConfigError)


def test_a_count_older_than_the_one_above_is_refused(complains):
    gansu = alone("gansu")
    old = replace(gansu, base=replace(gansu.base, date="2018-11-01"))
    complains(lambda: calibrated(old), "2018-11-01", "2020-11-01", kind=sh.ConfigError)


def test_groups_on_a_1_january_are_refused(complains):
    gansu = alone("gansu")
    complains(lambda: calibrated(replace(gansu, base=replace(gansu.base, date="2021-01-01"))), "single ages")


def test_a_place_without_what_parity_needs_is_refused(complains):
    gansu, china = sh.place("gansu"), sh.place("china")
    bare = replace(gansu, evidence=Figures())
    complains(lambda: parity_of(bare), "never_married", kind=sh.ConfigError)
    # Where births by order are not known every woman starts with none; there is no past to compare with.
    root = replace(china, own_standard=replace(china.standard, parity=None))
    start = parity_of(root)
    assert (start.k1, start.k2, start.method) == (1.0, 1.0, "births by order not known")
    assert (start.shares == [1.0, 0.0, 0.0, 0.0]).all()
    assert not start.births_3plus.any()
    for asked in (history_of, misses):
        complains(lambda asked=asked: asked(root), "ParityHistory", kind=sh.ConfigError)


def test_what_is_kept_for_the_next_caller_cannot_be_written():
    gansu = alone("gansu")
    for held in (calibrated(gansu), parity_of(gansu), baseline((gansu,), 2030)):
        assert isinstance(held, GroupFit | ParityStart | Baseline)
        arrays = [value for value in vars(held).values() if isinstance(value, np.ndarray)]
        assert arrays
        assert not any(array.flags.writeable for array in arrays)
    assert calibrated(replace(gansu)) is calibrated(gansu)  # equal places are fitted once
