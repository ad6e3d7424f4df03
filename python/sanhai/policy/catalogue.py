"""The catalogue of documents as a value: the shipped packs, and with them those that a user brings."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from sanhai.errors import ConfigError, is_one_of, refuse
from sanhai.policy.lever_faults import lever_faults
from sanhai.policy.levers import Lever, levers_of, the_lever
from sanhai.policy.pack_file import PackFile, read_pack
from sanhai.policy.payer_levers import is_payer_path, payer_levers
from sanhai.policy.schema import Instrument, Pack, ancestors
from sanhai.policy.toml_file import MOST_PROBLEMS, Problem
from sanhai.policy.vocabulary import PackError, RecordError, UnknownNameError

__all__ = ["ASIDE", "NORM", "Catalogue", "checked_packs", "load", "shipped", "with_own"]

NORM = "places_per_1000"  # the target that the need for nursery places is measured against
ASIDE = ("levers", "local-examples")  # packs that no place has in use by itself


class Catalogue:
    """Documents with their instruments and the levers that follow from them; nothing in it changes.

    Raises PackError for packs that do not fit together, with every fault at its line.
    """

    def __init__(self, given: Iterable[PackFile]) -> None:
        """given: packs in the order in which they are listed."""
        self._files: dict[str, PackFile] = {}
        for one in given:
            if one.id in self._files:
                fault = RecordError("pack.defined_twice", steps=("id",), name=one.id, first=self._files[one.id].file)
                raise PackError([one.problem(fault)])
            self._files[one.id] = one
        rows = tuple(row for one in self._files.values() for row in one.pack.instruments)
        problems = [self._problem(fault) for fault in (*_faults_across(rows), *lever_faults(rows))]
        if problems:
            raise PackError(problems[:MOST_PROBLEMS])
        self._rows = {row.full_id: row for row in rows}
        self._levers = levers_of(rows)

    def _problem(self, fault: RecordError) -> Problem:
        return self._files[fault.instrument.partition("/")[0]].problem(fault)

    @cached_property
    def packs(self) -> Mapping[str, Pack]:
        """Documents by id."""
        return MappingProxyType({name: one.pack for name, one in self._files.items()})

    @property
    def levers(self) -> Mapping[str, Lever]:
        """Every lever by path: the model's, those of the documents, the counts a user may give; but for `payers`."""
        return MappingProxyType(self._levers)

    @cached_property
    def payers(self) -> Mapping[str, Lever]:
        """The levers of who pays, by path: one a level of every component (`payers.<component>.<level>`)."""
        return MappingProxyType(payer_levers(self._rows.values()))

    @cached_property
    def homes(self) -> frozenset[str]:
        """Codes of the places that have documents of their own here."""
        return frozenset(row.place for row in self._rows.values() if row.pack not in ASIDE)

    def pack(self, pack_id: str) -> Pack:
        """One document; UnknownNameError suggests near names."""
        if not is_one_of(pack_id, self._files):
            raise _unknown("pack", pack_id, self._files)
        return self._files[pack_id].pack

    def instrument(self, full_id: str) -> Instrument:
        """One instrument by full id ("lanzhou-2023/art-41"); UnknownNameError suggests near names."""
        if not is_one_of(full_id, self._rows):
            raise _unknown("instrument", full_id, self._rows)
        return self._rows[full_id]

    def instruments(
        self, kind: str | None = None, place: str | None = None, status: str | None = None
    ) -> list[Instrument]:
        """Instruments, narrowed by kind, status and place (GB/T 2260: those of it and of every area around it)."""
        around = ancestors(place) if place is not None else None
        return [
            row
            for row in self._rows.values()
            if (kind is None or row.kind == kind)
            and (status is None or row.status == status)
            and (around is None or row.place in around)
        ]

    def named(self, name: str) -> tuple[Instrument, ...]:
        """All of a document ("lanzhou-2023"), or the one of a full id; UnknownNameError suggests near names."""
        return self._files[name].pack.instruments if is_one_of(name, self._files) else (self.instrument(name),)

    def lever(self, path: str) -> Lever:
        """One lever by path; UnknownNameError suggests near names."""
        return the_lever(path, self.payers if is_payer_path(path) else self._levers)


