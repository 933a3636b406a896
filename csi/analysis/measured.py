"""Every statistic of every KPI, computed for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from csi.analysis import change_point, effect, interrupted, level, limits, season, signals, trend
from csi.analysis.against import Ahead, Standing, ahead, standing
from csi.analysis.aim import aim_of
from csi.analysis.analysis import KpiInput, Phase
from csi.analysis.compared import Compared, compared, mixes_of
from csi.analysis.drift import Beyond, beyond
from csi.analysis.effect import Effect, Shift
from csi.analysis.interrupted import Step
from csi.analysis.lasting import Lasting, lasting
from csi.analysis.level import Levels
from csi.analysis.limits import Flags, Floats, Lines
from csi.analysis.lined import by_family, lines_of, low_counted, merged, rephased, thawed
from csi.analysis.panel import Panel
from csi.analysis.signals import Found
from csi.analysis.spread import Average, Spread, moving_average, spread
from csi.analysis.trend import Slopes
from csi.terms import Period

SEASON = {Period.HOUR: 24, Period.DAY: 7, Period.WEEK: 52, Period.MONTH: 12, Period.QUARTER: 4}
_KNOWN = 0.05  # p below which a known change is one for the trend; nothing drifts across a step
SEASONS = 3  # whole ones in both windows, from which a weekday's own mean is worth its price; ours
_EQUAL = 1e-9  # relative; what differs by less is rounding
_KINDS = {"share": "p_prime", "rate": "u_prime", "net": "nps_prime", "count": "xmr", "number": "xmr"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Arrays over KPIs (rows as in the panel).

    Attributes:
        kind: which limits.
        frozen, frozen_found: limits frozen on the baseline (all points where there is none) and their signals: what the
            verdict rests on.
        lines, found: the same as they are drawn: begun anew where that is recorded.
        phases: per KPI its stretches with limits of their own; empty without a recorded one.
        phase, phase_found: limits of the evaluation window alone, and signals inside it.
        slopes, season: trend of the newest level, at most from baseline to evaluation; the season it was judged by, 0
            for none.
        year: the season of the year that was found, ``(kpis, periods, 2)``.
        seasonal: whether a season of the year was taken out of the change.
        alike: the season that before and after are compared within, 0 for none.
        slopes_before: trend inside the baseline.
        phi: the autocorrelation to expect of the values.
        standing, ahead: the evaluation's level against the target, and prediction limits of the next period.
        effect, detectable: before and after, and the smallest effect that would have been seen.
        shift, step: Hodges–Lehmann beside it; interrupted series.
        beyond: what is left of the change beyond a drift of the baseline.
        split: suggested change point.
        regime: where the newest level begins, by the change point or the known change; -1 where none was left.
        sigma: the baseline's standard deviation from its moving range, in the KPI's unit.
        spread_before: the baseline's standard deviation.
        usual: share of the points limits are frozen on that have one and the same value; 0 where all have.
        compared: what before and after are compared on: effect, shift, step, beyond and lasting are of it.
        matters: the minimum important difference: as fixed, else half a baseline sigma. Source: docs/verdicts.md.
        lasting: the sustained shift that holds at the evaluation's latest point.
        spread: whether single points vary otherwise than before.
        average: the moving average at the evaluation's latest point, less the baseline's level.
        level_before, level_after: levels of the windows, pooled where they are shares or rates.
        count_before, count_after: points of the windows.
    """

    kind: NDArray[np.str_]
    frozen: Lines
    frozen_found: Found
    lines: Lines
    found: Found
    phases: tuple[tuple[Phase, ...], ...]
    phase: Lines
    phase_found: Found
    slopes: Slopes
    season: NDArray[np.int64]
    year: Floats
    seasonal: Flags
    alike: NDArray[np.int64]
    slopes_before: Slopes
    phi: Floats
    standing: Standing
    ahead: Ahead
    effect: Effect
    detectable: Floats
    shift: Shift
    step: Step
    beyond: Beyond
    split: NDArray[np.int64]
    regime: NDArray[np.int64]
    sigma: Floats
    spread_before: Floats
    usual: Floats
    compared: Compared
    matters: Floats
    lasting: Lasting
    spread: Spread
    average: Average
    level_before: Floats
    level_after: Floats
    count_before: NDArray[np.int64]
    count_after: NDArray[np.int64]


