"""How many cases a delivery holds: rows, and different values of its key, counted over all of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_WAITING = 500_000  # keys not yet merged


@dataclass(frozen=True, slots=True)
class KeyCount:
    """What the key column of a delivery shows.

    Attributes:
        column: the key.
        rows: how many rows were read.
        filled: how many of them have a key.
        distinct: how many different keys.
        largest: how many rows the commonest key has.
    """

    column: str
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    largest: int = 0

    @property
    def repeated(self) -> int:
        """Rows that are not the only, or not the first, of their key: what one row a key would leave out."""
        return self.filled - self.distinct


@dataclass(slots=True)
class KeyTally:
    """Counts keys part by part; what is kept is some 32 bytes per different key, whatever the keys' length.

    Keys are told apart by 64 bits of a hash: of 5 million keys, two are taken for one with a chance of 1 in 10⁶.
    Source: birthday bound, n² / 2⁶⁵.
    """

    column: str
    rows: int = 0
    filled: int = 0
    _hashes: list[np.ndarray] = field(default_factory=list)
    _counts: list[np.ndarray] = field(default_factory=list)

    def add(self, keys: pd.Series) -> None:
        """The keys of the next rows; missing is NaN."""
        filled = keys.dropna()
        texts = filled if isinstance(filled.dtype, pd.StringDtype) else filled.astype("str")
        counted = pc.value_counts(pa.chunked_array([pa.array(texts, pa.string())]).combine_chunks())
        values, counts = counted.field("values"), counted.field("counts").to_numpy()
        self.rows += len(keys)
        self.filled += int(counts.sum())
        self._hashes.append(pd.util.hash_array(values.to_numpy(zero_copy_only=False), categorize=False))
        self._counts.append(counts)
        if sum(map(len, self._hashes[1:])) > max(_WAITING, len(self._hashes[0])):
            self._merge()

    def _merge(self) -> None:
        """Each key once."""
        hashes, places = np.unique(np.concatenate(self._hashes), return_inverse=True)
        weights = np.concatenate(self._counts)
        self._hashes = [hashes]
        self._counts = [np.bincount(places, weights=weights, minlength=len(hashes)).astype(np.int64)]

    def counted(self) -> KeyCount:
        """What was seen so far."""
        if not self.filled:
            return KeyCount(self.column, self.rows)
        self._merge()
        return KeyCount(self.column, self.rows, self.filled, len(self._hashes[0]), int(self._counts[0].max()))


def count_keys(frame: pd.DataFrame, column: str) -> KeyCount | None:
    """The keys of rows held in memory; None where no column names a case."""
    if not column or column not in frame.columns:
        return None
    counts = frame[column].value_counts(sort=False)
    return KeyCount(column, len(frame), int(counts.sum()), len(counts), int(counts.max()) if len(counts) else 0)
