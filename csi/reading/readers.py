"""Reading a delivery: bytes of any known format into typed rows and a quarantine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading import delimited, json_rows, mending, parquet_rows, repeats, sheets
from csi.reading import layout as layouts
from csi.reading.bounds import DEFAULT, Bounds, refuse
from csi.reading.chunk import Chunk, Rejected, lines_beside, no_rows, quarantine_frame
from csi.reading.columns import renamed, require
from csi.reading.content import Content, Format
from csi.reading.dialect import Dialect
from csi.reading.encoding import NotInEncoding
from csi.reading.endings import Trimming, without_names
from csi.reading.far_dates import REASON as FAR
from csi.reading.far_dates import Beside, Far, newest_days, without_far
from csi.reading.ids import plain_ids
from csi.reading.layout import Layout
from csi.reading.mixed_currencies import mixture
from csi.reading.mixed_orders import check_one_order
from csi.reading.moments import ORDERS, Moments, check_order, read_moments, zone
from csi.reading.moments import expected as expected_moment
from csi.reading.no_observation import is_no_row, worded
from csi.reading.placeholders import together, without_placeholders
from csi.reading.quantities import PLAIN, Written, other_unit, read_quantities
from csi.reading.quantities import expected as expected_number
from csi.reading.reading import REFUSED, Reading, longer_marks, refused_marks
from csi.reading.swapped import check_swapped
from csi.reading.totals import Sums
from csi.reading.uncalculated import is_formula
from csi.reading.wide import Shape, shape_of

# Tried in turn when the first megabyte was plain ASCII and a later byte is not UTF-8.
_FALLBACKS = ("cp1252", "latin-1")
# Short rows are many to a block of text: what is made of them in one go is kept small.
_ROWS_AT_ONCE = 200_000
_ROWS_OF_SMALL = 10_000  # fewer are one piece, whatever the format; ours
_RESULT = (
    "the result of a formula, which was never calculated: open the workbook once in Excel or LibreOffice and save it"
)
_TOTALS = "columns of totals: shorter periods, which are parts of theirs, stand beside them"
_UNSEEN = pd.Series(dtype=np.uint64)
T = TypeVar("T")


def read(
    content: bytes | Path,
    source: SourceDefinition,
    *,
    moments: Collection[str],
    numbers: Collection[str],
    filename: str = "",
    columns: Collection[str] | None = None,
    bounds: Bounds = DEFAULT,
    may_be_empty: bool = False,
    further: bool = False,
) -> Reading:
    """Read a whole delivery into memory.

    Args:
        content: the bytes as delivered, or the file that holds them.
        source: how its text is to be read; what it leaves open is detected.
        moments: columns that must be typed as moments.
        numbers: columns that must be typed as numbers.
        filename: for messages; the format is told by the bytes.
        columns: further columns wanted; None keeps every column.
        bounds: limits beyond which a delivery is refused.
        may_be_empty: whether a table without a row is one: it is among others, that of a period without events.
        further: whether columns that look like moments, or hold a few different texts, are wanted, too, as text.

    Raises:
        InvalidInput: it is no table, is too large, holds no row, or a column asked for is not there.
    """
    opened, wanted = Content(content, filename or source.file, bounds), Wanted.of(moments, numbers, columns, further)
    parts = in_some_encoding(source, lambda tried: list(_parts(opened, tried, wanted, may_be_empty=may_be_empty)))
    return _whole(parts, opened.sha256())


def in_some_encoding(source: SourceDefinition, attempt: Callable[[SourceDefinition], T]) -> T:
    """What ``attempt`` gives, tried again with a wider encoding where none was stated and the guess was wrong."""
    if not source.encoding:
        for encoding in (None, *_FALLBACKS[:-1]):
            with suppress(NotInEncoding):
                return attempt(replace(source, encoding=encoding))
    return attempt(replace(source, encoding=source.encoding or _FALLBACKS[-1]))


def stream(
    content: bytes | Path,
    source: SourceDefinition,
    *,
    moments: Collection[str],
    numbers: Collection[str],
    filename: str = "",
    columns: Collection[str] | None = None,
    bounds: Bounds = DEFAULT,
    may_be_empty: bool = False,
    further: bool = False,
) -> Iterator[Reading]:
    """As ``read``, in parts of bounded size and file order; the hash is left out.

    An encoding that was not stated and turns out wrong after the first megabyte is an error here: parts already
    given cannot be taken back.
    """
    opened = Content(content, filename or source.file, bounds)
    wanted = Wanted.of(moments, numbers, columns, further)
    yield from _parts(opened, source, wanted, may_be_empty=may_be_empty)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Columns a reading is asked for, by the names used (after renaming and shaping)."""

    moments: tuple[str, ...]
    numbers: tuple[str, ...]
    columns: frozenset[str] | None
    further: bool = False

    @classmethod
    def of(
        cls, moments: Collection[str], numbers: Collection[str], columns: Collection[str] | None, further: bool = False
    ) -> Wanted:
        """Each once, in the order given; a column asked for as both is a moment."""
        dated = tuple(dict.fromkeys(moments))
        counted = tuple(name for name in dict.fromkeys(numbers) if name not in dated)
        return cls(dated, counted, None if columns is None else frozenset(columns), further and columns is not None)

    def keeps(self, source: SourceDefinition) -> frozenset[str] | None:
        """Every column a frame must hold; None for all of them."""
        if self.columns is None:
            return None
        return self.columns | {*self.moments, *self.numbers, *filter(None, (source.key, source.latest_by))}


