"""`sh.read`: files, folders, patterns and lists of them into one `Figures`; each fault of each file in one error."""

from __future__ import annotations

import glob
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from sanhai.errors import ConfigError, InputError, refuse, require_kind
from sanhai.places.catalogue import census_total
from sanhai.readers import (
    census_cn,
    county_cn,
    eurostat,
    hfd,
    hmd,
    nbs,
    od,
    r_wpp,
    register,
    saved,
    template,
    tidy,
    wpp,
    yearbook,
)  # fmt: skip
from sanhai.readers.check import checked
from sanhai.readers.doc import Doc
from sanhai.readers.figures import COLUMNS, Figures, Unit, Years
from sanhai.readers.grid import Grid
from sanhai.readers.guard import content_of, kind_of
from sanhai.readers.plausible import look_over
from sanhai.readers.rows import Asked, Report, Row, Spot
from sanhai.readers.text import texts_of
from sanhai.readers.units import BASE
from sanhai.readers.workbook import needed, sheets_of

__all__ = ["FORMATS", "filled_in", "read"]

# In the order in which they are tried: the first whose header fits wins.
MODULES: tuple[ModuleType, ...] = (
    hmd, hfd, wpp, r_wpp, eurostat, saved, template, od, tidy, register, county_cn, nbs, yearbook, census_cn,
)  # fmt: skip
FORMATS = tuple(str(module.FORMAT) for module in MODULES)
READ = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet", ".gz")
UNSAID = {
    "input.PLACE.missing",
    "input.DATE.missing",
}  # what an argument would say
HIDDEN = (None, "read", "skip")
Source = str | Path | Sequence[str | Path]


def read(
    source: Source,
    place: str | None = None,
    years: Years = None,
    date: str | None = None,
    variant: str | None = None,
    unit: Mapping[str, str] | None = None,
    measure: str | None = None,
    hidden: str | None = None,
    format: str | None = None,
) -> Figures:
    """Tidy figures of own data, in base units, with units, notes and the spot of every number.

    source: a file, a folder, a pattern ("SWE/*.txt") or a list of these. place: which place of a file that has several,
    or what the one place is called. years: one, (first, last) or a list. date: the day of a count that the file does
    not say. variant: of several projections. unit: {"pop": "万人"} where a file does not say it. measure: the quantity
    where neither file nor name says it. hidden: "read" or "skip" hidden rows. format: one of FORMATS, forced.
    Raises InputError with every problem found; ConfigError for an argument or a library that is missing.
    """
    asked = _asked(place, years, date, variant, unit, measure, hidden, format)
    report = Report()
    rows: list[Row] = []
    hashes: dict[str, str] = {}
    paths = _paths(source)
    for path in paths:
        try:
            data = content_of(path, report)
            hashes[path.name] = hashlib.sha256(data).hexdigest()
            rows += _read_one(path, data, asked, format, report, is_all=len(paths) == 1)
        except InputError:  # its problems stand in the report: the next file has its own
            continue
    report.finish()
    if len(paths) > 1:
        kept = checked(rows, report)
        report.finish()
    else:
        kept = rows
    return _figures(kept, report, hashes)


def _asked(
    place: object,
    years: Years,
    date: object,
    variant: object,
    unit: object,
    measure: object,
    hidden: object,
    format: object,
) -> Asked:
    texts = {"place": place, "date": date, "variant": variant, "measure": measure, "hidden": hidden, "format": format}
    for name, given in texts.items():
        require_kind(name, given, (str, type(None)), "str | None")
    require_kind("unit", unit, (Mapping, type(None)), "dict | None")
    if hidden not in HIDDEN:
        raise refuse(ConfigError, "read.hidden", got=hidden)
    if format is not None and format not in FORMATS:
        raise refuse(ConfigError, "read.format", got=format, known=list(FORMATS))
    from sanhai.readers.labels import date_of

    if date is not None and date_of(date) is None:
        raise refuse(ConfigError, "read.date", got=date)
    units: dict[str, str] = dict(unit or {})  # type: ignore[call-overload]
    for name in units:
        if name not in BASE:
            raise refuse(ConfigError, "read.unit", got=name, known=list(BASE))
    try:
        asked = Asked(place, years, date_of(date), variant, units, measure, hidden)  # type: ignore[arg-type]
        asked.wants(2020)
    except (TypeError, ValueError) as error:
        raise refuse(ConfigError, "read.years", got=years) from error
    return asked