def measure(panel: Panel) -> Measured:
    """All statistics of a panel."""
    fit = np.where(_windowed(panel)[:, None], panel.before, panel.used)
    kind = np.array(
        [_kind(item, str(family)) for item, family in zip(panel.inputs, panel.family, strict=True)], dtype="<U9"
    )
    fresh = lines_of(panel, fit)
    kind[low_counted(panel, fresh.centre) & ~np.array([item.frozen is not None for item in panel.inputs])] = "poisson"
    frozen = thawed(panel, fresh)
    frozen_found = signals.nhs(panel.values, frozen.centre, frozen.lower, frozen.upper, frozen.sigma)
    lines, found, phases = rephased(panel, frozen, frozen_found)
    phase = lines_of(panel, panel.after)
    before, after = panel.before, panel.after
    base_values = _window(panel.values, before)
    level_before, level_after = levels(panel, before), levels(panel, after)
    sigma, deviation = _sigma(panel.values, before), _spread(base_values)
    matters = _matters(panel, sigma, deviation)
    basis = _basis(panel, matters, frozen.centre)
    same = levels_of(panel, before, after)
    both = levels_of(basis.panel, before, after, held=basis.held) if basis.held.any() else same
    change = effect_of(basis.panel, before, after, both)
    shifts = lasting_of(basis.panel, basis.centre, matters, (before, after), (change, both))
    split = _splits(panel)
    moved = shifts.side.astype(bool) | ((change.p < _KNOWN) & (np.abs(change.difference) >= matters))
    told = np.where(span(panel), panel.values, np.nan)
    known = np.where(moved & after.any(axis=1), after.argmax(axis=1), -1)
    regime = np.maximum(*(np.where(change_point.steps(told, place), place, -1) for place in (split, known)))
    told = np.where(np.arange(told.shape[1]) >= regime[:, None], told, np.nan)
    cycle = seasons(panel, told)
    return Measured(
        kind=kind,
        frozen=frozen,
        frozen_found=frozen_found,
        lines=lines,
        found=found,
        phases=phases,
        phase=phase,
        phase_found=signals.nhs(
            np.where(after, panel.values, np.nan), phase.centre, phase.lower, phase.upper, phase.sigma
        ),
        slopes=slopes_by_season(told, cycle),
        season=cycle,
        year=both.year,
        seasonal=both.seasonal,
        alike=whole_seasons(panel, before, after),
        slopes_before=trend.mann_kendall(base_values),
        phi=same.after.phi,
        standing=standing(panel, same, (before, after), _aims(panel)),
        ahead=ahead(panel, phase, level_after, same.after.phi),
        effect=change,
        detectable=effect.smallest_detectable(change),
        shift=effect.hodges_lehmann(*(_window(basis.panel.values, window) for window in (before, after))),
        step=_steps(basis.panel),
        beyond=beyond_of(basis.panel.values - both.season, before, after, change),
        split=split,
        regime=regime,
        sigma=sigma,
        spread_before=deviation,
        usual=_usual(np.where(fit, panel.values, np.nan)),
        compared=basis,
        matters=matters,
        lasting=shifts,
        spread=spread(basis.panel.values - both.season, before, after),
        average=moving_average(basis.panel.values - both.season, before, after, both),
        level_before=level_before,
        level_after=level_after,
        count_before=before.sum(axis=1),
        count_after=after.sum(axis=1),
    )


def _kind(item: KpiInput, family: str) -> str:
    """Which limits are drawn: level ones of an earlier baseline stay what they were."""
    if item.frozen is not None and item.frozen.kind == "poisson" and not item.rebases:
        return "poisson"
    kept = item.frozen is not None and item.frozen.sigma_z is None and not item.rebases
    return "xmr" if kept else _KINDS[family]


