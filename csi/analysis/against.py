"""Where the level after a change stands to its target: the interval of the level, and limits of the next period."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy import special

from csi.analysis import effect
from csi.analysis.level import Levels
from csi.analysis.limits import D2, Flags, Floats, Lines, mean, moving_ranges
from csi.analysis.net_scores import adjusted
from csi.analysis.panel import Panel
from csi.analysis.shares import wilson

# Of the next period, for each side. A target at the .95 quantile is promised falsely in .046 and one six σ away missed
# in .046 of series at φ = .6 (4,000 each, errors of .003); at .99 more of the former, at .992 of the latter.
SURE = 0.9905
LOST = 0.62  # degrees of freedom of a mean moving range for each point but one. Source: after Cryer and Ryan (1990)
MOST_REPETITIVE = 0.9  # expected φ beyond which nothing is promised
SKEWED = 0.5  # skewness from which limits of the logarithms are looked at, too; ours
STRAIGHT = (
    0.1  # σ of logarithms up to which they are as good as a straight line: skewness is then no matter of them. Ours
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The level of each KPI's evaluation with its 95 % interval, and how likely it is on target; NaN where not told."""

    lower: Floats
    upper: Floats
    likely: Floats


@dataclass(frozen=True, slots=True)
class Ahead:
    """Prediction limits of the next period, ``(kpis, periods)``; ``plain`` ones are as if the periods were many.

    Where they rest on too few periods or too repetitive ones they are infinite.
    """

    lower: Floats
    upper: Floats
    plain_lower: Floats
    plain_upper: Floats


def standing(panel: Panel, both: Levels, windows: tuple[Flags, Flags], aims: tuple[Floats, Floats]) -> Standing:
    """The evaluation's level by family.

    Args:
        panel: the KPIs.
        both: their levels as numbers.
        windows: periods before and after; without the first the second stands for it.
        aims: the lowest and the highest level that is on target; infinite where there is none.
    """
    level, low, high = both.after, *aims
    reach = level.reach()
    some = windows[1].any(axis=1)
    likely = np.where(np.isposinf(high), 1.0, level.below(high)) - np.where(np.isneginf(low), 0.0, level.below(low))
    found = Standing(*(np.where(some, part, np.nan) for part in (level.value - reach, level.value + reach, likely)))
    for family, told in (("share", _share), ("net", _net), ("rate", _rate), ("count", _rate)):
        rows = (panel.family == family) & some
        if rows.any():
            before, after = (window[rows] for window in windows)
            before = np.where(before.any(axis=1)[:, None], before, after)
            part = panel.rows(rows)
            scale = np.ones(len(part.scale)) if family == "count" else part.scale
            fresh = told(part, (before, after), (low[rows] / scale, high[rows] / scale))
            for item, size in zip(fields(Standing), (scale, scale, 1.0), strict=True):
                getattr(found, item.name)[rows] = getattr(fresh, item.name) * size
    low, high = (np.clip(part, panel.floor, panel.ceiling) for part in (found.lower, found.upper))
    return Standing(low, high, found.likely)


def _share(panel: Panel, windows: tuple[Flags, Flags], aims: tuple[Floats, Floats]) -> Standing:
    """Wilson's interval of a pooled share, cases worth less where periods vary more than chance; likelihoods invert it.

    Source: Wilson, JASA 22 (1927) 209; dispersion as for the difference.
    """
    good, valid = (effect.totals(panel.numerator, panel.denominator, window) for window in windows)
    variances = tuple(rate * (1 - rate) for rate in (x / effect.some(n) for x, n in (good, valid)))
    widen, df, _ = effect.widening((panel.numerator, panel.denominator), *windows, None, variances=variances)
    x, n = (part / widen**2 for part in valid)
    lower, upper = wilson(x, n, quantile=special.stdtrit(df, 0.975))
    rate = x / effect.some(n)

    def above(bound: Floats) -> Floats:
        inside = np.clip(bound, 0, 1)
        error = np.sqrt(inside * (1 - inside) / effect.some(n))
        likely = special.stdtr(df, (rate - inside) / np.where(error > 0, error, 1.0))
        return np.where(error > 0, likely, (bound <= 0) | ((bound <= 1) & (rate >= 1)))

    missed = np.where(np.isposinf(aims[1]), 0.0, above(aims[1]))
    return Standing(lower, upper, np.where(np.isneginf(aims[0]), 1.0, above(aims[0])) - missed)


def _net(panel: Panel, windows: tuple[Flags, Flags], aims: tuple[Floats, Floats]) -> Standing:
    """Rocks's adjusted Wald interval of a net promoter score, answers worth less where periods vary beyond chance."""
    variances = effect.of_net(panel.numerator, panel.denominator, panel.decided, windows)
    widen, df, _ = effect.widening((panel.numerator, panel.denominator), *windows, None, variances=variances)
    net, answers = effect.totals(panel.numerator, panel.denominator, windows[1])
    decided = effect.totals(panel.decided, panel.denominator, windows[1])[0]
    score, variance = adjusted(net / widen**2, answers / widen**2, decided / widen**2)
    reach, error = special.stdtrit(df, 0.975) * np.sqrt(variance), np.sqrt(variance)
    parts = [special.stdtr(df, np.nan_to_num((aim - score) / error, posinf=1e9, neginf=-1e9)) for aim in aims]
    return Standing(np.clip(score - reach, -1, 1), np.clip(score + reach, -1, 1), parts[1] - parts[0])


