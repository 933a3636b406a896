"""People as sources: who is asked for what when a period has ended, then the backup, then the channel (V3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from csi.measurement import living
from csi.models import Cycle, PlanRow, Reminder
from csi.reading import spans
from csi.reminders import AFTER, Nudge
from csi.rules import threshold
from csi.step3_gather.expected import FILE, Arrival, arrivals, by_hand
from csi.storage import row
from csi.terms import Period, Step
from csi.words import wording

SUBJECT = "collection"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Data that its owner is to bring: a KPI's number (``by_hand``) or file of the period that begins on ``start``."""

    kpi: str
    owner: str
    start: date
    period: Period
    by_hand: bool

    @property
    def said(self) -> str:
        """As people read it: ``Calls of the week of 16 November 2026``."""
        return f"{self.kpi} of {wording.named(self.start, self.period)}"


@dataclass(frozen=True, slots=True)
class Lack:
    """``without`` of the ``every`` rows of the plan have no data of the period."""

    without: int
    every: int
    period: str


# How many periods back somebody is still asked; older gaps stay in the list of what is missing.
_ASKED = 2


def nudges(session: Session, cycle: Cycle, now: datetime) -> Iterator[Nudge]:
    """Whom to ask for the periods that have ended: the owner at once, the backup when late, then the channel."""
    awaited = _awaited(session, cycle, now)
    if not awaited:
        return
    days = timedelta(days=threshold(session, cycle.team_id, "late_days"))
    for one in awaited:
        for start in _periods_asked(session, cycle, one):
            yield from _asked(cycle, one, start, days)


def _awaited(session: Session, cycle: Cycle, now: datetime) -> list[Arrival]:
    """The KPIs that people are asked for: from step 3 on all of them; before it, between two cycles, what an action
    that lives should move or a clause promises (V7.8), with what it is divided from."""
    if cycle.step >= Step.GATHER:
        return arrivals(session, cycle, now)
    watched = living.keys(session, cycle, now)
    if not watched:
        return []
    every = arrivals(session, cycle, now)
    values = [one.kpi.definition.get("value") for one in every if one.kpi.key in watched]
    sides = {value.get(side) for value in values if isinstance(value, dict) for side in ("numerator", "denominator")}
    return [one for one in every if one.kpi.key in watched or one.kpi.key in sides]


def wanted_from(session: Session, cycle: Cycle, user_id: str, start: date, now: datetime) -> list[Arrival]:
    """What a person (or, in the channel, anybody) is asked to type for a period; what came meanwhile is left out."""
    found = [one for one in arrivals(session, cycle, now) if start in one.missing and by_hand(one)]
    own = [one for one in found if user_id in (one.owner, one.backup)]
    return own or found


def to_bring(session: Session, cycle: Cycle, now: datetime) -> list[Wanted]:
    """What somebody is to bring: the newest missing period of each KPI."""
    return [
        Wanted(one.kpi.name, one.owner, asked[-1], one.period, by_hand=by_hand(one))
        for one in _awaited(session, cycle, now)
        if one.owner and (asked := _periods_asked(session, cycle, one))
    ]


def lacking(session: Session, cycle: Cycle, now: datetime) -> Lack | None:
    """How many of the plan's rows have no data of the newest period that is missing anywhere; None: none is."""
    every = arrivals(session, cycle, now)
    newest = max(((one.missing[-1], one.period) for one in every if one.missing), default=None)
    if newest is None:
        return None
    without = sum(newest[0] in one.missing for one in every)
    return Lack(without, len(every), wording.named(*newest))


def stands(session: Session, reminder: Reminder, cycle: Cycle, now: datetime) -> bool:
    """Whether the period is still missing, and that person still the one to ask."""
    start = date.fromisoformat(str(reminder.details["period_start"]))
    still = [one for one in arrivals(session, cycle, now) if start in one.missing and _is_asked(session, one)]
    asked = {one.owner for one in still} | {one.backup for one in still} | {cycle.channel_id for _ in still}
    return reminder.user_id in asked


def _is_asked(session: Session, one: Arrival) -> bool:
    """What people bring is asked for, numbers and files; of what comes by itself, what the plan says a day for."""
    is_file = one.source is not None and one.source.kind == FILE
    return by_hand(one) or is_file or _has_day(session, one)


def _has_day(session: Session, one: Arrival) -> bool:
    plan = row(session, PlanRow, one.kpi.team_id, kpi_id=one.kpi.id)
    return bool(plan and plan.cadence)


def _periods_asked(session: Session, cycle: Cycle, one: Arrival) -> tuple[date, ...]:
    """The newest missing periods that somebody is asked for; of files without a day none that ended before the cycle.

    The one that had just ended then is asked for: it is what the first file holds.
    """
    if not _is_asked(session, one):
        return ()
    newest = one.missing[-_ASKED:]
    if by_hand(one) or _has_day(session, one):
        return newest
    begun = spans.start_of(spans.local_day(cycle.started_at, cycle.timezone), one.period)
    return tuple(start for start in newest if spans.end_of(start, one.period) >= begun)


def _asked(cycle: Cycle, one: Arrival, start: date, days: timedelta) -> Iterator[Nudge]:
    end = spans.end_of(start, one.period)
    people = ((one.owner, "collect"), (one.backup, "collect_backup"), (cycle.channel_id, "collect_channel"))
    before: list[str] = []
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
        details[AFTER] = list(before)
        before.append(key)
        yield Nudge(
            key=key,
            kind=kind,
            user_id=user_id,
            cycle_id=cycle.id,
            subject=(SUBJECT, start.toordinal()),
            day=day,
            details=details,
        )