def _parts(
    content: Content, source: SourceDefinition, wanted: Wanted, *, may_be_empty: bool = False
) -> Iterator[Reading]:
    melts = bool(shape_of(source.options).keep)
    dated = wanted.further and not melts
    layout = layouts.form_of(content, source, None if melts else wanted.numbers, dated=dated)
    plan = _plan(content, source, layout, wanted)
    sums = plan.sums()
    trimming = plan.trimming(source, sums, lambda: _chunks(content, source, layout, plan))
    seen = unread = 0
    for chunk in plan.without_coarse(trimming.of_all(_chunks(content, source, layout, plan)), layout.header_row):
        if not len(chunk.lines) and not chunk.rejected:
            continue  # whoever looks at the first part sees rows
        for piece in chunk.pieces(_ROWS_AT_ONCE):
            part = plan.typed(piece, is_whole=not seen and _is_whole(piece, content))
            if not source.key and piece.table.num_columns == len(plan.renames):
                is_few = seen + len(piece.lines) <= repeats.MOST
                part = replace(part, prints=(repeats.prints_of(piece.table, piece.lines) if is_few else _UNSEEN,))
            sums.add(part.frame)
            seen += part.rows_read
            unread += int(part.quarantine["line"].nunique())
            _check_rows(content, seen, unread, part)
            yield part
    if not seen and not may_be_empty:
        raise refuse(content.filename, "holds no row below its header. Expected at least one.")
    if not seen:
        yield plan.typed(no_rows(layout.names if layout.format is not Format.PARQUET else plan.read))


def _is_whole(first: Chunk, content: Content) -> bool:
    """Whether the first piece of a file is all of it: it is far from what is read at once."""
    return len(first.lines) < _ROWS_OF_SMALL and first.table.nbytes < content.bounds.block_bytes // 2


def _check_rows(content: Content, seen: int, unread: int, part: Reading) -> None:
    """Refuse more rows than are read, and so many unreadable ones that the mapping must be wrong."""
    bounds = content.bounds
    if seen > bounds.rows:
        raise refuse(content.filename, f"has more than {bounds.rows:,} rows. Split it by period.")
    if unread > bounds.unreadable_rows:
        bad = part.quarantine.iloc[-1]
        where = f"line {bad['line']:,}" + (f", {bad['column']}" if bad["column"] else "")
        example = f"{where}: ‘{bad['value'][:60]}’ – {bad['reason']}; expected {bad['expected']}"
        reason = (
            f"has more than {bounds.unreadable_rows:,} rows that cannot be read, as {example}. Map its columns again."
        )
        raise refuse(content.filename, reason)


