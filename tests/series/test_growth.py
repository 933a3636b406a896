"""Totals so far: over all rows, or begun anew with each year, month, week; told of portions as of all rows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from csi.series import growth as growths
from csi.series import said, settling
from csi.series.doubts import doubts_of
from csi.series.growth import Anew, Growth, growth, together
from csi.series.tried import Tried
from tests.series.studies import kpi

ONE = kpi(measure="sum", value="calls", unit="count")
RANDOM = np.random.default_rng(7)


def so_far(starts: pd.DatetimeIndex, added: np.ndarray, freq: str, zone: str = "UTC") -> Growth:
    """The growth of sums of what is added, begun anew with each period of ``freq``."""
    totals = pd.Series(added.astype(float)).groupby(starts.tz_localize(None).to_period(freq)).cumsum().to_numpy()
    return whole(starts, totals, zone)


def whole(starts: pd.DatetimeIndex, values: np.ndarray, zone: str = "UTC") -> Growth:
    """The growth of a sum of some values."""
    found = growth(ONE, starts.as_unit("us").asi8, np.asarray(values, dtype=float), zone)
    assert found is not None
    return found


def days(count: int, zone: str = "UTC") -> pd.DatetimeIndex:
    """So many days from the 1st of January 2025."""
    return pd.date_range("2025-01-01", periods=count, freq="D", tz=zone)


MONTHS = pd.date_range("2023-01-01", periods=18, freq="MS", tz="UTC")
WEEKS = pd.date_range("2023-01-02", periods=80, freq="7D", tz="UTC")
HOURS = pd.date_range("2025-01-01", periods=480, freq="h", tz="UTC")


@pytest.mark.parametrize(
    ("found", "anew"),
    [
        (so_far(days(181), RANDOM.integers(10, 60, 181), "M"), Anew.MONTH),
        (so_far(days(181, "Asia/Tokyo"), RANDOM.integers(10, 60, 181), "M", "Asia/Tokyo"), Anew.MONTH),
        (so_far(days(181), np.where(days(181).day_of_week < 5, 20, 0), "M"), Anew.MONTH),  # nothing at weekends
        (so_far(days(181), RANDOM.integers(10, 60, 181), "Q"), Anew.QUARTER),
        (so_far(days(100), RANDOM.integers(10, 60, 100), "W"), Anew.WEEK),
        (so_far(days(100), RANDOM.integers(10, 60, 100), "W-SAT"), Anew.WEEK),  # from Sunday
        (so_far(HOURS, RANDOM.integers(1, 9, 480), "D"), Anew.DAY),
        (so_far(WEEKS, RANDOM.integers(10, 60, 80), "Y"), Anew.YEAR),
        (so_far(MONTHS, RANDOM.integers(100, 140, 18), "Y"), Anew.YEAR),
        (so_far(MONTHS, RANDOM.integers(100, 140, 18), "Y-MAR"), Anew.YEAR),  # from April
        (whole(days(181), RANDOM.integers(10, 60, 181)), None),
        (whole(days(181), 100 + np.arange(181) % 30), None),  # grows, but begins far above what is added
        (whole(MONTHS, np.tile([10, 12, 15, 14, 16, 13], 3)), None),
        (whole(MONTHS, np.tile([100, 120, 140], 6)), None),  # a season, not a total
        (whole(days(181), np.where(days(181).day_of_week < 5, 1, 0)), None),
    ],
)
def test_totals_that_begin_anew_are_told_by_how_they_fall(found: Growth, anew: Anew | None) -> None:
    assert found.anew is anew


def test_one_fall_within_a_month_is_none_of_a_total() -> None:
    at = days(181)
    totals = pd.Series(RANDOM.integers(10, 60, 181)).groupby(at.month).cumsum().to_numpy(copy=True)
    totals[45] = totals[44] - 1
    assert whole(at, totals).anew is None


@pytest.mark.parametrize(("months", "is_told"), [(4, False), (5, True)])
def test_as_many_numbers_as_chance_would_hardly_order(months: int, is_told: bool) -> None:
    """Of four a month: 1 in 330,000 for four months, 1 in 8 million for five."""
    at = pd.DatetimeIndex([f"2025-{month:02d}-{day:02d}" for month in range(1, months + 1) for day in (2, 9, 16, 23)])
    totals = np.tile([20.0, 40.0, 60.0, 80.0], months)
    assert (whole(at.tz_localize("UTC"), totals).anew is Anew.MONTH) is is_told


@pytest.mark.parametrize(("flat", "is_told"), [(1, True), (2, False)])
def test_nearly_every_turn_of_the_month_is_a_fall(flat: int, is_told: bool) -> None:
    """Of five turns so many at which nothing falls: the total went on."""
    at = days(181)
    months = np.asarray(at.month) - np.where(np.asarray(at.month) <= 1 + flat, np.asarray(at.month), 1 + flat)
    totals = pd.Series(np.full(181, 5)).groupby(months).cumsum().to_numpy()
    assert (whole(at, totals).anew is Anew.MONTH) is is_told


@pytest.mark.parametrize(("first", "is_told"), [(3.0, True), (3.1, False)])
def test_a_total_begins_with_about_what_is_added_later_on(first: float, is_told: bool) -> None:
    at = days(181)
    steps = np.where(at.day == 1, 10 * first, 10.0)
    totals = pd.Series(steps).groupby(at.month).cumsum().to_numpy()
    assert (whole(at, totals).anew is Anew.MONTH) is is_told


def test_rows_of_several_teams_are_totals_where_their_sum_is() -> None:
    at = days(120).repeat(3)
    added = RANDOM.integers(10, 60, 360)
    frame = pd.DataFrame({"month": at.month, "team": np.arange(360) % 3, "added": added})
    totals = frame.groupby(["month", "team"])["added"].cumsum().to_numpy()
    found = whole(at, totals)
    assert (found.anew, found.begun) == (Anew.MONTH, 3)
    assert whole(at[1:], totals[1:]).anew is None  # a row of one is not there: its sum tells nothing


def test_what_portions_show_is_what_all_rows_show() -> None:
    at = days(181)
    totals = pd.Series(RANDOM.integers(10, 60, 181)).groupby(at.month).cumsum().to_numpy(dtype=float)
    told = whole(at, totals)
    for step in (2, 5):
        parts = [growth(ONE, at[n::step].as_unit("us").asi8, totals[n::step]) for n in range(step)]
        found = together([None, *parts])
        assert found is not None
        assert (found.anew, found.value.tolist(), found.at.tolist()) == (told.anew, totals.tolist(), told.at.tolist())
    assert together([None]) is None


def test_of_many_moments_no_number_is_kept_once_one_falls_within_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growths, "_MOST", 100)
    values = np.arange(480.0)
    grown = whole(HOURS, values)
    assert (grown.falls, grown.anew, len(grown.at)) == (False, Anew.NEVER, 480)
    daily = so_far(HOURS, np.full(480, 3), "D")
    assert (daily.falls, daily.anew) == (False, Anew.DAY)
    values[100] = 0.0
    fallen = whole(HOURS, values)
    assert (fallen.falls, fallen.anew, len(fallen.at)) == (True, None, 0)
    assert together([grown, fallen]) is fallen
    assert whole(HOURS[:100], values[::-1][:100]).falls is False  # few are kept
    parts = [whole(HOURS[n::8], values[n::8]) for n in range(8)]
    assert not any(one.falls for one in parts)
    found = together(parts)
    assert found is not None
    assert found.falls


def test_a_total_that_begins_anew_is_told_with_the_way_out() -> None:
    found = so_far(days(181), np.full(181, 5), "M")
    (doubt,) = doubts_of(ONE, Tried(growth=found), pd.DataFrame({"partial": [True], "missing": True, "value": 0.0}))
    assert said(doubt).startswith("calls never falls within a month and falls back at the turn of 5 months, 5 to 155: ")
    assert ", or the last of each month (measure: last), or write `meant: [value]` if it is so" in settling(doubt)
    assert (doubt.rows, doubt.is_open) == (181, True)


def test_the_words_for_turns_go_from_long_to_short() -> None:
    assert list(Anew) == [Anew.NEVER, Anew.YEAR, Anew.QUARTER, Anew.MONTH, Anew.WEEK, Anew.DAY]
    assert all(one for _, one in pairwise(Anew))
