"""Reading a delivery: bytes of any known format into typed rows and a quarantine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from csi.definition import SourceDefinition
from csi.step3_gather import delimited, json_rows, parquet_rows, sheets
from csi.step3_gather import layout as layouts
from csi.step3_gather.bounds import DEFAULT, Bounds, refuse
from csi.step3_gather.chunk import Chunk, Rejected, quarantine_frame
from csi.step3_gather.columns import renamed, require
from csi.step3_gather.content import Content, Format
from csi.step3_gather.encoding import NotInEncoding
from csi.step3_gather.layout import Layout
from csi.step3_gather.moments import check_order, read_moments, zone
from csi.step3_gather.moments import expected as expected_moment
from csi.step3_gather.numbers import expected as expected_number
from csi.step3_gather.numbers import read_numbers
from csi.step3_gather.reading import Reading
from csi.step3_gather.wide import Shape, shape_of

# Tried in turn when the first megabyte was plain ASCII and a later byte is not UTF-8.
_FALLBACKS = ("cp1252", "latin-1")


def read(
    content: bytes | Path,
    source: SourceDefinition,
    *,
    moments: Collection[str],
    numbers: Collection[str],
    filename: str = "",
    bounds: Bounds = DEFAULT,
) -> Reading:
    """Read a whole delivery into memory.

    Args:
        content: the bytes as delivered, or the file that holds them.
        source: how its text is to be read; what it leaves open is detected.
        moments: columns that must be typed as moments.
        numbers: columns that must be typed as numbers.
        filename: for messages; the format is told by the bytes.
        bounds: limits beyond which a delivery is refused.

    Raises:
        InvalidInput: it is no table, is too large, or a column asked for is not there.
    """
    opened = Content(content, filename or source.file, bounds)
    encodings = (source.encoding,) if source.encoding else (None, *_FALLBACKS)
    for encoding in encodings:
        try:
            parts = list(_parts(opened, replace(source, encoding=encoding), moments, numbers))
        except NotInEncoding:
            if encoding == encodings[-1]:
                raise
            continue
        return _whole(parts, opened.sha256())
    raise AssertionError("unreachable: the last encoding returns or raises")


def stream(
    content: bytes | Path,
    source: SourceDefinition,
    *,
    moments: Collection[str],
    numbers: Collection[str],
    filename: str = "",
    bounds: Bounds = DEFAULT,
) -> Iterator[Reading]:
    """As ``read``, in parts of bounded size and file order; the hash is left out."""
    yield from _parts(Content(content, filename or source.file, bounds), source, moments, numbers)


def _parts(
    content: Content, source: SourceDefinition, moments: Collection[str], numbers: Collection[str]
) -> Iterator[Reading]:
    layout = layouts.of_content(content, source)
    plan = _plan(content, source, layout, moments, numbers)
    seen = 0
    for chunk in _chunks(content, source, layout):
        part = plan.typed(chunk)
        seen += part.rows_read
        if seen > content.bounds.rows:
            raise refuse(content.filename, f"has more than {content.bounds.rows:,} rows. Split it by period.")
        yield part


def _chunks(content: Content, source: SourceDefinition, layout: Layout) -> Iterator[Chunk]:
    missing = source.missing
    if layout.format is Format.DELIMITED:
        dialect = delimited.Dialect(layout.encoding, layout.delimiter, layout.names, layout.first_line, missing)
        return (chunk.without_spacers() for chunk in delimited.chunks(content, dialect))
    if layout.format in (Format.XLSX, Format.ODS):
        table = sheets.SheetTable(layout.sheet, layout.names, layout.first_line, missing, layout.decimal)
        return sheets.chunks(content, layout.format, table)
    if layout.format is Format.PARQUET:
        return parquet_rows.chunks(content, layout.names, source)
    return json_rows.chunks(content, layout.format, layout.names, source)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which columns of a delivery become what."""

    names: tuple[str, ...]
    shape: Shape
    dropped: tuple[str, ...]
    orders: Mapping[str, str]
    numbers: tuple[str, ...]
    timezone: str
    decimal: str
    missing: tuple[str, ...]

    def typed(self, chunk: Chunk) -> Reading:
        """Type one chunk; rows with an unreadable needed cell go to quarantine."""
        rows_read = chunk.table.num_rows + len(chunk.rejected)
        lost = _beyond(chunk, self.dropped)
        table = chunk.table.rename_columns(list(self.names)).drop_columns(list(self.dropped))
        chunk = self.shape.apply(Chunk(table, chunk.lines, chunk.rejected))
        frame = chunk.table.to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
        bad = np.zeros(len(frame), dtype=bool)
        rejected: list[Rejected] = [*chunk.rejected, *lost]
        doubtful: dict[str, dict[str, int]] = {}
        for name, order in self.orders.items():
            read = read_moments(chunk.table.column(name), order, self.timezone)
            rejected += _unread(chunk, name, read.unreadable, f"not a moment ({order})", expected_moment(order))
            frame[name] = read.instants.array
            bad |= read.unreadable
            doubtful[name] = {"ambiguous": read.ambiguous, "nonexistent": read.nonexistent}
        for name in self.numbers:
            values, unreadable = read_numbers(chunk.table.column(name), self.decimal, self.missing)
            rejected += _unread(chunk, name, unreadable, "not a number", expected_number(self.decimal))
            frame[name] = values
            bad |= unreadable
        frame.index = pd.Index(chunk.lines, name="line", dtype="int64")
        bad |= np.isin(chunk.lines, [one.line for one in lost])
        return Reading(frame[~bad], quarantine_frame(rejected), rows_read, moments=doubtful)