def effect_of(panel: Panel, before: Flags, after: Flags, both: Levels) -> Effect:
    """Before and after by family, in each KPI's unit, given the levels as numbers."""
    seasonal = both.seasonal
    made = [
        (
            rows,
            effect.by_mixture(both.difference.rows(rows))
            if family == "number"
            else _family_effect(panel.rows(rows), before[rows], after[rows], family),
        )
        for family, rows in [("number", seasonal), *by_family(panel, ~seasonal)]
        if rows.any()
    ]
    return merged(Effect, made, len(panel.inputs))


def _aims(panel: Panel) -> tuple[Floats, Floats]:
    """The lowest and the highest level on target of each KPI."""
    low, high = zip(*(aim_of(item.definition).span() for item in panel.inputs), strict=True)
    return np.array(low, dtype=float), np.array(high, dtype=float)


def _family_effect(panel: Panel, before: Flags, after: Flags, family: str) -> Effect:
    above, below, season = panel.numerator, panel.denominator, whole_seasons(panel, before, after)
    if family == "share":
        return _in_unit(effect.share_change(above, below, before, after, season), panel.scale)
    if family == "rate":
        return _in_unit(effect.count_change(above, below, before, after, season)[1], panel.scale)
    if family == "net":
        return _in_unit(effect.net_change(above, below, panel.decided, (before, after), season), panel.scale)
    return effect.count_change(panel.values, np.where(panel.used, 1.0, np.nan), before, after, season)[1]


def levels_of(
    panel: Panel, before: Flags, after: Flags, known: Floats | None = None, held: Flags | None = None
) -> Levels:
    """The windows' levels as numbers, by a mixture over φ, each place in a whole season compared with its like.

    ``known`` is the season of the year where it was sought already; series ``held`` at the baseline's mix rest on other
    numbers of cases after the change, so that each window has a variance of its own.
    """
    values = np.where(before, weighed(panel, before), weighed(panel, after))
    here = _columns(before | after)
    whole = whole_seasons(panel, before, after)
    length, history = _years(panel)
    if known is None:
        known = season.yearly(values, before, after, np.where(whole > 0, 0.0, length), history)
    pair = known
    beside = [part for part in (pair, places(before.shape[1], whole)) if part.any()]
    terms = np.concatenate(beside, axis=-1)[:, here] if beside else None
    made = level.levels(values[:, here], before[:, here], after[:, here], terms, apart=held)
    fit = season.fitted(values, before, after, pair) if pair.any() else made.season
    return replace(made, season=fit, year=pair)


def _years(panel: Panel) -> tuple[Floats, NDArray[np.int64]]:
    """The length of the year in each KPI's periods, 0 where none is sought, and the history that it takes."""
    lengths = [season.YEAR.get(item.period, 0.0) for item in panel.inputs]
    return np.array(lengths), np.array([season.HISTORY.get(item.period, 0) for item in panel.inputs])


def places(periods: int, season: NDArray[np.int64]) -> Floats:
    """Marks of each place in a season but the first: ``(kpis, periods, terms)``, nothing where there is no season."""
    marks = np.arange(1, max(int(season.max()), 1))
    place = np.arange(periods) % np.maximum(season, 1)[:, None]
    return (place[..., None] == marks).astype(float)


def lasting_of(
    panel: Panel, centre: Floats, matters: Floats, windows: tuple[Flags, Flags], told: tuple[Effect, Levels]
) -> Lasting:
    """The sustained shift of each KPI beside its season, given the change between its windows and its levels."""
    change, both = told
    values = panel.values - both.season
    return lasting(values, windows, centre, matters, (change.difference, change.p, both.after.phi))


def _basis(panel: Panel, matters: Floats, centre: Floats) -> Compared:
    """What is compared: at the baseline's mix where the mix moved and it matters, or where it may have moved and
    without it another change would be claimed."""
    mixes = mixes_of(panel, matters)
    held = np.array([one is not None and one.counts for one in mixes], dtype=bool)
    unsure = np.array([one is not None and one.hinted for one in mixes], dtype=bool) & ~held
    if unsure.any():
        at_mix = compared(panel, mixes, unsure, centre)
        own = _claimed(panel.rows(unsure), centre[unsure], matters[unsure])
        held[unsure] = _claimed(at_mix.panel.rows(unsure), at_mix.centre[unsure], matters[unsure], apart=True) != own
    return compared(panel, mixes, held, centre)


