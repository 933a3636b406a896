"""Exact sums of floats per group: the order of rows, and how they are split, cannot change the last digit.

Every finite double is a whole number times a power of two. The whole numbers are added exactly, in two halves, per
group and exponent; only the final sum is rounded. Partial results of partitions merge by adding them.

Source: Kulisch's exact accumulator (U. Kulisch, Computer Arithmetic and Validity, 2008, ch. 8), one bin per exponent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_MANTISSA = 53  # bits of a double
_HALF = 26
_LOW = (1 << _HALF) - 1


@dataclass(frozen=True, slots=True)
class ExactSums:
    """Sums per group, unrounded: parallel arrays of group, exponent and the two halves of the whole number."""

    group: np.ndarray
    exponent: np.ndarray
    high: np.ndarray
    low: np.ndarray

    def rounded(self, groups: int, divisor: np.ndarray | None = None) -> np.ndarray:
        """Each group's sum (or sum over ``divisor``), rounded once; NaN where the divisor is 0."""
        numerators = [0] * groups
        scale = int(self.exponent.min(initial=0))
        bins = zip(self.group.tolist(), self.exponent.tolist(), self.high.tolist(), self.low.tolist(), strict=True)
        for group, exponent, high, low in bins:
            numerators[group] += ((int(high) << _HALF) + int(low)) << (exponent - scale)
        divisors = [1] * groups if divisor is None else [int(number) for number in divisor]
        pairs = zip(numerators, divisors, strict=True)
        return np.array([_divided(number, by, scale) for number, by in pairs], dtype=float)


def _divided(number: int, by: int, scale: int) -> float:
    if by == 0:
        return float("nan")
    return number / (by << -scale) if scale < 0 else (number << scale) / by  # int / int is rounded correctly


def exact_sums(codes: np.ndarray, values: np.ndarray, groups: int) -> ExactSums:
    """Sums of values per group, skipping what is not finite.

    Args:
        codes: group of each value, 0 … groups − 1; negative ones are skipped.
        values: floats.
        groups: how many groups there are.
    """
    used = np.isfinite(values) & (codes >= 0) & (values != 0.0)
    if not used.all():
        codes, values = codes[used], values[used]
    mantissas, exponents = np.frexp(values)
    whole = np.ldexp(mantissas, _MANTISSA).astype(np.int64)
    lowest = int(exponents.min(initial=0))
    width = int(exponents.max(initial=0)) - lowest + 1
    bins = codes.astype(np.int64) * width + (exponents - lowest)
    high, low = _halves(bins, whole, groups * width)
    filled = np.flatnonzero((high != 0) | (low != 0))
    return ExactSums(filled // width, filled % width + lowest - _MANTISSA, high[filled], low[filled])


def _halves(bins: np.ndarray, whole: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Sums of both halves per bin: floats, but whole and below 2^53 for fewer than 2^26 rows, so exact."""
    high = np.bincount(bins, weights=whole >> _HALF, minlength=size)
    low = np.bincount(bins, weights=whole & _LOW, minlength=size)
    return high, low


def merged(parts: Sequence[ExactSums]) -> ExactSums:
    """The sums of several partitions as one."""
    return ExactSums(*(np.concatenate([getattr(part, name) for part in parts]) for name in ExactSums.__slots__))
