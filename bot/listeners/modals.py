"""Opening modals where the person is looking, and the cycle a payload is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlmodel import Session

from bot.blocks.notices import NOTICE
from bot.blocks.parts import Block
from bot.log import logger
from bot.payload import about, is_full, origin, remembered
from csi import cycle as cycles
from csi.errors import Conflict, Way
from csi.models import Cycle, Row
from csi.storage import hold, reads_only

__all__ = [
    "cycle_of",
    "hold_service",
    "metadata",
    "refresh",
    "remembered",
    "replace",
    "require_unchanged",
    "seen",
    "show",
]

Body = Mapping[str, Any]
log = logger(__name__)


def show(client: WebClient, body: Body, view: Block) -> SlackResponse:
    """Open a modal; over the one the click came from, or in its place where that was only a notice or the third."""
    here = body.get("view") or {}
    if here.get("type") != "modal":
        return client.views_open(trigger_id=body["trigger_id"], view=view)
    if here.get("callback_id") == NOTICE or is_full(here):
        return client.views_update(view_id=here["id"], view=view)
    return client.views_push(trigger_id=body["trigger_id"], view=view)


def refresh(client: WebClient, body: Body, view: Block) -> None:
    """Bring the modal below a submitted one up to date; nothing when there is none."""
    sent = body.get("view") or {}
    root = sent.get("root_view_id")
    if root and root != sent.get("id"):
        replace(client, root, view)


def replace(client: WebClient, view_id: str, view: Block) -> None:
    """Show a modal anew; the person may have closed it meanwhile."""
    try:
        client.views_update(view_id=view_id, view=view)
    except SlackApiError as refused:
        log.info("view_not_updated", error=refused.response.get("error"))


def metadata(cycle: Cycle, **more: Any) -> str:
    """What a modal must remember: its cycle, and a few numbers."""
    return json.dumps({"cycle": cycle.id, **more})


def seen(shown: Row | Mapping[str, Any]) -> str:
    """Identifies what a form was filled in from, so that it does not write over what others changed meanwhile."""
    said = shown.model_dump(mode="json") if isinstance(shown, Row) else shown
    return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


def require_unchanged(body: Body, shown: Row | Mapping[str, Any], what: str, way: Way) -> None:
    """Refuse a form that was filled in from what is no longer so.

    Raises:
        Conflict: somebody changed it meanwhile; ``way`` leads to how it is now.
    """
    known = remembered(body).get("seen")
    if known is not None and known != seen(shown):
        raise Conflict(f"Somebody changed {what} while you had this open. Look at it as it is now.", ways=[way])


def cycle_of(session: Session, body: Body) -> Cycle:
    """The cycle a payload is about: the modal's, else the open one of the channel.

    In a session that writes, nobody else changes anything of its service from here on until that ends: of two people
    at the same button the second sees what the first did.
    """
    team_id, known = origin(body).team_id, remembered(body).get("cycle")
    if known is not None:
        cycle = cycles.by_id(session, team_id, int(known))
    else:
        cycle = cycles.of_channel(session, team_id, about(body))
    if not reads_only(session):
        hold_service(session, cycle)
    return cycle


def hold_service(session: Session, cycle: Cycle) -> None:
    """Nobody else changes anything of the cycle's service until the session ends."""
    hold(session, cycle, f"service:{cycle.team_id}:{cycle.service_id}")
