"""A place as a value: people, what was observed, the area above it, the parts it is the sum of, whose policy holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, refuse, require_kind
from sanhai.places.base import Base
from sanhai.places.figures import COLUMNS, Figure, Figures, Source
from sanhai.places.names import LONGEST_NOTE, Named, checked_name
from sanhai.places.standard import Standard
from sanhai.places.values import Value

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.calibrate.parity import ParityReport

__all__ = ["Place"]

SOURCE_COLUMNS = ("citation", "publisher", "date", "licence", "url", "note")

# What rooms above make of a place, imported when first used.
_ABOVE = {
    "check": "sanhai.calibrate.check:problems",
    "fit": "sanhai.calibrate.fit:fit_frame",
    "parity": "sanhai.calibrate.parity:ParityReport",
}


def _above(name: str) -> Callable[..., Any]:
    module, attribute = _ABOVE[name].split(":")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found


@dataclass(frozen=True, eq=False, repr=False)
class Place(Named, Value):
    """A place; `sh.place("lanzhou")` gives a shipped one. Equal when all it holds is equal, pickled and hashed so.

    code: GB/T 2260 as text, or "own/<name>". base: the count a run starts from; earlier: an older count of the same
    boundaries, ten years before; area: counts of the places with which it was one area then (the ages of migrants are
    those of the area). evidence: observed figures. shares_residual: whether, in years without a total of its own, it
    takes its share of the residual migration of the place above. parts: places whose sum it is, each without `parent`.
    own_standard: rates that a root holds for all below it. policy_codes: whose documents hold here, nearest first.
    Raises ConfigError for a field of another kind, a name that is not one
    printable line, and parts that have a parent, start on other days or share a code.
    """

    code: str
    name_zh: str
    name_en: str
    base: Base
    evidence: Figures = Figures()  # noqa: RUF009  # a value
    parent: Place | None = None
    parts: tuple[Place, ...] = ()
    own_standard: Standard | None = None
    earlier: Base | None = None
    area: tuple[Base, ...] = ()
    shares_residual: bool = True
    policy_codes: tuple[str, ...] = ()
    pinyin: str = ""
    aliases: tuple[str, ...] = ()
    level: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_fields()
        if self.parent is not None and self.own_standard is not None:
            raise refuse(ConfigError, "place.standard_below", where=f"place {self.code}", above=self.parent.code)
        codes = [self.code, *(part.code for part in self.parts)]
        odd = [part.code for part in self.parts if part.parent is not None or part.parts or codes.count(part.code) > 1]
        starts = sorted({member.base.first_year for member in (self, *self.parts)})
        if odd:
            raise refuse(ConfigError, "place.parts", where=f"place {self.code}", odd=odd)
        if len(starts) > 1:
            raise refuse(ConfigError, "place.starts", where=f"place {self.code}", starts=starts)

    def _require_fields(self) -> None:
        """Names that can be printed, and parts of the kinds declared: what is not fails here, not in a run."""
        for field in ("code", "name_zh", "name_en"):
            checked_name(getattr(self, field), field)
        if self.note:
            checked_name(self.note, "note", LONGEST_NOTE)
        values: tuple[tuple[str, type], ...] = (("base", Base), ("evidence", Figures))
        for field, kind in values:
            require_kind(field, getattr(self, field), kind, kind.__name__)
        values = (("parent", Place), ("own_standard", Standard), ("earlier", Base))
        for field, kind in values:
            require_kind(field, getattr(self, field), (kind, type(None)), f"{kind.__name__} | None")
        values = (("parts", Place), ("area", Base), ("policy_codes", str), ("aliases", str))
        for field, kind in values:
            require_kind(field, getattr(self, field), tuple, f"tuple[{kind.__name__}, ...]", kind)

    @property
    def is_leaf(self) -> bool:
        """Whether it is projected itself; any other place is the sum of its parts."""
        return not self.parts

    @cached_property
    def leaves(self) -> tuple[Place, ...]:
        """What is projected for this place: itself, or its parts as places below it."""
        return tuple(replace(part, parent=self) for part in self.parts) or (self,)

    @property
    def lineage(self) -> tuple[Place, ...]:
        """From the root down to this place."""
        return (*self.parent.lineage, self) if self.parent is not None else (self,)

    @property
    def root(self) -> Place:
        return self.parent.root if self.parent is not None else self

    @cached_property
    def group(self) -> Place:
        """The place whose figures this one is fitted with: the one it is a part of, or itself."""
        is_part = self.parent is not None and replace(self, parent=None) in self.parent.parts
        return self.parent if is_part and self.parent is not None else self

    @property
    def standard(self) -> Standard:
        """The rates that the root holds. ConfigError when it holds none."""
        if (found := self.root.own_standard) is not None:
            return found
        raise refuse(ConfigError, "place.no_standard", where=f"place {self.root.code}")

    @property
    def policy_home(self) -> str:
        """The code whose documents hold here; "" when none do."""
        return self.policy_codes[0] if self.policy_codes else ""

    @cached_property
    def observed(self) -> range:
        """Calendar years, from the base on, that rest on something observed: the place's figures, or those above it."""
        if self.group is not self:
            return self.group.observed
        first = self.base.first_year
        above = self.parent.observed.stop - 1 if self.parent is not None else first - 1
        return range(first, max(first - 1, self.evidence.last_fitted_to() or 0, above) + 1)

    @property
    def first_projected_year(self) -> int:
        return self.observed.stop

    def _counted(self) -> tuple[Figure, ...]:
        return self.base.rows() + (self.earlier.rows() if self.earlier is not None else ())

    def figures(self) -> pd.DataFrame:
        """Every observed figure of the place, one row each, with unit, source, date, confidence and method."""
        import pandas as pd

        table = [[getattr(row, name) for name in COLUMNS] for row in (*self._counted(), *self.evidence)]
        frame = pd.DataFrame(table, columns=list(COLUMNS))
        frame.insert(0, "place", self.code)
        return frame

    def sources(self) -> pd.DataFrame:
        """Sources of the place's figures and of the standard it rests on: use, citation, date, licence; index `id`."""
        import pandas as pd

        used: dict[str, set[str]] = {}
        for row in (*self._counted(), *self.evidence):
            used.setdefault(row.source, set()).add(row.variable)
        for count in self.area:
            used.setdefault(count.source, {"counts of the area it was part of"})
        for above in self.lineage[:-1]:
            for row in above.evidence:
                used.setdefault(row.source, {f"figures of {above.name_en}"})
        for source in self.standard.sources:
            used.setdefault(source.id, {"national standard: rates by age"})
        used.pop("", None)  # figures of one's own without a source
        known: dict[str, Source] = {one.id: one for one in self.standard.sources}
        for place in self.lineage:
            known |= {one.id: one for one in place.evidence.sources}
        cited = [known.get(name, Source(name)) for name in used]
        out = pd.DataFrame(
            {key: [getattr(one, key) for one in cited] for key in SOURCE_COLUMNS}, index=pd.Index(list(used), name="id")
        )
        out.insert(0, "used_for", [", ".join(sorted(names)) for names in used.values()])
        return out

    def check(self) -> pd.DataFrame:
        """Problems of the place: level, field, year, what was found, what to do. Empty when there is nothing to say."""
        found: pd.DataFrame = _above("check")(self)
        return found

    def fit(self) -> pd.DataFrame:
        """How the start was calibrated: by year, the scales on the parent's rates and the residual migration."""
        found: pd.DataFrame = _above("fit")(self)
        return found

    @property
    def parity(self) -> ParityReport:
        """Women by parity, rebuilt and labelled `estimated`: `parity.report()` prints the fit and its misses."""
        found: ParityReport = _above("parity")(self)
        return found

    def __repr__(self) -> str:
        parts = f", sum of {len(self.parts)} parts" if self.parts else ""
        return f"Place({self.code} {self.name_zh} {self.name_en}{parts})"

    def _repr_html_(self) -> str:
        from html import escape

        return (
            f"<p><b>{escape(self.name_zh)}</b> {escape(self.name_en)} <code>{escape(self.code)}</code> "
            f"{escape(self.note)}</p>"
        )
