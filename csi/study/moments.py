"""Moments of a report in one offset, so that a column of them is read across a change of the clock.

pandas 3 refuses a list whose offsets differ, and a report over spring has two. UTC would do, but then the week that
begins on Monday in Berlin would begin on a Sunday in the file. So all of a report stand in one offset, the largest
its moments have: the text is ISO 8601 with an offset, the instant is the same, and its first ten signs are the day
on which the period begins where it is read (only a time of day in winter is said in summer's offset).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

MOMENTS = ("start", "end", "first_at", "last_at")
T = TypeVar("T")


def in_one_offset(plain: T) -> T:
    """A plain report, or a part of one, with all its moments in one offset."""
    offset = max(_offsets(plain), default=None)
    return plain if offset is None else _moved(plain, timezone(offset))


def _offsets(plain: Any) -> Iterator[timedelta]:
    if isinstance(plain, dict):
        for key, value in plain.items():
            if key in MOMENTS and isinstance(value, str):
                yield datetime.fromisoformat(value).utcoffset() or timedelta()
            else:
                yield from _offsets(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from _offsets(value)


def _moved(plain: Any, zone: timezone) -> Any:
    if isinstance(plain, dict):
        return {key: _said(value, zone) if key in MOMENTS else _moved(value, zone) for key, value in plain.items()}
    return [_moved(value, zone) for value in plain] if isinstance(plain, list) else plain


def _said(value: Any, zone: timezone) -> Any:
    return datetime.fromisoformat(value).astimezone(zone).isoformat() if isinstance(value, str) else value
