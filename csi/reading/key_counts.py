"""What a key makes of the rows of one delivery: how many cases, and how many rows would be left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from csi.reading.name_words import says_begun, says_no_more_than_when, says_opened

MOST_OLDER = 0.5  # of the rows, that a key may leave out as older ones before their moments have to bear it out; ours
_NEARLY_ALL = 0.95  # of the keys have one moment of their own; ours: some were corrected by hand


@dataclass(frozen=True, slots=True)
class Keys:
    """``cases`` of ``named`` rows that name one; ``left_out`` rows differ from the row of their case that would count.

    ``left_out`` is 0 where a column says which row of a case is the latest: then rows are versions of a case. Of those
    ``older`` would be left out, told only where they are most rows, and no moment shows that each case began once.
    """

    named: int = 0
    cases: int = 0
    left_out: int = 0
    older: int = 0


def counted(path: Path, key: str, latest_by: str = "") -> Keys:
    """How a key tells the stored rows of a delivery apart; exact copies leave nothing out."""
    if not key:
        return Keys()
    names = np.concatenate([_hashed(part) for part in _parts(path, [key])] or [np.empty(0, "uint64")])
    cases, times = np.unique(names, return_counts=True)
    repeated = cases[times > 1]
    may_be_wrong = len(names) - len(cases) > MOST_OLDER * len(names)
    if not len(repeated) or (latest_by and not (may_be_wrong and not _are_versions(path, key, latest_by, repeated))):
        return Keys(len(names), len(cases))
    lost = _different(path, key, repeated) - len(repeated)
    if latest_by:
        return Keys(len(names), len(cases), older=lost if lost > MOST_OLDER * len(names) else 0)
    return Keys(len(names), len(cases), lost)


def _are_versions(path: Path, key: str, latest_by: str, repeated: np.ndarray) -> bool:
    """Whether the rows of a key share a moment that others do not: the one at which a case began."""
    return any(_is_one_each(path, key, name, repeated) for name in _moments(path, (key, latest_by, "line")))


def _moments(path: Path, others: Sequence[str]) -> Iterator[str]:
    """The columns of moments, typed or by their name."""
    for field in pq.ParquetFile(path).schema_arrow:
        is_named = any(says(field.name) for says in (says_opened, says_begun, says_no_more_than_when))
        if field.name not in others and (is_named or str(field.type).startswith("timestamp")):
            yield field.name


def _is_one_each(path: Path, key: str, name: str, repeated: np.ndarray) -> bool:
    pairs, moments = [], []
    for frame in _parts(path, [key, name]):
        known = frame.dropna()
        held = known[np.isin(_hashed(known[[key]]), repeated)]
        pairs.append(pd.util.hash_pandas_object(held, index=False).to_numpy())
        moments.append(_hashed(known[[name]]))
    each = len(np.unique(np.concatenate(pairs)))
    return len(np.unique(np.concatenate(moments))) > 1 and len(repeated) >= _NEARLY_ALL * each > 0


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
