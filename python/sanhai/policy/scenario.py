"""A scenario: a place, the instruments in use and dated differences from their defaults. Frozen, hashable, diffable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, is_one_of, nearest, refuse, require_kind, words
from sanhai.places.catalogue import place as place_of
from sanhai.places.names import LONGEST_NAME, LONGEST_NOTE, checked_name
from sanhai.policy.catalogue import ASIDE, Catalogue, checked_packs, with_own
from sanhai.policy.levers import Lever, Value, check_value
from sanhai.policy.months import WHOLE_RUN, checked_month, checked_number, month_text, year_of
from sanhai.policy.pack_file import PackFile
from sanhai.policy.schema import Instrument, ancestors
from sanhai.policy.series import Dated, Setting, from_year, latest, series_of

if TYPE_CHECKING:
    from sanhai.places.place import Place

__all__ = [
    "NAMED", "Scenario", "reference_of", "scenario", "sharing_beliefs", "with_beliefs", "with_drafts",
]  # fmt: skip

ALWAYS = ("national", "levers")  # policy in force everywhere, and the levers nobody has pulled yet
DEMOGRAPHIC = ("demography", "fertility", "migration")  # levers that need no document
NATIONAL_ALLOWANCE = "national/child-allowance"
PROPOSED = "draft"  # status of an instrument of a user's document that is not in force


def _plain(given: object) -> str:
    """A value as a remedy repeats it; dots for a series."""
    return str(given) if isinstance(given, str | int | float) else "..."


def _merged(old: tuple[Setting, ...], info: Lever, given: object, new: tuple[Dated, ...]) -> tuple[Setting, ...]:
    """One value with a date takes the place of that date's in its place; anything else that of the whole series."""
    one_date = isinstance(given, Dated) and info.kind == "series"
    taken = {(dated.month, dated.place) for dated in new}
    kept = [one for one in old if one.path != info.path or (one_date and (one.month, one.place) not in taken)]
    return tuple(sorted([*kept, *(Setting.of(info.path, dated) for dated in new)]))


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is in use at a place. Made by `scenario()`, changed by `vary`, `use` and `without`: each gives a new one.

    `packs`: ids of the documents in use; `own`: those a user brought, in use or not. `counterfactual`: whether its
    policy may differ before the first projected year. Raises ConfigError for a name or a note that is not one short
    printable line, a document, instrument or lever that is unknown, a value out of bounds.
    """

    name: str
    place: Place
    packs: tuple[str, ...] = ALWAYS
    excluded: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    note_zh: str = ""
    note_en: str = ""
    counterfactual: bool = False
    own: tuple[PackFile, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "own", checked_packs(self.own))
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
        known = self.catalogue
        for name in self.packs:
            known.pack(name)
        for name in self.excluded:
            known.instrument(name)
        for one in self.settings:
            info = known.lever(one.path)
            check_value(info, one.value)
            if one.month != WHOLE_RUN or info.kind != "fixed":
                checked_number(one.month)
                checked_number(one.announced)
            if one.place != "" and not is_one_of(one.place, self._inside):
                raise refuse(ConfigError, "lever.place", path=one.path, got=one.place, place=self.code)

    @property
    def catalogue(self) -> Catalogue:
        """The documents it may use: those shipped and its own."""
        return with_own(self.own)

    def lever(self, path: str) -> Lever:
        """A lever of these documents or of the model. UnknownNameError suggests near names."""
        return self.catalogue.lever(path)

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

        changes: `{path: value}` from the first projected year on; `{path: from_month("2027-07", value)}`, which takes
        the place of that date's value alone; `{path: [from_year(2027, a), from_year(2030, b)]}`, a whole new series.
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
            new = self._series(info, given)
            if info.side == "belief":
                raise refuse(ConfigError, "belief.one_sided", path=path, given=_plain(given))
            self._require_policy(info)
            self._require_in_use(info)
            if not allowed:
                self._require_projected(info, new)
            settings = _merged(settings, info, given, new)
        changed = replace(self, name=name, settings=settings, counterfactual=allowed)
        return changed if name == self.name else replace(changed, note_zh="", note_en="")

    def _series(self, info: Lever, given: object) -> tuple[Dated, ...]:
        """Values of a lever as they are set, with the codes of the places they are for."""
        new = series_of(info, given, self.first_projected_year)
        return tuple(replace(one, place=self._code_inside(info.path, one.place)) if one.place else one for one in new)

    @property
    def _inside(self) -> dict[str, Place]:
        """The place and what lies in it as far as it is projected, by code."""
        depth = len(self.place.lineage) - 1
        return {one.code: one for leaf in self.place.leaves for one in leaf.lineage[depth:]}

    def _code_inside(self, path: str, name: str) -> str:
        """The code of a place inside the scenario's by its code or a name."""
        inside = self._inside
        if name in inside:
            return name
        named = [one.code for one in inside.values() if name in (one.name_zh, one.name_en, one.pinyin, *one.aliases)]
        code = named[0] if len(named) == 1 else place_of(name).code
        if code not in inside:
            raise refuse(ConfigError, "lever.place", path=path, got=name, place=self.code)
        return code

    def _settable(self, path: str) -> Lever:
        """The lever, where something computes it and the scenario's place has it."""
        info = self.lever(path)
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
            row = self.catalogue.instrument(info.instrument)
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
        dates = [one for dated in new for one in (dated.month, dated.announced) if one != WHOLE_RUN]
        if dates and year_of(min(dates)) < first:
            raise refuse(ConfigError, "lever.past", path=info.path, date=month_text(min(dates)), first=first)

    def _in_use(self) -> set[str]:
        """Full ids of the instruments of all documents in use."""
        known = self.catalogue.packs
        return {row.full_id for one in self.packs for row in known[one].instruments} - set(self.excluded)

    def use(self, document: str | PackFile, name: str | None = None) -> Scenario:
        """The same scenario with a whole policy document in use: a shipped one by id, or a user's (`sh.policy.load`).

        Raises ConfigError for a document that is unknown or of another place, PackError for one that does not fit to
        those there are.
        """
        known, pack_id = self, ""
        if isinstance(document, PackFile):
            known, pack_id = replace(self, own=(*self.own, document)), document.id
        else:
            pack_id = document
        found = known.catalogue.pack(pack_id)
        if not self._reaches(found.place):
            raise refuse(ConfigError, "pack.other_place", pack=pack_id, scope=found.place, place=self.code)
        called = f"{self.name}+{pack_id}" if name is None else name
        own = {one.id for one in known.own}
        used = list(dict.fromkeys((*self.packs, pack_id)))
        used = [one for one in used if one not in own] + sorted(one for one in used if one in own)
        taken = set() if pack_id not in own else {row.full_id for row in found.instruments}
        excluded = tuple(one for one in self.excluded if one not in taken)
        return replace(known, name=called, packs=tuple(used), excluded=excluded)

    def without(self, taken_out: str, name: str | None = None) -> Scenario:
        """The same scenario without an instrument ("lanzhou-2023/art-41") or all of a document's ("lanzhou-2023").

        As if it had never come into force. Raises ConfigError for one that is unknown, and a document not in use.
        """
        excluded = [row.full_id for row in self.catalogue.named(taken_out)]
        if is_one_of(taken_out, self.catalogue.packs) and taken_out not in self.packs:
            raise refuse(ConfigError, "pack.not_in_use", got=taken_out, packs=self.packs, name=self.name)
        called = f"{self.name}-{taken_out}" if name is None else name
        return replace(self, name=called, excluded=tuple(sorted({*self.excluded, *excluded})))

    def value(self, path: str, when: object) -> Value | None:
        """The lever's value in a month ("2027-07", or 2027: its January): what is set for the whole place, else its
        default. Of a fixed lever any month will do."""
        info, month = self.lever(path), checked_month(when)
        found = latest([one for one in self.settings if one.path == path and not one.place], month)
        return info.default if found is None else found.value

    def number(self, path: str, when: object) -> float | None:
        """The same of a lever whose value is a number."""
        value = self.value(path, when)
        if self.lever(path).choices:
            raise refuse(ConfigError, "lever.text_value", got=value, path=path)
        return None if value is None else float(value)

    def is_set(self, path: str) -> bool:
        self.lever(path)
        return any(setting.path == path for setting in self.settings)

    def months_of_change(self) -> tuple[int, ...]:
        """Months in which something set begins."""
        return tuple(sorted({setting.month for setting in self.settings if setting.month != WHOLE_RUN}))

    @property
    def counterfactual_from(self) -> int | None:
        """The first year whose people are not those published: policy differs there from what was; None: none is."""
        first, start = self.first_projected_year, self.place.observed.start
        dated = [one for one in self.settings if one.month != WHOLE_RUN and self.lever(one.path).side == "policy"]
        years = [year_of(one.known) for one in dated]
        changed = self._in_use() ^ reference_of(self)._in_use()
        years += [
            start if row.valid_from is None else max(row.valid_from.year, start)
            for row in map(self.catalogue.instrument, changed)
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
        inside, known = self.holds_at(leaf), self.catalogue.packs
        return tuple(
            row
            for pack_id in self.packs
            for row in known[pack_id].instruments
            if row.full_id not in self.excluded and row.place in leaf.policy_codes and (inside or pack_id == ALWAYS[0])
        )

    def diff(self, other: Scenario) -> dict[str, Any]:
        """What this scenario has that the other has not."""
        require_kind("other", other, Scenario, "Scenario")
        return {
            "packs": [one for one in self.packs if one not in other.packs],
            "excluded": [one for one in self.excluded if one not in other.excluded],
            "settings": {one.key: one.value for one in self.settings if one not in other.settings},
        }

    def as_dict(self) -> dict[str, Any]:
        """Everything but the notes, ready for JSON; of a user's documents the id and the SHA-256 of the file."""
        return {
            "name": self.name,
            "place": self.code,
            "packs": list(self.packs),
            "excluded": list(self.excluded),
            "settings": [one.record() for one in self.settings],
            "counterfactual": self.counterfactual,
            "own": {one.id: one.sha256 for one in self.own},
        }

    @property
    def hash(self) -> str:
        """Of what moves numbers: two scenarios with the same hash give the same."""
        content = {key: value for key, value in self.as_dict().items() if key not in ("name", "counterfactual")}
        content["place"] = self.place.digest
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        changes = ", ".join(str(one) for one in self.settings)
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
        settings = _merged(settings, info, given, one._series(info, given))
    return replace(one, settings=settings)


def sharing_beliefs(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Every scenario under the beliefs that one of them brings: both sides of a comparison rest on them."""
    brought: dict[str, tuple[Setting, ...]] = {}
    for one in scenarios:
        for path in dict.fromkeys(s.path for s in one.settings if one.lever(s.path).side == "belief"):
            brought.setdefault(path, tuple(s for s in one.settings if s.path == path))

    def shared(one: Scenario) -> Scenario:
        here = {s.path for s in one.settings}
        lacks = [s for path, series in brought.items() if path not in here for s in series]
        return replace(one, settings=tuple(sorted((*one.settings, *lacks)))) if lacks else one

    return tuple(shared(one) for one in scenarios)


def with_drafts(one: Scenario, others: Sequence[Scenario] = ()) -> Scenario | None:
    """The scenario with the drafts of its own documents in use, named after these; None where there are none.

    others: scenarios that may use a draft already, which is then left to them.
    """
    used = set().union(*(other._in_use() for other in (one, *others)))
    drafts = [
        document
        for document in one.own
        if any(row.status == PROPOSED and row.full_id not in used for row in document.pack.instruments)
    ]
    found = one
    for document in drafts:
        found = found.use(document, one.name)
    name = "+".join(document.id for document in drafts)[:LONGEST_NAME]
    if not drafts:
        return None
    return replace(found, name=name, note_zh=_titles(drafts, "zh"), note_en=_titles(drafts, "en"))


def _titles(documents: Sequence[PackFile], lang: str) -> str:
    """What the note of their scenario says."""
    separator = str(words()["form"]["list"][lang])
    return separator.join(str(getattr(one.pack, f"title_{lang}")).strip() for one in documents)[:LONGEST_NOTE]


def reference_of(one: Scenario) -> Scenario:
    """What its births are measured against: the baseline of its place, under the same beliefs.

    Rates are calibrated with the policy in force, whatever scenario is shown first.
    """
    beliefs = tuple(setting for setting in one.settings if one.lever(setting.path).side == "belief")
    return replace(_baseline(one.place, one.own), settings=beliefs)


def _documents_of(place: Place) -> tuple[str, ...]:
    """Shipped documents in force of a place and the areas around it, from the nation down."""
    return tuple(
        one.id
        for code in reversed(place.policy_codes)
        for one in with_own(()).packs.values()
        if one.place == code and one.id not in (*ALWAYS, *ASIDE)
    )


def _noted(one: Scenario) -> Scenario:
    """With the notes of a scenario of ours."""
    said = words()["scenario_note"][one.name]
    return replace(one, note_zh=said["zh"], note_en=said["en"])


def _baseline(place: Place, own: tuple[PackFile, ...] = ()) -> Scenario:
    """What is in force: the shipped documents, and of a user's all that is no draft."""
    found = Scenario("baseline", place, tuple(dict.fromkeys((*ALWAYS, *_documents_of(place)))), own=own)
    drafts = {one.id: {row.full_id for row in one.pack.instruments if row.status == PROPOSED} for one in own}
    for one in own:
        if len(drafts[one.id]) < len(one.pack.instruments):
            found = found.use(one.id, "baseline")
    excluded = sorted(full_id for name in found.packs for full_id in drafts.get(name, ()))
    return _noted(replace(found, excluded=tuple(excluded)))


def _zero_migration(place: Place, own: tuple[PackFile, ...] = ()) -> Scenario:
    return _noted(_baseline(place, own).vary("zero-migration", {"migration.mode": "zero"}))


def _no_allowance(place: Place, own: tuple[PackFile, ...] = ()) -> Scenario:
    return _noted(_baseline(place, own).without(NATIONAL_ALLOWANCE, "no-allowance"))


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


def _cost_reduction(place: Place, own: tuple[PackFile, ...] = ()) -> Scenario:
    package = _baseline(place, own).vary("cost-reduction", COST_REDUCTION)
    return _noted(with_beliefs(package, COST_REDUCTION_BELIEFS))


NAMED: dict[str, Callable[[Place, tuple[PackFile, ...]], Scenario]] = {
    "baseline": _baseline,
    "zero-migration": _zero_migration,
    "no-allowance": _no_allowance,
    "cost-reduction": _cost_reduction,
}


def scenario(name: str, place: str | Place, packs: Sequence[PackFile] = ()) -> Scenario:
    """One of the named scenarios for a place: baseline, zero-migration, no-allowance, cost-reduction.

    packs: a user's own documents (`sh.policy.load`). What of them is no draft is in force there as the shipped ones
    are; a draft acts only in a scenario that uses it. Raises ConfigError for an unknown name, and for a document of
    another place.
    """
    found = place_of(place) if isinstance(place, str) else place
    _require_place("place", found)
    if not is_one_of(name, NAMED):
        raise refuse(ConfigError, "scenario.unknown", got=name, known=list(NAMED), near=nearest(name, NAMED))
    return NAMED[name](found, checked_packs(packs))
