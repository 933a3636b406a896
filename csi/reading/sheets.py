"""XLSX and ODS: one sheet as text cells, after a look at its XML that a crafted file cannot outgrow."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from csi.errors import InvalidInput
from csi.reading import shared_texts
from csi.reading.bounds import megabytes, refuse
from csi.reading.chunk import Chunk, text_table
from csi.reading.content import Content, Format
from csi.reading.error_cells import error_cells
from csi.reading.extent import Extent
from csi.reading.formatted_cells import formatted_cells
from csi.reading.grid import Grid
from csi.reading.number_formats import FormatKind, Shown, as_clock
from csi.reading.ods_extent import OdsExtent
from csi.reading.sheet_choice import LOOKED_AT, weight
from csi.reading.uncalculated import uncalculated

_BLOCK = 1024 * 1024
_ROWS_AT_ONCE = 20_000
_YEARS = (1990.0, 2100.0)  # a number that is merged down may be one of these; ours

_Merged = tuple[tuple[int, int], tuple[int, int]]  # row and column (0-based) of the first cell and of the last


def names(content: Content, kind: Format) -> tuple[str, ...]:
    """The sheets of a workbook, in order, after checking that it can be read at all.

    Raises:
        InvalidInput: too large when unfolded, too many rows or columns, without sheets, or broken.
    """
    _check(content, kind)
    found = tuple(_workbook(content).sheet_names)
    if not found:
        raise refuse(content.filename, "has no sheet that can be read. Save it again with a spreadsheet program.")
    return found


def fullest(content: Content) -> str:
    """The sheet that holds the table, the first of equals; a hidden one only where nothing else holds a row."""
    book = _workbook(content)
    shown = {sheet.name: sheet.visible is SheetVisibleEnum.Visible for sheet in book.sheets_metadata}
    with _readable(content):
        weights = {name: _weight(book.get_sheet_by_name(name)) for name in book.sheet_names}
    return max(weights, key=lambda name: (bool(weights[name]) and shown[name], weights[name]))


def heads(content: Content) -> dict[str, Grid]:
    """The first rows of every sheet that is shown and holds any, as text."""
    book = _workbook(content)
    shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
    with _readable(content):
        rows = {name: _first(book.get_sheet_by_name(name)) for name in shown}
    return {name: Grid(cells, list(range(1, len(cells) + 1))) for name, cells in rows.items() if cells}


def _first(sheet: CalamineSheet) -> list[list[str]]:
    rows = sheet.to_python(skip_empty_area=False, nrows=LOOKED_AT) if sheet.height else []
    return [[as_text(cell) for cell in row] for row in rows]


def _weight(sheet: CalamineSheet) -> float:
    return weight(_first(sheet) if sheet.width > 1 else [], sheet.height)


def grid(content: Content, sheet: str, rows: int = 2_100) -> Grid:
    """The first rows of a sheet as text, with sheet row numbers."""
    cells = _rows(content, sheet, rows)
    return Grid([[as_text(cell) for cell in row] for row in cells], list(range(1, len(cells) + 1)))


def _rows(content: Content, sheet: str, most: int | None = None) -> list[list[Any]]:
    """The typed cells of a sheet from its first row on; an error such as #N/A as its text.

    Errors alone make no row: they are what formulas say that were drawn down beyond the table.
    """
    table = _open(content, sheet)
    rows: list[list[Any]] = table.to_python(skip_empty_area=False, nrows=most)
    _fill_merged(rows, table.merged_cell_ranges or ())
    for number, errors in error_cells(content, sheet).items() if rows else ():
        row = rows[number] if number < len(rows) and any(cell != "" for cell in rows[number]) else []
        for place, text in errors:
            if place < len(row) and row[place] == "":
                row[place] = text
    formulas = uncalculated(content, sheet) if rows else {}
    beyond = {number for number, _ in formulas if number >= len(rows) or not any(rows[number])}
    for (number, place), formula in formulas.items():
        if number not in beyond and place < len(rows[number]):
            rows[number][place] = formula
    for number, place, shown in formatted_cells(content, sheet, len(rows)):
        if number < len(rows) and place < len(rows[number]) and _is_shown(rows[number][place], shown):
            rows[number][place] = shown
    return rows


def _fill_merged(rows: list[list[Any]], merged: Sequence[_Merged]) -> None:
    """Write what cells merged down a column hold into each of their rows: names, dates and years, but no amounts.

    Two rows merged once are a header of two rows, unless figures stand beside the first.
    """
    down = [one for one in merged if one[0][1] == one[1][1] and one[0][0] < one[1][0]]
    often = Counter(first[1] for first, _ in down)
    for (top, place), (bottom, _) in down:
        if top >= len(rows) or place >= len(rows[top]) or not _is_name(rows[top][place]):
            continue
        if often[place] == 1 and bottom - top == 1 and not any(map(_is_figure, rows[top])):
            continue
        for row in rows[top + 1 : bottom + 1]:
            if place < len(row) and row[place] == "":
                row[place] = rows[top][place]


def _is_name(cell: Any) -> bool:
    return _is_year(cell) or (isinstance(cell, str) and bool(cell.strip())) or isinstance(cell, date)


def _is_year(cell: Any) -> bool:
    return isinstance(cell, float) and cell.is_integer() and _YEARS[0] <= cell <= _YEARS[1]


def _is_figure(cell: Any) -> bool:
    return isinstance(cell, float | timedelta) and not _is_year(cell)


def _is_shown(cell: Any, shown: Shown) -> bool:
    """Whether a cell's format says more than its type: a clock below 24 hours may be a time of day, and stays one."""
    return isinstance(cell, (float, date) if shown.form.kind is FormatKind.CLOCK else float)


