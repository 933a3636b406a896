"""Reminders as rows: written once, leased to one worker, sent, dropped, put off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from csi.errors import Conflict
from csi.models import Cycle, Person, Reminder
from csi.reminders.hours import at_work, start_of_work, within_hours, working_moment
from csi.reminders.nudges import Nudge, benefits, wanted
from csi.states import CycleState, ReminderState
from csi.storage import lock, rows

_KEYS = 30_000  # one statement names so many at most: SQLite takes 32,766 values
LEASE = timedelta(minutes=5)
SNOOZES = ("1h", "tomorrow", "next_working_day", "mute")
MOST_SNOOZES = 3  # then it is done, or muted
_OF_ONE = 200  # reminders of one person taken at once
_OF_ALL = 20_000  # of all people of one claim: they stand in one statement, and are worked off within the lease


Caller = Callable[[Session, Cycle, datetime], Any]


def refresh(session: Session, team_id: str, now: datetime, also: Sequence[Caller] = ()) -> list[Reminder]:
    """Write what the state calls for and is not written yet; returns the new rows.

    ``also`` are further callers of nudges, of steps that know more than this module: ``(session, cycle, now)``.
    """
    found = called(session, team_id, now, rows(session, Cycle, team_id, state=CycleState.OPEN), also)
    return write(session, team_id, found, now)


def called(
    session: Session, team_id: str, now: datetime, cycles: Sequence[Cycle], also: Sequence[Caller] = ()
) -> list[Nudge]:
    """What the state of these open cycles, and of actions that were done, calls for, is not written yet, and is muted
    by nobody who would get it."""
    found = [nudge for cycle in cycles for nudge in wanted(session, cycle)]
    found += [nudge for call in also for cycle in cycles for nudge in call(session, cycle, now)]
    found += benefits(session, team_id)
    new = _unwritten(session, team_id, found)
    muted = _muted(session, team_id) if new else set()
    return [one for one in new if (one.user_id, one.cycle_id, *one.subject) not in muted]


def write(session: Session, team_id: str, nudges: Sequence[Nudge], now: datetime) -> list[Reminder]:
    """Write what was called for, unless somebody was first; each at its person's working hour, a channel's (and that of
    somebody nobody has looked up yet) in the zone of its cycle."""
    if not nudges:
        return []
    lock(session, f"reminders:{team_id}")  # two schedulers may look at the same moment
    new = _unwritten(session, team_id, nudges)
    people = {one.user_id: one for one in rows(session, Person, team_id, user_id=tuple({one.user_id for one in new}))}
    strangers = {one.cycle_id for one in new if one.user_id not in people}
    zones = {one.id: one.timezone for one in rows(session, Cycle, team_id, id=tuple(strangers))} if strangers else {}
    made = [
        _made(team_id, one, people.get(one.user_id) or _in_zone(team_id, one, zones.get(one.cycle_id, "UTC")), now)
        for one in new
    ]
    session.add_all(made)
    session.flush()
    return made


def _in_zone(team_id: str, nudge: Nudge, zone: str) -> Person:
    """Whoever is reminded, at the usual hours of a zone; it is no row."""
    return Person(team_id=team_id, user_id=nudge.user_id, timezone=zone)


def _unwritten(session: Session, team_id: str, nudges: Sequence[Nudge]) -> list[Nudge]:
    """Those for somebody that are not written already, each once."""
    asked = {nudge.key: nudge for nudge in nudges if nudge.user_id}
    keys = list(asked)
    known: set[str] = set()
    for start in range(0, len(keys), _KEYS):
        some = col(Reminder.key).in_(keys[start : start + _KEYS])
        known |= set(session.exec(select(Reminder.key).where(Reminder.team_id == team_id, some)))
    return [nudge for key, nudge in asked.items() if key not in known]


def _muted(session: Session, team_id: str) -> set[tuple[Any, ...]]:
    about = (col(Reminder.user_id), col(Reminder.cycle_id), col(Reminder.subject), col(Reminder.subject_id))
    muted = select(*about).where(Reminder.team_id == team_id, Reminder.state == ReminderState.MUTED)
    return {tuple(one) for one in session.exec(muted)}


def is_due(session: Session, team_id: str, now: datetime) -> bool:
    """Whether ``claim`` would find any."""
    return any(
        session.exec(select(Reminder.id).where(*free).limit(1)).first() is not None for free in _free(team_id, now)
    )


def claim(session: Session, *, team_id: str, now: datetime, worker: str, limit: int = 20) -> list[Reminder]:
    """Lease due reminders to one worker; no other gets them before the lease runs out.

    PostgreSQL skips rows that another worker is taking; on SQLite the conditional UPDATE alone decides.
    """
    taken: list[int] = []
    for free in _free(team_id, now):
        candidates = select(Reminder.id).where(*free).order_by(col(Reminder.due_at)).limit(limit - len(taken))
        ids = list(session.exec(candidates.with_for_update(skip_locked=True)))
        taken += _lease(session, ids, free, worker, now + LEASE) if ids else []
    if not taken:
        return []
    taken += _theirs(session, team_id, now, worker, taken)
    found = select(Reminder).where(Reminder.team_id == team_id, col(Reminder.id).in_(taken))
    return list(session.exec(found.order_by(col(Reminder.due_at)).execution_options(populate_existing=True)))


def _theirs(session: Session, team_id: str, now: datetime, worker: str, taken: Sequence[int]) -> list[int]:
    """What else is due of the people of those taken: it belongs into the same message."""
    of = select(Reminder.user_id).where(Reminder.team_id == team_id, col(Reminder.id).in_(taken)).distinct()
    people = list(session.exec(of))
    free = (*_free(team_id, now)[0], col(Reminder.user_id).in_(people))
    candidates = (
        select(Reminder.id).where(*free).order_by(col(Reminder.due_at)).limit(min(_OF_ALL, _OF_ONE * len(people)))
    )
    ids = list(session.exec(candidates.with_for_update(skip_locked=True)))
    return _lease(session, ids, free, worker, now + LEASE) if ids else []


def _free(team_id: str, now: datetime) -> tuple[tuple[ColumnElement[bool], ...], ...]:
    """Those nobody has taken yet, and those whose worker is silent: each is found by the index of its state."""
    due = (col(Reminder.team_id) == team_id, col(Reminder.due_at) <= now)
    return (
        (*due, col(Reminder.state) == ReminderState.WAITING),
        (*due, col(Reminder.state) == ReminderState.CLAIMED, col(Reminder.lease_until) < now),
    )


def sent(session: Session, reminder: Reminder, now: datetime) -> None:
    """The nudge is in the outbox."""
    reminder.state, reminder.sent_at, reminder.times_sent = "sent", now, reminder.times_sent + 1
    reminder.snoozed_until = None
    session.add(reminder)


def dropped(session: Session, reminder: Reminder) -> None:
    """The reason has gone: nothing is sent."""
    reminder.state = ReminderState.DROPPED
    session.add(reminder)


def put_on(session: Session, reminder: Reminder, person: Person | None, now: datetime) -> None:
    """The person's message of this day has gone: this one goes into the next."""
    whose = person or Person(team_id=reminder.team_id, user_id=reminder.user_id, timezone=reminder.timezone or "UTC")
    tomorrow = now.astimezone(ZoneInfo(whose.timezone)).date() + timedelta(days=1)
    reminder.state, reminder.due_at = "waiting", start_of_work(whose, tomorrow)[0]
    reminder.lease_by, reminder.lease_until = "", None
    session.add(reminder)


