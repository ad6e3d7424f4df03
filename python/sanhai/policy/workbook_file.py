"""The workbook that offices fill in as a whole: a place, documents of one's own, and scenarios that run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sanhai.errors import LANGUAGES, ConfigError, InputError, refuse, words
from sanhai.places.catalogue import all_places
from sanhai.places.catalogue import place as shipped
from sanhai.places.figures import FITTED_TO, OWN, REPORTED, Figures
from sanhai.places.names import LONGEST_NOTE
from sanhai.policy.checks import faults_of
from sanhai.policy.entered import with_entered
from sanhai.policy.pack_file import PackFile
from sanhai.policy.scenario import Scenario, scenario
from sanhai.policy.sheet_documents import Home, documents
from sanhai.policy.sheet_payers import splits
from sanhai.policy.sheets import payments
from sanhai.readers.door import filled_in
from sanhai.readers.figures import Figures as Read
from sanhai.readers.figures import sentences
from sanhai.readers.rows import Report, Spot
from sanhai.readers.template import PAYERS, PLACE, POLICY

if TYPE_CHECKING:
    from sanhai.places.place import Place
    from sanhai.readers.figures import Note
    from sanhai.readers.grid import Grid

__all__ = ["Workbook", "workbook"]


@dataclass(frozen=True)
class Workbook:
    """A workbook that was filled in (`sh.policy.workbook`).

    place: its people, or the shipped place with its figures. in_force: what of its sheet of policy belongs to current
    policy; drafts: the document of each scenario, by name.
    """

    place: Place
    in_force: PackFile | None
    drafts: Mapping[str, PackFile]
    _notes: tuple[Note, ...] = ()

    @property
    def documents(self) -> tuple[PackFile, ...]:
        """Every document of the sheet of policy."""
        return (*([self.in_force] if self.in_force is not None else []), *self.drafts.values())

    @property
    def notes(self) -> list[str]:
        """What is odd but possible, what was left out or assumed, one sentence each, in the current language."""
        return sentences(self._notes)

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Current policy, then each scenario of the sheet, all with what was entered of places and recipients."""
        base = scenario("baseline", self.place, self.documents)
        return with_entered([base, *self.drafted(base)])

    def drafted(self, base: Scenario) -> list[Scenario]:
        """The scenarios of the sheet on a base that holds its documents; their notes say the items."""
        found = []
        for name, document in self.drafts.items():
            titles = [row.title_zh for row in document.pack.instruments]
            zh, en = (str(words()["form"]["list"][lang]).join(titles)[:LONGEST_NOTE] for lang in LANGUAGES)
            found.append(replace(base.use(document, name), note_zh=zh, note_en=en))
        return found


def workbook(path: str | Path) -> Workbook:
    """The place, the documents and the scenarios of a workbook that was filled in.

    Its sheets of policy become documents as `sh.policy.load` reads them from TOML, by the same checks. Raises
    InputError with every fault, its sheet and cell; ConfigError for what is no path.
    """
    if not isinstance(path, str | Path):
        raise refuse(ConfigError, "argument.kind", got=path, what="path", kind="str | Path")
    report, file = Report(), Path(path)
    figures, sheets = filled_in(file, report)
    about = next(iter(report.about.values()), {})
    where = Spot(file.name, PLACE)
    place = _place(figures, about, where, report)
    found = _documents(sheets, place, about, file.name, report)
    report.finish()
    assert place is not None
    in_force = found.pop("", None)
    made = Workbook(place, in_force, MappingProxyType(found), tuple(dict.fromkeys(report.notes)))
    for one in made.scenarios:
        for fault in faults_of(one):
            report.put(fault, Spot(file.name, POLICY))
    report.finish()
    return made


def _place(figures: Read | None, about: Mapping[str, str], where: Spot, report: Report) -> Place | None:
    """The place, of its own people or the shipped one; None after a fault was noted."""
    if figures is None:
        return None
    try:
        if about.get("people") == "shipped":
            return _shipped(figures, about.get("code", ""))
        return _beside_shipped(figures.place())
    except InputError as error:
        report.problems += error.faults
    except ConfigError as error:
        report.put(error, where)
    return None


def _shipped(figures: Read, code: str) -> Place:
    """The shipped place, and what lies in it, with the figures that a run meets or keeps and that are not its own."""
    place, frame = shipped(code), figures.frame
    used = frame["variable"].isin([*FITTED_TO, *REPORTED]) & frame["method"].isin(OWN)
    return place.with_figures(Read(frame[used])) if used.any() else place


def _beside_shipped(place: Place) -> Place:
    """With the shipped figures of money and places that the workbook says nothing of."""
    if place.code not in all_places():
        return place
    said = {(row.variable, row.year) for row in place.evidence}
    known = shipped(place.code).evidence
    kept = [row for row in known if row.variable in REPORTED and (row.variable, row.year) not in said]
    if not kept:
        return place
    cited = {row.source for row in kept}
    sources = (*place.evidence.sources, *(one for one in known.sources if one.id in cited))
    return replace(place, evidence=Figures((*kept, *place.evidence.rows), sources))


def _documents(
    sheets: Mapping[str, Grid], place: Place | None, about: Mapping[str, str], file: str, report: Report
) -> dict[str, PackFile]:
    """By scenario the documents of the sheets of policy and payers; faults are noted."""
    first = None if place is None else place.first_projected_year
    before = len(report.problems)
    rows = payments(sheets[POLICY], report, first) if POLICY in sheets else []
    items = tuple(dict.fromkeys(row["item"] for row in rows))
    whole = splits(sheets[PAYERS], report, items) if PAYERS in sheets else {}
    if place is None or len(report.problems) > before or not rows:
        return {}
    if not place.policy_home:
        report.put(refuse(ConfigError, "place.no_policy", what=POLICY, place=place.name()), rows[0].spots["item"])
        return {}
    home = Home(place.policy_home, file, about.get("office", "") or about.get("source", ""))
    return documents(rows, whole, home, report)