@dataclass(frozen=True, slots=True)
class SheetTable:
    """Where a table lies in a workbook; ``first_row`` is the sheet row of its first record."""

    sheet: str
    columns: tuple[str, ...]
    first_row: int
    missing: tuple[str, ...] = ()
    decimal: str = "."


def chunks(content: Content, table: SheetTable) -> Iterator[Chunk]:
    """The records of a sheet, from its first record on; whether it can be read was seen with its names."""
    rows = _rows(content, table.sheet)
    width = len(table.columns)
    for start in range(table.first_row - 1, len(rows), _ROWS_AT_ONCE):
        block = rows[start : start + _ROWS_AT_ONCE]
        cells = zip(*(row[:width] + [""] * (width - len(row)) for row in block), strict=True)
        named = zip(table.columns, cells, strict=True)
        text = {name: [as_text(cell, table.decimal) for cell in column] for name, column in named}
        lines = np.arange(start + 1, start + 1 + len(block), dtype="int64")
        yield Chunk(text_table(text, table.missing), lines).without_spacers()


def as_text(cell: Any, decimal: str = ".") -> str:
    """A typed cell as the text a person would have typed, dates in ISO, lengths of time as ``26:10:00``."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            plain = str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
            return plain.replace(".", decimal)
        case Shown():
            return cell.text(decimal)
        case timedelta():
            return as_clock(cell / timedelta(days=1))
    return _moment_or_text(cell)


def _moment_or_text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _workbook(content: Content) -> CalamineWorkbook:
    with _readable(content), content.seekable() as stream:
        return CalamineWorkbook.from_filelike(stream)


@contextmanager
def _readable(content: Content) -> Iterator[None]:
    """What the library cannot read is refused in our words."""
    try:
        yield
    except CalamineError as error:
        reason = "is protected by a password; save it without." if "assword" in str(error) else "is a broken workbook."
        raise refuse(content.filename, f"{reason} Expected one that a spreadsheet program opens.") from error


def _open(content: Content, sheet: str) -> CalamineSheet:
    book = _workbook(content)
    if sheet not in book.sheet_names:
        have = ", ".join(book.sheet_names)
        raise InvalidInput("sheet", f"{content.filename} has no sheet ‘{sheet}’. It has: {have}.")
    with _readable(content):
        return book.get_sheet_by_name(sheet)


def _check(content: Content, kind: Format) -> None:
    """Unfold every part once, counting, before a library builds the whole grid in memory."""
    seen = 0
    with content.seekable() as stream, zipfile.ZipFile(stream) as archive:
        for part in archive.infolist():
            _check_declared(content, part.file_size + seen)
            is_sheet = kind is Format.XLSX or part.filename == "content.xml"
            try:
                with archive.open(part) as unfolded:
                    seen += _scan(content, kind, iter(lambda: unfolded.read(_BLOCK), b""), is_sheet, seen)
            except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
                raise refuse(content.filename, "is a broken or encrypted workbook. Save it again.") from error
        if kind is Format.XLSX:
            shared_texts.check(content, archive)


def _check_declared(content: Content, size: int) -> None:
    limit = content.bounds.sheet_bytes
    if size > limit:
        reason = f"unfolds to more than {megabytes(limit)} from {megabytes(content.size)}; save the sheet as CSV."
        raise refuse(content.filename, reason)


def _scan(content: Content, kind: Format, blocks: Iterator[bytes], is_sheet: bool, seen: int) -> int:
    """Bytes of one part; a sheet with rows or columns beyond the limits is refused on the way."""
    size, extent = 0, OdsExtent(content=content) if kind is Format.ODS else Extent(content)
    for block in blocks:
        size += len(block)
        _check_declared(content, seen + size)
        if is_sheet:
            extent.add(block)
    return size
