"""What is watched between cycles as within them (V7.8): KPIs that a living action should move or a clause promises."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from csi.models import Action, Cycle, SlaClause
from csi.reminders.nudges import BENEFIT_DAYS
from csi.states import ActionState, ClauseState
from csi.storage import once, rows

_UNDER_WAY = (ActionState.APPROVED, ActionState.REOPENED, ActionState.DONE)
STATES = (*_UNDER_WAY, ActionState.REVIEWED, ActionState.CLOSED)  # of actions that may live
_WATCHED = timedelta(days=BENEFIT_DAYS[-1])  # after it was done an action's benefit is measured for so long


@dataclass(frozen=True, slots=True)
class Living:
    """One KPI of a service that is watched.

    Attributes:
        kpi_key: the KPI.
        since: from when on; what came before is no news of it.
        action: the action that should move it; None where a clause promises it.
        clause: the clause that promises it; None where an action should move it.
    """

    kpi_key: str
    since: datetime
    action: Action | None = None
    clause: SlaClause | None = None


def of_service(session: Session, cycle: Cycle, now: datetime) -> list[Living]:
    """What lives of a cycle's service: actions from their approval until their benefit is measured for the last time,
    clauses while they are in force."""
    return once(session, "living", cycle.service_id, lambda: _living(session, cycle.team_id, cycle.service_id, now))


def keys(session: Session, cycle: Cycle, now: datetime) -> Collection[str]:
    """The KPIs that are watched."""
    return {one.kpi_key for one in of_service(session, cycle, now)}


def is_alive(action: Action, now: datetime) -> bool:
    """Whether an action is approved and its benefit not yet measured for the last time."""
    if action.state in _UNDER_WAY:
        return True
    finished = action.state in (ActionState.REVIEWED, ActionState.CLOSED)
    return finished and action.done_at is not None and now < action.done_at + _WATCHED


def _living(session: Session, team_id: str, service_id: int, now: datetime) -> list[Living]:
    actions = rows(session, Action, team_id, service_id=service_id, state=STATES)
    clauses = rows(session, SlaClause, team_id, service_id=service_id, state=ClauseState.ACTIVE)
    found = [
        Living(one.kpi_key, one.decided_at or one.proposed_at, action=one) for one in actions if is_alive(one, now)
    ]
    return [*found, *(Living(one.kpi_key, one.activated_at or one.proposed_at, clause=one) for one in clauses)]
