"""What is done on Slack beside a message: its pin, its link, a file. Each is a row of the outbox, tried like a post."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import trust
from bot.delivery.messages import Changes
from csi.models import OutboxPost
from csi.states import OutboxState

PIN, LINK, FILE = "pin", "link", "file"
NO_LINK = {"error": "no link to it was given"}
_DONE = {"status": OutboxState.SENT, "sent_revision": 1, "error": "", "attempts": 0}  # such a row is never changed
_UPLOAD_SECONDS = 60


def of_post(row: OutboxPost, ts: str) -> dict[str, str]:
    """What is to be done about a message that now stands at ``ts``: kind → key of the row."""
    wanted = [PIN] * row.pin + [LINK] * (row.kind == "result")
    return {kind: f"{kind}:{row.id}:{ts}" for kind in wanted}


def pinned(client: WebClient, head: OutboxPost) -> Changes:
    """Pin a message."""
    try:
        client.pins_add(channel=head.channel, timestamp=head.ts)
    except SlackApiError as refused:
        if refused.response.get("error") != "already_pinned":
            raise
    return {**_DONE}


def linked(client: WebClient, head: OutboxPost) -> Changes:
    """Ask where a message can be read."""
    answer = client.chat_getPermalink(channel=head.channel, message_ts=head.ts)
    return {**_DONE, "permalink": str(answer["permalink"])}


def filed(client: WebClient, row: OutboxPost, thread: str, content: Callable[[], bytes]) -> Changes:
    """Bring a file: its bytes first, then (the row is here again) where it is to be seen, once.

    An upload can be completed only once, and is seen by ``files.info`` from then on: after an answer that was lost it
    is asked there, so that a file comes neither twice nor not at all.
    """
    named: dict[str, str] = row.blocks[0]
    if not row.file_id:
        return {"status": OutboxState.PENDING, "file_id": _uploaded(client, content(), named), "error": ""}
    if (row.attempts or row.status == OutboxState.SENDING) and _is_there(client, row.file_id):
        return {**_DONE}
    client.files_completeUploadExternal(
        files=[{"id": row.file_id, "title": named["title"][:100]}],
        channel_id=row.channel,
        initial_comment=row.text or None,
        thread_ts=thread or None,
    )
    return {**_DONE}


def _uploaded(client: WebClient, content: bytes, named: dict[str, str]) -> str:
    more: dict[str, Any] = {"alt_txt": named["alt_text"][:1000]} if named.get("alt_text") else {}
    to = client.files_getUploadURLExternal(filename=named["name"], length=len(content), **more)
    address = str(to["upload_url"])
    httpx.post(address, content=content, timeout=_UPLOAD_SECONDS, verify=trust.files()).raise_for_status()
    return str(to["file_id"])


def _is_there(client: WebClient, file_id: str) -> bool:
    try:
        client.files_info(file=file_id)
    except SlackApiError as refused:
        if refused.response.get("error") == "file_not_found":
            return False
        raise
    return True
