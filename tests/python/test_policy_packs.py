"""Packs of instruments: complete, exact where a document gives a figure, silent where it does not, loud when wrong."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from sanhai.errors import ConfigError
from sanhai.policy import (
    PackError,
    UnknownNameError,
    ancestors,
    as_records,
    instrument,
    instruments,
    lever,
    lever_table,
    load_pack,
    nest,
    pack,
    packs,
)
from sanhai.policy.amounts import own
from sanhai.policy.payers import is_lever, leaves_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "policy"
ROWS = tuple(
    """
    NHC21-01 NHC21-02 NHC21-03 NHC21-04 NHC21-05 NHC21-06 NHC21-07 NHC21-08 NHC21-09 NHC21-10 NHC21-11 NHC21-12
    NHC21-13 NHC21-14 GS21-01 GS21-02 LZ23-003a LZ23-003b LZ23-003c LZ23-003d LZ23-005 LZ23-006 LZ23-008
    LZ23-010 LZ23-011 LZ23-013 LZ23-014 LZ23-015 LZ23-016 LZ23-018 LZ23-019 LZ23-023 LZ23-025 LZ23-028 LZ23-030a
    LZ23-030b LZ23-030c LZ23-031 LZ23-033 LZ23-034 LZ23-036 LZ23-037 LZ23-040 LZ23-041a LZ23-041b LZ23-041c
    LZ23-041d LZ23-041e LZ23-043 LZ23-048 LZ23-049 LZ23-050 LZ23-051 LZ23-052 LZ23-053 LZ23-054 LZ23-058
    LZ23-061 LZ23-062a LZ23-062b LZ23-062c LZ23-063a LZ23-063b LZ23-063c LZ23-063d LZ23-063e LZ23-064a LZ23-064b
    LZ23-065 LZ23-067 LZ23-069 LZ23-070 LZ23-071 LZ23-075 GZ21-00 GZ21-01 GZ21-02 GZ21-03 GZ21-04a GZ21-04b
    GZ21-06 GZ21-07 GZ21-09 GZ21-09b GZ21-10 GZ21-11a GZ21-11b GZ21-12 GZ21-13 GZ21-14 GZ21-15a GZ21-15b GZ21-16
    GZ21-18 GD17-00 GD17-01 GD17-02 GD17-03a GD17-03b GD17-04a GD17-04b GD17-04c GD17-04d GD17-04e GD17-04f
    GD17-04g GD17-05 GD17-06 GD17-07 GD17-10 CN-CASH-01 CN-CASH-02 CN-CASH-03 CN-RULE-01 CN-TAX-03 CN-TAX-04
    CN-EDU-01 CN-INS-01 CN-INS-02 CN-LEG-01 CN-LEG-02 CN-NUR-STD CN-NUR-CAP CN-NUR-01 CN-NUR-02 CN-NUR-03
    CN-NUR-04 CN-NUR-05 CN-NUR-06 CN-NUR-07 GS-LEAVE-01 GS-LEAVE-02 GS-LEAVE-03 GS-LEAVE-04 GZ-LEAVE-01 LINZE-01
    LINZE-02 LINZE-03 LINZE-04 LINZE-05 SUBEI-01 GAOTAI-01 PZH-01 HHHT-01 TM-01 SC-NUR-01 SX-NUR-01 JX-NUR-01
    FIN-GZ-2025 FIN-GS-2025H1 DEM-GS-2024
    """.split()  # noqa: SIM905
)
# Articles of the documents that the table has no row for: none of them holds an amount, a count or an indicator.
ADDED = tuple(
    """
    LZ23-004 LZ23-007 LZ23-009 LZ23-012 LZ23-021 LZ23-022 LZ23-024 LZ23-042 LZ23-047 LZ23-072 LZ23-073 LZ23-074
    NHC21-15 GZ21-19 GZ21-20 GD17-08
    """.split()  # noqa: SIM905
)
DAY = dt.date(2026, 6, 30)

GOOD = """
id = "demo"
title_zh = "例"
title_en = "demo"
document = "demo"
place = "620100"
source = "test"

