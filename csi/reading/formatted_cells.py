"""Cells of a workbook whose number format says what their number is; the library gives the bare number.

Only formats that say something are looked for, and only in workbooks that have one: most are not walked at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from zipfile import ZipFile

from csi.reading.content import Content
from csi.reading.error_cells import attributes, column_number, part_of
from csi.reading.number_formats import CellFormat, FormatKind, Shown, format_of_number
from csi.reading.ods_extent import CELLS, CELLS_REPEATED, ROWS_REPEATED, times

_BLOCK = 1024 * 1024
_STYLES, _DOCUMENT = "xl/styles.xml", "content.xml"
_MOST_STYLES = 8 * _BLOCK  # ours; a workbook has at most 64,000 formats
_LONGEST_CELL = 20_000  # ours; a formula has at most 8,192 characters
_CODE = re.compile(rb"<(?:\w+:)?numFmt\b([^>]*)>")
_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b[^>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(rb"<(?:\w+:)?xf\b([^>]*)>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_NO_NUMBER = re.compile(rb"""\st\s*=\s*["'](?!n["'])""")
_FORMULA = rb"(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?"
_OF_KIND = (b'value-type="percentage"', b'value-type="currency"')

Place = tuple[int, int, Shown]


def formatted_cells(content: Content, sheet: str, rows: int) -> Iterator[Place]:
    """Row and column (0-based) of every number in the first rows whose format says what it is, in file order.

    Args:
        content: a workbook that was found to be readable.
        sheet: the sheet's name.
        rows: how many rows are of interest.
    """
    with content.seekable() as stream, ZipFile(stream) as archive:
        if _DOCUMENT in archive.namelist():
            yield from _of_document(archive, sheet, rows)
            return
        part, formats = part_of(archive, sheet), _telling(archive)
        if part and formats:
            yield from _of_sheet(archive, part, formats, rows)


def _telling(archive: ZipFile) -> dict[bytes, CellFormat]:
    """Per number of a cell's style the format that says something."""
    if _STYLES not in archive.namelist():
        return {}
    with archive.open(_STYLES) as unfolded:
        text = unfolded.read(_MOST_STYLES)
    codes = {}
    for found in _CODE.finditer(text):
        told = attributes(found[1])
        if told.get("numFmtId", "").isdecimal():
            codes[int(told["numFmtId"])] = told.get("formatCode", "")
    styles = _FORMATS.search(text)
    numbers = [attributes(found[1]).get("numFmtId", "") for found in _FORMAT.finditer(styles[1])] if styles else []
    formats = {number: format_of_number(int(number), codes) for number in set(numbers) if number.isdecimal()}
    return {str(place).encode(): form for place, number in enumerate(numbers) if (form := formats.get(number))}


def _of_sheet(archive: ZipFile, part: str, formats: Mapping[bytes, CellFormat], rows: int) -> Iterator[Place]:
    """A cell that two blocks share is seen with the second."""
    styles = b"|".join(formats)
    opened = rb"""<(?:\w+:)?c(?P<tag>\s[^<>]*?\bs\s*=\s*["'](?P<style>%s)["'][^<>]*)>""" % styles
    cell = re.compile(opened + _FORMULA + rb"<(?:\w+:)?v\b[^<>]*>(?P<value>[^<]{1,40})<")
    rest = b""
    with archive.open(part) as unfolded:
        while block := unfolded.read(_BLOCK):
            text, done = rest + block, 0
            for found in cell.finditer(text):
                done = found.end()
                place, number = _PLACE.search(found["tag"]), _number(found["value"])
                if place is None or number is None or _NO_NUMBER.search(found["tag"]):
                    continue
                if int(place[2]) > rows:
                    return
                yield int(place[2]) - 1, column_number(place[1]) - 1, Shown(number, formats[found["style"]])
            rest = text[max(done, len(text) - _LONGEST_CELL) :]


def _number(text: bytes | str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


@dataclass(slots=True, kw_only=True)
class _Walk:
    """An OpenDocument walked cell by cell: where percentages and money of one table lie."""

    sheet: str
    rows: int
    found: list[Place] = field(default_factory=list)
    row: int = 0
    column: int = 0
    _inside: bool = False
    _rows: int = 1

    def start(self, name: str, told: dict[str, str]) -> None:
        """An element begins."""
        if name == "table:table":
            self._inside, self.row = told.get("table:name") == self.sheet, 0
        elif name == "table:table-row":
            self._rows, self.column = times(told.get(ROWS_REPEATED)), 0
        elif name in CELLS:
            repeated = times(told.get(CELLS_REPEATED))
            form, number = _form(told), _number(told.get("office:value", ""))
            if self._inside and form and number is not None:
                self._note(Shown(number, form), repeated)
            self.column += repeated

    def _note(self, shown: Shown, repeated: int) -> None:
        last = min(self.row + self._rows, self.rows)
        self.found += [(row, self.column + place, shown) for row in range(self.row, last) for place in range(repeated)]

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "table:table-row":
            self.row += self._rows
        elif name == "table:table":
            self._inside = False


def _form(told: Mapping[str, str]) -> CellFormat | None:
    kind, currency = told.get("office:value-type"), told.get("office:currency", "")
    if kind == "percentage":
        return CellFormat(FormatKind.PERCENT)
    return CellFormat(FormatKind.UNIT, currency) if kind == "currency" and currency else None


def _of_document(archive: ZipFile, sheet: str, rows: int) -> Iterator[Place]:
    with archive.open(_DOCUMENT) as unfolded:
        blocks = iter(lambda: unfolded.read(_BLOCK), b"")
        if not any(mark in block for block in blocks for mark in _OF_KIND):
            return
    walk, parser = _Walk(sheet=sheet, rows=rows), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    with archive.open(_DOCUMENT) as unfolded:
        while block := unfolded.read(_BLOCK):
            parser.Parse(block)
            yield from walk.found
            walk.found.clear()
