"""How long the period is that a cell or header names: a day, a week, a month, a quarter or a half-year.

A quarter among months is their total and none of the table's periods: it would be taken for its first month once more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from csi.reading.digits import shaped
from csi.reading.grain import Grain, grain_of
from csi.reading.moments import read_moments
from csi.reading.spelling import spelling

_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF_YEAR: 6, Grain.YEAR: 12}
_DAYS = {Grain.DAY: 1, Grain.WEEK: 7}
_HALF = "Semestre"  # what says of S1 beside months that it is no week


def grains_of(texts: pa.ChunkedArray, order: str) -> np.ndarray:
    """Of each text the ``Grain`` of the period it names (int8); a moment with a time of day is of a day.

    ``S1`` is a half-year; where nothing but weeks stand beside it, nothing is coarser than they are.
    """
    if order not in ("iso", "day_first", "month_first", "year_first"):
        return np.zeros(len(texts), dtype=np.int8)
    found = shaped(pa.array([text or "" for text in texts.to_pylist()], pa.string()))
    own = np.array([grain_of(spelling(shape.strip(), order)) for shape in found.shapes], dtype=np.int8)
    return own[found.codes] if len(own) else np.zeros(len(texts), dtype=np.int8)


def spans(starts: pd.DatetimeIndex, grains: np.ndarray) -> np.ndarray:
    """The day after the last of each period (``datetime64[D]``), by its first."""
    days = starts.to_numpy().astype("datetime64[D]")
    ends = days.copy()
    for grain, months in _MONTHS.items():
        rows = (grains == grain) & ~np.isnat(days)
        ends[rows] = (days[rows].astype("datetime64[M]") + np.timedelta64(months, "M")).astype("datetime64[D]")
    for grain, count in _DAYS.items():
        ends[grains == grain] = days[grains == grain] + np.timedelta64(count, "D")
    return ends


def coarser(names: Sequence[str], order: str) -> list[str]:
    """The headers that name a period in which shorter ones of other headers lie: totals beside their parts."""
    for year in ("", " 2024"):  # Jan, Feb, Q1: their year is elsewhere
        texts = pa.chunked_array([pa.array([f"{name}{year}" for name in names], pa.string())])
        grains = grains_of(texts, order)
        if len(set(grains.tolist()) - {Grain.NONE}) > 1:
            break
    else:
        return []
    read = read_moments(texts, order, "UTC", _HALF)
    starts = pd.DatetimeIndex(read.instants).tz_localize(None)
    lengths = set(grains[overlapping(starts, grains)].tolist())  # one quarter beside its months tells of all
    return [name for name, grain in zip(names, grains.tolist(), strict=True) if grain in lengths]


def overlapping(starts: pd.DatetimeIndex, grains: np.ndarray) -> np.ndarray:
    """Which periods hold the beginning of a shorter one."""
    days, ends = starts.to_numpy().astype("datetime64[D]"), spans(starts, grains)
    dated = ~np.isnat(days) & (grains > Grain.NONE)
    found = np.zeros(len(days), dtype=bool)
    for grain in sorted(set(grains[dated].tolist()))[1:]:
        shorter = np.sort(days[dated & (grains < grain)])
        rows = np.flatnonzero(dated & (grains == grain))
        found[rows] = np.searchsorted(shorter, ends[rows]) > np.searchsorted(shorter, days[rows])
    return found
