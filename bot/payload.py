"""Where a payload came from: the same four answers for commands, clicks, modals, shortcuts and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Workspace, person, and the channel and thread they were in (empty where there is none)."""

    team_id: str
    user_id: str
    channel_id: str = ""
    thread_ts: str = ""


def origin(body: Body) -> Origin:
    """Who did it, and where."""
    message = body.get("message") or {}
    return Origin(team_of(body), user_of(body), channel_of(body), message.get("thread_ts") or message.get("ts") or "")


def team_of(body: Body) -> str:
    """The workspace's id."""
    team = body.get("team")
    if isinstance(team, Mapping):
        return str(team["id"])
    return str(body.get("team_id") or (body.get("user") or {}).get("team_id") or "")


def user_of(body: Body) -> str:
    """The acting person's id."""
    event = body.get("event") or {}
    for user in (body.get("user"), body.get("user_id"), event.get("user"), event.get("user_id")):
        if isinstance(user, Mapping):
            return str(user["id"])
        if user:
            return str(user)
    return ""


def channel_of(body: Body) -> str:
    """The channel's id; in a modal there is none, keep it in ``private_metadata``."""
    event = body.get("event") or {}
    for channel in (body.get("channel"), body.get("channel_id"), event.get("channel"), event.get("channel_id")):
        if isinstance(channel, Mapping):
            return str(channel["id"])
        if channel:
            return str(channel)
    return str((body.get("container") or {}).get("channel_id") or "")


def clicked(body: Body) -> str:
    """The value of what was clicked or chosen."""
    action = (body.get("actions") or [{}])[0]
    if "selected_option" in action:
        return str((action["selected_option"] or {}).get("value", ""))
    for key in ("value", "selected_date", "selected_user", "selected_channel", "selected_conversation"):
        if action.get(key) is not None:
            return str(action[key])
    return ""
