"""Nudges: derived from the state of the tables, due at a person's working hour, claimed by one process.

The scheduler's tick, for each workspace, each line in its own short transaction:

1. ``called(session, team_id, now, cycles)`` reads what the state of these cycles calls for, ``write`` writes it (a
   unique key each: no doubles); ``refresh`` does both for all open cycles;
2. ``claim(session, team_id=…, now=…, worker="host:pid")`` leases those that are due to this process;
3. for each: ``stands(session, reminder, now)`` says whether the reason is still there, else ``dropped(session,
   reminder)``. Those of one person that stand go into one message a day, written in the same transaction as
   ``sent(session, reminder, now)``; what comes after it waits for the next (``put_on``), but what was put off until an
   hour. ``kind``, ``subject``, ``subject_id`` and ``details`` say what to write, ``reminded`` what may be claimed.

A worker that dies leaves a lease that runs out; whoever claims the row again looks again.
"""

from csi.reminders.claims import (
    MOST_SNOOZES,
    SNOOZES,
    called,
    claim,
    dropped,
    is_due,
    put_on,
    refresh,
    sent,
    snooze,
    snoozes_left,
    write,
)
from csi.reminders.hours import DAYS, Hours, hours_of, set_hours, working_moment
from csi.reminders.nudges import AFTER, Nudge, is_open, reminded, stands, wanted

__all__ = [
    "AFTER",
    "DAYS",
    "MOST_SNOOZES",
    "SNOOZES",
    "Hours",
    "Nudge",
    "called",
    "claim",
    "dropped",
    "hours_of",
    "is_due",
    "is_open",
    "put_on",
    "refresh",
    "reminded",
    "sent",
    "set_hours",
    "snooze",
    "snoozes_left",
    "stands",
    "wanted",
    "working_moment",
    "write",
]
