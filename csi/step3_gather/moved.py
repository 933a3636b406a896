"""Which cells another reading of the same bytes gave another value: as many rows, and yet not what stood there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from csi.errors import NotFound
from csi.reading.files import FileStore
from csi.reading.quantities import into
from csi.reading.reading import REFUSED
from csi.step3_gather.intake import Stored

_LINE = "line"
_NEAR = 1e-9  # relative; what converting there and back costs


def moved(files: FileStore, before: Stored, now: Stored) -> dict[str, int]:
    """Per column how many cells hold another value now than before: filled both times, in the same line; of words also
    those that are filled only once, as nobody else counts them.

    Read column by column, so that no more than two of them are in memory. Columns of another kind now (text, a number,
    a moment) are left out: whether their cells can be read is counted elsewhere. Empty where rows are kept no more.
    """
    try:
        return _moved(files, before, now)
    except NotFound:
        return {}


def _moved(files: FileStore, before: Stored, now: Stored) -> dict[str, int]:
    with files.open(before.rows_key) as first, files.open(now.rows_key) as second:
        old, new = (pq.ParquetFile(pa.PythonFile(one)) for one in (first, second))
        rows = _same_lines(*(one.read(columns=[_LINE]).column(0) for one in (old, new)))
        if rows is None:
            return {}
        found = {}
        for name in new.schema_arrow.names:
            if name in (_LINE, REFUSED) or name not in old.schema_arrow.names:
                continue
            first_cells, second_cells = (
                one.read(columns=[name]).column(0).take(at) for one, at in zip((old, new), rows, strict=True)
            )
            found[name] = _differ(first_cells, second_cells, before.units.get(name, ""), now.units.get(name, ""))
    return {name: count for name, count in found.items() if count}


def _same_lines(old: pa.ChunkedArray, new: pa.ChunkedArray) -> tuple[pa.Array, pa.Array] | None:
    """The places of the lines that both readings have; None where a line is several rows and they do not agree."""
    if old.equals(new):
        every = pa.array(np.arange(len(old)))
        return every, every
    if len(old.unique()) < len(old) or len(new.unique()) < len(new):
        return None
    places = pc.index_in(new, value_set=old.combine_chunks())
    both = pc.is_valid(places)
    return places.filter(both).combine_chunks(), pa.array(np.flatnonzero(both.to_numpy()))


def _differ(old: pa.ChunkedArray, new: pa.ChunkedArray, unit_before: str, unit_now: str) -> int:
    if old.type != new.type:
        return 0
    if not pa.types.is_floating(old.type):
        once = pc.xor(pc.is_valid(old), pc.is_valid(new)) if not pa.types.is_temporal(old.type) else False
        return int(pc.sum(pc.fill_null(pc.not_equal(old, new), once)).as_py() or 0)
    factor = into(unit_before, unit_now) if unit_before and unit_now else None
    filled = pc.and_(pc.is_valid(old), pc.is_valid(new)).to_numpy()
    if unit_before != unit_now and factor is None:
        return int(filled.sum())
    up, down = factor or (1.0, 1.0)
    first, second = (one.filter(pa.array(filled)).to_numpy() for one in (old, new))
    return int((~np.isclose(first * up / down, second, rtol=_NEAR, atol=0)).sum())


def together(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The counts of several deliveries as one."""
    names = dict.fromkeys(name for one in counts for name in one)
    return {name: sum(one.get(name, 0) for one in counts) for name in names}
