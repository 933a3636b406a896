"""People: their names and zones, and what they held when they leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks import notices
from bot.blocks.text import escape, mention
from bot.context import Kit
from bot.payload import team_of
from csi import roles
from csi.errors import Place, Way
from csi.models import Cycle, Service
from csi.storage import need, row
from csi.terms import Role
from csi.words.wording import listed

Body = Mapping[str, Any]


def remember(payload: Body, client: WebClient, kit: Kit) -> None:
    """Keep names and zones of people who got a role, for reminders in their time."""
    for user_id in payload["users"]:
        found = _profile(client, user_id)
        if found is not None:
            _keep(kit, str(payload["team_id"]), found)


def _profile(client: WebClient, user_id: str) -> Body | None:
    """What Slack says of a person; None of somebody from another workspace, whose id must do."""
    try:
        return dict(client.users_info(user=user_id)["user"])
    except SlackApiError:
        return None


def changed(event: Body, body: Body, kit: Kit) -> None:
    """A profile changed; a deactivated person's roles are listed, so that they are given on."""
    user, team_id = event["user"], team_of(body)
    with kit.sessions.reading() as session:
        held = roles.of_person(session, team_id, user["id"])
        known = roles.person(session, team_id, user["id"])
    if known is None and not held:
        return
    left_before = known is not None and known.left_at is not None
    _keep(kit, team_id, user)
    if user.get("deleted") and not left_before:
        _ask_to_give_on(kit, team_id, user, held)


def _keep(kit: Kit, team_id: str, user: Body) -> None:
    profile = user.get("profile") or {}
    with kit.sessions() as session:
        roles.remember_person(
            session, team_id=team_id, user_id=user["id"],
            name=profile.get("display_name") or user.get("real_name") or user.get("name") or "",
            email=profile.get("email") or "", timezone=user.get("tz") or "UTC",
            left_at=kit.now() if user.get("deleted") else None,
        )  # fmt: skip


def _ask_to_give_on(kit: Kit, team_id: str, user: Body, held: list[Any]) -> None:
    with kit.sessions() as session:
        for service_id in sorted({one.service_id for one in held}):
            service = need(session, Service, team_id, service_id)
            words = [one.role for one in held if one.service_id == service_id]
            text = (
                f"{mention(user['id'])} has left the workspace and was {listed(words)} of {escape(service.name)}. "
                f"Please give that on: `/csi roles` in its channel."
            )
            running = row(session, Cycle, team_id, open_service=service_id)
            blocks = notices.problem_mrkdwn(text, running.channel_id if running else "", [Way(Place.ROLES)])
            for manager in roles.holders(session, team_id, service_id, Role.CSI_MANAGER, Role.SERVICE_OWNER):
                if manager != user["id"]:
                    kit.outbox.post(
                        session, team_id=team_id, channel=manager, text=text, blocks=blocks,
                        key=f"left:{user['id']}:{service_id}:{manager}",
                    )  # fmt: skip
