"""A date that several rows share, far from all others of its column: it may stand for "not yet", and is asked about.

What databases are known to write there is in ``placeholders``; people write others: 2222-02-22, 2500-12-31. Nearer ones
(2027-12-31 in an export of 2026) are told by what a file can know: nothing has happened after all else in it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.causes import Cause
from csi.reading.moments import Moments
from csi.reading.name_words import says_not_its_own

_SEVERAL = 2  # rows: one alone may be a slip of the keyboard, and is a date as it stands
_FAR = 3_652  # days
_SPANS = 2  # and so many times the span of all other dates
# Of a day to come: further from all else than so many days and so many times the column's longest silence. Ours.
_AHEAD, _SILENCES = 31, 2
_AHEAD_OF_PART = 365  # where only a part of the file is seen
_LONE_AHEAD, _LONE_SILENCES = 365, 10  # of one that stands in one row
_OTHERS = 10  # different days that tell what is usual, where one row is to be told from them
_MOST = 0.1  # of the other cells may stand at midnight where a midnight is to be a mark
_DAY = 86_400_000_000
_LAST_MINUTE = _DAY - 60_000_000
_CALENDARS = (Cause.BUDDHIST_YEAR, Cause.OTHER_CALENDAR)
REASON = "a date far from all others"


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside a column's cells.

    Attributes:
        name: of the column; a deadline may lie ahead of all else.
        newest: the newest day of the file's other moments (see ``newest_days``); None where there are none.
        is_whole: whether the cells are all of the column, else a part of it.
    """

    name: str = ""
    newest: int | None = None
    is_whole: bool = True

    def after(self, days: np.ndarray) -> int:
        """The newest day of all."""
        return int(days[-1]) if self.newest is None else max(int(days[-1]), self.newest)


NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class Far:
    """A far date: which rows hold it (True), as it is written there, and how many days lie to the next date."""

    rows: np.ndarray
    text: str
    days: int

    @property
    def count(self) -> int:
        """How many rows hold it."""
        return int(self.rows.sum())

    @property
    def distance(self) -> str:
        """How far the next date is, for people."""
        years = int(self.days // 365.25)
        return f"{years:,} years" if years > 1 else f"{self.days:,} days"

    @property
    def expected(self) -> str:
        """What is to be said of it, for people."""
        if self.count < _SEVERAL:
            return (
                f"a date nearer to the others: nothing else happens for {self.distance} before it; correct it, or list "
                "the column under meant if the date is real"
            )
        return (
            f"a date nearer to the others: {self.count:,} rows share this one, {self.distance} from the next; "
            "list it under missing if it means “not yet”, or the column under meant if the date is real"
        )


def far_dates(cells: pa.ChunkedArray, read: Moments, beside: Beside = NOTHING) -> tuple[Far, ...]:
    """The far dates of a column.

    Args:
        cells: as delivered, one per row.
        read: the same, typed, without the dates that are known to stand for nothing.
        beside: what else the file tells.
    """
    return (*_by_day(cells, read, beside), *_by_calendar(cells, read))


def newest_days(reads: Mapping[str, Moments]) -> dict[str, int | None]:
    """Per column the newest day (since 1970) of all others that says how far a file goes; None where nothing does.

    Neither deadlines say so, nor days that may be marks.
    """
    own = {name: _Days.of(read).usual for name, read in reads.items() if not says_not_its_own(name)}
    last = {name: int(days[-1]) for name, days in own.items() if len(days)}
    return {name: max((day for other, day in last.items() if other != name), default=None) for name in reads}


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of a column (since 1970, sorted), in how many rows each is, and which look like marks.

    ``marks``: several rows share the day and its time, and it begins or ends a year or, among moments of all hours,
    stands at midnight.
    """

    days: np.ndarray
    counts: np.ndarray
    marks: np.ndarray

    @classmethod
    def of(cls, read: Moments) -> _Days:
        stamps = read.local.astype("datetime64[us]")
        stamps = stamps[~np.isnat(stamps) & ~read.instants.isna().to_numpy()].astype("int64")
        moments, held = np.unique(stamps, return_counts=True)
        days, first = np.unique(moments // _DAY, return_index=True)
        counts = np.add.reduceat(held, first) if len(held) else held
        is_edge = (moments % _DAY == 0) | (moments % _DAY >= _LAST_MINUTE)
        times = np.diff(np.append(first, len(moments)))
        at_edge = is_edge[first] if len(first) else is_edge
        elsewhere = held[~np.isin(moments // _DAY, days[at_edge & (counts >= _SEVERAL)])]
        edges = held[is_edge].sum() - counts[at_edge & (counts >= _SEVERAL)].sum()
        has_clock = elsewhere.sum() > 0 and edges <= _MOST * elsewhere.sum()
        likely = _begins_or_ends_year(days) | (at_edge & has_clock)
        return cls(days, counts, (counts >= _SEVERAL) & (times == 1) & likely)

    @property
    def usual(self) -> np.ndarray:
        """The days that are no marks; nor one that stands alone in a row, far ahead of many."""
        days, counts = self.days[~self.marks], self.counts[~self.marks]
        if (
            len(days) > _OTHERS
            and counts[-1] == 1
            and _is_ahead(days[-1], days[-2], days[:-1], _LONE_AHEAD, _LONE_SILENCES)
        ):
            return days[:-1]
        return days


def _begins_or_ends_year(days: np.ndarray) -> np.ndarray:
    first = days.astype("datetime64[D]")
    years = first.astype("datetime64[Y]")
    last = (years + np.timedelta64(1, "Y")).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.asarray((first == years.astype("datetime64[D]")) | (first == last))


def _is_ahead(day: int, last: int, others: np.ndarray, least: int, silences: int) -> bool:
    """Whether a day comes long after the last of all else: longer than ever nothing happened before."""
    return bool(day - last > max(least, silences * int(np.diff(others).max(initial=0))))


def _ahead(read: Moments, beside: Beside) -> Iterator[tuple[int, int]]:
    """Days that cannot have come yet, each with its distance to all that has happened."""
    found = _Days.of(read)
    others = found.usual
    if says_not_its_own(beside.name) or len(others) < 2:
        return
    last, least = beside.after(others), _AHEAD if beside.is_whole else _AHEAD_OF_PART
    for day, is_mark in zip(found.days, found.marks, strict=True):
        limits = (least, _SILENCES) if is_mark else (_LONE_AHEAD, _LONE_SILENCES)
        if (is_mark or beside.is_whole) and day not in others and _is_ahead(day, last, others, *limits):
            yield int(day), int(day - last)


def _by_day(cells: pa.ChunkedArray, read: Moments, beside: Beside) -> tuple[Far, ...]:
    days = np.where(read.instants.isna().to_numpy(), np.datetime64("NaT"), read.local).astype("datetime64[D]")
    known = ~np.isnat(days)
    distinct, counts = np.unique(days[known].astype("int64"), return_counts=True)
    found = {**dict(_ahead(read, beside)), **dict(_alone(distinct, counts))}
    return tuple(_far(cells, days == np.datetime64(day, "D"), found[day]) for day in sorted(found))


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
    return (Far(odd, text, int(np.abs(years - int(told[0])).min() * 365.25)),)


def _far(cells: pa.ChunkedArray, rows: np.ndarray, distance: int) -> Far:
    return Far(rows, str(cells[int(rows.argmax())].as_py()).strip(), distance)


def without_far(cells: pa.ChunkedArray, read: Moments, beside: Beside = NOTHING) -> tuple[Moments, tuple[Far, ...]]:
    """The moments of a column with its far dates unreadable, until a person says what they mean; and these."""
    found = far_dates(cells, read, beside)
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
