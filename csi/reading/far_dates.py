"""A date that several rows share, far from all others of its column: it may stand for "not yet", and is asked about.

What databases are known to write there is in ``placeholders``; people write others: 2222-02-22, 2500-12-31.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.causes import Cause
from csi.reading.moments import Moments

_SEVERAL = 2  # rows: one alone may be a slip of the keyboard, and is a date as it stands
_FAR = 3_652  # days
_SPANS = 2  # and so many times the span of all other dates
_CALENDARS = (Cause.BUDDHIST_YEAR, Cause.OTHER_CALENDAR)
REASON = "a date far from all others"


@dataclass(frozen=True, slots=True)
class Far:
    """A far date: which rows hold it (True), as it is written there, and how many years lie to the next date."""

    rows: np.ndarray
    text: str
    years: int

    @property
    def count(self) -> int:
        """How many rows hold it."""
        return int(self.rows.sum())

    @property
    def expected(self) -> str:
        """What is to be said of it, for people."""
        return (
            f"a date nearer to the others: {self.count:,} rows share this one, {self.years:,} years from the next; "
            "list it under missing if it means “not yet”, or the column under meant if the date is real"
        )


def far_dates(cells: pa.ChunkedArray, read: Moments) -> tuple[Far, ...]:
    """The far dates of a column.

    Args:
        cells: as delivered, one per row.
        read: the same, typed, without the dates that are known to stand for nothing.
    """
    return (*_by_day(cells, read), *_by_calendar(cells, read))


def _by_day(cells: pa.ChunkedArray, read: Moments) -> tuple[Far, ...]:
    days = np.where(read.instants.isna().to_numpy(), np.datetime64("NaT"), read.local).astype("datetime64[D]")
    known = ~np.isnat(days)
    distinct, counts = np.unique(days[known].astype("int64"), return_counts=True)
    return tuple(_far(cells, days == np.datetime64(day, "D"), distance) for day, distance in _alone(distinct, counts))


def _by_calendar(cells: pa.ChunkedArray, read: Moments) -> tuple[Far, ...]:
    """The text that all years of another calendar share: no calendar has one day only beside the days of ours."""
    odd = np.isin(read.causes, _CALENDARS) if len(read.causes) else np.zeros(len(read.unreadable), dtype=bool)
    years = read.local[~np.isnat(read.local)].astype("datetime64[Y]").astype("int64") + 1970
    if not odd.any() or not len(years):
        return ()
    texts = set(pc.utf8_trim_whitespace(cells.filter(pa.array(odd)).cast(pa.string())).to_pylist())
    told = re.search(r"\d{4}", text) if len(texts) == 1 and (text := texts.pop()) else None
    if told is None or odd.sum() < _SEVERAL:
        return ()
    return (Far(odd, text, int(np.abs(years - int(told[0])).min())),)


def _far(cells: pa.ChunkedArray, rows: np.ndarray, distance: int) -> Far:
    return Far(rows, str(cells[int(rows.argmax())].as_py()).strip(), int(distance // 365.25))


def without_far(cells: pa.ChunkedArray, read: Moments) -> tuple[Moments, tuple[Far, ...]]:
    """The moments of a column with its far dates unreadable, until a person says what they mean; and these."""
    found = far_dates(cells, read)
    if not found:
        return read, ()
    far = np.logical_or.reduce([one.rows for one in found])
    return replace(read, instants=read.instants.mask(far), unreadable=read.unreadable | far), found


def _alone(days: np.ndarray, counts: np.ndarray) -> list[tuple[int, int]]:
    """Days (since 1970, sorted) that are shared and lie far from every other, each with the distance to the next."""
    if len(days) < 2 or days[-1] - days[0] <= _FAR:
        return []
    gaps = np.diff(days)
    nearest = np.minimum(np.append(gaps, gaps[-1]), np.insert(gaps, 0, gaps[0]))
    lone = (nearest > _FAR) & (counts >= _SEVERAL)
    others = days[~lone]
    if not len(others):  # nothing tells which of some far days are the usual ones
        return []
    span = others[-1] - others[0]
    return [(int(day), int(far)) for day, far in zip(days[lone], nearest[lone], strict=True) if far > _SPANS * span]