[[instruments]]
id = "one"
kind = "child_allowance"
title_zh = "例"
title_en = "demo"
status = "in_force"
confidence = "high"

[[instruments.components]]
id = "child"
rows = ["X-1"]
count = { stock = "children", ages = [0, 2] }
per = "year"
amounts = [{ yuan = 100 }]
timing = { rule = "months" }
payers = [{ shares = { city = 0.4, county = 0.6 } }]
"""


def bad(old: str, new: str) -> str:
    """The message that a fault planted in GOOD brings."""
    assert old in GOOD
    with pytest.raises(PackError) as caught:
        load_pack(GOOD.replace(old, new), "demo.toml")
    return str(caught.value)


def all_bands() -> list[tuple[str, dict[str, object]]]:
    return [
        (f"{row.full_id}/{component.id}", dict(band.shares))
        for row in instruments()
        for component in row.components
        for band in component.payers
    ]


def band_at(component, code: str):
    """The one band of a component at a place, on a day of 2026."""
    (band,) = component.bands_at(ancestors(code), DAY)
    return band


def paid(component, order: int = 1, age: int = 0, levers=None) -> float:
    """Yuan of the component's own period for a child in June 2026."""
    return float(own(levers or Nothing(), component, 2026 * 12 + 5)[order - 1, age])


class Nothing:
    """Levers that nobody has set."""

    def number(self, path: str, month: int) -> float | None:
        return None

    def starts(self, year: int) -> tuple[int, ...]:
        return ()


def test_every_row_is_carried_exactly_once() -> None:
    found = Counter(name for row in instruments() for name in row.rows)
    assert len(ROWS) == 151
    assert found == Counter((*ROWS, *ADDED))


def test_frozen_rows_are_those_of_the_table() -> None:
    table = SHARED / "instruments.csv"
    if not table.is_file():
        pytest.skip("the table of rows is not beside the repository")
    with table.open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == list(ROWS)


def test_each_row_is_what_the_table_says() -> None:
    table = SHARED / "row_kinds.csv"
    if not table.is_file():
        pytest.skip("the table of rows is not beside the repository")
    kinds = {name: kind for row in instruments() for kind, names in row.records() for name in names}
    with table.open(encoding="utf-8-sig", newline="") as file:
        expected = {row["row"]: row["kind"].replace("-", "_") for row in csv.DictReader(file)}
    assert {name: kind for name, kind in kinds.items() if name not in ADDED} == expected
    assert {kinds[name] for name in ADDED} == {"record"}


def test_counts_by_kind() -> None:
    kinds = {name: kind for row in instruments() for kind, names in row.records() for name in names}
    assert Counter(kinds.values()) == {
        "money": 63, "supply": 5, "take_up": 3, "target": 20, "duty": 18, "rule": 8, "fact": 6,
        "record": 28 + len(ADDED),
    }  # fmt: skip


def test_packs_are_there() -> None:
    assert set(packs()) == {
        "nhc-2021", "gansu-2021", "lanzhou-2023", "guizhou-2021", "ganzhou-2017", "national", "provincial-leave",
        "local-examples", "levers",
    }  # fmt: skip
    assert pack("lanzhou-2023").issued == dt.date(2023, 8, 7)
    assert pack("ganzhou-2017").place == "620702"


def test_every_split_is_whole_or_says_what_it_leaves_open() -> None:
    whole = 0
    for where, shares in all_bands():
        found = nest(shares, {str(one): 0.1 for _, one in leaves_of(shares) if is_lever(one)})
        assert abs(math.fsum(found.values()) - 1.0) <= 1e-12, where
        whole += "unsplit" not in found
    assert whole > 30


