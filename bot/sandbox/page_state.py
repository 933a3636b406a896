"""Everything one person can see, as the page and the Person client read it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox import limits
from bot.sandbox.posts import Posts
from bot.sandbox.shapes import Shapes
from bot.sandbox.workspace import SLACKBOT, Channel, File, Message, Person, View, Workspace

Shape = dict[str, Any]
TOASTS = 20


@dataclass(frozen=True, slots=True)
class PageState:
    """Reads the workspace with one person's eyes."""

    workspace: Workspace
    shapes: Shapes
    posts: Posts
    connected: Callable[[], bool]

    def of(self, person: Person) -> Shape:
        """The whole state."""
        manifest = self.shapes.manifest
        return {
            "seq": self.workspace.seq,
            "team": {"id": self.workspace.team_id, "name": self.workspace.name, "domain": self.workspace.domain},
            "me": self._person(person),
            "people": [self._person(one) for one in self.workspace.people.values() if one.id != SLACKBOT],
            "app": self._app(),
            "acting": self.workspace.acting,
            "commands": [
                {"command": one.command, "description": one.description, "usage_hint": one.usage_hint}
                for one in manifest.commands.values()
            ],
            "shortcuts": [
                {"type": one.type, "name": one.name, "callback_id": one.callback_id, "description": one.description}
                for one in manifest.shortcuts
            ],
            "channels": self._channels(person),
            "views": [self._view(one) for one in self.workspace.stacks.get(person.id, [])],
            "home": self._view(self.workspace.homes[person.id]) if person.id in self.workspace.homes else None,
            "toasts": [
                {"id": one.id, "text": one.text, "at": one.at} for one in self.workspace.toasts if one.user == person.id
            ][-TOASTS:],
        }

    def file(self, file: File) -> Shape:
        """A file as the page shows it."""
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "filetype": file.filetype,
            "size": len(file.content),
            "user": file.user,
            "alt_txt": file.alt_txt,
            "page_url": f"/files/{file.id}/{file.name}",
        }

    def _person(self, person: Person) -> Shape:
        return {
            "id": person.id,
            "name": person.name,
            "real_name": person.real_name,
            "title": person.title,
            "email": person.email,
            "tz": person.tz,
            "tz_label": person.tz,
            "is_bot": person.is_bot,
            "deleted": person.deleted,
            "color": f"#{person.color}",
        }

    def _app(self) -> Shape:
        manifest = self.shapes.manifest
        return {
            "id": self.workspace.app_id,
            "name": manifest.name,
            "description": manifest.description,
            "bot_user_id": self.workspace.bot.id,
            "bot_id": self.workspace.bot_id,
            "connected": self.connected(),
            "home_tab": manifest.home_tab,
            "messages_tab": manifest.messages_tab,
            "messages_read_only": manifest.messages_read_only,
            "color": manifest.color,
        }

    def _channels(self, person: Person) -> list[Shape]:
        mine = [one for one in self.workspace.channels.values() if person.id in one.members]
        others = [
            one
            for one in self.workspace.channels.values()
            if person.id not in one.members and not one.is_im and not one.is_private
        ]
        mine.sort(key=lambda one: one.is_im)
        return [self._channel(one, person, joined=True) for one in mine] + [
            self._channel(one, person, joined=False) for one in others
        ]

    def _channel(self, channel: Channel, person: Person, *, joined: bool) -> Shape:
        seen = [one for one in channel.messages if joined and one.ephemeral_to in ("", person.id)]
        since = channel.read.get(person.id, "")
        fresh = [one for one in seen if one.ts > since and one.user != person.id]
        other = next((one for one in channel.members if one != person.id), person.id)
        return {
            "id": channel.id,
            "name": channel.name,
            "is_im": channel.is_im,
            "is_mpim": channel.is_mpim,
            "is_private": channel.is_private,
            "joined": joined,
            "user": other if channel.is_im else "",
            "topic": channel.topic,
            "members": channel.members,
            "unread": len(fresh),
            "pings": sum(person.id in one.pinged for one in fresh),
            "messages": _threaded([self._message(one) for one in seen]),
        }

    def _message(self, message: Message) -> Shape:
        own = self.shapes.message(message)
        return own | {
            "channel": message.channel,
            "blocks": self._blocks(message.blocks),
            "files": [self.file(self.workspace.files[one]) for one in message.files],
            "ephemeral": bool(message.ephemeral_to),
            "edited": message.edited,
            "posting": (message.metadata or {}).get("event_type") == "csi_posting",  # a bare line, to be filled
            "pinned": message.pinned,
            "reactions": [
                {"name": name, "users": users, "count": len(users)}
                for name, users in message.reactions.items()
                if users
            ],
            "permalink": self.workspace.permalink(message.channel, message.ts, message.thread_ts),
            "broadcast": message.broadcast,
            "pinged": message.pinged,
            "values": message.values,
            "failed": message.failed,
            "reply_count": 0,
            "reply_users": [],
            "replies": [],
        }

    def _view(self, view: View) -> Shape:
        shape = self.shapes.view(view)
        return shape | {
            "blocks": self._blocks(view.content["blocks"]),
            "values": view.values,
            "errors": view.errors,
            "error": view.error,
            "failed": view.failed,
        }

    def _blocks(self, blocks: list[Shape]) -> list[Shape]:
        """The blocks, with an address for every picture."""
        made = copy.deepcopy(blocks)
        for block in made:
            for one in (block, *limits.elements(block)):
                if isinstance(one.get("slack_file"), dict):
                    file = self.posts.find_file(one["slack_file"])
                    one["image_url"] = f"/files/{file.id}/{file.name}" if file else ""
        return made


def _threaded(messages: list[Shape]) -> list[Shape]:
    """Replies moved below their parents; a reply whose parent is not seen stands on its own."""
    parents = {one["ts"]: one for one in messages if one.get("thread_ts", one["ts"]) == one["ts"]}
    top = []
    for one in messages:
        parent = parents.get(one.get("thread_ts", ""))
        if parent is None or parent is one:
            top.append(one)
            continue
        parent["replies"].append(one)
        parent["reply_count"] += not one["ephemeral"]
        if one["user"] not in parent["reply_users"]:
            parent["reply_users"].append(one["user"])
        if one["broadcast"]:
            top.append(one)
    return top
