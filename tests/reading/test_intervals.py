"""06:00-07:00: an interval of a day that begins at six, or six o'clock at UTC-07:00; told by the column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from csi.reading.intervals import are_intervals
from csi.reading.moments import read_moments

HOURS = [f"{hour:02d}:00-{hour + 1:02d}:00" for hour in range(24)]


def _read(clocks: Sequence[str], day: str = "2025-01-01 ", order: str = "iso") -> list[str]:
    read = read_moments(pa.chunked_array([pa.array([day + one for one in clocks])]), order, "UTC")
    assert not read.unreadable.any()
    return [f"{one:%H:%M}" for one in read.instants]


@pytest.mark.parametrize(
    ("clocks", "begin"),
    [
        (HOURS, [one[:5] for one in HOURS]),
        (["06:00-06:59", "07:00-07:59"], ["06:00", "07:00"]),
        (["06:00–06:30", "06:30–07:00"], ["06:00", "06:30"]),
        (["23:00-00:00", "22:00-23:00"], ["23:00", "22:00"]),
        (["06:00-08:00", "08:00-12:00", "12:00-18:00"], ["06:00", "08:00", "12:00"]),
        # offsets
        (["06:00-07:00", "09:30-07:00"], ["13:00", "16:30"]),
        (["06:00-07:00", "06:00-07:00"], ["13:00", "13:00"]),
        (["05:00-08:00", "06:00-07:00", "09:00-08:00"], ["13:00", "13:00", "17:00"]),
        (["01:00-05:00", "02:00-05:00", "03:00-04:00"], ["06:00", "07:00", "07:00"]),
        (["06:00+07:00", "07:00+08:00"], ["23:00", "23:00"]),
    ],
)
def test_a_column_tells_intervals_from_offsets(clocks: list[str], begin: list[str]) -> None:
    assert _read(clocks) == begin
    assert _read(clocks, "01/02/2025 ", "day_first") == begin


def test_seconds_have_offsets() -> None:
    assert _read(["06:00:00-07:00", "07:00:00-08:00"]) == ["13:00", "15:00"]


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        ([360, 420], [420, 480], True),
        ([360], [420], False),
        ([360, 420], [420, 420], False),
        ([0, 720], [720, 1440], True),  # half a day is the longest
        ([0, 721], [721, 1442], False),
        ([0, 719], [721, 1440], False),
        ([360, 480, 600], [390, 540, 690], True),
        ([360, 480], [390, 540], False),
        ([360, 480, 600], [360, 540, 690], False),
        ([360, 360, 480, 600], [420, 430, 540, 700], False),
    ],
)
def test_intervals_end_after_they_began(begins: list[int], ends: list[int], told: bool) -> None:
    assert are_intervals(np.array(begins), np.array(ends)) is told