@pytest.mark.parametrize(
    ("place", "city", "county"),
    [
        ("620102", 0.4, 0.6), ("620103", 0.4, 0.6), ("620104", 0.4, 0.6), ("620105", 0.4, 0.6),
        ("620111", 0.5, 0.5),
        ("620121", 0.6, 0.4), ("620122", 0.6, 0.4), ("620123", 0.6, 0.4),
        ("620171", 0.6, 0.4),
    ],
)  # fmt: skip
def test_lanzhou_bands_of_article_41(place: str, city: float, county: float) -> None:
    band = band_at(instrument("lanzhou-2023/art-41").component("place"), place)
    assert band.shares == {"city": city, "county": county}
    assert (band.confidence == "low") == (place == "620171")
    assert ("judgement" in band.note) == (place == "620171")


def test_article_41_pays_years_2_to_4_and_has_no_band_for_the_whole_city() -> None:
    row = instrument("lanzhou-2023/art-41")
    place = row.component("place")
    assert [band.rows for band in place.payers] == [("LZ23-041a",), ("LZ23-041b",), ("LZ23-041c",), ()]
    assert place.valid_from == row.valid_from == dt.date(2023, 8, 7)
    assert (place.count.stock, place.count.take, place.count.operating_years) == ("nursery", "occupied", (2, 4))
    assert place.count.types == ("public", "inclusive_private", "kindergarten")
    assert [(a.yuan, place.per) for a in place.amounts] == [("lanzhou.nursery.operating_yuan_per_place_year", "year")]
    assert lever("lanzhou.nursery.operating_yuan_per_place_year").default == 1000
    for code in ("620100", "620702"):
        assert place.bands_at(ancestors(code), DAY) == ()
    assert not own(Nothing(), place, 2023 * 12 + 6).any()  # July 2023


def test_national_child_allowance() -> None:
    row = instrument("national/child-allowance")
    child = row.component("child")
    assert set(row.rows) == {"CN-CASH-01", "CN-CASH-02"}
    assert (child.valid_from, child.announced) == (dt.date(2025, 1, 1), dt.date(2025, 7, 28))
    assert (child.take_up, child.counts_as, child.eligible.registration) == (
        "subsidy.national.take_up", "cash", "registered",
    )  # fmt: skip
    assert lever("subsidy.national.take_up").default == 0.9
    assert lever("subsidy.national.yuan_per_year").default == 3600
    assert child.stack is not None
    assert (child.stack.group, child.stack.order, child.stack.rule) == ("child_cash", 0, "add")
    rule = child.timing
    assert (rule.rule, rule.years, rule.full_born_from, rule.birthday_month) == (
        "calendar", 3, dt.date(2025, 1, 1), "counts",
    )  # fmt: skip
    band = band_at(child, "620121")
    assert band.shares == {"central": 0.9, "local_unsplit": 0.1}
    assert band.confidence == "medium"


def test_last_preschool_year_is_split_in_two_provinces_only() -> None:
    child = instrument("national/preschool-last-year").component("child")
    assert (child.timing.rule, child.timing.cutoff_month, child.count.ages) == ("terms", 9, (5, 5))
    assert [(a.yuan, child.per, a.bound, a.valid_from) for a in child.amounts] == [
        ("subsidy.preschool.yuan_per_term", "term", "about", dt.date(2025, 9, 1))
    ]
    assert lever("subsidy.preschool.yuan_per_term").default == 1667
    for place in ("620000", "620102", "520000", "520100"):
        assert band_at(child, place).shares == {"central": 0.8, "local_unsplit": 0.2}
    for place in ("100000", "310000"):
        band = band_at(child, place)
        assert nest(band.shares) == {"unsplit": 1.0}
        assert band.note


@pytest.mark.parametrize(("name", "ages"), [("tax-under-3", (0, 2)), ("tax-education", (3, 17))])
def test_tax_relief_per_child_is_deduction_times_marginal_rate(name: str, ages: tuple[int, int]) -> None:
    row = instrument(f"national/{name}")
    for rate in (0.03, 0.10, 0.20):
        one = row.component(f"rate-{100 * rate:.0f}")
        assert paid(one, age=ages[0]) == pytest.approx(2000 * 12 * rate)
        assert one.count.ages == ages
        assert [c.share for c in one.eligible.conditions] == [f"tax.share_at_{100 * rate:.0f}_percent"]
        assert one.payers[0].shares == {"tax_central": 0.6, "tax_local": 0.4}
        assert one.payers[0].confidence == "low"


