"""App Home, drawn when somebody opens it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient

from bot.blocks import home as blocks
from bot.context import Kit
from bot.payload import team_of
from csi import cycle as cycles
from csi import roles

Body = Mapping[str, Any]


def opened(event: Body, body: Body, client: WebClient, kit: Kit) -> None:
    """Show one person what is theirs."""
    if event.get("tab") != "home":
        return
    client.views_publish(user_id=event["user"], view=drawn(kit, team_of(body), str(event["user"])))


def drawn(kit: Kit, team_id: str, user_id: str) -> dict[str, Any]:
    """The home tab as it is now: cycles of services where the person holds a role."""
    with kit.sessions.reading() as session:
        services = {one.service_id for one in roles.of_person(session, team_id, user_id)}
        places = [
            blocks.Place(cycles.overview(session, cycle, kit.now()), cycle.channel_id)
            for cycle in cycles.open_cycles(session, team_id)
            if cycle.service_id in services
        ]
    return blocks.view(user_id, places)
