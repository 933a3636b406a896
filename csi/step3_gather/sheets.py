"""XLSX and ODS: one sheet as text cells, after a look at its XML that a crafted file cannot outgrow."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from csi.errors import InvalidInput
from csi.step3_gather.bounds import megabytes, refuse
from csi.step3_gather.chunk import Chunk, text_table
from csi.step3_gather.content import Content, Format
from csi.step3_gather.grid import Grid

_BLOCK = 1024 * 1024
_SEAM = 1024  # bytes of a piece looked at again with the next one: what stands across the seam is seen whole
_ROWS_AT_ONCE = 20_000
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,7})(\d{0,9})""")  # of a cell, or (without letters) of a row
_REPEATED_ROWS = re.compile(rb'number-rows-repeated="(\d+)"')
_REPEATED_CELLS = re.compile(rb'number-columns-repeated="(\d+)"[^>]*office:value')


def names(content: Content, kind: Format) -> tuple[str, ...]:
    """The sheets of a workbook, in order, after checking that it can be read at all.

    Raises:
        InvalidInput: too large when unfolded, too many rows or columns, or broken.
    """
    _check(content, kind)
    return tuple(_workbook(content).sheet_names)


def fullest(content: Content) -> str:
    """The sheet with the most rows, the first of equals; a hidden one only where nothing else holds a row."""
    book = _workbook(content)
    shown = {sheet.name: sheet.visible is SheetVisibleEnum.Visible for sheet in book.sheets_metadata}
    heights = {name: _height(book.get_sheet_by_name(name)) for name in book.sheet_names}
    return max(heights, key=lambda name: (bool(heights[name]) and shown[name], heights[name]))


def grid(content: Content, sheet: str, rows: int = 2_100) -> Grid:
    """The first rows of a sheet as text, with sheet row numbers."""
    cells = _open(content, sheet).to_python(skip_empty_area=False, nrows=rows)
    return Grid([[as_text(cell) for cell in row] for row in cells], list(range(1, len(cells) + 1)))


@dataclass(frozen=True, slots=True)
class SheetTable:
    """Where a table lies in a workbook; ``first_row`` is the sheet row of its first record."""

    sheet: str
    columns: tuple[str, ...]
    first_row: int
    missing: tuple[str, ...] = ()
    decimal: str = "."


def chunks(content: Content, kind: Format, table: SheetTable) -> Iterator[Chunk]:
    """The records of a sheet, from its first record on."""
    _check(content, kind)
    rows = _open(content, table.sheet).to_python(skip_empty_area=False)
    width = len(table.columns)
    for start in range(table.first_row - 1, len(rows), _ROWS_AT_ONCE):
        block = rows[start : start + _ROWS_AT_ONCE]
        cells = zip(*(row[:width] + [""] * (width - len(row)) for row in block), strict=True)
        named = zip(table.columns, cells, strict=True)
        text = {name: [as_text(cell, table.decimal) for cell in column] for name, column in named}
        lines = np.arange(start + 1, start + 1 + len(block), dtype="int64")
        yield Chunk(text_table(text, table.missing), lines).without_spacers()


