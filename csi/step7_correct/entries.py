"""The entry of the register that an action was proposed from: it follows what becomes of the action."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from csi import register
from csi.models import Action, Opportunity
from csi.states import ActionState, EntryState
from csi.storage import need, rows

_UNDER_WAY = (
    ActionState.PROPOSED,
    ActionState.APPROVED,
    ActionState.DONE,
    ActionState.REVIEWED,
    ActionState.REOPENED,
)


def follow(session: Session, action: Action, *, actor: str, now: datetime) -> None:
    """Bring an action's entry to where its actions are: planned, open again, or done with what it brought."""
    if action.opportunity_id is None:
        return
    entry = need(session, Opportunity, action.team_id, action.opportunity_id)
    of_it = rows(session, Action, action.team_id, service_id=action.service_id, opportunity_id=entry.id)
    state = state_of(action, [one for one in of_it if one.id != action.id])
    if state is EntryState.OPEN and entry.state != EntryState.PLANNED:
        return  # somebody parked or dropped it meanwhile, and that stands
    said = f"action {action.number}"
    register.set_state(session, entry, state=state, reason=said, actor=actor, now=now)
    if state is EntryState.DONE and not entry.benefit_verified:
        register.verify_benefit(session, entry, benefit=f"{said}: {action.outcome}", actor=actor, now=now)


def state_of(action: Action, others: list[Action]) -> EntryState:
    """The state of an entry by one of its actions, and by the ``others`` that it has."""
    if any(one.state in _UNDER_WAY for one in (action, *others)):
        return EntryState.PLANNED
    return EntryState.DONE if any(one.outcome for one in (action, *others)) else EntryState.OPEN
