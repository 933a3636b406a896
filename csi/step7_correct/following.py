"""After approval: done, reviewed after the settling time, closed, and its benefit checked again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from csi import roles
from csi.analysis.change_state import WORSE
from csi.definition import Window
from csi.errors import Breach, Conflict, GateRefused, TooFewPoints
from csi.measurement import windows
from csi.models import Action, AnalysisResult, Cycle, Kpi
from csi.reading.spans import local_day
from csi.states import ActionState
from csi.step1_should_measure.carried import take_up_action
from csi.step7_correct import actions, benefits
from csi.step7_correct.benefits import Benefit, Kept
from csi.step7_correct.entries import follow
from csi.step7_correct.standing import series_of
from csi.storage import need, row, rows
from csi.terms import Period, Verdict
from csi.words import wording

FINISHED = (ActionState.REVIEWED, ActionState.CLOSED)
BENEFIT_DAYS = (30, 60, 90)  # Source: docs/rules.md (V7.7)
AGAIN_DAYS = 14  # until a reopened action is due; ours


def mark_done(session: Session, action: Action, *, actor: str, now: datetime) -> Action:
    """The owner says that it is done; the settling time begins."""
    _require_hand(session, action, actor, "say that this action is done")
    actions.hold(session, action)
    if action.state == ActionState.DONE:
        return action
    if action.state not in (ActionState.APPROVED, ActionState.REOPENED):
        raise Conflict(f"Action {action.number} is {action.state}; only an approved one can be done.")
    action.state, action.done_at, action.done_by = "done", now, actor
    session.add(action)
    actions.log(session, action, actor=actor, now=now, what="done")
    return action


def settles_at(action: Action) -> datetime | None:
    """From when on the effect may be judged; None before it is done."""
    return action.done_at + timedelta(days=action.settle_days) if action.done_at else None


def review(session: Session, action: Action, *, actor: str, now: datetime) -> Action:
    """The post-implementation review: its outcome is the change of the KPI since the action took effect (V7.3).

    Raises:
        GateRefused: V7.3, while the settling time runs, or no newer analysis or no data of since then is there.
    """
    _require_hand(session, action, actor, "review this action")
    actions.hold(session, action)
    if action.state == ActionState.REVIEWED:
        return action
    ready = settles_at(action)
    if action.state != ActionState.DONE or ready is None:
        raise Conflict(f"Action {action.number} is {action.state}; it is reviewed once it is done.")
    if now < ready:
        raise GateRefused([_v7_3(action, f"settles until {wording.day(ready)}; a verdict before that would be luck")])
    result = newest_result(session, action)
    if result is None or result.made_at < ready:
        raise GateRefused([_v7_3(action, "has no analysis made after its settling time; analyse new data first")])
    found = benefit_of(session, action)
    if not found.periods:
        raise GateRefused([_v7_3(action, f"has no data of since it took effect{_end_on(found)}; deliver newer ones")])
    action.state, action.outcome = "reviewed", found.state
    action.reviewed_at, action.reviewed_by = now, actor
    session.add(action)
    actions.log(session, action, actor=actor, now=now, what="reviewed", new=_measured(found))
    return action


def _end_on(found: Benefit) -> str:
    return f" (they end on {wording.day(found.data_to - timedelta(days=1))})" if found.data_to else ""


def _measured(found: Benefit) -> dict[str, object]:
    """A benefit as the log keeps it."""
    return {
        "outcome": found.state,
        "difference": found.difference,
        "likely": list(found.sides),
        "claim": found.claim,
        "evidence": found.evidence.value,
    }


def close_action(session: Session, action: Action, *, actor: str, now: datetime) -> Action:
    """Close a reviewed action (or one that was rejected or has expired)."""
    _require_hand(session, action, actor, "close this action")
    actions.hold(session, action)
    if action.state == ActionState.CLOSED:
        return action
    if action.state not in (ActionState.REVIEWED, ActionState.REJECTED, ActionState.EXPIRED):
        raise GateRefused([_v7_3(action, f"is {action.state}; it is closed after its review")])
    action.state = ActionState.CLOSED
    session.add(action)
    actions.log(session, action, actor=actor, now=now, what="closed", new={"outcome": action.outcome})
    follow(session, action, actor=actor, now=now)
    return action


def check_benefit(session: Session, action: Action, *, actor: str, now: datetime) -> Benefit:
    """Measure the benefit of a reviewed action again (V7.7); a confirmed regression reopens it.

    Raises:
        TooFewPoints: its KPI was never analysed.
        GateRefused: V7.7, where no data came since the review.
    """
    _require_hand(session, action, actor, "check this action's benefit")
    actions.hold(session, action)
    result = newest_result(session, action)
    if result is None:
        raise TooFewPoints(f"the benefit of action {action.number}", needed=1, have=0)
    found = benefit_of(session, action)
    if action.state in FINISHED and _came_since(session, action, result):
        if has_regressed(session, action, result, found):
            _reopen(session, action, actor, now)
        else:
            action.outcome = found.state
            session.add(action)
            actions.log(session, action, actor=actor, now=now, what="checked the benefit of", new=_measured(found))
    elif action.state in FINISHED:
        raise GateRefused([_stale(action, found)])
    return found


def _stale(action: Action, found: Benefit) -> Breach:
    sentence = f"Action {action.number} has no new data since its review{_end_on(found)}. Deliver newer ones, analyse."
    return Breach(
        rule="V7.7", sentence=sentence, mend="cycle.open", mend_label="Deliver data", mend_value="gather", blocks=False
    )


def benefit_of(session: Session, action: Action) -> Benefit:
    """What the action brought, by the newest analysis of its KPI; not judged while there is none."""
    return benefit_by(session, action, newest_result(session, action))


def benefit_by(session: Session, action: Action, result: AnalysisResult | None) -> Benefit:
    """What the action brought, by this analysis of its KPI."""
    kept = _kept(session, result)
    if kept is None or action.done_at is None:
        return Benefit()
    took_effect = action.done_at.astimezone(ZoneInfo(kept.zone)).date()
    return benefits.benefit(kept, took_effect, _agreed(session, action), action.expected_effect)


def benefit_said(session: Session, action: Action, found: Benefit) -> str:
    """What the action brought, in words; empty where its KPI was never analysed."""
    kept = _kept(session, newest_result(session, action))
    return benefits.said(found, action, kept.kpi, kept.period) if kept else ""


def _kept(session: Session, result: AnalysisResult | None) -> Kept | None:
    if result is None:
        return None
    cycle, kpi = (
        need(session, Cycle, result.team_id, result.cycle_id),
        need(session, Kpi, result.team_id, result.kpi_id),
    )
    quality = (result.result.get("quality") or {}).get("overall")
    return Kept(kpi, series_of(result), Period(cycle.period), cycle.timezone, quality)


def _came_since(session: Session, action: Action, result: AnalysisResult) -> bool:
    """Whether the analysis holds a whole period that ended after the action's review."""
    kept = _kept(session, result)
    since = _day(action.reviewed_at or action.done_at, kept.zone) if kept else None
    return kept is not None and kept.ends is not None and since is not None and kept.ends > since


