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
from bot.listeners.step3_gather import mapping, telling, tries
from bot.listeners.step3_gather.overview import overview
from bot.listeners.step3_gather.reading import read_earlier_again, read_one_again, wanted_of
from bot.listeners.step3_gather.rereading import said_under
from bot.payload import clicked, origin
from csi import cycle as cycles
from csi import roles
from csi.models import Batch, Cycle, Source
from csi.step3_gather import batches, rereading, schedule, settling
from csi.step3_gather.batches import Outcome
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
        shown = telling.message(session, cycle, source, batch)
        is_told = telling.tell(kit, session, batch, shown)
    if not is_told:
        _redraw(client, body, shown)


def meant(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Somebody's word that dates are right as they are, odd as they look: read with them."""
    ack()
    here = origin(body)
    number, _, column = clicked(body).partition(":")
    if not column:
        _read_all_the_same(body, client, kit, number, accepted=False)
        return
    with kit.sessions() as session:
        batch = need(session, Batch, here.team_id, int(number))
        source = need(session, Source, here.team_id, batch.source_id)
        cycle = cycles.of_service(session, here.team_id, source.service_id)[-1]
        roles.require(session, cycle, here.user_id, roles.MEMBERS, "say that dates are right")
        said = tries.with_meant(batch.counts.get("wanted") or source.mapping, column)
        tried = mapping.Try(
            wanted=Wanted(source.id, "", said), actor=here.user_id, stamp=f"meant{batch.id}.{source.version}.{column}"
        )
        mapping.begin_again(kit, session, cycle, tried)
        view = blocks.reading_again(source)
    if (body.get("view") or {}).get("type") == "modal":
        modals.replace(client, body["view"]["id"], view)


def _settle(kit: Kit, session: Session, cycle: Cycle, source: Source, batch: Batch, *, actor: str) -> None:
    """What was said of a delivery holds for its source, now that it counts."""
    wanted = Wanted(source.id, "", batch.counts.get("wanted"))
    if settling.settle(session, cycle, source, wanted, actor=actor, now=kit.now()):
        read_earlier_again(kit, session, cycle, source, actor=actor, but=batch.sha256)


def _read_all_the_same(body: Body, client: WebClient, kit: Kit, name: str, *, accepted: bool = True) -> None:
    """Begin the reading that was asked about once more; ``accepted``: to be kept."""
    here = origin(body)
    payload = tries.find(kit.files, here.team_id, name)
    wanted = wanted_of(payload)
    stamp = f"yes{body['container']['message_ts']}{payload.get('stamp', '')}"
    tried = mapping.Try(
        wanted=wanted,
        actor=here.user_id,
        stamp=stamp,
        accepted=accepted,
        named=payload.get("named") or (),
        looked=str(payload.get("looked") or ""),
        post=said_under(wanted.source_id, payload),
        is_undo=bool(payload.get("is_undo")),
    )
    found = kept.find(kit, here.team_id, str(payload["file_id"])) if "file_id" in payload else None
    with kit.sessions() as session:
        cycle = cycles.by_id(session, here.team_id, found.cycle_id if found else int(payload["cycle_id"]))
        roles.require(session, cycle, here.user_id, roles.MEMBERS, "accept a delivery")
        if found is not None:
            mapping.begin(kit, session, here.team_id, found, tried)
            name_of = found.filename
        else:
            mapping.begin_again(kit, session, cycle, tried)
            source = need(session, Source, here.team_id, wanted.source_id)
            name_of = source.name or source.key
    _redraw(client, body, blocks.working(name_of, 0))


def remove(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Take a wrong delivery out."""
    ack()
    here = origin(body)
    with kit.sessions() as session:
        cycle = _member(session, body, here.team_id, "take a delivery out")
        batch = batches.remove(
            session, here.team_id, int(clicked(body)), actor=here.user_id, now=kit.now(), reason="wrong file"
        )
        _tell(kit, session, cycle, batch, pressed=(body, client))


def restore(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Put a delivery back that was taken out; where its source is read otherwise by now, it is read so, too."""
    ack()
    here = origin(body)
    with kit.sessions() as session:
        cycle = _member(session, body, here.team_id, "put a delivery back")
        batch = batches.restore(session, here.team_id, int(clicked(body)), actor=here.user_id, now=kit.now())
        source = need(session, Source, here.team_id, batch.source_id)
        if rereading.is_behind(session, source, batch):
            read_one_again(kit, session, cycle, source, batch, actor=here.user_id)
        _tell(kit, session, cycle, batch, pressed=(body, client), outcome=Outcome.RESTORED.value)


def _tell(
    kit: Kit, session: Session, cycle: Cycle, batch: Batch, *, pressed: tuple[Body, WebClient], outcome: str = "new"
) -> None:
    """Say what became of a delivery: in its file's thread, and where the button was pressed."""
    body, client = pressed
    source = need(session, Source, batch.team_id, batch.source_id)
    shown = telling.message(session, cycle, source, batch, outcome=outcome)
    is_told = telling.tell(kit, session, batch, shown)
    if body.get("view"):
        modals.replace(client, body["view"]["id"], overview(session, cycle, kit))
    elif not is_told:
        _redraw(client, body, shown)


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
