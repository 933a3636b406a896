"""A run that is counted whatever the windows as a whole say; those that they hint at are in ``test_level.py``."""

from __future__ import annotations

import numpy as np

from csi.analysis.lasting import lasting
from csi.analysis.level import levels
from tests.analysis.series import noise

BEFORE, AFTER = 24, 12
FIRST = np.arange(BEFORE + AFTER) < BEFORE
WINDOWS = FIRST[None], ~FIRST[None]


def counted(values: np.ndarray, p: float, phi: float) -> int:
    """How long a run above the baseline's mean of 0 is that counts, and below it of the mirrored; 0: none does."""
    centre, least, difference = np.zeros(1), np.array([0.3]), 1.0
    found = lasting(values[None], WINDOWS, centre, least, (np.array([difference]), np.array([p]), np.array([phi])))
    mirrored = lasting(-values[None], WINDOWS, centre, least, (np.array([-difference]), np.array([p]), np.array([phi])))
    assert (found.side[0], found.run[0]) == (-mirrored.side[0], mirrored.run[0])
    return int(found.run[0])


WAVE = np.array([0.9, -0.9, 0.9, -0.9, 0.9, -0.9, 0.0])  # so that the run varies, too


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
