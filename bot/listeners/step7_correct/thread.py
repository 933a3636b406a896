"""An action's message and what is said in its thread."""

from __future__ import annotations

from sqlmodel import Session

from bot import copies
from bot.blocks import step7_correct as blocks
from bot.context import Kit
from csi import approvers
from csi import cycle as cycles
from csi.models import Action, Cycle, Kpi
from csi.states import ActionState
from csi.step7_correct import deciding
from csi.storage import row


def show_action(session: Session, kit: Kit, cycle: Cycle, action: Action) -> None:
    """The action's message and the question in its thread, as they are now."""
    kpi = row(session, Kpi, action.team_id, id=action.kpi_id)
    kit.outbox.keep(
        session,
        team_id=action.team_id,
        key=action.post_key,
        channel=cycle.channel_id,
        text=blocks.action_text(action),
        blocks=blocks.action_post(action, kpi.name if kpi else action.kpi_key),
        subject=("action", action.id),
        tell=action.proposer,
    )
    if action.state in (ActionState.PROPOSED, ActionState.APPROVED, ActionState.REJECTED):
        able = approvers.of_action(session, cycle, action)
        text = blocks.question_text(action, able, cycle.timezone)
        asked = blocks.question(action, text, deciding.decisions(session, action), nobody=not able)
        question_post = kit.outbox.keep(
            session,
            team_id=action.team_id,
            key=deciding.question_key(action),
            channel=cycle.channel_id,
            text=text,
            thread_key=action.post_key,
            blocks=asked,
            subject=("action", action.id),
            tell=action.proposer,
        )
        copies.ask(session, kit.outbox, question_post, able if action.state == ActionState.PROPOSED else ())


def say_in_thread(session: Session, kit: Kit, action: Action, text: str, *, what: str) -> None:
    """Say something in the action's thread, once."""
    cycle = cycles.by_id(session, action.team_id, action.cycle_id)
    kit.outbox.post(
        session,
        team_id=action.team_id,
        channel=cycle.channel_id,
        thread_key=action.post_key,
        text=text,
        key=f"action:{action.id}:{what}",
        subject=("action", action.id),
        tell=action.owner,
    )
