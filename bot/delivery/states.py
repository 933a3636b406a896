"""What becomes of a post next, decided from its row alone: no thread, no call to Slack."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot import leases
from bot.delivery import effects, images
from bot.delivery.messages import Changes
from csi.models import OutboxPost
from csi.states import GIVEN_UP, UNDELIVERED, OutboxState

LEASE = timedelta(seconds=90)  # longer than the client's 30 s timeout and its one repetition
AGAIN = timedelta(seconds=1)  # until it is looked again for the message it answers
INTERRUPTED = {"status": OutboxState.DROPPED, "error": "interrupted while sending: it may have arrived"}


def has_its_turn(row: OutboxPost, now: datetime) -> bool:
    """Whether it is due, and in nobody's hands who may still send it."""
    if row.next_at > now:
        return False
    return row.status != OutboxState.SENDING or leases.free(row.claimed_by, row.claimed_at, LEASE, now)


def is_said(row: OutboxPost) -> bool:
    """Whether the next call says something new in a channel, which has its pace: not a change, pin, link or upload."""
    if row.kind == effects.FILE:
        return bool(row.file_id)
    return not row.ts and row.kind not in (effects.PIN, effects.LINK)


def is_overtaking(session: Session, row: OutboxPost) -> bool:
    """Posts about one subject in one place keep their order: a chart must not overtake its headline."""
    if row.ts or not row.subject_kind:
        return False
    same = {name: getattr(row, name) for name in ("channel", "thread_ts", "subject_kind", "subject_id")}
    before = [getattr(OutboxPost, name) == value for name, value in same.items()]
    unsent = col(OutboxPost.status).in_(UNDELIVERED)
    earlier = select(OutboxPost.id).where(
        OutboxPost.team_id == row.team_id, OutboxPost.id < row.id, OutboxPost.ts == "", unsent, *before
    )
    return session.exec(earlier).first() is not None


def may_have_arrived(row: OutboxPost) -> bool:
    """Whether its process died while it was sent, and it would be worse to say it twice than not at all."""
    return row.status == OutboxState.SENDING and not row.ts and row.kind == "nudge"


def is_headless(row: OutboxPost, head: OutboxPost | None) -> bool:
    """Whether it answers a message that does not stand yet."""
    return bool(row.thread_key) and (head is None or not head.ts)


def without_head(head: OutboxPost | None, now: datetime) -> Changes:
    """Wait for the message it answers, unless that will never come."""
    if head is not None and head.status in GIVEN_UP:
        return {"status": OutboxState.FAILED, "error": f"no_thread: {head.key} could not be posted"}
    return {"status": OutboxState.PENDING, "next_at": now + AGAIN}


def thread_of(row: OutboxPost, head: OutboxPost | None) -> str:
    """The thread it goes into: that of the message it answers, which may itself be an answer; else its own."""
    return (head.thread_ts or head.ts) if head else row.thread_ts


def soon(row: OutboxPost, now: datetime, **changes: str) -> Changes:
    """Look again when its image may be ready; a message that stands stays sent."""
    return {"status": OutboxState.SENT if row.ts else OutboxState.PENDING, "next_at": now + images.POLL, **changes}
