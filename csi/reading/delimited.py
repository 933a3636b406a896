"""CSV and its kin: records, physical lines and broken rows, read in blocks of bounded size."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from csi.reading import line_by_line
from csi.reading.bounds import refuse
from csi.reading.chunk import Chunk, Rejected, cells_told, text_table
from csi.reading.content import Content
from csi.reading.dialect import Dialect
from csi.reading.encoding import first_text
from csi.reading.no_observation import is_no_record
from csi.reading.utf8_lines import Utf8Lines

# The parser takes an ASCII character only; these are in no text that people write.
_CARRIERS = "\x1f\x1e\x1d\x1c\x01\x02\x03\x04"
_LINE_ENDS = r"\r\n|\r|\n"
_NO_LINES = np.array([], dtype="int64")


def chunks(content: Content, dialect: Dialect) -> Iterator[Chunk]:
    """The records of a delimited text in file order, with the physical line each starts on."""
    if dialect.delimiter.isascii():
        yield from _chunks(content, dialect)
        return
    carried = replace(dialect, carrier=_unused(content, dialect))
    yield from (_restored(chunk, carried) for chunk in _chunks(content, carried))


def _unused(content: Content, dialect: Dialect) -> str:
    """A character that the parser can part cells by and that the text does not hold; one more than is free is none."""
    text = first_text(content.head(), dialect.encoding)
    return next(mark for mark in _CARRIERS if mark not in text or mark == _CARRIERS[-1])


def _restored(chunk: Chunk, dialect: Dialect) -> Chunk:
    """The chunk with the delimiter where a quoted cell held it."""
    table = chunk.table
    for place, name in enumerate(table.column_names):
        if _holds(table.column(place), dialect.carrier.encode()):
            cells = pc.replace_substring(table.column(place), dialect.carrier, dialect.delimiter)
            table = table.set_column(place, name, cells)
    rejected = [replace(one, value=one.value.replace(dialect.carrier, dialect.delimiter)) for one in chunk.rejected]
    return Chunk(table, chunk.lines, rejected)


def _chunks(content: Content, dialect: Dialect) -> Iterator[Chunk]:
    lines = _Lines(dialect.first_line)
    try:
        yield from _read(content, dialect, lines)
    except pa.ArrowInvalid as error:
        if "straddling" not in str(error) and "out of sync" not in str(error):
            raise refuse(content.filename, f"is not a table that can be read: {error}") from error
        # A quote that opens and never closes swallows the rest: from where it stands each line is looked at.
        yield from line_by_line.chunks(content, dialect, lines.next_line)


def _read(content: Content, dialect: Dialect, lines: _Lines) -> Iterator[Chunk]:
    with content.open() as raw:
        stream = Utf8Lines(raw, content, dialect.encoding, skip=dialect.first_line - 1, instead=dialect.carried)
        broken = _Broken(dialect, content)
        nothing = Chunk(pa.table({name: pa.array([], pa.string()) for name in dialect.names}), _NO_LINES)
        held, final = nothing, 0
        try:
            for table in _tables(stream, dialect, broken):
                if held is not nothing:
                    yield held
                ordinals = lines.ordinals(table.num_rows, broken.numbers)
                starts, rows = lines.starts(ordinals, _extra_lines(table), broken.rows)
                held, final = broken.settled(Chunk(table, starts), rows), int(starts[-1]) if _ends_long(table) else 0
        except pa.ArrowInvalid:
            yield held
            raise
        rest = broken.settled(nothing, lines.rest(broken.rows))
    if final and not rest.rejected and line_by_line.is_open(content, dialect, final):
        # The parser takes the end of the file for the end of a quote, and all below the quote for one cell.
        yield held.before(final)
        yield from line_by_line.chunks(content, dialect, final)
    else:
        yield from (held, rest)


def _ends_long(table: pa.Table) -> bool:
    """Whether the last record goes over more than one line."""
    extra = _extra_lines(table.slice(max(0, table.num_rows - 1)))
    return extra is not None and bool(extra.sum())


def _tables(stream: Utf8Lines, dialect: Dialect, broken: _Broken) -> Iterator[pa.Table]:
    try:
        reader = arrow_csv.open_csv(stream, **_options(dialect, broken))
        yield from (pa.Table.from_batches([batch]) for batch in reader)
    except pa.ArrowInvalid as error:
        broken.check()
        if "Empty CSV" not in str(error):
            raise


def _options(dialect: Dialect, broken: _Broken) -> dict[str, object]:
    text = dict.fromkeys(dialect.names, pa.string())
    return {
        "read_options": arrow_csv.ReadOptions(
            use_threads=False, column_names=dialect.names, block_size=broken.block_bytes
        ),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=dialect.parted_by,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=broken.keep,
        ),
        "convert_options": arrow_csv.ConvertOptions(
            column_types=text, strings_can_be_null=True, null_values=["", *dialect.missing]
        ),
    }


def _extra_lines(table: pa.Table) -> np.ndarray | None:
    """Line ends inside the cells of each record, or None when there are none at all."""
    extra = None
    for column in table.columns:
        if not _holds(column, b"\n", b"\r"):
            continue
        counts = pc.fill_null(pc.count_substring_regex(column, _LINE_ENDS), 0).to_numpy().astype("int64")
        extra = counts if extra is None else extra + counts
    return extra


def _holds(column: pa.ChunkedArray, *marks: bytes) -> bool:
    """Whether any cell holds one of these bytes."""
    for part in column.chunks:
        text = part.buffers()[2]
        whole = b"" if text is None else memoryview(text).tobytes()
        if any(mark in whole for mark in marks):
            return True
    return False


@dataclass(slots=True)
class _Row:
    """A record whose number of cells is wrong, as the parser met it; ``line`` is known later."""

    number: int
    text: str
    line: int = 0


@dataclass(slots=True)
class _Lines:
    """From a record's number to the physical line it starts on."""

    first_line: int
    next_number: int = 1
    next_line: int = field(init=False)

    def __post_init__(self) -> None:
        self.next_line = self.first_line

    def ordinals(self, count: int, broken: Sequence[int]) -> np.ndarray:
        """Numbers of the next ``count`` good records, given the numbers of broken ones."""
        candidates = np.arange(self.next_number, self.next_number + count + len(broken))
        return candidates[~np.isin(candidates, broken)][:count]

    def starts(
        self, ordinals: np.ndarray, extra: np.ndarray | None, broken: list[_Row]
    ) -> tuple[np.ndarray, list[_Row]]:
        """Lines of good records, and the broken rows among them with their line set."""
        if not len(ordinals):
            return np.array([], dtype="int64"), []
        last = int(ordinals[-1])
        within = [row for row in broken if row.number < last]
        span = np.ones(last - self.next_number + 1, dtype="int64")
        if extra is not None:
            span[ordinals - self.next_number] += extra
        for row in within:
            span[row.number - self.next_number] += _line_ends(row.text)
        starts = self.next_line + np.concatenate(([0], np.cumsum(span)))
        for row in within:
            row.line = int(starts[row.number - self.next_number])
        found = starts[ordinals - self.next_number]
        self.next_line = int(starts[-1])
        self.next_number = last + 1
        return found, within

    def rest(self, broken: list[_Row]) -> list[_Row]:
        """Broken rows after the last good record, with their line set."""
        for row in sorted(broken, key=lambda row: row.number):
            self.next_line += row.number - self.next_number
            row.line = self.next_line
            self.next_line += 1 + _line_ends(row.text)
            self.next_number = row.number + 1
        return list(broken)


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


