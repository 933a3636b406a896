"""Nudges: derived from the state of the tables, due at a person's working hour, claimed by one process.

The scheduler's tick, for each workspace of ``workspaces(session)``, each line in its own short transaction:

1. ``refresh(session, team_id, now)`` writes the reminders that the state calls for (a unique key each: no doubles);
2. ``claim(session, team_id=…, now=…, worker="host:pid")`` leases those that are due to this process;
3. for each: ``stands(session, reminder, now)`` says whether the reason is still there; if so post a *nudge* through the
   outbox to ``reminder.user_id`` in the same transaction as ``sent(session, reminder, now)``, else
   ``dropped(session, reminder)``. ``kind``, ``subject``, ``subject_id`` and ``details`` say what to write.

A worker that dies leaves a lease that runs out; whoever claims the row again looks again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from holidays import country_holidays
from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from csi import roles
from csi.models import Action, Baseline, Cycle, Decision, Reminder, Report, ReportClick, StepPassage, Workspace
from csi.storage import row, rows
from csi.terms import Role, Step

LEASE = timedelta(minutes=5)
SNOOZES = ("1h", "tomorrow", "next_working_day", "mute")
_WEEKEND = 5
_REVIEW_DAYS = (30, 60, 90)  # Source: PRODUCT.md, V7.7
_READING_DAYS = 2  # a report nobody answers so long is silence (V6.6)


@dataclass(frozen=True, slots=True)
class Nudge:
    """A reminder the state calls for: ``key`` is unique, ``day`` is local to the person.

    ``kind`` is step_soon, step_due, step_late, approval, action_due, benefit, report or escalation.
    """

    key: str
    kind: str
    user_id: str
    cycle_id: int
    subject: tuple[str, int]
    day: date
    details: dict[str, Any] = field(default_factory=dict)


def workspaces(session: Session) -> list[str]:
    """Every workspace there is: the one question asked across them."""
    return list(session.exec(select(Workspace.team_id).order_by(col(Workspace.team_id))))


def refresh(session: Session, team_id: str, now: datetime) -> list[Reminder]:
    """Write what the state calls for and is not written yet; returns the new rows."""
    made = []
    for cycle in rows(session, Cycle, team_id, state="open"):
        for nudge in wanted(session, cycle):
            if nudge.user_id and row(session, Reminder, team_id, key=nudge.key) is None:
                made.append(_write(session, team_id, nudge, now))
    return made


def wanted(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    """The reminders a cycle calls for now, due or not."""
    yield from _for_step(session, cycle)
    yield from _for_tree(session, cycle)
    yield from _for_actions(session, cycle)
    yield from _for_baselines(session, cycle)
    yield from _for_reports(session, cycle)


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


def stands(session: Session, reminder: Reminder, now: datetime) -> bool:
    """Whether the reason for a reminder is still there: looked up again at the moment of sending."""
    cycle = row(session, Cycle, reminder.team_id, id=reminder.cycle_id)
    if cycle is None or cycle.state != "open" or _gone(session, reminder) or _overtaken(reminder, now):
        return False
    if reminder.subject == "step":
        return cycle.step == reminder.subject_id and (
            reminder.kind == "escalation" or _step_owner(session, cycle) == reminder.user_id
        )
    if reminder.subject == "tree":
        return not _decided(session, reminder, cycle.tree_version)
    if reminder.subject == "baseline":
        baseline = row(session, Baseline, reminder.team_id, id=reminder.subject_id)
        return baseline is not None and baseline.state == "proposed"
    if reminder.subject == "report":
        return not _answered(session, reminder.team_id, reminder.subject_id or 0, reminder.user_id)
    return _action_stands(session, reminder)


def sent(session: Session, reminder: Reminder, now: datetime) -> None:
    """The nudge is in the outbox."""
    reminder.state, reminder.sent_at, reminder.times_sent = "sent", now, reminder.times_sent + 1
    session.add(reminder)


def dropped(session: Session, reminder: Reminder) -> None:
    """The reason has gone: nothing is sent."""
    reminder.state = "dropped"
    session.add(reminder)


def snooze(session: Session, reminder: Reminder, *, choice: str, now: datetime) -> Reminder:
    """Remind again later (``1h``, ``tomorrow``, ``next_working_day``), or not of this item (``mute``)."""
    today = now.astimezone(ZoneInfo(reminder.timezone)).date()
    if choice == "mute":
        reminder.state = "muted"
    elif choice == "1h":
        reminder.state, reminder.due_at = "waiting", _inside(session, reminder, now + timedelta(hours=1))
    else:
        days = 1 if choice == "tomorrow" else 0
        first = today + timedelta(days=max(1, days))
        reminder.state = "waiting"
        reminder.due_at = working_moment(session, reminder.team_id, reminder.user_id, first)[0]
    reminder.snoozed_until = reminder.due_at if reminder.state == "waiting" else None
    session.add(reminder)
    return reminder


def working_moment(session: Session, team_id: str, user_id: str, day: date) -> tuple[datetime, str, str]:
    """The start of the person's working day on ``day``, or on the next day they work: moment, local rule, zone."""
    person = roles.person(session, team_id, user_id)
    zone = person.timezone if person else "UTC"
    start = time.fromisoformat((person.hours if person else "09:00-17:00").split("-", maxsplit=1)[0])
    off = country_holidays(person.holidays) if person and person.holidays else {}
    while day.weekday() >= _WEEKEND or day in off:
        day += timedelta(days=1)
    return datetime.combine(day, start, ZoneInfo(zone)), f"{day} {start:%H:%M}", zone


