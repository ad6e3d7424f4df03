"""A scenario: a place, the instruments in use and dated differences from their defaults. Frozen, hashable, diffable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, is_one_of, nearest, refuse, require_kind, words
from sanhai.places.catalogue import place as place_of
from sanhai.places.names import LONGEST_NOTE, checked_name
from sanhai.policy.catalogue import instrument, instruments_named, pack, packs
from sanhai.policy.levers import Dated, Lever, Value, check_value, checked_year, from_year, lever, series_of
from sanhai.policy.schema import Instrument, ancestors

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = ["NAMED", "Scenario", "Setting", "reference_of", "scenario", "sharing_beliefs", "with_beliefs"]

ALWAYS = ("national", "levers")  # policy in force everywhere, and the levers nobody has pulled yet
DEMOGRAPHIC = ("demography", "fertility", "migration")  # levers that need no document
NATIONAL_ALLOWANCE = "national/child-allowance"


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """One lever's value from 1 January of a year; year 0: for the whole run (a fixed lever)."""

    path: str
    year: int
    value: Value


def _plain(given: object) -> str:
    """A value as a remedy repeats it; dots for a series."""
    return str(given) if isinstance(given, str | int | float) else "..."


def _merged(old: tuple[Setting, ...], path: str, given: object, new: tuple[Dated, ...]) -> tuple[Setting, ...]:
    """One value with a date takes the place of that date's; anything else takes the place of the whole series."""
    one_date = isinstance(given, Dated) and lever(path).kind == "series"
    years = {dated.year for dated in new}
    kept = [one for one in old if one.path != path or (one_date and one.year not in years)]
    return tuple(sorted([*kept, *(Setting(path, dated.year, dated.value) for dated in new)]))


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is in use at a place. Made by `scenario()`, changed by `vary`, `use` and `without`: each gives a new one.

    `counterfactual`: whether its policy may differ before the first projected year. Raises ConfigError for a name or a
    note that is not one short printable line, a document, instrument or lever that is unknown, a value out of bounds.
    """

    name: str
    place: Place
    packs: tuple[str, ...] = ALWAYS
    excluded: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    note_zh: str = ""
    note_en: str = ""
    counterfactual: bool = False

    def __post_init__(self) -> None:
        checked_name(self.name)
        _require_place("place", self.place)
        self._require_known()
        for field in ("note_zh", "note_en"):
            if getattr(self, field):
                checked_name(getattr(self, field), field, LONGEST_NOTE)

    def _require_known(self) -> None:
        """Documents, instruments and levers that there are, whoever made the scenario."""
        for field, kind in (("packs", str), ("excluded", str), ("settings", Setting)):
            require_kind(field, getattr(self, field), tuple, f"tuple[{kind.__name__}, ...]", kind)
        require_kind("counterfactual", self.counterfactual, bool, "bool")
        for name in self.packs:
            pack(name)
        for name in self.excluded:
            instrument(name)
        for one in self.settings:
            check_value(one.path, one.value)
            if one.year != 0 or lever(one.path).kind != "fixed":
                checked_year(one.year)

    @property
    def code(self) -> str:
        """Code of the place."""
        return self.place.code

    @property
    def first_projected_year(self) -> int:
        """From which a value without a date holds: the first year after those observed."""
        return self.place.first_projected_year

    def vary(self, name: str, changes: Mapping[str, object], *, counterfactual: bool = False) -> Scenario:
        """The same scenario with other lever values.

        changes: `{path: value}` from the first projected year on; `{path: from_year(2027, value)}`, which takes the
        place of that date's value alone; `{path: [from_year(2027, a), from_year(2030, b)]}`, a whole new series.
        counterfactual: allow dates before the first projected year; the years touched are then no longer fitted ones.
        Raises ConfigError for an unknown lever, one that nothing computes, one of another place or of a document not in
        use, a belief, and for a value or date its contract does not allow.
        """
        require_kind("changes", changes, Mapping, "{path: value}")
        require_kind("counterfactual", counterfactual, bool, "bool")
        allowed = self.counterfactual or counterfactual
        settings = self.settings
        for path, given in changes.items():
            info = self._settable(path)
            new = series_of(path, given, self.first_projected_year)
            if info.side == "belief":
                raise refuse(ConfigError, "belief.one_sided", path=path, given=_plain(given))
            self._require_policy(info)
            self._require_in_use(info)
            if not allowed:
                self._require_projected(info, new)
            settings = _merged(settings, path, given, new)
        changed = replace(self, name=name, settings=settings, counterfactual=allowed)
        return changed if name == self.name else replace(changed, note_zh="", note_en="")

    def _settable(self, path: str) -> Lever:
        """The lever, where something computes it and the scenario's place has it."""
        info = lever(path)
        if not info.is_computed:
            raise refuse(ConfigError, "lever.not_computed", path=path, instrument=info.instrument)
        if info.scope and not self._reaches(info.scope):
            raise refuse(ConfigError, "lever.other_place", path=path, scope=info.scope, place=self.code)
        return info

    def _reaches(self, code: str) -> bool:
        """Whether a document of an area can hold here: in the place, in a part of it, or in a place below it."""
        homes = {one for place in (self.place, *self.place.leaves) for one in place.policy_codes}
        return code in homes or self.code in ancestors(code)

    def _require_policy(self, info: Lever) -> None:
        """ConfigError for a lever of policy where no document holds, or one by order where no orders are known."""
        if not self.place.policy_home and info.path.partition(".")[0] not in DEMOGRAPHIC:
            raise refuse(ConfigError, "place.no_policy", what=info.path, place=self.place.name("en"))
        if info.instrument and not self.place.has_orders:
            row = instrument(info.instrument)
            if any(info.path in one.levers and one.count.orders is not None for one in row.components):
                raise refuse(ConfigError, "lever.needs_orders", path=info.path, place=self.place.name("en"))

    def _require_in_use(self, info: Lever) -> None:
        owners = info.owners
        if owners and not self._in_use().intersection(owners):
            taken = [one for one in owners if one in self.excluded]
            if taken:
                raise refuse(ConfigError, "lever.taken_out", path=info.path, instrument=taken[0])
            pack_id = owners[0].partition("/")[0]
            named = {"path": info.path, "instrument": owners[0], "pack": pack_id}
            raise refuse(ConfigError, "lever.not_in_use", packs=self.packs, **named)

    def _require_projected(self, info: Lever, new: tuple[Dated, ...]) -> None:
        first = self.first_projected_year
        early = [dated.year for dated in new if 0 < dated.year < first]
        if early and info.kind != "fixed":
            raise refuse(ConfigError, "lever.past", path=info.path, year=early[0], first=first)

    def _in_use(self) -> set[str]:
        """Full ids of the instruments of all documents in use."""
        return {row.full_id for one in self.packs for row in packs()[one].instruments} - set(self.excluded)

    def use(self, pack_id: str, name: str | None = None) -> Scenario:
        """The same scenario with a whole policy document in use."""
        found = pack(pack_id)
        if not self._reaches(found.place):
            raise refuse(ConfigError, "pack.other_place", pack=pack_id, scope=found.place, place=self.code)
        called = f"{self.name}+{pack_id}" if name is None else name
        return replace(self, name=called, packs=tuple(dict.fromkeys((*self.packs, pack_id))))

    def without(self, taken_out: str, name: str | None = None) -> Scenario:
        """The same scenario without an instrument ("lanzhou-2023/art-41") or all of a document's ("lanzhou-2023").

        As if it had never come into force. Raises ConfigError for one that is unknown, and a document not in use.
        """
        excluded = [row.full_id for row in instruments_named(taken_out)]
        if is_one_of(taken_out, packs()) and taken_out not in self.packs:
            raise refuse(ConfigError, "pack.not_in_use", got=taken_out, packs=self.packs, name=self.name)
        called = f"{self.name}-{taken_out}" if name is None else name
        return replace(self, name=called, excluded=tuple(sorted({*self.excluded, *excluded})))

    def setting(self, path: str, year: int) -> Setting | None:
        """What is set for a lever in a year: the latest that has begun; None where the default holds."""
        found, when = None, checked_year(year, 0)
        lever(path)
        for one in self.settings:
            if one.path == path and one.year <= when:
                found = one
        return found

    def value(self, path: str, year: int) -> Value | None:
        """The lever's value in a year: what is set, else its default."""
        info, found = lever(path), self.setting(path, year)
        return info.default if found is None else found.value

    def number(self, path: str, year: int) -> float | None:
        """The same of a lever whose value is a number."""
        value = self.value(path, year)
        if lever(path).choices:
            raise refuse(ConfigError, "lever.text_value", got=value, path=path)
        return None if value is None else float(value)

    def is_set(self, path: str) -> bool:
        lever(path)
        return any(setting.path == path for setting in self.settings)

    def years_of_change(self) -> tuple[int, ...]:
        return tuple(sorted({setting.year for setting in self.settings if setting.year > 0}))

    @property
    def counterfactual_from(self) -> int | None:
        """The first year whose people are not those published: policy differs there from what was; None: none is."""
        first, start = self.first_projected_year, self.place.observed.start
        years = [one.year for one in self.settings if one.year > 0 and lever(one.path).side == "policy"]
        usual = _documents_of(self.place)
        added = [row for one in self.packs if one not in (*ALWAYS, *usual) for row in packs()[one].instruments]
        removed = [instrument(full_id) for full_id in self.excluded if full_id.partition("/")[0] in self.packs]
        years += [
            start if row.valid_from is None else max(row.valid_from.year, start)
            for row in (*added, *removed)
            if any(one.counts_as for one in row.components)
        ]
        early = [year for year in years if year < first]
        return min(early) if early else None

    def holds_at(self, leaf: Place) -> bool:
        """Whether the scenario's own choices act in a place: its own, or one inside it."""
        _require_place("leaf", leaf)
        return any(above.code == self.code for above in leaf.lineage)

    def instruments_at(self, leaf: Place) -> tuple[Instrument, ...]:
        """Instruments in use in a place: national ones everywhere, others only where the scenario's choices act."""
        inside = self.holds_at(leaf)
        return tuple(
            row
            for pack_id in self.packs
            for row in packs()[pack_id].instruments
            if row.full_id not in self.excluded and row.place in leaf.policy_codes and (inside or pack_id == ALWAYS[0])
        )

    def diff(self, other: Scenario) -> dict[str, Any]:
        """What this scenario has that the other has not."""
        require_kind("other", other, Scenario, "Scenario")
        return {
            "packs": [one for one in self.packs if one not in other.packs],
            "excluded": [one for one in self.excluded if one not in other.excluded],
            "settings": {
                f"{s.path}@{s.year}" if s.year else s.path: s.value for s in self.settings if s not in other.settings
            },
        }

    def as_dict(self) -> dict[str, Any]:
        """Everything but the notes, ready for JSON."""
        return {
            "name": self.name,
            "place": self.code,
            "packs": list(self.packs),
            "excluded": list(self.excluded),
            "settings": [[s.path, s.year, s.value] for s in self.settings],
            "counterfactual": self.counterfactual,
        }

    @property
    def hash(self) -> str:
        """Of what moves numbers: two scenarios with the same hash give the same."""
        content = {key: value for key, value in self.as_dict().items() if key not in ("name", "counterfactual")}
        content["place"] = self.place.digest
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        changes = ", ".join(f"{s.path}={s.value}" + (f" from {s.year}" if s.year else "") for s in self.settings)
        return f"Scenario({self.name!r}, place={self.code}" + (f", {changes}" if changes else "") + ")"


