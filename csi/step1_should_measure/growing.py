"""Changing the tree: vision, goals, CSFs. Every change makes a new version, which asks for a new approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit, roles
from csi.errors import Conflict, InvalidInput, Place, Way
from csi.models import (
    Action,
    AnalysisResult,
    Baseline,
    Csf,
    Cycle,
    Exclusion,
    Finding,
    Gap,
    Goal,
    Kpi,
    PlanRow,
    Rebase,
    Row,
    Service,
)
from csi.states import CycleState
from csi.storage import hold, need, next_number, rows
from csi.terms import Step

TEXT_LIMIT = 300


def set_vision(session: Session, cycle: Cycle, *, text: str, actor: str, now: datetime) -> Service:
    """Say what the service is for in the long run."""
    begin_change(session, cycle, actor)
    service = need(session, Service, cycle.team_id, cycle.service_id)
    apply(session, cycle, service, {"vision": checked_text("vision", text)}, actor=actor, now=now)
    return service


def add_goal(session: Session, cycle: Cycle, *, text: str, actor: str, now: datetime) -> Goal:
    """Add a goal of the business."""
    begin_change(session, cycle, actor)
    goal = Goal(
        team_id=cycle.team_id, cycle_id=cycle.id, text=checked_text("goal", text), ordinal=_next(session, Goal, cycle)
    )
    add(session, cycle, goal, {"text": goal.text}, actor=actor, now=now)
    return goal


def add_csf(session: Session, cycle: Cycle, *, goal_id: int | None, text: str, actor: str, now: datetime) -> Csf:
    """Add a critical success factor under a goal."""
    begin_change(session, cycle, actor)
    if goal_id is not None:
        of_cycle(session, cycle, Goal, goal_id)
    csf = Csf(
        team_id=cycle.team_id,
        cycle_id=cycle.id,
        goal_id=goal_id,
        text=checked_text("csf", text),
        ordinal=_next(session, Csf, cycle),
    )
    add(session, cycle, csf, {"text": csf.text, "goal_id": goal_id}, actor=actor, now=now)
    return csf


def edit_goal(session: Session, cycle: Cycle, goal_id: int, *, text: str, actor: str, now: datetime) -> Goal:
    """Change a goal's words."""
    begin_change(session, cycle, actor)
    goal = of_cycle(session, cycle, Goal, goal_id)
    apply(session, cycle, goal, {"text": checked_text("goal", text)}, actor=actor, now=now)
    return goal


def edit_csf(
    session: Session, cycle: Cycle, csf_id: int, *, text: str, goal_id: int | None, actor: str, now: datetime
) -> Csf:
    """Change a CSF's words or the goal it hangs from."""
    begin_change(session, cycle, actor)
    csf = of_cycle(session, cycle, Csf, csf_id)
    if goal_id is not None:
        of_cycle(session, cycle, Goal, goal_id)
    apply(session, cycle, csf, {"text": checked_text("csf", text), "goal_id": goal_id}, actor=actor, now=now)
    return csf


def remove(session: Session, cycle: Cycle, row: Goal | Csf | Kpi, *, actor: str, now: datetime) -> None:
    """Take a goal, CSF or KPI out of the tree; what hung from it hangs loose until it is hung up again.

    With a KPI go its plan, gap, analysis and finding of this cycle; actions and baselines stay, by its key.
    """
    begin_change(session, cycle, actor)
    if isinstance(row, Goal):
        for csf in rows(session, Csf, cycle.team_id, cycle_id=cycle.id, goal_id=row.id):
            csf.goal_id = None
    if isinstance(row, Csf):
        for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id, csf_id=row.id):
            kpi.csf_id = None
    if isinstance(row, Kpi):
        _let_go(session, row)
    session.flush()
    session.delete(row)
    log(session, cycle, row, actor=actor, now=now, what="removed", old=row.model_dump(exclude={"team_id"}), new={})
    _new_version(session, cycle)


