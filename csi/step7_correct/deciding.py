"""Approving an action in its thread (V7.2): neither proposer nor owner, quorum, expiry, a reason for a no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from csi import approvers, roles
from csi.errors import Conflict, NotAllowed
from csi.models import Action, Cycle, Decision, OutboxPost
from csi.states import GIVEN_UP, ActionState
from csi.step7_correct import actions
from csi.step7_correct.entries import follow
from csi.storage import change_if, need, reads_only, row, rows
from csi.words import wording


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a click did: ``changed`` is False for a second click, ``settled`` True when it decided the action."""

    action: Action
    decision: Decision
    changed: bool
    settled: bool
    yes: int


def decide(
    session: Session,
    *,
    team_id: str,
    action_id: int,
    version: int,
    actor: str,
    choice: str,
    now: datetime,
    reason: str = "",
) -> Outcome:
    """One person's yes or no to one version of an action.

    The person's role is checked at this moment. A second click of the same person changes nothing. Of two people who
    click at once both count, and the action is decided once.

    Raises:
        NotAllowed: proposer, owner, or no approver's role.
        Conflict: decided, expired or changed meanwhile.
        InvalidInput: a no without a reason.
    """
    action = need(session, Action, team_id, action_id)
    actions.hold(session, action)
    given = next((one for one in decisions(session, action) if one.user_id == actor), None)
    if given is not None and version == action.version:
        return Outcome(action, given, changed=False, settled=False, yes=_yes(session, action))
    role = _require_outsider(session, action, actor)
    _require_pending(session, action, version, now)
    approvers.require_answer(choice, reason)
    made = Decision(
        team_id=team_id,
        cycle_id=action.cycle_id,
        subject="action",
        subject_id=action.id,
        version=version,
        user_id=actor,
        role=role,
        choice=choice,
        reason=reason.strip(),
        at=now,
    )
    session.add(made)
    session.flush()
    actions.log(session, action, actor=actor, now=now, what=choice, new={"version": version, "reason": made.reason})
    made_of_it = _settle(session, action, made, now)
    follow(session, action, actor=actor, now=now)
    return made_of_it


def decisions(session: Session, action: Action) -> list[Decision]:
    """The decisions on the action as it is now, in the order they were made."""
    return rows(session, Decision, action.team_id, subject="action", subject_id=action.id, version=action.version)


def overdue(session: Session, team_id: str, now: datetime) -> list[Action]:
    """The proposed actions whose time to be approved is over."""
    over = (Action.state == ActionState.PROPOSED, col(Action.expires_at) <= now)
    return list(session.exec(select(Action).where(Action.team_id == team_id, *over).order_by(col(Action.id))))


def expire(session: Session, team_id: str, now: datetime) -> list[Action]:
    """Expire every proposed action whose time to be approved is over; returns them."""
    expired = []
    for action in overdue(session, team_id, now):
        seen = {"state": "proposed", "version": action.version}
        if change_if(session, action, seen, {"state": "expired", "decided_at": now}):
            actions.log(session, action, actor="", now=now, what="expired", new={"version": action.version})
            follow(session, action, actor="", now=now)
            expired.append(action)
    return expired


def question_key(action: Action, version: int | None = None) -> str:
    """Under which the question about a version of the action is found in the outbox."""
    return f"action:{action.id}:question:{version or action.version}"


def announcement_key(action: Action) -> str:
    """Under which the announcement of the decision is found in the outbox."""
    return f"action:{action.id}:decided:{action.version}"


def announced(session: Session, action: Action) -> str:
    """The link to the message that announced the decision (V7.6), kept on the action once it was delivered."""
    if not action.announced:
        post = row(session, OutboxPost, action.team_id, key=announcement_key(action))
        if post is not None and post.permalink:
            if reads_only(session):
                return post.permalink
            action.announced = post.permalink
            session.add(action)
    return action.announced


def is_announced(session: Session, action: Action) -> bool:
    """Whether its decision is said, or on its way: only what was never sent, or could not be, is left to do (V7.6)."""
    post = row(session, OutboxPost, action.team_id, key=announcement_key(action))
    return bool(announced(session, action)) or (post is not None and post.status not in GIVEN_UP)


def _require_outsider(session: Session, action: Action, actor: str) -> str:
    if actions.has_proposed(session, action, actor):
        raise NotAllowed(f"You proposed action {action.number}; somebody else must approve it (V7.2).")
    if actor == action.owner:
        raise NotAllowed(f"You own action {action.number}; somebody else must approve it (V7.2).")
    cycle = need(session, Cycle, action.team_id, action.cycle_id)
    own = {*approvers.proposers(session, action), action.owner}
    return roles.require(session, cycle, actor, roles.APPROVERS, "approve an action", but=own).value


def _require_pending(session: Session, action: Action, version: int, now: datetime) -> None:
    if version != action.version:
        raise Conflict(f"Action {action.number} was changed since this was shown; look at its newest message.")
    if action.state != ActionState.PROPOSED:
        raise Conflict(f"Action {action.number} is {action.state} already.")
    if action.expires_at and action.expires_at <= now:
        day = wording.day_in(action.expires_at, _zone(session, action))
        raise Conflict(f"The time to approve action {action.number} ended on {day}; propose it again.")


def _zone(session: Session, action: Action) -> str:
    return need(session, Cycle, action.team_id, action.cycle_id).timezone


def _settle(session: Session, action: Action, made: Decision, now: datetime) -> Outcome:
    yes = _yes(session, action)
    state = "rejected" if made.choice == "reject" else "approved" if yes >= action.quorum else ""
    settled = bool(state) and change_if(
        session, action, {"state": "proposed", "version": action.version}, {"state": state, "decided_at": now}
    )
    return Outcome(action, made, changed=True, settled=settled, yes=yes)


def _yes(session: Session, action: Action) -> int:
    return sum(one.choice == "approve" for one in decisions(session, action))