def _require_place(what: str, got: object) -> None:
    from sanhai.places.place import Place

    require_kind(what, got, Place, "Place")


def with_beliefs(one: Scenario, beliefs: Mapping[str, object]) -> Scenario:
    """The scenario under other beliefs; to be given to every scenario of a comparison alike.

    beliefs: as the changes of `vary`; a date may lie in the past, because a belief changes no published figure.
    Raises ConfigError for a lever that is no belief, and what `vary` raises.
    """
    settings = one.settings
    for path, given in beliefs.items():
        info = one._settable(path)
        if info.side != "belief":
            raise refuse(ConfigError, "belief.policy", path=path, given=_plain(given))
        settings = _merged(settings, path, given, series_of(path, given, one.first_projected_year))
    return replace(one, settings=settings)


def sharing_beliefs(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Every scenario under the beliefs that one of them brings: both sides of a comparison rest on them."""
    brought: dict[str, tuple[Setting, ...]] = {}
    for one in scenarios:
        for path in dict.fromkeys(s.path for s in one.settings if lever(s.path).side == "belief"):
            brought.setdefault(path, tuple(s for s in one.settings if s.path == path))

    def shared(one: Scenario) -> Scenario:
        lacks = [s for path, series in brought.items() if not one.is_set(path) for s in series]
        return replace(one, settings=tuple(sorted((*one.settings, *lacks)))) if lacks else one

    return tuple(shared(one) for one in scenarios)


def reference_of(one: Scenario) -> Scenario:
    """What its births are measured against: the baseline of its place, under the same beliefs.

    Rates are calibrated with the policy in force, whatever scenario is shown first.
    """
    beliefs = tuple(setting for setting in one.settings if lever(setting.path).side == "belief")
    return replace(_baseline(one.place), settings=beliefs)


def _documents_of(place: Place) -> tuple[str, ...]:
    """Documents in force of a place and the areas around it, from the nation down."""
    return tuple(
        one.id
        for code in reversed(place.policy_codes)
        for one in packs().values()
        if one.place == code and one.id not in (*ALWAYS, "local-examples")
    )


def _noted(one: Scenario) -> Scenario:
    """With the notes of a scenario of ours."""
    said = words()["scenario_note"][one.name]
    return replace(one, note_zh=said["zh"], note_en=said["en"])


def _baseline(place: Place) -> Scenario:
    return _noted(Scenario("baseline", place, tuple(dict.fromkeys((*ALWAYS, *_documents_of(place))))))


def _zero_migration(place: Place) -> Scenario:
    return _noted(_baseline(place).vary("zero-migration", {"migration.mode": "zero"}))


def _no_allowance(place: Place) -> Scenario:
    return _noted(_baseline(place).without(NATIONAL_ALLOWANCE, "no-allowance"))


# The package of the main job. Amounts are a scenario, not a forecast and not in any document; all can be set.
COST_REDUCTION: dict[str, object] = {
    "subsidy.child2.yuan_per_month": from_year(2027, 500.0),
    "subsidy.child3.yuan_per_month": from_year(2027, 1000.0),
    "subsidy.fee_relief.yuan_per_month": from_year(2027, 300.0),
    "nursery.plan": from_year(2027, "norm"),
    "nursery.enrolment_goal": from_year(2030, 0.18),
}
# What it assumes of today's places; both sides of a comparison rest on it.
COST_REDUCTION_BELIEFS: dict[str, object] = {
    "nursery.assumption": "national-rate",
    "nursery.closure_rate": from_year(2027, 0.05),
}


def _cost_reduction(place: Place) -> Scenario:
    return _noted(with_beliefs(_baseline(place).vary("cost-reduction", COST_REDUCTION), COST_REDUCTION_BELIEFS))


NAMED: dict[str, Callable[[Place], Scenario]] = {
    "baseline": _baseline,
    "zero-migration": _zero_migration,
    "no-allowance": _no_allowance,
    "cost-reduction": _cost_reduction,
}


def scenario(name: str, place: str | Place) -> Scenario:
    """One of the named scenarios for a place: baseline, zero-migration, no-allowance, cost-reduction."""
    found = place_of(place) if isinstance(place, str) else place
    _require_place("place", found)
    if not is_one_of(name, NAMED):
        raise refuse(ConfigError, "scenario.unknown", got=name, known=list(NAMED), near=nearest(name, NAMED))
    return NAMED[name](found)