def _chunks(content: Content, source: SourceDefinition, layout: Layout, plan: _Plan) -> Iterator[Chunk]:
    missing = source.missing
    if layout.format is Format.DELIMITED:
        dialect = Dialect(layout.encoding, layout.delimiter, layout.names, layout.first_line, missing)
        return (without_names(chunk.without_spacers()) for chunk in delimited.chunks(content, dialect))
    if layout.format.has_sheets:
        table = sheets.SheetTable(layout.sheet, layout.names, layout.first_line, missing, layout.decimal)
        return map(without_names, sheets.chunks(content, table))
    if layout.format is Format.PARQUET:
        return parquet_rows.chunks(content, layout.names, plan.read, missing)
    return json_rows.chunks(content, layout.format, layout.names, source)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Which columns of a delivery become what."""

    renames: Mapping[str, str]
    read: tuple[str, ...]
    shape: Shape
    dropped: tuple[str, ...]
    keeps: frozenset[str] | None
    orders: Mapping[str, str]
    numbers: Mapping[str, Written]
    zones: Mapping[str, str]
    decimal: str
    missing: tuple[str, ...]
    meant: frozenset[str] = frozenset()
    key: str = ""
    in_workbook: bool = False

    def typed(self, chunk: Chunk, *, is_whole: bool = False) -> Reading:
        """Type one chunk; cells that cannot be read go to quarantine, and rows without a readable moment.

        ``is_whole``: it holds all that the file does, so that what lies ahead of it lies ahead of all.
        """
        rows_read = chunk.table.num_rows + len(chunk.rejected)
        delivered = chunk
        lost = _beyond(chunk, self.dropped, self.renames)
        chunk = self._shaped(chunk)
        frame = chunk.table.to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
        rejected: list[Rejected] = [*chunk.rejected, *lost]
        doubtful: dict[str, dict[str, int]] = {}
        unread: dict[str, np.ndarray] = {}
        long: dict[str, np.ndarray] = {}
        nothing = {}
        reads = {}
        for name, order in self.orders.items():
            reads[name] = read_moments(chunk.table.column(name), order, self.zones[name], name)
            if order in ORDERS and name not in self.meant:
                check_swapped(name, chunk.table.column(name))
                is_read = not reads[name].unreadable.any()
                check_one_order(name, chunk.table.column(name), chunk.lines, order, is_read=is_read)
            if name not in self.meant:
                reads[name], nothing[name] = without_placeholders(chunk.table.column(name), reads[name], chunk.lines)
        newest = newest_days(reads)
        for name, order in self.orders.items():
            read = reads[name]
            far: tuple[Far, ...] = ()
            if name not in self.meant:
                read, far = without_far(chunk.table.column(name), read, Beside(name, newest[name], is_whole))
            unread[name] = read.unreadable
            rejected += _not_moments(chunk, name, order, read, far)
            frame[name] = read.instants.array
            long |= longer_marks(name, read.grains, read.instants.notna().to_numpy())
            doubtful[name] = {"ambiguous": read.ambiguous, "nonexistent": read.nonexistent, **read.clocks}
        for name, form in self.numbers.items():
            values, unread[name] = read_quantities(chunk.table.column(name), self.decimal, self.missing, form)
            if mixed := mixture(chunk.table.column(name), chunk.lines, unread[name], self.decimal, form):
                raise InvalidInput(name, mixed)
            other = other_unit(chunk.table.column(name), unread[name], name, self.decimal, form)
            expected = "; ".join(filter(None, (expected_number(self.decimal, name, form), other)))
            rejected += _unread(chunk, name, unread[name], "not a number", expected)
            frame[name] = values
        rejected = [_of_formula(one) if self.in_workbook else one for one in rejected]
        if self.key in frame.columns and self.key not in reads and self.key not in self.numbers:
            frame[self.key] = plain_ids(frame[self.key])
        if (marks := refused_marks(unread | long)) is not None:
            frame[REFUSED] = marks
        tried, dated = self._placed(frame, unread)
        rejected = self._told_apart(delivered, rejected, chunk.lines[tried & ~dated])
        lost += self._worded(delivered, chunk.lines[~tried & ~dated])
        bad = np.isin(chunk.lines, [one.line for one in lost]) | (tried & ~dated)
        rejected += [one for one in lost if not one.is_row]
        frame.index = pd.Index(chunk.lines, name="line", dtype="int64")
        kept = frame[~bad] if bad.any() else frame
        units = {name: form.unit for name, form in self.numbers.items() if kept[name].notna().any()}
        return Reading(
            frame=kept,
            quarantine=quarantine_frame(rejected),
            rows_read=rows_read,
            moments=doubtful,
            spoiled=_spoiled(delivered, [one for one in rejected if one.is_row]),
            placeholders=nothing,
            units=units,
            no_rows=lines_beside(rejected),
        )

    def _told_apart(self, delivered: Chunk, rejected: list[Rejected], undated: np.ndarray) -> list[Rejected]:
        """What was rejected, lines without a moment that are no rows marked as such; all their cells tell that."""
        if not len(undated) or delivered.table.num_columns < len(self.renames):
            return rejected
        which = np.isin(delivered.lines, undated)
        rows = _as_text(delivered.table.filter(pa.array(which)), ())
        told = (
            is_no_row([cell or "" for cell in cells], rows.num_columns, self.decimal)
            for cells in zip(*(column.to_pylist() for column in rows.columns), strict=True)
        )
        beside = {int(line) for line, is_none in zip(delivered.lines[which], told, strict=True) if is_none}
        return [replace(one, is_row=False) if one.line in beside else one for one in rejected]

    def _worded(self, delivered: Chunk, undated: np.ndarray) -> list[Rejected]:
        """Rows without a moment that say that they hold totals, or averages."""
        if not self.orders or not len(undated) or delivered.table.num_columns < len(self.renames):
            return []
        return worded(delivered, np.isin(delivered.lines, undated), self.decimal)

    def _placed(self, frame: pd.DataFrame, unread: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Rows with a moment that cannot be read, and rows with one that can: those of the first alone are lost."""
        tried, dated = (np.zeros(len(frame), dtype=bool) for _ in range(2))
        for name in self.orders:
            tried |= unread[name]
            dated |= frame[name].notna().to_numpy()
        return tried, dated

    def without_coarse(self, chunks: Iterable[Chunk], line: int) -> Iterator[Chunk]:
        """The chunks, and with the first of them which columns are totals of others and give no rows."""
        coarse = self.shape.coarse
        for number, chunk in enumerate(chunks):
            if number or not coarse:
                yield chunk
                continue
            told = Rejected(max(1, line), coarse[0], ", ".join(coarse), _TOTALS, "periods of one length", is_row=False)
            yield replace(chunk, rejected=[told, *chunk.rejected])

    def sums(self) -> Sums:
        """Running sums of the number columns that stand in the file as they are read."""
        return Sums([name for name in self.numbers if not self.shape.keep and name in self.renames.values()])

    def trimming(self, source: SourceDefinition, sums: Sums, again: Callable[[], Iterator[Chunk]]) -> Trimming:
        """What tells the lines below the table from its rows."""
        dated = [*self.orders, *(part for parts in self.shape.join.values() for part in parts)]
        wide = frozenset(self.renames.values()) - {*self.shape.keep} if self.shape.keep else frozenset()
        return Trimming(
            names=self.renames,
            key=source.key,
            moments=dated,
            sums=sums,
            typed=self._frame,
            again=again,
            decimal=self.decimal,
            wide=wide,
            zones=self.zones,
            orders=self.orders,
        )

    def _frame(self, chunk: Chunk) -> pd.DataFrame:
        return self.typed(chunk).frame

    def _shaped(self, chunk: Chunk) -> Chunk:
        """The chunk under the names used, spare columns gone, joined and melted."""
        table = chunk.table.rename_columns([self.renames[name] for name in chunk.table.column_names])
        table = _as_text(table, () if self.shape.is_active else (*self.orders, *self.numbers))
        shaped = self.shape.apply(Chunk(table.drop_columns(list(self.dropped)), chunk.lines, chunk.rejected))
        if self.keeps is None:
            return shaped
        kept = [name for name in shaped.table.column_names if name in self.keeps or name in mending.MARKS[:2]]
        return Chunk(shaped.table.select(kept), shaped.lines, shaped.rejected)


