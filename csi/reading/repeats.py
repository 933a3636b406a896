"""Rows of one delivery that stand in it twice, to the letter and in the same order: a stretch was written again.

Single rows may be alike by chance where no column names a case; as many in a row as here hardly are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

MOST = 100_000  # rows of a delivery that are looked at; ours
_FEWEST = 5  # rows of a stretch, and different ones among them; ours


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many rows repeat earlier ones of their delivery in stretches, and the lines of the first and the last."""

    rows: int
    first: int
    last: int


def prints_of(table: pa.Table, lines: np.ndarray) -> pd.Series:
    """A hash per row of all its cells, by its line."""
    hashes = pd.util.hash_pandas_object(table.to_pandas(), index=False)
    return pd.Series(np.asarray(hashes, dtype=np.uint64), index=lines)


def repeats_of(prints: Sequence[pd.Series]) -> Repeats | None:
    """The rows of a delivery that repeat earlier ones; None of so many rows that not all have a hash, or of none.

    Args:
        prints: of its parts, in file order; empty where a part was not looked at.
    """
    if not prints or any(one.empty for one in prints) or sum(map(len, prints)) > MOST:
        return None
    whole = pd.concat(prints)
    codes, _ = pd.factorize(whole.to_numpy())
    firsts = np.full(int(codes.max()) + 1, -1)
    places = np.arange(len(codes))
    firsts[codes[::-1]] = places[::-1]  # the last assignment wins: the first place of each
    back = places - firsts[codes]
    starts = np.flatnonzero(np.diff(back, prepend=-1) != 0)
    found = np.zeros(len(codes), dtype=bool)
    for start, end in zip(starts, [*starts[1:], len(codes)], strict=True):
        if back[start] and end - start >= _FEWEST and len(np.unique(codes[start:end])) >= _FEWEST:
            found[start:end] = True
    if not found.any():
        return None
    lines = whole.index.to_numpy()[found]
    return Repeats(int(found.sum()), int(lines[0]), int(lines[-1]))
