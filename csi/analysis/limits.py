"""Natural process limits of many series at once.

Every function takes arrays whose last axis is time (``(periods,)`` or ``(kpis, periods)``), with NaN where a point is
missing; a gap breaks moving ranges. ``fit`` marks the points the limits are frozen on (None: all).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_Spread = Callable[[Floats, Floats], Floats]

FEWEST = 6  # below: no limits. Source: docs/verdicts.md, Limits
TRIAL_BELOW = 12  # 6 to 11 points: trial limits
ROBUST_FROM = 20
XMR_FACTOR = 2.66  # 3 / d2 rounded as in the books. Source: Wheeler, Understanding Variation, 2nd ed., ch. 3
D2 = 1.128  # expected range of two normal values, in sigmas. Source: Wheeler, table of bias correction factors
SCREEN = 3.267  # D4 for ranges of two. Source: Nelson, J. Quality Technology 14 (1982) 172
LOW = 9.0  # mean below which a count has limits of its own. Source: docs/verdicts.md, Limits
LOW_TAIL, _EXACT_TAIL = 0.005, 0.00135
_ROUNDING = 1e-9  # relative
OVERDISPERSED = 0.2  # p of the chi-squared from which counts are taken to vary more than chance; ours
T_POWER = 1 / 3.6  # makes exponential times nearly normal. Source: Nelson, J. Quality Technology 26 (1994) 239


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Limits of one or many series.

    Attributes:
        centre: shape ``(…)``; NaN where there are too few points.
        lower, upper: shape ``(…, 1)`` where they are level, ``(…, periods)`` where they vary.
        sigma: same shape as ``lower``: a third of the distance from centre to an unclipped limit.
        sigma_unscreened: sigma before large moving ranges were left out; equal to ``sigma`` elsewhere.
        n: points the limits are frozen on.
        sigma_z: Laney's dispersion, NaN for charts without one.
    """

    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    sigma_unscreened: Floats
    n: NDArray[np.int64]
    sigma_z: Floats

    @property
    def trial(self) -> Flags:
        """Whether the limits rest on 6 to 11 points only."""
        return (self.n >= FEWEST) & (self.n < TRIAL_BELOW)


