"""Local times as moments: the policy holds in every zone, also where clocks change by half an hour or skip a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csi.reading.local_times import localised
from csi.reading.moments import read_moments

ZONES = (
    "Europe/Lisbon",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "Africa/Casablanca",
)


@pytest.mark.parametrize(
    ("local", "zone", "moment"),
    [
        ("2016-03-27 01:30", "Europe/Lisbon", "2016-03-27T02:00:00+01:00"),
        ("2018-11-04 00:30", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"),
        ("2016-10-02 02:10", "Australia/Lord_Howe", "2016-10-02T02:30:00+11:00"),
        ("2016-09-25 02:50", "Pacific/Chatham", "2016-09-25T03:45:00+13:45"),
        ("2011-12-30 10:00", "Pacific/Apia", "2011-12-31T00:00:00+14:00"),
        ("2016-03-27 01:30:07.25", "Antarctica/Troll", "2016-03-27T03:00:00+02:00"),
    ],
)
def test_a_time_the_clock_skips_is_the_next_that_is(local: str, zone: str, moment: str) -> None:
    assert localised(pd.DatetimeIndex([local]), zone)[0].isoformat() == moment
    read = read_moments(pa.chunked_array([pa.array([local])]), "iso", zone)
    assert (read.instants[0].tz_convert(zone).isoformat(), read.nonexistent, read.ambiguous) == (moment, 1, 0)


def test_of_two_times_the_clock_shows_the_first_or_the_second_is_meant() -> None:
    twice = pd.DatetimeIndex(["2016-04-03 01:40"])
    both = [localised(twice, "Australia/Lord_Howe", first=first)[0].isoformat() for first in (True, False)]
    assert both == ["2016-04-03T01:40:00+11:00", "2016-04-03T01:40:00+10:30"]


def _by_hand(local: datetime, zone: str) -> datetime:
    """By the standard library: the first of two; of a time that is not, the first second that shows a later one."""
    moments = [local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    real = [one for one in moments if one.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local]
    if real:
        return min(real)
    low, high = min(moments), max(moments)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        shown = middle.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        low, high = (low, middle) if shown > local else (middle, high)
    return high


@given(st.sampled_from(ZONES), st.lists(st.datetimes(datetime(2008, 1, 1), datetime(2032, 1, 1)), min_size=1))
def test_any_local_time_is_the_moment_the_standard_library_gives(zone: str, stamps: list[datetime]) -> None:
    whole = [stamp.replace(microsecond=0) for stamp in stamps]
    found = localised(pd.DatetimeIndex(whole), zone).tz_convert("UTC").to_pydatetime()
    assert list(found) == [_by_hand(stamp, zone) for stamp in whole]


@pytest.mark.parametrize("zone", ZONES)
def test_every_quarter_of_an_hour_around_every_change_of_the_clock(zone: str) -> None:
    days = pd.date_range("2010-01-01", "2026-01-01", freq="D", tz="UTC")
    shown = days.tz_convert(zone).tz_localize(None) - days.tz_localize(None)
    changes = days[:-1][shown[1:] != shown[:-1]].tz_localize(None)
    stamps = [day + timedelta(minutes=15 * step + 7) for day in changes for step in range(-60, 220)]
    found = localised(pd.DatetimeIndex(stamps or ["2016-01-01"]), zone).tz_convert("UTC").to_pydatetime()
    assert list(found) == [_by_hand(stamp.to_pydatetime(), zone) for stamp in stamps or [pd.Timestamp("2016-01-01")]]