def test_lanzhou_legacy_aid() -> None:
    aid = instrument("lanzhou-2023/art-62")
    assert {c.id: c.amounts[0].yuan for c in aid.components} == {"bereaved": 1000, "disabled": 800, "old-age": 100}
    assert all(c.per == "month" for c in aid.components)
    old = aid.component("old-age")
    assert old.count.bands is not None
    assert {(a.sex, a.ages[0]) for a in old.count.bands} == {("male", 60), ("female", 50)}
    assert set(old.count.kinds or ()) == {"bereaved", "disabled_child"}
    more = instrument("lanzhou-2023/art-63")
    assert {c.id: (c.count.take, c.amounts[0].yuan, c.per, c.amounts[0].bound) for c in more.components} == {
        "housekeeping": ("households", 400, "year", "exact"),
        "health-check": ("persons", 300, "year", "exact"),
        "insurance": ("persons", 800, "year", "min"),
        "re-birth": (None, 30000, "case", "max"),
    }
    for row in (aid, more):
        for component in row.components:
            assert component.payers[0].shares == {"local_unsplit": 1.0}
            assert component.payers[0].confidence == "low"
            assert component.payers[0].note


def test_article_64_is_paid_by_who_runs_the_home() -> None:
    row = instrument("lanzhou-2023/art-64")
    assert {c.id: (c.amounts[0].rate, c.amounts[0].of) for c in row.components} == {
        "bereaved": (0.20, "legacy.care_home_fee_yuan_per_month"),
        "disabled": (0.15, "legacy.care_home_fee_yuan_per_month"),
    }
    for component in row.components:
        assert [(b.provider, b.weight, b.shares) for b in component.payers] == [
            ("city_run", "legacy.care_home_city_share", {"city": 1.0}), ("county_run", "rest", {"county": 1.0}),
        ]  # fmt: skip


def test_targets() -> None:
    art3 = instrument("lanzhou-2023/art-3")
    assert (art3.status, art3.confidence) == ("target_date_passed", "high")
    assert {(t.variable, t.value, t.by, t.bound) for t in art3.targets} == {
        ("mmr", 14.5, 2025, "max"), ("imr", 5.0, 2025, "max"), ("places_per_1000", 4.5, 2025, "min"),
    }  # fmt: skip
    assert [t.value for t in instrument("lanzhou-2023/art-30").targets] == [0.3, 0.5, 1.0]
    guizhou = instrument("guizhou-2021/nursery-places").targets[0]
    assert (guizhou.variable, guizhou.value) == ("places_per_1000", 3.0)
    nation = instrument("national/nursery-2025").targets[0]
    assert (nation.value, nation.by) == (4.5, 2025)
    rise = instrument("national/nursery-2030").targets[0]
    assert (rise.variable, rise.value, rise.by) == ("enrolment_points", 6.0, 2030)
    assert all(t.value is None for t in instrument("lanzhou-2023/art-3-aims").targets)


def test_ganzhou_split_is_nested_and_used_nowhere_else() -> None:
    split = nest({"province": 0.8, "rest": {"city": 0.2, "county": 0.8}})
    assert split == {"province": 0.8, "city": 0.04, "county": 0.16}
    deep = {"central": 0.5, "rest": {"province": 0.8, "rest": {"city": 0.2, "county": 0.8}}}
    assert nest(deep) == {"central": 0.5, "province": 0.4, "city": 0.02, "county": 0.08}
    row = instrument("ganzhou-2017/bereaved-aid")
    assert [c.amounts[0].yuan for c in row.components] == [20000, 100]
    assert row.component("hospital-day").count.cap_units == 30
    assert all(nest(band.shares) == split for c in row.components for band in c.payers)
    users = {where.rsplit("/", 1)[0] for where, shares in all_bands() if "rest" in shares}
    assert users == {"ganzhou-2017/bereaved-aid"}


