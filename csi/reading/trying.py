"""A reading tried on the beginning of a delivery, before anything is said for good: which cells it could read."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from csi.definition import SourceDefinition
from csi.reading.ratings import Scale, scale_of_values
from csi.reading.readers import in_some_encoding, stream
from csi.reading.reading import Reading

_FIRST = 20_000  # rows that a look at ratings takes into account
_OURS = ("line",)


def cells_given(
    content: Path, source: SourceDefinition, *, moments: Collection[str], numbers: Collection[str], filename: str = ""
) -> dict[str, tuple[int, int]]:
    """Per column how many filled cells of the first part can be read as what is said of it, and how many cannot.

    Raises:
        InvalidInput: it is no table, or lacks a column.
    """
    part = in_some_encoding(source, lambda tried: _first(content, tried, moments, numbers, filename))
    refused = part.quarantine["column"].value_counts()
    return {name: (int(part.frame[name].count()), int(refused.get(name, 0))) for name in (*moments, *numbers)}


def _first(
    content: Path, source: SourceDefinition, moments: Collection[str], numbers: Collection[str], filename: str
) -> Reading:
    return next(stream(content, source, moments=moments, numbers=numbers, filename=filename))


def scales_held(rows: Path) -> dict[str, Scale]:
    """The columns of a delivery's stored rows that hold ratings, each with its scale, by their first rows."""
    part = next(pq.ParquetFile(rows).iter_batches(batch_size=_FIRST), None)
    frame = pd.DataFrame() if part is None else part.to_pandas()
    told = (
        (str(name), scale_of_values(frame[name], str(name)))
        for name in frame.columns
        if name not in _OURS and not pd.api.types.is_datetime64_any_dtype(frame[name])
    )
    return {name: scale for name, scale in told if scale is not None}
