"""Events: raised for what the manifest declares, and only from channels the bot is in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from bot.sandbox.delivery import Delivery
from bot.sandbox.shapes import Shapes
from bot.sandbox.workspace import Channel, File, Message, Person, View, Workspace, new_id

KINDS = {"im": "im", "mpim": "mpim", "groups": "group", "channels": "channel"}


@dataclass(frozen=True, slots=True)
class Events:
    """Tells the app what happened."""

    workspace: Workspace
    shapes: Shapes
    delivery: Delivery

    def message(self, message: Message) -> None:
        """A message was said."""
        channel = self.workspace.channels[message.channel]
        said = self.shapes.message(message) | {
            "channel": channel.id,
            "channel_type": KINDS[channel.event_kind],
            "event_ts": message.ts,
        }
        if message.files and not message.subtype:
            said["subtype"] = "file_share"
        self._raise(f"message.{channel.event_kind}", said, channel)
        bot = self.workspace.bot.id
        if f"<@{bot}" in message.text and message.user != bot:
            self._raise("app_mention", said | {"type": "app_mention"}, channel)

    def message_changed(self, message: Message, subtype: str) -> None:
        """A message was edited or deleted."""
        channel = self.workspace.channels[message.channel]
        event: dict[str, Any] = {
            "type": "message",
            "subtype": subtype,
            "channel": channel.id,
            "channel_type": KINDS[channel.event_kind],
            "hidden": True,
            "ts": self.workspace.new_ts(),
        }
        event["event_ts"] = event["ts"]
        name = "message" if subtype == "message_changed" else "previous_message"
        self._raise(f"message.{channel.event_kind}", event | {name: self.shapes.message(message)}, channel)

    def file_shared(self, file: File, channel: Channel) -> None:
        """A file was shared in a channel."""
        event = {
            "type": "file_shared",
            "file_id": file.id,
            "user_id": file.user,
            "file": {"id": file.id},
            "channel_id": channel.id,
            "event_ts": self.workspace.new_ts(),
        }
        self._raise("file_shared", event, channel)

    def membership(self, person: Person, channel: Channel, inviter: str, *, joined: bool) -> None:
        """Somebody came or went."""
        kind = "member_joined_channel" if joined else "member_left_channel"
        event = {
            "type": kind,
            "user": person.id,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": self.workspace.team_id,
            "event_ts": self.workspace.new_ts(),
        }
        if inviter:
            event["inviter"] = inviter
        self._raise(kind, event, channel, also=person.id == self.workspace.bot.id)

    def home_opened(self, person: Person, tab: str, channel: Channel, view: View | None) -> None:
        """Somebody looks at the app."""
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": channel.id,
            "tab": tab,
            "event_ts": self.workspace.new_ts(),
        }
        if view is not None:
            event["view"] = self.shapes.view(view)
        self._raise("app_home_opened", event)

    def reaction(self, message: Message, user: str, name: str, *, added: bool) -> None:
        """Somebody put or took back a reaction."""
        kind = "reaction_added" if added else "reaction_removed"
        event = {
            "type": kind,
            "user": user,
            "reaction": name,
            "item_user": message.user,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "event_ts": self.workspace.new_ts(),
        }
        self._raise(kind, event, self.workspace.channels[message.channel])

    def user_change(self, person: Person) -> None:
        """A profile changed, or the person was deactivated."""
        user = self.shapes.profile(person, email="users:read.email" in self.shapes.manifest.scopes)
        event = {"type": "user_change", "user": user, "event_ts": self.workspace.new_ts()}
        self._raise("user_change", event)

    def uninstalled(self) -> None:
        """The app was removed from the workspace."""
        now = self.workspace.new_ts()
        tokens = {"bot": [self.workspace.bot.id], "oauth": []}
        self._raise("tokens_revoked", {"type": "tokens_revoked", "tokens": tokens, "event_ts": now})
        self._raise("app_uninstalled", {"type": "app_uninstalled", "event_ts": now})

    def _raise(self, name: str, event: dict[str, Any], channel: Channel | None = None, *, also: bool = False) -> None:
        if name not in self.shapes.manifest.events:
            return
        if channel is not None and self.workspace.bot.id not in channel.members and not also:
            return
        self.delivery.event(self._envelope(event))

    def _envelope(self, event: dict[str, Any]) -> dict[str, Any]:
        who = {
            "enterprise_id": None,
            "team_id": self.workspace.team_id,
            "user_id": self.workspace.bot.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": "sandbox",
            "team_id": self.workspace.team_id,
            "api_app_id": self.workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [who],
            "is_ext_shared_channel": False,
        }