def test_nest_refuses_a_split_that_is_not_whole() -> None:
    with pytest.raises(ValueError, match=r"leaves 0\.1"):
        nest({"province": 0.5, "city": 0.4})
    with pytest.raises(ValueError, match="more than 1"):
        nest({"province": "a.share", "city": 0.4}, {"a.share": 0.7})
    assert nest({"city": 0.5, "rest": {"city": 0.5, "county": 0.5}}) == {"city": 0.75, "county": 0.25}
    assert nest({"fund": "a.share", "employer": "rest"}, {"a.share": 0.25}) == {"fund": 0.25, "employer": 0.75}
    assert nest({"fund": "a.share", "employer": "rest"}, {"a.share": None}) == {"unsplit": 1.0}
    assert nest({"central": 0.6, "city": "unknown"}) == {"central": 0.6, "unsplit": 0.4}


def test_local_examples_add_up_to_the_reported_totals() -> None:
    monthly = instrument("local-examples/subei").component("monthly")
    for order, total in ((2, 49_200), (3, 99_600)):
        assert sum(12 * paid(monthly, order, age) for age in (0, 1, 2)) == total
    assert paid(monthly, 1, 0) == 0.0
    hohhot = instrument("local-examples/hohhot")
    spans = {c.id: c.count.ages or (0, 0) for c in hohhot.components}
    assert {name: 10_000 * (last - first + 1) for name, (first, last) in spans.items()} == {
        "first": 10_000, "second": 50_000, "third": 100_000,
    }  # fmt: skip


@pytest.mark.parametrize("full_id", ["lanzhou-2023/art-50", "lanzhou-2023/art-54", "levers/local-cash"])
def test_what_a_document_leaves_open_has_no_default(full_id: str) -> None:
    row = instrument(full_id)
    assert row.is_left_open
    assert all(not amount.is_set for component in row.components for amount in component.amounts)
    mine = [one for one in lever_table().values() if one.instrument == full_id]
    assert mine
    assert all(one.default is None for one in mine)


def test_levers_of_local_cash() -> None:
    row = instrument("levers/local-cash")
    for order in (1, 2, 3):
        child = row.component(f"child{order}")
        assert child.stack is not None
        assert (child.stack.group, child.stack.order, child.stack.rule) == ("child_cash", 2, "max")
        assert [amount.yuan for amount in child.amounts] == [f"subsidy.child{order}.yuan_per_month"]
        assert (child.count.orders, child.count.ages, child.timing.rule) == ((order,), (0, 2), "months")
        assert child.payers[0].shares == {"local_unsplit": 1.0}
        assert lever(f"subsidy.birth{order}.yuan").unit == "yuan"
    assert lever("subsidy.child3.yuan_per_month").unit == "yuan per month"
    assert lever("subsidy.fee_relief.yuan_per_month").default is None
    with pytest.raises(UnknownNameError, match=r"subsidy\.child3\.yuan_per_month"):
        lever("subsidy.child3.yuan_per_moth")


def test_instruments_by_kind_place_and_status() -> None:
    assert {row.kind for row in instruments(kind="target")} == {"target"}
    assert {row.status for row in instruments(status="repealed")} == {"repealed"}
    county = {row.full_id for row in instruments(place="620123")}
    assert {"lanzhou-2023/art-41", "gansu-2021/annual-report", "national/child-allowance"} <= county
    assert not county & {"guizhou-2021/nursery-places", "ganzhou-2017/funeral", "local-examples/subei"}


def test_unknown_instrument_suggests_near_names() -> None:
    with pytest.raises(UnknownNameError, match="lanzhou-2023/art-41") as caught:
        instrument("lanzhou-2023/art41")
    assert isinstance(caught.value, ConfigError)
    with pytest.raises(UnknownNameError, match="lanzhou-2023"):
        pack("lanzhou2023")


