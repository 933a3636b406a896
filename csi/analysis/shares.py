"""Intervals of shares: Wilson's for one, Newcombe's for the difference of two."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from csi.analysis.limits import Floats

Z95 = float(special.ndtri(0.975))


def wilson(good: ArrayLike, valid: ArrayLike, *, quantile: ArrayLike = Z95) -> tuple[Floats, Floats]:
    """Wilson's score interval of good / valid, between 0 and 1; NaN where there are no valid cases.

    Args:
        good, valid: counts, or effective counts (they need not be whole).
        quantile: 1.96 for 95 %.

    Source: Wilson, JASA 22 (1927) 209; Newcombe, Statistics in Medicine 17 (1998) 857, method 3.
    """
    n = np.where(np.asarray(valid, dtype=float) > 0, np.asarray(valid, dtype=float), np.nan)
    rate = np.asarray(good, dtype=float) / n
    square = np.asarray(quantile, dtype=float) ** 2
    middle = (rate + square / (2 * n)) / (1 + square / n)
    reach = np.sqrt(square * np.maximum(rate * (1 - rate), 0) / n + square**2 / (4 * n**2)) / (1 + square / n)
    return np.clip(middle - reach, 0, 1), np.clip(middle + reach, 0, 1)


def newcombe(
    good: ArrayLike,
    valid: ArrayLike,
    other_good: ArrayLike,
    other_valid: ArrayLike,
    *,
    widen: ArrayLike = 1.0,
    quantile: ArrayLike = Z95,
) -> tuple[Floats, Floats]:
    """Interval of good / valid less other_good / other_valid.

    Args:
        good, valid: counts of the share that stands first.
        other_good, other_valid: counts of the share taken off.
        widen: how many times wider than chance among independent cases (Laney's sigma z); cases are worth
            ``1 / widen²`` each.
        quantile: 1.96 for 95 %.

    Source: Newcombe, Statistics in Medicine 17 (1998) 873, method 10.
    """
    worth = 1 / np.asarray(widen, dtype=float) ** 2
    first, second = np.asarray(good) * worth, np.asarray(other_good) * worth
    n, m = np.asarray(valid) * worth, np.asarray(other_valid) * worth
    low, high = wilson(first, n, quantile=quantile)
    other_low, other_high = wilson(second, m, quantile=quantile)
    rate, other = first / np.where(n > 0, n, np.nan), second / np.where(m > 0, m, np.nan)
    lower = rate - other - np.hypot(rate - low, other_high - other)
    upper = rate - other + np.hypot(high - rate, other - other_low)
    return np.asarray(lower), np.asarray(upper)
