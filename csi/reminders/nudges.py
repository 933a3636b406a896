"""What the state of the tables calls for, and whether a reason still stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import String, case, cast, exists, literal
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from csi import approvers, roles
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
from csi.reading.spans import local_day
from csi.states import ActionState, CycleState, ProposalState, ReportState
from csi.storage import row, rows
from csi.terms import Role, Step

BENEFIT_DAYS = (30, 60, 90)  # Source: docs/rules.md (V7.7)
AFTER = "after"  # in an escalation's details: the keys of the nudges that went before, to whom they went
_READING_DAYS = 2  # a report nobody answers so long is silence (V6.6)
_PENDING, _TO_DO = (ActionState.PROPOSED,), (ActionState.APPROVED, ActionState.REOPENED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """A reminder the state calls for: ``key`` is unique, ``day`` is local to the person.

    ``kind`` is step_soon, step_due, step_late, approval, action_due, action_late, review, benefit, report or
    escalation.
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
    """Did it help? Asked once an action has settled (V7.3), and 30, 60 and 90 days on (V7.7), in whatever cycle."""
    for action in session.exec(_unasked(team_id)):
        if action.done_at is None:
            continue
        zone = _zone(session, team_id, action)
        for kind, after, until in _asked_on(action):
            day, over = (local_day(action.done_at, zone) + timedelta(days=days) for days in (after, until or after))
            details = {"number": action.number, "title": action.title, "since": str(day)}
            details |= {"until": str(over)} if until else {}
            key = f"{kind}:{action.id}:{action.version}:{after}"
            yield Nudge(
                key=key,
                kind=kind,
                user_id=action.owner,
                cycle_id=action.cycle_id,
                subject=("action", action.id),
                day=day,
                details=details,
            )


def _zone(session: Session, team_id: str, action: Action) -> str:
    cycle = row(session, Cycle, team_id, id=action.cycle_id)
    return cycle.timezone if cycle else "UTC"


def _unasked(team_id: str) -> SelectOfScalar[Action]:
    """Actions that were done, but those of which the first question in their state is written: so are the others."""
    done, number = col(Action.state) == ActionState.DONE, cast(Action.id, String) + ":" + cast(Action.version, String)
    review = literal("review:") + number + ":" + cast(Action.settle_days, String)
    first = case((done, review), else_=literal("benefit:") + number + f":{BENEFIT_DAYS[0]}")
    asked = exists().where(col(Reminder.team_id) == team_id, col(Reminder.key) == first)
    over = (
        col(Action.state).in_((ActionState.DONE, ActionState.REVIEWED, ActionState.CLOSED)),
        col(Action.done_at).is_not(None),
        Action.owner != "",
    )
    return select(Action).where(Action.team_id == team_id, *over, ~asked).order_by(col(Action.id).desc())


def _asked_on(action: Action) -> list[tuple[str, int, int]]:
    """Kind, days after it was done, and from which day on the next question stands for this one (0: never)."""
    if action.state != ActionState.DONE:
        return [("benefit", days, 0) for days in BENEFIT_DAYS]
    later = [days for days in BENEFIT_DAYS if days > action.settle_days]
    return [("review", action.settle_days, later[0] if later else 0), *(("benefit", days, 0) for days in later)]


def stands(
    session: Session,
    reminder: Reminder,
    now: datetime,
    also: Mapping[str, Callable[[Session, Reminder, Cycle, datetime], bool]] | None = None,
) -> bool:
    """Whether the reason for a reminder is still there: looked up again at the moment of sending.

    ``also`` answers for the subjects of further callers, as given to ``refresh``.
    """
    return not _overtaken(reminder, now) and is_open(session, reminder, now, also)


def is_open(
    session: Session,
    reminder: Reminder,
    now: datetime,
    also: Mapping[str, Callable[[Session, Reminder, Cycle, datetime], bool]] | None = None,
) -> bool:
    """Whether what it is about still waits for that person, whatever was said of it since; ``also`` as ``stands``."""
    if _gone(session, reminder):
        return False
    if reminder.kind in ("benefit", "review"):
        return _benefit_stands(session, reminder)
    cycle = row(session, Cycle, reminder.team_id, id=reminder.cycle_id)
    if cycle is None or cycle.state != CycleState.OPEN:
        return False
    if also and reminder.subject in also:
        return also[reminder.subject](session, reminder, cycle, now)
    return _STANDS[reminder.subject](session, reminder, cycle)


def reminded(session: Session, reminder: Reminder) -> dict[str, datetime]:
    """Who was in fact reminded before this escalation, and when last: what is said of it is looked up, never taken."""
    keys = tuple(str(one) for one in reminder.details.get(AFTER) or ())
    found = rows(session, Reminder, reminder.team_id, key=keys, order="sent_at") if keys else []
    return {one.user_id: one.sent_at for one in found if one.sent_at is not None}


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
    return baseline is not None and baseline.state == ProposalState.PROPOSED and not _decided(session, reminder, 1)