def mean(values: Floats) -> Floats:
    """Mean over time of what is there; NaN where nothing is."""
    there = np.isfinite(values)
    count = there.sum(axis=-1)
    total = np.where(there, values, 0.0).sum(axis=-1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def moving_ranges(values: Floats) -> Floats:
    """Distance of each point from the one before it; NaN across a gap."""
    return np.abs(np.diff(values, axis=-1))


def screened_range(ranges: Floats) -> Floats:
    """Mean moving range after one pass that leaves out ranges of 3.267 times their mean or more.

    Where all that varied would be left out (zeros with a few ones), nothing is: limits without width would make every
    point a signal.

    Source: Nelson (1982), as in NHSRplotthedots.
    """
    first = mean(ranges)
    keep = (ranges < SCREEN * first[..., None]) | (first[..., None] == 0)
    screened = mean(np.where(keep, ranges, np.nan))
    return np.asarray(np.where(screened > 0, screened, first))


def xmr(values: Floats, *, fit: Flags | None = None, screen: bool = True, factor: float = XMR_FACTOR) -> Lines:
    """XmR limits: centre ± 2.66 × mean moving range.

    Args:
        values: ``(…, periods)``, gaps NaN. Six points make five moving ranges; with fewer, gaps leave no limits.
        fit: points the limits are frozen on.
        screen: leave large moving ranges out of their mean; the points stay in the centre.
        factor: 2.66, or 3 / 1.128 to agree with NIST to the fourth digit.

    Source: Wheeler, Understanding Variation, ch. 3; docs/verdicts.md, Limits.
    """
    used = _only(values, fit)
    n = np.isfinite(used).sum(axis=-1)
    ranges = moving_ranges(used)
    plain = mean(ranges)
    chosen = screened_range(ranges) if screen else plain
    neighbours = np.isfinite(ranges).sum(axis=-1)
    centre = np.where((n >= FEWEST) & (neighbours >= FEWEST - 1), mean(used), np.nan)
    sigma = (factor * chosen / 3)[..., None]
    return _lines(centre, sigma, n, unscreened=(factor * plain / 3)[..., None])


def p_prime(good: Floats, valid: Floats, *, fit: Flags | None = None) -> Lines:
    """Laney's P′ limits of shares: binomial limits widened by the variation between periods.

    Source: Laney, Quality Engineering 14 (2002) 531.
    """
    return _laney(good, valid, _binomial, fit, bounds=(0.0, 1.0))


def u_prime(events: Floats, exposure: Floats, *, fit: Flags | None = None) -> Lines:
    """Laney's U′ limits of rates. Source: Laney, Quality Engineering 14 (2002) 531."""
    return _laney(events, exposure, _poisson, fit, bounds=(0.0, np.inf))


def nps_prime(net: Floats, answers: Floats, decided: Floats, *, fit: Flags | None = None) -> Lines:
    """Limits of a net promoter score as a part of 1, for unequal numbers of answers.

    centre ± 3 σz √(v / n) with v = (p + d) - (p - d)², the variance of one answer that counts 1, 0 or -1, from the
    promoters p and detractors d of all periods together; σz as Laney's, of scores (x - centre) / √(v / n).

    Args:
        net: promoters less detractors per period.
        answers: all answers.
        decided: promoters and detractors together.
        fit: points the limits are frozen on.

    Source: variance Rocks, The American Statistician 70 (2016) 365, section 2; limits Laney, Quality Engineering 14
    (2002) 531, for this variance in place of p (1 - p).
    """
    return _laney(net, answers, trinomial(pooled(decided, answers, fit)[0]), fit, bounds=(-1.0, 1.0))


def p(good: Floats, valid: Floats, *, fit: Flags | None = None) -> Lines:
    """Plain p limits, for comparison. Source: NIST/SEMATECH e-Handbook 6.3.3.2."""
    return _attribute(good, valid, _binomial, fit)


def u(events: Floats, exposure: Floats, *, fit: Flags | None = None) -> Lines:
    """Plain u limits, for comparison. Source: Montgomery, Statistical Quality Control, section 7.3."""
    return _attribute(events, exposure, _poisson, fit)


def c(counts: Floats, *, fit: Flags | None = None) -> Lines:
    """Plain c limits, for comparison. Source: NIST/SEMATECH e-Handbook 6.3.3.1."""
    return _attribute(counts, np.ones_like(counts), _poisson, fit)


def low_counts(counts: Floats, *, fit: Flags | None = None, tails: float = LOW_TAIL) -> Lines:
    """Limits of counts whose mean is low: of the next one, given how few events there were to learn from.

    Quantiles of the negative binomial that a gamma prior of half an event gives; where the periods vary more than
    chance (chi-squared, p < .2), one of variance D m (1 + 1/n) at .00135 and .99865, D drawn towards 1.

    Args:
        counts: ``(kpis, periods)`` whole numbers, gaps NaN.
        fit: points the limits are frozen on.
        tails: what lies beyond each limit without over-dispersion.

    Source: Jeffreys prior and its predictive Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6; dispersion Fisher,
    Statistical Methods for Research Workers (1925), 4; how often either is false in docs/calibration.md.
    """
    used = _only(counts, fit)
    n = np.isfinite(used).sum(axis=-1)
    some, level = np.maximum(n, 1), mean(used)
    squares = np.nansum((used - level[..., None]) ** 2, axis=-1)
    ratio = squares / np.where(level > 0, level, 1.0)
    over = (level > 0) & (special.chdtrc(np.maximum(n - 1, 1), ratio) < OVERDISPERSED)
    drawn = (2 + np.maximum(ratio, n - 1)) / (n + 1)
    return _low(level, n, np.where(over, drawn * level * (1 + 1 / some), np.nan), tails)


def low_counts_frozen(centre: float, sigma: float, n: int) -> Lines:
    """The limits of low counts that were frozen, from what was kept of them: level, sigma and number of periods."""
    chance = n / (n + 1)
    alone = (centre * n + 0.5) * (1 - chance) / chance**2  # what chance alone would give
    over = sigma**2 if sigma**2 > alone * (1 + _ROUNDING) else np.nan
    return _low(np.array([centre]), np.array([n]), np.array([over]), LOW_TAIL)


def _low(level: Floats, n: NDArray[np.int64], variance: Floats, tails: float) -> Lines:
    """Limits of low counts of a level over n periods; where a ``variance`` is told they vary more than chance."""
    over, some = np.isfinite(variance), np.maximum(n, 1)
    extra = np.where(over & (variance > level), variance - level, 1.0)
    shape = np.where(over, level**2 / extra, level * some + 0.5)
    chance = np.where(over, level / (level + extra), some / (some + 1.0))  # of a negative binomial
    tail = np.where(over, _EXACT_TAIL, tails)
    lower, upper = (_quantile(shape, chance, part) for part in (tail, 1 - tail))
    centre = np.where(n >= FEWEST, level, np.nan)
    sigma = np.sqrt(np.where(over, variance, shape * (1 - chance) / chance**2))[..., None]
    lines = _lines(centre, sigma, n)
    blank = np.where(np.isfinite(centre), 0.0, np.nan)
    return replace(lines, lower=(lower + blank)[..., None], upper=(upper + blank)[..., None])


def are_low(counts: Floats, level: float) -> bool:
    """Whether counts are whole and so low that they have limits of their own."""
    return bool((counts >= 0).all() and (counts == np.floor(counts)).all() and level < LOW)


def _quantile(shape: Floats, chance: Floats, part: Floats) -> Floats:
    """The least whole number that a negative binomial does not exceed with this probability."""
    usual, width = shape * (1 - chance) / chance, np.sqrt(shape * (1 - chance)) / chance
    most = int(np.ceil(np.nanmax(usual + 12 * width, initial=1)))
    whole = np.arange(most + 20.0)
    below = special.betainc(shape[..., None], whole + 1, chance[..., None])
    return np.asarray((below < part[..., None]).sum(axis=-1).astype(float))


def t(between: Floats, *, fit: Flags | None = None) -> Lines:
    """Limits of the time between rare events: XmR on the 3.6th root, transformed back.

    Source: Nelson (1994); Montgomery, Statistical Quality Control, example 7.6.
    """
    root = xmr(np.power(between, T_POWER), fit=fit, screen=False, factor=3 / D2)
    power = 1 / T_POWER
    lower, upper = np.power(np.maximum(root.lower, 0), power), np.power(root.upper, power)
    centre = np.power(root.centre, power)
    sigma = (upper - centre[..., None]) / 3
    return Lines(
        centre=centre, lower=lower, upper=upper, sigma=sigma, sigma_unscreened=sigma, n=root.n, sigma_z=root.sigma_z
    )


def clip(lines: Lines, *, floor: Floats | float = -np.inf, ceiling: Floats | float = np.inf) -> Lines:
    """The same limits, kept within what the KPI can be (0 for a duration, 100 for a percentage)."""
    lower = np.maximum(lines.lower, np.asarray(floor)[..., None] if np.ndim(floor) else floor)
    upper = np.minimum(lines.upper, np.asarray(ceiling)[..., None] if np.ndim(ceiling) else ceiling)
    return Lines(
        centre=lines.centre,
        lower=lower,
        upper=upper,
        sigma=lines.sigma,
        sigma_unscreened=lines.sigma_unscreened,
        n=lines.n,
        sigma_z=lines.sigma_z,
    )


def _only(values: Floats, fit: Flags | None) -> Floats:
    return values if fit is None else np.where(fit, values, np.nan)


def _lines(
    centre: Floats,
    sigma: Floats,
    n: NDArray[np.int64],
    *,
    unscreened: Floats | None = None,
    sigma_z: Floats | None = None,
) -> Lines:
    middle = centre[..., None]
    nothing = np.full(np.shape(centre), np.nan)
    return Lines(
        centre=centre,
        lower=middle - 3 * sigma,
        upper=middle + 3 * sigma,
        sigma=sigma + 0 * middle,
        sigma_unscreened=sigma if unscreened is None else unscreened,
        n=np.asarray(n),
        sigma_z=nothing if sigma_z is None else sigma_z,
    )


def _binomial(rate: Floats, size: Floats) -> Floats:
    return np.sqrt(np.maximum(rate * (1 - rate), 0) / size)


def _poisson(rate: Floats, size: Floats) -> Floats:
    return np.sqrt(np.maximum(rate, 0) / size)


def trinomial(decided: Floats) -> _Spread:
    """Standard deviation of a net promoter score, given which part of the answers was no passive one."""

    def spread(rate: Floats, size: Floats) -> Floats:
        return np.sqrt(np.maximum(decided[..., None] - rate**2, 0) / size)

    return spread


def pooled(
    numerator: Floats, denominator: Floats, fit: Flags | None = None
) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Rate of all periods together, number of periods, and sizes with NaN where there is nothing to divide by."""
    there = np.isfinite(numerator) & (denominator > 0)
    sizes = np.where(there, denominator, np.nan)
    used = there if fit is None else there & fit
    below = np.where(used, denominator, 0.0).sum(axis=-1)
    above = np.where(used, numerator, 0.0).sum(axis=-1)
    rate = np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)
    return rate, used.sum(axis=-1), sizes


def _attribute(numerator: Floats, denominator: Floats, spread: _Spread, fit: Flags | None) -> Lines:
    rate, n, sizes = pooled(numerator, denominator, fit)
    centre = np.where(n >= FEWEST, rate, np.nan)
    lines = _lines(centre, spread(centre[..., None], sizes), n)
    return clip(lines, floor=0.0, ceiling=1.0 if spread is _binomial else np.inf)


def dispersion(numerator: Floats, denominator: Floats, spread: _Spread, fit: Flags | None = None) -> Floats:
    """Laney's sigma z: short-term spread of the standardised points; 1 when there is chance alone.

    Zero spread (every case good, or none) gives 1.
    """
    rate, _, sizes = pooled(numerator, denominator, fit)
    expected = spread(rate[..., None], sizes)
    scores = (numerator / sizes - rate[..., None]) / np.where(expected > 0, expected, np.nan)
    found = mean(moving_ranges(_only(scores, fit))) / D2
    return np.asarray(np.where(np.isfinite(found), found, 1.0))


def _laney(
    numerator: Floats, denominator: Floats, spread: _Spread, fit: Flags | None, *, bounds: tuple[float, float]
) -> Lines:
    rate, n, sizes = pooled(numerator, denominator, fit)
    sigma_z = dispersion(numerator, denominator, spread, fit)
    centre = np.where(n >= FEWEST, rate, np.nan)
    sigma = spread(centre[..., None], sizes) * sigma_z[..., None]
    lines = _lines(centre, sigma, n, sigma_z=np.where(n >= FEWEST, sigma_z, np.nan))
    return clip(lines, floor=bounds[0], ceiling=bounds[1])
