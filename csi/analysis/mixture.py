"""How sure a level, a difference or a slope is, when nobody knows how much a series repeats itself.

Errors are taken to be AR(1). No single autocorrelation φ is believed: every one on a grid is weighed by how likely it
makes the series, and what is said is said by all of them together. Arrays are ``(kpis, periods)``, NaN where a point is
missing, so that lags over gaps are the real ones; φ is the last axis of what depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from csi.analysis.limits import Flags, Floats, mean

CONFIDENCE = 0.95
GRID = np.arange(20) * 0.05  # the autocorrelations that are weighed
# Before anything is seen: independent points are a case of their own, the highest stands for all beyond.
# Source: tried beside flat and Beta priors on quiet series of 12 + 8 to 52 + 26 points; docs/calibration.md.
PRIOR = np.concatenate([[0.444], np.full(18, 0.0285), [0.043]])
ALONE = 0.05  # expected φ below which points are taken to tell nothing of each other; tried from 0 to .1, same page
_RIDGE, _LEAST = 1e-14, 1e-300  # relative, so that no design is singular
_NOTHING = 1e-12  # of the squares: rounding
_ROUNDING = 1e-9
_AT_ONCE = 4_000_000  # numbers worked on together
_STEPS, _CLOSE = 60, 1e-10


class Quadratic(NamedTuple):
    """Inner products of columns under R⁻¹, ``(kpis, φ, columns, columns)``, and ln |R|, ``(kpis, φ)``."""

    products: Floats
    log_det: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """What a linear model leaves of each series.

    Attributes:
        weights: how likely each φ is, ``(kpis, φ)``.
        variances: variance of one point given φ, ``(kpis, φ)``.
        df: degrees of freedom, ``(kpis, 1)``.
        likelihood: logarithm of the restricted likelihood of each φ, up to a constant.
    """

    weights: Floats
    variances: Floats
    df: Floats
    likelihood: Floats

    @property
    def phi(self) -> Floats:
        """The autocorrelation to expect."""
        return np.asarray(self.weights @ GRID)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of each series with what is known of it: a mixture of Student's t, one for each φ.

    Attributes:
        value: the figure, ``(kpis)``.
        errors: its standard error given φ, ``(kpis, φ)``.
        df: degrees of freedom, ``(kpis, 1)`` or ``(kpis, φ)``.
        weights: how likely each φ is.
    """

    value: Floats
    errors: Floats
    df: Floats
    weights: Floats

    @property
    def phi(self) -> Floats:
        """The autocorrelation to expect."""
        return np.asarray(self.weights @ GRID)

    def rows(self, chosen: Flags) -> Estimate:
        """The same for some of the series."""
        return Estimate(self.value[chosen], self.errors[chosen], self.df[chosen], self.weights[chosen])

    @property
    def freedom(self) -> Floats:
        """Degrees of freedom to expect."""
        return np.asarray((self.weights * self.df).sum(axis=1))

    def p(self) -> Floats:
        """Two-sided p; without any variation a difference is certain and none is none."""
        certain = (self.value == 0).astype(float)
        p = np.where(self.errors.max(axis=1, initial=0.0) > 0, self._beyond(np.abs(self.value)), certain)
        return np.where(np.isfinite(self.value), p, np.nan)

    def reach(self, confidence: float = CONFIDENCE) -> Floats:
        """Half the width of the interval: where the two tails together hold what is left.

        Newton's method: the tails are convex, so from its second step on it only grows towards the root.
        """
        left = 1 - confidence
        reach = (self.weights * self.errors * special.stdtrit(self.df, 1 - left / 2)).sum(axis=1)
        peak = _peak(self.df)
        for _ in range(_STEPS):
            score = reach[:, None] / np.where(self.errors > 0, self.errors, np.inf)
            density = 2 * peak * (1 + score**2 / self.df) ** (-(self.df + 1) / 2)
            slope = (self.weights * density / np.where(self.errors > 0, self.errors, np.inf)).sum(axis=1)
            more = np.where(slope > 0, (self._beyond(reach) - left) / np.where(slope > 0, slope, 1.0), 0.0)
            reach = np.maximum(reach + more, reach / 4)
            if not (np.abs(more) > _CLOSE * np.abs(reach)).any():
                break
        return reach

    def below(self, bound: Floats) -> Floats:
        """How likely what is estimated lies below a bound."""
        gap = np.asarray(bound) - self.value
        certain = np.where(gap > 0, 1.0, np.where(gap < 0, 0.0, 0.5))
        score = gap[:, None] / np.where(self.errors > 0, self.errors, 1.0)
        likely = (self.weights * special.stdtr(self.df, score)).sum(axis=1)
        return np.where(self.errors.max(axis=1, initial=0.0) > 0, likely, certain)

    def _beyond(self, distance: Floats) -> Floats:
        score = distance[:, None] / np.where(self.errors > 0, self.errors, np.inf)
        tails = np.where(self.errors > 0, 2 * special.stdtr(self.df, -score), 0.0)
        return np.asarray((self.weights * tails).sum(axis=1))


