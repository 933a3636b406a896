"""A person's yes to what waits for it, and taking a wrong delivery out."""

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
from bot.listeners.step3_gather import drop as kept
from bot.listeners.step3_gather import mapping, tries
from bot.listeners.step3_gather.overview import overview
from bot.listeners.step3_gather.reading import read_earlier_again, wanted_of
from bot.payload import clicked, origin
from csi import cycle as cycles
from csi import roles
from csi.models import Batch, Cycle, Source
from csi.step3_gather import batches, schedule, settling
from csi.step3_gather.settling import Wanted
from csi.storage import need

Body = Mapping[str, Any]


def accept(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Somebody's yes: to a delivery that waits, or to a reading that was tried and not kept."""
    ack()
    here = origin(body)
    name = clicked(body).removeprefix("try:")
    if name != clicked(body):
        _read_all_the_same(body, client, kit, name)
        return
    with kit.sessions() as session:
        cycle = _member(session, body, here.team_id, "accept a delivery")
        batch = batches.approve(session, here.team_id, int(name), actor=here.user_id, now=kit.now())
        source = need(session, Source, here.team_id, batch.source_id)
        schedule.take_over(session, source, batch, actor=here.user_id, now=kit.now())
        _settle(kit, session, cycle, source, batch, actor=here.user_id)
        shown = blocks.recorded(
            batch, source, outcome="new", cells=batches.open_cells(session, here.team_id, batch.id, 5),
            notes=(f"Accepted by {roles.name_of(session, here.team_id, here.user_id)}.",), zone=cycle.timezone,
        )  # fmt: skip
    _redraw(client, body, shown)


def _settle(kit: Kit, session: Session, cycle: Cycle, source: Source, batch: Batch, *, actor: str) -> None:
    """What was said of a delivery holds for its source, now that it counts."""
    wanted = Wanted(source.id, "", batch.counts.get("wanted"))
    if settling.settle(session, cycle, source, wanted, actor=actor, now=kit.now()):
        read_earlier_again(kit, session, cycle, source, actor=actor, but=batch.sha256)


def _read_all_the_same(body: Body, client: WebClient, kit: Kit, name: str) -> None:
    """Begin the reading that was asked about, once more and to be kept."""
    here = origin(body)
    payload = tries.find(kit.files, here.team_id, name)
    wanted = wanted_of(payload)
    stamp = f"yes{body['container']['message_ts']}{payload.get('stamp', '')}"
    tried = mapping.Try(wanted, here.user_id, stamp, accepted=True, named=payload.get("named") or (),
                        looked=str(payload.get("looked") or ""))  # fmt: skip
    with kit.sessions() as session:
        source = need(session, Source, here.team_id, wanted.source_id)
        cycle = cycles.of_service(session, here.team_id, source.service_id)[-1]
        roles.require(session, cycle, here.user_id, roles.MEMBERS, "accept a delivery")
        if "file_id" in payload:
            found = kept.find(kit, here.team_id, str(payload["file_id"]))
            mapping.begin(kit, session, here.team_id, found, tried)
        else:
            mapping.begin_again(kit, session, cycle, tried)
    _redraw(client, body, blocks.working(source.name or source.key, 0))


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