def begin_change(session: Session, cycle: Cycle, actor: str) -> None:
    """Every change of the tree starts here: it is step 1's, a member's, and one at a time."""
    roles.require(session, cycle, actor, roles.MEMBERS, "change what is measured")
    hold(session, cycle, f"tree:{cycle.team_id}:{cycle.id}")
    require_step(cycle)


def require_step(cycle: Cycle) -> None:
    """The tree is step 1's.

    Raises:
        Conflict: the cycle is in another step; the sentence says how to return.
    """
    if cycle.state != CycleState.OPEN or cycle.step != Step.SHOULD_MEASURE:
        said = f"The tree is changed in step 1; this cycle is in step {cycle.step}. Go back to it first."
        raise Conflict(said, ways=[Way(Place.BACK, "1")])


def add(session: Session, cycle: Cycle, row: Row, new: Mapping[str, Any], *, actor: str, now: datetime) -> None:
    """Write a new row of the tree, with its audit row and a new version of the tree."""
    session.add(row)
    session.flush()
    log(session, cycle, row, actor=actor, now=now, what="added", old={}, new=new)
    _new_version(session, cycle)


def apply(
    session: Session, cycle: Cycle, row: Row, values: Mapping[str, Any], *, actor: str, now: datetime
) -> Mapping[str, Any]:
    """Set values of a row, with its audit row and a new version of the tree; nothing when nothing differs."""
    old, new = audit.changes(row, values)
    for name, value in new.items():
        setattr(row, name, value)
    if new:
        session.add(row)
        log(session, cycle, row, actor=actor, now=now, what="changed", old=old, new=new)
        _new_version(session, cycle)
    return new


def log(
    session: Session,
    cycle: Cycle,
    row: Row,
    *,
    actor: str,
    now: datetime,
    what: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> None:
    """The audit row of a change in the tree."""
    kind = str(row.__tablename__)
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what=f"{what} {kind}",
        subject=(kind, row.id),
        old=old,
        new={**new, "cycle_id": cycle.id},
    )


def of_cycle(session: Session, cycle: Cycle, table: type[Any], row_id: int) -> Any:
    """A row of this cycle, not of another one."""
    found = need(session, table, cycle.team_id, row_id)
    if found.cycle_id != cycle.id:
        raise Conflict("That belongs to another cycle; open this cycle's tree again.", ways=[Way(Place.SHOULD_MEASURE)])
    return found


def checked_text(field: str, typed: str) -> str:
    """Words people typed: not empty, not too long."""
    text = " ".join(typed.split())
    if not text:
        raise InvalidInput(field, "please say it in a few words")
    if len(text) > TEXT_LIMIT:
        raise InvalidInput(field, f"at most {TEXT_LIMIT} characters; these are {len(text):,}")
    return text


def _let_go(session: Session, kpi: Kpi) -> None:
    """Take away what is only about this KPI in this cycle, and loosen what outlives it."""
    own: dict[str, Any] = {"team_id": kpi.team_id, "kpi_id": kpi.id}
    findings = rows(session, Finding, **own)
    for action in (
        *rows(session, Action, **own),
        *rows(session, Action, kpi.team_id, finding_id=tuple(one.id for one in findings)),
    ):
        action.kpi_id, action.finding_id = None, None
    for baseline in rows(session, Baseline, **own):
        baseline.kpi_id = None
    session.flush()
    for table in (PlanRow, Gap, AnalysisResult, Exclusion, Rebase):
        for one in rows(session, table, **own):
            session.delete(one)
    for finding in findings:
        session.delete(finding)


def _new_version(session: Session, cycle: Cycle) -> None:
    cycle.tree_version += 1
    session.add(cycle)


def _next(session: Session, table: type[Goal] | type[Csf], cycle: Cycle) -> int:
    return next_number(session, table, cycle.team_id, "ordinal", cycle_id=cycle.id)
