"""Days of the week, or hours of the day, that differ so much that they hide a change: windows of whole ones show it."""

from __future__ import annotations

import numpy as np
from scipy import special

from csi.analysis.limits import Floats
from csi.analysis.measured import SEASON, SEASONS
from csi.terms import Period

_SURE = 0.01
_WORDS = {
    Period.DAY: ("Days of the week", "weeks"),
    Period.HOUR: ("Hours of the day", "days"),
}


def hiding(before: Floats, after: Floats, period: Period) -> str:
    """What would show smaller changes, where a season is plain and the windows are not whole seasons; else empty.

    Args:
        before, after: the windows' points on one axis, NaN outside them and where a point is missing.
        period: the length of one point.
    """
    if period not in _WORDS or not _differ(before, after, SEASON[period]):
        return ""
    which, whole = _WORDS[period]
    return (
        f"{which} differ: windows of whole {whole} without a gap, {SEASONS} in all or more, would compare each "
        "with its like and show smaller changes."
    )


def _differ(before: Floats, after: Floats, season: int) -> bool:
    """Analysis of variance of what is left of each window's mean, by place in the season.

    Source: Fisher, Statistical Methods for Research Workers (1925), ch. 7.
    """
    left = np.where(np.isfinite(before), before - np.nanmean(before), after - np.nanmean(after))
    there = np.isfinite(left)
    places, values = np.flatnonzero(there) % season, left[there]
    counts = np.bincount(places, minlength=season)
    seen, spare = int((counts > 0).sum()), len(values) - season - 1
    if seen < 2 or spare < season:
        return False
    between = float((np.bincount(places, values, season) ** 2 / np.maximum(counts, 1)).sum())
    within = float((values**2).sum()) - between
    if within <= 0:
        return between > 0
    return float(special.fdtrc(seen - 1, spare, between / (seen - 1) / (within / spare))) < _SURE
