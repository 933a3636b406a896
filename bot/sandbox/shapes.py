"""The workspace's things in the JSON Slack gives of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox import elements
from bot.sandbox.manifest import Manifest
from bot.sandbox.workspace import Channel, File, Message, Person, View, Workspace

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Makes payloads and answers."""

    workspace: Workspace
    manifest: Manifest
    base_url: str

    def team(self) -> Shape:
        """The team as payloads carry it."""
        return {"id": self.workspace.team_id, "domain": self.workspace.domain}

    def user(self, user_id: str) -> Shape:
        """The acting person as interactions carry it."""
        person = self.workspace.people[user_id]
        team = self.workspace.team_id
        return {"id": person.id, "username": person.name, "name": person.name, "team_id": team}

    def profile(self, person: Person, *, email: bool) -> Shape:
        """A person as users.info gives it."""
        profile: Shape = {
            "real_name": person.real_name,
            "display_name": person.name,
            "title": person.title,
            "team": self.workspace.team_id,
        }
        if email and person.email:
            profile["email"] = person.email
        return {
            "id": person.id,
            "team_id": self.workspace.team_id,
            "name": person.name,
            "real_name": person.real_name,
            "deleted": person.deleted,
            "color": person.color,
            "tz": person.tz,
            "tz_label": person.tz,
            "tz_offset": 0,
            "profile": profile,
            "is_admin": False,
            "is_owner": False,
            "is_bot": person.is_bot,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "updated": 0,
        }

    def channel(self, channel: Channel) -> Shape:
        """A channel as conversations.info gives it."""
        shape: Shape = {
            "id": channel.id,
            "created": 0,
            "is_archived": channel.is_archived,
            "is_im": channel.is_im,
            "is_mpim": channel.is_mpim,
            "is_private": channel.is_private or channel.is_im,
            "is_channel": not (channel.is_im or channel.is_private or channel.is_mpim),
            "is_group": channel.is_private and not channel.is_im,
            "is_member": self.workspace.bot.id in channel.members,
        }
        if channel.is_im:
            others = [one for one in channel.members if one != self.workspace.bot.id]
            return shape | {"user": others[0] if others else self.workspace.bot.id}
        return shape | {
            "name": channel.name,
            "name_normalized": channel.name,
            "topic": {"value": channel.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(channel.members),
        }

    def channel_name(self, channel: Channel) -> str:
        """The name commands and actions carry."""
        if channel.is_im:
            return "directmessage"
        return "privategroup" if channel.is_private else channel.name

    def file(self, file: File, *, poll: bool = False) -> Shape:
        """A file; until its processing is done there is no mimetype."""
        done = file.ready or not poll
        private = f"{self.base_url}/files-pri/{self.workspace.team_id}-{file.id}"
        return {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": file.mimetype if done else "",
            "filetype": file.filetype if done else "",
            "pretty_type": file.filetype.upper() if done else "",
            "user": file.user,
            "size": len(file.content) if file.received else file.length,
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "alt_txt": file.alt_txt,
            "url_private": f"{private}/{file.name}",
            "url_private_download": f"{private}/download/{file.name}",
            "permalink": f"https://{self.workspace.domain}.slack.com/files/{file.user}/{file.id}/{file.name}",
            **self._shares(file),
        }

    def _shares(self, file: File) -> Shape:
        """Where a file is shown: ids by kind of channel, and each message."""
        kinds: dict[str, list[str]] = {"channels": [], "groups": [], "ims": [], "mpims": []}
        shares: dict[str, Shape] = {}
        for channel_id, messages in file.shares.items():
            channel = self.workspace.channels[channel_id]
            kinds[f"{channel.event_kind.rstrip('s')}s"].append(channel_id)
            public = "public" if channel.event_kind == "channels" else "private"
            shares.setdefault(public, {})[channel_id] = messages
        return {"channels": kinds["channels"], "groups": kinds["groups"], "ims": kinds["ims"], "shares": shares}

    def message(self, message: Message) -> Shape:
        """A message as answers and payloads carry it."""
        shape: Shape = {
            "type": "message",
            "user": message.user,
            "ts": message.ts,
            "text": message.text,
            "team": self.workspace.team_id,
        }
        if message.bot_id:
            shape |= {"bot_id": message.bot_id, "app_id": self.workspace.app_id}
        if message.blocks:
            shape["blocks"] = message.blocks
        if message.files:
            shape["files"] = [self.file(self.workspace.files[one]) for one in message.files]
        for name in ("thread_ts", "subtype", "edited", "metadata", "username"):
            if getattr(message, name):
                shape[name] = getattr(message, name)
        return shape

    def state(self, blocks: list[Shape], values: elements.Values, key: str) -> Shape:
        """``state.values`` of a message (``key`` its ts) or a view."""

        def options(block: Shape, element: Shape) -> list[Shape]:
            return elements.listed(element) + self.offers(key, block["block_id"], element["action_id"])

        def files(file_id: str) -> Shape:
            return self.file(self.workspace.files[file_id])

        return {"values": elements.state(blocks, values, options, files)}

    def offers(self, key: str, block_id: str, action_id: str) -> list[Shape]:
        """What an external select has offered so far."""
        return self.workspace.offered.get((key, block_id, action_id), [])

    def view(self, view: View) -> Shape:
        """A view as answers and payloads carry it."""
        content = view.content
        return {
            "id": view.id,
            "team_id": self.workspace.team_id,
            "type": content["type"],
            "blocks": content["blocks"],
            "private_metadata": content.get("private_metadata") or "",
            "callback_id": content.get("callback_id") or "",
            "state": self.state(content["blocks"], view.values, view.id),
            "hash": view.hash,
            "title": content.get("title"),
            "submit": content.get("submit"),
            "close": content.get("close"),
            "clear_on_close": bool(content.get("clear_on_close")),
            "notify_on_close": bool(content.get("notify_on_close")),
            "submit_disabled": False,
            "previous_view_id": view.previous_id or None,
            "root_view_id": view.root_id or view.id,
            "app_id": self.workspace.app_id,
            "external_id": content.get("external_id") or "",
            "app_installed_team_id": self.workspace.team_id,
            "bot_id": self.workspace.bot_id,
        }