def snoozes_left(reminder: Reminder) -> int:
    """How often a reminder that was sent may still be put off."""
    return max(0, MOST_SNOOZES - max(0, reminder.times_sent - 1))


def snooze(session: Session, reminder: Reminder, *, choice: str, now: datetime) -> Reminder:
    """Remind again later (``1h``, ``tomorrow``, ``next_working_day``), or no more of this item (``mute``).

    Raises:
        Conflict: it was put off ``MOST_SNOOZES`` times already, or is settled.
    """
    team_id, user_id = reminder.team_id, reminder.user_id
    if choice == "mute":
        return _mute(session, reminder)
    if reminder.state == ReminderState.DROPPED:
        raise Conflict("This is settled already; nothing is left to put off.")
    if not snoozes_left(reminder):
        raise Conflict(f"You have put this off {MOST_SNOOZES} times. It is to be done now, or no longer reminded of.")
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
    waiting = rows(
        session, Reminder, reminder.team_id, state=ReminderState.WAITING, subject_id=reminder.subject_id, **about
    )
    for one in (reminder, *waiting):
        one.state, one.snoozed_until = "muted", None
        session.add(one)
    return reminder


def _made(team_id: str, nudge: Nudge, person: Person, now: datetime) -> Reminder:
    due_at, rule, zone = start_of_work(person, nudge.day)
    return Reminder(
        team_id=team_id,
        key=nudge.key,
        kind=nudge.kind,
        user_id=nudge.user_id,
        cycle_id=nudge.cycle_id,
        subject=nudge.subject[0],
        subject_id=nudge.subject[1],
        due_at=max(due_at, at_work(person, now)),  # never one for a day long past, at night
        local_rule=rule,
        timezone=zone,
        details=nudge.details,
    )


def _lease(
    session: Session, ids: Sequence[int], free: tuple[ColumnElement[bool], ...], worker: str, until: datetime
) -> list[int]:
    values = {"state": "claimed", "lease_by": worker, "lease_until": until, "attempts": Reminder.attempts + 1}
    statement = update(Reminder).where(col(Reminder.id).in_(ids), *free).values(**values).returning(col(Reminder.id))
    return list(session.exec(statement.execution_options(synchronize_session=False)).scalars())
