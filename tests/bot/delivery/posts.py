"""Rows of the outbox, and what Slack answers, without a Slack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from csi.models import OutboxPost

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def post(**changed: Any) -> OutboxPost:
    """A post that is due now and in nobody's hands."""
    plain = {"id": 7, "team_id": "T1", "key": "k", "channel": "C1", "text": "Hello", "created_at": NOW, "next_at": NOW}
    return OutboxPost(**{**plain, **changed})


def refused(error: str, status: int = 200, headers: dict[str, Any] | None = None, **data: Any) -> SlackApiError:
    """A call that Slack refused."""
    answer = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data={"ok": False, "error": error, **data},
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError(error, answer)


class Answers:
    """Slack's Web API as far as a message needs it: keeps what it is asked, refuses what it is told to."""

    def __init__(self, **refusals: SlackApiError) -> None:
        self.refusals = refusals
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, method: str) -> Any:
        def call(**asked: Any) -> dict[str, Any]:
            self.asked.append((method, asked))
            if method in self.refusals:
                raise self.refusals[method]
            answer = {"channel": asked.get("channel", ""), "ts": "5.5", "permalink": "https://x/p", "file": {}}
            return answer | ({"channel": {"id": "D1"}} if method == "conversations_open" else {})

        return call

    def methods(self) -> list[str]:
        return [method for method, _ in self.asked]
