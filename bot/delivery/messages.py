"""One call to Slack for one row: post it, or change it in place; and what to keep of the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks import parts
from bot.log import logger
from csi.models import OutboxPost

log = logger(__name__)

Changes = dict[str, Any]
PEOPLE = ("U", "W")  # how the ids of people begin
GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}


def send(client: WebClient, row: OutboxPost, thread: str, *, shown: bool, now: datetime) -> Changes:
    """Post the row, or update it where it stands; gives the columns to keep."""
    content: dict[str, Any] = {"text": row.text, "blocks": _blocks(row, shown=shown)}
    changes = _updated(client, row, content) if row.ts else None
    if changes is None:
        changes = _posted(client, row, content, thread)
    return {**changes, "status": "sent", "sent_revision": row.revision, "sent_at": now, "error": "", "attempts": 0}


def _updated(client: WebClient, row: OutboxPost, content: dict[str, Any]) -> Changes | None:
    try:
        client.chat_update(channel=row.channel, ts=row.ts, **content)
    except SlackApiError as refused:
        if refused.response.get("error") in GONE:  # somebody deleted it: say it anew
            return None
        raise
    return {}


def _posted(client: WebClient, row: OutboxPost, content: dict[str, Any], thread: str) -> Changes:
    answer = client.chat_postMessage(
        channel=_room(client, row.channel), thread_ts=thread or None, unfurl_links=False, unfurl_media=False, **content
    )
    return {"channel": str(answer["channel"]), "ts": str(answer["ts"])}


def finish(client: WebClient, row: OutboxPost) -> Changes:
    """What is welcome once a message stands, and not worth posting it twice for: its pin and its link."""
    if row.pin:
        _try("pins.add", lambda: client.pins_add(channel=row.channel, timestamp=row.ts))
    answer = _try("chat.getPermalink", lambda: client.chat_getPermalink(channel=row.channel, message_ts=row.ts))
    return {"permalink": str(answer["permalink"])} if answer else {}


def _room(client: WebClient, channel: str) -> str:
    """The channel itself; for a person's id, their conversation with the bot."""
    if not channel.startswith(PEOPLE):
        return channel
    return str(client.conversations_open(users=channel)["channel"]["id"])


def _try(what: str, call: Any) -> Any:
    try:
        return call()
    except (SlackApiError, OSError) as refused:
        log.warning("refused", method=what, error=str(refused))
        return None


def _blocks(row: OutboxPost, *, shown: bool) -> list[parts.Block]:
    """The row's blocks with its image: where the placeholder stands, else behind the first block."""
    blocks = list(row.blocks)
    if not shown:
        return [block for block in blocks if not _placeholder(block)]
    picture = parts.slack_image(row.file_id, row.alt_text)
    if any(_placeholder(block) for block in blocks):
        return [picture if _placeholder(block) else block for block in blocks]
    if not blocks:
        blocks = [parts.section(row.text)]
    return [*blocks[:1], picture, *blocks[1:]]


def _placeholder(block: parts.Block) -> bool:
    return bool(block.get("type") == "image" and block.get("slack_file", {}).get("id") == "image")
