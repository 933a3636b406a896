"""Every statistic of every KPI, computed for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from csi.step5_analyse import change_point, effect, interrupted, limits, signals, trend
from csi.step5_analyse.autocorrelation import corrected, lag_sums
from csi.step5_analyse.effect import Effect, Shift
from csi.step5_analyse.interrupted import Step
from csi.step5_analyse.limits import Flags, Floats, Lines
from csi.step5_analyse.panel import Panel
from csi.step5_analyse.phases import phase_masks
from csi.step5_analyse.signals import Found
from csi.step5_analyse.trend import Slopes
from csi.terms import Period

SEASON = {Period.HOUR: 24, Period.DAY: 7, Period.WEEK: 52, Period.MONTH: 12, Period.QUARTER: 4}
_T = TypeVar("_T", Lines, Effect, Slopes)
_KINDS = {"share": "p_prime", "rate": "u_prime", "count": "xmr", "number": "xmr"}


@dataclass(frozen=True, slots=True)
class Measured:
    """Arrays over KPIs (rows as in the panel).

    Attributes:
        kind: which limits.
        lines, found: limits frozen on the baseline (all points where there is none) and their signals.
        phase, phase_found: limits of the evaluation window alone, and signals inside it.
        slopes, season: trend from baseline to evaluation; the season it was judged by, 0 for none.
        slopes_before: trend inside the baseline.
        effect, detectable: before and after, and the smallest effect that would have been seen.
        shift, step: Hodges–Lehmann beside it; interrupted series.
        split: suggested change point.
        sigma: the baseline's standard deviation from its moving range, in the KPI's unit.
        spread_before, phi_before: the baseline's standard deviation and autocorrelation.
        level_before, level_after: levels of the windows, pooled where they are shares or rates.
        count_before, count_after: points of the windows.
    """

    kind: NDArray[np.str_]
    lines: Lines
    found: Found
    phase: Lines
    phase_found: Found
    slopes: Slopes
    season: NDArray[np.int64]
    slopes_before: Slopes
    effect: Effect
    detectable: Floats
    shift: Shift
    step: Step
    split: NDArray[np.int64]
    sigma: Floats
    spread_before: Floats
    phi_before: Floats
    level_before: Floats
    level_after: Floats
    count_before: NDArray[np.int64]
    count_after: NDArray[np.int64]


def measure(panel: Panel) -> Measured:
    """All statistics of a panel."""
    fit = np.where(_windowed(panel)[:, None], panel.before, panel.used)
    kind = np.array([_KINDS[str(family)] for family in panel.family], dtype="<U7")
    lines = _thawed(panel, lines_of(panel, fit))
    found = signals.nhs(panel.values, lines.centre, lines.lower, lines.upper, lines.sigma)
    lines, found = _rephased(panel, lines, found)
    phase = lines_of(panel, panel.after)
    before, after = panel.before, panel.after
    told = np.where(span(panel), panel.values, np.nan)
    season = seasons(panel, told)
    base_values = _window(panel.values, before)
    change = effect_of(panel, before, after)
    level_before, level_after = levels(panel, before), levels(panel, after)
    return Measured(
        kind,
        lines,
        found,
        phase,
        signals.nhs(np.where(after, panel.values, np.nan), phase.centre, phase.lower, phase.upper, phase.sigma),
        slopes_by_season(told, season),
        season,
        trend.mann_kendall(base_values),
        change,
        effect.smallest_detectable(change),
        effect.hodges_lehmann(base_values, _window(panel.values, after)),
        _steps(panel),
        _splits(panel),
        _sigma(panel.values, before),
        *_spread(base_values),
        level_before,
        level_after,
        before.sum(axis=1),
        after.sum(axis=1),
    )


def lines_of(panel: Panel, fit: Flags) -> Lines:
    """Limits by family, frozen on ``fit``, within what each KPI can be; all ``(kpis, periods)`` wide."""
    made = [
        (rows, _wide(_family_lines(panel.rows(rows), fit[rows], family), panel.values.shape[1]))
        for family, rows in _by_family(panel)
    ]
    lines = _merged(Lines, made, len(panel.inputs))
    return limits.clip(lines, floor=panel.floor, ceiling=panel.ceiling)


def _family_lines(panel: Panel, fit: Flags, family: str) -> Lines:
    if family == "share":
        return _scaled(limits.p_prime(panel.numerator, panel.denominator, fit=fit), panel.scale)
    if family == "rate":
        return _scaled(limits.u_prime(panel.numerator, panel.denominator, fit=fit), panel.scale)
    return limits.xmr(panel.values, fit=fit)


def effect_of(panel: Panel, before: Flags, after: Flags) -> Effect:
    """Before and after by family, in each KPI's unit."""
    made = [
        (rows, _family_effect(panel.rows(rows), before[rows], after[rows], family))
        for family, rows in _by_family(panel)
    ]
    return _merged(Effect, made, len(panel.inputs))