def test_payers_and_amounts_are_dated() -> None:
    text = GOOD.replace(
        "payers = [",
        'payers = [{ valid_from = 2026-01-01, shares = { province = 1.0 } }, { places = ["620102"], shares = '
        "{ county = 1.0 } }, ",
    ).replace("amounts = [", "amounts = [{ valid_from = 2027-01-01, yuan = 300 }, ")
    child = load_pack(text, "demo.toml").instruments[0].components[0]

    def payers(place: str, year: int) -> dict[str, object]:
        (band,) = child.bands_at(ancestors(place), dt.date(year, 7, 1))
        return dict(band.shares)

    assert payers("620103", 2025) == {"city": 0.4, "county": 0.6}
    assert payers("620103", 2026) == {"province": 1.0}
    assert payers("620102", 2026) == {"county": 1.0}
    assert own(Nothing(), child, 2026 * 12 + 11)[0, 0] == 100
    assert own(Nothing(), child, 2027 * 12)[0, 0] == 300


def test_unknown_field_names_file_line_instrument_and_field() -> None:
    message = bad('confidence = "high"', 'confidence = "high"\narticel = "3"')
    assert "demo.toml:16: policy document: instrument one, field articel: got '3'" in message
    assert "did you mean article" in message


def test_shares_that_do_not_sum_are_refused() -> None:
    message = bad("county = 0.6", "county = 0.5")
    assert "demo.toml:24: policy document: instrument one, field components[0].payers[0]" in message
    assert "got a sum of 0.9; allowed shares that sum to 1" in message


@pytest.mark.parametrize("text", ["80 tier 1", "0.6"])
def test_share_as_text_is_refused(text: str) -> None:
    message = bad("county = 0.6", f'county = "{text}"')
    assert "instrument one, field components[0].payers[0]" in message
    assert f"got county = {text!r}" in message
    assert '"unknown" with a note' in message


def test_an_unknown_share_is_unsplit_and_needs_a_note() -> None:
    assert '"unknown" with a note' in bad("county = 0.6", 'county = "unknown"')
    text = GOOD.replace("county = 0.6 } }", 'county = "unknown" }, note = "rest local" }')
    band = load_pack(text, "demo.toml").instruments[0].components[0].payers[0]
    assert nest(band.shares) == {"city": 0.4, "unsplit": 0.6}


CHILDREN = 'count = { stock = "children", ages = [0, 2] }'
UNREAD = [
    (CHILDREN, 'count = { stock = "births", ages = [0, 2] }', "got ages, which is not read where"),
    (CHILDREN, 'count = { stock = "children" }', "got no ages"),
    (CHILDREN, 'count = { stock = "children", ages = [0, 30] }', "to age 17"),
    ('rule = "months"', 'rule = "months", years = 3', 'years, which is not read where rule = "months"'),
    ('rule = "months"', 'rule = "calendar"', "got no birthday_month"),
    ('rule = "months"', 'rule = "once"', 'got rule = "once"; allowed for stock = "children" a rule of'),
    ("{ yuan = 100 }", '{ yuan = 100, types = ["home"] }', 'types, which is not read where stock = "children"'),
    ("{ yuan = 100 }", "{ yuan = 100 }, { yuan = 200, orders = [2] }", "two amounts from - that meet"),
    ("{ yuan = 100 }", "{ yuan = 100, rate = 0.5 }", "`yuan`, or `rate` with `of`"),
    ("{ yuan = 100 }", "{ rate = 0.5 }", "one of rate and of alone"),
    ("{ yuan = 100 }", "{ yuan = 100, low = 1 }", 'with bound = "range" alone'),
    ("{ yuan = 100 }", "{ yuan = 100, growth_from = 2026 }", "one of growth and growth_from alone"),
    ('per = "year"', 'per = "year"\nreach = 0.5', "reach with counts_as"),
    ("payers = [{", 'payers = [{ provider = "x", weight = 0.5, shares = { city = 1.0 } }, {', 'weight = "rest"'),
    (CHILDREN, 'count = { stock = "births" }\neligible = { born_from = 2025-01-01 }', 'with stock = "children" alone'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), UNREAD)
