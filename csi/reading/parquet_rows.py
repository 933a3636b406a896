"""Parquet as text cells, so that every format is typed by the same rules."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from csi.reading.bounds import check_columns, megabytes, refuse
from csi.reading.chunk import Chunk
from csi.reading.content import Content
from csi.reading.pandas_periods import named_periods

_ROWS_AT_ONCE = 100_000
_CELLS_AT_ONCE = 10_000_000
_AS_MANY = 16  # columns of texts whose size is not looked at one by one
_ENDLESS = 1 << 40
_MOST_CELLS = 200_000_000  # ours; a column of one repeated value takes no room in the file, but time and memory here


def sample(content: Content, rows: int) -> Mapping[str, list[str]]:
    """The first records by column, as text; of a file without records the columns alone."""
    with _file(content) as table:
        for batch in _batches(content, table, rows):
            cells = zip(batch.schema.names, batch.columns, strict=True)
            return {name: [cell or "" for cell in as_text(column).to_pylist()] for name, column in cells}
        return {name: [] for name in table.schema_arrow.names}


def chunks(content: Content, columns: Sequence[str], wanted: Sequence[str], missing: Sequence[str]) -> Iterator[Chunk]:
    """The records in order; ``line`` is the record's number, from 1.

    ``wanted`` are the columns read, by their names in the file. Moments and numbers stay what they are; everything
    else becomes text.
    """
    start = 1
    with _file(content) as table:
        at_once = max(1_000, min(_ROWS_AT_ONCE, _CELLS_AT_ONCE // max(1, len(wanted))))
        for batch in _batches(content, table, at_once, list(wanted)):
            found = dict(zip(batch.schema.names, batch.columns, strict=True))
            cells = {name: _cells(found[name], missing) for name in columns if name in found}
            lines = np.arange(start, start + batch.num_rows, dtype="int64")
            start += batch.num_rows
            yield Chunk(pa.table(cells), lines).without_spacers()


def _batches(
    content: Content, table: pq.ParquetFile, rows: int, columns: list[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """The records in parts, refused once their texts, written out, are more than is read.

    A text that is repeated stands once in the file: a few kilobytes can hold more than any memory.
    """
    most, unfolded = content.bounds.unpacked_bytes, 0
    for batch in table.iter_batches(batch_size=rows, columns=columns, use_threads=False):
        unfolded += sum(_unfolded(column) for column in batch.columns)
        if unfolded > most:
            raise refuse(content.filename, f"unfolds to more than {megabytes(most)}; expected shorter texts or fewer.")
        yield batch


def _unfolded(cells: pa.Array) -> int:
    """Bytes of a column's texts, each as often as it is repeated."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(cells.dictionary)
        return int(pc.sum(pc.cast(pc.take(lengths, cells.indices), pa.int64())).as_py() or 0)
    if pa.types.is_struct(kind):
        return sum(_unfolded(part) for part in cells.flatten())
    if pa.types.is_map(kind):
        return _unfolded(cells.keys) + _unfolded(cells.items)
    if pa.types.is_nested(kind):
        return _unfolded(cells.flatten())
    return int(cells.nbytes)


def _repeated(source: Any, most: int) -> list[str]:
    """Columns whose texts may be large written out: read as a dictionary each is held once, if more slowly."""
    meta = pq.read_metadata(_opened(source))
    leaves = (meta.schema.column(place) for place in range(meta.num_columns))
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    sizes: Counter[str] = Counter()
    with pq.ParquetFile(_opened(source), read_dictionary=texts) as table:
        for place in range(meta.num_row_groups if texts else 0):
            rows = meta.row_group(place).num_rows
            for first in islice(table.iter_batches(batch_size=1, row_groups=[place], columns=texts), 1):
                named = zip(first.schema.names, first.columns, strict=True)
                sizes.update({name: _longest(column) * rows for name, column in named})
    large = [name for name, size in sizes.items() if size > most]
    return [path for path in texts if any(path == name or path.startswith(f"{name}.") for name in large)]


