"""Calendar periods between two days, and days on which rows fell: what is expected, what came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from csi.errors import TooManyRows
from csi.terms import Period

MOST = 75_000  # periods at once: 200 years of days. Ours; of more, a moment is wrong that nobody has asked about
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3}


def start_of(day: date, period: Period) -> date:
    """The first day of the period a day lies in; hours are counted by the day."""
    if period in _MONTHS:
        months = _MONTHS[period]
        return date(day.year, (day.month - 1) // months * months + 1, 1)
    return day - timedelta(days=day.weekday()) if period is Period.WEEK else day


def end_of(start: date, period: Period) -> date:
    """The day after a period's last day."""
    if period in _MONTHS:
        month = start.month - 1 + _MONTHS[period]
        return date(start.year + month // 12, month % 12 + 1, 1)
    return start + timedelta(days=7 if period is Period.WEEK else 1)


def between(first: date, until: date, period: Period) -> Iterator[date]:
    """Starts of the periods from the one ``first`` lies in to the last that has ended by ``until``.

    Raises:
        TooManyRows: there are more than ``MOST``; none is left out in silence.
    """
    start = start_of(first, period)
    for _ in range(MOST):
        if end_of(start, period) > until:
            return
        yield start
        start = end_of(start, period)
    if end_of(start, period) <= until:
        raise TooManyRows(f"From {first} until {until} there are more than {MOST:,} periods; expected fewer.")


def label(start: date, period: Period) -> str:
    """A period as people name it: ``2016-W09``, ``2016-03``, ``2016-Q1``, a day."""
    if period is Period.WEEK:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if period is Period.MONTH:
        return f"{start:%Y-%m}"
    return f"{start.year}-Q{(start.month + 2) // 3}" if period is Period.QUARTER else start.isoformat()


def local_day(moment: datetime, zone: str) -> date:
    """The day of a moment in a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def days_of(moments: pd.Series, zone: str) -> dict[str, int]:
    """How many moments fall on each local day, by ISO day."""
    days = moments.dropna().dt.tz_convert(zone).dt.strftime("%Y-%m-%d")
    return {str(day): int(count) for day, count in days.value_counts().sort_index().items()}


def added(known: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Two counts by day as one."""
    return {day: known.get(day, 0) + more.get(day, 0) for day in sorted({*known, *more})}


def periods_with_rows(days: Iterable[str], period: Period) -> frozenset[date]:
    """Starts of the periods in which at least one of the days lies."""
    return frozenset(start_of(date.fromisoformat(day), period) for day in days)
