"""Periods between two days: all of them, or a refusal; none is left out in silence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from csi.errors import TooManyRows
from csi.reading.spans import MOST, between
from csi.terms import Period

FIRST = date(1900, 1, 1)


def test_two_hundred_years_of_days_are_all_there() -> None:
    assert len(list(between(FIRST, FIRST + timedelta(days=MOST), Period.DAY))) == MOST == 75_000


def test_one_more_is_refused_aloud() -> None:
    with pytest.raises(TooManyRows, match="more than 75,000 periods"):
        list(between(FIRST, FIRST + timedelta(days=MOST + 1), Period.DAY))
