"""Spans, intervals and weeks in one cell: the beginning places the row; what is no such date is refused."""

from __future__ import annotations

import pyarrow as pa
import pytest

from csi.reading.causes import Cause
from csi.reading.grain import Grain
from csi.reading.kinds import guess_kinds
from csi.reading.moments import read_moments
from csi.reading.period_parts import joined_parts


def _read(order: str, *texts: str) -> list[str]:
    read = read_moments(pa.chunked_array([list(texts)]), order, "UTC")
    return [f"{one:%Y-%m-%d %H:%M}" if one == one else "" for one in read.instants]


@pytest.mark.parametrize(
    ("order", "text", "begins"),
    [
        ("day_first", "30.12.2024 - 05.01.2025", "2024-12-30 00:00"),
        ("day_first", "30/12/2024 – 05/01/2025", "2024-12-30 00:00"),
        ("day_first", "30.12.2024 bis 05.01.2025", "2024-12-30 00:00"),
        ("day_first", "1 Jan 2025 - 5 Jan 2025", "2025-01-01 00:00"),
        ("iso", "2024-12-30/2025-01-05", "2024-12-30 00:00"),
        ("iso", "2024-12-30 ~ 2025-01-05", "2024-12-30 00:00"),
        ("iso", "2024-12-30 to 2025-01-05", "2024-12-30 00:00"),
        ("iso", "2025-01-01 06:00 - 07:00", "2025-01-01 06:00"),
        ("month_first", "Week of Feb 03, 2025", "2025-02-03 00:00"),
        ("month_first", "Week of Mar 03, 2025", "2025-03-03 00:00"),  # mar. is a Tuesday in Spanish
        ("day_first", "Woche vom 03.02.2025", "2025-02-03 00:00"),
        ("day_first", "semaine du 3 février 2025", "2025-02-03 00:00"),
        ("iso", "Week 5 2025", "2025-01-27 00:00"),
        ("day_first", "10/12/2024 - 10:00", "2024-12-10 10:00"),  # a date and its time
        ("day_first", "3 - 5 Jan 2025", ""),
        ("day_first", "03.02.2025 - 2025", ""),
        ("day_first", "03.02.2025 - open", ""),
        ("iso", "2023/24 Jan", ""),  # a fiscal year
        ("%G%V", "202505", "2025-01-27 00:00"),
        ("%Y-%W", "2025-05", "2025-02-03 00:00"),
        ("%Y-%U", "2025-05", "2025-02-02 00:00"),
        ("%G-%V-%u", "2025-05-3", "2025-01-29 00:00"),
    ],
)
def test_a_span_is_placed_by_its_beginning(order: str, text: str, begins: str) -> None:
    assert _read(order, text) == [begins]


@pytest.mark.parametrize("ends", ["00", "59"])
def test_an_interval_is_no_offset(ends: str) -> None:
    hours = [(hour, hour + (ends == "00")) for hour in (6, 7, 14, 15)]
    texts = [f"2025-01-01 {first:02}:00-{last:02}:{ends}" for first, last in hours]
    assert _read("iso", *texts) == [f"2025-01-01 {first:02}:00" for first, _ in hours]


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        # Two offsets of one zone, and three whose distances from the clock are as many.
        (["2025-01-01 06:00-07:00", "2025-01-01 08:00-06:00"], ["2025-01-01 13:00", "2025-01-01 14:00"]),
        (
            ["2025-01-01 06:00-07:00", "2025-01-01 08:00-06:00", "2025-01-01 09:00-05:00"],
            ["2025-01-01 13:00", "2025-01-01 14:00", "2025-01-01 14:00"],
        ),
        (
            ["2025-01-01 06:00+07:00", "2025-01-01 07:00+08:00", "2025-01-01 08:00+09:00"],
            ["2024-12-31 23:00"] * 3,
        ),
    ],
)
def test_offsets_stay_offsets(texts: list[str], read: list[str]) -> None:
    assert _read("iso", *texts) == read


def test_an_october_that_lost_its_zero_is_refused() -> None:
    read = read_moments(pa.chunked_array([["2024.01", "2024.09", "2024.1", "2024.11"]]), "iso", "UTC")
    assert read.unreadable.tolist() == [False, False, True, False]
    assert Cause(int(read.causes[2])) is Cause.LOST_ZERO
    assert _read("iso", "2024.1", "2024.11") == ["2024-01-01 00:00", "2024-11-01 00:00"]


@pytest.mark.parametrize(("header", "dates"), [("Woche", "%G%V"), ("KW", "%G%V"), ("Monat", "%Y%m")])
def test_six_digits_are_weeks_where_their_header_says_so(header: str, dates: str) -> None:
    texts = [f"2025{number:02}" for number in range(1, 13)]
    assert guess_kinds({header: texts}, ".", ())[header].dates == dates


def test_a_year_a_month_and_a_day_under_letters() -> None:
    columns = {"Y": ["2024", "2024"], "M": ["1", "2"], "D": ["1", "1"]}
    joined = joined_parts({name: pa.chunked_array([texts]) for name, texts in columns.items()})
    assert joined is not None
    assert joined.to_pylist() == ["2024-01-01", "2024-02-01"]


@pytest.mark.parametrize(
    ("text", "grain"),
    [
        ("30.12.2024 - 30.12.2024", Grain.DAY),
        ("30.12.2024 - 31.12.2024", Grain.WEEK),
        ("30.12.2024 - 05.01.2025", Grain.WEEK),
        ("30.12.2024 - 06.01.2025", Grain.WEEK),  # the end left out
        ("01.01.2025 - 31.01.2025", Grain.MONTH),
        ("1 Jan 2025 - 31 Jan 2025", Grain.MONTH),
        ("01.01.2025 - 31.03.2025", Grain.QUARTER),
        ("01.01.2025 - 30.06.2025", Grain.HALF_YEAR),
        ("01.01.2025 - 31.12.2025", Grain.YEAR),
        ("Woche vom 03.02.2025", Grain.WEEK),
        ("03.02.2025 10:00 - 12:00", Grain.DAY),
    ],
)
def test_a_span_is_as_long_as_it_says(text: str, grain: Grain) -> None:
    grains = read_moments(pa.chunked_array([[text, "2025-W02"]]), "day_first", "UTC").grains
    assert Grain(int(grains[0])) is grain
