"""How many rows and columns an XLSX sheet spans, told by its XML before a library builds the whole grid in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from csi.reading.bounds import check_extent
from csi.reading.content import Content

_LONGEST_TAG = 10_000
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\sr\s*=\s*["'](\d{1,9})["']""")
# Columns of one letter in the first thousands of rows are few cells however they are counted.
_FAR_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{2,3}\d{1,9}|[A-Za-z]\d{5,9})["']""")
_DIGITS = b"0123456789"


@dataclass(slots=True)
class Extent:
    """The rows and columns of one sheet seen so far; refused as soon as they are more than is read."""

    content: Content
    rows: int = 0
    columns: int = 1
    _cells: int = 0
    _rest: bytes = b""
    _is_sheet: bool = False

    def add(self, block: bytes) -> None:
        """The next bytes of the sheet.

        Raises:
            InvalidInput: it spans more rows, columns or cells than are read.
        """
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
        check_extent(self.content.filename, self.rows, self.columns, self.content.bounds)


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


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
