"""Published rules and formulas that no verdict uses, to be compared with those that are used and with others'."""

from __future__ import annotations

from math import comb, log2

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from csi.analysis import interrupted
from csi.analysis.interrupted import Step
from csi.analysis.limits import Flags, Floats

WINDOW_DAYS = 30
_ROUNDS = 50


def western_electric(scores: Floats) -> dict[str, Flags]:
    """The four Western Electric rules on standardised points, each at the point that completes the pattern.

    Source: Western Electric, Statistical Quality Control Handbook (1956), 25–28; qcc ``qccRules``.
    """
    high, low = scores, -scores
    return {
        "WER1": np.abs(scores) > 3,
        "WER2": _k_of_m(high > 2, 2, 3) | _k_of_m(low > 2, 2, 3),
        "WER3": _k_of_m(high > 1, 4, 5) | _k_of_m(low > 1, 4, 5),
        "WER4": _ending(high > 0, 8) | _ending(low > 0, 8),
    }


def nelson(scores: Floats) -> dict[str, Flags]:
    """Nelson's eight tests on standardised points, each at the point that completes the pattern.

    Source: Nelson, J. Quality Technology 16 (1984) 237.
    """
    step = np.sign(np.diff(scores, axis=-1, prepend=np.nan))
    zigzag = np.concatenate([np.zeros((*step.shape[:-1], 1), dtype=bool), step[..., 1:] * step[..., :-1] < 0], axis=-1)
    return {
        "N1": np.abs(scores) > 3,
        "N2": _ending(scores > 0, 9) | _ending(scores < 0, 9),
        "N3": _ending(step > 0, 5) | _ending(step < 0, 5),
        "N4": _ending(zigzag, 12),
        "N5": _k_of_m(scores > 2, 2, 3) | _k_of_m(scores < -2, 2, 3),
        "N6": _k_of_m(scores > 1, 4, 5) | _k_of_m(scores < -1, 4, 5),
        "N7": _ending(np.abs(scores) < 1, 15),
        "N8": _ending(np.abs(scores) > 1, 8),
    }


def run_limits(n_useful: int) -> tuple[int, int]:
    """Longest run and fewest crossings of the centre that chance allows among points off the centre.

    Source: Anhøj, PLoS ONE 10 (2015) e0121349: round(log2 n) + 3, and the lower 5 % point of binomial(n - 1, 1/2).
    """
    below, total = 0, 2 ** (n_useful - 1)
    for crossings in range(n_useful):
        below += comb(n_useful - 1, crossings)
        if below / total >= 0.05:
            return round(log2(n_useful)) + 3, crossings
    return round(log2(n_useful)) + 3, n_useful - 1


def run_lengths(side: NDArray[np.int8]) -> tuple[int, int]:
    """Longest run on one side and number of crossings of one series; points on the centre are passed over."""
    useful = side[side != 0]
    if useful.size == 0:
        return 0, 0
    turns = np.flatnonzero(np.diff(useful)) + 1
    edges = np.concatenate([[0], turns, [useful.size]])
    return int(np.diff(edges).max()), int(turns.size)


def _ending(flags: Flags, length: int) -> Flags:
    """Points that are the last of ``length`` marked points in a row."""
    return _k_of_m(flags, length, length)


def _k_of_m(flags: Flags, k: int, m: int) -> Flags:
    """Marked points that complete ``k`` marked among the last ``m``."""
    found = np.zeros(flags.shape, dtype=bool)
    if flags.shape[-1] >= m:
        found[..., m - 1 :] = (sliding_window_view(flags, m, axis=-1).sum(axis=-1) >= k) & flags[..., m - 1 :]
    return found


def pettitt(values: NDArray[np.float64]) -> tuple[int, float]:
    """Pettitt's rank test of one series without gaps: points before the change, and approximate p.

    Source: Pettitt, Applied Statistics 28 (1979) 126.
    """
    signs = np.sign(values[:, None] - values[None, :]).sum(axis=1)
    path = np.cumsum(signs)
    at = int(np.argmax(np.abs(path)))
    n, k = len(values), float(np.abs(path[at]))
    return at + 1, float(min(1.0, 2 * np.exp(-6 * k**2 / (n**3 + n**2))))


def quasi_poisson(counts: Floats, exposure: Floats, before: Flags, after: Flags) -> Step:
    """The same for counts: the step is the logarithm of a rate ratio, with dispersion from Pearson's chi-square.

    Source: Bernal, Cummins and Gasparrini (2017); McCullagh and Nelder, Generalized Linear Models, 2nd ed., ch. 6.
    """
    used = (before | after) & np.isfinite(counts) & (exposure > 0)
    design = interrupted._design(after)
    size = np.where(used, exposure, 1.0)
    found = np.where(used, counts, 0.0)
    mu = np.where(used, found + 0.5, 1.0)
    beta = np.zeros((len(counts), interrupted._TERMS))
    for _ in range(_ROUNDS):
        weights = np.where(used, mu, 0.0)
        working = np.log(mu / size) + (found - mu) / mu
        inverse = interrupted._inverse(design, weights)
        fresh = interrupted._solve(inverse, design, weights, np.where(used, working, 0.0))
        moved = float(np.max(np.abs(fresh - beta), initial=0.0))
        beta = fresh
        mu = np.where(used, np.exp(np.clip(interrupted._fitted(design, beta), -50, 50)) * size, 1.0)
        if moved < 1e-10:
            break
    n = used.sum(axis=1)
    pearson = np.where(used, (found - mu) ** 2 / mu, 0.0).sum(axis=1)
    dispersion = np.maximum(pearson / np.maximum(n - interrupted._TERMS, 1), 1.0)
    error = np.sqrt(np.maximum(dispersion * inverse[:, 2, 2], 0))
    return interrupted._step(beta, error, np.full(len(counts), np.inf), interrupted._enough(counts, before, after))


def burn_threshold(budget_share: float, hours: float, *, window_days: float = WINDOW_DAYS) -> float:
    """Burn rate that uses ``budget_share`` of the budget within ``hours``: 14.4, 6 and 1 for the usual alerts."""
    return budget_share * window_days * 24 / hours


def budget_minutes(target: float, *, window_days: float = WINDOW_DAYS) -> float:
    """Minutes a continuous service may be down in the window: 43.2 for 99.9 % of 30 days."""
    return (1 - target) * window_days * 24 * 60