def _claimed(panel: Panel, centre: Floats, matters: Floats, *, apart: bool = False) -> Floats:
    """Which way each KPI would be said to have moved: +1 up, -1 down, 0 none."""
    windows = panel.before, panel.after
    both = levels_of(panel, *windows, held=np.full(len(panel.inputs), apart))
    change = effect_of(panel, *windows, both)
    run = lasting_of(panel, centre, matters, windows, (change, both)).side
    told = (change.p < _KNOWN) & (np.abs(change.difference) >= matters)
    return np.where(run != 0, run, np.where(told, np.sign(change.difference), 0.0))


def beyond_of(values: Floats, before: Flags, after: Flags, change: Effect) -> Beyond:
    """What is left of each change beyond its baseline's drift."""
    here = _columns(before | after)
    return beyond(values[:, here], before[:, here], after[:, here], change.difference)


def _matters(panel: Panel, sigma: Floats, spread: Floats) -> Floats:
    """The minimum important difference; without two neighbouring periods by the plain deviation."""
    fixed = np.array(
        [np.nan if (one := item.definition.minimum_important_difference) is None else one for item in panel.inputs],
        dtype=float,
    )
    usual = np.nan_to_num(np.where(np.isfinite(sigma), sigma, spread) / 2)
    return np.where(np.isfinite(fixed), fixed, usual)


def whole_seasons(panel: Panel, before: Flags, after: Flags) -> NDArray[np.int64]:
    """The season whose weekdays or months are compared with their like: its length where each window has whole ones
    without a gap, three in all, else 0."""
    lengths = np.array([SEASON[item.period] for item in panel.inputs], dtype=np.int64)
    fit = lengths != SEASON[Period.WEEK]  # of weeks of the year no one is like the other: a harmonic tells more
    for window in (before, after):
        count, ends = window.sum(axis=1), np.diff(window.astype(np.int8), axis=1, prepend=0, append=0)
        fit &= (count >= lengths) & (count % lengths == 0) & ((ends == 1).sum(axis=1) == 1)
    return np.where(fit & (before.sum(axis=1) + after.sum(axis=1) >= SEASONS * lengths), lengths, 0)


def levels(panel: Panel, window: Flags) -> Floats:
    """Level of a window: numerators over denominators where they are kept (V4.2), else the mean of its periods."""
    rate, _, _ = limits.pooled(panel.numerator, panel.denominator, window)
    plain = limits.mean(np.where(window, panel.values, np.nan))
    return np.where(np.isin(panel.family, ("share", "rate", "net")) | _divided(panel), rate * panel.scale, plain)


def weighed(panel: Panel, window: Flags) -> Floats:
    """A window's values, NaN outside it; of quotients with unequal denominators such that their mean is the quotient of
    the sums and their spread that of a ratio estimator.

    Source: Cochran, Sampling Techniques, 3rd ed. (1977), 6.3 and 6.17: residuals from the common ratio, those of large
    periods enlarged by how far they pull it (jackknife).
    """
    inside, divided = np.where(window, panel.values, np.nan), _divided(panel)
    if not divided.any():
        return inside
    rate, n, sizes = limits.pooled(panel.numerator, panel.denominator, window)
    sizes, middle = np.where(window, sizes, np.nan), rate[:, None]
    part = sizes / limits.mean(sizes)[:, None]  # 1 where all are equal
    unequal = divided & (np.abs(np.nan_to_num(part - 1)) > _EQUAL).any(axis=1)
    pulled = np.where(part < n[:, None], (n[:, None] - 1) / (n[:, None] - part), 1.0)
    left = (panel.numerator / sizes - middle) * part * pulled
    line = (middle + left - limits.mean(left)[:, None]) * panel.scale[:, None]
    return np.where(unequal[:, None], line, inside)


