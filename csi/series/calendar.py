"""Agreed service hours as a table of opening intervals in UTC, with prefix sums: open time by two look-ups a row.

Covers several intervals a day, night shifts, holidays, half days and own days; 24x7 is the empty calendar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import holidays as public_holidays
import numpy as np
import pandas as pd

from csi.definition import CalendarDefinition
from csi.errors import InvalidInput
from csi.reading.local_times import localised
from csi.series.periods import LATEST

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_INTERVAL = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DAY_MINUTES = 24 * 60
_MINUTE = 60_000_000  # microseconds
_MOST_CELLS = 1 << 20  # of a grid, 16 MB; ours: 30 years of half hours take half of it
_WIDEST = timedelta(days=366 * 150)  # a stray moment far away must not build a table of centuries


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal cells on whose edges every opening and closing lies: open time by one division and two look-ups.

    Attributes:
        first, last: the table's first opening and last closing (us).
        step: length of a cell (us).
        slope: per cell 1 where it is open, else 0; ``base``: what is added to it times the moment.
    """

    first: int
    last: int
    step: int
    slope: np.ndarray
    base: np.ndarray

    def until(self, moments: np.ndarray) -> np.ndarray:
        """Open microseconds from the table's beginning to each moment."""
        inside = np.clip(moments, self.first, self.last)
        cells = (inside - self.first) // self.step
        inside *= self.slope[cells]
        inside += self.base[cells]
        return inside


