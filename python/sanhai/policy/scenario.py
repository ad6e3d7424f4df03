"""A scenario: a place, the instruments in use and dated differences from their defaults. Frozen, hashable, diffable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, complaint
from sanhai.places.catalogue import lineage, resolve
from sanhai.policy.catalogue import instrument, pack, packs
from sanhai.policy.levers import Dated, Value, check_value, lever_info
from sanhai.policy.schema import Instrument, ancestors

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["NAMED", "Scenario", "Setting", "scenario"]

ALWAYS = ("national", "levers")  # policy in force everywhere, and the levers nobody has pulled yet
NATIONAL_ALLOWANCE = "national/child-allowance"


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """One lever's value from 1 January of a year; year 0 means from the start."""

    path: str
    year: int
    value: Value


def _settings(changes: Mapping[str, object]) -> tuple[Setting, ...]:
    out = []
    for path, given in changes.items():
        values: Iterable[object] = given if isinstance(given, list | tuple) else (given,)
        for value in values:
            dated = value if isinstance(value, Dated) else Dated(0, value)  # type: ignore[arg-type]
            out.append(Setting(path, dated.year, check_value(path, dated.value)))
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is in use at a place. Made by `scenario()`, changed by `vary`, `use` and `without`: each gives a new one."""

    name: str
    place: str
    packs: tuple[str, ...] = ALWAYS
    excluded: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    note_zh: str = ""
    note_en: str = ""

    def vary(self, name: str, changes: Mapping[str, object]) -> Scenario:
        """The same scenario with other lever values: `{path: value}` or `{path: from_year(2027, value)}`.

        Raises ConfigError for an unknown lever or a value out of its bounds, with bounds and near names.
        """
        new = _settings(changes)
        replaced = {(setting.path, setting.year) for setting in new}
        kept = tuple(setting for setting in self.settings if (setting.path, setting.year) not in replaced)
        changed = replace(self, name=name, settings=tuple(sorted((*kept, *new))))
        return changed if name == self.name else replace(changed, note_zh="", note_en="")

    def use(self, pack_id: str, name: str | None = None) -> Scenario:
        """The same scenario with a whole policy document in use."""
        found = pack(pack_id)
        if found.place not in ancestors(self.place) and self.place not in ancestors(found.place):
            raise ConfigError(
                complaint(
                    "policy pack",
                    where=pack_id,
                    got=f"a document of {found.place}",
                    allowed=f"one that holds in {self.place} or a place of it",
                    remedy="choose a place the document covers",
                )
            )
        return replace(self, name=name or f"{self.name}+{pack_id}", packs=tuple(dict.fromkeys((*self.packs, pack_id))))

    def without(self, full_id: str, name: str | None = None) -> Scenario:
        """The same scenario without one instrument, as if it had never come into force."""
        excluded = instrument(full_id).full_id
        return replace(self, name=name or f"{self.name}-{full_id}", excluded=tuple(sorted({*self.excluded, excluded})))

    def value(self, path: str, year: int) -> Value | None:
        """The lever's value in a year: the latest setting that has begun, else its default."""
        chosen: Value | None = lever_info(path).default
        for setting in self.settings:
            if setting.path == path and setting.year <= year:
                chosen = setting.value
        return chosen

    def number(self, path: str, year: int) -> float | None:
        value = self.value(path, year)
        return None if value is None else float(value)

    def is_set(self, path: str) -> bool:
        return any(setting.path == path for setting in self.settings)

    def years_of_change(self) -> tuple[int, ...]:
        return tuple(sorted({setting.year for setting in self.settings if setting.year > 0}))

    def instruments_at(self, code: str) -> tuple[Instrument, ...]:
        """Instruments in use for a place: national ones everywhere, others only inside their own place."""
        around = ancestors(code)
        inside = self.place in around
        return tuple(
            row
            for pack_id in self.packs
            for row in packs()[pack_id].instruments
            if row.full_id not in self.excluded and (pack_id == "national" or (inside and (row.place in around)))
        )

    def diff(self, other: Scenario) -> dict[str, Any]:
        """What this scenario has that the other has not."""
        return {
            "packs": [one for one in self.packs if one not in other.packs],
            "excluded": [one for one in self.excluded if one not in other.excluded],
            "settings": {
                f"{s.path}@{s.year}" if s.year else s.path: s.value for s in self.settings if s not in other.settings
            },
        }

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "place": self.place,
            "packs": list(self.packs),
            "excluded": list(self.excluded),
            "settings": [[s.path, s.year, s.value] for s in self.settings],
        }

    @property
    def hash(self) -> str:
        """Of everything but the name: two scenarios with the same hash give the same numbers."""
        content = {key: value for key, value in self.as_dict().items() if key != "name"}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        changes = ", ".join(f"{s.path}={s.value}" + (f" from {s.year}" if s.year else "") for s in self.settings)
        return f"Scenario({self.name!r}, place={self.place}" + (f", {changes}" if changes else "") + ")"