def _divided(panel: Panel) -> Flags:
    """KPIs that are no counts, but of which every period is its numerator over its denominator."""
    if not (panel.family[np.isfinite(panel.denominator).any(axis=1)] == "number").any():
        return np.zeros(len(panel.inputs), dtype=bool)
    again = panel.numerator / np.where(panel.denominator > 0, panel.denominator, np.nan) * panel.scale[:, None]
    close = np.abs(again - panel.values) <= _EQUAL * np.abs(panel.values)
    return np.asarray((panel.family == "number") & (close | ~panel.used).all(axis=1) & panel.used.any(axis=1))


def span(panel: Panel) -> Flags:
    """From the baseline's first point to the evaluation's last, where both windows have points; else everything."""
    both = np.asarray(panel.before.any(axis=1) & panel.after.any(axis=1))
    begun = np.maximum.accumulate(panel.before, axis=1)
    not_over = np.maximum.accumulate(panel.after[:, ::-1], axis=1)[:, ::-1]
    return np.asarray((begun & not_over) | ~both[:, None])


def seasons(panel: Panel, values: Floats) -> NDArray[np.int64]:
    """The season to judge each KPI's trend by: its length where there are two full ones, else 0."""
    lengths = np.array([SEASON[item.period] for item in panel.inputs], dtype=np.int64)
    return np.where(np.isfinite(values).sum(axis=1) >= 2 * lengths, lengths, 0)


def slopes_by_season(values: Floats, season: NDArray[np.int64]) -> Slopes:
    """Trend of each row by its own season."""
    made = [
        (season == length, trend.mann_kendall(values[season == length], season=int(length))) for length in set(season)
    ]
    return merged(Slopes, made, len(values))


def _windowed(panel: Panel) -> Flags:
    return np.array([item.baseline is not None for item in panel.inputs], dtype=bool)


def _window(values: Floats, window: Flags) -> Floats:
    """Values of a window, without the columns before and after it that no KPI needs."""
    return np.where(window, values, np.nan)[:, _columns(window)]


def _columns(window: Flags) -> slice:
    """From the first column that some KPI needs to the last."""
    columns = np.flatnonzero(window.any(axis=0))
    return slice(int(columns[0]), int(columns[-1]) + 1) if columns.size else slice(0, 1)


def _sigma(values: Floats, before: Flags) -> Floats:
    """Mean moving range, screened, over 1.128. Source: docs/verdicts.md, The verdict"""
    return limits.screened_range(limits.moving_ranges(np.where(before, values, np.nan))) / limits.D2


def _spread(values: Floats) -> Floats:
    """Standard deviation about the mean."""
    n = np.isfinite(values).sum(axis=1)
    squares = np.nansum((values - limits.mean(values)[:, None]) ** 2, axis=1)
    return np.asarray(np.sqrt(squares / np.maximum(n - 1, 1)))


def _usual(values: Floats) -> Floats:
    """Share of points that equal the middle one, which a value of more than half of them does."""
    n = np.isfinite(values).sum(axis=1)
    middle = np.sort(values, axis=1)[np.arange(len(values)), np.maximum(n - 1, 0) // 2]
    share = (values == middle[:, None]).sum(axis=1) / np.maximum(n, 1)
    return np.where(share < 1, share, 0.0)


def _steps(panel: Panel) -> Step:
    """Interrupted series where both windows have 12 points; in the KPI's unit."""
    return interrupted.interrupted(panel.values, panel.before, panel.after)


def _splits(panel: Panel) -> NDArray[np.int64]:
    counts = (panel.family == "count") & (np.nan_to_num(panel.values) >= 0).all(axis=1)
    found = np.full(len(panel.inputs), -1)
    found[~counts] = change_point.least_squares(panel.values[~counts]).first_after
    found[counts] = change_point.poisson(panel.values[counts]).first_after
    return found


def _in_unit(found: Effect, scale: Floats) -> Effect:
    return replace(
        found,
        difference=found.difference * scale,
        lower=found.lower * scale,
        upper=found.upper * scale,
        error=found.error * scale,
    )