def _rate(panel: Panel, windows: tuple[Flags, Flags], aims: tuple[Floats, Floats]) -> Standing:
    """Garwood's interval of a rate or count, events worth less where periods vary more than chance.

    Source: Garwood, Biometrika 28 (1936) 437; likelihood of a Poisson mean after Jeffreys (gamma, half an event more).
    """
    counted = (panel.family == "count")[:, None]
    events = np.where(counted, panel.values, panel.numerator)
    exposure = np.where(counted, np.where(panel.used, 1.0, np.nan), panel.denominator)
    rates = tuple(x / effect.some(n) for x, n in (effect.totals(events, exposure, window) for window in windows))
    widen, _, _ = effect.widening((events, exposure), *windows, None, variances=rates)
    x, n = effect.totals(events, exposure, windows[1])
    _, lower, upper = effect.garwood(x, n, widen**2)
    worth, size = x / widen**2 + 0.5, n / widen**2
    parts = [special.gammainc(worth, np.clip(aim, 0, 1e300) * size) for aim in aims]
    return Standing(lower, upper, np.where(np.isposinf(aims[1]), 1.0, parts[1]) - parts[0])


def ahead(panel: Panel, phase: Lines, level: Floats, phi: Floats) -> Ahead:
    """Prediction limits of the next period, from the evaluation alone.

    level ± t(.9905, .62 (n − 1)) · σ · (1 − φ)^−½ · √(1 + 1/n_e), σ from the mean moving range, n_e = n (1 − φ)/(1 +
    φ); for skewed positive numbers the wider of these and of those of their logarithms.

    Args:
        panel: the KPIs.
        phase: limits of the evaluation alone, for their sigma.
        level: of the evaluation.
        phi: the autocorrelation to expect.

    Source: Hahn and Meeker, Statistical Intervals (1991), 4.8; (1 − φ)^−½ Maragah and Woodall, J. Statistical
    Computation and Simulation 40 (1992) 29; measured in docs/calibration.md.
    """
    n = panel.after.sum(axis=1)
    narrowed = np.sqrt(np.maximum(1 - phi, 1e-9))
    worth = np.maximum(n * (1 - phi) / (1 + phi), 1.0)
    sure = (n >= 6) & (phi <= MOST_REPETITIVE)
    factor = special.stdtrit(np.maximum(LOST * (n - 1), 0.1), SURE) * np.sqrt(1 + 1 / worth) / narrowed
    limits = []
    for times in (np.where(sure, factor, np.inf), special.ndtri(SURE) / narrowed):
        width = np.nan_to_num(phase.sigma_unscreened, nan=np.inf) * times[:, None]
        width = np.where(np.isnan(width), 0.0, width)  # no width however sure
        lower, upper = level[:, None] - width, level[:, None] + width
        limits += list(_of_logarithms(panel, (lower, upper), times))
    return Ahead(*limits)


def _of_logarithms(panel: Panel, limits: tuple[Floats, Floats], times: Floats) -> tuple[Floats, Floats]:
    """The wider of limits and of those of the logarithms, for skewed numbers above zero (or below it, mirrored)."""
    used = panel.before | panel.after
    sign = np.where((panel.values > 0) | ~used, 1, -1).min(axis=1) - np.where((panel.values < 0) | ~used, 1, -1).min(
        axis=1
    )
    rows = (sign != 0) & (panel.family == "number") & (np.abs(skewness(panel)) > SKEWED) & np.isfinite(times)
    if not rows.any():
        return limits
    way = np.sign(sign[rows])[:, None]
    logs = np.log(np.where(panel.after[rows], way * panel.values[rows], np.nan))
    sigma = mean(moving_ranges(logs)) / D2
    reach = np.where(sigma > STRAIGHT, times[rows] * sigma, np.nan)[:, None]
    middle = mean(logs)[:, None]
    lower, upper = (np.array(part) for part in limits)
    ends = way * np.exp(middle - reach), way * np.exp(middle + reach)
    lower[rows] = np.fmin(lower[rows], np.minimum(*ends))
    upper[rows] = np.fmax(upper[rows], np.maximum(*ends))
    return lower, upper


def skewness(panel: Panel) -> Floats:
    """Of both windows' points about their own means; 0 without any variation."""
    left = np.zeros(panel.values.shape)
    for window in (panel.before, panel.after):
        inside = np.where(window, panel.values, np.nan)
        left += np.nan_to_num(inside - mean(inside)[:, None])
    n = np.maximum((panel.before | panel.after).sum(axis=1), 1)
    left = left / np.maximum(np.abs(left).max(axis=1, initial=0.0), 1e-300)[:, None]
    second, third = (left**2).sum(axis=1) / n, (left**3).sum(axis=1) / n
    return np.asarray(np.where(second > 0, third / np.where(second > 0, second, 1.0) ** 1.5, 0.0))