def has_regressed(session: Session, action: Action, result: AnalysisResult, found: Benefit | None = None) -> bool:
    """Whether a regression is confirmed: the KPI got worse by data of since the review, and had so without its newest
    period, too: else it may be that one period. By the cycle's windows; with ``found`` also since the action."""
    kept, cycle = _kept(session, result), need(session, Cycle, result.team_id, result.cycle_id)
    if kept is None or not _came_since(session, action, result):
        return False
    compared: list[tuple[Window | None, Window | None]] = []
    since = _day(action.reviewed_at or action.done_at, kept.zone)
    fixed = windows.of_kpi(cycle, kept.kpi)
    if _is_worse(result) and fixed.evaluation and since and fixed.evaluation.end > since:
        compared.append((fixed.baseline, fixed.evaluation))
    took_effect = _day(action.done_at, kept.zone)
    if found is not None and found.state == WORSE and took_effect is not None:
        compared.append(benefits.windows(kept, took_effect, _agreed(session, action)))
    return any(benefits.is_worse(kept, before, after) for before, after in compared)


def _is_worse(result: AnalysisResult) -> bool:
    return result.verdict == Verdict.REGRESSED or (result.result.get("change") or {}).get("state") == WORSE


def _agreed(session: Session, action: Action) -> Window | None:
    """The baseline of the KPI in the cycle that the action belongs to."""
    cycle = need(session, Cycle, action.team_id, action.cycle_id)
    return windows.of_kpi(cycle, row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=action.kpi_key)).baseline


