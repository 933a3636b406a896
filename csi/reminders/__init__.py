"""Nudges: derived from the state of the tables, due at a person's working hour, claimed by one process.

The scheduler's tick, for each workspace, each line in its own short transaction:

1. ``refresh(session, team_id, now)`` writes the reminders that the state calls for (a unique key each: no doubles);
2. ``claim(session, team_id=…, now=…, worker="host:pid")`` leases those that are due to this process;
3. for each: ``stands(session, reminder, now)`` says whether the reason is still there; if so post a *nudge* through the
   outbox to ``reminder.user_id`` in the same transaction as ``sent(session, reminder, now)``, else
   ``dropped(session, reminder)``. ``kind``, ``subject``, ``subject_id`` and ``details`` say what to write.

A worker that dies leaves a lease that runs out; whoever claims the row again looks again.
"""

from csi.reminders.claims import SNOOZES, claim, dropped, refresh, sent, snooze
from csi.reminders.hours import DAYS, Hours, hours_of, set_hours, working_moment
from csi.reminders.nudges import Nudge, stands, wanted

__all__ = [
    "DAYS",
    "SNOOZES",
    "Hours",
    "Nudge",
    "claim",
    "dropped",
    "hours_of",
    "refresh",
    "sent",
    "set_hours",
    "snooze",
    "stands",
    "wanted",
    "working_moment",
]
