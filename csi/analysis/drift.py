"""A baseline that was already moving: what of a change is left beyond the level that its drift had reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi.analysis import mixture
from csi.analysis.limits import Flags, Floats

# p of the baseline's slope from which the change has to stand beyond it, too; at .2 fewer steps of 1 σ are seen, at .1
# more drifts are claimed. Source: docs/calibration.md
HINTED = 0.14
ROBUST_FROM = 20  # points of a baseline whose hint is heard; a shorter one's slope has to be sure. Ours
SURE = 0.05  # p of the slope from which the drift is said


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is left of each change beyond its baseline's drift, with its 95 % interval; NaN where there is no drift the
    way of the change.

    ``slope_p`` is that of the baseline's slope; 1 where it goes the other way.
    """

    left: Floats
    lower: Floats
    upper: Floats
    p: Floats
    slope_p: Floats


def beyond(values: Floats, before: Flags, after: Flags, difference: Floats) -> Beyond:
    """Changes held against a drift that stopped where they began.

    y = level + left · after + slope · min(t − t₀, 0): the slope before the change, and a level after it.

    Args:
        values: ``(kpis, periods)``.
        before, after: the windows' periods.
        difference: the plain change.

    Source: Bernal, Cummins and Gasparrini, Int. J. Epidemiology 46 (2017) 348, with a slope that ends; how often it
    claims a change is in docs/calibration.md.
    """
    place = np.arange(values.shape[1], dtype=float)
    start = after.argmax(axis=1)[:, None]
    ramp = np.minimum(place - start, 0.0)
    inside = np.where(before, values, np.nan)
    slope = mixture.term(inside, np.stack([np.ones(values.shape), ramp], axis=-1), 1)
    enough = (before.sum(axis=1) > 3) & after.any(axis=1)
    slope_p = np.where(enough & (slope.value * difference > 0), slope.p(), 1.0)
    left, lower, upper, p = (np.full(len(values), np.nan) for _ in range(4))
    slope_p = np.where((before.sum(axis=1) < ROBUST_FROM) & (slope_p >= SURE), 1.0, slope_p)
    rows = slope_p < HINTED
    if rows.any():
        design = np.stack([np.ones(values.shape), after.astype(float), ramp], axis=-1)[rows]
        found = mixture.term(np.where(before | after, values, np.nan)[rows], design, 1)
        reach = found.reach()
        left[rows], p[rows] = found.value, found.p()
        lower[rows], upper[rows] = found.value - reach, found.value + reach
    return Beyond(left, lower, upper, p, slope_p)
