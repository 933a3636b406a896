"""Quantiles per period of all its raw values, never of other quantiles (V4.2).

Source: type 7 of R. J. Hyndman and Y. Fan, Sample quantiles in statistical packages, Am. Stat. 50 (1996), 361–365.
"""

from __future__ import annotations

import math

import numpy as np


def quantiles(codes: np.ndarray, values: np.ndarray, groups: int, probability: float | np.ndarray) -> np.ndarray:
    """The quantile of each group's values; NaN for an empty group.

    Args:
        codes: group of each value, none negative.
        values: floats, none missing.
        groups: how many groups there are.
        probability: 0 … 1, one for all groups or one of each.
    """
    counts = np.bincount(codes, minlength=groups)
    order = np.argsort(_narrow(codes, groups), kind="stable")
    grouped = values[order]
    ends = np.cumsum(counts)
    found = np.full(groups, np.nan)
    wanted = np.broadcast_to(probability, groups)
    for group in np.flatnonzero(counts):
        found[group] = quantile(grouped[ends[group] - counts[group] : ends[group]], float(wanted[group]))
    return found


def _narrow(codes: np.ndarray, groups: int) -> np.ndarray:
    """Small whole numbers are sorted by radix: many times faster."""
    return codes.astype(np.uint16) if groups <= np.iinfo(np.uint16).max else codes


def quantile(values: np.ndarray, probability: float) -> float:
    """The type 7 quantile of values (any order, none missing)."""
    place = (len(values) - 1) * probability
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    parts = np.partition(values, (low, high) if high > low else low)
    first, second = float(parts[low]), float(parts[high])
    return first + (second - first) * (place - low)
