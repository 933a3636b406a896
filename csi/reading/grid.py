"""The first rows of a text or a sheet as cells, and which of them is the header."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from csi.errors import InvalidInput

# Titles above a table are few lines; beyond these a header is not looked for.
_SEARCHED = 50
_DATA_CELL = re.compile(r"^(?=.{1,64}$)[+-]?[\d.,:/\- ]*\d[\d.,:/\-T Z%+]*$")


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells with the physical line each starts on."""

    rows: list[list[str]]
    lines: list[int]

    @property
    def width(self) -> int:
        """Cells of the widest row."""
        return max(map(len, self.rows), default=0)

    @staticmethod
    def width_of(rows: list[list[str]]) -> int:
        """Cells most rows have."""
        filled = [len(row) for row in rows if any(cell.strip() for cell in row)]
        return Counter(filled).most_common(1)[0][0] if filled else 0

    def split(self, header: int) -> tuple[list[str], int, list[list[str]]]:
        """Header cells, the line of the first record, and the rows below; ``header`` 0 means there is none."""
        if header == 0:
            first = next((i for i, row in enumerate(self.rows) if any(cell.strip() for cell in row)), 0)
            return [], self.lines[first] if self.lines else 1, self.rows[first:]
        if header not in self.lines:
            raise InvalidInput("header_row", f"There is no row {header} among the first {len(self.rows)}.")
        place = self.lines.index(header)
        cells = self.rows[place]
        while cells and not cells[-1].strip() and len(cells) > self.width_of(self.rows[place + 1 :]):
            cells = cells[:-1]
        return cells, self.line_after(header), self.rows[place + 1 :]

    def row_above(self, line: int) -> list[str]:
        """The cells of the row above the one on ``line``; none above the first."""
        place = self.lines.index(line)
        return self.rows[place - 1] if place else []

    def line_after(self, line: int) -> int:
        """The line the row below the one on ``line`` starts on."""
        place = self.lines.index(line)
        return self.lines[place + 1] if place + 1 < len(self.lines) else line + 1


def header_row(grid: Grid) -> int:
    """The line of the header: the first row about as full as the rows below; 0 when it looks like a record."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in grid.rows]
    usual = Counter(count for count in filled[:500] if count).most_common(1)
    if not usual:
        return 1
    wanted = max(1, 0.7 * usual[0][0])
    for place, count in enumerate(filled[:_SEARCHED]):
        if count >= wanted:
            return 0 if _is_record(grid, place) else grid.lines[place]
    return grid.lines[next(place for place, count in enumerate(filled) if count)]


def _is_record(grid: Grid, place: int) -> bool:
    """Whether the row holds data like the rows below it: then the file has no header."""
    row = grid.rows[place]
    below = [cells for cells in grid.rows[place + 1 : place + 20] if len(cells) >= len(row)]
    if not below:
        return False
    data_columns = [
        column
        for column in range(len(row))
        if all(_DATA_CELL.match(cells[column].strip()) for cells in below if cells[column].strip())
        and any(cells[column].strip() for cells in below)
    ]
    alike = [column for column in data_columns if _same_shape(row[column], below[0][column])]
    return bool(data_columns) and len(alike) == len(data_columns)


def _same_shape(cell: str, other: str) -> bool:
    def shape(text: str) -> str:
        return re.sub(r"[^-/:.,]", "", text.strip())

    return bool(_DATA_CELL.match(cell.strip())) and set(shape(cell)) == set(shape(other))
