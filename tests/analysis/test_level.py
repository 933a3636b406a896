"""A level that moved, or not: how often it is claimed on quiet series, seen where it is there, and by which gate."""

from __future__ import annotations

import numpy as np
import pytest

from csi.analysis import analysis, level, mixture
from csi.analysis.aim import Aim
from csi.analysis.change_state import Difference, change_state
from csi.analysis.lasting import lasting, latest_run
from csi.terms import Direction
from tests.analysis.series import analyse, autoregressive, noise, step

TRIES = 1500


def moved(before: int, after: int, phi: float, size: float = 0.0, spread: float = 1.0) -> np.ndarray:
    """P-values of so many series."""
    values = autoregressive(TRIES, before + after, phi=phi, seed=before + after)
    values[:, before:] = values[:, before:] * spread + size
    first = np.broadcast_to(np.arange(before + after) < before, values.shape)
    return level.levels(values, first, ~first).difference.p()


@pytest.mark.parametrize(
    ("before", "after", "phi", "most"),
    [
        (8, 6, 0.6, 0.07),
        (8, 6, 0.8, 0.115),
        (12, 8, 0.0, 0.035),
        (12, 8, 0.6, 0.06),
        (12, 8, 0.8, 0.09),
        (24, 12, 0.3, 0.06),
        (24, 12, 0.8, 0.05),
        (52, 26, 0.6, 0.05),
    ],
)
def test_a_quiet_level_is_seldom_said_to_have_moved(before: int, after: int, phi: float, most: float):
    assert (moved(before, after, phi) < 0.05).mean() <= most + 0.01  # two Monte-Carlo errors, of .06 and 1,500


@pytest.mark.parametrize(
    ("before", "after", "phi", "size", "least"),
    [(12, 8, 0.0, 2.0, 0.86), (12, 8, 0.3, 2.0, 0.65), (24, 12, 0.0, 1.0, 0.67), (24, 12, 0.6, 2.0, 0.60)],
)
def test_a_level_that_moved_is_seen_either_way_alike(before: int, after: int, phi: float, size: float, least: float):
    up, down = ((moved(before, after, phi, way * size) < 0.05).mean() for way in (1, -1))
    assert up >= least
    assert abs(up - down) < 0.04


@pytest.mark.parametrize("spread", [0.5, 2.0, 4.0])
def test_windows_that_vary_unlike_are_not_taken_to_vary_alike(spread: float):
    assert (moved(24, 12, 0.0, spread=spread) < 0.05).mean() <= 0.06


def test_windows_have_to_differ_clearly_before_they_are_taken_to_vary_unlike():
    quiet = autoregressive(TRIES, 36, phi=0.0, seed=2)
    first = np.broadcast_to(np.arange(36) < 24, quiet.shape)
    assert (level.unequal(quiet, first, ~first)).mean() == pytest.approx(0.05, abs=0.015)
    flat = np.zeros((1, 36))
    assert not level.unequal(flat, first[:1], ~first[:1])[0]
    flat[0, ::2] = np.where(np.arange(18) < 12, 0.0, 1.0)
    assert level.unequal(flat, first[:1], ~first[:1])[0]


@pytest.mark.parametrize(
    ("run", "told", "holds"),
    [
        (7, (1.0, 0.149, 0.10), True),
        (6, (1.0, 0.149, 0.10), False),
        (7, (1.0, 0.15, 0.10), False),
        (7, (1.0, 0.149, 0.11), False),
        (7, (-1.0, 0.149, 0.10), False),  # the windows hint the other way
    ],
)
@pytest.mark.parametrize("way", [1, -1])
def test_a_run_lasts_where_the_series_is_steady_and_the_windows_hint_the_same(
    run: int, told: tuple[float, float, float], holds: bool, way: int
):
    values = np.concatenate([np.tile([2.0, -2.0], 12), np.full(12 - run, -0.4), np.full(run, 0.6)])[None] * way
    before = np.arange(36)[None] < 24
    heard = (np.array([told[0] * way]), np.array([told[1]]), np.array([told[2]]))
    found = lasting(values, (before, ~before), np.zeros(1), np.array([0.5]), heard)
    assert (found.side[0], found.run[0]) == ((way, run) if holds else (0, 0))