def _day(moment: datetime | None, zone: str) -> date | None:
    return moment.astimezone(ZoneInfo(zone)).date() if moment else None


def regressed(session: Session, team_id: str) -> list[Action]:
    """The finished actions whose KPI has regressed in the newest analysis, made since, and not by one period alone."""
    result, kpi, cycle = AnalysisResult, Kpi, Cycle
    ours = [col(table.team_id) == team_id for table in (Action, result, kpi, cycle)]
    joined = [
        col(kpi.id) == col(result.kpi_id),
        col(cycle.id) == col(kpi.cycle_id),
        col(Action.service_id) == col(cycle.service_id),
        col(Action.kpi_key) == col(kpi.key),
        col(result.made_at) > func.coalesce(col(Action.reviewed_at), col(Action.done_at)),
    ]
    worse = (col(result.verdict) == Verdict.REGRESSED.value, col(result.stale).is_(False))
    wanted = select(col(Action.id)).where(*ours, *joined, *worse, col(Action.state).in_(FINISHED)).distinct()
    ids = tuple(session.exec(wanted))
    return [one for one in rows(session, Action, team_id, id=ids, order="-id") if _has_regressed(session, one)]


def _has_regressed(session: Session, action: Action) -> bool:
    result, since = newest_result(session, action), action.reviewed_at or action.done_at
    return bool(result and since and result.made_at > since and has_regressed(session, action, result))


def reopen_regressed(session: Session, team_id: str, now: datetime) -> list[Action]:
    """Reopen every finished action whose KPI has regressed in an analysis made since; returns them."""
    reopened = regressed(session, team_id)
    for action in reopened:
        _reopen(session, action, "", now)
    return reopened


def reopen(session: Session, team_id: str, action_id: int, now: datetime) -> Action | None:
    """Reopen a finished action whose KPI was seen to regress; None where somebody was first."""
    action = need(session, Action, team_id, action_id)
    actions.hold(session, action)
    if action.state not in FINISHED:
        return None
    _reopen(session, action, "", now)
    return action


def _reopen(session: Session, action: Action, actor: str, now: datetime) -> None:
    """Open it again, in the cycle that is running, with a new date: the old one is past."""
    action.state, action.done_at, action.reviewed_at = "reopened", None, None
    later = timedelta(days=AGAIN_DAYS)
    shows = action.effect_by - action.due_on if action.effect_by and action.due_on else timedelta(0)
    running = row(session, Cycle, action.team_id, open_service=action.service_id)
    here = running or row(session, Cycle, action.team_id, id=action.cycle_id)
    action.due_on = local_day(now, here.timezone if here else "UTC") + later
    action.effect_by = action.due_on + shows if action.effect_by else None
    if running is not None and running.id != action.cycle_id:
        take_up_action(session, running, action)
    session.add(action)
    new = {"verdict": Verdict.REGRESSED.value, "due_on": action.due_on}
    actions.log(session, action, actor=actor, now=now, what="reopened", new=new)
    follow(session, action, actor=actor, now=now)


def benefit_days(action: Action) -> list[datetime]:
    """When the benefit is checked again."""
    return [action.done_at + timedelta(days=days) for days in BENEFIT_DAYS] if action.done_at else []


def newest_result(session: Session, action: Action) -> AnalysisResult | None:
    """The newest analysis of the action's KPI in any cycle of its service, unless data has changed since."""
    cycles = tuple(one.id for one in rows(session, Cycle, action.team_id, service_id=action.service_id))
    same = tuple(one.id for one in rows(session, Kpi, action.team_id, cycle_id=cycles, key=action.kpi_key))
    return next(
        iter(rows(session, AnalysisResult, action.team_id, kpi_id=same, stale=False, order="-made_at", limit=1)), None
    )


def _v7_3(action: Action, why: str) -> Breach:
    return Breach(
        rule="V7.3",
        sentence=f"Action {action.number} {why}.",
        mend="act.open",
        mend_label="See the action",
        mend_value=str(action.id),
    )


def _require_hand(session: Session, action: Action, actor: str, doing: str) -> None:
    if actor != action.owner:
        cycle = need(session, Cycle, action.team_id, action.cycle_id)
        roles.require(session, cycle, actor, roles.STEERERS, doing)