def _plan(
    content: Content,
    source: SourceDefinition,
    layout: Layout,
    moments: Collection[str],
    numbers: Collection[str],
) -> _Plan:
    zone(source.timezone)
    names = renamed(layout.names, source.columns)
    dropped = tuple(name for name, column in zip(names, layout.columns, strict=True) if _is_spare(column))
    shape = shape_of(source.options)
    usable = shape.names([name for name in names if name not in dropped], content.filename)
    for name in (*moments, *numbers, *filter(None, (source.key, source.latest_by))):
        require(name, usable, filename=content.filename)
    orders = {name: source.column_dates.get(name, source.dates) for name in dict.fromkeys(moments)}
    for order in orders.values():
        check_order(order)
    wanted = tuple(name for name in dict.fromkeys(numbers) if name not in orders)
    return _Plan(names, shape, dropped, orders, wanted, source.timezone, layout.decimal, source.missing)


def _is_spare(column: layouts.Column) -> bool:
    """A column with neither name nor cells: what a spare delimiter at the line's end leaves."""
    return column.kind == "empty" and column.name.startswith("column_")


def _beyond(chunk: Chunk, dropped: Sequence[str]) -> list[Rejected]:
    """Cells in columns taken for spare: their rows are not lost silently."""
    rejected = []
    for name in dropped:
        for row in np.flatnonzero(chunk.table.column(name).is_valid().to_numpy()):
            value = chunk.table.column(name)[int(row)].as_py()
            line = int(chunk.lines[row])
            rejected.append(Rejected(line, name, value, "a cell beyond the last named column", "nothing there"))
    return rejected


def _unread(chunk: Chunk, name: str, unreadable: np.ndarray, reason: str, expected: str) -> list[Rejected]:
    rows = np.flatnonzero(unreadable)
    values = chunk.table.column(name).take(pa.array(rows)).to_pylist() if len(rows) else []
    return [
        Rejected(int(line), name, value, reason, expected)
        for line, value in zip(chunk.lines[rows], values, strict=True)
    ]


def _whole(parts: Sequence[Reading], sha256: str) -> Reading:
    frame = pd.concat([part.frame for part in parts])
    quarantine = pd.concat([part.quarantine for part in parts], ignore_index=True)
    moments = {
        name: {kind: sum(part.moments[name][kind] for part in parts) for kind in ("ambiguous", "nonexistent")}
        for name in parts[0].moments
    }
    quarantine = quarantine.sort_values("line", kind="stable", ignore_index=True)
    return Reading(frame, quarantine, sum(part.rows_read for part in parts), sha256, moments)
