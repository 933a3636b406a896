"""Intervals of net promoter scores: of one, and of the difference of two. A score is a part of 1 here: -1 … 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from csi.analysis.limits import Floats
from csi.analysis.shares import Z95

ADDED = 3.0  # answers added: ¾ promoters, ¾ detractors, 1½ passives. Source: Rocks (2016), the (3, T) interval
_ADDED_DECIDED = 1.5


def adjusted(net: ArrayLike, answers: ArrayLike, decided: ArrayLike) -> tuple[Floats, Floats]:
    """A score pulled a little towards 0, and the variance of its estimate; NaN without answers.

    Args:
        net: promoters less detractors.
        answers: all of them, or what they are worth (need not be whole).
        decided: promoters and detractors together.

    Source: Rocks, The American Statistician 70 (2016) 365: of six intervals the adjusted Wald kept its level best; the
    variance of one answer that counts 1, 0 or -1 is (p + d) - (p - d)².
    """
    n = np.where(np.asarray(answers, dtype=float) > 0, np.asarray(answers, dtype=float), np.nan) + ADDED
    score = np.asarray(net, dtype=float) / n
    part = (np.asarray(decided, dtype=float) + _ADDED_DECIDED) / n
    return score, np.maximum(part - score**2, 0.0) / n


def adjusted_wald(
    net: ArrayLike, answers: ArrayLike, decided: ArrayLike, *, quantile: ArrayLike = Z95
) -> tuple[Floats, Floats]:
    """Rocks's adjusted Wald interval of one net promoter score, between -1 and 1."""
    score, variance = adjusted(net, answers, decided)
    reach = np.asarray(quantile, dtype=float) * np.sqrt(variance)
    return np.clip(score - reach, -1, 1), np.clip(score + reach, -1, 1)
