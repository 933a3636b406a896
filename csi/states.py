"""In which state a row of a table is: one list for each kind, and what is stored is the word itself."""

from __future__ import annotations

from enum import StrEnum


class CycleState(StrEnum):
    """Of a turn of the seven steps."""

    OPEN = "open"
    CLOSED = "closed"


class EntryState(StrEnum):
    """Of an idea in the register."""

    OPEN = "open"
    PLANNED = "planned"
    DONE = "done"
    PARKED = "parked"
    DROPPED = "dropped"


class ActionState(StrEnum):
    """Of an action: what is done is reviewed, what is reviewed is closed."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    DONE = "done"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    REOPENED = "reopened"


class ProposalState(StrEnum):
    """Of what somebody else must say yes to: a baseline, which may be retired, or a span that is left out."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETIRED = "retired"


class BatchState(StrEnum):
    """Of a delivery: only a current one counts, one with too much in quarantine waits for a yes."""

    CURRENT = "current"
    WAITING = "waiting"
    REMOVED = "removed"


class CellState(StrEnum):
    """Of a cell that could not be read."""

    OPEN = "open"
    CORRECTED = "corrected"
    ACCEPTED = "accepted"


class ReportState(StrEnum):
    """Of what is presented: frozen once sent."""

    DRAFT = "draft"
    SENT = "sent"


class ClauseState(StrEnum):
    """Of a clause of an agreement; a flagged one's KPI is measured no longer."""

    DRAFT = "draft"
    ACTIVE = "active"
    FLAGGED = "flagged"
    RETIRED = "retired"


class FindingState(StrEnum):
    """Of what the analysis of a KPI says."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    STALE = "stale"


class RebaseState(StrEnum):
    """Of limits that begin anew."""

    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"


class ReminderState(StrEnum):
    """Of a nudge: dropped where its reason has gone."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    DROPPED = "dropped"
    MUTED = "muted"


class OutboxState(StrEnum):
    """Of a post: failed where Slack refuses it, dropped where nobody shall hear it any more or it may have arrived."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


GIVEN_UP = (OutboxState.FAILED, OutboxState.DROPPED)
UNDELIVERED = (OutboxState.PENDING, OutboxState.SENDING)


class InboxState(StrEnum):
    """Of an event or a job."""

    PENDING = "pending"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