def _plan(
    content: Content,
    source: SourceDefinition,
    layout: Layout,
    wanted: Wanted,
) -> _Plan:
    for name in (source.timezone, *source.zones.values()):
        zone(name)
    names = renamed(layout.names, source.columns)
    described = zip(names, layout.columns, strict=True)
    dropped = () if layout.format is Format.PARQUET else tuple(name for name, column in described if _is_spare(column))
    orders = {name: source.order_of(name) for name in wanted.moments}
    shape = shape_of(source.options).read_as(orders)
    if shape.keep:
        shape = shape.without_coarse([name for name in names if name not in dropped], orders)
    usable = shape.names([name for name in names if name not in dropped], content.filename)
    keeps = wanted.keeps(source)
    for name in keeps or (*wanted.moments, *wanted.numbers, *filter(None, (source.key, source.latest_by))):
        require(name, usable, filename=content.filename)
    for order in orders.values():
        check_order(order)
    renames = dict(zip(layout.names, names, strict=True))
    if keeps is not None and wanted.further:
        further = {renames[column.name] for column in layout.columns if column.kind in ("moment", "group")}
        keeps |= further & set(usable)
    read = tuple(old for old, new in renames.items() if keeps is None or new in keeps or shape.is_active)
    return _Plan(
        renames=renames,
        read=read,
        shape=shape,
        dropped=dropped,
        keeps=keeps,
        orders=orders,
        numbers=_forms(layout, renames, shape, wanted.numbers),
        zones={name: source.zone_of(name) for name in orders},
        decimal=layout.decimal,
        missing=source.missing,
        meant=frozenset(name for name in orders if source.is_meant(name)),
        key=source.key,
        in_workbook=layout.format.has_sheets,
    )


