"""After approval: done, reviewed after the settling time, closed, and its benefit checked again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from csi import roles
from csi.errors import Breach, Conflict, GateRefused, TooFewPoints
from csi.models import Action, AnalysisResult, Cycle, Kpi
from csi.step1_should_measure.carried import take_up_action
from csi.step7_correct import actions
from csi.storage import need, row, rows
from csi.terms import Verdict

FINISHED = ("reviewed", "closed")
BENEFIT_DAYS = (30, 60, 90)  # Source: docs/rules.md (V7.7)


def mark_done(session: Session, action: Action, *, actor: str, now: datetime) -> Action:
    """The owner says that it is done; the settling time begins."""
    _require_hand(session, action, actor, "say that this action is done")
    actions.hold(session, action)
    if action.state == "done":
        return action
    if action.state not in ("approved", "reopened"):
        raise Conflict(f"Action {action.number} is {action.state}; only an approved one can be done.")
    action.state, action.done_at, action.done_by = "done", now, actor
    session.add(action)
    actions.log(session, action, actor=actor, now=now, what="done")
    return action


def settles_at(action: Action) -> datetime | None:
    """From when on the effect may be judged; None before it is done."""
    return action.done_at + timedelta(days=action.settle_days) if action.done_at else None


def review(session: Session, action: Action, *, actor: str, now: datetime) -> Action:
    """The post-implementation review: its outcome is the verdict of data from after the settling time (V7.3).

    Raises:
        GateRefused: V7.3, while the settling time runs or no newer verdict is there.
    """
    _require_hand(session, action, actor, "review this action")
    actions.hold(session, action)
    if action.state == "reviewed":
        return action
    ready = settles_at(action)
    if action.state != "done" or ready is None:
        raise Conflict(f"Action {action.number} is {action.state}; it is reviewed once it is done.")
    if now < ready:
        raise GateRefused(
            [_v7_3(action, f"settles until {ready.day} {ready:%B %Y}; a verdict before that would be luck")]
        )
    result = newest_result(session, action)
    if result is None or result.made_at < ready:
        raise GateRefused([_v7_3(action, "has no analysis made after its settling time; analyse new data first")])
    action.state, action.outcome = "reviewed", result.verdict
    action.reviewed_at, action.reviewed_by = now, actor
    session.add(action)
    actions.log(session, action, actor=actor, now=now, what="reviewed", new={"outcome": action.outcome})
    return action


def close_action(session: Session, action: Action, *, actor: str, now: datetime) -> Action:
    """Close a reviewed action (or one that was rejected or has expired)."""
    _require_hand(session, action, actor, "close this action")
    actions.hold(session, action)
    if action.state == "closed":
        return action
    if action.state not in ("reviewed", "rejected", "expired"):
        raise GateRefused([_v7_3(action, f"is {action.state}; it is closed after its review")])
    action.state = "closed"
    session.add(action)
    actions.log(session, action, actor=actor, now=now, what="closed", new={"outcome": action.outcome})
    return action


def check_benefit(session: Session, action: Action, *, actor: str, now: datetime) -> str:
    """Look again at the benefit of a reviewed action (V7.7); a regression reopens it. Returns the verdict."""
    _require_hand(session, action, actor, "check this action's benefit")
    actions.hold(session, action)
    result = newest_result(session, action)
    if result is None:
        raise TooFewPoints(f"the benefit of action {action.number}", needed=1, have=0)
    if action.state in FINISHED and result.verdict == Verdict.REGRESSED:
        _reopen(session, action, actor, now)
    return result.verdict


def regressed(session: Session, team_id: str) -> list[Action]:
    """The finished actions whose KPI has regressed in the newest analysis, made since."""
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
    return bool(result and since and result.made_at > since and result.verdict == Verdict.REGRESSED)


def reopen_regressed(session: Session, team_id: str, now: datetime) -> list[Action]:
    """Reopen every finished action whose KPI has regressed in an analysis made since; returns them."""
    reopened = regressed(session, team_id)
    for action in reopened:
        _reopen(session, action, "", now)
    return reopened


def _reopen(session: Session, action: Action, actor: str, now: datetime) -> None:
    """Open it again, in the cycle that is running."""
    action.state, action.done_at, action.reviewed_at = "reopened", None, None
    running = row(session, Cycle, action.team_id, open_service=action.service_id)
    if running is not None and running.id != action.cycle_id:
        take_up_action(session, running, action)
    session.add(action)
    actions.log(session, action, actor=actor, now=now, what="reopened", new={"verdict": Verdict.REGRESSED.value})


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


def change_of(session: Session, action: Action) -> str:
    """The state of the change of the action's KPI in its newest analysis (V7.3); empty where none is judged."""
    result = newest_result(session, action)
    return str(((result.result if result else {}).get("change") or {}).get("state") or "")


def _v7_3(action: Action, why: str) -> Breach:
    return Breach("V7.3", f"Action {action.number} {why}.", mend="act.open", mend_label="See the action",
                  mend_value=str(action.id))  # fmt: skip


def _require_hand(session: Session, action: Action, actor: str, doing: str) -> None:
    if actor != action.owner:
        cycle = need(session, Cycle, action.team_id, action.cycle_id)
        roles.require(session, cycle, actor, roles.STEERERS, doing)
