"""Signals: points that chance alone would rarely give.

Arrays have time as their last axis, NaN where a point is missing; a missing point breaks a run. Flags mark every
member of a pattern, as the NHS charts do, unless a function says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from csi.analysis.limits import Flags, Floats
from csi.words.signals import SignalRule

RUN = 7  # points in a row. Source: NHS England, Making Data Count; NHSRplotthedots


@dataclass(frozen=True, slots=True)
class Found:
    """Which rule each point breaks, and on which side.

    ``rule`` is the rank of a ``SignalRule``, 0 where there is none.
    ``side`` is +1 for a high point (or a rising run), -1 for a low one, 0 for none.
    """

    rule: NDArray[np.int8]
    side: NDArray[np.int8]


def sides(values: Floats, centre: Floats) -> NDArray[np.int8]:
    """+1 above the centre, -1 below, 0 on it or missing."""
    gap = np.nan_to_num(values - np.asarray(centre)[..., None])
    return np.sign(gap).astype(np.int8)


def runs_of(flags: Flags, length: int) -> Flags:
    """Points that belong to an unbroken run of at least ``length`` marked points."""
    return _members(_complete(flags, length), length, flags.shape[-1])


def outside(values: Floats, lower: Floats, upper: Floats) -> NDArray[np.int8]:
    """+1 above the upper limit, -1 below the lower one; a point on a limit is inside."""
    return (values > upper).astype(np.int8) - (values < lower).astype(np.int8)


def shift(side: NDArray[np.int8], length: int = RUN) -> Flags:
    """Seven or more points in a row on one side of the centre."""
    return runs_of(side > 0, length) | runs_of(side < 0, length)


def trend(values: Floats, length: int = RUN) -> tuple[Flags, Flags]:
    """Seven or more points each higher (or each lower) than the one before: rising, falling. A tie breaks the run."""
    step = np.diff(values, axis=-1)
    return _spanned(step > 0, length), _spanned(step < 0, length)


def two_of_three(side: NDArray[np.int8], outer: Flags) -> Flags:
    """Outer-third points of which two fall in three neighbours that all lie on one side of the centre.

    Source: NHSRplotthedots, ``ptd_two_in_three``.
    """
    if side.shape[-1] < 3:
        return np.zeros(side.shape, dtype=bool)
    one_side = np.abs(sliding_window_view(side, 3, axis=-1).sum(axis=-1)) == 3
    two = sliding_window_view(outer, 3, axis=-1).sum(axis=-1) >= 2
    return _members(one_side & two, 3, side.shape[-1]) & outer


def nhs(values: Floats, centre: Floats, lower: Floats, upper: Floats, sigma: Floats) -> Found:
    """The four NHS rules, one per point: outside before trend before two of three before shift.

    Args:
        values: ``(…, periods)``.
        centre: ``(…)``; where it is NaN there are no signals.
        lower, upper, sigma: ``(…, 1)`` or ``(…, periods)``; the outer third begins at two ``sigma``.

    Source: NHS England, Making Data Count; docs/verdicts.md, Signals.
    """
    judged = np.isfinite(values) & np.isfinite(np.asarray(centre))[..., None]
    side = np.where(judged, sides(values, centre), 0).astype(np.int8)
    out = np.where(judged, outside(values, lower, upper), 0)
    outer = (np.abs(values - np.asarray(centre)[..., None]) > 2 * sigma) & (out == 0) & judged
    rising, falling = trend(np.where(judged, values, np.nan))
    broken = {
        SignalRule.OUTSIDE: out != 0,
        SignalRule.TREND: rising | falling,
        SignalRule.TWO_OF_THREE: two_of_three(side, outer),
        SignalRule.SHIFT: shift(side),
    }
    rule = np.select([broken[one] for one in SignalRule], [one.rank for one in SignalRule], 0)
    slope = rising.astype(np.int8) - falling.astype(np.int8)
    found_side = np.where(rule == SignalRule.TREND.rank, slope, np.where(rule == SignalRule.OUTSIDE.rank, out, side))
    return Found(rule.astype(np.int8), np.where(rule > 0, found_side, 0).astype(np.int8))


def _complete(flags: Flags, length: int) -> Flags:
    """Windows of ``length`` points that are all marked, by their first point."""
    if flags.shape[-1] < length:
        return np.zeros((*flags.shape[:-1], 0), dtype=bool)
    whole = flags[..., : flags.shape[-1] - length + 1].copy()
    for offset in range(1, length):
        whole &= flags[..., offset : offset + whole.shape[-1]]
    return whole


def _members(starts: Flags, length: int, periods: int) -> Flags:
    """All points of the windows that start where marked."""
    found = np.zeros((*starts.shape[:-1], periods), dtype=bool)
    for offset in range(length if starts.shape[-1] else 0):
        found[..., offset : offset + starts.shape[-1]] |= starts
    return found


def _spanned(step: Flags, length: int) -> Flags:
    """Points spanned by ``length - 1`` marked steps in a row."""
    starts = _complete(step, length - 1)
    return _members(starts, length, step.shape[-1] + 1)
