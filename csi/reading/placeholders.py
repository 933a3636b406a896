"""Dates that stand for "not yet" or "none": 9999-12-31, 1970-01-01, 0000-00-00; they are missing, and are counted.

Only where they stand far from all other moments of their column: in data of January 1970 its first day is a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.moments import Moments

# What databases and programs write where there is no date: the last and first that they know, or their zero.
_DAYS = np.array(
    [
        "9999-12-31",
        "2999-12-31",
        "2099-12-31",
        "1970-01-01",
        "1900-01-01",
        "1899-12-30",
        "1899-12-31",
        "1753-01-01",
        "0001-01-01",
        "1111-11-11",
        "1601-01-01",
        "2049-12-31",
        "2100-01-01",
        "3000-01-01",
        "4712-12-31",
    ],
    dtype="datetime64[D]",
)
# The last moments that programs can count: seconds in 32 bits, nanoseconds in 64.
_LAST = np.array(["2038-01-19T03:14:07", "2262-04-11T23:47:16"], dtype="datetime64[s]").astype("datetime64[us]")
_ZONES = 14 * 3_600_000_000  # microseconds: no zone is further from UTC
_NEAR = 31  # days
_DAY = 86_400_000_000
_QUARTER = 900_000_000
_LAST_SECOND = _DAY - 1_000_000


@dataclass(frozen=True, slots=True)
class Placeholder:
    """How many cells of a column hold a date that stands for nothing, and the line of the first."""

    count: int
    line: int


Placeholders = Mapping[str, Mapping[str, Placeholder]]


def without_placeholders(
    cells: pa.ChunkedArray, read: Moments, lines: np.ndarray
) -> tuple[Moments, dict[str, Placeholder]]:
    """The moments of a column without those that stand for nothing, and what these were, by their text.

    Args:
        cells: as delivered, one per row.
        read: the same, typed.
        lines: of each row.
    """
    stands = _far(read) | _zeros(cells, read)
    if not stands.any():
        return read, {}
    rows = np.flatnonzero(stands)
    texts = pd.Series(cells.take(pa.array(rows)).to_pylist()).astype(str).str.strip()
    found = {
        str(text): Placeholder(len(group), int(lines[rows[group.index[0]]]))
        for text, group in texts.groupby(texts, sort=False)
    }
    return replace(read, instants=read.instants.mask(stands)), found


def together(parts: Iterable[Placeholders]) -> dict[str, dict[str, Placeholder]]:
    """The same of several parts in their order: counts added up, the first line kept."""
    found: dict[str, dict[str, Placeholder]] = {}
    for part in parts:
        for column, texts in part.items():
            known = found.setdefault(column, {})
            for text, one in texts.items():
                before = known.get(text)
                known[text] = Placeholder(before.count + one.count, before.line) if before else one
    return found


def _zeros(cells: pa.ChunkedArray, read: Moments) -> np.ndarray:
    """Dates of zeros only: no moment, but not unreadable and not blank."""
    none = read.instants.isna().to_numpy() & ~read.unreadable
    if not none.any() or not pa.types.is_string(cells.type):
        return np.zeros(len(none), dtype=bool)
    filled = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(cells), ""), False)
    return none & filled.to_numpy()


def _far(read: Moments) -> np.ndarray:
    """Midnights and last seconds of the days above, and second 0 of 1970, far from the column's other moments."""
    stamps = read.local.astype("datetime64[us]").astype("int64")
    days = read.local.astype("datetime64[D]")
    likely = np.isin(days, _DAYS)
    likely[likely] = _is_edge(stamps[likely])
    likely |= np.isin(stamps, _LAST.astype("int64"))
    # The zero of computers, also as another zone's clock shows it.
    likely |= (np.abs(stamps) <= _ZONES) & (stamps % _QUARTER == 0)
    likely |= (read.instants == pd.Timestamp(0, tz="UTC")).to_numpy()
    if not likely.any():
        return likely
    others = np.unique(days[~likely & ~np.isnat(days)]).astype("int64")
    distinct, places = np.unique(days[likely].astype("int64"), return_inverse=True)
    likely[likely] = _is_far(distinct, others)[places]
    return likely


def _is_edge(stamps: np.ndarray) -> np.ndarray:
    time = stamps % _DAY
    return (time == 0) | (time >= _LAST_SECOND)


def _is_far(days: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which days are further from every other than a month, and than two usual steps of the column.

    Years in a row are a step of a year apart: the first of them is no placeholder.
    """
    if not len(others):
        return np.ones(len(days), dtype=bool)
    step = np.median(np.diff(others)) if len(others) > 1 else 0
    place = np.searchsorted(others, days)
    below, above = np.maximum(place - 1, 0), np.minimum(place, len(others) - 1)
    nearest = np.minimum(np.abs(days - others[below]), np.abs(others[above] - days))
    return nearest > max(_NEAR, 2 * step)