def _longest(cells: pa.Array) -> int:
    """Bytes of the longest text a column's dictionary holds; of one inside others, more than any is."""
    if not pa.types.is_dictionary(cells.type):
        return _ENDLESS if pa.types.is_nested(cells.type) else 0
    return int(pc.max(pc.binary_length(cells.dictionary)).as_py() or 0)


def _fixed(meta: pq.FileMetaData) -> int:
    """Bytes of the columns of a fixed width, which may be as large as they like."""
    leaves = [meta.schema.column(place) for place in range(meta.num_columns)]
    return meta.num_rows * sum(leaf.length for leaf in leaves if leaf.physical_type == "FIXED_LEN_BYTE_ARRAY")


def _values(meta: pq.FileMetaData) -> int:
    groups = (meta.row_group(place) for place in range(meta.num_row_groups))
    return sum(group.column(place).num_values for group in groups for place in range(group.num_columns))


def _cells(cells: pa.Array, missing: Sequence[str]) -> pa.Array:
    kind = cells.type
    if pa.types.is_timestamp(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return cells
    text = as_text(cells)
    markers = pa.array(["", *missing], pa.string())
    return pc.if_else(pc.is_in(text, value_set=markers), pa.scalar(None, pa.string()), text)


def as_text(cells: pa.Array) -> pa.Array:
    """Cells of any type as text: moments in ISO, lengths of time as pandas writes them, nested values as JSON."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        return as_text(cells.dictionary_decode())
    if isinstance(kind, pa.BaseExtensionType):
        return as_text(_plain(cells))
    if pa.types.is_timestamp(kind):
        local = pc.cast(cells, pa.timestamp("us", tz=kind.tz), safe=False)
        mark = "Z" if kind.tz else ""
        plain = pc.cast(pc.cast(local, pa.timestamp("us", tz="UTC" if kind.tz else None)), pa.timestamp("us"))
        return pc.binary_join_element_wise(pc.strftime(plain, format="%Y-%m-%dT%H:%M:%S"), mark, "")
    if pa.types.is_duration(kind):
        lasting = pa.array(cells.to_pandas().astype("str"), pa.string())
        return pc.if_else(cells.is_valid(), lasting, pa.scalar(None, pa.string()))
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        plain = cells.to_pylist()
        return pa.array([None if cell is None else json.dumps(cell, default=str) for cell in plain], pa.string())
    return pc.cast(cells, pa.string())


def _plain(cells: pa.ExtensionArray) -> pa.Array:
    """Cells of a type that is built on another: of a span of time its name, else what they are built on."""
    if cells.type.extension_name != "pandas.period":
        return cells.storage
    named = named_periods(cells.to_pandas())
    return pa.array(named, pa.timestamp("us") if named.dtype.kind == "M" else pa.string(), from_pandas=True)


@contextmanager
def _file(content: Content) -> Iterator[pq.ParquetFile]:
    bounds = content.bounds
    source = content.whole(bounds.file_bytes, "a Parquet file") if content.packed else content.source
    try:
        repeated = _repeated(source, bounds.unpacked_bytes // _AS_MANY)
        table = pq.ParquetFile(_opened(source), read_dictionary=repeated)
    except (pa.ArrowInvalid, OSError) as error:
        raise refuse(content.filename, "is a broken Parquet file. Write it again.") from error
    with table:
        meta = table.metadata
        size = sum(meta.row_group(place).total_byte_size for place in range(meta.num_row_groups))
        size = max(size, _fixed(meta))
        check_columns(content.filename, meta.num_columns, bounds)
        if size > bounds.unpacked_bytes or meta.num_rows > bounds.rows or _values(meta) > _MOST_CELLS:
            limit = f"at most {megabytes(bounds.unpacked_bytes)} and {bounds.rows:,} rows are read."
            raise refuse(content.filename, f"unfolds to {megabytes(size)} and {meta.num_rows:,} rows; {limit}")
        yield table


def _opened(source: bytes | Path) -> Any:
    return pa.BufferReader(source) if isinstance(source, bytes) else source
