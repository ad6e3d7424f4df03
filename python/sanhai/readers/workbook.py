"""Workbooks as grids: openpyxl for .xlsx (values and formulas), xlrd for .xls; merged text fills, numbers never."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import warnings
from typing import Any

from sanhai.errors import ConfigError, refuse
from sanhai.readers.grid import Bad, Grid
from sanhai.readers.rows import Asked, Report, Spot

__all__ = ["needed", "sheets_of"]


def needed(module: str) -> Any:
    """A library of the extra `data`. ConfigError that names the extra where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise refuse(ConfigError, "read.library", got=module) from error


def sheets_of(kind: str, name: str, data: bytes, asked: Asked, report: Report) -> list[Grid]:
    """Every sheet with cells. HIDDEN is noted for hidden rows, columns or sheets that hold some, unless it was said."""
    try:
        return (_xlsx if kind == "xlsx" else _xls)(name, data, asked, report)
    except ConfigError:
        raise
    except Exception as error:  # whatever a damaged workbook makes the parser do
        raise report.stop("input.NOT_EXCEL.broken", Spot(name), said=type(error).__name__) from error


def _xlsx(name: str, data: bytes, asked: Asked, report: Report) -> list[Grid]:
    openpyxl = needed("openpyxl")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data))
    found = []
    for sheet in values.worksheets:
        grid = Grid(name, sheet.title, [[_value(cell) for cell in line] for line in sheet.iter_rows()])
        # iter_rows starts at the first used cell's row only where min_row is asked for: here always at row 1.
        for line in formulas[sheet.title].iter_rows():
            for cell in line:
                if cell.data_type == "f" and grid.cell(cell.row - 1, cell.column - 1) is None:
                    grid.rows[cell.row - 1][cell.column - 1] = Bad(
                        "input.NO_CACHED_VALUE.formula", _formula(cell.value)
                    )
        for area in sheet.merged_cells.ranges:
            _fill(grid, area.min_row - 1, area.max_row, area.min_col - 1, area.max_col)
        rows = [int(key) - 1 for key, one in sheet.row_dimensions.items() if one.hidden]
        columns = [
            index - 1
            for one in sheet.column_dimensions.values()
            if one.hidden
            for index in range(one.min or 0, (one.max or 0) + 1)
        ]
        found.append(_seen(grid, rows, columns, sheet.sheet_state != "visible", asked, report))
    return [grid for grid in found if any(True for _ in grid.cells())]


def _value(cell: Any) -> Any:
    if cell.data_type == "e":
        return Bad("input.CELL_ERROR.cell", str(cell.value))
    return cell.value


def _formula(value: Any) -> str:
    return str(getattr(value, "text", value))


def _xls(name: str, data: bytes, asked: Asked, report: Report) -> list[Grid]:
    xlrd = needed("xlrd")
    book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    found = []
    for sheet in book.sheets():
        rows = [[_xls_value(xlrd, book, sheet.cell(r, c)) for c in range(sheet.ncols)] for r in range(sheet.nrows)]
        grid = Grid(name, sheet.name, rows)
        for first, last, left, right in sheet.merged_cells:
            _fill(grid, first, last, left, right)
        hidden_rows = [row for row, info in sheet.rowinfo_map.items() if info.hidden]
        hidden_columns = [column for column, info in sheet.colinfo_map.items() if info.hidden]
        found.append(_seen(grid, hidden_rows, hidden_columns, sheet.visibility != 0, asked, report))
    return [grid for grid in found if any(True for _ in grid.cells())]


def _xls_value(xlrd: Any, book: Any, cell: Any) -> Any:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return Bad("input.CELL_ERROR.cell", xlrd.error_text_from_code.get(cell.value, "#?"))
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            found: dt.datetime = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return Bad("input.CELL_ERROR.cell", str(cell.value))
        return found
    return cell.value


def _fill(grid: Grid, first: int, last: int, left: int, right: int) -> None:
    """Text of a merged area stands in all its cells; a number merged over several belongs to none."""
    value = grid.cell(first, left)
    if value is None:
        return
    bad = isinstance(value, int | float) and not isinstance(value, bool)
    for row in range(first, min(last, len(grid.rows))):
        for column in range(left, min(right, len(grid.rows[row]))):
            grid.rows[row][column] = Bad("input.MERGED.number", f"{value:g}") if bad else value


def _seen(grid: Grid, rows: list[int], columns: list[int], is_hidden: bool, asked: Asked, report: Report) -> Grid:
    """The grid without what is hidden, with it, or with HIDDEN noted, as asked."""
    held = {row for row, _, _ in grid.cells()}, {column for _, column, _ in grid.cells()}
    rows, columns = sorted(held[0] & set(rows)), sorted(held[1] & set(columns))
    if not (rows or columns or (is_hidden and held[0])) or asked.hidden == "read":
        return grid
    if asked.hidden == "skip":
        for row, line in enumerate(grid.rows):
            grid.rows[row] = [None if is_hidden or row in rows or at in columns else one for at, one in enumerate(line)]
        report.say("hidden", sheet=grid.sheet, n=len(rows) + len(columns) or 1)
        return grid
    shown = [str(row + 1) for row in rows] or [str(column + 1) for column in columns]
    report.add(
        "input.HIDDEN.rows", Spot(grid.file, grid.sheet, ":".join(shown[:: max(len(shown) - 1, 1)])), shown=shown
    )
    return grid
