"""Cells of a workbook that hold an error such as #DIV/0!: the library gives them as empty; here is what they say.

With its text such a cell is read as in the CSV of the same sheet: unreadable where a number or a moment is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from xml.parsers import expat
from zipfile import ZipFile

from csi.reading.content import Content
from csi.reading.ods_extent import CELLS, CELLS_REPEATED, ROWS_REPEATED, times

_BLOCK = 1024 * 1024
_DOCUMENT = "content.xml"
_LONGEST_CELL = 20_000  # ours; a formula has at most 8,192 characters
_TAG = rb"<(?:\w+:)?%s\b([^>]*)>"
_SHEET, _RELATION = re.compile(_TAG % b"sheet"), re.compile(_TAG % b"Relationship")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MARK = re.compile(rb"""\st\s*=\s*["']e["']""")
_PLACE = re.compile(rb"""<(?:\w+:)?c\s(?:[^<>]*\s)?r\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^<>]*>([^<]{1,40})<")
_CLOSED = re.compile(rb"</(?:\w+:)?c>")
_TAG_LENGTH = 400  # ours; of a cell's tag


def error_cells(content: Content, sheet: str) -> dict[int, list[tuple[int, str]]]:
    """Per row (0-based) the columns (0-based) that hold an error, each with its text; none where nobody says where.

    Args:
        content: a workbook that was found to be readable.
        sheet: the sheet's name.
    """
    found: dict[int, list[tuple[int, str]]] = {}
    with content.seekable() as stream, ZipFile(stream) as archive:
        if _DOCUMENT in archive.namelist():
            return _of_document(archive, sheet)
        part = part_of(archive, sheet)
        for letters, row, text in _errors(archive, part) if part else ():
            found.setdefault(int(row) - 1, []).append(
                (column_number(letters) - 1, unescape(text.decode("utf-8", "replace")))
            )
    return found


@dataclass(slots=True, kw_only=True)
class _Document:
    """An OpenDocument walked cell by cell: where a cell of one table lies, and what it says if it is an error."""

    sheet: str
    found: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    row: int = 0
    column: int = 0
    _inside: bool = False
    _rows: int = 1
    _cells: int = 1
    _said: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "table:table":
            self._inside, self.row = attributes.get("table:name") == self.sheet, 0
        elif name == "table:table-row":
            self._rows, self.column = times(attributes.get(ROWS_REPEATED)), 0
        elif name in CELLS:
            self._cells = times(attributes.get(CELLS_REPEATED))
            is_error = attributes.get("calcext:value-type") == "error" and self._cells == self._rows == 1
            self._said = [] if self._inside and is_error else None

    def data(self, text: str) -> None:
        """Some text of a cell."""
        if self._said is not None:
            self._said.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name in CELLS:
            if self._said:
                self.found.setdefault(self.row, []).append((self.column, "".join(self._said).strip()))
            self.column, self._said = self.column + self._cells, None
        elif name == "table:table-row":
            self.row += self._rows
        elif name == "table:table":
            self._inside = False


def _of_document(archive: ZipFile, sheet: str) -> dict[int, list[tuple[int, str]]]:
    with archive.open(_DOCUMENT) as unfolded:
        if not any(b"error" in block for block in iter(lambda: unfolded.read(_BLOCK), b"")):
            return {}
    walk, parser = _Document(sheet=sheet), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = walk.start, walk.end, walk.data
    with archive.open(_DOCUMENT) as unfolded:
        while block := unfolded.read(_BLOCK):
            parser.Parse(block)
    return walk.found


def _errors(archive: ZipFile, part: str) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Letters, row and text of every error; a cell that two blocks share is seen with the second."""
    rest = b""
    with archive.open(part) as unfolded:
        while block := unfolded.read(_BLOCK):
            text, done = rest + block, 0
            for mark in _MARK.finditer(text):
                cell, end = _around(text, mark.start())
                place, value = _PLACE.match(cell), _VALUE.search(cell)
                if end and place and value:
                    done = end
                    yield place[1], place[2], value[1]
            rest = text[max(done, len(text) - _LONGEST_CELL) :]


def _around(text: bytes, place: int) -> tuple[bytes, int]:
    """The cell whose tag a place lies in, and where it ends; 0 where that is not seen yet."""
    start = text.rfind(b"<", max(0, place - _TAG_LENGTH), place)
    closed = _CLOSED.search(text, place, place + _LONGEST_CELL) if start >= 0 else None
    return (text[start : closed.end()], closed.end()) if closed else (b"", 0)


def part_of(archive: ZipFile, sheet: str) -> str:
    """The part of the archive that holds a sheet; empty where it cannot be told."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return ""
    sheets = [attributes(match[1]) for match in _SHEET.finditer(archive.read("xl/workbook.xml"))]
    places = [attributes(match[1]) for match in _RELATION.finditer(archive.read("xl/_rels/workbook.xml.rels"))]
    known = next((one for one in sheets if one.get("name") == sheet), {})
    target = next((one.get("Target", "") for one in places if one.get("Id") and one["Id"] == known.get("id")), "")
    path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return path if path in names else ""


def attributes(tag: bytes) -> dict[str, str]:
    """A tag's attributes by their names without prefix."""
    return {
        match[1].rpartition(b":")[2].decode(): unescape((match[2] or match[3] or b"").decode("utf-8", "replace"))
        for match in _ATTRIBUTE.finditer(tag)
    }


def column_number(letters: bytes) -> int:
    """The number of a column (1-based) by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
