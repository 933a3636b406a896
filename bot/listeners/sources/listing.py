"""The sources of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import sources as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from csi.measurement import deliveries
from csi.models import Cycle, Source
from csi.step2_can_measure.sources import of_service
from csi.step3_gather import origins, schedule
from csi.storage import need

Body = Mapping[str, Any]


def show(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi source``: the list."""
    ack()
    with kit.sessions.reading() as session:
        found = view(session, modals.cycle_of(session, body))
    modals.show(client, body, found)


def view(session: Session, cycle: Cycle) -> Block:
    """The list as a modal."""
    lines = [_line(session, cycle, source) for source in of_service(session, cycle.team_id, cycle.service_id)]
    return blocks.listing(lines, modals.metadata(cycle), cycle.timezone)


def _line(session: Session, cycle: Cycle, source: Source) -> blocks.Line:
    held = deliveries.current(session, source)
    collected = source.kind in schedule.KINDS and bool(source.mapping)
    return blocks.Line(
        source,
        list(origins.feeds(session, cycle, source)),
        held[-1] if held else None,
        len(held),
        schedule.next_at(source) if collected else None,
    )


def own(session: Session, cycle: Cycle, source_id: int) -> Source:
    """A source of the cycle's own service that is in use."""
    found = need(session, Source, cycle.team_id, source_id)
    is_own = found.service_id == cycle.service_id and found.retired_at is None
    return found if is_own else need(session, Source, cycle.team_id, -1)
