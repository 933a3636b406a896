"""A shift that lasts: which runs up to the latest point are counted, one way as the other."""

from __future__ import annotations

import numpy as np
import pytest

from csi.analysis.lasting import lasting
from csi.analysis.level import levels
from tests.analysis.series import noise

BEFORE, AFTER = 24, 12
FIRST = np.arange(BEFORE + AFTER) < BEFORE
WINDOWS = FIRST[None], ~FIRST[None]


def counted(values: np.ndarray, p: float, phi: float, difference: float = 1.0, matters: float = 0.5) -> int:
    """How long a run above the baseline's mean of 0 is that counts; 0: none does."""
    centre, least = np.zeros(1), np.array([matters])
    found = lasting(values[None], WINDOWS, centre, least, (np.array([difference]), np.array([p]), np.array([phi])))
    mirrored = lasting(-values[None], WINDOWS, centre, least, (np.array([-difference]), np.array([p]), np.array([phi])))
    assert (found.side[0], found.run[0]) == (-mirrored.side[0], mirrored.run[0])
    return int(found.run[0])


# A baseline that varies so much that a run alone differs from it by chance.
BASE = noise(BEFORE, level=0.0, sigma=1.5, seed=1)
BASE -= BASE.mean()


WAVE = np.array([0.9, -0.9, 0.9, -0.9, 0.9, -0.9, 0.0])  # so that the run varies, too


def run(points: int, size: float = 1.0) -> np.ndarray:
    return np.concatenate([BASE, np.full(AFTER - points, -0.1), size + size * WAVE[7 - points :]])


@pytest.mark.parametrize(
    ("points", "p", "phi", "difference", "found"),
    [
        (7, 0.149, 0.0, 1.0, 7),
        (7, 0.150, 0.0, 1.0, 0),  # the windows do not hint at it
        (6, 0.001, 0.0, 1.0, 0),  # too short
        (7, 0.001, 0.10, 1.0, 7),
        (7, 0.001, 0.11, 1.0, 0),  # it may be wandering
        (7, 0.001, 0.0, -1.0, 0),  # they hint the other way
    ],
)
def test_a_run_counts_where_the_windows_hint_at_it(
    points: int, p: float, phi: float, difference: float, found: int
) -> None:
    assert counted(run(points), p, phi, difference) == found


@pytest.mark.parametrize(("size", "found"), [(0.499, 0), (0.5, 7)])
def test_a_run_counts_from_what_matters_on(size: float, found: int) -> None:
    assert counted(run(7, size), 0.01, 0.0) == found


def test_a_run_alone_counts_where_it_differs_clearly_from_the_baseline() -> None:
    """Whatever the windows as a whole say: clearly is p below .005."""
    base = noise(BEFORE, level=0.0, sigma=1.0, seed=3)
    told = []
    for size in np.arange(0.4, 2.4, 0.01):
        values = np.concatenate([base - base.mean(), np.full(5, -0.1), size + 0.4 * WAVE])
        alone = np.zeros(BEFORE + AFTER, dtype=bool)
        alone[-7:] = True
        p = float(levels(values[None], FIRST[None], alone[None]).difference.p()[0])
        told.append((p, counted(values, 0.9, 0.5)))
    assert [run == 7 for _, run in told] == [p < 0.005 for p, _ in told]
    assert any(0.004 < p < 0.005 for p, _ in told)
    assert any(0.005 < p < 0.006 for p, _ in told)
