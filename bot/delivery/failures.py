"""What a failed call means for a post: wait as Slack asks, try again with growing gaps, or give up and say so."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum
from http.client import HTTPException
from socket import gaierror
from typing import Any
from urllib.error import URLError

import httpx
from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot.blocks import notices
from bot.delivery import effects
from bot.delivery.outbox import Outbox
from csi.errors import CsiError
from csi.models import OutboxPost
from csi.states import OutboxState

ATTEMPTS = 8
PICTURE_ATTEMPTS = 4  # a picture is refused so often before it goes into the thread: half a minute
PASSING = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "ratelimited",
    "rate_limited",
    "team_added_to_org",
    "accesslimited",
}
NOT_INVITED = {"not_in_channel", "channel_not_found", "is_archived", "restricted_action"}
NO_THREAD = "no_thread"  # our own: what it answers could not be posted, and that was said
_WORD = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]*")  # Slack's names of errors; slack_sdk puts sentences there, too
NO_VOICE = {"invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed"}


class Fate(Enum):
    """What a failed call to Slack comes to."""

    WAIT = "Slack asks to wait"
    AGAIN = "it was not done, and may be another time"
    UNKNOWN = "it may have been done: no answer came that can be read"
    FINAL = "it was not done, and will not be"


def limited(error: Exception) -> bool:
    """Whether Slack asks to wait."""
    return isinstance(error, SlackApiError) and _status(error) == 429


def retry_after(error: Exception) -> float:
    """The seconds Slack asks to wait; one where it does not say."""
    headers = error.response.headers if isinstance(error, SlackApiError) else {}
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    return float(value[0] if isinstance(value, list) else value)


def consequence(row: OutboxPost, error: Exception, now: datetime) -> dict[str, Any]:
    """The columns to keep after a failed call."""
    found = fate(error)
    if found is Fate.WAIT:
        return _again(row, now + timedelta(seconds=retry_after(error)), row.attempts, "rate limited")
    if found is Fate.FINAL:
        return {"status": OutboxState.FAILED, "error": code(error)}
    if row.kind == "nudge" and found is Fate.UNKNOWN:
        return {"status": OutboxState.DROPPED, "error": f"no answer: it may have arrived ({code(error)})"}
    if row.attempts + 1 >= ATTEMPTS:
        return {"status": OutboxState.FAILED, "error": code(error)}
    return again(row, error, now)


def is_about_blocks(error: Exception) -> bool:
    """Whether Slack refuses what a message is made of, a picture among it."""
    return word(error) == "invalid_blocks"


def again(row: OutboxPost, error: Exception, now: datetime) -> dict[str, Any]:
    """The columns to keep when it is tried once more, after growing gaps."""
    return _again(row, now + timedelta(seconds=2.0 ** (row.attempts + 1)), row.attempts + 1, code(error))


def _again(row: OutboxPost, at: datetime, attempts: int, error: str) -> dict[str, Any]:
    return {
        "status": OutboxState.SENT if row.ts else OutboxState.PENDING,
        "next_at": at,
        "attempts": attempts,
        "error": error,
    }


def fate(error: Exception) -> Fate:
    """What a failed call comes to: the one place where errors of Slack and of the network are told apart."""
    if limited(error):
        return Fate.WAIT
    if isinstance(error, SlackApiError):
        if not is_named(error):
            return Fate.UNKNOWN
        return Fate.AGAIN if word(error) in PASSING or _status(error) >= 500 else Fate.FINAL
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        return Fate.AGAIN if status == 429 or status >= 500 else Fate.FINAL
    if isinstance(error, URLError | OSError | HTTPException | httpx.HTTPError):
        reason = error.reason if isinstance(error, URLError) else error
        return Fate.AGAIN if isinstance(reason, ConnectionRefusedError | gaierror) else Fate.UNKNOWN
    return Fate.FINAL


def is_of_slack(error: Exception) -> bool:
    """Whether it was Slack that did not do what it was asked, or did not answer."""
    return isinstance(error, SlackApiError | URLError | HTTPException | httpx.HTTPError)


def passing(error: Exception) -> bool:
    """Whether trying again may help."""
    return fate(error) is not Fate.FINAL


def _status(error: SlackApiError) -> int:
    return int(getattr(error.response, "status_code", 200))  # the response may be a plain mapping


def word(error: Exception) -> str:
    """Slack's word for its refusal; empty for anything else, and for an answer that cannot be read."""
    found = error.response.get("error") if isinstance(error, SlackApiError) else ""
    return str(found) if _WORD.fullmatch(str(found)) else ""


def is_named(error: Exception) -> bool:
    """Whether Slack answered, and said by name what is wrong: then nothing was done."""
    return bool(word(error))


def code(error: Exception) -> str:
    """Slack's name for the error with what it points at, or the error itself."""
    if not isinstance(error, SlackApiError):
        return str(error) if isinstance(error, CsiError) else repr(error)[:500]
    if not is_named(error):
        return "unreadable answer"
    details = (error.response.get("response_metadata") or {}).get("messages") or []
    needed = [error.response["needed"]] if error.response.get("needed") else []
    return ": ".join([word(error), *map(str, [*needed, *details][:3])])[:500]


def say(session: Session, outbox: Outbox, row: OutboxPost, error: str, head: OutboxPost | None = None) -> None:
    """Say in the channel, and to whom it concerns, that something could not be done; never about such a saying.

    Args:
        session: the caller's.
        outbox: where it is written.
        row: what could not be done.
        error: as ``code`` gives it.
        head: the message it is about, for a pin.
    """
    name, _, needed = error.partition(": ")
    if row.key.startswith("failed:") or row.kind == effects.LINK or name in NO_VOICE | {NO_THREAD}:
        return
    if row.kind == effects.FILE and row.blocks[0].get("alt_text"):
        say_picture_lost(session, outbox, row)
        return
    mend = notices.remedy(name, needed)
    thread = head.ts if head and row.kind == effects.PIN else row.thread_ts
    if name not in NOT_INVITED:
        here = notices.undone(row.kind, name, _subject(row), mend)
        _say(session, outbox, row, {"channel": row.channel, "thread_ts": thread, "text": here})
    if row.tell:
        there = notices.undone_there(row.kind, name, row.channel, mend)
        _say(session, outbox, row, {"channel": row.tell, "text": there})


def _subject(row: OutboxPost) -> str:
    return str(row.blocks[0]["name"]) if row.kind == effects.FILE else row.text[:200]


def say_picture_lost(session: Session, outbox: Outbox, row: OutboxPost) -> None:
    """Say below a message that its picture could not be brought; its words stand."""
    outbox.post(
        session,
        team_id=row.team_id,
        kind="nudge",
        key=f"lost:{row.id}",
        channel=row.channel,
        thread_ts=row.thread_ts,
        text=notices.picture_lost(str(row.blocks[0]["alt_text"])),
    )


def _say(session: Session, outbox: Outbox, row: OutboxPost, saying: dict[str, Any]) -> None:
    key = f"failed:{row.id}:{row.revision}:{saying['channel']}"
    blocks = notices.problem_mrkdwn(saying["text"])
    outbox.post(session, team_id=row.team_id, kind="nudge", key=key, blocks=blocks, **saying)