def _forms(layout: Layout, renames: Mapping[str, str], shape: Shape, numbers: Sequence[str]) -> dict[str, Written]:
    """How each number column is written; of one melted from several as all of these are, where they agree."""
    forms = {renames[column.name]: column.written for column in layout.columns}
    if shape.keep:
        filled = [column for column in layout.columns if column.kind != "empty"]
        melted = {column.written for column in filled if renames[column.name] not in shape.keep}
        forms[shape.value] = melted.pop() if len(melted) == 1 else PLAIN
    return {name: forms.get(name, PLAIN) for name in numbers}


def _is_spare(column: layouts.Column) -> bool:
    """A column with neither name nor cells: what a spare delimiter at the line's end leaves."""
    return column.kind == "empty" and column.name.startswith("column_")


def _spoiled(chunk: Chunk, rejected: Sequence[Rejected]) -> pd.DataFrame:
    """The cells, as delivered, of the rows that have something in quarantine."""
    rows = np.flatnonzero(np.isin(chunk.lines, [one.line for one in rejected]))
    table = _as_text(chunk.table.take(pa.array(rows)), ())
    frame = table.to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
    frame.index = pd.Index(chunk.lines[rows], name="line", dtype="int64")
    return frame


def _as_text(table: pa.Table, typed: Collection[str]) -> pa.Table:
    """The table with every column as text but those that will be typed."""
    for place, field in enumerate(table.schema):
        if field.name not in typed and not pa.types.is_string(field.type):
            table = table.set_column(place, field.name, parquet_rows.as_text(table.column(place).combine_chunks()))
    return table


def _beyond(chunk: Chunk, dropped: Sequence[str], renames: Mapping[str, str]) -> list[Rejected]:
    """Cells in columns taken for spare: their rows are not lost silently."""
    rejected = []
    for name in (old for old, new in renames.items() if new in dropped):
        for row in np.flatnonzero(chunk.table.column(name).is_valid().to_numpy()):
            value = chunk.table.column(name)[int(row)].as_py()
            line = int(chunk.lines[row])
            rejected.append(Rejected(line, name, value, "a cell beyond the last named column", "nothing there"))
    return rejected


def _unread(chunk: Chunk, name: str, unreadable: np.ndarray, reason: str, expected: str) -> list[Rejected]:
    rows = np.flatnonzero(unreadable)
    values = chunk.table.column(name).take(pa.array(rows)).to_pylist() if len(rows) else []
    return [
        Rejected(int(line), name, str(value), reason, expected)
        for line, value in zip(chunk.lines[rows], values, strict=True)
    ]


def _of_formula(one: Rejected) -> Rejected:
    """A cell of a workbook that could not be read; of a formula in place of its result, how it comes to hold that."""
    return replace(one, expected=f"{_RESULT}; {one.expected}") if is_formula(one.value) else one


def _not_moments(chunk: Chunk, name: str, order: str, read: Moments, far: Sequence[Far]) -> list[Rejected]:
    """Cells that are no moments, and dates far from all others, each with what is wrong."""
    unreadable = read.unreadable.copy()
    rejected = []
    for one in far:
        unreadable &= ~one.rows
        rejected += _unread(chunk, name, one.rows, FAR, one.expected)
    return [*_unread(chunk, name, unreadable, "not a moment", expected_moment(order, read.likely)), *rejected]


def _whole(parts: Sequence[Reading], sha256: str) -> Reading:
    frame = pd.concat([part.frame for part in parts])
    quarantine = pd.concat([part.quarantine for part in parts], ignore_index=True)
    spoiled = pd.concat([part.spoiled for part in parts])
    moments = {
        name: {kind: sum(part.moments[name][kind] for part in parts) for kind in parts[0].moments[name]}
        for name in parts[0].moments
    }
    quarantine = quarantine.sort_values("line", kind="stable", ignore_index=True)
    nothing = together(part.placeholders for part in parts)
    rows_read = sum(part.rows_read for part in parts)
    units = {name: unit for part in parts for name, unit in part.units.items()}
    return Reading(
        frame=frame,
        quarantine=quarantine,
        rows_read=rows_read,
        sha256=sha256,
        moments=moments,
        spoiled=spoiled,
        placeholders=nothing,
        units=units,
        no_rows=sum(part.no_rows for part in parts),
        prints=tuple(prints for part in parts for prints in part.prints),
    )
