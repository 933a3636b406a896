"""Reminders as rows: written once, leased to one worker, sent, dropped, put off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from csi.models import Cycle, Reminder
from csi.reminders.hours import within_hours, working_moment
from csi.reminders.nudges import Nudge, benefits, wanted
from csi.storage import lock, row, rows

LEASE = timedelta(minutes=5)
SNOOZES = ("1h", "tomorrow", "next_working_day", "mute")


def refresh(
    session: Session, team_id: str, now: datetime, also: Sequence[Callable[[Session, Cycle, datetime], Any]] = ()
) -> list[Reminder]:
    """Write what the state calls for and is not written yet; returns the new rows.

    ``also`` are further callers of nudges, of steps that know more than this module: ``(session, cycle, now)``.
    """
    cycles = rows(session, Cycle, team_id, state="open")
    lock(session, f"reminders:{team_id}")  # two schedulers may look at the same moment
    called = [nudge for cycle in cycles for nudge in wanted(session, cycle)]
    called += [nudge for call in also for cycle in cycles for nudge in call(session, cycle, now)]
    return [
        _write(session, team_id, nudge, now)
        for nudge in (*called, *benefits(session, team_id))
        if nudge.user_id and not _known(session, team_id, nudge)
    ]


def _known(session: Session, team_id: str, nudge: Nudge) -> bool:
    """Whether it is written already, or the person wants to hear no more of it."""
    about: dict[str, Any] = {"user_id": nudge.user_id, "cycle_id": nudge.cycle_id, "subject": nudge.subject[0]}
    muted = row(session, Reminder, team_id, state="muted", subject_id=nudge.subject[1], **about)
    return muted is not None or row(session, Reminder, team_id, key=nudge.key) is not None


def claim(session: Session, *, team_id: str, now: datetime, worker: str, limit: int = 20) -> list[Reminder]:
    """Lease due reminders to one worker; no other gets them before the lease runs out.

    PostgreSQL skips rows that another worker is taking; on SQLite the conditional UPDATE alone decides.
    """
    free = (
        col(Reminder.team_id) == team_id,
        col(Reminder.due_at) <= now,
        or_(
            col(Reminder.state) == "waiting",
            (col(Reminder.state) == "claimed") & (col(Reminder.lease_until) < now),
        ),
    )
    candidates = select(Reminder.id).where(*free).order_by(col(Reminder.due_at)).limit(limit)
    ids = list(session.exec(candidates.with_for_update(skip_locked=True)))
    taken = [one for one in ids if _lease(session, one, free, worker, now + LEASE)]
    found = select(Reminder).where(Reminder.team_id == team_id, col(Reminder.id).in_(taken))
    return list(session.exec(found.order_by(col(Reminder.due_at)).execution_options(populate_existing=True)))


def sent(session: Session, reminder: Reminder, now: datetime) -> None:
    """The nudge is in the outbox."""
    reminder.state, reminder.sent_at, reminder.times_sent = "sent", now, reminder.times_sent + 1
    session.add(reminder)


def dropped(session: Session, reminder: Reminder) -> None:
    """The reason has gone: nothing is sent."""
    reminder.state = "dropped"
    session.add(reminder)


def snooze(session: Session, reminder: Reminder, *, choice: str, now: datetime) -> Reminder:
    """Remind again later (``1h``, ``tomorrow``, ``next_working_day``), or no more of this item (``mute``)."""
    team_id, user_id = reminder.team_id, reminder.user_id
    if choice == "mute":
        return _mute(session, reminder)
    if choice == "1h":
        due_at = within_hours(session, team_id, user_id, now + timedelta(hours=1))
    else:
        tomorrow = now.astimezone(ZoneInfo(reminder.timezone)).date() + timedelta(days=1)
        due_at = working_moment(session, team_id, user_id, tomorrow)[0]
    reminder.state, reminder.due_at, reminder.snoozed_until = "waiting", due_at, due_at
    session.add(reminder)
    return reminder


def _mute(session: Session, reminder: Reminder) -> Reminder:
    """Silence this and whatever else waits for the person about the same thing."""
    about: dict[str, Any] = {"user_id": reminder.user_id, "cycle_id": reminder.cycle_id, "subject": reminder.subject}
    waiting = rows(session, Reminder, reminder.team_id, state="waiting", subject_id=reminder.subject_id, **about)
    for one in (reminder, *waiting):
        one.state, one.snoozed_until = "muted", None
        session.add(one)
    return reminder


def _write(session: Session, team_id: str, nudge: Nudge, now: datetime) -> Reminder:
    due_at, rule, zone = working_moment(session, team_id, nudge.user_id, nudge.day)
    made = Reminder(
        team_id=team_id,
        key=nudge.key,
        kind=nudge.kind,
        user_id=nudge.user_id,
        cycle_id=nudge.cycle_id,
        subject=nudge.subject[0],
        subject_id=nudge.subject[1],
        due_at=due_at,
        local_rule=rule,
        timezone=zone,
        details=nudge.details,
    )
    made.due_at = max(
        due_at, within_hours(session, team_id, nudge.user_id, now)
    )  # never one for a day long past, at night
    session.add(made)
    session.flush()
    return made


def _lease(session: Session, row_id: int, free: tuple[Any, ...], worker: str, until: datetime) -> bool:
    values = {"state": "claimed", "lease_by": worker, "lease_until": until, "attempts": Reminder.attempts + 1}
    statement = update(Reminder).where(col(Reminder.id) == row_id, *free).values(**values)
    return session.exec(statement.execution_options(synchronize_session=False)).rowcount == 1
