"""Rows that end before they begin, counted before they are set aside: most of them, and the two columns are swapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from csi.definition import Duration

Backward = Mapping[tuple[str, str], tuple[int, int]]  # per pair of moments: how many run backwards, of how many


def backward_rows(frame: pd.DataFrame, kept: np.ndarray, value: Duration) -> tuple[int, int]:
    """Of some rows (by position) that have both moments: how many end before they begin, of how many."""
    if not {value.start, value.end} <= set(frame.columns):
        return 0, 0
    starts, ends = frame[value.start].iloc[kept], frame[value.end].iloc[kept]
    return int((ends < starts).sum()), int((starts.notna() & ends.notna()).sum())


def added(parts: Iterable[Backward]) -> Backward:
    """Of all rows, from what was counted in portions of them."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for one in parts:
        for pair, (backward, timed) in one.items():
            known = sums.get(pair, (0, 0))
            sums[pair] = known[0] + backward, known[1] + timed
    return sums
