"""Whether single points vary otherwise than before, and a second look for small shifts: beside a verdict, never one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from csi.analysis import mixture
from csi.analysis.level import Levels
from csi.analysis.limits import Flags, Floats, mean, moving_ranges
from csi.analysis.mixture import Estimate

SURE, TIMES = 0.05, 1.5  # of Brown and Forsythe's test, and of the moving ranges. Source: docs/verdicts.md, Spread
WEIGHT = 0.2  # of the newest point in the moving average
SHIFTED = 0.03  # p of the moving average's distance from the baseline from which it is told; ours, of the latest point


@dataclass(frozen=True, slots=True)
class Spread:
    """How many times as far neighbouring points lie apart as before, and whether the spread changed."""

    times: Floats
    changed: Flags


@dataclass(frozen=True, slots=True)
class Average:
    """A moving average less the baseline's level, and how likely chance makes it that large."""

    moved: Floats
    p: Floats


def spread(values: Floats, before: Flags, after: Flags) -> Spread:
    """Variation doubled or halved: the distances from each window's median differ, and the moving ranges plainly so.

    Args:
        values: ``(kpis, periods)``.
        before, after: the windows' periods.

    Source: Brown and Forsythe, JASA 69 (1974) 364; with the moving ranges' ratio as moving ranges alone are false in
    .11 to .46 of skewed series; how often both are in docs/calibration.md.
    """
    windows = [np.where(window, values, np.nan) for window in (before, after)]
    first, second = (mean(moving_ranges(inside)) for inside in windows)
    times = second / np.where(first > 0, first, np.nan)
    plain = (times >= TIMES) | (times <= 1 / TIMES)
    return Spread(times, np.asarray(plain & (_brown_forsythe(*windows) < SURE)))


def _brown_forsythe(first: Floats, second: Floats) -> Floats:
    apart = [np.abs(inside - _median(inside)[:, None]) for inside in (first, second)]
    n = [np.isfinite(part).sum(axis=1) for part in apart]
    middles = [mean(part) for part in apart]
    squares = sum(np.nansum((part - middle[:, None]) ** 2, axis=1) for part, middle in zip(apart, middles, strict=True))
    df = np.maximum(n[0] + n[1] - 2, 1)
    error = np.sqrt(np.asarray(squares) / df * (1 / np.maximum(n[0], 1) + 1 / np.maximum(n[1], 1)))
    score = np.abs(middles[1] - middles[0]) / np.where(error > 0, error, np.nan)
    return np.asarray(np.where(np.isfinite(score), 2 * special.stdtr(df, -score), 1.0))


def _median(values: Floats) -> Floats:
    """Of what is there, per row; NaN where nothing is."""
    ordered, n = np.sort(values, axis=1), np.isfinite(values).sum(axis=1)
    rows, last = np.arange(len(values)), values.shape[1] - 1
    low, high = (np.clip(place, 0, last) for place in ((n - 1) // 2, n // 2))
    return np.asarray((ordered[rows, low] + ordered[rows, high]) / 2)


def moving_average(values: Floats, before: Flags, after: Flags, both: Levels) -> Average:
    """The exponentially weighted moving average at the evaluation's latest point, less the baseline's level.

    It starts at the baseline's level; its error is that of its weights under every φ, as the change's.

    Args:
        values: ``(kpis, periods)``.
        before, after: the windows' periods.
        both: the levels whose difference was weighed over φ.

    Source: Roberts, Technometrics 1 (1959) 239.
    """
    newer = after[:, ::-1].cumsum(axis=1)[:, ::-1] - after  # points of the evaluation that are newer
    count = before.sum(axis=1)[:, None]
    late = np.where(after, WEIGHT * (1 - WEIGHT) ** newer, 0.0)
    early = np.where(before, 1 / np.maximum(count, 1), 0.0)
    plain = np.where(after, 1 / np.maximum(after.sum(axis=1)[:, None], 1), 0.0) - early
    weights = late - early * late.sum(axis=1)[:, None]
    unit = mixture.spread(plain)
    variances = both.difference.errors**2 / np.where(unit > 0, unit, 1.0)
    value = (weights * np.nan_to_num(values)).sum(axis=1)
    errors = np.sqrt(variances * mixture.spread(weights))
    found = Estimate(value, errors, both.difference.df, both.difference.weights)
    return Average(np.where(count[:, 0] > 0, value, np.nan), found.p())
