"""People as sources: who is asked for what when a period has ended, then the backup, then the channel (V3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from csi.models import Cycle, PlanRow, Reminder
from csi.reading import spans
from csi.reminders import Nudge
from csi.rules import threshold
from csi.step3_gather.expected import Arrival, arrivals, by_hand
from csi.storage import row
from csi.terms import Step
from csi.words import wording

SUBJECT = "collection"
# How many periods back somebody is still asked; older gaps stay in the list of what is missing.
_ASKED = 2


def nudges(session: Session, cycle: Cycle, now: datetime) -> Iterator[Nudge]:
    """Whom to ask for the periods that have ended: the owner at once, the backup when late, then the channel."""
    if cycle.step < Step.GATHER:
        return
    days = timedelta(days=threshold(session, cycle.team_id, "late_days"))
    for one in arrivals(session, cycle, now):
        for start in one.missing[-_ASKED:] if _is_asked(session, one) else ():
            yield from _asked(cycle, one, start, days)


def wanted_from(session: Session, cycle: Cycle, user_id: str, start: date, now: datetime) -> list[Arrival]:
    """What a person (or, in the channel, anybody) is asked to type for a period; what came meanwhile is left out."""
    found = [one for one in arrivals(session, cycle, now) if start in one.missing and by_hand(one)]
    own = [one for one in found if user_id in (one.owner, one.backup)]
    return own or found


def to_bring(session: Session, cycle: Cycle, user_id: str, now: datetime) -> list[str]:
    """What a person is to bring, the newest missing period of each KPI: ``Calls of the week of 16 November 2026``."""
    if cycle.step < Step.GATHER:
        return []
    return [
        f"{one.kpi.name} of {wording.named(one.missing[-1], one.period)}"
        for one in arrivals(session, cycle, now)
        if one.missing and one.owner == user_id and _is_asked(session, one)
    ]


def stands(session: Session, reminder: Reminder, cycle: Cycle, now: datetime) -> bool:
    """Whether the period is still missing, and that person still the one to ask."""
    start = date.fromisoformat(str(reminder.details["period_start"]))
    still = [one for one in arrivals(session, cycle, now) if start in one.missing and _is_asked(session, one)]
    asked = {one.owner for one in still} | {one.backup for one in still} | {cycle.channel_id for _ in still}
    return reminder.user_id in asked


def _is_asked(session: Session, one: Arrival) -> bool:
    """Numbers typed by hand are asked for; files only where the plan states when they come."""
    plan = row(session, PlanRow, one.kpi.team_id, kpi_id=one.kpi.id)
    return by_hand(one) or bool(plan and plan.cadence)


def _asked(cycle: Cycle, one: Arrival, start: date, days: timedelta) -> Iterator[Nudge]:
    end = spans.end_of(start, one.period)
    people = ((one.owner, "collect"), (one.backup, "collect_backup"), (cycle.channel_id, "collect_channel"))
    for place, (user_id, kind) in enumerate(people):
        if not user_id:
            continue
        day = end + place * days
        details: dict[str, Any] = {
            "period_start": start.isoformat(),
            "period": wording.named(start, one.period),
            "owner": one.owner,
            "by_hand": by_hand(one),
            "asked": f"{cycle.id}:{start}",
        }
        key = f"{kind}:{cycle.id}:{user_id}:{start}:{'hand' if by_hand(one) else 'file'}"
        yield Nudge(key, kind, user_id, cycle.id, (SUBJECT, start.toordinal()), day, details)
