"""Trends of long and of sparse series: the same slope, in bounded memory."""

from __future__ import annotations

import numpy as np

from csi.analysis import trend
from csi.analysis.trend import MOST_POINTS, mann_kendall


def test_periods_without_a_value_take_part_in_no_pair_and_keep_their_place() -> None:
    """Two points a thousand periods apart fall by two a period, as two points side by side would by two thousand."""
    sparse = np.full((1, 70_000), np.nan)
    sparse[0, [0, 1, 2, 69_999]] = [0.0, 2.0, 4.0, 139_998.0]
    found = mann_kendall(sparse)
    assert found.slope.tolist() == [2.0]
    assert found.n.tolist() == [4]


def test_of_very_many_points_the_newest_are_compared() -> None:
    values = np.concatenate([np.arange(500.0)[::-1], np.arange(float(MOST_POINTS))])[None, :]
    kept = trend._newest(values)
    assert np.isnan(kept[0, :500]).all()
    assert np.isfinite(kept[0, 500:]).all()
    few = values[:, 500:]
    assert trend._newest(few) is few