def _family_effect(panel: Panel, before: Flags, after: Flags, family: str) -> Effect:
    if family == "share":
        return _in_unit(effect.share_change(panel.numerator, panel.denominator, before, after), panel.scale)
    if family == "rate":
        return _in_unit(effect.count_change(panel.numerator, panel.denominator, before, after)[1], panel.scale)
    if family == "count":
        return effect.count_change(panel.values, np.where(panel.used, 1.0, np.nan), before, after)[1]
    return effect.mean_change(_window(panel.values, before), _window(panel.values, after))


def levels(panel: Panel, window: Flags) -> Floats:
    """Level of a window: numerators over denominators where they are whole counts, else the mean of its periods."""
    rate, _, _ = limits.pooled(panel.numerator, panel.denominator, window)
    plain = limits.mean(np.where(window, panel.values, np.nan))
    return np.where(np.isin(panel.family, ("share", "rate")), rate * panel.scale, plain)


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
    return _merged(Slopes, made, len(values))


def _windowed(panel: Panel) -> Flags:
    return np.array([item.baseline is not None for item in panel.inputs], dtype=bool)


def _by_family(panel: Panel) -> list[tuple[str, Flags]]:
    return [(str(family), panel.family == family) for family in sorted(set(panel.family.tolist()))]


def _window(values: Floats, window: Flags) -> Floats:
    """Values of a window, without the columns before and after it that no KPI needs."""
    columns = np.flatnonzero(window.any(axis=0))
    part = slice(int(columns[0]), int(columns[-1]) + 1) if columns.size else slice(0, 0)
    return np.where(window, values, np.nan)[:, part]


def _sigma(values: Floats, before: Flags) -> Floats:
    """Mean moving range, screened, over 1.128. Source: ANALYSIS.md, Did we get there?"""
    return limits.screened_range(limits.moving_ranges(np.where(before, values, np.nan))) / limits.D2


def _spread(values: Floats) -> tuple[Floats, Floats]:
    """Standard deviation about the mean, and autocorrelation put right for its bias."""
    residuals = values - limits.mean(values)[:, None]
    n = np.isfinite(values).sum(axis=1)
    products, squares = lag_sums(residuals)
    return np.sqrt(squares / np.maximum(n - 1, 1)), corrected(products, squares, n.astype(float))


def _steps(panel: Panel) -> Step:
    """Interrupted series where both windows have 12 points; in the KPI's unit."""
    return interrupted.interrupted(panel.values, panel.before, panel.after)


def _splits(panel: Panel) -> NDArray[np.int64]:
    counts = (panel.family == "count") & (np.nan_to_num(panel.values) >= 0).all(axis=1)
    found = np.full(len(panel.inputs), -1)
    found[~counts] = change_point.least_squares(panel.values[~counts]).first_after
    found[counts] = change_point.poisson(panel.values[counts]).first_after
    return found


def _thawed(panel: Panel, lines: Lines) -> Lines:
    """Limits of an approved earlier baseline in place of new ones, where a KPI brings them."""
    brought = [row for row, item in enumerate(panel.inputs) if item.frozen is not None]
    if not brought:
        return lines
    parts = {item.name: np.array(getattr(lines, item.name)) for item in fields(lines)}
    for row in brought:
        frozen = panel.inputs[row].frozen
        assert frozen is not None  # noqa: S101 -- chosen by it
        sigma = _frozen_sigma(panel, row)
        parts["centre"][row], parts["n"][row] = frozen.centre, frozen.n
        parts["sigma"][row] = parts["sigma_unscreened"][row] = sigma
        parts["lower"][row], parts["upper"][row] = frozen.centre - 3 * sigma, frozen.centre + 3 * sigma
        parts["sigma_z"][row] = np.nan if frozen.sigma_z is None else frozen.sigma_z
    return limits.clip(Lines(**parts), floor=panel.floor, ceiling=panel.ceiling)


