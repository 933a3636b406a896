"""A season of the year in weeks or months: told where the history is long enough, and taken out of a change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from csi.analysis import mixture
from csi.analysis.limits import Flags, Floats
from csi.terms import Period

YEAR = {Period.WEEK: 365.25 / 7, Period.MONTH: 12.0}  # in periods
HISTORY = {Period.WEEK: 65, Period.MONTH: 15}  # fifteen months, from which a yearly season can be told
SURE = 0.05
_TERMS = 2  # a cosine and a sine


def yearly(values: Floats, before: Flags, after: Flags, length: Floats, history: NDArray[np.int64]) -> Floats:
    """One harmonic of the year where it is plain beside a step and a drift: ``(kpis, periods, 2)``, else zeros.

    F of both terms given φ, weighed over φ under the model that holds them.

    Args:
        values: ``(kpis, periods)``.
        before, after: the windows' periods.
        length: of the year in periods; 0 where none is sought.
        history: periods from the first to the last that it takes.

    Source: Bloomfield, Fourier Analysis of Time Series (1976), ch. 2; F with AR(1) errors as generalised least squares.
    """
    used = (before | after) & np.isfinite(values)
    place = np.arange(values.shape[1])
    spanned = np.where(used, place, -1).max(axis=1) - np.where(used, place, values.shape[1]).min(axis=1) + 1
    rows = (length > 0) & (spanned >= history) & before.any(axis=1) & after.any(axis=1)
    found = np.zeros((*values.shape, _TERMS))
    if not rows.any():
        return found
    turn = 2 * np.pi * place / np.where(length > 0, length, 1.0)[:, None]
    pair = np.stack([np.cos(turn), np.sin(turn)], axis=-1)[rows]
    ramp = np.minimum(place - after.argmax(axis=1)[:, None], 0.0)  # a drift that stops is no season
    step = np.stack([np.ones(values.shape), after.astype(float), ramp], axis=-1)[rows]
    inside = np.where(used, values, np.nan)[rows]
    without, within = mixture.fit(inside, step), mixture.fit(inside, np.concatenate([step, pair], axis=-1))
    left, more = within.variances * within.df, without.variances * without.df
    ratio = np.maximum(more - left, 0.0) / _TERMS / np.where(within.variances > 0, within.variances, np.inf)
    p = (within.weights * special.fdtrc(_TERMS, within.df, ratio)).sum(axis=1)
    found[rows] = np.where((p < SURE)[:, None, None], pair, 0.0)
    return found


def fitted(values: Floats, before: Flags, after: Flags, pair: Floats) -> Floats:
    """The season of each series, in every period; 0 where there is none."""
    used = (before | after) & np.isfinite(values)
    design = np.concatenate([np.ones((*values.shape, 1)), after[..., None].astype(float), pair], axis=-1)
    filled = np.where(used, values, 0.0)
    parts = [
        (mixture.contrast(design, used, 2 + number) * filled).sum(axis=1)[:, None] * pair[..., number]
        for number in range(_TERMS)
    ]
    return np.asarray(sum(parts))
