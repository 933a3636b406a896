"""Approve and Reject in an action's thread, and the announcement."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import step7_correct as blocks
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step7_correct.thread import show_action
from bot.payload import Body, clicked, origin, user_of
from csi import cycle as cycles
from csi.errors import Conflict
from csi.models import Action, Cycle, Kpi
from csi.step7_correct import deciding
from csi.storage import need, row


def approve(ack: Ack, body: Body, kit: Kit) -> None:
    """Approve was pressed in the action's thread."""
    ack()
    _decide(body, kit, clicked(body), "approve", "")


def open_reject(ack: Ack, body: Body, client: WebClient) -> None:
    """Reject was pressed: ask why."""
    ack()
    modals.show(client, body, blocks.reason_form(blocks.REJECT, clicked(body)))


def rejected(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The reason was sent."""
    reason = forms.read(view, {"reason": forms.reason()})["reason"]
    _decide(body, kit, view["private_metadata"], "reject", reason)
    ack()


def _decide(body: Body, kit: Kit, value: str, choice: str, reason: str) -> None:
    action_id, version = (int(one) for one in value.split(":"))
    with kit.sessions() as session:
        outcome = deciding.decide(
            session,
            team_id=origin(body).team_id,
            action_id=action_id,
            version=version,
            actor=user_of(body),
            choice=choice,
            reason=reason,
            now=kit.now(),
        )
        if outcome.changed:
            cycle = cycles.by_id(session, outcome.action.team_id, outcome.action.cycle_id)
            show_action(session, kit, cycle, outcome.action)
            if outcome.settled:
                _announce(session, kit, cycle, outcome.action)


def _announce(session: Session, kit: Kit, cycle: Cycle, action: Action) -> None:
    """Say the decision in the channel, to those it affects; the link to it is kept (V7.6)."""
    kpi = row(session, Kpi, action.team_id, id=action.kpi_id)
    affected = list(dict.fromkeys(user for user in (action.owner, action.proposer, kpi.owner if kpi else "") if user))
    kit.outbox.post(
        session,
        team_id=action.team_id,
        channel=cycle.channel_id,
        key=deciding.announcement_key(action),
        text=blocks.announcement(action, deciding.decisions(session, action), affected),
        subject=("action", action.id),
        tell=action.owner,
    )


def announce(ack: Ack, body: Body, kit: Kit) -> None:
    """The button beside V7.6: say the decision now (a second press changes nothing)."""
    ack()
    with kit.sessions() as session:
        action = need(session, Action, origin(body).team_id, int(clicked(body)))
        if action.decided_at is None:
            raise Conflict(f"Action {action.number} is not decided yet.")
        _announce(session, kit, cycles.by_id(session, action.team_id, action.cycle_id), action)