def _unknown(what: str, given: object, known: Iterable[str]) -> UnknownNameError:
    names, name = list(known), given if isinstance(given, str) else ""
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if not near:  # an article number alone, or a pack's name, is worth a match too
        near = [full for full in names if name and (full.endswith("/" + name) or full.startswith(name))][:3]
    if what == "pack":
        return refuse(UnknownNameError, "pack.unknown", got=given, known=names, near=near)
    return refuse(UnknownNameError, "instrument.unknown", got=given, n=len(names), near=near)


def _faults_across(rows: Sequence[Instrument]) -> Iterator[RecordError]:
    """Faults that no single pack can show: a row carried twice, two stocks in a group, an unknown component."""
    known = {f"{row.full_id}/{component.id}" for row in rows for component in row.components}
    seen: dict[str, str] = {}
    stocks: dict[str, str] = {}
    for row in rows:
        for name in row.rows:
            if name in seen:
                yield RecordError("pack.defined_twice", instrument=row.full_id, name=name, first=seen[name])
            seen[name] = row.full_id
        for index, one in enumerate(row.components):
            group = None if one.stack is None else one.stack.group
            if group is not None and stocks.setdefault(group, one.count.stock) != one.count.stock:
                values = {"group": group, "stock": stocks[group], "other": one.count.stock}
                steps = ("components", index, "stack")
                yield RecordError("pack.group_stock", instrument=row.full_id, steps=steps, **values)
        for index, entry in enumerate(row.entries):
            for link in entry.carried_by:
                if link not in known:
                    near = difflib.get_close_matches(link, known, n=3, cutoff=0.5)
                    steps = ("entries", index, "carried_by")
                    yield RecordError("pack.no_component", instrument=row.full_id, steps=steps, link=link, near=near)


@lru_cache(maxsize=1)
def shipped() -> Catalogue:
    """The documents shipped with the package, in the order of their names; read once."""
    folder = files("sanhai.policy") / "packs"
    found = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            one = PackFile(entry.read_text(encoding="utf-8"), entry.name)
            if f"{one.id}.toml" != entry.name:
                raise PackError([one.problem(RecordError("pack.file_name", steps=("id",), id=one.id))])
            found.append(one)
    return Catalogue(found)


@lru_cache(maxsize=32)
def with_own(own: tuple[PackFile, ...]) -> Catalogue:
    """The shipped documents and a user's, which follow them in the order of their ids. Raises PackError."""
    base = shipped()
    return Catalogue([*base._files.values(), *sorted(own, key=lambda one: one.id)]) if own else base


def checked_packs(own: object) -> tuple[PackFile, ...]:
    """A user's documents in the order of their ids, one of each; ConfigError for what are none.

    Raises PackError for two of one id that differ, and for any that do not fit to the others or to the shipped ones.
    """
    given = list(own) if isinstance(own, list | tuple) else None
    found = [one for one in given or () if isinstance(one, PackFile)]
    if given is None or len(found) < len(given):
        raise refuse(ConfigError, "argument.kind", got=own, what="packs", kind="list[PackFile]")
    ordered = tuple(sorted(dict.fromkeys(found), key=lambda one: (one.id, one.sha256)))
    with_own(ordered)
    return ordered


def load(path: str | Path, beside: Sequence[PackFile] = ()) -> PackFile:
    """A user's own policy document from a TOML file, checked as the shipped ones are.

    beside: other documents of the user's, whose levers and components it may name. `sh.scenario("baseline", place,
    packs=[...])` takes it among what is in force, `Scenario.use` into one scenario. Raises PackError: every fault with
    file and line, in the language of the moment; ConfigError for what is no path.
    """
    if not isinstance(path, str | Path):
        raise refuse(ConfigError, "argument.kind", got=path, what="path", kind="str | Path")
    found = read_pack(Path(path))
    checked_packs([*beside, found])
    return found