def test_a_field_that_nothing_would_read_is_refused_at_load(old: str, new: str, said: str) -> None:
    text = GOOD.replace('rule = "months"', 'rule = "once"') if 'stock = "births"' in new and "eligible" in new else GOOD
    with pytest.raises(PackError) as caught:
        load_pack(text.replace(old, new), "demo.toml")
    assert said in str(caught.value)
    assert "demo.toml:" in str(caught.value)
    assert "instrument one" in str(caught.value)


def test_every_lever_a_record_names_is_declared_and_every_one_declared_is_named() -> None:
    named = {path for row in instruments() for component in row.components for path in component.levers}
    named |= {one.places_a_year for row in instruments() for one in row.supply}
    named |= {path for row in instruments() for one in row.adjust for path in (one.target, one.by)}
    named |= {one.observed for row in instruments() for one in row.targets if one.observed is not None}
    assert named <= set(lever_table())
    assert {spec.path for row in instruments() for spec in row.levers} <= named


def test_stacks_count_one_stock_each() -> None:
    """A group's members are compared cell by cell: their cells must be the same."""
    stocks: dict[str, set[str]] = {}
    for row in instruments():
        for component in row.components:
            if component.stack is not None:
                stocks.setdefault(component.stack.group, set()).add(component.count.stock)
    assert {group: len(found) for group, found in stocks.items()} == dict.fromkeys(stocks, 1)


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('status = "in_force"', 'status = "active"', "status: got 'active'", "in_force, explore"),
        ("yuan = 100", 'yuan = "100"', "amounts[0].yuan: got '100'", "a number, or the path of a lever"),
        ("yuan = 100", "yuan = -1", "amounts[0].yuan: got -1", "at least 0"),
        ("{ yuan = 100 }", "", "components[0].amounts", "at least 1 of them"),
        ("{ city = 0.4", "{ town = 0.4", "payers[0]", "allowed central, province"),
        ('confidence = "high"', 'confidence = "low"', "instrument one: got no confidence_note", "with confidence_note"),
        ('place = "620100"', 'place = "lanzhou"', "field place: got 'lanzhou'", "a code of six digits"),
        ('id = "one"', 'id = "One"', "instrument One, field id", "small letters"),
        ('document = "demo"', "document = ", "demo.toml:5", "TOML"),
    ],
)
def test_faults_name_field_value_and_what_is_allowed(old: str, new: str, field: str, allowed: str) -> None:
    message = bad(old, new)
    assert field in message
    assert allowed in message


def test_a_pack_is_frozen() -> None:
    one = load_pack(GOOD, "demo.toml")
    with pytest.raises(ValidationError, match="frozen"):
        one.instruments[0].title_en = "x"  # type: ignore[misc]


def test_records_are_plain_and_complete() -> None:
    records = as_records()
    assert len(records) == len(instruments())
    again = {row["id"]: row for row in json.loads(json.dumps(records, ensure_ascii=False))}
    art41 = again["lanzhou-2023/art-41"]
    assert (art41["kind"], art41["article"], art41["carried"]) == ("place_operating", "第四十一条", "money")
    assert art41["valid_from"] == "2023-08-07"
    assert art41["amounts"][0]["yuan"] == "lanzhou.nursery.operating_yuan_per_place_year"
    assert art41["rows"] == ["LZ23-041a", "LZ23-041b", "LZ23-041c"]
    assert [band["shares"]["city"] for band in art41["payers"]] == [0.4, 0.5, 0.6, 0.6]


def test_titles_are_bilingual_and_uncertain_figures_say_why() -> None:
    for row in instruments():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in row.title_zh), row.full_id
        assert row.title_en.isascii(), row.full_id
        assert row.source, row.full_id
        assert row.confidence == "high" or row.confidence_note, row.full_id
