"""A place as a value: people, what was observed, the area above it, the parts it is the sum of, whose policy holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, nearest, refuse, require_kind
from sanhai.places.base import Base
from sanhai.places.country import Country
from sanhai.places.figures import COLUMNS, Figure, Figures, Source
from sanhai.places.given import HasFrame, overridden, with_figures
from sanhai.places.names import LONGEST_NOTE, Named, checked_name
from sanhai.places.standard import Standard
from sanhai.places.values import Value

if TYPE_CHECKING:
    import pandas as pd

    from sanhai.calibrate.fitted import Fit
    from sanhai.calibrate.parity import ParityReport

__all__ = ["Derived", "Place"]

SOURCE_COLUMNS = ("citation", "publisher", "date", "licence", "url", "note")

# What rooms above make of a place, imported when first used.
_ABOVE = {
    "check": "sanhai.calibrate.check:problems",
    "own": "sanhai.calibrate.own:fields_of",
    "fit": "sanhai.calibrate.fitted:fit_of",
    "parity": "sanhai.calibrate.parity:ParityReport",
}


def _above(name: str) -> Callable[..., Any]:
    module, attribute = _ABOVE[name].split(":")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found


@dataclass(frozen=True, eq=False)
class Derived(Value):
    """A rule by which something of an own place was made from what was given. words.toml has a sentence for each."""

    component: str
    rule: str
    detail: str = ""


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Place(Named, Value):
    """A place: `sh.place("lanzhou")` gives a shipped one, `sh.Place(name, population=.., ..)` makes one's own.

    Equal when all it holds is equal, pickled and hashed so.

    Of one's own (`__init__`):
    population: persons by sex and age on a day, single ages or groups, open at 65+ or older. mortality: `sh.Mortality`,
    or a table of mx, qx or lx. fertility: `sh.Fertility`, or a table of asfr. Either may be `sh.like(place)`.
    migration: "none", "residual" (what observed totals leave), `sh.Migration`, or a table of net migrants by sex and
    age. srb: boys per girl, a number, a path, or births by sex; 1.05 where nothing is said. parity: `sh.Parity`.
    observed: tidy yearly births, deaths, pop_yearend, cbr, cdr, which the run then meets. standard: place whose pyramid
    shapes age groups. code: GB/T 2260, or any text; "own/<name>" unless given. policy_place: place whose documents hold
    here. parts: own places whose sum it is; then only `population` may be given, and is compared (rake=True: met).
    later: what holds after the last year given: "hold", "follow:<place>", "lee-carter", or a dict by component.
    graduation: of groups, "standard", "sprague" or "even". Raises InputError listing every fault of the data,
    ConfigError for arguments that are none.

    As it is held, and as `dataclasses.replace` changes it:
    code: GB/T 2260 as text, or "own/<name>". base: the count a run starts from; earlier: an
    older count of the same boundaries, ten years before (the ages of migrants). evidence: observed figures; a place in
    a country is fitted to those that its country holds (`with_figures`). parts: places whose sum it is, each without
    `parent`, which may have parts themselves. own_standard: rates that a root holds for all below it. country: the
    leaves below a root that are fitted together; the root itself is a place of its own. boundary: how sure it is that
    the older count is of the same land (high, medium, low). policy_codes: whose documents hold here, nearest first.
    derived: the rules by which an own place was made.
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
    policy_codes: tuple[str, ...] = ()
    pinyin: str = ""
    aliases: tuple[str, ...] = ()
    level: str = ""
    note: str = ""
    country: Country | None = None
    boundary: str = ""
    derived: tuple[Derived, ...] = ()

    def __init__(
        self,
        name: str = "",
        *,
        population: object = None,
        mortality: object = None,
        fertility: object = None,
        migration: object = None,
        srb: object = None,
        parity: object = None,
        observed: object = None,
        standard: object = None,
        code: str | None = None,
        policy_place: object = None,
        parent: object = None,
        parts: object = (),
        rake: bool = False,
        basis: str = "resident",
        later: object = None,
        timing: str = "end",
        graduation: str = "standard",
        source: str | None = None,
        name_zh: str | None = None,
        **held: Any,
    ) -> None:
        given = {key: value for key, value in locals().items() if key not in ("self", "name", "held", "__class__")}
        if "base" in held:  # the values themselves, as the catalogue and dataclasses.replace give them
            self._hold({**held, "code": code, "name_zh": name_zh, "parent": parent, "parts": parts})
        elif held:
            raise refuse(ConfigError, "own.argument", got=next(iter(held)), near=nearest(next(iter(held)), given))
        else:
            self._hold(_above("own")(name, **given))

    def _hold(self, held: dict[str, Any]) -> None:
        known = {one.name: one for one in fields(self)}
        if odd := [name for name in held if name not in known]:
            raise refuse(ConfigError, "own.argument", got=odd[0], near=nearest(odd[0], known))
        for name, one in known.items():
            object.__setattr__(self, name, held.get(name, one.default))
        self.__post_init__()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), {one.name: getattr(self, one.name) for one in fields(self)})

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_fields()
        if self.parent is not None and self.country is not None:
            raise refuse(ConfigError, "place.country_below", where=f"place {self.code}", above=self.parent.code)
        if self.own_standard is not None and any(one.own_standard is not None for one in self._above_it()):
            assert self.parent is not None
            raise refuse(ConfigError, "place.standard_below", where=f"place {self.code}", above=self.parent.code)
        codes = [self.code, *self.codes_below]
        odd = [part.code for part in self.parts if part.parent is not None]
        odd += sorted({code for code in codes if codes.count(code) > 1}) if len(set(codes)) < len(codes) else []
        starts = sorted({member.base.first_year for member in (self, *self.parts)})
        if odd:
            raise refuse(ConfigError, "place.parts", where=f"place {self.code}", odd=odd)
        if len(starts) > 1:
            raise refuse(ConfigError, "place.starts", where=f"place {self.code}", starts=starts)

    def _above_it(self) -> tuple[Place, ...]:
        return self.parent.lineage if self.parent is not None else ()

    def _require_fields(self) -> None:
        """Names that can be printed, and parts of the kinds declared: what is not fails here, not in a run."""
        for field in ("code", "name_zh", "name_en"):
            checked_name(getattr(self, field), field)
        if self.note:
            checked_name(self.note, "note", LONGEST_NOTE)
        values: tuple[tuple[str, type], ...] = (("base", Base), ("evidence", Figures))
        for field, kind in values:
            require_kind(field, getattr(self, field), kind, kind.__name__)
        values = (("parent", Place), ("own_standard", Standard), ("earlier", Base), ("country", Country))
        for field, kind in values:
            require_kind(field, getattr(self, field), (kind, type(None)), f"{kind.__name__} | None")
        for field in ("pinyin", "level", "boundary"):
            require_kind(field, getattr(self, field), str, "str")
        values = (("parts", Place), ("policy_codes", str), ("aliases", str), ("derived", Derived))
        for field, kind in values:
            require_kind(field, getattr(self, field), tuple, f"tuple[{kind.__name__}, ...]", kind)

    @property
    def is_leaf(self) -> bool:
        """Whether it is projected itself; any other place is the sum of its parts."""
        return not self.parts

    @cached_property
    def leaves(self) -> tuple[Place, ...]:
        """What is projected for this place: itself, or the leaves of its parts, each below the one it is a part of."""
        return tuple(leaf for part in self.parts for leaf in replace(part, parent=self).leaves) or (self,)

    @cached_property
    def codes_below(self) -> tuple[str, ...]:
        """Codes of its parts, and of theirs."""
        return tuple(code for part in self.parts for code in (part.code, *part.codes_below))

    @property
    def lineage(self) -> tuple[Place, ...]:
        """From the root down to this place."""
        return (*self.parent.lineage, self) if self.parent is not None else (self,)

    @property
    def root(self) -> Place:
        """The place whose standard it rests on: the top, unless it or one above it holds its own."""
        return self.parent.root if self.parent is not None and self.own_standard is None else self

    @cached_property
    def group(self) -> Place:
        """The place whose figures this one is fitted with: the one it is a part of, or itself.

        In a country the nearest upwards that has figures, or the uppermost below the root.
        """
        if self.own_standard is not None:
            return self
        if (country := self.within) is not None:
            *inside, top = reversed(self.lineage[1:])
            return next((one for one in inside if country.figures(one.code)), top)
        is_part = self.parent is not None and replace(self, parent=None) in self.parent.parts
        return self.parent if is_part and self.parent is not None else self

    @property
    def standard(self) -> Standard:
        """The rates that the root holds. ConfigError when it holds none."""
        if (found := self.root.own_standard) is not None:
            return found
        if self.is_sum_of_own:
            return self.parts[0].standard
        raise refuse(ConfigError, "place.no_standard", where=f"place {self.root.code}")

    @property
    def within(self) -> Country | None:
        """The country in which the place is a leaf or a sum of leaves; None for a root and for a place outside one."""
        country = self.root.country if self.parent is not None else None
        return country if country is not None and country.holds(self.code) else None

    @property
    def is_sum_of_own(self) -> bool:
        """Whether it is the sum of places each of which rests on its own standard."""
        return bool(self.parts) and self.parts[0].own_standard is not None

    @property
    def has_orders(self) -> bool:
        """Whether births by order are known of it, or of all its parts."""
        return all(leaf.standard.parity is not None for leaf in (self.parts if self.is_sum_of_own else (self,)))

    @property
    def policy_home(self) -> str:
        """The code whose documents hold here; "" when none do."""
        return self.policy_codes[0] if self.policy_codes else ""

    @cached_property
    def observed(self) -> range:
        """Calendar years, from the base on, that rest on something observed: the place's figures, or those above it."""
        if self.within is not None:
            return self.root.observed
        if self.group is not self:
            return self.group.observed
        first = self.base.first_year
        if self.is_sum_of_own:
            return max((part.observed for part in self.parts), key=len)
        above = self.parent.observed.stop - 1 if self.parent is not None and self.root is not self else first - 1
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
        country = self.within
        if country is not None:
            used.setdefault(country.earlier_source, set()).add("counts of its area ten years before")
        for above in self.lineage[:-1]:
            for row in above.evidence:
                used.setdefault(row.source, {f"figures of {above.name_en}"})
        for source in self.standard.sources:
            used.setdefault(source.id, {"national standard: rates by age"})
        used.pop("", None)  # figures of one's own without a source
        known: dict[str, Source] = {one.id: one for one in self.standard.sources}
        known |= {one.id: one for one in (country.sources if country is not None else ())}
        for place in self.lineage:
            known |= {one.id: one for one in place.evidence.sources}
        cited = [known.get(name, Source(name)) for name in used]
        out = pd.DataFrame(
            {key: [getattr(one, key) for one in cited] for key in SOURCE_COLUMNS}, index=pd.Index(list(used), name="id")
        )
        out.insert(0, "used_for", [", ".join(sorted(names)) for names in used.values()])
        return out

    def check(self, lang: str | None = None) -> pd.DataFrame:
        """Errors, warnings, notes and derivations: level, then the columns of `InputError.problems`.

        `.attrs["plausibility"]`: total, age structure, e0, total fertility, crude rates beside what was
        observed and the area above. Empty when there is nothing to say. lang: of `found` and `remedy`, that of the
        moment unless given.
        """
        found: pd.DataFrame = _above("check")(self, lang)
        return found

    def fit(self) -> Fit:
        """How the start was calibrated: `factors` by year, and `not_fitted`, what was published but not fitted to."""
        found: Fit = _above("fit")(self)
        return found

    def with_figures(self, figures: Figures | HasFrame) -> Place:
        """The place with figures of one's own, which win over the shipped ones of their year; all above it see them.

        Rows that name a place below it by its code are that place's. A place of a country becomes a group of its own:
        it meets its figures, the rest of the place it lies in makes room. `overridden()` shows old beside new. figures:
        `sh.read(...)`, or Figures. Raises ConfigError for a table without a row of the place or of one below it, and
        for births, deaths or people of a year after the last of the country's root.
        """
        return with_figures(self, figures)

    def overridden(self) -> pd.DataFrame:
        """variable, year, sex, age, own and shipped (NaN where nothing is) of every figure given by a user."""
        return overridden(self)

    @property
    def parity(self) -> ParityReport:
        """Women by parity, rebuilt and labelled `estimated`: `parity.report()` prints the fit and its misses."""
        found: ParityReport = _above("parity")(self)
        return found

    def __repr__(self) -> str:
        parts = f", sum of {len(self.parts)} parts" if self.parts else ""
        return f"Place({self.code} {self.name_zh} {self.name_en}{parts})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In one line too where values are printed field by field, as Hypothesis and IPython do."""
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        from html import escape

        return (
            f"<p><b>{escape(self.name_zh)}</b> {escape(self.name_en)} <code>{escape(self.code)}</code> "
            f"{escape(self.note)}</p>"
        )


def _restored(kind: type[Place], held: dict[str, Any]) -> Place:
    return kind(**held)
