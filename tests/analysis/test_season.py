"""Like compared with like: weekdays and months are taken out of what before and after vary by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from csi.analysis import Analysis
from csi.terms import Period, Verdict
from tests.analysis.series import analyse

WEEK = np.array([100.0, 100, 100, 100, 100, 30, 20])


def daily(size: float, *, weeks: int = 12, before: int = 56, seed: int = 1, **about: Any) -> Analysis:
    """Weeks of days with quiet weekends, moved by ``size`` after the baseline."""
    values = np.tile(WEEK, weeks) + np.random.default_rng(seed).normal(0, 5, 7 * weeks)
    values[before:] += size
    return analyse(values, before=before, period=Period.DAY, step_days=1, **about)


def test_quiet_weekends_do_not_hide_a_change() -> None:
    found = daily(-10.0)
    assert found.verdict is Verdict.IMPROVED
    assert found.change.upper - found.change.lower < 6
    assert found.change.lower <= -10 <= found.change.upper
    assert "each day compared with its like in seasons of 7 days" in found.detail.method


def test_quiet_weekends_are_no_change() -> None:
    assert daily(0.0).verdict is Verdict.NO_CHANGE


@pytest.mark.parametrize("about", [{"weeks": 11, "before": 59}, {"weeks": 2, "before": 7}])
def test_windows_without_whole_seasons_are_compared_as_they_are(about: dict[str, Any]) -> None:
    assert "its like" not in daily(-10.0, **about).detail.method


def test_a_gap_leaves_no_whole_season() -> None:
    values = np.tile(WEEK, 12) + np.random.default_rng(1).normal(0, 5, 84)
    values[60] = np.nan
    found = analyse(values, before=56, period=Period.DAY, step_days=1)
    assert "its like" not in found.detail.method


def test_the_difference_stays_what_people_can_check() -> None:
    values = np.tile(WEEK, 12) + np.random.default_rng(1).normal(0, 5, 84)
    found = analyse(values, before=56, period=Period.DAY, step_days=1)
    assert found.change.difference == pytest.approx(values[56:].mean() - values[:56].mean())


def test_counts_by_weekday_are_compared_with_their_like() -> None:
    drawn = np.random.default_rng(2).poisson(np.tile([40.0, 40, 40, 40, 40, 8, 5], 12)).astype(float)
    drawn[56:] = np.random.default_rng(3).poisson(np.tile([30.0, 30, 30, 30, 30, 6, 4], 4))
    found = analyse(drawn, before=56, period=Period.DAY, step_days=1, measure="count", value=None, unit="count")
    assert found.change.state == "improved"


def test_weekends_that_hide_a_change_are_named_with_what_would_show_it() -> None:
    said = "Days of the week differ: windows of whole weeks without a gap, 3 in all or more, would compare each with "
    hidden = daily(-10.0, weeks=9, before=33)
    assert hidden.verdict is Verdict.NO_CHANGE
    assert [one for one in hidden.warnings if "Days" in one] == [f"{said}its like and show smaller changes."]
    assert not any("differ:" in one for one in daily(-3.0, weeks=12, before=56).warnings)


def test_days_that_are_alike_hide_nothing() -> None:
    drawn = np.random.default_rng(4).normal(50, 5, (100, 63))
    told = [analyse(one, before=33, period=Period.DAY, step_days=1).warnings for one in drawn]
    assert sum(any("differ:" in text for text in texts) for texts in told) <= 4


def test_hours_of_the_day_are_named_too() -> None:
    day = np.r_[np.full(8, 5.0), np.full(10, 60.0), np.full(6, 20.0)]
    values = np.tile(day, 4)[:90] + np.random.default_rng(5).normal(0, 3, 90)
    found = analyse(values, before=50, period=Period.HOUR, step_days=1)
    assert any(one.startswith("Hours of the day differ: windows of whole days") for one in found.warnings)
