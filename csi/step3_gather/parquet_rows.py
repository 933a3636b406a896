"""Parquet as text cells, so that every format is typed by the same rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from csi.step3_gather.bounds import check_columns, megabytes, refuse
from csi.step3_gather.chunk import Chunk
from csi.step3_gather.content import Content

_ROWS_AT_ONCE = 250_000


def sample(content: Content, rows: int) -> Mapping[str, list[str]]:
    """The first records by column, as text."""
    with _file(content) as table:
        for batch in table.iter_batches(batch_size=rows):
            cells = zip(batch.schema.names, batch.columns, strict=True)
            return {name: [cell or "" for cell in as_text(column).to_pylist()] for name, column in cells}
    raise refuse(content.filename, "holds no row.")


def chunks(content: Content, columns: Sequence[str], wanted: Sequence[str], missing: Sequence[str]) -> Iterator[Chunk]:
    """The records in order; ``line`` is the record's number, from 1.

    ``wanted`` are the columns read, by their names in the file. Moments and numbers stay what they are; everything
    else becomes text.
    """
    start = 1
    with _file(content) as table:
        for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE, columns=list(wanted)):
            found = dict(zip(batch.schema.names, batch.columns, strict=True))
            cells = {name: _cells(found[name], missing) for name in columns if name in found}
            lines = np.arange(start, start + batch.num_rows, dtype="int64")
            start += batch.num_rows
            yield Chunk(pa.table(cells), lines).without_spacers()


def _cells(cells: pa.Array, missing: Sequence[str]) -> pa.Array:
    kind = cells.type
    if pa.types.is_timestamp(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return cells
    text = as_text(cells)
    markers = pa.array(["", *missing], pa.string())
    return pc.if_else(pc.is_in(text, value_set=markers), pa.scalar(None, pa.string()), text)


def as_text(cells: pa.Array) -> pa.Array:
    """Cells of any type as text: moments in ISO with their offset, nested values as JSON."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        return as_text(cells.dictionary_decode())
    if pa.types.is_timestamp(kind):
        local = pc.cast(cells, pa.timestamp("us", tz=kind.tz), safe=False)
        mark = "Z" if kind.tz else ""
        plain = pc.cast(pc.cast(local, pa.timestamp("us", tz="UTC" if kind.tz else None)), pa.timestamp("us"))
        return pc.binary_join_element_wise(pc.strftime(plain, format="%Y-%m-%dT%H:%M:%S"), mark, "")
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        plain = cells.to_pylist()
        return pa.array([None if cell is None else json.dumps(cell, default=str) for cell in plain], pa.string())
    return pc.cast(cells, pa.string())


@contextmanager
def _file(content: Content) -> Iterator[pq.ParquetFile]:
    bounds = content.bounds
    source = content.whole(bounds.file_bytes, "a Parquet file") if content.packed else content.source
    try:
        table = pq.ParquetFile(pa.BufferReader(source) if isinstance(source, bytes) else source)
    except (pa.ArrowInvalid, OSError) as error:
        raise refuse(content.filename, "is a broken Parquet file. Write it again.") from error
    with table:
        meta = table.metadata
        size = sum(meta.row_group(place).total_byte_size for place in range(meta.num_row_groups))
        check_columns(content.filename, meta.num_columns, bounds)
        if size > bounds.unpacked_bytes or meta.num_rows > bounds.rows:
            limit = f"at most {megabytes(bounds.unpacked_bytes)} and {bounds.rows:,} rows are read."
            raise refuse(content.filename, f"unfolds to {megabytes(size)} and {meta.num_rows:,} rows; {limit}")
        yield table