def _report_stands(session: Session, reminder: Reminder, _cycle: Cycle) -> bool:
    return not _answered(session, reminder.team_id, reminder.subject_id or 0, reminder.user_id)


def _step_owner(session: Session, cycle: Cycle) -> str:
    here = row(session, StepPassage, cycle.team_id, cycle_id=cycle.id, step=cycle.step)
    named = here.owner if here else ""
    return named or roles.accountable(session, cycle.team_id, cycle.service_id, Step(cycle.step))


def _for_step(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    """The owner before, on and after the due day; then, once, whoever can help the owner."""
    here = row(session, StepPassage, cycle.team_id, cycle_id=cycle.id, step=cycle.step)
    if here is None or here.due_on is None:
        return
    owner, subject = _step_owner(session, cycle), ("step", cycle.step)
    before: list[str] = []
    for kind, offset, until in (("step_soon", -1, 0), ("step_due", 0, 2), ("step_late", 2, None)):
        day = here.due_on + timedelta(days=offset)
        key = f"{kind}:{cycle.id}:{cycle.step}:{here.due_on}:{owner}"  # who takes the step over is reminded, too
        details = {"due_on": str(here.due_on)}
        details |= {"until": str(here.due_on + timedelta(days=until))} if until is not None else {}
        before.append(key)
        if kind != "step_soon" or (here.entered_at and local_day(here.entered_at, cycle.timezone) < day):
            yield Nudge(key=key, kind=kind, user_id=owner, cycle_id=cycle.id, subject=subject, day=day, details=details)
    helper = _helper(session, cycle, Step(cycle.step), {owner})
    key = f"escalation:{cycle.id}:{cycle.step}:{here.due_on}:{helper}"
    said = {"due_on": str(here.due_on), "owners": [owner] if owner else [], AFTER: before}
    yield Nudge(
        key=key,
        kind="escalation",
        user_id=helper,
        cycle_id=cycle.id,
        subject=subject,
        day=here.due_on + timedelta(days=4),
        details=said,
    )


def _for_tree(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    """The approvers of a tree that its people have submitted: those whose yes counts."""
    asked = row(
        session, Decision, cycle.team_id, subject="tree_submitted", subject_id=cycle.id, version=cycle.tree_version
    )
    if cycle.step != Step.SHOULD_MEASURE or asked is None:
        return
    about = {"key": f"tree:{cycle.id}:{cycle.tree_version}", "subject": ("tree", cycle.id), "step": Step.SHOULD_MEASURE}
    about["details"] = {"version": cycle.tree_version}
    since = local_day(asked.at, cycle.timezone)
    yield from _while_pending(session, cycle, approvers.of_tree(session, cycle), since, about)


def _while_pending(
    session: Session, cycle: Cycle, able: Sequence[str], since: date, about: Mapping[str, Any]
) -> Iterator[Nudge]:
    """Each approver twice, then once whoever can help; ``about``: ``key``, ``subject``, ``step``, ``details``."""
    first, again, last = (since + timedelta(days=days) for days in (1, 4, 7))
    key, subject, details = about["key"], about["subject"], dict(about.get("details", {}))
    asked = (("approval", first, {**details, "until": str(again)}), ("approval_again", again, details))
    for user_id in able:
        for prefix, day, said in asked:
            yield Nudge(
                key=f"{prefix}:{key}:{user_id}",
                kind="approval",
                user_id=user_id,
                cycle_id=cycle.id,
                subject=subject,
                day=day,
                details=said,
            )
    helper = _helper(session, cycle, about["step"], able)
    if helper and able:
        before = [f"{kind}:{key}:{user_id}" for user_id in able for kind, *_ in asked]
        said = {**details, "owners": list(able), "pending": True, AFTER: before}
        yield Nudge(
            key=f"escalation:{key}:{helper}",
            kind="escalation",
            user_id=helper,
            cycle_id=cycle.id,
            subject=subject,
            day=last,
            details=said,
        )


def _helper(session: Session, cycle: Cycle, step: Step, but: Collection[str]) -> str:
    """Who can help when others stay silent about a thing of ``step``: who answers for that, else who steers."""
    answers = roles.accountable(session, cycle.team_id, cycle.service_id, step)
    managers = roles.holders(session, cycle.team_id, cycle.service_id, Role.CSI_MANAGER)
    owners = roles.holders(session, cycle.team_id, cycle.service_id, Role.SERVICE_OWNER)
    return next((one for one in (answers, *managers, *owners) if one and one not in but), "")


def _for_actions(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    for action in rows(session, Action, cycle.team_id, cycle_id=cycle.id):
        subject, details = ("action", action.id), {"number": action.number, "title": action.title}
        if action.state == ActionState.PROPOSED:
            about = {"key": f"action:{action.id}:{action.version}", "subject": subject, "step": Step.CORRECT}
            about["details"] = {**details, "version": action.version}
            since = local_day(action.proposed_at, cycle.timezone)
            yield from _while_pending(session, cycle, approvers.of_action(session, cycle, action), since, about)
        if action.state in (ActionState.APPROVED, ActionState.REOPENED) and action.due_on:
            yield from _for_owner(session, cycle, action, action.due_on)


def _for_owner(session: Session, cycle: Cycle, action: Action, day: date) -> Iterator[Nudge]:
    """The owner on the due day and two days later; then, once, whoever can help."""
    details = {"number": action.number, "title": action.title, "due_on": str(day)}
    subject, about = ("action", action.id), f"{action.id}:{action.version}:{day}"
    late, last = (day + timedelta(days=days) for days in (2, 4))
    due = {**details, "until": str(late)}
    yield Nudge(
        key=f"action_due:{about}",
        kind="action_due",
        user_id=action.owner,
        cycle_id=cycle.id,
        subject=subject,
        day=day,
        details=due,
    )
    yield Nudge(
        key=f"action_late:{about}",
        kind="action_late",
        user_id=action.owner,
        cycle_id=cycle.id,
        subject=subject,
        day=late,
        details=details,
    )
    helper = _helper(session, cycle, Step.CORRECT, {action.owner})
    before = [f"{kind}:{about}" for kind in ("action_due", "action_late")]
    key, said = f"escalation:action_due:{about}:{helper}", {**details, "owners": [action.owner], AFTER: before}
    yield Nudge(key=key, kind="escalation", user_id=helper, cycle_id=cycle.id, subject=subject, day=last, details=said)


def _for_baselines(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    for one in rows(session, Baseline, cycle.team_id, cycle_id=cycle.id, state=ProposalState.PROPOSED):
        able = approvers.of_baseline(session, cycle, one)
        kpi = row(session, Kpi, cycle.team_id, id=one.kpi_id)
        details = {"kpi": kpi.name if kpi else one.kpi_key}
        about = {"key": f"baseline:{one.id}", "subject": ("baseline", one.id), "details": details, "step": Step.CORRECT}
        yield from _while_pending(session, cycle, able, local_day(one.proposed_at, cycle.timezone), about)


def _for_reports(session: Session, cycle: Cycle) -> Iterator[Nudge]:
    """Those who read reports and have pressed nothing on the newest one yet (V6.6)."""
    for report in rows(session, Report, cycle.team_id, cycle_id=cycle.id, state=ReportState.SENT, order="-id", limit=1):
        if report.sent_at is None:
            continue
        for user_id in roles.holders(session, cycle.team_id, cycle.service_id, Role.APPROVER, Role.READER):
            if user_id != report.made_by and not _answered(session, cycle.team_id, report.id, user_id):
                key, day = f"report:{report.id}:{user_id}", _read_by(report.sent_at, cycle)
                yield Nudge(
                    key=key,
                    kind="report",
                    user_id=user_id,
                    cycle_id=cycle.id,
                    subject=("report", report.id),
                    day=day,
                    details={"audience": report.audience},
                )


def _read_by(sent_at: datetime, cycle: Cycle) -> date:
    return local_day(sent_at, cycle.timezone) + timedelta(days=_READING_DAYS)


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
    if reminder.kind == "escalation":
        return action.state in (_PENDING if reminder.details.get("pending") else _TO_DO)
    if reminder.kind == "approval":
        waiting = action.state == ActionState.PROPOSED and reminder.key.endswith(
            f":{action.version}:{reminder.user_id}"
        )
        return waiting and not _decided(session, reminder, action.version)
    return action.state in (ActionState.APPROVED, ActionState.REOPENED) and action.owner == reminder.user_id


def _decided(session: Session, reminder: Reminder, version: int) -> bool:
    """Whether the person has already said yes or no to this version of the subject."""
    key: dict[str, Any] = {"subject": reminder.subject, "subject_id": reminder.subject_id, "version": version}
    return row(session, Decision, reminder.team_id, user_id=reminder.user_id, **key) is not None


def _benefit_stands(session: Session, reminder: Reminder) -> bool:
    """It is done and not reviewed, or nobody has judged newer data since the day that was due."""
    action = row(session, Action, reminder.team_id, id=reminder.subject_id)
    if action is not None and action.state == ActionState.DONE:
        return action.owner == reminder.user_id
    if action is None or reminder.kind == "review" or action.state not in (ActionState.REVIEWED, ActionState.CLOSED):
        return False
    cycles = tuple(one.id for one in rows(session, Cycle, action.team_id, service_id=action.service_id))
    same = tuple(one.id for one in rows(session, Kpi, action.team_id, cycle_id=cycles, key=action.kpi_key))
    newest = rows(session, AnalysisResult, action.team_id, kpi_id=same, order="-made_at", limit=1)
    if not newest:
        return True
    made_on = local_day(newest[0].made_at, _zone(session, action.team_id, action))
    return made_on < date.fromisoformat(str(reminder.details["since"]))


_STANDS: dict[str, Callable[[Session, Reminder, Cycle], bool]] = {
    "step": _step_stands,
    "tree": _tree_stands,
    "action": _action_stands,
    "baseline": _baseline_stands,
    "report": _report_stands,
}
