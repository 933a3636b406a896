"""Periods as pandas holds them, by the names of weeks, months and quarters, so that they are known to be no days."""

from __future__ import annotations

from typing import Any

import pandas as pd

# How weeks from Monday, months and quarters of the calendar are written, by what pandas calls their lengths.
NAMED = {"M": "%Y-%m", "ME": "%Y-%m", "Q-DEC": "%Y-Q", "QE-DEC": "%Y-Q", "W-SUN": "%G-W%V"}


def named_periods(column: pd.Series) -> pd.Series:
    """Periods as text (``2025-W01``, ``2025-01``, ``2025-Q1``); those of another length by their first moment."""
    starts = column.dt.start_time
    name = NAMED.get(frequency(column.dtype))
    if name is None:
        return starts
    quarters = column.dt.quarter.astype("string") if name.endswith("Q") else ""
    return starts.dt.strftime(name) + quarters


def frequency(kind: Any) -> str:
    """What pandas calls the length of a column's periods; empty where it holds none."""
    return kind.freq.freqstr if isinstance(kind, pd.PeriodDtype) else ""
