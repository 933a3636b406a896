"""Exactly once, by intent: what was sent leaves a receipt in the transaction of its effect, and does nothing again.

Slack sends a modal again when its acknowledgement was lost ("Try again?"), and a click or a command when a connection
broke between the two. A receipt is a row of the inbox that is done already; it is forgotten with the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlmodel import Session, select

from bot.blocks import notices
from bot.payload import Body, team_of, user_of
from csi.models import InboxEvent
from csi.states import InboxState
from csi.storage import lock

KIND = "receipt"


class Repeated(Exception):
    """What is being done was done before, and nothing of it is done again."""


@dataclass(slots=True)
class Intent:
    """What one person wanted once; ``noted`` as soon as a transaction carries its receipt."""

    team_id: str
    key: str
    noted: bool = False


_intent: ContextVar[Intent | None] = ContextVar("intent", default=None)


def intent_of(kind: str, body: Body) -> Intent | None:
    """What a payload of the routing table's ``kind`` stands for; None where nothing tells it from a second one.

    A modal is known by its view and what was filled in, so that it may be corrected and sent again; a click, a
    shortcut and a command by the moment Slack gives each.
    """
    if kind == "view":
        view = body["view"]
        said = [view["id"], view["callback_id"], view.get("private_metadata"), view.get("state")]
    elif kind == "action":
        action = body["actions"][0]
        said = [action.get("action_ts"), action.get("action_id"), action.get("block_id"), body.get("container")]
    else:
        said = [body.get("trigger_id")]
    if not said[0]:
        return None
    words = json.dumps([kind, user_of(body), *said], sort_keys=True, ensure_ascii=False)
    return Intent(team_of(body), f"{KIND}:{sha256(words.encode()).hexdigest()}")


@contextmanager
def of(intent: Intent | None) -> Iterator[None]:
    """Whatever is written in this block, in this thread, is the effect of one intent."""
    token = _intent.set(intent)
    try:
        yield
    finally:
        _intent.reset(token)


def noting(now: Callable[[], datetime]) -> Callable[[Session], None]:
    """What a session that may write does first: it takes the receipt of what it is opened for into its transaction.

    Raises (when called):
        Repeated: there is one already.
    """

    def note(session: Session) -> None:
        intent = _intent.get()
        if intent is None:
            return
        lock(session, f"inbox:{intent.team_id}:{intent.key}")  # who comes second sees what the first has done
        known = select(InboxEvent.id).where(InboxEvent.team_id == intent.team_id, InboxEvent.event_id == intent.key)
        if session.exec(known).first() is None:
            session.add(_receipt(intent, now()))
        elif not intent.noted:
            raise Repeated
        intent.noted = True

    return note


def _receipt(intent: Intent, at: datetime) -> InboxEvent:
    return InboxEvent(
        team_id=intent.team_id,
        event_id=intent.key,
        kind=KIND,
        payload={},
        status=InboxState.DONE,
        received_at=at,
        next_at=at,
        done_at=at,
    )


def once(kind: str, listen: Callable[..., Any], call: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Let a function listen to a payload, unless it has had its effect before: then it is only acknowledged.

    A command says so: what the first one answered may never have been seen.
    """
    with of(intent_of(kind, given["body"])):
        try:
            call(listen, **given)
        except Repeated:
            given["ack"](notices.DONE_BEFORE) if kind == "command" else given["ack"]()
