"""What a reader must know beside the verdict: guards that fired, contradictions, and what the limits rest on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from csi.analysis import guards, rare
from csi.analysis.aim import Aim
from csi.analysis.analysis import GUARDS, Note, Phase, Remark
from csi.analysis.assurance import ON_AVERAGE, RELIABLY
from csi.analysis.change_state import IMPROVED, NOT_DETECTED, WORSE
from csi.analysis.drafts import SIGNIFICANT, Draft, varying
from csi.analysis.limits import FEWEST, ROBUST_FROM
from csi.analysis.mix import explaining, is_mixed
from csi.analysis.season import HISTORY
from csi.analysis.seen import seldom
from csi.analysis.signals import RUN
from csi.analysis.verdict import QUALITY_NEEDED, QUALITY_STRONG, capped, shifted
from csi.analysis.weekdays import hiding
from csi.analysis.windows import complete_on, covered, there_on
from csi.measures import measure_of
from csi.terms import Direction, Period
from csi.words import wording
from csi.words.together import keeping
from csi.words.wording import percent

_REPETITIVE = 0.8  # ours: the estimate leans high, so that .8 is seldom met below a true .5
_ADEQUATE, _UNDER = 1.2, 0.8  # Laney's sigma z. Source: docs/verdicts.md, Limits


def _mix_flips(draft: Draft) -> bool:
    """Whether a change is shown at the baseline's mix that goes the other way as counted (V5.6)."""
    facts = draft.facts
    shown = bool(facts.mix) and facts.change.state in (IMPROVED, WORSE)
    return shown and facts.crude * (facts.change.difference or 0.0) < 0


def _reclassified(draft: Draft) -> str:
    """What the mix took away from the change, or added to it."""
    facts, seen = draft.facts, draft.seen
    mix = seen.measured.compared.mixes[seen.number]
    held = facts.change.difference or 0.0
    scale = keeping(facts.read.scale, held, (facts.crude,))
    return guards.reclassified(mix, facts.mix, (scale.gap(facts.crude), scale.gap(held)))


def cautions(
    draft: Draft, fired: tuple[Note, ...], moved: list[guards.Moved], worse: tuple[str, ...]
) -> tuple[Note, ...]:
    """Notes, most telling first.

    Args:
        draft: the KPI.
        fired: what the guards that cap the evidence say.
        moved: what would be said with the evaluation window moved.
        worse: names of guard KPIs that got worse.
    """
    row, facts = draft.row, draft.facts
    found = [
        f"Improvement suspect: {wording.listed(worse)} got worse." if worse and facts.better else "",
        Note(Remark.MIX_FLIPS, "The mix moved and the sign flips at constant mix." if _mix_flips(draft) else ""),
        *fired,
        guards.reopened(row.item.reopened),
        "" if measure_of(row.item.definition.measure).is_counting else _shrinking(draft),
        _fragile(draft, moved),
        Note(Remark.BREACH_AHEAD, heading_for_a_breach(draft)),
        Note(Remark.IMPROVING, missed_but_improving(draft)),
        _spread(draft),
        _many(draft),
        _quality(facts.quality),
        "Short windows and a repetitive series: the evidence is held at moderate." if _held(draft) else "",
        _repetitive(draft),
        _weekdays(draft),
        _of_the_year(draft),
    ]
    return _notes(found, Remark.CAUTION)


def _notes(found: Sequence[str | Note], remark: Remark) -> tuple[Note, ...]:
    """Those that say something, each with what it is about."""
    noted = (one if isinstance(one, Note) else Note(remark, one) for one in found)
    return tuple(note for note in noted if note.text)


def fired(draft: Draft) -> tuple[Note, ...]:
    """What the guards say that fired and cap the evidence, the one that matters most first.

    Source: docs/verdicts.md, Guards against fooling oneself
    """
    found = (
        Note(Remark.RECLASSIFIED, _reclassified(draft)),
        Note(Remark.MIX_FOUND, _mix_found(draft)),
        Note(Remark.SPIKE, _spike(draft) if draft.facts.change.state else ""),
        Note(Remark.LEFT_OPEN, guards.left_open(draft.row.item.open_past_target)),
        Note(Remark.BUNCHED, _bunched(draft)),
    )
    return tuple(note for note in found if note.text)


