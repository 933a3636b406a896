"""The first pass over one KPI: what its own numbers say, before the other KPIs are asked."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np

from csi.analysis import assurance as assured
from csi.analysis.aim import CONCERN, IMPROVEMENT, NEITHER, Aim, aim_of
from csi.analysis.analysis import Against, Change, Limits, Signal, Trend, WindowSummary
from csi.analysis.change_state import IMPROVED, WORSE, Difference, change_state
from csi.analysis.drift import HINTED, SURE, Beyond
from csi.analysis.lasting import Lasting
from csi.analysis.limits import FEWEST, TRIAL_BELOW, Lines
from csi.analysis.measured import Measured
from csi.analysis.panel import Panel, moments
from csi.analysis.promise import promise
from csi.analysis.rare import is_rare
from csi.analysis.seen import Seen, seldom, telling
from csi.analysis.sentence import Subject
from csi.analysis.trend import FEWEST as TREND_FEWEST
from csi.analysis.verdict import FEWEST_AFTER, FEWEST_BEFORE, Facts
from csi.analysis.windows import Row, doubted, lacking, not_comparable, summary, there_on
from csi.measures import measure_of
from csi.words import wording
from csi.words.signals import SignalRule

SIGNIFICANT = 0.05
LONGEST = 4  # times the periods there are: to wait for more is no advice; ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One KPI, judged by itself."""

    seen: Seen
    subject: Subject
    facts: Facts
    limits: Limits
    signals: tuple[Signal, ...]
    trend: Trend
    clipped: bool

    @property
    def row(self) -> Row:
        """The KPI's row."""
        return self.seen.row

    @property
    def aim(self) -> Aim:
        """The KPI's aim."""
        return self.seen.aim


def judged_rows(panel: Panel) -> np.ndarray:
    """KPIs with enough points in both windows for a change to be judged."""
    enough = (panel.before.sum(axis=1) >= FEWEST_BEFORE) & (panel.after.sum(axis=1) >= FEWEST_AFTER)
    windows = [item.baseline is not None and item.evaluation is not None for item in panel.inputs]
    return np.asarray(enough & np.array(windows, dtype=bool))


def draft(panel: Panel, measured: Measured, number: int, p_adjusted: float) -> Draft:
    """What one KPI's own numbers say."""
    row = _row(panel, measured, number)
    definition = row.item.definition
    seen = Seen(row, aim_of(definition), panel, measured, number)
    floor = panel.floor[number]
    clipped = bool(np.isfinite(floor) and (np.asarray(measured.lines.lower[number]) <= floor).any())
    facts = _facts(seen, p_adjusted)
    return Draft(
        seen=seen,
        subject=Subject(
            definition.name or definition.id,
            definition.unit,
            row.item.period,
            seen.aim,
            measure_of(definition.measure).is_additive,
        ),
        facts=facts,
        limits=_limits(seen, measured.lines),
        signals=_signals(seen, facts.change.state),
        trend=_trend(seen),
        clipped=clipped,
    )


def _row(panel: Panel, measured: Measured, number: int) -> Row:
    length = len(panel.inputs[number].series)
    first, second = panel.left_out[number].tolist()
    return Row(
        item=panel.inputs[number],
        values=panel.values[number, :length],
        cases=panel.cases[number, :length],
        used=panel.used[number, :length],
        before=panel.before[number, :length],
        after=panel.after[number, :length],
        left_out=(first, second),
        count_before=int(measured.count_before[number]),
        count_after=int(measured.count_after[number]),
    )


def _facts(seen: Seen, p_adjusted: float) -> Facts:
    row, aim, measured, number = seen.row, seen.aim, seen.measured, seen.number
    before = summary(row, row.before, row.count_before, float(measured.level_before[number]), aim)
    after = summary(row, row.after, row.count_after, float(measured.level_after[number]), aim)
    matters = float(measured.matters[number])
    shift, run = sustained(seen, measured.lasting, number)
    change = _change(seen, p_adjusted, matters, shift)
    assurance = promise(seen)
    standing = measured.standing
    lower, upper = float(standing.lower[number]), float(standing.upper[number])
    target = assured.target_state(aim, assurance, lower, upper)
    mixed = bool(measured.compared.held[number])
    was = before.level or 0.0
    better = aim.distance(was + (change.difference or 0.0) if mixed else after.level or 0.0) < aim.distance(was)
    return Facts(
        before=before,
        after=after,
        comparability=not_comparable(row),
        lacking=lacking(row),
        quality=row.item.quality,
        change=change,
        matters=matters,
        target_state=target if row.item.evaluation is not None else None,
        assurance=assurance,
        sustained=shift,
        run=run,
        better=better,
        met_before=before.level is not None and aim.meets(before.level) and aim.exists,
        drifting_before=bool(measured.beyond.slope_p[number] < SURE),
        phi=float(measured.effect.phi[number]),
        step=_left(seen),
        unit=row.item.definition.unit,
        period=row.item.period,
        doubted=doubted(row),
        against=_against(seen, after, target),
        seasonal=bool(measured.seasonal[number]),
        aims=tuple(bound for bound in aim.span() if isfinite(bound)),
        mix=(row.item.definition.strata or "its groups") if mixed else "",
    )


