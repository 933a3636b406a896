"""Periods: half-open, in the reporting zone, whole over clock changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csi.errors import InvalidInput
from csi.series.periods import MISSING, codes, edges, microseconds, moment_of, phases
from csi.terms import Period

ZONES = [
    "UTC",
    "Europe/Lisbon",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Asia/Beirut",
]


def moment(text: str, zone: str = "UTC") -> pd.Timestamp:
    return pd.Timestamp(text, tz=zone)


def hours(table: pd.DatetimeIndex) -> list[float]:
    return [span / pd.Timedelta(hours=1) for span in table[1:] - table[:-1]]


def test_a_week_starts_on_monday_and_has_167_hours_when_the_clock_goes_forward() -> None:
    table = edges(
        moment("2026-03-18", "Europe/Lisbon"), moment("2026-04-01", "Europe/Lisbon"), Period.WEEK, "Europe/Lisbon"
    )
    assert [edge.isoformat() for edge in table] == [
        "2026-03-16T00:00:00+00:00",
        "2026-03-23T00:00:00+00:00",
        "2026-03-30T00:00:00+01:00",
        "2026-04-06T00:00:00+01:00",
    ]
    assert hours(table) == [168, 167, 168]


def test_a_week_has_169_hours_when_the_clock_goes_back() -> None:
    table = edges(
        moment("2026-10-25", "Europe/Berlin"), moment("2026-10-25", "Europe/Berlin"), Period.WEEK, "Europe/Berlin"
    )
    assert hours(table) == [169]


def test_months_and_quarters_begin_where_they_should() -> None:
    months = edges(moment("2024-01-31 23:59"), moment("2024-03-01"), Period.MONTH, "UTC")
    assert [str(edge.date()) for edge in months] == ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"]
    quarters = edges(moment("2024-06-30"), moment("2024-07-01"), Period.QUARTER, "UTC")
    assert [str(edge.date()) for edge in quarters] == ["2024-04-01", "2024-07-01", "2024-10-01"]


def test_the_hour_shown_twice_is_two_periods() -> None:
    table = edges(
        moment("2026-10-25 00:30", "Europe/Lisbon"),
        moment("2026-10-25 02:30", "Europe/Lisbon"),
        Period.HOUR,
        "Europe/Lisbon",
    )
    assert hours(table) == [1, 1, 1, 1]
    assert [edge.strftime("%H%z") for edge in table] == ["00+0100", "01+0100", "01+0000", "02+0000", "03+0000"]


def test_hours_of_a_half_hour_zone_begin_on_its_own_hours() -> None:
    table = edges(
        moment("2026-01-01 10:10", "Asia/Kolkata"),
        moment("2026-01-01 11:10", "Asia/Kolkata"),
        Period.HOUR,
        "Asia/Kolkata",
    )
    assert [edge.minute for edge in table] == [0, 0, 0]


def test_a_skipped_midnight_begins_the_day_at_the_next_moment_there_is() -> None:
    table = edges(
        moment("2018-11-03 12:00", "America/Sao_Paulo"),
        moment("2018-11-04 12:00", "America/Sao_Paulo"),
        Period.DAY,
        "America/Sao_Paulo",
    )
    assert table[1].isoformat() == "2018-11-04T01:00:00-02:00"
    assert hours(table) == [24, 23]


def test_the_edge_belongs_to_the_period_it_begins() -> None:
    table = microseconds(edges(moment("2026-01-05"), moment("2026-01-12"), Period.WEEK, "UTC"))
    moments = [table[1] - 1, table[1], table[0], table[0] - 1, table[2] - 1, table[2], MISSING]
    assert codes(np.array(moments), table).tolist() == [0, 1, 0, -1, 1, -1, -1]


def test_a_stray_year_is_told_rather_than_computed() -> None:
    with pytest.raises(InvalidInput, match="more than 200,000 periods"):
        edges(moment("1970-01-01"), moment("2200-01-01"), Period.HOUR, "UTC")


def test_like_periods_share_a_phase() -> None:
    days = pd.date_range("2026-01-05", periods=14, freq="D", tz="UTC")
    assert phases(days, Period.DAY).tolist() == [0, 1, 2, 3, 4, 5, 6] * 2
    assert phases(days, Period.WEEK).tolist() == [0] * 14
    assert phases(days[:7], Period.DAY).tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert phases(days[4:6] + pd.Timedelta(hours=3), Period.HOUR).tolist() == [3, 27]


def test_dates_and_local_moments_are_of_the_reporting_zone() -> None:
    assert moment_of(date(2026, 7, 1), "Europe/Lisbon").isoformat() == "2026-07-01T00:00:00+01:00"
    assert moment_of(datetime(2026, 7, 1, 8), "Europe/Lisbon").isoformat() == "2026-07-01T08:00:00+01:00"
    offset = datetime(2026, 7, 1, 8, tzinfo=ZoneInfo("UTC"))
    assert moment_of(offset, "Europe/Lisbon").isoformat() == "2026-07-01T09:00:00+01:00"


@given(
    start=st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)),
    length=st.timedeltas(timedelta(0), timedelta(days=200)),
    period=st.sampled_from(list(Period)),
    zone=st.sampled_from(ZONES),
)
def test_periods_cover_every_moment_once(start: datetime, length: timedelta, period: Period, zone: str) -> None:
    first, last = moment(start.isoformat()), moment((start + length).isoformat())
    table = edges(first, last, period, zone)
    numbers = microseconds(table)
    assert (np.diff(numbers) > 0).all()
    ends = microseconds(pd.DatetimeIndex([first, last]))
    assert codes(ends, numbers).tolist() == [0, len(table) - 2]
    midnights = table if period is not Period.HOUR else table[:0]
    assert all(edge.hour <= 1 for edge in midnights)  # 1 where midnight is skipped


def test_a_day_that_a_zone_skipped_is_no_period() -> None:
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    first, last = moment("2011-12-28 09:00", "Pacific/Apia"), moment("2012-01-01 09:00", "Pacific/Apia")
    days = edges(first, last, Period.DAY, "Pacific/Apia")
    assert [str(day.date()) for day in days] == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01", "2012-01-02"]
    assert hours(days) == [24] * 4
    assert hours(edges(first, last, Period.HOUR, "Pacific/Apia")) == [1] * 73
