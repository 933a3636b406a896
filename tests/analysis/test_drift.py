"""A baseline that was already moving: a drift that stops is no improvement, a step beside it is one."""

from __future__ import annotations

import numpy as np
import pytest

from csi.analysis import level
from csi.analysis.drift import HINTED, beyond
from tests.analysis.series import analyse, autoregressive, noise

TRIES = 1000


def claimed(before: int, after: int, phi: float, drift: float, step: float, tries: int = TRIES) -> float:
    """How often a change for the lower is claimed, with what is asked beyond a drift."""
    values = autoregressive(tries, before + after, phi=phi, seed=before)
    values += drift * np.minimum(np.arange(before + after) / before, 1.0)
    values[:, before:] += step
    first = np.broadcast_to(np.arange(before + after) < before, values.shape)
    change = level.levels(values, first, ~first).difference
    found = beyond(values, first, ~first, change.value)
    stands = (found.slope_p >= HINTED) | ((found.p < 0.05) & (found.left < 0))
    return float(((change.p() < 0.05) & (change.value < 0) & stands).mean())


@pytest.mark.parametrize(
    ("before", "after", "phi", "most"), [(24, 12, 0.0, 0.12), (52, 26, 0.0, 0.10), (24, 12, 0.3, 0.2)]
)
def test_a_drift_that_stopped_is_seldom_an_improvement(before: int, after: int, phi: float, most: float):
    assert claimed(before, after, phi, -2.0, 0.0) <= most


@pytest.mark.parametrize(("before", "after"), [(24, 12), (52, 26)])
def test_a_step_is_still_seen(before: int, after: int):
    assert claimed(before, after, 0.0, 0.0, -2.0) >= 0.95


def test_the_hint_of_a_drift_is_heard_where_neither_drift_nor_small_step_suffers():
    assert claimed(24, 12, 0.0, 0.0, -1.0, tries=4000) >= 0.675  # of steps of 1 σ
    assert claimed(24, 12, 0.0, -2.0, 0.0, tries=4000) <= 0.12


def test_what_is_left_is_the_step_beside_the_drift():
    place = np.arange(36.0)
    values = (50 - 0.5 * np.minimum(place, 24) - 5 * (place >= 24))[None] + noise(36, level=0.0, sigma=0.1)
    before = place[None] < 24
    found = beyond(values, before, ~before, np.array([-11.0]))
    assert found.left[0] == pytest.approx(-5, abs=0.2)
    assert found.lower[0] < -5 < found.upper[0]
    other = beyond(values, before, ~before, np.array([11.0]))  # the baseline drifts the other way
    assert (other.slope_p[0], np.isnan(other.left[0])) == (1.0, True)


def test_a_change_that_is_all_drift_says_what_is_left():
    values = 60 - 0.6 * np.minimum(np.arange(36), 24) + noise(36, level=0, sigma=0.5, seed=4)
    found = analyse(values)
    assert found.change.state == "no detectable change"
    assert "no detectable change in 12 weeks beyond the way the baseline was already going (" in found.sentence
    assert found.evidence in ("weak", "none")