def _against(seen: Seen, after: WindowSummary, state: str | None) -> Against:
    """The evaluation's level against the target, and what would settle it where that is too close to call."""
    standing, number = seen.measured.standing, seen.number
    if seen.row.item.evaluation is None or after.level is None:
        return Against()
    lower, upper = float(standing.lower[number]), float(standing.upper[number])
    told = _known(lower), _known(upper), _known(standing.likely[number]) if seen.aim.exists else None
    return Against(after.level, *told, _more(seen.aim, after, lower, upper) if state == assured.TOO_CLOSE else None)


def _more(aim: Aim, after: WindowSummary, lower: float, upper: float) -> int | None:
    """Further periods that would take the interval off the target, as it narrows by the root of their number."""
    level = after.level or 0.0
    bounds = [bound for bound in aim.span() if lower <= bound <= upper]
    if not bounds or level in bounds:
        return None
    needed = max(((upper if bound > level else lower) - level) ** 2 / (bound - level) ** 2 for bound in bounds)
    more = max(1, ceil(after.periods * (needed - 1)))
    return more if more <= LONGEST * after.periods else None


def sustained(seen: Seen, found: Lasting, place: int) -> tuple[str, int]:
    """Whether the shift that holds at the window's latest point is one for the better, and its points; empty without
    one, and where one value is the rule."""
    if not found.side[place] or is_rare(seen.row) or seldom(seen):
        return "", 0
    centre = float(seen.measured.compared.centre[seen.number])
    gain = seen.aim.distance(centre) - seen.aim.distance(centre + float(found.moved[place]))
    return (IMPROVEMENT if gain > 0 else CONCERN if gain < 0 else ""), int(found.run[place])


def _change(seen: Seen, p_adjusted: float, matters: float, shift: str) -> Change:
    row, measured, number = seen.row, seen.measured, seen.number
    effect, was = measured.effect, float(measured.level_before[number])
    at_mix = bool(measured.compared.held[number])
    otherwise = at_mix or bool(measured.seasonal[number])
    difference = _known(effect.difference[number] if otherwise else measured.level_after[number] - was)
    # A net promoter score of -2 that rose to 2 did not grow by 200 %.
    percent = (
        None if difference is None or not was or seen.panel.family[number] == "net" else 100 * difference / abs(was)
    )
    if row.count_before < FEWEST_BEFORE or row.count_after < FEWEST_AFTER:
        return Change(difference=difference, percent=percent)
    lower, upper = float(effect.lower[number]), float(effect.upper[number])
    after = was + float(effect.difference[number]) if at_mix else float(measured.level_after[number])
    beyond = stands(measured.beyond, number, difference or 0.0)
    held = Difference(
        difference=difference or 0.0,
        lower=lower,
        upper=upper,
        level_before=was,
        level_after=after,
        matters=matters,
        stands=beyond,
    )
    return Change(
        difference=difference,
        lower=_known(lower),
        upper=_known(upper),
        percent=percent,
        p=_known(effect.p[number]),
        p_adjusted=_known(p_adjusted),
        hodges_lehmann=_known(measured.shift.shift[number]),
        smallest_detectable=_known(measured.detectable[number]),
        state=change_state(seen.aim, held, shift),
    )


def stands(found: Beyond, place: int, difference: float) -> bool:
    """Whether a change stands beyond its baseline's drift, where the baseline drifted its way."""
    if not found.slope_p[place] < HINTED:
        return True
    return bool(found.p[place] < SIGNIFICANT and float(found.left[place]) * difference > 0)


def _left(seen: Seen) -> tuple[float, float, float] | None:
    """What is left beyond the baseline's drift with its interval, where that decided or is to be said."""
    found, number = seen.measured.beyond, seen.number
    moved = float(seen.measured.effect.difference[number])
    if found.slope_p[number] >= SURE and stands(found, number, moved):
        return None
    left = tuple(float(part[number]) for part in (found.left, found.lower, found.upper))
    return (left[0], left[1], left[2]) if all(np.isfinite(left)) else None