@dataclass(frozen=True, slots=True)
class OpenTime:
    """Opening intervals, ascending and disjoint.

    Attributes:
        opens, closes: int64 microseconds (UTC).
        before: open microseconds before each interval (prefix sums).
        always: 24x7; the tables are empty.
        grid: the same as equal cells, several times as fast; None where there would be too many.
    """

    opens: np.ndarray
    closes: np.ndarray
    before: np.ndarray
    always: bool = False
    grid: Grid | None = None

    def until(self, moments: np.ndarray) -> np.ndarray:
        """Open microseconds from the table's beginning to each moment."""
        if self.always:
            return moments
        if not len(self.opens):
            return np.zeros(len(moments), dtype=np.int64)
        if self.grid is not None:
            return self.grid.until(moments)
        position = np.searchsorted(self.opens, moments, side="right") - 1
        inside = np.clip(moments, self.opens[position], self.closes[position]) - self.opens[position]
        return np.where(position < 0, 0, self.before[position] + inside)

    def between(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Open microseconds between two moments of each row (negative where the end comes first)."""
        return self.until(ends) - self.until(starts)

    def after(self, starts: np.ndarray, amount: np.ndarray | int) -> np.ndarray:
        """The moment at which ``amount`` open microseconds have passed since each start; never open: LATEST."""
        wanted = self.until(starts) + amount
        if self.always:
            return wanted
        if not len(self.opens):
            return np.full(len(starts), LATEST)
        position = np.clip(np.searchsorted(self.before, wanted, side="left") - 1, 0, len(self.opens) - 1)
        return self.opens[position] + (wanted - self.before[position])


_NOTHING = np.empty(0, dtype=np.int64)
ALWAYS = OpenTime(_NOTHING, _NOTHING, _NOTHING, always=True)
NEVER = OpenTime(_NOTHING, _NOTHING, _NOTHING)


def open_time(calendar: CalendarDefinition, first: pd.Timestamp, last: pd.Timestamp, timezone: str) -> OpenTime:
    """The opening intervals between two moments, with a day to spare on either side.

    Raises:
        InvalidInput: an unreadable interval or day, an unknown region, or a span of more than 150 years.
    """
    if is_always(calendar):
        return ALWAYS
    zone = calendar.timezone or timezone
    days = _days(first.tz_convert(zone).date(), last.tz_convert(zone).date())
    closed = frozenset(calendar.closed) | holiday_dates(calendar.holidays, days[0].year, days[-1].year)
    week = weekly_hours(calendar.hours)
    special = {date.fromisoformat(str(day)): _intervals(hours) for day, hours in calendar.special.items()}
    rows = [
        (day, opening, closing)
        for day in days
        for opening, closing in special.get(day, () if day in closed else week[day.weekday()])
    ]
    return _table(rows, zone)


def is_always(calendar: CalendarDefinition) -> bool:
    """No agreed hours, no holidays, no own days: 24x7."""
    return not (calendar.hours or calendar.holidays or calendar.closed or calendar.special)


def _days(first: date, last: date) -> list[date]:
    if last - first > _WIDEST:
        raise InvalidInput("calendar", f"moments lie from {first} to {last}; expected at most 150 years")
    start = first - timedelta(days=2)
    return [start + timedelta(days=step) for step in range((last - first).days + 5)]


def holiday_dates(region: str, first_year: int, last_year: int) -> frozenset[date]:
    """Public holidays of a region of the holidays library: ``PT``, or with its subdivision ``GB-ENG``."""
    if not region:
        return frozenset()
    country, _, subdivision = region.partition("-")
    years = range(first_year, last_year + 1)
    try:
        return frozenset(public_holidays.country_holidays(country, subdiv=subdivision or None, years=years))
    except NotImplementedError:
        expected = "expected a region of the holidays library such as PT or GB-ENG"
        raise InvalidInput("calendar.holidays", f"{region!r} is not known; {expected}") from None


def weekly_hours(hours: Mapping[str, Sequence[str]]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Per weekday (Monday first) its intervals in minutes after midnight; no hours at all is open all day."""
    if not hours:
        return tuple(((0, _DAY_MINUTES),) for _ in _DAYS)
    week: list[tuple[tuple[int, int], ...]] = [() for _ in _DAYS]
    for days, texts in hours.items():
        for day in _weekdays(str(days)):
            week[day] += _intervals(texts)
    return tuple(week)


def _weekdays(text: str) -> list[int]:
    """``mon-fri``, ``sat`` or ``mon, wed-thu`` as weekday numbers."""
    found: list[int] = []
    for part in text.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first[:3] not in _DAYS or (last and last[:3] not in _DAYS):
            raise InvalidInput("calendar.hours", f"{text!r} is not a range of days; expected mon-fri, sat, or sat,sun")
        low, high = _DAYS.index(first[:3]), _DAYS.index((last or first)[:3])
        found += [day % 7 for day in range(low, (high if high >= low else high + 7) + 1)]
    return found


def _intervals(texts: Sequence[str] | str) -> tuple[tuple[int, int], ...]:
    return tuple(_interval(str(text)) for text in ([texts] if isinstance(texts, str) else texts))


def _interval(text: str) -> tuple[int, int]:
    """``09:00-12:30`` as minutes after midnight; an end not after its start is on the next day (night shift)."""
    match = _INTERVAL.fullmatch(text.strip())
    numbers = [int(group) for group in match.groups()] if match else [99] * 4
    opening, closing = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if max(numbers[1], numbers[3]) > 59 or opening >= _DAY_MINUTES or closing > _DAY_MINUTES:
        raise InvalidInput("calendar.hours", f"{text!r} is not an opening interval; expected such as 09:00-12:30")
    return opening, closing if closing > opening else closing + _DAY_MINUTES


def _table(rows: list[tuple[date, int, int]], timezone: str) -> OpenTime:
    if not rows:
        return NEVER
    midnight = np.array([row[0] for row in rows], dtype="datetime64[us]").astype(np.int64)
    minutes = np.array([row[1:] for row in rows], dtype=np.int64) * _MINUTE
    opens = _utc(midnight + minutes[:, 0], timezone, first=True)
    closes = _utc(midnight + minutes[:, 1], timezone, first=False)
    opens, closes = union(opens, closes)
    lengths = closes - opens
    return OpenTime(opens, closes, np.cumsum(lengths) - lengths, grid=_grid(opens, closes))


def _grid(opens: np.ndarray, closes: np.ndarray, most: int = _MOST_CELLS) -> Grid | None:
    """Cells as long as divides every distance between openings and closings; None for more of them than allowed."""
    first, last = int(opens[0]), int(closes[-1])
    step = int(np.gcd.reduce(np.concatenate([opens, closes]) - first))
    count = (last - first) // step
    if count > most:
        return None
    change = np.zeros(count + 1, dtype=np.int64)
    change[(opens - first) // step] = 1
    change[(closes - first) // step] = -1
    slope = np.cumsum(change)
    before = (np.cumsum(slope) - slope) * step
    return Grid(first, last, step, slope, before - slope * (first + np.arange(count + 1) * step))


def _utc(local: np.ndarray, timezone: str, *, first: bool) -> np.ndarray:
    """Local microseconds as UTC. A time the clock shows twice opens at its first and closes at its second."""
    return localised(pd.DatetimeIndex(local.astype("datetime64[us]")), timezone, first=first).asi8


def union(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping or touching spans joined, ascending and disjoint; empty ones are dropped."""
    real = ends > starts
    order = np.argsort(starts[real], kind="stable")
    starts, ends = starts[real][order], ends[real][order]
    if not len(starts):
        return starts, ends
    reach = np.maximum.accumulate(ends)
    fresh = np.flatnonzero(np.append(True, starts[1:] > reach[:-1]))
    return starts[fresh], np.append(reach[fresh[1:] - 1], reach[-1])
