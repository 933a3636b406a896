"""What the trend is judged over: from the baseline's first point to the evaluation's last."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analysis.series import analyse


@pytest.mark.parametrize("end", [24, 25, 44])
def test_the_thin_tail_behind_the_evaluation_says_nothing_of_the_trend(end: int) -> None:
    line = 100 - 2.0 * np.arange(24)
    tail = 400 + 50.0 * np.arange(end - 24)
    found = analyse(np.concatenate([line, tail]), before=12, after=12).trend
    assert (found.judged, found.slope, found.slope_lower, found.slope_upper) == (True, -2, -2, -2)
