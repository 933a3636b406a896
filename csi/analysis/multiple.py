"""Many KPIs, many chances to be fooled: p-values adjusted together."""

from __future__ import annotations

import numpy as np

from csi.analysis.limits import Floats


def benjamini_hochberg(p: Floats) -> Floats:
    """P-values adjusted so that a tenth below .1 is expected to be chance; NaN stays and does not count.

    Source: Benjamini and Hochberg, J. Royal Statistical Society B 57 (1995) 289.
    """
    adjusted = np.full(len(p), np.nan)
    there = np.flatnonzero(np.isfinite(p))
    if there.size == 0:
        return adjusted
    order = there[np.argsort(-p[there], kind="stable")]
    scaled = p[order] * there.size / np.arange(there.size, 0, -1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted
