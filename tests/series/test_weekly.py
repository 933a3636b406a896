"""Rows that stand for whole weeks: told by their dates, in which period they count, and that they might not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csi.series.weekly import Dates, dates_of, footnotes, together
from csi.terms import Period
from tests.series.studies import kpi, made, reading, study


def dates(first: str, count: int, step: int = 7, zone: str = "UTC") -> Dates:
    """So many dates from one on."""
    return dates_of("Week", pd.date_range(first, periods=count, freq=f"{step}D", tz=zone).as_unit("us").asi8, zone)


MONDAY, FRIDAY, SUNDAY = "2025-01-06", "2025-01-03", "2025-01-05"


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (dates(SUNDAY, 26), 7),
        (dates(SUNDAY, 6), 7),
        (dates(SUNDAY, 5), 0),
        (dates(SUNDAY, 26, zone="Europe/Berlin"), 7),  # across a change of the clock
        (dates(SUNDAY, 26, 14), 14),
        (dates(SUNDAY, 26, 21), 0),
        (dates(SUNDAY, 26, 28), 28),
        (dates(SUNDAY, 26, 1), 0),
        (dates(SUNDAY, 26, 8), 0),
    ],
)
def test_dates_of_one_weekday_a_week_apart_are_weeks(found: Dates, step: int) -> None:
    assert found.step == step


@pytest.mark.parametrize(("gone", "step"), [([3], 7), ([3, 6], 7), ([3, 6, 9], 0)])
def test_a_week_without_a_row_leaves_the_others_weeks(gone: list[int], step: int) -> None:
    """Of 13 weeks, with each one gone two steps become a longer one: 10 of 11, 8 of 10, 6 of 9."""
    at = np.delete(dates(MONDAY, 13).at, gone)
    assert dates_of("Week", at, "UTC").step == step


def test_a_day_or_an_hour_beside_shows_that_these_are_no_weeks() -> None:
    at = dates(SUNDAY, 26).at
    assert dates_of("Week", np.append(at, at[-1] + 86_400_000_000), "UTC").step == 0
    assert dates_of("Week", np.append(at[:-1], at[-1] + 3_600_000_000), "UTC").step == 0


def test_what_portions_show_is_what_all_rows_show() -> None:
    whole = dates(SUNDAY, 26)
    parts = [dates_of("Week", np.repeat(whole.at[n::3], 2)[::-1], "UTC") for n in range(3)]
    found = together([None, *parts])
    assert found is not None
    assert found.at.tolist() == whole.at.tolist()
    many = dates_of("Week", np.arange(2_001), "UTC")
    assert (many.is_many, len(many.at), many.step) == (True, 0, 0)
    assert dates_of("Week", np.arange(2_000), "UTC").is_many is False
    assert together([whole, many]) is many
    halves = together([dates_of("Week", np.arange(n, 4_000, 2)[:1_001], "UTC") for n in range(2)])
    assert halves is not None
    assert halves.is_many
    assert together([None]) is None
    late = dates_of("Week", np.append(np.zeros(4_000, dtype=np.int64), np.arange(2_001)), "UTC")
    assert late.is_many


@pytest.mark.parametrize(
    ("first", "step", "period", "told"),
    [
        (MONDAY, 7, Period.WEEK, ""),
        (SUNDAY, 7, Period.WEEK, "each of 26 dates is a Sunday, 7 days apart. Weeks run from Monday here"),
        (SUNDAY, 7, Period.WEEK, "If they are the first ones (weeks from Sunday), each value stands a week early"),
        (FRIDAY, 7, Period.WEEK, "each row counts in the one that holds its Friday, though"),
        (SUNDAY, 14, Period.WEEK, ""),
        (SUNDAY, 7, Period.DAY, ""),
        (MONDAY, 7, Period.MONTH, "A row that stands for a week counts wholly in the month of its date"),
        (SUNDAY, 7, Period.MONTH, "A row that stands for a week counts wholly in the month of its date"),
        (MONDAY, 28, Period.QUARTER, "A row that stands for 28 days counts wholly in the quarter of its date"),
    ],
)  # fmt: skip
def test_in_which_period_a_week_counts_is_told(first: str, step: int, period: Period, told: str) -> None:
    notes = footnotes(dates(first, 26, step), period)
    assert len(notes) == bool(told)
    assert all(told in note for note in notes)


def test_weeks_of_sundays_are_told_under_their_kpi() -> None:
    frame = {"opened_at": pd.Series(pd.date_range(SUNDAY, periods=20, freq="7D", tz="UTC")).dt.as_unit("us")}
    one = made(study(kpi(at="opened_at")), reading(frame))["k"]
    assert any("opened_at: each of 20 dates is a Sunday" in note for note in one.notes)
    monthly = made(study(kpi(at="opened_at"), period=Period.MONTH), reading(frame))["k"]
    assert any("counts wholly in the month of its date" in note for note in monthly.notes)
    assert footnotes(None, Period.WEEK) == []


@pytest.mark.parametrize(
    ("header", "is_early"),
    [
        ("Week starting", True),
        ("Woche ab", True),
        ("Semaine du", True),
        ("w/c", True),
        ("Week", False),
        ("wk", False),
        ("Week ending", False),
        ("Week starting with a rota", False),
    ],
)
def test_a_header_that_says_which_day_of_the_week_it_dates_is_heard(header: str, is_early: bool) -> None:
    at = dates(SUNDAY, 26).at
    [note] = footnotes(dates_of(header, at, "UTC"), Period.WEEK)
    assert ("each value stands a week early. Add a day to each date." in note, "last days" in note) == (
        is_early,
        not is_early,
    )
