"""Prediction limits of skewed numbers: those of their logarithms count where these are another thing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from csi.analysis.limits import D2
from csi.analysis.measured import measure
from csi.analysis.panel import panel
from tests.analysis.series import analyse, kpi_input, noise

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


def test_the_next_period_lies_within_its_limits_as_surely_as_is_told() -> None:
    values = noise(seed=2)
    found = measure(panel([kpi_input(values)]))
    after = values[24:]
    sigma = np.abs(np.diff(after)).mean() / D2
    assert found.phi[0] == 0
    reach = special.stdtrit(0.62 * 11, 0.9905) * np.sqrt(1 + 1 / 12) * sigma  # Source: docs/verdicts.md, Target
    assert found.ahead.upper[0, -1] == pytest.approx(after.mean() + reach, abs=0.002)  # 2.66 is a rounded 3 / 1.128
    assert found.ahead.lower[0, -1] == pytest.approx(after.mean() - reach, abs=0.002)
