"""Deliveries that overlap: rows of the same span that stand alike in two of them, where no column names a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from csi.reading.reading import REFUSED
from csi.series.periods import MISSING, microseconds

_FEWEST = 5  # rows of the span that both share; these are ours
_NEARLY = 0.9  # of the rows of either in that span have one alike in the other


@dataclass(frozen=True, slots=True)
class Shared:
    """How many rows stand alike in two deliveries, and from when to when."""

    rows: int
    first: pd.Timestamp
    last: pd.Timestamp


def shared_rows(frames: Sequence[pd.DataFrame], moment: str) -> tuple[Shared, ...]:
    """Per two deliveries that follow each other the rows they share; none of two that share few or no rows.

    A row that stands twice in one delivery is shared twice only where it stands twice in the other, too.

    Args:
        frames: the rows of each delivery.
        moment: the column that tells which span a delivery holds.
    """
    spans = [(*_span(frame, moment), frame) for frame in frames if moment in frame.columns and len(frame)]
    known = sorted((one for one in spans if one[0] is not None), key=lambda one: (one[0], one[1]))
    found = (_shared(first, second, moment) for first, second in pairwise(known))
    return tuple(one for one in found if one is not None)


_Spanned = tuple[int | None, int | None, pd.DataFrame]


def _span(frame: pd.DataFrame, moment: str) -> tuple[int | None, int | None]:
    known = microseconds(frame[moment])
    known = known[known != MISSING]
    return (int(known.min()), int(known.max())) if len(known) else (None, None)


def _shared(first: _Spanned, second: _Spanned, moment: str) -> Shared | None:
    begin, end = second[0], min(first[1] or 0, second[1] or 0)
    if begin is None or begin > end:
        return None
    parts = [_within(one[2], moment, begin, end) for one in (first, second)]
    rows = _alike(*parts)
    if rows < _FEWEST or rows < _NEARLY * max(map(len, parts)):
        return None
    moments = parts[0][moment]
    return Shared(rows, moments.min(), moments.max())


def _within(frame: pd.DataFrame, moment: str, begin: int, end: int) -> pd.DataFrame:
    at = microseconds(frame[moment])
    return frame[(at >= begin) & (at <= end)]


def _alike(first: pd.DataFrame, second: pd.DataFrame) -> int:
    """How many rows have one of their own alike in the other."""
    names = [name for name in first.columns if name in second.columns and name != REFUSED]
    counts = [pd.Series(_prints(part, names)).value_counts() for part in (first, second)]
    both = counts[0].index.intersection(counts[1].index)
    return int(np.minimum(counts[0][both].to_numpy(), counts[1][both].to_numpy()).sum())


def _prints(frame: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    return np.asarray(pd.util.hash_pandas_object(frame[list(names)], index=False))