def _rephased(panel: Panel, lines: Lines, found: Found) -> tuple[Lines, Found]:
    """Limits begun anew where a KPI records it: each phase has its own, and its own signals."""
    chosen = np.array([bool(item.rebases) for item in panel.inputs], dtype=bool)
    for row in np.flatnonzero(chosen).tolist():
        only = np.arange(len(panel.inputs)) == row
        for phase in phase_masks(panel.inputs[row])[1:]:
            here = np.zeros(panel.used.shape, dtype=bool)
            here[row, : len(phase)] = phase
            fresh = lines_of(panel.rows(only), (here & panel.used)[only])
            lines = _overlaid(lines, fresh, here, row)
            inside = np.where(here, panel.values, np.nan)
            own = signals.nhs(inside, lines.centre, lines.lower, lines.upper, lines.sigma)
            found = Found(np.where(here, own.rule, found.rule), np.where(here, own.side, found.side))
    return lines, found


def _overlaid(lines: Lines, fresh: Lines, here: Flags, row: int) -> Lines:
    """A row's limits in one phase; its centre, points and dispersion become those of the phase."""
    parts = {item.name: np.array(getattr(lines, item.name)) for item in fields(lines)}
    for name in ("lower", "upper", "sigma", "sigma_unscreened"):
        parts[name] = np.where(here, getattr(fresh, name), parts[name])
    for name in ("centre", "n", "sigma_z"):
        parts[name][row] = getattr(fresh, name)[0]
    return Lines(**parts)


def _frozen_sigma(panel: Panel, row: int) -> Floats:
    """A frozen sigma, or what a frozen dispersion gives for each period's own number of cases."""
    frozen = panel.inputs[row].frozen
    assert frozen is not None  # noqa: S101 -- the caller chose rows by it
    if frozen.sigma_z is None or panel.family[row] not in ("share", "rate"):
        return np.full(panel.values.shape[1], frozen.sigma)
    rate = frozen.centre / panel.scale[row]
    spread = rate * (1 - rate) if panel.family[row] == "share" else rate
    return np.asarray(np.sqrt(max(spread, 0.0) / panel.denominator[row]) * frozen.sigma_z * panel.scale[row])


def _scaled(lines: Lines, scale: Floats) -> Lines:
    wide = scale[:, None]
    return replace(
        lines,
        centre=lines.centre * scale,
        lower=lines.lower * wide,
        upper=lines.upper * wide,
        sigma=lines.sigma * wide,
        sigma_unscreened=lines.sigma_unscreened * wide,
    )


def _in_unit(found: Effect, scale: Floats) -> Effect:
    return replace(
        found,
        difference=found.difference * scale,
        lower=found.lower * scale,
        upper=found.upper * scale,
        error=found.error * scale,
    )


def _wide(lines: Lines, periods: int) -> Lines:
    """The same with lower, upper and sigma given for every period."""
    shape = (len(lines.centre), periods)
    names = ("lower", "upper", "sigma", "sigma_unscreened")
    return replace(lines, **{name: np.broadcast_to(getattr(lines, name), shape) for name in names})


def _merged(kind: type[_T], made: list[tuple[Flags, _T]], kpis: int) -> _T:
    """Parts computed for some rows each, put together in the panel's order."""
    merged: dict[str, Any] = {}
    for item in fields(kind):
        parts: list[tuple[Flags, Any]] = [(rows, getattr(part, item.name)) for rows, part in made]
        whole = np.zeros((kpis, *parts[0][1].shape[1:]), dtype=parts[0][1].dtype)
        for rows, part in parts:
            whole[rows] = part
        merged[item.name] = whole
    return kind(**merged)
