"""Collecting: what is wanted or due is fetched, kept and read like a dropped file, or said to have failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import sources as blocks
from bot.blocks import step3_gather as batch_blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.sources import listing, offering
from bot.listeners.step3_gather.reading import typed_columns
from bot.payload import clicked, user_of
from csi import cycle as cycles
from csi import roles
from csi.errors import Conflict, CsiError
from csi.models import Cycle, Source
from csi.reading.connectors.asked import Asked, Collected
from csi.reading.connectors.table import as_delivered
from csi.reading.content import Content
from csi.reading.layout import of_content
from csi.states import CycleState
from csi.step3_gather import batches, schedule
from csi.step3_gather.batches import Outcome, Recorded
from csi.step3_gather.intake import Intake, take_in
from csi.step3_gather.schedule import Came
from csi.storage import need, row

Body = Mapping[str, Any]
_UNEXPECTED = "Something went wrong here that I did not expect; an administrator finds it in the log."


def collect_now(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Somebody wants a source collected at once."""
    ack()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.MEMBERS, "collect a source")
        source = listing.own(session, cycle, int(clicked(body)))
        begin(kit, session, cycle, source, user_of(body))
        shown = listing.view(session, cycle)
    modals.replace(client, body["view"]["id"], shown)


def begin(kit: Kit, session: Session, cycle: Cycle, source: Source, actor: str) -> None:
    """Leave the collecting to the job, and say in the card's thread who began it."""
    stamp = f"{source.id}:{kit.now():%Y%m%d%H%M%S}"
    kit.outbox.post(
        session,
        team_id=cycle.team_id,
        channel=cycle.channel_id,
        text=blocks.begun(source, actor),
        thread_key=f"card:{cycle.id}",
        key=_post_key(stamp),
    )
    payload = {"source_id": source.id, "actor": actor, "stamp": stamp}
    kit.inbox.later(
        session,
        team_id=cycle.team_id,
        kind="source.collect",
        key=stamp,
        payload=payload,
        user=actor,
        channel=cycle.channel_id,
    )


def _post_key(stamp: str) -> str:
    return f"source.collect:{stamp}"


def collect(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job: ask, keep, read, record; a failure is remembered, and said when it does not pass."""
    team_id, stamp = str(payload["team_id"]), str(payload.get("stamp") or "")
    with kit.sessions.reading() as session:
        source = need(session, Source, team_id, int(payload["source_id"]))
        cycle = row(session, Cycle, team_id, service_id=source.service_id, state=CycleState.OPEN)
    if cycle is None or source.retired_at is not None:
        return
    with TemporaryDirectory(prefix="csi-collect-") as folder:
        try:
            made = _collected(kit, source, cycle, Path(folder), str(payload.get("actor") or source.created_by))
        except Conflict:
            return  # another process was first, and has said what there is to say
        except CsiError as error:
            _failed(kit, source, cycle, error, stamp)
            return
        except Exception:
            _failed(kit, source, cycle, CsiError(_UNEXPECTED), stamp)
            raise  # its trace belongs into the log
    _came(kit, source, cycle, made, stamp)


def _collected(kit: Kit, source: Source, cycle: Cycle, folder: Path, actor: str) -> Recorded | None:
    with kit.sessions.reading() as session:
        asked = schedule.asked(session, source, cycle, folder, kit.now())
    collected = kit.fetch(_with_secret(asked, secret_of(kit, source)))
    intake = _taken_in(kit, source, cycle, asked, collected)
    pages = tuple(kit.files.keep(source.team_id, page) for page in collected.pages)
    came = Came(collected, intake, dict(asked.progress), pages)
    with kit.sessions() as session:
        kept = need(session, Source, source.team_id, source.id)
        return schedule.succeeded(session, kept, cycle, came, actor=actor, now=kit.now())


def secret_of(kit: Kit, source: Source) -> dict[str, str]:
    """The whole address and the Authorization header of a source, where they are secret."""
    opened = kit.vault.open(source.secret_encrypted)
    return dict(json.loads(opened)) if opened else {}


def _with_secret(asked: Asked, secret: Mapping[str, str]) -> Asked:
    return replace(asked, address=secret.get("address", ""), authorization=secret.get("authorization", ""))


def _taken_in(kit: Kit, source: Source, cycle: Cycle, asked: Asked, collected: Collected) -> Intake | None:
    if collected.path is None:
        return None
    definition = as_delivered(asked.source)
    names = of_content(Content(collected.path, collected.filename), definition).names
    with kit.sessions.reading() as session:
        moments, numbers = typed_columns(session, cycle, source, names)
    return take_in(
        kit.files,
        source.team_id,
        collected.path,
        definition,
        moments=moments,
        numbers=numbers,
        filename=collected.filename,
    )


def _offered(kit: Kit, cycle: Cycle, source: Source, made: Recorded | None, stamp: str) -> list[Block]:
    """What the delivery can be measured by, where somebody asked for it or it is the first."""
    if made is None or made.outcome is Outcome.KNOWN or not (stamp or made.batch.ordinal == 1):
        return []
    return offering.offered(kit, cycle, source, made.batch, _post_key(stamp or f"b{made.batch.id}"))


def _came(kit: Kit, source: Source, cycle: Cycle, made: Recorded | None, stamp: str) -> None:
    """Say what came to who asked; of what came by the clock only what needs a person."""
    offer = _offered(kit, cycle, source, made, stamp)
    with kit.sessions() as session:
        kept = need(session, Source, source.team_id, source.id)
        if schedule.was_said_to_fail(source):
            _post(kit, session, cycle, blocks.works_again(kept), f"source.works:{kept.id}:{kit.now():%Y%m%d%H%M%S}")
        if made is None or made.outcome is Outcome.KNOWN:
            if stamp:
                kit.outbox.update(session, team_id=cycle.team_id, key=_post_key(stamp), text=blocks.nothing_new(kept))
            return
        if not stamp and not made.batch.quarantined and not offer:
            return
        cells = batches.open_cells(session, kept.team_id, made.batch.id, limit=5)
        shown = batch_blocks.recorded(
            made.batch, kept, outcome=made.outcome.value, cells=cells, notes=(), zone=cycle.timezone
        )
        if offer:  # how it was read is asked there; what could not be read is said all the same
            shown = [*(shown[:-1] if made.batch.quarantined else shown[:1]), *offer]
        kit.outbox.keep(
            session,
            team_id=cycle.team_id,
            channel=cycle.channel_id,
            key=_post_key(stamp or f"b{made.batch.id}"),
            text=batch_blocks.words(shown),
            blocks=shown,
        )


def _failed(kit: Kit, source: Source, cycle: Cycle, error: CsiError, stamp: str) -> None:
    with kit.sessions() as session:
        kept = need(session, Source, source.team_id, source.id)
        failure = schedule.failed(session, kept, error, now=kit.now())
        text = blocks.failed(kept, failure, cycle.timezone)
        if stamp:
            kit.outbox.update(session, team_id=cycle.team_id, key=_post_key(stamp), text=text)
        if failure.say:
            key = f"source.failed:{kept.id}:{failure.since.isoformat()}"
            _post(kit, session, cycles.by_id(session, cycle.team_id, cycle.id), text, key)
            if kept.owner:
                kit.outbox.post(session, team_id=cycle.team_id, channel=kept.owner, text=text, key=f"{key}:owner")


def _post(kit: Kit, session: Session, cycle: Cycle, text: str, key: str) -> None:
    kit.outbox.post(session, team_id=cycle.team_id, channel=cycle.channel_id, text=text, key=key)
