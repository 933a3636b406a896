"""Agreed hours: open time between two moments, checked minute by minute against a plain count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.definition import CalendarDefinition
from csi.errors import InvalidInput
from csi.series.calendar import ALWAYS, holiday_dates, open_time, union
from csi.series.periods import LATEST, MISSING, microseconds

OFFICE = CalendarDefinition(hours={"mon-fri": ("09:00-12:30", "13:30-18:00")}, holidays="PT")
NIGHT = CalendarDefinition(hours={"mon-thu,sun": ("22:00-06:00",)})
HALF_DAY = CalendarDefinition(
    hours={"mon-fri": ("09:00-17:00",)},
    closed=(date(2026, 12, 31),),
    special={"2026-12-24": ("09:00-13:00",), "2026-12-26": ("10:00-12:00",)},
)


def moment(text: str, zone: str = "Europe/Lisbon") -> pd.Timestamp:
    return pd.Timestamp(text).tz_localize(zone, ambiguous=True)


def hours(calendar: CalendarDefinition, start: str, end: str, zone: str = "Europe/Lisbon") -> float:
    table = open_time(calendar, moment(start, zone), moment(end, zone), zone)
    first, last = microseconds(pd.DatetimeIndex([moment(start, zone), moment(end, zone)]))
    return float(table.between(np.array([first]), np.array([last]))[0]) / 3.6e9


@pytest.mark.parametrize(
    ("calendar", "start", "end", "expected"),
    [
        (OFFICE, "2026-03-02 09:00", "2026-03-02 18:00", 8.0),  # the lunch break is closed
        (OFFICE, "2026-03-02 12:00", "2026-03-02 14:00", 1.0),
        (OFFICE, "2026-03-02 12:45", "2026-03-02 13:15", 0.0),
        (OFFICE, "2026-03-06 17:00", "2026-03-09 10:00", 2.0),  # over a weekend
        (OFFICE, "2026-03-07 10:00", "2026-03-08 10:00", 0.0),
        (OFFICE, "2026-04-24 17:00", "2026-04-28 10:00", 10.0),  # Saturday 25 April is a holiday anyway
        (OFFICE, "2026-06-09 17:00", "2026-06-11 10:00", 2.0),  # Portugal Day, a Wednesday
        (NIGHT, "2026-03-02 20:00", "2026-03-03 08:00", 8.0),
        (NIGHT, "2026-03-03 01:00", "2026-03-03 02:00", 1.0),
        (NIGHT, "2026-03-06 20:00", "2026-03-07 08:00", 0.0),  # Friday night is free
        (NIGHT, "2026-03-28 20:00", "2026-03-30 08:00", 8.0),  # Sunday night, after the clock change at 01:00
        (HALF_DAY, "2026-12-23 09:00", "2026-12-25 09:00", 12.0),
        (HALF_DAY, "2026-12-26 00:00", "2026-12-27 00:00", 2.0),  # a Saturday opened specially
        (HALF_DAY, "2026-12-31 00:00", "2027-01-01 00:00", 0.0),
        (CalendarDefinition(), "2026-03-28 12:00", "2026-03-29 12:00", 23.0),
        (CalendarDefinition(holidays="PT"), "2026-06-10 00:00", "2026-06-11 00:00", 0.0),
    ],
)
def test_open_hours(calendar: CalendarDefinition, start: str, end: str, expected: float) -> None:
    assert hours(calendar, start, end) == pytest.approx(expected, abs=1e-9)


def test_a_night_shift_over_the_clock_change_has_its_real_length() -> None:
    saturday = CalendarDefinition(hours={"sat": ("22:00-06:00",)})
    assert hours(saturday, "2026-03-28 12:00", "2026-03-29 12:00") == 7
    assert hours(saturday, "2026-10-24 12:00", "2026-10-25 12:00") == 9


def test_the_calendars_own_zone_wins() -> None:
    tokyo = CalendarDefinition(hours={"mon-fri": ("09:00-17:00",)}, timezone="Asia/Tokyo")
    assert hours(tokyo, "2026-03-02 00:00", "2026-03-02 08:00", "UTC") == 8


def test_after_is_the_inverse_of_between() -> None:
    first = moment("2026-03-02 08:00")
    table = open_time(OFFICE, first, moment("2026-04-30 00:00"), "Europe/Lisbon")
    starts = microseconds(pd.date_range(first, periods=200, freq="97min"))
    ends = table.after(starts, 5 * 3_600_000_000)
    assert (table.between(starts, ends) == 5 * 3_600_000_000).all()
    assert ALWAYS.after(starts, 60).tolist() == (starts + 60).tolist()


@pytest.mark.parametrize("calendar", [OFFICE, NIGHT, HALF_DAY, CalendarDefinition(hours={"sun": ("00:01-00:00",)})])
def test_a_grid_of_cells_gives_what_the_intervals_give(calendar: CalendarDefinition) -> None:
    table = open_time(calendar, moment("2026-02-20"), moment("2027-01-20"), "Europe/Lisbon")
    assert table.grid is not None
    around = np.concatenate([table.opens, table.closes])
    chance = np.random.default_rng(3).integers(table.opens[0] - 10**12, table.closes[-1] + 10**12, 5_000)
    moments = np.concatenate([around - 1, around, around + 1, chance, [MISSING, LATEST]])
    assert table.until(moments).tolist() == replace(table, grid=None).until(moments).tolist()


def test_a_table_of_odd_times_over_a_long_span_is_searched() -> None:
    minutes = CalendarDefinition(hours={"mon-fri": ("09:01-17:00",)})
    table = open_time(minutes, moment("2000-01-01"), moment("2026-01-01"), "Europe/Lisbon")
    assert table.grid is None
    first, last = microseconds(pd.DatetimeIndex([moment("2025-12-01 00:00"), moment("2025-12-02 00:00")]))
    assert table.between(np.array([first]), np.array([last])) == 479 * 60_000_000


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        (CalendarDefinition(hours={"mon-fri": ("9-17",)}), "opening interval"),
        (CalendarDefinition(hours={"mon-fri": ("09:00-25:00",)}), "opening interval"),
        (CalendarDefinition(hours={"weekdays": ("09:00-17:00",)}), "range of days"),
        (CalendarDefinition(holidays="ATLANTIS"), "holidays library"),
        (CalendarDefinition(holidays="GB-MOON"), "holidays library"),
    ],
)
def test_a_wrong_calendar_is_told(calendar: CalendarDefinition, expected: str) -> None:
    with pytest.raises(InvalidInput, match=expected):
        open_time(calendar, moment("2026-01-01"), moment("2026-01-02"), "UTC")


def test_a_stray_century_builds_no_table() -> None:
    with pytest.raises(InvalidInput, match="150 years"):
        open_time(OFFICE, moment("1800-01-01"), moment("2026-01-02"), "UTC")


def test_regions_have_their_own_days() -> None:
    assert date(2026, 11, 30) in holiday_dates("GB-SCT", 2026, 2026)
    assert date(2026, 11, 30) not in holiday_dates("GB-ENG", 2026, 2026)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=8),
)
def test_a_union_counts_every_moment_once(spans: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in spans], dtype=np.int64)
    ends = starts + np.array([length for _, length in spans], dtype=np.int64)
    merged = union(starts, ends)
    covered = {moment for start, end in zip(starts, ends, strict=True) for moment in range(start, end)}
    assert int((merged[1] - merged[0]).sum()) == len(covered)
    assert (merged[0][1:] > merged[1][:-1]).all()


@settings(max_examples=30)
@given(
    start=st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10)),
    quarters=st.integers(0, 6 * 96),
    calendar=st.sampled_from([OFFICE, NIGHT, HALF_DAY]),
)
def test_open_time_is_what_a_plain_count_of_quarters_gives(
    start: datetime, quarters: int, calendar: CalendarDefinition
) -> None:
    zone = ZoneInfo("Europe/Lisbon")
    first = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0, tzinfo=UTC)
    steps = [first + timedelta(minutes=15 * step) for step in range(quarters + 1)]
    table = open_time(calendar, pd.Timestamp(first), pd.Timestamp(steps[-1]), zone.key)
    ends = microseconds(pd.DatetimeIndex([pd.Timestamp(first), pd.Timestamp(steps[-1])]))
    counted = sum(_is_open(calendar, step.astimezone(zone)) for step in steps[:-1])
    assert table.between(ends[:1], ends[1:])[0] == counted * 15 * 60_000_000


HOLIDAYS = holiday_dates("PT", 2026, 2026)


def _is_open(calendar: CalendarDefinition, local: datetime) -> bool:
    """Whether a moment is open, asked the slow way: today's intervals, and yesterday's that run past midnight."""
    return any(
        _minutes(text[:5]) + shift <= local.hour * 60 + local.minute < _end(text) + shift
        for days_back, shift in ((0, 0), (1, -1440))
        for text in _hours_of(calendar, local.date() - timedelta(days=days_back))
    )


def _hours_of(calendar: CalendarDefinition, day: date) -> tuple[str, ...]:
    if day.isoformat() in calendar.special:
        return tuple(calendar.special[day.isoformat()])
    if day in calendar.closed or (calendar.holidays and day in HOLIDAYS):
        return ()
    open_days = {"mon-fri": range(5), "mon-thu,sun": (0, 1, 2, 3, 6)}
    return tuple(text for days, texts in calendar.hours.items() if day.weekday() in open_days[days] for text in texts)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _end(text: str) -> int:
    start, end = _minutes(text[:5]), _minutes(text[6:])
    return end if end > start else end + 1440
