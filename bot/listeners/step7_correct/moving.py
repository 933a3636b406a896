"""Done, review, close, benefit: the buttons that move an action on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.blocks import step7_correct as blocks
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step7_correct.acting import view_of
from bot.listeners.step7_correct.thread import say_in_thread, show_action
from bot.payload import Body, clicked, origin, user_of
from csi import cycle as cycles
from csi.models import Action
from csi.step7_correct import following
from csi.step7_correct.benefits import Benefit
from csi.storage import need
from csi.words import wording

Move = Callable[..., Any]
MEASURES = (following.review, following.check_benefit)  # moves that measure what the action brought


def _move(body: Body, client: WebClient, kit: Kit, move: Move, settles: bool = False) -> None:
    """One of the buttons that move an action on: done, review, close, benefit."""
    actor = user_of(body)
    with kit.sessions() as session:
        action = need(session, Action, origin(body).team_id, int(clicked(body)))
        before = action.state
        found = following.benefit_of(session, action) if move in MEASURES else Benefit()
        move(session, action, actor=actor, now=kit.now())
        cycle = cycles.by_id(session, action.team_id, action.cycle_id)
        if action.state != before:
            ready = following.settles_at(action)
            until = wording.day_in(ready, cycle.timezone) if ready and settles else ""
            show_action(session, kit, cycle, action)
            moved = f"{action.state}:{action.version}:{kit.now():%Y%m%d}"
            say_in_thread(session, kit, action, blocks.progress_text(action, actor, until), what=moved)
        if move in MEASURES:
            told = blocks.benefit_text(action, actor, following.benefit_said(session, action, found))
            say_in_thread(session, kit, action, told, what=f"benefit:{action.version}:{kit.now():%Y%m%d}")
        shown = view_of(session, cycle)
    if (body.get("view") or {}).get("callback_id") == blocks.OPEN:
        modals.replace(client, body["view"]["id"], shown)


def done(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Done was pressed."""
    ack()
    _move(body, client, kit, following.mark_done, settles=True)


def review(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Review was pressed."""
    ack()
    _move(body, client, kit, following.review)


def close_action(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Close was pressed on an action."""
    ack()
    _move(body, client, kit, following.close_action)


def benefit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Check the benefit was pressed."""
    ack()
    _move(body, client, kit, following.check_benefit)
