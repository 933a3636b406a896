"""``/csi gather``: per KPI what was expected, what came, what is missing."""

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
from csi.models import Cycle
from csi.states import CycleState
from csi.step2_can_measure.sources import of_service
from csi.step3_gather import batches
from csi.step3_gather.expected import arrivals

Body = Mapping[str, Any]


def gather(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Show what has come."""
    ack()
    with kit.sessions.reading() as session:
        view = overview(session, modals.cycle_of(session, body), kit)
    modals.show(client, body, view)


def overview(session: Session, cycle: Cycle, kit: Kit) -> Block:
    """The view of what has come for a cycle."""
    found = arrivals(session, cycle, kit.now())
    held = batches.newest_of(session, of_service(session, cycle.team_id, cycle.service_id), blocks.DELIVERIES)
    may_type = cycle.state == CycleState.OPEN
    return blocks.overview(found, held, metadata=modals.metadata(cycle), zone=cycle.timezone, may_type=may_type)