def _inside(session: Session, reminder: Reminder, at: datetime) -> datetime:
    """The moment itself when the person works then, else the start of their next working day."""
    local = at.astimezone(ZoneInfo(reminder.timezone))
    person = roles.person(session, reminder.team_id, reminder.user_id)
    start, end = (time.fromisoformat(one) for one in (person.hours if person else "09:00-17:00").split("-"))
    opening = working_moment(session, reminder.team_id, reminder.user_id, local.date())[0]
    if opening.date() == local.date() and start <= local.time() <= end:
        return at
    after = local.date() + timedelta(days=1) if local.time() > end else local.date()
    return working_moment(session, reminder.team_id, reminder.user_id, after)[0]


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
    made.due_at = max(due_at, _inside(session, made, now))  # never one for a day long past, at night
    session.add(made)
    session.flush()
    return made


def _lease(session: Session, row_id: int, free: tuple[Any, ...], worker: str, until: datetime) -> bool:
    values = {"state": "claimed", "lease_by": worker, "lease_until": until, "attempts": Reminder.attempts + 1}
    statement = update(Reminder).where(col(Reminder.id) == row_id, *free).values(**values)
    return session.exec(statement.execution_options(synchronize_session=False)).rowcount == 1


def _step_owner(session: Session, cycle: Cycle) -> str:
    here = row(session, StepPassage, cycle.team_id, cycle_id=cycle.id, step=cycle.step)
    named = here.owner if here else ""
    return named or roles.accountable(session, cycle.team_id, cycle.service_id, Step(cycle.step))


