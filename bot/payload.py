"""Where a payload came from: the same four answers for commands, clicks, modals, shortcuts and events."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]
_PLACE = re.compile(r"@([CDG][A-Z0-9]+)$")


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
    """The id of the workspace whose installation heard it: in a shared channel people may be from another one.

    The same, in the same order, by which Bolt chooses the token.
    """
    installed, team = (body.get("view") or {}).get("app_installed_team_id"), body.get("team")
    if installed or team:
        return str(installed or (team["id"] if isinstance(team, Mapping) else team))
    granted = (body.get("authorizations") or [{}])[0].get("team_id")
    return str(granted or body.get("team_id") or (body.get("user") or {}).get("team_id") or "")


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


def about(body: Body) -> str:
    """The channel whose cycle a payload is about: named by the button, remembered by the modal, else where it was."""
    action = (body.get("actions") or [{}])[0]
    for marked in (action.get("block_id"), action.get("value")):
        if found := _PLACE.search(str(marked or "")):
            return found[1]
    return str(remembered(body).get("channel") or "") or channel_of(body)


def remembered(body: Body) -> dict[str, Any]:
    """What the modal of a payload remembers: its cycle or its channel, and a few numbers."""
    kept = (body.get("view") or {}).get("private_metadata") or ""
    if kept.startswith("{"):
        return dict(json.loads(kept))
    return {"channel": kept} if _PLACE.search(f"@{kept}") else {}


def is_full(view: Mapping[str, Any]) -> bool:
    """Whether a modal is the third on the stack: Slack opens no fourth."""
    below, lowest = view.get("previous_view_id"), view.get("root_view_id")
    return bool(below) and below != lowest


def clicked(body: Body) -> str:
    """The value of what was clicked or chosen."""
    action = (body.get("actions") or [{}])[0]
    if "selected_option" in action:
        return str((action["selected_option"] or {}).get("value", ""))
    for key in ("value", "selected_date", "selected_user", "selected_channel", "selected_conversation"):
        if action.get(key) is not None:
            return str(action[key])
    return ""
