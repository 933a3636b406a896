"""Moments: orders, zones, doubtful hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.errors import InvalidInput
from csi.reading.causes import Cause, told
from csi.reading.layout import guess
from csi.reading.moments import read_moments
from csi.reading.zone_names import zones


def _read(*texts: str | None, order: str = "iso", zone: str = "UTC"):
    return read_moments(pa.chunked_array([pa.array(texts, pa.string())]), order, zone)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2016-02-29", "iso", "2016-02-29T00:00:00"),
        ("2016-02-29T01:16:05.123456Z", "iso", "2016-02-29T01:16:05.123456"),
        ("2016-02-29 01:16:05,5", "iso", "2016-02-29T01:16:05.500000"),
        ("2016-02-29T01:16:05+02:00", "iso", "2016-02-28T23:16:05"),
        ("2016-02-29T01:16:05-0330", "iso", "2016-02-29T04:46:05"),
        ("2012/10/09 14:50:17.000", "iso", "2012-10-09T14:50:17"),
        ("20160229", "iso", "2016-02-29T00:00:00"),
        ("20160229T0116", "iso", "2016-02-29T01:16:00"),
        ("20160229T011600Z", "iso", "2016-02-29T01:16:00"),
        ("20160229T01", "iso", "2016-02-29T01:00:00"),
        ("20160229T011600,25+0200", "iso", "2016-02-28T23:16:00.250000"),
        ("20160230T0116", "iso", None),
        ("20160229T0116", "day_first", None),
        ("2016-02-29T24:00", "iso", "2016-03-01T00:00:00"),
        ("2016-12-31 24:00:00+01:00", "iso", "2016-12-31T23:00:00"),
        ("20161231T2400", "iso", "2017-01-01T00:00:00"),
        ("2016-02-29 24:01", "iso", None),
        ("2016-02-29 24:00:00.5", "iso", None),
        ("2016-02-29 25:00", "iso", None),
        ("2016-02-29 24:00 PM", "iso", None),
        ("2015-07", "iso", "2015-07-01T00:00:00"),
        ("2016-W09", "iso", "2016-02-29T00:00:00"),
        ("2020W53", "iso", "2020-12-28T00:00:00"),
        ("2021-W53", "iso", None),
        ("2025-W01", "iso", "2024-12-30T00:00:00"),
        ("2016-W00", "iso", None),
        ("2016-Q2", "iso", "2016-04-01T00:00:00"),
        ("2016-Q5", "iso", None),
        ("29/2/2016 01:16", "day_first", "2016-02-29T01:16:00"),
        ("10/03/2004 18.00.00", "day_first", "2004-03-10T18:00:00"),
        ("29.02.16", "day_first", "2016-02-29T00:00:00"),
        ("01.02.68", "day_first", "2068-02-01T00:00:00"),
        ("01.02.69", "day_first", "1969-02-01T00:00:00"),
        ("2016-02-29 01:16:59", "iso", "2016-02-29T01:16:59"),
        ("2016-02-29 01:16:60", "iso", None),
        ("2016-02-29 01:60:00", "iso", None),
        ("29-02-1999 11:05 PM", "day_first", None),
        ("28-02-1999 11:05 PM", "day_first", "1999-02-28T23:05:00"),
        ("28/02/1999, 12:05 am", "day_first", "1999-02-28T00:05:00"),
        ("2022-07-08", "day_first", "2022-07-08T00:00:00"),
        ("2/29/2016 1:16", "month_first", "2016-02-29T01:16:00"),
        ("29/2/2016 1:16", "month_first", None),
        ("31/4/2016", "day_first", None),
        ("1/1/2016 24:00", "day_first", "2016-01-02T00:00:00"),
        ("1/1/2016 10:60", "day_first", None),
        ("1456708560", "epoch", "2016-02-29T01:16:00"),
        ("1456708560123", "epoch", "2016-02-29T01:16:00.123000"),
        ("638400000000000000", "epoch", "2024-01-04T21:20:00"),
        ("638449164305000000", "epoch", "2024-03-01T19:00:30.500000"),
        ("133485408000000000", "epoch", "2024-01-01T00:00:00"),
        ("13348540800000000", "epoch", "2024-01-01T00:00:00"),
        ("614000000000000000", "epoch", "1989-06-16T11:33:20"),
        ("soon", "epoch", None),
        ("29-Feb-2016 01:16", "%d-%b-%Y %H:%M", "2016-02-29T01:16:00"),
        ("29-Foo-2016 01:16", "%d-%b-%Y %H:%M", None),
        ("12/Mar/24 10:15 AM", "iso", "2024-03-12T10:15:00"),
        ("12/Mar/24 9:15 PM", "month_first", "2024-03-12T21:15:00"),
        ("1-Jan-2024", "day_first", "2024-01-01T00:00:00"),
        ("Sept. 3rd, 2024 8:05", "iso", "2024-09-03T08:05:00"),
        ("13. März 2024", "day_first", "2024-03-13T00:00:00"),
        ("3 août 2024", "iso", "2024-08-03T00:00:00"),
        ("2024-Dec-31 23:59", "iso", "2024-12-31T23:59:00"),
        ("Tue, 12 Mar 2024 10:15:00 +0100", "iso", "2024-03-12T09:15:00"),
        ("30 Feb 2024", "iso", None),
        ("3 jui 2024", "iso", None),
        ("12 Mayor 2024", "iso", None),
        ("yesterday", "iso", None),
        ("2016-02-30", "iso", None),
    ],
)
def test_orders(text: str, order: str, expected: str | None) -> None:
    read = _read(text, order=order)
    assert read.unreadable[0] == (expected is None)
    assert read.instants.isna()[0] == (expected is None)
    if expected:
        assert read.instants[0] == pd.Timestamp(expected, tz="UTC")
    assert str(read.instants.dtype) == "datetime64[us, UTC]"


def test_missing_and_blank_are_missing_not_unreadable() -> None:
    read = _read(None, "  ", "2024-01-01", None)
    assert read.instants.isna().tolist() == [True, True, False, True]
    assert not read.unreadable.any()


def test_the_hour_that_occurs_twice_is_taken_first_and_the_missing_hour_is_shifted() -> None:
    texts = ["2016-10-30 02:30", "2016-10-30 02:30", "2016-03-27 02:30", "2016-10-30 02:30+01:00", "2016-07-01 12:00"]
    read = _read(*texts, zone="Europe/Berlin")
    expected = ["2016-10-30T00:30", "2016-10-30T00:30", "2016-03-27T01:00", "2016-10-30T01:30", "2016-07-01T10:00"]
    assert [stamp.isoformat()[:16] for stamp in read.instants] == expected
    assert (read.ambiguous, read.nonexistent) == (2, 1)


def test_a_zone_or_order_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="‘Mars/Olympus’ is no time zone"):
        _read("2024-01-01", zone="Mars/Olympus")
    with pytest.raises(InvalidInput, match="‘backwards’ is no date order"):
        _read("2024-01-01", order="backwards")


@settings(max_examples=40, deadline=None)
@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_law_an_iso_stamp_with_offset_is_that_instant(local: datetime, minutes: int) -> None:
    stamp = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    for text in (stamp.isoformat(), stamp.isoformat(sep=" "), f"{local:%d/%m/%Y %H:%M:%S.%f}{stamp:%z}"):
        order = "iso" if text[4] == "-" else "day_first"
        if text[:4].startswith("0") and order == "iso":
            continue
        read = _read(text, order=order, zone="Asia/Kolkata")
        assert read.instants[0].to_pydatetime() == stamp.astimezone(UTC)


@settings(max_examples=40, deadline=None)
@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2036, 1, 1)),
    st.sampled_from(["Europe/Dublin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_law_local_times_agree_with_the_standard_library(local: datetime, zone: str) -> None:
    local = local.replace(microsecond=0)
    aware = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    exists = aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    read = _read(f"{local:%Y-%m-%d %H:%M:%S}", zone=zone)
    assert read.nonexistent == (not exists)
    if exists:
        assert read.instants[0].to_pydatetime() == aware.astimezone(UTC)


@pytest.mark.parametrize("cell", ["12/Mar/24 10:15 AM", "Mar 12, 2024", "12 March 2024", "20160229T0116"])
def test_months_by_name_and_bare_iso_stamps_are_guessed_as_dates(cell: str) -> None:
    layout = guess(f"at;n\n{cell};1\n{cell};2\n".encode())
    assert (layout.columns[0].kind, layout.columns[0].role, layout.ambiguous) == ("moment", "moment", ())


def test_a_month_with_a_number_is_told_how_to_read_its_year() -> None:
    assert told(Cause.NO_YEAR).endswith("dates: '%b %y'")


def test_the_files_of_all_zones_are_looked_through_once():
    assert zones() is zones()
    assert {"Europe/Lisbon", "UTC"} <= zones()


@pytest.mark.parametrize(
    ("text", "is_read"),
    [("0025-03-01", False), ("1025-03-01", False), ("1581-12-31", False), ("1582-01-01", True), ("1906-03-01", True)],
)
def test_a_year_before_the_calendar_is_a_slip(text: str, is_read: bool) -> None:
    read = read_moments(pa.chunked_array([pa.array([text, "2025-03-01"])]), "iso", "UTC")
    assert read.unreadable.tolist() == [not is_read, False]
