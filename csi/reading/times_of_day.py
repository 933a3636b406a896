"""Clocks that tell when, as columns beside a date hold them: 14:05, 2:05 PM, 2p, 오후 2:05, 18.00.00, 14h05."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from csi.reading.column_headers import says_clock, says_duration, says_length
from csi.reading.durations import ShortClock, lengths
from csi.reading.moments import read_moments

_HOUR = r"(?:[01]?\d|2[0-3])"
_TOLD = re.compile(rf"{_HOUR}(?::[0-5]\d(?::[0-5]\d)?|\.[0-5]\d\.[0-5]\d)(?:\s?[AaPp][Mm])?")
_WITH_LETTER = re.compile(rf"{_HOUR}\s?[hH]\s?[0-5]\d")  # also a length of time: 2h05
# A word before or behind, which may say the half of the day; what it says is looked up where a cell has this form.
_CLOCK, _WORD = rf"{_HOUR}(?::\d\d){{1,2}}", r"[^\d:]{1,20}"
_WITH_WORD = re.compile(rf"{_WORD}{_CLOCK}|{_CLOCK}{_WORD}|{_HOUR}(?:\s?[ap]\.?\s?m\.?|[ap])", re.I)
_FIGURES = re.compile(r"\s*(\d{1,2})[:.][\d:.]+\s*\Z")  # 2:05 AM says its half of the day, so it is a clock
_MORNING = 6  # o'clock; ours
FITS = 0.9  # of a column's cells; ours
_DAY = "2000-01-01"
_BEHIND_DATE = re.compile(r":|\d[T\s]+\d")


def time_of_day(header: str, cells: Sequence[str]) -> int:
    """How many cells of a column can be times of day; with a letter (14h05) only where no header says a length."""
    bare = [cell.strip() for cell in cells]
    told = sum(_TOLD.fullmatch(cell) is not None for cell in bare)
    lettered = sum(_WITH_LETTER.fullmatch(cell) is not None for cell in bare)
    worded = _worded([cell for cell in bare if _WITH_WORD.fullmatch(cell) and not _TOLD.fullmatch(cell)])
    return told + worded + (0 if says_length(header) else lettered)


def tells_when(header: str, cells: Sequence[str]) -> bool:
    """Whether nearly all cells of a column are clocks that tell when, and not how long.

    Not where the header is the word for how long. Where none says which: what never
    comes to the morning is how long something took.
    """
    if len(cells) == 0 or says_duration(header) or time_of_day(header, cells) < FITS * len(cells):
        return False
    return says_clock(header) or not all(map(_is_early, cells))


def _is_early(cell: str) -> bool:
    hour = _FIGURES.match(cell)
    return hour is not None and int(hour[1]) < _MORNING


def _worded(cells: Sequence[str]) -> int:
    """How many clocks with a word beside them tell when, and no length of time."""
    if not cells:
        return 0
    dated = pa.chunked_array([pa.array([f"{_DAY} {cell}" for cell in cells], pa.string())])
    found = lengths(pa.array(cells, pa.string()), ShortClock.HOURS)
    return int((~read_moments(dated, "iso", "UTC").unreadable & (found.seconds != found.seconds)).sum())


def has_clock(dates: Sequence[str]) -> bool:
    """Whether dates already stand with a time of day."""
    return any(_BEHIND_DATE.search(cell) for cell in dates)
