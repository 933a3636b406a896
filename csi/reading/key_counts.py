"""What a key makes of the rows of one delivery: how many cases, and how many rows would be left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Keys:
    """``cases`` of ``named`` rows that name one; ``left_out`` rows differ from the row of their case that would count.

    ``left_out`` is 0 where a column says which row of a case is the latest: then rows are versions of a case.
    """

    named: int = 0
    cases: int = 0
    left_out: int = 0


def counted(path: Path, key: str, latest_by: str = "") -> Keys:
    """How a key tells the stored rows of a delivery apart; exact copies leave nothing out."""
    if not key:
        return Keys()
    names = np.concatenate([_hashed(part) for part in _parts(path, [key])] or [np.empty(0, "uint64")])
    cases, times = np.unique(names, return_counts=True)
    repeated = cases[times > 1]
    lost = 0 if latest_by or not len(repeated) else _different(path, key, repeated) - len(repeated)
    return Keys(len(names), len(cases), lost)


def _different(path: Path, key: str, repeated: np.ndarray) -> int:
    """How many different rows bear a key that occurs more than once."""
    found = []
    for frame in _parts(path, None):
        named = frame.dropna(subset=[key])
        shared = named[np.isin(_hashed(named[[key]]), repeated)].drop(columns="line")
        found.append(pd.util.hash_pandas_object(shared, index=False).to_numpy())
    return len(np.unique(np.concatenate(found)))


def _parts(path: Path, columns: list[str] | None) -> Iterator[pd.DataFrame]:
    for part in pq.ParquetFile(path).iter_batches(columns=columns):
        yield part.to_pandas()


def _hashed(frame: pd.DataFrame) -> np.ndarray:
    """One number per row that names a case."""
    return pd.util.hash_pandas_object(frame.iloc[:, 0].dropna(), index=False).to_numpy()