def _for_step(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    here = row(session, StepPassage, cycle.team_id, cycle_id=cycle.id, step=cycle.step)
    if here is None or here.due_on is None:
        return
    owner, subject = _step_owner(session, cycle), ("step", cycle.step)
    for kind, offset, until in (("step_soon", -1, 0), ("step_due", 0, 2), ("step_late", 2, 4)):
        day = here.due_on + timedelta(days=offset)
        key = f"{kind}:{cycle.id}:{cycle.step}:{here.due_on}"
        details = {"due_on": str(here.due_on), "until": str(here.due_on + timedelta(days=until))}
        if kind != "step_soon" or (here.entered_at and here.entered_at.date() < day):
            yield Nudge(key, kind, owner, cycle.id, subject, day, details)
    manager = next(iter(roles.holders(session, cycle.team_id, cycle.service_id, Role.CSI_MANAGER)), "")
    key, details = f"escalation:{cycle.id}:{cycle.step}:{here.due_on}", {"due_on": str(here.due_on), "owner": owner}
    if manager != owner:
        yield Nudge(key, "escalation", manager, cycle.id, subject, here.due_on + timedelta(days=4), details)


def _for_tree(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    """The approvers of a tree that its people have submitted."""
    asked = row(session, Decision, cycle.team_id, subject="tree_submitted", subject_id=cycle.id,
                version=cycle.tree_version)  # fmt: skip
    if cycle.step != Step.SHOULD_MEASURE or asked is None:
        return
    for user_id in roles.holders(session, cycle.team_id, cycle.service_id, Role.APPROVER):
        key = f"approval:tree:{cycle.id}:{cycle.tree_version}:{user_id}"
        yield Nudge(key, "approval", user_id, cycle.id, ("tree", cycle.id), asked.at.date() + timedelta(days=1))


def _for_actions(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    for action in rows(session, Action, cycle.team_id, cycle_id=cycle.id):
        subject, details = ("action", action.id), {"number": action.number, "title": action.title}
        if action.state == "proposed":
            for user_id in roles.holders(session, cycle.team_id, cycle.service_id, *roles.APPROVERS):
                if user_id not in (action.proposer, action.owner):
                    key = f"approval:action:{action.id}:{action.version}:{user_id}"
                    day = action.proposed_at.date() + timedelta(days=1)
                    yield Nudge(key, "approval", user_id, cycle.id, subject, day, details)
        if action.state in ("approved", "reopened") and action.due_on:
            key = f"action_due:{action.id}:{action.version}:{action.due_on}"
            yield Nudge(key, "action_due", action.owner, cycle.id, subject, action.due_on, details)


def _for_baselines(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    for one in rows(session, Baseline, cycle.team_id, cycle_id=cycle.id, state="proposed"):
        for user_id in roles.holders(session, cycle.team_id, cycle.service_id, *roles.APPROVERS):
            if user_id != one.proposed_by:
                key, day = f"approval:baseline:{one.id}:{user_id}", one.proposed_at.date() + timedelta(days=1)
                details = {"kpi": one.kpi_key}
                yield Nudge(key, "approval", user_id, cycle.id, ("baseline", one.id), day, details)


def _for_reports(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    """Those who read reports and have pressed nothing on the newest one yet (V6.6)."""
    for report in rows(session, Report, cycle.team_id, cycle_id=cycle.id, state="sent", order="-id", limit=1):
        if report.sent_at is None:
            continue
        for user_id in roles.holders(session, cycle.team_id, cycle.service_id, Role.APPROVER, Role.READER):
            if user_id != report.made_by and not _answered(session, cycle.team_id, report.id, user_id):
                key, day = f"report:{report.id}:{user_id}", report.sent_at.date() + timedelta(days=_READING_DAYS)
                yield Nudge(key, "report", user_id, cycle.id, ("report", report.id), day, {"audience": report.audience})


def _answered(session: Session, team_id: str, report_id: int, user_id: str) -> bool:
    return row(session, ReportClick, team_id, report_id=report_id, user_id=user_id) is not None


def _overtaken(reminder: Reminder, now: datetime) -> bool:
    """After a standstill only the last of several nudges about one thing is sent."""
    until = reminder.details.get("until")
    return bool(until) and now.astimezone(ZoneInfo(reminder.timezone)).date() >= date.fromisoformat(str(until))


def _gone(session: Session, reminder: Reminder) -> bool:
    known = roles.person(session, reminder.team_id, reminder.user_id)
    return known is not None and known.left_at is not None


def _action_stands(session: Session, reminder: Reminder) -> bool:
    action = row(session, Action, reminder.team_id, id=reminder.subject_id)
    if action is None:
        return False
    if reminder.kind == "approval":
        waiting = action.state == "proposed" and reminder.key.endswith(f":{action.version}:{reminder.user_id}")
        return waiting and not _decided(session, reminder, action.version)
    return action.state in ("approved", "reopened") and action.owner == reminder.user_id


def _decided(session: Session, reminder: Reminder, version: int) -> bool:
    """Whether the person has already said yes or no to this version of the subject."""
    key: dict[str, Any] = {"subject": reminder.subject, "subject_id": reminder.subject_id, "version": version}
    return row(session, Decision, reminder.team_id, user_id=reminder.user_id, **key) is not None
