"""The stretches of a delivery without the lines that are none of its rows: totals, notes, the header once more."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.errors import InvalidInput
from csi.reading import wide_totals
from csi.reading.chunk import EXPECTED, VALUE_LENGTH, Chunk, Rejected
from csi.reading.dated_totals import Dated, dated_lines
from csi.reading.grains import grains_of
from csi.reading.parquet_rows import as_text
from csi.reading.subtotals import HEAD, Groups, LateGroups, Line, groups_of
from csi.reading.totals import (
    MOST,
    SHOWN,
    Ending,
    NoRow,
    Sum,
    Sums,
    Why,
    may_hold_totals,
    no_rows,
    numbers_of,
    suspects,
)

_LOOKED_AT = MOST + SHOWN
_MADE_NAME = re.compile(r"_\d+$")
_FEWEST, _DATED = 4, 50_000  # rows of a table whose dates may have totals; longer ones are no reports; ours
_CLOCK = r"[1-9]\d?[:.hH]\d\d|:0?[1-9]|:[1-5]\d"


def last_told(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, bool]]:
    """The chunks, and True with the last one, which holds the last rows whole."""
    waiting: deque[Chunk] = deque()
    rows = 0
    for chunk in chunks:
        if waiting and not len(chunk.lines):
            yield chunk, False  # what is only rejected is told at once, so that a text of nothing else is soon refused
            continue
        waiting.append(chunk)
        rows += len(chunk.lines)
        while rows - len(waiting[0].lines) >= _LOOKED_AT:
            rows -= len(waiting[0].lines)
            yield waiting.popleft(), False
    if waiting:
        yield _joined(waiting), True


def _only_told(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, bool]]:
    """The chunks, and True with one that holds all rows there are."""
    first: Chunk | None = None
    is_first = True
    for chunk in chunks:
        if first is not None and len(chunk.lines):
            yield first, False
            first = None
        if is_first and len(chunk.lines):
            first, is_first = chunk, False
        else:
            yield chunk, False
    if first is not None:
        yield first, True


def _joined(chunks: Sequence[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    filled = [one.table for one in chunks if len(one.lines)] or [chunks[0].table]
    rejected = [one for chunk in chunks for one in chunk.rejected]
    return Chunk(pa.concat_tables(filled), np.concatenate([one.lines for one in chunks]), rejected)


def without_names(chunk: Chunk) -> Chunk:
    """The chunk without rows that hold the names of their columns, as joined files have them."""
    named = [name for name in chunk.table.column_names if not _MADE_NAME.search(name)]
    named = [name for name in named if pa.types.is_string(chunk.table.column(name).type)]
    if len(named) < 2:
        return chunk
    is_header = pc.fill_null(pc.equal(chunk.table.column(named[0]), named[0]), False)
    if not pc.any(is_header).as_py():
        return chunk
    for name in named[1:]:
        is_header = pc.and_(is_header, pc.fill_null(pc.equal(chunk.table.column(name), name), False))
    places = np.flatnonzero(is_header.to_numpy())
    rejected = [
        Rejected(int(chunk.lines[place]), named[0], named[0], "the header once more", EXPECTED, is_row=False)
        for place in places
    ]
    return _without(chunk, places, rejected)


def _without(chunk: Chunk, places: Sequence[int] | np.ndarray, rejected: Sequence[Rejected]) -> Chunk:
    kept = np.ones(len(chunk.lines), dtype=bool)
    kept[places] = False
    return Chunk(chunk.table.filter(pa.array(kept)), chunk.lines[kept], [*chunk.rejected, *rejected])


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimming:
    """What is needed to tell the last lines of a table from its rows.

    Attributes:
        names: per column of a chunk what it is called.
        key: the column that names a case; empty where none does.
        moments: columns read as moments.
        sums: of the number columns over all rows of earlier chunks.
        typed: the typed rows of a chunk, by ``line``.
        again: all chunks once more, for sums of columns that are not read.
        decimal: the decimal sign.
        wide: columns that are periods side by side.
        zones: the zone of each moment.
        orders: and how each is written.
    """

    names: Mapping[str, str]
    key: str
    moments: Sequence[str]
    sums: Sums
    typed: Callable[[Chunk], pd.DataFrame]
    again: Callable[[], Iterable[Chunk]]
    decimal: str
    wide: frozenset[str] = frozenset()
    zones: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)

    def of_all(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """The chunks without the lines below the table, and those that sum up groups of it."""
        rows = self._without_subtotals(chunks)
        return (self.trimmed(chunk) if is_last else chunk for chunk, is_last in last_told(rows))

    def _without_subtotals(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        groups: Groups | LateGroups | None = None
        for chunk, is_only in _only_told(chunks):
            if not len(chunk.lines) or not self.sums.names:
                yield self._without_wide(chunk) if is_only and self.wide else chunk
                continue
            rest = self._without_first(chunk, is_only=is_only) if groups is None else chunk
            rest = self._without_dated(rest) if is_only else rest
            if groups is None:
                groups = self._groups(rest)
            yield self._grouped(rest, groups)

    def _without_first(self, chunk: Chunk, *, is_only: bool) -> Chunk:
        """The first chunk without lines above its rows that sum these up: read from below they are its last ones."""
        head = Chunk(chunk.table.slice(0, _LOOKED_AT), chunk.lines[:_LOOKED_AT])
        size = len(head.lines)
        ending = self._ending(Chunk(head.table.take(pa.array(range(size - 1, -1, -1))), head.lines[::-1]), 0)
        if not may_hold_totals(ending, self.sums.names):
            return chunk
        rest = [chunk] if is_only else self.again()
        found = no_rows(
            replace(ending, above=self._sums_of(self.sums.names, rest, lambda one: one.after(head.lines[-1])))
        )
        if not any(one.why is Why.SUM for one in found):
            return chunk
        return _without(chunk, [size - 1 - one.place for one in found], [_told(ending, one) for one in found])

    def _without_dated(self, chunk: Chunk) -> Chunk:
        """All rows of a table without lines that sum up those of their day, week, month, quarter or year."""
        if not _FEWEST <= len(chunk.lines) <= _DATED:
            return chunk
        table = chunk.table
        texts = {self.names[name]: _text(table.column(name)) for name in table.column_names}
        dated = next((name for name in self.moments if name in texts and _whole_days(texts[name]) > 1), "")
        days = self._days(chunk, dated) if dated else None
        if days is None:
            return chunk
        cells = {name: column.to_pylist() for name, column in texts.items() if name not in self.moments}
        numbers = np.column_stack([numbers_of(texts[name], self.decimal) for name in self.sums.names])
        grains = grains_of(texts[dated], self.orders.get(dated, ""))
        found = dated_lines(Dated(cells, self.sums.names, numbers, days, grains))
        return _without(chunk, [one.place for one in found], [_line_told(chunk, one) for one in found])

    def _without_wide(self, chunk: Chunk) -> Chunk:
        """All rows of a table of periods side by side without those that sum up others."""
        if not _FEWEST <= len(chunk.lines) <= wide_totals.MOST:
            return chunk
        texts = {self.names[name]: _text(chunk.table.column(name)) for name in chunk.table.column_names}
        kept = {name: column.to_pylist() for name, column in texts.items() if name not in self.wide}
        periods = {name: column.to_pylist() for name, column in texts.items() if name in self.wide}
        if not periods or not kept:
            return chunk
        numbers = np.column_stack([numbers_of(texts[name], self.decimal) for name in periods])
        found = wide_totals.wide_totals(kept, periods, numbers)
        return _without(chunk, [one.place for one in found], [_line_told(chunk, one) for one in found])

    def _days(self, chunk: Chunk, name: str) -> pd.DatetimeIndex | None:
        """The day of each row by a column of moments; None where these cannot be read: whoever types them says so."""
        with suppress(InvalidInput):
            frame = self.typed(Chunk(chunk.table, chunk.lines))
            for one in (name, *self.moments):  # the date of a moment that is joined is none itself
                if one in frame.columns and isinstance(frame[one].dtype, pd.DatetimeTZDtype):
                    moments = pd.DatetimeIndex(frame[one].reindex(chunk.lines))
                    return moments.tz_convert(self.zones.get(one) or "UTC").tz_localize(None)
        return None

    def _groups(self, chunk: Chunk) -> Groups | LateGroups:
        """The groups of the table, before its first row; longer ones, if any, where its first rows show none."""
        usual = [name for name in (self.key, *self.moments) if name in self.names.values()]
        return groups_of(*self._cells(chunk, HEAD), self.sums.names) or LateGroups.of(self.sums.names, usual)

    def _cells(self, chunk: Chunk, size: int) -> tuple[dict[str, list[str | None]], np.ndarray]:
        """The cells of the first rows as text, and the numbers that are summed up, one column each."""
        table = chunk.table.slice(0, size)
        texts = {self.names[name]: _text(table.column(name)) for name in table.column_names}
        numbers = np.column_stack([numbers_of(texts[name], self.decimal) for name in self.sums.names])
        return {name: column.to_pylist() for name, column in texts.items()}, numbers

    def _lines(self, chunk: Chunk, groups: Groups | LateGroups) -> Iterator[Line]:
        if isinstance(groups, Groups):
            return groups.lines(*self._cells(chunk, len(chunk.lines)))
        back = {new: old for old, new in self.names.items()}
        columns = [_numbers(chunk.table.column(back[name]), self.decimal) for name in self.sums.names]
        return groups.lines(np.column_stack(columns), lambda place: self._row(chunk, place))

    def _row(self, chunk: Chunk, place: int) -> dict[str, str]:
        """The filled cells of one row as text."""
        row = chunk.table.slice(place, 1)
        cells = {self.names[name]: _text(row.column(name))[0].as_py() for name in row.column_names}
        return {name: text for name, cell in cells.items() if (text := (cell or "").strip())}

    def _grouped(self, chunk: Chunk, groups: Groups | LateGroups) -> Chunk:
        found = list(self._lines(chunk, groups))
        return (
            _without(chunk, [one.place for one in found], [_line_told(chunk, one) for one in found]) if found else chunk
        )

    def trimmed(self, last: Chunk) -> Chunk:
        """The last chunk without the lines below the table; each is rejected with the reason."""
        start = max(0, len(last.lines) - _LOOKED_AT)
        ending = self._ending(last, start)
        if not ending.size or not may_hold_totals(ending, self.sums.names):
            return last
        found = self._found(last, start, ending)
        rejected = [_told(ending, one) for one in found]
        return _without(last, [start + one.place for one in found], rejected) if found else last

    def _ending(self, last: Chunk, start: int) -> Ending:
        table = last.table.slice(start)
        cells = {self.names[name]: _text(table.column(name)).to_pylist() for name in table.column_names}
        return Ending(
            cells=cells,
            lines=last.lines[start:].tolist(),
            above={},
            key=self.key,
            moments=self.moments,
            decimal=self.decimal,
            wide=self.wide,
        )

    def _found(self, last: Chunk, start: int, ending: Ending) -> list[NoRow]:
        if start and self.sums.names:
            self.sums.add(self.typed(Chunk(last.table.slice(0, start), last.lines[:start])))
        above = {name: self.sums.of.get(name, Sum()) for name in self.sums.names}
        found = no_rows(replace(ending, above=above))
        unknown = suspects(replace(ending, above=above))
        if found or not unknown:
            return found
        counted = self._sums_of(unknown, self.again(), lambda one: one.before(ending.lines[0]))
        return no_rows(replace(ending, above={**above, **counted}))

    def _sums_of(self, names: Sequence[str], chunks: Iterable[Chunk], some: Callable[[Chunk], Chunk]) -> dict[str, Sum]:
        """Sums of columns, read or not, over some rows of all chunks."""
        sums = dict.fromkeys(names, Sum())
        back = {new: old for old, new in self.names.items()}
        for chunk in chunks:
            rows = some(chunk).table
            for name in names:
                sums[name] = sums[name].plus(numbers_of(_text(rows.column(back[name])), self.decimal))
        return sums


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if pa.types.is_string(column.type) else pa.chunked_array([as_text(column.combine_chunks())])


def _numbers(column: pa.ChunkedArray, decimal: str) -> np.ndarray:
    """The numbers of a column; those of one with nothing but plain numbers in it cost least."""
    if decimal != "." and pa.types.is_string(column.type):
        return numbers_of(column, decimal)  # 1.234 may be a thousand
    try:
        return pc.fill_null(pc.cast(column, pa.float64()), np.nan).to_numpy()
    except pa.ArrowInvalid:
        return numbers_of(_text(column), decimal)


def _whole_days(cells: pa.ChunkedArray) -> int:
    """How many cells tell no time of day but midnight."""
    return int(pc.sum(pc.invert(pc.match_substring_regex(cells, _CLOCK))).as_py() or 0)


def _line_told(chunk: Chunk, one: Line) -> Rejected:
    line = int(chunk.lines[one.place])
    return Rejected(line, one.column, one.value[:VALUE_LENGTH], one.told, EXPECTED, is_row=False)


def _told(ending: Ending, one: NoRow) -> Rejected:
    line = ending.lines[one.place]
    return Rejected(line, one.column, one.value[:VALUE_LENGTH], one.told, EXPECTED, is_row=False)
