"""Messages: said by people and by the app, changed, deleted, shown to one person only."""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import elements, escaping, limits
from bot.sandbox.events import Events
from bot.sandbox.refusal import Refused
from bot.sandbox.workspace import SLACKBOT, Channel, File, Message, Workspace


@dataclass(slots=True)
class Settings:
    """How hard the workspace is to live in."""

    file_polls: int = 2
    rate_per_channel: float = 0.0
    newer_blocks: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says: text, blocks, files."""

    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    files: tuple[str, ...] = ()
    metadata: dict[str, Any] | None = None


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A copy in which every block has a block_id and every element that acts an action_id."""
    made = copy.deepcopy(blocks)
    for block in made:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in limits.elements(block):
            if element.get("type") not in ("image", "plain_text", "mrkdwn") and "elements" not in element:
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return made


@dataclass(frozen=True, slots=True)
class Posts:
    """Puts messages into channels and tells the app where it may hear."""

    workspace: Workspace
    events: Events
    settings: Settings

    def find_file(self, reference: dict[str, Any]) -> File | None:
        """The file a slack_file names by id or by url."""
        found, url = self.workspace.files.get(str(reference.get("id") or "")), str(reference.get("url") or "")
        if found is None and url:
            found = next((one for one in self.workspace.files.values() if f"-{one.id}/" in url), None)
        return found

    def content(self, args: dict[str, Any]) -> Content:
        """What a Web API call wants to say, checked.

        Raises:
            Refused: invalid_blocks, msg_blocks_too_long, msg_too_long, no_text.
        """
        text, blocks = args.get("text") or "", args.get("blocks") or []
        problems = limits.message_problems(blocks, self.find_file, newer=self.settings.newer_blocks)
        if problems:
            raise Refused("invalid_blocks", problems)
        if limits.text_length(blocks) > limits.MESSAGE_TEXT:
            raise Refused("msg_blocks_too_long")
        if len(text) > limits.FALLBACK_TEXT:
            raise Refused("msg_too_long")
        if not text and not blocks and not args.get("attachments"):
            raise Refused("no_text")
        return Content(text=text, blocks=with_ids(blocks), metadata=args.get("metadata"))

    def say(
        self, user: str, channel: Channel, content: Content, *, thread_ts: str = "", broadcast: bool = False
    ) -> Message:
        """A message for everybody in the channel."""
        message = self._new(user, channel, content, thread_ts)
        message.broadcast = broadcast
        message.metadata = content.metadata
        message.pinged = escaping.pinged(self.workspace, channel.id, user, content.text, content.blocks)
        channel.read[user] = message.ts
        self.events.message(message)
        for file_id in content.files:
            self.share(self.workspace.files[file_id], channel, message)
        self.workspace.changed()
        return message

    def whisper(self, user: str, to: str, channel: Channel, content: Content, *, thread_ts: str = "") -> Message:
        """A message only one person sees; it is never an event and never in a history."""
        message = self._new(user, channel, content, thread_ts)
        message.ephemeral_to = to
        self.workspace.changed()
        return message

    def slackbot(self, to: str, channel: Channel, text: str) -> None:
        """Slack itself tells one person something."""
        self.whisper(SLACKBOT, to, channel, Content(text=text))

    def change(self, message: Message, content: Content, by: str) -> None:
        """New text and blocks for a message; nobody is pinged again."""
        message.text = content.text
        message.blocks = content.blocks
        message.values = elements.initial_values(content.blocks, message.values)
        message.failed = {}
        message.edited = {"user": by, "ts": self.workspace.new_ts()}
        if content.metadata is not None:
            message.metadata = content.metadata
        if not message.ephemeral_to:
            self.events.message_changed(message, "message_changed")
        self.workspace.changed()

    def remove(self, message: Message) -> None:
        """A message is gone."""
        self.workspace.channels[message.channel].messages.remove(message)
        if not message.ephemeral_to:
            self.events.message_changed(message, "message_deleted")
        self.workspace.changed()

    def share(self, file: File, channel: Channel, message: Message) -> None:
        """A file becomes visible in a channel, by a message."""
        share = {"ts": message.ts, "channel_name": channel.name, "team_id": self.workspace.team_id}
        if message.is_reply:
            share["thread_ts"] = message.thread_ts
        file.shares.setdefault(channel.id, []).append(share)
        self.events.file_shared(file, channel)

    def _new(self, user: str, channel: Channel, content: Content, thread_ts: str) -> Message:
        message = Message(
            channel=channel.id,
            ts=self.workspace.new_ts(),
            user=user,
            text=content.text,
            blocks=content.blocks,
            files=list(content.files),
            thread_ts=thread_ts,
            bot_id=self.workspace.bot_id if user == self.workspace.bot.id else "",
            values=elements.initial_values(content.blocks),
        )
        root = channel.message(thread_ts) if thread_ts else None
        if root is not None and not root.ephemeral_to and not message.ephemeral_to:
            root.thread_ts = root.ts
        channel.messages.append(message)
        return message