def guards_of(draft: Draft, spoken: Sequence[Note]) -> tuple[Remark, ...]:
    """Which guards cap the evidence: those that speak, and a baseline that was drifting the change's way."""
    held = {note.remark for note in spoken} | ({Remark.DRIFTING} if draft.facts.drifting_before else set())
    return tuple(one for one in GUARDS if one in held)


def _mix_found(draft: Draft) -> str:
    """That the mix of a column which nobody named explains a change that is claimed."""
    row, facts = draft.row, draft.facts
    claimed = facts.change.state in (IMPROVED, WORSE) and not facts.mix
    if not claimed or row.item.strata is not None or not is_mixed(row.item.definition.measure):
        return ""
    found = explaining(row.item.groups, (row.before, row.after), facts.matters)
    if found is None:
        return ""
    column, made = found
    scale = keeping(facts.read.scale, made.constant_mix, (made.crude,))
    return guards.mix_found(column, made.explained, scale.gap(made.constant_mix))


def footnotes(draft: Draft) -> tuple[Note, ...]:
    """What the limits rest on."""
    limits, row = draft.limits, draft.row
    per = row.item.period
    found = [
        Note(Remark.NO_LIMITS, "" if limits.exist else _no_limits(draft)),
        Note(Remark.TRIAL_LIMITS, _trial(limits.n, per) if limits.trial else ""),
        "The limits would be robust from 20 points on." if 12 <= limits.n < ROBUST_FROM and limits.exist else "",
        Note(Remark.CLIPPED, _clipped(draft)),
        "" if seldom(draft.seen) else _dispersion(limits.sigma_z),
        rare.said(row),
        ""
        if row.item.baseline or row.item.rebases or not limits.exist
        else "The limits rest on all points, as no baseline is fixed.",
        *(_phase(one) for one in draft.seen.measured.phases[draft.seen.number] if one.reason),
    ]
    return _notes(found, Remark.FOOTNOTE)


def _trial(n: int, period: Period) -> str:
    return f"Trial limits: they rest on {wording.periods(n, period)}, 12 are needed."


def _phase(one: Phase) -> str:
    if one.begun:
        return f"Limits begin anew on {wording.day(one.start)}: {one.reason.rstrip('.')}."
    return (
        f"New limits from {wording.day(one.start)} on ({one.reason.rstrip('.')}) are not drawn: "
        f"no sustained run of {RUN} points begins there."
    )


def _no_limits(draft: Draft) -> str:
    row, have = draft.row, draft.limits.n
    period, window = row.item.period, row.item.baseline
    needed = wording.periods(FEWEST, period)
    if have >= FEWEST:
        return f"No limits: gaps leave too few neighbouring {period.value}s to compare."
    if window is None:
        return f"No limits: {have} of the {needed} needed{there_on(row, FEWEST - have)}."
    complete = complete_on(row, row.before, window, FEWEST)
    if complete <= min(window.end, covered(row)):  # that day is past: only what is missing can be added
        return f"No limits: the baseline has {have} of the {needed} needed; {period.value}s of it are missing."
    return (
        f"No limits: the baseline has {have} of the {needed} needed, complete with data up to {wording.day(complete)}."
    )


def heading_for_a_breach(draft: Draft) -> str:
    """Met, but drifting towards a breach, with when (V5.4)."""
    trend, facts = draft.trend, draft.facts
    if facts.target_state not in (RELIABLY, ON_AVERAGE) or not _drifts(draft, good=False):
        return ""
    left = _distance_left(draft.aim, facts.after.level or 0.0, trend.slope or 0.0)
    when = f" in about {wording.periods(max(1, round(left)), draft.row.item.period)}" if np.isfinite(left) else ""
    return f"Met but heading for a breach: at the present drift the target is missed{when}."


def missed_but_improving(draft: Draft) -> str:
    """Missed, but drifting the right way (V5.4)."""
    state = draft.facts.target_state
    if state is None or state in (RELIABLY, ON_AVERAGE) or not _drifts(draft, good=True):
        return ""
    return "Missed but improving: the drift is towards the target."


def _drifts(draft: Draft, *, good: bool) -> bool:
    trend = draft.trend
    if not trend.judged or trend.p is None or trend.p >= SIGNIFICANT or not trend.slope:
        return False
    level = draft.facts.after.level or 0.0
    way = draft.aim.side(level) * trend.slope
    return way > 0 if good else way < 0


def _distance_left(aim: Aim, level: float, slope: float) -> float:
    if aim.target is None or aim.direction is Direction.WITHIN:
        return float("inf")
    return abs(aim.target - level) / abs(slope)


