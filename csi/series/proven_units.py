"""The unit of a length of time that a file proves: its numbers are the time between two moments of the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pandas as pd

from csi.definition import SourceDefinition
from csi.reading.unit_table import find
from csi.series.further_moments import moments_in
from csi.series.periods import MISSING

_ROWS = 2_000  # looked at; ours
_SEVERAL = 5  # different lengths that agree; ours: one or two may be chance
_FITS = 0.9  # of the rows with a number and both moments; ours: the others were corrected by hand
_UNITS = ("s", "min", "h", "d")
_MICROSECONDS = 1_000.0  # nanoseconds, the base of the table
_CLOSE = 0.02  # of the length: moments are written to the minute more often than lengths are


def proven(frame: pd.DataFrame, column: str, source: SourceDefinition) -> str:
    """The unit in which a column's numbers are the time from one moment to another; empty where nothing proves one.

    Args:
        frame: rows of one delivery, typed where the study names a column, else as text.
        column: numbers, NaN where there is none.
        source: says how its moments are written.
    """
    head = frame.iloc[:_ROWS]
    numbers = head[column].to_numpy(dtype=float)
    found = {unit for lasting in _lengths(head, source) for unit in _UNITS if _is_in(numbers, lasting, unit)}
    return found.pop() if len(found) == 1 else ""


def longer_than_all(frame: pd.DataFrame, column: str, unit: str, source: SourceDefinition) -> tuple[int, int]:
    """In how many rows a number, as a length of time in a unit, is more than all moments of the row span, of how many.

    Of the rows looked at that hold the number and two moments; none where they hold few different numbers.
    """
    head = frame.iloc[:_ROWS]
    numbers = head[column].to_numpy(dtype=float)
    moments = [one.astype(float) for one in _known(head, source)]
    if len(moments) < 2:
        return 0, 0
    every = np.vstack(moments)
    spans = np.nanmax(every, axis=0, initial=-np.inf, where=~np.isnan(every))
    spans = spans - np.nanmin(every, axis=0, initial=np.inf, where=~np.isnan(every))
    rows = (spans > 0) & (numbers > 0)
    longer = rows & (numbers * _size(unit) > (1 + _CLOSE) * spans)
    return (int(longer.sum()), int(rows.sum())) if len(np.unique(numbers[longer])) >= _SEVERAL else (0, 0)


def _known(head: pd.DataFrame, source: SourceDefinition) -> Iterator[np.ndarray]:
    """The moments of each column that holds some (us), NaN where there is none."""
    for cells in moments_in(head, source).values():
        yield np.where(cells != MISSING, cells.astype(float), np.nan)


def _size(unit: str) -> float:
    """How many microseconds a unit of time is."""
    known = find(unit)
    return (known.factor if known else 1.0) / _MICROSECONDS


def _lengths(head: pd.DataFrame, source: SourceDefinition) -> Iterator[np.ndarray]:
    """The time between each two moments of a row (us), NaN where one of them is missing."""
    moments = moments_in(head, source).values()
    for start, end in permutations(moments, 2):
        yield np.where((start != MISSING) & (end != MISSING), end.astype(float) - start.astype(float), np.nan)


def _is_in(numbers: np.ndarray, lasting: np.ndarray, unit: str) -> bool:
    """Whether numbers are lengths of time in a unit, rounded to as many decimals as they have."""
    rows = (lasting > 0) & ~np.isnan(numbers)
    given, meant = numbers[rows], lasting[rows] / _size(unit)
    fits = np.abs(given - meant) <= np.maximum(_step(given), _CLOSE * meant)
    return len(np.unique(given[fits & (given > 0)])) >= _SEVERAL and bool(fits.mean() >= _FITS)


def _step(numbers: np.ndarray) -> float:
    """One in the last place that all numbers are written with: what rounding, or cutting off, takes away at most."""
    places = next((one for one in range(4) if np.allclose(numbers, np.round(numbers, one), rtol=0, atol=1e-9)), 4)
    return float(10.0**-places)
