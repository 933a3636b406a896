"""Another spread than before, and the moving average: told beside the verdict, and never part of it."""

from __future__ import annotations

import numpy as np
import pytest

from csi.analysis.level import levels
from csi.analysis.limits import Flags, Floats
from csi.analysis.spread import moving_average, spread
from tests.analysis.series import analyse, autoregressive, noise, step

BEFORE = np.arange(36) < 24


def windows(values: Floats) -> tuple[Flags, Flags]:
    first = np.broadcast_to(BEFORE, values.shape)
    return first, ~first


def scaled(times: float, tries: int = 1500) -> Floats:
    values = np.random.default_rng(1).standard_normal((tries, 36))
    values[:, 24:] *= times
    return values


def test_a_spread_that_doubled_or_halved_is_seen_and_a_steady_one_is_not():
    random = np.random.default_rng(2)
    for values in (scaled(1.0), autoregressive(1500, 36, phi=0.6, seed=1), random.lognormal(0, 1, (1500, 36))):
        assert spread(values, *windows(values)).changed.mean() <= 0.06
    for times in (0.5, 2.0):
        assert spread(scaled(times), *windows(scaled(times))).changed.mean() >= 0.5


@pytest.mark.parametrize(("times", "told"), [(1.51, True), (1.49, False), (1 / 1.51, True), (1 / 1.49, False)])
def test_the_moving_ranges_must_be_half_as_wide_again(times: float, told: bool):
    """+1, -1, +1 …: every distance from the median is 1, every moving range 2, and after the change so many times."""
    values = np.resize([1.0, -1.0], (1, 36)) + np.random.default_rng(1).normal(0, 1e-6, (1, 36))
    values[:, 24:] *= times
    found = spread(values, *windows(values))
    assert found.times[0] == pytest.approx(times, rel=1e-4)
    assert found.changed[0] == told


def test_another_spread_is_a_caution_and_decides_nothing():
    wild = noise(36, sigma=2.0)
    wild[24:] = 25 + (wild[24:] - 25) * 3
    found = analyse(wild)
    assert found.detail.spread == "wider"
    [said] = [text for text in found.warnings if text.startswith("Single weeks vary")]
    assert said == f"Single weeks vary {found.detail.spread_times:.1f} times as much as before: they became less even."
    assert found.verdict == "NO CHANGE"
    calm = noise(36, sigma=2.0)
    calm[24:] = 25 + (calm[24:] - 25) / 4
    assert analyse(calm).detail.spread == "narrower"
    assert any("they became more even" in text for text in analyse(calm).warnings)
    assert analyse(noise(36)).detail.spread == ""
    assert analyse(wild, after=5).detail.spread_times is None  # too few periods to judge


def test_the_moving_average_begins_at_the_baseline_and_weighs_the_newest_point_a_fifth():
    values = np.zeros((1, 36)) + 25
    values[0, ::2] += 0.1
    values[0, 24:] = np.arange(12.0) + 25
    expected, level = values[0, :24].mean(), values[0, :24].mean()
    for value in values[0, 24:]:
        expected += 0.2 * (value - expected)
    found = moving_average(values, *windows(values), levels(values, *windows(values)))
    assert found.moved[0] == pytest.approx(expected - level)


def test_the_moving_average_sees_small_shifts_and_is_seldom_false():
    for phi in (0.0, 0.3, 0.6, 0.8):
        quiet = autoregressive(1500, 36, phi=phi, seed=3)
        assert (moving_average(quiet, *windows(quiet), levels(quiet, *windows(quiet))).p < 0.03).mean() <= 0.04
    moved = autoregressive(1500, 36, phi=0.0, seed=4)
    moved[:, 24:] += 1
    assert (moving_average(moved, *windows(moved), levels(moved, *windows(moved))).p < 0.03).mean() >= 0.4


@pytest.mark.parametrize(("size", "way"), [(-6.0, "improvement"), (6.0, "concern"), (0.0, "")])
def test_the_moving_average_says_which_way(size: float, way: str):
    found = analyse(step(size))
    assert found.detail.moving_average_shift == way
    assert found.detail.moving_average == pytest.approx(25 + 0.93 * size, abs=1.0)
