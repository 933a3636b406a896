"""What a failed call means for a post: wait as Slack asks, try again with growing gaps, or give up and say so."""

from __future__ import annotations

from datetime import datetime, timedelta
from socket import gaierror
from typing import Any
from urllib.error import URLError

import httpx
from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot.blocks import notices
from bot.delivery.outbox import Outbox
from csi.errors import CsiError
from csi.models import OutboxPost

ATTEMPTS = 8
PICTURE_ATTEMPTS = 4  # a picture is refused so often before it goes into the thread: half a minute
PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited",
           "team_added_to_org", "accesslimited"}  # fmt: skip
NOT_INVITED = {"not_in_channel", "channel_not_found", "is_archived", "restricted_action"}
NO_THREAD = "no_thread"  # our own: what it answers could not be posted, and that was said
NO_VOICE = {"invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed"}


def limited(error: Exception) -> bool:
    """Whether Slack asks to wait."""
    return isinstance(error, SlackApiError) and error.response.status_code == 429


def retry_after(error: Exception) -> float:
    """The seconds Slack asks to wait; one where it does not say."""
    headers = error.response.headers if isinstance(error, SlackApiError) else {}
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    return float(value[0] if isinstance(value, list) else value)


def consequence(row: OutboxPost, error: Exception, now: datetime) -> dict[str, Any]:
    """The columns to keep after a failed call."""
    if limited(error):
        return _again(row, now + timedelta(seconds=retry_after(error)), row.attempts, "rate limited")
    if not passing(error):
        return {"status": "failed", "error": code(error)}
    if row.kind == "nudge" and not _never_arrived(error):
        return {"status": "dropped", "error": f"no answer: it may have arrived ({code(error)})"}
    if row.attempts + 1 >= ATTEMPTS:
        return {"status": "failed", "error": code(error)}
    return again(row, error, now)


def is_about_blocks(error: Exception) -> bool:
    """Whether Slack refuses what a message is made of, a picture among it."""
    return isinstance(error, SlackApiError) and error.response.get("error") == "invalid_blocks"


def again(row: OutboxPost, error: Exception, now: datetime) -> dict[str, Any]:
    """The columns to keep when it is tried once more, after growing gaps."""
    return _again(row, now + timedelta(seconds=2.0 ** (row.attempts + 1)), row.attempts + 1, code(error))


def _again(row: OutboxPost, at: datetime, attempts: int, error: str) -> dict[str, Any]:
    return {"status": "sent" if row.ts else "pending", "next_at": at, "attempts": attempts, "error": error}


def passing(error: Exception) -> bool:
    """Whether trying again may help."""
    if isinstance(error, SlackApiError):
        return error.response.get("error") in PASSING or error.response.status_code >= 500
    return isinstance(error, URLError | OSError | httpx.HTTPError)


def _never_arrived(error: Exception) -> bool:
    """Whether Slack refused the call, or was not reached at all: then nobody has seen the message."""
    reason = error.reason if isinstance(error, URLError) else error
    return isinstance(reason, SlackApiError | ConnectionRefusedError | gaierror | CsiError)


def code(error: Exception) -> str:
    """Slack's name for the error with what it points at, or the error itself."""
    if not isinstance(error, SlackApiError):
        return str(error) if isinstance(error, CsiError) else repr(error)[:500]
    details = (error.response.get("response_metadata") or {}).get("messages") or []
    return ": ".join([str(error.response.get("error")), *map(str, details[:3])])[:500]


def say(session: Session, outbox: Outbox, row: OutboxPost, error: str) -> None:
    """Say in the channel, and to whom it concerns, that something could not be posted; never about such a saying."""
    name = error.partition(":")[0]
    if row.key.startswith("failed:") or name in NO_VOICE | {NO_THREAD}:
        return
    sentence = f"I could not post something here ({name}): “{row.text[:200]}”"
    if name not in NOT_INVITED:
        _say(session, outbox, row, {"channel": row.channel, "thread_ts": row.thread_ts, "text": sentence})
    if row.tell:
        hint = " Please invite me to the channel, then ask again." if name in NOT_INVITED else ""
        text = f"I could not post in <#{row.channel}> ({name}).{hint}"
        _say(session, outbox, row, {"channel": row.tell, "text": text})


def say_picture_lost(session: Session, outbox: Outbox, row: OutboxPost, channel: str, thread: str) -> None:
    """Say below a message that its picture could not be brought; its words stand."""
    text = f":warning: Slack did not take the picture of this: {row.alt_text[:1500]}"
    outbox.post(
        session, team_id=row.team_id, kind="nudge", key=f"picture:{row.id}:{row.revision}", channel=channel,
        thread_ts=thread, text=text,
    )  # fmt: skip


def _say(session: Session, outbox: Outbox, row: OutboxPost, saying: dict[str, Any]) -> None:
    key = f"failed:{row.id}:{row.revision}:{saying['channel']}"
    blocks = notices.problem_mrkdwn(saying["text"])
    outbox.post(session, team_id=row.team_id, kind="nudge", key=key, blocks=blocks, **saying)
