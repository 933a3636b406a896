"""How many rows and columns a sheet spans, told by its XML before a library builds the whole grid in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from csi.step3_gather.bounds import refuse
from csi.step3_gather.content import Content, Format

_LONGEST_TAG = 10_000
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\sr\s*=\s*["'](\d{1,9})["']""")
# Columns of one letter in the first thousands of rows are few cells however they are counted.
_FAR_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{2,3}\d{1,9}|[A-Za-z]\d{5,9})["']""")
_DIGITS = b"0123456789"
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)")
_REPEATED_ROWS = re.compile(rb'number-rows-repeated="(\d{1,9})"')
_REPEATED_CELLS = re.compile(rb'number-columns-repeated="(\d{1,9})"')
_ODS_ROW_BYTES = 8_000_000


@dataclass(slots=True)
class Extent:
    """The rows and columns of one sheet seen so far; refused as soon as they are more than is read."""

    content: Content
    kind: Format
    rows: int = 0
    columns: int = 1
    _cells: int = 0
    _rest: bytes = b""
    _empty: int = 0
    _is_sheet: bool = False

    def add(self, block: bytes) -> None:
        """The next bytes of the sheet.

        Raises:
            InvalidInput: it spans more rows, columns or cells than are read.
        """
        if self.kind is Format.ODS:
            self._add_ods(self._rest + block)
        else:
            self._add_xlsx(block)
        self._check()

    def _add_xlsx(self, block: bytes) -> None:
        text = self._rest + block
        end = text.rfind(b">") + 1  # a tag cut in half by the end of a block is seen with the next
        text, self._rest = text[:end], text[end:][-_LONGEST_TAG:]
        self._is_sheet = self._is_sheet or b"sheetData" in text  # a sheet may lie anywhere in the archive
        if not self._is_sheet:
            return
        far = set(_FAR_CELL.findall(text))
        columns = {place: place.rstrip(_DIGITS) for place in far}
        rows = {*_ROW_NUMBER.findall(text), *(place[len(letters) :] for place, letters in columns.items())}
        self.rows = max(self.rows + len(_ROW.findall(text)), *map(int, rows), 0)
        self.columns = max(self.columns, *map(_number, set(columns.values())), 0)
        widest, self._cells = _cells_a_row(text, self._cells)
        self.columns = max(self.columns, widest)

    def _add_ods(self, text: bytes) -> None:
        end = 0
        for match in _ODS_ROW.finditer(text):
            end = match.end()
            repeated = _repeats(_REPEATED_ROWS, match[1])
            columns = self._width(match[2] or b"")
            if columns:
                self.rows += self._empty + repeated
                self.columns, self._empty = max(self.columns, columns), 0
                self._check()
            else:  # empty rows count only where something comes below them
                self._empty += repeated
        self._rest = text[end:]
        if len(self._rest) > _ODS_ROW_BYTES:
            raise refuse(self.content.filename, "has a row of more than 8 MB. Is this a table?")

    def _width(self, cells: bytes) -> int:
        """Cells of an OpenDocument row up to the last that holds something."""
        width = filled = 0
        places = [match.start() for match in _ODS_CELL.finditer(cells)]
        for start, end in zip(places, [*places[1:], len(cells)], strict=True):
            cell = cells[start:end]
            repeated = _repeats(_REPEATED_CELLS, cell.split(b">", 1)[0])
            width += repeated
            if b"office:value" in cell or b"<text:p" in cell:
                filled = width
                if repeated > self.content.bounds.columns:
                    limit = f"at most {self.content.bounds.columns:,} columns are read."
                    raise refuse(self.content.filename, f"repeats a cell {repeated:,} times; {limit}")
        return filled

    def _check(self) -> None:
        bounds, name = self.content.bounds, self.content.filename
        if self.rows > bounds.sheet_rows:
            limit = f"at most {bounds.sheet_rows:,} are read from a workbook"
            mend = "Delete the empty rows below the table, or save it as CSV."
            raise refuse(name, f"has a sheet of {self.rows:,} rows, empty ones included; {limit}. {mend}")
        if self.columns > bounds.columns:
            raise refuse(name, f"has a cell in column {self.columns:,}; at most {bounds.columns:,} are read.")
        if self.rows * self.columns > bounds.sheet_cells:
            spans = f"has a sheet of {self.rows:,} rows by {self.columns:,} columns, empty ones included"
            limit = f"at most {bounds.sheet_cells:,} cells are read from a workbook"
            raise refuse(name, f"{spans}; {limit}. Delete what is empty, or save it as CSV.")


def _cells_a_row(block: bytes, before: int) -> tuple[int, int]:
    """The most cells a row has in a block, of which the first row had some ``before``; and those of the last row."""
    letters = np.frombuffer(block, dtype=np.uint8)
    if len(letters) < 3:
        return before, before
    before_c, after_c = letters[:-2], letters[2:]
    opened = (letters[1:-1] == ord("c")) & ((before_c == ord("<")) | (before_c == ord(":")))
    opened &= (after_c == ord(" ")) | (after_c == ord(">")) | (after_c == ord("/"))
    rows = np.array([match.start() for match in _ROW.finditer(block)], dtype="int64")
    counts = np.bincount(np.searchsorted(rows, np.flatnonzero(opened)), minlength=len(rows) + 1)
    counts[0] += before
    return int(counts.max()), int(counts[-1])


def _repeats(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
