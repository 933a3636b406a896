"""Signals: points that chance alone would rarely give.

Arrays have time as their last axis, NaN where a point is missing; a missing point breaks a run. Flags mark every
member of a pattern, as the NHS charts do, unless a function says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, log2

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from csi.analysis.limits import Flags, Floats

RUN = 7  # points in a row. Source: NHS England, Making Data Count; NHSRplotthedots
RULES = ("", "outside", "trend", "two_of_three", "shift")  # in order of precedence; "" is no signal


@dataclass(frozen=True, slots=True)
class Found:
    """Which rule each point breaks, and on which side.

    ``rule`` indexes ``RULES``; ``side`` is +1 for a high point (or a rising run), -1 for a low one, 0 for none.
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
    rule = np.select([out != 0, rising | falling, two_of_three(side, outer), shift(side)], [1, 2, 3, 4], 0)
    slope = rising.astype(np.int8) - falling.astype(np.int8)
    found_side = np.where(rule == 2, slope, np.where(rule == 1, out, side))
    return Found(rule.astype(np.int8), np.where(rule > 0, found_side, 0).astype(np.int8))


def western_electric(scores: Floats) -> dict[str, Flags]:
    """The four Western Electric rules on standardised points, each at the point that completes the pattern.

    Source: Western Electric, Statistical Quality Control Handbook (1956), 25–28; qcc ``qccRules``.
    """
    high, low = scores, -scores
    return {
        "WER1": np.abs(scores) > 3,
        "WER2": _k_of_m(high > 2, 2, 3) | _k_of_m(low > 2, 2, 3),
        "WER3": _k_of_m(high > 1, 4, 5) | _k_of_m(low > 1, 4, 5),
        "WER4": _ending(high > 0, 8) | _ending(low > 0, 8),
    }


def nelson(scores: Floats) -> dict[str, Flags]:
    """Nelson's eight tests on standardised points, each at the point that completes the pattern.

    Source: Nelson, J. Quality Technology 16 (1984) 237.
    """
    step = np.sign(np.diff(scores, axis=-1, prepend=np.nan))
    zigzag = np.concatenate([np.zeros((*step.shape[:-1], 1), dtype=bool), step[..., 1:] * step[..., :-1] < 0], axis=-1)
    return {
        "N1": np.abs(scores) > 3,
        "N2": _ending(scores > 0, 9) | _ending(scores < 0, 9),
        "N3": _ending(step > 0, 5) | _ending(step < 0, 5),
        "N4": _ending(zigzag, 12),
        "N5": _k_of_m(scores > 2, 2, 3) | _k_of_m(scores < -2, 2, 3),
        "N6": _k_of_m(scores > 1, 4, 5) | _k_of_m(scores < -1, 4, 5),
        "N7": _ending(np.abs(scores) < 1, 15),
        "N8": _ending(np.abs(scores) > 1, 8),
    }


def run_limits(n_useful: int) -> tuple[int, int]:
    """Longest run and fewest crossings of the centre that chance allows among points off the centre.

    Source: Anhøj, PLoS ONE 10 (2015) e0121349: round(log2 n) + 3, and the lower 5 % point of binomial(n - 1, 1/2).
    """
    below, total = 0, 2 ** (n_useful - 1)
    for crossings in range(n_useful):
        below += comb(n_useful - 1, crossings)
        if below / total >= 0.05:
            return round(log2(n_useful)) + 3, crossings
    return round(log2(n_useful)) + 3, n_useful - 1


def run_lengths(side: NDArray[np.int8]) -> tuple[int, int]:
    """Longest run on one side and number of crossings of one series; points on the centre are passed over."""
    useful = side[side != 0]
    if useful.size == 0:
        return 0, 0
    turns = np.flatnonzero(np.diff(useful)) + 1
    edges = np.concatenate([[0], turns, [useful.size]])
    return int(np.diff(edges).max()), int(turns.size)


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


def _ending(flags: Flags, length: int) -> Flags:
    """Points that are the last of ``length`` marked points in a row."""
    found = np.zeros(flags.shape, dtype=bool)
    whole = _complete(flags, length)
    found[..., length - 1 : length - 1 + whole.shape[-1]] = whole
    return found


def _k_of_m(flags: Flags, k: int, m: int) -> Flags:
    """Marked points that complete ``k`` marked among the last ``m``."""
    found = np.zeros(flags.shape, dtype=bool)
    if flags.shape[-1] >= m:
        found[..., m - 1 :] = (sliding_window_view(flags, m, axis=-1).sum(axis=-1) >= k) & flags[..., m - 1 :]
    return found