def _documents_of(code: str) -> tuple[str, ...]:
    """Documents in force of a place and the areas around it, from the nation down."""
    around = lineage(code)
    return tuple(
        one.id
        for place in around
        for one in packs().values()
        if one.place == place and one.id not in (*ALWAYS, "local-examples")
    )


def _baseline(code: str) -> Scenario:
    return Scenario(
        "baseline",
        code,
        tuple(dict.fromkeys((*ALWAYS, *_documents_of(code)))),
        note_zh="现行政策",
        note_en="what is in force",
    )


def _zero_migration(code: str) -> Scenario:
    changed = _baseline(code).vary("zero-migration", {"migration.mode": "zero"})
    return replace(
        changed, note_zh="现行政策,已拟合年份之后无净迁移", note_en="the same without migrants after the fitted years"
    )


def _no_allowance(code: str) -> Scenario:
    changed = _baseline(code).without(NATIONAL_ALLOWANCE, "no-allowance")
    return replace(changed, note_zh="没有国家育儿补贴", note_en="without the national child allowance")


# The package of the main job. Amounts are a scenario, not a forecast and not in any document; all can be set.
COST_REDUCTION: dict[str, object] = {
    "subsidy.child2.yuan_per_month": Dated(2027, 500.0),
    "subsidy.child3.yuan_per_month": Dated(2027, 1000.0),
    "subsidy.fee_relief.yuan_per_month": Dated(2027, 300.0),
    "nursery.assumption": "national-rate",
    "nursery.plan": Dated(2027, "norm"),
    "nursery.closure_rate": Dated(2027, 0.05),
    "nursery.enrolment_share": Dated(2030, 0.18),
}


def _cost_reduction(code: str) -> Scenario:
    changed = _baseline(code).vary("cost-reduction", COST_REDUCTION)
    return replace(
        changed,
        note_zh="2027年起地方现金:二孩每月500元、三孩每月1000元至3岁;托育费每月减免300元;托位保持在目标水平(现有托位按全国水平假设,每年关闭5%);2030年入托率18%",
        note_en=(
            "from 2027 local cash of 500 yuan a month for second and 1,000 for third children to age 3, 300 yuan "
            "a month off nursery fees, places kept up to the target (today's stock assumed at the national rate, 5 % "
            "closing a year), 18 % of under-3s enrolled from 2030"
        ),
    )


NAMED = {
    "baseline": _baseline,
    "zero-migration": _zero_migration,
    "no-allowance": _no_allowance,
    "cost-reduction": _cost_reduction,
}


def scenario(name: str, place: str | Place) -> Scenario:
    """One of the named scenarios for a place: baseline, zero-migration, no-allowance, cost-reduction."""
    code = resolve(place if isinstance(place, str) else place.code).code
    if name not in NAMED:
        raise ConfigError(
            complaint(
                "scenario",
                got=repr(name),
                allowed=", ".join(NAMED),
                remedy='start from scenario("baseline", place) and .vary() it',
            )
        )
    return NAMED[name](code)
