"""A Slack that is a file: each effect is one line of it, so that it outlives whoever asked, killed or not."""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import IncompleteRead
from pathlib import Path
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

from tests.bot.delivery.posts import refused

Fault = Callable[[], Exception]
UNREADABLE = "Received a response in a non-JSON format: <html>"
BEFORE: tuple[Fault, ...] = (
    lambda: refused("ratelimited", 429, {"Retry-After": "1"}),
    lambda: refused("fatal_error", 500),
    lambda: refused("internal_error"),
    lambda: URLError(ConnectionRefusedError()),
    TimeoutError,
)
AFTER: tuple[Fault, ...] = (
    lambda: refused(UNREADABLE),
    lambda: IncompleteRead(b"{"),
    lambda: URLError(TimeoutError()),
    ConnectionResetError,
)


@dataclass
class Ledger:
    """What has happened on Slack, of all workspaces; ``faults`` draws what goes wrong and how often."""

    path: Path
    upload_url: str
    team: str
    faults: random.Random | None = None
    often: float = 0.3
    token: str = "xoxb-trial"
    drawn: Counter[str] = field(default_factory=Counter)

    def effects(self) -> list[dict[str, Any]]:
        """All that happened in this workspace, in order."""
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        return [one for one in map(json.loads, lines) if one["team"] == self.team]

    def __getattr__(self, method: str) -> Any:
        if method not in _DOES:
            raise AttributeError(method)

        def call(**asked: Any) -> dict[str, Any]:
            fault, is_before = self._fault()
            if fault is not None and is_before:
                raise fault
            answer = _DOES[method](self, asked)
            if fault is not None:
                raise fault
            return answer

        return call

    def _fault(self) -> tuple[Exception | None, bool]:
        if self.faults is None or self.faults.random() > self.often:
            return None, True
        is_before = self.faults.random() < 0.5
        fault = self.faults.choice(BEFORE if is_before else AFTER)()
        self.drawn[f"{'before' if is_before else 'after'} {type(fault).__name__}"] += 1
        return fault, is_before

    def note(self, **effect: Any) -> None:
        """One effect, written whole or not at all."""
        line = json.dumps({"team": self.team, **effect}) + "\n"
        there = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(there, line.encode())
        os.close(there)


def _live(asked: dict[str, Any]) -> bool:
    return any(block["type"] == "actions" for block in asked.get("blocks") or ())


def _post(slack: Ledger, asked: dict[str, Any]) -> dict[str, Any]:
    ts = f"{time.time_ns() // 1000 / 1e6:.6f}"
    slack.note(what="message", ts=ts, text=asked["text"], live=_live(asked), thread=asked.get("thread_ts"))
    return {"channel": asked["channel"], "ts": ts}


def _update(slack: Ledger, asked: dict[str, Any]) -> dict[str, Any]:
    slack.note(what="message", ts=asked["ts"], text=asked["text"], live=_live(asked))
    return {}


def _pin(slack: Ledger, asked: dict[str, Any]) -> dict[str, Any]:
    if any(one["what"] == "pin" and one["ts"] == asked["timestamp"] for one in slack.effects()):
        raise refused("already_pinned")
    slack.note(what="pin", ts=asked["timestamp"])
    return {}


def _upload(slack: Ledger, asked: dict[str, Any]) -> dict[str, Any]:
    return {"upload_url": slack.upload_url, "file_id": f"F{time.time_ns()}:{asked['filename']}"}


def _complete(slack: Ledger, asked: dict[str, Any]) -> dict[str, Any]:
    file_id = asked["files"][0]["id"]
    if _is_complete(slack, file_id):
        raise refused("file_not_found")
    slack.note(what="file", id=file_id, name=file_id.partition(":")[2])
    return {}


def _info(slack: Ledger, asked: dict[str, Any]) -> dict[str, Any]:
    if not _is_complete(slack, asked["file"]):
        raise refused("file_not_found")
    return {"file": {"mimetype": "text/csv"}}


def _is_complete(slack: Ledger, file_id: str) -> bool:
    return any(one["what"] == "file" and one["id"] == file_id for one in slack.effects())


_DOES: dict[str, Callable[[Ledger, dict[str, Any]], dict[str, Any]]] = {
    "chat_postMessage": _post,
    "chat_update": _update,
    "pins_add": _pin,
    "chat_getPermalink": lambda _slack, asked: {"permalink": f"https://x/{asked['message_ts']}"},
    "files_getUploadURLExternal": _upload,
    "files_completeUploadExternal": _complete,
    "files_info": _info,
}
__all__ = ["Ledger", "SlackApiError"]