def varying(one: Draft) -> str:
    """``wider`` or ``narrower`` where single points vary plainly otherwise than before; of numbers alone, as what
    chance does to a share or a count hangs on its level."""
    found, number = one.seen.measured.spread, one.seen.number
    if one.facts.change.state is None or not found.changed[number] or one.seen.panel.family[number] != "number":
        return ""
    return "wider" if found.times[number] > 1 else "narrower"


def limits_after(seen: Seen, state: str | None) -> Limits | None:
    """The evaluation window's own limits, where a change is known and no others were recorded."""
    begun = any(one.begun for one in seen.measured.phases[seen.number])
    if state not in (IMPROVED, WORSE) or begun:
        return None
    own = _limits(seen, seen.measured.phase)
    return own if own.exist else None


def _limits(seen: Seen, lines: Lines) -> Limits:
    measured, number, length = seen.measured, seen.number, len(seen.row.values)
    n, kind = int(lines.n[number]), str(measured.kind[number])
    if not np.isfinite(lines.centre[number]):
        return Limits(kind=kind, centre=None, lower=None, upper=None, n=n, trial=False)
    lower, upper = (_level(np.asarray(part[number])[:length]) for part in (lines.lower, lines.upper))
    trial = FEWEST <= n < TRIAL_BELOW
    return Limits(
        kind=kind,
        centre=float(lines.centre[number]),
        lower=lower,
        upper=upper,
        n=n,
        trial=trial,
        sigma_z=_known(lines.sigma_z[number]),
    )


def _level(line: np.ndarray) -> float | tuple[float | None, ...] | None:
    """One number where a line is level, else one per period."""
    there = line[np.isfinite(line)]
    if not there.size:
        return None
    return float(there[0]) if (there == there[0]).all() and len(there) == len(line) else tuple(map(_known, line))


def _signals(seen: Seen, state: str | None) -> tuple[Signal, ...]:
    """Signals of the chart; a run that speaks of the change only where the verdict counts it, the same way."""
    row, aim, measured, number = seen.row, seen.aim, seen.measured, seen.number
    rule, side = measured.found.rule[number], measured.found.side[number]
    places = np.flatnonzero(telling(seen, measured.found))
    used = np.flatnonzero(row.used)
    good = aim.side(float(measured.lines.centre[number])) if places.size else 0
    starts = moments(row.item.series) if places.size else ()
    latest = int(used[-1]) if used.size else -1
    rules = tuple(SignalRule)
    told = zip(places.tolist(), rule[places].tolist(), side[places].tolist(), row.values[places].tolist(), strict=True)
    found = [
        (
            place,
            Signal(starts[place], rules[broken - 1], _direction(good * way, aim, value), latest=place == latest),
        )
        for place, broken, way, value in told
    ]
    if state is None or measured.phases[number]:
        return tuple(signal for _, signal in found)
    judged = np.flatnonzero(row.after)
    counted = {IMPROVED: IMPROVEMENT, WORSE: CONCERN}.get(state, "")
    return tuple(
        signal
        for place, signal in found
        if signal.rule is not SignalRule.SHIFT or not judged[0] <= place <= judged[-1] or signal.direction == counted
    )


def _direction(way: int, aim: Aim, value: float) -> str:
    if way:
        return IMPROVEMENT if way > 0 else CONCERN
    return NEITHER if aim.meets(value) else CONCERN


def _trend(seen: Seen) -> Trend:
    row, measured, number = seen.row, seen.measured, seen.number
    slopes, period = measured.slopes, row.item.period
    n, season = int(slopes.n[number]), int(measured.season[number])
    regime = int(measured.regime[number])
    since = (
        f" since {wording.day(moments(row.item.series)[regime])}, when the level moved" if regime > row.first else ""
    )
    if n < TREND_FEWEST:
        missing = wording.periods(TREND_FEWEST - n, period)
        have = f"{n} of {wording.periods(TREND_FEWEST, period)}"
        return Trend(
            reason=f"not enough data to judge a trend{since}: {have}; {missing} more needed"
            f"{there_on(row, TREND_FEWEST - n)}"
        )
    reason = (
        f"like compared with like: the same {period.value} of each season of {season}"
        if season
        else "all points compared; with fewer than two full seasons a season cannot be told from a trend"
    )
    reason += f"; points{since}" if since else ""
    slope, lower, upper, p = (_known(part[number]) for part in (slopes.slope, slopes.lower, slopes.upper, slopes.p))
    return Trend(slope, lower, upper, p, judged=True, reason=reason)


def _known(value: float | np.floating | None) -> float | None:
    return float(value) if value is not None and isfinite(value) else None
