"""Rows of the sheet of policy as documents: one for what is in force, one for each scenario, of the same records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sanhai.policy.pack_file import Location, PackFile, record_faults
from sanhai.policy.sheet_payers import Split
from sanhai.policy.sheet_terms import DOCUMENT, IN_FORCE, NATIONAL, ORDERS, WAYS, WHO
from sanhai.policy.sheets import Payment
from sanhai.policy.toml_file import toml_of
from sanhai.policy.vocabulary import ancestors
from sanhai.readers.rows import Report, Spot
from sanhai.readers.template_words import said

__all__ = ["Home", "documents"]

TERM_STARTS = 9  # the month on whose first day the age of a school year is counted
TOP_UP = "child_cash"  # the group of the national allowance
# Column that a field of a component comes from, where a fault of the schema is noted.
COLUMN_OF = {
    "count": "who", "per": "pay_unit", "amounts": "standard", "timing": "way", "take_up": "take_up",
    "stack": "national", "valid_from": "year_from", "valid_to": "year_to", "eligible": "born_from",
}  # fmt: skip


@dataclass(frozen=True)
class Home:
    """Where the documents hold, and what they are called after."""

    code: str
    file: str
    source: str

    @property
    def level(self) -> int:
        """0 the nation, 1 a province, 2 a city, 3 a county: the order in which payments of a group stack."""
        return len(ancestors(self.code)) - 1


def documents(rows: Sequence[Payment], payers: Mapping[str, Split], home: Home, report: Report) -> dict[str, PackFile]:
    """By name of the scenario, "" for what is in force in all, the document of its rows; faults are noted.

    Nothing depends on the order of the rows but that of the scenarios.
    """
    names = list(dict.fromkeys(row["scenario"] for row in rows))
    ids = {
        name: f"{DOCUMENT}-{number}" if name else DOCUMENT for number, name in enumerate(sorted(names), "" not in names)
    }
    found = {}
    for name in names:
        made = _Made([row for row in rows if row["scenario"] == name], payers, home)
        record = made.record(ids[name], name)
        faults = record_faults(record)
        for location, error in faults:
            report.put(error, made.spot(location))
        if not faults:
            found[name] = PackFile(toml_of(record), home.file)
    return found


class _Made:
    """The record of one document, and the rows that its parts come from."""

    def __init__(self, rows: Iterable[Payment], payers: Mapping[str, Split], home: Home) -> None:
        self.payers, self.home = payers, home
        self.items: dict[str, list[Payment]] = {}
        for row in sorted(rows, key=lambda row: row.key):
            self.items.setdefault(row["item"], []).append(row)

    def spot(self, location: Location) -> Spot:
        """The cell that a place of the record comes from."""
        numbers = [step for step in location if isinstance(step, int)]
        rows = list(self.items.values())[numbers[0] if numbers else 0]
        row = rows[numbers[1] if len(numbers) > 1 else 0]
        fields = [step for step in location if isinstance(step, str)]
        if "payers" in fields and row["item"] in self.payers:
            return self.payers[row["item"]].spot
        column = next((COLUMN_OF[one] for one in reversed(fields) if one in COLUMN_OF), "item")
        return row.spots.get(column, row.spots["item"])

    def record(self, pack_id: str, name: str) -> dict[str, Any]:
        kinds: dict[str, int] = {}
        instruments = []
        for item, rows in self.items.items():
            kind = _kind(rows[0])
            kinds[kind] = kinds.get(kind, 0) + 1
            instruments.append(self._instrument(item, rows, kind, kinds[kind]))
        title = {f"title_{lang}": name or said("policy_in_force", lang) for lang in ("zh", "en")}
        return {
            "id": pack_id, **title, "document": f"{self.home.file}: {name or said('policy_in_force', 'zh')}",
            "place": self.home.code, "source": self.home.source or self.home.file, "instruments": instruments,
        }  # fmt: skip

    def _instrument(self, item: str, rows: Sequence[Payment], kind: str, number: int) -> dict[str, Any]:
        articles = ", ".join(dict.fromkeys(row["document"] for row in rows if row["document"]))
        is_sure = all(row["basis"] == IN_FORCE for row in rows)
        is_assumed = any(row["basis"] == "assumed" for row in rows)
        said_of = "assumed" if is_assumed else "planned"
        unsure = {"confidence": "low" if is_assumed else "medium", "confidence_note": said(f"policy_{said_of}", "en")}
        return {
            "id": f"{kind.replace('_', '-')}-{number}", "kind": kind, "title_zh": item, "title_en": item,
            "article": articles, "status": "draft" if rows[0]["scenario"] else "in_force",
            **({"confidence": "high"} if is_sure else unsure),
            "valid_from": min(_first_day(row["year_from"]) for row in rows),
            "components": [self._component(f"p{number}", row) for number, row in enumerate(rows, 1)],
        }  # fmt: skip

    def _component(self, component_id: str, row: Payment) -> dict[str, Any]:
        split, take_up = self.payers.get(row["item"]), row["take_up"]
        found = {
            "id": component_id,
            **{f"title_{lang}": _title(row, lang) for lang in ("zh", "en")},
            "valid_from": _first_day(row["year_from"]),
            "count": _count(row),
            "per": WAYS[row["way"]][row["pay_unit"]],
            "amounts": [{"yuan": float(row["standard"])}],
            "timing": _timing(row),
            "take_up": 1.0 if take_up is None else take_up / 100.0,
        }
        if row["year_to"] is not None:
            found["valid_to"] = dt.date(row["year_to"], 12, 31)
        if row["born_from"] is not None:
            found["eligible"] = {"born_from": _first_day(row["born_from"])}
        if split is not None:
            found["payers"] = [split.band()]
        if row.is_of_children:
            rule = NATIONAL[row["national"] or next(iter(NATIONAL))]
            found["stack"] = {"group": TOP_UP, "order": self.home.level, "rule": rule}
        counts_as = "cash" if row["who"] in ORDERS else WHO[row["who"]].counts_as
        more = {} if row["who"] in ORDERS else WHO[row["who"]].more
        return {**found, **({"counts_as": counts_as} if counts_as else {}), **more}


def _first_day(year: int) -> dt.date:
    return dt.date(year, 1, 1)


def _kind(row: Payment) -> str:
    if row["who"] in WHO:
        return WHO[row["who"]].kind
    return "birth_grant" if row["way"] == "once" else "child_allowance"


def _title(row: Payment, lang: str) -> str:
    return said("payment_title", lang).format(item=row["item"], who=said(f"choice_who_{row['who']}", lang))


def _count(row: Payment) -> dict[str, Any]:
    if row["who"] in WHO:
        return dict(WHO[row["who"]].count)
    orders = ORDERS[row["who"]]
    narrowed = {} if orders is None else {"orders": list(orders)}
    if row["way"] == "once":
        return {"stock": "births", **narrowed}
    return {"stock": "children", "ages": [row["age_from"] or 0, row["age_to"] - 1], **narrowed}


def _timing(row: Payment) -> dict[str, Any]:
    """Yearly payments to children are lumps at birth and on birthdays, to anybody else they run with the months."""
    if row["way"] == "termly":
        return {"rule": "terms", "cutoff_month": TERM_STARTS}
    if row["way"] == "once":
        return {"rule": "once"}
    return {"rule": "dates" if row["way"] == "yearly" and row.is_of_children else "months"}
