"""How a source is read: looked at, changed on the newest delivery's kept bytes, undone."""

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
from bot.listeners.step3_gather import mapping
from bot.listeners.step3_gather.drop import Drop
from bot.payload import clicked, origin, user_of
from csi import cycle as cycles
from csi import roles
from csi.errors import Conflict, NotFound, Place, Way
from csi.measurement import deliveries
from csi.models import Batch, Cycle, Source
from csi.reading.layout import guess
from csi.step3_gather import rereading, sources
from csi.step3_gather.settling import Wanted
from csi.storage import need

Body = Mapping[str, Any]
FORM = ("sheet", "header_row", "delimiter", "encoding")


def show(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """What a source is read as, and by whom that was said."""
    ack()
    with kit.sessions.reading() as session:
        source = need(session, Source, origin(body).team_id, int(clicked(body)))
        view = _view(session, _cycle(session, source), source)
    modals.show(client, body, view)


def _view(session: Session, cycle: Cycle, source: Source) -> Block:
    said = sources.definition(source.key, source.mapping)
    return blocks.how(
        source,
        said,
        _newest(session, source),
        rereading.last_change(session, source),
        metadata=modals.metadata(cycle, source=source.id),
        zone=cycle.timezone,
    )


def _cycle(session: Session, source: Source) -> Cycle:
    """The newest cycle of the source's service."""
    held = cycles.of_service(session, source.team_id, source.service_id)
    if not held:
        raise NotFound("That source belongs to no cycle any more.")
    return held[-1]


def _newest(session: Session, source: Source) -> Batch | None:
    """The newest file that counts."""
    files = [one for one in deliveries.current(session, source) if one.way == "file"]
    return files[-1] if files else None


def change(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The mapping form, on the bytes kept of the newest delivery."""
    ack()
    team_id = origin(body).team_id
    with kit.sessions.reading() as session:
        source = need(session, Source, team_id, int(clicked(body)))
        cycle = _cycle(session, source)
        roles.require(session, cycle, user_of(body), roles.MEMBERS, "change how a source is read")
        newest = _newest(session, source)
    if newest is None:
        raise Conflict("Nothing has been read into it yet. Drop a file into the channel.")
    view_id = _place(body, client)
    found = _looked_at(kit, cycle, source, newest)
    with kit.sessions.reading() as session:
        view = mapping.form(session, cycle, found, mapping.first(session, cycle, found))
    modals.replace(client, view_id, view)


def _place(body: Body, client: WebClient) -> str:
    """The view that will hold the form: the one that says how it is read, else a new one, at once."""
    if (body.get("view") or {}).get("type") == "modal":
        return str(body["view"]["id"])
    return str(modals.show(client, body, blocks.looking())["view"]["id"])


def _looked_at(kit: Kit, cycle: Cycle, source: Source, batch: Batch) -> Drop:
    """A delivery as if it had just been dropped, in the form its mapping states."""
    own_sheet = {"sheet": batch.mapping["sheet"]} if batch.mapping.get("sheet") else {}  # it may be one a month
    said = {**source.mapping, **own_sheet}
    stated = {name: value for name in FORM if (value := said.get(name)) is not None}
    with kit.files.local(batch.raw_key) as path:
        layout = guess(path, batch.filename, sources.definition(source.key, stated))
    found = Drop(
        file_id=f"source{source.id}",
        filename=batch.filename,
        size=batch.size,
        sha256=batch.sha256,
        raw_key=batch.raw_key,
        cycle_id=cycle.id,
        channel=cycle.channel_id,
        thread_ts="",
        user=batch.delivered_by,
        permalink=batch.permalink,
        layout=layout,
        stated=stated,
        source_id=source.id,
    )
    kept.keep(kit.files, source.team_id, found)
    return found


def undo(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Read a source as it was read before its mapping was changed last."""
    ack()
    here = origin(body)
    source_id, _, version = clicked(body).partition(":")
    with kit.sessions() as session:
        source = need(session, Source, here.team_id, int(source_id))
        cycle = _cycle(session, source)
        roles.require(session, cycle, here.user_id, roles.MEMBERS, "change how a source is read")
        if str(source.version) != version:
            raise Conflict("It was changed again meanwhile. Look at how it is read now.", ways=[Way(Place.SOURCE)])
        before = rereading.last_change(session, source)
        if before is None or not before.before:
            raise Conflict("It was never read otherwise.")
        wanted = Wanted(source.id, "", before.before)
        tried = mapping.Try(wanted=wanted, actor=here.user_id, stamp=f"undo{version}", is_undo=True)
        mapping.begin_again(kit, session, cycle, tried)
        view = blocks.undoing(source)
    if (body.get("view") or {}).get("type") == "modal":
        modals.replace(client, body["view"]["id"], view)
