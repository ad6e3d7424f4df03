"""What may stand in the sheets of policy and payers of the workbook, and the record that each choice becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanhai.policy.vocabulary import INCLUSIVE

__all__ = [
    "BASES", "COLUMNS", "IN_FORCE", "LEVELS_PAID", "NATIONAL", "ORDERS", "PAYER_COLUMNS", "REQUIRED", "UNITS", "WAYS",
    "WHO", "Who",
]  # fmt: skip

COLUMNS = (
    "scenario", "item", "who", "standard", "pay_unit", "way", "year_from", "year_to", "age_from", "age_to", "born_from",
    "national", "take_up", "basis", "document",
)  # fmt: skip
REQUIRED = ("item", "who", "standard", "pay_unit", "way", "year_from", "basis")
LEVELS_PAID = ("central", "province", "city", "county", "fund", "employer")
PAYER_COLUMNS = ("item", *LEVELS_PAID, "sum", "document")
IN_FORCE = "in_force"
BASES = (IN_FORCE, "planned", "assumed")  # a document, a draft of one, what somebody supposes
NATIONAL = {"top_up": "max", "beside": "add"}  # rule of stacking with the national allowance; the first unless said
# By way of paying: the period of an amount by its unit.
WAYS: Mapping[str, Mapping[str, str]] = {
    "monthly": {"yuan_month": "month", "yuan_year": "year"},
    "yearly": {"yuan_year": "year"},
    "termly": {"yuan_term": "term"},
    "once": {"yuan_once": "once"},
}
# Of a unit: what a lever of it would be in, which has the bounds.
UNITS = {
    "yuan_month": "yuan per month", "yuan_year": "yuan per year", "yuan_term": "yuan per term", "yuan_once": "yuan",
}  # fmt: skip


@dataclass(frozen=True)
class Who:
    """Who is paid: the kind of instrument, what is counted, how it may be paid, the class in the response of births."""

    kind: str
    count: Mapping[str, Any]
    ways: tuple[str, ...]
    counts_as: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


# Children by order: births where it is paid once, else children of some ages.
ORDERS: Mapping[str, tuple[int, ...] | None] = {
    "order_1": (1,), "order_2": (2,), "order_3": (3,), "order_2_3": (2, 3), "all_children": None,
}  # fmt: skip
OF_NURSERY, OF_LEGACY = {"stock": "nursery"}, {"stock": "legacy", "take": "persons"}
REGULAR = ("monthly", "yearly")
WHO: Mapping[str, Who] = {
    "enrolled": Who(
        "fee_relief", {**OF_NURSERY, "take": "enrolled"}, ("monthly",), "fee", {"reach": "nursery.enrolment_share"}
    ),
    "places": Who("place_operating", {**OF_NURSERY, "take": "places"}, REGULAR),
    "inclusive_places": Who("place_operating", {**OF_NURSERY, "take": "places", "types": list(INCLUSIVE)}, REGULAR),
    "new_places": Who("place_capital", {**OF_NURSERY, "take": "opened"}, ("once",)),
    "new_inclusive_places": Who("place_capital", {**OF_NURSERY, "take": "opened", "types": list(INCLUSIVE)}, ("once",)),
    "bereaved": Who("legacy_aid", {**OF_LEGACY, "kinds": ["bereaved"], "wife_from": 49}, REGULAR),
    "disabled_child": Who("legacy_aid", {**OF_LEGACY, "kinds": ["disabled_child"], "wife_from": 49}, REGULAR),
    "rural_reward": Who(
        "legacy_aid",
        {**OF_LEGACY, "kinds": ["only_child", "two_daughter"], "bands": [{"sex": "both", "ages": [60, 199]}]},
        REGULAR,
    ),
    "preschool": Who("fee_relief", {"stock": "given"}, REGULAR),
}
