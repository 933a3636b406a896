"""When a person may be reminded: in their zone, in their working hours, never on their weekend or holiday."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays
from sqlmodel import Session

from csi import audit, roles
from csi.errors import InvalidInput
from csi.models import Person, Reminder
from csi.states import ReminderState
from csi.storage import lock, rows

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_USUAL = "09:00-17:00"
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """A person's working days and hours, as ``mon tue thu 09:00-17:00``; without days Monday to Friday."""

    days: tuple[str, ...]
    start: time
    end: time


def hours_of(person: Person | None) -> Hours:
    """The hours of a person, the usual ones where they said nothing."""
    *days, span = (person.hours if person and person.hours else _USUAL).split()
    start, end = span.split("-")
    return Hours(tuple(days) or DAYS[:5], time.fromisoformat(start), time.fromisoformat(end))


def set_hours(
    session: Session,
    *,
    team_id: str,
    user_id: str,
    days: Collection[str],
    start: str,
    end: str,
    holidays: str,
    now: datetime,
) -> Person:
    """Say when one works, and whose holidays one keeps: reminders wait for that.

    Raises:
        InvalidInput: no day, times nobody can read, an end before the start, or an unknown region.
    """
    worked = [day for day in DAYS if day in days]
    if not worked:
        raise InvalidInput("days", "choose at least one day")
    first, last = _time("start", start), _time("end", end)
    if first >= last:
        raise InvalidInput("end", "expected a time after the start")
    lock(session, f"person:{team_id}:{user_id}")
    known = roles.person(session, team_id, user_id) or Person(team_id=team_id, user_id=user_id)
    session.add(known)
    session.flush()
    values = {"hours": f"{' '.join(worked)} {first:%H:%M}-{last:%H:%M}", "holidays": region(holidays)}
    audit.alter(session, known, values, actor=user_id, at=now, what="changed working hours")
    session.flush()
    for one in rows(session, Reminder, team_id, user_id=user_id, state=ReminderState.WAITING):
        one.due_at = within_hours(session, team_id, user_id, one.due_at)
    return known


def _time(field: str, typed: str) -> time:
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        raise InvalidInput(field, "expected a time such as 09:00")
    return time(int(found[1]), int(found[2]))


def region(typed: str) -> str:
    """A region whose holidays are known: ``PT``, ``GB-ENG``; empty for none.

    Raises:
        InvalidInput: none are.
    """
    wanted = typed.strip().upper()
    country, _, subdivision = wanted.partition("-")
    try:
        if wanted:
            country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        known = "expected a region such as PT or GB-ENG"
        raise InvalidInput("holidays", f"no holidays are known for {typed.strip()[:20]}; {known}") from None
    return wanted


def working_moment(session: Session, team_id: str, user_id: str, day: date) -> tuple[datetime, str, str]:
    """The start of the person's working day on ``day``, or on the next day they work: moment, local rule, zone."""
    return start_of_work(roles.person(session, team_id, user_id), day)


def within_hours(session: Session, team_id: str, user_id: str, at: datetime) -> datetime:
    """The moment itself when the person works then, else the start of their next working day."""
    return at_work(roles.person(session, team_id, user_id), at)


def start_of_work(person: Person | None, day: date) -> tuple[datetime, str, str]:
    """``working_moment`` of somebody who was looked up before."""
    zone, start = person.timezone if person else "UTC", hours_of(person).start
    while not _works(person, day):
        day += timedelta(days=1)
    return datetime.combine(day, start, ZoneInfo(zone)), f"{day} {start:%H:%M}", zone


def at_work(person: Person | None, at: datetime) -> datetime:
    """``within_hours`` of somebody who was looked up before."""
    local = at.astimezone(ZoneInfo(person.timezone if person else "UTC"))
    hours = hours_of(person)
    if _works(person, local.date()) and hours.start <= local.time() <= hours.end:
        return at
    day = local.date() + timedelta(days=1) if local.time() > hours.end else local.date()
    return start_of_work(person, day)[0]


def _works(person: Person | None, day: date) -> bool:
    if DAYS[day.weekday()] not in hours_of(person).days:
        return False
    return person is None or not person.holidays or day not in _holidays(person.holidays, day.year)


@lru_cache(maxsize=200)
def _holidays(region: str, year: int) -> frozenset[date]:
    country, _, subdivision = region.partition("-")
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))
