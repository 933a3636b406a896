"""What the state of the tables calls for, and whether a reason still stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from csi import roles
from csi.models import (
    Action,
    AnalysisResult,
    Baseline,
    Cycle,
    Decision,
    Kpi,
    Reminder,
    Report,
    ReportClick,
    StepPassage,
)
from csi.storage import row, rows
from csi.terms import Role, Step

BENEFIT_DAYS = (30, 60, 90)  # Source: PRODUCT.md, V7.7
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


def wanted(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    """The reminders an open cycle calls for, due or not."""
    yield from _for_step(session, cycle)
    yield from _for_tree(session, cycle)
    yield from _for_actions(session, cycle)
    yield from _for_baselines(session, cycle)
    yield from _for_reports(session, cycle)


def benefits(session: Session, team_id: str) -> Iterator[Nudge]:
    """The benefit of a finished action is looked at again, in whatever cycle it was (V7.7)."""
    for action in rows(session, Action, team_id, state=("reviewed", "closed"), order="-id"):
        for days in BENEFIT_DAYS if action.done_at else ():
            day = (action.done_at + timedelta(days=days)).date() if action.done_at else date.max
            details = {"number": action.number, "title": action.title, "since": str(day)}
            key = f"benefit:{action.id}:{action.version}:{days}"
            yield Nudge(key, "benefit", action.owner, action.cycle_id, ("action", action.id), day, details)


def stands(
    session: Session,
    reminder: Reminder,
    now: datetime,
    also: Mapping[str, Callable[[Session, Reminder, Cycle, datetime], bool]] | None = None,
) -> bool:
    """Whether the reason for a reminder is still there: looked up again at the moment of sending.

    ``also`` answers for the subjects of further callers, as given to ``refresh``.
    """
    if _gone(session, reminder) or _overtaken(reminder, now):
        return False
    if reminder.kind == "benefit":
        return _benefit_stands(session, reminder)
    cycle = row(session, Cycle, reminder.team_id, id=reminder.cycle_id)
    if cycle is None or cycle.state != "open":
        return False
    if also and reminder.subject in also:
        return also[reminder.subject](session, reminder, cycle, now)
    return _STANDS[reminder.subject](session, reminder, cycle)


def _step_stands(session: Session, reminder: Reminder, cycle: Cycle) -> bool:
    mine = reminder.kind == "escalation" or _step_owner(session, cycle) == reminder.user_id
    return cycle.step == reminder.subject_id and mine


def _tree_stands(session: Session, reminder: Reminder, cycle: Cycle) -> bool:
    pending = cycle.step == Step.SHOULD_MEASURE and not _tree_settled(session, cycle)
    return pending and not _decided(session, reminder, cycle.tree_version)


def _tree_settled(session: Session, cycle: Cycle) -> bool:
    """Whether this version was sent back, or approved by somebody who does not measure."""
    about: dict[str, Any] = {"subject": "tree", "subject_id": cycle.id, "version": cycle.tree_version}
    measurers = roles.holders(session, cycle.team_id, cycle.service_id, *roles.MEASURERS)
    answers = rows(session, Decision, cycle.team_id, **about)
    return any(one.choice == "reject" or one.user_id not in measurers for one in answers)


def _baseline_stands(session: Session, reminder: Reminder, _cycle: Cycle) -> bool:
    baseline = row(session, Baseline, reminder.team_id, id=reminder.subject_id)
    return baseline is not None and baseline.state == "proposed" and not _decided(session, reminder, 1)


def _report_stands(session: Session, reminder: Reminder, _cycle: Cycle) -> bool:
    return not _answered(session, reminder.team_id, reminder.subject_id or 0, reminder.user_id)


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
        key = f"{kind}:{cycle.id}:{cycle.step}:{here.due_on}:{owner}"  # who takes the step over is reminded, too
        details = {"due_on": str(here.due_on), "until": str(here.due_on + timedelta(days=until))}
        if kind != "step_soon" or (here.entered_at and here.entered_at.date() < day):
            yield Nudge(key, kind, owner, cycle.id, subject, day, details)
    manager = next(iter(roles.holders(session, cycle.team_id, cycle.service_id, Role.CSI_MANAGER)), "")
    key = f"escalation:{cycle.id}:{cycle.step}:{here.due_on}:{manager}"
    details = {"due_on": str(here.due_on), "owner": owner}
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


def _action_stands(session: Session, reminder: Reminder, _cycle: Cycle) -> bool:
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


def _benefit_stands(session: Session, reminder: Reminder) -> bool:
    """Nobody has judged newer data since the day it was due."""
    action = row(session, Action, reminder.team_id, id=reminder.subject_id)
    if action is None or action.state not in ("reviewed", "closed"):
        return False
    cycles = tuple(one.id for one in rows(session, Cycle, action.team_id, service_id=action.service_id))
    same = tuple(one.id for one in rows(session, Kpi, action.team_id, cycle_id=cycles, key=action.kpi_key))
    newest = rows(session, AnalysisResult, action.team_id, kpi_id=same, order="-made_at", limit=1)
    return not newest or newest[0].made_at.date() < date.fromisoformat(str(reminder.details["since"]))


_STANDS: dict[str, Callable[[Session, Reminder, Cycle], bool]] = {
    "step": _step_stands,
    "tree": _tree_stands,
    "action": _action_stands,
    "baseline": _baseline_stands,
    "report": _report_stands,
}
