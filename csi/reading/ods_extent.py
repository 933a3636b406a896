"""How many rows and columns an OpenDocument sheet spans, told by its XML as the library that builds its grid takes it.

That library goes by names as they are written (``table:table-row``), whatever namespace they stand for; so does this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from csi.reading.bounds import check_extent, refuse
from csi.reading.content import Content

_ROW = "table:table-row"
CELLS = ("table:table-cell", "table:covered-table-cell")
ROWS_REPEATED, CELLS_REPEATED = "table:number-rows-repeated", "table:number-columns-repeated"
_ENDLESS = 10**18


@dataclass(slots=True)
class _Span:
    """A row or a cell that is being read: how often it stands there, how wide a row is up to what it holds."""

    repeated: int
    width: int = 0
    filled: int = 0


@dataclass(slots=True, kw_only=True)
class OdsExtent:
    """The rows and columns of a document's sheets seen so far; refused as soon as they are more than is read."""

    content: Content
    rows: int = 0
    columns: int = 1
    _empty: int = 0
    _open_rows: list[_Span] = field(default_factory=list)
    _open_cells: list[_Span] = field(default_factory=list)
    _parser: expat.XMLParserType = field(default_factory=expat.ParserCreate)

    def __post_init__(self) -> None:
        """Let the parser tell of every element."""
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.CharacterDataHandler = self._data

    def add(self, block: bytes) -> None:
        """The next bytes of the document.

        Raises:
            InvalidInput: it spans more rows, columns or cells than are read, or is no XML.
        """
        try:
            self._parser.Parse(block)
        except expat.ExpatError as error:
            raise refuse(self.content.filename, "is a broken or encrypted workbook. Save it again.") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _ROW:
            self._open_rows.append(_Span(times(attributes.get(ROWS_REPEATED))))
        elif name in CELLS:
            has_value = any(one.startswith("office:") and "value" in one for one in attributes)
            self._open_cells.append(_Span(times(attributes.get(CELLS_REPEATED)), filled=int(has_value)))

    def _data(self, text: str) -> None:
        if self._open_cells and not text.isspace():
            self._open_cells[-1].filled = 1

    def _end(self, name: str) -> None:
        if name == _ROW:
            self._end_row(self._open_rows.pop())
        elif name in CELLS:
            cell = self._open_cells.pop()
            if self._open_rows:
                self._end_cell(cell, self._open_rows[-1])

    def _end_cell(self, cell: _Span, row: _Span) -> None:
        row.width += cell.repeated
        if cell.filled:
            row.filled = row.width
            most = self.content.bounds.columns
            if cell.repeated > most:
                limit = f"at most {most:,} columns are read."
                raise refuse(self.content.filename, f"repeats a cell {cell.repeated:,} times; {limit}")
            check_extent(self.content.filename, self.rows, row.filled, self.content.bounds)

    def _end_row(self, row: _Span) -> None:
        """Empty rows count only where something comes below them."""
        if not row.filled:
            self._empty += row.repeated
            return
        self.rows += self._empty + row.repeated
        self.columns, self._empty = max(self.columns, row.filled), 0
        check_extent(self.content.filename, self.rows, self.columns, self.content.bounds)


def times(said: str | None) -> int:
    """How often something is repeated; what is no number is refused by the library."""
    digits = (said or "1").strip().removeprefix("+")
    if not digits.isdecimal():
        return 1
    return int(digits) if len(digits) < 19 else _ENDLESS