def _paths(source: object) -> list[Path]:
    """Files, in the order of their names inside a folder or pattern. ConfigError where there are none."""
    if isinstance(source, list | tuple):
        return list(dict.fromkeys(path for one in source for path in _paths(one)))
    require_kind("source", source, (str, Path), "str | Path | list")
    path = Path(str(source)).expanduser()
    if path.is_dir():
        if saved.is_saved(path):
            return [path / "results.csv"]
        found = sorted(
            one for one in path.iterdir() if one.suffix.lower() in READ and not one.name.startswith((".", "~$"))
        )
    elif any(mark in str(source) for mark in "*?[") and not path.exists():
        found = sorted(Path(one) for one in glob.glob(str(path)) if Path(one).is_file())
    else:
        found = [path] if path.exists() else []
    if not found:
        raise refuse(ConfigError, "read.no_file", got=str(source))
    return found


def _docs(path: Path, data: bytes, asked: Asked, report: Report) -> list[Doc]:
    """The readings of a file, the likeliest first."""
    kind = kind_of(path, data, report)
    if kind == "text":
        return [Doc(path.name, text) for text in texts_of(path.name, data, report)]
    if kind == "parquet":
        needed("pyarrow")
        import pandas as pd

        try:
            return [Doc(path.name, table=pd.read_parquet(io.BytesIO(data)))]
        except Exception as error:  # whatever a damaged file makes the parser do
            raise report.stop("input.NOT_EXCEL.broken", Spot(path.name), said=type(error).__name__) from error
    return [Doc(path.name, sheets=sheets_of(kind, path.name, data, asked, report))]


def _read_one(path: Path, data: bytes, asked: Asked, forced: str | None, report: Report, *, is_all: bool) -> list[Row]:
    docs = _docs(path, data, asked, report)
    chosen = [module for module in MODULES if forced is None or forced == module.FORMAT]
    found = next(((doc, module) for doc in docs for module in chosen if module.recognise(doc)), None)
    if found is None:
        head = docs[0].head[0][:60] if docs[0].head else ""
        raise report.stop("input.UNKNOWN_FORMAT.file", Spot(path.name), got=head or path.name, known=list(FORMATS))
    doc, module = found
    before = len(report.problems)
    rows: list[Row] = module.parse(doc, asked, report)
    report.say("format", file=path.name, format=str(module.FORMAT), encoding=doc.text.encoding if doc.text else "")
    if {fault.error.key for fault in report.problems[before:]} - UNSAID:
        return []
    if not rows and len(report.problems) > before:
        return []
    if not rows:
        report.add("input.UNKNOWN_FORMAT.empty", Spot(path.name), got=path.name)
        return []
    rows = checked(rows, report, is_all=is_all)
    if len(report.problems) == before:
        look_over(rows, report, census_total)
    return rows


def filled_in(path: Path, report: Report) -> tuple[Figures | None, dict[str, Grid]]:
    """Of the workbook that offices fill in the figures, None where they have a fault, and every sheet by name.

    Faults and notes stand in the report. Raises InputError for what is no such workbook.
    """
    asked = Asked()
    data = content_of(path, report)
    kind = kind_of(path, data, report)
    doc = Doc(path.name, sheets=sheets_of(kind, path.name, data, asked, report) if kind in ("xlsx", "xls") else [])
    if not template.recognise(doc):
        raise report.stop("input.UNKNOWN_FORMAT.workbook", Spot(path.name), got=path.name)
    rows = template.parse(doc, asked, report)
    for check in (checked, _looked_over):
        rows = rows if report.problems else check(rows, report)
    sheets = {grid.sheet: grid for grid in doc.sheets}
    if report.problems:
        return None, sheets
    return _figures(rows, report, {path.name: hashlib.sha256(data).hexdigest()}), sheets


def _looked_over(rows: list[Row], report: Report) -> list[Row]:
    look_over(rows, report, census_total)
    return rows


def _figures(rows: list[Row], report: Report, hashes: dict[str, str]) -> Figures:
    import pandas as pd

    missing = sum(row.value != row.value for row in rows)
    if missing:
        report.say("missing_cells", n=missing)
    records = [_record(row) for row in rows]
    units: list[Unit] = [(row.variable, row.unit.name, row.unit.known) for row in rows]
    return Figures(pd.DataFrame(records, columns=list(COLUMNS)), units, report.notes, report.about, hashes)


def _record(row: Row) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in COLUMNS if hasattr(row, name)}
    value = row.value * row.unit.factor + 0.0
    return {**own, "value": value, "unit": row.unit.base, "file": row.spot.file, "at": row.spot.text}
