"""A person's yes to a delivery that waits, and taking a wrong one out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import step3_gather as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step3_gather.overview import overview
from bot.payload import clicked, origin
from csi import cycle as cycles
from csi import roles
from csi.models import Batch, Cycle, Source
from csi.step3_gather import batches, schedule
from csi.storage import need

Body = Mapping[str, Any]


def accept(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Use a delivery although much of it is in quarantine."""
    ack()
    here = origin(body)
    with kit.sessions() as session:
        cycle = _member(session, body, here.team_id, "accept a delivery")
        batch = batches.approve(session, here.team_id, int(clicked(body)), actor=here.user_id, now=kit.now())
        source = need(session, Source, here.team_id, batch.source_id)
        schedule.take_over(session, source, batch, actor=here.user_id, now=kit.now())
        shown = blocks.recorded(
            batch, source, outcome="new", cells=batches.open_cells(session, here.team_id, batch.id, 5),
            notes=(f"Accepted by {roles.name_of(session, here.team_id, here.user_id)}.",), zone=cycle.timezone,
        )  # fmt: skip
    _redraw(client, body, shown)


def remove(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Take a wrong delivery out."""
    ack()
    here = origin(body)
    with kit.sessions() as session:
        cycle = _member(session, body, here.team_id, "take a delivery out")
        batch = batches.remove(
            session, here.team_id, int(clicked(body)), actor=here.user_id, now=kit.now(), reason="wrong file"
        )
        view = overview(session, cycle, kit) if body.get("view") else None
    if view is not None:
        modals.replace(client, body["view"]["id"], view)
    else:
        _redraw(client, body, blocks.removed(batch, here.user_id))


def _member(session: Session, body: Body, team_id: str, doing: str) -> Cycle:
    batch = need(session, Batch, team_id, int(clicked(body)))
    source = need(session, Source, team_id, batch.source_id)
    cycle = cycles.of_service(session, team_id, source.service_id)[-1]
    roles.require(session, cycle, origin(body).user_id, roles.MEMBERS, doing)
    return cycle


def _redraw(client: WebClient, body: Body, shown: list[Block]) -> None:
    """Change the message whose button was pressed."""
    place = body["container"]
    client.chat_update(channel=place["channel_id"], ts=place["message_ts"], text=blocks.words(shown), blocks=shown)