def _peak(df: Floats) -> Floats:
    """Student's density at 0."""
    return np.asarray(np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2)) / np.sqrt(df * np.pi))


def fit(values: Floats, design: Floats) -> Fit:
    """Weigh every φ by its restricted likelihood under a linear model.

    w_φ ∝ prior · |R|^−½ · |X'R⁻¹X|^−½ · SSE_φ^−(n−p)/2, SSE by generalised least squares, R = φ^|lag| over real lags.

    Args:
        values: ``(kpis, periods)``.
        design: ``(kpis, periods, terms)``; what it holds where there is no value does not matter.

    Source: Harville, Biometrika 61 (1974) 383; prior above.
    """
    kpis, periods, terms = design.shape
    size = max(1, _AT_ONCE // max(1, periods * (terms + 1), len(GRID) * (terms + 1) ** 2))
    parts = [_fit(values[i : i + size], design[i : i + size]) for i in range(0, max(kpis, 1), size)]
    return Fit(*(np.concatenate([getattr(part, name) for part in parts]) for name in Fit.__slots__))


def _fit(values: Floats, design: Floats) -> Fit:
    there = np.isfinite(values)
    filled, unit = scaled(values)
    used = np.where(there[..., None], design, 0.0)
    found = quadratic(np.concatenate([used, filled[..., None]], axis=-1), there)
    sse, log_det = _left(found.products)
    terms = (used != 0).any(axis=1).sum(axis=1)
    df = np.maximum(there.sum(axis=1) - terms, 1).astype(float)[:, None]
    varies = (sse > 0).all(axis=1, keepdims=True)  # what never varies tells nothing of how it repeats itself
    likelihood = np.where(varies, -(found.log_det + log_det + df * np.log(np.where(varies, sse, 1.0))) / 2, 0.0)
    return Fit(weighed(likelihood), sse / df * unit[:, None] ** 2, df, likelihood)


def scaled(values: Floats) -> tuple[Floats, Floats]:
    """Series about their mean in units of their largest deviation, 0 where a point is missing; and that unit."""
    gap = np.nan_to_num(values - mean(values)[:, None])
    unit = np.abs(gap).max(axis=1, initial=0.0)
    return gap / np.where(unit > 0, unit, 1.0)[:, None], unit


def weighed(likelihood: Floats) -> Floats:
    """Posterior weights of every φ; all on independence where next to nothing speaks for another.

    What is left of the others there would only widen every interval: 1 σ at 24 + 12 was seen in .66 instead of .68.
    """
    together = np.log(PRIOR) + likelihood
    weights = np.exp(together - together.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return np.where((weights @ GRID < ALONE)[:, None], GRID == 0, weights)


def _left(products: Floats) -> tuple[Floats, Floats]:
    """Squares that a model leaves of the last column, and ln |X'R⁻¹X|; a term that nothing speaks of counts for 1."""
    inside, along = products[..., :-1, :-1], products[..., :-1, -1]
    size = np.trace(inside, axis1=-2, axis2=-1)[..., None]
    unheard = np.diagonal(inside, axis1=-2, axis2=-1) <= 0
    inside = inside + np.where(unheard, 1.0, _RIDGE * size + _LEAST)[..., None] * np.eye(inside.shape[-1])
    fitted = np.linalg.solve(inside, along[..., None])[..., 0]
    whole = products[..., -1, -1]
    left = whole - (along * fitted).sum(axis=-1)
    return np.where(left > _NOTHING * whole, left, 0.0), np.linalg.slogdet(inside)[1]


def quadratic(columns: Floats, there: Flags) -> Quadratic:
    """Inner products under the inverse of an AR(1) correlation matrix, for every φ of the grid.

    Each point has its own news given the one before it: (x_i − ρ x_{i−1}) / √(1 − ρ²) with ρ = φ^lag. Pairs of the same
    lag share three sums, so φ costs nothing.

    Args:
        columns: ``(kpis, periods, columns)``, 0 where there is no point.
        there: where there is one.

    Source: Jones, Technometrics 22 (1980) 389 (Markov form of an AR(1) with missing points).
    """
    order = np.argsort(~there, axis=1, kind="stable")
    n = there.sum(axis=1)
    whole = there.all()  # nothing is missing anywhere: no point has to move
    packed = columns if whole else np.take_along_axis(columns, order[..., None], axis=1)
    lags = np.where(np.arange(1, there.shape[1]) < n[:, None], np.diff(order, axis=1), 0)
    first, now, past = packed[:, :1], packed[:, 1:], packed[:, :-1]
    products = np.repeat((first.swapaxes(1, 2) @ first)[:, None], len(GRID), axis=1)
    log_det = np.zeros((len(there), len(GRID)))
    for lag in np.unique(lags[lags > 0]).tolist():
        same = (lags == lag)[..., None]
        rho = (GRID**lag)[:, None, None]
        news, olds = ((part if whole else np.where(same, part, 0.0)).swapaxes(1, 2) for part in (now, past))
        across = news @ past
        sums = ((news @ now)[:, None], (across + across.swapaxes(1, 2))[:, None], (olds @ past)[:, None])
        products += (sums[0] - rho * sums[1] + rho**2 * sums[2]) / (1 - rho**2)
        log_det += same[..., 0].sum(axis=1)[:, None] * np.log1p(-(GRID ** (2 * lag)))
    return Quadratic(products, log_det)


def spread(weights: Floats) -> Floats:
    """Variance a'Ra of Σ a_t x_t for points of unit variance, for every φ; by the autocorrelation of the a_t.

    Args:
        weights: the a_t, ``(kpis, periods)``, 0 where there is no point.
    """
    periods = weights.shape[1]
    seen = np.fft.rfft(weights, 2 * periods, axis=1)
    lagged = np.fft.irfft(np.abs(seen) ** 2, 2 * periods, axis=1)[:, :periods]
    lagged[:, 1:] *= 2
    return np.maximum(lagged @ GRID ** np.arange(periods)[:, None], 0.0)


def contrast(design: Floats, there: Flags, term: int) -> Floats:
    """What each point counts for in one term of a model by least squares, 0 where there is none."""
    used = np.where(there[..., None], design, 0.0)
    inverse = np.linalg.pinv(used.swapaxes(1, 2) @ used, rcond=_ROUNDING, hermitian=True)
    return np.asarray((used @ inverse[:, term, :, None])[..., 0])


def term(values: Floats, design: Floats, number: int) -> Estimate:
    """One term of a linear model with a level, with what is known of it."""
    found = fit(values, design)
    return figure(values, contrast(design, np.isfinite(values), number), found)


def figure(values: Floats, weights: Floats, found: Fit) -> Estimate:
    """Σ a_t x_t of a fitted series; its variance given φ is σ² a'Ra."""
    middle = mean(values)
    whole = weights.sum(axis=1)  # 1 of a level; 0 of a difference, but for rounding
    level = np.where(np.abs(whole) > _ROUNDING, middle * whole, 0.0)
    value = (weights * np.nan_to_num(values - middle[:, None])).sum(axis=1) + level
    return Estimate(value, np.sqrt(found.variances * spread(weights)), found.df, found.weights)
