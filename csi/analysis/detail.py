"""What stands behind the report's fields: forecast, budget, drift, attribution, and how much of a gap was closed."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

import numpy as np

from csi.analysis.aim import CONCERN, IMPROVEMENT
from csi.analysis.analysis import Detail, Note
from csi.analysis.budget import Budget, budget
from csi.analysis.change_state import IMPROVED, WORSE
from csi.analysis.comparator import attributed
from csi.analysis.drafts import SIGNIFICANT, Draft, varying
from csi.analysis.forecast import Forecast, forecast
from csi.analysis.limits import Floats
from csi.analysis.panel import moments
from csi.analysis.phases import first_from, runs
from csi.analysis.rare import between, is_rare
from csi.analysis.sentence import GapClosed
from csi.analysis.spread import SHIFTED
from csi.analysis.trend import FEWEST as TREND_FEWEST
from csi.analysis.verdict import Ruling
from csi.analysis.windows import there_on
from csi.measures import measure_of
from csi.possible import WHOLES
from csi.terms import Direction, Period

_METHODS = {
    "share": "difference of pooled shares, Newcombe's interval widened by σz and autocorrelation",
    "net": "difference of net promoter scores, adjusted Wald interval widened by σz and autocorrelation",
    "rate": "ratio of rates, quasi-Poisson, widened for autocorrelation",
    "count": "ratio of counts, quasi-Poisson, widened for autocorrelation",
    "number": "difference of means, Student's t weighed over every autocorrelation",
}
_DAYS = {Period.HOUR: 1 / 24, Period.DAY: 1.0, Period.WEEK: 7.0}


def detail(one: Draft, ruling: Ruling, closed: GapClosed | None, notes: tuple[Note, ...]) -> Detail:
    """The numbers behind one KPI's analysis."""
    facts, number, measured = one.facts, one.seen.number, one.seen.measured
    step, ahead = measured.step, _forecast(one)
    used_up = _budget(one)
    spread_times, spread = _spread(one)
    moving_average, moving_average_shift = _second_look(one)
    return Detail(
        before=facts.before,
        after=facts.after,
        sigma=_known(measured.sigma[number]),
        minimum_important_difference=facts.matters,
        autocorrelation=_known(measured.effect.phi[number]),
        hodges_lehmann_lower=_known(measured.shift.lower[number]),
        hodges_lehmann_upper=_known(measured.shift.upper[number]),
        method=_method(one),
        sustained_shift=facts.sustained,
        trend_before=_drift_before(one),
        trend_now=_drift_now(one),
        gap_closed=closed.share if closed else None,
        gap_closed_lower=closed.lower if closed else None,
        gap_closed_upper=closed.upper if closed else None,
        interrupted_level=_known(step.level[number]),
        interrupted_lower=_known(step.lower[number]),
        interrupted_upper=_known(step.upper[number]),
        change_point=_split_start(one),
        forecast=ahead.probability,
        forecast_reason=ahead.reason,
        budget_consumed=used_up.consumed if used_up else None,
        burn_rate=used_up.burn if used_up else None,
        burn_alarm=used_up.alarm if used_up else None,
        clipped=one.clipped,
        notes=notes,
        gates=ruling.gates,
        phases=measured.phases[number],
        between=between(one.row),
        spread_times=spread_times,
        spread=spread,
        moving_average=moving_average,
        moving_average_shift=moving_average_shift,
    )


def _spread(one: Draft) -> tuple[float | None, str]:
    """How many times as widely single points vary, and what that is called where it is plain."""
    found, number = one.seen.measured.spread, one.seen.number
    times = _known(found.times[number])
    return (times, varying(one)) if one.facts.change.state is not None else (None, "")


def _second_look(one: Draft) -> tuple[float | None, str]:
    """The moving average at the latest point, and which way it has shifted where that is plain."""
    measured, number, was = one.seen.measured, one.seen.number, one.facts.before.level
    if one.facts.change.state is None or was is None or one.seen.panel.family[number] != "number":
        return None, ""
    moved, p = float(measured.average.moved[number]), float(measured.average.p[number])
    gain = one.aim.distance(was) - one.aim.distance(was + moved)
    told = p < SHIFTED and gain != 0
    panel, way = one.seen.panel, IMPROVEMENT if gain > 0 else CONCERN
    average = np.clip(was + moved, panel.floor[number], panel.ceiling[number])
    return _known(average), way if told else ""


def _method(one: Draft) -> str:
    season, period = int(one.seen.measured.alike[one.seen.number]), one.row.item.period.value
    seasonal = bool(one.seen.measured.seasonal[one.seen.number])
    said = _METHODS["number" if seasonal or one.facts.mix else str(one.seen.panel.family[one.seen.number])]
    said += " beside one harmonic of the year" if seasonal else ""
    said += f", each {period} at the baseline's mix of {one.facts.mix}" if one.facts.mix else ""
    measure = one.row.item.definition.measure
    if measure_of(measure).probability is not None:
        said = f"{said}; a window's level is the mean of its {period}s' {measure} values"
    return f"{said}; each {period} compared with its like in seasons of {season} {period}s" if season else said


def _drift_before(one: Draft) -> str:
    slopes, number = one.seen.measured.slopes_before, one.seen.number
    if slopes.n[number] < TREND_FEWEST:
        return "not judged"
    return "moving" if slopes.p[number] < SIGNIFICANT else "stable"


