"""One call to Slack for one row: post it, or change it in place; and what to keep of the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks import parts
from csi.models import OutboxPost
from csi.states import OutboxState

Changes = dict[str, Any]
PEOPLE = ("U", "W")  # how the ids of people begin
POSTING = "csi_posting"  # the metadata of a line whose content is on its way
_MENTION = re.compile(r"<[@!][^>]+>")
GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}


class Picture(Enum):
    """What a message does with its picture."""

    NONE = "it has none, or it is not ready"
    SHOWN = "it stands in the message"
    IN_THREAD = "Slack refuses it there: it goes into the thread"


IN_THREAD = parts.context(":frame_with_picture: Slack does not show the picture here; it comes in the thread.")


def send(client: WebClient, row: OutboxPost, thread: str, *, picture: Picture, now: datetime) -> Changes:
    """Post the row, or update it where it stands; gives the columns to keep.

    Slack has no way to ask whether a post arrived whose answer was lost, so it is said again. What somebody could press
    is therefore not in the first call: that posts a bare line, the next one (``sent_revision`` is behind) makes it what
    it is to be. Whatever is lost, there are never two of the same questions to be answered.
    """
    content: dict[str, Any] = {"text": row.text, "blocks": _blocks(row, picture)}
    done = {"status": OutboxState.SENT, "sent_revision": row.revision, "sent_at": now, "error": "", "attempts": 0}
    changes = _updated(client, row, content) if row.ts else None
    if changes is not None:
        return {**changes, **done}
    if row.kind == "result" and is_live(content["blocks"]):
        return {
            **_posted(client, row, _bare(content), thread),
            **done,
            "sent_revision": row.revision - 1,
            "next_at": now,
        }
    return {**_posted(client, row, content, thread), **done}


def is_live(blocks: Sequence[parts.Block]) -> bool:
    """Whether there is something in it that somebody could press, choose or fill in."""
    return any(
        block["type"] in ("actions", "input") or (block.get("accessory") or {"type": "image"})["type"] != "image"
        for block in blocks
    )


def _bare(content: dict[str, Any]) -> dict[str, Any]:
    """What a message says in one line, with everybody whom it calls: nobody is called by what comes in later."""
    called = dict.fromkeys(_MENTION.findall(json.dumps(content["blocks"], ensure_ascii=False)))
    line = " ".join([content["text"], *(one for one in called if one not in content["text"])])
    return {"text": line, "metadata": {"event_type": POSTING, "event_payload": {}}}


def _updated(client: WebClient, row: OutboxPost, content: dict[str, Any]) -> Changes | None:
    try:
        client.chat_update(channel=row.channel, ts=row.ts, metadata={}, **content)
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


def _room(client: WebClient, channel: str) -> str:
    """The channel itself; for a person's id, their conversation with the bot."""
    if not channel.startswith(PEOPLE):
        return channel
    return str(client.conversations_open(users=channel)["channel"]["id"])


def _blocks(row: OutboxPost, picture: Picture) -> list[parts.Block]:
    """The row's blocks with its image: where the placeholder stands, else behind the first block."""
    blocks = list(row.blocks)
    if picture is Picture.NONE:
        return [block for block in blocks if not _placeholder(block)]
    place = IN_THREAD if picture is Picture.IN_THREAD else parts.slack_image(row.file_id, row.alt_text)
    if any(_placeholder(block) for block in blocks):
        return [place if _placeholder(block) else block for block in blocks]
    if not blocks:
        blocks = [parts.section(row.text)]
    return [*blocks[:1], place, *blocks[1:]]


def _placeholder(block: parts.Block) -> bool:
    return bool(block.get("type") == "image" and block.get("slack_file", {}).get("id") == "image")
