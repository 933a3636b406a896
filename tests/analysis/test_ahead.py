"""Prediction limits of skewed numbers: those of their logarithms count where these are another thing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analysis.series import analyse

# Twelve of an evaluation and 24 of a baseline, skewed to the right, about 0 and in units of their deviation.
SKEWED = np.random.default_rng(5).exponential(1, 36) - 1


@pytest.mark.parametrize(
    ("spread", "state"),
    [
        (0.02, "reliably met"),
        (0.105, "reliably met"),  # the logarithms' σ is .097: so far from zero they are as good as a straight line
        (0.111, "met on average"),  # it is .102
        (0.5, "met on average"),
    ],
)
def test_logarithms_widen_limits_where_numbers_vary_much_for_their_size(spread: float, state: str) -> None:
    """The target lies 2.9 deviations off: beyond the limits as they are (2.7), within those of the logarithms."""
    assert analyse(50 * (1 + spread * SKEWED), target=50 * (1 + spread * 2.9)).target_state == state
