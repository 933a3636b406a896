"""What time alone changes, said where it belongs: approvals expire, benefits fade, SLA clauses lose their KPI."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot import cards, copies
from bot.blocks import step2_can_measure, step7_correct
from bot.delivery.outbox import Outbox
from csi import cycle as cycles
from csi import roles
from csi.models import Action, Cycle, SlaClause
from csi.step2_can_measure import clauses
from csi.step7_correct import deciding, following
from csi.terms import Role

CLOCK = ""  # the actor of what nobody did


def look(session: Session, team_id: str, now: datetime, changed: Sequence[Cycle]) -> bool:
    """Whether anything is to be done: by the clock, or about these open cycles, in which something was changed."""
    due = deciding.overdue(session, team_id, now) or following.regressed(session, team_id)
    return bool(due) or any(clauses.unmeasured(session, cycle) for cycle in changed)


def look_after(session: Session, outbox: Outbox, team_id: str, now: datetime, changed: Sequence[Cycle]) -> None:
    """Bring a workspace up to the moment; a second look changes and says nothing more."""
    for action in deciding.expire(session, team_id, now):
        _tell_expired(session, outbox, action)
    for action in following.reopen_regressed(session, team_id, now):
        tell_reopened(session, outbox, action, now)
    for cycle in changed:
        for clause in clauses.flag_unmeasured(session, cycle, actor=CLOCK, now=now):
            _tell_flagged(session, outbox, cycle, clause)


def _tell_expired(session: Session, outbox: Outbox, action: Action) -> None:
    """The question is closed; the thread hears why, and who may ask again."""
    key = deciding.question_key(action)
    asked = outbox.find(session, team_id=action.team_id, key=key)
    if asked is not None:
        closed = step7_correct.expired_question(asked.text)
        outbox.update(session, team_id=action.team_id, key=key, text=asked.text, blocks=closed)
        copies.follow(session, outbox, asked)
    text = step7_correct.expired_text(action)
    _tell(session, outbox, action, f"expired:{action.version}", text, to=action.proposer)


def tell_reopened(session: Session, outbox: Outbox, action: Action, now: datetime) -> None:
    """The thread of an action hears that it is open again, and why."""
    text = step7_correct.reopened_text(action)
    _tell(session, outbox, action, f"reopened:{now:%Y%m%d}", text, to=action.owner)


def _tell(session: Session, outbox: Outbox, action: Action, what: str, text: str, *, to: str) -> None:
    """Into the thread of an action; ``to`` is who hears of it when it cannot be posted there."""
    outbox.post(
        session,
        team_id=action.team_id,
        channel=cycles.by_id(session, action.team_id, action.cycle_id).channel_id,
        thread_key=action.post_key,
        key=f"{action.post_key}:{what}",
        text=text,
        subject=("action", action.id),
        tell=to,
    )


def _tell_flagged(session: Session, outbox: Outbox, cycle: Cycle, clause: SlaClause) -> None:
    owners = roles.holders(session, cycle.team_id, cycle.service_id, Role.SERVICE_OWNER, Role.CSI_MANAGER)
    outbox.post(
        session,
        team_id=cycle.team_id,
        channel=cycle.channel_id,
        thread_key=cards.key(cycle),
        key=f"sla:{clause.id}:flagged:{clause.activated_at}",
        text=step2_can_measure.flagged_text(clause, owners[:1]),
        subject=("sla_clause", clause.id),
    )