def as_text(cell: Any, decimal: str = ".") -> str:
    """A typed cell as the text a person would have typed, dates in ISO."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            plain = str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
            return plain.replace(".", decimal)
        case datetime():
            return cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return repr(cell.total_seconds() / 3600).replace(".", decimal)
    return str(cell)


def _workbook(content: Content) -> CalamineWorkbook:
    try:
        with content.seekable() as stream:
            return CalamineWorkbook.from_filelike(stream)
    except CalamineError as error:
        reason = "is protected by a password; save it without." if "assword" in str(error) else "is a broken workbook."
        raise refuse(content.filename, reason) from error


def _open(content: Content, sheet: str) -> CalamineSheet:
    book = _workbook(content)
    if sheet not in book.sheet_names:
        have = ", ".join(book.sheet_names)
        raise InvalidInput("sheet", f"{content.filename} has no sheet ‘{sheet}’. It has: {have}.")
    return book.get_sheet_by_name(sheet)


def _height(sheet: CalamineSheet) -> int:
    return sheet.height if sheet.width > 1 else 0


def _check(content: Content, kind: Format) -> None:
    """Unfold every part once, counting, before a library builds the whole grid in memory."""
    seen = 0
    with content.seekable() as stream, zipfile.ZipFile(stream) as archive:
        for part in archive.infolist():
            _check_declared(content, part.file_size + seen)
            is_sheet = kind is Format.XLSX or part.filename == "content.xml"  # of the former any part may be one
            try:
                with archive.open(part) as unfolded:
                    seen += _scan(content, kind, iter(lambda: unfolded.read(_BLOCK), b""), is_sheet, seen)
            except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
                raise refuse(content.filename, "is a broken or encrypted workbook. Save it again.") from error


def _check_declared(content: Content, size: int) -> None:
    limit = content.bounds.sheet_bytes
    if size > limit:
        reason = f"unfolds to more than {megabytes(limit)} from {megabytes(content.size)}; save the sheet as CSV."
        raise refuse(content.filename, reason)


def _scan(content: Content, kind: Format, blocks: Iterator[bytes], is_sheet: bool, seen: int) -> int:
    """Bytes of one part; a sheet with rows or columns beyond the limits is refused on the way."""
    size = 0
    tail = b""
    reach = _Reach()
    for block in blocks:
        size += len(block)
        _check_declared(content, seen + size)
        if is_sheet and kind is Format.ODS:
            _check_repeats(content, tail + block)
        elif is_sheet:
            reach.follow(tail, block)
            _check_reach(content, reach)
        tail = block[-_SEAM:]
    return size


@dataclass
class _Reach:
    """How far an XLSX sheet reaches: by its rows' tags, and by the places its rows and cells say they stand at."""

    tags: int = 0
    row: int = 0
    column: int = 0

    def follow(self, tail: bytes, block: bytes) -> None:
        """Take in a piece of the sheet, with the end of the piece before it."""
        self.tags += len(_ROW.findall(tail + block)) - len(_ROW.findall(tail))
        places = _PLACE.findall(tail + block)
        rows, columns = {row for _, row in places}, {letters.upper() for letters, _ in places}
        self.row = max([self.row, self.tags, *(int(row or 0) for row in rows)])
        self.column = max([self.column, *map(_column_number, columns)])


def _check_reach(content: Content, reach: _Reach) -> None:
    bounds = content.bounds
    if reach.column > bounds.columns:
        raise refuse(content.filename, f"has a cell in column {reach.column:,}; at most {bounds.columns:,} are read.")
    if reach.row > bounds.sheet_rows:
        _refuse_rows(content, reach.row)
    if reach.row * reach.column > bounds.sheet_cells:
        reason = (
            f"has a sheet of {reach.row:,} rows × {reach.column:,} columns, empty ones included; at most "
            f"{bounds.sheet_cells:,} cells are read from a workbook. Delete what is empty around the table, or save it "
            "as CSV."
        )
        raise refuse(content.filename, reason)


def _refuse_rows(content: Content, rows: int) -> None:
    limit = content.bounds.sheet_rows
    reason = (
        f"has a sheet of {rows:,} rows, empty ones included; at most {limit:,} are read from a workbook. "
        "Delete the empty rows below the table, or save it as CSV."
    )
    raise refuse(content.filename, reason)


def _check_repeats(content: Content, text: bytes) -> None:
    """Rows or cells said to repeat without end: harmless when empty, a bomb when they hold something."""
    for match in _REPEATED_ROWS.finditer(text):
        row = text[match.end() : match.end() + 400].split(b"</table:table-row>", 1)[0]
        holds = b"office:value" in row or b"<text:p" in row
        if int(match[1]) > content.bounds.sheet_rows and holds:
            _refuse_rows(content, int(match[1]))
    for match in _REPEATED_CELLS.finditer(text):
        if int(match[1]) > content.bounds.columns:
            limit = f"at most {content.bounds.columns:,} columns are read."
            raise refuse(content.filename, f"repeats a cell {int(match[1]):,} times; {limit}")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
