"""A stretch of a delivery as text cells, before anything is typed: what every format's reader gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.reading import QUARANTINE_COLUMNS

# A quarantined value is shown to people: enough to recognise it, never a megabyte.
VALUE_LENGTH = 200
EXPECTED = "a row of the table"  # where a line is none


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be split into cells, or a cell that could not be read.

    ``is_row`` is False of a line that is no row of the table: totals, a note, the header once more.
    """

    line: int
    column: str
    value: str
    reason: str
    expected: str
    is_row: bool = True


@dataclass(frozen=True, slots=True)
class Chunk:
    """Text cells of some consecutive records.

    Attributes:
        table: one string column per column of the delivery; missing is null.
        lines: physical 1-based line (sheet row, record number) of each record of ``table``.
        rejected: records that are not in ``table``.
    """

    table: pa.Table
    lines: np.ndarray
    rejected: Sequence[Rejected] = field(default_factory=tuple)

    def without_spacers(self) -> Chunk:
        """The records in which at least one cell holds something."""
        if not self.table.num_columns:
            return self
        filled = np.zeros(self.table.num_rows, dtype=bool)
        for column in self.table.columns:
            filled |= column.is_valid().to_numpy()
            if filled.all():
                return self
        return Chunk(self.table.filter(pa.array(filled)), self.lines[filled], self.rejected)

    def pieces(self, rows: int) -> Iterator[Chunk]:
        """The chunk in parts of so many records, what was rejected with the part it stands in."""
        if len(self.lines) <= rows and len(self.rejected) <= rows:
            yield self
            return
        starts = [*range(0, len(self.lines), rows)] or [0]
        ends = [int(self.lines[start]) for start in starts[1:]]
        places = np.searchsorted(ends, [one.line for one in self.rejected], side="right")
        for number, start in enumerate(starts):
            own = [one for one, place in zip(self.rejected, places, strict=True) if place == number]
            yield Chunk(self.table.slice(start, rows), self.lines[start : start + rows], own)

    def before(self, line: int) -> Chunk:
        """The records that start before a line."""
        kept = self.lines < line
        return Chunk(self.table.filter(pa.array(kept)), self.lines[kept], self.rejected)

    def after(self, line: int) -> Chunk:
        """The records that start after a line."""
        kept = self.lines > line
        return Chunk(self.table.filter(pa.array(kept)), self.lines[kept], self.rejected)


def text_table(columns: Mapping[str, Sequence[str | None]], missing: Sequence[str]) -> pa.Table:
    """A table of text cells in which blank cells and the missing markers are null."""
    markers = pa.array(["", *missing], type=pa.string())
    arrays = {}
    for name, values in columns.items():
        cells = pa.array(values, type=pa.string())
        is_blank = pc.is_in(pc.utf8_trim_whitespace(cells), value_set=markers)
        arrays[name] = pc.if_else(is_blank, pa.scalar(None, pa.string()), cells)
    return pa.table(arrays)


def no_rows(columns: Sequence[str]) -> Chunk:
    """A table that has columns and no record."""
    return Chunk(text_table({name: [] for name in columns}, ()), np.empty(0, dtype="int64"))


def cells_told(count: int) -> str:
    """So many cells, in words."""
    return f"{count:,} cell" + "s" * (count != 1)


def lines_beside(rejected: Sequence[Rejected]) -> int:
    """How many lines are no rows of the table."""
    return len({one.line for one in rejected if not one.is_row})


def quarantine_frame(rejected: Sequence[Rejected]) -> pd.DataFrame:
    """The quarantine as a frame with the columns of ``QUARANTINE_COLUMNS``, in file order."""
    rows = sorted(rejected, key=lambda one: one.line)
    frame = pd.DataFrame(
        {
            "line": np.array([row.line for row in rows], dtype="int64"),
            "column": [row.column for row in rows],
            "value": [row.value[:VALUE_LENGTH] for row in rows],
            "reason": [row.reason for row in rows],
            "expected": [row.expected for row in rows],
        },
        columns=list(QUARANTINE_COLUMNS),
    )
    return frame.astype(dict.fromkeys(QUARANTINE_COLUMNS[1:], "str"))