def _spike(draft: Draft) -> str:
    row = draft.row
    windows = row.earlier, row.values[row.before], row.values[row.after]
    return guards.spike(draft.aim, windows, draft.facts.matters, draft.subject.unit, row.item.period)


def _bunched(draft: Draft) -> str:
    item = draft.row.item
    lower = draft.aim.direction is Direction.LOWER
    return guards.bunched(item.cases, item.definition.target, item.definition.unit) if lower else ""


def _shrinking(draft: Draft) -> str:
    row = draft.row
    return guards.shrinking(row.cases[row.before], row.cases[row.after], row.item.period)


def _fragile(draft: Draft, moved: list[guards.Moved]) -> str:
    """A worse level decides whatever the target; without a level there is nothing to meet."""
    facts, aim = draft.facts, draft.aim
    level, state = facts.after.level, facts.change.state
    if level is None or state is None:
        return ""
    as_fixed = guards.Moved(0, state, aim.meets(level))
    target = ("the band" if aim.band else "the target") if aim.exists and state != WORSE else ""
    return guards.fragile(moved, as_fixed, target, draft.row.item.period)


def _spread(draft: Draft) -> str:
    """That single points vary otherwise than before, whatever became of the level."""
    which, period = varying(draft), draft.row.item.period.value
    if not which:
        return ""
    times = float(draft.seen.measured.spread.times[draft.seen.number])
    if which == "wider":
        return f"Single {period}s vary {wording.number(times, 1)} times as much as before: they became less even."
    return f"Single {period}s vary {wording.share(times)} as much as before: they became more even."


def _many(draft: Draft) -> str:
    """That a change rests on one p-value of several, and on no run."""
    change = draft.facts.change
    if change.p is None or change.p_adjusted is None or shifted(draft.facts):
        return ""
    if change.p < SIGNIFICANT <= change.p_adjusted:
        return "Several KPIs are compared in this cycle; allowing for that, chance could explain this change."
    return ""


def _quality(quality: float | None) -> str:
    if quality is None or quality >= QUALITY_STRONG or quality < QUALITY_NEEDED:
        return ""
    return f"The data's quality is {percent(quality)}, below 95 %."


def _held(draft: Draft) -> bool:
    """Whether a change that is claimed is claimed with less than its numbers seem to say."""
    facts = draft.facts
    return capped(facts) and facts.change.state in (IMPROVED, WORSE) and not facts.unjudged


def _repetitive(draft: Draft) -> str:
    """Limits from moving ranges are too narrow where each point is much like the one before it."""
    facts, period = draft.facts, draft.row.item.period.value
    if facts.change.state is None or facts.phi < _REPETITIVE or not draft.limits.exist:
        return ""
    alike = f"Each {period} is much like the one before it"
    return f"{alike}: the limits are narrower than they look, so signals count for less."


def _weekdays(draft: Draft) -> str:
    """Why a change may not show, where days or hours are not compared with their like."""
    row = draft.row
    if draft.facts.change.state != NOT_DETECTED or draft.seen.measured.alike[draft.seen.number]:
        return ""
    before, after = (np.where(window, row.values, np.nan) for window in (row.before, row.after))
    return hiding(before, after, row.item.period)


def _of_the_year(draft: Draft) -> str:
    """That a season of the year cannot be excluded yet, and from when it can."""
    row = draft.row
    needed, places = HISTORY.get(row.item.period, 0), np.flatnonzero(row.before | row.after)
    have = int(places[-1] - places[0]) + 1 if places.size else 0
    if draft.facts.change.state is None or have >= needed:
        return ""
    period = row.item.period
    told = f"{have} of {wording.periods(needed, period)}{there_on(row, needed - have)}"
    return f"A yearly season cannot be excluded yet: {told}."


def _clipped(draft: Draft) -> str:
    if not draft.clipped:
        return ""
    floor = wording.number(float(draft.seen.panel.floor[draft.seen.number]), 0)
    return f"The lower limit is clipped at {floor}, which the KPI cannot go below."


def _dispersion(sigma_z: float | None) -> str:
    if sigma_z is None:
        return ""
    size = wording.number(sigma_z, 1)
    if sigma_z < _UNDER:
        return f"Periods vary less than chance would make them (σz {size}): look for mixed groups in the data."
    return f"Plain limits would do here (σz {size})." if sigma_z < _ADEQUATE else ""