@pytest.mark.parametrize(("matters", "holds"), [(0.6, True), (0.61, False)])
def test_a_run_lasts_only_where_it_matters(matters: float, holds: bool):
    values = np.concatenate([np.tile([2.0, -2.0], 12), np.full(5, -0.4), np.full(7, 0.6)])[None]
    before = np.arange(36)[None] < 24
    heard = (np.ones(1), np.array([0.1]), np.zeros(1))
    assert bool(lasting(values, (before, ~before), np.zeros(1), np.array([matters]), heard).side[0]) is holds


@pytest.mark.parametrize(("size", "holds"), [(6.0, True), (0.0, False)])
def test_a_run_that_differs_clearly_from_the_baseline_lasts_whatever_the_windows_say(size: float, holds: bool):
    values = noise(36, level=0.0, sigma=1.0, seed=4)[None]
    values[0, 24:29] -= size
    values[0, 29:] = np.abs(values[0, 29:]) + size
    before = np.arange(36)[None] < 24
    heard = (np.zeros(1), np.ones(1), np.ones(1))
    found = lasting(values, (before, ~before), values[:, :24].mean(axis=1), np.array([0.5]), heard)
    assert bool(found.side[0]) is holds


def test_a_missing_point_ends_a_run():
    values = np.array([[1.0, -1, 1, -1, 2, 2, np.nan, 2, 2]])
    side, run = latest_run(values, np.arange(9)[None] >= 4, np.zeros(1))
    assert (side[0], run[0]) == (1, 2)


@pytest.mark.parametrize(("sustained", "state"), [("improvement", "improved"), ("concern", "worse"), ("", "worse")])
@pytest.mark.parametrize("direction", [Direction.LOWER, Direction.HIGHER])
def test_a_sustained_shift_counts_alike_in_both_directions(direction: Direction, sustained: str, state: str):
    way = 1.0 if direction is Direction.LOWER else -1.0
    lower, upper = sorted((1.0 * way, 3.0 * way))
    worse = Difference(
        difference=2.0 * way, lower=lower, upper=upper, level_before=20.0, level_after=20.0 + 2 * way, matters=1.0
    )
    assert change_state(Aim(direction, 10.0), worse, sustained) == state


def runs_shown(found: analysis.Analysis) -> set[str]:
    """Directions of the runs drawn in the evaluation."""
    return {signal.direction for signal in found.signals if signal.rule == "shift" and signal.start.month >= 7}


def test_no_run_is_drawn_that_the_verdict_does_not_count():
    told = [analyse(step(size, phi=phi, seed=seed)) for seed in range(30) for size, phi in ((-2.0, 0.0), (0.0, 0.8))]
    assert {one.change.state for one in told} >= {"improved", "no detectable change"}
    for one in told:
        counted = {"improved": {"improvement"}, "worse": {"concern"}}.get(one.change.state, set())
        assert runs_shown(one) <= counted
    assert any(runs_shown(one) for one in told)


@pytest.mark.parametrize(("another", "phi"), [(0.0999, 0.0), (0.1001, 0.05005), (0.5, 0.25)])
def test_points_are_independent_where_next_to_nothing_speaks_for_another_autocorrelation(another: float, phi: float):
    wanted = np.zeros(len(mixture.GRID))
    wanted[0], wanted[10] = 1 - another, another  # φ = 0 and .5
    likelihood = np.log(np.maximum(wanted, 1e-300)) - np.log(mixture.PRIOR)
    found = mixture.weighed(likelihood[None])
    assert found.sum() == pytest.approx(1)
    assert float((found @ mixture.GRID)[0]) == pytest.approx(phi, abs=1e-9)
