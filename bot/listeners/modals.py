"""Opening modals where the person is looking, and the cycle a payload is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot.blocks.parts import Block
from bot.log import logger
from bot.payload import origin
from csi import cycle as cycles
from csi.models import Cycle

Body = Mapping[str, Any]
log = logger(__name__)


def show(client: WebClient, body: Body, view: Block) -> None:
    """Open a modal; over the one the click came from, where there is one."""
    in_modal = (body.get("view") or {}).get("type") == "modal"
    (client.views_push if in_modal else client.views_open)(trigger_id=body["trigger_id"], view=view)


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


def remembered(body: Body) -> dict[str, Any]:
    """What the modal of a payload remembers."""
    kept = (body.get("view") or {}).get("private_metadata") or ""
    return dict(json.loads(kept)) if kept.startswith("{") else {}


def cycle_of(session: Session, body: Body) -> Cycle:
    """The cycle a payload is about: the modal's, else the open one of the channel."""
    here, known = origin(body), remembered(body).get("cycle")
    if known is not None:
        return cycles.by_id(session, here.team_id, int(known))
    return cycles.of_channel(session, here.team_id, here.channel_id)
