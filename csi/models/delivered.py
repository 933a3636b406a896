"""What goes out, what comes in, what must be remembered: outbox, inbox, reminders, audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Index, UniqueConstraint

from csi.models.row import Row, plain
from csi.states import InboxState, OutboxState, ReminderState

# What is still to be done, in the words of both databases: workers ask for it every moment, over all workspaces, and
# the index of just these rows is found by just these words.
UNSENT = text("(status IN ('pending', 'sending') OR (status = 'sent' AND revision > sent_revision))")
UNDONE = text("status IN ('pending', 'working')")
DONE = text("status = 'done'")


class Reminder(Row, table=True):
    """One nudge that may become due.

    ``state`` is waiting, claimed, sent, dropped (its reason has gone) or muted. ``due_at`` is the moment in UTC
    computed from ``local_rule`` in ``timezone``. ``lease_until`` lets another worker take over after a crash.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "key"),
        Index(None, "team_id", "state", "due_at"),
    )

    key: str
    kind: str
    user_id: str
    cycle_id: int | None = None
    subject: str = ""
    subject_id: int | None = None
    due_at: datetime
    local_rule: str = ""
    timezone: str = "UTC"
    state: str = ReminderState.WAITING
    attempts: int = 0
    times_sent: int = 0
    lease_by: str = ""
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    snoozed_until: datetime | None = None
    details: dict[str, Any] = plain()


class OutboxPost(Row, table=True):
    """One message to deliver, and where it landed.

    ``status`` is pending, sending, sent, failed or dropped; ``kind`` is result (sent again after a crash, then
    updated in place) or nudge (not sent again). ``revision`` goes up with each wanted change, ``sent_revision``
    follows. ``tell`` is who hears of a failure for good; ``claimed_by`` names the process that holds the row.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "key"),
        Index(None, "team_id", "status", "next_at"),
        Index(None, "team_id", "subject_kind", "subject_id"),
        Index("ix_outbox_post_unsent", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
    )

    key: str
    kind: str = "result"
    channel: str
    thread_ts: str = ""
    thread_key: str = ""
    text: str = ""
    blocks: list[Any] = plain(list)
    image_key: str = ""
    alt_text: str = ""
    file_id: str = ""
    pin: bool = False
    subject_kind: str = ""
    subject_id: int | None = None
    tell: str = ""
    status: str = OutboxState.PENDING
    revision: int = 1
    sent_revision: int = 0
    attempts: int = 0
    next_at: datetime
    claimed_by: str = ""
    claimed_at: datetime | None = None
    error: str = ""
    ts: str = ""
    permalink: str = ""
    created_at: datetime
    sent_at: datetime | None = None


class InboxEvent(Row, table=True):
    """One event from Slack, stored before it is worked on; ``status`` is pending, working, done or failed."""

    __table_args__ = (
        UniqueConstraint("team_id", "event_id"),
        Index(None, "team_id", "status", "next_at"),
        Index("ix_inbox_event_undone", "id", sqlite_where=UNDONE, postgresql_where=UNDONE),
        Index("ix_inbox_event_done", "done_at", sqlite_where=DONE, postgresql_where=DONE),
    )

    event_id: str
    kind: str
    payload: dict[str, Any] = plain()
    status: str = InboxState.PENDING
    attempts: int = 0
    next_at: datetime
    claimed_by: str = ""
    claimed_at: datetime | None = None
    received_at: datetime
    done_at: datetime | None = None
    error: str = ""


class AuditRow(Row, table=True):
    """One change, never altered; ``hash`` covers its content and the hash before it in the same workspace.

    ``seals`` holds the hash of the content of each covered row that the same transaction wrote (``csi.sealing``).
    """

    __table_args__ = (
        UniqueConstraint("team_id", "ordinal"),
        Index(None, "team_id", "subject", "subject_id"),
    )

    ordinal: int
    actor: str
    at: datetime
    what: str
    subject: str
    subject_id: int | None = None
    old: dict[str, Any] = plain()
    new: dict[str, Any] = plain()
    permalink: str = ""
    previous_hash: str = ""
    hash: str
    seals: dict[str, Any] = plain()


class AuditHead(Row, table=True):
    """The newest row of a workspace's log, closed with the key: rows cut off behind an earlier one are missed."""

    __table_args__ = (UniqueConstraint("team_id"),)

    ordinal: int
    hash: str
    closed: str


class Heartbeat(Row, table=True):
    """When the clock's process looked after a workspace last."""

    __table_args__ = (UniqueConstraint("team_id"),)

    at: datetime