def _drift_now(one: Draft) -> str:
    trend = one.trend
    if not trend.judged or trend.p is None:
        return "not judged"
    if trend.p >= SIGNIFICANT or not trend.slope:
        return "no trend"
    return "rising" if trend.slope > 0 else "falling"


def _split_start(one: Draft) -> datetime | None:
    place = int(one.seen.measured.split[one.seen.number])
    later = np.flatnonzero(one.row.used[place:]) + place if place >= 0 else np.array([], dtype=np.int64)
    return moments(one.row.item.series)[int(later[0])] if later.size else None


def _forecast(one: Draft) -> Forecast:
    """The chance that the target is met by its date, or why it is not told."""
    target_date = one.row.item.definition.target_date
    places = np.flatnonzero(one.row.used)
    if target_date is None or not places.size:
        return Forecast(None, "no target date is set")
    days = [moment.date() for moment in moments(one.row.item.series)[: int(places[-1]) + 1]]
    begun = [phase.start for phase in one.seen.measured.phases[one.seen.number] if phase.begun]
    values = one.row.values[first_from(days, begun[-1]) if begun else 0 : len(days)]
    trend = one.trend
    drifts = trend.judged and trend.p is not None and trend.p < SIGNIFICANT
    slope = trend.slope if drifts and not begun else None  # a step that was recorded is no drift
    if slope:
        values = values[max(int(one.seen.measured.regime[one.seen.number]), 0) :]
    return forecast(
        values,
        one.aim,
        _periods_between(days[-1], target_date, one.row.item.period),
        slope=slope,
        recent_shift=_moved_lately(one, values, slope),
        when=partial(there_on, one.row),
    )


def _periods_between(last: date, until: date, period: Period) -> int:
    """How many periods after the one that begins on ``last`` the one that holds ``until`` comes."""
    if period in (Period.MONTH, Period.QUARTER):
        months = 12 * (until.year - last.year) + until.month - last.month
        return months // (3 if period is Period.QUARTER else 1)
    return int((until - last).days / _DAYS[period])


def _moved_lately(one: Draft, values: Floats, slope: float | None) -> bool:
    """Whether the latest points lie on one side of the centre, or of the confirmed trend's line, whatever rule they
    break first."""
    if is_rare(one.row):
        return False
    level = values - (slope or 0.0) * np.arange(len(values))
    centre = float(np.nanmedian(level)) if slope else one.limits.centre
    found = runs(level, centre) if centre is not None else []
    return bool(found) and found[-1].first + found[-1].length == len(values)


def _budget(one: Draft) -> Budget | None:
    """Budget consumed and burn rate of the evaluation window, for a part of a whole with a target: shares of cases
    (quotients in % that never exceed it, too) or of agreed time."""
    definition, series, window = one.row.item.definition, one.row.item.series, one.row.after
    target = definition.target
    part = measure_of(definition.measure).is_part or one.seen.panel.family[one.seen.number] == "share"
    if not part or target is None or one.aim.direction is Direction.WITHIN:
        return None
    if not {"numerator", "denominator"} <= set(series):
        return None
    good, valid = (float(np.nansum(series[name].to_numpy(float)[window])) for name in ("numerator", "denominator"))
    promised = target / WHOLES.get(definition.unit, 1.0)
    if one.aim.direction is Direction.LOWER:  # what is counted is what fails
        good, promised = valid - good, 1 - promised
    return budget(good, valid, promised) if 0 < promised < 1 and 0 <= good <= valid else None


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def gap_closed(one: Draft) -> GapClosed | None:
    """Share of the distance to the target that was closed; None where the baseline met it."""
    facts, aim = one.facts, one.aim
    change, was = facts.change, facts.before.level
    if not aim.exists or facts.met_before or was is None or change.lower is None or change.upper is None:
        return None
    target = aim.target
    if aim.direction is Direction.WITHIN and aim.band:
        target = aim.band[0] if was < aim.band[0] else aim.band[1]
    if target is None or target == was:
        return None
    low, high = sorted((change.lower / (target - was), change.upper / (target - was)))
    return GapClosed((change.difference or 0.0) / (target - was), low, high)


def attribution(one: Draft, comparator: Draft | None = None) -> str:
    """How far the change may be put down to what was done. Source: docs/verdicts.md, Attribution."""
    if one.facts.change.state is None:
        return "not judged"
    changes = one.row.item.other_changes
    others = "; also changed in the window: " + ", ".join(changes) if changes else ""
    if comparator is None:
        return _alone(one) + others
    shown, words = attributed(one, comparator)
    return (f"with a comparator: {words}" if shown else f"{_alone(one)}; {words}") + others


def _alone(one: Draft) -> str:
    """What the KPI's own series allows to be said."""
    number, measured = one.seen.number, one.seen.measured
    step = measured.step
    stable = measured.slopes_before.n[number] >= TREND_FEWEST and not measured.slopes_before.p[number] < SIGNIFICANT
    same = float(step.level[number]) * (one.facts.change.difference or 0.0) > 0
    changed = one.facts.change.state in (IMPROVED, WORSE)
    shown = changed and stable and same and float(step.p[number]) < SIGNIFICANT
    return "interrupted series with a stable past" if shown else "association"
