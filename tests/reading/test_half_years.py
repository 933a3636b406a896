"""Half-years and ISO weeks with a time: by their words, and where S1 may be either a week or a half-year."""

from __future__ import annotations

import pyarrow as pa
import pytest

from csi.reading.causes import Cause
from csi.reading.moments import Moments, read_moments


def told(cells: list[str], header: str = "", order: str = "iso") -> Moments:
    """A column of moments in UTC."""
    return read_moments(pa.chunked_array([pa.array(cells)]), order, "UTC", header)


def days(read: Moments) -> list[str]:
    """The days read."""
    return [f"{one:%Y-%m-%d}" for one in read.instants]


@pytest.mark.parametrize("order", ["iso", "day_first", "month_first"])
@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2025-W02-1 07:41", "2025-01-06 07:41"),
        ("2025-W02-1T07:41Z", "2025-01-06 07:41"),
        ("2025-W02-7T07:41+02:00", "2025-01-12 05:41"),
        ("2025W02-1", "2025-01-06 00:00"),
        ("2025-w02-3 23:59", "2025-01-08 23:59"),
        ("2025-KW02-1 07:41", "2025-01-06 07:41"),
    ],
)
def test_a_day_of_a_week_has_its_time(cell: str, instant: str, order: str) -> None:
    assert f"{told([cell], order=order).instants[0]:%Y-%m-%d %H:%M}" == instant


_FIRST = (
    "H1 2024",
    "1er semestre 2024",
    "2024-H1",
    "1. Halbjahr 2024",
    "I полугодие 2024",
    "2024年上半期",
    "2024年上半年",
    "2024년 상반기",
    "I półrocze 2024",
    "1st half 2024",
)
_SECOND = (
    "H2 2024",
    "2º semestre de 2024",
    "2e semestre 2024",
    "Semestre 2 2024",
    "2024 Semester 2",
    "2. Halbjahr 2024",
    "Halbjahr 2 2024",
    "2. HJ 2024",
    "2 полугодие 2024",
    "II полугодие 2024",
    "2024年下半期",
    "2024年下半年",
    "2024년 하반기",
    "2024年度下期",
    "II półrocze 2024",
    "2. pololetí 2024",
    "2. félév 2024",
    "2nd half 2024",
)


@pytest.mark.parametrize(
    ("cell", "day"), [*((one, "2024-01-01") for one in _FIRST), *((one, "2024-07-01") for one in _SECOND)]
)
def test_a_half_year_by_its_word(cell: str, day: str) -> None:
    assert days(told([cell])) == [day]


@pytest.mark.parametrize(
    ("cells", "header", "right"),
    [
        (["S1 2024", "S2 2024"], "Semestre", ["2024-01-01", "2024-07-01"]),
        (["2024-S1", "2024-S2"], "Semester", ["2024-01-01", "2024-07-01"]),
        (["S1 2024", "S2 2024"], "Semana", ["2024-01-01", "2024-01-08"]),
        (["S1 2024", "S2 2024"], "Semaine", ["2024-01-01", "2024-01-08"]),
        (["S1 2024", "S3 2024"], "", ["2024-01-01", "2024-01-15"]),
        (["S1 2024", "S3 2024"], "Semestre", ["2024-01-01", "2024-01-15"]),
        (["S01 2024", "S02 2024"], "", ["2024-01-01", "2024-01-08"]),
        (["Semaine 1 2024"], "", ["2024-01-01"]),
    ],
)
def test_weeks_and_half_years_are_told_apart(cells: list[str], header: str, right: list[str]) -> None:
    assert days(told(cells, header)) == right


@pytest.mark.parametrize("header", ["", "Sem", "Period", "S"])
def test_what_nothing_tells_is_asked(header: str) -> None:
    read = told(["S1 2024", "S2 2024"], header)
    assert read.unreadable.all()
    assert read.likely is Cause.WEEK_OR_HALF_YEAR