class _Broken:
    """Records with too few or too many cells: mended where nothing is lost, else rejected with the reason."""

    def __init__(self, dialect: Dialect, content: Content) -> None:
        self._dialect = dialect
        self._content = content
        self.rows: list[_Row] = []
        self._seen = 0

    @property
    def block_bytes(self) -> int:
        """How much is parsed at a time."""
        return self._content.bounds.block_bytes

    @property
    def numbers(self) -> list[int]:
        """Numbers of the broken records not yet settled."""
        return [row.number for row in self.rows]

    def keep(self, row: arrow_csv.InvalidRow) -> Literal["skip", "error"]:
        """Called by the parser for each broken record; an exception raised here would be lost."""
        self._seen += 1
        if self._seen > self._content.bounds.quarantined_rows:
            return "error"
        self.rows.append(_Row(row.number, row.text))
        return "skip"

    def check(self) -> None:
        """Refuse a text with more broken records than are kept."""
        limit = self._content.bounds.quarantined_rows
        if self._seen > limit:
            question = f"Is the delimiter really ‘{self._dialect.delimiter}’?"
            raise refuse(
                self._content.filename, f"has more than {limit:,} rows with a wrong number of cells. {question}"
            )

    def settled(self, chunk: Chunk, rows: list[_Row]) -> Chunk:
        """The chunk with these broken rows mended into it or rejected."""
        rejected: list[Rejected] = []
        mended: list[tuple[int, list[str]]] = []
        settled = {row.number for row in rows}
        self.rows = [row for row in self.rows if row.number not in settled]
        for row in rows:
            for line, cells, text in _lines_of(row, self._dialect.parted_by):
                self._sort_out(line, cells, text, rejected, mended)
        return _merged(Chunk(chunk.table, chunk.lines, rejected), mended, self._dialect.missing)

    def _sort_out(
        self, line: int, cells: list[str], text: str, rejected: list[Rejected], mended: list[tuple[int, list[str]]]
    ) -> None:
        width = len(self._dialect.names)
        if not any(cell.strip() for cell in cells):
            return
        if len(cells) >= width and not any(cell.strip() for cell in cells[width:]):
            mended.append((line, cells[:width]))
            return
        reason = cells_told(len(cells))
        if text.count('"') % 2:
            reason = "a quote opens here and does not close"
        is_row = bool(text.count('"') % 2) or not is_no_record(cells, width)
        rejected.append(Rejected(line, "", text, reason, f"{cells_told(width)}, as in the header", is_row))


def _lines_of(row: _Row, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """A broken record's lines, each tried for itself: a stray quote may have joined good lines to a bad one."""
    for offset, text in enumerate(io.StringIO(row.text, newline=None)):
        bare = text.rstrip("\r\n")
        yield row.line + offset, next(csv.reader([bare], delimiter=delimiter), []), bare


def _merged(chunk: Chunk, mended: list[tuple[int, list[str]]], missing: Sequence[str]) -> Chunk:
    """The chunk with mended records put back in file order."""
    if not mended:
        return chunk
    names = chunk.table.column_names
    columns = {name: [cells[place] for _, cells in mended] for place, name in enumerate(names)}
    lines = np.concatenate([chunk.lines, np.array([line for line, _ in mended], dtype="int64")])
    order = np.argsort(lines, kind="stable")
    both = pa.concat_tables([chunk.table, text_table(columns, missing)])
    return Chunk(both.take(pa.array(order)), lines[order], chunk.rejected)
