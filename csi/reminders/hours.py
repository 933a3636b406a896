"""When a person may be reminded: in their zone, in their working hours, never on their weekend or holiday."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from holidays import country_holidays
from sqlmodel import Session

from csi import roles
from csi.models import Person

_SATURDAY = 5
_USUAL = "09:00-17:00"


def working_moment(session: Session, team_id: str, user_id: str, day: date) -> tuple[datetime, str, str]:
    """The start of the person's working day on ``day``, or on the next day they work: moment, local rule, zone."""
    person = roles.person(session, team_id, user_id)
    zone = person.timezone if person else "UTC"
    start, _ = _hours(person)
    while not _works(person, day):
        day += timedelta(days=1)
    return datetime.combine(day, start, ZoneInfo(zone)), f"{day} {start:%H:%M}", zone


def within_hours(session: Session, team_id: str, user_id: str, at: datetime) -> datetime:
    """The moment itself when the person works then, else the start of their next working day."""
    person = roles.person(session, team_id, user_id)
    local = at.astimezone(ZoneInfo(person.timezone if person else "UTC"))
    start, end = _hours(person)
    if _works(person, local.date()) and start <= local.time() <= end:
        return at
    day = local.date() + timedelta(days=1) if local.time() > end else local.date()
    return working_moment(session, team_id, user_id, day)[0]


def _hours(person: Person | None) -> tuple[time, time]:
    start, end = (person.hours if person else _USUAL).split("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def _works(person: Person | None, day: date) -> bool:
    if day.weekday() >= _SATURDAY:
        return False
    if person is None or not person.holidays:
        return True
    country, _, region = person.holidays.partition("-")
    return day not in country_holidays(country, subdiv=region or None, years=day.year)
