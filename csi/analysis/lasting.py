"""A shift that lasts: the one gate by which chart and verdict tell a run of points from a series' own wandering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi.analysis import level
from csi.analysis.limits import Flags, Floats
from csi.analysis.signals import RUN

STEADY = 0.10  # expected φ up to which seven in a row are no wandering
HINTED = 0.15  # p of the windows' difference that a run of such a series has to be joined by
CLEAR = 0.005  # p of the run alone against the baseline, whatever the windows as a whole say
LOPSIDED = 0.65  # of the baseline on one side of its mean: no run of even chances; ours


@dataclass(frozen=True, slots=True)
class Lasting:
    """Per KPI the sustained shift that holds at the window's latest point: ``side`` +1 above the frozen centre, -1
    below, 0 where there is none; ``run`` its points, ``moved`` their mean less the centre."""

    side: NDArray[np.int64]
    run: NDArray[np.int64]
    moved: Floats


def lasting(
    values: Floats, windows: tuple[Flags, Flags], centre: Floats, matters: Floats, told: tuple[Floats, Floats, Floats]
) -> Lasting:
    """Runs of seven or more up to the latest point, as far from the frozen centre as matters, that are no wandering.

    A run counts where the series hardly repeats itself and the windows hint the same way, or where the run alone
    differs clearly from the baseline. Both ways alike.

    Args:
        values: ``(kpis, periods)``.
        windows: periods before and after.
        centre: frozen limits' centre; NaN: none.
        matters: minimum important difference.
        told: of the windows' difference: itself, its p and the φ to expect.

    Source: ours; false on quiet series, and what it adds, in docs/calibration.md. Seven in a row alone are met in 3, 10
    and 23 % of quiet series of 12 + 8 points at φ = 0, .3 and .6.
    """
    before, after = windows
    side, run = latest_run(values, after, centre)
    place = np.arange(values.shape[1])
    last = values.shape[1] - 1 - after[:, ::-1].argmax(axis=1)
    inside = (place > (last - run)[:, None]) & (place <= last[:, None])
    moved = np.where(inside, np.nan_to_num(values), 0.0).sum(axis=1) / np.maximum(run, 1) - centre
    far = (side != 0) & (run >= _needed(values, before, centre, side)) & (np.abs(moved) >= matters)
    difference, p, phi = told
    holds = far & (phi <= STEADY) & (p < HINTED) & (np.sign(difference) == side)
    unsure = far & ~holds & before.any(axis=1)
    if unsure.any():
        alone = level.levels(values[unsure], before[unsure], inside[unsure]).difference
        holds[unsure] = alone.p() < CLEAR
    return Lasting(np.where(holds, side, 0), np.where(holds, run, 0), moved)


def latest_run(values: Floats, window: Flags, centre: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """On which side of the centre the window's latest points lie, and how many in a row; a missing one ends the run."""
    side = np.sign(np.nan_to_num(values - centre[:, None])).astype(np.int64)
    place = np.arange(values.shape[1])
    last = values.shape[1] - 1 - window[:, ::-1].argmax(axis=1)
    newest = np.where(window.any(axis=1), side[np.arange(len(side)), last], 0)
    begun = np.maximum.accumulate(window, axis=1)
    broken = ((side != newest[:, None]) | ~begun) & (place <= last[:, None])
    start = np.where(broken.any(axis=1), values.shape[1] - 1 - broken[:, ::-1].argmax(axis=1), -1)
    return newest, np.where(newest != 0, last - start, 0)


def _needed(values: Floats, before: Flags, centre: Floats, side: NDArray[np.int64]) -> Floats:
    """Points in a row as unlikely as seven of even chances, where most of the baseline lies on that side anyway.

    Of skewed means (log-normal, σ = 1) seven in ten lie below their centre: seven in a row below it made 9 % of
    unchanged series of 24 + 12 points regress.
    """
    same = (before & (np.sign(np.nan_to_num(values - centre[:, None])) == side[:, None])).sum(axis=1)
    usual = (same + 1) / (before.sum(axis=1) + 2)
    return np.where(usual > LOPSIDED, RUN * np.log(0.5) / np.log(usual), RUN)
