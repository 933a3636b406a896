"""Nudges: derived from the state of the tables, due at a person's working hour, claimed by one process.

The scheduler's tick, for each workspace, each line in its own short transaction:

1. ``called(session, team_id, now, cycles)`` reads what the state of these cycles calls for, ``write`` writes it (a
   unique key each: no doubles); ``refresh`` does both for all open cycles;
2. ``claim(session, team_id=…, now=…, worker="host:pid")`` leases those that are due to this process;
3. for each: ``stands(session, reminder, now)`` says whether the reason is still there; if so post a *nudge* through the
   outbox to ``reminder.user_id`` in the same transaction as ``sent(session, reminder, now)``, else
   ``dropped(session, reminder)``. ``kind``, ``subject``, ``subject_id`` and ``details`` say what to write.

A worker that dies leaves a lease that runs out; whoever claims the row again looks again.
"""

from csi.reminders.claims import SNOOZES, called, claim, dropped, is_due, refresh, sent, snooze, write
from csi.reminders.hours import DAYS, Hours, hours_of, set_hours, working_moment
from csi.reminders.nudges import Nudge, stands, wanted

__all__ = [
    "DAYS",
    "SNOOZES",
    "Hours",
    "Nudge",
    "called",
    "claim",
    "dropped",
    "hours_of",
    "is_due",
    "refresh",
    "sent",
    "set_hours",
    "snooze",
    "stands",
    "wanted",
    "working_moment",
    "write",
]
