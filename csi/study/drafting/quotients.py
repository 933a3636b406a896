"""Columns of per cents that are the quotient of two columns of counts, told by their numbers."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from csi.study.drafting.looked import Looked

_SHARE = 0.98  # of the rows must be the quotient; ours
_ROWS = 10  # at least; ours
_WIDE = 10  # times what they are rounded to, the per cents must differ by; ours
_DECIMALS = 6  # at most, that they are rounded to


def sides(file: Looked, name: str) -> tuple[str, str] | None:
    """The columns above and below the line of the quotient that a column of per cents is; None: it is none.

    Of several that fit the nearest.
    """
    shares = file.numbers[name].values
    told = shares[~np.isnan(shares)]
    if len(told) < _ROWS or np.ptp(told) < _WIDE * (step := _step(told)):
        return None
    found = {other: _counts(file, other, len(shares)) for other in file.numbers if other != name}
    counts = {other: values for other, values in found.items() if len(values)}
    fits = {
        (above, below): _apart(shares, counts[above], counts[below], step) for above, below in permutations(counts, 2)
    }
    near = {pair: apart for pair, apart in fits.items() if apart is not None}
    return min(near, key=lambda pair: near[pair]) if near else None


def _counts(file: Looked, name: str, rows: int) -> np.ndarray:
    """The numbers of a column that counts; nothing of any other."""
    values = file.numbers[name].values
    known = values[~np.isnan(values)]
    counts = len(values) == rows and file.distinct[name] > 1 and bool(((known >= 0) & (known == np.round(known))).all())
    return values if counts else np.empty(0)


def _apart(shares: np.ndarray, above: np.ndarray, below: np.ndarray, step: float) -> float | None:
    """How far the per cents lie from a quotient on average; None where it is not theirs."""
    known = ~np.isnan(shares) & (below > 0) & ~np.isnan(above)
    if known.sum() < _ROWS:
        return None
    apart = np.abs(100 * above[known] / below[known] - shares[known])
    return float(apart.mean()) if np.mean(apart <= step) >= _SHARE else None


def _step(values: np.ndarray) -> float:
    """What numbers are rounded to."""
    near = (places for places in range(_DECIMALS) if np.allclose(values, np.round(values, places), rtol=0, atol=1e-9))
    return float(10.0 ** -next(near, _DECIMALS))
