"""Clocks that tell when, as columns beside a date hold them: 14:05, 2:05 PM, 18.00.00, 14h05."""

from __future__ import annotations

import re
from collections.abc import Sequence

from csi.reading.column_headers import says_length

_HOUR = r"(?:[01]?\d|2[0-3])"
_TOLD = re.compile(rf"{_HOUR}(?::[0-5]\d(?::[0-5]\d)?|\.[0-5]\d\.[0-5]\d)(?:\s?[AaPp][Mm])?")
_WITH_LETTER = re.compile(rf"{_HOUR}\s?[hH]\s?[0-5]\d")  # also a length of time: 2h05
_BEHIND_DATE = re.compile(r":|\d[T\s]+\d")


def time_of_day(header: str, cells: Sequence[str]) -> int:
    """How many cells of a column can be times of day; with a letter (14h05) only where no header says a length."""
    told = sum(_TOLD.fullmatch(cell.strip()) is not None for cell in cells)
    lettered = sum(_WITH_LETTER.fullmatch(cell.strip()) is not None for cell in cells)
    return told + (0 if says_length(header) else lettered)


def has_clock(dates: Sequence[str]) -> bool:
    """Whether dates already stand with a time of day."""
    return any(_BEHIND_DATE.search(cell) for cell in dates)
