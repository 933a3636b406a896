"""Files for people: shared in a channel with a few words; nothing depends on them later."""

from __future__ import annotations

import httpx
from slack_sdk import WebClient


def share(client: WebClient, *, channel: str, content: bytes, name: str, words: str, thread_ts: str = "") -> None:
    """Upload the bytes and share them in a channel, or in a thread of it."""
    to = client.files_getUploadURLExternal(filename=name, length=len(content))
    httpx.post(str(to["upload_url"]), content=content, timeout=60).raise_for_status()
    client.files_completeUploadExternal(
        files=[{"id": str(to["file_id"]), "title": name[:100]}],
        channel_id=channel,
        initial_comment=words,
        thread_ts=thread_ts or None,
    )
