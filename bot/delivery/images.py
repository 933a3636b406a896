"""Images: upload without a channel, wait until Slack has read the file, then show it in the message.

An image block right after the upload fails with ``invalid_blocks``; a file that is not ready in 15 s is shared in
the message's thread instead: uploaded again, as an upload can be completed only once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

import httpx
from slack_sdk import WebClient

from bot import trust
from bot.blocks.text import clip, plainly
from csi.models import OutboxPost

PATIENCE = timedelta(seconds=15)
POLL = timedelta(seconds=0.4)
NAME = "chart.png"


class State(Enum):
    """What a message may do with its file."""

    NONE = "there is none"
    WAITING = "not ready yet"
    READY = "can be shown"
    LATE = "not ready in time: share it in the thread"


class Uploads:
    """Remembers since when each file is waited for, and which are ready; after a restart it asks again."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}
        self._ready: set[str] = set()

    def state(self, client: WebClient, row: OutboxPost, now: datetime) -> State:
        """What the row's message may do with its uploaded file."""
        if not row.file_id:
            return State.NONE
        if row.file_id in self._ready:
            return State.READY
        if client.files_info(file=row.file_id)["file"].get("mimetype"):
            self._ready.add(row.file_id)
            self._since.pop(row.file_id, None)
            return State.READY
        since = self._since.setdefault(row.file_id, now)
        return State.LATE if now - since > PATIENCE else State.WAITING


def upload(client: WebClient, content: bytes, alt_text: str, title: str) -> str:
    """Bring the bytes to Slack, shared nowhere; gives the file's id."""
    to = client.files_getUploadURLExternal(filename=NAME, length=len(content), alt_txt=alt_text[:1000])
    httpx.post(str(to["upload_url"]), content=content, timeout=30, verify=trust.files()).raise_for_status()
    client.files_completeUploadExternal(files=[{"id": str(to["file_id"]), "title": clip(plainly(title), 100) or NAME}])
    return str(to["file_id"])
