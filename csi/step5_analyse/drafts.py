"""The first pass over one KPI: what its own numbers say, before the other KPIs are asked."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from csi.step5_analyse import assurance as assured
from csi.step5_analyse import wording
from csi.step5_analyse.aim import CONCERN, IMPROVEMENT, NEITHER, Aim, aim_of
from csi.step5_analyse.analysis import Change, Limits, Signal, Trend
from csi.step5_analyse.change_state import Difference, change_state
from csi.step5_analyse.limits import FEWEST, TRIAL_BELOW, Flags
from csi.step5_analyse.measured import Measured
from csi.step5_analyse.panel import COUNTS, Panel, moments
from csi.step5_analyse.promise import promise
from csi.step5_analyse.rare import is_rare
from csi.step5_analyse.seen import LOPSIDED, Seen, seldom, telling
from csi.step5_analyse.sentence import Subject
from csi.step5_analyse.signals import RULES, RUN
from csi.step5_analyse.trend import FEWEST as TREND_FEWEST
from csi.step5_analyse.verdict import FEWEST_AFTER, FEWEST_BEFORE, HIGH_PHI, Facts
from csi.step5_analyse.windows import Row, doubted, lacking, not_comparable, summary, there_on

SIGNIFICANT = 0.05
SUMMED = COUNTS | {"sum"}  # their level is so many a period
FAR = 2.0  # baseline standard deviations; a repetitive series seldom stays that far out for seven points


@dataclass(frozen=True, slots=True)
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
    return Draft(
        seen,
        Subject(
            definition.name or definition.id, definition.unit, row.item.period, seen.aim, definition.measure in SUMMED
        ),
        _facts(seen, p_adjusted),
        _limits(seen),
        _signals(seen),
        _trend(seen),
        clipped,
    )


def _row(panel: Panel, measured: Measured, number: int) -> Row:
    length = len(panel.inputs[number].series)
    values, cases = panel.values[number, :length], panel.cases[number, :length]
    used, before, after = (part[number, :length] for part in (panel.used, panel.before, panel.after))
    first, second = panel.left_out[number].tolist()
    counts = int(measured.count_before[number]), int(measured.count_after[number])
    return Row(panel.inputs[number], values, cases, used, before, after, (first, second), *counts)


def _facts(seen: Seen, p_adjusted: float) -> Facts:
    row, aim, measured, number = seen.row, seen.aim, seen.measured, seen.number
    before = summary(row, row.before, row.count_before, float(measured.level_before[number]), aim)
    after = summary(row, row.after, row.count_after, float(measured.level_after[number]), aim)
    matters = _matters(seen)
    shift, run = sustained(seen, row.after, matters)
    change = _change(seen, p_adjusted, matters, shift)
    assurance = promise(seen, change.state)
    target = assured.target_state(aim, assurance, after.level or 0.0, row.values[row.after])
    better = aim.distance(after.level or 0.0) < aim.distance(before.level or 0.0)
    return Facts(
        before,
        after,
        not_comparable(row),
        lacking(row),
        row.item.quality,
        change,
        matters,
        target if row.item.evaluation is not None else None,
        assurance,
        shift,
        run,
        better,
        before.level is not None and aim.meets(before.level) and aim.exists,
        _moving(seen, change),
        float(measured.effect.phi[number]),
        _step(seen),
        unit=row.item.definition.unit,
        period=row.item.period,
        doubted=doubted(row),
    )


def _matters(seen: Seen) -> float:
    """The minimum important difference: as fixed, else half a baseline sigma. Source: docs/verdicts.md, Change."""
    fixed = seen.row.item.definition.minimum_important_difference
    sigma = float(seen.measured.sigma[seen.number])
    if not np.isfinite(sigma):  # no two neighbouring periods: what is left is the plain deviation
        sigma = float(seen.measured.spread_before[seen.number])
    return float(fixed) if fixed is not None else sigma / 2 if np.isfinite(sigma) else 0.0


def sustained(seen: Seen, after: Flags, matters: float) -> tuple[str, int]:
    """A run of seven or more against the frozen limits that holds at the window's latest point and matters; and its
    length."""
    row, aim = seen.row, seen.aim
    centre = float(seen.measured.frozen.centre[seen.number])
    places = np.flatnonzero(after)
    if not np.isfinite(centre) or not places.size or is_rare(row) or seldom(seen):
        return "", 0
    side = np.sign(row.values[places[0] : places[-1] + 1] - centre)  # of a missing one NaN, which ends a run
    other = np.flatnonzero(side[::-1] != side[-1])
    run = int(other[0]) if other.size else len(side)
    moved = float(row.values[places[-1] - run + 1 : places[-1] + 1].mean()) - centre if run else 0.0
    if side[-1] == 0 or abs(moved) < matters or not _lasting(seen, run, moved):
        return "", 0
    gain = aim.distance(centre) - aim.distance(centre + moved)
    return (IMPROVEMENT if gain > 0 else CONCERN if gain < 0 else ""), run


def _lasting(seen: Seen, run: int, moved: float) -> bool:
    """Whether a run is long enough, or far enough out, not to be a repetitive baseline's own wandering.

    With 24 + 12 unchanged points, seven in a row alone made the verdict claim a change in 4, 7 and 13 % of series at
    φ = 0, .3 and .6; so a repetitive baseline asks for seven *independent* points' worth: 4, 5 and 5 %.
    """
    if run < RUN or run < _run_needed(seen, moved):
        return False
    phi, spread = float(seen.measured.phi_before[seen.number]), float(seen.measured.spread_before[seen.number])
    return phi < HIGH_PHI or run * (1 - phi) >= RUN * (1 + phi) or abs(moved) >= FAR * spread


def _run_needed(seen: Seen, moved: float) -> float:
    """Points in a row as unlikely as seven of even chances, where most of the baseline lies on that side anyway.

    Of skewed means (log-normal, σ = 1) seven in ten lie below their centre: seven in a row below it made 9 % of
    unchanged series of 24 + 12 points regress.
    """
    row, centre = seen.row, float(seen.measured.frozen.centre[seen.number])
    same = int((np.sign(row.values[row.before] - centre) == np.sign(moved)).sum())
    usual = (same + 1) / (row.count_before + 2)
    return RUN * np.log(0.5) / np.log(usual) if usual > LOPSIDED else RUN


def _change(seen: Seen, p_adjusted: float, matters: float, shift: str) -> Change:
    row, measured, number = seen.row, seen.measured, seen.number
    effect, was = measured.effect, float(measured.level_before[number])
    difference = _known(measured.level_after[number] - was)
    # A net promoter score of -2 that rose to 2 did not grow by 200 %.
    percent = (
        None if difference is None or not was or seen.panel.family[number] == "net" else 100 * difference / abs(was)
    )
    if row.count_before < FEWEST_BEFORE or row.count_after < FEWEST_AFTER:
        return Change(difference=difference, percent=percent)
    lower, upper = float(effect.lower[number]), float(effect.upper[number])
    held = Difference(difference or 0.0, lower, upper, was, float(measured.level_after[number]), matters)
    return Change(
        difference,
        _known(lower),
        _known(upper),
        percent,
        _known(effect.p[number]),
        _known(p_adjusted),
        _known(measured.shift.shift[number]),
        _known(measured.detectable[number]),
        change_state(seen.aim, held, shift),
    )


def _step(seen: Seen) -> tuple[float, float, float] | None:
    step, number = seen.measured.step, seen.number
    found = tuple(float(part[number]) for part in (step.level, step.lower, step.upper))
    return (found[0], found[1], found[2]) if all(np.isfinite(found)) else None


def _moving(seen: Seen, change: Change) -> bool:
    """Whether the baseline was already going the way of the change."""
    slopes, number = seen.measured.slopes_before, seen.number
    if slopes.n[number] < TREND_FEWEST or not slopes.p[number] < SIGNIFICANT:
        return False
    return bool(float(slopes.slope[number]) * (change.difference or 0.0) > 0)


def _limits(seen: Seen) -> Limits:
    measured, number = seen.measured, seen.number
    lines, length = measured.lines, len(seen.row.values)
    n, kind = int(lines.n[number]), str(measured.kind[number])
    if not np.isfinite(lines.centre[number]):
        return Limits(kind, None, None, None, n, trial=False)
    lower, upper = (_level(np.asarray(part[number])[:length]) for part in (lines.lower, lines.upper))
    trial = FEWEST <= n < TRIAL_BELOW
    return Limits(kind, float(lines.centre[number]), lower, upper, n, trial, _known(lines.sigma_z[number]))


def _level(line: np.ndarray) -> float | tuple[float | None, ...] | None:
    """One number where a line is level, else one per period."""
    there = line[np.isfinite(line)]
    if not there.size:
        return None
    return float(there[0]) if (there == there[0]).all() and len(there) == len(line) else tuple(map(_known, line))


def _signals(seen: Seen) -> tuple[Signal, ...]:
    row, aim, measured, number = seen.row, seen.aim, seen.measured, seen.number
    rule, side = measured.found.rule[number], measured.found.side[number]
    places = np.flatnonzero(telling(seen, measured.found))
    used = np.flatnonzero(row.used)
    good = aim.side(float(measured.lines.centre[number])) if places.size else 0
    starts = moments(row.item.series) if places.size else ()
    latest = int(used[-1]) if used.size else -1
    told = zip(places.tolist(), rule[places].tolist(), side[places].tolist(), row.values[places].tolist(), strict=True)
    return tuple(
        Signal(starts[place], RULES[broken], _direction(good * way, aim, value), latest=place == latest)
        for place, broken, way, value in told
    )


def _direction(way: int, aim: Aim, value: float) -> str:
    if way:
        return IMPROVEMENT if way > 0 else CONCERN
    return NEITHER if aim.meets(value) else CONCERN


def _trend(seen: Seen) -> Trend:
    row, measured, number = seen.row, seen.measured, seen.number
    slopes, period = measured.slopes, row.item.period
    n, season = int(slopes.n[number]), int(measured.season[number])
    if n < TREND_FEWEST:
        missing = wording.periods(TREND_FEWEST - n, period)
        have = f"{n} of {wording.periods(TREND_FEWEST, period)}"
        return Trend(
            reason=f"not enough data to judge a trend: {have}; {missing} more needed{there_on(row, TREND_FEWEST - n)}"
        )
    reason = (
        f"like compared with like: the same {period.value} of each season of {season}"
        if season
        else "all points compared; with fewer than two full seasons a season cannot be told from a trend"
    )
    slope, lower, upper, p = (_known(part[number]) for part in (slopes.slope, slopes.lower, slopes.upper, slopes.p))
    return Trend(slope, lower, upper, p, judged=True, reason=reason)


def _known(value: float | np.floating | None) -> float | None:
    return float(value) if value is not None and isfinite(value) else None
