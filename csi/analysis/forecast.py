"""Will the target be met by its date? Only where the past allows an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np

from csi.analysis.aim import Aim
from csi.analysis.limits import Floats

FEWEST = 24  # Source: docs/verdicts.md, Forecast
DAMPING = (
    0.9  # each further period adds nine tenths of the drift. Source: Gardner and McKenzie, Mgmt Sci. 31 (1985) 1237
)
FURTHEST = 2  # at most half as far ahead as there is past
_TRIES = 2000


@dataclass(frozen=True, slots=True)
class Forecast:
    """Probability that the target's period is on target, and by which model; or None with the reason."""

    probability: float | None
    reason: str
    expected: float | None = None


def forecast(
    values: Floats,
    aim: Aim,
    ahead: int,
    *,
    slope: float | None,
    recent_shift: bool,
    when: Callable[[int], str] = lambda _: "",
    seed: int = 0,
) -> Forecast:
    """Flat, or damped along the confirmed trend, with a bootstrap of the residuals in blocks.

    Args:
        values: one series in order, gaps NaN.
        aim: the target.
        ahead: periods from the last point to the target's date.
        slope: Sen's slope where the trend is confirmed, else None.
        recent_shift: a shift among the latest points makes the past a poor guide.
        when: says when so many more periods are complete.
        seed: of the bootstrap, so that the same data give the same answer.

    Source: Künsch, Annals of Statistics 17 (1989) 1217 for blocks; docs/verdicts.md, Forecast.
    """
    refusal = _refusal(values, aim, ahead, recent_shift=recent_shift, when=when)
    if refusal:
        return Forecast(None, refusal)
    time = np.arange(len(values))
    line = (slope or 0.0) * time
    level = float(np.nanmedian(values - line))
    residuals = (values - line - level)[np.isfinite(values)]
    drift = (slope or 0.0) * (time[-1] + DAMPING * (1 - DAMPING**ahead) / (1 - DAMPING))
    expected = level + float(drift)
    drawn = _bootstrap(residuals, np.random.default_rng(seed))
    probability = float(aim.met(expected + drawn).mean())
    model = "the confirmed trend, damped" if slope else "the present level"
    return Forecast(probability, f"from {model}", expected)


def _refusal(values: Floats, aim: Aim, ahead: int, *, recent_shift: bool, when: Callable[[int], str]) -> str:
    points = int(np.isfinite(values).sum())
    if not aim.exists:
        return "no target is set"
    if points < FEWEST:
        return f"a forecast needs {FEWEST} points and there are {points}: {FEWEST - points} more{when(FEWEST - points)}"
    if recent_shift:
        return "the level shifted recently, so the past is a poor guide"
    if ahead < 1:
        return "the target's date has passed"
    if ahead > points // FURTHEST:
        return f"the target's date is {ahead} periods away, too far for {points} points"
    return ""


def _bootstrap(residuals: Floats, random: np.random.Generator) -> Floats:
    """What the target's period may differ by: level errors from resampled blocks, plus one residual."""
    n = len(residuals)
    length = max(1, ceil(n ** (1 / 3)))
    starts = random.integers(0, n - length + 1, size=(_TRIES, ceil(n / length)))
    paths = residuals[(starts[:, :, None] + np.arange(length)).reshape(_TRIES, -1)[:, :n]]
    return np.median(paths, axis=1) + paths[np.arange(_TRIES), random.integers(0, n, _TRIES)]
