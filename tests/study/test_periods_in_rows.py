"""Rows that are periods: how long they are is no KPI."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from csi.study.drafting.offers import _follow_on
from csi.study.drafting.proposal import proposed

MONDAY = date(2026, 1, 5)


def offered(folder: Path, spans: list[tuple[int, int]]) -> set[str]:
    """Ids of what is proposed of rows from one day to another, each with a number."""
    rows = [f"{MONDAY + timedelta(first)},{MONDAY + timedelta(last)},{5 + (3 * first) % 11}" for first, last in spans]
    path = folder / "errors.csv"
    path.write_text("\n".join(["start,end,value", *rows]) + "\n", encoding="utf-8")
    return {one.id for one in proposed(path, "UTC").candidates}


WEEKS = [(7 * week, 7 * week + 7) for week in range(50)]


@pytest.mark.parametrize(
    ("spans", "are_periods"),
    [
        (WEEKS, True),
        (WEEKS[:20] + WEEKS[21:], True),  # one may lack
        ([one for number, one in enumerate(WEEKS) if number % 5], False),
        ([(first, last + 2) for first, last in WEEKS], False),
        ([(first, last - 1) for first, last in WEEKS], False),
    ],
)
def test_the_length_of_a_period_is_no_kpi(tmp_path: Path, spans: list[tuple[int, int]], are_periods: bool) -> None:
    found = offered(tmp_path, spans)
    assert ("start_to_end" not in found) is are_periods
    assert "mean_value" in found


@pytest.mark.parametrize(
    ("starts", "ends", "told"),
    [
        ([0, 1, 2], [1, 2, 3], True),
        ([0, 1], [1, 2], False),  # two may meet by chance
        ([*range(11)], [1, 2, 3, 4, 5, 6, 7, 8, 9, 90, 91], True),  # nine of the ten that could
        ([*range(11)], [1, 2, 3, 4, 5, 6, 7, 8, 89, 90, 91], False),
        ([0, 0, 0, 0], [1, 1, 1, 1], False),
    ],
)
def test_rows_are_periods_where_they_begin_as_others_end(starts: list[int], ends: list[int], told: bool) -> None:
    first, last = (np.array(one, dtype="datetime64[D]").astype("datetime64[us]") for one in (starts, ends))
    assert _follow_on(first, last) is told
