"""Half-open periods ``[start, end)`` in the reporting zone: their edges, and the period of each moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from csi.errors import InvalidInput
from csi.reading.local_times import localised
from csi.terms import Period

LONGEST_SERIES = 200_000  # periods; a stray date of year 2200 in hourly data is told, not computed
_STEPS = {Period.DAY: "D", Period.WEEK: "W-MON", Period.MONTH: "MS", Period.QUARTER: "QS"}


class SeriesTooLong(InvalidInput):
    """Between the first and the last moment (``span``) lie more periods than can be meant (``many``)."""

    def __init__(self, span: str, many: str) -> None:
        super().__init__("period", f"{span} holds more than {many}; expected fewer")
        self.many = many


@lru_cache(maxsize=256)  # every KPI of a study asks for the same few
def moment_of(day: date | datetime, timezone: str) -> pd.Timestamp:
    """A date's midnight (or a local moment) in the reporting zone; a moment with an offset is kept."""
    if isinstance(day, datetime) and day.tzinfo is not None:
        return pd.Timestamp(day).as_unit("us").tz_convert(timezone)
    return localised(pd.DatetimeIndex([pd.Timestamp(day)]), timezone)[0]


@lru_cache(maxsize=256)  # every KPI of a study asks for the same few
def edges(first: pd.Timestamp, last: pd.Timestamp, period: Period, timezone: str) -> pd.DatetimeIndex:
    """The edges of all periods from the one holding ``first`` to the one holding ``last``, both included.

    Args:
        first: an aware moment.
        last: an aware moment, not before ``first``.
        period: hour, day, week (from Monday), month or quarter.
        timezone: the reporting zone; a clock-change week has 167 or 169 hours.

    Returns:
        n + 1 edges in the reporting zone for n periods.
    """
    opening = _opening_day(first.tz_convert(timezone), period)
    closing = last.tz_convert(timezone).tz_localize(None).normalize()
    _bounded(opening, closing, period)
    if period is Period.HOUR:
        return _hours(first, last, opening, closing, timezone)
    days = pd.date_range(opening, closing + pd.Timedelta(days=100), freq=_STEPS[period])
    # A day that a zone never had (Apia, 30 December 2011) is no period.
    return localised(days[: int(days.searchsorted(closing, side="right")) + 1], timezone).unique()


def _opening_day(local: pd.Timestamp, period: Period) -> pd.Timestamp:
    day = local.tz_localize(None).normalize()
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    if period is Period.MONTH:
        return day.replace(day=1)
    if period is Period.QUARTER:
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    return day


def _bounded(opening: pd.Timestamp, closing: pd.Timestamp, period: Period) -> None:
    days = (closing - opening).days + 1
    shortest = {Period.HOUR: 1 / 24, Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 28, Period.QUARTER: 90}[period]
    if days / shortest > LONGEST_SERIES:
        raise SeriesTooLong(f"{opening.date()} to {closing.date()}", f"{LONGEST_SERIES:,} periods of one {period}")


def _hours(
    first: pd.Timestamp, last: pd.Timestamp, opening: pd.Timestamp, closing: pd.Timestamp, timezone: str
) -> pd.DatetimeIndex:
    """Hours counted from each local midnight, so that they are whole also in zones off by half an hour."""
    days = localised(pd.date_range(opening, closing + pd.Timedelta(days=1), freq="D"), timezone)
    utc = days.asi8
    hour = 3_600_000_000
    counts = -((utc[:-1] - utc[1:]) // hour)  # rounded up: the last hour of a day may be short
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = np.append(np.repeat(utc[:-1], counts) + offsets * hour, utc[-1])
    low, high = np.searchsorted(starts, microseconds(pd.DatetimeIndex([first, last])), side="right")
    low -= 1
    return from_microseconds(starts[low : high + 1], timezone)


def from_microseconds(values: np.ndarray, timezone: str) -> pd.DatetimeIndex:
    """Moments from microseconds since 1970 (UTC)."""
    return pd.DatetimeIndex(values.astype("datetime64[us]"), tz="UTC").tz_convert(timezone)


def microseconds(moments: pd.Series | pd.DatetimeIndex) -> np.ndarray:
    """Moments as int64 microseconds since 1970 (UTC); a missing one is the smallest int64."""
    index = moments if isinstance(moments, pd.DatetimeIndex) else pd.DatetimeIndex(moments)
    return index.as_unit("us").asi8


MISSING = np.iinfo(np.int64).min  # how a missing moment looks as a number
LATEST = np.iinfo(np.int64).max


def codes(moments: np.ndarray, edges_: np.ndarray) -> np.ndarray:
    """The position of each moment's period; -1 when missing or outside.

    Args:
        moments: int64 microseconds (UTC).
        edges_: int64 microseconds, ascending, n + 1 for n periods.
    """
    position = np.searchsorted(edges_, moments, side="right").astype(np.int32) - np.int32(1)
    position[position == len(edges_) - 1] = -1
    return position


def phases(starts: pd.DatetimeIndex, period: Period) -> np.ndarray:
    """Which periods are alike: hours by hour of the day, apart at weekends; days by weekday; all others together.

    Before there are two of each weekday, days are alike but for the weekend.
    """
    weekend = np.asarray(starts.day_of_week >= 5, dtype=np.int64)
    if period is Period.HOUR:
        return weekend * 24 + np.asarray(starts.hour)
    if period is Period.DAY:
        return np.asarray(starts.day_of_week) if len(starts) >= 14 else weekend
    return np.zeros(len(starts), dtype=np.int64)
