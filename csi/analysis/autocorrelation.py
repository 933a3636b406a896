"""How much a series repeats itself, and how many independent points it is therefore worth."""

from __future__ import annotations

import numpy as np

from csi.analysis.limits import Floats

HIGHEST = 0.95  # beyond, a series is worth almost nothing. Source: docs/verdicts.md, Trend


def lag_sums(residuals: Floats) -> tuple[Floats, Floats]:
    """Sum of products of neighbours (scaled up for gaps) and sum of squares, over time; gaps are NaN."""
    there = np.isfinite(residuals)
    filled = np.where(there, residuals, 0.0)
    pairs = (there[..., 1:] & there[..., :-1]).sum(axis=-1)
    wanted = np.maximum(there.sum(axis=-1) - 1, 0)
    products = (filled[..., 1:] * filled[..., :-1]).sum(axis=-1)
    return products * wanted / np.maximum(pairs, 1), (filled * filled).sum(axis=-1)


def corrected(products: Floats, squares: Floats, n: Floats) -> Floats:
    """Lag-one autocorrelation, its small-sample bias put right, between 0 and .95.

    Source: r1 + (2 + 3 r1) / n, docs/verdicts.md, Trend; bias of a detrended series after Kendall, Biometrika 41
    (1954) 403.
    """
    positive = squares > 0
    first = np.where(positive, products / np.where(positive, squares, 1.0), 0.0)
    return np.clip(first + (2 + 3 * first) / np.maximum(n, 1), 0.0, HIGHEST)


def effective(n: Floats, phi: Floats) -> Floats:
    """Independent points that carry as much about a mean as ``n`` points of an AR(1) series.

    Source: Bayley and Hammersley, J. Royal Statistical Society Suppl. 8 (1946) 184, for large n.
    """
    return np.asarray(n * (1 - phi) / (1 + phi))
