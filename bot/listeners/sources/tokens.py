"""Tokens with which tools push: made, shown once, changed, revoked."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import sources as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.sources import listing
from bot.payload import clicked, user_of
from csi import roles
from csi.models import Cycle, Source
from csi.step3_gather import origins, tokens

Body = Mapping[str, Any]
_BYTES = 32


def make_token(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A first or a new token."""
    ack()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        source = listing.own(session, cycle, int(clicked(body)))
        view = new(session, cycle, source, user_of(body), kit)
        shown = listing.view(session, cycle)
    modals.show(client, body, view)
    modals.replace(client, body["view"]["id"], shown)


def new(session: Session, cycle: Cycle, source: Source, actor: str, kit: Kit) -> Block:
    """Give a token; gives the view that shows it."""
    roles.require(session, cycle, actor, roles.MEMBERS, "make a token")
    token = tokens.give(session, source, secrets.token_urlsafe(_BYTES), actor=actor, now=kit.now())
    return blocks.token(source, token, [kpi.key for kpi in origins.feeds(session, cycle, source)])


def revoke(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Let a token open nothing any more."""
    ack()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.MEMBERS, "revoke a token")
        source = listing.own(session, cycle, int(clicked(body)))
        tokens.revoke(session, source, actor=user_of(body), now=kit.now())
        shown = listing.view(session, cycle)
    modals.replace(client, body["view"]["id"], shown)
